"""Intervals: what SymPy may assume, what lies in them."""

from __future__ import annotations

import pytest
import sympy as sp

import symloss as sl

INFINITY = float("inf")


def test_the_whole_line_has_its_infinities_unless_it_is_open() -> None:
    closed, opened = sl.Interval(-INFINITY, INFINITY), sl.Interval(-INFINITY, INFINITY, closed="neither")
    shape, slope = sl.parameter("shape", domain=closed), sl.parameter("slope", domain=opened)
    assert (shape.is_extended_real, shape.is_real, slope.is_real) == (True, None, True)
    assert closed.contains(INFINITY)
    assert not closed.contains(float("nan"))


def test_what_is_written_is_read_back() -> None:
    for domain in (sl.Interval(-sp.oo, sp.oo), sl.Interval(-1, sp.oo, closed="neither")):
        assert eval(repr(domain), {"sl": sl}) == domain
    assert sl.Interval(-1, sp.oo) == sl.Interval(-1, INFINITY)


def test_a_parameter_may_be_infinite() -> None:
    """Welsch's loss is Barron's with a shape of -inf, and has the limits of its neighbours."""
    barron = sl.get("barron")
    welsch = barron.value_and_gradient([0.0, 0.0], [0.5, 3.0], alpha=-INFINITY)
    near = barron.value_and_gradient([0.0, 0.0], [0.5, 3.0], alpha=-1e15)
    for a, b in zip(welsch, near, strict=True):
        assert a.tolist() == pytest.approx(b.tolist(), rel=1e-12)
