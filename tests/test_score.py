"""The measuring itself: what counts as an error, what as a match, what as the right place, what as a fall."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.commands import score_table
from pipeline.document import Box
from pipeline.errors import NoInput
from pipeline.scoring import accuracy, agreement, placement, score, truth
from pipeline.scoring.agreement import Counts
from pipeline.scoring.truth import TrueLine, TrueWord

CASES = Path(__file__).parent / "cases" / "score"
TEXTS = json.loads((CASES / "text.json").read_text("utf-8"))
RECORDS = json.loads((CASES / "record.json").read_text("utf-8"))
FLAT = [[(0, 0), (595, 0)], [(0, 842), (595, 842)]]  # a mesh that moves nothing


def named(cases: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(case, id=case["label"]) for case in cases]


@pytest.mark.parametrize("case", named(TEXTS))
def test_text_errors(case: dict[str, Any]) -> None:
    found = accuracy.measure(case["truth"], case["text"])
    for name in ("characters", "words", "bare", "numbers"):
        rate = getattr(found, name)
        assert [rate.errors, rate.length] == case[name], name


def test_rates_of_documents_are_added_not_averaged() -> None:
    total = accuracy.measure("một hai ba bốn", "một hai ba bốn") + accuracy.measure("ba", "bà")
    assert total.words == accuracy.Rate(1, 5)


def changed(record: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    record = copy.deepcopy(record)
    for pointer, value in changes.items():
        *way, last = pointer.strip("/").split("/")
        place: Any = record
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        place[int(last) if isinstance(place, list) else last] = value
    return record


@pytest.mark.parametrize("case", named(RECORDS["cases"]))
def test_record_agreement(case: dict[str, Any]) -> None:
    found = agreement.compare(RECORDS["gold"], changed(RECORDS["gold"], case["changes"]))
    for group, expected in case["expect"].items():
        assert found.groups[group] == Counts(*expected), (group, found.wrong)
    whole = all(right == gold == had for right, gold, had in case["expect"].values())
    assert whole == (found.wrong == ()), found.wrong
    if "kinds" in case:
        assert [found.kinds.right, found.kinds.gold] == case["kinds"]


def test_no_record_misses_everything_and_invents_nothing() -> None:
    found = agreement.compare(RECORDS["gold"], None)
    assert all(counts.right == counts.found == 0 for counts in found.groups.values())
    assert found.groups["targets"].gold == 2


def test_numbering_faults_of_the_paper_are_counted_apart() -> None:
    record = changed(RECORDS["gold"], {"/warnings": [{"code": "low_confidence", "message": "", "page": 1}]})
    assert agreement.compare(RECORDS["gold"], record).warnings == Counts(0, 1, 0)


# --- orders of reading --------------------------------------------------------------------------------------


def line(area: str, text: str, left: float, top: float, page: int = 1, row: int = 0) -> TrueLine:
    words, x = [], left
    for word in text.split():
        words.append(TrueWord(word, Box(x, top, x + 6 * len(word), top + 10)))
        x += 6 * len(word) + 3
    return TrueLine(area, round(top), row, page, tuple(words))


PAGE = (
    line("head_left", "UBND HUYỆN", 60, 60),
    line("head_left", "XÃ SUỐI MƠ", 60, 76),
    line("head_right", "CỘNG HÒA", 300, 60),
    line("head_right", "Độc lập", 300, 76),
    line("head_left", "Số: 07/KH-UBND", 60, 100),
    line("head_right", "Suối Mơ, ngày 05/3/2024", 300, 101),
    line("title", "KẾ HOẠCH", 200, 130),
    line("table", "Trồng cây", 60, 160, row=1),
    line("table", "ven suối", 60, 174, row=1),
    line("table", "Trưởng thôn", 300, 167, row=1),
    line("foot_left", "Nơi nhận:", 60, 300),
    line("foot_left", "- UBND huyện;", 60, 314),
    line("foot_right", "CHỦ TỊCH", 300, 301),
    line("foot_right", "Hà Văn Sếnh", 300, 380),
)


LEFT_HEAD, RIGHT_HEAD = "UBND HUYỆN XÃ SUỐI MƠ Số: 07/KH-UBND", "CỘNG HÒA Độc lập Suối Mơ, ngày 05/3/2024"
LEFT_FOOT, RIGHT_FOOT = "Nơi nhận: - UBND huyện;", "CHỦ TỊCH Hà Văn Sếnh"
BY_CELLS, BY_ROWS = "KẾ HOẠCH Trồng cây ven suối Trưởng thôn", "KẾ HOẠCH Trồng cây Trưởng thôn ven suối"
ACROSS = (
    "UBND HUYỆN CỘNG HÒA XÃ SUỐI MƠ Độc lập Số: 07/KH-UBND Suối Mơ, ngày 05/3/2024",
    BY_ROWS,
    "Nơi nhận: CHỦ TỊCH - UBND huyện; Hà Văn Sếnh",
)


@pytest.mark.parametrize(
    "reading",
    [
        pytest.param((LEFT_HEAD, RIGHT_HEAD, BY_CELLS, LEFT_FOOT, RIGHT_FOOT), id="left column first"),
        pytest.param((RIGHT_HEAD, LEFT_HEAD, BY_CELLS, RIGHT_FOOT, LEFT_FOOT), id="right column first"),
        pytest.param(ACROSS, id="straight across"),
    ],
)
def test_the_order_of_columns_is_no_error(reading: tuple[str, ...]) -> None:
    text = " ".join(reading)
    assert accuracy.measure(truth.fairest_text(PAGE, text), text).characters.errors == 0


def test_a_body_in_wrong_order_is_an_error() -> None:
    body = (line("body", "Một là", 60, 100), line("body", "hai là", 60, 120))
    reading = "hai là Một là"
    assert accuracy.measure(truth.fairest_text(body, reading), reading).words.errors > 0


# --- places -------------------------------------------------------------------------------------------------


def test_places_are_the_words_and_their_lines() -> None:
    words, whole = truth.Places(PAGE).find("07/KH-UBND")
    assert words.box == Box(81, 100, 141, 110)
    assert whole.box == Box(60, 100, 141, 110)


def test_a_number_inside_a_longer_one_is_not_found() -> None:
    places = truth.Places((line("body", "đạt 4.250 cây, còn 50 cây", 60, 60),))
    assert len({spot.box for spot in places.find("50")}) == 2  # one occurrence: its word, its line
    assert places.find("425") == ()


def test_places_prefer_the_area_a_field_belongs_to() -> None:
    lines = (*PAGE, line("body", "CHỦ TỊCH xã", 60, 220))
    assert {spot.box.top for spot in truth.Places(lines).find("Chủ tịch", ("foot_right",))} == {301}


def test_a_box_moves_with_its_page() -> None:
    turned = [[(100, 0), (100, 200)], [(0, 0), (0, 200)]]  # a page of 200 x 100 turned clockwise by a quarter
    assert truth.moved(Box(20, 10, 60, 30), turned, 200, 100) == Box(70, 20, 90, 60)


def evidence(pointer: str, box: list[float] | None, page: int = 1) -> dict[str, Any]:
    return {pointer: {"page": page, "box": box, "raw": "", "text": "", "confidence": 1.0}}


@pytest.mark.parametrize(
    ("shown", "right"),
    [
        (evidence("/number/symbol", [81, 99, 142, 111]), 1),
        (evidence("/number/symbol", [60, 100, 141, 110]), 1),
        (evidence("/number/symbol", [0, 0, 595, 842]), 0),
        (evidence("/number/symbol", [81, 99, 142, 111], page=2), 0),
        (evidence("/number/symbol", None), 0),
        ({}, 0),
    ],
    ids=["its words", "its line", "the whole page", "another page", "no box", "no evidence"],
)
def test_evidence_must_overlap_the_true_place(shown: dict[str, Any], right: int) -> None:
    empty = {name: [] for name in (*agreement.LISTS, "sections")}
    gold = {**empty, "number": {"number": None, "symbol": "KH-UBND"}}
    record = {**gold, "evidence": shown}
    agreed = agreement.compare(gold, record)
    counts, wrong = placement.compare(gold, record, agreed, PAGE, [(595, 842)], [FLAT])
    assert (counts.right, counts.gold, len(wrong)) == (right, 1, 1 - right)


def test_a_wrong_value_is_not_asked_for_its_place() -> None:
    empty = {name: [] for name in (*agreement.LISTS, "sections")}
    gold = {**empty, "number": {"number": None, "symbol": "KH-UBND"}}
    record = {**empty, "number": {"number": None, "symbol": "KH-UBNĐ"}, "evidence": {}}
    assert placement.compare(gold, record, agreement.compare(gold, record), PAGE, [(595, 842)], [FLAT])[0] == Counts()


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("2024-06-30", "Quý II/2024"),
        ("2024-06-30", "30/6/2024"),
        ("2024-12-05", "ngày 05 tháng 12 năm 2024"),
        ("2024-03", "tháng 3/2024"),
        ("46.5", "46,5"),
        ("3260", "3.260"),
        ("415000", "415.000"),
        ("5", "05"),
    ],
)
def test_printed_forms(value: str, form: str) -> None:
    assert form in set(placement.printed_forms(value))


# --- a folder -----------------------------------------------------------------------------------------------


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    folder = tmp_path / "samples" / "gold"
    (folder / "a").mkdir(parents=True)
    words = [
        {
            "area": one.area,
            "paragraph": one.paragraph,
            "words": [[word.text, word.box.left, word.box.top, word.box.right, word.box.bottom] for word in one.words],
        }
        for one in PAGE
    ]
    (folder / "a" / "words.json").write_text(
        json.dumps({"pages": [{"width": 595, "height": 842, "lines": words}]}), "utf-8"
    )
    (folder / "a" / "record.json").write_text(json.dumps(RECORDS["gold"]), "utf-8")
    entry = {"gold": "a", "set": "dev", "kind": "clean", "form": "pdf", "meshes": [FLAT]}
    (folder / "index.json").write_text(
        json.dumps({"a.pdf": entry, "a.txt": {**entry, "form": "text", "meshes": []}}), "utf-8"
    )
    return folder


def output(folder: Path, file: str, record: dict[str, Any]) -> None:
    place = folder / file
    place.mkdir(parents=True)
    text = "\n".join(one.text for one in PAGE)
    (place / "text.txt").write_text(text, "utf-8")
    (place / "raw.txt").write_text(text, "utf-8")
    (place / "record.json").write_text(json.dumps(record), "utf-8")


def test_a_file_without_output_is_all_wrong_and_named(gold: Path, tmp_path: Path) -> None:
    output(tmp_path / "out", "a.pdf", RECORDS["gold"])
    scores = score.score_folder(gold, tmp_path / "out")
    assert scores.missing == ("a.txt",)
    found = score.figures(scores)
    assert (found["dev/text/characters"], found["dev/record/targets"]) == (1.0, 1.0)
    assert (found["dev-garbled/text/characters"], found["dev-garbled/record/targets"]) == (0.0, 0.0)
    assert "NO OUTPUT" in score_table.to_table(scores)
    assert "KHÔNG CÓ KẾT QUẢ" in score_table.to_table(scores, "vi")


def test_figures_may_rise_but_not_fall(gold: Path, tmp_path: Path) -> None:
    worse = changed(RECORDS["gold"], {"/targets/0/value": "5"})
    for name, record in (("good", RECORDS["gold"]), ("bad", worse)):
        output(tmp_path / name, "a.pdf", record)
        output(tmp_path / name, "a.txt", record)
    good, bad = (score.score_folder(gold, tmp_path / name) for name in ("good", "bad"))
    assert score.fallen(gold, bad) == ()  # nothing is held yet
    score.update(gold, bad)
    assert score.fallen(gold, good) == ()
    score.update(gold, good)
    fell = "record/targets 1.0000 -> 0.5000"
    assert score.fallen(gold, bad) == (f"dev/{fell}", f"dev-garbled/{fell}")


def test_a_vanished_figure_has_fallen(gold: Path, tmp_path: Path) -> None:
    output(tmp_path / "out", "a.pdf", RECORDS["gold"])
    output(tmp_path / "out", "a.txt", RECORDS["gold"])
    score.update(gold, score.score_folder(gold, tmp_path / "out"))
    index = json.loads((gold / "index.json").read_text("utf-8"))
    del index["a.txt"]
    (gold / "index.json").write_text(json.dumps(index), "utf-8")
    fallen = score.fallen(gold, score.score_folder(gold, tmp_path / "out"))
    assert any(name.startswith("dev-garbled/text/characters") for name in fallen)


def test_scores_go_to_json(gold: Path, tmp_path: Path) -> None:
    output(tmp_path / "out", "a.pdf", changed(RECORDS["gold"], {"/title": "Trồng rau"}))
    told = json.loads(json.dumps(score.to_json(score.score_folder(gold, tmp_path / "out"))))
    assert told["missing"] == ["a.txt"]
    assert told["files"][0]["wrong"][0] == "/title: 'Trồng rau' for 'Trồng cây năm 2024'"
    assert told["files"][0]["record"]["scalars"]["right"] == 10


def test_no_gold_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoInput):
        score.score_folder(tmp_path, tmp_path)


@pytest.mark.parametrize(("name", "text"), [
    ("index.json", "[]"), ("index.json", '{"a.pdf": {"gold": "a"}}'), ("index.json", "{"), ("a/words.json", "[]"),
    ("a/record.json", "no record"), ("a/record.json", None),
])
def test_gold_that_is_none_is_said_by_its_file(gold: Path, tmp_path: Path, name: str, text: str | None) -> None:
    folder = next(iter(json.loads((gold / "index.json").read_text("utf-8")).values()))["gold"]
    path = gold / name.replace("a/", f"{folder}/")
    path.unlink()
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(NoInput) as failed:
        score.score_folder(gold, tmp_path)
    assert failed.value.subject == str(path)


@pytest.mark.parametrize(("one", "other", "told"), [
    (None, None, 1.0), (None, "Sở Y tế", 0.0), ("Sở Y tế", None, 0.0), ("Sở Y tế.", "sở y tế", 1.0),
])
def test_what_is_missing_is_like_nothing_but_what_is_missing(one, other, told):
    assert agreement.alike(one, other) == told


@pytest.mark.parametrize(("gold", "found", "pairs"), [
    ("abc", "abc", [(0, 0), (1, 1), (2, 2)]),
    ("abc", "c", [(2, 0)]),
    ("c", "abc", [(0, 2)]),
    ("abc", "acb", [(0, 0), (1, 2)]),
    ("abc", "xyz", []),
    ("abc", "", []),
    ("aa", "a", [(0, 0)]),
])
def test_sections_are_paired_in_the_order_of_both(gold, found, pairs):
    def row(labels):
        return [agreement.Item("", label, False, f"đề mục {label * 9}", None) for label in labels]

    made = agreement.align(row(gold), row(found))
    assert len(made) == len(pairs)
    assert [(gold[i], found[j]) for i, j in made] == [(gold[i], gold[i]) for i, _ in made]
    if gold != "abc" or found != "acb":  # there either of the two is as long
        assert made == pairs
