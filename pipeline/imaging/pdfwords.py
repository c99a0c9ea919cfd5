"""The words of a PDF page: its text layer, and what its annotations show.

Words leave this module in tenths of a point of the page as shown (`pdfpages.LAYER_UNIT`), turned upright for reading.
"""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from pipeline.errors import RecognitionFailed
from pipeline.imaging.images import compose, turning
from pipeline.imaging.pdfpages import LAYER_UNIT, Frame, Opened, covered, load, short
from pipeline.imaging.recognisers import SeenWord
from pipeline.knowledge import encodings


@dataclass(frozen=True, slots=True)
class Layer:
    """What a PDF page says in characters.

    Words are in tenths of a point of the shown page turned by `turn` for reading. `visible` is the share of
    characters that are drawn, `image_share` how much of the page its images cover, `capitals` the indexes of words
    in a font that shows small letters as capitals.
    """

    words: tuple[SeenWord, ...]
    turn: int
    fonts: tuple[str, ...]
    visible: float
    image_share: float
    unmapped: int
    capitals: frozenset[int] = frozenset()

    @property
    def text(self) -> str:
        """Lines kept, words by one blank."""
        lines: dict[int, list[str]] = {}
        for word in self.words:
            lines.setdefault(word.line, []).append(word.text)
        return "\n".join(" ".join(words) for words in lines.values())


def text_layer(file: Opened, number: int, area: Frame) -> Layer:
    """The characters of the page; a layer without words where it has none."""
    page = load(file, number)
    try:
        visible_text = hidden_text = 0
        share = 0.0
        for item in page.get_objects(max_depth=4):
            if item.type == pdfium_c.FPDF_PAGEOBJ_TEXT:
                if pdfium_c.FPDFTextObj_GetTextRenderMode(item.raw) == pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE:
                    hidden_text += 1
                else:
                    visible_text += 1
            elif item.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
                share += covered(item, area)
        runs = _page_runs(page)
    except pdfium.PdfiumError as error:
        raise RecognitionFailed(f"page {number}", f"The text of the page is damaged ({short(error)}).") from error
    finally:
        page.close()
    turn = _dominant_turn(runs, area)
    words, unmapped, capitals = _layer_words(runs, area, turn)
    drawn = visible_text / (visible_text + hidden_text) if visible_text + hidden_text else 0.0
    fonts = tuple(sorted({run.font for run in runs if run.font}))
    return Layer(words, turn, fonts, drawn, min(1.0, share), unmapped, capitals)


@dataclass(slots=True)
class _Run:
    """One word while it is being gathered, in user space."""

    text: str
    line: int
    left: float
    bottom: float
    right: float
    top: float
    angle: float
    font: str
    bold: bool
    italic: bool


def _runs(textpage: Any, count: int) -> list[_Run]:
    """The words of a text page. pdfium puts blanks and line ends where the distances ask for them."""
    raw = textpage.raw
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    flags = ctypes.c_int()
    buffer = ctypes.create_string_buffer(256)
    runs: list[_Run] = []
    line = 0
    open_run = False
    for index in range(count):
        code = pdfium_c.FPDFText_GetUnicode(raw, index)
        char = chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        if char in "\r\n":
            line += char == "\n"
            open_run = False
            continue
        # The soft hyphen is the ư of TCVN3 and must reach the decoder; pdfium's U+0002 and U+FFFE are hyphens.
        if char in "\x02\ufffe":
            char = "-"
        if char.isspace() or (code < 32 and code != 0):
            open_run = False
            continue
        if not pdfium_c.FPDFText_GetCharBox(raw, index, left, right, bottom, top):
            continue
        if open_run:
            run = runs[-1]
            run.text += char
            run.left, run.right = min(run.left, left.value), max(run.right, right.value)
            run.bottom, run.top = min(run.bottom, bottom.value), max(run.top, top.value)
            continue
        size = pdfium_c.FPDFText_GetFontInfo(raw, index, buffer, 256, flags)
        font = buffer.raw[: max(0, min(size, 256) - 1)].decode("utf-8", "replace") if size else ""
        weight = pdfium_c.FPDFText_GetFontWeight(raw, index)
        lowered = font.lower()
        runs.append(_Run(
            char, line, left.value, bottom.value, right.value, top.value,
            pdfium_c.FPDFText_GetCharAngle(raw, index), font,
            weight >= 600 or "bold" in lowered, "italic" in lowered or "oblique" in lowered,
        ))
        open_run = True
    return runs


def _dominant_turn(runs: list[_Run], area: Frame) -> int:
    """Degrees clockwise by which the shown page must be turned for its text to stand upright."""
    votes: dict[int, int] = {}
    for run in runs:
        quarter = round(math.degrees(run.angle) / 90) * 90 if run.angle >= 0 else 0
        votes[quarter % 360] = votes.get(quarter % 360, 0) + len(run.text)
    if not votes:
        return 0
    # The angle is clockwise in user space as pdfium counts it; /Rotate turns the page clockwise on top.
    angle = max(votes, key=lambda key: votes[key])
    return (-(angle + area.turn)) % 360


def _layer_words(runs: list[_Run], area: Frame, turn: int) -> tuple[tuple[SeenWord, ...], int, frozenset[int]]:
    a, b, c, d, e, f = compose(area.to_display, turning(turn, area.width, area.height))
    words: list[SeenWord] = []
    unmapped = 0
    capitals = set()
    for run in runs:
        unmapped += run.text.count("\ufffd") + run.text.count("\x00")
        xs = (a * run.left + b * run.bottom + c, a * run.right + b * run.top + c)
        ys = (d * run.left + e * run.bottom + f, d * run.right + e * run.top + f)
        box = [round(value / LAYER_UNIT) for value in (min(xs), min(ys), max(xs), max(ys))]
        if abs(box[0]) > 10**6 or abs(box[1]) > 10**6:
            continue
        if encodings.is_capital_font(run.font):
            capitals.add(len(words))
        words.append(SeenWord(
            run.text, box[0], box[1], max(box[2], box[0] + 1), max(box[3], box[1] + 1), 1.0, 0, run.line,
            bold=run.bold, italic=run.italic,
        ))
    return tuple(words), unmapped, frozenset(capitals)


# Kinds of annotation that carry words of their own onto the page: a digital signature, a stamp, a typed note.
_SPEAKING = ("/Widget", "/Stamp", "/FreeText")


def annotation_words(file: Opened, number: int, area: Frame) -> tuple[SeenWord, ...]:
    """The words that annotations show on the page, in tenths of a point of the page as shown.

    pdfium reads them only from a flattened page, and flattening alters the open document: a second one is opened
    for the few pages that have such annotations.
    """
    page = file.structure.pages[number - 1]
    try:
        speaking = any(
            str(note.get("/Subtype")) in _SPEAKING and "/AP" in note for note in page.obj.get("/Annots", [])
        )
    except (AttributeError, TypeError, ValueError, pikepdf.PdfError):
        return ()
    if not speaking or file.repaired:
        return ()
    try:
        with pdfium.PdfDocument(file.path) as document:
            loaded = document[number - 1]
            before = _page_runs(loaded)
            if pdfium_c.FPDFPage_Flatten(loaded.raw, pdfium_c.FLAT_NORMALDISPLAY) != pdfium_c.FLATTEN_SUCCESS:
                return ()
            loaded.close()
            loaded = document[number - 1]
            known = {(run.text, round(run.left), round(run.bottom)) for run in before}
            added = [
                run for run in _page_runs(loaded) if (run.text, round(run.left), round(run.bottom)) not in known
            ]
            loaded.close()
    except pdfium.PdfiumError:
        return ()
    return _layer_words(added, area, 0)[0]


def _page_runs(page: pdfium.PdfPage) -> list[_Run]:
    textpage = page.get_textpage()
    try:
        count = textpage.count_chars()
        return _runs(textpage, count) if count > 0 else []
    finally:
        textpage.close()
