"""Rising factorials and logistic functions beside the exponential that is in them, by its logarithm: after all rules.

exp(b)*digamma_difference(exp(b), n) is a number between 0 and n where exp(b) is 0 or infinite, and so is
exp(v)*sigmoid(w - v) = 1/(exp(-v) + exp(-w)) between 0 and exp(w).
"""

from __future__ import annotations

import sympy as sp

from symloss.heads.functions import (
    digamma_difference,
    digamma_excess,
    excess_slope,
    exp_sigmoid,
    exp_sigmoid_squared,
    exp_softplus,
    exp_softplus_excess,
    rising_curvature,
    rising_excess,
    rising_excess_exp,
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
    if isinstance(e, rising_excess) and _is_exponential(e.args[0]) and e.args[1].is_number and e.args[1] < 1:
        return rising_excess_exp(log_of(e.args[0]), e.args[1])
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


def logistic_of_scale_twice(e: sp.Expr) -> sp.Expr | None:
    """exp_sigmoid(v, w) times sigmoid(w - v) or sigmoid(v - w): it is the same with v and w exchanged."""
    if not isinstance(e, sp.Mul):
        return None
    for scaled in e.atoms(exp_sigmoid):
        for v, w in (scaled.args, scaled.args[::-1]):
            logistic = sigmoid(w - v)
            if scaled in e.args and logistic in e.args:
                return e / (scaled * logistic) * exp_sigmoid_squared(v, w)
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
