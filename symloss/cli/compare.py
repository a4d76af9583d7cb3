"""``symloss compare``: whether one loss, or somebody else's objective, is the gradient and Hessian of another loss."""

from __future__ import annotations

import importlib
from typing import Annotated, Any, cast

import typer

from symloss.audit.objective.audit import ConventionName, audit
from symloss.audit.objective.conventions import CONVENTIONS
from symloss.audit.objective.own import as_function, targets_for
from symloss.cli.columns import parameter_values
from symloss.cli.find import find_loss
from symloss.cli.output import AsJson, LossName, print_json
from symloss.errors import UnknownLossError


def command(
    one: Annotated[str, typer.Argument(metavar="A", help="A loss, or a function: MODULE:FUNCTION.")],
    other: LossName,
    convention: Annotated[
        str, typer.Option(help=f"How a function is called: {', '.join(CONVENTIONS)}.", metavar="NAME")
    ] = "numpy",
    classes: Annotated[int | None, typer.Option(help="How many classes a row has.", min=2)] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter of B.")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare A with the loss B: factor, sign, gradient, Hessian and tails, with the sample where they differ most.

    The exit status is 1 if they differ.
    """
    loss = find_loss(other)
    given: dict[str, Any] = {"parameters": parameter_values(loss, settings or []) or None, "name": one}
    function = _function(one)
    if function is None:
        ours = find_loss(one)
        function, convention = as_function(ours), "numpy"
        given["targets"] = targets_for(ours, loss)
    report = audit(function, loss, cast(ConventionName, convention), n_classes=classes, **given)
    print_json(report.as_document()) if as_json else print(report)
    if not report.passed:
        raise typer.Exit(1)


def _function(text: str) -> Any:
    """What ``module:name`` stands for; None for anything else, which names a loss."""
    module, colon, name = text.partition(":")
    if not colon or module.endswith(".py"):
        return None
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise UnknownLossError(f"{text}: {error}; expected MODULE:FUNCTION, a loss, or FILE.py:NAME") from error
    return found
