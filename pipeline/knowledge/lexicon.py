"""Read the tables of `dictionaries/`: facts and word lists that are data, not code.

Every table is UTF-8, NFC, one entry a line, cells parted by tabs. The head of the file, lines
that begin with "#", says what it holds, where it comes from, its licence and its date; the head
line "# columns: key, name" names the cells. A table is read once and kept.

The folder stands beside the package in a checkout and inside it in an installed wheel; nothing
else may know that.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from pipeline.errors import MissingPart

Row = tuple[str, ...]

_PACKAGE = Path(__file__).resolve().parent.parent


@cache
def dictionary_folder() -> Path:
    """The folder that holds the tables, in a checkout or in an installed package."""
    for folder in (_PACKAGE / "dictionaries", _PACKAGE.parent / "dictionaries"):
        if folder.is_dir():
            return folder
    raise MissingPart("dictionaries", "the folder of tables is missing.", cure="Install the package again.")


def dictionary_path(name: str) -> Path:
    """Where the table or model `name` ("headings.tsv") stands.

    Raises:
        MissingPart: there is no file of that name.
    """
    path = dictionary_folder() / name
    if not path.is_file():
        raise MissingPart(name, "this table is missing from dictionaries/.", cure="Install the package again.")
    return path


@cache
def load_table(name: str) -> tuple[Row, ...]:
    """All rows of `dictionaries/<name>.tsv`, every row with as many cells as the head names.

    `name` goes without its ending. Cells that a line leaves out at its end are "".

    Raises:
        MissingPart: the table is missing, has no head line "# columns:", or a row has too many cells.
    """
    path = dictionary_path(f"{name}.tsv")
    width = len(columns(name))
    rows = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = unicodedata.normalize("NFC", line).split("\t")
        if len(cells) > width:
            raise MissingPart(f"{name}.tsv:{number}", f"{len(cells)} cells where the head names {width}")
        rows.append(tuple([cell.strip() for cell in cells] + [""] * (width - len(cells))))
    return tuple(rows)


@cache
def columns(name: str) -> Row:
    """Names of the cells of a table, from its head line."""
    with dictionary_path(f"{name}.tsv").open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("# columns:"):
                return tuple(cell.strip() for cell in line.partition(":")[2].split(","))
            if not line.startswith("#"):
                break
    raise MissingPart(f"{name}.tsv", "the head line '# columns:' is missing")
