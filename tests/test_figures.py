"""Numbers are read a second time by the reader of figures: what it is sure of stands, both readings are kept."""

from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline.document import Reading
from pipeline.imaging import figures, glyphs, quarters
from pipeline.imaging.images import Mark
from pipeline.imaging.recognisers import SeenWord
from samples import fonts

SIZE = 34  # pixels: small letters are 15 high, as on the copy that is read


class Sheet:
    """A white page to set words on; `word` gives what a recogniser would have made of it."""

    def __init__(self) -> None:
        self.image = Image.new("L", (1000, 1200), 255)
        self.pen = ImageDraw.Draw(self.image)
        self.line = 0

    def word(
        self, printed: str, read: str | None = None, x: int = 100, y: int = 100, sure: float = 0.93, size: int = SIZE,
    ) -> SeenWord:
        """Set a word with its left end and baseline at x, y; `read` is what the engine made of it."""
        face = fonts.face("Liberation Serif", "", size)
        self.pen.text((x, y), printed, fill=0, font=face, anchor="ls")
        box = self.pen.textbbox((x, y), printed, font=face, anchor="ls")
        self.line += 1
        return SeenWord(read or printed, *(round(edge) for edge in box), sure, 0, self.line)

    def some_figures(self) -> list[SeenWord]:
        """Words that tell how tall figures are on this page."""
        return [self.word(text, x=100, y=900 + 60 * i) for i, text in enumerate(("1236", "4578", "90"))]

    def check(
        self, words: list[SeenWord], marks: tuple[Mark, ...] = (), known: dict[int, tuple[Reading, ...]] | None = None,
    ) -> figures.Figures:
        return figures.check(np.asarray(self.image), tuple(words), known or {}, marks)


@pytest.mark.parametrize(("printed", "read", "sure"), [
    ("47,4", "474", 0.94), ("83,6%", "836%", 0.94), ("≥", ">", 0.93), ("≤", "<", 0.93), ("±", "+", 0.96),
    ("5", "bì", 0.35), ("26/2025", "26/2925", 0.7), ("64,7", "ó4,7", 0.8), ("III/2019", "TI/2019", 0.8),
    ("≤", "=", 0.9), ("(%)", "®)", 0.56), ("≤6,5", "<6,5", 0.75), ("≥95,2", ">95,2-", 0.97),
])
def test_what_the_engine_misread_is_put_right_and_kept(printed: str, read: str, sure: float) -> None:
    sheet = Sheet()
    seen = sheet.check([sheet.word(printed, read, sure=sure)])
    assert seen.words[0].text == printed
    assert seen.readings[0][0] == Reading("first", read, sure)
    assert seen.changed == 1


@pytest.mark.parametrize(("read", "sure", "told", "as_sure", "believed"), [
    ("(60", 0.80, "(660", 0.84, False), ("(6", 0.80, "(66", 0.98, True), ("1Š)", 0.60, "15)", 0.84, True),
    ("Số:", 0.71, "8:", 0.81, False), ("BÌ", 0.70, "3", 0.996, True), ("bì", 0.35, "5", 0.9, True),
    ("HI", 0.75, "III", 0.9, True),
])
def test_a_syllable_is_a_figure_only_where_that_is_plain(
    read: str, sure: float, told: str, as_sure: float, believed: bool
) -> None:
    assert figures._is_believed(SeenWord(read, 0, 0, 30, 20, sure), told, as_sure) is believed


@pytest.mark.parametrize(
    ("printed", "read", "sure"), [("7", "22", 0.87), ("2", "2O", 0.96), ("1.2", "1.200.000", 0.44)]
)
def test_fewer_signs_than_were_read_are_a_piece_of_the_word(printed: str, read: str, sure: float) -> None:
    sheet = Sheet()
    seen = sheet.check([sheet.word(printed, read, sure=sure)])
    assert (seen.words[0].text, seen.changed) == (read, 0)
    kept = [reading.text for reading in seen.readings.get(0, ())]
    assert kept == ([] if len(read) - len(printed) > 1 else [printed])


@pytest.mark.parametrize(
    "printed", ["Ủy", "ban", "14h30", "26/2021/NĐ-CP", "1.250.000", "12/5/2024", "II.", "Quý", "%"]
)
def test_what_was_read_right_stays(printed: str) -> None:
    sheet = Sheet()
    seen = sheet.check([sheet.word(printed)])
    assert (seen.words[0].text, seen.changed) == (printed, 0)


@pytest.mark.parametrize("mark", ["*", "•", "–", "★"])
def test_a_mark_that_is_no_sign_of_numbers_stays(mark: str) -> None:
    sheet = Sheet()
    word = sheet.word(">", mark, sure=0.92)
    assert sheet.check([word]).words[0].text == mark


def test_letters_stay_the_engines() -> None:
    sheet = Sheet()
    seen = sheet.check([sheet.word("38/2021/NĐ-CP", "38/2921/NĐ-CP", sure=0.6)])
    assert seen.words[0].text == "38/2021/NĐ-CP"


def test_earlier_readings_are_kept_behind() -> None:
    sheet = Sheet()
    before = Reading("tesseract:second", "4/4", 0.3)
    seen = sheet.check([sheet.word("47,4", "474")], known={0: (before,)})
    assert seen.readings[0] == (Reading("first", "474", 0.93), before)


def test_a_power_is_read_as_one() -> None:
    sheet = Sheet()
    word = sheet.word("m", "m?")
    power = sheet.word("2", x=word.right + 1, y=86, size=21)
    seen = sheet.check([SeenWord("m?", word.left, power.top, power.right, word.bottom, 0.9)])
    assert seen.words[0].text == "m²"


def test_a_question_mark_is_no_power() -> None:
    sheet = Sheet()
    assert sheet.check([sheet.word("phạm?")]).words[0].text == "phạm?"


def test_a_number_in_no_word_is_found_with_less_confidence() -> None:
    sheet = Sheet()
    sheet.word("28", x=480, y=60)
    seen = sheet.check(sheet.some_figures())
    assert (seen.found, seen.words[-1].text) == (1, "28")
    assert seen.words[-1].confidence < 0.9


def test_a_number_found_beside_a_line_belongs_to_it() -> None:
    sheet = Sheet()
    words = sheet.some_figures()
    words = [*words, sheet.word("Tổng", x=300, y=300)]
    sheet.word("36", x=words[-1].right + 40, y=300)
    assert sheet.check(words).words[-1].line == words[-1].line


@pytest.mark.parametrize("kind", ["seal", "signature", "stamp"])
def test_nothing_is_looked_for_in_a_found_object(kind: Any) -> None:
    sheet = Sheet()
    sheet.word("28", x=480, y=60)
    assert sheet.check(sheet.some_figures(), marks=(Mark(kind, 460, 20, 540, 80),)).found == 0


def test_the_screen_of_a_picture_is_not_read() -> None:
    sheet = Sheet()
    words = sheet.some_figures()
    for x in range(150, 950, 40):
        for y in range(60, 860, 45):
            sheet.word("8", x=x, y=y)
    assert sheet.check(words).found == 0


def test_strokes_of_a_pen_are_no_numbers() -> None:
    sheet = Sheet()
    words = sheet.some_figures()
    noise = np.random.default_rng(5)
    page = np.array(sheet.image)
    for x in range(500, 760, 22):
        points = np.cumsum(noise.integers(-9, 10, (5, 2)), axis=0) + np.array([x, 400])
        cv2.polylines(page, [points.astype(np.int32)], False, 0, 2)
    assert figures.check(page, tuple(words), {}).found == 0


def test_signs_of_letters_are_one_letter() -> None:
    assert glyphs.signs("26/KH-UBND (2°C) – ½") == "26/L-L*(2°L)*-**"


def test_specks_do_not_make_a_number_small() -> None:
    page = np.full((60, 120), 255, np.uint8)
    cv2.rectangle(page, (50, 20), (60, 40), 0, -1)
    clean = glyphs.picture(page)
    page[2, 5:7] = 0
    specked = glyphs.picture(page)
    assert clean is not None
    assert specked is not None
    assert clean.shape == specked.shape


def test_an_empty_crop_tells_nothing() -> None:
    assert glyphs.network().read([np.full((30, 30), 250, np.uint8), None]) == [None, None]


def test_pictures_side_by_side_are_read_as_each_alone() -> None:
    sheet = Sheet()
    boxes = [sheet.word(text, y=100 + 60 * i) for i, text in enumerate(("1.250", "47,4%", "≥", "15", "12/5/2024"))]
    page = np.asarray(sheet.image)
    crops = [page[word.top - 3 : word.bottom + 3, word.left - 3 : word.right + 3] for word in boxes]
    together = [told.text for told in glyphs.network().read(crops) if told is not None]
    alone = [told.text for crop in crops for told in glyphs.network().read([crop]) if told is not None]
    assert together == alone == [word.text for word in boxes]


@pytest.mark.parametrize(("printed", "read"), [("-17", "+17"), ("-1,2", "+1,2"), ("+4,5", "-4,5"), ("-38", "38")])
def test_a_sign_is_told_by_its_shape(printed: str, read: str) -> None:
    sheet = Sheet()
    seen = sheet.check([sheet.word(printed, read, sure=0.96), *sheet.some_figures()])
    assert seen.words[0].text == printed
    assert seen.readings[0][0] == Reading("first", read, 0.96)


@pytest.mark.parametrize("printed", ["-17", "+1,2", "17"])
def test_a_sign_that_was_read_right_stays(printed: str) -> None:
    sheet = Sheet()
    assert sheet.check([sheet.word(printed), *sheet.some_figures()]).words[0].text == printed


@pytest.mark.parametrize(("printed", "read"), [
    ("II/2024", "I/2024"), ("III/2025", "II/2025"), ("II/2024", "I2024"), ("III/2019", "IH/2019"),
    ("II/2020", "11/2020"), ("III;", "II;"), ("II", "I"), ("III.", "HI."), ("II,", "H,"),
])
def test_the_strokes_of_a_quarter_are_counted(printed: str, read: str) -> None:
    page = Sheet()
    words = [*page.some_figures(), page.word("Quý", x=100, y=300), page.word(printed, read, x=180, y=300, sure=0.84)]
    told = page.check(words)
    assert told.words[4].text == printed
    assert told.words[4].confidence < 0.8  # a person is to look
    assert Reading("first", read, 0.84) in told.readings[4]


@pytest.mark.parametrize(("before", "printed"), [
    ("Quý", "IV/2024"), ("Quý", "II/2024"), ("Quý", "1/2024"), ("Tháng", "11/2024"), ("ngày", "1/2024"),
    ("Quý", "IV."), ("Quý", "1"), ("Quý", "I,"), ("Phần", "II"),
])
def test_what_is_no_other_quarter_stays(before: str, printed: str) -> None:
    page = Sheet()
    words = [*page.some_figures(), page.word(before, x=100, y=300), page.word(printed, x=220, y=300, sure=0.97)]
    assert page.check(words).words[4].text == printed


def test_leaning_strokes_and_a_mark_beside_them_tell_no_quarter() -> None:
    upright, leaning = np.ones((20, 5), np.bool_), np.fliplr(np.eye(20, 20)).astype(np.bool_)
    year = [np.ones((20, 12), np.bool_)] * 4
    assert quarters.counted("I/2024", [upright, upright, leaning, *year], 20) == "II/2024"
    for marks in (
        [leaning, leaning, *year],
        [upright, np.ones((20, 18), np.bool_), leaning, *year],  # V
        [upright, np.ones((6, 5), np.bool_), leaning, *year],  # a speck
        [*[upright] * 4, leaning, *year],
        [upright, leaning, leaning, *year],  # italics
        [upright, upright, leaning, *year[1:]],  # figures that touch
        [upright, upright],
    ):
        assert quarters.counted("I/2024", marks, 20) is None
    assert quarters.counted("II/2024", [upright, leaning, *year], 20) is None
    assert quarters.counted("IV/2024", [upright, upright, leaning, *year], 20) is None


@pytest.mark.parametrize(("before", "printed", "read"), [
    ("ngày", "16", "1ó"), ("tháng", "01", "0!"), ("năm", "1996", "199ó"), ("ngày", "26/11/2006,", "2ó/11/200é,"),
    ("đến", "15/12/1997.", "15/12/:997."), ("tháng", "6", "ó"), ("số", "671/QĐ-UBND", "ó71/QĐ-UBND"),
])
def test_what_is_no_number_where_one_must_stand_is_read_as_figures(before: str, printed: str, read: str) -> None:
    sheet = Sheet()
    words = [*sheet.some_figures(), sheet.word(before, x=100), sheet.word(printed, read, x=220, sure=0.93)]
    seen = sheet.check(words)
    assert seen.words[4].text == printed
    assert seen.words[4].confidence <= 0.75
    assert seen.readings[4][0] == Reading("first", read, 0.93)


@pytest.mark.parametrize(("before", "printed"), [
    ("số", "12a/KH-UBND"), ("tháng", "tới"), ("năm", "học"), ("ngày", "24h"), ("từ", "1ó"),
])
def test_words_are_no_figures_by_their_place(before: str, printed: str) -> None:
    sheet = Sheet()
    words = [*sheet.some_figures(), sheet.word(before, x=100), sheet.word(printed, x=220, sure=0.95)]
    assert sheet.check(words).words[4].text == printed
