"""Which losses take -inf as a masked class, and what a target has where a class is masked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import sympy as sp

from symloss.declare.domains import Domain
from symloss.declare.points import point
from symloss.declare.roles import role_symbol
from symloss.heads.binders import LogSumExp, Softmax
from symloss.heads.evaluate import agreed, evaluate
from symloss.heads.sparse import SparseMaximum
from symloss.loss import Loss


def can_be_masked(loss: Loss) -> bool:
    """Whether the prediction is one row under softmax or logsumexp, so that -inf means a masked class.

    Not where every class has some of the target: a mask then costs an infinite loss, or no target has nothing there.
    """
    predictions = loss.declaration.predictions
    rows = len(predictions) == 1 and len(role_symbol(predictions[0]).axes) == 1
    return rows and _targets_may_be_zero(loss) and _is_linear_in_rows(loss) and _masks_are_free(loss)


def _targets_may_be_zero(loss: Loss) -> bool:
    targets = [role_symbol(t) for t in loss.declaration.with_role("target")]
    return all(t.label_axis is not None or not t.axes or t.domain.contains(0.0) for t in targets)


def _is_linear_in_rows(loss: Loss) -> bool:
    """Whether there are rows under softmax or logsumexp, and an entry that is -inf makes its exponent that."""
    rows = [b.body for b in loss.expression.atoms(LogSumExp, Softmax, SparseMaximum)]
    entries = [(body, x) for body in rows for x in body.atoms(sp.Indexed) if role_symbol(x.base).role == "prediction"]
    return bool(entries) and not any(body.diff(x).has(x) for body, x in entries)


MASKED_TARGET = (0.25, 0.0, 0.75, 0.0)
"""A row of a target that has nothing at the masked classes, 1 and 3."""


def masked_target(domain: Domain, row: Sequence[float] = MASKED_TARGET) -> list[float]:
    """The same in any domain that a row may have."""
    return [v if domain.contains(v) else float(v > 0) for v in row]


def _masks_are_free(loss: Loss) -> bool:
    """Whether the value stays the same when a class that is far below the others goes further down."""
    for target in ([0.25, 0.0, 0.75], [1.0, 0.0, 0.0]):
        near, far = (_value(loss, target, entry) for entry in (-20_000.0, -40_000.0))
        if near != far and not abs(near - far) <= 1e-9 * (1 + abs(far)):
            return False
    return True


def _value(loss: Loss, target: list[float], entry: float) -> Any:
    """The loss where the second class is at ``entry`` and has nothing of the target."""
    declaration = loss.declaration
    numbers = point((*declaration.inputs, *declaration.parameters), declaration.axes, 0)
    for symbol in map(role_symbol, declaration.inputs):
        if symbol.label_axis is not None:
            numbers[symbol.name] = 0
        elif symbol.axes and symbol.role == "prediction":
            numbers[symbol.name][1] = entry
        elif symbol.axes:
            numbers[symbol.name] = masked_target(symbol.domain, target)
    return agreed(partial(evaluate, declaration.expression, numbers), start=400)
