"""Where a float32 kernel leaves digits out, and where it must not."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import symloss as sl

f, y = sl.prediction("f"), sl.target("y", domain=sl.Unit)


def test_a_kernel_for_float32_calls_short_forms() -> None:
    text = sl.Loss("typed", sp.log(1 + sp.exp(f)) - y * f).source("value", dtype="float32")
    assert "_single" in text


def test_a_difference_that_an_exponential_multiplies_is_computed_in_full() -> None:
    """log B(m k, (1 - m) k) has k times a divergence that is 0 at y = m: a short form would leave 1e-11 of it."""
    loss = sl.get("beta_2")
    assert "_single" not in loss.source("value", dtype="float32")
    value = loss.value(np.float32(0.5), np.float32(0.0), np.float32(355.5))
    assert float(value) == pytest.approx(-176.138, rel=1e-5)
