"""Calendars of work: "Tháng 9/2004" over what is done in that month.

The trouble: the month may be a title ("Tháng 9/2004: Chủ điểm ..."), a numbered point or a bullet with bullets of
another kind below; only what stands below says what is due.

What it never does: date what a month without a year stands over, or what has a date of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.knowledge import dates
from pipeline.knowledge.fuzzy import aligned
from pipeline.structure.passages import Paragraph, Step, after_mark, bullet_of

_TIME = re.compile(r"(?:trong |vao )?(?:thang|quy|tuan \w{1,3} thang) \S[^:;.]{0,30}")
# "Tháng 9/2004: Chủ điểm “Truyền thống nhà trường”": what a month is called, and nothing that is done
_THEME = re.compile(r"\W*(?:chu diem|chu de)\b.*")


def dated_items(step: Step) -> Iterator[tuple[Paragraph, dates.FoundDate, Paragraph]]:
    """The items of a section that stand under a month or quarter: the item, when it is due, and what line says so."""
    node = step.node
    current = _month(node.title) if node.title is not None else None
    lead, shape = node.title, ""
    for paragraph in node.paragraphs:
        bullet = bullet_of(paragraph.text) if paragraph.table is None else None
        own = _month(paragraph) if paragraph.table is None else None
        if own is not None:
            current, lead, shape = own, paragraph, bullet.shape if bullet is not None else ""
        elif bullet is None or bullet.shape == shape:
            current, lead, shape = None, None, ""
        elif current is not None and lead is not None and not _THEME.fullmatch(aligned(after_mark(paragraph)[0])):
            yield paragraph, current, lead


def _month(paragraph: Paragraph) -> dates.FoundDate | None:
    """The month or quarter of a year that a line names alone, or with a theme."""
    text = after_mark(paragraph)[0].strip()
    key = aligned(text)
    match = _TIME.match(key)
    if match is None:
        return None
    rest = key[match.end() :].strip(" :.")
    if rest and _THEME.fullmatch(rest) is None:
        return None
    found = dates.find_dates(text[: match.end()])
    if len(found) != 1 or found[0].precision not in ("month", "quarter") or not found[0].edtf or found[0].recurring:
        return None
    alone = not key[: found[0].start].replace("trong", "").replace("vao", "").strip()
    return found[0] if alone and not key[found[0].end : match.end()].strip(" :-") else None
