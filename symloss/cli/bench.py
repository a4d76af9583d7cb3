"""``symloss bench``: a loss's kernels against its formulas as NumPy text, on this machine."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from math import prod
from typing import Annotated, Any

import numpy as np
import typer
from numpy.random import Generator
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress

from symloss import catalogue
from symloss.audit.numpy_text import NoNumpyText, numpy_function
from symloss.audit.timing import paired
from symloss.cli.find import find_loss
from symloss.cli.output import AsJson, print_json, print_table
from symloss.declare.points import axis_lengths
from symloss.declare.roles import RoleSymbol, role_symbol
from symloss.errors import ParameterError
from symloss.loss import Loss

Array = NDArray[Any]
TASKS = (("value",), ("value", "gradient"), ("gradient", "hessian"))


@dataclass(frozen=True)
class Timing:
    """One line: milliseconds, and the median of the ratios of runs in turn.

    ``difference`` is the largest one between the results, relative to the largest entry.
    """

    loss: str
    results: str
    dtype: str
    shape: tuple[int, ...]
    ours: float | None = None
    numpy: float | None = None
    ratio: float | None = None
    difference: float | None = None
    skipped: str = ""


def command(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Losses, FILE.py or FILE.py:NAME; all that ship.")
    ] = None,
    samples: Annotated[int, typer.Option(help="Numbers in a prediction: samples times the lengths of axes.")] = 100_000,
    classes: Annotated[int, typer.Option(help="The length of an axis.")] = 10,
    dtype: Annotated[str, typer.Option(metavar="DTYPE,...", help="Precisions.")] = "float64,float32",
    seconds: Annotated[float, typer.Option(help="Time for each line.")] = 0.2,
    as_json: AsJson = False,
) -> None:
    """Time kernels beside the same formulas in NumPy, one thread each, in turn; below 1 the kernel is faster."""
    dtypes = _dtypes(dtype)
    losses = [find_loss(name) for name in names or catalogue.names()]
    tasks = [(loss, results, one) for loss in losses for one in dtypes for results in tasks_of(loss)]
    timings = [_timed(loss, results, one, samples, classes, seconds) for loss, results, one in _shown(tasks)]
    if as_json:
        print_json([asdict(timing) for timing in timings])
    else:
        columns = ("loss", "results", "dtype", "shape", "ours, ms", "NumPy, ms", "ratio", "difference")
        print_table(columns, map(_line, timings))


def tasks_of(loss: Loss) -> tuple[tuple[str, ...], ...]:
    """The results that are timed; a metric has its value alone."""
    return TASKS[:1] if loss.is_metric else TASKS


def _dtypes(text: str) -> list[str]:
    given = text.split(",")
    for name in given:
        if name not in ("float64", "float32"):
            raise ParameterError(f"--dtype {text}: {name!r} is neither float64 nor float32")
    return given


def _timed(loss: Loss, results: Sequence[str], dtype: str, samples: int, classes: int, seconds: float) -> Timing:
    inputs = example(loss, dtype, samples, classes)
    about = (loss.name, " and ".join(results), dtype, inputs[-1].shape)
    try:
        text = numpy_function(loss, results)
    except NoNumpyText as error:
        return Timing(*about, skipped=str(error))
    parameters = [role_symbol(p).default for p in loss.declaration.parameters]
    if None in parameters:
        return Timing(*about, skipped="a parameter has no default")
    method = getattr(loss, "_and_".join(results))
    # What overflows in the text is the text's own affair; the difference shows it.
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        difference = _difference(_flat(method(*inputs, n_threads=1)), _flat(text(*inputs, *parameters)))
        pair = paired(lambda: method(*inputs, n_threads=1), lambda: text(*inputs, *parameters), seconds)
    return Timing(*about, 1e3 * pair.ours, 1e3 * pair.theirs, pair.ratio, difference)


def _flat(made: Any) -> list[Array]:
    return [array for part in made for array in _flat(part)] if isinstance(made, tuple) else [np.asarray(made)]


def _difference(ours: Sequence[Array], theirs: Sequence[Array]) -> float:
    return max(_largest(np.abs(a - b)) / (_largest(np.abs(a)) or 1.0) for a, b in map(_defined, ours, theirs))


def _defined(a: Array, b: Array) -> tuple[Array, Array]:
    """Both, with 0 where both are not a number: a metric that is 0/0 there."""
    undefined = np.isnan(a) & np.isnan(b)
    return np.where(undefined, 0.0, a), np.where(undefined, 0.0, b)


def _largest(sizes: Array) -> float:
    return float(np.max(sizes, initial=0.0))


# --- arrays ---------------------------------------------------------------------------------------


def example(loss: Loss, dtype: str, samples: int, classes: int) -> tuple[Array, ...]:
    """Random inputs in call order, inside their domains; about ``samples`` numbers in the largest."""
    symbols = [role_symbol(declared) for declared in loss.declaration.inputs]
    axes = {axis for s in symbols for axis in (*s.axes, *((s.label_axis,) if s.label_axis else ()))}
    lengths = axis_lengths(sorted(axes, key=lambda axis: axis.name), classes)
    shapes = [tuple(lengths[axis.name] for axis in s.axes) for s in symbols]
    rows = max(1, samples // max(map(prod, shapes)))
    random = np.random.default_rng(0)
    return tuple(_array(random, s, (rows, *shape), lengths, dtype) for s, shape in zip(symbols, shapes, strict=True))


def _array(random: Generator, symbol: RoleSymbol, shape: tuple[int, ...], lengths: dict[str, int], dtype: str) -> Array:
    if symbol.label_axis is not None:
        return random.integers(0, lengths[symbol.label_axis.name], shape)
    match symbol.domain.test or ("reals",):
        case ("simplex", *_):
            made = random.exponential(size=shape)
            made /= made.sum(axis=-1, keepdims=True)
        case ("values", values):
            made = random.choice(np.array(values, dtype=float), shape)
        case ("integer", low):
            made = low + random.poisson(3.0, shape)
        case ("interval", low, high, *_):
            made = _in_interval(random, float(low), float(high), shape)
        case _:
            made = random.normal(size=shape)
    return made.astype(dtype)


def _in_interval(random: Generator, low: float, high: float, shape: tuple[int, ...]) -> Array:
    if np.isfinite(low) and np.isfinite(high):
        return random.uniform(low + 0.01 * (high - low), high - 0.01 * (high - low), shape)
    size = random.exponential(size=shape) + 0.01
    return low + size if np.isfinite(low) else high - size


# --- output ---------------------------------------------------------------------------------------


def _line(timing: Timing) -> tuple[str, ...]:
    about = (timing.loss, timing.results, timing.dtype, "×".join(map(str, timing.shape)))
    if timing.ratio is None:
        return (*about, "-", "-", "-", timing.skipped)
    return (*about, f"{timing.ours:.3g}", f"{timing.numpy:.3g}", f"{timing.ratio:.2f}", f"{timing.difference:.1e}")


def _shown(tasks: Sequence[Any]) -> Iterator[Any]:
    """The tasks, with a progress bar on a terminal."""
    if not sys.stderr.isatty():
        yield from tasks
        return
    with Progress(console=Console(stderr=True), transient=True) as progress:
        yield from progress.track(tasks, description="timing")
