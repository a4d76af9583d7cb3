"""stabilise: the expressions that were asked for become one graph that keeps their digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp

from symloss.declare.axes import Axis
from symloss.declare.declaration import Declaration
from symloss.declare.roles import Declared, role_symbol
from symloss.heads.rewrite import rewrite, rewrite_outermost, rewrite_outside_first

from .branches import one_branch
from .carried import Carried
from .graph import Argument, Builder, Element, Guard, Loop, Node, Output, Stable
from .guards import GuardBuilder, open_rows
from .nan import Propagation
from .rules import FINAL, INSIDE_FIRST, OUTSIDE_FIRST, WHOLE
from .translate import Translation
from .translate_rows import contrasted


@dataclass(frozen=True)
class Wanted:
    """One result to compute: a simplified expression and the indices of its entries.

    ``place`` are axes whose length is a number, each with the one position that this is for.
    """

    name: str
    expression: sp.Expr
    indices: tuple[sp.Idx, ...] = ()
    weighted: bool = True
    reduced: bool = False
    place: tuple[tuple[Axis, int], ...] = ()

    @cached_property
    def stable(self) -> sp.Expr:
        """The expression after the stabilising rewrites."""
        return stable_form(self.expression)


def stable_form(expression: sp.Expr) -> sp.Expr:
    """The expression after the stabilising rewrites; equal to it, and right in the tails."""
    whole = rewrite_outermost(rewrite_outermost(expression, (one_branch,)), WHOLE)
    stable = rewrite(rewrite_outside_first(whole, OUTSIDE_FIRST), INSIDE_FIRST)
    for _ in range(_MOST_PASSES):
        before, stable = stable, rewrite_outside_first(stable, FINAL)
        if stable == before:
            break
    return stable


_MOST_PASSES = 8  # of the final rules, each of which matches a node once; none needs more than three


def stabilise(
    declaration: Declaration,
    wanted: Sequence[Wanted],
    *,
    directions: Mapping[str, Declared] | None = None,
    per_sample: frozenset[str] = frozenset(),
) -> Stable:
    """The graph of all wanted results, with the guards of the declared domains.

    ``directions`` are the vectors of Hessian-vector products by prediction name;
    ``per_sample`` names the parameters that have one value per sample at this call.
    """
    builder = Builder()
    axes = all_axes(declaration, wanted)
    extents = {a.extent: a.name for a in reversed(axes) if isinstance(a.extent, sp.Symbol)}
    translation = Translation(builder, extents)  # of what has no contrasts
    propagation = Propagation(builder, declaration.predictions)
    parameters = frozenset(role_symbol(d).name for d in declaration.parameters)
    carried = {along_a_row: Carried(builder, parameters, along_a_row) for along_a_row in (False, True)}
    outputs = tuple(_output(_translation(translation, w), carried[bool(w.indices)], propagation, w) for w in wanted)
    guards = _guards(builder, declaration) + open_rows(stable_form(declaration.expression), translation)
    arguments = _arguments(declaration, directions or {}, per_sample)
    used = _elements(outputs, guards)
    return Stable(
        declaration.name,
        tuple(a.name for a in axes),
        tuple(a for a in arguments if a.name in used),
        outputs,
        guards,
        tuple({axis.name: int(axis.extent) for w in wanted for axis, _ in w.place}.items()),
    )


def all_axes(declaration: Declaration, wanted: Sequence[Wanted]) -> tuple[Axis, ...]:
    """The axes of the declaration and those that only results have."""
    axes = {a.name: a for a in declaration.axes}
    for w in wanted:
        for axis in (*(axis for axis, _ in w.place), *(index.label.axis for index in w.indices)):
            axes.setdefault(axis.name, axis)
    return tuple(axes.values())


def _translation(plain: Translation, wanted: Wanted) -> Translation:
    """That of one result: what another one needs does not change its bits."""
    rows = contrasted(wanted.stable)
    return Translation(plain.builder, plain.extents, rows) if rows else plain


def _output(translation: Translation, carried: Carried, propagation: Propagation, wanted: Wanted) -> Output:
    places: dict[sp.Idx, Loop] = {}
    for index in wanted.indices:
        axis = index.label.axis.name
        places[index] = Loop(axis, sum(loop.axis == axis for loop in places.values()))
    second = wanted.name.startswith("hessian")
    node = propagation.into(carried.into(translation.node(wanted.stable, places), second))
    place = tuple((axis.name, position) for axis, position in wanted.place)
    return Output(wanted.name, tuple(places[i] for i in wanted.indices), node, wanted.weighted, wanted.reduced, place)


def _guards(builder: Builder, declaration: Declaration) -> tuple[Guard, ...]:
    guards = GuardBuilder(builder)
    return tuple(g for declared in declaration.inputs for g in guards.of(declared))


def _arguments(
    declaration: Declaration, directions: Mapping[str, Declared], per_sample: frozenset[str]
) -> tuple[Argument, ...]:
    inputs = [_argument(d, True) for d in declaration.inputs]
    vectors = [
        Argument(role_symbol(v).name, "vector", tuple(a.name for a in role_symbol(v).axes)) for v in directions.values()
    ]
    parameters = [_argument(d, role_symbol(d).name in per_sample) for d in declaration.parameters]
    return (*inputs, *vectors, *parameters)


def _argument(declared: Declared, per_sample: bool) -> Argument:
    symbol = role_symbol(declared)
    axes = tuple(a.name for a in symbol.axes)
    role: Any = symbol.role
    return Argument(symbol.name, role, axes, per_sample, symbol.label_axis is not None)


def _elements(outputs: Sequence[Output], guards: Sequence[Guard]) -> set[str]:
    """The names of the arguments that are read."""
    names: set[str] = set()
    seen: set[Node] = set()
    todo: list[Node] = [*(o.node for o in outputs), *(g.condition for g in guards)]
    while todo:
        node = todo.pop()
        if node in seen:
            continue
        seen.add(node)
        if isinstance(node, Element):
            names.add(node.argument)
        todo.extend(node.operands)
    return names


__all__ = ["Wanted", "stabilise", "stable_form"]
