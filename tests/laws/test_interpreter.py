"""For every loss of the catalogue the compiled kernel does what the interpreter of the loop IR does, to the bit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import symloss as sl
from symloss.declare.points import axis_lengths
from symloss.elementary.table import callables
from symloss.lower.interpret import interpret
from symloss.lower.ir import Nest, Variant
from symloss.pipeline import Request
from tests.laws.catalogue import every_name, predictions, same_bits
from tests.laws.sampling import LENGTH, Batch, batches, draw
from tests.lower.running import Inputs, results


def value_and_gradient(loss: sl.Loss) -> tuple[Request, ...]:
    """What the method of that name asks for, so that its kernel is used; of a metric the value."""
    if loss.is_metric:
        return (Request("value"),)
    return (Request("value"), *(Request("gradient", (name,)) for name in predictions(loss)))


def inputs(loss: sl.Loss, nest: Nest, batch: Batch) -> Inputs:
    lengths = axis_lengths(loss.declaration.axes, LENGTH)
    return Inputs(nest, batch.length, lengths, {**batch.arrays, **batch.parameters})


def run_both(loss: sl.Loss, nest: Nest, batch: Batch) -> list[tuple[str, Any, Any]]:
    """(name, compiled, interpreted) for everything that a call writes."""
    given = inputs(loss, nest, batch)
    compiled, interpreted = given.arguments(), given.arguments()
    loss.pipeline.kernel(value_and_gradient(loss), Variant()).run(*compiled)
    interpret(nest, interpreted, callables())
    left, right = results(nest, compiled), results(nest, interpreted)
    return [(name, left[name], right[name]) for name in left]


@every_name
def test_compiled_is_interpreted(name: str) -> None:
    loss = sl.get(name)
    nest = loss.pipeline.nest(value_and_gradient(loss), Variant())
    for batch in batches(loss, ordinary=2):
        for output, compiled, interpreted in run_both(loss, nest, batch):
            assert same_bits(compiled, interpreted), (batch.kind, output)


def test_another_nest_is_told_apart() -> None:
    """The law bites: the interpreter of a gradient without its last factor differs."""
    loss, other = sl.get("softmax_cross_entropy"), sl.get("kl_divergence")
    nest = replace(other.pipeline.nest(value_and_gradient(other), Variant()))
    batch = draw(loss, 3)
    different = [name for name, a, b in run_both(loss, nest, batch) if not np.array_equal(a, b)]
    assert different == ["value"], "the two differ by the entropy of the target, and in nothing else"


@pytest.mark.parametrize("name", ["focal", "softmax_squared_error"])
def test_nan_and_infinity(name: str) -> None:
    loss = sl.get(name)
    nest = loss.pipeline.nest(value_and_gradient(loss), Variant())
    batch = draw(loss, 6)
    flat = batch.arrays[predictions(loss)[0]].reshape(6, -1)
    flat[:4, 0] = [np.nan, np.inf, -np.inf, -0.0]
    for output, compiled, interpreted in run_both(loss, nest, batch):
        assert same_bits(compiled, interpreted), output
