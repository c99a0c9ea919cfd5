"""Units behind a number, folded: "triệu đồng/người/năm", "lượt khách", "%", "/10.000 dân".

The trouble: a unit has several words, a base ("/ha") and a factor before it ("1,8 triệu lượt khách"); most counting
words are ordinary nouns, and a word that stands behind a number need not belong to it.

Evidence: the table of units (dictionaries/units.tsv); then any small word that can be a noun, or an abbreviation.

What it never does: take a word that begins a name ("năm 2024 Hội ...").
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.lexicon import load_table

Group = Literal["percent", "money", "scale", "measure", "time", "age", "ratio", "count", "none"]


@cache
def _units() -> tuple[re.Pattern[str], dict[str, Group]]:
    groups: dict[str, Group] = {}
    for unit, group in load_table("units"):
        groups.setdefault(aligned(unit), group)  # type: ignore[arg-type]
    ordered = sorted(groups, key=len, reverse=True)
    words = "|".join(re.escape(unit).replace(r"\ ", r"\s+") for unit in ordered)
    return re.compile(rf"(?:{words})(?![a-z0-9²³])"), groups


def is_unit(text: str) -> bool:
    """Whether a text is a unit alone, as a column "Đơn vị tính" holds them: "Triệu đồng", "%", "Tạ/ha".

    >>> [is_unit(text) for text in ("Triệu đồng", "%", "Tạ/ha", "Xã Tân Lập")]
    [True, True, True, False]
    """
    plain = aligned(text.strip())
    match = _units()[0].match(plain)
    return match is not None and (match.end() == len(plain) or PER.fullmatch(plain, match.end()) is not None)


def is_listed(text: str) -> bool:
    """Whether a text is a unit of the table with its marks as they stand there.

    >>> is_listed("ha"), is_listed("Tấn"), is_listed("hà")
    (True, True, False)
    """
    return text.strip().lower() in _spellings()[0]


def respelled(text: str) -> str:
    """A unit of several words as the table spells it, where its letters differ from one unit there in marks alone.

    A single word stays: without its neighbours nothing tells "bó" from "bộ".

    >>> respelled("tỷ đông"), respelled("Triệu đồng"), respelled("bó")
    ('tỷ đồng', 'Triệu đồng', 'bó')
    """
    if " " not in text.strip() or is_listed(text):
        return text
    found = _spellings()[1].get(aligned(text.strip()), ())
    return found[0] if len(found) == 1 else text


@cache
def _spellings() -> tuple[frozenset[str], dict[str, tuple[str, ...]]]:
    """All listed units, and those of one key."""
    listed = dict.fromkeys(unit for unit, _ in load_table("units"))
    by_key: dict[str, tuple[str, ...]] = {}
    for unit in listed:
        by_key[aligned(unit)] = (*by_key.get(aligned(unit), ()), unit)
    return frozenset(listed), by_key


# The base of a rate after the unit: "/người/năm", "/10.000 dân", "/ha"
PER = re.compile(
    r"\s?/\s?(?:1[0.]*0\s?)?[a-z][a-z0-9²³]*(?:\s(?:dan|nguoi|dat|nam|lao dong|tre|ho|sinh|de song|sinh ra song"
    r"|so sinh|nu|gai|trai|hoc|ky|vi|vien|canh tac|gieo trong|san xuat|vu)(?![a-z]))?"
)
# Words that follow a number but are no unit of it.
_NO_UNIT_WORDS = (
    "va hoac cua la tai den toi tu trong ngoai tren duoi ve cho voi theo nhu de duoc bi do o khi neu thi ma co "
    "khong dat con tang giam so cac nhung moi tro len xuong hon gom bao ke sau truoc nay cung dong thoi vao ra "
    "chi dinh ban hanh quy phe duyet thuc hien trien khai tong thuoc kem nham phan dau tiep tuc toan it nhat da "
    "thieu khoang hay phai bang nen se dang chua"
)
_NO_UNIT = frozenset(_NO_UNIT_WORDS.split())


def unit_at(plain: str, text: str, at: int) -> tuple[int, int, Group]:
    """(start, end, group) of the unit that begins at or one space after `at`; group "none" without one."""
    begin = at
    while begin < len(plain) and plain[begin] in " \u00a0" and begin - at < 2:
        begin += 1
    pattern, groups = _units()
    match = pattern.match(plain, begin)
    if match is None:
        begin, end, group = _other_word(plain, text, begin, at)
        return begin, _with_base(plain, text, end) if group != "none" else end, group
    printed = text[begin : match.end()]
    group = groups[re.sub(r"\s+", " ", match.group())]
    end = match.end()
    if group == "scale":  # "2,3 triệu lượt", "1 tỷ cây xanh"
        follow = pattern.match(plain, end + 1) if plain[end : end + 1] == " " else None
        if follow is not None:
            end, group = follow.end(), groups[re.sub(r"\s+", " ", follow.group())]
            group = "count" if group in ("scale", "time", "age") else group
        else:
            group = "count"
    elif len(printed) == 1 and printed.isalpha() and printed not in "mgđ":
        return at, at, "none"
    elif printed.istitle() and begin > at and group == "count" and len(printed) > 1:
        return at, at, "none"  # "năm 2024 Hội ...": a name begins
    return begin, _with_base(plain, text, end) if group != "none" else end, group


# "03 quyển sách/năm", "18 ca sinh/1.000 phụ nữ": a base says that the words up to it are the unit
_RATE = re.compile(
    r"(?: [a-z]+){1,3}"
    r"(?=\s?/\s?(?:1[0.]*0 |(?:nam|quy|thang|tuan|ngay|nguoi|ho|ha|xa|thon|truong|lop|don vi|hoc ky|vu)\b))"
)


def _with_base(plain: str, text: str, end: int) -> int:
    """Where a unit ends with its bases ("/người/năm"), and with the words of it that stand before the first."""
    rate = _RATE.match(plain, end)
    end = rate.end() if rate is not None and text[end : rate.end()].islower() else end
    per = PER.match(plain, end)
    while per is not None:
        end = per.end()
        per = PER.match(plain, end)
    return end


# "20 ĐVTN", "02 NVH thôn"; behind a year a body follows ("2024 UBND"), "5 II" is no count
_ABBREVIATED = re.compile(r"(?![IVXL]+\b)[A-ZĐƯ]{2,6}(?!\w)")
_YEAR_BEFORE = re.compile(r"(?:19|20)\d\d\Z")


def _other_word(plain: str, text: str, begin: int, at: int) -> tuple[int, int, Group]:
    """A small word right after the number that is not in the table counts as the unit where it can be a noun; so does
    an abbreviation in capitals."""
    short = _ABBREVIATED.match(text, begin)
    if short is not None and begin > at and not _YEAR_BEFORE.search(text, max(0, at - 4), at):
        return begin, short.end(), "count"
    match = re.match(r"[a-z]+", plain[begin : begin + 12])
    if match is None or begin == at or match.group() in _NO_UNIT or len(match.group()) < 2:
        return at, at, "none"
    if not text[begin].islower():
        return at, at, "none"
    return begin, begin + match.end(), "count"
