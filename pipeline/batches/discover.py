"""What there is to do: files and folders as given on the command line, walked into a list of inputs.

Trouble: symbolic links that lead back into a folder above, pipes and devices that hang whoever opens
them, names that are no UTF-8, names that differ only in case or in Unicode form (a share used from
macOS and Windows), the output folder lying inside the input folder. Nothing is dropped in silence:
what looks like an input but cannot be one comes out with its error, and what is passed over is listed
with the reason. Nothing is opened here but the first bytes of a file whose name does not tell its type.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.disk import LEDGER_NAME, QUARANTINE_MARK
from pipeline.errors import InputError, UnreadableFile, WrongType
from pipeline.imaging.sources import IMAGE_NAMES, TEXT_NAMES, scan_type

SUFFIXES = frozenset((*IMAGE_NAMES, *TEXT_NAMES))
# Types whose first bytes ("BM") say too little of a file whose name does not tell (scanners save "DOC0001.001").
_WEAK = (None, "image/bmp", "image/gif")
# Copies and downloads under way, whose content would give them away as scans.
_UNFINISHED = frozenset({".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart"})
# Reasons of `Ignored` that a person should hear of: somebody may think that such a file is read.
NO_TYPE = "not a type that is read"
UNDER_WAY = "a copy under way"
OTHER_OUTPUT = "an output folder of another run"
# Reasons that need no telling.
OUTPUT = "an output folder"
QUARANTINE = "a quarantine"
_LONGEST_NAME = 255  # bytes, of one part of a path, on the file systems in use


@dataclass(frozen=True, slots=True)
class Found:
    """One input. `name` is its place in the output: the path below the given folder, always printable.

    `problem` is set when it is already known that it cannot be read.
    """

    path: Path
    name: str
    size: int = 0
    modified_ns: int = 0
    problem: InputError | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """What a walk passed over, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Discovery:
    """Inputs in a stable order (by name within each given path), and what was passed over."""

    found: tuple[Found, ...]
    ignored: tuple[Ignored, ...] = ()


def discover(inputs: Iterable[Path], out: Path | None = None) -> Discovery:
    """All inputs below the given files and folders; `out` and other output folders are passed over.

    Two given folders may hold the same names; the batch keeps them apart (`free_name`). A path that was
    given twice, or lies below two given folders, is taken once.
    """
    walk = _Walk(out)
    for given in inputs:
        walk.take(given)
    return Discovery(tuple(walk.found), tuple(walk.ignored))


def name_key(name: str) -> str:
    """Equal for names that could meet in one folder of a file system that ignores case or Unicode form."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def free_name(name: str, taken: set[str]) -> str:
    """`name`, or "name~2", "name~3" ... the first whose `name_key` is not in `taken`.

    >>> free_name("A.pdf", {"a.pdf"})
    'A.pdf~2'
    """
    if name_key(name) not in taken:
        return name
    number = 2
    while name_key(candidate := _suffixed(name, number)) in taken:
        number += 1
    return candidate


def _suffixed(name: str, number: int) -> str:
    head, slash, last = name.rpartition("/")
    return head + slash + with_ending(last, f"~{number}")


def with_ending(name: str, ending: str) -> str:
    """A name with something behind it, cut so that file systems take both."""
    while len((name + ending).encode()) > _LONGEST_NAME:
        name = name[:-1]
    return name + ending


# Marks by which the rest of a line runs the other way: "a[RLO]fdp.txt" would look like "atxt.pdf".
_TURNS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def printable(name: str) -> str:
    r"""A name that can be written in JSON and on a terminal: stray bytes, controls and turns of direction as %XX.

    >>> printable("k\udcff.pdf"), printable("a\u202efdp.txt")
    ('k%FF.pdf', 'a%E2%80%AEfdp.txt')
    """
    return "".join(
        "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogateescape"))
        if "\udc80" <= char <= "\udcff" or unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(char) in _TURNS
        else char
        for char in name
    )


def is_input_name(name: str) -> bool:
    """Whether the ending says that this is a type we read; hidden files never are."""
    return not name.startswith(".") and Path(name).suffix.casefold() in SUFFIXES


class _Walk:
    """One walk over all given paths; remembers what it has been to, so that nothing is taken twice."""

    def __init__(self, out: Path | None) -> None:
        self._out: tuple[int, int] | None = None
        if out is not None and out.exists():
            status = out.stat()
            self._out = (status.st_dev, status.st_ino)
        self.found: list[Found] = []
        self.ignored: list[Ignored] = []
        self._files: set[str] = set()
        self._folders: set[tuple[int, int]] = set()

    def take(self, given: Path) -> None:
        name = printable(given.name or given.resolve().name or "input")
        try:
            status = given.stat()
        except (OSError, ValueError) as error:
            self._problem(given, name, cannot_be_read(given, given, error))
            return
        if stat.S_ISDIR(status.st_mode):
            self._folder(given)
        elif stat.S_ISREG(status.st_mode):
            self._file(given, name, status)
        else:
            self._problem(given, name, no_file(given, status.st_mode))

    def _folder(self, root: Path) -> None:
        """Depth first without recursion: a tree 10,000 folders deep must not end the run."""
        chain = frozenset[tuple[int, int]]()
        # Plain strings: a Path splits itself anew at every step, which a deep tree makes quadratic.
        stack: list[tuple[str, str, frozenset[tuple[int, int]]]] = [(str(root), "", chain)]
        found: list[Found] = []
        while stack:
            folder, prefix, above = stack.pop()
            shown = prefix.rstrip("/") or printable(root.name)
            try:
                status = os.stat(folder)  # noqa: PTH116
                here = (status.st_dev, status.st_ino)
                if here in above:
                    cure = "Remove the link, or give the folder it leads to by itself."
                    what = "leads back to a folder above it (a loop of folders)."
                    fault = UnreadableFile(shown, what, cure=cure)
                    found.append(Found(Path(folder).absolute(), shown, problem=fault))
                    continue
                if here in self._folders:
                    self.ignored.append(Ignored(shown, "this folder was already read under another name"))
                    continue
                if prefix and (reason := self._no_scans(folder, here)):
                    self.ignored.append(Ignored(shown, reason))
                    continue
                self._folders.add(here)
                with os.scandir(folder) as entries:
                    listed = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                found.append(Found(Path(folder).absolute(), shown, problem=cannot_be_read(shown, Path(folder), error)))
                continue
            inner = above | {here}
            for entry in listed:
                name = prefix + printable(entry.name)
                match self._look(entry, name):
                    case "folder":
                        stack.append((entry.path, name + "/", inner))
                    case Found() as item:
                        found.append(item)
                    case None:
                        pass
        self.found.extend(sorted(found, key=lambda item: item.name.split("/")))

    def _look(self, entry: os.DirEntry[str], name: str) -> Found | str | None:
        if entry.name.startswith("."):
            self.ignored.append(Ignored(name, "hidden"))
            return None
        if Path(entry.name).suffix.casefold() in _UNFINISHED:
            self.ignored.append(Ignored(name, UNDER_WAY))
            return None
        try:
            status = entry.stat()
        except OSError as error:
            if not is_input_name(entry.name):
                self.ignored.append(Ignored(name, f"cannot be read ({error.strerror})"))
                return None
            path = Path(entry.path).absolute()
            return Found(path, name, problem=cannot_be_read(name, path, error))
        if stat.S_ISDIR(status.st_mode):
            return "folder"
        if not stat.S_ISREG(status.st_mode):
            if is_input_name(entry.name):
                return Found(Path(entry.path).absolute(), name, problem=no_file(name, status.st_mode))
            self.ignored.append(Ignored(name, _kind(status.st_mode)))
            return None
        if not is_input_name(entry.name) and not _has_signature(entry.path, status.st_size):
            self.ignored.append(Ignored(name, NO_TYPE))
            return None
        return self._new(Path(entry.path), name, status)

    def _file(self, path: Path, name: str, status: os.stat_result) -> None:
        item = self._new(path, name, status)
        if item is not None:
            self.found.append(item)

    def _new(self, path: Path, name: str, status: os.stat_result) -> Found | None:
        # The path, not the inode: two hard links are two documents of an archive, done once by content.
        absolute = os.path.abspath(path)  # noqa: PTH100 - resolve() would follow links of files
        if absolute in self._files:
            return None
        self._files.add(absolute)
        return Found(Path(absolute), name, status.st_size, status.st_mtime_ns)

    def _problem(self, path: Path, name: str, error: InputError) -> None:
        self.found.append(Found(path.absolute(), name, problem=error))

    def _no_scans(self, folder: str, here: tuple[int, int]) -> str | None:
        """Why a folder is passed over whole."""
        if here == self._out:
            return OUTPUT
        for name, reason in ((LEDGER_NAME, OTHER_OUTPUT), (QUARANTINE_MARK, QUARANTINE)):
            if os.path.isfile(f"{folder}/{name}"):  # noqa: PTH113
                return reason
        return None


def cannot_be_read(subject: object, path: Path, error: OSError | ValueError) -> UnreadableFile:
    """What is wrong with a path that cannot be looked at."""
    if isinstance(error, FileNotFoundError) and path.is_symlink():
        return UnreadableFile(subject, "is a link to nothing.", cure="Remove the link, or put back what it leads to.")
    if isinstance(error, FileNotFoundError):
        return UnreadableFile(subject, "is not there.", cure="Check the path, or run without it.")
    reason = getattr(error, "strerror", None) or str(error)
    cure = "Check its permissions and that the disk or share is there."
    return UnreadableFile(subject, f"cannot be read ({reason}).", cure=cure)


def no_file(subject: object, mode: int) -> WrongType:
    """What is wrong with a pipe or a device."""
    return WrongType(subject, f"is {_kind(mode)}, not a file.")


_KINDS = (
    (stat.S_ISFIFO, "a named pipe"), (stat.S_ISSOCK, "a socket"), (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def _kind(mode: int) -> str:
    return next((words for test, words in _KINDS if test(mode)), "a special file")


def _has_signature(path: str, size: int) -> bool:
    if not size:
        return False
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return scan_type(file.read(16)) not in _WEAK
    except OSError:
        return False
