"""Words beside numbers and signs, mended by rule once all words are decoded: what a language model knows nothing of."""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.decoder.deciding import DEBRIS, is_broken
from pipeline.decoder.pending import MENDED_SYMBOL, UNSURE_FIGURE, PendingWord, leave_unsure, put
from pipeline.document import Alternative
from pipeline.knowledge.vietnamese import is_syllable, search_key

# Numbers of days, of months and of years as they are misread, and strokes of Roman numerals.
_DAY = re.compile(r"(?=.*[\dIO]|ll)[\dIlOoi]{1,2}[.,;:)]*")
_LIKE_DAY = re.compile(r"(?:[^\W\d_]\d|\d[^\W\d_]|[$£€§]\d)[.,;:)]*")
_BEFORE_MONTH = re.compile(r"[\dIlOoi]{1,2}")
_YEAR = re.compile(r"(?=.*\d)[12Il][\dIlOo]{3}[.,;:)]*")
_STROKES = re.compile(r"(?=[l1!|]{0,4}[IVHT])[IVHTLl1!|]{1,5}(?:[-/,.;:)].*)?")
_FIGURES_AFTER = {"ngay": _DAY, "thang": _DAY, "nam": _YEAR, "quy": _STROKES}
# What is like a number of one to three figures, one of them read, and numbers of figures and letters like them.
_CELL = re.compile(r"(?=.*\d)[\dlIOozZsStJ]{2,3}")
_LIKE_FIGURES = re.compile(
    r"(?=.*\d)(?=.*[lIO])[\dlIO./-]{2,10}|(?=.*[lIOSUEZ])\d[\dlIOSUEZ.,/-]+(?:ha|kg|k?m|%)?[.,;:)]*"
)
_NUMBER_SIGN = re.compile(r"(?P<sign>[Ss§$])(?:[6éo0óòỏõọôốồổỗộơớờởỡợ]|06|60)(?P<tail>[:.;]?)")
_METRES = re.compile(r"[\d.,]*[kc]?m")
_FOR_SQUARE = ("?", "’", "'")
UNSURE_UNIT = 0.8  # 5 of 6 were squared; an apostrophe may close a quotation
_PER_MILLE = re.compile(r"(?<=\d)%[oO]\Z")
_DONG = re.compile(r"(?<=\d\.\d{3})d(?=/|\Z)")
# Marks that were printed as signs behind their word ("Tổ^", "cơ'"); an apostrophe may also close a quotation.
_LOOSE_MARKS = "^~`´"
_APOSTROPHES = "'’"
_OPENING = re.compile(r"\W*['‘]\w")


def keep_figures(row: Sequence[PendingWord], unmarked: bool) -> None:
    """Numbers of days, months, years and quarters ("ngày l0", "tháng I2", "năm 2O2O", "Quý ITI/2022", "quý HI") stay as
    read: what is like figures or strokes is no word there, and which number it is is not ours to say. What reads dates
    and terms may take it for one, and then says that it did. So does one that stands alone on its line ("t2"): a cell.

    In text that lost its marks (`unmarked`) the word before strokes is "quý", whatever else "quy" may be.
    """
    for word in row:
        if word.texts is None and (_LIKE_FIGURES.fullmatch(word.raw) or is_broken(word.raw)):
            leave_unsure(word, UNSURE_FIGURE)
    if len(row) == 1 and _CELL.fullmatch(row[0].raw):
        _keep(row[0])
    after = [search_key(word.text) for word in row[2:]]
    for place, (before, word) in enumerate(pairwise(row)):
        kept = _FIGURES_AFTER.get(search_key(before.text))
        if kept is _DAY and _LIKE_DAY.fullmatch(word.text):
            leave_unsure(word, UNSURE_FIGURE)
        if kept is _DAY and after[place : place + 1] == ["thang"]:
            kept = _BEFORE_MONTH
        if kept is None or not kept.fullmatch(word.raw):
            continue
        if word.kind == "reading" and kept is _STROKES:  # how many strokes there are no reader tells for sure
            other = Alternative(word.text, min(word.confidence, UNSURE_FIGURE))
            word.alternatives = (other, *(one for one in word.alternatives if one.text != word.raw))
            word.kind = "kept"
        _keep(word)
        if unmarked and kept is _STROKES and before.text[-1] not in "ýÝ":
            before.texts = [before.text[:-1] + ("Ý" if before.text.isupper() else "ý")]
            before.kind, before.confidence, before.alternatives = "mark", MENDED_SYMBOL, ()


def _keep(word: PendingWord) -> None:
    if word.text != word.raw and word.kind != "reading":
        word.texts, word.kind, word.confidence = [word.raw], "kept", UNSURE_FIGURE


def mend_number_signs(row: Sequence[PendingWord]) -> None:
    """"S6:", "$6:", "so" before a document symbol is "Số:" or "số", whatever syllable is likelier; so is "S6:" that
    opens a line before a number of which a blank parts its codes ("S6: 19 /KH-BTV")."""
    for word, after in pairwise(row):
        found = _NUMBER_SIGN.fullmatch(word.raw)
        if found and after.pieces and after.pieces[0].kind == "symbol":
            _be_number_sign(word, found, [found["tail"]])
    if len(row) > 2 and row[0].raw[0] != "s" and row[1].raw.isdecimal() and "/" in row[2].raw:
        found = _NUMBER_SIGN.fullmatch(row[0].raw)
        if found:
            _be_number_sign(row[0], found, [found["tail"]])
    for word in row:
        found = _NUMBER_SIGN.fullmatch(word.pieces[0].text) if len(word.pieces) == 2 else None
        if found and word.pieces[1].kind == "symbol":
            _be_number_sign(word, found, (word.texts or [word.pieces[1].text])[-1:])


def _be_number_sign(word: PendingWord, found: re.Match[str], after: list[str]) -> None:
    texts = ["số" if found["sign"] == "s" else "Số", *after]
    if "".join(texts) != word.text:
        word.texts, word.kind, word.confidence, word.alternatives = texts, "letter", MENDED_SYMBOL, ()


def mend_units(row: Sequence[PendingWord]) -> None:
    """What stands behind a number and is in no alphabet of a recogniser: "0,6%o" is 0,6‰, "200.000d" is 200.000đ, "120
    km?" is 120 km².

    Vietnamese has no unit d, and no figure is touched; "%0" may be a figure."""
    number = False  # the word before ends in a figure
    for word in row:
        texts = word.texts or [piece.text for piece in word.pieces]
        for place, (text, behind) in enumerate(pairwise(texts)):
            counted = text[:1].isdecimal() or (number if place == 0 else texts[place - 1] == "/")
            if counted and _METRES.fullmatch(text) and behind.startswith(_FOR_SQUARE):
                put(word, place, f"{text}²", UNSURE_UNIT)
                put(word, place + 1, behind[1:], UNSURE_UNIT)
                word.kind, word.alternatives = "letter", ()
        for place, text in enumerate(texts):
            made = _DONG.sub("đ", _PER_MILLE.sub("‰", text))
            if made != text:
                put(word, place, made, MENDED_SYMBOL)
                word.kind = "letter" if word.kind in ("kept", "locked") else word.kind
        number = word.raw[-1:].isdecimal()


def part_figures(row: Sequence[PendingWord]) -> None:
    """Words and the numbers that ran into them apart again: "ngày09" is "ngày 09", "95%kế" is "95% kế"."""
    for word, place, (first, second) in _neighbours(row):
        if {first, second} not in ({"text", "number"}, {"text", "symbol"}):
            continue
        texts = word.texts or [piece.text for piece in word.pieces]
        if is_syllable(texts[place if first == "text" else place + 1]):
            put(word, place, f"{texts[place]} ", word.confidence)
            word.kind = "split"


def drop_loose_marks(row: Sequence[PendingWord]) -> None:
    """Signs behind a word that are its own marks, misread, leave it: "về^", "Sở'" where nothing opened a quotation."""
    quoted = next((number for number, word in enumerate(row) if _OPENING.match(word.raw)), len(row))
    for words, marks in ((row[:quoted], _LOOSE_MARKS + _APOSTROPHES), (row[quoted:], _LOOSE_MARKS)):
        for word, place, kinds in _neighbours(words):
            if kinds == ("text", "punctuation") and word.texts is not None and is_syllable(word.texts[place]):
                left = word.texts[place + 1].lstrip(marks)
                if left != word.texts[place + 1]:
                    put(word, place + 1, left, word.confidence)
                    word.kind = "letter" if word.kind == "kept" else word.kind


def mend_points(row: Sequence[PendingWord]) -> None:
    """A point between two words in small letters is a comma that lost its tail: "tốt. khá"."""
    for word, after in pairwise(row):
        texts = word.texts or [piece.text for piece in word.pieces]
        if [piece.kind for piece in word.pieces] != ["text", "punctuation"] or len(texts) != 2 or texts[1] != ".":
            continue
        before, behind = texts[0], after.text.rstrip(".,;:)")
        if len(before) > 1 and before.islower() and behind.islower() and is_syllable(before) and is_syllable(behind):
            put(word, 1, ",", MENDED_SYMBOL)
            word.kind = "letter" if word.kind == "kept" else word.kind


def doubt_all(row: Sequence[PendingWord]) -> None:
    """Words and numbers of a passage of which nothing can be made stay as read, and none is believed."""
    for word in row:
        word.texts, word.kind = [word.raw], "kept"
        word.confidence, word.alternatives = min(DEBRIS, 1.0 if word.recognised is None else word.recognised), ()


def _neighbours(row: Sequence[PendingWord]) -> Iterator[tuple[PendingWord, int, tuple[str, str]]]:
    """Pieces that stand side by side: their word, the place of the first, the kinds of both. Words that a rule gave
    another text as a whole have none."""
    for word in row:
        if word.texts is None or len(word.texts) == len(word.pieces):
            for place, (piece, after) in enumerate(pairwise(word.pieces)):
                yield word, place, (piece.kind, after.kind)
