"""A decorator for people's own suites: the gradient laws as one test.

>>> import symloss as sl
>>> @sl.testing.gradient_test(of="squared_error")
... def by_hand(y, f):
...     return f - y
>>> by_hand()
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from symloss import catalogue
from symloss.audit import points
from symloss.audit.batch import Batch
from symloss.errors import LawError
from symloss.loss import Loss

from .check import check_loss
from .law import Violation
from .results import finite_rows, given, rows_of

GRADIENT_LAWS = (
    "value_is_exact",
    "gradient_is_exact",
    "gradient_is_the_slope_of_the_value",
    "gradient_at_a_kink_is_the_declared_one",
    "entry_points_agree",
    "finite_in_finite_out",
)
"""What a gradient is held to."""

Test = Callable[..., Any]

SAMPLES = 200


def gradient_test(
    function: Test | None = None, *, of: Loss | str | None = None, ulps: float = 64.0, seed: int = 0
) -> Any:
    """Make a test of a function.

    As ``@gradient_test``, the function returns a loss, its name or several of them, and each is held to the laws of
    gradients. As ``@gradient_test(of=loss)``, the function computes the gradient of that loss in its own way; it is
    called with the loss's arguments and parameters by name, at ordinary and extreme samples, and what it returns may
    differ from the loss's own gradient by so many ``ulps`` of the largest entry of a sample.

    A test that fails is a `LawError` with the smallest sample that was found.
    """
    if function is None:
        return lambda later: gradient_test(later, of=of, ulps=ulps, seed=seed)
    if of is None:
        return _of_losses(function, seed)
    return _of_implementation(function, of, ulps, seed)


def _of_losses(function: Test, seed: int) -> Test:
    @functools.wraps(function)
    def test(*args: Any, **named: Any) -> None:
        for loss in _losses(function(*args, **named)):
            check_loss(loss, seed=seed, laws=GRADIENT_LAWS).raise_if_failed()

    return test


def _losses(returned: Any) -> Iterable[Loss | str]:
    return (returned,) if isinstance(returned, (Loss, str)) else returned


def _of_implementation(function: Test, of: Loss | str, ulps: float, seed: int) -> Test:
    @functools.wraps(function)
    def test() -> None:
        loss = catalogue.get(of) if isinstance(of, str) else of
        for batch in points.batches(loss, "float64", SAMPLES, seed):
            found = _difference(loss, batch.rows(finite_rows(batch)), function, ulps)
            if found is not None:
                raise LawError(str(found))

    # pytest would take the arguments of the function for fixtures.
    del test.__wrapped__
    return test


def _difference(loss: Loss, batch: Batch, function: Test, ulps: float) -> Violation | None:
    if not batch.length:
        return None
    exact = rows_of(loss, loss.gradient(**given(batch)), batch.length)
    with np.errstate(all="ignore"):
        got = rows_of(loss, function(**given(batch)), batch.length)
        room = ulps * np.spacing(np.abs(exact).max(axis=1, keepdims=True))
        wrong = ~((np.abs(got - exact) <= room) | (got == exact))
    if not wrong.any():
        return None
    rows = np.flatnonzero(wrong.any(axis=1))
    n = int(min(rows, key=lambda row: max(np.max(np.abs(a[row])) for a in batch.arrays.values())))
    entry = int(np.flatnonzero(wrong[n])[0])
    text = f"entry {entry} of the gradient is {got[n, entry]!r}, expected {exact[n, entry]!r}"
    return Violation(text, (n,), "gradient", law="gradient_test", loss=loss.name, batch=batch)
