"""A mark of secrecy holds the document; nothing but a person releases it."""

import json
from pathlib import Path

import office
import pytest

from pipeline.desk import changing, desk, handover, index, noting, search
from pipeline.document import Block, Box, Document, Line, Page, Word
from pipeline.knowledge import secrecy

CASES = json.loads((Path(__file__).parents[1] / "cases/secrecy/lines.json").read_text("utf-8"))


def text_document(lines):
    block = Block(tuple(Line(tuple(Word(raw, raw) for raw in line.split())) for line in lines))
    return Document("a.txt", "0", "text/plain", (Page(1, 595, 842, blocks=(block,)),))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_marks(case):
    mark = secrecy.held(text_document(case["lines"]), ())
    assert (mark and mark.degree) == case["degree"]


def test_stamp_beside_the_letterhead_is_told_by_its_gaps():
    def line(gap):
        words, left = [], 60.0
        for raw in ["XÃ", "TAM", "TIẾN", "MẬT", "Độc", "lập"]:
            left += gap if raw in ("MẬT", "Độc") else 4
            words.append(Word(raw, raw, Box(left, 60, left + 30, 72)))
            left += 30
        return Document(
            "a.pdf",
            "0",
            "application/pdf",
            (Page(1, 595, 842, blocks=(Block((Line(tuple(words), Box(60, 60, left, 72)),)),)),),
        )

    assert secrecy.find_marks(line(30))[0].degree == "MẬT"
    assert secrecy.find_marks(line(30))[0].box.left > 100
    assert secrecy.find_marks(line(4)) == ()


def test_held_until_released_by_a_person(out):
    index.update(out)
    with index.opened(out) as db:
        row = search.document(db, office.SECRET)
        assert (row.state, row.secrecy, row.title) == ("held", "TUYỆT MẬT", None)
        assert search.find(db, "rừng thông").total == 0
        stored = "\n".join(
            str(values)
            for table in ("search_documents", "search_pages", "search_targets")
            for values in db.execute(f"SELECT * FROM {table}")
        )
        assert "Rừng" not in stored
        assert "rung" not in stored
    item = desk.load(out, office.SECRET)
    item = changing.change(
        out, office.SECRET, [noting.state_entry(item, "released", True, "Minh", "giải mật")], office.read_again
    )
    assert item.mark is None
    index.put(out, item)
    assert search.search(out, "rung thong").total == 1
    item = changing.change(out, office.SECRET, [noting.state_entry(item, "held", True, "Minh")], office.read_again)
    assert item.mark is not None
    index.put(out, item)
    assert search.search(out, "rung thong").total == 0


def test_person_can_hold_what_the_machine_let_pass(out):
    name = "huyen/tam-tien-2024.pdf"
    item = desk.load(out, name)
    item = changing.change(out, name, [noting.state_entry(item, "held", True, "Minh")], office.read_again)
    assert item.mark is not None


def test_what_was_held_since_the_index_was_made_does_not_go_out(out):
    name = "huyen/tam-tien-2024.pdf"
    index.update(out)
    assert name in [entry.name for entry in handover.collect(out).entries]
    item = desk.load(out, name)
    changing.change(out, name, [noting.state_entry(item, "held", True, "Minh")], office.read_again)
    collection = handover.collect(out)
    assert name not in [entry.name for entry in collection.entries]
    assert name in collection.held
