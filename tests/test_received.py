"""The stamp of the office that received a document: its number, date and name are not those of the document."""

from __future__ import annotations

import pytest

from pipeline.structure import record
from tests.papers import text_document

HEAD = (
    "ỦY BAN NHÂN DÂN\nTỈNH QUẢNG NGÃI\n{0}Số: {number}/CT-UBND\n{1}CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n"
    "Độc lập - Tự do - Hạnh phúc\nQuảng Ngãi, ngày 20 tháng 3 năm 2018\n{2}CHỈ THỊ\n{3}Về tăng cường thi hành án\n"
    "{4}Trong thời gian qua, công tác này có nhiều tiến bộ.\nI. NỘI DUNG\nLàm tốt./.\nNơi nhận:\n- Lưu: VT.\n"
    "CHỦ TỊCH\nTrần Văn An\n"
)
STAMPS = (
    "CÔNG VĂN ĐẾN\nSố: 2352\nNgày: 21/3/2018\nChuyển: VP\n",
    "SỞ TƯ PHÁP QUẢNG NGÃI\nĐẾN Số: 1204\nNgày: 22/3/2018\n",
    "TRUNG TÂM CÔNG BÁO & TIN HỌC\nCV Số: 2352\nĐẾN Ngày: 21.3.18\nChuyển:......\n",
    "VĂN PHÒNG UBND HUYỆN\nCÔNG VĂN ĐẾN\nSố 87 ngày 5/4/2018\nLưu hồ sơ số: 12\n",
    "ĐẾN\nGiờ: ........ Ngày 22/3/18\n",
)


@pytest.mark.parametrize("stamp", STAMPS)
@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("number", ["07", "      "])
def test_a_stamp_of_receipt_gives_nothing_to_the_record(stamp: str, place: int, number: str) -> None:
    text = HEAD.format(*(stamp if place == index else "" for index in range(5)), number=number)
    got = record.read_record(text_document(text)).as_json()
    assert got["number"] == {"number": number.strip() or None, "symbol": "CT-UBND"}
    assert got["issued"] == {"place": "Quảng Ngãi", "date": "2018-03-20"}
    assert got["title"] == "Về tăng cường thi hành án"
    assert got["issuer"]["name"] == "Ủy ban nhân dân tỉnh Quảng Ngãi"
    assert got["issuer"]["parent"] is None


def test_an_office_that_issues_under_a_committee_stays_with_a_stamp_below_it() -> None:
    text = HEAD.format("SỞ TƯ PHÁP\nCÔNG VĂN ĐẾN\nSố: 31\n", "", "", "", "", number="07").replace("CT-UBND", "CT-STP")
    got = record.read_record(text_document(text)).as_json()
    assert got["issuer"]["name"] == "Sở Tư pháp"
    assert got["number"] == {"number": "07", "symbol": "CT-STP"}
