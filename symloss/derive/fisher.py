"""Fisher information E[score scoreᵀ] in closed form, where the expectation closes.

Three ways, tried in order:

1. For a smooth loss whose support does not move, E[score scoreᵀ] = E[Hessian]. The Hessian may
   be free of the target (every GLM with its canonical link).
2. If not, its functions of the target may occur in the scores too; E[score] = 0 then gives their
   expectations as the solution of a linear system (normal, gamma, beta, von Mises).
3. For a location-scale family the score is a function of the standardised target, so that the
   information is a fixed number over the square of the scale (Laplace: 1; decision 11 of the design:
   the expected Hessian would be 0 there).

Otherwise the caller integrates numerically.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import mpmath
import sympy as sp

from symloss.declare.lift import lift
from symloss.declare.likelihood import Likelihood
from symloss.declare.roles import RoleSymbol
from symloss.heads.binders import Maximum
from symloss.heads.evaluate import evaluate
from symloss.heads.functions import step

_KINKED = (sp.Abs, sp.sign, sp.Max, sp.Min, sp.Piecewise, step, Maximum)


def is_smooth(expression: sp.Expr, target: RoleSymbol) -> bool:
    """Whether no head with a kink acts on a prediction."""
    return not any(any(s.role == "prediction" for s in part.atoms(RoleSymbol)) for part in expression.atoms(*_KINKED))


def expected(expression: sp.Expr, scores: Sequence[sp.Expr], likelihood: Likelihood) -> sp.Expr | None:
    """E of a Hessian entry over the target, by ways 1 and 2; None where neither closes."""
    target = likelihood.target
    if not depends(expression, target):
        return expression
    moments = _moments(scores, target)
    if likelihood.mean is not None:
        moments.setdefault(target, likelihood.mean)
    terms = _separated(expression, target)
    if terms is None or not all(f == 1 or f in moments for _, f in terms):
        return None
    return sp.Add(*(c * moments.get(f, sp.S.One) for c, f in terms))


def depends(expression: sp.Expr, target: sp.Basic) -> bool:
    """Whether the target occurs."""
    return bool(expression.has(target))


def _moments(equations: Iterable[sp.Expr], target: sp.Basic) -> dict[sp.Expr, sp.Expr]:
    """The expectations of the functions of the target that the equations, zero in expectation, determine."""
    separated = [_separated(e, target) for e in equations]
    usable = [row for row in separated if row is not None]
    functions = sorted({f for row in usable for _, f in row if f != 1}, key=sp.default_sort_key)
    unknown = {f: sp.Dummy(f"m{n}") for n, f in enumerate(functions)}
    system = [sp.Add(*(c * unknown.get(f, sp.S.One) for c, f in row)) for row in usable]
    solutions = sp.linsolve(system, list(unknown.values()))
    if not functions or not solutions:
        return {}
    solved = dict(zip(functions, next(iter(solutions)), strict=True))
    free = set(unknown.values())
    return {f: lift(value) for f, value in solved.items() if not value.free_symbols & free}


def _separated(expression: sp.Expr, target: sp.Basic) -> list[tuple[sp.Expr, sp.Expr]] | None:
    """Terms as (coefficient free of the target, function of the target alone); None where they do not part."""
    terms: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(sp.expand(expression)):
        inside = [a for a in sp.Mul.make_args(term) if a.has(target)]
        if any(s.role == "prediction" for a in inside for s in a.atoms(RoleSymbol)):
            return None
        function = sp.Mul(*inside)
        terms[function] = terms.get(function, sp.S.Zero) + term / function
    return [(c, f) for f, c in terms.items() if c != 0]


def standardised_information(
    likelihood: Likelihood, row: sp.Expr, column: sp.Expr, location_scale: tuple[sp.Expr, sp.Expr]
) -> sp.Expr | None:
    """E[row column] for two scores of a location-scale family, by way 3.

    With u = (y - m)/s the scores are polynomials in the derivatives of m and s with
    coefficients that depend on u alone; their expectations are integrals over a fixed
    density, taken at 30 digits.
    """
    location, scale = location_scale
    u = sp.Symbol("u", real=True)
    target = likelihood.target
    at_u = {target: location + scale * u}
    scores = [lift(score.subs(at_u)) for score in (row, column)]
    density = sp.exp(-likelihood.full.subs(at_u)) * scale
    standard = _free_of_predictions(density, u)
    parts = _separated_in(sp.Mul(*scores), u) or _separated_in(sp.Mul(*map(sp.simplify, scores)), u)
    if standard is None or parts is None:
        return None
    low, high, _ = likelihood.support
    ends = (-sp.oo if low == -sp.oo else sp.S.Zero, sp.oo if high == sp.oo else sp.S.One)
    return sp.Add(*(c * _integral(f, standard, u, ends) for c, f in parts))


def _free_of_predictions(density: sp.Expr, u: sp.Symbol) -> sp.Expr | None:
    simple = sp.simplify(lift(density))
    return None if simple.atoms(RoleSymbol) else simple


def _separated_in(expression: sp.Expr, u: sp.Symbol) -> list[tuple[sp.Expr, sp.Expr]] | None:
    """Terms as (coefficient free of u, function of u alone); None where they do not part."""
    whole = _parted(expression, u)
    if whole is not None:
        return [whole]
    terms = [_parted(term, u) for term in sp.Add.make_args(sp.expand_mul(expression))]
    return None if any(t is None for t in terms) else [t for t in terms if t is not None]


def _parted(product: sp.Expr, u: sp.Symbol) -> tuple[sp.Expr, sp.Expr] | None:
    inside = sp.Mul(*(a for a in sp.Mul.make_args(product) if a.has(u)))
    if not inside.atoms(RoleSymbol):
        return product / inside, inside
    found = sp.separatevars(product, symbols=[u], dict=True)
    return None if found is None or found[u].atoms(RoleSymbol) else (found["coeff"], found[u])


def _integral(function: sp.Expr, density: sp.Expr, u: sp.Symbol, ends: tuple[sp.Expr, sp.Expr]) -> sp.Expr:
    """The expectation of a function of u, as an exact small rational where it is one to 25 digits."""
    with mpmath.workdps(30):

        def integrand(x: mpmath.mpf) -> mpmath.mpf:
            return evaluate(function * density, {"u": x})

        low, high = (mpmath.mpf("-inf") if ends[0] == -sp.oo else 0), (mpmath.inf if ends[1] == sp.oo else 1)
        value = mpmath.quad(integrand, [low, -1, 0, 1, high] if low < 0 else [low, 1, high])
        rational = sp.nsimplify(sp.Float(value, 30), rational=True, tolerance=sp.Float("1e-22"))
        return rational if rational.q < 1000 else sp.Float(value, 30)
