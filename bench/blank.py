"""The real pipeline but for the engine: for benches that are about files, processes and disks, not about letters.

Every file is opened, decoded, cleaned, laid out, read and written as always; only the words are the same on
every page, at places that the page has. So a page costs a tenth.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from pipeline import run
from pipeline.batches import planning
from pipeline.batches.jobs import Drives
from pipeline.document import Page
from pipeline.imaging.recognisers import Image, SeenWord
from pipeline.imaging.sources import Source
from pipeline.settings import Settings

_WORDS = ("KẾ", "HOẠCH", "Tổ", "chức", "diễn", "tập", "năm", "2024")


class Blank:
    """A recogniser that sees the same line on every page."""

    identity: dict[str, Any] = {"engine": "blank", "version": "1"}  # noqa: RUF012 - the protocol wants an attribute

    def read(self, image: Image, *, dpi: float, timeout: float | None = None) -> tuple[SeenWord, ...]:
        height, width = image.shape[:2]
        step = max(1, width // (len(_WORDS) + 1))
        bottom = max(1, min(height, height // 4 + 20))
        return tuple(
            SeenWord(word, place * step, height // 4, place * step + max(1, step - 2), bottom, 0.9)
            for place, word in enumerate(_WORDS)
        )


def recognise_page(source: Source, number: int, settings: Settings, plain: bool = False) -> Page:
    return run.recognise_page(source, number, settings, plain, Blank())


def drives() -> Drives:
    """Those of the pipeline, with the engine left out."""
    return dataclasses.replace(planning.default_drives(), recognise_page=recognise_page)
