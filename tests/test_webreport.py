"""run.html: what failed stands there with its cure, names are escaped, nothing is fetched from anywhere."""

import dataclasses
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image
from pypdfium2 import PdfiumError

from pipeline.batches.discover import Ignored
from pipeline.batches.outcomes import FailedPage, Outcome, RunSummary
from pipeline.batches.webreport import to_html
from pipeline.errors import DiskFull, EmptyFile
from pipeline.settings import Settings
from pipeline.writers.thumbnails import LONG_SIDE, thumbnail


def summary(*outcomes: Outcome, **more) -> RunSummary:
    return RunSummary(Path("/out"), outcomes, (Ignored("x.docx", "not a type that is read"),), Settings(),
                      {"sohoa": "1"}, 0.0, 60.0, **more)


BAD = Outcome("a/<b>&.pdf", Path("/a"), "partial", pages=10, pages_failed=(FailedPage(3, "page_timeout", "slow", "x"),),
              code="ocr_page_failed", what="page 3 <could> not be read", cure="Scan it again.", files=("record.json",),
              confidence=0.5, seconds_recognition=20.0)
GOOD = Outcome("good.pdf", Path("/g"), "done", pages=2, files=("record.json",), confidence=0.99,
               seconds_recognition=4.0)


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.text, self.addresses, self.tags = "", [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.addresses += [value for name, value in attributes if name in ("src", "href")]

    def handle_data(self, data):
        self.text += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


def test_failures_stand_with_cure_link_and_picture():
    page = read(to_html(summary(BAD, GOOD), {("a/<b>&.pdf", 3): b"JPEG"}))
    for words in ("a/<b>&.pdf", "page 3 <could> not be read", "Scan it again.", "not a type that is read"):
        assert words in page.text
    assert "a/%3Cb%3E%26.pdf/" in page.addresses
    assert all(address.startswith("data:") or "://" not in address for address in page.addresses)
    assert "script" not in page.tags


def test_it_speaks_vietnamese():
    lost = Outcome("mất.pdf", Path("/m"), "failed", code="empty_file", what="The file is empty.", cure=EmptyFile.cure,
                   seconds_recognition=2.5, pages=2)
    stopped = DiskFull("/out", "there is no room left to write.")
    page = read(to_html(summary(lost, GOOD, stopped=stopped), {}, "vi"))
    for words in ("Báo cáo lần chạy", "Tệp rỗng.", "Chép lại từ nguồn hoặc quét lại giấy.", "0,990", "1,25",
                  "không thuộc loại đọc được", "x.docx", "Giải phóng dung lượng"):
        assert words in page.text
    assert [english for english in ("empty", "scan", "room", "type that") if english in page.text] == []


def test_settings_read_as_people_write_them():
    page = to_html(summary(GOOD), {}, "vi")
    assert "<tr><td>languages</td><td>vie</td></tr>" in page
    assert "<tr><td>references</td><td>–</td></tr>" in page
    assert "<tr><td>split</td><td>không</td></tr>" in page
    assert "<tr><td>max_failed_share</td><td>0,1</td></tr>" in page


def test_heads_of_numbers_stand_over_them():
    page = to_html(summary(GOOD), {})
    assert '<th class=n>confidence</th><th class=n>warnings</th>' in page
    assert "<th>file</th>" in page


def test_of_many_files_passed_over_some_are_named():
    many = tuple(Ignored(f"{number}.docx", "not a type that is read") for number in range(12))
    page = read(to_html(dataclasses.replace(summary(GOOD), ignored=many), {}))
    assert "9.docx, ..." in page.text
    assert "10.docx" not in page.text


@pytest.mark.parametrize("outcomes", [(), (GOOD,)])
def test_a_run_without_failures_says_so(outcomes):
    assert "Nothing failed." in to_html(summary(*outcomes), {})


def test_what_stopped_the_run_is_told():
    assert "disk is full" in to_html(summary(GOOD, stopped=DiskFull("/out", "the disk is full.")), {})


def test_counts_that_want_a_person_stand_out() -> None:
    page = to_html(summary(BAD, GOOD), {})
    assert re.findall(r'class="tile bad"><b>(\d+)</b>(\w+)', page) == [("1", "partial")]
    assert '<div class="tile"><b>1</b>done' in page


@pytest.mark.parametrize("kind", ["PDF", "TIFF"])
def test_a_thumbnail_is_small_and_of_the_page_that_was_asked_for(kind: str, tmp_path: Path) -> None:
    pages = [Image.new("RGB", (600, 900), colour) for colour in ("white", "red", "blue")]
    pages[0].save(tmp_path / "scan", kind, save_all=True, append_images=pages[1:])
    made = Image.open(io.BytesIO(thumbnail(tmp_path / "scan", 2)))
    assert made.format == "JPEG"
    assert max(made.size) == LONG_SIDE
    red, green, blue = made.getpixel((made.width // 2, made.height // 2))
    assert red > 200 > 60 > max(green, blue)
    with pytest.raises((EOFError, IndexError, PdfiumError)):
        thumbnail(tmp_path / "scan", 4)
