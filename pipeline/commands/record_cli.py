"""The commands `schema` and `score`: what a record looks like, and how well records were read."""

from __future__ import annotations

import argparse
import json

from pipeline.commands import score_table
from pipeline.commands.console import Console
from pipeline.commands.messages import say
from pipeline.errors import EXIT_OK, EXIT_PARTIAL, NoInput
from pipeline.plan import json_schema
from pipeline.scoring import score as scoring


def schema(_: argparse.Namespace, console: Console) -> int:
    console.result(json.dumps(json_schema(), ensure_ascii=False, indent=2))
    return EXIT_OK


def score(options: argparse.Namespace, console: Console) -> int:
    if not options.out.is_dir():
        raise NoInput(options.out, "holds no results of a run.", cure="Name the --out folder of an earlier run.")
    scores = scoring.score_folder(options.gold, options.out)
    if options.json:
        console.result_json(scoring.to_json(scores))
    else:
        console.result(score_table.to_table(scores, console.language))
    if options.update:
        scoring.update(options.gold, scores)
    fallen = scoring.fallen(options.gold, scores) if options.check else ()
    if fallen:
        console.error(say("score.fell", console.language, names=", ".join(fallen)))
    return EXIT_PARTIAL if fallen else EXIT_OK
