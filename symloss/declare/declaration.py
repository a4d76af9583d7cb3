"""A loss as it was declared: frozen, validated, printable. Everything else is derived from it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy.stats.rv import RandomSymbol

from symloss.errors import DeclarationError
from symloss.heads.binders import free_indices
from symloss.heads.table import row_of

from .axes import Axis, IndexLabel
from .index_checks import refuse_places_outside, refuse_wrong_indices
from .lift import lift
from .metric import MetricFacts, refuse_ordering_of_predictions
from .roles import Declared, RoleSymbol, role_symbol
from .sums import refuse_sums_without_axis

if TYPE_CHECKING:
    from .likelihood import Likelihood

KINKS = ("mean", "left", "right")
LINKS = ("identity", "log", "logit", "softmax", "probit", "cloglog")


@dataclass(frozen=True)
class Declaration:
    """What a user declared.

    ``typed`` is the expression as typed, ``expression`` the same in heads. ``inputs`` are
    targets, then data, then predictions, in call order. ``likelihood`` is there for a
    loss that came from one. ``factors`` are those of the aliases that stand for a multiple
    of the loss. ``metric`` is there for what is only measured and never differentiated.
    """

    name: str
    typed: sp.Expr
    expression: sp.Expr
    inputs: tuple[Declared, ...]
    parameters: tuple[Declared, ...] = ()
    link: str | sp.Expr | None = None
    aliases: tuple[str, ...] = ()
    kinks: str = "mean"
    doc: str = ""
    reference: str = ""
    likelihood: Likelihood | None = None
    factors: tuple[tuple[str, sp.Expr], ...] = ()
    metric: MetricFacts | None = None

    @property
    def fingerprint(self) -> str:
        """A hash of all that the kernels depend on."""
        text = "\n".join(
            (
                self.name,
                sp.srepr(self.expression),
                *(_described(d) for d in (*self.inputs, *self.parameters)),
                self.kinks,
                sp.srepr(self.likelihood.full) if self.likelihood else "",
                str(self.link),
                *(("metric",) if self.metric else ()),
            )
        )
        return hashlib.sha256(text.encode()).hexdigest()

    def with_role(self, role: str) -> tuple[Declared, ...]:
        """The inputs of that role, in call order."""
        return tuple(d for d in self.inputs if role_symbol(d).role == role)

    @property
    def predictions(self) -> tuple[Declared, ...]:
        return self.with_role("prediction")

    @property
    def axes(self) -> tuple[Axis, ...]:
        """All inner axes, in order of first appearance in the inputs, then elsewhere."""
        found: dict[str, Axis] = {}
        for declared in (*self.inputs, *self.parameters):
            symbol = role_symbol(declared)
            for axis in (*symbol.axes, *((symbol.label_axis,) if symbol.label_axis else ())):
                found.setdefault(axis.name, axis)
        for index in sorted(self.expression.atoms(sp.Idx), key=sp.default_sort_key):
            found.setdefault(index.label.axis.name, index.label.axis)
        return tuple(found.values())

    def __repr__(self) -> str:
        inputs = ", ".join(_described(d) for d in self.inputs)
        parameters = ", ".join(_described(d) for d in self.parameters)
        return f"Declaration({self.name!r}: {self.typed}; inputs {inputs}" + (
            f"; parameters {parameters})" if parameters else ")"
        )

    def __str__(self) -> str:
        return f"{self.name} = {self.expression}"


def _described(declared: Declared) -> str:
    symbol = role_symbol(declared)
    axes = "".join(f", {axis.name}({axis.extent})" for axis in symbol.axes)
    default = "" if symbol.default is None else f", default={symbol.default!r}"
    return f"{symbol.role} {symbol.name}{axes} in {symbol.domain.name}{default}"


def declare(
    name: str,
    typed: Any,
    *,
    inputs: Iterable[Declared] | None = None,
    link: str | sp.Expr | None = None,
    aliases: Iterable[str] | Mapping[str, Any] = (),
    kinks: str = "mean",
    doc: str = "",
    reference: str = "",
    likelihood: Likelihood | None = None,
    unused_inputs: bool = False,
    metric: MetricFacts | None = None,
) -> Declaration:
    """Validate and lift what a user typed; raises DeclarationError with the line to write instead."""
    if not isinstance(name, str) or not name.isidentifier():
        raise DeclarationError(
            f"a loss needs a Python identifier as its name, not {name!r}; write for example 'my_loss'"
        )
    if kinks not in KINKS:
        raise DeclarationError(f"{name}: kinks={kinks!r}; expected one of {', '.join(map(repr, KINKS))}")
    if isinstance(link, str) and link not in LINKS:
        raise DeclarationError(
            f"{name}: link={link!r}; expected one of {', '.join(map(repr, LINKS))} or a SymPy expression"
        )
    _refuse_what_cannot_work(name, typed)
    typed = sp.sympify(typed)
    with_all = typed if likelihood is None else sp.Tuple(typed, likelihood.full)
    found = _declared_in(with_all)
    _refuse_clashes(name, typed, found)
    ordered = _ordered_inputs(name, typed, found, inputs, unused_inputs)
    parameters = tuple(d for d in found if role_symbol(d).role == "parameter")
    expression = lift(typed)
    _refuse_what_cannot_work(name, expression)
    _refuse_unknown_functions(name, typed, expression)
    _refuse_free_indices(name, typed, expression)
    if metric is None:
        refuse_ordering_of_predictions(name, typed, expression)
    refuse_wrong_indices(name, typed, expression)
    made = Declaration(
        name,
        typed,
        expression,
        ordered,
        parameters,
        link,
        tuple(aliases),
        kinks,
        doc,
        reference,
        likelihood,
        _factors(name, aliases, parameters),
        metric,
    )
    refuse_places_outside(name, typed, expression, (*ordered, *parameters), made.axes)
    return made


def _factors(
    name: str, aliases: Iterable[str] | Mapping[str, Any], parameters: tuple[Declared, ...]
) -> tuple[tuple[str, sp.Expr], ...]:
    """The factors of aliases that stand for a multiple; with a tuple of aliases every factor is 1."""
    if not isinstance(aliases, Mapping):
        return ()
    factors = {alias: sp.sympify(factor) for alias, factor in aliases.items()}
    for alias, factor in factors.items():
        known = isinstance(factor, sp.Expr) and factor.free_symbols <= set(map(role_symbol, parameters))
        if not known or factor.atoms(sp.Float) or factor.is_zero:
            raise DeclarationError(
                f"{name}: aliases={{{alias!r}: {aliases[alias]}}}; expected how many times this loss {alias} is, "
                f"an exact number such as 2 or sp.Rational(1, 2), or an expression in parameters"
            )
    return tuple((alias, factor) for alias, factor in factors.items() if factor != 1)


def _refuse_what_cannot_work(name: str, typed: Any) -> None:
    if isinstance(typed, (bool, sp.logic.boolalg.Boolean)) and not isinstance(typed, sp.Symbol):
        raise DeclarationError(
            f"{name} = {typed}: this is a truth value, not a number; write sp.Piecewise((a, condition), (b, True)), "
            f"and sp.Eq(y, 0) where y == 0 was typed (== on symbols is False at once)"
        )
    if isinstance(typed, str):
        raise DeclarationError(
            f"{name}: {typed!r} is text; write the expression itself, of symbols made by sl.target, sl.prediction, ..."
        )
    try:
        expression = sp.sympify(typed)
    except (sp.SympifyError, TypeError) as error:
        raise DeclarationError(f"{name}: {typed!r} is not a SymPy expression") from error
    if not isinstance(expression, sp.Expr):
        raise DeclarationError(f"{name} = {typed!r}: expected one SymPy expression (a number per sample)")
    if expression.atoms(RandomSymbol):
        raise DeclarationError(
            f"{name} = {expression}: contains a sympy.stats variable; "
            f"write sl.Loss.from_likelihood({name!r}, variable, target=y)"
        )
    refuse_sums_without_axis(expression)
    for part in sp.preorder_traversal(expression):
        if part == sp.I:
            raise DeclarationError(f"{name} = {expression}: contains the imaginary unit; a loss is a real number")
        if isinstance(part, (sp.zoo.__class__, sp.nan.__class__)):
            raise DeclarationError(f"{name} = {expression}: contains {part}; the expression is undefined as typed")
        if isinstance(part, (sp.Derivative, sp.Integral, sp.Product, sp.MatrixExpr)):
            raise DeclarationError(
                f"{name} = {expression}: cannot take {type(part).__name__}; write the result of {part}"
            )
        if isinstance(part, sp.IndexedBase) and not isinstance(part.label, RoleSymbol):
            raise _roleless(name, expression, part.label)


def _roleless(name: str, expression: sp.Expr, symbol: sp.Basic) -> DeclarationError:
    return DeclarationError(
        f"{name} = {expression}: the symbol {symbol} has no role; write {symbol} = sl.parameter('{symbol}') "
        f"(set at call time), sl.data('{symbol}') (known per sample), sl.target or sl.prediction"
    )


def _declared_in(expression: sp.Basic) -> tuple[Declared, ...]:
    """All that was declared, arrays as IndexedBase, sorted by name."""
    arrays = {a.label: a for a in expression.atoms(sp.IndexedBase) if isinstance(a.label, RoleSymbol)}
    symbols = set(expression.atoms(RoleSymbol))
    return tuple(arrays.get(s, s) for s in sorted(symbols, key=lambda s: (s.name, s.role)))


def _refuse_clashes(name: str, typed: sp.Expr, found: tuple[Declared, ...]) -> None:
    by_name: dict[str, RoleSymbol] = {}
    for symbol in map(role_symbol, found):
        other = by_name.setdefault(symbol.name, symbol)
        if other != symbol:
            raise DeclarationError(
                f"{name} = {typed}: {symbol.name} is declared twice, as {_described(other)} and as "
                f"{_described(symbol)}; use one declaration, or two names"
            )
    sizes = {a.name: a for s in map(role_symbol, found) for a in s.axes}
    axes = _all_axes(typed, sizes.values())
    for axis in axes:
        if axis.name in by_name:
            raise DeclarationError(
                f"{name} = {typed}: {axis.name} is an axis and also {_described(by_name[axis.name])}; give one of them "
                f"another name, such as sl.axis({axis.name.upper() + '_axis'!r})"
            )
    known = {extent_symbol for a in axes for extent_symbol in a.extent.free_symbols}
    for symbol in sorted(typed.atoms(sp.Symbol), key=str):
        if not isinstance(symbol, (RoleSymbol, IndexLabel)) and symbol not in known:
            raise _roleless(name, typed, symbol)


def _all_axes(typed: sp.Expr, declared: Iterable[Axis]) -> list[Axis]:
    labels = [s.axis for s in typed.atoms(sp.Symbol) if isinstance(s, IndexLabel)]
    return [*declared, *labels, *(s.label_axis for s in typed.atoms(RoleSymbol) if s.label_axis)]


_ORDER = ("target", "data", "prediction")


def _ordered_inputs(
    name: str,
    typed: sp.Expr,
    found: tuple[Declared, ...],
    inputs: Iterable[Declared] | None,
    unused_inputs: bool,
) -> tuple[Declared, ...]:
    per_sample = [d for d in found if role_symbol(d).role in _ORDER]
    sizes = {role: [d for d in per_sample if role_symbol(d).role == role] for role in _ORDER}
    if not sizes["prediction"] and not any(role_symbol(d).role == "prediction" for d in inputs or ()):
        raise DeclarationError(
            f"{name} = {typed}: has no prediction to differentiate; write f = sl.prediction('f') and use f"
        )
    default = tuple(d for role in _ORDER for d in sizes[role])
    if inputs is None:
        if len(sizes["target"]) > 1 or sizes["data"] or len(sizes["prediction"]) > 1:
            names = ", ".join(role_symbol(d).name for d in default)
            raise DeclarationError(
                f"{name} = {typed}: the order of {names} in a call is not clear; "
                f"write sl.Loss({name!r}, ..., inputs=({names}))"
            )
        return default
    given = tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)
    _check_given_inputs(name, given, default)
    if not unused_inputs:
        _refuse_unused_inputs(name, typed, given, default)
    return given


def _refuse_unused_inputs(name: str, typed: sp.Expr, given: tuple[Declared, ...], used: tuple[Declared, ...]) -> None:
    for declared in given:
        if declared not in used:
            symbol = role_symbol(declared).name
            raise DeclarationError(
                f"{name} = {typed}: {symbol} does not occur in it; leave it out of inputs or, for a condition, "
                f"write sp.Eq({symbol}, 0) where {symbol} == 0 was typed (== on symbols is False at once)"
            )


def _check_given_inputs(name: str, given: tuple[Declared, ...], needed: tuple[Declared, ...]) -> None:
    roles = [role_symbol(d).role for d in given]
    names = ", ".join(role_symbol(d).name for d in needed)
    if "parameter" in roles:
        wrong = role_symbol(given[roles.index("parameter")]).name
        raise DeclarationError(f"{name}: {wrong} is a parameter and goes by keyword; write inputs=({names})")
    missing = [role_symbol(d).name for d in needed if d not in given]
    if missing:
        raise DeclarationError(f"{name}: inputs leaves out {', '.join(missing)}; write inputs=({names})")
    if len(set(given)) != len(given):
        raise DeclarationError(f"{name}: inputs names an argument twice; write inputs=({names})")
    if roles != sorted(roles, key=_ORDER.index):
        raise DeclarationError(f"{name}: inputs are targets, then data, then predictions; write inputs=({names})")


def _refuse_unknown_functions(name: str, typed: sp.Expr, expression: sp.Expr) -> None:
    """Every function needs a derivative and a kernel, and an array an index."""
    for part in sp.preorder_traversal(expression):
        if (
            isinstance(part, sp.Function)
            and not isinstance(part, (*_BRANCHING, sp.KroneckerDelta))
            and row_of(part) is None
        ):
            raise DeclarationError(
                f"{name} = {typed}: {type(part).__name__} has no derivative and no kernel here; write it with "
                f"functions that have (exp, log, trigonometric, hyperbolic, erf, gamma and their kind, and those of sl)"
            )
        if any(isinstance(a, sp.IndexedBase) for a in part.args) and not isinstance(part, sp.Indexed):
            array = next(a for a in part.args if isinstance(a, sp.IndexedBase))
            raise DeclarationError(
                f"{name} = {typed}: {array} is an array without an index; write {array}[k] under sp.Sum(..., k)"
            )
    if isinstance(expression, sp.IndexedBase):
        raise DeclarationError(f"{name} = {typed}: an array, not a number per sample; write sp.Sum({typed}[k], k)")


_BRANCHING = (sp.Piecewise, sp.Max, sp.Min)


def _refuse_free_indices(name: str, typed: sp.Expr, expression: sp.Expr) -> None:
    free = free_indices(expression)
    if free:
        k = sorted(free, key=str)[0]
        raise DeclarationError(
            f"{name} = {typed}: the index {k} is free, so this is not one number per sample; "
            f"write sp.Sum(..., {k}) or another reduction over {k}"
        )
