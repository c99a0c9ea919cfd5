"""Say of every line what part of a document it is: letterhead, number, title, basis, body, signature, recipients.

The head and the foot have modules of their own (`letterhead`, `closing`); here they are put together with the
grounds and the annexes.

What it never does: drop or reorder a line. A line of two columns is parted between words; every word stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.knowledge import numbering, sequence
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.headings import is_canonical
from pipeline.knowledge.wording import (
    ADDRESSEE,
    HEAD_LINE_LENGTH,
    OPENERS,
    is_footnote,
    is_main_heading,
    motto_start,
    starts_basis,
)
from pipeline.structure.closing import BULLET, label_foot
from pipeline.structure.foot_dates import with_foot_date
from pipeline.structure.letterhead import label_head
from pipeline.structure.passages import Area, PlacedLine, is_capitals, marks


def _annex_heading(line: PlacedLine) -> bool:
    found = marks(line.text)
    if not found or found[0].family != "annex" or found[0].likelihood < 0.5:
        return False
    return line.gap in ("page", "blank", "block") or is_capitals(line.text) or len(line.text) < 30


def _label_annexes(lines: Sequence[PlacedLine], after_foot: bool) -> list[PlacedLine]:
    """Lines after the foot: annexes counted from 1; without a foot, from the first annex heading on a new page."""
    labelled: list[PlacedLine] = []
    count = 0
    area: Area
    for line in lines:
        if _annex_heading(line) and (after_foot or line.gap == "page" or count):
            count += 1
        elif (after_foot and count == 0 and line.gap == "page") or (
            after_foot and count == 0 and (is_capitals(line.text) or line.area == "table" or is_footnote(line.text))
        ):
            count = 1
        area = "annex" if count and line.area == "body" else line.area
        if count and len(line.text) < HEAD_LINE_LENGTH and motto_start(line.text) is not None:
            area = "motto"  # a form in an annex has a head of its own
        labelled.append(replace(line, annex=count, area=area))
    return labelled


def label(lines: Sequence[PlacedLine]) -> tuple[PlacedLine, ...]:
    """All lines with their areas; lines of two columns parted, the order kept."""
    if not lines:
        return ()
    head = label_head(lines)
    rest = lines[head.taken :]
    foot = label_foot(rest, 0)
    if foot is None:
        middle, tail = _label_annexes(rest, after_foot=False), []
    else:
        labelled, begin, end = foot
        dated = any(line.area == "dateline" for line in head.lines)
        middle, labelled = with_foot_date(dated, rest[:begin], labelled)
        tail = [*labelled, *_label_annexes(rest[end:], after_foot=True)]
    addressed = bool(head.lines) and head.lines[-1].area == "addressee"
    return (*head.lines, *_label_basis(middle, addressed), *tail)


def _label_basis(lines: Sequence[PlacedLine], addressed: bool) -> Iterator[PlacedLine]:
    """The grounds at the start of the body, each up to the next ground or the end of its lines; before them the list
    under "Kính gửi:", which the head may have ended with (`addressed`)."""
    open_basis, over, ended, paused, broken = False, False, False, False, False
    for line in lines:
        if line.area != "body" or over:
            yield line
            continue
        addressed = ADDRESSEE.match(aligned(line.text).strip()) is not None or (
            addressed  # "Kính gửi: - Các phòng" / "- UBND các xã, phường trên" / "địa bàn tỉnh."
            and (BULLET.match(line.text) is not None or (not ended and line.text[:1].islower()))
        )
        if addressed:
            ended = line.text.rstrip().endswith((".", ";", ":"))
            yield replace(line, area="addressee")
            continue
        if is_main_heading(line.text) or _is_loud_heading(line):
            over = True
            yield line
            continue
        if starts_basis(line.text):
            open_basis = True
        elif (
            line.text[:1].isupper()
            and (line.gap != "line" or ended or (not broken and OPENERS.match(aligned(line.text).strip())))
        ) or _opens_part(line.text, ended, paused):
            open_basis = False
        ended = line.text.rstrip().endswith((".", ";", ":"))
        paused = line.text.rstrip().endswith(",")
        # "... của Ban" / "Thường trực Ủy ban ...": a full line without a closing mark goes on below
        broken = len(line.text) > FULL_LINE and not line.text.rstrip().endswith((".", ";", ":", ","))
        yield replace(line, area="basis") if open_basis else line


def _is_loud_heading(line: PlacedLine) -> bool:
    """Whether a line is a heading of plans in capitals behind any mark: "1. I.MỤC ĐÍCH, YÊU CẦU"."""
    marker = numbering.parse_marker(line.text[:80])
    if marker is None or marker.family == "bullet" or not line.is_capitals:
        return False
    return is_canonical(line.text[marker.text_start :].strip(" .:"))


FULL_LINE = 50  # letters; printed lines of the body have 70 to 90


def _opens_part(text: str, ended: bool, paused: bool) -> bool:
    """Whether a line below a ground that has ended, or paused with a comma as the last one does, is a numbered part."""
    marker = numbering.parse_marker(text[:80])
    if marker is None or marker.likelihood < 0.6:
        return False
    return ended or (paused and marker.family != "bullet" and sequence.is_first(marker))
