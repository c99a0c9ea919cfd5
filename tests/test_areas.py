"""Areas of lines: words are never lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.document import Box
from pipeline.structure import areas, placing
from tests.papers import line_at, page_of, scan, text_document

MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n"
HEAD = f"UBND XÃ {{place}}\n{MOTTO}Số: {{number}}/KH-UBND\n{{place}}, ngày 02 tháng 01 năm 2020\n"
BODY = (
    "KẾ HOẠCH\nTrồng cây năm 2020\nI. MỤC ĐÍCH\nPhủ xanh đồi trọc./.\n"
    "Nơi nhận:\n- Các thôn;\n- Lưu: VT.\nCHỦ TỊCH\nLý Văn Sơn"
)


def labelled(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in areas.label(placing.place_lines(text_document(text))):
        found.setdefault(line.area, []).append(line.text)
    return found


def test_each_line_has_its_area() -> None:
    found = labelled(HEAD.format(place="Nà Ớt", number=3) + BODY)
    assert found["issuer"] == ["UBND XÃ Nà Ớt"]
    assert found["number"] == ["Số: 3/KH-UBND"]
    assert found["title"] == ["KẾ HOẠCH", "Trồng cây năm 2020"]
    assert found["body"] == ["I. MỤC ĐÍCH", "Phủ xanh đồi trọc./."]
    assert found["recipients"] == ["Nơi nhận:", "- Các thôn;", "- Lưu: VT."]
    assert found["signature"] == ["CHỦ TỊCH", "Lý Văn Sơn"]


def test_the_foot_is_the_same_in_another_order() -> None:
    before = "KẾ HOẠCH\nTrồng cây năm 2020\nI. MỤC ĐÍCH\nPhủ xanh đồi trọc./.\n"
    signing, receiving = "TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH\nLý Văn Sơn\n", "Nơi nhận:\n- Các thôn;\n- Lưu: VT.\n"
    one, other = labelled(before + signing + receiving), labelled(before + receiving + signing)
    assert one["signature"] == other["signature"] == signing.strip().split("\n")
    assert one["recipients"] == other["recipients"] == receiving.strip().split("\n")


def test_a_word_of_a_line_of_two_columns_is_never_lost() -> None:
    text = "UBND XÃ A CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nSố: 3/KH-UBND A, ngày 02 tháng 01 năm 2020\n" + BODY
    lines = areas.label(placing.place_lines(text_document(text)))
    assert " ".join(line.text for line in lines).split() == text.split()


@pytest.mark.parametrize(("gap", "areas_"), [(160, ["aside", "body"]), (14, ["body"])])
def test_a_sign_far_before_a_line_is_put_aside(gap: int, areas_: list[str]) -> None:
    line = line_at("- sạch” gắn với", 140, 180)
    dash, *words = line.words
    moved = tuple(replace(word, box=place_moved(word.box, gap)) for word in words)
    placed = placing.place_lines(scan(page_of([replace(line, words=(dash, *moved))])))
    assert [one.area for one in placed] == areas_
    assert placed[-1].text.endswith("sạch” gắn với")


@pytest.mark.parametrize(("left", "areas_"), [(60, ["aside", "body"]), (100, ["body"])])
def test_a_speck_in_the_margin_is_put_aside(left: float, areas_: list[str]) -> None:
    row = "Các thôn đào hố, bón lót, trồng cây, chăm sóc và bảo vệ rừng mới."
    lines = [line_at(row, 100, 100 + 20 * i) for i in range(9)]
    own = line_at("3. Trạm Khuyến lâm phát cây giống.", 136, 280)
    speck = line_at("`", left, 280).words
    placed = placing.place_lines(scan(page_of([*lines, replace(own, words=(*speck, *own.words))])))
    assert [one.area for one in placed[9:]] == areas_


@pytest.mark.parametrize(("text", "left", "area"), [
    ("xã.", 100, "body"), ("xã.", 180, "aside"), ("ở;", 100, "aside"), ("na.", 100, "aside"), ("lề", 100, "aside"),
])
def test_a_word_of_two_letters_that_ends_a_paragraph_is_no_speck(text: str, left: float, area: str) -> None:
    lines = [line_at("Mỗi thôn giữ một quyển sổ ghi việc, sổ cũ đang lưu tại", 100, 100), line_at(text, left, 120)]
    assert placing.place_lines(scan(page_of(lines)))[1].area == area


def place_moved(box: Box | None, right: float) -> Box:
    assert box is not None
    return Box(box.left + right, box.top, box.right + right, box.bottom)
