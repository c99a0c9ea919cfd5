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
MOST_THEMES = 20  # a plan quotes its theme twice or thrice
_THEME_ACTION = re.compile(r"\bchu de\b")


def theme_of_title(title: str) -> tuple[int, int] | None:
    """Where a title quotes the theme: "... lần thứ I, với chủ đề “...”"."""
    found = _THEME.search(aligned(title))
    return None if found is None else found.span("theme")


def find_themes(nodes: Sequence[Node]) -> list[tuple[str, float, Paragraph, int, int]]:
    """Every quoted theme: (text, how likely it is this plan's, paragraph, start, end), in order."""
    found = []
    for step in walk(nodes):
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
