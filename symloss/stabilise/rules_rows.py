"""Rules about rows: confident softmax rows, sums in sorted order, silent weights."""

from __future__ import annotations

import sympy as sp

from symloss.heads.binders import Binder, LogSumExp, Rank, Softmax, SoftmaxComplement, SoftmaxGap, Sorted, Total
from symloss.heads.functions import bernoulli_function, expm1, finished, log1p, product_or_zero
from symloss.heads.row_binders import LargestPlace, Norm
from symloss.heads.sparse import SparseGap, SparseMaximum

from .confident import confident_row
from .directions import cosine_against_a_number, direction, in_directions
from .others import over_the_others
from .own_part import own_part
from .rules_differences import opposite_terms
from .shares import divergence_from_the_mean, logarithms_over_the_mean, share_of_a_sum
from .stable_rule import StableRule, pairs
from .sums_of_rows import row_by_row, without_its_own_row
from .target import against_target, from_the_nearer_end, shared_out


def _softmax_minus_target(e: sp.Expr) -> sp.Expr | None:
    """More than 1/2 has only the largest entry, so that the other probability is one number for the whole row."""
    return against_target(e, Softmax, _complement, _from_the_nearer_end)


def _complement(p: Softmax) -> sp.Expr:
    return SoftmaxComplement(p.body, p.bound, p.place)


def _from_the_nearer_end(weight: sp.Expr, rest: sp.Expr, p: Softmax, other: sp.Expr) -> sp.Expr:
    if p.body.has(sp.Piecewise):  # SymPy would fold it out of the condition p <= 1/2, and out of its scope
        return shared_out(weight, rest, p, other)
    of_largest = SoftmaxComplement(p.body, p.bound, LargestPlace(p.body, p.bound))
    return from_the_nearer_end(weight, rest, p, of_largest)


def _gap(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, sp.Add):
        return None
    for coefficient, node, rest in pairs(e, LogSumExp):
        for term in sp.Add.make_args(rest):
            place = _place(node, -term / coefficient)
            if place is not None:
                return coefficient * SoftmaxGap(node.body, node.bound, place) + (rest - term)
    for coefficient, node, rest in pairs(e, LogSumExp):
        place = _place(node, -rest / coefficient)
        if place is not None:
            return coefficient * SoftmaxGap(node.body, node.bound, place)
    return None


def _sparse_gap(e: sp.Expr) -> sp.Expr | None:
    for coefficient, node, rest in pairs(e, SparseMaximum) if isinstance(e, sp.Add) else []:
        for term in sp.Add.make_args(rest):
            place = _place(node, -term / coefficient)
            if place is not None:
                return coefficient * SparseGap(node.body, node.bound, place) + (rest - term - coefficient / 2)
    return None


def _place(node: Binder, term: sp.Expr) -> sp.Expr | None:
    """The index at which ``term`` is the body of the reduction."""
    patterns = [x for x in node.body.atoms(sp.Indexed) if x.has(node.bound)]
    for pattern in patterns:
        for x in term.atoms(sp.Indexed):
            if x.base == pattern.base:
                for p, index in zip(pattern.indices, x.indices, strict=True):
                    if p == node.bound and node.at(index) == term:
                        return index
    return None


def _weight_may_be_zero(e: sp.Expr) -> sp.Expr | None:
    """w*g = 0 where the weight w is 0 although g is infinite: a masked class has no cross-entropy."""
    if not isinstance(e, sp.Mul):
        return None
    infinite = [a for a in e.args if isinstance(a, SoftmaxGap)]
    weights = [a for a in e.args if isinstance(a, (sp.Indexed, sp.Symbol)) and a.is_nonnegative and a.is_zero is None]
    if not infinite or not weights:
        return None
    coefficient, factor = (e / weights[0]).as_coeff_Mul()
    return coefficient * product_or_zero(weights[0], factor)


def _gap_over_complement(e: sp.Expr) -> sp.Expr | None:
    """g (1 - p)**a = (1 - p)**(a + 1) B(-g) for g = -log(p), B being Bernoulli's function, which is 1 at g = 0."""
    if not isinstance(e, sp.Mul):
        return None
    powers = {f: f.as_base_exp() for f in e.args}
    for gap in (f for f in e.args if isinstance(f, SoftmaxGap)):
        for factor, (base, exponent) in powers.items():
            whole = isinstance(base, SoftmaxComplement) and base.args == gap.args
            if whole and exponent.is_nonnegative is not True:
                others = (f for f in e.args if f not in (gap, factor))
                return sp.Mul(*others, base ** (exponent + 1), bernoulli_function(-gap))
    return None


def _mean_close_to_one(e: sp.Expr) -> sp.Expr | None:
    """log sum_k p[k] exp(d[k]) = log(1 + sum_k p[k] (exp(d[k]) - 1)) for a softmax p, where that sum is small."""
    if type(e) is not LogSumExp or not isinstance(e.body, sp.Add):
        return None
    index, body = e.open()
    for gap in (-term for term in body.args):
        if isinstance(gap, SoftmaxGap) and gap.place == index:
            mean = Total(Softmax(gap.body, gap.bound, index) * expm1(body + gap), index)
            return sp.Piecewise((log1p(mean), sp.Abs(mean) < sp.S.Half), (finished(e), True))
    return None


def _difference_of_softmaxes(e: sp.Expr) -> sp.Expr | None:
    """c p - c q = c (1 - q) - c (1 - p) where p > 1/2, for the same entry of two rows."""
    found = opposite_terms(e, Softmax)
    if found is None:
        return None
    c, p, q, rest = found
    if type(p) is not Softmax or type(q) is not Softmax or p.place != q.place or p.body.has(sp.Piecewise):
        return None
    near, plain = c * _complement(q) - c * _complement(p), finished(c * p - c * q)
    return sp.Piecewise((near, p > sp.S.Half), (plain, True)) + rest


def _softmaxes_less_one(e: sp.Expr) -> sp.Expr | None:
    """p + q - 1 = p - (1 - q) where q > 1/2, and q - (1 - p) elsewhere."""
    if not isinstance(e, sp.Add):
        return None
    number = e.as_coeff_Add()[0]
    found = [(c, p) for c, p, _ in pairs(e, Softmax) if type(p) is Softmax and c == -number and number != 0]
    if len(found) != 2 or len(e.args) != 3 or any(p.body.has(sp.Piecewise) for _, p in found):
        return None
    (c, p), (_, q) = found
    low, high = finished(c * q - c * _complement(p)), finished(c * p - c * _complement(q))
    return sp.Piecewise((high, q > sp.S.Half), (low, True))


def _norm(e: sp.Expr) -> sp.Expr | None:
    """sum_k v[k]**2 to the power of n + 1/2 is the norm of v to the power of 2n + 1."""
    if not isinstance(e, sp.Pow) or not isinstance(e.base, Total) or not (e.exp - sp.S.Half).is_Integer:
        return None
    index, body = e.base.open()
    roots = [(base, x / 2) for base, x in (f.as_base_exp() for f in sp.Mul.make_args(body))]
    if not all(half.is_Integer and half > 0 for _, half in roots):
        return None
    return Norm(sp.Mul(*(base**half for base, half in roots)), index) ** (2 * e.exp)


def _number_out_of_total(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, Total):
        return None
    coefficient = e.body.as_coeff_Mul()[0]
    if coefficient == 1:
        return None
    index, body = e.open()
    return coefficient * Total(body / coefficient, index)


def _sum_over_sorted(e: sp.Expr) -> sp.Expr | None:
    """Sum over places p of g(sort(u)[p], p) = sum over entries k of g(u[k], rank(u)[k])."""
    if not isinstance(e, Total):
        return None
    index, body = e.open()
    entries = [s for s in body.atoms(Sorted) if s.place == index]
    if len(entries) != 1 or entries[0].bound.label.axis != index.label.axis:
        return None
    entry = entries[0]
    value = sp.Dummy("value", real=True)
    place = Rank(entry.body, entry.bound, index)
    moved = body.xreplace({entry: value}).xreplace({index: place}).xreplace({value: entry.at(index)})
    return Total(moved, index)


RULES: tuple[StableRule, ...] = (
    StableRule(
        "difference of two softmaxes",
        "p - q = (1 - q) - (1 - p) where p > 1/2",
        "p and q round to 1",
        "a gap of 37 in both rows",
        "rules.json softmax_minus_1",
        _difference_of_softmaxes,
        branching=True,
    ),
    StableRule(
        "two softmaxes less one",
        "p + q - 1 = p - (1 - q) where q > 1/2",
        "q rounds to 1, and p is small",
        "a gap of 37 in one row",
        "rules.json softmax_minus_1",
        _softmaxes_less_one,
        branching=True,
    ),
    StableRule(
        "mean close to one",
        "log sum_k p[k] exp(d[k]) = log(1 + sum_k p[k] (exp(d[k]) - 1)), p a softmax",
        "log p and its sum cancel where the other exponents are small",
        "|d| < 0.1, or beside a p that underflows",
        "rules.json log1p, expm1",
        _mean_close_to_one,
        branching=True,
    ),
    StableRule(
        "sum in sorted order",
        "sum_p g(sort(u)[p], p) = sum_k g(u[k], rank(u)[k])",
        "one pass over pairs instead of three nested loops",
        "everywhere",
        "a permutation reorders a sum",
        _sum_over_sorted,
    ),
    StableRule(
        "norm",
        "sqrt(sum_k v[k]**2) = s sqrt(sum_k (v[k]/s)**2) for a power s of 2",
        "a square overflows, or underflows to 0",
        "|v| > 1e154 or |v| < 1e-154",
        "README rule 69; J. L. Blue (1978), A portable Fortran program to find the Euclidean norm of a vector",
        _norm,
    ),
    StableRule(
        "direction",
        "v[k]/sqrt(sum_k v[k]**2) = (s v[k])/sqrt(sum_k (s v[k])**2) for a power s of 2",
        "the product of two norms overflows, or underflows to 0; a norm below the normal numbers has few digits",
        "|v| > 1e154 or |v| < 1e-154",
        "README rule 69",
        direction,
    ),
    StableRule(
        "cosine against a number",
        "sum d e - c = (1 - c) - sum (d - e)**2/2 = sum (d + e)**2/2 - (1 + c) for unit vectors d and e",
        "the cosine rounds to 1 or -1",
        "an angle below 1e-8",
        "README rule 75",
        cosine_against_a_number,
    ),
    StableRule(
        "number out of a sum",
        "sum_k c g(k) = c sum_k g(k)",
        "one multiplication instead of one per entry, and -0 does not appear",
        "everywhere",
        "linearity",
        _number_out_of_total,
    ),
    StableRule(
        "softmax minus target",
        "w p + r = (w + r) - w (1 - p) where p > 1/2",
        "p rounds to 1 in a confident row and p - 1 to 0",
        "gap > 5",
        "rules.json softmax_minus_1; README rule 73",
        _softmax_minus_target,
    ),
    StableRule(
        "cross-entropy of a row",
        "logsumexp(u) - u[k] = log1p(sum_{j != k} exp(u[j] - u[k])) where k is the largest",
        "the difference of two equal numbers in a confident row",
        "gap > 4",
        "rules.json ce_target_max, ce_shifted_lse",
        _gap,
    ),
    StableRule(
        "sparse gap",
        "M - u[k] + 1/2 = sum_j (p[j] - delta[j, k])**2/2 + max(0, tau - u[k]), M = max over p of p.u - p.p/2",
        "the difference of two equal numbers where the k-th entry leads by 1",
        "u[k] > u[j] + 1 for all j != k",
        "A. F. T. Martins, R. F. Astudillo (2016), From softmax to sparsemax, equation 18",
        _sparse_gap,
    ),
    StableRule(
        "zero weight",
        "0*g = 0 although g is infinite",
        "0*inf is NaN",
        "weight = 0",
        "README rule 63",
        _weight_may_be_zero,
    ),
    StableRule(
        "share of a sum",
        "t/(t + p) = 0 where t is 0 and p underflows",
        "0/0 is NaN",
        "t = 0, gap > 745",
        "limit at t = 0",
        share_of_a_sum,
    ),
    StableRule(
        "gap over complement",
        "g (1 - p)**a = (1 - p)**(a + 1) B(-g), g = -log(p), B(u) = u/(exp(u) - 1)",
        "0*inf where 1 - p and g underflow",
        "a < 0, gap > 745",
        "1 - p = 1 - exp(-g); rules.json t_over_expm1",
        _gap_over_complement,
    ),
)

WHOLE: tuple[StableRule, ...] = (
    StableRule(
        "divergence from the mean",
        "t log(t/m) + p log(p/m) = m ((1 + r) log(1 + r) + (1 - r) log(1 - r)), m = (t + p)/2, r = (p - t)/(t + p)",
        "the terms of first order cancel, and p rounds to 1",
        "|p - t| < 0.1",
        "README rule 64",
        divergence_from_the_mean,
    ),
    StableRule(
        "logarithm over the mean",
        "log(m) = log(p) - log(p/m), p/m = 1/(1 + (t/p - 1)/2), m = (t + p)/2",
        "p/m rounds to 1 in a confident row",
        "gap > 5",
        "README rule 64, its derivatives",
        logarithms_over_the_mean,
    ),
    StableRule(
        "its own part",
        "p[i] sum_j b[j] - b[i] = p[i] sum_{j != i} b[j] - (1 - p[i]) b[i], and polynomials in p[i] and such sums",
        "in a confident row p[i] rounds to 1, and b[i] is all of the sum",
        "gap > 5",
        "linearity; the Bernstein form of polynomials in p",
        own_part,
    ),
    StableRule(
        "confident row",
        "p - p**2 = p (1 - p), g[k] - sum_j p[j] g[j] = sum_{j != k} p[j] (g[k] - g[j]), and all that follows",
        "in a confident row p rounds to 1 and the mean of g to g[k]",
        "gap > 5",
        "sum_j p[j] = 1; R. T. Farouki (2012), The Bernstein polynomial basis: a centennial retrospective",
        confident_row,
    ),
    StableRule(
        "row by row",
        "sum_l A[l] p[l] - sum_l A[l] p[l]**2 = sum_l A[l] p[l] (1 - p[l]) for a softmax p[l] of the l-th row",
        "in a confident row p rounds to 1",
        "gap > 5",
        "rules.json softmax_minus_1; linearity",
        row_by_row,
    ),
    StableRule(
        "its own row",
        "sum_l A[l] p[l] - 1 = sum_{l != i} A[l] p[l] - (1 - p[i]) where A[i] = 1",
        "the own p rounds to 1, and the others are far smaller",
        "gap > 5",
        "rules.json softmax_minus_1",
        without_its_own_row,
    ),
    StableRule(
        "unit vectors",
        "g[i] - d[i] sum d g = sum_k d[k] (d[k] g[i] - d[i] g[k]), 1 - d[i]**2 = sum_{k != i} d[k]**2, d = v/|v|",
        "powers of |v| overflow or underflow, and the terms cancel where one entry outweighs the others",
        "|v| > 1e60 or |v| < 1e-60; |v[i]| > 1e8 |v[k]|",
        "sum d**2 = 1; README rule 69",
        in_directions,
    ),
    StableRule(
        "sums over the others",
        "A sum_j f[j] + B sum_j g[j] = sum_{j != i} (A f[j] + B g[j]) where A f[i] + B g[i] = 0",
        "the two terms are added to sums that may be far smaller",
        "|z[j] - z[i]| large for all j != i",
        "linearity; the derivative of z[j] - z[i] is 0 at j = i",
        over_the_others,
    ),
)
