"""Whether a density sums or integrates to one over the declared domain of its target, at sample points."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sympy as sp

from symloss.errors import DeclarationError
from symloss.heads.numbers import exact

from .distributions import Density
from .probability import Measure, Probability, number, spell_out, variables_of
from .roles import RoleSymbol
from .samples import Sample, free_variables, samples, spelled_out

TOLERANCE = 1e-6
"""How far from one a total may be: far above the error of the sums, far below a forgotten factor."""


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
    explicit = spell_out(density)
    points = samples(variables_of(explicit))
    tried: list[tuple[Measure, list[float]]] = []
    for measure in _measures(explicit, target):
        values = Probability(explicit, target.domain, measure)
        totals = [values.total(point) for point in points]
        if all(abs(total - 1) <= TOLERANCE for total in totals):
            if values.lowest < -TOLERANCE:
                raise DeclarationError(
                    f"p({target.name} | ...) = {density.shown}: has total 1 but is negative somewhere "
                    f"({_short(values.lowest)})"
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
    explicit = spell_out(density)
    survival = spelled_out(density.log_survival)
    values = Probability(explicit, target.domain, measure)
    everything = sp.Tuple(explicit.log, explicit.plain or 0, *explicit.support, survival)
    for sample in samples(free_variables(everything, explicit.y)):
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


_TAKEN_FOR_A_DENSITY = (
    (1, "the logarithm of a density: write sp.exp(...)"),
    (-1, "a negative log-density: write sp.exp(-(...))"),
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
        y_is = f"`{y} == 0` is False in Python: write sp.Eq({y}, 0)"
        causes.append(f"{y} does not occur in it ({y_is})")
    if plain is not None and density.name is None:
        for sign, text in _TAKEN_FOR_A_DENSITY:
            raised = replace(density, plain=sp.exp(sign * plain), log=sign * plain)
            values = Probability(raised, target.domain, measure)
            if all(abs(values.total(p) - 1) <= TOLERANCE for p in points):
                causes.append(f"it is {text}")
    if _negative_only(points, totals):
        causes.append(
            "a quantity declared real must be positive: declare it with domain=sl.Positive, or write sp.exp(...)"
        )
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
