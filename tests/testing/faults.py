"""Losses with one thing wrong, each with the law that must catch it.

A fault is planted in what a loss returns, the same from every entry point unless it says otherwise: ``changes`` maps a
result to a function of it and of the call's arguments, ``instead`` a method to what is called in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import symloss as sl

Change = Callable[[Any, dict[str, Any]], Any]


class Faulty(sl.Loss):
    """A loss that calls the right one and spoils the result."""

    right: sl.Loss
    changes: dict[str, Change]
    instead: dict[str, Callable[..., Any]]

    @classmethod
    def of(cls, fault: Fault) -> Faulty:
        right = sl.get(fault.loss)
        loss = cls.from_declaration(right.declaration)
        assert isinstance(loss, Faulty)
        loss.right, loss.changes, loss.instead = right, fault.changes, fault.instead
        return loss

    def changed(self, what: str, result: Any, call: dict[str, Any]) -> Any:
        return self.changes[what](result, call) if what in self.changes else result

    def run(self, method: str, whats: tuple[str, ...], call: dict[str, Any]) -> Any:
        if method in self.instead:
            return self.instead[method](self.right, **call)
        result = getattr(self.right, method)(**call)
        if len(whats) == 1:
            return self.changed(whats[0], result, call)
        return tuple(self.changed(w, r, call) for w, r in zip(whats, result, strict=True))

    def __call__(self, **call: Any) -> Any:
        if "__call__" in self.instead:
            return self.instead["__call__"](self.right, **call)
        return float(self.value(**call, reduction="mean"))

    def value(self, **call: Any) -> Any:
        return self.run("value", ("value",), call)

    def gradient(self, **call: Any) -> Any:
        predictions = (None, *self.outline.predictions)
        return self.run("gradient", ("gradient" if call.get("wrt") in predictions else "parameter",), call)

    def hessian(self, **call: Any) -> Any:
        return self.run("hessian", ("hessian",), call)

    def value_and_gradient(self, **call: Any) -> Any:
        return self.run("value_and_gradient", ("value", "gradient"), call)

    def gradient_and_hessian(self, **call: Any) -> Any:
        return self.run("gradient_and_hessian", ("gradient", "hessian"), call)

    def hessian_matrix(self, **call: Any) -> Any:
        return self.run("hessian_matrix", ("matrix",), call)

    def hvp(self, **call: Any) -> Any:
        return self.run("hvp", ("hvp",), call)

    def fisher_matrix(self, **call: Any) -> Any:
        return self.run("fisher_matrix", ("fisher",), call)

    def fit_intercept_only(self, **call: Any) -> Any:
        return self.run("fit_intercept_only", ("intercept",), call)


@dataclass(frozen=True)
class Fault:
    """What is wrong, in which loss, and the name of the law that catches it."""

    what: str
    loss: str
    law: str
    changes: dict[str, Change] = field(default_factory=dict)
    instead: dict[str, Callable[..., Any]] = field(default_factory=dict)
    claims: tuple[str, ...] = ()


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-np.asarray(x)))


def scaled(factor: float) -> Change:
    return lambda result, call: result * np.asarray(result).dtype.type(factor)


def per_sample(change: Change) -> Change:
    """A change of what is neither reduced nor weighted."""
    return lambda result, call: result if "reduction" in call or "sample_weight" in call else change(result, call)


def single(result: Any, call: dict[str, Any]) -> Any:
    return np.asarray(result).astype(np.float32).astype(np.asarray(result).dtype)


def with_column(result: Any, change: Callable[[Any], Any]) -> Any:
    spoilt = np.array(result)
    spoilt[:, 0] = change(spoilt[:, 0])
    return spoilt


# --- of single numbers --------------------------------------------------------------------------------


def by_the_probability(g: Any, call: dict[str, Any]) -> Any:
    p = sigmoid(call["f"])
    return np.where(p * (1 - p) > 0, g / (p * (1 - p)), g)


def huber_slope(g: Any, call: dict[str, Any]) -> Any:
    """The threshold a thousandth further out."""
    r, delta = call["f"] - call["y"], call["delta"] + 1e-3
    return np.where(np.abs(r) <= delta, r, delta * np.sign(r))


def huber_curvature(h: Any, call: dict[str, Any]) -> Any:
    return (np.abs(call["f"] - call["y"]) <= call["delta"] + 1e-3).astype(h.dtype)


def guarded_log(v: Any, call: dict[str, Any]) -> Any:
    p = sigmoid(call["f"])
    return -call["y"] * np.log(p + 1e-7) - (1 - call["y"]) * np.log(1 - p + 1e-7)


def naive_softplus(v: Any, call: dict[str, Any]) -> Any:
    return np.log(1 + np.exp(call["f"])) - call["y"] * call["f"]


def nan_at_infinity(g: Any, call: dict[str, Any]) -> Any:
    return np.where(np.isinf(call["f"]), np.nan, g)


def at_a_kink_from_the_right(g: Any, call: dict[str, Any]) -> Any:
    return np.where(call["y"] * call["f"] == 1, 0.0, g).astype(g.dtype)


# --- of rows --------------------------------------------------------------------------------------------


def columns_first(g: Any, call: dict[str, Any]) -> Any:
    return np.ascontiguousarray(g.T).reshape(g.shape)


def overflowing(v: Any, call: dict[str, Any]) -> Any:
    with np.errstate(all="ignore"):
        e = np.exp(call["z"])
        return v * (np.sum(e, axis=1) / np.sum(e, axis=1))


def spread_over_masks(g: Any, call: dict[str, Any]) -> Any:
    return np.where(np.isneginf(call["z"]), 1 / g.shape[1], g)


def ragged(right: sl.Loss, **call: Any) -> Any:
    sizes = call.get("groups")
    result = right.value_and_gradient(**call)
    if sizes is None:
        return result
    return result[0], np.concatenate([result[1][1:], result[1][:1]])


# --- of calls -------------------------------------------------------------------------------------------


def unweighted(result: Any, call: dict[str, Any]) -> Any:
    weight = call.get("sample_weight")
    if weight is None or "reduction" in call:
        return result
    weight = np.where(np.asarray(weight) == 0, 1, weight).reshape(-1, *[1] * (result.ndim - 1))
    return result / weight.astype(result.dtype)


def spoilt_by_nan(result: Any, call: dict[str, Any]) -> Any:
    return np.where(np.isnan(result).any(), np.nan, result)


def nan_times_zero(result: Any, call: dict[str, Any]) -> Any:
    if call.get("sample_weight") is None:
        return result
    spoilt = sum(np.isnan(np.asarray(a, float)) for a in (call["y"], call["f"])).astype(bool)
    return np.where(spoilt, np.nan, result)


def mean_taken_twice(v: Any, call: dict[str, Any]) -> Any:
    return v / np.size(call["f"]) if call.get("reduction") == "mean" else v


def summed_in_single(right: sl.Loss, **call: Any) -> Any:
    if call.pop("reduction", "none") == "none":
        return right.value(**call)
    return float(np.add.reduce(right.value(**call).astype(np.float32)))


def mean_not_divided(g: Any, call: dict[str, Any]) -> Any:
    return g * np.size(call["f"]) if call.get("reduction") == "mean" else g


def another_order_in_threads(v: Any, call: dict[str, Any]) -> Any:
    return np.nextafter(v, np.inf) if (call.get("n_threads") or 1) > 1 else v


def ignoring_strides(right: sl.Loss, **call: Any) -> Any:
    f = call["f"]
    if isinstance(f, np.ndarray) and f.ndim == 1 and f.strides[0] != f.itemsize and f.base is not None:
        call["f"] = np.ravel(f.base).view(f.dtype)[: len(f)]
    return right.value_and_gradient(**call)


def always_double(result: Any, call: dict[str, Any]) -> Any:
    return np.asarray(result).astype(np.float64)


def flattened(result: Any, call: dict[str, Any]) -> Any:
    return np.ravel(result) if np.ndim(call["f"]) > 1 else result


def never_empty(result: Any, call: dict[str, Any]) -> Any:
    return result if np.size(result) else np.zeros(1)


def out_forgotten(right: sl.Loss, **call: Any) -> Any:
    out = call.pop("out", None)
    result = right.value_and_gradient(**call)
    return result if out is None else out


def clipped_targets(method: str) -> Callable[..., Any]:
    def call(right: sl.Loss, **call: Any) -> Any:
        call["y"] = np.nan_to_num(np.clip(call["y"], 0, 1))
        return getattr(right, method)(**call)

    return call


def last_class_for_minus_one(right: sl.Loss, **call: Any) -> Any:
    call["c"] = np.where(np.asarray(call["c"]) < 0, np.shape(call["z"])[1] - 1, call["c"])
    return right.value(**call)


SLOPE, KINK = "gradient_is_the_slope_of_the_value", "gradient_at_a_kink_is_the_declared_one"
BCE, CE, SPARSE = "binary_cross_entropy_with_logits", "softmax_cross_entropy", "sparse_softmax_cross_entropy"

FAULTS: tuple[Fault, ...] = (
    Fault("a factor 2 is dropped", "squared_error", "gradient_is_exact", {"gradient": scaled(0.5)}),
    Fault("twelve digits are right", BCE, "gradient_is_exact", {"gradient": scaled(1 + 2.0**-44)}),
    Fault("a gradient of zeros", BCE, "gradient_is_exact", {"gradient": scaled(0.0)}),
    Fault("a gradient of NaN", "huber", "finite_in_finite_out", {"gradient": scaled(float("nan"))}),
    Fault("the wrong sign", BCE, SLOPE, {"gradient": scaled(-1.0)}),
    Fault("2p(1-p) for p(1-p)", SPARSE, "hessian_is_exact", {"hessian": scaled(2.0)}),
    Fault("p(1-p) for 2p(1-p)", "squared_error", "hessian_is_the_slope_of_the_gradient", {"matrix": scaled(0.5)}),
    Fault("a column-major gradient read by rows", SPARSE, "batch_is_its_rows", {"gradient": columns_first}),
    Fault("the gradient by the probability", BCE, SLOPE, {"gradient": by_the_probability}),
    Fault(
        "the chain rule's exp(f) is missing",
        "poisson",
        "gradient_is_exact",
        {"gradient": lambda g, call: g / np.exp(call["f"])},
    ),
    Fault(
        "sigmoid(f) - y as it stands",
        BCE,
        "gradient_is_exact",
        {"gradient": lambda g, call: (sigmoid(call["f"]) - call["y"]).astype(g.dtype)},
    ),
    Fault("log(1 + exp(f)) as it stands", BCE, "finite_in_finite_out", {"value": naive_softplus}),
    Fault("probabilities clipped at 1e-7", BCE, "value_is_exact", {"value": guarded_log}),
    Fault("a loss cut off at 100", "poisson", "accurate", {"value": lambda v, call: np.minimum(v, 100)}),
    Fault(
        "the kink at the wrong threshold", "huber", "accurate", {"gradient": huber_slope, "hessian": huber_curvature}
    ),
    Fault("at a kink one side", "hinge", KINK, {"gradient": at_a_kink_from_the_right}),
    Fault("digits of float32 in float64", "log_cosh", "value_is_exact", {"value": single}),
    Fault("float64 out of float32", "huber", "dtype_changes_only_rounding", {"gradient": always_double}),
    Fault("NaN at infinity", BCE, "infinite_prediction_gives_the_limit", {"gradient": nan_at_infinity}),
    Fault("softmax without its maximum taken out", SPARSE, "finite_in_finite_out", {"value": overflowing}),
    Fault("the derivative by a parameter", "huber", "parameter_gradient_is_exact", {"parameter": scaled(-1.0)}),
    Fault(
        "off the diagonal the other sign",
        "normal",
        "hessian_matrix_is_exact",
        {"matrix": lambda m, call: np.where(np.eye(m.shape[-1], dtype=bool), m, -m)},
    ),
    Fault("half of a matrix is left out", SPARSE, "hessian_is_symmetric", {"matrix": lambda m, call: np.triu(m)}),
    Fault(
        "the Fisher information for the Hessian",
        "normal",
        "hessian_is_the_diagonal_of_the_matrix",
        {"hessian": lambda h, call: (h[0], np.full_like(h[1], 2.0))},
    ),
    Fault(
        "the diagonal for the Hessian",
        SPARSE,
        "hvp_is_hessian_times_vector",
        instead={"hvp": lambda right, vector, **call: right.hessian(**call) * vector},
    ),
    Fault(
        "gradient alone has another sign",
        "poisson",
        "entry_points_agree",
        instead={"gradient": lambda right, **call: -right.gradient(**call)},
    ),
    Fault(
        "the Fisher information is halved", "poisson", "fisher_is_the_variance_of_the_score", {"fisher": scaled(0.5)}
    ),
    Fault(
        "the Fisher information of the variance, for the log-scale",
        "normal",
        "fisher_is_the_expected_hessian",
        {"fisher": lambda m, call: m * np.array([[1, 1], [1, 0.25]])},
    ),
    Fault("weights are ignored", "log_cosh", "weights_multiply", {"gradient": unweighted}),
    Fault("zero times NaN", "huber", "zero_weight_silences", {"gradient": nan_times_zero}),
    Fault("one NaN spoils all", "huber", "nan_stays_in_its_sample", {"gradient": spoilt_by_nan}),
    Fault(
        "NaN is replaced by 0",
        "squared_error",
        "nan_stays_in_its_sample",
        {"gradient": lambda g, call: np.nan_to_num(g, posinf=np.inf, neginf=-np.inf)},
    ),
    Fault("the mean is taken twice", "huber", "reductions_add_up", {"value": mean_taken_twice}),
    Fault("sums in float32", "squared_error", "reductions_add_up", instead={"value": summed_in_single}),
    Fault(
        "the mean's gradient is not divided",
        "huber",
        "reduced_derivatives_are_those_of_the_reduced_value",
        {"gradient": mean_not_divided},
    ),
    Fault(
        "the sum for the mean",
        "huber",
        "call_is_the_mean_value",
        instead={"__call__": lambda right, **call: float(right.value(**call, reduction="sum"))},
    ),
    Fault("threads add in another order", "huber", "threads_change_nothing", {"value": another_order_in_threads}),
    Fault("strides are ignored", "huber", "layout_changes_nothing", instead={"value_and_gradient": ignoring_strides}),
    Fault("batch dimensions are flattened", "huber", "batch_dimensions_fold", {"gradient": flattened}),
    Fault("one result for no sample", "huber", "none_and_one_sample", {"value": never_empty}),
    Fault("out= is forgotten", "huber", "out_is_filled", instead={"value_and_gradient": out_forgotten}),
    Fault("pickling forgets a change", "huber", "pickle_changes_nothing", {"value": scaled(2.0)}),
    Fault(
        "a gradient that does not sum to 0",
        CE,
        "shifting_a_row_changes_nothing",
        {"gradient": lambda g, call: g + np.asarray(1e-3, g.dtype)},
    ),
    Fault(
        "the first class counts twice",
        CE,
        "permuting_a_row_permutes_its_gradient",
        {"gradient": lambda g, call: with_column(g, lambda column: 2 * column)},
    ),
    Fault(
        "masked classes are pulled", SPARSE, "masked_class_is_as_if_it_were_not_there", {"gradient": spread_over_masks}
    ),
    Fault(
        "the only class is pulled",
        CE,
        "one_class_is_certain",
        {"gradient": lambda g, call: g - 1 if g.shape[1] == 1 else g},
    ),
    Fault("ragged rows are off by one", SPARSE, "ragged_rows_are_the_rows", instead={"value_and_gradient": ragged}),
    Fault("a likelihood said to be nonnegative", "normal", "value_is_not_negative", claims=("nonnegative",)),
    Fault("a focal loss said to be convex", "focal", "value_is_convex", claims=("convex",)),
    Fault("a quantile loss of q = 0.9 said to be symmetric", "quantile", "value_is_symmetric", claims=("symmetric",)),
    Fault(
        "the mean for its logit", BCE, "minimiser_minimises", {"intercept": lambda c, call: float(np.mean(call["y"]))}
    ),
    Fault("a target of 2 is clipped to 1", BCE, "bad_input_is_refused", instead={"value": clipped_targets("value")}),
    Fault("class -1 is the last class", SPARSE, "bad_input_is_refused", instead={"value": last_class_for_minus_one}),
)
