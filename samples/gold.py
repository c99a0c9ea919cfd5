"""From a source to its gold: the record by the contract, the true text, and every word with its place.

The record's values are written by a person in the `%record` part. This module only puts them into the
contract's form, builds the section tree from the marks of the body, and checks that what the record claims
really stands in the text: "first words … last words" is replaced by the passage between them, and a value that is
not in the text is an error unless it is marked with "!".
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from samples import typeset
from samples.source import Block, Source, SourceError, plain

GOLD = Path(__file__).parent / "gold"
NOTE = re.compile(r"^(?P<name>.*?)\s*\((?P<note>(?:để\s)?(?:b/c|p/h|t/h|báo cáo|phối hợp|thực hiện|chỉ đạo|c/đ))\)$")
TYPES = {"KẾ HOẠCH": {"code": "KH", "name": "Kế hoạch"}}
ELLIPSIS = " … "


def passages(source: Source) -> list[str]:
    """Every paragraph, heading and table row of a sample, as printed."""
    found: list[str] = []
    for block in source.blocks:
        if block.kind == "table":
            found += [" | ".join(plain(cell) for cell in row) for row in block.rows]
        else:
            found.append(plain(block.text))
    return found


def expand(value: str, texts: list[str], where: str) -> str:
    """The literal passage that a record value stands for; raises `SourceError` when the text has none."""
    if value.startswith("!"):
        return value[1:]
    first, ellipsis, last = value.partition(ELLIPSIS)
    hits = []
    for text in texts:
        start = text.find(first)
        end = text.find(last, start + len(first)) if start >= 0 and ellipsis else start
        if start >= 0 and end >= 0:
            hits.append(text[start : end + len(last)] if ellipsis else first)
    if not hits:
        raise SourceError(f"{where}: not in the text: {value!r}")
    if ellipsis and len(set(hits)) > 1:
        raise SourceError(f"{where}: {len(hits)} passages begin and end so: {value!r}")
    return hits[0]


def _node(block: Block | None, parent_kind: str | None) -> dict[str, Any]:
    if block is None:
        return {"label": None, "heading": None, "kind": None, "paragraphs": [], "children": []}
    heading = block.heading if block.kind in ("heading", "annex") else None
    kind = (block.section_kind or parent_kind) if heading else None
    node: dict[str, Any] = {"label": block.label, "heading": heading, "kind": kind, "paragraphs": [], "children": []}
    if block.kind == "numbered":
        text = plain(block.text)
        node["paragraphs"].append(text[len(block.label or "") :].lstrip(" .)-/:") if block.label else text)
    return node


def sections(source: Source) -> list[dict[str, Any]]:
    """The section tree of the contract, from the marks of the body."""
    roots: list[dict[str, Any]] = []
    path: list[dict[str, Any]] = []
    body_root: dict[str, Any] | None = None
    for block in source.blocks:
        if block.kind == "table":
            continue
        if block.kind in ("heading", "numbered", "annex"):
            path = path[: block.depth - 1]
            node = _node(block, path[-1]["kind"] if path else None)
            (path[-1]["children"] if path else roots).append(node)
            path.append(node)
            if block.depth == 1 and block.kind != "annex":
                body_root = node
        elif block.closing:
            if body_root is None:
                raise SourceError(f"{source.name}: a closing paragraph without a section")
            body_root["paragraphs"].append(plain(block.text))
        else:
            if not path:
                node = _node(None, None)
                roots.append(node)
                path.append(node)
            path[-1]["paragraphs"].append(plain(block.text))
    return roots


def recipients(source: Source) -> tuple[list[dict[str, str | None]], str | None]:
    """The printed lines after "Nơi nhận", and what stands after "Lưu"."""
    found: list[dict[str, str | None]] = []
    archive = None
    for key, line in source.foot:
        if key != "recipient":
            continue
        text = line[2:].strip().rstrip(";.,:").strip()
        if text.startswith("Lưu"):
            archive = text.removeprefix("Lưu").lstrip(" :")
        elif note := NOTE.match(text):
            found.append({"name": note["name"], "note": note["note"]})
        else:
            found.append({"name": text, "note": None})
    return found, archive


def record(source: Source) -> dict[str, Any]:
    """The gold record by the contract, without `source`, `confidence` and `evidence`, which belong to a run."""
    values, lists, texts = source.record, source.lists, passages(source)
    where = source.name

    def value(key: str) -> str | None:
        return values.get(key) or None

    def rows(key: str, width: int) -> list[tuple[str | None, ...]]:
        for row in lists.get(key, ()):
            if len(row) != width:
                raise SourceError(f"{where}: [{key}] wants {width} cells, has {row}")
        return [tuple(cell or None for cell in row) for row in lists.get(key, ())]

    def said(text: str | None, key: str) -> str | None:
        return None if text is None else expand(text, texts, f"{where} [{key}]")

    targets = []
    for label, indicator, comparator, number, unit, text in rows("targets", 6):
        low, _, high = (number or "").partition("..")
        targets.append(
            {
                "label": label,
                "indicator": said(indicator, "targets"),
                "comparator": comparator,
                "value": low or None,
                "value_to": high or None,
                "unit": unit,
                "text": said(text, "targets"),
            }
        )
    names, archive = recipients(source)
    if archive != value("archive"):
        raise SourceError(f"{where}: the record says archive {value('archive')!r}, the foot {archive!r}")
    return {
        "schema_version": "1.0",
        "document_type": TYPES.get(source.head.get("type", "")),
        "number": {"number": value("number"), "symbol": value("symbol")},
        "issuer": {
            "name": value("issuer"),
            "level": value("level"),
            "parent": value("parent"),
            "province": value("province"),
            "district": value("district"),
            "commune": value("commune"),
        },
        "issued": {"place": value("place"), "date": value("date")},
        "title": value("title"),
        "year": int(values["year"]) if value("year") else None,
        "theme": value("theme"),
        "legal_basis": [
            {"type": kind, "number": number, "date": date, "issuer": issuer, "subject": said(subject, "legal_basis")}
            for kind, number, date, issuer, subject in rows("legal_basis", 5)
        ],
        "sections": sections(source),
        "targets": targets,
        "periods": [
            {"name": said(name, "periods"), "start": start, "end": end} for name, start, end in rows("periods", 3)
        ],
        "deadlines": [{"date": date, "action": said(action, "deadlines")} for date, action in rows("deadlines", 2)],
        "assignments": [
            {"actor": said(actor, "assignments"), "task": said(task, "assignments"), "section": section}
            for actor, task, section in rows("assignments", 3)
        ],
        "recipients": names,
        "archive": archive,
        "signature": {"authority": value("authority"), "title": value("sign_title"), "name": value("name")},
        "warnings": [
            {"code": code, "message": message, "page": int(page) if page else None}
            for code, message, page in rows("warnings", 3)
        ],
    }


def page_lines(pages: list[typeset.Page]) -> list[dict[str, Any]]:
    """Pages with their printed lines: area, paragraph, words as [text, left, top, right, bottom] in points."""
    found = []
    for page in pages:
        lines: dict[int, dict[str, Any]] = {}
        for word in page.words:
            line = lines.setdefault(
                word.line,
                {
                    "area": word.area,
                    "paragraph": word.paragraph,
                    **({"row": word.row} if word.row else {}),
                    "words": [],
                },
            )
            line["words"].append([word.text, *(round(value, 1) for value in word.box)])
        found.append({"width": page.width, "height": page.height, "lines": list(lines.values())})
    return found


def true_text(pages: list[dict[str, Any]]) -> str:
    """The document's text, a paragraph a line and a table row a line, page numbers left out."""
    paragraphs: dict[int, list[str]] = {}
    rows: dict[int, int] = {}
    for page in pages:
        for line in page["lines"]:
            if line["area"] != "page_number":
                paragraphs.setdefault(line["paragraph"], []).append(" ".join(word[0] for word in line["words"]))
                rows[line["paragraph"]] = line.get("row", 0)
    out: list[str] = []
    before = 0
    for paragraph, lines in paragraphs.items():
        row, text = rows[paragraph], " ".join(lines)
        if row and row == before:
            out[-1] += f" | {text}"
        else:
            out.append(text)
        before = row
    return "\n".join(out) + "\n"


def true_lines(pages: list[dict[str, Any]]) -> str:
    """The printed lines, page numbers included, with a form feed between pages."""
    return "\f".join(
        "".join(" ".join(word[0] for word in line["words"]) + "\n" for line in page["lines"]) for page in pages
    )


def dump_pages(pages: list[dict[str, Any]]) -> str:
    """JSON of the pages, one printed line a line, so that a change can be read."""
    parts = []
    for page in pages:
        lines = ",\n  ".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in page["lines"])
        parts.append(f'{{"width":{page["width"]},"height":{page["height"]},"lines":[\n  {lines}\n]}}')
    return '{"pages":[\n' + ",\n".join(parts) + "\n]}\n"


def write(source: Source, pages: list[typeset.Page], folder: Path = GOLD) -> None:
    """Write the gold of one sample: record.json, text.txt, lines.txt, words.json."""
    place = folder / source.name
    place.mkdir(parents=True, exist_ok=True)
    truth = page_lines(pages)
    (place / "record.json").write_text(json.dumps(record(source), ensure_ascii=False, indent=1) + "\n", "utf-8")
    (place / "text.txt").write_text(true_text(truth), "utf-8")
    (place / "lines.txt").write_text(true_lines(truth), "utf-8")
    (place / "words.json").write_text(dump_pages(truth), "utf-8")
