"""Who is to do what: statements of the organisation part and rows of task tables.

The trouble: the actor may be a heading with tasks below, the subject of a sentence, or stand after "Giao" or "Đề
nghị"; where the actor's name ends and the task begins is not marked ("Công chức Văn hóa - Xã hội viết bài ...");
"chủ trì, phối hợp với ..." names two.

What it never does: make an actor of a sentence without one, or shorten a task.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.knowledge import bodies
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.wording import UNDER_TITLE
from pipeline.structure import ending
from pipeline.structure.actors import ASKED, SURE_BODY, begins_as_people, is_actor, titled_actor
from pipeline.structure.duty_tables import FoundAssignment, duties_of_table
from pipeline.structure.holders import (
    NAME_WORDS,
    bullet_holders,
    carries_out,
    heading_actor,
    holder_place,
    lists_bodies,
    numbered_anew,
)
from pipeline.structure.name_ends import EDGE, boundary, opens_with_task, task_start
from pipeline.structure.passages import CAPITALS, Node, Paragraph, Place, Step, after_mark, bullet_of, walk
from pipeline.structure.task_labels import LABEL_END, LABELLED

ORDERS = frozenset({"CT", "CĐ", "QĐ"})  # types whose numbered points all say who is to do what


def find_assignments(nodes: Sequence[Node], type_code: str | None = None) -> tuple[FoundAssignment, ...]:
    """All assignments in document order; in a directive or decision the points without a kind hold them too."""
    found: list[FoundAssignment] = []
    main = [node for node in nodes if not node.annex and node.kind != "appendix"]
    orders = type_code in ORDERS or _name_actors(main)
    charged = _charged(nodes, main)
    last = main[-1] if main else None
    item = last is not None and last.label is not None and last.heading is None
    closing = ending.closing_words(last.paragraphs if last is not None else (), item)
    for step in walk(nodes):
        bulleted = bullet_holders(step.node)
        for paragraph in step.node.content:
            if paragraph.table is not None:
                found += duties_of_table(step, paragraph, paragraph.table)
            elif id(paragraph) in closing:
                found += _from_closing(step, paragraph)
            elif (
                _in_organisation(step)
                or (orders and _is_point(step))
                or any(id(node) in charged for node in (*step.above, step.node))
            ):
                found += _from_text(step, paragraph, bulleted)
    return tuple(found)


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
            return any(carries_out(other) and other.kind == node.kind for other in (step.node, *step.above))
    return False


LEAST_POINTS = 3  # of a letter or a notice that tells each of several bodies what to do
NAMED_SHARE = 2 / 3  # of its points that name one
LEAST_GIVEN = 2  # of them that give one a task in so many words, after others that tell how things stand
_GIVEN = re.compile(r"giao\b")


def _name_actors(nodes: Sequence[Node]) -> bool:
    """Whether most points of a list say who is to do what: letters and notices ("1. Giao Sở Y tế ...") have no part
    for it."""
    points = [node for node in nodes if node.label is not None and node.title is not None]
    if len(points) > LEAST_POINTS and points[-1].kind == "organisation":
        points.pop()  # "9. Tổ chức thực hiện" below a point for each office
    if len(points) < LEAST_POINTS or any(node.kind is not None and node.heading is not None for node in points):
        return False
    named = given = 0
    for node in points:
        assert node.title is not None
        body = node.title.body
        told = titled_actor(node.heading) if node.heading else _statement(body, 0, len(body))
        named += told is not None
        given += told is not None and _GIVEN.match(aligned(body)) is not None
    return named >= NAMED_SHARE * len(points) or given >= LEAST_GIVEN


def _charged(nodes: Sequence[Node], main: Sequence[Node]) -> frozenset[int]:
    """Ids of the parts under other names whose titles are bodies ("II. Nội dung"), or in a text that has no part for
    duties those of the `main` text whose points name who is to do what ("IV. Biện pháp")."""
    steps = tuple(walk(nodes))
    listed = frozenset(id(step.node) for step in steps if lists_bodies(step.node))
    anew = (numbered_anew(step.node) for step in steps)
    listed |= {id(point) for points in anew if _name_actors(points) for point in points}
    steps = tuple(walk(main))
    if listed or any(step.node.kind == "organisation" for step in steps):
        return listed
    return frozenset(
        id(step.node) for step in steps if _name_actors(step.node.children) or _bullets_name_actors(step.node)
    )


def _bullets_name_actors(node: Node) -> bool:
    """The same of the bullets of a part of tasks: "C. BIỆN PHÁP" / "- Ban Tài chính xã ...", "- Đội thuế ..."."""
    if node.kind not in ("tasks", None):
        return False
    items = [after_mark(own)[0] for own in node.paragraphs[:MOST_ITEMS] if bullet_of(own.text) is not None]
    told = sum(_statement(text, 0, len(text)) is not None for text in items)
    return len(items) >= LEAST_POINTS and told >= NAMED_SHARE * len(items)


MOST_ITEMS = 60  # bullets that are asked for what they name; of more the first tell


def _is_point(step: Step) -> bool:
    """Whether a node is a numbered point of the main text and under no heading of another part."""
    path = (*step.above, step.node)
    return not path[0].annex and path[0].label is not None and not any(node.kind in _OTHER_PARTS for node in path)


# "... chịu trách nhiệm thi hành Quyết định này": the last article of every decision
_CARRIES_IT_OUT = re.compile(r"\bthi hanh (?:quyet dinh|chi thi|nghi quyet|thong tu) nay\b")

# "2. Bà Lê Thị A, Trưởng phòng Hành chính - Thành viên;": one of a council that is set up
_MEMBER = re.compile(
    r".*(?:[-–—]|,)\s*(?:(?:pho )?(?:chu tich|truong (?:ban|doan|tieu ban))|(?:uy|thanh|to) vien|thu ky"
    r"|to (?:truong|pho))(?!\s(?:truc tiep|phu trach|chi dao|chu tri|theo doi|giup|lam)\b)"
    r"(?: [^,;:.]{1,25})?[;.,\s]*"
)


_TOGETHER = re.compile(
    r"(?:(?:có|chịu) trách nhiệm\s+)?"
    r"(?:(?:chủ trì\s*,?\s*(?:và\s+)?)?phối hợp[.,]?(?: chặt chẽ)?(?: (?:cùng )?với| cùng)?"
    r"|chủ trì,? cùng(?: với)?)\s+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Statement:
    actor: str
    task: str
    start: int
    end: int


# "Căn cứ nội dung Kế hoạch, các sở, ngành được phân công chủ trì ... có trách nhiệm ...": what comes before the actor,
# and a clause inside the actor that opens with words of a task
# "Trước ngày 15/4/2024, các xã lập danh sách": a time before the one who acts
_GROUNDS = re.compile(
    r"(?:(?:can cu|tren co so|theo) [^,;:]{5,120}"
    r"|(?:tu nay|truoc ngay|(?:trong|vao|tu) (?:ngay|thang|quy)|(?:hang|dinh ky) [a-z]+) ?[^,;:]{0,60}),\s+"
    r"(?=(?:cac|uy ban|ubnd|so|phong|giam doc|thu truong|chu tich) )"
)
_DUTY = re.compile(r"\s(?=có trách nhiệm\b)")
_WITHIN = re.compile(r"\b(?:trong phạm vi|theo (?:chức năng|nhiệm vụ|thẩm quyền))\b")
_CHOSEN = re.compile(r"\b(?:được (?:phân công|giao)|liên quan (?:tới|đến|trong) việc)\b")


def _duty_at(text: str) -> int | None:
    """Where "có trách nhiệm" opens the task of bodies that are told by what they were given to do."""
    duty = _DUTY.search(text)
    if duty is None or ";" in text[: duty.start()]:
        return None
    within = _WITHIN.search(text, 0, duty.start())
    return duty.end() if _CHOSEN.search(text, 0, within.start() if within else duty.start()) else None


_ALSO = re.compile(r"(?:dong thoi|ngoai ra|ben canh do),? (?=(?:giao|de nghi|yeu cau)\b)")
# "Đề nghị Vườn quốc gia ...: ...", "Giao Quỹ Bảo trợ trẻ em ...": whoever is named after these is to act
_ASKS_ONE = re.compile(r"(?:de nghi|giao)\b")
LONGEST_NAME = 160  # letters before the colon that parts actor and task; lists of bodies are long
# "Bộ phận Quản lý, bảo vệ rừng: tham mưu ...": what stands before the colon is a name whole, but for these words
_SURE_TASK = re.compile(r"\b(?:chủ trì|phối hợp|có trách nhiệm|chịu trách nhiệm|tham mưu|thực hiện|triển khai)\b")


# "Khoa Kiểm soát bệnh truyền nhiễm: theo dõi ...": a name of an office has a capital in its second word, a topic not
_CAPITAL_WORD = r"[" + CAPITALS + r"]+[^" + CAPITALS + r"\W]\w*"
_TWO_CAPITALS_APART = re.compile(rf"{_CAPITAL_WORD} (?:\w+ )?[{CAPITALS}]")  # "Phòng Ngân sách", "Thanh tra Sở"
_TWO_CAPITALS = re.compile(rf"{_CAPITAL_WORD} {_CAPITAL_WORD}")


def _is_name(text: str) -> bool:
    """Whether a text is short and begins as a name does."""
    return text[:1].isupper() and len(text.split()) <= NAME_WORDS and not opens_with_task(text)


def _lists_names(text: str) -> bool:
    """Whether a text is a list of names alone: "Các phường: Tuần Châu, Việt Hưng, Bãi Cháy" gives none a task."""
    parts = text.strip(EDGE).split(", ")
    return len(parts) > 2 and all(part[:1].isupper() for part in parts)


_PERSON_TITLE = re.compile(rf"(?:[đĐ]ồng chí|[đĐ]/c|[ôÔ]ng|[bB]à|[tT]hầy|[cC]ô) [{CAPITALS}]")


_KIND_ALONE = re.compile(
    r"(?:Các|Những) (?:bộ|sở|ban|ngành|phòng|xã|phường|huyện|tỉnh|trường|đơn vị|cơ quan|hội|đoàn thể|tổ chức)",
    re.IGNORECASE,
)


# ": Xây dựng, Giáo dục và Đào tạo, Y tế theo chức năng ...": names of offices, whatever verb the first one begins as
_NAMES_LISTED = re.compile(rf"\s*[{CAPITALS}][^,;:.]{{1,60}}(?:, [{CAPITALS}][^,;:.]{{1,60}}){{2,}}")


def _names_before(text: str, colon: int, asked: bool) -> bool:
    """Whether an actor stands before a colon and its task after it."""
    name, task = text[:colon].strip(EDGE), text[colon + 1 :]
    name = name[:1].upper() + name[1:] if asked or _PERSON_TITLE.match(name) else name
    if len(task.split()) < 3 or _lists_names(task):
        return False
    listed = _NAMES_LISTED.match(task) is not None or not opens_with_task(task)
    if _KIND_ALONE.fullmatch(name) and task.lstrip()[:1].isupper() and listed:
        return False  # "Các Bộ: Quốc phòng, Công an chủ động ...": which of them comes after the colon
    if not is_actor(name):
        named = asked or (opens_with_task(task) and _TWO_CAPITALS.match(name) is not None)
        return named and _is_name(name) and boundary(text, colon) is None
    return boundary(text, colon) is None or (opens_with_task(task) and _SURE_TASK.search(name) is None)


def _statement(text: str, start: int, end: int, asked_by: bool = False) -> _Statement | None:
    """The actor and task of a clause, None where it names no actor. `asked_by` says that the one who asks stands before
    it: what the one asked is to ask of others is the task."""
    clause = text[start:end]
    lead = len(clause) - len(clause.lstrip(" -–+*•"))
    grounds = _GROUNDS.match(aligned(clause[lead:]))
    if grounds:
        lead += grounds.end()
    also = _ALSO.match(aligned(clause[lead:]))
    lead += also.end() if also else 0
    asked = ASKED.match(aligned(clause[lead:]))
    at = lead + (asked.end() if asked else 0)
    rest = clause[at:]
    colon = rest.find(":")
    asks_one = asked is not None and _ASKS_ONE.match(asked.group()) is not None
    named = 0 < colon < LONGEST_NAME and _names_before(rest, colon, asks_one)
    if named:
        actor, task = rest[:colon].strip(EDGE), rest[colon + 1 :]
    else:
        cut = _duty_at(rest) or task_start(rest)
        if cut is None:
            return None
        clause_word = _CLAUSE_WORD.search(rest, 0, cut)
        cut = clause_word.start() if clause_word else cut
        actor, task = rest[:cut].strip(EDGE), rest[cut:]
        actor = _AT_END.sub("", actor)
        if _TELLS.search(actor) or _TELLS_FIRST.match(task) or _is_no_name(actor):
            return None
    titled = _PERSON_TITLE.match(actor) is not None
    capital = actor[:1].upper() + actor[1:] if asked or grounds or titled else actor
    task = task.strip(EDGE)
    acts = named or (asks_one and _is_name(actor)) or is_actor(capital)
    if _PASSED_ON.match(task) and not named and not asked_by and (acts or _SHORT_NAME.fullmatch(actor)):
        at = text.index(task, start)
        return _statement(text, at, end, asked_by=True) or (_Statement(actor, task, start, end) if acts else None)
    if not acts:
        return None
    return _Statement(actor, task, start, end) if len(task.split()) >= 2 else None


def _is_no_name(actor: str) -> bool:
    """Whether what stands before a task holds the end of a sentence or an open bracket, as no name does."""
    return actor.count("(") > actor.count(")") or _SENTENCE_IN.search(actor) is not None


_SENTENCE_IN = re.compile(rf"[^\W\d_{CAPITALS}]{{3}}\.\s+[{CAPITALS}]")  # "TP. Vinh", "TS. Lê A" have none
# "Giao Phó Chủ tịch A trước ngày 15/11 kiểm tra ...", "Sở Y tế (1) tập huấn ...": a time or a number is of no name
_AT_END = re.compile(r"\s+(?:\(\d{1,2}\)|(?:trước|trong|vào|đến|chậm nhất) (?:ngày|tháng|quý) [\d/IVX].*)$")
# "Công an đã đưa ...", "Hội đồng gồm ...", "đơn vị cho biết ...": what was or is, no duty
_TELLS = re.compile(
    r"\b(?:đã|vừa|từng|đang|gồm|là|rằng|lên tới|cho biết|cho rằng|được (?:cử|bổ nhiệm|bầu)"
    r"|có (?:[Vv]ăn bản|[Cc]ông văn|[Tt]ờ trình|[Bb]áo cáo) số)\b"
)
_TELLS_FIRST = re.compile(
    r"(?:đã|vừa|từng|đang|gồm|cho biết|cho rằng|cũng (?:đã|vừa))\b"
    r"|là (?:cơ quan|đơn vị|thành viên|ủy viên|uỷ viên|trưởng ban|phó)\b[^,;.]*\W*$"  # what one is
)
# "Các đơn vị khi tổ chức ... phải ...": a clause of its own ends the name before the first word of a task
_CLAUSE_WORD = re.compile(r"\b(?:khi|nếu|để|nhằm|thì|cũng|chưa)\b")


# "Ủy ban nhân dân tỉnh giao Giám đốc các sở ...", "Chủ tịch UBND huyện yêu cầu các xã ...": the one asked is to act
_SHORT_NAME = re.compile(rf"[{CAPITALS}]{{3,6}}")  # "HĐND giao cho UBND xã ..."
_PASSED_ON = re.compile(r"(?:giao|yêu cầu)(?: nhiệm vụ)?(?: cho)?:? (?=[" + CAPITALS + r"]|các |những )")


# "...; đồng chí Y Hoa: phụ trách hậu cần", "...; giao Công an xã kiểm tra": one who is named in small letters
_NEXT_CLAUSE = re.compile(
    r"[;.]\s+(?=[" + CAPITALS + r"]|(?:đồng chí|đ/c|ông|bà|thầy|cô|riêng|giao|đề nghị|yêu cầu) [" + CAPITALS + r"])"
)


def _statements(text: str) -> Iterator[_Statement]:
    """Statements of a paragraph; a later clause opens a new one only where it names an actor of its own."""
    starts = [0, *(match.end() for match in _NEXT_CLAUSE.finditer(text))]
    # "Thủ trưởng các sở; Chủ tịch UBND các xã; ... tổ chức": clauses before the first verb are actors too
    first = boundary(text)
    passed_on = _PASSED_ON.match(text, first) if first is not None else None
    if passed_on is not None and (later := boundary(text[passed_on.end() :])) is not None:
        first = passed_on.end() + later  # "Chủ tịch tỉnh yêu cầu Thủ trưởng các sở; Chủ tịch các xã tổ chức ..."
    colon = text.find(":", 0, LONGEST_NAME)
    if colon > 0 and (first is None or colon < first):
        first = colon  # "Đồng chí A: phụ trách nội dung; đồng chí B: phụ trách hậu cần"
    starts = [0, *(start for start in starts[1:] if first is None or start > first)]
    current: _Statement | None = None
    for index, start in enumerate(starts):
        end = starts[index + 1] if index + 1 < len(starts) else len(text)
        found = _statement(text, start, end)
        if found is None:
            if current is not None:
                current = _Statement(
                    current.actor,
                    f"{current.task}{text[current.end - _gap(text, current.end) : end].rstrip(EDGE)}",
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


# "Văn phòng Tỉnh ủy và các cơ quan liên quan": the one that is named
_UNNAMED = rf"(?:[^,;{CAPITALS}]{{2,30}}, ){{0,2}}[^,;{CAPITALS}]*?liên quan"
_AND_OTHERS = re.compile(rf"(?:,| và|, và) (?:các |những ){_UNNAMED}[^,;]*$")
_OTHERS_AND = re.compile(rf"^các {_UNNAMED}(?: và|,) (?=[{CAPITALS}])")  # "các sở có liên quan và Ủy ban nhân dân xã"


# "Trung tâm Xúc tiến Đầu tư, Thương mại và Du lịch tỉnh": fields that a comma parts
_GOES_ON = re.compile(r"(?:Thương mại|Thể thao|Du lịch|Văn hóa|Gia đình|Thương binh|Truyền hình|Hạ tầng|Nông nghiệp)\b")
# "Hiệp hội Du lịch tỉnh và các địa phương": the one that is named
_AND_ALL = re.compile(r"(?<=\w) và các (?:địa phương|đơn vị|cơ quan|ngành|cấp|bên|lực lượng)$")
_GROUP = re.compile(r"các (?!cấp\b)\w+(?: \w+){0,4}")  # "các khoa chuyên môn"


def _partners(task: str) -> Iterator[tuple[str, str]]:
    """(actor, task) of bodies named after "phối hợp với" at the start of a task or of a clause of it; in a later clause
    without "chủ trì" only of listed ones."""
    done = 0
    for start in (0, *(found.end() for found in _CLAUSE.finditer(task))):
        match = _TOGETHER.match(task, start) if start >= done else None
        if match is None:
            continue
        done = match.end()
        stop = _CLAUSE.search(task, match.end())
        rest = task[match.end() : stop.start() if start and stop else len(task)]
        leads = start == 0 or match.group().lower().startswith("chủ trì")
        for actor, shared in _named_partners(rest):
            if leads or _TWO_CAPITALS_APART.match(actor) or bodies.looks_like_body(actor[:120]) >= PARTNER:
                yield actor, shared


PARTNER = 0.4  # of looks_like_body: "Phòng Y tế" has 0.95, "Đài Truyền thanh xã" 0.45, people and posts nothing


_CLAUSE = re.compile(r"[;.]\s+(?=\w)|,\s+(?=(?:chủ trì|phối hợp)\b)")


# "phối hợp với Sở Y tế trong việc kiểm tra ...", "... để khảo sát": no part of the partner's name
_WHERE_TOGETHER = re.compile(r"\s(?:để|nhằm|khi|trong (?:việc|quá trình|công tác))\b")


def _named_partners(rest: str) -> Iterator[tuple[str, str]]:
    cut = task_start(rest)
    if cut is not None and _WHERE_TOGETHER.match(rest, cut - 1):
        cut = boundary(rest)
    colon = rest.find(":", 0, LONGEST_NAME)
    if 0 < colon < (cut or len(rest)) and opens_with_task(rest[colon + 1 :]):
        cut = colon  # "phối hợp với Văn phòng UBND tỉnh: Xây dựng quy trình ..."
    if cut is None:
        return
    where = _WHERE_TOGETHER.search(rest, 0, cut)
    actor, task = rest[: where.start() if where else cut].strip(EDGE), rest[cut:].strip(EDGE)
    actor = _OTHERS_AND.sub("", _AND_OTHERS.sub("", actor))
    group = _GROUP.fullmatch(actor) is not None
    if "liên quan" in actor or len(task.split()) < 2 or not (group or is_actor(actor[:1].upper() + actor[1:])):
        return
    actor = _AND_ALL.sub("", actor)
    parts: list[str] = []
    for part in re.split(r",\s+(?:và\s+)?(?=[" + CAPITALS + r"])", actor):
        part = part.strip(EDGE)
        if parts and _GOES_ON.match(part) and is_actor(f"{parts[-1]}, {part}"):
            parts[-1] += f", {part}"
        else:
            parts.append(part)
    *first, last = parts
    pair = last.split(" và ")
    if first and len(pair) == 2 and all(bodies.looks_like_body(part) >= SURE_BODY for part in pair):
        parts = [*first, *pair]  # "Sở Tư pháp, Cục Thuế và Ủy ban nhân dân các xã"
    if len(parts) > 1 and all(begins_as_people(part) or bodies.looks_like_body(part) >= 0.5 for part in parts):
        for part in parts:
            yield part, task
    else:
        yield actor, task


def _from_text(
    step: Step, paragraph: Paragraph, bulleted: Mapping[int, tuple[str, Place]]
) -> Iterator[FoundAssignment]:
    text, offset = after_mark(paragraph)
    section = step.path or None
    holder = heading_actor(step)
    where = holder_place(step)
    if id(paragraph) in bulleted:
        holder, where = bulleted[id(paragraph)]
    if paragraph is step.node.title:  # a numbered line is held by the heading above it, not by itself
        holder = heading_actor(Step(step.above[-1], step.above[:-1])) if step.above else None
    if LABELLED.match(aligned(text[:LABEL_END])) or UNDER_TITLE.match(aligned(text[:LABEL_END])):
        return
    if holder is not None and not _has_own_actor(text, holder):
        task = text.strip(EDGE)
        if _OBJECT.match(aligned(text[:OBJECT_WITHIN])) and _is_led_to(step, paragraph):
            return
        leads = text.rstrip().endswith(":") and len(task.split()) <= LEAD_IN and not _leads_to_objects(step, paragraph)
        if len(task.split()) >= LEAST_TASK and not leads:
            for name in _TOGETHER_IN_TITLE.split(holder):
                yield _found(name.strip(EDGE), task, section, paragraph, offset, len(paragraph.text), where)
            for actor, shared in _partners(task):
                yield _found(actor, shared, section, paragraph, offset, len(paragraph.text))
        return
    said = _said_in_title(step, paragraph) if opens_with_task(text) and not _ASKS.match(aligned(text)) else None
    if said is not None and len(text.split()) >= LEAST_TASK:
        yield _found(said, text.strip(EDGE), section, paragraph, offset, len(paragraph.text))
        return
    if (text.rstrip().endswith(":") and step.node.children) or _CARRIES_IT_OUT.search(aligned(text[-MARK_END:])):
        return
    if _MEMBER.fullmatch(aligned(text[-MARK_END:])):
        return
    for statement in _statements(text):
        if aligned(statement.task) == "co trach nhiem":
            continue  # "Công an tỉnh có trách nhiệm:" leads to what stands below
        start, end = offset + statement.start, offset + statement.end
        yield _found(statement.actor, statement.task, section, paragraph, start, end)
        for actor, task in _partners(statement.task):
            yield _found(actor, task, section, paragraph, start, end)


# "- Dự án 2: Đa dạng hóa sinh kế" below "Chủ trì thực hiện các dự án:": what is carried out, and no task of its own
_OBJECT = re.compile(
    r"(?:tieu )?(?:du an|noi dung|tieu chi|chuong trinh|de an|chi tieu|hop phan)(?: (?:thanh phan|so))? \d"
)
OBJECT_WITHIN = 40  # signs in which its name and number stand
MOST_OBJECTS = 200  # paragraphs of a section; of more it is not asked, so that the time stays linear


def _is_object(paragraph: Paragraph) -> bool:
    return _OBJECT.match(aligned(after_mark(paragraph)[0][:OBJECT_WITHIN])) is not None


def _leads_to_objects(step: Step, paragraph: Paragraph) -> bool:
    """Whether what follows a paragraph is such an object, in its node or as the title of the first node below."""
    own = step.node.paragraphs
    if len(own) > MOST_OBJECTS:
        return False
    at = next((index for index, other in enumerate(own) if other is paragraph), -1)
    below = own[at + 1] if at + 1 < len(own) else next((child.title for child in step.node.children[:1]), None)
    return below is not None and _is_object(below)


def _is_led_to(step: Step, paragraph: Paragraph) -> bool:
    """Whether a line with a task of its own leads to the list that an item stands in."""
    node = step.above[-1] if paragraph is step.node.title and step.above else step.node
    before = node.paragraphs
    if len(before) > MOST_OBJECTS:
        return False
    if node is step.node:
        at = next((index for index, other in enumerate(before) if other is paragraph), 0)
        before = before[:at]
    lead = next((other for other in reversed(before) if not _is_object(other)), None)
    return lead is not None and lead.text.rstrip().endswith(":")


_ASKS = re.compile(r"(?:dong thoi,? |ngoai ra,? )?(?:giao|de nghi|yeu cau|kien nghi)\b")


def _said_in_title(step: Step, paragraph: Paragraph) -> str | None:
    """Who is to do what a paragraph says under a numbered sentence that names one: "2. Các xã lập kế hoạch ..." over
    "- Báo cáo kết quả ..."."""
    title = step.node.title
    if title is None or title is paragraph or step.node.heading is not None:
        return None
    if _CARRIES_IT_OUT.search(aligned(title.text[-MARK_END:])):
        return None
    told = tuple(_statements(title.body))
    return told[0].actor if len(told) == 1 and title.body.rstrip().endswith((".", ";", ":")) else None


# What closing words ask of all is no duty; "Giao Sở Tư pháp theo dõi, đôn đốc ..." among them is one
_CALLS = re.compile(r"(?:đề nghị|yêu cầu|giao|kêu gọi|mong|kính)\b")
_OVERSEES = re.compile(r"\b(?:theo dõi|đôn đốc|kiểm tra|tổng hợp|hướng dẫn|giúp)\b")


def _from_closing(step: Step, paragraph: Paragraph) -> Iterator[FoundAssignment]:
    for statement in _statements(paragraph.text):
        actor, task = statement.actor, statement.task
        one = bodies.looks_like_body(actor[:120]) >= SURE_BODY and " các " not in f" {actor.lower()} "
        if one and _OVERSEES.search(task) and not _CALLS.match(task) and "," not in actor:
            section = None if paragraph.marker is None else step.path or None
            yield _found(actor, task, section, paragraph, statement.start, statement.end)


# "3. Phòng Văn hóa phối hợp với Trung tâm Truyền thông": both see to what stands below
_TOGETHER_IN_TITLE = re.compile(r",?\s+(?:chủ trì,?\s+)?phối hợp(?: cùng)?(?: với)?\s+(?=[" + CAPITALS + r"])")
MARK_END = 80  # signs at the end of the last article
LEAST_TASK = 3  # words
LEAD_IN = 12  # words of a line like "Chủ trì thực hiện các nội dung sau:", which only leads to the tasks below it


_BODIES = re.compile(r"(?:Các|Những) ")
# "+ Ban Kinh tế - Xã hội chủ trì ..." below "1- Hội Nông dân tỉnh": an office of the holder does the work
_OFFICE = re.compile(r"(?:Ban|Phòng|Văn phòng|Trung tâm|Khoa|Vụ|Cục|Chi cục|Viện|Trạm|Đội|Tổ|Bộ phận) ")


def _has_own_actor(text: str, holder: str) -> bool:
    """Whether a paragraph under the heading of a body names another one at its head: "- Phòng Nội vụ: ...".

    Bodies spoken of in general ("các ngân hàng thương mại tham gia ...") are part of what the holder sees to. Under a
    holder of several ("Các phòng thuộc Sở") an item may name one of them.
    """
    stop = _NEXT_CLAUSE.search(text, RANKS)
    own = _statement(text, 0, stop.start() if stop else len(text))
    if own is None or not text.lstrip(EDGE + "+•").startswith(own.actor):
        return False
    if own.task.startswith("có trách nhiệm") or _PERSON_TITLE.match(own.actor):
        return True
    if text[text.index(own.actor) + len(own.actor) :].lstrip().startswith(":"):
        return not own.actor.startswith("Các ")
    if aligned(holder) in aligned(own.actor)[1:]:
        return True  # "Trưởng đoàn thẩm định ..." under "Đoàn thẩm định", "Các phòng thuộc Sở" under "Sở"
    if own.actor.startswith("Các "):
        return False
    named = _TWO_CAPITALS_APART.match(own.actor) is not None
    one_of_them = (named and _BODIES.match(holder) is not None) or _OFFICE.match(own.actor) is not None
    return one_of_them or bodies.looks_like_body(own.actor[:120]) >= SURE_BODY


RANKS = 14  # signs in which "PGS. TS. BS." before a name closes no clause
STATED = 0.85  # how sure a sentence's actor is; where its name ends is told by a list of verbs


def _found(
    actor: str, task: str, section: str | None, paragraph: Paragraph, start: int, end: int, who: Place | None = None
) -> FoundAssignment:
    done = paragraph.place_of(task, start, end, STATED)
    parts = (("actor", who or paragraph.place_of(actor, start, end, STATED)), ("task", done), ("section", done))
    return FoundAssignment(actor, task, section, done, parts)
