"""Where the sheet of paper lies in a photograph, and how its lines bend.

Two questions to the picture, both answered with a map and never with changed pixels: the four corners of a sheet that
lies on something darker, and the displacement of text lines that do not run straight (a curled sheet, the fold of a
binding, the keystone that is left when the corners were not quite right).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging import measure
from pipeline.imaging.images import Matrix
from pipeline.imaging.recognisers import Image

# A sheet must fill this share of the picture, and be this wide and high of it.
LEAST_SHEET, LEAST_SIDE = 0.25, 0.4
# Nearer than this share of the picture to all four edges, there is nothing to cut away.
AT_THE_EDGE = 0.008
# A sheet's edge: this much lighter (in natural logarithms) from one pixel to the next of a copy of LOOKED_AT pixels.
# Light falling off and shadows stay below a third of it; white paper on a pale wooden desk has twice as much.
EDGE = 0.035
LOOKED_AT = 480
# Share of a side's length on which its edge must be seen; a side may also be the edge of the picture, at three sides
# seen, and counts as this much then.
LEAST_SEEN, RUNS_OUT = 0.45, 0.5
_SLOPES = np.arange(-0.36, 0.361, 0.02)  # up to 20 degrees from the upright and the level
_LINES_A_SIDE = 7
# How far a corner may lie outside of the picture, as a share of it.
_OUTSIDE = 0.06
# The strip along a flattened sheet's edges on which the desk may still show, since sheets bow.
RIM = 0.05
A4_ASPECT = 1.414
# Lines that bend less than this share of the x-height read as well bent as straight.
LEAST_BEND = 0.25
# On a picture that is no photograph of a sheet a small bend is rather an error of measuring (flow charts, tables).
PLAIN_BEND = 0.45


Floats = npt.NDArray[np.float64]
_SIDES = ("left", "top", "right", "bottom")


def _lightness(small: Image) -> npt.NDArray[np.float32]:
    """Logarithm of the light of a picture without its text: a shadow adds the same to a desk as to a sheet on it."""
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    soft = cv2.GaussianBlur(closed, (0, 0), 1.0).astype(np.float32)
    light: npt.NDArray[np.float32] = np.log(soft + 12.0)
    return light


def _edges(light: npt.NDArray[np.float32]) -> dict[str, npt.NDArray[np.bool_]]:
    """Where it grows lighter towards the middle of the picture, by the side of the sheet that this would be."""
    across, down = cv2.Sobel(light, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(light, cv2.CV_32F, 0, 1) / 8
    return {
        side: (step > EDGE) & (step > 0.8 * np.abs(other))
        for side, step, other in (
            ("left", across, down), ("top", down, across), ("right", -across, down), ("bottom", -down, across),
        )
    }


def _likely_lines(edge: npt.NDArray[np.bool_], upright: bool) -> list[tuple[float, float]]:
    """The straight lines that follow most of an edge, as (slope, place at the middle of the picture)."""
    if upright:
        edge = edge.T
    breadth, length = edge.shape
    places, along = np.nonzero(edge)
    if len(along) < 30:
        return []
    pad = 200  # lines may meet the middle outside of the picture
    votes = np.stack([
        np.bincount(
            np.clip(np.rint(places - slope * (along - length / 2)).astype(np.int64), -pad, breadth + pad) + pad,
            minlength=breadth + 2 * pad + 1,
        )
        for slope in _SLOPES
    ]).astype(np.float32)
    votes = cv2.blur(votes, (5, 1)) * 5
    found = []
    for _ in range(_LINES_A_SIDE):
        i, place = (int(value) for value in np.unravel_index(votes.argmax(), votes.shape))
        if votes[i, place] < 0.25 * length:
            break
        found.append((float(_SLOPES[i]), float(place - pad)))
        votes[max(0, i - 2) : i + 3, max(0, place - 8) : place + 9] = 0
    return found


def corners(flat: Image) -> Floats | None:
    """The sheet's corners (top left, top right, bottom right, bottom left) in pixels of a grey photograph; None where
    the picture is the sheet.

    Of all quadrilaterals of straight edges with the lighter side within, the one whose sides are seen best. Shadows
    and fingers interrupt a side, and a curled sheet bends it, so none need be seen whole.
    """
    small, scale = measure.small_copy(flat, LOOKED_AT)
    height, width = small.shape
    edges = _edges(_lightness(small))
    # The edge of the picture is each side's last candidate.
    lines = {
        side: np.array([*_likely_lines(edges[side], side in ("left", "right")), (0.0, border)])
        for side, border in zip(_SIDES, (0.0, 0.0, width - 1.0, height - 1.0), strict=True)
    }
    if sum(len(found) > 1 for found in lines.values()) < 3:
        return None
    picks = np.stack(np.meshgrid(*(np.arange(len(lines[side])) for side in _SIDES), indexing="ij"), -1).reshape(-1, 4)
    is_border = picks == np.array([len(lines[side]) - 1 for side in _SIDES])
    picks, is_border = picks[is_border.sum(axis=1) <= 1], is_border[is_border.sum(axis=1) <= 1]
    left, top, right, bottom = (lines[side][picks[:, i]] for i, side in enumerate(_SIDES))
    quads = np.stack([
        _meeting(upright, level, width, height)
        for upright, level in ((left, top), (right, top), (right, bottom), (left, bottom))
    ], axis=1)
    low, high = quads.min(axis=1), quads.max(axis=1)
    area = 0.5 * np.abs(_cross(quads[:, 2] - quads[:, 0], quads[:, 3] - quads[:, 1])) / (width * height)
    fits = (
        (right[:, 1] - left[:, 1] > LEAST_SIDE * width) & (bottom[:, 1] - top[:, 1] > LEAST_SIDE * height)
        & (area > LEAST_SHEET)
        & (low > [-_OUTSIDE * width, -_OUTSIDE * height]).all(axis=1)
        & (high < [(1 + _OUTSIDE) * width, (1 + _OUTSIDE) * height]).all(axis=1)
    )
    if not fits.any():
        return None
    quads, area, is_border = quads[fits], area[fits], is_border[fits]
    seen = np.stack([
        np.where(is_border[:, i], RUNS_OUT, _seen(edges[side], side, quads[:, start], quads[:, stop]))
        for i, (side, start, stop) in enumerate((("left", 3, 0), ("top", 0, 1), ("right", 1, 2), ("bottom", 2, 3)))
    ], axis=1)
    score = np.where(seen.min(axis=1) < LEAST_SEEN, 0.0, seen.sum(axis=1) + seen.min(axis=1) + 0.5 * area)
    if not score.any():
        return None
    best: Floats = quads[int(score.argmax())]
    margin = AT_THE_EDGE * max(height, width)
    at_edge = (
        (best[:, 0] < margin) | (best[:, 0] > width - 1 - margin)
    ) & ((best[:, 1] < margin) | (best[:, 1] > height - 1 - margin))
    return None if at_edge.all() else best / scale


def _cross(first: Floats, second: Floats) -> Floats:
    product: Floats = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    return product


def _meeting(upright: Floats, level: Floats, width: int, height: int) -> Floats:
    """Where upright lines x = place + slope (y - height / 2) meet level ones, pair by pair."""
    x = (upright[:, 1] + upright[:, 0] * (level[:, 1] - level[:, 0] * width / 2 - height / 2)) / (
        1 - upright[:, 0] * level[:, 0]
    )
    return np.stack([x, level[:, 1] + level[:, 0] * (x - width / 2)], axis=1)


def _seen(edge: npt.NDArray[np.bool_], side: str, start: Floats, stop: Floats) -> Floats:
    """Share of the way from each `start` to its `stop` on which there is an edge within four pixels."""
    across = np.ones((1, 9) if side in ("left", "right") else (9, 1), np.uint8)
    near = cv2.dilate(edge.astype(np.uint8), across)
    way = start[:, None] + np.linspace(0.04, 0.96, 50)[None, :, None] * (stop - start)[:, None]
    x, y = np.rint(way[..., 0]).astype(np.int64), np.rint(way[..., 1]).astype(np.int64)
    inside = (x >= 0) & (x < near.shape[1]) & (y >= 0) & (y < near.shape[0])
    hit = near[np.clip(y, 0, near.shape[0] - 1), np.clip(x, 0, near.shape[1] - 1)].astype(bool) & inside
    share: Floats = hit.sum(axis=1) / np.maximum(inside.sum(axis=1), 20)
    return share


def without_rim(copy: Image) -> Image:
    """A flattened sheet without what shows of its surroundings at its bowed sides: that strip takes the level of the
    paper beside it."""
    small, scale = measure.small_copy(copy, LOOKED_AT)
    edges = _edges(_lightness(small))
    out = copy
    for quarter, side in enumerate(_SIDES):
        # Each side is brought to the left by quarter turns.
        edge = np.rot90(edges[side], quarter)
        strip = max(3, round(RIM * edge.shape[1]))
        place = (edge[:, :strip] * np.arange(1, strip + 1)).max(axis=1).astype(np.uint8)
        place = cv2.medianBlur(place.reshape(-1, 1), 31).ravel()
        if not place.any():
            continue
        turned = np.rot90(out.copy() if out is copy else out, quarter)
        rows = (np.arange(turned.shape[0]) * scale).astype(np.int64).clip(0, len(place) - 1)
        ends = np.where(place[rows] > 0, np.ceil((place[rows] + 2) / scale), 0).astype(np.int64)
        widest = int(ends.max())
        level = cv2.blur(np.ascontiguousarray(turned[:, widest : 2 * widest].max(axis=1).reshape(-1, 1)), (1, 31))
        covered = np.arange(widest)[None] < ends[:, None]
        turned[:, :widest][covered] = np.broadcast_to(level, covered.shape)[covered]
        out = np.rot90(turned, -quarter)
    return np.ascontiguousarray(out)


def flattening(quad: npt.NDArray[np.float64]) -> tuple[Matrix, tuple[int, int]]:
    """The map from the picture to the sheet seen from above, and the sheet's (width, height) in pixels.

    The shape of A4 is assumed where the sides come near it: perspective shortens the far side.
    """
    top, right = np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[2] - quad[1])
    bottom, left = np.linalg.norm(quad[2] - quad[3]), np.linalg.norm(quad[3] - quad[0])
    width, height = float(max(top, bottom)), float(max(left, right))
    for aspect in (A4_ASPECT, 1 / A4_ASPECT):
        if 0.88 < height / width / aspect < 1.14:
            scale = np.sqrt(width * height / aspect)
            width, height = float(scale), float(scale * aspect)
    size = (round(width), round(height))
    target = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], dtype=np.float32)
    matrix: Matrix = cv2.getPerspectiveTransform(quad.astype(np.float32), target).astype(np.float64)
    return matrix, size


# --- bent lines ---------------------------------------------------------------------------------------------

_COLUMNS, _ROWS = 24, 9
_POWERS = tuple((p, q) for p in range(1, 5) for q in range(3) if p + q <= 5)


@dataclass(frozen=True, slots=True, eq=False)
class Bend:
    """How far below its place on a flat page each point of the page stands, as a polynomial over the unit square.

    `size` is (width, height) of the page in pixels; displacements are in pixels. `places` is how many places of the
    page agreed, `residual` by how much they usually missed, as a slope.
    """

    size: tuple[int, int]
    factors: npt.NDArray[np.float64]
    places: float = 0.0
    residual: float = 0.0

    def shift(self, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Displacement at x, y (pixels of the flat page)."""
        u, v = x / self.size[0] - 0.5, y / self.size[1] - 0.5
        total = np.zeros_like(u)
        for factor, (p, q) in zip(self.factors, _POWERS, strict=True):
            total += factor * u**p * v**q
        return total

    @property
    def depth(self) -> float:
        """Largest displacement in pixels that is left when the page's tilt is taken out."""
        x, y = np.meshgrid(np.linspace(0.06, 0.94, 15) * self.size[0], np.linspace(0.08, 0.92, 9) * self.size[1])
        shift = self.shift(x.ravel(), y.ravel()).reshape(x.shape)
        slope = np.polyfit(x[0], shift.mean(axis=0), 1)
        return float(np.abs(shift - np.polyval(slope, x)).max())


def bend(mask: npt.NDArray[np.uint8], size: tuple[int, int]) -> Bend | None:
    """The bend of the text lines of a page whose ink is `mask` (of any scale); None where it cannot be told.

    Neighbouring strips of a line show the same rows of ink, moved by the slope of the line there. The slopes of all
    strips are fitted by one smooth surface, those that do not agree with it left out.
    """
    height, width = mask.shape
    strip = width // _COLUMNS
    window = height // _ROWS
    if strip < 12 or window < 40:
        return None
    reach = max(4, strip // 7)  # 8 degrees
    rows: list[tuple[float, float, float, float]] = []  # x, y, slope, weight
    columns = [
        mask[:, i * strip : (i + 1) * strip].sum(axis=1).astype(np.float64) for i in range(_COLUMNS)
    ]
    smooth = [np.convolve(column, [0.25, 0.5, 0.25], mode="same") for column in columns]
    for i in range(_COLUMNS - 2):
        # Two strips apart: the shift is twice as long and so twice as exactly read.
        first, second = smooth[i], smooth[i + 2]
        for j in range(2 * _ROWS - 1):
            top = j * window // 2
            a = first[top : top + window]
            if a.sum() < 2 * window or second[top : top + window].sum() < 2 * window:
                continue
            a = a - a.mean()
            scores = np.full(2 * reach * 2 + 1, -1.0)
            for k in range(-2 * reach, 2 * reach + 1):
                low, high = top + k, top + k + window
                if low < 0 or high > height:
                    continue
                b = second[low:high] - second[low:high].mean()
                scores[k + 2 * reach] = float(a @ b) / (np.sqrt(float(a @ a) * float(b @ b)) + 1e-6)
            best = int(scores.argmax())
            if scores[best] < 0.5 or best in (0, len(scores) - 1):
                continue
            before, at, after = scores[best - 1], scores[best], scores[best + 1]
            exact = best + 0.5 * (before - after) / (before - 2 * at + after - 1e-9)
            rows.append(((i + 1.5) * strip / width - 0.5, (top + window / 2) / height - 0.5,
                         (exact - 2 * reach) / (2 * strip) * width, scores[best] ** 2))
    if len(rows) < 25:
        return None
    u, v, slope, weight = (np.array(column) for column in zip(*rows, strict=True))
    # A page that is half empty says nothing of how its other half bends: one bend for all heights then.
    filled = len(np.unique(np.floor((v + 0.5) * _ROWS)))
    if np.ptp(u) < 0.55 or filled < 3:
        return None
    even = filled < 6
    design = np.stack([p * u ** (p - 1) * v**q * (not even or q == 0) for p, q in _POWERS], axis=1)
    prior = np.diag([1e-3 if p == 1 and q == 0 else 2e-2 for p, q in _POWERS]) * len(rows)
    keep = np.ones(len(rows), dtype=bool)
    factors = np.zeros(len(_POWERS))
    for _ in range(6):
        weighted = design[keep] * weight[keep, None]
        factors = np.linalg.solve(weighted.T @ design[keep] + prior * 0.05, weighted.T @ slope[keep])
        rest = np.abs(slope - design @ factors)
        keep = rest < max(3.0 * float(np.median(rest[keep])), 0.002 * width)
    if np.count_nonzero(keep) < max(20, 0.6 * len(rows)):
        return None
    residual = float(np.median(np.abs(slope - design @ factors)[keep]))
    # From the working copy to the page: displacements grow with the height.
    return Bend(size, factors * size[1] / height, float(np.count_nonzero(keep)), residual / width)


def straightening(bent: Bend, step: int) -> npt.NDArray[np.float32]:
    """For every `step`th pixel of the flat page, where it stands on the bent one: (rows, columns, 2)."""
    width, height = bent.size
    x, y = np.meshgrid(
        np.arange(0, width + step, step, dtype=np.float64), np.arange(0, height + step, step, dtype=np.float64)
    )
    shift = bent.shift(x.ravel(), y.ravel()).reshape(x.shape)
    return np.stack([x, y + shift], axis=2).astype(np.float32)
