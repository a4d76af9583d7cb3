"""What `sl.testing.inputs` draws is valid, comes from where losses break, and shrinks; drawn losses obey the laws."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

import symloss as sl
from symloss.errors import ParameterError
from symloss.testing.drawn_losses import drawn_loss
from symloss.testing.strategies import kinks
from tests.laws.catalogue import some_losses
from tests.laws.sampling import draw

QUIET = settings(
    max_examples=15,
    database=None,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink),
)
SEARCH = settings(QUIET, max_examples=1000)


def found(loss: sl.Loss, condition: Any, **options: Any) -> Any:
    """The smallest drawn input with a property."""
    return find(sl.testing.inputs(loss, **options), condition, settings=SEARCH)


@some_losses
def test_whatever_is_drawn_is_accepted_and_obeys_the_laws(name: str) -> None:
    loss = sl.get(name)

    @QUIET
    @given(sl.testing.inputs(loss))
    def obeys(drawn: Any) -> None:
        loss.value_and_gradient(**drawn.arguments)
        for law in ("finite_in_finite_out", "batch_is_its_rows", "entry_points_agree"):
            violation = getattr(sl.testing, law)(loss, drawn)
            assert violation is None, str(violation)

    obeys()


HINGE, SPARSE = "hinge", "sparse_softmax_cross_entropy"

PLACES: dict[str, tuple[str, Any]] = {
    "no sample": ("huber", lambda d: d.length == 0),
    "one sample": ("huber", lambda d: d.length == 1),
    "the right tail": ("huber", lambda d: d.length and d.arrays["f"].max() > 1e29),
    "the left tail": ("huber", lambda d: d.length and d.arrays["f"].min() < -700),
    "subnormal": ("huber", lambda d: d.length and 0 < np.abs(d.arrays["f"]).min() < np.finfo(d.arrays["f"].dtype).tiny),
    "zero": ("huber", lambda d: d.length and (d.arrays["f"] == 0).any()),
    "a kink": ("hinge", lambda d: d.length and d.arrays["y"][0] * d.arrays["f"][0] == 1),
    "beside a kink": ("hinge", lambda d: d.length and 0 < abs(d.arrays["y"][0] * d.arrays["f"][0] - 1) < 1e-6),
    "an end of the target": ("binary_cross_entropy_with_logits", lambda d: d.length and (d.arrays["y"] == 1).any()),
    "one class": (SPARSE, lambda d: d.length and d.arrays["z"].shape[1] == 1),
    "a tie": (
        SPARSE,
        lambda d: d.length and d.arrays["z"].shape[1] > 1 and d.arrays["z"][0, 0] == d.arrays["z"][0, -1],
    ),
    "a mask": (SPARSE, lambda d: d.length and np.isneginf(d.arrays["z"]).any()),
    "weight zero": ("huber", lambda d: d.weight is not None and (d.weight == 0).any()),
    "no weights": ("huber", lambda d: d.length and d.weight is None),
    "float32": ("huber", lambda d: d.length and d.arrays["f"].dtype == np.float32),
    "another parameter": ("huber", lambda d: d.parameters["delta"] not in (1.0, 0.5)),
}


@pytest.mark.parametrize("place", PLACES)
def test_it_goes_where_losses_break(place: str) -> None:
    name, condition = PLACES[place]
    assert condition(found(sl.get(name), condition))


def test_it_shrinks() -> None:
    small = found(sl.get("huber"), lambda d: (np.abs(d.arrays["f"]) > 10).any(), dtype="float64", weights=False)
    assert small.length == 1
    assert small.arrays["y"].tolist() == [0.0]
    assert abs(small.arrays["f"][0]) <= 100
    row = found(sl.get(SPARSE), lambda d: d.length > 0, weights=False)
    assert row.arrays["z"].shape == (1, 1)


def test_sizes_are_those_that_were_asked_for() -> None:
    loss = sl.get("softmax_cross_entropy")

    @QUIET
    @given(sl.testing.inputs(loss, batch=3, axes={"K": (2, 4)}, dtype="float32"))
    def sized(drawn: Any) -> None:
        assert drawn.arrays["z"].shape in [(3, k) for k in (2, 3, 4)]
        assert drawn.arrays["z"].dtype == drawn.arrays["t"].dtype == np.float32
        assert (drawn.arrays["t"].sum(axis=1) == 1).all()

    sized()
    with pytest.raises(ParameterError, match="expected one of K"):
        sl.testing.inputs(loss, axes={"J": 3})
    with pytest.raises(ParameterError, match="float64"):
        sl.testing.inputs(loss, dtype="float16")


def test_where_kinks_are() -> None:
    assert kinks(sl.get("huber"), {"y": 2.0, "f": 0.0, "delta": 0.5}, "f") == [1.5, 2.0, 2.5]
    assert kinks(sl.get("hinge"), {"y": -1.0, "f": 0.0}, "f") == [-1.0]


@pytest.mark.parametrize(("kind", "seed"), [("scalar", 1), ("scalar", 5), ("row", 1), ("two-axis", 2)])
def test_drawn_losses_are_derived_rightly(kind: Any, seed: int) -> None:
    """Few of them, since each is compiled; the campaign of random losses is `tests/loss/test_random.py`."""
    loss = drawn_loss(random.Random(seed).randrange, kind, 1)
    batch = draw(loss, 2, length=2)
    for law in ("gradient_is_exact", "gradient_is_the_slope_of_the_value"):
        violation = getattr(sl.testing, law)(loss, batch)
        assert violation is None, str(violation)


def test_any_kind_is_drawn() -> None:
    axes = find(sl.testing.expressions(depth=1), lambda loss: len(loss.declaration.axes) == 2, settings=SEARCH)
    assert len(axes.declaration.axes) == 2


def test_inputs_are_a_strategy() -> None:
    assert isinstance(sl.testing.inputs(sl.get("huber")), st.SearchStrategy)
