"""Tesseract as a child process: the page goes in as raw grey on standard input, words come back as TSV.

The bare command is what we call by default: it needs no wheel, a hung or leaking engine dies with its process, and no
time goes into writing PNG files. pytesseract, which many archives have already, runs the same program by way of files
and stays selectable; its answers are the same, at about half a second of CPU a page more.

One OpenMP thread each: with more, Tesseract takes 2.4 times (300 dpi) to 5 times (200 dpi) the CPU for the same
text; pages run in parallel as processes instead.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pytesseract
from PIL import Image as Pillow

from pipeline.errors import MissingPart, PageTimeout, RecognitionFailed
from pipeline.imaging.recognisers.protocol import Image, SeenWord

# Sparse page segmentation etc. are for second looks; 3 is the engine's own full layout analysis.
DEFAULT_SEGMENTATION = 3
DEFAULT_TIMEOUT = 180.0
# The engine's own inversion trial costs time and reads noise; clean.py makes pages dark on light.
_CONFIG = ("-c", "tessedit_do_invert=0")
# Signals that no program raises itself: a full machine or an operator ended it, the page is not at fault.
_FROM_OUTSIDE = frozenset({signal.SIGKILL, signal.SIGTERM, signal.SIGHUP})
_TRIES = 3
_INSTALL = "Install it: apt-get install tesseract-ocr tesseract-ocr-vie tesseract-ocr-osd; then run `sohoa doctor`."


def child_environment() -> dict[str, str]:
    """The environment of a Tesseract process: the present one with a single OpenMP thread."""
    return {**os.environ, "OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"}


@lru_cache(maxsize=1)
def installed() -> tuple[str, str, tuple[str, ...]]:
    """Path of the command, its version and the languages it has. Raises MissingPart."""
    path = shutil.which("tesseract")
    if path is None:
        raise MissingPart("tesseract", "Tesseract is not installed.", cure=_INSTALL)
    try:
        version = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, check=True)
        listing = subprocess.run([path, "--list-langs"], capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise MissingPart("tesseract", f"Tesseract does not start ({error}).", cure=_INSTALL) from error
    first = (version.stdout or version.stderr).split("\n")[0].split()
    languages = tuple(line.strip() for line in listing.stdout.splitlines()[1:] if line.strip())
    return path, first[1] if len(first) > 1 else "unknown", languages


@dataclass(frozen=True, slots=True)
class TesseractRecogniser:
    """Reads with the `tesseract` command. `variant` is "command" or "pytesseract"; both give the same words."""

    languages: tuple[str, ...] = ("vie",)
    segmentation: int = DEFAULT_SEGMENTATION
    variant: str = "command"

    @property
    def identity(self) -> dict[str, Any]:
        return {
            "engine": "tesseract", "version": installed()[1], "languages": list(self.languages),
            "segmentation": self.segmentation, "variant": self.variant,
        }

    def read(self, image: Image, *, dpi: float, timeout: float | None = None) -> tuple[SeenWord, ...]:
        """Words in the engine's reading order; see `Recogniser`."""
        path, _, available = installed()
        for language in self.languages:
            if language not in available:
                raise MissingPart(
                    f"tesseract language {language}", "The language data are not installed.", cure=_INSTALL,
                )
        limit = DEFAULT_TIMEOUT if timeout is None else timeout
        if self.variant == "pytesseract":
            return parse_tsv(self._by_pytesseract(image, dpi, limit))
        command = [
            path, "-", "-", "-l", "+".join(self.languages), "--psm", str(self.segmentation),
            "--dpi", str(_said_dpi(dpi)), *_CONFIG, "tsv",
        ]
        try:
            for _ in range(_TRIES):
                done = subprocess.run(
                    command, input=portable_map(image), capture_output=True, timeout=limit, check=False,
                    env=child_environment(),
                )
                if -done.returncode not in _FROM_OUTSIDE:
                    break
        except subprocess.TimeoutExpired as error:
            raise PageTimeout("", f"Tesseract took longer than {limit:.0f} seconds.") from error
        except OSError as error:
            raise MissingPart("tesseract", f"Tesseract does not start ({error}).", cure=_INSTALL) from error
        if done.returncode != 0:
            said = done.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
            raise RecognitionFailed("", f"Tesseract gave up with code {done.returncode} ({said[:150]}).")
        return parse_tsv(done.stdout.decode("utf-8", "replace"))

    def _by_pytesseract(self, image: Image, dpi: float, limit: float) -> str:
        config = f"--psm {self.segmentation} --dpi {_said_dpi(dpi)} {' '.join(_CONFIG)}"
        # pytesseract hands its own environment on and has no argument for one.
        before = os.environ.get("OMP_THREAD_LIMIT")
        os.environ["OMP_THREAD_LIMIT"] = "1"
        try:
            return str(pytesseract.image_to_data(
                Pillow.fromarray(image), lang="+".join(self.languages), config=config, timeout=limit,
            ))
        except pytesseract.TesseractNotFoundError as error:
            raise MissingPart("tesseract", "Tesseract is not installed.", cure=_INSTALL) from error
        except pytesseract.TesseractError as error:
            raise RecognitionFailed("", f"Tesseract gave up ({str(error)[:150]}).") from error
        except RuntimeError as error:  # what pytesseract raises for its timeout
            raise PageTimeout("", f"Tesseract took longer than {limit:.0f} seconds.") from error
        finally:
            if before is None:
                del os.environ["OMP_THREAD_LIMIT"]
            else:
                os.environ["OMP_THREAD_LIMIT"] = before


def _said_dpi(dpi: float) -> int:
    return min(2400, max(70, round(dpi)))


def portable_map(image: Image) -> bytes:
    """The image as PGM or PPM, which Tesseract reads from standard input without decompressing anything."""
    height, width = image.shape[:2]
    kind = b"P5" if image.ndim == 2 else b"P6"
    return b"%s %d %d 255\n" % (kind, width, height) + np.ascontiguousarray(image).tobytes()


def parse_tsv(table: str) -> tuple[SeenWord, ...]:
    """The words of Tesseract's TSV. Raises RecognitionFailed for an answer that is none."""
    rows = table.split("\n")
    if not rows[0].startswith("level\t"):
        raise RecognitionFailed("", "Tesseract's answer is not a table.")
    words: list[SeenWord] = []
    blocks: dict[tuple[str, str], int] = {}
    lines: dict[tuple[str, str, str, str], int] = {}
    for row in rows[1:]:
        cells = row.split("\t", 11)
        if len(cells) < 12 or cells[0] != "5" or not cells[11].strip():
            continue
        page, block, paragraph, line = cells[1:5]
        left, top, width, height = (int(cell) for cell in cells[6:10])
        confidence = max(0.0, min(1.0, float(cells[10]) / 100))
        words.append(SeenWord(
            cells[11].strip(), left, top, left + width, top + height, round(confidence, 4),
            blocks.setdefault((page, block), len(blocks)),
            lines.setdefault((page, block, paragraph, line), len(lines)),
        ))
    return tuple(words)
