"""The probability of a range of y under a density, in float64."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import sympy as sp

from symloss.errors import DeclarationError
from symloss.heads.evaluate import evaluate
from symloss.heads.numbers import exact

from . import quadrature
from .distributions import Density
from .domains import Domain
from .samples import Sample, free_variables, spelled_out


@dataclass(frozen=True)
class Measure:
    """How probability is spread: over the integers, or with a density, possibly with atoms."""

    discrete: bool
    atoms: tuple[sp.Expr, ...] = ()

    @property
    def verb(self) -> str:
        return "sums" if self.discrete else "integrates"


def spell_out(density: Density) -> Density:
    return replace(
        density,
        log=spelled_out(density.log),
        plain=None if density.plain is None else spelled_out(density.plain),
        support=(spelled_out(density.support[0]), spelled_out(density.support[1])),
    )


def variables_of(density: Density) -> list[sp.Expr]:
    return free_variables(sp.Tuple(density.log, *density.support, density.plain or 0), density.y)


End = tuple[sp.Expr, float]
"""An end of the support as an expression, and its value."""


class Probability:
    """A density under a measure, compiled once; remembers the lowest value seen."""

    def __init__(self, density: Density, domain: Domain, measure: Measure) -> None:
        self.density, self.domain, self.measure = density, domain, measure
        self.variables = variables_of(density)
        self.compiled: dict[tuple[sp.Expr, int], Callable[[np.ndarray, list[float]], np.ndarray]] = {}
        self.lowest = 0.0

    def total(self, sample: Sample, above: float | None = None) -> float:
        """The probability of the declared domain, or of the part of it above a number."""
        low, high = self.ends(sample)
        if above is not None:
            start = math.floor(above) + 1 if self.measure.discrete else exact(above)
            low = (sp.sympify(start), float(start))
        if not low[1] <= high[1]:
            return 0.0
        if self.measure.discrete:
            return self._sum(low[1], high[1], sample)
        atoms = [v for v in self.measure.atoms if low[1] <= number(v) <= high[1] and number(v) != above]
        return self._integral(low, high, sample) + sum(self._at(v, sample) for v in atoms)

    def ends(self, sample: Sample) -> tuple[End, End]:
        """The support within the declared domain; of a periodic density one turn."""
        low, high = ((end, number(end.xreplace(sample))) for end in self.density.support)
        below, over = ((_exact_end(end), end) for end in (self.domain.low, self.domain.high))
        if self.density.period is not None:
            return (below, over) if math.isfinite(over[1] - below[1]) else (low, high)
        return (below if below[1] > low[1] else low), (over if over[1] < high[1] else high)

    def _sum(self, low: float, high: float, sample: Sample) -> float:
        test = self.domain.test
        if test is not None and test[0] == "values":
            return sum(self._at(exact(v), sample) for v in test[1] if low <= v <= high)
        up, down = self._along(sp.S.Zero, 1, sample), self._along(sp.S.Zero, -1, sample)
        if math.isfinite(low):
            return quadrature.total(up, math.ceil(low), math.floor(high) if math.isfinite(high) else high)
        if math.isfinite(high):
            return quadrature.total(down, -math.floor(high), math.inf)
        return quadrature.total(up, 0.0, math.inf) + quadrature.total(down, 1.0, math.inf)

    def _integral(self, low: End, high: End, sample: Sample) -> float:
        if math.isinf(low[1]) and math.isinf(high[1]):
            pieces = [(sp.S.Zero, 1, math.inf), (sp.S.Zero, -1, math.inf)]
        elif math.isinf(high[1]):
            pieces = [(low[0], 1, math.inf)]
        elif math.isinf(low[1]):
            pieces = [(high[0], -1, math.inf)]
        else:
            half = (high[1] - low[1]) / 2
            pieces = [(low[0], 1, half), (high[0], -1, half)]
        return sum(quadrature.integral(self._along(start, sign, sample), length) for start, sign, length in pieces)

    def _along(self, start: sp.Expr, sign: int, sample: Sample) -> quadrature.Function:
        """u -> p(start + sign*u), with ``start`` put in as an expression: 1 - (1 - u) is u."""
        if (start, sign) not in self.compiled:
            # Of an integer nothing is assumed: Eq(u, 0) must not be decided before u is a number.
            u = sp.Dummy("u", real=True) if self.measure.discrete else sp.Dummy("u", positive=True)
            self.compiled[start, sign] = self._compiled(start + sign * u, u)
        f, numbers = self.compiled[start, sign], [float(sample[v]) for v in self.variables]
        return lambda at: f(at, numbers)

    def _compiled(self, y: sp.Expr, u: sp.Symbol) -> Callable[[np.ndarray, list[float]], np.ndarray]:
        density, place = self.density, {self.density.y: y}
        logarithm = _function(density.log.xreplace(place), u, self.variables)
        if density.plain is None:
            return lambda at, numbers: np.exp(logarithm(at, numbers))
        plain = _function(density.plain.xreplace(place), u, self.variables)

        def run(at: np.ndarray, numbers: list[float]) -> np.ndarray:
            values = plain(at, numbers)
            self.lowest = min(self.lowest, float(np.nanmin(values, initial=0.0)))
            undefined = ~np.isfinite(values)
            # gamma(171) is inf and inf/inf not a number: the logarithm, being a sum, still has a value there.
            return np.where(undefined, np.exp(logarithm(at, numbers)), values) if undefined.any() else values

        return run

    def _at(self, value: sp.Expr, sample: Sample) -> float:
        """The density at one number."""
        at = {self.density.y: value, **sample}
        if self.density.plain is None:
            return math.exp(number(self.density.log.xreplace(at)))
        found = number(self.density.plain.xreplace(at))
        self.lowest = min(self.lowest, found)
        return found


def _function(e: sp.Expr, u: sp.Symbol, variables: list[sp.Expr]) -> Callable[[np.ndarray, list[float]], np.ndarray]:
    try:
        f = quadrature.compiled(e, u, variables)
        f(np.array([0.5, 1.0]), [0.5] * len(variables))
    except Exception as error:  # lambdify and what it makes fail in many ways
        raise DeclarationError(
            f"the density cannot be evaluated in floating point to check that its total is one "
            f"({type(error).__name__}: {error}); write normalised=False if you are sure of it"
        ) from error
    return f


def _exact_end(bound: float) -> sp.Expr:
    return exact(bound) if math.isfinite(bound) else sp.sympify(bound)


def number(e: sp.Expr) -> float:
    """The value of an expression without symbols; NaN where it has none."""
    if e in (sp.oo, -sp.oo):
        return math.inf if e == sp.oo else -math.inf
    try:
        value = evaluate(e, {})
    except (ZeroDivisionError, ValueError, TypeError):
        return math.nan
    return float(value) if not isinstance(value, complex) and getattr(value, "imag", 0) == 0 else math.nan
