"""What rounding took from a sum or a product: for exponents, so that exp of it keeps its digits, and for residuals.

exp(a) multiplies the rounding error of a by |a|: 20 ulp at a = -40, 350 at -700. A sum's error is
exact by TwoSum and a product's by fma, so exp(a + error) costs a few operations more and is as good
as exp itself (acceptance figure A6). A residual less a margin, |f - y| - eps, cancels at the edge of the
margin, where it is all that is left of the loss; its error is added to it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import sympy as sp

from symloss.declare.roles import RoleSymbol
from symloss.heads.binders import LogSumExp, Softmax, SoftmaxComplement, SoftmaxGap, Total, free_indices
from symloss.heads.functions import finished, masked_difference, softplus
from symloss.heads.numbers import exact
from symloss.heads.row_binders import SoftmaxContrast
from symloss.heads.shares import log_over_mean
from symloss.simplify.rules import domain_name

from .arithmetic import as_doubles, coefficient_and_factors, fraction, half_exponential, is_constant, term_order
from .graph import Loop, Node, Select
from .rows import Parts, Scale

if TYPE_CHECKING:
    from .translate import Translation

Places = Mapping[sp.Idx, Loop]


def with_rounding_error(t: Translation, e: sp.Expr, places: Places) -> tuple[Node, Node | None]:
    """The node of e and what to add to it to be nearer to it.

    A quotient by parameters is a product with their quotient, which is formed once and whose own error is known.
    """
    if isinstance(e, softplus) and _is_given(e.args[0]):
        u = t.node(e.args[0], places)
        linear, tail = t.call("maximum", u, t.number(0.0)), t.call("softplus_tail", u)
        return t.call("add", linear, tail), t.call("sum_error", linear, tail)
    if isinstance(e, Total) and _is_sum_of_known(e):
        return _sum_in_two_parts(t, e, places)
    if is_computed(e):
        return _in_two_parts(t, e, places)
    coefficient, rest = e.as_coeff_Mul()
    if coefficient == -1:
        value, error = with_rounding_error(t, rest, places)
        return t.call("neg", value), None if error is None else t.call("neg", error)
    if not is_quotient(e) or not _is_power_of_two(coefficient):
        return t.node(e, places), rounding_error(t, e, places)
    above, below = fraction([f for f in sp.Mul.make_args(rest) if _is_of_parameters(f)])
    varying = sp.Mul(*(f for f in sp.Mul.make_args(rest) if not _is_of_parameters(f)))
    scale = Scale(t.product(above, places, 1.0) if above else None, t.product(below, places, 1.0))
    parts = t.rows.times_scale(t.node(varying, places), rounding_error(t, varying, places), scale)
    value, error = (p if coefficient == 1 else t.call("mul", t.number(float(coefficient)), p) for p in parts)
    return value, error


def is_residual_less_margin(e: sp.Add) -> bool:
    """Whether a sum is of three or more inputs and parameters as they are given, such as |f - y| - eps."""
    leaves = [leaf for term in e.args for leaf in _leaves(term)]
    return len(leaves) > 2 and all(isinstance(leaf, (RoleSymbol, sp.Indexed)) for leaf in leaves)


def _leaves(term: sp.Expr) -> tuple[sp.Expr, ...]:
    term = -term if term.could_extract_minus_sign() else term
    if isinstance(term, sp.Abs) and isinstance(term.args[0], sp.Add):
        return tuple(leaf for t in term.args[0].args for leaf in _leaves(t))
    return (term,)


def is_quotient(e: sp.Expr) -> bool:
    """Whether something that varies is divided by parameters."""
    scale = [f for f in sp.Mul.make_args(e) if _is_of_parameters(f) and not f.is_Rational]
    return bool(fraction(scale)[1]) and not _is_of_parameters(e)


def _is_power_of_two(number: sp.Expr) -> bool:
    return bool(number.is_Rational) and sp.log(abs(number), 2).is_integer is True


def _is_of_parameters(e: sp.Expr) -> bool:
    """Whether it is the same for all entries of all samples, or nearly all: made of parameters and numbers."""
    return all(isinstance(s, RoleSymbol) and s.role == "parameter" for s in e.free_symbols) and not e.has(sp.Idx)


def rounding_error(translation: Translation, e: sp.Expr, places: Places) -> Node | None:
    """What to add to the node of e to be nearer to it; None where nothing is rounded, or nothing is known."""
    if is_constant(e):
        return None
    if isinstance(e, sp.Add):
        return error_of_sum(translation, e, places, rounding_error)
    if isinstance(e, sp.Mul):
        return _of_product(translation, e, places)
    if isinstance(e, masked_difference):
        return translation.call("difference_error", *(translation.node(a, places) for a in e.args))
    if isinstance(e, finished):
        return rounding_error(translation, e.args[0], places)
    if isinstance(e, sp.Abs):
        return _of_modulus(translation, e.args[0], places)
    if isinstance(e, sp.log) and _is_given(e.args[0]):
        return translation.call("log_error", translation.node(e.args[0], places))
    if isinstance(e, sp.Piecewise):
        return _of_choice(translation, e, places)
    if isinstance(e, LogSumExp):
        return translation.log_sum_exp_error(e, places)
    if isinstance(e, log_over_mean) and isinstance(e.args[1], SoftmaxGap):
        return _of_log_over_mean(translation, e.args[0], e.args[1], places)
    if type(e) is Softmax:
        return translation.softmax_error(e, places)
    if isinstance(e, SoftmaxComplement):
        return translation.complement_error(e, places)
    if isinstance(e, SoftmaxContrast):
        return translation.contrast_error(e, places)
    if isinstance(e, Total):
        return _of_total(translation, e, places) if _is_sum_of_known(e) else None
    if isinstance(e, softplus) and _is_given(e.args[0]):
        return with_rounding_error(translation, e, places)[1]
    if isinstance(e, sp.Pow) and e.exp == 2:
        return _of_two_factors(translation, e.base, e.base, places)
    return None


def error_of_sum(
    t: Translation, e: sp.Add, places: Places, of_term: Callable[[Translation, sp.Expr, Places], Node | None]
) -> Node | None:
    """TwoSum along the order in which a kernel adds, and the errors of the terms."""
    terms = sorted(e.args, key=term_order)
    terms = [x for x in terms if not x.could_extract_minus_sign()] + [x for x in terms if x.could_extract_minus_sign()]
    partial, errors = t.node(terms[0], places), [of_term(t, terms[0], places)]
    for term in terms[1:]:
        negative = term.could_extract_minus_sign()
        other = t.node(-term if negative else term, places)
        errors.append(t.call("difference_error", partial, other if negative else t.call("neg", other)))
        errors.append(of_term(t, term, places))
        partial = t.call("sub" if negative else "add", partial, other)
    return _added(t, errors)


def _sum_in_two_parts(t: Translation, e: Total, places: Places) -> tuple[Node, Node]:
    """A sum along an axis and what rounding took from it and from its entries."""
    loop, entry = t.inside(e, places)
    index, body = e.open()
    own = rounding_error(t, body, {**{i: places[i] for i in free_indices(body) - {index}}, index: loop})
    return t.rows.sum_in_parts(entry, own, loop)


def _of_total(t: Translation, e: Total, places: Places) -> Node:
    """What is missing from the sum as it is computed elsewhere."""
    value, error = _sum_in_two_parts(t, e, places)
    plain = t.node(e, places)
    missing = t.call("sub", value, plain)
    finite = t.call("lt", t.call("abs", plain), t.number(float("inf")))
    return t.make(Select, finite, t.call("add", missing, error), t.number(0.0))


def _of_log_over_mean(t: Translation, target: sp.Expr, gap: SoftmaxGap, places: Places) -> Node | None:
    """-t/(t + p) times that of -log(p)."""
    error = t.gap_error(gap, places)
    if error is None:
        return None
    number, share = t.node(target, places), t.node(Softmax(*gap.args), places)
    slope = t.call("quotient_or_zero", number, t.call("add", number, share))
    return t.call("neg", t.call("mul", slope, error))


def _of_choice(t: Translation, e: sp.Piecewise, places: Places) -> Node | None:
    errors = [(rounding_error(t, branch, places), condition) for branch, condition in e.args]
    if all(error is None for error, _ in errors):
        return None
    value = t.number(0.0)
    for error, condition in reversed(errors):
        value = t.make(Select, t.node(condition, places), t.number(0.0) if error is None else error, value)
    return value


def _of_modulus(t: Translation, u: sp.Expr, places: Places) -> Node | None:
    error = rounding_error(t, u, places)
    if error is None:
        return None
    return t.make(Select, t.call("lt", t.node(u, places), t.number(0.0)), t.call("neg", error), error)


def _of_product(t: Translation, e: sp.Mul, places: Places) -> Node | None:
    coefficient, rest = e.as_coeff_Mul()
    if coefficient != 1:
        return _of_multiple(t, coefficient, rest, places)
    if len(e.args) != 2 or any(_is_sign(f) for f in e.args) or any(isinstance(f, sp.Pow) for f in e.args):
        return None
    x, y = e.args
    return _of_two_factors(t, x, y, places)


def _of_multiple(t: Translation, number: sp.Rational, e: sp.Expr, places: Places) -> Node | None:
    exactly = _is_power_of_two(number)
    if not exactly and not number.is_Integer:
        return None  # such a number is rounded itself
    factor, inner = t.number(as_doubles(number)[0]), rounding_error(t, e, places)
    errors = [] if exactly else [t.call("product_error", factor, t.node(e, places))]
    return _added(t, [*errors, None if inner is None else t.call("mul", factor, inner)])


def _of_two_factors(t: Translation, x: sp.Expr, y: sp.Expr, places: Places) -> Node | None:
    p, q = t.node(x, places), t.node(y, places)
    errors: list[Node | None] = [t.call("product_error", p, q)]
    for factor, other in ((x, q), (y, p)):
        inner = rounding_error(t, factor, places)
        if inner is not None:
            errors.append(t.call("mul", other, inner))
    return _added(t, errors)


def _added(t: Translation, errors: list[Node | None]) -> Node | None:
    known = [x for x in errors if x is not None]
    total = known[0] if known else None
    for x in known[1:]:
        assert total is not None
        total = t.call("add", total, x)
    return total


# --- exponents that have exponentials and logarithms in them ---------------------------------------------------------


def is_computed(e: sp.Expr) -> bool:
    """Whether e is a sum or a product with an exponential of an argument, whose own rounding error counts as well, or
    a sum with a softplus of one."""
    if isinstance(e, sp.Add):
        return any(map(is_computed, e.args)) or any(_is_softplus_of_given(term) for term in e.args)
    if not isinstance(e, sp.Mul):
        return False
    return any(isinstance(f, sp.exp) and is_multiple_of_given(f.args[0]) for f in e.args) and all(
        isinstance(f, sp.exp) or f.is_Rational or is_power_of_sum(f) for f in e.args
    )


def has_computed(e: sp.Expr) -> bool:
    """Whether a product that `is_computed` stands among the factors and terms of e."""
    return any(map(is_computed, e.atoms(sp.Mul)))


def _is_given(e: sp.Expr) -> bool:
    return isinstance(e, (RoleSymbol, sp.Indexed)) or (isinstance(e, Total) and _picks_a_given(e))


def _picks_a_given(e: Total) -> bool:
    """Whether the sum has one entry of an array, at a place, and 0 at all others."""
    if not isinstance(e.body, sp.Piecewise) or len(e.body.args) != 2:
        return False
    (entry, here), (elsewhere, _) = e.body.args
    return (
        isinstance(entry, sp.Indexed)
        and isinstance(here, sp.Eq)
        and abs((here.lhs - here.rhs).coeff(e.bound)) == 1
        and elsewhere == 0
    )


def _is_sum_of_known(e: Total) -> bool:
    """Whether all is known that rounding takes from the entries, and the sum is no count, no single entry, and none of
    parameters alone, which is formed once for all samples."""
    if all(s.role == "parameter" for s in e.body.atoms(RoleSymbol)):
        return False
    branches = [b for b, _ in e.body.args] if isinstance(e.body, sp.Piecewise) else [e.body]
    varying = [b for b in branches if not is_constant(b)]
    return bool(varying) and not _picks_a_given(e) and all(_is_given(b) or _is_softplus_of_given(b) for b in varying)


def _is_softplus_of_given(e: sp.Expr) -> bool:
    node = -e if e.could_extract_minus_sign() else e
    return isinstance(node, softplus) and _is_given(node.args[0])


def is_multiple_of_given(e: sp.Expr) -> bool:
    coefficient, rest = e.as_coeff_Mul()
    return _is_given(rest) and abs(coefficient) in (1, 2)


def is_power_of_sum(e: sp.Expr) -> bool:
    """x, |x - y| and their squares, of arguments."""
    base = e.base if isinstance(e, sp.Pow) and e.exp == 2 else e
    base = base.args[0] if isinstance(base, sp.Abs) else base
    return _is_given(base) or (isinstance(base, sp.Add) and all(_is_given(a) or _is_given(-a) for a in base.args))


def _in_two_parts(t: Translation, e: sp.Expr, places: Places) -> Parts:
    """The value as it is computed here, and what rounding took on the way."""
    if isinstance(e, sp.Add):
        terms = sorted(e.args, key=term_order)
        value, errors = None, []
        for term in terms:
            negative = term.could_extract_minus_sign()
            part, error = _part(t, -term if negative else term, places)
            part, error = (t.call("neg", part), _negated(t, error)) if negative else (part, error)
            errors.append(error)
            if value is not None:
                errors.append(t.call("sum_error", value, part))
            value = part if value is None else t.call("add", value, part)
        assert value is not None
        return t.outgrown(e, value, places), _added(t, errors)
    coefficient, factors = coefficient_and_factors(e)
    plain, squared = _with_roots(sorted(factors, key=lambda f: (isinstance(f, sp.exp), sp.default_sort_key(f))))
    roots = [_part(t, root, places) for root in squared]
    parts: Parts | None = None
    if roots:  # the product before its square: each square may overflow where that of the product does not
        whole: Parts = functools.reduce(lambda x, y: _product_of_parts(t, x, y), roots)
        parts = _product_of_parts(t, whole, whole)
    for factor in plain:
        one = _part(t, factor, places)
        parts = one if parts is None else _product_of_parts(t, parts, one)
    assert parts is not None
    value, error = t.silenced(factors, parts[0], places), parts[1]
    return _times_number(t, coefficient, (value, error))


def _with_roots(factors: list[sp.Expr]) -> tuple[list[sp.Expr], list[sp.Expr]]:
    """The factors that are no squares, and the roots of those that are: x of x**2, exp(u) of exp(2 u)."""
    roots = [half_exponential(f) or (f.base if isinstance(f, sp.Pow) else None) for f in factors]
    return [f for f, r in zip(factors, roots, strict=True) if r is None], [r for r in roots if r is not None]


def _part(t: Translation, factor: sp.Expr, places: Places) -> Parts:
    if not (isinstance(factor, sp.exp) and is_multiple_of_given(factor.args[0])):
        return with_rounding_error(t, factor, places)
    u = t.node(factor.args[0], places)
    # Entries of a row are taken from one another: what is left of two of 1e10 has digits where each has 40 more.
    among_others = factor.has(sp.Indexed)
    return t.call("exp", u), t.call("exp_rest" if among_others else "exp_error", u)


def _product_of_parts(t: Translation, x: Parts, y: Parts) -> Parts:
    errors: list[Node | None] = [t.call("product_error", x[0], y[0])]
    errors += [t.call("product_or_zero", own[1], other[0]) for own, other in ((x, y), (y, x)) if own[1] is not None]
    return t.call("mul", x[0], y[0]), _added(t, errors)


def _times_number(t: Translation, number: sp.Rational, parts: Parts) -> Parts:
    if number == 1:
        return parts
    if number == -1:
        return t.call("neg", parts[0]), _negated(t, parts[1])
    if _is_power_of_two(number):
        value, error = (None if x is None else t.call("mul", t.number(float(number)), x) for x in parts)
        assert value is not None
        return value, error
    missing = float(number - exact(float(number)))
    return _product_of_parts(t, parts, (t.number(float(number)), t.number(missing)))


def _negated(t: Translation, error: Node | None) -> Node | None:
    return None if error is None else t.call("neg", error)


def _is_sign(e: sp.Expr) -> bool:
    """Whether multiplying by e is exact: -1 or 1, be it declared or 2 y - 1 of a binary y."""
    return domain_name(e) in ("Signs", "Binary") or all(domain_name(s) == "Binary" for s in e.free_symbols)
