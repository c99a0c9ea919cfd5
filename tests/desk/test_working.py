"""A day at the desk: lists that are kept to, two people at once, a run in between, errors in the person's language."""

import re
import time
from functools import partial
from typing import get_args

import office
import pytest
from starlette.testclient import TestClient

from pipeline import corrections, disk
from pipeline.commands import messages
from pipeline.desk import changing, desk, index, learn
from pipeline.desk.review.app import create_app
from pipeline.desk.review.serving import Config
from pipeline.desk.review.texts import TEXTS, rows
from pipeline.knowledge.secrecy import Mark
from pipeline.plan import SectionKind
from pipeline.writers import advice, held

NAME, OTHER = "huyen/tam-tien-2024.pdf", "huyen/tam-tien-2023.pdf"
KEY, OTHER_KEY, SECRET_KEY = desk.key_of(NAME), desk.key_of(OTHER), desk.key_of(office.SECRET)
HOST = "http://127.0.0.1:8080"


@pytest.fixture
def client(out):
    index.update(out)
    app = create_app(Config(out, office.read_again, describe=messages.describe, rewrite=write_text))
    with TestClient(app, base_url=HOST) as made:
        made.headers["x-csrf"] = app.state.secret
        yield made


def write_text(folder, document, plan):
    changing.write_text(folder / "text.txt", "\n".join(page.text for page in document.pages) + f"\n{plan.title}")


change = partial(office.change, key=KEY)


# --- lists ------------------------------------------------------------------------------------------------


def test_a_document_knows_its_place_in_the_list_it_was_opened_from(client):
    listed = client.get("/?level=commune&order=year").text
    assert f"/d/{KEY}?l=level%3Dcommune%26order%3Dyear" in listed
    page = client.get(f"/d/{KEY}?l=level%3Dcommune%26order%3Dyear").text
    assert "1 / 2" in page
    assert f'data-next="{OTHER_KEY}"' in page
    assert f"/d/{OTHER_KEY}?l=level%3Dcommune%26order%3Dyear" in page, "the list goes along"
    elsewhere = client.get(f"/d/{KEY}?l=year%3D2023").text
    assert 'id="place"' not in elsewhere
    assert f'data-next="{OTHER_KEY}"' in elsewhere, "from outside the list one comes to its first"


def test_the_list_says_that_a_run_is_working(client, out):
    assert 'id="running"' not in client.get("/").text
    lock = disk.FolderLock(out)
    lock.acquire()
    try:
        assert 'id="running"' in client.get("/").text
    finally:
        lock.release()


def test_long_titles_are_cut_in_the_list(client):
    change(client, {"where": "record", "pointer": "/title", "after": "rất dài " * 200})
    text = client.get("/").text
    assert "rất dài " * 60 not in text
    assert "rất …" in text or "dài …" in text


# --- two at once ------------------------------------------------------------------------------------------


def test_who_comes_second_is_told_and_changes_nothing(client, out):
    first = {"where": "record", "pointer": "/number/number", "before": "28", "after": "29"}
    assert change(client, first).status_code == 200
    answer = change(client, {**first, "after": "30"}, who="Minh")
    assert answer.status_code == 409
    assert "“29”" in answer.json()["error"]
    assert "đã có người khác" in answer.json()["error"]
    assert desk.load(out, NAME).plan.number.number == "29"
    change(client, {**first, "before": "29", "after": None})
    told = change(client, {**first, "after": "30"}, who="Minh").json()["error"]
    assert told.startswith("Hiện nay chỗ này để trống")
    words = client.get(f"/d/{KEY}/words/1").json()
    pointer = words["lines"][0]["words"][0]["pointer"]
    word = {"where": "document", "pointer": pointer, "before": "other", "after": "x"}
    assert change(client, word).status_code == 409


def test_a_page_that_lies_open_sees_that_a_run_changed_the_document(client, out, scans):
    before = client.get(f"/d/{KEY}/version").json()["version"]
    assert client.get(f"/d/{KEY}/data").json()["version"] == before
    document = office.machine(scans, NAME)
    office.write(out, NAME, document, office.read_again(document).model_copy(update={"title": "Khác"}))
    assert client.get(f"/d/{KEY}/version").json()["version"] != before
    assert client.get(f"/d/{KEY}/data").json()["title"] == "Khác", "nothing old is kept in memory"


def test_a_group_is_accepted_and_taken_back_as_one(client, out):
    doubts = [doubt for doubt in client.get(f"/d/{KEY}/data").json()["doubts"] if doubt["kind"] == "word"]
    assert len(doubts) > 1
    accepted = [{"where": "document", "pointer": doubt["pointer"], "before": doubt["value"], "after": doubt["value"]}
                for doubt in doubts]
    data = change(client, *accepted).json()
    assert not [doubt for doubt in data["doubts"] if doubt["kind"] == "word"]
    data = client.post(f"/d/{KEY}/undo", json={"who": "Lan"}).json()
    assert len([doubt for doubt in data["doubts"] if doubt["kind"] == "word"]) == len(doubts)
    assert corrections.effective(desk.load(out, NAME).log) == ()


def test_one_change_of_several_that_does_not_fit_changes_nothing(client, out):
    good = {"where": "record", "pointer": "/theme", "before": None, "after": "x"}
    bad = {"where": "record", "pointer": "/year", "before": 1999, "after": "2000"}
    assert change(client, good, bad).status_code == 409
    assert corrections.load(out / NAME) == ()


def test_texts_follow_a_change_without_anybody_waiting(client, out):
    change(client, {"where": "record", "pointer": "/title", "after": "Tên mới"})
    deadline = time.monotonic() + 20
    while "Tên mới" not in (out / NAME / "text.txt").read_text("utf-8"):
        assert time.monotonic() < deadline
        time.sleep(0.02)


# --- secrecy ----------------------------------------------------------------------------------------------


def test_holding_shuts_the_files_and_releasing_opens_them(client, out):
    folder = out / NAME
    client.post(f"/d/{KEY}/state", json={"who": "Minh", "name": "verified", "value": True})
    assert len(learn.learn(out).references) == 1
    client.post(f"/d/{KEY}/state", json={"who": "Minh", "name": "held", "value": True})
    files = [path for path in folder.iterdir() if path.name != held.NOTICE]
    assert {path.name for path in files} >= {"text.txt", "record.json", "document.json", "corrections.json"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)
    notice = (folder / held.NOTICE).read_text("utf-8")
    assert "Tam Tiến" not in notice
    assert learn.references(out) == (), "what was learned from it is forgotten"
    released = {"who": "Minh", "name": "released", "value": True, "note": "QĐ 2"}
    client.post(f"/d/{KEY}/state", json=released)
    assert not held.is_closed(folder)
    wait_until(lambda: all_open(folder))  # texts are still being written


def all_open(folder):
    """Whether everybody may read every file; one being written is moved into its place at any moment."""
    try:
        return all(path.stat().st_mode & 0o044 for path in folder.iterdir() if not path.name.startswith("."))
    except FileNotFoundError:
        return False


def wait_until(holds, seconds=10):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_text_written_while_its_folder_was_opened_is_open_too(out, monkeypatch):
    folder = out / NAME
    item = desk.load(out, NAME)
    held.close(folder, Mark("MẬT", 1, None, "MẬT"))
    write = disk.write_atomic

    def slowly(path, content, **options):
        held.reopen(folder)
        write(path, content, **options)

    monkeypatch.setattr(disk, "write_atomic", slowly)
    changing.write_text(item.folder / "document.md", "begun while it was held")
    assert (folder / "document.md").stat().st_mode & 0o077 == 0o044


def test_a_text_written_after_its_folder_was_shut_is_shut_too(client, out):
    client.post(f"/d/{KEY}/state", json={"who": "Minh", "name": "held", "value": True})
    changing.write_text(out / NAME / "document.md", "written by a hand that had begun before")
    assert (out / NAME / "document.md").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("path", [
    "/", "/?state=held", "/search?q=rung+thong", "/compare?year=2024", "/handover", f"/d/{SECRET_KEY}",
    f"/d/{SECRET_KEY}/data", "/export/csv", "/export/xlsx", "/export/dc", "/export/ead", "/export/atom",
])
def test_nothing_of_a_held_text_leaves_by_any_page(client, path):
    answer = client.get(path)
    assert "Rừng Thông".encode() not in answer.content
    assert "Diễn tập" not in answer.text


# --- language ---------------------------------------------------------------------------------------------


def test_errors_come_in_the_language_of_the_person(client):
    answer = client.get("/d/0123456789ab")
    assert answer.status_code == 404
    assert "Không có văn bản này. Trở lại hàng chờ." in answer.text
    assert "Không có trang này." in client.get("/nothing/here").text
    client.cookies.set("sohoa_language", "en")
    assert "There is no such document." in client.get("/d/0123456789ab").text


def test_every_warning_has_a_short_name():
    assert set(advice.CODES) <= set(TEXTS)


def test_every_kind_of_section_has_a_name_in_both_languages():
    kinds = {f"kind_{kind}" for kind in get_args(SectionKind)}
    assert len(kinds) == 12
    assert all(TEXTS[kind][0] != TEXTS[kind][1] for kind in kinds)


def test_help_names_the_same_keys_in_both_languages():
    vietnamese_keys, english_keys = ([key for key, _ in rows(text)] for text in TEXTS["keys"])
    assert vietnamese_keys == english_keys


def test_options_of_the_desk_are_explained_in_vietnamese(capsys):
    from pipeline import cli

    for command in ("review", "search", "export", "import", "release"):
        cli.main([command, "--lang", "vi", "--help"])
        shown = capsys.readouterr().out
        own = re.sub(r"(?s)^usage:.*?\n\n", "", shown)
        for english in ("folder of", "the output", "part of the", "do not open", "box, folder", "verified documents"):
            assert english not in own, (command, english)


def test_a_workbook_that_is_too_large_is_not_read(client):
    answer = client.post("/import?who=Hoa", content=b"x", headers={"content-length": str(60_000_000)})
    assert answer.status_code == 413
