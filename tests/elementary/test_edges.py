"""Values at infinities, zeros, NaN and poles, with their sign; each is also checked in plain Python."""

from __future__ import annotations

import math

import numpy as np
import pytest

from symloss.elementary.table import FUNCTIONS, callables
from tests.elementary.compiled import evaluate

INF, NAN = math.inf, math.nan

# Pairs of arguments and value; no mapping, in which 0.0 and -0.0 would be one key.
EDGES: dict[str, list[tuple[tuple[float, ...], float]]] = {
    "exp": [((0.0,), 1.0), ((-0.0,), 1.0), ((INF,), INF), ((-INF,), 0.0), ((709.79,), INF), ((1e300,), INF),
            ((-745.2,), 0.0), ((-1e300,), 0.0),
            ((709.5,), 1.35499e308), ((-709.5,), 7.36e-309), ((-720.0,), 2.03e-313)],
    "expm1": [((0.0,), 0.0), ((-0.0,), -0.0), ((5e-324,), 5e-324), ((-5e-324,), -5e-324), ((INF,), INF),
              ((-INF,), -1.0), ((-40.0,), -1.0)],
    "bernoulli_function": [((0.0,), 1.0), ((INF,), 0.0), ((-INF,), INF)],
    "bernoulli_slope": [((0.0,), -0.0), ((INF,), 0.0), ((800.0,), 0.0)],
    "product_or_zero": [((0.0, INF), 0.0), ((2.0, INF), INF), ((1.0, NAN), NAN)],
    "quotient_or_zero": [((2.0, 0.0), 0.0), ((1.0, INF), 0.0), ((INF, 2.0), INF)],
    "one_sided_sign": [((0.0, -3.0), -1.0), ((0.0, 0.0), 0.0), ((2.0, -1.0), 1.0), ((NAN, 1.0), NAN)],
    "mills_excess": [((INF,), INF), ((-INF,), 0.0), ((-1e9,), 1e-9)],
    "mills_slope": [((INF,), 0.0), ((-INF,), 1.0), ((0.0,), 2 / math.pi), ((-1e300,), 1.0), ((NAN,), NAN)],
    "truncated_variance": [((INF,), 1.0), ((-INF,), 0.0), ((-1e9,), 1e-18), ((NAN,), NAN)],
    "truncated_cumulant": [((INF,), 0.0), ((-INF,), 0.0), ((-1e9,), 2e-27), ((1e300,), 0.0), ((NAN,), NAN)],
    "bernoulli_first": [((0.0,), -0.5), ((INF,), 0.0), ((-INF,), -1.0), ((NAN,), NAN)],
    "bernoulli_second": [((0.0,), 1 / 6), ((INF,), 0.0), ((-INF,), 0.0), ((NAN,), NAN)],
    "log_exprel": [((0.0,), 0.0), ((INF,), INF), ((-INF,), -INF), ((NAN,), NAN)],
    "tilted_mean": [((0.0,), 0.5), ((INF,), 1.0), ((-INF,), 0.0), ((NAN,), NAN)],
    "tilted_variance": [((0.0,), 1 / 12), ((INF,), 0.0), ((-INF,), 0.0), ((NAN,), NAN)],
    "divergence": [((0.0, 0.0, 0.0), 0.0), ((0.0, 3.0, 3.0), 3.0), ((3.0, 0.0, -3.0), INF), ((INF, 0.0, -INF), INF),
                   ((3.0, INF, INF), INF), ((3.0, 3.0, 0.0), 0.0), ((1.0, 1e-310, -1.0), 712.7974),
                   ((1e-200, 1e200, 1e200), 1e200), ((INF, INF, NAN), NAN)],
    "exprel": [((0.0,), 1.0), ((INF,), INF), ((-INF,), 0.0)],
    "expm1mx": [((0.0,), 0.0), ((INF,), INF), ((-INF,), INF)],
    "log": [((0.0,), -INF), ((-0.0,), -INF), ((-1.0,), NAN), ((-5e-324,), NAN), ((-INF,), NAN), ((INF,), INF),
            ((1.0,), 0.0)],
    "log1p": [((0.0,), 0.0), ((-0.0,), -0.0), ((-1.0,), -INF), ((-1.5,), NAN), ((-INF,), NAN), ((INF,), INF),
              ((5e-324,), 5e-324)],
    "log1pmx": [((0.0,), 0.0), ((-1.0,), -INF), ((INF,), -INF), ((-2.0,), NAN)],
    "logit": [((0.0,), -INF), ((0.5,), 0.0), ((1.0,), INF), ((1.5,), NAN), ((-0.5,), NAN)],
    "xlogy": [((0.0, 0.0), 0.0), ((0.0, NAN), NAN), ((0.0, INF), 0.0), ((2.0, 0.0), -INF), ((0.0, -1.0), 0.0)],
    "xlog1py": [((0.0, -1.0), 0.0), ((0.0, NAN), NAN), ((2.0, -1.0), -INF)],
    "sigmoid": [((0.0,), 0.5), ((INF,), 1.0), ((-INF,), 0.0), ((800.0,), 1.0), ((-800.0,), 0.0)],
    "softplus": [((INF,), INF), ((-INF,), 0.0), ((800.0,), 800.0), ((-800.0,), 0.0)],
    "log_softplus": [((INF,), INF), ((-INF,), -INF), ((-800.0,), -800.0), ((NAN,), NAN)],
    "log1mexp": [((0.0,), -INF), ((-0.0,), -INF), ((-INF,), 0.0), ((1.0,), NAN)],
    "logexpm1": [((0.0,), -INF), ((INF,), INF), ((-1.0,), NAN)],
    "logaddexp": [((-INF, -INF), -INF), ((INF, INF), INF), ((INF, -INF), INF), ((-INF, 2.0), 2.0),
                  ((3.0, -INF), 3.0), ((INF, NAN), NAN),
                  ((NAN, -INF), NAN)],
    "log_norm_interval": [((INF, -INF), 0.0), ((INF, 0.0), -0.693147), ((0.0, -INF), -0.693147),
                          ((-40.0, -41.0), -804.608),
                          ((41.0, 40.0), -804.608), ((0.0, 1.0), NAN)],
    "exp_corrected": [((INF, 0.0), INF), ((-INF, 0.0), 0.0), ((800.0, -1e-14), INF)],
    "sigmoid_corrected": [((INF, 0.0), 1.0), ((-INF, 0.0), 0.0), ((INF, INF), 1.0), ((-INF, -INF), 0.0)],
    "log_sum": [((1.0, 0.0), 0.0), ((0.0, 0.0), -INF), ((INF, 0.0), INF)],
    "log_sum_single": [((1.0, 0.0), 0.0), ((0.0, 0.0), -INF), ((INF, 0.0), INF)],
    "sech2_corrected": [((0.0, 0.0), 1.0), ((INF, INF), 0.0), ((-INF, 0.0), 0.0)],
    "tanh_corrected": [((0.0, 0.0), 0.0), ((INF, INF), 1.0), ((-INF, 0.0), -1.0)],
    "sigmoid_corrected_single": [((INF, 0.0), 1.0), ((-INF, 0.0), 0.0)],
    "sigmoid_slope_corrected": [((0.0, 0.0), 0.25), ((INF, INF), 0.0), ((-INF, INF), 0.0), ((-800.0, 0.0), 0.0)],
    "sigmoid_slope_corrected_single": [((INF, 0.0), 0.0), ((-INF, 0.0), 0.0)],
    "softplus_corrected_single": [((INF, 0.0), INF), ((-INF, 0.0), 0.0)],
    "softplus_corrected": [((INF, 0.0), INF), ((-INF, 0.0), 0.0)],
    "exp_moment": [((1.0, 0.0), 0.5), ((2.0, -INF), 0.0), ((1.0, INF), INF), ((1.0, 800.0), INF)],
    "exp_neg_exp": [((-INF,), 1.0), ((INF,), 0.0), ((8.0,), 0.0), ((-800.0,), 1.0)],
    "log1mexp_exp": [((-INF,), -INF), ((INF,), -0.0), ((-800.0,), -800.0), ((8.0,), -0.0)],
    "bernoulli_exp": [((-INF,), 1.0), ((INF,), 0.0), ((800.0,), 0.0)],
    "bernoulli_slope_exp": [((-INF,), -0.0), ((INF,), 0.0), ((800.0,), 0.0)],
    "sigmoid_power": [((-INF, 0.5), 0.0), ((INF, 0.5), 1.0), ((-800.0, 0.5), 1.915169596714e-174), ((3.0, 0.0), 1.0),
                      ((-INF, 0.0), NAN)],
    "softplus_difference": [((0.0, 0.0), 0.0), ((-INF, 3.0), 0.0), ((INF, 3.0), 3.0), ((-800.0, 1600.0), 800.0),
                            ((800.0, -1600.0), -800.0)],
    "tanh": [((0.0,), 0.0), ((-0.0,), -0.0), ((INF,), 1.0), ((-INF,), -1.0), ((5e-324,), 5e-324), ((-40.0,), -1.0)],
    "sinh": [((-0.0,), -0.0), ((INF,), INF), ((-INF,), -INF), ((711.0,), INF)],
    "cosh": [((0.0,), 1.0), ((INF,), INF), ((-INF,), INF), ((711.0,), INF)],
    "coshm1": [((0.0,), 0.0), ((INF,), INF)],
    "cosm1": [((0.0,), -0.0), ((INF,), NAN)],
    "logcosh": [((0.0,), 0.0), ((INF,), INF), ((-INF,), INF)],
    "sech2": [((0.0,), 1.0), ((INF,), 0.0), ((-INF,), 0.0)],
    "asinh": [((-0.0,), -0.0), ((INF,), INF), ((-INF,), -INF)],
    "acosh": [((1.0,), 0.0), ((0.5,), NAN), ((INF,), INF)],
    "atanh": [((-0.0,), -0.0), ((1.0,), INF), ((-1.0,), -INF), ((1.5,), NAN)],
    "sqrt": [((-1.0,), NAN), ((INF,), INF), ((-0.0,), -0.0)],
    "sqrt1pm1": [((-1.0,), -1.0), ((INF,), INF), ((-2.0,), NAN), ((-0.0,), -0.0)],
    "algebraic_sigmoid": [((-0.0,), -0.0), ((5e-324,), 5e-324), ((1e200,), 1.0), ((INF,), 1.0), ((-INF,), -1.0)],
    "power1psq": [((1e200, -0.5), 1e-200), ((INF, -0.5), 0.0), ((INF, 0.0), 1.0), ((0.0, -7.0), 1.0),
                 ((1e-8, 1e16), 2.718281828459045), ((1e-9, 1e300), INF), ((1e-9, -1e300), 0.0)],
    "power1psq_quotient": [
        ((1e200, 0.5), 2e200), ((INF, -0.5), 2.0), ((INF, 0.0), INF), ((INF, 2.0), INF), ((0.0, 3.0), 0.0),
    ],
    "power_quotient": [
        ((0.0, 2.0, 0.0), 2.0), ((1.0, 2.0, 0.0), 2.0), ((0.0, INF, 0.0), INF), ((0.0, INF, -0.5), 2.0),
        ((0.0, 0.0, 3.0), 0.0), ((2.0, 3.0, 0.0), 9.0),
    ],
    "log1psq_excess": [((0.0,), 0.0), ((-0.01,), 4.999333e-09), ((1e200,), 920.034), ((INF,), INF), ((-INF,), INF)],
    "inverse_hypot": [((0.0,), 1.0), ((1e300,), 1e-300), ((INF,), 0.0), ((-INF,), 0.0)],
    "log1psq": [((0.0,), 0.0), ((-0.0,), 0.0), ((1e-160,), 1e-320), ((-1e300,), 1381.551), ((-INF,), INF)],
    "abs": [((-0.0,), 0.0), ((-INF,), INF)],
    "sign": [((0.0,), 0.0), ((-0.0,), 0.0), ((INF,), 1.0), ((-INF,), -1.0), ((-5e-324,), -1.0)],
    "step": [((0.0,), 0.5), ((-0.0,), 0.5), ((5e-324,), 1.0), ((-5e-324,), 0.0), ((INF,), 1.0)],
    "floor": [((-0.5,), -1.0), ((0.5,), 0.0), ((-0.0,), -0.0), ((INF,), INF), ((2.0,), 2.0), ((-2.5,), -3.0)],
    "ceiling": [((-0.5,), -0.0), ((0.5,), 1.0), ((-INF,), -INF), ((2.5,), 3.0)],
    "maximum": [((NAN, 1.0), NAN), ((1.0, NAN), NAN), ((2.0, 1.0), 2.0), ((-INF, -INF), -INF)],
    "minimum": [((NAN, 1.0), NAN), ((1.0, NAN), NAN), ((2.0, 1.0), 1.0), ((INF, INF), INF)],
    "difference_error": [((INF, 1.0), 0.0), ((INF, INF), 0.0), ((1e308, -1e308), 0.0), ((1.0, 1e-17), -1e-17)],
    "sum_error": [((INF, 1.0), 0.0), ((INF, -INF), 0.0), ((1e308, 1e308), 0.0), ((1.0, 1e-17), 1e-17)],
    "product_error": [((INF, 0.0), 0.0), ((1e300, 1e300), 0.0), ((0.1, 0.1), -8.326673e-19)],
    "power": [((0.0, 0.0), 1.0), ((0.0, 2.0), 0.0), ((0.0, -1.0), INF), ((-0.0, -1.0), -INF), ((-2.0, 3.0), -8.0),
              ((-2.0, 0.5), NAN),
              ((NAN, 0.0), 1.0), ((1.0, NAN), 1.0), ((2.0, 1e9), INF), ((-2.0, 1e9 + 1.0), -INF), ((2.0, -INF), 0.0)],
    "hypot": [((INF, NAN), INF), ((0.0, 0.0), 0.0), ((3.0, 4.0), 5.0), ((-INF, 1.0), INF), ((3e300, 4e300), 5e300)],
    "sin": [((INF,), NAN), ((-0.0,), -0.0)],
    "cos": [((INF,), NAN), ((0.0,), 1.0)],
    "tan": [((INF,), NAN), ((-0.0,), -0.0)],
    "asin": [((1.5,), NAN), ((0.0,), 0.0)],
    "acos": [((1.5,), NAN), ((1.0,), 0.0)],
    "atan": [((INF,), math.pi / 2)],
    "atan2": [((0.0, -1.0), math.pi), ((-0.0, -1.0), -math.pi), ((0.0, 1.0), 0.0)],
    "erf": [((-0.0,), -0.0), ((INF,), 1.0), ((-INF,), -1.0)],
    "erfc": [((0.0,), 1.0), ((INF,), 0.0), ((-INF,), 2.0)],
    "erfcx": [((0.0,), 1.0), ((INF,), 0.0), ((-INF,), INF), ((-27.0,), INF)],
    "ndtr": [((0.0,), 0.5), ((INF,), 1.0), ((-INF,), 0.0), ((-40.0,), 0.0)],
    "log_ndtr": [((INF,), -0.0), ((-INF,), -INF), ((-1e9,), -5e17)],
    "mills": [((INF,), 0.0), ((-INF,), INF), ((-1e9,), 1e9), ((-1e300,), 1e300)],
    "erfinv": [((0.0,), 0.0), ((1.0,), INF), ((-1.0,), -INF), ((1.5,), NAN)],
    "ndtri": [((0.0,), -INF), ((0.5,), 0.0), ((1.0,), INF), ((-0.5,), NAN), ((1.5,), NAN)],
    "loggamma": [((0.0,), INF), ((1.0,), 0.0), ((2.0,), 0.0), ((-3.0,), INF), ((INF,), INF), ((-INF,), INF)],
    "gamma": [((0.0,), INF), ((-0.0,), -INF), ((1.0,), 1.0), ((2.0,), 1.0), ((5.0,), 24.0), ((-3.0,), NAN),
              ((INF,), INF), ((-INF,), NAN), ((172.0,), INF)],
    "digamma": [((0.0,), -INF), ((-3.0,), NAN), ((INF,), INF), ((-INF,), NAN)],
    "trigamma": [((0.0,), INF), ((-3.0,), INF), ((INF,), 0.0)],
    "polygamma": [((1.0, INF), 0.0), ((2.0, -1.5), NAN), ((1.5, 2.0), NAN), ((1.0, 0.0), INF), ((200.0, 1.0), NAN)],
    "log_beta": [((1.0, 1.0), 0.0), ((0.0, 2.0), INF), ((-1.0, 2.0), NAN), ((2.0, INF), -INF)],
    "rising_log": [((3.0, 0.0), 0.0), ((1e300, 0.0), 0.0), ((3.0, INF), INF), ((-1.0, 2.0), NAN)],
    "rising_excess": [((3.0, 0.0), 0.0), ((3.0, 1.0), 0.0), ((30.5, 1.0), 0.0), ((INF, 5.0), 0.0), ((3.0, INF), INF),
                      ((0.0, 1.0), 0.0), ((0.0, 3.0), INF), ((-1.0, 2.0), NAN)],
    "digamma_difference": [((3.0, 0.0), 0.0), ((INF, 5.0), 0.0), ((3.0, INF), INF), ((0.0, 3.0), INF),
                           ((-1.0, 2.0), NAN)],
    "trigamma_difference": [((3.0, 0.0), 0.0), ((INF, 5.0), 0.0), ((1.0, INF), -1.6449340668482264),
                            ((0.0, 3.0), -INF), ((-1.0, 2.0), NAN)],
    "digamma_excess": [((3.0, 0.0), 0.0), ((3.0, 1.0), 0.0), ((INF, 5.0), 0.0), ((INF, 50.0), 0.0), ((3.0, INF), INF),
                       ((0.0, 3.0), INF), ((-1.0, 2.0), NAN)],
    "trigamma_excess": [((3.0, 0.0), 0.0), ((3.0, 1.0), 0.0), ((INF, 5.0), 0.0), ((INF, 50.0), 0.0), ((3.0, INF), INF),
                        ((0.0, 3.0), INF), ((-1.0, 2.0), NAN)],
    "digamma_curvature": [((3.0, 0.0), 0.0), ((3.0, 1.0), 0.0), ((INF, 5.0), 0.0), ((0.0, 3.0), INF),
                          ((-1.0, 2.0), NAN)],
    "exp_times": [((0.0, 3.0), 3.0), ((INF, 0.0), 0.0), ((INF, -2.0), -INF), ((-INF, 2.0), 0.0),
                  ((710.0, 0.5), 1.1169973830808557e308), ((-746.0, 1e3), 1.04e-321)],
    "loggamma1p": [((0.0,), 0.0), ((1.0,), 0.0), ((-1.0,), INF), ((INF,), INF), ((1e-300,), -5.772e-301)],
    "digamma1p": [((0.0,), -0.5772157), ((-1.0,), -INF), ((INF,), INF), ((1e-300,), -0.5772157)],
    "loggamma_rest": [((-INF, 0.0), INF), ((-1e300, 0.0), 1e300), ((-745.2, 0.0), 745.2), ((0.0, 1.0), 1.0),
                      ((1e300, INF), -5e299), ((INF, INF), -INF), ((-120.0, 0.0), 120.0)],
    "loggamma_rest_slope": [((-INF, 0.0), -1.0), ((-745.2, 0.0), -1.0), ((0.0, 1.0), -0.5772157), ((1e300, INF), -0.5),
                            ((INF, INF), -0.5)],
    "loggamma_rest_curvature": [((-INF, 0.0), 0.0), ((-745.2, 0.0), 0.0), ((0.0, 1.0), 0.0677184), ((800.0, INF), 0.0),
                                ((INF, INF), 0.0)],
    "log1p_second_excess": [((0.0,), 0.0), ((INF,), INF), ((-2.0,), NAN)],
    "softplus_second_excess": [((-INF,), 0.0), ((INF,), INF), ((-800.0,), 0.0)],
    "log1p_excess": [((0.0,), 0.0), ((-1.0,), INF), ((INF,), INF), ((-2.0,), NAN)],
    "softplus_excess": [((-INF,), 0.0), ((INF,), INF), ((-800.0,), 0.0)],
    "log_bessel_i0_scaled": [((0.0,), 0.0), ((INF,), -INF), ((-INF,), -INF)],
    "bessel_ratio_gap": [((0.0,), 1.0), ((INF,), 0.0), ((-INF,), 2.0)],
    "bessel_ratio_slope": [((0.0,), 0.5), ((INF,), 0.0), ((-INF,), 0.0)],
    "log_bessel_i0": [((0.0,), 0.0), ((INF,), INF), ((-INF,), INF)],
    "log_bessel_i1": [((0.0,), -INF), ((INF,), INF), ((-1.0,), NAN)],
    "bessel_ratio": [((0.0,), 0.0), ((-0.0,), -0.0), ((INF,), 1.0), ((-INF,), -1.0)],
    "log_scaled_e1": [((0.0,), INF), ((-0.0,), INF), ((INF,), -INF), ((-INF,), -INF), ((1e200,), -920.3409)],
    "scaled_e1_slope": [((0.0,), INF), ((-0.0,), -INF), ((INF,), 0.0), ((-INF,), -0.0), ((5e-324,), INF)],
    "scaled_e1_curvature": [((0.0,), INF), ((-0.0,), INF), ((INF,), 0.0), ((-INF,), 0.0), ((1e200,), 0.0)],
    "exp_decay": [((0.0,), 1.0), ((-INF,), 0.0), ((-745.0,), 5e-324), ((-746.5,), 0.0)],
    "exp_decay_single": [((0.0,), 1.0), ((-INF,), 0.0), ((-1e9,), 0.0)],
    "exp_single": [((0.0,), 1.0), ((-INF,), 0.0), ((INF,), INF), ((1e9,), INF), ((-1e9,), 0.0)],
    "sigmoid_single": [((INF,), 1.0), ((-INF,), 0.0), ((800.0,), 1.0), ((-800.0,), 0.0)],
    "softplus_single": [((INF,), INF), ((-INF,), 0.0), ((800.0,), 800.0), ((-800.0,), 0.0)],
    "softplus_tail": [((INF,), 0.0), ((-INF,), 0.0), ((800.0,), 0.0)],
    "softplus_tail_single": [((INF,), 0.0), ((-INF,), 0.0), ((800.0,), 0.0)],
    "sigmoid_slope": [((0.0,), 0.25), ((INF,), 0.0), ((-INF,), 0.0), ((-800.0,), 0.0)],
    "sigmoid_slope_single": [((INF,), 0.0), ((-INF,), 0.0), ((-800.0,), 0.0)],
    "sigmoid_blend": [((INF, 3.0, 2.0), 3.0), ((-INF, 3.0, 2.0), 2.0), ((0.0, 3.0, 1.0), 2.0), ((INF, 0.0, -1.0), 0.0)],
    "sigmoid_blend_single": [((INF, 3.0, 2.0), 3.0), ((-INF, 3.0, 2.0), 2.0), ((INF, 0.0, -1.0), 0.0)],
    "exp_decay_corrected": [((0.0, 0.0), 1.0), ((-INF, 0.0), 0.0), ((-1e300, 1e283), 0.0), ((-INF, NAN), 0.0)],
    "exp_decay_corrected_single": [((0.0, 0.0), 1.0), ((-INF, 0.0), 0.0), ((-1e300, 1e283), 0.0)],
    "share_error": [((0.0, 1.0), 0.0), ((1.0, 0.5), 0.0), ((2.0**-60, 1.0), -(2.0**-60))],
    "times_parts": [((0.0, 0.5, 1e-17), 0.0), ((3.0, 0.5, 0.0), 1.5), ((1.0, 0.5, 2.0**-53), 0.5 + 2.0**-53)],
    "times_parts_single": [((3.0, 0.5, 0.0), 1.5)],
    "exp_difference": [((3.0, 3.0), 1.0), ((INF, INF), 1.0), ((-INF, 0.0), 0.0), ((1.0, INF), 0.0),
                       ((-INF, -INF), 1.0)],
    "exp_difference_single": [((3.0, 3.0), 1.0), ((INF, INF), 1.0), ((-INF, 0.0), 0.0)],
    "bessel_i": [((0.0, 0.0), 1.0), ((3.0, 0.0), 0.0), ((2.0, INF), INF), ((0.5, 1.0), NAN)],
}  # fmt: skip


def same(got: float, want: float) -> bool:
    """Equal with the sign of zero; a value written with few digits is compared to those."""
    if want != want or got != got:
        return want != want and got != got
    if want == 0.0 or math.isinf(want):
        return got == want and math.copysign(1.0, got) == math.copysign(1.0, want)
    return math.isclose(got, want, rel_tol=1e-2 if abs(want) < 1e-300 else 1e-4)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_edges(name: str) -> None:
    for arguments, want in EDGES[name]:
        compiled = evaluate(name, [np.array([x]) for x in arguments])[0]
        plain = callables()[name](*arguments)
        assert same(compiled, want), f"compiled {name}{arguments} = {compiled!r}, not {want!r}"
        assert same(plain, want), f"{name}{arguments} = {plain!r}, not {want!r}"


# Functions that are a number for some NaN: by definition, or since NaN stands for an error that is not known.
LENIENT = ("power", "power1psq", "hypot", "difference_error", "sum_error", "product_error", "exp_corrected",
           "sigmoid_corrected", "softplus_corrected", "tanh_corrected", "sech2_corrected",
           "sigmoid_slope_corrected",
           "times_parts_single", "exp_decay_corrected_single",
           "sigmoid_corrected_single", "sigmoid_slope_corrected_single", "softplus_corrected_single",
           "log_sum_single")  # fmt: skip


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in LENIENT])
def test_nan_gives_nan(name: str) -> None:
    for position in range(FUNCTIONS[name].arity):
        arguments = [0.5] * FUNCTIONS[name].arity
        arguments[position] = NAN
        assert math.isnan(callables()[name](*arguments)), name
        assert math.isnan(evaluate(name, [np.array([x]) for x in arguments])[0]), name
