"""The cells of a ruled table are found by its lines and read one by one."""

from dataclasses import dataclass, field
from typing import Any

import cv2
import drawn
import numpy as np
import pytest

from pipeline.imaging import cells, clean
from pipeline.imaging.recognisers import Image, SeenWord


def table_page(rows: int = 4, columns: int = 3) -> Image:
    """A page of text with a table of 150-pixel columns and 60-pixel rows at its foot, a figure in every cell."""
    page = drawn.text_page(lines=8)
    left, top, width, height = 200, 800, 240, 70
    for row in range(rows + 1):
        cv2.line(page, (left, top + row * height), (left + columns * width, top + row * height), 0, 2)
    for column in range(columns + 1):
        cv2.line(page, (left + column * width, top), (left + column * width, top + rows * height), 0, 2)
    for row in range(rows):
        for column in range(columns):
            place = (left + column * width + 60, top + row * height + 46)
            cv2.putText(page, f"{row}{column}", place, cv2.FONT_HERSHEY_SIMPLEX, 0.92, 20, 2, cv2.LINE_AA)
    return page


@dataclass
class Blobs:
    """Says one word for each line of ink: its place on the strip."""

    segmentation: int = 3
    asked: list[Image] = field(default_factory=list)

    @property
    def identity(self) -> dict[str, Any]:
        return {"engine": "blobs"}

    def read(self, image: Image, *, dpi: float, timeout: float | None = None) -> tuple[SeenWord, ...]:
        self.asked.append(image)
        joined = cv2.dilate((image < 120).astype(np.uint8), np.ones((3, 31), np.uint8))
        _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
        return tuple(
            SeenWord(str(i), int(x) + 15, int(y) + 1, int(x + w) - 15, int(y + h) - 1, 0.9, 0, i)
            for i, (x, y, w, h, _) in enumerate(stats[1:])
        )


def test_cells_are_found_between_the_lines() -> None:
    cleaned = clean.clean(table_page(), 150.0)
    assert len(cleaned.cells) == 12
    assert dict(cleaned.steps[0].detail["done"])["rules_taken_out"] >= 9


def test_the_lines_are_out_of_the_copy_and_kept_as_objects() -> None:
    cleaned = clean.clean(table_page(), 150.0)
    assert {mark.kind for mark in cleaned.marks} == {"rule", "vertical_rule"}
    scale = cleaned.dpi / 150.0
    row = cleaned.image[round(800 * scale) - 3 : round(800 * scale) + 4, round(230 * scale) : round(900 * scale)]
    assert row.min() > 200


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 3)])
def test_a_frame_around_some_words_is_no_table(rows: int, columns: int) -> None:
    assert clean.clean(table_page(rows, columns), 150.0).cells == ()


def test_every_cell_is_read_where_it_stands() -> None:
    cleaned = clean.clean(table_page(), 150.0)
    words = cells.read(cleaned.image, cleaned.cells, Blobs(), cleaned.dpi, 10.0, first_line=5)
    assert len(words) == 12
    assert sorted(word.line for word in words) == list(range(5, 17))
    for word, (left, top, right, bottom) in zip(words, cleaned.cells, strict=True):
        assert left < word.left < word.right < right
        assert top < word.top < word.bottom < bottom
        assert (cleaned.image[word.top : word.bottom, word.left : word.right] < 120).any()


def test_a_long_table_is_read_in_several_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "STRIP", 200)
    cleaned, engine = clean.clean(table_page(), 150.0), Blobs()
    assert len(cells.read(cleaned.image, cleaned.cells, engine, cleaned.dpi, 10.0)) == 12
    assert len(engine.asked) > 2
    assert max(image.shape[0] for image in engine.asked) <= 250


def test_what_stands_around_is_read_without_the_table() -> None:
    cleaned = clean.clean(table_page(), 150.0)
    around = cells.without(cleaned.image, cleaned.cells)
    for left, top, right, bottom in cleaned.cells:
        assert around[top:bottom, left:right].min() > 200
    assert (around < 100).sum() > 0.5 * (cleaned.image < 100).sum()


def test_what_two_overlapping_cells_show_is_one_word() -> None:
    cleaned = clean.clean(table_page(), 150.0)
    left, top, _, bottom = cleaned.cells[0]
    right = cleaned.cells[1][2]
    words = cells.read(cleaned.image, (*cleaned.cells, (left, top, right, bottom)), Blobs(), cleaned.dpi, 10.0)
    assert len(words) == 12


def test_a_dash_alone_in_its_cell_is_read_and_a_piece_of_a_rule_is_not() -> None:
    copy = np.full((400, 400), 255, np.uint8)
    found = [(0, 0, 200, 100), (200, 0, 400, 100), (0, 100, 200, 200), (200, 100, 400, 200)]
    copy[48:51, 95:107] = 20  # a dash
    copy[48:51, 202:214] = 20  # beside the left side
    copy[101:103, 80:92] = 20  # on the upper side
    copy[140:152, 300:304] = 20  # a stroke of a figure
    words = cells.read(copy, tuple(found), Blobs(), 150.0, 10.0, first_line=7)
    dashes = [word for word in words if word.text == "-"]
    assert [(word.left, word.top, word.right, word.bottom, word.line) for word in dashes] == [(95, 48, 107, 51, 7)]
    assert len({word.line for word in words}) == len(words)
