"""Tables from rules, bars and columns: every word keeps its place, merged cells and page breaks hold."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest

from pipeline.document import (
    Box,
    Cell,
    Document,
    FoundObject,
    Line,
    Page,
    Reading,
    Step,
    Table,
    Word,
    union,
    upright,
)
from pipeline.structure import record, tables
from pipeline.structure.table_parts import joined
from tests.papers import line_at, page_of, scan, text_document


def rule(left: float, top: float, right: float, bottom: float) -> FoundObject:
    kind = "rule" if right - left > bottom - top else "vertical_rule"
    return FoundObject(kind, Box(left, top, right, bottom))  # type: ignore[arg-type]


def grid(xs: list[float], ys: list[float], without: tuple[tuple[str, int, int], ...] = ()) -> list[FoundObject]:
    """Rules of a grid, a piece for each side of a cell; `without` names pieces left out by kind, line and cell."""
    across = [
        rule(a, y - 0.5, b, y + 0.5)
        for j, y in enumerate(ys)
        for i, (a, b) in enumerate(pairwise(xs))
        if ("across", j, i) not in without
    ]
    down = [
        rule(x - 0.5, a, x + 0.5, b)
        for i, x in enumerate(xs)
        for j, (a, b) in enumerate(pairwise(ys))
        if ("down", i, j) not in without
    ]
    return [*across, *down]


XS, YS = [60.0, 100.0, 300.0, 400.0, 500.0], [200.0, 230.0, 260.0, 290.0, 320.0]
ROWS = [
    "TT@66 Chỉ_tiêu@110 Đơn_vị_tính@305 Kế_hoạch@405",
    "I@70 Trồng_trọt@110",
    "1@72 Diện_tích_ngô@110 ha@310 215@420",
    "2@72 Sản_lượng_lúa@110 tấn@310 1.640@420",
]


def table_lines(rows: list[str], top: float = 208.0, step: float = 30.0) -> list[Line]:
    """Each row read as one line through all cells, as recognisers do."""
    lines = []
    for index, row in enumerate(rows):
        cells = [cell.rsplit("@", 1) for cell in row.split()]
        parts = [line_at(text.replace("_", " "), float(left), top + step * index) for text, left in cells]
        words = tuple(word for part in parts for word in part.words)
        box = parts[0].box
        assert box is not None
        for part in parts[1:]:
            assert part.box is not None
            box = box.union(part.box)
        lines.append(Line(words, box))
    return lines


def texts(page: Page) -> list[list[str]]:
    table = page.tables[0]
    return [[cell.text for cell in table.cells if cell.row == row] for row in range(table.rows)]


def ruled_page(number: int = 1, rows: list[str] = ROWS, turn: int = 0) -> Page:
    merged = (("down", 2, 1), ("down", 3, 1))  # the group row "I Trồng trọt" has no rules inside
    before, after = line_at("II. CHỈ TIÊU", 60, 150), line_at("III. TỔ CHỨC THỰC HIỆN", 60, 350)
    return page_of([before, *table_lines(rows), after], number, grid(XS, YS, merged), turn)


def test_words_go_to_the_cells_that_hold_them() -> None:
    page = tables.tables(scan(ruled_page())).pages[0]
    assert texts(page) == [
        ["TT", "Chỉ tiêu", "Đơn vị tính", "Kế hoạch"],
        ["I", "Trồng trọt"],
        ["1", "Diện tích ngô", "ha", "215"],
        ["2", "Sản lượng lúa", "tấn", "1.640"],
    ]
    merged = next(cell for cell in page.tables[0].cells if cell.text == "Trồng trọt")
    assert (merged.column, merged.column_span, merged.row_span) == (1, 3, 1)


def test_a_table_stands_between_the_lines_around_it() -> None:
    page = tables.tables(scan(ruled_page())).pages[0]
    assert [block.kind for block in page.blocks] == ["text", "table", "text"]
    assert sorted(word.text for word in tables.tables(scan(ruled_page())).words()) == sorted(
        word.text for word in scan(ruled_page()).words()
    )


def test_a_table_of_targets_gives_targets_with_their_places() -> None:
    plan = record.read_record(tables.tables(scan(ruled_page())))
    assert [(t.label, t.indicator, t.value, t.unit) for t in plan.targets] == [
        ("1", "Diện tích ngô", "215", "ha"),
        ("2", "Sản lượng lúa", "1640", "tấn"),
    ]
    assert plan.targets[0].text == "1 | Diện tích ngô | ha | 215"
    box = plan.evidence["/targets/0/value"].box
    assert box is not None
    assert 260 < box[1] < box[3] < 290
    assert plan.sections[0].paragraphs == ()


def turned(document: Document, degrees: int) -> Document:
    """The same paper scanned on its side: boxes of the page as displayed, with the turn that sets it upright."""
    page = document.pages[0]
    lying = upright(scan(Page(**{**{f: getattr(page, f) for f in page.__slots__}, "turn": (360 - degrees) % 360})))
    shown = lying.pages[0]
    return scan(Page(**{**{f: getattr(shown, f) for f in shown.__slots__}, "turn": degrees}))


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_on_its_side_has_the_same_cells_in_its_own_coordinates(degrees: int) -> None:
    lying = tables.tables(turned(scan(ruled_page()), degrees))
    standing = tables.tables(scan(ruled_page()))
    assert texts(lying.pages[0]) == texts(standing.pages[0])
    assert lying.pages[0].turn == degrees
    again, expected = upright(lying).pages[0].tables[0].box, standing.pages[0].tables[0].box
    assert again is not None
    assert expected is not None
    assert again.overlap(expected) > 0.99


def test_a_table_that_goes_on_is_one_and_its_head_is_not_read_twice() -> None:
    first = page_of([line_at("II. CHỈ TIÊU", 60, 150), *table_lines(ROWS)], 1, grid(XS, YS))
    second = page_of(
        table_lines([ROWS[0], "3@72 Đàn_dê@110 con@310 480@420", "4@72 Đàn_bò@110 con@310 96@420", ROWS[3]]),
        2,
        grid(XS, YS),
    )
    document = tables.tables(scan(first, second))
    assert [page.tables[0].continues for page in document.pages] == [False, True]
    plan = record.read_record(document)
    assert [target.value for target in plan.targets] == ["215", "1640", "480", "96", "1640"]
    assert plan.evidence["/targets/2/value"].page == 2


def test_column_rules_alone_make_a_table() -> None:
    objects = [item for item in grid(XS, YS) if item.kind == "vertical_rule"]
    page = tables.tables(scan(page_of(table_lines(ROWS), 1, objects))).pages[0]
    assert texts(page)[2] == ["1", "Diện tích ngô", "ha", "215"]


def test_rules_under_a_letterhead_are_no_table() -> None:
    page = page_of(
        [line_at("UBND XÃ A", 60, 60), line_at("Độc lập - Tự do - Hạnh phúc", 300, 60)], 1, [rule(80, 75, 140, 76)]
    )
    assert tables.tables(scan(page)).pages[0].tables == ()


def test_columns_of_words_under_a_head_row_make_a_table_without_rules() -> None:
    page = tables.tables(
        scan(page_of(table_lines([ROWS[0], *(f"{i}@72 Việc_{i}@110 ngày@310 {i}5@420" for i in range(1, 5))])))
    ).pages[0]
    assert page.tables[0].ruled is False
    assert texts(page)[1] == ["1", "Việc 1", "ngày", "15"]


def test_bars_of_a_converter_make_a_table_and_a_short_row_is_a_group() -> None:
    text = "| TT | Việc | Chủ trì |\n|---|:--|--|\n| A | Tuyên truyền |\n|1|Viết tin|Đài huyện|\n"
    page = tables.tables(text_document(text)).pages[0]
    assert texts(page) == [["TT", "Việc", "Chủ trì"], ["A", "Tuyên truyền"], ["1", "Viết tin", "Đài huyện"]]
    assert page.tables[0].cells[4].column_span == 2


def test_a_bar_in_a_sentence_is_no_table() -> None:
    assert tables.tables(text_document("Đọc kỹ: mục a|b của mẫu.")).pages[0].tables == ()


FLAT = """3. Chỉ tiêu từng năm
TT Chỉ tiêu Đơn vị tính | Năm 2023 | Năm 2024
1 |Số xã đạt chuẩn nâng cao xã 1 2
2 | Tỷ lệ hộ dùng nước sạch % 72 > 78
của toàn huyện
Cộng 3 80
III. KINH PHÍ
"""


def test_rows_of_a_text_whose_columns_are_gone() -> None:
    page = tables.tables(text_document(FLAT)).pages[0]
    assert [[cell.text for cell in page.tables[0].cells if cell.row == row] for row in range(4)] == [
        ["TT", "Chỉ tiêu", "Đơn vị tính", "2023", "2024"],
        ["1", "Số xã đạt chuẩn nâng cao", "xã", "1", "2"],
        ["2", "Tỷ lệ hộ dùng nước sạch của toàn huyện", "%", "72", "> 78"],
        ["", "Cộng", "", "3", "80"],
    ]
    assert [line.text for block in page.blocks if block.kind == "text" for line in block.lines] == [
        "3. Chỉ tiêu từng năm",
        "III. KINH PHÍ",
    ]


def rows_of_text(*lines: str) -> list[list[str]]:
    (table,) = tables.tables(text_document("\n".join(lines))).pages[0].tables
    return [[cell.text for cell in table.cells if cell.row == row] for row in range(table.rows)]


def test_rows_of_a_garbled_text_are_parted_where_their_values_are_whole() -> None:
    """Rules read as bars, a group with one, years on a line of their own, a damaged value, a unit of no list."""
    assert rows_of_text(
        "STT Chitiéu DVT", "2021 2022 2023", "A |Giao thong", "1 |Hém duoc mé rong hém 5 8 9",
        "2 | Cau tam thay moi cau 2 3 4", "3 | Ty le duong nhua % 4O1. 1,2 2", "B_ |Dien",
        "4 |Ho co dien luoi % 96 97,5 > 98",
    ) == [
        ["STT", "Chitiéu", "DVT", "2021", "2022", "2023"], ["A", "Giao thong"],
        ["1", "Hém duoc mé rong", "hém", "5", "8", "9"], ["2", "Cau tam thay moi", "cau", "2", "3", "4"],
        ["3", "Ty le duong nhua % 4O1. 1,2 2"], ["B_", "Dien"], ["4", "Ho co dien luoi", "%", "96", "97,5", "> 98"],
    ]


def test_a_damaged_head_is_known_by_its_words_and_years() -> None:
    rows = "1. Hoc sinh gioi % 11,7 13,5", "2 Luu ban em 9 <4"
    assert rows_of_text("Wy Chi tiéu Don vi 2017-2018 2018-2019", *rows) == [
        ["Wy", "Chi tiéu", "Don vi", "2017-2018", "2018-2019"], ["1.", "Hoc sinh gioi", "%", "11,7", "13,5"],
        ["2", "Luu ban", "em", "9", "<4"],
    ]


def test_rows_that_end_with_times_have_them_in_a_cell() -> None:
    assert rows_of_text(
        "TT Noi dung Chu tri Thoi gian thuc hien", "1 Nao vet kenh To thuy nong 15/9/2018",
        "2 Lam kho giong Ban quan ly Thang 11/2018", "3 Giao ban Van phong Thuong xuyen",
    ) == [
        ["TT", "Noi dung Chu tri", "Thoi gian thuc hien"], ["1", "Nao vet kenh To thuy nong", "15/9/2018"],
        ["2", "Lam kho giong Ban quan ly", "Thang 11/2018"], ["3", "Giao ban Van phong Thuong xuyen"],
    ]


def test_rows_without_columns_are_left_whole_where_no_years_part_them() -> None:
    text = "TT Nội dung Đơn vị chủ trì\n1 Tập huấn Đoàn xã\n2 Kiểm tra Công an xã\n"
    cells = tables.tables(text_document(text)).pages[0].tables[0].cells
    assert [cell.text for cell in cells if cell.row] == ["1", "Tập huấn Đoàn xã", "2", "Kiểm tra Công an xã"]


def test_text_between_two_tables_read_as_one_band_goes_between_them() -> None:
    above, below = [line_at(text, 80, top) for text, top in (("1. Nhóm một", 60.0), ("2. Nhóm hai", 160.0))]
    rules = [*grid([60.0, 120.0, 300.0], [80.0, 110.0, 140.0]), *grid([60.0, 120.0, 300.0], [180.0, 210.0, 240.0])]
    cells = [
        line_at(f"{text} {index}", left, top)
        for index, top in enumerate((88.0, 118.0, 188.0, 218.0))
        for text, left in (("a", 70.0), ("b", 150.0))
    ]
    found = tables.find_tables(page_of([above, *cells, below], objects=rules))
    assert [block.kind for block in found.blocks] == ["text", "table", "text", "table"]
    assert [table.cells[0].text for table in found.tables] == ["a 0", "a 2"]


def test_a_low_row_whose_inner_rules_were_lost_is_cut_at_the_columns() -> None:
    lost = tuple(("down", column, row) for row in (0, 1) for column in (1, 2, 3))
    lines = table_lines(ROWS)
    table = tables.find_tables(page_of(lines, objects=grid(XS, YS, lost))).tables[0]
    by_row = [[cell.text for cell in table.cells if cell.row == row] for row in range(3)]
    assert by_row[0] == ["TT", "Chỉ tiêu", "Đơn vị tính", "Kế hoạch"]
    assert len([cell for cell in table.cells if cell.row == 1]) == 1  # a group row fills too few columns to be parted
    assert by_row[2] == ["1", "Diện tích ngô", "ha", "215"]


def test_a_table_without_rules_whose_cells_were_read_one_by_one() -> None:
    cells = [  # text, left, top; the label of a row stands at its middle
        ("TT", 60.0, 200.0), ("Nội dung", 110.0, 200.0), ("Đơn vị chủ trì", 260.0, 200.0), ("Xong", 420.0, 200.0),
        ("1", 62.0, 230.0), ("Lắp đặt điểm", 110.0, 222.0), ("phát sóng", 110.0, 238.0), ("Đoàn xã", 260.0, 230.0),
        ("30/4/2024", 420.0, 230.0),
        ("2", 62.0, 262.0), ("Kiểm tra", 110.0, 262.0), ("Công an xã", 260.0, 262.0), ("Quý III/2024", 420.0, 262.0),
    ]  # fmt: skip
    above, below = (
        line_at("Phân công nhiệm vụ cho các đơn vị như trong bảng dưới đây của kế hoạch:", 60, 170.0),
        line_at("Trên đây là Kế hoạch của xã, đề nghị các đơn vị triển khai thực hiện./.", 60, 300.0),
    )
    page = tables.find_tables(page_of([above, *(line_at(text, left, top) for text, left, top in cells), below]))
    table = page.tables[0]
    assert [[cell.text for cell in table.cells if cell.row == row] for row in range(3)] == [
        ["TT", "Nội dung", "Đơn vị chủ trì", "Xong"],
        ["1", "Lắp đặt điểm phát sóng", "Đoàn xã", "30/4/2024"],
        ["2", "Kiểm tra", "Công an xã", "Quý III/2024"],
    ]
    left = [line.text for block in page.blocks if block.kind == "text" for line in block.lines]
    assert left == [above.text, below.text]


def test_short_lines_beside_each_other_are_no_table_without_a_head_of_numbers() -> None:
    columns = (("Nơi nhận", 60.0), ("Ký", 400.0))
    lines = [line_at(text, left, 100.0 + 20 * row) for row in range(5) for text, left in columns]
    assert tables.find_tables(page_of(lines)).tables == ()


def test_two_figures_in_one_cell_whose_rule_was_lost_are_parted_and_the_rule_is_no_word() -> None:
    lost = (("down", 3, 2),)
    rows = [*ROWS[:2], "1@72 Diện_tích_ngô@110 8,75@320 |@398.5 12,3@420", ROWS[3]]
    lines = table_lines(rows)
    stroke = next(word for word in lines[2].words if word.text == "|")
    assert stroke.box is not None
    thin = replace(stroke, box=Box(399.0, stroke.box.top, 401.0, stroke.box.bottom))
    lines[2] = replace(lines[2], words=tuple(thin if word is stroke else word for word in lines[2].words))
    found = tables.find_tables(page_of(lines, objects=grid(XS, YS, lost)))
    by_row = [[cell.text for cell in found.tables[0].cells if cell.row == row] for row in (2, 3)]
    assert by_row == [["1", "Diện tích ngô", "8,75", "12,3"], ["2", "Sản lượng lúa", "tấn", "1.640"]]
    assert "|" in [word.text for block in found.blocks for line in block.lines for word in line.words]


def test_a_rule_that_lost_its_crossings_still_parts_two_rows() -> None:
    objects = [*grid(XS, YS, (("across", 3, 3),)), rule(412, 290.5, 488, 291.5)]  # ends short of both columns
    table = tables.find_tables(page_of(table_lines(ROWS), objects=objects)).tables[0]
    assert [cell.text for cell in table.cells if cell.column == 3 and cell.row >= 2] == ["215", "1.640"]


def test_a_sign_that_was_recognised_is_shown_as_unsure() -> None:
    rows = [*ROWS[:2], "1@72 Diện_tích_ngô@110 ha@310 >215@420", "2@72 Sản_lượng_lúa@110 tấn@310 1.640@420"]
    lines = [line_at("II. CHỈ TIÊU", 120, 180), *table_lines(rows)]
    for sure, shown in ((1.0, 1.0), (0.9, 0.45)):
        read = [replace(line, words=tuple(replace(word, confidence=sure) for word in line.words)) for line in lines]
        plan = record.read_record(tables.tables(scan(page_of(read, objects=grid(XS, YS)))))
        assert plan.targets[0].comparator == ">"
        assert plan.evidence["/targets/0/comparator"].confidence == pytest.approx(shown)


def test_a_number_far_above_the_decimals_beside_it_is_unsure_and_stays() -> None:
    rows = [
        "TT@66 Chỉ_tiêu@110 Thực_hiện_2021@305 Kế_hoạch_2022@405",
        "1@72 Hộ_nghèo@110 6,84@320 45@420",
        "2@72 Thu_nhập@110 21,5@320 26@420",
        "3@72 Năng_suất@110 6,10@320 6,25@420",
    ]
    lines = [line_at("II. CHỈ TIÊU", 120, 180), *table_lines(rows)]
    read = [replace(line, words=tuple(replace(word, confidence=0.9) for word in line.words)) for line in lines]
    plan = record.read_record(tables.tables(scan(page_of(read, objects=grid(XS, YS)))))
    assert [target.value for target in plan.targets] == ["45", "26", "6.25"]
    shown = [plan.evidence[f"/targets/{index}/value"].confidence for index in range(3)]
    assert shown == pytest.approx([0.45, 0.9, 0.9])


@pytest.mark.parametrize(("printed", "value"), [
    ("-46,5@420", "-46.5"), ("–46,5%@420", "-46.5"),  # a sign
    ("-46,5@401", "46.5"), ("–_46,5%@420", "46.5"),  # a piece of the rule beside the cell, a dash apart from it
])
def test_a_number_behind_a_dash_is_unsure_and_keeps_a_sign_set_against_it(printed: str, value: str) -> None:
    rows = [*ROWS[:2], f"1@72 Diện_tích_ngô@110 ha@310 {printed}", "2@72 Sản_lượng_lúa@110 tấn@310 46,5@420"]
    lines = [line_at("II. CHỈ TIÊU", 120, 180), *table_lines(rows)]
    plan = record.read_record(tables.tables(scan(page_of(lines, objects=grid(XS, YS)))))
    assert [target.value for target in plan.targets] == [value, "46.5"]
    assert [plan.evidence[f"/targets/{index}/value"].confidence for index in range(2)] == [0.5, 1.0]


def test_a_dash_in_a_table_without_upright_rules_is_no_piece_of_one() -> None:
    rows = ["TT@66 Chỉ_tiêu@110 Đơn_vị_tính@305 Kế_hoạch@405", "1@72 Đàn_nái@110 %@310 -6,4@420",
            "2@72 Đàn_bò@110 con@310 90@420"]
    levels = [rule(60, y - 0.5, 500, y + 0.5) for y in (200, 230, 260, 290)]
    page = page_of([line_at("II. CHỈ TIÊU", 70, 170), *table_lines(rows)], objects=levels)
    plan = record.read_record(tables.tables(scan(page)))
    assert [target.value for target in plan.targets] == ["-6.4", "90"]
    assert plan.evidence["/targets/0/value"].confidence == 0.5


def test_a_typed_minus_is_one() -> None:
    rows = ["II. CHỈ TIÊU", "| TT | Chỉ tiêu | ĐVT | 2021 |", "| 1 | Tăng dân số | % | -0,4 |", "| 2 | Lệch | em | 3 |"]
    plan = record.read_record(tables.tables(text_document("\n".join(rows))))
    assert [(target.value, target.unit) for target in plan.targets] == [("-0.4", "%"), ("3", "em")]
    assert plan.evidence["/targets/0/value"].confidence == 1.0


def test_two_tables_of_bars_under_one_another_are_two() -> None:
    rows = ["| TT | Chỉ tiêu | ĐVT | 2021 |", "| 1 | Đàn bò | con | 40 |", "| TT | Xóm | Bò | Dê |",
            "| 1 | Na Lát | 25 | 6 |", "| 2 | Co Tòng | 15 | 9 |", "| TT | Xóm | Bò | Dê |", "| 3 | Nà Tềnh | 7 | 2 |"]
    page = tables.tables(text_document("\n".join(rows))).pages[0]
    assert [table.rows for table in page.tables] == [2, 5]  # a head printed again opens none
    assert [block.kind for block in page.blocks] == ["table", "table"]


def test_last_school_year_is_past() -> None:
    rows = ["KẾ HOẠCH", "Năm học 2018 - 2019", "I. CHỈ TIÊU", "| TT | Chỉ tiêu | Đơn vị tính | 2017-2018 | 2018-2019 |",
            "| 1 | Học sinh giỏi | % | 11,7 | 13,5 |", "| 2 | Lưu ban | em | 9 | 4 |"]
    plan = record.read_record(tables.tables(text_document("\n".join(rows))))
    assert [target.value for target in plan.targets] == ["13.5", "4"]


def test_two_tables_with_level_rules_of_one_width_are_two() -> None:
    """The head of the second is told by its "TT", or where that is misread by the 1 that comes again under titles."""
    for label in ("TT", "II"):
        first = ["TT@66 Chỉ_tiêu@110 Đơn_vị@305 2021@405", "1@72 Diện_tích_ngô@110 ha@310 215@420",
                 "2@72 Sản_lượng_lúa@110 tấn@310 1.640@420"]
        second = [f"{label}@66 Thôn@220 Bò@280 Dê@420", "1@72 Nà_Lọ@110 25@280 6@420", "2@72 Khau_Vai@110 15@280 9@420"]
        title = line_at("II. GIAO CÁC THÔN", 70, 298)
        lines = [*table_lines(first), title, *table_lines(second, 328.0)]
        levels = [rule(60, y - 0.5, 500, y + 0.5) for y in (200, 230, 260, 290, 320, 350, 380, 410)]
        page = tables.find_tables(page_of(lines, objects=levels))
        assert [[cell.text for cell in table.cells if cell.row == 2] for table in page.tables] == [
            ["2", "Sản lượng lúa", "tấn", "1.640"], ["2", "Khau Vai", "15", "9"],
        ]
        assert [block.kind for block in page.blocks] == ["table", "text", "table"]


def typed(rows: list[str], top: float, step: float = 20.0) -> list[Line]:
    """Cells read one by one, each a line of its own, in letters of a typewriter: words 7.2 points apart."""
    return [
        spaced(line_at(text.replace("_", " "), float(left), top + step * row, size=10.0))
        for row, cells in enumerate(rows) for text, left in (cell.rsplit("@", 1) for cell in cells.split())
    ]


def spaced(line: Line, blank: float = 7.2) -> Line:
    """The line with blanks of this width between its words."""
    words: list[Word] = []
    for word in line.words:
        assert word.box is not None
        left = word.box.left if not words or words[-1].box is None else words[-1].box.right + blank
        words.append(replace(word, box=replace(word.box, left=left, right=left + word.box.width)))
    return Line(tuple(words), union([word.box for word in words]), line.size)


def test_a_typewritten_table_without_rules_whose_head_says_little() -> None:
    """A title over the row with "TT", no word of the list in it; blanks as wide as gutters; figures on their side."""
    own = [line_at(text, 480, top, size=10.0) for text, top in (("Thóc", 203), ("(tấn)", 218))]
    head = [own[0], *typed(["TT@70 Hợp_tác_xã@150 Lúa@320 Ngô@400"], 210), own[1]]
    rows = ["1@72 Đồng_Xá@110 212@322 40@402 86,5@482", "2@72 Tân_Lễ@110 187,5@322 35@402 74@482",
            "3@72 Phú_Thịnh@110 305@322 62,5@402 120@482"]
    sideways = line_at("MỔ", 60, 240)
    box = sideways.box
    assert box is not None
    tall = replace(sideways, box=replace(box, bottom=box.top + 60), words=tuple(
        replace(word, box=replace(box, bottom=box.top + 60)) for word in sideways.words))
    table = tables.find_tables(page_of([*head, *typed(rows, 240), tall])).tables[0]
    assert [[cell.text for cell in table.cells if cell.row == row] for row in (0, 1, 3)] == [
        ["TT", "Hợp tác xã", "Lúa", "Ngô", "Thóc (tấn)"], ["1", "Đồng Xá", "212", "40", "86,5"],
        ["3", "Phú Thịnh", "305", "62,5", "120"],
    ]


def test_dots_that_lead_to_the_next_column_make_no_paragraph_of_a_row() -> None:
    rows = ["TT@70 Chỉ_tiêu@180 Kế_hoạch@400 Đơn_vị@480", f"1@72 Diện_tích_ngô{'.' * 30}@110 215@410 ha@490",
            f"2@72 Sản_lượng_lúa{'.' * 28}@110 1.640@410 tấn@490", f"3@72 Đàn_bò{'.' * 34}@110 96@410 con@490"]
    plan = record.read_record(tables.tables(scan(page_of([line_at("I. CHỈ TIÊU", 70, 170), *typed(rows, 200)]))))
    assert [(goal.indicator, goal.value, goal.unit) for goal in plan.targets] == [
        ("Diện tích ngô", "215", "ha"), ("Sản lượng lúa", "1640", "tấn"), ("Đàn bò", "96", "con"),
    ]


def columns_only(foot: float = 340.0) -> list[FoundObject]:
    """A box, the rules of its columns, and one rule under the head."""
    level = [rule(60, y - 0.5, 500, y + 0.5) for y in (200.0, 230.0, foot)]
    return [*level, *(rule(x - 0.5, 200, x + 0.5, foot) for x in XS)]


@pytest.mark.parametrize("tops", [
    # number and short cells at the middle of their rows, 6 points between rows
    {"1": 247, "ha": 247, "215": 247, "2": 276, "tấn": 276, "1.640": 276, "3": 305, "con": 305, "90": 305},
    # ... and on the first line
    {"1": 240, "ha": 240, "215": 240, "2": 276, "tấn": 276, "1.640": 276, "3": 298, "con": 298, "90": 298},
], ids=["middle", "top"])
def test_rows_without_rules_between_the_rules_of_columns(tops: dict[str, float]) -> None:
    names = {"Diện tích ngô": 240, "trên nương dốc": 254, "Sản lượng lúa": 276, "Trâu của các": 298}
    names["hộ trong bản"] = 312
    lefts = dict(zip(tops, [70, 310, 420] * 3, strict=True))
    head = [line_at(text, left, 208) for text, left in
            (("TT", 66), ("Chỉ tiêu", 110), ("Đơn vị tính", 305), ("Kế hoạch", 405))]
    lines = [*head, *(line_at(text, 110, top) for text, top in names.items()),
             *(line_at(text, lefts[text], top) for text, top in tops.items())]
    table = tables.find_tables(page_of(lines, objects=columns_only())).tables[0]
    assert [[cell.text for cell in table.cells if cell.row == row] for row in range(table.rows)] == [
        ["TT", "Chỉ tiêu", "Đơn vị tính", "Kế hoạch"],
        ["1", "Diện tích ngô trên nương dốc", "ha", "215"],
        ["2", "Sản lượng lúa", "tấn", "1.640"],
        ["3", "Trâu của các hộ trong bản", "con", "90"],
    ]
    for above, below in pairwise([cell.box for cell in table.cells if cell.column == 1]):
        assert above is not None
        assert below is not None
        assert above.bottom == below.top


def test_a_list_in_a_ruled_cell_is_no_row() -> None:
    """Numbers of a list stand in the column of names, not in the first."""
    lines = [*table_lines(ROWS[:2]), line_at("1", 72, 268), line_at("1. Ngô", 110, 262), line_at("2. Lúa", 110, 276)]
    table = tables.find_tables(page_of(lines, objects=grid(XS, YS))).tables[0]
    assert [cell.text for cell in table.cells if cell.row == 2] == ["1", "1. Ngô 2. Lúa", "", ""]


def test_a_calendar_without_rules_and_without_numbers_is_a_table() -> None:
    cells = [  # text, left, top
        ("Thời gian", 70.0, 200.0), ("Công việc", 240.0, 200.0),
        ("Tháng 11/2022", 60.0, 224.0), ("Lập kế hoạch", 200.0, 224.0),
        ("Tháng 12/2022", 60.0, 248.0), ("Tập huấn cho các tổ", 200.0, 248.0),
        ("Tháng 5/2023", 60.0, 272.0), ("Tổng kết mùa khô", 200.0, 272.0),
    ]  # fmt: skip
    page = page_of([line_at(text, left, top) for text, left, top in cells])
    table = tables.find_tables(page).tables[0]
    assert [[cell.text for cell in table.cells if cell.row == row] for row in (0, 3)] == [
        ["Thời gian", "Công việc"],
        ["Tháng 5/2023", "Tổng kết mùa khô"],
    ]
    places = [line_at(text, left, top) for text, left, top in cells]
    named = [
        replace(line, words=tuple(replace(word, text="Xã", raw="Xã") for word in line.words)) for line in places[2:]
    ]
    assert tables.find_tables(page_of([*places[:2], *named])).tables == ()  # no column of times


def test_the_upper_line_of_a_head_cell_is_of_the_table() -> None:
    cells = [
        ("Thời gian", 420.0, 190.0),
        ("TT", 60.0, 205.0), ("Nội dung", 110.0, 205.0), ("Chủ trì", 260.0, 205.0), ("hoàn thành", 420.0, 205.0),
        ("1", 62.0, 235.0), ("Lắp đặt", 110.0, 235.0), ("Đoàn xã", 260.0, 235.0), ("30/4/2024", 420.0, 235.0),
        ("2", 62.0, 262.0), ("Kiểm tra", 110.0, 262.0), ("Công an xã", 260.0, 262.0), ("Quý III/2024", 420.0, 262.0),
    ]  # fmt: skip
    table = tables.find_tables(page_of([line_at(text, left, top) for text, left, top in cells])).tables[0]
    assert [cell.text for cell in table.cells if cell.row == 0] == ["TT", "Nội dung", "Chủ trì", "Thời gian hoàn thành"]



def test_level_rules_alone_frame_a_table_and_part_its_rows() -> None:
    across = [rule(60, y - 0.4, 500, y + 0.4) for y in (195.0, 225.0, 255.0, 285.0, 315.0)]
    rows = [ROWS[0], *(f"{i}@72 Việc_{i}@110 ngày@310 {i}5@420" for i in (1, 2, 3))]
    under = line_at("Các đơn vị chịu trách nhiệm thực hiện theo phân công của kế hoạch này", 60, 330.0)
    page = tables.find_tables(page_of([*table_lines(rows), under], objects=across))
    assert texts(page)[1:3] == [["1", "Việc 1", "ngày", "15"], ["2", "Việc 2", "ngày", "25"]]
    assert len(texts(page)) == 4  # the line under the last rule is text


def test_a_table_without_rules_is_found_beside_a_ruled_one() -> None:
    head = "TT@66 Chỉ_tiêu@110 Đơn_vị@310 Năm_2023@410"
    free = [head, *(f"{i}@72 Việc_{i}@110 ngày@312 {i}5@420" for i in range(1, 5))]
    lines = [*table_lines(ROWS), *table_lines(free, top=420.0, step=22.0)]
    page = tables.find_tables(page_of(lines, objects=grid(XS, YS)))
    assert [table.ruled for table in page.tables] == [True, False]
    assert [cell.text for cell in page.tables[1].cells if cell.row == 1] == ["1", "Việc 1", "ngày", "15"]


def test_a_numbered_title_under_a_table_without_rules_is_no_row_of_it() -> None:
    cells = [("TT", 60.0, 200.0), ("Chỉ tiêu", 110.0, 200.0), ("Đơn vị", 260.0, 200.0), ("Năm 2023", 420.0, 200.0)]
    for row in range(1, 4):
        top = 200.0 + 22 * row
        cells += [(f"{row}", 62.0, top), (f"Việc {row}", 110.0, top), ("ngày", 265.0, top), (f"{row}5", 430.0, top)]
    title = line_at("2. Chỉ tiêu giao các xã năm 2023", 110, 300.0)
    page = tables.find_tables(page_of([*(line_at(text, left, top) for text, left, top in cells), title]))
    assert page.tables[0].rows == 4
    assert [line.text for block in page.blocks if block.kind == "text" for line in block.lines] == [title.text]


def test_pieces_of_one_line_in_a_cell_keep_their_order() -> None:
    rows = [*ROWS[:2], "1@72 ngô@150 ha@310 215@420", ROWS[3]]
    lines = table_lines(rows)
    low = line_at("Diện tích", 110.0, lines[2].box.top + 1.5)  # type: ignore[union-attr]
    page = tables.find_tables(page_of([*lines, low], objects=grid(XS, YS)))
    assert next(cell.text for cell in page.tables[0].cells if (cell.row, cell.column) == (2, 1)) == "Diện tích ngô"


SHEET = [[0, 0], [1000, 52.4], [910, 1800], [-90, 1747.6]]  # falls by three degrees to the right


@pytest.mark.parametrize("done", [{"deskewed": 2.0}, {"sheet": SHEET, "deskewed": -1.0}])
def test_a_page_that_was_scanned_askew_has_the_cells_of_a_straight_one(done: dict[str, object]) -> None:
    straight = page_of(table_lines(ROWS), objects=grid(XS, YS))
    degrees = 2.0
    askew = askew_by(straight, degrees)
    assert texts(tables.find_tables(askew)) != texts(tables.find_tables(straight))  # nothing says that it is askew
    noted = replace(askew, steps=(Step("clean", "2", {"done": done}),))
    found = tables.find_tables(noted)
    assert texts(found) == texts(tables.find_tables(straight))
    words = {(word.text, word.box) for block in askew.blocks for line in block.lines for word in line.words}
    assert {(w.text, w.box) for block in found.blocks for line in block.lines for w in line.words} == words


def test_a_table_without_rules_is_found_on_a_page_far_askew() -> None:
    head = (("TT", 65), ("Nội dung", 140), ("Người làm", 350), ("Hạn", 470))
    lines = [line_at(text, left, 100) for text, left in head]
    for row in range(1, 5):
        top = 100.0 + 30 * row
        lines += [line_at("Đo lại ranh giới các thửa đất ven", 90, top - 6, size=10)]
        lines += [line_at("sông và đất bãi bồi", 90, top + 6, size=10)]
        lines += [line_at(f"{row}", 67, top), line_at(f"Tổ {row}", 350, top), line_at(f"1{row}/4/2020", 470, top)]
    straight = page_of(lines)
    askew = replace(askew_by(straight, 5.5), steps=(Step("clean", "2", {"done": {"deskewed": 5.5}}),))
    assert texts(tables.find_tables(askew)) == texts(tables.find_tables(straight)) != []


def askew_by(page: Page, degrees: float) -> Page:
    """The page with all boxes moved as on a sheet that lies askew, those of lines around their words."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))

    def moved(box: Box | None) -> Box | None:
        if box is None:
            return None
        x, y = box.middle[0] - page.width / 2, box.middle[1] - page.height / 2
        left, top = page.width / 2 + x * cos - y * sin, page.height / 2 + x * sin + y * cos
        wide, high = box.width / 2, box.height / 2
        return Box(left - wide, top - high, left + wide, top + high)

    def line_of(line: Line) -> Line:
        words = tuple(replace(word, box=moved(word.box)) for word in line.words)
        return replace(line, words=words, box=union(word.box for word in words))

    return replace(
        page,
        blocks=tuple(replace(b, lines=tuple(map(line_of, b.lines)), box=moved(b.box)) for b in page.blocks),
        objects=tuple(replace(o, box=moved(o.box) or o.box) for o in page.objects),
    )


def test_two_rows_in_one_cell_whose_level_rule_was_lost_are_parted_where_the_other_columns_are() -> None:
    page = tables.find_tables(page_of(table_lines(ROWS), objects=grid(XS, YS, without=(("across", 2, 1),))))
    assert texts(page)[2] == ["1", "Diện tích ngô", "ha", "215"]


def test_a_cell_over_two_rows_with_lines_of_one_text_stays_one() -> None:
    rows = [ROWS[0], "1@72 Diện_tích@110 ha@310 215@420", "2@72 tấn@310 1.640@420", ROWS[3]]
    lines = table_lines(rows)
    assert lines[1].box is not None
    more = line_at("ngô và lúa", 110.0, lines[1].box.bottom + 2)
    page = tables.find_tables(page_of([*lines, more], objects=grid(XS, YS, without=(("across", 2, 1),))))
    assert any(cell.row_span == 2 and cell.text == "Diện tích ngô và lúa" for cell in page.tables[0].cells)


def test_a_speck_among_the_words_of_a_line_does_not_change_the_order_of_lines() -> None:
    lines = table_lines(ROWS)
    assert lines[2].box is not None
    top = lines[2].box.top - 4
    upper, lower = line_at("Diện tích", 110.0, top), line_at("trồng mới", 110.0, top + 12)
    assert upper.box is not None
    speck = replace(line_at("'", 170.0, top), box=None).words[0]
    high = replace(upper, words=(*upper.words, replace(speck, box=Box(170, top, 173, top + 26))))
    high = replace(high, box=upper.box.union(Box(170, top, 173, top + 26)))
    kept = tuple(word for word in lines[2].words if word.text not in ("Diện", "tích", "ngô"))
    page = tables.find_tables(
        page_of([*lines[:2], replace(lines[2], words=kept), lower, high, lines[3]], objects=grid(XS, YS))
    )
    cell = next(cell for cell in page.tables[0].cells if (cell.row, cell.column) == (2, 1))
    assert cell.text.replace("'", "").split() == ["Diện", "tích", "trồng", "mới"]


def test_a_word_without_letters_between_rules_is_no_table() -> None:
    rules = [FoundObject("rule", Box(50, y, 500, y + 1)) for y in (5.0, 15.0, 40.0)]
    page = page_of([Line((Word("", "", box=Box(60, 10, 70, 20)),), Box(60, 10, 70, 20))], objects=rules)
    assert tables.find_tables(page) is page


def test_units_are_known_by_themselves_where_their_title_is_damaged() -> None:
    rows = ["I. CHỈ TIÊU", "| TT | Chỉ tiêu | DVC | 2023 | 2024 |", "| 1 | Đàn bò | con | 40 | 52 |",
            "| 2 | Diện tích chè | ha | 3,5 | 4 |", "| 3 | Tỷ lệ hộ có điện 4O1. 97 |"]
    plan = record.read_record(tables.tables(text_document("\n".join(rows))))
    told = [(goal.value, goal.unit) for goal in plan.targets]
    assert told == [("40", "con"), ("52", "con"), ("3.5", "ha"), ("4", "ha")]


def joined_rows(first: str, second: str) -> list[list[str]]:
    """The body of the one table that two pages of a text make."""
    document = tables.tables(text_document(f"{first}\f{second}"))
    table = joined([document.pages[0].tables[0], document.pages[1].tables[0]])
    return [[cell.text for cell in table.cells if cell.row == row] for row in range(table.rows)]


HEAD = "| TT | Nội dung | Chủ trì | Thời gian |\n"


@pytest.mark.parametrize("again", ["", HEAD, HEAD.replace("dung", "đung")], ids=["none", "same", "misread"])
def test_a_row_cut_by_the_page_break_is_one(again: str) -> None:
    first = f"{HEAD}| 1 | Sửa đường | Ban A | 5/2024 |\n| 2 | Diễn tập ở chợ | Công an | 6/2024 |\n"
    second = f"{again}|  | có nhiều người dự |  |  |\n| 3 | Tổng kết | Ban A | 7/2024 |\n"
    assert joined_rows(first, second)[1:] == [
        ["1", "Sửa đường", "Ban A", "5/2024"], ["2", "Diễn tập ở chợ có nhiều người dự", "Công an", "6/2024"],
        ["3", "Tổng kết", "Ban A", "7/2024"],
    ]


@pytest.mark.parametrize("row", ["|  | Cộng |  | 12 |", "|  | Việc khác |  |  |", "| 3 | sửa cầu |  |  |"])
def test_a_row_of_its_own_after_a_page_break_stays(row: str) -> None:
    first = f"{HEAD}| 1 | Sửa đường | Ban A | 5/2024 |\n| 2 | Diễn tập | Công an | 6/2024 |\n"
    assert len(joined_rows(first, f"{row}\n| 4 | Tổng kết | Ban A | 7/2024 |\n")) == 5


def test_rows_with_names_alike_are_no_head_printed_again() -> None:
    first = f"{HEAD}| 1 | Họp tổ dân phố | Tổ 1 | 5/2024 |\n"
    assert len(joined_rows(first, f"{HEAD}| 2 | Họp tổ dân phố | Tổ 2 | 5/2024 |\n")) == 3


def test_a_share_in_a_title_that_was_read_as_a_figure_is_one_where_another_reading_says_so() -> None:
    rows = ["TT@66 Thôn@110 Số_hộ_(hộ)@305 Tỷ_lệ_đạt_(2)@405", "1@72 Nà_Lọ@110 25@310 82,5@420",
            "2@72 Co_Mạ@110 31@310 77@420"]
    lines = [line_at("II. CHỈ TIÊU", 70, 170), *table_lines(rows)]
    head = lines[1]
    for source, units in (("figures", ["hộ", "%", "hộ", "%"]), ("", ["hộ", None, "hộ", None])):
        last = replace(head.words[-1], readings=(Reading(source, "(%)", 0.6),) if source else ())
        told = [lines[0], replace(head, words=(*head.words[:-1], last)), *lines[2:]]
        plan = record.read_record(tables.tables(scan(page_of(told, objects=grid(XS, YS[:4])))))
        assert [goal.unit for goal in plan.targets] == units


def test_debris_around_it_does_not_end_a_table_over_pages() -> None:
    debris = line_at("Ï.nG xE", 300, 600)
    worn = replace(debris, words=tuple(replace(word, recognised=0.1) for word in debris.words))
    for line, goes_on in ((worn, True), (debris, False)):
        first = page_of([*table_lines(ROWS), line], 1, grid(XS, YS))
        second = tables.tables(scan(first, page_of(table_lines(ROWS[1:]), 2, grid(XS, YS[:4])))).pages[1]
        assert second.tables[0].continues is goes_on


def test_rows_between_three_rules_are_told_by_their_numbers() -> None:
    """Rules above, under a head of two lines and below; cells in the middle of higher neighbours."""
    head = [line_at(text, left, top) for text, left, top in (
        ("TT", 66, 212), ("Công việc", 150, 212), ("Đơn vị", 305, 205), ("thực hiện", 300, 219),
        ("Thời gian", 405, 212),
    )]  # fmt: skip
    body = [line_at(text, left, top) for text, left, top in (
        ("1", 70, 247), ("Cấp giống cho", 110, 240), ("các hộ", 110, 254), ("Phòng Kỹ thuật", 300, 247),
        ("15/4/2019", 405, 247), ("2", 70, 276), ("Hội nghị đầu bờ", 110, 276), ("Trạm Khuyến nông", 300, 269),
        ("các huyện", 300, 283), ("5/2019", 405, 276), ("3", 70, 305), ("Nghiệm thu", 110, 305), ("Ban A", 300, 305),
        ("20/11/2019", 405, 305),
    )]  # fmt: skip
    rules = [rule(60, y - 0.5, 500, y + 0.5) for y in (200.0, 235.0, 325.0)]
    table = tables.find_tables(page_of([*head, *body], objects=rules)).tables[0]
    assert [[cell.text for cell in table.cells if cell.row == row] for row in range(table.rows)] == [
        ["TT", "Công việc", "Đơn vị thực hiện", "Thời gian"],
        ["1", "Cấp giống cho các hộ", "Phòng Kỹ thuật", "15/4/2019"],
        ["2", "Hội nghị đầu bờ", "Trạm Khuyến nông các huyện", "5/2019"],
        ["3", "Nghiệm thu", "Ban A", "20/11/2019"],
    ]


def test_units_and_growth_in_the_titles_of_goals() -> None:
    rows = ["I. GIAO CHỈ TIÊU", "| TT | Xã | Đất đào (m3) | Dân số tăng (%) | Tăng so với 2023 (%) |",
            "| 1 | Nậm Cắn | 12.500 | 0,9 | 4 |", "| 2 | Tà Cạ | 9.750 | -0,2 | 3 |"]
    plan = record.read_record(tables.tables(text_document("\n".join(rows))))
    assert [(goal.value, goal.unit) for goal in plan.targets] == [
        ("12500", "m3"), ("0.9", "%"), ("9750", "m3"), ("-0.2", "%"),
    ]


def test_a_page_with_nothing_but_a_head_printed_again_adds_no_row() -> None:
    cells = [Cell(0, column, (Line((Word(text, text),)),), 2) for column, text in enumerate(("TT", "Nội dung"))]
    first = Table(tuple(cells))
    again = Table(tuple(replace(cell, row_span=1) for cell in cells))
    assert joined([first, again]) == first


def test_a_word_without_height_over_a_table_ends_no_run() -> None:
    rows = [["TT", "Nội dung", "Chủ trì"], ["1", "Sửa cầu", "Ban A"], ["2", "Sửa đường", "Ban B"]]
    lines = [
        line_at(text, left, top) for top, row in zip((100.0, 130.0, 160.0), rows, strict=True)
        for left, text in zip((60.0, 160.0, 360.0), row, strict=True)
    ]
    flat = Box(430, 97, 450, 97)
    rules = [rule(50, y, 500, y + 1) for y in (90.0, 120.0, 190.0)]
    page = tables.find_tables(page_of([*lines, Line((Word("gấp", "gấp", box=flat),), flat)], objects=rules))
    assert sum(len(line.words) for block in page.blocks for line in block.lines) == 16


def test_two_ruled_tables_with_a_title_between_them_are_two() -> None:
    """The ends of their frames are as near as those of a rule that broke."""
    above, below = grid(XS, [200.0, 220.0, 240.0, 260.0]), grid([60.0, 110.0, 350.0, 500.0], [281.0, 301.0, 321.0])
    rows = ["TT@66 Chỉ_tiêu@110 Đơn_vị_tính@305 Kế_hoạch@405", "1@72 Đàn_bò@110 con@310 215@420",
            "2@72 Đàn_dê@110 con@310 96@420"]
    lines = [*table_lines(rows, 203.0, 20.0), line_at("II. PHÂN CÔNG", 90, 264),
             *table_lines(["TT@66 Công_việc@130 Chủ_trì@360", "1@72 Tiêm_phòng@130 Ban_A@360"], 284.0, 20.0)]
    page = tables.find_tables(page_of(lines, objects=[*above, *below]))
    assert [(table.rows, table.columns) for table in page.tables] == [(3, 4), (2, 3)]
    assert [block.kind for block in page.blocks] == ["table", "text", "table"]


def test_a_row_whose_inner_sides_were_lost_is_of_its_table() -> None:
    """Its frame is drawn, or nothing is drawn beside several rows."""
    lost = [(("down", i, 1)) for i in range(1, len(XS) - 1)]
    for without in (lost, [("down", i, j) for i in range(len(XS)) for j in (0, 1)]):
        page = tables.find_tables(page_of(table_lines(ROWS), objects=grid(XS, YS, tuple(without))))
        assert len(page.tables) == 1


UNRULED = [
    [("TT", 65), ("Tên xóm", 110), ("Đất đào (m3)", 220), ("Kênh (m)", 330), ("Ngày công (công)", 420)],
    [("1", 65), ("Na Lát", 110), ("125", 240), ("32", 345), ("41", 440)],
    [("2", 65), ("Co Tòng", 110), ("184", 240), ("50", 345), ("63", 440)],
    [("3", 65), ("Nà Tềnh", 110), ("97", 240), ("26", 345), ("31", 440)],
]


def unruled(rows: list[list[tuple[str, int]]], top: float) -> list[Line]:
    return [line_at(text, left, top + 24 * at) for at, row in enumerate(rows) for text, left in row]


def test_a_head_whose_label_was_misread_is_known_by_the_rows_counted_below_it() -> None:
    for label, columns in (("TL", 5), ("MT,", 5), ("TT", 5)):
        rows = [[(label, 65), *UNRULED[0][1:]], *UNRULED[1:]]
        (table,) = tables.find_tables(page_of(unruled(rows, 100))).tables
        assert (table.rows, table.columns) == (4, columns), label
    uncounted = [[("TL", 65), *UNRULED[0][1:]], *([("a", 65), *row[1:]] for row in UNRULED[1:])]
    assert tables.find_tables(page_of(unruled(uncounted, 100))).tables == ()


def test_a_table_without_rules_is_found_beside_one_with_level_rules() -> None:
    levels = [rule(60, y, 520, y + 1) for y in (220.0, 240.0, 260.0, 280.0)]
    below = table_lines(["TT@66 Chỉ_tiêu@110 Đơn_vị@305 Kế_hoạch@405", "1@72 Đàn_bò@110 con@310 215@420",
                         "2@72 Đàn_dê@110 con@310 96@420"], 224.0, 20.0)
    page = tables.find_tables(page_of([*unruled(UNRULED, 100), *below], objects=levels))
    assert [(table.rows, table.columns) for table in page.tables] == [(4, 5), (3, 4)]
    words = sorted(word.text for line in (*unruled(UNRULED, 100), *below) for word in line.words)
    assert sorted(word.text for block in page.blocks for line in block.lines for word in line.words) == words


def test_the_title_of_the_next_section_read_in_parts_ends_a_table_without_rules() -> None:
    title = [line_at("II. GIAO CHO", 110, 196), line_at("CÁC HỢP TÁC", 230, 196), line_at("XÃ", 320, 196)]
    (table,) = tables.find_tables(page_of([*unruled(UNRULED, 100), *title])).tables
    assert table.rows == 4


def test_years_that_do_not_ascend_part_no_values() -> None:
    """They were read from two lines of the head: the values may be of any."""
    assert rows_of_text("STT Chi tieu DVT Thuc hien Nam 2023 Nam 2025", "2022",
                        "1 Nguoi tham gia nguoi 5.412 5.790 6.850", "2 Ty le dan so % 92,4 93,75 95") == [
        ["STT", "Chi tieu DVT Thuc hien Nam 2023 Nam 2025 2022"],
        ["1", "Nguoi tham gia nguoi 5.412 5.790 6.850"], ["2", "Ty le dan so % 92,4 93,75 95"],
    ]


def test_rows_of_a_garbled_text_whose_numbers_were_lost_or_stand_in_their_middle() -> None:
    assert rows_of_text(
        "TT Chi tieu Don vi tinh Nam 2019", "Giang vien du thi nguoi 34", "2 |Bai dat loai gioi bai => 12",
        "Ty le giang vien dung phuong", "3 |phap moi % 85", "De tai nghiem thu de tai 7",
    ) == [
        ["TT", "Chi tieu", "Don vi tinh", "2019"], ["", "Giang vien du thi", "nguoi", "34"],
        ["2", "Bai dat loai gioi", "bai", "=> 12"], ["3", "Ty le giang vien dung phuong phap moi", "%", "85"],
        ["", "De tai nghiem thu", "de tai", "7"],
    ]


def test_units_are_known_where_their_title_is_lost_in_a_text() -> None:
    rows = rows_of_text("TT Chi tieu Sr cel", "2021 2022", "1 Tan trong cay 5 8", "2 Ty le dau noi % 87 92",
                        "3 Via he da lat m2 240 365")
    assert [row[2] for row in rows] == ["", "cay", "%", "m2"]


def test_four_rows_counted_under_a_label_are_a_table_whatever_its_titles() -> None:
    """A list is no table, and no goal is read out of rows whose columns are gone."""
    text = ["I. CHỈ TIÊU", "TT Neidung DVC oy", *(f"{n} |Dang vien giam sat chi bo {n}5" for n in range(1, 5)),
            "Il. PHAN CONG", "Nội dung khác."]
    document = tables.tables(text_document("\n".join(text)))
    (table,) = document.pages[0].tables
    assert table.rows == 5
    assert record.read_record(document).targets == ()
    assert [line.text for line in document.pages[0].blocks[-1].lines] == ["Il. PHAN CONG", "Nội dung khác."]


@pytest.mark.parametrize("row", ["Tổng_cộng@110 26.100.000@405", "3@72 Trang_trí@110 bộ@310 1@420"])
def test_a_row_alone_on_the_next_page_is_of_its_table(row: str) -> None:
    above = page_of(table_lines(ROWS, 208.0), 1, grid(XS, YS))
    below = page_of([*table_lines([row], 68.0), line_at("Trên đây là kế hoạch.", 90, 120)], 2, grid(XS, [60.0, 90.0]))
    document = tables.tables(scan(above, below))
    found = [(table.rows, table.continues) for page in document.pages for table in page.tables]
    assert found == [(4, False), (1, True)]


def test_a_box_around_some_words_is_no_row() -> None:
    for xs, row in ((XS, "MẬT@110 Số@405"), ([60.0, 100.0, 300.0, 500.0], "1@72 Trang_trí@110 bộ@310")):
        assert tables.find_tables(page_of(table_lines([row], 68.0), 1, grid(xs, [60.0, 90.0]))).tables == ()


def test_rows_with_bars_in_some_of_them_are_one_table_and_a_column_without_a_title_is_none_of_the_years() -> None:
    """A rule read as bars here and there; the title of the first values was not read, a value was, as a dash."""
    assert rows_of_text(
        "STT Chi tieu EAL aserad", "tinh | 2021 | 2022", "1 Gia tri san xuat ha 86,2 90 94,5",
        "2, Dan trau con 1.130 | 1.150 | 1.180", "3 |Nha tam can 7 3 -", "lll. TO CHUC",
    ) == [
        ["STT", "Chi tieu EAL aserad tinh", "", "", "2021", "2022"],
        ["1", "Gia tri san xuat", "ha", "86,2", "90", "94,5"],
        ["2,", "Dan trau", "con", "1.130", "1.150", "1.180"], ["3", "Nha tam", "can", "7", "3", "-"],
    ]


def test_a_table_of_bars_stays_one_of_cells() -> None:
    for below in ([], ["Phòng Kinh tế theo dõi.", "TRƯỞNG PHÒNG", "Võ Thành Tâm", "Người lập", "Lê Ba"]):
        rows = rows_of_text(
            "| TT | Nội dung | 2023 | 2024 |", "| 1 | Đàn bò | 5 | 8 |", "| 2 | Đàn dê | 3 | |", *below
        )
        assert rows[2:] == [["2", "Đàn dê", "3", ""]]


def test_numbers_with_a_rule_behind_them_are_rows_under_whatever_head() -> None:
    text = ["I. CHỈ TIÊU", "Tr | Tremy es [np", *(f"{n} |My Loc {n}10 3 24 18,5" for n in range(1, 5)), "II. KHÁC"]
    document = tables.tables(text_document("\n".join(text)))
    assert [table.rows for table in document.pages[0].tables] == [5]
    assert record.read_record(document).targets == ()
    listed = ["I. CHỈ TIÊU", "Các chỉ tiêu:", *(f"{n}. Đàn bò có {n}10 con;" for n in range(1, 5))]
    assert tables.tables(text_document("\n".join(listed))).pages[0].tables == ()


def test_a_letter_alone_is_no_actor() -> None:
    rows = ["II. TỔ CHỨC THỰC HIỆN", "| TT | Nội dung | Chủ trì | Thời gian |", "| 1 | Trồng cây | Ban A | 5/2024 |",
            "| 2 | Đào mương | W | 6/2024 |"]
    plan = record.read_record(tables.tables(text_document("\n".join(rows))))
    assert [duty.actor for duty in plan.assignments] == ["Ban A"]


def test_the_last_line_of_a_name_is_no_row() -> None:
    rows = [line_at(text, left, 100 + 34 * at) for at, row in enumerate(UNRULED) for text, left in row]
    lines = [*rows, line_at("bờ bắc", 110, 185)]  # between the second row and the third
    (table,) = tables.find_tables(page_of(lines)).tables
    assert table.rows == 4
    assert [cell.text for cell in table.cells if (cell.row, cell.column) == (2, 1)] == ["Co Tòng bờ bắc"]
