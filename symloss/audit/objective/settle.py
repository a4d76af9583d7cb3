"""What a function takes: which targets, which predictions, and in what form; found by calling it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from symloss.declare.domains import Positive, Unit
from symloss.declare.roles import role_symbol
from symloss.errors import ParameterError
from symloss.loss import Loss

from .points import EACH, FEWER, KINDS, TARGETS, Plan, given_targets, of_kind
from .probe import Array, Probe
from .subject import Refused, Subject

PREDICTIONS = ("reals", "positive", "unit")


def plans(
    subject: Subject,
    loss: Loss | None,
    n_classes: int | None,
    n_outputs: int | None,
    targets: Any,
    predictions: str | None,
    seed: int,
) -> Iterator[Plan]:
    """What to try, the likeliest first."""
    if predictions is not None and predictions not in PREDICTIONS:
        raise ParameterError(f"predictions={predictions!r}; expected one of {', '.join(map(repr, PREDICTIONS))}")
    forms, columns = _shape(loss, n_classes, n_outputs)
    for domain in _domains(loss) if predictions is None else (predictions,):
        for form in forms:
            for pool in _pools(targets, loss) if form == "numbers" else ((),):
                yield Plan(form, columns, pool, domain, seed, FEWER if subject.convention.is_trained else EACH)


def _domains(loss: Loss | None) -> tuple[str, ...]:
    """Where raw predictions may lie: where those of the loss do, or anywhere."""
    if loss is None:
        return PREDICTIONS
    declared = {role_symbol(d).domain for d in loss.declaration.predictions}
    kinds = [kind for kind, domain in (("unit", Unit), ("positive", Positive)) if declared == {domain}]
    return (*kinds, *(p for p in PREDICTIONS if p not in kinds))


def _pools(targets: Any, loss: Loss | None) -> Iterator[tuple[float, ...]]:
    """Targets to try: those that were asked for, those of the loss, or ever fewer kinds of numbers."""
    if targets is not None:
        yield given_targets(targets)
        return
    declared = [role_symbol(d) for d in loss.declaration.inputs] if loss is not None else []
    observed = [s for s in declared if s.role == "target"]
    if observed:
        yield given_targets(observed[0].domain)
        return
    for kind in KINDS:
        yield of_kind(kind, TARGETS)


def _shape(loss: Loss | None, n_classes: int | None, n_outputs: int | None) -> tuple[tuple[str, ...], int]:
    if n_classes is not None and n_outputs is not None:
        raise ParameterError("n_classes and n_outputs are both given; n_outputs is for predictions that are no classes")
    for name, number in (("n_classes", n_classes), ("n_outputs", n_outputs)):
        if number is not None and (not isinstance(number, int) or number < 2):
            raise ParameterError(f"{name}={number!r}; expected a whole number, at least 2")
    if loss is None:
        return (("labels", "rows"), n_classes) if n_classes else (("numbers",), n_outputs or 1)
    inputs = [role_symbol(d) for d in loss.declaration.inputs]
    predictions = [s for s in inputs if s.role == "prediction"]
    if not predictions[0].axes:
        return ("numbers",), len(predictions)
    # A function that was not told how many classes there are takes any number.
    return (("labels", "rows") if n_classes or _has_label(inputs) else ("rows", "labels")), n_classes or 4


def _has_label(inputs: list[Any]) -> bool:
    return any(s.label_axis is not None for s in inputs)


def settle(subject: Subject, tried: Iterator[Plan]) -> tuple[Plan, Probe, Array]:
    """The first plan at which the function gives numbers, its ordinary samples and the gradients there.

    Of targets, those are kept at which it is finite throughout. Raises `Refused` with the first refusal.
    """
    refusals: list[str] = []
    half: tuple[Plan, Probe, Array] | None = None
    for plan in tried:
        probe = plan.ordinary()
        try:
            subject.findings.clear()
            subject.order, subject.is_mean = "C", False
            subject.meet(probe, plan.form == "labels")
            answer = subject(probe)
            gradient = answer.gradient
        except Refused as error:
            refusals.append(str(error))
            continue
        finite = np.isfinite(gradient).all(axis=1)
        if plan.form != "numbers":
            if finite.all():
                return plan, probe, gradient
        else:
            if answer.value is not None and np.isfinite(answer.value).any():
                finite &= np.isfinite(answer.value)  # a target that has no likelihood is none of its own
            kept = tuple(t for t in plan.targets if finite[probe.target == t].all())
            if kept:
                smaller = replace(plan, targets=kept)
                probe = smaller.ordinary()
                return smaller, probe, subject(probe).gradient
        half = half or (plan, probe, gradient)
    if half is None:
        raise Refused(refusals[0])
    return half
