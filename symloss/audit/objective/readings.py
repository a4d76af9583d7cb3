"""Ways in which a function and a loss may mean the same and write it differently; one row per reading.

A reading changes the samples before the loss is asked (another coding of the target, a mean instead of its logit), the
loss's gradient there, or the function's gradient (a chain rule that was left out).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from symloss.declare.domains import Positive, Reals, Signs, Unit

from .candidates import Candidate
from .points import Plan
from .probe import Array, Probe

Change = Callable[[Array, Probe], Array]


@dataclass(frozen=True)
class Reading:
    """``how`` is what a report says after the name of the loss; empty where nothing is changed.

    ``targets`` are the only ones that mean something in this reading; none are all. A function of a reading that
    ``is_fault`` returns what no booster can use.
    """

    how: str
    applies: Callable[[Candidate, Plan], bool]
    probe: Callable[[Probe], Probe] = lambda probe: probe
    of_loss: Change = lambda gradient, probe: gradient
    of_function: Change = lambda gradient, probe: gradient
    targets: tuple[float, ...] = ()
    is_fault: bool = False


def _recoded(change: Callable[[Array], Array]) -> Callable[[Probe], Probe]:
    return lambda probe: replace(probe, target=change(probe.target))


def _through(change: Callable[[Array], Array]) -> Callable[[Probe], Probe]:
    return lambda probe: replace(probe, raw=change(probe.raw))


def _times(slope: Callable[[Array], Array]) -> Change:
    return lambda gradient, probe: gradient * slope(probe.raw)


def _slope(z: Array) -> Array:
    """The derivative of the sigmoid."""
    product: Array = special.expit(z) * special.expit(-z)
    return product


def _softmax_product(rows: Array, probe: Probe) -> Array:
    """Rows times the Jacobian of softmax: a gradient by probabilities becomes one by logits."""
    p = special.softmax(probe.raw, axis=1)
    product: Array = p * (rows - np.sum(p * rows, axis=1, keepdims=True))
    return product


def _numbers(c: Candidate, plan: Plan) -> bool:
    return plan.form == "numbers"


def _reals(c: Candidate, plan: Plan) -> bool:
    """Whether both take any real number as a raw prediction."""
    return plan.predictions == "reals" and all(s.domain == Reals for s in c.predictions)


def _single_reals(c: Candidate, plan: Plan) -> bool:
    return plan.columns == 1 and _numbers(c, plan) and _reals(c, plan)


def _row_reals(c: Candidate, plan: Plan) -> bool:
    return not _numbers(c, plan) and _reals(c, plan)


READINGS = (
    Reading("", lambda c, plan: True),
    Reading(
        "for y in {0, 1} alone",
        lambda c, plan: _numbers(c, plan) and c.target is not None and c.target.domain == Unit,
        targets=(0.0, 1.0),
    ),
    Reading(
        "with y in {0, 1} for its {-1, +1}",
        lambda c, plan: _numbers(c, plan) and c.target is not None and c.target.domain == Signs,
        _recoded(lambda y: 2 * y - 1),
        targets=(0.0, 1.0),
    ),
    Reading(
        "with y in {-1, +1} for its {0, 1}",
        lambda c, plan: _numbers(c, plan) and c.target is not None and not c.target.domain.contains(-1.0),
        _recoded(lambda y: (y + 1) / 2),
        targets=(-1.0, 1.0),
    ),
    Reading(
        "of the logit of the prediction, which is a probability here",
        lambda c, plan: plan.predictions == "unit" and plan.columns == 1 and c.domain == Reals,
        _through(special.logit),
        _times(lambda p: 1 / (p * (1 - p))),
    ),
    Reading(
        "of the logarithm of the prediction, which is a mean here",
        lambda c, plan: plan.predictions == "positive" and plan.columns == 1 and c.domain == Reals,
        _through(np.log),
        _times(lambda mean: 1 / mean),
    ),
    Reading(
        "of the probability 1/(1 + exp(-raw))",
        lambda c, plan: plan.predictions == "reals" and plan.columns == 1 and c.domain == Unit,
        _through(special.expit),
        _times(_slope),
    ),
    Reading(
        "of the mean exp(raw)",
        lambda c, plan: plan.predictions == "reals" and plan.columns == 1 and c.domain == Positive,
        _through(np.exp),
        _times(np.exp),
    ),
    Reading(
        "but with respect to the probability p = 1/(1 + exp(-raw)): the factor p*(1 - p) of the chain rule is missing",
        _single_reals,
        of_function=_times(_slope),
        is_fault=True,
    ),
    Reading(
        "but with respect to exp(raw): the factor exp(raw) of the chain rule is missing",
        _single_reals,
        of_function=_times(np.exp),
        is_fault=True,
    ),
    Reading(
        "but multiplied by p*(1 - p), p = 1/(1 + exp(-raw)): the chain rule is applied twice",
        _single_reals,
        of_loss=_times(_slope),
        is_fault=True,
    ),
    Reading(
        "but with respect to the probabilities p = softmax(raw): the Jacobian of softmax is missing",
        _row_reals,
        of_function=_softmax_product,
        is_fault=True,
    ),
)


def readings(candidate: Candidate, plan: Plan) -> Iterator[Reading]:
    """Those worth trying for a loss, the plain one first."""
    rows = READINGS if plan.form != "numbers" or plan.columns == 1 else (READINGS[0], *_of_columns(plan.columns))
    return (row for row in rows if row.applies(candidate, plan))


def plainness(reading: Reading) -> int:
    """The place in the table: 0 for what changes nothing."""
    return READINGS.index(reading) if reading in READINGS else 1


def _of_columns(columns: int) -> Iterator[Reading]:
    """Another order of two columns, and a chain rule left out in one of several."""
    if columns == 2:
        yield Reading(
            "with its two predictions in the other order",
            _numbers,
            lambda probe: replace(probe, raw=probe.raw[:, ::-1]),
            lambda gradient, probe: gradient[:, ::-1],
        )
    for column in range(columns):
        for power, shown in ((1, "exp(raw)"), (2, "exp(2*raw)")):
            yield Reading(
                f"but column {column} is with respect to {shown}: a factor of the chain rule is missing",
                _reals,
                of_function=_in_column(column, power),
                is_fault=True,
            )


def _in_column(column: int, power: int) -> Change:
    def change(gradient: Array, probe: Probe) -> Array:
        changed = gradient.copy()
        changed[:, column] *= power * np.exp(power * probe.raw[:, column])
        return changed

    return change
