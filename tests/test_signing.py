"""The second look at the place of signature: what it adds, what it leaves, what it keeps of the first look."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from pipeline.document import Reading
from pipeline.imaging import looks, signing, signlines
from pipeline.imaging.recognisers import Image, SeenWord

DPI = 150.0
PAGE = np.full((1754, 1240), 255, np.uint8)


def line(text: str, left: int, top: int, number: int, confidence: float = 0.95) -> list[SeenWord]:
    """The words of one printed line, 24 pixels high, 14 a letter."""
    words = []
    for word in text.split():
        words.append(SeenWord(word, left, top, left + 14 * len(word), top + 24, confidence, 0, number))
        left += 14 * (len(word) + 1)
    return words


@dataclass
class Looks:
    """Answers each look with the lines of `seen` (text, left, top on the page, confidence)."""

    seen: list[tuple[str, int, int, float]]
    asked: list[float] = field(default_factory=list)
    corner: tuple[int, int] = (0, 0)

    @property
    def identity(self) -> dict[str, Any]:
        return {"engine": "told"}

    def read(self, image: Image, *, dpi: float, timeout: float | None = None) -> tuple[SeenWord, ...]:
        scale = dpi / DPI
        self.asked.append(scale)
        left = PAGE.shape[1] - round(image.shape[1] / scale)
        top = self.corner[1]
        words = []
        for number, (text, x, y, confidence) in enumerate(self.seen):
            for word in line(text, x - left, y - top, number, confidence):
                words.append(replace(
                    word, left=round(word.left * scale), right=round(word.right * scale),
                    top=round(word.top * scale), bottom=round(word.bottom * scale),
                ))
        return tuple(words)


FIRST_LINE = 1000
CORNER = (0, FIRST_LINE - round(0.2 * DPI))  # the look begins a line above the first power


def foot(*right: tuple[str, int, float]) -> tuple[SeenWord, ...]:
    """A page's words: a body line, recipients at the left, and lines of (text, top, confidence) at the right."""
    words = line("Trên đây là Kế hoạch phát động thi đua của Ủy ban nhân dân xã năm nay./.", 120, 900, 0)
    words += line("Nơi nhận:", 120, FIRST_LINE, 1) + line("- Lưu: VT.", 120, 1030, 2)
    for number, (text, top, confidence) in enumerate(right, 3):
        words += line(text, 700, top, number, confidence)
    return tuple(words)


def texts(words: tuple[SeenWord, ...]) -> list[str]:
    lines: dict[int, list[str]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word.text)
    return [" ".join(line) for line in lines.values()]


def test_a_lost_position_and_name_are_added() -> None:
    looks = Looks([("KT. CHỦ TỊCH", 700, 1000, 0.95), ("PHÓ CHỦ TỊCH", 700, 1030, 0.9),
                   ("Trần Thị Mai", 700, 1160, 0.9)], corner=CORNER)
    words = foot(("KT. CHỦ TỊCH", 1000, 0.95))
    found = signing.look_at_signature(PAGE, DPI, words, {}, looks, 10)
    assert set(texts(found.words)[-2:]) == {"Trần Thị Mai", "PHÓ CHỦ TỊCH"}
    assert found.words[: len(words)] == words
    assert found.changed == 6
    name = next(word for word in found.words if word.text == "Trần")
    assert abs(name.left - 700) <= 2
    assert abs(name.top - 1160) <= 2


def test_two_powers_side_by_side_far_above_the_recipients_are_no_place_of_signature() -> None:
    words = line("CHỦ TỊCH", 200, 200, 0) + line("CHỦ TỊCH", 800, 200, 1) + line("Nơi nhận:", 120, 1300, 2)
    assert signing.look_at_signature(PAGE, DPI, tuple(words), {}, Looks([]), 10).words == tuple(words)


def test_a_damaged_line_is_replaced_and_what_was_read_first_is_kept_beside_it() -> None:
    looks = Looks([("PHÓ CHỦ TỊCH", 700, 1030, 0.9)], corner=CORNER)
    words = foot(("KT. CHỦ TỊCH", 1000, 0.95), ("FHO CHỦ TỊCH", 1030, 0.5))
    kept: dict[int, tuple[Reading, ...]] = {0: (Reading("x", "Trèn", 0.3),)}
    found = signing.look_at_signature(PAGE, DPI, words, kept, looks, 10)
    assert "PHÓ CHỦ TỊCH" in texts(found.words)
    assert "FHO" not in [word.text for word in found.words]
    index = next(i for i, word in enumerate(found.words) if word.text == "PHÓ")
    assert [reading.text for reading in found.readings[index]] == ["FHO"]
    assert found.readings[0][0].text == "Trèn"


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        ("chất lượng công tác", 0.95),  # no power, position or name
        ("Trần Thị Mai", 0.3),  # strokes read as letters, in every look alike
        ("NgỀ Quang Hưng", 0.9),  # a capital inside a word
        ("Vũ Hãy Fwa", 0.74),  # a syllable that Vietnamese has not
    ],
)
def test_what_no_look_reads_stays_unread(text: str, confidence: float) -> None:
    words = foot(("KT. CHỦ TỊCH", 1000, 0.95), ("PHÓ CHỦ TỊCH", 1030, 0.95))
    found = signing.look_at_signature(PAGE, DPI, words, {}, Looks([(text, 700, 1160, confidence)], corner=CORNER), 10)
    assert found.words == words
    assert found.changed == 0


def test_what_all_looks_read_alike_is_surer_than_each() -> None:
    words = foot(("KT. CHỦ TỊCH", 1000, 0.95), ("PHÓ CHỦ TỊCH", 1030, 0.95))
    looks = Looks([("Trần Thị Mai", 700, 1160, 0.5)], corner=CORNER)
    found = signing.look_at_signature(PAGE, DPI, words, {}, looks, 10)
    assert "Trần Thị Mai" in texts(found.words)
    assert all(0.6 < word.confidence < 0.95 for word in found.words if word.text in ("Trần", "Thị", "Mai"))


def test_a_name_that_begins_unlike_one_is_not_added() -> None:
    words = foot(("KT. CHỦ TỊCH", 1000, 0.95), ("PHÓ CHỦ TỊCH", 1030, 0.95))
    looks = Looks([("Nống Văn Nguyên", 700, 1160, 0.85)], corner=CORNER)  # a ring of the seal over "Nông"
    assert signing.look_at_signature(PAGE, DPI, words, {}, looks, 10).words == words


def test_the_page_s_own_pixels_are_not_cut_out_where_an_ink_alone_is_read_well() -> None:
    whole = Looks([("CHỦ TỊCH", 700, 1000, 0.95), ("Trần Thị Mai", 700, 1160, 0.95)], corner=CORNER)
    asked: list[float] = []

    def cut(place: tuple[int, int, int, int], scale: float) -> Image:
        asked.append(scale)
        return np.full((10, 10), 250, np.uint8)

    own = signing.Own(1.5, False, cut)
    words = foot(("CHỦ TỊCH", 1000, 0.95))
    signing.look_at_signature(PAGE, DPI, words, {}, whole, 10, own=own)
    assert asked == []
    signing.look_at_signature(PAGE, DPI, words, {}, Looks([], corner=CORNER), 10, own=own)
    assert asked == [1.5]


def test_a_signature_that_was_read_well_is_not_looked_at_again() -> None:
    looks = Looks([])
    words = foot(("KT. CHỦ TỊCH", 1000, 0.95), ("PHÓ CHỦ TỊCH", 1030, 0.95), ("Trần Thị Mai", 1160, 0.95))
    assert signing.look_at_signature(PAGE, DPI, words, {}, looks, 10).words == words
    assert looks.asked == []


def test_a_page_without_a_foot_is_not_looked_at() -> None:
    looks = Looks([])
    words = tuple(line("Các thôn tổ chức họp dân trong tháng ba", 120, 900, 0))
    assert signing.look_at_signature(PAGE, DPI, words, {}, looks, 10).words == words
    assert looks.asked == []


def test_the_looks_end_with_the_first_that_reads_all() -> None:
    whole = [("CHỦ TỊCH", 700, 1000, 0.95), ("Trần Thị Mai", 700, 1160, 0.95)]
    all_told = Looks(whole, corner=CORNER)
    signing.look_at_signature(PAGE, DPI, foot(("CHỦ TỊCH", 1000, 0.95)), {}, all_told, 10)
    assert all_told.asked == [1.0]
    partly = Looks(whole[:1], corner=CORNER)
    signing.look_at_signature(PAGE, DPI, foot(("CHỦ TỊCH", 1000, 0.95)), {}, partly, 10)
    assert len(partly.asked) == len(looks.GREY)


def test_of_several_looks_the_surer_and_the_agreeing_words_are_believed() -> None:
    looks = Looks([("CHỦ TỊCH", 700, 1000, 0.95), ("Tà Văn Phúc", 700, 1160, 0.7)], corner=CORNER)
    better = Looks([("Hà Văn Phúc", 700, 1160, 0.9)], corner=CORNER)

    class Changing(Looks):
        def read(self, image: Image, *, dpi: float, timeout: float | None = None) -> tuple[SeenWord, ...]:
            told = looks if not self.asked else better
            self.asked.append(dpi)
            return told.read(image, dpi=dpi)

    found = signing.look_at_signature(PAGE, DPI, foot(("CHỦ TỊCH", 1000, 0.95)), {}, Changing([]), 10)
    assert texts(found.words)[-1] == "Hà Văn Phúc"
    index = next(i for i, word in enumerate(found.words) if word.text == "Hà")
    assert "Tà" in [reading.text for reading in found.readings[index]]


def test_a_position_that_lacks_its_start_is_not_added() -> None:
    looks = Looks([("GIÁM ĐỐC", 760, 1000, 0.95)], corner=CORNER)
    words = foot(("T{,GIAMĐOC", 1000, 0.4))  # someone wrote "KT." before it
    assert signing.look_at_signature(PAGE, DPI, words, {}, looks, 10).words == words


def test_a_deputy_lacks_no_power_where_letters_of_the_seal_stand_before_the_line() -> None:
    looks = Looks([("PHÓ CHỦ TỊCH", 760, 1030, 0.95)], corner=CORNER)
    words = foot(("KT. CHỦ TỊCH", 1000, 0.95), ("GD PHQ CHU TICH", 1030, 0.5))
    found = signing.look_at_signature(PAGE, DPI, words, {}, looks, 10)
    assert "PHÓ CHỦ TỊCH" in texts(found.words)


def test_a_recipient_that_was_read_as_one_line_with_the_pen_is_read_again() -> None:
    words = (
        *foot(("CHỦ TỊCH", 1000, 0.95), ("Trần Thị Mai", 1160, 0.95)),
        SeenWord("n.", 120, 1070, 160, 1094, 0.4, 0, 9), SeenWord("W4»", 800, 1060, 900, 1100, 0.1, 0, 9),
    )

    class Left(Looks):
        def read(self, image: Image, *, dpi: float, timeout: float | None = None) -> tuple[SeenWord, ...]:
            self.asked.append(dpi)
            return tuple(line("- Các thôn (t/h);", 120 - 108, 1070 - CORNER[1], 0, 0.9))

    looks = Left([])
    found = signing.look_at_signature(PAGE, DPI, words, {}, looks, 10)
    assert len(looks.asked) == 1  # the signature itself was read well
    assert texts(found.words)[-1] == "- Các thôn (t/h);"
    assert "n." not in [word.text for word in found.words]
    assert "W4»" in [word.text for word in found.words]


def test_a_position_whose_first_word_lies_under_the_seal_keeps_what_is_left_of_it() -> None:
    looks = Looks([("SN CHỦ TỊCH", 660, 1030, 0.8)], corner=CORNER)
    words = foot(("KT. CHỦ TỊCH", 1000, 0.95), ("CHỦ TỊCH", 1030, 0.95))
    shifted = tuple(
        replace(word, left=word.left + 2, right=word.right + 2) if word.top == 1030 else word for word in words
    )
    found = signing.look_at_signature(PAGE, DPI, shifted, {}, looks, 10)
    assert "SN CHỦ TỊCH" in texts(found.words)
    assert "CHỦ TỊCH" not in texts(found.words)


@dataclass
class Columns:
    """Answers the look at each of two columns, told apart by its width, with a line of its own."""

    names: dict[int, tuple[str, int, int]]
    top: int

    @property
    def identity(self) -> dict[str, Any]:
        return {"engine": "told"}

    def read(self, image: Image, *, dpi: float, timeout: float | None = None) -> tuple[SeenWord, ...]:
        if dpi != DPI:
            return ()
        text, x, y = self.names[image.shape[1]]
        return tuple(line(text, x, y - self.top, 0))


def test_two_who_sign_side_by_side_are_looked_at_one_by_one() -> None:
    words = (
        *line("Trên đây là Kế hoạch phối hợp giữa hai cơ quan./.", 120, 900, 0),
        *line("CHỦ TỊCH", 230, 1000, 1),
        *line("GIÁM ĐỐC", 860, 1004, 2),
        *line("Nơi nhận:", 120, 1300, 3),
        *line("- Lưu: VT.", 120, 1340, 4),
    )
    middle = (230 + 14 * 8 + 860) // 2
    engine = Columns({middle: ("Hà Văn Quý", 200, 1180), 1240 - middle: ("Lê Thị Ngọ", 230, 1176)}, CORNER[1])
    found = texts(signing.look_at_signature(PAGE, DPI, words, {}, engine, 10).words)
    assert "Hà Văn Quý" in found
    assert "Lê Thị Ngọ" in found
    assert "- Lưu: VT." in found


@pytest.mark.parametrize(("seen", "line_found"), [
    ("CỘNG.KT. CHỦ TỊCH", "KT. CHỦ TỊCH"),
    ("HÒA £SXT. CHỦ TỊCH", "XT. CHỦ TỊCH"),  # what it was before is not said here
    ("NAM CHỦ TỊCH", None),  # not "CHỦ TỊCH": a word may lie under the seal
])
def test_of_a_power_behind_the_letters_of_a_seal_nothing_is_made_up(seen: str, line_found: str | None) -> None:
    engine = Looks([(seen, 640, 1000, 0.9)], corner=CORNER)
    before = foot()
    found = texts(signing.look_at_signature(PAGE, DPI, before, {}, engine, 10).words)
    assert [text for text in found if text not in texts(before)] == ([line_found] if line_found else [seen])


def test_of_two_looks_that_each_lost_a_word_of_a_name_both_give_their_best() -> None:
    @dataclass
    class Two(Looks):
        def read(self, image: Image, *, dpi: float, timeout: float | None = None) -> tuple[SeenWord, ...]:
            seen = Looks.read(self, image, dpi=dpi, timeout=timeout)
            worse = {1.0: ("BíCh", 2), 1.35: ("LIên", 3)}.get(round(dpi / DPI, 2))
            if worse is None:
                return ()
            return tuple(replace(word, text=worse[0], confidence=0.3) if at == worse[1] else word
                         for at, word in enumerate(seen))

    engine = Two([("Dương Thị Bích Liên", 700, 1160, 0.9)], corner=CORNER)
    words = foot(("HIỆU TRƯỞNG", 1000, 0.95))
    assert "Dương Thị Bích Liên" in texts(signing.look_at_signature(PAGE, DPI, words, {}, engine, 10).words)


def test_a_name_under_a_power_alone_is_looked_at_for_the_position_between() -> None:
    whole = [("TM. ỦY BAN NHÂN DÂN", 660, 1000, 0.95), ("CHỦ TỊCH", 720, 1030, 0.95), ("Trần Thị Mai", 700, 1160, 0.95)]
    engine = Looks(whole, corner=CORNER)
    words = foot(("TM. ỦY BAN NHÂN DÂN", 1000, 0.95), ("Trần Thị Mai", 1160, 0.95))
    assert "CHỦ TỊCH" in texts(signing.look_at_signature(PAGE, DPI, words, {}, engine, 10).words)
    assert engine.asked == [1.0]


def test_a_position_behind_the_end_of_a_recipient_and_a_part_of_the_seal_is_taken() -> None:
    looks = Looks([("SND cấp huyện;< -PHÓ CHỦ TỊCH", 480, 1030, 0.9)], corner=CORNER)
    words = foot(("KT. CHỦ TỊCH", 1000, 0.95))
    found = signing.look_at_signature(PAGE, DPI, words, {}, looks, 10)
    assert texts(found.words)[-1] == "PHÓ CHỦ TỊCH"


def test_a_name_whose_blanks_a_pen_has_closed_is_parted() -> None:
    looks = Looks([("PHÓ CHỦ TỊCH", 700, 1030, 0.9), ("“VũThịMai", 700, 1160, 0.9)], corner=CORNER)
    words = foot(("KT. CHỦ TỊCH", 1000, 0.95))
    found = signing.look_at_signature(PAGE, DPI, words, {}, looks, 10)
    assert "Vũ Thị Mai" in texts(found.words)
    name = [word for word in found.words if word.text in ("Vũ", "Thị", "Mai")]
    assert all(one.right <= after.left for one, after in pairwise(name))


@pytest.mark.parametrize(("seen", "parted"), [
    ("BÍTHƯ", "BÍ THƯ"), ("T/MBAN THƯỜNG VỤ", "T/M BAN THƯỜNG VỤ"), ("CHỦTỊCH", "CHỦ TỊCH"), ("XUÂNPHÚ", "XUÂNPHÚ"),
])
def test_a_position_whose_blanks_a_seal_has_closed_is_parted(seen: str, parted: str) -> None:
    kept = signlines.trimmed(signlines.SignLine(tuple(line(seen, 700, 1030, 1))))
    assert kept is not None
    assert kept.text == parted
    assert all(one.right <= after.left for one, after in pairwise(kept.words))


def test_the_pages_own_pixels_are_looked_at_where_the_copy_has_fewer() -> None:
    class OnlyFine(Looks):
        def read(self, image: Image, *, dpi: float, timeout: float | None = None) -> tuple[SeenWord, ...]:
            found = super().read(image, dpi=dpi, timeout=timeout)
            return found if dpi == 2 * DPI else ()

    def cut(area: tuple[int, int, int, int], scale: float) -> Image:
        left, right, top, bottom = area
        return np.full((round(scale * (bottom - top)), round(scale * (right - left))), 255, np.uint8)

    words = foot(("CHỦ TỊCH", 1000, 0.95))
    seen = [("CHỦ TỊCH", 700, 1000, 0.95), ("Trần Thị Mai", 700, 1160, 0.9)]
    found = signing.look_at_signature(
        PAGE, DPI, words, {}, OnlyFine(seen, corner=CORNER), 10, own=signing.Own(2.0, False, cut)
    )
    assert texts(found.words)[-1] == "Trần Thị Mai"
    without = signing.look_at_signature(PAGE, DPI, words, {}, OnlyFine(seen, corner=CORNER), 10)
    assert without.words == words


def test_a_position_that_another_look_read_with_its_power_is_not_taken_alone() -> None:
    seen = [("_zz.KT. CHỦ TỊCH", 620, 1000, 0.9)]

    class Two(Looks):
        def read(self, image: Image, *, dpi: float, timeout: float | None = None) -> tuple[SeenWord, ...]:
            self.seen = seen if not self.asked else [("CHỦ TỊCH", 740, 1000, 0.97)]
            return super().read(image, dpi=dpi, timeout=timeout)

    words = foot(("CHỦ TỊCH", 1000, 0.5))
    found = signing.look_at_signature(PAGE, DPI, words, {}, Two(seen, corner=CORNER), 10)
    assert texts(found.words)[-1] == "KT. CHỦ TỊCH"


def test_a_recipient_beside_the_left_signer_keeps_its_words() -> None:
    looks = Looks([("GIÁM ĐỐC", 700, 1000, 0.95), ("Sở tỉnh Bắc Kạn (để", 700, 1100, 0.95)], corner=CORNER)
    words = (*foot(("GIÁM ĐỐC", 1000, 0.6)), *line("Sở tỉnh Bắc Kạn (để b/c);", 700, 1100, 9))
    found = signing.look_at_signature(PAGE, DPI, words, {}, looks, 10)
    assert "Sở tỉnh Bắc Kạn (để b/c);" in texts(found.words)
