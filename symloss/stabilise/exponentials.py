"""Products with an exponential of a prediction: it may overflow or underflow where the product does not.

c e^u is one function of u and c, which applies the power of two last. Where u runs to -inf it is 0 although c is
infinite, if what is in c grows no faster than a power of what is in u.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import sympy as sp

from symloss.declare.roles import RoleSymbol
from symloss.heads.algebraic import hypot, inverse_hypot, log1psq, power1psq_quotient
from symloss.heads.functions import (
    exp_times,
    expm1,
    expm1mx,
    log_bessel_i0_scaled,
    log_norm_cdf,
    rising_curvature,
    sigmoid,
)
from symloss.heads.shares import sigmoid_less

from .arithmetic import coefficient_and_factors, fraction, half_exponential
from .exponents import with_rounding_error
from .graph import Loop, Node, Select
from .logistic_pairs import without_slope
from .silence import is_outgrown_by
from .target import depends_on_prediction

if TYPE_CHECKING:
    from .translate import Translation

Places = Mapping[sp.Idx, Loop]

_TINY = 2.0**-900  # no exponential brings it to where a number decides whether the product overflows
_FAR_OUT = 2.0  # the logarithm of a shape whose excesses are multiples of its inverse, to a factor of 2
_SURE = 700.0  # e^x - 1 and e^x - 1 - x are e^x there, to the last bit, and e^x is still finite


def exponential_in(factors: list[sp.Expr], number: tuple[float, float], powers: bool) -> sp.Expr | None:
    """The one exponential of a prediction that a product should meet last: there is something to meet it.

    Where a power of the product is wanted the scale itself is at hand, unless its logarithm is computed.
    """
    found = [f for f in factors if isinstance(f, sp.exp) and depends_on_prediction(f)]
    if len(found) != 1 or (powers and not isinstance(found[0].args[0], sp.Add)):
        return None
    shrinks = number[0] < number[1]
    if half_exponential(found[0]) is not None and (len(factors) > 1 or not shrinks):
        return None  # a squared scale: its root is at hand, and meets the others twice
    return found[0] if shrinks or len(factors) > 1 else None


def product_with(
    t: Translation, e: sp.exp, factors: list[sp.Expr], number: tuple[float, float], places: Places
) -> Node:
    """number * factors, the exponential e among them; p and q of the number p/q are applied before the exponential."""
    others = [f for f in factors if f is not e]
    rest, last = (
        _with_number(t, t.product(others, places, 1.0), number) if others else (t.number(number[0] / number[1]), None)
    )
    value, error = with_rounding_error(t, e.args[0], places)
    if error is None:
        product = t.call("exp_product", value, rest)
    else:
        product = t.call("exp_product_corrected", value, error, rest)
    product = product if last is None else t.call("mul", product, last)
    if not others or not is_outgrown_by(others, e.args[0]):
        return product
    far = t.call("eq", value, t.number(-float("inf")))
    return t.make(Select, far, t.number(0.0), product)


def times_logistic(
    t: Translation, e: sp.exp, factors: list[sp.Expr], number: tuple[float, float], places: Places
) -> Node | None:
    """c exp(v) sigmoid(x) for a prediction x, which may underflow where the product does not."""
    others = [f for f in factors if f is not e]
    if len(others) != 1 or not is_logistic_of_given(others[0]) or number[1] != 1.0:
        return None
    v, error = with_rounding_error(t, e.args[0], places)
    if error is not None:
        return None
    return t.call("exp_times_sigmoid", v, t.node(others[0].args[0], places), t.number(number[0]))


def is_logistic_of_given(e: sp.Expr) -> bool:
    """Whether it is sigmoid(f) or sigmoid(-f) of a prediction."""
    u = e.args[0] if isinstance(e, sigmoid) else sp.S.Zero
    u = -u if u.could_extract_minus_sign() else u
    return isinstance(u, (RoleSymbol, sp.Indexed)) and depends_on_prediction(u)


def scaled_slope(t: Translation, e: exp_times, places: Places) -> Node:
    """exp(v) c sigmoid(x) sigmoid(-x), as `times_logistic`; else the function of the table."""
    v, product = e.args
    number, rest = product.as_coeff_Mul()
    u, n, factors = without_slope(list(sp.Mul.make_args(rest)))
    if u is None or n != 1 or not is_logistic_of_given(sigmoid(u)):
        return t.call("exp_times", *(t.node(a, places) for a in e.args))
    return t.call("exp_times_slope", t.node(v, places), t.node(u, places), t.node(number * sp.Mul(*factors), places))


def _with_number(t: Translation, rest: Node, number: tuple[float, float]) -> tuple[Node, Node | None]:
    """What meets the exponential, with the number in it, and what is left for later: a number below 1 takes the last
    bits of a factor that is nearly subnormal."""
    p, q = number
    if q != 1.0:
        return t.call("div", rest if p == 1.0 else t.call("mul", t.number(p), rest), t.number(q)), None
    if p == 1.0:
        return rest, None
    tiny = t.call("lt", t.call("abs", rest), t.number(_TINY))
    now = t.make(Select, tiny, rest, t.call("mul", t.number(p), rest))
    return now, t.make(Select, tiny, t.number(p), t.number(1.0))


def scaled_pair(e: sp.Add) -> tuple[exp_times, exp_times] | None:
    """The two exp_times of a sum, with its signs in their second arguments, if each has an exponent of its own and
    both may be infinite: which infinity it is depends on the exponents."""
    found = [(term.as_coeff_Mul(), term) for term in e.args]
    pair = [exp_times(node.args[0], c * node.args[1]) for (c, node), _ in found if isinstance(node, exp_times)]
    if len(pair) != 2 or any(abs(c) != 1 for (c, node), _ in found if isinstance(node, exp_times)):
        return None
    a, b = (node.args[0] for node in pair)
    apart = not (a.free_symbols <= b.free_symbols or b.free_symbols <= a.free_symbols)
    return (pair[0], pair[1]) if apart and all(map(depends_on_prediction, (a, b))) else None


def shrunk(t: Translation, factors: list[sp.Expr], number: tuple[float, float], places: Places) -> Node | None:
    """(p/q) (e^u - 1) and (p/q) (e^u - 1 - u) for p/q < 1, where the function overflows and the product does not."""
    if len(factors) != 1 or not isinstance(factors[0], (expm1, expm1mx)) or number[0] >= number[1]:
        return None
    u, p, q = t.node(factors[0].args[0], places), *number
    plain = t.product(factors, places, p)
    plain = plain if q == 1.0 else t.call("div", plain, t.number(q))
    far = t.call("exp_product", u, t.number(p / q))
    return t.make(Select, t.call("gt", u, t.number(_SURE)), far, plain)


def with_what_overflows(
    t: Translation, factors: list[sp.Expr], number: tuple[float, float], places: Places
) -> Node | None:
    """The product with a function that grows like a square or a power, and meets the other factors first."""
    found = [f for f in factors if isinstance(f, (power1psq_quotient, log_norm_cdf))]
    if len(found) != 1 or (len(factors) == 1 and number[0] >= number[1]):
        return None
    e = found[0]
    if isinstance(e, log_norm_cdf) and with_rounding_error(t, e.args[0], places)[1] is not None:
        return None
    p, q = number
    rest = t.product([f for f in factors if f is not e], places, p)
    rest = rest if q == 1.0 else t.call("div", rest, t.number(q))
    head = "log_ndtr_product" if isinstance(e, log_norm_cdf) else "power1psq_quotient_product"
    return t.call(head, *(t.node(a, places) for a in e.args), rest)


def log_of_square_of_quotient(t: Translation, e: log1psq, places: Places) -> Node:
    """log(1 + (u/s)**2) of u and s: the quotient may overflow."""
    coefficient, factors = coefficient_and_factors(e.args[0]) if isinstance(e.args[0], sp.Mul) else (sp.S.One, [])
    above, below = fraction(factors)
    if not below or abs(coefficient) != 1:
        return t.call("log1psq", t.node(e.args[0], places))
    return t.call("log1psq_quotient", t.product(above, places, 1.0), t.product(below, places, 1.0))


def over_a_hypotenuse(above: list[sp.Expr], below: list[sp.Expr]) -> tuple[list[sp.Expr], list[sp.Expr]]:
    """1/(s sqrt(1 + (u/s)**2)) as 1/hypot(u, s), which is no 0 where u/s overflows."""
    for f in above:
        if isinstance(f, inverse_hypot) and isinstance(f.args[0], sp.Mul):
            coefficient, factors = coefficient_and_factors(f.args[0])
            u, scale = fraction(factors)
            if abs(coefficient) == 1 and len(scale) == 1 and scale[0] in below:
                others = [x for x in below if x != scale[0]]
                return [x for x in above if x is not f], [*others, hypot(sp.Mul(*u), scale[0])]
    return above, below


def logistic_less(t: Translation, e: sigmoid_less, places: Places) -> Node:
    """sigmoid(x) - m of x, m and the logit of m in two parts, which are the same for all samples."""
    x, m = (t.node(a, places) for a in e.args)
    logit = t.call("logit", m)
    return t.call("sigmoid_less_known", x, m, logit, t.call("logit_remainder", m, logit))


def excess_of_exponential(t: Translation, e: sp.Expr, places: Places) -> Node:
    """What is left of a gamma function at exp(b) less its large part is a multiple of exp(-b) far out, and its second
    derivative one of exp(b) next to 0: what rounding took from b is a part of the result."""
    b, error = with_rounding_error(t, e.args[0], places)
    plain = t.call(type(e).__name__, b, *(t.node(a, places) for a in e.args[1:]))
    if error is None:
        return plain
    low = t.make(Select, t.call("lt", b, t.number(-_FAR_OUT)), t.call("neg", error), t.number(0.0))
    other = low if isinstance(e, rising_curvature) else t.number(0.0)
    relative = t.make(Select, t.call("gt", b, t.number(_FAR_OUT)), error, other)
    return t.call("sub", plain, t.call("mul", plain, relative))


def bessel_of_exponential(t: Translation, e: log_bessel_i0_scaled, places: Places) -> Node:
    """log(e^-k I0(k)) at k = e^u is -(u + log(2 pi))/2 where e^u is about to overflow, and beyond: the next term is
    e^-u/8 (Abramowitz, Stegun, Handbook of mathematical functions (1964), 9.7.1)."""
    plain = t.call("log_bessel_i0_scaled", t.node(e.args[0], places))
    if not isinstance(e.args[0], sp.exp):
        return plain
    u = t.node(e.args[0].args[0], places)
    far = t.call("neg", t.call("mul", t.number(0.5), t.call("add", u, t.number(math.log(2 * math.pi)))))
    return t.make(Select, t.call("gt", u, t.number(_SURE)), far, plain)


__all__ = [
    "bessel_of_exponential",
    "excess_of_exponential",
    "exponential_in",
    "log_of_square_of_quotient",
    "logistic_less",
    "over_a_hypotenuse",
    "product_with",
    "scaled_slope",
    "shrunk",
    "times_logistic",
    "with_what_overflows",
]
