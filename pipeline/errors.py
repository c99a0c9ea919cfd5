"""Every error this project raises on purpose, in one tree, each with its exit code and a cure.

    SohoaError
    ├── UsageError             2    wrong arguments or settings
    ├── InputError             3    one input cannot be read; the batch goes on
    │   ├── UnreadableFile          truncated, damaged beyond repair, vanished or not permitted
    │   ├── EmptyFile               zero bytes, or no page inside
    │   ├── EncryptedFile           needs a password
    │   ├── WrongType               the content is not what the name says, or not a type we read
    │   ├── TooLarge                beyond a guard: bytes, pages, pixels, compression ratio, nesting
    │   ├── ChangedInput            altered while it was being read
    │   └── UnreadableCorrections   what persons corrected in it cannot be read back
    ├── PageError              3    one page failed; the document goes on
    │   ├── PageTimeout
    │   ├── PageCrash               the worker died (memory limit, crash of a library)
    │   └── RecognitionFailed
    ├── DocumentError          3    one document cannot be finished; the batch goes on
    │   ├── TooManyFailedPages      more of its pages failed than the settings allow
    │   ├── MissingReference        a text named as reference is gone or not permitted
    │   └── ReadingFailed           recognised, but not made into text, record and files
    ├── NoInput                4    nothing to do was found
    ├── MissingPart            5    Tesseract, language data, font, optional extra
    └── OutputError            6    the output folder cannot be used
        ├── Locked                  another run holds it
        ├── DiskFull
        └── OutputNotWritable

A message has two halves, both in plain words: what is wrong, and what to do (`cure`). Both exist in
English here and in Vietnamese in `faults.py`, found by the class name. Doubt about content is not an
error: it is a `Notice` in the document. A bug is a traceback and is never caught by class `SohoaError`.
"""

from __future__ import annotations

from typing import Self


class SohoaError(Exception):
    """An expected failure. `what` says what is wrong with `subject`, `cure` what to do about it."""

    exit_code = 1
    cure = ""

    def __init__(self, subject: object = "", what: str = "", *, cure: str | None = None) -> None:
        self.subject = str(subject)
        self.what = what or (self.__doc__ or "").strip().split("\n")[0]
        if cure is not None:
            self.cure = cure
        super().__init__(self.subject, self.what)

    @classmethod
    def because(cls, subject: object, error: OSError) -> Self:
        """What the system said when the file was opened: nothing of that is mended by another scan."""
        match error:
            case FileNotFoundError():
                return cls(subject, "is not there.", cure="Check the path.")
            case PermissionError():
                return cls(subject, "may not be read.",
                           cure="Allow the user who runs sohoa to read it, then run again.")
            case IsADirectoryError():
                return cls(subject, "is a folder, not a file.", cure="Name a file.")
        return cls(subject, f"cannot be read ({error.strerror or error}).",
                   cure="Check that the disk or share is there, then run again.")

    @property
    def code(self) -> str:
        """Stable name for machines, `UnreadableFile` -> `unreadable_file`."""
        name = type(self).__name__
        return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")

    def __str__(self) -> str:
        head = f"{self.subject}: {self.what}" if self.subject else self.what
        return f"{head} {self.cure}".strip()

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders; the default would lose `what` and `cure`.
        return (_rebuild, (type(self), self.subject, self.what, self.cure))


def _rebuild(kind: type[SohoaError], subject: str, what: str, cure: str) -> SohoaError:
    return kind(subject, what, cure=cure)


def recalled(code: str, what: str, cure: str) -> SohoaError:
    """An error that was kept as words, by its `code`; of the root's kind where that is no class of this tree."""
    name = "".join(part.title() for part in code.split("_"))
    kind = globals().get(name)
    if isinstance(kind, type) and issubclass(kind, SohoaError):
        return kind("", what, cure=cure)
    return SohoaError("", what, cure=cure)


class UsageError(SohoaError):
    """The arguments do not fit together."""

    exit_code = 2
    cure = "See `sohoa --help`."


class InputError(SohoaError):
    """This input cannot be read."""

    exit_code = 3


class UnreadableFile(InputError):
    """The file is damaged and could not be repaired."""

    cure = "Copy it again from its source, or scan the paper again."


class EmptyFile(InputError):
    """The file is empty."""

    cure = "Copy it again from its source, or scan the paper again."


class EncryptedFile(InputError):
    """The file is protected by a password."""

    cure = "Remove the password (for example `qpdf --decrypt --password=... in.pdf out.pdf`) and run again."


class WrongType(InputError):
    """The content is not of a type that can be read."""

    cure = "Give a PDF, TIFF, PNG, JPEG, WebP, JPEG 2000, .txt or .md file."


class TooLarge(InputError):
    """The input is beyond a safety limit."""

    cure = "If the file is genuine, raise the limit named here and run again."


class ChangedInput(InputError):
    """The file changed while it was being read."""

    cure = "Wait until it is completely copied, then run again."


class UnreadableCorrections(InputError):
    """The file of corrections is damaged; nothing was changed."""

    cure = "Put the last good copy of corrections.json back; the outputs beside it are not touched."


class PageError(SohoaError):
    """This page could not be read."""

    exit_code = 3
    cure = "Look at the page and scan it again if it is illegible; `sohoa retry DIR` tries once more."


class PageTimeout(PageError):
    """The page took longer than its time limit and was stopped."""

    cure = "Raise --page-timeout, or scan the page again; `sohoa retry DIR` tries once more."


class PageCrash(PageError):
    """The process that read the page died."""


class RecognitionFailed(PageError):
    """The recogniser gave no usable answer for this page."""


class DocumentError(SohoaError):
    """This document could not be finished."""

    exit_code = 3


class TooManyFailedPages(DocumentError):
    """More pages failed than may."""

    cure = "See the messages of its pages, then `sohoa retry DIR`; --max-failed-share sets the limit."


class MissingReference(DocumentError):
    """A text named as reference cannot be read any more."""

    cure = "Put it back or run without it (--reference); the recognised pages are kept."


class ReadingFailed(DocumentError):
    """The recognised pages could not be made into text and record."""

    cure = "`sohoa retry DIR` tries once more; the recognised pages are kept."


class NoInput(SohoaError):
    """No input was found."""

    exit_code = 4
    cure = "Name files or folders that hold PDF, image or text files."


class MissingPart(SohoaError):
    """A part outside this program is missing."""

    exit_code = 5
    cure = "Run `sohoa doctor`."


class OutputError(SohoaError):
    """The output folder cannot be used."""

    exit_code = 6


class Locked(OutputError):
    """Another run is working in this output folder."""

    cure = "Wait for it to end, or choose another --out."


class DiskFull(OutputError):
    """The disk is full."""

    cure = "Free some space and run the same command again; finished work is kept."


class OutputNotWritable(OutputError):
    """The output folder cannot be written."""

    cure = "Check its permissions, or choose another --out."


# Codes that no error stands for, and those of errors that a command gives by itself.
EXIT_OK = 0
EXIT_PARTIAL = 3
EXIT_MISSING_PART = 5
EXIT_INTERRUPTED = 130
