"""The commands of `python -m pipeline.training`; `make train` runs them in order.

    counts   folders of text -> language.npz (vocabulary and n-grams)
    pages    folders of text -> pages.jsonl (synthetic pages as printed and as read); can be cut short and continued
    channel  pages.jsonl -> channels.npz (what recognisers make of syllables)
    pack     both -> the model file that is shipped
    neural   folders of text, pages.jsonl, the model -> neural.npz (the second reader; this alone needs torch)
    calibrate  the model, pages of held-out text -> the same with probabilities as they proved right
    figures  fonts -> figures.npz files (numbers drawn and aged); `glyphs` learns from them (needs torch)
    lowercase  folders of text -> dictionaries/lower_case.tsv (words hardly ever capital after another)
    judge    wrong syllables of held-out text with and without the second reader, which no step has seen
"""
from __future__ import annotations

import argparse
import datetime
import itertools
import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.decoder import channel, modelfile
from pipeline.decoder.restoration import Restorer
from pipeline.decoder.trained import MODEL, load
from pipeline.knowledge import vietnamese
from pipeline.training import calibration, confusions, corpus, counts, doubts, lowercase

READERS = (("latin", frozenset({"eng", "Latin"})), ("vie", frozenset({"vie", "Vietnamese"})))
SHORTEST = 3  # words of a paragraph worth printing
TOGETHER = 40  # paragraphs restored as one text
MOST_JUDGED = 400  # paragraphs of each source
SOUND = 0.75  # share of legal syllables; tables and foreign text are not worth printing either


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline.training", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("counts", "lowercase", "pages"):
        command = commands.add_parser(name)
        command.add_argument("--text", type=Path, nargs="+", required=True, help="folders of .txt or .txt.xz")
        command.add_argument("--exclude", type=Path, nargs="*", default=[], help="texts that must not be seen")
        command.add_argument("--out", type=Path, required=True)
    command.add_argument("--pages", type=int, default=1000)
    command.add_argument("--split", choices=("train", "dev", "test"), default="train", help="held-out text or not")
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--fonts", type=Path, default=Path("/usr/share/fonts/truetype"))
    command.add_argument("--tessdata", type=Path, default=Path("/usr/share/tesseract-ocr/5/tessdata"))
    command = commands.add_parser("channel")
    command.add_argument("--pages", type=Path, nargs="+", required=True)
    command.add_argument("--out", type=Path, required=True)
    command = commands.add_parser("pack")
    command.add_argument("--parts", type=Path, nargs="+", required=True)
    command.add_argument("--out", type=Path, required=True)
    command = commands.add_parser("neural")
    command.add_argument("--text", type=Path, nargs="+", required=True, help="folders of .txt or .txt.xz")
    command.add_argument("--exclude", type=Path, nargs="*", default=[], help="texts that must not be seen")
    command.add_argument("--pages", type=Path, nargs="+", required=True, help="pages the channel was learned from")
    command.add_argument("--held", type=Path, nargs="+", required=True, help="pages of held-out text, for its weights")
    command.add_argument("--model", type=Path, default=MODEL)
    command.add_argument("--minutes", type=float, default=70, help="of learning")
    command.add_argument("--out", type=Path, required=True)
    command = commands.add_parser("calibrate")
    command.add_argument("--held", type=Path, nargs="+", required=True, help="pages of held-out text")
    command.add_argument("--model", type=Path, default=MODEL)
    command.add_argument("--out", type=Path, required=True, help="another file than the model")
    command = commands.add_parser("judge")
    command.add_argument("--text", type=Path, nargs="+", required=True, help="folders of .txt or .txt.xz")
    command.add_argument("--exclude", type=Path, nargs="*", default=[], help="texts that must not be seen")
    command.add_argument("--held", type=Path, nargs="*", default=[], help="pages of held-out text")
    command.add_argument("--model", type=Path, default=MODEL)
    command = commands.add_parser("figures")
    command.add_argument("--fonts", type=Path, nargs="+", default=[Path("/usr/share/fonts")], help="folders")
    command.add_argument("--without", nargs="*", default=[], help="parts of names of font files to leave out")
    command.add_argument("--only", nargs="*", default=[], help="parts of names of the only font files to take")
    command.add_argument("--count", type=int, default=20_000)
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--out", type=Path, required=True)
    command = commands.add_parser("glyphs")
    command.add_argument("--drawn", type=Path, nargs="+", required=True, help="files that `figures` made")
    command.add_argument("--held", type=Path, required=True, help="one of other fonts, to test on")
    command.add_argument("--minutes", type=float, default=60)
    command.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    steps = {
        "counts": _counts, "lowercase": _lowercase, "pages": _pages, "channel": _channel, "pack": _pack,
        "neural": _neural, "judge": _judge,
        "calibrate": _calibrate,
        "figures": _figures, "glyphs": _glyphs,
    }
    steps[given.command](given)
    return 0


def _counts(given: argparse.Namespace) -> None:
    paragraphs = itertools.chain(corpus.gazetteer(), corpus.formulas(), corpus.read(given.text, given.exclude))
    vocabulary, model, sizes = counts.build(paragraphs)
    words = np.frombuffer("\n".join(vocabulary.words).encode(), np.uint8)
    arrays: dict[str, Any] = {"words": words, **model.to_arrays()}
    modelfile.save(given.out, arrays)
    json.dump({"words": sizes, "ngrams": [len(table.keys) for table in model.tables]}, sys.stdout, indent=1)


def _lowercase(given: argparse.Namespace) -> None:
    found = lowercase.rows(corpus.read(given.text, given.exclude))
    body = "".join(f"{before}\t{word}\n" for before, word in found)
    given.out.write_text(lowercase.HEAD.format(date=datetime.date.today().isoformat()) + body, "utf-8")


def _pages(given: argparse.Namespace) -> None:
    from pipeline.training import pages  # needs tesserocr and fontTools, which only this command does

    texts = [
        paragraph.text[:600] for paragraph in corpus.read(given.text, given.exclude, (given.split,))
        if len(paragraph.text.split()) >= SHORTEST and vietnamese.legal_share(paragraph.text) >= SOUND
    ]
    random.Random(given.seed).shuffle(texts)
    faces, readers = pages.Faces(given.fonts), pages.Readers(given.tessdata)
    pages.generate(itertools.cycle(texts), faces, readers, pages.ENGINES, given.pages, given.seed, given.out)


def _channel(given: argparse.Namespace) -> None:
    arrays: dict[str, Any] = {}
    for name, models in READERS:
        found = confusions.collect(given.pages, models)
        arrays.update(channel.to_arrays(name, confusions.tables(found.pairs)))
        right = sum(times for (true, read), times in found.pairs.items() if true == read)
        json.dump({"channel": name, "pairs": found.single, "right": right, "split": found.split,
                   "merged": found.merged, "lost": found.lost}, sys.stdout)
    modelfile.save(given.out, arrays)


def _pack(given: argparse.Namespace) -> None:
    arrays: dict[str, Any] = {}
    for part in given.parts:
        arrays.update(modelfile.load(part))
    modelfile.save(given.out, arrays)


def _neural(given: argparse.Namespace) -> None:
    from pipeline.training import neural  # needs torch, which only this command does

    trained = load(given.model, second_reader=False)
    maker, net = doubts.Maker(trained, given.pages), neural.begin(trained)
    steps = neural.learn(
        net, maker, doubts.streams(corpus.read(given.text, given.exclude), trained), given.minutes
    )
    held = list(corpus.read(given.text, given.exclude, ("dev",)))
    # The weights are set on administrative text, so the network is tuned on other text.
    tuned = [paragraph for paragraph in held if paragraph.source not in neural.WEIGHED_ON]
    steps += neural.tune(net, maker, trained, doubts.streams(tuned, trained))
    own = [paragraph.text for paragraph in held if paragraph.source in neural.WEIGHED_ON][: neural.MOST_WEIGHED]
    joined = ["\n\n".join(own[start : start + TOGETHER]) for start in range(0, len(own), TOGETHER)]
    bare = [(text, vietnamese.strip_marks(text)) for text in joined]
    arrays = neural.arrays_of(net, maker, trained)
    neural.weigh(arrays, trained, [list(confusions.texts(given.held, frozenset({"eng"}))), bare])
    modelfile.save(given.out, arrays)
    json.dump({"steps": steps, "weights": arrays["weights"].tolist()}, sys.stdout)


def _calibrate(given: argparse.Namespace) -> None:
    found = calibration.fitted(*calibration.observed(
        load(given.model), confusions.texts(given.held, frozenset({"eng"}))
    ))
    modelfile.save(given.out, {**modelfile.load(given.model), "calibration": found[None, :]})
    json.dump({"offset": found[0], "slope": found[1]}, sys.stdout)


def _figures(given: argparse.Namespace) -> None:
    from pipeline.training import figures  # needs fontTools, which only this command does

    files = figures.fonts(given.fonts, given.without, given.only)
    pictures, texts = figures.draw(given.count, files, figures.words(), given.seed)
    np.savez(
        given.out, widths=np.array([picture.shape[1] for picture in pictures], np.int32),
        flat=np.concatenate([picture.ravel() for picture in pictures]), texts=np.array(texts),
    )
    json.dump({"fonts": len(files), "drawn": len(texts)}, sys.stdout)


def _glyphs(given: argparse.Namespace) -> None:
    from pipeline.training import glyphs  # needs torch, which only this command does

    glyphs.learn(given.drawn, given.held, given.out, given.minutes)


def _judge(given: argparse.Namespace) -> None:
    parts: dict[str, list[str]] = {}
    for paragraph in corpus.read(given.text, given.exclude, ("test",)):
        parts.setdefault(paragraph.source, []).append(paragraph.text)
    texts = {"garbled": list(confusions.texts(given.held, frozenset({"eng"})))}
    for source, rows in parts.items():
        joined = ["\n\n".join(rows[start : start + TOGETHER]) for start in range(0, MOST_JUDGED, TOGETHER)]
        texts[source] = [(text, vietnamese.strip_marks(text)) for text in joined if text]
    readers = [Restorer.load(given.model, second_reader=asked) for asked in (False, True)]
    for name, pairs in texts.items():
        counted = [
            confusions.wrong(true, [reader.restore_text(read).text for reader in readers]) for true, read in pairs
        ]
        every, before, after = (sum(column) for column in zip(*counted, strict=True)) if counted else (0, 0, 0)
        print(f"{name}: {every} syllables, wrong {before} without, {after} with the second reader", flush=True)


if __name__ == "__main__":
    sys.exit(main())
