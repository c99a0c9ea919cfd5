"""The command `restore`: the spelling of a text restored. It does not wait for what reads scans."""

from __future__ import annotations

import argparse

from pipeline.commands.console import Console
from pipeline.commands.given import read_text
from pipeline.commands.messages import say
from pipeline.decoder.restoration import Restorer
from pipeline.errors import EXIT_OK
from pipeline.writers.doubts import FORMATS


def restore(options: argparse.Namespace, console: Console) -> int:
    restored = Restorer.load().restore_text(
        read_text(options.file), options.preset, [read_text(str(name)) for name in options.reference])
    unreadable = len({word.line for word in restored.words if restored.conditions[word.line] == "unreadable"})
    if unreadable:
        console.note(say("restore.unreadable", console.language, count=unreadable))
    form = "json" if options.json else options.format
    console.result(FORMATS[form](restored))
    return EXIT_OK
