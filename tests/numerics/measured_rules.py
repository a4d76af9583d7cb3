"""The measured rewrites that started the project (shared/numerics/rules.json and README, rules 62 to 77), as losses.

Each entry is the text that a user would type: the form that is known to fail. What stands
beside it are the points at which plain floats lose it, from the region that was measured.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import sympy as sp

import symloss as sl

F, G = sl.prediction("f"), sl.prediction("g")
A, N = sl.data("a", domain=sl.Positive), sl.data("n", domain=sl.Positive)
BELOW, ABOVE = sl.prediction("f", domain=sl.Interval(-sp.oo, 0)), sl.prediction("f", domain=sl.Positive)
UNIT = sl.prediction("f", domain=sl.Unit)
K = sl.axis("K")
i, j, k = K.indices("i j k")
Z, LABEL = sl.prediction("z", K), sl.label("c", K)
X = sl.prediction("x", K)

Numbers = dict[str, Any]


@dataclass(frozen=True)
class MeasuredRule:
    """A typed form, where it loses its digits, and inputs that go with it.

    ``points`` are values of the prediction (or of a tuple of arguments by name) for float64,
    ``points32`` for float32 where the regions differ.
    """

    name: str
    expression: sp.Expr
    points: tuple[Any, ...]
    points32: tuple[Any, ...] | None = None
    orders: tuple[str, ...] = ("value", "gradient", "hessian")
    fixed: Numbers = field(default_factory=dict)

    @cached_property
    def loss(self) -> sl.Loss:
        names = {"a": A, "n": N, "c": LABEL}
        free = {s.name: s for s in self.expression.atoms(sp.Symbol)}
        inputs = [names[n] for n in ("c", "a", "n") if n in free]
        inputs += [p for p in (F, BELOW, ABOVE, UNIT, G) if p in self.expression.free_symbols]
        inputs += [row for row in (Z, X) if self.expression.has(row[k].base)]
        return sl.Loss(f"measured_{self.name}", self.expression, inputs=tuple(inputs))

    def samples(self, dtype: str) -> list[Numbers]:
        """One set of arguments per point, rounded to the dtype."""
        points = self.points if dtype == "float64" or self.points32 is None else self.points32
        real = np.dtype(dtype).type
        return [
            {name: np.asarray(v, dtype if name != "c" else int).tolist() for name, v in self._named(p).items()}
            for p in points
            if all(abs(x) <= np.finfo(real).max for x in _numbers(self._named(p)))
        ]

    def _named(self, point: Any) -> Numbers:
        return {**self.fixed, **(point if isinstance(point, dict) else {"f": point})}


def _numbers(named: Numbers) -> list[float]:
    return [float(x) for v in named.values() for x in np.ravel(v)]


def spread(low: float, high: float, count: int = 5) -> tuple[float, ...]:
    """Points between two numbers of one sign, evenly in the logarithm."""
    sign = 1 if high > 0 else -1
    return tuple(float(x) for x in sign * np.geomspace(abs(low), abs(high), count))


def rowed(gaps: tuple[float, ...]) -> tuple[Numbers, ...]:
    """Rows that are right by a gap, and those that are as wrong."""
    return tuple({"z": [g, 0.0, -0.5], "c": label} for g in gaps for label in (0, 1))


SMALL = (*spread(-1e-20, -0.007), *spread(1e-20, 0.007))
SIDES = (*spread(-900, -6), *spread(6, 900))
GAPS = (4.5, 17.0, 37.0, 40.0, 84.0, 630.0)
s, Phi = sl.sigmoid(F), sl.norm_cdf
sp_exp, log = sp.exp, sp.log
half = sp.Rational(1, 2)

RULES: tuple[MeasuredRule, ...] = (
    MeasuredRule("softplus", log(1 + sp_exp(F)), SIDES),
    MeasuredRule("log1p", log(1 + F), SMALL),
    MeasuredRule("expm1", sp_exp(F) - 1, SMALL),
    MeasuredRule("one_minus_exp_neg", 1 - sp_exp(-ABOVE), spread(1e-20, 0.0035)),
    MeasuredRule("log1mexp", log(1 - sp_exp(BELOW)), (*spread(-631, -6), *spread(-1, -1e-20)), (*spread(-76, -1e-19),)),
    MeasuredRule("logexpm1", log(sp_exp(ABOVE) - 1), spread(1e-20, 1e3, 8)),
    MeasuredRule("log2mexp", log(2 - sp_exp(BELOW)), (*spread(-0.007, -1e-20), -3.0, -50.0)),
    MeasuredRule(
        "logaddexp",
        log(sp_exp(F) + sp_exp(G)),
        tuple({"f": a, "g": a - d} for a in (-1000.0, -40.0, -0.31, 0.5, 771.0, 1000.0) for d in (1.0, -60.0)),
    ),
    MeasuredRule("logsubexp", log(sp_exp(ABOVE) - sp_exp(0 * F)), spread(1e-16, 1e3, 8)),
    MeasuredRule("ce_target_max", log(sp.Sum(sp_exp(Z[k]), k)) - Z[LABEL], rowed(GAPS)),
    MeasuredRule("ce_shifted_lse", -log(sp_exp(Z[LABEL]) / sp.Sum(sp_exp(Z[k]), k)), rowed(GAPS)),
    MeasuredRule("softmax_minus_1", (sp_exp(Z[LABEL]) / sp.Sum(sp_exp(Z[k]), k)) - 1, rowed(GAPS)),
    MeasuredRule("sigmoid_neg_large", sp_exp(F) / (1 + sp_exp(F)), SIDES),
    MeasuredRule("one_minus_sigmoid", 1 - s, SIDES),
    MeasuredRule("sig_times_1msig", s * (1 - s), SIDES),
    MeasuredRule("softplus_minus_x", sl.softplus(F) - F, SIDES),
    MeasuredRule("log_sigmoid", log(1 / (1 + sp_exp(-F))), SIDES),
    MeasuredRule("log_1m_sigmoid", log(1 - 1 / (1 + sp_exp(-F))), SIDES),
    MeasuredRule("logcosh_naive", log(sp.cosh(F)), (*SMALL, *spread(-1e3, -0.1), *spread(0.1, 1e3))),
    MeasuredRule(
        "logcosh_popular", F + log(1 + sp_exp(-2 * F)) - log(2), (*SMALL, *spread(-1e3, -0.1), *spread(0.1, 1e3))
    ),
    MeasuredRule("logsinh", log(sp.sinh(ABOVE)), (*spread(1e-10, 1.0), *spread(3, 1e3))),
    MeasuredRule("sech2", 1 - sp.tanh(F) ** 2, (*spread(3.6, 316), *spread(-316, -3.6), *spread(1e-9, 1.0))),
    MeasuredRule("one_minus_tanh", 1 - sp.tanh(F), (*spread(3.6, 316), -2.0, 0.5)),
    MeasuredRule("tanh_exp", (sp_exp(2 * F) - 1) / (sp_exp(2 * F) + 1), (*SMALL, *spread(0.1, 300), *spread(-300, -1))),
    MeasuredRule("coshm1", sp.cosh(F) - 1, (*spread(1e-16, 0.1), *spread(-0.1, -1e-16), 3.0, -20.0)),
    MeasuredRule("cosm1", 1 - sp.cos(F), (*spread(1e-16, 0.07), -1e-3, 2.0)),
    MeasuredRule("pseudo_huber", sp.sqrt(1 + F**2) - 1, (*spread(1e-150, 1e150, 7), 1e200, -1e300, 0.5)),
    MeasuredRule("hypot", sp.sqrt(F**2 + 1), (*spread(1.35e154, 1e300), 1e-9, 0.5, -3.0), (3.1e19, 7e37, 1e-9, -3.0)),
    MeasuredRule("sqrt_diff", sp.sqrt(ABOVE + 1) - sp.sqrt(ABOVE), spread(111, 1e30)),
    MeasuredRule("log1psq", log(1 + F**2), (*spread(1e-140, 1e-3), 0.5, *spread(1e3, 1e300))),
    MeasuredRule("x_over_1px2", F / (1 + F**2), (*spread(1e-140, 1e-3), 0.5, *spread(1e3, 1e300))),
    MeasuredRule("powm1", (1 + ABOVE) ** sp.Rational(3, 10) - 1, (*spread(1e-20, 0.025), 1.0, 50.0)),
    MeasuredRule("boxcox", (A**ABOVE - 1) / ABOVE, tuple({"f": x, "a": 3.0} for x in spread(1e-16, 0.5))),
    MeasuredRule("xlogx", ABOVE * log(ABOVE), spread(1e-300, 1e-3), spread(1e-37, 1e-3)),
    MeasuredRule(
        "poisson_dev",
        A * log(A / ABOVE) - A + ABOVE,
        tuple({"f": 1 + t, "a": 1.0} for t in (*spread(1e-14, 0.0878), -1e-9, -0.05)),
    ),
    MeasuredRule(
        "gamma_dev",
        A / ABOVE - log(A / ABOVE) - 1,
        tuple({"f": 1 + t, "a": 1.0} for t in (*spread(1e-14, 0.0878), -1e-9, -0.05)),
    ),
    MeasuredRule("linex", sp_exp(F) - F - 1, (*spread(-0.15, -1e-16), *spread(1e-16, 0.15), 3.0, -30.0)),
    MeasuredRule(
        "log_ratio",
        log(ABOVE) - log(A),
        tuple({"f": 1e10 * (1 + t), "a": 1e10} for t in spread(1e-5, 0.25)),
        orders=("value",),
    ),
    MeasuredRule("erfc", 1 - sp.erf(F), (*spread(2.1, 25), -1.0)),
    MeasuredRule("logerfc", log(sp.erfc(F)), (*spread(9, 1e3), -3.0)),
    MeasuredRule("erfcx", sp_exp(F**2) * sp.erfc(F), spread(9, 1e3)),
    MeasuredRule("mills", sp_exp(-(F**2) / 2) / sp.sqrt(2 * sp.pi) / Phi(F), (*spread(-98, -9), -1.0, 2.0)),
    MeasuredRule(
        "mills_plus_x", sp_exp(-(F**2) / 2) / sp.sqrt(2 * sp.pi) / Phi(F) + F, (*spread(-98, -7.7),)
    ),
    MeasuredRule("log_i0", log(sp.besseli(0, ABOVE)), spread(1e-3, 1e5, 7)),
    MeasuredRule("log_exp", log(sp_exp(F)), (*SMALL, *SIDES)),
    MeasuredRule(
        "exp_ratio", sp_exp(F) / sp_exp(G), tuple({"f": a, "g": a - 1} for a in (-1e3, -738.0, 3.0, 738.0, 1e3))
    ),
    MeasuredRule(
        "log_quot",
        log(ABOVE / A),
        tuple({"f": x, "a": 1e-300} for x in spread(2.7e8, 1e30)),
        tuple({"f": x, "a": 1e-37} for x in spread(40.2, 1e30)),
    ),
    MeasuredRule("diff_squares", F**2 - A**2, tuple({"f": 1 + t, "a": 1.0} for t in spread(1e-14, 0.0119))),
    MeasuredRule("cexpexp", 1 - sp_exp(-sp_exp(F)), (*spread(-316, -5.8), 0.5, 3.0)),
    MeasuredRule("cloglog", log(-log(1 - UNIT)), (*spread(1e-300, 7.7e-5), 0.3, 0.9), (*spread(1e-37, 7.7e-5), 0.3)),
    MeasuredRule("t_over_expm1", F / (sp_exp(F) - 1), (*spread(1e-18, 0.0072), -1e-9, *spread(1.0, 720))),
    MeasuredRule("exprel", (sp_exp(F) - 1) / F, (*spread(1e-18, 0.0067), -1e-9, -30.0, 5.0)),
    MeasuredRule("log1pmx", log(1 + F) - F, (*spread(-0.084, -1e-14), *spread(1e-14, 0.13), 3.0)),
    MeasuredRule("logit", log(UNIT / (1 - UNIT)), tuple(0.5 + t for t in (*spread(1e-15, 0.0064), -1e-9, 0.3))),
    MeasuredRule("lgamma_diff", sp.loggamma(ABOVE + 5) - sp.loggamma(ABOVE), (*spread(284, 1e15), 0.5, 3.0)),
    MeasuredRule(
        "nb_bigr", ABOVE * log(1 + 2 / ABOVE), (*spread(1e3, 1e300), 0.5), (*spread(1e4, 1e38), 0.5)
    ),
    MeasuredRule(
        "barron",
        (sp.Abs(A - 2) / A) * ((F**2 / sp.Abs(A - 2) + 1) ** (A / 2) - 1),
        tuple({"f": 3.0, "a": x} for x in (*spread(1e-16, 0.0087), 1.0)),
    ),
    MeasuredRule(
        "barron2",
        (sp.Abs(A - 2) / A) * ((F**2 / sp.Abs(A - 2) + 1) ** (A / 2) - 1),
        tuple({"f": 3.0, "a": 2 - d} for d in spread(1e-15, 0.01)),
        tuple({"f": 3.0, "a": 2 - d} for d in spread(1e-6, 0.01)),  # closer to 2 float32 has only 2
    ),
    MeasuredRule("studentt", 5 * log(1 + F**2 / 4) / 2, (*spread(1e-5, 1e300, 9), -3.0)),
    MeasuredRule("focal_pow", (1 - s) ** 2, spread(4.9, 100)),
    MeasuredRule("gauss_tail_exp", sp_exp(-(F**2) / 2), spread(16.1, 37.6)),
    MeasuredRule("exp_shift", sp_exp(F - A), tuple({"f": -1.0, "a": m} for m in (3.3, 259.1, 500.7, 631.3))),
    # --- README, rules 62 to 77 ------------------------------------------------------------------
    MeasuredRule("62_norm_squared", sp.sqrt(F**2 + G**2) ** 2, ({"f": 0.0, "g": 0.0}, {"f": 1e-9, "g": -1e-9})),
    MeasuredRule("64_bernoulli_kl", UNIT * log(UNIT / A) + (1 - UNIT) * log((1 - UNIT) / (1 - A)),
                 tuple({"f": 0.25 * (1 + t), "a": 0.25} for t in (1e-9, -1e-6, 0.01))),
    MeasuredRule(
        "65_log_beta",
        sp.loggamma(ABOVE) + sp.loggamma(A) - sp.loggamma(ABOVE + A),
        tuple({"f": x, "a": y} for x, y in ((1e10, 1e10), (5e18, 3e18), (1e-8, 1e6), (3.0, 1e12))),
    ),
    MeasuredRule(
        "66_digamma_difference",
        sp.digamma(ABOVE + A) - sp.digamma(ABOVE),
        tuple({"f": x, "a": y} for x, y in ((1e10, 3.0), (1e16, 5.0), (0.5, 3.0), (1e-3, 2.0))),
        orders=("value", "gradient"),
    ),
    MeasuredRule(
        "67_normal_interval",
        -log(Phi(F + A) - Phi(F)),
        tuple({"f": x, "a": 1.0} for x in (-40.0, -12.0, -0.5, 8.0, 30.0)),
    ),
    MeasuredRule(
        "68_von_mises",
        A * sp.cos(F) - log(sp.besseli(0, A)),
        tuple({"f": x, "a": 1e8} for x in (1e-3, 1e-5, 1e-9)),
    ),
    MeasuredRule(
        "69_norm",
        sp.sqrt(sp.Sum(X[k] ** 2, k)),
        tuple({"x": row} for row in ([3e160, 4e160], [3e-170, -4e-170], [1.0, 2.0])),
        tuple({"x": row} for row in ([3e25, 4e25], [3e-25, -4e-25], [1.0, 2.0])),
    ),
    MeasuredRule("70_log_of_exp", sp_exp(F) - 3 * log(sp_exp(F)), (-800.0, -40.0, 3.0)),
    MeasuredRule("71_log_of_a_plus_exp", log(A + sp_exp(F)), tuple({"f": x, "a": 0.5} for x in (-50.0, 40.0, 800.0))),
    MeasuredRule(
        "72_log_survival", -log(1 - (ABOVE / (ABOVE + 1)) ** A), tuple({"f": x, "a": 1.5} for x in (1e18, 1e9, 0.5))
    ),
    MeasuredRule("73_probability_minus_target", 1 / (1 + sp_exp(-F)) - A,
                 tuple({"f": x, "a": y} for x in (40.0, 700.0, -3.0) for y in (1.0, 0.25))),
    MeasuredRule("74_soft_label", log(1 + sp_exp(F)) - A * F,
                 tuple({"f": x, "a": y} for x in (40.0, 700.0, -40.0) for y in (1.0, 0.25))),
    MeasuredRule("75_square_of_difference", F**2 + A**2 - 2 * A * F,
                 tuple({"f": 1 + t, "a": 1.0} for t in (1e-9, 1e-3))),
)  # fmt: skip
# Rules 63 (weights), 76 (accumulation) and 77 (no epsilon) are policies: tests/numerics/test_policies.py.
