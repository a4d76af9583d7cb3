"""What rounding took from a sum or a product: for exponents, so that exp of it keeps its digits, and for residuals.

exp(a) multiplies the rounding error of a by |a|: 20 ulp at a = -40, 350 at -700. A sum's error is
exact by TwoSum and a product's by fma, so exp(a + error) costs a few operations more and is as good
as exp itself (acceptance figure A6). A residual less a margin, |f - y| - eps, cancels at the edge of the
margin, where it is all that is left of the loss; its error is added to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import sympy as sp

from symloss.declare.roles import RoleSymbol
from symloss.heads.binders import LogSumExp
from symloss.simplify.rules import domain_name

from .arithmetic import as_doubles, fraction, is_constant, term_order
from .graph import Loop, Node, Select
from .rows import Scale

if TYPE_CHECKING:
    from .translate import Translation

Places = Mapping[sp.Idx, Loop]


def with_rounding_error(t: Translation, e: sp.Expr, places: Places) -> tuple[Node, Node | None]:
    """The node of e and what to add to it to be nearer to it.

    A quotient by parameters is a product with their quotient, which is formed once and whose own error is known.
    """
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
        return _of_sum(translation, e, places)
    if isinstance(e, sp.Mul):
        return _of_product(translation, e, places)
    if isinstance(e, sp.Abs):
        return _of_modulus(translation, e.args[0], places)
    if isinstance(e, sp.Piecewise):
        return _of_choice(translation, e, places)
    if isinstance(e, LogSumExp):
        return translation.rows.log_sum_exp_error(translation.statistics(e, places))
    if isinstance(e, sp.Pow) and e.exp == 2:
        return _of_two_factors(translation, e.base, e.base, places)
    return None


def _of_sum(t: Translation, e: sp.Add, places: Places) -> Node | None:
    """TwoSum along the order in which a kernel adds, and the errors of the terms."""
    terms = sorted(e.args, key=term_order)
    terms = [x for x in terms if not x.could_extract_minus_sign()] + [x for x in terms if x.could_extract_minus_sign()]
    partial, errors = t.node(terms[0], places), [rounding_error(t, terms[0], places)]
    for term in terms[1:]:
        negative = term.could_extract_minus_sign()
        other = t.node(-term if negative else term, places)
        errors.append(t.call("difference_error", partial, other if negative else t.call("neg", other)))
        errors.append(rounding_error(t, term, places))
        partial = t.call("sub" if negative else "add", partial, other)
    return _added(t, errors)


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
        if not _is_power_of_two(coefficient):
            return None  # the product by such a number is rounded as well
        inner = rounding_error(t, rest, places)
        return None if inner is None else t.call("mul", t.number(as_doubles(coefficient)[0]), inner)
    if len(e.args) != 2 or any(_is_sign(f) for f in e.args) or any(isinstance(f, sp.Pow) for f in e.args):
        return None
    x, y = e.args
    return _of_two_factors(t, x, y, places)


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


def _is_sign(e: sp.Expr) -> bool:
    """Whether multiplying by e is exact: -1 or 1, be it declared or 2 y - 1 of a binary y."""
    return domain_name(e) in ("Signs", "Binary") or all(domain_name(s) == "Binary" for s in e.free_symbols)
