"""From what a user gives for p(y | f) to its logarithm: the table of distributions, and the generic path.

A `sympy.stats` variable in the table takes its row; any other takes SymPy's density,
an expression takes itself. SymPy's own `E` (which hangs on beta, Weibull, Gumbel),
`support` (wrong for Kumaraswamy, Frechet) and `density` of `DiscreteUniform` (silently
0 at a symbol) are not used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.stats.crv import SingleContinuousPSpace
from sympy.stats.drv import SingleDiscretePSpace
from sympy.stats.frv import SingleFinitePSpace
from sympy.stats.rv import RandomSymbol

from symloss.errors import DeclarationError

from . import distributions_discrete, distributions_interval, distributions_positive, distributions_real
from .distribution_row import DistributionRow
from .lift import lift
from .log_terms import log_of

ROWS: tuple[DistributionRow, ...] = (
    *distributions_real.ROWS,
    *distributions_positive.ROWS,
    *distributions_interval.ROWS,
    *distributions_discrete.ROWS,
)

BY_NAME: Mapping[str, DistributionRow] = {row.name: row for row in ROWS}


@dataclass(frozen=True)
class Density:
    """A density of one variable, ready to become a loss.

    ``shown`` is what error messages print. ``log`` and ``log_survival`` are formulas in
    ``y``; ``plain`` is the density itself where one was given. ``conditions`` are the
    parameters with what they must be. ``discrete`` is None where only the numbers can
    tell (a mass function typed for a real target).
    """

    y: sp.Expr
    shown: str
    log: sp.Expr
    support: tuple[sp.Expr, sp.Expr]
    discrete: bool | None
    name: str | None = None
    plain: sp.Expr | None = None
    mean: sp.Expr | None = None
    log_survival: sp.Expr | None = None
    standardised: tuple[sp.Expr, sp.Expr] | None = None
    conditions: tuple[tuple[str, str, sp.Expr], ...] = ()
    period: sp.Expr | None = None


def density_of_variable(variable: sp.Expr, y: sp.Expr, survival: sp.Expr | None = None) -> Density:
    """The density of a `sympy.stats` variable, or of m + s*X for a continuous X, at y."""
    x = _random_symbol(variable)
    location, scale = _affine(variable, x)
    base = _base_density(x, (y - location) / scale)
    if (location, scale) == (0, 1):
        return base
    if base.discrete:
        raise DeclarationError(f"{variable}: a shifted or scaled count; write its probabilities as an expression")
    low, high = base.support
    return Density(
        y,
        f"{location} + {scale}*{base.shown}",
        base.log - log_of(scale),
        (location + scale * low, location + scale * high),
        False,
        base.name,
        None if base.plain is None else base.plain / scale,
        None if base.mean is None else location + scale * base.mean,
        base.log_survival,
        _moved(base.standardised, location, scale),
        (*base.conditions, (f"the factor of {x}", "positive", scale)),
        None if base.period is None else base.period * scale,
    )


def _moved(
    standardised: tuple[sp.Expr, sp.Expr] | None, location: sp.Expr, scale: sp.Expr
) -> tuple[sp.Expr, sp.Expr] | None:
    if standardised is None:
        return location, scale
    return location + scale * standardised[0], scale * standardised[1]


def _random_symbol(variable: sp.Expr) -> RandomSymbol:
    found = sorted(variable.atoms(RandomSymbol), key=sp.default_sort_key)
    if len(found) != 1:
        names = ", ".join(map(str, found))
        raise DeclarationError(
            f"{variable}: depends on several random variables ({names}); write the density of the result as an "
            f"expression for p(y | f)"
        )
    return found[0]


def _affine(variable: sp.Expr, x: RandomSymbol) -> tuple[sp.Expr, sp.Expr]:
    if variable == x:
        return sp.S.Zero, sp.S.One
    place = sp.Dummy(real=True)
    moved = variable.xreplace({x: place})
    scale = sp.diff(moved, place)
    if scale.has(place):
        raise DeclarationError(
            f"{variable}: only m + s*{x} is taken of a random variable; write the density of {variable} as an "
            f"expression for p(y | f)"
        )
    return moved.xreplace({place: sp.S.Zero}), scale


_SPACES = (SingleContinuousPSpace, SingleDiscretePSpace, SingleFinitePSpace)


def _base_density(x: RandomSymbol, y: sp.Expr) -> Density:
    if not isinstance(x.pspace, _SPACES):
        raise DeclarationError(
            f"{x}: has no density of one variable (its space is {type(x.pspace).__name__}); joint and compound "
            f"variables are not taken. Write the density of one target as an expression for p(y | f)"
        )
    distribution = x.pspace.distribution
    found = _row_and_arguments(distribution)
    shown = f"{type(distribution).__name__.removesuffix('Distribution')}({', '.join(map(str, distribution.args))})"
    return _from_sympy(x, y, shown) if found is None else _from_row(*found, y, shown)


def _row_and_arguments(distribution: Any) -> tuple[DistributionRow, tuple[sp.Expr, ...]] | None:
    """The row of a distribution and the arguments of its formulas."""
    name, arguments = type(distribution).__name__.removesuffix("Distribution"), tuple(distribution.args)
    if name == "Gumbel":
        name, arguments = ("GumbelMinimum" if arguments[2] == sp.true else "Gumbel"), arguments[:2]
    if name in ("Bernoulli", "Binomial"):
        if arguments[-2:] != (1, 0):
            return None  # other values than 1 and 0 for success and failure
        arguments = arguments[:-2]
    row = BY_NAME.get(name)
    return None if row is None else (row, tuple(lift(a) for a in arguments))


def _from_row(row: DistributionRow, arguments: tuple[sp.Expr, ...], y: sp.Expr, shown: str) -> Density:
    return Density(
        y,
        shown,
        row.log_density(y, *arguments),
        row.support(*arguments),
        row.discrete,
        row.name,
        None,
        row.mean(*arguments) if row.mean else None,
        row.log_survival(y, *arguments) if row.log_survival else None,
        row.location_scale(*arguments) if row.location_scale else None,
        tuple((name, kind, a) for (name, kind), a in zip(row.parameters, arguments, strict=True)),
        row.period,
    )


def _from_sympy(x: RandomSymbol, y: sp.Expr, shown: str) -> Density:
    """SymPy's own density, made additive; refused where it has no closed form at a symbol."""
    distribution = x.pspace.distribution
    discrete = not isinstance(x.pspace, SingleContinuousPSpace)
    plain = _without_membership(sp.sympify(_sympy_density(distribution, y, shown)))
    if not plain.has(y) or plain.has(sp.Integral, sp.Derivative) or plain.atoms(sp.Sum):
        raise DeclarationError(
            f"{shown}: SymPy has no closed density at a symbol; write it as an expression for p(y | f)"
        )
    low, high = _ends(distribution.set, shown)
    inside = lift(_inside(plain))
    return Density(y, shown, log_of(inside), (low, high), discrete, type(distribution).__name__, inside)


def _sympy_density(distribution: Any, y: sp.Expr, shown: str) -> Any:
    pdf = getattr(distribution, "pdf", None) or getattr(distribution, "pmf", None)
    if pdf is None:
        raise DeclarationError(f"{shown}: SymPy has no density for it; write it as an expression for p(y | f)")
    try:
        return pdf(y)
    except (ValueError, TypeError, NotImplementedError, AttributeError) as error:
        raise DeclarationError(
            f"{shown}: SymPy has no density for it at a symbol ({error}); write it as an expression for p(y | f)"
        ) from error


def _ends(support: Any, shown: str) -> tuple[sp.Expr, sp.Expr]:
    """Infimum and supremum; SymPy gives Python sets too, and knows no ends of an Intersection."""
    try:
        parts = support.args if isinstance(support, sp.Intersection) else (sp.sympify(support),)
        return sp.Max(*(part.inf for part in parts)), sp.Min(*(part.sup for part in parts))
    except (NotImplementedError, AttributeError) as error:
        raise DeclarationError(
            f"{shown}: the support {support} has no known ends; write an expression for p(y | f)"
        ) from error


def _without_membership(density: sp.Expr) -> sp.Expr:
    """ "y is an integer" is what discreteness says already."""
    return density.replace(sp.Contains, lambda *_: sp.true)


def _inside(density: sp.Expr) -> sp.Expr:
    """The branch inside the support of a Piecewise that is 0 outside."""
    if not isinstance(density, sp.Piecewise):
        return density
    branches = [(value, condition) for value, condition in density.args if value != 0]
    if len(branches) == len(density.args):
        return density
    return branches[0][0] if len(branches) == 1 else sp.Piecewise(*branches[:-1], (branches[-1][0], True))


def density_of_expression(typed: sp.Expr, y: sp.Expr, low: sp.Expr, high: sp.Expr, discrete: bool | None) -> Density:
    """An expression for p(y | f) on the declared domain of y."""
    plain = lift(typed)
    return Density(y, str(typed), log_of(plain), (low, high), discrete, None, plain)
