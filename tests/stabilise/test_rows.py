"""Rows: what a confident row, a mask or a silent weight must not cost."""

from __future__ import annotations

import math

import numpy as np
import sympy as sp

import symloss as sl
from symloss.stabilise.graph import Apply, Builder, Element, Select
from symloss.stabilise.nan import Propagation

K = sl.axis("K")
k = K.indices("k")
z = sl.prediction("z", K)


def test_nan_is_seen_where_every_weight_is_zero() -> None:
    """0*NaN is silenced by the weight, as 0*inf is; the sample is NaN all the same."""
    f = sl.prediction("f")
    builder = Builder()
    weight, entry = (builder.make(Element, name, ()) for name in ("d", "f"))
    propagation = Propagation(builder, (f,))
    weighted = builder.make(Apply, "product_or_zero", (weight, entry))
    assert propagation.carries(weighted) == {"d"}
    assert propagation.carries(builder.make(Apply, "mul", (weight, entry))) == {"d", "f"}
    assert isinstance(propagation.into(weighted), Select)


def test_nan_is_seen_in_a_row_of_zero_weights() -> None:
    d = sl.data("d", K, domain=sl.NonNegative)
    loss = sl.Loss("weighted_ce", -sp.Sum(d[k] * sl.log_softmax(z)[k], k), inputs=(d, z))
    value, gradient = loss.value_and_gradient([[0.0, 0.0], [0.0, 0.0]], [[1.0, math.nan], [1.0, 2.0]])
    assert np.isnan(value).tolist() == [True, False]
    assert np.isnan(gradient).any(axis=1).tolist() == [True, False]
