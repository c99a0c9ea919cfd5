"""The training steps: shares of a text, and the page of figures of a run."""
import json
import lzma

import numpy as np

from pipeline.decoder import modelfile
from pipeline.training import card, corpus
from pipeline.training.__main__ import main

TEXT = "Ủy ban nhân dân xã giao các thôn rà soát số {} hộ nghèo, hộ cận nghèo trên địa bàn."


def written(folder, lines):
    with lzma.open(folder / "own.txt.xz", "wt", encoding="utf-8") as file:
        file.writelines(TEXT.format(number) + "\n" for number in range(lines))
    return folder


def test_no_more_lines_are_read_than_asked_for(tmp_path):
    written(tmp_path, 500)
    every = list(corpus.read([tmp_path], splits=("train", "dev", "test")))
    share = list(corpus.read([tmp_path], splits=("train", "dev", "test"), lines=120))
    assert len(every) == 500
    assert share == every[:120]


def test_a_small_share_makes_a_model_and_a_card(tmp_path):
    written(tmp_path, 300)
    made, facts, page = tmp_path / "language.npz", tmp_path / "facts.jsonl", tmp_path / "card.md"
    main(["counts", "--text", str(tmp_path), "--lines", "200", "--facts", str(facts), "--out", str(made)])
    main(["card", "--facts", str(facts), "--models", str(made), str(tmp_path / "none.npz"), "--out", str(page)])
    told = json.loads(facts.read_text("utf-8").splitlines()[0])
    assert told["step"] == "counts"
    assert told["seconds"] > 0
    assert len(told["ngrams"]) == 4
    text = page.read_text("utf-8")
    assert f"| language.npz | {made.stat().st_size:,} |" in text
    assert "none.npz" not in text


def test_capitals_are_counted_for_the_words_of_a_model(tmp_path):
    written(tmp_path, 300)
    words, made = tmp_path / "language.npz", tmp_path / "capitals.npz"
    vocabulary = ("<s>", "soát", "ủy")
    modelfile.save(words, {"words": np.frombuffer("\n".join(vocabulary).encode(), np.uint8)})
    main(["capitals", "--text", str(tmp_path), "--words", str(words), "--out", str(made)])
    found = modelfile.load(made)["capitals"]
    assert found.shape == (2, 2, len(vocabulary))
    small, raised = found[0, :, vocabulary.index("soát")]
    assert small > 0 > raised


def test_the_card_tells_what_each_step_told():
    told = {"step": "channel", "latin": {"pairs": 20_000, "right": [1, 2]}, "seconds": 1.5, "megabytes": 90}
    assert "| channel | latin (pairs 20,000, right [1, 2]) | 1.5 s | 90 MB |" in card.page([told], [])
