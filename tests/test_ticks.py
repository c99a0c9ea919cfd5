"""Ticks of a pen before lines: taken out; letters, printed bullets and what stands within a line stay."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.imaging import ticks

X_HEIGHT = 15.0
PENS = {
    "straight": [(0, 20), (8, 34), (28, 0)],
    "bent": [(0, 22), (4, 28), (9, 34), (14, 22), (21, 10), (32, 0)],
    "flat": [(0, 18), (10, 28), (30, 10), (55, 0)],
}
OTHERS = {
    "V": [(0, 0), (14, 34), (28, 0)],
    "J": [(0, 26), (6, 34), (14, 34), (18, 26), (18, 0)],
    "stroke": [(0, 34), (14, 0)],
    "L": [(0, 0), (0, 34), (20, 34)],
}


def page_with(marks: list[tuple[int, int, list[tuple[int, int]]]]) -> NDArray[np.uint8]:
    """Ten lines of letters from 120 pixels on, and lines drawn by pen at (left, top)."""
    page = np.full((700, 900), 255, np.uint8)
    for row in range(10):
        for at in range(40):
            page[60 + 60 * row : 75 + 60 * row, 120 + 18 * at : 130 + 18 * at] = 0
    for left, top, points in marks:
        cv2.polylines(page, [np.add(points, (left, top), dtype=np.int32)], False, 0, 3, cv2.LINE_AA)
    return page


@pytest.mark.parametrize("pen", PENS)
def test_a_tick_before_a_line_is_taken_out(pen: str) -> None:
    found, count = ticks.without_ticks(page_with([(50, 160, PENS[pen])]), X_HEIGHT)
    assert count == 1
    assert np.array_equal(found, page_with([]))


@pytest.mark.parametrize("other", OTHERS)
def test_letters_before_a_line_stay(other: str) -> None:
    page = page_with([(50, 160, OTHERS[other])])
    assert np.array_equal(ticks.without_ticks(page, X_HEIGHT)[0], page)


def test_a_tick_behind_letters_stays() -> None:
    page = page_with([])
    page[280:300, 300:340] = 255
    cv2.polylines(page, [np.add(PENS["straight"], (305, 272), dtype=np.int32)], False, 0, 3, cv2.LINE_AA)
    assert np.array_equal(ticks.without_ticks(page, X_HEIGHT)[0], page)


def test_printed_ticks_are_bullets() -> None:
    page = page_with([(70, 100 + 60 * row, PENS["straight"]) for row in range(4)])
    assert np.array_equal(ticks.without_ticks(page, X_HEIGHT)[0], page)
