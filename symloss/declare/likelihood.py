"""From a density p(y | f) to a loss: the negative log-likelihood without the terms in y alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp
from sympy.stats.joint_rv import JointRandomSymbol
from sympy.stats.rv import RandomSymbol

from symloss.errors import DeclarationError
from symloss.heads.numbers import exact

from .distributions import Density, density_of_expression, density_of_variable
from .domains import Binary
from .lift import lift
from .log_terms import log_of, roles_in
from .normalisation import check_classes, check_conditions, check_total
from .probability import Measure
from .roles import Declared, RoleSymbol, role_symbol
from .survival import with_survival


@dataclass(frozen=True)
class Likelihood:
    """A negative log-likelihood and what is known of its distribution.

    ``full`` is ``expression + dropped``. ``support`` is (low, high, discrete);
    ``points`` the values where there are finitely many known ones; ``atoms`` values of
    a continuous target that have a probability of their own. ``mean`` is E[Y] where it
    exists. ``standardised`` is (m, s) such that (Y - m)/s has a distribution in which
    neither occurs (m = 0 in a scale family). ``log_survival`` is log P(Y > y). ``given``
    and the rest are what the user wrote, to write it again.
    """

    expression: sp.Expr
    full: sp.Expr
    dropped: sp.Expr
    target: Declared
    support: tuple[sp.Expr, sp.Expr, bool]
    mean: sp.Expr | None = None
    distribution: str | None = None
    standardised: tuple[sp.Expr, sp.Expr] | None = None
    points: tuple[sp.Expr, ...] = ()
    atoms: tuple[sp.Expr, ...] = ()
    event: RoleSymbol | None = None
    log_survival: sp.Expr | None = None
    given: sp.Basic | None = None
    survival: sp.Expr | None = None
    keep_constants: bool = False
    normalised: bool = True


def likelihood(
    density: Any,
    target: Declared,
    *,
    event: Any = None,
    keep_constants: bool = False,
    normalised: bool = True,
    survival: Any = None,
) -> Likelihood:
    """The negative log-likelihood of ``target`` under ``density``.

    ``density`` is a `sympy.stats` variable X, or m + s*X for a continuous one, or an
    expression for p(y | f). Terms in targets and data alone are dropped unless
    ``keep_constants``. With ``event`` (data, 1 observed, 0 censored on the right) it is
    -(d*log p(y) + (1 - d)*log P(Y > y)); ``survival`` gives P(Y > y) where it is not
    known. ``normalised=False`` skips the check that the total is one.
    """
    symbol = _checked_target(target)
    density = _checked_expression(density, symbol)
    _refuse_other_targets(density, symbol)
    if event is not None:
        _check_event(event)
    if symbol.label_axis is not None or symbol.axes:
        made = _of_many(density, target, symbol, event, normalised)
    else:
        made = _of_one(density, symbol, event, normalised, survival)
    _refuse_without_prediction(made, density)
    asked = {"given": density, "survival": survival, "keep_constants": keep_constants, "normalised": normalised}
    made = replace(made, **asked)
    return replace(made, expression=made.full, dropped=sp.S.Zero) if keep_constants else made


# --- what is given ------------------------------------------------------------------------------


def _checked_target(target: Any) -> RoleSymbol:
    declared = isinstance(target, (RoleSymbol, sp.IndexedBase))
    symbol = role_symbol(target) if declared else None
    if symbol is None or symbol.role != "target":
        what = f"a {symbol.role}" if symbol is not None else f"a {type(target).__name__}"
        raise DeclarationError(f"target={target}: {what}; write y = sl.target('y') and target=y")
    return symbol


def _checked_expression(density: Any, target: RoleSymbol) -> sp.Expr:
    if isinstance(density, (bool, sp.logic.boolalg.Boolean)):
        raise DeclarationError(
            f"the density is {density}, a truth value: Python's == on symbols is False at once; write "
            f"sp.Eq({target.name}, 0) inside a Piecewise"
        )
    try:
        expression = sp.sympify(density)
    except (sp.SympifyError, TypeError) as error:
        raise DeclarationError(
            f"{density!r} is neither a sympy.stats variable nor an expression for p(y | f)"
        ) from error
    if isinstance(expression, JointRandomSymbol) or not isinstance(expression, sp.Expr):
        raise DeclarationError(
            f"{expression}: a joint or matrix-valued density is not taken; write one target per variable, or the "
            f"negative log-density itself with sl.Loss"
        )
    return expression


def _refuse_other_targets(density: sp.Expr, target: RoleSymbol) -> None:
    targets = {s for s in density.atoms(RoleSymbol) if s.role == "target"}
    others = sorted(targets - {target}, key=sp.default_sort_key)
    if others:
        raise DeclarationError(
            f"{density}: has the target {others[0]} in sl.{others[0].domain.name}, but target={target} is in "
            f"sl.{target.domain.name}; use one declaration for both"
        )


def _check_event(event: Any) -> None:
    if not isinstance(event, RoleSymbol) or event.role != "data" or event.domain != Binary:
        raise DeclarationError(
            f"event={event}: write d = sl.data('d', domain=sl.Binary) and event=d (1 observed, 0 censored)"
        )


def _refuse_without_prediction(made: Likelihood, density: sp.Expr) -> None:
    if not roles_in(made.full) & {"prediction", "parameter"}:
        raise DeclarationError(f"{density}: depends on no prediction; write f = sl.prediction('f') and use f in it")


# --- one number per sample ----------------------------------------------------------------------


def _of_one(given: sp.Expr, target: RoleSymbol, event: Any, normalised: bool, survival: Any) -> Likelihood:
    density = _density(given, target)
    _refuse_moving_support(density)
    measure = Measure(bool(density.discrete))
    if normalised:
        check_conditions(density)
        measure = check_total(density, target)
    if event is not None:
        density = with_survival(density, target, measure, survival, normalised)
    kept, dropped = _split(density, event)
    points = _points(target)
    return Likelihood(
        kept,
        kept + dropped,
        dropped,
        target,
        (*density.support, measure.discrete),
        density.mean if density.mean is not None else _finite_mean(density, points),
        density.name,
        density.standardised,
        points if measure.discrete else (),
        measure.atoms,
        event,
        density.log_survival,
    )


def _density(given: sp.Expr, target: RoleSymbol) -> Density:
    if given.atoms(RandomSymbol):
        return density_of_variable(given, target)
    test = target.domain.test
    discrete = True if test is not None and test[0] in ("integer", "values") else None
    return density_of_expression(given, target, _end(target.domain.low), _end(target.domain.high), discrete)


def _end(bound: float) -> sp.Expr:
    return sp.sympify(bound) if bound in (float("inf"), -float("inf")) else exact(bound)


def _refuse_moving_support(density: Density) -> None:
    moving = [end for end in density.support if "prediction" in roles_in(end)]
    if not moving and density.plain is not None:
        moving = [condition for condition in _zero_outside(density.plain) if "prediction" in roles_in(condition)]
    if moving:
        raise DeclarationError(
            f"{density.shown}: its support depends on a prediction ({moving[0]}), so the likelihood jumps to 0 where a "
            f"target falls outside and has no gradient there; fix the end with sl.data or a number"
        )


def _zero_outside(plain: sp.Expr) -> list[sp.Basic]:
    """The conditions under which the density is not 0, where some branch is 0."""
    pieces = [p for p in plain.atoms(sp.Piecewise) if any(value == 0 for value, _ in p.args)]
    return [c for p in sorted(pieces, key=sp.default_sort_key) for value, c in p.args if c != sp.true]


def _points(target: RoleSymbol) -> tuple[sp.Expr, ...]:
    test = target.domain.test
    return tuple(exact(v) for v in test[1]) if test is not None and test[0] == "values" else ()


def _finite_mean(density: Density, points: tuple[sp.Expr, ...]) -> sp.Expr | None:
    if not points or density.plain is None:
        return None
    return sp.Add(*(v * density.plain.xreplace({density.y: v}) for v in points))


# --- a label or a row ---------------------------------------------------------------------------


def _of_many(given: sp.Expr, target: Declared, symbol: RoleSymbol, event: Any, normalised: bool) -> Likelihood:
    if given.atoms(RandomSymbol):
        raise DeclarationError(
            f"{given}: a sympy.stats variable is one number, {symbol.name} is not; write the probability as an "
            f"expression, such as sl.softmax(z)[{symbol.name}]"
        )
    if event is not None:
        raise DeclarationError(
            f"event={event}: only a target with one number per sample can be censored, {symbol.name} is not"
        )
    plain = lift(given)
    if symbol.label_axis is not None:
        if normalised:
            check_classes(given, plain, symbol)
        support = (sp.S.Zero, symbol.label_axis.extent - 1, True)
    elif normalised:
        raise DeclarationError(
            f"p({symbol.name} | ...) = {given}: the density of a row cannot be checked to integrate to one; write "
            f"normalised=False if you are sure of it"
        )
    else:
        support = (_end(symbol.domain.low), _end(symbol.domain.high), False)
    kept, dropped = _kept_and_dropped(sp.Add.make_args(-log_of(plain)))
    return Likelihood(kept, kept + dropped, dropped, target, support)


# --- terms --------------------------------------------------------------------------------------


def _split(density: Density, event: RoleSymbol | None) -> tuple[sp.Expr, sp.Expr]:
    """The kept and the dropped part of the negative log-likelihood."""
    observed = sp.Add.make_args(-density.log)
    if event is None:
        return _kept_and_dropped(observed)
    assert density.log_survival is not None
    censored = sp.Add.make_args(-density.log_survival)
    # Terms common to both need no factor: a Weibull keeps one (y/scale)**shape.
    common = [t for t in observed if t in censored]
    parts = (
        (sp.S.One, common),
        (event, [t for t in observed if t not in common]),
        (1 - event, [t for t in censored if t not in common]),
    )
    split = [(factor, *_kept_and_dropped(terms)) for factor, terms in parts]
    return (
        sp.Add(*(factor * kept for factor, kept, _ in split)),
        sp.Add(*(factor * dropped for factor, _, dropped in split)),
    )


def _kept_and_dropped(terms: Iterable[sp.Expr]) -> tuple[sp.Expr, sp.Expr]:
    """Terms in targets and data alone change no derivative; a parameter's terms may be asked for by ``wrt``."""
    split = [_split_term(term) for term in terms]
    return sp.Add(*(kept for kept, _ in split)), sp.Add(*(dropped for _, dropped in split))


def _split_term(term: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """The kept and the dropped part of one term; of cases that the targets decide, in every case."""
    if roles_in(term) <= {"target", "data"}:
        return sp.S.Zero, term
    number, cases = term.as_coeff_Mul()
    if not isinstance(cases, sp.Piecewise) or not all(roles_in(c) <= {"target", "data"} for _, c in cases.args):
        return term, sp.S.Zero
    branches = [_kept_and_dropped(sp.Add.make_args(number * branch)) for branch, _ in cases.args]
    parts = ([b[n] for b in branches] for n in (0, 1))
    kept, dropped = (sp.Piecewise(*zip(p, (c for _, c in cases.args), strict=True)) for p in parts)
    return kept, dropped
