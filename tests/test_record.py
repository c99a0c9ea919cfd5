"""Whole records from whole texts: each case names the values that must be there, and those that must not."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.document import Block, Document, Line, Reading, Word
from pipeline.plan import Section
from pipeline.structure import flow, record, tables
from tests.papers import line_at, page_of, scan, text_document

CASES = Path(__file__).parent / "cases" / "record"


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {case['label']}")
        for path in sorted(CASES.glob("*.json"))
        for case in json.loads(path.read_text("utf-8"))
    ]


def at(value: Any, pointer: str) -> Any:
    for step in pointer.strip("/").split("/"):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def outline(sections: list[dict[str, Any]], above: str = "") -> Iterator[str]:
    for section in sections:
        path = f"{above}{section['label']}"
        if section["label"] is not None or section["heading"] is not None:
            yield f"{path}|{section['heading']}|{section['kind']}"
        yield from outline(section["children"], f"{path}/")


def read(text: str) -> dict[str, Any]:
    return record.read_record(tables.tables(text_document(text))).as_json()


@pytest.mark.parametrize("case", cases())
def test_record_of_a_text(case: dict[str, Any]) -> None:
    found = read(case["text"])
    assert {pointer: at(found, pointer) for pointer in case["expect"]} == case["expect"]
    assert {pointer: len(at(found, pointer)) for pointer in case.get("lengths", {})} == case.get("lengths", {})
    if "outline" in case:
        assert list(outline(found["sections"])) == case["outline"]
    if "warnings" in case:
        assert [warning["code"] for warning in found["warnings"]] == case["warnings"]
    assert set(case.get("warning_codes", ())) <= {warning["code"] for warning in found["warnings"]}
    for text in case.get("contains", ()):
        assert text in json.dumps(found["sections"], ensure_ascii=False)


@pytest.mark.parametrize("case", cases())
def test_every_number_of_a_record_stands_in_its_text(case: dict[str, Any]) -> None:
    found = read(case["text"])
    printed = {digits.lstrip("0") for digits in re.findall(r"\d+", case["text"].replace(".", ""))}
    values = [found["number"]["number"], *(target["value"] for target in found["targets"])]
    values += [(item["date"] or "")[:4] for item in (found["issued"], *found["deadlines"], *found["legal_basis"])]
    told = [digits.lstrip("0") for value in values if value for digits in re.findall(r"\d+", value)]
    assert [digits for digits in told if digits and digits not in printed] == []


@pytest.mark.parametrize("case", cases())
def test_every_scalar_has_evidence_from_the_text(case: dict[str, Any]) -> None:
    found = read(case["text"])
    text = case["text"].replace("*", "").replace("\\", "")
    for pointer, place in found["evidence"].items():
        value = at(found, pointer)
        assert value not in (None, "", []), pointer
        assert place["page"] == 1
        assert place["box"] is None
        assert 0 < place["confidence"] <= 1
        assert [part for part in place["text"].replace("|", " ").split() if part not in text] == [], pointer
    wanted = [f"/{name}/{key}" for name in ("number", "issued", "signature") for key in found[name] if found[name][key]]
    assert [pointer for pointer in wanted if pointer not in found["evidence"]] == []


@pytest.mark.parametrize("case", cases())
def test_a_second_reading_gives_the_same(case: dict[str, Any]) -> None:
    document = tables.tables(text_document(case["text"]))
    assert tables.tables(document) == document
    assert record.read_record(document) == record.read_record(document)


@pytest.mark.parametrize("case", cases())
def test_the_flow_keeps_every_word_once(case: dict[str, Any]) -> None:
    document = tables.tables(text_document(case["text"].replace("|", " ")))
    kept = [word.raw for paragraph in flow.paragraphs(document) for line in paragraph.lines for word in line.words]
    gone = [notice.message.split()[2] for notice in flow.structure(document).notices]
    assert sorted(kept) == sorted(word.raw for word in document.words() if word.raw not in gone or word.raw in kept)


def test_a_province_that_the_text_names_is_shown_there() -> None:
    found = read(
        "UBND XÃ ĐẠI ĐỒNG\nSố: 3/KH-UB\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐại Đồng, ngày 03 tháng 4 năm 1999\n\n"
        "KẾ HOẠCH\nĐắp đê năm 1999\n\nThực hiện chỉ tiêu của UBND huyện Thạch Thất, tỉnh Hà Tây giao năm nay.\n"
    )
    assert found["issuer"]["province"] == "Hà Tây"
    assert found["evidence"]["/issuer/province"]["text"] == "Hà Tây"


def head_and_foot() -> list[Any]:
    return [
        line_at("UBND HUYỆN MÙ CANG CHẢI", 70, 60),
        line_at("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 300, 60),
        line_at("PHÒNG NỘI VỤ", 100, 76),
        line_at("Độc lập - Tự do - Hạnh phúc", 320, 76),
        line_at("Số: 17/KH-NV", 100, 100),
        line_at("Mù Cang Chải, ngày 08 tháng 3 năm 2022", 310, 100),
        line_at("KẾ HOẠCH", 270, 140, bold=True),
        line_at("Tập huấn công tác văn thư năm 2022", 200, 156, bold=True),
        line_at("I. MỤC ĐÍCH", 120, 200, bold=True),
        line_at("Nâng cao kỹ năng soạn thảo, quản lý văn bản của công chức văn phòng ở các xã", 84, 220),
        line_at("trong toàn huyện.", 84, 238),
        line_at("Thống nhất cách lập hồ sơ công việc, cách nộp lưu hồ sơ vào lưu trữ cơ quan.", 120, 256),
        line_at("II. TỔ CHỨC THỰC HIỆN", 120, 290, bold=True),
        line_at("Phòng Nội vụ tổng hợp kết quả./.", 120, 310),
        line_at("Nơi nhận:", 70, 350),
        line_at("TRƯỞNG PHÒNG", 380, 350, bold=True),
        line_at("- UBND huyện (b/c);", 70, 366),
        line_at("- Lưu: VT.", 70, 382),
        line_at("Giàng A Chu", 390, 430, bold=True),
    ]


def test_values_of_a_scan_are_shown_where_they_stand() -> None:
    plan = record.read_record(tables.tables(scan(page_of(head_and_foot()))))
    assert plan.issuer.name == "Phòng Nội vụ"
    assert plan.issued.place == "Mù Cang Chải"
    assert plan.signature.name == "Giàng A Chu"
    assert [recipient.name for recipient in plan.recipients] == ["UBND huyện"]
    number, name = plan.evidence["/number/number"].box, plan.evidence["/signature/name"].box
    assert number is not None
    assert name is not None
    assert (number[0], number[1]) == (100.0, 100.0)
    assert (name[0], name[1]) == (390.0, 430.0)


def test_indents_and_widths_part_the_paragraphs_of_a_scan() -> None:
    plan = record.read_record(tables.tables(scan(page_of(head_and_foot()))))
    first = plan.sections[0]
    assert first.heading == "MỤC ĐÍCH"
    assert [text.split()[0] for text in first.paragraphs] == ["Nâng", "Thống"]
    assert first.paragraphs[0].endswith("ở các xã trong toàn huyện.")


def test_a_roman_label_that_lost_a_stroke_is_mended_in_a_scan_only() -> None:
    rows = [
        "I. MỤC ĐÍCH",
        "Để biết.",
        "II. NỘI DUNG",
        "Để làm.",
        "II. KINH PHÍ",
        "Để chi.",
        "IV. TỔ CHỨC THỰC HIỆN",
        "Để xong.",
    ]
    boxed = record.read_record(scan(page_of([line_at(row, 100, 100 + 20 * i) for i, row in enumerate(rows)])))
    assert [section.label for section in boxed.sections] == ["I", "II", "III", "IV"]
    assert any("read as II" in warning.message for warning in boxed.warnings)
    plain = record.read_record(text_document("\n\n".join(rows)))
    assert [section.label for section in plain.sections] == ["I", "II", "II", "IV"]
    assert [warning.code for warning in plain.warnings if warning.code.startswith("numbering")] == [
        "numbering_duplicate",
        "numbering_gap",
    ]


A_TO_D = ["A. TÌNH HÌNH", "B. MỤC TIÊU", "C. NHIỆM VỤ", "D. TỔ CHỨC THỰC HIỆN"]
ROMANS = {  # labels as read -> labels of the outline
    "one without serifs, in small letters": (["1. Mục đích", "1i. Đối tượng", "HH. Nội dung"], ["I", "II", "III"]),
    "strokes lost at the end of the list": (["I. Mục đích", "II. Nội dung", "II. Kinh phí"], ["I", "II", "III"]),
    "a section left out after a lost stroke": (["I. MỤC ĐÍCH", "I. NỘI DUNG", "IV. KINH PHÍ"], ["I", "II", "IV"]),
    "a stroke read as t, in capitals": (["I. MỤC ĐÍCH", "It. CHỈ TIÊU ;", "III. KINH PHÍ"], ["I", "II", "III"]),
    "two read as one in the middle": (
        ["I. MỤC ĐÍCH", "1. Mục đích", "2. Yêu cầu", "1. NỘI DUNG", "1. Tập huấn", "2. Kiểm tra", "III. KINH PHÍ"],
        ["I", "II", "III"],
    ),
    "two read as one, in sentence case": (
        ["I. Mục đích, yêu cầu", "1. Mục đích", "2. Yêu cầu", "1. Nội dung", "1. Kiểm tra", "2. Rút", "III. Kinh phí"],
        ["I", "II", "III"],
    ),
    "three read as one at the end": (
        ["I. MỤC ĐÍCH", "II. NỘI DUNG", "1. Tập huấn", "2. Kiểm tra", "1. TỔ CHỨC THỰC HIỆN"],
        ["I", "II", "III"],
    ),
    "most at their place, the last among them": (
        ["1. I.MỤC ĐÍCH", "HH. CHỈ TIÊU:", "1 Thu ngô.", "2. Trồng tre.", "II. NỘI DUNG", "1V KINH PHÍ", "V TỔ CHỨC"],
        ["I", "II", "III", "IV", "V"],
    ),
    "a damaged second of three": (["I- MỤC ĐÍCH", "HI- NỘI DUNG", "III- TỔ CHỨC THỰC HIỆN"], ["I", "II", "III"]),
    "a second with a stroke too many": (["I- MỤC ĐÍCH", "III- NỘI DUNG", "III- KINH PHÍ"], ["I", "II", "III"]),
    "a letter of which a speck is left": (["A. TÌNH HÌNH", "'. NHIỆM VỤ", "C. TỔ CHỨC THỰC HIỆN"], ["A", "B", "C"]),
    "a Roman number restored as a word": (["V - KINH PHÍ", "VỊ - TỔ CHỨC THỰC HIỆN"], ["V", "VI"]),
    "a letter read as a sign": (["A. TÌNH HÌNH", "B. NHIỆM VỤ", "€. TIN HỌC, NGOẠI NGỮ"], ["A", "B", "C"]),
    "a letter read twice": (["A. TÌNH HÌNH", "B. NHIỆM VỤ", "Cc. TỔ CHỨC THỰC HIỆN"], ["A", "B", "C"]),
    "a letter behind D": ([*A_TO_D, "'. KINH PHÍ", "G. CHẾ ĐỘ BÁO CÁO"], ["A", "B", "C", "D", "E", "G"]),
    "no letter between D and E": ([*A_TO_D, "'. KINH PHÍ", "E. CHẾ ĐỘ BÁO CÁO"], ["A", "B", "C", "D", "E"]),
    "no letter between E and G": (
        [*A_TO_D, "E. KINH PHÍ", "'. KHEN THƯỞNG", "G. CHẾ ĐỘ BÁO CÁO"],
        ["A", "B", "C", "D", "E", "G"],
    ),
    "a section that the office left out": (
        ["I. MỤC ĐÍCH", "1. MỤC ĐÍCH CHUNG", "2. YÊU CẦU", "III. KINH PHÍ"],
        ["I", "III"],
    ),
    "an office's own repeat": (["I. Mục đích", "II. Nội dung", "II. Chi", "III. Việc"], ["I", "II", "II", "III"]),
    "no Roman list": (["1. Mục đích", "2. Nội dung", "2. Kinh phí"], ["1", "2", "2"]),
}


@pytest.mark.parametrize(("read_as", "labels"), ROMANS.values(), ids=ROMANS)
def test_damaged_roman_labels_are_read_by_their_list(read_as: list[str], labels: list[str]) -> None:
    rows = [row for title in read_as for row in (title, "- Việc thứ nhất đã nêu ở trên.", "- Việc thứ hai.")]
    found = record.read_record(scan(page_of([line_at(row, 100, 60 + 20 * i) for i, row in enumerate(rows)])))
    assert [section.label for section in found.sections] == labels


@pytest.mark.parametrize(("rows", "labels"), [
    (["I. MỤC TIÊU", "1.1. Mục tiêu chung", "Dạy nghề đan.", "2. THỜI GIAN", "Ba tháng."], ["1", "2"]),
    (["1. MỤC TIÊU", "1.1. Mục tiêu chung", "v Biết đan giỏ", "v Biết đan rổ", "2. THỜI GIAN"], ["1", "2"]),
    (["I. MỤC TIÊU", "1.1. Mục tiêu chung", "Dạy nghề đan.", "II. THỜI GIAN", "2. Ba tháng."], ["I", "II"]),
])
def test_a_first_part_over_its_own_numbers_is_one(rows: list[str], labels: list[str]) -> None:
    found = record.read_record(scan(page_of([line_at(row, 100, 60 + 20 * i) for i, row in enumerate(rows)])))
    assert [section.label for section in found.sections] == labels


@pytest.mark.parametrize(("rows", "labels"), [
    (["1. MỤC ĐÍCH", "Giữ sạch chợ.", "H NỘI DUNG", "Rửa nền chợ.", "III. KINH PHÍ", "Của xã.", "IY. PHÂN CÔNG"],
     ["I", "II", "III", "IV"]),
    (["1. MỤC ĐÍCH", "Giữ sạch chợ.", "2. NỘI DUNG", "Rửa nền chợ.", "3. KINH PHÍ", "Của xã."], ["1", "2", "3"]),
])
def test_titles_in_capitals_have_the_label_of_their_place(rows: list[str], labels: list[str]) -> None:
    found = record.read_record(scan(page_of([line_at(row, 100, 60 + 20 * i) for i, row in enumerate(rows)])))
    assert [section.label for section in found.sections] == labels


POINTS = {
    "e between b and d": (["a)", "b)", "e)", "d)"], ["a", "b", "c", "d"]),
    "đ behind what was read as e": (["a)", "b)", "e)", "đ)"], ["a", "b", "c", "d"]),
    "c behind đ": (["a)", "b)", "c)", "d)", "đ)", "c)", "g)"], ["a", "b", "c", "d", "đ", "e", "g"]),
    "no đ": (["a)", "b)", "c)", "d)", "e)"], ["a", "b", "c", "d", "e"]),
    "a list in a list": (["a)", "b)", "1.", "a)", "b)", "c)"], ["a", "b", "1", "a", "b", "c"]),
}


@pytest.mark.parametrize(("read_as", "labels"), POINTS.values(), ids=POINTS)
def test_letters_read_as_their_like_are_those_of_their_list(read_as: list[str], labels: list[str]) -> None:
    rows = ["I. VIỆC", *(f"{label} Vá lưới, sơn thuyền, sửa neo ở bến." for label in read_as)]
    found = record.read_record(scan(page_of([line_at(row, 100, 60 + 20 * i) for i, row in enumerate(rows)])))
    assert [label for label in _labels(found.sections) if label != "I"] == labels
    typed = record.read_record(text_document("\n".join(rows)))
    assert [label for label in _labels(typed.sections) if label != "I"] == [label.rstrip(".)") for label in read_as]


def test_the_words_of_an_electronic_signature_part_no_sentence() -> None:
    rows = ["I. VIỆC", "- Sở Công Thương đưa hàng về chợ phiên, mở gian hàng ở bến xe để"]
    first = page_of([line_at(row, 85, 100 + 20 * i) for i, row in enumerate(rows)])
    stamp = Block((line_at("Ký bởi: Ủy ban nhân dân tỉnh Hà Nam", 420, 20),), "stamp_text")
    second = page_of([line_at("bà con vùng cao mua muối, vải, dầu và giống mới.", 85, 80)], 2)
    pages = (replace(first, blocks=(*first.blocks, stamp)), second)
    found = record.read_record(scan(*pages))
    assert [len(section.paragraphs) for section in found.sections] == [1]
    assert [p.text for p in flow.paragraphs(scan(*pages))][-1] == "Ký bởi: Ủy ban nhân dân tỉnh Hà Nam"


def test_notes_at_the_foot_of_a_page_part_no_sentence() -> None:
    rows = ["I. VIỆC", "- Mỗi bản trồng một hàng cây lát, cây trám dọc bờ suối, giữ"]
    rows += ["cho đất khỏi lở, và đến mùa mưa thì", "mỗi hộ cử một người đi tuần, thấy nước đục hay đất nứt thì gõ"]
    first = [line_at(row, 85, 100 + 20 * i) for i, row in enumerate(rows)]
    below = ["1 Theo số liệu của bản.", "2 Năm 2019."]
    notes = [line_at(row, 85, 740 + 12 * i, size=9.0) for i, row in enumerate(below)]
    second = page_of([line_at("kẻng báo cho cả bản, dời nhà lên nương cao.", 85, 80)], 2)
    found = flow.paragraphs(scan(page_of([*first, *notes]), second))
    assert [paragraph.text.split()[0] for paragraph in found] == ["I.", "-", "1", "2"]
    assert found[1].text.endswith("thì gõ kẻng báo cho cả bản, dời nhà lên nương cao.")


def test_the_title_of_an_annex_on_three_lines_ends_before_what_carries_it() -> None:
    rows = [
        ("KẾ HOẠCH", 270), ("Vá đường làng", 250), ("I. VIỆC", 100), ("Đổ đá, rải cát, lu chặt./.", 100),
        ("- Lưu: VT.", 80),
        ("PHỤ LỤC II", 268), ("LỊCH PHÁT VẬT LIỆU CHO CÁC THÔN", 205), ("TRONG MÙA KHÔ", 259),
        ("(Ban hành kèm theo Kế hoạch số 3/KH-UBND)", 172), ("Vật liệu để ở sân kho.", 100),
    ]
    found = record.read_record(scan(page_of([line_at(row, left, 60 + 18 * i) for i, (row, left) in enumerate(rows)])))
    annex = found.sections[-1]
    assert (annex.label, annex.heading) == ("PHỤ LỤC II", "LỊCH PHÁT VẬT LIỆU CHO CÁC THÔN TRONG MÙA KHÔ")
    assert [text[:9] for text in annex.paragraphs] == ["(Ban hành", "Vật liệu "]


def _thin(line: Line) -> tuple[Word, ...]:
    return tuple(replace(word, bold=False) for word in line.words)


def test_a_word_in_bold_over_a_list_is_a_title() -> None:
    rows = ["I. LỊCH ĐO ĐẤT", "Tổ đo làm cả ngày.", "Sáng:", "1) Đo đất.", "2) Cắm mốc.", "Chiều:", "1) Ghi sổ."]
    lines = [line_at(row, 100, 60 + 20 * i, bold=row.endswith(":")) for i, row in enumerate(rows)]
    found = record.read_record(scan(page_of(lines)))
    assert [section.heading for section in found.sections[0].children] == ["Sáng", "Chiều"]
    plain = record.read_record(scan(page_of([replace(line, words=_thin(line)) for line in lines])))
    assert not any(section.heading == "Chiều" for section in plain.sections[0].children)


def test_the_title_of_an_article_may_be_long_where_it_is_bold() -> None:
    title = "Điều 1. Sửa đổi một số điều của Quy chế giữ rừng đầu nguồn, rừng sau núi và rừng ven suối của các bản"
    rows = [(title, True), ("trong xã (sau đây gọi là Quy chế), ban hành năm ngoái", True), ("1. Bỏ khoản 2.", False)]
    lines = [line_at(row, 40, 60 + 20 * i, bold=bold) for i, (row, bold) in enumerate(rows)]
    found = record.read_record(scan(page_of(lines))).sections[0]
    assert (found.label, found.heading is not None, len(found.children)) == ("Điều 1", True, 1)


@pytest.mark.parametrize(("other", "sure", "number"), [
    ("474-KH-SYT", 0.38, "/KH-SYT"), ("22/KH-SYT.", 0.38, "22/KH-SYT"), ("474-KH-SYT", 0.7, "22/KH-SYT"),
])
def test_a_cited_number_of_which_no_look_is_sure_is_none(other: str, sure: float, number: str) -> None:
    line = line_at("Căn cứ Kế hoạch số 22/KH-SYT ngày 03 tháng 10 năm 2017 của Sở Y tế về việc thi đua;", 40, 100)
    words = tuple(
        replace(word, confidence=sure, readings=(Reading("first", other, 0.2),)) if word.text == "22/KH-SYT" else word
        for word in line.words
    )
    found = record.read_record(scan(page_of([replace(line, words=words), line_at("I. MỤC ĐÍCH", 40, 120)])))
    assert [cited.number for cited in found.legal_basis] == [number]
    told = any("number read as 22/KH-SYT" in warning.message for warning in found.warnings)
    assert told is (number == "/KH-SYT")


@pytest.mark.parametrize("kind", ["KẾ HOẠCH _", "KẾ HOẠC¿1"])
def test_specks_behind_and_in_the_type_are_no_title(kind: str) -> None:
    rows = ["UBND XÃ ĐỒNG TÂM", "Số: 5/KH-UBND", "Đồng Tâm, ngày 3 tháng 4 năm 2008", "SH HH VU ĐÊN"]
    body = ["I. MỤC ĐÍCH", "Nước chảy thông, thuyền bè qua lại dễ dàng quanh năm./."]
    lines = [line_at(row, 100, 60 + 20 * i) for i, row in enumerate(rows)]
    lines += [line_at(kind, 235, 160), line_at("Nạo vét kênh mương năm 2008", 184, 180)]
    lines += [line_at(row, 100, 200 + 20 * i) for i, row in enumerate(body)]
    found = record.read_record(scan(page_of(lines)))
    assert (found.title, found.year) == ("Nạo vét kênh mương năm 2008", 2008)


def test_a_part_right_under_the_last_ground_is_none_of_it() -> None:
    rows = [
        "TRƯỜNG THCS ĐỒNG TÂM", "Số: 12/KH-THCSĐT", "Đồng Tâm, ngày 14 tháng 9 năm 2023", "KẾ HOẠCH", "Đọc sách",
        "Căn cứ Công văn số 30/PGDĐT ngày 05 tháng 9 năm 2023 của Phòng Giáo dục và Đào tạo,", "1. Mục đích",
        "- Đọc nhiều hơn.", "2. Cách làm", "- Mỗi lớp một tủ sách.",
    ]
    found = record.read_record(scan(page_of([line_at(row, 100, 60 + 15 * i) for i, row in enumerate(rows)])))
    assert _labels(found.sections) == ["1", "2"]


def test_a_last_point_that_lost_its_full_stop_is_no_title() -> None:
    rows = [
        "UBND HUYỆN TÂN HỒNG", "Số: 3/CT-UBND", "Tân Hồng, ngày 2 tháng 6 năm 2010", "CHỈ THỊ", "Về diệt chuột",
        "1. Phòng Nông nghiệp cấp bẫy.", "2. Đài Truyền thanh đưa tin.",
        "3. Ủy ban nhân dân các xã, thị trấn đếm số chuột bắt được ở từng ấp, báo cho Phòng Nông nghiệp vào thứ sáu",
        "Chỉ thị này có hiệu lực từ ngày ký./.",
    ]
    found = record.read_record(scan(page_of([line_at(row, 100, 60 + 20 * i) for i, row in enumerate(rows)])))
    assert [section.heading for section in found.sections] == [None, None, None]


@pytest.mark.parametrize(("read", "place", "told"), [
    ("Hương Khê", "Hương Khê", False), ("Hương Khô", "Hương Khê", True), ("Hương Sơn", "Hương Sơn", False),
])
def test_a_place_one_letter_off_is_that_of_the_issuer(read: str, place: str, told: bool) -> None:
    rows = [
        "UỶ BAN NHÂN DÂN HUYỆN HƯƠNG KHÊ", "Số: 12/KH-UBND", f"{read}, ngày 14 tháng 5 năm 2012", "KẾ HOẠCH",
        "Trồng cây", "I. MỤC ĐÍCH", "Để có bóng mát./.",
    ]
    found = record.read_record(scan(page_of([line_at(row, 100, 60 + 20 * i) for i, row in enumerate(rows)])))
    assert found.issued.place == place
    assert any("place read as" in warning.message for warning in found.warnings) is told


@pytest.mark.parametrize(("other", "labels"), [
    ("1.", ["IV", "1", "2", "3"]), ("7.", ["IV", "4", "2", "3"]), (None, ["IV", "4", "2", "3"]),
], ids=["that goes on the list", "that does not", "none"])
def test_of_two_readings_of_a_label_that_stands_which_goes_on_the_list(other: str | None, labels: list[str]) -> None:
    rows = [
        "UBND XÃ TÂN AN", "Số: 12/KH-UBND", "Tân An, ngày 14 tháng 5 năm 2004", "KẾ HOẠCH", "Trồng cây",
        "IV. TỔ CHỨC THỰC HIỆN", "4. Công an xã giữ cây.", "2. Các thôn trồng cây.", "3. Nhà trường tưới cây./.",
    ]
    lines = [line_at(row, 100, 60 + 20 * i) for i, row in enumerate(rows)]
    first, *words = lines[6].words
    readings = () if other is None else (Reading("figures", other, 0.95),)
    lines[6] = replace(lines[6], words=(replace(first, readings=readings, confidence=0.5), *words))
    found = record.read_record(scan(page_of(lines)))
    assert _labels(found.sections) == labels


FIRSTS = {  # rows as read -> labels of the outline, from left to right and down
    "a stroke before 2.": (
        ["II. TỔ CHỨC", "I Ban Lâm nghiệp xã củng cố các tổ đội trước mùa khô.", "2. Công an xã trực gác."],
        ["II", "1", "2"],
    ),
    "a stroke and its point": (
        ["II. YÊU CẦU", "Í, Làm gọn từng việc một.", "a) Nhà gần trước.", "b) Nhà xa sau.", "2. Không thu tiền."],
        ["II", "1", "a", "b", "2"],
    ),
    "a sign and a bracket before b)": (
        ["II. VIỆC", "3. Chữa cháy", "8) Thấy lửa thì đánh kẻng.", "b) Gọi trưởng thôn."], ["II", "3", "a", "b"],
    ),
    "Roman one before II/": (["lí Mục tiêu chung", "Bớt nghèo.", "II/ Biện pháp", "Cho vay."], ["I", "II"]),
    "the next of another list": (
        ["II. VIỆC", "7) Đào hố.", "8) Lấp hố:", "b) Lấp bằng đất.", "c) Tưới nước."], ["II", "7", "8", "b", "c"],
    ),
    "a dash of dust": (["II. VIỆC", "1. Đào hố.", "-2. Lấp hố.", "3. Tưới nước."], ["II", "1", "2", "3"]),
}


def _labels(sections: Iterable[Section]) -> list[str]:
    return [label for one in sections for label in ([one.label] if one.label else []) + _labels(one.children)]


@pytest.mark.parametrize(("rows", "labels"), FIRSTS.values(), ids=FIRSTS)
def test_a_first_label_that_is_none_is_told_by_the_second(rows: list[str], labels: list[str]) -> None:
    found = record.read_record(scan(page_of([line_at(row, 100, 60 + 20 * i) for i, row in enumerate(rows)])))
    assert _labels(found.sections) == labels


def test_a_label_found_by_its_list_keeps_its_reading_and_is_told() -> None:
    rows = ["A. TÌNH HÌNH", "- Đã đo.", "'. NHIỆM VỤ", "- Đo lại.", "C. TỔ CHỨC THỰC HIỆN", "- Thôn lo.", "- Xã lo./."]
    found = record.read_record(scan(page_of([line_at(row, 100, 60 + 20 * i) for i, row in enumerate(rows)])))
    assert [warning.message for warning in found.warnings if "read as" in warning.message] == [
        "label B: read as '., between A and C"
    ]
    assert found.evidence["/sections/1/label"].raw == "'."
    assert [section.heading for section in found.sections] == ["TÌNH HÌNH", "NHIỆM VỤ", "TỔ CHỨC THỰC HIỆN"]
    typed = record.read_record(text_document("\n\n".join(rows)))
    assert "B" not in [section.label for section in typed.sections]


def test_a_roman_list_ends_where_the_annexes_begin() -> None:
    rows = ["I. MỤC ĐÍCH", "Để biết.", "II. NỘI DUNG", "Để làm.", "II. TỔ CHỨC", "Để xong./.", "Nơi nhận:", "- Lưu: VT"]
    first = page_of([line_at(row, 100, 60 + 20 * i) for i, row in enumerate(rows)])
    second = page_of([line_at("Phụ lục I", 250, 60), line_at("DANH SÁCH", 240, 80), line_at("Một người.", 100, 100)], 2)
    found = record.read_record(scan(first, second))
    assert [section.label for section in found.sections] == ["I", "II", "III", "Phụ lục I"]


def test_a_speck_before_an_annex_does_not_hide_it() -> None:
    rows = ["I. MỤC ĐÍCH", "Để xong./.", "Nơi nhận:", "- Lưu: VT"]
    first = page_of([line_at(row, 100, 60 + 20 * i) for i, row in enumerate(rows)])
    pages = [
        page_of([line_at(f"{label}", 250, 60), line_at("DANH SÁCH", 240, 80), line_at("Một người.", 100, 100)], number)
        for number, label in ((2, "PHỤ LỤC I"), (3, "_ PHỤ LỤC II"))
    ]
    found = record.read_record(scan(first, *pages))
    assert [section.label for section in found.sections] == ["I", "PHỤ LỤC I", "PHỤ LỤC II"]


def test_a_usual_heading_whose_boldness_is_lost_is_one_among_headings_without_numbers() -> None:
    rows = [("Mục đích", True), ("- Để biết.", False), ("Nhiệm vụ trọng tâm", True), ("1. Trước lũ: đào rãnh.", False)]
    rows += [("Chỉ tiêu", False), ("a) Ít nhất 90% hộ dân nhận được tin báo.", False), ("Kinh phí", True)]
    lines = [line_at(row, 100, 60 + 20 * i, bold=bold) for i, (row, bold) in enumerate([*rows, ("Xã chi.", False)])]
    found = record.read_record(scan(page_of(lines)))
    assert [section.heading for section in found.sections] == ["Mục đích", "Nhiệm vụ trọng tâm", "Chỉ tiêu", "Kinh phí"]
    assert [target.value for target in found.targets] == ["90"]


def test_what_stands_left_of_a_full_line_goes_on_though_it_looks_like_a_bullet() -> None:
    rows = [
        ("1. Công chức Tài chính phối hợp với Công chức văn phòng và địa chính", 120.0),
        ("- Xây dựng quyết toán các công trình.", 84.0),
        ("2. Các thôn báo cáo. Văn phòng tổng hợp kết quả thực hiện của các thôn", 120.0),
        ("- Nội dung như mẫu đã gửi.", 120.0),
    ]
    plan = record.read_record(scan(page_of([line_at(row, left, 100 + 20 * i) for i, (row, left) in enumerate(rows)])))
    assert [section.paragraphs[0].split()[-1] for section in plan.sections] == ["trình.", "thôn"]
    assert plan.sections[1].paragraphs[1:] == ("- Nội dung như mẫu đã gửi.",)


def test_a_closing_paragraph_is_found_over_what_was_made_of_a_signature() -> None:
    rows = ["I. NỘI DUNG", "1. Giao thông", "Làm đường.", "Trên đây là Kế hoạch của xã./.", "« wr, , a"]
    found = record.read_record(scan(page_of([line_at(row, 100, 60 + 20 * i) for i, row in enumerate(rows)])))
    assert found.sections[0].paragraphs[0] == "Trên đây là Kế hoạch của xã./."


HOSTILE = {
    "labels in one line": "1." * 20_000,
    "labels line by line": "\n".join("1." * (i % 50 + 1) + " x" for i in range(1_500)),
    "labels 500 deep": "\n".join(".".join(["1"] * (i + 1)) + " A" for i in range(500)),
    "no letters": "12 34 !! ?? -- " * 3_000,
    "right to left": ("\u202eHẾK \u202c" * 500 + "\n") * 5,
    "another script": "هذا نص عربي طويل " * 2_000,
    "bars": "\n".join("| a | b | c |" for _ in range(1_000)),
    "open brackets": "(" * 20_000 + "“" * 20_000,
    "dates": "từ ngày 01/01/2024 đến ngày 02/02/2024; " * 800,
    "themes": "chủ đề: “" * 3_000,
    "raised figures": "diện tích mét ² vuông của thửa\n" * 500,
    "a novel": "\n\n".join("Trời mưa rơi trên con đường dài, anh đi về nhà cũ. " * 20 for _ in range(40)),
    "nothing": "",
    "empty lines": "\n\n\n",
}


@pytest.mark.parametrize("text", list(HOSTILE.values()), ids=list(HOSTILE))
def test_hostile_text_gives_a_sparse_record_with_warnings(text: str) -> None:
    plan = record.read_record(tables.tables(text_document(text)))
    assert plan.number.symbol is None
    assert plan.issuer.name is None
    assert plan.signature.name is None
    assert plan.targets == ()
    assert {"missing_component"} <= {warning.code for warning in plan.warnings}
    assert len(plan.model_dump_json()) < 40 * len(text) + 20_000


LONG = {
    **{name: HOSTILE[name] for name in ("labels in one line", "no letters", "dates", "bars")},
    "goals without a mark between them": "I. CHỈ TIÊU\n- Tỷ lệ hộ " + "đạt 80% hộ " * 3_000,
}


@pytest.mark.parametrize("text", list(LONG.values()), ids=list(LONG))
def test_time_grows_with_the_length_of_hostile_text(text: str) -> None:
    def seconds(text: str) -> float:
        document = tables.tables(text_document(text))
        taken = []
        for _ in range(3):  # the least: collecting garbage and the work of others are no part of it
            start = time.process_time()
            record.read_record(document)
            taken.append(time.process_time() - start)
        return min(taken)

    short = text[: len(text) // 4]
    seconds(short)  # tables are read on first use
    # four times the text: linear is 4, quadratic 16; half-way in logarithms is 8, and 0.2 s is noise
    assert seconds(text) < 8 * seconds(short) + 0.2


def test_an_empty_text_is_a_text_still() -> None:
    assert record.read_record(Document("a.txt", "0" * 64, "text/plain", ())).source.text_origin == "text-file"
    assert record.read_record(Document("a.pdf", "0" * 64, "application/pdf", ())).source.text_origin == "ocr"


def test_one_who_asks_another_who_asks_another_gets_an_answer() -> None:
    text = "I. TỔ CHỨC THỰC HIỆN\nỦy ban nhân dân tỉnh " + "giao Sở Y tế " * 2_000 + "báo cáo kết quả."
    (duty,) = record.read_record(text_document(text)).assignments
    assert duty.actor == "Sở Y tế"
    assert duty.task.startswith("giao Sở Y tế giao")


@pytest.mark.parametrize(
    ("right", "name"),
    [
        (("KT. CHỦ TỊCH", "P % CHỦ TỊCH", "Hoàng Thị Bưởi"), "Hoàng Thị Bưởi"),
        (("KT. CHỦ TỊCH", "ee PO", "i Hoàng Thị Bưởi ."), "Hoàng Thị Bưởi"),
        (("7A. xe 8", "P % cH", "~ Hoàng Thị Bưởi"), "Hoàng Thị Bưởi"),
        (("7A. xe 8", "P % cH", "oo ee"), None),
    ],
)
def test_name_under_a_seal(right: tuple[str, ...], name: str | None) -> None:
    lines = [
        line_at("KẾ HOẠCH", 270.0, 130.0),
        line_at("Dọn kênh mương", 250.0, 150.0),
        line_at("Trên đây là Kế hoạch dọn kênh mương của xã./.", 110.0, 200.0),
        line_at("Nơi nhận:", 90.0, 240.0),
        *(line_at(text, 380.0, 241.0 + 24 * i) for i, text in enumerate(right)),
        line_at("- Các thôn;", 90.0, 253.0),
        line_at("- Lưu: VT.", 90.0, 267.0),
    ]
    plan = record.read_record(scan(page_of(sorted(lines, key=lambda line: line.box.top if line.box else 0.0))))
    assert plan.signature.name == name
    assert plan.signature.title is None
    assert plan.archive == "VT"


def test_words_that_open_a_paragraph_go_on_with_an_indented_one_at_its_margin() -> None:
    rows = [
        ("Trên đây là Kế hoạch dọn kênh mương nội đồng và các tuyến kênh chính", 120),
        ("của xã năm nay, đề nghị các thôn và các tổ tự quản thực hiện cho tốt.", 90),
        ("Trong quá trình thực hiện có khó khăn thì báo về xã để được giải quyết", 90),
        ("trước mùa mưa./.", 90),
        ("Nơi nhận:", 90),
        ("- Các thôn;", 90),
        ("- Lưu: VT.", 90),
    ]
    head = [line_at("KẾ HOẠCH", 270, 60), line_at("Dọn kênh mương năm 2020", 220, 80)]
    body = [line_at(row, left, 120 + 20 * i) for i, (row, left) in enumerate(rows)]
    plan = record.read_record(scan(page_of([*head, *body]))).as_json()
    assert [len(section["paragraphs"]) for section in plan["sections"]] == [1]
