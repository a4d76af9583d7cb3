"""Functions of a residual over a scale, v = r exp(-t), beside exponentials of what is in t: after all rules.

With many degrees of freedom k = exp(q) a Student's t is a normal: its v**2 is u**2/k, of a residual u that has nothing
of q in it. k and exp(-q) may both be out of range where the products are numbers.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from symloss.heads.algebraic import algebraic_sigmoid, inverse_hypot, log1psq, log1psq_excess
from symloss.heads.functions import (
    exp_tanh,
    exp_times,
    finished,
    inverse_hypot_exp,
    log1psq_excess_exp,
    log1psq_exp,
    product_or_zero,
    times_square,
)

_FAR = 2**1000  # beside it 2 log|r| <= 1490 is below the last bit; twice that, 2**23 times, is still a number
_NEAR = sp.Rational(1, 2**28)  # v**2 is 2**-56 there: of the series in v**2 the first term is left


def square_of_scaled(e: sp.Expr) -> sp.Expr | None:
    """log(1 + v**2) of a residual over a scale, v = r*exp(-t), and that less v**2/(1 + v**2)."""
    parts = residual_and_scale(e.args[0]) if isinstance(e, (log1psq, log1psq_excess)) else None
    return None if parts is None else _BY_PARTS[type(e)](*parts, e.args[0])


_BY_PARTS: dict[Any, Any] = {log1psq: log1psq_exp, log1psq_excess: log1psq_excess_exp}
_LOGARITHMS = (log1psq, log1psq_exp, log1psq_excess, log1psq_excess_exp)


def tail_of_scaled(e: sp.Expr) -> sp.Expr | None:
    """c log(1 + r**2 exp(-2 t)) + k t where both overflow and their sum does not: (k - 2 c) t + 2 c log|r|, the second
    of which is at most 1500 c."""
    if not isinstance(e, sp.Add):
        return None
    for term in e.args:
        squared = next((f for f in sp.Mul.make_args(term) if isinstance(f, log1psq)), None)
        parts = None if squared is None else residual_and_scale(squared.args[0])
        if squared is None or parts is None:
            continue
        r, t = parts
        c, k = term / squared, _common_coefficient(e - term, t)
        if k is not None:
            rest = sp.expand(e - term - k * t)
            far = sp.expand(k - 2 * c) * t + rest
            near = term.xreplace({squared: log1psq_exp(r, t, squared.args[0])}) + k * t + rest
            return sp.Piecewise((far, sp.And(t < -_FAR, sp.Ne(r, 0))), (near, True))
    return None


def _common_coefficient(e: sp.Expr, t: sp.Expr) -> sp.Expr | None:
    """The number k of k*t, or of a part of it, among the terms; None where there is none."""
    found = set()
    for number, x in (part.as_coeff_Mul() for part in sp.Add.make_args(t)):
        found |= {c / number for c, y in (term.as_coeff_Mul() for term in sp.Add.make_args(e)) if y == x}
    return found.pop() if len(found) == 1 else None


def logarithm_by_scale(e: sp.Expr) -> sp.Expr | None:
    """exp(a) log(1 + v**2), and exp(a) (log(1 + v**2) - v**2/(1 + v**2)), where exp(a) takes what exp(-t) has: next to
    v = 0 they are exp(a) v**2 and exp(a) v**4/2."""
    if not isinstance(e, sp.Mul):
        return None
    for head in (f for f in e.args if isinstance(f, _LOGARITHMS)):
        v, degree = head.args[-1], 4 if isinstance(head, (log1psq_excess, log1psq_excess_exp)) else 2
        parts = residual_and_scale(v)
        for scale in e.args if parts is not None else ():
            r, t = parts or (sp.S.Zero, sp.S.Zero)
            if isinstance(scale, sp.Add) and any(_takes(f, t, degree) for x in scale.args for f in sp.Mul.make_args(x)):
                return sp.Add(*(e / scale * x for x in scale.args))
            if _takes(scale, t, degree):
                others = e / (scale * head)
                near = 2 * finished(r * sp.exp(-sp.expand(t - scale.args[0] / degree))) ** degree / degree
                far = exp_times(scale.args[0], others * head)
                tail = (scale * others * -2 * t, sp.And(t < -_FAR, sp.Ne(r, 0)))
                return sp.Piecewise((others * near, sp.Abs(v) < _NEAR), tail, (far, True))
    return None


def _takes(e: sp.Expr, t: sp.Expr, degree: int) -> bool:
    """Whether e is an exponential whose root of that degree takes a term from exp(-t)."""
    return isinstance(e, sp.exp) and _is_shorter(t - e.args[0] / degree, t)


def _is_shorter(x: sp.Expr, t: sp.Expr) -> bool:
    """Whether x has less of t: fewer of its terms, or smaller multiples of them. None at all is not meant."""
    x = sp.expand(x)
    return x != 0 and len(sp.Add.make_args(t)) > 1 and _size(x) < _size(t)


def _size(t: sp.Expr) -> sp.Expr:
    return sp.Add(*(abs(term.as_coeff_Mul()[0]) for term in sp.Add.make_args(t)))


def slope_of_scaled(e: sp.Expr) -> sp.Expr | None:
    """exp(-x)/sqrt(1 + v**2) = 1/hypot(exp(x), r exp(x - t)) for v = r*exp(-t) and an x that is t, or takes terms from
    it; also before the branches of a sum."""
    if not isinstance(e, sp.Mul):
        return None
    for u in dict.fromkeys(f.as_base_exp()[0].args[0] for f in e.args if _power_of(f)):
        if residual_and_scale(u) is None:
            continue
        inside = next((f for f in e.args if isinstance(f, sp.Piecewise) and f.has(sp.exp)), None)
        found = [f for f in e.args if isinstance(f, sp.exp)]
        together = _with_slope(e, u, found) if found else None
        if together is not None:
            return together
        if inside is not None and any(_power_of(f) and f.as_base_exp()[0] == inverse_hypot(u) for f in e.args):
            own = [f for f in e.args if f.as_base_exp()[0] == inverse_hypot(u)]
            branches = ((sp.expand_mul(b * sp.Mul(*own), deep=False), c) for b, c in inside.args)
            return sp.Mul(*(f for f in e.args if f not in own and f is not inside), sp.Piecewise(*branches))
    return None


def tanh_of_scaled(e: sp.Expr) -> sp.Expr | None:
    """exp(a) tanh(r exp(-t)/2) for a residual r."""
    if not isinstance(e, sp.Mul):
        return None
    for head in (f for f in e.args if isinstance(f, sp.tanh)):
        r, t = residual_and_scale(head.args[0]) or (sp.S.Zero, sp.S.Zero)
        if isinstance(2 * r, sp.Add):
            exponentials = [f for f in e.args if isinstance(f, sp.exp)]
            rest = [f for f in e.args if f is not head and f not in exponentials]
            return (
                sp.Mul(*rest, exp_tanh(sp.Add(*(f.args[0] for f in exponentials)), 2 * r, -t)) if exponentials else None
            )
    return None


def _power_of(f: sp.Expr) -> int:
    """n of a whole power of one of the pair of bounded functions, 0 for anything else."""
    base, n = f.as_base_exp()
    return int(n) if isinstance(base, (inverse_hypot, algebraic_sigmoid)) and n.is_Integer and n > 0 else 0


def _with_slope(e: sp.Mul, u: sp.Expr, exponentials: list[sp.Expr]) -> sp.Expr | None:
    """s**m c**p exp(E) = r**m c**(m + p) exp(E - m t), and that exponent is -n x: n of c take it in."""
    r, t = residual_and_scale(u) or (sp.S.One, sp.S.Zero)
    odd, even = algebraic_sigmoid(u), inverse_hypot(u)
    m, p = (sum(_power_of(f) for f in e.args if f.as_base_exp()[0] == kind) for kind in (odd, even))
    exponent = sp.expand(sp.Add(*(f.args[0] for f in exponentials)) - m * t)
    n, x = _taken_in(exponent, t, max(m, 1), m + p)
    if n == 0:
        return None
    others = [f for f in e.args if f not in exponentials and f.as_base_exp()[0] not in (odd, even)]
    spread = next((f for f in others if isinstance(f, sp.Add) and f.has(sp.exp)), None)
    if spread is not None:  # each of its exponentials is taken in by itself
        return sp.Add(*(e / spread * term for term in spread.args))
    more, others = _residuals_in(others, r, n - m)
    known = odd if x == t else None

    def written(x: sp.Expr) -> sp.Expr:
        slope = inverse_hypot_exp(r * sp.exp(sp.expand(x - t)), x, sp.exp(x))
        slopes = _times_slopes(r, known, slope, m + more, n)
        return sp.Mul(*others, *slopes, even ** (m + p - n), sp.exp(sp.expand(exponent + n * x)))

    # r exp(x - t) may overflow: there exp(x - t) is taken out of the root again.
    finite = sp.Abs(r * sp.exp(sp.expand(x - t))) < _FAR
    return written(t) if x == t else sp.Piecewise((written(x), finite), (written(t), True))


def _residuals_in(factors: list[sp.Expr], r: sp.Expr, most: int) -> tuple[int, list[sp.Expr]]:
    """How often the residual of r stands among the factors, up to that often, and the other factors."""
    residual = sp.Mul(*(f for f in sp.Mul.make_args(r) if isinstance(f, sp.Add)))
    for f in factors:
        base, n = f.as_base_exp()
        if base in (residual, -residual) and n.is_Integer and 0 < n <= most:
            rest = [x for x in factors if x is not f]
            return int(n), [*rest, (base / r) ** n]
    return 0, factors


def _taken_in(exponent: sp.Expr, t: sp.Expr, least: int, most: int) -> tuple[int, sp.Expr]:
    """n and x for exp(-n x), x being t, or what leaves least of it; (0, t) where there is none."""
    ratio = sp.cancel(-exponent / t)
    if ratio.is_Integer and ratio >= least:
        return min(int(ratio), most), t
    found = [(n, sp.expand(-exponent / n)) for n in range(most, least - 1, -1)]
    fitting = [(n, x) for n, x in found if not x.is_number and _is_shorter(t - x, t)]
    return min(fitting, key=lambda pair: _size(sp.expand(t - pair[1])), default=(0, t))


def _times_slopes(r: sp.Expr, odd: sp.Expr | None, slope: sp.Expr, m: int, n: int) -> list[sp.Expr]:
    """r**m slope**n; a residual of 0 silences slopes that may be infinite, and one that is subnormal keeps its digits
    where it meets their square first."""
    if m == 0:
        return [slope**n]
    numbers = [f for f in sp.Mul.make_args(r) if not isinstance(f, sp.Add)]
    residual = r / sp.Mul(*numbers)
    if m == 1 and n == 2:
        return [*numbers, times_square(residual, slope)]
    bounded = odd if odd is not None and residual != r else product_or_zero(r, slope)
    return [product_or_zero(bounded**m, slope ** (n - m)) if n > m else bounded**m]


def residual_and_scale(u: sp.Expr) -> tuple[sp.Expr, sp.Expr] | None:
    """r and t of u = r*exp(-t); None where no prediction is in an exponential."""
    found = [f for f in sp.Mul.make_args(u) if isinstance(f, sp.exp)]
    if not found:
        return None
    return u / sp.Mul(*found), sp.expand(-sp.Add(*(f.args[0] for f in found)))
