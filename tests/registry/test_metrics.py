"""Metrics against exact fractions, against scikit-learn on data with ties, and where a ratio is 0/0."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

import symloss as sl
from symloss.lower.ir import For, Sort, Statement, Variant
from symloss.lower.walk import walk
from symloss.pipeline import Request
from tests.laws.catalogue import LOSSES, every_metric

# --- exact fractions ------------------------------------------------------------------------------------


def half_or_more(a: int, b: int) -> Fraction:
    return Fraction(a > b) + Fraction(a == b, 2)


def auc(y: Any, f: Any) -> Fraction | None:
    """The share of pairs, by going through them."""
    pairs = [half_or_more(f[i], f[j]) for i in range(len(y)) for j in range(len(y)) if y[i] > y[j]]
    return Fraction(sum(pairs), len(pairs)) if pairs else None


def average_precision(y: Any, f: Any) -> Fraction:
    """The mean over the positives of the precision at their scores."""
    precisions = []
    for score in (b for a, b in zip(y, f, strict=True) if a):
        above = [a for a, b in zip(y, f, strict=True) if b >= score]
        precisions.append(Fraction(sum(above), len(above)))
    return sum(precisions, Fraction(0)) / len(precisions) if precisions else Fraction(0)


def ratio(a: int, b: int) -> Fraction:
    return Fraction(a, b) if b else Fraction(0)


def found(y: Any, f: Any) -> int:
    return sum(a for a, b in zip(y, f, strict=True) if b > 0)


FRACTIONS: dict[str, Callable[[Any, Any], Fraction | None]] = {
    "auc": auc,
    "average_precision": average_precision,
    "precision": lambda y, f: ratio(found(y, f), sum(b > 0 for b in f)),
    "recall": lambda y, f: ratio(found(y, f), sum(y)),
    "f1": lambda y, f: ratio(2 * found(y, f), sum(b > 0 for b in f) + sum(y)),
}


@pytest.mark.parametrize("name", FRACTIONS)
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_every_small_data_set(name: str, size: int) -> None:
    """All targets with all scores of three levels: ties of every kind, one class, nobody above the threshold."""
    cases = [(y, f) for y in product((0, 1), repeat=size) for f in product((-1, 0, 1), repeat=size)]
    values = sl.get(name).value([y for y, _ in cases], [f for _, f in cases])
    for (y, f), got in zip(cases, values, strict=True):
        exact = FRACTIONS[name](y, f)
        if exact is None:
            assert np.isnan(got), (y, f)
        else:
            assert abs(Fraction(float(got)) - exact) <= 2 * Fraction(2) ** -53 * exact, (y, f, got, exact)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_accuracy_of_every_row(size: int) -> None:
    rows = np.array(list(product((-np.inf, -1.0, 0.5, 1.0), repeat=size)))
    for c in range(size):
        expected = rows.argmax(axis=1) == c
        assert sl.get("accuracy").value(np.full(len(rows), c), rows).tolist() == expected.tolist()


def test_zero_one_of_every_side() -> None:
    f = np.array([-1e-300, -0.0, 0.0, 1e-300, -np.inf, np.inf])
    assert sl.get("zero_one").value(np.ones(6), f).tolist() == [1, 1, 1, 0, 1, 0]
    assert sl.get("zero_one").value(-np.ones(6), f).tolist() == [0, 1, 1, 1, 0, 1]


def test_bins_are_closed_below() -> None:
    """With two bins a probability of 1/2 is in the upper one: 0.5 and 0.9 there, each with a gap to y of its own."""
    error, logit = sl.get("expected_calibration_error"), np.log(9.0)
    assert error.value([1.0, 1.0], [0.0, logit], n_bins=2) == pytest.approx((0.5 + 0.1) / 2, rel=1e-15)
    assert error.value([1.0, 0.0], [0.0, logit], n_bins=2) == pytest.approx(abs(-0.5 + 0.9) / 2, rel=1e-15)
    assert error.value([1.0, 0.0], [-0.1, logit], n_bins=2) == pytest.approx(
        ((1 - 1 / (1 + np.exp(0.1))) + 0.9) / 2, rel=1e-15
    )
    assert error.value([1.0, 1.0], [40.0, 800.0], n_bins=10) == pytest.approx(np.exp(-40.0) / 2, rel=1e-12)


def test_gains_of_places() -> None:
    """Three items, the best last: 1/log2(4) of its gain 7, of 7."""
    ndcg = sl.get("ndcg")
    assert ndcg.value([0.0, 0.0, 3.0], [3.0, 2.0, 1.0]) == pytest.approx(0.5, rel=1e-15)
    assert ndcg.value([0.0, 0.0, 3.0], [3.0, 2.0, 1.0], top=2) == 0.0
    assert ndcg.value([0.0, 0.0, 3.0], [1.0, 1.0, 1.0], top=1) == pytest.approx(1 / 3, rel=1e-15)
    assert ndcg.value([1.0, 2.0], [2.0, 1.0], linear=1) == pytest.approx(
        (1 + 2 / np.log2(3)) / (2 + 1 / np.log2(3)), rel=1e-15
    )


# --- scikit-learn -----------------------------------------------------------------------------------------


def data(seed: int, size: int, decimals: int) -> tuple[Any, Any]:
    """Classes of every share, and scores of which many are level where ``decimals`` is small."""
    random = np.random.default_rng(seed)
    y = (random.random(size) < random.uniform(0.1, 0.9)).astype(float)
    y[:2] = 0, 1
    return y, np.round(random.normal(size=size) + y, decimals)


CLASSES: dict[str, Callable[[Any, Any, Any], float]] = {
    "auc": lambda sk, y, f: sk.roc_auc_score(y, f),
    "average_precision": lambda sk, y, f: sk.average_precision_score(y, f),
    "precision": lambda sk, y, f: sk.precision_score(y, f > 0),
    "recall": lambda sk, y, f: sk.recall_score(y, f > 0),
    "f1": lambda sk, y, f: sk.f1_score(y, f > 0),
    "rmse": lambda sk, y, f: sk.root_mean_squared_error(y, f),
    "r2": lambda sk, y, f: sk.r2_score(y, f),
}


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("decimals", [0, 1, 15])
def test_as_scikit_learn(name: str, decimals: int) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    for seed, size in enumerate((2, 3, 10, 31, 32, 33, 100, 1000, 10_000)):
        y, f = data(seed, size, decimals)
        f[0] = 10.0  # one sample above the threshold: 0/0 is told apart below
        np.testing.assert_allclose(sl.get(name).value(y, f), CLASSES[name](metrics, y, f), rtol=1e-12)


@pytest.mark.parametrize("decimals", [0, 1, 15])
@pytest.mark.parametrize("top", [None, 1, 5])
def test_ndcg_as_scikit_learn(decimals: int, top: int | None) -> None:
    """Also the mean over what is level, which scikit-learn takes unless told otherwise."""
    metrics = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(0)
    given = {} if top is None else {"top": top}
    for size in (2, 7, 100):
        rel = random.integers(0, 5, (20, size)).astype(float)
        z = np.round(random.normal(size=(20, size)), decimals)
        for gains, options in ((rel, {"linear": 1}), (2**rel - 1, {})):
            np.testing.assert_allclose(
                sl.get("ndcg").value(rel, z, **given, **options),
                [metrics.ndcg_score([g], [s], k=top) for g, s in zip(gains, z, strict=True)],
                rtol=1e-12,
            )


def test_accuracy_as_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(0)
    for classes in (2, 5, 40):
        c, z = random.integers(0, classes, 300), np.round(random.normal(size=(300, classes)), 1)
        weight = random.random(300)
        expected = metrics.accuracy_score(c, z.argmax(axis=1), sample_weight=weight)
        assert sl.get("accuracy")(c, z, sample_weight=weight) == pytest.approx(expected, rel=1e-12)


def test_zero_one_as_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    y, f = data(0, 1000, 15)
    assert sl.get("zero_one")(2 * y - 1, f) == pytest.approx(metrics.zero_one_loss(y, f > 0), rel=1e-12)


def test_calibration_error_as_torchmetrics() -> None:
    classification = pytest.importorskip("torchmetrics.functional.classification")
    torch = pytest.importorskip("torch")
    for n_bins in (1, 2, 10, 15):
        y, f = data(n_bins, 1000, 15)
        p = 1 / (1 + torch.exp(-torch.tensor(f)))
        theirs = classification.binary_calibration_error(p, torch.tensor(y).int(), n_bins=n_bins)
        ours = sl.get("expected_calibration_error").value(y, f, n_bins=n_bins)
        np.testing.assert_allclose(ours, float(theirs), rtol=1e-5)  # theirs is a float32


# --- the edges --------------------------------------------------------------------------------------------

ONE_SAMPLE = {"precision": 1.0, "recall": 1.0, "f1": 1.0, "auc": np.nan, "average_precision": 1.0, "r2": 0.0}
NO_POSITIVE = {"precision": 0.0, "recall": 0.0, "f1": 0.0, "auc": np.nan, "average_precision": 0.0, "r2": 0.0}
NO_NEGATIVE = {"precision": 1.0, "recall": 0.5, "f1": 2 / 3, "auc": np.nan, "average_precision": 1.0, "r2": 0.0}
NONE_PREDICTED = {"precision": 0.0, "recall": 0.0, "f1": 0.0, "auc": 0.5, "average_precision": 0.5}
ALL_LEVEL = {"precision": 0.25, "recall": 1.0, "f1": 0.4, "auc": 0.5, "average_precision": 0.25}
EDGES: dict[str, tuple[Any, Any, dict[str, float]]] = {
    "one sample": ([1.0], [0.3], ONE_SAMPLE),
    "no positive": ([0.0, 0.0], [1.0, -1.0], NO_POSITIVE),
    "no negative": ([1.0, 1.0], [1.0, -1.0], NO_NEGATIVE),
    "none predicted": ([0.0, 1.0], [-1.0, -1.0], NONE_PREDICTED),
    "all level": ([0.0, 0.0, 1.0, 0.0], [2.0, 2.0, 2.0, 2.0], ALL_LEVEL),
}


def edges() -> Iterator[Any]:
    for edge, (y, f, expected) in EDGES.items():
        for name, value in expected.items():
            yield pytest.param(name, y, f, value, id=f"{edge}-{name}")


@pytest.mark.parametrize(("name", "y", "f", "expected"), [*edges()])
def test_at_the_edges(name: str, y: Any, f: Any, expected: float) -> None:
    np.testing.assert_allclose(sl.get(name).value(y, f), expected, rtol=1e-15)


def test_an_r2_of_a_constant_target() -> None:
    """Also where the mean of the constant is not that constant: 3 times 0.1 is not 0.3."""
    r2, constant = sl.get("r2"), np.full(3, 0.1)
    assert r2.value(constant, constant) == 1.0
    assert r2.value(constant, [0.1, 0.1, 0.2]) == 0.0
    assert r2.value([0.1], [0.1]) == 1.0


def test_an_ndcg_without_a_relevant_item() -> None:
    assert sl.get("ndcg").value([0.0, 0.0], [1.0, 2.0]) == 0.0


@every_metric
def test_no_sample_in_a_row_is_an_error(name: str) -> None:
    metric = sl.get(name)
    inputs = [np.zeros((2, 0)) if i.axes else np.zeros(2) for i in metric.outline.call.inputs]
    if not any(i.axes for i in metric.outline.call.inputs):
        assert metric.value([], []).shape == (0,)
        return
    with pytest.raises(sl.ShapeError, match="expected at least one element"):
        metric.value(*inputs)


@pytest.mark.parametrize("name", ["auc", "average_precision", "f1", "rmse", "expected_calibration_error", "ndcg"])
def test_groups_are_the_sets_one_by_one(name: str) -> None:
    metric, sizes = sl.get(name), [3, 1, 40, 7]
    y, f = data(1, sum(sizes), 1)
    alone = [metric.value(a, b) for a, b in zip(*(np.split(x, np.cumsum(sizes)[:-1]) for x in (y, f)), strict=True)]
    np.testing.assert_array_equal(metric.value(y, f, groups=sizes), alone)


@pytest.mark.parametrize("name", ["auc", "average_precision", "ndcg", "expected_calibration_error"])
def test_the_order_of_the_data_has_no_influence(name: str) -> None:
    y, f = data(2, 200, 1)
    shuffled = np.random.default_rng(0).permutation(200)
    np.testing.assert_allclose(sl.get(name).value(y[shuffled], f[shuffled]), sl.get(name).value(y, f), rtol=1e-13)


def test_weights_weigh_sets() -> None:
    y, f = np.array([[0.0, 1.0], [0.0, 1.0]]), np.array([[0.0, 1.0], [1.0, 0.0]])
    assert sl.get("auc")(y, f, sample_weight=[3.0, 1.0]) == 0.75
    assert sl.get("auc").value([[0.0, 1.0], [7.0, 7.0]], f, sample_weight=[1.0, 0.0]).tolist() == [1.0, 0.0]
    with pytest.raises(sl.ShapeError, match="sample_weight has shape"):
        sl.get("auc").value([0.0, 1.0], [0.0, 1.0], sample_weight=[3.0, 1.0])


# --- every metric -----------------------------------------------------------------------------------------


@every_metric
def test_a_metric_says_why_and_names_losses_of_the_catalogue(name: str) -> None:
    metric = sl.get(name)
    assert metric.outline.why[0].islower()
    assert metric.surrogates
    assert set(metric.surrogates) <= set(LOSSES)
    with pytest.raises(sl.DerivationError, match=metric.surrogates[0]):
        _ = metric.gradient_expression


@pytest.mark.parametrize("name", ["auc", "average_precision", "ndcg", "expected_calibration_error"])
def test_rows_are_sorted_and_not_compared_pair_by_pair(name: str) -> None:
    """A loop inside a loop over the samples would take hours for a million of them."""
    nest = sl.get(name).pipeline.nest((Request("value"),), Variant())
    assert any(isinstance(s, Sort) for s in walk(nest.body))
    assert deepest(nest.body) == 2, "rows, and in them loops over the samples"


def deepest(block: tuple[Statement, ...]) -> int:
    return max((1 + deepest(s.body) for s in block if isinstance(s, For)), default=0)


def test_a_million_samples() -> None:
    y, f = data(0, 1_000_000, 3)
    order = np.argsort(f, kind="stable")
    levels, starts, counts = np.unique(f[order], return_index=True, return_counts=True)
    midranks = np.empty(len(f))
    midranks[order] = np.repeat(starts + (counts + 1) / 2, counts)
    positives = y.sum()
    expected = (midranks[y > 0].sum() - positives * (positives + 1) / 2) / (positives * (len(y) - positives))
    assert len(levels) < len(f)
    assert sl.get("auc").value(y, f) == pytest.approx(expected, rel=1e-14)
