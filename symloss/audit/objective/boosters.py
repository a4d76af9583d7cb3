"""Objectives that XGBoost and LightGBM have built in, reached through one round of training.

Neither library says what gradient and Hessian its objectives compute, but a leaf that holds one sample does: its value
is -g/(h + lambda). So every sample gets a leaf of its own, and training starts from the raw predictions in question.
XGBoost's dump has h beside the value; of LightGBM two values are taken, one with lambda = 0 and one with lambda = 1.
What a leaf does not tell (h is 0, or so small or large that rounding hides it) is not-a-number.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from symloss.errors import ParameterError

from .conventions import Convention, Form, Parts
from .frameworks import library
from .probe import Array, Probe
from .subject import Subject

REFITTED = ("reg:absoluteerror", "reg:quantileerror", "regression_l1", "l1", "mae", "quantile", "mape")
"""Leaves of these are set to a quantile of the residuals afterwards, so that they tell nothing of gradients."""

LAMBDA = 1e3
"""In XGBoost: the values of leaves then stay below the 0.7 to which some objectives clip them."""

CHUNK = 400
"""Samples per training of LightGBM, whose time grows with the square."""

TELLING = (1e-6, 1e6)
"""Between these two values of lambda = 0 and lambda = 1 differ by enough digits to tell h."""

Pair = tuple[Array, Array]


@dataclass(frozen=True)
class BuiltIn:
    """An objective by its name in the library, with further training parameters."""

    name: str
    classes: int
    options: Mapping[str, Any]


def built_in(name: str, convention: Convention, n_classes: int | None, options: Mapping[str, Any] | None) -> Subject:
    """The objective as a subject; float32, which both libraries keep gradients in."""
    if convention.name not in _TRAINED:
        raise ParameterError(
            f"function={name!r} is the name of a built-in objective; expected convention='xgboost' or 'lightgbm' with "
            f"it, not {convention.name!r}"
        )
    if name in REFITTED:
        raise ParameterError(
            f"{name!r}: its leaves are set to a quantile of the residuals after the tree is grown, so that training "
            f"does not show its gradient"
        )
    train = _TRAINED[convention.name]

    def call(function: BuiltIn, probe: Probe, form: Form) -> Parts:
        gradient, hessian = (part.astype(np.float32) for part in train(function, probe))
        return Parts(None, gradient, hessian, None if probe.weight is None else True)

    row = replace(convention, call=call, forms=(Form("rows"),), is_trained=True)
    return Subject(BuiltIn(name, n_classes or 1, options or {}), row)


# --- XGBoost --------------------------------------------------------------------------------------


def _xgboost(function: BuiltIn, probe: Probe) -> Pair:
    """A training for every sample: of several in one tree those of equal gradient would share a leaf."""
    xgboost = library("xgboost")
    parameters = _xgboost_parameters(function)
    leaves = np.array([_leaves(xgboost, parameters, probe.rows(slice(n, n + 1))) for n in range(len(probe))])
    value, hessian = leaves[:, :, 0], leaves[:, :, 1]
    return np.where(hessian > 0, -value * (hessian + LAMBDA), np.nan), hessian


def _leaves(xgboost: Any, parameters: dict[str, Any], probe: Probe) -> list[tuple[float, float]]:
    """(value, Hessian) of the only leaf of each tree."""
    matrix = xgboost.DMatrix(np.zeros((1, 1)), label=probe.target, weight=probe.weight)
    matrix.set_base_margin(np.ascontiguousarray(probe.raw if probe.columns > 1 else probe.raw[:, 0]))
    booster = xgboost.Booster(parameters, [matrix])
    booster.update(matrix, 0)
    return [_leaf(dump) for dump in booster.get_dump(with_stats=True, dump_format="json")]


def _leaf(dump: str) -> tuple[float, float]:
    try:
        node = json.loads(dump)
    except ValueError:  # XGBoost writes an infinity as JSON cannot
        return np.nan, np.nan
    return node["leaf"], node["cover"]


def _xgboost_parameters(function: BuiltIn) -> dict[str, Any]:
    classes = {"num_class": function.classes} if function.classes > 1 else {}
    return {
        "min_child_weight": 0.0,
        "eta": 1.0,
        "max_depth": 1,
        "tree_method": "exact",
        "nthread": 1,
        "verbosity": 0,
        "base_score": 0.5,
        **classes,
        **function.options,
        "lambda": LAMBDA,
        "objective": function.name,
    }


# --- LightGBM -------------------------------------------------------------------------------------


def _lightgbm(function: BuiltIn, probe: Probe) -> Pair:
    parts = [_trained_together(function, probe.rows(slice(n, n + CHUNK))) for n in range(0, len(probe), CHUNK)]
    gradient, hessian = (np.concatenate([part[n] for part in parts]) for n in (0, 1))
    return gradient, hessian


def _trained_together(function: BuiltIn, probe: Probe) -> Pair:
    lightgbm = library("lightgbm")
    n, columns = len(probe), function.classes
    parameters = _lightgbm_parameters(function, n)
    order = np.arange(n, dtype=np.float64)[:, None]
    # A tree with a leaf for each sample: the gradients are told apart by a shuffle of 0, 1, ..., n - 1.
    numbers = np.repeat(_shuffled(n), columns, axis=1)
    given = numbers if columns > 1 else numbers[:, 0]
    grown = lightgbm.train(
        {**parameters, "objective": lambda raw, data: (given.copy(), np.ones_like(given))},
        lightgbm.Dataset(order, label=np.zeros(n), params=parameters),
        num_boost_round=1,
    )
    model = grown.model_to_string()
    plain, damped = (
        _refitted(lightgbm.Booster(model_str=model), {**parameters, "lambda_l2": l2}, function.name, order, probe)
        for l2 in (0.0, 1.0)
    )
    with np.errstate(all="ignore"):
        hessian = damped / (plain - damped)
        hessian = np.where((hessian > TELLING[0]) & (hessian < TELLING[1]), hessian, np.nan)
    return -plain * hessian, hessian


def _refitted(booster: Any, parameters: dict[str, Any], objective: str, order: Array, probe: Probe) -> Array:
    """The values of the leaves when they are set by the objective, (n, K)."""
    booster.params = {**parameters, "objective": objective}
    leaves = booster.predict(order, pred_leaf=True).reshape(len(probe), -1)
    raw = probe.raw if leaves.shape[1] > 1 else probe.raw[:, 0]
    again = booster.refit(order, probe.target, decay_rate=0.0, weight=probe.weight, init_score=raw)
    return np.array([[again.get_leaf_output(k, int(leaf)) for k, leaf in enumerate(row)] for row in leaves])


def _lightgbm_parameters(function: BuiltIn, n: int) -> dict[str, Any]:
    return {
        "num_leaves": max(n, 2),
        "min_data_in_leaf": 1,
        "min_sum_hessian_in_leaf": 0.0,
        "lambda_l2": 0.0,
        "learning_rate": 1.0,
        "boost_from_average": False,
        "max_bin": n + 2,
        "min_data_in_bin": 1,
        "feature_pre_filter": False,
        "num_threads": 1,
        "verbose": -1,
        **({"num_class": function.classes} if function.classes > 1 else {}),
        **function.options,
    }


def _shuffled(n: int) -> Array:
    """0, 1, ..., n - 1 in an order in which neighbours have little to do with each other, as a column."""
    return np.random.default_rng(n).permutation(n).astype(np.float64)[:, None]


_TRAINED: dict[str, Callable[[BuiltIn, Probe], Pair]] = {"xgboost": _xgboost, "lightgbm": _lightgbm}
