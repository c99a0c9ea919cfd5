"""A file of several documents is parted where a letterhead begins, also inside a page; no word is in two of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline import corrections
from pipeline.corrections import Correction
from pipeline.document import Block, Box, Document, FoundObject, Line, Page, Word, place_on_page, upright
from pipeline.structure import record, splitting, tables
from tests.papers import line_at, page_of, scan, short_plan, text_document, two_on_a_page

MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n"
HEAD = f"UBND XÃ {{place}}\n{MOTTO}Số: {{number}}/KH-UBND\n{{place}}, ngày 02 tháng 01 năm 2020\n"
BODY = (
    "KẾ HOẠCH\nTrồng cây năm 2020\nI. MỤC ĐÍCH\nPhủ xanh đồi trọc./.\n"
    "Nơi nhận:\n- Các thôn;\n- Lưu: VT.\nCHỦ TỊCH\nLý Văn Sơn"
)


def pages(document: Document) -> list[list[int]]:
    return [[page.number for page in part.pages] for part in splitting.split_documents(document)]


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
    parted = splitting.part_text_pages(whole)
    assert [page.number for page in parted.pages] == [1, 2, 3]
    texts = ["\n".join(line.text for block in page.blocks for line in block.lines) for page in parted.pages]
    assert texts[0].endswith("Lường Thị Mai")
    assert texts[1].startswith(HEAD.format(place="Nà Ớt", number=3).split("\n")[0])
    assert texts[2].startswith("KẾ HOẠCH\nTrồng cây")
    assert "\n".join(texts).split() == whole.raw.split()
    assert splitting.part_text_pages(parted) == parted


LETTER = """UBND HUYỆN YÊN CHÂU
PHÒNG Y TẾ
Số: 31/PYT
V/v phát màn chống muỗi
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Yên Châu, ngày 02 tháng 6 năm 2022
Kính gửi: Trạm Y tế các xã
Đề nghị các trạm cử người nhận màn./.
Nơi nhận:
- Như trên;
- Lưu: VT.
TRƯỞNG PHÒNG
Hà Thị Mai
"""


def test_a_letter_below_another_document_begins_one_and_a_form_does_not() -> None:
    assert len(splitting.part_text_pages(text_document(DECISION + LETTER)).pages) == 2
    form = LETTER.replace("Số: 31/PYT\n", "").replace("V/v phát màn chống muỗi", "ĐƠN XIN NHẬN MÀN")
    assert len(splitting.part_text_pages(text_document(DECISION + form)).pages) == 1


def test_a_page_with_one_document_is_not_parted() -> None:
    for text in (DECISION, HEAD.format(place="Nà Ớt", number=3) + BODY):
        document = text_document(text)
        assert splitting.part_text_pages(document) is document


def told(document: Document) -> list[tuple[str, int | None]]:
    notices = record.read_record(tables.tables(document)).warnings
    return [(notice.message.split(",")[0], notice.page) for notice in notices if "--split" in notice.message]


def test_a_record_says_what_else_the_file_holds() -> None:
    first, second = HEAD.format(place="Nà Ớt", number=3) + BODY, HEAD.format(place="Chiềng Ve", number=4) + BODY
    assert told(text_document(f"{first}\fPHỤ LỤC\nDanh sách\f{second}\f{first}")) == [("the file holds 3 documents", 3)]
    assert told(text_document(DECISION + first)) == [("the file holds 2 documents", 1)]
    for alone in (first, DECISION + CARRIED, f"{DECISION}\f{CARRIED}", f"{first}\fMẫu số 01\n{MOTTO}BẢN ĐĂNG KÝ"):
        assert told(text_document(alone)) == []
    parts = splitting.split_documents(shared())
    assert [told(part) for part in (shared(), *parts)] == [[("the file holds 2 documents", 1)], [], []]


# --- two documents on one page of a scan ------------------------------------------------------------------

def shared(*more: Page) -> Document:
    return scan(two_on_a_page().pages[0], *more)


def test_two_documents_on_one_page_have_records_of_their_own() -> None:
    parts = splitting.split_documents(shared(page_of([line_at("Bản đồ hố cây.", 100, 100)], 2)))
    plans = [record.read_record(tables.tables(part)) for part in parts]
    assert [plan.number.number for plan in plans] == ["3", "4"]
    assert [plan.issuer.name for plan in plans] == ["Ủy ban nhân dân xã Nà Ớt", "Ủy ban nhân dân xã Chiềng Ve"]
    assert [plan.signature.name for plan in plans] == ["Lý Văn Sơn", "Lý Văn Sơn"]
    places = [plan.evidence["/number/number"] for plan in plans]
    assert [place.page for place in places] == [1, 1]
    assert [place.box[1] for place in places if place.box is not None] == [92.0, 462.0]
    assert [[page.number for page in part.pages] for part in parts] == [[1], [1, 2]]
    assert [place_on_page(part.pages[0]) for part in parts] == [0, 1]


def test_each_word_table_and_object_of_a_shared_page_is_in_one_document() -> None:
    whole = shared()
    seals = (FoundObject("seal", Box(380, 260, 460, 340)), FoundObject("seal", Box(380, 630, 460, 710)))
    number = line_at("2", 290, 810)
    page = whole.pages[0]
    page = page_of([*(line for block in page.blocks for line in block.lines), number], objects=seals)
    one, two = splitting.split_documents(scan(page))
    words = sorted(word.raw for part in (one, two) for word in part.words())
    assert words == sorted(word.raw for word in scan(page).words())
    assert [part.pages[0].objects for part in (one, two)] == [seals[:1], seals[1:]]
    assert "2" in [word.raw for word in two.words()]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_shared_page_that_lies_is_parted_as_it_stands(turn: int) -> None:
    page = shared().pages[0]
    lying = page_of([line for block in page.blocks for line in block.lines], turn=(360 - turn) % 360)
    lying = upright(scan(lying)).pages[0]  # the boxes of a page that was scanned turned
    lines = [line for block in lying.blocks for line in block.lines]
    document = scan(page_of(lines, turn=turn, size=(lying.width, lying.height)))
    standing = upright(document)
    parts = splitting.split_documents(standing, document)
    assert [len(list(part.words())) for part in parts] == [73, 73]
    assert [part.pages[0].turn for part in parts] == [turn, turn]
    upper = splitting.split_documents(standing)[0]
    assert [word.raw for word in upper.words()] == [word.raw for word in parts[0].words()]


def test_a_document_ends_where_another_begins_though_its_mark_is_missing() -> None:
    first = short_plan(60, "Nà Ớt", 3, "Các thôn tự đào hố")
    assert len(splitting.split_documents(scan(page_of([*first, *short_plan(430, "Chiềng Ve", 4)])))) == 2


def test_a_form_below_a_document_begins_none() -> None:
    form = short_plan(450, "Nà Ớt", 5)
    form[0] = line_at("Mẫu số 02", 80, 440)
    assert len(splitting.split_documents(scan(page_of([*short_plan(60, "Nà Ớt", 3), *form])))) == 1


def test_one_letterhead_alone_parts_no_page() -> None:
    document = scan(page_of(short_plan(60, "Nà Ớt", 3)))
    assert splitting.split_documents(document) == (document,)


def entry(where: str, part: int, box: Box | None = None) -> Correction:
    said = None if box is None else box.rounded()
    return Correction(
        id=str(part), when="2024-01-01T00:00:00", who="Lan", where=where, pointer="/title", action="replace",  # type: ignore[arg-type]
        before="a", after="b", page=1, box=said, part=part,
    )


def test_what_was_said_of_a_shared_page_goes_to_the_document_it_was_said_of() -> None:
    one, two = splitting.split_documents(shared())
    keys = [corrections.part_key(part) for part in (one, two)]
    assert keys == [1, 1 + corrections.BELOW]
    upper, lower = (next(part.words()).box for part in (one, two))
    log = [entry("record", key) for key in keys] + [entry("document", 8, upper), entry("document", 9, lower)]
    assert [said.id for said in corrections.of_part(log, one, is_first=True)] == ["1", "8"]
    assert [said.id for said in corrections.of_part(log, two, is_first=False)] == [str(keys[1]), "9"]


def test_a_line_without_a_place_is_in_one_document_of_a_shared_page() -> None:
    page = shared().pages[0]
    nowhere = Line((Word("~", ""),))
    lines = [*(line for block in page.blocks for line in block.lines), nowhere]
    parts = splitting.split_documents(scan(replace(page, blocks=(Block(tuple(lines)),))))
    assert [sum(word.raw == "~" for word in part.words()) for part in parts] == [1, 0]


def test_a_document_without_pages_has_a_key() -> None:
    assert corrections.part_key(scan()) == 0
