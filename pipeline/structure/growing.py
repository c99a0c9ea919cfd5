"""Grow the tree of sections: where a label or a title belongs on the open path.

The trouble: "I." -> "1.1." -> "2.1.1."; labels with gaps and repeats; a list "1. ... 14." inside point "2."; "A." that
holds "I." in one office and "I." that holds "A." in the next.

Evidence in order of trust: the sequence of labels, then the rank of their family as this document uses it.

What it never does: drop, reorder or renumber a paragraph, or decide what is a heading (`outline` does).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.knowledge import sequence
from pipeline.knowledge.headings import heading_kind
from pipeline.knowledge.labels import Marker
from pipeline.structure import relabel
from pipeline.structure.passages import Paragraph, bullet_of, is_capitals, marks

DEEPEST = 12  # real plans go to 5; deeper ones are hostile and would exhaust the recursion of readers
_RANK = {"part": 0, "annex": 0, "chapter": 1, "item": 2, "roman": 3, "article": 4, "arabic": 5, "letter": 6, "paren": 6}
UNNUMBERED = 5  # rank of a title without a number
_UPPER_LETTER, _UNNUMBERED_CAPITALS = 2, 3

# Place of a label by its step from the one before it in the list that it would go on.
_STEP_SCORE = {"next": 1.0, "gap": 0.55, "repeat": 0.45, "first": 0.4, "back": 0.2}
_OPEN_SCORE, _OPEN_SAME_SHAPE, _OPEN_LATE = 0.8, 0.5, 0.3
SEQUENCE_WEIGHT = 0.6  # against the likelihood of the line alone
MISREAD_FIRST = 0.5  # lifts 0.52 for the Roman reading over 0.86 for the Arabic one
ACCEPT_CAPITALS = 0.4  # "Il. MỤC ĐÍCH", "1V- Nội dung": a damaged numeral before a title
ACCEPT = 0.5  # "12 tháng" as child of anything: 0.6 * 0.3 + 0.4 * 0.08 = 0.21; "5." after "3.": 0.71


LOOK_BACK = 3  # headings without a number that may stand between two labels of one list


@dataclass(slots=True)
class Draft:
    """A node in the making."""

    title: Paragraph | None
    marker: Marker | None
    rank: float
    depth: int
    annex: int
    heading_first: Paragraph | None = None  # "Phần I" on one line, its title on the next
    paragraphs: list[Paragraph] = field(default_factory=list)
    children: list[Draft] = field(default_factory=list)
    score: float = 0.0
    unnumbered: bool = False


def _rank(marker: Marker) -> float:
    if marker.family == "letter" and marker.shape == "A":
        return _UPPER_LETTER
    return _RANK.get(marker.family, 6)


class Builder:
    """Grows the tree paragraph by paragraph; the open path is a stack, so the work is linear in the text."""

    def __init__(self) -> None:
        self.roots: list[Draft] = []
        self.stack: list[Draft] = []
        self.seen: set[str] = set()  # shapes of labels used so far
        self.recognised = False
        self.first_romans: frozenset[int] = frozenset()  # see relabel.first_romans
        self.lost: Mapping[int, Marker] = {}  # see relabel.lost, relabel.lost_first
        self.arabic_parts: frozenset[int] = frozenset()  # annexes whose parts are numbered "1.", "2."; see arabic_parts
        self.restarting: frozenset[int] = frozenset()  # annexes (0: the main text) in which Roman numbering begins anew

    def text(self, paragraph: Paragraph) -> None:
        if not self.stack:
            draft = Draft(None, None, -1, 1, paragraph.annex)
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
            and wants_title(top, paragraph)
        ):
            top.heading_first = paragraph
            return
        top.paragraphs.append(paragraph)

    def add(self, draft: Draft, level: int) -> None:
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
        self.add(Draft(replace(paragraph, marker=marker), marker, _rank(marker), 0, paragraph.annex), level)

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
        while level and (
            self._closes(top := self.stack[level - 1], marker, rank) or self._is_next_part(top, marker, paragraph)
        ):
            level -= 1
        above = self.stack[level - 1] if level else None
        alike = None if above is None or above.marker is None or above.marker.shape != marker.shape else above.marker
        if not sequence.is_first(marker) and marker.ordinals:
            score = _OPEN_LATE
            level -= alike is not None  # "4." behind "8.", which was read for "3.", stands beside it
        elif above is not None and alike is not None:
            # "1. ... 14." stands inside point "2."; a Roman list inside a Roman list is a misread "1."
            again = len(marker.ordinals) > 1 and marker.ordinals == alike.ordinals  # "3.1." after "3.1."
            opens = not above.children and marker.shape != "I" and not _ends_sentence(above) and not again
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

    def _closes(self, open_draft: Draft, marker: Marker, rank: float) -> bool:
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

    def _is_next_part(self, open_draft: Draft, marker: Marker, paragraph: Paragraph) -> bool:
        """Whether "1. Nội dung" opens the numbered parts of a plan beside "Mục đích, yêu cầu", whose text stands below
        it."""
        if not open_draft.unnumbered or open_draft.title is None or not (open_draft.paragraphs or open_draft.children):
            return False
        if marker.family != "arabic" or marker.ordinals != (1,) or paragraph.annex not in self.arabic_parts:
            return False
        after = paragraph.text[marker.text_start :].strip(" :")
        if len(after) > LONGEST_PART or heading_kind(after) in _OPENING_KINDS:
            return False
        return heading_kind(open_draft.title.text.strip(" :")) in _OPENING_KINDS

    def unnumbered(self, paragraph: Paragraph) -> None:
        """Place a title without a number: beside the last one of its kind, else under an open title that has nothing
        below it yet, else by its rank."""
        capitals = is_capitals(paragraph.text)
        rank: float = _UNNUMBERED_CAPITALS if capitals else UNNUMBERED
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
        self.add(Draft(paragraph, None, rank, 0, paragraph.annex, unnumbered=True), level)

    @staticmethod
    def _is_empty_title(draft: Draft) -> bool:
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


def _has_items(draft: Draft) -> bool:
    """Whether a list stands below a title: bullets, or what has a label."""
    return bool(draft.children) or any(bullet_of(paragraph.text) is not None for paragraph in draft.paragraphs)


# What a plan opens with, often without a number
_OPENING_KINDS = frozenset({"purpose", "requirements", "purpose_requirements", "situation"})
LONGEST_PART = 120  # letters of the title of a part


def arabic_parts(paragraphs: Sequence[Paragraph]) -> frozenset[int]:
    """The annexes whose parts are numbered "1.", "2.": one is called the organisation, and no label is Roman."""
    told: set[int] = set()
    roman: set[int] = set()
    for paragraph in paragraphs:
        for mark in marks(paragraph.text)[:1]:
            if mark.likelihood <= 0.5 or len(mark.ordinals) != 1:
                continue
            title = paragraph.text[mark.text_start :].strip(" :")
            if mark.family == "roman":
                roman.add(paragraph.annex)
            later = mark.family == "arabic" and mark.ordinals > (1,) and len(title) <= LONGEST_PART
            if later and heading_kind(title) == "organisation":
                told.add(paragraph.annex)
    return frozenset(told - roman)


def restarting_annexes(paragraphs: Sequence[Paragraph]) -> frozenset[int]:
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


def _ends_sentence(draft: Draft) -> bool:
    """Whether a numbered line is a sentence of its own, which opens no list."""
    return draft.title is not None and draft.title.text.rstrip().endswith((".", ";"))


def wants_title(draft: Draft, paragraph: Paragraph) -> bool:
    """Whether a label that stood alone takes this paragraph for its title ("PHẦN I" / "MỤC ĐÍCH")."""
    assert draft.title is not None
    if draft.title.body.strip(" .:*_-") or paragraph.table is not None:
        return False
    text = paragraph.text.strip()
    return len(text) < 250 and (is_capitals(text) or paragraph.is_bold is True or not text.endswith((".", ";")))
