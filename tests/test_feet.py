"""The foot of a scan: signers side by side, what a seal left of a power, and a place spelled twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.document import Box, Edit, Line, Step
from pipeline.plan import Plan
from pipeline.structure import record, tables
from tests.papers import line_at, page_of, scan

BODY = ("I. MỤC ĐÍCH", "Giữ nếp đã có.", "II. TỔ CHỨC THỰC HIỆN", "Các đơn vị báo cáo khi xong việc./.")


def read(*foot: tuple[str, float, float]) -> Plan:
    """The record of a page with a short body and the lines of its foot (text, left, top)."""
    lines: list[Line] = [line_at(text, 85, 100 + 20 * at) for at, text in enumerate(BODY)]
    lines += [line_at(text, left, top, bold=True) for text, left, top in foot]
    return record.read_record(tables.tables(scan(page_of(lines))))


def test_who_approves_below_the_recipients_signs() -> None:
    plan = read(
        ("Nơi nhận: Phòng GD&ĐT (b/c), các tổ CM,", 85, 220), ("Tổng phụ trách Đội, lưu VP.", 85, 236),
        ("DUYỆT CỦA BGH", 130, 260), ("HIỆU TRƯỞNG", 136, 276), ("Bùi Văn Thắng", 132, 340),
        ("NGƯỜI LẬP KẾ HOẠCH", 340, 220), ("Quách Thị Hoan", 350, 300),
    )
    assert (plan.signature.title, plan.signature.name) == ("HIỆU TRƯỞNG", "Bùi Văn Thắng")
    assert [one.name for one in plan.recipients] == ["Phòng GD&ĐT", "các tổ CM", "Tổng phụ trách Đội"]


def test_of_three_who_sign_side_by_side_the_first_is_whole() -> None:
    plan = read(
        ("HIỆU TRƯỞNG", 85, 220), ("HỘI ĐỒNG", 205, 220), ("CHỦ TỊCH", 207, 236), ("TRƯỞNG KHOA", 330, 236),
        ("Thái Văn Lượm", 85, 300), ("Trương Thị Minh", 200, 300), ("Huỳnh Văn Trí", 330, 300),
    )
    assert (plan.signature.title, plan.signature.name) == ("HIỆU TRƯỞNG", "Thái Văn Lượm")
    assert "3 signers; number 1 is in the record" in " ".join(warning.message for warning in plan.warnings)


@pytest.mark.parametrize(("power", "authority", "title"), [
    ("KT. CHỦ TỊCH", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
    ("XT. CHỦ TỊCH", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),  # of the powers of state only KT ends so
    ("T. CHỦ TỊCH", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
])
def test_a_power_whose_first_letter_lies_under_a_seal(power: str, authority: str, title: str) -> None:
    plan = read(
        ("Nơi nhận:", 85, 220), ("- Lưu: VT.", 85, 240),
        (power, 340, 220), ("PHÓ CHỦ TỊCH", 340, 236), ("Trần Thị Mai", 340, 300),
    )
    assert (plan.signature.authority, plan.signature.title) == (authority, title)


@pytest.mark.parametrize(("power", "title", "authority"), [
    ("TIM BAN THƯỜNG VỤ", "BÍ THƯ", "T/M BAN THƯỜNG VỤ"),
    ("KIT BÍ THƯ", "PHÓ BÍ THƯ", "K/T BÍ THƯ"),
    ("TIM MẠCH", "BÁC SĨ TRƯỞNG", None),  # a heart department, and no power
])
def test_the_stroke_of_a_power_of_the_party_read_as_a_letter(power: str, title: str, authority: str | None) -> None:
    plan = read(
        ("Nơi nhận:", 85, 220), ("- Lưu: VP.", 85, 240),
        (power, 340, 220), (title, 340, 236), ("Trần Thị Mai", 340, 300),
    )
    assert plan.signature.authority == authority


def test_a_place_that_restoration_changed_is_spelled_as_in_the_letterhead() -> None:
    lines = [
        line_at("ỦY BAN NHÂN DÂN HUYỆN THẠNH HÓA", 60, 40), line_at("Số: 02/KH-UBND", 60, 60),
        line_at("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 330, 40),
        line_at("Thạnh Hóa, ngày 22 tháng 02 năm 2024", 330, 60),
        line_at("KẾ HOẠCH", 250, 90), line_at("Xây dựng nông thôn mới năm 2024", 200, 110),
        *(line_at(text, 85, 140 + 20 * at) for at, text in enumerate(BODY)),
    ]
    dated = lines[3]
    lines[3] = replace(dated, words=(replace(dated.words[0], text="Thanh"), *dated.words[1:]))
    plan = record.read_record(tables.tables(scan(page_of(lines))))
    assert plan.issued.place == "Thạnh Hóa"
    assert plan.issuer.district == "Thạnh Hóa"


@pytest.mark.parametrize(("printed", "issuer", "parent"), [
    ("UHND XÃ NÀ ỚT", "Ủy ban nhân dân xã Nà Ớt", "Ủy ban nhân dân huyện Mai Sơn"),
    ("HĐND XÃ NÀ ỚT", "Hội đồng nhân dân xã Nà Ớt", "Ủy ban nhân dân huyện Mai Sơn"),
])
def test_a_committee_with_a_letter_misread_is_one_before_its_unit(printed: str, issuer: str, parent: str) -> None:
    lines = [
        line_at("ỦBND HUYỆN MAI SƠN", 60, 40), line_at(printed, 60, 60), line_at("Số: 02/KH-UBND", 60, 80),
        line_at("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 330, 40), line_at("Nà Ớt, ngày 22 tháng 02 năm 2024", 330, 80),
        line_at("KẾ HOẠCH", 250, 110), line_at("Xây dựng nông thôn mới năm 2024", 200, 130),
        *(line_at(text, 85, 160 + 20 * at) for at, text in enumerate(BODY)),
    ]
    plan = record.read_record(tables.tables(scan(page_of(lines))))
    assert (plan.issuer.name, plan.issuer.parent) == (issuer, parent)
    assert (plan.evidence["/issuer/name"].confidence < 0.9) == (printed[:4] == "UHND"), "a person is to look"


@pytest.mark.parametrize(("left", "title"), [
    (210, "Bảo đảm an ninh, trật tự Tết Nguyên đán năm 2024"), (110, "Bảo đảm an ninh, trật tự"),
])
def test_a_line_in_the_middle_goes_on_with_a_bold_title_though_its_print_is_not(left: float, title: str) -> None:
    lines = [
        line_at("UBND XÃ NÀ ỚT", 60, 40), line_at("Số: 02/KH-UBND", 60, 60),
        line_at("KẾ HOẠCH", 272, 100, bold=True), line_at("Bảo đảm an ninh, trật tự", 225, 120, bold=True),
        line_at("Tết Nguyên đán năm 2024", left, 140, bold=False),
        line_at("Thực hiện chỉ đạo của cấp trên, xã xây dựng kế hoạch giữ đêm giao thừa bình", 85, 165, bold=False),
        *(line_at(text, 85, 185 + 20 * at, bold=False) for at, text in enumerate(BODY)),
    ]
    assert record.read_record(tables.tables(scan(page_of(lines)))).title == title


def test_an_archive_line_keeps_the_codes_that_were_read() -> None:
    """Restoration knows syllables and the usual short forms; what an office calls its rooms it does not know."""
    kept = line_at("- Lưu: VT, KTNS, NNMT.", 85, 240)
    words = [replace(word, text=word.text.replace("KTNS", "BKTNS")) for word in kept.words]
    lines = [*(line_at(text, 85, 100 + 20 * at) for at, text in enumerate(BODY)), line_at("Nơi nhận:", 85, 220)]
    lines += [replace(kept, words=tuple(words)), line_at("CHỦ TỊCH", 340, 220), line_at("Trần Thị Mai", 340, 300)]
    assert record.read_record(tables.tables(scan(page_of(lines)))).archive == "VT, KTNS, NNMT"


def test_a_code_of_the_archive_line_that_a_person_wrote_stays() -> None:
    read_as = line_at("- Lưu: VT, KTN5.", 85, 240)
    edit = Edit("person", "KTN5.", "KTNS.")
    words = [replace(word, text="KTNS.", edits=(edit,)) if word.raw == "KTN5." else word for word in read_as.words]
    lines = [*(line_at(text, 85, 100 + 20 * at) for at, text in enumerate(BODY)), line_at("Nơi nhận:", 85, 220)]
    lines += [replace(read_as, words=tuple(words)), line_at("CHỦ TỊCH", 340, 220), line_at("Trần Thị Mai", 340, 300)]
    assert record.read_record(tables.tables(scan(page_of(lines)))).archive == "VT, KTNS"


def test_a_name_whose_beginning_lies_under_a_seal_is_told_and_not_completed() -> None:
    plan = read(
        ("Nơi nhận:", 85, 220), ("- Lưu: VT.", 85, 240), ("KT. CHỦ TỊCH", 340, 220), ("lạm Trường Thọ.", 345, 300),
    )
    assert (plan.signature.authority, plan.signature.name) == ("KT. CHỦ TỊCH", None)
    assert "name read as lạm Trường Thọ" in " ".join(warning.message for warning in plan.warnings)


def test_a_power_that_a_seal_parted_from_its_position_is_not_lost() -> None:
    plan = read(
        ("Nơi nhận:", 85, 220), ("- Lưu: VT.", 85, 240), ("XT.", 330, 220), ("CHỦ TỊCH", 356, 222),
        ("Trần Thị Mai", 340, 300),
    )
    assert (plan.signature.authority, plan.signature.title) == ("KT. CHỦ TỊCH", None)


@pytest.mark.parametrize(("name", "before"), [
    ("Thị Diễm Châu", None), ("Viết Khoan", None), ("Hoàng Quo", None), ("Quang Duệ", "Tếng"),
])
def test_a_name_that_cannot_be_whole_is_told_and_not_recorded(name: str, before: str | None) -> None:
    plan = read(
        ("Nơi nhận:", 85, 220), ("- Lưu: VT.", 85, 240), ("GIÁM ĐỐC", 340, 220), (name, 340, 300),
        *(((before, 308, 299),) if before else ()),
    )
    assert plan.signature.name is None
    assert f"name read as {name}" in " ".join(warning.message for warning in plan.warnings)


@pytest.mark.parametrize("name", ["Tô Lâm", "Y Bun", "Nguyễn Thị Mai"])
def test_a_name_that_may_be_whole_stays(name: str) -> None:
    plan = read(("Nơi nhận:", 85, 220), ("- Lưu: VT.", 85, 240), ("GIÁM ĐỐC", 340, 220), (name, 340, 300))
    assert plan.signature.name == name


@pytest.mark.parametrize(("deputy", "title"), [
    ("PHÓ TRƯỞNG BAN", "PHÓ TRƯỞNG BAN"), ("PHÙ TRƯỞNG BAN", "PHÓ TRƯỞNG BAN"),
])
def test_who_stands_over_a_deputy_is_signed_for_and_does_not_sign(deputy: str, title: str) -> None:
    plan = read(
        ("Nơi nhận:", 85, 220), ("- Lưu: VT.", 85, 240), ("TRƯỞNG BAN", 340, 220), (deputy, 330, 236),
        ("Vàng Mí Sính", 340, 300),
    )
    assert (plan.signature.authority, plan.signature.title) == (None, title)


@pytest.mark.parametrize("chief", ["VY. TRƯỞNG BAN", "T{,TRƯỞNGBAN '"])
def test_a_word_before_whom_a_deputy_signs_for_is_his_power(chief: str) -> None:
    plan = read(
        ("Nơi nhận:", 85, 220), ("- Lưu: VT.", 85, 240), (chief, 330, 220), ("PHÓ TRƯỞNG BAN", 330, 236),
        ("Vàng Mí Sính", 340, 300),
    )
    assert (plan.signature.authority, plan.signature.title) == ("KT. TRƯỞNG BAN", "PHÓ TRƯỞNG BAN")
    assert plan.evidence["/signature/authority"].confidence <= 0.5
    assert any(f"power read as {chief}" in warning.message for warning in plan.warnings)


def test_a_word_that_a_position_had_no_room_for_belongs_to_it() -> None:
    plan = read(
        ("Nơi nhận:", 85, 220), ("- Lưu: VT.", 85, 240), ("TUQ. GIÁM ĐỐC", 340, 220),
        ("TRƯỞNG PHÒNG QUẢN LÝ NĂNG", 310, 236), ("LƯỢNG", 370, 252), ("Tống Quang Duệ", 340, 320),
    )
    assert plan.signature.title == "TRƯỞNG PHÒNG QUẢN LÝ NĂNG LƯỢNG"


def test_who_made_a_copy_is_not_who_signed() -> None:
    plan = read(
        ("Nơi nhận:", 85, 220), ("- Lưu: VT.", 85, 240), ("TRƯỞNG BAN", 360, 220), ("Trần Thị Mai", 360, 300),
        ("BAN QUẢN LÝ CHỢ", 85, 350), ("SAO Y", 400, 352),
        ("KT. TRƯỞNG BAN", 360, 370), ("PHÓ TRƯỞNG BAN", 360, 388), ("Trương Thị Bạch Huệ", 340, 450),
    )
    assert plan.signature.authority is None
    assert (plan.signature.title, plan.signature.name) == ("TRƯỞNG BAN", "Trần Thị Mai")
    assert [entry.name for entry in plan.recipients] == []


def test_a_copy_of_a_document_whose_signer_was_not_read_has_no_signer() -> None:
    plan = read(
        ("Nơi nhận:", 85, 220), ("- Lưu: VT.", 85, 240), ("TRƯỞNG BAN", 360, 220), ("SAO LỤC", 400, 352),
        ("CHÁNH VĂN PHÒNG", 360, 370), ("Trương Thị Bạch Huệ", 340, 450),
    )
    assert (plan.signature.title, plan.signature.name) == ("TRƯỞNG BAN", None)


def test_a_stamp_of_copy_over_the_signature_takes_nothing() -> None:
    plan = read(
        ("SAO Y BẢN CHÍNH", 85, 200), ("Nơi nhận:", 85, 220), ("- Lưu: VT.", 85, 240), ("TRƯỞNG BAN", 360, 220),
        ("Trần Thị Mai", 360, 300),
    )
    assert (plan.signature.title, plan.signature.name) == ("TRƯỞNG BAN", "Trần Thị Mai")


def head(number: Line) -> Plan:
    """The record of a page whose head has this line for its number, and a body's name broken by a narrow column."""
    lines = [
        line_at("LIÊN ĐOÀN LAO ĐỘNG TỈNH SƠN", 60, 40), line_at("LA", 130, 56), line_at("CÔNG ĐOÀN VIÊN CHỨC", 60, 72),
        number, line_at("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 330, 40),
        line_at("Sơn La, ngày 22 tháng 02 năm 2024", 330, 90),
        line_at("KẾ HOẠCH", 250, 120), line_at("Tổ chức hội thao năm 2024", 200, 140),
        *(line_at(text, 85, 170 + 20 * at) for at, text in enumerate(BODY)),
    ]
    return record.read_record(tables.tables(scan(page_of(lines))))


def test_a_place_s_name_that_a_narrow_column_broke_is_whole() -> None:
    issuer = head(line_at("Số: 09/KH-CĐVC", 60, 90)).issuer
    assert (issuer.parent, issuer.province) == ("Liên đoàn Lao động tỉnh Sơn La", "Sơn La")


@pytest.mark.parametrize(("confidence", "number"), [(0.49, None), (0.8, "74")])
def test_a_written_number_that_was_half_read_is_no_number(confidence: float, number: str | None) -> None:
    line = line_at("Số: 74 /KH-CĐVC", 60, 90)
    first, written, *rest = line.words
    plan = head(replace(line, words=(first, replace(written, confidence=confidence), *rest)))
    assert (plan.number.number, plan.number.symbol) == (number, "KH-CĐVC")
    told = [warning.message for warning in plan.warnings if warning.code == "value_unreadable"]
    assert bool(told) == (number is None)


def test_a_foot_on_the_right_page_of_an_open_book_has_its_own_two_sides() -> None:
    left = [line_at(text + " của các thôn trong xã" * 2, 85, 100 + 20 * at) for at, text in enumerate(BODY)]
    right = [
        line_at("Nơi nhận:", 680, 60), line_at("HIỆU TRƯỞNG", 980, 60, bold=True), line_at("- Phòng Nội vụ;", 680, 76),
        line_at("- Các thôn;", 680, 92), line_at("- Lưu: VT.", 680, 108),
        line_at("Trương Thị Minh", 970, 150, bold=True),
    ]
    page = replace(page_of([*left, *right], size=(1190.0, 842.0)), steps=(Step("spread", "2", {"pages": 2}),))
    plan = record.read_record(tables.tables(scan(page)))
    assert [recipient.name for recipient in plan.recipients] == ["Phòng Nội vụ", "Các thôn"]
    assert (plan.signature.title, plan.signature.name) == ("HIỆU TRƯỞNG", "Trương Thị Minh")


def test_a_note_on_a_line_of_its_own_belongs_to_the_recipient_above() -> None:
    plan = read(
        ("Nơi nhận:", 85, 220), ("CHỦ TỊCH", 400, 220), ("- UBND huyện, UBMTTQVN huyện", 85, 236), ("(ph); :", 85, 252),
        ("- Các thôn;", 85, 268), ("Lý Văn Sơn", 395, 300),
    )
    assert [(one.name, one.note) for one in plan.recipients] == [
        ("UBND huyện, UBMTTQVN huyện", "p/h"), ("Các thôn", None),
    ]


def test_one_note_behind_a_brace_is_of_every_entry_that_it_holds() -> None:
    brace = line_at("} (b/c)", 300, 260)
    tall = replace(brace.words[0], box=Box(300, 236, 310, 288))
    lines = [line_at(text, 85, 100 + 20 * at) for at, text in enumerate(BODY)]
    lines += [line_at("Nơi nhận:", 85, 220), line_at("- Chi cục Thú y;", 85, 240), line_at("- Trạm Thú y;", 85, 257),
              line_at("- UBND huyện (t/h);", 85, 274), line_at("- Các bản;", 85, 291), line_at("- Lưu: VT.", 85, 308),
              replace(brace, words=(tall, *brace.words[1:])), line_at("GIÁM ĐỐC", 400, 220, bold=True),
              line_at("Lò Văn Pín", 400, 300, bold=True)]
    plan = record.read_record(tables.tables(scan(page_of(lines))))
    assert [(one.name, one.note) for one in plan.recipients] == [
        ("Chi cục Thú y", "b/c"), ("Trạm Thú y", "b/c"), ("UBND huyện", "t/h"), ("Các bản", None),
    ]


@pytest.mark.parametrize(("power", "authority"), [
    ("z[fM.BAN-THƯỜNG VỤ", "T/M BAN THƯỜNG VỤ"), ("t/M BAN,THƯỜNG VỤ", "T/M BAN THƯỜNG VỤ"),
    ("(IM BAN CHẤP HÀNH", "T/M BAN CHẤP HÀNH"), ("xốM.NAM", None),
])
def test_a_power_of_the_party_under_a_seal(power: str, authority: str | None) -> None:
    plan = read(
        ("Nơi nhận:", 85, 220), ("- Lưu VP.", 85, 240),
        (power, 340, 220), ("BÍ IHƯ", 340, 236), ("Trần Thị Mai", 340, 300),
    )
    assert (plan.signature.authority, plan.signature.title) == (authority, "BÍ THƯ" if authority else None)


def test_a_name_without_blanks_over_the_signature_has_those_of_the_letterhead() -> None:
    lines = [
        line_at("UBND XÃ LẠC AN", 60, 40), line_at("Số: 02/KH-UBND", 60, 60), line_at("KẾ HOẠCH", 272, 100),
        *(line_at(text, 85, 140 + 20 * at) for at, text in enumerate(BODY)),
        line_at("Nơi nhận:", 85, 240), line_at("- Lưu: VT.", 85, 256), line_at("TM. UBND XÃ LẠCAN", 340, 240),
        line_at("CHỦ TỊCH", 350, 256), line_at("Huỳnh Văn Sáu", 345, 320),
    ]
    assert record.read_record(tables.tables(scan(page_of(lines)))).signature.authority == "TM. UBND XÃ LẠC AN"


def test_what_a_seal_left_of_a_position_is_told_and_not_recorded() -> None:
    plan = read(
        ("Nơi nhận:", 85, 220), ("- Lưu: VT.", 85, 240), ("U TRƯỞNG", 340, 220), ("Trần Thị Mai", 340, 300),
    )
    assert (plan.signature.title, plan.signature.name) == (None, "Trần Thị Mai")
    assert any("title read as U TRƯỞNG" in warning.message for warning in plan.warnings)


def test_an_entry_whose_dash_was_lost_begins_behind_a_note() -> None:
    plan = read(
        ("Nơi nhận:", 85, 220), ("BÍ THƯ", 400, 220), ("- Ban Thường vụ Huyện ủy (để báo cáo),", 85, 236),
        ("Ban Tuyên giáo Huyện ủy (để báo cáo),", 85, 252), ("- Các chi bộ trực thuộc,", 85, 268),
        ("- Lưu VP.", 85, 284), ("Lý Văn Sơn", 395, 300),
    )
    assert [one.name for one in plan.recipients] == [
        "Ban Thường vụ Huyện ủy", "Ban Tuyên giáo Huyện ủy", "Các chi bộ trực thuộc",
    ]


def test_a_figure_in_doubt_makes_the_date_doubtful() -> None:
    def dated(sure: float) -> Plan:
        line = line_at("Hải Lạng, ngày 1 tháng 02 năm 2020", 300, 80)
        words = tuple(replace(word, confidence=sure if word.text == "1" else 0.96) for word in line.words)
        lines = [replace(line, words=words), line_at("KẾ HOẠCH", 260, 110), line_at("Trồng cây năm 2020", 230, 126)]
        lines += [line_at(text, 85, 160 + 20 * at) for at, text in enumerate(BODY)]
        return record.read_record(tables.tables(scan(page_of(lines))))

    assert dated(0.44).evidence["/issued/date"].confidence == pytest.approx(0.44)
    assert any("/issued/date is unsure" in warning.message for warning in dated(0.44).warnings)
    assert dated(0.95).evidence["/issued/date"].confidence > 0.9
