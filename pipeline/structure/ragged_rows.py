"""Rows of a text's table that have fewer cells than others: which columns the cells that are left stand in.

The trouble: converters leave out the cells that a merged one covers, so that the lower row of a head begins at the
left, and blank cells, so that values move under other years.

Evidence: how many cells each row has; titles that are parted by what stands below them; what the full rows have in
their columns (numbers, times, words).

What it never does: put a value under a title where another place is as good. Such values stand in one cell over all
columns that they may be of, and nothing is read from it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.document import Word
from pipeline.knowledge import quantities, table_rows
from pipeline.knowledge.fuzzy import aligned

Words = tuple[Word, ...]
Placed = tuple[int, int, Words]  # first column, how many it covers, what stands in it
GROUP = 2  # cells of a row that is the title of a group: its label and its name
MOST_LOST = 6  # cells of one row; a row that lost more is a title over the table's columns
LONGEST_TITLE = 8  # words


def placed(rows: Sequence[Sequence[Words]]) -> list[list[Placed]]:
    """The cells of each row with their columns; of rows that are whole each in its own."""
    width = max(map(len, rows))
    head = _head(rows, width) or [_as_it_follows(rows[0], width)]
    kinds = _kinds([row for row in rows[len(head) :] if len(row) == width], width)
    return head + [_in_columns(row, width, kinds) for row in rows[len(head) :]]


_MARKS = str.maketrans("", "", "*_#")


def unmarked(text: str) -> str:
    """A text without the marks that a converter set around titles and numbers."""
    return text.translate(_MARKS).strip()


def text_of(words: Words) -> str:
    """The words of a cell, unmarked."""
    return unmarked(" ".join(word.text for word in words))


# --- heads -----------------------------------------------------------------------------------------------

_YEAR = re.compile(r"(?:nam |ke hoach |kh |nam hoc )*(?:19|20)\d\d(?:\s?[-–]\s?(?:19|20)\d\d)?")
# Titles that have none below them
_ALONE = re.compile(
    r"s ?tt|tt|so tt|don vi(?: tinh)?|dvt|dv tinh|ghi chu"
    r"|(?:ten |noi dung |cac )?(?:chi tieu|tieu chi|nhiem vu|cong viec|hoat dong|noi dung|xa|thon|du an|cong trinh"
    r"|muc tieu|nguon von)(?: chu yeu| cong viec| thuc hien| chi tieu)?"
)
# What stands below, and the words of the title that it parts
_PARTED = tuple(
    (re.compile(below), re.compile(rf"\b(?:{over})\b"))
    for below, over in (
        (_YEAR.pattern, "giai doan|lo trinh|ke hoach|muc tieu|phan ky|chia ra|tung nam|cac nam|trong do|chi tieu"),
        (r"(?:.* )?(?:chu tri|phoi hop)", "phan cong|don vi|co quan|trach nhiem|thuc hien"),
        (r"(?:tong|ngan sach|nstw|nsdp|von|nguon|xa hoi hoa|huy dong|khac)\b.*", "kinh phi|von|du toan|trong do|nguon"),
        (r".*\b(?:giao|phan dau)\b.*", "ke hoach|chi tieu|muc tieu"),
    )
)


def _head(rows: Sequence[Sequence[Words]], width: int) -> list[list[Placed]]:
    """The rows of a head of two rows whose covered cells were left out; none where the head is of another form."""
    if len(rows) < 3 or not 1 < len(rows[0]) < width or not _is_lower_head(rows[1], width):
        return []
    titles = [aligned(text_of(words)).strip(" .:") for words in rows[0]]
    if not table_rows.opens_head(text_of(rows[0][0])) and table_rows.heads_in(" ".join(titles)) < 2:
        return []
    below = [aligned(text_of(words)).strip(" .:") for words in rows[1]]
    merged = len(titles) + len(below) - width  # how many titles are parted
    if not 0 < merged <= len(below) // 2:
        return []
    spans = _spans(titles, below, merged)
    if spans is None:  # from the first that may be parted on nothing is known
        first = next((i for i, title in enumerate(titles) if not _ALONE.fullmatch(title)), 1)
        rest = tuple(word for words in (*rows[0][first:], *rows[1]) for word in words)
        return [[*((i, 1, words) for i, words in enumerate(rows[0][:first])), (first, width - first, rest)], []]
    upper: list[Placed] = []
    lower: list[Placed] = []
    column = used = 0
    for words, span in zip(rows[0], spans, strict=True):
        upper.append((column, span, words))
        if span > 1:
            lower += [(column + i, 1, title) for i, title in enumerate(rows[1][used : used + span])]
            used += span
        else:
            lower.append((column, 1, ()))
        column += span
    return [upper, lower]


def _is_lower_head(row: Sequence[Words], width: int) -> bool:
    texts = [text_of(words) for words in row]
    if not 1 < len(row) < width or not all(texts) or any(len(text.split()) > LONGEST_TITLE for text in texts):
        return False
    years = sum(_YEAR.fullmatch(aligned(text)) is not None for text in texts)
    return years == len(texts) or not any(_is_number(text) or table_rows.ROW_LABEL.fullmatch(text) for text in texts)


def _spans(titles: Sequence[str], below: Sequence[str], merged: int) -> list[int] | None:
    """How many columns each title stands over; None where several answers are as good. The first behind "TT" names what
    the rows are about, and is parted by none."""
    named = int(table_rows.opens_head(titles[0]))
    open_ = [i for i, title in enumerate(titles) if i > named and not _ALONE.fullmatch(title)]
    if len(open_) > merged:
        fitting = [
            i for i in open_
            if any(parts.search(titles[i]) and any(sub.fullmatch(title) for title in below) for sub, parts in _PARTED)
        ]
        open_ = fitting if len(fitting) == merged else []
    if len(open_) != merged or len(below) % merged:
        return None
    each = len(below) // merged
    if merged > 1 and len({tuple(below[at : at + each]) for at in range(0, len(below), each)}) > 1:
        return None  # two titles parted into unlike ones: which are whose is not known
    return [each if i in open_ else 1 for i in range(len(titles))]


# --- bodies ----------------------------------------------------------------------------------------------

_TIME = re.compile(
    r"\W*(?:(?:truoc |trong |den |het )?(?:ngay|thang|quy|nam) |\d{1,2}/\d|thuong xuyen|hang (?:nam|quy|thang)).*"
)
_NUMBERED = re.compile(r"[<>≥≤=~-]?\s?\d{1,3}(?:[.,]\d+)*\s?%?")


def _is_number(text: str) -> bool:
    return _NUMBERED.fullmatch(text) is not None or quantities.parse_number(text) is not None


def _kind(text: str) -> str:
    """What a cell holds: "" where it is blank, else a number, a time or words."""
    if not text.strip(" -–."):
        return ""
    if _is_number(text):
        return "number"
    return "time" if _TIME.fullmatch(aligned(text)) else "words"


def _kinds(rows: Sequence[Sequence[Words]], width: int) -> list[frozenset[str]]:
    """What the columns of full rows hold, with "" for a blank; empty where there is no full row."""
    return [frozenset(_kind(text_of(row[column])) for row in rows) for column in range(width)] if rows else []


def _in_columns(row: Sequence[Words], width: int, kinds: Sequence[frozenset[str]]) -> list[Placed]:
    """The cells of a row in their columns: as they follow where the row is whole or has words alone; by what they hold
    where only one place will do; else its values in one cell over all columns left."""
    texts = [text_of(words) for words in row]
    own = [_kind(text) for text in texts]
    lost = width - len(row)
    fits = all(not i or not kind or not kinds or kind in kinds[i] for i, kind in enumerate(own))
    if not 0 < lost <= MOST_LOST or len(row) <= GROUP or not kinds or (fits and "number" not in own[1:]):
        return _as_it_follows(row, width)
    columns = _only_way(own, kinds, table_rows.ROW_LABEL.fullmatch(texts[0]) is not None)
    if columns is not None:
        return [(column, 1, words) for column, words in zip(columns, row, strict=True)]
    first = next(i for i, kind in enumerate(own) if i and (kind == "number" or kind not in kinds[i]))
    rest = tuple(word for words in row[first:] for word in words)
    shift = int(own[0] == "words" and first < width - 1)  # a sum without a number: its name stands in the second column
    cells = [(i + shift, 1, words) for i, words in enumerate(row[:first])]
    return [*cells, (first + shift, width - first - shift, rest)]


def _as_it_follows(row: Sequence[Words], width: int) -> list[Placed]:
    """The cells from the left; of a title over the rows below it, or the end of a head, the last one to the end."""
    last = len(row) - 1
    return [(i, width - i if i == last and last < GROUP else 1, words) for i, words in enumerate(row)]


def _only_way(own: Sequence[str], kinds: Sequence[frozenset[str]], labelled: bool) -> tuple[int, ...] | None:
    """The only choice of columns for the cells in which each holds what its column does; None where there is none or
    another. A label stands in the first column, and nothing else does."""
    free = range(1, len(kinds))
    if labelled:
        if own[0] and own[0] not in kinds[0]:
            return None
        own = own[1:]
    early = _taken(own, kinds, free)
    late = _taken(own[::-1], kinds, free[::-1])
    if early is None or late is None or early != late[::-1]:
        return None
    return (0, *early) if labelled else early


def _taken(own: Sequence[str], kinds: Sequence[frozenset[str]], columns: Sequence[int]) -> tuple[int, ...] | None:
    """The first of the columns for each cell that it may stand in behind the cell before it."""
    found: list[int] = []
    left = iter(columns)
    for kind in own:
        column = next((column for column in left if not kind or kind in kinds[column]), None)
        if column is None:
            return None
        found.append(column)
    return tuple(found)
