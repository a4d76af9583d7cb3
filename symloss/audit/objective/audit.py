"""`sl.audit`: probes a function that somebody else wrote, and says in sentences with numbers what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from symloss import catalogue
from symloss.errors import ParameterError
from symloss.loss import Loss

from .boosters import built_in
from .candidates import fits, why_not
from .conventions import convention_of
from .differences import Estimate, by_raw
from .gradients import symmetry_findings, value_findings
from .hessian import Curvature, hessian_findings
from .identify import TOLERANCE, Asked, Identified, identify
from .information import fisher_of_function, fisher_of_loss
from .points import KINDS, Plan, of_kind
from .probe import Answer, Array, Probe
from .report import Finding, Report
from .search import SHOWN, Found
from .settle import plans, settle
from .subject import Refused, Subject
from .tails import tail_findings, unjudged_hessian_tails
from .weights import weight_findings

ConventionName = Literal[
    "xgboost", "xgboost-sklearn", "lightgbm", "lightgbm-sklearn", "catboost", "torch", "jax", "numpy"
]

SAMPLES_FOR_HESSIAN = 60


def audit(
    function: Callable[..., Any] | str | Any,
    loss: Loss | str | None = None,
    convention: ConventionName = "numpy",
    *,
    n_classes: int | None = None,
    n_outputs: int | None = None,
    parameters: Mapping[str, float] | None = None,
    targets: Any = None,
    predictions: Literal["reals", "positive", "unit"] | None = None,
    options: Mapping[str, Any] | None = None,
    name: str | None = None,
    seconds: float = 30.0,
    seed: int = 0,
) -> Report:
    """Is this objective really the gradient of that loss?

    ``function`` is called as its ``convention`` has it: ``(predictions, DMatrix)`` for "xgboost", ``(predictions,
    Dataset)`` for "lightgbm", ``(y_true, y_pred[, sample_weight])`` for their scikit-learn forms, CatBoost's
    ``calc_ders_range`` or ``calc_ders_multi`` (derivatives of minus the loss), a loss ``(predictions, targets)`` that
    "torch" or "jax" differentiates, and for "numpy" ``(y_true, raw_prediction[, sample_weight])`` that returns the
    gradient, (gradient, hessian) or (value, gradient, hessian). A name such as "binary:logistic" is an objective that
    XGBoost or LightGBM has built in; it is reached through one round of training with ``options`` as parameters.

    With ``loss`` (a loss or its name; ``parameters`` are the loss's) it is verified: the factor must be 1. Without, the
    catalogue is searched, for ``seconds`` of computing. Raw predictions are (n,), or (n, K) with ``n_classes=K``,
    targets then being class numbers, or (n, P) with ``n_outputs=P`` for predictions that are no classes, such as a mean
    and a log scale. ``targets`` says what a target is: "binary", "signs", "counts", "positive", ..., a domain such as
    ``sl.Unit``, or numbers; by default all that the function takes and the recognised loss is declared for.
    ``predictions`` says where raw predictions lie.

    Every second derivative is a difference of the function itself, extrapolated, with an error estimate. The result is
    a `Report`: ``passed``, ``findings``, ``matches``, and ``str(report)`` as text.

    Raises `ParameterError` for an unknown convention, a loss of another shape than the function, or a function that
    returns what is no gradient.

    >>> import numpy as np, symloss as sl
    >>> def logistic(y_true, raw):
    ...     p = 1 / (1 + np.exp(-raw))
    ...     return p - y_true, p * (1 - p)
    >>> report = sl.audit(logistic, "squared_error")
    >>> report.passed
    False
    >>> print(report.find("another loss")[0].numbers["loss"])
    squared_error
    """
    row = convention_of(convention)
    wanted = catalogue.get(loss) if isinstance(loss, str) else loss
    if parameters and wanted is None:
        raise ParameterError("parameters= are those of the loss; expected loss= with them")
    subject = Subject(function, row) if not isinstance(function, str) else built_in(function, row, n_classes, options)
    shown = name or _name(function)
    try:
        plan, probe, gradient = settle(
            subject, plans(subject, wanted, n_classes, n_outputs, targets, predictions, seed)
        )
    except Refused as error:
        text = f"It cannot be called as {convention!r} has it: {error}."
        return Report(shown, convention, (Finding("call", "refused", "fault", text),), (), "Nothing was probed.")
    if wanted is not None and not fits(wanted, plan.form, plan.columns):
        raise ParameterError(why_not(wanted, plan.form, plan.columns))
    fixed = targets is not None or wanted is not None
    asked = Asked(wanted, dict(parameters or {}), fixed, predictions is not None, seconds)
    return _Audit(identify(subject, plan, probe, gradient, asked), asked).report(shown)


class _Audit:
    """One audit: every question in turn."""

    def __init__(self, state: Identified, asked: Asked) -> None:
        self.state, self.asked = state, asked
        self.subject, self.plan, self.found = state.subject, state.plan, state.found
        self.tolerance = TOLERANCE[state.subject.single]

    def report(self, name: str) -> Report:
        findings = [*self.subject.findings, *self.state.findings]
        if not self.state.findings:
            findings.append(Finding("call", "not finite", "fault", "It is not finite at predictions of ordinary size."))
            return self._made(name, findings)
        probe = self.plan.ordinary()
        answer, second = self.subject(probe), self._second(probe)
        symmetric = symmetry_findings(second, probe, max(self.tolerance, 1e-6))
        findings += symmetric
        findings += value_findings(self.subject, probe, self.plan.predictions, self.tolerance)
        findings += self.hessian_and_after(probe, answer, second, all(f.severity != "fault" for f in symmetric))
        return self._made(name, self._weighed(findings))

    def _weighed(self, findings: list[Finding]) -> list[Finding]:
        """A chain rule that seems to be missing is none where the Hessian is right: then the loss is not known."""
        fits_itself = any(f.question == "hessian" and f.severity == "right" for f in findings)
        if self.asked.loss is not None or not fits_itself:
            return findings
        doubt = " Or of a loss that is not known here: the Hessian fits the gradient as it is."
        return [
            replace(f, severity="remark", sentence=f.sentence + doubt) if f.kind == "chain rule" else f
            for f in findings
        ]

    def _made(self, name: str, findings: list[Finding]) -> Report:
        plan = self.plan
        what = {"labels": "labels", "rows": "rows of probabilities"}.get(plan.form, "")
        shown = what or f"y in {{{', '.join(f'{t:.6g}' for t in sorted(plan.targets))}}}"
        text = f"Probed with {shown}, {plan.columns} column{'s' if plan.columns > 1 else ''} of raw predictions ("
        text += f"{plan.predictions})."
        shortlist = tuple(f.match for f in self.state.matches[:SHOWN])
        return Report(name, self.subject.convention.name, tuple(findings), shortlist, text)

    # --- derivatives --------------------------------------------------------------------------------

    def _second(self, probe: Probe) -> Estimate:
        return by_raw(lambda moved: self.subject(moved).gradient, probe, self.plan.predictions, self.subject.unit)

    def hessian_and_after(self, probe: Probe, answer: Answer, second: Estimate, symmetric: bool) -> list[Finding]:
        findings: list[Finding] = []
        if answer.hessian is not None and symmetric:
            findings += self._hessian(probe, answer, second)
        findings += weight_findings(self.subject, probe, answer)
        exact = any(f.kind == "second derivative" for f in findings)
        usual = {"gradient": _usual(answer.gradient)}
        if answer.diagonal is not None and exact:
            usual["Hessian"] = _usual(answer.diagonal)
        findings += tail_findings(self.subject, self.plan, self._known_far_out(), usual)
        if not exact:
            findings += unjudged_hessian_tails(self.subject, self.plan)
        return findings

    def _known_far_out(self) -> Found | None:
        """The loss, if its numbers can be compared to the last digit: not with parameters found by search."""
        found = self.found
        if found is None or found.reading.is_fault or (found.match.distance > 1e-9 and not self.subject.single):
            return None
        return None if self.plan.predictions != "reals" else found

    def _hessian(self, probe: Probe, answer: Answer, second: Estimate) -> list[Finding]:
        """With fewer targets where no loss is known and it is right at fewer: a formula may be for 0 and 1 alone."""
        findings = self._hessian_at(self.plan, probe, answer, second)
        if self.found is not None or self.asked.fixes_targets or all(f.severity != "fault" for f in findings):
            return findings
        for kind in KINDS:
            fewer = replace(self.plan, targets=of_kind(kind, self.plan.targets))
            if self.plan.form != "numbers" or not fewer.targets or fewer.targets == self.plan.targets:
                continue
            there = fewer.ordinary()
            found = self._hessian_at(fewer, there, self.subject(there), self._second(there))
            if all(f.severity != "fault" for f in found):
                self.plan = fewer
                return found
        return findings

    def _hessian_at(self, plan: Plan, probe: Probe, answer: Answer, second: Estimate) -> list[Finding]:
        some = np.linspace(0, len(probe) - 1, min(SAMPLES_FOR_HESSIAN, len(probe))).astype(int)
        few, part = probe.rows(some), answer.rows(some)
        scale = 1.0 if self.found is None else self.found.factors(few)
        curvature = Curvature(
            Estimate(second.number[some], second.error[some]), part.gradient, None, scale, self.tolerance
        )
        findings = hessian_findings(part.hessian, few, curvature)
        if all(f.severity == "right" for f in findings):
            return findings
        fisher = fisher_of_function(self.subject, few, plan)
        if fisher is None and self.found is not None:
            fisher = fisher_of_loss(self.found, few)
        return findings if fisher is None else hessian_findings(part.hessian, few, replace(curvature, fisher=fisher))


def _usual(results: Array) -> float:
    sizes = np.abs(results[np.isfinite(results)])
    return float(np.median(sizes[sizes > 0])) if (sizes > 0).any() else 1.0


def _name(function: Any) -> str:
    if isinstance(function, str):
        return function
    function = getattr(function, "func", function)  # what a functools.partial is of
    own = getattr(function, "__qualname__", None) or type(function).__qualname__
    module = getattr(function, "__module__", None)
    return f"{module}.{own}" if module and module != "__main__" else str(own)
