"""The outputs of a document that carries a mark of secrecy: for the owner's eyes only, with a notice beside them.

The trouble: the desk keeps such a document out of search, lists and hand-over, but its text lies in the output
folder, which an office shares. Not to write it would lose the work of the run, and the desk could show nothing
after a release. So it is written where every document is, but only its owner may open the files (mode 0600), and
`HELD.txt` tells whoever looks into the folder why, and what releases it. Reports of a run look for that notice
before they tell more than a name.

What this cannot do: keep out an administrator, or whoever reads a share that knows no owners.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from pipeline.knowledge.secrecy import Mark

NOTICE = "HELD.txt"
_CLOSED, _OPEN = 0o600, 0o644
_TOLD = """\
VĂN BẢN ĐƯỢC GIỮ LẠI: trang {page} có dấu chỉ độ mật {degree}.
Nội dung không được tìm kiếm, không được xuất, và chỉ chủ sở hữu tệp mở được, đến khi có người giải tỏa:
  sohoa release DIR VAN_BAN --who TEN --note LY_DO      (hoặc nút "Giải tỏa" trong `sohoa review DIR`)

HELD: page {page} carries the mark of secrecy {degree}.
Its text is not searched or exported, and only the owner of these files can open them, until a person releases it:
  sohoa release DIR DOCUMENT --who NAME --note REASON   (or the button "Release" in `sohoa review DIR`)
"""


def close(folder: Path, mark: Mark) -> str:
    """Shut the files of a folder, those of `parts/` left to their own marks. Gives the name of the notice."""
    # The notice first: whoever writes a file meanwhile sees it and calls `keep`.
    (folder / NOTICE).write_text(_TOLD.format(page=mark.page, degree=mark.degree), "utf-8")
    for path in _files(folder):
        with suppress(FileNotFoundError):  # a temporary file that has just got its name
            if path.stat().st_nlink > 1:  # outputs of a file that was scanned in twice may be shared with its twin
                _own_copy(path)
            path.chmod(_CLOSED)
    return NOTICE


def keep(path: Path) -> None:
    """Give a file that was just written the rights of its folder, which may have changed while it was written."""
    path.chmod(mode_of(path.parent))


def mode_of(folder: Path) -> int:
    """The rights of a file in this folder."""
    return _CLOSED if is_closed(folder) else _OPEN


def reopen(folder: Path) -> None:
    """Undo `close`; nothing where the folder is open."""
    if not is_closed(folder):
        return
    _open(folder)
    (folder / NOTICE).unlink(missing_ok=True)
    _open(folder)  # what got its name in between, by a writer who had still seen the notice


def _open(folder: Path) -> None:
    for path in _files(folder):
        with suppress(FileNotFoundError):  # a temporary file that has just got its name
            path.chmod(_OPEN)


def is_closed(folder: Path) -> bool:
    return (folder / NOTICE).is_file()


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir())
            if path.is_file() and not path.is_symlink() and path.name != NOTICE]


def _own_copy(path: Path) -> None:
    handle, name = tempfile.mkstemp(prefix=".held-", dir=path.parent)
    os.close(handle)
    shutil.copyfile(path, name)
    Path(name).replace(path)
