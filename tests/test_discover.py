"""Walking the folders: everything that could be an input comes out, once, with a name that can be written."""

import os
import socket
import subprocess
import unicodedata
from pathlib import Path

import pytest

from pipeline.batches.discover import Found, discover, free_name, printable
from pipeline.batches.ledger import InputRow, text_of_path
from pipeline.batches.planning import with_ledger_names
from pipeline.errors import UnreadableFile, WrongType


def make(folder: Path, *names: str, content: bytes = b"x") -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def names(found: tuple[Found, ...]) -> list[str]:
    return [item.name for item in found]


def test_files_below_a_folder_come_in_order_of_their_names(tmp_path):
    make(tmp_path, "b.pdf", "a/z.TIF", "a/b/c.jpg", "A.txt")
    assert names(discover([tmp_path]).found) == ["A.txt", "a/b/c.jpg", "a/z.TIF", "b.pdf"]


def test_a_file_given_by_itself_goes_by_its_own_name_and_is_taken_once(tmp_path):
    make(tmp_path, "deep/in/one.pdf")
    found = discover([tmp_path / "deep/in/one.pdf", tmp_path / "deep"]).found
    assert names(found) == ["one.pdf"]


def test_what_is_passed_over_is_told_with_the_reason(tmp_path):
    make(tmp_path, ".hidden.pdf", "notes.docx", "run/a.pdf", "run/sohoa.db", "out/old.pdf", "ok.pdf", ".git/x.pdf")
    told = discover([tmp_path], tmp_path / "out")
    assert names(told.found) == ["ok.pdf"]
    assert {item.name: item.reason for item in told.ignored} == {
        ".hidden.pdf": "hidden", ".git": "hidden", "notes.docx": "not a type that is read",
        "run": "an output folder of another run", "out": "an output folder",
    }


def test_a_scan_whose_name_does_not_tell_its_type_is_found_by_its_first_bytes(tmp_path):
    make(tmp_path, "DOC0001.001", content=b"%PDF-1.4 ...")
    make(tmp_path, "photo", content=b"RIFF\x00\x00\x00\x00WEBPVP8 ")
    make(tmp_path, "sound", content=b"RIFF\x00\x00\x00\x00WAVEfmt ")
    assert names(discover([tmp_path]).found) == ["DOC0001.001", "photo"]


def test_a_loop_of_folders_is_one_failed_input_with_a_cure(tmp_path):
    make(tmp_path, "a/b/one.pdf")
    (tmp_path / "a/b/back").symlink_to(tmp_path / "a")
    told = discover([tmp_path])
    problems = {item.name: item.problem for item in told.found if item.problem}
    assert list(problems) == ["a/b/back"]
    assert "loop" in problems["a/b/back"].what
    assert problems["a/b/back"].cure
    assert [item.name for item in told.found if item.problem is None] == ["a/b/one.pdf"]


def test_a_folder_reached_by_two_links_is_read_once(tmp_path):
    make(tmp_path, "real/one.pdf")
    (tmp_path / "same").symlink_to(tmp_path / "real")
    told = discover([tmp_path])
    assert len(told.found) == 1
    assert len(told.ignored) == 1


def test_links_to_nothing_and_vanished_paths_are_failed_inputs(tmp_path):
    (tmp_path / "gone.pdf").symlink_to(tmp_path / "nowhere.pdf")
    found = discover([tmp_path, tmp_path / "never.pdf"]).found
    assert [type(item.problem) for item in found] == [UnreadableFile, UnreadableFile]
    assert "link to nothing" in found[0].problem.what


def test_pipes_and_sockets_are_never_opened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    os.mkfifo("pipe.pdf")
    os.mkfifo("plain")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("scanner.pdf")
        told = discover([tmp_path])
    assert {item.name: type(item.problem) for item in told.found} == {"pipe.pdf": WrongType, "scanner.pdf": WrongType}
    assert [item.reason for item in told.ignored] == ["a named pipe"]
    assert type(discover([Path("plain")]).found[0].problem) is WrongType


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_a_failed_input(tmp_path):
    make(tmp_path, "shut/one.pdf")
    (tmp_path / "shut").chmod(0)
    try:
        found = discover([tmp_path]).found
    finally:
        (tmp_path / "shut").chmod(0o755)
    assert names(found) == ["shut"]
    assert isinstance(found[0].problem, UnreadableFile)


def test_names_that_are_no_utf8_are_found_and_written_with_percent_signs(tmp_path):
    raw = os.fsencode(tmp_path) + b"/k\xff\n.pdf"
    Path(os.fsdecode(raw)).write_bytes(b"x")
    found = discover([tmp_path]).found
    assert names(found) == ["k%FF%0A.pdf"]
    assert found[0].path.read_bytes() == b"x"


def test_printable_leaves_vietnamese_alone():
    assert printable("Kế hoạch số 5/KH-UBND (bản quét).pdf") == "Kế hoạch số 5/KH-UBND (bản quét).pdf"


def test_names_that_would_meet_where_case_or_unicode_form_is_ignored_are_kept_apart(tmp_path):
    decomposed = unicodedata.normalize("NFD", "Kế hoạch.pdf")
    make(tmp_path, "Kế hoạch.pdf", decomposed, "KẾ HOẠCH.pdf")
    found = with_ledger_names(discover([tmp_path]).found, lambda name: None, lambda path: None)
    assert len({item.name for item in found}) == 3
    assert sorted(unicodedata.normalize("NFC", item.name).casefold() for item in found) == [
        "kế hoạch.pdf", "kế hoạch.pdf~2", "kế hoạch.pdf~3",
    ]


def test_a_longest_name_stays_within_what_file_systems_take():
    longest = "ế" * 83 + "ab.pdf"
    assert len(longest.encode()) == 255
    assert free_name(f"a/{longest}", {f"a/{longest}"}) == "a/" + "ế" * 83 + "ab.p~2"


def test_two_folders_with_the_same_names_keep_their_places_whatever_the_order(tmp_path):
    make(tmp_path, "one/x.pdf", "two/x.pdf")
    rows: dict[str, InputRow] = {}

    def by_folded(name: str) -> InputRow | None:
        return rows.get(name)

    def by_path(path: Path) -> InputRow | None:
        return next((row for row in rows.values() if row.path == text_of_path(path)), None)

    def run(*folders: str) -> dict[str, str]:
        found = with_ledger_names(discover([tmp_path / name for name in folders]).found, by_folded, by_path)
        for item in found:
            rows[item.name] = InputRow(item.name, text_of_path(item.path), 0, 0, "done")
        return {item.path.parent.name: item.name for item in found}

    assert run("one", "two") == {"one": "x.pdf", "two": "x.pdf~2"}
    assert run("two", "one") == {"one": "x.pdf", "two": "x.pdf~2"}
    assert run("two") == {"two": "x.pdf~2"}
    (tmp_path / "one/x.pdf").unlink()
    make(tmp_path, "three/x.pdf")
    assert run("three") == {"three": "x.pdf"}, "the place of a file that is gone is free"


def test_a_tree_deeper_than_python_can_recurse(tmp_path):
    depth = 1100  # two characters a folder, within the 4,096 that the kernel takes
    inner = os.open(tmp_path, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=inner)
        outer, inner = inner, os.open("d", os.O_RDONLY, dir_fd=inner)
        os.close(outer)
    os.close(os.open("deep.pdf", os.O_CREAT | os.O_WRONLY, dir_fd=inner))
    os.close(inner)
    try:
        found = discover([tmp_path]).found
    finally:
        subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)  # pytest's own clean-up is recursive
    assert [item.name.rpartition("/")[2] for item in found] == ["deep.pdf"]
