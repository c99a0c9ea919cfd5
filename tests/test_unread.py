"""Lines that the engine left out: found by their ink, added when they are read surely, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np
import pytest

from pipeline.imaging import unread
from pipeline.imaging.recognisers import Image, SeenWord

DPI = 200.0
HIGH, WIDE = 24, 14  # of a letter, in pixels


def print_line(page: Image, text: str, left: int, top: int) -> list[SeenWord]:
    """Draw a bar for each letter on one baseline; the words with their boxes."""
    words = []
    for word in text.split():
        start = left
        for _ in word:
            cv2.rectangle(page, (left, top), (left + WIDE - 5, top + HIGH), 0, -1)
            left += WIDE
        words.append(SeenWord(word, start, top, left - 4, top + HIGH, 0.95, 0, top))
        left += WIDE
    return words


def sheet() -> tuple[Image, list[SeenWord]]:
    """A page with three read lines of body."""
    page = np.full((1000, 1400), 255, np.uint8)
    words = []
    for top in (100, 150, 200):
        words += print_line(page, "Các đơn vị thực hiện theo kế hoạch này", 150, top)
    return page, words


@dataclass
class Reader:
    """Answers each look with one line at the first ink of the crop."""

    text: str
    confidence: float = 0.95
    asked: list[tuple[int, int]] = field(default_factory=list)

    @property
    def identity(self) -> dict[str, Any]:
        return {"engine": "told"}

    def read(self, image: Image, *, dpi: float, timeout: float | None = None) -> tuple[SeenWord, ...]:
        self.asked.append((image.shape[0], image.shape[1]))
        rows, columns = np.nonzero(image < 128)
        top, left = int(rows.min()), int(columns.min())
        found = []
        for word in self.text.split():
            found.append(SeenWord(word, left, top, left + WIDE * len(word), top + HIGH, self.confidence, 0, 0))
            left += WIDE * (len(word) + 1)
        return tuple(found)


def test_a_line_under_no_word_is_read_and_added_at_its_place() -> None:
    page, words = sheet()
    print_line(page, "KT. VIỆN TRƯỞNG", 800, 500)
    found = unread.read_left_out(page, DPI, tuple(words), Reader("KT. VIỆN TRƯỞNG"), 10)
    added = found[len(words) :]
    assert found[: len(words)] == tuple(words)
    assert [word.text for word in added] == ["KT.", "VIỆN", "TRƯỞNG"]
    assert abs(added[0].left - 800) < 4
    assert abs(added[0].top - 500) < 4
    assert len({word.line for word in added}) == 1
    assert added[0].line not in {word.line for word in words}


def test_print_under_a_stroke_that_was_taken_for_a_word_is_read() -> None:
    page, words = sheet()
    print_line(page, "KT. VIỆN TRƯỞNG", 800, 500)
    words.append(SeenWord("|", 780, 300, 1300, 900, 0.2, len(words), 0))
    found = unread.read_left_out(page, DPI, tuple(words), Reader("KT. VIỆN TRƯỞNG"), 10)
    assert [word.text for word in found[len(words) :]] == ["KT.", "VIỆN", "TRƯỞNG"]


def test_a_dash_before_an_entry_stays() -> None:
    page, words = sheet()
    print_line(page, "- Sở Nội vụ tỉnh", 150, 500)
    found = unread.read_left_out(page, DPI, tuple(words), Reader("- Sở Nội vụ tỉnh"), 10)
    assert [word.text for word in found[len(words) :]] == ["-", "Sở", "Nội", "vụ", "tỉnh"]


def test_a_page_that_is_read_whole_costs_no_look() -> None:
    page, words = sheet()
    reader = Reader("gì đó")
    assert unread.read_left_out(page, DPI, tuple(words), reader, 10) == tuple(words)
    assert reader.asked == []


def test_letters_in_a_circle_and_a_long_rule_are_no_line() -> None:
    page, words = sheet()
    for angle in np.linspace(0, 2 * np.pi, 22)[:-1]:
        x, y = round(900 + 110 * np.cos(angle)), round(600 + 110 * np.sin(angle))
        cv2.rectangle(page, (x, y), (x + 9, y + HIGH), 0, -1)
    cv2.line(page, (150, 900), (1200, 900), 0, 4)
    reader = Reader("CÔNG AN TỈNH")
    assert unread.read_left_out(page, DPI, tuple(words), reader, 10) == tuple(words)
    assert reader.asked == []


def test_what_is_read_with_doubt_or_is_no_syllable_stays_out() -> None:
    page, words = sheet()
    print_line(page, "Trần Thị Mai", 800, 500)
    for reader in (Reader("Trần Thị Mai", 0.6), Reader("Tzqn Thw Mkk")):
        assert unread.read_left_out(page, DPI, tuple(words), reader, 10) == tuple(words)
        assert len(reader.asked) == 1


def test_a_short_last_line_under_a_line_that_goes_on_is_read() -> None:
    page, words = sheet()
    print_line(page, "2;", 150, 250)
    found = unread.read_left_out(page, DPI, tuple(words), Reader("2;"), 10)
    assert [(word.text, word.top // 10) for word in found[len(words) :]] == [("2;", 25)]


@pytest.mark.parametrize(
    ("left", "top", "closed"),
    [(150, 250, True), (400, 250, False), (150, 500, False)],
    ids=["the sentence is over", "away from the edge of the lines", "far below"],
)
def test_what_is_no_last_line_is_not_looked_at(left: int, top: int, closed: bool) -> None:
    page, words = sheet()
    print_line(page, "2;", left, top)
    if closed:
        words[-1] = replace(words[-1], text="này.")
    reader = Reader("2;")
    assert unread.read_left_out(page, DPI, tuple(words), reader, 10) == tuple(words)
    assert reader.asked == []


def test_a_last_line_that_is_no_word_stays_out() -> None:
    page, words = sheet()
    print_line(page, "vz", 150, 250)
    for reader in (Reader("vz"), Reader("xã;", 0.6)):
        assert unread.read_left_out(page, DPI, tuple(words), reader, 10) == tuple(words)
