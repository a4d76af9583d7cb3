"""Where each elementary function is measured: random points of many sizes from its domain, and named extremes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from symloss.elementary.table import FUNCTIONS
from tests.elementary.compiled import evaluate

Array = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Array]

# Zeros, the smallest subnormal and normal numbers, rounding thresholds, and where exp under- and overflows.
NAMED = [
    0.0, 5e-324, 1e-310, 2.2250738585072014e-308, 1e-160, 1e-30, 5.5e-17, 1.1e-16, 2.2e-16, 1e-9, 1e-5, 0.1, 0.25,
    0.34657, 0.5,
    math.log(2), 0.75, 0.99, 1.0, 1.5, 2.0, 3.0, 10.0, 36.7, 37.5, 40.0, 88.8, 355.0, 700.0, 708.4, 709.5, 709.78,
    709.79, 720.0,
    744.9, 745.2, 746.0, 1e9, 1e16, 1e154, 1e155, 1e300, 1.7976931348623157e308,
]  # fmt: skip


def sizes(low: float, high: float) -> Draw:
    """Positive numbers, evenly spread in their logarithm."""
    return lambda random, count: np.exp(random.uniform(math.log(low), math.log(high), count))


def between(low: float, high: float) -> Draw:
    """Numbers spread evenly."""
    return lambda random, count: random.uniform(low, high, count)


def whole(low: int, high: int) -> Draw:
    """Integers, as floats."""
    return lambda random, count: random.integers(low, high, count).astype(np.float64)


def both_signs(draw: Draw) -> Draw:
    """The same sizes with random signs."""
    return lambda random, count: draw(random, count) * random.choice([-1.0, 1.0], count)


def mixed(*draws: Draw) -> Draw:
    """A share of each."""
    return lambda random, count: np.concatenate([draw(random, -(-count // len(draws))) for draw in draws])[:count]


def counts(random: np.random.Generator, count: int) -> Array:
    """Whole numbers of many sizes from 2 on, and some that are not whole."""
    drawn = sizes(2.0, 1e7)(random, count)
    return np.where(random.random(count) < 0.8, np.floor(drawn), drawn)


def to_one(random: np.random.Generator, count: int) -> Array:
    """Numbers just below 1."""
    return 1.0 - sizes(1e-16, 1.0)(random, count)


ordinary = sizes(1e-3, 1e3)
positive = mixed(sizes(5e-324, 1e308), sizes(1e-3, 1e3), between(0.5, 3.0))
moderate = mixed(between(-750.0, 750.0), between(-40.0, 40.0), between(-2.0, 2.0), both_signs(sizes(1e-20, 1.0)))
real = mixed(both_signs(sizes(1e-307, 1e307)), moderate)
unit = mixed(between(0.0, 1.0), sizes(1e-308, 1.0), to_one)
above_minus_one = mixed(sizes(1e-300, 1e300), between(-1.0, 3.0), both_signs(sizes(1e-20, 1.0)))
negative = mixed(between(-750.0, 0.0), between(-2.0, 0.0), lambda random, count: -sizes(1e-307, 1e3)(random, count))


# log(0.05/0.95) rounded, and what is left of it; from 300 bits.
LOGIT, LOGIT_REMAINDER = -2.9444389791664403, -1.393289304256112e-16


def next_to(x: float, distance: Draw | None = None) -> Draw:
    """One number, or numbers at these distances from it."""
    return lambda random, count: x + (np.zeros(count) if distance is None else both_signs(distance)(random, count))


@dataclass(frozen=True)
class Domain:
    """How to draw a function's arguments, and how near a zero that is no limit of accuracy it is measured."""

    draws: tuple[Draw, ...]
    named: tuple[float, float] = (0.0, -1.0)  # the range of named extremes that belongs to the domain
    away_from_zero: float = 0.0
    last: Callable[..., Array] | None = None  # the last argument, where the others determine it


rests = both_signs(sizes(1e-18, 1e-16))  # what rounding takes from numbers of about 1


def lost(head: str, *draws: Draw, away: float = 5e-17) -> Domain:
    """Arguments of a function, what is missing from each, and the function's value; where something is missing."""

    def value(*arguments: Array) -> Array:
        return evaluate(head, list(arguments[: len(draws)]))

    return Domain((*draws, *(rests for _ in draws), real), last=value, away_from_zero=away)


everywhere = (-math.inf, math.inf)
near_one = mixed(between(0.4, 1.5), sizes(0.01, 100.0))
shares = mixed(sizes(1e-18, 1.0), between(0.0, 1.0))  # their gaps
near_and_far = mixed(between(1.0, 1.5), between(1.0, 8.0), sizes(1e-300, 1e300))

DOMAINS: dict[str, Domain] = {name: Domain((real,) * row.arity, everywhere) for name, row in FUNCTIONS.items()} | {
    "sqrt": Domain((positive,), (0.0, math.inf)),
    "log": Domain((positive,), (5e-324, math.inf)),
    "log1p": Domain((above_minus_one,), (-0.999, math.inf)),
    "log1pmx": Domain((above_minus_one,), (-0.999, math.inf)),
    "logit": Domain((unit,), (5e-324, 0.999)),
    "log1mexp": Domain((negative,), (-math.inf, -5e-324)),
    "logexpm1": Domain((lambda random, count: -negative(random, count),), (5e-324, math.inf)),
    "acosh": Domain((lambda random, count: 1.0 + positive(random, count),), (1.0, math.inf)),
    "asin": Domain((both_signs(unit),), (-1.0, 1.0)),
    "acos": Domain((both_signs(unit),), (-1.0, 1.0)),
    "atanh": Domain((both_signs(unit),), (-0.999, 0.999)),
    "sqrt1pm1": Domain((above_minus_one,), (-1.0, math.inf)),
    "erfcx": Domain((mixed(between(-26.0, 40.0), sizes(1e-300, 1e300)),), (-26.0, math.inf)),
    "log_ndtr": Domain((real,), (-1e153, math.inf)),
    "mills_slope": Domain((mixed(both_signs(sizes(1e-307, 37.0)), between(-40.0, 37.0)),), (-math.inf, 37.0)),
    "truncated_cumulant": Domain((mixed(both_signs(sizes(1e-307, 37.0)), between(-40.0, 37.0)),), (-1e100, 37.0)),
    "erfinv": Domain((both_signs(unit),), (-0.999, 0.999)),
    "ndtri": Domain((unit,), (1e-307, 0.999)),
    "loggamma": Domain((positive,), (5e-324, 1e300)),
    "gamma": Domain((mixed(between(0.0, 171.0), sizes(1e-300, 171.0)),), (1e-307, 150.0)),
    "digamma": Domain((positive,), (1e-307, math.inf)),
    "trigamma": Domain((mixed(sizes(1e-150, 1e300), between(0.0, 20.0)),), (1e-150, 1e300)),
    "polygamma": Domain((whole(1, 12), sizes(1e-3, 1e5))),
    "log_beta": Domain((sizes(1e-5, 1e15), sizes(1e-5, 1e15)), away_from_zero=0.5),
    "rising_log": Domain((sizes(1e-5, 1e15), sizes(1e-5, 1e5)), away_from_zero=1.5),
    "log1p_excess": Domain((above_minus_one,), (-0.999, 1e300)),
    "log1p_second_excess": Domain((positive,), (0.0, 1e300)),
    "digamma_curvature": Domain((mixed(ordinary, sizes(1e-60, 1e60)), counts)),
    "rising_excess": Domain((mixed(ordinary, sizes(1e-60, 1e60)), counts)),
    "digamma_difference": Domain((mixed(ordinary, sizes(1e-60, 1e60)), mixed(counts, sizes(1e-30, 1e30)))),
    "trigamma_difference": Domain((mixed(ordinary, sizes(1e-60, 1e60)), mixed(counts, sizes(1e-30, 1e30)))),
    "digamma_excess": Domain((mixed(ordinary, sizes(1e-60, 1e60)), counts)),
    "trigamma_excess": Domain((mixed(ordinary, sizes(1e-60, 1e60)), counts)),
    "exp_times": Domain((mixed(between(-745.0, 745.0), between(-40.0, 40.0)), both_signs(sizes(1e-15, 1e-14)))),
    "rising_excess_exp": Domain((mixed(between(-600.0, 40.0), between(-5.0, 5.0)), between(0.1, 0.9))),
    "rising_log_exp": Domain((mixed(between(-60.0, 40.0), between(-5.0, 5.0)), counts), away_from_zero=1.5),
    "rising_slope": Domain((mixed(between(-60.0, 40.0), between(-5.0, 5.0)), counts)),
    "excess_slope": Domain((mixed(between(5.0, 40.0), between(7.0, 20.0)), whole(2, 100))),
    "rising_curvature": Domain(
        (mixed(between(-40.0, 40.0), between(-5.0, 5.0)), mixed(counts, between(0.05, 3.0), between(0.9, 1.1)))
    ),
    **dict.fromkeys(
        ("exp_sigmoid", "exp_sigmoid_squared", "exp_softplus"),
        Domain((mixed(between(-600.0, 700.0), between(-5.0, 5.0)), mixed(between(-600.0, 700.0), between(-5.0, 5.0)))),
    ),
    "exp_softplus_excess": Domain((mixed(between(-300.0, 200.0), between(-5.0, 5.0)), between(-100.0, 100.0))),
    # t = 0: what is given beside it is then exactly r, or 1
    "log1psq_exp": Domain((both_signs(sizes(1e-150, 1e150)), between(0.0, 0.0), real), last=lambda r, t: r),
    "exp_tanh": Domain((between(-300.0, 300.0), both_signs(sizes(1e-320, 1e100)), between(20.0, 300.0))),
    "log1psq_excess_exp": Domain((both_signs(sizes(1e-70, 1e150)), between(0.0, 0.0), real), last=lambda r, t: r),
    "inverse_hypot_exp": Domain((both_signs(sizes(1e-300, 1e300)), between(0.0, 0.0), real), last=lambda r, t: t + 1.0),
    "factorial_rest": Domain((mixed(positive, counts),), (0.0, 1e300)),
    "rising_rest": Domain((mixed(ordinary, sizes(1e-60, 1e60)), counts)),
    "loggamma1p": Domain((positive,), (0.0, 1e300)),
    "digamma1p": Domain((positive,), (0.0, math.inf)),
    **dict.fromkeys(
        ("loggamma_rest", "loggamma_rest_slope", "loggamma_rest_curvature"),
        Domain((mixed(between(-700.0, 700.0), between(-5.0, 5.0), between(-3.0, 3.0)), real), last=np.exp),
    ),
    "bessel_ratio_gap": Domain((mixed(sizes(1e-20, 1e20), between(-3.0, 40.0)),)),
    "bessel_ratio_slope": Domain((mixed(both_signs(sizes(1e-20, 1e100)), between(-40.0, 40.0)),)),
    "log_bessel_i1": Domain((positive,), (5e-324, 1e300), away_from_zero=0.3),
    "log_scaled_e1": Domain((mixed(both_signs(near_one), real),), everywhere),
    "scaled_e1_slope": Domain((mixed(both_signs(sizes(1e-300, 1e300)), both_signs(near_one)),), (1e-300, 1e300)),
    "scaled_e1_curvature": Domain((mixed(both_signs(sizes(1e-150, 1e150)), both_signs(near_one)),), (1e-150, 1e150)),
    "exp_decay": Domain((negative,), (-math.inf, 0.0)),
    "exp_decay_single": Domain((between(-700.0, 0.0),)),
    "exp_single": Domain((between(-700.0, 700.0),)),
    "sigmoid_single": Domain((between(-700.0, 700.0),)),
    "softplus_single": Domain((between(-700.0, 700.0),)),
    "softplus_tail_single": Domain((between(-700.0, 700.0),)),
    "sigmoid_slope_single": Domain((between(-700.0, 700.0),)),
    "sigmoid_blend": Domain((moderate, between(0.0, 3.0), between(0.0, 3.0))),
    "sigmoid_blend_single": Domain((between(-700.0, 700.0), between(0.0, 3.0), between(0.0, 3.0))),
    "exp_decay_corrected": Domain((between(-700.0, 0.0), both_signs(sizes(1e-18, 1e-13)))),
    "exp_decay_corrected_single": Domain((between(-700.0, 0.0), both_signs(sizes(1e-18, 1e-13)))),
    "share_error": Domain((sizes(1e-20, 1e6), between(0.0, 1.0)), away_from_zero=1e-9),
    "times_parts": Domain((between(0.0, 1.0), between(0.5, 1.0), both_signs(sizes(1e-25, 5e-17)))),
    "times_parts_single": Domain((between(0.0, 1.0), between(0.5, 1.0), both_signs(sizes(1e-25, 5e-17)))),
    "exp_difference": Domain((between(-400.0, 0.0), between(0.0, 345.0))),
    "exp_difference_single": Domain((between(-400.0, 0.0), between(0.0, 300.0))),
    "bessel_i": Domain((whole(0, 30), sizes(1e-3, 700.0))),
    "power": Domain((mixed(sizes(1e-5, 1e5), sizes(1e-300, 1e300)), mixed(between(-50.0, 50.0), between(-1.0, 1.0)))),
    "power1psq": Domain(
        (mixed(sizes(1e-5, 1e5), sizes(1e-300, 1e300)), mixed(between(-50.0, 50.0), between(-1.0, 1.0)))
    ),
    "power1psq_quotient": Domain(
        (mixed(sizes(1e-5, 1e5), sizes(1e-150, 1e150)), mixed(between(-50.0, 50.0), between(-1.0, 1.0)))
    ),
    "power_quotient": Domain((whole(0, 3), sizes(1e-6, 5.0), between(-3.0, 3.0))),
    "divergence": Domain((near_and_far, near_and_far, near_and_far), last=lambda x, y: y - x),
    "log_over_mean": Domain((mixed(between(1.0, 1.0), between(0.0, 0.2)), shares)),
    "mean_divergence": Domain((unit, unit, unit), last=lambda t, p: p - t),
    "xlogy": Domain((sizes(1e-3, 1e3), sizes(1e-300, 1e300))),
    "xlog1py": Domain((sizes(1e-3, 1e3), sizes(1e-300, 1e300))),
    "logaddexp": Domain((between(-20.0, 20.0), between(-20.0, 20.0)), away_from_zero=0.5),
    "difference_error": Domain((real, real)),
    "plus_error": Domain((ordinary, both_signs(sizes(1e-20, 1e-16)))),
    "plus_error_single": Domain((ordinary, both_signs(sizes(1e-20, 1e-16)))),
    "less_share": Domain((ordinary, both_signs(sizes(1e-20, 1e-15)))),
    "less_share_single": Domain((ordinary, both_signs(sizes(1e-20, 1e-15)))),
    "with_lost": Domain((both_signs(ordinary), rests)),
    **dict.fromkeys(("sum_lost", "difference_lost", "product_lost"), Domain((both_signs(sizes(1e-140, 1e140)),) * 2)),
    "quotient_lost": Domain((ordinary, ordinary, rests, real), last=lambda a, b, error: a / b, away_from_zero=1e-18),
    "sqrt_lost": Domain((ordinary, rests, real), last=lambda x, error: np.sqrt(x), away_from_zero=1e-18),
    "inverse_hypot_lost": lost("inverse_hypot", both_signs(ordinary)),
    "algebraic_sigmoid_lost": lost("algebraic_sigmoid", both_signs(ordinary)),
    "exp_lost": lost("exp", between(-5.0, 5.0)),
    "exp_product_lost": lost("exp_product", between(-5.0, 5.0), both_signs(sizes(0.1, 10.0))),
    "hypot_lost": lost("hypot", both_signs(ordinary), both_signs(ordinary)),
    "inverse_hypot_exp_lost": lost("inverse_hypot_exp", both_signs(sizes(0.1, 10.0)), between(0.0, 0.0), near_one),
    "times_square_lost": lost("times_square", both_signs(ordinary), both_signs(ordinary)),
    "tanh_lost": lost("tanh", mixed(between(-20.0, 20.0), both_signs(sizes(1e-10, 1.0)))),
    "sigmoid_lost": lost("sigmoid", mixed(between(-3.0, 40.0), both_signs(sizes(1e-10, 1.0)))),
    "sigmoid_slope_lost": lost("sigmoid_slope", mixed(between(-2.0, 2.0), both_signs(sizes(1e-10, 1.0))), away=5e-18),
    "log1p_lost": lost("log1p", sizes(1e-3, 1e3)),
    "log_lost": lost("log", sizes(3.0, 1e3)),
    "log_norm_interval": Domain((between(0.5, 30.0), between(-30.0, 0.0))),
    "exp_product": Domain((between(-1400.0, 1400.0), both_signs(sizes(1e-300, 1e300)))),
    "sigmoid_times": Domain((between(-720.0, 700.0), both_signs(sizes(1e-18, 1e-13)), sizes(1e5, 1e9))),
    "sigmoid_times_single": Domain((between(-700.0, 700.0), between(0.0, 0.0), sizes(1e-3, 1e9))),
    "sigmoid_slope_times": Domain((between(-720.0, 720.0), both_signs(sizes(1e-18, 1e-13)), sizes(1e5, 1e9))),
    "sigmoid_slope_times_single": Domain((between(-700.0, 700.0), between(0.0, 0.0), sizes(1e-3, 1e9))),
    "multiply_add": Domain((both_signs(sizes(1e-140, 1e140)),) * 3),
    "times_square": Domain((both_signs(sizes(1e-320, 1e300)), sizes(1e-130, 1e130))),
    "logit_remainder": Domain((shares, shares), last=lambda m: np.log(m) - np.log1p(-m), away_from_zero=1e-17),
    "sigmoid_less": Domain((next_to(LOGIT, sizes(1e-12, 30.0)), next_to(0.05)), away_from_zero=1e-14),
    "sigmoid_less_known": Domain(
        (next_to(LOGIT, sizes(1e-12, 30.0)), next_to(0.05), next_to(LOGIT), next_to(LOGIT_REMAINDER)),
        away_from_zero=1e-14,
    ),
    "exp_times_sigmoid": Domain((between(-300.0, 700.0), between(-900.0, 40.0), both_signs(sizes(1e-3, 1e3)))),
    "exp_times_slope": Domain((between(-300.0, 700.0), between(-900.0, 900.0), both_signs(sizes(1e-3, 1e3)))),
    "exp_times_pair": Domain(
        (between(-700.0, 700.0), sizes(1e-30, 1e3), between(-700.0, 700.0), sizes(1e-30, 1e3)),
    ),
    "exp_product_corrected": Domain(
        (between(-1400.0, 1400.0), both_signs(sizes(1e-18, 1e-13)), both_signs(sizes(1e-300, 1e300)))
    ),
    "exp_product_corrected_single": Domain(
        (between(-300.0, 300.0), both_signs(sizes(1e-18, 1e-13)), both_signs(sizes(1e-45, 3e38)))
    ),
    "exp_product_single": Domain((between(-300.0, 300.0), both_signs(sizes(1e-45, 3e38)))),
    "log_ndtr_corrected": Domain((between(1.0, 37.0), both_signs(sizes(1e-17, 1e-13)))),
    "mills_corrected": Domain((between(1.0, 37.0), both_signs(sizes(1e-17, 1e-13)))),
    "mills_slope_corrected": Domain((between(1.0, 37.0), both_signs(sizes(1e-17, 1e-13)))),
    "log_ndtr_product": Domain((mixed(between(-30.0, 5.0), sizes(1e150, 1e160)), sizes(1e-12, 1.0))),
    "log1psq_quotient": Domain((sizes(1e-150, 1e308), sizes(1e-5, 1e5))),
    "power1psq_quotient_product": Domain((sizes(1e-5, 1e5), between(-1.0, 1.0), sizes(1e-3, 1e3))),
    "sin_corrected": Domain(
        (mixed(between(1e17, 1e18), sizes(1e9, 1e300)), mixed(both_signs(sizes(1e-20, 1.0)), between(-60.0, 60.0)))
    ),
    "cos_corrected": Domain(
        (mixed(between(1e17, 1e18), sizes(1e9, 1e300)), mixed(both_signs(sizes(1e-20, 1.0)), between(-60.0, 60.0)))
    ),
    "exp_error": Domain((between(-0.34, 0.34),), away_from_zero=3e-17),
    "exp_rest_single": Domain((between(-0.34, 0.34),), away_from_zero=3e-17),
    "exp_rest": Domain((between(-0.34, 0.34),), away_from_zero=3e-17),
    "log_error": Domain((between(1e3, 1e9),), away_from_zero=2e-16),
    "exp_corrected": Domain((between(-700.0, 700.0), both_signs(sizes(1e-18, 1e-13)))),
    "sigmoid_corrected": Domain((between(-700.0, 700.0), both_signs(sizes(1e-18, 1e-13)))),
    "softplus_corrected": Domain((between(-700.0, 700.0), both_signs(sizes(1e-18, 1e-13)))),
    "log_sum": Domain((between(0.5, 40.0), both_signs(sizes(1e-20, 5e-17)))),
    "log_sum_single": Domain((between(1.1, 40.0), both_signs(sizes(1e-20, 5e-17)))),
    "sech2_corrected": Domain((between(-350.0, 350.0), both_signs(sizes(1e-18, 1e-13)))),
    "tanh_corrected": Domain((between(-30.0, 30.0), both_signs(sizes(1e-20, 1e-16)))),
    "sigmoid_slope_corrected": Domain((between(-700.0, 700.0), both_signs(sizes(1e-18, 1e-13)))),
    "sigmoid_corrected_single": Domain((between(-700.0, 700.0), both_signs(sizes(1e-18, 1e-13)))),
    "sigmoid_slope_corrected_single": Domain((between(-700.0, 700.0), both_signs(sizes(1e-18, 1e-13)))),
    "softplus_excess_corrected": Domain((between(-300.0, 300.0), both_signs(sizes(1e-18, 1e-13)))),
    "softplus_second_excess_corrected": Domain((between(-200.0, 200.0), both_signs(sizes(1e-18, 1e-13)))),
    "softplus_corrected_single": Domain((between(-700.0, 700.0), both_signs(sizes(1e-18, 1e-13)))),
    "exp_moment": Domain((whole(1, 4), mixed(between(-30.0, 30.0), between(-2.0, 2.0), between(-400.0, 710.0)))),
    "exp_neg_exp": Domain((mixed(between(-3.0, 6.5), between(-700.0, 3.0)),), (-math.inf, 6.5)),
    "log1mexp_exp": Domain((mixed(between(-3.0, 6.5), between(-700.0, 3.0)),), (-math.inf, 6.5)),
    "bernoulli_exp": Domain((mixed(between(-3.0, 6.5), between(-700.0, 3.0)),), (-math.inf, 6.5)),
    "bernoulli_slope_exp": Domain((mixed(between(-3.0, 6.5), between(-700.0, 3.0)),), (-700.0, 6.5)),
    "exp_corrected_single": Domain((between(-700.0, 700.0), both_signs(sizes(1e-18, 1e-13)))),
    "sigmoid_power_single": Domain((mixed(between(-300.0, 100.0), between(-3.0, 3.0)), between(0.01, 2.0))),
    "sigmoid_power": Domain((mixed(between(-300.0, 100.0), between(-3.0, 3.0)), between(0.01, 2.0))),
    "softplus_difference": Domain(
        (mixed(between(-300.0, 300.0), between(-3.0, 3.0)), both_signs(mixed(sizes(1e-18, 1.0), between(0.0, 50.0))))
    ),
    "sum_error": Domain((real, real)),
    "product_error": Domain((both_signs(sizes(1e-140, 1e140)), both_signs(sizes(1e-140, 1e140)))),
}


def points(name: str, count: int) -> list[Array]:
    """One array per argument: about `count` random points, the same in every run, and the named extremes."""
    domain = DOMAINS[name]
    random = np.random.default_rng(sum(map(ord, name)))
    arrays = [draw(random, count) for draw in domain.draws]
    if len(arrays) == 1:
        low, high = domain.named
        arrays[0] = np.concatenate([arrays[0], [x for a in NAMED for x in (a, -a) if low <= x <= high]])
    else:
        arrays = [random.permutation(array) for array in arrays]
        if domain.last is not None:
            arrays[-1] = domain.last(*arrays[:-1])
    return [np.ascontiguousarray(array) for array in arrays]
