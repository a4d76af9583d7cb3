"""Loops that hand their values to sums section by section."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import symloss as sl
from symloss.compile.emit import emit
from symloss.compile.store import load, write
from symloss.elementary.table import callables
from symloss.loss.plans import requested
from symloss.lower.interpret import interpret
from symloss.lower.ir import For, Nest, Reduction, Variant
from symloss.lower.reductions import SECTION, UNDIVIDED
from symloss.lower.sections import Sections, sections
from tests.lower.running import Inputs, kernels, results, same_bits


@cache
def nest_of(name: str) -> Nest:
    """The loops of a loss's kernel for value and gradient."""
    loss = sl.get(name)
    return loss.pipeline.nest(requested(loss.outline, "value_and_gradient", None)[0], Variant())


def found(name: str) -> list[Sections]:
    """The loops that sums go along with."""
    nest = nest_of(name)
    (rows,) = (s for s in nest.body if isinstance(s, For))
    return [s for i in range(len(rows.body)) if (s := sections(rows.body[i:], nest)) is not None]


def test_values_that_are_only_summed_pass() -> None:
    (dice,) = found("dice")
    assert len(dice.sums) == 3  # of the products, of the probabilities, and of the targets
    assert len(dice.passing) == 2  # the targets are an argument


def test_values_that_are_used_again_are_kept() -> None:
    first = found("sparse_softmax_cross_entropy")[0]
    assert [s.kind for s in first.sums] == ["rest"]
    assert not first.passing


def test_a_maximum_does_not_go_along() -> None:
    for section in found("softmax_cross_entropy"):
        assert all(s.kind in ("sum", "rest") for s in section.sums)
        assert isinstance(section.sums[0], Reduction)


LENGTHS = (0, 33, 40, UNDIVIDED, UNDIVIDED + 1, 3 * SECTION, 3 * SECTION + 5, 5 * SECTION - 8)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("name", ["dice", "softmax_cross_entropy"])
def test_bits_are_those_of_the_plain_sum(name: str, length: int) -> None:
    """The interpreter sums what is there in one go."""
    nest = nest_of(name)
    random = np.random.default_rng(length)
    t = random.random((2, length))
    data = {"z": random.normal(scale=4.0, size=(2, length)), "t": t / t.sum(axis=1, keepdims=True), "smooth": 1.0}
    sizes = {p.of: length for p in nest.parameters_of("extent")}
    call = Inputs(nest, rows=2, sizes=sizes, data=data)
    ours, expected = call.arguments(), call.arguments()
    load(write(kernels(), f"sections_{name}", emit(nest))).run(*ours)
    interpret(nest, expected, callables())
    for output, same in results(nest, expected).items():
        assert same_bits(results(nest, ours)[output], same), output
