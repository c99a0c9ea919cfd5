"""What stands on a page beside its text: seals, signatures, stamps, ruling lines.

Found on the straightened copy, in its pixels. A seal is what hides the signature's name and title from a recogniser,
and what an archivist wants to be told of; ruling lines are what a table is read by. Colour is the evidence for seals
and coloured ink; a seal that was scanned in black and white is looked for by its round outline only, with less
confidence.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.document import ObjectKind
from pipeline.imaging.images import Mark
from pipeline.imaging.recognisers import Image

Mask = npt.NDArray[np.uint8]

# Sizes on paper, in millimetres: seals of authorities are 32 to 42 wide; a received stamp about 60 x 30.
SEAL_SIZE = (24.0, 50.0)
LEAST_STAMP = 12.0
LEAST_RULE = 9.0
THICKEST_RULE = 1.3
# Of a found rule, runs of ink of this length are taken out; the bars of letters are shorter.
STRAIGHT = 5.0
RULE_INK = 190
# All channels of black print are below this level; a mark lies over print when so much of its own size is black next
# to it: 0.05 and more for seals and registry stamps over print, 0.00 for stamped names.
DARK, TOUCHING = 105, 0.035
# The stroke of a red pen over print: longer and thinner, in millimetres, than the letters of a stamp; print is no
# lighter and no more coloured than these levels. So near a seal, and in a mark of its size, strokes may be arcs of it.
PEN_LENGTH, PEN_WIDTH, PEN_GAP, NEAR_SEAL = 12.0, 1.3, 1.4, 12.0
PRINT_LEVEL, PRINT_CHROMA = 150, 45
# A stamp has a frame: this share of three of its sides at least is inked.
FRAMED = 0.6
# Width and height in millimetres from which on a framed stamp is a form that an office fills in ("CÔNG VĂN ĐẾN / Số: /
# Ngày: / Chuyển:", about 60 x 30), no word of the document as the flat "HỎA TỐC" is.
FORM = (36.0, 18.0)


def colour_masks(frame: Image) -> tuple[Mask, Mask]:
    """Where there is red ink and where there is blue, on an RGB copy. Yellowed paper and brown stains are neither."""
    hsv = cv2.cvtColor(frame, cv2.COLOR_RGB2HSV)
    hue, strength, light = hsv[..., 0], hsv[..., 1], hsv[..., 2]
    # Chroma in grey levels: a dark pixel is "saturated" by noise alone.
    chroma = frame.max(axis=2).astype(np.int16) - frame.min(axis=2)
    plain = (strength > 55) & (chroma > 38) & (light > 60)
    red = plain & ((hue <= 9) | (hue >= 160))
    blue = plain & (hue >= 95) & (hue <= 140)
    return red.astype(np.uint8), blue.astype(np.uint8)


def coloured_marks(red: Mask, blue: Mask, per_mm: float) -> list[Mark]:
    """Seals and stamps in red, signatures in blue, in pixels of the masks (`per_mm` pixels to a millimetre)."""
    found = []
    for left, top, right, bottom, filled in _clusters(red, per_mm * 2.5):
        width, height = (right - left) / per_mm, (bottom - top) / per_mm
        if filled < 12 * per_mm * per_mm:
            continue
        round_seal = 0.72 < width / height < 1.4 and SEAL_SIZE[0] < max(width, height) < SEAL_SIZE[1]
        if round_seal:
            found.append(Mark("seal", left, top, right, bottom, 0.95))
        elif max(width, height) > LEAST_STAMP and min(width, height) > 4:
            found.append(Mark("stamp", left, top, right, bottom, 0.7))
    for left, top, right, bottom, filled in _clusters(blue, per_mm * 2.5):
        width, height = (right - left) / per_mm, (bottom - top) / per_mm
        if filled > 4 * per_mm * per_mm and width > 8 and height > 5:
            shape = 0.75 < width / height < 1.35 and SEAL_SIZE[0] < max(width, height) < SEAL_SIZE[1]
            dense = filled > 0.12 * (right - left) * (bottom - top)
            kind: ObjectKind = "seal" if shape and dense else "signature"
            if width > 1.3 * LEAST_STAMP and _is_framed(blue[top:bottom, left:right]):
                kind = "stamp"
            found.append(Mark(kind, left, top, right, bottom, 0.7))
    return [mark for mark in found if not any(_is_inside(mark, other) for other in found if other is not mark)]


def _is_framed(ink: Mask) -> bool:
    """Whether there is a line along most sides of a mark, askew by a few degrees or not."""
    high, wide = max(1, ink.shape[0] // 5), max(1, ink.shape[1] // 8)
    sides = (ink[:high].any(axis=0), ink[-high:].any(axis=0), ink[:, :wide].any(axis=1), ink[:, -wide:].any(axis=1))
    return sum(float(side.mean()) > FRAMED for side in sides) >= 3


def _is_inside(mark: Mark, other: Mark) -> bool:
    """Whether a mark is a part of another of its colour: the words of a framed stamp, the star of a seal."""
    if (mark.kind == "signature") != (other.kind == "signature"):
        return False
    return (
        other.left <= mark.left and other.top <= mark.top and mark.right <= other.right
        and mark.bottom <= other.bottom
    )


def _clusters(mask: Mask, reach: float) -> list[tuple[int, int, int, int, int]]:
    """Boxes of the parts of a mask that lie within `reach` of one another, with their number of pixels."""
    if not mask.any():
        return []
    size = max(1, round(reach))
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    inked = np.bincount(labels[mask > 0], minlength=count)
    return [
        (int(x), int(y), int(x + w), int(y + h), int(inked[i + 1]))
        for i, (x, y, w, h, _) in enumerate(stats[1:])
    ]


def ruling_lines(ink: Mask, per_mm: float) -> tuple[list[Mark], Mask]:
    """Straight level and upright lines, in pixels of `ink` (1 where there is ink), and where they run."""
    found: list[Mark] = []
    lines = np.zeros_like(ink)
    least, thickest = round(LEAST_RULE * per_mm), max(2.0, THICKEST_RULE * per_mm)
    # Lines of bilevel scans are jagged by a pixel or two: closed across before they are looked for along.
    for kind, shape, across in (("rule", (1, least), (3, 1)), ("vertical_rule", (least, 1), (1, 3))):
        closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones(across, np.uint8))
        straight = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones(shape, np.uint8))
        gap = max(3, round(1.2 * per_mm))
        bridge = (1, gap) if kind == "rule" else (gap, 1)
        straight = cv2.morphologyEx(straight, cv2.MORPH_CLOSE, np.ones(bridge, np.uint8))
        _, labels, stats, _ = cv2.connectedComponentsWithStats(straight, connectivity=8)
        for label, (x, y, w, h, area) in enumerate(stats[1:], 1):
            length, breadth = (w, h) if kind == "rule" else (h, w)
            thickness = area / max(1, length)
            if thickness <= thickest and breadth <= max(4 * thickest, 0.02 * length):
                name: ObjectKind = "rule" if kind == "rule" else "vertical_rule"
                found.append(Mark(name, float(x), float(y), float(x + w), float(y + h), 0.9))
                lines[y : y + h, x : x + w] |= (labels[y : y + h, x : x + w] == label).astype(np.uint8)
    return found, lines


def length(mark: Mark) -> float:
    """The longer side of its box, in pixels."""
    return max(mark.right - mark.left, mark.bottom - mark.top)


def without_rules(flat: Image, rules: list[Mark], per_mm: float) -> Image:
    """The OCR copy without its ruling lines: engines read them as dashes, bars and underscores, and lose the cells of
    a table between them. Letters that touch a line keep all but its thickness."""
    out = flat.copy()
    least = max(9, round(STRAIGHT * per_mm))
    for mark in rules:
        level = mark.kind == "rule"
        if not level and mark.kind != "vertical_rule":
            continue
        pad = round(0.6 * per_mm) + 2
        left, top = max(0, int(mark.left) - pad), max(0, int(mark.top) - pad)
        place = np.s_[top : int(mark.bottom) + pad + 1, left : int(mark.right) + pad + 1]
        zone = flat[place]
        ink = (zone < RULE_INK).astype(np.uint8)
        along, across = ((1, least), (3, 1)) if level else ((least, 1), (1, 3))
        closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones(across, np.uint8))
        straight = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones(along, np.uint8))
        out[place][cv2.dilate(straight, np.ones(across, np.uint8)) > 0] = np.median(zone)
    return out


def over_print(marks: list[Mark], frame: Image, red: Mask, blue: Mask, per_mm: float) -> list[Mark]:
    """The coloured marks that lie over black print: seals, stamps that touch it, and what was written into these.

    A stamp beside the print is text (a stamped name, a stamp of urgency), and so is what is written in a blank, but a
    registry's form goes wherever it stands. A signature stays too: an engine takes it for a picture as long as it is
    whole.
    """
    dark = frame.max(axis=2) < DARK
    reach = np.ones((max(3, round(0.5 * per_mm)) | 1,) * 2, np.uint8)
    found = [mark for mark in marks if mark.kind == "seal"]
    for mark in marks:
        if mark.kind != "stamp":
            continue
        zone = np.s_[int(mark.top) : int(mark.bottom) + 1, int(mark.left) : int(mark.right) + 1]
        ink = (_ink_of(mark, red, blue))[zone]
        size = ((mark.right - mark.left) / per_mm, (mark.bottom - mark.top) / per_mm)
        form = size[0] > FORM[0] and size[1] > FORM[1] and _is_framed(ink)
        if form or np.count_nonzero(dark[zone] & (cv2.dilate(ink, reach) > 0)) > TOUCHING * np.count_nonzero(ink):
            found.append(mark)
            found += [other for other in marks if other.kind == "signature" and _meet(mark, other)]
    return found


def pen_strokes(red: Mask, frame: Image, marks: list[Mark], per_mm: float) -> tuple[Mask, list[Mark]]:
    """What a red pen drew over print, rings around words and lines through or under them: its ink and, as boxes, its
    strokes. `marks` are the coloured marks; what lies in a seal or a stamp of its size is left to these.
    """
    size = max(1, round(PEN_GAP * per_mm)) | 1
    joined = cv2.morphologyEx(red, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    for mark in marks:
        if mark.kind == "seal" or min(mark.right - mark.left, mark.bottom - mark.top) > SEAL_SIZE[0] * per_mm:
            rim = round(NEAR_SEAL * per_mm)
            top, left = max(0, int(mark.top) - rim), max(0, int(mark.left) - rim)
            joined[top : int(mark.bottom) + rim, left : int(mark.right) + rim] = 0
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    spread = frame.max(axis=2).astype(np.int16) - frame.min(axis=2)
    printed = (frame.max(axis=2) < PRINT_LEVEL) & (spread < PRINT_CHROMA)
    strokes, ink = [], np.zeros_like(red)
    for label in range(1, count):
        x, y, w, h, area = (int(value) for value in stats[label])
        if max(w, h) < PEN_LENGTH * per_mm / 3 or area < PEN_LENGTH * per_mm:
            continue
        place = np.s_[max(0, y - size) : y + h + size, max(0, x - size) : x + w + size]
        stroke = (labels[place] == label).astype(np.uint8)
        # Over the width of a stroke the distance from its edge is a quarter of that width in the mean.
        width = 4 * float(cv2.distanceTransform(cv2.copyMakeBorder(stroke, 1, 1, 1, 1, 0), cv2.DIST_L2, 3).sum()) / area
        if width > PEN_WIDTH * per_mm or area / width < PEN_LENGTH * per_mm:
            continue
        if (printed[place] & (cv2.dilate(stroke, np.ones((size, size), np.uint8)) > 0)).any():
            ink[place] |= stroke & red[place]
            strokes.append(Mark("stamp", float(x), float(y), float(x + w), float(y + h), 0.7))
    return ink, strokes


def not_of_pens(marks: list[Mark], red: Mask, pens: Mask) -> list[Mark]:
    """The coloured marks without those whose ink is that of a pen."""
    def is_pen(mark: Mark) -> bool:
        zone = np.s_[int(mark.top) : int(mark.bottom) + 1, int(mark.left) : int(mark.right) + 1]
        return bool(2 * np.count_nonzero(pens[zone]) > np.count_nonzero(red[zone]))

    return [mark for mark in marks if mark.kind != "stamp" or not red.any() or not is_pen(mark)]


def _meet(mark: Mark, other: Mark) -> bool:
    """Whether two boxes overlap."""
    return (
        mark.left < other.right and other.left < mark.right and mark.top < other.bottom and other.top < mark.bottom
    )


def _ink_of(mark: Mark, red: Mask, blue: Mask) -> Mask:
    """Of the two inks, the one that the mark has more of."""
    zone = np.s_[int(mark.top) : int(mark.bottom) + 1, int(mark.left) : int(mark.right) + 1]
    return red if np.count_nonzero(red[zone]) >= np.count_nonzero(blue[zone]) else blue


def take_out(flat: Image, frame: Image, red: Mask, blue: Mask, marks: list[Mark], scale: float) -> Image:
    """The OCR copy with the ink of the marks made paper.

    `frame` is the colour copy, `scale` pixels of `flat` to one of it. Where black lies under the ink, the channel of
    the ink's own colour shows the black alone, so nothing of the print is lost.
    """
    out = flat.copy()
    for mark in marks:
        left, top = max(0, int(mark.left) - 2), max(0, int(mark.top) - 2)
        right, bottom = int(mark.right) + 3, int(mark.bottom) + 3
        ink = _ink_of(mark, red, blue)
        zone = ink[top:bottom, left:right]
        if not zone.any():
            continue
        wide = cv2.dilate(zone, np.ones((5, 5), np.uint8))
        channel = frame[top:bottom, left:right, 0 if ink is red else 2]
        level = max(1.0, float(np.percentile(channel[zone > 0], 15)))
        lit: Image = np.clip(channel * (255.0 / level), 0, 255).astype(np.uint8)
        x0, y0 = round(left * scale), round(top * scale)
        x1, y1 = min(flat.shape[1], round(right * scale)), min(flat.shape[0], round(bottom * scale))
        if x1 - x0 < 2 or y1 - y0 < 2:
            continue
        size = (x1 - x0, y1 - y0)
        cover = cv2.resize(wide.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
        without = cv2.resize(lit, size, interpolation=cv2.INTER_CUBIC)
        old = out[y0:y1, x0:x1]
        # No lighter than the paper: engines stretch what little contrast a line has, and would read white letters.
        without = np.minimum(without, np.uint8(np.median(old)))
        out[y0:y1, x0:x1] = np.where(cover > 0.25, np.maximum(old, without), old)
    return out
