"""Look at every part outside this program, and name the cure for each fault.

A missing part found here in a second is not found in the middle of a night's run. Nothing is repaired:
each finding says what a person should type.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Literal

from pipeline.batches import machine
from pipeline.commands.console import Console
from pipeline.commands.messages import say
from pipeline.decoder.restoration import Restorer
from pipeline.errors import EXIT_MISSING_PART, EXIT_OK, MissingPart
from pipeline.faults import Phrasebook
from pipeline.knowledge import lexicon

State = Literal["ok", "advice", "missing"]

TESSERACT_OLDEST = (5, 0)  # the LSTM engine and its TSV with word confidences
NEEDED_LANGUAGES = ("vie", "osd")
FREE_DISK_LEAST = 2_000_000_000  # a run keeps images of pages in flight and one PDF copy an input
FREE_MEMORY_LEAST = 1_500_000_000  # one worker on an A4 page of 600 dpi in colour, and the parent
PACKAGES = ("numpy", "opencv-python-headless", "pikepdf", "pillow", "pydantic", "pypdfium2", "rapidfuzz", "rich")
EXTRAS = {"review": "starlette", "office": "openpyxl", "parquet": "pyarrow", "watch": "watchfiles",
          "cluster": "distributed"}

# Names of parts, what is seen, cures. Commands to type, versions and packages are the same in both languages.
_VIETNAMESE = Phrasebook((
    ("language data {}", "dữ liệu ngôn ngữ {0}"),
    ("script data {}", "dữ liệu chữ {0}"),
    ("dictionaries", "từ điển"),
    ("restoration model", "mô hình khôi phục"),
    ("extra {}", "phần thêm {0}"),
    ("free disk", "đĩa còn trống"),
    ("output folder", "thư mục kết quả"),
    ("free memory", "bộ nhớ còn trống"),
    ("processor cores", "nhân bộ xử lý"),
    ("installed", "đã cài"),
    ("not installed", "chưa cài"),
    ("not found", "không thấy"),
    ("not found; doubtful lines are read only once", "không thấy; dòng còn ngờ chỉ được đọc một lần"),
    ("command not found", "không thấy lệnh"),
    ("no answer", "không trả lời"),
    ("loaded", "đã nạp"),
    ("{} tables", "{0} bảng"),
    ("{} GB at {}", "{0} GB ở {1}"),
    ("{} cannot be written", "không ghi được vào {0}"),
    ("Install Python 3.11 or newer.", "Cài Python 3.11 hoặc mới hơn."),
    ("Version 5 is needed: {}", "Cần phiên bản 5: {0}"),
    ("Free some space, or choose --out on a larger disk.", "Giải phóng dung lượng, hoặc chọn --out ở đĩa lớn hơn."),
    ("Check its permissions, or choose another --out.", "Kiểm tra quyền, hoặc chọn --out khác."),
    ("Close other programs, or use --jobs 1.", "Đóng bớt chương trình khác, hoặc dùng --jobs 1."),
))


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: what it is, how it stands, what was seen, and the cure where one is needed."""

    part: str
    state: State
    seen: str
    cure: str = ""


def examine(out: Path | None = None) -> tuple[Finding, ...]:
    """All checks in order. `out` is the output folder whose disk is looked at (the current one if None)."""
    return tuple(finding for check in CHECKS for finding in check(out or Path.cwd()))


def in_vietnamese(finding: Finding) -> Finding:
    """The finding in Vietnamese; what is no sentence of ours stays as it is."""
    part, seen, cure = (_VIETNAMESE.look_up(text) or text for text in (finding.part, finding.seen, finding.cure))
    return replace(finding, part=part, seen=re.sub(r"\.(?=\d GB)", ",", seen), cure=cure)


def _python(_: Path) -> Iterator[Finding]:
    good = sys.version_info >= (3, 11)
    yield Finding("Python", "ok" if good else "missing", platform.python_version(),
                  "" if good else "Install Python 3.11 or newer.")


def _packages(_: Path) -> Iterator[Finding]:
    for name in PACKAGES:
        try:
            yield Finding(name, "ok", metadata.version(name))
        except metadata.PackageNotFoundError:
            yield Finding(name, "missing", "not installed", "pip install --force-reinstall sohoa")
    for extra, name in EXTRAS.items():
        try:
            yield Finding(f"extra {extra}", "ok", f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            yield Finding(f"extra {extra}", "advice", "not installed", f"pip install 'sohoa[{extra}]'")


def _tesseract(_: Path) -> Iterator[Finding]:
    install = "sudo apt-get install tesseract-ocr tesseract-ocr-vie tesseract-ocr-osd tesseract-ocr-script-viet"
    if shutil.which("tesseract") is None:
        yield Finding("Tesseract", "missing", "command not found", install)
        return
    told = subprocess.run(["tesseract", "--version"], capture_output=True, text=True, timeout=20, check=False)
    head = (told.stdout or told.stderr).splitlines()[:1]
    found = re.search(r"(\d+)\.(\d+)", head[0]) if head else None
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    if version < TESSERACT_OLDEST:
        yield Finding("Tesseract", "missing", " ".join(head) or "no answer", f"Version 5 is needed: {install}")
    else:
        yield Finding("Tesseract", "ok", head[0])
    listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, timeout=20, check=False)
    languages = set((listed.stdout + listed.stderr).split())
    for language in NEEDED_LANGUAGES:
        there = language in languages
        yield Finding(f"language data {language}", "ok" if there else "missing",
                      "installed" if there else "not found",
                      "" if there else f"sudo apt-get install tesseract-ocr-{language}")
    script = bool({"Vietnamese", "script/Vietnamese"} & languages)
    yield Finding("script data Vietnamese", "ok" if script else "advice",
                  "installed" if script else "not found; doubtful lines are read only once",
                  "" if script else "sudo apt-get install tesseract-ocr-script-viet")


def _own_data(_: Path) -> Iterator[Finding]:
    try:
        folder = lexicon.dictionary_folder()
        yield Finding("dictionaries", "ok", f"{len(list(folder.glob('*.tsv')))} tables")
    except MissingPart as error:
        yield Finding("dictionaries", "missing", str(error), "pip install --force-reinstall sohoa")
    try:
        Restorer.load()
        yield Finding("restoration model", "ok", "loaded")
    except (MissingPart, OSError, ValueError) as error:
        yield Finding("restoration model", "missing", str(error), "pip install --force-reinstall sohoa")


def _room(out: Path) -> Iterator[Finding]:
    place = next((folder for folder in (out, *out.absolute().parents) if folder.exists()), Path("/"))
    free = shutil.disk_usage(place).free
    good = free >= FREE_DISK_LEAST
    yield Finding("free disk", "ok" if good else "advice", f"{free / 1e9:.1f} GB at {place}",
                  "" if good else "Free some space, or choose --out on a larger disk.")
    if not os.access(place, os.W_OK):
        yield Finding("output folder", "missing", f"{place} cannot be written",
                      "Check its permissions, or choose another --out.")
    if memory := machine.memory_available():  # 0 where the system does not tell
        good = memory >= FREE_MEMORY_LEAST
        yield Finding("free memory", "ok" if good else "advice", f"{memory / 1e9:.1f} GB",
                      "" if good else "Close other programs, or use --jobs 1.")
    yield Finding("processor cores", "ok", str(machine.cores()))


CHECKS: tuple[Callable[[Path], Iterator[Finding]], ...] = (_python, _tesseract, _own_data, _packages, _room)


def doctor(options: argparse.Namespace, console: Console) -> int:
    """The command `doctor`."""
    found = examine(options.out)
    findings = tuple(map(in_vietnamese, found)) if console.language == "vi" else found
    if options.json:  # a machine knows the parts by their names
        console.result_json([{**dataclasses.asdict(finding), "part": one.part}
                             for one, finding in zip(found, findings, strict=True)])
    else:
        for finding in findings:
            cure = f"\n{'':25}-> {finding.cure}" if finding.cure else ""
            state = say(f"doctor.{finding.state}", console.language)
            console.result(f"{state:8} {finding.part:24} {finding.seen}{cure}")
    missing = any(finding.state == "missing" for finding in findings)
    console.note(say("doctor.bad" if missing else "doctor.good", console.language))
    return EXIT_MISSING_PART if missing else EXIT_OK
