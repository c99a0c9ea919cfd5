"""Which versions made a result: the program, its rules, the libraries that read images.

`rules` is a digest of the quick half (code and dictionaries): when it changes, finished documents are
read again from their stored pages, which costs no recognition. It is taken from the files themselves,
so that a dictionary someone mended counts like a new release does. `imaging` is the same of the slow half:
pages that two of its versions read never meet in one document.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import platform
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pipeline
from pipeline.knowledge.lexicon import dictionary_folder

_LIBRARIES = ("pikepdf", "pypdfium2", "pillow", "opencv-python-headless", "tesserocr")

# The code of the quick half and its writers: a change in these may change what a document is read as.
_RULE_FOLDERS = ("decoder", "knowledge", "structure", "writers")
_RULE_MODULES = ("attention", "correcting", "corrections", "document", "notes", "plan", "rewording", "run", "stored")


@functools.cache
def versions() -> dict[str, str]:
    """Name to version of everything that has a part in a result."""
    told = {
        "sohoa": pipeline.__version__, "rules": rules_digest(), "imaging": imaging_digest(),
        "python": platform.python_version(),
    }
    for name in _LIBRARIES:
        try:
            told[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    if tesseract := _tesseract():
        told["tesseract"] = tesseract
    return told


@functools.cache
def rules_digest() -> str:
    """Changes whenever a rule, a stage of the quick half, the model of restoration or a dictionary does."""
    return _digest(_rule_files(Path(pipeline.__file__).parent))


@functools.cache
def imaging_digest() -> str:
    """Changes whenever a stage between the file and its recognised page does."""
    package = Path(pipeline.__file__).parent
    return _digest([*sorted((package / "imaging").rglob("*.py")), package / "data" / "figures.npz"])


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _rule_files(package: Path) -> list[Path]:
    code = [path for name in _RULE_MODULES if (path := package / f"{name}.py").is_file()]
    for name in _RULE_FOLDERS:
        code += sorted((package / name).rglob("*.py"))
    folders = (package / "data", dictionary_folder())
    return code + [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]


def _tesseract() -> str | None:
    program = shutil.which("tesseract")
    if program is None:
        return None
    try:
        told = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.SubprocessError):
        return None
    first = (told.stdout or told.stderr).splitlines()[:1]
    return first[0].removeprefix("tesseract ").strip() if first else None
