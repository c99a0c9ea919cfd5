"""The old codes are found and decoded, and sound text is left alone."""

import json
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest

from pipeline.knowledge import encodings

CASES = Path(__file__).parent / "cases" / "encodings"
MADE = json.loads((CASES / "made.json").read_text("utf-8"))
KEEP = json.loads((CASES / "keep.json").read_text("utf-8"))


@pytest.mark.parametrize("case", MADE, ids=lambda case: case["label"])
def test_decodes(case: dict[str, str]) -> None:
    found = encodings.convert(case["raw"])
    assert (found.encoding, found.text) == (case["encoding"], case["text"])
    assert found.after > found.before


@pytest.mark.parametrize("case", KEEP, ids=lambda case: case["label"])
def test_leaves_alone(case: dict[str, str]) -> None:
    found = encodings.convert(case["raw"])
    assert (found.encoding, found.text) == ("unicode", case["raw"])


def test_decomposed_letters_are_composed() -> None:
    text = "Kế hoạch được giao"
    assert encodings.convert(unicodedata.normalize("NFD", text)) == encodings.Conversion(text, "nfd", 1.0, 1.0)


def test_only_the_lines_that_are_wrong_are_decoded() -> None:
    found = encodings.convert("KÕ ho¹ch n¨m nay cña x·\nKế hoạch của thôn")
    assert found.text == "Kế hoạch năm nay của xã\nKế hoạch của thôn"


def test_a_hyphen_that_was_a_letter() -> None:
    raw = "ñy ban nh©n d©n x· -u tiªn viÖc ®-îc giao theo KH-UBND - nh÷ng ng-êi d©n ®Òu biÕt"
    text = "ủy ban nhân dân xã ưu tiên việc được giao theo KH-UBND - những người dân đều biết"
    assert encodings.convert(raw).text == text


def test_a_lost_letter_is_told() -> None:
    line = "ñy ban nh©n d©n x· giao kÕ ho¹ch cho c¸c th«n, yªu cÇu hoµn thµnh ®óng h¹n vµ b¸o c¸o kÕt qu¶. "
    assert encodings.convert(line * 6).lost == ("ư",)
    assert encodings.convert(line * 6 + "®­îc").lost == ()


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_files_in_unicode(codec: str) -> None:
    text = "Ủy ban nhân dân xã giao kế hoạch cho các thôn"
    assert encodings.decode(text.encode(codec)).text == text


def test_a_file_in_tcvn3_bytes() -> None:
    back = {letter: code for code, letter in encodings.TCVN3.items()}
    text = "ủy ban nhân dân xã giao kế hoạch cho các thôn, người dân được báo trước"
    data = bytes(back.get(char, ord(char) if ord(char) < 128 else 63) for char in text)
    found = encodings.decode(data)
    assert (found.encoding, found.text) == ("tcvn3", text)


def test_a_file_in_cp1258() -> None:
    # Letter, then tone: the code page has no letter with both.
    text = "Kế hoạch giao cho các thôn, mọi gia đình đều biết"
    apart = "Kê\u0301 hoa\u0323ch giao cho ca\u0301c thôn, mo\u0323i gia đi\u0300nh đê\u0300u biê\u0301t"
    found = encodings.decode(apart.encode("cp1258"))
    assert (found.encoding, found.text) == ("cp1258", text)


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match="control codes"):
        encodings.decode(bytes(range(32)) * 40)


@pytest.mark.skipif(shutil.which("iconv") is None, reason="needs iconv")
@pytest.mark.parametrize(("name", "table"), [("TCVN5712-1", encodings.TCVN3), ("VISCII", encodings.VISCII)])
def test_tables_agree_with_iconv(name: str, table: dict[int, str]) -> None:
    made = subprocess.run(
        ["iconv", "-f", name, "-t", "UTF-8"], input=b"\n".join(bytes([code]) for code in table),
        capture_output=True, check=True,
    )
    assert [unicodedata.normalize("NFC", line) for line in made.stdout.decode().split("\n")] == list(table.values())


def test_vni_has_all_small_letters_with_a_mark() -> None:
    assert len({letter for letter in encodings.VNI.values() if letter.islower()}) == 67


@pytest.mark.parametrize(
    ("font", "encoding", "capital"),
    [
        ("ABCDEF+.VnTimeH", "tcvn3", True), (".VnTime", "tcvn3", False), ("VNI-Times", "vni", False),
        ("Tinos", None, False), (".VnArialH,Bold", "tcvn3", True),
    ],
)
def test_fonts_by_name(font: str, encoding: str | None, capital: bool) -> None:
    assert (encodings.encoding_of_font(font), encodings.is_capital_font(font)) == (encoding, capital)
