"""Whether a density sums or integrates to one over the declared domain of its target, at sample points."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sympy as sp

from symloss.errors import DeclarationError
from symloss.heads.evaluate import evaluate
from symloss.heads.numbers import exact

from . import quadrature
from .distributions import Density
from .domains import Domain
from .roles import RoleSymbol
from .samples import Sample, free_variables, samples, spelled_out

TOLERANCE = 1e-6
"""How far from one a total may be: far above the error of the sums, far below a forgotten factor."""


@dataclass(frozen=True)
class Measure:
    """How probability is spread: over the integers, or with a density, possibly with atoms."""

    discrete: bool
    atoms: tuple[sp.Expr, ...] = ()

    @property
    def verb(self) -> str:
        return "sums" if self.discrete else "integrates"


def check_conditions(density: Density) -> None:
    """Every parameter of a named distribution is what it must be, at all sample points."""
    for name, kind, value in density.conditions:
        explicit = spelled_out(value)
        for sample in samples(free_variables(explicit, density.y)):
            found = number(explicit.xreplace(sample))
            if not _CONDITIONS[kind](found):
                raise DeclarationError(
                    f"{density.shown}: {name} must be {_EXPECTED[kind]}, but {value} is {_short(found)} at "
                    f"{_shown_sample(sample)}; write {_REMEDIES[kind].format(value)}"
                )


def check_total(density: Density, target: RoleSymbol) -> Measure:
    """The measure under which the density has total one; DeclarationError where there is none."""
    explicit = _spelled_out(density)
    points = samples(_variables(explicit))
    tried: list[tuple[Measure, list[float]]] = []
    for measure in _measures(explicit, target):
        values = _Values(explicit, target.domain, measure)
        totals = [values.total(point) for point in points]
        if all(abs(total - 1) <= TOLERANCE for total in totals):
            if values.lowest < -TOLERANCE:
                raise DeclarationError(
                    f"p({target.name} | ...) = {density.shown}: has total 1 but is negative ({_short(values.lowest)}) somewhere"
                )
            return measure
        tried.append((measure, totals))
    measure, totals = tried[0]
    raise DeclarationError(_failure(density, explicit, target, measure, points, totals))


def check_classes(typed: sp.Expr, density: sp.Expr, label: RoleSymbol) -> None:
    """The probabilities of the classes add up to one, tried with three classes."""
    assert label.label_axis is not None
    sizes = {s: sp.Integer(3) for s in label.label_axis.extent.free_symbols}
    classes = range(int(label.label_axis.extent.xreplace(sizes)))
    entries = [spelled_out(density.xreplace({label: sp.Integer(n)})) for n in classes]
    for sample in samples(free_variables(sp.Tuple(*entries), label)):
        values = [number(entry.xreplace(sizes).xreplace(sample)) for entry in entries]
        if not abs(sum(values) - 1) <= TOLERANCE:
            each = ", ".join(map(_short, values))
            raise DeclarationError(
                f"p({label.name} | ...) = {typed}: the {len(classes)} classes have {each} at {_shown_sample(sample)}, "
                f"which sums to {_short(sum(values))} and not to 1. " + _causes(_GENERAL)
            )


def check_survival(density: Density, target: RoleSymbol, measure: Measure) -> None:
    """log P(Y > y) agrees with the density, at two values of y per sample point."""
    assert density.log_survival is not None
    explicit = _spelled_out(density)
    survival = spelled_out(density.log_survival)
    values = _Values(explicit, target.domain, measure)
    for sample in samples(free_variables(sp.Tuple(explicit.log, explicit.plain or 0, *explicit.support, survival), explicit.y)):
        (_, low), (_, high) = values.ends(sample)
        for at in _inside(low, high, measure.discrete):
            expected = values.total(sample, above=at)
            found = math.exp(number(survival.xreplace(sample).xreplace({explicit.y: exact(at)})))
            if not abs(found - expected) <= TOLERANCE * max(expected, TOLERANCE):
                raise DeclarationError(
                    f"{density.shown}: the survival function gives P({target.name} > {at:g}) = {_short(found)} at "
                    f"{_shown_sample(sample)}, the density gives {_short(expected)}; write survival=P(Y > y) as an "
                    f"expression in {target.name}"
                )


# --- totals -------------------------------------------------------------------------------------


def _spelled_out(density: Density) -> Density:
    return replace(
        density,
        log=spelled_out(density.log),
        plain=None if density.plain is None else spelled_out(density.plain),
        support=(spelled_out(density.support[0]), spelled_out(density.support[1])),
    )


def _variables(density: Density) -> list[sp.Expr]:
    return free_variables(sp.Tuple(density.log, *density.support, density.plain or 0), density.y)


def _measures(density: Density, target: RoleSymbol) -> list[Measure]:
    """The measures that the density may be meant for, most likely first."""
    test = target.domain.test
    if density.discrete or (test is not None and test[0] in ("integer", "values")):
        return [Measure(True)]
    if density.discrete is False:
        return [Measure(False)]
    atoms = _atoms(density)
    mixed = [Measure(False, atoms)] if atoms else []
    return [Measure(False), *mixed, Measure(True)]


def _atoms(density: Density) -> tuple[sp.Expr, ...]:
    """Values of y that a condition y = value singles out: a zero-inflated amount has one at 0."""
    conditions = sp.Tuple(density.plain).atoms(sp.Eq, sp.Le)
    found = {c.rhs if c.lhs == density.y else c.lhs for c in conditions if density.y in c.args}
    return tuple(sorted((v for v in found if not v.free_symbols), key=sp.default_sort_key))


End = tuple[sp.Expr, float]
"""An end of the support as an expression, and its value."""


class _Values:
    """A density under a measure, compiled once; remembers the lowest value seen."""

    def __init__(self, density: Density, domain: Domain, measure: Measure) -> None:
        self.density, self.domain, self.measure = density, domain, measure
        self.variables = _variables(density)
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
            undefined = np.isnan(values)
            # inf/inf far out: the logarithm, being a sum, still has a value there.
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


def _function(
    e: sp.Expr, u: sp.Symbol, variables: list[sp.Expr]
) -> Callable[[np.ndarray, list[float]], np.ndarray]:
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


def _inside(low: float, high: float, discrete: bool) -> tuple[float, float]:
    if math.isinf(low):
        low, high = (-1.0, 1.5) if math.isinf(high) else (high - 3.0, high)
    width = min(high - low, 4.0)
    ends = low + 0.25 * width, low + 0.625 * width
    return (math.floor(ends[0]), math.ceil(ends[1])) if discrete else ends


# --- messages -----------------------------------------------------------------------------------

_CONDITIONS: dict[str, Callable[[float], bool]] = {
    "real": math.isfinite,
    "positive": lambda v: v > 0,
    "probability": lambda v: 0 <= v <= 1,
    "size": lambda v: v >= 0 and v == int(v),
}

_EXPECTED = {"real": "real", "positive": "> 0", "probability": "in [0, 1]", "size": "one of 0, 1, 2, ..."}

_REMEDIES = {
    "real": "an expression that is finite everywhere",
    "positive": "sp.exp({0}), or declare what is in it with domain=sl.Positive",
    "probability": "sl.sigmoid({0}), or declare what is in it with domain=sl.Unit",
    "size": "data or a parameter declared with domain=sl.Counts",
}

_GENERAL = (
    "`y == 0` in a Piecewise where sp.Eq(y, 0) was meant (Python's == on symbols is False at once)",
    "another parametrisation (scale for rate, variance for standard deviation)",
    "a missing normalising constant",
    "the logarithm given instead of the density",
)


def _failure(
    density: Density, explicit: Density, target: RoleSymbol, measure: Measure, points: list[Sample], totals: list[float]
) -> str:
    numbers = "; ".join(
        f"{_short(total)} at {_shown_sample(point)}" for point, total in zip(points, totals, strict=True)
    )
    over = f"over sl.{target.domain.name}"
    return (
        f"p({target.name} | ...) = {density.shown}: {measure.verb} {over} to {numbers}; expected 1. "
        + _causes((*_diagnosed(explicit, target, measure, points, totals), *_GENERAL))
        + " normalised=False switches this check off."
    )


def _diagnosed(
    density: Density, target: RoleSymbol, measure: Measure, points: list[Sample], totals: list[float]
) -> list[str]:
    """Causes that the numbers themselves point to."""
    causes = []
    y, plain = density.y, density.plain
    if not density.log.has(y) and density.name is None:
        causes.append(f"{target.name} does not occur in it (`{target.name} == 0` is False in Python: write sp.Eq({target.name}, 0))")
    if plain is not None and density.name is None:
        for sign, text in ((1, "the logarithm of a density: write sp.exp(...)"), (-1, "a negative log-density: write sp.exp(-(...))")):
            raised = replace(density, plain=sp.exp(sign * plain), log=sign * plain)
            values = _Values(raised, target.domain, measure)
            if all(abs(values.total(p) - 1) <= TOLERANCE for p in points):
                causes.append(f"it is {text}")
    if _negative_only(points, totals):
        causes.append("a quantity that is declared real must be positive: declare it with domain=sl.Positive, or write sp.exp(...)")
    low, high = (number(end.xreplace(points[0])) for end in density.support)
    if density.name is not None and (low < target.domain.low or high > target.domain.high):
        causes.append(f"sl.{target.domain.name} leaves out a part of the support, [{low:g}, {high:g}]")
    if measure.discrete and density.discrete is False:
        causes.append(f"a continuous density for a target declared on sl.{target.domain.name}")
    return causes


def _negative_only(points: list[Sample], totals: list[float]) -> bool:
    """Whether the total is wrong at just those points where something is negative."""
    wrong = [not abs(total - 1) <= TOLERANCE for total in totals]
    negative = [any(v < 0 for v in point.values()) for point in points]
    return wrong == negative and not all(wrong)


def _causes(causes: tuple[str, ...]) -> str:
    return "Likely causes: " + "; ".join(causes) + "."


def _shown_sample(sample: Sample) -> str:
    shown = ", ".join(f"{name} = {_short(float(v))}" for name, v in sample.items())
    return shown or "every point"


def _short(value: Any) -> str:
    return f"{float(value):.6g}"
