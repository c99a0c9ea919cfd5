"""What a document is sure of elsewhere weighs its doubtful words anew."""
import json
from pathlib import Path

import pytest

from pipeline.decoder import tokens
from pipeline.decoder.pending import PendingWord
from pipeline.decoder.remembering import Memory, laid_out, remember
from pipeline.decoder.restoration import Restorer
from pipeline.document import Alternative

CASES = json.loads((Path(__file__).parent / "cases" / "restore" / "memory.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def trained():
    return Restorer.load().trained


def decoded(case):
    """Lines as the decoder leaves them: "word" is sure, {"read": ..., "held": {reading: probability}} is in doubt."""
    rows = []
    for line in case["lines"]:
        row = []
        for told in line:
            read = told if isinstance(told, str) else told["read"]
            word = PendingWord(read, pieces=tokens.cut(read))
            word.texts = [piece.text for piece in word.pieces]
            if not isinstance(told, str):
                held = dict(told["held"])
                text = next(iter(held))
                place = next(number for number, piece in enumerate(word.pieces) if piece.kind == "text")
                before, behind = "".join(word.texts[:place]), "".join(word.texts[place + 1 :])
                word.texts[place], word.confidence, word.kind = text, held.pop(text), told.get("kind", "mark")
                word.alternatives = tuple(Alternative(before + other + behind, p) for other, p in held.items())
            row.append(word)
        rows.append(row)
    return rows


@pytest.mark.parametrize("case", [pytest.param(case, id=case["label"]) for case in CASES])
def test_weighs_anew(trained, case):
    rows = decoded(case)
    remember(rows, trained.vocabulary, trained.model, "garbled", case.get("preset", "balanced"))
    assert " ".join(word.text for word in rows[-1]) == case["text"]


def test_probabilities_stay_probabilities(trained):
    rows = decoded(CASES[0])
    raws = [[word.raw for word in row] for row in rows]
    remember(rows, trained.vocabulary, trained.model, "garbled", "balanced")
    assert [[word.raw for word in row] for row in rows] == raws
    for word in (word for row in rows for word in row):
        assert 0 < word.confidence <= 1
        assert word.confidence + sum(other.confidence for other in word.alternatives) <= 1.001
        assert word.text not in [other.text for other in word.alternatives]


def test_a_place_does_not_speak_for_itself(trained):
    rows = decoded({"lines": [["Giao", {"read": "dap", "held": {"đập": 0.94, "đáp": 0.05}}]]})
    stream, places = laid_out(rows, trained.vocabulary)
    found = Memory(stream).evidence(places, trained.model)
    assert len(found) == 1
    assert found[0][0, 0] <= 0  # though the word itself is sure enough to speak for others


def test_a_document_without_doubt_is_left(trained):
    rows = decoded({"lines": [["Thân", "đập", "chính"]]})
    remember(rows, trained.vocabulary, trained.model, "garbled", "balanced")
    assert [word.text for word in rows[0]] == ["Thân", "đập", "chính"]
    assert all(word.confidence == 1.0 for word in rows[0])
