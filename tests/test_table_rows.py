"""Which lines of a table are of one row, told from words, numbers and white; which rules are of one table."""

from __future__ import annotations

import pytest

from pipeline.knowledge import rule_groups, table_rows
from pipeline.knowledge.table_rows import RowLine


def lines(*rows: str) -> list[RowLine]:
    """"1 | words | words", with "^" before a line over which white is wide."""
    made = []
    for row in rows:
        label, *texts = (part.strip() for part in row.removeprefix("^").split("|"))
        made.append(RowLine(label, tuple(texts), 0.6 if row.startswith("^") else 0.0))
    return made


@pytest.mark.parametrize(("rows", "starts"), [
    (("1 | Kè bờ suối |", " | đoạn qua bản | Ban A", "2 | Làm cầu tạm | Ban B"), (0, 2)),
    ((" | Kè bờ suối | Ban A", "1 | đoạn qua bản |", " | và chợ |", "2 | Làm cầu | Ban B", "3 | Đổ đường | Ban C"),
     (0, 3, 4)),
    (("1 | Bò | 40", "2 | Dê | 12", " | Cộng | 52"), (0, 1, 2)),
    (("A | Chăn nuôi |", "1 | Bò | 40", "2 | Dê | 12", "B | Trồng trọt |", "1 | Ngô | 7"), (0, 1, 2, 3, 4)),
    # where the white says it, against the numbers' usual place
    (("1 | Bò | 40", "^ | Bò sinh sản | 11", "^2 | Dê | 12", "3 | Gà | 90"), (0, 1, 2, 3)),
    # no numbers at all: every line is a row
    ((" | Bò | 40", " | Dê | 12"), (0, 1)),
    ((), ()),
])
def test_rows(rows: tuple[str, ...], starts: tuple[int, ...]) -> None:
    assert table_rows.row_starts(lines(*rows)) == starts


def test_a_row_of_two_lines_under_one_that_ends_openly() -> None:
    found = table_rows.row_starts(lines("1 | Kè bờ suối, | x", " | Bản Pá Nó | ", "2 | Làm cầu | y"))
    assert found == (0, 2)


def test_pieces_of_one_line_and_two_tables_over_one_another() -> None:
    level = [(0.0, 0.0, 100.0, 1.0), (0.0, 50.0, 100.0, 51.0), (0.0, 80.0, 100.0, 81.0), (0.0, 130.0, 100.0, 131.0)]
    upright = [(0.0, 0.0, 1.0, 20.0), (0.0, 26.0, 1.0, 51.0), (0.0, 80.0, 1.0, 131.0), (100.0, 80.0, 101.0, 131.0)]
    assert rule_groups.groups(level, upright, 1.0) == [([0, 1], [0, 1]), ([2, 3], [2, 3])]
    # the same page at four times the size
    larger = [[tuple(4 * at for at in rule) for rule in rules] for rules in (level, upright)]
    assert rule_groups.groups(*larger, 4.0) == [([0, 1], [0, 1]), ([2, 3], [2, 3])]  # type: ignore[arg-type]


def test_no_rules_no_groups() -> None:
    assert rule_groups.groups([], [], 3.0) == []
