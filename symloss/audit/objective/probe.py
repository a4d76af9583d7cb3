"""Samples to call a function at, and what it answers, in one layout whatever the convention."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Array = Any


@dataclass(frozen=True)
class Probe:
    """``target`` is (n,), or (n, K) for rows of targets; ``raw`` is (n, P), one column for each prediction."""

    target: Array
    raw: Array
    weight: Array | None = None

    def __len__(self) -> int:
        return len(self.raw)

    @property
    def columns(self) -> int:
        return int(self.raw.shape[1])

    def rows(self, which: Any) -> Probe:
        """Some of the samples."""
        weight = None if self.weight is None else self.weight[which]
        return Probe(self.target[which], self.raw[which], weight)

    def moved(self, by: Array) -> Probe:
        """The same samples with other raw predictions."""
        return replace(self, raw=self.raw + by)

    def weighted(self, weight: Array) -> Probe:
        """The same samples with weights."""
        return replace(self, weight=weight)

    def text(self, n: int) -> str:
        """One sample, as a report names it."""
        target = self.target[n]
        shown = _number(target) if np.ndim(target) == 0 else _numbers(target)
        raw = _number(self.raw[n, 0]) if self.columns == 1 else _numbers(self.raw[n])
        return f"y = {shown}, raw = {raw}"


def joined(probes: Iterable[Probe]) -> Probe:
    """Samples one after the other; weights are not kept."""
    parts = list(probes)
    return Probe(np.concatenate([p.target for p in parts]), np.concatenate([p.raw for p in parts]))


@dataclass(frozen=True)
class Answer:
    """``value`` is (n,), ``gradient`` (n, P), ``hessian`` (n, P) or (n, P, P); what was not given is None.

    ``total`` is the value of all samples together, where there is no other.
    """

    value: Array | None
    gradient: Array
    hessian: Array | None
    total: float | None = None

    @property
    def diagonal(self) -> Array | None:
        """The diagonal of the Hessian."""
        if self.hessian is None or self.hessian.ndim == 2:
            return self.hessian
        return np.einsum("nii->ni", self.hessian)

    def rows(self, which: Any) -> Answer:
        """The answers at some of the samples."""
        value = None if self.value is None else self.value[which]
        hessian = None if self.hessian is None else self.hessian[which]
        return Answer(value, self.gradient[which], hessian)


def _number(x: Any) -> str:
    return f"{float(x):.6g}"


def _numbers(row: Any) -> str:
    return f"[{', '.join(map(_number, np.ravel(row)))}]"
