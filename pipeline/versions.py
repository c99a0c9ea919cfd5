"""Which versions made a result: the program, its rules, the libraries that read images.

`rules` is a digest of the quick half (code and dictionaries): when it changes, finished documents are
read again from their stored pages, which costs no recognition. It is taken from the files themselves,
so that a dictionary someone mended counts like a new release does.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import platform
import shutil
import subprocess
from pathlib import Path

import pipeline

_LIBRARIES = ("pikepdf", "pypdfium2", "pillow", "opencv-python-headless", "tesserocr")

# Code that cannot change what a document is read as: people, the batch around the pipeline, training.
_NOT_RULES = frozenset({
    "cli", "__main__", "messages", "doctor", "batch", "workers", "jobs", "store", "disk", "discover", "outcomes",
    "report", "watch", "cluster", "versions", "score", "accuracy", "agreement",
    "truth", "placement", "ingest", "clean", "pages", "settings", "errors",
})
_NOT_RULE_FOLDERS = frozenset({"review", "training", "recognisers", "__pycache__"})


@functools.cache
def versions() -> dict[str, str]:
    """Name to version of everything that has a part in a result."""
    told = {"sohoa": pipeline.__version__, "rules": rules_digest(), "python": platform.python_version()}
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
    """Changes whenever a rule, a stage of the quick half or a dictionary does."""
    package = Path(pipeline.__file__).parent
    digest = hashlib.sha256()
    roots = [package, package / "dictionaries", package.parent / "dictionaries"]
    for path in sorted(_rule_files(roots)):
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _rule_files(roots: list[Path]) -> list[Path]:
    package = roots[0]
    files = [path for path in package.rglob("*.py")
             if path.stem not in _NOT_RULES and not _NOT_RULE_FOLDERS & set(path.relative_to(package).parts)]
    for folder in roots[1:]:
        if folder.is_dir():
            files += [path for path in folder.rglob("*") if path.is_file()]
            break
    return files


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
