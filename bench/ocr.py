"""Recognition side by side with its peers: errors, time and memory by kind of page.

    python -m bench.ocr [--samples N] [--pages N] [--kinds K ...] [--peers bare ocrmypdf] [--write docs/bench-ocr.md]
    python -m bench.ocr --scans FOLDER --truth FOLDER          real scans, with true texts NAME-PAGE.txt

Each document is given to each program as the same image-only PDF, in a process of its own, whose processor time
(children included) and largest resident memory are taken from the kernel. "ours" is the reading as recognised,
without the start of the interpreter, which a worker pays once; "ours, restored" is the text that users get, with the
start and the loading of the language model, which a run pays once.

Reading order is evened out before comparing: recognised lines are put where the true text has the line that they
resemble most, for every program alike, since a letterhead has more than one right order. A line that runs two columns
together stays wrong.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from rapidfuzz import fuzz, process

from bench import whole
from pipeline import run
from pipeline.document import Document
from pipeline.imaging import clean, ingest, layout, pages, recognisers
from pipeline.scoring import accuracy
from pipeline.scoring.accuracy import TextAccuracy
from pipeline.settings import Settings
from samples import age, bundle, make, source

PROGRAMS = ("ours", "ours, restored", "bare", "ocrmypdf")
LIKE = 55.0  # a recognised line resembles a true one from this score of rapidfuzz on


@dataclass(frozen=True, slots=True)
class Paper:
    """One document to be read: its pages' true lines stand in `truth`."""

    kind: str
    path: Path
    truth: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What one program made of a paper."""

    texts: tuple[str, ...]
    seconds: float
    processor: float
    megabytes: float


def measured(command: list[str], **more: str) -> tuple[bytes, float, float, float]:
    """Output, wall seconds, processor seconds and largest resident megabytes of a command and its children."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, env={**os.environ, **more})
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read()
    return said, time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def ours(paper: Paper) -> tuple[Result, Result]:
    """As recognised, and restored."""
    command = [sys.executable, "-m", "bench.ocr", "--one", str(paper.path)]
    said, seconds, processor, megabytes = measured(command, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    told = json.loads(said)
    # As recognised: the time and memory of recognising alone; restored: of the whole child.
    return (
        Result(tuple(told["raw"]), told["seconds"], told["processor"], told["megabytes"]),
        Result(tuple(told["text"]), seconds, processor, megabytes),
    )


def one(path: Path) -> None:
    """The child of `ours`: reads one file and prints its texts as JSON."""
    settings = Settings()
    document_source = run.open_source(path, path.name, settings)
    engine = recognisers.create(settings)
    # Loading the interpreter and its libraries is paid once a worker, not once a document.
    before, began = _spent(), time.monotonic()
    found = tuple(
        pages.read_page(document_source, number, settings, engine)
        for number in range(1, document_source.page_count + 1)
    )
    spent, seconds = _spent() - before, time.monotonic() - began
    held = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    document = Document(path.name, document_source.sha256, document_source.media_type, found)
    restored = run.read(document, settings).document
    print(json.dumps({
        "raw": ["\n".join(line.raw for line in page.lines()) for page in found],
        "text": ["\n".join(line.text for line in page.lines()) for page in restored.pages],
        "processor": spent, "seconds": seconds, "megabytes": held,
    }))


def _spent() -> float:
    return sum(os.times()[:4])


def bare(paper: Paper) -> Result:
    """`tesseract -l vie` on a render of 300 dpi, one OpenMP thread."""
    texts, total = [], [0.0, 0.0, 0.0]
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1, len(paper.truth) + 1):
            drawn = measured([
                "pdftoppm", "-r", "300", "-f", str(number), "-l", str(number), "-singlefile", str(paper.path),
                f"{folder}/p{number}",
            ])
            read = measured(["tesseract", f"{folder}/p{number}.ppm", "-", "-l", "vie"], OMP_THREAD_LIMIT="1")
            texts.append(read[0].decode())
            for part in (drawn, read):
                total = [total[0] + part[1], total[1] + part[2], max(total[2], part[3])]
    return Result(tuple(texts), *total)


def ocrmypdf(paper: Paper, command: str) -> Result:
    """OCRmyPDF with the switches that people use for old scans."""
    with tempfile.TemporaryDirectory() as folder:
        sidecar = Path(folder, "text.txt")
        _, seconds, processor, megabytes = measured([
            command, "-l", "vie", "--rotate-pages", "--deskew", "--clean", "--jobs", "2", "--force-ocr",
            "--tesseract-timeout", "1200", "--tesseract-non-ocr-timeout", "1200",  # a busy machine is no fault of its
            "--sidecar", str(sidecar), str(paper.path), f"{folder}/out.pdf",
        ])
        text = sidecar.read_text("utf-8") if sidecar.exists() else ""
    texts = text.split("\f")[: len(paper.truth)]
    return Result(tuple(texts) + ("",) * (len(paper.truth) - len(texts)), seconds, processor, megabytes)


def in_order(truth: tuple[str, ...], text: str) -> str:
    """The recognised lines in the order of the true ones they resemble; a line like none stays behind its neighbour."""
    keys = [accuracy.normal(line) for line in truth]
    placed: list[tuple[int, int, str]] = []
    last = -1
    free = dict(enumerate(keys))
    for number, line in enumerate(line for line in text.split("\n") if line.strip()):
        best = process.extractOne(accuracy.normal(line), free, scorer=fuzz.ratio, score_cutoff=LIKE)
        if best is not None:
            last = best[2]
            del free[last]
        placed.append((last, number, line))
    return "\n".join(line for _, _, line in sorted(placed))


def papers(names: list[str], kinds: list[str], most_pages: int, folder: Path) -> Iterator[Paper]:
    """The samples aged in each kind, as image-only PDFs.

    Rendered in a process of their own: a child begins with the largest memory that its parent ever held.
    """
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        for name in names:
            for kind in kinds:
                yield pool.submit(paper, name, kind, most_pages, folder).result()


def paper(name: str, kind: str, most_pages: int, folder: Path) -> Paper:
    """One sample in one kind."""
    made = make.render(name, kind)
    path = folder / f"{name}.{kind}.pdf"
    bundle.write_pdf(path, made.scans[:most_pages])
    truth = tuple(
        tuple(" ".join(word[0] for word in line["words"]) for line in page["lines"])
        for page in made.pages[:most_pages]
    )
    return Paper(kind, path, truth)


def scans(folder: Path, truths: Path, work: Path) -> Iterator[Paper]:
    """Real pages that have a true text, each as a file of its own."""
    for true in sorted(truths.glob("*.txt")):
        name, _, number = true.stem.rpartition("-")
        for found in sorted(folder.glob(f"{name}*.pdf")):
            with pikepdf.open(found) as pdf, pikepdf.new() as single:
                single.pages.append(pdf.pages[int(number) - 1])
                # Only the image is to be read: an old layer or a signature's words would be text for nothing.
                if "/Annots" in single.pages[0].obj:
                    del single.pages[0].obj["/Annots"]
                single.save(work / f"{true.stem}.pdf")
            yield Paper("real", work / f"{true.stem}.pdf", (tuple(true.read_text("utf-8").splitlines()),))


def table(sums: dict[tuple[str, str], list[tuple[TextAccuracy, Result, int]]], kinds: list[str]) -> str:
    """Markdown, one row a kind and program."""
    rows = [
        "| kind | program | CER | without marks | WER | numbers right | pages/min | CPU s/page | MB |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for kind in kinds:
        for program in PROGRAMS:
            found = sums.get((kind, program))
            if not found:
                continue
            total = sum((accuracy_of for accuracy_of, _, _ in found), TextAccuracy())
            count = sum(number for _, _, number in found)
            seconds = sum(result.seconds for _, result, _ in found)
            processor = sum(result.processor for _, result, _ in found)
            memory = max(result.megabytes for _, result, _ in found)
            cost = f"{count / seconds * 60:.1f} | {processor / count:.2f} | {memory:.0f}"
            rows.append(
                f"| {kind} | {program} | {total.characters.value:.4f} | {total.bare.value:.4f} | "
                f"{total.words.value:.4f} | {total.numbers.right:.4f} | {cost} |"
            )
    return "\n".join(rows)


def sizes(x_heights: list[float], given: argparse.Namespace) -> None:
    """Prints the error of recognition with the letters scaled to each of the sizes, one look only."""
    engine = recognisers.create(Settings())
    sums: dict[float, TextAccuracy] = defaultdict(TextAccuracy)
    with tempfile.TemporaryDirectory() as folder:
        names = [name for name in source.names() if name not in make.DEV][: given.samples]
        for read in papers(names, given.kinds, given.pages, Path(folder)):
            opened = ingest.open_source(read.path, read.path.name, Settings())
            for number, truth in enumerate(read.truth, 1):
                page = ingest.load_page(opened, number, Settings())
                assert page.image is not None  # papers are pictures
                assert page.dpi is not None
                for wanted in x_heights:
                    cleaned = clean.clean(page.image, page.dpi, x_height=wanted)
                    seen = engine.read(cleaned.image, dpi=cleaned.dpi)
                    text = layout.layout(seen, page, cleaned).raw
                    sums[wanted] += accuracy.measure("\n".join(truth), in_order(truth, text))
    for wanted, total in sums.items():
        print(f"{wanted:5.1f} pixels: CER {total.characters.value:.4f}, without marks {total.bare.value:.4f}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.ocr", description=__doc__.splitlines()[0])
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--samples", type=int, default=2, help="how many samples of the reported set")
    parser.add_argument("--pages", type=int, default=2, help="pages of each, at most")
    parser.add_argument("--kinds", nargs="*", default=list(age.KINDS))
    parser.add_argument("--peers", nargs="*", default=["bare", "ocrmypdf"])
    parser.add_argument("--ocrmypdf", default="ocrmypdf", help="the command, where it is not on the path")
    parser.add_argument("--scans", type=Path)
    parser.add_argument("--truth", type=Path)
    parser.add_argument("--x-heights", nargs="*", type=float, help="only ours, letters scaled to these pixels")
    parser.add_argument("--write", type=Path, help="put the table between the marks of this file")
    given = parser.parse_args()
    if given.one is not None:
        one(given.one)
        return
    if given.x_heights:
        sizes(given.x_heights, given)
        return
    whole.need_ocrmypdf(parser, given)
    kinds = ["real"] if given.scans else given.kinds
    sums: dict[tuple[str, str], list[tuple[TextAccuracy, Result, int]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        names = [name for name in source.names() if name not in make.DEV][: given.samples]
        found = (
            scans(given.scans, given.truth, Path(folder)) if given.scans
            else papers(names, kinds, given.pages, Path(folder))
        )
        for one_paper in found:
            raw, restored = ours(one_paper)
            results = {"ours": raw, "ours, restored": restored}
            if "bare" in given.peers:
                results["bare"] = bare(one_paper)
            if "ocrmypdf" in given.peers:
                results["ocrmypdf"] = ocrmypdf(one_paper, given.ocrmypdf)
            for program, result in results.items():
                total = TextAccuracy()
                for truth, text in zip(one_paper.truth, result.texts, strict=True):
                    total += accuracy.measure("\n".join(truth), in_order(truth, text))
                sums[one_paper.kind, program].append((total, result, len(one_paper.truth)))
                print(f"{one_paper.path.stem} {program}: {total.characters.value:.4f}", file=sys.stderr, flush=True)
    text = table(sums, kinds)
    print(text)
    if given.write is not None:
        whole.write(given.write, "real" if given.scans else "samples", text)


if __name__ == "__main__":
    main()
