"""SymPy's sums become totals of our own, and what SymPy did to nested ones is undone.

``sp.Sum`` pulls every Piecewise that mentions its index to the top ("piecewise_fold"), out of
sums inside as well, so that

    Sum(f(Sum(Piecewise((g, Ne(i, j)), (0, True)), j)), i)

arrives as ``Sum(Piecewise((f(Sum(g, j)), Ne(i, j)), (f(Sum(0, j)), True)), i)``: the condition
has left the scope of ``j``. Branch by branch the inner bodies are still there, and for given i
and j the first condition that holds names the right one, so the sum can be put together again.
"""

from __future__ import annotations

import itertools

import sympy as sp

from symloss.errors import DeclarationError
from symloss.heads.binders import Binder, Total, free_indices

from .axes import IndexLabel


def totals(expression: sp.Expr) -> sp.Expr:
    """The expression with every ``sp.Sum`` as a `Total`."""
    return _visit(expression, frozenset())


def refuse_sums_without_axis(expression: sp.Basic) -> None:
    """Raise DeclarationError for a sum over a plain symbol: a kernel loops over named axes only."""
    for e in sorted(expression.atoms(sp.Sum), key=sp.default_sort_key):
        for index, *_ in e.limits:
            if not isinstance(index, sp.Idx) or not isinstance(index.label, IndexLabel):
                raise DeclarationError(
                    f"{e}: {index} is an index of no axis; write K = sl.axis('K'), k = K.indices('k'), sp.Sum(..., k)"
                )


def has_carried_condition(e: sp.Basic) -> bool:
    """Whether a condition names the index of a reduction of ours outside of it: SymPy has carried it there."""
    if isinstance(e, Binder):
        return any(map(has_carried_condition, (e.open()[1], *e.args[2:])))
    if isinstance(e, sp.Piecewise) and any(index.label.height > 0 for index in _in_conditions(e)):
        return True
    return any(map(has_carried_condition, e.args))


def _visit(e: sp.Basic, bound: frozenset[sp.Idx]) -> sp.Basic:
    if not e.args or isinstance(e, (sp.Idx, sp.IndexedBase)):
        return e
    if isinstance(e, sp.Sum):
        return _total(e, _visit(e.function, bound | _indices(e)))
    if isinstance(e, Binder):
        index, body = e.open()
        return e.func(_visit(body, bound | {index}), index, *(_visit(o, bound) for o in e.args[2:]))
    if isinstance(e, sp.Piecewise):
        e = _named_again(e, bound)
        captured = _captured(e, bound)
        if captured:
            return _visit(_put_together(e, captured), bound)
    arguments = [_visit(a, bound) for a in e.args]
    return e if arguments == list(e.args) else e.func(*arguments)


def _indices(e: sp.Sum) -> frozenset[sp.Idx]:
    return frozenset(limit[0] for limit in e.limits)


def _total(e: sp.Sum, body: sp.Expr) -> sp.Expr:
    for index, low, high in e.limits:
        body = Total(_within(body, index, low, high), index)
    return body


def _within(body: sp.Expr, index: sp.Idx, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """The body where the index lies between the limits, 0 elsewhere on its axis."""
    conditions = []
    if low != index.lower:
        conditions.append(sp.Ge(index, low, evaluate=False))
    if high != index.upper:
        conditions.append(sp.Le(index, high, evaluate=False))
    return sp.Piecewise((body, sp.And(*conditions)), (0, True)) if conditions else body


def _named_again(e: sp.Piecewise, bound: frozenset[sp.Idx]) -> sp.Piecewise:
    """The conditions in the names that the indices of the reductions in the branches have now.

    A reduction of ours names its index by what is nested in it, and has lost its condition.
    """
    owned, in_conditions = _summed(e), _in_conditions(e) - bound
    renamed = {}
    for stray in sorted((i for i in in_conditions - owned if i.label.height > 0), key=str):
        same = [i for i in owned if i.label.axis == stray.label.axis and i.label.height > 0]
        if len(same) != 1:
            raise _cannot_be_put_back(e)
        renamed[stray] = same[0]
    return sp.Piecewise(*((b, c.xreplace(renamed)) for b, c in e.args)) if renamed else e


def _captured(e: sp.Piecewise, bound: frozenset[sp.Idx]) -> frozenset[sp.Idx]:
    """Indices in the conditions whose sum is inside a branch: they were carried out of their scope."""
    return (_in_conditions(e) - bound) & _summed(e)


def _in_conditions(e: sp.Piecewise) -> frozenset[sp.Idx]:
    return frozenset().union(*(free_indices(c) for _, c in e.args))


def _summed(e: sp.Piecewise) -> frozenset[sp.Idx]:
    return frozenset().union(*(_owned(s) for b, _ in e.args for s in b.atoms(sp.Sum, Binder)))


def _owned(e: sp.Basic) -> frozenset[sp.Idx]:
    """The indices that a sum or another reduction runs over; none for anything else."""
    if isinstance(e, sp.Sum):
        return _indices(e)
    return frozenset({e.bound}) if isinstance(e, Binder) else frozenset()


def _put_together(e: sp.Piecewise, captured: frozenset[sp.Idx]) -> sp.Expr:
    branches = [b for b, _ in e.args]
    found = [_sums(b, captured) for b in branches]
    fullest = max(range(len(branches)), key=lambda n: len(found[n]))
    marks = [sp.Dummy(f"sum{n}", real=True) for n in range(len(found[fullest]))]
    skeleton = branches[fullest].xreplace(dict(zip(found[fullest], marks, strict=True)))
    aligned = [_aligned(branch, sums, marks, skeleton, e) for branch, sums in zip(branches, found, strict=True)]
    conditions = [c for _, c in e.args]
    whole = {mark: _joined([row[n] for row in aligned], conditions, captured, e) for n, mark in enumerate(marks)}
    return skeleton.xreplace(whole)


def _sums(e: sp.Basic, captured: frozenset[sp.Idx]) -> list[sp.Sum]:
    """The outermost sums over a captured index, in order."""
    if _owned(e) & captured:
        return [e]
    return list(dict.fromkeys(s for a in e.args for s in _sums(a, captured)))


def _aligned(
    branch: sp.Expr, sums: list[sp.Sum], marks: list[sp.Dummy], skeleton: sp.Expr, whole: sp.Piecewise
) -> list[sp.Expr]:
    """The sums of a branch in the order in which they stand in the first branch."""
    # Where the body of a sum was 0, SymPy may have dropped the sum altogether.
    candidates = [*sums, sp.S.Zero]
    if len(sums) <= len(marks) <= 4:
        for order in itertools.product(candidates, repeat=len(marks)):
            if set(order) >= set(sums) and skeleton.xreplace(dict(zip(marks, order, strict=True))) == branch:
                return list(order)
    raise _cannot_be_put_back(whole)


def _cannot_be_put_back(whole: sp.Piecewise) -> DeclarationError:
    return DeclarationError(
        f"{whole}: SymPy pulled a condition on an inner index out of its sum, and it cannot be put back here; "
        f"write the condition as a factor, such as (1 - sp.KroneckerDelta(i, j))*... for sp.Ne(i, j)"
    )


def _joined(
    sums: list[sp.Expr], conditions: list[sp.Basic], captured: frozenset[sp.Idx], whole: sp.Piecewise
) -> sp.Expr:
    """One sum whose body is a Piecewise of the bodies."""
    first = next(s for s in sums if s != 0)
    if any(s != 0 and (s.func != first.func or s.args[1:] != first.args[1:]) for s in sums):
        raise DeclarationError(f"{whole}: sums over different limits in the branches of one Piecewise over their index")
    own = sorted(_owned(first) & captured, key=str)[0]
    # A condition on another captured index chooses between bodies of another sum; any value of it serves here.
    elsewhere = dict.fromkeys(captured - _owned(first), own)
    bodies = [s if s == 0 else s.args[0] for s in sums]
    body = sp.Piecewise(*((b, c.xreplace(elsewhere)) for b, c in zip(bodies, conditions, strict=True)))
    return _total(first, body) if isinstance(first, sp.Sum) else first.func(body, first.bound, *first.args[2:])
