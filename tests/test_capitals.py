"""Capitals inside a sentence: what is counted, which words it is asked of, and what it settles."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.decoder import capitals, tokens
from pipeline.decoder.channel import LOWER, TITLE
from pipeline.decoder.language import Vocabulary
from pipeline.decoder.pending import PendingWord, Slot
from pipeline.training import capitals as training
from pipeline.training.corpus import Paragraph


def slots(text: str, setting: str = "plain") -> list[Slot | None]:
    made: list[Slot | None] = [None]
    for number, raw in enumerate(text.split()):
        word = PendingWord(raw)
        word.pieces = tokens.cut(raw, number == 0)
        made += [Slot(word, place, setting, 0) for place in range(len(word.pieces))]
    return made


def told(text: str, setting: str = "plain") -> dict[str, str]:
    return {
        slot.word.pieces[slot.place].text: slot.setting
        for slot in capitals.in_sentence(slots(text, setting)) if slot
    }


@pytest.mark.parametrize(
    ("text", "word", "setting"),
    [
        ("phong ngla, Ing pho", "Ing", "after small"),  # a comma ends no sentence
        ("tai Nam Ing pho", "Ing", "after capital"),
        ("da xong. Ing pho", "Ing", "plain"),
        ("phan cong: Ing pho", "Ing", "plain"),
        ("nam 2024 Ing pho", "Ing", "plain"),  # of a number nothing is known
        ("Ing pho", "Ing", "plain"),
    ],
)
def test_a_word_is_set_by_the_word_before_it_in_its_sentence(text, word, setting):
    assert told(text)[word] == setting


def test_lines_of_capitals_and_surnames_keep_their_setting():
    assert set(told("phong ngla Ing pho", "capitals").values()) == {"capitals"}


def test_what_is_counted_says_which_words_are_capital():
    text = "đề nghị Ủy ban ứng phó với bão; đề nghị Ủy ban ứng phó với lũ, hội viên Hội Nông dân ứng phó."
    found = training.counted([Paragraph("x", "train", text)] * 50)
    small, raised = found.words[LOWER]
    assert (small["ứng"], raised["ứng"], small["ủy"], raised["ủy"]) == (150, 0, 0, 100)
    assert found.words[TITLE][TITLE]["nông"] == 50
    words = ("ứng", "ủy", "chưa")
    made = training.shifts(found, Vocabulary(words))
    after_small = dict(zip(words, made[0].T.tolist(), strict=True))
    assert after_small["ứng"][LOWER] > 0 > after_small["ứng"][TITLE]
    assert after_small["ủy"][TITLE] > 0 > after_small["ủy"][LOWER]
    assert after_small["chưa"] == [0, 0]  # nothing is known of it
    assert np.abs(made).max() <= training.STRONGEST


def known_pairs(text: str, words: tuple[str, ...]) -> dict[tuple[int, str, str], float]:
    """What pairs counted in a text say, by the case before, the word and the next one."""
    vocabulary = Vocabulary(words)
    stored = training.pairs(training.counted([Paragraph("x", "train", text)] * 30), vocabulary)
    pairs = capitals.Pairs.of(stored)
    assert pairs is not None
    asked = [(case, a, b) for case in (LOWER, TITLE) for a in words for b in words]
    keys = [capitals.pair_key(case, vocabulary.index[a], vocabulary.index[b]) for case, a, b in asked]
    return {pair: nats for pair, nats in zip(asked, pairs.told(keys), strict=True) if nats}


def test_pairs_are_kept_that_ask_for_a_capital_more_than_the_word_alone():
    text = "của tổ chức nào, của Tổ quốc ta, có tổ chức gì, vì tổ, chức danh"
    told = known_pairs(text, ("tổ", "chức", "quốc", "của", "có", "nào"))
    assert told == {(LOWER, "tổ", "quốc"): pytest.approx(told[LOWER, "tổ", "quốc"])}
    assert told[LOWER, "tổ", "quốc"] > training.LEAST  # "tổ chức" is what "tổ" is alone; a comma parts words


def test_a_capital_that_the_reading_is_sure_of_stays_and_what_it_cost_is_told(restorer):
    found = restorer.restore_text("Cac Ban quan ly va cac Jy ban nhan dan cap huyén phdi hop thuc hién.")
    assert found.text.startswith("Các Ban quản lý và các Ủy ban")
    by_text = {word.text: word.confidence for word in found.words}
    assert by_text["Ủy"] < 0.999


GARBLED = (
    "Cac thon chu dong phong ngla, Ing pho v6i thién tai, tim kiém clru nan trén dia ban xa;\n"
    "dinh ky hang thang bao cao két qua thuc hién vé Uy ban nhan dan huyén dé téng hop."
)


def test_letters_read_alike_are_told_by_usage(restorer):
    restored = restorer.restore_text(GARBLED).text
    assert "phòng ngừa, ứng phó với thiên tai" in restored
    assert "Ủy ban nhân dân huyện" in restored


def test_between_words_that_are_capitals_throughout_a_word_is_capitals_too(restorer):
    read = "IV. NHIEM VU, Gill PHAP THUC HIEN"
    assert restorer.restore_text(read).text == "IV. NHIỆM VỤ, GIẢI PHÁP THỰC HIỆN"


def test_beside_a_motto_on_the_same_line_a_word_keeps_its_capital(restorer):
    read = "UBND THANH PHO HO CHi MINH Déc lap - Tw do"
    assert restorer.restore_text(read).text.endswith("MINH Độc lập - Tự do")
