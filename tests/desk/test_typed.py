"""What a person types becomes a value of the record, or is refused with a cure: nothing else is ever written."""

import office
import openpyxl
import pytest

from pipeline import corrections
from pipeline.commands import desk_cli, messages
from pipeline.desk import changing, desk, noting, sheets, typed
from pipeline.desk.review import views
from pipeline.errors import UsageError
from pipeline.plan import Warning_

NAME = "huyen/tam-tien-2024.pdf"


@pytest.mark.parametrize(("pointer", "text", "value"), [
    ("/issued/date", "4/1/2021", "2021-01-04"),
    ("/issued/date", "04.01.2021", "2021-01-04"),
    ("/issued/date", "ngày 04 tháng 01 năm 2021", "2021-01-04"),
    ("/issued/date", " 2021-01-04 ", "2021-01-04"),
    ("/issued/date", "01/2021", "2021-01"),
    ("/deadlines/2/date", "2021", "2021"),
    ("/periods/0/end", "29/02/2024", "2024-02-29"),
    ("/targets/0/value", "34,4", "34.4"),
    ("/targets/0/value_to", "140", "140"),
    ("/year", "2024", 2024),
    ("/title", "  ", None),
    ("/title", "1.200 cây", "1.200 cây"),
    ("/number/number", "05", "05"),
])
def test_what_is_understood(pointer, text, value):
    assert typed.value_of(pointer, text) == value


@pytest.mark.parametrize(("pointer", "text"), [
    ("/issued/date", "abc"), ("/issued/date", "31/02/2021"), ("/issued/date", "2021-13"), ("/issued/date", "20/7"),
    ("/issued/date", "từ 1/3/2021 đến 2/3/2021"), ("/periods/0/start", "29/02/2023"),
    ("/targets/0/value", "1.200"), ("/targets/0/value", "12.000.000"), ("/targets/0/value", "trên 5"),
    ("/targets/0/value", "٣"), ("/year", "hai"), ("/year", "24"),
])
def test_what_is_refused(pointer, text):
    with pytest.raises(UsageError) as refused:
        typed.value_of(pointer, text)
    assert refused.value.cure
    assert messages.describe(refused.value, "vi").isascii() is False


def change(client, pointer, after):
    return client.post(f"/d/{desk.key_of(NAME)}/change", json={
        "who": "Lan", "changes": [{"where": "record", "pointer": pointer, "after": after}]})


def test_the_desk_writes_dates_as_the_contract_has_them(client, out):
    assert change(client, "/issued/date", "23/01/2024").status_code == 200
    assert desk.load(out, NAME).plan.issued.date == "2024-01-23"
    refused = change(client, "/issued/date", "hôm qua")
    assert refused.status_code == 422
    assert "This is no date." in refused.json()["error"]
    assert desk.load(out, NAME).plan.issued.date == "2024-01-23"


def test_a_value_of_the_machine_is_accepted_as_it_stands(client, out):
    item = desk.load(out, NAME)
    entry = noting.field_entry(item, "/targets/0/value", "1.234", "Lan")
    changing.change(out, NAME, [entry], office.read_again)
    assert change(client, "/targets/0/value", "1.234").status_code == 200


def test_a_workbook_is_refused_what_the_desk_refuses(out, tmp_path, monkeypatch):
    monkeypatch.setattr(desk_cli, "reread", office.read_again)
    path = tmp_path / "work.xlsx"
    from test_desk_cli import call

    call("export", out, "xlsx", "--to", path)
    book = openpyxl.load_workbook(path)
    names = [cell.value for cell in book["documents"][1]]
    row = next(row for row in book["documents"].iter_rows(min_row=3) if row[0].value == NAME)
    row[names.index("date")].value = "31/02/2024"
    book.save(path)
    (difference,) = sheets.read_xlsx(path.read_bytes(), out, "Hoa").differences
    assert (difference.kind, difference.edited) == ("refused", "31/02/2024")


def test_a_number_that_could_not_be_read_is_a_doubt_until_somebody_looked(out):
    item = desk.load(out, NAME)
    unread = Warning_(code="value_unreadable", message="number: number read as 1#7", page=1)
    number = item.plan.number.model_copy(update={"number": None})
    plan = item.plan.model_copy(update={"number": number, "warnings": (unread,)})
    office.write(out, NAME, item.document, plan)
    item = desk.load(out, NAME)
    assert desk.unread_fields(item) == ("/number/number",)
    doubt = next(doubt for doubt in views.doubts(item) if doubt["pointer"] == "/number/number")
    assert (doubt["value"], doubt["page"], doubt["box"]) == (None, 1, item.plan.evidence["/number/symbol"].box)
    seen = changing.change(out, NAME, [noting.field_entry(item, "/number/number", None, "Lan")], office.read_again)
    assert desk.unread_fields(seen) == ()
    assert seen.plan.warnings == ()
    assert corrections.effective(seen.log)[-1].pointer == "/number/number"


def test_a_blank_number_is_no_doubt(out):
    item = desk.load(out, NAME)
    number = item.plan.number.model_copy(update={"number": None})
    office.write(out, NAME, item.document, item.plan.model_copy(update={"number": number, "warnings": ()}))
    assert desk.unread_fields(desk.load(out, NAME)) == ()
