"""Cells that stand for others: "nt", lists of names in one cell, numbers whose figures were read as letters."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.document import Cell, Line, Table, Word
from pipeline.structure import record, tables
from pipeline.structure.passages import grid
from pipeline.structure.repeated_cells import repeats, said_in
from tests.papers import line_at, page_of, scan, text_document

HEAD = ["KẾ HOẠCH", "II. TỔ CHỨC THỰC HIỆN", "| TT | Nội dung | Đơn vị chủ trì | Đơn vị phối hợp | Thời gian |"]


def duties(rows: list[str]) -> list[tuple[str, str]]:
    plan = record.read_record(tables.tables(text_document("\n".join([*HEAD, *rows]))))
    return [(duty.actor, duty.task) for duty in plan.assignments]


@pytest.mark.parametrize("sign", ["nt", "-nt-", "n.t", "//", "-//-", "Như trên", "(như trên)"])
def test_a_sign_for_as_above_names_the_office_above(sign: str) -> None:
    rows = ["| 1 | Phát quang đường | Hội Nông dân | Ban A | 05/3/2024 |",
            f"| 2 | Nạo vét mương | {sign} | Đoàn xã | {sign} |"]
    assert duties(rows) == [
        ("Hội Nông dân", "Phát quang đường"), ("Ban A", "Phát quang đường"),
        ("Hội Nông dân", "Nạo vét mương"), ("Đoàn xã", "Nạo vét mương"),
    ]
    plan = record.read_record(tables.tables(text_document("\n".join([*HEAD, *rows]))))
    assert [(due.date, due.action) for due in plan.deadlines] == [
        ("2024-03-05", "Phát quang đường"), ("2024-03-05", "Nạo vét mương"),
    ]
    assert plan.evidence["/assignments/2/actor"].text == "Hội Nông dân"


def test_nothing_is_named_where_nothing_stands_above() -> None:
    rows = ["| 1 | Phát quang đường | nt | Ban A | 05/3/2024 |", "| 2 | Nạo vét mương | - | | 06/3/2024 |"]
    assert duties(rows) == [("Ban A", "Phát quang đường")]


@pytest.mark.parametrize("text", ["", "-", '"', "Nt Hà", "không"])
def test_no_other_cell_repeats_the_one_above(text: str) -> None:
    assert not repeats(text)


def test_the_title_of_a_group_is_repeated_by_no_cell_below_it() -> None:
    def cell(row: int, column: int, text: str, span: int = 1) -> Cell:
        return Cell(row, column, (Line((Word(text, text),)),), 1, span)

    table = Table((cell(0, 0, "1"), cell(0, 1, "Ban A"), cell(1, 0, "Thủy lợi", 2), cell(2, 0, "2"), cell(2, 1, "nt")))
    assert [said.text for said in said_in(grid(table), 1) if said is not None] == ["Ban A", "Thủy lợi", "Ban A"]


def test_a_list_in_a_cell_is_as_many_actors() -> None:
    rows = ["| 1 | Đổ đường | - Ban Tài chính - Kế hoạch - Hội Phụ nữ xã - Các chi hội nông dân | | 5/2024 |",
            "| 2 | Trồng cây | Trung tâm Văn hóa - Thể thao | | 6/2024 |"]
    assert duties(rows) == [
        ("Ban Tài chính - Kế hoạch", "Đổ đường"), ("Hội Phụ nữ xã", "Đổ đường"),
        ("Các chi hội nông dân", "Đổ đường"), ("Trung tâm Văn hóa - Thể thao", "Trồng cây"),
    ]


def test_a_list_on_lines_of_its_own_is_parted_at_its_marks_only() -> None:
    document = tables.tables(text_document("\n".join([*HEAD, "| 1 | Đổ đường | Ban A | | 5/2024 |"])))
    page = document.pages[0]
    lines = tuple(
        Line(tuple(Word(word, word) for word in line.split())) for line in ("- Phòng Kinh tế -", "Hạ tầng", "- Sơn Hà")
    )
    table = page.tables[0]
    changed = replace(
        table, cells=tuple(replace(c, lines=lines) if c.text == "Ban A" else c for c in table.cells)
    )
    plan = record.read_record(replace(document, pages=(replace(page, tables=(changed,)),)))
    assert [duty.actor for duty in plan.assignments] == ["Phòng Kinh tế - Hạ tầng", "Sơn Hà"]


def test_a_number_with_letters_in_it_is_told_as_unreadable() -> None:
    rows = ["I. CHỈ TIÊU", "| TT | Xã | Lúa (ha) | Nông thôn mới (ha) |", "| 1 | Na Hối | 1ó0 | Đạt chuẩn |",
            "| 2 | Tà Chải | 215 | 40 |", "| 3 | Thải Giàng | 96 | 38 |"]
    plan = record.read_record(tables.tables(text_document("\n".join(rows))))
    assert [(goal.indicator, goal.value) for goal in plan.targets][:2] == [("Na Hối", None), ("Na Hối", None)]
    assert [(w.code, w.message) for w in plan.warnings if w.code == "value_unreadable"] == [
        ("value_unreadable", "target: 1ó0"),
    ]


def test_titles_under_one_another_beside_one_of_all_rows_are_of_the_head() -> None:
    """A title in one row beside one that spans two, as in annexes of three rows."""
    def cell(row: int, column: int, text: str, high: int = 1, wide: int = 1) -> Cell:
        line = line_at(text, 60.0 + 90 * column, 150.0 + 20 * row)
        return Cell(row, column, (line,) if text else (), high, wide, line.box)

    cells = (
        cell(0, 0, "TT", 3), cell(0, 1, "Xã", 3), cell(0, 2, "Rừng", wide=2), cell(0, 4, "Quả"),
        cell(1, 2, "Trồng mới", wide=2), cell(1, 4, "Sản lượng (tấn)", 2),
        cell(2, 2, "Phòng hộ (ha)"), cell(2, 3, "Sản xuất (ha)"),
        cell(3, 0, "1"), cell(3, 1, "Nà Phặc"), cell(3, 2, "12"), cell(3, 3, "45"), cell(3, 4, "118"),
    )
    table = Table(cells)
    page = page_of([line_at("I. CHỈ TIÊU GIAO", 60, 120)])
    lines = tuple(line for one in cells for line in one.lines)
    made = replace(page, tables=(table,), blocks=(*page.blocks, replace(page.blocks[0], lines=lines, kind="table")))
    plan = record.read_record(scan(made))
    assert [(goal.value, goal.unit) for goal in plan.targets] == [("12", "ha"), ("45", "ha"), ("118", "tấn")]


def test_a_unit_is_as_it_was_read_where_its_restored_form_is_none() -> None:
    rows = ["I. CHỈ TIÊU", "| TT | Chỉ tiêu | ĐVT | 2024 |", "| 1 | Cây vụ đông | ha | 150 |", "| 2 | Lúa | tấn | 52 |"]
    document = tables.tables(text_document("\n".join(rows)))
    page = document.pages[0]
    table = page.tables[0]
    changed = replace(table, cells=tuple(
        replace(c, lines=(Line((Word("ha", "hà"),)),)) if c.text == "ha" else c for c in table.cells
    ))
    plan = record.read_record(replace(document, pages=(replace(page, tables=(changed,)),)))
    assert [goal.unit for goal in plan.targets] == ["ha", "tấn"]
