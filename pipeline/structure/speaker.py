"""Who issues a plan that has no letterhead: the body that says in the text that it does.

The trouble: "Chủ tịch UBND xã ban hành Kế hoạch ..." names the kind of unit, not the unit; the name stands elsewhere.

The evidence, in order of trust: the sentence in which the body speaks, the dateline's place, names of the same kind of
unit in the text.

What it never does: take a name that stands nowhere in the document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.knowledge.fuzzy import aligned
from pipeline.structure.passages import CAPITALS, Paragraph

_UNIT = r"(?P<unit>tinh|thanh pho|tp\.?|huyen|quan|thi xa|tx\.?|xa|phuong|thi tran|tt\.?)"

_SPEAKER = re.compile(
    r"(?:(?:pho )?chu tich\s+)?(?P<body>ubnd|uy ban nhan dan|hdnd|hoi dong nhan dan|ban thuong vu (?:dang uy"
    r"|huyen uy|tinh uy|thanh uy)|dang uy|huyen uy|tinh uy|thanh uy)"
    r"(?:\s+" + _UNIT + r")?\b"
)

_SPEAKS = re.compile(r"(?:ban hanh|xay dung|to chuc|trien khai|lap|yeu cau|de nghi|bao cao)\b")

_NAMED_UNIT = re.compile(r"\b(?P<unit>tinh|thanh pho|huyen|quan|thi xa|xa|phuong|thi tran)\s+")

_NAME = re.compile(r"(?:(?:[" + CAPITALS + r"][\w'’]*|\d{1,2})(?:[\s-]+(?=[" + CAPITALS + r"])|))+")

FULL_UNIT = {
    "tp": "thành phố",
    "tp.": "thành phố",
    "tx": "thị xã",
    "tx.": "thị xã",
    "tt": "thị trấn",
    "tt.": "thị trấn",
    "tinh": "tỉnh",
    "thanh pho": "thành phố",
    "huyen": "huyện",
    "quan": "quận",
    "thi xa": "thị xã",
    "xa": "xã",
    "phuong": "phường",
    "thi tran": "thị trấn",
}

COMMUNE = ("xã", "phường", "thị trấn")

FULL_BODY = {
    "ubnd": "Ủy ban nhân dân",
    "uy ban nhan dan": "Ủy ban nhân dân",
    "hdnd": "Hội đồng nhân dân",
    "hoi dong nhan dan": "Hội đồng nhân dân",
    "dang uy": "Đảng ủy",
    "huyen uy": "Huyện ủy",
    "tinh uy": "Tỉnh ủy",
    "thanh uy": "Thành ủy",
}


@dataclass(frozen=True, slots=True)
class Speaker:
    """A body that a sentence makes the author."""

    body: str
    unit: str | None
    name: str | None
    paragraph: Paragraph
    start: int
    end: int


LONGEST_PLACE = 5  # words: "Phan Rang - Tháp Chàm"


def name_after(text: str, at: int) -> tuple[str | None, int]:
    """The capitalised words at an offset of the text, as a place name."""
    found = _NAME.match(text, at)
    if found is None:
        return None, at
    name = found.group().strip(" -")
    if len(name.split()) > LONGEST_PLACE:
        return None, at  # "xã VẦY NƯA CỘNG HÒA XÃ HỘI ...": a head on one line
    return (name, at + len(found.group().rstrip(" -"))) if name and not name.isupper() else (None, at)


def find_speakers(prose: Sequence[Paragraph]) -> Iterator[Speaker]:
    for paragraph in prose:
        key = aligned(paragraph.text)
        for found in _SPEAKER.finditer(key):
            unit = FULL_UNIT.get(found["unit"] or "")
            name, end = None, found.end()
            if unit is not None:
                name, end = name_after(paragraph.text, found.end() + 1)
            if _SPEAKS.match(key[end:].strip()[:40]):
                yield Speaker(found["body"], unit, name, paragraph, found.start("body"), max(end, found.end()))


def unit_names(paragraphs: Sequence[Paragraph]) -> dict[str, Counter[str]]:
    """Names that stand after "xã", "huyện", "tỉnh" in the text, counted."""
    named: dict[str, Counter[str]] = {}
    for paragraph in paragraphs:
        key = aligned(paragraph.text)
        for found in _NAMED_UNIT.finditer(key):
            name, _ = name_after(paragraph.text, found.end())
            if name is not None:
                named.setdefault(FULL_UNIT[found["unit"]], Counter())[name] += 1
    return named
