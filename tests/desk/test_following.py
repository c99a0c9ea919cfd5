"""A corrected word stands at once; record and texts follow, and nothing is lost where they do not come to it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import office
import pytest

from pipeline import corrections
from pipeline.desk import changing, desk, index, noting
from pipeline.document import Document
from pipeline.plan import Plan
from pipeline.stored import from_json

NAME = "huyen/tam-tien-2024.pdf"


def place_of(document: Document, text: str) -> str:
    return next(
        f"/pages/{p}/blocks/{b}/lines/{n}/words/{w}"
        for p, page in enumerate(document.pages) for b, block in enumerate(page.blocks)
        for n, line in enumerate(block.lines) for w, word in enumerate(line.words) if word.text == text
    )


def stored(out: Path) -> str:
    return (out / NAME / desk.DOCUMENT).read_text("utf-8")


@pytest.fixture
def noted(out: Path) -> tuple[Path, desk.Item, str]:
    """A document with a word that was corrected and whose outputs were not made anew: as after a crash."""
    item = desk.load(out, NAME)
    pointer = place_of(item.document, "nghèo")
    after = changing.note_words(out, item, [noting.word_entry(item, pointer, "nghề", "Lan")])
    assert after is not None
    return out, after, pointer


def test_a_noted_word_stands_before_any_output_is_written(noted: tuple[Path, desk.Item, str]) -> None:
    out, after, pointer = noted
    before = stored(out)
    assert after.behind
    assert noting.word_at(after.document, pointer)[1].text == "nghề"
    again = desk.load(out, NAME)
    assert (again.behind, again.document) == (True, after.document)
    assert stored(out) == before


def test_outputs_catch_up(noted: tuple[Path, desk.Item, str]) -> None:
    out, after, _ = noted
    seen: list[Document] = []

    def reread(document: Document) -> Plan:
        seen.append(document)
        return office.read_again(document)

    done = changing.catch_up(out, NAME, reread)
    assert not done.behind
    assert seen == [after.document]
    again = desk.load(out, NAME)
    assert (again.behind, again.document) == (False, after.document)
    changing.catch_up(out, NAME, reread)
    assert len(seen) == 1  # nothing is left to do


def test_a_word_noted_while_the_record_is_made_is_in_it(noted: tuple[Path, desk.Item, str]) -> None:
    out, after, pointer = noted
    more = iter([True, False])

    def reread(document: Document) -> Plan:
        if next(more):
            changing.note_words(out, after, [noting.word_entry(after, pointer, "nghèo khó", "Minh")])
        return office.read_again(document)

    changing.catch_up(out, NAME, reread)
    again = desk.load(out, NAME)
    assert not again.behind
    assert noting.word_at(again.document, pointer)[1].text == "nghèo khó"
    assert len(again.log) == 2


def test_a_field_changed_meanwhile_brings_the_words_along(noted: tuple[Path, desk.Item, str]) -> None:
    out, after, _ = noted
    item = changing.change(out, NAME, [noting.field_entry(after, "/theme", "Chăm lo", "Lan")], office.read_again)
    assert not item.behind
    again = desk.load(out, NAME)
    assert (again.behind, again.document, again.plan.theme) == (False, after.document, "Chăm lo")


def test_a_noted_word_is_taken_back_at_once(noted: tuple[Path, desk.Item, str]) -> None:
    out, after, pointer = noted
    back = changing.note_words(out, after, [noting.undo_entry(after.log[-1], "Lan")])
    assert back is not None
    assert noting.word_at(back.document, pointer)[1].text == "nghèo"
    assert not desk.load(out, NAME).behind  # the outputs are what they were
    assert len(corrections.load(out / NAME)) == 2


def test_a_word_that_makes_a_mark_of_secrecy_is_not_left_for_later(out: Path) -> None:
    item = desk.load(out, NAME)
    first = item.document.pages[0].blocks[0].lines[0]
    entries = [
        noting.word_entry(item, f"/pages/0/blocks/0/lines/0/words/{number}", "" if number else "MẬT", "Lan")
        for number in range(len(first.words))
    ]
    assert changing.note_words(out, item, entries) is None
    assert desk.load(out, NAME).log == ()
    assert changing.change(out, NAME, entries, lambda document: item.plan).mark is not None


def test_what_is_not_a_word_is_not_left_for_later(out: Path) -> None:
    item = desk.load(out, NAME)
    assert changing.note_words(out, item, [noting.shelf_entry(item, "box", "12", "Lan")]) is None


@pytest.fixture
def opened(out: Path) -> Iterator[tuple[Path, object]]:
    testclient = pytest.importorskip("starlette.testclient")
    from pipeline.desk.review import app
    from pipeline.desk.review.serving import Config

    index.update(out)
    made = app.create_app(Config(out, office.read_again, hosts=frozenset({"desk"})))
    with testclient.TestClient(made, base_url="http://desk", headers={"x-csrf": made.state.secret}) as client:
        yield out, client


def test_the_desk_answers_with_the_word_and_then_follows(opened: tuple[Path, object]) -> None:
    out, client = opened
    item = desk.load(out, NAME)
    address = f"/d/{item.key}"
    change = {"where": "document", "pointer": place_of(item.document, "nghèo"), "after": "nghề", "before": "nghèo"}
    answer = client.post(f"{address}/change", json={"who": "Lan", "changes": [change]})  # type: ignore[attr-defined]
    assert answer.status_code == 200
    assert answer.json()["behind"]
    until = time.monotonic() + 20
    while client.get(f"{address}/version").json()["behind"]:  # type: ignore[attr-defined]
        assert time.monotonic() < until
        time.sleep(0.05)
    words = from_json(json.loads(stored(out))).words()
    assert "nghề" in {word.text for word in words}


def test_a_desk_opened_after_a_crash_makes_what_is_behind(noted: tuple[Path, desk.Item, str]) -> None:
    testclient = pytest.importorskip("starlette.testclient")
    from pipeline.desk.review import app
    from pipeline.desk.review.serving import Config

    out, after, _ = noted
    index.update(out)
    made = app.create_app(Config(out, office.read_again, hosts=frozenset({"desk"})))
    with testclient.TestClient(made, base_url="http://desk") as client:
        assert client.get(f"/d/{after.key}/data").json()["behind"]
        until = time.monotonic() + 20
        while client.get(f"/d/{after.key}/version").json()["behind"]:
            assert time.monotonic() < until
            time.sleep(0.05)
    assert not desk.load(out, NAME).behind
