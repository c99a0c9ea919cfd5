"""Trusted texts: what they say at the place of a damaged word, and where they must not be believed."""
import json
import re
from pathlib import Path

import pytest

from pipeline.decoder.references import MOST_PLACES, References
from pipeline.decoder.restoration import Restorer
from pipeline.decoder.trained import MODEL, load

CASES = json.loads((Path(__file__).parent / "cases" / "restore" / "references.json").read_text("utf-8"))
PASSAGE = "Phát huy vai trò của nhân dân trong giữ gìn đường làng, ngõ xóm sáng, xanh, sạch, đẹp."


def references(*texts):
    return References(texts, load(MODEL).vocabulary)


def words(text):
    return re.findall(r"\w+", text)


def told(found):
    return [one.text if one else None for one in found]


def test_words_between_two_runs_are_laid_side_by_side():
    decoded = words("Phát huy vai trò cua nhân dan trong giữ gìn dương làng")
    assert told(references(PASSAGE).expected(decoded))[4:11] == words("của nhân dân trong giữ gìn đường")


def test_a_text_that_shares_no_run_says_nothing():
    assert set(references(PASSAGE).expected(words("Báo cáo kết quả thu ngân sách quý I"))) == {None}
    assert set(references("").expected(words(PASSAGE))) == {None}


def test_what_more_texts_have_stands():
    slip = PASSAGE.replace("giữ gìn", "giữ gin")
    decoded = words(PASSAGE)
    place = decoded.index("gìn")
    for texts in ((slip, PASSAGE, PASSAGE), (PASSAGE, slip, PASSAGE), (PASSAGE, PASSAGE, slip)):
        assert references(*texts).expected(decoded)[place].text == "gìn"


def test_agreement_falls_where_the_words_around_differ():
    trusted = references(PASSAGE)
    same = trusted.expected(words(PASSAGE))
    other = trusted.expected(words("Ông Tư bà Sáu ra đường làng, ngõ xóm gặp nhau rồi cùng về nhà"))
    assert same[10].agreement > 0.95
    assert max(one.agreement for one in other if one) < 0.5


def test_wording_that_stands_everywhere_is_no_passage():
    text = "\n".join(f"Điều {number}. Tổ chức thực hiện kế hoạch này." for number in range(MOST_PLACES + 2))
    assert set(references(text).expected(words("tổ chức thực hiện kế hoạch này"))) == {None}


@pytest.mark.parametrize("case", [pytest.param(case, id=case["label"]) for case in CASES])
def test_restores_beside_a_reference(case):
    restorer = Restorer.load()
    assert restorer.restore_text(case["raw"], references=case["references"]).text == case["text"]
    if case["lost_alone"]:  # words that only the reference saves
        assert case["lost_alone"] in case["text"]
        assert case["lost_alone"] not in restorer.restore_text(case["raw"]).text
    restorer.adapt(case["references"])
    assert restorer.restore_text(case["raw"]).text == case["text"]
    assert Restorer.load().trusted is None


def test_a_reference_makes_the_text_no_longer_in_quadratic_time():
    text = " ".join(f"{PASSAGE} Mục {number}." for number in range(300))
    trusted = references(text)
    assert len(trusted.expected(words(text) * 3)) == 3 * len(words(text))


def test_references_speak_for_a_word_that_was_read_as_a_figure(restorer):
    raw = "Cac h6 dan phai ky cam két, ty giac chap hanh, nhat 13 nhiing h6 séng ven sudi, ven hd chtta"
    trusted = "Các hộ dân phải ký cam kết, tự giác chấp hành, nhất là những hộ sống ven suối, ven hồ chứa"
    alone, beside = (
        next(word for word in restorer.restore_text(raw, references=given).words if word.raw == "13")
        for given in ([], [trusted])
    )
    assert alone.text == "13"
    assert alone.confidence > 0.8
    assert beside.text == "13" or beside.confidence < 0.9  # a person looks at it
    assert "là" in (beside.text, beside.alternatives[0].text)
    assert beside.text == "là" or beside.alternatives[0].confidence > 0.5


def test_a_number_of_its_own_stays_whatever_a_trusted_text_has_there(restorer):
    raw = "Giao 13 thon ctr mot td xung kich tic trc vao ban dém va nhitng ngay c6 mua 1on kéo dai trén dia ban"
    trusted = "Giao các thôn cử một tổ xung kích túc trực vào ban đêm và những ngày có mưa lớn kéo dài trên địa bàn"
    found = next(word for word in restorer.restore_text(raw, references=[trusted]).words if word.raw == "13")
    assert found.text == "13"
    assert found.confidence > 0.9
