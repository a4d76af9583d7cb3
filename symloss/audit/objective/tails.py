"""Far out: is it finite where the right result is, and how many digits are right.

The right result is that of the recognised loss, from its derived expression in high precision.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import mpmath
import numpy as np

from symloss.audit.reals import Reals

from .candidates import FLOOR
from .points import Plan
from .probe import Array, Probe
from .report import Finding
from .search import Found
from .subject import Refused, Subject

HALF = {"float64": 2.0**26, "float32": 2.0**12}
"""Ulps: half of the digits."""

LARGE = {"float64": 1e290, "float32": 1e30}
"""Results beyond are next to overflow: an intermediate one may do so first."""

ALL = {"float64": 2.0**52, "float32": 2.0**23}
"""Ulps: no digit is right."""

HARMLESS = 1e-3
"""An error below that share of an ordinary result changes no training; the digits are lost all the same."""

SINGLE = (-80.0, -40.0, -20.0, -17.5, 17.5, 20.0, 40.0, 80.0)
"""Past 16.7 a sigmoid is 1 in float32; exp does not overflow before 88.7."""

OVERFLOW = 700.0
"""exp of a raw prediction beyond is infinite, or soon so."""

FEW_TARGETS = 4


@dataclass(frozen=True)
class Far:
    """One result in the tails.

    ``exact`` is None where the loss is not known, and has no ``factors``, (n, 1), in it.

    Of a built-in objective not everything is seen: what is not finite may be so because its leaf does not tell.
    """

    what: str
    got: Array
    exact: Reals | None
    usual: float
    probe: Probe
    factors: Array
    dtype: str = "float64"
    is_seen_whole: bool = True


def tail_findings(subject: Subject, plan: Plan, found: Found | None, usual: dict[str, float]) -> list[Finding]:
    """``usual`` is the size of an ordinary result, by name."""
    few = replace(plan, targets=_few(plan.targets))
    probe = few.tails()
    try:
        answer = subject(probe)
    except Refused as error:
        return [_finding("refused", "remark" if found is None else "fault", f"It raises far out: {error}.")]
    dtype = "float32" if subject.single else "float64"
    findings: list[Finding] = []
    for what, got in (("gradient", answer.gradient), ("Hessian", answer.diagonal if "Hessian" in usual else None)):
        if got is not None:
            exact = None if found is None else _exact(found, "gradient" if what == "gradient" else "hessian", probe)
            factors = np.ones((len(probe), 1)) if found is None else found.factors(probe)
            whole = not subject.convention.is_trained
            findings += _judged(Far(what, got, exact, usual[what], probe, factors, dtype, whole))
    if subject.convention.name.startswith("xgboost") and not subject.convention.is_trained:
        findings += _single(subject, few)
    return findings


def unjudged_hessian_tails(subject: Subject, plan: Plan) -> list[Finding]:
    """A Hessian that is no second derivative has no right result; not-a-number is wrong all the same."""
    if subject.convention.is_trained:
        return []
    probe = replace(plan, targets=_few(plan.targets)).tails()
    try:
        diagonal = subject(probe).diagonal
    except Refused:
        return []  # said of the gradient
    return [] if diagonal is None else _not_finite(Far("Hessian", diagonal, None, 1.0, probe, np.ones((len(probe), 1))))


def _few(targets: tuple[float, ...]) -> tuple[float, ...]:
    """Some of the targets, the labels among them first."""
    return tuple(sorted(targets, key=lambda t: (t not in (0.0, 1.0, -1.0), abs(t))))[:FEW_TARGETS]


def _exact(found: Found, kind: str, probe: Probe) -> Reals | None:
    """The right results in C order, without the factor; None for a loss whose parameters were only found by search."""
    moved = found.reading.probe(probe)
    programs = found.candidate.programs(kind)
    entries: list[Any] = []
    for sample in found.candidate.numbers(moved, found.parameters):
        entries += [number for program in programs for number in program(sample, FLOOR)]
    return Reals.of(entries)


# --- one result -----------------------------------------------------------------------------------


def _judged(far: Far) -> list[Finding]:
    wrong = _not_finite(far) if far.is_seen_whole else []
    if far.exact is None:
        return wrong or [_finding("finite", "right", f"The {far.what} is finite wherever it can be.", result=far.what)]
    relative, off, ulps = _errors(far, far.exact)
    # What is small besides an ordinary result may be rounded away: it changes no training.
    bad = (relative > HARMLESS) & (off > HARMLESS * far.usual)
    if bad.any():
        n = int(np.argmax(np.where(bad, np.minimum(relative, 1e300), -1)))
        wrong.append(_example("wrong", "fault", far, n, f"The {far.what} is wrong far out, by {relative[n]:.2g} of it"))
        return wrong
    n = int(np.argmax(ulps))
    if ulps[n] > HALF[far.dtype]:
        lost = "all" if ulps[n] >= ALL[far.dtype] else "half"
        text = f"The {far.what} loses digits far out, {lost} of them at the worst"
        wrong.append(_example("lost digits", "remark", far, n, text, ulps=float(ulps[n])))
    elif not wrong:
        text = f"The {far.what} is finite, and at most {ulps[n]:.3g} ulp ({far.dtype}) away from the right one."
        wrong.append(_finding("accurate", "right", text, result=far.what, ulps=float(ulps[n])))
    return wrong


def _errors(far: Far, exact: Reals) -> tuple[Array, Array, Array]:
    """Relative and absolute errors, and those in ulps; 0 where there is nothing to compare."""
    factors = np.broadcast_to(far.factors, far.got.shape).ravel()
    with np.errstate(all="ignore"):
        got = far.got.ravel() / factors
        ulps = exact.errors(got, far.dtype)
        off = np.abs(got - exact.near)
        relative = off / np.abs(exact.near)
    seen = np.isfinite(got) & exact.known & exact.is_normal(far.dtype)
    return tuple(np.where(seen, a, 0.0) for a in (relative, off * np.abs(factors), ulps))  # type: ignore[return-value]


def _not_finite(far: Far) -> list[Finding]:
    got = far.got.ravel()
    kind, severity = "not finite", "fault"
    size = np.abs(far.probe.raw).max(axis=1).repeat(far.got.shape[1])
    if far.exact is None:
        # Who does not know the loss cannot know where it overflows.
        wrong = np.isnan(got) & (size < OVERFLOW)
    else:
        wrong = ~np.isfinite(got) & far.exact.known & (np.abs(far.exact.near) < LARGE[far.dtype])
        wrong |= np.isnan(got) & far.exact.known
        # Where the loss itself overflows for another target, training has ended before.
        over = size[far.exact.known & ~far.exact.is_finite(far.dtype)].min(initial=np.inf)
        if wrong.any() and not (wrong & (size < over)).any():
            kind, severity = "infinite", "remark"
    if not wrong.any() and far.exact is None and not np.isfinite(got).all():
        # An infinity may be right, and where exp(raw) overflows there may be nothing right to say.
        wrong, kind, severity = ~np.isfinite(got), "infinite", "remark"
    if not wrong.any():
        return []
    places = np.flatnonzero(wrong)
    n = int(places[np.argmin(size[places])])
    text = f"The {far.what} is not finite at {len(places)} of {len(got)} places far out, the nearest one"
    return [_example(kind, severity, far, n, text, places=len(places))]


def _example(kind: str, severity: Any, far: Far, n: int, text: str, **numbers: Any) -> Finding:
    sample, column = divmod(n, far.got.shape[1])
    got = float(far.got.ravel()[n])
    place = far.probe.text(sample) + (f", column {column}" if far.got.shape[1] > 1 else "")
    exact = ""
    if far.exact is not None and far.exact.known[n]:
        right = far.exact.number(n) * float(far.factors[sample, 0])
        exact = f", and {mpmath.nstr(right, 6)} is right"
        numbers["right"] = float(right)
    sentence = f"{text}: at {place} it is {got:.6g}{exact}."
    return _finding(kind, severity, sentence, result=far.what, got=got, raw=far.probe.raw[sample], **numbers)


def _single(subject: Subject, plan: Plan) -> list[Finding]:
    """XGBoost hands predictions over in float32: not-a-number there is what training meets."""
    base = plan.ordinary()
    raw = base.raw[: len(SINGLE) * max(len(plan.targets), 1)].copy()
    probe = base.rows(np.arange(len(raw)))
    raw[:, 0] = np.resize(SINGLE, len(raw))
    if plan.form == "numbers":
        probe = replace(probe, target=np.repeat(plan.targets, len(SINGLE))[: len(raw)])
    probe = replace(probe, raw=raw.astype(np.float32), target=probe.target.astype(np.float32))
    was = subject.single
    try:
        answer = subject(probe)
    except Refused as error:
        return [_finding("refused in float32", "fault", f"It raises for float32 predictions: {error}.")]
    finally:
        subject.single = was
    for what, got in (("gradient", answer.gradient), ("Hessian", answer.hessian)):
        bad = np.zeros(len(raw), bool) if got is None else np.isnan(got.reshape(len(raw), -1)).any(axis=1)
        if bad.any():
            n = int(np.flatnonzero(bad)[np.argmin(np.abs(raw[bad, 0]))])
            text = f"For float32 predictions, which XGBoost hands over, the {what} is not a number at {probe.text(n)}."
            return [_finding("not finite in float32", "fault", text, result=what, raw=raw[n])]
    return []


def _finding(kind: str, severity: Any, sentence: str, **numbers: Any) -> Finding:
    return Finding("tails", kind, severity, sentence, numbers)
