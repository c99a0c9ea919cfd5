"""The command `parse`: the record of a text."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline import run
from pipeline.commands.console import Console
from pipeline.commands.given import read_text
from pipeline.errors import EXIT_OK
from pipeline.settings import Settings
from pipeline.writers import export


def parse(options: argparse.Namespace, console: Console) -> int:
    name = "stdin.txt" if options.file == "-" else Path(options.file).name
    plan = run.parse(read_text(options.file), Settings(preset=options.preset), name)
    console.result(export.record_json(plan))
    return EXIT_OK
