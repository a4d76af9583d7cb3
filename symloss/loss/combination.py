"""Sums and multiples of losses, parameters fixed: always a new declaration, derived anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from symloss.declare.declaration import Declaration, declare
from symloss.declare.domains import Domain
from symloss.declare.roles import Declared, RoleSymbol, role_symbol
from symloss.derive.means import link_of
from symloss.errors import DeclarationError, ParameterError
from symloss.heads.numbers import typed
from symloss.pipeline import alone

_ORDER = ("target", "data", "prediction")


def number(value: Any) -> sp.Expr:
    """A factor as an exact SymPy number."""
    if isinstance(value, float):
        return typed(value)
    return sp.sympify(value)


@alone
def reciprocal(value: Any) -> sp.Expr:
    """One over a divisor, exactly."""
    return sp.S.One / number(value)


@alone
def scaled(declaration: Declaration, factor: Any) -> Declaration:
    """factor * loss; the factor is a number or an expression in parameters and data."""
    exact = number(factor)
    if not isinstance(exact, sp.Expr) or not exact.is_commutative:
        raise DeclarationError(f"{factor!r} * {declaration.name}: expected a number")
    name = f"scaled_{declaration.name}"
    return _remade(name, exact * declaration.typed, declaration.inputs, declaration)


@alone
def as_alias(declaration: Declaration, alias: str) -> Declaration:
    """What the peer calls ``alias``: the multiple of the loss that the declaration says."""
    exact = dict(declaration.factors)[alias]
    name = alias if alias.isidentifier() else f"scaled_{declaration.name}"
    return _remade(name, exact * declaration.typed, declaration.inputs, declaration)


@alone
def added(a: Declaration, b: Declaration) -> Declaration:
    """The sum; inputs are matched by name, those of the first come first within their role."""
    refuse_metrics(a, b)
    _refuse_conflicts(a, b)
    inputs = list(a.inputs) + [d for d in b.inputs if d not in a.inputs]
    inputs.sort(key=lambda d: _ORDER.index(role_symbol(d).role))
    # What was said of a summand, its link or its source, is not true of the sum.
    return declare(
        f"{a.name}_plus_{b.name}", a.typed + b.typed, inputs=tuple(inputs), kinks=a.kinks, unused_inputs=True
    )


def refuse_metrics(a: Declaration, b: Declaration) -> None:
    """Raise DeclarationError where one of two summands is a metric."""
    for summand in (a, b):
        if summand.metric is not None:
            surrogates = " or ".join(f"sl.get({name!r})" for name in summand.metric.surrogates)
            raise DeclarationError(
                f"{a.name} + {b.name}: {summand.name} is a metric, of which no sum can be trained by; add the values"
                + (f", or to train, a loss that is consistent for it: {surrogates}" if surrogates else "")
            )


def _refuse_conflicts(a: Declaration, b: Declaration) -> None:
    known = {role_symbol(d).name: role_symbol(d) for d in (*a.inputs, *a.parameters)}
    for other in map(role_symbol, (*b.inputs, *b.parameters)):
        own = known.get(other.name)
        if own is not None and own != other:
            raise DeclarationError(
                f"{a.name} + {b.name}: {own.name} is {_shown(own)} in {a.name} and {_shown(other)} in {b.name}; "
                f"declare it the same way in both"
            )
    if a.kinks != b.kinks:
        raise DeclarationError(f"{a.name} + {b.name}: kinks={a.kinks!r} and kinks={b.kinks!r}; use one convention")


def _shown(symbol: RoleSymbol) -> str:
    axes = ", ".join(axis.name for axis in symbol.axes)
    return f"a {symbol.role}{f' over {axes}' if axes else ''} in {symbol.domain.name}"


@alone
def bound(declaration: Declaration, values: Mapping[str, Any]) -> Declaration:
    """The declaration with parameters replaced by numbers."""
    scalars = {role_symbol(p).name: p for p in declaration.parameters if not role_symbol(p).axes}
    replaced: dict[Declared, sp.Expr] = {}
    for name, value in values.items():
        if name not in scalars:
            known = ", ".join(scalars) or "none"
            raise ParameterError(
                f"{declaration.name}.bind({name}=...): no scalar parameter of that name; there are: {known}"
            )
        exact = number(value)
        _refuse_outside(declaration.name, name, role_symbol(scalars[name]).domain, exact)
        replaced[scalars[name]] = exact
    suffix = "_".join(sorted(values))
    return _remade(
        f"{declaration.name}_{suffix}_bound" if values else declaration.name,
        declaration.typed.subs(replaced, simultaneous=True),
        declaration.inputs,
        declaration,
        replaced,
    )


def _refuse_outside(loss: str, name: str, domain: Domain, value: sp.Expr) -> None:
    point = float(value)
    if not domain.contains(point):
        raise DeclarationError(f"{loss}.bind({name}={point}): expected {domain.expected}")


def _remade(
    name: str,
    expression: sp.Expr,
    inputs: tuple[Declared, ...],
    like: Declaration,
    replaced: Mapping[Declared, sp.Expr] | None = None,
) -> Declaration:
    """Another loss of the same predictions: they mean what they meant, also where a likelihood says it."""
    link = link_of(like)
    return declare(
        name,
        expression,
        inputs=inputs,
        unused_inputs=True,
        link=link if link is None or isinstance(link, str) else link.subs(replaced or {}, simultaneous=True),
        kinks=like.kinks,
        doc=like.doc,
        reference=like.reference,
        metric=like.metric,
    )
