"""Every row of the table against mpmath, in units of the last place, over its whole domain."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from mpmath import loggamma

from symloss.elementary.table import FUNCTIONS
from tests.elementary.compiled import evaluate
from tests.elementary.oracles import ORACLES, exact, ulps
from tests.elementary.points import DOMAINS, points

# What each function promises, in ulp; 4 where it is not named.
LIMITS = {
    "exp": 0.56, "expm1": 1.0, "log": 0.65, "log1p": 0.7, "sigmoid": 2.0, "softplus": 1.5,
    "log1mexp": 2.1, "logaddexp": 1.7, "tanh": 2.6, "logcosh": 1.5, "sech2": 2.5, "expm1mx": 2.4, "log1pmx": 1.5,
    "sqrt1pm1": 2.3, "sinh": 2.2, "cosh": 1.5, "coshm1": 3.7, "logit": 0.7, "atanh": 0.7, "exprel": 2.5,
    "asinh": 1.6, "acosh": 2.2, "algebraic_sigmoid": 0.51, "inverse_hypot": 0.51, "log1psq": 1.2,
    "log1psq_excess": 6.0, "log1psq_excess_exp": 6.0, "power_quotient": 12.0,
    "gamma": 6.0, "polygamma": 8.0, "log_beta": 10.0, "rising_log": 10.0,
    "rising_excess_exp": 10.0, "trigamma_excess": 8.0,
    "digamma_curvature": 10.0, "rising_curvature": 8.0, "exp_softplus_excess": 2.0,
    "softplus_second_excess": 7.0, "softplus_excess": 5.5,
    "softplus_excess_corrected": 6.0, "softplus_second_excess_corrected": 8.0,
    "log1p_second_excess": 5.5, "bessel_ratio_gap": 6.0,
    "bessel_i": 8.0, "bernoulli_slope": 8.0,
    "divergence": 6.0, "truncated_variance": 7.0, "truncated_cumulant": 6.0, "mills_slope": 5.0,
    "exp_decay": 0.56, "exp_decay_corrected": 0.65, "exp_difference": 0.65, "times_parts": 0.51,
    # for results that are rounded to float32, whose ulp is 2^29 of these; a difference brings 2^-53 of itself
    "exp_decay_single": 2.0**17, "exp_single": 2.0**17, "sigmoid_single": 2.0**17, "softplus_single": 2.0**18,
    "softplus_tail_single": 2.0**18, "sigmoid_slope_single": 2.0**17, "sigmoid_blend_single": 2.0**17,
    "exp_difference_single": 2.0**17, "exp_decay_corrected_single": 2.0**17, "times_parts_single": 2.0**17,
    "sigmoid_corrected_single": 2.0**17, "sigmoid_slope_corrected_single": 2.0**17,
    "sigmoid_power_single": 2.0**19, "exp_corrected_single": 2.0**17,
    "exp_corrected": 0.65, "sigmoid_times_single": 2.0**17, "sigmoid_slope_times_single": 2.0**17,
    "softplus_corrected_single": 2.0**21, "log_sum": 0.8, "log_sum_single": 2.0**17,
    "abs": 0.0, "sign": 0.0, "step": 0.0, "floor": 0.0, "ceiling": 0.0, "maximum": 0.0, "minimum": 0.0,
    # what rounding took from a function, to a fifth of itself where it is a quarter of an ulp or more
    "exp_error": 2.0**50, "exp_rest": 2.0**12, "exp_rest_single": 2.0**50, "log_error": 2.0**50,
    **dict.fromkeys((n for n in FUNCTIONS if n.endswith("_lost")), 2.0**50),
    "multiply_add": 0.5,
    "with_lost": 0.5, "sum_lost": 0.0, "difference_lost": 0.0, "product_lost": 0.0,
    "exp_product_single": 2.0**17,
    "exp_product_corrected_single": 2.0**17, "exp_product": 0.55, "exp_product_corrected": 1.5,
    "logit_remainder": 2.0**20,  # what is left of a logit, to 2^-33 of itself
    "plus_error": 0.5, "plus_error_single": 1.0, "less_share": 0.5, "less_share_single": 8.0,
    "masked_difference": 0.5, "difference_error": 0.0, "sum_error": 0.0, "product_error": 0.0,
    "scaled_e1_curvature": 6.5, "bernoulli_slope_exp": 8.0, "exp_moment": 9.5,
}  # fmt: skip


def test_every_row_has_an_oracle_and_a_domain() -> None:
    assert FUNCTIONS.keys() == ORACLES.keys() == DOMAINS.keys()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_error_in_ulp(name: str) -> None:
    arguments = points(name, 60)
    measured = []
    for got, *at in zip(evaluate(name, arguments).tolist(), *(column.tolist() for column in arguments), strict=True):
        want = exact(name, *at)
        if abs(want) >= DOMAINS[name].away_from_zero:
            measured.append((ulps(got, want), at, got, float(want)))
    error, at, got, want = max(measured, key=lambda row: row[0])
    assert error <= LIMITS.get(name, 4.0), f"{name}{tuple(at)} = {got!r}, exactly {want!r}: {error:.3g} ulp"


# Products of a number that underflows and one that is large: the product is wrong by its own rounding, not by theirs.
UNDERFLOWING = (
    ("bernoulli_exp", 6.586363636363636), ("bernoulli_slope_exp", 6.586363636363636), ("bernoulli_exp", 6.6),
    ("mills_slope", 38.25), ("mills_slope", 38.57727272727273), ("truncated_cumulant", 38.5),
)  # fmt: skip


@pytest.mark.parametrize(("name", "x"), UNDERFLOWING)
def test_what_underflows_is_rounded_as_a_whole(name: str, x: float) -> None:
    got, want = float(evaluate(name, [np.array([x])])[0]), exact(name, x)
    assert 0.0 < abs(want) < sys.float_info.min
    assert ulps(got, want) <= 1.5, f"{name}({x}) = {got!r}, exactly {float(want)!r}"


@pytest.mark.parametrize(("name", "x", "y"), [
    ("log_beta", 1.0 + 1e-9, 1.0), ("log_beta", 0.9914230543620383, 1.0086997846647607),
    ("rising_log", 0.9750243355363187, 0.99582020060466), ("digamma_curvature", 11.066628896408742, 2.2969321875959228),
])  # fmt: skip
def test_next_to_common_zeros(name: str, x: float, y: float) -> None:
    """Where all log-gammas are small at once, and where the series of psi and psi' cancel."""
    got, want = float(evaluate(name, [np.array([x]), np.array([y])])[0]), exact(name, x, y)
    terms = [want] if name == "digamma_curvature" else [want, loggamma(x), loggamma(x + y)]
    assert abs(got - want) <= 10.0 * np.spacing(float(max(map(abs, terms)))), (
        f"{name}({x}, {y}) = {got!r}, exactly {float(want)!r}"
    )
