"""What the laws loop over."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import symloss as sl
from symloss.audit.oracle import Oracle
from symloss.declare.roles import role_symbol
from tests.registry.formulas import formula_of

NAMES = sl.names()
METRICS = tuple(name for name in NAMES if sl.get(name).is_metric)
LOSSES = tuple(name for name in NAMES if name not in METRICS)
every_name = pytest.mark.parametrize("name", NAMES)
every_loss = pytest.mark.parametrize("name", LOSSES)
every_metric = pytest.mark.parametrize("name", METRICS)
"""A metric has a value and no derivative: laws of values are for every name, those of derivatives for losses."""

SHORT = (
    "squared_error",
    "huber",
    "binary_cross_entropy_with_logits",
    "focal",
    "normal",
    "hinge",
    "softmax_cross_entropy",
    "dice",
)
"""For laws of the call layer, which do not depend on the formula: one of every shape of input."""
some_losses = pytest.mark.parametrize("name", [n for n in NAMES if n in SHORT])


@cache
def oracle(name: str) -> Oracle:
    return Oracle(sl.get(name), formula_of(name))


def predictions(loss: sl.Loss) -> list[str]:
    return [role_symbol(p).name for p in loss.declaration.predictions]


def whole_matrix(loss: sl.Loss, arrays: dict[str, Any], matrix: Any) -> Any:
    """A matrix of every sample over all entries of all predictions, be it one array or blocks of them."""
    sizes = {name: int(np.prod(arrays[name].shape[1:])) for name in predictions(loss)}
    if not isinstance(matrix, tuple):
        return np.reshape(matrix, (len(matrix), sum(sizes.values()), sum(sizes.values())))
    blocks = [
        [np.reshape(block, (len(block), sizes[a], sizes[b])) for b, block in zip(sizes, row, strict=True)]
        for a, row in zip(sizes, matrix, strict=True)
    ]
    return np.concatenate([np.concatenate(row, axis=2) for row in blocks], axis=1)


def as_tuple(result: Any) -> tuple[Any, ...]:
    """All arrays of a result, whatever its structure."""
    if isinstance(result, tuple):
        return tuple(a for part in result for a in as_tuple(part))
    return (result,)


def same_bits(a: Any, b: Any) -> bool:
    """Equal to the last bit, -0.0 and 0.0 apart; any NaN is as good as any other."""
    if isinstance(a, tuple) or isinstance(b, tuple):
        return len(a) == len(b) and all(map(same_bits, a, b))
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    bits = f"i{a.itemsize}"
    a, b = np.ascontiguousarray(a), np.ascontiguousarray(b)
    return bool(np.all((a.view(bits) == b.view(bits)) | (np.isnan(a) & np.isnan(b))))
