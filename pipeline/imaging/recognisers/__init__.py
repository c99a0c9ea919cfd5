"""Interchangeable readers of a page image, behind one protocol.

A recogniser is given an upright, cleaned page image and answers with words in pixels of that image; it
knows nothing of points, turns or documents. The recorded one serves the tests: it answers from files
keyed by the image's content, the engine and its settings.
"""

from __future__ import annotations

import dataclasses
from typing import Any, cast, get_args

from pipeline.errors import UsageError
from pipeline.imaging.recognisers.protocol import Image, Recogniser, SeenWord
from pipeline.imaging.recognisers.tesseract import TesseractRecogniser
from pipeline.imaging.recognisers.tesserocr import TesserocrRecogniser
from pipeline.settings import Engine, Settings

__all__ = [
    "ENGINES", "ONE_BLOCK", "ONE_LINE", "Image", "Recogniser", "SeenWord", "create", "of_one_block", "of_one_line",
]

ONE_BLOCK = 6  # Tesseract's page segmentation mode for a single uniform block of text
ONE_LINE = 13  # ...for a single line, without the engine's own search for lines and words in it
ENGINES: tuple[str, ...] = get_args(Engine)


def of_one_block(recogniser: Recogniser) -> Recogniser:
    """The same reader told that its images are lines under one another, where it can be told so."""
    return _segmenting(recogniser, ONE_BLOCK)


def of_one_line(recogniser: Recogniser) -> Recogniser:
    """The same reader told that its images are one line, where it can be told so."""
    return _segmenting(recogniser, ONE_LINE)


def _segmenting(recogniser: Recogniser, mode: int) -> Recogniser:
    if dataclasses.is_dataclass(recogniser) and hasattr(recogniser, "segmentation"):
        return cast(Recogniser, dataclasses.replace(cast(Any, recogniser), segmentation=mode))
    return recogniser


def create(settings: Settings) -> Recogniser:
    """The recogniser that the settings name. Raises UsageError for an engine that does not exist."""
    match settings.engine:
        case "tesseract":
            return TesseractRecogniser(settings.languages)
        case "pytesseract":
            return TesseractRecogniser(settings.languages, variant="pytesseract")
        case "tesserocr":
            return TesserocrRecogniser(settings.languages)
    raise UsageError("", f"There is no engine {settings.engine!r}.", cure=f"Known: {', '.join(ENGINES)}.")
