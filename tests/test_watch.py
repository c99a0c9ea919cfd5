"""The drop folder: complete files are read once, growing ones are waited for, and the watch ends when told."""

import threading
import time
from pathlib import Path

import pytest

from pipeline.batches.discover import Found
from pipeline.batches.watch import Arrivals, watch
from pipeline.errors import UsageError
from pipeline.settings import Settings
from tests import fakes

SETTINGS = Settings(jobs=1, memory_megabytes=1000)


def found(name: str, size: int, modified: int = 1) -> Found:
    return Found(Path(name), name, size, modified)


def test_a_file_is_complete_when_it_has_stood_still_long_enough():
    arrivals = Arrivals(5.0)
    assert arrivals.ready([found("a", 10)], 0.0) == set()
    assert arrivals.ready([found("a", 20)], 4.0) == set(), "it grows"
    assert arrivals.ready([found("a", 20)], 8.9) == set()
    assert arrivals.ready([found("a", 20)], 9.0) == {Path("a")}


def test_an_answered_file_comes_again_only_when_it_changes():
    arrivals = Arrivals(0.0)
    arrivals.ready([found("a", 10)], 0.0)
    ready = arrivals.ready([found("a", 10)], 1.0)
    arrivals.answered(ready)
    assert arrivals.ready([found("a", 10)], 2.0) == set()
    assert not arrivals.waiting
    arrivals.ready([found("a", 10, modified=2)], 3.0)
    assert arrivals.ready([found("a", 10, modified=2)], 4.0) == {Path("a")}


def test_a_file_that_was_taken_away_is_forgotten():
    arrivals = Arrivals(0.0)
    arrivals.ready([found("a", 10)], 0.0)
    assert arrivals.ready([], 1.0) == set()
    assert not arrivals.waiting


@pytest.mark.parametrize("poll", [True, False])
def test_what_arrives_is_read_until_the_watch_is_stopped(tmp_path, poll):
    scans, out = tmp_path / "scans", tmp_path / "out"
    scans.mkdir()
    (scans / "there.txt").write_text("ok cũ\n")
    stop, summaries = threading.Event(), []
    thread = threading.Thread(target=watch, args=(scans, out, SETTINGS), kwargs={
        "told": summaries.append, "settle_seconds": 0.3, "poll": poll, "stop": stop, "drives": fakes.DRIVES,
        "made_by": {},
    })
    thread.start()
    try:
        wait_for(out / "there.txt" / "text.txt")
        growing = scans / "slow.txt"
        for page in range(6):
            with growing.open("a") as file:
                file.write(f"ok {page}\n")
            time.sleep(0.1)
        (scans / "copy.txt.part").write_text("ok x\n")
        (scans / "bad.txt").write_text("! refuse\n")
        wait_for(out / "slow.txt" / "text.txt")
        until = time.monotonic() + 20
        while sum(len(one.outcomes) for one in summaries) < 3 and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.8)  # time to do something twice, if it would
    finally:
        stop.set()
        thread.join(30)
    assert not thread.is_alive()
    told = sorted((outcome.name, outcome.state) for one in summaries for outcome in one.outcomes)
    assert told == [("bad.txt", "failed"), ("slow.txt", "done"), ("there.txt", "done")]
    assert (out / "slow.txt" / "text.txt").read_text().split("\f") == [str(page) for page in range(6)]


def test_only_a_folder_can_be_watched(tmp_path):
    with pytest.raises(UsageError):
        watch(tmp_path / "none", tmp_path / "out", SETTINGS)


def wait_for(path: Path) -> None:
    until = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < until, f"{path} did not appear"
        time.sleep(0.05)
