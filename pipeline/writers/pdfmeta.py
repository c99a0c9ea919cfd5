"""Metadata of a searchable PDF: one set of facts, written alike as XMP and as the document information.

Only properties of the Dublin Core, XMP Basic, Adobe PDF and PDF/A identification schemas are used, with
the value types that XMP (ISO 16684-1) gives them; PDF/A allows these without a schema description. No
clock is read: the same record gives the same bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pikepdf
from pikepdf import Dictionary, Name, Pdf

import pipeline
from pipeline.plan import Plan, printed_date, printed_number
from pipeline.writers.xmltext import escaped, xml_safe

PRODUCER = f"sohoa {pipeline.__version__}"
LANGUAGE = "vi-VN"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the metadata say; None or "" where the record does not know. `date` is EDTF, `created` ISO 8601."""

    title: str = ""
    author: str = ""
    subject: str = ""
    keywords: str = ""
    type_name: str = ""
    identifier: str = ""
    date: str = ""
    source: str = ""
    created: str = ""
    creator_tool: str = ""


def facts_of(plan: Plan, pdf: Pdf) -> Facts:
    """From the record; what it lacks is taken from the file's own information, never made up.

    The author is the issuing body (cơ quan ban hành), the title the type name with the trích yếu, the subject
    number, place and date in the words of the record.
    """
    info = pdf.trailer.get("/Info", Dictionary())
    kind = plan.document_type.name or ""
    title = " ".join(part for part in (kind, plan.title) if part) if plan.title else ""
    named = identifier(plan.number.number, plan.number.symbol)
    symbol = plan.number.symbol
    number = f"Số {named}" if named else f"Ký hiệu {symbol}" if symbol else ""
    parts = (number, plan.issued.place or "", vietnamese_date(plan.issued.date))
    subject = ", ".join(part for part in parts if part)
    return Facts(
        title=title or _text(info, "/Title"),
        author=plan.issuer.name or _text(info, "/Author"),
        subject=subject or _text(info, "/Subject"),
        keywords=_text(info, "/Keywords"),
        type_name=kind,
        identifier=named,
        date=plan.issued.date or "",
        source=plan.source.file,
        created=iso_date(_text(info, "/CreationDate")),
        creator_tool=_text(info, "/Creator"),
    )


def identifier(number: str | None, symbol: str | None) -> str:
    """Number and symbol as printed; "" without a number, since a symbol alone names no document."""
    return printed_number(number, symbol) if number else ""


def vietnamese_date(date: str | None) -> str:
    """ "2024-01-23" as "ngày 23/01/2024", "2024-01" as "tháng 01/2024", "2024" as "năm 2024"; "" for others."""
    if not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", date or ""):
        return ""
    word = {10: "ngày", 7: "tháng"}.get(len(date or ""), "năm")
    return f"{word} {printed_date(date)}"


def _text(info: pikepdf.Object, key: str) -> str:
    # A damaged trailer may name a number as its information.
    value = info.get(key) if isinstance(info, Dictionary) else None
    return xml_safe(str(value)).strip() if isinstance(value, pikepdf.String) else ""


_PDF_DATE = re.compile(
    r"(?:D:)?(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2}))?)?)?)?)?"
    r"(?:(Z)|([+-])(\d{2})'?(\d{2})?'?)?.*"
)


def iso_date(pdf_date: str) -> str:
    """A PDF date (D:20171122083000+07'00') as ISO 8601, to the precision it has; "" where it is none."""
    match = _PDF_DATE.fullmatch(pdf_date)
    if match is None:
        return ""
    year, month, day, hour, minute, second, zulu, sign, zone_hour, zone_minute = match.groups()
    limits = ((month, 1, 12), (day, 1, 31), (hour, 0, 23), (minute, 0, 59), (second, 0, 59), (zone_hour, 0, 23))
    if any(part is not None and not low <= int(part) <= high for part, low, high in limits):
        return ""
    date = "-".join(part for part in (year, month, day) if part)
    if not hour or not minute:  # XMP has no hour without minutes
        return date
    zone = "Z" if zulu else f"{sign}{zone_hour}:{zone_minute or '00'}" if sign else ""
    return f"{date}T{hour}:{minute}:{second or '00'}{zone}"


# Name, value and kind of container ("alt", "seq", "bag", "") of each property, from the facts.
def _properties(facts: Facts) -> tuple[tuple[str, str, str], ...]:
    return (
        ("dc:title", facts.title, "alt"),
        ("dc:creator", facts.author, "seq"),
        ("dc:description", facts.subject, "alt"),
        ("dc:date", facts.date if re.fullmatch(r"\d{4}(-\d{2}){0,2}", facts.date) else "", "seq"),
        ("dc:type", facts.type_name, "bag"),
        ("dc:identifier", facts.identifier, ""),
        ("dc:source", facts.source, ""),
        ("dc:language", LANGUAGE, "bag"),
        ("dc:format", "application/pdf", ""),
        ("pdf:Keywords", facts.keywords, ""),
        ("pdf:Producer", PRODUCER, ""),
        ("xmp:CreatorTool", facts.creator_tool, ""),
        ("xmp:CreateDate", facts.created, ""),
    )


def xmp(facts: Facts, part: int | None) -> bytes:
    """The XMP packet; `part` is that of PDF/A claimed (level B), None for no claim."""
    lines = []
    for name, value, kind in _properties(facts):
        if not value:
            continue
        text = escaped(value)
        if kind:
            language = ' xml:lang="x-default"' if kind == "alt" else ""
            text = f"<rdf:{kind.capitalize()}><rdf:li{language}>{text}</rdf:li></rdf:{kind.capitalize()}>"
        lines.append(f"   <{name}>{text}</{name}>")
    if part is not None:
        lines += [f"   <pdfaid:part>{part}</pdfaid:part>", "   <pdfaid:conformance>B</pdfaid:conformance>"]
    body = "\n".join(lines)
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        ' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        '  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"'
        ' xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">\n'
        f"{body}\n  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n"
        '<?xpacket end="w"?>'
    ).encode()


# The entries of the document information that XMP mirrors, and the fact that each holds.
INFO = (
    ("/Title", "title"), ("/Author", "author"), ("/Subject", "subject"), ("/Keywords", "keywords"),
    ("/Creator", "creator_tool"),
)


def write_metadata(pdf: Pdf, facts: Facts, part: int | None) -> None:
    """Set XMP and document information to `facts`. Entries of the file's own that have no twin in XMP stay."""
    stream = pdf.make_stream(xmp(facts, part))
    stream.Type = Name.Metadata
    stream.Subtype = Name.XML
    pdf.Root.Metadata = stream
    if not isinstance(pdf.trailer.get("/Info"), Dictionary):
        pdf.trailer.Info = pdf.make_indirect(Dictionary())
    info = pdf.docinfo
    for key, name in INFO:
        value = getattr(facts, name)
        if value:
            info[key] = pikepdf.String(value)
        elif key in info:
            del info[key]
    info["/Producer"] = pikepdf.String(PRODUCER)
    # The date of this rewriting is not told, and the old one would be wrong.
    for key in ("/ModDate",) if facts.created else ("/ModDate", "/CreationDate"):
        if key in info:
            del info[key]
    if "/Lang" not in pdf.Root:
        pdf.Root.Lang = pikepdf.String(LANGUAGE)
