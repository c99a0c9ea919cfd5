"""Lines that a scanner draws along the whole page, dust on its glass or a dead element of its sensor, taken out; lines
that a fax lost, put in.

They run from one edge of the picture to the other, exactly along it, where ruling lines end at the margins of the
text. A recogniser takes one for the border of two columns and reads each half of the page's lines by itself.
Lines that lean, as they do on a picture which the scanner's own program has straightened, are left.

A line that got lost on a telephone line is white over the whole width and cuts a line of print into two, each of which
a recogniser reads by itself.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipeline.imaging.recognisers import Image

# Millimetres to either side at which the paper beside a streak is looked at; a streak is narrower than that.
REACH = 0.8
# Levels by which a streak is darker than what stands on both sides of it: grain reaches 20.
DARKER = 24
# What is darker than this share of the page's paper is print: nothing is to be told of a streak beside it.
PAPER = 0.7
# Share of the rows with paper on both sides in which a streak shows, over the page and in the strips at its two ends;
# a streak of dust breaks up in black and white.
SHOWN, SHOWN_AT_END = 0.85, 0.7
END = 1 / 30  # of the page's height: within the margins, where neither table nor frame reaches
LEAST_PAPER = 0.3  # of the rows: between lines of text there is twice as much
MOST = 12  # more than these are a pattern, as ruled paper has
ROWS = 700  # rows looked at, and more at the ends
# Strokes that must go on above and below of a lost line: a full line of print has 80 and more, and between letters and
# their marks there is no white line where one letter of the row is high; of the ink there the share that goes on.
GOING_ON, GOING_ON_SHARE = 25, 0.6
SPECKS = 6  # pixels of ink that may lie on a lost line
LOST_AT_ONCE = 2  # rows; three are 0.8 mm in the coarse mode, as much as there is between lines
MOST_LOST = 60  # of a page; more are the pattern of a picture in dots


def without_streaks(image: Image, flat: Image, dpi: float) -> tuple[Image, int]:
    """A page image (grey or RGB) without its streaks, and how many there were; `flat` is its grey, dark on light.

    Of a streak that lets print through the print stays; else print is carried on from both sides.
    """
    reach = max(3, round(REACH * dpi / 25.4))
    upright = _found(flat, reach)
    level = _found(flat.T, reach)
    if not upright and not level:
        return image, 0
    result = image.copy()
    for first, last in upright:
        _mend(result, first, last)
    for first, last in level:
        _mend(np.swapaxes(result, 0, 1), first, last)
    return result, len(upright) + len(level)


def _found(flat: npt.NDArray[np.uint8], reach: int) -> list[tuple[int, int]]:
    """First and last column of each upright streak."""
    height, width = flat.shape
    end = max(8, round(END * height))
    if height < 4 * end or width < 8 * reach:
        return []
    paper = float(np.median(flat[:: max(1, height // 100), :: max(1, width // 100)]))
    whole = _share(flat[:: max(1, height // ROWS)], reach, PAPER * paper, LEAST_PAPER)
    if not (whole > SHOWN).any():
        return []
    for strip in (flat[:end], flat[-end:]):
        whole[_share(strip, reach, PAPER * paper, LEAST_PAPER) < SHOWN_AT_END] = 0.0
    columns = np.flatnonzero(whole > SHOWN)
    if not columns.size:
        return []
    runs = np.split(columns, np.flatnonzero(np.diff(columns) > 2) + 1)
    streaks = [(int(run[0]), int(run[-1])) for run in runs if run[-1] - run[0] < reach]
    return streaks if len(streaks) <= MOST else []


def _share(rows: npt.NDArray[np.uint8], reach: int, paper: float, least: float) -> npt.NDArray[np.float64]:
    """Of each column, the share of the rows with paper on both sides in which it is darker than both."""
    beside = np.full(rows.shape, 0, np.int16)
    beside[:, reach:-reach] = np.minimum(rows[:, : -2 * reach], rows[:, 2 * reach :])
    told = beside > paper
    darker = told & (rows.astype(np.int16) < beside - DARKER)
    count = told.sum(axis=0)
    share: npt.NDArray[np.float64] = np.where(count > least * len(rows), darker.sum(axis=0) / np.maximum(count, 1), 0.0)
    return share


def _mend(image: npt.NDArray[np.uint8], first: int, last: int) -> None:
    """Carry on what stands on both sides of the columns `first` to `last`, in place."""
    left, right = max(0, first - 2), min(image.shape[1] - 1, last + 2)
    part = image[:, left : right + 1].astype(np.float32)
    shape = (1, -1) + (1,) * (image.ndim - 2)
    way = np.linspace(0.0, 1.0, part.shape[1], dtype=np.float32).reshape(shape)
    across = part[:, :1] * (1 - way) + part[:, -1:] * way
    # Print under a streak of dust is darker than the streak is on paper.
    own = np.median(part, axis=0, keepdims=True)
    printed = part < own - 2 * DARKER
    image[:, left : right + 1] = np.where(printed, part, across).astype(np.uint8)


def without_lost_lines(image: Image) -> tuple[Image, int]:
    """A page in black and white with the strokes carried on over lines that got lost, and how many these were.

    `image` is grey with 0 and 255 only, in the rows it was sent in; another is given back as it is.
    """
    if image.ndim != 2 or image.shape[0] < 8 or not np.isin(image[:: max(1, image.shape[0] // 50)], (0, 255)).all():
        return image, 0
    inked = np.count_nonzero(image == 0, axis=1) > SPECKS
    lost = []
    for first in np.flatnonzero(~inked[1:-1] & inked[:-2]) + 1:
        after = next((row for row in range(first + 1, first + 1 + LOST_AT_ONCE) if row < len(inked) and inked[row]), 0)
        if after:
            above, below = (_widened(image[row] == 0) for row in (first - 1, after))
            both = above & below
            strokes = np.count_nonzero(np.diff(both.astype(np.int8)) == 1)
            if strokes >= GOING_ON and both.sum() > GOING_ON_SHARE * min(above.sum(), below.sum()):
                lost.append((first, after, both))
    if not lost or len(lost) > MOST_LOST:
        return image, 0
    result = image.copy()
    for first, after, both in lost:
        result[first:after, both] = 0
    return result, len(lost)


def _widened(ink: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The ink of a row with a pixel more to either side: strokes lean."""
    wide = ink.copy()
    wide[1:] |= ink[:-1]
    wide[:-1] |= ink[1:]
    return wide
