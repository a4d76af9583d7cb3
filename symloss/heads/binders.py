"""Reductions that own the index they run over.

SymPy's `Sum` captures bound variables (sympy#21891). Here a bound index gets its
name from the height of the binder (one more than that of the binders inside), so
that expressions equal up to a renaming are equal, and no substitution of indices
or elements can capture. To look inside, `open` the body with a fresh index.
"""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import Any

import sympy as sp

_fresh = itertools.count(1)


def height(expression: sp.Basic) -> int:
    """How deeply binders are nested in the expression; 0 without one."""
    if isinstance(expression, Binder):
        return int(expression.bound.label.height)
    return max((height(argument) for argument in expression.args), default=0)


@lru_cache(maxsize=2**16)  # asked of every node by the translation to the graph
def free_indices(expression: sp.Basic) -> frozenset[sp.Idx]:
    """The indices that no reduction inside the expression binds, ours or SymPy's sum."""
    if isinstance(expression, sp.Idx):
        return frozenset({expression})
    if isinstance(expression, Binder):
        outside = (free_indices(o) for o in expression.args[2:])
        return (free_indices(expression.body) - {expression.bound}).union(*outside)
    inside: frozenset[sp.Idx] = frozenset().union(*(free_indices(a) for a in expression.args))
    return inside - {limit[0] for limit in expression.limits} if isinstance(expression, sp.Sum) else inside


def has_bound_index(expression: sp.Basic) -> bool:
    """Whether an index of a binder occurs, so that the expression means something only inside that binder."""
    return any(i.label.height > 0 for i in expression.atoms(sp.Idx))


def fresh_index(like: sp.Idx) -> sp.Idx:
    """An index over the same axis that occurs nowhere else."""
    return like.func(like.label.renamed(f"{like.name}_{next(_fresh)}"), sp.Tuple(like.lower, like.upper))


class Binder(sp.Expr):  # type: ignore[misc]
    """A reduction of ``body`` over the index ``bound``; further arguments lie outside its scope."""

    is_commutative = True
    is_real = True

    def __new__(cls, body: Any, bound: sp.Idx, *outside: Any) -> Any:
        body = sp.sympify(body)
        name = bound.label.at_height(height(body) + 1)
        canonical = bound if bound.label == name else sp.Idx(name, sp.Tuple(bound.lower, bound.upper))
        if canonical != bound:
            body = body.xreplace({bound: canonical})
        return cls.simplest(body, canonical, *(sp.sympify(o) for o in outside))

    @classmethod
    def simplest(cls, body: sp.Expr, bound: sp.Idx, *outside: sp.Expr) -> sp.Expr:
        """The node itself, or what it equals whatever the values are."""
        return sp.Expr.__new__(cls, body, bound, *outside)

    @property
    def body(self) -> sp.Expr:
        return self.args[0]

    @property
    def bound(self) -> sp.Idx:
        return self.args[1]

    @property
    def extent(self) -> sp.Expr:
        """The number of values of the bound index."""
        return self.bound.upper - self.bound.lower + 1

    def at(self, index: sp.Expr) -> sp.Expr:
        """The body with the bound index replaced."""
        return self.body.xreplace({self.bound: index})

    def open(self) -> tuple[sp.Idx, sp.Expr]:
        """A fresh index and the body with it."""
        index = fresh_index(self.bound)
        return index, self.at(index)

    @property
    def free_symbols(self) -> set[sp.Basic]:
        inner: set[sp.Basic] = self.body.free_symbols - {self.bound, self.bound.label}
        return inner.union(*(o.free_symbols for o in self.args[2:]))

    def whole_array(self) -> sp.Expr | None:
        """``z`` where the body is just ``z[bound]`` (or ``s[i, bound]``)."""
        body = self.body
        if isinstance(body, sp.Indexed) and body.indices.count(self.bound) == 1:
            return body.base if body.rank == 1 else body
        return None

    def _shown(self, printer: Any) -> str:
        whole = self.whole_array()
        if whole is not None and not isinstance(whole, sp.Indexed):
            return str(printer._print(whole))
        return f"{printer._print(self.body)}, {self.bound.name}"


class Total(Binder):
    """The sum of the body over the bound index."""

    @classmethod
    def simplest(cls, body: sp.Expr, bound: sp.Idx, *outside: sp.Expr) -> sp.Expr:
        if body.is_zero:
            return sp.S.Zero
        if not body.has(bound):
            return (bound.upper - bound.lower + 1) * body
        return sp.Expr.__new__(cls, body, bound)

    def _sympystr(self, printer: Any) -> str:
        return f"Sum({printer._print(self.body)}, {self.bound.name})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        text = rf"\sum_{{{printer._print(self.bound)}}} {printer.parenthesize(self.body, 40)}"
        return rf"\left({text}\right)^{{{exp}}}" if exp else text


class LogSumExp(Binder):
    """log of the sum of exp(body) over the bound index."""

    def _sympystr(self, printer: Any) -> str:
        return f"logsumexp({self._shown(printer)})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        text = rf"\operatorname{{logsumexp}}_{{{printer._print(self.bound)}}}\left({printer._print(self.body)}\right)"
        return f"{text}^{{{exp}}}" if exp else text


class Maximum(Binder):
    """The largest value of the body over the bound index."""

    @classmethod
    def simplest(cls, body: sp.Expr, bound: sp.Idx, *outside: sp.Expr) -> sp.Expr:
        return sp.Expr.__new__(cls, body, bound) if body.has(bound) else body

    def _sympystr(self, printer: Any) -> str:
        return f"max_over({self._shown(printer)})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        text = rf"\max_{{{printer._print(self.bound)}}} {printer.parenthesize(self.body, 40)}"
        return rf"\left({text}\right)^{{{exp}}}" if exp else text


class Softmax(Binder):
    """exp(body at ``place``) over the sum of exp(body); ``place`` is outside the scope."""

    is_positive = True

    @property
    def place(self) -> sp.Expr:
        return self.args[2]

    def _sympystr(self, printer: Any) -> str:
        return f"softmax({self._shown(printer)})[{printer._print(self.place)}]"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        whole = self.whole_array()
        inside = printer._print(self.body if whole is None else whole)
        text = rf"\operatorname{{softmax}}\left({inside}\right)_{{{printer._print(self.place)}}}"
        return f"{text}^{{{exp}}}" if exp else text


class Share(Binder):
    """1/m where the body at ``place`` is one of the m largest, 0 elsewhere: the derivative of `Maximum`."""

    is_nonnegative = True

    @property
    def place(self) -> sp.Expr:
        return self.args[2]

    def _sympystr(self, printer: Any) -> str:
        return f"argmax_share({self._shown(printer)})[{printer._print(self.place)}]"


class Sorted(Binder):
    """The value at position ``place`` when the body is put in descending order."""

    @property
    def place(self) -> sp.Expr:
        return self.args[2]

    def _sympystr(self, printer: Any) -> str:
        return f"sort({self._shown(printer)})[{printer._print(self.place)}]"


class Rank(Binder):
    """The 0-based position of the entry at ``place`` in descending order; ties keep their order."""

    is_nonnegative = True
    is_integer = True

    @property
    def place(self) -> sp.Expr:
        return self.args[2]

    def _sympystr(self, printer: Any) -> str:
        return f"rank({self._shown(printer)})[{printer._print(self.place)}]"


class SoftmaxComplement(Softmax):
    """1 - softmax(u)[k], as the sum of the others; a stable form."""

    def _sympystr(self, printer: Any) -> str:
        return f"softmax_complement({self._shown(printer)})[{printer._print(self.place)}]"


class SoftmaxGap(Softmax):
    """logsumexp(u) - u[k] = -log softmax(u)[k], without the cancellation in a confident row; a stable form."""

    def _sympystr(self, printer: Any) -> str:
        return f"softmax_gap({self._shown(printer)})[{printer._print(self.place)}]"
