"""The command as a user meets it: streams, languages, exit codes, and a real run from file to record."""

import argparse
import ast
import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import cli, run
from pipeline.batches import watch
from pipeline.batches.ledger import InputRow
from pipeline.batches.outcomes import Outcome, RunSummary
from pipeline.batches.standing import Status
from pipeline.commands import doctor, folder_cli, messages, overview, search_cli
from pipeline.commands.console import Console
from pipeline.commands.options import HANDLERS, build_parser
from pipeline.desk import forms
from pipeline.desk.form_names import FORM_NAMES
from pipeline.errors import DiskFull, MissingReference, UsageError
from pipeline.settings import Settings

ROOT = Path(__file__).parent.parent
ONE_PAGE = ROOT / "samples" / "scans" / "chuyen-de-dang-uy-2021-trang-1.png"


def sohoa(*arguments: str, given: str | bytes = b"", **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, as a shell would start it."""
    content = given.encode() if isinstance(given, str) else given
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments], input=content, capture_output=True, timeout=240, check=False,
        cwd=ROOT, env={**os.environ, "LANG": "C.UTF-8", "LC_ALL": "", **environment},
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def test_help_speaks_the_language_of_option_and_locale() -> None:
    assert "read files and folders of scans" in sohoa("--help").stdout
    assert "đọc các tệp và thư mục bản quét" in sohoa("--lang", "vi", "--help").stdout
    assert "đọc các tệp và thư mục bản quét" in sohoa("--help", LC_ALL="vi_VN.UTF-8").stdout


@pytest.mark.parametrize("command", HANDLERS)
def test_every_command_explains_itself_in_both_languages(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    for language in ("en", "vi"):
        assert cli.main([command, "--lang", language, "--help"]) == 0
        assert f"sohoa {command}" in capsys.readouterr().out


@pytest.mark.parametrize("command", HANDLERS)
def test_every_command_is_carried_out_by_a_function(command: str) -> None:
    assert callable(cli.handler_of(command))


def test_the_forms_offered_are_those_that_are_made() -> None:
    assert tuple(forms.FORMS) == tuple(FORM_NAMES)


HEAVY = ("cv2", "numpy", "PIL", "pikepdf", "pypdfium2", "pydantic", "starlette", "uvicorn", "openpyxl", "pipeline.run",
         "pipeline.desk.desk", "pipeline.batches", "pipeline.knowledge")


def test_help_loads_nothing_of_what_the_commands_do() -> None:
    given = [["--version"], ["--help"], *([command, "--help"] for command in HANDLERS), ["run"], ["no-such-command"]]
    told = ("import json, sys; from pipeline import cli; found = {}\n"
            "for given in json.loads(sys.argv[1]):\n"
            f"    cli.main(given); found[' '.join(given)] = [name for name in {HEAVY!r} if name in sys.modules]\n"
            "print(json.dumps(found))")
    done = subprocess.run([sys.executable, "-c", told, json.dumps(given)], capture_output=True, text=True, cwd=ROOT,
                          check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == {" ".join(one): [] for one in given}


@pytest.mark.parametrize("arguments", [
    [], ["no-such-command"], ["run"], ["run", "x", "--out", "y", "--formats", "docx"],
    ["run", "x", "--out", "y", "--jobs", "-1"], ["run", "x", "--out", "y", "--reference", "no-such-file"],
    ["run", "x", "--out", "y", "--nice", "20"], ["run", "x", "--out", "y", "--memory", "-1"],
    ["search", "x", "--limit", "0"],
])
def test_wrong_usage_is_2(arguments: list[str]) -> None:
    assert cli.main(arguments) == 2


def test_a_reference_that_is_no_text_is_told_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan, scan = tmp_path / "plan.txt", tmp_path / "scan.png"
    plan.write_text("Kế hoạch năm 2024\n", "utf-8")
    scan.write_bytes(bytes(range(256)) * 8)
    assert cli.main(["run", str(plan), "--out", str(tmp_path / "out"), "--reference", str(scan)]) == 3
    assert f"{scan}: this is no text" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    with pytest.raises(MissingReference, match="this is no text"):  # named in a settings file, or overwritten since
        run.parse("Kế hoạch năm 2024", Settings(references=(str(scan),)), "plan.txt")


def test_nothing_to_read_is_4(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    assert cli.main(["run", str(tmp_path / "in"), "--out", str(tmp_path / "out")]) == 4
    told = capsys.readouterr()
    assert told.out == ""
    assert "in" in told.err


def test_json_errors_are_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    cli.main(["run", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--json", "--lang", "vi"])
    told = json.loads(capsys.readouterr().out)
    assert told == {"error": "no_input", "message": f"{tmp_path / 'in'}: không có tệp nào đọc được. "
                                                    "Nêu tệp hoặc thư mục có PDF, ảnh hoặc văn bản."}


def test_there_is_nothing_to_score_where_no_folder_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["score", "samples/gold", str(tmp_path / "out")]) == 4
    assert "holds no results of a run" in capsys.readouterr().err


def test_complaints_about_the_command_line_are_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", "--json", "--lang", "en"]) == 2
    assert json.loads(capsys.readouterr().out) == {
        "error": "usage_error",
        "message": "sohoa run: the following arguments are required: PATH, --out. See `sohoa run --help`."}


def test_restore_keeps_lines_and_marks_doubt() -> None:
    given = "Phat dong phong trao thi dua\nnam 2024\n"
    plain = sohoa("restore", given=given)
    assert plain.stdout.splitlines() == ["Phát động phong trào thi đua", "năm 2024"]
    told = json.loads(sohoa("restore", "--json", given=given).stdout)
    assert [token["raw"] for token in told["tokens"]] == given.split()
    assert all(0 <= token["confidence"] <= 1 for token in told["tokens"])
    assert 'class="d"' in sohoa("restore", "--format", "html", given="ban ban ban\n").stdout
    assert sohoa("restore", "--format", "tsv", given=given).stdout.splitlines()[1].startswith("0\t0\tPhat\tPhát\t")


def test_restore_tells_of_lines_that_it_cannot_read() -> None:
    turned = "UgAny Sugnx ueq yueyu 9ep oeYq suonyd ugip ueG eoyy 8x Aex dnyd jatp\n" * 3
    done = sohoa("restore", "--lang", "en", given=turned)
    assert done.stdout == turned
    assert done.stderr.startswith("3 lines are no Vietnamese that can be restored")


@pytest.mark.parametrize("given", [b"", b"\x00\x01\x02\xff\xfe", b"\xff" * 1000, "\u202e\u200f".encode()])
@pytest.mark.parametrize("command", ["restore", "parse"])
def test_hostile_text_is_answered(command: str, given: bytes) -> None:
    done = sohoa(command, given=given)
    assert done.returncode in (0, 3)
    assert "Traceback" not in done.stderr


def test_parse_prints_a_record_that_fits_the_schema() -> None:
    import jsonschema

    text = ("ỦY BAN NHÂN DÂN\nXÃ BÌNH MINH\n\nSố: 12/KH-UBND\n\nBình Minh, ngày 05 tháng 3 năm 2021\n\n"
            "KẾ HOẠCH\nTrồng cây năm 2021\n\nI. MỤC ĐÍCH\n\nTạo bóng mát ven đường.\n")
    record = json.loads(sohoa("parse", given=text).stdout)
    schema = json.loads(sohoa("schema").stdout)
    jsonschema.validate(record, schema)
    assert record["number"] == {"number": "12", "symbol": "KH-UBND"}
    assert record["issued"]["date"] == "2021-03-05"
    assert record["title"] == "Trồng cây năm 2021"


def test_doctor_names_the_cure_for_what_is_missing(tmp_path: Path) -> None:
    well = sohoa("doctor", "--json")
    assert well.returncode == 0
    assert {finding["part"] for finding in json.loads(well.stdout)} >= {"Tesseract", "language data vie", "free disk"}
    ill = sohoa("doctor", PATH=str(tmp_path))
    assert ill.returncode == 5
    assert "sudo apt-get install tesseract-ocr" in ill.stdout


@pytest.mark.parametrize("command", HANDLERS)
def test_help_is_wholly_in_vietnamese(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([command, "--lang", "vi", "--help"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("cách dùng: sohoa")
    assert [english for english in ("usage:", "options:", "positional", "show this") if english in shown] == []
    explained = re.findall(r"^  (?:-\S.*?|\S+)(?:  +|\n {20,})(\S.*)$", shown, re.MULTILINE)
    assert len(explained) >= 4
    # Names of programs and formats aside, every explanation holds letters that English has not.
    assert [told for told in explained if told.isascii()] == []


@pytest.mark.parametrize(("given", "told"), [
    (["run"], "thiếu tham số: PATH, --out"),
    (["run", "x", "--out", "y", "--jobs", "hai"], "--jobs: cần số nguyên, không phải 'hai'"),
    (["run", "x", "--out"], "--out: cần một giá trị"),
    (["restore", "x", "--format", "pdf"], "--format: không có giá trị 'pdf'"),
    (["status", "x", "--nhanh"], "tham số không rõ: --nhanh"),
])
def test_complaints_about_the_command_line_in_vietnamese(
    given: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--lang", "vi", *given]) == 2
    shown = capsys.readouterr().err
    assert told in shown
    assert "Lỗi: sohoa" in shown


def sayings(node: ast.expr) -> list[str]:
    """The texts that an expression may give; what varies in them as an X."""
    if isinstance(node, ast.IfExp):
        return [*sayings(node.body), *sayings(node.orelse)]
    if isinstance(node, ast.BoolOp):
        return [text for value in node.values for text in sayings(value)]
    if isinstance(node, ast.JoinedStr):
        return ["".join(piece.value if isinstance(piece, ast.Constant) else "X" for piece in node.values)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def test_every_word_of_the_doctor_has_its_vietnamese() -> None:
    calls = [node for node in ast.walk(ast.parse(Path(doctor.__file__).read_text("utf-8")))
             if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding"]
    told = {text for call in calls for part in (call.args[0], *call.args[2:]) for text in sayings(part)}
    same = {"", "Python", "Tesseract", "X X", "X GB"}  # names, a package with its version, a size
    spoken = {text for text in told - same if not text.startswith(("pip ", "sudo "))}
    assert len(spoken) > 20
    finding = doctor.Finding("", "ok", "")
    assert doctor.in_vietnamese(dataclasses.replace(finding, seen="72.9 GB at /x.1")).seen == "72,9 GB ở /x.1"
    assert [text for text in spoken if doctor.in_vietnamese(dataclasses.replace(finding, seen=text)).seen == text] == []


@pytest.mark.tesseract
def test_a_run_from_image_to_record_and_again(tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = sohoa("run", str(ONE_PAGE), "--out", str(out), "--jobs", "1", "--json")
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["counts"]["done"] == 1
    folder = out / ONE_PAGE.name
    assert {file.name for file in folder.iterdir()} >= {
        "record.json", "text.txt", "raw.txt", "document.json", "document.md", "searchable.pdf",
    }
    record = json.loads((folder / "record.json").read_text("utf-8"))
    assert record["document_type"]["code"] == "KH"
    assert record["evidence"]["/document_type/name"]["page"] == 1
    again = sohoa("run", str(ONE_PAGE), "--out", str(out), "--jobs", "1")
    assert again.returncode == 0
    assert "1 unchanged" in again.stdout


def test_a_dry_run_lists_counts_and_names_what_it_could_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text("KẾ HOẠCH\nTrồng cây năm 2021\n", "utf-8")
    given = [str(tmp_path / "a.txt"), str(tmp_path / "gone.pdf"), "--out", str(tmp_path / "out"), "--dry-run"]
    assert cli.main(["run", "--lang", "vi", *given]) == 3
    shown = capsys.readouterr()
    assert shown.out == "a.txt\n"
    assert re.search(r"gone\.pdf: .*không có ở đây", shown.err)
    assert "1 tệp, 1 trang cần đọc" in shown.err
    assert cli.main(["run", "--json", *given]) == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["new"], told["unreadable"], told["pages"]) == (["a.txt"], ["gone.pdf"], 1)
    assert not (tmp_path / "out").exists()


def test_a_dry_run_fetches_nothing_from_a_store(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", "s3://archive/scans", "--out", "s3://archive/out", "--dry-run"]) == 2
    assert "s3://archive/scans: A dry run looks at folders of this machine" in capsys.readouterr().err
    assert cli.main(["run", "s3://archive/scans", "--out", "x", "--dry-run", "--lang", "vi"]) == 2
    assert "Chạy thử chỉ xem thư mục trên máy này" in capsys.readouterr().err


def test_a_settings_file_stands_under_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text('preset = "full"\njobs = 3\n')
    options = build_parser().parse_args(
        ["run", "a", "--out", "b", "--settings", str(file), "--preset", "strict", "--formats", "text,alto"])
    settings = folder_cli.settings_from(options)
    assert (settings.preset, settings.jobs) == ("strict", 3)
    assert settings.formats == ("record", "text", "document", "alto")
    given = ["run", "a", "--out", "b", "--formats"]
    orders = [folder_cli.settings_from(build_parser().parse_args([*given, told]))
              for told in ("alto,text", "text,alto")]
    assert orders[0] == orders[1], "no order of words makes another reading"


def test_an_unknown_format_is_named() -> None:
    options = build_parser().parse_args(["run", "a", "--out", "b", "--formats", "text,docx"])
    with pytest.raises(UsageError, match="docx"):
        folder_cli.settings_from(options)


def test_counting_without_a_terminal_is_a_line_for_every_thousand(capsys: pytest.CaptureFixture[str]) -> None:
    with Console("vi").counting("Đang lập chỉ mục") as told:
        for done in range(2501):
            told(done, 2500)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "Đang lập chỉ mục 1000/2500\nĐang lập chỉ mục 2000/2500\n"


def test_words_of_a_list_may_stand_on_both_sides_of_an_option(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[argparse.Namespace] = []
    monkeypatch.setattr(search_cli, "search", lambda options, _: seen.append(options) or 0)
    monkeypatch.setattr(folder_cli, "run", lambda options, _: seen.append(options) or 0)
    assert cli.main(["search", "out", "--json", "rừng", "-cháy"]) == 0
    assert cli.main(["run", "a", "--out", "b", "c", "d"]) == 0
    assert ([word.strip() for word in seen[0].query], seen[1].paths) == (["rừng", "-cháy"], ["a", "c", "d"])
    assert cli.main(["run", "a", "--out", "b", "c", "--no-such-option"]) == 2


@pytest.mark.parametrize("language", ["en", "vi"])
def test_a_word_to_leave_out_is_no_option(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(search_cli, "search", lambda options, _: seen.append((options.query, options.year)) or 0)
    told = ["rừng", "-cháy", "-vuon*", "-xanh-đẹp"]
    assert cli.main(["search", "out", *told, "--year", "2024", "--lang", language]) == 0
    words, year = seen[0]
    assert ([word.strip() for word in words], year) == (told, 2024)


def test_a_run_names_what_it_passed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.txt", "thư.docx", "b.pdf.part", ".hidden.pdf"):
        (tmp_path / "in" / name).write_text("KẾ HOẠCH\nTrồng cây\n", encoding="utf-8")
    arguments = ["run", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--dry-run"]
    assert cli.main([*arguments, "--lang", "vi"]) == 0
    told = capsys.readouterr()
    assert told.out == "a.txt\n"
    assert "2 tệp bị bỏ qua" in told.err
    assert "(b.pdf.part, thư.docx; " in told.err
    assert "kết quả" not in told.err
    (tmp_path / "in" / "2019").mkdir()
    (tmp_path / "in" / "2019" / "sohoa.db").touch()
    assert cli.main([*arguments, "--lang", "vi"]) == 0
    assert "Bỏ qua vì chứa kết quả của lần chạy khác (sohoa.db): 2019." in capsys.readouterr().err
    shutil.rmtree(tmp_path / "in" / "2019")
    assert cli.main([*arguments, "--json"]) == 0
    reasons = {item["name"]: item["reason"] for item in json.loads(capsys.readouterr().out)["ignored"]}
    assert reasons == {".hidden.pdf": "hidden", "b.pdf.part": "a copy under way", "thư.docx": "not a type that is read"}


def test_no_watch_is_told_of_that_cannot_begin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["watch", str(tmp_path), "--out", str(tmp_path), "--lang", "vi"]) == 2
    told = capsys.readouterr().err
    assert "chính là thư mục các tệp vào" in told
    assert "Đang theo dõi" not in told


def test_every_message_that_is_asked_for_exists() -> None:
    """A key with a slip in it would only show in the hour when the message is needed."""
    asked = set()
    for path in Path(cli.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="say"), args=[ast.Constant(value=str(key)), *_]) if "." in key:
                    asked.add(key)
    assert len(asked) > 20, "the search still finds them"
    assert asked - set(messages._TEXTS) == set()


def test_a_run_that_was_stopped_counts_what_it_did_not_finish(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcomes = (Outcome("a.txt", tmp_path / "a.txt", "failed"), Outcome("b.txt", tmp_path / "b.txt", "waiting"))
    summary = RunSummary(tmp_path, outcomes, (), Settings(), {}, 0.0, 62.7, stopped=DiskFull(tmp_path))
    overview.show(summary, Console("vi"))
    shown = capsys.readouterr().out
    assert "0 xong, 0 chưa trọn, 1 lỗi, 0 không đổi trên 2 tệp; đọc 0 trang trong 62,7 giây." in shown
    assert "1 tệp chưa làm xong; chạy lại cùng lệnh để làm tiếp." in shown
    assert "b.txt" not in shown, "what was not come to has no row: its outputs, if any, are of an earlier run"


def test_pages_that_were_recognised_before_are_not_counted_as_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcomes = (Outcome("a.pdf", tmp_path / "a.pdf", "skipped", pages=500),
                Outcome("b.pdf", tmp_path / "b.pdf", "done", pages=7, pages_reused=4))
    overview.show(RunSummary(tmp_path, outcomes, (), Settings(), {}, 0.0, 2.0), Console("en"))
    assert "1 unchanged of 2 files; 3 pages read in 2.0 s." in capsys.readouterr().out


def test_a_watch_tells_a_line_of_json_for_each_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = Outcome("a.pdf", tmp_path / "a.pdf", "failed", code="empty_file")
    summary = RunSummary(tmp_path, (outcome,), (), Settings(), {}, 0.0, 1.0)
    monkeypatch.setattr(watch, "watch", lambda *_, told, **__: [told(summary), told(summary)])
    assert cli.main(["watch", str(tmp_path), "--out", str(tmp_path / "out"), "--json", "--lang", "vi"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["inputs"][0]["error"]["what"] for line in lines] == ["Tệp rỗng.", "Tệp rỗng."]


@pytest.mark.parametrize("as_json", [False, True])
def test_a_run_ends_with_its_failures_on_the_error_stream(
    as_json: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = Outcome("a.pdf", tmp_path / "a.pdf", "failed", code="empty_file")
    summary = RunSummary(tmp_path, (outcome,), (), Settings(), {}, 0.0, 1.0)
    monkeypatch.setattr(folder_cli.batch, "run_batch", lambda *_, **__: summary)
    given = ["run", "a.pdf", "--out", str(tmp_path), "--lang", "vi", *(["--json"] if as_json else [])]
    assert cli.main(given) == 3
    assert "a.pdf: Tệp rỗng. Chép lại từ nguồn hoặc quét lại giấy." in capsys.readouterr().err


def test_status_names_so_many_failures_and_counts_older_documents(capsys: pytest.CaptureFixture[str]) -> None:
    status = Status({"done": 3}, 9, 0, False, "ended", 0.0, 60.0, 1.25, ())
    overview.show_status(status, Console("vi"))
    shown = capsys.readouterr()
    assert "9 trang, trong đó 0 trang lỗi; 1,2 giây công việc mỗi trang." in shown.out
    assert shown.err == ""
    failed = tuple(InputRow(f"{number}.pdf", "", 0, 0, "failed") for number in range(203))
    overview.show_status(dataclasses.replace(status, problems=failed), Console("vi"))
    assert capsys.readouterr().out.endswith("199.pdf: Có lỗi.\n... và 3 tệp nữa; xem run.html\n")
    overview.show_status(dataclasses.replace(status, older=2), Console("vi"))
    assert "2 tài liệu vẫn theo kết quả nhận dạng của phiên bản" in capsys.readouterr().err
