"""The symbolic side of a handle: what it holds besides its outline, and the outline of a declaration."""

from __future__ import annotations

from symloss.declare import declaration as declaring
from symloss.declare import likelihood as likelihoods
from symloss.declare import metric as metrics
from symloss.declare.declaration import Declaration
from symloss.declare.domains import Domain
from symloss.declare.roles import Declared, role_symbol
from symloss.derive.derived import direction_for
from symloss.derive.means import link_of
from symloss.pipeline import Pipeline, alone, symbolic_work

from . import signatures
from .outline import LINK_IS_AN_EXPRESSION, Outline

__all__ = ["Pipeline", "declare", "domains", "likelihood", "metric_facts", "outline_of", "symbolic_work"]

declare = alone(declaring.declare)
likelihood = alone(likelihoods.likelihood)
metric_facts = metrics.metric_facts


@alone
def outline_of(declaration: Declaration) -> Outline:
    """What can be known of a declaration without SymPy."""
    link = link_of(declaration)
    return Outline(
        name=declaration.name,
        fingerprint=declaration.fingerprint,
        aliases=declaration.aliases,
        factors=tuple((alias, str(factor)) for alias, factor in declaration.factors),
        doc=declaration.doc,
        reference=declaration.reference,
        kinks=declaration.kinks,
        link=link if link is None or isinstance(link, str) else LINK_IS_AN_EXPRESSION,
        why=declaration.metric.why if declaration.metric else "",
        surrogates=declaration.metric.surrogates if declaration.metric else (),
        structure=structure(declaration),
        usage=usage(declaration),
        label_axes=_label_axes(declaration),
        call=signatures.of_call(declaration),
        product=signatures.of_call(declaration, tuple(map(direction_for, declaration.predictions))),
        expectation=signatures.of_expectation(declaration),
    )


def structure(declaration: Declaration) -> str:
    """What ``repr`` shows: name, inputs with axes and domains, parameters with defaults."""
    inputs = ", ".join(_argument(d) for d in declaration.inputs)
    parameters = ", ".join(_argument(d) for d in declaration.parameters)
    kind = "Loss" if declaration.metric is None else "Metric"
    return f"{kind}({declaration.name}({inputs}{'; ' + parameters if parameters else ''}))"


def _argument(declared: Declared) -> str:
    symbol = role_symbol(declared)
    axes = f"[{', '.join(a.name for a in symbol.axes)}]" if symbol.axes else ""
    domain = "" if symbol.domain.name == "Reals" else f": {symbol.domain.name}"
    default = "" if symbol.default is None else f" = {symbol.default!r}"
    return f"{symbol.name}{axes}{domain}{default}"


def usage(declaration: Declaration) -> str:
    """How the loss is called, such as ``huber(y, f, *, delta=1.0)``."""
    arguments = [role_symbol(declared).name for declared in declaration.inputs]
    if declaration.parameters:
        arguments.append("*")
    arguments += [
        parameter.name if parameter.default is None else f"{parameter.name}={parameter.default!r}"
        for parameter in map(role_symbol, declaration.parameters)
    ]
    return f"{declaration.name}({', '.join(arguments)})"


def _label_axes(declaration: Declaration) -> tuple[tuple[str, str], ...]:
    symbols = map(role_symbol, declaration.inputs)
    return tuple((s.name, s.label_axis.name) for s in symbols if s.label_axis is not None)


def domains(declared: tuple[Declared, ...]) -> Domain | tuple[Domain, ...] | None:
    """The domain of what was declared; a tuple for several, None for nothing."""
    found = tuple(role_symbol(d).domain for d in declared)
    return found[0] if len(found) == 1 else found or None
