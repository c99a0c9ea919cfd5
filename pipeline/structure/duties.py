"""Who is to do what: statements of the organisation part and rows of task tables.

The trouble: the actor may be a heading with tasks below, the subject of a sentence, or stand after "Giao" or "Đề
nghị"; where the actor's name ends and the task begins is not marked ("Công chức Văn hóa - Xã hội viết bài ...");
"chủ trì, phối hợp với ..." names two.

What it never does: make an actor of a sentence without one, or shorten a task.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.document import Table
from pipeline.knowledge import bodies
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.lexicon import load_table
from pipeline.structure.passages import CAPITALS, Node, Paragraph, Place, Step, bullet_of, grid, place_of_cells, walk


@dataclass(frozen=True, slots=True)
class FoundAssignment:
    """One actor and what it is to do; `section` is the path of labels."""

    actor: str
    task: str
    section: str | None
    place: Place
    parts: tuple[tuple[str, Place], ...] = ()  # where single fields stand, by name


def find_assignments(nodes: Sequence[Node]) -> tuple[FoundAssignment, ...]:
    """All assignments in document order."""
    found: list[FoundAssignment] = []
    closing = _closing_paragraph(nodes)
    for step in walk(nodes):
        for paragraph in step.node.content:
            if paragraph.table is not None:
                found += _from_table(step, paragraph, paragraph.table)
            elif paragraph is not closing and _in_organisation(step):
                found += _from_text(step, paragraph)
    return tuple(found)


_CLOSES = re.compile(r"\W*(?:tren day|yeu cau|de nghi|trong qua trinh|qua trinh|can cu|phat huy|nhan duoc)\b")


def _closing_paragraph(nodes: Sequence[Node]) -> Paragraph | None:
    main = [node for node in nodes if not node.annex]
    last = main[-1].paragraphs[-1] if main and main[-1].paragraphs else None
    return last if last is not None and _CLOSES.match(aligned(last.text[:60])) else None


# Sections of the organisation part that speak of something else than who does what.
_OTHER_PARTS = frozenset(
    {"tasks", "targets", "content", "situation", "purpose", "requirements", "purpose_requirements"}
)


def _in_organisation(step: Step) -> bool:
    """Whether a node is of the organisation part: it or a node above is, and none between is of another part."""
    for node in (step.node, *reversed(step.above)):
        if node.kind == "organisation":
            return True
        if node.kind in _OTHER_PARTS:
            return False
    return False


# --- the actor -------------------------------------------------------------------------------------------

_ASKED = re.compile(
    r"^(?:(?:de nghi|giao(?: cho)?|giao nhiem vu cho|yeu cau|phan cong|chi dao|uy quyen cho|kien nghi)\s+)"
)


@cache
def _verb() -> re.Pattern[str]:
    """Words that open a task (dictionaries/task_verbs.tsv), the longer before the shorter."""
    verbs = sorted((row[0] for row in load_table("task_verbs")), key=len, reverse=True)
    return re.compile(r"(?<![\w-])(?:" + "|".join(verbs) + r")(?![\w-])")


@cache
def _nouns() -> frozenset[str]:
    """Those of them that also stand inside names."""
    return frozenset(verb for verb, noun in load_table("task_verbs") if noun)


# Words that open a task. They are looked for in small letters only, so that "Ban Tổ chức" and "Ủy ban Kiểm tra"
# stay names.
# "các cơ quan, tổ chức, doanh nghiệp", "tổ chức chính trị - xã hội", "cơ quan quản lý", "ban chỉ đạo": parts of names
_NOUN_BEFORE = re.compile(
    r"(?:các|những|mỗi|từng|và|đoàn|cơ quan|đơn vị|ban|cán bộ|bộ phận|phòng|tổ|người|hệ thống|ngành|đài|trung"
    r" tâm|công tác|nhà|tài chính|được phân công|viện|doanh nghiệp|chủ)\s*,?\s*$"
)
_NOUN_AFTER = re.compile(
    r"\s*(?:,|;|chính trị|đoàn thể|xã hội|đảng|cơ sở|và các|trên địa bàn|có liên quan|liên quan|nhà nước|dân"
    r"|viên|khoa học)"
)
# "UBND cấp xã": the word says which body it is; "cấp kinh phí" is a task
_RANK = re.compile(
    r"cấp (?:xã|huyện|tỉnh|phường|thành phố|cơ sở|trung ương|trên|dưới|ủy|uỷ|mình|học)\b|cấp\s+(?:I|[1-4])"
)
LONGEST_ACTOR = 55  # words: a list of all bodies of a province has 46
_PEOPLE = re.compile(
    r"^(?!doi voi|doi moi|doi tuong|phong trao|hoi nghi|ban hanh|bao cao|so ket|so luong|so lieu|van ban|xa hoi|khu vuc"
    r"|dai hoi|doan ket|tinh hinh|truong hop)"
    r"(?:cac |cac dong chi |dong chi |moi |tung |toan the )?(?:thu truong|truong|pho|giam doc|chu tich|bi thu"
    r"|cong chuc|can bo|vien chuc|hieu truong|chi huy truong|dong chi|dc|d/c"
    r"|xom truong|to truong|uy vien|dang uy vien|thanh vien|nguoi dung dau|dang vien|doan the|don vi|co quan"
    r"|nganh|thon|xom|ban|to dan pho|khu|chi bo|chi hoi|nha truong"
    r"|thu vien|bao tang|nha van hoa|cau lac bo|hat|doi|don|kiem lam|truong hoc|tram|so|phong|uy ban|ubnd|ub"
    r"|hoi|doan|mat tran|mttq|bao|dai|cong an|quan su|bch|bcd|van"
    r" phong|trung tam|benh vien|doanh nghiep|hop tac xa|htx|cap uy|xa|phuong|dia phuong"
    r"|ke toan|tai chinh|dia chinh|tu phap|van hoa|giao vien|nhan vien|bo phan|to chuc|thuong truc|lanh dao"
    r"|ho gia dinh|kho bac|ngan hang|buu dien|vien|chi cuc|cuc|thanh tra|lien doan|huyen|tinh|quan|thi xa"
    r"|thanh pho)\b"
)
_TOGETHER = re.compile(r"(?:chủ trì\s*,?\s*(?:và\s+)?)?phối hợp(?: chặt chẽ)?(?: với| cùng(?: với)?)\s+", re.IGNORECASE)
_EDGE = " .,;:-–+*/"


@dataclass(frozen=True, slots=True)
class _Statement:
    actor: str
    task: str
    start: int
    end: int


def _boundary(text: str, limit: int | None = None) -> int | None:
    """Offset where the first task word begins after an actor, None where there is none."""
    for match in _verb().finditer(text, 0, limit if limit is not None else len(text)):
        before = text[: match.start()]
        if not before.strip(_EDGE):
            continue
        if match.group() in _nouns() and _is_noun(match.group(), before, text[match.end() :]):
            continue
        return match.start()
    return None


def _is_noun(word: str, before: str, after: str) -> bool:
    """Whether a word that may open a task is part of a name here: "các tổ chức chính trị", "cơ quan, tổ chức,"."""
    if word == "cấp" and _RANK.match(word + after):
        return True
    if before.rstrip().endswith(("-", "–")):
        return True  # "Văn phòng - thống kê"
    if _NOUN_AFTER.match(after) and (word == "tổ chức" or not after.lstrip().startswith((",", ";"))):
        return True
    return _NOUN_BEFORE.search(before[:1].lower() + before[1:]) is not None


def _is_actor(text: str) -> bool:
    words = text.split()
    if not 1 <= len(words) <= LONGEST_ACTOR or text[:1].islower():
        return False
    if (len(words) == 1 and len(text) < 12) or aligned(text) in ("to chuc", "lanh dao", "quan ly"):
        return False  # "Tổ chức phát động ..." opens with its verb
    opening = _verb().match(text[0].lower() + text[1:])
    if opening and " " in opening.group() and opening.group() not in _nouns() and words[2:3] != ["viên"]:
        return False  # "Báo cáo 6 tháng ..." is a task; "Báo cáo viên" is a person
    return bodies.looks_like_body(text[:120]) >= 0.5 or _PEOPLE.match(aligned(text)) is not None


def _statement(text: str, start: int, end: int) -> _Statement | None:
    """The actor and task of a clause, None where it names no actor."""
    clause = text[start:end]
    lead = len(clause) - len(clause.lstrip(" -–+*•"))
    asked = _ASKED.match(aligned(clause[lead:]))
    at = lead + (asked.end() if asked else 0)
    rest = clause[at:]
    colon = rest.find(":")
    if (
        0 < colon < 90
        and _is_actor(rest[:colon].strip(_EDGE))
        and len(rest[colon + 1 :].split()) >= 3
        and _boundary(rest, colon) is None
    ):
        actor, task = rest[:colon].strip(_EDGE), rest[colon + 1 :]
    else:
        cut = _boundary(rest)
        if cut is None:
            return None
        actor, task = rest[:cut].strip(_EDGE), rest[cut:]
    capital = actor[:1].upper() + actor[1:] if asked else actor
    if not _is_actor(capital):
        return None
    task = task.strip(_EDGE)
    return _Statement(actor, task, start, end) if len(task.split()) >= 2 else None


_NEXT_CLAUSE = re.compile(r"[;.]\s+(?=[" + CAPITALS + r"])")


def _statements(text: str) -> Iterator[_Statement]:
    """Statements of a paragraph; a later clause opens a new one only where it names an actor of its own."""
    starts = [0, *(match.end() for match in _NEXT_CLAUSE.finditer(text))]
    # "Thủ trưởng các sở; Chủ tịch UBND các xã; ... tổ chức": clauses before the first verb are actors too
    first = _boundary(text)
    starts = [0, *(start for start in starts[1:] if first is None or start > first)]
    current: _Statement | None = None
    for index, start in enumerate(starts):
        end = starts[index + 1] if index + 1 < len(starts) else len(text)
        found = _statement(text, start, end)
        if found is None:
            if current is not None:
                current = _Statement(
                    current.actor,
                    f"{current.task}{text[current.end - _gap(text, current.end) : end].rstrip(_EDGE)}",
                    current.start,
                    end,
                )
            continue
        if current is not None:
            yield current
        current = found
    if current is not None:
        yield current


def _gap(text: str, at: int) -> int:
    """How many signs before `at` part the clauses: their mark and blanks."""
    head = text[:at]
    return len(head) - len(head.rstrip(" .;"))


def _partners(whole: str) -> Iterator[tuple[str, str]]:
    """(actor, task) of bodies named after "phối hợp với" at the start of a task."""
    match = _TOGETHER.match(whole)
    if match is None:
        return
    rest = whole[match.end() :]
    cut = _boundary(rest)
    if cut is None:
        return
    actor, task = rest[:cut].strip(_EDGE), rest[cut:].strip(_EDGE)
    if "liên quan" in actor or not _is_actor(actor[:1].upper() + actor[1:]) or len(task.split()) < 2:
        return
    parts = [part.strip(_EDGE) for part in re.split(r",\s+(?:và\s+)?(?=[" + CAPITALS + r"])", actor)]
    if len(parts) > 1 and all(bodies.looks_like_body(part) >= 0.5 for part in parts):
        for part in parts:
            yield part, task
    else:
        yield actor, task


def _from_text(step: Step, paragraph: Paragraph) -> Iterator[FoundAssignment]:
    offset = 0
    if paragraph.marker is not None and paragraph.marker.family != "bullet":
        offset = paragraph.marker.text_start
    elif (bullet := bullet_of(paragraph.text)) is not None:
        offset = bullet.text_start
    text = paragraph.text[offset:]
    section = step.path or None
    holder = _heading_actor(step)
    if paragraph is step.node.title:  # a numbered line is held by the heading above it, not by itself
        holder = _heading_actor(Step(step.above[-1], step.above[:-1])) if step.above else None
    if holder is not None:
        own = next(_statements(text), None)
        if own is None or bodies.looks_like_body(own.actor[:120]) < 0.6:
            task = text.strip(_EDGE)
            if len(task.split()) >= 3 and not text.rstrip().endswith(":"):
                yield _found(holder, task, section, paragraph, offset, len(paragraph.text), _holder_place(step))
                for actor, shared in _partners(task):
                    yield _found(actor, shared, section, paragraph, offset, len(paragraph.text))
            return
    if text.rstrip().endswith(":") and step.node.children:
        return
    for statement in _statements(text):
        start, end = offset + statement.start, offset + statement.end
        yield _found(statement.actor, statement.task, section, paragraph, start, end)
        for actor, task in _partners(statement.task):
            yield _found(actor, task, section, paragraph, start, end)


STATED = 0.85  # how sure a sentence's actor is; where its name ends is told by a list of verbs


def _found(
    actor: str, task: str, section: str | None, paragraph: Paragraph, start: int, end: int, who: Place | None = None
) -> FoundAssignment:
    place = paragraph.place(start, end, STATED)
    done = paragraph.place_of(task, start, end, STATED)
    parts = (("actor", who or paragraph.place_of(actor, start, end, STATED)), ("task", done), ("section", done))
    return FoundAssignment(actor, task, section, place, parts)


def _holder_place(step: Step) -> Place | None:
    """Where the heading stands that names the actor."""
    for node in (step.node, *reversed(step.above)):
        if node.heading is not None and node.title is not None:
            return node.title.place_of(node.heading)
    return None


def _heading_actor(step: Step) -> str | None:
    """The actor that a heading names: "1. Sở Nội vụ"."""
    for node in (step.node, *reversed(step.above)):
        text = node.heading
        if text is None and node.title is not None and node.title.body.rstrip().endswith(":"):
            text = node.title.body.strip(_EDGE)
        if text is None or len(text.split()) > 25:
            continue
        asked = _ASKED.match(aligned(text))
        name = text[asked.end() :] if asked else text
        name = name[:1].upper() + name[1:]
        own = _boundary(name) is None
        if own and node.kind in ("organisation", None) and bodies.looks_like_body(name) >= 0.6:
            return name.strip(_EDGE)
        if (
            own
            and node.kind in ("organisation", None)
            and _PEOPLE.match(aligned(name))
            and node.label is not None
            and len(name.split()) <= 14
            and not re.match(r"(?:to chuc|phong|ban)\b", aligned(name))
        ):
            return name.strip(_EDGE)
    return None


# --- task tables -----------------------------------------------------------------------------------------

_TASK_HEAD = re.compile(r"\b(?:noi dung|nhiem vu|cong viec|hoat dong|viec|ten van ban|giai phap)\b")
_LEAD_HEAD = re.compile(r"\b(?:chu tri|thuc hien|phu trach|chiu trach nhiem|don vi tham muu|co quan tham muu)\b")
_SUPPORT_HEAD = re.compile(r"\bphoi hop\b")
_NOT_LEAD = re.compile(r"\b(?:thoi gian|tien do|kinh phi|ket qua|ke hoach|nam|san pham)\b")


def _from_table(step: Step, paragraph: Paragraph, table: Table) -> Iterator[FoundAssignment]:
    rows = grid(table)
    for first in range(min(2, len(rows))):
        heads = [
            " ".join(dict.fromkeys(aligned(cell.text) for row in rows[: first + 1] if (cell := row[c]) is not None))
            for c in range(table.columns)
        ]
        task = next(
            (i for i, head in enumerate(heads) if _TASK_HEAD.search(head) and not _SUPPORT_HEAD.search(head)), None
        )
        support = next(
            (i for i, head in enumerate(heads) if _SUPPORT_HEAD.search(head) and i != task and "chu tri" not in head),
            None,
        )
        lead = next(
            (
                i
                for i, head in enumerate(heads)
                if _LEAD_HEAD.search(head) and not _NOT_LEAD.search(head) and i not in (task, support)
            ),
            None,
        )
        if task is not None and lead is not None:
            break
    else:
        return
    for row in rows[first + 1 :]:
        what = row[task]
        if what is None or not what.text.strip():
            continue
        for column in (lead, support):
            who = row[column] if column is not None else None
            if who is None or who is what or not any(letter.isalpha() for letter in who.text):
                continue
            for name in re.split(r"\s*;\s*|\s*\n\s*", who.text):
                if name.strip(_EDGE):
                    yield FoundAssignment(
                        name.strip(_EDGE),
                        what.text.strip(_EDGE),
                        step.path or None,
                        place_of_cells(paragraph, (what, who), f"{what.text} | {who.text}"),
                        (
                            ("actor", place_of_cells(paragraph, (who,), who.text)),
                            ("task", place_of_cells(paragraph, (what,), what.text)),
                            ("section", place_of_cells(paragraph, (what,), what.text)),
                        ),
                    )
