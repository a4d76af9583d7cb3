"""What a user types besides SymPy's own functions: row functions and reductions."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symloss.errors import DeclarationError
from symloss.heads.binders import Binder, LogSumExp, Maximum, Rank, Softmax, Sorted, Total
from symloss.heads.sparse import Sparsemax, SparseMaximum

from .axes import Axis, IndexLabel
from .roles import role_symbol


def _index(function: str, k: Any) -> sp.Idx:
    if not isinstance(k, sp.Idx) or not isinstance(k.label, IndexLabel):
        raise DeclarationError(
            f"sl.{function}(..., {k}): {k} is an index of no axis; write k = sl.axis('K').indices('k')"
        )
    return k


def logsumexp(e: sp.Expr, k: sp.Idx) -> sp.Expr:
    """log of the sum of exp(e) over the axis of ``k``."""
    return LogSumExp(e, _index("logsumexp", k))


def max_over(e: sp.Expr, k: sp.Idx) -> sp.Expr:
    """The largest value of ``e`` over the axis of ``k``; its gradient gives 1/m to each of m ties."""
    return Maximum(e, _index("max_over", k))


def sparse_max_over(e: sp.Expr, k: sp.Idx) -> sp.Expr:
    """The largest mean of ``e`` under probabilities p, less the sum of p**2/2; its gradient is sparsemax, that p."""
    return SparseMaximum(e, _index("sparse_max_over", k))


def norm(v: sp.Expr, k: sp.Idx) -> sp.Expr:
    """The Euclidean norm of ``v`` over the axis of ``k``; its gradient at 0 is 0.

    ``v`` is an element such as ``a[k]``, an expression in it, or a declared array.
    """
    index = _index("norm", k)
    return sp.sqrt(Total(_entry(v, index) ** 2, index))


def dot(u: sp.Expr, v: sp.Expr, k: sp.Idx) -> sp.Expr:
    """The sum of the products of ``u`` and ``v`` over the axis of ``k``."""
    index = _index("dot", k)
    return Total(_entry(u, index) * _entry(v, index), index)


def _entry(v: Any, k: sp.Idx) -> sp.Expr:
    return v[k] if isinstance(v, sp.IndexedBase) else sp.sympify(v)


class _Row:
    """A function of a row, waiting for its index."""

    __iter__ = None  # __getitem__ alone would make Python, and sympify, iterate without end

    def __init__(self, name: str, array: Any, axis: Axis | None) -> None:
        if not isinstance(array, sp.IndexedBase):
            raise DeclarationError(
                f"sl.{name}({array}): expected an array such as sl.prediction('z', K); write sl.{name}(z)[k]"
            )
        self.name, self.array = name, array
        axes = role_symbol(array).axes
        self.axis = axis or axes[-1]

    def _parts(self, place: Any) -> tuple[sp.Expr, sp.Idx, sp.Expr]:
        places = place if isinstance(place, tuple) else (place,)
        index = self.axis.index("_row")
        inner = self.array[(*places[:-1], index)]
        return inner, index, sp.sympify(places[-1])

    def __repr__(self) -> str:
        return f"sl.{self.name}({self.array})"


class _SoftmaxRow(_Row):
    def __getitem__(self, place: Any) -> sp.Expr:
        inner, index, at = self._parts(place)
        return Softmax(inner, index, at)


class _SparsemaxRow(_Row):
    def __getitem__(self, place: Any) -> sp.Expr:
        inner, index, at = self._parts(place)
        return Sparsemax(inner, index, at)


class _LogSoftmaxRow(_Row):
    def __getitem__(self, place: Any) -> sp.Expr:
        inner, index, at = self._parts(place)
        return inner.xreplace({index: at}) - LogSumExp(inner, index)


def softmax(z: Any) -> _SoftmaxRow:
    """``softmax(z)[k]`` = exp(z[k]) / sum of exp(z) over the (last) axis of ``z``."""
    return _SoftmaxRow("softmax", z, None)


def sparsemax(z: Any) -> _SparsemaxRow:
    """``sparsemax(z)[k]``: the projection of ``z`` on the simplex, along the (last) axis of ``z``."""
    return _SparsemaxRow("sparsemax", z, None)


def log_softmax(z: Any) -> _LogSoftmaxRow:
    """``log_softmax(z)[k]`` = z[k] - logsumexp(z)."""
    return _LogSoftmaxRow("log_softmax", z, None)


class _Descending:
    """An order, waiting for a position."""

    __iter__ = None

    def __init__(self, kind: type[Binder], e: sp.Expr, k: sp.Idx) -> None:
        self.kind, self.e, self.k = kind, e, _index(kind.__name__.lower(), k)

    def __getitem__(self, place: Any) -> sp.Expr:
        return self.kind(self.e, self.k, place)


def sort(e: sp.Expr, k: sp.Idx) -> _Descending:
    """``sort(e, k)[i]``: the value at position ``i`` of ``e`` in descending order; targets and data only."""
    return _Descending(Sorted, e, k)


def rank(e: sp.Expr, k: sp.Idx) -> sp.Expr:
    """The 0-based position of the entry at ``k`` in descending order of ``e``; ties keep their order."""
    index = _index("rank", k)
    return Rank(e, index, index)
