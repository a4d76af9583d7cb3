"""All derivatives of one declaration, each derived when asked for, simplified, and checked.

Nothing here knows a loss by name; nothing is typed by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sympy as sp

from symloss.declare.axes import Axis
from symloss.declare.declaration import Declaration
from symloss.declare.lift import lift, recognised
from symloss.declare.points import point
from symloss.declare.roles import Declared, RoleSymbol, role_symbol
from symloss.errors import DerivationError, ParameterError, no_derivative

from . import fisher
from .checks import check_derivative
from .differentiate import Boundary, along, by_element, differentiate
from .kinks import resolve

_POINTS = 3  # random points per check; at 300 bits one already refutes a wrong derivative
_LETTERS = "ijklmnpqrsuvw"


@dataclass(frozen=True)
class Derivative:
    """A derivative as derived (not simplified) and the indices of its entries."""

    kind: str
    by: tuple[str, ...]
    expression: sp.Expr
    indices: tuple[sp.Idx, ...]


@dataclass(frozen=True)
class Derivation:
    """Derivatives of one declaration.

    ``variables`` can be predictions or parameters, by name; an unknown name is a
    ParameterError that lists what there is.
    """

    declaration: Declaration
    _made: dict[Any, Derivative] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def points(self) -> list[dict[str, Any]]:
        """Where steps are checked."""
        declared = (*self.declaration.inputs, *self.declaration.parameters)
        return [point(declared, self.declaration.axes, seed) for seed in range(_POINTS)]

    @cached_property
    def _letters(self) -> list[str]:
        """Names of indices that are nobody's already."""
        declaration = self.declaration
        taken = {role_symbol(d).name for d in (*declaration.inputs, *declaration.parameters)}
        taken |= {axis.name for axis in declaration.axes}
        return [letter for letter in _LETTERS if letter not in taken]

    @cached_property
    def variables(self) -> dict[str, Declared]:
        """What can be differentiated by: predictions and parameters."""
        return {role_symbol(d).name: d for d in (*self.declaration.predictions, *self.declaration.parameters)}

    def variable(self, name: str) -> Declared:
        """The prediction or parameter of that name; a DerivationError for a metric, of which nothing is derived."""
        metric = self.declaration.metric
        if metric is not None:
            raise no_derivative(self.declaration.name, "gradient", metric.why, metric.surrogates)
        if name not in self.variables:
            known = ", ".join(self.variables)
            targets = [role_symbol(d).name for d in self.declaration.inputs if name == role_symbol(d).name]
            why = "is not differentiated (it is observed, not predicted)" if targets else "is not there"
            raise ParameterError(f"{self.declaration.name}: wrt={name!r} {why}; expected one of {known}")
        return self.variables[name]

    def gradient(self, name: str) -> Derivative:
        """The derivative by one element of a variable."""
        return self._once(("gradient", name), lambda: self._gradient(name, self._boundary, first_letter=0))

    def hessian_matrix(self, row: str, column: str) -> Derivative:
        """The second derivative by an element of ``row`` and an element of ``column``."""
        return self._once(("hessian_matrix", row, column), lambda: self._second(row, column))

    def hessian_diagonal(self, name: str) -> Derivative:
        """The second derivative by one element twice."""
        return self._once(("hessian", name), lambda: self._diagonal(name))

    def hessian_product(self, name: str, direction: dict[Declared, Declared]) -> Derivative:
        """The derivative of the gradient along a direction: Hessian times vector, never the matrix."""
        return self._once(("hvp", name), lambda: self._product(name, direction))

    def _once(self, key: Any, derive: Any) -> Derivative:
        if key not in self._made:
            self._made[key] = derive()
        return self._made[key]

    @property
    def _boundary(self) -> Boundary:
        return self.declaration.kinks  # type: ignore[return-value]

    def indices(self, name: str, first_letter: int = 0) -> tuple[sp.Idx, ...]:
        """Free indices for the entries of a variable: i, j, ... over its axes, but no letter that is an argument's."""
        axes: tuple[Axis, ...] = role_symbol(self.variable(name)).axes
        return tuple(axis.index(self._letters[first_letter + n]) for n, axis in enumerate(axes))

    def _gradient(self, name: str, boundary: Boundary, first_letter: int) -> Derivative:
        variable, indices = self.variable(name), self.indices(name, first_letter)
        raw = differentiate(self.declaration.expression, by_element(variable, indices), boundary)
        # Lifted, because a second derivative is only as good as the heads that it is taken of.
        expression = recognised(resolve(raw, self.points, [role_symbol(p).name for p in self.declaration.predictions]))
        result = Derivative("gradient", (name,), expression, indices)
        if boundary != "typed":
            self._check(result, self.declaration.expression, name, indices)
        return result

    def _typed_gradient(self, name: str) -> Derivative:
        """The gradient with every branch as typed: what second derivatives are taken of."""
        return self._once(("typed", name), lambda: self._gradient(name, self._second_boundary, 0))

    @property
    def _second_boundary(self) -> Boundary:
        """Second derivatives are those of the branch as typed, or of the one side taken throughout."""
        return "typed" if self._boundary == "mean" else self._boundary

    def _second(self, row: str, column: str) -> Derivative:
        gradient = self._typed_gradient(row)
        letters = len(gradient.indices) if self.indices(column) else 0
        indices = self.indices(column, letters)
        expression = differentiate(
            gradient.expression, by_element(self.variable(column), indices), self._second_boundary
        )
        result = Derivative("hessian_matrix", (row, column), expression, (*gradient.indices, *indices))
        self._check(result, gradient.expression, column, indices)
        return result

    def _diagonal(self, name: str) -> Derivative:
        matrix = self.hessian_matrix(name, name)
        half = len(matrix.indices) // 2
        same = dict(zip(matrix.indices[half:], matrix.indices[:half], strict=True))
        expression = matrix.expression.xreplace(same)
        return Derivative("hessian", (name,), expression, matrix.indices[:half])

    def _product(self, name: str, direction: dict[Declared, Declared]) -> Derivative:
        gradient = self._typed_gradient(name)
        expression = differentiate(gradient.expression, along(direction), self._second_boundary)
        return Derivative("hvp", (name,), expression, gradient.indices)

    def score(self, name: str, indices: tuple[sp.Idx, ...]) -> sp.Expr:
        """The derivative of the full negative log-likelihood by an element of a prediction."""
        likelihood = self.declaration.likelihood
        if likelihood is None:
            raise DerivationError(
                f"{self.declaration.name}: Fisher information needs a likelihood; declare the loss with "
                f"sl.Loss.from_likelihood(name, density, target=...)"
            )
        return differentiate(lift(likelihood.full), by_element(self.variable(name), indices), "typed")

    def fisher(self, row: str, column: str) -> Derivative | None:
        """E[score by ``row`` times score by ``column``] in closed form, or None where it does not close."""
        own = self.indices(row)
        other = self.indices(column, len(own) if self.indices(column) else 0)
        scores = {name: self.score(name, own if name == row else self.indices(name)) for name in self.names}
        likelihood = self.declaration.likelihood
        if likelihood is None:
            return None
        if likelihood.event is not None:
            raise DerivationError(
                f"{self.declaration.name}: the Fisher information of a censored likelihood needs the law of censoring"
            )
        if fisher.is_smooth(lift(likelihood.full), likelihood.target):
            second = differentiate(scores[row], by_element(self.variable(column), other), "typed")
            closed = fisher.expected(sp.expand(second), list(scores.values()), likelihood)
        else:
            closed = None
        if closed is None and likelihood.standardised is not None and not own:
            closed = fisher.standardised_information(likelihood, scores[row], scores[column], likelihood.standardised)
        return None if closed is None else Derivative("fisher_matrix", (row, column), closed, (*own, *other))

    @property
    def names(self) -> tuple[str, ...]:
        """The predictions."""
        return tuple(role_symbol(p).name for p in self.declaration.predictions)

    def _check(self, derivative: Derivative, of: sp.Expr, name: str, indices: tuple[sp.Idx, ...]) -> None:
        """Against differences at 300 bits, at the first and the last place of every index."""
        others = [i for i in derivative.indices if i not in indices]
        for shift in (0, 1) if derivative.indices else (0,):
            places = {i: (n + shift) % 2 for n, i in enumerate(others)}
            own = tuple((n + shift) % 2 for n, _ in enumerate(indices))
            numbers = {
                **{i.name: p for i, p in places.items()},
                **{i.name: p for i, p in zip(indices, own, strict=True)},
            }
            points = [{**p, **numbers} for p in self.points]
            if all(place < len(_entries(points[0][name], n)) for n, place in enumerate(own)):
                check_derivative(derivative.kind, of, derivative.expression, name, own, points)


def _entries(value: Any, depth: int) -> list[Any]:
    for _ in range(depth):
        value = value[0]
    return value if isinstance(value, list) else [value]


def direction_for(prediction: Declared) -> Declared:
    """The vector that a Hessian-vector product takes for a prediction: same axes, another name."""
    symbol = role_symbol(prediction)
    vector = RoleSymbol(f"vector_{symbol.name}", "vector", axes=symbol.axes)
    return sp.IndexedBase(vector, shape=tuple(a.extent for a in symbol.axes)) if symbol.axes else vector


__all__ = ["Derivation", "Derivative", "direction_for"]
