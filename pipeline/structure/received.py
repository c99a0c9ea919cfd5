"""The stamp of the office that received a document ("CÔNG VĂN ĐẾN / Số: ... / Ngày: ..."), set apart from its head.

The trouble: it is printed over or beside letterhead and title, has a number and a date of its own, and the name of
another office on top.

The evidence, in order of trust: the word "ĐẾN" with the lines of the form around it; for the office on top, that it
stands below the document's own number, or that the document's symbol is of another kind of body.

What it never does: take a line away that is not next to one of the stamp.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.knowledge import bodies, number_lines
from pipeline.knowledge.fuzzy import aligned
from pipeline.structure.passages import PlacedLine, is_capitals

LONGEST = 60  # letters of one line of a stamp
_ANCHOR = re.compile(r"\W*(?:(?:cong van|van ban|cv)\s+)?den\b[\s:.]*(?:(?:so|ngay|gio)\b.*)?$")
_BLANKS = r"[\s:.,…_—\-]*"
_OF_FORM = re.compile(
    rf"\W*(?:(?:cv|cong van)\s+)?(?:so(?:\s+den)?{_BLANKS}\d{{0,6}}{_BLANKS}(?:ngay\b.*)?$"
    rf"|(?:den\s+)?ngay(?:\s+den)?{_BLANKS}(?:[0-9]{{1,2}}\s?[./\-].*)?$"
    rf"|gio{_BLANKS}.*$|\(?chuyen{_BLANKS}(?:[^a-z].*|cho\b.*|[a-z]{{1,12}})?$|luu (?:ho so|hs)\b.*$|(?:cv|cong van)$)"
)


def set_received_stamp_aside(lines: Sequence[PlacedLine]) -> list[PlacedLine]:
    """The lines of a head with those of a stamp of receipt labelled "aside"."""
    out = list(lines)
    for at, line in enumerate(lines):
        if not _is_anchor(line):
            continue
        first = last = at
        while first > 0 and _is_of_form(lines[first - 1]):
            first -= 1
        while last + 1 < len(lines) and _is_of_form(lines[last + 1]):
            last += 1
        alone = first == last and _OF_FORM.search(aligned(line.text).split("den", 1)[-1].strip()) is None
        if alone:
            continue
        if first > 0 and _is_receiver(lines, first - 1):
            first -= 1
        for index in range(first, last + 1):
            out[index] = replace(out[index], area="aside")
    return out


def is_stamp_beside(line: PlacedLine) -> bool:
    """Whether a line under the type of a document, left of the page's middle, is one of a stamp that stands beside
    the title: the office on its top, "Số: ...", "Ngày: ...". A title stands on the middle."""
    if line.box is None or line.frame is None or line.box.right > line.frame.middle:
        return False
    text = line.text.strip()
    return _is_of_form(line) or _is_anchor(line) or (is_capitals(text) and bodies.looks_like_body(text) >= LIKE_BODY)


def _is_anchor(line: PlacedLine) -> bool:
    """Whether a line is the stamp's own word, in capitals: no other line of a head begins so."""
    told = re.match(r"\W*(?:CÔNG VĂN|VĂN BẢN|CV)?\s*[DĐ][EẾÉÊ]N\b", line.text.strip())
    return told is not None and len(line.text) < LONGEST and _ANCHOR.match(aligned(line.text).strip()) is not None


def _is_of_form(line: PlacedLine) -> bool:
    text = line.text.strip()
    return 0 < len(text) < LONGEST and _OF_FORM.match(aligned(text)) is not None


def _is_receiver(lines: Sequence[PlacedLine], at: int) -> bool:
    """Whether the body over the stamp's lines is the office that received the document, not the one that issued it."""
    text = lines[at].text.strip()
    if not is_capitals(text) or bodies.looks_like_body(text) < LIKE_BODY:
        return False
    parsed = ((i, number_lines.parse_number_line(line.text)) for i, line in enumerate(lines))
    own = next(((i, found) for i, found in parsed if found is not None and found.symbol is not None), None)
    if own is None:
        return False
    if own[0] < at:
        return True
    committee = (own[1].body_code or "").startswith(("UBND", "HĐND", "UB"))
    return committee and re.match(r"(?:uy ban nhan dan|ubnd|hoi dong nhan dan|hdnd)\b", aligned(text)) is None


LIKE_BODY = 0.5
