"""The constant raw prediction of least mean loss: where boosting and iterative fits start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.optimize

from symloss.call.signature import Input
from symloss.errors import DerivationError, ParameterError

_WIDEST = 2.0**20  # a raw prediction beyond this is an optimum at infinity in every link
_VANISHING = 1e-8  # a slope that dies out in the tail, unlike that of a hinge, which ends at a corner
_SUMS_TO_ONE = "nonnegative entries that sum to 1"  # what a simplex expects, see `symloss.declare.domains`
_TOLERANCE = 4 * np.finfo(np.float64).eps


def fit_intercept_only(loss: Any, targets: Sequence[Any], weight: Any, named: dict[str, Any]) -> Any:
    """One number for a scalar prediction, an array for a row, a tuple for several predictions.

    An optimum at infinity (all labels 0 under a logit) is returned as -inf or inf.
    """
    objective = _Objective(loss, targets, weight, named)
    if objective.shapes == [()]:
        return _scalar(objective)
    start = objective.pack([np.zeros(s) for s in objective.shapes])
    found = scipy.optimize.minimize(
        objective.value_and_gradient, start, jac=True, method="BFGS", options={"gtol": 1e-11}
    )
    parts = objective.unpack(found.x)
    results = [float(p) if p.ndim == 0 else p for p in parts]
    return results[0] if len(results) == 1 else tuple(results)


class _Objective:
    """The mean loss of a constant prediction, broadcast over the samples."""

    def __init__(self, loss: Any, targets: Sequence[Any], weight: Any, named: dict[str, Any]) -> None:
        self.loss = loss
        self.inputs: tuple[Input, ...] = loss.outline.call.inputs
        names = [i.name for i in self.inputs if i.role != "prediction"]
        if "y_true" in named:
            targets, named = (named["y_true"],), {k: v for k, v in named.items() if k != "y_true"}
        given = dict(zip(names, targets, strict=False))
        given.update({k: v for k, v in named.items() if k in names})
        if len(given) != len(names):
            missing = ", ".join(n for n in names if n not in given)
            raise ParameterError(f"{loss.name}.fit_intercept_only needs {missing}")
        self.given = {k: np.asarray(v) for k, v in given.items()}
        self.named = {k: v for k, v in named.items() if k not in names}
        self.weight = weight
        self.predictions = [i for i in self.inputs if i.role == "prediction"]
        for known in self.predictions:
            if known.domain == _SUMS_TO_ONE:
                raise DerivationError(
                    f"{loss.name}.fit_intercept_only: {known.name} is a row that sums to one, which a step in one of "
                    f"its entries leaves; fit a loss of logits, such as softmax_cross_entropy"
                )
        self.batch = self._batch()
        self.shapes = [tuple(self._extent(a) for a in p.axes) for p in self.predictions]

    def _batch(self) -> tuple[int, ...]:
        """The batch shape, from the first argument that is not a scalar."""
        for known in self.inputs:
            if known.name in self.given:
                array = self.given[known.name]
                shape = array.shape[: array.ndim - len(known.axes)]
                if shape:
                    return tuple(shape)
        return ()

    def _extent(self, axis: str) -> int:
        """The length of an axis: from the declaration, from a target that has it, or from a label's largest id."""
        fixed = {a.name: a.size for a in self.loss.outline.call.axes}.get(axis)
        if isinstance(fixed, int):
            return fixed
        label_axes = dict(self.loss.outline.label_axes)
        for known in self.inputs:
            if known.name not in self.given:
                continue
            array = self.given[known.name]
            if label_axes.get(known.name) == axis:
                return int(array.max()) + 1
            if axis in known.axes:
                return int(array.shape[array.ndim - len(known.axes) + known.axes.index(axis)])
        raise ParameterError(f"{self.loss.name}.fit_intercept_only: the length of axis {axis} is not in the targets")

    def pack(self, parts: Sequence[Any]) -> Any:
        return np.concatenate([np.ravel(p) for p in parts])

    def unpack(self, x: Any) -> list[Any]:
        sizes = [int(np.prod(s)) for s in self.shapes]
        return [p.reshape(s) for p, s in zip(np.split(x, np.cumsum(sizes)[:-1]), self.shapes, strict=True)]

    def _arguments(self, x: Any) -> dict[str, Any]:
        parts = self.unpack(np.asarray(x, dtype=np.float64))
        broadcast = {
            p.name: np.broadcast_to(part, (*self.batch, *part.shape))
            for p, part in zip(self.predictions, parts, strict=True)
        }
        return {**self.given, **broadcast, **self.named}

    def value_and_gradient(self, x: Any) -> tuple[float, Any]:
        names = [p.name for p in self.predictions]
        value, gradients = self.loss.value_and_gradient(
            **self._arguments(x), sample_weight=self.weight, reduction="mean", wrt=names
        )
        over = tuple(range(len(self.batch)))
        return float(value), self.pack([np.sum(g, axis=over) for g in gradients])

    def slope(self, x: float) -> float:
        """The derivative of the mean loss."""
        return float(self.value_and_gradient(np.array([x]))[1][0])


def _scalar(objective: _Objective) -> float:
    """A root of the slope: bracketed from zero outwards, so that a convex loss has its one minimiser found."""
    at_zero = objective.slope(0.0)
    if at_zero == 0:
        return 0.0
    downhill = -1.0 if at_zero > 0 else 1.0
    near, far = 0.0, downhill
    slope_near, slope_far = at_zero, objective.slope(far)
    while slope_far * at_zero > 0 and abs(far) < _WIDEST:
        near, slope_near, far = far, slope_far, far * 2
        slope_far = objective.slope(far)
    if not np.isfinite(slope_far):
        raise DerivationError(
            f"{objective.loss.name}: the mean slope is {slope_far} at {far}; no minimiser was bracketed"
        )
    if slope_far * at_zero > 0 or (slope_far == 0 and abs(slope_near) < _VANISHING * abs(at_zero)):
        return downhill * np.inf
    if slope_far == 0:
        return far
    return float(scipy.optimize.brentq(objective.slope, near, far, xtol=1e-300, rtol=_TOLERANCE, maxiter=500))
