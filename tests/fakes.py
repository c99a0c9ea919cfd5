"""Stand-ins for the pipeline: inputs are small text files that say how each of their pages behaves.

One line a page: `ok WORDS`, `slow SECONDS`, `meet FOLDER COUNT`,
`hang`, `crash`, `killed TIMES`, `exit`, `bug`, `eat MEGABYTES`, `fail`, `large`.
A leading `once:` misbehaves in the first try only (not when read in the plain way). The first line may
be `! refuse`, `! encrypted`, `! crash`, `! hang` to misbehave on opening. Every page that is read
appends a line to the file named by the first line `# log PATH`, so that a test can count the readings.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from pipeline import corrections, stored
from pipeline.batches.jobs import Drives
from pipeline.document import Block, Document, Line, Notice, Page, Word, reset
from pipeline.errors import EncryptedFile, MissingPart, PageError, RecognitionFailed, TooLarge, UnreadableFile
from pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class FakeSource:
    path: Path
    name: str
    sha256: str
    media_type: str
    page_count: int


@dataclass(frozen=True, slots=True)
class FakePlan:
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FakeReading:
    document: Document
    plans: tuple[FakePlan, ...] = (FakePlan(),)
    applied: tuple[str, ...] = ()


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith(("#", "!"))]


def open_source(path: Path, name: str, settings: Settings) -> FakeSource:
    content = path.read_bytes()
    head = content.decode().splitlines()[:1] or [""]
    match head[0]:
        case "! refuse":
            raise UnreadableFile(name, "is damaged.")
        case "! encrypted":
            raise EncryptedFile(name)
        case "! crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "! bug":
            raise ZeroDivisionError("opening")
        case "! missing":
            raise MissingPart("tesseract", "is not installed.")
    return FakeSource(path, name, hashlib.sha256(content).hexdigest(), "text/plain", len(_lines(path)))


def _log(path: Path, told: str) -> None:
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("# log "):
            with Path(line.removeprefix("# log ")).open("a") as file:
                file.write(told + "\n")


def recognise_page(source: FakeSource, number: int, settings: Settings, plain: bool = False) -> Page:
    _log(source.path, f"{source.name} {number}{' plain' if plain else ''}")
    verb, _, rest = _lines(source.path)[number - 1].partition(" ")
    if verb.startswith("once:"):
        verb = "ok" if plain else verb.removeprefix("once:")
    match verb:
        case "slow":
            time.sleep(float(rest))
        case "spin":
            until = time.process_time() + float(rest)
            while time.process_time() < until:
                pass
        case "hang":
            time.sleep(3600)
        case "meet":
            folder, count = rest.split()
            (Path(folder) / str(number)).touch()
            until = time.monotonic() + 60
            while len(list(Path(folder).iterdir())) < int(count):
                if time.monotonic() > until:
                    raise RecognitionFailed(f"page {number}", "was read alone.")
                time.sleep(0.01)
        case "hang_child":
            subprocess.run(["sleep", rest], check=False)
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "killed":
            # The first so many times; the count stands beside the file.
            tally = source.path.with_name(f".{source.path.name}.{number}")
            times = int(tally.read_text()) if tally.exists() else 0
            if times < int(rest):
                tally.write_text(str(times + 1))
                os.kill(os.getpid(), signal.SIGKILL)
        case "exit":
            os._exit(3)
        case "bug":
            raise ZeroDivisionError("a bug in a stage")
        case "eat":
            hoard = []
            for _ in range(int(rest)):
                hoard.append(b"x" * 1_000_000)
        case "fail":
            raise RecognitionFailed(f"page {number}", "is illegible.")
        case "large":
            raise TooLarge(f"page {number}", "has too many pixels.")
        case "rewrite":
            source.path.write_text("ok another content\n")
        case "missing":
            raise MissingPart("tesseract", "is not installed.")
        case "full":
            raise OSError(28, "No space left on device")
    words = tuple(Word(word, word) for word in (rest or "trang").split())
    return Page(number, 595.0, 842.0, origin="text-file", blocks=(Block((Line(words),)),))


def failed_page(number: int, error: PageError) -> Page:
    return Page(number, 595.0, 842.0, status="failed", notices=(Notice("ocr_page_failed", str(error), number),))


def assemble(source: FakeSource, pages: list[Page], settings: Settings) -> Document:
    return Document(source.name, source.sha256, source.media_type, tuple(pages))


def read(told: Document, settings: Settings, given: tuple[corrections.Correction, ...] = ()) -> FakeReading:
    told = reset(told)
    for word in told.words():
        if word.raw == "unreadable":
            raise ZeroDivisionError("a bug in the quick half")
        if word.raw == "killer":
            os.kill(os.getpid(), signal.SIGKILL)
    return FakeReading(told, applied=tuple(str(item.after) for item in given))


def write_outputs(reading: FakeReading, source: FakeSource, folder: Path, settings: Settings) -> tuple[str, ...]:
    texts = "\f".join(page.text for page in reading.document.pages)
    (folder / "text.txt").write_text(texts.upper() if settings.preset == "full" else texts)
    record = {"file": source.name, "applied": list(reading.applied), "preset": settings.preset}
    (folder / "record.json").write_text(json.dumps(record))
    names = ["text.txt", "record.json"]
    if "document" in settings.formats:
        (folder / "document.json").write_text(json.dumps(stored.to_json(reading.document)))
        names.append("document.json")
    if settings.split:
        (folder / "parts").mkdir()
        (folder / "parts" / "one.txt").write_text("one")
        names.append("parts/one.txt")
    return tuple(names)


DRIVES = Drives(open_source, recognise_page, failed_page, assemble, read, write_outputs, corrections.load)
