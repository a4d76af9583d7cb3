"""Losses of the catalogue as things to compare with: which could fit, and their derivatives at the probes.

Nothing is compiled. A derived expression is written as NumPy text; what has no such text (a special function, a
sequence) is evaluated sample by sample by `symloss.audit.exact`, at fewer samples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from symloss import catalogue
from symloss.audit.exact import Program
from symloss.call.signature import Input
from symloss.declare.domains import Domain
from symloss.declare.points import axis_lengths
from symloss.declare.roles import RoleSymbol, role_symbol
from symloss.loss import Loss

from .probe import Array, Probe
from .texts import kept_function

FLOOR = -1150
"""Exponent of a power of two that is below every float64."""

_PLAIN_BITS = 100


class Candidate:
    """A loss and its derivatives at probes of one form."""

    def __init__(self, loss: Loss, form: str, columns: int) -> None:
        self.loss, self.form, self.columns = loss, form, columns

    @property
    def name(self) -> str:
        return self.loss.name

    @cached_property
    def defaults(self) -> dict[str, float]:
        """Its parameters where nothing else is said."""
        return {p.name: _default(p) for p in map(role_symbol, self.loss.declaration.parameters)}

    @cached_property
    def fitted(self) -> tuple[RoleSymbol, ...]:
        """The parameters that can be searched for: numbers."""
        symbols = [role_symbol(p) for p in self.loss.declaration.parameters]
        return tuple(s for s in symbols if not s.axes)

    @cached_property
    def target(self) -> RoleSymbol | None:
        """What was observed, if the loss has it."""
        found = [s for s in map(role_symbol, self.loss.declaration.inputs) if s.role == "target"]
        return found[0] if found else None

    @cached_property
    def predictions(self) -> tuple[RoleSymbol, ...]:
        return tuple(map(role_symbol, self.loss.declaration.predictions))

    @property
    def domain(self) -> Domain:
        """Where a raw prediction lies."""
        domain: Domain = self.predictions[0].domain
        return domain

    def takes(self, target: Array) -> Array:
        """Which targets lie in the domain of the loss."""
        if self.target is None or target.ndim > 1:
            return np.ones(len(target), bool)
        return np.array([self.form == "labels" or self.target.domain.contains(float(t)) for t in target], bool)

    def derivative(self, kind: str, probe: Probe, parameters: Mapping[str, float]) -> Array:
        """ "gradient" or "hessian" (the diagonal), (n, P)."""
        function = self._function(kind)
        if function is None:
            return self._exactly(kind, probe, parameters)
        arguments = self.arguments(probe)
        with np.errstate(all="ignore"):
            parts = function(*arguments.values(), *(parameters[p] for p in self.defaults))
        return np.stack([np.asarray(p, np.float64) for p in parts], 1) if self.is_split else np.asarray(parts[0])

    @cached_property
    def is_split(self) -> bool:
        """Whether every column is a prediction of its own."""
        return not self.predictions[0].axes

    def arguments(self, probe: Probe) -> dict[str, Array]:
        """The probe under the names of the loss."""
        given: dict[str, Array] = {}
        for symbol in map(role_symbol, self.loss.declaration.inputs):
            if symbol.role == "prediction":
                column = self.predictions.index(symbol)
                given[symbol.name] = probe.raw[:, column] if self.is_split else probe.raw
            elif symbol.label_axis is not None:
                given[symbol.name] = probe.target.astype(np.int64)
            else:
                given[symbol.name] = self._rows_of(symbol, probe)
        return given

    def _rows_of(self, symbol: RoleSymbol, probe: Probe) -> Array:
        """Labels as rows, for a loss whose target is a row."""
        if symbol.axes and probe.target.ndim == 1:
            return np.eye(probe.columns)[probe.target.astype(np.int64)]
        return probe.target

    def _function(self, kind: str) -> Callable[..., Any] | None:
        if kind not in self._functions:
            self._functions[kind] = kept_function(self.loss, kind)
        return self._functions[kind]

    @cached_property
    def _functions(self) -> dict[str, Callable[..., Any] | None]:
        return {}

    @property
    def is_cheap(self) -> bool:
        """Whether its gradient is a few NumPy calls."""
        return self._function("gradient") is not None

    # --- exactly ------------------------------------------------------------------------------------

    def programs(self, kind: str) -> list[Program]:
        """The derived expressions, to be evaluated on balls."""
        axes = self.loss.declaration.axes
        lengths = {**axis_lengths(axes, self.columns)}
        return [
            Program(*self.loss.pipeline.expression(kind, symbol.name), axes, lengths) for symbol in self.predictions
        ]

    def numbers(self, probe: Probe, parameters: Mapping[str, float]) -> Iterator[dict[str, Any]]:
        """The samples as a program takes them."""
        arguments = self.arguments(probe)
        for n in range(len(probe)):
            yield {**{name: a[n].tolist() for name, a in arguments.items()}, **parameters}

    def _exactly(self, kind: str, probe: Probe, parameters: Mapping[str, float]) -> Array:
        programs = self.programs(kind)
        rows = []
        for sample in self.numbers(probe, parameters):
            balls = [ball for program in programs for ball in program.balls(sample, _PLAIN_BITS)]
            rows.append([float("nan") if ball is None else float(ball.value) for ball in balls])
        return np.array(rows)


def _default(symbol: RoleSymbol) -> Any:
    if symbol.default is not None:
        return symbol.default
    low, high = symbol.domain.low, symbol.domain.high
    inside = [v for v in (1.0, 0.5, 2.0, 0.0) if symbol.domain.contains(v)]
    return inside[0] if inside else (low + high) / 2


# --- which losses could fit -----------------------------------------------------------------------


def candidates(form: str, columns: int) -> Iterator[Candidate]:
    """All known losses whose targets and predictions have the shape of the probes.

    The shape is read off the outline, which is there without running a shipped loss's file.
    """
    for name in catalogue.names():
        loss = catalogue.get(name)
        if fits(loss, form, columns):
            yield Candidate(loss, form, columns)


def fits(loss: Loss, form: str, columns: int) -> bool:
    """Whether a loss has that many columns of predictions and such a target, and nothing else to be given.

    A metric never fits: it has no gradient.
    """
    if loss.is_metric:
        return False
    inputs = loss.outline.call.inputs
    predictions = [i for i in inputs if i.role == "prediction"]
    targets = [i for i in inputs if i.role == "target"]
    if any(i.role == "data" for i in inputs) or any(p.axes for p in loss.outline.call.parameters):
        return False
    if form == "numbers":
        return len(predictions) == columns and len(targets) <= 1 and not any(_is_row(i) for i in inputs)
    one_row = len(predictions) == 1 and len(predictions[0].axes) == 1 and len(targets) == 1
    return one_row and _is_observed_row(targets[0], predictions[0], form)


def _is_row(given: Input) -> bool:
    return bool(given.axes) or given.label


def _is_observed_row(target: Input, prediction: Input, form: str) -> bool:
    if target.label:
        return form == "labels"
    return target.axes == prediction.axes


def why_not(loss: Loss, form: str, columns: int) -> str:
    """What keeps a loss from being compared, for a message."""
    if loss.is_metric:
        return f"{loss.name} is a metric and has no gradient: {loss.outline.why}"
    return (
        f"{loss.name} is called {loss.outline.usage}: it cannot be compared with a function of "
        + ("one number" if columns == 1 else f"{columns} columns")
        + f" and {'a class number' if form == 'labels' else 'a row' if form == 'rows' else 'a number'} as the target"
    )
