"""Score a run over the samples against their gold, and hold the figures so that they may only improve.

A gold folder has `index.json` (each scanned file: its sample, set, kind, form, and where its points have gone) and
a folder a sample with `record.json`, `text.txt` and `words.json`. The run's folder holds, for each file, what
`sohoa run` writes. A file without output counts as all wrong and is named. Files of the set `dev` may be looked
at while developing; those of `test` are only reported. Recognised files and garbled text files are kept apart, since
the errors of one are not those of the other.

The figures of the last good state stand in `scores.json` beside the gold folder. Each is "higher is better"; a figure
that falls by more than `TOLERANCE` fails the check.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import NoInput
from pipeline.scoring import accuracy, agreement, placement, truth
from pipeline.scoring.accuracy import TextAccuracy
from pipeline.scoring.agreement import GROUPS, Counts

TOLERANCE = 0.0005  # Tesseract builds differ by a few characters in a hundred thousand; less than one figure in 2,000

SETS = ("dev", "test")


@dataclass(frozen=True, slots=True)
class FileScore:
    """One scanned file. `record` is None where only the text is scored (a single page of a sample)."""

    file: str
    set: str
    kind: str
    form: str
    missing: bool
    text: TextAccuracy
    raw: TextAccuracy
    record: dict[str, Counts] | None
    evidence: Counts | None
    kinds: Counts
    warnings: Counts
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scores:
    """All files of a gold folder, in the order of its index."""

    files: tuple[FileScore, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Files without any output."""
        return tuple(one.file for one in self.files if one.missing)

    def of(self, name: str, garbled: bool = False) -> tuple[FileScore, ...]:
        """The files of a set: recognised ones, or the garbled text files."""
        return tuple(one for one in self.files if one.set == name and (one.form == "text") == garbled)


def score_folder(gold: Path, out: Path) -> Scores:
    """Compare a run's folder with a gold folder. Raises `NoInput` when there is no gold index, or gold that is none."""
    if not (gold / "index.json").is_file():
        raise NoInput(gold, "holds no index.json of gold.", cure="Name a folder of gold, such as samples/gold.")
    with _sound(gold / "index.json"):
        entries = tuple(truth.index_of(gold).items())
    return Scores(tuple(_score_file(_truth_of(gold, file, entry), out / file) for file, entry in entries))


@dataclass(frozen=True, slots=True)
class _Truth:
    """What is true of one scanned file: its entry in the index, and its gold."""

    file: str
    set: str
    kind: str
    form: str
    meshes: list[Any]
    lines: tuple[truth.TrueLine, ...]
    sizes: tuple[tuple[float, float], ...]
    record: dict[str, Any]


@contextmanager
def _sound(path: Path) -> Iterator[None]:
    """Reading gold: what a person wrote may be wrong."""
    try:
        yield
    except OSError as error:
        raise NoInput.because(path, error) from error
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise NoInput(
            path, f"is no gold ({type(error).__name__}: {error}).", cure="Its form stands in samples/README.md."
        ) from error


def _truth_of(gold: Path, file: str, entry: dict[str, Any]) -> _Truth:
    with _sound(gold / "index.json"):
        sample = gold / entry["gold"]
        told = file, entry["set"], entry["kind"], entry["form"], entry["meshes"]
    with _sound(sample / "words.json"):
        lines, sizes = truth.load_lines(sample / "words.json"), truth.page_sizes(sample / "words.json")
    with _sound(sample / "record.json"):
        record = json.loads((sample / "record.json").read_text("utf-8"))
    return _Truth(*told, lines, sizes, record)


def _read(path: Path) -> str | None:
    return path.read_text("utf-8", errors="replace") if path.is_file() else None


def _score_file(true: _Truth, place: Path) -> FileScore:
    lines = true.lines
    part = len(true.meshes) if true.form == "png" else None  # one page of a longer plan
    if part:
        lines = tuple(line for line in lines if line.page <= part)
    flowing = tuple(line for line in lines if line.area != "page_number")
    text, raw, written = (_read(place / name) for name in ("text.txt", "raw.txt", "record.json"))
    record = json.loads(written) if written else None
    accurate = accuracy.measure(truth.fairest_text(flowing, text or ""), text or "")
    accurate_raw = accuracy.measure(truth.fairest_text(lines, raw or ""), raw or "")
    groups: dict[str, Counts] | None = None
    shown: Counts | None = None
    kinds = warned = Counts()
    wrong: tuple[str, ...] = ()
    if not part:
        agreed = agreement.compare(true.record, record)
        groups, kinds, warned, wrong = agreed.groups, agreed.kinds, agreed.warnings, agreed.wrong
        if true.meshes and record:
            shown, stray = placement.compare(true.record, record, agreed, lines, true.sizes, true.meshes)
            wrong += stray
    return FileScore(
        true.file, true.set, true.kind, true.form, text is None and record is None, accurate, accurate_raw,
        groups, shown, kinds, warned, wrong,
    )


# --- figures ------------------------------------------------------------------------------------------------


def total(counts: Iterable[Counts]) -> Counts:
    """The counts of several files in one."""
    return sum(counts, Counts())


def figures(scores: Scores) -> dict[str, float]:
    """Every figure that is held, by name ("test/record/targets"); all are shares where more is better."""
    found: dict[str, float] = {}
    for name in SETS:
        for garbled, label in ((False, name), (True, f"{name}-garbled")):
            files = scores.of(name, garbled)
            if not files:
                continue
            text = sum((one.text for one in files), TextAccuracy())
            found[f"{label}/text/characters"] = text.characters.right
            found[f"{label}/text/words"] = text.words.right
            found[f"{label}/text/without_marks"] = text.bare.right
            found[f"{label}/text/numbers"] = text.numbers.right
            if not garbled:
                found[f"{label}/raw/characters"] = sum((one.raw for one in files), TextAccuracy()).characters.right
            for group in GROUPS:
                found[f"{label}/record/{group}"] = total(one.record[group] for one in files if one.record).f1
            found[f"{label}/record/section_kinds"] = total(one.kinds for one in files).recall
            if not garbled:
                found[f"{label}/evidence"] = total(one.evidence for one in files if one.evidence).recall
    return {key: round(value, 4) for key, value in found.items()}


def held(gold: Path) -> Path:
    """The file that holds the figures of a gold folder."""
    return gold.parent / "scores.json"


def update(gold: Path, scores: Scores) -> None:
    """Write the figures as the state that later runs may not fall below."""
    held(gold).write_text(json.dumps(figures(scores), indent=1) + "\n", "utf-8")


def fallen(gold: Path, scores: Scores) -> tuple[str, ...]:
    """The held figures that have fallen or vanished; empty where none are held yet."""
    if not held(gold).is_file():
        return ()
    before: dict[str, float] = json.loads(held(gold).read_text("utf-8"))
    now = figures(scores)
    return tuple(
        f"{name} {value:.4f} -> {now.get(name, 0.0):.4f}"
        for name, value in before.items()
        if now.get(name, 0.0) < value - TOLERANCE
    )


# --- out ----------------------------------------------------------------------------------------------------


def to_json(scores: Scores) -> dict[str, Any]:
    """Figures, and for each file its own with what was wrong."""
    return {
        "figures": figures(scores),
        "missing": list(scores.missing),
        "files": [_file_json(one) for one in scores.files],
    }


def _file_json(one: FileScore) -> dict[str, Any]:
    def text(measured: TextAccuracy) -> dict[str, float]:
        return {
            "cer": round(measured.characters.value, 4),
            "wer": round(measured.words.value, 4),
            "cer_without_marks": round(measured.bare.value, 4),
            "numbers": round(measured.numbers.right, 4),
        }

    def counts(measured: Counts) -> dict[str, float | int]:
        return {
            "precision": round(measured.precision, 4),
            "recall": round(measured.recall, 4),
            "f1": round(measured.f1, 4),
            "right": measured.right,
            "gold": measured.gold,
            "found": measured.found,
        }

    return {
        "file": one.file,
        "set": one.set,
        "kind": one.kind,
        "form": one.form,
        "missing": one.missing,
        "text": text(one.text),
        "raw": text(one.raw),
        "record": {name: counts(measured) for name, measured in one.record.items()} if one.record else None,
        "section_kinds": counts(one.kinds),
        "warnings": counts(one.warnings),
        "evidence": counts(one.evidence) if one.evidence else None,
        "wrong": list(one.wrong),
    }
