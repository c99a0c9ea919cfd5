"""Words whose box is that of a mark get their place back; all others keep theirs."""

from pipeline.imaging import word_boxes
from pipeline.imaging.recognisers import SeenWord


def word(text: str, left: int, right: int, top: int = 100, bottom: int = 124, confidence: float = 0.95) -> SeenWord:
    return SeenWord(text, left, top, right, bottom, confidence, 0, 0)


LINE = (word("ỦY", 100, 130), word("BAN", 140, 190), word("NHÂN", 226, 234, 98, 102), word("DÂN", 280, 330))


def test_a_word_in_the_box_of_its_mark_stands_between_its_neighbours() -> None:
    mended = word_boxes.mended(LINE)
    assert mended[:2] + mended[3:] == LINE[:2] + LINE[3:]
    assert (mended[2].top, mended[2].bottom) == (100, 124)
    assert 190 < mended[2].left < 205
    assert 265 < mended[2].right < 280


def test_a_low_word_as_wide_as_its_letters_grows_in_height_only() -> None:
    line = (word("treo", 100, 140), word("có", 150, 170, 118, 124), word("từ", 180, 200))
    low = word_boxes.mended(line)[1]
    assert (low.left, low.top, low.right, low.bottom) == (150, 100, 170, 124)


def test_debris_short_lines_and_sound_words_stay() -> None:
    doubted = (*LINE[:2], word("NHÂN", 226, 234, 98, 102, 0.5), LINE[3])
    signs = (word("ba", 100, 120), word("-", 130, 136, 110, 112), word("năm", 146, 180))
    for line in (doubted, signs, LINE[2:3], LINE[1:3]):
        assert word_boxes.mended(line) == line
