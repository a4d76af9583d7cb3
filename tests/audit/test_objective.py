"""`sl.audit` on small functions of our own: right ones pass, every planted fault is found by the question it is for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from scipy.special import expit, softmax

import symloss as sl
from symloss.audit.objective.report import QUESTIONS, Report

Array = Any


def logistic(y: Array, f: Array, sample_weight: Array | None = None) -> tuple[Array, Array]:
    """Exact in both tails."""
    w = 1.0 if sample_weight is None else sample_weight
    p, q = expit(f), expit(-f)
    return w * ((1 - y) * p - y * q), w * p * q


def weighted_by_label(y: Array, f: Array) -> tuple[Array, Array]:
    w = np.where(y == 1, 3.0, 1.0)
    gradient, hessian = logistic(y, f)
    return w * gradient, w * hessian


def huber(y: Array, f: Array) -> tuple[Array, Array]:
    r = f - y
    return np.clip(r, -1.7, 1.7), np.ones_like(r)


def normal(y: Array, raw: Array) -> tuple[Array, Array, Array]:
    """Value, gradient and Fisher information of a mean and a log scale."""
    r, scale = y - raw[:, 0], np.exp(raw[:, 1])
    value = raw[:, 1] + r**2 / scale**2 / 2
    gradient = np.stack([-r / scale**2, 1 - r**2 / scale**2], axis=1)
    fisher = np.zeros((len(y), 2, 2))
    fisher[:, 0, 0], fisher[:, 1, 1] = scale**-2, 2
    return value, gradient, fisher


def classes(y: Array, z: Array) -> tuple[Array, Array]:
    p = softmax(z, axis=1)
    return p - np.eye(z.shape[1])[np.asarray(y).astype(int)], p * (1 - p)


def doubled(y: Array, z: Array) -> tuple[Array, Array]:
    gradient, hessian = classes(y, z)
    return gradient, 2 * hessian


def boosted(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same in XGBoost's and LightGBM's order of arguments."""
    return lambda raw, data: function(data.get_label(), raw)


class Ranged:
    """As CatBoost wants it: derivatives of minus the loss, in pairs."""

    def calc_ders_range(self, approxes: Any, targets: Any, weights: Any) -> list[tuple[float, float]]:
        gradient, hessian = logistic(np.asarray(targets), np.asarray(approxes), weights)
        return [(-g, -h) for g, h in zip(gradient, hessian, strict=True)]


class Multi:
    def calc_ders_multi(self, approx: Any, target: Any, weight: Any) -> tuple[Any, Any]:
        p = softmax(np.asarray(approx))
        gradient = p - np.eye(len(p))[int(target)]
        hessian = np.diag(p) - np.outer(p, p)
        return (-weight * gradient).tolist(), (-weight * hessian).tolist()


@dataclass(frozen=True)
class Case:
    """A function, how it is audited, and what must be found: (question, kind)."""

    name: str
    function: Any
    options: dict[str, Any] = field(default_factory=dict)
    finds: tuple[tuple[str, str], ...] = ()

    def audited(self) -> Report:
        report: Report = sl.audit(self.function, **self.options)
        return report


HINGE = (("loss", "recognised"),)
BOOSTED = {"convention": "lightgbm", "n_classes": 3}
RIGHT = (
    Case(
        "logistic", logistic, {}, (("loss", "recognised"), ("hessian", "second derivative"), ("weights", "respected"))
    ),
    Case("logistic of that name", logistic, {"loss": "binary_cross_entropy_with_logits"}, (("loss", "recognised"),)),
    Case("weights by label", weighted_by_label, {}, (("loss", "recognised"), ("hessian", "second derivative"))),
    Case("twice the loss", lambda y, f: (2 * (f - y), 2 * np.ones_like(f)), {}, (("hessian", "second derivative"),)),
    Case("no curvature", lambda y, f: (np.sign(f - y), np.ones_like(f)), {}, (("hessian", "constant"),)),
    Case("a bound", huber, {}, (("loss", "recognised"), ("hessian", "constant"))),
    Case("a parameter", huber, {"loss": "huber", "parameters": {"delta": 1.7}}, (("loss", "recognised"),)),
    Case("mean", lambda y, f: (f - y) / len(f), {}, (("call", "mean"), ("loss", "recognised"))),
    Case("normal", normal, {"n_outputs": 2}, (("loss", "recognised"), ("hessian", "Fisher information"))),
    Case("classes", classes, {"n_classes": 3}, (("layout", "layout"), ("hessian", "second derivative"))),
    Case("2p(1 - p)", boosted(doubled), BOOSTED, (("hessian", "known bound"), ("weights", "not read"))),
    Case("a hinge of labels", lambda y, f: -(2 * y - 1) * ((2 * y - 1) * f < 1), {"targets": "binary"}, HINGE),
    Case("signs", lambda y, f: -y * expit(-y * f), {"targets": "signs"}, (("loss", "recognised"),)),
    Case("probabilities", lambda y, p: (p - y) / (p * (1 - p)), {"targets": "unit"}, (("loss", "recognised"),)),
    Case("catboost", Ranged(), {"convention": "catboost"}, (("loss", "recognised"), ("weights", "respected"))),
    Case("catboost, classes", Multi(), {"convention": "catboost", "n_classes": 3}, (("hessian", "second derivative"),)),
    Case(
        "LightGBM's flat order",
        boosted(lambda y, z: tuple(part.ravel(order="F") for part in classes(y, z))),
        BOOSTED,
        (("layout", "layout"),),
    ),
)


def single(y: Array, f: Array) -> Array:
    """Overflows where exp(f) does."""
    p = np.exp(f) / (1 + np.exp(f))
    return p - y


def no_likelihood(y: Array, raw: Array) -> Any:
    value, gradient, fisher = normal(y, raw)
    fisher[:, 1, 1] = 0.5 * np.exp(-4 * raw[:, 1])  # that of the variance
    return value, gradient, fisher


def half_of_the_chain(y: Array, raw: Array) -> Any:
    value, gradient, _ = normal(y, raw)
    return {"value": value, "gradient": gradient * np.stack([np.ones(len(y)), np.exp(-raw[:, 1])], axis=1)}


def other_sign(y: Array, raw: Array) -> Any:
    value, gradient, _ = normal(y, raw)
    return value, gradient * np.array([1.0, -1.0]), np.zeros((len(y), 2, 2))


def asymmetric(y: Array, z: Array) -> Array:
    gradient, _ = classes(y, z)
    return gradient * (1 + 0.5 * (gradient < 0))


def weight_ignored(y: Array, f: Array, sample_weight: Array | None = None) -> Any:
    return logistic(y, f)


def weight_of_gradient(y: Array, f: Array, sample_weight: Array | None = None) -> Any:
    w = 1.0 if sample_weight is None else sample_weight
    gradient, hessian = logistic(y, f)
    return w * gradient, hessian


def weight_squared(y: Array, f: Array, sample_weight: Array | None = None) -> Any:
    w = 1.0 if sample_weight is None else sample_weight
    gradient, hessian = logistic(y, f)
    return w**2 * gradient, w**2 * hessian


def random_hessian(y: Array, f: Array) -> Any:
    gradient, hessian = logistic(y, f)
    return gradient, hessian * np.random.default_rng().uniform(0.9, 1.1, size=len(f))


def mixed_rows(y: Array, z: Array) -> Any:
    return tuple(part.ravel(order="F").reshape(part.shape) for part in classes(y, z))


def over_samples(y: Array, z: Array) -> Array:
    p = softmax(z, axis=0)  # over samples, for over classes
    return p - np.eye(z.shape[1])[y.astype(int)]


def half_of_it(y: Array, f: Array) -> Any:
    return 2 * logistic(y, f)[0], logistic(y, f)[1]


def by_row(y: Array, z: Array) -> Array:
    return -np.eye(3)[y] / softmax(z, axis=1)


def chained_twice(y: Array, f: Array) -> Array:
    return (expit(f) - y) * expit(f) * expit(-f)


def of_the_mean(y: Array, f: Array) -> Any:
    return tuple(part / len(f) for part in logistic(y, f))


CROSS_ENTROPY = {"loss": "binary_cross_entropy_with_logits"}
PLANTED = (
    Case("a factor 2 of the loss", lambda y, f: 2 * logistic(y, f)[0], CROSS_ENTROPY, (("loss", "factor"),)),
    Case("a factor 2 of one part", lambda y, f: (2 * (f - y), np.ones_like(f)), {}, (("hessian", "multiple"),)),
    Case("a wrong sign", lambda y, f: y - f, {}, (("loss", "sign"),)),
    Case("a wrong sign of the loss", lambda y, f: y - f, {"loss": "squared_error"}, (("loss", "sign"),)),
    Case("p(1 - p) for 2p(1 - p)", half_of_it, {}, (("hessian", "multiple"),)),
    Case("by the probability", lambda y, f: (expit(f) - y) / (expit(f) * expit(-f)), {}, (("loss", "chain rule"),)),
    Case("by the probability of a row", by_row, {"n_classes": 3}, (("loss", "chain rule"),)),
    Case("the chain rule twice", chained_twice, CROSS_ENTROPY, (("loss", "chain rule"),)),
    Case("the chain rule of one column", half_of_the_chain, {"n_outputs": 2}, (("gradient", "not of its value"),)),
    Case("a sign of one column", other_sign, {"n_outputs": 2}, (("gradient", "not of its value"),)),
    Case("the gradient of nothing", asymmetric, {"n_classes": 3}, (("gradient", "not symmetric"),)),
    Case("another loss", huber, {"loss": "squared_error"}, (("loss", "another loss"),)),
    Case("another parameter", huber, {"loss": "huber"}, (("loss", "parameters"),)),
    Case("the Hessian of another loss", lambda y, f: (logistic(y, f)[0], np.exp(f)), {}, (("hessian", "unknown"),)),
    Case("1 - y for 1 - p", lambda y, f: (logistic(y, f)[0], expit(f) * (1 - y)), {}, (("hessian", "unknown"),)),
    Case("information of the variance", no_likelihood, {"n_outputs": 2}, (("hessian", "other parametrisation"),)),
    Case("a Hessian at random", random_hessian, {}, (("call", "random"),)),
    Case("weights ignored", weight_ignored, {}, (("weights", "ignored"),)),
    Case("weights of the gradient alone", weight_of_gradient, {}, (("weights", "ignored"),)),
    Case("weights squared", weight_squared, {}, (("weights", "power"),)),
    Case("not a number in a tail", single, {}, (("tails", "not finite"),)),
    Case("rows mixed", boosted(mixed_rows), BOOSTED, (("layout", "layout"),)),
    Case(
        "flat, sample by sample",
        boosted(lambda y, z: tuple(part.ravel() for part in classes(y, z))),
        BOOSTED,
        (("layout", "layout"),),
    ),
    Case("transposed", lambda y, z: classes(y, z)[0].T, {"n_classes": 3}, (("layout", "layout"),)),
    Case("softmax over samples", over_samples, {"n_classes": 3}, (("call", "samples together"),)),
    Case("the mean in a booster", boosted(of_the_mean), {"convention": "xgboost"}, (("call", "mean"),)),
    Case("it raises", lambda y, f: f[:, 7], {"n_classes": 3}, (("call", "refused"),)),
    Case("y_pred before y_true", lambda f, y: logistic(y, f), {}, (("call", "argument order"),)),
    Case("too few numbers", lambda y, f: f[:-1] - y[:-1], {}, (("call", "refused"),)),
)


@pytest.mark.parametrize("case", RIGHT, ids=lambda case: case.name)
def test_what_is_right_passes(case: Case) -> None:
    report = case.audited()
    assert report.passed, str(report)
    for question, kind in case.finds:
        assert any(f.question == question and f.kind == kind for f in report.findings), str(report)


@pytest.mark.parametrize("case", PLANTED, ids=lambda case: case.name)
def test_a_planted_fault_is_found(case: Case) -> None:
    report = case.audited()
    assert not report.passed
    for question, kind in case.finds:
        found = [f for f in report.faults if f.question == question and f.kind == kind]
        assert found, str(report)
        assert not report.verdicts[question]


def test_labels_are_read_for_signs() -> None:
    (case,) = [c for c in RIGHT if c.name == "a hinge of labels"]
    match = case.audited().matches[0]
    assert (match.loss, match.how) == ("hinge", "with y in {0, 1} for its {-1, +1}")


def test_numbers_come_with_findings() -> None:
    report = sl.audit(lambda y, f: (2 * (f - y), np.ones_like(f)))
    assert report.find("recognised")[0].numbers["factor"] == 2.0
    assert report.find("multiple")[0].numbers["ratio"] == pytest.approx(0.5)
    assert report.matches[0].loss == "squared_error"
    assert report.matches[0].distance < 1e-12
    assert report.matches[1].distance > 0.1


def test_the_report_reads_as_text() -> None:
    text = str(sl.audit(logistic, "squared_error", name="ours"))
    assert text.startswith("ours (numpy): failed, 1 fault.\n")
    assert "FAULT: Not of squared_error" in text
    assert "It is that of binary_cross_entropy_with_logits" in text
    assert QUESTIONS["tails"] + "?" in text


def test_the_report_is_json() -> None:
    import json

    for case in (PLANTED[0], PLANTED[8], RIGHT[8]):
        document = case.audited().as_document()
        assert json.loads(json.dumps(document))["passed"] == (case in RIGHT)


def test_the_same_function_gives_the_same_report() -> None:
    assert str(sl.audit(huber)) == str(sl.audit(huber))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"convention": "tensorflow"}, "expected one of 'xgboost'"),
        ({"targets": "whatever"}, "expected one of reals"),
        ({"targets": []}, "expected finite numbers"),
        ({"predictions": "complex"}, "expected one of 'reals'"),
        ({"n_classes": 1}, "at least 2"),
        ({"n_classes": 3, "n_outputs": 2}, "both given"),
        ({"parameters": {"delta": 1.0}}, "expected loss="),
        ({"loss": "huber", "parameters": {"gamma": 1.0}}, "huber has"),
    ],
)
def test_a_wrong_call_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(sl.ParameterError, match=message):
        sl.audit(huber, **options)


def test_what_a_function_returns_is_named() -> None:
    with pytest.raises(sl.ParameterError, match=r"expected \(gradient, hessian\)"):
        sl.audit(lambda raw, data: raw, convention="xgboost")
    with pytest.raises(sl.ParameterError, match="expected 'gradient'"):
        sl.audit(lambda y, f: {"grad": f - y})


def test_a_loss_of_ones_own() -> None:
    y, f = sl.target("y"), sl.prediction("f")
    ours = sl.Loss("quartic", (f - y) ** 4 / 4)
    assert sl.audit(lambda y, f: ((f - y) ** 3, 3 * (f - y) ** 2), ours).passed
    wrong = sl.audit(lambda y, f: (f - y) ** 5, ours)
    assert wrong.find("another loss")
