"""The date at the foot of a document: "Xuân Hòa, ngày 20 tháng 01 năm 1997" over the signature.

The trouble: plans of before 2005, of schools and of unions are dated over the signature, some at the head as well; the
line stands under the recipients, beside them, or as the last one of the body.

What it never does: take a date of a sentence. Where the head has a date the one at the foot is put aside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.knowledge import datelines
from pipeline.structure.passages import Area, PlacedLine
from pipeline.structure.placing import parted, word_at

LONGEST = 70  # letters of a place and its date; names of places have 30 at most
_ENDED = (".", ";", ":", "!", ")", "/")


def with_foot_date(
    dated: bool, body: Sequence[PlacedLine], foot: Sequence[PlacedLine]
) -> tuple[list[PlacedLine], list[PlacedLine]]:
    """Body and foot with the date at the foot in its area; `dated` says that the head has one."""
    area: Area = "aside" if dated else "dateline"
    labelled: list[PlacedLine] = []
    for line in foot:
        at = _date_at(line.text)
        if at is None:
            labelled.append(line)
            continue
        *entry, date = parted(line, word_at(line, at)) if at > 0 else (line,)
        labelled += [*entry, replace(date, area=area)]
    rest = list(body)
    above = rest[-1] if rest else None
    if above is not None and above.area == "body" and _date_at(above.text) == 0 and _stands_alone(rest):
        labelled.insert(0, replace(rest.pop(), area=area))
    return rest, labelled


def _date_at(text: str) -> int | None:
    """Where the date begins that ends a short line of the foot, None where there is none."""
    found = datelines.parse_dateline(text) if len(text) <= 2 * LONGEST else None
    if found is None or found.date is None or text[found.end :].strip(" .") or found.end - found.start > LONGEST:
        return None
    before = text[: found.start].strip(" -–*.:")
    return found.start if before else 0


def _stands_alone(lines: Sequence[PlacedLine]) -> bool:
    """Whether the last line of a body is no end of a sentence: it names a place or opens with a capital, and the line
    before it closes one."""
    text = lines[-1].text.lstrip(" -–*")
    return text[:1].isupper() and (len(lines) < 2 or lines[-2].text.rstrip(" \"'”").endswith(_ENDED))
