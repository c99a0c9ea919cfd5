"""The recipients of a foot: its lines put together to entries, and the archive line.

The trouble: an entry is wrapped, several stand on one line, the dashes are lost, pieces of a row
come in the wrong order.

What it never does: expand an abbreviation; an entry is as printed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline import corrections
from pipeline.document import Word
from pipeline.knowledge import recipients
from pipeline.knowledge.fuzzy import plain
from pipeline.knowledge.vietnamese import strip_marks
from pipeline.structure.closing import BULLET, is_recipients_head
from pipeline.structure.foot_columns import in_columns
from pipeline.structure.passages import CAPITALS, Place, PlacedLine, place_of_lines

_ENDED = re.compile(r"(?:[;.:]|\),)\s*$")
_ENDED_SOMEHOW = re.compile(r"[;.:,)]\s*$")


@dataclass(frozen=True, slots=True)
class FoundRecipient:
    """One entry of "Nơi nhận" and where it stands."""

    name: str
    note: str | None
    place: Place


def _entries(lines: Sequence[PlacedLine]) -> list[list[PlacedLine]]:
    """Lines of one recipient each; a wrapped entry has several."""
    entries: list[list[PlacedLine]] = []
    bulleted = 2 * sum(BULLET.match(line.text) is not None for line in lines) >= len(lines)
    ended = _ENDED if bulleted else _ENDED_SOMEHOW  # the recogniser loses dashes, or the Party closes with commas
    running = _running_list(lines)
    if running:
        return running
    for line in _in_rows(in_columns(lines)):
        text = line.text
        opener = _inline_start(line)
        if opener is None and is_recipients_head(text):
            continue
        if opener is not None:
            *whole, line = _closed_parts(opener)
            entries += [[part] for part in whole]
            text = line.text
        wrapped = (
            bool(entries)
            and not BULLET.match(text)
            and not ended.search(entries[-1][-1].text)
            and recipients.parse_archive(text) is None
        )
        if wrapped:
            entries[-1].append(line)
        else:
            entries.append([line])
    return entries


def _running_list(lines: Sequence[PlacedLine]) -> list[list[PlacedLine]]:
    """The entries of a list that runs on behind "Nơi nhận:" over its lines and ends with what is kept, as in "Phòng Y
    tế (b/c), các tổ, / lưu VP."; empty where the list is of another form."""
    opener = _inline_start(lines[0]) if lines else None
    if opener is None or any(BULLET.match(line.text) for line in lines[1:]):
        return []
    own = (opener, *lines[1:])
    mark = ";" if any(word.text.endswith(";") for line in own for word in line.words) else ","
    entries: list[list[PlacedLine]] = [[]]
    for line in own:
        start = 0
        for index, word in enumerate(line.words):
            if word.text.endswith(mark):
                entries[-1].append(line.part(start, index + 1))
                entries.append([])
                start = index + 1
        if start < len(line.words):
            entries[-1].append(line.part(start))
    whole: list[list[PlacedLine]] = []
    for entry in entries:
        if whole and _KIND_ALONE.fullmatch(" ".join(part.text for part in entry)):
            whole[-1] += entry
        else:
            whole.append(entry)
    entries = whole
    last = " ".join(part.text for part in entries[-1])
    kept = recipients.parse_archive(last) is not None or recipients.is_archive_alone(last)
    return entries if kept and len(entries) > LEAST_RUNNING else []


LEAST_RUNNING = 2  # recipients of such a list
# "UBND huyện, thị xã, ...": what a comma parts from "UBND" is no recipient
_KIND_ALONE = re.compile(r"(?:thị xã|thị trấn|thị|thành phố|quận|xã|phường|ban|ngành|đoàn thể)(?: \([^()]*\))?\W*")


def _in_rows(lines: Sequence[PlacedLine]) -> list[PlacedLine]:
    """The lines with two pieces of one row in their order: "VT." was seen a hair above "- Lưu:"."""
    out = list(lines)
    for at in range(1, len(out)):
        one, other = out[at - 1].box, out[at].box
        if one is None or other is None or other.right > one.left + 2 or out[at - 1].page != out[at].page:
            continue
        if min(one.bottom, other.bottom) - max(one.top, other.top) > 0.5 * min(one.height, other.height):
            out[at - 1], out[at] = out[at], out[at - 1]
    return out


def _closed_parts(line: PlacedLine) -> list[PlacedLine]:
    """The entries of "Nơi nhận: Như trên; Lưu: VT." on one line, parted behind each semicolon."""
    parts = []
    start = 0
    for index, word in enumerate(line.words[:-1]):
        if word.text.endswith(";"):
            parts.append(line.part(start, index + 1))
            start = index + 1
    return [*parts, line.part(start)]


def _inline_start(line: PlacedLine) -> PlacedLine | None:
    """The rest of a line that opens with "Nơi nhận:" and goes on with the first recipient."""
    words = [index for index, word in enumerate(line.words) if word.text]
    for count in (2, 3):
        if len(words) > count and recipients.is_recipients_head(" ".join(line.words[i].text for i in words[:count])):
            rest = line.part(words[count])
            return rest if sum(map(str.isalpha, rest.text)) > 1 else None
    return None


_CODE = re.compile(r"[(\W]*[" + CAPITALS + r"0-9&.]{2,8}[)\W]*")


def _with_codes_as_read(line: PlacedLine) -> str:
    """The text of a line of codes ("VT, KTNS") with those that restoration gave other letters as they were read: it
    knows syllables and the usual short forms, and an office has its own. What a person wrote stays."""
    return " ".join(
        word.raw if _CODE.fullmatch(word.raw) and not _is_said(word) else word.text for word in line.words if word.text
    )


def _is_said(word: Word) -> bool:
    """Whether a word says what was read, with more behind it where a broken one was joined, or what a person wrote.

    A code of two letters has no marks but the stroke of Đ: "CA" is no "CẢ".
    """
    by_person = bool(word.edits) and word.edits[-1].rule == corrections.RULE
    letters = "".join(filter(str.isalpha, word.text))
    marked = len(letters) <= SHORT_CODE and strip_marks(letters) != letters.replace("Đ", "D")
    return by_person or (not marked and plain(word.text).startswith(plain(word.raw)))


SHORT_CODE = 2  # letters


def read_recipients(
    lines: Sequence[PlacedLine], places: dict[str, Place]
) -> tuple[tuple[FoundRecipient, ...], str | None]:
    """The entries of "Nơi nhận" and the archive line, whose place goes to `places`."""
    found: list[FoundRecipient] = []
    archive: str | None = None
    braced = [line for line in lines if is_braced(line)]
    for entry in _entries([line for line in lines if line not in braced]):
        text = " ".join(line.text for line in entry)
        kept = recipients.parse_archive(text)
        if kept is not None:
            if archive is None:
                archive = recipients.parse_archive(" ".join(map(_with_codes_as_read, entry))) or kept
                places["/archive"] = place_of_lines(entry)
            continue
        recipient = recipients.split_recipient(text)
        if recipient is not None and recipient.name:
            # a semicolon read as a colon closes the entry all the same
            note = recipient.note or next((_note_of(brace) for brace in braced if _holds(brace, entry)), None)
            found.append(FoundRecipient(recipient.name.rstrip(" :"), note, place_of_lines(entry)))
    return tuple(found), archive


def is_braced(line: PlacedLine) -> bool:
    """Whether a line is the note of several others, with the brace that holds them: "} (b/c)"."""
    return len(line.words) > 1 and line.words[0].raw == "}" and line.words[0].box is not None


def _note_of(line: PlacedLine) -> str | None:
    said = recipients.split_recipient(f"- Sở ({line.part(1).text.strip(' ()[]{}.;,')})")
    return None if said is None else said.note


def _holds(brace: PlacedLine, entry: Sequence[PlacedLine]) -> bool:
    """Whether an entry begins beside the brace."""
    own, held = entry[0].box, brace.words[0].box
    if own is None or held is None or entry[0].page != brace.page:
        return False
    return held.top < own.middle[1] < held.bottom and own.left < held.left
