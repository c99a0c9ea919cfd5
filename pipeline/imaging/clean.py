"""A page image becomes an upright, straight, even copy for the recogniser, with the way back to the original.

Only a copy is cleaned; the archived image is not touched. Everything is measured first (`measure.py`, `sheet.py`) and
only what is needed is done, since each treatment costs letters somewhere. Tesseract reads grey, so nothing is made
black and white here. All geometry (turn, corners, bend, tilt, scale) is one map applied once.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.document import Step, Turn
from pipeline.imaging import cells, grids, level_tables, light, marks, measure, sheet, streaks, white_tables
from pipeline.imaging.images import Back, Cleaned, Mark, Matrix
from pipeline.imaging.measure import Measures
from pipeline.imaging.recognisers import Image

VERSION = "2"

# Below this tilt (degrees) turning the page costs more sharpness than it gives.
LEAST_SKEW = 0.12
# Print is parallel to the edges of its sheet: of photographs 0.14 degrees at most were left after flattening, where the
# black borders of a scanner were taken for a desk 2.1 to 3.3.
NO_SHEET = 1.0
# Where the paper's level differs more than this over the page, or lies below the second figure, it is divided out.
UNEVEN = 0.06
DARK_PAPER = 235.0
# Ink paler than this is deepened.
PALE_INK = 150.0
# The x-height that the Vietnamese model reads best, in pixels; see docs/imaging.md for the measurement. Pages inside
# the band are left as they are: resampling costs sharpness too.
WANTED_X_HEIGHT = 15.0
GOOD_X_HEIGHTS = (12.5, 17.0)
MOST_ENLARGED = 3.0
BLANK_INK = 0.0004
# Millimetres from which on a ruling line is taken out: shorter runs are arcs of a seal and strokes of a signature, that
# an engine takes for a picture as long as they are whole.
LEAST_TAKEN = 14.0
COLOURED = 0.0004
FAINT = 40  # levels below the paper's: what a thin rule keeps on a small copy
SMALL = 1800  # long side of the copy on which coloured marks are looked for, and of what is put in their place


def cut_out(image: Image, cleaned: Cleaned, area: tuple[int, int, int, int], scale: float) -> Image:
    """A part of the copy anew from the page's own pixels, grey, dark on light, at `scale` times the copy's size.

    `image` is the page as it came, `area` left, right, top and bottom in pixels of the copy. The copy has letters of
    the size that recognisers want; a stroke over a name is told from it where there are more pixels.
    """
    left, right, top, bottom = area
    across, down = np.meshgrid(np.arange(left, right, 1 / scale), np.arange(top, bottom, 1 / scale))
    at = cleaned.back.points(np.column_stack([across.ravel(), down.ravel()])).astype(np.float32)
    columns, rows = at[:, 0].reshape(across.shape), at[:, 1].reshape(across.shape)
    flat = measure.grey(image)
    first = (max(0, int(rows.min()) - 2), max(0, int(columns.min()) - 2))
    part = flat[first[0] : max(1, int(rows.max()) + 3), first[1] : max(1, int(columns.max()) + 3)]
    dark = cleaned.measures.dark_background
    paper = 0 if dark else 255
    out: Image = cv2.remap(part, columns - first[1], rows - first[0], cv2.INTER_CUBIC, borderValue=paper)
    return cv2.bitwise_not(out) if dark else out


def plain(image: Image, dpi: float, turn: Turn = 0) -> Cleaned:
    """The copy without any treatment but the turn: for a page on which cleaning failed."""
    height, width = image.shape[:2]
    flat = measure.turned(measure.grey(image), turn)
    measures = Measures(width=width, height=height)
    return Cleaned(flat, dpi, turn, Back(_turned_back(turn, width, height)), measures)


def clean(
    image: Image, dpi: float, turn: Turn | None = None, x_height: float | None = None, on_desk: bool = True
) -> Cleaned:
    """The OCR copy of a page image (grey or RGB). `turn` overrides what the image itself says about which way is up,
    `x_height` the size in pixels that letters are brought to. `on_desk` says whether a sheet on something darker is
    looked for.

    The evidence for the turn here is of the image alone; `pages.py` checks it by reading.
    """
    flat = measure.grey(image)
    height, width = flat.shape
    done: dict[str, Any] = {}
    first = measure.measure(image)
    if first.dark_background:
        flat = cv2.bitwise_not(flat)
        done["inverted"] = True
    elif first.ink_share < BLANK_INK:
        return Cleaned(flat, dpi, 0, Back(np.eye(3)), first, blank=True, steps=(_step(first, {"blank": True}),))

    if not first.dark_background:
        image, streaked = streaks.without_streaks(image, flat, dpi)
        if streaked:
            done["streaks_taken_out"] = streaked
            flat = measure.grey(image)
    if first.bilevel and first.specks > measure.SPECKLED:
        flat = light.without_specks(flat, first.x_height)
        done["specks_taken_out"] = True
    # 1. the sheet in the picture: its corners
    to_image: Matrix = np.eye(3)  # from the frame worked in, back to the image's pixels
    size = (width, height)
    quad = sheet.corners(flat) if on_desk and not first.bilevel else None
    if quad is not None:
        matrix, size = sheet.flattening(quad)
        to_image = np.asarray(np.linalg.inv(matrix), dtype=np.float64)
        done["sheet"] = [[round(float(value)) for value in point] for point in quad]
    else:
        flat, edges = light.without_borders(flat, first.x_height)
        if edges:
            done["borders_taken_out"] = edges
    # 2. which way up, on a small copy of the sheet
    small = _small_frame(flat, to_image, size)
    asked = turn
    turn = measure.turn_of(small) if turn is None else turn
    if turn:
        to_image = to_image @ _turned_back(turn, *size)
        size = size if turn == 180 else (size[1], size[0])
        small = measure.turned(small, turn)
        done["turned"] = turn
    # 3. tilt and bend of its lines, and the size of its letters
    mask = measure.ink_mask(measure.small_copy(small)[0])
    skew = measure.skew_angle(mask)
    if quad is not None and abs(skew) > NO_SHEET:
        return clean(image, dpi, asked, x_height, on_desk=False)
    bent = sheet.bend(mask, size) if not first.bilevel or quad is not None else None
    as_it_was = quad is None and turn in (0, 180)
    letters = first.x_height if as_it_was else measure.measured_x_height(_full_frame(flat, to_image, size))
    measures = replace(first, skew=skew, x_height=letters, bend=0.0 if bent is None else bent.depth)
    scale = _scale(letters, x_height)
    least = sheet.LEAST_BEND if quad is not None else sheet.PLAIN_BEND
    curled = bent is not None and bent.depth > max(2.0, least * (letters or 16.0))
    if curled:
        assert bent is not None
        skew = 0.0
        done["uncurled"] = round(bent.depth, 1)
    elif abs(skew) < LEAST_SKEW:
        skew = 0.0
    else:
        done["deskewed"] = round(skew, 2)
    if scale != 1.0:
        done["scaled"] = round(scale, 3)
    # 4. one map, applied once
    copy, back = _apply(flat, to_image, size, skew, scale, bent if curled else None, quad is None)
    if quad is not None:
        copy = sheet.without_rim(copy)
    # 5. light and ink
    found: list[Mark] = []
    colours: Image | None = None
    if image.ndim == 3 and first.coloured > COLOURED:
        frame, ratio = _colour_frame(image, back, copy)
        red, blue = marks.colour_masks(frame)
        per_mm = _per_mm(dpi * scale / ratio)
        coloured = marks.coloured_marks(red, blue, per_mm)
        pens, strokes = marks.pen_strokes(red, frame, coloured, per_mm)
        if strokes:
            copy = marks.take_out(copy, frame, pens, np.zeros_like(pens), strokes, ratio)
            done["pen_strokes_taken_out"] = len(strokes)
            coloured = marks.not_of_pens(coloured, red, pens)
        colours = frame if coloured else None
        over = marks.over_print(coloured, frame, red, blue, per_mm)
        if over:
            copy = marks.take_out(copy, frame, red, blue, over, ratio)
            done["marks_taken_out"] = [mark.kind for mark in over]
        found += [_scaled(mark, ratio) for mark in coloured]
    if not first.bilevel:
        uneven = first.unevenness > UNEVEN or first.paper < DARK_PAPER or quad is not None
        if uneven or first.ink > PALE_INK:
            copy = light.even_out(copy, first.ink > PALE_INK)
            done["evened"] = True
    rules, table, drawn = _rules(copy, _per_mm(dpi * scale))
    found += rules
    long = [mark for mark in rules if marks.length(mark) > LEAST_TAKEN * _per_mm(dpi * scale)]
    if long:
        copy = marks.without_rules(copy, long, _per_mm(dpi * scale))
        for grid in drawn:
            grids.erased(copy, grid, _per_mm(dpi * scale), marks.RULE_INK)
        done["rules_taken_out"] = len(long)
    return Cleaned(
        copy, dpi * scale, turn, back, measures, marks=tuple(found), steps=(_step(measures, done),),
        cells=tuple(table), colours=colours,
    )


def _step(measures: Measures, done: dict[str, Any]) -> Step:
    return Step("clean", VERSION, {"measured": measures.as_json(), "done": done})


def _per_mm(dpi: float) -> float:
    return dpi / 25.4


def _scaled(mark: Mark, ratio: float) -> Mark:
    return replace(
        mark, left=mark.left * ratio, top=mark.top * ratio, right=mark.right * ratio, bottom=mark.bottom * ratio
    )


def _scale(x_height: float, wanted: float | None) -> float:
    low, high = GOOD_X_HEIGHTS
    if x_height <= 0 or (wanted is None and low <= x_height <= high):
        return 1.0
    return min(MOST_ENLARGED, (wanted or WANTED_X_HEIGHT) / x_height)


# --- geometry -----------------------------------------------------------------------------------------------


def _turned_back(turn: int, width: int, height: int) -> Matrix:
    """From pixels of the image after `turn` clockwise to pixels of the `width` x `height` image before it."""
    match turn:
        case 90:
            rows = [[0, 1, 0], [-1, 0, height], [0, 0, 1]]
        case 180:
            rows = [[-1, 0, width], [0, -1, height], [0, 0, 1]]
        case 270:
            rows = [[0, -1, width], [1, 0, 0], [0, 0, 1]]
        case _:
            rows = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    return np.array(rows, dtype=np.float64)


def _small_frame(flat: Image, to_image: Matrix, size: tuple[int, int]) -> Image:
    """The frame at about 1600 pixels, for looking at."""
    factor = min(1.0, 1600 / max(size))
    if np.array_equal(to_image, np.eye(3)):
        return measure.small_copy(flat, 1600)[0]
    target = (round(size[0] * factor), round(size[1] * factor))
    back = to_image @ np.diag([1 / factor, 1 / factor, 1.0])
    framed: Image = cv2.warpPerspective(
        flat, back, target, flags=cv2.INTER_AREA | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    return framed


def _full_frame(flat: Image, to_image: Matrix, size: tuple[int, int]) -> Image:
    framed: Image = cv2.warpPerspective(
        flat, to_image, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    return framed


def _apply(
    flat: Image, to_image: Matrix, size: tuple[int, int], skew: float, scale: float, bent: sheet.Bend | None,
    whole: bool,
) -> tuple[Image, Back]:
    """The frame of `size` turned back by its skew, scaled and unbent, and the way back to the image.

    `whole` says that the frame is the whole picture, whose corners must not be cut off by the turning.
    """
    width, height = size
    angle = math.radians(skew)
    cos, sin = math.cos(angle), math.sin(angle)
    wide, high = (
        (abs(width * cos) + abs(height * sin), abs(width * sin) + abs(height * cos)) if whole
        else (float(width), float(height))
    )
    target = (max(1, round(wide * scale)), max(1, round(high * scale)))
    # From the copy's pixels to the frame's.
    sx, sy = wide / target[0], high / target[1]
    to_frame = np.array([
        [cos * sx, -sin * sy, width / 2 - cos * wide / 2 + sin * high / 2],
        [sin * sx, cos * sy, height / 2 - sin * wide / 2 - cos * high / 2],
        [0, 0, 1],
    ])
    # A strong reduction by interpolation skips pixels: averaged down first.
    reduction = 1.0
    source = flat
    if scale < 0.85:
        reduction = scale
        source = cv2.resize(flat, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    shrink = np.diag([source.shape[1] / flat.shape[1], source.shape[0] / flat.shape[0], 1.0])
    if bent is None:
        to_all = to_image @ to_frame
        back = Back(to_all)
        if skew == 0.0 and reduction != 1.0 and _is_upright(to_image) and source.shape == (target[1], target[0]):
            return source, back
        if scale == 1.0 and skew == 0.0 and _is_quarter(to_image):
            return _quarter(flat, to_image), back
        copy: Image = cv2.warpPerspective(
            source, shrink @ to_all, target, flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT if whole else cv2.BORDER_REPLICATE, borderValue=255,
        )
        return copy, back
    step = 16.0
    back = Back(to_frame, sheet.straightening(bent, round(step)), step, to_image)
    return _remapped(source, back, shrink, target), back


def _is_upright(matrix: Matrix) -> bool:
    return bool(np.allclose(matrix, np.eye(3)))


def _is_quarter(matrix: Matrix) -> bool:
    """Whether the map is a turn by quarters and nothing else."""
    corner = np.abs(matrix[:2, :2])
    return bool(np.allclose(np.sort(corner.ravel()), [0, 0, 1, 1]) and np.allclose(matrix[2], [0, 0, 1]))


def _quarter(flat: Image, to_image: Matrix) -> Image:
    a, b = to_image[0, 0], to_image[0, 1]
    turn = 0 if a > 0.5 else 180 if a < -0.5 else 90 if b > 0.5 else 270
    return measure.turned(flat, turn)


def _remapped(source: Image, back: Back, shrink: Matrix, target: tuple[int, int]) -> Image:
    """The copy drawn through `back`, the map worked out at every 8th pixel."""
    step = 8
    xs = np.arange(0, target[0] + step, step, dtype=np.float64)
    ys = np.arange(0, target[1] + step, step, dtype=np.float64)
    grid = np.stack(np.meshgrid(xs, ys), axis=2)
    places = back.points(grid.reshape(-1, 2)).reshape(grid.shape)
    places = places * [shrink[0, 0], shrink[1, 1]]
    rows, columns = places.shape[:2]
    # Upsampled so that node (i, j) falls on pixel (i * step, j * step).
    grow = np.array([[step, 0, 0], [0, step, 0]], dtype=np.float64)
    planes = [
        cv2.warpAffine(
            np.ascontiguousarray(places[..., k].astype(np.float32)), grow, (columns * step, rows * step),
            flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE,
        )[: target[1], : target[0]]
        for k in (0, 1)
    ]
    copy: Image = cv2.remap(source, planes[0], planes[1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return copy


def _colour_frame(image: Image, back: Back, copy: Image) -> tuple[Image, float]:
    """A small colour picture of the copy, and how many of the copy's pixels go to one of it."""
    ratio = max(1.0, max(copy.shape) / SMALL)
    target = (round(copy.shape[1] / ratio), round(copy.shape[0] / ratio))
    small, scale = measure.small_copy(image, round(SMALL * 1.3))
    reach = Back(back.first @ np.diag([ratio, ratio, 1.0]), back.mesh, back.step, back.second)
    return _remapped(small, reach, np.diag([scale, scale, 1.0]), target), ratio


def _rules(copy: Image, per_mm: float) -> tuple[list[Mark], list[cells.Cell], list[grids.Grid]]:
    """Ruling lines, looked for on a copy of about 120 dpi, the cells of a table between them, and the grids drawn."""
    factor = min(1.0, 4.8 / per_mm)
    small = copy if factor == 1.0 else cv2.resize(copy, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    ink: npt.NDArray[np.uint8] = (small < 170).astype(np.uint8)
    lines, where = marks.ruling_lines(ink, per_mm * factor)
    height, width = ink.shape
    # A line along the very edge is the scanner's or the sheet's own.
    inner = [
        mark for mark in lines
        if (mark.kind == "rule" and 0.015 * height < mark.top and mark.bottom < 0.985 * height)
        or (mark.kind == "vertical_rule" and 0.02 * width < mark.left and mark.right < 0.98 * width)
    ]
    faint = (small < np.median(small) - FAINT).astype(np.uint8)
    drawn = grids.find(faint, inner, per_mm * factor)
    levels = level_tables.long_levels(faint, inner, per_mm * factor)
    inner = grids.completed(inner, drawn, [mark for table in levels for mark in table])
    parted = [
        grid for table in levels
        for grid in level_tables.between_levels(faint, [mark for mark in table if mark in inner], per_mm * factor)
    ]
    unruled = white_tables.find(faint, inner, [*drawn, *parted], per_mm * factor)
    found = cells.find(where, per_mm * factor, [*drawn, *parted, *unruled])
    table = [
        (round(x0 / factor), round(y0 / factor), round(x1 / factor), round(y1 / factor)) for x0, y0, x1, y1 in found
    ]
    # White parts these columns: no upright rule is to be taken out, and letters may begin at its very edge.
    ruled = [*drawn, *(replace(grid, down=tuple((None,) * len(sides) for sides in grid.down)) for grid in parted)]
    return [_scaled(mark, 1 / factor) for mark in inner], table, [grid.scaled(1 / factor) for grid in ruled]
