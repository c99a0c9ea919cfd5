"""A restored text as people and programs read it: plain, JSON, HTML or TSV, doubtful words marked."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from itertools import groupby

from pipeline.attention import DOUBTFUL_WORD
from pipeline.decoder.restoration import RestoredText, RestoredWord

_STYLE = (
    "body{font:16px/1.6 serif;max-width:50em;margin:2em auto}"
    ".d{background:#ffe9a8;border-bottom:2px dotted #b36b00;cursor:help}"
)


def to_plain(restored: RestoredText) -> str:
    return restored.text


def to_json(restored: RestoredText) -> str:
    """Every word with line and column from 0, raw reading, text, confidence, alternatives and kind of change."""
    return json.dumps({
        "text": restored.text,
        "conditions": list(restored.conditions),
        "expected_errors": round(restored.expected_errors, 2),
        "tokens": [{
            "line": word.line, "offset": word.offset, "raw": word.raw, "text": word.text, "kind": word.kind,
            "confidence": round(word.confidence, 4),
            "alternatives": [{"text": other.text, "confidence": round(other.confidence, 4)}
                             for other in word.alternatives],
        } for word in restored.words],
    }, ensure_ascii=False, indent=1)


def to_tsv(restored: RestoredText) -> str:
    """A word a line: line, offset, raw, text, confidence, kind, "?" where it is doubtful, alternatives by "|"."""
    rows = ["line\toffset\traw\ttext\tconfidence\tkind\tdoubtful\talternatives"]
    for word in restored.words:
        others = "|".join(other.text for other in word.alternatives)
        rows.append("\t".join((
            str(word.line), str(word.offset), word.raw, word.text, f"{word.confidence:.4f}", word.kind,
            "?" if word.confidence < DOUBTFUL_WORD else "", others,
        )))
    return "\n".join(rows) + "\n"


def to_html(restored: RestoredText) -> str:
    """A page of its own: doubtful words marked, with the raw reading and the alternatives as their tooltip."""
    lines = [""] * (restored.text.count("\n") + 1)
    for number, words in groupby(restored.words, key=lambda word: word.line):
        lines[number] = " ".join(_marked(word) for word in words if word.text)
    body = "<br>\n".join(lines)
    return (f'<!DOCTYPE html>\n<html lang="vi"><head><meta charset="utf-8"><title>sohoa restore</title>'
            f"<style>{_STYLE}</style></head><body>\n{body}\n</body></html>\n")


def _marked(word: RestoredWord) -> str:
    text = html.escape(word.text)
    if word.confidence >= DOUBTFUL_WORD:
        return text
    others = ", ".join(f"{other.text} {other.confidence:.0%}" for other in word.alternatives)
    told = html.escape(f"{word.raw} → {word.text} {word.confidence:.0%}" + (f"; {others}" if others else ""))
    return f'<span class="d" title="{told}">{text}</span>'


FORMATS: dict[str, Callable[[RestoredText], str]] = {
    "text": to_plain, "json": to_json, "html": to_html, "tsv": to_tsv,
}
