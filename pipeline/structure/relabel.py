"""Roman labels that a recogniser damaged, mended by the list they stand in.

The trouble: strokes of bold numerals are dropped ("I, II, II, IV") or read as other signs ("HH." for III, "1." for I or
II, "Cc." for C, "'." for B); "c)" is read as "e)".

Evidence: the labels before and after. A label is mended only to one that holds the strokes which were read, and only in
a text that was recognised; an office's own repeats ("II, II, III") stay, and so does all of a text file that was typed.
In the middle of a list one line alone may be the one that is missing: a title as the others are, with what may be left
of its label. Before the second of a list stands the first, if its label is a stroke or one sign and a bracket.

What it never does: mend in silence. The reading stays in `raw`, and the mended mark says in `doubt` what was read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.knowledge import sequence
from pipeline.knowledge.headings import heading_kind
from pipeline.knowledge.labels import ALPHABET, Marker
from pipeline.knowledge.numerals import roman_numeral, roman_readings
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
        readings = [marker for marker in marks(paragraph.text) if marker.family != "bullet"]
        if not readings:
            continue
        if any(_opens_part(marker, paragraph) for marker in readings):
            opening, labelled = None, False
            continue
        if not is_title(paragraph, readings[0]):
            labelled = True
            continue
        roman = next((mark for mark in readings if mark.family == "roman" and mark.likelihood >= LEAST_ROMAN), None)
        may_be_one = any(marker.family == "roman" and marker.ordinals == (1,) for marker in readings)
        if not labelled and may_be_one and (readings[0].family != "roman" or readings[0].ordinals != (1,)):
            opening = paragraph
        elif opening is not None and roman is not None and roman.ordinals[0] >= 2 and _is_roman_alone(readings):
            found.add(id(opening.lines))
            opening = None
        labelled = True
    return frozenset(found)


LEAST_ROMAN = 0.05  # likelihood of a damaged numeral ("H. Vùng ...": 0.11); a tick read as "v" has 0.02


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


# --- a list of which most labels stand at their place ---------------------------------------------------------

LEAST_PARTS = 3  # titles in capitals with a Roman label, sound or not; fewer tell nothing
_AGAIN = re.compile(r"[IVXl1|]{1,4}\s?[.)]\s?(?=[^\W\d_])")  # "1. I.MỤC ĐÍCH": the label and what a speck made of it


def by_place(paragraphs: Sequence[Paragraph]) -> Mapping[int, Marker]:
    """Marks of titles in capitals by the ids of their lines, where the label read is not the one of its place ("1. I.",
    "HH.", "II.", "1V", "V") and half of the labels and the last are.

    The others lost strokes, are damaged, or have one too many beside their like ("I", "III", "III").
    """
    titles: list[tuple[Paragraph, Marker]] = []
    for paragraph in paragraphs:
        if paragraph.area in ("body", "basis") and not paragraph.annex:
            mark = _roman_title(paragraph, is_first=not titles)
            if mark is not None:
                titles.append((paragraph, mark))
    if len(titles) < LEAST_PARTS or titles[-1][1].ordinals != (len(titles),):
        return {}
    found: dict[int, Marker] = {}
    for place, (paragraph, mark) in enumerate(titles, start=1):
        label = roman_numeral(place)
        twice = place < len(titles) and titles[place][1].label == mark.label and mark.label.startswith(label)
        if mark.ordinals != (place,) and mark.doubt is None and not (twice or label.startswith(mark.label)):
            return {}
        if mark.ordinals != (place,) or mark.doubt is not None:
            again = _AGAIN.match(paragraph.text, mark.text_start)
            said = f"read as {paragraph.text[mark.start : mark.text_start].strip()}, number {place} of {len(titles)}"
            found[id(paragraph.lines)] = replace(
                mark, label=label, ordinals=(place,), doubt=said, text_start=again.end() if again else mark.text_start
            )
    sound = sum(mark.ordinals == (place,) for place, (_, mark) in enumerate(titles, start=1))
    return found if 2 * sound >= len(titles) else {}


def _roman_title(paragraph: Paragraph, is_first: bool) -> Marker | None:
    """The Roman reading of the mark of a title in capitals, where no other reading is sound; "1." of the first one may
    be "I."."""
    readings = marks(paragraph.text)
    other = any(mark.family != "roman" and mark.likelihood >= SOUND for mark in readings)
    if other and not (is_first and any(mark.ordinals == (1,) for mark in readings)):
        return None
    for mark in readings:
        if mark.family == "roman" and len(mark.ordinals) == 1:
            return mark if is_title(paragraph, mark) and _in_capitals(paragraph, mark) else None
    return None


# --- a label that is missing in the middle of a list, or at its end ------------------------------------------

_TOKEN = re.compile(r"\s*(?P<token>\S{0,4}[.)/:,\-–])\s+(?=\S)")
_EDGE = ".,)('’‘`´\"“”:;-–/*~^_"
_LIKE_LETTER = {"B": "8ß", "C": "€¢©", "D": "0OÐ", "E": "F", "G": "6"}
_UPPER = "ABCDEGHIKLMN"  # of the first twelve parts; Đ and F are seldom used in capitals


def lost(paragraphs: Sequence[Paragraph]) -> Mapping[int, Marker]:
    """Marks of titles whose label is damaged beyond reading, by the ids of their lines: the one title between "I." and
    "III." (or after the last label of a list) that may be "II."; what was read stands in `doubt`."""
    found: dict[int, Marker] = {}
    for shape in ("A", "I"):
        known = list(_tops(paragraphs, shape))
        for number, (at, mark) in enumerate(known):
            before = _number(mark)
            after = known[number + 1] if number + 1 < len(known) else None
            if after is not None and paragraphs[after[0]].annex != paragraphs[at].annex:
                after = None
            if not before or (after is not None and _number(after[1]) != before + 2):
                continue
            stop = after[0] if after is not None else len(paragraphs)
            wanted = _label(shape, before + 1)
            capitals = _in_capitals(paragraphs[at], mark)
            if not wanted or (after is None and not capitals):
                continue
            where = f"between {mark.label} and {after[1].label}" if after is not None else f"after {mark.label}"
            may_be = list(_candidates(paragraphs, at + 1, stop, wanted, shape, capitals, after is None))
            lone = _only(may_be, paragraphs, stop)
            if lone is not None:
                index, token, start = lone
                found[id(paragraphs[index].lines)] = replace(
                    mark,
                    label=wanted,
                    ordinals=(ALPHABET.index(wanted.lower()) + 1 if shape == "A" else before + 1,),
                    start=0,
                    text_start=start,
                    doubt=f"read as {token}, {where}",
                )
    return found


def _tops(paragraphs: Sequence[Paragraph], shape: str) -> Iterator[tuple[int, Marker]]:
    """Titles whose label is surely of a shape, with their places."""
    for at, paragraph in enumerate(paragraphs):
        if paragraph.area not in ("body", "annex"):
            continue
        for marker in marks(paragraph.text)[:1]:
            if marker.shape == shape and len(marker.ordinals) == 1 and is_title(paragraph, marker):
                yield at, marker


def _in_capitals(paragraph: Paragraph, marker: Marker) -> bool:
    return is_capitals(paragraph.text[marker.text_start :])


def _number(mark: Marker) -> int:
    """Which one of a list a label is; 0 for a capital letter that few lists have."""
    return _UPPER.find(mark.label) + 1 if mark.shape == "A" else mark.ordinals[0]


def _label(shape: str, number: int) -> str:
    if shape == "A":
        return _UPPER[number - 1] if 0 < number <= len(_UPPER) else ""
    return roman_numeral(number) if number < 20 else ""


def _candidates(
    paragraphs: Sequence[Paragraph], start: int, stop: int, wanted: str, shape: str, capitals: bool, at_end: bool
) -> Iterator[tuple[int, str, int]]:
    """(index, what is left of the label, where the title begins) of titles that may carry the label wanted."""
    for index in range(start, stop):
        paragraph = paragraphs[index]
        if paragraph.annex != paragraphs[start - 1].annex:
            return
        match = _TOKEN.match(paragraph.text[:40])
        if match is None or paragraph.area != "body":
            continue
        title = paragraph.text[match.end() :].rstrip()
        if len(title.split()) > TITLE_WORDS or title.endswith((".", ";", ",")):
            continue
        if is_capitals(title) if capitals else heading_kind(title.rstrip(" :")) is not None:
            core = match["token"].strip(_EDGE)
            sure = not at_end or (shape == "A" and not core.isdecimal())
            if _may_be(core, wanted, shape, at_end) and (sure or heading_kind(title.rstrip(" :")) is not None):
                yield index, match["token"], match.end()


def _may_be(core: str, wanted: str, shape: str, at_end: bool) -> bool:
    """Whether what is left of a label may be of the one wanted; nothing at all tells only between two others."""
    if not core:
        return not at_end
    if shape == "A":
        return (core.upper() in (wanted, 2 * wanted) and core != wanted) or core in _LIKE_LETTER.get(wanted, "")
    return any(wanted.startswith(label) for label, _, doubt in roman_readings(core) if doubt)


def _only(
    found: list[tuple[int, str, int]], paragraphs: Sequence[Paragraph], stop: int
) -> tuple[int, str, int] | None:
    """The one candidate that opens no list ("1." that a "2." follows does)."""
    if len(found) <= MANY:
        found = [entry for entry in found if not _goes_on(paragraphs, entry[0], stop)]
    return found[0] if len(found) == 1 else None


MANY = 8  # titles that may carry the label: more tell nothing


def _goes_on(paragraphs: Sequence[Paragraph], index: int, stop: int) -> bool:
    for paragraph in paragraphs[index + 1 : stop]:
        for marker in marks(paragraph.text)[:1]:
            if marker.shape == "1":
                return marker.ordinals == (2,)
    return False


# --- the first label of a list -------------------------------------------------------------------------------

_STROKE = "IlLiíìÍÌÏï|!¡\\[\\]J1"
_FIRST = {  # shape of a list -> what is read for its first label
    "I": re.compile(r"\s*(?P<token>[IlLi|!1][íìÍÌiIl/⁄]?[.,:)/\-–]?)\s+(?=[^\W\d_])"),
    "1": re.compile(rf"\s*(?P<token>[{_STROKE}][.,:)/]?)\s+(?=[^\W\d_])"),
    "a": re.compile(r"\s*(?P<token>[^\w\s]?\S\))\s+(?=\S)"),
}
_UNDER = {"I": None, "1": frozenset(("a", "1.1", "(1)")), "a": frozenset[str]()}  # shapes in a point; None: all
LOOK_BACK = 30  # paragraphs between the first point of a list and the second
SOUND = 0.5  # likelihood of a mark that is printed as it should be
MAY_BE = 0.3  # from which the outline itself takes a mark for the first of a list


def lost_first(paragraphs: Sequence[Paragraph]) -> Mapping[int, Marker]:
    """Marks of paragraphs whose label is none as it was read ("I Ban Lâm nghiệp ...", "8) Người ...", "lí Mục đích"),
    by the ids of their lines: what stands before "2.", "b)" or "II/" where the first of the list is lost."""
    found: dict[int, Marker] = {}
    for at, paragraph in enumerate(paragraphs):
        mark = _sound(paragraph)
        if mark is None or mark.shape not in _FIRST or mark.ordinals != (2,):
            continue
        first = _first_before(paragraphs, at, mark.shape)
        if first is not None:
            index, token, start = first
            said = f"read as {token}, before {mark.label}"
            found[id(paragraphs[index].lines)] = replace(
                mark, label=mark.shape, ordinals=(1,), start=0, text_start=start, doubt=said
            )
    return found


def _sound(paragraph: Paragraph) -> Marker | None:
    """The mark that a paragraph opens with, if it was read soundly."""
    if paragraph.area not in ("body", "annex"):
        return None
    mark = next(iter(marks(paragraph.text)), None)
    return mark if mark is not None and mark.family != "bullet" and mark.likelihood >= SOUND else None


def _first_before(paragraphs: Sequence[Paragraph], at: int, shape: str) -> tuple[int, str, int] | None:
    """(index, what was read for the label, where the text begins) of the one that opens a list before its second."""
    under = _UNDER[shape]
    for index in range(at - 1, max(-1, at - 1 - LOOK_BACK), -1):
        paragraph = paragraphs[index]
        if paragraph.area == "table":
            continue
        if paragraph.annex != paragraphs[at].annex or paragraph.area != paragraphs[at].area:
            return None
        if any(m.shape == shape and m.ordinals == (1,) and m.likelihood >= MAY_BE for m in marks(paragraph.text)):
            return None
        match = _FIRST[shape].match(paragraph.text[:12])
        sound = _sound(paragraph)
        if match is not None and (sound is None or (shape == "a" and not _goes_on_from(paragraphs, index, sound))):
            capitals = is_capitals(paragraph.text[match.end() :])
            title = is_title(paragraph, sound) if sound is not None else len(paragraph.text.split()) <= TITLE_WORDS
            return (index, match["token"], match.end()) if (title if shape == "I" else not capitals) else None
        if sound is not None and under is not None and sound.shape not in under:
            return None
    return None


def _goes_on_from(paragraphs: Sequence[Paragraph], at: int, mark: Marker) -> bool:
    """Whether a mark goes on a list: a "3)" behind "2)"."""
    before = (_sound(paragraph) for paragraph in paragraphs[max(0, at - LOOK_BACK) : at])
    return mark.ordinals == (1,) or any(
        one is not None and one.shape == mark.shape and sequence.step(one, mark) == "next" for one in before
    )


def misread_one(paragraphs: Sequence[Paragraph]) -> Mapping[int, Marker]:
    """The mark "1." of a title over "1.1" whose label was read as "I.", by the id of its lines: "2." follows, and no
    "II."."""
    labelled = [(paragraph, mark) for paragraph in paragraphs if (mark := _sound(paragraph)) is not None]
    found: dict[int, Marker] = {}
    for (paragraph, mark), (_, below) in pairwise(labelled):
        if mark.family != "roman" or mark.ordinals != (1,) or below.ordinals != (1, 1):
            continue
        others = [other for near, other in labelled if near.annex == paragraph.annex]
        if any(other.family == "roman" and other.ordinals > (1,) for other in others):
            continue
        one = next((other for other in marks(paragraph.text) if other.shape == "1" and other.ordinals == (1,)), None)
        if one is not None and any(other.shape == "1" and other.ordinals == (2,) for other in others):
            found[id(paragraph.lines)] = one
    return found


# Of a list of letters: the one before and the one that was read -> what stands there.
_MISREAD = {("b", "e"): "c", ("c", "đ"): "d", ("d", "c"): "e", ("đ", "c"): "e"}


def misread_letters(paragraphs: Sequence[Paragraph]) -> Mapping[int, Marker]:
    """Marks of points whose letter was read as its like ("b) e) d)" is b, c, d), by the ids of their lines; no list
    leaves out so many letters, or goes back so far."""
    found: dict[int, Marker] = {}
    before: tuple[int, int, str] | None = None  # place, annex and letter of the point before
    for at, paragraph in enumerate(paragraphs):
        mark = _sound(paragraph)
        if mark is None or mark.shape != "a":
            continue
        letter = mark.label
        if before is not None and at - before[0] <= LOOK_BACK and before[1] == paragraph.annex:
            letter = _MISREAD.get((before[2], letter), letter)
            if letter != mark.label:
                order, said = ALPHABET.index(letter) + 1, f"read as {mark.label}, after {before[2]}"
                found[id(paragraph.lines)] = replace(mark, label=letter, ordinals=(order,), doubt=said)
        before = (at, paragraph.annex, letter)
    return found


def mended(markers: Sequence[Marker]) -> tuple[Marker, ...]:
    """The labels of one list with lost strokes put back where the labels around show them.

    A run that stands still is mended when a later label shows how many came before ("I, I, III" is I, II, III), or when
    it is the last of the list ("I, II, II").
    """
    result = list(markers)
    if len(result) > 1 and _is_one_and_a_speck(*result[:2]):
        first = result[0]
        result[0] = replace(first, label="I", ordinals=(1,), doubt=f"{first.doubt}, before {result[1].label}")
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


def _is_one_and_a_speck(first: Marker, second: Marker) -> bool:
    """Whether a damaged "II" that opens a list is "I" with its mark read as a stroke ("IL." before "II.")."""
    if first.shape != "I" or second.shape != "I" or first.doubt is None or second.doubt is not None:
        return False
    return first.ordinals == second.ordinals == (2,)


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
