"""Record, text, document and Markdown: nothing is lost, nothing of a scan becomes markup, failures are told."""

import json
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from pipeline.document import Block, Cell, Line, Page, Table
from pipeline.plan import Plan
from pipeline.stored import from_json
from pipeline.writers import export
from tests.pdfkit import a_document, a_page, a_plan, a_word

CASES = json.loads((Path(__file__).parent / "cases" / "export" / "markdown.json").read_text("utf-8"))


def lines(*texts: str) -> list:
    """Lines of words without boxes, as of a text file."""
    return [[a_word(text, None) for text in line.split()] for line in texts]


HEAD = lines(
    "ỦY BAN NHÂN DÂN", "XÃ BÌNH YÊN", "Số: 07/KH-UBND", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc", "Bình Yên, ngày 05 tháng 3 năm 2019", "KẾ HOẠCH", "Làm sạch đường làng năm 2019",
)
BODY = lines(
    "I. MỤC ĐÍCH", "1. Giữ gìn đường làng sạch sẽ, bảo đảm vệ sinh", "chung của cả xã.", "II. TỔ CHỨC THỰC HIỆN",
)


def a_text() -> Page:
    return a_page([*HEAD, *BODY], origin="text-file")


def test_the_record_is_the_contract_as_json():
    plan = a_plan()
    told = export.record_json(plan)
    assert Plan.model_validate_json(told) == plan
    assert "Làm sạch đường làng & ngõ xóm <2019>" in told  # letters as they are, no escapes
    assert told.endswith("}\n")


def test_a_document_comes_back_from_its_file():
    words = [a_word("Số:", (1, 2, 3, 4), raw="Sé:", sure=0.5), a_word('"7"\\', (5, 2, 7, 4))]
    line = Line(tuple(words))
    page = Page(
        1, 300, 400, blocks=(Block((line,), "table"), Block(())),
        tables=(Table((Cell(0, 0, (line,)), Cell(0, 1))), Table(())),
    )
    document = a_document(page, Page(2, 300, 400, status="failed"))
    told = export.document_json(document)
    assert from_json(json.loads(told)) == document
    rows = [row for row in told.splitlines() if '"raw": "Sé: ' in row]
    assert len(rows) == 1  # a printed line, a line of the file
    assert from_json(json.loads(export.document_json(a_document()))) == a_document()


def test_text_is_joined_to_paragraphs():
    text = export.to_text(a_document(a_text()))
    assert "1. Giữ gìn đường làng sạch sẽ, bảo đảm vệ sinh chung của cả xã.\n" in text
    assert text.splitlines()[0] == "ỦY BAN NHÂN DÂN"
    assert text.endswith("II. TỔ CHỨC THỰC HIỆN\n")
    words = [word.text for word in a_document(a_text()).words()]
    assert text.split() == words  # every word once, in order


@pytest.mark.parametrize("failed", [1, 2, 3])
def test_a_page_that_failed_is_told_in_its_place(failed):
    pages = [a_page(lines(f"Trang thứ {n} có chữ."), number=n, origin="text-file") for n in (1, 2, 3)]
    pages[failed - 1] = Page(failed, 300, 400, status="failed")
    told = export.to_text(a_document(*pages)).splitlines()
    assert told[failed - 1] == f"[Trang {failed}: không đọc được]"
    assert len(told) == 3
    assert f"\\[Trang {failed}: không đọc được\\]" in export.to_markdown(a_document(*pages))


def test_a_document_of_failed_pages_alone_is_told():
    pages = [Page(n, 300, 400, status="failed") for n in (1, 2)]
    assert export.to_text(a_document(*pages)).count("không đọc được") == 2


def a_table() -> Page:
    rows = [("Chỉ tiêu", "Mức"), ("Đường | sạch", "95 %"), ("Nhà ở", "3")]
    made = [[Line((a_word(text, None),)) for text in row] for row in rows]
    cells = tuple(Cell(r, c, (line,)) for r, row in enumerate(made) for c, line in enumerate(row))
    table = Block(tuple(line for row in made for line in row), "table")
    return Page(1, 300, 400, origin="text-file", blocks=(table,), tables=(Table(cells),))


def test_a_table_is_a_line_a_row():
    assert export.to_text(a_document(a_table())).splitlines() == [
        "Chỉ tiêu | Mức", "Đường | sạch | 95 %", "Nhà ở | 3"]


def test_a_table_is_a_table_in_markdown():
    html = MarkdownIt("commonmark").enable("table").render(export.to_markdown(a_document(a_table())))
    cells = re.findall(r"<(t[hd])>(.*?)</t[hd]>", html)
    assert cells == [("th", "Chỉ tiêu"), ("th", "Mức"), ("td", "Đường | sạch"), ("td", "95 %"), ("td", "Nhà ở"),
                     ("td", "3")]


def test_spanned_places_are_empty():
    line = Line((a_word("Chung", None),))
    table = Table((Cell(0, 0, (line,), row_span=2, column_span=2), Cell(0, 2), Cell(1, 2)))
    assert export.table_rows(table) == (("Chung", "", ""), ("", "", ""))


def test_headings_and_title_are_headings_in_markdown():
    told = export.to_markdown(a_document(a_text()), a_plan())
    front, body = told.removeprefix("---\n").split("---\n", 1)
    values = {key: json.loads(value) for key, value in (row.split(": ", 1) for row in front.splitlines())}
    assert (values["symbol"], values["year"]) == ("KH-UBND", None)
    assert "\n# KẾ HOẠCH Làm sạch đường làng năm 2019\n" in body
    assert "\n## I. MỤC ĐÍCH\n" in body
    assert "\n## II. TỔ CHỨC THỰC HIỆN\n" in body


@pytest.mark.parametrize("case", CASES, ids=[case["text"] for case in CASES])
def test_markdown_shows_the_text_as_it_stands(case):
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(export.escape_markdown(case["text"]))
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert "".join(child.content for child in tokens[1].children) == case["text"], case["why"]
