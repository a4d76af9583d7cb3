"""Laws that ask the oracle: results against the expression as it was typed, in as many bits as it takes.

Only a sample at which the exact result is defined is judged: the derivative by a prediction on the border of its
domain, or at a kink, is another law's business (`symloss.testing.kink_laws`). Numbers beyond what the oracle can take
are `accurate`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from itertools import product
from typing import Any

import mpmath
import numpy as np

from symloss.audit.accuracy import Cell, exact_results, lengths_in, results_by, summary
from symloss.audit.batch import Array, Batch
from symloss.audit.bounds import Allowance, bound_of, largest_terms
from symloss.audit.oracle import Oracle
from symloss.audit.points import has_rows
from symloss.declare.roles import role_symbol
from symloss.heads.binders import Binder, free_indices
from symloss.heads.evaluate import evaluate
from symloss.loss import Loss
from symloss.stabilise.stabilise import stable_form

from .exactness import within
from .law import Violation
from .results import given, matrix_of, names_and_arrays, predictions

LARGEST, SMALLEST = 1e4, 1e-30
"""Between them a number (or 0, or a mask) is one that the oracle takes in no time."""

MOST_ENTRIES, MOST_ROWS = 12, 2
"""Of a matrix, and of a batch of rows: the oracle takes its time."""

FORMULAS: dict[str, Callable[[dict[str, Any]], Any]] = {}
"""Losses that somebody has written a second time, in multiple precision, by name: what the oracle asks instead of the
expression as typed."""

Entry = tuple[Any, Callable[[Mapping[str, Any]], Any], tuple[int, ...]]
"""What was got, the exact result as a function of the sample, the place of the entry."""


@lru_cache(maxsize=256)
def oracle(loss: Loss) -> Oracle:
    """The oracle of a loss, made once."""
    return Oracle(loss, FORMULAS.get(loss.name))


# --- which samples ----------------------------------------------------------------------------------


def is_ordinary(sample: dict[str, Any]) -> bool:
    """Whether the oracle takes the numbers: neither huge nor tiny nor NaN; -inf is a mask."""
    sizes = np.abs(np.concatenate([np.ravel(v).astype(np.float64) for v in sample.values()]))
    return bool(np.all((sizes == 0) | ((sizes >= SMALLEST) & (sizes <= LARGEST)) | np.isinf(sizes)))


def is_inside(loss: Loss, sample: dict[str, Any]) -> bool:
    """Whether every prediction lies in the inside of its domain, where there is a derivative."""
    for symbol in map(role_symbol, loss.declaration.predictions):
        entries = np.ravel(sample[symbol.name])
        if np.any(entries <= symbol.domain.low) and symbol.domain.low > -np.inf:
            return False
        if np.any(entries >= symbol.domain.high) and symbol.domain.high < np.inf:
            return False
    return True


def is_at_kink(loss: Loss, sample: dict[str, Any]) -> bool:
    """Whether the sample lies on a kink, or so near to one that differences of its own rounding cross it."""
    numbers = oracle(loss).numbers(sample)
    for place in loss.kink_places:
        if place.has(Binder):
            if _has_ties(sample):
                return True
            continue
        with mpmath.workprec(300):
            distances = [evaluate(place, {**numbers, **places}) for places in _all_places(place, numbers)]
        if any(mpmath.isfinite(d) and abs(d) < mpmath.mpf(2) ** -70 for d in distances):
            return True
    return False


def _all_places(expression: Any, numbers: dict[str, Any]) -> Iterator[dict[str, int]]:
    """Every value of the free indices: a kink inside a sum is one in every term."""
    indices = sorted(free_indices(expression), key=str)
    for places in product(*(range(int(numbers[index.label.axis.name])) for index in indices)):
        yield {index.name: place for index, place in zip(indices, places, strict=True)}


def _has_ties(sample: dict[str, Any]) -> bool:
    return any(isinstance(v, list) and len(set(np.ravel(v))) < np.size(v) for v in sample.values())


def judged(loss: Loss, batch: Batch, derivative: bool) -> list[int]:
    """The samples at which the oracle knows the result."""
    found = []
    for n in range(batch.length):
        sample = batch.sample(n)
        if is_ordinary(sample) and (not derivative or (is_inside(loss, sample) and not is_at_kink(loss, sample))):
            found.append(n)
    return found


# --- laws -------------------------------------------------------------------------------------------


def value_is_exact(loss: Loss, batch: Batch, *, in_terms: bool | None = None) -> Violation | None:
    return _first(loss, batch, "value", [("", loss.value(**given(batch)))], in_terms)


def gradient_is_exact(loss: Loss, batch: Batch, *, in_terms: bool | None = None) -> Violation | None:
    _, gradient = loss.value_and_gradient(**given(batch))
    return _first(loss, batch, "gradient", names_and_arrays(loss, gradient), in_terms)


def hessian_is_exact(loss: Loss, batch: Batch, *, in_terms: bool | None = None) -> Violation | None:
    _, hessian = loss.gradient_and_hessian(**given(batch))
    return _first(loss, batch, "hessian", names_and_arrays(loss, hessian), in_terms)


def parameter_gradient_is_exact(loss: Loss, batch: Batch, *, in_terms: bool | None = None) -> Violation | None:
    for symbol in map(role_symbol, loss.parameters):
        if not _can_move(symbol, batch.parameters[symbol.name]):
            continue
        gradient = loss.gradient(**given(batch), wrt=symbol.name)
        found = _first(loss, batch, "gradient", [(symbol.name, gradient)], in_terms)
        if found is not None:
            return found
    return None


def hessian_matrix_is_exact(loss: Loss, batch: Batch, *, in_terms: bool | None = None) -> Violation | None:
    matrices = matrix_of(loss, batch, loss.hessian_matrix(**given(batch)))
    rows = judged(loss, batch, derivative=True)
    for n in rows[:MOST_ROWS] if has_rows(loss) else rows:
        found = _first_of_matrix(loss, batch.sample(n), matrices[n], in_terms)
        if found:
            return Violation(found, (n,), "hessian_matrix")
    return None


def accurate(loss: Loss, batch: Batch) -> Violation | None:
    """The derived expressions at every sample, huge and subnormal ones too, within the bounds of docs/accuracy.md."""
    if not batch.length:
        return None
    dtype = str(batch.arrays[predictions(loss)[0]].dtype)
    calls: dict[str, Callable[[str], Any]] = {
        "value": lambda by: loss.value(**given(batch)),
        "gradient": lambda by: dict(names_and_arrays(loss, loss.value_and_gradient(**given(batch))[1]))[by],
        "hessian": lambda by: dict(names_and_arrays(loss, loss.gradient_and_hessian(**given(batch))[1]))[by],
    }
    for order, call in calls.items():
        for by in results_by(loss, order):
            result = call(by)
            cell = _measured(loss, order, by, batch, np.ravel(result).astype(np.float64), dtype)
            if not cell.passes:
                example = next(e for e in cell.examples if e.why != "worst")
                text = f"{_result(order, by)} is {example.got!r}, exact {example.exact} ({example.why})"
                return Violation(text, _row_of(batch, example.sample), order, by)
    return None


def _measured(loss: Loss, order: str, by: str, batch: Batch, result: Array, dtype: str) -> Cell:
    """As `symloss.audit.accuracy.measured`, with axes as long as they are in the batch."""

    def allowance() -> Allowance:
        rules = Allowance(loss, order, by, dtype)
        rules.lengths = lengths_in(loss, batch)
        return rules

    exact = exact_results(loss, order, by, batch)
    cell = Cell(loss.name, order, by, dtype, bound_of(loss, order, dtype))
    return summary(cell, [(batch, exact, result)], allowance)


# --- one entry ----------------------------------------------------------------------------------------


def _first(loss: Loss, batch: Batch, kind: str, results: Any, in_terms: bool | None) -> Violation | None:
    rows = judged(loss, batch, derivative=kind != "value")
    for by, array in results:
        for n in rows:
            sample = batch.sample(n)
            if loss.is_metric and mpmath.isnan(oracle(loss).meaning(sample)):
                if not np.isnan(np.asarray(array)[n]):
                    return Violation(f"{kind} is {np.asarray(array)[n]!r}, exact 0/0", (n,), kind)
                continue
            for entry in _entries(oracle(loss), kind, by, sample, np.asarray(array)[n]):
                text = _wrong(loss, kind, [by] if by else [], entry, sample, str(array.dtype), in_terms)
                if text:
                    return Violation(f"{_result(kind, by)}{text}", (n,), kind, by)
    return None


def _entries(reference: Oracle, kind: str, by: str, sample: dict[str, Any], got: Any) -> Iterator[Entry]:
    if kind == "value":
        yield got, reference.value, ()
        return
    for place, number in zip(reference.places(sample, by), np.ravel(got), strict=True):
        if kind == "gradient":
            yield number, partial(_slope, reference, by, place), place
        else:
            yield number, partial(_curvature, reference, (by, place), (by, place)), place


def _slope(reference: Oracle, by: str, place: tuple[int, ...], sample: Mapping[str, Any]) -> Any:
    return reference.slope(sample, by, place)


def _wrong(
    loss: Loss, kind: str, by: list[str], entry: Entry, sample: dict[str, Any], dtype: str, in_terms: bool | None
) -> str:
    """What is wrong with an entry; empty if nothing is.

    ``in_terms`` says whether ulps of the largest terms excuse it instead of rounded inputs; None, that both do.
    """
    got, result, place = entry
    shown = f" {list(place)}" if place else ""
    try:
        exact = result(sample)
    except ArithmeticError as error:
        return f"{shown} is {got!r}, and the exact result is not found: {error}"
    conditioned = partial(oracle(loss).condition, result, sample)
    termed = partial(_largest_terms, loss, kind, by, place, sample)
    fine = within(float(got), exact, dtype, conditioned, termed if in_terms else None)
    if not fine and in_terms is None:
        fine = within(float(got), exact, dtype, conditioned, termed)
    return "" if fine else f"{shown} is {got!r}, exact {mpmath.nstr(exact, 20)}"


def _largest_terms(loss: Loss, kind: str, by: list[str], place: tuple[int, ...], sample: dict[str, Any]) -> Any:
    expression, indices = loss.pipeline.expression(kind, *by)
    places = {index.name: p for index, p in zip(indices, place, strict=True)}
    with mpmath.workprec(200):
        return evaluate(largest_terms(stable_form(expression)), {**oracle(loss).numbers(sample), **places})


def largest_term(loss: Loss, kind: str, by: str, sample: dict[str, Any]) -> Any:
    """The size of what is added up in a result, whatever cancels; the largest over its entries."""
    places = oracle(loss).places(sample, by) if by else [()]
    return max(_largest_terms(loss, kind, [by] if by else [], place, sample) for place in places)


def largest_term_of_matrix(loss: Loss, sample: dict[str, Any]) -> float:
    """The size of what is added up in the Hessian, the largest over its entries."""
    variables = [(name, place) for name in predictions(loss) for place in oracle(loss).places(sample, name)]
    sizes = [
        _largest_terms(loss, "hessian_matrix", *_entry_of_matrix(loss, variables, r, c), sample)
        for r in range(len(variables))
        for c in range(len(variables))
    ]
    return float(max(sizes))


def _entry_of_matrix(loss: Loss, variables: list[Any], r: int, c: int) -> tuple[list[str], tuple[int, ...]]:
    """The variables and the indices by which the expression of an entry is found.

    Scalars choose their entry by the position of the prediction, rows by the places of the entries.
    """
    names = predictions(loss)
    (a, row), (b, column) = variables[r], variables[c]
    scalars = not any(place for _, place in variables)
    return names if scalars and len(names) > 1 else [a, b], (r, c) if scalars else (*row, *column)


def _first_of_matrix(loss: Loss, sample: dict[str, Any], matrix: Array, in_terms: bool | None) -> str:
    reference = oracle(loss)
    variables = [(name, place) for name in predictions(loss) for place in reference.places(sample, name)]
    pairs = [(r, c) for r in range(len(variables)) for c in range(r, len(variables))]
    for r, c in pairs[:: max(1, len(pairs) // MOST_ENTRIES)]:
        result = partial(_curvature, reference, variables[r], variables[c])
        by, place = _entry_of_matrix(loss, variables, r, c)
        text = _wrong(loss, "hessian_matrix", by, (matrix[r, c], result, place), sample, str(matrix.dtype), in_terms)
        if text:
            return f"hessian_matrix{text}"
    return ""


def _curvature(reference: Oracle, a: Any, b: Any, sample: Mapping[str, Any]) -> Any:
    return reference.curvature(sample, a, b)


def _result(kind: str, by: str) -> str:
    return f"{kind} by {by}" if by else kind


def _row_of(batch: Batch, sample: dict[str, Any]) -> tuple[int, ...]:
    return tuple(n for n in range(batch.length) if repr(batch.sample(n)) == repr(sample))[:1]


def _can_move(symbol: Any, value: Any) -> bool:
    """Whether a parameter lies inside its domain."""
    low, high = symbol.domain.low, symbol.domain.high
    return bool(np.all(np.asarray(value) > low) and np.all(np.asarray(value) < high))
