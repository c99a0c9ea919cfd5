"""Names that stand in several places of a document are decided together."""
import json
from pathlib import Path

import pytest

from pipeline.decoder import tokens
from pipeline.decoder.agreeing import agree
from pipeline.decoder.pending import PendingWord
from pipeline.document import Alternative

CASES = json.loads((Path(__file__).parent / "cases" / "restore" / "names.json").read_text("utf-8"))


def pending(spec):
    """A decoded word of {"raw", "readings"}: the readings in order of probability, the first one chosen."""
    word = PendingWord(spec["raw"])
    word.pieces = tokens.cut(spec["raw"])
    place = next((number for number, piece in enumerate(word.pieces) if piece.kind == "text"), None)
    if place is not None:
        texts = [piece.text for piece in word.pieces]
        (chosen, word.confidence), *others = spec.get("readings", {texts[place]: 1.0}).items()
        word.texts = [*texts[:place], chosen, *texts[place + 1 :]]
        word.kind = "kept" if word.text == word.raw else "mark"
        word.alternatives = tuple(
            Alternative("".join([*texts[:place], text, *texts[place + 1 :]]), chance) for text, chance in others
        )
    return word


@pytest.mark.parametrize("case", [pytest.param(case, id=case["label"]) for case in CASES])
def test_names(case):
    rows = [[pending(spec) for spec in row] for row in case["rows"]]
    agree(rows)
    assert [" ".join(word.text for word in row) for row in rows] == case["texts"]
    for word in (word for row in rows for word in row):
        assert 0 < word.confidence <= 1
        assert all(other.text != word.text for other in word.alternatives)
