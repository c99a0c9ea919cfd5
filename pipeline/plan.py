"""The plan record as types: what `record.json` holds, field by field (see docs/formats.md).

Pydantic models, frozen, unknown names refused: this is the border that other programs read, and it
gives the JSON Schema of `sohoa schema`. A field that is not on the paper is None or empty; nothing is
ever filled in. Inside the pipeline build them with their constructor only (`model_copy(update=...)`
does not validate).
"""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

TextOrigin = Literal["ocr", "text-layer", "text-file"]
Level = Literal["central", "province", "district", "commune", "other"]
Comparator = Literal["=", ">=", "<=", ">", "<", "range"]
SectionKind = Literal[
    "purpose", "requirements", "purpose_requirements", "situation", "content", "targets", "tasks",
    "organisation", "funding", "timeline", "rewards", "appendix",
]
WarningCode = Literal[
    "numbering_gap", "numbering_duplicate", "missing_component", "page_artifact", "low_confidence",
    "ocr_page_failed", "text_layer_rejected", "value_unreadable",
]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Model):
    """Where the record comes from. `file` is relative to the scan folder."""

    file: str
    sha256: str
    media_type: str
    pages: int
    text_origin: TextOrigin


class DocumentType(_Model):
    """Type by Nghị định 30/2020/NĐ-CP, annex III: {"code": "KH", "name": "Kế hoạch"}."""

    code: str | None = None
    name: str | None = None


class Number(_Model):
    """Số, ký hiệu. "Số: /KH-UBND" has number None and symbol "KH-UBND"."""

    number: str | None = None
    symbol: str | None = None


def printed_number(number: str | None, symbol: str | None) -> str:
    """Number and symbol in one, as printed: the State writes 29/KH-UBND and 148/2020/TT-BCA, the Party 12-KH/HPN.

    >>> printed_number("12", "KH/HPN"), printed_number(None, "KH-UBND"), printed_number("29", None)
    ('12-KH/HPN', '/KH-UBND', '29')
    """
    if not symbol:
        return number or ""
    party = "/" in symbol and not re.match(r"\d{4}/", symbol)
    return f"{number or ''}{'-' if party else '/'}{symbol}"


def printed_date(date: str | None) -> str:
    """A date of the record (EDTF) as it is written in a Vietnamese table, its precision kept.

    >>> printed_date("2024-01-23"), printed_date("2024-01"), printed_date("2024"), printed_date(None)
    ('23/01/2024', '01/2024', '2024', '')
    """
    return "/".join(reversed(date.split("-"))) if date else ""


class Issuer(_Model):
    """Cơ quan ban hành, in full form."""

    name: str | None = None
    level: Level | None = None
    parent: str | None = None
    province: str | None = None
    district: str | None = None
    commune: str | None = None


class Issued(_Model):
    """Địa danh, thời gian ban hành. `date` is EDTF level 0."""

    place: str | None = None
    date: str | None = None


class Citation(_Model):
    """One cited instrument (căn cứ), wording as printed."""

    type: str | None = None
    number: str | None = None
    date: str | None = None
    issuer: str | None = None
    subject: str | None = None


class Section(_Model):
    """A node of the outline: `label` as numbered, `heading` where it has one, own paragraphs, children."""

    label: str | None = None
    heading: str | None = None
    kind: SectionKind | None = None
    paragraphs: tuple[str, ...] = ()
    children: tuple[Section, ...] = ()


class Target(_Model):
    """Chỉ tiêu: one measurable target. `value` is a decimal string with a point."""

    label: str | None = None
    indicator: str | None = None
    comparator: Comparator | None = None
    value: str | None = None
    value_to: str | None = None
    unit: str | None = None
    text: str


class Period(_Model):
    """Đợt, giai đoạn: a campaign or phase; dates in EDTF."""

    name: str | None = None
    start: str | None = None
    end: str | None = None


class Deadline(_Model):
    """What is due when; `date` in EDTF."""

    date: str
    action: str | None = None


class Assignment(_Model):
    """Who is to do what; `section` is the path of labels, "III.3"."""

    actor: str
    task: str
    section: str | None = None


class Recipient(_Model):
    """One line of Nơi nhận; `note` is what stands in its parentheses."""

    name: str
    note: str | None = None


class Signature(_Model):
    """Quyền hạn, chức vụ, họ tên of the signer."""

    authority: str | None = None
    title: str | None = None
    name: str | None = None


class Warning_(_Model):
    """What a person should look at."""

    code: WarningCode
    message: str
    page: int | None = None


class Evidence(_Model):
    """Where a scalar stands: page from 1, box in PDF points (origin top left), raw and restored text."""

    page: int | None = None
    box: tuple[float, float, float, float] | None = None
    raw: str
    text: str
    confidence: float = Field(ge=0, le=1)


class Plan(_Model):
    """The whole record. `evidence` is keyed by JSON Pointer into this record."""

    schema_version: Literal["1.0"] = "1.0"
    source: Source
    document_type: DocumentType = DocumentType()
    number: Number = Number()
    issuer: Issuer = Issuer()
    issued: Issued = Issued()
    title: str | None = None
    year: int | None = None
    theme: str | None = None
    legal_basis: tuple[Citation, ...] = ()
    sections: tuple[Section, ...] = ()
    targets: tuple[Target, ...] = ()
    periods: tuple[Period, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    archive: str | None = None
    signature: Signature = Signature()
    warnings: tuple[Warning_, ...] = ()
    confidence: float = Field(ge=0, le=1, default=0.0)
    evidence: dict[str, Evidence] = {}

    def as_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the record."""
    schema = Plan.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
