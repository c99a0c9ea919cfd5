"""One input file: what kind it is by its first bytes, and whether it is still the file that was looked at.

The name decides only what a text is, and what a refusal says.
"""

from __future__ import annotations

import contextlib
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image

from pipeline.errors import ChangedInput, UnreadableFile, WrongType
from pipeline.knowledge import encodings

VERSION = "1"  # of the step "ingest"

MediaType = Literal[
    "application/pdf", "image/tiff", "image/png", "image/jpeg", "image/webp", "image/jp2", "image/gif", "image/bmp",
    "text/plain", "text/markdown",
]

# The head of the file, by content. A PDF head may stand a few kilobytes in (mail and fax servers put bytes before).
_MAGIC: tuple[tuple[bytes, MediaType], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
    (b"\xff\x4f\xff\x51", "image/jp2"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
)
HEAD = 8192  # bytes that `sniff` wants to see
# What people rename or drop into a scan folder, and what to do with it.
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "This is a ZIP, Word, Excel or OpenDocument file. Export it to PDF, or unpack it."),
    (b"\xd0\xcf\x11\xe0", "This is an old Word or Excel file. Export it to PDF."),
    (b"{\\rtf", "This is an RTF file. Export it to PDF."),
    (b"Rar!", "This is a RAR archive. Unpack it."),
    (b"7z\xbc\xaf", "This is a 7z archive. Unpack it."),
    (b"%!PS", "This is a PostScript file. Convert it to PDF."),
    (b"AT&TFORM", "This is a DjVu file. Convert it to PDF or TIFF."),
)
_NUMBERED = re.compile(r"~\d+$")  # "hoa.txt~2" keeps apart from "HOA.txt" in the batch; neither is the file's own name
TEXT_NAMES = (".txt", ".text", ".md", ".markdown")
IMAGE_NAMES = (
    ".pdf", ".tif", ".tiff", ".png", ".jpg", ".jpeg", ".jpe", ".webp", ".jp2", ".j2k", ".jpx", ".jpf", ".j2c", ".gif",
    ".bmp",
)


@dataclass(frozen=True, slots=True)
class Source:
    """One input that can be opened. Picklable: worker processes open `path` themselves.

    `size` in bytes and `modified` in nanoseconds tell whether the file changed since; `repaired` is set where a
    PDF had to be mended to be read.
    """

    path: Path
    name: str
    sha256: str
    media_type: MediaType
    page_count: int
    size: int
    modified: int
    repaired: bool = False

    def check_unchanged(self) -> None:
        """Raises ChangedInput or UnreadableFile."""
        try:
            state = self.path.stat()
        except OSError as error:
            raise UnreadableFile(self.name, "The file has vanished or may not be read.") from error
        if (state.st_size, state.st_mtime_ns) != (self.size, self.modified):
            raise ChangedInput(self.name)


def scan_type(head: bytes) -> MediaType | None:
    """The media type of a PDF or an image by its first bytes; None for anything else."""
    if b"%PDF-" in head:
        return "application/pdf"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((media_type for magic, media_type in _MAGIC if head.startswith(magic)), None)


def sniff(head: bytes, name: str) -> MediaType:
    """The media type by content. Raises WrongType, where the name promises something else too."""
    suffix = Path(_NUMBERED.sub("", name)).suffix.lower()
    if known := scan_type(head):
        return known
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise WrongType(name, what.split(". ", 1)[0] + ".", cure=what.split(". ", 1)[1])
    if suffix in IMAGE_NAMES:
        if not any(head):
            raise UnreadableFile(name, "The file begins with zeros only; it was not written completely.")
        kind = "a web page" if b"<html" in head.lower() or b"<!doctype" in head.lower() else "no such file"
        if kind == "no such file" and _is_text(head):
            kind = "plain text"
        raise WrongType(name, f"The name says {suffix} but the content is {kind}.")
    if suffix in TEXT_NAMES:
        if _is_text(head):
            return "text/markdown" if suffix in (".md", ".markdown") else "text/plain"
        raise WrongType(name, "The name says text but the content is not.")
    raise WrongType(name)


def _is_text(head: bytes) -> bool:
    try:
        encodings.decode(head)
    except ValueError:
        return False
    return True


@contextlib.contextmanager
def opened_image(path: Path) -> Iterator[Image.Image]:
    """An image file opened by Pillow, its warnings about sizes left to the guards of ingest.

    By a handle, which leaves Pillow no way to map the file into memory: version 13 maps a plain TIFF that says to be
    turned by a right angle with its sides exchanged, and what comes out is noise.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with path.open("rb") as file, Image.open(file) as image:
            yield image
