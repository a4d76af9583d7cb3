"""A declaration as a Python file that reads back to an equal declaration."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterable

import sympy as sp
import sympy.stats
from sympy.printing.str import StrPrinter
from sympy.stats.rv import RandomSymbol

from symloss.declare.axes import Axis
from symloss.declare.declaration import Declaration
from symloss.declare.domains import Reals, written
from symloss.declare.likelihood import Likelihood
from symloss.declare.roles import Declared, RoleSymbol, role_symbol
from symloss.declare.sums import has_carried_condition, totals
from symloss.errors import DeclarationError
from symloss.heads import binders, exponential_integral, functions, sparse
from symloss.heads.numbers import TypedNumber

PUBLIC_HEADS = ("sigmoid", "softplus", "logcosh", "xlogy", "norm_cdf", "log_norm_cdf")

# What a head that is not public was before it was recognised.
SPELLED_OUT: dict[type, Callable[..., sp.Expr]] = {
    functions.step: lambda x: sp.Heaviside(x, sp.Rational(1, 2)),
    functions.sech2: lambda x: 1 - sp.tanh(x) ** 2,
    functions.log_softplus: lambda x: sp.log(functions.softplus(x)),
    functions.log1p: lambda x: sp.log(1 + x),
    functions.expm1: lambda x: sp.exp(x) - 1,
    functions.log1mexp: lambda x: sp.log(1 - sp.exp(x)),
    functions.log1pmx: lambda x: sp.log(1 + x) - x,
    functions.sqrt1pm1: lambda x: sp.sqrt(1 + x) - 1,
    functions.power: lambda x, a: x**a,
    functions.log_bessel_i0: lambda x: sp.log(sp.besseli(0, x)),
    functions.log_bessel_i1: lambda x: sp.log(sp.besseli(1, x)),
    functions.bessel_ratio: lambda x: sp.besseli(1, x) / sp.besseli(0, x),
    exponential_integral.log_scaled_e1: lambda v: v**2 / 2 + sp.log(sp.expint(1, v**2 / 2)),
    functions.log_beta: lambda a, b: sp.loggamma(a) + sp.loggamma(b) - sp.loggamma(a + b),
    functions.rising_log: lambda x, n: sp.loggamma(x + n) - sp.loggamma(x),
}


def source_of(declaration: Declaration) -> str:
    """A file in the style of the registry; `sl.load` reads it back to an equal declaration."""
    names = _Names(declaration)
    printer = _Printer(names)
    lines = [
        *_docstring(declaration.doc),
        "import sympy as sp",
        *(["from sympy import stats"] if declaration.likelihood else []),
        "",
        "import symloss as sl",
        "",
        *names.axis_lines(printer),
        *(names.declared_line(declared) for declared in (*declaration.inputs, *declaration.parameters)),
        "",
        *_call(declaration, names, printer),
    ]
    return "\n".join(lines) + "\n"


def _typed(declaration: Declaration) -> sp.Expr:
    """The expression as typed; its sums opened where SymPy has carried a condition out of one of our reductions.

    The index of such a condition has the name of a binder's, which nothing in the text would bind.
    """
    typed = declaration.typed
    return totals(typed) if has_carried_condition(typed) else typed


def _docstring(doc: str) -> list[str]:
    return [f'"""{doc}"""', ""] if _fits_docstring(doc) else []


def _fits_docstring(doc: str) -> bool:
    return bool(doc) and "\\" not in doc and '"""' not in doc and not doc.endswith('"') and doc == doc.expandtabs()


def _call(declaration: Declaration, names: _Names, printer: _Printer) -> list[str]:
    if declaration.likelihood is None:
        function = "sl.Loss" if declaration.metric is None else "sl.Metric"
        essence = [printer.doprint(_typed(declaration))]
    else:
        function, essence = "sl.Loss.from_likelihood", _likelihood_arguments(declaration.likelihood, names, printer)
    keywords = [f"inputs={_tuple(names.of(role_symbol(declared)) for declared in declaration.inputs)}"]
    if declaration.link is not None:
        link = declaration.link
        keywords.append(f"link={_quoted(link)}" if isinstance(link, str) else f"link={printer.doprint(link)}")
    if declaration.aliases:
        keywords.append(f"aliases={_aliases(declaration)}")
    if declaration.kinks != "mean":
        keywords.append(f"kinks={_quoted(declaration.kinks)}")
    if declaration.doc:
        keywords.append("doc=__doc__" if _fits_docstring(declaration.doc) else f"doc={_quoted(declaration.doc)}")
    if declaration.metric is not None:
        keywords.append(f"surrogates={_tuple(map(_quoted, declaration.metric.surrogates))}")
        keywords.append(f"why={_quoted(declaration.metric.why)}")
    if declaration.reference:
        keywords.append(f"reference={_quoted(declaration.reference)}")
    arguments = [_quoted(declaration.name), *essence, *keywords]
    return [f"LOSS = {function}(", *(f"    {argument}," for argument in arguments), ")"]


def _likelihood_arguments(likelihood: Likelihood, names: _Names, printer: _Printer) -> list[str]:
    arguments = [printer.doprint(likelihood.given), f"target={names.of(role_symbol(likelihood.target))}"]
    if likelihood.event is not None:
        arguments.append(f"event={names.of(likelihood.event)}")
    if likelihood.survival is not None:
        arguments.append(f"survival={printer.doprint(likelihood.survival)}")
    if likelihood.keep_constants:
        arguments.append("keep_constants=True")
    if not likelihood.normalised:
        arguments.append("normalised=False")
    return arguments


def _aliases(declaration: Declaration) -> str:
    factors = dict(declaration.factors)
    if not factors:
        return _tuple(map(_quoted, declaration.aliases))
    printer = _Printer(_Names(declaration))
    return f"{{{', '.join(f'{_quoted(a)}: {printer.doprint(factors.get(a, sp.S.One))}' for a in declaration.aliases)}}}"


def _tuple(items: Iterable[str]) -> str:
    items = list(items)
    return f"({', '.join(items)}{',' if len(items) == 1 else ''})"


def _quoted(text: str) -> str:
    return repr(text) if '"' in text or "\\" in text or not text.isprintable() else f'"{text}"'


# --- names ------------------------------------------------------------------------------------------


class _Names:
    """The Python variable of every axis, index and declared quantity; no two share one."""

    def __init__(self, declaration: Declaration) -> None:
        self._taken = {"sp", "sl", "stats", "LOSS"}
        self._variables: dict[object, str] = {}
        link = () if declaration.link is None or isinstance(declaration.link, str) else (declaration.link,)
        expression = sp.Tuple(_typed(declaration), *link)
        declared = [role_symbol(d) for d in (*declaration.inputs, *declaration.parameters)]
        for symbol in declared:
            self._take(symbol, symbol.name)
        self.axes = _all_axes(declaration, declared)
        for axis in self.axes:
            self._take(axis, axis.name)
        # Indices that the user named keep their name; those of binders get one that no other has.
        indices = sorted(expression.atoms(sp.Idx), key=lambda index: (index.label.height, sp.default_sort_key(index)))
        self.indices = {index: self._index_name(index) for index in indices}

    def _take(self, key: object, wanted: str) -> str:
        variable = wanted
        while variable in self._taken or keyword.iskeyword(variable):
            variable += "_"
        self._taken.add(variable)
        self._variables[key] = variable
        return variable

    def _index_name(self, index: sp.Idx) -> str:
        variable = self._take(index, index.name)
        return variable if index.label.height else str(index.name)

    def of(self, key: object) -> str:
        """The variable of an axis, an index or a declared symbol."""
        return self._variables[key]

    def size_of(self, symbol: sp.Symbol) -> str | None:
        """``K.size`` for the symbol that is the length of the axis K."""
        axis = next((axis for axis in self.axes if axis.extent == symbol), None)
        return None if axis is None else f"{self.of(axis)}.size"

    def axis_lines(self, printer: _Printer) -> Iterable[str]:
        for axis in self.axes:
            tied = "" if axis.extent == _length(axis.name) else f", size={printer.doprint(axis.extent)}"
            yield f"{self.of(axis)} = sl.axis({_quoted(axis.name)}{tied})"
        for index, name in self.indices.items():
            yield f"{self.of(index)} = {self.of(index.label.axis)}.indices({_quoted(name)})"

    def declared_line(self, declared: Declared) -> str:
        symbol = role_symbol(declared)
        if symbol.label_axis is not None:
            return f"{self.of(symbol)} = sl.label({_quoted(symbol.name)}, {self.of(symbol.label_axis)})"
        arguments = [_quoted(symbol.name), *(self.of(axis) for axis in symbol.axes)]
        if symbol.default is not None:
            arguments.append(f"default={written(symbol.default)}")
        if symbol.domain.axis is not None:
            arguments.append(f"domain=sl.Simplex({self.of(symbol.domain.axis)})")
        elif symbol.domain != Reals:
            arguments.append(f"domain={symbol.domain!r}")
        return f"{self.of(symbol)} = sl.{symbol.role}({', '.join(arguments)})"


def _all_axes(declaration: Declaration, declared: Iterable[RoleSymbol]) -> tuple[Axis, ...]:
    """Every axis, those that others are tied to first."""
    found = {axis.name: axis for axis in declaration.axes}
    for index in sorted(_typed(declaration).atoms(sp.Idx), key=sp.default_sort_key):
        found.setdefault(index.label.axis.name, index.label.axis)
    needed = {s.name: s for axis in found.values() for s in axis.extent.free_symbols}
    free = {name: Axis(name, symbol) for name, symbol in sorted(needed.items()) if name not in found}
    ordered = [*free.values(), *found.values()]
    return tuple(sorted(ordered, key=lambda axis: axis.extent != _length(axis.name)))


def _length(name: str) -> sp.Symbol:
    return sp.Symbol(name, integer=True, positive=True)


# --- expressions ------------------------------------------------------------------------------------


class _Printer(StrPrinter):  # type: ignore[misc]
    """SymPy text that evaluates to the expression, with ``sp`` and ``sl`` in front of every name."""

    printmethod = "_symloss_source"  # not `_sympystr`: how a node shows itself to a reader is not Python

    def __init__(self, names: _Names) -> None:
        super().__init__({"order": "none"})
        self.names = names

    def emptyPrinter(self, e: object) -> str:
        raise DeclarationError(f"cannot write {type(e).__name__} to a file: {e}; declare the loss without it")

    def _as_ordered_terms(self, e: sp.Expr, order: str | None = None) -> list[sp.Expr]:
        """A positive term first, as people write sums."""
        return sorted(e.args, key=lambda term: bool(term.could_extract_minus_sign()))

    def _apply(self, function: str, *arguments: sp.Basic) -> str:
        return f"{function}({', '.join(self._print(a) for a in arguments)})"

    # Names and numbers.

    def _print_Symbol(self, e: sp.Symbol) -> str:
        if isinstance(e, RoleSymbol):
            return self.names.of(e)
        size = self.names.size_of(e)
        if size is not None:
            return size
        assumptions = "".join(f", {key}={value}" for key, value in sorted(e.assumptions0.items()) if value is not None)
        return f"sp.Symbol({e.name!r}{assumptions})"

    _print_RoleSymbol = _print_Symbol

    def _print_Idx(self, e: sp.Idx) -> str:
        return self.names.of(e)

    def _print_IndexedBase(self, e: sp.IndexedBase) -> str:
        return self.names.of(e.label)

    def _print_Indexed(self, e: sp.Indexed) -> str:
        return f"{self._print(e.base)}[{', '.join(self._print(i) for i in e.indices)}]"

    def _print_Rational(self, e: sp.Rational) -> str:
        return f"sp.Rational({e.p}, {e.q})"

    _print_Half = _print_Rational

    def _print_Float(self, e: sp.Float) -> str:
        return repr(float(e))

    def _print_TypedNumber(self, e: TypedNumber) -> str:
        return repr(e.value)

    def _print_NumberSymbol(self, e: sp.Expr) -> str:
        return f"sp.{e}"

    _print_Exp1 = _print_Pi = _print_EulerGamma = _print_GoldenRatio = _print_Catalan = _print_NumberSymbol

    def _print_Infinity(self, e: sp.Expr) -> str:
        return "sp.oo"

    def _print_NegativeInfinity(self, e: sp.Expr) -> str:
        return "-sp.oo"

    # Functions.

    def _print_Add(self, e: sp.Add, order: str | None = None) -> str:
        """A number as typed keeps to itself; SymPy would add the float that the file has to another number."""
        if sum(a.is_number for a in e.args) > 1 and e.has(TypedNumber):
            return f"sp.Add({', '.join(map(self._apart, e.args))}, evaluate=False)"
        return str(super()._print_Add(e, order))

    def _apart(self, e: sp.Expr) -> str:
        factor, number = e.as_coeff_Mul()
        if factor == 1 or not isinstance(number, TypedNumber):
            return str(self._print(e))
        return f"sp.Mul({self._print(factor)}, {self._print(number)}, evaluate=False)"

    def _print_Mul(self, e: sp.Mul) -> str:
        """SymPy multiplies a number into a sum, so the number must meet the whole product and not the sum alone."""
        number, rest = e.as_coeff_Mul()
        if number == 1 or not any(factor.is_Add for factor in sp.Mul.make_args(rest)):
            return str(super()._print_Mul(e))
        if rest.is_Add:
            return f"sp.Mul({self._print(number)}, {self._print(rest)}, evaluate=False)"
        product = f"({self._print(rest)})"
        if not number.is_Rational:
            return f"{self._print(number)}*{product}"
        over = "" if number.q == 1 else f"/{number.q}"
        return f"-{product}{over}" if number.p == -1 else f"{'' if number.p == 1 else f'{number.p}*'}{product}{over}"

    def _print_Pow(self, e: sp.Pow, rational: bool = False) -> str:
        if e.exp == sp.Rational(1, 2):
            return self._norm(e.base) or self._apply("sp.sqrt", e.base)
        if e.exp == -sp.Rational(1, 2):
            return f"1/{self._print_Pow(sp.Pow(e.base, sp.Rational(1, 2), evaluate=False))}"
        return str(super()._print_Pow(e, rational))

    def _norm(self, e: sp.Expr) -> str | None:
        if isinstance(e, binders.Total) and isinstance(e.body, sp.Pow) and e.body.exp == 2:
            return self._apply("sl.norm", e.body.base, e.bound)
        return None

    def _print_Function(self, e: sp.Function) -> str:
        name = e.func.__name__
        if name in PUBLIC_HEADS:
            return self._apply(f"sl.{name}", *e.args)
        if e.func in SPELLED_OUT:
            return f"({self._print(SPELLED_OUT[e.func](*e.args))})"
        if getattr(sp, name, None) is e.func:
            return self._apply(f"sp.{name}", *e.args)
        return self.emptyPrinter(e)

    def _print_LatticeOp(self, e: sp.Expr) -> str:
        return self._apply(f"sp.{e.func.__name__}", *sorted(e.args, key=sp.default_sort_key))

    _print_And = _print_Or = _print_Not = _print_Max = _print_Min = _print_LatticeOp

    def _print_Piecewise(self, e: sp.Piecewise) -> str:
        branches = (f"({self._print(branch)}, {self._print(condition)})" for branch, condition in e.args)
        return f"sp.Piecewise({', '.join(branches)})"

    def _print_Relational(self, e: sp.core.relational.Relational) -> str:
        if isinstance(e, (sp.Eq, sp.Ne)) or e.lhs.is_Number:  # Python would turn 0 < x into x > 0
            names = {"==": "Eq", "!=": "Ne", "<": "Lt", "<=": "Le", ">": "Gt", ">=": "Ge"}
            return self._apply(f"sp.{names[e.rel_op]}", e.lhs, e.rhs)
        return f"{self._print(e.lhs)} {e.rel_op} {self._print(e.rhs)}"

    def _print_BooleanTrue(self, e: sp.Basic) -> str:
        return "True"

    def _print_BooleanFalse(self, e: sp.Basic) -> str:
        return "False"

    def _print_RandomSymbol(self, e: RandomSymbol) -> str:
        distribution = e.pspace.distribution
        name = type(distribution).__name__.removesuffix("Distribution")
        if not hasattr(sympy.stats, name):
            return self.emptyPrinter(e)
        parameters = "".join(f", {self._print(argument)}" for argument in distribution.args)
        return f"stats.{name}({_quoted(e.symbol.name)}{parameters})"

    # Reductions.

    def _print_Sum(self, e: sp.Sum) -> str:
        return f"sp.Sum({self._print(e.function)}, {', '.join(self._limit(limit) for limit in e.limits)})"

    def _limit(self, limit: sp.Tuple) -> str:
        index, low, high = limit
        whole = isinstance(index, sp.Idx) and (low, high) == (index.lower, index.upper)
        return self._print(index) if whole else f"({self._print(index)}, {self._print(low)}, {self._print(high)})"

    def _print_Total(self, e: binders.Total) -> str:
        first, rest = e.body.as_two_terms() if e.body.is_Mul else (sp.S.One, e.body)
        return self._apply("sl.dot", first, rest, e.bound)

    def _print_LogSumExp(self, e: binders.LogSumExp) -> str:
        return self._apply("sl.logsumexp", e.body, e.bound)

    def _print_Maximum(self, e: binders.Maximum) -> str:
        return self._apply("sl.max_over", e.body, e.bound)

    def _print_SparseMaximum(self, e: sparse.SparseMaximum) -> str:
        return self._apply("sl.sparse_max_over", e.body, e.bound)

    def _print_Softmax(self, e: binders.Softmax) -> str:
        body = e.body
        if isinstance(body, sp.Indexed) and body.indices[-1] == e.bound and body.indices.count(e.bound) == 1:
            places = ", ".join(self._print(i) for i in (*body.indices[:-1], e.place))
            return f"sl.softmax({self._print(body.base)})[{places}]"
        return f"sp.exp({self._print(e.at(e.place))} - {self._apply('sl.logsumexp', body, e.bound)})"

    def _print_Sorted(self, e: binders.Sorted) -> str:
        return f"{self._apply('sl.sort', e.body, e.bound)}[{self._print(e.place)}]"

    def _print_Rank(self, e: binders.Rank) -> str:
        return self._apply("sl.rank", e.at(e.place), e.place)
