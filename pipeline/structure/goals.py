"""Goals in lists and prose: clauses with one number each, what the number measures, and how it binds.

The trouble: one line holds three goals ("... đạt 34,4 giường; tỷ lệ ... 99,32%; 42,5% lao động ..."), a goal stands
before or after its number, a number may be a denominator ("/10.000 dân"), an age or a level.

What it never does: change a digit, or decide which sections hold goals (`targets` does).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pipeline.document import Word
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.quantities import Comparator, Quantity
from pipeline.structure.goal_clauses import Clause, clauses_of
from pipeline.structure.name_ends import opens_with_task
from pipeline.structure.passages import Paragraph, Place, Step, after_mark, bullet_of


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
    unread: str | None = None  # what was read in the place of a number that cannot be told from it


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Values of a table whose columns cannot be told, as printed, and where they stand."""

    text: str
    place: Place


# --- the indicator ---------------------------------------------------------------------------------------

# A year is when, never what: "Đến năm 2030 phấn đấu có ít nhất 10% ...", "giai đoạn 2026 - 2030"
_WHEN = (
    r"(?:(?:trong |tu )?(?:giai doan|nam) \d{4}\s?[-–]\s?\d{4}|(?:tu |ke tu )?nam \d{4} den (?:nam )?\d{4}"
    r"|(?:truoc|den) (?:cuoi |het |truoc )?(?:thang \d{1,2}[ /,]*)?(?:nam )?(?:19|20)\d{2}"
    r"|(?:tu |het |trong |cuoi |vao |ngay trong )?nam \d{4}(?: tro di)?|den ngay [\d/]+"
    r"|(?:19|20)\d{2}(?=\s*(?:[,:]|phan dau|dat|co\b|$)))"
)
# "Chỉ tiêu 2: Đến năm 2025 đạt 80% ...": a label in words is no part of what is measured
_LEAD_SOFT = re.compile(
    r"^(?:(?:va|phan dau|trong do|(?:bao )?gom(?=\s*:)|dong thoi|(?:chi tieu|muc tieu)(?: so)? \d{1,2}(?=\s*[:.])|"
    + _WHEN
    + r")\b[\s,:.]*)+"
)
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
_MEASURES = frozenset(
    map(aligned, ("ha", "tấn", "tạ", "kg", "km", "m", "m2", "m²", "m3", "m³", "%", "‰", "lít", "kwh"))
)


def _indicator(text: str, clause: Clause) -> str | None:
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
    former = _FROM_FORMER.search(aligned(core))
    core = _strip_lead((core[: former.start()] if former else core).strip(" ,:"))
    key = aligned(core)
    is_count = quantity.unit is not None and aligned(quantity.unit).strip() not in _MEASURES
    if quantity.unit == "%" and _is_topic(before) and len(after.split()) >= LEAST_SHARED:
        return _shortened(after)
    if _DANGLING.search(key) and (rest := _shortened(after)):
        return f"{core} {rest}" if quantity.unit == "%" else f"{core} {(quantity.unit or '').split('/')[0]} {rest}"
    if core and not _VERB_ONLY.fullmatch(key):
        rest = _shortened(after)
        shortest = 4 if opens_with_task(core) else 2  # words: "Giải tỏa dứt điểm 38 lều ..." says what with its object
        if len(core.split()) <= shortest and tail is None and rest and core[:1].isupper() and ":" not in before:
            if not is_count:
                return f"{core} {rest}".strip()
            if len(rest.split()) >= 2 and quantity.unit is not None:
                return f"{quantity.unit.split('/')[0]} {rest}"
        return core
    rest = _shortened(after)
    if is_count and quantity.unit is not None:
        return f"{quantity.unit.split('/')[0]} {rest}".strip()
    return rest or core or None


# "Tỷ suất sinh giảm từ 23 ca/1.000 phụ nữ xuống 18 ca/1.000 phụ nữ": the former value is not what is measured
_FROM_FORMER = re.compile(r"\s+(?:giam|tang|nang|ha) (?:ty le )?tu \d[^,;]{0,40}$")
# "Tại địa bàn đô thị: phấn đấu 100% trẻ em ...": who or where, and not what is measured
_TOPIC_BEFORE = re.compile(r"(?P<topic>[^:]*):\s*(?:phan dau |dat |co |tang them |tren |it nhat |toi thieu )*$")
_PLACE_BEFORE = re.compile(
    r"(?:o|tai|doi voi|trong) [^:]*, (?:dam bao|bao dam|phan dau)(?: co| it nhat| toi thieu| tren)? $"
)
_NAMES_MEASURE = re.compile(r"\b(?:ty le|ti le|ty trong|toc do|so|tong|muc|dien tich|san luong|chi so|co cau)\b")
LEAST_SHARED = 3  # words of what a share is of
_DANGLING = re.compile(r"\b(?:cho|tai|voi|cua|den)$")  # "Trợ giúp pháp lý cho 100% số người ..."


def _is_topic(before: str) -> bool:
    key = aligned(before) + " "
    if _PLACE_BEFORE.match(key):
        return True  # "Ở các bản vùng cao, bảo đảm 95% số hộ ..."
    topic = _TOPIC_BEFORE.match(key)
    return topic is not None and _NAMES_MEASURE.search(topic["topic"]) is None


def _without_tail(text: str, tail: re.Match[str]) -> str:
    """The text without its last words of reaching ("đạt", "còn", "ở mức"), each looked at with its marks.

    "đất", "tư" and "cố" have the keys of "đạt", "từ" and "có" and stay.
    """
    cut = len(text)
    low = max(0, tail.start() - 1)
    for match in reversed(list(re.finditer(r"\S+", text))):
        word = match.group().lower().strip(",:=")
        if match.start() < low or (word and word not in _TAIL_WORDS) or text[: match.end()].endswith("trở lên"):
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
# (with its object it is a goal: "giảm 10% số vụ cháy so với năm 2022", "giảm tỷ lệ béo phì 1,5% so với đầu năm")
_DIFFERENCE = re.compile(r"\W*(?:tang|giam|vuot|cao hon|thap hon|bang)(?: (?:them|tren|khoang|it nhat|tu|len))*\s*")
_AGAINST = re.compile(r"(?:\W*\w+){0,2}\W*so voi\b")
LONGEST_GOAL = 70  # words; a longer item without a number is a task, not a goal


# "Hiện nay, toàn xã có 180 hộ ...", "Tính đến 31/12/2019 ...": how things stand, also among the goals
_STANDS = re.compile(r"\W*(?:hien (?:nay|tai|toan|co|trang)|den nay|tinh den|thoi gian qua|(?:trong )?nhung nam qua)\b")


def goals_of_item(step: Step, paragraph: Paragraph) -> Iterator[FoundTarget]:
    text, offset = after_mark(paragraph)
    aims = text.lower().find("phấn đấu") if _STANDS.match(aligned(text[:40])) else 0
    if aims < 0 or not _says_something(text):
        return  # how things stand; "257.625.360": a cell that lost its table
    numbered = paragraph is step.node.title
    label = step.node.label if numbered else None
    clauses = clauses_of(text)
    goals = [clause for clause in clauses if clause.quantity is not None]
    if not goals:
        listed = numbered or bullet_of(paragraph.text) is not None
        is_intro = text.rstrip().endswith(":") or (numbered and bool(step.node.children or step.node.paragraphs))
        if listed and not is_intro and len(text.split()) <= LONGEST_GOAL:
            clause = Clause(0, len(text.rstrip()), None)
            yield _target(label, text, offset, clause, paragraph)
        return
    if clauses[0].quantity is None and _KEPT.match(aligned(text[:40])):
        yield _target(label, text, offset, clauses[0], paragraph)
    before: Quantity | None = None
    for clause in goals:
        clause = _with_shared_bound(text, clause, before)
        before = clause.quantity
        if clause.start and (_is_difference(text, clause) or _is_former(text, clause)):
            continue
        if before is None or before.start >= aims:
            yield _target(label, text, offset, clause, paragraph)


_WORD = re.compile(r"[^\W\d_]{2,}")


def _says_something(text: str) -> bool:
    """Whether a text has words enough to name a goal: two of letters."""
    return len(_WORD.findall(text[:LONGEST_NAME])) >= LEAST_WORDS


LEAST_WORDS = 2  # "Giữ vững"; fewer name nothing
LONGEST_NAME = 400  # signs in which these are looked for


# "Không để xảy ra cháy rừng; nếu xảy ra, thiệt hại không quá 0,5 ha": the first of its goals has no number
_KEPT = re.compile(r"(?:phan dau |kien quyet )?(?:khong (?:de|con|co)|giu vung|duy tri)\b")


def _is_difference(text: str, clause: Clause) -> bool:
    key = aligned(text[clause.start : clause.end])
    assert clause.quantity is not None
    alone = _DIFFERENCE.fullmatch(key, 0, max(0, clause.quantity.start - clause.start))
    return alone is not None and _AGAINST.match(key, clause.quantity.end - clause.start) is not None


# "đạt từ 88% trở lên (năm 2022: 85,6%)": what came of an earlier year, beside the goal
_OF_YEAR = re.compile(r"(?:(?:thuc hien|ket qua|uoc|dat) )?nam (?:19|20)\d\d\s*(?:[:,]|la|dat)\s*(?:la|dat)?\s*")


def _is_former(text: str, clause: Clause) -> bool:
    """Whether a bracket after a goal holds nothing but one year and its number."""
    quantity = clause.quantity
    if quantity is None or not text[: clause.start].rstrip().endswith("("):
        return False
    alone = text[clause.end :].lstrip().startswith(")") and not text[quantity.end : clause.end].strip()
    return alone and _OF_YEAR.fullmatch(aligned(text[clause.start : quantity.start])) is not None


def _with_shared_bound(text: str, clause: Clause, before: Quantity | None) -> Clause:
    """ "ít nhất 02 thuyền, 30 áo phao": a bare count after a comma or "và" shares the bound of the one before."""
    own = clause.quantity
    if own is None or before is None or own.comparator != "=" or "%" in (own.unit, before.unit):
        return clause
    follows = text[: clause.start].rstrip().endswith((",", " và")) and not text[clause.start : own.start].strip()
    if follows and before.comparator in (">=", "<=", ">", "<"):
        return replace(clause, quantity=replace(own, comparator=before.comparator))
    return clause


_NUMBER = re.compile(r"\d[\d.,]*")
# "tổ chức tiêm phòng đạt tối thiểu 80% tổng đàn": a share to be reached, not one that was ("mới đạt 38%")
_REACHES = re.compile(
    r"(?<!chua )(?<!moi )(?<!chi )(?<!da )(?<!uoc )\bdat (?:ty le )?(?:tren |toi thieu |it nhat |tu |khong duoi )?\Z"
)

# "nâng tỷ lệ hộ dùng nước sạch lên 95%", "giảm tỷ lệ hộ nghèo xuống dưới 3%": a share that is to change
_CHANGES = re.compile(
    r"[\W_]*(?:tiep tuc )?(?:nang|tang|giam|ha|dua|keo giam|duy tri|giu vung)\b(?! cap\b)"
    r"[^%;]{0,80}\b(?:ty le|ti le|ty suat)\b[^%;]{0,160}\b(?:len|xuong|con|muc|tren|duoi|tu)"
    r"(?: (?:con|tren|duoi|it nhat|toi thieu|khong qua|den))*\s*\Z"
)
# "...; kéo giảm 10% số vụ tai nạn giao thông" among the aims
_REDUCES = re.compile(r"[\W_]*(?:phan dau )?keo giam(?: (?:it nhat|toi thieu|tren|tu))*\s*\Z")
# "Đến cuối năm 2010 có trên 80% cán bộ ...": by when a share is to be reached opens the sentence
_BY_THEN = re.compile(rf"[\W_]*(?:phai )?{_WHEN}")


LONGEST_SENTENCE = 2_000  # signs before a clause in which its sentence begins, so that a text of shares stays linear


def _is_bound(quantity: Quantity) -> bool:
    """Whether a share is a bound or all: what was reached by a day is told to the point."""
    return quantity.comparator != "=" or quantity.value == "100"


def goals_of_prose(step: Step, paragraph: Paragraph) -> Iterator[FoundTarget]:
    """Goals outside the sections of targets: clauses of a sentence that says "phấn đấu", and shares to be reached."""
    text, offset = after_mark(paragraph)
    lowered = text.lower()
    if not any(word in lowered for word in ("phấn đấu", "đạt", "%")):
        return
    key = aligned(text)
    by_then = -1  # the last sentence that says by when a share is to be reached
    for clause in clauses_of(text):
        if clause.quantity is None:
            continue
        low = max(0, clause.start - LONGEST_SENTENCE)
        sentence = max(key.rfind(". ", low, clause.start), low)
        number = clause.quantity.number_start
        said = key.rfind("phan dau", sentence, clause.end)
        share = clause.quantity.unit == "%"
        if share and _is_bound(clause.quantity) and _BY_THEN.match(key, sentence, number):
            by_then = sentence
        reached = _REACHES.search(key, clause.start, number) if "đạt" in lowered else None  # "phần đất 5%"
        reaches = reached or _CHANGES.match(key, clause.start, number) or _REDUCES.match(key, clause.start, number)
        told = share and (reaches is not None or by_then == sentence)
        if told and "đã" not in text[sentence : clause.end].split():  # "Năm 2020 xã đã chữa 3 vụ, đạt 100%"
            said = clause.start
        if said < 0 or said > clause.quantity.start:
            continue
        if clause.quantity.group == "time" and key[: clause.quantity.start].rstrip().endswith("truoc"):
            continue  # "phấn đấu hoàn thành dự toán trước 15 ngày": how early
        if clause.quantity.unit != "%" and clause.quantity.comparator == "=" and clause.start > said + 160:
            continue
        yield _target(None if paragraph is not step.node.title else step.node.label, text, offset, clause, paragraph)


_TOPIC = re.compile(r"^ve\s[^:]{3,80}:\s+")


def label_only(text: str) -> bool:
    """Whether nothing but a short word stands there ("Giữ vững")."""
    return len(text.split()) <= 4


def _target(label: str | None, text: str, offset: int, clause: Clause, paragraph: Paragraph) -> FoundTarget:
    quantity = clause.quantity
    start, end = clause.start, clause.end
    topic = _TOPIC.match(aligned(text[start:end]))
    if topic is not None and not label_only(text[start:end][topic.end() :]):
        start += topic.end()
        clause = Clause(start, end, quantity)
    own = text[start:end].strip(" .,;")
    own = re.sub(r"[\s,]*trong đó\s*:?$|^(?:bao )?gồm\s*:\s*", "", own)
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
