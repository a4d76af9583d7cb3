"""Losses whose terms cancel: deviances, differences of squares, and a prediction close to its target."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.audit.ulp import ulp_error
from symloss.heads.evaluate import agreed, evaluate

p, t = sl.prediction("p", domain=sl.Positive), sl.target("t", domain=sl.Positive)
LOSSES = {
    "poisson": t * sp.log(t / p) - t + p,
    "gamma": t / p - sp.log(t / p) - 1,
    "log_ratio": (sp.log(p) - sp.log(t)) ** 2,
    "squares": p**2 + t**2 - 2 * p * t,
    "inverse_gaussian": (t - p) ** 2 / (t * p**2),
}
GAPS = (1e-12, -1e-7, 1e-3, 0.4, 3.0)


@pytest.mark.parametrize("order", ["value", "gradient"])
@pytest.mark.parametrize("name", LOSSES)
def test_close_to_the_target(name: str, order: str) -> None:
    loss = sl.Loss(name, LOSSES[name], inputs=(t, p))
    target = np.full(len(GAPS), 0.7)
    at = target * (1 + np.array(GAPS))
    e = loss.declaration.expression if order == "value" else loss.pipeline.derivation.gradient("p").expression

    def exact(y: float, x: float) -> Any:
        return agreed(lambda: evaluate(e, {"t": y, "p": x}), start=600)

    for got, y, x in zip(getattr(loss, order)(target, at), target.tolist(), at.tolist(), strict=True):
        assert ulp_error(float(got), exact(y, x)) <= 6, (y, x)
