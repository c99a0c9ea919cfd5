"""The second look: which lines get one, which reading is believed, and that nothing else changes."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from pipeline.document import Reading
from pipeline.imaging import second
from pipeline.imaging.recognisers import Image, SeenWord

PAGE = np.full((400, 800), 255, np.uint8)


@dataclass
class Scripted:
    """Answers each word of the first look by the text and confidence it was told, at the same place."""

    answers: list[tuple[str, int, int, float]]  # text, left and right on the page, confidence
    asked: list[Image] = field(default_factory=list)
    across: float = 1.0  # how much wider than high the strip is drawn

    @property
    def identity(self) -> dict[str, Any]:
        return {"engine": "scripted"}

    def read(self, image: Image, *, dpi: float, timeout: float | None = None) -> tuple[SeenWord, ...]:
        self.asked.append(image)
        first = min(left for _, left, _, _ in self.answers)
        grow = second.ENLARGED * self.across
        return tuple(
            SeenWord(
                text, round((left - first + 12) * grow) + 24, 30, round((right - first + 12) * grow) + 24, 60,
                confidence,
            )
            for text, left, right, confidence in self.answers
        )


def line(*words: tuple[str, float], number: int = 0, top: int = 100) -> tuple[SeenWord, ...]:
    return tuple(
        SeenWord(text, 100 + 80 * i, top, 160 + 80 * i, top + 22, confidence, 0, number)
        for i, (text, confidence) in enumerate(words)
    )


@pytest.mark.parametrize(
    ("words", "doubtful"),
    [
        ((("kế", 0.95), ("hoạch", 0.96)), False),
        ((("kế", 0.95), ("hoach", 0.50)), True),
        ((("kế", 0.80), ("hoaoh", 0.80), ("năm", 0.95)), True),
        ((("kế", 0.95), ("hoạch", 0.80), ("năm", 0.95)), False),
        ((("—", 0.10), ("kế", 0.95), ("hoạch", 0.95)), False),
        ((("a", 0.10),), False),
    ],
)
def test_which_lines_are_looked_at_again(words: tuple[tuple[str, float], ...], doubtful: bool) -> None:
    assert second.is_doubtful(list(line(*words))) is doubtful


def look(first: tuple[SeenWord, ...], *answers: tuple[str, float]) -> second.SecondLook:
    told = [
        (text, word.left, word.right, confidence)
        for word, (text, confidence) in zip(first, answers, strict=True)
    ]
    return second.look_again(PAGE, 150.0, first, Scripted(told), 10.0)


def test_a_possible_syllable_beats_an_impossible_one() -> None:
    found = look(line(("hoạoh", 0.60), ("năm", 0.9)), ("hoạch", 0.62), ("năm", 0.95))
    assert [word.text for word in found.words] == ["hoạch", "năm"]
    assert found.readings == {0: (Reading("first", "hoạoh", 0.60),)}
    assert found.words[1].confidence == 0.95  # two looks agree


def test_the_less_sure_reading_is_kept_beside() -> None:
    found = look(line(("bổ", 0.60),  ("sung", 0.9)), ("bố", 0.55), ("sung", 0.9))
    assert [word.text for word in found.words] == ["bổ", "sung"]
    assert found.readings == {0: (Reading("scripted:second", "bố", 0.55),)}


def test_figures_change_only_for_a_plainly_surer_reading() -> None:
    assert look(line(("lần", 0.5), ("1245", 0.70)), ("lần", 0.9), ("1246", 0.85)).words[1].text == "1245"
    assert look(line(("lần", 0.5), ("1245", 0.40)), ("lần", 0.9), ("1246", 0.95)).words[1].text == "1246"


@pytest.mark.parametrize(
    ("first", "second_look", "taken"),
    [("2O17", "2017", True), ("0I", "01", True), ("1A", "14", False), ("1O", "19", False), ("I/2020", "1/2020", False)],
)
def test_a_letter_in_a_number_gives_way_to_the_figure_of_its_form(first: str, second_look: str, taken: bool) -> None:
    found = look(line(("năm", 0.6), (first, 0.80)), ("năm", 0.9), (second_look, 0.85))
    assert found.words[1].text == (second_look if taken else first)


def test_condensed_lines_are_drawn_to_the_usual_width() -> None:
    words = line(("chuyên", 0.95), ("nghiệp", 0.5))
    narrow = tuple(replace(word, left=100 + 30 * i, right=125 + 30 * i) for i, word in enumerate(words))
    wide, usual = Scripted([("x", 100, 110, 0.1)]), Scripted([("x", 100, 110, 0.1)])
    second.look_again(PAGE, 150.0, line(("kế", 0.95), ("hoạch", 0.5)), usual, 10.0)
    across = second.USUAL_WIDTH / (25 / 6 / 22)
    wide.across = min(across, second.WIDEST)
    wide.answers = [("chuyên", 100, 125, 0.9), ("nghiệp", 130, 155, 0.9)]
    found = second.look_again(PAGE, 150.0, narrow, wide, 10.0)
    assert [word.confidence for word in found.words] == [0.95, 0.9]  # each found its place again
    (strip,), (other,) = wide.asked, usual.asked
    assert strip.shape[1] - 48 == pytest.approx((55 + 24) * second.ENLARGED * second.WIDEST, abs=2)
    assert other.shape[1] - 48 == pytest.approx((140 + 24) * second.ENLARGED, abs=2)


def test_sure_lines_are_not_read_again() -> None:
    words = line(("kế", 0.95), ("hoạch", 0.96))
    engine = Scripted([("x", 0, 10, 1.0)])
    assert second.look_again(PAGE, 150.0, words, engine, 10.0) == second.SecondLook(words, {}, 0, 0)
    assert engine.asked == []


def test_words_that_were_cut_otherwise_stay() -> None:
    first = line(("kế", 0.5), ("hoạch", 0.5))
    engine = Scripted([("kếhoạch", first[0].left, first[1].right, 0.99)])
    found = second.look_again(PAGE, 150.0, first, engine, 10.0)
    assert [word.text for word in found.words] == ["kế", "hoạch"]
    assert found.readings == {}
    assert found.lines == 1


def test_a_line_of_which_nothing_was_made_gets_the_words_of_the_second_look() -> None:
    first = (*line(("TÁC", 0.0), ("ôn", 0.12)), *line(("KẾ", 0.95), ("HOẠCH", 0.95), number=1, top=140))
    engine = Scripted([(".", 100, 102, 0.1), ("Phụ", 110, 160, 0.96), ("lục", 170, 210, 0.97)])
    look = second.look_again(PAGE, 150, first, engine, 10)
    assert [word.text for word in look.words] == ["Phụ", "lục", "KẾ", "HOẠCH"]
    assert [word.line for word in look.words] == [0, 0, 1, 1]
    assert abs(look.words[0].left - 110) < 3
    assert abs(look.words[0].top - 100) < 8
    assert look.readings == {0: (Reading("first", "TÁC ôn", 0.0),)}


@pytest.mark.parametrize("again", [("Phụ", 0.6), ("Pkq", 0.97)], ids=["doubted", "no syllable"])
def test_what_is_not_surely_read_does_not_stand_in_its_stead(again: tuple[str, float]) -> None:
    first = line(("TÁC", 0.0), ("ôn", 0.12))
    engine = Scripted([(again[0], 110, 160, again[1]), ("lục", 170, 210, again[1])])
    look = second.look_again(PAGE, 150, first, engine, 10)
    assert [(word.left, word.right) for word in look.words] == [(word.left, word.right) for word in first]
