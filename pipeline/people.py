"""Signers and recipients: the block of signature, lines of "Nơi nhận", the archive line.

The trouble: "TM. ỦY BAN NHÂN DÂN" / "KT. CHỦ TỊCH" / "PHÓ CHỦ TỊCH" / name, with seals between them; two signers side by side;
"Nơi nhận" in the smallest type of the page, "Lưu VT" without a colon, notes in parentheses.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SignatureBlock:
    """One signer. Text as printed; None where a part is missing. The `*_lines` are indexes of the lines given."""

    authority: str | None
    title: str | None
    name: str | None
    authority_lines: tuple[int, ...] = ()
    title_lines: tuple[int, ...] = ()
    name_lines: tuple[int, ...] = ()
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class RecipientLine:
    """One line of "Nơi nhận": `name` and `note` by the contract, the bullet in `mark`, `level` 2 for "+ ..."."""

    name: str
    note: str | None
    mark: str = ""
    level: int = 1


def parse_signature_lines(lines: Sequence[str]) -> tuple[SignatureBlock, ...]:
    """The signers in the lines of a signature block, in printed order; () where there is none."""
    raise NotImplementedError


def split_recipient(text: str) -> RecipientLine | None:
    """One recipient's line without dash, closing mark and note; None for an empty or archive line."""
    raise NotImplementedError


def parse_archive(text: str) -> str | None:
    """What stands after "Lưu" ("VT, NC"), without the closing point; None where the line is no archive line."""
    raise NotImplementedError


def is_recipients_head(text: str) -> bool:
    """Whether a line is "Nơi nhận:" however damaged."""
    raise NotImplementedError


def name_likeness(text: str) -> float:
    """How much a line looks like a Vietnamese person's name (with or without a title), from 0 to 1."""
    raise NotImplementedError


def authority_likeness(text: str) -> float:
    """How much a line looks like a power or position above a signature ("TM. ...", "KT. CHỦ TỊCH", "CHỦ TỊCH"), from 0 to 1."""
    raise NotImplementedError
