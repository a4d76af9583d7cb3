"""Simplification: identities to a fixed point, then the cheaper of a few equal forms."""

from __future__ import annotations

import sympy as sp

from symloss.declare.lift import recognised
from symloss.heads.binders import Binder, has_bound_index
from symloss.heads.functions import sigmoid
from symloss.heads.rewrite import fired_rules, rewrite

from .cost import cost
from .rules import IDENTITIES, complement_of_logistic

_LARGEST_TO_EXPAND = 400  # expanding is for short forms; long ones would only grow


def simplify(expression: sp.Expr) -> sp.Expr:
    """An equal expression that is no more costly than the given one."""
    # Differentiation makes raw forms of its own, such as the logarithm of a logistic.
    shorter = rewrite(recognised(expression), IDENTITIES)
    candidates = [shorter]
    if cost(shorter) <= _LARGEST_TO_EXPAND:
        candidates += [_factored(shorter), *_much_shorter(_expanded(shorter), shorter)]
    return min(candidates, key=cost)


def explained(expression: sp.Expr) -> tuple[sp.Expr, str]:
    """The simplified form, and the names of the identities that led to it."""
    with fired_rules() as names:
        shorter = rewrite(recognised(expression), IDENTITIES)
    result = simplify(expression)
    if result != shorter:
        names["common factors" if result == _factored(shorter) else "multiplying out"] = None
    return result, ", ".join(names)


def _much_shorter(expanded: sp.Expr, e: sp.Expr) -> list[sp.Expr]:
    """The multiplied-out form, if it is shorter; with logistic functions only if it is half as long.

    sigmoid(-u) written as 1 - sigmoid(u) is a difference that cancels: worth it for p - y, not to save a term.
    """
    least = 2 if e.has(sigmoid) else 1
    return [expanded] if least * cost(expanded) <= cost(e) else []


def _expanded(e: sp.Expr) -> sp.Expr:
    """Multiplied out, with one sign in every logistic function; this is how p - y appears."""
    uniform = rewrite(e, (complement_of_logistic,)) if e.has(sigmoid) else e
    hidden = {a: sp.Dummy() for a in uniform.atoms(sp.Add) if _is_difference(a)}
    expanded = sp.expand_mul(uniform.xreplace(hidden))
    shown = {v: k for k, v in hidden.items()}
    forms = [rewrite(form.xreplace(shown), IDENTITIES) for form in (expanded, _factored(expanded))]
    return min(forms, key=cost)


def _is_difference(e: sp.Add) -> bool:
    """f - y and its like: a*f - a*y is shorter nowhere, and loses its digits where f is close to y."""
    return e.as_coeff_Add()[0] == 0 and not e.has(sp.Function, Binder, sp.Pow) and not has_bound_index(e)


def _factored(e: sp.Expr) -> sp.Expr:
    """With common factors of the terms taken out."""
    if not isinstance(e, sp.Add):
        return e
    return sp.factor_terms(e)
