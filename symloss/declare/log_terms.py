"""The logarithm of a positive expression as a sum of terms.

A density is a product; its logarithm is a sum whose terms can be told apart: those in
targets and data alone are dropped from a loss. SymPy's `expand_log` splits only what
it can prove positive, or with ``force`` everything; here a factor is split off when
it is positive, and one factor of unknown sign may remain (the product being positive,
it is positive too).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import sympy as sp

from symloss.heads.evaluate import evaluate
from symloss.heads.functions import norm_cdf, sigmoid, xlogy

from .lift import lift
from .roles import RoleSymbol, role_symbol


def quantities(e: sp.Basic) -> list[sp.Expr]:
    """The declared scalars and array elements in ``e``, in a fixed order."""
    scalars = {s for s in e.atoms(RoleSymbol) if not s.axes}
    return sorted(scalars | e.atoms(sp.Indexed), key=sp.default_sort_key)


def declared_symbol(quantity: sp.Expr) -> RoleSymbol:
    """The declared symbol of a scalar or an array element."""
    return role_symbol(quantity.base if isinstance(quantity, sp.Indexed) else quantity)


def roles_in(e: sp.Basic) -> set[str]:
    """The roles of the declared symbols in ``e``."""
    return {s.role for s in e.atoms(RoleSymbol)}


def log_of(x: sp.Expr) -> sp.Expr:
    """log(x) for positive x, expanded."""
    return sp.Add(*log_terms(x))


def xlog(a: sp.Expr, x: sp.Expr) -> sp.Expr:
    """a*log(x), expanded; `xlogy` where a and x can both be 0, so that 0*log(0) is 0.

    (k - 1)*log(y) is k*log(y) - log(y) for y > 0: the last term is one in y alone.
    """
    a = sp.sympify(a)
    number, rest = a.as_coeff_Add()
    if number != 0 and rest != 0 and roles_in(sp.sympify(x)) <= {"target", "data"} and not may_vanish(sp.sympify(x)):
        return xlog(number, x) + xlog(rest, x)
    return sp.Add(*(_scaled(a, term) for term in log_terms(x)))


def log_terms(x: sp.Expr) -> tuple[sp.Expr, ...]:
    """Terms that add up to log(x) for positive x."""
    x = sp.sympify(x)
    if isinstance(x, sp.Mul):
        return _log_product(x)
    for kind, expand in _EXPANSIONS:
        if isinstance(x, kind):
            return tuple(t for t in expand(x) if t != 0)
    return (sp.log(x),) if x != 1 else ()


def log_beta(a: sp.Expr, b: sp.Expr) -> sp.Expr:
    """log(B(a, b))."""
    return sp.loggamma(a) + sp.loggamma(b) - sp.loggamma(added(a, b))


def added(a: sp.Expr, b: sp.Expr) -> sp.Expr:
    """a + b, where a probability and its complement add up to one."""
    logistic = {s: 1 - sigmoid(-s.args[0]) for s in (a + b).atoms(sigmoid) if s.args[0].could_extract_minus_sign()}
    shorter = sp.expand((a + b).xreplace(logistic))
    return shorter if shorter.count_ops() < (a + b).count_ops() else a + b


def log_binomial(n: sp.Expr, k: sp.Expr) -> sp.Expr:
    """log of n over k."""
    return sp.loggamma(n + 1) - sp.loggamma(k + 1) - sp.loggamma(n - k + 1)


def complement(p: sp.Expr) -> sp.Expr:
    """1 - p without the subtraction where p has a form that allows it."""
    if isinstance(p, (sigmoid, norm_cdf)):
        return p.func(-p.args[0])
    numerator, denominator = sp.fraction(p)
    rest = sp.expand(denominator - numerator)
    return lift(1 - p) if denominator == 1 or isinstance(rest, sp.Add) else rest / denominator


def odds_against(p: sp.Expr) -> sp.Expr:
    """(1 - p)/p."""
    return sp.exp(-p.args[0]) if isinstance(p, sigmoid) else complement(p) / p


def may_vanish(x: sp.Expr) -> bool:
    """Whether x can be 0 inside the declared domains: tried at their closed ends and at -1, 0 and 1."""
    if x.is_positive or x.is_negative or x.is_zero is False:
        return False
    variables = quantities(x)
    if len(variables) > 4:
        return True
    corners = [_corners(declared_symbol(v)) for v in variables]
    return any(_is_zero(x.xreplace(dict(zip(variables, at, strict=True)))) for at in itertools.product(*corners))


def _corners(symbol: RoleSymbol) -> list[sp.Expr]:
    test = symbol.domain.test
    if test is None or test[0] != "interval":
        return [sp.Integer(-1), sp.Integer(0), sp.Integer(1)]
    low, high, left, right = test[1:]
    ends = [sp.nsimplify(end, rational=True) for end, closed in ((low, left), (high, right)) if closed]
    inside = [sp.Integer(n) for n in (-1, 0, 1) if low < n < high]
    return [*ends, *inside] or [sp.nsimplify((low + high) / 2, rational=True)]


def _is_zero(value: sp.Expr) -> bool:
    try:
        sizes = {s.name: 3 for s in value.free_symbols if isinstance(s, sp.Symbol) and not isinstance(s, RoleSymbol)}
        return bool(evaluate(value, sizes) == 0)
    except (KeyError, TypeError, ZeroDivisionError, NotImplementedError, ValueError):
        return True


def _scaled(a: sp.Expr, term: sp.Expr) -> sp.Expr:
    """a*term, with `xlogy` for c*log(b) where it matters."""
    coefficient, logarithm = term.as_coeff_Mul()
    if isinstance(logarithm, sp.log) and a.is_zero is not False and not a.is_number and may_vanish(logarithm.args[0]):
        return coefficient * xlogy(a, logarithm.args[0])
    return a * term


def _log_product(x: sp.Mul) -> tuple[sp.Expr, ...]:
    known = [factor for factor in x.args if _splits_off(factor)]
    rest = sp.Mul(*(factor for factor in x.args if not _splits_off(factor)))
    if isinstance(rest, sp.Mul):
        remaining: tuple[sp.Expr, ...] = (sp.log(rest),)
    else:
        remaining = log_terms(rest)
    return tuple(t for factor in known for t in log_terms(factor)) + remaining


_POSITIVE_KINDS = (sp.factorial, sp.binomial, sp.gamma, sp.beta, sp.exp, sp.Abs)


def _splits_off(factor: sp.Expr) -> bool:
    if isinstance(factor, sp.Pow) and not factor.exp.is_integer:
        return True  # a real power that is not an integer has a base >= 0
    if isinstance(factor, sp.Pow) and factor.exp.is_odd:
        return bool(factor.base.is_nonnegative) or isinstance(factor.base, _POSITIVE_KINDS)
    return bool(factor.is_nonnegative) or isinstance(factor, _POSITIVE_KINDS)


def _log_power(x: sp.Pow) -> tuple[sp.Expr, ...]:
    base, exponent = x.args
    if exponent.is_even and not base.is_nonnegative:
        base = sp.Abs(base)
    return tuple(sp.Add.make_args(xlog(exponent, base)))


def _log_piecewise(x: sp.Piecewise) -> tuple[sp.Expr, ...]:
    return (sp.Piecewise(*((log_of(branch) if branch != 0 else -sp.oo, condition) for branch, condition in x.args)),)


def _terms(e: sp.Expr) -> tuple[sp.Expr, ...]:
    return tuple(sp.Add.make_args(e))


_EXPANSIONS: tuple[tuple[type, Callable[[sp.Expr], tuple[sp.Expr, ...]]], ...] = (
    (sp.exp, lambda x: _terms(x.args[0])),
    (sp.Pow, _log_power),
    (sp.factorial, lambda x: (sp.loggamma(x.args[0] + 1),)),
    (sp.binomial, lambda x: _terms(log_binomial(*x.args))),
    (sp.gamma, lambda x: (sp.loggamma(x.args[0]),)),
    (sp.beta, lambda x: _terms(log_beta(*x.args))),
    (sp.RisingFactorial, lambda x: _terms(sp.loggamma(x.args[0] + x.args[1]) - sp.loggamma(x.args[0]))),
    (sp.Piecewise, _log_piecewise),
)
