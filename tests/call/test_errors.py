"""What is refused, when, and in which words."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest

from symloss.call import chunks
from symloss.call.failures import guard_failure
from symloss.call.inputs import bind
from symloss.call.signature import AxisSpec, GuardSpec, Input, ParameterSpec, Signature
from symloss.errors import DomainError, ParameterError, ShapeError
from tests.call.fakes import row_signature, scalar_signature
from tests.call.test_execute import row_method, scalar_method

EXPOSED = Signature("exposed", (Input("y", "target"), Input("e", "data"), Input("f", "prediction")))
TWO = Signature("two", (Input("y", "target"), Input("mu", "prediction"), Input("s", "prediction")))
NEEDY = Signature("needy", (Input("f", "prediction"),), (ParameterSpec("tau", domain="a number in (0, 1)"),))


@pytest.mark.parametrize(
    ("signature", "args", "kwargs", "message"),
    [
        (scalar_signature(), ([1.0],), {}, "fake takes (y, f); f missing"),
        (scalar_signature(), ([1], [1], [1]), {}, "fake takes (y, f); 3 positional arguments were given"),
        (scalar_signature(), ([1], [1]), {"y_true": [1]}, "2 positional arguments were given besides y_true by name"),
        (scalar_signature(), (), {"y": [1], "y_true": [1], "f": [1]}, "y and y_true are the same argument of fake"),
        (scalar_signature(), ([1], [1]), {"detla": 1}, "fake has no argument 'detla'; did you mean delta?"),
        (scalar_signature(), ([1], [1]), {"sample_weights": 1}, "did you mean sample_weight?"),
        (scalar_signature(), ([1], [1]), {"q": 1}, "parameters: delta)"),
        (EXPOSED, ([1], [1]), {}, "exposed takes (y, e, f); f missing (data may go by name: e=...)"),
        (TWO, ([1], [1]), {"raw_prediction": [1]}, "two has no argument 'raw_prediction'"),
        (NEEDY, ([1],), {}, "needy takes (f) needs tau: write tau=... (a number in (0, 1))"),
    ],
)
def test_names(signature: Signature, args: Any, kwargs: Any, message: str) -> None:
    with pytest.raises(ParameterError, match=re.escape(message)):
        bind(signature, args, kwargs)


def test_names_that_work() -> None:
    y, e, f = [1.0], [2.0], [3.0]
    for args, kwargs in [
        ((y, e, f), {}),
        ((y, f), {"e": e}),
        ((y,), {"e": e, "raw_prediction": f}),
        ((f,), {"e": e, "y_true": y}),
        ((), {"f": f, "e": e, "y": y}),
    ]:
        bound = bind(EXPOSED, args, kwargs)
        assert [float(bound.arrays[name][0]) for name in "yef"] == [1.0, 2.0, 3.0]
    fisher = Signature("fisher", (Input("e", "data", keyword_only=True), Input("f", "prediction")))
    assert bind(fisher, (f,), {"e": e}).batch == (1,)
    with pytest.raises(ParameterError, match=re.escape("fisher takes (f, e=); e missing")):
        bind(fisher, (f,), {})


@pytest.mark.parametrize(
    ("y", "f", "message"),
    [
        (np.ones((3, 1)), np.ones(3), "y has shape (3, 1) but f has shape (3,); expected (3,): write y.reshape((3,))"),
        (np.ones(1), np.ones(3), "y has shape (1,) but f has shape (3,); expected (3,) (only numbers are broadcast)"),
        (np.ones(3), np.ones(3, np.longdouble), "dtype='float64'"),
        (np.ones(3), np.ones(3, complex), "f has dtype complex128; expected real numbers"),
        (["a", "b"], np.ones(2), "y has dtype <U1"),
        ([1, None], np.ones(2), "y has dtype object; expected real numbers: write np.asarray(y, dtype=float)"),
        ([[1, 2], [3]], np.ones(2), "y cannot be made an array"),
        (np.ma.array([1, 2], mask=[0, 1]), np.ones(2), "y has masked entries"),
    ],
)
def test_shapes_and_dtypes(y: Any, f: Any, message: str) -> None:
    with pytest.raises(ShapeError, match=re.escape(message)):
        bind(scalar_signature(), (y, f), {})


def test_messages_use_the_callers_keywords() -> None:
    with pytest.raises(ShapeError, match=re.escape("y_true has shape (2,) but raw_prediction has shape (3,)")):
        bind(scalar_signature(), (), {"y_true": np.ones(2), "raw_prediction": np.ones(3)})


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (
            ((2,), (2, 4), (2, 3)),
            "z has shape (2, 3), so axis K has length 3 but t has shape (2, 4), so axis K",
        ),
        (((3,), (2, 3), (2, 3)), "c has shape (3,) but z has shape (2, 3); expected (2,)"),
        (((2,), (3,), (2, 3)), "t has shape (3,) but z has shape (2, 3); expected (2, 3)"),
        (((2,), (2, 0), (2, 0)), "z has shape (2, 0), so axis K has length 0; expected at least one element along K"),
        (((2,), (), ()), "the length of axis K cannot be told from scalars"),
    ],
)
def test_axes(shapes: Any, message: str) -> None:
    with pytest.raises(ShapeError, match=re.escape(message)):
        bind(row_signature(), tuple(np.zeros(s) for s in shapes), {})


def tied(size: str | int) -> Signature:
    inputs = (Input("t", "target", ("K",)), Input("z", "prediction", ("J",)))
    return Signature("tied", inputs, (), (AxisSpec("K"), AxisSpec("J", size)))


def test_tied_axes() -> None:
    assert bind(tied("K - 1"), (np.ones((2, 4)), np.ones((2, 3))), {}).extents == {"K": 4, "J": 3}
    assert bind(tied("K - 1"), (np.ones((2, 1)), np.ones((2, 0))), {}).extents == {"K": 1, "J": 0}
    assert bind(tied(3), (np.ones((2, 4)), np.ones((2, 3))), {}).extents == {"K": 4, "J": 3}
    assert bind(tied("K*(K - 1)/2"), (np.ones((2, 4)), np.ones((2, 6))), {}).extents == {"K": 4, "J": 6}
    for size, text in (("K - 1", "J = K - 1 = 3"), (2, "J = 2")):
        with pytest.raises(ShapeError, match=re.escape(f"expected {text}")):
            bind(tied(size), (np.ones((2, 4)), np.ones((2, 4))), {})
    ordinal = Signature(
        "ordinal",
        (Input("c", "target", label=True), Input("z", "prediction", ("J",))),
        axes=(AxisSpec("K"), AxisSpec("J", "K - 1")),
    )
    assert bind(ordinal, ([0, 1], np.ones((2, 3))), {}).extents == {"K": 4, "J": 3}


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"delta": -1}, DomainError, "delta is -1.0; expected a number > 0"),
        ({"delta": float("nan")}, DomainError, "delta is nan"),
        ({"delta": "a"}, ShapeError, "delta has dtype <U1"),
        (
            {"delta": [1.0, 2.0, 3.0]},
            ShapeError,
            "f has shape (2,); expected (2,) (one value per sample) or a number",
        ),
        ({"delta": 2**53 + 1}, ParameterError, "delta is 9007199254740993"),
        ({"delta": [1.0, 0.0]}, DomainError, "delta[1] is 0.0; expected a number > 0 (sample 1)"),
    ],
)
def test_parameters(kwargs: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        scalar_method()(([1, 2], [1.0, 2.0]), kwargs)


def test_vector_parameters() -> None:
    args = ([0, 1], np.ones((2, 3)), np.ones((2, 3)))
    with pytest.raises(DomainError, match=re.escape("w[2] is 0.0; expected a number > 0")):
        bind(row_signature(), args, {"w": [1.0, 2, 0]})
    with pytest.raises(ShapeError, match="axis K has length 2"):
        bind(row_signature(), args, {"w": [1.0, 2]})
    assert bind(row_signature(), args, {"w": np.ones((2, 3))}).per_sample == {"w"}


def test_guards_name_the_first_offending_element() -> None:
    n = 4 * chunks.ELEMENTS
    y, f = np.ones(n), np.zeros(n)
    y[[3 * chunks.ELEMENTS, chunks.ELEMENTS + 3, chunks.ELEMENTS + 5]] = [-3.0, -1.0, -2.0]
    for threads in (1, 4):
        for _ in range(5):
            message = f"y[{chunks.ELEMENTS + 3}] is -1.0; expected a number >= 0 (sample {chunks.ELEMENTS + 3})"
            with pytest.raises(DomainError, match=re.escape(message)):
                scalar_method()((y, f), {}, n_threads=threads)
    with pytest.raises(DomainError, match=re.escape("y_true[1, 0] is -1; expected a number >= 0 (sample (1, 0))")):
        scalar_method()((), {"y_true": [[1, 2], [-1, -2]], "raw_prediction": np.zeros((2, 2))})
    with pytest.raises(DomainError, match=r"^y is -1\.0; expected a number >= 0$"):
        scalar_method()((-1.0, 0.5), {})
    with pytest.raises(DomainError, match=r"^y is -1; expected a number >= 0 \(sample 0\)$"):
        scalar_method()((-1, [0.5, 1]), {})


def test_guards_name_inner_elements() -> None:
    t = np.ones((3, 4))
    t[1, 2] = np.nan
    with pytest.raises(DomainError, match=re.escape("t[1, 2] is nan; expected a number >= 0 (sample 1)")):
        row_method()(([0, 1, 2], t, np.ones((3, 4))), {})
    with pytest.raises(DomainError, match=re.escape("c[2] is 4; expected a class id from 0 to K - 1 (sample 2)")):
        row_method()(([0, 1, 4], np.ones((3, 4)), np.ones((3, 4))), {})
    with pytest.raises(DomainError, match=re.escape("t[2] is -1.0; expected")):
        row_method()((0, [0.0, 1.0, -1.0], [1.0, 2, 3]), {})


def test_guards_without_a_test_show_the_row() -> None:
    guards = (GuardSpec("c", "anything else"), GuardSpec("t", "nonnegative entries that sum to 1", ("K",), None))
    signature = row_signature(guards=guards)
    bound = bind(signature, ([0, 1], np.full((2, 3), 0.5), np.ones((2, 3))), {})
    text = str(guard_failure(bound, 1, 1))
    assert text == "t[1] is [0.5, 0.5, 0.5]; expected nonnegative entries that sum to 1 (sample 1)"
    simplex = GuardSpec("t", "nonnegative entries that sum to 1", ("K",), ("simplex",))
    bound = bind(row_signature(guards=(simplex,)), ([0, 1], np.full((2, 3), 0.5), np.ones((2, 3))), {})
    assert "which sums to 1.5; expected nonnegative" in str(guard_failure(bound, 1, 0))


@pytest.mark.parametrize("n_before", [0, chunks.ELEMENTS])
@pytest.mark.parametrize(
    ("values", "dtype", "place"),
    [([1, 2**24 + 1], np.float32, 1), ([1, 2**53 + 1], np.float64, 1), ([-(2**53) - 1], np.float64, 0)],
)
def test_integers_only_if_exact(values: list[int], dtype: Any, place: int, n_before: int) -> None:
    y = np.array([0] * n_before + values)
    message = f"y[{n_before + place}] is {values[place]}; expected an integer that {np.dtype(dtype)} holds exactly"
    with pytest.raises(DomainError, match=re.escape(message)):
        scalar_method()((y, np.zeros(len(y), dtype)), {})
    weight = np.ones(len(y))
    weight[n_before + place] = 0
    scalar_method()((abs(y), np.zeros(len(y), dtype)), {}, sample_weight=weight)


def test_extreme_integers_are_told_apart() -> None:
    for dtype, bad in ((np.int64, 2**63 - 1), (np.uint64, 2**64 - 1)):
        for float_type in (np.float32, np.float64):
            with pytest.raises(DomainError, match=str(bad)):
                scalar_method()((np.array([1, bad], dtype), np.zeros(2, float_type)), {})
    exact = np.array([2**60, 2**63], np.uint64)
    assert scalar_method()((exact, np.zeros(2)), {})[0].shape == (2,)


@pytest.mark.parametrize(
    "labels",
    [[0.0, 1.0], [False, True], np.array([0, 1], np.uint8), np.array([0, 1], ">i2"), np.array([0, 1], np.uint64)],
)
def test_labels_of_any_kind(labels: Any) -> None:
    expected = row_method()(([0, 1], np.ones((2, 2)), np.ones((2, 2))), {})
    np.testing.assert_array_equal(row_method()((labels, np.ones((2, 2)), np.ones((2, 2))), {})[0], expected[0])


@pytest.mark.parametrize("bad", [0.5, float("nan"), float("inf"), -float("inf"), 1e300])
def test_labels_that_are_no_integers(bad: float) -> None:
    ones = np.ones((3, 2))
    with pytest.raises(DomainError, match=re.escape(f"c[1] is {bad}; expected an integer class id (sample 1)")):
        row_method()(([0.0, bad, bad], ones, ones), {})
    value, _ = row_method()(([0.0, bad, bad], ones, ones), {}, sample_weight=[1, 0, 0])
    np.testing.assert_array_equal(value, [3.0, 0.0, 0.0])
    with pytest.raises(DomainError, match="is 18446744073709551615"):
        row_method()((np.array([0, 2**64 - 1, 0], np.uint64), ones, ones), {})


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf"), -0.5])
@pytest.mark.parametrize("reduction", ["none", "mean"])
def test_weights(bad: float, reduction: str) -> None:
    weight = np.array([1.0, -0.0, bad])
    with pytest.raises(DomainError, match=re.escape(f"sample_weight[2] is {bad}; expected a finite number >= 0")):
        scalar_method(reduction)(([1, 2, 3], [1.0, 2, 3]), {}, sample_weight=weight)
    with pytest.raises(DomainError, match=f"sample_weight is {bad}"):
        scalar_method(reduction)(([1, 2, 3], [1.0, 2, 3]), {}, sample_weight=bad)
    with pytest.raises(ShapeError, match=re.escape("sample_weight has shape (2,) but f has shape (3,); expected (3,)")):
        scalar_method(reduction)(([1, 2, 3], [1.0, 2, 3]), {}, sample_weight=[1, 2])


def test_zero_weight_exempts() -> None:
    value, _ = scalar_method()(([1, -2], [1.0, 2]), {}, sample_weight=[1, 0])
    np.testing.assert_array_equal(value, [0.0, 0.0])
    value, _ = scalar_method()(([1, 2], [1.0, 2]), {"delta": [1.0, -1.0]}, sample_weight=[1, 0])
    np.testing.assert_array_equal(value, [0.0, 0.0])


def test_signature_survives_its_literal() -> None:
    for signature in (scalar_signature(), row_signature(), EXPOSED, tied("K - 1")):
        assert Signature.from_literal(signature.literal()) == signature
        assert Signature.from_literal(json.loads(json.dumps(signature.literal()))) == signature
