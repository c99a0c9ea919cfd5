"""Text made fit for XML and HTML: forbidden characters out, markup escaped."""

from __future__ import annotations

import re
from html import escape

_FORBIDDEN = re.compile(r"[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


def xml_safe(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold (controls, lone surrogates)."""
    return _FORBIDDEN.sub("", text)


def escaped(text: str) -> str:
    """For element content and for attribute values in double quotes, in XML and in HTML."""
    return escape(xml_safe(text))


def attributes(**values: object) -> str:
    """` name="value"` for every value that is not None."""
    return "".join(f' {name}="{escaped(str(value))}"' for name, value in values.items() if value is not None)
