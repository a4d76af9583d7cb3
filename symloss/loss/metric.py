"""Metrics: what is measured and not trained by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .handle import Loss
from .later import Later

if TYPE_CHECKING:
    import sympy as sp

    from symloss.declare.roles import Declared

    from . import symbolic
else:
    symbolic = Later("symloss.loss.symbolic")


def Metric(
    name: str,
    expression: Any,
    *,
    why: str,
    surrogates: Iterable[str] = (),
    inputs: Iterable[Declared] | None = None,
    link: str | sp.Expr | None = None,
    aliases: Iterable[str] | Mapping[str, Any] = (),
    doc: str = "",
    reference: str = "",
) -> Loss:
    """A loss of which only the value is computed; it may sort and rank predictions.

    ``expression`` is one number per sample, as in `Loss`; a metric of a whole data set has an inner axis for it.
    Asking for a derivative is a `DerivationError`: it says ``why`` there is none that is of use ("it is piecewise
    constant: the derivative is zero almost everywhere"), and names the ``surrogates``, losses of the catalogue that
    are consistent for the metric: who minimises their mean over the population optimises it. No factor is meant: a
    metric may be one that grows with the quality of a prediction.

    Raises `DeclarationError` for a declaration that cannot work, or without a reason.

    >>> import sympy as sp, symloss as sl
    >>> y, f = sl.target("y", domain=sl.Signs), sl.prediction("f")
    >>> mistakes = sl.Metric("mistakes", sp.Piecewise((1, y*f <= 0), (0, True)), surrogates=("squared_hinge",),
    ...                      why="it is piecewise constant: the derivative is zero almost everywhere")
    >>> mistakes([1, 1, -1], [0.5, -0.5, -2.0])
    0.3333333333333333
    >>> mistakes.gradient([1.0], [0.5])
    Traceback (most recent call last):
        ...
    symloss.errors.DerivationError: mistakes is a metric and has no gradient: it is piecewise constant: the \
derivative is zero almost everywhere. Losses that are consistent for it: sl.get('squared_hinge')
    """
    declared = symbolic.declare(
        name,
        expression,
        inputs=inputs,
        link=link,
        aliases=aliases,
        doc=doc,
        reference=reference,
        metric=symbolic.metric_facts(name, why, surrogates),
    )
    return Loss.from_declaration(declared)
