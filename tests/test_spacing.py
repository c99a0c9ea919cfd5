"""Blanks inside syllables go and lost ones come back, where the document shows that its blanks are wrong."""

from pathlib import Path

import pytest

from pipeline.decoder import tokens
from pipeline.decoder.pending import PendingWord, give
from pipeline.document import Reading
from pipeline.knowledge import vietnamese
from samples import invented
from tests.leaf_cases import cases

ROOT = Path(__file__).resolve().parent
PLAN = (ROOT.parent / "samples" / "gold" / "thi-dua-xa-2024" / "text.txt").read_text("utf-8")


@pytest.mark.parametrize("case", cases("spacing", "mend"))
def test_blanks_are_mended(restorer, case):
    found = restorer.restore_text(case["raw"])
    assert vietnamese.to_old_style(found.text) == vietnamese.to_old_style(case["text"])
    assert [word.raw for word in found.words] == case["raw"].split()
    changed = [word for word in found.words if word.text != word.raw]
    assert changed
    assert all(word.kind in ("merge", "split") and word.confidence < 1 for word in changed)


@pytest.mark.parametrize("case", cases("spacing", "keep"))
@pytest.mark.parametrize("preset", ["balanced", "full"])
def test_sound_blanks_stay(restorer, case, preset):
    assert restorer.restore_text(case["raw"], preset).text == case["raw"]


@pytest.mark.parametrize("case", cases("spacing", "mend"))
def test_strict_moves_no_blank(restorer, case):
    assert len(restorer.restore_text(case["raw"], "strict").text.split()) == len(case["raw"].split())


@pytest.mark.parametrize(("spoiled", "most"), [(invented.parted, 2), (invented.run_together, 15)])
def test_a_whole_plan_comes_back(restorer, spoiled, most):
    raw = spoiled(PLAN, 4)
    assert sum(one != other for one, other in zip(raw.split(), PLAN.split(), strict=False)) > 300
    true, found = PLAN.split(), restorer.restore_text(raw).text.split()
    assert len(found) == pytest.approx(len(true), abs=most)
    assert len(set(true) - set(found)) <= most


def test_what_was_joined_is_decoded_with_references(restorer):
    raw = "K ế ho ạch tri ển khai nhi ệm v ụ tr ọng tâm c ủa xã"
    found = restorer.restore_text(raw, references=["Kế hoạch triển khai nhiệm vụ trọng tâm của xã năm nay"])
    assert found.text == "Kế hoạch triển khai nhiệm vụ trọng tâm của xã"
    assert found.words[0].kind == "merge"


def test_a_joined_word_is_doubted_once(restorer):
    found = restorer.restore_text("K ế ho ạch tri ển khai nhi ệm v ụ tr ọng tâm c ủa xã")
    assert all(word.confidence >= 0.97 for word in found.words)
    assert found.expected_errors < 0.03 * len(found.text.split())


@pytest.mark.parametrize("other", ["xã", "của", "cuaxa"])
def test_another_reading_of_what_ran_together_is_none_of_its_parts(restorer, other):
    line = "Ủyban nhândân củaxã tổchức hộinghị triểnkhai kếhoạch"
    row = [
        PendingWord(raw, 0.9, (Reading("second", other, 0.96),) if raw == "củaxã" else ()) for raw in line.split()
    ]
    restorer.decode([row], [True], "balanced", scanned=True)
    assert row[2].text == "của xã"
    assert row[2].kind == "split"


def test_a_joined_word_whose_letters_stay_is_told_as_joined():
    word = PendingWord("K", pieces=tokens.cut("Kế"), respaced="merge")
    give(word, 0, "Kề", {"Kề": 0.6, "Kế": 0.4}, "mark")
    assert word.kind == "mark"
    give(word, 0, "Kế", {"Kế": 0.7, "Kề": 0.3}, "kept")
    assert word.kind == "merge"
