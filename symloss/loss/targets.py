"""Another target for the same loss: weighted by its class, smoothed, or written with other numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sympy as sp

from symloss.declare.axes import Axis
from symloss.declare.declaration import Declaration
from symloss.declare.domains import Binary, NonNegative, Signs, Unit
from symloss.declare.lift import lift
from symloss.declare.log_terms import complement
from symloss.declare.roles import Declared, RoleSymbol, parameter, role_symbol
from symloss.derive.means import link_of, predicted_mean
from symloss.errors import DeclarationError
from symloss.heads.binders import Softmax, Total
from symloss.pipeline import alone

from .substitution import (
    constant,
    elementwise,
    exchanged,
    redeclared,
    remade,
    resized,
    role_of,
    substituted,
    typed_in_totals,
)

PROBABILITIES = ("logit", "probit", "cloglog", "softmax")
"""Links whose inverse is the probability of a class."""

Weigh = Callable[[sp.Expr], sp.Expr]


# --- which target it is -------------------------------------------------------------------------


def kind_of(declared: Declared) -> str:
    """What a target says: "label", "simplex", "binary", "unit", "signs", or "" for anything else."""
    symbol = role_symbol(declared)
    if symbol.label_axis is not None:
        return "label"
    if symbol.domain.axis is not None:
        return "simplex"
    return {Binary: "binary", Unit: "unit", Signs: "signs"}.get(symbol.domain, "")


def _target(declaration: Declaration, wrapper: str, kinds: Sequence[str]) -> Declared:
    """The only target, if it is of one of these kinds."""
    targets = declaration.with_role("target")
    if len(targets) == 1 and kind_of(targets[0]) in kinds:
        return targets[0]
    shown = ", ".join(f"{role_symbol(t).name} in {role_symbol(t).domain.name}" for t in targets) or "no target"
    expected = " or ".join(_WRITTEN[kind] for kind in kinds)
    raise DeclarationError(
        f"sl.{wrapper}({declaration.name}): it has {shown}; expected a loss with one target that is {expected}"
    )


_WRITTEN = {
    "label": "a class, sl.label('c', K)",
    "simplex": "a row of probabilities, sl.target('t', K, domain=sl.Simplex(K))",
    "binary": "0 or 1, sl.target('y', domain=sl.Binary)",
    "unit": "in [0, 1], sl.target('y', domain=sl.Unit)",
    "signs": "-1 or +1, sl.target('y', domain=sl.Signs)",
}
_CLASSES = tuple(_WRITTEN)


def _at(e: sp.Expr, target: Declared, meaning: Any) -> sp.Expr:
    """The expression with a number, or an index for a label, in the place of every element of the target."""
    return substituted(e, elementwise(target, lambda _: sp.sympify(meaning)))


# --- term by term -------------------------------------------------------------------------------


def _over_terms(declaration: Declaration, target: Declared, wrapper: str, change: Callable[..., sp.Expr]) -> sp.Expr:
    """``change(body, element)`` of every element's term, where the loss is a sum of them along the target's axis."""
    symbol = role_symbol(target)
    expression = typed_in_totals(declaration)
    if not symbol.axes:
        return change(expression, symbol)
    changed = [_changed_term(term, symbol, change) for term in sp.Add.make_args(sp.expand_mul(expression, deep=False))]
    if any(term is None for term in changed):
        k = symbol.axes[-1].name
        raise DeclarationError(
            f"sl.{wrapper}({declaration.name}): not a sum over {k} of terms in {symbol.name}, each at its own class; "
            f"write it as sp.Sum(..., k) with {symbol.name}[k] inside and nothing beside it"
        )
    return sp.Add(*changed)


def _changed_term(term: sp.Expr, symbol: RoleSymbol, change: Callable[..., sp.Expr]) -> sp.Expr | None:
    inside = [f for f in sp.Mul.make_args(term) if isinstance(f, Total) and f.atoms(RoleSymbol) & {symbol}]
    if len(inside) != 1 or (term / inside[0]).atoms(RoleSymbol) & {symbol}:
        return None
    index, body = inside[0].open()
    elements = {e for e in body.atoms(sp.Indexed) if role_of(e) == symbol}
    if len(elements) != 1 or elements.copy().pop().indices != (index,):
        return None
    return term / inside[0] * Total(change(body, elements.pop()), index)


def _binary_terms(
    declaration: Declaration, target: Declared, wrapper: str, weigh: Callable[[sp.Expr, sp.Expr], tuple[Any, Any]]
) -> sp.Expr:
    """a*loss(1) + b*loss(0) for the weights (a, b) that ``weigh`` gives for a target and what it is in."""
    linear = kind_of(target) == "unit"

    def change(body: sp.Expr, y: sp.Expr) -> sp.Expr:
        one, zero = _at(body, target, 1), _at(body, target, _low(target))
        if linear:
            _refuse_curved(declaration, wrapper, body, y, one, zero)
        a, b = weigh(body, y)
        return a * one + b * zero

    return _over_terms(declaration, target, wrapper, change)


def _refuse_curved(
    declaration: Declaration, wrapper: str, body: sp.Expr, y: sp.Expr, one: sp.Expr, zero: sp.Expr
) -> None:
    if lift(sp.expand(lift(body) - y * lift(one) - (1 - y) * lift(zero))) != 0:
        name = role_symbol(y.base if isinstance(y, sp.Indexed) else y).name
        raise DeclarationError(
            f"sl.{wrapper}({declaration.name}): not linear in {name}, which may be anything in [0, 1], so what belongs "
            f"to which class is not said; declare it as sl.target({name!r}, domain=sl.Binary)"
        )


def _low(target: Declared) -> int:
    return -1 if kind_of(target) == "signs" else 0


def _shares(target: Declared, y: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """How much of a target is the upper class, and how much the lower one."""
    return ((1 + y) / 2, (1 - y) / 2) if kind_of(target) == "signs" else (y, 1 - y)


# --- class weights ------------------------------------------------------------------------------


@alone
def class_weighted(declaration: Declaration, weights: Any) -> Declaration:
    """Every class's share of the loss times the weight of that class."""
    target = _target(declaration, "class_weighted", _CLASSES)
    name = f"class_weighted_{declaration.name}"
    if kind_of(target) in ("binary", "unit", "signs"):
        return remade(declaration, name, _weighted_pair(declaration, target, *_pair(weights)))
    axis = role_symbol(target).label_axis or role_symbol(target).domain.axis
    if isinstance(weights, Sequence):
        declaration = resized(declaration, axis, len(weights))
        target = declaration.with_role("target")[0]
    weight = _class_weight(weights, axis)
    if kind_of(target) == "label":
        return remade(declaration, name, weight(target) * typed_in_totals(declaration))
    terms = _over_terms(declaration, target, "class_weighted", lambda body, t: weight(t.indices[-1]) * body)
    return remade(declaration, name, terms)


def _weighted_pair(declaration: Declaration, target: Declared, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    def shares(_: sp.Expr, y: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
        upper, lower = _shares(target, y)
        return high * upper, low * lower

    if kind_of(target) == "signs":
        # One factor leaves a function of the margin as it is.
        return _over_terms(declaration, target, "class_weighted", lambda body, y: sp.Add(*shares(body, y)) * body)
    return _binary_terms(declaration, target, "class_weighted", shares)


def _pair(weights: Any) -> tuple[sp.Expr, sp.Expr]:
    """The weights of the lower and the upper class."""
    if weights is None:
        return parameter("w_neg", default=1.0, domain=NonNegative), parameter("w_pos", default=1.0, domain=NonNegative)
    if not isinstance(weights, Sequence) or isinstance(weights, str) or len(weights) != 2:
        raise DeclarationError(
            f"sl.class_weighted(weights={weights!r}): expected (w_neg, w_pos), two numbers or parameters"
        )
    low, high = (constant("class_weighted", f"weights[{n}]", w, NonNegative) for n, w in enumerate(weights))
    return low, high


def _class_weight(weights: Any, axis: Axis) -> Weigh:
    """The weight of the class at an index or label."""
    if isinstance(weights, Sequence) and not isinstance(weights, str):
        numbers = [constant("class_weighted", f"weights[{n}]", w, NonNegative) for n, w in enumerate(weights)]
        return lambda k: sp.Piecewise(*((w, sp.Eq(k, n)) for n, w in enumerate(numbers[:-1])), (numbers[-1], True))
    declared = parameter("class_weight", axis, domain=NonNegative) if weights is None else weights
    symbol = role_symbol(declared) if isinstance(declared, sp.IndexedBase) else None
    if symbol is None or symbol.role != "parameter" or symbol.axes != (axis,) or symbol.domain.low < 0:
        raise DeclarationError(
            f"sl.class_weighted(weights={weights!r}): expected one number for each class, or "
            f"sl.parameter('class_weight', {axis.name}, domain=sl.NonNegative)"
        )
    return lambda k: declared[k]


# --- smoothing ----------------------------------------------------------------------------------


@alone
def label_smoothed(declaration: Declaration, epsilon: Any) -> Declaration:
    """The loss of a target that gives the share epsilon to all classes alike."""
    target = _target(declaration, "label_smoothed", _CLASSES)
    share = constant("label_smoothed", "epsilon", epsilon, Unit)
    return remade(
        declaration, f"label_smoothed_{declaration.name}", _SMOOTHED[kind_of(target)](declaration, target, share)
    )


def _smoothed_label(declaration: Declaration, target: Declared, share: sp.Expr) -> sp.Expr:
    """What a label drawn from the smoothed distribution costs: the loss is linear in the probabilities of classes."""
    axis = role_symbol(target).label_axis
    index = axis.index("_class")
    own = typed_in_totals(declaration)
    return (1 - share) * own + share / axis.extent * Total(_at(own, target, index), index)


def _smoothed_simplex(declaration: Declaration, target: Declared, share: sp.Expr) -> sp.Expr:
    size = role_symbol(target).domain.axis.extent
    change = elementwise(target, lambda t: (1 - share) * t + share / size)
    return substituted(typed_in_totals(declaration), change)


def _smoothed_share(declaration: Declaration, target: Declared, share: sp.Expr) -> sp.Expr:
    try:
        return _smoothed_bit(declaration, target, share)
    except DeclarationError:  # not linear in y: the loss itself says what it is of a share
        pass
    return substituted(typed_in_totals(declaration), elementwise(target, lambda y: (1 - share) * y + share / 2))


def _smoothed_bit(declaration: Declaration, target: Declared, share: sp.Expr) -> sp.Expr:
    def smoothed(body: sp.Expr, y: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
        upper, lower = _shares(target, y)
        return (1 - share) * upper + share / 2, (1 - share) * lower + share / 2

    return _binary_terms(declaration, target, "label_smoothed", smoothed)


_SMOOTHED: dict[str, Callable[[Declaration, Declared, sp.Expr], sp.Expr]] = {
    "label": _smoothed_label,
    "simplex": _smoothed_simplex,
    "unit": _smoothed_share,
    "binary": _smoothed_bit,
    "signs": _smoothed_bit,
}


# --- focal modulation ---------------------------------------------------------------------------


@alone
def focal_modulated(declaration: Declaration, gamma: Any) -> Declaration:
    """Every class's share of the loss times (1 - its probability)^gamma."""
    target = _target(declaration, "focal_modulated", _CLASSES)
    power = constant("focal_modulated", "gamma", gamma, NonNegative)
    probability = _probability(declaration)
    name = f"focal_modulated_{declaration.name}"
    if kind_of(target) == "label":
        rest = 1 - probability(target)
        return remade(declaration, name, rest**power * typed_in_totals(declaration))
    if kind_of(target) == "simplex":
        terms = _over_terms(
            declaration, target, "focal_modulated", lambda body, t: (1 - probability(t.indices[-1])) ** power * body
        )
        return remade(declaration, name, terms)

    def modulated(body: sp.Expr, y: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
        p = probability(y.indices[-1] if isinstance(y, sp.Indexed) else None)
        upper, lower = _shares(target, y)
        return complement(p) ** power * upper, p**power * lower

    return remade(declaration, name, _binary_terms(declaration, target, "focal_modulated", modulated))


def _probability(declaration: Declaration) -> Callable[[Any], sp.Expr]:
    """The probability of the class at an index (of the upper class, for a target that is one number)."""
    link = link_of(declaration)
    found, indices = predicted_mean(declaration) if link is not None else (sp.nan, ())
    if not _is_probability(link, found):
        raise DeclarationError(
            f"sl.focal_modulated({declaration.name}): its link is {link!r}, so no probability of a class is known; "
            f"expected a loss with one of the links {', '.join(map(repr, PROBABILITIES))}"
        )
    return lambda place: found.xreplace({indices[-1]: place}) if indices else found


def _is_probability(link: Any, inverse: sp.Expr) -> bool:
    """Whether a link's inverse is a probability: by its name, or a named one of a changed prediction."""
    heads = ("sigmoid", "norm_cdf")
    return link in PROBABILITIES or isinstance(inverse, Softmax) or type(inverse).__name__ in heads


# --- signs and bits -----------------------------------------------------------------------------


@alone
def as_margin(declaration: Declaration) -> Declaration:
    """The same loss of a target in {-1, +1}."""
    target = _target(declaration, "as_margin", ("binary", "unit"))
    made = redeclared(target, Signs)
    name = f"{declaration.name}_as_margin"
    inputs = exchanged(declaration, target, made)
    if role_symbol(target).axes:
        halves = substituted(typed_in_totals(declaration), elementwise(target, lambda y: (1 + made[y.indices]) / 2))
        return remade(declaration, name, halves, inputs=inputs)
    own = typed_in_totals(declaration)
    one, zero = (lift(_at(own, target, y)) for y in (1, 0))
    return remade(declaration, name, _of_margin(declaration, made, one, zero), inputs=inputs)


def _of_margin(declaration: Declaration, sign: RoleSymbol, one: sp.Expr, zero: sp.Expr) -> sp.Expr:
    """A function of sign*f where the classes mirror each other, else one branch for each class."""
    predictions = declaration.predictions
    if len(predictions) == 1 and not role_symbol(predictions[0]).axes and declaration.kinks == "mean":
        f = predictions[0]
        if lift(one.xreplace({f: -f})) == zero:
            return one.xreplace({f: sign * f})
    return (1 + sign) / 2 * one + (1 - sign) / 2 * zero


@alone
def as_binary(declaration: Declaration) -> Declaration:
    """The same loss of a target in {0, 1}."""
    target = _target(declaration, "as_binary", ("signs",))
    made = redeclared(target, Binary)
    name = f"{declaration.name}_as_binary"
    inputs = exchanged(declaration, target, made)
    own = typed_in_totals(declaration)
    if role_symbol(target).axes:
        bits = substituted(own, elementwise(target, lambda s: 2 * made[s.indices] - 1))
        return remade(declaration, name, bits, inputs=inputs)
    branches = made * _at(own, target, 1) + (1 - made) * _at(own, target, -1)
    return remade(declaration, name, branches, inputs=inputs)
