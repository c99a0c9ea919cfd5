"""The restoration of text side by side with its peers: garbled, unmarked, slips, clean; doubt, speed, memory.

    python -m bench.restore [--set test|dev|all] [--garbled RAW TRUE [REFERENCE...]] [--text FILE] [--texts FOLDER]
                            [--write PAGE] [--peers PYTHON]

The samples of this project are read from their scans by the real Tesseract: with `eng` for garbled text, with `vie`
for slips; both readings are kept under out/bench-restore. A syllable is right when it stands in its place with its
letters, marks and case; the place of the tone mark (hòa, hoà) is folded. The letterhead has more than one reading
order, so true lines are put in the order of the read lines they resemble most, for every program alike, two of them
where a line runs two columns together; true lines that no read line resembles are not counted. `--garbled` adds a
document of one's own, `--text` clean text of one's own, `--texts` folders of text as the model is trained from: of each
file the first stretches held out for testing are restored as clean text.
pyvi and underthesea run in the interpreter given as `--peers` (they are heavy), on the text stripped of its marks,
their best preparation.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from pipeline.decoder.language import UNKNOWN, LanguageModel, Vocabulary
from pipeline.decoder.restoration import RestoredText, Restorer
from pipeline.knowledge import vietnamese
from pipeline.training import corpus
from samples import invented

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "out" / "bench-restore"
EDGES = "\"'“”‘’.,;:!?()[]{}…-–—/*•+=_|~^`«»<>„\\"
PAGES = 4  # of a scan; the annexes behind are tables
SAME_LINE = 55  # of 100, likeness of bare letters
CLEARLY = 5  # of 100, by which two true lines must be more like a read line than one is
HELD_OUT = 8_000  # syllables of each file of `--texts`
EDGES_OF_DOUBT = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 1.0)
FEWEST_POINTS = 10  # words in a row of probabilities that the plot shows
COLOURS = {"garbled": "#b2182b", "unmarked": "#2166ac", "slips": "#1b7837"}
PEER = """
import sys, json, time
texts = json.load(sys.stdin)
name = sys.argv[1]
if name == "pyvi":
    from pyvi import ViUtils
    def mend(line):
        try:
            return ViUtils.add_accents(line)
        except Exception:
            return line
else:
    from underthesea import text_normalize
    mend = text_normalize
start = time.process_time()
out = ["\\n".join(mend(line) if line.strip() else line for line in text.split("\\n")) for text in texts]
json.dump({"texts": out, "seconds": time.process_time() - start}, sys.stdout)
"""


def syllables(text: str) -> list[str]:
    """The words to compare: letters only at the edges, parted at blanks and dashes, old-style tone placement."""
    found = []
    for word in vietnamese.compose(text).split():
        for part in re.split(r"[-–—/…]+|(?<=[^\W\d_])[.,;:](?=[^\W\d_])", word):
            bare = vietnamese.to_old_style(part.strip(EDGES))
            if any(letter.isalpha() for letter in bare):
                found.append(bare)
    return found


@dataclass
class Score:
    """Right and all syllables of one program on one text."""

    right: int = 0
    all: int = 0

    def add(self, true: str, text: str) -> None:
        left, right = syllables(true), syllables(text)
        self.all += len(left)
        self.right += sum(
            op.src_end - op.src_start for op in Levenshtein.opcodes(left, right) if op.tag == "equal"
        )

    def __str__(self) -> str:
        return f"{100 * self.right / self.all:.2f} %" if self.all else "–"


Line = tuple[str, str]  # as printed, and its bare letters


def same_order(true: Sequence[str], read: Sequence[str]) -> tuple[list[str], frozenset[int]]:
    """The true lines in the order of the read lines; without those that nothing resembles (seals, later pages).

    Two true lines stand for a read line that ran two columns together. With the numbers of the read lines that have a
    true one.
    """
    left = [(line, vietnamese.search_key(line)) for line in true]
    out: list[str] = []
    told: set[int] = set()
    for number, line in enumerate(read):
        key = vietnamese.search_key(line)
        scores = [(fuzz.ratio(key, other), -place) for place, (_, other) in enumerate(left)]
        if key.strip() and scores and max(scores)[0] >= SAME_LINE:
            score, place = max(scores)
            first = left.pop(-place)
            pair = _beside(key, first, left)
            if pair and fuzz.ratio(key, " ".join(part[1] for part in pair)) >= score + CLEARLY:
                left.remove(next(part for part in pair if part is not first))
                out.append(" ".join(part[0] for part in pair))
            else:
                out.append(first[0])
            told.add(number)
    return out, frozenset(told)


def _beside(key: str, first: Line, left: Sequence[Line]) -> tuple[Line, Line] | None:
    """The true line that, with another one before or behind it, is most like a read line of two columns."""
    pairs = [pair for other in left if other[1] for pair in ((first, other), (other, first))]
    return max(pairs, key=lambda pair: fuzz.ratio(key, f"{pair[0][1]} {pair[1][1]}"), default=None)


def read_scan(path: Path, model: str) -> str:
    """What Tesseract's model makes of a scan at 200 dpi (its first pages), kept from run to run."""
    kept = CACHE / f"{path.stem}.{model}.txt"
    if kept.is_file():
        return kept.read_text("utf-8")
    import pypdfium2
    import pytesseract
    from PIL import Image, ImageSequence

    os.environ["OMP_THREAD_LIMIT"] = "1"
    if path.suffix == ".pdf":
        images = [page.render(scale=200 / 72).to_pil() for page in list(pypdfium2.PdfDocument(path))[:PAGES]]
    else:
        with Image.open(path) as opened:
            images = [frame.convert("L") for frame in ImageSequence.Iterator(opened)][:PAGES]
    text = "\n".join(str(pytesseract.image_to_string(image, lang=model)) for image in images)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(text.replace("\f", ""), "utf-8")
    return kept.read_text("utf-8")


@dataclass
class Sample:
    name: str
    true: str
    raw: str
    references: tuple[str, ...] = ()
    told: frozenset[int] | None = None  # lines of `raw` whose truth is known; None for all
    whole: str = ""  # the true text of all pages in its own order


def samples(wanted: str, model: str) -> Iterable[Sample]:
    index = json.loads((ROOT / "samples" / "gold" / "index.json").read_text("utf-8"))
    for name, entry in index.items():
        path = ROOT / "samples" / "scans" / name
        if wanted not in ("all", entry["set"]) or path.suffix not in (".pdf", ".tif") or "tcvn3" in name:
            continue
        lines = (ROOT / "samples" / "gold" / entry["gold"] / "lines.txt").read_text("utf-8").splitlines()
        raw = read_scan(path, model)
        true, told = same_order(lines, raw.split("\n"))
        yield Sample(path.stem, "\n".join(true), raw, (), told, "\n".join(lines))


def peers(python: Path | None, texts: list[str]) -> dict[str, list[str]]:
    """What the peers make of texts without marks; nothing for those that are not installed."""
    done = {}
    for name in ("pyvi", "underthesea") if python else ():
        run = subprocess.run(
            [str(python), "-c", PEER, name], input=json.dumps([vietnamese.strip_marks(text) for text in texts]),
            capture_output=True, text=True, check=False,
        )
        if run.returncode == 0:
            done[name] = json.loads(run.stdout[run.stdout.index("{"):])["texts"]
    return done


def elsewhere(run: list[str], whole: list[str]) -> set[int]:
    """Which syllables of a run are right where the true text has most of its letters; none where it has under half."""
    if len(run) < 2:
        return set()
    keys, bare = [vietnamese.search_key(part) for part in run], [vietnamese.search_key(part) for part in whole]
    best: tuple[int, int, set[int]] = (0, 0, set())
    for start in range(len(whole) - len(run) + 1):
        alike = sum(key == other for key, other in zip(keys, bare[start : start + len(run)], strict=True))
        if 2 * alike >= len(run):
            same = {place for place, part in enumerate(run) if part == whole[start + place]}
            best = max(best, (alike, len(same), same), key=lambda found: found[:2])
    return best[2]


@dataclass
class Doubt:
    """How often words of a given probability are right."""

    right: list[int] = field(default_factory=lambda: [0] * (len(EDGES_OF_DOUBT) - 1))
    all: list[int] = field(default_factory=lambda: [0] * (len(EDGES_OF_DOUBT) - 1))

    def add(self, sample: Sample, found: RestoredText) -> None:
        """Count the words of a document, those of lines with a known truth.

        Two columns run together into one line stand nowhere in the true order: such runs of words are compared with
        the place of the true text that has most of their letters. Debris of seals and rules stands nowhere: wrong.
        """
        words = [
            (word, part) for word in found.words
            if word.kind != "locked" and (sample.told is None or word.line in sample.told)
            for part in syllables(word.text)
        ]
        right = [part for _, part in words]
        whole = syllables(sample.whole or sample.true)
        good: set[int] = set()
        for op in Levenshtein.opcodes(syllables(sample.true), right):
            if op.tag == "equal":
                good.update(range(op.dest_start, op.dest_end))
            elif op.tag == "insert":
                good.update(op.dest_start + place for place in elsewhere(right[op.dest_start : op.dest_end], whole))
        for place, (word, _) in enumerate(words):
            row = max(i for i, low in enumerate(EDGES_OF_DOUBT[:-1]) if word.confidence >= low)
            self.all[row] += 1
            self.right[row] += place in good

    def rows(self) -> list[str]:
        out = ["| probability | share of words | right |", "| --- | ---: | ---: |"]
        total = sum(self.all) or 1
        for low, high, right, number in zip(EDGES_OF_DOUBT, EDGES_OF_DOUBT[1:], self.right, self.all, strict=False):
            told = f"{100 * right / number:.1f} %" if number else "–"
            out.append(f"| {low:g} to {high:g} | {100 * number / total:.1f} % | {told} |")
        sure = sum(n for n, low in zip(self.all, EDGES_OF_DOUBT, strict=False) if low >= 0.9)
        good = sum(n for n, low in zip(self.right, EDGES_OF_DOUBT, strict=False) if low >= 0.9)
        share, truth = 100 * sure / total, 100 * good / max(sure, 1)
        out.append(f"\np ≥ 0.9: {share:.1f} % of the words, {truth:.2f} % of them right.")
        return out

    def points(self) -> list[tuple[float, float, int]]:
        """The middle of each row of probabilities, the share that is right, how many words."""
        return [
            ((low + high) / 2, right / number, number)
            for low, high, right, number in zip(EDGES_OF_DOUBT, EDGES_OF_DOUBT[1:], self.right, self.all, strict=False)
            if number >= FEWEST_POINTS
        ]


def table(title: str, found: list[Sample], restorer: Restorer, python: Path | None, doubt: Doubt | None) -> list[str]:
    others = peers(python, [sample.raw for sample in found])
    names = list(others)
    columns = ["document", "syllables", "as read", "ours", "with references", *names]
    out = [f"## {title}", "", f"| {' | '.join(columns)} |", "| --- |" + " ---: |" * (len(columns) - 1)]
    totals = [Score() for _ in range(3 + len(names))]
    for number, sample in enumerate(found):
        texts = [sample.raw]
        restored = restorer.restore_text(sample.raw)
        if doubt:
            doubt.add(sample, restored)
        texts.append(restored.text)
        referred = restorer.restore_text(sample.raw, references=sample.references).text if sample.references else None
        texts.append(referred or restored.text)
        texts += [others[name][number] for name in names]
        row = []
        for total, text in zip(totals, texts, strict=True):
            score = Score()
            score.add(sample.true, text)
            total.add(sample.true, text)
            row.append(str(score))
        if not referred:
            row[2] = "–"
        out.append(f"| {sample.name} | {score.all} | {' | '.join(row)} |")
    out.append(f"| **all** | {totals[0].all} | {' | '.join(map(str, totals))} |")
    return [*out, ""]


def plot(doubts: dict[str, Doubt]) -> str:
    """A reliability plot as SVG: what was promised across, what was right upwards; the area of a dot is its words."""
    def x(value: float) -> float:
        return 60 + 400 * value

    def y(value: float) -> float:
        return 430 - 400 * value

    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" width="620" height="490" font-family="sans-serif" font-size="13">',
        '<rect width="620" height="490" fill="white"/>',
        f'<line x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}" stroke="#999" stroke-dasharray="5 4"/>',
    ]
    for tenth in range(0, 11, 2):
        value = tenth / 10
        parts.append(f'<text x="{x(value)}" y="450" text-anchor="middle">{value:g}</text>')
        parts.append(f'<text x="50" y="{y(value) + 4}" text-anchor="end">{value:g}</text>')
    parts.append(f'<rect x="{x(0)}" y="{y(1)}" width="400" height="400" fill="none" stroke="#333"/>')
    parts.append('<text x="260" y="476" text-anchor="middle">probability told</text>')
    parts.append('<text x="16" y="230" text-anchor="middle" transform="rotate(-90 16 230)">share right</text>')
    for row, (name, doubt) in enumerate(doubts.items()):
        colour, points, total = COLOURS[name], doubt.points(), sum(doubt.all) or 1
        line = " ".join(f"{x(told):.1f},{y(right):.1f}" for told, right, _ in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}"/>')
        parts.extend(
            f'<circle cx="{x(told):.1f}" cy="{y(right):.1f}" r="{2 + 14 * (number / total) ** 0.5:.1f}" '
            f'fill="{colour}" fill-opacity="0.6"/>'
            for told, right, number in points
        )
        parts.append(f'<text x="480" y="{60 + 22 * row}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])


def slips(found: list[Sample], restorer: Restorer, doubt: Doubt) -> list[str]:
    """Wrong syllables before and after, and right ones that were changed."""
    wrong = still = harmed = all_ = 0
    for sample in found:
        before, after = Score(), Score()
        restored = restorer.restore_text(sample.raw)
        doubt.add(sample, restored)
        before.add(sample.true, sample.raw)
        after.add(sample.true, restored.text)
        wrong, still, all_ = wrong + before.all - before.right, still + after.all - after.right, all_ + before.all
        true = set(syllables(sample.true))
        harmed += sum(
            1 for word in restored.words if word.kind != "locked" and word.text != word.raw
            and syllables(word.raw) and set(syllables(word.raw)) <= true and not set(syllables(word.text)) <= true
        )
    return ["## Slips of a Vietnamese model", "",
            f"{all_} syllables in {len(found)} documents; wrong before {wrong}, after {still}; "
            f"right ones harmed: {harmed}.", ""]


def clean(texts: list[tuple[str, str]], restorer: Restorer) -> list[str]:
    out = ["## Clean text", "", "| text | syllables | changed words | digits kept |", "| --- | ---: | ---: | --- |"]
    for name, text in texts:
        restored = restorer.restore_text(text)
        changed = sum(vietnamese.compose(word.raw) != word.text for word in restored.words)
        kept = digits(text) == digits(restored.text)
        out.append(f"| {name} | {len(syllables(text))} | {changed} | {'yes' if kept else 'NO'} |")
    return [*out, ""]


def held_out(folders: list[Path], restorer: Restorer) -> list[str]:
    """Clean text that no model has seen: the first HELD_OUT syllables of each file's stretches held out for testing."""
    out = ["## Held-out clean text", "", "| source | syllables | changed words | digits kept | perplexity |",
           "| --- | ---: | ---: | --- | ---: |"]
    model, vocabulary = restorer.trained.model, restorer.trained.vocabulary
    all_ = harmed = 0
    for source, rows in itertools.groupby(corpus.read(folders, splits=("test",)), lambda paragraph: paragraph.source):
        texts: list[str] = []
        counted = 0
        for paragraph in rows:  # groupby reads on to the next source by itself
            if counted < HELD_OUT:
                texts.append(paragraph.text)
                counted += len(syllables(paragraph.text))
        text = "\n\n".join(texts)
        restored = restorer.restore_text(text)
        changed = sum(vietnamese.compose(word.raw) != word.text for word in restored.words)
        kept = digits(text) == digits(restored.text)
        likely = perplexity(texts, model, vocabulary)
        out.append(f"| {source} | {counted} | {changed} | {'yes' if kept else 'NO'} | {likely:.1f} |")
        all_, harmed = all_ + counted, harmed + changed
    return [*out, f"| **all** | {all_} | {harmed} | | |", ""]


def perplexity(texts: Iterable[str], model: LanguageModel, vocabulary: Vocabulary) -> float:
    """Of a word of known text after the three before it; classes of words are left out."""
    stream = np.array([number for text in texts for number in [0, 0, *vocabulary.stream(text)]])
    rows = np.lib.stride_tricks.sliding_window_view(stream, 4)
    rows = rows[rows[:, 3] > UNKNOWN]
    return float(np.exp(-model.score(rows[:, :3], rows[:, 3]).mean(dtype=np.float64)))


def speed(sample: Sample) -> list[str]:
    """Processor time, the best of three each. Cold: of the whole command `sohoa restore`. Warm: of a further reading
    within one process. Memory: of that process at most."""
    code = (
        "import sys,time;from pipeline.decoder.restoration import Restorer;r=Restorer.load();"
        "x=sys.stdin.read();ends=[(r.restore_text(x),time.process_time()) for _ in range(4)];y=ends[0][0];"
        "w=min(b[1]-a[1] for a,b in zip(ends,ends[1:]));"
        # not ru_maxrss, which a child inherits from the process that started it
        "m=[l.split()[1] for l in open('/proc/self/status') if l.startswith('VmHWM')][0];print(w,len(y.words),m)"
    )
    # Compiled code as an installation has it; the first of three runs makes it.
    kept = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
            "PYTHONPYCACHEPREFIX": str(CACHE.resolve() / "compiled")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)

    def run(*command: str) -> tuple[float, str]:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([sys.executable, *command], input=sample.raw, capture_output=True, text=True, check=True,
                              cwd=ROOT, env=kept)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout

    cold = min(run("-m", "pipeline", "restore", "-")[0] for _ in range(3))
    warm, words, memory = (float(part) for part in run("-c", code)[1].split())
    return ["## Speed and memory", "",
            f"{sample.name}, {words:.0f} words garbled: {cold:.2f} s of processor time for the whole command "
            f"`sohoa restore`, {warm:.2f} s warm ({words / warm:.0f} words a second); {memory / 1024:.0f} MB.", ""]


def second_reader(kinds: Sequence[tuple[str, list[Sample]]], restorer: Restorer) -> list[str]:
    """What the neural second reader is worth: the same texts with and without it."""
    out = ["## The neural second reader", "", "| text | syllables | wrong without it | with it |"]
    out.append("| --- | ---: | ---: | ---: |")
    without = Restorer.load(second_reader=False)
    for name, found in kinds:
        before, after = Score(), Score()
        for sample in found:
            before.add(sample.true, without.restore_text(sample.raw).text)
            after.add(sample.true, restorer.restore_text(sample.raw).text)
        out.append(f"| {name} | {before.all} | {before.all - before.right} | {after.all - after.right} |")
    return [*out, ""]


def numbers(kinds: Sequence[tuple[str, list[Sample]]], restorer: Restorer) -> list[str]:
    """Words that hold figures and were read with the figures that they have: how many lose one."""
    out = ["## Numbers", "", "Words with figures, all of them read rightly.", "",
           "| text | words | lost a figure |", "| --- | ---: | ---: |"]
    for name, found in kinds:
        read = lost = 0
        for sample in found:
            true, words = sample.true.split(), restorer.restore_text(sample.raw).words
            keys = [[vietnamese.search_key(word.strip(EDGES)) for word in row]
                    for row in (true, [word.raw for word in words])]
            for op in Levenshtein.opcodes(*keys):
                if op.src_end - op.src_start != op.dest_end - op.dest_start:
                    continue
                for place in range(op.dest_end - op.dest_start):
                    word, figures = words[op.dest_start + place], digits(true[op.src_start + place])
                    if figures and digits(word.raw) == figures:
                        read += 1
                        lost += digits(word.text) != figures
        out.append(f"| {name} | {read} | {lost} |")
    return [*out, ""]


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def strangers(texts: list[tuple[str, str]], restorer: Restorer) -> list[str]:
    """Texts as programs garble them that no page was read by: decoded once, and anew by what was heard."""
    out = ["## Garbled by a program of its own", "",
           "Each document by another program, which does not exist (`samples/invented.py`).", "",
           "| document | syllables | as read | decoded once | with its habits |", "| --- | ---: | ---: | ---: | ---: |"]
    once = Restorer.load(habits=False)
    totals = [Score() for _ in range(3)]
    for seed, (name, text) in enumerate(texts):
        raw = invented.garbled(text, seed)
        row = []
        reads = (raw, once.restore_text(raw).text, restorer.restore_text(raw).text)
        for total, read in zip(totals, reads, strict=True):
            score = Score()
            score.add(text, read)
            total.add(text, read)
            row.append(str(score))
        out.append(f"| {name} | {score.all} | {' | '.join(row)} |")
    return [*out, f"| **all** | {totals[0].all} | {' | '.join(map(str, totals))} |", ""]


def blanks(texts: list[tuple[str, str]], restorer: Restorer) -> list[str]:
    """Sound text with blanks inside its syllables, and with half of its blanks lost."""
    out = ["## Blanks", "", "| text | syllables | wrong before | wrong after |", "| --- | ---: | ---: | ---: |"]
    for name, spoiled in (("a blank at letters with two marks", invented.parted),
                          ("half of the blanks lost", invented.run_together)):
        before, after = Score(), Score()
        for seed, (_, text) in enumerate(texts):
            raw = spoiled(text, seed)
            before.add(text, raw)
            after.add(text, restorer.restore_text(raw).text)
        out.append(f"| {name} | {before.all} | {before.all - before.right} | {after.all - after.right} |")
    return [*out, ""]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=("test", "dev", "all"), default="dev")
    parser.add_argument("--garbled", type=Path, nargs="+", action="append", default=[])
    parser.add_argument("--text", type=Path, nargs="*", default=[])
    parser.add_argument("--texts", type=Path, nargs="*", default=[], help="folders of .txt or .txt.xz")
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    started = time.time()
    restorer = Restorer.load()
    doubts = {name: Doubt() for name in COLOURS}
    own = [
        Sample(paths[0].stem, paths[1].read_text("utf-8"), paths[0].read_text("utf-8"),
               tuple(re.sub(r"[*#_]+", "", path.read_text("utf-8")) for path in paths[2:]))
        for paths in given.garbled
    ]
    garbled = own + list(samples(given.set, "eng"))
    out = ["# Restoration, measured", "", f"Written by `make bench-restore`, samples: {given.set}.", ""]
    out += table("Garbled: read by an English model", garbled, restorer, given.peers, doubts["garbled"])
    gold = sorted({path for path in (ROOT / "samples" / "gold").glob("*/text.txt")})
    texts = [(path.parent.name, path.read_text("utf-8")) for path in gold]
    plain = [Sample(name, text, vietnamese.strip_marks(text)) for name, text in texts]
    out += table("No marks at all", plain, restorer, given.peers, doubts["unmarked"])
    out += strangers(texts, restorer)
    out += blanks(texts, restorer)
    out += second_reader((("garbled", garbled), ("no marks at all", plain)), restorer)
    out += numbers((("garbled", garbled), ("no marks at all", plain)), restorer)
    out += slips(list(samples(given.set, "vie")), restorer, doubts["slips"])
    out += clean([*texts, *((path.stem, path.read_text("utf-8")) for path in given.text)], restorer)
    out += held_out(given.texts, restorer) if given.texts else []
    out += ["## How far the probabilities can be trusted", ""]
    out += ["![Reliability](bench-restore.svg)", "", "Debris of seals counts as wrong.", ""]
    for name, doubt in doubts.items():
        out += [f"### {name.capitalize()}", "", *doubt.rows(), ""]
    out += speed(max(garbled, key=lambda sample: len(sample.raw)))
    page = "\n".join(out)
    if given.write:
        given.write.write_text(page + "\n", "utf-8")
        given.write.with_suffix(".svg").write_text(plot(doubts), "utf-8")
    print(page)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{time.time() - started:.0f} s, {memory} MB", file=sys.stderr)


if __name__ == "__main__":
    main()
