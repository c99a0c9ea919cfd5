"""A picture of two pages is parted at its fold, and only such a picture."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import drawn
import numpy as np
import pytest
from PIL import Image as Pillow

from pipeline.imaging import ingest, pages, spread
from pipeline.imaging.images import PageInput
from pipeline.imaging.recognisers import Image, SeenWord
from pipeline.settings import Settings


def opened(fold: float = 1.0, lines: int = 26) -> Image:
    """Two pages beside one another; the paper is darker where they meet when `fold` is below 1."""
    both = np.hstack([drawn.text_page(), drawn.text_page(lines=lines)])
    away = np.abs(np.arange(both.shape[1]) - both.shape[1] / 2)
    return np.clip(both * (1 - (1 - fold) * np.exp(-((away / 30) ** 2))), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("degrees", [0.0, 1.5])
@pytest.mark.parametrize("fold", [1.0, 0.35])
def test_the_fold_is_found(degrees: float, fold: float) -> None:
    found = spread.fold(drawn.tilted(opened(fold), degrees))
    assert found is not None
    assert abs(found - 1240) < 60


def crossed() -> Image:
    page = opened()
    cv2.putText(page, "ke hoach phat trien kinh te xa hoi", (950, 100), cv2.FONT_HERSHEY_SIMPLEX, 0.92, 20, 2)
    return page


@pytest.mark.parametrize("page", [
    pytest.param(drawn.text_page(), id="upright page"),
    pytest.param(crossed(), id="a title crosses the middle"),
    pytest.param(np.ascontiguousarray(np.rot90(drawn.text_page(lines=10))), id="page on its side"),
    pytest.param(opened(lines=0), id="one half is empty"),
])
def test_one_page_stays_one(page: Image) -> None:
    assert spread.fold(page) is None


def test_the_halves_lead_back_to_the_whole() -> None:
    page = PageInput(1, 1240.0, 877.0, "ocr", opened(), 150.0, (0.5, 0, 0, 0, 0.5, 0))
    both = spread.halves(page)
    assert both is not None
    left, right = both
    assert left.image is not None
    assert right.image is not None
    assert left.image.shape[1] + right.image.shape[1] == 2480
    assert left.to_points == page.to_points
    assert right.to_points[2] == pytest.approx(left.image.shape[1] * 0.5)


@dataclass
class Counter:
    """Says how many times it was asked, at one place."""

    asked: int = 0

    @property
    def identity(self) -> dict[str, Any]:
        return {"engine": "counter"}

    def read(self, image: Image, *, dpi: float, timeout: float | None = None) -> tuple[SeenWord, ...]:
        self.asked += 1
        return tuple(SeenWord(f"trang{self.asked}", 100 + 90 * i, 200, 180 + 90 * i, 220, 0.99) for i in range(5))


def test_the_left_page_is_read_before_the_right_one(tmp_path: Path) -> None:
    path = tmp_path / "both.png"
    Pillow.fromarray(opened()).save(path, dpi=(150, 150))
    settings = Settings(second_reading=False)
    page = pages.read_page(ingest.open_source(path, path.name, settings), 1, settings, Counter())
    words = [word for line in page.lines() for word in line.words]
    assert [word.raw for word in words] == ["trang1"] * 5 + ["trang2"] * 5
    assert page.width == pytest.approx(2480 * 72 / 150, abs=1)
    assert all(word.box is not None and word.box.right < page.width / 2 for word in words[:5])
    assert all(word.box is not None and word.box.left > page.width / 2 for word in words[5:])
    assert [step.stage for step in page.steps] == ["ingest", "spread", "clean", "recognise", "clean", "recognise"]
