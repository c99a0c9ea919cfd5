"""A submission package (SIP) by the profile of Thông tư 05/2025/TT-BNV, and METS with ALTO for other archives.

The profile extends E-ARK CSIP: a METS file for the package and one for its representation, the hồ sơ's metadata
in EAD.xml, a flat EAD_doc for each document, one PDF each, SHA-256 of everything, all in one ZIP. No PREMIS in a
SIP. The layout follows a description of an accepted package; the schemas themselves are not shipped, so a
package should be put through the receiving archive's validator before the first delivery (docs/desk.md).

A package whose metadata have errors is not made: a blank that only a person can fill would be refused anyway.
"""

from __future__ import annotations

import hashlib
import io
import re
import uuid
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from pipeline import __version__
from pipeline.batches import ledger
from pipeline.desk import desk, tt05
from pipeline.desk.finding_aids import xml_text
from pipeline.desk.handover import Collection, Entry
from pipeline.desk.tt05 import Agency, FileMetadata, Metadata
from pipeline.errors import UsageError

_METS = "http://www.loc.gov/METS/"
_XLINK = "http://www.w3.org/1999/xlink"
_CSIP = "https://DILCIS.eu/XML/METS/CSIPExtensionMETS"
_SIP_PROFILE = "https://earksip.dilcis.eu/profile/E-ARK-SIP.xml"
_NAMES = uuid.UUID("7d1b9f0e-6f5f-5c1e-9c55-5a6f1c7d2e10")  # ours: the same content gets the same identifier
_ZIP_TIME = (2000, 1, 1, 0, 0, 0)  # of the members, so that the same content gives the same bytes


_ALTO_PAGE = re.compile(rb'<Page\b[^>]*?\bID="([^"]+)"')


@dataclass(frozen=True, slots=True)
class _Part:
    """One file of a package: where it stands, relative to the METS that names it, and what is in it."""

    path: str
    content: bytes
    media_type: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest().upper()


def to_sip(out: Path, collection: Collection, agency: Agency, folder: str, created: str) -> tuple[str, bytes]:
    """The package of one hồ sơ as (name, ZIP). `created` is ISO 8601 with milliseconds and offset.

    Raises UsageError where there is no such hồ sơ, a document has no PDF, or the metadata have errors.
    """
    if not folder:
        raise UsageError("", "A package is made of one hồ sơ.", cure="Name it: --folder NUMBER.")
    made = tt05.metadata(collection, agency)
    file = next((file for file in made.files if file.folder.number == folder), None)
    if file is None:
        raise UsageError(folder, "There is no such hồ sơ.", cure="Give box and folder in a CSV (see --shelf).")
    blocking = _errors(made, file)
    if blocking:
        first = "; ".join(f"{item.file} {item.tag}: {item.message.rstrip('.')}" for item in blocking[:5])
        raise UsageError(folder, f"Missing or wrong in the metadata ({len(blocking)}): {first}.",
                         cure="Fill them in at the desk or in the CSV (see `sohoa export tt05`).")
    name = "uuid-" + str(uuid.uuid5(_NAMES, file.values["fileCode"] + "".join(
        entry.plan.source.sha256 for entry, _ in file.documents))).upper()
    inner = [part for number, (entry, values) in enumerate(file.documents, 1)
             for part in _document_parts(out, entry, values, number)]
    representation = _mets("rep1", inner, created, agency, "representation")
    parts = [
        _Part("metadata/descriptive/EAD.xml", tt05.to_xml(file.values), "text/xml"),
        _Part("representations/rep1/METS.xml", representation, "text/xml"),
    ]
    root = _mets(name, parts, created, agency, "package")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        _store(archive, f"{name}/METS.xml", root)
        for part in parts:
            _store(archive, f"{name}/{part.path}", part.content)
        for part in inner:
            _store(archive, f"{name}/representations/rep1/{part.path}", part.content)
    return f"{name}.zip", content.getvalue()


def _errors(made: Metadata, file: FileMetadata) -> list[tt05.Finding]:
    names = {entry.name for entry, _ in file.documents} | {f"[{file.folder.number}]"}
    return [item for item in made.findings if item.level == "error" and item.file in names]


def _store(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, _ZIP_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, content)


def _document_parts(out: Path, entry: Entry, values: dict[str, str], number: int) -> list[_Part]:
    name = values["docCode"] or f"{number:07}"
    return [
        _Part(f"metadata/descriptive/EAD_doc_{name}.xml", tt05.to_xml(values), "text/xml"),
        _Part(f"data/{name}.pdf", pdf_of(out, entry), "application/pdf"),
    ]


def pdf_of(out: Path, entry: Entry) -> bytes:
    """The searchable PDF/A of a document, else its input where that is a PDF. Raises UsageError: neither is there."""
    made = entry.folder / "searchable.pdf"
    if made.is_file():
        return made.read_bytes()
    row = desk.inputs(out).get(entry.name)  # none for a document that shares its file with others
    if row is not None and row.media_type == "application/pdf" and ledger.path_of(row).is_file():
        return ledger.path_of(row).read_bytes()
    raise UsageError(entry.name, "There is no PDF of this document.", cure="Run `sohoa run --formats default,pdf`.")


def _mets(name: str, parts: Sequence[_Part], created: str, agency: Agency, kind: str) -> bytes:
    for prefix, space in (("", _METS), ("xlink", _XLINK), ("csip", _CSIP)):
        ElementTree.register_namespace(prefix, space)
    root = Element(f"{{{_METS}}}mets", {
        "OBJID": name, "TYPE": "Textual works – Digitised", "PROFILE": _SIP_PROFILE,
        f"{{{_CSIP}}}CONTENTINFORMATIONTYPE": "OTHER", "LABEL": name,
    })
    head = SubElement(root, f"{{{_METS}}}metsHdr", {
        "CREATEDATE": created, "RECORDSTATUS": "NEW", f"{{{_CSIP}}}OAISPACKAGETYPE": "SIP"})
    if agency.name:
        agent = SubElement(head, f"{{{_METS}}}agent", {"ROLE": "CREATOR", "TYPE": "ORGANIZATION"})
        SubElement(agent, f"{{{_METS}}}name").text = xml_text(agency.name)
    program = SubElement(head, f"{{{_METS}}}agent", {"ROLE": "CREATOR", "TYPE": "OTHER", "OTHERTYPE": "SOFTWARE"})
    SubElement(program, f"{{{_METS}}}name").text = "sohoa"
    SubElement(program, f"{{{_METS}}}note", {f"{{{_CSIP}}}NOTETYPE": "SOFTWARE VERSION"}).text = __version__
    described = [part for part in parts if part.path.startswith("metadata/")]
    for number, part in enumerate(described, 1):
        section = SubElement(root, f"{{{_METS}}}dmdSec", {"ID": f"dmd-{number}", "CREATED": created})
        SubElement(section, f"{{{_METS}}}mdRef", {
            "LOCTYPE": "URL", "MDTYPE": "OTHER", "OTHERMDTYPE": "simpledc", f"{{{_XLINK}}}type": "simple",
            f"{{{_XLINK}}}href": part.path, **_fixity(part, created)})
    section = SubElement(root, f"{{{_METS}}}fileSec")
    use = "data" if kind == "representation" else "representations/rep1"
    group = SubElement(section, f"{{{_METS}}}fileGrp", {"USE": use})
    names = []
    for number, part in enumerate((part for part in parts if part not in described), 1):
        names.append(f"file-{number}")
        file = SubElement(group, f"{{{_METS}}}file", {"ID": names[-1], **_fixity(part, created)})
        SubElement(file, f"{{{_METS}}}FLocat", {
            "LOCTYPE": "URL", f"{{{_XLINK}}}type": "simple", f"{{{_XLINK}}}href": part.path})
    structure = SubElement(root, f"{{{_METS}}}structMap", {"TYPE": "PHYSICAL", "LABEL": "CSIP"})
    whole = SubElement(structure, f"{{{_METS}}}div", {"LABEL": name})
    told = {"LABEL": "Metadata"}
    if described:
        told["DMDID"] = " ".join(f"dmd-{number}" for number in range(1, len(described) + 1))
    SubElement(whole, f"{{{_METS}}}div", told)
    data = SubElement(whole, f"{{{_METS}}}div", {"LABEL": use})
    if kind == "package":  # the METS of the representation stands for all that is in it
        SubElement(data, f"{{{_METS}}}mptr", {
            "LOCTYPE": "URL", f"{{{_XLINK}}}type": "simple", f"{{{_XLINK}}}href": f"{use}/METS.xml",
            f"{{{_XLINK}}}title": names[0]})
    else:
        for file_name in names:
            SubElement(data, f"{{{_METS}}}fptr", {"FILEID": file_name})
    return tt05.xml_bytes(root)


def _fixity(part: _Part, created: str) -> dict[str, str]:
    return {"MIMETYPE": part.media_type, "SIZE": str(len(part.content)), "CREATED": created,
            "CHECKSUM": part.digest, "CHECKSUMTYPE": "SHA-256"}


def to_mets(entry: Entry, created: str) -> bytes:
    """METS of one document over the outputs that are there: PDF, ALTO, text, record; a division for each page."""
    for prefix, space in (("", _METS), ("xlink", _XLINK)):
        ElementTree.register_namespace(prefix, space)
    label = xml_text(entry.plan.title or entry.name)
    root = Element(f"{{{_METS}}}mets", {"OBJID": xml_text(entry.name), "LABEL": label})
    SubElement(root, f"{{{_METS}}}metsHdr", {"CREATEDATE": created})
    section = SubElement(root, f"{{{_METS}}}fileSec")
    named = {}
    alto_pages: list[str] = []
    for use, name, media_type in (("PDF", "searchable.pdf", "application/pdf"), ("ALTO", "alto.xml", "text/xml"),
                                  ("TEXT", "text.txt", "text/plain"), ("RECORD", "record.json", "application/json")):
        path = entry.folder / name
        if path.is_file():
            part = _Part(name, path.read_bytes(), media_type)
            if use == "ALTO":
                alto_pages = [found.decode() for found in _ALTO_PAGE.findall(part.content)]
            group = SubElement(section, f"{{{_METS}}}fileGrp", {"USE": use})
            file = SubElement(group, f"{{{_METS}}}file", {"ID": use, **_fixity(part, created)})
            SubElement(file, f"{{{_METS}}}FLocat", {
                "LOCTYPE": "URL", f"{{{_XLINK}}}type": "simple", f"{{{_XLINK}}}href": name})
            named[use] = file
    structure = SubElement(root, f"{{{_METS}}}structMap", {"TYPE": "PHYSICAL"})
    whole = SubElement(structure, f"{{{_METS}}}div", {"TYPE": "document", "LABEL": label})
    for use in named:
        if use != "ALTO":
            SubElement(whole, f"{{{_METS}}}fptr", {"FILEID": use})
    for order in range(1, entry.plan.source.pages + 1):
        place = SubElement(whole, f"{{{_METS}}}div", {"TYPE": "page", "ORDER": str(order)})
        if order <= len(alto_pages):
            pointer = SubElement(place, f"{{{_METS}}}fptr")
            SubElement(pointer, f"{{{_METS}}}area", {
                "FILEID": "ALTO", "BETYPE": "IDREF", "BEGIN": alto_pages[order - 1]})
    return tt05.xml_bytes(root)
