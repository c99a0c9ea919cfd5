"""Inputs and outputs in an object store: S3 as served by moto, in a process of the test."""

import contextlib
import json
import shutil

import pytest

from pipeline.batches import remote
from pipeline.errors import MissingPart, OutputNotWritable
from pipeline.settings import Settings
from tests import fakes

SETTINGS = Settings(jobs=1, memory_megabytes=1000)


def states(summary):
    return {outcome.name: outcome.state for outcome in summary.outcomes}


def run(inputs, out, work, **options):
    return remote.run_remote([inputs], out, SETTINGS, work, drives=fakes.DRIVES, made_by={}, **options)


@pytest.fixture
def bucket(monkeypatch):
    pytest.importorskip("s3fs")
    moto = pytest.importorskip("moto.server")
    fsspec = pytest.importorskip("fsspec")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    server = moto.ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    files = fsspec.filesystem("s3", skip_instance_cache=True)
    with contextlib.suppress(FileExistsError):  # moto keeps its buckets for the whole process
        files.mkdir("archive")
    yield files
    server.stop()
    fsspec.filesystem("s3").clear_instance_cache()


@pytest.mark.filterwarnings("ignore")
def test_a_run_from_bucket_to_bucket_goes_on_from_another_machine(bucket, tmp_path):
    bucket.pipe("archive/scans/a.txt", b"ok m\xe1\xbb\x99t\n")
    bucket.pipe("archive/scans/x/b.txt", b"ok hai\nok ba\n")
    first = run("s3://archive/scans", "s3://archive/out", tmp_path / "one")
    assert states(first) == {"a.txt": "done", "x/b.txt": "done"}
    assert bucket.cat("archive/out/x/b.txt/text.txt").decode() == "hai\fba"
    assert json.loads(bucket.cat("archive/out/run.json"))["counts"]["done"] == 2
    assert not [name for name in bucket.find("archive/out") if ".sohoa" in name or name.endswith(("-wal", "-shm"))]
    assert states(run("s3://archive/scans", "s3://archive/out", tmp_path / "one")) == {
        "a.txt": "skipped", "x/b.txt": "skipped"}
    bucket.pipe("archive/scans/a.txt", "ok khác hẳn\n".encode())
    bucket.rm("archive/scans/x/b.txt")
    shutil.rmtree(tmp_path / "one")
    # Another machine: nothing local, so ledger and outputs come from the bucket.
    second = run("s3://archive/scans", "s3://archive/out", tmp_path / "two")
    assert states(second) == {"a.txt": "done"}
    assert bucket.cat("archive/out/a.txt/text.txt").decode() == "khác hẳn"


@pytest.mark.filterwarnings("ignore")
def test_a_store_that_is_not_there_is_an_error_of_ours(bucket, tmp_path):
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "a.txt").write_text("ok x\n")
    with pytest.raises(OutputNotWritable):
        run(str(tmp_path / "scans"), "s3://no-such-bucket/out", tmp_path / "work")


def test_an_address_without_a_driver_says_what_to_install(tmp_path):
    pytest.importorskip("fsspec")
    with pytest.raises(MissingPart):
        run("nosuchstore://bucket/scans", str(tmp_path / "out"), tmp_path / "work")
    with pytest.raises(MissingPart):
        run("gs://bucket/scans", str(tmp_path / "out"), tmp_path / "work")


def test_an_object_beyond_the_size_guard_is_not_fetched_but_has_its_outcome(tmp_path, monkeypatch):
    memory = pytest.importorskip("fsspec").filesystem("memory")
    memory.pipe("/scans/large.txt", b"x" * 5000)
    memory.pipe("/scans/small.txt", b"ok x\n")
    fetched = []
    get_file = type(memory).get_file

    def noted(self, path, local, **options):
        fetched.append(path)
        return get_file(self, path, local, **options)

    monkeypatch.setattr(type(memory), "get_file", noted)
    settings = Settings(jobs=1, max_file_bytes=1000)
    summary = remote.run_remote(["memory://scans"], str(tmp_path / "out"), settings, tmp_path / "work",
                                drives=fakes.DRIVES, made_by={})
    assert [path.rpartition("/")[2] for path in fetched] == ["small.txt"]
    assert len(summary.outcomes) == 2
    assert (tmp_path / "work/inputs/0/large.txt").stat().st_size == 5000
