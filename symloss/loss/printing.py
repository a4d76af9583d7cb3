"""A loss as text: mathematics, notebook formulas, derivations, files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symloss.declare.declaration import Declaration
from symloss.declare.roles import role_symbol
from symloss.formatting import format_expression, format_latex
from symloss.pipeline import Step
from symloss.saving import source_of


def mathematics(loss: Any) -> str:
    """What ``str`` shows: the formula."""
    return f"{loss.name} = {format_expression(loss.expression)}"


def latex(loss: Any) -> str:
    """What a notebook shows: formula and gradient; of a metric the formula."""
    rows = [rf"\ell &= {format_latex(loss.expression)}"]
    gradients = () if loss.is_metric else loss.gradient_expression
    predictions = () if loss.is_metric else loss.declaration.predictions
    for prediction, gradient in zip(
        predictions, gradients if isinstance(gradients, tuple) else (gradients,), strict=True
    ):
        index = "_i" if role_symbol(prediction).axes else ""
        rows.append(
            rf"\frac{{\partial \ell}}{{\partial {role_symbol(prediction).name}{index}}} &= {format_latex(gradient)}"
        )
    return "$\\begin{aligned}" + r" \\ ".join(rows) + "\\end{aligned}$"


@dataclass(frozen=True)
class DerivationText:
    """The steps of a derivation; prints as text, shows as formulas in a notebook."""

    name: str
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        width = max(len(s.stage) for s in self.steps)
        lines = [f"{self.name}"]
        for step in self.steps:
            lines.append(f"  {step.stage:<{width}}  {format_expression(step.expression)}")
            lines.append(f"  {'':<{width}}    by {step.rule}")
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_latex_(self) -> str:
        rows = [rf"\text{{{s.stage}}} && {format_latex(s.expression)} && \text{{{s.rule}}}" for s in self.steps]
        return "$\\begin{aligned}" + r" \\ ".join(rows).replace("_", r"\_") + "\\end{aligned}$"


def save(declaration: Declaration, path: Any) -> None:
    """Write the declaration as a Python file."""
    Path(path).write_text(source_of(declaration), encoding="utf-8")
