"""Paragraphs of a text corpus, with whole stretches held out.

A corpus is a folder of `.txt` or `.txt.xz` files, UTF-8, a paragraph a line. The files rarely mark where a
document ends, so what is held out is stretches of consecutive paragraphs: whole documents but for the two at
the edges. A paragraph that stands word for word in a held-out stretch is not trained on either, and no
paragraph that shares much with a text named in `exclude`.
"""
from __future__ import annotations

import lzma
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pipeline.knowledge import vietnamese
from pipeline.knowledge.lexicon import load_table

STRETCH = 200  # paragraphs; about 20 pages of a law, so that most documents fall on one side
HELD_OUT = {0: "dev", 1: "test"}  # of every 50 stretches one each, 2 % of the text
STRETCHES = 50
SHINGLE = 6  # syllables; shorter runs are the phrases of the trade that all plans share
SHARED = 0.25  # share of a paragraph's shingles found in an excluded text from which on it is left out


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph: the stem of its file, its split ("train", "dev" or "test") and its composed text."""

    source: str
    split: str
    text: str


def _lines(path: Path) -> Iterator[str]:
    if path.suffix == ".xz":
        with lzma.open(path, "rt", encoding="utf-8", errors="replace") as lines:
            yield from lines
    else:
        with path.open(encoding="utf-8", errors="replace") as lines:
            yield from lines


def files(folders: Iterable[Path]) -> list[Path]:
    """All text files under the folders, sorted by name."""
    found = {path for folder in folders for pattern in ("*.txt", "*.txt.xz") for path in folder.rglob(pattern)}
    return sorted(found)


def stem(path: Path) -> str:
    return path.name.removesuffix(".xz").removesuffix(".txt")


def split_of(source: str, number: int) -> str:
    """Split of the paragraph with this number (from 0) in the file."""
    stretch = zlib.crc32(f"{source}:{number // STRETCH}".encode()) % STRETCHES
    return HELD_OUT.get(stretch, "train")


def shingles(words: list[str]) -> set[int]:
    return {hash(tuple(words[i : i + SHINGLE])) for i in range(len(words) - SHINGLE + 1)}


_WORD = re.compile(r"[^\W\d_]+")


def words_of(text: str) -> list[str]:
    return _WORD.findall(vietnamese.fold(text))


KINDS = {"x": "xã", "p": "phường", "t": "thị trấn", "đ": "đặc khu"}


def gazetteer() -> Iterator[Paragraph]:
    """Names of places as a text would print them, so that no commune is unknown to the model."""
    for province, district, _, _, communes in load_table("gazetteer"):
        names = [f"{KINDS[name[0]]} {name[1:]}" for name in communes.split("|") if name and name[0] in KINDS]
        for name in names:
            yield Paragraph("gazetteer", "train", f"{name}, {district}, {province}")
        yield Paragraph("gazetteer", "train", ", ".join(name[1:] for name in communes.split("|")))
        yield Paragraph("gazetteer", "train", f"{district}, {province}")


FORMULAS = ("abbreviations", "bodies", "body_codes", "document_types", "headings", "heading_words", "positions")


def formulas() -> Iterator[Paragraph]:
    """Names of bodies, positions, headings as they stand alone in a plan, which running text seldom shows."""
    for name in FORMULAS:
        for row in load_table(name):
            for cell in row:
                yield from (
                    Paragraph("formulas", "train", text) for text in cell.split("|")
                    if " " in text and vietnamese.legal_share(text) > 0.9
                )
    for text in ("Nơi nhận:", "Như trên;", "Lưu: VT.", "Cộng hòa xã hội chủ nghĩa Việt Nam",
                 "Độc lập - Tự do - Hạnh phúc", "Kèm theo Kế hoạch số"):
        yield Paragraph("formulas", "train", text)


def read(
    folders: Iterable[Path], exclude: Iterable[Path] = (), splits: tuple[str, ...] = ("train",),
    lines: int | None = None,
) -> Iterator[Paragraph]:
    """The paragraphs of the wanted splits, each text once per source; of the first `lines` lines of each file."""
    barred: set[int] = set()
    for path in exclude:
        barred |= shingles(words_of(path.read_text("utf-8")))
    paths = files(folders)
    held_texts: set[int] = set()
    if "train" in splits:
        for path in paths:
            for number, line in enumerate(islice(_lines(path), lines)):
                if split_of(stem(path), number) != "train":
                    held_texts.add(hash(line.strip()))
    for path in paths:
        source = stem(path)
        seen: set[int] = set()
        for number, line in enumerate(islice(_lines(path), lines)):
            split = split_of(source, number)
            if split not in splits:
                continue
            text = line.strip()
            key = hash(text)
            if not text or key in seen or (split == "train" and key in held_texts):
                continue
            seen.add(key)
            text = vietnamese.compose(text)
            if barred:
                own = shingles(words_of(text))
                if own and len(own & barred) > SHARED * len(own):
                    continue
            yield Paragraph(source, split, text)
