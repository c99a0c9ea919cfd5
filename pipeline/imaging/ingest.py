"""A file becomes pages: each an image to read, or text that can be trusted already.

The trouble: names lie, files are cut off, a "PDF" is a web page, a page is a bomb, and the text layer of a scan is
often the garble of an English recogniser. The evidence, in order of trust: the first bytes of the content, the sizes
that the file states (checked before anything is drawn), the share of legal syllables of a text layer. The decision
between layer and image is made page by page, and a layer that is not believed is kept beside the new reading.

What this module never does: it writes nothing, it alters no pixel, and it never prefers a layer because it is there.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.document import Notice, Step
from pipeline.errors import (
    ChangedInput,
    EmptyFile,
    InputError,
    RecognitionFailed,
    TooLarge,
    UnreadableFile,
    WrongType,
)
from pipeline.imaging import pdfpages, pdfpictures, pdfwords, rasters, textlayers
from pipeline.imaging.images import PageInput, compose
from pipeline.imaging.sources import HEAD, VERSION, Source, sniff
from pipeline.knowledge import encodings
from pipeline.settings import Settings

# --- opening ------------------------------------------------------------------------------------------------


def open_source(path: Path, name: str, settings: Settings) -> Source:
    """Look at a file without reading its pages: type by content, sha256, number of pages.

    Raises EmptyFile, WrongType, EncryptedFile, UnreadableFile, TooLarge or ChangedInput, each with its cure.
    `name` is what messages call the file.
    """
    try:
        before = path.stat()
        if not path.is_file():
            raise WrongType(name, "This is not a regular file.")
        if before.st_size == 0:
            raise EmptyFile(name)
        if before.st_size > settings.max_file_bytes:
            raise TooLarge(name, f"{before.st_size} bytes, over max_file_bytes = {settings.max_file_bytes}.")
        with path.open("rb") as file:
            head = file.read(HEAD)
            file.seek(0)
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        after = path.stat()
    except OSError as error:
        raise UnreadableFile.because(name, error) from error
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise ChangedInput(name)
    media_type = sniff(head, name)
    source = Source(path, name, sha256, media_type, 1, after.st_size, after.st_mtime_ns)
    try:
        if media_type == "application/pdf":
            return _open_pdf(source, settings)
        if media_type.startswith("image/"):
            return rasters.looked_at(source, settings)
        return replace(source, page_count=len(_text_pages(source, settings)))
    except InputError as error:
        # Borders name the bare file; the user knows it by its place in the folder.
        raise type(error)(name, error.what, cure=error.cure) from error


def _open_pdf(source: Source, settings: Settings) -> Source:
    file = pdfpages.opened(source.path)
    if file.page_count > settings.max_pages:
        raise TooLarge(source.name, f"{file.page_count} pages, over max_pages = {settings.max_pages}.")
    absurd: TooLarge | None = None
    for number in range(1, file.page_count + 1):
        try:
            pdfpages.render_dpi(pdfpages.frame(file, number), settings.render_dpi, settings.max_page_pixels)
        except TooLarge as error:
            absurd = error
        else:
            break  # one page of a sane size: the others fail one by one if they must
    else:
        if absurd is not None:
            raise absurd
    return replace(source, page_count=file.page_count, repaired=file.damaged)


# --- loading a page -----------------------------------------------------------------------------------------


def load_page(source: Source, number: int, settings: Settings) -> PageInput:
    """Page `number` (from 1) as an image, a trusted text layer, or lines of a text file.

    Raises what `open_source` raises, and PageError or TooLarge for a page that cannot be drawn.
    """
    source.check_unchanged()
    if not 1 <= number <= source.page_count:
        raise ValueError(f"{source.name} has no page {number}")
    if source.media_type == "application/pdf":
        return _pdf_page(source, number, settings)
    if source.media_type.startswith("image/"):
        return rasters.page(source, number, settings)
    text, conversion = _text_pages(source, settings)[number - 1]
    detail = {"encoding": conversion.encoding, "legal_before": round(conversion.before, 3)}
    return PageInput(
        number, *pdfpages.A4, "text-file", lines=tuple(text.split("\n")),
        notices=_encoding_notices(conversion, number), steps=(Step("ingest", VERSION, detail),),
    )


def _text_pages(source: Source, settings: Settings) -> list[tuple[str, encodings.Conversion]]:
    try:
        conversion = encodings.decode(source.path.read_bytes())
    except OSError as error:
        raise UnreadableFile.because(source.name, error) from error
    except ValueError as error:
        raise WrongType(source.name, "The name says text but the content is not.") from error
    text = conversion.text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    if not text.strip():
        raise EmptyFile(source.name, "The file holds no text.")
    if len(text) > settings.max_text_chars:
        raise TooLarge(source.name, f"{len(text)} characters, over max_text_chars = {settings.max_text_chars}.")
    pages = text.split("\f")
    while len(pages) > 1 and not pages[-1].strip():
        pages.pop()
    if len(pages) > settings.max_pages:
        raise TooLarge(source.name, f"{len(pages)} pages, over max_pages = {settings.max_pages}.")
    return [(page.strip("\n"), conversion) for page in pages]


def _encoding_notices(conversion: encodings.Conversion, page: int) -> tuple[Notice, ...]:
    if not conversion.lost:
        return ()
    letters = ", ".join(conversion.lost)
    message = f"The text was kept in the old code {conversion.encoding} and has lost the letter {letters} on the way."
    return (Notice("low_confidence", message, page),)


# --- PDF ---------------------------------------------------------------------------------------------------


def _pdf_page(source: Source, number: int, settings: Settings) -> PageInput:
    file = pdfpages.opened(source.path)
    lost = pdfpages.losses(file, number)
    if lost is not None:
        raise RecognitionFailed(
            f"{source.name}, page {number}", lost, cure="Copy the file again from its source, or scan the page again."
        )
    area = pdfpages.frame(file, number)
    layer = pdfwords.text_layer(file, number, area)
    conversion = encodings.convert(layer.text, layer.fonts)
    scanned = layer.image_share >= textlayers.SCAN_SHARE
    picture: pdfpictures.Picture | None = None

    def draw() -> pdfpictures.Picture:
        return pdfpictures.picture(file, number, area, settings.render_dpi, settings.max_page_pixels)

    words = len(layer.words)
    verdict: dict[str, Any] = {"words": words}
    rejected: str | None = None
    stamps = textlayers.stamp_lines(pdfwords.annotation_words(file, number, area), 0, area)
    notices = list(_encoding_notices(conversion, number))
    if words and settings.text_layer != "redo":
        overlay = scanned and words < textlayers.OVERLAY_WORDS and settings.text_layer == "auto"
        legal = f"{conversion.after:.0%} of its words are Vietnamese syllables"
        cover = 1.0
        if not overlay and scanned and settings.text_layer == "auto":
            picture = draw()
            cover = textlayers.ink_cover(layer, picture)
        verdict |= {
            "legal": round(conversion.after, 3), "marked": round(encodings.marked_share(conversion.text), 3),
            "cover": round(cover, 3), "encoding": conversion.encoding, "visible": round(layer.visible, 2),
        }
        if overlay:
            stamps += textlayers.stamp_lines(layer.words, layer.turn, area)
        elif settings.text_layer == "keep" or textlayers.is_sound(layer, conversion, cover, scanned):
            if settings.text_layer == "auto" and conversion.after < textlayers.TRUSTED_SHARE:
                notices.append(Notice("low_confidence", f"The text stored in the file was kept; {legal}.", number))
            steps = (Step("ingest", VERSION, {"text_layer": verdict | {"kept": True}}),)
            return _layer_page(number, area, layer, conversion, tuple(notices), steps)
        else:
            rejected = layer.text
            notices = [Notice(
                "text_layer_rejected",
                f"The text stored in the file is not believable ({legal}); the page image was read instead.", number,
            )]
        verdict["kept"] = False
    elif words:
        rejected = layer.text
    picture = picture or draw()
    if picture.lowered:
        notices.append(Notice(
            "low_confidence", f"The page is very large ({area.width:.0f} x {area.height:.0f} points) and was drawn at "
            f"{picture.dpi:.0f} dots per inch only.", number,
        ))
    detail: dict[str, Any] = {
        "text_layer": verdict, "image": picture.how, "dpi": round(picture.dpi), "repaired": source.repaired,
    }
    image, to_points, dpi = rasters.without_fax_faults(picture.image, picture.to_points, detail)
    return PageInput(
        number, area.width, area.height, "ocr", image, dpi, to_points, stamps=stamps,
        rejected_layer=rejected, notices=tuple(notices), steps=(Step("ingest", VERSION, detail),),
    )


def _layer_page(
    number: int, area: pdfpages.Frame, layer: pdfwords.Layer, conversion: encodings.Conversion,
    notices: tuple[Notice, ...], steps: tuple[Step, ...],
) -> PageInput:
    """The page as its believed text layer says it."""
    tenths = (pdfpages.LAYER_UNIT, 0.0, 0.0, 0.0, pdfpages.LAYER_UNIT, 0.0)
    to_points = compose(tenths, textlayers.turn_back(layer.turn, area))
    return PageInput(
        number, area.width, area.height, "text-layer", to_points=to_points, turn=layer.turn,
        words=textlayers.converted_words(layer, conversion), notices=notices, steps=steps,
    )
