"""The table of laws, and the parts of laws that a planted fault in a whole loss does not show."""

from __future__ import annotations

import numpy as np
import pytest

import symloss as sl
from symloss.testing.difference_laws import _extrapolated
from symloss.testing.results import first_difference, same_bits
from symloss.testing.row_laws import is_permutation_invariant, is_shift_invariant
from symloss.testing.table import LAW_NAMED, LAWS
from tests.laws.sampling import Batch


def test_every_law_has_a_sentence_and_a_name_of_its_own() -> None:
    assert len(LAW_NAMED) == len(LAWS)
    assert all(law.sentence.endswith(".") for law in LAWS)
    assert all(getattr(sl.testing, law.name) is law for law in LAWS)


def test_which_losses_are_invariant() -> None:
    invariant = {"softmax_cross_entropy", "sparse_softmax_cross_entropy", "kl_divergence", "softmax_squared_error"}
    rows = invariant | {"dice", "huber"}
    assert {name for name in rows if is_shift_invariant(sl.get(name))} == invariant
    assert {name for name in rows if is_permutation_invariant(sl.get(name))} == invariant | {"dice"}


@pytest.mark.parametrize("fault", [lambda a: np.nextafter(a, np.inf), lambda a: a.astype("f4"), lambda a: -0.0 * a])
def test_a_bit_that_differs_is_seen(fault: object) -> None:
    right = np.array([1.1, 0.0, 2.3])
    assert same_bits(right, right.copy())
    assert not same_bits(right, fault(right))  # type: ignore[operator]
    assert first_difference((right,), (fault(right),))  # type: ignore[operator]
    assert same_bits(np.array([np.nan]), -np.array([np.nan]))


def test_extrapolated_differences_know_their_error() -> None:
    x = np.array([-2.0, 0.25, 3.0])
    batch = Batch("points", {"f": x}, {})
    for function, slope in ((np.exp, np.exp), (np.sin, np.cos), (lambda v: v**5, lambda v: 5 * v**4)):
        found, room = _extrapolated(batch, "f", (), lambda moved, g=function: g(moved.arrays["f"])[:, None], 2.0**-4)
        error = np.abs(found[:, 0] - slope(x))
        assert np.all(error <= room[:, 0])
        assert np.all(room[:, 0] <= 1e-8 * np.abs(slope(x)).max())


def test_a_name_that_is_no_law_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="no_such_law"):
        _ = sl.testing.no_such_law


def test_a_law_of_a_batch_that_is_empty() -> None:
    for loss in (sl.get("huber"), sl.get("softmax_cross_entropy")):
        for law in LAWS:
            if law.is_for(loss) and law.name != "value_is_symmetric":
                batch = next(law.batches(loss, count=20)).rows(slice(0, 0))
                assert law(loss, batch) is None, law.name
