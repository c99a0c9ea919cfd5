"""A batch over stand-ins for the pipeline (fakes.py): what is lost, what is done twice, what stops it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.batches import batch, machine, standing, store
from pipeline.batches.ledger import ledger_rows
from pipeline.errors import Locked, NoInput, OutputNotWritable, UsageError
from pipeline.settings import Settings
from tests import fakes

SETTINGS = Settings(jobs=2, page_timeout_seconds=20.0, memory_megabytes=2000)


class Office:
    """A folder of scans and an output folder."""

    def __init__(self, root: Path) -> None:
        self.scans = root / "scans"
        self.out = root / "out"
        self.log = root / "readings.log"
        self.events: list = []
        self.scans.mkdir()

    def put(self, name: str, *pages: str, head: str = "") -> Path:
        path = self.scans / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = ([head] if head else []) + [f"# log {self.log}", *pages]
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path

    def run(self, settings: Settings = SETTINGS, **options):
        options.setdefault("made_by", {})
        return batch.run_batch([self.scans], self.out, settings, drives=fakes.DRIVES,
                               progress=self.events.append, **options)

    def retry(self, settings: Settings = SETTINGS):
        return batch.retry_batch(self.out, settings, drives=fakes.DRIVES, made_by={})

    def readings(self) -> list[str]:
        """Every reading of a page since the last look."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return sorted(lines)

    def text(self, name: str) -> str:
        return (self.out / name / "text.txt").read_text()

    def files(self) -> dict[str, bytes]:
        """Every output but those that tell of times."""
        return {path.relative_to(self.out).as_posix(): path.read_bytes() for path in sorted(self.out.rglob("*"))
                if path.is_file() and path.name not in ("run.json", "run.html", "events.jsonl", "lock")
                and not path.name.startswith("sohoa.db")}


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


def states(summary) -> dict[str, str]:
    return {outcome.name: outcome.state for outcome in summary.outcomes}


def test_every_input_has_an_outcome_in_order_and_its_outputs_in_its_own_folder(office):
    office.put("b.txt", "ok hai", "ok ba")
    office.put("a/c.txt", "ok một")
    summary = office.run()
    assert [outcome.name for outcome in summary.outcomes] == ["a/c.txt", "b.txt"]
    assert (summary.exit_code, summary.pages, summary.counts) == (0, 3, {"done": 2})
    assert office.text("b.txt") == "hai\fba"
    assert json.loads((office.out / "a/c.txt/record.json").read_text())["file"] == "a/c.txt"
    told = json.loads((office.out / "run.json").read_text())
    assert told["counts"] == {"inputs": 2, "done": 2, "pages": 3, "pages_failed": 0}
    assert sorted(path.name for path in office.out.iterdir()) == [
        ".sohoa", "a", "b.txt", "events.jsonl", "run.html", "run.json", "sohoa.db"]
    assert not any((office.out / ".sohoa").glob("*/*")), "nothing is left in work"


def test_one_bad_page_makes_a_partial_document_that_says_so(office):
    office.put("plan.txt", *["ok trang"] * 9, "fail", "ok cuối")
    summary = office.run()
    (outcome,) = summary.outcomes
    assert (summary.exit_code, outcome.state) == (3, "partial")
    assert [(page.number, page.code) for page in outcome.pages_failed] == [(10, "recognition_failed")]
    document = json.loads((office.out / "plan.txt/document.json").read_text())
    assert [page.get("status", "ok") for page in document["pages"]] == ["ok"] * 9 + ["failed", "ok"]
    assert document["pages"][9]["notices"][0]["code"] == "ocr_page_failed"


def test_reports_speak_the_language_of_the_run(office):
    office.put("plan.txt", *["ok trang"] * 9, "fail", "ok cuối")
    office.run(language="vi")
    told = json.loads((office.out / "run.json").read_text("utf-8"))["inputs"][0]
    assert told["error"]["code"] == "ocr_page_failed"
    assert told["error"]["what"].startswith("không đọc được trang 10 trên 11 trang: ")
    assert told["error"]["cure"] == told["pages_failed"][0]["cure"]
    assert told["error"]["cure"].startswith("Xem lại trang, quét lại nếu mờ")
    assert office.run(language="vi").outcomes[0].what.startswith("page 10 of 11"), "the ledger keeps one language"
    assert json.loads((office.out / "events.jsonl").read_text("utf-8").splitlines()[-2])["what"].startswith("page 10")


@pytest.mark.parametrize(("bad", "share", "state"), [
    (1, 0.10, "partial"), (2, 0.10, "failed"), (2, 0.20, "partial"), (10, 1.0, "failed"),
])
def test_the_share_of_failed_pages_decides_when_a_document_has_failed(office, bad, share, state):
    office.put("plan.txt", *["large"] * bad, *["ok trang"] * (10 - bad))
    (outcome,) = office.run(replace(SETTINGS, max_failed_share=share)).outcomes
    assert outcome.state == state
    assert (office.out / "plan.txt").exists() == (state == "partial")
    if state == "failed":
        assert outcome.code == "too_many_failed_pages"
        assert "page 1" in outcome.what
        assert outcome.cure == outcome.pages_failed[0].cure, "one cure for all its pages"


def test_a_failed_document_is_given_up_early(office):
    office.put("plan.txt", *["large"] * 5, *["slow 0.2"] * 40)
    office.run()
    assert len(office.readings()) < 25


@pytest.mark.parametrize(("fault", "code"), [
    ("crash", "page_crash"), ("exit", "page_crash"), ("bug", "recognition_failed"), ("fail", "recognition_failed"),
])
def test_a_page_that_fails_is_tried_once_more_in_the_plain_way(office, fault, code):
    office.put("mends.txt", f"once:{fault} chữ", "ok hai")
    office.put("never.txt", fault, *["ok x"] * 10)
    summary = office.run()
    mends, never = summary.outcomes
    assert (mends.state, mends.pages_plain) == ("done", 1)
    assert (never.state, never.pages_failed[0].code) == ("partial", code)
    assert office.readings().count("never.txt 1 plain") == 1


def test_a_worker_killed_from_outside_costs_its_page_nothing(office):
    office.put("plan.txt", "killed 3", "killed 9", *["ok x"] * 18)
    (outcome,) = office.run().outcomes
    assert [page.number for page in outcome.pages_failed] == [2], "four times is bad luck, more is the page"
    told = office.readings()
    assert told.count("plan.txt 1") == 4
    assert told.count("plan.txt 1 plain") == 0
    assert (told.count("plan.txt 2"), told.count("plan.txt 2 plain")) == (5, 1)


def test_a_page_that_hangs_is_killed_with_all_it_started(office):
    office.put("plan.txt", "hang_child 987", "hang", *["ok x"] * 30)
    began = time.monotonic()
    (outcome,) = office.run(replace(SETTINGS, page_timeout_seconds=1.5)).outcomes
    assert {page.code for page in outcome.pages_failed} == {"page_timeout"}
    assert (outcome.state, "--page-timeout" in outcome.cure) == ("partial", True)
    assert time.monotonic() - began < 120, "it would hang for an hour"
    left = subprocess.run(["pgrep", "-f", "^sleep 987$"], capture_output=True, text=True, check=False).stdout.split()
    assert [one for one in left if Path(f"/proc/{one}/stat").read_text().split()[2] != "Z"] == []


def test_a_page_that_wants_too_much_memory_is_stopped(office):
    office.put("plan.txt", "eat 900", *["ok x"] * 10)
    (outcome,) = office.run(replace(SETTINGS, memory_megabytes=500)).outcomes
    assert [(page.number, page.code) for page in outcome.pages_failed] == [(1, "page_crash")]
    assert "memory" in outcome.pages_failed[0].what


def test_inputs_that_cannot_be_opened_do_not_stop_the_others(office):
    for name, head in (("refuse", "! refuse"), ("encrypted", "! encrypted"), ("crash", "! crash"), ("bug", "! bug")):
        office.put(f"{name}.txt", "ok x", head=head)
    os.mkfifo(office.scans / "pipe.txt")
    (office.scans / "loop").symlink_to(office.scans)
    office.put("good.txt", "ok tốt")
    summary = office.run()
    assert {outcome.name: outcome.code for outcome in summary.outcomes} == {
        "bug.txt": "unreadable_file", "crash.txt": "unreadable_file", "encrypted.txt": "encrypted_file",
        "good.txt": None, "loop": "unreadable_file", "pipe.txt": "wrong_type", "refuse.txt": "unreadable_file",
    }
    assert all(outcome.cure for outcome in summary.outcomes if outcome.state == "failed")
    assert summary.exit_code == 3
    assert sum(summary.counts.values()) == 7


def test_a_bug_in_the_quick_half_fails_its_document_and_keeps_its_pages(office):
    office.put("plan.txt", "ok unreadable")
    office.put("dies.txt", "ok killer")
    office.put("other.txt", "ok x")
    assert states(office.run()) == {"plan.txt": "failed", "dies.txt": "failed", "other.txt": "done"}
    assert {row.code for row in standing.status(office.out).problems} == {"reading_failed"}
    office.readings()
    office.run()
    assert office.readings() == [], "the pages are not read again"


def test_the_second_run_does_only_what_is_new_changed_or_failed(office):
    office.put("same.txt", "ok một")
    changed = office.put("changed.txt", "ok hai")
    office.put("bad.txt", "fail", *["ok x"] * 10)
    office.run()
    office.readings()
    changed.write_text(changed.read_text() + "ok thêm\n")
    office.put("new.txt", "ok mới")
    summary = office.run()
    assert states(summary) == {"bad.txt": "partial", "changed.txt": "done", "new.txt": "done", "same.txt": "skipped"}
    assert office.readings() == ["bad.txt 1", "bad.txt 1 plain", "changed.txt 1", "changed.txt 2", "new.txt 1"]


def test_outputs_that_were_removed_are_made_again_without_recognition(office):
    office.put("plan.txt", "ok một")
    office.run()
    office.readings()
    (office.out / "plan.txt/text.txt").unlink()
    assert states(office.run()) == {"plan.txt": "done"}
    assert office.text("plan.txt") == "một"
    assert office.readings() == []


def test_a_lost_document_is_recognised_again(office):
    office.put("plan.txt", "ok một", "ok hai")
    office.run()
    before = office.files()
    office.readings()
    (office.out / "plan.txt/document.json").write_text("{")
    (office.out / "plan.txt/text.txt").unlink()
    assert states(office.run()) == {"plan.txt": "done"}
    assert office.files() == before
    assert office.readings() == ["plan.txt 1", "plan.txt 2"]


def test_a_change_of_rules_or_reading_settings_runs_only_the_quick_half(office):
    office.put("plan.txt", "ok một")
    office.run(made_by={"rules": "1"})
    office.readings()
    assert states(office.run(made_by={"rules": "1"})) == {"plan.txt": "skipped"}
    assert states(office.run(made_by={"rules": "2"})) == {"plan.txt": "done"}
    assert states(office.run(replace(SETTINGS, preset="full"), made_by={"rules": "2"})) == {"plan.txt": "done"}
    assert office.text("plan.txt") == "MỘT"
    assert office.readings() == []
    office.run(replace(SETTINGS, render_dpi=200), made_by={"rules": "2"})
    assert office.readings() == ["plan.txt 1"], "another resolution is another reading"


def test_files_of_formats_that_are_not_wanted_any_more_go_and_foreign_files_stay(office):
    office.put("plan.txt", "ok một")
    office.run(replace(SETTINGS, split=True))
    note = office.out / "plan.txt" / "ghi chú.txt"
    note.write_text("của lưu trữ viên")
    assert (office.out / "plan.txt/parts/one.txt").exists()
    office.run()
    assert not (office.out / "plan.txt/parts/one.txt").exists()
    assert note.read_text() == "của lưu trữ viên"


def test_corrections_are_applied_and_never_overwritten(office):
    office.put("plan.txt", "ok một")
    office.run()
    entry = {"id": "1", "who": "An", "when": "2026-01-01T00:00:00Z", "where": "record", "pointer": "/title",
             "before": None, "after": "Kế hoạch"}
    path = office.out / "plan.txt" / "corrections.json"
    content = json.dumps({"format_version": "1.0", "log": [entry]})
    path.write_text(content)
    assert states(office.run()) == {"plan.txt": "done"}, "a new correction is a reason to read again"
    assert json.loads((office.out / "plan.txt/record.json").read_text())["applied"] == ["Kế hoạch"]
    assert states(office.run()) == {"plan.txt": "skipped"}
    office.run(redo=True)
    assert path.read_text() == content
    assert json.loads((office.out / "plan.txt/record.json").read_text())["applied"] == ["Kế hoạch"]
    path.write_text("{ damaged")
    before = (office.out / "plan.txt/record.json").read_bytes()
    (outcome,) = office.run().outcomes
    assert outcome.state == "failed"
    assert (office.out / "plan.txt/record.json").read_bytes() == before


def test_equal_files_are_recognised_once_and_each_gets_its_own_record(office):
    for name in ("a.txt", "b.txt", "c/d.txt"):
        office.put(name, "ok chung " * 40, "ok hai")
    summary = office.run()
    assert states(summary) == {"a.txt": "done", "b.txt": "duplicate", "c/d.txt": "duplicate"}
    assert {outcome.duplicate_of for outcome in summary.outcomes} == {None, "a.txt"}
    assert summary.exit_code == 0
    assert len(office.readings()) == 2
    assert json.loads((office.out / "b.txt/record.json").read_text())["file"] == "b.txt"
    assert (office.out / "a.txt/text.txt").samefile(office.out / "b.txt/text.txt"), "equal outputs share the disk"
    assert not (office.out / "a.txt/record.json").samefile(office.out / "b.txt/record.json")
    # A change to one of them must not reach the other.
    (office.scans / "b.txt").write_text("ok khác\n")
    office.run()
    assert office.text("a.txt").startswith("chung")
    assert office.text("b.txt") == "khác"


def test_a_renamed_input_is_not_recognised_again(office):
    path = office.put("old.txt", "ok một")
    office.run()
    office.readings()
    path.rename(office.scans / "new.txt")
    assert states(office.run()) == {"new.txt": "done"}
    assert office.readings() == []


def test_equal_files_of_which_a_page_fails_are_all_partial(office):
    for name in ("a.txt", "b.txt"):
        office.put(name, "large", *["ok x"] * 10)
    assert states(office.run()) == {"a.txt": "partial", "b.txt": "partial"}
    assert len(office.readings()) == 11


def test_redo_reads_everything_again(office):
    office.put("plan.txt", "ok một")
    office.run()
    office.readings()
    assert states(office.run(redo=True)) == {"plan.txt": "done"}
    assert office.readings() == ["plan.txt 1"]


def test_what_another_version_recognised_stays_is_told_and_is_never_mixed(office):
    old, new = {"imaging": "old", "rules": "1"}, {"imaging": "new", "rules": "1"}
    office.put("done.txt", "ok một")
    office.put("half.txt", "ok hai", "fail")
    office.run(made_by=old, settings=replace(SETTINGS, max_failed_share=0.5))
    office.readings()
    again = office.run(made_by=new, settings=replace(SETTINGS, max_failed_share=0.5))
    assert states(again) == {"done.txt": "skipped", "half.txt": "partial"}
    assert ([outcome.name for outcome in again.outcomes if outcome.older], again.older) == (["done.txt"], 1)
    assert office.readings() == ["half.txt 1", "half.txt 2", "half.txt 2 plain"], "no document of two versions"
    assert standing.status(office.out).older == 1
    # A change of rules reads it again from its stored pages; it is still the old recognition, and says so.
    summary = office.run(made_by={**new, "rules": "2"}, settings=replace(SETTINGS, max_failed_share=0.5))
    assert (states(summary)["done.txt"], summary.outcomes[0].older) == ("done", True)
    assert "done.txt 1" not in office.readings()
    plan = batch.plan_batch([office.scans], office.out, replace(SETTINGS, max_failed_share=0.5),
                            drives=fakes.DRIVES, made_by={**new, "rules": "2"})
    assert (plan.unchanged, plan.older) == (("done.txt",), 1)
    assert office.run(made_by=new, redo=True).older == 0
    assert "done.txt 1" in office.readings()
    assert standing.status(office.out).older == 0


def test_pages_of_a_content_that_no_input_has_any_more_are_forgotten(office):
    path = office.put("plan.txt", *["ok x"] * 5, "fail", "fail")
    office.run()
    assert list((office.out / ".sohoa" / "pages").rglob("*.gz"))
    # Away and back again, as a share may be: its pages are still there.
    aside = path.rename(path.with_suffix(".aside"))
    office.readings()
    office.retry()
    aside.rename(path)
    office.run()
    assert {line.split()[1] for line in office.readings()} <= {"6", "7"}
    office.put("plan.txt", "ok another")
    assert states(office.run()) == {"plan.txt": "done"}
    assert not list((office.out / ".sohoa").rglob("*.gz"))


def test_redo_after_an_interrupted_run_does_again_what_that_run_had_done(office):
    office.put("a.txt", "ok một")
    office.put("b.txt", "missing")
    assert office.run(replace(SETTINGS, jobs=1)).stopped is not None
    office.put("b.txt", "ok hai")
    office.readings()
    assert states(office.run(redo=True)) == {"a.txt": "done", "b.txt": "done"}
    assert office.readings() == ["a.txt 1", "b.txt 1"]


def test_retry_does_only_what_failed_and_uses_the_pages_that_are_there(office):
    office.put("good.txt", "ok một")
    bad = office.put("bad.txt", "fail", *["ok x"] * 10)
    office.put("once.txt", "ok hai")
    office.run()
    office.readings()
    assert [row.name for row in standing.to_retry(office.out)] == ["bad.txt"]
    assert states(office.retry()) == {"bad.txt": "partial"}
    assert office.readings() == ["bad.txt 1", "bad.txt 1 plain"]
    bad.unlink()
    (outcome,) = office.retry().outcomes
    assert (outcome.state, outcome.code) == ("failed", "unreadable_file")
    bad.write_text("ok lành\n")
    assert states(office.retry()) == {"bad.txt": "done"}
    with pytest.raises(NoInput):
        office.retry()


def test_a_run_forgets_what_failed_and_was_taken_away_and_keeps_the_rest(office):
    office.put("good.txt", "ok một")
    office.put("once.txt", "ok hai", *["ok x"] * 10)
    office.put("thrown-away.txt", "fail")
    given = [office.scans, office.scans / "slip-of-the-pen.txt"]
    batch.run_batch(given, office.out, SETTINGS, drives=fakes.DRIVES, made_by={})
    assert standing.status(office.out).counts == {"done": 2, "failed": 2}
    (office.scans / "thrown-away.txt").unlink()
    office.put("once.txt", "fail", "fail", *["ok x"] * 9)
    assert office.run().counts == {"skipped": 1, "failed": 1}
    (office.scans / "once.txt").unlink()
    assert office.run().exit_code == 0
    told = standing.status(office.out)
    assert [row.name for row in told.problems] == ["once.txt"], "it has outputs that somebody may think are the last"
    assert told.counts == {"done": 1, "failed": 1}


def test_a_retry_finds_what_was_no_file_from_every_folder(office, tmp_path, monkeypatch):
    os.mkfifo(office.scans / "pipe.pdf")
    (office.scans / "link.pdf").symlink_to("nowhere")
    (office.scans / "loop").symlink_to(".")
    monkeypatch.chdir(tmp_path)
    first = batch.run_batch([Path("scans"), Path("none.pdf")], Path("out"), SETTINGS, drives=fakes.DRIVES, made_by={})
    monkeypatch.chdir("/")
    again = office.retry()
    told = [{outcome.name: (outcome.code, outcome.what, outcome.cure) for outcome in run.outcomes}
            for run in (first, again)]
    assert told[0] == told[1]
    assert [what for _, what, _ in told[0].values()] == [
        "is a link to nothing.", "leads back to a folder above it (a loop of folders).",
        "is a named pipe, not a file.", "is not there."]


def test_an_input_that_changes_or_vanishes_while_it_is_read_fails_and_the_next_run_takes_it(office):
    path = office.put("plan.txt", "slow 0.2", "rewrite", "slow 0.2", "ok x")
    office.put("other.txt", "ok x")
    summary = office.run()
    assert states(summary) == {"other.txt": "done", "plan.txt": "failed"}
    assert {outcome.code for outcome in summary.outcomes} == {None, "changed_input"}
    assert not (office.out / "plan.txt").exists()
    assert states(office.run()) == {"other.txt": "skipped", "plan.txt": "done"}
    assert office.text("plan.txt") == "another content"
    assert path.exists()


def test_a_missing_part_stops_the_run_with_its_own_code(office):
    office.put("a.txt", "ok x")
    office.put("b.txt", "missing", "ok y")
    office.put("c.txt", "ok z")
    summary = office.run(replace(SETTINGS, jobs=1))
    assert summary.exit_code == 5
    assert summary.stopped is not None
    assert summary.outcomes[2].state == "waiting"
    assert json.loads((office.out / "run.json").read_text())["stopped_by"]["code"] == "missing_part"
    (office.scans / "b.txt").write_text("ok lành\n")
    assert office.run().exit_code == 0


def test_a_full_disk_stops_the_run_and_the_next_goes_on(office):
    office.put("a.txt", "ok x")
    office.put("b.txt", "ok y", "full")
    summary = office.run(replace(SETTINGS, jobs=1))
    assert summary.exit_code == 6
    assert summary.stopped.code == "disk_full"
    office.readings()
    (office.scans / "b.txt").write_text(f"# log {office.log}\nok y\nok z\n")
    assert office.run().exit_code == 0
    assert office.text("b.txt") == "y\fz"


def test_an_output_folder_that_cannot_be_used_is_refused_before_any_work(office, tmp_path):
    office.put("a.txt", "ok x")
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError):
        batch.run_batch([office.scans], tmp_path / "file", SETTINGS, drives=fakes.DRIVES, made_by={})
    with pytest.raises(UsageError):
        batch.run_batch([office.scans], office.scans, SETTINGS, drives=fakes.DRIVES, made_by={})
    with pytest.raises(OutputNotWritable):
        batch.run_batch([office.scans], Path("/proc/nowhere"), SETTINGS, drives=fakes.DRIVES, made_by={})
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoInput):
        batch.run_batch([tmp_path / "empty"], office.out, SETTINGS, drives=fakes.DRIVES, made_by={})
    assert office.readings() == []


def test_the_same_folder_twice_at_once_is_refused(office):
    office.put("a.txt", "ok x")
    with store.Store(office.out), pytest.raises(Locked):
        office.run()


def test_no_run_reads_what_lies_in_quarantine(office):
    longest = "ế" * 83 + ".txt"  # 253 bytes
    office.put(longest, "fail")
    first = office.run(quarantine=office.scans / "hỏng")
    assert (len(first.outcomes), first.exit_code) == (1, 3)
    assert len(list((office.scans / "hỏng").glob("*.txt"))) == 2, "a copy and its note"
    assert [outcome.name for outcome in office.run().outcomes] == [longest]


def test_a_quarantine_that_cannot_be_written_is_told_before_the_work(office, tmp_path):
    office.put("bad.txt", "fail")
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputNotWritable, match="--quarantine"):
        office.run(quarantine=tmp_path / "file" / "below")
    with pytest.raises(UsageError, match="is the folder of the inputs"):
        office.run(quarantine=office.scans)
    with pytest.raises(UsageError, match="--quarantine"):
        office.run(quarantine=office.out)
    assert not office.out.exists()


def test_a_quarantine_that_fills_up_leaves_the_summary(office, tmp_path):
    office.put("bad.txt", "fail")
    (tmp_path / "quarantine" / "bad.txt.why.txt").mkdir(parents=True)
    summary = office.run(quarantine=tmp_path / "quarantine")
    assert (states(summary), summary.exit_code) == ({"bad.txt": "failed"}, 6)


def test_failed_inputs_are_copied_to_quarantine_and_stay(office, tmp_path):
    path = office.put("x/bad.txt", "ok x", head="! encrypted")
    office.put("good.txt", "ok x")
    office.run(quarantine=tmp_path / "quarantine", language="vi")
    kept = {item.relative_to(tmp_path / "quarantine").as_posix() for item in (tmp_path / "quarantine").rglob("*.txt")}
    assert kept == {"x/bad.txt", "x/bad.txt.why.txt"}
    why = (tmp_path / "quarantine/x/bad.txt.why.txt").read_text("utf-8")
    assert "encrypted_file: Tệp có mật khẩu.\nGỡ mật khẩu" in why
    assert path.exists()


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_run_cleanly_and_the_next_one_goes_on(office, name, tmp_path):
    for number in range(6):
        office.put(f"{number}.txt", *["slow 0.1"] * (6 + number))

    class Stopper(list):
        """Sends the signal once, at the fifth page."""

        def append(self, event):
            super().append(event)
            if event.kind == "page" and sum(one.kind == "page" for one in self) == 5:
                os.kill(os.getpid(), name)

    office.events = Stopper()
    summary = office.run()
    office.events = []
    assert summary.exit_code == 130
    assert "waiting" in summary.counts
    first = office.readings()
    assert 0 < len(first) < 51
    again = office.run()
    assert again.resumed
    assert again.exit_code == 0
    assert sorted(first + office.readings()) == sorted(set(first) | {
        f"{number}.txt {page}" for number in range(6) for page in range(1, 7 + number)})


def test_a_run_killed_without_warning_goes_on_where_it_was(office, tmp_path):
    for number in range(4):
        office.put(f"{number}.txt", *["slow 0.05"] * (5 + number))
    undisturbed = Office.__new__(Office)
    undisturbed.__dict__.update(office.__dict__, out=tmp_path / "undisturbed")
    undisturbed.run()
    office.readings()
    here = Path(__file__).parent
    script = tmp_path / "main.py"
    script.write_text(
        "import sys; sys.path[:0] = sys.argv[3:5]\n"
        "from pathlib import Path\n"
        "from pipeline import batch\n"
        "from tests import fakes\n"
        "from pipeline.settings import Settings\n"
        "if __name__ == '__main__':\n"
        "    settings = Settings(jobs=2, page_timeout_seconds=20.0, memory_megabytes=2000)\n"
        "    batch.run_batch([Path(sys.argv[1])], Path(sys.argv[2]), settings, drives=fakes.DRIVES, made_by={})\n"
    )
    parts = [sys.executable, str(script), str(office.scans), str(office.out), str(here.parent), str(here)]
    for _ in range(3):
        process = subprocess.Popen(parts)
        time.sleep(0.9)
        process.kill()
        process.wait()
    recorded = {f"{row.name} {number}" for row in ledger_rows(office.out).values() if row.sha256
                for number in range(1, (row.page_count or 0) + 1) if row.state == "done"}
    before = office.readings()
    summary = office.run()
    assert summary.exit_code == 0
    assert not recorded & set(office.readings())
    assert len(before) <= 26 + 3 * 2, "at most the pages in flight are read twice"
    assert office.files() == undisturbed.files()


def test_the_event_log_tells_every_page_and_survives_a_torn_line(office):
    office.put("a.txt", "ok x", "ok y")
    office.run()
    path = office.out / "events.jsonl"
    path.write_bytes(path.read_bytes() + b'{"event": "pa')
    (office.out / "a.txt/text.txt").unlink()
    office.run()
    lines = path.read_text().splitlines()
    told = [json.loads(line) for line in lines if line != '{"event": "pa']
    assert len(told) == len(lines) - 1
    assert sorted(item["page"] for item in told if item["event"] == "page") == [1, 2]  # two workers: in any order
    assert [item["event"] for item in told][-1] == "run_ended"


def test_progress_counts_files_and_pages_and_ends_complete(office):
    for number in range(5):
        office.put(f"{number}.txt", f"ok {number}", "ok y")
    office.put("bad.txt", "ok x", head="! refuse")
    office.run()
    last = office.events[-1].progress
    assert (last.files_done, last.files_total, last.pages_done, last.pages_total) == (6, 6, 10, 10)
    assert last.seconds_left == 0
    assert office.events[0].progress.seconds_left is None, "nothing is known before the first file is open"
    assert all(event.progress.pages_done <= event.progress.pages_total for event in office.events)
    assert any(event.progress.pages_per_second > 0 for event in office.events)


def test_a_dry_run_tells_what_would_be_done_and_writes_nothing(office):
    office.put("a.txt", "ok x", "ok y")
    office.put("b.txt", "ok z", "ok z")
    (office.scans / "gone.pdf").symlink_to("nowhere")
    plan = batch.plan_batch([office.scans], office.out, SETTINGS, drives=fakes.DRIVES, made_by={})
    assert (plan.new, plan.pages, plan.files, plan.measured) == (("a.txt", "b.txt"), 4, 2, False)
    assert [outcome.name for outcome in plan.unreadable] == ["gone.pdf"]
    assert plan.seconds > 0
    assert not office.out.exists()
    office.run()
    office.put("c.txt", "ok mới", "ok", "ok")
    plan = batch.plan_batch([office.scans], office.out, SETTINGS, drives=fakes.DRIVES, made_by={})
    assert (plan.new, plan.unchanged, plan.pages, plan.measured) == (("c.txt",), ("a.txt", "b.txt"), 3, True)
    again = batch.plan_batch([office.scans], office.out, SETTINGS, drives=fakes.DRIVES, made_by={"rules": "new"})
    assert again.to_read_again == ("a.txt", "b.txt")


def test_pages_of_one_document_are_read_at_the_same_time(office, tmp_path):
    place = tmp_path / "meeting"
    place.mkdir()
    office.put("long.txt", *[f"meet {place} 3"] * 3, "ok x")
    assert states(office.run(replace(SETTINGS, jobs=3))) == {"long.txt": "done"}


def test_the_budget_of_memory_decides_how_many_workers_there_are():
    assert batch.size_pool(Settings(jobs=8, memory_megabytes=2000)) == (4, 500_000_000)
    assert batch.size_pool(Settings(jobs=2, memory_megabytes=64_000)) == (2, 1_400_000_000)
    assert batch.size_pool(Settings(jobs=4, memory_megabytes=100)) == (1, 500_000_000)


@pytest.mark.parametrize(("files", "free"), [
    ({"/proc/meminfo": "MemTotal: 9 kB\nMemAvailable: 4000 kB\n"}, 4_096_000),
    ({"/proc/meminfo": "MemAvailable: 4000 kB\n", "/sys/fs/cgroup/memory.max": "3000000\n",
      "/sys/fs/cgroup/memory.current": "1000000\n"}, 2_000_000),
    ({"/proc/meminfo": "MemAvailable: 4000 kB\n", "/sys/fs/cgroup/memory.max": "max\n",
      "/sys/fs/cgroup/memory.current": "1000000\n"}, 4_096_000),
    ({"/sys/fs/cgroup/memory/memory.limit_in_bytes": "500", "/sys/fs/cgroup/memory/memory.usage_in_bytes": "900"}, 0),
    ({}, 0),
])
def test_memory_that_is_free_is_that_of_the_container(files, free, tmp_path, monkeypatch):
    def place(name):
        path = tmp_path / name.replace("/", "_")
        if name in files:
            path.write_text(files[name], "ascii")
        return path

    monkeypatch.setattr(machine, "Path", place)
    assert machine.memory_available() == free


def test_another_copy_of_the_same_names_does_not_overwrite_the_first(office, tmp_path):
    office.put("plan.txt", "ok một")
    office.run()
    other = tmp_path / "other"
    other.mkdir()
    (other / "plan.txt").write_text("ok hai\n")
    batch.run_batch([other], office.out, SETTINGS, drives=fakes.DRIVES, made_by={})
    assert office.text("plan.txt") == "một"
    assert office.text("plan.txt~2") == "hai"
    shutil.rmtree(office.scans)
    (other / "new.txt").write_text("ok ba\n")
    batch.run_batch([other], office.out, SETTINGS, drives=fakes.DRIVES, made_by={})
    assert office.text("plan.txt~2") == "hai"


def test_a_name_that_is_no_utf8_is_read_and_written(office):
    path = Path(os.fsdecode(os.fsencode(office.scans) + b"/k\xff.txt"))
    path.write_text("ok chữ\n")
    assert states(office.run()) == {"k%FF.txt": "done"}
    assert office.text("k%FF.txt") == "chữ"
    assert states(office.run()) == {"k%FF.txt": "skipped"}
