"""P(Y > y) of a density, for targets that are censored on the right."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp
from sympy.integrals.manualintegrate import manualintegrate

from symloss.errors import DeclarationError

from .distributions import Density
from .lift import lift
from .log_terms import log_of
from .normalisation import check_survival
from .probability import Measure
from .roles import RoleSymbol


def with_survival(density: Density, target: RoleSymbol, measure: Measure, given: Any, normalised: bool) -> Density:
    """The density with log P(Y > y): from the table, as given, or integrated (then always checked)."""
    if given is not None:
        density = replace(density, log_survival=log_of(lift(sp.sympify(given))))
        if normalised:
            check_survival(density, target, measure)
        return density
    if density.log_survival is not None:
        return density
    integrated = None if measure.discrete or measure.atoms else _integrated_survival(density)
    if integrated is not None:
        density = replace(density, log_survival=log_of(integrated))
        try:
            check_survival(density, target, measure)
            return density
        except DeclarationError:
            pass  # a wrong constant of integration; the message below says what to do
    raise DeclarationError(
        f"{density.shown}: no closed form of P({target.name} > y) is known; give it as survival=..., an expression in "
        f"{target.name} (stable where it is close to 0 and to 1)"
    )


_MOST_OPERATIONS = 80  # beyond, pattern integration takes seconds


def _integrated_survival(density: Density) -> sp.Expr | None:
    """P(Y > y) by pattern integration, which ends quickly (unlike `sp.integrate`); None where it finds nothing."""
    if density.plain is None or density.plain.count_ops() > _MOST_OPERATIONS or density.plain.has(sp.Piecewise):
        return None
    y, (low, high) = density.y, density.support
    # With a positive symbol powers and logarithms combine.
    place = sp.Dummy("y", positive=True) if low.is_nonnegative else sp.Dummy("y", real=True)
    primitive = manualintegrate(density.plain.xreplace({y: place}), place)
    if primitive.has(sp.Integral, sp.Piecewise):
        return None
    for survival in (primitive.subs(place, high) - primitive, 1 - primitive + primitive.subs(place, low)):
        if not survival.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
            return sp.simplify(survival).xreplace({place: y})
    return None
