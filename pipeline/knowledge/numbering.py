"""Marks that open a numbered paragraph: "I.", "1.1", "a)", "đ)", "(11)", "Điều 3.", "-".

The trouble: "I." is Roman one, the letter i or an Arabic 1 read wrong; "đ)" comes back as "d)" or the
other way round; a wrapped line begins with a number that is no label ("12 tháng đầu năm"). One line
alone cannot settle that, so `markers` gives every possible reading, most likely first, and the outline
chooses by `sequence`.

What it never does: change a label that is printed soundly. A reading that assumes a fault of the
recogniser says so in `doubt`, and stands beside the reading as printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from pipeline.knowledge.labels import Marker, text_start
from pipeline.knowledge.sign_labels import in_signs
from pipeline.knowledge.worded_labels import worded

_BULLET = re.compile(
    r"(?P<bullet>[-–—−‐+•●○◦▪■□▸►➢➤✓✔❖♦·*~_=\uf0b7\uf0a7\uf0d8\uf0fc\uf02d\uf076]{1,2}|"
    r"[oo](?=\s+[A-ZĐÀ-Ỹ]))(?P<space>\s*)"
)
_MARKDOWN = re.compile(r"\s*(?:#{1,6}\s+|>\s+)?(?:(?:\*\*|__)(?=\S))?\s*")


def markers(line: str) -> tuple[Marker, ...]:
    """All readings of the mark at the head of a line, most likely first; () where there is none.

    A bullet before a label ("- (1) Tỷ lệ ...") gives both readings. Markdown marks before it are skipped.

    >>> [(m.label, m.family) for m in markers("d) Nâng cao chất lượng")]
    [('d', 'letter'), ('đ', 'letter')]
    """
    return _markers(line[:HEAD])  # one key for all who ask, whatever they cut the line to


HEAD = 120  # characters: the marks before a label, the label, and the words after it that tell what it opens


# "| 19 | Phường Bình An", a lone "|": borders of cells; "| MỤC ĐÍCH" may be a label whose stroke was read so. "V/V hỗ
# trợ ..." is "về việc", "[1] Chỉ thị số ..." a footnote, "10 - 14%/năm" a range.
_NO_LABEL = re.compile(
    r"\|+(?:\s*$|\s+(?![A-ZĐ][^\W\d_]+ [^|]*$)|\s+\w+ [^|]*\d\s*$)|[Vv]\s?/\s?[Vv]\b|\[\d{1,2}\]"
    r"|\d{1,3}\s?[-–]\s?\d{1,3}\s?%"
)


# "- PHỤ LỤC", "„ Phụlục": specks before the title of an annex that stands alone
_BEFORE_ANNEX = re.compile(r"[^\w\s]{1,2}\s+(?=ph[uụ]\s?l[uụ]c[\s.:*_-]*$)", re.IGNORECASE)


@lru_cache(maxsize=4096)
def _markers(line: str) -> tuple[Marker, ...]:
    opening = _MARKDOWN.match(line)
    at = opening.end() if opening else 0
    specks = _BEFORE_ANNEX.match(line, at)
    at = specks.end() if specks else at
    head = line[at : at + 60]  # no label is longer; keeps a line of a megabyte linear
    if not head or _NO_LABEL.match(head):
        return ()
    found = list(_readings(head, at, line))
    bullet = _BULLET.match(head)
    if bullet:
        found.extend(_bullets(bullet, head, at, line))
    found.sort(key=lambda marker: -marker.likelihood)
    seen: set[tuple[str, str]] = set()
    kept = []
    for marker in found:
        key = (marker.family, marker.label)
        if key not in seen:
            seen.add(key)
            kept.append(marker)
    return tuple(kept)


def parse_marker(line: str) -> Marker | None:
    """The most likely reading, or None."""
    found = markers(line)
    return found[0] if found else None


def _bullets(bullet: re.Match[str], head: str, at: int, line: str) -> Iterator[Marker]:
    rest = head[bullet.end() :]
    mark = bullet["bullet"]
    if not rest or (not bullet["space"] and not rest[0].isalpha() and rest[0] not in "\"“'(*["):
        return
    if mark in ("**", "__") or (mark in ("--", "==", "__") and not rest):
        return
    sure = 0.9 if bullet["space"] else 0.75
    doubt = "bullet read from an unusual sign" if mark in ("~", "_", "=") else None
    inner = list(_readings(rest, at + bullet.end(), line))
    for marker in inner:
        if marker.family == "bullet" or not marker.ordinals:
            continue
        # "- (1) ..." is printed in lists of targets; "- 1. ..." hardly ever is, and "- 5 trường" is text
        if marker.family in ("paren", "letter") or marker.punctuation:
            yield replace(
                marker, likelihood=marker.likelihood if marker.family == "paren" else marker.likelihood * 0.6
            )
            if marker.family == "paren":
                sure = min(sure, 0.6)
    yield Marker(
        "bullet",
        mark,
        (),
        mark,
        "",
        at + bullet.start(),
        text_start(line, at + bullet.end()),
        sure * (0.6 if doubt else 1.0),
        doubt,
    )


def _readings(head: str, at: int, line: str) -> Iterator[Marker]:
    first = head[0]
    if first.isalnum() or first in "|!§":
        yield from worded(head, at, line)
    elif first not in "([{":
        return
    yield from in_signs(head, at, line)
