"""The functions that docs/audit.md is about: one row each, with how it is called.

A row imports its package when it is asked for, so that a package that is missing leaves its rows out and nothing else.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

import symloss as sl


@dataclass(frozen=True)
class Subject:
    """A function of a package: its name there, how to get it, and the options of the audit."""

    package: str
    name: str
    make: Callable[[], Any]
    options: dict[str, Any] = field(default_factory=dict)

    def audited(self) -> Any:
        """Its report."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return sl.audit(self.make(), name=self.name, **self.options)


# --- bokbokbok, imlightgbm, Imbalance-XGBoost -------------------------------------------------------


def _bokbokbok() -> Iterator[Subject]:
    from bokbokbok.loss_functions.classification import WeightedCrossEntropyLoss, WeightedFocalLoss
    from bokbokbok.loss_functions.regression import LogCoshLoss, SPELoss

    given = {"convention": "xgboost"}
    yield Subject("bokbokbok", "WeightedCrossEntropyLoss(alpha=2)", lambda: WeightedCrossEntropyLoss(2.0), given)
    yield Subject("bokbokbok", "WeightedFocalLoss(alpha=1, gamma=2)", lambda: WeightedFocalLoss(1.0, 2.0), given)
    yield Subject("bokbokbok", "LogCoshLoss()", LogCoshLoss, given)
    yield Subject("bokbokbok", "SPELoss()", SPELoss, given)


def _imlightgbm() -> Iterator[Subject]:
    from imlightgbm import objective

    given = {"convention": "lightgbm-sklearn"}
    focal, weighted = objective.binary_focal_objective, objective.binary_weighted_objective
    yield Subject("imlightgbm", "binary_focal_objective(gamma=2)", lambda: partial(focal, gamma=2.0), given)
    yield Subject("imlightgbm", "binary_weighted_objective(alpha=2)", lambda: partial(weighted, alpha=2.0), given)
    four = {**given, "n_classes": 4}
    multi = {
        "multiclass_focal_objective(gamma=2)": partial(objective.multiclass_focal_objective, gamma=2.0, num_class=4),
        "multiclass_weighted_objective(alpha=2)": partial(
            objective.multiclass_weighted_objective, alpha=2.0, num_class=4
        ),
    }
    for name, function in multi.items():
        yield Subject("imlightgbm", name, lambda function=function: function, four)


def _imbalance_xgboost() -> Iterator[Subject]:
    from imxgboost.focal_loss import Focal_Binary_Loss
    from imxgboost.weighted_loss import Weight_Binary_Cross_Entropy

    given = {"convention": "xgboost"}
    yield Subject(
        "imbalance-xgboost", "Focal_Binary_Loss(gamma=2)", lambda: Focal_Binary_Loss(2.0).focal_binary_object, given
    )
    yield Subject(
        "imbalance-xgboost",
        "Weight_Binary_Cross_Entropy(alpha=2)",
        lambda: Weight_Binary_Cross_Entropy(2.0).weighted_binary_cross_entropy,
        given,
    )


# --- NGBoost --------------------------------------------------------------------------------------


def scored(distribution: Any, score: Any) -> Callable[[Any, Any], Any]:
    """Value, gradient and metric of a distribution under a score, as NGBoost computes them."""
    from ngboost.manifold import manifold

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        both = manifold(score, distribution)

    def function(y: Any, parameters: Any) -> Any:
        made = both(parameters.T if parameters.ndim > 1 else parameters[None, :])
        return made.score(y), made.d_score(y), made.metric()

    return function


def _ngboost() -> Iterator[Subject]:
    from ngboost.distns import cauchy, gamma, laplace, normal, poisson, t

    rows = (
        (normal.Normal, 2),
        (laplace.Laplace, 2),
        (t.TFixedDf, 2),
        (cauchy.Cauchy, 2),
        (gamma.Gamma, 2),
        (poisson.Poisson, 1),
        (t.T, 3),
    )
    for distribution, outputs in rows:
        for score in distribution.scores:
            given = {"n_outputs": outputs} if outputs > 1 else {}
            name = f"{distribution.__name__}, {'CRPS' if 'CRPS' in score.__name__ else 'log score'}"
            yield Subject("ngboost", name, partial(scored, distribution, score), given)


# --- scikit-learn, statsmodels ----------------------------------------------------------------------


def differentiated(loss: Any) -> Callable[..., Any]:
    """Value, gradient and Hessian of one of scikit-learn's private loss objects."""

    def function(y_true: Any, raw_prediction: Any, sample_weight: Any = None) -> Any:
        y = np.ascontiguousarray(y_true, np.float64)
        raw = np.ascontiguousarray(raw_prediction)
        value = loss.loss(y_true=y, raw_prediction=raw, sample_weight=sample_weight)
        return value, *loss.gradient_hessian(y_true=y, raw_prediction=raw, sample_weight=sample_weight)

    return function


def _scikit_learn() -> Iterator[Subject]:
    from sklearn._loss import loss

    rows = (
        (loss.HalfSquaredError(), {}),
        (loss.AbsoluteError(), {}),
        (loss.PinballLoss(quantile=0.3), {}),
        (loss.HuberLoss(delta=1.4), {}),
        (loss.HalfPoissonLoss(), {"targets": "nonnegative"}),
        (loss.HalfGammaLoss(), {"targets": "positive"}),
        (loss.HalfTweedieLoss(power=1.5), {"targets": "nonnegative"}),
        (loss.HalfBinomialLoss(), {"targets": "unit"}),
        (loss.ExponentialLoss(), {"targets": "binary"}),
        (loss.HalfMultinomialLoss(n_classes=3), {"n_classes": 3}),
    )
    for one, given in rows:
        yield Subject("scikit-learn", type(one).__name__, lambda one=one: differentiated(one), given)


def _statsmodels() -> Iterator[Subject]:
    from statsmodels.genmod.families import links

    z = sl.prediction("z")
    mean = sl.Loss("inverse_logit", sl.sigmoid(z))
    logit = links.Logit()
    yield Subject(
        "statsmodels",
        "Logit.inverse_deriv and inverse_deriv2",
        lambda: lambda z: (logit.inverse_deriv(z), logit.inverse_deriv2(z)),
        {"loss": mean},
    )


# --- boosters ---------------------------------------------------------------------------------------


def _xgboost() -> Iterator[Subject]:
    import xgboost  # noqa: F401

    for name, given in (
        ("reg:squarederror", {}),
        ("reg:pseudohubererror", {}),
        ("reg:squaredlogerror", {"targets": "nonnegative"}),
        ("binary:logistic", {"targets": "unit"}),
        ("binary:hinge", {"targets": "binary"}),
        ("count:poisson", {"targets": "nonnegative"}),
        ("reg:gamma", {"targets": "positive"}),
        ("reg:tweedie", {"targets": "nonnegative"}),
        ("multi:softprob", {"n_classes": 3}),
    ):
        yield Subject("xgboost", name, lambda name=name: name, {"convention": "xgboost", **given})


def _lightgbm() -> Iterator[Subject]:
    import lightgbm  # noqa: F401

    for name, given in (
        ("regression", {}),
        ("huber", {}),
        ("fair", {}),
        ("binary", {"targets": "binary"}),
        ("cross_entropy", {"targets": "unit"}),
        ("cross_entropy_lambda", {"targets": "unit"}),
        ("poisson", {"targets": "nonnegative"}),
        ("gamma", {"targets": "positive"}),
        ("tweedie", {"targets": "nonnegative"}),
        ("multiclass", {"n_classes": 3}),
        ("multiclassova", {"n_classes": 3}),
    ):
        yield Subject("lightgbm", name, lambda name=name: name, {"convention": "lightgbm", **given})


# --- frameworks -------------------------------------------------------------------------------------


def _torch() -> Iterator[Subject]:
    from torch import nn

    given = {"convention": "torch"}
    yield Subject("torch", "BCEWithLogitsLoss()", nn.BCEWithLogitsLoss, given)
    yield Subject("torch", "HuberLoss(delta=1.4)", lambda: nn.HuberLoss(delta=1.4, reduction="none"), given)
    yield Subject("torch", "PoissonNLLLoss()", lambda: nn.PoissonNLLLoss(reduction="none"), given)
    yield Subject("torch", "CrossEntropyLoss()", nn.CrossEntropyLoss, {**given, "n_classes": 4})


def _optax() -> Iterator[Subject]:
    import optax

    given = {"convention": "jax"}
    yield Subject("optax", "sigmoid_binary_cross_entropy", lambda: optax.sigmoid_binary_cross_entropy, given)
    yield Subject("optax", "log_cosh", lambda: optax.log_cosh, given)


PACKAGES: dict[str, Callable[[], Iterator[Subject]]] = {
    "bokbokbok": _bokbokbok,
    "imlightgbm": _imlightgbm,
    "imbalance-xgboost": _imbalance_xgboost,
    "ngboost": _ngboost,
    "statsmodels": _statsmodels,
    "scikit-learn": _scikit_learn,
    "xgboost": _xgboost,
    "lightgbm": _lightgbm,
    "torch": _torch,
    "optax": _optax,
}
