"""Labels with a word: "Phần I", "Chương 2", "Mục 3", "Điều 5.", "Phụ lục II", "Mẫu số 01".

The trouble: a sentence may begin with the same word ("Phần lớn ...", "Điều 5 Luật ..."); numerals stand as digits, in
Roman or in words, and are read wrong.

What it never does: change a label that is printed soundly; an assumed fault stands in `doubt`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.labels import CLOSE, Family, Marker, closing, heading_like, join_doubts, text_start
from pipeline.knowledge.numerals import WORD_NUMERALS, roman_readings, roman_value

_WORDED = re.compile(
    r"(?P<word>phan|chuong|phu\s?luc|tieu\s?muc|muc|dieu|bieu\s?mau|bieu|mau)"
    r"(?P<gap>\s+(?:(?:so|thu)(?![a-z])[?'`.,]?)?\s*|)"  # "Phần thứ? nhất": a speck
    r"(?P<numeral>[ivxlh1|!t]{1,6}[a-e]?(?![a-z0-9])|\d{1,3}[a-e]?(?!\d)"
    r"|(?:nhat|mot|hai|ba|tu|bon|nam|sau|bay|tam|chin|muoi)(?![a-z]))?" + CLOSE
)
_PARTED_TITLE = re.compile(r"\s*(?::|[-–]\s)\s*(?=[^\W\d_a-zđ])[^\W\d_]")
_WORD_FAMILY: dict[str, tuple[Family, str]] = {
    "phan": ("part", "Phần"),
    "chuong": ("chapter", "Chương"),
    "phuluc": ("annex", "Phụ lục"),
    "tieumuc": ("item", "Tiểu mục"),
    "muc": ("item", "Mục"),
    "dieu": ("article", "Điều"),
    "bieumau": ("annex", "Biểu mẫu"),
    "bieu": ("annex", "Biểu"),
    "mau": ("annex", "Mẫu"),
}


def worded(head: str, at: int, line: str) -> Iterator[Marker]:
    match = _WORDED.match(aligned(head))
    if match is None or not head[0].isalpha():
        return
    family, canonical = _WORD_FAMILY[match["word"].replace(" ", "")]
    printed_word = head[match.start("word") : match.end("word")]
    printed_numeral = head[match.start("numeral") : match.end("numeral")] if match["numeral"] else ""
    rest = head[match.end() :]
    if not printed_numeral:
        # Only "Phụ lục" may stand without a number, and then alone on its line, in capitals, or before a mark and a
        # title ("Phụ lục - Danh mục công việc").
        if family != "annex" or canonical != "Phụ lục":
            return
        alone = not line[at + match.end() :].strip(" .:*_-")
        parted = printed_word[0].isupper() and _PARTED_TITLE.match(head, match.end("word")) is not None
        if not alone and not parted and not (printed_word.isupper() and heading_like(rest) == 1.0):
            return
    elif rest and rest[0].isalnum():
        return
    glued = not match["gap"] and bool(printed_numeral) and not printed_numeral.isdecimal()
    if glued and not ((printed_word + printed_numeral).isupper() and not rest.strip(" .:*_-")):
        return  # "Phầni": a word that begins so; "PHẦNII" alone on its line lost its space
    word_gap = match["gap"].split()
    keyword = _in_case_of(printed_word, canonical)
    doubt = None if keyword == " ".join(printed_word.split()) else f"read as {printed_word}"
    value, numeral, numeral_doubt = _worded_numeral(
        match["numeral"] or "", printed_numeral, bool(word_gap) and word_gap[0].startswith("thu")
    )
    if value is None and printed_numeral:
        return
    if canonical in ("Mẫu", "Biểu", "Biểu mẫu") and not word_gap:
        return
    middle = head[match.start("gap") : match.end("gap")].strip(" ?'’`.,")
    label = " ".join(part for part in (keyword, middle, numeral) if part)
    close, close_doubt = closing(match["close"])
    remainder = line[at + match.end() :]
    likelihood = 0.95 if (close in (".", ":", "-") or not remainder.strip()) else 0.45
    if not close and remainder.strip():
        likelihood = 0.6 if heading_like(remainder) == 1.0 else 0.3
    if family == "article" and not close:
        likelihood = 0.25 if remainder.strip() else 0.6
    if printed_word[0].islower():
        likelihood *= 0.2
    shape = f"{canonical} {'I' if numeral and roman_value(numeral.rstrip('abcde')) else '1'}"
    yield Marker(
        family,
        label,
        (value,) if value is not None else (),
        shape if numeral else canonical,
        close,
        at,
        text_start(line, at + match.end()),
        likelihood,
        join_doubts(doubt, numeral_doubt, close_doubt),
    )


def _in_case_of(printed: str, canonical: str) -> str:
    if printed.isupper():
        return canonical.upper()
    return canonical.lower() if printed[0].islower() else canonical


def _worded_numeral(plain_numeral: str, printed: str, ordinal: bool) -> tuple[int | None, str, str | None]:
    if not printed:
        return None, "", None
    if plain_numeral in WORD_NUMERALS:
        # "Phần năm" is part five, "Phần năm 2024" is not; without "thứ" only Phần and Chương in capitals are sure
        return (
            WORD_NUMERALS[plain_numeral],
            printed,
            None if ordinal or printed.isupper() else "numeral in words",
        )
    if printed.isdecimal():
        return int(printed), printed, None
    tail = printed[-1] if printed[-1] in "abcdeABCDE" and len(printed) > 1 else ""
    core = printed[: len(printed) - len(tail)]
    if core.isdecimal():
        return int(core), printed, None
    for label, value, doubt in roman_readings(core):
        return value, label + tail, doubt
    return None, "", None
