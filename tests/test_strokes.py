"""Strokes over print in one colour with it: a seal and a pen drawn over bold bars, and the row they stand in."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.imaging import namerow, strokes
from pipeline.imaging.recognisers import Image

DPI = 150.0
HEIGHT = 30.0  # of a printed line
ROW = slice(270, 292)
LETTERS = [(300 + 26 * at, 300 + 26 * at + 9) for at in range(10)]  # stems of bold letters


def place(seal: bool = True, pen: bool = True) -> Image:
    """A row of bold stems under a seal of 36 mm and a stroke of a pen, all of one black."""
    picture = np.full((450, 760), 250, np.uint8)
    if seal:
        for radius, thick in ((106, 3), (66, 2)):
            cv2.circle(picture, (260, 200), radius, 20, thick)
    if pen:
        cv2.line(picture, (280, 262), (600, 300), 20, 2)
    for left, right in LETTERS:
        picture[ROW, left:right] = 20
    return picture


def inked(picture: Image) -> Image:
    return np.asarray(picture < strokes.INK)


def test_the_rings_of_a_seal_are_found_and_taken_out() -> None:
    rings = strokes.seal_rings(place(pen=False), DPI)
    assert sorted(round(ring.radius / 5) * 5 for ring in rings) == [65, 105]
    left = inked(strokes.without_rings(place(pen=False), rings))
    before = inked(place(pen=False, seal=False))
    assert (left & ~before).sum() < 0.05 * (inked(place(pen=False)) & ~before).sum()
    assert (left & before).sum() > 0.9 * before.sum()  # the letters stay


def test_a_place_without_a_seal_has_no_rings() -> None:
    assert strokes.seal_rings(place(seal=False, pen=False), DPI) == ()


def test_a_stroke_of_a_pen_goes_and_the_stems_that_it_crosses_stay() -> None:
    left = inked(strokes.without_pen(place(seal=False), HEIGHT))
    before = inked(place(seal=False, pen=False))
    assert (left & ~before).sum() < 0.1 * (inked(place(seal=False)) & ~before).sum()
    assert (left & before).sum() > 0.9 * before.sum()


def test_print_without_strokes_stays_as_it_is() -> None:
    bare = place(seal=False, pen=False)
    assert np.array_equal(strokes.without_pen(bare, HEIGHT), bare)


def test_the_row_of_a_name_is_found_under_the_position() -> None:
    bare = place(seal=False, pen=False)
    middle = (LETTERS[0][0] + LETTERS[-1][1]) / 2
    row = namerow.find(bare, namerow.Position(middle, 150.0, HEIGHT), (), stamped=False)
    assert row is not None
    left, right, top, bottom = row
    assert left < LETTERS[0][0] < LETTERS[-1][1] < right
    assert ROW.start - HEIGHT < top < ROW.start < ROW.stop < bottom < ROW.stop + HEIGHT


def test_thin_strokes_alone_are_no_row() -> None:
    picture = np.full((450, 760), 250, np.uint8)
    cv2.line(picture, (280, 262), (600, 300), 20, 1)
    assert namerow.find(picture, namerow.Position(420.0, 150.0, HEIGHT), (), stamped=False) is None
