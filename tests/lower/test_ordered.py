"""Sums that compare every two entries of a row come from one sort: what is recognised, and that the sums are right."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symloss.lower import sorting
from symloss.lower.ir import Accumulate, For, Reduction, Sort, Variant
from symloss.lower.nest import lower
from symloss.lower.walk import walk
from symloss.stabilise.graph import Argument, Node, Output, Stable
from tests.lower.examples import (
    BY_SORTING,
    K0,
    K1,
    apply,
    at,
    compared,
    constant,
    element,
    position,
    ranked,
    reduce,
    select,
    weighed,
)
from tests.lower.running import compiled, interpreted, same_bits

SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33, 64, 100)
PLAIN = Variant()

MEANINGS: dict[str, Callable[[Any, Any, Any, Any], Any]] = {
    "larger": lambda zj, zi, j, i: zj > zi,
    "at_least": lambda zj, zi, j, i: zj >= zi,
    "smaller": lambda zj, zi, j, i: zj < zi,
    "at_most": lambda zj, zi, j, i: zj <= zi,
    "level": lambda zj, zi, j, i: zj == zi,
    "others": lambda zj, zi, j, i: zj != zi,
    "midrank": lambda zj, zi, j, i: (zj > zi) + (zj == zi) / 2,
    "rank": lambda zj, zi, j, i: (zj > zi) | ((zj == zi) & (j < i)),
}


def by_comparing(name: str, w: Any, z: Any) -> Any:
    """Every two entries compared."""
    places = np.arange(len(z))
    weight = np.ones_like(w) if name == "rank" else w
    return (MEANINGS[name](z[None, :], z[:, None], places[None, :], places[:, None]) * weight).sum(axis=-1)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rows", [1, 3])
def test_sums_are_those_of_all_comparisons(size: int, rows: int) -> None:
    example = ranked(size)
    data = example.data(rows)
    data["w"] = np.round(data["w"], 1)  # the sums differ in their roundings alone
    written = compiled(example.stable, PLAIN, rows=rows, sizes=example.sizes, data=data)
    for name in BY_SORTING:
        expected = np.array([by_comparing(name, w, z) for w, z in zip(data["w"], data["z"], strict=True)])
        np.testing.assert_allclose(written[name], expected.ravel(), rtol=1e-13, atol=1e-13)
    midranks = np.array([by_comparing("midrank", w, z) for w, z in zip(data["w"], data["z"], strict=True)])
    np.testing.assert_allclose(written["value"], (data["w"] * midranks).sum(-1), rtol=1e-12, atol=1e-12)


def test_all_sums_by_one_key_share_a_sort() -> None:
    nest = lower(ranked(5).stable, PLAIN)
    assert sum(isinstance(s, Sort) for s in walk(nest.body)) == 1
    kinds = [s.kind for s in walk(nest.body) if isinstance(s, Accumulate)]
    assert sorted(set(kinds)) == ["earlier", "larger", "level", "smaller"]
    assert len(kinds) == 6, "equal sums are computed once: w larger, smaller and level, half of it level, 1 twice"


def test_no_loop_stands_in_a_loop() -> None:
    """What took N squared comparisons takes a sort and loops over N."""
    nest = lower(ranked(5).stable, PLAIN)
    (rows,) = [s for s in nest.body if isinstance(s, For)]
    loops = [s for s in rows.body if isinstance(s, For)]
    assert loops
    assert not any(isinstance(inner, For) for loop in loops for inner in loop.body)


WEIGHT = apply("mul", at("w", K1), at("w", K0))
LATER = apply("and", compared("eq"), apply("gt", position(K1), position(K0)))
OTHERS: dict[str, Node] = {
    "a weight that depends on both": reduce("sum", K1, select(compared("gt"), WEIGHT, constant(0.0))),
    "two keys": weighed(apply("gt", at("z", K1), at("w", K0))),
    "places alone": weighed(apply("le", position(K1), position(K0))),
    "later ones": weighed(LATER),
    "two comparisons": weighed(apply("and", compared("gt"), apply("gt", at("w", K1), at("w", K0)))),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_sums_stay_as_they_are(name: str) -> None:
    arguments = (Argument("w", "target", ("K",)), Argument("z", "prediction", ("K",)))
    nest = lower(Stable("other", ("K",), arguments, (Output("sums", (K0,), OTHERS[name]),)), PLAIN)
    assert not any(isinstance(s, Sort | Accumulate) for s in walk(nest.body))
    assert any(isinstance(s, Reduction) for s in walk(nest.body))


def test_keys_that_all_samples_share() -> None:
    """The order of a parameter's entries: a sum over it stands in the rows, where the order is found."""
    arguments = (Argument("b", "parameter", ("K",), per_sample=False), Argument("f", "prediction"))
    larger = select(apply("gt", at("b", K1), at("b", K0)), at("b", K1), constant(0.0))
    total = reduce("sum", K0, reduce("sum", K1, larger))
    stable = Stable("shared", ("K",), arguments, (Output("value", (), apply("add", total, element("f"))),))
    data = {"b": np.array([1.0, 3.0, 2.0, 3.0]), "f": np.array([0.5, 10.0])}
    written = compiled(stable, PLAIN, rows=2, sizes={"K": 4}, data=data)
    assert written["value"].tolist() == [8.0 + 6.0 + 0.5, 8.0 + 6.0 + 10.0]


@pytest.mark.parametrize("variant", [Variant("float32"), Variant(weighted=True), Variant(tiled=True)])
def test_compiled_is_interpreted(variant: Variant) -> None:
    example = ranked(9)
    data = example.data(4)
    data["z"][1] = [0.0, -0.0, np.inf, -np.inf, 0.0, np.inf, 1.0, -0.0, -np.inf]
    data["z"][2, 3:6] = np.nan
    call: dict[str, Any] = {"rows": 4, "sizes": example.sizes, "data": data}
    call |= {"weight": np.array([1.0, 0.0, 2.0, 0.5])} if variant.weighted else {}
    left, right = compiled(example.stable, variant, **call), interpreted(example.stable, variant, **call)
    assert all(same_bits(left[name], right[name]) for name in left)


def test_ragged_rows() -> None:
    offsets = np.array([0, 3, 3, 10, 11])
    example = ranked(11)
    data = {name: array.ravel() for name, array in example.data(1).items()}
    written = compiled(example.stable, Variant(ragged=True), rows=4, sizes={}, data=data, offsets=offsets)
    for begin, end in itertools.pairwise(offsets):
        for name in BY_SORTING:
            expected = by_comparing(name, data["w"][begin:end], data["z"][begin:end])
            np.testing.assert_allclose(written[name][begin:end], expected, rtol=1e-13, atol=1e-13)


# --- the functions themselves -----------------------------------------------------------------------


def sums(kind: str, keys: Any, weights: Any) -> Any:
    count = len(keys)
    order, result = np.full(sorting.ROOM * count, 99.0), np.full(count, 99.0)
    sorting.sort(keys, order, count)
    assert sorted(order[:count]) == list(range(count))
    getattr(sorting, sorting.NAMES[kind])(weights, order, result, count)
    return result


@pytest.mark.parametrize("count", range(20))
def test_the_order_is_stable_and_descending(count: int) -> None:
    keys = np.random.default_rng(count).integers(0, 4, count).astype(float)
    order = np.full(sorting.ROOM * count, 99.0)
    sorting.sort(keys, order, count)
    assert order[:count].tolist() == np.argsort(-keys, kind="stable").tolist()


def test_zeros_of_both_signs_are_level() -> None:
    assert sums("level", np.array([0.0, -0.0, 1.0]), np.array([1.0, 2.0, 4.0])).tolist() == [3.0, 3.0, 4.0]


@pytest.mark.parametrize("kind", ["larger", "smaller", "level"])
def test_what_is_not_a_number_is_in_no_sum(kind: str) -> None:
    keys = np.array([1.0, np.nan, 1.0, np.nan])
    expected = [3.0, 0.0, 3.0, 0.0] if kind == "level" else [0.0] * 4
    assert sums(kind, keys, np.array([1.0, 4.0, 2.0, 8.0])).tolist() == expected


def test_long_sums_keep_their_digits() -> None:
    """One large weight first: a plain running sum would lose all the small ones behind it."""
    keys = -np.arange(1001.0)
    weights = np.full(1001, 2.0**-53)
    weights[0] = 1.0
    assert sums("larger", keys, weights)[-1] == 1.0 + 999 * 2.0**-53
