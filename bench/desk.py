"""How quick the desk is over many documents: its start, the queue, search, a correction, the hand-over.

    python -m bench.desk --documents 10000 --source out/demo

Documents are those of a finished run (`make demo`), each many times over under other names; their files are shared,
so that 10,000 take little room. Times are processor seconds of this machine, since other programs do not count;
those of the web application are of one request each, the median of several.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from starlette.testclient import TestClient

from pipeline.batches import batch
from pipeline.commands import desk_cli
from pipeline.desk import changing, desk, forms, handover, index, noting, search, tt05
from pipeline.desk.review import views
from pipeline.desk.review.app import create_app
from pipeline.desk.review.serving import Config
from pipeline.settings import Settings

HOST = "http://127.0.0.1:8080"
LIMIT_ANSWER, LIMIT_START = 0.1, 2.0  # seconds; the goals of the desk
LONG = 120  # pages of a long document
SHARED = ("record.json", "document.json", "text.txt")


def multiply(source: Path, out: Path, count: int) -> None:
    """`count` documents in `out`, a hundred a folder, each with the files of one of `source`."""
    names = [name for name in desk.names(source) if desk.load(source, name).mark is None]
    if not names:
        sys.exit(f"{source} holds no documents; run `make demo` first")
    for number in range(count):
        folder = out / f"hop-{number // 100:03}" / f"van-ban-{number:05}.pdf"
        folder.mkdir(parents=True)
        for name in SHARED:
            given = source / names[number % len(names)] / name
            if given.is_file():
                os.link(given, folder / name)


def spent(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def median(work: Callable[[], object]) -> float:
    return statistics.median(spent(work) for _ in range(7))


def start(out: Path) -> float:
    """Processor seconds of `sohoa review` until its first page has been given."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "pipeline", "review", str(out), "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        address = process.stderr.readline().strip()
        try:
            for _ in range(600):  # the address is told before the first request is taken
                try:
                    with urllib.request.urlopen(address, timeout=60) as answer:
                        assert answer.status == 200
                    break
                except urllib.error.URLError:
                    time.sleep(0.05)
        finally:
            process.kill()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(out: Path) -> dict[str, float]:
    told = {"index, all documents new": spent(lambda: index.update(out)),
            "index, nothing new": spent(lambda: index.update(out)),
            "start to the first page": start(out)}
    app = create_app(Config(out, desk_cli.reread))
    with TestClient(app, base_url=HOST) as client:
        client.headers["x-csrf"] = app.state.secret
        with index.opened(out) as db:
            row = search.documents(db, limit=1)[0]

        def page(path: str) -> Callable[[], object]:
            return lambda: client.get(path).raise_for_status()

        time.sleep(1)
        for name, path in (
            ("queue", "/"), ("queue, filtered", "/?level=commune&year=2024"),
            ("search, a rare phrase", '/search?q="bám rừng"'), ("search, without marks", "/search?q=thi+dua"),
            ("search, a word of every page", "/search?q=ke+hoach"),
            ("search, phrase and filter", "/search?q=%22xay+dung%22&level=district"),
            ("document, open", f"/d/{row.key}/data"), ("document, words of a page", f"/d/{row.key}/words/1"),
        ):
            told[name] = median(page(path))

        def correct() -> None:
            body = {"who": "Lan", "changes": [{"where": "record", "pointer": "/theme", "after": f"x{time.time()}"}]}
            client.post(f"/d/{row.key}/change", json=body).raise_for_status()

        told["correction of a field"] = median(correct)
    collected: list[handover.Collection] = []
    told["hand-over: reading the records"] = spent(lambda: collected.append(handover.collect(out)))
    job = forms.Job(out, collected[0], tt05.Agency(), forms.timestamp())
    for form in ("xlsx", "csv", "tt05", "atom"):
        told[f"hand-over: {form}"] = spent(lambda form=form: forms.make(form, job))  # type: ignore[misc]
    return told


def long_document(folder: Path) -> dict[str, float]:
    """A corrected word in a document of 120 pages: until the desk answers, and until record and texts have followed."""
    scans, out = folder / "scans", folder / "long"
    scans.mkdir()
    task = "1. Ủy ban nhân dân xã tuyên truyền, vận động {} hộ dân tham gia trước ngày 05 tháng 9 năm 2024."
    pages = ["\n".join(task.format(40 * page + line) for line in range(36)) for page in range(LONG)]
    (scans / "dai.txt").write_text("KẾ HOẠCH\nTrồng cây năm 2024\n\nI. NHIỆM VỤ\n" + "\f".join(pages), "utf-8")
    batch.run_batch([scans], out, Settings(jobs=1, formats=("record", "document", "text")))
    item = desk.load(out, "dai.txt")
    entry = noting.word_entry(item, f"/pages/{LONG // 2}/blocks/0/lines/5/words/3", "nhân", "Lan")

    def answer() -> None:
        noted = changing.note_words(out, item, [entry])
        assert noted is not None
        json.dumps(views.document_view(noted))

    told = {f"a corrected word in {LONG} pages: the answer": spent(answer)}
    follow = spent(lambda: index.put(out, changing.catch_up(out, "dai.txt", desk_cli.reread, desk_cli.rewrite)))
    return {**told, f"a corrected word in {LONG} pages: record, texts and index follow": follow}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--source", type=Path, default=Path("out/demo"))
    parser.add_argument("--work", type=Path, help="folder for the copies, on the file system of the source")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.work or options.source.parent) as folder:
        out = Path(folder) / "out"
        multiply(options.source, out, options.documents)
        told = {**measure(out), **long_document(Path(folder))}
    print(f"{options.documents} documents, processor seconds")
    for name, seconds in told.items():
        print(f"{seconds:10.3f}  {name}")
    limits = {name: LIMIT_ANSWER for name in told if name.startswith(("queue", "search"))}
    slow = [name for name, limit in {**limits, "start to the first page": LIMIT_START}.items() if told[name] > limit]
    if slow:
        print("above the goal: " + ", ".join(slow))
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
