"""Replacing declared quantities in a declaration: a new declaration, from which everything is derived anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from symloss.declare.axes import Axis
from symloss.declare.declaration import Declaration, declare
from symloss.declare.domains import Domain, Simplex
from symloss.declare.likelihood import Likelihood, likelihood
from symloss.declare.roles import Declared, RoleSymbol, role_symbol
from symloss.declare.sums import totals
from symloss.derive.means import link_of
from symloss.errors import DeclarationError
from symloss.heads.binders import Binder
from symloss.heads.numbers import typed

Change = Callable[[sp.Expr], "sp.Expr | None"]
"""From a node to what stands for it, or None where it stays."""


def substituted(e: sp.Basic, change: Change) -> Any:
    """The expression with ``change`` applied outside first; every reduction is opened, so nothing is captured."""
    replaced = change(e)
    if replaced is not None:
        return replaced
    if not e.args or isinstance(e, (sp.Idx, sp.IndexedBase)):
        return e
    if isinstance(e, Binder):
        index, body = e.open()
        return e.func(substituted(body, change), index, *(substituted(o, change) for o in e.args[2:]))
    arguments = [substituted(a, change) for a in e.args]
    return e if arguments == list(e.args) else e.func(*arguments)


def role_of(e: sp.Basic) -> RoleSymbol | None:
    """The declared symbol behind one number: a scalar, or an element of an array; None for anything else."""
    if isinstance(e, sp.Indexed):
        return role_symbol(e.base)
    return e if isinstance(e, RoleSymbol) and not e.axes else None


def elementwise(declared: Declared, meaning: Callable[[sp.Expr], sp.Expr]) -> Change:
    """The change that puts ``meaning(x)`` for a scalar x, or for every element x of an array."""
    symbol = role_symbol(declared)
    return lambda e: meaning(e) if role_of(e) == symbol else None


def typed_in_totals(declaration: Declaration) -> sp.Expr:
    """The expression as typed, its sums ready to be opened."""
    return totals(declaration.typed)


def remade(like: Declaration, name: str, expression: sp.Expr, **changed: Any) -> Declaration:
    """A declaration with another expression; what is said of ``like`` holds unless ``changed`` says otherwise."""
    said = {
        "inputs": like.inputs,
        "link": link_of(like),
        "kinks": like.kinks,
        "doc": like.doc,
        "reference": like.reference,
        "metric": like.metric,
    }
    return declare(name, expression, unused_inputs=True, **{**said, **changed})


def in_other_predictions(
    like: Declaration, name: str, change: Change, *, prepare: Callable[[sp.Expr], sp.Expr] = totals, **changed: Any
) -> Declaration:
    """The loss with its predictions replaced: in the likelihood where there is one, so that it stays one."""
    if like.likelihood is None:
        return remade(like, name, substituted(prepare(like.typed), change), **changed)
    found = _likelihood_with(like.likelihood, lambda e: substituted(prepare(e), change))
    return remade(like, name, found.expression, **{"link": like.link, **changed, "likelihood": found})


def _likelihood_with(known: Likelihood, change: Callable[[sp.Expr], sp.Expr]) -> Likelihood:
    return likelihood(
        change(known.given),
        known.target,
        event=known.event,
        keep_constants=known.keep_constants,
        normalised=known.normalised,
        survival=None if known.survival is None else change(known.survival),
    )


def redeclared(declared: Declared, domain: Domain) -> Declared:
    """The same name, role and axes in another domain."""
    symbol = role_symbol(declared)
    made = RoleSymbol(symbol.name, symbol.role, domain, symbol.axes, symbol.default)
    return type(declared)(made, shape=declared.shape) if isinstance(declared, sp.IndexedBase) else made


def exchanged(declaration: Declaration, old: Declared, new: Declared) -> tuple[Declared, ...]:
    """The inputs with one of them replaced."""
    return tuple(new if d == old else d for d in declaration.inputs)


def constant(wrapper: str, argument: str, value: Any, domain: Domain) -> sp.Expr:
    """A number, or a declared scalar parameter, that lies in ``domain``."""
    if isinstance(value, RoleSymbol):
        inside = value.domain.low >= domain.low and value.domain.high <= domain.high
        ends = all(domain.contains(x) or not value.domain.contains(x) for x in (domain.low, domain.high))
        if value.role != "parameter" or not (inside and ends):
            raise DeclarationError(
                f"sl.{wrapper}({argument}={value}): a {value.role} in sl.{value.domain.name}; expected a number or a "
                f"parameter, such as sl.parameter({value.name!r}, domain=sl.{domain.name})"
            )
        return value
    try:
        number = typed(float(value))
    except (TypeError, ValueError) as error:
        raise DeclarationError(
            f"sl.{wrapper}({argument}={value!r}): expected a number or a scalar parameter made by sl.parameter"
        ) from error
    if not domain.contains(float(value)):
        raise DeclarationError(f"sl.{wrapper}({argument}={value!r}): expected {domain.expected}")
    return number


def resized(declaration: Declaration, axis: Axis, size: int) -> Declaration:
    """The declaration with an axis of symbolic length made one of a known length."""
    fixed = Axis(axis.name, sp.Integer(size))
    extent = {axis.extent: fixed.extent}

    def rebuilt(e: sp.Basic) -> sp.Basic | None:
        if isinstance(e, Binder):
            index, body = e.open()
            return e.func(substituted(body, rebuilt), rebuilt(index), *(substituted(o, rebuilt) for o in e.args[2:]))
        if isinstance(e, sp.Idx):
            return fixed.index(e.name) if e.label.axis == axis else e
        if isinstance(e, sp.Indexed):
            return _resized_input(e.base, axis, fixed)[tuple(substituted(i, rebuilt) for i in e.indices)]
        if isinstance(e, RoleSymbol):
            return _resized_input(e, axis, fixed)
        return extent.get(e)

    inputs = tuple(_resized_input(d, axis, fixed) for d in declaration.inputs)
    link = link_of(declaration)
    return remade(
        declaration,
        declaration.name,
        substituted(typed_in_totals(declaration), rebuilt),
        inputs=inputs,
        link=link if link is None or isinstance(link, str) else substituted(link, rebuilt),
    )


def _resized_input(declared: Declared, axis: Axis, fixed: Axis) -> Declared:
    symbol = role_symbol(declared)
    axes = tuple(fixed if a == axis else a for a in symbol.axes)
    label_axis = fixed if symbol.label_axis == axis else symbol.label_axis
    domain = Simplex(fixed) if symbol.domain.axis == axis else symbol.domain
    made = RoleSymbol(symbol.name, symbol.role, domain, axes, symbol.default, label_axis)
    if not axes:
        return made
    return type(declared)(made, shape=tuple(a.extent for a in axes))
