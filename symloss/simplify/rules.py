"""Identities that are exact over the reals and make a derivative shorter. One row each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from symloss.heads.binders import Softmax, Total, free_indices, has_bound_index
from symloss.heads.functions import sigmoid

from .cost import cost


@dataclass(frozen=True)
class Identity:
    """A named identity; ``apply`` gives the right-hand side, or None where it does not match."""

    name: str
    text: str
    apply: Callable[[sp.Expr], sp.Expr | None]

    def __call__(self, e: sp.Expr) -> sp.Expr | None:
        return self.apply(e)


def _simplex_sums_to_one(e: sp.Expr) -> sp.Expr | None:
    """Sum over its own axis of a simplex row; a fact of the declared domain."""
    if not isinstance(e, Total) or not isinstance(e.body, sp.Indexed):
        return None
    domain = getattr(e.body.base.label, "domain", None)
    if domain is None or domain.axis is None:
        return None
    axes = e.body.base.label.axes
    places = [axis for axis, index in zip(axes, e.body.indices, strict=True) if index == e.bound]
    return sp.S.One if places == [domain.axis] and e.bound.label.axis == domain.axis else None


def _softmax_sums_to_one(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, Total):
        return None
    index, body = e.open()
    if isinstance(body, Softmax) and body.place == index and not body.body.has(index) and _same_axis(body.bound, index):
        return sp.S.One
    return None


def _same_axis(a: sp.Idx, b: sp.Idx) -> bool:
    return bool(a.label.axis == b.label.axis)


def _constant_factor(e: sp.Expr) -> sp.Expr | None:
    """Sum of c*g = c * Sum of g where c does not depend on the index."""
    if not isinstance(e, Total) or not isinstance(e.body, sp.Mul):
        return None
    outside = [a for a in e.body.args if not a.has(e.bound)]
    if not outside:
        return None
    index, body = e.open()
    inside = [a for a in body.args if a.has(index)]
    return sp.Mul(*outside) * Total(sp.Mul(*inside), index)


def _sum_of_terms(e: sp.Expr) -> sp.Expr | None:
    """Split a term off a Total where a factor can leave the sum or the sum is known."""
    if not isinstance(e, Total):
        return None
    index, body = e.open()
    if isinstance(body, sp.Mul):
        body = _distributed(body, index)
    if not isinstance(body, sp.Add):
        return None
    split = [t for t in body.args if _leaves(t, index)]
    if not split:
        return None
    kept = sp.Add(*(t for t in body.args if t not in split))
    return sp.Add(*(Total(t, index) for t in split), Total(kept, index) if kept != 0 else 0)


def _distributed(body: sp.Expr, index: sp.Idx) -> sp.Expr:
    """weight*(a + b) as a sum where one of its terms can leave the sum over the index."""
    for factor in body.args:
        if isinstance(factor, sp.Add):
            rest = body / factor
            terms = [rest * t for t in factor.args]
            if any(_leaves(t, index) for t in terms):
                return sp.Add(*terms)
    return body


def _leaves(term: sp.Expr, index: sp.Idx) -> bool:
    """Whether a factor other than a number can leave the sum over the index with a known sum behind it."""
    inside = [a for a in sp.Mul.make_args(term) if a.has(index)]
    outside = [a for a in sp.Mul.make_args(term) if not a.has(index) and not a.is_number]
    whole = Total(sp.Mul(*inside), index)
    known = _simplex_sums_to_one(whole) is not None or _softmax_sums_to_one(whole) is not None or not inside
    return bool(outside) and (known or any(map(free_indices, outside)) or len(inside) == 1)


def _contract_delta(e: sp.Expr) -> sp.Expr | None:
    """Sum over k of delta(k, j)*g(k) = g(j), for an index k over the same axis as j."""
    if not isinstance(e, Total):
        return None
    index, body = e.open()
    for delta in sp.Mul.make_args(body):
        if isinstance(delta, sp.KroneckerDelta) and index in delta.args:
            other = delta.args[1] if delta.args[0] == index else delta.args[0]
            if isinstance(other, sp.Idx) and _same_axis(other, index):
                return (body / delta).xreplace({index: other})
    return None


def _softmax_of_one_direction(e: sp.Expr) -> sp.Expr | None:
    """delta(i, j)*g(j) = delta(i, j)*g(i): one name for both indices."""
    if not isinstance(e, sp.Mul):
        return None
    for delta in e.args:
        if isinstance(delta, sp.KroneckerDelta) and all(isinstance(a, sp.Idx) for a in delta.args):
            keep, other = sorted(delta.args, key=sp.default_sort_key)
            rest = e / delta
            if rest.has(other):
                return delta * rest.xreplace({other: keep})
    return None


def _delta_squared(e: sp.Expr) -> sp.Expr | None:
    if isinstance(e, sp.Pow) and isinstance(e.base, sp.KroneckerDelta) and e.exp.is_positive:
        return e.base
    return None


def _sign_times_value(e: sp.Expr) -> sp.Expr | None:
    """sign(u)*|u| = u and sign(u)**2*u = u."""
    if not isinstance(e, sp.Mul):
        return None
    for factor in e.args:
        if isinstance(factor, sp.sign) and sp.Abs(factor.args[0]) in e.args:
            return e / (factor * sp.Abs(factor.args[0])) * factor.args[0]
    return None


def _powers_of_one_base(e: sp.Expr) -> sp.Expr | None:
    """x**a * x**b = x**(a + b) for x > 0, also where SymPy leaves a number and a symbol apart."""
    if not isinstance(e, sp.Mul):
        return None
    exponents: dict[sp.Expr, list[sp.Expr]] = {}
    for factor in e.args:
        base, exponent = factor.as_base_exp()
        if base.is_positive and not base.is_number:
            exponents.setdefault(base, []).append(exponent)
    joined = {base: es for base, es in exponents.items() if len(es) > 1}
    if not joined:
        return None
    others = [f for f in e.args if f.as_base_exp()[0] not in joined]
    return sp.Mul(*others, *(base ** sp.Add(*es) for base, es in joined.items()))


def _logistic_pair(e: sp.Expr) -> sp.Expr | None:
    """c sigmoid(u) + c sigmoid(-u) = c."""
    if not isinstance(e, sp.Add):
        return None
    for term in e.args:
        for factor in sp.Mul.make_args(term):
            if isinstance(factor, sigmoid):
                coefficient = term / factor
                other = coefficient * sigmoid(-factor.args[0])
                if other in e.args:
                    return e - term - other + coefficient
    return None


def _one_sign_of_a_difference(e: sp.Expr) -> sp.Expr | None:
    """(y - f)**n = (-1)**n (f - y)**n: one sign of a difference, so that powers of it meet."""
    if not isinstance(e, (sp.Mul, sp.Pow)):
        return None
    factors = [factor.as_base_exp() for factor in sp.Mul.make_args(e)]
    bases = [base for base, _ in factors]
    for base, exponent in factors:
        flips = isinstance(base, sp.Add) and exponent.is_Integer and base.could_extract_minus_sign()
        if flips and (exponent % 2 == 0 or -base in bases):
            return e / base**exponent * (-base) ** exponent * (-1) ** exponent
    return None


def _common_power(e: sp.Expr) -> sp.Expr | None:
    """b**p*c + b**(p - n)*d = b**(p - n)*(b**n*c + d) where the bracket then shrinks: derivatives of powers do."""
    if not isinstance(e, sp.Add) or len(e.args) > _MOST_TERMS:
        return None
    bases = {
        f.base for t in e.args for f in sp.Mul.make_args(t) if isinstance(f, sp.Pow) and isinstance(f.base, sp.Add)
    }
    for base in sorted(bases, key=sp.default_sort_key):
        shorter = _over_lowest_power(e, base)
        if shorter is not None and cost(shorter) < cost(e):
            return shorter
    return None


_MOST_TERMS = 12
_MOST_STEPS = 3  # powers apart: second derivatives of a power differ by two, of its log-scale by three


def _over_lowest_power(e: sp.Expr, base: sp.Expr) -> sp.Expr | None:
    """The sum with the lowest power of ``base`` taken out and the bracket multiplied out; other sums stay whole."""
    exponents = [_exponent_of(term, base) for term in e.args]
    if not all(x.is_number for x in exponents):
        return None
    lowest = min(exponents)
    steps = [x - lowest for x in exponents]
    if lowest >= 0 or not all(s.is_Integer and s <= _MOST_STEPS for s in steps):
        return None
    hidden = {a: sp.Dummy() for t in base.args for a in t.atoms(sp.Add) if a != base and not has_bound_index(a)}
    for term in e.args:
        for factor in sp.Mul.make_args(term):
            inner = factor.as_base_exp()[0]
            if isinstance(inner, sp.Add) and inner != base and not has_bound_index(inner):
                hidden.setdefault(inner, sp.Dummy())
    masked = base.xreplace(hidden)
    bracket = sp.Add(
        *(
            (term / base**x).xreplace(hidden) * sp.expand(masked ** int(s))
            for term, x, s in zip(e.args, exponents, steps, strict=True)
        )
    )
    whole = sp.expand_mul(bracket).xreplace({v: k for k, v in hidden.items()})
    return base**lowest * whole


def _exponent_of(term: sp.Expr, base: sp.Expr) -> sp.Expr:
    for factor in sp.Mul.make_args(term):
        inner, exponent = factor.as_base_exp()
        if inner == base:
            return exponent
    return sp.S.Zero


def _numeric_content(e: sp.Expr) -> sp.Expr | None:
    """(2a + 2b)*c = 2*(a + b)*c: SymPy distributes numbers, which hides common factors."""
    if not isinstance(e, sp.Mul) or sum(not a.is_number for a in e.args) < 2:
        return None
    content, factors = sp.S.One, []
    for factor in e.args:
        base, exponent = factor.as_base_exp() if isinstance(factor, sp.Pow) else (factor, sp.S.One)
        number, primitive = base.primitive() if isinstance(base, sp.Add) and exponent.is_Integer else (sp.S.One, base)
        content *= number**exponent
        factors.append(primitive**exponent)
    # All at once: SymPy would distribute a number over the last sum that is left alone with it.
    return sp.Mul(content, *factors) if content != 1 else None


def _square_of_a_sign(e: sp.Expr) -> sp.Expr | None:
    """s**2 = 1 for s in {-1, 1}, be it declared or 2 y - 1 of a binary y."""
    if isinstance(e, sp.Pow) and e.exp.is_Integer and e.exp >= 2 and _is_sign(e.base):
        return e.base ** (e.exp % 2)
    return None


def _is_sign(e: sp.Expr) -> bool:
    binary = [s for s in e.free_symbols if domain_name(s) == "Binary"]
    return domain_name(e) == "Signs" or (len(binary) == 1 and e in (2 * binary[0] - 1, 1 - 2 * binary[0]))


def domain_name(e: sp.Basic) -> str:
    """The name of a declared quantity's domain; empty for any other expression."""
    domain = getattr(e.base.label if isinstance(e, sp.Indexed) else e, "domain", None)
    return getattr(domain, "name", "")


def _same_branches(e: sp.Expr) -> sp.Expr | None:
    if isinstance(e, sp.Piecewise) and e.args[-1][1] == sp.true and len({b for b, _ in e.args}) == 1:
        return e.args[0][0]
    return None


def _branches_added(e: sp.Expr) -> sp.Expr | None:
    """Sums of Piecewise under the same conditions, with any factors, are one Piecewise, branch by branch."""
    if not isinstance(e, sp.Add):
        return None
    alike: dict[tuple[sp.Basic, ...], list[tuple[sp.Expr, sp.Piecewise]]] = {}
    for term in e.args:
        branching = [f for f in sp.Mul.make_args(term) if isinstance(f, sp.Piecewise)]
        if len(branching) == 1:
            alike.setdefault(tuple(c for _, c in branching[0].args), []).append((term, branching[0]))
    for conditions, found in alike.items():
        if len(found) > 1:
            branches = zip(*([_with_branch(term, p, b) for b, _ in p.args] for term, p in found), strict=True)
            rest = e - sp.Add(*(term for term, _ in found))
            return rest + sp.Piecewise(*((sp.Add(*b), c) for b, c in zip(branches, conditions, strict=True)))
    return None


def _with_branch(term: sp.Expr, p: sp.Piecewise, branch: sp.Expr) -> sp.Expr:
    return sp.Mul(*(branch if f == p else f for f in sp.Mul.make_args(term)))


def _common_factor_of_argument(e: sp.Expr) -> sp.Expr | None:
    """g(a/s - b/s) = g((a - b)/s): the difference is rounded once, and a/s does not overflow on its own."""
    if not isinstance(e, sp.Function) or len(e.args) != 1 or not isinstance(e.args[0], sp.Add):
        return None
    first, *others = (set(sp.Mul.make_args(term)) for term in e.args[0].args)
    common = sp.Mul(*sorted((f for f in first.intersection(*others) if not f.is_number), key=sp.default_sort_key))
    if common == 1:
        return None
    return e.func(common * sp.Add(*(term / common for term in e.args[0].args)))


def _common_term_of_softmax(e: sp.Expr) -> sp.Expr | None:
    """softmax(u[k] + c) = softmax(u[k]) for a c that is the same for every k, such as a logsumexp of its own."""
    if type(e) is not Softmax or not isinstance(e.body, sp.Add):
        return None
    own = [term for term in e.body.args if term.has(e.bound)]
    return Softmax(sp.Add(*own), e.bound, e.place) if 0 < len(own) < len(e.body.args) else None


IDENTITIES: tuple[Identity, ...] = (
    Identity("simplex", "the sum of a simplex row is 1", _simplex_sums_to_one),
    Identity("softmax sum", "the sum of a softmax is 1", _softmax_sums_to_one),
    Identity("common term of a softmax", "softmax(u[k] + c) = softmax(u[k])", _common_term_of_softmax),
    Identity("delta", "sum_k delta(k, j) g(k) = g(j)", _contract_delta),
    Identity("constant factor", "sum_k c g(k) = c sum_k g(k)", _constant_factor),
    Identity("sum of terms", "sum_k (a + b g(k)) = K a + b sum_k g(k)", _sum_of_terms),
    Identity("delta renames", "delta(i, j) g(j) = delta(i, j) g(i)", _softmax_of_one_direction),
    Identity("delta squared", "delta**n = delta", _delta_squared),
    Identity("sign times modulus", "sign(u) |u| = u", _sign_times_value),
    Identity("powers of one base", "x**a x**b = x**(a + b), x > 0", _powers_of_one_base),
    Identity("logistic pair", "sigmoid(u) + sigmoid(-u) = 1", _logistic_pair),
    Identity("sign of a difference", "(y - f)**n = (-1)**n (f - y)**n", _one_sign_of_a_difference),
    Identity("common power", "b**p c + b**(p-n) d = b**(p-n) (b**n c + d)", _common_power),
    Identity("square of a sign", "s**2 = 1 for s = -1, 1", _square_of_a_sign),
    Identity("numeric content", "(2a + 2b) c = 2 (a + b) c", _numeric_content),
    Identity("same branches", "a Piecewise with one value is that value", _same_branches),
    Identity(
        "branches added", "x Piecewise((a, c), (b, True)) + y Piecewise((d, c), (e, True)), as one", _branches_added
    ),
    Identity("factor of an argument", "g(a/s - b/s) = g((a - b)/s)", _common_factor_of_argument),
)


def complement_of_logistic(e: sp.Expr) -> sp.Expr | None:
    """sigmoid(-u) = 1 - sigmoid(u), with one sign of u throughout; only tried, kept where it shortens."""
    if isinstance(e, sigmoid) and e.args[0].could_extract_minus_sign():
        return 1 - sigmoid(-e.args[0])
    return None
