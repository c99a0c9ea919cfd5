"""A page image becomes an upright, straight, even copy for the recogniser, with the way back to the original.

Only a copy is cleaned; the archived image is not touched. Everything is measured first (`measure.py`, `sheet.py`) and
only what is needed is done, since each treatment costs letters somewhere. Tesseract reads grey, so nothing is made
black and white here. All geometry is one map applied once (`frames.py`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.document import LARGEST_TYPE, USUAL_TYPE, Step, Turn
from pipeline.imaging import cells, grids, level_tables, light, marks, measure, sheet, streaks, ticks, white_tables
from pipeline.imaging.frames import Frame, remapped, turned_back
from pipeline.imaging.images import Back, Cleaned, Mark
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
X_HEIGHT = 0.46  # of the type size, of the faces that offices use
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
    return Cleaned(flat, dpi, turn, Back(turned_back(turn, width, height)), measures)


def clean(
    image: Image, dpi: float, turn: Turn | None = None, x_height: float | None = None, on_desk: bool = True
) -> Cleaned:
    """The OCR copy of a page image (grey or RGB). `turn` overrides what the image itself says about which way is up,
    `x_height` the size in pixels that letters are brought to. `on_desk` says whether a sheet on something darker is
    looked for.

    The evidence for the turn here is of the image alone; `pages.py` checks it by reading.
    """
    first = measure.measure(image)
    if first.ink_share < BLANK_INK and not first.dark_background:
        step = _step(first, {"blank": True})
        return Cleaned(measure.grey(image), dpi, 0, Back(np.eye(3)), first, blank=True, steps=(step,))
    done: dict[str, Any] = {}
    image, flat = _without_dirt(image, first, dpi, done)
    frame, small = _turned_up(_framed(flat, first, on_desk, done), turn, done)
    mask = measure.ink_mask(measure.small_copy(small)[0])
    skew = measure.skew_angle(mask)
    if frame.is_sheet and abs(skew) > NO_SHEET:
        return clean(image, dpi, turn, x_height, on_desk=False)
    bent = sheet.bend(mask, frame.size) if frame.is_sheet or not first.bilevel else None
    letters = first.x_height if frame.has_its_size else measure.measured_x_height(frame.drawn())
    measures = replace(first, skew=skew, x_height=letters, bend=0.0 if bent is None else bent.depth)
    scale = _scale(letters, x_height)
    copy, back = _straightened(frame, measures, bent, scale, done)
    if scale != 1.0:
        done["scaled"] = round(scale, 3)
    dpi = _believed_dpi(dpi, letters, done)
    per_mm = _per_mm(dpi * scale)
    copy, coloured, colours = _without_colour(copy, image, back, first, frame.is_sheet, per_mm, done)
    copy = _evened(copy, first, frame.is_sheet, done)
    copy, ticked = ticks.without_ticks(copy, letters * scale)
    if ticked:
        done["ticks_taken_out"] = ticked
    copy, rules, table = _without_rules(copy, per_mm, done)
    return Cleaned(
        copy, dpi * scale, frame.turn, back, measures, marks=(*coloured, *rules), steps=(_step(measures, done),),
        cells=tuple(table), colours=colours, scale=scale,
    )


# --- the steps: each notes what it did under its name in `done` ----------------------------------------------


def _without_dirt(image: Image, first: Measures, dpi: float, done: dict[str, Any]) -> tuple[Image, Image]:
    """The image, and its grey with dark print on light, both without what a scanner or a copier added."""
    if image.ndim == 3 and not first.dark_background:
        unstriped = light.without_stripes(image)
        if unstriped is not None:
            image, done["stripes_taken_out"] = unstriped, True
    flat = measure.grey(image)
    if first.dark_background:
        flat = cv2.bitwise_not(flat)
        done["inverted"] = True
    else:
        image, streaked = streaks.without_streaks(image, flat, dpi)
        if streaked:
            done["streaks_taken_out"] = streaked
            flat = measure.grey(image)
    if first.bilevel and first.specks > measure.SPECKLED:
        flat = light.without_specks(flat, first.x_height)
        done["specks_taken_out"] = True
    return image, flat


def _framed(flat: Image, first: Measures, on_desk: bool, done: dict[str, Any]) -> Frame:
    """The sheet by its corners, where one lies on something darker; else the whole picture without dark borders."""
    quad = sheet.corners(flat) if on_desk and not first.bilevel else None
    if quad is not None:
        matrix, size = sheet.flattening(quad)
        done["sheet"] = [[round(float(value)) for value in point] for point in quad]
        return Frame(flat, size, np.asarray(np.linalg.inv(matrix), dtype=np.float64), is_sheet=True)
    flat, edges = light.without_borders(flat, first.x_height)
    if edges:
        done["borders_taken_out"] = edges
    return Frame(flat, (flat.shape[1], flat.shape[0]), np.eye(3))


def _turned_up(frame: Frame, turn: Turn | None, done: dict[str, Any]) -> tuple[Frame, Image]:
    """The frame with its head up, by `turn` or by its own evidence, and a small copy of it."""
    small = frame.small()
    turn = measure.turn_of(small) if turn is None else turn
    if not turn:
        return frame, small
    done["turned"] = turn
    return frame.turned(turn), measure.turned(small, turn)


def _straightened(
    frame: Frame, measures: Measures, bent: sheet.Bend | None, scale: float, done: dict[str, Any]
) -> tuple[Image, Back]:
    """The copy of a frame, scaled, its lines straight and level, and the way back: one map, applied once."""
    least = sheet.LEAST_BEND if frame.is_sheet else sheet.PLAIN_BEND
    skew = 0.0
    if bent is not None and bent.depth > max(2.0, least * (measures.x_height or 16.0)):
        done["uncurled"] = round(bent.depth, 1)
    else:
        bent = None
        if abs(measures.skew) >= LEAST_SKEW:
            skew = measures.skew
            done["deskewed"] = round(skew, 2)
    # beside grey paper, or paper that is darker at its edges, white would be dark print's edge once it is made even
    copy, back = frame.copied(skew, scale, bent, white=not _is_uneven(measures, frame.is_sheet))
    return (sheet.without_rim(copy) if frame.is_sheet else copy), back


def _without_colour(
    copy: Image, image: Image, back: Back, first: Measures, is_sheet: bool, per_mm: float, done: dict[str, Any]
) -> tuple[Image, list[Mark], Image | None]:
    """The copy without coloured ink over print, the marks in colour, and the colours where there are such marks."""
    if image.ndim != 3 or first.coloured <= COLOURED:
        return copy, [], None
    frame, ratio = _colour_frame(image, back, copy)
    red, blue = marks.colour_masks(frame)
    coloured = marks.coloured_marks(red, blue, per_mm / ratio)
    pens, strokes = marks.pen_strokes(red, frame, coloured, per_mm / ratio)
    if strokes:
        copy = marks.take_out(copy, frame, pens, np.zeros_like(pens), strokes, ratio)
        done["pen_strokes_taken_out"] = len(strokes)
        coloured = marks.not_of_pens(coloured, red, pens)
    over = marks.over_print(coloured, frame, red, blue, per_mm / ratio)
    if over:
        copy = marks.take_out(copy, frame, red, blue, over, ratio)
        done["marks_taken_out"] = [mark.kind for mark in over]
    if not coloured:
        return copy, [], None
    lit = light.on_white(frame) if _is_uneven(first, is_sheet) else frame
    return copy, [_scaled(mark, ratio) for mark in coloured], lit


def _evened(copy: Image, first: Measures, is_sheet: bool, done: dict[str, Any]) -> Image:
    """The copy with its paper white and its print dark; a bilevel page has both."""
    if first.bilevel or not (_is_uneven(first, is_sheet) or first.ink > PALE_INK):
        return copy
    done["evened"] = True
    return light.even_out(copy, first.ink > PALE_INK)


def _is_uneven(measures: Measures, is_sheet: bool) -> bool:
    """Whether the paper is grey, or lighter here than there."""
    return measures.unevenness > UNEVEN or measures.paper < DARK_PAPER or is_sheet


def _without_rules(copy: Image, per_mm: float, done: dict[str, Any]) -> tuple[Image, list[Mark], list[cells.Cell]]:
    """The copy without its long ruling lines, all of these, and the cells of its tables."""
    rules, table, drawn = _rules(copy, per_mm)
    long = [mark for mark in rules if marks.length(mark) > LEAST_TAKEN * per_mm]
    if long:
        copy = marks.without_rules(copy, long, per_mm)
        for grid in drawn:
            grids.erased(copy, grid, per_mm, marks.RULE_INK)
        done["rules_taken_out"] = len(long)
    return copy, rules, table


def _step(measures: Measures, done: dict[str, Any]) -> Step:
    return Step("clean", VERSION, {"measured": measures.as_json(), "done": done})


def _believed_dpi(dpi: float, x_height: float, done: dict[str, Any]) -> float:
    """The resolution at which letters have the size of print, where the stated one makes them as large as a poster's:
    each blank would be as wide as a gutter.
    """
    if x_height * 72 / dpi <= X_HEIGHT * LARGEST_TYPE:
        return dpi
    believed = x_height * 72 / (X_HEIGHT * USUAL_TYPE)
    done["dpi"] = round(believed)
    return believed


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


def _colour_frame(image: Image, back: Back, copy: Image) -> tuple[Image, float]:
    """A small colour picture of the copy, and how many of the copy's pixels go to one of it."""
    ratio = max(1.0, max(copy.shape) / SMALL)
    target = (round(copy.shape[1] / ratio), round(copy.shape[0] / ratio))
    small, scale = measure.small_copy(image, round(SMALL * 1.3))
    reach = Back(back.first @ np.diag([ratio, ratio, 1.0]), back.mesh, back.step, back.second)
    return remapped(small, reach, np.diag([scale, scale, 1.0]), target), ratio


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
