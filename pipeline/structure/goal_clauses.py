"""A sentence of goals parted into clauses with one number each.

The trouble: one line holds three goals ("... đạt 34,4 giường; tỷ lệ ... 99,32%; 42,5% lao động ..."), commas part goals
and stand inside names, a number may be a denominator ("/10.000 dân"), an age, a level or a year.

What it never does: change a digit, or name what is measured (`goals` does).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.knowledge import quantities
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.quantities import Quantity
from pipeline.structure.passages import CAPITALS

_HARD_BREAK = re.compile(r";\s*|\.\s+(?=[" + CAPITALS + r"(\d])")
_BRACKETS = re.compile(r"\s*\(([^()]*)\)\s*[;,.]?\s*")
_IN_WHICH = re.compile(r",?\s*\b(?=trong do\b|(?:bao )?gom\s*:)")
_COMMA = re.compile(r",\s+")
_AND = re.compile(r"\s+va\s+")
_AND_LAST = re.compile(r"\s+va\s*$")
# Not goals: ages, levels ("chính quyền 02 cấp"), denominators, ordinals, spans of time beside a real goal.
_NO_GOAL_UNIT = re.compile(r"^(?:tuoi|thang tuoi|tuoi tro|cap$)")
_IS_DIFFERENCE = re.compile(r"[,(]\s*(?:tang|giam|vuot|them|cao hon|thap hon)(?: them)?\s*$")
_TO_OTHER = re.compile(r"[\s)]*so voi\b")
_HOW_OFTEN = re.compile(r"lan\b(?:/|$)")  # "100% trẻ được cân đo, khám sức khỏe 02 lần/năm"
_NO_MARK = re.compile(r"[^;.]{0,120}")
_POINTS = re.compile(r"diem (?:%|phan tram)")  # a difference of shares, whether or not it says to what
_YEAR = re.compile(r"(?:19|20)\d{2}")
# measured ("tuổi kết hôn trung bình"), where "trẻ dưới 5 tuổi" says who
_MEAN_AGE = re.compile(r"\btuoi (?:[a-z]+ ){0,2}(?:binh quan|trung binh)\b")
_NUMBER_NEXT = re.compile(r"\s+\d")
_FROM_OLD = re.compile(r"\btu\s*$")
_TO_NEW = re.compile(r"\s*(?:(?:giam )?xuong(?: con)?|(?:tang )?len|giam con|con)\s+(?:duoi |tren |khoang )?\d")
_MAY = re.compile(r"(?: tro (?:len|xuong))? (?:thi )?(?:co the|duoc phep)\b")
_BEFORE_NO_GOAL = re.compile(
    r"(?:/|\b(?:muc do|cap do|loai|(?<!tong )(?<!dan )(?<!si )(?<!quan )so|khoa|dieu|khoan|hang|nhom|vung|luy ke|chuan"
    r"|giai doan|ke hoach|de an|chuong trinh|qcvn|tieu chi so|cum|(?<!nang )(?<!cung )(?<!trang )cap|bac|lop|mau"
    r"|phu luc|bang|bieu|top)\s*)$"
)
# "500 suất quà, mỗi suất 500.000 đồng", "trị giá 300.000đ/suất": what one costs
_ITEM = r"(?:suat|xuat|phan|can|ngoi|nha|giai|cuoc|lop|buoi|bai|tin)"
_EACH_COSTS = re.compile(rf"\bmoi {_ITEM}(?: \w+){{0,2}}(?: (?:tri gia|la|tu|tren|khong duoi|it nhat|toi thieu))?\s*$")
_COST_OF_ONE = re.compile(rf"[^/]*/\s?{_ITEM}\b")
REACH = 40  # characters before a number that may say what it is
# "Không để xảy ra ngộ độc trên 30 người/vụ": the bound is of what must not be, and no value to reach
_NOT_TO_BE = re.compile(r"\bkhong (?:de|co|con)\b[^;,.:]*\Z")
FAR = 120  # characters before a number in which its clause begins
# "Đạt 100% cộng 05 điểm": how a contest is judged; "thi công 05 điểm trường" has other marks
_SCORED = re.compile(r"\b(?:cộng|trừ) (?:thêm |tối đa )?(?:\d+(?:,\d+)? )?điểm\b", re.IGNORECASE)
_NO_NAMING = re.compile(r"\b(?:màu|bắc)\s*\Z", re.IGNORECASE)  # "mẫu 3" and "bậc 2" have the same keys
_ORDINAL = re.compile(r"\bthứ\s*\Z", re.IGNORECASE)  # "thu" has the same key
_GOAL_VERB = re.compile(
    r"(?:dat|con|la|giam|tang|:|muc|binh quan|duy tri|chiem|len|duoi|tren|toi thieu|it nhat|khong qua|co|tu|thanh"
    r"|trong do)"
    r"(?:\s+(?:khoang|gan|xap xi|uoc))?\s*$"
)


@dataclass(frozen=True, slots=True)
class Clause:
    start: int
    end: int
    quantity: Quantity | None


def goal_quantities(text: str) -> list[Quantity]:
    if _SCORED.search(text):
        return []
    key = aligned(text)
    kept: list[Quantity] = []
    for quantity in quantities.find_quantities(text):
        before = _just_before(key, quantity)
        if _NO_NAMING.search(text, max(0, quantity.number_start - REACH), quantity.number_start):
            before = before.rstrip().rpartition(" ")[0]  # "rau màu 35 ha", "bắc 20 cây cầu"
        if _ORDINAL.search(text, max(0, quantity.number_start - REACH), quantity.number_start):
            continue
        named = _BEFORE_NO_GOAL.search(before) is not None and not _counts_many(quantity)
        if named or (quantity.start > 0 and before.endswith("/")):
            continue
        one_costs = _EACH_COSTS.search(before) or _COST_OF_ONE.match(aligned(quantity.unit or ""))
        if quantity.group == "money" and one_costs:
            continue
        if quantity.unit is None and _YEAR.fullmatch(text[quantity.number_start : quantity.number_end]):
            continue
        other = _TO_OTHER.match(key, quantity.end) or _POINTS.match(aligned(quantity.unit or ""))
        if kept and other and _IS_DIFFERENCE.search(before):
            continue  # "thu 1.320 tỷ đồng, tăng 8,6% so với năm 2023"
        aged = quantity.unit is not None and _NO_GOAL_UNIT.match(aligned(quantity.unit)) is not None
        if aged and not _MEAN_AGE.search(key, 0, quantity.start):
            continue
        often = kept and _HOW_OFTEN.match(aligned(quantity.unit or ""))
        if often and _NO_MARK.fullmatch(text, kept[-1].end, quantity.start):
            continue
        if quantity.group == "time" and _NUMBER_NEXT.match(text, quantity.end):
            continue  # "sơ cấp nghề và dưới 3 tháng 8.850 người"
        if quantity.comparator in (">", ">=") and _NOT_TO_BE.search(key, max(0, quantity.start - FAR), quantity.start):
            continue
        if _MAY.match(key, quantity.end):
            continue  # "nơi có tỷ lệ nữ dưới 30% có thể điều chỉnh mục tiêu": who may do otherwise
        if _FROM_OLD.search(before) and _TO_NEW.match(key, quantity.end):
            continue  # "từ 20 ngày xuống còn 16 ngày"
        kept.append(quantity)
    names = {one.start for one, after in pairwise(kept) if _is_of_name(key, one, after)}
    return [quantity for quantity in kept if quantity.start not in names]


# "Thuế xã hưởng 10%: 14.200.000 đ", "Hoa lợi công sản (ao, đất 5%): 38.500.000 đ"
_COLON_NEXT = re.compile(r"\s*\)?\s*:\s*\Z")


def _is_of_name(key: str, share: Quantity, after: Quantity) -> bool:
    """Whether a share is part of the name of which a colon and another value follow."""
    if share.unit != "%" or share.comparator != "=" or after.unit in (None, "%"):
        return False
    return _COLON_NEXT.match(key, share.end, after.start) is not None


def _counts_many(quantity: Quantity) -> bool:
    """Whether a number is too large to name a level, a grade or an item: "cấp 3.200 thẻ", not "cấp 3"."""
    return quantity.group == "count" and len((quantity.value or "").partition(".")[0]) >= MANY


MANY = 3  # digits; classes, levels and items of lists have two


# "14 lớp với 1.020 học viên", "01 công trình trị giá từ 2 triệu đồng": a second count hangs on the first
_IS_EVENT = re.compile(r"(?:buoi|tiet)\b")  # held, not measured
_HANGS = re.compile(r"\s+(?:(?:voi|cho|gom|thu hut) (?:tong so )?|(?:co )?(?:tri gia|tong so|quy mo) )(?:khoang )?$")
# ", hiến 150 đơn vị máu": a verb or noun of its own after a comma; not where it only says where or how long
_OWN_CLAUSE = re.compile(
    r"\s*,\s+(?!(?:tai|o|trong|tu|den|sau|truoc|theo|cho|gom|nhu|la)\b)(?:binh quan )?(?:[a-z]+\s+){1,4}"
    r"(?<!\btai )(?<!\bo )(?<!\btrong )(?<!\bcua )$"  # ", bò tại 06 xã": where
)


def _is_goal_like(key: str, quantity: Quantity, start: int) -> bool:
    """Whether a number in a clause that has a goal already can be one of its own."""
    if quantity.unit == "%" or quantity.comparator != "=":
        return True
    before = key[start : quantity.number_start]
    if quantity.unit is not None and _OWN_CLAUSE.search(before):
        return True
    reached = _GOAL_VERB.search(before[-REACH:]) is not None
    return reached or not before.strip(" -+:(,") or before.rstrip().endswith((",", " va"))


def _pieces(text: str, goals: Sequence[Quantity]) -> list[tuple[int, int]]:
    """Spans of the clauses that signs part; brackets part only where goals stand in them."""
    cuts: list[tuple[int, int]] = []
    inert: list[tuple[int, int]] = []
    for match in _BRACKETS.finditer(text):
        if any(match.start(1) <= q.number_start < match.end(1) for q in goals) and any(
            q.end <= match.start(1) for q in goals
        ):
            cuts += [(match.start(), match.start(1)), (match.end(1), match.end())]
        else:
            inert.append(match.span(1))
    for match in _HARD_BREAK.finditer(text):
        if not any(low <= match.start() < high for low, high in inert):
            cuts.append(match.span())
    spans, start = [], 0
    for low, high in sorted(cuts):
        if low >= start:
            spans.append((start, low))
        start = max(start, high)
    spans.append((start, len(text)))
    return [(a, b) for a, b in spans if text[a:b].strip(" .,;:()")]


def clauses_of(text: str) -> list[Clause]:
    """Clauses with at most one goal each, in order."""
    found: list[Clause] = []
    goals = goal_quantities(text)
    key = aligned(text)
    for start, end in _pieces(text, goals):
        inside = [q for q in goals if start <= q.number_start < end]
        if len(inside) <= 1:
            found.append(Clause(start, end, inside[0] if inside else None))
            continue
        at = start
        chosen = inside[0]
        for after in inside[1:]:
            in_which = _IN_WHICH.search(key, _between(chosen, after)[0], after.number_start)
            hangs = _hangs(key, chosen, after)
            if (
                not (in_which or hangs)
                and _is_goal_like(key, chosen, at)
                and not _is_goal_like(key, after, chosen.end)
            ):
                continue
            cut = _cut_between(key, chosen, after, at)
            if cut is None:
                chosen = _better(key, chosen, after, at)
                continue
            found.append(Clause(at, cut[0], chosen))
            at, chosen = cut[1], after
        found.append(Clause(at, end, chosen))
    return found


def _just_before(key: str, quantity: Quantity) -> str:
    return key[max(0, quantity.number_start - REACH) : quantity.number_start]


def _between(first: Quantity, second: Quantity) -> tuple[int, int]:
    """Where the words between two quantities begin and end; of a long stretch the last, where the second's begin."""
    high = max(first.end, second.start)
    return max(first.end, high - LONGEST_BETWEEN), high


LONGEST_BETWEEN = 500  # signs, more than a sentence has: a text of nothing but goals without a mark stays linear


def _hangs(key: str, first: Quantity, second: Quantity) -> re.Match[str] | None:
    """The words that hang one count on another."""
    if None in (first.unit, second.unit) or "%" in (first.unit, second.unit):
        return None
    if (first.group == "time" and not _IS_EVENT.match(aligned(first.unit or ""))) or second.group in ("time", "age"):
        return None
    return _HANGS.search(key, *_between(first, second))


def _cut_between(key: str, first: Quantity, second: Quantity, start: int) -> tuple[int, int] | None:
    """(end of the one clause, start of the next) between two quantities, None where nothing parts them."""
    low, high = _between(first, second)
    between = key[low:high]
    in_which = _IN_WHICH.search(between)
    if in_which:
        return low + in_which.start(), low + in_which.end()
    joined = _AND_LAST.search(between)
    if joined and not _GOAL_VERB.search(key[max(start, first.start - REACH) : first.start].rstrip(" ,")):
        return low + joined.start(), low + joined.end()  # "Trên 80% xã, phường ... và 100% thôn"
    sized = second.comparator == "range" and first.comparator == "=" and first.group == second.group == "count"
    if sized and "," not in between:
        return high, high  # "01 đội thanh niên xung kích từ 10 đến 15 em": how large each is
    hangs = _hangs(key, first, second)
    if hangs:
        return hangs.start(), hangs.start() + 1
    commas = [comma for comma in _COMMA.finditer(between + " ") if not _is_of_a_list(between, comma)]
    if commas:
        leads = not key[start : first.start].strip(" -+:(")
        last = commas[-1]
        tight = not between[last.end() :].strip()
        chosen = last if leads or tight else commas[0]
        return low + chosen.start(), min(high, low + chosen.end())
    both = list(_AND.finditer(between))
    if both:
        return low + both[-1].start(), low + both[-1].end()
    return None


# "100% xã, phường, thị trấn mỗi quý có ít nhất 04 tin": the commas of a list of places or bodies part nothing
_LISTED = (
    r"(?:xa|phuong|thi tran|dac khu|huyen|quan|thi xa|thanh pho|tinh|thon|ban|ap|khom|xom|khu pho|to dan pho|buon"
    r"|so|ban|nganh|doan the|co quan|don vi|dia phuong|to chuc|doanh nghiep|hop tac xa|truong hoc|can bo|cong chuc"
    r"|vien chuc)"
)
_LISTED_BEFORE = re.compile(rf"(?:^|\s){_LISTED}$")
_LISTED_AFTER = re.compile(rf"{_LISTED}\b")


def _is_of_a_list(key: str, comma: re.Match[str]) -> bool:
    before = _LISTED_BEFORE.search(key, 0, comma.start())
    return before is not None and _LISTED_AFTER.match(key, comma.end()) is not None


def _better(key: str, first: Quantity, second: Quantity, start: int) -> Quantity:
    """Which of two quantities in one clause is the goal."""

    def score(quantity: Quantity) -> int:
        verb = _GOAL_VERB.search(_just_before(key, quantity)) is not None
        leads = not key[start : quantity.start].strip(" -+:(,")
        signed = key[quantity.start : quantity.start + 1] in tuple("<>≤≥")  # "chỉ số BI < 30 tại 100% ấp điểm"
        return 2 * (quantity.unit == "%") + 2 * leads + verb + (quantity.comparator != "=") + 3 * signed

    return second if score(second) > score(first) else first
