"""Labels of which two looks read different numbers, settled by the list they stand in.

The trouble: "1." of a typewriter's face is "4." to one reader and "1." to the other; the list under it then hangs under
a point four that nobody printed.

The evidence: what stands before and after in the list.

What it never does: take a label that no look has read, or settle in silence: `doubt` says what else was read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.knowledge.labels import Marker
from pipeline.structure.passages import Paragraph, marks

NEAR = 40  # paragraphs from one point of a list to the next


def settled(paragraphs: Sequence[Paragraph]) -> Mapping[int, Marker]:
    """Marks by the ids of their paragraphs' lines: those of the other reading, where it goes on the list and the first
    reading does not."""
    known = [_mark(paragraph, paragraph.text) for paragraph in paragraphs]
    found: dict[int, Marker] = {}
    for at, (paragraph, mark) in enumerate(zip(paragraphs, known, strict=True)):
        others = _others(paragraph)
        if mark is None or not others:
            continue
        before = _nearest(known[max(0, at - NEAR) : at][::-1], mark.shape)
        after = _nearest(known[at + 1 : at + 1 + NEAR], mark.shape)
        for other in others:
            if other.shape == mark.shape and _fits(other, before, after) and not _fits(mark, before, after):
                found[id(paragraph.lines)] = known[at] = replace(
                    other, start=mark.start, text_start=mark.text_start, doubt=f"read as {mark.label} too"
                )
                break
    return found


def _mark(paragraph: Paragraph, text: str) -> Marker | None:
    if paragraph.area not in ("body", "annex"):
        return None
    mark = next(iter(marks(text)), None)
    return mark if mark is not None and mark.family != "bullet" and len(mark.ordinals) == 1 else None


def _others(paragraph: Paragraph) -> list[Marker]:
    """The marks that the other readings of a paragraph's first word make."""
    first = next((word for line in paragraph.lines for word in line.words if word.text), None)
    if first is None or not paragraph.text.startswith(first.text):
        return []
    rest = paragraph.text[len(first.text) :]
    made = [_mark(paragraph, reading.text + rest) for reading in first.readings]
    return [mark for mark in made if mark is not None]


def _nearest(known: Sequence[Marker | None], shape: str) -> int | None:
    return next((mark.ordinals[0] for mark in known if mark is not None and mark.shape == shape), None)


def _fits(mark: Marker, before: int | None, after: int | None) -> bool:
    """Whether a point follows the one before, or opens a list that goes on."""
    number = mark.ordinals[0]
    follows = before is not None and number == before + 1
    goes_on = after == number + 1
    return follows or (goes_on and number == 1)
