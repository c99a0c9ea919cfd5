"""Tables of text files: tabs and runs of blanks part columns; numbers and small letters tell rows."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline import run
from pipeline.document import Document, Page, Table
from pipeline.imaging import layout, text_columns
from pipeline.imaging.images import PageInput
from pipeline.structure import splitting, tables

CASES = json.loads((Path(__file__).parent / "cases" / "text_columns" / "made.json").read_text("utf-8"))


def rows_of(table: Table) -> list[list[str]]:
    """The cells by row; "<3" behind one that spans three columns."""
    return [
        [f"{cell.text}<{cell.column_span}".removesuffix("<1") for cell in table.cells if cell.row == row]
        for row in range(table.rows)
    ]


def text_page(lines: list[str]) -> Page:
    return layout.text_page(PageInput(1, 595.0, 842.0, "text-file", lines=tuple(lines)))


def document(lines: list[str]) -> Document:
    return Document("a.txt", "0" * 64, "text/plain", (text_page(lines),))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_columns_are_parted_and_rows_are_whole(case: dict[str, Any]) -> None:
    found = text_columns.find(case["lines"])
    assert [rows_of(one.table) for one in found] == case["tables"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_no_word_is_lost_or_read_twice(case: dict[str, Any]) -> None:
    page = text_page(case["lines"])
    printed = sorted(word for line in case["lines"] for word in line.split())
    assert sorted(word.raw for line in page.lines() for word in line.words) == printed
    assert sorted(page.raw.split()) == printed


def test_a_table_with_bars_on_the_same_page_is_found_too() -> None:
    lines = [*CASES[0]["lines"], "| TT | Việc | Người làm |", "| 1 | Dọn kho | Tổ 2 |"]
    page = tables.tables(document(lines)).pages[0]
    assert [table.columns for table in page.tables] == [4, 3]
    assert [block.kind for block in page.blocks] == ["text", "table", "text", "table"]
    assert tables.tables(Document("a.txt", "0" * 64, "text/plain", (page,))).pages[0] == page


def test_tables_go_with_the_document_they_stand_in() -> None:
    head = ["ỦY BAN NHÂN DÂN XÃ LONG HẸ", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc",
            "Số: {}/KH-UBND", "Long Hẹ, ngày 4 tháng 3 năm 2024", "KẾ HOẠCH", "Làm đường bản năm 2024"]
    foot = ["Nơi nhận:", "- Lưu: VT.", "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "Lầu A Chống"]
    one, two = ([line.format(number) for line in head] for number in (7, 8))
    lines = [*one, *CASES[0]["lines"], *foot, "", *two, *CASES[2]["lines"], *foot]
    parted = splitting.part_text_pages(document(lines)).pages
    assert [[table.columns for table in page.tables] for page in parted] == [[4], [4]]
    assert [rows_of(page.tables[0])[0] for page in parted] == [CASES[0]["tables"][0][0], CASES[2]["tables"][0][0]]


def test_the_month_above_dates_the_items_below_it() -> None:
    case = next(case for case in CASES if "in the first cell" in case["label"])
    plan = run.read(document(["KẾ HOẠCH", "Hoạt động Đội", "I. LỊCH CÔNG TÁC", *case["lines"][1:]])).plan
    assert [(deadline.date, deadline.action) for deadline in plan.deadlines] == [
        ("2010-10", "Đại hội Liên đội"), ("2010-10", "Thi vẽ tranh"), ("2010-11", "Thi báo tường theo chủ điểm"),
    ]
    assert [duty.actor for duty in plan.assignments] == ["Tổng phụ trách Đội", "Giáo viên mỹ thuật", "Chi đội 9A"]


def test_goals_and_terms_are_read_from_both() -> None:
    lines = ["KẾ HOẠCH", "Phát triển chăn nuôi năm 2024", "I. CHỈ TIÊU", *CASES[0]["lines"][1:-1],
             "II. TỔ CHỨC THỰC HIỆN", *CASES[2]["lines"][:-1]]
    plan = run.read(document(lines)).plan
    assert [(goal.indicator, goal.value, goal.unit) for goal in plan.targets[:2]] == [
        ("Diện tích ngô", "215", "ha"), ("Sản lượng lúa", "1640", "tấn"),
    ]
    assert [deadline.date for deadline in plan.deadlines] == ["2024-04-30", "2024-05", "2024-06-15"]


@pytest.mark.parametrize("line", [
    "TT\tNội dung\tĐơn vị", "TT   Nội dung   Đơn vị", "1    a    b    c", "TT   Nội dung   Đơn vị\n1    a    b",
])
def test_many_lines_take_no_longer_than_their_number(line: str) -> None:
    def calls(count: int) -> int:
        lines = ["TT   Nội dung   Đơn vị   Thời gian", *(line.split("\n") * count)]
        seen = 0

        def count_one(_frame: object, event: str, _argument: object) -> None:
            nonlocal seen
            seen += event in ("call", "c_call")

        sys.setprofile(count_one)
        try:
            text_columns.find(lines)
        finally:
            sys.setprofile(None)
        return seen

    assert calls(2_000) < 4 * 1.5 * calls(500)


def test_a_head_of_three_rows_has_cells_side_by_side() -> None:
    lines = [
        "TT   Nội dung        Chỉ tiêu trồng cây cả năm          Ghi chú",
        "                     Quý đầu năm       Quý sau hè",
        "                     Xoan     Keo      Xoan     Keo",
        "1    Thôn Đồi        10       20       30       40      đủ giống",
        "2    Thôn Bãi        11       21       31       41      chưa đủ",
    ]
    (found,) = text_columns.find(lines)
    held = [
        (row, column) for cell in found.table.cells for row in range(cell.row, cell.row + cell.row_span)
        for column in range(cell.column, cell.column + cell.column_span)
    ]
    assert len(held) == len(set(held))
    assert "Chỉ tiêu trồng cây cả năm" in rows_of(found.table)[0][2]
    assert rows_of(found.table)[2] == ["1", "Thôn Đồi", "10", "20", "30", "40", "đủ giống"]
