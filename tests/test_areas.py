"""Areas of lines: words are never lost, and a file of several documents is parted where a letterhead begins."""

from __future__ import annotations

from pipeline.document import Document
from pipeline.structure import areas, placing
from tests.papers import text_document

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


def pages(document: Document) -> list[list[int]]:
    return [[page.number for page in part.pages] for part in areas.split_documents(document)]


def test_a_new_letterhead_begins_a_new_document() -> None:
    first, second = HEAD.format(place="Nà Ớt", number=3) + BODY, HEAD.format(place="Chiềng Ve", number=4) + BODY
    assert pages(text_document(f"{first}\fPHỤ LỤC\nDanh sách\f{second}\ftrang sau")) == [[1, 2], [3, 4]]


def test_a_form_in_an_annex_begins_no_document() -> None:
    first = HEAD.format(place="Nà Ớt", number=3) + BODY
    form = f"Mẫu số 01\n{MOTTO}BẢN ĐĂNG KÝ\nNà Ớt, ngày    tháng    năm 2020"
    assert pages(text_document(f"{first}\f{form}")) == [[1, 2]]


DECISION = """ỦY BAN NHÂN DÂN
HUYỆN YÊN CHÂU
Số: 902/QĐ-UBND
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Yên Châu, ngày 14 tháng 6 năm 2022
QUYẾT ĐỊNH
Ban hành Kế hoạch trồng cây ăn quả năm 2022
CHỦ TỊCH ỦY BAN NHÂN DÂN HUYỆN YÊN CHÂU
Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;
QUYẾT ĐỊNH:
Điều 1. Ban hành kèm theo Quyết định này Kế hoạch trồng cây ăn quả năm 2022.
Điều 2. Chánh Văn phòng chịu trách nhiệm thi hành Quyết định này./.
Nơi nhận:
- Như Điều 2;
- Lưu: VT, NN.
KT. CHỦ TỊCH
PHÓ CHỦ TỊCH
Lường Thị Mai
"""
CARRIED = """KẾ HOẠCH
Trồng cây ăn quả năm 2022
(Ban hành kèm theo Quyết định số 902/QĐ-UBND ngày 14 tháng 6 năm 2022 của Chủ tịch UBND huyện Yên Châu)
I. MỤC TIÊU
Trồng mới xoài, nhãn.
"""


def test_what_a_decision_carries_is_a_document_of_its_own() -> None:
    assert pages(text_document(f"{DECISION}\f{CARRIED}")) == [[1], [2]]
    # what a plan carries is its annex
    carried = CARRIED.replace("Ban hành kèm theo Quyết định số 902/QĐ-UBND", "Kèm theo Kế hoạch số 902/KH-UBND")
    assert pages(text_document(f"{DECISION}\f{carried}")) == [[1, 2]]
    assert pages(text_document(f"{DECISION}\fPHỤ LỤC I\n{CARRIED}")) == [[1, 2]]


def test_documents_that_meet_on_one_page_of_a_text_are_parted() -> None:
    letterhead = HEAD.format(place="Nà Ớt", number=3) + BODY
    whole = text_document(DECISION + letterhead + "\n" + CARRIED)
    parted = areas.part_text_pages(whole)
    assert [page.number for page in parted.pages] == [1, 2, 3]
    texts = ["\n".join(line.text for block in page.blocks for line in block.lines) for page in parted.pages]
    assert texts[0].endswith("Lường Thị Mai")
    assert texts[1].startswith(HEAD.format(place="Nà Ớt", number=3).split("\n")[0])
    assert texts[2].startswith("KẾ HOẠCH\nTrồng cây")
    assert "\n".join(texts).split() == whole.raw.split()
    assert areas.part_text_pages(parted) == parted


def test_a_page_with_one_document_is_not_parted() -> None:
    for text in (DECISION, HEAD.format(place="Nà Ớt", number=3) + BODY):
        document = text_document(text)
        assert areas.part_text_pages(document) is document
