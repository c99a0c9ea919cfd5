"""A warning is answered by the field that it names, and by no other."""

import json
from pathlib import Path

import pytest

from pipeline import notes
from pipeline.corrections import Correction
from tests import test_advice as spoken_notes

CASES = json.loads((Path(__file__).parent / "cases/notes/made.json").read_text("utf-8"))

# What speaks of a page, of the file or of a table as a whole: no field answers it.
OF_NO_FIELD = ("there is next to no text", "the column adds up", "page number ", "the file is damaged",
               "the file holds ", "The text ", "The page ", "the columns of a table",
               "the text came without line breaks")
WORDS = ("7", "7 7", "day")  # what stands for the varying words in the notes of the source
EVERY_FIELD = tuple(
    Correction("1", "Lan", "", "record", pointer, before, "x", keys=WORDS)
    for before in WORDS for pointer in (
        "/number/number", "/number/symbol", "/issuer/name", "/issued/place", "/issued/date", "/document_type/code",
        "/title", "/year", "/theme", "/recipients/-", "/signature/authority", "/signature/title", "/signature/name",
        "/legal_basis/0/number", "/legal_basis/0/date", "/targets/0/value", "/sections/0/label"))


def said(entry: dict) -> Correction:
    return Correction("1", "Lan", "", "record", **{**entry, "keys": tuple(entry.get("keys", ()))})


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['note'][:40]} {case['answered']}")
def test_what_answers_a_note(case: dict) -> None:
    assert notes.is_answered(case["note"], [said(entry) for entry in case["said"]]) is case["answered"]


def test_words_and_shelves_answer_nothing() -> None:
    entries = [Correction("1", "Lan", "", where, "/number/number", None, "41") for where in ("document", "shelf")]
    assert not notes.is_answered("number is missing", entries)


def test_every_note_of_the_source_is_of_some_field_or_known_to_be_of_none() -> None:
    found = {spoken_notes.as_it_may_be(note) for name in spoken_notes.NOTES
             for note in spoken_notes.notes(spoken_notes.PACKAGE / name)}
    for name, head in spoken_notes.HEADS.items():
        head = head.replace("II", "7")
        found |= {f"{head}: {doubt}" for doubt in spoken_notes.doubts(spoken_notes.PACKAGE / name)
                  if head != "cited" or doubt.startswith("number read as")}  # the others come behind that one
    assert len(found) > 40
    left = [note for note in found if not note.startswith(OF_NO_FIELD) and not notes.is_answered(note, EVERY_FIELD)]
    assert left == []
