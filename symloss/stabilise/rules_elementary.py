"""Rules about exponentials, logarithms and powers close to one."""

from __future__ import annotations

import sympy as sp

from symloss.declare.lift import recognised
from symloss.heads.binders import Total
from symloss.heads.functions import (
    bernoulli_exp,
    bernoulli_function,
    bernoulli_slope,
    bernoulli_slope_exp,
    exp_neg_exp,
    expm1,
    expm1mx,
    log1mexp,
    log1mexp_exp,
    log1p,
    log_exprel,
    sigmoid,
    sqrt1pm1,
    xlog1py,
    xlogy,
)

from .stable_rule import StableRule, X, pairs


def _log_of_one_plus(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, sp.log) or not isinstance(e.args[0], sp.Add) or e.args[0].as_coeff_Add()[0] != 1:
        return None
    u = e.args[0] - 1
    if isinstance(-u, sp.exp) and (-u).args[0].is_positive is not True:  # both are real where it is negative
        return log1mexp((-u).args[0])
    return log1p(u)


def _weighted_log_of_one_plus(e: sp.Expr) -> sp.Expr | None:
    """w log(1 + u) that is 0 at w = 0: the logarithm as log1p(u)."""
    if not isinstance(e, xlogy):
        return None
    weight, u = e.args
    return xlog1py(weight, u - 1) if isinstance(u, sp.Add) and u.as_coeff_Add()[0] == 1 else None


def _exp_minus_one(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, sp.Add):
        return None
    number = e.as_coeff_Add()[0]
    for coefficient, node, rest in pairs(e, sp.exp):
        if number != 0 and coefficient == -number:
            return coefficient * expm1(node.args[0]) + (rest - number)
    for coefficient, node, rest in pairs(e, exp_neg_exp):
        if number != 0 and coefficient == -number:
            return coefficient * expm1(-sp.exp(node.args[0])) + (rest - number)
    for term in e.args:
        for node in (f for f in sp.Mul.make_args(term) if isinstance(f, sp.exp)):
            c = term / node
            if -c in e.args:
                return c * expm1(node.args[0]) + (e - term + c)
    return None


def _log_of_two_minus_exp(e: sp.Expr) -> sp.Expr | None:
    """log(n - (n - 1) exp(u)) = log1p((1 - n) expm1(u)), which is 0 at u = 0."""
    if not isinstance(e, sp.log) or not isinstance(e.args[0], sp.Add) or len(e.args[0].args) != 2:
        return None
    number, other = e.args[0].as_coeff_Add()
    coefficient, node = other.as_coeff_Mul()
    if isinstance(node, sp.exp) and number + coefficient == 1:
        return log1p(coefficient * expm1(node.args[0]))
    return None


def _cosh_minus_one(e: sp.Expr) -> sp.Expr | None:
    """c cosh(u) - c = 2 c sinh(u/2)**2, and c - c cos(u) = 2 c sin(u/2)**2."""
    if not isinstance(e, sp.Add):
        return None
    number = e.as_coeff_Add()[0]
    for kind, half, sign in ((sp.cosh, sp.sinh, 1), (sp.cos, sp.sin, -1)):
        for coefficient, node, rest in pairs(e, kind):
            if number != 0 and coefficient == -number:
                return 2 * sign * coefficient * half(node.args[0] / 2) ** 2 + (rest - number)
    return None


def _exp_minus_line(e: sp.Expr) -> sp.Expr | None:
    """c exp(u) - c u - c = c expm1mx(u), also where expm1 has been recognised."""
    if not isinstance(e, sp.Add):
        return None
    for kind in (sp.exp, expm1):
        for coefficient, node, rest in pairs(e, kind):
            u = node.args[0]
            without = rest + coefficient * u + (coefficient if kind is sp.exp else 0)
            if len(sp.Add.make_args(without)) < len(e.args) - 1 or without == 0:
                return coefficient * expm1mx(u) + without
    return None


def _one_minus_power(e: sp.Expr) -> sp.Expr | None:
    """c - c (1 + w)**n = -c w (n + C(n, 2) w + ... + w**(n - 1)) for a small whole n, over (1 + w)**-n for n < 0."""
    if not isinstance(e, sp.Add):
        return None
    number = e.as_coeff_Add()[0]
    for coefficient, node, rest in pairs(e, sp.Pow):
        if (
            number == 0
            or coefficient != -number
            or not node.exp.is_Integer
            or not (2 <= int(node.exp) <= 4 or -4 <= int(node.exp) < 0)
        ):
            continue
        if isinstance(node.base, sp.Add) and node.base.as_coeff_Add()[0] == 1:
            w, n = node.base - 1, abs(int(node.exp))
            polynomial = sp.S.Zero
            for k in range(n, 0, -1):
                polynomial = sp.binomial(n, k) + w * polynomial
            below = node.base**-n if node.exp < 0 else -1
            return -coefficient * w * polynomial * below + (rest - number)
    return None


def _one_minus_positive_power(e: sp.Expr) -> sp.Expr | None:
    """c - c b**t = -c expm1(t log b) for a b whose logarithm is at hand."""
    if not isinstance(e, sp.Add):
        return None
    number = e.as_coeff_Add()[0]
    for coefficient, node, rest in pairs(e, sp.Pow):
        if number != 0 and coefficient == -number:
            logarithm = _log_of_positive(node.base)
            if logarithm is not None:
                return coefficient * expm1(node.exp * logarithm) + (rest - number)
    return None


def _log_of_positive(base: sp.Expr) -> sp.Expr | None:
    """log(base) in a form that keeps its digits where the base is close to 1; None where there is none."""
    if isinstance(base, sp.Add) and base.as_coeff_Add()[0] == 1:
        logarithm = recognised(sp.log(base))
        return log1p(base - 1) if logarithm.has(sp.log) else logarithm
    logarithm = recognised(sp.log(base))
    return None if logarithm.has(sp.log) else logarithm


def _exp_of_exp(e: sp.Expr) -> sp.Expr | None:
    """Functions of exp(u) that decay like exp(-exp(u)): u itself is the argument."""
    kinds = {sp.exp: exp_neg_exp, log1mexp: log1mexp_exp}
    for kind, head in kinds.items():
        if isinstance(e, kind) and isinstance(-e.args[0], sp.exp):
            return head((-e.args[0]).args[0])
    kinds = {bernoulli_function: bernoulli_exp, bernoulli_slope: bernoulli_slope_exp}
    for kind, head in kinds.items():
        if isinstance(e, kind) and isinstance(e.args[0], sp.exp):
            return head(e.args[0].args[0])
    return None


def _truncated_count(e: sp.Expr) -> sp.Expr | None:
    """exp(u) + log(1 - exp(-exp(u))) + k u = log_exprel(exp(u)) + (1 + k) u, for a k free of u."""
    if not isinstance(e, sp.Add):
        return None
    for c, node, rest in pairs(e, log1mexp_exp):
        u = node.args[0]
        linear = [t for t in e.args if u in sp.Mul.make_args(t) and not (t / u).free_symbols & u.free_symbols]
        if linear and c * sp.exp(u) in e.args:
            slope = c + sp.Add(*(t / u for t in linear))
            return c * log_exprel(sp.exp(u)) + slope * u + (rest - c * sp.exp(u) - sp.Add(*linear))
    return None


def _root_minus_one(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, sp.Add):
        return None
    number = e.as_coeff_Add()[0]
    for term in e.args:
        coefficient, node = term.as_coeff_Mul()
        if number == 0 or coefficient != -number or not isinstance(node, sp.Pow) or node.exp != sp.Rational(1, 2):
            continue
        if isinstance(node.base, sp.Add) and node.base.as_coeff_Add()[0] == 1:
            return e - number - term + coefficient * sqrt1pm1(node.base - 1)
    return None


def _angle_of_complement(e: sp.Expr) -> sp.Expr | None:
    """c pi/2 + c atan(u) = c atan2(1, -u), and c pi/2 - c atan(u) = c atan2(1, u)."""
    if not isinstance(e, sp.Add):
        return None
    for term in e.args:
        for node in (f for f in sp.Mul.make_args(term) if isinstance(f, sp.atan)):
            for c, u in ((term / node, -node.args[0]), (-term / node, node.args[0])):
                if c * sp.pi / 2 in e.args:
                    return e - term - c * sp.pi / 2 + c * sp.atan2(1, u)
    return None


def _common_power_of_exponentials(e: sp.Expr) -> sp.Expr | None:
    """(a + b exp(u))**n exp(-n u) = (a exp(-u) + b)**n."""
    if not isinstance(e, sp.Mul):
        return None
    for power in e.args:
        base, n = power.as_base_exp() if isinstance(power, sp.Pow) else (power, sp.S.One)
        if not isinstance(base, sp.Add) or not n.is_Integer or n < 1:
            continue
        for over in (f for f in e.args if isinstance(f, sp.exp)):
            inverse = sp.exp(over.args[0] / n)
            if any(1 / inverse in sp.Mul.make_args(term) for term in base.args):
                return e / (power * over) * sp.Add(*(term * inverse for term in base.args)) ** n
    return None


def _common_exponential(e: sp.Expr) -> sp.Expr | None:
    """c exp(u) + d exp(2 u) = exp(u) (c + d exp(u)) where c is a sum over an axis, infinite perhaps of its own."""
    if not isinstance(e, sp.Add) or not e.has(Total):
        return None
    for first in (t for t in e.args if t.has(Total)):
        for root in (f for f in sp.Mul.make_args(first) if isinstance(f, sp.exp)):
            square = sp.exp(2 * root.args[0])
            second = next((t for t in e.args if t is not first and square in sp.Mul.make_args(t)), None)
            if second is not None:
                return root * (first / root + second / square * root) + (e - first - second)
    return None


def _multiplied_out(e: sp.Expr) -> sp.Expr | None:
    """A sum with a power of a sum of exponentials, multiplied out where its terms then join with the others."""
    if not isinstance(e, sp.Add) or not any(_is_power_of_exponentials(f) for t in e.args for f in sp.Mul.make_args(t)):
        return None
    hidden = {x: sp.Dummy(real=True) for x in sorted(e.atoms(sp.exp), key=sp.default_sort_key)}
    plain = e.xreplace(hidden)
    if plain.atoms(sp.Function) or len(plain.free_symbols) > _MOST_SYMBOLS:
        return None
    expanded = sp.expand(plain)
    if len(sp.Add.make_args(expanded)) >= len(e.args):
        return None
    return expanded.xreplace({symbol: x for x, symbol in hidden.items()})


_MOST_SYMBOLS = 5


def _is_power_of_exponentials(e: sp.Expr) -> bool:
    return isinstance(e, sp.Pow) and e.exp in (2, 3) and isinstance(e.base, sp.Add) and e.base.has(sp.exp)


RULES: tuple[StableRule, ...] = (
    StableRule(
        "common power of exponentials",
        "(a + b exp(u))**n exp(-n u) = (a exp(-u) + b)**n",
        "an infinity times 0",
        "u > 355",
        "(x y)**n = x**n y**n",
        _common_power_of_exponentials,
        (1 + sp.exp(X)) ** 2 * sp.exp(-2 * X),
        ({"x": 400.0}, {"x": 700.0}),
    ),
    StableRule(
        "common exponential",
        "c exp(u) + d exp(2 u) = exp(u) (c + d exp(u)), c a sum over an axis",
        "two infinities of opposite sign",
        "u > 355",
        "the diagonal of the Hessian of a normal density by its precision factor",
        _common_exponential,
    ),
    StableRule(
        "power of exponentials among others",
        "1 - 3 E - (E - 1)**2 = -E - E**2",
        "the terms that cancel are rounded first",
        "E small",
        "measured: the inverse Gaussian deviance by the logarithm of its mean",
        _multiplied_out,
        1 - 3 * sp.exp(-X) - (sp.exp(-X) - 1) ** 2,
        ({"x": 40.0}, {"x": 80.0}),
    ),
    StableRule(
        "angle of the complement",
        "pi/2 + atan(u) = atan2(1, -u)",
        "the angles cancel",
        "u < -10",
        "atan2(y, x) by its definition",
        _angle_of_complement,
        sp.pi / 2 + sp.atan(X),
        ({"x": -1e16}, {"x": -1e200}),
    ),
    StableRule(
        "log of one plus",
        "log(1 + u) = log1p(u)",
        "1 + u rounds",
        "|u| < 0.004",
        "rules.json log1p, log1mexp",
        _log_of_one_plus,
        sp.log(1 + X),
        ({"x": 1e-20}, {"x": 1e-9}),
    ),
    StableRule(
        "weight times log of one plus",
        "w log(1 + u) = w log1p(u), 0 at w = 0",
        "1 + u rounds",
        "|u| < 0.004",
        "rules.json log1p, xlogy",
        _weighted_log_of_one_plus,
        xlogy(sp.S.Half + X, 1 + X),
        ({"x": 1e-20}, {"x": 1e-9}),
    ),
    StableRule(
        "exp minus its tangent",
        "exp(u) - 1 - u = expm1mx(u)",
        "the first two terms of the series cancel",
        "|u| < 0.05",
        "rules.json linex",
        _exp_minus_line,
        sp.exp(X) - X - 1,
        ({"x": 1e-9}, {"x": -1e-5}),
    ),
    StableRule(
        "one minus a power",
        "1 - (1 + w)**n = -w (n + C(n, 2) w + ... + w**(n - 1)), n = 2, 3, 4",
        "(1 + w)**n rounds to 1",
        "|w| < 0.001",
        "rules.json powm1 for a whole exponent; Horner's form",
        _one_minus_power,
        1 - (1 - X**2) ** 3,
        ({"x": 1e-9}, {"x": 1e-5}),
    ),
    StableRule(
        "one minus a power of a probability",
        "1 - b**t = -expm1(t log b)",
        "b**t rounds to 1",
        "b close to 1",
        "rules.json powm1",
        _one_minus_positive_power,
        1 - sigmoid(X) ** sp.Rational(7, 10),
        ({"x": 40.0}, {"x": 37.0}),
    ),
    StableRule(
        "complementary log-log",
        "log(1 - exp(-exp(u))) = log1mexp_exp(u), and exp(-exp(u)), B(exp(u)), B'(exp(u)) exp(u) likewise",
        "exp(u) underflows; its rounding error counts exp(u) times",
        "u < -30; u > 3",
        "rules.json cexpexp, log1mexp; acceptance figure A6",
        _exp_of_exp,
        log1mexp(-sp.exp(X)),
        ({"x": -800.0},),
    ),
    StableRule(
        "logarithm of a truncated count",
        "exp(u) + log(1 - exp(-exp(u))) - y u = log_exprel(exp(u)) - (y - 1) u",
        "both logarithms are u and more; an infinity less another at -inf",
        "u < -20",
        "log((e^x - 1)/x) + log(x) at x = exp(u); docs/limits.md, hurdle_poisson",
        _truncated_count,
        sp.exp(X) + log1mexp_exp(X) - X,
        ({"x": -20.0}, {"x": -300.0}),
    ),
    StableRule(
        "logarithm of two minus exp",
        "log(2 - exp(u)) = log1p(-expm1(u))",
        "exp(u) rounds to 1",
        "|u| < 0.006",
        "rules.json log2mexp",
        _log_of_two_minus_exp,
        sp.log(3 - 2 * sp.exp(-X)),
        ({"x": 1e-20}, {"x": 1e-9}),
    ),
    StableRule(
        "cosh minus one",
        "cosh(u) - 1 = 2 sinh(u/2)**2; 1 - cos(u) = 2 sin(u/2)**2",
        "cosh(u) rounds to 1",
        "|u| < 0.1",
        "rules.json coshm1, cosm1",
        _cosh_minus_one,
        sp.cosh(X) - 1,
        ({"x": 1e-9}, {"x": 1e-5}),
    ),
    StableRule(
        "exp minus one",
        "exp(u) - 1 = expm1(u)",
        "exp(u) rounds to 1",
        "|u| < 0.006",
        "rules.json expm1, one_minus_exp_neg",
        _exp_minus_one,
        sp.exp(X) - 1,
        ({"x": 1e-20}, {"x": -1e-9}),
    ),
    StableRule(
        "root minus one",
        "sqrt(1 + u) - 1 = u/(1 + sqrt(1 + u))",
        "sqrt(1 + u) rounds to 1",
        "|u| < 0.001",
        "rules.json pseudo_huber",
        _root_minus_one,
        sp.sqrt(1 + X**2) - 1,
        ({"x": 1e-9},),
    ),
)
