"""Sohoa (*số hóa*): scanned Vietnamese plans in; true text, searchable PDF/A and plan records out.

The three calls of a program that uses it:

    from pipeline import digitise, parse, restore

`digitise(path)` reads one file, `parse(text)` makes a record of a text, `restore(text)` mends its
spelling. They are found on first use, so that importing one small module does not load the whole house.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.run import Reading, digitise, parse, restore

__version__ = "0.1.0"

__all__ = ["Reading", "__version__", "digitise", "parse", "restore"]

_PLACES = {"Reading": "run", "digitise": "run", "parse": "run", "restore": "run"}


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(import_module(f"pipeline.{_PLACES[name]}"), name)
    raise AttributeError(f"module 'pipeline' has no attribute {name!r}")
