"""The same run on a Dask cluster of two worker processes, one of which is lost in the middle."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from pipeline.batches import batch, cluster
from pipeline.errors import MissingPart, UsageError
from pipeline.settings import Settings
from tests import fakes

distributed = pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.cluster,
    # Dask's own clean-up warns in some versions; it is not ours to mend.
    pytest.mark.filterwarnings("ignore"),
]
SETTINGS = Settings(jobs=2, memory_megabytes=2000, page_timeout_seconds=60.0)


@pytest.fixture(scope="module")
def dask_cluster():
    root = Path(__file__).parent.parent
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(root), *([before] if before else [])])
    try:
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, memory_limit=0,
        ) as started:
            yield started
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def put(folder: Path, *pages: str) -> Path:
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_text("\n".join([*pages, f"ok số {number}"]) + "\n")
    return folder


def outputs(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.glob("*.txt/*"))}


def test_a_lost_worker_costs_nothing_but_time(dask_cluster, tmp_path):
    scans = put(tmp_path / "scans", *["slow 0.15"] * 8)
    alone = batch.run_batch([scans], tmp_path / "alone", SETTINGS, drives=fakes.DRIVES, made_by={})

    def kill() -> None:
        time.sleep(1.2)
        # Either the worker process or its nanny's child: the one that does the work.
        victim = dask_cluster.workers[0].process.process.pid
        os.kill(victim, signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    summary = cluster.run_on_cluster(
        [scans], tmp_path / "out", SETTINGS, dask_cluster.scheduler_address, drives=fakes.DRIVES, made_by={},
    )
    thread.join()
    assert [(outcome.name, outcome.state) for outcome in summary.outcomes] == [
        (outcome.name, outcome.state) for outcome in alone.outcomes]
    assert summary.exit_code == 0
    assert outputs(tmp_path / "out") == outputs(tmp_path / "alone")


def test_a_page_that_crashes_or_hangs_harms_no_dask_worker(dask_cluster, tmp_path):
    scans = put(tmp_path / "scans", "crash", "hang", *["ok x"] * 30)
    summary = cluster.run_on_cluster(
        [scans], tmp_path / "out", Settings(page_timeout_seconds=1.0), dask_cluster.scheduler_address,
        drives=fakes.DRIVES, made_by={},
    )
    assert summary.counts == {"partial": 3}
    codes = {page.code for outcome in summary.outcomes for page in outcome.pages_failed}
    assert codes == {"page_crash", "page_timeout"}


def test_a_scheduler_that_is_not_there_is_a_missing_part(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1.0)
    scans = put(tmp_path / "scans", "ok x")
    summary = cluster.run_on_cluster([scans], tmp_path / "out", SETTINGS, "tcp://127.0.0.1:9", drives=fakes.DRIVES,
                                     made_by={})
    assert isinstance(summary.stopped, MissingPart)
    assert summary.exit_code == 5
    summary = cluster.run_on_cluster([scans], tmp_path / "out", SETTINGS, "host:8786", drives=fakes.DRIVES, made_by={})
    assert isinstance(summary.stopped, UsageError)
