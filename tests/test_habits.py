"""A document whose program garbles in a way of its own tells how; what others are read by stays as it was."""

from pathlib import Path

import pytest
from rapidfuzz.distance import Levenshtein

from pipeline.decoder import channel, counting, habits
from pipeline.decoder.pending import PendingWord
from pipeline.decoder.restoration import Restorer
from pipeline.decoder.tokens import Piece
from pipeline.decoder.trained import Trained
from pipeline.knowledge import vietnamese
from samples import invented

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
PLAN, READ_BY_TESSERACT = (
    "\n".join((SAMPLES / name).read_text("utf-8").split("\n")[:40])
    for name in ("gold/chuyen-doi-so-xa-2023/text.txt", "scans/thi-dua-xa-2024-ocr.txt")
)


def wrong(true, found):
    return Levenshtein.distance(vietnamese.to_old_style(true).split(), vietnamese.to_old_style(found).split())


@pytest.mark.parametrize("seed", [3, 11])
def test_an_unknown_program_is_understood_from_its_own_text(restorer, seed):
    raw = invented.garbled(PLAN, seed)
    once, anew = Restorer.load(habits=False).restore_text(raw), restorer.restore_text(raw)
    assert wrong(PLAN, anew.text) < 0.6 * wrong(PLAN, once.text)
    assert [word.raw for word in anew.words] == raw.split()
    numbers = [word for word in anew.words if word.raw.strip(".,;:%()").isdigit()]
    assert numbers
    assert all(word.text == word.raw for word in numbers)


def test_what_was_heard_in_one_document_is_not_believed_in_another(restorer):
    before = restorer.restore_text(READ_BY_TESSERACT)
    restorer.restore_text(invented.garbled(PLAN, 5))
    assert restorer.restore_text(READ_BY_TESSERACT) == before


@pytest.mark.parametrize("raw", [
    pytest.param(READ_BY_TESSERACT, id="read as the channel expects"),
    pytest.param(invented.garbled("Ủy ban nhân dân xã tổ chức hội nghị triển khai kế hoạch", 3), id="a line alone"),
])
def test_other_texts_are_decoded_once(restorer, raw, monkeypatch):
    made = []
    monkeypatch.setattr(Trained, "hearing", lambda self, tables: made.append(tables))
    assert "garbled" in restorer.restore_text(raw).conditions
    assert not made


def decoded(raw, text, confidence=0.97, kind="letter"):
    return PendingWord(raw, pieces=(Piece(raw, "text"),), texts=[text], confidence=confidence, kind=kind)


@pytest.mark.parametrize(("word", "told"), [
    pytest.param(decoded("vA", "và"), {("và", "vA"): 1}, id="a sure word"),
    pytest.param(decoded("VA", "VÀ"), {("VÀ", "VA"): 1}, id="in capitals"),
    pytest.param(decoded("vA", "và", 0.85), {}, id="not sure enough"),
    pytest.param(decoded("c", "của", kind="merge"), {}, id="half of a word"),
    pytest.param(decoded("bUA", "ĐuA"), {}, id="in odd capitals"),
    pytest.param(decoded("UBND", "UBND"), {}, id="no syllable"),
    pytest.param(PendingWord("2024", pieces=(Piece("2024", "number"),)), {}, id="never decoded"),
])
def test_only_sure_syllables_tell(restorer, word, told):
    assert habits.heard([word], restorer.trained.latin).pairs == told


def test_the_channel_hears_what_the_document_showed():
    own = counting.counted({("và", "va"): 900, ("và", "vd"): 5, ("về", "vé"): 900})
    known = channel.Channel.learn("latin", ["và", "về"], own)
    shown = habits.Habits({("và", "vA"): 30, ("về", "vA"): 3}, -2.0)
    learned = channel.Channel.learn("latin", ["và", "về"], shown.beside(own))
    before, after = (one.score("vA", (channel.LOWER,))[0] for one in (known, learned))
    assert after[0] > 20 * before[0]
    assert after[0] > 2 * after[1]
    assert learned.score("va", (channel.LOWER,))[0, 0] > 0.1  # what it knew before is not forgotten


def test_words_in_small_letters_tell_of_capitals_a_little():
    own = counting.counted({("DÂN", "DAN"): 900, ("dân", "dan"): 900, ("dẫn", "dan"): 900})
    known = channel.Channel.learn("latin", ["dân", "dẫn"], own)
    shown = habits.Habits({("dân", "dirn"): 30}, -2.0)
    learned = channel.Channel.learn("latin", ["dân", "dẫn"], shown.beside(own))
    before, after = (one.score("DIRN", (channel.UPPER,))[0] for one in (known, learned))
    assert after[0] > 20 * before[0]
    assert learned.score("DAN", (channel.UPPER,))[0, 0] > 0.1
