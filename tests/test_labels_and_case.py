"""Labels of items and capitals that a recogniser got wrong are mended by usage, in recognised text alone."""
import json
from pathlib import Path

import pytest

from pipeline.decoder.paragraphs import doubt_labels, mend_labels, mend_romans
from pipeline.decoder.pending import PendingWord
from pipeline.decoder.restoration import restore
from pipeline.decoder.tokens import cut
from pipeline.document import Block, Box, Document, Line, Page, Reading, Word
from tests.papers import recognised_line

CASES = Path(__file__).parent / "cases" / "restore"
LABELS = {
    mend: json.loads((CASES / name).read_text("utf-8"))
    for mend, name in ((mend_labels, "labels.json"), (mend_romans, "romans.json"))
}
CAPITALS = json.loads((CASES / "case.json").read_text("utf-8"))
BOX = Box(0, 0, 10, 10)


@pytest.mark.parametrize(("mend", "case"), [
    pytest.param(mend, case, id=case["label"]) for mend, cases in LABELS.items() for case in cases
])
def test_labels(mend, case):
    rows = [[PendingWord(label, pieces=cut(label, True)), PendingWord("Nội")] for label in case["read"]]
    mend(rows)
    doubt_labels(rows)
    assert [row[0].text for row in rows] == case["text"]
    assert [row[0].raw for row in rows] == case["read"]
    changed = [row[0] for row in rows if row[0].text != row[0].raw]
    assert all(word.kind == "letter" and word.confidence < 1 for word in changed)
    doubtful = [row[0].raw for row in rows if row[0].text == row[0].raw and row[0].confidence <= 0.5]
    assert doubtful == case.get("doubtful", [])


@pytest.mark.parametrize("case", [pytest.param(case, id=case["label"]) for case in CAPITALS])
def test_capitals_of_a_recogniser(case, restorer):
    line = restore(recognised_line(case["raw"]), restorer, "balanced").pages[0].blocks[0].lines[0]
    assert " ".join(word.text for word in line.words) == case["text"]
    changed = [word for word in line.words if word.text != word.raw]
    assert all(word.edits[-1].rule == "restore_case" and word.confidence < 1 for word in changed)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["label"]) for case in CAPITALS])
def test_strict_leaves_capitals(case, restorer):
    line = restore(recognised_line(case["raw"]), restorer, "strict").pages[0].blocks[0].lines[0]
    assert " ".join(word.text for word in line.words) == case["raw"]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["label"]) for case in CAPITALS])
def test_capitals_of_an_author_stay(case, restorer):
    assert restorer.restore_text(case["raw"]).text == case["raw"]


def test_a_model_that_has_the_letter_is_believed_its_labels(restorer):
    read = recognised_line("d) Chỉ đạo các đơn vị trực thuộc thực hiện")
    line = restore(read, restorer, "balanced").pages[0].blocks[0].lines[0]
    assert line.words[0].text == "d)"
    assert line.words[0].confidence > 0.9


def test_what_can_be_no_word_says_nothing_against_one(restorer):
    word = Word("Huỳnh", "Huỳnh", BOX, recognised=0.3, readings=(Reading("second", "THùỳnh", 0.97),))
    name = [Word("Lê", "Lê", BOX, recognised=0.95), word]
    page = Page(1, 595, 842, "ocr", blocks=(Block((Line(tuple(name), BOX),)),))
    done = restore(Document("a.pdf", "0" * 64, "application/pdf", (page,)), restorer, "balanced")
    assert [one.text for one in done.pages[0].blocks[0].lines[0].words] == ["Lê", "Huỳnh"]
