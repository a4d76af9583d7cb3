"""Samples of a loss, to be evaluated together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any


@dataclass(frozen=True)
class Batch:
    """Arrays by argument name, the first axis of each being the sample; parameters by name; what to call it."""

    kind: str
    arrays: dict[str, Array]
    parameters: dict[str, Any]

    @property
    def length(self) -> int:
        return len(next(iter(self.arrays.values())))

    def sample(self, n: int) -> dict[str, Any]:
        """The n-th sample as the oracle takes it."""
        return {**{name: a[n].tolist() for name, a in self.arrays.items()}, **self.parameters}

    def rows(self, which: Any) -> Batch:
        """Some of the samples."""
        return Batch(
            self.kind, {name: np.ascontiguousarray(a[which]) for name, a in self.arrays.items()}, self.parameters
        )
