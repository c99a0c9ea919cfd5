"""How a batch holds up: thousands of small inputs and one long one, and what a machine can do in a day.

    python -m bench.load many [--files 5000] [--pages 500]     flat memory, even pace, busy cores, the ledger's share
    python -m bench.load capacity [--inputs samples/scans]     pages a day and core, from real pages
    python -m bench.load cluster [--inputs samples/scans]      two Dask workers against one

Prints JSON. Times are of the processor where they can be; pace, busy share and the ratio of workers are of the
clock and want a machine that has nothing else to do.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image, ImageDraw

from bench.observe import Observer
from pipeline.batches import batch, cluster, report, store
from pipeline.batches.outcomes import Event, RunSummary
from pipeline.settings import Settings

HERE = Path(__file__).parent.parent
SECONDS_A_DAY = 86_400
PROVINCE_PAGES = 10_000_000


def small_page(number: int) -> bytes:
    """A one-page scan of a line of text, unlike any other; without marks, which Pillow's own font has not."""
    image = Image.new("L", (900, 120), 255)
    words = f"Ban hanh Quy che so {number} nam 2024 cua xa An Hoa"
    ImageDraw.Draw(image).text((20, 40), words, fill=0, font_size=34)
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def small_text(number: int) -> str:
    """A short plan as text, unlike any other."""
    return (f"ỦY BAN NHÂN DÂN XÃ AN HÒA\nSố: {number}/KH-UBND\n\nAn Hòa, ngày 5 tháng 1 năm 2024\n\nKẾ HOẠCH\n"
            f"Diễn tập phòng cháy lần {number} năm 2024\n\nI. MỤC ĐÍCH\n1. Đạt 90% số hộ tham gia.\n")


def make_inputs(folder: Path, files: int, pages: int, image_share: float) -> None:
    """`files` small images and texts in ten folders, and one PDF of `pages` such pages in the middle of the order.

    Images are spread evenly, so that the first quarter of a run has the same work as its last.
    """
    images = 0
    for number in range(files):
        place = folder / f"{number * 10 // files}"
        place.mkdir(parents=True, exist_ok=True)
        if images < image_share * (number + 1):
            images += 1
            (place / f"{number:06}.png").write_bytes(small_page(number))
        else:
            (place / f"{number:06}.txt").write_text(small_text(number), "utf-8")
    if not pages:
        return
    long = pikepdf.new()
    for number in range(pages):
        image = Image.open(io.BytesIO(small_page(1_000_000 + number)))
        data = io.BytesIO()
        image.save(data, "PDF", resolution=150)
        with pikepdf.open(data) as one:
            long.pages.extend(one.pages)
    long.save(folder / "4-long.pdf")


def observed_run(inputs: Path, out: Path, settings: Settings) -> tuple[RunSummary, Observer, list[float]]:
    """A run with the times at which pages ended, in seconds since its start."""
    ends: list[float] = []
    began = time.monotonic()

    def progress(event: Event) -> None:
        if event.kind == "page":
            ends.append(time.monotonic() - began)
            if len(ends) % 500 == 0:
                print(f"  {len(ends)} pages", file=sys.stderr, flush=True)

    with Observer(seconds=1.0, own=True) as observer:
        summary = batch.run_batch([inputs], out, settings, progress=progress)
    return summary, observer, ends


@contextlib.contextmanager
def timed_ledger() -> Iterator[dict[str, float]]:
    """Seconds of the processor that the coordinator spends in the ledger, its files and the event log, by call.

    A call within a call counts once.
    """
    spent: dict[str, float] = defaultdict(float)
    deep = 0

    def timed(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **options: Any) -> Any:
            nonlocal deep
            if deep:
                return call(*arguments, **options)
            deep += 1
            began = time.thread_time()
            try:
                return call(*arguments, **options)
            finally:
                spent[name] += time.thread_time() - began
                deep -= 1
        return counted

    calls = [name for name, value in vars(store.Store).items() if callable(value) and name[0] != "_"]
    places = [*((store.Store, name) for name in calls), (report.EventLog, "write")]
    before = [(place, name, getattr(place, name)) for place, name in places]
    for place, name, call in before:
        setattr(place, name, timed(name, call))
    try:
        yield spent
    finally:
        for place, name, call in before:
            setattr(place, name, call)


def many(work: Path, files: int, pages: int, image_share: float, jobs: int) -> dict[str, object]:
    make_inputs(work / "scans", files, pages, image_share)
    settings = Settings(jobs=jobs, second_reading=False, formats=("record", "text", "document"))
    began = time.process_time()
    with timed_ledger() as ledger:
        summary, observer, ends = observed_run(work / "scans", work / "out", settings)
    own = time.process_time() - began
    _, below = observer.processor_seconds()
    quarter = len(ends) // 4
    first, last = ends[quarter] - ends[0], ends[-1] - ends[-quarter]
    return {
        "inputs": len(summary.outcomes), "pages": summary.pages, "counts": summary.counts,
        "seconds": round(summary.seconds, 1), "busy_share": round(summary.busy_share or 0, 3),
        "processor_seconds": round(own + below, 1),
        "ledger_share_of_processor": round(sum(ledger.values()) / (own + below), 4),
        "ledger_milliseconds_a_page": round(1000 * sum(ledger.values()) / max(1, summary.pages), 2),
        "coordinator_share_of_processor": round(own / (own + below), 4),
        "coordinator_megabytes": round(observer.most_bytes["coordinator"] / 1e6),
        "coordinator_growth_megabytes": round(observer.growth() / 1e6, 1),
        "worker_megabytes": round(observer.most_bytes["worker"] / 1e6),
        "worker_megabytes_unshared": round(observer.most_own_bytes["worker"] / 1e6),
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
        "worker_megabytes_unshared": round(observer.most_own_bytes["worker"] / 1e6),
        "output_bytes_against_input": round(bytes_out / bytes_in, 2),
        "province_10_million_pages": {
            "core_days": round(core_days), "days_on_32_cores": round(core_days / 32, 1),
            "days_on_4_machines_of_32_cores": round(core_days / 128, 1),
            "output_terabytes": round(bytes_out / max(1, pages) * PROVINCE_PAGES / 1e12, 2),
        },
        "machine_load": round(os.getloadavg()[0], 1),
    }


def cluster_run(inputs: Path, out: Path, workers: int) -> tuple[float, float, int]:
    """Pages a second between the first and the last page, seconds of the clock of the whole run, pages."""
    import distributed

    ends: list[float] = []

    def progress(event: Event) -> None:
        if event.kind == "page":
            ends.append(time.monotonic())

    with distributed.LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, memory_limit=0,
    ) as started:
        summary = cluster.run_on_cluster([inputs], out, Settings(), started.scheduler_address, progress=progress)
    if summary.exit_code != 0:
        raise SystemExit(f"the run on {workers} workers ended with {summary.exit_code}: {summary.counts}")
    # The first pages wait for their workers to start, which is no matter of how many there are.
    return (len(ends) - 1) / (ends[-1] - ends[0]), summary.seconds, len(ends)


def two_against_one(work: Path, inputs: Path) -> dict[str, object]:
    # The workers of Dask are fresh processes that know only what the environment tells them.
    os.environ["PYTHONPATH"] = os.pathsep.join([str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])])
    one, one_whole, pages = cluster_run(inputs, work / "one", 1)
    two, two_whole, _ = cluster_run(inputs, work / "two", 2)
    return {
        "pages": pages, "pages_a_minute_of_one": round(60 * one, 1), "pages_a_minute_of_two": round(60 * two, 1),
        "ratio": round(two / one, 2), "ratio_with_start": round(one_whole / two_whole, 2),
        "machine_load": round(os.getloadavg()[0], 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("many", "capacity", "cluster"))
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--images", type=float, default=0.2, help="share of the small files that are images")
    parser.add_argument("--inputs", type=Path, default=HERE / "samples" / "scans")
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--work", type=Path)
    options = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="load-", dir=options.work))
    try:
        if options.command == "many":
            result = many(work, options.files, options.pages, options.images, options.jobs)
        elif options.command == "cluster":
            result = two_against_one(work, options.inputs)
        else:
            result = capacity(work, options.inputs, options.jobs)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(json.dumps(result, indent=1, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
