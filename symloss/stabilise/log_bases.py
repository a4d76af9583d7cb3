"""Rising factorials and logistic functions beside the exponential that is in them, by its logarithm: after all rules.

exp(b)*digamma_difference(exp(b), n) is a number between 0 and n where exp(b) is 0 or infinite, and so is
exp(v)*sigmoid(w - v) = 1/(exp(-v) + exp(-w)) between 0 and exp(w).
"""

from __future__ import annotations

import sympy as sp

from symloss.heads.algebraic import algebraic_sigmoid, inverse_hypot, log1psq
from symloss.heads.functions import (
    digamma_difference,
    digamma_excess,
    excess_slope,
    exp_sigmoid,
    exp_softplus,
    exp_softplus_excess,
    finished,
    inverse_hypot_exp,
    log1psq_exp,
    product_or_zero,
    rising_curvature,
    rising_log,
    rising_log_exp,
    rising_slope,
    sigmoid,
    softplus,
    softplus_excess,
    trigamma_difference,
    trigamma_excess,
)

from .gamma_excess import log_of

_SLOPES = {digamma_difference: rising_slope, digamma_excess: excess_slope}
_LOGISTIC = {sigmoid: exp_sigmoid, softplus: exp_softplus, softplus_excess: exp_softplus_excess}


def rising_of_exponential(e: sp.Expr) -> sp.Expr | None:
    """log(Gamma(x + n)/Gamma(x)) for x = exp(b)."""
    if isinstance(e, rising_log) and _is_exponential(e.args[0]) and e.args[1].is_nonnegative:
        return rising_log_exp(log_of(e.args[0]), e.args[1])
    return None


def second_by_logarithm(e: sp.Expr) -> sp.Expr | None:
    """c x (psi(x + n) - psi(x)) + c x**2 (psi'(x + n) - psi'(x)), or the same of the excesses, for x = exp(b)."""
    if not isinstance(e, sp.Add):
        return None
    for first in e.args:
        for kind, second_kind, sign in (
            (digamma_difference, trigamma_difference, 1),
            (digamma_excess, trigamma_excess, -1),
        ):
            head = next((f for f in sp.Mul.make_args(first) if isinstance(f, kind)), None)
            if head is None or not _is_exponential(head.args[0]) or not head.args[1].is_nonnegative:
                continue
            x, n = head.args
            c = first / (x * head)
            second = sign * c * x**2 * second_kind(x, n)
            if second in e.args:
                return e - first - second + sign * c * rising_curvature(log_of(x), n)
    return None


def slope_by_logarithm(e: sp.Expr) -> sp.Expr | None:
    """x (psi(x + n) - psi(x)), and n less it, for x = exp(b)."""
    if not isinstance(e, sp.Mul):
        return None
    for head in e.args:
        kind = _SLOPES.get(type(head))
        if kind is None or not _is_exponential(head.args[0]) or not head.args[1].is_nonnegative:
            continue
        x, n = head.args
        found = [f.args[0] for f in e.args if isinstance(f, sp.exp)]
        if found:
            inside = [f.args[0] for f in sp.Mul.make_args(x) if isinstance(f, sp.exp)]
            number = x / sp.Mul(*map(sp.exp, inside))
            rest = [f for f in e.args if f != head and not isinstance(f, sp.exp)]
            exponent = sp.expand(sp.Add(*found, *(-a for a in inside)))
            return sp.Mul(*rest, 1 / number, sp.exp(exponent), kind(log_of(x), n))
    return None


def logistic_of_scale(e: sp.Expr) -> sp.Expr | None:
    """exp(v) sigmoid(u), softplus(u) or its excess, where v + u has less in it than u."""
    if not isinstance(e, sp.Mul):
        return None
    for part in e.args:
        for term in part.args if isinstance(part, sp.Add) else ():
            rest = e / part
            found = logistic_of_scale(term * rest) if isinstance(term, sp.exp) else None
            if found is not None:
                return found + (part - term) * rest
    for scale in e.args:
        for logistic in e.args:
            base = logistic.base if isinstance(logistic, sp.Pow) else logistic
            kind = _LOGISTIC.get(type(base))
            if not isinstance(scale, sp.exp) or kind is None:
                continue
            v, u = scale.args[0], base.args[0]
            w = sp.expand(v + u)
            if w.free_symbols < u.free_symbols and (logistic is base or logistic.exp.is_positive):
                return e / (scale * base) * kind(v, w)
    return None


def _is_exponential(x: sp.Expr) -> bool:
    return any(isinstance(f, sp.exp) for f in sp.Mul.make_args(x))


def joined_exponentials(e: sp.Expr) -> sp.Expr | None:
    """exp(a) exp(b) = exp(a + b) where terms of a and b cancel."""
    if not isinstance(e, sp.Mul):
        return None
    found = [f for f in e.args if isinstance(f, sp.exp)]
    whole = sp.expand(sp.Add(*(f.args[0] for f in found)))
    separate = sum(len(sp.Add.make_args(f.args[0])) for f in found)
    if len(found) < 2 or len(sp.Add.make_args(whole)) >= separate:
        return None
    return sp.Mul(*(f for f in e.args if f not in found), sp.exp(whole))


def square_of_scaled(e: sp.Expr) -> sp.Expr | None:
    """log(1 + u**2) of a residual over a scale, u = r*exp(-t)."""
    parts = _residual_and_scale(e.args[0]) if isinstance(e, log1psq) else None
    return None if parts is None else log1psq_exp(*parts, e.args[0])


def tail_of_scaled(e: sp.Expr) -> sp.Expr | None:
    """c log(1 + r**2 exp(-2 t)) + k t where both overflow and their sum does not: (k - 2 c) t + 2 c log|r|, the second
    of which is at most 1500 c."""
    if not isinstance(e, sp.Add):
        return None
    for term in e.args:
        squared = next((f for f in sp.Mul.make_args(term) if isinstance(f, log1psq)), None)
        parts = None if squared is None else _residual_and_scale(squared.args[0])
        if squared is None or parts is None or not isinstance(parts[1], sp.Symbol):
            continue
        r, t = parts
        c, k = term / squared, (e - term).coeff(t)
        rest = e - term - k * t
        if k != 0 and not (rest.free_symbols | c.free_symbols | k.free_symbols) & t.free_symbols:
            far = sp.factor(k - 2 * c) * t + rest
            near = finished(term.xreplace({squared: log1psq_exp(r, t, squared.args[0])}) + k * t + rest)
            return sp.Piecewise((far, sp.And(t < -_FAR, sp.Ne(r, 0))), (near, True))
    return None


_FAR = 2**1000  # beside it 2 log|r| <= 1490 is below the last bit; twice that, 2**23 times, is still a number


def inverse_hypot_of_scaled(e: sp.Expr) -> sp.Expr | None:
    """exp(-t)/sqrt(1 + u**2) = 1/hypot(exp(t), r) for u = r*exp(-t), also before the branches of a sum."""
    if not isinstance(e, sp.Mul):
        return None
    for factor in e.args:
        base, power = factor.as_base_exp()
        parts = _residual_and_scale(base.args[0]) if isinstance(base, inverse_hypot) else None
        if parts is None or not power.is_Integer or power < 1:
            continue
        for other in sorted(e.args, key=lambda f: isinstance(f, sp.Piecewise)):
            rest = [f for f in e.args if f not in (factor, other)]
            if isinstance(other, sp.Piecewise) and other.has(sp.exp):
                inside = ((sp.expand_mul(b * factor, deep=False), c) for b, c in other.args)
                return sp.Mul(*rest, sp.Piecewise(*inside))
            count = _multiple(other, parts[1])
            if count > 0:
                n = min(count, int(power))
                left = sp.exp(other.args[0] + n * parts[1]) * base ** (power - n)
                return sp.Mul(*_with_slope(rest, base.args[0], n), left)
    return None


def _with_slope(rest: list[sp.Expr], u: sp.Expr, n: int) -> list[sp.Expr]:
    """The factors, with the slope's power, which may be infinite, silenced by a residual of 0."""
    r, t = _residual_and_scale(u) or (sp.S.One, sp.S.Zero)
    slope = inverse_hypot_exp(r, t, _scale(u))
    odd = [f for f in rest if f.as_base_exp()[0] == algebraic_sigmoid(u)]
    if not odd:
        return [*rest, slope**n]
    others = [f for f in rest if f not in odd]
    # A residual keeps its digits where it is subnormal; a multiple of one has lost them before it is scaled.
    bounded = product_or_zero(r, slope) ** odd[0].as_base_exp()[1] if isinstance(r, sp.Add) else odd[0]
    return [*others, product_or_zero(bounded, slope**n)]


def _residual_and_scale(u: sp.Expr) -> tuple[sp.Expr, sp.Expr] | None:
    """r and t of u = r*exp(-t); None where no prediction is in an exponential."""
    found = [f for f in sp.Mul.make_args(u) if isinstance(f, sp.exp)]
    if not found:
        return None
    return u / sp.Mul(*found), sp.expand(-sp.Add(*(f.args[0] for f in found)))


def _scale(u: sp.Expr) -> sp.Expr:
    """exp(t) of u = r*exp(-t), as the product of what u has."""
    return sp.Mul(*(1 / f for f in sp.Mul.make_args(u) if isinstance(f, sp.exp)))


def _multiple(e: sp.Expr, t: sp.Expr) -> int:
    """The n of exp(-n*t)."""
    if not isinstance(e, sp.exp):
        return 0
    ratio = sp.cancel(-e.args[0] / t)
    return int(ratio) if ratio.is_Integer else 0
