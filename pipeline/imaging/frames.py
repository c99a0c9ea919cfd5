"""The part of a picture that is worked on, and the one map that makes the copy of it.

Turn, corners, bend, tilt and scale are put together before a pixel is moved: each drawing anew costs sharpness.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pipeline.document import Turn
from pipeline.imaging import measure, sheet
from pipeline.imaging.images import Back, Matrix
from pipeline.imaging.recognisers import Image

MUCH_REDUCED = 0.85  # below this scale interpolation would skip pixels
BEND_STEP = 16  # pixels between the points at which a bend is worked out
SMALL = 1600  # pixels of the long side of the frame for looking at


@dataclass(frozen=True, slots=True)
class Frame:
    """What of the picture is worked on: all of it, or the sheet that lies in it.

    `size` is its width and height in pixels as it stands upright, `to_image` the map from its pixels to those of the
    picture `flat` (grey, dark on light), `turn` how it was turned.
    """

    flat: Image
    size: tuple[int, int]
    to_image: Matrix
    is_sheet: bool = False
    turn: Turn = 0

    @property
    def has_its_size(self) -> bool:
        """Whether its letters are as high as those of the picture."""
        return not self.is_sheet and self.turn in (0, 180)

    def turned(self, turn: Turn) -> Frame:
        """Turned clockwise."""
        size = self.size if turn == 180 else self.size[::-1]
        return replace(self, to_image=self.to_image @ turned_back(turn, *self.size), size=size, turn=turn)

    def small(self) -> Image:
        """Drawn at about SMALL pixels."""
        factor = min(1.0, SMALL / max(self.size))
        if np.array_equal(self.to_image, np.eye(3)):
            return measure.small_copy(self.flat, SMALL)[0]
        target = (round(self.size[0] * factor), round(self.size[1] * factor))
        back = self.to_image @ np.diag([1 / factor, 1 / factor, 1.0])
        framed: Image = cv2.warpPerspective(
            self.flat, back, target, flags=cv2.INTER_AREA | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
        )
        return framed

    def drawn(self) -> Image:
        framed: Image = cv2.warpPerspective(
            self.flat, self.to_image, self.size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return framed

    def copied(self, skew: float, scale: float, bent: sheet.Bend | None, white: bool) -> tuple[Image, Back]:
        """Turned back by its skew, scaled and unbent, and the way back to the picture.

        A frame that is the whole picture grows, so that turning does not cut off its corners; what it grows by is
        `white`, or as its edges are.
        """
        width, height = self.size
        angle = math.radians(skew)
        cos, sin = math.cos(angle), math.sin(angle)
        wide, high = float(width), float(height)
        if not self.is_sheet:
            wide, high = abs(width * cos) + abs(height * sin), abs(width * sin) + abs(height * cos)
        target = (max(1, round(wide * scale)), max(1, round(high * scale)))
        # From the copy's pixels to the frame's.
        sx, sy = wide / target[0], high / target[1]
        to_frame = np.array([
            [cos * sx, -sin * sy, width / 2 - cos * wide / 2 + sin * high / 2],
            [sin * sx, cos * sy, height / 2 - sin * wide / 2 - cos * high / 2],
            [0, 0, 1],
        ])
        reduced = scale < MUCH_REDUCED
        source = self.flat
        if reduced:  # averaged down first
            source = cv2.resize(self.flat, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        shrink = np.diag([source.shape[1] / self.flat.shape[1], source.shape[0] / self.flat.shape[0], 1.0])
        if bent is None:
            to_all = self.to_image @ to_frame
            back = Back(to_all)
            fits = source.shape == (target[1], target[0])
            if skew == 0.0 and reduced and fits and _is_upright(self.to_image):
                return source, back
            if scale == 1.0 and skew == 0.0 and _is_quarter(self.to_image):
                return _quarter(self.flat, self.to_image), back
            copy: Image = cv2.warpPerspective(
                source, shrink @ to_all, target, flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_CONSTANT if white else cv2.BORDER_REPLICATE, borderValue=255,
            )
            return copy, back
        back = Back(to_frame, sheet.straightening(bent, BEND_STEP), float(BEND_STEP), self.to_image)
        return remapped(source, back, shrink, target), back


def turned_back(turn: int, width: int, height: int) -> Matrix:
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


def remapped(source: Image, back: Back, shrink: Matrix, target: tuple[int, int]) -> Image:
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
