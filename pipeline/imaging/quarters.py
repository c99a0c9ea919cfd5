"""Quarters in Roman figures, told by their strokes: "Quý III/2024", "Quý II.".

The trouble: recognisers of text drop one of two or three strokes that stand side by side, and are fairly sure; the
term of a task then falls three months too early.

Evidence: "Quý" before it; the marks before the leaning stroke of the date or up to the end of the word, where all of
them are upright strokes of a figure's height.

What it never does: count strokes that touch one another, lean, or stand beside a mark of another shape ("IV"), or take
a month for a quarter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.knowledge.fuzzy import aligned

Mark = npt.NDArray[np.bool_]  # the pixels of one mark in its box

# What a recogniser makes of strokes before a slash and a year, the slash itself at times lost, or alone; a V it knows.
_QUARTER = re.compile(r"([IHTLJl1|]{1,4})(?:[/⁄]?((?:19|20)[0-9]{2}))?([.,;:]?)")
_NAMES_QUARTER = re.compile(r"\W*quy\W*")
MOST = 3  # strokes; the fourth quarter is IV
# Of its height: how wide an upright stroke with its feet is at most (0.45 in the widest face at hand; a V 0.6), and how
# far the top of a leaning one stands from its foot at least (0.35 to 0.5; an upright one 0.05).
WIDEST, LEANS = 0.5, 0.2
LEAST_HIGH = 0.75  # of a figure's height
POINT = 0.5  # of it: a mark no higher behind the strokes closes the word


def is_one(before: str, text: str) -> bool:
    """Whether a word behind another may be a quarter in Roman figures. A "1" is none: some print quarters so.

    >>> is_one("Quý", "II/2024"), is_one("quý", "IH;"), is_one("Tháng", "11/2024"), is_one("Quý", "1/2024")
    (True, True, False, False)
    """
    return (
        re.match(r"1(?![IHTLJl1|])", text) is None and _QUARTER.fullmatch(text) is not None
        and _NAMES_QUARTER.fullmatch(aligned(before)) is not None
    )


def counted(text: str, marks: Sequence[Mark], tall: float) -> str | None:
    """The quarter as its strokes say, where that is another one than was read; None where they say nothing new.

    `marks` are those of the word from left to right, `tall` is the height of a figure on the page in pixels.
    """
    read = _QUARTER.fullmatch(text)
    if read is None or tall <= 0:
        return None
    strokes = 0
    for at, mark in enumerate(marks):
        high, wide = mark.shape
        if read[2] is None and strokes and high < POINT * tall:
            break
        if high < LEAST_HIGH * tall:
            return None
        if _lean(mark) > LEANS * high:
            if read[2] is None or len(marks) - at - 1 != len(read[2]):
                return None  # leaning letters, or figures of the year that touch
            break
        if wide > WIDEST * high:
            return None
        strokes += 1
    else:
        if read[2] is not None:
            return None
    told = f"{'I' * strokes}/{read[2]}" if read[2] else f"{'I' * strokes}{read[3]}"
    more = strokes >= len(read[1])  # a recogniser drops strokes, and makes none
    return told if more and 1 <= strokes <= MOST and told != text else None


def agreed(text: str, others: Sequence[str]) -> str | None:
    """The quarter that two other readings of the word give, of more strokes than it has; None where they do not agree.

    >>> agreed("II/2015.", ["III/2015.", "III/2015"]), agreed("II/2015", ["III/2015", "IV/2015"])
    ('III/2015.', None)
    """
    read = _QUARTER.fullmatch(text)
    told = [other.rstrip(".,;:") for other in others]
    longer = next((one for one in told if told.count(one) > 1), None) if read else None
    if read is None or longer is None or _STROKES.fullmatch(longer) is None:
        return None
    strokes, _, year = longer.partition("/")
    return f"{longer}{read[3]}" if year == (read[2] or "") and len(strokes) > len(read[1]) else None


_STROKES = re.compile(rf"I{{1,{MOST}}}(?:/(?:19|20)[0-9]{{2}})?")


def _lean(mark: Mark) -> float:
    """How far the top of a mark stands to the right of its foot, in pixels."""
    quarter = max(1, mark.shape[0] // 4)
    top, foot = (float(np.nonzero(part)[1].mean()) for part in (mark[:quarter], mark[-quarter:]))
    return top - foot
