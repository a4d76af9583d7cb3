"""What the second thing is that an objective returns: the second derivative, or something else that is known.

Boosters take as Hessian whatever is positive, and there are good reasons for some other things: the Fisher information
is positive where the second derivative is not, 2p(1 - p) bounds the whole matrix by its diagonal, a loss without
curvature needs some number. What is none of these is a fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from .differences import Estimate
from .probe import Array, Probe
from .report import Finding


@dataclass(frozen=True)
class Curvature:
    """What a Hessian is compared with, at the same samples.

    ``second`` are the derivatives of the function's own gradient, (n, P, P); ``fisher`` the Fisher information,
    (n, P, P), where it is known; ``scale`` the factor of the function's gradient over that of its loss, (n, 1).
    """

    second: Estimate
    gradient: Array
    fisher: Array | None = None
    scale: Array | float = 1.0
    tolerance: float = 1e-6

    @property
    def diagonal(self) -> Array:
        return np.einsum("nii->ni", self.second.number)


FISHER_TOLERANCE = 1e-5
"""Of an integral whose density integrates to one up to 1e-6."""


MOST, NEARLY = 0.5, 0.05
"""A gradient with a small constant in it, against infinities, has a slightly wrong information where that matters."""


# --- known replacements ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """A formula that is used for a Hessian: its name and its value, (n, P)."""

    name: str
    formula: Callable[[Probe, Curvature], Array]


def _probability(probe: Probe) -> Array:
    """The probability of each class, or of y = 1."""
    return special.expit(probe.raw) if probe.columns == 1 else special.softmax(probe.raw, axis=1)


def _variance(probe: Probe) -> Array:
    p = _probability(probe)
    product: Array = p * (1 - p)
    return product


def _classes(probe: Probe) -> int:
    return max(probe.columns, 2)


def _residual(probe: Probe) -> Array:
    target = probe.target
    if target.ndim == 1:
        inside = np.isin(target, np.arange(probe.columns)).all()
        target = np.eye(probe.columns)[target.astype(int)] if probe.columns > 1 and inside else target[:, None]
    size: Array = np.abs(_probability(probe) - target)
    return size


def _over_residual(probe: Probe, c: Curvature) -> Array:
    if probe.columns > 1 or probe.target.ndim > 1:
        return np.full(probe.raw.shape, np.nan)
    with np.errstate(all="ignore"):
        quotient: Array = c.gradient / (probe.raw - probe.target[:, None])
    return quotient


KNOWN = (
    Known("2p(1 - p), which bounds the softmax Hessian by its diagonal", lambda probe, c: 2 * _variance(probe)),
    Known(
        "K/(K - 1)*p(1 - p), LightGBM's scaling of the diagonal",
        lambda probe, c: _classes(probe) / (_classes(probe) - 1) * _variance(probe),
    ),
    Known("p(1 - p), the Hessian of the cross-entropy", lambda probe, c: _variance(probe)),
    Known("|p - y|, the size of the gradient of the cross-entropy", lambda probe, c: _residual(probe)),
    Known("the absolute second derivative", lambda probe, c: np.abs(c.diagonal)),
    Known("the gradient over the residual, of reweighted least squares", lambda probe, c: _over_residual(probe, c)),
    Known("the square of the gradient", lambda probe, c: c.gradient**2),
    Known("the absolute gradient", lambda probe, c: np.abs(c.gradient)),
)
"""Tried in this order, each with the factor of the gradient, after the second derivative and the Fisher information."""


# --- the answer -----------------------------------------------------------------------------------


def hessian_findings(hessian: Array, probe: Probe, curvature: Curvature) -> list[Finding]:
    """What the Hessian is: the first thing that fits."""
    if not np.isfinite(hessian).all():
        n = int(np.flatnonzero(~np.isfinite(hessian).reshape(len(probe), -1).all(axis=1))[0])
        return [_finding("not finite", "fault", f"It is not finite at {probe.text(n)}: {_text(hessian[n])}.")]
    for attempt in (_second, _fisher, _floor, _constant, _multiple, _known, _scaled_by_raw):
        found = attempt(hessian, probe, curvature)
        if found is not None:
            return [found]
    return [_none(hessian, probe, curvature)]


def _second(hessian: Array, probe: Probe, c: Curvature) -> Finding | None:
    expected = c.second.number if hessian.ndim == 3 else c.diagonal
    off = _distance(hessian, expected, c)
    if off > c.tolerance:
        return None
    text = f"The second derivative of the loss, up to {off:.1g} of it."
    return _finding("second derivative", "right", text, distance=off)


def _fisher(hessian: Array, probe: Probe, c: Curvature) -> Finding | None:
    if c.fisher is None:
        return None
    expected = c.fisher if hessian.ndim == 3 else np.einsum("nii->ni", c.fisher)
    known = np.isfinite(expected)
    size = np.maximum(np.abs(expected), 1e-3 * np.abs(expected[known]).max(initial=0.0))
    off_by_entry = np.where(known, np.abs(hessian - expected) / size, 0.0).reshape(len(probe), -1)
    each = off_by_entry[known.reshape(len(probe), -1).all(axis=1)].max(axis=1, initial=0.0)
    if not len(each):
        return None
    off, share = float(each.max()), float((each <= max(c.tolerance, FISHER_TOLERANCE)).mean())
    if share < MOST or off > NEARLY:
        return None
    if share < 1:
        text = f"The Fisher information at {share:.0%} of the probes, and up to {off:.1g} of it away at the others."
        return _finding("Fisher information", "remark", text, distance=off, share=share)
    text = f"The Fisher information (the expected second derivative), up to {off:.1g} of it."
    return _finding("Fisher information", "right", text, distance=off)


def _floor(hessian: Array, probe: Probe, c: Curvature) -> Finding | None:
    """The second derivative, but never below a small number."""
    if hessian.ndim == 3:
        return None
    floor = float(hessian.min())
    below = hessian <= floor * (1 + 1e-9)
    if floor <= 0 or below.all() or not below.any() or (c.diagonal[below] > floor * (1 + 1e-3)).any():
        return None
    off = _distance(np.where(below, c.diagonal, hessian), c.diagonal, c)
    if off > c.tolerance:
        return None
    share = float(below.mean())
    text = f"The second derivative, but nowhere below {floor:.4g}, which it replaces at {share:.0%} of the probes."
    return _finding("floor", "right", text, floor=floor, share=share)


def _constant(hessian: Array, probe: Probe, c: Curvature) -> Finding | None:
    """One number everywhere, for a loss without curvature or as a bound of it."""
    flat = hessian if hessian.ndim == 2 else np.einsum("nii->ni", hessian)
    number = float(flat.flat[0])
    if number <= 0 or not np.allclose(flat, number, rtol=1e-6, atol=0):
        return None
    error = np.einsum("nii->ni", c.second.error)
    sure = np.isfinite(c.diagonal) & (error <= 1e-4 * np.maximum(np.abs(c.diagonal), number))
    largest = float(c.diagonal[sure].max(initial=0.0))
    if largest <= number * (1 + max(1e-6, c.tolerance)):
        flat_loss = largest <= 1e-6 * number
        why = "the loss has no curvature" if flat_loss else f"it bounds the second derivative, at most {largest:.4g}"
        return _finding("constant", "right", f"The constant {number:.6g}; {why}.", constant=number, largest=largest)
    return None


def _multiple(hessian: Array, probe: Probe, c: Curvature) -> Finding | None:
    """A constant times the second derivative: a bound of it if that is more than one, a fault if it is less."""
    expected = c.second.number if hessian.ndim == 3 else c.diagonal
    ratio = _common_ratio(hessian, expected)
    if ratio is None or _distance(hessian, ratio * expected, c) > max(c.tolerance, 1e-6) * max(abs(ratio), 1):
        return None
    if ratio > 1:
        for known in KNOWN[:3]:
            made = known.formula(probe, c)
            if hessian.ndim == 2 and _distance(hessian, c.scale * made, c) <= max(c.tolerance, 1e-6):
                break
        else:
            text = f"{ratio:.6g} times the second derivative, and so a bound of it."
            return _finding("multiple", "right", text, ratio=ratio)
        text = f"A known bound, {known.name}: {ratio:.6g} times the second derivative."
        return _finding("known bound", "right", text, ratio=ratio, name=known.name)
    n = _worst(hessian, expected)
    text = (
        f"{ratio:.6g} times the second derivative of the loss whose gradient it comes with. At {probe.text(n)} it is "
        f"{_text(hessian[n])}, the second derivative {_text(expected[n])}."
    )
    return _finding("multiple", "fault", text, ratio=ratio)


def _known(hessian: Array, probe: Probe, c: Curvature) -> Finding | None:
    if hessian.ndim == 3:
        return None
    for known in KNOWN:
        for scale in (1.0, c.scale):
            made = known.formula(probe, c) * scale
            if _distance(hessian, made, c) <= max(c.tolerance, 1e-6):
                times = "" if np.all(np.asarray(scale) == 1) else "times the factor of the gradient, "
                return _bound(f"A known replacement, {times}{known.name}", hessian, probe, c, known.name)
    return None


def _bound(what: str, hessian: Array, probe: Probe, c: Curvature, name: str) -> Finding:
    less = float(np.mean(hessian < c.diagonal * (1 - 1e-6)))
    text = (
        f"{what}; it is {'nowhere' if less == 0 else f'at {less:.0%} of the probes'} less than the second derivative."
    )
    return _finding("known bound", "right", text, name=name, less=less)


def _scaled_by_raw(hessian: Array, probe: Probe, c: Curvature) -> Finding | None:
    """The Fisher information or second derivative of another parametrisation: off by exp of a prediction."""
    if hessian.ndim == 2:
        hessian = np.einsum("ni,ij->nij", hessian, np.eye(probe.columns))
    for name, expected in (("Fisher information", c.fisher), ("second derivative", c.second.number)):
        if expected is None:
            continue
        for column, (ratio, power, off) in _laws(hessian, expected, probe):
            if off > 1e-5 or abs(power) < 1e-3:
                continue
            n = int(np.flatnonzero(np.isfinite(expected[:, column, column]))[0])
            text = (
                f"In column {column} it is {ratio:.6g}*exp({power:.6g}*raw) times the {name}, as if the gradient were "
                f"with respect to another function of the prediction. At {probe.text(n)} it is "
                f"{hessian[n, column, column]:.6g}, the {name} {expected[n, column, column]:.6g}."
            )
            return _finding("other parametrisation", "fault", text, column=column, ratio=ratio, power=power)
    return None


def _laws(hessian: Array, expected: Array, probe: Probe) -> Iterator[tuple[int, tuple[float, float, float]]]:
    """ratio*exp(power*raw) for the quotient on the diagonal, for each column, and how far it is off."""
    for column in range(probe.columns):
        with np.errstate(all="ignore"):
            quotient = np.log(hessian[:, column, column] / expected[:, column, column])
        known = np.isfinite(quotient)
        if known.mean() < 0.5:
            continue
        quotient, raw = quotient[known], probe.raw[known, column]
        lines = np.stack([np.ones(len(raw)), raw], axis=1)
        (level, power), *_ = np.linalg.lstsq(lines, quotient, rcond=None)
        off = float(np.max(np.abs(lines @ [level, power] - quotient)))
        yield column, (float(np.exp(level)), float(power), off)


def _none(hessian: Array, probe: Probe, c: Curvature) -> Finding:
    expected = c.second.number if hessian.ndim == 3 else c.diagonal
    off, n = _distance(hessian, expected, c), _worst(hessian, expected)
    less = hessian < expected - 1e-6 * np.abs(expected)
    negative = float(np.mean((hessian < 0) & (expected > 0))) if hessian.ndim == 2 else 0.0
    numbers: dict[str, Any] = {
        "distance": off,
        "less": float(less.mean()),
        "negative": negative,
        "at": {"target": probe.target[n], "raw": probe.raw[n]},
        "got": hessian[n],
        "second_derivative": expected[n],
    }
    if hessian.ndim == 2 and not less.any():
        text = (
            f"None of what is known: nowhere less than the second derivative, and so a bound of it, but up to "
            f"{off:.2g} of it away. At {probe.text(n)} it is {_text(hessian[n])}, the second derivative "
            f"{_text(expected[n])}."
        )
        return _finding("unknown", "fault", text, **numbers)
    if hessian.ndim == 3 and c.fisher is None:
        text = (
            f"Not the second derivative ({off:.2g} of it away); whether it is the expected one cannot be known, since "
            f"the distribution of the target is not."
        )
        return _finding("unknown matrix", "remark", text, **numbers)
    text = (
        f"None of what is known: not the second derivative ({off:.2g} of it away), not the Fisher information, not a "
        f"known bound. At {probe.text(n)} it is {_text(hessian[n])}, the second derivative {_text(expected[n])}; it is "
        f"less than that at {numbers['less']:.0%} of the probes"
        + (f", and negative where that is positive at {negative:.0%}" if negative else "")
        + "."
    )
    return _finding("unknown", "fault", text, **numbers)


# --- distances ------------------------------------------------------------------------------------


def _distance(hessian: Array, expected: Array, c: Curvature) -> float:
    """The largest difference beyond the error of the estimate, relative to the largest number of the target's size."""
    error = c.second.error if hessian.ndim == 3 else np.einsum("nii->ni", c.second.error)
    # A difference whose own error is large (next to a kink) settles nothing.
    sure = np.isfinite(expected) & (error <= np.maximum(1e-4 * np.abs(expected), c.tolerance))
    if not sure.any():
        return 0.0
    size = np.maximum(np.abs(expected), 1e-3 * np.abs(expected[sure]).max())
    with np.errstate(all="ignore"):
        off = (np.abs(hessian - expected) - 30 * error) / size
    return float(max(np.nan_to_num(off[sure], nan=np.inf, posinf=np.inf).max(), 0.0))


def _common_ratio(hessian: Array, expected: Array) -> float | None:
    known = np.isfinite(expected) & (np.abs(expected) > 1e-3 * np.nanmax(np.abs(expected)))
    if not known.any():
        return None
    ratio = float(np.median(hessian[known] / expected[known]))
    return ratio if ratio > 0 else None


def _worst(hessian: Array, expected: Array) -> int:
    """The sample where the two differ most, relative to their sizes."""
    off = np.abs(hessian - expected) / (
        np.abs(hessian) + np.abs(expected) + 0.05 * np.nanmax(np.abs(expected)) + 1e-300
    )
    off = np.nan_to_num(off.reshape(len(hessian), -1).max(axis=1), nan=0.0)
    return int(np.argmax(off))


def _text(row: Any) -> str:
    numbers = np.ravel(row)
    shown = ", ".join(f"{x:.6g}" for x in numbers)
    return shown if numbers.size == 1 else f"[{shown}]"


def _finding(kind: str, severity: Any, sentence: str, **numbers: Any) -> Finding:
    return Finding("hessian", kind, severity, sentence, numbers)
