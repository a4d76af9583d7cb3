"""The yardstick itself: planted faults are seen, right kernels pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.audit.accuracy import Cell, measured
from symloss.audit.batch import Batch
from symloss.audit.bounds import largest_terms
from symloss.audit.points import batches, line
from symloss.heads.binders import Total

BCE = "binary_cross_entropy_with_logits"


def confident() -> Batch:
    return Batch("confident", {"y": np.array([1.0, 1.0, 0.0, 0.25]), "f": np.array([40.0, 700.0, -3.0, 2.0])}, {})


def gradient_cell(change: Callable[[Any], Any]) -> Cell:
    """The cell of the gradient with a fault planted in what the kernel gives."""
    loss, batch = sl.get(BCE), confident()
    return measured(loss, "gradient", "f", "float64", [batch], lambda b: change(loss.gradient(**b.arrays)))


def test_a_right_kernel_passes() -> None:
    cell = gradient_cell(lambda x: x)
    assert cell.passes
    assert cell.worst < 3
    assert cell.results == 4


def test_a_wrong_digit_is_above_the_bound() -> None:
    cell = gradient_cell(lambda x: x * (1 + 2.0**-45))
    assert (cell.above_bound, cell.digitless, cell.not_finite) == (4, 0, 0)
    assert 120 < cell.worst < 260


def test_lost_digits_are_counted() -> None:
    """1/(1 + exp(-f)) - y, the form that people write, is 0 where the prediction is right and sure."""
    batch = confident()
    naive = 1 / (1 + np.exp(-batch.arrays["f"])) - batch.arrays["y"]
    assert gradient_cell(lambda x: naive).digitless == 2


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_counted(wrong: float) -> None:
    cell = gradient_cell(lambda x: np.full_like(x, wrong))
    assert cell.not_finite == 4
    assert cell.examples[0].why == "not finite"


def test_a_finite_number_for_infinity_is_counted() -> None:
    batch = Batch("overflow", {"y": np.array([1.0]), "f": np.array([800.0])}, {})
    poisson = sl.get("poisson")
    assert measured(poisson, "value", "", "float64", [batch]).passes
    assert measured(poisson, "value", "", "float64", [batch], lambda b: np.array([1e300])).finite == 1


def test_next_to_a_true_zero_the_largest_term_counts() -> None:
    """exp(f) - y at f = log(3): no digit of the difference is right in any formula, and that is no fault."""
    batch = Batch("optimum", {"y": np.array([3.0]), "f": np.log([3.0])}, {})
    poisson = sl.get("poisson")
    cell = measured(poisson, "gradient", "f", "float64", [batch])
    assert cell.passes
    assert cell.near_zero < 1
    off = measured(poisson, "gradient", "f", "float64", [batch], lambda b: np.exp(b.arrays["f"]) - 3 + 1e-14)
    assert not off.passes


def test_a_complement_that_underflows_excuses_what_is_made_of_it() -> None:
    """p (1 - p)/temperature**2 where 1 - p is 1e-315: times 100, and so is the error of a subnormal."""
    row = [48.852939761987486, 113.70415647788623, 186.12691865816365, -11.011665977268828]
    batch = Batch("far", {"s": np.array([[row] * 4])}, {"temperature": 0.1})
    info_nce = sl.get("info_nce")
    cell = measured(info_nce, "hessian", "s", "float64", [batch])
    assert (cell.passes, cell.underflow > 4.0) == (True, True)
    assert not measured(info_nce, "hessian", "s", "float64", [batch], lambda b: np.full(16, 1e-300)).passes


def test_rows_under_softmax_are_held_to_four_ulps() -> None:
    batch = Batch("row", {"c": np.array([1]), "z": np.array([[0.5, 0.25, -1.0, 0.0]])}, {})
    loss = sl.get("sparse_softmax_cross_entropy")
    assert measured(loss, "hessian", "z", "float64", [batch]).passes
    off = measured(loss, "hessian", "z", "float64", [batch], lambda b: loss.hessian(**b.arrays) * (1 + 5 * 2.0**-52))
    assert off.above_bound == 4


def test_the_other_side_of_a_jump_is_right_within_rounding() -> None:
    y, f = np.array([0.5, 0.5]), np.array([-(2.0**-60), -0.25])
    batch = Batch("jump", {"y": y, "f": f}, {"delta": 0.5})
    huber = sl.get("huber")
    cell = measured(huber, "hessian", "f", "float64", [batch], lambda b: np.array([1.0, 0.0]))
    assert (cell.at_jumps, cell.passes) == (1, True)
    assert not measured(huber, "hessian", "f", "float64", [batch], lambda b: np.array([1.0, 1.0])).passes


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_points_reach_the_ends_and_the_kinks(dtype: str) -> None:
    drawn = list(batches(sl.get("hinge"), dtype, 200))
    f = np.concatenate([b.arrays["f"] for b in drawn])
    info = np.finfo(dtype)
    assert f.dtype == dtype
    assert np.isfinite(f).all()
    assert np.max(f) > float(info.max) / 2
    assert np.min(np.abs(f[f != 0])) < 2 * float(info.tiny)
    for place in (1.0, np.nextafter(np.float64(1), 2).astype(dtype), -1.0, 0.0):
        assert np.any(f == place)


def test_the_same_seed_gives_the_same_points() -> None:
    loss = sl.get("softmax_cross_entropy")
    first, again, other = (
        np.concatenate([b.arrays["z"] for b in batches(loss, count=60, seed=seed)]) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("domain", [sl.Positive, sl.Unit, sl.Interval(-1, 3, closed="left")])
def test_lines_stay_in_the_domain_and_reach_its_ends(domain: Any) -> None:
    grid = line(domain, "float64", 100)
    assert all(domain.contains(x) for x in grid)
    assert np.min(grid - domain.low) < 1e-15
    assert not np.isfinite(domain.high) or np.min(domain.high - grid) < 1e-14


def test_a_sum_of_many_alike_is_a_term_of_what_it_stands_in() -> None:
    """sum z - y with four equal z: next to its zero the sum is the largest term, four times an entry."""
    K = sl.axis("K")
    k = K.indices("k")
    z = sl.prediction("z", K)
    terms = largest_terms(sp.exp(Total(z[k] ** 2, k)) + Total(z[k], k) - 1)
    assert terms.has(sp.Abs(Total(z[k], k)))


def test_a_sparse_probability_next_to_its_threshold() -> None:
    """u - tau is 3e-10 where u is -1/2 below the largest: 4 ulps of 1/2 are let pass, and no more."""
    batch = Batch("threshold", {"c": np.array([0]), "z": np.array([[-1.0, -1e-9, 0.0, -0.5]])}, {})
    loss = sl.get("sparsemax")
    assert measured(loss, "gradient", "z", "float64", [batch]).passes
    far = Batch("far", {"c": np.array([0]), "z": np.array([[0.0, -1e300, -1e300, -1e300]])}, {})
    for there in (batch, far):
        off = measured(loss, "gradient", "z", "float64", [there], lambda b: loss.gradient(**b.arrays) + 1e-15)
        assert not off.passes
