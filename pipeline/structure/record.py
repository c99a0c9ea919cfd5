"""From the parts of a document to its record: every field of the contract, its evidence and its warnings.

The order of the readers and nothing else: head, foot, grounds, sections, targets, periods, times, duties, checks. Each
reader is a module of its own that knows one kind of field and hands back where each value stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.document import Document, Notice
from pipeline.knowledge import citations, dates
from pipeline.knowledge.citation_parts import Citation as FoundCitation
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.vietnamese import fold
from pipeline.plan import (
    Assignment,
    Citation,
    Deadline,
    DocumentType,
    Evidence,
    Issued,
    Issuer,
    Number,
    Period,
    Plan,
    Recipient,
    Section,
    Signature,
    Source,
    Target,
    TextOrigin,
    Warning_,
)
from pipeline.structure import checks, duties, foot, header, periods, targets, times
from pipeline.structure.flow import Structure, structure
from pipeline.structure.passages import Node, Paragraph, Place

SURE = 0.8  # a word or field under this is one that a person should look at; the restoration flags the same words


_SEVERAL_YEARS = re.compile(r"((?:19|20)\d{2})\s*[-–]\s*(?:19|20)\d{2}")


def _first_year(head: header.Header) -> int | None:
    """The first year that a plan is for: its year, or that from which its title counts ("giai đoạn 2016 - 2020")."""
    several = _SEVERAL_YEARS.search(head.title or "")
    return int(several[1]) if head.year is None and several is not None else head.year


def read_record(document: Document) -> Plan:
    """The record of a restored, upright document whose tables are found.

    Pure. Boxes in `evidence` are in points of the upright page; text without boxes has evidence without boxes.
    """
    parts = structure(document)
    head = header.read_header(parts.lines, parts.paragraphs, parts.nodes)
    end = foot.read_foot(parts.lines, head.issuing.issuer)
    places = {**head.places, **end.places}
    basis, doubtful = _legal_basis(parts, head, places)
    found_targets, left_out = targets.find_targets(parts.nodes, _first_year(head))
    found_periods = periods.find_periods(parts.nodes)
    found_deadlines = times.find_deadlines(parts.nodes, found_periods, head.date)
    found_duties = duties.find_assignments(parts.nodes, head.type_code)
    _note(places, "targets", found_targets, ("label", "indicator", "comparator", "value", "value_to", "unit", "text"))
    _note(places, "periods", found_periods, ("name", "start", "end"))
    _note(places, "deadlines", found_deadlines, ("date", "action"))
    _note(places, "assignments", found_duties, ("actor", "task", "section"))
    _note(places, "recipients", end.recipients, ("name", "note"))
    sections = tuple(_section(node, f"/sections/{i}", places) for i, node in enumerate(parts.nodes))
    unread = tuple(
        Notice("value_unreadable", f"target: {t.unread}", t.place.page, t.place.box)
        for t in found_targets
        if t.unread is not None
    )
    unplaced = tuple(Notice("value_unreadable", f"target: {v.text}", v.place.page, v.place.box) for v in left_out)
    warnings = checks.check(parts, head, end, basis, (*doubtful, *unread, *unplaced))
    evidence = {key: _evidence(place) for key, place in places.items() if place.raw or place.text}
    return Plan(
        source=_source(document),
        document_type=DocumentType(code=head.type_code, name=head.type_name),
        number=Number(number=head.number, symbol=head.symbol),
        issuer=Issuer(
            name=head.issuing.issuer,
            level=head.issuing.level,
            parent=head.issuing.parent,
            province=head.issuing.province,
            district=head.issuing.district,
            commune=head.issuing.commune,
        ),
        issued=Issued(place=head.place, date=head.date),
        title=head.title,
        year=head.year,
        theme=head.theme,
        legal_basis=basis,
        sections=sections,
        targets=tuple(
            Target(
                label=t.label,
                indicator=t.indicator,
                comparator=t.comparator,
                value=t.value,
                value_to=t.value_to,
                unit=t.unit,
                text=t.text,
            )
            for t in found_targets
        ),
        periods=tuple(Period(name=p.name, start=p.start, end=p.end) for p in found_periods),
        deadlines=tuple(Deadline(date=d.date, action=d.action) for d in found_deadlines),
        assignments=tuple(Assignment(actor=a.actor, task=a.task, section=a.section) for a in found_duties),
        recipients=tuple(Recipient(name=r.name, note=r.note) for r in end.recipients),
        archive=end.archive,
        signature=Signature(authority=end.authority, title=end.title, name=end.name),
        warnings=tuple(Warning_(code=w.code, message=w.message, page=w.page) for w in warnings),  # type: ignore[arg-type]
        confidence=_confidence(document, evidence),
        evidence=evidence,
    )


def _source(document: Document) -> Source:
    origins: list[TextOrigin] = [page.origin for page in document.pages if page.status == "ok"]
    unread: TextOrigin = "text-file" if document.media_type.startswith("text/") else "ocr"
    origin = max(set(origins), key=origins.count) if origins else unread
    return Source(
        file=document.file,
        sha256=document.sha256,
        media_type=document.media_type,
        pages=len(document.pages),
        text_origin=origin,
    )


_CARRIES = re.compile(r"\bkem theo\s+\Z")
_YEAR_FIRST = re.compile(r"(?:19|20)\d{2}/")


def _is_self(found: FoundCitation, head: header.Header, before: str = "") -> bool:
    """Whether a mention is of this document: "(Kèm theo Kế hoạch số 38/KH-UBND ngày ...)" over an annex."""
    if found.number is None or head.symbol is None or found.type != head.type_name:
        return False
    symbol = found.number.lstrip("0123456789").strip("/- .…_")
    if fold(_YEAR_FIRST.sub("", symbol)) != fold(_YEAR_FIRST.sub("", head.symbol)):
        return False
    if not found.number[0].isdigit() and _CARRIES.search(aligned(before)):
        return True  # "(Kèm theo Quyết định số /QĐ-TTg ngày tháng năm 2025 ...)": set before the number was given
    if head.number is None:
        if _CARRIES.search(aligned(before)):
            return True  # "(Ban hành kèm theo Thông tư số 4#/2020/TT-BYT": written by hand here as in the head
        return not found.number[0].isdigit() or (found.date is not None and found.date == head.date)
    return found.number.lstrip("0").startswith((f"{head.number.lstrip('0')}/", f"{head.number.lstrip('0')}-"))


def _is_named_only(found: FoundCitation) -> bool:
    """Whether a congress's resolution is only spoken of ("Nghị quyết Đại hội Đảng bộ xã"), not cited."""
    cited = found.number or found.date or found.kind == "law"
    return not cited and found.type == "Nghị quyết" and (found.subject or "").startswith("Đại hội")


def _legal_basis(
    parts: Structure, head: header.Header, places: dict[str, Place]
) -> tuple[tuple[Citation, ...], tuple[Notice, ...]]:
    """Every cited instrument once, in order of first mention, with where it is first mentioned; and those whose number
    cannot be read."""
    mentions: list[FoundCitation] = []
    where: list[Paragraph] = []
    for paragraph in parts.paragraphs:
        if paragraph.area not in ("basis", "body", "annex", "addressee"):
            continue
        for found in citations.find_citations(paragraph.text):
            if _is_self(found, head, paragraph.text[: found.start]) or _is_named_only(found):
                continue
            mentions.append(_as_legible(found, paragraph))
            where.append(paragraph)
    result = []
    unread = []
    for index, found in enumerate(citations.merge_citations(mentions)):
        at = _first_mention(found, mentions)
        if at is not None:
            mention, paragraph = mentions[at], where[at]
            for name in ("type", "number", "date", "issuer", "subject"):
                value = getattr(found, name)
                if value is not None:
                    places[f"/legal_basis/{index}/{name}"] = _place_in(paragraph, mention, name, value)
            if mention.doubt is not None and mention.doubt.startswith("number read as"):
                place = _place_in(paragraph, mention, "number", mention.number or "")
                unread.append(Notice("value_unreadable", f"cited: {mention.doubt}", place.page, place.box))
        result.append(
            Citation(type=found.type, number=found.number, date=found.date, issuer=found.issuer, subject=found.subject)
        )
    return tuple(result), tuple(unread)


UNREAD = 0.5  # confidence of a word under which another look's figures are as likely as its own
_CITED_NUMBER = re.compile(r"\d+[A-Za-z]?(?=[/-])")


def _as_legible(found: FoundCitation, paragraph: Paragraph) -> FoundCitation:
    """The citation without a number of which two looks saw other figures, none surely: one written by hand. Its symbol
    stays, and `doubt` tells what was read."""
    number = found.number or ""
    figures = _CITED_NUMBER.match(number)
    if figures is None:
        return found
    for word in (word for line in paragraph.lines for word in line.words if word.readings and number in word.text):
        other = (_CITED_NUMBER.match(reading.text) for reading in word.readings)
        if word.confidence < UNREAD and any(seen is not None and seen[0] != figures[0] for seen in other):
            return replace(found, number=number[figures.end() :], doubt=f"number read as {number}")
    return found


def _first_mention(found: FoundCitation, mentions: Sequence[FoundCitation]) -> int | None:
    """Index of the mention that a merged instrument begins with."""
    same = [i for i, mention in enumerate(mentions) if mention.type == found.type]
    exact = (i for i in same if (mentions[i].number, mentions[i].subject) == (found.number, found.subject))
    by_number = (i for i in same if mentions[i].number == found.number)
    return next(exact, next(by_number, None))


def _place_in(paragraph: Paragraph, mention: FoundCitation, name: str, value: str) -> Place:
    """Where one field of a citation stands: its words, or for a date the date's words."""
    sure = 0.8 if mention.doubt else 1.0
    if name == "date":
        for date in dates.find_dates(paragraph.text[mention.start : mention.end]):
            if date.edtf == value:
                digits = next((i for i, sign in enumerate(date.raw) if sign.isdigit()), 0)  # "ngày" is no part of it
                return paragraph.place(mention.start + date.start + digits, mention.start + date.end, sure)
    return paragraph.place_of(value, mention.start, mention.end, sure)


def _note(places: dict[str, Place], name: str, entries: Sequence[object], fields: Iterable[str]) -> None:
    for index, entry in enumerate(entries):
        whole: Place | None = getattr(entry, "place", None)
        parts: dict[str, Place] = dict(getattr(entry, "parts", ()))
        for field in fields:
            place = parts.get(field, whole)
            if place is not None and getattr(entry, field) is not None:
                places[f"/{name}/{index}/{field}"] = place


def _section(node: Node, pointer: str, places: dict[str, Place]) -> Section:
    if node.title is not None:
        start = node.title.marker.text_start if node.title.marker is not None else 0
        if node.label is not None and start:
            places[f"{pointer}/label"] = node.title.place(0, start)
        if node.heading is not None:
            places[f"{pointer}/heading"] = node.title.place(start if start < len(node.title.text) else 0)
    texts: list[str] = []
    for paragraph in node.content:
        if paragraph.table is not None or not paragraph.body.strip():
            continue
        offset = (
            paragraph.marker.text_start if paragraph.marker is not None and paragraph.marker.family != "bullet" else 0
        )
        places[f"{pointer}/paragraphs/{len(texts)}"] = paragraph.place(offset)
        texts.append(paragraph.body.strip())
    return Section(
        label=node.label,
        heading=node.heading,
        kind=node.kind,  # type: ignore[arg-type]
        paragraphs=tuple(texts),
        children=tuple(_section(child, f"{pointer}/children/{i}", places) for i, child in enumerate(node.children)),
    )


def _evidence(place: Place) -> Evidence:
    return Evidence(
        page=place.page,
        box=place.box.rounded() if place.box is not None else None,
        raw=place.raw,
        text=place.text,
        confidence=round(place.confidence, 3),
    )


def _confidence(document: Document, evidence: dict[str, Evidence]) -> float:
    """Share of words and of fields that are sure, each half of the whole; 0 for a document without words."""
    words = [word.confidence for word in document.words() if word.text]
    if not words:
        return 0.0
    fields = [item.confidence for item in evidence.values()]
    sure_words = sum(c >= SURE for c in words) / len(words)
    sure_fields = sum(c >= SURE for c in fields) / len(fields) if fields else 0.0
    return round((sure_words + sure_fields) / 2, 3)
