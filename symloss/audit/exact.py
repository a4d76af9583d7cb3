"""Exact results of a loss at many samples: its derived expressions, before any stabilising, on balls.

The derivatives were compared with differences when they were derived; `symloss.audit.oracle`, which
knows nothing of derivations, is run at a few of the samples as well (`symloss.audit.accuracy`).

>>> import symloss as sl
>>> f = sl.prediction("f")
>>> program = Program(sl.softplus(f) - f, (), (), {})
>>> [mpmath.nstr(number, 15) for number in program({"f": 50.0}, -1150)]
['1.92874984796392e-22']
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

import mpmath
import sympy as sp
from sympy.logic.boolalg import ITE, BooleanFalse, BooleanTrue

from symloss.declare.axes import Axis
from symloss.heads import binders
from symloss.heads import functions as fn
from symloss.heads.numbers import TypedNumber
from symloss.heads.row_binders import Direction, LargestPlace, Norm
from symloss.heads.sparse import Sparsemax, SparseMaximum

from .balls import (
    Ball,
    NotANumber,
    Unresolved,
    compared,
    exact,
    exponential,
    in_full,
    integer_power,
    inverse,
    is_exact,
    largest,
    logarithm,
    magnitude,
    negative,
    plus,
    real_power,
    root,
    rounded,
    shortcuts,
    smallest,
    times,
    whole,
)
from .heads import function_of, log1p

LADDER = (120, 320, 1300, 2600, 5200, 10400)
"""Bits. The third resolves everything that does not underflow against 1."""

SETTLED = 80  # bits of a result that are right; 2**-80 is far below an ulp

Numbers = Mapping[str, Any]
Rule = Callable[["Run"], Any]


class Run:
    """One evaluation: the numbers of a sample, and what was found so far."""

    def __init__(self, rules: Sequence[Rule], numbers: Numbers, decided: bool) -> None:
        self.rules, self.numbers = rules, numbers
        self.found: list[Any] = [None] * len(rules)
        self.decided = decided
        self.shortcuts = shortcuts()

    def __getitem__(self, slot: int) -> Any:
        found = self.found[slot]
        if found is None:
            found = self.found[slot] = self.rules[slot](self)
        return found


class Program:
    """An expression for given axis lengths, with every sum written out, as rules that are run when they are needed.

    A call gives the entries over ``indices`` in C order; an entry that no precision settles is None.
    """

    def __init__(
        self, expression: sp.Expr, indices: Sequence[sp.Idx], axes: Sequence[Axis], lengths: Mapping[str, int]
    ) -> None:
        self.rules: list[Rule] = []
        self._slots: dict[Any, int] = {}
        self._places: dict[sp.Idx, int] = {}
        self._lengths = {**lengths}
        self.sizes = _sizes(axes, lengths)
        shape = [int(_extent(i).subs(self.sizes)) for i in indices]
        self.outputs: list[int] = []
        for places in product(*map(range, shape)):
            self._places = dict(zip(indices, places, strict=True))
            self.outputs.append(self.slot(expression))

    def __call__(self, numbers: Numbers, floor: int) -> list[Any]:
        """The entries at a sample; ``floor`` is the exponent of a power of two below which nothing matters."""
        numbers = {**numbers, **{str(s): n for s, n in self.sizes.items()}}
        found: list[Any] = [None] * len(self.outputs)
        for step, precision in enumerate(LADDER):
            open_ones = [n for n, value in enumerate(found) if value is None]
            if not open_ones:
                break
            with mpmath.workprec(precision):
                run = Run(self.rules, numbers, decided=step > 2)
                for n in open_ones:
                    found[n] = _settled(run, self.outputs[n], floor)
        return found

    def balls(self, numbers: Numbers, precision: int) -> list[Ball | None]:
        """The entries as balls at one precision; None where it does not suffice."""
        numbers = {**numbers, **{str(s): n for s, n in self.sizes.items()}}
        with mpmath.workprec(precision):
            run = Run(self.rules, numbers, decided=True)
            return [_attempt(run, slot) for slot in self.outputs]

    # --- building ---------------------------------------------------------------------------------

    def slot(self, e: sp.Basic) -> int:
        """Where the rule of an expression stands; equal ones at equal places share it."""
        free = binders.free_indices(e) if self._places else ()
        key = (e, *sorted((str(i), p) for i, p in self._places.items() if i in free))
        if key not in self._slots:
            rule = self._rule(e)
            self._slots[key] = len(self.rules)
            self.rules.append(rule)
        return self._slots[key]

    def _rule(self, e: sp.Basic) -> Rule:
        for kind, make in _RULES:
            if isinstance(e, kind):
                rule: Rule = make(self, e)
                return rule
        function = function_of(e)
        if function is None:
            raise NotImplementedError(f"no exact result for {type(e).__name__}: {e}")
        return self.applied(function, e)

    def applied(self, function: Callable[..., Any], e: sp.Basic) -> Rule:
        """A rule that applies a function to the values of an expression's arguments."""
        slots = [self.slot(a) for a in e.args]
        if len(slots) == 1:
            only = slots[0]
            return lambda run: function(run[only])
        return lambda run: function(*[run[s] for s in slots])

    def entries(self, binder: binders.Binder) -> list[int]:
        """The slots of a binder's body for every value of its index."""
        saved = self._places.get(binder.bound)
        slots = []
        for place in range(int(binder.extent.subs(self.sizes))):
            self._places[binder.bound] = place
            slots.append(self.slot(binder.body))
        if saved is None:
            del self._places[binder.bound]
        else:
            self._places[binder.bound] = saved
        return slots

    def index(self, e: sp.Idx) -> Rule:
        place = exact(self._places[e])
        return lambda run: place

    def element(self, e: sp.Indexed) -> Rule:
        name, indices = str(e.base.label), [self.slot(i) for i in e.indices]

        def rule(run: Run) -> Ball:
            value = run.numbers[name]
            for index in indices:
                value = value[whole(run[index])]
            return exact(value)

        return rule

    def power(self, e: sp.Pow) -> Rule:
        base, exponent = e.args
        slot = self.slot(base)
        if exponent.is_Integer:
            n = int(exponent)
            return lambda run: integer_power(run[slot], n)
        if exponent == sp.Rational(1, 2):
            return lambda run: root(run[slot])
        if exponent == -sp.Rational(1, 2):
            return lambda run: inverse(root(run[slot]))
        return self.applied(lambda a, b: exact(1) if b == exact(0) else real_power(a, b), e)

    def logarithm(self, e: sp.log) -> Rule:
        """Of 1 + u by u, which may be as far below 1 as no precision reaches."""
        number, u = e.args[0].as_coeff_Add()
        return self.applied(log1p, fn.log1p(u)) if number == 1 else self.applied(logarithm, e)

    def product(self, e: sp.Mul) -> Rule:
        """Cheap factors first: where one is 0 the others are not asked, so that 0 silences what is infinite."""
        slots = [self.slot(a) for a in sorted(e.args, key=lambda a: (a.count_ops(), str(a)))]

        def rule(run: Run) -> Ball:
            value: Ball = run[slots[0]]
            for s in slots[1:]:
                if not value.value and is_exact(value):
                    return value
                value = times(value, run[s])
            return value

        return rule

    def piecewise(self, e: sp.Piecewise) -> Rule:
        branches = [(self.slot(branch), self.slot(condition)) for branch, condition in e.args]

        def rule(run: Run) -> Ball:
            for branch, condition in branches:
                if run[condition]:
                    found: Ball = run[branch]
                    return found
            raise NotANumber

        return rule

    def relation(self, e: sp.core.relational.Relational) -> Rule:
        left, right = self.slot(e.lhs), self.slot(e.rhs)
        holds = _RELATIONS[type(e)]
        return lambda run: holds(_order(run, run[left], run[right]))

    def total(self, e: binders.Total) -> Rule:
        slots = self.entries(e)
        return lambda run: plus(exact(0), *[run[s] for s in slots])

    def log_sum_exp(self, e: binders.LogSumExp) -> Rule:
        slots = self.entries(e)
        return lambda run: _log_sum_exp([run[s] for s in slots])

    def softmax(self, e: binders.Softmax) -> Rule:
        slots, place = self.entries(e), self.slot(e.place)
        return lambda run: _softmax([run[s] for s in slots], whole(run[place]))

    def complement(self, e: binders.Softmax) -> Rule:
        slots, place = self.entries(e), self.slot(e.place)
        return lambda run: plus(exact(1), negative(_softmax([run[s] for s in slots], whole(run[place]))))

    def gap(self, e: binders.Softmax) -> Rule:
        slots, place = self.entries(e), self.slot(e.place)

        def rule(run: Run) -> Ball:
            return plus(_log_sum_exp([run[s] for s in slots]), negative(run[slots[whole(run[place])]]))

        return rule

    def maximum(self, e: binders.Maximum) -> Rule:
        slots = self.entries(e)
        return lambda run: largest(*[run[s] for s in slots])

    def largest_place(self, e: LargestPlace) -> Rule:
        slots = self.entries(e)

        def rule(run: Run) -> Ball:
            values = [run[s].value for s in slots]
            return exact(values.index(max(values)))

        return rule

    def sparsemax(self, e: Sparsemax) -> Rule:
        slots, place = self.entries(e), self.slot(e.place)
        return lambda run: _sparsemax(run, [run[s] for s in slots])[whole(run[place])]

    def sparse_maximum(self, e: SparseMaximum) -> Rule:
        slots = self.entries(e)

        def rule(run: Run) -> Ball:
            row = [run[s] for s in slots]
            terms = zip(_sparsemax(run, row), row, strict=True)
            half = exact(mpmath.mpf(1) / 2)
            return plus(*[times(p, plus(u, negative(times(half, p)))) for p, u in terms])

        return rule

    def norm(self, e: Norm) -> Rule:
        slots = self.entries(e)
        return lambda run: root(plus(exact(0), *[integer_power(run[s], 2) for s in slots]))

    def direction(self, e: Direction) -> Rule:
        slots, place = self.entries(e), self.slot(e.place)

        def rule(run: Run) -> Ball:
            length = root(plus(exact(0), *[integer_power(run[s], 2) for s in slots]))
            return times(run[slots[whole(run[place])]], inverse(length))

        return rule

    def share(self, e: binders.Share) -> Rule:
        slots, place = self.entries(e), self.slot(e.place)

        def rule(run: Run) -> Ball:
            here = run[slots[whole(run[place])]]
            orders = [_order(run, run[s], here) for s in slots]
            return exact(0) if max(orders) > 0 else inverse(exact(orders.count(0)))

        return rule

    def sorted_entry(self, e: binders.Sorted) -> Rule:
        slots, place = self.entries(e), self.slot(e.place)
        return lambda run: sorted((run[s] for s in slots), key=lambda b: -b.value)[whole(run[place])]

    def rank(self, e: binders.Rank) -> Rule:
        slots, place = self.entries(e), self.slot(e.place)

        def rule(run: Run) -> Ball:
            values = [run[s].value for s in slots]
            order = sorted(range(len(values)), key=lambda n: (-values[n], n))
            return exact(order.index(whole(run[place])))

        return rule


def _settled(run: Run, slot: int, floor: int) -> Any:
    """The value if enough of its bits are right, or if it has underflowed for certain."""
    ball = _attempt(run, slot)
    if ball is not None and not _is_settled(ball, floor) and shortcuts() != run.shortcuts:
        ball = _in_full(run, slot)  # what was next to 0 is multiplied by what is huge
    return ball.value if ball is not None and _is_settled(ball, floor) else None


def _is_settled(ball: Ball, floor: int) -> bool:
    return ball.error <= max(magnitude(ball.value) - SETTLED, floor)


def _attempt(run: Run, slot: int) -> Ball | None:
    try:
        found: Ball = run[slot]
        return found
    except NotANumber:
        return Ball(mpmath.nan, -(1 << 1200))
    except Unresolved:
        if shortcuts() == run.shortcuts:
            return None
    return _in_full(run, slot)


def _in_full(run: Run, slot: int) -> Ball | None:
    again = Run(run.rules, run.numbers, run.decided)
    try:
        return Ball(*in_full(lambda: again[slot]))
    except (Unresolved, OverflowError):
        return None
    except NotANumber:
        return Ball(mpmath.nan, -(1 << 1200))


def _order(run: Run, a: Ball, b: Ball) -> int:
    """How two balls compare; what no precision tells apart is equal."""
    try:
        return compared(a, b)
    except Unresolved:
        if run.decided:
            return 0
        raise


def _log_sum_exp(values: list[Ball]) -> Ball:
    high = max(values, key=lambda b: b.value)
    if mpmath.isinf(high.value):
        return high
    return plus(high, logarithm(plus(*_powers(values, high))))


def _powers(values: list[Ball], high: Ball) -> list[Ball]:
    """exp(v - high); 0 for what a condition has left out of the row."""
    return [exact(0) if v.value == -mpmath.inf else exponential(plus(v, negative(high))) for v in values]


def _softmax(values: list[Ball], place: int) -> Ball:
    high = max(values, key=lambda b: b.value)
    powers = _powers(values, high)
    return times(powers[place], inverse(plus(*powers)))


def _sparsemax(run: Run, row: list[Ball]) -> list[Ball]:
    """Entries join the support from the largest on, while what they are above the mean so far leaves them a share."""
    descending = sorted(row, key=lambda b: b.value, reverse=True)
    tau = plus(descending[0], exact(-1))
    for n, entry in enumerate(descending[1:], 2):
        if _order(run, entry, tau) <= 0:
            break
        tau = times(plus(exact(-1), *descending[:n]), inverse(exact(n)))
    return [plus(u, negative(tau)) if _order(run, u, tau) > 0 else exact(0) for u in row]


def _extent(index: sp.Idx) -> sp.Expr:
    return index.upper - index.lower + 1


def _sizes(axes: Sequence[Axis], lengths: Mapping[str, int]) -> dict[sp.Symbol, int]:
    """The free lengths: those of axes that are a symbol themselves."""
    return {a.extent: lengths[a.name] for a in axes if isinstance(a.extent, sp.Symbol)}


_RELATIONS: dict[type, Callable[[int], bool]] = {
    sp.StrictLessThan: lambda order: order < 0,
    sp.LessThan: lambda order: order <= 0,
    sp.StrictGreaterThan: lambda order: order > 0,
    sp.GreaterThan: lambda order: order >= 0,
    sp.Equality: lambda order: order == 0,
    sp.Unequality: lambda order: order != 0,
}


def _constant(_: Program, e: sp.Expr) -> Rule:
    return lambda run: rounded(sp.N(e, mpmath.mp.dps + 10)._to_mpmath(mpmath.mp.prec))


def _rational(_: Program, e: sp.Rational) -> Rule:
    p, q = int(e.p), int(e.q)
    if q & (q - 1) == 0 and max(p.bit_length(), q.bit_length()) < LADDER[0]:
        number = exact(mpmath.mpf(p) / q)
        return lambda run: number
    return lambda run: rounded(mpmath.mpf(p) / q)


def _double(_: Program, e: Any) -> Rule:
    value = float(e.value if isinstance(e, TypedNumber) else e)
    number = exact(value)
    return lambda run: number


def _symbol(_: Program, e: sp.Symbol) -> Rule:
    name = e.name
    return lambda run: exact(run.numbers[name])


def _choice(program: Program, e: sp.Basic) -> Rule:
    condition, then, otherwise = (program.slot(a) for a in e.args)
    return lambda run: run[then] if run[condition] else run[otherwise]


def _all(program: Program, e: sp.And) -> Rule:
    slots = [program.slot(a) for a in e.args]
    return lambda run: all(run[s] for s in slots)


def _any(program: Program, e: sp.Or) -> Rule:
    slots = [program.slot(a) for a in e.args]
    return lambda run: any(run[s] for s in slots)


def _delta(program: Program, e: sp.KroneckerDelta) -> Rule:
    a, b = (program.slot(x) for x in e.args)
    return lambda run: exact(int(run[a].value == run[b].value))


_RULES: tuple[tuple[Any, Callable[[Program, Any], Rule]], ...] = (
    (sp.Rational, _rational),
    ((sp.Float, TypedNumber), _double),
    (sp.NumberSymbol, _constant),
    (type(sp.oo), lambda p, e: lambda run: exact(mpmath.inf)),
    (type(-sp.oo), lambda p, e: lambda run: exact(-mpmath.inf)),
    (sp.Idx, Program.index),
    (sp.Indexed, Program.element),
    (sp.Symbol, _symbol),
    (sp.Add, lambda p, e: p.applied(plus, e)),
    (sp.Mul, Program.product),
    (sp.Pow, Program.power),
    (sp.log, Program.logarithm),
    (sp.Piecewise, Program.piecewise),
    (sp.Max, lambda p, e: p.applied(largest, e)),
    (sp.Min, lambda p, e: p.applied(smallest, e)),
    (sp.KroneckerDelta, _delta),
    (sp.core.relational.Relational, Program.relation),
    (sp.And, _all),
    (sp.Or, _any),
    (sp.Not, lambda p, e: p.applied(lambda b: not b, e)),
    (ITE, _choice),
    (BooleanTrue, lambda p, e: lambda run: True),
    (BooleanFalse, lambda p, e: lambda run: False),
    (binders.Total, Program.total),
    (binders.LogSumExp, Program.log_sum_exp),
    (SparseMaximum, Program.sparse_maximum),
    (Sparsemax, Program.sparsemax),
    (binders.SoftmaxComplement, Program.complement),
    (binders.SoftmaxGap, Program.gap),
    (binders.Softmax, Program.softmax),
    (binders.Maximum, Program.maximum),
    (Norm, Program.norm),
    (Direction, Program.direction),
    (LargestPlace, Program.largest_place),
    (binders.Share, Program.share),
    (binders.Sorted, Program.sorted_entry),
    (binders.Rank, Program.rank),
)
