"""The arrays of a model file: an .npz whose members mostly lie there as they are, and are looked at in place.

Unpacking a packed model is a third of the time in which a short text is restored. What a member would save by being
packed decides: counts of children are a sixth when packed, the rest of the model half and more. A wheel is packed
anyway.
"""
from __future__ import annotations

import io
import mmap
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PACKED = 0.3  # of its size: a member that packs so well is packed
_LOCAL_HEADER = struct.Struct("<26xHH")  # of a zip member: the lengths of its name and of what follows the name
_DAY = (1980, 1, 1, 0, 0, 0)  # the same arrays give the same file


def load(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of an .npz by name, not to be written to; those stored as they are stay on disk until used."""
    with path.open("rb") as file, zipfile.ZipFile(file) as packed:
        whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return {info.filename.removesuffix(".npy"): _array(packed, info, whole) for info in packed.infolist()}


def _array(packed: zipfile.ZipFile, info: zipfile.ZipInfo, whole: mmap.mmap) -> NDArray[Any]:
    if info.compress_type != zipfile.ZIP_STORED:
        found: NDArray[Any] = np.lib.format.read_array(io.BytesIO(packed.read(info)), allow_pickle=False)
        return found
    start = info.header_offset + _LOCAL_HEADER.size + sum(_LOCAL_HEADER.unpack_from(whole, info.header_offset))
    whole.seek(start)
    if np.lib.format.read_magic(whole) != (1, 0):
        raise ValueError(f"{info.filename} is of another format")
    shape, by_columns, dtype = np.lib.format.read_array_header_1_0(whole)
    if by_columns or dtype.hasobject:
        raise ValueError(f"{info.filename} is of another format")
    count = int(np.prod(shape))
    view = np.frombuffer(whole, dtype, count, whole.tell()).reshape(shape)
    return view if view.flags.aligned else view.copy()


def save(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write the arrays so that `load`, and `numpy.load`, reads them quickly."""
    with zipfile.ZipFile(path, "w") as packed:
        for name, array in arrays.items():
            held = io.BytesIO()
            np.lib.format.write_array(held, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", _DAY)
            trial = io.BytesIO()
            with zipfile.ZipFile(trial, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as one:
                one.writestr(name, held.getvalue())
            small = len(trial.getvalue()) < PACKED * len(held.getvalue())
            packed.writestr(info, held.getvalue(), zipfile.ZIP_DEFLATED if small else zipfile.ZIP_STORED, 9)
