"""The verbs in order. The only module that sees every room.

    Declaration -> derive -> simplify -> stabilise -> lower -> emit -> load -> kernel

Each stage of a result can be printed (`Pipeline.stages`), and each is checked when it is made.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, wraps
from itertools import product
from typing import Any, ParamSpec, TypeVar

import sympy as sp

from symloss.compile import emit as emit_room
from symloss.compile.keys import Request, kernel_module
from symloss.declare.axes import Axis
from symloss.declare.declaration import Declaration
from symloss.declare.lift import lift
from symloss.declare.roles import Declared, role_symbol
from symloss.derive.checks import check_equal
from symloss.derive.derived import Derivation, direction_for
from symloss.derive.kinks import kink_places
from symloss.derive.means import link_of, predicted_mean
from symloss.errors import NoClosedForm
from symloss.heads.rewrite import fired_rules
from symloss.lower.ir import Nest, Variant
from symloss.lower.nest import lower
from symloss.simplify import explained, simplify
from symloss.stabilise.graph import Stable
from symloss.stabilise.stabilise import Wanted, stabilise, stable_form

PREDICTIONS_AXIS = "Predictions"
"""The axis of a Hessian or Fisher matrix over several scalar predictions."""

symbolic_work = threading.RLock()
"""Held by the one thread that declares or derives: SymPy's caches and assumptions and mpmath's precision belong to the
process, and two threads that derive at once get forms that depend on chance. Who holds it asks for no other lock."""

_P = ParamSpec("_P")
_R = TypeVar("_R")


def alone(work: Callable[_P, _R]) -> Callable[_P, _R]:
    """The same function, run by one thread at a time (see `symbolic_work`)."""

    @wraps(work)
    def one_at_a_time(*args: _P.args, **named: _P.kwargs) -> _R:
        with symbolic_work:
            return work(*args, **named)

    return one_at_a_time


@dataclass(frozen=True)
class Step:
    """One step of a derivation: what was done, and the expression after it."""

    stage: str
    rule: str
    expression: Any


def _add_step(steps: list[Step], stage: str, change: Callable[[sp.Expr], sp.Expr], before: sp.Expr) -> None:
    """Append what ``change`` makes of the expression, with the names of the rules that fired, if it changes it."""
    with fired_rules() as names:
        after = change(before)
    if after != before:
        steps.append(Step(stage, ", ".join(names) or "sums over axes", after))


@dataclass
class Pipeline:
    """Everything derived from one declaration, each made once and when it is asked for."""

    declaration: Declaration
    _expressions: dict[tuple[str, tuple[str, ...]], tuple[sp.Expr, tuple[sp.Idx, ...]]] = field(
        default_factory=dict, repr=False
    )

    @cached_property
    def derivation(self) -> Derivation:
        return Derivation(self.declaration)

    @cached_property
    def directions(self) -> dict[Declared, Declared]:
        """The vector of a Hessian-vector product for every prediction."""
        return {p: direction_for(p) for p in self.declaration.predictions}

    @alone
    def expression(self, kind: str, *by: str) -> tuple[sp.Expr, tuple[sp.Idx, ...]]:
        """The simplified expression of a result and its free indices."""
        if (kind, by) not in self._expressions:
            self._expressions[kind, by] = self._derive_and_simplify(kind, by)
        return self._expressions[kind, by]

    def _derive_and_simplify(self, kind: str, by: tuple[str, ...]) -> tuple[sp.Expr, tuple[sp.Idx, ...]]:
        raw, indices = self._derived(kind, by)
        if kind == "value":
            # The value is what was declared: it does not use that a target row sums to one.
            return raw, indices
        shorter = simplify(raw)
        self._check(f"simplifying the {kind} of {self.declaration.name}", raw, shorter, indices)
        return shorter, indices

    def _derived(self, kind: str, by: tuple[str, ...]) -> tuple[sp.Expr, tuple[sp.Idx, ...]]:
        if kind == "value":
            return self.declaration.expression, ()
        if kind in ("fisher", "fisher_weighted", "fisher_matrix", "predict"):
            return self._of_likelihood(kind, by)
        if kind == "hessian_matrix" and self._is_over_scalars(by):
            return self._matrix_of_scalars(kind, by)
        derivation = self.derivation
        made = {
            "gradient": lambda: derivation.gradient(*by),
            "hessian": lambda: derivation.hessian_diagonal(*by),
            "hessian_matrix": lambda: derivation.hessian_matrix(*by),
            "hvp": lambda: derivation.hessian_product(by[0], self.directions),
        }[kind]()
        return made.expression, made.indices

    def _is_over_scalars(self, names: tuple[str, ...]) -> bool:
        return len(names) != 2 or not any(role_symbol(self.derivation.variable(n)).axes for n in names)

    def _matrix_of_scalars(self, kind: str, names: tuple[str, ...]) -> tuple[sp.Expr, tuple[sp.Idx, ...]]:
        """The matrix over scalar predictions as one expression that chooses its entry by two indices."""
        pairs = {(a, b): sorted((a, b), key=names.index) for a in names for b in names}
        return self._chosen_by_indices(names, {pair: self.second_derivative(*upper) for pair, upper in pairs.items()})

    def _chosen_by_indices(
        self, names: tuple[str, ...], entries: Mapping[tuple[str, str], sp.Expr]
    ) -> tuple[sp.Expr, tuple[sp.Idx, ...]]:
        axis = Axis(PREDICTIONS_AXIS, sp.Integer(len(names)))
        a, b = axis.index("a"), axis.index("b")
        chosen = entries[names[-1], names[-1]]
        for m, row in enumerate(names):
            for n, column in enumerate(names):
                if (row, column) != (names[-1], names[-1]):
                    here = sp.And(sp.Eq(a, m), sp.Eq(b, n))
                    chosen = sp.Piecewise((entries[row, column], here), (chosen, True))
        return chosen, (a, b)

    def _of_likelihood(self, kind: str, by: tuple[str, ...]) -> tuple[sp.Expr, tuple[sp.Idx, ...]]:
        if kind == "predict":
            return self.mean
        if kind == "fisher_matrix" and self._is_over_scalars(by):
            entries = {(a, b): self.information(a, b)[0] for a in by for b in by}
            return self._chosen_by_indices(by, entries)
        row, column = by if len(by) == 2 else by * 2
        expression, indices = self.information(row, column)
        if kind == "fisher_matrix":
            return expression, indices
        half = len(indices) // 2
        same = dict(zip(indices[half:], indices[:half], strict=True))
        return expression.xreplace(same), indices[:half]

    @alone
    def information(self, row: str, column: str) -> tuple[sp.Expr, tuple[sp.Idx, ...]]:
        """An entry of the Fisher matrix in closed form; a DerivationError where there is none."""
        made = self.derivation.fisher(row, column)
        if made is None:
            raise NoClosedForm(
                f"{self.declaration.name}: the Fisher information by {row} and {column} has no closed form"
            )
        shorter = simplify(made.expression)
        self._check(
            f"simplifying the Fisher information of {self.declaration.name}", made.expression, shorter, made.indices
        )
        return shorter, made.indices

    @property
    @alone
    def mean(self) -> tuple[sp.Expr, tuple[sp.Idx, ...]]:
        """What a raw prediction means: the mean of the likelihood, or the prediction through the inverse link."""
        return predicted_mean(self.declaration)

    def _check(self, what: str, before: sp.Expr, after: sp.Expr, indices: Sequence[sp.Idx]) -> None:
        points = [
            {**p, **self._direction_values(n), **{i.name: (n + m) % 2 for m, i in enumerate(indices)}}
            for n, p in enumerate(self.derivation.points)
        ]
        check_equal(what, before, after, points)

    def _direction_values(self, seed: int) -> dict[str, Any]:
        """Numbers for the vectors of a Hessian-vector product: those of the predictions at another point."""
        other = self.derivation.points[(seed + 1) % len(self.derivation.points)]
        return {role_symbol(v).name: other[role_symbol(p).name] for p, v in self.directions.items()}

    @alone
    def second_derivative(self, row: str, column: str) -> sp.Expr:
        """The simplified second derivative by an element of ``row`` and one of ``column``."""
        raw = self.derivation.hessian_matrix(row, column)
        shorter = simplify(raw.expression)
        self._check(f"simplifying the Hessian of {self.declaration.name}", raw.expression, shorter, raw.indices)
        return shorter

    @property
    @alone
    def link_name(self) -> str | sp.Expr | None:
        """The declared link; for a likelihood the one that its mean implies."""
        return link_of(self.declaration)

    @alone
    def kink_places(self) -> tuple[sp.Expr, ...]:
        """Expressions that are zero where the loss has a kink; none for a smooth loss, nor for a metric."""
        if self.declaration.metric is not None:
            return ()
        return kink_places(self.declaration.expression)

    @alone
    def steps(self) -> list[Step]:
        """Every stage of value, gradient and Hessian, with the rules that led to it."""
        d = self.declaration
        steps = [Step("declared", "the user", d.typed)]
        _add_step(steps, "heads", lift, d.typed)
        _add_step(steps, "value, stable", stable_form, d.expression)
        for name in (role_symbol(p).name for p in d.predictions if d.metric is None):
            for kind, raw in (
                ("gradient", self.derivation.gradient(name)),
                ("hessian", self.derivation.hessian_diagonal(name)),
            ):
                stage = f"{kind} by {name}"
                steps.append(Step(stage, "differentiation", raw.expression))
                shorter, rules = explained(raw.expression)
                if shorter != raw.expression:
                    steps.append(Step(f"{stage}, shorter", rules, shorter))
                _add_step(steps, f"{stage}, stable", stable_form, shorter)
        return steps

    # --- from expressions to kernels -----------------------------------------------------------

    @alone
    def stable(self, requests: Sequence[Request], per_sample: frozenset[str] = frozenset()) -> Stable:
        """The graph of the requested results."""
        wanted = []
        for request in requests:
            expression, indices = self.expression(request.kind, *request.by)
            weighted = request.kind not in ("fisher", "fisher_matrix", "predict")
            for entry, place, rest in _entries(expression, indices):
                result = Wanted(request.name, entry, rest, weighted, request.reduced, place)
                self._check(f"stabilising {result.name}", entry, result.stable, rest)
                wanted.append(result)
        directions = {role_symbol(p).name: v for p, v in self.directions.items()}
        about = self.declaration
        if not any(w.weighted for w in wanted):
            # Expectations do not read the target, so its domain is no concern of theirs.
            about = replace(about, inputs=tuple(d for d in about.inputs if role_symbol(d).role != "target"))
        return stabilise(about, wanted, directions=directions, per_sample=per_sample)

    @alone
    def nest(self, requests: Sequence[Request], variant: Variant, per_sample: frozenset[str] = frozenset()) -> Nest:
        """The loops that compute them."""
        return lower(self.stable(requests, per_sample), variant)

    @alone
    def source(self, requests: Sequence[Request], variant: Variant, per_sample: frozenset[str] = frozenset()) -> str:
        """The text of the kernel's file: the kernel, and what its guards expect."""
        stable = self.stable(requests, per_sample)
        guards = tuple((g.argument, g.expected, tuple(str(lp.axis) for lp in g.loops), g.test) for g in stable.guards)
        text = emit_room.emit(lower(stable, variant)).rstrip()
        return f"{text}\n\nGUARDS = {literal(guards)}\n"

    def kernel(self, requests: Sequence[Request], variant: Variant, per_sample: frozenset[str] = frozenset()) -> Any:
        """The compiled kernel, from the cache folder if it is there."""
        declaration = self.declaration
        return kernel_module(
            declaration.name,
            declaration.fingerprint,
            requests,
            variant,
            per_sample,
            lambda: self.source(requests, variant, per_sample),
        )


def _entries(
    expression: sp.Expr, indices: tuple[sp.Idx, ...]
) -> Iterator[tuple[sp.Expr, tuple[tuple[Axis, int], ...], tuple[sp.Idx, ...]]]:
    """A result over the predictions entry by entry: each is a formula of its own, and no loop has to choose it."""
    numbered = [i for i in indices if i.label.axis.name == PREDICTIONS_AXIS]
    rest = tuple(i for i in indices if i not in numbered)
    for positions in product(*(range(int(i.label.axis.extent)) for i in numbered)):
        at = dict(zip(numbered, map(sp.Integer, positions), strict=True))
        place = tuple((i.label.axis, position) for i, position in zip(numbered, positions, strict=True))
        yield expression.xreplace(at), place, rest


def literal(value: Any) -> str:
    """Nested tuples of strings and numbers as Python text; infinity has no literal of its own."""
    if isinstance(value, tuple):
        return "(" + "".join(f"{literal(part)}, " for part in value).rstrip(" ") + ")"
    return f'float("{value!r}")' if value in (float("inf"), -float("inf")) else repr(value)
