"""Kill, stop and starve a run at random instants, go on, and compare with an undisturbed run.

    python -m bench.chaos [--inputs samples/scans] [--kills 50] [--seed 1] [--blank | --stand-ins] [kind ...]

Kinds: parent (kill -9 of the run), workers (kill -9 of any process below it: a worker, its Tesseract, the
server that forks them), term and int (signals), room (a limit on the size of files, then a small full disk
where mounting is allowed), readonly (the output folder loses its rights in the middle), vanished and changed
(an input goes or becomes another one in the middle, and is put back). Each kind goes on until the run is
complete, then must have the same outputs byte for byte, no page recorded twice, nothing left behind.

Instants are drawn from the time in which work is done, as the undisturbed run measured it: a kill while the program
still loads tries little. Of the kills of the run one in ten comes that early all the same. What was done when it
came is told by fifths of the pages.

`--blank` leaves out the engine alone (`bench.blank`), `--stand-ins` the whole pipeline (the test suite's): what
is tried here is the batch around them. A disturbance costs a start of the program and its workers.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from bench import blank
from pipeline.batches import batch
from pipeline.batches.workers import LocalPool
from pipeline.errors import SohoaError
from pipeline.settings import Settings

HERE = Path(__file__).parent.parent
SIGNALS = {"parent": signal.SIGKILL, "term": signal.SIGTERM, "int": signal.SIGINT}
KINDS = ("parent", "workers", "term", "int", "room", "readonly", "vanished", "changed")
Mode = Literal["real", "blank", "stand-ins"]
# Files that tell of times, and SQLite's own.
_NOT_COMPARED = re.compile(r"^(run\.json|run\.html|events\.jsonl|sohoa\.db.*|\.sohoa/lock)$")
_TINY_FILES = 48 * 1024  # bytes: stops documents and the ledger, not single pages
_WORK = frozenset({"opened", "page", "document"})  # events that tell that something was done
EARLY = 0.1  # of the kills of a run, before any work
HITS_A_RUN = 2  # about so often a run is disturbed on its way
FIFTHS = 5


@dataclass(frozen=True)
class Bench:
    """What is run, and how."""

    inputs: Path
    work: Path
    random: random.Random
    mode: Mode
    jobs: int

    @property
    def undisturbed(self) -> Path:
        return self.work / "undisturbed"

    def start(
        self, out: Path, file_limit: int | None = None, inputs: Path | None = None, before: Sequence[str] = (),
    ) -> subprocess.Popen[bytes]:
        parts = [*before, sys.executable, "-m", "bench.chaos", "--runner", "--inputs", str(inputs or self.inputs),
                 "--work", str(out), "--jobs", str(self.jobs), *([] if self.mode == "real" else [f"--{self.mode}"])]
        limit = None if file_limit is None else lambda: _limit(file_limit)
        with (self.work / "stderr.log").open("ab") as log:
            return subprocess.Popen(parts, cwd=HERE, preexec_fn=limit, stdout=subprocess.DEVNULL, stderr=log)

    def finish(self, out: Path, inputs: Path | None = None) -> int:
        return self.start(out, inputs=inputs).wait()


def _limit(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def outputs(out: Path) -> dict[str, bytes]:
    """Every file of a finished run but those that tell of times."""
    told = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in sorted(told.items()) if not _NOT_COMPARED.match(name)}


def pages_recorded(out: Path) -> Counter[tuple[str, int]]:
    """How often each page was recorded as done. The event is written after the row of the ledger."""
    return Counter((event["name"], event["page"]) for event in events(out)
                   if event["event"] == "page" and event["state"] == "done")


def differences(out: Path, expected: dict[str, bytes], once: bool = True) -> list[str]:
    """What is not as in the undisturbed run. `once`: each page may be recorded a single time."""
    got = outputs(out)
    wrong = [f"missing: {name}" for name in expected.keys() - got.keys()]
    wrong += [f"left behind: {name}" for name in got.keys() - expected.keys()]
    wrong += [f"differs: {name}" for name in expected.keys() & got.keys() if expected[name] != got[name]]
    wrong += [f"recorded {times} times: {name} page {page}"
              for (name, page), times in pages_recorded(out).items() if once and times > 1]
    return sorted(wrong)


def _children(process: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_bytes().split()]
    except OSError:
        return []


def _below(process: int) -> list[int]:
    """Every process below this one: the fork server, the workers, what they have started."""
    children = _children(process)
    return children + [one for child in children for one in _below(child)]


def events(out: Path, skipping: int = 0) -> list[dict[str, Any]]:
    """The events told so far, but for the first `skipping` bytes of their log."""
    log = out / "events.jsonl"
    told = []
    for line in log.read_bytes()[skipping:].decode("utf-8", "replace").splitlines() if log.exists() else ():
        with contextlib.suppress(ValueError):  # torn by a kill
            told.append(json.loads(line))
    return told


@dataclass(frozen=True)
class Pace:
    """How an undisturbed run goes: seconds until its first work, seconds of work, pages."""

    start: float
    work: float
    pages: int

    @classmethod
    def of(cls, out: Path, began: datetime) -> Pace:
        times = [datetime.fromisoformat(event["time"]) for event in events(out) if event["event"] in _WORK]
        return cls((times[0] - began).total_seconds(), (times[-1] - times[0]).total_seconds(),
                   len(pages_recorded(out)))

    def wait(self, random: random.Random) -> float:
        """Seconds of work until the next disturbance."""
        return random.uniform(0.0, 2 * self.work / (HITS_A_RUN + 1))


def disturb(bench: Bench, kind: str, kills: int, pace: Pace, expected: dict[str, bytes]) -> dict[str, object]:
    """`kills` disturbances over as many runs as they need; each run is finished and compared."""
    rounds, wrong = 0, []
    done: list[int] = []  # pages recorded at each disturbance
    while len(done) < kills:
        rounds += 1
        out = bench.work / f"{kind}-{rounds}"
        while len(done) < kills:
            process = bench.start(out)
            done += _hit(bench, process, kind, pace, out)
            if process.returncode == 0:
                break
        if bench.finish(out) != 0:
            wrong.append(f"round {rounds}: the last run did not end with 0")
        wrong += [f"round {rounds}: {item}" for item in differences(out, expected)]
        shutil.rmtree(out)
    fifths = Counter(min(FIFTHS * pages // max(1, pace.pages), FIFTHS - 1) for pages in done)
    return {"disturbances": len(done), "rounds": rounds, "by_fifths_of_the_pages": [fifths[at] for at in range(FIFTHS)],
            "all_pages_done": sum(pages >= pace.pages for pages in done), "wrong": wrong[:20]}


def _hit(bench: Bench, process: subprocess.Popen[bytes], kind: str, pace: Pace, out: Path) -> list[int]:
    """Disturbs one run; pages recorded each time. A worker's death does not end the run, so several of them die."""
    hits: list[int] = []
    early = kind == "parent" and bench.random.random() < EARLY
    if not early:
        _wait_for_work(process, out)
    while True:
        wait = bench.random.uniform(0.05, pace.start) if early else pace.wait(bench.random)
        try:
            process.wait(wait)
            break
        except subprocess.TimeoutExpired:
            pass
        pages = len(pages_recorded(out)) if (out / "events.jsonl").exists() else 0
        if kind == "workers":
            if below := _below(process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(bench.random.choice(below), signal.SIGKILL)
                    hits.append(pages)
            continue
        process.send_signal(SIGNALS[kind])
        process.wait()
        hits.append(pages)
        break
    # A signal that meets the interpreter after the run has ended ends it as signals do.
    ended = [event["event"] for event in events(out)][-1:] == ["run_ended"]
    good = (0, 130, -SIGNALS[kind], 1) if ended and kind in ("term", "int") else (0, 130)
    if kind != "parent" and process.returncode not in good:
        told = (bench.work / "stderr.log").read_text("utf-8", "replace")[-4000:]
        raise SystemExit(f"{kind}: the run ended with {process.returncode}, not 0 or 130\n{told}")
    return hits


def _wait_for_work(process: subprocess.Popen[bytes], out: Path) -> None:
    """Until this run has told of work done, or is over."""
    log = out / "events.jsonl"
    before = log.stat().st_size if log.exists() else 0
    while process.poll() is None and not any(event["event"] in _WORK for event in events(out, before)):
        time.sleep(0.02)


def starve(bench: Bench, expected: dict[str, bytes]) -> dict[str, object]:
    """A limit on the size of files, then room: exit code 6, and the run goes on."""
    wrong = []
    out = bench.work / "room"
    code = bench.start(out, _TINY_FILES).wait()
    if code != 6:
        wrong.append(f"without room the run ended with {code}, not 6")
    if bench.finish(out) != 0:
        wrong.append("with room again the run did not end with 0")
    wrong += differences(out, expected)
    shutil.rmtree(out)
    mounted = _starve_on_small_disk(bench, expected, wrong)
    return {"small_disk_tried": mounted, "wrong": wrong[:20]}


def _starve_on_small_disk(bench: Bench, expected: dict[str, bytes], wrong: list[str]) -> bool:
    place = bench.work / "small-disk"
    place.mkdir()
    size = max(256_000, sum(map(len, expected.values())) // 2)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        return False
    try:
        code = bench.start(place / "out").wait()
        if code != 6:
            wrong.append(f"on a full disk the run ended with {code}, not 6")
        subprocess.run(["mount", "-o", "remount,size=1g", str(place)], check=True)
        if bench.finish(place / "out") != 0:
            wrong.append("on the enlarged disk the run did not end with 0")
        wrong += differences(place / "out", expected)
    finally:
        subprocess.run(["umount", str(place)], check=False)
    return True


def lock_up(bench: Bench, times: int, pace: Pace, expected: dict[str, bytes]) -> dict[str, object]:
    """The output folder loses its rights at a random instant and has them again for the next run."""
    # The rights of a folder do not bind root, but for one who gave that power up.
    before = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-all"] if os.geteuid() == 0 else []
    if before and shutil.which(before[0]) is None:
        return {"disturbances": 0, "wrong": [], "why": "needs setpriv, or a user that is not root"}
    wrong, done = [], 0
    for number in range(times):
        out = bench.work / f"readonly-{number}"
        process = bench.start(out, before=before)
        _wait_for_work(process, out)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(pace.wait(bench.random))
        running = process.poll() is None
        done += running
        _allow(out, 0o555)
        code = process.wait()
        _allow(out, 0o755)
        if code not in ((6, 0) if running else (0,)):
            wrong.append(f"round {number}: with a folder that may not be written the run ended with {code}, not 6")
        if bench.finish(out) != 0:
            wrong.append(f"round {number}: with its rights back the run did not end with 0")
        wrong += [f"round {number}: {item}" for item in differences(out, expected)]
        shutil.rmtree(out)
    return {"disturbances": done, "rounds": times, "wrong": wrong[:20]}


def _allow(out: Path, mode: int) -> None:
    for folder in [out, *(path for path in out.rglob("*") if path.is_dir())]:
        with contextlib.suppress(FileNotFoundError):
            folder.chmod(mode)


def tamper(bench: Bench, kind: str, times: int, pace: Pace, expected: dict[str, bytes]) -> dict[str, object]:
    """An input vanishes or becomes another one at a random instant, and is put back for the next run."""
    wrong = []
    for number in range(times):
        scans, out = bench.work / f"{kind}-scans", bench.work / f"{kind}-{number}"
        shutil.copytree(bench.inputs, scans)
        process = bench.start(out, inputs=scans)
        _wait_for_work(process, out)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(pace.wait(bench.random))
        victim = bench.random.choice([path for path in sorted(scans.rglob("*")) if path.is_file()])
        aside = bench.work / "aside"
        shutil.copy2(victim, aside)
        if kind == "vanished":
            victim.unlink()
        else:
            victim.write_bytes(aside.read_bytes() + b"\nok\n")
        code = process.wait()
        if code not in (0, 3):
            wrong.append(f"round {number}: {victim.name} {kind}, and the run ended with {code}, not 0 or 3")
        shutil.copy2(aside, victim)
        if bench.finish(out, scans) != 0:
            wrong.append(f"round {number}: with {victim.name} put back the run did not end with 0")
        # A changed file has pages of its own, of the same numbers.
        wrong += [f"round {number}: {item}" for item in differences(out, expected, once=kind != "changed")]
        shutil.rmtree(out)
        shutil.rmtree(scans)
    return {"disturbances": times, "rounds": times, "wrong": wrong[:20]}


# --- the run that is disturbed ----------------------------------------------------------------------


def runner(inputs: Path, out: Path, jobs: int, mode: Mode) -> int:
    """In a process of its own: one run, its exit code."""
    settings = Settings(jobs=jobs, memory_megabytes=2800, page_timeout_seconds=600.0)
    try:
        if mode != "stand-ins":
            drives = blank.drives() if mode == "blank" else None
            return batch.run_batch([inputs], out, settings, drives=drives).exit_code
        from tests import fakes

        # Without the pipeline, which they do not use, workers are there at once.
        engine = functools.partial(LocalPool, jobs, memory_bytes=1_000_000_000, preload=("tests.fakes",))
        return batch.run_batch([inputs], out, settings, drives=fakes.DRIVES, made_by={}, engine=engine).exit_code
    except SohoaError as error:  # as the command line does
        print(error, file=sys.stderr)
        return error.exit_code


def stand_in_inputs(folder: Path) -> Path:
    """Twelve small inputs of several pages for the stand-ins, two of them equal."""
    folder.mkdir(parents=True)
    for number in range(12):
        pages = [f"spin {0.02 + 0.01 * (number % 3)}" for _ in range(1 + number)]
        (folder / f"{number:02}.txt").write_text("\n".join([*pages, f"ok {number % 11} " + "chữ " * 2000]) + "\n")
    return folder


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", choices=(*KINDS, []), metavar="kind")
    parser.add_argument("--inputs", type=Path, default=HERE / "samples" / "scans")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--work", type=Path)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--stand-ins", dest="mode", action="store_const", const="stand-ins", default="real")
    mode.add_argument("--blank", dest="mode", action="store_const", const="blank")
    parser.add_argument("--runner", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.runner:
        return runner(options.inputs, options.work, options.jobs, options.mode)
    work = Path(tempfile.mkdtemp(prefix="chaos-", dir=options.work))
    inputs = stand_in_inputs(work / "scans") if options.mode == "stand-ins" else options.inputs.resolve()
    bench = Bench(inputs, work, random.Random(options.seed), options.mode, options.jobs)
    try:
        return _all_kinds(bench, options.kinds or KINDS, options.kills)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _all_kinds(bench: Bench, kinds: tuple[str, ...], kills: int) -> int:
    began = datetime.now(UTC)
    if (code := bench.finish(bench.undisturbed)) != 0:
        print(f"the undisturbed run ended with {code}: there is nothing to compare with", file=sys.stderr)
        return 1
    pace = Pace.of(bench.undisturbed, began)
    expected = outputs(bench.undisturbed)
    report: dict[str, object] = {
        "seconds_until_work": round(pace.start, 1), "seconds_of_work": round(pace.work, 1), "pages": pace.pages,
        "files": len(expected), "engine": bench.mode,
    }
    # Those that take a whole run for each disturbance.
    fewer = max(1, kills // 5)
    tests: dict[str, Callable[[], dict[str, object]]] = {
        **{kind: functools.partial(disturb, bench, kind, kills, pace, expected)
           for kind in ("parent", "workers", "term", "int")},
        "room": lambda: starve(bench, expected),
        "readonly": lambda: lock_up(bench, fewer, pace, expected),
        **{kind: functools.partial(tamper, bench, kind, fewer, pace, expected) for kind in ("vanished", "changed")},
    }
    wrong = 0
    for kind in kinds:
        result = tests[kind]()
        report[kind] = result
        wrong += len(result["wrong"])  # type: ignore[arg-type]
        print(json.dumps({kind: result}, ensure_ascii=False), file=sys.stderr, flush=True)
    told = (bench.work / "stderr.log").read_text("utf-8", "replace")
    # One of an interpreter that was on its way out when the signal came is no fault.
    if "Traceback" in re.sub(r"Traceback (?:(?!Traceback).)*?^KeyboardInterrupt$", "", told, flags=re.S | re.M):
        wrong += 1
        print(told[-4000:], file=sys.stderr)
    print(json.dumps(report, indent=1, ensure_ascii=False))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
