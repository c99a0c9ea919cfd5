"""Page numbers, running heads, marks of converters and broken tokens leave the text; what counts something stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.document import Document
from pipeline.structure.tidy import tidy
from tests.papers import line_at, page_of, scan, text_document


def text_after(document: Document) -> str:
    kept = tidy(document)[0]
    return " ".join(
        line.text
        for page in kept.pages
        for block in page.blocks
        if block.kind == "text"
        for line in block.lines
        if line.text
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("**I. MỤC ĐÍCH**", "I. MỤC ĐÍCH"),
        ("### 2.1. Nội dung:", "2.1. Nội dung:"),
        ("theo “*Người tốt, việc tốt*” ở xã", "theo “Người tốt, việc tốt” ở xã"),
        ("1\\. Mục đích\\-", "1. Mục đích-"),
        ("Số liệu<br>năm 2020", "Số liệunăm 2020"),
        ("* Nội dung", "* Nội dung"),
        ("Ghi chú (*) cuối bảng", "Ghi chú (*) cuối bảng"),
        ("5 * 3 hộ", "5 * 3 hộ"),
        ("# Mục", "Mục"),
        ("#", "#"),
    ],
)
def test_marks_of_converters(before: str, after: str) -> None:
    document = text_document(before)
    assert text_after(document) == after
    kept = [word for word in tidy(document)[0].words() if word.text != word.raw]
    assert all(word.edits[-1].after == word.text for word in kept)


def test_a_symbol_broken_over_lines_is_joined_and_raw_stays() -> None:
    document = tidy(text_document("theo Chỉ thị số 05-\nCT/TW của Bộ Chính trị, giai đoạn 2021-\n2025"))[0]
    assert "05-CT/TW của" in document.pages[0].text.replace("\n", " ")
    assert "2021-2025" in document.pages[0].text
    assert document.raw == text_document("theo Chỉ thị số 05-\nCT/TW của Bộ Chính trị, giai đoạn 2021-\n2025").raw


def test_a_line_whose_only_word_went_to_the_line_before_is_passed_over() -> None:
    document = tidy(text_document("theo Chỉ thị số 05-\nCT/TW\ncủa Bộ Chính trị về học tập và làm theo"))[0]
    assert "05-CT/TW" in document.pages[0].text


FILLER = "\n".join(
    f"Câu thứ {i} nói về đời sống văn hóa của bà con trong thôn, bản và các khu dân cư mới." for i in range(25)
)


@pytest.mark.parametrize(
    ("sentence", "kept"),
    [
        ("xây dựng đời sống 2 văn hóa", "xây dựng đời sống văn hóa"),
        ("xây dựng 2 nhà văn hóa", "xây dựng 2 nhà văn hóa"),
        ("trong năm 2 văn hóa", "trong năm 2 văn hóa"),
        ("đời sống 9 văn hóa", "đời sống 9 văn hóa"),  # page nine cannot begin here
        ("ở cấp 2 miền núi", "ở cấp 2 miền núi"),
    ],
)
def test_a_page_number_in_a_sentence(sentence: str, kept: str) -> None:
    document, notices = tidy(text_document(f"{FILLER}\nTiếp tục {sentence} hằng năm."))
    assert document.pages[0].text.endswith(f"Tiếp tục {kept} hằng năm.")
    assert [notice.code for notice in notices] == (["page_artifact"] if sentence != kept else [])


def test_a_number_alone_between_two_lines_is_a_page_number_where_a_page_may_begin() -> None:
    document, notices = tidy(text_document(f"{FILLER}\n\n2\n\nSang trang mới."))
    assert [block.kind for block in document.pages[0].blocks] == ["text", "page_number", "text"]
    assert [notice.code for notice in notices] == ["page_artifact"]
    assert tidy(text_document("Danh sách\n\n1\n\n2\n\nhết"))[1] == ()


def test_page_numbers_and_running_heads_of_a_scan_are_set_apart_without_notice() -> None:
    pages = [
        page_of(
            [
                line_at(str(number), 300, 40),
                line_at("Kế hoạch năm 2020", 80, 60),
                line_at(f"Nội dung của trang {chr(96 + number)}.", 80, 200),
            ],
            number,
        )
        for number in (2, 3, 4)
    ]
    document, notices = tidy(scan(*pages))
    assert notices == ()
    assert text_after(scan(*pages)) == "Nội dung của trang b. Nội dung của trang c. Nội dung của trang d."
    assert {block.kind for page in document.pages for block in page.blocks} == {"page_number", "running_head", "text"}


def test_running_feet_are_set_apart_and_stay_on_their_page() -> None:
    pages = [
        page_of(
            [
                line_at(f"Nội dung của trang {chr(96 + number)}.", 80, 200),
                line_at("Sở Nội vụ, số 5 phố Lê Lai", 80, 760),
                line_at(f"Trang {number}/4", 300, 800),
            ],
            number,
        )
        for number in (2, 3, 4)
    ]
    document, notices = tidy(scan(*pages))
    assert notices == ()
    assert text_after(scan(*pages)) == "Nội dung của trang b. Nội dung của trang c. Nội dung của trang d."
    assert {block.kind for page in document.pages for block in page.blocks} == {"page_number", "footer", "text"}
    assert all("Sở Nội vụ, số 5 phố Lê Lai" in page.text for page in document.pages)


def several_letters(*foot: str) -> Document:
    return scan(*(
        page_of(
            [
                line_at("UBND HUYỆN NẬM PỒ", 80, 60), line_at("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 300, 60),
                line_at(f"Nội dung của văn bản {chr(96 + number)}.", 80, 200), line_at("Nơi nhận:", 80, 600),
                line_at("Lò Văn Pán", 400, 700), *(line_at(text, 240, 815) for text in foot),
            ],
            number,
        )
        for number in (1, 2, 3)
    ))


def test_what_begins_and_ends_each_of_several_documents_in_one_file_runs_through_none() -> None:
    text = text_after(several_letters())
    assert text.count("UBND HUYỆN NẬM PỒ") == text.count("Lò Văn Pán") == 3
    assert "Quét bằng điện thoại" not in text_after(several_letters("Quét bằng điện thoại"))


@pytest.mark.parametrize(("number", "left", "taken"), [(2, 295, True), (3, 295, False), (2, 90, False)])
def test_the_number_of_a_sheet_shorter_than_what_was_scanned_stands_in_its_middle(
    number: int, left: float, taken: bool
) -> None:
    page = page_of([line_at("Nội dung của trang sau.", 80, 200), line_at(str(number), left, 690)], 2)
    assert text_after(scan(page)) == ("Nội dung của trang sau." if taken else f"Nội dung của trang sau. {number}")


@pytest.mark.parametrize(("text", "left", "sure", "taken"), [
    ("k9", 295, 0.5, True), ("k9", 90, 0.5, False), ("k9", 295, 0.9, False), ("vào", 295, 0.5, False),
])
def test_a_page_number_whose_figures_were_read_as_letters(text: str, left: float, sure: float, taken: bool) -> None:
    number = line_at(text, left, 40)
    number = replace(number, words=(replace(number.words[0], recognised=sure),))
    page = page_of([number, line_at("Nội dung của trang sau.", 80, 200)], 2)
    assert text_after(scan(page)) == ("Nội dung của trang sau." if taken else f"{text} Nội dung của trang sau.")


def test_a_dash_read_as_a_tilde_is_one_before_a_word_of_a_scan() -> None:
    rows = ["~ Sở Thương binh ~ Xã hội;", "._~ Các phòng ~ 5 người;", "” Thư ký ” Trạm."]
    page = page_of([line_at(row, 80, 200 + 20 * i) for i, row in enumerate(rows)])
    assert text_after(scan(page)) == "- Sở Thương binh - Xã hội; - Các phòng ~ 5 người; - Thư ký ” Trạm."
    assert tidy(scan(page))[0].pages[0].blocks[0].lines[0].words[0].raw == "~"
    assert text_after(text_document(rows[0])) == rows[0]


def test_a_tidy_document_comes_back_equal() -> None:
    once = tidy(text_document(f"**{FILLER}**\nsố 05-\nCT/TW"))[0]
    assert tidy(once) == (once, ())


@pytest.mark.parametrize(("top", "runs"), [(806.0, True), (700.0, False)])
def test_a_foot_of_two_pages_runs_where_it_stands_in_the_margin(top: float, runs: bool) -> None:
    foot = "UBND xã Trà Lâm - Kế hoạch trồng rừng 2021 - 2025"
    pages = [
        page_of([line_at(f"Nội dung của trang {number}", 85, 100), line_at(foot, 85 + number, top)], number)
        for number in (1, 2)
    ]
    kinds = [block.kind for page in tidy(scan(*pages))[0].pages for block in page.blocks]
    assert kinds.count("footer") == (2 if runs else 0)
