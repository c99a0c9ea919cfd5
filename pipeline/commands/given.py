"""A text as it is given to a command: a file, or standard input."""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.errors import TooLarge, UnreadableFile, WrongType
from pipeline.knowledge import encodings
from pipeline.settings import Settings


def read_text(name: str, limit: int = Settings().max_text_chars) -> str:
    """The text of a file, or of standard input for "-". Raises InputError."""
    try:
        if name == "-":
            content = sys.stdin.buffer.read(limit * 4 + 1)
        else:
            with Path(name).open("rb") as file:
                content = file.read(limit * 4 + 1)
    except OSError as error:
        raise UnreadableFile.because(name, error) from error
    if len(content) > limit * 4:
        raise TooLarge(name, f"more than {limit} characters.")
    try:
        return encodings.decode(content).text
    except ValueError as error:
        raise WrongType(name, f"this is no text ({error}).",
                        cure="Give a text file; scans are read by `sohoa run`.") from error
