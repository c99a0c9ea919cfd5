"""Document and hồ sơ metadata of Thông tư 05/2025/TT-BNV, with its code lists and lengths.

The trouble: half of the fields only a person can know (retention, access, condition), and a guessed retention
code can destroy a record. So a field is filled from the record where the paper says it, from the archive's
settings or its CSV where those say it, by the circular's own default for type, language and origin, and else
left blank and listed. A value longer than its field is kept whole and listed: a person shortens it.

The circular's own table has 19 document fields and a real package 21; the longer list is followed (the two more
are optional). Other packages name and order them otherwise: one model here, one emitter for each profile.
Source of names, lengths and codes: the notes on the circular named in docs/desk.md; its legal text was not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

from pipeline import faults
from pipeline.desk import sheets, workbook
from pipeline.desk.finding_aids import Folder, folders, xml_text
from pipeline.desk.handover import MAINTENANCE, Collection, Entry
from pipeline.desk.workbook import Sheet
from pipeline.errors import UsageError
from pipeline.knowledge.vietnamese import search_key
from pipeline.plan import printed_date
from pipeline.settings import read_toml
from pipeline.writers import advice

LANGUAGE = {"01": "Tiếng Việt", "02": "Tiếng Anh", "03": "Tiếng Pháp", "04": "Tiếng Nga", "05": "Tiếng Trung",
            "06": "Tiếng Việt - Tiếng Anh", "07": "Tiếng Việt - Tiếng Nga", "08": "Tiếng Việt - Tiếng Pháp",
            "09": "Hán Nôm", "10": "Tiếng Việt - Tiếng Trung", "11": "Khác"}
MODE = {"01": "Công khai", "02": "Sử dụng có điều kiện", "03": "Mật"}
CONFIDENCE = {"01": "Gốc điện tử", "02": "Số hóa", "03": "Hỗn hợp"}
CONDITION = {"01": "Tốt", "02": "Bình thường", "03": "Hỏng"}
# By the abbreviation of NĐ 30 annex III, as `document_type.code` of the record has it.
TYPE_NAMES = {
    "NQ": ("01", "Nghị quyết"), "QĐ": ("02", "Quyết định"), "CT": ("03", "Chỉ thị"), "QC": ("04", "Quy chế"),
    "QyĐ": ("05", "Quy định"), "TC": ("06", "Thông cáo"), "TB": ("07", "Thông báo"), "HD": ("08", "Hướng dẫn"),
    "CTr": ("09", "Chương trình"), "KH": ("10", "Kế hoạch"), "PA": ("11", "Phương án"), "ĐA": ("12", "Đề án"),
    "DA": ("13", "Dự án"), "BC": ("14", "Báo cáo"), "TTr": ("15", "Tờ trình"), "GUQ": ("16", "Giấy ủy quyền"),
    "PG": ("17", "Phiếu gửi"), "PC": ("18", "Phiếu chuyển"), "PB": ("19", "Phiếu báo"), "BB": ("20", "Biên bản"),
    "HĐ": ("21", "Hợp đồng"), "CV": ("22", "Công văn"), "CĐ": ("23", "Công điện"), "BGN": ("24", "Bản ghi nhớ"),
    "BTT": ("25", "Bản thỏa thuận"), "GM": ("26", "Giấy mời"), "GGT": ("27", "Giấy giới thiệu"),
    "GNP": ("28", "Giấy nghỉ phép"),
}
TYPE_CODES = {code: name for code, name in TYPE_NAMES.values()} | {
    "29": "Thư công", "30": "Bản đồ", "31": "Bản vẽ kỹ thuật", "32": "Khác"}


@dataclass(frozen=True, slots=True)
class Agency:
    """What the archive says of itself, once (a TOML file of these names). All may stay blank.

    `paper_prefix` and `file_prefix` come before box and number in `paperFileCode` and `fileCode`.
    """

    code: str = ""
    name: str = ""
    fonds: str = ""
    catalogue: str = ""
    file_prefix: str = ""
    paper_prefix: str = ""
    risk_recovery: str = ""
    risk_recovery_status: str = ""
    language: str = "01"


def load_agency(path: Path | None) -> Agency:
    """Read the archive's TOML. Raises UsageError for an unknown name or a value that is no text."""
    if path is None:
        return Agency()
    values = read_toml(path)
    known = {item.name for item in fields(Agency)}
    wrong = [name for name, value in values.items() if name not in known or not isinstance(value, str)]
    if wrong:
        cure = f"Known: {', '.join(sorted(known))}."
        raise UsageError(path, f"Not a text of the archive: {', '.join(wrong)}.", cure=cure)
    return Agency(**values)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person must see before the metadata go out. An "error" would block a package, a "warning" not."""

    file: str
    tag: str
    level: Literal["error", "warning"]
    message: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its tag, its Vietnamese name, how long it may be, whether it must be filled, its code list."""

    tag: str
    vietnamese: str
    length: int
    required: bool = False
    codes: dict[str, str] | None = None


DOCUMENT_FIELDS = (
    Field("docId", "Mã định danh tài liệu", 25),
    Field("docCode", "Mã lưu trữ tài liệu", 100, required=True),
    Field("maintenance", "Thời hạn lưu trữ", 100, required=True, codes=MAINTENANCE),
    Field("typeName", "Tên loại", 10, required=True, codes=TYPE_CODES),
    Field("codeNumber", "Số", 11),
    Field("codeNotation", "Ký hiệu", 30),
    Field("issuedDate", "Ngày tháng năm", 10, required=True),
    Field("organName", "Cơ quan ban hành", 200, required=True),
    Field("subject", "Trích yếu", 500, required=True),
    Field("language", "Ngôn ngữ", 100, required=True, codes=LANGUAGE),
    Field("numberOfPage", "Số lượng trang", 4, required=True),
    Field("inforSign", "Ký hiệu thông tin", 30),
    Field("keyword", "Từ khóa", 100),
    Field("mode", "Chế độ sử dụng", 20, required=True, codes=MODE),
    Field("confidenceLevel", "Mức độ tin cậy", 30, required=True, codes=CONFIDENCE),
    Field("autograph", "Bút tích", 2000),
    Field("format", "Tình trạng vật lý", 50, required=True, codes=CONDITION),
    Field("riskRecovery", "Chế độ dự phòng", 1),
    Field("riskRecoveryStatus", "Tình trạng dự phòng", 2),
    Field("process", "Quy trình xử lý", 1),
    Field("description", "Ghi chú", 500),
)
FILE_FIELDS = (
    Field("fileCode", "Mã hồ sơ", 100, required=True),
    Field("title", "Tiêu đề hồ sơ", 1000, required=True),
    Field("maintenance", "Thời hạn lưu trữ", 100, required=True, codes=MAINTENANCE),
    Field("mode", "Chế độ sử dụng", 30, required=True, codes=MODE),
    Field("language", "Ngôn ngữ", 100, required=True, codes=LANGUAGE),
    Field("startDate", "Thời gian bắt đầu", 10, required=True),
    Field("endDate", "Thời gian kết thúc", 10, required=True),
    Field("keyword", "Từ khóa", 100),
    Field("totalDoc", "Tổng số tài liệu", 10, required=True),
    Field("numberOfPaper", "Số lượng tờ", 10, required=True),
    Field("numberOfPage", "Số lượng trang", 10, required=True),
    Field("format", "Tình trạng vật lý", 50, codes=CONDITION),
    Field("inforSign", "Ký hiệu thông tin", 30),
    Field("confidenceLevel", "Mức độ tin cậy", 40, required=True, codes=CONFIDENCE),
    Field("paperFileCode", "Mã hồ sơ giấy gốc", 100, required=True),
    Field("riskRecovery", "Chế độ dự phòng", 1),
    Field("riskRecoveryStatus", "Tình trạng dự phòng", 2),
    Field("description", "Ghi chú", 2000),
)


@dataclass(frozen=True, slots=True)
class FileMetadata:
    """One hồ sơ: its values by tag, and those of its documents in their order, each with its entry."""

    folder: Folder
    values: dict[str, str]
    documents: tuple[tuple[Entry, dict[str, str]], ...]


@dataclass(frozen=True, slots=True)
class Metadata:
    """All hồ sơ of a collection and what was found wrong or missing."""

    files: tuple[FileMetadata, ...]
    findings: tuple[Finding, ...]


def metadata(collection: Collection, agency: Agency | None = None) -> Metadata:
    """The TT 05 metadata of a collection, hồ sơ by hồ sơ, checked."""
    agency = agency or Agency()
    files, findings = [], []
    for folder in folders(collection):
        code = ".".join(part for part in (agency.file_prefix, folder.number) if part) if folder.number else ""
        documents = []
        for number, entry in enumerate(folder.entries, 1):
            values = document_values(entry, agency, f"{code}.{number:07}" if code else "")
            documents.append((entry, values))
            findings += check(entry.name, DOCUMENT_FIELDS, values)
            findings += _partial_date(entry)
        values = file_values(folder, agency, code, [values for _, values in documents])
        if folder.number:
            findings += check(f"[{folder.number}]", FILE_FIELDS, values)
        files.append(FileMetadata(folder, values, tuple(documents)))
    return Metadata(tuple(files), tuple(findings))


def _partial_date(entry: Entry) -> list[Finding]:
    date = entry.plan.issued.date
    if date and len(date) < 10:
        what = f"the date is not complete on the paper: {printed_date(date)}."
        return [Finding(entry.name, "issuedDate", "warning", what)]
    return []


def document_values(entry: Entry, agency: Agency, code: str) -> dict[str, str]:
    """The 21 fields of one document; what nobody knows is ""."""
    plan, shelf = entry.plan, entry.shelf
    warnings = dict.fromkeys(advice.NAMES[warning.code][0].lower() for warning in plan.warnings)
    caveats = [f"{entry.failed_pages} trang không đọc được"] if entry.failed_pages else []
    if warnings and not entry.verified_by:
        caveats.append("Cảnh báo khi số hóa: " + ", ".join(warnings))
    given = {
        "docId": shelf.get("doc_id", ""), "docCode": code, "maintenance": shelf.get("maintenance", ""),
        "typeName": TYPE_NAMES.get(plan.document_type.code or "", ("", ""))[0],
        "codeNumber": plan.number.number or "", "codeNotation": plan.number.symbol or "",
        "issuedDate": printed_date(plan.issued.date), "organName": plan.issuer.name or "",
        "subject": plan.title or "", "language": agency.language, "numberOfPage": str(plan.source.pages),
        "inforSign": shelf.get("infor_sign", ""), "keyword": shelf.get("keyword", ""),
        "mode": shelf.get("mode", ""), "confidenceLevel": "02", "autograph": shelf.get("autograph", ""),
        "format": shelf.get("format", ""), "riskRecovery": agency.risk_recovery,
        "riskRecoveryStatus": agency.risk_recovery_status, "process": "",
        "description": "; ".join(part for part in (shelf.get("note", ""), *caveats) if part),
    }
    return {item.tag: _coded(item, given[item.tag]) for item in DOCUMENT_FIELDS}


def file_values(folder: Folder, agency: Agency, code: str, documents: Sequence[dict[str, str]]) -> dict[str, str]:
    """The 18 fields of one hồ sơ: counted from its documents, or entered by a person; else ""."""
    first, last = (printed_date(date) if len(date) == 10 else "" for date in folder.dates)
    paper = ""
    if folder.number and agency.code and folder.box:
        # [mã cơ quan].[kho/giá/hộp].[số hồ sơ]
        paper = f"{agency.code}.{agency.paper_prefix}{folder.box}.{folder.number}"
    given = {
        "fileCode": code, "title": folder.title, "maintenance": folder.maintenance,
        "mode": _same(documents, "mode"), "language": _same(documents, "language"), "startDate": first,
        "endDate": last, "keyword": "", "totalDoc": str(len(documents)), "numberOfPaper": folder.sheets,
        "numberOfPage": str(folder.pages), "format": _same(documents, "format"), "inforSign": "",
        "confidenceLevel": "02", "paperFileCode": paper, "riskRecovery": agency.risk_recovery,
        "riskRecoveryStatus": agency.risk_recovery_status, "description": "",
    }
    return {item.tag: _coded(item, given[item.tag]) for item in FILE_FIELDS}


def _coded(item: Field, value: str) -> str:
    """The code of what a person entered as code, name or both ("Vĩnh viễn", "01: Vĩnh viễn"); else what was entered."""
    key = search_key(value)
    return next((code for code, name in (item.codes or {}).items()
                 if key in (search_key(name), search_key(shown(item, code)))), value)


def _same(documents: Sequence[dict[str, str]], tag: str) -> str:
    told = {values[tag] for values in documents}
    return told.pop() if len(told) == 1 else ""


def check(name: str, known: Sequence[Field], values: dict[str, str]) -> list[Finding]:
    """Missing, too long, not in the code list: one finding each."""
    findings = []
    for item in known:
        value = values[item.tag]
        if not value and item.required:
            findings.append(Finding(name, item.tag, "error", f"{item.vietnamese}: blank, a person must fill it in."))
        if len(value) > item.length:
            findings.append(Finding(name, item.tag, "warning",
                                    f"{item.vietnamese}: {len(value)} characters, {item.length} allowed."))
        if value and item.codes is not None and value not in item.codes:
            known_codes = ", ".join(shown(item, code) for code in item.codes)
            findings.append(Finding(name, item.tag, "error",
                                    f"{item.vietnamese}: {value!r} is not in the code list ({known_codes})."))
    return findings


# --- forms ----------------------------------------------------------------------------------------------


def shown(item: Field, value: str) -> str:
    """A code with its name, as the Excel form compares it: "10: Kế hoạch"."""
    return f"{value}: {item.codes[value]}" if item.codes and value in item.codes else value


def to_xlsx(made: Metadata) -> bytes:
    """The sheets Ho_so and Van_ban, and Kiem_tra with what must be seen to."""
    pair = (Sheet(name, [item.tag for item in known], rows, [max(12, min(40, item.length)) for item in known],
                  second=[item.vietnamese for item in known]) for name, known, rows in _pair(made, shown))
    return workbook.to_xlsx((*pair, Sheet("Kiem_tra", FINDINGS_HEAD, _found(made), (36, 18, 10, 70),
                                          second=("Tệp, [hồ sơ]", "Trường", "Mức", "Nội dung"))))


def to_csv(made: Metadata) -> dict[str, str]:
    """The CSV pair Ho_so.csv and Van_ban.csv, codes alone, and Kiem_tra.csv with what must be seen to."""
    pair = {f"{name}.csv": sheets.csv_text([item.tag for item in known], rows)
            for name, known, rows in _pair(made, lambda _, value: value)}
    return {**pair, "Kiem_tra.csv": sheets.csv_text(FINDINGS_HEAD, _found(made))}


FINDINGS_HEAD = ("file", "field", "level", "message")
_LEVELS = {"error": "phải sửa", "warning": "nên xem"}


def _found(made: Metadata) -> list[tuple[str, ...]]:
    """What must be seen to, in the language of those who fill these forms in."""
    return [(item.file, item.tag, _LEVELS[item.level], faults.vietnamese(item.message) or item.message)
            for item in made.findings]


def _pair(
    made: Metadata, show: Callable[[Field, str], str]
) -> list[tuple[str, tuple[Field, ...], list[tuple[str, ...]]]]:
    files = [tuple(show(item, file.values[item.tag]) for item in FILE_FIELDS)
             for file in made.files if file.folder.number]
    documents = [tuple(show(item, values[item.tag]) for item in DOCUMENT_FIELDS)
                 for file in made.files for _, values in file.documents]
    return [("Ho_so", FILE_FIELDS, files), ("Van_ban", DOCUMENT_FIELDS, documents)]


def to_xml(values: dict[str, str]) -> bytes:
    """One document or hồ sơ as the flat `simpledc` XML of a package; blank fields are left out."""
    root = ElementTree.Element("simpledc")
    for tag, value in values.items():
        if value:
            ElementTree.SubElement(root, tag).text = xml_text(value)
    return xml_bytes(root)


def xml_bytes(root: ElementTree.Element) -> bytes:
    """An XML file: declaration, UTF-8, indented."""
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)) + b"\n"
