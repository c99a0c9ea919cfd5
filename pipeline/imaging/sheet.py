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

# A sheet must fill this share of the picture, and its surroundings must be this much darker than it (grey levels).
LEAST_SHEET = 0.25
LEAST_CONTRAST = 35.0
# Nearer than this share of the picture to all four edges, there is nothing to cut away.
AT_THE_EDGE = 0.008
A4_ASPECT = 1.414
# Lines that bend less than this share of the x-height read as well bent as straight.
LEAST_BEND = 0.25
# On a picture that is no photograph of a sheet a small bend is rather an error of measuring (flow charts, tables).
PLAIN_BEND = 0.45


def corners(flat: Image) -> npt.NDArray[np.float64] | None:
    """The sheet's corners (top left, top right, bottom right, bottom left) in pixels; None where the picture is the
    sheet."""
    small, scale = measure.small_copy(flat, 600)
    height, width = small.shape
    soft = cv2.GaussianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)), (0, 0), 2)
    level, _ = cv2.threshold(soft, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    # Half the sheet may lie in shadow: Otsu would part the shadow from the light, the desk is darker than both.
    best: npt.NDArray[np.float64] | None = None
    for cut in (level, level * 0.72, level * 0.5):
        found = _quadrilateral((soft > cut).astype(np.uint8))
        if found is not None and _stands_out(soft, found):
            best = found
            break
    if best is None:
        return None
    margin = AT_THE_EDGE * max(height, width)
    at_edge = (
        (best[:, 0] < margin) | (best[:, 0] > width - 1 - margin)
    ) & ((best[:, 1] < margin) | (best[:, 1] > height - 1 - margin))
    if at_edge.all():
        return None
    return best / scale


def _quadrilateral(bright: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64] | None:
    """Four corners of the largest bright region, by a straight line through each of its sides."""
    height, width = bright.shape
    opened = cv2.morphologyEx(bright, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8))
    outlines, _ = cv2.findContours(opened, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    outline = max(outlines, key=cv2.contourArea)
    area = cv2.contourArea(outline)
    if area < LEAST_SHEET * height * width:
        return None
    hull = cv2.convexHull(outline)
    if area < 0.9 * cv2.contourArea(hull):
        return None
    rough = None
    for share in (0.02, 0.03, 0.05, 0.08):
        approximated = cv2.approxPolyDP(hull, share * cv2.arcLength(hull, True), True)
        if len(approximated) == 4:
            rough = approximated[:, 0].astype(np.float64)
            break
    if rough is None:
        return None
    rough = _in_order(rough)
    points = outline[:, 0].astype(np.float64)
    sides = [_side(points, rough[i], rough[(i + 1) % 4]) for i in range(4)]
    exact = [_crossing(sides[i - 1], sides[i]) for i in range(4)]
    if any(point is None for point in exact):
        return rough
    result = np.array([point for point in exact if point is not None])
    return result if np.abs(result - rough).max() < 0.06 * max(height, width) else rough


def _in_order(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    total, apart = points.sum(axis=1), points[:, 0] - points[:, 1]
    return points[[total.argmin(), apart.argmax(), total.argmax(), apart.argmin()]]


def _side(
    outline: npt.NDArray[np.float64], start: npt.NDArray[np.float64], stop: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The line (a, b, c) of a x + b y = c through the outline between two corners, the corners left out."""
    along = stop - start
    length = float(np.hypot(*along))
    along = along / max(length, 1e-6)
    relative = outline - start
    reach = relative @ along
    off = np.abs(relative[:, 0] * along[1] - relative[:, 1] * along[0])
    near = outline[(reach > 0.1 * length) & (reach < 0.9 * length) & (off < 0.04 * length)]
    if len(near) < 10:
        near = np.array([start, stop])
    vx, vy, x, y = cv2.fitLine(near.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel().astype(np.float64)
    return np.array([vy, -vx, vy * x - vx * y])


def _crossing(first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]) -> npt.NDArray[np.float64] | None:
    matrix = np.array([first[:2], second[:2]])
    if abs(np.linalg.det(matrix)) < 0.1:
        return None
    point: npt.NDArray[np.float64] = np.linalg.solve(matrix, np.array([first[2], second[2]]))
    return point


def _stands_out(soft: Image, quad: npt.NDArray[np.float64]) -> bool:
    """Whether just outside the sheet it is plainly darker than just inside, along each side that is not an edge."""
    height, width = soft.shape
    centre = quad.mean(axis=0)
    for i in range(4):
        start, stop = quad[i], quad[(i + 1) % 4]
        places = start + np.linspace(0.15, 0.85, 15)[:, None] * (stop - start)
        outward = places - centre
        outward /= np.linalg.norm(outward, axis=1, keepdims=True)
        out, inside = places + 7 * outward, places - 9 * outward
        seen = (out[:, 0] >= 0) & (out[:, 0] < width) & (out[:, 1] >= 0) & (out[:, 1] < height)
        if np.count_nonzero(seen) < 5:
            continue
        dark = soft[out[seen, 1].astype(int), out[seen, 0].astype(int)].astype(float)
        light = soft[
            np.clip(inside[seen, 1], 0, height - 1).astype(int), np.clip(inside[seen, 0], 0, width - 1).astype(int)
        ].astype(float)
        if np.median(light - dark) < LEAST_CONTRAST:
            return False
    return True


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
