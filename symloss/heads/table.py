"""One row per function: its derivatives in terms of heads, its oracle, its kernel source.

Adding a function is adding a row (and a class in `functions.py` if SymPy has none).
Everything that treats functions (differentiation, evaluation, kernels) loops over
this table.
"""

from __future__ import annotations

from typing import Any

import mpmath
import sympy as sp

from . import algebraic, bessel_values
from . import functions as fn
from .exponential_integral import EXPONENTIAL_INTEGRAL
from .gamma_rows import GAMMA_AND_BESSEL, loggamma
from .log_rows import BY_LOGARITHM
from .row import Row
from .saddle_point import SADDLE_POINT
from .shares import SHARES


def _ratio_or_zero(x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """x/y, and 0 where x is 0: the slope of 0*log(y) is 0 also at y = 0."""
    return sp.Piecewise((0, sp.Eq(x, 0)), (x / y, True)) if x.is_zero is None else x / y


def _end_of_interval(a: sp.Expr, b: sp.Expr) -> sp.Expr:
    """phi(a)/(Phi(a) - Phi(b)), from the tail in which the interval lies."""
    lower = -fn.inverse_mills(a) / fn.expm1(fn.log_norm_cdf(b) - fn.log_norm_cdf(a))
    upper = fn.inverse_mills(-a) / fn.expm1(fn.log_norm_cdf(-b) - fn.log_norm_cdf(-a))
    return sp.Piecewise((lower, a + b < 0), (upper, True))


_VANISHES = -(mpmath.mpf(2) ** 128)
"""mpmath would need as many bits as the exponent has for an exponential of less; it is below any float by far."""


def _exp(x: Any) -> Any:
    return mpmath.mpf(0) if x < _VANISHES else mpmath.exp(x)


def _expm1(x: Any) -> Any:
    return mpmath.mpf(-1) if x < _VANISHES else mpmath.expm1(x)


def _log_norm_cdf(x: Any) -> Any:
    return mpmath.log(mpmath.erfc(-x / mpmath.sqrt(2)) / 2)


def _inverse_mills(x: Any) -> Any:
    return mpmath.sqrt(2 / mpmath.pi) * mpmath.exp(-x * x / 2) / mpmath.erfc(-x / mpmath.sqrt(2))


def _truncated_variance(x: Any) -> Any:
    ratio = _inverse_mills(x)
    return 1 - ratio * (ratio + x)


def _truncated_cumulant(x: Any) -> Any:
    ratio = _inverse_mills(x)
    return ratio * ((ratio + x) ** 2 - _truncated_variance(x))


def _gap(x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """x - y; only what is given as it stands may be masked."""
    given = all(isinstance(a, (sp.Symbol, sp.Indexed)) for a in (x, y))
    return fn.masked_difference(x, y) if given else x - y


def _xlogy(x: Any, y: Any) -> Any:
    return mpmath.mpf(0) if x == 0 else x * mpmath.log(y)


def _step(x: Any) -> Any:
    return (mpmath.sign(x) + 1) / 2


def _power(x: Any, a: Any) -> Any:
    return mpmath.mpf(1) if a == 0 else mpmath.power(x, a)


def _softplus(x: Any) -> Any:
    return x + mpmath.log1p(mpmath.exp(-x)) if x > 0 else mpmath.log1p(mpmath.exp(x))


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x))


def _bernoulli(x: Any) -> Any:
    return x / mpmath.expm1(x) if x else mpmath.mpf(1)


def _bernoulli_slope(x: Any) -> Any:
    return (mpmath.expm1(x) - x * mpmath.exp(x)) * x / mpmath.expm1(x) ** 2 if x else mpmath.mpf(0)


def _bernoulli_first(x: Any) -> Any:
    return _bernoulli_slope(x) / x if x else mpmath.mpf(-1) / 2


def _bernoulli_second(x: Any) -> Any:
    b = _bernoulli(x)
    return -((x + 2 * b) * _bernoulli_first(x) + b) / x if x else mpmath.mpf(1) / 6


def _tilted_mean(x: Any) -> Any:
    return -1 / mpmath.expm1(-x) - 1 / x if x else mpmath.mpf(1) / 2


def _tilted_variance(x: Any) -> Any:
    return 1 / x**2 - 1 / (2 * mpmath.sinh(x / 2)) ** 2 if x else mpmath.mpf(1) / 12


def _exp_of(rate: sp.Expr, t: sp.Expr) -> sp.Expr:
    """exp(rate*t), a power where t is a logarithm."""
    return t.args[0] ** rate if isinstance(t, sp.log) else sp.exp(rate * t)


def _power_quotient(n: Any, t: Any, rate: Any) -> Any:
    if n == 0:
        return mpmath.expm1(rate * t) / rate if rate else t
    return t ** (n + 1) * mpmath.hyp1f1(n + 1, n + 2, rate * t) / (n + 1)


_SQRT_2PI = sp.sqrt(2 * sp.pi)

ROWS: tuple[Row, ...] = (
    Row(sp.exp, lambda x: (sp.exp(x),), _exp, "exp"),
    Row(sp.log, lambda x: (1 / x,), mpmath.log, "log"),
    Row(fn.sigmoid, lambda x: (fn.sigmoid(x) * fn.sigmoid(-x),), _sigmoid, "sigmoid"),
    Row(fn.softplus, lambda x: (fn.sigmoid(x),), _softplus, "softplus"),
    Row(fn.logcosh, lambda x: (sp.tanh(x),), lambda x: mpmath.log(mpmath.cosh(x)), "logcosh"),
    Row(fn.sech2, lambda x: (-2 * sp.tanh(x) * fn.sech2(x),), lambda x: mpmath.sech(x) ** 2, "sech2"),
    Row(fn.log_softplus, lambda x: (fn.exprel(-fn.softplus(x)),), lambda x: mpmath.log(_softplus(x)), "log_softplus"),
    Row(fn.xlog1py, lambda x, y: (fn.log1p(y), _ratio_or_zero(x, 1 + y)), lambda x, y: _xlogy(x, 1 + y), "xlog1py"),
    Row(fn.xlogy, lambda x, y: (sp.log(y), _ratio_or_zero(x, y)), _xlogy, "xlogy"),
    Row(fn.step, lambda x: (sp.S.Zero,), _step, "step"),
    Row(
        fn.norm_cdf,
        lambda x: (sp.exp(-(x**2) / 2) / _SQRT_2PI,),
        lambda x: mpmath.erfc(-x / mpmath.sqrt(2)) / 2,
        "ndtr",
    ),
    Row(fn.log_norm_cdf, lambda x: (fn.inverse_mills(x),), _log_norm_cdf, "log_ndtr"),
    Row(fn.inverse_mills, lambda x: (-fn.inverse_mills(x) * fn.mills_excess(x),), _inverse_mills, "mills"),
    Row(
        fn.mills_excess,
        lambda x: (fn.truncated_variance(x),),
        lambda x: _inverse_mills(x) + x,
        "mills_excess",
    ),
    Row(fn.mills_slope, lambda x: (-fn.truncated_cumulant(x),), lambda x: 1 - _truncated_variance(x), "mills_slope"),
    Row(
        fn.truncated_variance,
        lambda x: (fn.truncated_cumulant(x),),
        _truncated_variance,
        "truncated_variance",
    ),
    Row(
        fn.truncated_cumulant,
        lambda x: (
            2 * fn.mills_slope(x) * fn.truncated_variance(x)
            - fn.truncated_cumulant(x) * (fn.inverse_mills(x) + fn.mills_excess(x)),
        ),
        _truncated_cumulant,
        "truncated_cumulant",
    ),
    Row(
        fn.log_bessel_i0,
        lambda x: (fn.bessel_ratio(x),),
        lambda x: bessel_values.log_i(0, x) + abs(x),
        "log_bessel_i0",
    ),
    Row(
        fn.bessel_ratio,
        lambda x: (fn.bessel_ratio_slope(x),),
        bessel_values.ratio,
        "bessel_ratio",
    ),
    *GAMMA_AND_BESSEL,
    *BY_LOGARITHM,
    *EXPONENTIAL_INTEGRAL,
    *SADDLE_POINT,
    *SHARES,
    Row(fn.log1p, lambda x: (1 / (1 + x),), mpmath.log1p, "log1p"),
    Row(fn.expm1, lambda x: (sp.exp(x),), _expm1, "expm1"),
    Row(fn.log1mexp, lambda x: (1 / fn.expm1(-x) * -1,), lambda x: mpmath.log(-_expm1(x)), "log1mexp"),
    Row(fn.log1pmx, lambda x: (-x / (1 + x),), lambda x: mpmath.log1p(x) - x, "log1pmx"),
    Row(
        fn.divergence,
        lambda x, y, d: (sp.log(x) - sp.log(y) + 1, -x / y, sp.S.One),
        lambda x, y, d: x * mpmath.log(x / y) + d if x else d,
        "divergence",
    ),
    Row(
        fn.bernoulli_function,
        lambda x: (fn.bernoulli_first(x),),
        _bernoulli,
        "bernoulli_function",
    ),
    Row(
        fn.bernoulli_slope,
        lambda x: (fn.bernoulli_slope(x) / x * (1 - 2 * fn.bernoulli_function(x) - x) - fn.bernoulli_function(x),),
        _bernoulli_slope,
        "bernoulli_slope",
    ),
    Row(fn.bernoulli_first, lambda x: (fn.bernoulli_second(x),), _bernoulli_first, "bernoulli_first"),
    Row(
        fn.bernoulli_second,
        lambda x: (
            -(
                (1 + x + 2 * fn.bernoulli_function(x)) * fn.bernoulli_second(x)
                + 2 * fn.bernoulli_first(x) * (1 + fn.bernoulli_first(x))
            )
            / x,
        ),
        _bernoulli_second,
        "bernoulli_second",
    ),
    Row(
        fn.log_exprel,
        lambda x: (fn.tilted_mean(x),),
        lambda x: mpmath.log(mpmath.expm1(x) / x) if x else mpmath.mpf(0),
        "log_exprel",
    ),
    Row(fn.tilted_mean, lambda x: (fn.tilted_variance(x),), _tilted_mean, "tilted_mean"),
    Row(
        fn.tilted_variance,
        lambda x: ((fn.tilted_variance(x) - 1 / x**2) * (1 - 2 * fn.tilted_mean(x) - 2 / x) - 2 / x**3,),
        _tilted_variance,
        "tilted_variance",
    ),
    Row(
        fn.exprel,
        lambda x: (fn.exp_moment(1, x),),
        lambda x: mpmath.expm1(x) / x if x else mpmath.mpf(1),
        "exprel",
    ),
    Row(
        fn.exp_moment,
        lambda n, x: (sp.S.NaN, fn.exp_moment(n + 1, x)),
        lambda n, x: mpmath.hyp1f1(n + 1, n + 2, x) / (n + 1),
        "exp_moment",
    ),
    Row(
        fn.logaddexp,
        lambda x, y: (fn.sigmoid(_gap(x, y)), fn.sigmoid(_gap(y, x))),
        lambda x, y: max(x, y) + mpmath.log1p(mpmath.exp(-abs(x - y))) if x != y else x + mpmath.log(2),
        "logaddexp",
    ),
    Row(
        fn.masked_difference,
        lambda x, y: (sp.S.One, sp.S.NegativeOne),
        lambda x, y: x - y if x != y or x != -mpmath.inf else x,
        "masked_difference",
    ),
    Row(
        fn.softplus_difference,
        lambda x, d: (fn.sigmoid(x + d) - fn.sigmoid(x), fn.sigmoid(x + d)),
        lambda x, d: _softplus(x + d) - _softplus(x),
        "softplus_difference",
    ),
    Row(
        fn.exp_neg_exp,
        lambda x: (-sp.exp(x) * fn.exp_neg_exp(x),),
        lambda x: mpmath.exp(-mpmath.exp(x)),
        "exp_neg_exp",
    ),
    Row(
        fn.log1mexp_exp,
        lambda x: (fn.bernoulli_exp(x),),
        lambda x: mpmath.log(-mpmath.expm1(-mpmath.exp(x))),
        "log1mexp_exp",
    ),
    Row(fn.bernoulli_exp, lambda x: (fn.bernoulli_slope_exp(x),), lambda x: _bernoulli(mpmath.exp(x)), "bernoulli_exp"),
    Row(
        fn.bernoulli_slope_exp,
        lambda x: (
            fn.bernoulli_slope_exp(x) * (1 - 2 * fn.bernoulli_exp(x) - sp.exp(x)) - sp.exp(x) * fn.bernoulli_exp(x),
        ),
        lambda x: _bernoulli_slope(mpmath.exp(x)),
        "bernoulli_slope_exp",
    ),
    Row(fn.expm1mx, lambda x: (fn.expm1(x),), lambda x: mpmath.expm1(x) - x, "expm1mx"),
    Row(fn.sqrt1pm1, lambda x: (1 / (2 * sp.sqrt(1 + x)),), lambda x: mpmath.sqrt(1 + x) - 1, "sqrt1pm1"),
    Row(
        algebraic.inverse_hypot,
        lambda v: (-algebraic.algebraic_sigmoid(v) * algebraic.inverse_hypot(v) ** 2,),
        lambda v: 1 / mpmath.sqrt(1 + v**2),
        "inverse_hypot",
    ),
    Row(
        algebraic.algebraic_sigmoid,
        lambda v: (algebraic.inverse_hypot(v) ** 3,),
        lambda v: v / mpmath.sqrt(1 + v**2),
        "algebraic_sigmoid",
    ),
    Row(
        algebraic.log1psq,
        lambda v: (2 * algebraic.algebraic_sigmoid(v) * algebraic.inverse_hypot(v),),
        lambda v: mpmath.log1p(v**2),
        "log1psq",
    ),
    Row(
        algebraic.log1psq_excess,
        lambda v: (2 * algebraic.algebraic_sigmoid(v) ** 3 * algebraic.inverse_hypot(v),),
        lambda v: mpmath.log1p(v**2) - v**2 / (1 + v**2),
        "log1psq_excess",
    ),
    Row(
        algebraic.power1psq,
        lambda v, e: (
            2 * e * v * algebraic.power1psq(v, e - 1),
            algebraic.log1psq(v) * algebraic.power1psq(v, e),
        ),
        lambda v, e: mpmath.power(1 + v**2, e),
        "power1psq",
    ),
    Row(
        algebraic.power1psq_quotient,
        lambda v, e: (
            2 * v * algebraic.power1psq(v, e - 1),
            algebraic.power_quotient(1, algebraic.log1psq(v), e),
        ),
        lambda v, e: _power_quotient(0, mpmath.log1p(v * v), e),
        "power1psq_quotient",
    ),
    Row(
        algebraic.power_quotient,
        lambda n, t, rate: (sp.S.NaN, t**n * _exp_of(rate, t), algebraic.power_quotient(n + 1, t, rate)),
        _power_quotient,
        "power_quotient",
    ),
    Row(
        algebraic.hypot,
        lambda x, y: (x / algebraic.hypot(x, y), y / algebraic.hypot(x, y)),
        mpmath.hypot,
        "hypot",
    ),
    Row(
        fn.product_or_zero,
        lambda w, g: (g, w),
        lambda w, g: mpmath.mpf(0) if w == 0 else w * g,
        "product_or_zero",
    ),
    Row(
        fn.number_or,
        lambda x, y: (sp.S.One, sp.S.Zero),
        lambda x, y: y if mpmath.isnan(x) else x,
        "number_or",
    ),
    Row(
        fn.times_square,
        lambda w, g: (g**2, 2 * w * g),
        lambda w, g: mpmath.mpf(0) if w == 0 else w * g**2,
        "times_square",
    ),
    Row(
        fn.exp_times,
        lambda a, x: (fn.exp_times(a, x), sp.exp(a)),
        lambda a, x: x * mpmath.exp(a) if x else mpmath.mpf(0),
        "exp_times",
    ),
    Row(
        fn.quotient_or_zero,
        lambda x, n: (fn.quotient_or_zero(1, n), -fn.quotient_or_zero(fn.quotient_or_zero(x, n), n)),
        lambda x, n: x / n if n else mpmath.mpf(0),
        "quotient_or_zero",
    ),
    Row(fn.finished, lambda x: (sp.S.One,), lambda x: x, "finished"),
    Row(
        fn.one_sided_sign,
        lambda u, d: (sp.S.Zero, sp.S.Zero),
        lambda u, d: mpmath.sign(u) if u != 0 else mpmath.sign(d),
        "one_sided_sign",
    ),
    Row(
        fn.power,
        lambda x, a: (a * fn.power(x, a - 1), sp.log(x) * fn.power(x, a)),
        _power,
        "power",
    ),
    Row(sp.Abs, lambda x: (sp.sign(x),), mpmath.fabs, "abs"),
    Row(sp.sign, lambda x: (sp.S.Zero,), mpmath.sign, "sign"),
    Row(sp.floor, lambda x: (sp.S.Zero,), mpmath.floor, "floor"),
    Row(sp.ceiling, lambda x: (sp.S.Zero,), mpmath.ceil, "ceiling"),
    Row(sp.sin, lambda x: (sp.cos(x),), mpmath.sin, "sin"),
    Row(sp.cos, lambda x: (-sp.sin(x),), mpmath.cos, "cos"),
    Row(sp.tan, lambda x: (1 / sp.cos(x) ** 2,), mpmath.tan, "tan"),
    Row(sp.asin, lambda x: (1 / sp.sqrt((1 - x) * (1 + x)),), mpmath.asin, "asin"),
    Row(sp.acos, lambda x: (-1 / sp.sqrt((1 - x) * (1 + x)),), mpmath.acos, "acos"),
    Row(sp.atan, lambda x: (1 / (1 + x**2),), mpmath.atan, "atan"),
    Row(
        sp.atan2,
        lambda y, x: (x / (x**2 + y**2), -y / (x**2 + y**2)),
        mpmath.atan2,
        "atan2",
    ),
    Row(sp.sinh, lambda x: (sp.cosh(x),), mpmath.sinh, "sinh"),
    Row(sp.cosh, lambda x: (sp.sinh(x),), mpmath.cosh, "cosh"),
    Row(sp.tanh, lambda x: (fn.sech2(x),), mpmath.tanh, "tanh"),
    Row(sp.asinh, lambda x: (1 / sp.sqrt(1 + x**2),), mpmath.asinh, "asinh"),
    Row(sp.acosh, lambda x: (1 / sp.sqrt((x - 1) * (x + 1)),), mpmath.acosh, "acosh"),
    Row(sp.atanh, lambda x: (1 / ((1 - x) * (1 + x)),), mpmath.atanh, "atanh"),
    Row(sp.erf, lambda x: (2 * sp.exp(-(x**2)) / sp.sqrt(sp.pi),), mpmath.erf, "erf"),
    Row(sp.erfc, lambda x: (-2 * sp.exp(-(x**2)) / sp.sqrt(sp.pi),), mpmath.erfc, "erfc"),
    Row(
        fn.log_norm_interval,
        lambda a, b: (_end_of_interval(a, b), _end_of_interval(b, a)),
        lambda a, b: mpmath.log((mpmath.erfc(-a / mpmath.sqrt(2)) - mpmath.erfc(-b / mpmath.sqrt(2))) / 2),
        "log_norm_interval",
    ),
    Row(fn.error_complement, lambda x: (-2 * sp.exp(-(x**2)) / sp.sqrt(sp.pi),), mpmath.erfc, "erfc"),
    Row(
        sp.erfinv,
        lambda x: (sp.sqrt(sp.pi) * sp.exp(sp.erfinv(x) ** 2) / 2,),
        mpmath.erfinv,
        "erfinv",
    ),
    Row(sp.gamma, lambda x: (sp.gamma(x) * sp.digamma(x),), mpmath.gamma, "gamma"),
    Row(sp.loggamma, lambda x: (sp.digamma(x),), loggamma, "loggamma"),
    Row(
        sp.polygamma,
        lambda n, x: (sp.S.NaN, sp.polygamma(n + 1, x)),
        lambda n, x: mpmath.psi(int(n), x),
        "polygamma",
    ),
    Row(
        sp.besseli,
        lambda n, x: (sp.S.NaN, (sp.besseli(n - 1, x) + sp.besseli(n + 1, x)) / 2),
        mpmath.besseli,
        "bessel_i",
    ),
)

for _row in ROWS:
    if issubclass(_row.head, fn.Head):
        _row.head.oracle = staticmethod(_row.oracle)

BY_HEAD: dict[type, Row] = {row.head: row for row in ROWS}


def row_of(expression: sp.Basic) -> Row | None:
    """The row of the outermost function of ``expression``, if it is in the table."""
    return BY_HEAD.get(type(expression))
