"""Fifteen losses of one number x, as textbooks write them: the common set on which libraries are compared.

Each is a loss with its other arguments fixed. `symloss check docs/comparison/fifteen.py --ulp` measures the losses
over the whole of their domains.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

import symloss as sl

y, f = sl.target("y"), sl.prediction("f")
counts = sl.target("y", domain=sl.NonNegative)
amounts = sl.target("y", domain=sl.Positive)
label = sl.target("y", domain=sl.Binary)
r = f - y

pseudo_huber = sl.Loss("fifteen_pseudo_huber", sp.sqrt(1 + r**2) - 1)
gamma = sl.Loss("fifteen_gamma", f + amounts * sp.exp(-f))
tweedie = sl.Loss("fifteen_tweedie", 2 * amounts * sp.exp(-f / 2) + 2 * sp.exp(f / 2))
student_t = sl.Loss("fifteen_student_t", sp.log(sp.Rational(8, 3)) + sp.Rational(5, 2) * sp.log(1 + r**2 / 4))
negative_binomial = sl.Loss(
    "fifteen_negative_binomial",
    -2 * sp.log(1 - 1 / (1 + sp.exp(-f))) - counts * sp.log(1 / (1 + sp.exp(-f))) - sp.log(4),
)
cloglog = sl.Loss("fifteen_cloglog", -label * sp.log(1 - sp.exp(-sp.exp(f))) + (1 - label) * sp.exp(f))
probit = sl.Loss("fifteen_probit", -label * sp.log(sl.norm_cdf(f)) - (1 - label) * sp.log(sl.norm_cdf(-f)))


@dataclass(frozen=True)
class Fixed:
    """A loss of one number: ``loss`` with all arguments fixed but its prediction, or the first entry of that."""

    name: str
    loss: sl.Loss
    target: float
    parameters: dict[str, float]
    others: tuple[float, ...] = ()

    @property
    def prediction(self) -> str:
        return str(self.loss.outline.predictions[0])

    def arrays(self, x: Any) -> dict[str, Any]:
        """The arguments of a call."""
        names = [str(getattr(d, "label", d)) for d in self.loss.inputs]
        row = np.stack([x, *(np.full_like(x, o) for o in self.others)], axis=-1) if self.others else x
        observed = np.full(len(x), self.target, np.int64 if self.others else x.dtype)
        return {name: row if name == self.prediction else observed for name in names}


_BCE = sl.get("binary_cross_entropy_with_logits")

FIFTEEN = (
    Fixed("bce_y0", _BCE, 0.0, {}),
    Fixed("bce_y1", _BCE, 1.0, {}),
    Fixed("softmax3", sl.get("sparse_softmax_cross_entropy"), 0, {}, others=(0.0, -1.0)),
    Fixed("bce_y25", _BCE, 0.25, {}),
    Fixed("logcosh", sl.get("log_cosh"), 0.0, {}),
    Fixed("focal_g2_y1", sl.get("focal"), 1.0, {"gamma": 2.0, "alpha": 1.0}),
    Fixed("huber", sl.get("huber"), 0.0, {"delta": 1.0}),
    Fixed("pseudo_huber", pseudo_huber, 0.0, {}),
    Fixed("poisson_y3", sl.get("poisson"), 3.0, {}),
    Fixed("gamma_y25", gamma, 2.5, {}),
    Fixed("tweedie15_y25", tweedie, 2.5, {}),
    Fixed("student_t4", student_t, 0.0, {}),
    Fixed("negbin_r2_y3", negative_binomial, 3.0, {}),
    Fixed("cloglog", cloglog, 1.0, {}),
    Fixed("probit", probit, 1.0, {}),
)


def grid(dtype: str, quick: bool = False) -> Any:
    """6313 points in float64, 5187 in float32: log-spaced to the ends of the dtype, dense on 800, 45 (104) and around.

    Made in kind after the grid on which the recorded figures were measured; a tenth of it if ``quick``.
    """
    few = 10 if quick else 1
    tails, wide, middle, special = {
        "float64": (np.geomspace(10**-307.6, 10**308.2, 1247 // few), 1601, (45.0, 2201), _SPECIAL),
        "float32": (np.geomspace(10**-37.6, 10**38.2, 920 // few), 1201, (104.0, 2129), _SPECIAL),
    }[dtype]
    low, high = {"float64": (800.0, 800.0), "float32": (100.0, 104.0)}[dtype]
    edge, dense = middle
    parts = [tails, -tails, np.linspace(-low, high, wide // few), np.linspace(-edge, edge, dense // few), special]
    return np.sort(np.concatenate(parts).astype(dtype))


_SPECIAL = (0.0, *(s * v for v in (1.0, 30.0, 36.7, 88.7, 103.9, 709.7, 710.0, 745.1) for s in (1, -1)))
"""Zero, and where exponentials over- and underflow."""
