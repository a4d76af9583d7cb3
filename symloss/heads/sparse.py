"""The maximum over a row, regularised by a square: projections on the simplex, as softmax is for the logarithm.

For probabilities p of the entries of a row u, `SparseMaximum` is the largest of sum p u - sum p**2/2. It is reached
at p[k] = max(0, u[k] - tau), `Sparsemax`, where the threshold tau makes p sum to one:

    tau = max over k of (sum of the u[j] that are u[k] or more, less 1)/(how many these are)

A. F. T. Martins, R. F. Astudillo (2016), From softmax to sparsemax, ICML, 1614-1623.
"""

from __future__ import annotations

from typing import Any

from .binders import Binder


class SparseMaximum(Binder):
    """The largest of sum p u - sum p**2/2 over probabilities p; its derivative is `Sparsemax`."""

    def _sympystr(self, printer: Any) -> str:
        return f"sparse_max_over({self._shown(printer)})"


class Sparsemax(Binder):
    """The probability of the entry at ``place``, max(0, u - tau); many are 0."""

    is_nonnegative = True

    @property
    def place(self) -> Any:
        return self.args[2]

    def _sympystr(self, printer: Any) -> str:
        return f"sparsemax({self._shown(printer)})[{printer._print(self.place)}]"


class SparseGap(Sparsemax):
    """SparseMaximum - u[k] + 1/2, which is 0 where the k-th entry has the probability 1; a stable form."""

    def _sympystr(self, printer: Any) -> str:
        return f"sparse_gap({self._shown(printer)})[{printer._print(self.place)}]"


def probabilities(row: Any) -> tuple[list[Any], Any]:
    """All p and tau, for any kind of number."""
    descending = sorted(row, reverse=True)
    tau = max((sum(descending[: n + 1]) - 1) / (n + 1) for n in range(len(descending)))
    return [max(u - tau, 0 * u) for u in row], tau


def sparse_maximum(row: Any) -> Any:
    """`SparseMaximum` of numbers."""
    p, _ = probabilities(row)
    return sum(q * u - q * q / 2 for q, u in zip(p, row, strict=True))
