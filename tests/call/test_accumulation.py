"""Sums and means of a million float32 samples: the campaign of tests/campaigns/accumulation.py in small."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from tests.campaigns.accumulation import LIMIT, SETTINGS, Setting, exact_sum, measured


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.title)
def test_sums_and_means(setting: Setting) -> None:
    found = measured(setting, 300_000)
    assert found["sum"] <= setting.limit
    assert found["mean"] <= setting.limit
    assert found["same"]


def test_the_reference_is_exact() -> None:
    x = np.array([1e300, 1.0, -1e300, 2.0**-1000, 0.1, -0.0])
    total, magnitude = exact_sum(x)
    assert total == sum(map(Fraction, x.tolist()))
    assert magnitude == sum(abs(Fraction(v)) for v in x.tolist())


def test_a_plain_sum_is_told_apart() -> None:
    """Adding in float32, or one after the other in float64, misses the bound by far."""
    rng = np.random.default_rng(0)
    x = rng.normal(0, 100.0, 300_000).astype(np.float32)
    total, magnitude = exact_sum(x.astype(np.float64))
    ulp = float(np.spacing(float(magnitude)))
    assert abs(Fraction(float(np.add.reduce(x))) - total) > LIMIT * ulp
