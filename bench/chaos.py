"""Kill, stop and starve a run at random instants, go on, and compare with an undisturbed run.

    python -m bench.chaos [--inputs samples/scans] [--kills 50] [--seed 1] [--blank | --stand-ins] [kind ...]

Kinds: parent (kill -9 of the run), workers (kill -9 of any process below it: a worker, its Tesseract, the
server that forks them), term and int (signals), room (a limit on the size of files, then a small full disk
where mounting is allowed), readonly (the output folder loses its rights in the middle), vanished and changed
(an input goes or becomes another one in the middle, and is put back). Each kind goes on until the run is
complete, then must have the same outputs byte for byte, no page recorded twice, nothing left behind.

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
from pathlib import Path
from typing import Literal

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


@dataclass(frozen=True)
class Bench:
    """What is run, and how."""

    inputs: Path
    work: Path
    random: random.Random
    mode: Mode
    jobs: int

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
    seen: Counter[tuple[str, int]] = Counter()
    for line in (out / "events.jsonl").read_text("utf-8").splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue  # torn by a kill
        if event["event"] == "page" and event["state"] == "done":
            seen[event["name"], event["page"]] += 1
    return seen


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


def disturb(bench: Bench, kind: str, kills: int, longest: float, expected: dict[str, bytes]) -> dict[str, object]:
    """`kills` disturbances over as many runs as they need; each run is finished and compared."""
    done, rounds, wrong = 0, 0, []
    while done < kills:
        rounds += 1
        out = bench.work / f"{kind}-{rounds}"
        while done < kills:
            process = bench.start(out)
            done += _hit(bench, process, kind, longest, out)
            if process.returncode == 0:
                break
        if bench.finish(out) != 0:
            wrong.append(f"round {rounds}: the last run did not end with 0")
        wrong += [f"round {rounds}: {item}" for item in differences(out, expected)]
        shutil.rmtree(out)
    return {"disturbances": done, "rounds": rounds, "wrong": wrong[:20]}


def _hit(bench: Bench, process: subprocess.Popen[bytes], kind: str, longest: float, out: Path) -> int:
    """Disturbs one run; how often it did. A worker's death does not end the run, so several of them die."""
    hits = 0
    # Before its start a signal meets the bare interpreter; of the kills one in five may come that early.
    if kind in ("term", "int") or bench.random.random() < 0.8:
        _wait_for_start(process, out)
    while True:
        wait = bench.random.uniform(0.05, longest)
        try:
            process.wait(wait)
            break
        except subprocess.TimeoutExpired:
            pass
        if kind == "workers":
            if below := _below(process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(bench.random.choice(below), signal.SIGKILL)
                    hits += 1
            continue
        process.send_signal(SIGNALS[kind])
        process.wait()
        hits += 1
        break
    if kind != "parent" and process.returncode not in (0, 130):
        told = (bench.work / "stderr.log").read_text("utf-8", "replace")[-4000:]
        raise SystemExit(f"{kind}: the run ended with {process.returncode}, not 0 or 130\n{told}")
    return hits


def _wait_for_start(process: subprocess.Popen[bytes], out: Path) -> None:
    log = out / "events.jsonl"
    before = log.stat().st_size if log.exists() else 0
    while process.poll() is None and (not log.exists() or log.stat().st_size <= before):
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


def lock_up(bench: Bench, times: int, longest: float, expected: dict[str, bytes]) -> dict[str, object]:
    """The output folder loses its rights at a random instant and has them again for the next run."""
    # The rights of a folder do not bind root, but for one who gave that power up.
    before = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-all"] if os.geteuid() == 0 else []
    if before and shutil.which(before[0]) is None:
        return {"disturbances": 0, "wrong": [], "why": "needs setpriv, or a user that is not root"}
    wrong, done = [], 0
    for number in range(times):
        out = bench.work / f"readonly-{number}"
        process = bench.start(out, before=before)
        _wait_for_start(process, out)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(bench.random.uniform(0.05, longest))
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


def tamper(bench: Bench, kind: str, times: int, longest: float, expected: dict[str, bytes]) -> dict[str, object]:
    """An input vanishes or becomes another one at a random instant, and is put back for the next run."""
    wrong = []
    for number in range(times):
        scans, out = bench.work / f"{kind}-scans", bench.work / f"{kind}-{number}"
        shutil.copytree(bench.inputs, scans)
        process = bench.start(out, inputs=scans)
        _wait_for_start(process, out)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(bench.random.uniform(0.05, longest))
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
    began = time.monotonic()
    if (code := bench.finish(bench.work / "undisturbed")) != 0:
        print(f"the undisturbed run ended with {code}: there is nothing to compare with", file=sys.stderr)
        return 1
    whole = time.monotonic() - began
    expected = outputs(bench.work / "undisturbed")
    report: dict[str, object] = {"undisturbed_seconds": round(whole, 1), "files": len(expected)}
    longest = max(1.0, whole / 2)  # so that a run is hit about three times on its way
    # Those that take a whole run for each disturbance.
    fewer = max(1, kills // 5)
    tests: dict[str, Callable[[], dict[str, object]]] = {
        **{kind: (lambda kind=kind: disturb(bench, kind, kills, longest, expected))
           for kind in ("parent", "workers", "term", "int")},
        "room": lambda: starve(bench, expected),
        "readonly": lambda: lock_up(bench, fewer, longest, expected),
        **{kind: (lambda kind=kind: tamper(bench, kind, fewer, longest, expected)) for kind in ("vanished", "changed")},
    }
    wrong = 0
    for kind in kinds:
        result = tests[kind]()
        report[kind] = result
        wrong += len(result["wrong"])  # type: ignore[arg-type]
        print(json.dumps({kind: result}, ensure_ascii=False), file=sys.stderr, flush=True)
    told = (bench.work / "stderr.log").read_text("utf-8", "replace")
    if "Traceback" in told:
        wrong += 1
        print(told[-4000:], file=sys.stderr)
    print(json.dumps(report, indent=1, ensure_ascii=False))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
