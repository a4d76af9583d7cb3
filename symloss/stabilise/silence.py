"""Which factors of a product can be infinite, and which can be zero and silence them; which term outgrows a sum."""

from __future__ import annotations

import sympy as sp

from symloss.declare.lift_pairs import is_complement_of_unit
from symloss.declare.roles import RoleSymbol
from symloss.heads import binders
from symloss.heads.algebraic import algebraic_sigmoid, inverse_hypot
from symloss.heads.binders import SoftmaxGap
from symloss.heads.functions import (
    bessel_ratio_slope,
    error_complement,
    exp_neg_exp,
    log1mexp_exp,
    log1p,
    log_bessel_i0_scaled,
    log_exprel,
    log_norm_cdf,
    logcosh,
    norm_cdf,
    sech2,
    sigmoid,
    softplus,
    step,
)
from symloss.heads.row_binders import Direction

from .target import depends_on_prediction

_PROBABILITIES = (sigmoid, norm_cdf, error_complement, exp_neg_exp, bessel_ratio_slope, binders.Softmax)

_BOUNDED = (
    *_PROBABILITIES,
    step,
    sech2,
    sp.tanh,
    sp.sign,
    sp.sin,
    sp.cos,
    sp.atan,
    binders.Share,
    algebraic_sigmoid,
    inverse_hypot,
    Direction,
)


def is_probability(e: sp.Expr) -> bool:
    """Whether a factor lies in [0, 1]; the gap of a row is no probability, although it is made of one."""
    return isinstance(e, _PROBABILITIES) and not isinstance(e, SoftmaxGap)


def is_bell(e: sp.Expr) -> bool:
    """Whether a factor is the exponential of a sum with the negative of a square in it.

    Where that underflows, powers of a prediction that are infinite do not matter.
    """
    return isinstance(e, sp.exp) and any(map(_is_negative_square, sp.Add.make_args(e.args[0])))


def _is_negative_square(term: sp.Expr) -> bool:
    coefficient, rest = term.as_coeff_Mul()
    factors = sp.Mul.make_args(rest)
    squares = [f for f in factors if isinstance(f, sp.Pow) and f.exp == 2 and f.free_symbols]
    return bool(coefficient < 0 and squares and all(f in squares or f.is_nonnegative for f in factors))


def can_be_infinite(e: sp.Expr) -> bool:
    """Whether a factor can be infinite for some prediction (one may be infinite itself)."""
    base, exponent = e.as_base_exp() if isinstance(e, sp.Pow) else (e, sp.S.One)
    if isinstance(base, _BOUNDED) and not isinstance(base, SoftmaxGap) and exponent.is_nonnegative:
        return False
    return depends_on_prediction(e)


def is_infinite_logarithm(e: sp.Expr) -> bool:
    """Whether e is the logarithm of a target, a datum or its complement that may be 0, as declared."""
    if not isinstance(e, (sp.log, log1p)) or depends_on_prediction(e):
        return False
    u = e.args[0] + (1 if isinstance(e, log1p) else 0)
    return (u.is_nonnegative and u.is_zero is None) or is_complement_of_unit(u)


_SLOW = (sp.log, sp.Abs, softplus, logcosh, log_norm_cdf, log1mexp_exp)
"""Heads that grow no faster than a power of their argument."""


def outgrowing(e: sp.Add) -> sp.Expr | None:
    """The term of a sum that decides where it is infinite: exp(f) in exp(f) - y*f, which is no infinity less another.

    It has an exponential of a polynomial in some predictions, and what else the sum has of these predictions grows no
    faster than a power of them, or is exp(u) beside exp(2 u): where the exponential is infinite the rest does not
    matter.
    """
    candidates = [t for t in e.args if _exponents(t)]
    steepest = [t for t in candidates if not any(_is_steeper(other, t) for other in candidates)]
    if len(steepest) != 1:
        return None
    term, exponents = steepest[0], _exponents(steepest[0])
    others = [t for t in e.args if t is not term and depends_on_prediction(t) and not isinstance(t, _BOUNDED)]
    rest = [t for t in others if not _is_steeper(term, t)]
    if not others or not all(map(_grows_slowly, (*rest, *exponents))):
        return None
    against = [t for t in rest if not _has_sign_of(t, term)]
    return term if _predictions(*against) <= _predictions(*exponents) else None


def _has_sign_of(t: sp.Expr, term: sp.Expr) -> bool:
    """Whether both are positive or both negative where they are not 0: no infinity of theirs meets its opposite."""
    return bool((t.is_nonnegative and term.is_nonnegative) or (t.is_nonpositive and term.is_nonpositive))


def _exponents(term: sp.Expr) -> list[sp.Expr]:
    """The arguments of the exponentials of predictions among the factors; log_exprel(exp(u)) grows like exp(u)."""
    found = (f.args[0] if isinstance(f, log_exprel) else f for f in sp.Mul.make_args(term))
    return [f.args[0] for f in found if isinstance(f, sp.exp) and depends_on_prediction(f)]


def _is_steeper(a: sp.Expr, b: sp.Expr) -> bool:
    """Whether a is exp(d u) and b is exp(c u) with d/c > 1, times factors without predictions."""
    above, below = _exponents(a), _exponents(b)
    if not len(above) == len(below) == 1 or depends_on_prediction(sp.Mul(a, b) / sp.exp(above[0] + below[0])):
        return False
    ratio = above[0] / below[0]
    return bool(ratio.is_Rational and ratio > 1)


def outgrown(above: list[sp.Expr], below: list[sp.Expr]) -> bool:
    """Whether a quotient tends to 0 where its divisor is infinite: logarithms over a power of their predictions.

    As log(1 + f)/(1 + f), which is no infinity over another.
    """
    varying = [f for f in above if depends_on_prediction(f)]
    if not varying or not below or not all(map(_is_logarithmic, varying)) or not all(map(_is_whole_power, below)):
        return False
    return _predictions(*varying) <= _predictions(*below)


def is_outgrown_by(factors: list[sp.Expr], exponent: sp.Expr) -> bool:
    """Whether factors that may be infinite are no match for exp(exponent) where the exponent is -inf: they grow no
    faster than a power of the predictions, all of which the exponent has."""
    varying = [f for f in factors if depends_on_prediction(f)]
    if not varying or not all(map(_grows_slowly, varying)) or not _predictions(*varying) <= _predictions(exponent):
        return False
    return any(isinstance(f, (sp.Symbol, sp.Indexed, sp.Add, sp.Pow, sp.Abs)) for f in varying)


def _is_whole_power(e: sp.Expr) -> bool:
    """Whether e is b**n for a b that varies and has no functions in it."""
    base, exponent = e.as_base_exp() if isinstance(e, sp.Pow) else (e, sp.S.One)
    return depends_on_prediction(e) and exponent.is_Integer and exponent > 0 and not base.has(sp.Function)


def _is_logarithmic(e: sp.Basic) -> bool:
    """Whether predictions occur in logarithms only, and not as exponentials there."""
    if not depends_on_prediction(e):
        return True
    if isinstance(e, (sp.log, log1p)):
        return not e.args[0].has(sp.Function)
    if isinstance(e, sp.Piecewise):
        return all(_is_logarithmic(value) for value, _ in e.args)
    if isinstance(e, sp.Pow):
        return bool(e.exp.is_Integer) and e.exp > 0 and _is_logarithmic(e.base)
    return isinstance(e, (sp.Add, sp.Mul)) and all(map(_is_logarithmic, e.args))


def _grows_slowly(e: sp.Basic) -> bool:
    """Whether only sums, products, whole powers and slow heads are applied to predictions."""
    if not e.args or not depends_on_prediction(e) or isinstance(e, (sp.Indexed, *_BOUNDED)):
        return True
    if isinstance(e, sp.Pow) and not (e.exp.is_Integer and e.exp.is_positive):
        return False
    if isinstance(e, log_bessel_i0_scaled):  # grows like the logarithm of its argument
        return all(_grows_slowly(a.args[0] if isinstance(a, sp.exp) else a) for a in e.args)
    return isinstance(e, (sp.Add, sp.Mul, sp.Pow, *_SLOW)) and all(map(_grows_slowly, e.args))


def _predictions(*parts: sp.Basic) -> set[sp.Basic]:
    return {s for e in parts for s in e.atoms(RoleSymbol, sp.Indexed) if depends_on_prediction(s)}
