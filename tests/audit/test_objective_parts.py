"""The parts of an audit by themselves: differences with their errors, the search, stand-ins, integrals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit, softmax

import symloss as sl
from symloss.audit.objective.candidates import Candidate, candidates
from symloss.audit.objective.conventions import CONVENTIONS, convention_of
from symloss.audit.objective.differences import by_raw
from symloss.audit.objective.information import fisher_of_function
from symloss.audit.objective.points import TARGETS, Plan
from symloss.audit.objective.probe import Probe
from symloss.audit.objective.readings import READINGS
from symloss.audit.objective.search import Found, Search, common_factor, tidy
from symloss.audit.objective.standins import Data, Dataset
from symloss.audit.objective.subject import Subject

Array = Any
RANDOM = np.random.default_rng(3)


def searched(gradient: Any, plan: Plan, tolerance: float = 1e-6) -> list[Found]:
    probe = plan.ordinary()
    return Search(probe, gradient(probe.target, probe.raw), plan, tolerance, 30.0).among(
        candidates(plan.form, plan.columns)
    )


NUMBERS = Plan("numbers", 1, TARGETS)


# --- differences ----------------------------------------------------------------------------------


def test_differences_are_as_good_as_they_say() -> None:
    probe = Probe(np.zeros(50), RANDOM.normal(size=(50, 3)) * 2)
    found = by_raw(lambda q: softmax(q.raw, axis=1), probe)
    p = softmax(probe.raw, axis=1)
    exact = np.einsum("na,ab->nab", p, np.eye(3)) - np.einsum("na,nb->nab", p, p)
    assert np.abs(found.number - exact).max() < 1e-11
    assert (np.abs(found.number - exact) <= 100 * found.error).all()


def test_differences_know_float32() -> None:
    probe = Probe(np.zeros(50), RANDOM.normal(size=(50, 1)))
    found = by_raw(lambda q: expit(q.raw).astype(np.float32), probe, unit=2.0**-20)
    exact = (expit(probe.raw) * expit(-probe.raw))[:, :, None]
    assert np.abs(found.number - exact).max() < 1e-4
    assert (np.abs(found.number - exact) <= 30 * found.error).all()


def test_differences_stay_in_the_domain() -> None:
    probe = Probe(np.zeros(40), np.linspace(0.001, 0.999, 40)[:, None])
    found = by_raw(lambda q: np.log(q.raw) - np.log(1 - q.raw), probe, "unit")
    exact = 1 / (probe.raw * (1 - probe.raw))
    np.testing.assert_allclose(found.number[:, :, 0], exact, rtol=1e-6)


# --- search ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["squared_error", "huber", "poisson", "focal", "hinge", "quantile", "log_cosh"])
def test_a_loss_of_the_catalogue_is_found_by_its_own_gradient(name: str) -> None:
    loss = sl.get(name)
    candidate = Candidate(loss, "numbers", 1)
    plan = Plan("numbers", 1, tuple(t for t in TARGETS if candidate.takes(np.array([t]))[0]))
    found = searched(lambda y, raw: 3 * candidate.derivative("gradient", Probe(y, raw), candidate.defaults), plan)
    assert found[0].match.distance < 1e-12
    same = {f.match.loss: f.match.factor for f in found if f.match.distance < 1e-12}
    assert same[name] == pytest.approx(3.0)


def test_parameters_are_found() -> None:
    def focal(y: Array, raw: Array) -> Array:
        p, y = expit(raw), y[:, None]
        positive = (1 - p) ** 3.2 * (3.2 * p * np.log(p) + p - 1)
        return 0.3 * y * positive + (1 - y) * p**3.2 * (p - 3.2 * np.log(1 - p) * (1 - p))

    match = searched(focal, NUMBERS)[0].match
    assert match.loss == "focal"
    assert match.distance < 1e-6
    assert match.parameters["gamma"] == pytest.approx(3.2, rel=1e-4)
    assert match.factor * match.parameters["alpha"] == pytest.approx(0.3, rel=1e-4)


def test_a_stranger_is_not_recognised() -> None:
    found = searched(lambda y, raw: np.sin(3 * raw) * (1 + y[:, None] ** 2), NUMBERS)
    assert found[0].match.distance > 0.1


def test_a_loss_that_is_near_is_no_match() -> None:
    # A pseudo-Huber loss is near log-cosh, and neither that nor Huber's.
    found = searched(lambda y, raw: (raw - y[:, None]) / np.sqrt(1 + (raw - y[:, None]) ** 2), NUMBERS)
    near = {f.match.loss: f.match.distance for f in found}
    assert 1e-3 < near["log_cosh"] < 0.1


def test_factors_by_target() -> None:
    match = searched(lambda y, raw: (raw - y[:, None]) * (1 + y[:, None] ** 2), NUMBERS)[0].match
    assert match.loss == "squared_error"
    assert match.factors[2.0] == pytest.approx(5.0)


def test_the_common_factor_is_the_least_squares_one() -> None:
    a = RANDOM.normal(size=(30, 1))
    factor, distance = common_factor(2 * a, a, {0.0: np.arange(30)})
    assert (factor, distance) == (pytest.approx(2.0), pytest.approx(0.0, abs=1e-12))
    assert common_factor(a, np.zeros_like(a), {0.0: np.arange(30)}) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("x", "shown"), [(1.9999999999, 2.0), (0.3333333333333, 1 / 3), (2.01375, 2.01375), (-1.0, -1.0)]
)
def test_factors_are_tidied(x: float, shown: float) -> None:
    assert tidy(x, 1e-8) == shown


def test_a_search_out_of_time_says_so() -> None:
    report = sl.audit(lambda y, f: np.sin(f) + 0 * y, seconds=0.0)
    assert "the time was up before" in report.find("not recognised")[0].sentence


def test_the_plain_reading_stands_first() -> None:
    assert READINGS[0].how == ""
    assert not READINGS[0].is_fault


# --- what is handed over --------------------------------------------------------------------------


def test_stand_ins_remember_what_was_read() -> None:
    probe = Probe(np.arange(4.0), np.zeros((4, 2)), np.ones(4))
    data = Data(probe)
    assert data.get_label().tolist() == [0, 1, 2, 3]
    assert data.asked == {"label"}
    assert (data.num_row(), data.num_data()) == (4, 4)
    assert data.get_field("weight").tolist() == [1] * 4
    assert data.asked == {"label", "weight"}
    with pytest.raises(sl.ParameterError, match="no field 'colour'"):
        data.get_float_info("colour")


def test_stand_ins_have_no_weights_as_their_library_has_none() -> None:
    probe = Probe(np.arange(4.0), np.zeros((4, 1)))
    assert Data(probe).get_weight().size == 0
    assert Dataset(probe).get_weight() is None


def test_conventions_have_their_names() -> None:
    assert all(row.name == name for name, row in CONVENTIONS.items())
    assert set(CONVENTIONS) == {
        "xgboost", "xgboost-sklearn", "lightgbm", "lightgbm-sklearn", "catboost", "torch", "jax", "numpy",
    }  # fmt: skip


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_order_of_entries_is_seen(order: Any) -> None:
    subject = Subject(lambda y, z: (softmax(z, axis=1) - np.eye(3)[y]).ravel(order=order), convention_of("numpy"))
    probe = Plan("labels", 3).ordinary()
    subject.meet(probe, labels=True)
    assert subject.order == order
    np.testing.assert_allclose(
        subject(probe).gradient, softmax(probe.raw, axis=1) - np.eye(3)[probe.target.astype(int)]
    )


def test_arguments_of_scikit_learn_forms() -> None:
    seen: list[Any] = []

    def objective(y_true: Array, y_pred: Array, weight: Any, group: Any) -> Any:
        seen.append((weight, group))
        return y_pred - y_true, np.ones_like(y_pred)

    report = sl.audit(objective, convention="lightgbm-sklearn")
    assert seen[0] == (None, None)
    assert any(w is not None for w, _ in seen)
    assert report.find("ignored")

    report = sl.audit(lambda y, f: (f - y, np.ones_like(f)), convention="xgboost-sklearn")
    assert report.find("not read")
    assert report.passed


# --- integrals ------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1e-2, 1.0, 1e2])
def test_information_of_a_likelihood_of_any_scale(scale: float) -> None:
    def laplace(y: Array, raw: Array) -> Any:
        s, r = scale * np.exp(raw[:, 1]), y - raw[:, 0]
        value = -stats.laplace.logpdf(r, scale=s)
        gradient = np.stack([-np.sign(r) / s, 1 - np.abs(r) / s], axis=1)
        return value, gradient, np.zeros((len(y), 2, 2))

    plan = Plan("numbers", 2, TARGETS)
    probe = plan.ordinary()
    found = fisher_of_function(Subject(laplace, convention_of("numpy")), probe, plan)
    assert found is not None
    np.testing.assert_allclose(found[:, 0, 0], (scale * np.exp(probe.raw[:, 1])) ** -2, rtol=1e-5)
    np.testing.assert_allclose(found[:, 1, 1], 1.0, rtol=1e-5)


def test_what_does_not_integrate_to_one_has_no_information() -> None:
    def score(y: Array, raw: Array) -> Any:
        r = y - raw[:, 0]
        return r**2, np.stack([-2 * r, 0 * r], axis=1), np.zeros((len(y), 2, 2))

    plan = Plan("numbers", 2, TARGETS)
    assert fisher_of_function(Subject(score, convention_of("numpy")), plan.ordinary(), plan) is None
