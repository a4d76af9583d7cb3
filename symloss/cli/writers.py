"""Columns to a data file, chunk by chunk; the file appears when it is complete, or not at all."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from symloss.errors import ParameterError


class Writer(Protocol):
    """Takes the rows of a file, some at a time; `close` completes it."""

    def write(self, columns: Mapping[str, np.ndarray]) -> None: ...

    def close(self) -> None: ...


@contextmanager
def open_writer(path: Path) -> Iterator[Writer]:
    """A writer of the format that the file's name ends in."""
    kind = _WRITERS.get(path.suffix)
    if kind is None:
        raise ParameterError(f"{path}: expected an output file that ends in {', '.join(_WRITERS)}")
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".symloss-", ignore_cleanup_errors=True) as folder:
        unfinished = Path(folder) / path.name
        writer = kind(unfinished)
        try:
            yield writer
        finally:
            writer.close()
        if unfinished.exists():
            unfinished.replace(path)


class _Arrow:
    """CSV and Parquet: the columns of the first rows are those of the file."""

    def __init__(self, path: Path, opened: Callable[[Path, pa.Schema], object]) -> None:
        self.path = path
        self.opened = opened
        self.file: object = None

    def write(self, columns: Mapping[str, np.ndarray]) -> None:
        batch = pa.table({name: np.ascontiguousarray(array) for name, array in columns.items()})
        if self.file is None:
            self.file = self.opened(self.path, batch.schema)
        self.file.write_table(batch)  # type: ignore[attr-defined]

    def close(self) -> None:
        if self.file is not None:
            self.file.close()  # type: ignore[attr-defined]


def _csv(path: Path) -> Writer:
    return _Arrow(path, pa.csv.CSVWriter)


def _parquet(path: Path) -> Writer:
    return _Arrow(path, pa.parquet.ParquetWriter)


class _Npz:
    """Every array grows in a file of its own, since an NPZ file holds them one after another with their lengths."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.arrays: dict[str, tuple[Path, np.dtype, tuple[int, ...]]] = {}
        self.rows = 0

    def write(self, columns: Mapping[str, np.ndarray]) -> None:
        for name, array in columns.items():
            part = self.path.with_name(f"{name}.part")
            self.arrays.setdefault(name, (part, array.dtype, array.shape[1:]))
            with part.open("ab") as stream:
                stream.write(np.ascontiguousarray(array).data)
        self.rows += len(next(iter(columns.values())))

    def close(self) -> None:
        if not self.arrays:
            return
        with zipfile.ZipFile(self.path, "w") as archive:
            for name, (part, dtype, inner) in self.arrays.items():
                header = {
                    "descr": np.lib.format.dtype_to_descr(dtype),
                    "fortran_order": False,
                    "shape": (self.rows, *inner),
                }
                with archive.open(f"{name}.npy", "w", force_zip64=True) as entry, part.open("rb") as stream:
                    np.lib.format.write_array_header_2_0(entry, header)
                    shutil.copyfileobj(stream, entry)


_WRITERS: dict[str, Callable[[Path], Writer]] = {".csv": _csv, ".parquet": _parquet, ".npz": _Npz}
