"""A small reader of figures: what stands in the picture of one number, sign by sign.

The trouble: Tesseract's Vietnamese model learned running text. Alone in a cell it takes 5 for "bì" and 3 for "ổ", it
drops the comma of "47,4" with full confidence, and it has no sign at all for ≥, ≤ and ±. This network knows the signs
that numbers are written with and nothing else: any other letter is to it a letter, any other mark a mark.

Plain numpy: four convolutions over a picture of 24 rows, one more along it, then the likeliest signs from left to
right (CTC, greedy). Trained on drawn and aged numbers by `python -m pipeline.training figures`; the weights are
`data/figures.npz`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Grey = npt.NDArray[np.uint8]

# Sign 0 is "nothing"; L is any letter but I, V and X, * any mark that has no place here.
ALPHABET: Final = "\0" + "0123456789.,-/()%:;+±<>≤≥°IVXL*"
HEIGHT: Final = 24
_INK: Final = 20  # rows that the ink is brought to
_SIDE: Final = 4  # white columns on both sides
_SPECK: Final = 0.09  # of the tallest part; what covers less than this squared is no full stop
WIDEST: Final = 288  # columns of a picture; wider ones are no numbers
MOST_ENLARGED: Final = 3.0
# White columns between pictures on a strip, more than the network sees to either side; columns of a strip.
_GAP: Final = 24
_STRIP: Final = 2000
FILE: Final = Path(__file__).parent.parent / "data" / "figures.npz"


@dataclass(frozen=True, slots=True)
class Told:
    """What the network read: signs of ALPHABET, and the probability of its least sure one."""

    text: str
    confidence: float


def picture(crop: Grey) -> Floats | None:
    """The ink of a crop, dark on light, brought to `HEIGHT` rows, ink 1 and paper 0; None where there is none, or
    where it is too wide or too small to be a number."""
    paper, dark = np.percentile(crop, (90, 1))
    if paper - dark < 40:
        return None
    depth = np.clip((paper - crop.astype(np.float32)) / (paper - dark), 0, 1)
    inked = (depth > 0.45).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(inked, connectivity=8)
    # Specks beside the number would make it small in its picture.
    kept = stats[:, 4] >= (_SPECK * stats[1:, 3].max(initial=0)) ** 2
    kept[0] = False
    ys, xs = np.nonzero(kept[labels])
    if len(ys) < 6:
        return None
    tight = depth[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    height, width = tight.shape
    scale = min(MOST_ENLARGED, _INK / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if size[0] + 2 * _SIDE > WIDEST:
        return None
    small = cv2.resize(tight, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    out = np.zeros((HEIGHT, size[0] + 2 * _SIDE), np.float32)
    top = (HEIGHT - size[1]) // 2
    out[top : top + size[1], _SIDE : _SIDE + size[0]] = small
    return out


def signs(text: str) -> str:
    """A text in the signs of ALPHABET: a run of letters is one L, an unknown mark is *."""
    out: list[str] = []
    for char in text:
        if char in "–—":
            char = "-"
        if char not in ALPHABET or char in "L*":
            char = "L" if char.isalpha() else "*"
        if char != "L" or out[-1:] != ["L"]:
            out.append(char)
    return "".join(out)


class Network:
    """The weights, and reading by them; reading changes nothing."""

    def __init__(self, arrays: dict[str, Floats]) -> None:
        self.kernels = tuple(arrays[f"kernel{i}"] for i in range(5))
        self.biases = tuple(arrays[f"bias{i}"] for i in range(5))
        self.last, self.last_bias = arrays["last"], arrays["last_bias"]

    def chances(self, seen: Floats) -> Floats:
        """(columns / 2, signs) probabilities of a picture."""
        layer = seen[None]
        for i, pool in enumerate(((2, 2), (2, 1), (2, 1))):
            layer = _pooled(_convolved(layer, self.kernels[i], self.biases[i], 1), pool)
        layer = _convolved(layer, self.kernels[3], self.biases[3], 0)
        layer = _convolved(layer, self.kernels[4], self.biases[4], 0)
        scores = layer[:, 0].T @ self.last.T + self.last_bias
        scores -= scores.max(axis=1, keepdims=True)
        shares = np.exp(scores)
        told: Floats = shares / shares.sum(axis=1, keepdims=True)
        return told

    def read(self, crops: Sequence[Grey | None], signs: str = ALPHABET) -> list[Told | None]:
        """What stands in each crop (dark on light), in these signs alone; None where there is nothing to read.

        The pictures are put side by side on strips: a hundred small products would cost five times as much.
        """
        pictures = [None if crop is None else picture(crop) for crop in crops]
        told: list[Told | None] = [None] * len(pictures)
        asked = None if signs == ALPHABET else np.array([sign in signs or sign == ALPHABET[0] for sign in ALPHABET])
        strip: list[int] = []
        columns = 0
        for index, seen in enumerate(pictures):
            if seen is None:
                continue
            strip.append(index)
            columns += seen.shape[1] + _GAP + 1
            if columns > _STRIP:
                self._read_strip(pictures, strip, asked, told)
                strip, columns = [], 0
        if strip:
            self._read_strip(pictures, strip, asked, told)
        return told

    def _read_strip(
        self, pictures: list[Floats | None], strip: list[int], asked: npt.NDArray[np.bool_] | None,
        told: list[Told | None],
    ) -> None:
        parts: list[Floats] = []
        places: list[tuple[int, int, int]] = []
        column = 0
        for index in strip:
            seen = pictures[index]
            assert seen is not None
            wide = seen.shape[1] + seen.shape[1] % 2
            parts.append(np.pad(seen, ((0, 0), (0, wide - seen.shape[1] + _GAP))))
            places.append((index, column // 2, (column + wide) // 2))
            column += wide + _GAP
        chances = self.chances(np.concatenate(parts, axis=1))
        if asked is not None:
            chances = chances * asked
            chances /= chances.sum(axis=1, keepdims=True)
        for index, first, last in places:
            told[index] = _told(chances[first:last])


def _told(chances: Floats) -> Told:
    """The likeliest signs from left to right.

    How sure they are is what the least sure place gives the text: a sign the best of its columns, a column of nothing
    what it gives to nothing or to the signs beside it, where one of them may begin or end.
    """
    best = chances.argmax(axis=1)
    starts = [i for i, sign in enumerate(best) if sign and (i == 0 or sign != best[i - 1])]
    if not starts:
        return Told("", 0.0)
    columns = np.arange(len(best))
    place = np.searchsorted(starts, columns, side="right")  # how many signs have begun
    beside = np.concatenate([[0], best[starts], [0]])
    blank = best == 0
    given = chances[:, 0] + np.where(place > 0, chances[columns, beside[place]], 0)
    after = beside[place + 1]
    given += np.where((after > 0) & (after != beside[place]), chances[columns, after], 0)
    sure = [
        float(chances[columns[~blank & (place == k + 1)], best[start]].max()) for k, start in enumerate(starts)
    ]
    least = float(given[blank].min()) if blank.any() else 1.0
    return Told("".join(ALPHABET[best[start]] for start in starts), min(1.0, least, *sure))


def _convolved(layer: Floats, kernel: Floats, bias: Floats, pad: int) -> Floats:
    """ReLU of a convolution: (channels, rows, columns), as wide as before; `pad` rows above and below."""
    filters, channels, high, wide = kernel.shape
    side = wide // 2
    padded = np.pad(layer, ((0, 0), (pad, pad), (side, side)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (high, wide), axis=(1, 2))
    rows, columns = windows.shape[1:3]
    flat = windows.transpose(0, 3, 4, 1, 2).reshape(channels * high * wide, rows * columns)
    out = kernel.reshape(filters, -1) @ flat + bias[:, None]
    result: Floats = np.maximum(out, 0).reshape(filters, rows, columns)
    return result


def _pooled(layer: Floats, by: tuple[int, int]) -> Floats:
    """The largest of each (rows, columns) window."""
    high, wide = by
    rows, columns = layer.shape[1:]
    rows, columns = rows // high * high, columns // wide * wide
    cut = layer[:, :rows, :columns]
    taller = cut[:, 0::high]
    for row in range(1, high):
        taller = np.maximum(taller, cut[:, row::high])
    result: Floats = taller[:, :, 0::wide]
    for column in range(1, wide):
        result = np.maximum(result, taller[:, :, column::wide])
    return result


@cache
def network() -> Network:
    """The trained network, loaded once a process."""
    with np.load(FILE) as arrays:
        return Network({name: arrays[name].astype(np.float32) for name in arrays.files})
