"""Differences of close numbers that algebra takes before the machine does."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from symloss.declare.lift_pairs import never_negative
from symloss.heads.binders import Softmax, Total
from symloss.heads.functions import expm1, log1p, log1pmx, product_or_zero, sigmoid
from symloss.simplify.cost import cost

from .divergence import deviances
from .products import product_of_sums
from .stable_rule import StableRule, pairs

Gap = Callable[[sp.Expr, sp.Expr, sp.Expr, int], sp.Expr]
"""a**(m/2) - b**(m/2) as a function of a, b, their difference and m."""

X, Y = sp.symbols("x y", positive=True)
"""The symbols of examples; roots and logarithms need positive ones."""

_SHARE = sp.Symbol("x", nonnegative=True)  # it may be 0

_LARGEST = 80  # factoring polynomials of several symbols is for short sums
_MOST_SYMBOLS = 5


def _factored(e: sp.Expr) -> sp.Expr | None:
    """A polynomial, or one over powers of a single symbol, as a product where that is shorter."""
    if not isinstance(e, sp.Add) or cost(e) > _LARGEST or not _is_rational(e):
        return None
    if all(map(never_negative, e.args)):
        return None  # nothing cancels
    if e.has(sp.Idx) or len(e.free_symbols) > _MOST_SYMBOLS or e.is_number:
        return None
    below = sp.denom(sp.together(e))
    if len(below.free_symbols) > 1 or (below.free_symbols and not below.as_coeff_Mul()[1].as_base_exp()[0].is_Symbol):
        return None
    product = _product_of(e)
    if product is None or isinstance(product.as_coeff_Mul()[1], sp.Add):
        return None  # a number alone joins nothing, and 2 f overflows where f does not
    return product if cost(product) <= cost(e) + 3 else None


def _product_of(e: sp.Expr) -> sp.Expr | None:
    """The sum as a product. A residual f - y in it stays whole: multiplied out, its own terms would cancel."""
    sums = [a for a in e.atoms(sp.Add) if a != e and all(t.is_Atom or (-t).is_Atom for t in a.args)]
    residuals = {a: sp.Dummy(real=True) for a in sums}
    hidden = sp.factor(e.xreplace(residuals))
    if isinstance(hidden, sp.Mul) or not residuals:
        product = hidden.xreplace({v: k for k, v in residuals.items()})
        return None if isinstance(product, sp.Add) else product
    product = sp.factor(e)
    return product if isinstance(product, sp.Mul) and all(map(_is_short, sp.Mul.make_args(product))) else None


def _is_short(factor: sp.Expr) -> bool:
    """Whether a factor is no sum of higher powers."""
    base = factor.as_base_exp()[0]
    return not isinstance(base, sp.Add) or not base.has(sp.Pow)


def _is_rational(e: sp.Expr) -> bool:
    if isinstance(e, sp.Pow):
        return bool(e.exp.is_Integer) and abs(int(e.exp)) <= 4 and _is_rational(e.base)
    if isinstance(e, (sp.Add, sp.Mul)):
        return all(_is_rational(a) for a in e.args)
    return isinstance(e, (sp.Symbol, sp.Rational))


def _difference_of_roots(e: sp.Expr) -> sp.Expr | None:
    """k a**(m/2) - k b**(m/2) where a - b is a number."""
    return _difference_of_powers(e, lambda n: bool(n.is_Rational and n.q == 2), _root_gap)


def _difference_of_reciprocals(e: sp.Expr) -> sp.Expr | None:
    """k/a**n - k/b**n where a - b is a number, n = 1, 2, 3."""
    return _difference_of_powers(e, lambda n: bool(n.is_Integer and -3 <= n < 0), _reciprocal_gap)


def _difference_of_powers(e: sp.Expr, fits: Callable[[sp.Expr], bool], difference: Gap) -> sp.Expr | None:
    if not isinstance(e, sp.Add):
        return None
    powers = [(t.as_coeff_Mul(), t) for t in e.args]
    found = [(k, p, t) for (k, p), t in powers if isinstance(p, sp.Pow) and fits(p.exp)]
    for k, p, term in found:
        for other_k, other, other_term in found:
            gap = sp.expand(p.base - other.base)
            if k > 0 and other_k == -k and p.exp == other.exp and gap.is_number and gap != 0:
                return e - term - other_term + k * difference(p.base, other.base, gap, int(2 * p.exp))
    return None


def _reciprocal_gap(a: sp.Expr, b: sp.Expr, gap: sp.Expr, m: int) -> sp.Expr:
    """a**-n - b**-n for a - b = gap and n = -m/2: -gap (1/(a b**n) + ... + 1/(a**n b)), whose terms have one sign."""
    n = -m // 2
    return -gap * sp.Add(*(a ** (-1 - j) * b ** (j - n) for j in range(n)))


def _root_gap(a: sp.Expr, b: sp.Expr, gap: sp.Expr, m: int) -> sp.Expr:
    """a**(m/2) - b**(m/2) for a - b = gap: x**m - y**m = (x**2 - y**2)/(x + y) (x**(m-1) + ... + y**(m-1))."""
    x, y = sp.sqrt(a), sp.sqrt(b)
    series = sp.Add(*(x ** (abs(m) - 1 - n) * y**n for n in range(abs(m))))
    difference = gap * series / (x + y)
    return difference if m > 0 else -difference / (x * y) ** -m


def _logarithms(e: sp.Add) -> list[tuple[sp.Expr, sp.Expr, sp.Expr]]:
    """Coefficient, argument and term of every k*log(u)."""
    found = []
    for term in e.args:
        logs = [f for f in sp.Mul.make_args(term) if isinstance(f, sp.log) and f.args[0].is_positive]
        if len(logs) == 1:
            found.append((term / logs[0], logs[0].args[0], term))
    return found


def _against_a_share(e: sp.Expr) -> sp.Expr | None:
    """a + k p, p being 0 where x is and g elsewhere, as two products: 1 - x/y is (y - x)/y where x is not 0."""
    if not isinstance(e, sp.Add):
        return None
    for term in e.args:
        for share in (f for f in sp.Mul.make_args(term) if isinstance(f, sp.Piecewise)):
            if len(share.args) != 2 or share.args[0][0] != 0 or not isinstance(share.args[0][1], sp.Eq):
                continue
            beside, k = e - term, sp.Mul(*(f for f in sp.Mul.make_args(term) if f != share))
            joined = _factored(beside + k * share.args[1][0])
            if joined is not None and not beside.has(sp.Piecewise):
                return sp.Piecewise((beside, share.args[0][1]), (joined, True))
    return None


def _log_of_ratio(e: sp.Expr) -> sp.Expr | None:
    """k log(a) - k log(b) = k log1p((a - b)/b) where a and b are close; the quotient may overflow elsewhere."""
    if not isinstance(e, sp.Add):
        return None
    found = _logarithms(e)
    for k, a, first in found:
        for other, b, second in found:
            if other == -k and a != b and not k.could_extract_minus_sign() and a.free_symbols and b.free_symbols:
                close = k * log1p((a - b) / b)
                return sp.Piecewise((close, sp.Abs(a - b) < b / 2), (first + second, True)) + (e - first - second)
    return None


def _rest_of_a_share(e: sp.Expr) -> sp.Expr | None:
    """c - c x/(x + y) = c y/(x + y) for sums over an axis, whose other terms have no minus sign."""
    c = e.as_coeff_Add()[0] if isinstance(e, sp.Add) else sp.S.Zero
    for term in e.args if c != 0 else ():
        for whole, n in (f.as_base_exp() for f in sp.Mul.make_args(term)):
            part = -term / c * whole
            if n == -1 and isinstance(whole, sp.Add) and part in whole.args and isinstance(part, Total):
                others = whole - part
                if not any(t.could_extract_minus_sign() for t in sp.Add.make_args(others)):
                    return e - c - term + c * others / whole
    return None


def _log1p_minus_line(e: sp.Expr) -> sp.Expr | None:
    """k log(1 + u) - k u = k log1pmx(u)."""
    if not isinstance(e, sp.Add):
        return None
    for k, node, rest in pairs(e, sp.log):
        u = node.args[0] - 1
        if isinstance(node.args[0], sp.Add) and node.args[0].as_coeff_Add()[0] == 1:
            without = rest + k * u
            if without == 0 or len(sp.Add.make_args(without)) < len(e.args) - 1:
                return k * log1pmx(u) + without
    return None


def _delta_apart(e: sp.Expr) -> sp.Expr | None:
    """A matrix of two rows under softmax, its diagonal apart: there it is a product, and what is beside it is not."""
    deltas = e.atoms(sp.KroneckerDelta) if isinstance(e, sp.Add) else set()
    rows = {p.args[:2] for p in e.atoms(Softmax) if type(p) is Softmax} if deltas else set()
    if len(deltas) != 1 or len(rows) < 2:
        return None
    delta = deltas.pop()
    i, j = delta.args
    if not all(isinstance(x, sp.Idx) for x in (i, j)):
        return None
    diagonal = e.xreplace({delta: sp.S.One}).xreplace({j: i})
    return sp.Piecewise((diagonal, sp.Eq(i, j)), (e.xreplace({delta: sp.S.Zero}), True))


def _power_minus_one(e: sp.Expr) -> sp.Expr | None:
    """c b**x - c = c expm1(x log b) near x = 0, for a number b."""
    if not isinstance(e, sp.Add):
        return None
    number = e.as_coeff_Add()[0]
    for c, node, rest in pairs(e, sp.Pow):
        base, x = node.args
        if number != 0 and c == -number and base.is_Rational and base > 0 and not x.is_number and not x.is_integer:
            near = sp.Abs(node - 1) < sp.S.Half
            return c * sp.Piecewise((expm1(x * sp.log(base)), near), (node - 1, True)) + (rest - number)
    return None


def _power_times_log(e: sp.Expr) -> sp.Expr | None:
    """x**a log(x) is 0 at x = 0 for a > 0."""
    if not isinstance(e, sp.Mul):
        return None
    for power in e.args:
        if not isinstance(power, sp.Pow) or not power.base.is_nonnegative or power.base.is_positive:
            continue
        logs = [f for f in e.args if f.as_base_exp()[0] == sp.log(power.base)]
        if logs and not power.exp.is_negative:
            return e / (power * logs[0]) * product_or_zero(power, logs[0])
    return None


RULES: tuple[StableRule, ...] = (
    StableRule(
        "deviance",
        "r x log(x/y) - r x + r y = r divergence(x, y)",
        "the terms of first order cancel",
        "|y - x| < 0.1 x",
        "rules.json poisson_dev, gamma_dev; README rule 64",
        deviances,
        X * (sp.log(X) - sp.log(Y)) - X + Y,
        ({"x": 3.0, "y": 3.0000003}, {"x": 1.0, "y": 1.0001}),
    ),
    StableRule(
        "slope of a deviance",
        "a + k p = a where x = 0 and (a + k g) as a product elsewhere, p being 0 and g there",
        "two numbers close to each other",
        "|y - x| < 0.1 x",
        "rules.json poisson_dev, its derivative",
        _against_a_share,
        1 - sp.Piecewise((0, sp.Eq(_SHARE, 0)), (_SHARE / Y, True)),
        ({"x": 3.00000001, "y": 3.00000002}, {"x": 3.3001, "y": 3.3001001}),
        branching=True,
    ),
    StableRule(
        "rest of a share",
        "1 - x/(x + y) = y/(x + y)",
        "the share rounds to 1",
        "x > 10 y",
        "rules.json one_minus_sigmoid, of sums",
        _rest_of_a_share,
    ),
    StableRule(
        "log of one plus minus its tangent",
        "log(1 + u) - u = log1pmx(u)",
        "the terms of first order cancel",
        "|u| < 0.1",
        "rules.json log1pmx",
        _log1p_minus_line,
        sp.log(1 + X) - X,
        ({"x": 1e-9}, {"x": 1e-5}),
    ),
    StableRule(
        "difference of logarithms",
        "log(a) - log(b) = log1p((a - b)/b)",
        "both are rounded at their own size",
        "|a - b| < 0.1 b",
        "rules.json log_ratio, log_quot",
        _log_of_ratio,
        sp.log(X) - sp.log(Y),
        ({"x": 3.0000003, "y": 3.0}, {"x": 1e10, "y": 1.00001e10}),
        branching=True,
    ),
    StableRule(
        "difference of roots",
        "sqrt(a) - sqrt(b) = (a - b)/(sqrt(a) + sqrt(b))",
        "two close roots",
        "a > 100 (a - b)",
        "rules.json sqrt_diff",
        _difference_of_roots,
        sp.sqrt(X + 1) - sp.sqrt(X),
        ({"x": 1e9}, {"x": 1e15}),
    ),
    StableRule(
        "difference of reciprocals",
        "1/a**2 - 1/b**2 = (b - a) (1/(a b**2) + 1/(a**2 b))",
        "two close numbers",
        "a > 100 (a - b)",
        "rules.json sqrt_diff; README rule 72, its second derivative",
        _difference_of_reciprocals,
        1 / (X + 1) ** 2 - 1 / X**2,
        ({"x": 1e9}, {"x": 1e15}),
    ),
    StableRule(
        "diagonal of a matrix of two rows",
        "(w[i] - p[i]) delta(i, j) + p[i] p[j] - w[i] w[j] = (p[i] - w[i]) (p[i] + w[i] - 1) at j = i",
        "p and w round to 1",
        "a gap of 37 in both rows",
        "rules.json softmax_minus_1",
        _delta_apart,
        branching=True,
    ),
    StableRule(
        "common factors",
        "a**2 - b**2 = (a - b) (a + b), a**2 + b**2 - 2 a b = (a - b)**2, 1 - a/b = (b - a)/b",
        "the terms are rounded before they cancel",
        "a close to b",
        "rules.json diff_squares; README rule 75",
        _factored,
        X**2 - Y**2,
        ({"x": 3.00000001, "y": 3.00000002}, {"x": 3.3001, "y": 3.3002}),
    ),
    StableRule(
        "product of sums",
        "a c + a d + b c + b d = (a + b) (c + d) where these are functions",
        "next to a zero of one factor the terms are rounded at the size that they have elsewhere",
        "a close to -b",
        "measured: the Hessian of dice, 24 of 4,752 results with more than 8 ulp and up to 320",
        product_of_sums,
        X + X * sigmoid(Y) - Y - Y * sigmoid(Y),
        ({"x": 3.00000001, "y": 3.00000002}, {"x": 3.3001, "y": 3.3003}),
    ),
    StableRule(
        "power of a number less one",
        "b**x - 1 = expm1(x log b)",
        "b**x rounds to 1",
        "|x| < 0.1",
        "rules.json powm1",
        _power_minus_one,
        2**X - 1,
        ({"x": 1e-9}, {"x": 1e-5}),
        branching=True,
    ),
    StableRule(
        "power times logarithm",
        "x**a log(x) = 0 at x = 0, a > 0",
        "0*inf is NaN",
        "x = 0",
        "limit at 0",
        _power_times_log,
    ),
)
