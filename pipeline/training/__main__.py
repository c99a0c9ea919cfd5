"""The commands of `python -m pipeline.training`; `make train` runs them in order.

    counts   folders of text -> language.npz (vocabulary and n-grams)
    pages    folders of text -> pages.jsonl (synthetic pages as printed and as read); can be cut short and continued
    channel  pages.jsonl -> channels.npz (what recognisers make of syllables)
    capitals  folders of text, the vocabulary of language.npz -> capitals.npz (which words are capital in a sentence)
    pack     all three -> the model file that is shipped
    neural   folders of text, pages.jsonl, the model -> neural.npz (the second reader; this alone needs torch)
    calibrate  the model, pages of held-out text -> the same with probabilities as they proved right
    figures  fonts -> figures.npz files (numbers drawn and aged); `glyphs` learns from them (needs torch)
    lowercase  folders of text -> dictionaries/lower_case.tsv (words hardly ever capital after another)
    judge    wrong syllables of held-out text with and without the second reader, which no step has seen
    card     what the steps told of themselves -> a page of figures beside the model files

Every step prints what it made as a line of JSON, with its processor time and memory, and adds it to `--facts`.
`--lines` and `--pages` make a small model of a small share of the text, to see that every step runs.
"""
from __future__ import annotations

import argparse
import datetime
import itertools
import json
import random
import resource
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.decoder import channel, counting, modelfile
from pipeline.decoder.language import Vocabulary
from pipeline.decoder.restoration import Restorer
from pipeline.decoder.trained import MODEL, load
from pipeline.knowledge import vietnamese
from pipeline.training import calibration, capitals, card, confusions, corpus, counts, doubts, lowercase

Facts = dict[str, Any]  # what a step tells of itself

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
        _texts_of(command)
        command.add_argument("--out", type=Path, required=True)
    command.add_argument("--pages", type=int, default=1000)
    command.add_argument("--split", choices=("train", "dev", "test"), default="train", help="held-out text or not")
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--fonts", type=Path, default=Path("/usr/share/fonts/truetype"))
    command.add_argument("--tessdata", type=Path, default=Path("/usr/share/tesseract-ocr/5/tessdata"))
    command = commands.add_parser("channel")
    command.add_argument("--pages", type=Path, nargs="+", required=True)
    command.add_argument("--out", type=Path, required=True)
    command = commands.add_parser("capitals")
    _texts_of(command)
    command.add_argument("--words", type=Path, required=True, help="a file that holds the vocabulary")
    command.add_argument("--out", type=Path, required=True)
    command = commands.add_parser("pack")
    command.add_argument("--parts", type=Path, nargs="+", required=True)
    command.add_argument("--out", type=Path, required=True)
    command = commands.add_parser("neural")
    _texts_of(command)
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
    _texts_of(command)
    command.add_argument("--held", type=Path, nargs="*", default=[], help="pages of held-out text")
    command.add_argument("--model", type=Path, default=MODEL)
    command = commands.add_parser("card")
    command.add_argument("--models", type=Path, nargs="+", required=True, help="model files the steps made")
    command.add_argument("--out", type=Path, required=True)
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
    for command in commands.choices.values():
        command.add_argument("--facts", type=Path, help="a file that what the step tells of itself is added to")
    given = parser.parse_args(arguments)
    steps = {
        "counts": _counts, "lowercase": _lowercase, "pages": _pages, "channel": _channel,
        "capitals": _capitals, "pack": _pack,
        "neural": _neural, "judge": _judge,
        "calibrate": _calibrate, "card": _card, "figures": _figures, "glyphs": _glyphs,
    }
    told = steps[given.command](given)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    line = json.dumps({
        "step": given.command, **told, "seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "megabytes": usage.ru_maxrss // 1024,
    })
    print(line)
    if given.facts and given.command != "card":
        with given.facts.open("a", encoding="utf-8") as facts:
            facts.write(line + "\n")
    return 0


def _texts_of(command: argparse.ArgumentParser) -> None:
    command.add_argument("--text", type=Path, nargs="+", required=True, help="folders of .txt or .txt.xz")
    command.add_argument("--exclude", type=Path, nargs="*", default=[], help="texts that must not be seen")
    command.add_argument("--lines", type=int, help="read at most this many lines of each file")


def _read(given: argparse.Namespace, *splits: str) -> Iterator[corpus.Paragraph]:
    return corpus.read(given.text, given.exclude, splits or ("train",), given.lines)


def _counts(given: argparse.Namespace) -> Facts:
    paragraphs = itertools.chain(corpus.gazetteer(), corpus.formulas(), _read(given))
    vocabulary, model, sizes = counts.build(paragraphs)
    words = np.frombuffer("\n".join(vocabulary.words).encode(), np.uint8)
    arrays: dict[str, Any] = {"words": words, **model.to_arrays()}
    modelfile.save(given.out, arrays)
    return {"words": sizes, "ngrams": [len(table.keys) for table in model.tables]}


def _lowercase(given: argparse.Namespace) -> Facts:
    found = list(lowercase.rows(_read(given)))
    body = "".join(f"{before}\t{word}\n" for before, word in found)
    given.out.write_text(lowercase.HEAD.format(date=datetime.date.today().isoformat()) + body, "utf-8")
    return {"rows": len(found)}


def _pages(given: argparse.Namespace) -> Facts:
    from pipeline.training import pages  # needs tesserocr and fontTools, which only this command does

    texts = [
        paragraph.text[:600] for paragraph in _read(given, given.split)
        if len(paragraph.text.split()) >= SHORTEST and vietnamese.legal_share(paragraph.text) >= SOUND
    ]
    random.Random(given.seed).shuffle(texts)
    faces, readers = pages.Faces(given.fonts), pages.Readers(given.tessdata)
    pages.generate(itertools.cycle(texts), faces, readers, pages.ENGINES, given.pages, given.seed, given.out)
    return {"split": given.split, "pages": given.pages, "paragraphs": len(texts)}


def _channel(given: argparse.Namespace) -> Facts:
    arrays: dict[str, Any] = {}
    told: Facts = {}
    for name, models in READERS:
        found = confusions.collect(given.pages, models)
        arrays.update(channel.to_arrays(name, counting.counted(found.pairs)))
        right = sum(times for (true, read), times in found.pairs.items() if true == read)
        told[name] = {
            "pairs": found.single, "right": right, "split": found.split, "merged": found.merged, "lost": found.lost,
        }
    modelfile.save(given.out, arrays)
    return told


def _capitals(given: argparse.Namespace) -> Facts:
    vocabulary = Vocabulary(tuple(modelfile.load(given.words)["words"].tobytes().decode().split("\n")))
    found = capitals.counted(_read(given))
    pairs = capitals.pairs(found, vocabulary)
    modelfile.save(given.out, {"capitals": capitals.shifts(found, vocabulary), **pairs})
    totals = [[small.total(), raised.total()] for small, raised in found.words.values()]
    return {"after_small": totals[0], "after_capital": totals[1], "pairs": len(pairs["capital_pairs"])}


def _pack(given: argparse.Namespace) -> Facts:
    arrays: dict[str, Any] = {}
    for part in given.parts:
        arrays.update(modelfile.load(part))
    modelfile.save(given.out, arrays)
    return {"bytes": given.out.stat().st_size}


def _neural(given: argparse.Namespace) -> Facts:
    from pipeline.training import neural  # needs torch, which only this command does

    trained = load(given.model, second_reader=False)
    maker, net = doubts.Maker(trained, given.pages), neural.begin(trained)
    steps = neural.learn(net, maker, doubts.streams(_read(given), trained), given.minutes)
    held = list(_read(given, "dev"))
    # The weights are set on administrative text, so the network is tuned on other text.
    tuned = [paragraph for paragraph in held if paragraph.source not in neural.WEIGHED_ON]
    steps += neural.tune(net, maker, trained, doubts.streams(tuned, trained))
    own = [paragraph.text for paragraph in held if paragraph.source in neural.WEIGHED_ON][: neural.MOST_WEIGHED]
    joined = ["\n\n".join(own[start : start + TOGETHER]) for start in range(0, len(own), TOGETHER)]
    bare = [(text, vietnamese.strip_marks(text)) for text in joined]
    arrays = neural.arrays_of(net, maker, trained)
    neural.weigh(arrays, trained, [list(confusions.texts(given.held, frozenset({"eng"}))), bare])
    modelfile.save(given.out, arrays)
    return {"steps": steps, "weights": arrays["weights"].round(3).tolist()}


def _calibrate(given: argparse.Namespace) -> Facts:
    found = calibration.fitted(*calibration.observed(
        load(given.model), confusions.texts(given.held, frozenset({"eng"}))
    ))
    modelfile.save(given.out, {**modelfile.load(given.model), "calibration": found[None, :]})
    return {"offset": round(float(found[0]), 3), "slope": round(float(found[1]), 3)}


def _card(given: argparse.Namespace) -> Facts:
    lines = given.facts.read_text("utf-8").splitlines() if given.facts else []
    given.out.write_text(card.page([json.loads(line) for line in lines], given.models), "utf-8")
    return {"lines": len(lines)}


def _figures(given: argparse.Namespace) -> Facts:
    from pipeline.training import figures  # needs fontTools, which only this command does

    files = figures.fonts(given.fonts, given.without, given.only)
    pictures, texts = figures.draw(given.count, files, figures.words(), given.seed)
    np.savez(
        given.out, widths=np.array([picture.shape[1] for picture in pictures], np.int32),
        flat=np.concatenate([picture.ravel() for picture in pictures]), texts=np.array(texts),
    )
    return {"fonts": len(files), "drawn": len(texts)}


def _glyphs(given: argparse.Namespace) -> Facts:
    from pipeline.training import glyphs  # needs torch, which only this command does

    glyphs.learn(given.drawn, given.held, given.out, given.minutes)
    return {}


def _judge(given: argparse.Namespace) -> Facts:
    parts: dict[str, list[str]] = {}
    for paragraph in _read(given, "test"):
        parts.setdefault(paragraph.source, []).append(paragraph.text)
    texts = {"garbled": list(confusions.texts(given.held, frozenset({"eng"})))}
    for source, rows in parts.items():
        joined = ["\n\n".join(rows[start : start + TOGETHER]) for start in range(0, MOST_JUDGED, TOGETHER)]
        texts[source] = [(text, vietnamese.strip_marks(text)) for text in joined if text]
    readers = [Restorer.load(given.model, second_reader=asked) for asked in (False, True)]
    told: Facts = {}
    for name, pairs in texts.items():
        counted = [
            confusions.wrong(true, [reader.restore_text(read).text for reader in readers]) for true, read in pairs
        ]
        every, before, after = (sum(column) for column in zip(*counted, strict=True)) if counted else (0, 0, 0)
        told[name] = {"syllables": every, "wrong without": before, "wrong with": after}
    return told


if __name__ == "__main__":
    sys.exit(main())
