"""Recipients in two columns: which lines of a foot are the second, and all of them in their order.

The trouble: long lists are set in two columns, beside the signature or below it; the second then stands where a
signer does, its rows are read as one line with the first, its dashes as lines of their own.

Evidence in order of trust: a dash before an entry in a row of recipients, a common left edge, the mark that closes the
entry before.

What it never does: part a line at a dash inside a name ("Phòng Tài chính - Kế hoạch").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.knowledge import recipients, signers
from pipeline.structure.passages import PlacedLine
from pipeline.structure.placing import height_of

BULLETS = "-–—~+•*·●▪■◦➢✓\uf0b7\uf0a7\uf02d"  # the last three are of fonts of symbols
DASH = re.compile(rf"[{BULLETS}]{{1,2}}")
ENTRY = re.compile(rf"\s*[{BULLETS}]\s*\w")
CLOSED = re.compile(r"[;.,)]$")
EDGE = 5.0  # points by which left edges of one column differ on a straightened scan
BESIDE = 14.0  # points between a dash and its entry
LEAST = 2  # entries with one left edge; a stroke of a pen may look like one
FAR = 60.0  # points from the first column to the second at the least
SIGNING = 0.9  # likeness from which an entry is a power all the same


def with_second_column(foot: Sequence[PlacedLine]) -> list[PlacedLine]:
    """The lines of a foot with those of a second column of recipients labelled so."""
    listed = [line for line in foot if line.area == "recipients" and line.box is not None]
    if not listed or listed[0].box is None:
        return list(foot)
    first = min(line.box.left for line in listed if line.box is not None)
    top = min(line.box.top for line in listed if line.box is not None)
    dashes = [line for line in foot if line.box is not None and DASH.fullmatch(line.text.strip())]
    seeds = [
        line for line in foot
        if line.box is not None and line.box.left > first + FAR and line.box.bottom > top
        and line.page == listed[0].page and _is_entry(line, dashes)
    ]
    columns = [
        [other for other in seeds if _text_left(other) is not None and _near(_text_left(other), _text_left(line))]
        for line in seeds
    ]
    best = max(columns, key=len, default=[])
    if len(best) < LEAST:
        return list(foot)
    tops = [line.box.top for line in best if line.box is not None]
    lefts = [line.box.left for line in best if line.box is not None]
    out = []
    for line in foot:
        inside = (
            line.box is not None and line.area in ("signature", "recipients") and line.page == best[0].page
            and min(lefts) - EDGE < line.box.left < max(lefts) + BESIDE
            and min(tops) - EDGE < line.box.top < max(tops) + 1.7 * height_of(line)
            and signers.authority_likeness(line.text) < SIGNING
        )
        out.append(replace(line, area="recipients") if inside else line)
    return out


def _near(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and abs(one - other) < EDGE


def _text_left(line: PlacedLine) -> float | None:
    """Left edge of the first word that is no dash."""
    return next(
        (word.box.left for word in line.words if word.box is not None and any(map(str.isalnum, word.text))), None
    )


def _is_entry(line: PlacedLine, dashes: Sequence[PlacedLine]) -> bool:
    """Whether a line is an entry of recipients: the archive line, or one that a dash opens and a mark closes."""
    if recipients.parse_archive(line.text) is not None:
        return True
    if signers.authority_likeness(line.text) >= SIGNING or sum(map(str.isalpha, line.text)) < 3:
        return False
    opened = ENTRY.match(line.text) is not None or any(_is_before(dash, line) for dash in dashes)
    return opened and CLOSED.search(line.text.rstrip()) is not None


def _is_before(dash: PlacedLine, line: PlacedLine) -> bool:
    if dash.box is None or line.box is None or dash.page != line.page:
        return False
    level = line.box.top - 2 < dash.box.middle[1] < line.box.bottom + 2
    return level and -2 < line.box.left - dash.box.right < BESIDE


def in_columns(lines: Sequence[PlacedLine]) -> list[PlacedLine]:
    """The lines of recipients, those of two columns parted, the first column before the second."""
    starts = [_start_inside(line) for line in lines]
    lefts = [
        left for line, start in zip(lines, starts, strict=True)
        if start is not None and (left := _left_of(line, start)) is not None
    ]
    if any(line.box is None for line in lines):
        closed = any(_behind_semicolon(line, start) for line, start in zip(lines, starts, strict=True))
        if sum(start is not None for start in starts) < LEAST and not closed:
            return list(lines)
        cut = [line.part(0, start) for line, start in zip(lines, starts, strict=True)]
        return [*cut, *(line.part(start) for line, start in zip(lines, starts, strict=True) if start is not None)]
    if not lines:
        return []
    first = min(line.box.left for line in lines if line.box is not None)
    lefts += [line.box.left for line in lines if line.box is not None and line.box.left > first + FAR]
    edge = max(lefts, key=lambda left: sum(abs(left - other) < EDGE for other in lefts), default=None)
    beside = [left for left in lefts if edge is not None and abs(left - edge) < EDGE + BESIDE]
    if edge is None or len(beside) < LEAST or edge < first + FAR:
        return list(lines)
    edge = min(beside)
    left_column: list[PlacedLine] = []
    right_column: list[PlacedLine] = []
    for line in lines:
        at = _word_at_edge(line, edge)
        if at is None:
            (right_column if line.box is not None and line.box.left > edge - EDGE else left_column).append(line)
        else:
            left_column.append(line.part(0, at))
            right_column.append(line.part(at))
    return [*_downwards(left_column), *_downwards(right_column)]


def _downwards(lines: Sequence[PlacedLine]) -> list[PlacedLine]:
    """The pieces of a column, those of one row left in their order."""
    return sorted(lines, key=lambda line: (line.page, round(line.box.middle[1] / ROW) if line.box else 0))


ROW = 6.0  # points; rows of the smallest type are 11 apart


def _start_inside(line: PlacedLine) -> int | None:
    """Index of the dash with which a second entry begins on a line: behind a mark that closes the first."""
    words = [(index, word) for index, word in enumerate(line.words) if word.text]
    for (_, before), (index, word), (_, after) in zip(words, words[1:], words[2:], strict=False):
        dash = DASH.fullmatch(word.text) is not None and after.text[:1].isalnum()
        glued = re.match(r"[-–~+•][A-ZĐ]", word.text) is not None
        if (dash or glued) and CLOSED.search(before.text):
            return index
    return None


def _behind_semicolon(line: PlacedLine, start: int | None) -> bool:
    """Whether the mark before a second entry is the one that closes entries: one such row is enough."""
    return start is not None and line.part(0, start).text.rstrip().endswith(";")


def _left_of(line: PlacedLine, index: int) -> float | None:
    box = line.words[index].box
    return None if box is None else box.left


def _word_at_edge(line: PlacedLine, edge: float) -> int | None:
    """Index of the word of a line that begins at the edge of the second column, behind a gap; None where none does."""
    last = None
    for index, word in enumerate(line.words):
        if word.box is None or not word.text:
            continue
        if last is not None and abs(word.box.left - edge) < EDGE and word.box.left - last > 0.4 * height_of(line):
            return index
        last = word.box.right
    return None
