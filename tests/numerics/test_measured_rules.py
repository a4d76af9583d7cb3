"""The measured rewrites: what a user types comes out right, in every order and dtype, where plain floats fail."""

from __future__ import annotations

from functools import partial
from typing import Any

import mpmath
import numpy as np
import pytest

from symloss.audit.oracle import Oracle
from tests.laws.bounds import within
from tests.numerics.measured_rules import RULES, MeasuredRule

every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)


def failures(rule: MeasuredRule, dtype: str) -> list[str]:
    """What misses the bound, one line each."""
    oracle, found = Oracle(rule.loss), []
    for sample in rule.samples(dtype):
        arrays = {name: np.asarray([v], dtype if name != "c" else np.int64) for name, v in sample.items()}
        for order in rule.orders:
            for place, got, exact in entries(rule, oracle, order, arrays, sample):
                true = exact(sample)
                if not within(float(got), true, dtype, partial(oracle.condition, exact, sample)):
                    found.append(f"{order}{place} {dtype} {sample}: got {got!r}, exact {mpmath.nstr(true, 20)}")
    return found


def entries(rule: MeasuredRule, oracle: Oracle, order: str, arrays: dict[str, Any], sample: dict[str, Any]) -> Any:
    results = getattr(rule.loss, order)(**arrays)
    if order == "value":
        yield "", results[0], oracle.value
        return
    names = [n for n, s in oracle.declared.items() if s.role == "prediction"]
    for name, result in zip(names, results if isinstance(results, tuple) else (results,), strict=True):
        for place, got in zip(oracle.places(sample, name), np.ravel(result[0]), strict=True):
            yield f" {name}{list(place)}", got, partial(exact_entry, oracle, order, name, place)


def exact_entry(oracle: Oracle, order: str, name: str, place: tuple[int, ...], sample: dict[str, Any]) -> Any:
    if order == "gradient":
        return oracle.slope(sample, name, place)
    return oracle.curvature(sample, (name, place), (name, place))


@every_rule
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_typed_form_comes_out_right(rule: MeasuredRule, dtype: str) -> None:
    assert rule.samples(dtype)
    assert not failures(rule, dtype)
