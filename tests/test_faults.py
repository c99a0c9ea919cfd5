"""Every sentence that the program can say is there in Vietnamese too, with the cure that belongs to it."""

import ast
import inspect
from pathlib import Path

import pytest

from pipeline import errors, faults
from pipeline.batches import discover
from pipeline.commands.messages import describe
from pipeline.commands.sentences import vietnamese
from pipeline.errors import PageCrash, TooManyFailedPages, UnreadableFile, WrongType
from pipeline.imaging import sources
from tests import spoken

PACKAGE = Path(errors.__file__).parent
TREES = {str(path.relative_to(PACKAGE)): ast.parse(path.read_text("utf-8"))
         for path in PACKAGE.rglob("*.py") if "training" not in path.parts}
# Words that an error takes from where they were made: from another error, a worker's failure, a page of the ledger.
HANDED_ON = {
    ("batches/jobs.py", "'; '.join((notice.message for notice in page.notices))"), ("batches/planning.py", "row.cure"),
    ("batches/underway.py", "cure"),
    ("disk.py", "cure"), ("batches/underway.py", "failure.what"), ("batches/workers.py", "what"),
    ("imaging/pdfpictures.py", "error.what"),
    ("commands/desk_cli.py", "error.what"), ("commands/grammar.py", "f'{message}.'"), ("imaging/ingest.py", "lost"),
    ("imaging/sources.py", "what.split('. ', 1)[0] + '.'"), ("imaging/sources.py", "what.split('. ', 1)[1]"),
}
# Kinds of files and folders stand in the place of what varies.
AS_IT_MAY_BE = (("content is 7", "content is plain text"), ("is 7, not", "is a socket, not"), ("folder7.", "folder."))


def kinds() -> dict[str, ast.ClassDef | None]:
    """Every class of the tree of errors by name, with its definition where it stands outside `errors.py`."""
    found: dict[str, ast.ClassDef | None] = {
        name: None for name, kind in vars(errors).items()
        if inspect.isclass(kind) and issubclass(kind, errors.SohoaError)}
    for node in (node for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        if node.name not in found and any(ast.unparse(base) in found for base in node.bases):
            found[node.name] = node
    return found


def untold(sentences: set[str]) -> list[str]:
    filled = {text: text for text in sentences if text}
    for place, words in AS_IT_MAY_BE:
        filled = {text: told.replace(place, words) for text, told in filled.items()}
    return sorted(text for text, told in filled.items() if vietnamese(told) is None)


def test_every_sentence_that_is_raised_has_its_vietnamese():
    found: set[str] = set()
    made_elsewhere = set()
    raising = {*kinds(), "Crash", "kind", "output_errors"}
    for name, tree in TREES.items():
        if name != "errors.py":
            for expression, told in spoken.raised(tree, raising):
                if told and (name, expression) not in HANDED_ON:
                    found.update(told)
                elif not told:
                    made_elsewhere.add((name, expression))
    assert len(found) > 200, "the search still finds them"
    assert made_elsewhere <= HANDED_ON, "say where their words come from, and hold them too"
    assert untold(found) == []


def test_every_class_of_error_has_its_vietnamese():
    inside = {word for name, at in kinds().items() if at is None
              for word in (faults.usual(getattr(errors, name)), getattr(errors, name).cure)}
    outside = [at for at in kinds().values() if at is not None]
    assert len(outside) >= 3
    docs = {(ast.get_docstring(at) or "").split("\n")[0] for at in outside}
    cures = {text for at in outside for node in at.body if isinstance(node, ast.Assign)
             for text in spoken.sentences(node.value)}
    raised_bare = docs - {"An address that leads nowhere."}  # it always says which
    assert untold(inside | cures | raised_bare) == []


def test_words_made_apart_from_their_errors_have_their_vietnamese():
    foreign = {text for _, text in sources._FOREIGN}
    lost = {text for node in ast.walk(TREES["imaging/pdfpages.py"])
            if isinstance(node, ast.FunctionDef) and node.name == "losses"
            for back in ast.walk(node) if isinstance(back, ast.Return) for text in spoken.sentences(back.value)}
    passed_over = {*(words for _, words in discover._KINDS), discover._kind(0), discover.NO_TYPE, discover.UNDER_WAY,
                   discover.OTHER_OUTPUT, discover.OUTPUT, discover.QUARANTINE, *(
        text for node in ast.walk(TREES["batches/discover.py"])
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Ignored"
        for text in spoken.sentences(node.args[1]))}
    assert len(foreign) > 5
    assert len(lost) > 3
    assert len(passed_over) > 7
    assert untold(foreign | lost | passed_over) == []


@pytest.mark.parametrize(("error", "told"), [
    (UnreadableFile("a", "leads back to a folder above it (a loop of folders).",
                    cure="Remove the link, or give the folder it leads to by itself."),
     "a: dẫn ngược về thư mục chứa nó (vòng lặp thư mục). Bỏ liên kết, hoặc nêu riêng thư mục nó dẫn tới."),
    (WrongType("a"), "a: Nội dung không thuộc loại đọc được. "
                     "Cần tệp PDF, TIFF, PNG, JPEG, WebP, JPEG 2000, .txt hoặc .md."),
    (PageCrash("page 3", "the worker ended without an answer (SIGSEGV).", cure=""),
     "page 3: tiến trình đọc chết mà không trả lời (SIGSEGV). "
     "Xem lại trang, quét lại nếu mờ; `sohoa retry DIR` sẽ thử lần nữa."),
    (TooManyFailedPages("a", "failed pages: 1 of 1, more than may (page 1: Its content is missing from the damaged "
                             "file)."),
     "a: 1 trên 1 trang lỗi, quá mức cho phép (trang 1: Nội dung trang không còn trong tệp hỏng). "
     "Xem các trang lỗi; quét lại, hoặc nâng --max-failed-share rồi `sohoa retry DIR`."),
    (TooManyFailedPages("a", "failed pages: 5 of 5, more than may (page 1: The page does not fit into memory; page 2: "
                             "the worker ended without an answer (SIGKILL); page 3: Tesseract gave up with code 1 (no; "
                             "data); and 2 more)."),
     "a: 5 trên 5 trang lỗi, quá mức cho phép (trang 1: Trang không vừa bộ nhớ; trang 2: tiến trình đọc chết mà không "
     "trả lời (SIGKILL); trang 3: Tesseract bỏ cuộc với mã 1 (no; data); và 2 trang nữa). "
     "Xem các trang lỗi; quét lại, hoặc nâng --max-failed-share rồi `sohoa retry DIR`."),
])
def test_a_sentence_within_a_sentence_is_told_in_the_same_language(error, told):
    assert describe(error, "vi") == told
    assert describe(error, "en") == str(error)


@pytest.mark.parametrize("told", [
    "page 1: " * 500, "; ".join(["and 2 more"] * 500), "a; " * 3000, "the worker " * 180, "cannot be read (" * 120,
    ". ".join(["page 3: x"] * 180),
])
def test_what_looks_like_sentences_without_end_is_answered(told):
    assert describe(UnreadableFile("a", told), "vi").startswith("a: ")
