"""run.html: what failed stands there with its cure, names are escaped, nothing is fetched from anywhere."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from pipeline.batches.discover import Ignored
from pipeline.batches.outcomes import FailedPage, Outcome, RunSummary
from pipeline.batches.webreport import to_html
from pipeline.errors import DiskFull
from pipeline.settings import Settings


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
    assert "Báo cáo lần chạy" in to_html(summary(BAD), {}, "vi")


@pytest.mark.parametrize("outcomes", [(), (GOOD,)])
def test_a_run_without_failures_says_so(outcomes):
    assert "Nothing failed." in to_html(summary(*outcomes), {})


def test_what_stopped_the_run_is_told():
    assert "disk is full" in to_html(summary(GOOD, stopped=DiskFull("/out", "the disk is full.")), {})
