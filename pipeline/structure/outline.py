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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.knowledge import sequence
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.headings import heading_kind
from pipeline.knowledge.labels import Marker
from pipeline.knowledge.wording import is_body_end
from pipeline.structure import relabel, titles
from pipeline.structure.passages import Node, Paragraph, bullet_of, is_capitals, marks

DEEPEST = 12  # real plans go to 5; deeper ones are hostile and would exhaust the recursion of readers
_RANK = {"part": 0, "annex": 0, "chapter": 1, "item": 2, "roman": 3, "article": 4, "arabic": 5, "letter": 6, "paren": 6}
_UPPER_LETTER, _UNNUMBERED_CAPITALS, _UNNUMBERED = 2, 3, 5

# Place of a label by its step from the one before it in the list that it would go on.
_STEP_SCORE = {"next": 1.0, "gap": 0.55, "repeat": 0.45, "first": 0.4, "back": 0.2}
_OPEN_SCORE, _OPEN_SAME_SHAPE, _OPEN_LATE = 0.8, 0.5, 0.3
SEQUENCE_WEIGHT = 0.6  # against the likelihood of the line alone
MISREAD_FIRST = 0.5  # lifts 0.52 for the Roman reading over 0.86 for the Arabic one
ACCEPT_CAPITALS = 0.4  # "Il. MỤC ĐÍCH", "1V- Nội dung": a damaged numeral before a title
ACCEPT = 0.5  # "12 tháng" as child of anything: 0.6 * 0.3 + 0.4 * 0.08 = 0.21; "5." after "3.": 0.71


LOOK_BACK = 3  # headings without a number that may stand between two labels of one list


@dataclass(slots=True)
class _Draft:
    """A node in the making."""

    title: Paragraph | None
    marker: Marker | None
    rank: float
    depth: int
    annex: int
    heading_first: Paragraph | None = None  # "Phần I" on one line, its title on the next
    paragraphs: list[Paragraph] = field(default_factory=list)
    children: list[_Draft] = field(default_factory=list)
    score: float = 0.0
    unnumbered: bool = False


def _rank(marker: Marker) -> float:
    if marker.family == "letter" and marker.shape == "A":
        return _UPPER_LETTER
    return _RANK.get(marker.family, 6)


class _Builder:
    """Grows the tree paragraph by paragraph; the open path is a stack, so the work is linear in the text."""

    def __init__(self) -> None:
        self.roots: list[_Draft] = []
        self.stack: list[_Draft] = []
        self.seen: set[str] = set()  # shapes of labels used so far
        self.recognised = False
        self.first_romans: frozenset[int] = frozenset()  # see relabel.first_romans
        self.lost: Mapping[int, Marker] = {}  # see relabel.lost
        self.restarting: frozenset[int] = frozenset()  # annexes (0: the main text) in which Roman numbering begins anew

    def text(self, paragraph: Paragraph) -> None:
        if not self.stack:
            draft = _Draft(None, None, -1, 1, paragraph.annex)
            if self.roots and self.roots[-1].title is None and self.roots[-1].annex == paragraph.annex:
                draft = self.roots[-1]
            else:
                self.roots.append(draft)
            draft.paragraphs.append(paragraph)
            return
        top = self.stack[-1]
        if (
            top.title is not None
            and not top.paragraphs
            and not top.children
            and top.heading_first is None
            and _wants_title(top, paragraph)
        ):
            top.heading_first = paragraph
            return
        top.paragraphs.append(paragraph)

    def _add(self, draft: _Draft, level: int) -> None:
        """Put `draft` under the node at stack height `level` (0 is the root)."""
        del self.stack[level:]
        draft.depth = level + 1
        (self.stack[-1].children if self.stack else self.roots).append(draft)
        if level < DEEPEST:
            self.stack.append(draft)

    def numbered(self, paragraph: Paragraph) -> bool:
        """Place a paragraph by one of its marks; False where none fits this document."""
        lost = self.lost.get(id(paragraph.lines))
        if lost is not None:
            self._label(paragraph, lost, self._place(lost, paragraph)[1])
            return True
        best: tuple[float, int, Marker] | None = None
        for marker in marks(paragraph.text):
            if marker.family == "bullet":
                continue
            score, level = self._place(marker, paragraph)
            total = SEQUENCE_WEIGHT * score + (1 - SEQUENCE_WEIGHT) * marker.likelihood
            if marker.family == "roman" and marker.ordinals == (1,) and id(paragraph.lines) in self.first_romans:
                total += MISREAD_FIRST  # "1. Mục đích" before "II. Nội dung" was "I."
            if best is None or total > best[0]:
                best = (total, level, marker)
        if best is None:
            return False
        damaged = best[2].family == "roman" and (
            is_capitals(paragraph.text[best[2].text_start :])
            or (self.recognised and relabel.is_title(paragraph, best[2]))
        )
        if best[0] < (ACCEPT_CAPITALS if damaged else ACCEPT):
            return False
        self._label(paragraph, best[2], best[1])
        return True

    def _label(self, paragraph: Paragraph, marker: Marker, level: int) -> None:
        self.seen.add(marker.shape)
        self._add(_Draft(replace(paragraph, marker=marker), marker, _rank(marker), 0, paragraph.annex), level)

    def _place(self, marker: Marker, paragraph: Paragraph) -> tuple[float, int]:
        """(score, stack height to attach at) of the best place for a mark."""
        best = (0.0, 0)
        rank = _rank(marker)
        for height in range(len(self.stack), -1, -1):
            before = self._last_of(height, marker.shape)
            if before is None:
                continue
            step = sequence.step(before, marker)
            if step is None:
                continue
            score = _STEP_SCORE[step]
            if step == "gap":
                score -= 0.05 * min(6, abs(marker.ordinals[-1] - before.ordinals[-1]) - 2)
            if before.punctuation != marker.punctuation:
                score -= 0.05
            if score > best[0]:
                best = (score, height)
        level = len(self.stack)
        while level and self._closes(self.stack[level - 1], marker, rank):
            level -= 1
        above = self.stack[level - 1] if level else None
        if not sequence.is_first(marker) and marker.ordinals:
            score = _OPEN_LATE
        elif above is not None and above.marker is not None and above.marker.shape == marker.shape:
            # "1. ... 14." stands inside point "2."; a Roman list inside a Roman list is a misread "1."
            opens = not above.children and marker.shape != "I" and not _ends_sentence(above)
            score = _OPEN_SAME_SHAPE if opens else 0.15
        else:
            score = _OPEN_SCORE
        if score > best[0]:
            best = (score, level)
        return best

    def _last_of(self, height: int, shape: str) -> Marker | None:
        """The last mark of a shape in the list at a height; the node may be closed by a heading without a number."""
        if height < len(self.stack):
            marker = self.stack[height].marker
            if marker is not None and marker.shape == shape:
                return marker
        siblings = self.stack[height - 1].children if height else self.roots
        for draft in siblings[: -LOOK_BACK - 1 : -1]:
            if draft.marker is not None:
                return draft.marker if draft.marker.shape == shape else None
            if not draft.unnumbered:
                return None
        return None

    def _closes(self, open_draft: _Draft, marker: Marker, rank: float) -> bool:
        """Whether a node must be left before a list of this mark can begin."""
        before = open_draft.marker
        if before is not None and {before.shape, marker.shape} == {"A", "I"} and marker.shape not in self.seen:
            return (
                False  # "A." holds "I." in one office and "I." holds "A." in the next; the first one used is the upper
            )
        if open_draft.rank > rank:
            return True
        if before is None:
            # "ĐẶC ĐIỂM TÌNH HÌNH" with items of its own stands beside "I."; where "I." begins anew it is over it
            alone = open_draft.unnumbered and open_draft.annex not in self.restarting
            return alone and marker.family == "roman" and open_draft.rank == rank and _has_items(open_draft)
        if before.family == "arabic" and marker.family == "arabic" and len(marker.ordinals) > 1:
            return marker.ordinals[: len(before.ordinals)] != before.ordinals
        return False

    def unnumbered(self, paragraph: Paragraph) -> None:
        """Place a title without a number: beside the last one of its kind, else under an open title that has nothing
        below it yet, else by its rank."""
        capitals = is_capitals(paragraph.text)
        rank: float = _UNNUMBERED_CAPITALS if capitals else _UNNUMBERED
        level = len(self.stack)
        while level and self.stack[level - 1].rank >= rank:
            level -= 1
        if not capitals:
            for height in range(len(self.stack), 0, -1):
                draft = self.stack[height - 1]
                if draft.unnumbered and draft.rank >= rank:
                    level, rank = height - 1, draft.rank
                    break
            else:
                if level < len(self.stack) and self._is_empty_title(self.stack[-1]):
                    level, rank = len(self.stack), self.stack[-1].rank + 0.5
        self._add(_Draft(paragraph, None, rank, 0, paragraph.annex, unnumbered=True), level)

    @staticmethod
    def _is_empty_title(draft: _Draft) -> bool:
        return (
            draft.marker is not None
            and draft.title is not None
            and not draft.paragraphs
            and not draft.children
            and not draft.title.text.rstrip().endswith((".", ";", ","))
        )

    @property
    def in_duties(self) -> bool:
        """Whether the open path stands in the part that says who does what."""
        for draft in reversed(self.stack):
            title = draft.heading_first or draft.title
            kind = heading_kind(title.body.strip(" :")) if title is not None else None
            if kind is not None:
                return kind == "organisation"
        return False


def _has_items(draft: _Draft) -> bool:
    """Whether a list stands below a title: bullets, or what has a label."""
    return bool(draft.children) or any(bullet_of(paragraph.text) is not None for paragraph in draft.paragraphs)


def _restarting(paragraphs: Sequence[Paragraph]) -> frozenset[int]:
    """The annexes in which Roman one follows a later Roman number."""
    further: set[int] = set()
    again: set[int] = set()
    for paragraph in paragraphs:
        for mark in marks(paragraph.text)[:1]:
            if mark.family == "roman" and mark.likelihood > 0.5:
                if mark.ordinals != (1,):
                    further.add(paragraph.annex)
                elif paragraph.annex in further:
                    again.add(paragraph.annex)
    return frozenset(again)


def _ends_sentence(draft: _Draft) -> bool:
    """Whether a numbered line is a sentence of its own, which opens no list."""
    return draft.title is not None and draft.title.text.rstrip().endswith((".", ";"))


def _wants_title(draft: _Draft, paragraph: Paragraph) -> bool:
    """Whether a label that stood alone takes this paragraph for its title ("PHẦN I" / "MỤC ĐÍCH")."""
    assert draft.title is not None
    if draft.title.body.strip(" .:*_-") or paragraph.table is not None:
        return False
    text = paragraph.text.strip()
    return len(text) < 250 and (is_capitals(text) or paragraph.is_bold is True or not text.endswith((".", ";")))


# --- headings --------------------------------------------------------------------------------------------

SIBLING_WEIGHT = 0.8  # how far a list's other members pull a doubtful one


def _decide_headings(drafts: Sequence[_Draft]) -> None:
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
    builder = _Builder()
    builder.restarting = _restarting(used)
    recognised = relabel.is_recognised(used)
    if recognised:
        builder.recognised = True
        builder.first_romans = relabel.first_romans(used)
        builder.lost = relabel.lost(used)
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
        elif paragraph.area != "basis" and builder.numbered(paragraph):
            continue
        elif (
            paragraph.area != "basis"
            and not _title_wanted(builder, paragraph)
            and titles.is_unnumbered_heading(
                paragraph,
                used[index - 1] if index else None,
                used[index + 1] if index + 1 < len(used) else None,
                builder.in_duties,
                bool(builder.stack) and builder.stack[-1].unnumbered and builder.stack[-1].rank == _UNNUMBERED,
                bool(builder.roots) and builder.roots[-1].unnumbered and not builder.roots[-1].annex,
            )
        ):
            builder.unnumbered(paragraph)
        else:
            builder.text(paragraph)
    if recognised:
        _mend_numerals(builder.roots)
    main = builder.roots[: main_end or len(builder.roots)] if annex else builder.roots
    _move_closing(main)
    _decide_headings(builder.roots)
    return tuple(_node(draft, None) for draft in builder.roots)


def _mend_numerals(drafts: Sequence[_Draft]) -> None:
    """Roman labels that lost strokes, in every list of the tree."""
    numbered = [draft for draft in drafts if draft.marker is not None and draft.title is not None]
    markers = [draft.marker for draft in numbered if draft.marker is not None]
    for draft, marker in zip(numbered, relabel.mended(markers), strict=True):
        if marker is not draft.marker and draft.title is not None:
            draft.marker = marker
            draft.title = replace(draft.title, marker=marker)
    for draft in drafts:
        _mend_numerals(draft.children)


def _title_wanted(builder: _Builder, paragraph: Paragraph) -> bool:
    top = builder.stack[-1] if builder.stack else None
    return (
        top is not None
        and top.title is not None
        and not top.paragraphs
        and not top.children
        and top.heading_first is None
        and _wants_title(top, paragraph)
    )


def _open_annex(builder: _Builder, paragraph: Paragraph) -> None:
    """An annex is a root of its own; its numbering begins anew."""
    for marker in marks(paragraph.text):
        if marker.family == "annex":
            builder._add(_Draft(replace(paragraph, marker=marker), marker, 0, 0, paragraph.annex), 0)
            return
    draft = _Draft(paragraph if paragraph.table is None else None, None, 0, 1, paragraph.annex, unnumbered=True)
    builder._add(draft, 0)
    if paragraph.table is not None:
        draft.paragraphs.append(paragraph)


DEBRIS_WORDS = 6  # of what a recogniser makes of a signature under the closing paragraph


def _move_closing(roots: Sequence[_Draft]) -> None:
    """The closing paragraph, and what stands after it, to the end of the last root."""
    if not roots:
        return
    path = [roots[-1]]
    while path[-1].children:
        path.append(path[-1].children[-1])
    last = path[-1]
    if len(path) == 1:
        return
    for at in range(len(last.paragraphs) - 1, -1, -1):
        paragraph = last.paragraphs[at]
        if at and is_body_end(paragraph.text) and _says_it_closes(last.paragraphs[at - 1], False):
            continue  # "Trên đây là ..." and "Yêu cầu ...": two paragraphs close
        if is_body_end(paragraph.text) or _says_it_closes(paragraph, _is_debris(last.paragraphs[at + 1 :])):
            roots[-1].paragraphs += last.paragraphs[at:]
            del last.paragraphs[at:]
            return
        if len(paragraph.text.split()) > DEBRIS_WORDS or paragraph.table is not None:
            return


def _is_debris(paragraphs: Sequence[Paragraph]) -> bool:
    """Whether nothing follows but what a recogniser makes of a signature."""
    return sum([sum(map(str.isalpha, paragraph.text)) for paragraph in paragraphs]) <= DEBRIS_LETTERS


DEBRIS_LETTERS = 12
_TRAILER = re.compile(
    r"\s*(?:tren day la|(?:ke hoach|nghi quyet|chi thi|chuong trinh|quy dinh) nay (?:duoc )?(?:pho bien|co hieu luc))\b"
)


# "Quá trình thực hiện, nếu có vướng mắc ..." ends a plan where nothing stands below it
_LAST_WORDS = re.compile(
    r"\s*(?:(?:trong )?qua trinh (?:to chuc |trien khai )*thuc hien|nhan duoc ke hoach nay"
    r"|(?:yeu cau|de nghi) (?:cac|thu truong)\b)"
)


def _says_it_closes(paragraph: Paragraph, is_last: bool) -> bool:
    """Party documents and careless copies close without "./."; "Trên đây là ..." tells then."""
    key = aligned(paragraph.text[:60])
    return _TRAILER.match(key) is not None or (is_last and _LAST_WORDS.match(key) is not None)


# "II. MỤC TIÊU" over "100% cán bộ ..." is a list of targets; over "Nâng cao nhận thức ..." it is a purpose.
_AIM = re.compile(r"\s*(?:cac |mot so |nhung )?muc tieu\b(?!.*\b(?:chung|tong quat)\b)")
_MEASURED = re.compile(
    r"\d\s?%|\b(?:it nhat|toi thieu|khong duoi|tren|dat|co|tang|giam|con|tu|phan dau)\s+\d{1,3}(?:[.,]\d+)?(?![\d/])"
)
LEAST_GOALS = 2  # one number may stand in a purpose; half of the items with a number make a list of targets


def _items_below(children: Sequence[_Draft]) -> Iterator[Paragraph]:
    """Paragraphs below, but for those under a title that tells another kind."""
    for child in children:
        titled = child.unnumbered or child.score > 0
        if titled and child.title is not None and heading_kind(child.title.body.strip(" :")) not in (None, "targets"):
            continue
        if not titled and child.title is not None:
            yield child.title
        yield from child.paragraphs
        yield from _items_below(child.children)


def _holds_goals(heading: str, own: Sequence[Paragraph], children: Sequence[_Draft]) -> bool:
    """Whether the items of a section of aims are measurable, by its own paragraphs and its children without titles."""
    if not _AIM.match(aligned(heading)):
        return False
    items = [*own, *_items_below(children)]
    measured = sum(_MEASURED.search(aligned(item.text)) is not None for item in items)
    return measured >= LEAST_GOALS and 2 * measured >= len(items)


# "1. Công tác kiểm tra, giám sát" is of the organisation part as a section of its own, work among the work of a body
_INSPECTION = re.compile(r"(?:cong tac )?(?:kiem tra|giam sat)\b")
_WORK = frozenset({"content", "tasks"})


def _node(draft: _Draft, parent_kind: str | None) -> Node:
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
    if draft.annex and draft.depth == 1:
        kind = "appendix"
    elif heading is not None:
        kind = heading_kind(heading) or parent_kind
        if kind == "organisation" and parent_kind in _WORK and _INSPECTION.match(aligned(heading)):
            kind = parent_kind
    elif draft.marker is not None and draft.marker.family == "annex":
        kind = "appendix"
    if kind == "purpose" and heading is not None and _holds_goals(heading, own, draft.children):
        kind = "targets"
    children = tuple(_node(child, kind or parent_kind) for child in draft.children)
    return Node(title, label, heading, kind, tuple(own), children, draft.depth, draft.annex)
