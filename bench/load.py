"""How a batch holds up: thousands of small inputs and one long one, and what a machine can do in a day.

    python -m bench.load many [--files 5000] [--pages 500]     flat memory, even pace, busy cores
    python -m bench.load capacity [--inputs samples/scans]     pages a day and core, from real pages

Prints JSON. Times are of the processor, not of the clock, where other work on the machine would show.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import pikepdf
from PIL import Image, ImageDraw

from bench.observe import Observer
from pipeline.batches import batch, report
from pipeline.batches.outcomes import Event, RunSummary
from pipeline.settings import Settings

HERE = Path(__file__).parent.parent
SECONDS_A_DAY = 86_400
PROVINCE_PAGES = 10_000_000


def small_page(number: int) -> bytes:
    """A one-page scan of a line of text, unlike any other."""
    image = Image.new("L", (420, 130), 255)
    ImageDraw.Draw(image).text((20, 30), f"KH {number}", fill=0, font_size=56)
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def make_inputs(folder: Path, files: int, pages: int) -> None:
    """`files` small images in folders of 500, and one PDF of `pages` such pages in the middle of the order."""
    for number in range(files):
        place = folder / f"{number // 500:03}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number:06}.png").write_bytes(small_page(number))
    if not pages:
        return
    long = pikepdf.new()
    for number in range(pages):
        image = Image.open(io.BytesIO(small_page(1_000_000 + number)))
        data = io.BytesIO()
        image.save(data, "PDF", resolution=150)
        with pikepdf.open(data) as one:
            long.pages.extend(one.pages)
    long.save(folder / f"{files // 1000:03}-long.pdf")


def observed_run(inputs: Path, out: Path, settings: Settings) -> tuple[RunSummary, Observer, list[float]]:
    """A run with the times at which pages ended, in seconds since its start."""
    ends: list[float] = []
    began = time.monotonic()

    def progress(event: Event) -> None:
        if event.kind == "page":
            ends.append(time.monotonic() - began)
            if len(ends) % 500 == 0:
                print(f"  {len(ends)} pages", file=sys.stderr, flush=True)

    with Observer(seconds=1.0) as observer:
        summary = batch.run_batch([inputs], out, settings, progress=progress)
    return summary, observer, ends


def many(work: Path, files: int, pages: int, jobs: int) -> dict[str, object]:
    make_inputs(work / "scans", files, pages)
    settings = Settings(jobs=jobs, second_reading=False, formats=("record", "text", "document"))
    summary, observer, ends = observed_run(work / "scans", work / "out", settings)
    own, below = observer.processor_seconds()
    quarter = len(ends) // 4
    first, last = ends[quarter] - ends[0], ends[-1] - ends[-quarter]
    return {
        "inputs": len(summary.outcomes), "pages": summary.pages, "counts": summary.counts,
        "seconds": round(summary.seconds, 1), "busy_share": round(summary.busy_share or 0, 3),
        "coordinator_share_of_processor": round(own / (own + below), 4),
        "coordinator_megabytes": round(observer.most_bytes["coordinator"] / 1e6),
        "coordinator_growth_megabytes": round(observer.growth() / 1e6, 1),
        "worker_megabytes": round(observer.most_bytes["worker"] / 1e6),
        "last_quarter_against_first": round(last / first, 2) if first > 0 else None,
        "ledger_bytes_a_page": round((work / "out" / "sohoa.db").stat().st_size / max(1, summary.pages)),
    }


def capacity(work: Path, inputs: Path, jobs: int) -> dict[str, object]:
    summary, observer, _ = observed_run(inputs, work / "out", Settings(jobs=jobs))
    own, below = observer.processor_seconds()
    pages = sum(outcome.pages for outcome in summary.outcomes)
    a_page = (own + below) / max(1, pages)
    a_day = SECONDS_A_DAY / a_page
    rows = report.run_json(summary)["inputs"]
    bytes_out = sum(path.stat().st_size for path in (work / "out").rglob("*") if path.is_file())
    bytes_in = sum(outcome.path.stat().st_size for outcome in summary.outcomes)
    core_days = PROVINCE_PAGES / a_day
    return {
        "pages": pages, "counts": summary.counts, "clock_seconds": round(summary.seconds, 1),
        "processor_seconds_a_page": round(a_page, 2),
        "median_document_seconds_a_page": round(statistics.median(
            sum(row["seconds"].values()) / row["pages"] for row in rows if row["pages"]), 2),
        "pages_a_day_and_core": round(a_day),
        "worker_megabytes": round(observer.most_bytes["worker"] / 1e6),
        "output_bytes_against_input": round(bytes_out / bytes_in, 2),
        "province_10_million_pages": {
            "core_days": round(core_days), "days_on_32_cores": round(core_days / 32, 1),
            "days_on_4_machines_of_32_cores": round(core_days / 128, 1),
            "output_terabytes": round(bytes_out / max(1, pages) * PROVINCE_PAGES / 1e12, 2),
        },
        "machine_load": round(os.getloadavg()[0], 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("many", "capacity"))
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--inputs", type=Path, default=HERE / "samples" / "scans")
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--work", type=Path)
    options = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="load-", dir=options.work))
    try:
        if options.command == "many":
            result = many(work, options.files, options.pages, options.jobs)
        else:
            result = capacity(work, options.inputs, options.jobs)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(json.dumps(result, indent=1, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
