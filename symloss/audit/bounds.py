"""The bounds of issue figures: how many ulps a result may be wrong by, and what excuses more.

A result above its bound passes where one of these holds, and only there:

- next to a true zero: it is wrong by at most 4 ulps of the largest term of the sum that is computed (A5);
- where something that it is made of underflows: by at most 4 smallest subnormals, times 1 + |a| (A8);
- an exponential of a computed exponent a, |a| > 40: by at most 4 + |a| ulps (A6), also in a row under softmax whose
  exponents have exponentials in them;
- within rounding of a jump, such as the Hessian of Huber's loss at |f - y| = delta: the value of the other side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import mpmath
import sympy as sp

from symloss.declare.points import axis_lengths
from symloss.declare.roles import role_symbol
from symloss.heads import functions as fn
from symloss.heads.binders import (
    Binder,
    LogSumExp,
    Maximum,
    Softmax,
    SoftmaxComplement,
    SoftmaxGap,
    Total,
    free_indices,
    has_bound_index,
)
from symloss.heads.exponential_integral import EXPONENTIAL_INTEGRAL
from symloss.heads.gamma_rows import GAMMA_AND_BESSEL
from symloss.heads.numbers import TypedNumber
from symloss.heads.row_binders import Norm, SoftmaxContrast, SoftmaxCovariance, TotalOfOthers
from symloss.heads.shares import log_over_mean, sigmoid_less
from symloss.heads.sparse import Sparsemax
from symloss.loss import Loss
from symloss.stabilise.stabilise import stable_form
from symloss.stabilise.target import depends_on_prediction

from .balls import Ball, is_exact, magnitude
from .exact import Program
from .points import LENGTH
from .ulp import ulp

ELEMENTARY = {"value": 5.0, "gradient": 6.0, "hessian": 8.0}
ROWS = 4.0
"""Rows under softmax, in float64."""
SINGLE = 4.0
SPECIAL = 10.0

NEAR_ZERO = 4.0
SUBNORMALS = 4.0
EXPONENT = 4.0
COMPENSATED = 40.0
"""Up to that size of a computed exponent its rounding error is made up for, and the bound is the usual one."""

_FOUR_ULPS = sp.Rational(1, 2**50)
"""`NEAR_ZERO` ulps of a float64, relatively."""

_SETTLES = 1200
"""Bits in which 1 less the smallest normal number is not 1."""

EXPONENTIALS: dict[Any, Callable[[float], float]] = {
    sp.exp: abs,
    fn.exp_times: abs,
    fn.sigmoid: lambda a: max(-a, 0.0),
    fn.softplus: lambda a: max(-a, 0.0),
    fn.sech2: lambda a: 2 * abs(a),
}
"""Functions that behave as an exponential, with the size of its exponent."""

SPECIAL_HEADS = (
    sp.gamma,
    sp.loggamma,
    sp.polygamma,
    sp.besseli,
    sp.erf,
    sp.erfc,
    sp.erfinv,
    fn.norm_cdf,
    fn.log_norm_cdf,
    fn.inverse_mills,
    fn.mills_excess,
    fn.mills_slope,
    fn.truncated_variance,
    fn.truncated_cumulant,
    fn.log_bessel_i0,
    fn.bessel_ratio,
    *(row.head for row in (*GAMMA_AND_BESSEL, *EXPONENTIAL_INTEGRAL)),
)


def bound_of(loss: Loss, order: str, dtype: str) -> float:
    """Ulps that every result of a loss is held to."""
    if dtype == "float32":
        return SINGLE
    if loss.expression.has(*SPECIAL_HEADS):
        return SPECIAL
    return ROWS if loss.expression.has(Softmax, LogSumExp) else ELEMENTARY[order]


@dataclass(frozen=True)
class Verdict:
    """Why a result above the bound is let pass, or that it is not."""

    kind: str
    in_terms: float = 0.0


class Allowance:
    """What excuses a result above the bound, for one result of a loss."""

    def __init__(self, loss: Loss, order: str, by: str, dtype: str) -> None:
        self.loss, self.dtype = loss, dtype
        self.expression, self.indices = loss.pipeline.expression(order, *([by] if by else []))
        self.axes = loss.declaration.axes
        self.lengths = axis_lengths(self.axes, LENGTH)

    @cached_property
    def stable(self) -> sp.Expr:
        """The stable form; what stands for a NaN has no part in the allowance."""
        return stable_form(self.expression).replace(fn.number_or, lambda x, y: x)

    @cached_property
    def terms(self) -> Program | None:
        return self._program(largest_terms(self.stable))

    @cached_property
    def exponents(self) -> list[tuple[Callable[[float], float], Program]]:
        """The arguments of exponentials that do not stand inside a sum over an axis."""
        inside = {part for b in self.stable.atoms(Binder) for part in b.atoms(*EXPONENTIALS)}
        found = sorted(self.stable.atoms(*EXPONENTIALS) - inside, key=sp.default_sort_key)
        made = [(EXPONENTIALS[type(e)], self._program(e.args[0])) for e in found]
        made += [(abs, self._program(exponent)) for exponent in self._exponents_of_rows()]
        return [(size, p) for size, p in made if p is not None]

    def _exponents_of_rows(self) -> list[sp.Expr]:
        """Of rows exp(u[k]) whose exponents have exponentials of their own in them: the exponent of the largest entry,
        which has the weight, and how far those whose softmax is asked for are below."""
        rows = [s for s in self.stable.atoms(Softmax, LogSumExp) if s.body.has(sp.exp)]
        rows = sorted((s for s in rows if not any(i.label.height for i in free_indices(s))), key=sp.default_sort_key)
        largest = [Maximum(body, bound) for body, bound in dict.fromkeys((s.body, s.bound) for s in rows)]
        return [*largest, *(sp.log(s) for s in rows if type(s) is Softmax)]

    @cached_property
    def underflowing(self) -> list[tuple[Callable[[float], float], Program]]:
        """The exponents as well that a softmax has inside, -log p and -log(1 - p): they count where these underflow."""
        rows = [s for s in self.stable.atoms(Softmax) if all(i.label.height == 0 for i in free_indices(s))]
        rows = sorted((s for s in rows if not isinstance(s, SoftmaxGap)), key=sp.default_sort_key)
        made = [self._program(sp.log(s)) for s in rows]
        return [*self.exponents, *((abs, p) for p in made if p is not None)]

    @cached_property
    def result(self) -> Program:
        return Program(self.expression, self.indices, self.axes, self.lengths)

    @cached_property
    def kinks(self) -> list[Program]:
        made = [self._program(e) for e in self.loss.kink_places if not (binders_in(e) or has_bound_index(e))]
        return [p for p in made if p is not None]

    def _program(self, e: sp.Expr) -> Program | None:
        try:
            return Program(e, self.indices, self.axes, self.lengths)
        except NotImplementedError:
            return None

    def verdict(
        self, sample: dict[str, Any], place: int, got: float, exact: Any, error: float, bound: float
    ) -> Verdict:
        """Whether the result passes, and why."""
        distance = abs(mpmath.mpf(got) - exact)
        if distance <= SUBNORMALS * self._smallest * (1 + self._exponent(sample, place, self.underflowing)):
            return Verdict("underflow")
        exponent = self._exponent(sample, place, self.exponents, _is_rounded)
        if exponent > COMPENSATED and error <= EXPONENT + exponent:
            return Verdict("exponent")
        if self._jumps(sample, place, got):
            return Verdict("kink")
        scale = self._scale(sample, place)
        if scale is not None:
            in_terms = float(distance / ulp(scale, self.dtype))
            if in_terms <= NEAR_ZERO:
                return Verdict("zero", in_terms)
        return Verdict("fails")

    @property
    def _smallest(self) -> Any:
        return mpmath.mpf(2) ** (-1074 if self.dtype == "float64" else -149)

    def _scale(self, sample: dict[str, Any], place: int) -> Any:
        """The largest term; None where it is not known."""
        if self.terms is None:
            return None
        ball = self.terms.balls(sample, 320)[place]
        if ball is None or not _has_digits(ball):  # 1 - p of 2^-325 is 0 there, and no term is
            ball = self.terms.balls(sample, _SETTLES)[place]
        return None if ball is None or not mpmath.isfinite(ball.value) else ball.value

    def _exponent(
        self,
        sample: dict[str, Any],
        place: int,
        exponents: list[tuple[Callable[[float], float], Program]],
        counts: Callable[[Ball], bool] = lambda ball: True,
    ) -> float:
        """The largest |a| of exponentials exp(a); log(1 - p) next to p = 1 takes as many bits as 1 - p has zeros."""
        found = [(size, p.balls(sample, 53)[place] or p.balls(sample, _SETTLES)[place]) for size, p in exponents]
        balls = [(size, b) for size, b in found if b is not None and abs(b.value) < 1e300 and counts(b)]
        return max((size(float(b.value)) for size, b in balls), default=0.0)

    def _jumps(self, sample: dict[str, Any], place: int, got: float) -> bool:
        """Whether a kink is within rounding, and the result right on its other side."""
        if self.loss.is_metric:
            return self._jumps_at_an_edge(sample, place, got)
        near = [p.balls(sample, 53)[0] for p in self.kinks]
        scale = max((abs(v) for v in sample.values() if isinstance(v, float)), default=0.0)
        if not any(b is not None and abs(b.value) <= scale * 2.0**-50 for b in near):
            return False
        for name in (s.name for s in map(role_symbol, self.loss.declaration.predictions) if not s.axes):
            for step in (-2, -1, 1, 2):
                moved = {**sample, name: mpmath.mpf(sample[name]) + step * mpmath.mpf(scale) * 2.0**-50}
                other = self.result(moved, -1160)[place]
                if other is not None and abs(other - got) <= 2.0**-40 * abs(other):
                    return True
        return False

    def _jumps_at_an_edge(self, sample: dict[str, Any], place: int, got: float) -> bool:
        """Whether the result is right for logits rounded as a probability rounds them: the edges of bins are those."""
        rows = (s.name for s in map(role_symbol, self.loss.declaration.predictions) if len(s.axes) == 1)
        rounded = {n: [mpmath.nint(v * 2.0**50) * 2.0**-50 if abs(v) < 1 else v for v in sample[n]] for n in rows}
        other = self.result({**sample, **rounded}, -1160)[place]
        return other is not None and bool(abs(other - got) <= 2.0**-40 * abs(other))


def binders_in(e: sp.Expr) -> bool:
    """Whether the expression reduces over an axis."""
    return bool(e.has(Binder))


def _contrasted(e: SoftmaxContrast) -> sp.Expr:
    """own (1 - p[k]) and p[j] (g[k] - g[j]), each by its larger value: the terms that a contrast adds up."""
    index, body = e.open()
    row, values = body.args
    here = largest_terms(values.xreplace({index: e.place}))
    others = (1 - sp.KroneckerDelta(index, e.place)) * Softmax(row, index, index)
    terms = Maximum(others * sp.Max(here, largest_terms(values), evaluate=False), index)
    return sp.Max(terms, largest_terms(e.own) * SoftmaxComplement(row, index, e.place), evaluate=False)


def _as_total(e: TotalOfOthers) -> sp.Expr:
    index, body = e.open()
    return Total(sp.Piecewise((sp.S.Zero, sp.Eq(index, e.place)), (body.args[1], True)), index)


def _paired(e: SoftmaxCovariance) -> sp.Expr:
    """p[j] (1 - p[j]) g[j] h[j]: a covariance is a sum over pairs."""
    index, body = e.open()
    row, *values = body.args
    weight = Softmax(row, index, index) * SoftmaxComplement(row, index, index)
    return Maximum(weight * sp.Mul(*map(largest_terms, values)), index)


def _inside_logarithm(e: log_over_mean) -> sp.Expr:
    """-log(1 + (t/p - 1)/2) next to t = p: the larger of t/p and 1, times the slope of the logarithm."""
    t, gap = e.args
    return sp.Max(sp.Abs(e), sp.Max(t, sp.exp(-gap)) / (t + sp.exp(-gap)), evaluate=False)


def _above_threshold(e: Sparsemax) -> sp.Expr:
    """The distance of the entry from the largest one, less that of the threshold, which is at most 1."""
    index, row = e.open()
    distance = Maximum(row, index) - row.xreplace({index: e.place})
    return sp.Max(e, sp.Min(distance, 1, evaluate=False), evaluate=False)


def _is_given(e: sp.Expr) -> bool:
    """Whether it is an argument or a number, up to its sign: without an error of its own."""
    positive = -e if e.could_extract_minus_sign() else e
    return isinstance(positive, (sp.Symbol, sp.Indexed, sp.Integer, TypedNumber))


def _has_digits(ball: Ball) -> bool:
    """Whether its error is far below its value."""
    return is_exact(ball) or ball.error < magnitude(ball.value) - 8


def _is_rounded(ball: Ball) -> bool:
    """Whether the number is no float, but computed."""
    return not is_exact(ball)


def _power(e: sp.Pow) -> sp.Expr:
    """What an error of the base's largest term makes of the power: its slope times that, where the error ends."""
    base = largest_terms(e.base)
    if base == sp.Abs(e.base):
        return sp.Abs(e)
    end = sp.Abs(e.base) + base * _FOUR_ULPS
    return sp.Max(sp.Abs(e), e.exp * end ** (e.exp - 1) * base, evaluate=False)


def largest_terms(e: sp.Expr) -> sp.Expr:
    """The expression with every sum replaced by its largest term in magnitude: what is added up, whatever cancels."""
    if isinstance(e, sp.Add) and len(e.args) == 2 and all(map(_is_given, e.args)):
        return sp.Abs(e)  # rounded once, whatever cancels
    if isinstance(e, (sp.Add, sp.Max)):
        return sp.Max(*map(largest_terms, e.args), evaluate=False)
    if isinstance(e, sp.Mul):
        return sp.Mul(*map(largest_terms, e.args))
    if isinstance(e, sp.Pow) and e.exp.is_nonnegative and not depends_on_prediction(e.exp):
        return _power(e)
    if isinstance(e, (Total, Norm)):
        # Of many alike the sum is larger than any; it is a term itself of what it stands in.
        index, body = e.open()
        return sp.Max(Maximum(largest_terms(body), index), sp.Abs(e), evaluate=False)
    if isinstance(e, TotalOfOthers):
        return largest_terms(_as_total(e))
    if isinstance(e, fn.exp_times):
        return fn.exp_times(e.args[0], largest_terms(e.args[1]))
    if isinstance(e, SoftmaxContrast):
        return _contrasted(e)
    if isinstance(e, SoftmaxCovariance):
        return _paired(e)
    if isinstance(e, fn.log1p):
        # Next to the zero of u the errors of u are those of log(1 + u), whose slope is 1/(1 + u).
        return sp.Max(sp.Abs(e), largest_terms(e.args[0]) / sp.Abs(1 + e.args[0]), evaluate=False)
    if type(e) is Sparsemax:
        return _above_threshold(e)
    if isinstance(e, log_over_mean):
        return _inside_logarithm(e)
    if isinstance(e, sigmoid_less):
        return sp.Max(fn.sigmoid(e.args[0]), e.args[1], evaluate=False)
    if isinstance(e, (fn.finished, sp.Abs)):
        return largest_terms(e.args[0])
    if isinstance(e, sp.Piecewise):
        return sp.Piecewise(*((largest_terms(b), c) for b, c in e.args))
    return sp.Abs(e)
