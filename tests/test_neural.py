"""The neural second reader: what it may change and what not, and that the shipped one fits the shipped model."""
import zlib

import numpy as np
import pytest

from pipeline.decoder import neural
from pipeline.decoder.lattice import Arcs
from pipeline.decoder.restoration import Restorer
from pipeline.decoder.trained import MODEL
from pipeline.training.corpus import Paragraph
from pipeline.training.doubts import NONE, Maker, streams

WORDS, WIDTH, HIDDEN = 12, 4, 6


def arrays(seed=0, weights=(1.0, 1.0, 0.0)):
    rng = np.random.default_rng(seed)
    inputs = 2 * (neural.NEAR + len(neural.GROUPS)) * WIDTH
    shapes = {"context": (WORDS + 1, WIDTH), "answer": (WORDS, WIDTH), "first": (HIDDEN, inputs),
              "second": (HIDDEN, HIDDEN), "third": (WIDTH, HIDDEN)}
    made = {}
    for name, shape in shapes.items():
        matrix = rng.normal(size=shape).astype(np.float32)
        if name == "answer":
            matrix[:4] = 0  # the classes are never learned
        made[name], made[f"{name}_scale"] = neural.packed(matrix)
    for name, size in (("first", HIDDEN), ("second", HIDDEN), ("third", WIDTH), ("word", WORDS)):
        made[f"{name}_bias"] = rng.normal(size=size).astype(np.float16)
    return {**made, "weights": np.array([weights, weights], np.float32), "vocabulary": np.array([0], np.uint32)}


# Places 0-1 (words 5, 6 and the class 3), 1-2 (sure: 7), 2-4 by one arc or 2-3-4 by two, 4-5 (8, 9).
ROWS = ((0, 1, 3, 0.2), (0, 1, 5, 0.5), (0, 1, 6, 0.3), (1, 2, 7, 1.0), (2, 3, 4, 0.3), (2, 4, 10, 0.4),
        (2, 4, 11, 0.3), (3, 4, 5, 0.3), (4, 5, 8, 0.6), (4, 5, 9, 0.4))
LATTICE = Arcs(*(np.array(column) for column in zip(*((a, b, w, 0.0) for a, b, w, _ in ROWS), strict=True)))
CHANCES = np.array([row[3] for row in ROWS])
PATH = np.array([1, 3, 5, 8])


def test_words_of_a_doubtful_place_are_weighed_against_each_other_and_nothing_else_moves():
    told = neural.NeuralReader(arrays()).told(LATTICE, CHANCES, PATH, 6, "garbled")
    found = CHANCES * np.exp(told)
    assert (found != CHANCES).tolist() == [False, True, True, False, False, True, True, False, True, True]
    for place in ([1, 2], [5, 6], [8, 9]):
        assert found[place].sum() == pytest.approx(CHANCES[place].sum())


def test_weights_that_trust_the_lattice_alone_change_nothing():
    told = neural.NeuralReader(arrays(weights=(1.0, 0.0, 0.0))).told(LATTICE, CHANCES, PATH, 6, "unmarked")
    assert told == pytest.approx(np.zeros(len(CHANCES)))


def test_the_guess_depends_on_the_words_around_and_not_on_the_word_itself():
    reader = neural.NeuralReader(arrays())
    around = np.random.default_rng(3).normal(size=(100, WIDTH)).astype(np.float32)
    told = reader.hidden(around, np.array([50]))
    moved = around.copy()
    moved[50] += 1
    assert reader.hidden(moved, np.array([50])) == pytest.approx(told)
    for place in (50 - neural.REACH, 43, 49, 51, 60, 50 + neural.REACH):
        moved = around.copy()
        moved[place] += 1
        assert np.abs(reader.hidden(moved, np.array([50])) - told).max() > 1e-4
    moved = around.copy()
    moved[[50 - neural.REACH - 1, 50 + neural.REACH + 1]] += 1
    assert reader.hidden(moved, np.array([50])) == pytest.approx(told, abs=1e-4)


def test_packing_keeps_a_row_to_a_part_in_254():
    matrix = np.random.default_rng(1).normal(size=(5, 40)).astype(np.float32)
    matrix[2] = 0
    whole, scale = neural.packed(matrix)
    assert whole.dtype == np.int8
    assert scale[2] == 0
    assert np.abs(whole * scale[:, None] - matrix).max() <= np.abs(matrix).max() / 254 + 1e-6


def test_without_its_file_or_for_other_words_there_is_none(tmp_path):
    assert neural.load(tmp_path / neural.FILE, b"a") is None
    np.savez(tmp_path / neural.FILE, **{**arrays(), "vocabulary": np.array([zlib.crc32(b"a")], np.uint32)})
    assert neural.load(tmp_path / neural.FILE, b"b") is None
    assert neural.load(tmp_path / neural.FILE, b"a") is not None


def test_the_shipped_one_fits_the_shipped_model_and_can_be_left_out():
    restorer = Restorer.load()
    reader = restorer.trained.second_reader
    assert reader is not None
    assert len(reader.answer) == len(restorer.trained.vocabulary.words) == len(reader.context) - 1
    assert MODEL.with_name(neural.FILE).stat().st_size < 4_000_000
    assert Restorer.load(second_reader=False).trained.second_reader is None


def test_it_tells_what_three_words_cannot():
    """The disease is named too far off for the language model; "huyen" and "chung" have many readings."""
    text = ("Ke hoach to chuc tiem chung vac xin phong benh cho tre em tren dia ban huyen nam 2021, bao dam an toan; "
            "cac tram y te ra soat tre chua tiem du mui va to chuc tiem bu")
    plain, read = Restorer.load(second_reader=False), Restorer.load()
    assert read.restore_text(text).text.count("tiêm") == 3
    assert read.restore_text(text).text != text
    assert {word.raw for word in plain.restore_text(text).words} == {word.raw for word in read.restore_text(text).words}


def test_clean_text_and_slips_never_meet_it(monkeypatch):
    def fail(*_):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(neural.NeuralReader, "told", fail)
    text = "Ủy ban nhân dân xã giao các thôn rà soát hộ nghèo và báo cáo kết quả trước ngày 15 hằng tháng"
    assert Restorer.load().restore_text(text).text == text


def test_doubts_hold_the_true_word_and_its_neighbours(tmp_path):
    restorer = Restorer.load()
    pages = tmp_path / "pages.jsonl"
    pages.write_text("", "utf-8")
    maker = Maker(restorer.trained, [pages])
    text = "Ủy ban nhân dân xã tổ chức hội nghị triển khai kế hoạch và giao nhiệm vụ cho các thôn " * 20
    stream = streams([Paragraph("own", "train", text)], restorer.trained)["own"]
    doubts = maker.draw(stream, np.random.default_rng(0), wrong=0.0)
    assert len(doubts.true) > 5
    assert ((doubts.choices == doubts.true[:, None]) & (doubts.heard > NONE)).any(axis=1).all()
    assert doubts.near.sum(axis=1) == pytest.approx(1.0)
    before, after = doubts.around[:, neural.REACH - 1], doubts.around[:, neural.REACH]
    follows = set(zip(stream[:-1].tolist(), stream[1:].tolist(), strict=True))
    assert all((a, b) in follows for a, b in zip(before.tolist(), doubts.true.tolist(), strict=True))
    assert all((a, b) in follows for a, b in zip(doubts.true.tolist(), after.tolist(), strict=True))
