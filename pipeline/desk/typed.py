"""What a person types into a field, in the form of the record: 4/1/2021 is 2021-01-04, 34,4 is 34.4.

The trouble: people type dates and numbers as they write them on paper, and the record promises EDTF and decimal
strings. What cannot be understood for certain is refused with the cure, at the desk as in a workbook; nothing is
guessed ("1.200" is twelve hundred for one person and one and a fifth for another).
"""

from __future__ import annotations

import re
from datetime import date

from pipeline.errors import UsageError
from pipeline.knowledge import dates

DATES = frozenset(("date", "start", "end"))
NUMBERS = frozenset(("value", "value_to"))

_EDTF = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_MONTH = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{4})", re.ASCII)
_DECIMAL = re.compile(r"[-+]?\d+(?:[.,]\d+)?", re.ASCII)
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(?:[.,]\d{3})+")


def value_of(pointer: str, text: str) -> str | int | None:
    """The text of a field as the record holds it; None for a blank one.

    >>> value_of("/issued/date", "4/1/2021"), value_of("/targets/0/value", "34,4"), value_of("/title", " ")
    ('2021-01-04', '34.4', None)

    Raises UsageError for what is no date, number or year where the record has one.
    """
    text = text.strip()
    member = pointer.rpartition("/")[2]
    if not text:
        return None
    if pointer == "/year":
        return _year(text)
    if member in DATES:
        return _date(text)
    return _number(text) if member in NUMBERS else text


def _year(text: str) -> int:
    if not re.fullmatch(r"[12]\d{3}", text):
        raise UsageError("", "This is no year.", cure="Enter four digits, such as 2024.")
    return int(text)


def _date(text: str) -> str:
    month = _MONTH.fullmatch(text)
    told = f"{month[2]}-{int(month[1]):02}" if month else text
    parts = _EDTF.fullmatch(told)
    if parts is not None and _is_on_calendar(*(int(part) if part else 1 for part in parts.groups())):
        return told
    found = dates.find_dates(text)
    if len(found) == 1 and found[0].edtf and not found[0].doubt and found[0].raw.strip() == text:
        return found[0].edtf
    raise UsageError("", "This is no date.", cure="Enter it as 04/01/2021, 01/2021 or 2021.")


def _is_on_calendar(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _number(text: str) -> str:
    if _THOUSANDS.fullmatch(text):
        raise UsageError("", "This number can be read in two ways.", cure="Enter 1200 or 1,2 without other marks.")
    if not _DECIMAL.fullmatch(text):
        raise UsageError("", "This is no number.", cure="Enter it in digits, such as 34,4.")
    return text.replace(",", ".").lstrip("+")
