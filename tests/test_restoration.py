"""The decoder as a whole: what it mends, what it leaves alone, and that it never breaks on bad input."""
import re

import numpy as np
import pytest

from pipeline.decoder import trained
from pipeline.decoder.restoration import Restorer, restore
from pipeline.document import Block, Cell, Document, Line, Page, Reading, Table, Word
from pipeline.errors import MissingPart
from pipeline.knowledge import vietnamese
from tests.leaf_cases import cases


def digits(text):
    return re.sub(r"\D", "", text)


@pytest.mark.parametrize("case", cases("restore", "wild"))
def test_mends(restorer, case):
    assert vietnamese.to_old_style(restorer.restore_text(case["raw"]).text) == case["text"]


@pytest.mark.parametrize("case", cases("restore", "exact"))
def test_mends_to_the_letter(restorer, case):
    assert restorer.restore_text(case["raw"]).text == case["text"]


@pytest.mark.parametrize("case", cases("restore", "keep"))
@pytest.mark.parametrize("preset", ["strict", "balanced", "full"])
def test_leaves_alone(restorer, case, preset):
    assert restorer.restore_text(case["raw"], preset).text == case["raw"]


def test_every_word_is_told_of_in_order(restorer):
    raw = "Nim 2024, nhan dan trong x4\nquyét tam thi dua."
    found = restorer.restore_text(raw)
    assert [word.raw for word in found.words] == raw.split()
    assert [(word.line, word.offset) for word in found.words][:2] == [(0, 0), (0, 4)]
    assert all(0 <= word.confidence <= 1 for word in found.words)
    assert found.words[1].kind == "locked"
    changed = [word for word in found.words if word.text != word.raw]
    assert changed
    assert all(word.kind in ("mark", "letter", "split", "merge") for word in changed)


@pytest.mark.parametrize("preset", ["strict", "balanced", "full"])
@pytest.mark.parametrize("case", cases("restore", "exact"))
def test_no_figure_of_a_word_and_a_number_in_one_is_lost(restorer, case, preset):
    for word in restorer.restore_text(case["raw"], preset).words:
        if re.search(r"[2-57-9]", word.raw):  # those that stand for no letter
            assert digits(word.text) == digits(word.raw)


@pytest.mark.parametrize("preset", ["strict", "balanced", "full"])
@pytest.mark.parametrize("case", cases("restore", "numbers"))
def test_what_holds_a_number_stays(restorer, case, preset):
    text = restorer.restore_text(case["raw"], preset).text
    assert [part for part in case["stay"] if part not in text] == []
    assert digits(text) == digits(case["raw"])


def test_a_day_read_as_a_sign_is_doubtful(restorer):
    words = restorer.restore_text("Hdi nghi duge t6 chirc vao ngay £2 thang U7 tai Nha van hoa xa, ngay 5, 8 gid").words
    assert {word.raw for word in words if word.raw != word.text or word.confidence <= 0.5} >= {"£2", "U7"}
    assert all(word.confidence > 0.5 for word in words if word.raw in ("5,", "8"))


def test_figures_with_letters_in_them_are_doubtful(restorer):
    words = restorer.restore_text("Quyét dinh ngay l0 thang 5 nam 2O19 cua Uy ban nhan dan huyén vé vigc chi dao").words
    assert {word.raw for word in words if word.confidence <= 0.5} == {"l0", "2O19"}


def test_pure_digits_stay_even_where_a_word_would_fit(restorer):
    raw = "nhat 13 nguodi dimg dau co quan, don vi phai guong mau"
    found = restorer.restore_text(raw, "full")
    assert found.text.split()[1] == "13"


@pytest.mark.parametrize("case", cases("restore", "figures"))
def test_a_figure_gives_way_only_to_a_word_that_is_likelier_by_far(restorer, case):
    found = restorer.restore_text(case["raw"])
    figures = [word for word in found.words if re.fullmatch(r"\d+m?[.,;:]*", word.raw)]
    assert [word.text.strip(".,;:") for word in figures] == case["figures"]
    for word, other in zip(figures, case["may_be"], strict=True):
        assert not other or other in [alternative.text for alternative in word.alternatives]
        assert word.text == word.raw or word.confidence < 0.9  # a person looks at it
        assert word.text != word.raw or not other or word.confidence < 0.5


@pytest.mark.parametrize("case", cases("restore", "figures"))
def test_strict_changes_no_figure(restorer, case):
    words = restorer.restore_text(case["raw"], "strict").words
    figures = [word for word in words if re.fullmatch(r"\d+m?[.,;:]*", word.raw)]
    assert len(figures) == len(case["figures"])
    assert [word.text for word in figures] == [word.raw for word in figures]


def test_what_other_recognisers_print_for_a_vowel_is_read(restorer):
    raw = ("Uy ban nhAn dAn xd t6 chirc h$i nghi tri€n khai k€ hoqch phdt tri6n kinh t& - xd hQi, d$n huyQn, d6n tirng "
           "th6n; x6y dung n6ng th6n mdi, n6ng cao doi s6ng nh6n d6n.")
    found = restorer.restore_text(raw)
    assert set(found.conditions) == {"garbled"}
    right = {"Ủy", "ban", "nhân", "dân", "xã", "tổ", "chức", "hội", "nghị", "triển", "khai", "kế", "hoạch", "phát",
             "kinh", "tế", "nông", "thôn", "mới"}
    assert len(right - {word.text for word in found.words}) <= 1


def test_nothing_is_believed_of_a_page_read_upside_down(restorer):
    sound = "Uy ban nhan dan x4 giao cac thén ra soat h6 ngheo va bdo cdo két qua.\n" * 4
    turned = "UgAny Sugnx ueq yueyu 9ep oeYq 02 suonyd ugip ueG eoyy 8x Aex dnyd jatp uadny ayy uRop\n" * 8
    found = restorer.restore_text(f"{sound}\n{turned}")
    assert set(found.conditions[:4]) == {"garbled"}
    unread = [word for word in found.words if word.line > 4]
    assert [word.text for word in unread] == turned.split()
    assert max(word.confidence for word in unread) <= 0.5
    assert found.expected_errors > len(unread) / 2


def test_letters_that_nothing_is_known_of_are_doubtful(restorer):
    raw = "Giao GVBQK phdi hop vdi UBND x4 HUYESMWHNA quaCCHC té chic thuc hién Cong van s6 12/KH-CDTHCSQ cia huyén"
    found = {word.raw: word for word in restorer.restore_text(raw).words}
    unknown = ("GVBQK", "HUYESMWHNA", "quaCCHC", "12/KH-CDTHCSQ")
    assert all(found[text].text == text and found[text].confidence < 0.8 for text in unknown)
    assert found["UBND"].confidence > 0.9


def test_a_stroke_read_as_a_sign_is_doubtful(restorer):
    found = restorer.restore_text("Phu luc II! ban hanh kém theo Quyét dinh cua Uy ban nhan dan huyén vé giao von")
    assert {word.raw for word in found.words if word.confidence <= 0.5} == {"II!"}


def test_strict_changes_only_what_is_sure(restorer):
    raw = "¢d ¥ nghia rat quan trong, véi quyét tam hoan thanh muc tiéu d& ra cia dia phuong"
    for word in restorer.restore_text(raw, "strict").words:
        assert word.text == word.raw or word.confidence >= 0.99


def test_a_list_that_reads_d_twice_has_a_d_with_stroke(restorer):
    raw = "\n".join([
        "c) Giao Van phong theo déi, tong hgp;", "d) Giao Céng an x4 bao dam an ninh tr4t tu;",
        "d) Giao Hdi Phu nit van dong hdi vién;", "e) Giao cac thon thuc hién nghiém tuc.",
    ])
    assert [line.split()[0] for line in restorer.restore_text(raw).text.split("\n")] == ["c)", "d)", "đ)", "e)"]


def test_references_speak_for_what_stood_there(restorer):
    raw = "Hdi thi tiéng hat Khe Nhan 14n thi ba do Nha van hoa Bung Lau t6 chirc"
    reference = "Hội thi tiếng hát Khe Nhạn lần thứ ba do Nhà văn hóa Bưng Lau tổ chức tại xã."
    assert "Khe Nhạn" in restorer.restore_text(raw, references=[reference]).text


@pytest.mark.parametrize(
    "raw",
    ["", "\n", "\ud800 nudc \udfff", "\x00\x01\x02", "".join(map(chr, range(0x20, 0x3000, 7))), "a" * 300_000,
     "nudc rit ¢d " * 3000, "1a\n" * 600, "´ˋ~^" * 500, "\t".join(["x"] * 300)],
    ids=["empty", "line end", "surrogates", "control", "all scripts", "long word", "one line", "short lines", "marks",
         "tabs"],
)
def test_bad_input_is_answered(restorer, raw):
    found = restorer.restore_text(raw)
    assert found.text.count("\n") == raw.count("\n")
    assert len(found.conditions) == raw.count("\n") + 1
    assert [word.raw for word in found.words] == raw.split() or "\x1c" in raw or "\x85" in raw


def test_a_missing_model_is_said_so(tmp_path):
    with pytest.raises(MissingPart):
        Restorer.load(tmp_path / "none.npz")


def test_the_model_is_loaded_once_however_it_is_asked_for():
    """Twice would be 150 MB more in every worker."""
    assert trained.load(trained.MODEL) is trained.load(trained.MODEL, second_reader=True) is Restorer.load().trained


def document(lines, origin="ocr", recognised=0.9):
    made = tuple(
        Line(tuple(Word(raw, raw, recognised=recognised, confidence=recognised) for raw in line.split()))
        for line in lines
    )
    return Document("a.pdf", "0" * 64, "application/pdf", (Page(1, 595, 842, origin, blocks=(Block(made),)),))


def test_the_stage_keeps_lines_and_words_and_records_each_change(restorer):
    before = document(["Uy ban nhan dan x4 t6 chirc phong trao", "thi dua yéu nudc ndm 2024 trong nhan dan"])
    after = restore(before, restorer, "balanced")
    assert [line.raw for page in after.pages for line in page.lines()] == [
        line.raw for page in before.pages for line in page.lines()
    ]
    assert after.pages[0].text.split("\n")[1] == "thi đua yêu nước năm 2024 trong nhân dân"
    for word in after.words():
        assert (word.text != word.raw) == bool(word.edits)
        assert not word.edits or (word.edits[-1].before, word.edits[-1].after) == (word.raw, word.text)
        assert digits(word.text) == digits(word.raw) or not word.raw.isdigit()


def test_the_recognisers_doubt_decides_a_slip(restorer):
    line = "Các đơn vị phần đấu hoàn thành nhiệm vụ được giao"
    doubted = restore(document([line], recognised=0.5), restorer, "balanced")
    assert doubted.pages[0].text == "Các đơn vị phấn đấu hoàn thành nhiệm vụ được giao"


def with_readings(line, place, recognised, *readings):
    """A scanned line of which one word was read otherwise too."""
    made = document([line])
    words = list(made.pages[0].blocks[0].lines[0].words)
    words[place] = Word(words[place].raw, words[place].raw, recognised=recognised, readings=readings)
    return Document("a.pdf", "0" * 64, "application/pdf",
                    (Page(1, 595, 842, "ocr", blocks=(Block((Line(tuple(words)),)),)),))


def test_another_reading_settles_a_figure(restorer):
    before = with_readings("Thực hiện từ ngày I1 tháng 3 năm 2024", 4, 0.5, Reading("second", "11", 0.92))
    word = restore(before, restorer, "balanced").pages[0].blocks[0].lines[0].words[4]
    assert (word.raw, word.text) == ("I1", "11")
    assert [(edit.rule, edit.before, edit.after) for edit in word.edits] == [("second_reading", "I1", "11")]
    assert [other.text for other in word.alternatives] == ["I1"]
    assert word.confidence < 0.92


def test_a_figure_read_in_two_ways_is_kept_and_doubted(restorer):
    before = with_readings("Thực hiện từ ngày 17 tháng 3 năm 2024", 4, 0.85, Reading("second", "11", 0.9))
    word = restore(before, restorer, "balanced").pages[0].blocks[0].lines[0].words[4]
    assert (word.text, word.edits) == ("17", ())
    assert word.confidence < 0.5
    assert [other.text for other in word.alternatives] == ["11"]


def test_strokes_of_a_quarter_are_not_settled_by_another_reading(restorer):
    before = with_readings("Hoàn thành trong Quý III/2022 theo quy định", 4, 0.35, Reading("second", "II/2022", 0.54))
    word = restore(before, restorer, "balanced").pages[0].blocks[0].lines[0].words[4]
    assert (word.text, word.edits) == ("III/2022", ())
    assert word.confidence <= 0.5
    assert [other.text for other in word.alternatives] == ["II/2022"]


def test_another_reading_is_evidence_for_a_word(restorer):
    line = "Tổ chức hội nghị tại thôn Khe Nhan trong tháng"
    alone = restore(with_readings(line, 7, 0.7), restorer, "balanced").pages[0].blocks[0].lines[0].words[7]
    before = with_readings(line, 7, 0.4, Reading("second", "Nhạn", 0.93))
    word = restore(before, restorer, "balanced").pages[0].blocks[0].lines[0].words[7]
    assert alone.text == "Nhan"
    assert word.text == "Nhạn"
    assert word.edits[-1].rule == "second_reading"


@pytest.mark.parametrize("number", ["ITI/2022", "HI/2023,", "IH", "Il/2023", "IV/2023;"])
def test_strokes_after_quarter_are_neither_word_nor_another_number(restorer, number):
    text = f"Các xã bao cdo két qua thuc hién céng tac tuyén truyén trong Quy {number} theo quy dinh"
    restored = restorer.restore_text(text)
    assert f"Quý {number}" in restored.text


@pytest.mark.parametrize("case", cases("restore", "slips"))
def test_slips_of_a_scan(restorer, case):
    after = restore(document([case["raw"]], recognised=case["recognised"]), restorer, "balanced")
    assert after.pages[0].text == case["text"]


@pytest.mark.parametrize(
    ("raw", "text"),
    [("Ill. MUC TIEU", "III."), ("Il. NHIEM VU", "II."), ("IL. NHIEM VU", "II."), ("XL. MUC TIEU", "XL."),
     ("Iv- Té chirc thuc hién", "IV-"), ("I. MUC DICH", "I."),
     ("Illl. MUC", "Illl.")],
)
def test_a_roman_numeral_opens_a_line(restorer, raw, text):
    before = "trong nhan dan véi quyét tam hoan thanh muc tiéu d& ra cia dia phuong\n"
    assert restorer.restore_text(before + raw).text.split("\n")[1].split()[0] == text


def test_what_stands_in_the_place_of_a_bullet_is_no_word(restorer):
    raw = "\n".join([
        "Uy ban nhan dan x4 té chirc thuc hién cac nhiém vu sau day trong nam 2024:",
        "¢ Xay dung néng thon méi.", "¢ Hoan thanh chi tiéu thu ngan sach.", "o Kiém tra, giam sat viéc thuc hién.",
        "® Phat trién kinh té tai cac khu vuc trong diém va", "¢ nghia quan trong d6i véi dia phuong.",
    ])
    found = [line.split()[0] for line in restorer.restore_text(raw).text.split("\n")][1:]
    assert found[:4] == ["•", "•", "o", "•"]  # "o" may be one as it stands
    assert found[4] not in ("•", "¢")  # no capital follows and the line before has not ended: a word


def test_a_sign_that_is_no_word_is_a_bullet_under_a_heading_and_before_a_number(restorer):
    raw = ["3. Phát triển xã hội số", "s Trên 65% người dân có tài khoản", "s 80% hộ gia đình có điện thoại;"]
    after = restore(document(raw, recognised=0.9), restorer, "balanced")
    assert [line.split()[0] for line in after.pages[0].text.split("\n")] == ["3.", "•", "•"]


def test_debris_of_a_garbled_page_is_doubted(restorer):
    raw = "véi quyét tam hoan thanh muc tiéu d& ra mm cia dia phuong"
    word = next(word for word in restorer.restore_text(raw).words if word.raw == "mm")
    assert word.text == "mm"
    assert word.confidence <= 0.5


def test_a_syllable_with_vietnamese_letters_stands_in_a_garbled_paragraph(restorer):
    raw = "PHỤ LỤC\nUy ban nhan dan x4 t6 chirc phong trao thi dua yéu nudc trong nhan dan véi quyét tam cao"
    found = restorer.restore_text(raw)
    assert "garbled" in found.conditions
    assert found.text.split("\n")[0] == "PHỤ LỤC"


def test_the_model_holds_plain_arrays_only():
    from pipeline.decoder.restoration import MODEL

    with np.load(MODEL, allow_pickle=False) as arrays:
        assert all(arrays[name].dtype.kind in "uif" for name in arrays.files)
    assert MODEL.stat().st_size < 30_000_000


class Numbering:
    """Restores every word to its number in the document."""

    def decode(self, lines, breaks, preset, **_):
        words = (word for row in lines for word in row)
        for number, word in enumerate(words):
            word.texts = [str(number)]


def test_cells_that_read_alike_have_their_own_outcomes():
    alike = Line((Word("x6", "x6"),))
    table = Table((Cell(0, 0, (alike,)), Cell(0, 1, (Line((Word("y", "y"),)),)), Cell(1, 0, (alike,))))
    lines = tuple(line for cell in table.cells for line in cell.lines)
    page = Page(1, 595.0, 842.0, "text-file", blocks=(Block((alike,)), Block(lines, "table")), tables=(table,))
    found = restore(Document("a.txt", "0" * 64, "text/plain", (page,)), Numbering(), "balanced").pages[0]
    assert [line.text for block in found.blocks for line in block.lines] == ["0", "1", "2", "3"]
    assert [cell.text for cell in found.tables[0].cells] == ["1", "2", "3"]


def test_a_word_with_a_sign_among_its_letters_is_never_sure(restorer):
    found = restorer.restore_text("xây dựng chính sách cho triển khai thực b†ền công tác phòng, chống bạo lực")
    broken = next(word for word in found.words if "†" in word.raw)
    assert broken.confidence <= 0.5
