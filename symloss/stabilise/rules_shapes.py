"""Rules about gamma functions whose shapes are predicted on the scale of their logarithm."""

from __future__ import annotations

import sympy as sp

from .log_shapes import by_log_shapes
from .stable_rule import StableRule, X, Y

WHOLE: tuple[StableRule, ...] = (
    StableRule(
        "gamma functions of log shapes",
        "log Gamma(k) = k log k - k + loggamma_rest(log k), k psi(k) = k log k + loggamma_rest_slope(log k), and so on",
        "k log k cancels where k is large, 1/k where it is small; both overflow while the sum is a number",
        "k > 1e3, k < 1e-3",
        "Stirling's formula (DLMF 5.11.1) and the recurrence (DLMF 5.5.2)",
        by_log_shapes,
        sp.loggamma(sp.exp(X)) + sp.exp(X) - Y * sp.exp(X),
        ({"x": 32.0, "y": 32.0}, {"x": 720.0, "y": 720.0}, {"x": -800.0, "y": 1.0}),
    ),
)
