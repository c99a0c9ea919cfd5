"""Read one sample source (`samples/sources/<name>.plan`): what is printed, and the gold record beside it.

The format is described in `samples/README.md`. A source has four parts, each opened by a line of its own:
`%head`, `%body`, `%foot` and `%record`. The first three are what stands on the paper; the last is the record
a person wrote by the contract. Nothing here guesses: an unknown line is a `SourceError` with its number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

SOURCES = Path(__file__).parent / "sources"

PARTS = ("%head", "%body", "%foot", "%record")
TAG = re.compile(r"</?[bi]>")
HEADING = re.compile(r"^(?P<depth>#{1,5})(?P<form>[>!]?)\s+(?P<text>.*?)(?:\s*\{(?P<kind>[a-z_]*)\})?$")
LABEL = re.compile(
    r"""^(?P<label>(?:Phần|PHẦN|Phụ\slục|PHỤ\sLỤC|Mục|Chương)(?:\s[IVXLC0-9]+)?  # a word with or without its number
        | \(\d+\) | [IVXLC]+(?=[.\-)/:\s]) | [A-ZĐ](?=[.)]) | \d+(?:\.\d+)* | [abcdđeghiklmnopqrstuvxy](?=[).]))
        (?P<close>\s*[.)\-/:]*)\s*(?P<rest>.*)$""",
    re.VERBOSE,
)


class SourceError(ValueError):
    """A source file breaks the format; the message names the file and the line."""


@dataclass(frozen=True, slots=True)
class Block:
    """One printed block of the body.

    `kind`: basis, heading, numbered, bullet, text, centre, table, annex or page. `text` keeps `<b>` and `<i>`.
    """

    kind: str
    text: str = ""
    depth: int = 0
    label: str | None = None
    heading: str | None = None  # gold form: without label and closing colon
    section_kind: str | None = None
    closing: bool = False  # gold: belongs to the last root section
    rows: tuple[tuple[str, ...], ...] = ()
    widths: tuple[float, ...] = ()
    landscape: bool = False
    unlabelled: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """One sample as written."""

    name: str
    head: dict[str, str]
    blocks: tuple[Block, ...]
    foot: tuple[tuple[str, str], ...]
    record: dict[str, str]
    lists: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)


def plain(text: str) -> str:
    """The text without the marks for bold and italic."""
    return TAG.sub("", text)


def split_label(text: str) -> tuple[str | None, str]:
    """Split a printed heading into the label of the contract's form and the rest."""
    found = LABEL.match(plain(text))
    if not found:
        return None, plain(text)
    return found["label"], found["rest"]


def _heading(found: re.Match[str]) -> Block:
    text, form, depth = found["text"], found["form"], len(found["depth"])
    label, rest = (None, plain(text)) if form == "!" else split_label(text)
    if form == ">":
        return Block("numbered", text, depth, label)
    return Block("heading", text, depth, label, rest.rstrip(" :"), found["kind"] or None, unlabelled=form == "!")


def _body(lines: list[tuple[int, str]], name: str) -> tuple[Block, ...]:
    blocks: list[Block] = []
    rows: list[tuple[str, ...]] | None = None
    widths: tuple[float, ...] = ()

    def close_table() -> None:
        nonlocal rows
        if rows is not None:
            blocks.append(Block("table", rows=tuple(rows), widths=widths))
            rows = None

    for number, line in lines:
        if line.startswith("|"):
            if rows is None:
                raise SourceError(f"{name}:{number}: a row outside a table")
            rows.append(tuple(cell.strip() for cell in line.strip("|").split("|")))
            continue
        close_table()
        if found := HEADING.match(line):
            blocks.append(_heading(found))
        elif line.startswith("= "):
            blocks.append(Block("basis", line[2:]))
        elif line.startswith("^ "):
            blocks.append(Block("text", line[2:], closing=True))
        elif line.startswith(":c "):
            blocks.append(Block("centre", line[3:]))
        elif line.startswith("@table "):
            rows, widths = [], tuple(float(width) for width in line.split()[1:])
        elif line.startswith("@annex"):
            _, label, title, *rest = (part.strip() for part in line.split("|"))
            blocks.append(Block("annex", title, 1, label or None, title, "appendix", landscape="landscape" in rest))
        elif line.startswith("@"):
            raise SourceError(f"{name}:{number}: unknown directive {line!r}")
        elif line[:2] in {"- ", "+ ", "• ", "* ", "– "}:
            blocks.append(Block("bullet", line))
        else:
            blocks.append(Block("text", line))
    close_table()
    return tuple(blocks)


def _pair(line: str, number: int, name: str) -> tuple[str, str]:
    key, colon, value = line.partition(":")
    if not colon:
        raise SourceError(f"{name}:{number}: wants 'key: value', has {line!r}")
    return key.strip(), value.strip()


def parse(text: str, name: str) -> Source:
    """Read a source from its text."""
    parts: dict[str, list[tuple[int, str]]] = {part: [] for part in PARTS}
    current: list[tuple[int, str]] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() in PARTS:
            current = parts[line.strip()]
        elif line.startswith("%%") or not line.strip():
            continue  # a remark for the reader of the source
        elif current is None:
            raise SourceError(f"{name}:{number}: text before %head")
        else:
            current.append((number, line.strip()))
    head = dict(_pair(line, number, name) for number, line in parts["%head"])
    foot = tuple(
        ("recipient", line) if line[:2] in {"- ", "+ "} else _pair(line, number, name)
        for number, line in parts["%foot"]
    )
    record: dict[str, str] = {}
    lists: dict[str, list[tuple[str, ...]]] = {}
    rows: list[tuple[str, ...]] | None = None
    for number, line in parts["%record"]:
        if line.startswith("["):
            rows = lists.setdefault(line.strip("[]"), [])
        elif rows is None:
            key, value = _pair(line, number, name)
            record[key] = value
        else:
            rows.append(tuple(cell.strip() for cell in line.split("¦")))
    return Source(
        name, head, _body(parts["%body"], name), foot, record, {key: tuple(value) for key, value in lists.items()}
    )


def load(name: str) -> Source:
    """Read `samples/sources/<name>.plan`."""
    return parse((SOURCES / f"{name}.plan").read_text("utf-8"), name)


def names() -> tuple[str, ...]:
    """The names of all samples, in order."""
    return tuple(sorted(path.stem for path in SOURCES.glob("*.plan")))
