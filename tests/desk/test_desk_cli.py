"""The desk's commands and what verified documents teach."""

import json
import resource
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import office
import openpyxl
import pytest

from pipeline import cli, rewording
from pipeline.commands import desk_cli
from pipeline.commands.options import build_parser
from pipeline.desk import changing, desk, forms, learn, noting
from pipeline.errors import OutputNotWritable, SohoaError, UnreadableFile, UsageError

NAME = "huyen/tam-tien-2024.pdf"


class Ui:
    def __init__(self, as_json=False):
        self.as_json, self.language = as_json, "en"
        self.results, self.notes, self.counted = [], [], {}

    def result(self, text):
        self.results.append(text)

    def result_json(self, value):
        self.results.append(json.loads(json.dumps(value)))

    def note(self, text):
        self.notes.append(text)

    @contextmanager
    def counting(self, label):
        yield lambda done, total: self.counted.setdefault(label, []).append((done, total))


@pytest.fixture(autouse=True)
def reader(monkeypatch):
    monkeypatch.setattr(desk_cli, "reread", office.read_again)


def call(*arguments, as_json=False):
    options = build_parser().parse_args([str(argument) for argument in arguments])
    ui = Ui(as_json)
    return cli.handler_of(options.command)(options, ui), ui


def test_long_work_tells_how_far_it_is(out):
    _, ui = call("search", out, "thuy", "loi")
    count = len(tuple(desk.names(out)))
    assert count > 2
    assert ui.counted["Indexing"] == [(done, count) for done in range(count + 1)]
    _, ui = call("export", out, "csv")
    assert ui.counted["Gathering"] == [(done, count) for done in range(count + 1)]


def test_search(out):
    code, ui = call("search", out, "thuy", "loi")
    assert code == 0
    assert len(ui.results) == 3
    assert "[thủy] [lợi]" in ui.results[0]
    code, ui = call("search", out, "28/KH", "--level", "commune", as_json=True)
    assert ui.results[0]["hits"][0]["document"] == NAME
    code, ui = call("search", out, "--year", 2023, as_json=True)
    assert [row["document"] for row in ui.results[0]] == ["huyen/tam-tien-2023.pdf"]


@pytest.mark.parametrize("form", [name for name in forms.FORMS if name != "sip"])
def test_export_every_form(out, tmp_path, form):
    code, ui = call("export", out, form, "--to", tmp_path)
    assert code == 0
    (made,) = tmp_path.glob("*.*")
    assert made.stat().st_size > 200
    assert f"held, left out: {office.SECRET}" in ui.notes


def test_no_zip_goes_out_under_the_name_of_a_table(out, tmp_path):
    place = tmp_path / "handed over"
    with pytest.raises(UsageError, match=r"a \.zip file"):
        call("export", out, "csv", "--to", place / "tables.csv")
    assert not place.exists()
    assert call("export", out, "csv", "--to", place / "tables.ZIP")[0] == 0
    assert call("export", out, "xlsx", "--to", place / "new")[0] == 0
    assert {path.name for path in place.rglob("*.*")} == {"sohoa.xlsx", "tables.ZIP"}


def test_export_names_what_the_csv_has_and_the_results_have_not(out, tmp_path):
    shelf = tmp_path / "shelf.csv"
    shelf.write_text(f"file,box\n{NAME},1\n" + "".join(f"{number}.pdf,2\n" for number in range(6)), "utf-8")
    _, ui = call("export", out, "csv", "--to", tmp_path, "--shelf", shelf)
    assert ui.notes[-1] == "6 files of the CSV not among the results: 0.pdf, 1.pdf, 2.pdf, 3.pdf, 4.pdf, ..."
    _, ui = call("export", out, "csv", "--to", tmp_path, "--shelf", shelf, as_json=True)
    assert ui.results[-1]["unmatched"] == [f"{number}.pdf" for number in range(6)]


@pytest.mark.parametrize("arguments", [
    ["search", "thi dua"], ["export", "xlsx"], ["learn"], ["review", "--no-browser"], ["search", "--rebuild"],
    ["release", "a.txt", "--note", "x"], ["status"], ["retry"],
])
def test_a_folder_of_scans_taken_for_results_is_left_as_it_is(tmp_path, arguments):
    (tmp_path / "a.txt").write_text("KẾ HOẠCH\n", "utf-8")
    command, *rest = arguments
    assert cli.main([command, str(tmp_path), *rest]) == (3 if command == "release" else 4)
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_the_desk_without_a_ledger_is_no_run(out):
    for path in out.glob("sohoa.db*"):
        path.unlink()
    assert call("search", out, "thuy", "loi")[0] == 0
    assert cli.main(["status", str(out)]) == 4


def test_export_of_nothing(out):
    with pytest.raises(UsageError):
        call("export", out, "csv", "--verified")
    with pytest.raises(SohoaError):
        call("export", out / "nowhere", "csv")


def type_number(path, value):
    """Type the number of a document into its row of a workbook."""
    book = openpyxl.load_workbook(path)
    names = [cell.value for cell in book["documents"][1]]
    row = next(row for row in book["documents"].iter_rows(min_row=3) if row[0].value == NAME)
    row[names.index("number")].value = value
    book.save(path)


def test_round_trip_through_a_spreadsheet(out, tmp_path):
    path = tmp_path / "work.xlsx"
    call("export", out, "xlsx", "--to", path)
    type_number(path, 29)
    code, ui = call("import", out, path, "--dry-run")
    assert (code, ui.results) == (0, [f"changed   {NAME}, Number: “28” → “29”"])
    assert desk.load(out, NAME).plan.number.number == "28"
    call("import", out, path, "--who", "Hoa")
    assert desk.load(out, NAME).plan.number.number == "29"
    assert (out / NAME / "text.txt").read_text().startswith("ỦY BAN")
    type_number(path, 30)
    code, ui = call("import", out, path, "--who", "Hoa", as_json=True)
    assert code == 3
    assert ui.results[0]["differences"][0]["outcome"] == "conflict"


def test_a_hand_over_that_cannot_be_written_names_its_own_option(out):
    (out / "taken").write_text("a file, where a folder is wanted")
    with pytest.raises(OutputNotWritable, match="choose another --to"):
        call("export", out, "csv", "--to", out / "taken" / "tables.zip")


def test_release_and_hold(out):
    with pytest.raises(UsageError):
        call("release", out, office.SECRET, "--note", " ")
    call("release", out, office.SECRET, "--who", "Minh", "--note", "QĐ 1")
    assert desk.load(out, office.SECRET).mark is None
    assert call("search", out, "rung thong")[1].results
    _, ui = call("release", out, office.SECRET, "--who", "Minh", "--note", "nhầm", "--hold", as_json=True)
    assert ui.results == [{"document": office.SECRET, "held": True, "changed": True}]
    assert desk.load(out, office.SECRET).mark is not None
    assert not call("search", out, "rung thong")[1].results
    with pytest.raises(UsageError):
        call("release", out, "../../etc", "--note", "x")


def corrected(out):
    item = desk.load(out, NAME)
    pointer = next(
        rewording.word_pointer(p, b, n, w)
        for p, page in enumerate(item.document.pages)
        for b, block in enumerate(page.blocks)
        for n, line in enumerate(block.lines)
        for w, word in enumerate(line.words)
        if word.text == "1O"
    )
    return changing.change(out, NAME, [noting.word_entry(item, pointer, "10", "Lan")], office.read_again)


def test_learn(out):
    item = corrected(out)
    code, ui = call("learn", out)
    assert code == 0
    assert learn.references(out) == (), "corrected is not verified"
    table = (out / "learned/dictionary.tsv").read_text().splitlines()
    assert table[2:] == ["1O\t10\t1\t1"]
    (case,) = json.loads((out / "learned/cases.json").read_text())
    assert (case["raw"], case["text"]) == ("3. Mở 1O lớp dạy nghề", "3. Mở 10 lớp dạy nghề")
    changing.change(out, NAME, [noting.state_entry(item, "verified", True, "Lan")], office.read_again)
    code, ui = call("learn", out, as_json=True)
    (reference,) = learn.references(out)
    assert "3. Mở 10 lớp dạy nghề" in reference.read_text()
    assert ui.results[0]["references"] == [str(reference)]
    item = desk.load(out, NAME)
    undo = [noting.undo_entry(item.log[0], "Lan"), noting.state_entry(item, "verified", False, "Lan")]
    changing.change(out, NAME, undo, office.read_again)
    call("learn", out)
    assert learn.references(out) == ()
    assert json.loads((out / "learned/cases.json").read_text()) == [], "what was taken back is unlearned"


def test_held_documents_teach_nothing(out):
    item = corrected(out)
    changing.change(out, NAME, [noting.state_entry(item, "verified", True, "Lan")], office.read_again)
    item = desk.load(out, NAME)
    changing.change(out, NAME, [noting.state_entry(item, "held", True, "Minh")], office.read_again)
    call("learn", out)
    assert learn.references(out) == ()
    assert "1O" not in (out / "learned/dictionary.tsv").read_text()


def test_desk_starts_in_two_seconds(out):
    """From the command to the first page, in seconds of work: other programs on the machine do not count."""
    pytest.importorskip("uvicorn")

    def worked():
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        return spent.ru_utime + spent.ru_stime

    before = worked()
    command = [sys.executable, "-m", "pipeline", "review", str(out), "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        address = process.stderr.readline().strip()
        for _ in range(500):
            try:
                with urllib.request.urlopen(address, timeout=30) as answer:
                    assert answer.status == 200
                break
            except urllib.error.URLError:
                time.sleep(0.05)
        process.terminate()
        process.wait(30)
    assert worked() - before < 2


def test_closing_the_desk_is_no_failure(out):
    call = "import sys; from pipeline import cli; sys.exit(cli.main(sys.argv[1:]))"
    command = [sys.executable, "-c", call, "review", str(out), "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr.readline().startswith("http://127.0.0.1:")
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


def test_taken_port(out):
    import socket

    from pipeline.desk.review import server
    from pipeline.desk.review.serving import Config

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError):
            server.serve(Config(out, office.read_again), port=taken.getsockname()[1], opened=print, browser=False)


WITHOUT = """
import sys
for name in ("openpyxl", "docx", "pyarrow", "starlette", "jinja2", "uvicorn"):
    sys.modules[name] = None
from pipeline import cli
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["import", "DIR", "WORKBOOK"],
        ["export", "DIR", "aids-docx"],
        ["export", "DIR", "parquet"],
        ["review", "DIR", "--no-browser"],
    ],
)
def test_missing_extras_name_their_cure(out, arguments):
    workbook = out / "work.xlsx"
    workbook.write_bytes(b"PK")
    told = (argument.replace("DIR", str(out)).replace("WORKBOOK", str(workbook)) for argument in arguments)
    command = [sys.executable, "-c", WITHOUT, *told]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 5
    assert "sohoa[" in done.stderr or "doctor" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_needs_no_extra_works_without(out):
    for arguments in (["export", str(out), "csv"], ["search", str(out), "thuy loi"], ["export", str(out), "atom"],
                      ["export", str(out), "xlsx"]):
        done = subprocess.run([sys.executable, "-c", WITHOUT, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_a_conflict_is_told_with_what_stands_there_now(out, tmp_path):
    path = tmp_path / "work.xlsx"
    call("export", out, "xlsx", "--to", path)
    type_number(path, 29)
    call("import", out, path, "--who", "Hoa")
    type_number(path, 30)
    code, ui = call("import", out, path, "--who", "Hoa")
    assert (code, ui.results) == (3, [f"conflict  {NAME}, Number: “28” → “30” (now “29”)"])


def test_a_refused_value_is_told_with_what_is_wrong_with_it(out, tmp_path):
    path = tmp_path / "work.xlsx"
    call("export", out, "xlsx", "--to", path)
    book = openpyxl.load_workbook(path)
    sheet = book["documents"]
    at = [cell.value for cell in sheet[1]].index("date")
    row = next(row for row in sheet.iter_rows(min_row=3) if row[0].value == NAME)
    row[at].value = "31/2/2024"
    book["targets"].delete_rows(3)
    book.save(path)
    code, ui = call("import", out, path, "--dry-run")
    assert code == 3
    changed, gone = ui.results
    assert changed == (f"refused   {NAME}, Date: “2024-01-23” → “31/2/2024” "
                       "(This is no date. Enter it as 04/01/2021, 01/2021 or 2021.)")
    assert gone.startswith("missing   ")
    assert gone.endswith(", Targets 1")
    _, ui = call("import", out, path, "--dry-run", as_json=True)
    assert [row["why"][:16] for row in ui.results[0]["differences"]] == ["This is no date.", ""]


def test_what_is_no_workbook_is_named(out, tmp_path):
    path = tmp_path / "letter.xlsx"
    path.write_bytes(b"PK")
    with pytest.raises(UnreadableFile, match=r"letter\.xlsx"):
        call("import", out, path)


def test_only_what_is_held_is_released(out):
    code, ui = call("release", out, NAME, "--note", "QĐ 1")
    assert (code, ui.notes) == (0, [f"{NAME}: is not held; nothing was changed"])
    _, ui = call("release", out, NAME, "--note", "QĐ 1", as_json=True)
    assert ui.results == [{"document": NAME, "held": False, "changed": False}]
    assert desk.load(out, NAME).log == ()
    with pytest.raises(UnreadableFile, match="no such document"):
        call("release", out, "huyen/nowhere.pdf", "--note", "QĐ 1")


def test_learning_from_nothing_says_what_to_do(out):
    code, ui = call("learn", out)
    assert code == 0
    assert ui.notes == [f"Nothing to learn from yet: declare documents verified at the desk (`sohoa review {out}`, key "
                        "v), or correct words."]


def test_a_package_wants_to_know_of_which_folder(out):
    with pytest.raises(UsageError, match="--folder NUMBER"):
        call("export", out, "sip")
    with pytest.raises(UsageError, match="no such hồ sơ"):
        call("export", out, "sip", "--folder", "99")
