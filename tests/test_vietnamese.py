"""Letters, tones and syllables: the tables give what they should, the keys fold what is the same."""
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.knowledge import vietnamese


def test_the_tables_give_the_known_number_of_syllables():
    assert len(vietnamese.ONSETS) == 28
    assert len({*vietnamese.OPEN_RIMES, *vietnamese.CLOSED_RIMES, "ya"}) == 192
    assert len(vietnamese.toneless_syllables()) == 4298
    assert len(vietnamese.syllables(new_style=True)) == 19_397
    assert len(vietnamese.syllables(new_style=True) | vietnamese.syllables(new_style=False)) == 19_757


@pytest.mark.parametrize(
    "word", ["nghiêng", "khuya", "quốc", "gì", "giếng", "quý", "hòa", "hoà", "thủy", "thuỷ", "khuỷu", "ĐƯỜNG",
    "Ủy", "yêu", "uống", "oăm", "quều", "gích", "xoong"]
)
def test_legal(word):
    assert vietnamese.is_syllable(word)


@pytest.mark.parametrize("word", ["tóan", "plan", "kỉnhh", "ngi", "cế", "ghà", "iêu", "fa", "zalo", "wtr",
    "ba2", "ubnd", "hội.", "hộị"])
def test_not_legal(word):
    assert not vietnamese.is_syllable(word)


def test_stopped_codas_take_two_tones():
    assert vietnamese.is_syllable("mát")
    assert vietnamese.is_syllable("mạt")
    assert not vietnamese.is_syllable("màt")
    assert not vietnamese.is_syllable("mat")


def test_compose_mends_look_alikes_and_order_of_marks():
    assert vietnamese.compose("Ðảng ðến Ɖông d\u0335") == "Đảng đến Đông đ"
    decomposed = "e\u0323\u0302"  # ệ as canonical ordering leaves it
    assert vietnamese.compose(decomposed) == vietnamese.compose("ê\u0323") == "ệ"


@pytest.mark.parametrize(
    ("new", "old"),
    [("hoà", "hòa"), ("HOÀ BÌNH", "HÒA BÌNH"), ("khoẻ", "khỏe"), ("Thuỷ", "Thủy"), ("quý", "quý"), ("hoàn", "hoàn"),
     ("toán", "toán"), ("quà", "quà"), ("ngoèo", "ngoèo")],
)
def test_tone_placement(new, old):
    assert vietnamese.to_old_style(new) == old
    assert vietnamese.fold(new) == vietnamese.fold(old)


def test_keys():
    assert vietnamese.search_key("Đặng Thị Ngọc HUYỀN") == "dang thi ngoc huyen"
    assert vietnamese.strip_marks("Đặng 12 ¢") == "Dang 12 ¢"
    assert vietnamese.strip_tone("Đường") == "Đương"


def test_legal_share_tells_sound_text_from_damaged():
    sound = "Ủy ban nhân dân xã giao các thôn rà soát hộ nghèo, báo cáo UBND huyện trước ngày 15/6."
    assert vietnamese.legal_share(sound) == 1.0
    assert vietnamese.legal_share("Céng hßa x· héi chñ nghÜa ViÖt Nam") < 0.5
    assert vietnamese.legal_share("The committee shall publish every report without delay") < 0.4
    assert vietnamese.legal_share("12/2024 --") == 1.0


@given(st.text())
def test_keys_never_fail_and_are_stable(text):
    once = vietnamese.fold(text)
    assert vietnamese.fold(once) == once
    assert unicodedata.normalize("NFC", vietnamese.compose(text)) == vietnamese.compose(text)
    assert 0 <= vietnamese.legal_share(text) <= 1
