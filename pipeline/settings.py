"""One frozen `Settings` for a run, and the two fingerprints that decide what a second run may reuse.

A run has a slow half (image to recognised document) and a quick half (document to record). A setting
belongs to exactly one of three kinds: it changes the reading of the image (`recognition_fingerprint`),
it changes what is made of the text (`reading_fingerprint`), or it changes neither (how many jobs, where
to log). A field marked neither way here would silently reuse stale results, so a test holds the lists
complete.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from pipeline.errors import UsageError

TextLayerPolicy = Literal["auto", "keep", "redo"]
Preset = Literal["strict", "balanced", "full"]
Engine = Literal["tesseract", "pytesseract", "tesserocr"]

# What the quick half writes for every document; "pdf", "alto", "hocr", "page" and "html" on request.
DEFAULT_FORMATS = ("record", "text", "raw", "document", "markdown", "pdf")
ALL_FORMATS = (*DEFAULT_FORMATS, "alto", "hocr", "page", "html")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set for a run. Lengths in pixels, points or seconds as the name says."""

    # reading of the image
    text_layer: TextLayerPolicy = "auto"
    engine: Engine = "tesseract"
    languages: tuple[str, ...] = ("vie",)
    second_reading: bool = True
    render_dpi: int = 300
    # what is made of the text
    preset: Preset = "balanced"
    references: tuple[str, ...] = ()
    formats: tuple[str, ...] = DEFAULT_FORMATS
    split: bool = False
    # guards: checked before the work, so they decide whether a reading exists, not what it says
    max_file_bytes: int = 2_000_000_000
    max_pages: int = 5_000
    max_page_pixels: int = 120_000_000  # A4 at 900 dpi is 78 million
    max_text_chars: int = 20_000_000
    page_timeout_seconds: float = 180.0
    max_failed_share: float = 0.10
    # neither
    jobs: int = 0  # 0: as many as there are cores
    memory_megabytes: int = 0  # 0: bounded by what the machine has free
    nice: int = 0

    def recognition_fingerprint(self) -> str:
        """Names the reading of an image: the same fingerprint and content give the same document."""
        return self._digest(_RECOGNITION)

    def reading_fingerprint(self) -> str:
        """Names what is made of a recognised document (the recognition settings included)."""
        return self._digest(_RECOGNITION + _READING)

    def reference_digests(self) -> tuple[str, ...]:
        """What each reference holds, as sha256; empty for one that cannot be read: its absence counts too."""
        return tuple(_content(Path(name)) for name in self.references)

    def _digest(self, names: tuple[str, ...]) -> str:
        values = {name: getattr(self, name) for name in names}
        if "references" in values:  # by what they say: an edited text makes another reading, a moved one does not
            values["references"] = self.reference_digests()
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]

    def as_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def _content(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


_RECOGNITION = ("text_layer", "engine", "languages", "second_reading", "render_dpi")
_READING = ("preset", "references", "formats", "split")
_NEITHER = (
    "max_file_bytes", "max_pages", "max_page_pixels", "max_text_chars", "page_timeout_seconds",
    "max_failed_share", "jobs", "memory_megabytes", "nice",
)


def read_toml(path: Path) -> dict[str, Any]:
    """The values of a TOML file that a person wrote. Raises UsageError for one that is none."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError.because(path, error) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(path, f"cannot be read as TOML ({error}).", cure="Mend or remove it.") from error


def load_settings(path: Path) -> Settings:
    """Settings from a TOML file of the field names above.

    Raises UsageError for a file that is not TOML, an unknown name, a value of the wrong type or one that cannot be.
    """
    values = read_toml(path)
    base = Settings()
    known = {field.name for field in dataclasses.fields(Settings)}
    for name, value in values.items():
        if name not in known:
            raise UsageError(path, f"has no setting called {name!r}.", cure=f"Known: {', '.join(sorted(known))}.")
        wanted = getattr(base, name)
        if isinstance(wanted, tuple):
            good = isinstance(value, list) and all(isinstance(item, str) for item in value)
        elif isinstance(wanted, float):
            good = isinstance(value, int | float) and not isinstance(value, bool)
        else:
            good = type(value) is type(wanted)
        if not good:
            raise UsageError(path, f"{name} wants a value like {wanted!r}, not {value!r}.", cure="Mend it.")
    changes: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }
    if "formats" in changes:
        changes["formats"] = formats_of(changes["formats"], path)
    return checked(dataclasses.replace(base, **changes), path)


def formats_of(names: Iterable[str], subject: object) -> tuple[str, ...]:
    """The formats that are meant by names as a person gives them, "all" and "default" among them, in one order.

    Record and document are always among them: every later command reads these. Raises UsageError, about `subject`.
    """
    wanted = {name.strip() for name in names} - {""}
    unknown = sorted(wanted.difference(ALL_FORMATS, ("all", "default")))
    if unknown or not wanted:
        raise UsageError(subject, f"unknown: {', '.join(unknown) or 'nothing'}.",
                         cure=f"Choose from: {', '.join(ALL_FORMATS)}, default, all.")
    wanted |= {"record", "document"}
    if "default" in wanted:
        wanted |= set(DEFAULT_FORMATS)
    return tuple(name for name in ALL_FORMATS if name in wanted or "all" in wanted)


# What a number may be, both ends included (None: no upper end), and which words there are.
_RANGES: dict[str, tuple[float, float | None]] = {
    "render_dpi": (50, 2400), "max_file_bytes": (1, None), "max_pages": (1, None), "max_page_pixels": (1, None),
    "max_text_chars": (1, None), "page_timeout_seconds": (0.1, None), "max_failed_share": (0, 1), "jobs": (0, None),
    "memory_megabytes": (0, None), "nice": (0, 19),
}
_WORDS = {"text_layer": get_args(TextLayerPolicy), "engine": get_args(Engine), "preset": get_args(Preset)}


def checked(settings: Settings, subject: object = "") -> Settings:
    """The same settings. Raises UsageError, about `subject`, for a value that would fail every document."""
    for name, (least, most) in _RANGES.items():
        value = getattr(settings, name)
        if most is None and not value >= least:  # nan is refused, too
            raise UsageError(subject, f"{name} wants {least} or more, not {value}.", cure="Mend it.")
        if most is not None and not least <= value <= most:
            raise UsageError(subject, f"{name} wants {least} to {most}, not {value}.", cure="Mend it.")
    for name, words in _WORDS.items():
        if (given := getattr(settings, name)) not in words:
            raise UsageError(subject, f"{name} wants one of {', '.join(words)}, not {given}.", cure="Mend it.")
    if not settings.languages:
        raise UsageError(subject, "languages wants one or more, not none.", cure="Mend it.")
    return settings
