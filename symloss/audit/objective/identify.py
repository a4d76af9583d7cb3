"""Which loss a function is the gradient of: asked as it is called, and if that leads nowhere, as it may be meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from symloss.errors import ParameterError
from symloss.loss import Loss

from .candidates import Candidate, candidates
from .points import Plan
from .probe import Array, Probe
from .recognise import parameters_finding, recognised, search_findings, verify_findings
from .report import Finding
from .search import Found, Search
from .settle import PREDICTIONS, settle
from .subject import Refused, Subject

TOLERANCE = {False: 1e-6, True: 1e-3}
"""Of a distance, for functions that compute in float64 and in float32 (True), whose differences have three digits."""


@dataclass(frozen=True)
class Asked:
    """What the caller wants to know: of which loss, and what is fixed by the call."""

    loss: Loss | None
    parameters: Mapping[str, float]
    fixes_targets: bool
    fixes_predictions: bool
    seconds: float


@dataclass
class Identified:
    """The function as it is called from now on, and what was found of it."""

    subject: Subject
    plan: Plan
    search: Search
    found: Found | None = None
    matches: tuple[Found, ...] = ()
    findings: tuple[Finding, ...] = ()


def identify(subject: Subject, plan: Plan, probe: Probe, gradient: Array, asked: Asked) -> Identified:
    """The loss as it is called; else as it may be meant; else the closest ones."""
    first = _identified(Identified(subject, plan, _search(subject, plan, probe, gradient, asked)), asked)
    if first.found is not None:
        return first
    for other, tried, said in _otherwise(subject, plan, asked):
        try:
            there = settle(other, iter([tried]))
        except Refused:
            continue
        second = Identified(other, there[0], _search(other, *there, asked))
        second.search.deadline = first.search.deadline
        second = _identified(second, asked, fit=False)
        if second.found is not None and not second.found.reading.is_fault:
            second.findings = (*said, *second.findings)
            return second
    return first


def _search(subject: Subject, plan: Plan, probe: Probe, gradient: Array, asked: Asked) -> Search:
    return Search(probe, gradient, plan, TOLERANCE[subject.single], asked.seconds)


def _identified(state: Identified, asked: Asked, fit: bool = True) -> Identified:
    if not np.isfinite(state.search.gradient).all() or len(state.search.probe) < 4:
        return state
    found = _verified(state, asked.loss, asked, fit) if asked.loss is not None else _searched(state, fit)
    if found is None:
        return state
    return replace(found, plan=_narrowed(state.plan, found.found) if found.found is not None else state.plan)


def _searched(state: Identified, fit: bool) -> Identified:
    search = state.search
    matches = search.among(candidates(state.plan.form, state.plan.columns), fit=fit)
    best = recognised(matches, search.tolerance)
    said = search_findings(matches, search)
    return replace(state, found=best[0] if best else None, matches=tuple(matches), findings=tuple(said))


def _verified(state: Identified, loss: Loss, asked: Asked, fit: bool) -> Identified:
    plan, search = state.plan, state.search
    candidate = Candidate(loss, plan.form, plan.columns)
    unknown = set(asked.parameters) - set(candidate.defaults)
    if unknown:
        raise ParameterError(
            f"parameters has {sorted(unknown)}; {candidate.name} has {sorted(candidate.defaults) or 'none'}"
        )
    own = search.among([candidate], asked.parameters, fit=fit)
    one = own[0] if own else None
    fits_well = one is not None and one.match.distance <= search.tolerance
    others = search.among(candidates(plan.form, plan.columns), fit=fit) if fit and not fits_well else []
    given = {**candidate.defaults, **asked.parameters}
    shown = f" with {', '.join(f'{k}={v:.6g}' for k, v in given.items())}" if given else ""
    said = verify_findings(one, others, search, candidate.name, shown)
    said += parameters_finding(one, given, search.tolerance) if one is not None else []
    return replace(state, found=one if fits_well else None, matches=(*own, *others), findings=tuple(said))


def _narrowed(plan: Plan, found: Found) -> Plan:
    """The targets that the recognised loss is declared for."""
    if plan.form != "numbers":
        return plan
    targets = tuple(t for t in plan.targets if not found.reading.targets or t in found.reading.targets)
    moved = found.reading.probe(Probe(np.array(targets), np.zeros((len(targets), plan.columns)))).target
    kept = tuple(t for t, takes in zip(targets, found.candidate.takes(moved), strict=True) if takes)
    return replace(plan, targets=kept)


# --- as it may be meant ---------------------------------------------------------------------------


def _otherwise(subject: Subject, plan: Plan, asked: Asked) -> Iterator[tuple[Subject, Plan, tuple[Finding, ...]]]:
    """The function at predictions of another domain, and with its two arguments the other way round."""
    if plan.predictions == "reals" and plan.columns == 1 and not asked.fixes_predictions:
        for domain in PREDICTIONS[1:]:
            yield Subject(subject.function, subject.convention), replace(plan, predictions=domain), ()
    if subject.convention.is_symmetric and callable(subject.function):
        text = "Its two arguments are the other way round: only when predictions and targets are exchanged is it known."
        said = Finding("call", "argument order", "fault", text)
        yield Subject(_exchanged(subject.function), subject.convention), plan, (said,)


def _exchanged(function: Any) -> Any:
    def exchanged(first: Any, second: Any) -> Any:
        return function(second, first)

    return exchanged
