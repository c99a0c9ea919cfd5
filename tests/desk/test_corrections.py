"""What a person changed stands after every later run, and is never forgotten."""

import json
from dataclasses import replace

import office
import pytest

from pipeline import correcting, corrections, rewording
from pipeline.corrections import UnreadableCorrections
from pipeline.desk import changing, desk, noting
from pipeline.errors import UsageError
from pipeline.plan import Target

NAME = "huyen/tam-tien-2024.pdf"


def correct_field(out, pointer, after, **more):
    item = desk.load(out, NAME)
    return changing.change(out, NAME, [noting.field_entry(item, pointer, after, "Lan", **more)], office.read_again)


def correct_word(out, text, after):
    item = desk.load(out, NAME)
    entry = noting.word_entry(item, office.word_pointer(item, text), after, "Lan")
    return changing.change(out, NAME, [entry], office.read_again)


def run_again(out, scans, document=None, plan=None):
    """What `sohoa run --redo` does: reads the scan anew, puts the corrections back, writes the outputs."""
    document = document or office.machine(scans, NAME)
    log = corrections.load(out / NAME)
    document, words = rewording.report_on_document(document, log)
    plan, fields = correcting.report_on_plan(plan or office.read_again(document), log)
    office.write(out, NAME, document, plan)
    return desk.load(out, NAME), {report.correction.pointer: report.outcome for report in (*words, *fields)}


def test_field_is_in_the_record_at_once_and_after_the_next_run(out, scans):
    item = correct_field(out, "/number/number", "29")
    assert item.plan.number.number == "29"
    assert desk.load(out, NAME).plan.number.number == "29"
    assert item.plan.evidence["/number/number"].confidence == 1
    assert item.plan.evidence["/number/number"].raw == "Số: 28/KH-UBND"
    again, outcomes = run_again(out, scans)
    assert again.plan.number.number == "29"
    assert outcomes == {"/number/number": "applied"}


def test_entry_says_who_when_before_after_and_where(out):
    correct_field(out, "/number/number", "29")
    (stored,) = json.loads((out / NAME / "corrections.json").read_text())["log"]
    assert (stored["who"], stored["before"], stored["after"], stored["page"]) == ("Lan", "28", "29", 1)
    assert stored["when"][10] == "T"
    assert len(stored["box"]) == 4
    assert corrections.load(out / NAME)[0] == desk.load(out, NAME).log[0]


def test_word_changes_text_and_record_but_never_raw(out, scans):
    item = correct_word(out, "1O", "10")
    word = next(word for word in item.document.words() if word.raw == "1O")
    assert (word.text, word.confidence) == ("10", 1.0)
    assert word.edits[-1].rule == "person"
    assert item.plan.targets[2].value == "10", "the record follows the word"
    again, _ = run_again(out, scans)
    assert again.plan.targets[2].value == "10"
    assert next(word for word in again.document.words() if word.raw == "1O").text == "10"


def test_applying_twice_is_applying_once(out):
    item = correct_word(out, "1O", "10")
    assert rewording.apply_to_document(item.document, item.log) == item.document
    assert correcting.apply_to_plan(item.plan, item.log) == item.plan


def test_undo_gives_back_what_the_machine_read_and_stays_in_the_log(out):
    before = desk.load(out, NAME)
    item = correct_word(out, "1O", "10")
    item = changing.change(out, NAME, [noting.undo_entry(item.log[-1], "Lan")], office.read_again)
    assert item.document == before.document
    assert item.plan == before.plan
    assert len(item.log) == 2
    item = changing.change(out, NAME, [noting.undo_entry(item.log[-1], "Lan")], office.read_again)
    assert next(word for word in item.document.words() if word.raw == "1O").text == "10", "an undo undone"


def test_undo_of_a_field(out):
    before = desk.load(out, NAME)
    item = correct_field(out, "/number/number", "29")
    assert corrections.last_undoable(item.log) == (item.log[0],)
    item = changing.change(out, NAME, [noting.undo_entry(item.log[0], "Lan")], office.read_again)
    assert item.plan == before.plan
    assert corrections.last_undoable(item.log) == ()


def test_targets_are_known_again_by_their_words_when_their_order_changes(out, scans):
    correct_field(out, "/targets/1/value", "8")
    plan = office.read_again(office.machine(scans, NAME))
    extra = Target(label="0", indicator="Khai mương", comparator="=", value="2", unit="km", text="0. Khai mương 2 km")
    moved = plan.model_copy(update={"targets": (extra, *plan.targets), "evidence": {}})
    again, outcomes = run_again(out, scans, plan=moved)
    assert [target.value for target in again.plan.targets] == ["2", "36", "8", None]
    assert outcomes == {"/targets/1/value": "applied"}


def test_target_that_is_gone_is_reported_and_nothing_else_is_touched(out, scans):
    correct_field(out, "/targets/1/value", "8")
    plan = office.read_again(office.machine(scans, NAME))
    fewer = plan.model_copy(update={"targets": plan.targets[:1], "evidence": {}})
    again, outcomes = run_again(out, scans, plan=fewer)
    assert [target.value for target in again.plan.targets] == ["36"]
    assert outcomes == {"/targets/1/value": "homeless"}
    assert len(again.log) == 1, "kept all the same"
    later, outcomes = run_again(out, scans)
    assert later.plan.targets[1].value == "8", "and put in place once its place is read again"


def test_new_reading_of_the_same_place_is_reported_and_the_person_stands(out, scans):
    correct_field(out, "/number/number", "29")
    plan = office.read_again(office.machine(scans, NAME))
    other = plan.model_copy(update={"number": plan.number.model_copy(update={"number": "23"})})
    again, outcomes = run_again(out, scans, plan=other)
    assert again.plan.number.number == "29"
    assert outcomes == {"/number/number": "reread"}


def test_word_is_found_by_its_place_when_its_line_is_cut_otherwise(out, scans):
    correct_word(out, "1O", "10")
    document = office.machine(scans, NAME)
    page = document.pages[0]
    block = page.blocks[0]
    parts = (replace(block, lines=block.lines[:4]), replace(block, lines=block.lines[4:]))
    document = replace(document, pages=(replace(page, blocks=parts), *document.pages[1:]))
    again, outcomes = run_again(out, scans, document=document)
    assert list(outcomes.values()) == ["applied"]
    assert "3. Mở 10 lớp dạy nghề" in again.document.pages[0].text


def test_word_swallowed_by_its_neighbours_is_left_alone(out, scans):
    correct_word(out, "1O", "10")
    document = office.machine(scans, NAME)
    page = document.pages[0]
    line = page.blocks[0].lines[-1]
    whole = replace(line.words[0], raw=line.raw, text=line.raw, box=line.box)
    block = replace(page.blocks[0], lines=(*page.blocks[0].lines[:-1], replace(line, words=(whole,))))
    document = replace(document, pages=(replace(page, blocks=(block,)), *document.pages[1:]))
    again, outcomes = run_again(out, scans, document=document)
    assert list(outcomes.values()) == ["homeless"]
    assert "3. Mở 1O lớp dạy nghề" in again.document.pages[0].text


def test_text_without_places_is_found_by_its_line(out, scans):
    def bare(document):
        pages = tuple(
            replace(
                page,
                blocks=tuple(
                    replace(
                        block,
                        box=None,
                        lines=tuple(
                            replace(line, box=None, words=tuple(replace(word, box=None) for word in line.words))
                            for line in block.lines
                        ),
                    )
                    for block in page.blocks
                ),
            )
            for page in document.pages
        )
        return replace(document, pages=pages)

    document = bare(office.machine(scans, NAME))
    office.write(out, NAME, document, desk.load(out, NAME).plan)
    item = desk.load(out, NAME)
    entry = noting.word_entry(item, office.word_pointer(item, "1O"), "10", "Lan")
    page = document.pages[0]
    blank = replace(page.blocks[0], lines=page.blocks[0].lines[:1])
    shifted = replace(document, pages=(replace(page, blocks=(blank, *page.blocks)), *document.pages[1:]))
    changed, (report,) = rewording.report_on_document(shifted, [entry])
    assert report.outcome == "applied"
    assert "3. Mở 10 lớp dạy nghề" in changed.pages[0].text


def test_rows_can_be_added_and_taken_out(out, scans):
    row = Target(indicator="Khai mương", comparator="=", value="2", unit="km", text="Khai mương 2 km")
    item = correct_field(out, "/targets/-", row.model_dump(mode="json"), action="add")
    assert item.plan.targets[3].indicator == "Khai mương"
    item = correct_field(out, "/targets/0", None, action="remove")
    assert [target.label for target in item.plan.targets] == ["2", "3", None]
    assert item.plan.evidence["/targets/0/value"].text.startswith("2."), "evidence moves with its target"
    item = correct_field(out, "/targets/2/value", "3")
    again, outcomes = run_again(out, scans)
    assert [target.value for target in again.plan.targets] == ["9", None, "3"]
    assert set(outcomes.values()) == {"applied"}


def test_taking_out_never_takes_the_neighbour(out, scans):
    """The same words with another number are another target."""
    plan = office.read_again(office.machine(scans, NAME))
    rows = [
        Target(indicator="Mở lớp", comparator="=", value=value, unit="lớp", text=f"Mở {value} lớp dạy nghề")
        for value in ("10", "12")
    ]
    both = plan.model_copy(update={"targets": tuple(rows), "evidence": {}})
    office.write(out, NAME, office.machine(scans, NAME), both)
    correct_field(out, "/targets/0", None, action="remove")
    one = plan.model_copy(update={"targets": (rows[1],), "evidence": {}})
    again, outcomes = run_again(out, scans, plan=one)
    assert again.plan.targets == (rows[1],)
    assert outcomes == {"/targets/0": "homeless"}


def test_correction_of_a_target_never_moves_to_one_with_another_number(out, scans):
    plan = office.read_again(office.machine(scans, NAME))
    rows = [
        Target(indicator="Mở lớp", comparator="=", value=value, unit="lớp", text=f"Mở {value} lớp dạy nghề")
        for value in ("10", "12")
    ]
    office.write(
        out, NAME, office.machine(scans, NAME), plan.model_copy(update={"targets": tuple(rows), "evidence": {}})
    )
    correct_field(out, "/targets/0/unit", "khóa")
    moved = plan.model_copy(update={"targets": (plan.targets[0], rows[1]), "evidence": {}})
    again, outcomes = run_again(out, scans, plan=moved)
    assert [target.unit for target in again.plan.targets] == ["hộ", "lớp"]
    assert outcomes == {"/targets/0/unit": "homeless"}


def test_value_that_does_not_fit_the_record_is_kept_and_reported(out, scans):
    item = desk.load(out, NAME)
    entry = noting.field_entry(item, "/year", "hai nghìn", "Lan")
    plan, (report,) = correcting.report_on_plan(item.plan, [entry])
    assert report.outcome == "homeless"
    assert plan == item.plan


def test_of_many_corrections_only_what_does_not_fit_is_left_out(out):
    """All are tried at once, since each trial of a record of 100 pages takes a tenth of a second."""
    item = desk.load(out, NAME)
    given = {"/title": "Một", "/year": "không phải năm", "/theme": "Hai", "/targets/0/unit": "ha",
             "/issuer/level": "không phải cấp", "/archive": "VT, KT"}
    entries = [noting.field_entry(item, pointer, after, "Lan") for pointer, after in given.items()]
    plan, reports = correcting.report_on_plan(item.plan, entries)
    assert [report.correction.pointer for report in reports] == list(given)
    left_out = [report.correction.pointer for report in reports if report.outcome == "homeless"]
    assert left_out == ["/year", "/issuer/level"]
    assert (plan.title, plan.theme, plan.targets[0].unit, plan.archive) == ("Một", "Hai", "ha", "VT, KT")
    assert (plan.year, plan.issuer.level) == (item.plan.year, item.plan.issuer.level)


@pytest.mark.parametrize("pointer", ["/source/file", "/nothing", "number", "/targets/9/value", "/evidence/x"])
def test_what_may_not_be_changed(out, pointer):
    item = desk.load(out, NAME)
    try:
        entry = noting.field_entry(item, pointer, "x", "Lan")
    except UsageError:
        return
    assert correcting.report_on_plan(item.plan, [entry])[0] == item.plan


@pytest.mark.parametrize(("content", "told"), [
    ("{", "cannot be read"), ('{"log": [{"id": "1"}]}', "has another form"), ('{"entries": []}', "has another form"),
    ('{"log": 3}', "has another form"),
])
def test_damaged_file_stops_rather_than_forgets(out, content, told):
    (out / NAME / "corrections.json").write_text(content)
    with pytest.raises(UnreadableCorrections, match=told):
        corrections.load(out / NAME)


def test_state_and_shelf(out):
    item = desk.load(out, NAME)
    entries = [noting.state_entry(item, "verified", True, "Lan"), noting.shelf_entry(item, "box", "H-12", "Lan")]
    item = changing.change(out, NAME, entries, office.read_again)
    assert item.verified.who == "Lan"
    assert corrections.shelf(item.log) == {"box": "H-12"}
    item = changing.change(out, NAME, [noting.state_entry(item, "verified", False, "Lan")], office.read_again)
    assert item.verified is None
