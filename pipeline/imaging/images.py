"""What passes between the stages that handle pixels: the page as it came in, and its cleaned copy.

Values only. Pixels have their origin top left; `Affine` and `Back` are the only ways from one picture to another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.document import Notice, ObjectKind, Origin, Step, Turn
from pipeline.imaging.measure import Measures
from pipeline.imaging.recognisers import Image, SeenWord

Affine = tuple[float, float, float, float, float, float]  # x' = a x + b y + c, y' = d x + e y + f
Matrix = npt.NDArray[np.float64]  # 3 x 3, projective


@dataclass(frozen=True, slots=True, eq=False)
class PageInput:
    """One page on its way in: exactly one of `image`, `words` (a trusted layer) and `lines` (a text file) is set.

    `width` and `height` are points of the page as shown. `to_points` maps pixels of `image`, or the units of
    `words`, to points; words stand upright after the page was turned by `turn`. `stamps` are the lines of a small
    text layer over a scan (a digital signature), in points of the shown page.
    """

    number: int
    width: float
    height: float
    origin: Origin
    image: Image | None = None
    dpi: float | None = None
    to_points: Affine = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    words: tuple[SeenWord, ...] | None = None
    turn: int = 0
    lines: tuple[str, ...] | None = None
    stamps: tuple[tuple[SeenWord, ...], ...] = ()
    rejected_layer: str | None = None
    notices: tuple[Notice, ...] = ()
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A found object in pixels of the OCR copy."""

    kind: ObjectKind
    left: float
    top: float
    right: float
    bottom: float
    confidence: float = 1.0


def project(matrix: Matrix, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """An (n, 2) array of points through a projective map."""
    flat = np.column_stack([xy, np.ones(len(xy))]) @ matrix.T
    projected: npt.NDArray[np.float64] = flat[:, :2] / flat[:, 2:3]
    return projected


@dataclass(frozen=True, slots=True, eq=False)
class Back:
    """From pixels of the OCR copy to pixels of the page's image: a projective map, a mesh where the paper was
    curled, and another projective map.

    `mesh` holds, for every `step`th pixel of the flattened page, where it lay on the curled one.
    """

    first: Matrix
    mesh: npt.NDArray[np.float32] | None = None
    step: float = 1.0
    second: Matrix | None = None

    def points(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """An (n, 2) array of x, y brought back."""
        moved = project(self.first, xy)
        if self.mesh is not None:
            rows, columns = self.mesh.shape[:2]
            x = np.clip(moved[:, 0] / self.step, 0, columns - 1.001)
            y = np.clip(moved[:, 1] / self.step, 0, rows - 1.001)
            left, top = x.astype(int), y.astype(int)
            u, v = (x - left)[:, None], (y - top)[:, None]
            moved = (
                self.mesh[top, left] * (1 - u) * (1 - v) + self.mesh[top, left + 1] * u * (1 - v)
                + self.mesh[top + 1, left] * (1 - u) * v + self.mesh[top + 1, left + 1] * u * v
            ).astype(np.float64)
        return moved if self.second is None else project(self.second, moved)


@dataclass(frozen=True, slots=True, eq=False)
class Cleaned:
    """The copy for the recogniser: grey, upright; `turn` is how far the shown page was turned clockwise for it.

    `cells` are the boxes (left, top, right, bottom) of the cells of tables, to be read one by one. `colours` is the
    copy in RGB, often smaller, where coloured marks were found. `dpi` is that of print whose letters are as large as
    the copy's, `scale` how many of its pixels one of the page's is wide.
    """

    image: Image
    dpi: float
    turn: Turn
    back: Back
    measures: Measures
    blank: bool = False
    marks: tuple[Mark, ...] = ()
    steps: tuple[Step, ...] = ()
    cells: tuple[tuple[int, int, int, int], ...] = ()
    colours: Image | None = None
    scale: float = 1.0


def compose(first: Affine, second: Affine) -> Affine:
    """The map that applies `first`, then `second`."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return g * a + h * d, g * b + h * e, g * c + h * f + i, j * a + k * d, j * b + k * e, j * c + k * f + m


def turning(degrees: int, width: float, height: float) -> Affine:
    """The map of a plane `width` x `height` (y down) that is turned clockwise by quarter turns."""
    match degrees % 360:
        case 90:
            return 0, -1, height, 1, 0, 0
        case 180:
            return -1, 0, width, 0, -1, height
        case 270:
            return 0, 1, 0, -1, 0, width
    return 1, 0, 0, 0, 1, 0
