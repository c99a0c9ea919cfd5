"""The grid of a ruled table: broken rules are whole again, merged cells stay merged, figures are no rules."""

from __future__ import annotations

import cv2
import drawn
import numpy as np
import pytest

from pipeline.imaging import clean, grids, level_tables
from pipeline.imaging.recognisers import Image

LEFT, TOP, HIGH = 200, 700, 60
WIDTHS = (90, 420, 160, 160)


def page_with_table(
    rows: list[list[str]], upright: bool = True, keep: float = 1.0, merged: tuple[int, ...] = (), seed: int = 3
) -> Image:
    """A page of text at 150 dpi with a table at its foot. `keep` is the share of its rules that the scanner left, in
    pieces of 8 pixels; rows in `merged` have no sides between their cells."""
    page = drawn.text_page(lines=8)
    rng = np.random.default_rng(seed)
    lines = np.zeros_like(page)
    xs = [LEFT + sum(WIDTHS[:i]) for i in range(len(WIDTHS) + 1)]
    for row in range(len(rows) + 1):
        cv2.line(lines, (LEFT, TOP + row * HIGH), (xs[-1], TOP + row * HIGH), 255, 1)
    for row in range(len(rows)) if upright else ():
        for x in xs if row not in merged else (xs[0], xs[-1]):
            cv2.line(lines, (x, TOP + row * HIGH), (x, TOP + (row + 1) * HIGH), 255, 1)
    left = rng.random((page.shape[0] // 8 + 1, page.shape[1] // 8 + 1)) < keep
    lines[~np.kron(left, np.ones((8, 8), np.bool_))[: page.shape[0], : page.shape[1]]] = 0
    page[lines > 0] = 30
    for row, cells in enumerate(rows):
        for x, text in zip(xs, cells, strict=False):
            cv2.putText(page, text, (x + 12, TOP + row * HIGH + 40), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 20, 2, cv2.LINE_AA)
    return page


ROWS = [["TT", "Chi tieu", "DVT", "2023"], *([str(10 + i), "Ten chi tieu", "ha", "1,5"] for i in range(6))]


def grid_of(page: Image) -> tuple[int, int]:
    """(rows, columns) told by the places where cells begin."""
    cells = clean.clean(page, 150.0, x_height=None).cells
    return (
        len({round(top / 12) for _, top, _, _ in cells}), len({round(left / 12) for left, _, _, _ in cells})
    )


@pytest.mark.parametrize("keep", [1.0, 0.85, 0.7])
def test_rules_in_pieces_make_the_whole_grid(keep: float) -> None:
    page = page_with_table(ROWS, keep=keep)
    assert grid_of(page) == (len(ROWS), len(WIDTHS))
    assert len(clean.clean(page, 150.0).cells) == len(ROWS) * len(WIDTHS)


def test_a_group_row_without_sides_stays_one_cell() -> None:
    rows = [ROWS[0], ["I", "", "", ""], *ROWS[1:]]
    rows[1] = ["I. Kinh te, lilliput iliill", "", "", ""]
    cells = clean.clean(page_with_table(rows, merged=(1,)), 150.0).cells
    widest = max(cells, key=lambda cell: cell[2] - cell[0])
    assert widest[2] - widest[0] > 0.95 * (max(c[2] for c in cells) - min(c[0] for c in cells))
    assert len(cells) == (len(rows) - 1) * len(WIDTHS) + 1


def test_figures_under_one_another_are_no_rule() -> None:
    rows = [ROWS[0], *([f"{11}", "1", "1", "1"] for _ in range(6))]
    assert grid_of(page_with_table(rows)) == (len(rows), len(WIDTHS))


def test_what_is_left_of_the_rules_is_taken_out_and_letters_stay() -> None:
    page = page_with_table(ROWS, keep=0.8)
    cleaned = clean.clean(page, 150.0)
    scale = cleaned.dpi / 150.0
    inside = cleaned.image[round((TOP + 2 * HIGH - 6) * scale) : round((TOP + 2 * HIGH + 6) * scale)]
    assert inside[:, round(LEFT * scale) : round((LEFT + 700) * scale)].min() > 150
    figures = cleaned.image[round((TOP + HIGH + 12) * scale) : round((TOP + HIGH + 50) * scale)]
    assert figures[:, round((LEFT + 5) * scale) : round((LEFT + 70) * scale)].min() < 90


def test_rows_between_level_rules_are_parted_at_the_white() -> None:
    page = page_with_table(ROWS, upright=False)
    cleaned = clean.clean(page, 150.0)
    assert len(cleaned.cells) == len(ROWS) * len(WIDTHS)
    assert not any(mark.kind == "vertical_rule" for mark in cleaned.marks)  # what is not drawn is no rule


def test_two_tables_with_level_rules_and_other_columns_are_two() -> None:
    """As wide as one another, the second under a white band or at once."""
    for gap in (20, 0):
        page = page_with_table([[cell.replace(" ", "") for cell in row] for row in ROWS[:5]], upright=False)
        first = TOP + 5 * HIGH + gap
        xs = [LEFT, LEFT + 90, LEFT + 260, LEFT + 430, LEFT + 630]
        for row in range(6):
            cv2.line(page, (LEFT, first + row * HIGH), (LEFT + sum(WIDTHS), first + row * HIGH), 30, 1)
        for row in range(5):
            for x, text in zip(xs, ["TT", "Xa", "Bo,de", "Lon", "Ga"] if row == 0 else ["1", "PhuAn", "45", "6", "7"],
                               strict=True):
                place = (x + 12, first + row * HIGH + 40)
                cv2.putText(page, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.8, 20, 2, cv2.LINE_AA)
        cleaned = clean.clean(page, 150.0, turn=0)
        ratio = cleaned.image.shape[1] / page.shape[1]
        wide = [cell for cell in cleaned.cells if cell[3] - cell[1] > 0.5 * HIGH * ratio]
        above = [cell for cell in wide if cell[1] < (first - 8) * ratio]
        assert (len(above), len(wide) - len(above)) == (5 * 4, 5 * 5), gap


def test_a_title_in_the_middle_over_names_at_the_left_makes_no_column() -> None:
    rows = [["TT", "", "DVT", "2023"], *([str(10 + i), "Xa", "ha", "1,5"] for i in range(5))]
    page = page_with_table(rows, upright=False)
    cv2.putText(page, "Ten", (LEFT + 300, TOP + 40), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 20, 2, cv2.LINE_AA)
    assert grid_of(page) == (len(rows), len(WIDTHS))


@pytest.mark.parametrize("keep", [1.0, 0.85])
def test_two_tables_with_one_line_of_text_between_them_are_two(keep: float) -> None:
    """Their frames end on the same lines; other columns, a broken rule in the first."""
    page = page_with_table(ROWS[:5], keep=keep)
    first = TOP + 5 * HIGH + 44
    cv2.putText(page, "II. Phan cong", (LEFT + 40, first - 12), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 20, 2, cv2.LINE_AA)
    xs = [LEFT, LEFT + 120, LEFT + 600, LEFT + sum(WIDTHS)]
    for row in range(5):
        cv2.line(page, (LEFT, first + row * HIGH), (xs[-1], first + row * HIGH), 30, 1)
    for x in xs:
        cv2.line(page, (x, first), (x, first + 4 * HIGH), 30, 1)
    for row in range(4):
        for x, text in zip(xs, ("TT", "Viec", "Ban"), strict=False):
            place = (x + 12, first + row * HIGH + 40)
            cv2.putText(page, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.8, 20, 2, cv2.LINE_AA)
    cleaned = clean.clean(page, 150.0, turn=0)
    below = [cell for cell in cleaned.cells if cell[1] > (first - 8) * cleaned.image.shape[1] / page.shape[1]]
    assert (len(cleaned.cells) - len(below), len(below)) == (5 * 4, 4 * 3)


def test_level_rules_in_pieces_are_whole_again() -> None:
    page = page_with_table(ROWS, upright=False, keep=0.8)
    long = [mark for mark in clean.clean(page, 150.0).marks if mark.kind == "rule" and mark.right - mark.left > 700]
    assert len(long) >= len(ROWS)


def test_letters_at_the_very_edge_of_level_rules_stay() -> None:
    page = page_with_table(ROWS, upright=False)
    tops = [TOP + row * HIGH for row in range(len(ROWS))]
    stems = [(slice(top + 18, top + 42), slice(LEFT - 1, LEFT + 2)) for top in tops]
    for rows, columns in stems:
        page[rows, columns] = 20
    cleaned = clean.clean(page, 150.0, turn=0)
    assert cleaned.cells
    ratio = cleaned.image.shape[1] / page.shape[1]
    for rows, columns in stems:
        there = cleaned.image[
            round(rows.start * ratio) : round(rows.stop * ratio),
            round((columns.start - 1) * ratio) : round((columns.stop + 1) * ratio),
        ]
        assert (there < 150).sum() > 0.7 * 24 * 3 * ratio**2


def test_a_page_of_text_has_no_grid() -> None:
    page = drawn.text_page(lines=20)
    faint = (page < 215).astype(np.uint8)
    assert grids.find(faint, [], 150 / 25.4) == []
    assert level_tables.long_levels(faint, [], 150 / 25.4) == []
