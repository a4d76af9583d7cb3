"""What an audit says: findings with their numbers, the closest losses, and a text of sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Severity = Literal["right", "remark", "fault"]

QUESTIONS = {
    "call": "Can it be called",
    "layout": "Is every number where the library reads it",
    "gradient": "Is it a gradient",
    "loss": "Of which loss",
    "hessian": "What is the Hessian",
    "weights": "Does it respect sample weights",
    "tails": "Is it finite and accurate in the tails",
}
"""What is asked, in the order in which a report answers."""


@dataclass(frozen=True)
class Finding:
    """One answer. ``question`` is a key of `QUESTIONS`, ``kind`` says which answer it is, in a word or two.

    A "fault" fails the audit; a "remark" is worth knowing and does not; "right" is what was looked for.
    """

    question: str
    kind: str
    severity: Severity
    sentence: str
    numbers: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True)
class Match:
    """A loss, and how far the function's gradient is from its gradient.

    ``distance`` is that of the gradients after the best ``factor``, relative to the function's own: 0 is equal, 1 has
    nothing in common. ``factors`` has one factor for each target value where they differ. ``how`` says what was done to
    the loss to make them comparable, such as another coding of the target; empty for nothing.
    """

    loss: str
    distance: float
    factor: float
    parameters: Mapping[str, float] = field(default_factory=dict)
    factors: Mapping[float, float] = field(default_factory=dict)
    how: str = ""

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value:.6g}" for name, value in self.parameters.items())
        named = f"{self.loss}({shown})" if shown else self.loss
        if self.factors:
            each = ", ".join(f"{factor:.6g} for y = {target:.6g}" for target, factor in self.factors.items())
            named += f" times a factor that depends on the target ({each})"
        elif abs(self.factor - 1) > 1e-9:
            named = f"{self.factor:.7g} times {named}"
        return f"{named}{', ' if self.how else ''}{self.how}"


@dataclass(frozen=True)
class Report:
    """The result of `sl.audit`. ``str(report)`` reads as text.

    ``passed`` is whether no finding is a fault; ``verdicts`` says it for each question that was asked; ``findings`` are
    the answers, ``matches`` the losses whose gradients are closest, the closest one first.
    """

    name: str
    convention: str
    findings: tuple[Finding, ...]
    matches: tuple[Match, ...]
    probes: str

    @property
    def passed(self) -> bool:
        """Whether no finding is a fault."""
        return not self.faults

    @property
    def faults(self) -> tuple[Finding, ...]:
        """The findings that fail the audit."""
        return tuple(f for f in self.findings if f.severity == "fault")

    @property
    def verdicts(self) -> dict[str, bool]:
        """For every question that was answered, whether the answer is without fault."""
        asked = dict.fromkeys(f.question for f in self.findings)
        return {q: not any(f.question == q for f in self.faults) for q in QUESTIONS if q in asked}

    def find(self, kind: str) -> tuple[Finding, ...]:
        """The findings of one kind."""
        return tuple(f for f in self.findings if f.kind == kind)

    def as_document(self) -> dict[str, Any]:
        """The report as JSON can hold it."""
        return {
            "name": self.name,
            "convention": self.convention,
            "passed": self.passed,
            "findings": [{**asdict(f), "numbers": _plain(f.numbers)} for f in self.findings],
            "matches": [_plain(asdict(m)) for m in self.matches],
            "probes": self.probes,
        }

    def __str__(self) -> str:
        count = len(self.faults)
        verdict = "passed" if self.passed else f"failed, {count} fault{'s' if count > 1 else ''}"
        lines = [f"{self.name} ({self.convention}): {verdict}."]
        for question, text in QUESTIONS.items():
            answers = [f for f in self.findings if f.question == question]
            if answers:
                lines.append(f"{text}?")
                lines += [f"  {_MARKS[f.severity]}{f.sentence}" for f in answers]
        return "\n".join([*lines, self.probes])


_MARKS: dict[Severity, str] = {"right": "", "remark": "Remark: ", "fault": "FAULT: "}


def _plain(value: Any) -> Any:
    """Without NumPy's types; keys as text."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value.tolist() if hasattr(value, "tolist") else value
