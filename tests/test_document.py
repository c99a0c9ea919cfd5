"""The document value: turning, storing, changing; nothing is lost on the way."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.document import (
    Block,
    Box,
    Cell,
    Document,
    Edit,
    FoundObject,
    Line,
    Notice,
    Page,
    Reading,
    Step,
    Table,
    Word,
    lying,
    map_words,
    reset,
    upright,
)
from pipeline.stored import from_json, to_json


def a_document(turn: int = 0) -> Document:
    word = Word("nim", "năm", Box(10, 20, 30, 32), 0.5, 0.9, (Reading("Vietnamese", "năm", 0.8),), (),
                (Edit("decode", "nim", "năm"),), bold=True)
    line = Line((word, Word("2024", "2024", Box(34, 20, 60, 32))), Box(10, 20, 60, 32), 12.5)
    loose = Line((Word("ô", "ô", Box(1, 1, 2, 2)),), Box(1, 1, 2, 2))
    page = Page(
        1, 200, 300, turn=turn, dpi=300, blocks=(Block((line,), "table", line.box),),
        tables=(Table((Cell(0, 0, (line,)), Cell(0, 1, (loose,), box=Box(0, 0, 5, 5)))),),
        objects=(FoundObject("seal", Box(100, 200, 150, 250), 0.7),),
        notices=(Notice("low_confidence", "look", 1, Box(1, 2, 3, 4)),),
        steps=(Step("clean", "1", {"skew": 0.3}),), rejected_layer="nim 2024",
    )
    return Document("a/b.pdf", "00", "application/pdf", (page, Page(2, 200, 300, status="blank")),
                    steps=(Step("recognise"),))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_stored_document_comes_back_equal(turn: int) -> None:
    document = a_document(turn)
    assert from_json(json.loads(json.dumps(to_json(document)))) == document


def test_a_line_in_block_and_cell_is_stored_once() -> None:
    told = json.dumps(to_json(a_document()), ensure_ascii=False)
    assert told.count('"năm"') == 3  # the word, its other reading, its edit


def test_another_format_version_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        from_json({**to_json(a_document()), "format_version": "2.0"})


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_an_upright_box_finds_its_way_back(turn: int) -> None:
    shown = a_document(turn)
    standing = upright(shown)
    box = standing.pages[0].blocks[0].lines[0].words[0].box
    assert box is not None
    assert standing.pages[0].original_box(box) == shown.pages[0].blocks[0].lines[0].words[0].box


@pytest.mark.parametrize("turn", [0, 90])
def test_a_page_whose_pixels_were_written_as_points_is_brought_to_the_size_of_paper(turn: int) -> None:
    large = a_document(turn)
    line = replace(large.pages[0].blocks[0].lines[0], size=27.0)
    page = replace(large.pages[0], blocks=(replace(large.pages[0].blocks[0], lines=(line,)),), tables=())
    standing = upright(replace(large, pages=(page,))).pages[0]
    assert (standing.shrunk, standing.blocks[0].lines[0].size) == (2.0, 13.5)
    assert (standing.width, standing.height) == ((150, 100) if turn else (100, 150))
    assert lying(standing) == page
    box = standing.blocks[0].lines[0].box
    assert box is not None
    assert standing.original_box(box) == line.box


def test_a_page_on_its_left_side_stands_up_by_a_quarter_turn() -> None:
    # A mark at the top left of a page lying with its head to the left: after a turn clockwise
    # it is at the top right.
    assert Box(0, 0, 10, 20).turned(90, 200, 300) == Box(280, 0, 300, 10)


@given(st.tuples(*[st.floats(0, 100)] * 4), st.sampled_from([0, 90, 180, 270]))
def test_four_turns_or_a_turn_and_its_opposite_change_nothing(edges: tuple[float, ...], degrees: int) -> None:
    left, right = sorted(edges[:2])
    top, bottom = sorted(edges[2:])
    box = Box(left, top, right, bottom)
    width, height = (100, 120)
    turned = box.turned(degrees, width, height)
    size = (height, width) if degrees in (90, 270) else (width, height)
    back = turned.turned(-degrees % 360, *size)
    assert (back.left, back.top, back.right, back.bottom) == pytest.approx((left, top, right, bottom))


def test_a_box_inside_out_raises() -> None:
    with pytest.raises(ValueError, match="inside out"):
        Box(10, 0, 5, 5)


def test_reset_gives_the_raw_reading_back() -> None:
    word = next(reset(a_document()).words())
    assert (word.text, word.confidence, word.edits) == ("nim", 0.5, ())


def test_map_words_reaches_table_cells() -> None:
    changed = map_words(a_document(), lambda word: Word(word.raw, word.text.upper()))
    texts = {line.text for cell in changed.pages[0].tables[0].cells for line in cell.lines}
    assert texts == {"NĂM 2024", "Ô"}
