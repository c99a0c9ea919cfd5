"""What a reader of a page image is given and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class SeenWord:
    """One word as the engine saw it. Box in pixels (left, top, right, bottom); confidence 0 to 1.

    `line` numbers the engine's own lines and `block` its own text blocks, both counted from 0 over the page.
    """

    text: str
    left: int
    top: int
    right: int
    bottom: int
    confidence: float
    block: int = 0
    line: int = 0
    size: float | None = None
    bold: bool | None = None
    italic: bool | None = None


class Recogniser(Protocol):
    """Reads grey (H x W) or colour (H x W x 3, RGB) images of 8 bits."""

    @property
    def identity(self) -> dict[str, Any]:
        """Engine, version, models and settings: plain JSON values that name this reading for good."""

    def read(self, image: Image, *, dpi: float, timeout: float | None = None) -> tuple[SeenWord, ...]:
        """Words in the engine's reading order.

        `timeout` in seconds; raises PageTimeout beyond it, RecognitionFailed when the engine gives up,
        MissingPart when it or its language data is not installed.
        """
