"""What other archives take: finding aids, TT 05, packages, AtoM, Dublin Core, annex VI, Word."""

import csv
import dataclasses
import hashlib
import io
import zipfile
from xml.etree import ElementTree

import docx
import office
import openpyxl
import pytest

from pipeline import faults
from pipeline.desk import archival, changing, desk, finding_aids, forms, handover, letter, noting, package, tt05
from pipeline.desk.handover import Shelving
from pipeline.desk.tt05 import Agency
from pipeline.errors import UsageError

NAMES = tuple(office.PLANS)
FULL = {
    "box": "12",
    "folder": "3",
    "folder_title": "Tập kế hoạch xã Tam Tiến",
    "maintenance": "01",
    "mode": "01",
    "format": "02",
    "folder_sheets": "9",
    "sheet_from": "1",
    "sheet_to": "2",
}
AGENCY = Agency(code="H49.64", name="Lưu trữ thử nghiệm", file_prefix="H49.64.2024", paper_prefix="K1/G2/")


@pytest.fixture
def shelved(out):
    # One retention, as its code and by its name: the same for the hồ sơ.
    rows = {NAMES[0]: FULL, NAMES[1]: {**FULL, "maintenance": "Vĩnh viễn"}}
    return handover.collect(out, shelving=Shelving(rows))


def test_finding_aids_by_folder(shelved):
    assert finding_aids.files_rows(shelved) == [
        ("1", "3", "Tập kế hoạch xã Tam Tiến", "14/02/2023 - 23/01/2024", "Vĩnh viễn", "9/4", "Hộp số 12")
    ]
    first, loose = finding_aids.folders(shelved)
    assert finding_aids.documents_rows(first)[1] == (
        "2",
        "28/KH-UBND",
        "23/01/2024",
        "Kế hoạch Phát triển thủy lợi và giảm nghèo năm 2024",
        "Ủy ban nhân dân xã Tam Tiến",
        "1-2",
        "",
    )
    turned = dataclasses.replace(shelved, entries=shelved.entries[::-1])
    assert finding_aids.folders(turned)[0] == first, "documents stand by date, whatever their files are called"
    assert loose.number == ""
    assert finding_aids.documents_rows(loose)[0][5] == "2 trang", "sheets are never guessed"


def test_finding_aids_as_xlsx_and_docx(shelved):
    book = openpyxl.load_workbook(io.BytesIO(finding_aids.to_xlsx(shelved)))
    assert tuple(cell.value for cell in book["Mục lục hồ sơ"][1]) == finding_aids.FILES_HEAD
    assert book["Mục lục văn bản"].max_row == 4
    printed = docx.Document(io.BytesIO(finding_aids.to_docx(shelved, "Lưu trữ thử nghiệm", "UBND xã Tam Tiến", "02")))
    told = [paragraph.text for paragraph in printed.paragraphs]
    assert "Phông: UBND xã Tam Tiến; Mục lục số: 02" in told
    plain = docx.Document(io.BytesIO(finding_aids.to_docx(shelved)))
    assert not any("Mục lục số" in paragraph.text for paragraph in plain.paragraphs)
    assert printed.sections[0].page_width > printed.sections[0].page_height
    assert [len(table.rows) for table in printed.tables] == [2, 3, 2]
    text = "\n".join(paragraph.text for paragraph in printed.paragraphs)
    assert finding_aids.FILES_TITLE in text
    assert finding_aids.NO_FOLDER in text
    assert all("tblHeader" in table.rows[0]._tr.xml for table in printed.tables)


def test_party_symbol():
    plan = handover.Plan.model_validate(
        {
            "source": {"file": "a", "sha256": "", "media_type": "", "pages": 1, "text_origin": "ocr"},
            "number": {"number": "12", "symbol": "KH/HU"},
        }
    )
    assert finding_aids.symbol_of(handover.Entry("a", None, plan, {})) == "12-KH/HU"


def test_symbol_with_a_year():
    number = {"number": "148", "symbol": "2020/TT-BCA"}
    source = {"file": "a", "sha256": "", "media_type": "", "pages": 1, "text_origin": "ocr"}
    plan = handover.Plan.model_validate({"source": source, "number": number})
    assert finding_aids.symbol_of(handover.Entry("a", None, plan, {})) == "148/2020/TT-BCA"


def test_tt05_fills_what_is_known_and_leaves_the_rest_to_a_person(shelved):
    made = tt05.metadata(shelved, AGENCY)
    file, loose = made.files
    assert file.values["fileCode"] == "H49.64.2024.3"
    assert file.values["paperFileCode"] == "H49.64.K1/G2/12.3"
    assert (file.values["startDate"], file.values["endDate"], file.values["totalDoc"]) == (
        "14/02/2023",
        "23/01/2024",
        "2",
    )
    values = file.documents[0][1]
    assert (values["docCode"], values["typeName"], values["confidenceLevel"], values["language"]) == (
        "H49.64.2024.3.0000001",
        "10",
        "02",
        "01",
    )
    blank = loose.documents[0][1]
    assert {tag for tag, value in blank.items() if not value} >= {"maintenance", "mode", "format", "docCode"}
    missing = {item.tag for item in made.findings if item.file == NAMES[2] and item.level == "error"}
    assert missing == {"docCode", "maintenance", "mode", "format"}
    assert not [item for item in made.findings if item.file == NAMES[0]]


def test_tt05_lengths_and_codes_are_checked_and_nothing_is_cut(out):
    item = desk.load(out, NAMES[0])
    entries = [
        noting.field_entry(item, "/title", "x" * 501, "Lan"),
        noting.field_entry(item, "/issued/date", "2023-02", "Lan"),
        noting.shelf_entry(item, "maintenance", "99", "Lan"),
    ]
    changing.change(out, NAMES[0], entries, office.read_again)
    made = tt05.metadata(handover.collect(out, names=NAMES[:1]))
    told = {(item.tag, item.level) for item in made.findings}
    assert ("subject", "warning") in told
    assert ("issuedDate", "warning") in told
    assert ("maintenance", "error") in told
    messages = [item.message for item in made.findings]
    assert [message for message in messages if faults.vietnamese(message) is None] == []
    assert "Thời hạn lưu trữ: '99' is not in the code list (01: Vĩnh viễn, 02: 70 năm, 03: 50 năm, " in str(messages)
    assert "Trích yếu: 501 ký tự, cho phép 500." in tt05.to_csv(made)["Kiem_tra.csv"]
    assert len(made.files[0].documents[0][1]["subject"]) == 501
    assert made.files[0].documents[0][1]["issuedDate"] == "02/2023"


@pytest.mark.parametrize("entered", ["01", "Vĩnh viễn", "vinh vien", "01: Vĩnh viễn"])
def test_tt05_takes_a_code_by_its_name(out, entered):
    item = desk.load(out, NAMES[0])
    changing.change(out, NAMES[0], [noting.shelf_entry(item, "maintenance", entered, "Lan")], office.read_again)
    made = tt05.metadata(handover.collect(out, names=NAMES[:1]))
    assert made.files[0].documents[0][1]["maintenance"] == "01"


def test_tt05_forms(shelved):
    made = tt05.metadata(shelved, AGENCY)
    book = openpyxl.load_workbook(io.BytesIO(tt05.to_xlsx(made)))
    names = [cell.value for cell in book["Van_ban"][1]]
    assert names == [item.tag for item in tt05.DOCUMENT_FIELDS]
    assert len(names) == 21
    assert book["Van_ban"].cell(3, names.index("typeName") + 1).value == "10: Kế hoạch"
    assert [cell.value for cell in book["Ho_so"][1]] == [item.tag for item in tt05.FILE_FIELDS]
    assert len(tt05.FILE_FIELDS) == 18
    pair = tt05.to_csv(made)
    rows = list(csv.DictReader(io.StringIO(pair["Van_ban.csv"].lstrip("\ufeff"))))
    assert [row["typeName"] for row in rows] == ["10", "10", "10"]
    root = ElementTree.fromstring(tt05.to_xml(made.files[0].documents[0][1]))
    assert root.findtext("docCode") == "H49.64.2024.3.0000001"
    assert root.find("autograph") is None


def test_agency_file(tmp_path):
    path = tmp_path / "agency.toml"
    path.write_text('code = "H49"\nname = "Kho"\n')
    assert tt05.load_agency(path) == Agency(code="H49", name="Kho")
    path.write_text("colour = 1\n")
    with pytest.raises(UsageError):
        tt05.load_agency(path)


def test_package(out, shelved):
    name, content = package.to_sip(out, shelved, AGENCY, "3", "2024-03-01T08:00:00.000+07:00")
    assert package.to_sip(out, shelved, AGENCY, "3", "2024-03-01T08:00:00.000+07:00") == (name, content)
    top = name.removesuffix(".zip")
    assert top == top.replace("uuid-", "uuid-").upper().replace("UUID-", "uuid-")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        files = {part.removeprefix(top + "/"): parts.read(part) for part in parts.namelist()}
    assert sorted(name for name in files if name.endswith(".pdf")) == [
        f"representations/rep1/data/H49.64.2024.3.000000{number}.pdf" for number in (1, 2)
    ]
    for place in ("", "representations/rep1/"):
        root = ElementTree.fromstring(files[place + "METS.xml"])
        seen = 0
        for element in root.iter():
            href = element.get("{http://www.w3.org/1999/xlink}href")
            if href is None or element.tag.endswith("}mptr"):  # a pointer to a METS says no more than where it is
                continue
            holder = (
                element
                if element.get("CHECKSUM")
                else next(file for file in root.iter("{http://www.loc.gov/METS/}file") if element in list(file))
            )
            assert holder.get("CHECKSUM") == hashlib.sha256(files[place + href]).hexdigest().upper()
            assert int(holder.get("SIZE")) == len(files[place + href])
            seen += 1
        assert seen == (2 if not place else 4)


def test_package_with_blanks_is_refused_with_their_names(out):
    collection = handover.collect(out, shelving=Shelving({NAMES[0]: {"folder": "3", "box": "1"}}))
    with pytest.raises(UsageError, match="maintenance"):
        package.to_sip(out, collection, AGENCY, "3", "2024-03-01T08:00:00.000+07:00")


def test_mets_of_one_document(out):
    (entry,) = handover.collect(out, names=NAMES[:1]).entries
    root = ElementTree.fromstring(package.to_mets(entry, "2024-03-01T08:00:00+07:00"))
    assert len(root.findall(".//{http://www.loc.gov/METS/}div[@TYPE='page']")) == 2
    assert [group.get("USE") for group in root.iter("{http://www.loc.gov/METS/}fileGrp")] == ["TEXT", "RECORD"]


ATOM = """legacyId,parentId,qubitParentSlug,accessionNumber,identifier,title,levelOfDescription,extentAndMedium,repository,archivalHistory,acquisition,scopeAndContent,appraisal,accruals,arrangement,accessConditions,reproductionConditions,language,script,languageNote,physicalCharacteristics,findingAids,locationOfOriginals,locationOfCopies,relatedUnitsOfDescription,publicationNote,digitalObjectPath,digitalObjectURI,generalNote,subjectAccessPoints,placeAccessPoints,nameAccessPoints,genreAccessPoints,descriptionIdentifier,institutionIdentifier,rules,descriptionStatus,levelOfDetail,revisionHistory,languageOfDescription,scriptOfDescription,sources,archivistNote,publicationStatus,physicalObjectName,physicalObjectLocation,physicalObjectType,alternativeIdentifiers,alternativeIdentifierLabels,eventDates,eventTypes,eventStartDates,eventEndDates,eventActors,eventActorHistories,culture"""  # noqa: E501


def test_atom(shelved):
    text = archival.to_atom(shelved, AGENCY).lstrip("\ufeff")
    assert text.split("\r\n")[0] == ATOM
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["levelOfDescription"] for row in rows] == ["File", "Item", "Item", "Item"]
    assert rows[1]["parentId"] == rows[0]["legacyId"] != ""
    assert rows[3]["parentId"] == ""
    assert rows[1]["placeAccessPoints"] == "Bắc Giang|Tam Tiến"


def test_dublin_core(shelved):
    root = ElementTree.fromstring(archival.to_dublin_core(shelved))
    dates = [element.text for element in root.iter("{http://purl.org/dc/elements/1.1/}date")]
    assert dates == ["2023-02-14", "2024-01-23", "2024-01-05"]


def test_annex_vi(shelved):
    root = ElementTree.fromstring(archival.to_annex_vi(shelved, AGENCY))
    file = root.find("File")
    assert file.findtext("FileCode/OrganId") == "H49.64"
    assert [document.findtext("CodeNumber") for document in file.find("Documents")] == ["17", "28"]
    assert file.find("Documents")[0].findtext("SignerInfo/FullName") == "Nguyễn Văn Tâm"
    assert file.find("Documents")[0].find("Priority") is None


def test_xml_of_hostile_text(out):
    item = desk.load(out, NAMES[0])
    entry = noting.field_entry(item, "/title", "<script>&\x00\x0b]]>", "Lan")
    changing.change(out, NAMES[0], [entry], office.read_again)
    collection = handover.collect(out, names=NAMES[:1])
    root = ElementTree.fromstring(archival.to_dublin_core(collection))
    assert next(root.iter("{http://purl.org/dc/elements/1.1/}title")).text == "<script>&\ufffd\ufffd]]>"
    ElementTree.fromstring(archival.to_annex_vi(collection))
    finding_aids.to_docx(collection)
    finding_aids.to_xlsx(collection)


def test_word_document(out, scans):
    item = desk.load(out, NAMES[1])
    (entry,) = handover.collect(out, names=[NAMES[1]]).entries
    made = docx.Document(io.BytesIO(letter.to_docx(entry, item.document)))
    head = "\n".join(cell.text for cell in made.tables[0].rows[0].cells)
    assert "Số: 28/KH-UBND" in head
    assert "ngày 23 tháng 01 năm 2024" in head
    text = [paragraph.text for paragraph in made.paragraphs]
    assert "KẾ HOẠCH" in text
    assert "I. MỤC ĐÍCH" in text
    marked = [run.text.strip() for paragraph in made.paragraphs for run in paragraph.runs if run.font.highlight_color]
    assert marked == ["phát"]
    assert "- Lưu: VT." in made.tables[-1].rows[0].cells[0].text
    failed = docx.Document(io.BytesIO(letter.to_docx(entry, office.failed_page_document(scans))))
    assert "[Trang 2 không đọc được]" in [paragraph.text for paragraph in failed.paragraphs]


def test_every_word_of_the_archive_is_used(shelved):
    """A setting that changes nothing is a promise that is not kept."""
    filled = {item.name: f"Z{item.name.upper()}Z" for item in dataclasses.fields(Agency)}
    agency = Agency(**filled)
    made = "".join((
        archival.to_ead(shelved, agency).decode(), archival.to_annex_vi(shelved, agency).decode(),
        str(tt05.metadata(shelved, agency)),
    ))
    assert [name for name, word in filled.items() if word not in made] == []


def test_members_of_a_zip_never_meet_and_can_be_unpacked():
    deep = "/".join(f"thư mục {number}" for number in range(40)) + "/kế hoạch.pdf"
    names = forms.safe_names(["a/b.pdf", "a_b.pdf", "A b.pdf", "-rf.pdf", deep])
    assert names[:4] == ["a_b.pdf", "a_b.pdf~2", "A_b.pdf~3", "rf.pdf"]
    assert names[4].endswith("_thư_mục_39_kế_hoạch.pdf")
    assert len(f"{names[4]}.mets.xml".encode()) < 255
    assert not names[4].startswith("_")


def test_columns_are_as_wide_in_every_word_processor(shelved, out):
    """LibreOffice goes by the grid of a table, Word by its cells."""
    printed = docx.Document(io.BytesIO(finding_aids.to_docx(shelved)))
    entry = shelved.entries[0]
    word = docx.Document(io.BytesIO(letter.to_docx(entry, desk.load(out, entry.name).document)))
    for table in (*printed.tables, word.tables[0]):
        widths = [column.width for column in table.columns]
        assert widths == [cell.width for cell in table.rows[0].cells]
        assert len(set(widths)) > 1
    assert word.tables[0].columns[1].width.mm > 92, "the national name takes 88 mm on one line, the cell 4 for itself"
