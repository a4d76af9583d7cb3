"""A loss of ours as a function that somebody else might have written, to be audited against another loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from symloss.declare.roles import role_symbol
from symloss.errors import ParameterError
from symloss.loss import Loss

from .points import given_targets
from .probe import Array


def as_function(loss: Loss, parameters: Mapping[str, Any] | None = None) -> Callable[[Array, Array], Any]:
    """Value, gradient and diagonal of the Hessian as "numpy" has them; a ParameterError where data is needed, too."""
    inputs = [role_symbol(d) for d in loss.declaration.inputs]
    targets = [s for s in inputs if s.role == "target"]
    if any(s.role == "data" for s in inputs) or len(targets) > 1:
        raise ParameterError(f"{loss.name} is called {loss.outline.usage}; expected one target at most and no data")
    split = not role_symbol(loss.declaration.predictions[0]).axes
    row = bool(targets) and bool(targets[0].axes)
    given: dict[str, Any] = dict(parameters or {})

    def function(y: Array, raw: Array) -> Any:
        predictions = (
            [np.ascontiguousarray(raw[:, k]) for k in range(raw.shape[1])] if split and raw.ndim > 1 else [raw]
        )
        observed = [np.eye(raw.shape[1])[y] if row and y.ndim == 1 else y] if targets else []
        results = (getattr(loss, kind)(*observed, *predictions, **given) for kind in ("value", "gradient", "hessian"))
        return tuple(np.stack(part, axis=1) if isinstance(part, tuple) else part for part in results)

    return function


def targets_for(one: Loss, other: Loss) -> tuple[float, ...] | None:
    """Numbers that a loss takes as a target; those of the other one, if it has none; None where it is no number."""
    target = _target(one) or _target(other)
    if target is None or target.axes or target.label_axis is not None:
        return None
    return given_targets(target.domain)


def _target(loss: Loss) -> Any:
    return next((s for s in map(role_symbol, loss.declaration.inputs) if s.role == "target"), None)
