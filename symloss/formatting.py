"""Expressions as people write them: the positive term first, an index as its name."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.printing.latex import LatexPrinter
from sympy.printing.str import StrPrinter

from symloss.heads.binders import Binder


def format_expression(expression: Any) -> str:
    """The expression in one line, terms in the order people write them.

    >>> import symloss as sl
    >>> K = sl.axis("K")
    >>> i = K.indices("i")
    >>> z, t = sl.prediction("z", K), sl.target("t", K, domain=sl.Simplex(K))
    >>> sl.format(sl.softmax(z)[i] - t[i])
    'softmax(z)[i] - t[i]'
    """
    if isinstance(expression, tuple):
        return "(" + ", ".join(format_expression(e) for e in expression) + ")"
    return str(_Text().doprint(expression))


def format_latex(expression: Any) -> str:
    """The expression for a notebook."""
    return str(_Latex().doprint(expression))


def _positive_first(terms: list[sp.Expr]) -> list[sp.Expr]:
    """Terms without a minus sign, then those with one; within each, functions before bare symbols."""
    return sorted(terms, key=lambda t: (t.could_extract_minus_sign(), t.is_number, not t.has(sp.Function, Binder)))


class _Text(StrPrinter):  # type: ignore[misc]
    def _print_Add(self, expr: sp.Add, order: Any = None) -> str:
        terms = _positive_first(list(self._as_ordered_terms(expr, order=order)))
        text = ""
        for n, term in enumerate(terms):
            shown = self._print(term)
            if term.is_Add:
                shown = f"({shown})"
            if n == 0:
                text = shown
            else:
                text += f" - {shown[1:]}" if shown.startswith("-") else f" + {shown}"
        return text

    def _print_Idx(self, expr: sp.Idx) -> str:
        return str(expr.name)

    def _print_exp(self, expr: sp.exp) -> str:
        return f"exp({self._print(expr.args[0])})"


class _Latex(LatexPrinter):  # type: ignore[misc]
    def _print_Idx(self, expr: sp.Idx) -> str:
        return str(expr.name)

    def _print_Indexed(self, expr: sp.Indexed) -> str:
        return f"{self._print(expr.base)}_{{{', '.join(self._print(i) for i in expr.indices)}}}"

    def _print_IndexedBase(self, expr: sp.IndexedBase) -> str:
        return str(self._print(expr.label))

    def _print_KroneckerDelta(self, expr: sp.KroneckerDelta, exp: Any = None) -> str:
        return rf"\delta_{{{self._print(expr.args[0])} {self._print(expr.args[1])}}}"

    def _print_Add(self, expr: sp.Add, order: Any = None) -> str:
        text = ""
        for n, term in enumerate(_positive_first(list(self._as_ordered_terms(expr, order=order)))):
            shown = self._print(term)
            text += shown if n == 0 else (f" - {shown[1:]}" if shown.startswith("-") else f" + {shown}")
        return text
