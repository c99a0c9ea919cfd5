"""Tesseract inside this process, through the optional `tesserocr` wheel (which brings an engine of its own).

Saves the start of a program for every crop (71 against 174 ms), but cannot be stopped in the middle: its timeout is a
wish, so a page that hangs is ended by killing the worker that reads it. A fresh engine every few hundred reads keeps
its reported leaks small.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image as Pillow

from pipeline.errors import MissingPart, PageTimeout, RecognitionFailed
from pipeline.imaging.recognisers.protocol import Image, SeenWord
from pipeline.imaging.recognisers.tesseract import DEFAULT_SEGMENTATION, DEFAULT_TIMEOUT, parse_tsv

_DATA = (
    "/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract-ocr/4.00/tessdata", "/usr/share/tessdata",
    "/usr/local/share/tessdata", "/opt/homebrew/share/tessdata",
)
_READS_AN_ENGINE = 300
_CURE = "Install it (pip install 'sohoa[tesserocr]') or choose the engine `tesseract`."


@dataclass(slots=True)
class _Held:
    api: Any = None
    reads: int = 0


@dataclass(frozen=True, slots=True)
class TesserocrRecogniser:
    """Reads with the engine of the tesserocr wheel and the language data of the system."""

    languages: tuple[str, ...] = ("vie",)
    segmentation: int = DEFAULT_SEGMENTATION
    _held: _Held = field(default_factory=_Held, compare=False, repr=False)

    @property
    def identity(self) -> dict[str, Any]:
        return {
            "engine": "tesserocr", "version": _library().tesseract_version().split("\n")[0].split()[-1],
            "languages": list(self.languages), "segmentation": self.segmentation,
        }

    def __reduce__(self) -> tuple[object, ...]:
        # An engine cannot cross to another process; the settings can.
        return (TesserocrRecogniser, (self.languages, self.segmentation))

    def _engine(self) -> Any:
        if self._held.api is not None and self._held.reads >= _READS_AN_ENGINE:
            self._held.api.End()
            self._held.api = None
        if self._held.api is None:
            folder = next((path for path in _DATA if Path(path, f"{self.languages[0]}.traineddata").is_file()), None)
            if folder is None:
                raise MissingPart(f"tesseract language {self.languages[0]}", "The language data are not installed.")
            try:
                self._held.api = _library().PyTessBaseAPI(path=folder, lang="+".join(self.languages))
            except RuntimeError as error:
                raise MissingPart("tesserocr", f"The engine does not start ({error}).", cure=_CURE) from error
            self._held.api.SetVariable("tessedit_do_invert", "0")
            self._held.reads = 0
        self._held.reads += 1
        return self._held.api

    def read(self, image: Image, *, dpi: float, timeout: float | None = None) -> tuple[SeenWord, ...]:
        """Words in the engine's reading order; see `Recogniser`. The timeout is soft."""
        limit = DEFAULT_TIMEOUT if timeout is None else timeout
        api = self._engine()
        try:
            api.SetPageSegMode(self.segmentation)
            api.SetImage(Pillow.fromarray(image))
            api.SetSourceResolution(min(2400, max(70, round(dpi))))
            if not api.Recognize(int(limit * 1000)):
                raise PageTimeout("", f"Tesseract took longer than {limit:.0f} seconds.")
            return parse_tsv("level\t\n" + api.GetTSVText(0))
        except RuntimeError as error:
            raise RecognitionFailed("", f"Tesseract gave up ({error}).") from error
        finally:
            api.Clear()


def _library() -> Any:
    try:
        import tesserocr  # optional extra with a large binary
    except ImportError as error:
        raise MissingPart("tesserocr", "The Python package tesserocr is not installed.", cure=_CURE) from error
    return tesserocr
