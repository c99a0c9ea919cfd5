"""Answers from files instead of an engine, so that tests need no Tesseract and say the same everywhere.

An answer is keyed by the content of the image, the engine and its settings. A new engine version or a changed pixel
is another key: a recording can be missing, but it cannot be stale.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import RecognitionFailed
from pipeline.imaging.recognisers.protocol import Image, Recogniser, SeenWord


def recording_key(image: Image, identity: dict[str, Any], dpi: float) -> str:
    """Hex name of one reading."""
    digest = hashlib.sha256(json.dumps([identity, list(image.shape), round(dpi)], sort_keys=True).encode())
    digest.update(image.tobytes())
    return digest.hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class RecordedRecogniser:
    """Replays the recordings of `folder` as if it were the engine of that identity.

    `settings` is the identity of the engine that was recorded. Raises RecognitionFailed for a page that never was.
    """

    folder: Path
    settings: tuple[tuple[str, Any], ...] = ()

    @property
    def identity(self) -> dict[str, Any]:
        return dict(self.settings)

    def read(self, image: Image, *, dpi: float, timeout: float | None = None) -> tuple[SeenWord, ...]:
        """Words as recorded; see `Recogniser`."""
        path = self.folder / f"{recording_key(image, self.identity, dpi)}.json"
        try:
            rows = json.loads(path.read_text("utf-8"))
        except OSError as error:
            raise RecognitionFailed(path.stem, "This page has no recording.", cure="Record it anew.") from error
        return tuple(SeenWord(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class RecordingRecogniser:
    """Asks another recogniser and keeps its answers in `folder`."""

    folder: Path
    engine: Recogniser

    @property
    def identity(self) -> dict[str, Any]:
        return self.engine.identity

    def read(self, image: Image, *, dpi: float, timeout: float | None = None) -> tuple[SeenWord, ...]:
        """Words of the engine, written down."""
        words = self.engine.read(image, dpi=dpi, timeout=timeout)
        self.folder.mkdir(parents=True, exist_ok=True)
        rows = [json.dumps(dataclasses.astuple(word), ensure_ascii=False) for word in words]
        path = self.folder / f"{recording_key(image, self.identity, dpi)}.json"
        path.write_text("[\n" + ",\n".join(rows) + "\n]\n", "utf-8")
        return words
