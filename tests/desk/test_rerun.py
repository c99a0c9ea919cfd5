"""The real pipeline over a text of our own: read, correct at the desk, read again, and the person still stands."""

import office
import pytest

from pipeline.commands import desk_cli
from pipeline.desk import changing, desk, index, noting, search

TEXT = """ỦY BAN NHÂN DÂN
XÃ BÌNH KHÊ
Số: 41/KH-UBND

KẾ HOẠCH
Phòng chống cháy rừng năm 2022

I. MỤC TIÊU
1. Thành lập 6 tổ tuần tra tại các thôn.
2. 100% hộ ven rừng ký cam kết.

II. TỔ CHỨC THỰC HIỆN
Công chức địa chính theo dõi, tổng hợp, báo cáo ./.

Nơi nhận:
- Các thôn;
- Lưu: VT.

CHỦ TỊCH
Bùi Thế Lân
"""


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    root = tmp_path_factory.mktemp("rerun")
    (root / "scans").mkdir()
    (root / "scans/rung.txt").write_text(TEXT, "utf-8")
    office.run(root)
    return root


@pytest.fixture
def doubtful(tmp_path):
    """One with a damaged number, and without a date."""
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans/rung.txt").write_text(TEXT.replace("Số: 41", "Số: 4#1"), "utf-8")
    office.run(tmp_path)
    return tmp_path


def test_corrections_outlive_every_run(read):
    out = read / "out"
    item = desk.load(out, "rung.txt")
    assert item.plan.number.number == "41"
    entries = [
        noting.field_entry(item, "/number/number", "47", "Lan"),
        noting.word_entry(item, office.word_pointer(item, "cháy"), "sạt", "Lan"),
        noting.state_entry(item, "verified", True, "Lan"),
    ]
    item = changing.change(out, "rung.txt", entries, desk_cli.reread, desk_cli.rewrite)
    assert item.plan.title == "Phòng chống sạt rừng năm 2022", "the record is read from the words"
    assert "chống sạt rừng" in (out / "rung.txt/text.txt").read_text("utf-8")
    for more in ([], ["--redo"], ["--preset", "strict"]):
        office.run(read, *more)
        item = desk.load(out, "rung.txt")
        assert (item.plan.number.number, item.plan.title) == ("47", "Phòng chống sạt rừng năm 2022")
        assert "chống sạt rừng" in (out / "rung.txt/text.txt").read_text("utf-8")
        assert item.verified.who == "Lan"
    index.update(out)
    assert search.search(out, "sat rung").total == 1
    undo = [noting.undo_entry(entry, "Lan") for entry in reversed(item.log[:2])]
    item = changing.change(out, "rung.txt", undo, desk_cli.reread, desk_cli.rewrite)
    assert (item.plan.number.number, item.plan.title) == ("41", "Phòng chống cháy rừng năm 2022")


def notes_of(root):
    return [(warning.code, warning.message) for warning in desk.load(root / "out", "rung.txt").plan.warnings]


def test_a_warning_goes_with_the_answer_of_a_person_and_comes_back_with_the_undo(doubtful):
    out = doubtful / "out"
    before = notes_of(doubtful)
    unread = [note for note in before if note[0] == "value_unreadable"]
    undated = ("missing_component", "date is missing")
    assert len(unread) == 1
    assert undated in before
    entries = [noting.field_entry(desk.load(out, "rung.txt"), pointer, value, "Lan")
               for pointer, value in (("/number/number", "41"), ("/issued/date", "2022-03-01"))]
    for entry in entries:
        changing.change(out, "rung.txt", [entry], desk_cli.reread, desk_cli.rewrite)
    answered = [note for note in before if note not in (*unread, undated)]
    assert notes_of(doubtful) == answered
    office.run(doubtful, "--redo")
    assert notes_of(doubtful) == answered
    changing.change(out, "rung.txt", [noting.undo_entry(entries[0], "Lan")], desk_cli.reread, desk_cli.rewrite)
    assert notes_of(doubtful) == [note for note in before if note != undated]
    office.run(doubtful)
    assert notes_of(doubtful) == [note for note in before if note != undated]
