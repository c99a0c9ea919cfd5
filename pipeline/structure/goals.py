"""Goals in lists and prose: clauses with one number each, what the number measures, and how it binds.

The trouble: one line holds three goals ("... đạt 34,4 giường; tỷ lệ ... 99,32%; 42,5% lao động ..."), a goal stands
before or after its number, a number may be a denominator ("/10.000 dân"), an age or a level.

What it never does: change a digit, or decide which sections hold goals (`targets` does).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.document import Word
from pipeline.knowledge import quantities
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.quantities import Comparator, Quantity
from pipeline.structure.passages import CAPITALS, Paragraph, Place, Step, bullet_of


@dataclass(frozen=True, slots=True)
class FoundTarget:
    """One target by the contract, and where it stands."""

    label: str | None
    indicator: str | None
    comparator: Comparator | None
    value: str | None
    value_to: str | None
    unit: str | None
    text: str
    place: Place
    parts: tuple[tuple[str, Place], ...] = ()  # where single fields stand, by name


# --- clauses ---------------------------------------------------------------------------------------------

_HARD_BREAK = re.compile(r";\s*|\.\s+(?=[" + CAPITALS + r"(\d])")
_BRACKETS = re.compile(r"\s*\(([^()]*)\)\s*[;,.]?\s*")
_IN_WHICH = re.compile(r",?\s*\b(?=trong do\b)")
_COMMA = re.compile(r",\s+")
_AND = re.compile(r"\s+va\s+")
_AND_LAST = re.compile(r"\s+va\s*$")
# Not goals: ages, levels, denominators, ordinals, spans of time beside a real goal.
_NO_GOAL_UNIT = re.compile(r"^(?:tuoi|thang tuoi|tuoi tro)")
_IS_DIFFERENCE = re.compile(r"[,(]\s*(?:tang|giam|vuot|cao hon|thap hon)(?: them)?\s*$")
_TO_OTHER = re.compile(r"[\s)]*so voi\b")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_MEAN_AGE = re.compile(r"\btuoi (?:doi )?(?:binh quan|trung binh)\b")  # measured, where "trẻ dưới 5 tuổi" says who
_FROM_OLD = re.compile(r"\btu\s*$")
_TO_NEW = re.compile(r"\s*(?:(?:giam )?xuong(?: con)?|(?:tang )?len|giam con|con)\s+(?:duoi |tren |khoang )?\d")
_BEFORE_NO_GOAL = re.compile(
    r"(?:/|\b(?:muc do|cap do|loai|(?<!tong )(?<!dan )so|khoa|dieu|khoan|hang|nhom|vung|luy ke|chuan|giai doan|ke"
    r" hoach|de an|chuong trinh|qcvn|tieu chi so|cum|(?<!nang )(?<!cung )(?<!trang )cap|bac|lop|mau|phu luc|bang"
    r"|bieu)\s*)$"
)
REACH = 40  # characters before a number that may say what it is
_ORDINAL = re.compile(r"\bthứ\s*\Z", re.IGNORECASE)  # "thu" has the same key
_GOAL_VERB = re.compile(
    r"(?:dat|con|la|giam|tang|:|muc|duy tri|chiem|len|duoi|tren|toi thieu|it nhat|khong qua|co|tu|thanh|trong do)\s*$"
)


@dataclass(frozen=True, slots=True)
class _Clause:
    start: int
    end: int
    quantity: Quantity | None


def goal_quantities(text: str) -> list[Quantity]:
    key = aligned(text)
    kept: list[Quantity] = []
    for quantity in quantities.find_quantities(text):
        before = key[max(0, quantity.number_start - REACH) : quantity.number_start]
        if _ORDINAL.search(text, max(0, quantity.number_start - REACH), quantity.number_start):
            continue
        if _BEFORE_NO_GOAL.search(before) or (quantity.start > 0 and before.endswith("/")):
            continue
        if quantity.unit is None and _YEAR.fullmatch(text[quantity.number_start : quantity.number_end]):
            continue
        if kept and _IS_DIFFERENCE.search(before) and _TO_OTHER.match(key, quantity.end):
            continue  # "thu 1.320 tỷ đồng, tăng 8,6% so với năm 2023"
        aged = quantity.unit is not None and _NO_GOAL_UNIT.match(aligned(quantity.unit)) is not None
        if aged and not _MEAN_AGE.search(key, 0, quantity.start):
            continue
        if _FROM_OLD.search(before) and _TO_NEW.match(key, quantity.end):
            continue  # "từ 20 ngày xuống còn 16 ngày"
        kept.append(quantity)
    return kept


_TOPIC = re.compile(r"^ve\s[^:]{3,80}:\s+")


# "14 lớp với 1.020 học viên", "01 công trình trị giá từ 2 triệu đồng": a second count hangs on the first
_IS_EVENT = re.compile(r"(?:buoi|tiet)\b")  # held, not measured
_HANGS = re.compile(r"\s+(?:(?:voi|cho|gom|thu hut) (?:tong so )?|(?:co )?(?:tri gia|tong so|quy mo) )(?:khoang )?$")
# ", hiến 150 đơn vị máu": a verb or noun of its own after a comma; not where it only says where or how long
_OWN_CLAUSE = re.compile(r"\s*,\s+(?!(?:tai|o|trong|tu|den|sau|truoc|theo|cho|gom|nhu|la)\b)(?:[a-z]+\s+){1,4}$")


def _is_goal_like(key: str, quantity: Quantity, start: int) -> bool:
    """Whether a number in a clause that has a goal already can be one of its own."""
    if quantity.unit == "%" or quantity.comparator != "=":
        return True
    before = key[start : quantity.number_start]
    if quantity.unit is not None and _OWN_CLAUSE.search(before):
        return True
    return not before.strip(" -+:(,") or _GOAL_VERB.search(before) is not None or before.rstrip().endswith((",", " va"))


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


def _clauses(text: str) -> list[_Clause]:
    """Clauses with at most one goal each, in order."""
    found: list[_Clause] = []
    goals = goal_quantities(text)
    key = aligned(text)
    for start, end in _pieces(text, goals):
        inside = [q for q in goals if start <= q.number_start < end]
        if len(inside) <= 1:
            found.append(_Clause(start, end, inside[0] if inside else None))
            continue
        at = start
        chosen = inside[0]
        for after in inside[1:]:
            in_which = _IN_WHICH.search(key, chosen.end, after.number_start)
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
            found.append(_Clause(at, cut[0], chosen))
            at, chosen = cut[1], after
        found.append(_Clause(at, end, chosen))
    return found


def _hangs(key: str, first: Quantity, second: Quantity) -> re.Match[str] | None:
    """The words that hang one count on another."""
    if None in (first.unit, second.unit) or "%" in (first.unit, second.unit):
        return None
    if (first.group == "time" and not _IS_EVENT.match(aligned(first.unit or ""))) or second.group in ("time", "age"):
        return None
    return _HANGS.search(key, first.end, max(first.end, second.start))


def _cut_between(key: str, first: Quantity, second: Quantity, start: int) -> tuple[int, int] | None:
    """(end of the one clause, start of the next) between two quantities, None where nothing parts them."""
    low, high = first.end, max(first.end, second.start)
    between = key[low:high]
    in_which = _IN_WHICH.search(between)
    if in_which:
        return low + in_which.start(), low + in_which.end()
    joined = _AND_LAST.search(between)
    if joined and not _GOAL_VERB.search(key[start : first.start].rstrip(" ,")):
        return low + joined.start(), low + joined.end()  # "Trên 80% xã, phường ... và 100% thôn"
    hangs = _hangs(key, first, second)
    if hangs:
        return hangs.start(), hangs.start() + 1
    commas = list(_COMMA.finditer(between + " "))
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


def _better(key: str, first: Quantity, second: Quantity, start: int) -> Quantity:
    """Which of two quantities in one clause is the goal."""

    def score(quantity: Quantity) -> int:
        verb = _GOAL_VERB.search(key[: quantity.number_start]) is not None
        leads = not key[start : quantity.start].strip(" -+:(,")
        return 2 * (quantity.unit == "%") + 2 * leads + verb + (quantity.comparator != "=")

    return second if score(second) > score(first) else first


# --- the indicator ---------------------------------------------------------------------------------------

# A year is when, never what: "Đến năm 2030 phấn đấu có ít nhất 10% ...", "giai đoạn 2026 - 2030"
_WHEN = (
    r"(?:(?:trong |tu )?(?:giai doan|nam) \d{4}\s?[-–]\s?\d{4}|(?:tu |ke tu )?nam \d{4} den (?:nam )?\d{4}"
    r"|(?:truoc|den) (?:cuoi |het |truoc )?(?:thang \d{1,2}[ /,]*)?(?:nam )?(?:19|20)\d{2}"
    r"|(?:het |trong |cuoi |vao |ngay trong )?nam \d{4}|den ngay [\d/]+"
    r"|(?:19|20)\d{2}(?=\s*(?:[,:]|phan dau|dat|co\b|$)))"
)
_LEAD_SOFT = re.compile(r"^(?:(?:va|phan dau|trong do|dong thoi|" + _WHEN + r")\b[\s,:]*)+")
_TAIL = re.compile(
    r"(?:[\s,:]+(?:dat|con|la|o muc|giu o muc|giu vung|duy tri|giam con|giam xuong(?: con)?|tang len|tang"
    r" them|tang|giam|khoang|uoc|co|chiem|tu|muc|len|binh quan dat"
    r"|phan dau|toi thieu|it nhat|khong qua|tren|duoi|dat muc|dat ty le|dat tu|duoc|hon)|\s*[:=])+\s*$"
)
_REACHING = (
    "đạt còn là ở mức giữ vững duy trì giảm xuống tăng lên thêm khoảng ước có chiếm từ bình quân phấn đấu tối thiểu ít"
    " nhất không quá trên dưới tỷ lệ được hơn dat la o muc giam tang co tu"
)
_TAIL_WORDS = frozenset(_REACHING.split())
_COMPARED = re.compile(
    r"[\s,]+(?:so voi|tro len|theo ke hoach|chi tieu (?:huyen|tinh|cap tren) giao|(?:truoc|trong|cham nhat"
    r"|den) (?:ngay|thang|quy|nam))\b.*$|,\s+(?:tru|luu|nham|de|gop phan|phuc vu|bao dam|dam bao)\b.*$"
)
_VERB_ONLY = re.compile(
    r"(?:giam|tang|co|dat|phan dau|phan dau co|hoan thanh|dam bao|bao dam|toi thieu|it nhat|duy tri|trong do"
    r" co|trong do|dong thoi(?: co)?|(?:moi|hang) nam(?:,? (?:co|dat|phan dau))?)$"
)
_MEASURES = frozenset({"ha", "tấn", "tạ", "kg", "km", "m", "m2", "m²", "m3", "m³", "%", "‰", "lít", "kwh"})


def _indicator(text: str, clause: _Clause) -> str | None:
    """The name of what is measured in a clause, as printed."""
    quantity = clause.quantity
    whole = text[clause.start : clause.end].strip(" .,;:()-+")
    if quantity is None:
        head, colon, rest = whole.partition(":")
        if colon and len(rest.split()) <= 4:
            return head.strip()
        return _strip_lead(whole) or None
    before = text[clause.start : max(clause.start, quantity.start)].strip(" (-+")
    after = text[quantity.end : clause.end].strip(" .,;:)")
    tail = _TAIL.search(" " + aligned(before))
    core = _without_tail(before, tail) if tail else before
    core = _strip_lead(core.strip(" ,:"))
    key = aligned(core)
    is_count = quantity.unit is not None and aligned(quantity.unit).strip() not in {aligned(u) for u in _MEASURES}
    if core and not _VERB_ONLY.fullmatch(key):
        rest = _shortened(after)
        if len(core.split()) <= 2 and tail is None and rest and core[:1].isupper() and ":" not in before:
            if not is_count:
                return f"{core} {rest}".strip()
            if len(rest.split()) >= 2 and quantity.unit is not None:
                return f"{quantity.unit.split('/')[0]} {rest}"
        return core
    rest = _shortened(after)
    if is_count and quantity.unit is not None:
        return f"{quantity.unit.split('/')[0]} {rest}".strip()
    return rest or core or None


def _without_tail(text: str, tail: re.Match[str]) -> str:
    """The text without its last words of reaching ("đạt", "còn", "ở mức"), each looked at with its marks.

    "đất", "tư" and "cố" have the keys of "đạt", "từ" and "có" and stay.
    """
    cut = len(text)
    low = max(0, tail.start() - 1)
    for match in reversed(list(re.finditer(r"\S+", text))):
        word = match.group().lower().strip(",:=")
        if match.start() < low or (word and word not in _TAIL_WORDS):
            break
        cut = match.start()
    return text[:cut].rstrip(" ,:=")


def _strip_lead(text: str) -> str:
    match = _LEAD_SOFT.match(aligned(text))
    return text[match.end() :].strip() if match else text


def _shortened(text: str) -> str:
    match = _COMPARED.search(" " + aligned(text))
    return (text[: max(0, match.start() - 1)] if match else text).strip(" .,;:()")


# A sign that a recogniser gives for ≥ and ≤ as well, whose bar it loses: of 8 on scans at 200 dpi all 8 did.
_BARE_SIGN = re.compile(r"\s*[<>](?!\s?=)")
SIGN_SURE = 0.5


def sure_of_sign(printed: str, words: Iterable[Word]) -> float:
    """How sure the sign before a number is: ">" that was recognised may be "≥" on the paper; a typed one is itself."""
    return SIGN_SURE if _BARE_SIGN.match(printed) and any(word.confidence < 1.0 for word in words) else 1.0


# --- lists and prose -------------------------------------------------------------------------------------

# ", tăng 3 triệu đồng so với năm 2017": how far the goal before it is from last year's value
# (with its object it is a goal: "giảm 10% số vụ cháy so với năm 2022")
_DIFFERENCE = re.compile(r"\W*(?:tang|giam|vuot|cao hon|thap hon|bang)\b")
_AGAINST = re.compile(r"(?:\W*\w+){0,2}\W*so voi\b")
LONGEST_GOAL = 70  # words; a longer item without a number is a task, not a goal


def _item_text(paragraph: Paragraph) -> tuple[str, int]:
    """The paragraph's text after its mark or bullet, and its offset."""
    start = 0
    if paragraph.marker is not None and paragraph.marker.family != "bullet":
        start = paragraph.marker.text_start
    else:
        bullet = bullet_of(paragraph.text)
        if bullet is not None:
            start = bullet.text_start
    return paragraph.text[start:], start


def goals_of_item(step: Step, paragraph: Paragraph) -> Iterator[FoundTarget]:
    text, offset = _item_text(paragraph)
    numbered = paragraph is step.node.title
    label = step.node.label if numbered else None
    clauses = _clauses(text)
    goals = [clause for clause in clauses if clause.quantity is not None]
    if not goals:
        listed = numbered or bullet_of(paragraph.text) is not None
        is_intro = text.rstrip().endswith(":") or (numbered and bool(step.node.children or step.node.paragraphs))
        if listed and not is_intro and len(text.split()) <= LONGEST_GOAL:
            clause = _Clause(0, len(text.rstrip()), None)
            yield _target(label, text, offset, clause, paragraph)
        return
    before: Quantity | None = None
    for clause in goals:
        clause = _with_shared_bound(text, clause, before)
        before = clause.quantity
        if clause.start and (_is_difference(text, clause) or _is_former(text, clause)):
            continue
        yield _target(label, text, offset, clause, paragraph)


def _is_difference(text: str, clause: _Clause) -> bool:
    key = aligned(text[clause.start : clause.end])
    assert clause.quantity is not None
    return bool(_DIFFERENCE.match(key) and _AGAINST.match(key, clause.quantity.end - clause.start))


# "đạt từ 88% trở lên (năm 2022: 85,6%)": what came of an earlier year, beside the goal
_OF_YEAR = re.compile(r"(?:(?:thuc hien|ket qua|uoc|dat) )?nam (?:19|20)\d\d\s*(?:[:,]|la|dat)\s*(?:la|dat)?\s*")


def _is_former(text: str, clause: _Clause) -> bool:
    """Whether a bracket after a goal holds nothing but one year and its number."""
    quantity = clause.quantity
    if quantity is None or not text[: clause.start].rstrip().endswith("("):
        return False
    alone = text[clause.end :].lstrip().startswith(")") and not text[quantity.end : clause.end].strip()
    return alone and _OF_YEAR.fullmatch(aligned(text[clause.start : quantity.start])) is not None


def _with_shared_bound(text: str, clause: _Clause, before: Quantity | None) -> _Clause:
    """ "ít nhất 02 thuyền, 30 áo phao": a bare count after a comma or "và" shares the bound of the one before."""
    own = clause.quantity
    if own is None or before is None or own.comparator != "=" or "%" in (own.unit, before.unit):
        return clause
    follows = text[: clause.start].rstrip().endswith((",", " và")) and not text[clause.start : own.start].strip()
    if follows and before.comparator in (">=", "<=", ">", "<"):
        return replace(clause, quantity=replace(own, comparator=before.comparator))
    return clause


_NUMBER = re.compile(r"\d[\d.,]*")


def goals_of_prose(step: Step, paragraph: Paragraph) -> Iterator[FoundTarget]:
    """Goals outside the sections of targets: only clauses of a sentence that says "phấn đấu"."""
    if "phấn đấu" not in paragraph.text.lower():
        return
    text, offset = _item_text(paragraph)
    key = aligned(text)
    for clause in _clauses(text):
        if clause.quantity is None:
            continue
        sentence = max(key.rfind(". ", 0, clause.start), 0)
        said = key.rfind("phan dau", sentence, clause.end)
        if said < 0 or said > clause.quantity.start:
            continue
        if clause.quantity.unit != "%" and clause.quantity.comparator == "=" and clause.start > said + 160:
            continue
        yield _target(None if paragraph is not step.node.title else step.node.label, text, offset, clause, paragraph)


def label_only(text: str) -> bool:
    """Whether nothing but a short word stands there ("Giữ vững")."""
    return len(text.split()) <= 4


def _target(label: str | None, text: str, offset: int, clause: _Clause, paragraph: Paragraph) -> FoundTarget:
    quantity = clause.quantity
    start, end = clause.start, clause.end
    topic = _TOPIC.match(aligned(text[start:end]))
    if topic is not None and not label_only(text[start:end][topic.end() :]):
        start += topic.end()
        clause = _Clause(start, end, quantity)
    own = text[start:end].strip(" .,;")
    own = re.sub(r"[\s,]*trong đó\s*:?$", "", own)
    if own.count("(") < own.count(")"):
        own = own.rstrip(")")
    place = paragraph.place(offset + start, offset + end, 0.6 if quantity is not None and quantity.doubt else 1.0)
    indicator = _indicator(text, clause)
    parts = [("indicator", paragraph.place_of(indicator, offset + start, offset + end))]
    if quantity is None:
        return FoundTarget(label, indicator, None, None, None, None, own, place, tuple(parts))
    # A range is printed as two numbers; each end is shown at its own.
    numbers = list(_NUMBER.finditer(text, quantity.number_start, quantity.number_end))
    for name, number in zip(("value", "value_to"), (numbers[:1] + numbers[-1:]), strict=False):
        parts.append((name, paragraph.place(offset + number.start(), offset + number.end(), place.confidence)))
    sure = sure_of_sign(quantity.raw, (word for line in paragraph.lines for word in line.words))
    parts.append(("comparator", replace(place, confidence=sure * place.confidence)))
    parts.append(("unit", paragraph.place_of(quantity.unit, offset + quantity.start, offset + quantity.end)))
    return FoundTarget(
        label,
        indicator,
        quantity.comparator,
        quantity.value,
        quantity.value_to,
        quantity.unit,
        own,
        place,
        tuple(parts),
    )
