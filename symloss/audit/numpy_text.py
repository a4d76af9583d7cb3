"""A loss as one would write it in NumPy: whole arrays at a time, what is used twice in a variable.

It is what kernels are timed against (`symloss bench`). The value is written as typed, derivatives as the loss shows
them; nothing is stabilised.

>>> import symloss as sl
>>> print(numpy_text(sl.get("poisson"), ("value", "gradient")))
def compute(y, f):
    dtype, n = f.dtype, f.shape[0]
    _1 = np.exp(f)
    value = np.broadcast_to((_1 - (f * y)), (n,))
    gradient_f = np.broadcast_to((_1 - y), (n,))
    return value, gradient_f
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np
import sympy as sp
from scipy import special
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

from symloss.declare.roles import RoleSymbol, role_symbol
from symloss.errors import SymlossError
from symloss.heads import binders
from symloss.heads.numbers import TypedNumber
from symloss.heads.sparse import Sparsemax, SparseMaximum
from symloss.loss import Loss

Places = Mapping[sp.Idx, int]
"""Which axis of the arrays every index in scope runs along; samples run along axis 0."""


class NoNumpyText(SymlossError):
    """A loss holds something that is not written in whole arrays here."""


def numpy_function(loss: Loss, results: Sequence[str]) -> Callable[..., tuple[Any, ...]]:
    """`numpy_text`, executed: takes inputs in call order, then parameters."""
    known: dict[str, Any] = {"np": np, "special": special}
    exec(numpy_text(loss, results), known)
    made: Callable[..., tuple[Any, ...]] = known["compute"]
    return made


def numpy_text(loss: Loss, results: Sequence[str]) -> str:
    """The text of a function ``compute(inputs..., parameters...)`` that returns ``results`` ("value", "gradient", ...).

    With several predictions there is one derivative for each.
    """
    wanted = [part for result in results for part in _wanted(loss, result)]
    writer = _Writer(loss, 0)
    while True:  # how many axes there are is known when everything was written once
        text = writer.function(wanted)
        if writer.deepest == writer.depth:
            return text
        writer = _Writer(loss, writer.deepest)


def _wanted(loss: Loss, result: str) -> list[tuple[str, sp.Basic, Sequence[sp.Idx]]]:
    if result == "value":
        declaration = loss.declaration
        # Sums as typed may be SymPy's own; where there are any, the form in our binders is the same text.
        return [("value", declaration.expression if declaration.typed.has(sp.Sum) else declaration.typed, ())]
    names = [role_symbol(p).name for p in loss.declaration.predictions]
    return [(f"{result}_{name}", *loss.pipeline.expression(result, name)) for name in names]


class _Writer:
    """Text of expressions; equal text is computed once, and what is used once stays where it is used."""

    def __init__(self, loss: Loss, depth: int) -> None:
        self.inputs = [role_symbol(d) for d in loss.declaration.inputs]
        self.parameters = [role_symbol(d) for d in loss.declaration.parameters]
        self.depth = self.deepest = depth
        self.known: dict[Any, str] = {}
        self.variables: dict[str, str] = {}

    def function(self, wanted: Sequence[tuple[str, sp.Basic, Sequence[sp.Idx]]]) -> str:
        """The whole function; right once ``depth`` axes are enough."""
        results = {}
        for name, expression, indices in wanted:
            self.deepest = max(self.deepest, len(indices))
            text = self.text(expression, {index: 1 + n for n, index in enumerate(indices)})
            sizes = [self.extent(index) for index in indices]
            shape = ", ".join(["n", *sizes, *["1"] * (self.depth - len(sizes))])
            spread = f"np.broadcast_to({text}, ({shape},))"
            results[name] = spread if len(sizes) == self.depth else f"{spread}.reshape({', '.join(['n', *sizes])})"
        lines = _inlined({**{name: text for text, name in self.variables.items()}, **results}, results)
        arguments = ", ".join(_name(s) for s in (*self.inputs, *self.parameters))
        returned = ", ".join(results) + ("," if len(results) == 1 else "")
        return "\n    ".join([f"def compute({arguments}):", *self.sizes(), *lines, f"return {returned}"])

    def sizes(self) -> list[str]:
        """The lines that read dtype, number of samples and lengths of axes off the arguments."""
        leader = next(_name(s) for s in self.inputs if s.role == "prediction")
        found: dict[str, str] = {}
        arguments = [*((s, 1) for s in self.inputs), *((p, 0) for p in self.parameters)]
        for symbol, first in arguments:
            for place, axis in enumerate(symbol.axes, first):
                length = sp.Symbol(f"{_name(symbol)}.shape[{place}]")
                for free in axis.extent.free_symbols:
                    # An axis may be tied to another: its length is K - 1.
                    found.setdefault(str(free), f"size_{free} = {sp.solve(axis.extent - length, free)[0]}")
        return [f"dtype, n = {leader}.dtype, {leader}.shape[0]", *found.values()]

    # --- nodes --------------------------------------------------------------------------------------

    def text(self, e: sp.Basic, places: Places) -> str:
        """Text for one node: a variable, unless it is a name or a number."""
        inside = binders.free_indices(e)
        key = (e, tuple(sorted((str(i), p) for i, p in places.items() if i in inside)))
        if key not in self.known:
            written = self._written(e, places)
            whole = e.is_Atom or isinstance(e, (sp.Indexed, sp.Idx))
            self.known[key] = written if whole else self.variables.setdefault(written, f"_{len(self.variables) + 1}")
        return self.known[key]

    def _written(self, e: sp.Basic, places: Places) -> str:
        for kind, rule in _RULES:
            if isinstance(e, kind):
                return rule(self, e, places)
        template = _FUNCTIONS.get(type(e).__name__)
        if template is None:
            raise NoNumpyText(f"{type(e).__name__} has no NumPy text")
        return template.format(*(self.text(a, places) for a in e.args))

    def extent(self, index: sp.Idx) -> str:
        return self.text(sp.simplify(index.upper - index.lower + 1), {})

    def symbol(self, e: sp.Symbol, places: Places) -> str:
        if not isinstance(e, RoleSymbol):
            return f"size_{e.name}"
        return _name(e) + (self.slots({0}) if e.role != "parameter" and self.depth else "")

    def slots(self, axes: set[int]) -> str:
        """The subscript that puts an array's axes at these places of all ``depth + 1``."""
        return f"[{', '.join(':' if axis in axes else 'None' for axis in range(self.depth + 1))}]"

    def index(self, e: sp.Idx, places: Places, dtype: str = "dtype") -> str:
        """An index as a number: 0, 1, ... along its axis."""
        counted = f"np.arange({self.extent(e)}, dtype={dtype})"
        return counted + (self.slots({places[e]}) if self.depth else "")

    def element(self, e: sp.Indexed, places: Places) -> str:
        symbol = role_symbol(e.base)
        first = () if symbol.role == "parameter" else (0,)
        along = [*first, *(places.get(i, -1) for i in e.indices)]
        if -1 not in along and along == sorted(set(along)):
            return _name(symbol) + self.slots(set(along))
        rows = [f"np.arange(n){self.slots({0})}"] if first else []
        return f"{_name(symbol)}[{', '.join([*rows, *(self.position(i, places) for i in e.indices)])}]"

    def position(self, e: sp.Basic, places: Places) -> str:
        """An index as whole numbers for a subscript."""
        return self.index(e, places, "int") if isinstance(e, sp.Idx) else f"({self.text(e, places)})"

    def sum(self, e: sp.Add, places: Places) -> str:
        """Terms that are subtracted come last: a negated array would be one more pass."""
        added = [a for a in e.args if a.as_coeff_Mul()[0] != -1]
        taken = [-a for a in e.args if a.as_coeff_Mul()[0] == -1]
        texts = [_closed(self.text(a, places)) for a in (*added, *taken)]
        start = " + ".join(texts[: len(added)]) if added else f"-{texts[0]}"
        return " - ".join([start, *texts[max(len(added), 1) :]])

    def product(self, e: sp.Mul, places: Places) -> str:
        above, below = e.as_numer_denom() if _has_divisor(e) else (e, sp.S.One)
        if below is not sp.S.One:
            return f"{_closed(self.text(above, places))} / {_closed(self.text(below, places))}"
        sign, rest = e.as_coeff_Mul()
        if sign == -1:
            return f"-{_closed(self.text(rest, places))}"
        # Numbers first, so that they are not multiplied into arrays one by one.
        return " * ".join(_closed(self.text(a, places)) for a in sorted(e.args, key=_is_array))

    def power(self, e: sp.Pow, places: Places) -> str:
        base, exponent = (_closed(self.text(a, places)) for a in e.args)
        if e.exp.is_number and e.exp.is_negative:
            return f"1 / {_closed(self.text(e.base**-e.exp, places))}"
        return f"np.sqrt({base})" if e.exp == sp.S.Half else f"{base} ** {exponent}"

    def branches(self, e: sp.Piecewise, places: Places) -> str:
        text = "np.nan"
        for value, condition in reversed(e.args):
            chosen = self.text(value, places)
            text = chosen if condition == sp.true else f"np.where({self.text(condition, places)}, {chosen}, {text})"
        return text

    def nested(self, function: str, e: sp.Basic, places: Places) -> str:
        first, *rest = (self.text(a, places) for a in e.args)
        for other in rest:
            first = f"{function}({first}, {other})"
        return first

    def joined(self, operator: str, e: sp.Basic, places: Places) -> str:
        return f"({operator.join(self.text(a, places) for a in e.args)})"

    # --- reductions ---------------------------------------------------------------------------------

    def body(self, e: binders.Binder, places: Places, axis: int | None = None) -> tuple[str, int]:
        """The body along an axis that it does not use otherwise, and that axis."""
        taken = {places[i] for i in binders.free_indices(e.body) if i != e.bound and i in places}
        free = next(a for a in range(1, len(taken) + 2) if a not in taken)
        chosen = axis if axis is not None and axis not in taken else free
        self.deepest = max(self.deepest, chosen)
        return self.text(e.body, {**places, e.bound: chosen}), chosen

    def reduction(self, function: str, e: binders.Binder, places: Places) -> str:
        text, axis = self.body(e, places)
        return f"{function}({text}, axis={axis}, keepdims=True)"

    def total(self, e: binders.Total, places: Places) -> str:
        return self.reduction("np.sum", e, places)

    def of_row(self, template: str, e: Any, places: Places) -> str:
        """A function of a whole row, at a place that runs along the row's axis; elsewhere it must be picked."""
        wanted = places.get(e.place)
        text, axis = self.body(e, places, wanted)
        row = template.format(text, axis)
        if axis == wanted:
            return row
        # One entry of each row.
        place = self.position(e.place, places)
        return f"np.take_along_axis({_closed(row)}, {place}, axis={axis})"


def _inlined(lines: Mapping[str, str], results: Collection[str]) -> list[str]:
    """The assignments, without variables that are used once: their text stands where they were used."""
    uses = Counter(name for text in lines.values() for name in _VARIABLE.findall(text))
    texts: dict[str, str] = {}
    for name, text in lines.items():
        texts[name] = _VARIABLE.sub(lambda m: m[0] if uses[m[0]] > 1 else _closed(texts[m[0]]), text)
    return [f"{name} = {text}" for name, text in texts.items() if name in results or uses[name] > 1]


_VARIABLE = re.compile(r"(?<!\w)_\d+\b")


def _name(symbol: RoleSymbol) -> str:
    """An argument's name, apart from those that the text uses itself."""
    return f"{symbol.name}_" if symbol.name in ("np", "special", "dtype", "n") else str(symbol.name)


def _closed(text: str) -> str:
    """In brackets unless it is one name, number, call or subscript."""
    level = 0
    for place, character in enumerate(text):
        level += (character in "([") - (character in ")]")
        if level == 0 and character in " -" and not text[:place].endswith("e"):
            return f"({text})"
    return text


def _is_array(e: sp.Basic) -> bool:
    roles = (a.role for a in e.atoms(sp.Symbol) if isinstance(a, RoleSymbol))
    return e.has(sp.Idx) or any(role != "parameter" for role in roles)


def _has_divisor(e: sp.Mul) -> bool:
    return any(a.is_Pow and a.exp.is_number and a.exp.is_negative for a in e.args) or (
        e.args[0].is_Rational and e.args[0].q != 1
    )


def _number(writer: _Writer, e: Any, places: Places) -> str:
    if e.is_Integer:
        return str(int(e))
    number = float(e.value if isinstance(e, TypedNumber) else e)
    # NumPy has names for what Python's repr, "inf" or "nan", is none of.
    return repr(number) if math.isfinite(number) else f"{'-' if number < 0 else ''}np.{abs(number)!r}"


def _relation(writer: _Writer, e: Any, places: Places) -> str:
    left, right = (_closed(writer.text(a, places)) for a in (e.lhs, e.rhs))
    return f"({left} {e.rel_op} {right})"


def _no_text(writer: _Writer, e: Any, places: Places) -> str:
    raise NoNumpyText(f"{type(e).__name__} has no NumPy text")


_LARGEST = "np.equal({0}, np.max({0}, axis={1}, keepdims=True))"
_SHARE = f"{_LARGEST} / np.sum({_LARGEST}, axis={{1}}, keepdims=True, dtype=dtype)"
_MEANS = "(np.cumsum(-np.sort(-{0}, axis={1}), axis={1}) - 1) / np.cumsum(np.ones_like({0}), axis={1})"
_SPARSEMAX = f"np.maximum(0, {{0}} - np.max({_MEANS}, axis={{1}}, keepdims=True))"
_SPARSE_MAX = f"np.sum({{0}} * {_SPARSEMAX} - {_SPARSEMAX} ** 2 / 2, axis={{1}}, keepdims=True)"
_SOFTMAX = "special.softmax({0}, axis={1})"
# A condition may leave nothing of a row.
_SOFTMAX_OF_SOME = f"np.where(np.isneginf(np.max({{0}}, axis={{1}}, keepdims=True)), 0, {_SOFTMAX})"
_RULES: tuple[tuple[Any, Callable[[_Writer, Any, Places], str]], ...] = (
    (TypedNumber, _number),
    (sp.Number, _number),
    (sp.NumberSymbol, _number),
    (sp.Idx, _Writer.index),
    (sp.Indexed, _Writer.element),
    (sp.Symbol, _Writer.symbol),
    (sp.Add, _Writer.sum),
    (sp.Mul, _Writer.product),
    (sp.Pow, _Writer.power),
    (sp.Piecewise, _Writer.branches),
    (sp.Max, lambda w, e, p: w.nested("np.maximum", e, p)),
    (sp.Min, lambda w, e, p: w.nested("np.minimum", e, p)),
    (sp.KroneckerDelta, lambda w, e, p: f"np.equal({w.text(e.args[0], p)}, {w.text(e.args[1], p)}).astype(dtype)"),
    (sp.core.relational.Relational, _relation),
    (sp.And, lambda w, e, p: w.joined(" & ", e, p)),
    (sp.Or, lambda w, e, p: w.joined(" | ", e, p)),
    (sp.Not, lambda w, e, p: f"~{_closed(w.text(e.args[0], p))}"),
    (BooleanTrue, lambda w, e, p: "True"),
    (BooleanFalse, lambda w, e, p: "False"),
    (sp.Sum, _no_text),
    (binders.Total, _Writer.total),
    (binders.LogSumExp, lambda w, e, p: w.reduction("special.logsumexp", e, p)),
    (SparseMaximum, lambda w, e, p: _SPARSE_MAX.format(*w.body(e, p))),
    (Sparsemax, lambda w, e, p: w.of_row(_SPARSEMAX, e, p)),
    (binders.Share, lambda w, e, p: w.of_row(_SHARE, e, p)),
    (binders.Maximum, lambda w, e, p: w.reduction("np.max", e, p)),
    (binders.SoftmaxComplement, _no_text),
    (binders.SoftmaxGap, _no_text),
    (binders.Softmax, lambda w, e, p: w.of_row(_SOFTMAX_OF_SOME if e.body.has(sp.Piecewise) else _SOFTMAX, e, p)),
    (binders.Sorted, lambda w, e, p: w.of_row("-np.sort(-({0}), axis={1})", e, p)),
    (binders.Rank, lambda w, e, p: w.of_row("np.argsort(np.argsort(-({0}), axis={1}), axis={1})", e, p)),
)

#: Functions of numbers: our heads and SymPy's own.
_FUNCTIONS = {
    "sigmoid": "special.expit({0})",
    "softplus": "np.logaddexp(0, {0})",
    "log_softplus": "np.log(np.logaddexp(0, {0}))",
    "logcosh": "np.log(np.cosh({0}))",
    "sech2": "1 / np.cosh({0}) ** 2",
    "xlogy": "special.xlogy({0}, {1})",
    "xlog1py": "special.xlog1py({0}, {1})",
    "quotient_or_zero": "np.where(({1}) == 0, 0, ({0}) / np.where(({1}) == 0, 1, {1}))",
    "step": "np.heaviside({0}, 0.5)",
    "norm_cdf": "special.ndtr({0})",
    "log_norm_cdf": "special.log_ndtr({0})",
    "inverse_mills": "np.sqrt(2 / np.pi) / special.erfcx(-({0}) / np.sqrt(2))",
    "log_scaled_e1": "(({0}) ** 2 / 2 + np.log(special.exp1(({0}) ** 2 / 2)))",
    "scaled_e1_slope": "(2 / ({0}) / np.exp(({0}) ** 2 / 2) / special.exp1(({0}) ** 2 / 2) - ({0}))",
    "logaddexp": "np.logaddexp({0}, {1})",
    "bernoulli_function": "1 / special.exprel({0})",
    "log_bessel_i0": "np.log(special.i0({0}))",
    "power": "({0}) ** ({1})",
    "exp": "np.exp({0})",
    "log": "np.log({0})",
    "log1mexp": "np.log(-np.expm1({0}))",
    "log1p": "np.log1p({0})",
    "expm1": "np.expm1({0})",
    "Abs": "np.abs({0})",
    "sign": "np.sign({0})",
    "sin": "np.sin({0})",
    "cos": "np.cos({0})",
    "tan": "np.tan({0})",
    "atan": "np.arctan({0})",
    "sinh": "np.sinh({0})",
    "cosh": "np.cosh({0})",
    "tanh": "np.tanh({0})",
    "asinh": "np.arcsinh({0})",
    "floor": "np.floor({0})",
    "erf": "special.erf({0})",
    "erfc": "special.erfc({0})",
    "gamma": "special.gamma({0})",
    "loggamma": "special.gammaln({0})",
    "digamma": "special.digamma({0})",
    "polygamma": "special.polygamma({0}, {1})",
    "Heaviside": "np.heaviside({0}, {1})",
}
