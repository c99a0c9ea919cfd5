"""Cases of the leaf parsers: JSON files under tests/cases/<module>/, one object a case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).resolve().parent / "cases"


def cases(module: str, *names: str) -> list[Any]:
    """The cases of some files as pytest parameters, named by file and content."""
    found = []
    for name in names:
        for index, case in enumerate(json.loads((CASES / module / f"{name}.json").read_text("utf-8"))):
            shown = next(
                (str(case[key]) for key in ("label", "text", "line", "heading", "lines") if key in case),
                index,
            )
            found.append(pytest.param(case, id=f"{name}:{shown}"[:70]))
    return found


def kept(values: dict[str, Any]) -> dict[str, Any]:
    """A value as the case files write it: empty parts left out."""
    return {key: value for key, value in values.items() if value not in (None, (), "", [], False)}
