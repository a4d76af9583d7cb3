"""Objectives of other packages, as they are installed: the known faults are found, and what is right passes."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import symloss as sl
from symloss.audit.objective.report import Report

Array = Any
ROOT = Path(__file__).resolve().parents[2]


def subjects() -> ModuleType:
    """The table behind docs/audit.md."""
    name = "audited_subjects"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / "audited" / "subjects.py")
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


def reports(package: str, needed: str, names: str = "") -> dict[str, Report]:
    """The reports of a package; with ``names`` only of those that are one of them."""
    pytest.importorskip(needed)
    return {one.name: one.audited() for one in subjects().PACKAGES[package]() if not names or one.name in names}


def test_bokbokbok() -> None:
    found = reports("bokbokbok", "bokbokbok")
    focal = found.pop("WeightedFocalLoss(alpha=1, gamma=2)")
    assert focal.verdicts["loss"]
    assert focal.matches[0].loss == "focal"
    (fault,) = [f for f in focal.faults if f.question == "hessian"]
    # 1 - y for 1 - p: with y = 1 the first term is gone.
    assert float(fault.numbers["at"]["target"]) == 1
    assert float(fault.numbers["got"][0]) == 0 < float(fault.numbers["second_derivative"][0])
    assert len(found) == 3
    for report in found.values():
        assert report.passed, str(report)


def test_imlightgbm() -> None:
    found = reports("imlightgbm", "imlightgbm")
    focal = found["multiclass_focal_objective(gamma=2)"]
    (fault,) = focal.find("not symmetric")
    assert fault.numbers["asymmetry"] == pytest.approx(0.48, abs=0.04)
    assert found["multiclass_weighted_objective(alpha=2)"].find("not symmetric")
    assert found["binary_weighted_objective(alpha=2)"].passed
    assert found["binary_focal_objective(gamma=2)"].verdicts["hessian"]


def test_imbalance_xgboost() -> None:
    found = reports("imbalance-xgboost", "imxgboost")
    assert found["Weight_Binary_Cross_Entropy(alpha=2)"].passed
    focal = found["Focal_Binary_Loss(gamma=2)"]
    assert focal.matches[0].loss == "focal"
    # Right as formulas; and 0/0 in the Hessian where the sigmoid rounds to 1.
    assert [q for q, right in focal.verdicts.items() if not right] == ["tails"]
    assert focal.find("second derivative")
    function = subjects()._imbalance_xgboost
    call = next(one.make() for one in function() if one.name.startswith("Focal"))

    class Label:
        def get_label(self) -> Array:
            return np.array([0.0])

    with np.errstate(all="ignore"):
        assert np.isnan(call(np.array([40.0]), Label())[1]).all()


# --- NGBoost: the faults of 0.5.10, restated where another version is installed ----------------------


def crps_of_laplace(y: Array, raw: Array) -> Any:
    """ngboost 0.5.10, ngboost/distns/laplace.py, LaplaceCRPScore: score, and a d_score without - 0.75*scale."""
    scale, r = np.exp(raw[:, 1]), y - raw[:, 0]
    decay = np.exp(-np.abs(r) / scale)
    value = np.abs(r) + decay * scale - 0.75 * scale
    gradient = np.stack([-np.sign(r) * (1 - decay), decay * (scale + np.abs(r))], axis=1)
    return {"value": value, "gradient": gradient}


def student_t(y: Array, raw: Array, df: float = 3.0, power: float = 1.0) -> Any:
    """ngboost 0.5.10, ngboost/distns/t.py, TFixedDfLogScore; ``power`` 0 and a factor 4 is the right information."""
    from scipy import stats

    variance, r = np.exp(2 * raw[:, 1]), y - raw[:, 0]
    value = -stats.t.logpdf(r, df, scale=np.sqrt(variance))
    share = (df + 1) / (df * variance + r**2)
    gradient = np.stack([-share * r, 1 - share * r**2], axis=1)
    fisher = np.zeros((len(y), 2, 2))
    fisher[:, 0, 0] = (df + 1) / ((df + 3) * variance)
    fisher[:, 1, 1] = df / (2 * (df + 3)) * (variance**-1 if power else 4.0)
    return value, gradient, fisher


def test_crps_of_laplace_of_ngboost_0_5() -> None:
    report = sl.audit(crps_of_laplace, n_outputs=2)
    (fault,) = report.find("not of its value")
    assert fault.numbers["columns"] == [1]
    assert fault.numbers["wrong_sign"] > 0.3
    # The example of whoever reported it: y = 3, loc = 1, log b = -0.5.
    given = crps_of_laplace(np.array([3.0]), np.array([[1.0, -0.5]]))["gradient"][0, 1]
    assert given > 0 > given - 0.75 * np.exp(-0.5)


@pytest.mark.parametrize("df", [3.0, 1.0], ids=["Student's t", "Cauchy"])
def test_information_of_student_t_of_ngboost_0_5(df: float) -> None:
    report = sl.audit(partial(student_t, df=df), n_outputs=2)
    (fault,) = report.faults
    assert fault.kind == "other parametrisation"
    assert fault.numbers["column"] == 1
    assert fault.numbers["power"] == pytest.approx(-2.0, abs=1e-4)
    right = sl.audit(partial(student_t, df=df, power=0.0), n_outputs=2)
    assert right.passed
    assert right.find("Fisher information")


def test_ngboost_as_it_is_installed() -> None:
    # The three parameters of T would take a minute: its information is drawn at random, a hundred draws a sample.
    found = reports("ngboost", "ngboost", "Normal, log score; Laplace, CRPS; TFixedDf, log score; Cauchy, log score")
    assert found["Normal, log score"].find("Fisher information")
    old = not found["Laplace, CRPS"].passed
    assert bool(found["Laplace, CRPS"].find("not of its value")) == old
    for name in ("TFixedDf, log score", "Cauchy, log score"):
        assert bool(found[name].find("other parametrisation")) == old
        assert bool(found[name].find("Fisher information")) != old


# --- scikit-learn, statsmodels, boosters, frameworks ----------------------------------------------


def test_statsmodels() -> None:
    (report,) = reports("statsmodels", "statsmodels").values()
    assert report.verdicts["loss"]
    assert report.verdicts["hessian"]
    hessian = [f for f in report.find("not finite") if f.numbers["result"] == "Hessian"]
    assert np.isinf(hessian[0].numbers["got"])


def test_the_page_is_made_of_reports() -> None:
    pytest.importorskip("statsmodels")
    command = [sys.executable, str(ROOT / "docs" / "make_audit.py"), "--only", "statsmodels"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Logit.inverse_deriv and inverse_deriv2 (numpy): failed")


def test_scikit_learn() -> None:
    found = reports("scikit-learn", "sklearn")
    assert len(found) == 10
    for report in found.values():
        assert report.passed, str(report)
    known = {name for name, report in found.items() if report.find("recognised")}
    assert known >= {"HalfSquaredError", "AbsoluteError", "PinballLoss", "HuberLoss", "HalfPoissonLoss"}
    assert known >= {"HalfBinomialLoss", "HalfMultinomialLoss"}
    assert found["HalfMultinomialLoss"].find("lost digits")


@pytest.mark.parametrize(
    ("package", "name", "loss", "hessian"),
    [
        ("xgboost", "binary:logistic", "binary_cross_entropy_with_logits", "second derivative"),
        ("xgboost", "count:poisson", "poisson", "multiple"),
        ("xgboost", "multi:softprob", "sparse_softmax_cross_entropy", "known bound"),
        ("lightgbm", "binary", "binary_cross_entropy_with_logits", "second derivative"),
        ("lightgbm", "poisson", "poisson", "multiple"),
        ("lightgbm", "huber", "huber", "constant"),
        ("lightgbm", "fair", "", "second derivative"),
        ("lightgbm", "multiclass", "sparse_softmax_cross_entropy", "known bound"),
    ],
)
def test_built_in_objectives(package: str, name: str, loss: str, hessian: str) -> None:
    pytest.importorskip(package)
    report = next(one for one in subjects().PACKAGES[package]() if one.name == name).audited()
    assert report.passed, str(report)
    assert report.find(hessian)
    assert not loss or report.matches[0].loss == loss


def test_objectives_that_training_does_not_show_are_refused() -> None:
    with pytest.raises(sl.ParameterError, match="quantile of the residuals"):
        sl.audit("reg:absoluteerror", convention="xgboost")
    with pytest.raises(sl.ParameterError, match="name of a built-in objective"):
        sl.audit("reg:squarederror", convention="numpy")


def test_torch() -> None:
    torch = pytest.importorskip("torch")

    class Wrong(torch.autograd.Function):  # type: ignore[misc, name-defined]
        """A value and the derivative of another one."""

        @staticmethod
        def forward(ctx: Any, z: Any, y: Any) -> Any:
            ctx.save_for_backward(z, y)
            return (z - y) ** 2 / 2

        @staticmethod
        def backward(ctx: Any, upstream: Any) -> Any:
            z, y = ctx.saved_tensors
            return upstream * 2 * (z - y), None

    assert sl.audit(torch.nn.HuberLoss(reduction="none"), "huber", "torch").passed
    assert sl.audit(torch.nn.BCEWithLogitsLoss(), convention="torch").find("mean")
    assert sl.audit(Wrong.apply, convention="torch").find("not of its value")
    assert sl.audit(lambda z, y: Wrong.apply(z, y).mean(), convention="torch").find("not of its value")
    assert sl.audit(torch.nn.HuberLoss(), "huber", "torch").find("own value")


def test_jax() -> None:
    optax = pytest.importorskip("optax")
    assert sl.audit(optax.log_cosh, "log_cosh", "jax").passed


def test_a_framework_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(sl.ParameterError, match="torch is not installed"):
        sl.audit(lambda z, y: (z - y) ** 2, convention="torch")
