"""A prior on the weights of the user's model, added to the loss of every sample: a MAP estimate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from symloss.declare.axes import Axis
from symloss.declare.declaration import Declaration
from symloss.declare.domains import Positive
from symloss.declare.roles import Declared, RoleSymbol, parameter, role_symbol
from symloss.errors import DeclarationError
from symloss.heads.binders import Total
from symloss.pipeline import alone

from . import combination
from .substitution import constant, elementwise, remade, substituted, typed_in_totals


@alone
def penalised(
    declaration: Declaration, prior: Declaration, weights: Any, n_samples: Any, fixed: Mapping[str, Any]
) -> Declaration:
    """loss + prior(weights)/n_samples, the weights being a parameter with an axis of its own."""
    if fixed:
        prior = combination.bound(prior, fixed)
    combination.refuse_metrics(declaration, prior)
    _refuse_unsuitable(declaration, prior)
    declared = _weights(declaration, prior, weights)
    number = parameter("n_samples", domain=Positive) if n_samples is None else n_samples
    count = constant("penalised", "n_samples", number, Positive)
    _refuse_shared_names(declaration, prior, (role_symbol(declared), count))
    return remade(
        declaration,
        f"{declaration.name}_with_{prior.name}",
        typed_in_totals(declaration) + _of_weights(prior, declared) / count,
    )


def _refuse_unsuitable(declaration: Declaration, prior: Declaration) -> None:
    roles = sorted(role_symbol(d).role for d in prior.inputs)
    if roles != ["prediction"] or len(role_symbol(prior.predictions[0]).axes) > 1:
        names = ", ".join(f"the {role_symbol(d).role} {role_symbol(d).name}" for d in prior.inputs)
        raise DeclarationError(
            f"sl.penalised({declaration.name}, {prior.name}): the prior takes {names}; expected a loss of weights "
            f"alone, one prediction of one axis or none, such as sl.get('normal_prior')"
        )


def _weights(declaration: Declaration, prior: Declaration, weights: Any) -> Declared:
    """The parameter that holds the weights."""
    if isinstance(weights, str):
        taken = {axis.name for axis in declaration.axes}
        name = next((a.name for a in role_symbol(prior.predictions[0]).axes), "D")
        while name in taken:
            name += "_"
        return parameter(weights, Axis(name, sp.Symbol(name, integer=True, positive=True)))
    symbol = role_symbol(weights) if isinstance(weights, (sp.IndexedBase, RoleSymbol)) else None
    if symbol is None or symbol.role != "parameter" or not symbol.axes:
        raise DeclarationError(
            f"sl.penalised(weights={weights!r}): expected a name, or a parameter with axes, such as "
            f"sl.parameter('w', sl.axis('D'))"
        )
    return weights


def _refuse_shared_names(declaration: Declaration, prior: Declaration, added: tuple[Any, ...]) -> None:
    own = {role_symbol(d).name for d in (*declaration.inputs, *declaration.parameters)}
    new = [s.name for s in added if isinstance(s, RoleSymbol)]
    for name in (*(role_symbol(p).name for p in prior.parameters), *new):
        if name in own or new.count(name) > 1:
            remedy = "weights='another name'" if name in new else f"fix it: sl.penalised(..., {name}=1.0)"
            raise DeclarationError(
                f"sl.penalised({declaration.name}, {prior.name}): {name} is a name in both; {remedy}"
            )


def _of_weights(prior: Declaration, weights: Declared) -> sp.Expr:
    """The prior of an array of weights: along its last axis, summed over the others (over all, for a scalar prior)."""
    own = prior.predictions[0]
    axes = role_symbol(weights).axes
    outer = [axis.index(f"_{n}") for n, axis in enumerate(axes)]
    if role_symbol(own).axes:
        expression = _along(typed_in_totals(prior), own, weights, outer[:-1])
        outer = outer[:-1]
    else:
        expression = substituted(typed_in_totals(prior), elementwise(own, lambda _: weights[tuple(outer)]))
    for index in reversed(outer):
        expression = Total(expression, index)
    return expression


def _along(e: sp.Basic, own: Declared, weights: Declared, outer: list[sp.Idx]) -> Any:
    """The prior's row in terms of the last axis of the weights."""
    old, new = role_symbol(own).axes[-1], role_symbol(weights).axes[-1]

    def change(e: sp.Basic) -> sp.Basic | None:
        if hasattr(e, "bound") and e.bound.label.axis == old:
            index, body = e.open()
            moved = new.index(index.name)
            rest = (substituted(o, change) for o in e.args[2:])
            return e.func(substituted(body.xreplace({index: moved}), change), moved, *rest)
        if isinstance(e, sp.Indexed) and e.base == own:
            return weights[(*outer, *e.indices)]
        return new.extent if e == old.extent else None

    return substituted(e, change)
