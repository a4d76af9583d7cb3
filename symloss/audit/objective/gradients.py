"""Whether a vector field is a gradient at all, and whether it is that of the value that comes with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .differences import Estimate, along, by_raw
from .probe import Answer, Array, Probe
from .report import Finding
from .subject import Subject


def symmetry_findings(second: Estimate, probe: Probe, tolerance: float) -> list[Finding]:
    """The Jacobian of a gradient is a Hessian, and symmetric: a field with another one is the gradient of nothing."""
    if probe.columns == 1:
        text = "Yes: every continuous function of one prediction is the derivative of something."
        return [_finding("one prediction", "right", text)]
    jacobian = second.number
    gap = np.abs(jacobian - np.swapaxes(jacobian, 1, 2))
    error = second.error + np.swapaxes(second.error, 1, 2)
    sure = np.isfinite(gap) & (np.abs(jacobian).max(axis=(1, 2), keepdims=True) > 0) & (gap >= 30 * error)
    pair = np.maximum(np.abs(jacobian), np.abs(np.swapaxes(jacobian, 1, 2)))
    # Entries that are small in their matrix are not asked for digits.
    size = np.maximum(pair, 1e-3 * np.abs(jacobian).max(axis=(1, 2), keepdims=True))
    share = np.where(sure, gap / np.where(size > 0, size, 1.0), 0.0)
    worst = float(share.max())
    if worst <= tolerance:
        text = f"Yes: its Jacobian is symmetric up to {worst:.1g} of its entries (differences, {len(probe)} samples)."
        return [_finding("symmetric", "right", text, asymmetry=worst)]
    return [_asymmetric(jacobian, share, probe)]


def _asymmetric(jacobian: Array, share: Array, probe: Probe) -> Finding:
    n, a, b = map(int, np.unravel_index(np.argmax(share), share.shape))
    gap = np.linalg.norm(jacobian - np.swapaxes(jacobian, 1, 2), axis=(1, 2))
    size = np.linalg.norm(jacobian, axis=(1, 2))
    with np.errstate(all="ignore"):
        each = gap / size
    middle, worst = float(np.nanmedian(each)), float(np.nanmax(each))
    text = (
        f"No, of nothing: its Jacobian J is not symmetric. |J - J^T|/|J| is {middle:.0%} in the middle of the probes, "
        f"{worst:.0%} at worst. At {probe.text(n)} moving column {b} changes the gradient of column {a} by "
        f"{jacobian[n, a, b]:.6g} for one, moving column {a} that of column {b} by {jacobian[n, b, a]:.6g}."
    )
    numbers = {
        "asymmetry": middle,
        "worst": worst,
        "entries": float(share.max()),
        "at": {"target": probe.target[n], "raw": probe.raw[n]},
        "pair": [jacobian[n, a, b], jacobian[n, b, a]],
    }
    return _finding("not symmetric", "fault", text, **numbers)


def value_findings(subject: Subject, probe: Probe, predictions: str, tolerance: float) -> list[Finding]:
    """The gradient against differences of the function's own value."""
    answer = subject(probe)
    if answer.total is not None:
        return _total_findings(subject, probe, answer, max(tolerance, 1e-6))
    if answer.value is None or not np.isfinite(answer.value).all():
        return []

    def value(moved: Probe) -> Array:
        found = subject(moved).value
        return np.full(len(moved), np.nan) if found is None else found

    slope = by_raw(value, probe, predictions, subject.unit)
    off = np.abs(answer.gradient - slope.number) - 30 * slope.error
    size = np.maximum(np.abs(slope.number), 1e-3 * np.nanmax(np.abs(slope.number)))
    # Next to a kink the differences do not settle.
    share = np.where(np.isfinite(off) & (slope.error <= 1e-4 * size), off / size, 0.0)
    worst = float(max(share.max(), 0.0))
    if worst <= max(tolerance, 1e-6):
        return [_finding("own value", "right", f"It is the gradient of its own value, up to {worst:.1g} of it.")]
    return [_not_of_value(answer.gradient, slope.number, share, probe)]


def _total_findings(subject: Subject, probe: Probe, answer: Answer, tolerance: float) -> list[Finding]:
    """The same where the value is one number for all samples: along some directions in which all of them move."""

    def total(raw: Array) -> float:
        found = subject(replace(probe, raw=raw)).total
        return np.nan if found is None else found

    directions = np.random.default_rng(0).uniform(0.2, 1.0, size=(3, *probe.raw.shape))
    gradient = answer.gradient / len(probe) if subject.is_mean else answer.gradient
    ours, slope = np.sum(directions * gradient, axis=(1, 2)), along(total, probe.raw, directions)
    # Terms of both signs: what counts is their size, not what is left of them.
    size = np.sum(np.abs(directions * gradient), axis=(1, 2))
    off = float(np.nanmax((np.abs(ours - slope.number) - 30 * slope.error) / size))
    if not off > tolerance:
        return [_finding("own value", "right", "It is the gradient of its own value, along three directions.")]
    m = int(np.nanargmax(np.abs(ours - slope.number)))
    text = (
        f"Not of the value that comes with it: along a direction in which all samples move, the gradient says "
        f"{ours[m]:.6g}, and the value's own derivative is {slope.number[m]:.6g}."
    )
    numbers = {"got": float(ours[m]), "derivative": float(slope.number[m]), "columns": []}
    return [_finding("not of its value", "fault", text, **numbers)]


def _not_of_value(gradient: Array, slope: Array, share: Array, probe: Probe) -> Finding:
    wrong = share > 1e-6
    opposite = wrong & (gradient * slope < 0)
    pool = opposite if opposite.any() else wrong
    n, column = map(int, np.unravel_index(np.argmax(np.where(pool, share, -1)), share.shape))
    columns = [k for k in range(probe.columns) if wrong[:, k].any()]
    where = f" in column {', '.join(map(str, columns))}" if probe.columns > 1 else ""
    signs = f"; the sign is wrong at {opposite[:, column].mean():.0%} of them" if opposite.any() else ""
    text = (
        f"Not of the value that comes with it: at {wrong.any(axis=1).mean():.0%} of the probes it differs{where}"
        f"{signs}. At {probe.text(n)} it is {gradient[n, column]:.6g}, and the value's own derivative "
        f"{slope[n, column]:.6g}."
    )
    numbers: dict[str, Any] = {
        "columns": columns,
        "share": float(wrong.any(axis=1).mean()),
        "wrong_sign": float(opposite[:, column].mean()),
        "at": {"target": probe.target[n], "raw": probe.raw[n]},
        "got": gradient[n, column],
        "derivative": slope[n, column],
    }
    return _finding("not of its value", "fault", text, **numbers)


def _finding(kind: str, severity: Any, sentence: str, **numbers: Any) -> Finding:
    return Finding("gradient", kind, severity, sentence, numbers)
