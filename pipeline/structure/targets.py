"""Chỉ tiêu: every measurable goal of a plan, from its lists, its prose and its tables.

The trouble: goals stand in sections of their own, under aims, in lists among the tasks and in annexes; last year's
results, thresholds and means look like them.

Evidence in order of trust: the section's kind, a title or head row that names chỉ tiêu, a list whose items open with
a measure, then "phấn đấu" in the clause itself.

What it never does: take a number outside these for a goal. How a goal is read is in `goals` and `target_tables`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.knowledge import units
from pipeline.knowledge.fuzzy import aligned
from pipeline.structure.goal_clauses import goal_quantities
from pipeline.structure.goals import FoundTarget, LeftOut, goals_of_item, goals_of_prose
from pipeline.structure.passages import Node, Paragraph, Step, bullet_of, walk
from pipeline.structure.target_tables import goals_of_table


def find_targets(
    nodes: Sequence[Node], year: int | None = None
) -> tuple[tuple[FoundTarget, ...], tuple[LeftOut, ...]]:
    """All targets in document order, and what was left out of tables; `year` is the first that the plan is for, where
    it is known."""
    found: list[FoundTarget] = []
    left: list[LeftOut] = []
    listed = set(map(id, _measured_lists(nodes)))
    for step in walk(nodes):
        kind = _kind_in_force(step)
        content = tuple(step.node.content)
        for index, paragraph in enumerate(content):
            if paragraph.table is not None:
                if _is_of_means(content[:index]):
                    continue
                unit = _unit_above(content[:index])
                zone = kind == "targets" or _title_names_goals(step)
                for goal in goals_of_table(paragraph, paragraph.table, zone, year, unit):
                    if isinstance(goal, LeftOut):
                        left.append(goal)
                    else:
                        found.append(goal)
            elif kind == "purpose" and _title_names_goals(step) and _is_measured(paragraph):
                found += goals_of_item(step, paragraph)  # "II. Mục tiêu năm 2003" without a part "Chỉ tiêu"
            elif kind == "tasks" and _is_item(step, paragraph) and _joins_goals(step) and _is_measured(paragraph):
                found += goals_of_item(step, paragraph)  # "II. Phương hướng, nhiệm vụ và chỉ tiêu"
            elif (kind == "targets" and not _is_topic(paragraph, content[index + 1 : index + 2])) or (
                kind not in _NO_GOALS and (id(paragraph) in listed or _SAYS_GOALS.match(aligned(paragraph.body[:60])))
            ):
                found += goals_of_item(step, paragraph)
            elif kind not in _NO_PROSE and step.node.title is not None:
                found += goals_of_prose(step, paragraph)
    return tuple(found), tuple(left)


# "Đơn vị tính: ha", alone on a line above a table; "Đơn vị: Trường Mầm non Hoa Ban" is who fills it in
_UNIT_LINE = re.compile(
    r"\W*(?:(?P<sure>đơn vị tính|đvt)|đơn vị)\s*:\s*(?P<unit>[^:;()\d]{1,30}?)[\s).]*", re.IGNORECASE
)


def _unit_above(content: Sequence[Paragraph]) -> str | None:
    """The unit that the line before a table gives for all of it."""
    if not content or content[-1].table is not None:
        return None
    shown = _UNIT_LINE.fullmatch(content[-1].text.strip())
    if shown is None or not (shown["sure"] or units.is_unit(shown["unit"])):
        return None
    return shown["unit"]


# "Bảng 2. Tổng hợp kinh phí", "Biểu nhu cầu vốn": what a table is called that stands among the goals
_MEANS_CAPTION = re.compile(
    r"\W*(?:(?:bang|bieu|phu bieu)(?: so)?[ .:]*\d*[ .:]+)?(?:(?:tong hop|bang|bieu|chi tiet|phan bo|du toan|du kien"
    r"|khai toan|nhu cau) )*(?:kinh phi|nguon von|von|nguon kinh phi)\b"
)
_GOALS_CAPTION = re.compile(r"\b(?:chi tieu|muc tieu)\b")
CAPTION_WITHIN = 2  # paragraphs before a table; the unit of its values may stand between
LONGEST_CAPTION = 25  # words


def _is_of_means(content: Sequence[Paragraph]) -> bool:
    """Whether the caption of a table says that it is about what pays for the goals."""
    for paragraph in reversed(content[-CAPTION_WITHIN:]):
        if paragraph.table is not None or len(paragraph.text.split()) > LONGEST_CAPTION:
            return False
        key = aligned(paragraph.body.strip())
        if _MEANS_CAPTION.match(key) and not _GOALS_CAPTION.search(key):
            return True
    return False


def _is_topic(paragraph: Paragraph, after: Sequence[Paragraph]) -> bool:
    """Whether a bullet without a number or a closing mark only names what the goals below it are about."""
    bullet = bullet_of(paragraph.text)
    if bullet is None or not after or after[0].table is not None or paragraph.text.rstrip().endswith((".", ";", ",")):
        return False
    below = bullet_of(after[0].text)
    if below is not None and below.shape == bullet.shape:
        return False
    return not goal_quantities(paragraph.text) and bool(goal_quantities(after[0].text))


def _kind_in_force(step: Step) -> str | None:
    """The kind of the nearest section around that has one."""
    for node in (step.node, *reversed(step.above)):
        if node.kind is not None:
            return node.kind
    return None


# Numbers of these parts are results, means or rules.
_NO_GOALS = frozenset({"situation", "funding", "rewards", "organisation"})
# What is given out to communes and farms is a goal of each: "Giao cho các xã", "Giao kế hoạch năm 2020"
# "... phấn đấu tăng thu 7%" is a goal also among the means and duties, never among results
_NO_PROSE = frozenset({"targets", "situation", "rewards"})
_TITLE_OF_GOALS = re.compile(r"\b(?:chi tieu|muc tieu)\b|^\W*giao (?:cho cac|ke hoach)\b")
# "100% số hộ ...", "Ít nhất 85% ...", "Phấn đấu có trên 70% ...": an item that opens with a share to be reached
_MEASURE_FIRST = re.compile(
    r"\W*(?:(?:phan dau|dat|co|duy tri|dam bao|bao dam)\s+)*(?:tu |tren |it nhat |toi thieu |khong duoi |[≥>]=?\s?)?"
    r"(?:co )?\d{1,3}(?:[.,]\d+)?(?:\s?[-–]\s?\d{1,3}(?:[.,]\d+)?)?\s?%"
)
# "- Chỉ tiêu: mỗi xã trồng 2.000 cây" among the tasks
_SAYS_GOALS = re.compile(r"\W*(?:cac |mot so )?(?:chi tieu|muc tieu)(?: cu the| phan dau| giao)?\s*:\s*\w")
LEAST_MEASURED = 2  # items of a list; one alone may be any sentence


def _is_measured(paragraph: Paragraph) -> bool:
    """Whether a paragraph names a value; how long something takes is none of an aim."""
    return any(quantity.group != "time" for quantity in goal_quantities(paragraph.text))


# "Phương hướng nhiệm vụ và chỉ tiêu năm học": goals among the tasks, told by their measures
_JOINS_GOALS = re.compile(r"(?:,| va|, va) (?:(?:cac|mot so|nhung) )?chi tieu\b")


def _joins_goals(step: Step) -> bool:
    return any(_JOINS_GOALS.search(aligned(node.heading)) for node in (step.node, *step.above) if node.heading)


def _is_item(step: Step, paragraph: Paragraph) -> bool:
    return paragraph is step.node.title or bullet_of(paragraph.text) is not None


def _title_names_goals(step: Step) -> bool:
    return any(_TITLE_OF_GOALS.search(aligned(node.heading)) for node in (step.node, *step.above) if node.heading)


def _measured_lists(nodes: Sequence[Node]) -> Iterator[Paragraph]:
    """Items of lists, also among tasks, that open with a share, where at least two of their list do."""
    for step in walk(nodes):
        for items in (
            [paragraph for paragraph in step.node.paragraphs if bullet_of(paragraph.text) is not None],
            [child.title for child in step.node.children if child.heading is None and child.title is not None],
        ):
            measured = [item for item in items if _MEASURE_FIRST.match(aligned(item.body[:80]))]
            if len(measured) >= LEAST_MEASURED:
                yield from measured
