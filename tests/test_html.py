"""document.html: everything of the document in it, doubts marked, and nothing of the document can act."""

import base64
import hashlib
import io
import re
from html.parser import HTMLParser

import pytest
from PIL import Image

from pipeline import attention
from pipeline.document import Alternative, Block, Box, Cell, FoundObject, Line, Page, Table, Word
from pipeline.plan import Evidence, Warning_
from pipeline.writers import html
from tests.pdfkit import a_document, a_page, a_plan, a_scan, a_word

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


class Reader(HTMLParser):
    """Collects tags with attributes, and the text inside each kind of tag."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img"):
            self._open.append(tag)

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        for tag in set(self._open):
            self.texts.setdefault(tag, []).append(data)


def doubtful(text: str = "Số:") -> Word:
    return Word("Sé:", text, Box(30, 40, 60, 52), 0.5, 0.6, alternatives=(Alternative("Sổ:", 0.3),))


def test_every_word_is_there_and_doubts_are_marked():
    reader = Reader(html.to_html(a_document(a_page([[doubtful(), a_word("07", (64, 40, 80, 52))]]))))
    assert "".join(reader.texts["main"]).split()[-2:] == ["Số:", "07"]
    assert reader.texts["mark"] == ["Số:"]
    mark = next(attrs for tag, attrs in reader.tags if tag == "mark")
    assert mark["title"] == "60 %; máy đọc: Sé:; hoặc: Sổ: (30 %)"
    assert mark["data-box"] == "100 100 100 30"


def test_nothing_in_the_document_can_act():
    plan = a_plan(
        title=HOSTILE, warnings=(Warning_(code="low_confidence", message=HOSTILE),),
        evidence={"/title": Evidence(page=1, box=(1, 2, 3, 4), raw=HOSTILE, text="x", confidence=0.1)},
    )
    words = [[Word(HOSTILE, HOSTILE, None, 0.1, 0.1, alternatives=(Alternative(HOSTILE, 0.1),)), a_word(HOSTILE, None)]]
    document = a_document(a_page(words))
    document = type(document)(HOSTILE, document.sha256, document.media_type, document.pages)
    text = html.to_html(document, plan)
    reader = Reader(text)
    assert [tag for tag, _ in reader.tags].count("script") == 1
    assert not any(name.startswith("on") for _, attrs in reader.tags for name in attrs)
    assert not any(tag in ("img", "iframe", "object", "link", "a", "form") for tag, _ in reader.tags)
    script = re.search(r"<script>(.*)</script>", text, re.DOTALL)[1]
    code = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = next(attrs["content"] for _, attrs in reader.tags if "http-equiv" in attrs)
    assert policy == f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{code}'"


def test_nothing_is_loaded_from_anywhere(tmp_path):
    source = a_scan(tmp_path / "in.pdf")
    text = html.to_html(a_document(a_page([[doubtful()]])), a_plan(), source)
    assert not re.search(r"""(?:src|href|url\()\s*=?\s*["']?(?!data:)[a-z]+:""", text.replace("img-src data:", ""))


def picture_of(text: str) -> Image.Image:
    data = re.search(r'src="data:image/jpeg;base64,([^"]+)"', text)[1]
    return Image.open(io.BytesIO(base64.b64decode(data)))


def test_the_scan_of_a_pdf_is_shown(tmp_path):
    text = html.to_html(a_document(a_page([[doubtful()]])), None, a_scan(tmp_path / "in.pdf"))
    picture = picture_of(text)
    assert picture.width == html.PICTURE_WIDTH
    left, top, right, bottom = (n * picture.width / 300 for n in (60, 40, 140, 52))
    assert picture.convert("L").crop((left + 9, top + 9, right - 9, bottom - 9)).getextrema()[1] < 60  # the black bar


@pytest.mark.parametrize(("name", "mode", "options"), [
    ("in.png", "RGB", {}), ("in.png", "1", {}), ("in.tif", "L", {}), ("in.png", "I;16", {}), ("in.png", "RGBA", {}),
])
def test_the_scan_of_an_image_is_shown(tmp_path, name, mode, options):
    image = Image.new("L", (600, 800), 255)
    image.paste(0, (100, 100, 300, 150))
    if mode == "I;16":
        image = image.convert("I").point(lambda value: value * 257).convert("I;16")
    else:
        image = image.convert(mode)
    image.save(tmp_path / name, **options)
    kind = "image/tiff" if name.endswith("tif") else "image/png"
    text = html.to_html(a_document(a_page([[doubtful()]]), media_type=kind), None, tmp_path / name)
    shown = picture_of(text).convert("L")
    assert shown.size == (600, 800)
    assert shown.getpixel((200, 125)) < 40
    assert shown.getpixel((500, 700)) > 215


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_is_shown_turned_for_reading(tmp_path, turn):
    seen = Box(60, 40, 140, 52)  # the black bar of the scan, as displayed
    word = Word("thanh", "thanh", seen)
    plan = a_plan(evidence={"/title": Evidence(page=1, box=(60, 40, 140, 52), raw="x", text="x", confidence=1)})
    text = html.to_html(a_document(a_page([[word]], turn=turn)), plan, a_scan(tmp_path / "in.pdf"))
    picture = picture_of(text).convert("L")
    boxes = re.findall(r'data-box="([^"]+)"', text)
    assert len(boxes) == 2
    for box in boxes:
        left, top, width, height = (int(n) / 1000 for n in box.split())
        middle = (left + width / 2) * picture.width, (top + height / 2) * picture.height
        assert picture.getpixel((int(middle[0]), int(middle[1]))) < 60


def test_a_scan_that_cannot_be_shown_is_told(tmp_path):
    (tmp_path / "in.pdf").write_bytes(b"%PDF-1.4 nothing")
    text = html.to_html(a_document(a_page([[doubtful()]])), None, tmp_path / "in.pdf")
    assert "Không hiện được ảnh quét" in text
    assert "Số:" in text


def test_tables_objects_and_lost_pages_are_told():
    cells = tuple(Cell(0, i, (Line((a_word(text, None),)),), column_span=2 - i) for i, text in enumerate(("Mức", "95")))
    page = Page(
        1, 300, 400, blocks=(Block(tuple(line for cell in cells for line in cell.lines), "table"),),
        tables=(Table(cells),), objects=(FoundObject("seal", Box(10, 10, 40, 40)),),
    )
    text = html.to_html(a_document(page, Page(2, 300, 400, status="failed"), Page(3, 300, 400, status="blank")))
    reader = Reader(text)
    assert ("td", {"colspan": "2"}) in reader.tags
    assert "[con dấu]" in text
    assert "Không đọc được trang này." in text
    assert "Trang trắng." in text


def test_a_field_says_what_was_read_and_where():
    plan = a_plan(evidence={"/number/number": Evidence(page=1, box=(1, 2, 3, 4), raw="O7", text="07", confidence=0.5)})
    reader = Reader(html.to_html(a_document(a_page([[doubtful()]])), plan))
    cell = next(attrs for tag, attrs in reader.tags if tag == "td" and attrs.get("class") == "doubt")
    assert cell == {"class": "doubt", "title": "50 %; máy đọc: O7", "data-page": "1", "data-box": "3 5 7 5"}
    assert "(trống)" in reader.texts["td"]  # a number may stand on the paper and not be read: blank, not "none"


def test_marks_are_those_that_the_desk_counts():
    """Two limits once stood in two modules: the desk sent a person to words that the page showed as sure."""
    words = [a_word(f"từ{number}", (30, 40, 60, 52), sure=number / 100) for number in range(70, 100, 5)]
    page = html.to_html(a_document(a_page([words])))
    assert page.count("<mark") == sum(attention.is_doubtful(word) for word in words) == 4


def test_the_date_is_told_as_people_write_it():
    assert "05/03/2019" in html.to_html(a_document(a_page([])), a_plan())
