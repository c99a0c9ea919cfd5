"""Quantities in Vietnamese text -> comparator, decimal value, unit.

The trouble: the comma is the decimal mark and the point parts thousands, but offices mix both
("3.47 %", "1,500 con"); "trên 95%", "từ 99% trở lên", "152-155 triệu đồng", "14/19 tiêu chí", "05 giường";
and most numbers of a plan are no quantities (labels, dates, numbers of documents, "mức độ 2", "Đề án 06").

What it never does: correct a digit. A number with letters in it ("1O2", "l5") has value None and says so
in `doubt`; a number that can be read in two ways keeps the reading of the rule and says so too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.units import PER, Group, unit_at

Comparator = Literal["=", ">=", "<=", ">", "<", "range"]
Role = Literal["value", "qualifier"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number with its unit. `start` to `end` covers comparator words, number and unit.

    `value` and `value_to` are decimal strings by the contract ("41.7"); `value` is None for a number that cannot
    be read. `unit` is as printed, None without one; `group` its kind. `total` is the 19 of "14/19 tiêu chí".
    `number_start` and `number_end` cover the digits alone. `role` is "qualifier" for what belongs to an
    indicator's own words: an age ("dưới 5 tuổi"), a duration, the base of a rate ("/10.000 dân"). `doubt` says
    what is unsure.
    """

    start: int
    end: int
    raw: str
    comparator: Comparator
    value: str | None
    value_to: str | None
    unit: str | None
    group: Group
    number_start: int
    number_end: int
    total: str | None = None
    role: Role = "value"
    doubt: str | None = None


# --- numbers ---------------------------------------------------------------------------------------------

_THOUSANDS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?\Z")
_ENGLISH = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)\Z|[0-9]{1,3}(?:,[0-9]{3}){2,}\Z")
_SPACED = re.compile(r"[0-9]{1,3}(?:[ \u00a0][0-9]{3})+(?:,[0-9]+)?\Z")
_DECIMAL = re.compile(r"[0-9]+(?:,[0-9]+)?\Z")
_POINT = re.compile(r"[0-9]+\.[0-9]+\Z")


def parse_number(text: str) -> str | None:
    """A printed Vietnamese number as a decimal string, None where it is none.

    >>> [parse_number(n) for n in ("41,7", "12.745", "7.415.260.000", "05", "3.47", "1.234,50", "1O2")]
    ['41.7', '12745', '7415260000', '5', '3.47', '1234.50', None]
    """
    return _number(text)[0]


def _number(printed: str) -> tuple[str | None, str | None]:
    """(value, doubt)"""
    text = printed.strip().replace(" ,", ",").replace(", ", ",")
    doubt = "space inside the number" if text != printed.strip() else None
    if _THOUSANDS.match(text) and not text.startswith("0"):
        return _tidy(text.replace(".", "").replace(",", ".")), doubt
    if _DECIMAL.match(text):
        if re.match(r"[1-9][0-9]{0,2},[0-9]{3}\Z", text):
            doubt = "three digits after the comma"
        return _tidy(text.replace(",", ".")), doubt
    if _ENGLISH.match(text):
        return _tidy(text.replace(",", "")), "comma parts thousands"
    if _SPACED.match(text):
        return _tidy(re.sub(r"\s", "", text).replace(",", ".")), doubt
    if _POINT.match(text):
        return _tidy(text), "point as the decimal mark"
    return None, f"number read as {printed.strip()}"


def _tidy(number: str) -> str:
    whole, point, rest = number.partition(".")
    return (whole.lstrip("0") or "0") + point + rest


# --- the number with its words ---------------------------------------------------------------------------

_NUM = (
    r"(?:[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?(?![0-9])"
    r"|[0-9]{1,3}(?:,[0-9]{3}){2,}(?![0-9])"
    r"|[0-9]{1,3}(?: [0-9]{3}){2,}(?![0-9])"
    r"|[0-9]+[.,][0-9]+"
    r"|(?<![0-9])[0-9]{1,3}, [0-9]{1,2}(?=\s?%)"  # "41, 7%": a space that recognition put in; not "2030, 80%"
    r"|[0-9]+ ,[0-9]+"
    r"|[0-9]+)"
)
# "1O2", "1.sOO", "8,o": letters for figures, in the groups of a large number and behind its comma as well
_DAMAGED = (
    r"(?:[0-9]+[oil|][0-9oil|]*|[oil|]+[0-9][0-9oil|]*|[0-9]+,[0-9]*[oil|][0-9oil|]*"
    r"|(?=[oil|.]*[0-9])(?=[0-9.]*[oils|])[0-9oil|]{1,3}(?:\.[0-9oils|]{3})+)"
)
# "%o" is "‰" as recognisers read it
_FIND = re.compile(
    rf"(?<![\w.,])(?<![\w][/])(?P<a>{_DAMAGED}(?=[\s%/.,;)]|$)|{_NUM})(?P<ua>\s?(?:%[o0](?![0-9a-z])|[%‰]))?"
    rf"(?:(?P<join>\s?[-–—÷~]\s?|\s+(?:den|toi)\s+)(?P<b>{_NUM})(?=\s?%|\s|[.,;:)/]|$)|"
    rf"\s?/\s?(?P<of>[0-9]{{1,3}}(?:\.[0-9]{{3}})+|[0-9]{{1,4}})(?![0-9/]|[.,][0-9]))?"
    r"(?![0-9a-z]*[0-9])"
)
_BEFORE_GE = re.compile(
    r"(?:it nhat|toi thieu|khong (?:it|thap|nho|kem) hon|khong duoi|≥|>\s?=|=\s?>|tu)(?:\s+(?:la|dat|tu|"
    r"bang|phai|co|khoang|duoc|cho|la tu))*\s*\Z"
)
_REACHES_FROM = re.compile(r"(?<![a-z])dat tu\s*\Z")
_SHARE_ENDS = re.compile(r"%\s*(?:[.;,)]|\Z)")
_BEFORE_LE = re.compile(
    r"(?:khong (?:vuot |de )?(?:qua|vuot|cao hon|lon hon|nhieu hon|tren)|toi da|nhieu nhat|cao nhat(?= la)|"
    r"≤|<\s?=|=\s?<)(?:\s+(?:la|dat|qua|bang|khoang))*\s*\Z"
)
_BEFORE_GT = re.compile(r"(?:(?<![a-z])tren|(?<![a-z])hon|lon hon|cao hon|>)\s*\Z")
_BEFORE_LT = re.compile(r"(?:(?<![a-z])duoi|thap hon|nho hon|it hon|chua den|<)\s*\Z")
_AFTER_UP = re.compile(r"(?:\s+[a-z]+){0,5}?\s+tro\s+len(?![a-z])")
# "90% chi hội đạt khá trở lên": from which class on they count, not how many; "từ 20% ... trở lên" is a bound
_CLASS_UP = re.compile(
    r"\s(?:dat|xep|loai|hang|cap|trinh do|kha|tot|gioi|trung binh|dai hoc|cao dang|trung cap)(?:\s[a-z]+)*?\s+tro\s+len"
)
_AFTER_DOWN = re.compile(r"(?:\s+[a-z]+){0,5}?\s+tro\s+xuong(?![a-z])")
_RANGE_FROM = re.compile(r"(?<![a-z])tu(?:\s+(?:khoang|dat))?\s*\Z")

# A number after one of these words names something and counts nothing.
_NAMING = re.compile(
    r"(?:(?<![a-z])(?:so|dieu|khoan|(?<!o )muc(?! [0-9]+%)|tieu muc|phu luc|bieu|chuong|muc do|cap do|lan thu|thu|"
    r"de an|nghi quyet|nghi dinh|thong tu|"
    r"quyet dinh|chi thi|quoc lo|ql|tinh lo|giai doan|buoc|quy chuan|tieu chuan|tcvn|iso|qd|"
    r"(?<!dia )phuong|(?<!binh )(?<!co )(?<!lien )quan|"
    r"khu pho|to dan pho|covid|nam|(?<![0-9] )(?:thang|ngay)|quy|"
    r"nhiem ky|bieu so|du an|tieu du an|chi tieu|tieu chi|noi dung|hop phan|the he|phien ban|so nha|"
    r"chuyen de)(?:\s+(?:so|thu))?)[\s.]{0,2}\Z"
)
# After these it names something only where no unit follows ("cấp 2", "lớp 5", but "cấp 120 giấy chứng nhận").
_WEAK_NAMING = re.compile(
    r"(?<![a-z])(?:cap|phan|khoa|ky|dot|nhom|loai|hang|vong|tuyen|lop|khoi|khu|lo|to|ap|khom|thon|mau|diem|duong|"
    r"hinh|phong|dt|md|k|bang)(?:\s+so)?[\s:.]{0,2}\Z"
)
# After "số" in these words the number is a count: "Tổng số 12 trường", "dân số 6.393 người"
# "thu 12 tấn", "giao quân 185 công dân", "góp quỹ 9 triệu đồng"; "thứ 3", "quận 3" and "quý I" have the same keys
_COLLECTED = re.compile(r"(?<!\w)(?:thu|quân|quỹ)\s*\Z", re.IGNORECASE)
_COUNTED = re.compile(r"(?:tong|dan|ti|ty|he|si|quan|doanh|moi)\s+so\s*:?\s*\Z")
_DATES = re.compile(
    r"(?:ngay\s*)?[0-9oil]{1,2}\s?[/.\-]\s?[0-9oil]{1,2}\s?[/.\-]\s?(?:19|20)[0-9]{2}(?![0-9])"
    r"|ngay\s+[0-9]{1,2}\s*/\s*[0-9]{1,2}(?![0-9])|(?:ngay|tu|den|"
    r"truoc)\s+[0-9]{1,2}/[0-9]{1,2}(?=\s*(?:den|-|,|;|\.|\)|hang|\Z))"
    r"|ngay\s+[0-9]{1,2}\s+thang\s+[0-9]{1,2}(?:\s+nam\s+[0-9]{4})?"
    r"|thang\s+[0-9]{1,2}(?![0-9]|\.[0-9]{3}(?![0-9]))(?:\s*[-/,]\s*[0-9]{1,2})?(?:\s*[/-]\s*[0-9]{4})?"
    r"|(?:nam|giai doan|nhiem ky|"
    r"nam hoc|den)\s+(?:19|20)[0-9]{2}(?:\s*(?:-|den|toi)\s*(?:nam\s+)?(?:19|20)[0-9]{2})?(?![0-9.,])"
    r"|(?<![0-9.,])(?:19|20)[0-9]{2}\s*-\s*(?:19|20)[0-9]{2}(?![0-9.,])|[0-9]{1,2}/(?:19|20)[0-9]{2}(?![0-9])"
    r"|quy\s+[0-9ivl]{1,3}(?:\s*[/-]\s*[0-9]{4}|\s+nam\s+[0-9]{4})?|[0-9]{1,2}\s*(?:gio|"
    r"h)\s*[0-9]{2}(?![0-9])|[0-9]{1,2}h(?:[0-9]{2})?(?![a-z0-9])"
    r"|(?:sau|[0-9]{1,2}) thang (?:dau|cuoi) nam(?:\s+[0-9]{4})?"
)
# "29/KH-UBND", "12-KH/HU", "30/2020/NĐ-CP", "33/2024/QH15": on the text itself, capitals matter
_SYMBOLS = re.compile(
    r"[0-9]{1,6}[a-z]?\s?/\s?(?:(?:19|20)[0-9]{2}\s?/\s?)?[A-ZĐ][A-ZĐa-zđ&]{0,8}|"
    r"[0-9]{1,5}\s?-\s?[A-ZĐ][A-ZĐa-zđ]{0,4}\s?/\s?[A-ZĐ]"
)
_CODE = re.compile(r"[GDK](?!\w)")  # "mạng 5G", "bản đồ 3D", "camera 4K"
_QUALIFIED_UNITS = ("time", "age")
_MEAN_AGE = re.compile(r"\btuoi (?:[a-z]+ ){0,2}(?:binh quan|trung binh)\b")
_DURATION_TARGET = re.compile(
    r"(?:la|dat|con|xuong|binh quan|trung binh|tho|:)\s*(?:khoang\s*|tren\s*|duoi\s*)?\Z"
)


def find_quantities(text: str) -> tuple[Quantity, ...]:
    """All quantities of a text in order; dates, labels and numbers of documents are left out.

    >>> [(q.comparator, q.value, q.unit) for q in find_quantities("đạt trên 95% và 41,7 giường")]
    [('>', '95', '%'), ('=', '41.7', 'giường')]
    """
    plain = aligned(text)
    closed = _closed_letters(plain, text)
    found: list[Quantity] = []
    last_end = 0
    for match in _FIND.finditer(plain):
        if match.start() < last_end or any(closed[match.start("a") : match.end("a")]):
            continue
        quantity = _quantity(match, plain, text)
        if quantity is not None:
            both = _range_of(found[-1], quantity, plain, text) if found else None
            if both is not None:
                found.pop()
            found.append(both or quantity)
            last_end = quantity.end
    return tuple(found)


_UP_TO = re.compile(r"\s*(?:den|toi)\s*")


def _range_of(one: Quantity, other: Quantity, plain: str, text: str) -> Quantity | None:
    """The range of two values that have the same unit each: "từ 1.200 ha đến 1.500 ha"; None where they are none."""
    if one.value is None or other.value is None or one.unit is None or other.value_to is not None:
        return None
    if other.unit != one.unit and not (other.unit or "").startswith(f"{one.unit}/"):
        return None  # "từ 300.000 đồng đến 500.000 đồng/tháng" has one unit
    opening = _RANGE_FROM.search(plain, max(0, one.number_start - LEFT), one.number_start)
    joined = _UP_TO.fullmatch(plain, one.end, other.number_start) is not None
    if opening is None or not joined or float(one.value) >= float(other.value):
        return None
    return replace(
        one, start=opening.start(), end=other.end, raw=text[opening.start() : other.end], comparator="range",
        value_to=other.value, unit=other.unit, number_end=other.number_end, doubt=one.doubt or other.doubt,
    )


def _closed_letters(plain: str, text: str) -> bytearray:
    """A sign for each letter, 1 where dates and numbers of documents stand."""
    closed = bytearray(len(text))
    for found in (_DATES.finditer(plain), _SYMBOLS.finditer(text)):
        for match in found:
            if text[match.start() : match.start() + 3].lower() == "quỹ":
                continue  # a fund, no quarter
            closed[match.start() : match.end()] = b"\1" * (match.end() - match.start())
    return closed


LEFT = 40  # signs before a number that tell what it is
MEAN_AGE_WITHIN = 80  # signs before an age in which "tuổi ... bình quân" is looked for


def _quantity(match: re.Match[str], plain: str, text: str) -> Quantity | None:
    start = match.start("a")
    if _CODE.match(text, match.end("a")):
        return None
    left = plain[max(0, start - LEFT) : start]
    is_range = match["b"] is not None and _is_range(match, left, plain)
    end = match.end()
    if match["b"] is not None and not is_range:
        end = match.end("ua") if match["ua"] else match.end("a")
    whole = int(match["of"].replace(".", "")) if match["of"] is not None else None  # the 19 of "14/19"
    part = match["a"].replace(".", "") if _THOUSANDS.match(match["a"]) else match["a"]
    if whole is not None and (int(part) if part.isdecimal() else 10**9) > whole:
        return None  # "30/4": no share is above its whole
    unit_start, unit_end, group = unit_at(plain, text, end)
    titled = _TITLED.match(text, end) if group == "none" and not is_range and whole is None else None
    if titled is not None and not _WEAK_NAMING.search(left):
        unit_start, unit_end, group = *titled.span("unit"), "count"
    if whole in _RATE_BASES and group == "count":  # "dưới 600/100.000 trẻ em": the base is part of the unit
        unit_start, whole = plain.index("/", match.end("a")), None
    alone = not is_range and whole is None
    if match["ua"] and (alone or group == "none"):
        unit_start, unit_end, group = match.start("ua"), match.end("ua"), "percent"
        per = PER.match(plain, unit_end) if alone else None
        unit_end = per.end() if per and plain[unit_end : unit_end + 1] == "/" else unit_end
    if _names_or_orders(plain, text, left, (start, end), group, whole):
        return None
    value, doubt = _number(text[match.start("a") : match.end("a")])
    value_to = None
    if is_range:
        value_to, doubt_b = _number(text[match.start("b") : match.end("b")])
        doubt = doubt or doubt_b
    if doubt == "three digits after the comma" and group not in ("count",):
        doubt = None
    value, start, doubt = _signed(value, start, doubt, text)
    comparator, begin, finish = _comparator(plain, start, max(end, unit_end), is_range)
    unit = text[unit_start:unit_end].strip() if unit_end > unit_start else None
    if match["ua"] and len(match["ua"].strip()) > 1:
        unit, doubt, end = "‰", f"unit read as {match['ua'].strip()}", match.end("a")  # the nought is of the sign
    role: Role = "value"
    if _qualifies(plain, left, start, group, comparator):
        role = "qualifier"
    elif comparator == ">" and unit is not None and value == "1" and group == "measure":
        role, comparator = "qualifier", "="  # "giá trị sản xuất trên 01 ha"
    of = str(whole) if whole is not None else None
    return Quantity(
        begin, finish, text[begin:finish], comparator, value, value_to, unit, group, start, end, of, role, doubt
    )


def _names_or_orders(
    plain: str, text: str, left: str, place: tuple[int, int], group: Group, whole: int | None
) -> bool:
    """Whether the number at `place` says how something is called or where it stands in a row, not how much it is."""
    start, end = place
    if (listed := _NUMBERED_LIST.search(left)) is not None and group in ("none", "count"):
        left = left[: listed.start()]
        if _WEAK_NAMING.search(left):
            return True  # "khối 3, 4, 5 đọc sách" names three
    naming = bool(_NAMING.search(left)) and not _COUNTED.search(left)
    naming = naming and not _COLLECTED.search(text, max(0, start - LEFT), start)
    if naming and group not in ("percent", "money"):
        return True
    if whole is not None:  # "đến 5/10"
        return not (group in ("count", "percent") or (group == "none" and _SHARE_CUE.search(left)))
    return group == "none" and (
        _WEAK_NAMING.search(left) is not None or not _stands_for_a_value(plain, text, start, end))


def _qualifies(plain: str, left: str, start: int, group: Group, comparator: str) -> bool:
    """Whether a number is no value of its own: the base behind a stroke, a duration, an age, where no bound is set.

    Bounds are "không quá 25 phút", "độ tuổi bình quân ... dưới 58 tuổi".
    """
    mean_age = group == "age" and _MEAN_AGE.search(plain, max(0, start - MEAN_AGE_WITHIN), start) is not None
    bounded = comparator != "=" and (group == "time" or mean_age)
    if plain[max(0, start - 3) : start].rstrip().endswith("/"):
        return True
    return group in _QUALIFIED_UNITS and not bounded and not _DURATION_TARGET.search(left)


# "còn −2 °C", "(-5%)": a dash that stands tight before the number and apart from the word before it
_SIGN = re.compile(r"(?:(?<=\s)|(?<=\())(?P<sign>[−–—-])\Z")
SIGN_REACH = 12  # signs before a number that are looked at for its sign and the word before that
_NEGATIVE_CUE = re.compile(
    r"(?:(?<![a-z])(?:dat|la|con|xuong|muc|bang|tang|giam|khoang|tu|den|duoi|tren)|[:=(<>])\s*\Z"
)


def _signed(value: str | None, start: int, doubt: str | None, text: str) -> tuple[str | None, int, str | None]:
    """The value with its minus sign, where it begins, and its doubt: a dash may also part or open what follows it."""
    sign = _SIGN.search(text, max(0, start - 2), start)
    before = text[max(0, start - SIGN_REACH) : start - 1].rstrip() if sign else ""
    if value is None or sign is None or not before or before[-1].isdecimal() or before[-1] == "%":
        return value, start, doubt
    if sign["sign"] != "−" and _NEGATIVE_CUE.search(aligned(before)) is None:
        return value, start, doubt or "a dash before the number"
    if sign["sign"] != "−":
        doubt = doubt or "a dash read as minus"
    return (f"-{value}" if value.strip("0.") else value), start - 1, doubt


# "xây 05 “Mái ấm Công đoàn”": what is counted has a title of its own
_TITLED = re.compile(r"\s[“\"](?P<unit>[^\W\d_][^“”\"]{2,40})[”\"]")
_RATE_BASES = (1_000, 10_000, 100_000)  # of births, inhabitants
_NUMBERED_LIST = re.compile(r"(?<=\D)(?:[0-9]{1,2}(?:,| va)\s)+\Z")
_SHARE_CUE = re.compile(r"(?:dat|len|la|duy tri|giu vung)\s*\Z")  # "đạt 19/19", without a unit
# Without a unit a number is a value only after such a word, or where it is the whole text (a cell of a table).
_VALUE_CUE = re.compile(
    r"(?:(?<![a-z])(?:dat|la|con|xuong|len|tu|tren|duoi|hon|kem|nhat|thieu|da|qua|bang|tang|giam|khoang|den|duoc|gom|co|:|=)"
    r"|[:=≥≤<>+\-])\s*\Z"
)


def _stands_for_a_value(plain: str, text: str, start: int, end: int) -> bool:
    if not text[:start].strip() and not text[end:].strip(" .;%"):
        return True
    return bool(_VALUE_CUE.search(plain, max(0, start - 12), start)) and not re.match(
        r"\.\s+[A-ZĐÀ-Ỹ]|\)", text[end : end + 3]
    )


def _is_range(match: re.Match[str], left: str, plain: str) -> bool:
    """Whether "a - b" or "a đến b" is a range: both ends rise, and a worded one begins with "từ" or has a unit."""
    one, two = parse_number(match["a"]), parse_number(match["b"])
    if one is None or two is None or float(one) >= float(two):
        return False
    if re.search(r"den|toi", match["join"]):
        return (
            bool(_RANGE_FROM.search(left))
            or bool(match["ua"])
            or plain[match.end() : match.end() + 2].strip() == "%"
            or unit_at(plain, plain, match.end())[2] != "none"
        )
    return True


def _comparator(plain: str, start: int, end: int, is_range: bool) -> tuple[Comparator, int, int]:
    """(comparator, where its words begin, where they end)."""
    low = max(0, start - 40)
    from_word = _RANGE_FROM.search(plain, low, start)
    up = _AFTER_UP.match(plain, end)
    if up is not None and from_word is None and _CLASS_UP.search(up.group()):
        up = None
    down = _AFTER_DOWN.match(plain, end)
    if is_range:
        return "range", from_word.start() if from_word else start, end
    rows: tuple[tuple[re.Pattern[str], Comparator], ...] = (
        (_BEFORE_LE, "<="),
        (_BEFORE_GE, ">="),
        (_BEFORE_GT, ">"),
        (_BEFORE_LT, "<"),
    )
    for pattern, sign in rows:
        match = pattern.search(plain, low, start)
        if match is None or (
            match.start() > 0 and plain[match.start()].isalpha() and plain[match.start() - 1].isalnum()
        ):
            continue
        if sign == ">=" and match.group().strip().startswith("tu") and up is None and not (
            _REACHES_FROM.search(plain, low, start) and _SHARE_ENDS.match(plain, end - 1)
        ):
            continue  # "từ 5 xã": an amount to start from, no bound; "đạt từ 90%;" is one
        return (
            (">=", match.start(), up.end())
            if up
            else ("<=", match.start(), down.end())
            if down
            else (sign, match.start(), end)
        )
    if up:
        return ">=", start, up.end()
    if down:
        return "<=", start, down.end()
    return "=", start, end
