"""ALTO, hOCR and PAGE XML: well formed, every word with both readings in its place, ids once, boxes inside."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.document import Alternative, Block, Box, Cell, FoundObject, Line, Page, Step, Table, Word
from pipeline.writers import markup
from tests.pdfkit import a_document, a_page, a_word

ALTO = f"{{{markup.ALTO_NAMESPACE}}}"
PAGE = f"{{{markup.PAGE_NAMESPACE}}}"
XHTML = "{http://www.w3.org/1999/xhtml}"


def a_rich_document():
    word = Word(
        "Sé:", "Số:", Box(72, 72, 90, 84), 0.5, 0.9, alternatives=(Alternative("Sổ:", 0.1),), bold=True, italic=False,
    )
    line = Line((word, Word("~;", "", Box(92, 72, 95, 84)), Word("07", "07", None)), Box(72, 72, 120, 84), 13.0)
    cell = Line((a_word("Mức", (80, 100, 110, 112)),), Box(80, 100, 110, 112))
    table = Table((Cell(0, 0, (cell,), 1, 2, Box(70, 95, 200, 120)), Cell(1, 0), Cell(1, 1)), Box(70, 95, 200, 150))
    kinds = ("page_number", "running_head", "stamp_text", "footer")
    things = ("seal", "signature", "stamp", "picture", "rule", "vertical_rule", "barcode")
    page = Page(
        1, 595, 842, turn=90, dpi=144,
        blocks=(Block((line,)), Block((cell,), "table"), *(Block((line,), kind) for kind in kinds)), tables=(table,),
        objects=tuple(FoundObject(kind, Box(-5, 10, 50, 900)) for kind in things),
    )
    failed = Page(2, 595, 842, status="failed")
    text = Page(3, 595.3, 841.9, origin="text-file", blocks=(Block((Line((a_word("x", None),)),)),))
    return replace(a_document(page, failed, text), file='a "b";<c>.pdf', steps=(Step("recognise", "1"),))


def trees(document):
    yield "alto", ElementTree.fromstring(markup.to_alto(document))
    yield "hocr", ElementTree.fromstring(markup.to_hocr(document))
    for text in markup.to_page_xml(document):
        yield "page", ElementTree.fromstring(text)


def test_identifiers_are_given_once():
    for name, tree in trees(a_rich_document()):
        ids = [item.get(key) for item in tree.iter() for key in ("ID", "id") if item.get(key)]
        assert len(ids) == len(set(ids)), name


def test_boxes_lie_on_the_page_in_pixels():
    for name, tree in trees(a_rich_document()):
        for item in tree.iter(f"{PAGE}Coords"):
            for point in item.get("points").split():
                x, y = map(int, point.split(","))
                assert 0 <= x <= 2480, name
                assert 0 <= y <= 3509, name
    alto = ElementTree.fromstring(markup.to_alto(a_rich_document()))
    page = next(alto.iter(f"{ALTO}Page"))
    assert (page.get("WIDTH"), page.get("HEIGHT"), page.get("ROTATION")) == ("1190", "1684", "90")
    word = next(alto.iter(f"{ALTO}String"))
    assert [word.get(key) for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT")] == ["144", "144", "36", "24"]
    seal = next(alto.iter(f"{ALTO}Illustration"))
    assert (seal.get("TYPE"), seal.get("HPOS"), seal.get("HEIGHT")) == ("seal", "0", "1664")


def test_both_readings_stand_in_alto():
    tree = ElementTree.fromstring(markup.to_alto(a_rich_document()))
    first, second = list(tree.iter(f"{ALTO}String"))[:2]
    assert (first.get("CONTENT"), first.get("WC"), first.get("STYLE")) == ("Số:", "0.9", "bold")
    assert [(a.get("PURPOSE"), a.text) for a in first] == [("raw", "Sé:"), ("alternative", "Sổ:")]
    assert (second.get("CONTENT"), second[0].text) == ("", "~;")


def test_both_readings_stand_in_hocr():
    tree = ElementTree.fromstring(markup.to_hocr(a_rich_document()))
    words = [item for item in tree.iter(f"{XHTML}span") if item.get("class") == "ocrx_word"]
    assert ("".join(words[0].itertext()), words[0].get("data-raw")) == ("Số:", "Sé:")
    assert words[0].get("title") == "bbox 144 144 180 168; x_wconf 90"
    assert words[2].get("data-raw") is None
    assert [[child.tag for child in word] for word in words[:3]] == [[f"{XHTML}strong"], [], []]
    page = next(item for item in tree.iter(f"{XHTML}div") if item.get("class") == "ocr_page")
    assert page.get("title") == 'image "a b<c>.pdf"; bbox 0 0 1190 1684; ppageno 0; scan_res 144 144'


def test_both_readings_stand_in_page_xml():
    first = ElementTree.fromstring(markup.to_page_xml(a_rich_document())[0])
    equivs = next(first.iter(f"{PAGE}Word")).findall(f"{PAGE}TextEquiv")
    assert [(e.get("index"), e.get("conf"), e.get("comments"), e[0].text) for e in equivs] == [
        ("0", "0.9", None, "Số:"), ("1", "0.5", "raw", "Sé:"), ("2", "0.1", "alternative", "Sổ:"),
    ]
    cell = next(first.iter(f"{PAGE}TableCellRole"))
    assert {key: cell.get(key) for key in ("rowIndex", "columnIndex", "colSpan")} == {
        "rowIndex": "0", "columnIndex": "0", "colSpan": "2",
    }
    order = [item.get("regionRef") for item in first.iter(f"{PAGE}RegionRefIndexed")]
    assert order == [f"b{n}" for n in range(1, 7)]


def test_a_page_is_a_file_in_page_xml_whatever_became_of_it():
    files = markup.to_page_xml(a_rich_document())
    assert len(files) == 3
    assert '<MetadataItem type="other" name="status" value="failed"/>' in files[1]


@pytest.mark.parametrize(("turn", "orientation"), [(0, None), (90, "90"), (180, "180"), (270, "-90")])
def test_a_turned_page_says_so(turn, orientation):
    document = a_document(a_page([[a_word("x", (1, 1, 9, 9))]], turn=turn))
    page = ElementTree.fromstring(markup.to_page_xml(document)[0]).find(f"{PAGE}Page")
    assert page.get("orientation") == orientation


ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(ANY, ANY)
def test_no_text_breaks_the_xml(raw, text):
    document = a_document(a_page([[Word(raw, text, Box(1, 1, 9, 9))]]))
    found = {name: tree for name, tree in trees(document)}
    kept = "".join(c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))
    # XML reads a carriage return as a line feed, and white space in an attribute as blanks.
    kept = kept.replace("\r\n", "\n").replace("\r", "\n")
    unicode = next(found["page"].iter(f"{PAGE}Word")).find(f"{PAGE}TextEquiv")[0].text or ""
    assert unicode == kept
    assert next(found["alto"].iter(f"{ALTO}String")).get("CONTENT").split() == kept.split()
