"""The dateline of a head (địa danh, thời gian ban hành): "Hoa Lư, ngày 23 tháng 01 năm 2024".

The trouble: day and month are written by hand into dotted blanks, so that a recogniser gives "ngày 4£ tháng ,S";
two columns are merged, so that the number or the national motto stands before the place.

What it never does: fill a blank or mend a digit. A slot that holds something else than digits is kept as printed,
left out of the date and named in `doubt`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.knowledge.dates import NUMBER, YEAR, YEARS, edtf_of
from pipeline.knowledge.fuzzy import aligned


@dataclass(frozen=True, slots=True)
class Dateline:
    """The head's "Địa danh, ngày ... tháng ... năm ...". Blank parts are None.

    `date` is EDTF shortened to what is written and sure, None without a year. `day`, `month`, `year` are as
    printed ("05"), doubtful ones included.
    """

    start: int
    end: int
    raw: str
    place: str | None
    date: str | None
    day: str | None
    month: str | None
    year: str | None
    doubt: str | None = None


# Three slots with at most 12 signs of anything in each: handwriting gives "ngày 4£ tháng ,S năm 2017".
_DATELINE = re.compile(
    r"(?<![a-z])(?!nguy)n[gq][a-z]{1,2}[yvu](?P<d>[^\n]{0,12}?)\s?th[a-z]n[gq](?P<m>[^\n]{0,12}?)"
    r"\s?n[a-z]m(?![a-z])(?P<y>\s*[0-9oil|]{4}(?![0-9a-z])|[^a-z\n]{0,14})"
)
_DATELINE_SHORT = re.compile(
    rf"(?<=, )ngay\s+(?P<d>{NUMBER})[/.\-](?P<m>{NUMBER})[/.\-](?P<y>{YEAR})(?![0-9])"
)
# "Đắk Tô, 05/10/2020": without its word a date is one of the head only where nothing but a place stands on its line.
_DATELINE_BARE = re.compile(
    rf"(?<=, )(?P<d>{NUMBER})[/.\-](?P<m>{NUMBER})[/.\-](?P<y>{YEAR})\W*$"
)
_PLACE_ALONE = re.compile(r"(?:tp\. |tx\. |tt\. )?[^\W\d]+(?: [^\W\d]+){0,4}, ")
_PLACE = re.compile(
    r"(?P<place>(?:T\.?P\.?|Tp\.|TX\.|TT\.|Q\.|P\.|H\.)?\s*[^\W\d_][^,;:.\d/]{1,60}?(?:(?<=uận)\s\d{1,2}|"
    r"(?<=ường)\s\d{1,2})?)\s*[,.;]?\s*\Z"
)
_BLANK = re.compile(r"[\s._,;:'\"*~\-/\\|…‥‧]*\Z")
_STROKE_BESIDE = re.compile(r"[0-9][|\\!]|[|\\!][0-9]")


def parse_dateline(text: str) -> Dateline | None:
    """The dateline in a line (which may hold the number too), or None where there is none.

    >>> parse_dateline("Số: 12/KH-UBND   Hoa Lư, ngày … tháng 01 năm 2024").date
    '2024-01'
    """
    plain = aligned(text)
    found = [match for match in _DATELINE.finditer(plain) if _few_letters(match)]
    match = found[-1] if found else None  # the last: a merged line may hold "ngày" in the issuer's half
    if match is None:
        match = _DATELINE_SHORT.search(plain)
        bare = None if match is not None or _PLACE_ALONE.match(plain) is None else _DATELINE_BARE.search(plain)
        match = match or (bare if bare is not None and _is_named(text[: bare.start()]) else None)
        if match is None:
            return None
    doubts: list[str] = []
    day = _slot(text, match, "d", 2, doubts, "day")
    month = _slot(text, match, "m", 2, doubts, "month")
    year = _slot(text, match, "y", 4, doubts, "year")
    if day is None and month is None and year is None and not _comma_before(plain, match.start()):
        return None
    date = None
    if year is not None and year.isdecimal() and len(year) == 4 and int(year) in YEARS:
        known_month = month if month is not None and month.isdecimal() else None
        known_day = day if day is not None and day.isdecimal() and known_month else None
        date, _, _, _, doubt = edtf_of(int(year), known_month, known_day)
        if doubt:
            doubts.append(doubt)
    if not _stands_alone(text, plain, match):
        return None
    end = match.end()
    while end > match.start() and text[end - 1] in " \t,;:":
        end -= 1
    place, start = _place_before(text, plain, match.start())
    return Dateline(start, end, text[start:end], place, date, day, month, year, "; ".join(doubts) or None)


def _is_named(place: str) -> bool:
    """Whether all words of a place begin with a capital."""
    return all(word[:1].isupper() for word in place.split())


def _stands_alone(text: str, plain: str, match: re.Match[str]) -> bool:
    """Whether it is the head's own date and not one of a sentence: a comma stands before it, or nothing but a short
    place or the number does and no sentence goes on after it."""
    if _comma_before(plain, match.start()) or not any(map(str.isalpha, plain[: match.start()])):
        return sum(map(str.isalpha, plain[match.end() :])) <= 60 or not plain[
            match.end() :
        ].lstrip().startswith(("cua ", "ve "))
    before = text[: match.start()].rstrip()
    place = re.split(r"\s{3,}|\t|\n", before)[-1].split()
    after = sum(map(str.isalpha, plain[match.end() :]))
    return (
        after <= 12
        and len(place) <= 5
        and all(word[0].isupper() for word in place)
        and not before.endswith(("Đ", "D", "T"))
    )


def _few_letters(match: re.Match[str]) -> bool:
    """Whether the slots hold no words: "ngày làm việc tháng" is no dateline, "ngày 4£ tháng ,S" is one."""
    return all(sum(map(str.isalpha, match[name])) <= 3 for name in ("d", "m"))


def _comma_before(plain: str, at: int) -> bool:
    return plain[:at].rstrip().endswith(",")


def _slot(text: str, match: re.Match[str], name: str, width: int, doubts: list[str], what: str) -> str | None:
    """What stands in one slot: digits, None for a blank; anything else is kept as printed with a doubt."""
    printed = text[match.start(name) : match.end(name)]
    if _BLANK.match(aligned(printed)):
        return None
    kept = printed.strip(" ._,;:'\"*~-/\\|…‥‧\t")
    if _STROKE_BESIDE.search(printed):
        doubts.append(f"{what} read as {printed.strip()}")  # "3|": the stroke was a figure, most likely
        return printed.strip()
    digits = kept.replace(" ", "")
    if digits.isdecimal() and digits.isascii():
        if len(digits) > width:
            doubts.append(f"{what} read as {kept}")
            return kept if what != "year" else digits[:4] if len(kept.split()[0]) == 4 else kept
        if what == "year" and len(digits) < 4:
            return None  # "năm 20…": the form's own digits, the rest left blank
        if digits != kept:
            doubts.append(f"{what} printed with a space")
        return digits
    doubts.append(f"{what} read as {kept}")
    return kept


# What may stand to the left of the place on a line that two columns were merged into.
_SYMBOL_END = re.compile(
    r".*(?:[A-ZĐ&0-9]{2,}[-/][A-ZĐƯƠa-zđ0-9.&\-/]{1,30}(?:\([A-ZĐ0-9.\-]{1,12}\))?|[/\-][A-ZĐ][A-ZĐa-z&\-]{1,20}|\*|"
    r"\bSố\s*:?\s*[\d.…/ ]*)\s+"
)


_MOTTO = re.compile(r"(?:hanh phuc|viet nam)[\s*_.\-]*(?=[a-z])")


_PLACE_REACH = 160  # letters before the date in which its place may begin; merged columns are shorter


def _place_before(text: str, plain: str, at: int) -> tuple[str | None, int]:
    low = max(0, at - _PLACE_REACH)
    before = text[low:at]
    left = max(before.rfind("\n"), before.rfind("\t"), before.rfind("   "))
    segment_start = low + left + 1
    segment = before[left + 1 :]
    motto = _MOTTO.search(plain, segment_start, at)
    if motto:  # "Độc lập - Tự do - Hạnh phúc" on the line above was merged in
        segment_start = motto.end()
        segment = text[segment_start:at]
    cut = _SYMBOL_END.match(segment)
    if cut:
        segment_start += cut.end()
        segment = segment[cut.end() :]
    match = _PLACE.search(segment)
    if match is None:
        return None, at
    place = " ".join(_SPECK_BEHIND.sub("", match["place"]).split()).strip(" -*_\"'()")
    words = place.split()
    # A place is written in capitals ("Hoa Lư", "TP. Hồ Chí Minh", "Ea H'leo"); small words before are not its own.
    while words and not words[0][0].isupper():
        words.pop(0)
    words = _after_capitals(words)
    if not words or len(words) > 7:
        return None, at
    place = " ".join(words)
    return place, segment_start + segment.rfind(words[0]) if len(words) == 1 else segment_start + max(
        segment.find(words[0]), 0
    )


_SPECK_BEHIND = re.compile(r"(?<=\w)[’'`´](?=\s|$)")  # "Chợ’ Gạo"
_SHORT_KINDS = ("TP", "TP.", "TX", "TX.", "TT", "TT.", "Q.", "H.", "P.")


def _after_capitals(words: list[str]) -> list[str]:
    """The place behind a body's name in capitals merged in from the left column: "BCH ĐOÀN XÃ XUÂN HÒA Xuân Hòa"."""
    loud = 0
    while loud < len(words) and words[loud].isupper() and words[loud] not in _SHORT_KINDS:
        loud += 1
    return words[loud:] if 2 <= loud < len(words) else words
