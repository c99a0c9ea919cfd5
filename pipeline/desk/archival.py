"""Forms other archives take: AtoM's ISAD CSV, Dublin Core XML, EAD3, Nghị định 30/2020/NĐ-CP annex VI.

A field that the record does not know is left out; none is guessed. The header of the AtoM CSV is exact to the
letter, since AtoM drops what it does not know without a word.
"""

from __future__ import annotations

from urllib.parse import quote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from pipeline.desk.finding_aids import folders, symbol_of, xml_text
from pipeline.desk.handover import Collection, Entry, sheets
from pipeline.desk.sheets import csv_text
from pipeline.desk.tt05 import Agency, xml_bytes

ATOM_HEADER = (
    "legacyId", "parentId", "qubitParentSlug", "accessionNumber", "identifier", "title", "levelOfDescription",
    "extentAndMedium", "repository", "archivalHistory", "acquisition", "scopeAndContent", "appraisal", "accruals",
    "arrangement", "accessConditions", "reproductionConditions", "language", "script", "languageNote",
    "physicalCharacteristics", "findingAids", "locationOfOriginals", "locationOfCopies",
    "relatedUnitsOfDescription", "publicationNote", "digitalObjectPath", "digitalObjectURI", "generalNote",
    "subjectAccessPoints", "placeAccessPoints", "nameAccessPoints", "genreAccessPoints", "descriptionIdentifier",
    "institutionIdentifier", "rules", "descriptionStatus", "levelOfDetail", "revisionHistory",
    "languageOfDescription", "scriptOfDescription", "sources", "archivistNote", "publicationStatus",
    "physicalObjectName", "physicalObjectLocation", "physicalObjectType", "alternativeIdentifiers",
    "alternativeIdentifierLabels", "eventDates", "eventTypes", "eventStartDates", "eventEndDates", "eventActors",
    "eventActorHistories", "culture",
)


def to_atom(collection: Collection, agency: Agency | None = None) -> str:
    """AtoM ISAD CSV: a description for each hồ sơ and under it one for each document. Status "Draft".

    Several values of one cell are joined by "|"; a bar inside a value becomes "/".
    """
    agency = agency or Agency()
    rows = []
    for folder in folders(collection):
        parent = ""
        if folder.number:
            parent = f"file/{folder.box}/{folder.number}"
            first, last = folder.dates
            rows.append(_atom_row({
                "legacyId": parent, "identifier": folder.number, "title": folder.title,
                "levelOfDescription": "File", "extentAndMedium": f"{len(folder.entries)} văn bản; {folder.pages} trang",
                "repository": agency.name, "physicalObjectName": f"Hộp {folder.box}" if folder.box else "",
                "physicalObjectType": "Box" if folder.box else "", "eventTypes": "Creation" if first else "",
                "eventStartDates": first, "eventEndDates": last,
                "eventDates": first if first == last else f"{first}/{last}",
                "language": "vi", "script": "Latn", "publicationStatus": "Draft", "culture": "vi",
            }))
        rows += [_atom_row(_atom_item(entry, parent, agency)) for entry in folder.entries]
    return csv_text(ATOM_HEADER, rows)


def _atom_row(values: dict[str, str]) -> list[str]:
    return [values.get(name, "") for name in ATOM_HEADER]


def _bar(*values: str | None) -> str:
    return "|".join(value.replace("|", "/") for value in dict.fromkeys(values) if value)


def _atom_item(entry: Entry, parent: str, agency: Agency) -> dict[str, str]:
    plan = entry.plan
    date = plan.issued.date or ""
    places = (plan.issuer.province, plan.issuer.district, plan.issuer.commune)
    notes = [entry.shelf.get("note", "")]
    if entry.failed_pages:
        notes.append(f"{entry.failed_pages} trang không đọc được")
    searchable = entry.folder / "searchable.pdf"
    return {
        "legacyId": entry.name, "parentId": parent, "identifier": symbol_of(entry),
        "title": " ".join(part for part in (plan.document_type.name, plan.title) if part) or entry.name,
        "levelOfDescription": "Item", "extentAndMedium": f"{plan.source.pages} trang", "repository": agency.name,
        "language": "vi", "script": "Latn", "placeAccessPoints": _bar(*places),
        "nameAccessPoints": _bar(plan.issuer.name, plan.signature.name),
        "genreAccessPoints": _bar(plan.document_type.name),
        "digitalObjectPath": f"{entry.name}/searchable.pdf" if searchable.is_file() else "",
        "generalNote": _bar(*notes), "publicationStatus": "Draft", "culture": "vi",
        "physicalObjectName": f"Hộp {entry.shelf['box']}" if entry.shelf.get("box") else "",
        "physicalObjectType": "Box" if entry.shelf.get("box") else "", "eventDates": date,
        "eventTypes": "Creation" if date else "", "eventStartDates": date, "eventEndDates": date,
        "eventActors": plan.issuer.name or "",
    }


# --- Dublin Core ----------------------------------------------------------------------------------------

_OAI = "http://www.openarchives.org/OAI/2.0/oai_dc/"
_DC = "http://purl.org/dc/elements/1.1/"


def to_dublin_core(collection: Collection) -> bytes:
    """A list of `oai_dc:dc` elements, one for each document (TCVN 7980 names the same fifteen elements)."""
    ElementTree.register_namespace("oai_dc", _OAI)
    ElementTree.register_namespace("dc", _DC)
    root = Element("records")
    for entry in collection.entries:
        record = SubElement(root, f"{{{_OAI}}}dc")
        for name, value in _dublin_core(entry):
            if value:
                SubElement(record, f"{{{_DC}}}{name}").text = xml_text(value)
    return xml_bytes(root)


def _dublin_core(entry: Entry) -> list[tuple[str, str | None]]:
    plan = entry.plan
    return [
        ("identifier", symbol_of(entry)), ("identifier", f"sha256:{plan.source.sha256}"), ("title", plan.title),
        ("creator", plan.issuer.name), ("contributor", plan.signature.name), ("date", plan.issued.date),
        ("type", plan.document_type.name), ("format", plan.source.media_type), ("language", "vi"),
        ("source", entry.name), ("description", plan.theme), ("coverage", str(plan.year) if plan.year else None),
        *(("coverage", place) for place in (plan.issuer.commune, plan.issuer.district, plan.issuer.province)),
    ]


# --- EAD3 -----------------------------------------------------------------------------------------------

_EAD = "http://ead3.archivists.org/schema/"


def to_ead(collection: Collection, agency: Agency | None = None, made: str = "") -> bytes:
    """A finding aid in EAD3: the fonds, in it each hồ sơ, in it each document. `made` is the day, ISO 8601.

    What nobody knows is left out, but for the few elements that EAD3 demands: they say "[chưa rõ]".
    """
    agency = agency or Agency()
    ElementTree.register_namespace("", _EAD)
    root = Element(f"{{{_EAD}}}ead")
    control = _ead(root, "control")
    _ead(control, "recordid", agency.code or agency.fonds or "sohoa")
    title = _ead(_ead(_ead(control, "filedesc"), "titlestmt"), "titleproper")
    title.text = f"Mục lục hồ sơ, tài liệu {agency.fonds or agency.name}".strip()
    if agency.catalogue:
        title.text += f", mục lục số {agency.catalogue}"
    _ead(control, "maintenancestatus").set("value", "derived")
    _ead(_ead(control, "maintenanceagency"), "agencyname", agency.name or _UNKNOWN)
    declared = _ead(control, "languagedeclaration")
    _ead(declared, "language", "Tiếng Việt").set("langcode", "vie")
    _ead(declared, "script", "Latinh").set("scriptcode", "Latn")
    event = _ead(_ead(control, "maintenancehistory"), "maintenanceevent")
    _ead(event, "eventtype").set("value", "derived")
    when = _ead(event, "eventdatetime", made or _UNKNOWN)
    if made:
        when.set("standarddatetime", made)
    _ead(event, "agenttype").set("value", "machine")
    _ead(event, "agent", "sohoa")
    fonds = _ead(root, "archdesc")
    fonds.set("level", "fonds")
    described = _ead(fonds, "did")
    if agency.name:
        _ead(_ead(described, "repository"), "corpname").append(_part(agency.name))
    _ead(described, "unittitle", agency.fonds or agency.name or _UNKNOWN)
    within = _ead(fonds, "dsc")
    for folder in folders(collection):
        parent = within
        if folder.number:
            parent = _ead(within, "c")
            parent.set("level", "file")
            own = _ead(parent, "did")
            _containers(own, folder.box, folder.number)
            _ead(own, "unitid", folder.number)
            _ead(own, "unittitle", folder.title or _UNKNOWN)
            _ead_dates(own, *folder.dates)
            _ead(own, "physdesc", f"{len(folder.entries)} văn bản; {folder.pages} trang")
        for entry in folder.entries:
            _ead_item(parent, entry)
    return xml_bytes(root)


_UNKNOWN = "[chưa rõ]"


def _ead(parent: Element, name: str, text: str | None = None) -> Element:
    child = SubElement(parent, f"{{{_EAD}}}{name}")
    if text is not None:
        child.text = xml_text(text)
    return child


def _part(text: str) -> Element:
    part = Element(f"{{{_EAD}}}part")
    part.text = xml_text(text)
    return part


def _containers(did: Element, box: str, folder: str) -> None:
    for kind, number in (("Hộp", box), ("Hồ sơ", folder)):
        if number:
            _ead(did, "container", number).set("localtype", kind)


def _ead_dates(did: Element, first: str, last: str) -> None:
    """Dates of the record are ISO 8601 to the precision that they have, as EAD3 wants them."""
    if not first:
        return
    if first == last:
        _ead(_ead(did, "unitdatestructured"), "datesingle", first).set("standarddate", first)
        return
    span = _ead(_ead(did, "unitdatestructured"), "daterange")
    _ead(span, "fromdate", first).set("standarddate", first)
    _ead(span, "todate", last).set("standarddate", last)


def _ead_item(parent: Element, entry: Entry) -> None:
    plan = entry.plan
    item = _ead(parent, "c")
    item.set("level", "item")
    did = _ead(item, "did")
    if symbol_of(entry):
        _ead(did, "unitid", symbol_of(entry))
    title = " ".join(part for part in (plan.document_type.name, plan.title) if part)
    _ead(did, "unittitle", title or entry.name)
    date = plan.issued.date or ""
    _ead_dates(did, date, date)
    _ead(did, "physdesc", f"{plan.source.pages} trang")
    if plan.issuer.name:
        _ead(_ead(did, "origination"), "corpname").append(_part(plan.issuer.name))
    if (entry.folder / "searchable.pdf").is_file():
        link = _ead(did, "dao")
        link.set("daotype", "derived")
        link.set("href", f"{quote(entry.name)}/searchable.pdf")
    said = [entry.shelf.get("note", ""), f"Tờ số {sheets(entry.shelf)}" if sheets(entry.shelf) else ""]
    if any(said):
        _ead(_ead(item, "odd"), "p", "; ".join(part for part in said if part))


# --- NĐ 30 annex VI -------------------------------------------------------------------------------------


def to_annex_vi(collection: Collection, agency: Agency | None = None) -> bytes:
    """Outgoing documents (văn bản đi) by annex VI, hồ sơ by hồ sơ. Urgency and retention are left to a person."""
    agency = agency or Agency()
    root = Element("Files")
    for folder in folders(collection):
        file = SubElement(root, "File")
        first, last = folder.dates
        code = Element("FileCode")
        _put(code, {"OrganId": agency.code, "FileCatalog": first[:4] if first[:4] == last[:4] else "",
                    "FileNotation": folder.number})
        if len(code):
            file.append(code)
        _put(file, {"Title": folder.title, "Maintenance": folder.maintenance, "Language": "Tiếng Việt",
                    "StartDate": first, "EndDate": last, "DocTotal": str(len(folder.entries)),
                    "PageTotal": str(folder.pages)})
        documents = SubElement(file, "Documents")
        for ordinal, entry in enumerate(folder.entries, 1):
            documents.append(_annex_vi_document(entry, ordinal, code if len(code) else None))
    return xml_bytes(root)


def _put(parent: Element, values: dict[str, str | None]) -> None:
    for name, value in values.items():
        if value:
            SubElement(parent, name).text = xml_text(value)


def _annex_vi_document(entry: Entry, ordinal: int, code: Element | None) -> Element:
    plan = entry.plan
    document = Element("Document")
    if code is not None:
        own = SubElement(document, "FileCode")
        _put(own, {child.tag: child.text for child in code})
    _put(document, {
        "DocOrdinal": str(ordinal), "TypeName": plan.document_type.name, "CodeNumber": plan.number.number,
        "CodeNotation": plan.number.symbol, "IssuedDate": plan.issued.date, "OrganName": plan.issuer.name,
        "Subject": plan.title, "Language": "Tiếng Việt", "PageAmount": str(plan.source.pages),
        "Description": entry.shelf.get("note"),
    })
    if plan.signature.title or plan.signature.name:
        _put(SubElement(document, "SignerInfo"), {"Position": plan.signature.title, "FullName": plan.signature.name})
    for recipient in plan.recipients:
        _put(SubElement(document, "To"), {"OrganName": recipient.name})
    return document
