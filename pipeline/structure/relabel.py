"""Roman labels that a recogniser damaged, mended by the list they stand in.

The trouble: strokes of bold numerals are dropped ("I, II, II, IV") or read as other signs ("HH." for III, "1." for I).

Evidence: the labels before and after. A label is mended only to one that holds the strokes which were read, and only in
a text that was recognised; an office's own repeats ("II, II, III") stay, and so does all of a text file that was typed.

What it never does: mend in silence. The reading stays in `raw`, and the mended mark says in `doubt` what was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.knowledge import sequence
from pipeline.knowledge.labels import Marker
from pipeline.knowledge.numerals import roman_numeral
from pipeline.structure.passages import Paragraph, is_capitals, marks

RESTORED_SHARE = 0.1  # of the words: a typed text has 0-0.02 restored, garbled ones 0.4-0.7
TITLE_WORDS = 20  # of a line that a Roman label may open
_PARTS = frozenset({"part", "chapter", "annex"})


def is_recognised(paragraphs: Sequence[Paragraph]) -> bool:
    """Whether a text comes from a recogniser: it has places on a page, or many of its words had to be restored."""
    words = changed = 0
    for paragraph in paragraphs:
        for line in paragraph.lines:
            if line.box is not None:
                return True
            words += len(line.words)
            changed += sum([word.raw != word.text for word in line.words])
    return changed > RESTORED_SHARE * words


def first_romans(paragraphs: Sequence[Paragraph]) -> frozenset[int]:
    """Paragraphs, by ids of their lines, whose "1." is Roman one: the first label of a part where Roman two follows."""
    found: set[int] = set()
    opening: Paragraph | None = None  # the first labelled paragraph of this part, where it may be Roman one
    labelled = False
    for paragraph in paragraphs:
        if paragraph.area == "table":
            continue
        readings = [marker for marker in marks(paragraph.text[:80]) if marker.family != "bullet"]
        if not readings:
            continue
        if any(_opens_part(marker, paragraph) for marker in readings):
            opening, labelled = None, False
            continue
        if not is_title(paragraph, readings[0]):
            labelled = True
            continue
        roman = next((marker for marker in readings if marker.family == "roman"), None)
        may_be_one = any(marker.family == "roman" and marker.ordinals == (1,) for marker in readings)
        if not labelled and may_be_one and (readings[0].family != "roman" or readings[0].ordinals != (1,)):
            opening = paragraph
        elif opening is not None and roman is not None and roman.ordinals[0] >= 2 and _is_roman_alone(readings):
            found.add(id(opening.lines))
            opening = None
        labelled = True
    return frozenset(found)


def _opens_part(marker: Marker, paragraph: Paragraph) -> bool:
    upper = marker.family == "letter" and marker.shape == "A" and is_capitals(paragraph.text[marker.text_start :])
    return marker.likelihood >= 0.5 and (marker.family in _PARTS or upper)


def is_title(paragraph: Paragraph, marker: Marker) -> bool:
    """Whether what a mark opens may be a title: short, and ending nothing."""
    text = paragraph.text[marker.text_start :].rstrip()
    return len(text.split()) <= TITLE_WORDS and not text.endswith((".", ";", ","))


def _is_roman_alone(readings: Sequence[Marker]) -> bool:
    """Whether a mark can hardly be anything but Roman ("II", "1i", "HH")."""
    return not any(marker.family in ("arabic", "letter") and marker.likelihood > 0.5 for marker in readings)


def mended(markers: Sequence[Marker]) -> tuple[Marker, ...]:
    """The labels of one list with lost strokes put back where the labels around show them.

    A run that stands still is mended when a later label shows how many came before ("I, I, III" is I, II, III), or when
    it is the last of the list ("I, II, II").
    """
    result = list(markers)
    for index in range(1, len(result)):
        before, own = result[index - 1], result[index]
        if before.shape != own.shape or not own.shape.endswith("I") or len(own.ordinals) != 1 or not before.ordinals:
            continue
        wanted = before.ordinals[0] + 1
        if own.ordinals[0] < wanted and _lost_strokes(own, wanted) and _is_shown(result, index, wanted):
            label = sequence.successor(before)
            if label is not None:
                after = result[index + 1 : index + 2]
                where = f"between {before.label} and {after[0].label}" if after else f"after {before.label}"
                result[index] = replace(
                    own, label=label, ordinals=(wanted,), doubt=f"read as {own.label}, {where}"
                )
    return tuple(result)


def _lost_strokes(marker: Marker, wanted: int) -> bool:
    """Whether the numeral wanted is the one read with strokes added at its end: II to III, V to VI."""
    printed, whole = roman_numeral(marker.ordinals[0]), roman_numeral(wanted)
    return whole != printed and whole.startswith(printed)


def _is_shown(markers: Sequence[Marker], index: int, wanted: int) -> bool:
    for offset, marker in enumerate(markers[index + 1 :], start=1):
        if marker.family == "annex":
            break  # what the plan encloses is not of its list
        if marker.shape != markers[index].shape:
            return False
        if marker.ordinals[0] >= wanted + offset:  # a section may be left out ("I, I, IV" is I, II, IV)
            return True
        if not _lost_strokes(marker, wanted + offset):
            return False
    return markers[index].ordinals == markers[index - 1].ordinals  # the last of its list: a plain repeat
