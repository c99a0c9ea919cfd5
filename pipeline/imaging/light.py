"""Light and ink of a page: paper made white, print made dark, and what is neither taken out.

What stands on a page besides print and must not be read: black edges and holes, specks, the grain of copies, the back
of the sheet shining through. Each is told from print by a measurement on the page itself; where the two do not part
plainly, all is left as it is.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging import measure
from pipeline.imaging.recognisers import Image

# What lies below the second share of the depth of print is made paper: the back of the sheet shining through reaches
# a quarter to a third. Print is not taken to be shallower anywhere than the first share of its usual depth. On a page
# whose print is pale throughout, shallow marks are more likely print than back.
NO_SHALLOWER, SHINE_THROUGH = 0.85, 0.30
NO_SHALLOWER_PALE, SHINE_THROUGH_PALE = 0.50, 0.15
# Marks shallower than this share of the depth of print are not looked at; see `_no_print`.
SHALLOWEST = 0.25
# Where most of the ink is the back's, the heap of print is at this bin of depths or a deeper one: 0.65 of its depth.
PRINT_FROM = 4
# What shines through is this much softer than print, or softer still.
SOFT = 0.9
# How many marks of the smaller heap go to one in the valley between them. Fewer are enough where one heap is as much
# softer as this and has so many marks of a letter's size: the back of a full page.
PARTED, HARDLY_PARTED, PLAINLY_SOFT, FULL_BACK = 2.0, 1.2, 0.87, 100
# How many times as deep as the usual ink the deepest is where most of the ink is the back of the sheet, and how many
# marks of such depth are print and no seal.
MOSTLY_BACK, FEW_LETTERS = 2.5, 20
# Grain beyond this share of the depth of print is smoothed: good scans have 0.01, old copies 0.1.
GRAINY = 0.06
# A stripe of a highlighter is as light as this at least and so much more coloured than the page's paper, in levels: red
# ink is darker, and light at the edges of its strokes only. It is looked for on so many rows of pixels, so many thick.
STRIPE_LIGHT, STRIPE_CHROMA, STRIPE_ROWS, STRIPE_THICK = 140, 45, 600, 3
# Share of its box that a stripe fills, askew and with letters on it, and how long it is, in rows; of a page striped
# over more than the last share they are the paper.
STRIPE_FILL, STRIPE_LONG, MOST_STRIPED = 0.5, 12, 0.3
# What is darker than this share of the paper's level is no paper.
BLACK_EDGE = 0.45
# ...but where a part of a dark area is darker than this share of its usual level, it is print on paper in shadow;
# only what is usually below the second figure is black for sure.
PRINT_IN_SHADOW, BLACK = 0.6, 40.0


def without_stripes(image: Image) -> Image | None:
    """An RGB page with the stripes of a highlighter made paper, the print under them as dark as it is; None where there
    are none. In grey a stripe is a dark band whose edges are taken for ruling lines."""
    step = max(1, max(image.shape) // STRIPE_ROWS)
    sample = np.ascontiguousarray(image[::step, ::step])  # pixels as they are: a mean would make red letters light
    red, green, blue = cv2.split(sample)
    chroma = cv2.subtract(cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue))
    bright = cv2.cvtColor(sample, cv2.COLOR_RGB2GRAY) > STRIPE_LIGHT
    striped = (bright & (chroma > float(np.median(chroma[::4, ::4])) + STRIPE_CHROMA)).astype(np.uint8)
    thick = np.ones((STRIPE_THICK, STRIPE_THICK), np.uint8)
    core = cv2.morphologyEx(striped, cv2.MORPH_OPEN, thick)
    if not core.any() or core.mean() > MOST_STRIPED:
        return None
    # letters under a stripe are dark, and part it
    whole = cv2.morphologyEx(core, cv2.MORPH_CLOSE, np.ones((2 * STRIPE_THICK, 3 * STRIPE_THICK), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(whole, connectivity=8)
    stripes = [
        label for label, (_, _, wide, high, filled) in enumerate(stats)
        if label and max(wide, high) >= STRIPE_LONG and filled > STRIPE_FILL * wide * high
    ]
    if not stripes:
        return None
    near = cv2.dilate(np.isin(labels, stripes).astype(np.uint8), thick)
    near = cv2.resize(near, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_NEAREST)
    rows, columns = (np.flatnonzero(near.any(axis=axis)) for axis in (1, 0))
    place = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    out = image.copy()
    part = out[place]
    brightest = cv2.merge([part.max(axis=2)] * 3)
    part[near[place] > 0] = brightest[near[place] > 0]
    return out


def on_white(frame: Image) -> Image:
    """An RGB picture in the light that makes its paper white everywhere: in shadow ink has little colour left, on
    yellowed paper another one."""
    small, _ = measure.small_copy(frame, 900)
    size = (frame.shape[1], frame.shape[0])
    channels = []
    for whole, reduced in zip(cv2.split(frame), cv2.split(small), strict=True):
        paper = np.maximum(measure.paper_map(reduced), 16)
        channels.append(cv2.divide(whole, cv2.resize(paper, size, interpolation=cv2.INTER_LINEAR), scale=255))
    lit: Image = cv2.merge(channels)
    return lit


def even_out(flat: Image, pale: bool) -> Image:
    """Paper made white and ink made dark everywhere.

    Each pixel is divided by the level of the paper around it, then its depth is taken in shares of the depth that
    print has around it: pale patches deepen, and what shines through from the back stays below the least share.
    """
    small, _ = measure.small_copy(flat, 900)
    paper = np.maximum(measure.paper_map(small), 16)
    size = (flat.shape[1], flat.shape[0])
    evened: Image = cv2.divide(flat, cv2.resize(paper, size, interpolation=cv2.INTER_LINEAR), scale=255)
    # How deep print is at each place: the darkest of a neighbourhood of about two lines.
    shallow = 255 - cv2.divide(small, paper, scale=255)
    window = max(9, round(max(small.shape) / 40) | 1)
    depth = cv2.dilate(cv2.GaussianBlur(shallow, (0, 0), 0.7), np.ones((window, window), np.uint8))
    # Grain alone reaches three and a half deviations in a window of this size.
    inked = depth[depth > max(25.0, 5 * _grain(shallow.astype(np.float32)))]
    if inked.size < 50:
        return evened
    among_back = _depth_among_back(inked, evened)
    usual = among_back or float(np.percentile(inked, 60))
    pale = pale and among_back is None  # where most of the ink is the back it says nothing of print
    floor, least = (NO_SHALLOWER_PALE, SHINE_THROUGH_PALE) if pale else (NO_SHALLOWER, SHINE_THROUGH)
    depth = np.clip(cv2.blur(depth, (2 * window, 2 * window)).astype(np.float32), floor * usual, 255.0)
    full = cv2.resize(depth, size, interpolation=cv2.INTER_LINEAR)
    inked = 255.0 - evened.astype(np.float32)
    grain = _grain(inked) / usual
    smooth = cv2.GaussianBlur(inked, (0, 0), min(1.4, max(0.8, 10 * grain)))
    share = (smooth if grain > GRAINY else inked) / full
    nothing, level = _no_print(smooth / full, 0 if among_back is None else PRINT_FROM)
    least = max(least, level)
    deepened = 255.0 * (1.0 - (share - least) / (1.0 - least))
    deepened[nothing] = 255.0
    result: Image = np.clip(deepened, 0, 255).astype(np.uint8)
    return result


def _depth_among_back(depths: npt.NDArray[np.uint8], evened: Image) -> float | None:
    """How deep print usually is on a page of even paper where most of the ink is the back of the sheet shining through;
    None on other pages. `depths` are those around each inked place.

    The last page of a letter has few lines, its back is full: the deepest places are several times as deep as the
    usual ones, and their marks plainly sharper.
    """
    usual, deepest = (float(value) for value in np.percentile(depths, (60, 95)))
    if deepest < MOSTLY_BACK * usual:
        return None
    cut = (usual * deepest) ** 0.5
    smooth = 255.0 - cv2.GaussianBlur(evened, (0, 0), 1.0).astype(np.float32)
    _, _, deep, steep = _marks_of(smooth, 0.5 * usual)
    told = deep > 0
    printed, back = told & (deep > cut), told & (deep <= cut)
    if np.count_nonzero(printed) < FEW_LETTERS:
        return None
    softness = np.median(steep[back] / deep[back]) / np.median(steep[printed] / deep[printed])
    return float(np.median(depths[depths > cut])) if softness < SOFT else None


def _grain(inked: npt.NDArray[np.float32]) -> float:
    """Standard deviation of the grain of the paper, in the levels of `inked`."""
    sample = inked[::2, ::2] - cv2.GaussianBlur(inked, (0, 0), 4)[::2, ::2]
    # A quarter of a normal distribution lies within 0.319 deviations; more of the page may be print.
    return float(np.percentile(np.abs(sample), 25)) / 0.319


def _no_print(share: npt.NDArray[np.float32], print_from: int) -> tuple[npt.NDArray[np.bool_], float]:
    """Where there are marks that are no print, grain of the paper or what shines through from the back; and the share
    of the depth of print below which such marks lie where they touch print, 0 where there are none.

    Of each mark its deepest point is taken. On a page of print alone these form one heap; grain and the back of the
    sheet form a second, shallower one. That heap goes if its marks are plainly smaller than letters; of one that is
    plainly softer than them, all that are not as sharp as print: paper scatters what shines through it. Pale but sharp
    marks are print. The heap of print is the one with most ink, from the bin `print_from` on, among the sharp ones.
    """
    labels, area, deepest, steepest = _marks_of(share, SHALLOWEST)
    sharp = steepest / np.maximum(deepest, SHALLOWEST)
    told = area >= 6
    told[0] = False
    bins = np.arange(SHALLOWEST, 1.6, 0.1)
    heaps = np.histogram(deepest[told], bins)[0]
    inked = np.histogram(deepest[told], bins, weights=area[told])[0]
    usual = print_from + int((inked * _is_sharp(deepest[told], sharp[told], bins))[print_from:].argmax())
    if usual < 2:
        return np.zeros(share.shape, np.bool_), 0.0
    beside = np.array([min(heaps[:low].max(initial=0) / 2, heaps[low:].max()) for low in range(usual)])
    lowest, widest = (
        usual - 1 - int(values[::-1].argmax()) for values in (-heaps[:usual], beside / np.maximum(heaps[:usual], 1))
    )
    for valley, parted in ((lowest, PARTED), (widest, HARDLY_PARTED)):
        if beside[valley] < parted * heaps[valley] or heaps[:valley].sum() < 30:
            continue
        cut = float(bins[valley] + bins[valley + 1]) / 2
        shallow, deep = told & (deepest < cut), told & (deepest >= cut)
        soft, usual_sharp = float(np.median(sharp[shallow])), float(np.median(sharp[deep]))
        letter = 0.3 * np.median(area[deep])
        if soft > PLAINLY_SOFT * usual_sharp or np.count_nonzero(shallow & (area > letter)) < FULL_BACK:
            if parted == HARDLY_PARTED:
                continue
            if np.median(area[shallow]) < letter:
                gone = deepest < cut
                gone[0] = True
                return gone[labels], 0.0
            if soft > SOFT * usual_sharp:
                continue
        return _soft_marks(share, cut, (soft + usual_sharp) / 2), 0.6 * cut
    return np.zeros(share.shape, np.bool_), 0.0


def _soft_marks(share: npt.NDArray[np.float32], cut: float, least_sharp: float) -> npt.NDArray[np.bool_]:
    """Where there is paper, or a mark shallower than `cut` and not as sharp as print. What touched print at its foot
    may stand apart from it above the level of the back."""
    gone = np.zeros(share.shape, np.bool_)
    for least in (SHALLOWEST, 0.75 * cut):
        labels, _, deepest, steepest = _marks_of(share, least)
        soft = (deepest < cut) & (steepest < least_sharp * deepest)
        soft[0] = least == SHALLOWEST
        gone |= soft[labels]
    return gone


def _is_sharp(
    deepest: npt.NDArray[np.float32], sharp: npt.NDArray[np.floating], bins: npt.NDArray[np.floating]
) -> npt.NDArray[np.bool_]:
    """Which bins of depths have, with those beside them, marks about as sharp as those of the sharpest one."""
    bin_of = np.digitize(deepest, bins) - 1
    near = [sharp[np.abs(bin_of - i) <= 1] for i in range(len(bins) - 1)]
    usual = np.array([np.median(values) if len(values) >= FEW_LETTERS else 0.0 for values in near])
    found: npt.NDArray[np.bool_] = usual >= SOFT * usual.max()
    return found


def _marks_of(
    depth: npt.NDArray[np.float32], least: float
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """The connected marks deeper than `least`, the background first: the label of each place; of each mark its area,
    how deep it is at its deepest, how steep at its steepest."""
    marked = depth > least
    count, labels, stats, _ = cv2.connectedComponentsWithStats(marked.astype(np.uint8), connectivity=8)
    place = labels[marked]
    step = cv2.morphologyEx(depth, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    return labels, stats[:, 4], _largest(depth[marked], place, count), _largest(step[marked], place, count)


def _largest(values: npt.NDArray[np.float32], place: npt.NDArray[np.int32], count: int) -> npt.NDArray[np.float32]:
    """The largest of the values at each place."""
    order = np.argsort(values)
    found = np.zeros(count, np.float32)
    found[place[order]] = values[order]  # the last one written stays
    return found


def without_specks(flat: Image, x_height: float) -> Image:
    """A black-and-white page without the dots that stand apart from all letters.

    The dot of nặng and of i stand within a letter's height of a letter; marks of nearly half the x-height stay wherever
    they stand. A comma behind a T, the points and colons of a typewriter and dashes stand further off: what is as large
    as a point stays on the line of a letter, and what is as flat as a dash beside one.
    """
    ink = (flat < 128).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    extent = np.maximum(stats[:, 2], stats[:, 3])
    letters = extent >= max(4.0, 0.45 * x_height)
    letters[0] = False
    near = cv2.dilate(letters[labels].astype(np.uint8), np.ones((round(0.9 * x_height) | 1,) * 2, np.uint8))
    touching = np.zeros(count, dtype=bool)
    touching[np.unique(labels[near > 0])] = True
    tiny = stats[:, 4] <= max(2, round((0.09 * x_height) ** 2))
    drop = (~letters) & (tiny | ~touching)
    drop[0] = False
    drop &= ~_points(stats, letters, drop, x_height)
    result: Image = np.where(drop[labels], np.uint8(255), flat)
    return result


def _points(
    stats: npt.NDArray[np.int32], letters: npt.NDArray[np.bool_], apart: npt.NDArray[np.bool_], x_height: float
) -> npt.NDArray[np.bool_]:
    """Which of the dots `apart` are points, commas, halves of colons or dashes: as large as these are printed, behind a
    letter, on its baseline or, over another such dot, at its x-height; a dash beside a letter, at its middle."""
    found = np.zeros(len(stats), dtype=bool)
    wide, high, area = stats[:, 2], stats[:, 3], stats[:, 4]
    least, most = (size * x_height**2 for size in POINT)
    flat = (wide > DASH[0] * high) & (wide > DASH[1] * x_height)
    alike = (area > least) & (area < most) & (wide < 1.7 * high) & (high < 2.5 * wide)
    dots, sized = np.flatnonzero(apart & (alike | flat)), np.flatnonzero(letters & (high > 0.7 * x_height))
    if not len(dots) or not len(sized) or len(dots) > MOST_DOTS:
        return found
    left, bottom, flat = stats[dots, 0], stats[dots, 1] + high[dots], flat[dots]
    first, right, base = stats[sized, 0], stats[sized, 0] + wide[sized], stats[sized, 1] + high[sized]
    off, rise = left[:, None] - right[None, :], base[None, :] - bottom[:, None]
    behind = (off > 0) & (off < FURTHER * x_height) & ~flat[:, None]
    hangs = -0.35 * (high[dots] > 1.2 * wide[dots]) - 0.15  # a comma's tail
    low = (behind & (rise < 0.15 * x_height) & (rise > hangs[:, None] * x_height)).any(axis=1)
    for dot in np.flatnonzero((behind & (rise > TAIL[0] * x_height) & (rise < TAIL[1] * x_height)).any(axis=1) & ~low):
        row = rise[dot][(off[dot] > 0) & (off[dot] < ROW * x_height) & (np.abs(rise[dot]) < TAIL[1] * x_height)]
        low[dot] = hangs[dot] * x_height < np.median(row) < 0.15 * x_height
    middle = (behind & (rise > 0.5 * x_height) & (rise < 0.95 * x_height)).any(axis=1)
    over = (
        (np.abs(left[:, None] - left[low][None, :]) < 0.25 * x_height)
        & (np.abs(bottom[low][None, :] - bottom[:, None] - 0.7 * x_height) < 0.3 * x_height)
    ).any(axis=1)
    before = first[None, :] - (left + wide[dots])[:, None]
    beside = ((off > 0) & (off < BLANK * x_height)) | ((before > 0) & (before < BLANK * x_height))
    dash = flat & (beside & (rise > 0.15 * x_height) & (rise < 0.7 * x_height)).any(axis=1)
    found[dots[low | (middle & over) | dash]] = True
    return found


POINT = (0.02, 0.13)  # least and largest area of a point or comma, in squares of the x-height
DASH = (1.8, 0.25)  # width of a dash at the least, in its heights and in x-heights
TAIL, ROW = (0.25, 0.65), 8.0  # how far the tail of y hangs, and what stands on one line, in x-heights
FURTHER, BLANK = 1.2, 1.6  # x-heights from a letter to a typewriter's point, and to a dash beside it
MOST_DOTS = 2000  # a page of dust tells nothing


def _is_written_on(levels: Image) -> bool:
    """Whether there is print on a dark area: paper in shadow, and no black edge."""
    darkest, usual = np.percentile(levels, (4, 50))
    return bool(usual > BLACK and darkest < PRINT_IN_SHADOW * usual)


def without_borders(flat: Image, x_height: float) -> tuple[Image, int]:
    """The page without the black edges and holes that a scanner leaves, and how many were taken out.

    Solid dark areas thicker than any letter that touch the edge of the page, and solid discs of 4 to 9 mm.
    """
    small, scale = measure.small_copy(flat, 800)
    thick = max(5, round((x_height or 16) * scale * 0.9))
    # On a dim picture paper in shadow is as dark as the scanner's lid on a good one.
    dark = (small < min(110.0, BLACK_EDGE * float(np.percentile(small, 60)))).astype(np.uint8)
    core = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((thick, thick), np.uint8))
    if not core.any():
        return flat, 0
    height, width = small.shape
    count, labels, stats, _ = cv2.connectedComponentsWithStats(core, connectivity=8)
    cover = np.zeros_like(core)
    taken = 0
    for i in range(1, count):
        x, y, w, h, area = stats[i]
        edge = x <= 2 or y <= 2 or x + w >= width - 2 or y + h >= height - 2
        hole = (
            0.75 < w / h < 1.33 and area > 0.7 * w * h and width / 60 < w < width / 20
            and (x < width * 0.12 or x + w > width * 0.88)
        )
        here = (labels == i).astype(np.uint8)
        if hole or (edge and not _is_written_on(small[here > 0])):
            cover |= here
            taken += 1
    if not taken:
        return flat, 0
    cover = cv2.dilate(cover, np.ones((thick, thick), np.uint8))
    # The ragged rim of a black edge goes with it, as far as it is a narrow strip of its own.
    count, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    for i in np.unique(labels[cover > 0]):
        x, y, w, h, _ = stats[i]
        if i and (w < 0.06 * width or h < 0.06 * height):
            cover |= cv2.dilate((labels == i).astype(np.uint8), np.ones((3, 3), np.uint8))
    full = cv2.resize(cover, (flat.shape[1], flat.shape[0]), interpolation=cv2.INTER_NEAREST)
    result: Image = np.where(full > 0, np.uint8(255), flat)
    return result, taken
