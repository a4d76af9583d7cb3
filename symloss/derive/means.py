"""What a raw prediction means: through the inverse link, or the mean of the likelihood."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from symloss.declare.axes import Axis
from symloss.declare.declaration import Declaration
from symloss.declare.lift import lift
from symloss.declare.roles import Declared, RoleSymbol, role_symbol
from symloss.errors import DerivationError
from symloss.heads.binders import Softmax, free_indices
from symloss.heads.functions import norm_cdf, sigmoid

INVERSE_LINKS: dict[str, Callable[[sp.Expr], sp.Expr]] = {
    "identity": lambda f: f,
    "log": sp.exp,
    "logit": sigmoid,
    "probit": norm_cdf,
    "cloglog": lambda f: 1 - sp.exp(-sp.exp(f)),
}


def link_of(declaration: Declaration) -> str | sp.Expr | None:
    """The declared link, or the one whose inverse the likelihood's mean is; None where nothing is said."""
    if declaration.link is not None:
        return declaration.link
    likelihood = declaration.likelihood
    if likelihood is None or len(declaration.predictions) == 0:
        return None
    first = declaration.predictions[0]
    if likelihood.mean is None:
        return "softmax" if lift(likelihood.full).has(Softmax) or _is_categorical(likelihood.target) else None
    for name, inverse in INVERSE_LINKS.items():
        if not role_symbol(first).axes and lift(likelihood.mean - inverse(first)) == 0:
            return name
    mean: sp.Expr = lift(likelihood.mean)
    return mean


def _is_categorical(target: Declared) -> bool:
    return isinstance(target, RoleSymbol) and target.label_axis is not None


def predicted_mean(declaration: Declaration) -> tuple[sp.Expr, tuple[sp.Idx, ...]]:
    """The expression of ``predict`` and its free indices; a DerivationError where no link is known."""
    if declaration.likelihood is not None and declaration.likelihood.mean is not None and declaration.link is None:
        return lift(declaration.likelihood.mean), ()
    link = link_of(declaration)
    if isinstance(link, sp.Expr) and len(declaration.predictions) > 1:
        mean: sp.Expr = lift(link)
        return mean, tuple(sorted(free_indices(mean), key=str))
    prediction = _only_prediction(declaration)
    axes: tuple[Axis, ...] = role_symbol(prediction).axes
    indices = tuple(axis.index("ijkl"[n]) for n, axis in enumerate(axes))
    raw = prediction[indices] if axes else prediction
    if link is None:
        return raw, indices
    if link == "softmax":
        inner = axes[-1].index("_row")
        return Softmax(prediction[(*indices[:-1], inner)], inner, indices[-1]), indices
    return (lift(INVERSE_LINKS[link](raw)) if isinstance(link, str) else lift(link)), indices


def _only_prediction(declaration: Declaration) -> Declared:
    if len(declaration.predictions) != 1:
        names = ", ".join(role_symbol(p).name for p in declaration.predictions)
        raise DerivationError(
            f"{declaration.name}: which function of {names} is the prediction is not known; "
            f"write link=<expression> in the declaration, such as link={names.split(',')[0]}"
        )
    return declaration.predictions[0]
