"""Every sentence that reading and batches can say is there in Vietnamese too, with the cure that belongs to it."""

import ast
import inspect
from pathlib import Path

import pytest

from pipeline import errors
from pipeline.commands.messages import describe
from pipeline.commands.sentences import vietnamese
from pipeline.errors import PageCrash, TooManyFailedPages, UnreadableFile, WrongType
from tests import spoken

PACKAGE = Path(errors.__file__).parent
CODE = [path for path in PACKAGE.rglob("*.py") if not {"desk", "training"} & set(path.parts)]
KINDS = {name for name, kind in vars(errors).items()
         if inspect.isclass(kind) and issubclass(kind, errors.SohoaError)} | {"Crash"}


def sentences() -> set[str]:
    found = set()
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS:
                given = [*node.args[1:2], *(item.value for item in node.keywords if item.arg in ("what", "cure"))]
                found.update(text for one in given for text in spoken.sentences(one))
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("cure", "_INSTALL", "_CURE"):
                found.update(spoken.sentences(node.value))
    return {text for text in found if text.endswith(".")}


def test_every_sentence_has_its_vietnamese():
    found = sentences()
    assert len(found) > 80, "the search still finds them"
    # Numbers and kinds stand in the place of what varies.
    own = {kind.cure for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, errors.SohoaError)}
    missing = [text for text in found - own if vietnamese(text) is None
               and vietnamese(text.replace("content is 7", "content is plain text").replace("is 7,", "is a socket,")
                              .replace("folder7", "folder").replace("says 7 but", "says .pdf but")) is None]
    assert sorted(missing) == []


@pytest.mark.parametrize(("error", "told"), [
    (UnreadableFile("a", "leads back to a folder above it (a loop of folders).",
                    cure="Remove the link, or give the folder it leads to by itself."),
     "a: dẫn ngược về thư mục chứa nó (vòng lặp thư mục). Bỏ liên kết, hoặc nêu riêng thư mục nó dẫn tới."),
    (WrongType("a"), "a: Nội dung không thuộc loại đọc được. "
                     "Cần tệp PDF, TIFF, PNG, JPEG, WebP, JPEG 2000, .txt hoặc .md."),
    (PageCrash("page 3", "the worker ended without an answer (SIGSEGV).", cure=""),
     "page 3: tiến trình đọc chết mà không trả lời (SIGSEGV). "
     "Xem lại trang, quét lại nếu mờ; `sohoa retry DIR` sẽ thử lần nữa."),
    (TooManyFailedPages("a", "1 of 1 pages failed, more than may (page 1: Its content is missing from the damaged "
                             "file)."),
     "a: 1 trên 1 trang lỗi, quá mức cho phép (trang 1: Nội dung trang không còn trong tệp hỏng). "
     "Xem các trang lỗi; quét lại, hoặc nâng --max-failed-share rồi `sohoa retry DIR`."),
])
def test_a_sentence_within_a_sentence_is_told_in_the_same_language(error, told):
    assert describe(error, "vi") == told
    assert describe(error, "en") == str(error)
