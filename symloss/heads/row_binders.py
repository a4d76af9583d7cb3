"""Row functions that only stable forms have: what is left of a confident row, and where its largest entry is."""

from __future__ import annotations

from typing import Any

import sympy as sp

from .binders import Binder


class LargestPlace(Binder):
    """The first place at which the body is largest: an index."""

    is_integer = True
    is_nonnegative = True

    def _sympystr(self, printer: Any) -> str:
        return f"largest({self._shown(printer)})"


class Norm(Binder):
    """The Euclidean norm of the body, also where its square overflows or underflows."""

    is_nonnegative = True

    @classmethod
    def simplest(cls, body: sp.Expr, bound: sp.Idx, *outside: sp.Expr) -> sp.Expr:
        return sp.Expr.__new__(cls, body, bound)

    def _sympystr(self, printer: Any) -> str:
        return f"norm({self._shown(printer)})"


class Direction(Binder):
    """The body at ``place`` over the Euclidean norm of the body: an entry of a unit vector."""

    @property
    def place(self) -> sp.Expr:
        return self.args[2]

    def _sympystr(self, printer: Any) -> str:
        return f"direction({self._shown(printer)})[{printer._print(self.place)}]"


class _OfRow(Binder):
    """A function of a row u and of further values g along it: the body is the tuple (u, g, ...)."""

    @property
    def row(self) -> sp.Expr:
        return self.body.args[0]

    @property
    def values(self) -> tuple[sp.Expr, ...]:
        return tuple(self.body.args[1:])

    def _shown(self, printer: Any) -> str:
        inside = ", ".join(printer._print(a) for a in self.body.args)
        return f"{inside}, {self.bound.name}"


class TotalOfOthers(_OfRow):
    """sum_j g[j] over all entries but the one at ``place``; the row u says which of them may be far smaller together
    than the largest one of u."""

    @property
    def place(self) -> sp.Expr:
        return self.args[2]

    def _sympystr(self, printer: Any) -> str:
        return f"sum_of_others({self._shown(printer)})[{printer._print(self.place)}]"


class SoftmaxContrast(_OfRow):
    """own (1 - p[k]) + g[k] - sum_j p[j] g[j] for p = softmax(u): how far the k-th value is from the mean.

    ``own`` is what the k-th value has beyond g. ``top`` is own + g at the largest entry of u, whose place in the row
    is what the differences are taken from.
    """

    @property
    def place(self) -> sp.Expr:
        return self.args[2]

    @property
    def own(self) -> sp.Expr:
        return self.args[3]

    @property
    def top(self) -> sp.Expr:
        return self.args[4]

    def _sympystr(self, printer: Any) -> str:
        own = "" if self.own == 0 else f", {printer._print(self.own)}"
        return f"softmax_contrast({self._shown(printer)}{own})[{printer._print(self.place)}]"


class SoftmaxCovariance(_OfRow):
    """sum_j p[j] g[j] h[j] - (sum_j p[j] g[j]) (sum_j p[j] h[j]) for p = softmax(u); ``tops`` are g and h at the
    largest entry of u."""

    @property
    def tops(self) -> tuple[sp.Expr, ...]:
        return tuple(self.args[2:])

    def _sympystr(self, printer: Any) -> str:
        return f"softmax_covariance({self._shown(printer)})"
