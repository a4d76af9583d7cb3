"""The law of infinities: at an infinite prediction a result is the limit, where there is one (acceptance figure A2).

The limit is read off exact values at 1e4, 1e8, 1e16 and 1e32 of the expression in heads, derivatives by
differences. Infinite entries of a row are masks, which other laws hold to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import mpmath
import numpy as np

from symloss.audit.batch import Batch
from symloss.audit.points import has_rows
from symloss.declare.points import axis_lengths
from symloss.declare.roles import role_symbol
from symloss.heads.evaluate import evaluate
from symloss.loss import Loss

from .exact_laws import is_ordinary
from .law import Violation
from .sampling import LENGTH

BITS = 1600
STEP = mpmath.mpf(2) ** -300
STEPS = (4, 8, 16, 32)
CLOSE = mpmath.mpf(10) ** -12
"""What is left at 1e32 of a power that decays as slowly as x**(-2/5)."""

MOST = 2
"""Samples of a batch that are looked at: what happens at infinity seldom depends on the others."""

Sample = dict[str, Any]


def has_scalars_only(loss: Loss) -> bool:
    return not has_rows(loss) and not any(role_symbol(d).axes for d in (*loss.inputs, *loss.parameters))


def infinite_prediction_gives_the_limit(loss: Loss, batch: Batch) -> Violation | None:
    samples = [batch.sample(n) for n in range(batch.length)]
    for n, sample in [(n, s) for n, s in enumerate(samples) if is_ordinary(s)][:MOST]:
        for symbol in map(role_symbol, loss.declaration.predictions):
            for end in [s for s, last in ((1, symbol.domain.high), (-1, -symbol.domain.low)) if last == float("inf")]:
                found = _not_the_limit(loss, sample, symbol.name, end)
                if found:
                    return Violation(found, (n,), "value")
    return None


def _not_the_limit(loss: Loss, sample: Sample, name: str, end: int) -> str:
    for order, got in results(loss, {**sample, name: end * np.inf}):
        wanted = limit(lambda x, order=order: exact(loss, {**sample, name: end * x}, order))  # type: ignore[misc]
        if wanted is not None and not is_limit(got, wanted):
            what = ("value", "gradient by", "hessian by")[len(order)] + "".join(f" {o}" for o in order[:1])
            return f"{what} at {name} = {end * np.inf} is {got!r}, its limit {mpmath.nstr(wanted, 8)}"
    return ""


def limit(at: Callable[[Any], Any]) -> Any:
    """What the values tend to; ``None`` where they do not tell, or one of them is not known."""
    values = [at(mpmath.mpf(10) ** n) for n in STEPS]
    if any(value is None for value in values):
        return None
    if max(map(abs, values[-2:])) < CLOSE:
        return mpmath.mpf(0)
    if abs(values[-1]) <= abs(values[-2]) / 1000 and abs(values[-2]) <= abs(values[-3]) / 10:
        return mpmath.mpf(0)  # a small power of x; exp(-x) may be taken for 0 in the last value alone
    before, last = (b - a for a, b in zip(values[-3:], values[-2:], strict=False))
    if abs(last) <= mpmath.mpf(10) ** -14 * abs(values[-1]) or abs(last) <= abs(before) / 1000:
        return values[-1]
    return mpmath.sign(last) * mpmath.inf if last * before > 0 and abs(last) >= abs(before) else None


def exact(loss: Loss, sample: Sample, order: tuple[str, ...]) -> Any:
    """The value, or a derivative by differences, of the expression in heads; ``None`` where rounding the value takes
    the difference away: mu**2 beside exp(1e4)."""

    def value(**moved: Any) -> Any:
        return evaluate(loss.declaration.expression, {**lengths, **sample, **moved})

    lengths = axis_lengths(loss.declaration.axes, LENGTH)
    with mpmath.workprec(BITS):
        if not order:
            return value()
        (name, *second) = order
        up, here, down = (value(**{name: sample[name] + s * STEP}) for s in (1, 0, -1))
        if abs(here) * mpmath.mpf(2) ** -BITS / STEP ** len(order) > CLOSE:
            return None
        return (up - 2 * here + down) / STEP**2 if second else (up - down) / (2 * STEP)


def results(loss: Loss, sample: Sample) -> Iterator[tuple[tuple[str, ...], float]]:
    """(variables of the derivative, result) for value, gradient and Hessian."""
    arguments: dict[str, Any] = {name: np.float64(x) for name, x in sample.items()}
    yield (), float(loss.value(**arguments))
    gradient, hessian = loss.gradient_and_hessian(**arguments)
    for n, name in enumerate(loss.outline.predictions):
        several = isinstance(gradient, tuple)
        yield (name,), float(gradient[n] if several else gradient)
        yield (name, name), float(hessian[n] if several else hessian)


def is_limit(got: float, wanted: Any) -> bool:
    if mpmath.isinf(wanted) or wanted == 0:
        return bool(got == wanted)
    return bool(np.isfinite(got) and abs(mpmath.mpf(got) - wanted) <= CLOSE * abs(wanted))
