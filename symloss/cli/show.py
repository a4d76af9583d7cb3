"""``symloss show``: all that a loss can say about itself."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from symloss import catalogue
from symloss.cli.find import find_loss
from symloss.cli.output import AsJson, LossName, print_json
from symloss.declare.roles import role_symbol
from symloss.formatting import format_expression
from symloss.loss import Loss


def command(
    name: LossName,
    derivation: Annotated[bool, typer.Option("--derivation", help="Also every step of the derivation.")] = False,
    source: Annotated[
        bool, typer.Option("--source", help="Also the generated source of the gradient, or of a metric.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show a loss: formula, derivatives, inputs with their domains, parameters, link, reference."""
    loss = find_loss(name)
    facts = _facts(loss)
    if derivation:
        facts["derivation"] = str(loss.derivation())
    if source:
        facts["source"] = loss.source("value" if loss.is_metric else "gradient")
    if as_json:
        print_json(facts)
    else:
        print("\n".join(_lines(facts)))


def _facts(loss: Loss) -> dict[str, Any]:
    declaration = loss.declaration
    return {
        "name": loss.name,
        "family": catalogue.family(loss),
        "aliases": [_alias(alias, dict(loss.outline.factors)) for alias in loss.aliases],
        "expression": format_expression(loss.expression),
        **_derivatives(loss),
        "inputs": [_described(declared) for declared in declaration.inputs],
        "parameters": [_described(declared) for declared in declaration.parameters],
        "link": None if loss.link is None else str(loss.link),
        "kinks": [f"{loss.kinks} at {format_expression(place)} = 0" for place in loss.kink_places],
        "doc": loss.doc.strip(),
        "reference": loss.reference,
    }


def _alias(alias: str, factors: dict[str, str]) -> str:
    return f"{alias} = {factors[alias]} * this" if alias in factors else alias


def _derivatives(loss: Loss) -> dict[str, Any]:
    """The derivatives; of a metric why there are none, and what to train with."""
    if loss.is_metric:
        return {"no gradient": loss.outline.why, "surrogates": list(loss.surrogates)}
    return {"gradient": _formatted(loss.gradient_expression), "hessian": _formatted(loss.hessian_expression)}


def _formatted(expressions: Any) -> str | list[str]:
    """One expression, or one per prediction."""
    if isinstance(expressions, tuple):
        return [format_expression(expression) for expression in expressions]
    return format_expression(expressions)


def _described(declared: Any) -> dict[str, Any]:
    symbol = role_symbol(declared)
    described: dict[str, Any] = {
        "name": symbol.name,
        "role": "label" if symbol.label_axis is not None else symbol.role,
        "axes": [axis.name for axis in symbol.axes],
        "expected": symbol.domain.expected,
    }
    if symbol.role == "parameter":
        described["default"] = symbol.default
    return described


def _lines(facts: dict[str, Any]) -> list[str]:
    lines = [facts["name"] + (f"  ({facts['family']})" if facts["family"] else "")]
    for key in ("expression", "gradient", "hessian", "no gradient", "surrogates"):
        texts = [facts[key]] if isinstance(facts.get(key), str) else facts.get(key, [])
        lines += [f"{key if n == 0 else '':<12}{text}" for n, text in enumerate(texts)]
    for key in ("inputs", "parameters"):
        lines += [f"{key if n == 0 else '':<12}{_input_line(described)}" for n, described in enumerate(facts[key])]
    for key in ("link", "kinks", "aliases", "reference"):
        if facts[key]:
            text = facts[key] if isinstance(facts[key], str) else ", ".join(facts[key])
            lines.append(f"{key:<12}{text}")
    for key in ("doc", "derivation", "source"):
        if facts.get(key):
            lines += ["", facts[key]]
    return lines


def _input_line(described: dict[str, Any]) -> str:
    axes = f"[{', '.join(described['axes'])}]" if described["axes"] else ""
    default = f", default {described['default']}" if described.get("default") is not None else ""
    return f"{described['name']}{axes}: {described['role']}, {described['expected']}{default}"
