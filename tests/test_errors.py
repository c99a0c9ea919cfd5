"""The tree of errors and its words: every class has an exit code, a cure and both languages."""

import pickle
import re
import string

import pytest

from pipeline import errors, faults
from pipeline.commands import messages
from pipeline.errors import InputError, SohoaError


def classes(root: type[SohoaError] = SohoaError) -> list[type[SohoaError]]:
    return [root, *(found for child in root.__subclasses__() for found in classes(child))]


def leaves() -> list[type[SohoaError]]:
    return [kind for kind in classes() if not kind.__subclasses__() and kind.__module__ == "pipeline.errors"]


def test_the_drawing_names_every_class() -> None:
    drawn = set(re.findall(r"\b([A-Z][A-Za-z]+)\b", (errors.__doc__ or "").split("A message has")[0]))
    assert {kind.__name__ for kind in classes() if kind.__module__ == "pipeline.errors"} <= drawn


@pytest.mark.parametrize("kind", leaves(), ids=lambda kind: kind.__name__)
def test_every_error_has_code_cure_and_both_languages(kind: type[SohoaError]) -> None:
    error = kind("a/b.pdf", "it is broken.")
    assert error.exit_code >= 2
    assert error.cure
    assert str(error).startswith("a/b.pdf: it is broken.")
    vietnamese = messages.describe(error, "vi")
    assert vietnamese.startswith("a/b.pdf: ")
    assert "it is broken" in vietnamese
    assert kind.__name__ in faults.CLASSES


@pytest.mark.parametrize("kind", leaves(), ids=lambda kind: kind.__name__)
def test_an_error_crosses_a_process_border_whole(kind: type[SohoaError]) -> None:
    error = kind("a.pdf", "what.", cure="cure.")
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), back.subject, back.what, back.cure) == (kind, "a.pdf", "what.", "cure.")


def test_codes_are_snake_case_of_the_class() -> None:
    assert errors.OutputNotWritable().code == "output_not_writable"
    assert issubclass(errors.EncryptedFile, InputError)


@pytest.mark.parametrize("key", sorted(messages._TEXTS))
def test_both_languages_fill_the_same_places(key: str) -> None:
    english, vietnamese = messages._TEXTS[key]
    assert english
    assert vietnamese
    places = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (english, vietnamese)]
    assert places[0] == places[1]


@pytest.mark.parametrize(("value", "environment", "language"), [
    ("vi", {"LANG": "en_US.UTF-8"}, "vi"),
    (None, {"LANG": "vi_VN.UTF-8"}, "vi"),
    (None, {"LC_ALL": "C", "LANG": "vi_VN.UTF-8"}, "en"),
    (None, {}, "en"),
])
def test_the_language_comes_from_option_then_locale(value: str | None, environment: dict, language: str) -> None:
    assert messages.language_from(value, environment) == language


@pytest.mark.parametrize(("fault", "told", "in_vietnamese"), [
    (FileNotFoundError(2, "No such file or directory"), "a.pdf: is not there. Check the path.",
     "a.pdf: không có ở đây. Kiểm tra đường dẫn."),
    (PermissionError(13, "Permission denied"),
     "a.pdf: may not be read. Allow the user who runs sohoa to read it, then run again.",
     "a.pdf: không có quyền đọc. Cho người dùng chạy sohoa quyền đọc tệp rồi chạy lại."),
    (IsADirectoryError(21, "Is a directory"), "a.pdf: is a folder, not a file. Name a file.",
     "a.pdf: là thư mục, không phải tệp. Nêu một tệp."),
    (OSError(5, "Input/output error"),
     "a.pdf: cannot be read (Input/output error). Check that the disk or share is there, then run again.",
     "a.pdf: không đọc được (lỗi đọc ghi). Kiểm tra đĩa hoặc ổ mạng rồi chạy lại."),
])
def test_what_the_system_says_of_a_file_has_a_cure_of_its_own(fault, told, in_vietnamese):
    error = errors.UnreadableFile.because("a.pdf", fault)
    assert str(error) == told
    assert messages.describe(error, "vi") == in_vietnamese
