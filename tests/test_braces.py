"""A brace beside the recipients is a word as high as the lines that it holds, at the head of the line of its note."""

import cv2
import numpy as np
import pytest

from pipeline.imaging.braces import SIGN, with_braces
from pipeline.imaging.recognisers import Image, SeenWord

ENTRIES = ("UBND huyện;", "Phòng Y tế;", "Trạm Y tế;")


def foot(sign: str, at: int = 420) -> tuple[Image, tuple[SeenWord, ...]]:
    """Three lines under "Nơi nhận:" with a drawn sign beside them, and the words as an engine gives them: the note on
    the second line."""
    page = np.full((900, 1200), 255, np.uint8)
    words = [SeenWord("Nơi", 100, 300, 140, 320, 0.9, 0, 0), SeenWord("nhận:", 148, 300, 220, 320, 0.9, 0, 0)]
    for line, entry in enumerate(ENTRIES, 1):
        top = 300 + 30 * line
        words.append(SeenWord(entry, 110, top, 300, top + 20, 0.9, 0, line))
        cv2.putText(page, "entry of the list", (110, top + 18), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 0, 2)
    words.insert(4, SeenWord(">", at - 4, 362, at + 8, 378, 0.4, 0, 2))
    words.insert(5, SeenWord("(b/c)", at + 20, 360, at + 70, 382, 0.9, 0, 2))
    ys = np.arange(330, 412)
    off = np.abs(ys - 371) / 41
    shape = {"}": 8 * np.exp(-((off * 4) ** 2)) - 4 * off, ")": -8 * off**2, "|": 0 * off}[sign]
    points = np.column_stack([at + shape, ys]).astype(np.int32)
    cv2.polylines(page, [points], False, 0, 3)
    return page, tuple(words)


@pytest.mark.parametrize("sign", ["}", ")"])
def test_a_brace_holds_its_lines_and_opens_the_line_of_its_note(sign: str) -> None:
    page, words = foot(sign)
    found = with_braces(page, words)
    (brace,) = [word for word in found if word.text == SIGN]
    assert brace.top < 345 < 400 < brace.bottom
    assert [word.text for word in found if word.line == brace.line] == [SIGN, "(b/c)"]
    assert [word.text for word in found if word.line == 2] == ["Phòng Y tế;"]


def test_what_is_straight_or_stands_far_off_is_no_brace() -> None:
    for page, words in (foot("|"), foot("}", at=800)):
        assert with_braces(page, words) == words


def test_without_recipients_nothing_is_looked_for() -> None:
    page, words = foot("}")
    assert with_braces(page, words[2:]) == words[2:]
