"""Expressions as MathML, which browsers render themselves: no script, no network.

>>> import symloss as sl
>>> y, f = sl.target("y"), sl.prediction("f")
>>> mathml(f - y)
'<math display="block"><mrow><mi>f</mi><mo>-</mo><mi>y</mi></mrow></math>'
"""

from __future__ import annotations

from typing import Any
from xml.dom.minidom import Element

import sympy as sp
from sympy.printing.mathml import MathMLPresentationPrinter
from sympy.printing.pretty.pretty_symbology import greek_unicode

from symloss.formatting import format_expression
from symloss.heads.binders import Binder, LogSumExp, Maximum, Softmax, Total


def mathml(expression: Any) -> str:
    """The expression as one MathML formula."""
    return f'<math display="block">{_Printer().doprint(expression)}</math>'


class _Printer(MathMLPresentationPrinter):  # type: ignore[misc]
    """SymPy's printer, with the names of this project's functions and reductions."""

    def doprint(self, expression: Any) -> str:
        return str(self._print(expression).toxml()).replace("<mo>&InvisibleTimes;</mo>", '<mspace width="0.2em"/>')

    def _print_Add(self, e: sp.Add, order: Any = None) -> Element:
        terms = sorted(
            self._as_ordered_terms(e, order=order), key=lambda t: (t.could_extract_minus_sign(), t.is_number)
        )
        row = self._element("mrow")
        for n, term in enumerate(terms):
            negative = term.could_extract_minus_sign()
            if n or negative:
                row.appendChild(self._text("mo", "-" if negative else "+"))
            shown = self._print(-term if negative else term)
            row.appendChild(self._fenced(shown) if (-term if negative else term).is_Add else shown)
        return row

    def _print_Function(self, e: sp.Function) -> Element:
        return self._applied(self._text("mi", type(e).__name__), [self._print(a) for a in e.args])

    def _print_log(self, e: sp.log) -> Element:
        return self._applied(self._text("mi", "log"), [self._print(e.args[0])])

    def _print_Piecewise(self, e: sp.Piecewise) -> Element:
        table = self._element("mtable")
        for branch, condition in e.args:
            line = self._element("mtr")
            when = self._text("mtext", "otherwise") if condition == sp.true else self._print(condition)
            for part in (self._print(branch), when):
                cell = self._element("mtd")
                cell.appendChild(part)
                line.appendChild(cell)
            table.appendChild(line)
        row = self._element("mrow")
        brace = self._text("mo", "{")
        brace.setAttribute("stretchy", "true")
        row.appendChild(brace)
        row.appendChild(table)
        return row

    def _print_finished(self, e: sp.Function) -> Element:
        inner: Element = self._print(e.args[0])
        return inner

    def _print_Symbol(self, e: sp.Symbol, style: str = "plain") -> Element:
        return self._name(e.name)

    def _print_RoleSymbol(self, e: sp.Symbol) -> Element:
        return self._name(e.name)

    def _print_Idx(self, e: sp.Idx) -> Element:
        return self._name(e.name)

    def _print_TypedNumber(self, e: Any) -> Element:
        return self._text("mn", f"{e.value!r}")

    def _print_Indexed(self, e: sp.Indexed) -> Element:
        return self._under("msub", self._name(e.base.label.name), [self._print(i) for i in e.indices])

    def _print_KroneckerDelta(self, e: sp.KroneckerDelta) -> Element:
        return self._under("msub", self._text("mi", "δ"), [self._print(i) for i in e.args])

    def _print_Heaviside(self, e: sp.Heaviside) -> Element:
        return self._applied(self._text("mi", "step"), [self._print(e.args[0])])

    def _print_Total(self, e: Total) -> Element:
        return self._reduction("∑", "mo", e)

    def _print_Maximum(self, e: Maximum) -> Element:
        return self._reduction("max", "mi", e)

    def _print_LogSumExp(self, e: LogSumExp) -> Element:
        return self._reduction("logsumexp", "mi", e)

    def _print_Softmax(self, e: Softmax) -> Element:
        whole = e.whole_array()
        inside = self._print(e.body) if whole is None else self._text("mi", str(getattr(whole, "label", whole)))
        return self._under("msub", self._applied(self._text("mi", "softmax"), [inside]), [self._print(e.place)])

    def _print_Binder(self, e: Binder) -> Element:
        return self._text("mtext", format_expression(e))

    def _print_Basic(self, e: sp.Basic) -> Element:
        return self._text("mtext", format_expression(e))

    def emptyPrinter(self, e: Any) -> Element:  # SymPy's name for what it cannot print
        return self._text("mtext", str(e))

    def _name(self, name: str) -> Element:
        """A name; Greek letters as such, the number of a bound index below it."""
        letter = name.rstrip("0123456789")
        shown = self._text("mi", greek_unicode.get(letter, letter))
        if letter in ("", name):
            return self._text("mi", greek_unicode.get(name, name))
        return self._under("msub", shown, [self._text("mn", name[len(letter) :])])

    # --- elements -----------------------------------------------------------------------------------

    def _element(self, tag: str) -> Element:
        made: Element = self.dom.createElement(tag)
        return made

    def _text(self, tag: str, text: str) -> Element:
        element = self._element(tag)
        element.appendChild(self.dom.createTextNode(text))
        return element

    def _fenced(self, *parts: Element) -> Element:
        row = self._element("mrow")
        row.appendChild(self._text("mo", "("))
        for n, part in enumerate(parts):
            if n:
                row.appendChild(self._text("mo", ","))
            row.appendChild(part)
        row.appendChild(self._text("mo", ")"))
        return row

    def _applied(self, name: Element, arguments: list[Element]) -> Element:
        row = self._element("mrow")
        row.appendChild(name)
        row.appendChild(self._fenced(*arguments))
        return row

    def _under(self, tag: str, base: Element, below: list[Element]) -> Element:
        element, row = self._element(tag), self._element("mrow")
        for part in below:
            row.appendChild(part)
        element.appendChild(base)
        element.appendChild(row)
        return element

    def _reduction(self, name: str, tag: str, e: Binder) -> Element:
        row = self._element("mrow")
        row.appendChild(self._under("munder", self._text(tag, name), [self._print(e.bound)]))
        body = self._print(e.body)
        row.appendChild(self._fenced(body) if tag == "mi" or e.body.is_Add else body)
        return row
