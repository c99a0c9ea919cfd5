"""The fonts that samples are printed with, found by name and checked for every Vietnamese letter."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import ImageFont

FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts")

# Files by family and style (regular, bold, italic, bold italic). Version 1 of Liberation lacks many letters,
# so the letters are counted, not trusted by name.
FAMILIES = {
    "Liberation Serif": "LiberationSerif-{}.ttf",
    "Liberation Sans": "LiberationSans-{}.ttf",
    "Liberation Mono": "LiberationMono-{}.ttf",
    "Tinos": "Tinos-{}.ttf",
    "Noto Serif": "NotoSerif-{}.ttf",
    "DejaVu Serif": "DejaVuSerif{}.ttf",
}
STYLES = {"": "Regular", "b": "Bold", "i": "Italic", "bi": "BoldItalic"}
DEJAVU = {"": "", "b": "-Bold", "i": "-Italic", "bi": "-BoldItalic"}

TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
VOWELS = "aăâeêioôơuưy"
LETTERS = frozenset(
    form
    for vowel in VOWELS
    for tone in TONES
    for form in (unicodedata.normalize("NFC", vowel + tone), unicodedata.normalize("NFC", vowel + tone).upper())
) | frozenset("đĐ")  # 12 vowels x 6 tones x 2 cases + 2 = 146


class MissingFont(RuntimeError):
    """A font is not installed or lacks letters; the message ends with the cure."""


@cache
def path(family: str, style: str = "") -> Path:
    """The file of one style, checked to hold every Vietnamese letter. Raises `MissingFont`."""
    name = FAMILIES[family].format(DEJAVU[style] if family == "DejaVu Serif" else STYLES[style])
    cure = (
        "install it: apt-get install fonts-liberation2 fonts-liberation fonts-croscore fonts-noto-core"
        " fonts-dejavu-extra"
    )
    lacking = ""
    for folder in FOLDERS:
        for found in sorted(folder.rglob(name)):
            with TTFont(found, lazy=True) as font:
                lacking = "".join(sorted(LETTERS - {chr(code) for code in font.getBestCmap()}))
            if not lacking:
                return found
    reason = f"{name} lacks the letters {lacking[:20]}" if lacking else f"{name} is not installed"
    raise MissingFont(f"{reason}; {cure}")


@cache
def face(family: str, style: str, pixels: float) -> ImageFont.FreeTypeFont:
    """One face at a size in pixels; basic layout, since NFC Vietnamese needs no shaping."""
    return ImageFont.truetype(str(path(family, style)), pixels, layout_engine=ImageFont.Layout.BASIC)
