"""Inputs and outputs in an object store (`s3://`, `gs://`, `abfs://` ... by fsspec), worked on in a local copy.

Object stores have no rename, no lock and no partial read that our libraries could use, so the run
itself works on a folder of this machine (or, with a cluster, of the share): what is new or changed is
fetched, the batch runs as always, and what it made is put back, the ledger last. An interrupted run puts
back what it has; the next one goes on, also from another machine, since outputs and ledger come back too.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline import corrections, disk
from pipeline.batches.batch import run_batch
from pipeline.batches.outcomes import RunSummary
from pipeline.errors import DiskFull, MissingPart, OutputNotWritable, UnreadableFile
from pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder in a store: its file system, the path in it, and the address as given."""

    files: Any
    root: str
    address: str


def is_remote(address: str | os.PathLike[str]) -> bool:
    """Whether this names an object store rather than a local path.

    >>> is_remote("s3://archive/scans"), is_remote("/srv/scans")
    (True, False)
    """
    return "://" in str(address)


def run_remote(inputs: Iterable[str], out: str, settings: Settings, work: Path, **options: Any) -> RunSummary:
    """`batch.run_batch` with addresses of stores (or local paths) for `inputs` and `out`; `options` are its options.

    `work` keeps the local copies and must be the same folder in the next run, or be empty; it needs room for
    inputs and outputs. Raises MissingPart when the driver of a store is not installed, UnreadableFile or
    OutputNotWritable when a store does not answer, else like `run_batch`.
    """
    local = []
    for number, address in enumerate(inputs):
        if not is_remote(address):
            local.append(Path(address))
            continue
        folder = work / "inputs" / str(number)
        with _store_errors(address, UnreadableFile):
            _fetch(_place(address), folder, work / f"inputs-{number}.json", settings.max_file_bytes)
        local.append(folder)
    if not is_remote(out):
        return run_batch(local, Path(out), settings, **options)
    results = work / "outputs"
    with _store_errors(out, OutputNotWritable):
        place = _place(out)
        _fetch_results(place, results, work / "outputs.json")
    try:
        return run_batch(local, results, settings, **options)
    finally:
        with _store_errors(out, OutputNotWritable):
            _put_back(place, results, work / "outputs.json")


def _place(address: str) -> _Place:
    try:
        core: Any = importlib.import_module("fsspec.core")
        files, root = core.url_to_fs(address)
    except (ImportError, ValueError) as error:
        cure = "Install it: pip install 'sohoa[cluster]', and s3fs, gcsfs or adlfs for the store."
        raise MissingPart(address, f"the driver for this address is not installed ({error}).", cure=cure) from error
    return _Place(files, str(root).rstrip("/"), address)


@contextlib.contextmanager
def _store_errors(address: str, kind: type[UnreadableFile] | type[OutputNotWritable]) -> Iterator[None]:
    """The one border of the drivers, each of which raises the exceptions of its own library."""
    try:
        yield
    except (MissingPart, DiskFull, OutputNotWritable):
        raise
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        cure = "Check the address, the credentials and the network, then run the same command again."
        raise kind(address, f"the store does not do as asked ({reason}).", cure=cure) from error


def _listing(place: _Place) -> dict[str, dict[str, Any]]:
    """Every object below the place by its relative name, in order."""
    if not place.files.exists(place.root):
        return {}
    found: dict[str, dict[str, Any]] = place.files.find(place.root, detail=True)
    told = {}
    for path, info in found.items():
        name = str(path).removeprefix(place.root).lstrip("/") or PurePosixPath(str(path)).name
        told["/".join("%2E%2E" if part == ".." else part for part in name.split("/"))] = {**info, "path": path}
    return dict(sorted(told.items()))


def _token(info: dict[str, Any]) -> str:
    """Changes when the object does, as far as the store tells."""
    return f"{info.get('ETag') or info.get('LastModified') or info.get('mtime') or info.get('created')} {info['size']}"


def _fetch(place: _Place, folder: Path, manifest: Path, most_bytes: int) -> None:
    """Makes `folder` hold what the store has: new and changed objects come, vanished ones go."""
    known = _read_manifest(manifest)
    listing = _listing(place)
    now: dict[str, Any] = {}
    try:
        for name, info in listing.items():
            path = folder / name
            token = _token(info)
            if known.get(name) != token or not path.is_file():
                _fetch_one(place, info, path, most_bytes)
            now[name] = token
        for name in known.keys() - listing.keys():
            (folder / name).unlink(missing_ok=True)
    finally:
        # After an interruption, what has come need not come again.
        told = known | now if len(now) < len(listing) else now
        disk.write_atomic(manifest, json.dumps(told).encode(), manifest.parent)


def _fetch_one(place: _Place, info: dict[str, Any], path: Path, most_bytes: int) -> None:
    with disk.output_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        spare = path.with_name(path.name[:100] + ".part")
        if info["size"] > most_bytes:
            # Not fetched: an empty shell of its size meets the guard and gets its honest outcome.
            with spare.open("wb") as file:
                file.truncate(info["size"])
        else:
            place.files.get_file(info["path"], str(spare))
        changed = info.get("LastModified") or info.get("mtime") or info.get("created")
        if isinstance(changed, datetime):
            changed = changed.timestamp()
        if isinstance(changed, int | float):
            os.utime(spare, (changed, changed))
        spare.replace(path)


def _fetch_results(place: _Place, results: Path, manifest: Path) -> None:
    """Everything, when this machine has no ledger yet; else only corrections that people made in the store."""
    everything = not (results / disk.LEDGER_NAME).is_file()
    known = _read_manifest(manifest)
    for name, info in _listing(place).items():
        # The one file that people change where the outputs lie.
        if not everything and PurePosixPath(name).name != corrections.FILE_NAME:
            continue
        path = results / name
        seen = known.get(f"fetched {name}")
        if not everything and path.is_file() and seen == _token(info):
            continue
        _fetch_one(place, info, path, info["size"])
        known[f"fetched {name}"] = _token(info)
        known[name] = _state(path)
    disk.write_atomic(manifest, json.dumps(known).encode(), manifest.parent)


def _put_back(place: _Place, results: Path, manifest: Path) -> None:
    """Uploads what differs from the last upload; the ledger last, so that it names nothing that is not there."""
    known = _read_manifest(manifest)
    try:
        for path in sorted(_results(results), key=lambda path: path.name == disk.LEDGER_NAME):
            name = path.relative_to(results).as_posix()
            state = _state(path)
            if known.get(name) != state:
                place.files.put_file(str(path), f"{place.root}/{name}")
                known[name] = state
        if place.files.exists(place.root):
            gone = [name for name in known if not name.startswith("fetched ") and not (results / name).exists()]
            for name in gone:
                with contextlib.suppress(FileNotFoundError):
                    place.files.rm_file(f"{place.root}/{name}")
                del known[name]
    finally:
        disk.write_atomic(manifest, json.dumps(known).encode(), manifest.parent)


def _results(results: Path) -> Iterator[Path]:
    for path in results.rglob("*"):
        below = path.relative_to(results)
        if path.is_file() and below.parts[0] != disk.STATE_FOLDER and not path.name.endswith(("-wal", "-shm")):
            yield path


def _state(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}
