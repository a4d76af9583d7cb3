"""What a piecewise derivative is on the boundary between its branches.

Where both sides agree (Huber's) the derivative stays as typed; where they do not
(a hinge typed as a Piecewise) it is their mean there.
"""

from __future__ import annotations

from typing import Any

import mpmath
import sympy as sp

from symloss.declare.roles import RoleSymbol
from symloss.heads.binders import Maximum, Total
from symloss.heads.evaluate import evaluate
from symloss.heads.functions import step
from symloss.heads.rewrite import rewrite

from .differentiate import MeanOfSides

_DIGITS = 60
_STEP = mpmath.mpf(10) ** -30  # far above the rounding at 60 digits, far below any feature of a loss


def resolve(expression: sp.Expr, points: list[dict[str, Any]], predictions: list[str]) -> sp.Expr:
    """Replace every `MeanOfSides` by the typed form, or by the mean of both sides."""

    def rule(e: sp.Expr) -> sp.Expr | None:
        if not isinstance(e, MeanOfSides):
            return None
        strict, loose, typed = e.args
        return typed if _is_continuous(typed, points, predictions) else _mean(strict, loose)

    return rewrite(expression, (rule,)) if expression.has(MeanOfSides) else expression


def _mean(strict: sp.Expr, loose: sp.Expr) -> sp.Expr:
    """Both sides where they agree, their mean on the boundary."""
    if len(strict.args) == 2 and len(loose.args) == 2 and strict.args[1][1] == sp.true:
        (a, condition), (b, _) = strict.args
        boundary = [sp.Eq(r.lhs, r.rhs) for r in condition.atoms(sp.core.relational.Relational)]
        if isinstance(condition, sp.core.relational.Relational):
            return sp.Piecewise(((a + b) / 2, boundary[0]), (a, condition), (b, True))
    return (strict + loose) / 2


def _is_continuous(typed: sp.Expr, points: list[dict[str, Any]], predictions: list[str]) -> bool:
    """Whether the expression has the same limit on both sides wherever a boundary was found."""
    gaps = [r.lhs - r.rhs for r in _inequalities(typed)]
    crossings = 0
    with mpmath.workdps(_DIGITS):
        for gap in gaps:
            for point in points:
                for variable in predictions:
                    jump = _jump(typed, gap, point, variable)
                    if jump is None:
                        continue
                    crossings += 1
                    if jump > mpmath.mpf(10) ** -20:
                        return False
    return crossings >= 2


def _inequalities(e: sp.Expr) -> list[sp.Basic]:
    kinds = (sp.StrictLessThan, sp.LessThan, sp.StrictGreaterThan, sp.GreaterThan)
    found = {r for _, c in e.args for r in c.atoms(sp.core.relational.Relational) if isinstance(r, kinds)}
    return sorted(found, key=sp.default_sort_key)


def _jump(typed: sp.Expr, gap: sp.Expr, point: dict[str, Any], variable: str) -> Any:
    """How much the expression jumps where ``gap`` changes its sign along ``variable``; None where it does not."""
    move = _mover(point, variable)
    try:
        root = _root(lambda x: evaluate(gap, move(x)))
        if root is None:
            return None
        below, above = (evaluate(typed, move(root + s * _STEP)) for s in (-1, 1))
    except (ValueError, ZeroDivisionError, IndexError, KeyError, TypeError):
        return None
    return abs(above - below) / (1 + abs(above))


def _mover(point: dict[str, Any], variable: str) -> Any:
    """A function that gives the point with the variable (its first entry, if it is an array) moved."""

    def move(x: Any) -> dict[str, Any]:
        return {**point, variable: _with_first(point[variable], x)}

    return move


def _with_first(value: Any, x: Any) -> Any:
    return [_with_first(value[0], x), *value[1:]] if isinstance(value, list) else x


def _root(function: Any) -> Any:
    """A sign change by bisection over a coarse grid; None if there is none."""
    grid = [mpmath.mpf(x) / 7 for x in range(-43, 44, 4)]
    values = [function(x) for x in grid]
    for a, b, fa, fb in zip(grid, grid[1:], values, values[1:], strict=False):
        if fa == 0:
            return a
        if fa * fb < 0:
            return mpmath.findroot(function, (a, b), solver="anderson", tol=mpmath.mpf(10) ** -110)
    return None


def kink_places(expression: sp.Expr) -> tuple[sp.Expr, ...]:
    """Expressions in the predictions that are zero where the expression may have a kink, one per head with one."""
    found: dict[sp.Expr, None] = {}
    for part in sp.preorder_traversal(expression):
        for place in _places_of(part):
            if any(s.role == "prediction" for s in place.atoms(RoleSymbol)):
                found[-place if place.could_extract_minus_sign() else place] = None
    return tuple(found)


def _places_of(part: sp.Basic) -> list[sp.Expr]:
    if isinstance(part, (sp.Abs, sp.sign, step)):
        return [part.args[0]]
    if isinstance(part, (sp.Max, sp.Min)):
        first, *others = sorted(part.args, key=sp.default_sort_key)
        return [other - first for other in others]
    if isinstance(part, sp.Piecewise):
        return [r.lhs - r.rhs for r in _inequalities(part)]
    if isinstance(part, Maximum):
        return [part.body - part]
    is_norm = isinstance(part, sp.Pow) and part.exp == sp.Rational(1, 2) and isinstance(part.base, Total)
    return [part] if is_norm else []
