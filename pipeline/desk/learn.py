"""What verified documents teach: texts to restore others by, a personal dictionary, test cases.

Everything lands in `DIR/learned/` and is made anew from the logs of corrections each time, so that a correction
taken back is unlearned too. Only documents that a person declared verified are used as references, since an
error in a reference would be copied into every document like it. Documents held for secrecy teach nothing.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import corrections
from pipeline.corrections import RULE, Correction
from pipeline.desk import changing, desk
from pipeline.desk.desk import Item
from pipeline.errors import SohoaError

FOLDER = desk.LEARNED
REFERENCES, DICTIONARY, CASES = "references", "dictionary.tsv", "cases.json"


@dataclass(frozen=True, slots=True)
class Learned:
    """What was written: the reference texts (for `Settings.references`), and how many words and cases."""

    references: tuple[Path, ...]
    words: int
    cases: int
    skipped: tuple[str, ...]


def learn(out: Path, told: desk.Told = desk.unheard) -> Learned:
    """Go through all documents of an output folder. Raises NoInput, OutputNotWritable."""
    place = out / FOLDER
    texts: dict[str, str] = {}
    words: Counter[tuple[str, str]] = Counter()
    documents: dict[tuple[str, str], set[str]] = {}
    cases: list[dict[str, Any]] = []
    skipped = []
    for name in desk.counted(tuple(desk.names(out)), told):
        try:
            item = desk.load(out, name)
        except SohoaError:
            skipped.append(name)
            continue
        if item.mark is not None:
            continue
        if item.verified is not None:
            text = "\n\f".join(desk.page_text(page) for page in item.document.pages if page.status == "ok")
            texts[f"{item.key}.txt"] = text + "\n"
        for entry in _changed_words(item):
            words[entry.raw, str(entry.after)] += 1
            documents.setdefault((entry.raw, str(entry.after)), set()).add(item.key)
        cases += _cases(item)
    shutil.rmtree(place / REFERENCES, ignore_errors=True)
    for name, text in texts.items():
        changing.write_text(place / REFERENCES / name, text)
    changing.write_text(place / DICTIONARY, _dictionary(words, documents))
    changing.write_json(place / CASES, cases)
    return Learned(references(out), len(words), len(cases), tuple(skipped))


def references(out: Path) -> tuple[Path, ...]:
    """The reference texts that `learn` left in an output folder."""
    return tuple(sorted((out / FOLDER / REFERENCES).glob("*.txt")))


def _changed_words(item: Item) -> list[Correction]:
    """The last word of a person on each word that was changed, not merely accepted."""
    last: dict[tuple[Any, ...], Correction] = {}
    for entry in corrections.effective(item.log):
        if entry.where == "document" and entry.raw:
            last[entry.page, entry.box, entry.pointer if entry.box is None else ""] = entry
    return [entry for entry in last.values() if entry.after and entry.after != entry.raw]


def _dictionary(words: Counter[tuple[str, str]], documents: dict[tuple[str, str], set[str]]) -> str:
    """raw, text, how often, in how many documents; the most frequent first."""
    made = io.StringIO()
    made.write("# What persons corrected at the desk. Made by `sohoa learn`; do not edit.\n")
    made.write("# columns: raw, text, count, documents\n")
    writer = csv.writer(made, delimiter="\t", quoting=csv.QUOTE_NONE, escapechar="\\", lineterminator="\n")
    for pair, count in sorted(words.items(), key=lambda one: (-one[1], one[0])):
        raw, text = (" ".join(part.split()) for part in pair)
        writer.writerow([raw, text, count, len(documents[pair])])
    return made.getvalue()


def _cases(item: Item) -> list[dict[str, Any]]:
    """Every line with a corrected word as a test case of restoration: what was read, what stands there."""
    made = []
    for page in item.document.pages:
        for line in page.lines():
            changed = [word for word in line.words if word.edits and word.edits[-1].rule == RULE]
            if any(word.edits[-1].before != word.text for word in changed):
                made.append({
                    "label": f"{item.key} p{page.number}: {line.text[:60]}",
                    "comment": "corrected: " + ", ".join(f"{word.edits[-1].before} -> {word.text}" for word in changed),
                    "raw": line.raw, "text": line.text,
                })
    return made
