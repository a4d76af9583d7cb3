"""Predictions divided by a temperature."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symloss.declare.declaration import Declaration
from symloss.declare.domains import Positive, Reals
from symloss.declare.roles import parameter, role_symbol
from symloss.derive.means import link_of, predicted_mean
from symloss.errors import DeclarationError
from symloss.heads.binders import LogSumExp, Softmax
from symloss.pipeline import alone

from .substitution import constant, in_other_predictions, role_of, substituted


@alone
def with_temperature(declaration: Declaration, temperature: Any) -> Declaration:
    """Every prediction divided by the temperature."""
    if temperature is None:
        temperature = parameter("temperature", default=1.0, domain=Positive)
    divisor = constant("with_temperature", "temperature", temperature, Positive)
    for prediction in map(role_symbol, declaration.predictions):
        if prediction.domain != Reals:
            raise DeclarationError(
                f"sl.with_temperature({declaration.name}): {prediction.name} is in sl.{prediction.domain.name}, and a "
                f"temperature would lead out of it; expected a raw prediction, in sl.Reals"
            )

    def change(e: sp.Basic) -> sp.Expr | None:
        symbol = role_of(e)
        return e / divisor if symbol is not None and symbol.role == "prediction" else None

    link = link_of(declaration) if declaration.likelihood is None else declaration.link
    if link is not None and divisor != 1:
        link = substituted(_inverse(declaration), change)
    return in_other_predictions(declaration, f"{declaration.name}_with_temperature", change, link=link)


def _inverse(declaration: Declaration) -> sp.Expr:
    """The inverse link as an expression; of a row in the words that a file can hold."""
    found, _ = predicted_mean(declaration)
    if isinstance(found, Softmax):
        index, body = found.open()
        return sp.exp(found.at(found.place) - LogSumExp(body, index))
    return found
