"""Write the searchable PDF of a document: the scan as it was, the restored text invisibly under it.

A PDF keeps its pages, pictures, bookmarks and attachments; only what PDF/A forbids is mended
(`pdfmend`), and a text layer that was not believed is taken out (`pdfstrip`). An image file gets a new PDF
around it. The result calls itself PDF/A-2b (PDF/A-3b where files are attached) when `pdfcheck` finds
nothing against it; else it says nothing of PDF/A and the reasons are handed back. The source file is never
changed: of a digitally signed one the copy carries no signature, since any copy would break it.

The same source, document and record give the same bytes: no clock, no random identifier.
"""

from __future__ import annotations

import contextlib
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Pdf

from pipeline import disk
from pipeline.document import Box, Document, upright
from pipeline.errors import EncryptedFile, UnreadableFile
from pipeline.plan import Plan
from pipeline.structure.tidy import tidy
from pipeline.writers import pdfcheck, pdfmend, pdfstrip
from pipeline.writers.pdfimages import pdf_of_images
from pipeline.writers.pdfmeta import LANGUAGE, facts_of, write_metadata
from pipeline.writers.pdftext import FONT_NAME, GlyphlessFont, Matrix, PlacedLine, content, place_lines, user_space

A4 = Box(0, 0, 595.276, 841.89)


@dataclass(frozen=True, slots=True)
class SearchableResult:
    """What was written.

    `conformance` is "PDF/A-2b", "PDF/A-3b" or "", and `reasons` say why not. `mended` names the mends of
    `pdfmend` that changed something, `signed` that the source carries a digital signature which this copy
    does not. Page numbers count from 1: `grafted` got our text, `stripped` lost or muted their own, `kept` kept it.
    """

    conformance: str
    reasons: tuple[str, ...] = ()
    mended: tuple[tuple[str, int], ...] = ()
    signed: bool = False
    grafted: tuple[int, ...] = ()
    stripped: tuple[int, ...] = ()
    kept: tuple[int, ...] = ()

    @property
    def pdfa(self) -> bool:
        return bool(self.conformance)

    def as_json(self) -> dict[str, Any]:
        """What is worth keeping with the document, as plain JSON values."""
        return {
            "conformance": self.conformance or None, "not_pdfa_because": list(self.reasons),
            "mended": dict(self.mended), "signature_left_out": self.signed, "grafted": list(self.grafted),
            "stripped": list(self.stripped), "kept": list(self.kept),
        }


def write_searchable(source_path: Path, document: Document, plan: Plan, target_path: Path) -> SearchableResult:
    """Write the searchable copy of `source_path` to `target_path`.

    Args:
        source_path: the input, a PDF or an image file; it is only read.
        document: its reading, boxes of the pages as displayed.
        plan: the record, for the metadata.

    Raises:
        InputError: the source can no longer be read.
        OutputError: the target cannot be written.
        ValueError: a text file has no pages to make searchable.
    """
    if document.media_type.startswith("text/"):
        raise ValueError(f"{document.file} is a text file; there is no page to write on")
    with _open(source_path, document) as pdf:
        signed = _is_signed(pdf)
        facts = facts_of(plan, pdf)
        mended, failed = pdfmend.mend(pdf)
        grafted, stripped, kept = _write_text(pdf, source_path, document)
        reasons = failed + pdfcheck.faults(pdf)
        part = 3 if not failed and pdfmend.has_attachments(pdf) else 2
        write_metadata(pdf, facts, None if reasons else part)
        _save(pdf, target_path)
    conformance = "" if reasons else f"PDF/A-{part}b"
    return SearchableResult(conformance, reasons, mended, signed, grafted, stripped, kept)


def write_part(whole: Path, numbers: Sequence[int], plan: Plan, target: Path) -> None:
    """Write some pages of a searchable copy (their numbers, from 1) as a copy of their own, with their own metadata.

    The pages are taken over into a new file, so that nothing of the others is left in it: bookmarks and links to
    other pages go. What the whole claims of PDF/A its parts may claim. Raises OutputError.
    """
    with Pdf.open(whole) as pdf, Pdf.new() as part:
        for number in numbers:
            if number <= len(pdf.pages):
                part.pages.append(pdf.pages[number - 1])
        for name in ("/OutputIntents", "/Lang", "/MarkInfo"):
            if name in pdf.Root:
                part.Root[name] = part.copy_foreign(pdf.make_indirect(pdf.Root[name]))
        claimed = pdf.open_metadata().pdfa_status
        write_metadata(part, facts_of(plan, part), int(claimed[0]) if claimed else None)
        _save(part, target)


def _is_signed(pdf: Pdf) -> bool:
    try:
        return bool(pdfmend.signatures(pdf))
    except pdfmend.MALFORMED:
        return False


def _open(path: Path, document: Document) -> Pdf:
    if document.media_type != "application/pdf":
        return pdf_of_images(path, document)
    try:
        return Pdf.open(path, suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise EncryptedFile(path.name) from error
    except (pikepdf.PdfError, OSError) as error:
        raise UnreadableFile(path.name) from error


def _save(pdf: Pdf, path: Path) -> None:
    """With the streams' bytes as they are; the identifier is drawn from the content."""
    with disk.output_errors(path), path.open("wb") as file:
        sink = _Sink(file)
        pdf.save(
            cast("BinaryIO", sink), force_version="1.7", fix_metadata_version=False, preserve_pdfa=True,
            encryption=False, compress_streams=True, stream_decode_level=pikepdf.StreamDecodeLevel.none,
            object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True,
        )
        if sink.error is not None:
            raise sink.error


class _Sink:
    """A file whose write errors wait until qpdf is done: raised inside it, they end the process (pikepdf 10.17)."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        if self.error is None:
            try:
                return self._file.write(data)
            except OSError as error:
                self.error = error
        return len(data)

    def flush(self) -> None:
        if self.error is None:
            try:
                self._file.flush()
            except OSError as error:
                self.error = error

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


# --- text -------------------------------------------------------------------------------------------


def _write_text(
    pdf: Pdf, source_path: Path, document: Document,
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Put our text on every page that needs it; numbers of the pages grafted, stripped and kept."""
    font = GlyphlessFont()
    layers: list[tuple[pikepdf.Page, bytes, str]] = []
    grafted, stripped, kept = [], [], []
    sound = _sound_layers(source_path, document)
    # Tidy, as text.txt is: without page numbers, and with words joined that a line's end had parted.
    tidied, _ = tidy(upright(document))
    for page, standing in zip(document.pages, tidied.pages, strict=True):
        if page.number > len(pdf.pages):
            continue
        target = pdf.pages[page.number - 1]
        lines = place_lines(standing)
        if page.number in sound or (page.origin == "text-layer" and not lines):
            kept.append(page.number)
            continue
        if page.status == "failed":
            continue  # what its own layer may hold is all that there is
        # A page whose content cannot be parsed keeps it, and gets our text beside.
        with contextlib.suppress(*pdfmend.MALFORMED):
            found = pdfstrip.silence(pdf, target)
            if found.removed or found.muted:
                stripped.append(page.number)
        to_user = user_space(standing, visible_box(target), _rotation(target))
        with contextlib.suppress(*pdfmend.MALFORMED):
            lines = _outside(lines, to_user, _speaking_annotations(target))
        if lines:
            key = _free_name(target)
            layers.append((target, content(lines, to_user, font, key), key))
            grafted.append(page.number)
    if layers:
        _attach(pdf, layers, font.embed(pdf))
    return tuple(grafted), tuple(stripped), tuple(kept)


def _speaking_annotations(page: pikepdf.Page) -> tuple[Box, ...]:
    """Where annotations with text of their own stand, in user space: the mark of a digital signature, a note."""
    boxes = []
    annotations = page.obj.get("/Annots", Array())
    for item in annotations if isinstance(annotations, Array) else ():
        appearance = item.get("/AP", Dictionary()).get("/N") if isinstance(item, Dictionary) else None
        if isinstance(appearance, pikepdf.Stream) and _speaks(appearance, 0):
            boxes.append(_rectangle(item.Rect))
    return tuple(boxes)


def _speaks(form: pikepdf.Object, depth: int) -> bool:
    if depth > pdfstrip.MAX_DEPTH:
        return False
    if any(str(step.operator) in pdfstrip.SHOW for step in pikepdf.parse_content_stream(form)):
        return True
    inside = form.get("/Resources", Dictionary()).get("/XObject", Dictionary())
    return any(_speaks(thing, depth + 1) for thing in inside.values() if thing.get("/Subtype") == pikepdf.Name.Form)


def _outside(lines: tuple[PlacedLine, ...], to_user: Matrix, boxes: tuple[Box, ...]) -> tuple[PlacedLine, ...]:
    """The lines that no annotation says already: readers would find their text twice."""
    def is_free(line: PlacedLine) -> bool:
        x, y = to_user.point((line.words[0].left + line.words[-1].right) / 2, line.baseline - line.size / 4)
        return not any(box.left <= x <= box.right and box.top <= y <= box.bottom for box in boxes)

    return tuple(line for line in lines if is_free(line)) if boxes else lines


def _attach(pdf: Pdf, layers: list[tuple[pikepdf.Page, bytes, str]], font: pikepdf.Object) -> None:
    pdf.Root.Lang = pikepdf.String(LANGUAGE)  # scanners say "en" of all they make, and a voice would read it so
    for target, layer, key in layers:
        target.obj.Resources = pdfstrip.with_entries(pdfstrip.resources_of(target), "/Font", {key: font})
        own = target.obj.get("/Contents", Array())
        rest = list(own) if isinstance(own, Array) else [own]
        target.obj.Contents = Array([pdf.make_stream(layer), *rest])


def _free_name(page: pikepdf.Page) -> str:
    taken = set(pdfstrip.resources_of(page).get("/Font", Dictionary()).keys())
    name, number = FONT_NAME, 1
    while name in taken:
        name, number = f"{FONT_NAME}{number}", number + 1
    return name


def visible_box(page: pikepdf.Page) -> Box:
    """What a viewer shows of a page, in user space (`top` is the smaller y): crop box within media box, else A4."""
    try:
        media, crop = _rectangle(page.mediabox), _rectangle(page.cropbox)
    except (TypeError, ValueError, KeyError, AttributeError):
        return A4
    left, bottom = max(media.left, crop.left), max(media.top, crop.top)
    right, top = min(media.right, crop.right), min(media.bottom, crop.bottom)
    shown = Box(left, bottom, right, top) if right - left > 1 and top - bottom > 1 else media
    return shown if shown.width > 1 and shown.height > 1 else A4


def _rectangle(values: pikepdf.Object) -> Box:
    a, b, c, d = (float(value) for value in list(values))
    return Box(min(a, c), min(b, d), max(a, c), max(b, d))


def _rotation(page: pikepdf.Page) -> int:
    """/Rotate as quarter turns clockwise, in degrees; 0 where it is none."""
    try:
        return round(float(pdfstrip.inherited(page, "/Rotate") or 0) / 90) * 90 % 360
    except (TypeError, ValueError):
        return 0


def _sound_layers(path: Path, document: Document) -> frozenset[int]:
    """Pages whose own text layer already says what we would write: the same letters, whatever their order."""
    numbers = [page.number for page in document.pages if page.origin == "text-layer"]
    if not numbers or document.media_type != "application/pdf":
        return frozenset()
    sound = set()
    try:
        with contextlib.closing(pypdfium2.PdfDocument(path)) as pdf:
            by_number = {page.number: page for page in document.pages}
            for number in numbers:
                page = pdf[number - 1]
                words = page.get_textpage()
                try:
                    if _letters(words.get_text_range()) == _letters(by_number[number].text):
                        sound.add(number)
                finally:
                    words.close()
                    page.close()
    except pypdfium2.PdfiumError:
        return frozenset()  # a file that only the repair made readable gets our layer
    return frozenset(sound)


def _letters(text: str) -> Counter[str]:
    return Counter(c for c in unicodedata.normalize("NFC", text) if c.isalnum())
