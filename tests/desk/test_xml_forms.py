"""The XML that goes to other archives: its structure checked here, and against the published schemas where they lie.

With SOHOA_SCHEMAS=FOLDER (mets.xsd 1.12.1, xlink.xsd, DILCISExtensionMETS.xsd, ead3.xsd, alto-4-4.xsd) every form is
validated as well; the schemas are not part of this project.
"""

import hashlib
import io
import os
import re
import zipfile
from pathlib import Path

import office
import pytest
from lxml import etree

from pipeline.desk import changing, desk, forms, handover, noting, tt05
from pipeline.writers import markup

METS, XLINK = "{http://www.loc.gov/METS/}", "{http://www.w3.org/1999/xlink}"
EAD, DC = "{http://ead3.archivists.org/schema/}", "{http://purl.org/dc/elements/1.1/}"
CSIP = "{https://DILCIS.eu/XML/METS/CSIPExtensionMETS}"
AGENCY = tt05.Agency(code="H49.64", name="Trung tâm Lưu trữ", fonds="UBND xã Tam Tiến", file_prefix="H49.64.33.2024")
SCHEMAS = os.environ.get("SOHOA_SCHEMAS", "")

# Elements in the order in which the schema wants them, as far as we write them.
ORDERS = {
    f"{METS}mets": ("metsHdr", "dmdSec", "fileSec", "structMap"),
    f"{METS}metsHdr": ("agent",),
    f"{METS}agent": ("name", "note"),
    f"{METS}dmdSec": ("mdRef",),
    f"{METS}fileSec": ("fileGrp",),
    f"{METS}fileGrp": ("file",),
    f"{METS}file": ("FLocat",),
    f"{METS}structMap": ("div",),
    f"{METS}div": ("mptr", "fptr", "div"),
    f"{METS}fptr": ("area",),
    f"{EAD}ead": ("control", "archdesc"),
    f"{EAD}control": ("recordid", "filedesc", "maintenancestatus", "maintenanceagency", "languagedeclaration",
                      "maintenancehistory"),
    f"{EAD}maintenanceevent": ("eventtype", "eventdatetime", "agenttype", "agent"),
    f"{EAD}archdesc": ("did", "dsc"),
    f"{EAD}c": ("did", "odd", "c"),
}


@pytest.fixture
def made(out, tmp_path):
    """A hand-over of three documents in one hồ sơ, with PDF and ALTO; the third title would be markup."""
    for name in office.PLANS:
        item = desk.load(out, name)
        if name == "tinh/ke-hoach-2024.pdf":
            item = changing.change(out, name, [noting.field_entry(item, "/title", "<b>&\x07 ]]>", "Lan")],
                               lambda _: pytest.fail("a field is not read anew"))
        (out / name / "alto.xml").write_text(markup.to_alto(item.document), "utf-8")
        (out / name / "searchable.pdf").write_bytes(b"%PDF-1.7 " + name.encode())
    shelf = tmp_path / "shelf.csv"
    head = "file,box,folder,folder_title,folder_sheets,sheet_from,sheet_to,maintenance,mode,format\n"
    rows = (f"{name},12,30,Kế hoạch hằng năm,40,{at},{at + 1},01,01,02\n" for at, name in enumerate(office.PLANS))
    shelf.write_text(head + "".join(rows), "utf-8")
    collection = handover.collect(out, shelving=handover.load_shelving(shelf))
    return forms.Job(out, collection, AGENCY, "2026-05-04T10:11:12.345+07:00", "30")


def documents(job, form):
    """(name, content) of every XML file of a form."""
    name, content = forms.make(form, job)
    if not name.endswith(".zip"):
        return [(name, content)]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(one, archive.read(one)) for one in archive.namelist() if one.endswith(".xml")]


def in_order(root):
    for element in root.iter():
        wanted = ORDERS.get(element.tag)
        if wanted is not None:
            names = [etree.QName(child).localname for child in element]
            assert names == sorted(names, key=wanted.index), element.tag


@pytest.mark.parametrize("form", ["mets", "sip", "ead"])
def test_elements_stand_in_the_order_of_the_schema(made, form):
    for _, content in documents(made, form):
        in_order(etree.fromstring(content))


def test_what_a_mets_file_points_to_is_there_and_is_what_it_says(made):
    name, content = forms.make("sip", made)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {one: archive.read(one) for one in archive.namelist()}
    whole = name.removesuffix(".zip")
    described = set()
    for place in (whole, f"{whole}/representations/rep1"):
        root = etree.fromstring(members[f"{place}/METS.xml"])
        ids = [element.get("ID") for element in root.iter() if element.get("ID")]
        assert len(ids) == len(set(ids))
        assert all(re.fullmatch(r"[A-Za-z_][\w.-]*", one) for one in ids), "an XML ID begins with a letter"
        for element in root.iter(f"{METS}file", f"{METS}mdRef"):
            location = element if element.tag == f"{METS}mdRef" else element.find(f"{METS}FLocat")
            path = f"{place}/{location.get(XLINK + 'href')}"
            assert element.get("CHECKSUM") == hashlib.sha256(members[path]).hexdigest().upper()
            assert int(element.get("SIZE")) == len(members[path])
            described.add(path)
        for element in root.iter(f"{METS}fptr", f"{METS}div"):
            for reference in (element.get("FILEID"), *(element.get("DMDID") or "").split()):
                assert reference is None or reference in ids
        for element in root.iter(f"{METS}mptr"):
            assert f"{place}/{element.get(XLINK + 'href')}" in members
        header = root.find(f"{METS}metsHdr")
        assert header.get(CSIP + "OAISPACKAGETYPE") == "SIP"
        assert root.get("OBJID")
    assert described == set(members) - {f"{whole}/METS.xml"}, "nothing in the package that no METS knows"


def test_pages_of_a_mets_file_are_pages_of_its_alto(made):
    for name, content in documents(made, "mets"):
        root = etree.fromstring(content)
        entry = next(entry for entry in made.collection.entries if entry.name == root.get("OBJID"))
        alto = etree.fromstring((entry.folder / "alto.xml").read_bytes())
        pages = {element.get("ID") for element in alto.iter("{*}Page")}
        begins = [area.get("BEGIN") for area in root.iter(f"{METS}area")]
        assert begins, name
        assert set(begins) <= pages


def test_dublin_core_holds_the_fifteen_elements_only(made):
    (_, content), = documents(made, "dc")
    root = etree.fromstring(content)
    names = {child.tag.removeprefix(DC) for record in root for child in record}
    assert names <= {"title", "creator", "subject", "description", "publisher", "contributor", "date", "type", "format",
                     "identifier", "source", "language", "relation", "coverage", "rights"}
    assert {record.tag for record in root} == {"{http://www.openarchives.org/OAI/2.0/oai_dc/}dc"}
    assert "<b>&\ufffd ]]>" in [element.text for element in root.iter(f"{DC}title")] or "<b>& ]]>" in [
        element.text for element in root.iter(f"{DC}title")], "markup in a title is text"


def test_finding_aid_in_ead3(made):
    (_, content), = documents(made, "ead")
    root = etree.fromstring(content)
    file, = root.iter(f"{EAD}dsc")
    (folder,) = file
    assert [one.text for one in folder.iter(f"{EAD}container")] == ["12", "30"]
    items = [one for one in folder if one.get("level") == "item"]
    assert [item.find(f"{EAD}did/{EAD}unitid").text for item in items] == ["17/KH-UBND", "5/KH-UBND", "28/KH-UBND"]
    assert items[0].find(f"{EAD}did/{EAD}dao").get("href") == "huyen/tam-tien-2023.pdf/searchable.pdf"
    assert items[1].find(f"{EAD}odd/{EAD}p").text == "Tờ số 2-3"
    dates = folder.find(f"{EAD}did/{EAD}unitdatestructured/{EAD}daterange")
    assert [one.get("standarddate") for one in dates] == ["2023-02-14", "2024-01-23"], "documents stand by date"


def schema(*names):
    """One schema of several files, with the imports that they make by address turned to the folder."""
    imports = "".join(
        f'<xs:import namespace="{etree.parse(Path(SCHEMAS) / name).getroot().get("targetNamespace")}" '
        f'schemaLocation="{(Path(SCHEMAS) / name).as_uri()}"/>' for name in names)

    class Local(etree.Resolver):
        def resolve(self, url, _, context):
            return self.resolve_filename(str(Path(SCHEMAS) / Path(url).name), context)

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Local())
    text = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{imports}</xs:schema>'
    return etree.XMLSchema(etree.fromstring(text.encode(), parser))


@pytest.mark.skipif(not SCHEMAS, reason="needs SOHOA_SCHEMAS, a folder with the published schemas")
def test_against_the_published_schemas(made):
    mets, ead, alto = schema("mets.xsd", "DILCISExtensionMETS.xsd"), schema("ead3.xsd"), schema("alto-4-4.xsd")
    for form, one in (("mets", mets), ("sip", mets), ("ead", ead)):
        for name, content in documents(made, form):
            if form != "sip" or name.endswith("METS.xml"):
                one.assertValid(etree.fromstring(content))
    for entry in made.collection.entries:
        alto.assertValid(etree.parse(entry.folder / "alto.xml"))
