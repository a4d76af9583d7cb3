"""A loss written by hand in mpmath, differentiated by differences at a precision that resolves exp(-1600)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import mpmath
import numpy as np

import symloss as sl
from symloss.audit.ulp import ulp_error

BITS = 5_000  # a second difference takes half of them, and exp(-1600) is 2**-2308
OWN, INPUTS = 8, 2  # ulps of the result, and of every entry of the prediction: acceptance figures A4
RELATIVE = mpmath.mpf(2) ** -40
EPSILON, TINY = mpmath.mpf(2) ** -52, mpmath.mpf(2) ** -1060

Entries = list[Any]


@dataclass(frozen=True)
class ByHand:
    """A loss, what it is by hand as a function of a sample's numbers, where they are compared, and its parameters."""

    loss: sl.Loss
    formula: Callable[[Any], Any]
    samples: tuple[Mapping[str, Any], ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def faults(self) -> list[str]:
        """Results that are further off than is promised."""
        with mpmath.workprec(BITS):
            return [fault for sample in self.samples for fault in self._faults_at(sample)]

    def _faults_at(self, sample: Mapping[str, Any]) -> list[str]:
        arrays = {name: np.array([value]) for name, value in sample.items()}
        derivatives = self.loss.gradient_and_hessian(**arrays, **self.parameters)
        results = (self.loss.value(**arrays, **self.parameters), *derivatives)
        raw = _entries(sample[self._by])
        found = []
        for what, got, exact in zip(range(3), results, self._exact(sample, raw), strict=True):
            for n, (a, b) in enumerate(zip(np.ravel(got[0]).tolist(), exact, strict=True)):
                if (
                    ulp_error(a, b) > OWN
                    and abs(mpmath.mpf(a) - b) > INPUTS * EPSILON * self._moves(sample, raw, what, n) + TINY
                ):
                    name = ("value", "gradient", "hessian")[what]
                    found.append(f"{name}[{n}] at {dict(sample)}: {a!r} for {mpmath.nstr(b, 20)}")
        return found

    @property
    def _by(self) -> str:
        return self.loss.outline.predictions[0]

    def _exact(self, sample: Mapping[str, Any], raw: Entries) -> tuple[Entries, Entries, Entries]:
        """Value, gradient and diagonal Hessian at the given entries of the prediction."""
        step = mpmath.mpf(2) ** -(BITS // 4)
        others = {name: _number(v) for name, v in {**sample, **self.parameters}.items()}
        several = isinstance(sample[self._by], list)

        def at(n: int, by: Any) -> Any:
            moved = [x + (by if m == n else 0) for m, x in enumerate(raw)]
            numbers = {**others, self._by: moved if several else moved[0]}
            return mpmath.mpf(self.formula(SimpleNamespace(**numbers)))

        here = at(0, 0)
        sides = [(at(n, step), at(n, -step)) for n in range(len(raw))]
        return [here], [(a - b) / (2 * step) for a, b in sides], [(a - 2 * here + b) / step**2 for a, b in sides]

    def _moves(self, sample: Mapping[str, Any], raw: Entries, what: int, n: int) -> Any:
        """How far a result moves when every entry of the prediction does, relatively: what rounding them does alone."""
        here = self._exact(sample, raw)[what][n]
        total = mpmath.mpf(0)
        for m in range(len(raw)):
            moved = [x * (1 + RELATIVE) if p == m else x for p, x in enumerate(raw)]
            total += abs(self._exact(sample, moved)[what][n] - here) / RELATIVE
        return total


def _entries(value: Any) -> Entries:
    return [mpmath.mpf(x) for x in (value if isinstance(value, list) else [value])]


def _number(value: Any) -> Any:
    return [_number(v) for v in value] if isinstance(value, (list, tuple)) else mpmath.mpf(value)
