"""What was mended on a page decides the words left in doubt on it."""
import json
from pathlib import Path

import pytest

from pipeline.decoder import tokens
from pipeline.decoder.pending import PendingWord
from pipeline.decoder.restoration import restore
from pipeline.decoder.wear import weigh_by_wear
from pipeline.document import Alternative, Block, Box, Document, Line, Page, Word

CASES = json.loads((Path(__file__).parent / "cases" / "restore" / "wear.json").read_text("utf-8"))


def decoded(raw, readings, kind=None):
    """A word as the lattice leaves it: the readings in order of choice, the first one taken."""
    word = PendingWord(raw)
    word.pieces = tokens.cut(raw)
    place = next(number for number, piece in enumerate(word.pieces) if piece.kind == "text")
    around = [piece.text for piece in word.pieces]
    (chosen, word.confidence), *others = readings.items()
    word.texts = [*around[:place], chosen, *around[place + 1 :]]
    word.kind = kind or ("kept" if word.text == raw else "mark")
    word.alternatives = tuple(
        Alternative("".join([*around[:place], text, *around[place + 1 :]]), chance) for text, chance in others
    )
    return word


@pytest.mark.parametrize("case", [pytest.param(case, id=case["label"]) for case in CASES])
def test_page(case, restorer):
    word = decoded(**case["word"])
    page = [decoded("kê", {"kế": 0.99, "kê": 0.01}) for _ in range(case["mended"])]
    page += [decoded("xã", {"xã": 1.0}) for _ in range(case["right"])]
    sheet = [(one, case["condition"]) for one in [*page, word]]
    weigh_by_wear([sheet], case["preset"], restorer.trained.vocabulary)
    assert (word.text, word.kind) == (case["text"], case["kind"])
    assert all(one.text == "kế" for one in page[: case["mended"]])
    told = {other.text: other.confidence for other in word.alternatives}
    assert word.text not in told
    assert word.confidence + sum(told.values()) == pytest.approx(1, abs=0.01)


def test_pages_of_one_document_are_weighed_apart(restorer):
    worn, sharp = (decoded("đôi", {"đôi": 0.55, "đối": 0.45}) for _ in range(2))
    first = [decoded("kê", {"kế": 0.99, "kê": 0.01}) for _ in range(40)] + [worn]
    second = [decoded("xã", {"xã": 1.0}) for _ in range(3000)] + [sharp]
    weigh_by_wear([[(word, "slips") for word in page] for page in (first, second)], "balanced",
                  restorer.trained.vocabulary)
    assert (worn.text, sharp.text) == ("đối", "đôi")


def page_of(number, text):
    box = Box(0, 0, 10, 10)
    lines = tuple(
        Line(tuple(Word(raw, raw, box, recognised=0.9) for raw in row.split()), box) for row in text.split("\n")
    )
    return Page(number, 595, 842, "ocr", blocks=(Block(lines),))


def test_a_worn_page_of_a_document(restorer):
    """The same doubtful word on a page full of slips and on a sharp one."""
    doubtful = "nội dung triển lầm mẫu số 02"
    worn = "Ké hoach phát triên kinh tê và bao đảm trật tư trên đia bàn huyên\n" * 4 + doubtful
    sharp = "Kế hoạch phát triển kinh tế và bảo đảm trật tự trên địa bàn huyện\n" * 12 + doubtful
    done = restore(Document("a.pdf", "0" * 64, "application/pdf", (page_of(1, worn), page_of(2, sharp))), restorer,
                   "balanced")
    ends = [page.blocks[0].lines[-1].words[3] for page in done.pages]
    chances = [{word.text: word.confidence, **{a.text: a.confidence for a in word.alternatives}} for word in ends]
    assert chances[0]["lãm"] > chances[1]["lãm"]
    assert ends[0].text == "lãm"
    assert all(word.raw == "lầm" for word in ends)
