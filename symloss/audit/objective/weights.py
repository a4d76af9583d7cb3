"""Whether gradient and Hessian are multiplied by the weights of the samples."""

from __future__ import annotations

from typing import Any

import numpy as np

from .probe import Answer, Array, Probe
from .report import Finding
from .subject import Refused, Subject

WEIGHTS = (0.5, 2.0, 1.0, 3.0, 0.25)
"""In turn; products with them are exact, or nearly."""


def weight_findings(subject: Subject, probe: Probe, plain: Answer) -> list[Finding]:
    """What becomes of weights, compared with the same samples without them."""
    weight = np.resize(WEIGHTS, len(probe))
    weighted = probe.weighted(weight)
    try:
        reads = subject.reads_weights(weighted)
        answer = subject(weighted)
    except Refused as error:
        return [_finding("refused", "fault", f"It cannot be called with weights: {error}.")]
    if reads is None:
        return []
    name = subject.convention.name
    if not reads:
        text = (
            "It never looks at weights: a booster that is given some trains as if there were none."
            if subject.convention.trains
            else "It takes no sample_weight."
        )
        return [_finding("not read", "remark", text, convention=name)]
    # What is divided by the sum of the weights is multiplied by how many there are.
    expected = weight / weight.mean() if subject.is_mean else weight
    parts = [("gradient", plain.gradient, answer.gradient)]
    if plain.hessian is not None and answer.hessian is not None:
        parts.append(("Hessian", plain.hessian, answer.hessian))
    wrong = [f for what, before, after in parts if (f := _compared(what, before, after, expected, probe)) is not None]
    if wrong:
        return wrong
    names = " and ".join(what for what, _, _ in parts)
    return [_finding("respected", "right", f"Yes: {names} {'is' if len(parts) == 1 else 'are'} multiplied by them.")]


def _compared(what: str, before: Array, after: Array, weight: Array, probe: Probe) -> Finding | None:
    """A fault, if the ratio is not the weight."""
    before, after = (a.reshape(len(probe), -1) for a in (before, after))
    shape = weight[:, None]
    known = np.isfinite(before) & np.isfinite(after)
    # Not the small number that some put in the place of 0.
    known &= np.abs(before) > 1e-12 * np.abs(before[known]).max(initial=0.0)
    if not known.any() or np.allclose(after[known], (before * shape)[known], rtol=1e-5, atol=0):
        return None
    with np.errstate(all="ignore"):
        ratio = np.where(known, after / before, np.nan)
    n, k = map(int, np.argwhere(known & (np.abs(ratio - shape) > 1e-5 * shape))[0])
    if np.allclose(ratio[known], 1, rtol=1e-5, atol=0):
        text = f"No: it takes weights, and the {what} is the same with and without them."
        return _finding("ignored", "fault", text, result=what)
    power = _power(ratio, known, weight)
    if power is not None:
        text = f"No: the {what} is multiplied by the weight to the power of {power:.3g}."
        return _finding("power", "fault", text, result=what, power=power)
    text = (
        f"No: the {what} of a sample of weight {weight[n]:.6g} is multiplied by {ratio[n, k]:.6g} "
        f"({before[n, k]:.6g} becomes {after[n, k]:.6g}, at {probe.text(n)})."
    )
    return _finding("not a multiple", "fault", text, result=what, weight=weight[n], ratio=ratio[n, k])


def _power(ratio: Array, known: Array, weight: Array) -> float | None:
    """The power of the weight that the ratio is, if it is one."""
    where = known & (ratio > 0)
    logs, sizes = np.log(np.where(where, ratio, 1.0)), np.log(np.broadcast_to(weight[:, None], ratio.shape))
    if not np.array_equal(where, known):
        return None
    power = float(np.sum(logs[known] * sizes[known]) / np.sum(sizes[known] ** 2))
    return power if np.allclose(logs[known], power * sizes[known], atol=1e-5) else None


def _finding(kind: str, severity: Any, sentence: str, **numbers: Any) -> Finding:
    return Finding("weights", kind, severity, sentence, numbers)
