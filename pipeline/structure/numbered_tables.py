"""Tables of a text whose columns are gone: numbered rows under a head row.

The trouble: a recogniser of running text writes a row on one line, single blanks between its cells, and reads some
rules as bars.

Evidence: a head row with "TT" or the words of one, rows numbered 1, 2, 3 under it; values at the end of rows, as many
as the head names years.

What it never does: part a row where nothing shows the columns, take a damaged value for one, or give values to years
that are not in their order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from pipeline.document import Line, Page, Word
from pipeline.knowledge import table_rows
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.lexicon import load_table
from pipeline.knowledge.table_rows import RowLine
from pipeline.structure.passages import is_capitals
from pipeline.structure.text_tables import BULLET, SECTION, Found, Taken, heads_in, table_of_rows

_UNIT_HEAD = re.compile(r"don v[ijl](?: tinh)?|dvt")
_OPENS_HEAD = re.compile(r"\W*(?:s\s?t\s?t|tt|s[yi]t|so tt)\b")
_ROW_NUMBER = re.compile(r"\W{0,2}(\d{1,3})(?:\s*[|.)\]]+|,?\s)\s*(?=\S)")
_AFTER_TABLE = re.compile(r"\W*(?:tren day|noi nhan|ghi chu:|can cu)")
_VALUE = re.compile(r"[≥≤><=]?\d{1,3}(?:[.,]\d+)*%?")
_SIGNS = frozenset({*"≥≤><=", "=>", ">=", "<=", "=<"})
_DASHES = frozenset("-–—")  # in the place of a value
_TOTAL = re.compile(r"\W*(?:tong|cong)\b")
_YEAR_HEAD = re.compile(r"(?:19|20)\d\d(?:[-–](?:19|20)\d\d)?")  # "2024", "2018-2019"
_SECTION_READ = re.compile(r"\W*[IVXl1!]{1,4}\s?[.:]\s")  # "Il. TO CHUC", "ll. PHAN CONG"
_GROUP = re.compile(r"\W*(?:[A-ZĐ]|[IVX]{1,4})_?\s*\|")  # "B_ |Hạ tầng" among the rows, a rule behind its letter
_RULES = "|[]"  # what rules are read as
LEAST_HEADS = 1  # words of head rows beside "TT"; garbled text hides some
# Rows; one is enough under a head row of three words, more are needed where "TT" is all that is known of it.
LEAST_NUMBERED, LEAST_UNTITLED = 2, 4
LEAST_VALUES = 2  # at the end of every row: no list under "TT" has them
LONGEST_HEAD = 6  # lines; each column may stand on its own
MOST_BARRED = 0.6  # of the lines have several bars: rules are read as bars in some of them only
LONG_ROW = 130  # characters; a line longer than this is a paragraph


def from_rows(page: Page, taken: Taken) -> Found:
    """Tables whose columns are gone: a head row that begins with "TT", and rows numbered 1, 2, 3 under it.

    The number of a row is a cell of its own. So are the values at the end of the rows, and their unit, where the head
    names as many years; the rest of a row is left whole, since nothing says where its columns part.
    """
    lines = [line for block in page.blocks if block.kind == "text" for line in block.lines if line.words]
    texts = [line.text if line.box is None else "" for line in lines]
    found: Found = []
    at = 0
    while at < len(lines):
        end = _rows_end(lines, texts, at) if lines[at].box is None else at
        if end > at and _is_barred(texts[at:end]):
            at = end  # a converter's table: its bars part all cells
        elif end > at:
            start = at - (at > 0 and id(lines[at - 1]) not in taken and heads_in(lines[at - 1 : at]) > LEAST_HEADS)
            for line in lines[start:end]:
                taken[id(line)] = (len(found), list(range(len(line.words))))
            found.append(table_of_rows(_numbered_rows(lines[start:end]), ruled=False))
        at = max(end, at + 1)
    return found


def _is_barred(texts: Sequence[str]) -> bool:
    """Whether most lines have several bars, down to the last row: text may stand below."""
    barred = [text.count("|") > 1 for text in texts]
    last = max(at for at, text in enumerate(texts) if at == 0 or barred[at] or _row_number(text) is not None)
    return sum(barred) > MOST_BARRED * (last + 1)


def _rows_end(lines: Sequence[Line], texts: Sequence[str], start: int) -> int:
    """Index after the last line of a table that begins at `start`; `start` where none does. `texts` are those of the
    lines."""
    if not (
        _OPENS_HEAD.match(aligned(texts[start])) or _is_head(lines[start : start + 2], texts[start : start + 2])
        or _is_over_counted(texts[start : start + LEAST_UNTITLED + 2])
    ):
        return start
    number, head, numbered, at = 0, 0, start, start + 1
    fewest = LEAST_VALUES  # values at the end of a row
    while at < len(lines):
        text = texts[at]
        row = _row_number(text)
        if row is not None and (row == number + 1 or (row == number + 2 and _lost_one(lines[numbered + 1 : at]))):
            number, head, numbered = row, head or at, at
            fewest = min(fewest, len(_values(lines[at].words)))
        elif (
            row is not None
            or SECTION.match(text)
            or ((title := _SECTION_READ.match(text)) is not None and is_capitals(text[title.end() :]))
            or BULLET.match(text)
            or _AFTER_TABLE.match(aligned(text))
            or _OPENS_HEAD.match(aligned(text))
            or len(text) > LONG_ROW
            or (number == 0 and at - start > LONGEST_HEAD)
        ):
            break
        at += 1
    told = heads_in(lines[start:head])
    titled = told >= LEAST_HEADS or fewest == LEAST_VALUES or any(map(_ends_in_year, lines[start:head]))
    enough = number >= (LEAST_NUMBERED if titled else LEAST_UNTITLED) or (number and told > LEAST_HEADS + 1)
    return at if enough else start


def _lost_one(between: Sequence[Line]) -> bool:
    """Whether one of the lines between two rows is a row whose number was lost: it ends with a value."""
    return any(_values(line.words) for line in between)


def _is_head(lines: Sequence[Line], texts: Sequence[str]) -> bool:
    """Whether a line is a head whose "TT" is damaged: two of its words and years at its end, the row 1 below."""
    if len(lines) < 2 or _row_number(texts[1]) != 1 or not _ends_in_year(lines[0]):
        return False
    return heads_in(lines[:1]) > LEAST_HEADS


_BARRED = re.compile(r"\W{0,2}(\d{1,3})\s*\|")


def _is_over_counted(texts: Sequence[str]) -> bool:
    """Whether rows numbered 1, 2, 3 and 4 with a rule behind their numbers begin below a line: it ends a head of which
    nothing can be read."""
    if len(texts) < 2 or "|" not in texts[1] or _BARRED.match(texts[0]) or not _BARRED.match(texts[1]):
        return False
    numbers = [int(found[1]) for text in texts[1:] if (found := _BARRED.match(text))]
    return numbers[:LEAST_UNTITLED] == list(range(1, LEAST_UNTITLED + 1))


def _ends_in_year(line: Line) -> bool:
    return _YEAR_HEAD.fullmatch(line.words[-1].text.strip(_RULES)) is not None


def _row_number(text: str) -> int | None:
    found = _ROW_NUMBER.match(text)
    return int(found[1]) if found is not None else None


LEAST_NAME = 2  # words of a row's name before a unit that is in no list


def _bare(word: Word) -> Word:
    """The word without the rules that were read as signs beside it."""
    bare = word.text.strip(_RULES)
    return word if bare == word.text else replace(word, raw=bare if word.raw == word.text else word.raw, text=bare)


@dataclass(frozen=True, slots=True)
class _Row:
    """The lines of a row, and which of them has its number and its values, or a time; the first where none has."""

    lines: tuple[list[Word], ...]
    main: int
    label: int  # words of its number, 0 or 1

    @property
    def first(self) -> list[Word]:
        """The words of the line with its number, or of that with its values."""
        return self.lines[self.main]

    @property
    def before(self) -> tuple[Word, ...]:
        return tuple(word for line in self.lines[: self.main] for word in line)

    @property
    def after(self) -> tuple[Word, ...]:
        return tuple(word for line in self.lines[self.main + 1 :] for word in line)


def _numbered_rows(lines: Sequence[Line]) -> list[list[tuple[Word, ...]]]:
    """Rows as (number, rest, values ...); lines without a number are of the row that they go on with."""
    end = _head_end(lines)
    head = [_bare(word) for line in lines[:end] for word in line.words if word.text.strip(_RULES)]
    years = [index for index, word in enumerate(head) if _YEAR_HEAD.fullmatch(word.text.strip(_RULES))]
    ascending = all(head[a].text.strip(_RULES) < head[b].text.strip(_RULES) for a, b in pairwise(years))
    # Years that do not ascend were read from two lines of the head: which column is whose is not known.
    width = len(years) if years and years[-1] == len(head) - 1 and ascending else 0
    rows = _gathered(lines[end:], width)
    if not width or sum(len(_values(row.first)) >= width for row in rows) < LEAST_NUMBERED:
        return _timed(head, rows) or [[tuple(head[:1]), tuple(head[1:])], *map(_whole, rows)]
    cut = years[0] - (aligned(head[years[0] - 1].text) == "nam")
    unit_at = _unit_head(head[:cut])
    valued = [(row, _values(row.first)) for row in rows if len(_values(row.first)) >= width]
    # As many values more in every row are of columns whose titles were not read, left of the years.
    more = min(len(values) for _, values in valued) - width
    columns = more + width
    named = [row.first[row.label : len(row.first) - sum(map(len, values[-columns:]))] for row, values in valued]
    with_unit = unit_at < cut or sum(bool(_unit_words(name[1:])) for name in named) >= MOSTLY_UNITS * len(named)
    names = [tuple(head[1:unit_at]), *([tuple(head[unit_at:cut])] if with_unit else []), *[()] * more]
    split = [[tuple(head[:1]), *names, *((head[year],) for year in years)]]
    for row in rows:
        first, label = row.first, row.label
        values = _values(first)[-columns:]
        if len(values) < columns:
            split.append(_whole(row))
            continue
        rest = first[label : len(first) - sum(map(len, values))]
        # A row is not named by its unit alone; one of the column's that no list has is a word ("hẻm").
        titled = unit_at < cut
        unit = (_unit_words(rest[1:]) or min(titled, len(rest[LEAST_NAME:]))) if with_unit else 0
        name = row.before + tuple(rest[: len(rest) - unit]) + row.after
        split.append([tuple(first[:label]), name, *([tuple(rest[len(rest) - unit :])] if with_unit else []), *values])
    return split


def _head_end(lines: Sequence[Line]) -> int:
    """Index after the last line of the head: the line with "TT", and those below it with its words or with years."""
    below = (at for at in range(1, len(lines)) if _opens_body(lines[at]))
    return max(
        (
            at + 1 for at in range(next(below, len(lines)))
            if heads_in(lines[at : at + 1]) or _ends_in_year(lines[at]) or _OPENS_HEAD.match(aligned(lines[at].text))
        ),
        default=1,
    )


def _opens_body(line: Line) -> bool:
    """Whether a line has the number of a row, the letter of a group, or ends with a value that is no year."""
    if _row_number(line.text) in (1, 2) or _GROUP.match(line.text):
        return True
    return not _ends_in_year(line) and bool(_values(line.words))


def _gathered(lines: Sequence[Line], width: int) -> list[_Row]:
    """The rows under a head, each of the lines that go on with one another; a line with all values of a row opens one
    though its number was lost."""
    told: list[RowLine] = []
    labels: list[int] = []
    number = 0
    lines = _whole_names(lines, width)
    bare = [[_bare(word) for word in line.words if word.text.strip(_RULES)] for line in lines]
    for line, words in zip(lines, bare, strict=True):
        row = _row_number(line.text)
        numbered = row is not None and row in (number + 1, number + 2)
        if numbered:
            assert row is not None
            number = row
        group = not numbered and (_GROUP.match(line.text) is not None or _TOTAL.match(aligned(line.text)) is not None)
        valued = bool(width) and len(_values(words)) >= width
        label = int(numbered or (group and _GROUP.match(line.text) is not None))
        labels.append(label)
        rest = " ".join(word.text for word in words[label:])
        told.append(RowLine("1" if numbered or group or valued else "", (rest,)))
    starts = [*table_rows.row_starts(told), len(told)]
    rows = []
    for start, stop in pairwise(starts):
        main = next((at for at in range(start, stop) if told[at].label), start)
        rows.append(_Row(tuple(bare[start:stop]), main - start, labels[main]))
    return rows


def _whole_names(lines: Sequence[Line], width: int) -> Sequence[Line]:
    """The lines, those of a name that goes on in small letters to its values joined: "3 Sản lượng thịt hơi" over "xuất
    chuồng tấn 3.460 3.600"."""
    if not width:
        return lines
    joined: list[Line] = []
    for line in lines:
        above = joined[-1] if joined else None
        goes_on = (
            above is not None and line.text[:1].islower() and len(_values(line.words)) >= width
            and _row_number(above.text) is not None and not _values(above.words)
        )
        if goes_on and above is not None:
            joined[-1] = replace(above, words=above.words + line.words)
        else:
            joined.append(line)
    return joined


MOSTLY_UNITS = 0.6  # of the rows must end with a unit of the list where no title says that they do


def _whole(row: _Row) -> list[tuple[Word, ...]]:
    return [tuple(row.first[: row.label]), row.before + tuple(row.first[row.label :]) + row.after]


# The last title of a table of tasks, and what stands below it
_TIME_HEAD = re.compile(r"(?:thoi (?:gian|han|diem)|hoan thanh|tien do)(?: (?:thuc hien|hoan thanh))?")
_TIME = re.compile(
    r"(?:truoc |ngay )*\d{1,2}/(?:\d{1,2}/)?(?:19|20)\d\d|(?:thang|quy) (?:\d{1,2}|[ivx]{1,3})(?:/| nam )(?:19|20)\d\d"
)
LONGEST_TIME = 4  # words of a time: "Quý II năm 2024"


def _timed(head: Sequence[Word], rows: Sequence[_Row]) -> list[list[tuple[Word, ...]]]:
    """Rows as (number, rest, time) where the head ends with a title of times and rows with times; else none."""
    title = _ending(head, _TIME_HEAD)
    if not title or sum(bool(_ending(row.first, _TIME)) for row in rows) < LEAST_NUMBERED:
        return []
    split = [[tuple(head[:1]), tuple(head[1 : len(head) - title]), tuple(head[len(head) - title :])]]
    for row in rows:
        time = _ending(row.first, _TIME)
        if not time:
            split.append(_whole(row))
            continue
        cut = len(row.first) - time
        rest = row.before + tuple(row.first[row.label : cut]) + row.after
        split.append([tuple(row.first[: row.label]), rest, tuple(row.first[cut:])])
    return split


def _ending(words: Sequence[Word], pattern: re.Pattern[str]) -> int:
    """How many words at the end of a row are of a kind, at most; 0 where none are, or nothing stands before them."""
    texts = [aligned(word.text) for word in words]
    longest = min(LONGEST_TIME, len(texts) - 2)
    return next((n for n in range(longest, 0, -1) if pattern.fullmatch(" ".join(texts[-n:]))), 0)


def _unit_head(head: Sequence[Word]) -> int:
    """Index of the word where "Đơn vị tính" begins at the end of a head row; the row's length where it does not."""
    for at in range(max(1, len(head) - 3), len(head)):
        if _UNIT_HEAD.fullmatch(aligned(" ".join(word.text.strip(_RULES) for word in head[at:]))):
            return at
    return len(head)


def _values(words: Sequence[Word]) -> list[tuple[Word, ...]]:
    """The values at the end of a line, each with the sign before it."""
    found: list[tuple[Word, ...]] = []
    at = len(words)
    while at > 1 and (_VALUE.fullmatch(words[at - 1].text.strip(_RULES)) or words[at - 1].text in _DASHES):
        start = at - 1 - (at > 2 and words[at - 2].text in _SIGNS)
        found.insert(0, tuple(words[start:at]))
        at = start
    return found if any(word.text not in _DASHES for value in found for word in value) else []


def _unit_words(words: Sequence[Word]) -> int:
    """How many words at the end are a unit of the list (dictionaries/units.tsv)."""
    texts = [aligned(word.text.strip(_RULES)) for word in words[-3:]]
    return next((n for n in (3, 2, 1) if n <= len(texts) and " ".join(texts[-n:]) in _units()), 0)


@cache
def _units() -> frozenset[str]:
    return frozenset(aligned(row[0]) for row in load_table("units"))
