"""``symloss eval``: value and gradient of every row of a data file, chunk by chunk."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.progress import Progress

from symloss.cli.columns import bound_columns, parameter_values
from symloss.cli.find import find_loss
from symloss.cli.output import AsJson, LossName, print_json
from symloss.cli.readers import Chunk, open_table
from symloss.cli.writers import open_writer
from symloss.declare.roles import role_symbol
from symloss.errors import ParameterError, SymlossError
from symloss.loss import Loss


def command(
    name: LossName,
    data_file: Annotated[Path, typer.Argument(metavar="DATA", help="A .csv, .npz or .parquet file.")],
    prediction: Annotated[
        list[str],
        typer.Option(metavar="COL[,COL...]", help="Columns of the prediction; NAME=COL,... where there are several."),
    ],
    target: Annotated[list[str] | None, typer.Option(metavar="COL[,COL...]", help="Columns of the target.")] = None,
    weight: Annotated[str | None, typer.Option(metavar="COL", help="Column of sample weights.")] = None,
    data: Annotated[list[str] | None, typer.Option(metavar="NAME=COL[,COL...]", help="A data input.")] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter.")] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write; <stem>.symloss.<ext> beside DATA by default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate a loss on a data file: writes value and gradient per row, prints the mean.

    A metric has no gradient. One of a whole data set, such as auc, takes a column for each input, all rows at once.
    """
    loss = find_loss(name)
    columns = bound_columns(loss, target or [], prediction, data or [])
    parameters = parameter_values(loss, settings or [])
    if _is_of_all_rows(loss, data_file, columns):
        _print_value_of_all_rows(loss, data_file, columns, weight, parameters, output, as_json)
        return
    written = output or data_file.with_name(f"{data_file.stem}.symloss{data_file.suffix}")
    count, mean = _evaluate(loss, data_file, columns, weight, parameters, written)
    if as_json:
        print_json({"loss": loss.name, "samples": count, "mean": mean, "output": str(written)})
    else:
        results = "value" if loss.is_metric else "value and gradient"
        print(f"{loss.name}: mean {mean!r} over {count} samples; {results} in {written}")


def _is_of_all_rows(loss: Loss, data_file: Path, columns: Mapping[str, list[str]]) -> bool:
    """Whether this is a metric whose inputs are rows of numbers, and each is given as one column of the file."""
    rows = all(len(role_symbol(declared).axes) == 1 for declared in loss.declaration.inputs)
    if not (loss.is_metric and rows and all(len(names) == 1 for names in columns.values())):
        return False
    with open_table(data_file, [name for (name,) in columns.values()]) as table:
        return all(
            column.ndim == 1 for chunk in itertools.islice(table.chunks(), 1) for column in chunk.columns.values()
        )


def _print_value_of_all_rows(
    loss: Loss,
    data_file: Path,
    columns: Mapping[str, list[str]],
    weight: str | None,
    parameters: Mapping[str, Any],
    output: Path | None,
    as_json: bool,
) -> None:
    if weight is not None or output is not None:
        raise ParameterError(
            f"{loss.name}: all rows of {data_file} together are one sample, with one value; "
            f"leave out {'--weight' if weight is not None else '--output'}"
        )
    names = [columns[role_symbol(declared).name][0] for declared in loss.declaration.inputs]
    with open_table(data_file, list(dict.fromkeys(names))) as table:
        chunks = [chunk.columns for chunk in _shown(table.chunks())]
    arrays = [np.concatenate([np.zeros(0), *(chunk[name] for chunk in chunks)]) for name in names]
    value = float(loss.value(*arrays, **parameters))
    if as_json:
        print_json({"loss": loss.name, "samples": len(arrays[0]), "value": value})
    else:
        print(f"{loss.name}: {value!r} over {len(arrays[0])} samples")


def _evaluate(
    loss: Loss,
    data_file: Path,
    columns: Mapping[str, list[str]],
    weight: str | None,
    parameters: Mapping[str, Any],
    written: Path,
) -> tuple[int, float]:
    """The number of rows and their (weighted) mean; every chunk is written before the next one is read."""
    inputs = [role_symbol(declared).name for declared in loss.declaration.inputs]
    wanted = dict.fromkeys([*(c for names in columns.values() for c in names), *([weight] if weight else [])])
    count, total, weights = 0, 0.0, 0.0
    with open_table(data_file, list(wanted)) as table, open_writer(written) as writer:
        for chunk in _shown(table.chunks()):
            arrays = [_stacked([chunk.columns[c] for c in columns[name]]) for name in inputs]
            sample_weight = chunk.columns[weight] if weight else None
            try:
                value, gradient = _results(loss, arrays, sample_weight, parameters)
            except SymlossError as error:
                raise type(error)(f"{data_file}, rows counted from {count}: {error}") from error
            gradients = {} if loss.is_metric else _gradient_columns(loss, gradient, columns, written.suffix)
            writer.write({"value": value, **gradients})
            count += len(value)
            total += float(np.sum(value, dtype=np.float64))
            weights += float(np.sum(sample_weight, dtype=np.float64)) if sample_weight is not None else len(value)
    return count, total / weights if weights else float("nan")


def _results(loss: Loss, arrays: list[np.ndarray], weight: Any, parameters: Mapping[str, Any]) -> tuple[Any, Any]:
    """Value and gradient; a metric has the value alone."""
    if loss.is_metric:
        return loss.value(*arrays, sample_weight=weight, **parameters), None
    value, gradient = loss.value_and_gradient(*arrays, sample_weight=weight, **parameters)
    return value, gradient


def _stacked(columns: list[np.ndarray]) -> np.ndarray:
    """One column is the array itself; several are the entries of a row."""
    return columns[0] if len(columns) == 1 else np.column_stack(columns)


def _gradient_columns(
    loss: Loss, gradient: Any, columns: Mapping[str, list[str]], suffix: str
) -> dict[str, np.ndarray]:
    """The gradient under the names of the prediction's columns; an NPZ file keeps whole arrays."""
    predictions = [role_symbol(declared).name for declared in loss.declaration.predictions]
    gradients = dict(zip(predictions, gradient if isinstance(gradient, tuple) else (gradient,), strict=True))
    if len(gradients) == 1 and (suffix == ".npz" or len(columns[predictions[0]]) == 1):
        return {"gradient": gradients[predictions[0]]}
    if suffix == ".npz":
        return {f"gradient_{name}": array for name, array in gradients.items()}
    return {
        f"gradient_{column}": array if array.ndim == 1 else array[:, place]
        for name, array in gradients.items()
        for place, column in enumerate(columns[name])
    }


def _shown(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """The chunks, with a progress bar on a terminal."""
    if not sys.stderr.isatty():
        yield from chunks
        return
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("evaluating", total=1.0)
        for chunk in chunks:
            yield chunk
            progress.update(task, completed=chunk.done)
