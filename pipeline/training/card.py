"""What a training run was made from and what came out, as a page of figures beside the model files.

Only what the steps told of themselves stands there: words of each source, n-grams of each order, pairs of each
channel, what was fitted, what the held-out text says, and what each step cost.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

COSTS = ("seconds", "megabytes")


def page(facts: Sequence[Mapping[str, Any]], models: Iterable[Path]) -> str:
    """The figures of a run as Markdown; `facts` is what the steps told, in order."""
    lines = ["# A training run", "", "| step | made | processor time | memory |", "| --- | --- | ---: | ---: |"]
    for told in facts:
        made = "; ".join(f"{name} {_value(value)}" for name, value in told.items() if name not in ("step", *COSTS))
        lines.append(f"| {told['step']} | {made} | {told['seconds']} s | {told['megabytes']} MB |")
    lines += ["", "| file | bytes |", "| --- | ---: |"]
    lines += [f"| {path.name} | {path.stat().st_size:,} |" for path in models if path.is_file()]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "(" + ", ".join(f"{name} {_value(part)}" for name, part in value.items()) + ")"
    if isinstance(value, list):
        return "[" + ", ".join(_value(part) for part in value) + "]"
    return f"{value:,}" if isinstance(value, int) else str(value)
