"""Rules about squares, roots and powers: nothing overflows on the way to a result that does not."""

from __future__ import annotations

import sympy as sp

from symloss.heads.algebraic import hypot, log1psq, log1psq_excess, power1psq_quotient, power_quotient
from symloss.simplify.cost import cost

from .bounded_pair import Pair, bounded, times_power
from .quadratics import InOneVariable, Quadratic, occurrences, quadratic
from .stable_rule import StableRule, X, Y


def _in_bounded_pair(e: sp.Expr) -> sp.Expr | None:
    """An arithmetic expression with powers of a + b u**2, written in the bounded pair of v = u sqrt(b/a)."""
    if not isinstance(e, (sp.Add, sp.Mul, sp.Pow)) or cost(e) > 3 * _LARGEST:
        return None
    tried: set[Quadratic] = set()
    for found in occurrences(e):
        if found not in tried:
            tried.add(found)
            written = _about(found, e)
            if written is not None and written != e:
                return written
    return None


def _about(found: Quadratic, e: sp.Expr) -> sp.Expr | None:
    form = InOneVariable(found.u, sp.cancel(found.ratio))
    inner = form.with_signs_squared(form.of(e))
    if cost(inner) > _LARGEST or len(inner.free_symbols) > _MOST_SYMBOLS or _highest_power(inner) > _HIGHEST_POWER:
        return None
    pair = Pair(form.quotient)
    generators = [form.logarithm, *form.powers.values()]
    parts = _linear_parts(inner, generators)
    if parts is None:
        return None
    rest = parts.pop(sp.S.One, sp.S.Zero)
    terms = []
    for generator, coefficient in parts.items():
        if generator == form.logarithm:
            term, rest = _logarithm(coefficient, rest, form)
        else:
            exponent = next(x for x, symbol in form.powers.items() if symbol == generator)
            term = times_power(coefficient, form, exponent, pair)
        if term is None:
            return None
        terms.append(term)
    if any(term.has(log1psq_excess) for term in terms):
        constant = sp.cancel(rest.xreplace({form.v: sp.S.Zero, form.h: sp.S.One}))
        rest = sp.expand(rest - constant)
        terms.append(constant)
    if rest != 0:
        written = bounded(rest, form.v, form.h, pair)
        if written is None:
            return None
        terms.append(written)
    return form.shown(sp.Add(*terms))


# Polynomials of several symbols are factored: what is larger than this is left to its parts.
_LARGEST = 120
_MOST_SYMBOLS = 8
_HIGHEST_POWER = 6


def _highest_power(e: sp.Expr) -> int:
    powers = [abs(int(p.exp)) for p in e.atoms(sp.Pow) if p.exp.is_Integer]
    return max(powers, default=1)


def _linear_parts(e: sp.Expr, generators: list[sp.Symbol]) -> dict[sp.Expr, sp.Expr] | None:
    """Coefficients of the generators (and of 1); None where they are not linear."""
    present = [g for g in generators if e.has(g)]
    if not present:
        return {sp.S.One: e}
    expanded = sp.expand_mul(e)
    parts: dict[sp.Expr, list[sp.Expr]] = {}
    for term in sp.Add.make_args(expanded):
        inside = [g for g in present if term.has(g)]
        if len(inside) > 1:
            return None
        generator = inside[0] if inside else sp.S.One
        coefficient = term / generator
        if any(coefficient.has(g) for g in present):
            return None
        parts.setdefault(generator, []).append(coefficient)
    return {generator: sp.Add(*terms) for generator, terms in parts.items()}


def _logarithm(coefficient: sp.Expr, rest: sp.Expr, form: InOneVariable) -> tuple[sp.Expr | None, sp.Expr]:
    """The term with log(1 + v**2), and the rest; v**2/(1 + v**2) goes with the logarithm where the two cancel."""
    if coefficient.has(form.v, form.h):
        return None, rest
    coefficient = sp.factor(coefficient)
    constant = sp.cancel(rest.xreplace({form.v: sp.S.Zero, form.h: sp.S.One}))
    if constant != 0 and constant.is_finite is not False and rest.has(form.v):
        joined, left = _logarithm(coefficient, sp.expand(rest - constant), form)
        if joined is not None and joined.has(log1psq_excess):
            return joined, left + constant
    if (rest != 0 and not sp.cancel(rest).has(form.h)) or rest.has(form.v):
        start = sp.cancel((rest / form.v**2).xreplace({form.h: sp.sqrt(1 + form.v**2)}))
        slope = sp.factor(start.xreplace({form.v: sp.S.Zero})) if start.is_rational_function(form.v) else sp.nan
        if slope.is_finite and not (slope / coefficient).is_nonnegative and rest.has(form.v):
            return coefficient * log1psq_excess(form.quotient), rest + coefficient * form.v**2 / form.h**2
        constant = sp.Add(*(t for t in sp.Add.make_args(rest) if not t.has(form.v, form.h)))
        if (
            constant != 0 and coefficient.is_number and not slope.is_finite
        ):  # such as digamma functions, which cancel among themselves
            term, varying = _logarithm(coefficient, rest - constant, form)
            if term is not None and term.has(log1psq_excess):
                return term + constant, varying
    return coefficient * form.logarithm, rest


def _vanishing_scale(e: sp.Expr) -> sp.Expr | None:
    """q*((1 + b/q)**l - 1)/l is b at q = 0 where l is 1 there."""
    if not isinstance(e, sp.Mul):
        return None
    for modulus in e.args:
        for power in e.args:
            if not isinstance(modulus, sp.Abs) or not isinstance(power, power_quotient) or power.args[0] != 0:
                continue
            base, exponent = getattr(power.args[1], "args", (sp.S.Zero,))[0], power.args[2]
            limit = sp.expand((base - 1) * modulus)
            if isinstance(power.args[1], sp.log) and not limit.has(modulus):
                at = sp.And(sp.Eq(modulus, 0), sp.Eq(exponent, 1))
                return sp.Piecewise((e / (modulus * power) * limit, at), (e, True))
    return None


def _root(e: sp.Expr) -> sp.Expr | None:
    """sqrt(a + b u**2) = hypot(sqrt(b) u, sqrt(a))."""
    if not isinstance(e, sp.Pow) or not e.exp.is_Rational or e.exp.q != 2 or e.exp < 0:
        return None
    found = quadratic(e.base)
    return (
        None
        if found is None or not found.b.is_positive
        else hypot(sp.sqrt(found.b) * found.u, sp.sqrt(found.a)) ** (2 * e.exp)
    )


def _logarithm_of_square(e: sp.Expr) -> sp.Expr | None:
    """log(1 + b u**2) = log1psq(sqrt(b) u), and log(a + b u**2) = 2 log hypot(sqrt(b) u, sqrt(a))."""
    if not isinstance(e, sp.log):
        return None
    found = quadratic(e.args[0])
    if found is None:
        return None
    if found.a != 1 and not found.b.is_positive:
        return None
    if found.a == 1:
        return log1psq(InOneVariable(found.u, 1 / found.b).quotient)
    return 2 * sp.log(hypot(sp.sqrt(found.b) * found.u, sp.sqrt(found.a)))


def power_of_square_less_one(e: sp.Expr) -> sp.Expr | None:
    """((1 + v**2)**l - 1)/l where it has been written by the logarithm of 1 + v**2."""
    if isinstance(e, power_quotient) and e.args[0] == 0 and isinstance(e.args[1], log1psq):
        return power1psq_quotient(e.args[1].args[0], e.args[2])
    return None


def _divided_by_an_exponential(e: sp.Expr) -> sp.Expr | None:
    """(a + b exp(u)) exp(-u - x) = (a exp(-u) + b) exp(-x)."""
    if not isinstance(e, sp.Mul):
        return None
    for total in (f for f in e.args if isinstance(f, sp.Add)):
        for over in (f for f in e.args if isinstance(f, sp.exp)):
            for u in (f.args[0] for t in total.args for f in sp.Mul.make_args(t) if isinstance(f, sp.exp)):
                rest = sp.expand(over.args[0] + u)
                if 0 < len(sp.Add.make_args(rest)) < len(sp.Add.make_args(over.args[0])):
                    inside = sp.Add(*(sp.powsimp(t * sp.exp(-u)) for t in total.args))
                    return sp.Mul(*(f for f in e.args if f not in (total, over)), inside, sp.exp(rest))
    return None


RULES: tuple[StableRule, ...] = (
    StableRule(
        "sum of exponentials over one of them",
        "(a + b exp(u)) exp(-u - x) = (a exp(-u) + b) exp(-x)",
        "an infinity times 0",
        "u > 709",
        "docs/limits.md, Student's t of predicted degrees of freedom",
        _divided_by_an_exponential,
        (1 + sp.exp(X)) * sp.exp(-X - Y),
        ({"x": 720.0, "y": 2.0}, {"x": 800.0, "y": 0.5}),
        ({"x": 100.0, "y": 2.0},),
    ),
    StableRule(
        "scale that vanishes",
        "q*((1 + b/q)**l - 1)/l = b at q = 0, l = 1",
        "0*inf is NaN",
        "q = 0",
        "rules.json barron2",
        _vanishing_scale,
        branching=True,
    ),
    StableRule(
        "root of a sum of squares",
        "sqrt(a + b u**2) = hypot(sqrt(b) u, sqrt(a))",
        "u**2 overflows",
        "|u| > 1.3e154",
        "rules.json hypot",
        _root,
        sp.sqrt(X**2 + 1),
        ({"x": 1e200}, {"x": -1e300}),
        ({"x": 1e30},),
    ),
    StableRule(
        "log of one plus a square",
        "log(1 + b u**2) = log1psq(sqrt(b) u)",
        "u**2 overflows, or 1 + u**2 rounds to 1",
        "|u| > 1.3e154 or |u| < 0.06",
        "rules.json log1psq, studentt",
        _logarithm_of_square,
        sp.log(1 + X**2),
        ({"x": 1e200}, {"x": 1e-9}),
    ),
    StableRule(
        "powers of one plus a square",
        "v**j (1 + v**2)**(-k/2) = s**j c**(k - j), c = 1/sqrt(1 + v**2), s = v/sqrt(1 + v**2)",
        "v**2 overflows; sqrt(1 + v**2) - 1 cancels",
        "|v| > 1.3e154; |v| < 0.06",
        "rules.json x_over_1px2, pseudo_huber",
        _in_bounded_pair,
        X / (1 + X**2),
        ({"x": 1e200}, {"x": -1e300}),
        ({"x": 1e30},),
    ),
)

LAST: tuple[StableRule, ...] = (
    StableRule(
        "power of one plus a square, less one",
        "(exp(l log(1 + v**2)) - 1)/l = ((1 + v**2)**l - 1)/l",
        "the exponential multiplies the error of its argument",
        "l log(1 + v**2) > 10",
        "acceptance figure A6",
        power_of_square_less_one,
    ),
)
"""For forms that other rules leave."""
