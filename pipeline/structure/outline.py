"""Body paragraphs -> the tree of sections, by the numbering used in this document.

The trouble: "I." -> "1.1." -> "2.1.1."; labels with gaps and repeats; a list "1. ... 14." inside point "2."; headings
without a number; a numbered line that is a title and one that is a paragraph look alike.

Evidence in order of trust: the sequence of labels, the rank of their family, then capitals, boldness, length,
closing mark, what stands below, and what the neighbours in the same list are.

What it never does: drop, reorder or renumber. A label is kept as printed; where two letters are confused (d, đ) the
sequence chooses between the readings that `numbering` offers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.knowledge import doctypes
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.headings import heading_kind
from pipeline.knowledge.labels import Marker
from pipeline.knowledge.wording import is_footnote
from pipeline.structure import ending, label_readings, relabel, titles
from pipeline.structure.goal_clauses import goal_quantities
from pipeline.structure.growing import UNNUMBERED, Builder, Draft, arabic_parts, restarting_annexes, wants_title
from pipeline.structure.passages import Node, Paragraph, bullet_of, is_capitals, marks, paragraph_of

# --- headings --------------------------------------------------------------------------------------------

SIBLING_WEIGHT = 0.8  # how far a list's other members pull a doubtful one


def _decide_headings(drafts: Sequence[Draft]) -> None:
    numbered = [draft for draft in drafts if draft.title is not None and not draft.unnumbered]
    for draft in numbered:
        assert draft.title is not None
        draft.score = titles.heading_score(draft.title, bool(draft.children or draft.paragraphs))
    if len(numbered) > 2:
        clear = [max(-1.0, min(1.0, draft.score)) for draft in numbered]
        for draft, own in zip(numbered, clear, strict=True):
            if abs(draft.score) <= 1.6:
                draft.score += SIBLING_WEIGHT * (sum(clear) - own) / (len(clear) - 1)
    for draft in drafts:
        _decide_headings(draft.children)


# --- the tree --------------------------------------------------------------------------------------------


def build(paragraphs: Sequence[Paragraph]) -> tuple[Node, ...]:
    """The outline of body, basis, table and annex paragraphs; other areas are passed over.

    Text before the first heading is a first root node without label and heading. The closing paragraph, the one
    that ends in "./.", goes to the end of the last root of the main text.
    """
    used = [p for p in paragraphs if p.area in ("body", "basis", "table", "annex") and (p.text.strip() or p.table)]
    builder = Builder()
    builder.restarting = restarting_annexes(used)
    builder.arabic_parts = arabic_parts(used)
    recognised = relabel.is_recognised(used)
    if recognised:
        builder.recognised = True
        builder.first_romans = relabel.first_romans(used)
        placed, first = relabel.by_place(used), relabel.lost_first(used)
        if placed:  # a "II." that is the third is no sign of what stood before the second
            first = {lines: mark for lines, mark in first.items() if mark.shape != "I"}
        likes = {**relabel.misread_one(used), **relabel.misread_letters(used), **label_readings.settled(used)}
        builder.lost = {**likes, **first, **relabel.lost(used), **placed}
    annex = 0
    main_end = 0
    for index, paragraph in enumerate(used):
        if paragraph.annex != annex:
            if not annex:
                main_end = len(builder.roots)
            annex = paragraph.annex
            builder.stack.clear()
            _open_annex(builder, paragraph)
            continue
        if paragraph.area == "table":
            builder.text(paragraph)
        elif _goes_on_with_type(builder, paragraph) or (paragraph.area != "basis" and builder.numbered(paragraph)):
            continue
        elif (
            paragraph.area != "basis"
            and not _title_wanted(builder, paragraph)
            and titles.is_unnumbered_heading(
                paragraph,
                used[index - 1] if index else None,
                used[index + 1] if index + 1 < len(used) else None,
                builder.in_duties,
                bool(builder.stack) and builder.stack[-1].unnumbered and builder.stack[-1].rank == UNNUMBERED,
                bool(builder.roots) and builder.roots[-1].unnumbered and not builder.roots[-1].annex,
            )
        ):
            builder.unnumbered(paragraph)
        else:
            builder.text(paragraph)
    if recognised:
        _mend_numerals(builder.roots)
    main = builder.roots[: main_end or len(builder.roots)] if annex else builder.roots
    carried = next((at for at, draft in enumerate(main) if at and _is_annex(draft)), len(main))
    _move_closing(main[:carried])
    _decide_headings(builder.roots)
    return tuple(_node(draft, None) for draft in builder.roots)


def _mend_numerals(drafts: Sequence[Draft]) -> None:
    """Roman labels that lost strokes, in every list of the tree."""
    numbered = [draft for draft in drafts if draft.marker is not None and draft.title is not None]
    markers = [_as_read(draft.title, draft.marker) for draft in numbered if draft.title and draft.marker]
    for draft, marker in zip(numbered, relabel.mended(markers), strict=True):
        if draft.marker is not None and marker.label != draft.marker.label and draft.title is not None:
            draft.marker = marker
            draft.title = replace(draft.title, marker=marker)
    for draft in drafts:
        _mend_numerals(draft.children)


def _as_read(title: Paragraph, marker: Marker) -> Marker:
    """The mark, in doubt where restoration made it of another reading ("II." of "IL.")."""
    word = next((word for line in title.lines for word in line.words if word.text), None)
    if word is None or word.raw in ("", word.text) or not word.text.startswith(marker.label):
        return marker
    if marker.doubt is not None:
        return marker
    return replace(marker, doubt=f"read as {word.raw}")


def _title_wanted(builder: Builder, paragraph: Paragraph) -> bool:
    top = builder.stack[-1] if builder.stack else None
    return (
        top is not None
        and top.title is not None
        and not top.paragraphs
        and not top.children
        and top.heading_first is None
        and wants_title(top, paragraph)
    )


def _open_annex(builder: Builder, paragraph: Paragraph) -> None:
    """An annex is a root of its own; its numbering begins anew."""
    for marker in marks(paragraph.text):
        if marker.family == "annex":
            builder.add(Draft(replace(paragraph, marker=marker), marker, 0, 0, paragraph.annex), 0)
            return
    untitled = paragraph.table is not None or is_footnote(paragraph.text)
    draft = Draft(None if untitled else paragraph, None, 0, 1, paragraph.annex, unnumbered=True)
    builder.add(draft, 0)
    if untitled:
        draft.paragraphs.append(paragraph)


def _goes_on_with_type(builder: Builder, paragraph: Paragraph) -> bool:
    """Whether a paragraph is the title under the type of a document that a decision carries ("KẾ HOẠCH" / "TRIỂN KHAI
    ..."); it is then put to it."""
    top = builder.stack[-1] if builder.stack else None
    if top is None or top.title is None or not (top.annex and top.unnumbered) or top.paragraphs or top.children:
        return False
    found = doctypes.type_of_line(top.title.text)
    if found is None or found.words < len(top.title.text.split()) or not is_capitals(paragraph.text):
        return False
    top.title = paragraph_of((*top.title.lines, *paragraph.lines))
    return True


def _is_annex(draft: Draft) -> bool:
    return draft.marker is not None and draft.marker.family == "annex"


def _move_closing(roots: Sequence[Draft]) -> None:
    """The closing paragraph, and what stands after it, to the end of the last root."""
    if not roots:
        return
    path = [roots[-1]]
    while path[-1].children:
        path.append(path[-1].children[-1])
    if len(path) > 1:
        last = path[-1]
        titled = last.title is not None and titles.heading_score(last.title, True) > 0
        at = ending.first_closing(last.paragraphs, last.marker is not None, titled)
        if at is not None:
            roots[-1].paragraphs += last.paragraphs[at:]
            del last.paragraphs[at:]


# "II. MỤC TIÊU" over "100% cán bộ ..." is a list of targets; over "Nâng cao nhận thức ..." it is a purpose.
_AIM = re.compile(r"\s*(?:cac |mot so |nhung )?muc tieu\b(?!.*\b(?:chung|tong quat)\b)")
_MEASURED = re.compile(
    r"\d\s?%|\b(?:it nhat|toi thieu|khong duoi|tren|dat|co|tang|giam|con|tu|phan dau)\s+\d{1,3}(?:[.,]\d+)?(?![\d/])"
)
LEAST_GOALS = 2  # one number may stand in a purpose; half of the items with a number make a list of targets


def _items_below(children: Sequence[Draft]) -> Iterator[Paragraph]:
    """Paragraphs below, but for those under a title that tells a kind of its own ("1. Mục tiêu cụ thể")."""
    for child in children:
        titled = child.unnumbered or child.score > 0
        if titled and child.title is not None and heading_kind(child.title.body.strip(" :")) is not None:
            continue
        if not titled and child.title is not None:
            yield child.title
        yield from child.paragraphs
        yield from _items_below(child.children)


def _is_counted(item: Paragraph) -> bool:
    """Whether an item of a list tells how much: "- Giải quyết dứt điểm 17 đơn tranh chấp"."""
    return bullet_of(item.text) is not None and any(quantity.unit for quantity in goal_quantities(item.text))


def _holds_goals(heading: str, own: Sequence[Paragraph], children: Sequence[Draft]) -> bool:
    """Whether the items of a section of aims are measurable, by its own paragraphs and its children without titles."""
    if not _AIM.match(aligned(heading)):
        return False
    items = [*own, *_items_below(children)]
    measured = sum(_MEASURED.search(aligned(item.text)) is not None or _is_counted(item) for item in items)
    return measured >= LEAST_GOALS and 2 * measured >= len(items)


# "1. Công tác kiểm tra, giám sát" is of the organisation part as a section of its own, work among the work of a body
_INSPECTION = re.compile(r"(?:cong tac )?(?:kiem tra|giam sat)\b")
_WORK = frozenset({"content", "tasks"})


def _node(draft: Draft, parent_kind: str | None) -> Node:
    label = draft.marker.label if draft.marker is not None else None
    heading: str | None = None
    if draft.title is not None:
        text = draft.title.body.strip()
        if draft.heading_first is not None:
            heading = draft.heading_first.text.strip()
        elif draft.unnumbered or (draft.score > 0 and text):
            heading = text
        elif not text:
            heading = None
    own: list[Paragraph] = list(draft.paragraphs)
    title = draft.title
    if draft.heading_first is not None:
        title = replace(draft.heading_first, marker=draft.marker)
    elif title is not None and heading is None and not title.body.strip():
        title = replace(title, text=title.text)
    if heading is not None:
        heading = heading.rstrip(" :").strip() or None
    kind: str | None = None
    if (draft.annex and draft.depth == 1) or _is_annex(draft):
        kind = "appendix"
    elif heading is not None:
        kind = heading_kind(heading) or parent_kind
        if kind == "organisation" and parent_kind in _WORK and _INSPECTION.match(aligned(heading)):
            kind = parent_kind
    if kind == "purpose" and heading is not None and _holds_goals(heading, own, draft.children):
        kind = "targets"
    children = tuple(_node(child, kind or parent_kind) for child in draft.children)
    return Node(title, label, heading, kind, tuple(own), children, draft.depth, draft.annex)
