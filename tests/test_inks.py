"""The inks of a coloured place: what stays of black under a pen, what stays of red beside a seal."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.imaging import inks, looks
from pipeline.imaging.recognisers import Image

DPI = 150.0
PEN, SEAL, PRINT = (40, 60, 160), (200, 40, 50), (30, 30, 30)
NAME = (slice(300, 324), slice(420, 640))  # a bar in the place of printed or stamped letters


def place(name: tuple[int, int, int] = PRINT, pen: bool = True, seal: bool = True) -> Image:
    """A place of signature in RGB: a name, a round seal of 36 mm at its left, a pen across it."""
    picture = np.full((450, 760, 3), 250, np.uint8)
    if seal:
        for radius in (106, 84):
            cv2.circle(picture, (320, 210), radius, SEAL, 4)
    picture[NAME] = name
    if pen:
        ink = np.full_like(picture, 255)
        cv2.line(ink, (380, 230), (660, 390), PEN, 6)
        picture = np.minimum(picture, ink)
    return picture


def test_a_pen_over_print_goes_and_the_print_stays_whole() -> None:
    black = inks.black_alone(place(seal=False))
    assert black is not None
    assert int(black[NAME].max()) < looks.INK
    outside = black.copy()
    outside[NAME] = 255
    assert int(outside.min()) > 200


def test_red_alone_has_the_stamped_name_and_no_seal() -> None:
    red = inks.red_alone(place(name=SEAL, pen=False))
    assert red is not None
    red = inks.without_seals(red, DPI)
    assert float((red[NAME] < 100).mean()) > 0.9
    assert int(red[:280].min()) == 255


def test_a_seal_without_a_stamped_name_leaves_paper() -> None:
    red = inks.red_alone(place(pen=False))
    assert red is not None
    red = inks.without_seals(red, DPI)
    assert int((red < looks.INK).sum()) < 100  # of 4,700 pixels of the two rings


def test_a_place_without_colour_has_no_inks() -> None:
    grey = place(pen=False, seal=False)
    assert inks.black_alone(grey) is None
    assert inks.red_alone(grey) is None


@pytest.mark.parametrize(("colour", "scales"), [
    (None, [scale for scale, _ in looks.GREY]),
    (place(), [*looks.BLACK, *looks.RED, *(scale for scale, _ in looks.GREY)]),
    (place(pen=False, seal=False), [scale for scale, _ in looks.GREY]),
])
def test_looks_begin_with_what_has_nothing_over_it(colour: Image | None, scales: list[float]) -> None:
    grey = np.full((450, 760), 250, np.uint8)
    seen = list(looks.pictures(grey, colour, DPI))
    assert [scale for scale, _ in seen] == scales
    assert all(picture.shape == (round(450 * scale), round(760 * scale)) for scale, picture in seen)


def under_a_grey_seal(print_tone: int, seal_tone: int) -> Image:
    """Bold bars for print with the ring of a seal over them, in tones of grey on paper of 220."""
    drawn = np.full((450, 760), 220, np.uint8)
    for y in range(60, 260, 50):
        drawn[y : y + 26, 300:700:14] = print_tone
        drawn[y : y + 26, 301:700:14] = print_tone
        drawn[y : y + 26, 302:700:14] = print_tone
    ring = np.zeros_like(drawn)
    cv2.circle(ring, (300, 160), 110, 1, 9)
    cv2.circle(ring, (300, 160), 60, 1, 7)
    return np.where((ring > 0) & (drawn > seal_tone), np.uint8(seal_tone), drawn)


def test_of_a_seal_that_went_grey_the_darker_print_stays() -> None:
    alone = looks.print_alone(under_a_grey_seal(20, 130))
    assert alone is not None
    assert alone[70:80, 400:690].min() == 0
    assert alone[50:270, 190:290].min() > 200  # the ring where nothing is printed
    assert looks.print_alone(under_a_grey_seal(20, 20)) is None  # nothing is lighter than the print
    assert looks.print_alone(np.full((450, 760), 220, np.uint8)) is None


def test_the_rings_of_a_black_seal_are_taken_out_for_one_look() -> None:
    place = np.full((450, 760), 255, np.uint8)
    cv2.circle(place, (300, 200), 110, 0, 3)
    cv2.circle(place, (300, 200), 65, 0, 2)
    first = next(picture for _, picture in looks.pictures(place, None, 150.0))
    assert int((first < looks.INK).sum()) < 0.2 * int((place < looks.INK).sum())


def test_thin_strokes_go_and_bold_ones_stay() -> None:
    crop = np.full((60, 200), 255, np.uint8)
    crop[10:50, 20:26] = 0
    crop[30:32, 60:180] = 0
    kept = looks.without_thin(crop)
    assert int(kept[12:48, 20:26].max()) == 0
    assert int(kept[:, 60:180].min()) == 255
