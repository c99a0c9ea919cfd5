"""Invisible text for a PDF page: each word at its place, stretched to its box, in reading order.

The words are drawn in text rendering mode 3 (neither filled nor stroked) with a font of one empty
glyph (`data/glyphless.ttf`), so that nothing is ever painted; a ToUnicode map gives each code its
character. The layer is put *before* the page's own content: there the graphics state is the default
one, whatever the content does to it, and the content streams themselves need not be touched.

Places are computed on the upright page, where lines run to the right, and brought into the page's user
space by one matrix that knows /CropBox, /Rotate and the turn of the scan.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from pipeline.document import Box, Line, Page, Word

# Of the font program: units of 1/1000 em (tools/pdf_data.py).
ADVANCE = 500
ASCENT = 800
DESCENT = -200

FONT_NAME = "/SohoaInvisible"

# A slope is believed only on a page with this many words on lines of three words and more; below, the
# boxes' own unevenness (about a tenth of the letter height) is larger than a skew worth following.
MIN_WORDS_FOR_SLOPE = 12
# 0.2 degrees: over the width of an A4 page 0.6 mm, below which a highlight sits right without it.
MIN_SLOPE = 0.0035
# A slope that changes over the page is believed with this many lines, and from this difference between first and
# last line on (0.6 degrees): less moves no highlight by more than 3 points at the ends of a line.
MIN_LINES_FOR_CHANGE = 8
MIN_CHANGE = 0.01
# From here on (17 degrees) a word is drawn along the slope; below it lies level, on its own step of the line, since
# readers that part words where the baseline moves by half a point within them (poppler) would give its letters one by
# one. At the 9 degrees of a photograph half of a word of 60 points is then 5 points high or low, less than its line.
STEEP_SLOPE = 0.3
# Readers that judge by distance (poppler from 0.15 em) must see a gap between any two words, also where boxes touch.
MIN_GAP = 0.2


@dataclass(frozen=True, slots=True)
class Matrix:
    """PDF's six numbers: x' = a x + c y + e, y' = b x + d y + f."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def then(self, after: Matrix) -> Matrix:
        """First this one, then `after`."""
        return Matrix(
            self.a * after.a + self.b * after.c, self.a * after.b + self.b * after.d,
            self.c * after.a + self.d * after.c, self.c * after.b + self.d * after.d,
            self.e * after.a + self.f * after.c + after.e, self.e * after.b + self.f * after.d + after.f,
        )

    def point(self, x: float, y: float) -> tuple[float, float]:
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f


def _turning(degrees: int, width: float, height: float) -> Matrix:
    """Turns a page of `width` x `height` (origin top left, y down) clockwise by quarter turns."""
    match degrees % 360:
        case 90:
            return Matrix(0, 1, -1, 0, height, 0)
        case 180:
            return Matrix(-1, 0, 0, -1, width, height)
        case 270:
            return Matrix(0, -1, 1, 0, 0, width)
    return Matrix(1, 0, 0, 1, 0, 0)


def user_space(page: Page, crop: Box, rotate: int) -> Matrix:
    """From the upright page (points, origin top left) to PDF user space.

    Args:
        page: an upright page; `turn` says how it was turned from the page as displayed.
        crop: the visible part of the page in user space, `top` and `bottom` being its smaller and
            larger y.
        rotate: the page's /Rotate.
    """
    shown_width, shown_height = (page.height, page.width) if page.turn in (90, 270) else (page.width, page.height)
    shown = _turning(-page.turn % 360, page.width, page.height)
    flat_width, flat_height = (shown_height, shown_width) if rotate % 180 else (shown_width, shown_height)
    flat = _turning(-rotate % 360, shown_width, shown_height)
    # Scaled to the crop box, since a reader that heeds /UserUnit shows a larger page than the box says.
    across = crop.width / flat_width if flat_width else 1.0
    down = crop.height / flat_height if flat_height else 1.0
    upward = Matrix(across, 0, 0, -down, crop.left, crop.bottom)
    return shown.then(flat).then(upward)


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word to draw: its left end and width along the line, in points of the upright page."""

    text: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """Words on one baseline, y = `baseline` + `slope` x, with the type size that fills the line's height."""

    words: tuple[PlacedWord, ...]
    baseline: float
    slope: float
    size: float


def _told(line: Line) -> list[tuple[str, Box]]:
    """Text and box of the words that have both.

    A word whose text was joined into the one before it lends that one its box.
    """
    told: list[tuple[str, Box]] = []
    for word in line.words:
        if word.box is None:
            continue
        if word.text:
            told.append((_printable(word.text), word.box))
        elif told and _was_joined(word):
            text, box = told[-1]
            told[-1] = (text, box.union(word.box))
    return [(text, box) for text, box in told if text]


# Names of the edits that empty a word because its letters went to the word before it.
JOINING = frozenset({"restore_merge", "join_broken_token"})


def _was_joined(word: Word) -> bool:
    return any(edit.rule in JOINING for edit in word.edits)


def _printable(text: str) -> str:
    """Without control characters and lone surrogates, which no font code may stand for."""
    return " ".join("".join(c if c.isprintable() or c.isspace() else "" for c in text).split())


def _without_boxes(line: Line) -> list[tuple[str, Box]]:
    """The words of a line of which only the whole box is known, spread over it by their letters."""
    texts = [text for word in line.words if (text := _printable(word.text))]
    if line.box is None or not texts:
        return []
    step = line.box.width / (sum(map(len, texts)) + len(texts) - 1)
    told, at = [], line.box.left
    for text in texts:
        right = min(at + step * len(text), line.box.right)
        told.append((text, Box(at, line.box.top, max(at, right), line.box.bottom)))
        at = right + step
    return told


def _slopes(told: Sequence[tuple[str, Box]]) -> list[float]:
    """Slopes between words far enough apart for the unevenness of their boxes not to matter."""
    if len(told) < 3:
        return []
    height = statistics.median(box.height for _, box in told)
    middles = [box.middle for _, box in told]
    return [
        (middles[j][1] - middles[i][1]) / (middles[j][0] - middles[i][0])
        for i in range(len(middles)) for j in range(i + 1, len(middles))
        if middles[j][0] - middles[i][0] > 6 * height
    ]


@dataclass(frozen=True, slots=True)
class Skew:
    """How the lines of an upright page fall to the right (dy/dx, y down), as a function of their height on it.

    A scan has one slope; on a photograph it changes from top to bottom. Zero where there is too little text.
    """

    slope: float = 0.0
    change: float = 0.0  # of the slope, a point down the page

    def at(self, y: float) -> float:
        slope = self.slope + self.change * y
        return slope if abs(slope) >= MIN_SLOPE else 0.0


def page_skew(lines: Iterable[Sequence[tuple[str, Box]]]) -> Skew:
    """Medians over lines and pairs of lines (Theil and Sen), so that a signature or a table does not tilt the page."""
    found: list[tuple[float, float]] = []
    words = 0
    for told in lines:
        slopes = _slopes(told)
        if slopes:
            found.append((statistics.median(box.middle[1] for _, box in told), statistics.median(slopes)))
            words += len(told)
    if words < MIN_WORDS_FOR_SLOPE:
        return Skew()
    span = max(y for y, _ in found) - min(y for y, _ in found)
    steps = [
        (b[1] - a[1]) / (b[0] - a[0]) for i, a in enumerate(found) for b in found[i + 1:]
        if abs(b[0] - a[0]) > span / 4
    ]
    change = statistics.median(steps) if len(found) >= MIN_LINES_FOR_CHANGE and steps else 0.0
    if abs(change) * span < MIN_CHANGE:
        change = 0.0
    return Skew(statistics.median(slope - change * y for y, slope in found), change)


def _place(told: Sequence[tuple[str, Box]], slope: float) -> PlacedLine:
    tops, bottoms = [], []
    for _, box in told:
        # The corner that touches the word's own top or bottom edge lies left or right by the way it falls.
        low, high = (box.right, box.left) if slope > 0 else (box.left, box.right)
        bottoms.append(box.bottom - slope * low)
        tops.append(box.top - slope * high)
    # Not the extremes: one bracket or a speck would lift the whole line's highlight.
    top = sorted(tops)[len(tops) // 10]
    bottom = sorted(bottoms)[-1 - len(bottoms) // 10]
    size = max(bottom - top, 1.0)
    words = []
    for i, (text, box) in enumerate(told):
        right = box.right
        if i + 1 < len(told) and box.left < (after := told[i + 1][1].left):
            # Not narrower than a quarter of its box, however close the next word.
            right = min(right, max(after - MIN_GAP * size, (3 * box.left + right) / 4))
        words.append(PlacedWord(text, box.left, max(right, box.left + 0.1)))
    return PlacedLine(tuple(words), bottom + size * DESCENT / 1000, slope, size)


# Blocks that are no part of the text: who copies a paragraph that runs over two pages does not want them in it.
ARTEFACTS = frozenset({"page_number", "running_head", "footer"})


def place_lines(page: Page) -> tuple[PlacedLine, ...]:
    """The lines of an upright page in reading order, each word at its place.

    Page numbers and running heads are left out, and words without any box.
    """
    lines = [
        _told(line) or _without_boxes(line)
        for block in page.blocks if block.kind not in ARTEFACTS for line in block.lines
    ]
    skew = page_skew(lines)
    return tuple(
        _place(told, skew.at(statistics.median(box.middle[1] for _, box in told))) for told in lines if told
    )


class GlyphlessFont:
    """Gives every character a code as it is first used, and makes the font object at the end."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def encode(self, text: str) -> str:
        """`text` as a hexadecimal PDF string of two-byte codes."""
        codes = (self._codes.setdefault(character, len(self._codes) + 1) for character in text)
        return "<" + "".join(f"{code:04X}" for code in codes) + ">"

    def embed(self, pdf: Pdf) -> pikepdf.Object:
        """The font dictionary, with program, ToUnicode and CIDToGIDMap, as an indirect object of `pdf`."""
        program = pdf.make_stream(_data("glyphless.ttf"))
        program.Length1 = len(_data("glyphless.ttf"))
        descriptor = Dictionary(
            Type=Name.FontDescriptor, FontName=Name(FONT_NAME), Flags=4, FontBBox=Array([0, DESCENT, ADVANCE, ASCENT]),
            ItalicAngle=0, Ascent=ASCENT, Descent=DESCENT, CapHeight=ASCENT, StemV=80, FontFile2=program,
        )
        descendant = Dictionary(
            Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=Name(FONT_NAME),
            CIDSystemInfo=Dictionary(
                Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0,
            ),
            FontDescriptor=pdf.make_indirect(descriptor), DW=ADVANCE,
            # Code 0 stays at .notdef and is never shown; all others are the empty glyph.
            CIDToGIDMap=pdf.make_stream(b"\0\0" + b"\0\1" * len(self._codes)),
        )
        return pdf.make_indirect(Dictionary(
            Type=Name.Font, Subtype=Name.Type0, BaseFont=Name(FONT_NAME), Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]), ToUnicode=pdf.make_stream(self._to_unicode()),
        ))

    def _to_unicode(self) -> bytes:
        pairs = [f"<{code:04X}> <{c.encode('utf-16-be').hex().upper()}>" for c, code in self._codes.items()]
        blocks = [pairs[i:i + 100] for i in range(0, len(pairs), 100)]  # 100 a block: CMap specification
        body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
        return (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
            "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
            f"{body}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
        ).encode("ascii")


@cache
def _data(name: str) -> bytes:
    return resources.files("pipeline").joinpath("data", name).read_bytes()


def srgb_profile() -> bytes:
    """An ICC profile of sRGB, for the output intent."""
    return _data("srgb.icc")


def _number(value: float) -> str:
    """Short and exact to 1/1000 point, never in exponent form, never "-0"."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def content(lines: Sequence[PlacedLine], to_user: Matrix, font: GlyphlessFont, font_key: str) -> bytes:
    """The content stream that draws `lines` invisibly, with a space after every word.

    Each word has its own text matrix, so that no rounding adds up along a line.
    """
    if not lines:
        return b""
    out = ["q BT 3 Tr"]
    for line in lines:
        out.append(f"{font_key} {_number(line.size)} Tf")
        # Along the word, and up from it; y grows downwards on the upright page.
        steep = line.slope if abs(line.slope) >= STEEP_SLOPE else 0.0
        length = (1 + steep**2) ** 0.5
        along, fall = 1 / length, steep / length
        for i, word in enumerate(line.words):
            start = line.baseline + line.slope * (word.left if steep else (word.left + word.right) / 2)
            place = Matrix(along, fall, fall, -along, word.left, start).then(to_user)
            numbers = (place.a, place.b, place.c, place.d, place.e, place.f)
            out.append(" ".join(f"{n:.6g}" if abs(n) >= 1e-5 else "0" for n in numbers[:4])
                       + f" {_number(place.e)} {_number(place.f)} Tm")
            natural = ADVANCE / 1000 * line.size
            width = (word.right - word.left) * length
            stretch = max(100 * width / (natural * len(word.text)), 0.1)
            gap = line.words[i + 1].left - word.right if i + 1 < len(line.words) else line.size / 4
            # A space as wide as the gap lets a selection run on; across a column gap it would cover paper.
            space = min(max(gap, line.size / 20), 2 * line.size)
            out.append(f"{_number(stretch)} Tz {font.encode(word.text)} Tj")
            out.append(f"{_number(100 * space / natural)} Tz {font.encode(' ')} Tj")
    out.append("ET Q\n")
    return "\n".join(out).encode("ascii")
