"""Data files as chunks of columns, so that a file may be larger than memory."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from symloss.errors import DomainError, ParameterError, ShapeError

CSV_BLOCK = 1 << 24  # bytes: large enough that parsing dominates, small beside any memory
ROWS = 1 << 16


@dataclass(frozen=True)
class Chunk:
    """Some consecutive rows; ``done`` is the share of the file that has been read."""

    columns: dict[str, np.ndarray]
    done: float


@dataclass(frozen=True)
class Table:
    """An open data file."""

    chunks: Callable[[], Iterator[Chunk]]


def open_table(path: Path, columns: Sequence[str]) -> AbstractContextManager[Table]:
    """The columns of a CSV, Parquet or NPZ file."""
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file")
    opened = _READERS.get(path.suffix)
    if opened is None:
        raise ParameterError(f"{path}: expected a file that ends in {', '.join(_READERS)}")
    return opened(path, columns)


def _require(path: Path, columns: Sequence[str], there: Sequence[str]) -> None:
    missing = [column for column in columns if column not in there]
    if missing:
        raise ParameterError(f"{path}: no column {missing[0]!r}; it has {', '.join(there)}")


@contextmanager
def _csv(path: Path, columns: Sequence[str]) -> Iterator[Table]:
    read = pa.csv.ReadOptions(block_size=CSV_BLOCK)
    try:
        with pa.csv.open_csv(path, read_options=read) as head:
            _require(path, columns, head.schema.names)
    except pa.ArrowInvalid as error:
        raise DomainError(f"{path}: {error}") from error
    # Every number is read as float64: a column's type must not depend on what its first block happens to hold.
    convert = pa.csv.ConvertOptions(include_columns=list(columns), column_types=dict.fromkeys(columns, pa.float64()))

    def chunks() -> Iterator[Chunk]:
        size = path.stat().st_size
        try:
            with (
                path.open("rb") as stream,
                pa.csv.open_csv(stream, read_options=read, convert_options=convert) as reader,
            ):
                for batch in reader:
                    yield Chunk(_arrays(batch), stream.tell() / size)
        except pa.ArrowInvalid as error:
            raise DomainError(f"{path}: {error}") from error

    yield Table(chunks)


@contextmanager
def _parquet(path: Path, columns: Sequence[str]) -> Iterator[Table]:
    try:
        opened = pa.parquet.ParquetFile(path)
    except pa.ArrowInvalid as error:
        raise DomainError(f"{path}: {error}") from error
    with opened as file:
        _require(path, columns, file.schema_arrow.names)
        rows = file.metadata.num_rows

        def chunks() -> Iterator[Chunk]:
            done = 0
            for batch in file.iter_batches(batch_size=ROWS, columns=list(columns)):
                done += batch.num_rows
                yield Chunk(_arrays(batch), done / rows)

        yield Table(chunks)


def _arrays(batch: pa.RecordBatch) -> dict[str, np.ndarray]:
    return {name: _array(name, batch.column(name)) for name in batch.schema.names}


def _array(name: str, column: pa.Array) -> np.ndarray:
    """Numbers as they are stored, missing ones as NaN; lists of one length as the rows of a matrix."""
    if pa.types.is_fixed_size_list(column.type):
        return _array(name, column.flatten()).reshape(len(column), column.type.list_size)
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        lengths = column.value_lengths().unique().to_pylist()
        if len(lengths) > 1:
            raise ShapeError(f"column {name!r} holds lists of different lengths; expected one length")
        return _array(name, column.flatten()).reshape(len(column), *lengths)
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_boolean(column.type)):
        raise DomainError(f"column {name!r} holds {column.type}; expected numbers")
    array: np.ndarray = column.to_numpy(zero_copy_only=False)
    # A boolean column with gaps comes as Python objects.
    return array.astype(np.float64) if array.dtype == object else array


@contextmanager
def _npz(path: Path, columns: Sequence[str]) -> Iterator[Table]:
    """Arrays of an NPZ file: unpacked beside, mapped into memory, read slice by slice."""
    with ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(path))
        except zipfile.BadZipFile as error:
            raise DomainError(f"{path}: not an NPZ file: {error}") from error
        _require(path, columns, [name.removesuffix(".npy") for name in archive.namelist()])
        # Windows does not delete a file that is still mapped.
        folder = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        arrays = {name: _mapped(path, archive.extract(f"{name}.npy", folder), name) for name in columns}
        lengths = {name: len(array) for name, array in arrays.items()}
        if len(set(lengths.values())) > 1:
            shown = ", ".join(f"{name} {length}" for name, length in lengths.items())
            raise ShapeError(f"{path}: arrays of different lengths: {shown}")
        rows = next(iter(lengths.values()))

        def chunks() -> Iterator[Chunk]:
            for start in range(0, rows, ROWS):
                stop = min(start + ROWS, rows)
                yield Chunk({name: array[start:stop] for name, array in arrays.items()}, stop / rows)

        yield Table(chunks)


def _mapped(path: Path, file: str, name: str) -> np.ndarray:
    try:
        array: np.ndarray = np.load(file, mmap_mode="r", allow_pickle=False)
    except ValueError as error:
        raise DomainError(f"{path}: {name!r} does not hold numbers: {error}") from error
    if array.ndim == 0:
        raise ShapeError(f"{path}: {name!r} is one number; expected one row per sample")
    return array


_READERS: dict[str, Callable[[Path, Sequence[str]], AbstractContextManager[Table]]] = {
    ".csv": _csv,
    ".parquet": _parquet,
    ".npz": _npz,
}
