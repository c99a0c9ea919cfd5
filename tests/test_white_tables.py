"""Tables without rules on a picture: their cells are told by white, and what is no table is left alone."""

from __future__ import annotations

import cv2
import drawn
import numpy as np
import pytest

from pipeline.imaging import clean, white_tables
from pipeline.imaging.recognisers import Image

LEFT, TOP, STEP = 150, 760, 62
XS = (LEFT, LEFT + 80, LEFT + 480, LEFT + 640, LEFT + 800)
ROWS = [["TT", "Chi tieu", "DVT", "2023", "2024"], *([str(i), "Ten chi tieu", "ha", "1,5", "20"] for i in range(1, 6))]


def put(page: Image, text: str, x: int, y: int) -> None:
    cv2.putText(page, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 20, 2, cv2.LINE_AA)


def unruled(rows: list[list[str]], xs: tuple[int, ...] = XS) -> Image:
    """A page of text at 150 dpi with a table at its foot; a title with a bar in it stands on two lines."""
    page = drawn.text_page(lines=8)
    for row, cells in enumerate(rows):
        for x, text in zip(xs, cells, strict=False):
            for line, part in enumerate(parts := text.split("|")):
                put(page, part, x, TOP + row * STEP + 26 * line - 13 * (len(parts) - 1))
    return page


def cells_of(page: Image) -> list[tuple[int, int, int, int]]:
    cleaned = clean.clean(page, 150.0, turn=0)
    ratio = page.shape[1] / cleaned.image.shape[1]
    return [tuple(round(side * ratio) for side in cell) for cell in cleaned.cells]  # type: ignore[misc]


def test_columns_parted_by_white_are_read_cell_by_cell() -> None:
    page = unruled(ROWS)
    cells = cells_of(page)
    assert len(cells) == len(ROWS) * len(XS)
    assert len({round(left / 12) for left, _, _, _ in cells}) == len(XS)
    assert min(top for _, top, _, _ in cells) > TOP - STEP  # the text above is of no cell
    assert not any(mark.kind == "vertical_rule" for mark in clean.clean(page, 150.0, turn=0).marks)


def test_the_dark_edge_of_the_sheet_joins_no_rows() -> None:
    page = unruled(ROWS)
    cv2.line(page, (4, TOP - 200), (9, TOP + 8 * STEP), 120, 5)
    assert len(cells_of(page)) == len(ROWS) * len(XS)


def test_a_title_on_two_lines_is_one_cell_beside_the_others() -> None:
    cells = cells_of(unruled([["TT", "Chi tieu", "Don vi|tinh", "Nam|2023", "Nam|2024"], *ROWS[1:]]))
    head = [cell for cell in cells if cell[1] < TOP]
    assert len(head) == len(XS)
    assert {bottom - top > 50 for _, top, _, bottom in head} == {True}


def test_a_line_below_whose_blanks_stand_where_columns_part_is_no_row() -> None:
    page = unruled(ROWS)
    under = ["trong", "qua", "trinh", "thuc", "hien", "neu", "co", "kho", "khan"]
    x, y = LEFT, TOP + len(ROWS) * STEP
    for word in under:
        put(page, word, x, y)
        x += cv2.getTextSize(word, cv2.FONT_HERSHEY_SIMPLEX, 0.8, 2)[0][0] + 14
        for left in XS[1:]:  # set to both margins, a blank lies before each column
            x = left if abs(x - left) < 40 else x
    cells = cells_of(page)
    assert len(cells) == len(ROWS) * len(XS)
    assert max(bottom for *_, bottom in cells) < y


def test_a_row_over_all_columns_is_one_cell() -> None:
    rows = [*ROWS[:4], ["", "Nhom cac chi tieu ve van hoa, xa hoi va moi truong"], *ROWS[2:]]
    cells = cells_of(unruled(rows))
    assert max(right - left for left, _, right, _ in cells) > XS[3] - XS[1]
    assert len(cells) >= (len(rows) - 1) * len(XS)


@pytest.mark.parametrize(
    ("rows", "xs"),
    [
        # a letterhead, a foot of two columns
        ([["UBND HUYEN A", "CONG HOA XA HOI"]] * 6, (LEFT, LEFT + 480)),
        # three signers
        ([["CHU TICH HUYEN", "HIEU TRUONG", "TRUONG PHONG"]] * 6, (LEFT, LEFT + 340, LEFT + 680)),
        # a numbered list
        ([["1.", "Xay dung ke hoach"]] * 6, (LEFT, LEFT + 80)),
        # three rows
        (ROWS[:3], XS),
    ],
)
def test_other_columns_are_left_to_the_engine(rows: list[list[str]], xs: tuple[int, ...]) -> None:
    assert cells_of(unruled(rows, xs)) == []


def test_the_shreds_of_a_sheet_s_edge_are_no_column() -> None:
    page = unruled([["Trong 4 thang dau nam", "toan tinh ghi nhan"]] * 6, (LEFT, LEFT + 480))
    for y in range(TOP - 60, TOP + 6 * STEP, 14):
        page[y : y + 9, 14:18] = 0
    assert cells_of(page) == []


def test_a_page_of_text_has_no_columns() -> None:
    faint = (drawn.text_page(lines=24) < 215).astype(np.uint8)
    assert white_tables.find(faint, [], [], 150 / 25.4) == []


@pytest.mark.parametrize(
    ("over", "under"),
    [
        pytest.param([["", "Bieu 1: Chi tieu"]], [], id="a title over it"),
        pytest.param([["", "Bieu      so      1"]], [], id="a title set wide"),
        pytest.param([], [["", "Nguon: Phong Thong ke", "2023"]], id="a note below it"),
        pytest.param([], [["Nguon", "Phong     thong    ke     tinh"]], id="a note set wide"),
        pytest.param([["Bieu", "Bieu    1      ha"]], [["Nguon", "Phong     thong    ke     tinh"]], id="both"),
    ],
)
def test_what_stands_over_and_below_a_table_in_its_columns_is_no_row_of_it(
    over: list[list[str]], under: list[list[str]]
) -> None:
    page = unruled([*over, *ROWS, *under])
    per_mm = 150 / 25.4
    [grid] = white_tables.find((page < 215).astype(np.uint8), [], [], per_mm)
    first, last = TOP + len(over) * STEP, TOP + (len(over) + len(ROWS) - 1) * STEP  # baselines
    assert len(grid.ys) == len(ROWS) + 1
    assert first - STEP < grid.ys[0] < first
    assert last <= grid.ys[-1] < last + STEP
    assert {len(line) for line in grid.down} == {len(ROWS)}
