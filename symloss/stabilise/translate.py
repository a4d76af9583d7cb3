"""From SymPy to the graph: every node of a stable expression becomes arithmetic, heads and reductions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sympy as sp
from sympy.logic.boolalg import ITE, BooleanFalse, BooleanTrue

from symloss.errors import DerivationError
from symloss.heads import binders
from symloss.heads.algebraic import log1psq
from symloss.heads.binders import SoftmaxComplement, SoftmaxGap, free_indices
from symloss.heads.functions import (
    excess_slope,
    exp_times,
    expm1,
    finished,
    inverse_hypot_exp,
    inverse_mills,
    log_bessel_i0_scaled,
    log_norm_cdf,
    mills_slope,
    rising_curvature,
    rising_excess_exp,
    sech2,
    sigmoid,
    softplus,
    softplus_excess,
    softplus_second_excess,
)
from symloss.heads.row_binders import SoftmaxContrast
from symloss.heads.shares import sigmoid_less
from symloss.heads.table import row_of

from . import translate_rows, translate_sparse
from .arithmetic import (
    as_doubles,
    coefficient_and_factors,
    common_powers,
    fraction,
    half_exponential,
    halved_exponentials,
    is_constant,
    is_repeated_divisor,
    nearest_and_rest,
    squared_factors,
    squared_last,
    term_order,
    with_one_number,
)
from .beside_softmax import with_component
from .confident_shapes import shape_times_gap
from .exponentials import (
    bessel_of_exponential,
    excess_of_exponential,
    exponential_in,
    log_of_square_of_quotient,
    logistic_less,
    over_a_hypotenuse,
    product_with,
    scaled_pair,
    scaled_slope,
    shrunk,
    times_logistic,
    with_what_overflows,
)
from .exponents import (
    error_of_sum,
    is_computed,
    is_quotient,
    is_residual_less_margin,
    rounding_error,
    with_rounding_error,
)
from .graph import Apply, Builder, Constant, Element, Extent, Loop, Node, Position, Reduce, Select
from .in_parts import (
    between_two_entries,
    error_of_product,
    is_of_directions,
    is_of_gaps,
    is_of_two_entries,
    rounded_once,
)
from .logistic_pairs import Pair, pair_in, with_count, without_slope
from .row_divisors import is_of_row_and_targets, next_to_the_row, over_the_row, with_slope_in_front
from .rows import UNSCALED, RowFunctions, RowStatistics
from .silence import can_be_infinite, is_bell, is_infinite_logarithm, is_probability, outgrowing, outgrown
from .target import depends_on_prediction

Places = Mapping[sp.Idx, Loop]

_SMALLEST_NORMAL = 2.0**-1022
_OVERFLOWING = (type(sp.E), inverse_hypot_exp)  # bases of powers
_LONGEST_CHAIN = 4  # x**5 and more go through the power function, which rounds once


class Translation:
    """One translation; equal subexpressions under equal places become one node.

    ``extents`` maps the symbols of axis sizes to axis names; ``in_parts`` are the rows whose sums keep what rounding
    takes from them.
    """

    def __init__(
        self,
        builder: Builder,
        extents: Mapping[sp.Symbol, str],
        in_parts: frozenset[tuple[sp.Basic, ...]] = frozenset(),
    ) -> None:
        self.builder = builder
        self.make = builder.make
        self.rows = RowFunctions(builder)
        self.extents = extents
        self.in_parts = in_parts
        self.known: dict[tuple[Any, ...], Node] = {}
        self.slope_scale: Node | None = None  # what the slopes of the next sum over pairs are multiplied by

    def node(self, e: sp.Basic, places: Places) -> Node:
        """The graph node of ``e`` where free indices stand at ``places``."""
        key = self.key(e, places)
        if key not in self.known:
            self.known[key] = self._translate(e, places)
        return self.known[key]

    def key(self, e: sp.Basic, places: Places) -> tuple[Any, ...]:
        """An expression and where its free indices stand."""
        return e, tuple(sorted(((i, places[i]) for i in free_indices(e) if i in places), key=str))

    def call(self, head: str, *arguments: Node) -> Node:
        return self.make(Apply, head, arguments)

    def number(self, value: float) -> Node:
        return self.make(Constant, float(value))

    def rounded(self, e: sp.Expr) -> float:
        """The double nearest to a number; what it lacks is kept."""
        value, rest = nearest_and_rest(e)
        if self.builder.missing.setdefault(self.number(value), rest) != rest:
            self.builder.missing[self.number(value)] = 0.0  # two numbers have this nearest one
        return value

    def _translate(self, e: sp.Basic, places: Places) -> Node:
        if is_constant(e):
            return self.number(self.rounded(e))
        for kind, rule in _RULES:
            if isinstance(e, kind):
                node = rule(self, e, places)
                return shape_times_gap(self, e, places, node) if isinstance(e, sp.Mul) else node
        return self._by_row(e, places)

    def _by_row(self, e: sp.Basic, places: Places) -> Node:
        row = row_of(e)
        if row is None:
            raise DerivationError(f"no kernel is known for {type(e).__name__}: {e}")
        return self.call(row.elementary, *(self.node(a, places) for a in e.args))

    # --- leaves --------------------------------------------------------------------------------

    def _index(self, e: sp.Idx, places: Places) -> Node:
        return self.make(Position, places[e])

    def _symbol(self, e: sp.Symbol, places: Places) -> Node:
        if e in self.extents:
            return self.make(Extent, self.extents[e])
        return self.make(Element, e.name, ())

    def _element(self, e: sp.Indexed, places: Places) -> Node:
        return self.make(Element, e.base.label.name, tuple(self.node(i, places) for i in e.indices))

    # --- arithmetic ----------------------------------------------------------------------------

    def _sum(self, e: sp.Add, places: Places) -> Node:
        if is_of_directions(e):
            return rounded_once(self, e, places)
        if is_residual_less_margin(e):
            error = rounding_error(self, e, places)
            total = self._sum_of(e.args, None, e, places)
            return total if error is None else self.call("add", total, error)
        scaled = scaled_pair(e)
        if scaled:
            rest = [t for t in e.args if not isinstance(t.as_coeff_Mul()[1], exp_times)]
            total = self.call("exp_times_pair", *(self.node(a, places) for term in scaled for a in term.args))
            return self._sum_of(rest, total, e, places)
        if any(f.has(SoftmaxContrast) for f in e.args):
            return self._compensated(e, places, rounding_error)
        if is_of_gaps(e):
            return self._compensated(e, places, error_of_product)
        in_front = with_slope_in_front(e)
        if in_front is not None:
            return self.node(in_front, places)
        if is_of_two_entries(e):
            return between_two_entries(self, e, places)
        if is_of_row_and_targets(e):
            return next_to_the_row(self, e, places)
        pair = pair_in(e)
        if pair is None or with_rounding_error(self, pair.u, places)[1] is not None:
            return self._sum_of(e.args, None, e, places)
        rest = [term for term in e.args if term not in pair.terms]
        # What is taken from a pair is taken from its linear part first: less is rounded, and later.
        less = [term for term in rest if pair.kind is softplus and term.could_extract_minus_sign()]
        rest = [term for term in rest if term not in less]
        return self._sum_of(rest, self._pair(pair, less, places), e, places)

    def _compensated(
        self, e: sp.Add, places: Places, of_term: Callable[[Translation, sp.Expr, Places], Node | None]
    ) -> Node:
        """The sum and what rounding took from it and from its terms: contrasts that cancel have digits to spare."""
        return self.with_error(self._sum_of(e.args, None, e, places), error_of_sum(self, e, places, of_term))

    def with_error(self, value: Node, error: Node | None) -> Node:
        """The value and what rounding took from it, which is nothing where it is not finite."""
        if error is None:
            return value
        finite = self.call("lt", self.call("abs", error), self.number(float("inf")))
        return self.make(Select, finite, self.call("add", value, error), value)

    def _pair(self, pair: Pair, less: Iterable[sp.Expr], places: Places) -> Node:
        u, a, b = (self.node(part, places) for part in (pair.u, pair.a, pair.b))
        if pair.kind is sigmoid:
            return self.call("sigmoid_blend", u, a, b)
        tail, weight = self.call("softplus_tail", u), sp.expand(pair.a + pair.b)
        chosen = self.make(Select, self.call("gt", u, self.number(0.0)), a, b)
        linear = self.call("mul", chosen, self.call("abs", u))
        linear = self.make(Select, self.call("eq", chosen, self.number(0.0)), self.number(0.0), linear)
        for term in sorted(less, key=term_order):
            linear = self.call("sub", linear, self.node(-term, places))
        if weight == 1:
            return self.call("add", tail, linear)
        return self.call("multiply_add", self.node(weight, places), tail, linear)

    def _sum_of(self, terms: Iterable[sp.Expr], total: Node | None, e: sp.Add, places: Places) -> Node:
        """The terms added to what there is of the sum ``e``, first those with no minus sign."""
        plus: list[sp.Expr] = []
        minus: list[sp.Expr] = []
        for term in sorted(terms, key=term_order):
            (minus if term.could_extract_minus_sign() else plus).append(term)
        for term in plus:
            value = self.node(term, places)
            total = value if total is None else self.call("add", total, value)
        for term in minus:
            value = self.node(-term, places)
            total = self.call("neg", value) if total is None else self.call("sub", total, value)
        assert total is not None
        return self.outgrown(e, total, places)

    def outgrown(self, e: sp.Add, total: Node, places: Places) -> Node:
        """The sum, and infinity where the term that outgrows the others is (inf - inf would be NaN)."""
        term = outgrowing(e)
        if term is None:
            return total
        negative = term.could_extract_minus_sign()
        value = self.node(-term if negative else term, places)
        size = value if term.is_nonnegative or term.is_nonpositive else self.call("abs", value)
        infinite = self.call("eq", size, self.number(float("inf")))
        return self.make(Select, infinite, self.call("neg", value) if negative else value, total)

    def _product(self, e: sp.Mul, places: Places) -> Node:
        if any(isinstance(f, sp.Add) and is_of_gaps(f) for f in e.args):
            return self.call("add", self._product_of(e, places), error_of_product(self, e, places))
        return self._product_of(e, places)

    def plain(self, e: sp.Expr, places: Places) -> Node:
        """A product as it is computed before what rounding took from it is added."""
        return self._product_of(e, places) if isinstance(e, sp.Mul) else self.node(e, places)

    def _product_of(self, e: sp.Mul, places: Places) -> Node:
        deltas = [a for a in e.args if isinstance(a, sp.KroneckerDelta)]
        if deltas:
            rest = self.node(sp.Mul(*(a for a in e.args if a not in deltas)), places)
            condition = self.node(sp.And(*(sp.Eq(*d.args, evaluate=False) for d in deltas)), places)
            return self.make(Select, condition, rest, self.number(0.0))
        chosen = next((a for a in e.args if isinstance(a, sp.Piecewise) and any(b == 0 for b, _ in a.args)), None)
        if chosen is not None and any(can_be_infinite(a) for a in e.args if a is not chosen):
            # What is left out is 0 whatever it would have met: 0*inf would be NaN.
            others = sp.Mul(*(a for a in e.args if a is not chosen))
            return self._piecewise(sp.Piecewise(*((b * others, c) for b, c in chosen.args), evaluate=False), places)
        component = with_component(self, e, places)
        if component is not None:
            return component
        coefficient, factors = coefficient_and_factors(e)
        joined, factors = common_powers(factors)
        if joined:
            return self._with_common_powers(coefficient, joined, factors, places)
        above, below = fraction(factors)
        top = self._quotient(above, below, as_doubles(abs(coefficient)), places)
        return self.call("neg", top) if coefficient < 0 else top

    def _quotient(
        self,
        above: list[sp.Expr],
        below: list[sp.Expr],
        number: tuple[float, float],
        places: Places,
        powers: bool = False,
    ) -> Node:
        above, below, number = with_one_number(above, below, number, self.rounded)
        over = None if powers else over_the_row(self, above, below, number, places)
        if over is not None:
            return over
        p, q = number
        above, below = over_a_hypotenuse(above, below)
        exponential = exponential_in(above, number, powers)
        special = shrunk(self, above, number, places) or with_what_overflows(self, above, number, places)
        logistic = None if exponential is None else times_logistic(self, exponential, above, number, places)
        if logistic is not None:
            top, q = logistic, 1.0
        elif exponential is not None:
            top, q = self.silenced(above, product_with(self, exponential, above, number, places), places), 1.0
        elif special is not None:
            top, q = self.silenced(above, special, places), 1.0
        else:
            top = self._weighted_product(above if powers else halved_exponentials(above), places, p)
        if q == 1.0 and not below:
            return top
        if outgrown(above, below):
            return self._outgrown_quotient(top, below, places, q)
        repeated = [f for f in below if is_repeated_divisor(f)]
        below = [f for f in below if f not in repeated]
        if below or q != 1.0:
            top = self.call("div", top, self.product(below, places, q))
        return self._one_by_one(top, repeated, places)

    def _one_by_one(self, quotient: Node, powers: list[sp.Expr], places: Places) -> Node:
        """x/b**2 as x/b/b: the square overflows, or underflows to 0, where the quotient does not."""
        for base, n in (factor.as_base_exp() for factor in powers):
            for _ in range(int(n)):
                quotient = self.call("div", quotient, self.node(base, places))
        return quotient

    def _outgrown_quotient(self, top: Node, below: list[sp.Expr], places: Places, number: float) -> Node:
        """Factor by factor, since a square overflows before the quotient underflows; 0 where a factor is infinite."""
        quotient = top if number == 1.0 else self.call("div", top, self.number(number))
        for base, exponent in (factor.as_base_exp() for factor in below):
            divisor = self.node(base, places)
            for _ in range(int(exponent)):
                quotient = self.call("div", quotient, divisor)
            infinite = self.call("eq", self.call("abs", divisor), self.number(float("inf")))
            quotient = self.make(Select, infinite, self.number(0.0), quotient)
        return quotient

    def _with_common_powers(
        self, coefficient: sp.Rational, joined: list[tuple[list[sp.Expr], int]], rest: list[sp.Expr], places: Places
    ) -> Node:
        """Whole powers of one exponent are powers of a product; then the other factors."""
        product: Node | None = None
        for bases, n in joined:
            part = self._repeated(self._quotient(*fraction(bases), (1.0, 1.0), places, powers=True), n)
            product = part if product is None else self.call("mul", product, part)
        assert product is not None
        if coefficient == 1 and not rest:
            return product
        product = self.call("mul", self.node(sp.Mul(coefficient, *rest), places), product)
        powers = [b**n for bases, n in joined for b in bases]
        return self.silenced(fraction([*powers, *rest])[0], product, places) if rest else product

    def _weighted_product(self, factors: list[sp.Expr], places: Places, number: float) -> Node:
        """The product, and 0 where a weight is 0 although the weighted is infinite (0*inf would be NaN)."""
        return self.silenced(factors, self.product(factors, places, number), places)

    def silenced(self, factors: list[sp.Expr], product: Node, places: Places) -> Node:
        for bell in [f for f in factors if is_bell(f)]:
            if any(can_be_infinite(f) for f in factors if f is not bell):
                vanished = self.call("eq", self.node(bell, places), self.number(0.0))
                product = self.make(Select, vanished, self.number(0.0), product)
        # exp of a target is 0 where that is -inf: the logarithm of a probability.
        weights = [f for f in factors if (f.is_zero is None or isinstance(f, sp.exp)) and not depends_on_prediction(f)]
        if any(_may_overflow(f) for f in factors):
            # An exponential may overflow: a residual of exactly 0 silences it as well.
            weights = [f for f in factors if f.is_zero is None and not isinstance(f, sp.exp)]
        if any(is_infinite_logarithm(f) for f in factors):
            # log(y) at the end of the domain of y: whatever multiplies it, x**0 is 1 also at x = 0.
            weights = [f for f in factors if f.is_zero is None and not is_infinite_logarithm(f)]
        # A probability underflows to 0 where its logarithm is infinite or nearly so.
        probabilities = [f for f in factors if is_probability(f.as_base_exp()[0]) and f not in weights]
        if not (weights or probabilities) or not any(can_be_infinite(f) or is_infinite_logarithm(f) for f in factors):
            return product
        groups = _with_zeros_of_their_own(weights, probabilities)
        silent, *others = (self.call("eq", self.product(g, places, 1.0), self.number(0.0)) for g in groups)
        for other in others:
            silent = self.call("or", silent, other)
        return self.make(Select, silent, self.number(0.0), product)

    def product(self, factors: list[sp.Expr], places: Places, number: float) -> Node:
        """The product of the factors and a number, from left to right."""
        product: Node | None = None
        u, exponent, factors = without_slope(factors)
        counted = with_count(factors, u) if exponent < 2 else None
        if counted is not None:
            head, argument, counts, factors = counted
            value, error = with_rounding_error(self, argument, places)
            count = self.product(counts, places, 1.0)
            product = self.call(head, value, self.number(0.0) if error is None else error, count)
        elif u is not None:
            product = self._repeated(self._corrected("sigmoid_slope", u, places), exponent)
        factors = squared_last(factors)
        squares = squared_factors(factors)
        for factor in factors[: len(factors) - 2 * len(squares)]:
            value = self.node(factor, places)
            product = value if product is None else self.call("mul", product, value)
        for root in squares:
            product = self._times_square(product, self.node(root, places))
        if product is None:
            return self.number(number)
        return product if number == 1.0 else self.call("mul", self.number(number), product)

    def _times_square(self, product: Node | None, root: Node) -> Node:
        """x (h h), and (x h) h where the square overflows or underflows and the product may not."""
        square = self.call("mul", root, root)
        if product is None:
            return square
        least, most = self.number(_SMALLEST_NORMAL), self.number(float("inf"))
        held = self.call("and", self.call("ge", square, least), self.call("lt", square, most))
        one_by_one = self.call("mul", self.call("mul", product, root), root)
        return self.make(Select, held, self.call("mul", product, square), one_by_one)

    def _power(self, e: sp.Pow, places: Places) -> Node:
        base, exponent = e.args
        if exponent.could_extract_minus_sign():
            return self.call("div", self.number(1.0), self.node(base ** (-exponent), places))
        if isinstance(base, sigmoid) and not (exponent.is_Integer and int(exponent) <= _LONGEST_CHAIN):
            return self._power_of_logistic(base.args[0], exponent, places)
        if type(base) is binders.Softmax and not exponent.is_Integer:
            return self._power_of_softmax(base, exponent, places)
        inner = self.node(base, places)
        if exponent == sp.Rational(1, 2):
            return self.call("sqrt", inner)
        if exponent == sp.Rational(3, 2):
            return self.call("mul", inner, self.call("sqrt", inner))
        if exponent.is_Integer and 1 <= int(exponent) <= _LONGEST_CHAIN:
            return self._repeated(inner, int(exponent))
        return self.call("power", inner, self.node(exponent, places))

    def _power_of_logistic(self, x: sp.Expr, exponent: sp.Expr, places: Places) -> Node:
        """s(x)**(g + n) as s(x)**g s(x)**n: the sum g + n would be rounded, and the power with it."""
        whole = exponent.as_coeff_Add()[0]
        if whole != exponent and whole.is_Integer and 1 <= int(whole) <= _LONGEST_CHAIN:
            power = self.call("sigmoid_power", self.node(x, places), self.node(exponent - whole, places))
            return self.call("mul", power, self._repeated(self.node(sigmoid(x), places), int(whole)))
        return self.call("sigmoid_power", self.node(x, places), self.node(exponent, places))

    def _power_of_softmax(self, base: binders.Softmax, exponent: sp.Expr, places: Places) -> Node:
        """p**a where p underflows and the power does not; p**(a + n) as p**a p**n, as for the logistic function."""
        whole = exponent.as_coeff_Add()[0]
        if whole != exponent and whole.is_Integer and 1 <= int(whole) <= _LONGEST_CHAIN:
            rest = self._power_of_softmax(base, exponent - whole, places)
            return self.call("mul", rest, self._repeated(self.node(base, places), int(whole)))
        entry, _ = self._entry(base, places)
        return self.rows.softmax_power(self.statistics(base, places), entry, self.node(exponent, places))

    def _of_computed_exponent(self, e: sp.Expr, places: Places) -> Node:
        """A function that multiplies the error of a large argument, with what rounding took from that."""
        row = row_of(e)
        return self._corrected(type(e).__name__ if row is None else row.elementary, e.args[0], places)

    def _tanh(self, e: sp.tanh, places: Places) -> Node:
        """A rounded sum costs it half an ulp at most, a quotient as much again."""
        if is_quotient(e.args[0]):
            return self._corrected("tanh", e.args[0], places)
        return self.call("tanh", self.node(e.args[0], places))

    def _corrected(self, head: str, argument: sp.Expr, places: Places) -> Node:
        value, error = with_rounding_error(self, argument, places)
        return self.call(head, value) if error is None else self.call(f"{head}_corrected", value, error)

    def _repeated(self, x: Node, n: int) -> Node:
        if n == 1:
            return x
        half = self._repeated(x, n // 2)
        square = self.call("mul", half, half)
        return square if n % 2 == 0 else self.call("mul", square, x)

    def _fold(self, head: str) -> Callable[[sp.Expr, Places], Node]:
        def fold(e: sp.Expr, places: Places) -> Node:
            first, *others = sorted(e.args, key=sp.default_sort_key)
            value = self.node(first, places)
            for other in others:
                value = self.call(head, value, self.node(other, places))
            return value

        return fold

    def _exponential(self, e: sp.exp, places: Places) -> Node:
        half = half_exponential(e)
        if half is None:
            return self._of_computed_exponent(e, places)
        root = self.node(half, places)
        return self.call("mul", root, root)

    def _log(self, e: sp.log, places: Places) -> Node:
        # SymPy turns loggamma(n) of a whole number into log(gamma(n)), which overflows at 171.
        if isinstance(e.args[0], sp.gamma):
            return self.call("loggamma", self.node(e.args[0].args[0], places))
        if isinstance(e.args[0], sp.Add) and not e.args[0].is_integer:
            # Next to 1 the rounding of a sum is more than the logarithm has digits.
            argument, error = with_rounding_error(self, e.args[0], places)
            return self.call("log", argument) if error is None else self.call("log_sum", argument, error)
        return self.call("log", self.node(e.args[0], places))

    def _polygamma(self, e: sp.polygamma, places: Places) -> Node:
        order, x = e.args
        inner = self.node(x, places)
        special = {0: "digamma", 1: "trigamma"}.get(int(order)) if order.is_Integer else None
        return self.call(special, inner) if special else self.call("polygamma", self.node(order, places), inner)

    # --- conditions ----------------------------------------------------------------------------

    def _piecewise(self, e: sp.Piecewise, places: Places) -> Node:
        value = self.number(float("nan"))
        for branch, condition in reversed(e.args):
            then = self.node(branch, places)
            value = then if condition == sp.true else self.make(Select, self.node(condition, places), then, value)
        return value

    def _delta(self, e: sp.KroneckerDelta, places: Places) -> Node:
        same = self.call("eq", *(self.node(a, places) for a in e.args))
        return self.make(Select, same, self.number(1.0), self.number(0.0))

    def _relation(self, e: sp.core.relational.Relational, places: Places) -> Node:
        return self.call(_RELATIONS[type(e)], self.node(e.lhs, places), self.node(e.rhs, places))

    def _either(self, e: ITE, places: Places) -> Node:
        condition, then, otherwise = e.args
        return self.node(sp.Or(sp.And(condition, then), sp.And(sp.Not(condition), otherwise)), places)

    def _negation(self, e: sp.Not, places: Places) -> Node:
        return self.call("not", self.node(e.args[0], places))

    def _truth(self, e: sp.Basic, places: Places) -> Node:
        return self.call("eq", self.number(1.0), self.number(1.0 if e == sp.true else 0.0))

    # --- rows ----------------------------------------------------------------------------------

    def inside(self, e: binders.Binder, places: Places) -> tuple[Loop, Node]:
        """A loop for the binder and its body at that loop; the least loop that no free index of it uses."""
        row_free = free_indices(e.body) - {e.bound}
        taken = {places[i] for i in row_free}
        axis = e.bound.label.axis.name
        number = next(n for n in range(len(taken) + 1) if Loop(axis, n) not in taken)
        loop = Loop(axis, number)
        index, body = e.open()
        return loop, self.node(body, {**{i: places[i] for i in row_free}, index: loop})

    def _total(self, e: binders.Total, places: Places) -> Node:
        if is_of_directions(e):
            return rounded_once(self, e, places)
        return self.make(Reduce, "sum", *self.inside(e, places))

    def _maximum_over(self, e: binders.Maximum, places: Places) -> Node:
        return self.make(Reduce, "max", *self.inside(e, places))

    def _share(self, e: binders.Share, places: Places) -> Node:
        loop, entry = self.inside(e, places)
        largest = self.make(Reduce, "max", loop, entry)
        one, zero = self.number(1.0), self.number(0.0)
        ties = self.make(Reduce, "sum", loop, self.make(Select, self.call("eq", entry, largest), one, zero))
        here = self.call("eq", self.node(e.at(e.place), places), largest)
        return self.make(Select, here, self.call("div", one, ties), zero)

    def _rank(self, e: binders.Rank, places: Places) -> Node:
        loop, entry = self.inside(e, places)
        own, place = self.node(e.at(e.place), places), self.node(e.place, places)
        if loop in own.free | place.free:
            loop, entry = self.beside(e, places, own.free | place.free)
        tie = self.call("and", self.call("eq", entry, own), self.call("lt", self.make(Position, loop), place))
        before = self.call("or", self.call("gt", entry, own), tie)
        return self.make(Reduce, "sum", loop, self.make(Select, before, self.number(1.0), self.number(0.0)))

    def beside(self, e: binders.Binder, places: Places, taken: frozenset[Loop]) -> tuple[Loop, Node]:
        """As `_inside`, with a loop that is not among ``taken``: the body meets another entry of the same row."""
        axis = e.bound.label.axis.name
        loop = next(Loop(axis, n) for n in range(len(taken) + 2) if Loop(axis, n) not in taken)
        index, body = e.open()
        row_free = free_indices(e.body) - {e.bound}
        return loop, self.node(body, {**{i: places[i] for i in row_free}, index: loop})

    def _sorted(self, e: binders.Sorted, places: Places) -> Node:
        place = self.node(e.place, places)
        loop, entry = self.beside(e, places, place.free)
        index = binders.fresh_index(e.bound)
        rank = self.node(binders.Rank(e.body, e.bound, index), {**places, index: loop})
        chosen = self.make(Select, self.call("eq", rank, place), entry, self.number(0.0))
        return self.make(Reduce, "sum", loop, chosen)

    def statistics(self, e: binders.Binder, places: Places) -> RowStatistics:
        """The statistics of the row that a softmax or log-sum-exp is about."""
        return translate_rows.opened(self, e, places)[1]

    def _entry(self, e: binders.Softmax, places: Places) -> tuple[Node, Node]:
        """The entry at the binder's own place, without the scale of the row, and that place."""
        entry = translate_rows.unscaled(e).at(e.place)
        return translate_rows.entry_of(self, entry, places), self.node(e.place, places)

    def _log_sum_exp(self, e: binders.LogSumExp, places: Places) -> Node:
        row = self.statistics(e, places)
        value = self.rows.log_sum_exp(row)
        # Entries that are computed cancel: a density is next to 1 where the log of its scale meets its residual.
        return self.with_error(value, self.rows.log_sum_exp_error(row)) if is_computed(e.body) else value

    def log_sum_exp_error(self, e: binders.LogSumExp, places: Places) -> Node:
        """What rounding took from a log-sum-exp; after its error was added, from that sum."""
        row = self.statistics(e, places)
        error = self.rows.log_sum_exp_error(row)
        return self.call("sum_error", self.rows.log_sum_exp(row), error) if is_computed(e.body) else error

    def _expm1(self, e: expm1, places: Places) -> Node:
        """With what rounding took from a sum that is computed, times the exponential."""
        if not (isinstance(e.args[0], sp.Add) and is_computed(e.args[0])):
            return self._by_row(e, places)
        x, error = with_rounding_error(self, e.args[0], places)
        value = self.call("expm1", x)
        slope = self.call("add", self.number(1.0), value)
        return self.with_error(value, None if error is None else self.call("mul", slope, error))

    def _softmax(self, e: binders.Softmax, places: Places) -> Node:
        return self.rows.softmax(self.statistics(e, places), *self._entry(e, places))

    def softmax_error(self, e: binders.Softmax, places: Places) -> Node:
        """What rounding took from a softmax."""
        return self.rows.softmax_error(self.statistics(e, places), *self._entry(e, places))

    def contrast_error(self, e: SoftmaxContrast, places: Places) -> Node:
        return translate_rows.contrast_error(self, e, places)

    def complement_error(self, e: SoftmaxComplement, places: Places) -> Node:
        """What rounding took from 1 less a softmax."""
        row, (entry, place) = self.statistics(e, places), self._entry(e, places)
        at_largest = self.rows.complement_error(row)
        if place is row.place:
            return at_largest
        of_difference = self.call("difference_error", self.number(1.0), self.rows.softmax(row, entry, place))
        elsewhere = self.call("sub", of_difference, self.rows.softmax_error(row, entry, place))
        return self.rows.where_largest(row, entry, at_largest, elsewhere)

    def gap_error(self, e: SoftmaxGap, places: Places) -> Node | None:
        """What rounding took from a gap; None where it is not known."""
        row, (entry, _) = self.statistics(e, places), self._entry(e, places)
        known = row.scale == UNSCALED and entry not in self.rows.errors
        return self.rows.gap_error(row, entry) if known else None

    def _complement(self, e: SoftmaxComplement, places: Places) -> Node:
        return self.rows.complement(self.statistics(e, places), *self._entry(e, places))

    def _gap(self, e: SoftmaxGap, places: Places) -> Node:
        return self.rows.gap(self.statistics(e, places), *self._entry(e, places))


def _with_zeros_of_their_own(weights: list[sp.Expr], probabilities: list[sp.Expr]) -> list[list[sp.Expr]]:
    """Factors whose product is 0 where one of them is: what may be infinite stands alone, a residual apart from
    probabilities."""
    infinite = [f for f in weights if isinstance(f, sp.Add) and _may_overflow(f)]
    rest = [f for f in weights if f not in infinite]
    apart = bool(probabilities) and any(map(depends_on_prediction, rest))
    groups = [rest, probabilities] if apart else [rest + probabilities]
    return [g for g in (*groups, *([f] for f in infinite)) if g]


def _may_overflow(factor: sp.Expr) -> bool:
    """An exponential of a prediction, or a sum that has one as a factor of a term."""
    terms = factor.args if isinstance(factor, sp.Add) else (factor,)
    factors = (f for term in terms for f in sp.Mul.make_args(term))
    exponentials = (f for f in factors if isinstance(f.as_base_exp()[0], _OVERFLOWING))
    return any(map(depends_on_prediction, exponentials))


_RELATIONS = {
    sp.StrictLessThan: "lt",
    sp.LessThan: "le",
    sp.StrictGreaterThan: "gt",
    sp.GreaterThan: "ge",
    sp.Equality: "eq",
    sp.Unequality: "ne",
}

_OF_COMPUTED_EXPONENTS = (
    sp.exp,
    sigmoid,
    softplus,
    softplus_excess,
    softplus_second_excess,
    sech2,
    sp.sin,
    sp.cos,
    log_norm_cdf,
    inverse_mills,
    mills_slope,
)

_RULES: tuple[tuple[Any, Callable[[Translation, Any, Places], Node]], ...] = (
    (sp.Idx, Translation._index),
    (sp.Indexed, Translation._element),
    (sp.Symbol, Translation._symbol),
    (sp.Add, Translation._sum),
    (sp.Mul, Translation._product),
    (sp.Pow, Translation._power),
    (sp.exp, Translation._exponential),
    (sp.log, Translation._log),
    (_OF_COMPUTED_EXPONENTS, Translation._of_computed_exponent),
    (sp.tanh, Translation._tanh),
    (expm1, Translation._expm1),
    (sp.polygamma, Translation._polygamma),
    (exp_times, lambda t, e, p: shape_times_gap(t, e, p, scaled_slope(t, e, p))),
    (sigmoid_less, logistic_less),
    ((excess_slope, rising_curvature, rising_excess_exp), excess_of_exponential),
    (log_bessel_i0_scaled, bessel_of_exponential),
    (log1psq, log_of_square_of_quotient),
    (finished, lambda t, e, p: t.node(e.args[0], p)),
    (sp.Piecewise, Translation._piecewise),
    (sp.Max, lambda t, e, p: t._fold("maximum")(e, p)),
    (sp.Min, lambda t, e, p: t._fold("minimum")(e, p)),
    (sp.KroneckerDelta, Translation._delta),
    (sp.core.relational.Relational, Translation._relation),
    (sp.And, lambda t, e, p: t._fold("and")(e, p)),
    (sp.Or, lambda t, e, p: t._fold("or")(e, p)),
    (ITE, Translation._either),
    (sp.Not, Translation._negation),
    ((BooleanTrue, BooleanFalse), Translation._truth),
    *translate_rows.RULES,
    *translate_sparse.RULES,
    (binders.Total, Translation._total),
    (binders.LogSumExp, Translation._log_sum_exp),
    (SoftmaxComplement, Translation._complement),
    (SoftmaxGap, Translation._gap),
    (binders.Softmax, Translation._softmax),
    (binders.Maximum, Translation._maximum_over),
    (binders.Share, Translation._share),
    (binders.Sorted, Translation._sorted),
    (binders.Rank, Translation._rank),
)
