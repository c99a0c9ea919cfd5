"""What can be measured on a page image before anything is done to it.

Nothing here changes a pixel. Every figure is cheap (most work on a copy of about 1000 pixels height) and stands in
the document, so that a person can see why a page was treated as it was.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.document import Turn
from pipeline.imaging.recognisers import Image

cv2.setNumThreads(1)  # pages run in parallel as processes

WORKING_HEIGHT = 1100  # long side of the copy on which paper, tilt and layout are measured, about 94 dpi for A4


@dataclass(frozen=True, slots=True)
class Measures:
    """One page image in figures.

    `coloured` is the share of plainly coloured pixels; `paper` and `ink` are grey levels 0 to 255; `unevenness` the
    spread (5th to 95th percentile) of the paper's level over the page as a share of its brightest; `noise` the
    standard deviation of the paper in grey levels; `specks` the dots of at most 3 pixels for each thousand pixels of
    ink; `x_height` in pixels (0 where no text was seen); `skew` in degrees, positive where the text falls to the
    right; `bend` in pixels, how far lines leave the straight.
    """

    width: int
    height: int
    coloured: float = 0.0
    bilevel: bool = False
    dark_background: bool = False
    paper: float = 255.0
    ink: float = 0.0
    unevenness: float = 0.0
    noise: float = 0.0
    specks: float = 0.0
    ink_share: float = 0.0
    x_height: float = 0.0
    skew: float = 0.0
    bend: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return {
            name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(self).items()
        }


def grey(image: Image) -> Image:
    """One channel, luminance."""
    if image.ndim == 2:
        return image
    flat: Image = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return flat


def turned(image: Image, turn: int) -> Image:
    """The image turned clockwise by quarter turns."""
    return np.ascontiguousarray(np.rot90(image, -(turn // 90) % 4)) if turn else image


def small_copy(image: Image, long_side: int = WORKING_HEIGHT) -> tuple[Image, float]:
    """The image shrunk to `long_side` at most, and the factor."""
    scale = min(1.0, long_side / max(image.shape[:2]))
    if scale == 1.0:
        return image, 1.0
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    shrunk: Image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return shrunk, scale


def is_bilevel(image: Image) -> bool:
    """Whether nearly all pixels are black or white: a fax or a 1-bit scan."""
    sample = image[:: max(1, image.shape[0] // 200), :: max(1, image.shape[1] // 200)]
    middle = np.count_nonzero((sample > 40) & (sample < 215))
    return bool(middle <= sample.size * 0.002)


def coloured_share(image: Image) -> float:
    """Share of pixels with plain colour (not the yellow of paper): seals, coloured ink, photographs."""
    if image.ndim == 2:
        return 0.0
    small, _ = small_copy(image, 500)
    hsv = cv2.cvtColor(small, cv2.COLOR_RGB2HSV)
    strong = (hsv[..., 1] > 90) & (hsv[..., 2] > 50) & ((hsv[..., 0] < 12) | (hsv[..., 0] > 85))
    return float(np.count_nonzero(strong) / strong.size)


def paper_map(small: Image) -> Image:
    """The level of the paper at every place of a small grey copy, text taken away.

    Closing by a window wider than a letter, twice smoothed. Dark pictures wider than the window stay dark.
    """
    # Paper changes slowly: worked out on a quarter of the pixels of a quarter, it is the same map.
    tiny, scale = small_copy(small, 420)
    window = max(9, round(max(tiny.shape) / 45) | 1)
    closed = cv2.morphologyEx(tiny, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (window, window)))
    soft = cv2.medianBlur(closed, window)
    smooth: Image = cv2.GaussianBlur(soft, (0, 0), window / 2)
    if scale < 1.0:
        smooth = cv2.resize(smooth, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_LINEAR)
    return smooth


def ink_mask(flat: Image, paper: Image | None = None) -> npt.NDArray[np.uint8]:
    """1 where there is ink, by the distance from the local paper level. Expects dark on light."""
    if paper is None:
        paper = paper_map(flat)
    depth = cv2.subtract(paper, flat)
    level, _ = cv2.threshold(depth, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    mask: npt.NDArray[np.uint8] = (depth > max(18.0, min(float(level), 90.0))).astype(np.uint8)
    return mask


# Sheets fed by hand lie askew by a degree or two, photographs without a visible edge by ten.
MOST_SKEW = 16.0


def skew_angle(mask: npt.NDArray[np.uint8], limit: float = MOST_SKEW) -> float:
    """Degrees by which text lines fall to the right (clockwise), from -limit to limit; 0 where no angle stands out.

    The right angle gives the sharpest row profile. Columns are moved up or down rather than the image turned, which
    is the same for small angles and costs one histogram.
    """
    ys, xs = np.nonzero(mask)
    if len(ys) < 200:
        return 0.0
    if len(ys) > 60_000:
        step = len(ys) // 60_000 + 1
        ys, xs = ys[::step], xs[::step]
    height, width = mask.shape
    centred = xs - width / 2

    def sharpness(angle: float) -> float:
        rows = ys - centred * math.tan(math.radians(angle))
        profile = np.bincount(np.clip(rows + width // 4, 0, height + width // 2).astype(np.int64)).astype(np.float64)
        return float(np.square(np.diff(profile)).sum())

    coarse = np.arange(-limit, limit + 0.01, 0.5)
    scores = np.array([sharpness(angle) for angle in coarse])
    best = float(coarse[scores.argmax()])
    if scores.max() < 1.15 * np.median(scores):
        return 0.0
    for width_of_step in (0.1, 0.02):
        fine = best + width_of_step * np.arange(-5, 6)
        best = float(fine[np.argmax([sharpness(angle) for angle in fine])])
    return best


def x_height(stats: npt.NDArray[np.int32], page_height: int) -> float:
    """Height in pixels of small letters without ascender, from the boxes of connected parts; 0 if there is little text.

    The most frequent height of letter-like parts: in Vietnamese print plain and merged x-height letters outnumber
    capitals and marked letters (whose marks are parts of their own in most faces).
    """
    if len(stats) < 30:
        return 0.0
    width, height, area = stats[1:, 2], stats[1:, 3], stats[1:, 4]
    letters = (height >= 4) & (width >= 2) & (height < page_height / 12)
    letters &= (width < 6 * height) & (height < 5 * width) & (area > 0.15 * width * height)
    heights = height[letters]
    if len(heights) < 25:
        return 0.0
    histogram = np.bincount(heights, minlength=8).astype(np.float64)
    # Weighted by height: specks are many and small, letters are what fills the page.
    weighted = np.convolve(histogram * np.arange(len(histogram)), [0.5, 1.0, 0.5], mode="same")
    tallest = int(weighted.argmax())
    if tallest < SMALLEST_LETTERS * page_height:
        return 0.0
    # Where letters stand apart, those with ascender or mark may outnumber the plain ones: a second peak at about two
    # thirds of the height is the x-height then.
    low, high = int(tallest * 0.58), int(tallest * 0.78)
    if high > low >= 4:
        below = low + int(weighted[low : high + 1].argmax())
        if weighted[below] > 0.35 * weighted[tallest] and weighted[below] >= weighted[below - 1 : below + 2].max():
            return float(below)
    return float(tallest)


def _is_light_on_dark(small: Image) -> bool:
    """Whether the print is lighter than its surroundings, as on a negative, and not merely the picture dim.

    Print is the lesser part of any neighbourhood of a few letters: their mean lies on its side of their median.
    """
    window = 15
    median = cv2.medianBlur(small, window).astype(np.float32)
    off = cv2.blur(small, (window, window)).astype(np.float32) - median
    return float(off[np.abs(off) > 2].sum()) > 0


def measure(image: Image) -> Measures:
    """The figures that need no upright page: all but skew and bend."""
    flat = grey(image)
    bilevel = is_bilevel(flat)
    small, _ = small_copy(flat)
    dark = bool(np.median(small) < 90 and np.percentile(small, 75) < 128 and _is_light_on_dark(small))
    if dark:
        small = cv2.bitwise_not(small)
    paper = paper_map(small)
    mask = ink_mask(small, paper)
    low, high = np.percentile(paper, (5, 95))
    page = small[mask == 0]
    ink = small[mask == 1]
    noise = float(np.std(cv2.subtract(paper, small)[mask == 0])) if page.size else 0.0
    core, step = _core(flat)
    parts = _parts(core, dark, bilevel)
    return Measures(
        width=flat.shape[1], height=flat.shape[0], coloured=coloured_share(image), bilevel=bilevel,
        dark_background=dark, paper=float(np.median(page)) if page.size else 255.0,
        ink=float(np.median(ink)) if ink.size else 0.0, unevenness=float((high - low) / max(high, 1.0)),
        noise=noise, specks=_specks(parts), ink_share=float(mask.mean()),
        x_height=x_height(parts, core.shape[0]) * step,
    )


# More dots than this are taken out of a black-and-white page; clean scans have 0.0 to 0.3, copies of copies 2 and
# more.
SPECKLED = 0.5
# A grey page with more is grainy, and its grain must not be taken for letters.
GRAINY = 5.0
# Letters are darker than what is around them by so many levels; on a page whose grain was not to be smoothed away, by
# this share of the range of its levels.
SHALLOW, DEEP = 20.0, 0.3
# Letters are no smaller than this part of the page's long side: type of 6 points on A3.
SMALLEST_LETTERS = 1 / 450


def measured_x_height(flat: Image) -> float:
    """`x_height` of a grey page with dark text on light."""
    core, step = _core(flat)
    return x_height(_parts(core, dark=False, bilevel=is_bilevel(flat)), core.shape[0]) * step


def _core(flat: Image) -> tuple[Image, float]:
    """The middle of the page, where there are few borders, of 4000 pixels at most; and what a pixel of it is worth."""
    top, left = flat.shape[0] // 12, flat.shape[1] // 12
    core = flat[top : flat.shape[0] - top, left : flat.shape[1] - left]
    step = max(1.0, max(core.shape) / 4000)
    if step > 1.0:
        core = cv2.resize(core, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA)
    return core, step


def _parts(core: Image, dark: bool, bilevel: bool) -> npt.NDArray[np.int32]:
    """Boxes and sizes of the connected parts of ink at full resolution, background first, as OpenCV gives them."""
    if dark:
        core = cv2.bitwise_not(core)
    mask = (core < 128).astype(np.uint8) if bilevel else _grey_mask(core)
    stats: npt.NDArray[np.int32] = cv2.connectedComponentsWithStats(mask, connectivity=8)[2]
    if not bilevel and _specks(stats) > GRAINY:
        mask = _grey_mask(cv2.GaussianBlur(core, (0, 0), 1.5))
        stats = cv2.connectedComponentsWithStats(mask, connectivity=8)[2]
        if _specks(stats) > GRAINY:  # still: the back of the sheet, in pieces; only what is deep is print
            paper, dark = np.percentile(core, (60, 0.5))
            mask = _grey_mask(core, max(SHALLOW, DEEP * float(paper - dark)))
            stats = cv2.connectedComponentsWithStats(mask, connectivity=8)[2]
    return stats


def _grey_mask(core: Image, deeper: float = SHALLOW) -> npt.NDArray[np.uint8]:
    """1 where a grey page is darker by `deeper` levels than around."""
    window = max(31, round(max(core.shape) / 60) | 1)
    mask: npt.NDArray[np.uint8] = cv2.adaptiveThreshold(
        core, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, window, deeper,
    )
    return mask


def _specks(stats: npt.NDArray[np.int32]) -> float:
    """Parts of at most 3 pixels, for each thousand of pixels of ink."""
    area = stats[1:, 4]
    return float(1000 * np.count_nonzero(area <= 3) / max(1, area.sum())) if len(area) else 0.0


# --- which way up -------------------------------------------------------------------------------------------


# Share of letters whose nearest letter stands above or below them: 0.01 to 0.22 on 51 upright real pages (tables,
# flow charts and near-empty pages among them), 0.98 on one that lay on its side.
SIDEWAYS = 0.5
# See `upside_down`: real upright pages lie between -0.45 and 0.09; the reading itself has the last word (pages.py).
FLIPPED = 0.10


def turn_of(flat: Image) -> Turn:
    """Degrees clockwise by which the page must be turned for its text to stand upright, by looks alone.

    Expects dark text on light. A page without plain evidence is taken to be upright.
    """
    small, _ = small_copy(flat, 1600)
    mask = ink_mask(small)
    sideways = neighbours_above(mask) > SIDEWAYS
    if sideways:
        mask = np.ascontiguousarray(np.rot90(mask))  # counter-clockwise by 90, which is 270 clockwise
    flipped = upside_down(_levelled(_text_only(mask))) > FLIPPED
    if sideways:
        return 90 if flipped else 270
    return 180 if flipped else 0


def neighbours_above(mask: npt.NDArray[np.uint8]) -> float:
    """Share of letters whose nearest neighbour lies above or below rather than beside them, 0 to 1; 0 if few letters.

    Letters of a line stand closer than lines do. Marks, dots and pictures are left out by their size.
    """
    count, _, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    extent = np.maximum(stats[1:, 2], stats[1:, 3])
    letters = (extent >= 5) & (extent < mask.shape[0] / 25)
    if count < 40 or np.count_nonzero(letters) < 40:
        return 0.0
    usual = float(np.median(extent[letters]))
    letters &= (extent > 0.6 * usual) & (extent < 2.5 * usual)
    places = centres[1:][letters].astype(np.float32)
    asked = places[:: len(places) // 500 + 1]
    apart = places[None] - asked[:, None]
    distance = np.square(apart).sum(axis=2)
    distance[distance < 1] = np.inf
    nearest = distance.argmin(axis=1)
    rows = np.arange(len(asked))
    close = distance[rows, nearest] < (4 * usual) ** 2
    step = np.abs(apart[rows, nearest][close])
    beside = np.count_nonzero(step[:, 0] > 1.5 * step[:, 1])
    above = np.count_nonzero(step[:, 1] > 1.5 * step[:, 0])
    return above / (above + beside) if above + beside >= 20 else 0.0


def _text_only(mask: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The mask without ruling lines, which a table has both ways, and without the page's edges."""
    height, width = mask.shape
    across = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, max(20, width // 15)), np.uint8))
    down = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((max(20, height // 15), 1), np.uint8))
    rules = cv2.dilate(across | down, np.ones((3, 3), np.uint8))
    text = mask & (1 - rules)
    edge_y, edge_x = height // 25, width // 25
    inside: npt.NDArray[np.uint8] = np.ascontiguousarray(text[edge_y : height - edge_y, edge_x : width - edge_x])
    return inside


def _levelled(text: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The mask sheared so that its lines are level."""
    angle = skew_angle(text)
    if abs(angle) < 0.1:
        return text
    height, width = text.shape
    slope = math.tan(math.radians(angle))
    shear = np.array([[1, 0, 0], [-slope, 1, slope * width / 2]])
    level: npt.NDArray[np.uint8] = cv2.warpAffine(text, shear, (width, height), flags=cv2.INTER_NEAREST)
    return level


def upside_down(mask: npt.NDArray[np.uint8]) -> float:
    """Evidence that horizontal text stands on its head, from -1 (upright) to 1 (on its head).

    Most marks of Vietnamese, all ascenders and all capitals rise above the small letters; below the line there are
    only g p q y and the dot of nặng. So a line's profile is long above its dense band and short below.
    """
    height = mask.shape[0]
    rows = mask.sum(axis=1).astype(np.float64)
    if rows.sum() < 300:
        return 0.0
    votes_up = votes_down = 0.0
    for strip in np.array_split(mask, 5, axis=1):
        profile = strip.sum(axis=1).astype(np.float64)
        level = max(1.0, np.percentile(profile[profile > 0], 60) if (profile > 0).any() else 1.0) * 0.6
        dense = profile > level
        edges = np.flatnonzero(np.diff(np.concatenate([[0], dense.astype(np.int8), [0]])))
        for start, stop in zip(edges[::2], edges[1::2], strict=True):
            band = stop - start
            if not 3 <= band <= height / 20:
                continue
            above = profile[max(0, start - band) : start].sum()
            below = profile[stop : stop + band].sum()
            votes_up += above
            votes_down += below
    total = votes_up + votes_down
    return float((votes_down - votes_up) / total) if total else 0.0
