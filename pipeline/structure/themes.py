"""Chủ đề: the quoted theme of a plan, wherever it stands.

The trouble: last year's theme is quoted beside this year's; the quotation marks are of any kind or lost.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.knowledge.fuzzy import aligned
from pipeline.structure.passages import Node, Paragraph, walk

_THEME = re.compile(
    r"\bchu de\b(?P<between>[^“”\"'.;:]{0,70}?)\s*(?:la)?\s*[:,]?\s*[“\"«](?P<theme>[^”\"»]{8,400})[”\"»]"
)
_THEME_LINE = re.compile(r"^\W*(?:\d[.)]\s*)?chu de(?:\s+[^:“\"]{0,50})?\s*:\s*(?P<theme>[^“\"].{7,300}?)\s*[.;]?$")
# 'Tuổi trẻ ...': recognisers make one stroke of the two of a mark
_SINGLE = re.compile(
    r"\bchu de\b(?P<between>[^“”\"'.;:]{0,70}?)\s*(?:la)?\s*[:,]?\s+'(?P<theme>[a-z0-9][^\"']{8,400})'(?=\W|$)"
)
_QUOTED = re.compile(r"\W*[“\"«](?P<theme>[^“”\"«»]{8,400})[”\"»]\W*$")
_THEME_HEADING = re.compile(r"(?:ten )?chu de\b(?!.*:.)")
LONGEST_HEADING = 8  # words: "Chủ đề Tháng hành động năm 2025"
MOST_THEMES = 20  # a plan quotes its theme twice or thrice
_THEME_ACTION = re.compile(r"\bchu de\b")


def theme_of_title(title: str) -> tuple[int, int] | None:
    """Where a title quotes the theme: "... lần thứ I, với chủ đề “...”"."""
    found = _THEME.search(aligned(title))
    return None if found is None else found.span("theme")


def find_themes(nodes: Sequence[Node]) -> list[tuple[str, float, Paragraph, int, int]]:
    """Every quoted theme: (text, how likely it is this plan's, paragraph, start, end), in order."""
    found: list[tuple[str, float, Paragraph, int, int]] = []
    for step in walk(nodes):
        found += _under_heading(step.node)
        for paragraph in step.node.content:
            key = aligned(paragraph.text)
            if not _THEME_ACTION.search(key):
                continue
            for match in (*_THEME.finditer(key), *_SINGLE.finditer(key)):
                start, end = match.span("theme")
                score = 1.0 + (1.0 if not key[: match.start()].strip(" -+*") else 0.0)
                if step.node.kind == "situation":
                    score -= 1.0
                found.append((paragraph.text[start:end].strip(" .,;"), score, paragraph, start, end))
            line = _THEME_LINE.match(key)
            if line and not any(item[2] is paragraph for item in found):
                start, end = line.span("theme")
                found.append((paragraph.text[start:end].strip(), 1.2, paragraph, start, end))
    return found


def _under_heading(node: Node) -> list[tuple[str, float, Paragraph, int, int]]:
    """The quoted paragraph under a heading that says no more than "Chủ đề thi đua"."""
    heading = aligned(node.heading or "").strip()
    if not node.paragraphs or not _THEME_HEADING.match(heading) or len(heading.split()) > LONGEST_HEADING:
        return []
    first = node.paragraphs[0]
    quoted = _QUOTED.match(aligned(first.text))
    if quoted is None or first.table is not None:
        return []
    start, end = quoted.span("theme")
    return [(first.text[start:end].strip(" .,;"), 2.0, first, start, end)]
