"""The ledger and the files it speaks of: whole or not there, and refused when they cannot be trusted."""

import os
import resource
import sqlite3
from pathlib import Path

import pytest

from pipeline import disk
from pipeline.batches import pagefiles, standing
from pipeline.batches.ledger import InputRow, path_of, text_of_path
from pipeline.batches.pagefiles import PageRow
from pipeline.batches.store import Store
from pipeline.document import Block, Line, Page, Word
from pipeline.errors import DiskFull, Locked, NoInput, OutputNotWritable
from pipeline.settings import Settings

KEY = "recognition"
SHA = "ab" * 32


def page(number: int, text: str = "Kế hoạch") -> Page:
    return Page(number, 595.0, 842.0, blocks=(Block((Line((Word(text, text),)),)),))


def test_a_second_run_in_the_same_folder_is_refused_and_told_who_holds_it(tmp_path):
    with Store(tmp_path), pytest.raises(Locked) as caught:
        Store(tmp_path)
    assert str(os.getpid()) in caught.value.what
    assert caught.value.cure
    with Store(tmp_path):
        pass


def test_atomic_writing_leaves_the_old_content_when_it_fails(tmp_path, monkeypatch):
    path = tmp_path / "out" / "record.json"
    disk.write_atomic(path, b"old", tmp_path / "tmp")

    def no_room(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(DiskFull):
        disk.write_atomic(path, b"new", tmp_path / "tmp")
    assert path.read_bytes() == b"old"
    assert list((tmp_path / "tmp").iterdir()) == []


def fill(ledger: Store) -> None:
    for number in range(20_000):
        ledger.record_page(SHA, KEY, PageRow(number, "done", what="x" * 500))


def test_a_full_ledger_says_that_the_disk_is_full(tmp_path):
    with Store(tmp_path) as ledger:
        ledger.start_run(Settings(), {})
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))
        try:
            with pytest.raises(DiskFull):
                fill(ledger)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        ledger.record_page(SHA, KEY, PageRow(1, "done"))


def test_a_damaged_ledger_is_named_with_a_cure(tmp_path):
    (tmp_path / "sohoa.db").write_bytes(b"this is not a database, " * 200)
    with pytest.raises(OutputNotWritable, match="damaged"):
        Store(tmp_path)
    (tmp_path / "sohoa.db").unlink()
    with Store(tmp_path):
        pass


def test_a_ledger_of_another_format_is_not_touched(tmp_path):
    with Store(tmp_path):
        pass
    db = sqlite3.connect(tmp_path / "sohoa.db")
    with db:
        db.execute("UPDATE meta SET value='99' WHERE name='schema_version'")
    db.close()
    with pytest.raises(OutputNotWritable, match="99"):
        Store(tmp_path)


def test_a_page_comes_back_as_it_was_stored(tmp_path):
    folder = pagefiles.page_folder(tmp_path, SHA, KEY)
    pagefiles.save_page(folder, page(7), PageRow(7, "done", 1.5, True), tmp_path / "tmp")
    loaded = pagefiles.load_page(folder, 7)
    assert loaded is not None
    assert loaded[0] == page(7)
    assert (loaded[1].seconds, loaded[1].plain) == (1.5, True)
    assert pagefiles.stored_numbers(folder) == {7}


@pytest.mark.parametrize("keep", [0, 10, -1])
def test_a_torn_page_counts_as_not_there(tmp_path, keep):
    folder = pagefiles.page_folder(tmp_path, SHA, KEY)
    pagefiles.save_page(folder, page(1), PageRow(1, "done"), tmp_path / "tmp")
    path = pagefiles.page_path(folder, 1)
    path.write_bytes(path.read_bytes()[:keep])
    assert pagefiles.load_page(folder, 1) is None


def test_failed_pages_count_only_within_the_run_that_saw_them_fail(tmp_path):
    with Store(tmp_path) as ledger:
        ledger.start_run(Settings(), {})
        ledger.record_page(SHA, KEY, PageRow(1, "done"))
        ledger.record_page(SHA, KEY, PageRow(2, "failed", code="page_timeout"))
    with Store(tmp_path) as ledger:  # the first run never ended: this goes on with it
        assert ledger.start_run(Settings(), {}) is True
        assert sorted(ledger.pages(SHA, KEY)) == [1, 2]
        ledger.end_run(complete=True)
    with Store(tmp_path) as ledger:
        assert ledger.start_run(Settings(), {}) is False
        assert sorted(ledger.pages(SHA, KEY)) == [1]
        assert sorted(ledger.pages(SHA, KEY, only_this_run=True)) == []


def test_paths_that_are_no_utf8_survive_the_ledger(tmp_path):
    path = Path(os.fsdecode(b"/scans/k\xff\\xff.pdf"))
    row = InputRow("k", text_of_path(path), 1, 2, "failed", files=(("a", "b"),))
    with Store(tmp_path) as ledger:
        ledger.start_run(Settings(), {})
        ledger.record_input(row)
        again = ledger.by_path(path)
    assert again is not None
    assert path_of(again) == path
    assert again.files == (("a", "b"),)


def test_status_of_a_folder_without_a_run_says_so(tmp_path):
    with pytest.raises(NoInput):
        standing.status(tmp_path)


def test_status_tells_whether_a_run_is_at_work(tmp_path):
    with Store(tmp_path) as ledger:
        ledger.start_run(Settings(jobs=3), {})
        ledger.record_input(InputRow("a.pdf", "/a.pdf", 1, 2, "failed", code="empty_file", what="is empty."))
        during = standing.status(tmp_path)
    after = standing.status(tmp_path)
    assert (during.running, during.run_state) == (True, "running")
    assert (after.running, after.run_state) == (False, "stopped")
    assert [row.code for row in after.problems] == ["empty_file"]
    assert standing.last_settings(tmp_path) == Settings(jobs=3)


def test_publishing_replaces_and_removes_only_what_runs_have_made(tmp_path):
    target, made = tmp_path / "a.pdf", tmp_path / "made"
    target.mkdir()
    for name in ("record.json", "old.html", "corrections.json", "notes of the archivist.txt"):
        (target / name).write_text(f"before {name}")
    (made / "parts").mkdir(parents=True)
    (made / "record.json").write_text("after")
    (made / "parts/one.txt").write_text("one")
    digests = disk.publish(made, target, ("record.json", "old.html"))
    assert sorted(digests) == ["parts/one.txt", "record.json"]
    assert sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()) == [
        "corrections.json", "notes of the archivist.txt", "parts/one.txt", "record.json",
    ]
    assert (target / "record.json").read_text() == "after"
    assert not made.exists()


def test_a_short_input_costs_one_row_and_a_long_one_is_known_while_it_is_read(tmp_path):
    with Store(tmp_path / "out") as ledger:
        ledger.start_run(Settings(), {})
        ledger.announce(InputRow("short.txt", "/a", 1, 1, "open"))
        ledger.announce(InputRow("long.pdf", "/b", 1, 1, "open"))
        ledger.write_announced(60.0)
        assert ledger.input("long.pdf") is None
        ledger.record_input(InputRow("short.txt", "/a", 1, 1, "done"))
        ledger.write_announced()
        assert ledger.input("long.pdf").state == "open"
        assert ledger.input("short.txt").state == "done"


def test_what_was_announced_is_written_when_the_run_ends(tmp_path):
    with Store(tmp_path / "out") as ledger:
        ledger.start_run(Settings(), {})
        ledger.announce(InputRow("long.pdf", "/b", 1, 1, "open"))
        ledger.end_run(False)
    with Store(tmp_path / "out") as ledger:
        assert ledger.input("long.pdf").state == "open"


def test_pages_of_a_complete_document_are_put_aside_and_gone_at_the_end(tmp_path):
    out = tmp_path / "out"
    with Store(out) as ledger:
        one, other = (ledger.page_folder(digest * 64, "key") for digest in "ab")
        for folder in (one, other):
            folder.mkdir(parents=True)
            (folder / "000001.json.gz").write_bytes(b"x")
        ledger.drop_pages("a" * 64)
        assert not one.exists()
        assert other.exists()
        told = ledger.put_aside()
        assert [path.is_dir() for path in told] == [True]
        assert ledger.put_aside() == ()
        ledger.drop_pages("b" * 64)
    assert not (out / ".sohoa" / "pages").exists()
    assert not (out / ".sohoa" / "tmp").exists()
