"""The whole job side by side with OCRmyPDF: scans in, searchable PDF/A out (and, of ours, record, text and the rest).

    python -m bench.whole [--ocrmypdf COMMAND] [--jobs 2] [--files N] [--write docs/bench-ocr.md]

The files are all image-only PDFs of samples/scans. Ours reads them as one batch; OCRmyPDF has no batch and is called
once a file, as its manual says, with the switches that people use for old scans. "bare" is `tesseract -l vie` alone on
renders of 300 dpi, without a PDF: the least that recognising these pages can cost.

Pages a minute are of the clock: run it on a machine that does nothing else. Processor seconds come from the kernel
and count every process below the program, also those that outlive it.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pikepdf

from samples import make

MARK = "whole"
_BECOME_SUBREAPER = 36  # prctl(2): processes that lose their parent become ours, and so does their time


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one program over all files."""

    seconds: float = 0.0
    processor: float = 0.0
    megabytes: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.seconds + other.seconds, self.processor + other.processor, max(self.megabytes, other.megabytes)
        )


def cost(command: list[str], **more: str) -> Cost:
    """What a command costs with all processes below it. Raises RuntimeError where it fails."""
    began = time.monotonic()
    child = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **more},
    )
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{' '.join(command[:4])} ended with {child.returncode}")
    seconds, processor, megabytes = time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    while True:
        try:
            _, _, used = os.wait4(-1, 0)
        except ChildProcessError:
            return Cost(seconds, processor, megabytes)
        processor += used.ru_utime + used.ru_stime
        megabytes = max(megabytes, used.ru_maxrss / 1024)


def ours(files: list[Path], folder: Path, jobs: int) -> Cost:
    """One batch of all files."""
    scans = folder / "scans"
    scans.mkdir()
    for path in files:
        (scans / path.name).symlink_to(path.resolve())
    return cost([
        sys.executable, "-m", "pipeline", "run", str(scans), "--out", str(folder / "ours"), "--jobs", str(jobs),
    ])


def ocrmypdf(files: list[Path], folder: Path, jobs: int, command: str) -> Cost:
    """One call a file."""
    total = Cost()
    for path in files:
        total += cost([
            command, "-l", "vie", "--rotate-pages", "--deskew", "--clean", "--jobs", str(jobs), "--force-ocr",
            "--output-type", "pdfa-2", str(path), str(folder / path.name),
        ])
    return total


def bare(files: list[Path], folder: Path) -> Cost:
    """Render and recognise page by page, one process at a time."""
    total = Cost()
    for path in files:
        for number in range(1, pages_of(path) + 1):
            page = folder / "page"
            total += cost(["pdftoppm", "-r", "300", "-f", str(number), "-l", str(number), "-singlefile", str(path),
                           str(page)])
            total += cost(["tesseract", f"{page}.ppm", str(page), "-l", "vie"], OMP_THREAD_LIMIT="1")
    return total


def pages_of(path: Path) -> int:
    with pikepdf.open(path) as pdf:
        return len(pdf.pages)


def table(costs: dict[str, Cost], files: int, pages: int, jobs: int) -> str:
    """Markdown."""
    rows = [
        f"{files} files of {pages} pages, {jobs} processes at a time (bare: one).", "",
        "| program | pages a minute | CPU s a page | largest process, MB |", "| --- | ---: | ---: | ---: |",
    ]
    rows += [
        f"| {name} | {pages / spent.seconds * 60:.1f} | {spent.processor / pages:.2f} | {spent.megabytes:.0f} |"
        for name, spent in costs.items()
    ]
    return "\n".join(rows)


def write(path: Path, mark: str, text: str) -> None:
    """Put a text between the marks of a file. Raises ValueError where it has none."""
    before, opening, rest = path.read_text("utf-8").partition(f"<!-- {mark} -->\n")
    _, closing, after = rest.partition(f"<!-- end of {mark} -->")
    if not opening or not closing:
        raise ValueError(f"{path} has no marks <!-- {mark} --> and <!-- end of {mark} -->")
    path.write_text(f"{before}{opening}{text}\n{closing}{after}", "utf-8")


def need_ocrmypdf(parser: argparse.ArgumentParser, given: argparse.Namespace) -> None:
    """End with a usage error where OCRmyPDF is to be measured and is not there."""
    if "ocrmypdf" in given.peers and shutil.which(given.ocrmypdf) is None:
        parser.error(f"{given.ocrmypdf} is not there: install OCRmyPDF, or name its command (OCRMYPDF=...)")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.whole", description=__doc__.splitlines()[0])
    parser.add_argument("--ocrmypdf", default="ocrmypdf", help="the command, where it is not on the path")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--files", type=int, help="only the first so many")
    parser.add_argument("--peers", nargs="*", default=["ocrmypdf", "bare"])
    parser.add_argument("--write", type=Path, help="put the table between the marks of this file")
    given = parser.parse_args()
    need_ocrmypdf(parser, given)
    ctypes.CDLL(None).prctl(_BECOME_SUBREAPER, 1, 0, 0, 0)
    files = [make.SCANS / row.file for row in make.COMMITTED if row.form == "pdf"][: given.files]
    pages = sum(map(pages_of, files))
    programs: dict[str, Callable[[Path], Cost]] = {
        "ours": lambda folder: ours(files, folder, given.jobs),
        "ocrmypdf": lambda folder: ocrmypdf(files, folder, given.jobs, given.ocrmypdf),
        "bare": lambda folder: bare(files, folder),
    }
    costs = {}
    for name in ("ours", *given.peers):
        with tempfile.TemporaryDirectory() as folder:
            costs[name] = programs[name](Path(folder))
        print(f"{name}: {costs[name]}", file=sys.stderr, flush=True)
    text = table(costs, len(files), pages, given.jobs)
    print(text)
    if given.write is not None:
        write(given.write, MARK, text)


if __name__ == "__main__":
    main()
