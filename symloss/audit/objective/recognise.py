"""What is said of the losses that were found: which one it is, or that it is none, and how far the closest ones are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .probe import Array, Probe
from .report import Finding
from .search import SHOWN, Found, Search


def recognised(found: Sequence[Found], tolerance: float) -> list[Found]:
    """Those that fit, and fit as well as the best one does: with as plain a reading."""
    fitting = [f for f in found if f.match.distance <= tolerance]
    return [f for f in fitting if _plainness(f) == _plainness(fitting[0])]


def _plainness(found: Found) -> tuple[bool, bool]:
    return found.reading.is_fault, bool(found.match.factors)


def search_findings(found: Sequence[Found], search: Search) -> list[Finding]:
    """Without a loss that it should be: what it is, if it is known."""
    best = recognised(found, search.tolerance)
    if not best:
        unknown = f"None that is known here{_left_out(search)}. {closest(found)}"
        return [_finding("not recognised", "remark", unknown)]
    first = best[0]
    text = f"The gradient of {first.match}{_where(first, search)} (distance {first.match.distance:.1g})."
    others = [str(f.match) for f in best[1:]]
    if others:
        more = f", and {len(others) - SHOWN} more" if len(others) > SHOWN else ""
        verb = "has" if len(others) == 1 else "have"
        text += f" The same gradient, here, {verb} {'; '.join(others[:SHOWN])}{more}."
    numbers = _numbers(first)
    if first.reading.is_fault:
        return [_finding("chain rule", "fault", text, **numbers)]
    findings = [_finding("recognised", "right", text, **numbers)]
    return [*findings, *_sign(first)]


def verify_findings(one: Found | None, others: Sequence[Found], search: Search, name: str, how: str) -> list[Finding]:
    """With a loss that it should be: whether it is that one, with factor 1."""
    if one is None or one.match.distance > search.tolerance:
        away = "" if one is None else f": {one.match.distance:.2g} of it away at best ({one.match})"
        known = recognised(others, search.tolerance)
        instead = f" It is that of {known[0].match}." if known else f" {closest(others)}"
        where = "" if one is None else f" {_example(one, search)}"
        text = f"Not of {name}{how}{away}.{where}{instead}"
        return [_finding("another loss", "fault", text, **({} if one is None else _numbers(one)))]
    text = f"The gradient of {one.match} (distance {one.match.distance:.1g})."
    if one.reading.is_fault:
        return [_finding("chain rule", "fault", text, **_numbers(one))]
    if one.match.factors or abs(one.match.factor - 1) > search.tolerance:
        sign = _sign(one)
        return sign or [_finding("factor", "fault", f"Only up to a factor. {text}", **_numbers(one))]
    return [_finding("recognised", "right", text, **_numbers(one))]


def parameters_finding(one: Found, asked: dict[str, float], tolerance: float) -> list[Finding]:
    """A fault where the parameters that fit are not those that were asked for."""
    wrong = {n: v for n, v in asked.items() if abs(one.parameters[n] - v) > 1e-4 * max(abs(v), 1e-3)}
    if not wrong or one.match.distance > tolerance:
        return []
    each = ", ".join(f"{n} is {one.parameters[n]:.6g}, not {v:.6g}" for n, v in wrong.items())
    return [_finding("parameters", "fault", f"With other parameters: {each}.", **_numbers(one))]


def closest(found: Sequence[Found]) -> str:
    """The closest losses in a sentence."""
    if not found:
        return "There is no loss of this shape to compare with."
    shown = [f"{f.match} ({f.match.distance:.2g})" for f in found[:SHOWN]]
    return f"Closest, with the distance of the gradients (0: equal, 1: unrelated): {'; '.join(shown)}."


def _where(found: Found, search: Search) -> str:
    """The targets that the loss is declared for, where the function takes others as well."""
    picked = search.picked(found.candidate, found.reading)
    if (
        picked is None
        or found.reading.how
        or search.plan.form != "numbers"
        or found.coverage == len(search.plan.targets)
    ):
        return ""
    return f", for y in {{{', '.join(f'{t:.6g}' for t in np.unique(picked[0].target))}}}, where that is declared"


def _sign(found: Found) -> list[Finding]:
    if found.match.factor >= 0:
        return []
    text = "The sign is wrong: descending along it makes the loss larger."
    return [_finding("sign", "fault", text, factor=found.match.factor)]


def _example(found: Found, search: Search) -> str:
    """The sample where it is furthest from the loss as it should be, without factor."""
    picked = search.picked(found.candidate, found.reading)
    if picked is None:
        return ""
    probe, ours = picked
    theirs = _plain_gradient(found, probe)
    off = np.abs(ours - theirs) / (np.abs(ours) + np.abs(theirs) + 1e-300)
    n, k = map(int, np.unravel_index(np.argmax(off), off.shape))
    column = f", column {k}" if probe.columns > 1 else ""
    return f"At {probe.text(n)}{column} it is {ours[n, k]:.6g}, and {theirs[n, k]:.6g} is right."


def _plain_gradient(found: Found, probe: Probe) -> Array:
    made = found.candidate.derivative("gradient", found.reading.probe(probe), found.parameters)
    return found.reading.of_loss(made, probe)


def _left_out(search: Search) -> str:
    if not search.left_out:
        return ""
    return f", though the time was up before {search.left_out} losses were compared (seconds= gives more)"


def _numbers(found: Found) -> dict[str, Any]:
    m = found.match
    return {
        "loss": m.loss,
        "distance": m.distance,
        "factor": m.factor,
        "factors": dict(m.factors),
        "parameters": dict(m.parameters),
        "how": m.how,
    }


def _finding(kind: str, severity: Any, sentence: str, **numbers: Any) -> Finding:
    return Finding("loss", kind, severity, sentence, numbers)
