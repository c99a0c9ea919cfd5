"""Interchangeable readers of a page image, behind one protocol.

A recogniser is given an upright, cleaned page image and answers with words in pixels of that image; it
knows nothing of points, turns or documents. The recorded one serves the tests: it answers from files
keyed by the image's content, the engine and its settings.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt

from pipeline.errors import UsageError
from pipeline.settings import Settings

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


def of_one_block(recogniser: Recogniser) -> Recogniser:
    """The same reader told that its images are lines under one another, where it can be told so."""
    if dataclasses.is_dataclass(recogniser) and hasattr(recogniser, "segmentation"):
        return cast(Recogniser, dataclasses.replace(cast(Any, recogniser), segmentation=ONE_BLOCK))
    return recogniser


ONE_BLOCK = 6  # Tesseract's page segmentation mode for a single uniform block of text
ENGINES = ("tesseract", "pytesseract", "tesserocr")


def create(settings: Settings) -> Recogniser:
    """The recogniser that the settings name. Raises UsageError for an engine that does not exist."""
    # The implementations import the types above, so they cannot be imported before them.
    from pipeline.recognisers.tesseract import TesseractRecogniser
    from pipeline.recognisers.tesserocr import TesserocrRecogniser

    match settings.engine:
        case "tesseract":
            return TesseractRecogniser(settings.languages)
        case "pytesseract":
            return TesseractRecogniser(settings.languages, variant="pytesseract")
        case "tesserocr":
            return TesserocrRecogniser(settings.languages)
    raise UsageError("", f"There is no engine {settings.engine!r}.", cure=f"Known: {', '.join(ENGINES)}.")
