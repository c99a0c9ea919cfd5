"""Numbers by their place: behind "ngày", "tháng" and "năm", in a date, before the symbol of a document.

The trouble: a recogniser of text prints letters and marks for worn figures ("ngày 1ó tháng 0! năm 199ó",
"ó71/QĐ-UBND"), and is fairly sure. No letter can stand there, so such a word is none, and what the reader of figures
sees when it is asked for figures alone is worth more than it. On 24 worn pages of dates and numbers drawn for this, of
twelve pairs of a face and a kind of wear, all 42 such words that met the conditions below came out right.

Evidence: the word before, or the strokes of a date or a symbol; a figure of the reader for each sign that was read.

What it never does: change a figure that was read, or find another number of signs; take the letter of "12a/KH-UBND",
a unit or a word for a figure.
"""

from __future__ import annotations

import re

from pipeline.imaging.glyphs import Told
from pipeline.knowledge import vietnamese
from pipeline.knowledge.fuzzy import aligned

SIGNS = "0123456789./-"  # what the reader of figures is asked for
_NAMES_DATE = re.compile(r"\W*(?:nga[yu]|thang|nam)")
_NAMES_NUMBER = re.compile(r"\W*so\W*")
_DATE = re.compile(r"(?P<part>\S{1,2}([/.-])\S{1,2}\2(?:[12]\S{3}|\S[09][0-9]{2}))")
_NUMBER = re.compile(r"(?P<part>[^\s/-]{1,10}(?:/[^\s/-]{4})?)")
_SYMBOL = re.compile(r"(?P<part>[^\s/-]{1,5})[/-](?=[A-ZĐ]{1,5}[-/][A-ZĐ])")
_SUFFIXED = re.compile(r"[0-9]+[a-dđA-DĐ]")
_FIGURES = re.compile(r"[0-9./-]+")
# What recognisers of text print for figures, marks of letters taken off.
_LIKE_FIGURES = frozenset("ilosbzgqtdjreIJLOSBZGQTDE0123456789/.-!|¡§$[]{}?'’:;")
SURE = 0.5  # all 42 of 0.53 and more were right; the word is flagged in any case, since two readers differ


def part_of(before: str, text: str) -> tuple[int, int] | None:
    """Where in a word behind another a number must stand that was not read as one; None where there is no such place.

    >>> part_of("ngày", "1ó/3/2019,"), part_of("tháng", "0!"), part_of("số", "ó71/QĐ-UBND"), part_of("năm", "học")
    ((0, 9), (0, 2), (0, 3), None)
    >>> part_of("ngày", "16"), part_of("số", "12a/KH-UBND"), part_of("ngày", "24h")
    (None, None, None)
    """
    opened = len(text) - len(text.lstrip("("))
    core = text.rstrip(".,;:)")
    named = aligned(before)
    found = _DATE.fullmatch(core, opened)
    if found is None and _NAMES_DATE.fullmatch(named):
        found = _NUMBER.fullmatch(core, opened)
    if found is None and _NAMES_NUMBER.fullmatch(named):
        found = _SYMBOL.match(core, opened)
    if found is None:
        return None
    part = found["part"]
    like = _LIKE_FIGURES.issuperset(vietnamese.strip_marks(part).replace("Ø", "O").replace("ø", "o"))
    if not like or _FIGURES.fullmatch(part) or _SUFFIXED.fullmatch(part):
        return None
    return found.span("part") if len(part) == 1 or any(map(str.isdecimal, part)) else None


def told(text: str, part: tuple[int, int], asked: Told | None, free: Told | None) -> str | None:
    """The word with figures in that part of it, where the reader of figures, `asked` for figures alone, is sure enough.

    Where no figure was read there it must have seen them without being asked (`free`).
    """
    read = text[slice(*part)]
    if asked is None or asked.confidence < SURE:
        return None
    if not any(map(str.isdecimal, read)) and (free is None or free.text[: len(read)] != asked.text[: len(read)]):
        return None
    return filled(text, part, asked.text)


def filled(text: str, part: tuple[int, int], told: str) -> str | None:
    """The word with the figures told for a part of it; None where they do not fit the signs that were read.

    >>> filled("1ó/3/2019,", (0, 9), "16/3/2019"), filled("ó71/QĐ-UBND", (0, 3), "671/-9")
    ('16/3/2019,', '671/QĐ-UBND')
    >>> filled("17/S/2017", (0, 9), "17/9/2011") is None
    True
    """
    start, end = part
    read = text[start:end]
    told = told.rstrip("./-") if "/" in read or "." in read else re.split(r"[/.-]", told)[0]
    same = len(told) == len(read) and all(
        now == was if was in SIGNS else now.isdecimal() for was, now in zip(read, told, strict=True)
    )
    return text[:start] + told + text[end:] if same else None
