"""What a record warns of is told in Vietnamese too, whatever part of the pipeline wrote the note."""

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

from pipeline import plan
from pipeline.writers import advice
from tests import spoken

PACKAGE = Path(plan.__file__).parent
# Those whose doubts come into the record's warnings (`structure/checks.py` puts them together).
HEADS = {"structure/foot.py": "signature", "structure/relabel.py": "label II", "structure/outline.py": "label II",
         "knowledge/signers.py": "signature", "knowledge/dates.py": "date", "knowledge/citations.py": "cited",
         "knowledge/numbering.py": "label II",
         "knowledge/datelines.py": "date", "knowledge/number_lines.py": "number",
         "knowledge/symbols.py": "cited", "knowledge/labels.py": "label II",
         "knowledge/sign_labels.py": "label II", "knowledge/worded_labels.py": "label II",
         "structure/label_readings.py": "label II", "structure/record.py": "cited"}
NOTES = ("structure/checks.py", "structure/tidy.py", "structure/header.py", "structure/issuer.py",
         "imaging/ingest.py", "imaging/layout.py", "run.py")
# Their doubts lower a confidence and are told to nobody.
UNTOLD = {"knowledge/quantities.py", "knowledge/terms.py", "knowledge/unnumbered.py"}


def doubts(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Assign(targets=[ast.Name(id="doubt" | "doubts"), *_], value=value):
                found.update(spoken.sentences(value))
            case ast.Assign(targets=[ast.Name(id="said"), *_], value=value) if path.name != "header.py":
                found.update(spoken.sentences(value))
            case ast.keyword(arg="doubt", value=value) | ast.Call(func=ast.Name(id="_number_line"), args=[*_, value]):
                found.update(spoken.sentences(value))
            case ast.Call(func=ast.Attribute(value=ast.Name(id="doubts" | "faults"), attr="append"), args=[value]):
                found.update(spoken.sentences(value))
            case ast.Return(value=ast.Tuple(elts=[_, value])) if path.name == "labels.py":
                found.update(spoken.sentences(value))
            case ast.Return(value=ast.Tuple(elts=[*_, value])) if path.name in ("dates.py", "number_lines.py"):
                found.update(spoken.sentences(value))
    # "7 read as 7" is of a day, a month or a year; "7, before 7" goes on with another doubt.
    return {re.sub(r"^7(?= read| printed)", "day", re.sub(r"^7, before", "read as 7, before", told))
            for told in found if " " in told}


def notes(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id="Notice" | "_at"), args=[_, value, *_]):
                found.update(spoken.sentences(value))
            case ast.Call(func=ast.Name(id="_notice"), args=[_, _, value, *_]):
                found.update(spoken.sentences(value))
            case ast.Call(func=ast.Attribute(attr="append"), args=[ast.Tuple(elts=[code, value, _])]):
                found.update(spoken.sentences(value) if set(spoken.sentences(code)) & set(advice.CODES) else ())
            case ast.Assign(targets=[ast.Name(id="message" | "REPAIRED")], value=value):
                found.update(spoken.sentences(value))
            case ast.Assign(targets=[ast.Name(id="said")], value=value) if path.name == "header.py":
                found.update(spoken.sentences(value))
    # Heads alone ("label 7: 7") say nothing themselves, nor does "7 7", the words of an error.
    return {told for told in found if not re.fullmatch(r"(?:label 7|signature|number|date|cited|target): 7|7 7", told)}


def test_no_part_of_the_quick_half_speaks_unheard() -> None:
    files = [path for area in ("knowledge", "structure", "imaging") for path in (PACKAGE / area).rglob("*.py")]
    telling = {path.relative_to(PACKAGE).as_posix(): (doubts(path), notes(path)) for path in files}
    assert {name for name, (found, _) in telling.items() if found} <= {*HEADS, *UNTOLD}
    assert {name for name, (_, found) in telling.items() if found} <= {*NOTES}


def still_english(english: str, told: str) -> set[str]:
    """Words that a row which matches too much left as they were."""
    words, left = (set(re.findall(r"(?<!--)\b[a-z]{3,}\b", text)) for text in (english, told))
    return words & left


@pytest.mark.parametrize("name", HEADS)
def test_every_doubt_has_its_vietnamese(name: str) -> None:
    found = doubts(PACKAGE / name)
    assert found, "the search still finds them"
    head = HEADS[name]
    untold = [doubt for doubt in found if advice.note(f"{head}: {doubt}", "vi").endswith(f": {doubt}")]
    assert untold == []
    assert [doubt for doubt in found if still_english(doubt, advice.note(f"{head}: {doubt}", "vi"))] == []


def as_it_may_be(note: str) -> str:
    """The note with words in it that it may hold, for those that not just anything may stand in."""
    share = "80% of its words are Vietnamese syllables"
    for place, words_there in (("7 is missing", "date is missing"), ("7 is unsure", "/issued/date is unsure"),
                               ("believable (7)", f"believable ({share})"), ("kept; 7.", f"kept; {share}.")):
        note = note.replace(place, words_there)
    return note


@pytest.mark.parametrize("name", NOTES)
def test_every_note_has_its_vietnamese(name: str) -> None:
    found = notes(PACKAGE / name)
    assert found, "the search still finds them"
    untold = [note for note in found if {advice.note(text, "vi") for text in (note, as_it_may_be(note))} <= {
        note, as_it_may_be(note)}]
    assert untold == []
    assert [note for note in map(as_it_may_be, found) if still_english(note, advice.note(note, "vi"))] == []


@pytest.mark.parametrize(("note", "told"), [
    ("section II is followed by IV", "sau mục II là mục IV"),
    ("signature is missing", "thiếu chữ ký"),
    ("label III: read as II, between II and IV", "mục III: đọc thành II, đứng giữa II và IV"),
    ("label III: read as II., number 3 of 6", "mục III: đọc thành II., là mục thứ 3 trong 6 mục"),
    ("/issued/date is unsure: Hà Nội, ngày 3{", "Ngày ban hành không chắc chắn: Hà Nội, ngày 3{"),
    ("label Phần I: closing mark read as ,", "mục Phần I: dấu sau số đọc thành ,"),
    ("date: day read as 3{; month read as 4Ô", "ngày tháng: ngày đọc thành 3{; tháng đọc thành 4Ô"),
    ("date: no day 31 in 2024-02", "ngày tháng: 2024-02 không có ngày 31"),
    ("number: number read as 1o; unknown body code HPN",
     "số văn bản: số đọc thành 1o; không rõ cơ quan viết tắt là HPN"),
    ("number: Số :1#7 /KH", "số văn bản: Số :1#7 /KH"),
    ("target: 9Z,5%", "chỉ tiêu: 9Z,5%"),
    ("The page does not fit into memory. Scan the page again at a lower resolution, or raise --memory.",
     "Trang không vừa bộ nhớ. Quét lại trang ở độ phân giải thấp hơn hoặc tăng --memory."),
    ("the worker took longer than its limit of 180 s and was stopped. Raise --page-timeout, or scan the page again; "
     "`sohoa retry DIR` tries once more.",
     "tiến trình đọc chạy quá giới hạn 180 giây nên bị dừng. Tăng --page-timeout hoặc quét lại trang; "
     "`sohoa retry DIR` sẽ thử lần nữa."),
    ("signature: name read as Văn Lâm; names of two syllables are few, the first may lie under a seal",
     "chữ ký: họ tên đọc thành Văn Lâm; ít người có tên hai tiếng, chữ đầu có thể nằm dưới dấu"),
    ("Luật Cư trú is dated 2020-11-13, after this document (2019-01-02)",
     "Luật Cư trú ghi ngày 2020-11-13, sau ngày của văn bản này (2019-01-02)"),
    ("a note that nobody translated {0}", "a note that nobody translated {0}"),
])
def test_notes_of_the_record_in_vietnamese(note: str, told: str) -> None:
    assert advice.note(note, "vi") == told
    assert advice.note(note, "en") == note


def test_every_code_of_the_record_has_a_sentence_in_both_languages() -> None:
    codes = set(get_args(plan.Warning_.model_fields["code"].annotation))
    assert codes == set(advice.CODES) == set(advice.NAMES)
    assert all(advice.sentence(code, "vi") != advice.sentence(code, "en") for code in codes)


def test_a_cited_number_that_cannot_be_read_is_told_in_vietnamese() -> None:
    told = advice.note("cited: number read as 1Z3/QĐ-UBND; day read as l5", "vi")
    assert told == "văn bản viện dẫn: số đọc thành 1Z3/QĐ-UBND; ngày đọc thành l5"
