"""Every row of the table of heads: its derivatives against its oracle, and the oracle against its kernel source."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import pytest
import sympy as sp

from symloss.elementary.table import FUNCTIONS
from symloss.heads.evaluate import agreed, evaluate
from symloss.heads.functions import finished, product_or_zero
from symloss.heads.table import BY_HEAD, ROWS, Row

# Arguments inside each function's domain; a row that is not named is smooth on all of these.
ANYWHERE = (-2.25, -0.5, 0.375, 1.75)
POINTS: dict[str, tuple[tuple[float, ...], ...]] = {
    "log": ((0.25,), (3.5,)),
    "xlogy": ((0.5, 2.0), (3.0, 0.25)),
    "xlog1py": ((0.5, 2.0), (3.0, -0.25)),
    "log1p": ((-0.5,), (2.0,)),
    "log1mexp": ((-3.0,), (-0.25,)),
    "log1pmx": ((-0.5,), (2.0,)),
    "sqrt1pm1": ((-0.5,), (2.0,)),
    "logaddexp": ((0.5, 2.0), (-1.5, -0.25)),
    "softplus_difference": ((0.5, 2.0), (-1.5, -0.25)),
    "log_norm_interval": ((0.5, -0.25), (-1.0, -1.5)),
    "divergence": ((0.5, 2.0, 1.5), (3.0, 2.5, -0.5)),
    "log_over_mean": ((0.5, 0.25), (1.0, 2.0)),
    "number_or": ((0.5, 0.25), (-1.5, 2.0)),
    "times_square": ((0.5, 2.0), (-1.5, 0.25)),
    "sigmoid_less": ((0.5, 0.25), (-2.0, 0.05)),
    "mean_divergence": ((0.5, 0.25, -0.25), (0.25, 1.0, 0.75)),
    "exp_moment": ((1, 1.5), (2, -0.25)),
    "exp_neg_exp": ((-2.25,), (0.375,)),
    "product_or_zero": ((0.5, 2.0), (-1.5, 0.25)),
    "power": ((0.5, 2.5), (3.0, 0.75)),
    "asin": ((-0.5,), (0.25,)),
    "acos": ((-0.5,), (0.25,)),
    "atanh": ((-0.5,), (0.25,)),
    "erfinv": ((-0.5,), (0.25,)),
    "acosh": ((1.5,), (4.0,)),
    "quotient_or_zero": ((0.5, 2.0), (-1.5, 0.25)),
    "masked_difference": ((0.5, 2.0), (-1.5, 0.25)),
    "one_sided_sign": ((0.5, 1.0), (-1.5, 1.0), (2.0, -1.0)),
    "atan2": ((0.5, 2.0), (-1.5, -0.25)),
    "power1psq": ((0.5, 2.5), (-1.5, -0.75)),
    "power1psq_quotient": ((0.5, 2.5), (-1.5, -0.75)),
    "power_quotient": ((0, 1.5, -0.5), (1, 0.75, 2.0), (2, 3.0, 0.25)),
    "hypot": ((0.5, 2.0), (-1.5, -0.25)),
    "gamma": ((0.5,), (3.25,)),
    "loggamma": ((0.5,), (3.25,)),
    "polygamma": ((0, 1.5), (1, 0.25), (2, 4.0)),
    "besseli": ((1, 1.5), (2, 0.25)),
    "bessel_ratio": ((0.5,), (4.0,)),
    "bessel_ratio_gap": ((0.5,), (4.0,)),
    "bessel_ratio_slope": ((0.5,), (4.0,)),
    "log_bessel_i1": ((0.5,), (4.0,)),
    **dict.fromkeys(
        ("log_scaled_e1", "scaled_e1_slope", "scaled_e1_curvature"), ((-2.25,), (0.375,), (0.75,), (40.0,))
    ),
    "log1p_excess": ((-0.5,), (2.0,)),
    **dict.fromkeys(("log_beta", "rising_log", "digamma_difference", "trigamma_difference"), ((0.5, 3.0), (12.0, 0.5))),
    **dict.fromkeys(
        ("rising_excess", "digamma_excess", "trigamma_excess", "digamma_curvature"), ((0.5, 3.0), (12.0, 0.5))
    ),
    **dict.fromkeys(
        ("loggamma_rest", "loggamma_rest_slope", "loggamma_rest_curvature"),
        tuple((a, math.exp(a)) for a in (-3.5, -0.75, 1.25, 4.0)),
    ),
    **dict.fromkeys(
        ("rising_log_exp", "rising_excess_exp", "rising_slope", "excess_slope", "rising_curvature"),
        ((0.5, 3.0), (-1.5, 2.5), (2.0, 0.5)),
    ),
    **dict.fromkeys(
        ("exp_sigmoid", "exp_sigmoid_squared", "exp_softplus", "exp_softplus_excess"), ((0.5, 2.0), (-1.5, -2.25))
    ),
    "log1psq_exp": ((2.0, 0.5, 2.0 * math.exp(-0.5)), (-0.25, -1.5, -0.25 * math.exp(1.5))),
    "exp_tanh": ((0.5, 2.0, -0.75), (-1.5, 0.25, 2.0)),
    "log1psq_excess_exp": ((2.0, 0.5, 2.0 * math.exp(-0.5)), (-0.25, -1.5, -0.25 * math.exp(1.5))),
    "inverse_hypot_exp": ((2.0, 0.5, math.exp(0.5)), (-0.25, -1.5, math.exp(-1.5))),
    "exp_times": ((0.5, 2.0), (-1.5, -0.25)),
    "factorial_rest": ((0.5,), (3.0,), (12.5,)),
    "rising_rest": ((0.5, 3.0), (12.0, 2.0), (3.0, 40.0)),
    "loggamma1p": ((-0.5,), (0.25,), (2.5,)),
    "digamma1p": ((-0.5,), (0.25,), (2.5,)),
    "floor": ((0.5,), (-1.25,)),
    "ceiling": ((0.5,), (-1.25,)),
}
INTEGER_FIRST = ("polygamma", "besseli", "exp_moment", "power_quotient")
rows = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.head.__name__)


def points(row: Row) -> tuple[tuple[float, ...], ...]:
    return POINTS.get(row.head.__name__, tuple((x,) for x in ANYWHERE))


@rows
def test_a_derivative_is_the_slope_of_the_oracle(row: Row) -> None:
    for given in points(row):
        symbols = [sp.Symbol(f"x{n}", real=True) for n in range(len(given))]
        arguments: list[Any] = list(symbols)
        first = 1 if row.head.__name__ in INTEGER_FIRST else 0
        if first:
            arguments[0] = sp.Integer(int(given[0]))
        partials = row.derivatives(*arguments)
        assert len(partials) == len(given)
        for n, partial in list(enumerate(partials))[first:]:
            slope, claimed = slope_of(row, given, n), value_at(partial, given)
            assert abs(slope - claimed) <= mpmath.mpf(2) ** -38 * (1 + abs(slope)), (given, slope, claimed)


def slope_of(row: Row, given: tuple[float, ...], n: int) -> Any:
    return agreed(lambda: mpmath.diff(lambda t: row.oracle(*given[:n], t, *given[n + 1 :]), given[n]), 2.0**-40, 400)


def value_at(e: Any, given: tuple[float, ...]) -> Any:
    return agreed(lambda: evaluate(sp.sympify(e), {f"x{n}": x for n, x in enumerate(given)}), floor=1e-60)


computed = pytest.mark.parametrize(
    # these two are no functions of the kernels, but a selection in the graph and nothing at all.
    "row",
    [row for row in ROWS if row.head not in (product_or_zero, finished)],
    ids=lambda row: row.head.__name__,
)


@computed
def test_a_row_names_a_kernel_source(row: Row) -> None:
    assert row.elementary in FUNCTIONS


@computed
def test_the_kernel_source_is_the_oracle(row: Row) -> None:
    """The name in the table leads to the function that the oracle defines, not to a neighbour."""
    function = FUNCTIONS[row.elementary].source_function
    for given in points(row):
        exact = agreed(lambda given=given: row.oracle(*map(mpmath.mpf, given)), floor=1e-60)
        assert float(function(*map(float, given))) == pytest.approx(float(exact), rel=1e-12, abs=0.0)


def test_one_row_per_head() -> None:
    assert len(BY_HEAD) == len(ROWS)


def test_a_wrong_derivative_is_seen() -> None:
    good = BY_HEAD[sp.tanh]
    bad = Row(good.head, lambda x: (1 - sp.tanh(x),), good.oracle, good.elementary)
    with pytest.raises(AssertionError):
        test_a_derivative_is_the_slope_of_the_oracle(bad)
