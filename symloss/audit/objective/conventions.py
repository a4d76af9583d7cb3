"""How each library calls an objective, and how it reads what comes back. One row per convention."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from symloss.errors import ParameterError

from . import frameworks
from .probe import Array, Probe
from .standins import Data, Dataset

Order = Literal["C", "F"]


@dataclass(frozen=True)
class Parts:
    """What a function returned, before it is brought into one layout.

    ``reads_weights`` is whether it took or asked for weights that were there; None where there were none.
    """

    value: Any
    gradient: Any
    hessian: Any = None
    reads_weights: bool | None = None


@dataclass(frozen=True)
class Form:
    """How samples are handed over: predictions as a table ("rows") or flat, labels as integers or floats."""

    raw: Literal["rows", "C", "F"] = "rows"
    integers: bool = False

    def raw_of(self, probe: Probe) -> Array:
        """The predictions; those of a single column are always flat."""
        if probe.columns == 1:
            return probe.raw[:, 0].copy()
        return probe.raw.copy() if self.raw == "rows" else probe.raw.ravel(order=self.raw)

    def target_of(self, probe: Probe) -> Array:
        """The targets, whose dtype matters to functions that index with them."""
        return probe.target.astype(np.int64) if self.integers else probe.target.copy()


Call = Callable[[Any, Probe, Form], Parts]


@dataclass(frozen=True)
class Convention:
    """``sign`` is -1 where derivatives of minus the loss are expected.

    ``flat`` is the order in which the library reads an array without columns, ``forms`` the ways of handing samples
    over that are tried in turn, ``trains`` whether the results steer the growth of trees. ``is_trained`` is a built-in
    objective, whose results are read off leaves: not all of them can be. ``is_symmetric`` is whether predictions and
    targets are two arrays that can be exchanged.
    """

    name: str
    call: Call
    forms: tuple[Form, ...]
    flat: Order | None = None
    sign: int = 1
    trains: bool = True
    is_trained: bool = False
    is_symmetric: bool = False


def convention_of(name: Any) -> Convention:
    """The row of that name; a ParameterError that lists the names for any other."""
    if name not in CONVENTIONS:
        raise ParameterError(f"convention={name!r}; expected one of {', '.join(map(repr, CONVENTIONS))}")
    return CONVENTIONS[name]


# --- gradient boosting ----------------------------------------------------------------------------


def _xgboost(function: Any, probe: Probe, form: Form) -> Parts:
    """``function(predictions, DMatrix)``."""
    return _with_matrix(function, probe, form, Data(probe))


def _lightgbm(function: Any, probe: Probe, form: Form) -> Parts:
    """``function(predictions, Dataset)``."""
    return _with_matrix(function, probe, form, Dataset(probe))


def _with_matrix(function: Any, probe: Probe, form: Form, matrix: Data) -> Parts:
    gradient, hessian = _pair(function(form.raw_of(probe), matrix))
    return Parts(None, gradient, hessian, None if probe.weight is None else "weight" in matrix.asked)


def _xgboost_sklearn(function: Any, probe: Probe, form: Form) -> Parts:
    """``function(y_true, y_pred)``, with ``sample_weight=`` where there are weights."""
    takes = _takes(function, "sample_weight")
    given = {"sample_weight": probe.weight} if takes and probe.weight is not None else {}
    gradient, hessian = _pair(function(form.target_of(probe), form.raw_of(probe), **given))
    return Parts(None, gradient, hessian, None if probe.weight is None else takes)


def _lightgbm_sklearn(function: Any, probe: Probe, form: Form) -> Parts:
    """``function(y_true, y_pred)``, or with weight and group after them: LightGBM counts the arguments."""
    count = _count(function)
    more = (probe.weight, None)[: max(count - 2, 0)]
    gradient, hessian = _pair(function(form.target_of(probe), form.raw_of(probe), *more))
    return Parts(None, gradient, hessian, None if probe.weight is None else count > 2)


def _catboost(function: Any, probe: Probe, form: Form) -> Parts:
    """``calc_ders_range(approxes, targets, weights)`` of one column, ``calc_ders_multi`` of several."""
    reads = None if probe.weight is None else True
    if probe.columns == 1:
        call = getattr(function, "calc_ders_range", function)
        pairs = np.array([tuple(p) for p in call(probe.raw[:, 0], probe.target, probe.weight)], np.float64)
        return Parts(None, pairs[:, 0], pairs[:, 1], reads)
    call = getattr(function, "calc_ders_multi", function)
    weights = np.ones(len(probe)) if probe.weight is None else probe.weight
    made = [call(list(r), y, w) for r, y, w in zip(probe.raw, probe.target, weights, strict=True)]
    first, second = (np.array([m[n] for m in made], np.float64) for n in (0, 1))
    return Parts(None, first, second, reads)


def _pair(returned: Any) -> tuple[Any, Any]:
    if not isinstance(returned, (tuple, list)) or len(returned) != 2:
        raise ParameterError(f"the function returned {_shape_text(returned)}; expected (gradient, hessian)")
    return returned[0], returned[1]


# --- whole arrays and frameworks ------------------------------------------------------------------


def _numpy(function: Any, probe: Probe, form: Form) -> Parts:
    """``function(y_true, raw_prediction)``: a gradient, (gradient, hessian), (value, gradient, hessian) or a mapping.

    A function of one argument is called with the predictions alone.
    """
    takes = _takes(function, "sample_weight")
    given = {"sample_weight": probe.weight} if takes and probe.weight is not None else {}
    arguments = (form.raw_of(probe),) if _count(function) == 1 else (form.target_of(probe), form.raw_of(probe))
    value, gradient, hessian = _three(function(*arguments, **given))
    return Parts(value, gradient, hessian, None if probe.weight is None else takes)


def _three(returned: Any) -> tuple[Any, Any, Any]:
    if isinstance(returned, Mapping):
        unknown = set(returned) - {"value", "gradient", "hessian"}
        if unknown or "gradient" not in returned:
            raise ParameterError(
                f"the function returned a mapping with the keys {sorted(map(str, returned))}; expected 'gradient' and, "
                "if it computes them, 'value' and 'hessian'"
            )
        return returned.get("value"), returned["gradient"], returned.get("hessian")
    if not isinstance(returned, (tuple, list)) or all(np.ndim(part) == 0 for part in returned):
        return None, returned, None
    if len(returned) == 2:
        return None, returned[0], returned[1]
    if len(returned) == 3:
        return returned[0], returned[1], returned[2]
    raise ParameterError(
        f"the function returned {_shape_text(returned)}; expected gradient, (gradient, hessian) or "
        "(value, gradient, hessian)"
    )


def _torch(function: Any, probe: Probe, form: Form) -> Parts:
    """``function(input, target)`` that returns the loss; PyTorch differentiates it."""
    return _differentiated(frameworks.by_torch, function, probe, form)


def _jax(function: Any, probe: Probe, form: Form) -> Parts:
    """``function(predictions, targets)`` that returns the loss, as optax's losses do; JAX differentiates it."""
    return _differentiated(frameworks.by_jax, function, probe, form)


def _differentiated(engine: Any, function: Any, probe: Probe, form: Form) -> Parts:
    # Such a function has no place for the weight of a sample: who trains with it multiplies what it returns.
    return Parts(*engine(function, form.raw_of(probe), form.target_of(probe), probe.columns))


# --- signatures -----------------------------------------------------------------------------------


def _parameters(function: Any) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return []


def _takes(function: Any, name: str) -> bool:
    return any(p.name == name or p.kind is p.VAR_KEYWORD for p in _parameters(function))


def _count(function: Any) -> int:
    """How many arguments a function takes by position and has no default for; 2 where that cannot be known."""
    found = _parameters(function)
    if not found or any(p.kind is p.VAR_POSITIONAL for p in found):
        return 2
    named = ("weight", "sample_weight", "group")
    return sum(
        p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and (p.default is p.empty or p.name in named)
        for p in found
    )


def _shape_text(returned: Any) -> str:
    if isinstance(returned, (tuple, list)):
        return f"{len(returned)} things"
    shape = getattr(returned, "shape", None)
    return type(returned).__name__ if shape is None else f"an array of shape {tuple(shape)}"


_FLOATS = (Form("rows"), Form("F"), Form("C"))
_INTEGERS = (Form("rows", integers=True), Form("rows"))

CONVENTIONS: dict[str, Convention] = {
    row.name: row
    for row in (
        # XGBoost reads (n, K) and, flat, sample by sample; LightGBM reads (n, K) and, flat, class by class.
        Convention("xgboost", _xgboost, (Form("rows"), Form("C"), Form("F")), flat="C"),
        Convention(
            "xgboost-sklearn", _xgboost_sklearn, (Form("rows"), Form("C"), Form("F")), flat="C", is_symmetric=True
        ),
        Convention("lightgbm", _lightgbm, _FLOATS, flat="F"),
        Convention("lightgbm-sklearn", _lightgbm_sklearn, _FLOATS, flat="F", is_symmetric=True),
        # CatBoost maximises: derivatives of minus the loss.
        Convention("catboost", _catboost, (Form("rows"),), flat="C", sign=-1),
        Convention("torch", _torch, _INTEGERS, flat="C", trains=False, is_symmetric=True),
        Convention("jax", _jax, _INTEGERS, flat="C", trains=False, is_symmetric=True),
        Convention("numpy", _numpy, _INTEGERS, flat="C", trains=False, is_symmetric=True),
    )
}
