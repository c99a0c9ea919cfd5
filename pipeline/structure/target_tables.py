"""Goals in tables: which columns hold them, in which unit, and a target for every value.

The trouble: "Kế hoạch 2023" stands beside "Thực hiện 2022"; goals run over years ("2023 | 2024 | 2025"), over communes,
or over columns of different units; a merged head spans several columns; a row of a text file lost its empty cells.

Evidence: the words of the head rows, and what the cells below hold (numbers, names, units).

What it never does: take last year's results, money or remarks for goals, or a value whose column cannot be told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.document import Cell, Table, union
from pipeline.knowledge import quantities, units
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.table_rows import opens_head
from pipeline.structure.goals import FoundTarget, LeftOut, sure_of_sign
from pipeline.structure.passages import Paragraph, place_of_cells
from pipeline.structure.repeated_cells import said_in
from pipeline.structure.table_heads import Row, headed, is_numbered_by_column

_INDICATOR_HEAD = re.compile(r"\b(?:chi ?tieu|noi dung|ten chi tieu|tieu chi|muc tieu|danh muc)\b")
_UNIT_HEAD = re.compile(r"\b(?:don ?vi ?tinh|dvt|dv tinh|don ?vi)\b")
_SURE_UNIT_HEAD = re.compile(r"\b(?:don ?vi ?tinh|dvt|dv tinh)\b")  # "Đơn vị" alone may be the office
_PLAN_HEAD = re.compile(r"\b(?:ke hoach|chi tieu|muc tieu|phan dau|giao|kh)\b|(?<!\d)(?:19|20)\d\d(?!\d)")
# "Dân số tăng (%)" is a goal; "Tăng so với 2022", "Tăng, giảm" and "Tỷ lệ tăng" compare; "Lộ trình thực hiện" is ahead
_PAST_HEAD = re.compile(
    r"\b(?:(?<!lo trinh )(?<!ke hoach )(?<!muc tieu )(?<!chi tieu )thuc hien|uoc|ket qua|th|th nam|dat duoc|so sanh"
    r"|ty le %|(?:^|% |ty le |toc do |muc )tang|tang[ ,/-]+giam|tang (?:so|%)|ghi chu|nam truoc|hien trang|hien co"
    r"|hien tai|thuc trang|(?:dau|(?<!chi tieu )(?<!muc tieu )(?<!ke hoach )(?<!phan dau )cuoi) (?:nam|ky)|cung ky)\b"
)
_MEANS_HEAD = re.compile(r"\b(?:kinh phi|von|du toan|nguon|don gia|thanh tien)\b")
_COST_HEAD = re.compile(r"\bthanh tien\b")
_BASE_HEAD = re.compile(r"\b(?:tong so|dan so|si so|hien|tu nhien|quy mo)\b")  # what goals are reckoned from
_COUNTED_HEAD = re.compile(r"(?:khoi|lop|to|doi|khu|cum|vung|thon|ap|to dan pho|khu pho|chi bo)")  # with numbers below
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_SCHOOL_YEAR = re.compile(r"(?<!\d)\d{4}\s?[-–/]\s?\d{4}(?!\d)")
_HEAD_UNIT = re.compile(  # "Tỷ lệ hộ nghèo (%)", also over the years: "Tỷ lệ hộ nghèo (%) Năm 2024"
    r"\(([^()\d]*(?:m[23²³])?)\)\s*(?:(?:năm |kế hoạch )*(?:19|20)\d\d(?:\s?[-–]\s?(?:19|20)\d\d)?\s*)?$", re.IGNORECASE
)
_ROW_LABEL = re.compile(r"\W*(?:\d+(?:\.\d+)*|[IVX]+|[a-zđA-ZĐ])\W*$")
_LABEL = re.compile(r"(\d+(?:\.\d+)*|[IVX]+|[a-zđ])(?![^\W_])")
_CELL_EDGE = " .;:-+|'‘’`"
LONGEST_VALUE = 5  # words of a cell that holds a number: "từ 85% trở lên"; "Làm 3 km đường" is a name
LONGEST_WORDS = 8  # words of a goal without a number ("Giữ vững", "Đạt chuẩn"); more is a remark


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where a table has what; `values` are (column, unit printed in its head)."""

    label: int | None
    indicator: int
    unit: int | None
    values: tuple[tuple[int, str | None], ...]
    counted: str = ""  # what the numbers in the column of names count: "Khối" over "10", "11", "12"


def goals_of_table(
    paragraph: Paragraph, table: Table, in_zone: bool, year: int | None = None, unit: str | None = None
) -> Iterator[FoundTarget | LeftOut]:
    """A target for every value in the columns of goals, and what is left out since nothing shows whose it is.

    `in_zone` says that the section is one of targets, `year` is the first that the plan is for, `unit` what stands
    above the table for all of it ("Đơn vị tính: ha").
    """
    told = headed(table)
    columns, first = _columns(told.columns, told.body, in_zone, year), told.first
    if columns is None:
        return
    rows = [_shifted(row, columns) for row in told.body]
    untitled = _under_one_title(told.rows[:first], [column for column, _ in columns.values])
    for row, unit_cell in zip(rows, said_in(rows, columns.unit), strict=True):
        name = row[columns.indicator]
        if name is None or name.row < first or _names_years(row) or is_numbered_by_column(row):
            continue
        if _NAME.search(name.text) is None and not (columns.counted and name.text.strip().isdigit()):
            continue  # a row that lost cells: its numbers stand in other columns
        for column, head_unit in columns.values:
            value = row[column]
            if column in untitled:
                if column == untitled[0] and value is not None and value.text.strip():
                    yield LeftOut(name.text, place_of_cells(paragraph, (value,), value.text))
                continue
            if value is None or value is name:
                continue  # a group row is merged over the columns
            if _holds_several(value, table):
                if value.column == column or value.column not in dict(columns.values):
                    yield LeftOut(value.text, place_of_cells(paragraph, (value,), value.text))
                    break
                continue
            found = _goal(paragraph, row, columns, value, unit_cell, head_unit or unit)
            if found is not None:
                yield found


_NAME = re.compile(r"[^\W\d_]{2}")  # letters enough to name what is measured: "I" and "*" do not


def _holds_several(value: Cell, table: Table) -> bool:
    """Whether a cell has values of several rows or may have those of several columns, where a table has no rules."""
    if table.ruled and value.box is not None:
        return False
    if value.column_span > 1 and value.box is None:
        return any(map(_is_whole_number, value.text.split()))
    return len(value.lines) > 1 and sum(_is_whole_number(line.text) for line in value.lines) > 1


def _is_whole_number(text: str) -> bool:
    return quantities.parse_number(text.strip()) is not None


def _under_one_title(head: Sequence[Row], columns: Sequence[int]) -> list[int]:
    """The columns of a text's table that have no title but one over several of them: which is for what is not known."""
    over = {at: tuple(cell for row in head if (cell := row[at]) is not None and cell.text) for at in columns}
    told = list(over.values())
    return [column for column, cells in over.items() if cells and cells[0].box is None and told.count(cells) > 1]


# "Năm 2026 | Năm 2027": the lower row of a head whose cells lost their places
_YEAR_TITLE = re.compile(r"(?:năm|kế hoạch|kh|mục tiêu)\s+(?:năm\s+)?(?:19|20)\d{2}", re.IGNORECASE)


def _names_years(row: Row) -> bool:
    texts = [cell.text.strip() for cell in row if cell is not None and cell.text.strip()]
    return len(texts) > 1 and all(_YEAR_TITLE.fullmatch(text) for text in texts)


def _columns(heads: Sequence[str], body: Sequence[Row], in_zone: bool, year: int | None) -> _Columns | None:
    keys = [aligned(head).strip(" .:") for head in heads]
    numbers = [_share(body, column, _is_number) for column in range(len(heads))]
    label = next((i for i, key in enumerate(keys) if opens_head(key)), None)
    unit = next(
        (
            i
            for i, key in enumerate(keys)
            if i != label
            and _UNIT_HEAD.search(key)
            and numbers[i] < 0.5
            and (
                (_SURE_UNIT_HEAD.search(key) and not _INDICATOR_HEAD.search(key))  # two titles run into one otherwise
                or _share(body, i, _is_unit) >= 0.5
            )
        ),
        None,
    )
    if unit is None:  # its title was damaged, what stands below it was not
        below = range(1 if label is None else label + 2, len(heads))
        alone = [[cell if cell is not None and cell.column_span == 1 else None for cell in row] for row in body]
        unit = next((i for i in below if numbers[i] < 0.5 and _share(alone, i, units.is_unit) >= MOSTLY_UNITS), None)
    named = [i for i in range(len(heads)) if i not in (label, unit) and numbers[i] < 0.5 and keys[i] != "ghi chu"]
    said = next((i for i in named if _INDICATOR_HEAD.search(keys[i])), None)
    indicator = said if said is not None else next(iter(named), None)
    counted = ""
    if (not named or named[0] > 0) and said is None and _COUNTED_HEAD.fullmatch(keys[0]):
        indicator, counted = 0, heads[0].strip()
    if indicator is None or not (in_zone or "chi tieu" in " ".join(keys)) or _MEANS_HEAD.search(keys[indicator]):
        return None
    if any(_COST_HEAD.search(key) for key in keys):
        return None  # "Chỉ tiêu | Số mẫu | Đơn giá | Thành tiền": what is tested, and what it costs
    open_ = [
        i
        for i in range(indicator + 1, len(heads))
        if i not in (label, unit) and not _is_past(keys[i], year) and not _MEANS_HEAD.search(keys[i])
    ]
    past = [int(found[0]) for key in keys if _PAST_HEAD.search(key) and (found := _YEAR.search(key))]
    planned = [i for i in open_ if _PLAN_HEAD.search(keys[i]) and not _is_over(keys[i], past)]
    if not planned and (in_zone or (said is not None and "chi tieu" in keys[said])):
        planned = [i for i in open_ if numbers[i] >= 0.5 and not (counted and _BASE_HEAD.search(keys[i]))]
    if not planned:
        return None
    if in_zone and unit is None and not any(_is_past(key, year) for key in keys):
        # One of several columns of goals says so: "Chỉ tiêu lúa (ha) | Lương thực (tấn)".
        own = [i for i in open_ if numbers[i] >= 0.5 and _unit_of_head(heads[i]) and not _BASE_HEAD.search(keys[i])]
        planned = sorted({*planned, *own}) if any(_unit_of_head(heads[i]) for i in planned) else planned
    return _Columns(label, indicator, unit, tuple((i, _unit_of_head(heads[i])) for i in planned), counted)


MOSTLY_UNITS = 0.6  # of the filled cells of a column must be units of the list where its title does not say so


def _is_past(key: str, year: int | None) -> bool:
    """Whether a column tells what was, by its words or because its years lie before the plan's.

    A school year is told by its first: for a plan of 2018 - 2019 the column "2017 - 2018" lies behind.
    """
    years = [int(found) for found in _YEAR.findall(key)]
    if len(years) == 2 and years[1] == years[0] + 1 and _SCHOOL_YEAR.search(key):
        years = years[:1]
    return _PAST_HEAD.search(key) is not None or (year is not None and bool(years) and max(years) < year)


def _is_over(key: str, past: Sequence[int]) -> bool:
    """Whether a column plans for a year whose results the table gives: last year's plan beside what came of it."""
    year = _YEAR.search(key)
    return year is not None and bool(past) and int(year[0]) <= max(past)


def _unit_of_head(head: str) -> str | None:
    """The unit in brackets at the end of a head: "Số hộ nghèo giảm (hộ)"."""
    shown = _HEAD_UNIT.search(head)
    return (shown[1].strip() or None) if shown else None


def _share(body: Sequence[Row], column: int, test: Callable[[str], bool]) -> float:
    """Share of a column's filled cells for which `test` holds."""
    texts = [text for row in body if (cell := row[column]) is not None and (text := cell.text.strip(" -–."))]
    return sum(map(test, texts)) / len(texts) if texts else 0.0


def _is_number(text: str) -> bool:
    return len(text.split()) <= LONGEST_VALUE and (
        quantities.parse_number(text) is not None or bool(quantities.find_quantities(text))
    )


def _is_unit(text: str) -> bool:
    """Whether a cell of a column "Đơn vị" names a unit ("Tạ/ha") and no office ("Xã Tân Lập")."""
    return text[:1].islower() or units.is_unit(text)


def _shifted(row: Row, columns: _Columns) -> Row:
    """A row in its columns: in a text file one whose empty label was lost begins a column too early."""
    cells = list(dict.fromkeys(cell for cell in row if cell is not None))
    if columns.label != 0 or len(cells) != len(row) - 1 or cells[0].box is not None:
        return row
    if not cells[0].text.strip() or _ROW_LABEL.match(cells[0].text):
        return row  # its last cell is merged
    return [None, *cells]


def _goal(
    paragraph: Paragraph, row: Row, columns: _Columns, value: Cell, unit_cell: Cell | None, head_unit: str | None
) -> FoundTarget | None:
    printed = _STRAY.sub("", value.text.strip())
    if not printed.strip("-–. ") or len(printed.split()) > LONGEST_WORDS:
        return None
    name = row[columns.indicator]
    assert name is not None
    cells = list(dict.fromkeys(cell for cell in row if cell is not None))
    own_unit = _unit_of_cell(unit_cell) if unit_cell is not None else None
    named = name.text.strip(_CELL_EDGE)
    named = f"{columns.counted} {named}" if columns.counted and named.isdigit() else named
    told = _HEAD_UNIT.search(named) if own_unit is None and head_unit is None else None
    in_name = told[1].strip() if told is not None and units.is_unit(told[1]) else None  # "Đường bê tông (km)"
    unit = own_unit or head_unit or in_name
    label_cell = row[columns.label] if columns.label is not None else None
    label = _label(label_cell.text) if label_cell is not None else ""
    text = " | ".join(cell.text.strip() for cell in cells if cell.text.strip())
    signed = _MAY_BE_NEGATIVE.fullmatch(value.text.strip())
    negative = signed is not None and _is_minus(value)
    doubtful = _may_lack_comma(value, cells) or (signed is not None and not (negative and _is_typed(value)))
    sure = DOUBTFUL if doubtful else 1.0
    parts = [
        ("indicator", place_of_cells(paragraph, (name,), name.text.strip())),
        ("value", place_of_cells(paragraph, (value,), printed, sure)),
    ]
    if unit_cell is not None and own_unit:
        parts.append(("unit", place_of_cells(paragraph, (unit_cell,), unit_cell.text.strip())))
    if label_cell is not None and label:
        parts.append(("label", place_of_cells(paragraph, (label_cell,), label)))
    number = quantities.parse_number(signed[1] if signed is not None else printed)
    found = quantities.find_quantities(printed)
    base = FoundTarget(
        label or None,
        named[: told.start()].strip(_CELL_EDGE) if told is not None and in_name else named,
        None,
        None,
        None,
        None,
        text,
        place_of_cells(paragraph, cells, text),
        tuple(parts),
        printed if _FIGURES_AND_LETTERS.fullmatch(printed) else None,
    )
    if number is not None:
        own_share = "%" if signed is not None and signed[2] else None
        value_told = f"-{number}" if negative and number.strip("0.") else number
        return replace(base, comparator="=", value=value_told, unit=own_share or unit or None)
    if found:
        own = found[0]
        sure = sure_of_sign(own.raw, (word for line in value.lines for word in line.words))
        sign = ("comparator", replace(base.place, confidence=sure * base.place.confidence))
        return replace(
            base,
            parts=(*base.parts, sign),
            comparator=own.comparator,
            value=own.value,
            value_to=own.value_to,
            unit=own.unit or unit or None,
        )
    return base


# "1ó0", "l2": a number whose figures were read as letters, no goal in words; "5km" has a unit
_FIGURES_AND_LETTERS = re.compile(r"(?:\d*[^\W\d_]{1,2}\d[^\W_]*|\d+[oOóÓlI]+)(?:[.,][^\W_]+)*%?")


_STRAY = re.compile(r"^[-–—_|.‘’'`]+\s+(?=\S)|(?<=\S)\s+[-–—_|.‘’'`]+$")  # specks and pieces of rules beside a value
_MAY_BE_NEGATIVE = re.compile(r"[-–—−]\s?(\d[\d.,]*)\s?(%?)")  # or a piece of a rule before the number
CELL_MARGIN = 2.5  # points between a column's rule and what is printed beside it; word processors leave 5


def _is_minus(value: Cell) -> bool:
    """Whether the dash of such a cell is a sign: set against its number, and no piece of the rule beside the cell."""
    first = next((word for line in value.lines for word in line.words if word.text), None)
    if first is None or first.text[0] not in "-–—−" or len(first.text) < 2:
        return False
    if first.box is None or value.box is None or value.box == union([line.box for line in value.lines]):
        return True  # no rule stands beside the cells of a table that has none
    return first.box.left - value.box.left >= CELL_MARGIN


def _is_typed(value: Cell) -> bool:
    return all(word.box is None for line in value.lines for word in line.words)


_PER_MILLE = re.compile(r"%\s?[o0øO°ọ]")  # a unit alone in its cell: ‰ is in no recogniser's alphabet


def _unit_of_cell(cell: Cell) -> str | None:
    """The unit of a cell of units; as it was read where that is one and what was made of it ("ha" as "hà") is none."""
    read = " ".join(word.raw for line in cell.lines for word in line.words if word.raw)
    text = read if units.is_listed(read) and not units.is_listed(cell.text) else cell.text
    shown = _STRAY.sub("", text.strip()).strip(" .,;:*'\"“”‘’`|_")
    if not shown.strip("-–.|_ "):
        return None
    return "‰" if _PER_MILLE.fullmatch(shown) else units.respelled(shown)


_WHOLE = re.compile(r"[<>≤≥=\s]*(\d{2,})\W*$")
_DECIMAL = re.compile(r"[<>≤≥=\s]*(\d+),\d+\W*$")
SLIPPED = 5  # times: a comma lost from "4,5" or "12,3" makes ten of one or more, and goals are near last year's value
DOUBTFUL = 0.5  # the digits stay as they were read


def _may_lack_comma(value: Cell, row: Sequence[Cell]) -> bool:
    """Whether a recognised whole number stands far above the decimals beside it: "6,84 | 45" may be "4,5"."""
    whole = _WHOLE.match(value.text.strip())
    if whole is None or not any(word.confidence < 1.0 for line in value.lines for word in line.words):
        return False
    beside = [int(found[1]) for cell in row if cell is not value and (found := _DECIMAL.match(cell.text.strip()))]
    return bool(beside) and int(whole[1]) >= SLIPPED * (max(beside) + 1)


def _label(printed: str) -> str:
    """The number of a row without what a recogniser made of the rules beside it ("2 [—"); other text stays as it is."""
    text = printed.strip(_CELL_EDGE)
    number = _LABEL.match(text)
    return number[1] if number is not None and not any(map(str.isalpha, text[number.end() :])) else text
