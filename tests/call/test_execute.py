"""Results do not depend on how a call is made: layout, dtype, threads, out."""

from __future__ import annotations

import threading
import tracemalloc
from typing import Any

import numpy as np
import pytest

from symloss.call import chunks
from symloss.call.inputs import bind
from symloss.call.kernel import execute
from symloss.call.method import Method, variant_of
from symloss.errors import DomainError, ParameterError, ShapeError, WeightlessWarning
from symloss.lower.ir import Variant
from symloss.testing.layouts import LAYOUTS, Array
from tests.call.fakes import Fake, row_kernel, row_signature, scalar_kernel, scalar_signature

BOTH = ("value", "gradient")
SIZES = (0, 1, 3, chunks.ELEMENTS, 5 * chunks.ELEMENTS + 7)


def scalar_method(reduction: str = "none") -> Method:
    reduced = "" if reduction == "none" else "value"
    return Method(scalar_signature(), BOTH, lambda v, p: scalar_kernel(v, p, BOTH, reduced), reduction)


def row_method(reduction: str = "none") -> Method:
    reduced = "" if reduction == "none" else "value"
    return Method(row_signature(), BOTH, lambda v, p: row_kernel(v, p, reduced), reduction)


def scalar_arrays(shape: int | tuple[int, ...], dtype: Any = np.float64) -> tuple[Array, Array]:
    random = np.random.default_rng(0)
    return random.integers(0, 9, shape).astype(dtype), random.normal(size=shape).astype(dtype)


def row_arrays(shape: tuple[int, ...], dtype: Any = np.float64) -> tuple[Array, Array, Array]:
    random = np.random.default_rng(1)
    c = random.integers(0, shape[-1], shape[:-1])
    return c, random.random(shape).astype(dtype), random.normal(size=shape).astype(dtype)


def same(left: Any, right: Any) -> None:
    for one, other in zip(left, right, strict=True):
        assert type(one) is type(other)
        np.testing.assert_array_equal(one, other, strict=isinstance(one, np.ndarray))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_scalar_loss_in_every_layout(layout: str, dtype: Any) -> None:
    made = LAYOUTS[layout]
    for shape in (1, 5, chunks.ELEMENTS + 3, (3, 4), (2, 3, 4)):
        y, f = scalar_arrays(shape, np.float64 if layout == "list" else dtype)
        for reduction in ("none", "sum", "mean"):
            method = scalar_method(reduction)
            expected = method((y.copy(), f.copy()), {}, n_threads=1)
            same(method((made(y), made(f)), {}), expected)
            same(method((made(y), f), {}), expected)
            same(method((made(y), made(f)), {}, n_threads=3), expected)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_row_loss_in_every_layout(layout: str) -> None:
    made = LAYOUTS[layout]
    for shape in ((1, 3), (7, 1), (300, 130), (5, 2, 3)):
        c, t, z = row_arrays(shape)
        expected = row_method()((c, t, z), {})
        same(row_method()((made(c), made(t), made(z)), {}), expected)
        same(row_method()((c, t, made(z)), {}, n_threads=2), expected)


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.filterwarnings("ignore:no sample has weight")
def test_bits_do_not_depend_on_threads(n: int) -> None:
    y, f = scalar_arrays(n)
    w = np.random.default_rng(2).random(n)
    for reduction in ("none", "sum", "mean"):
        for weight in (None, w, w.tolist(), 2, 0.5):
            method = scalar_method(reduction)
            one = method((y, f), {}, sample_weight=weight, n_threads=1)
            for threads in (2, 3, 8):
                same(method((y, f), {}, sample_weight=weight, n_threads=threads), one)


def test_values_are_those_of_numpy() -> None:
    n = 3 * chunks.ELEMENTS + 5
    y, f = scalar_arrays(n)
    w = np.random.default_rng(2).random(n)
    value, gradient = scalar_method()((y, f), {"delta": 2.0}, sample_weight=w)
    np.testing.assert_allclose(value, w * 2 * (f - y) ** 2, rtol=1e-15)
    mean, scaled = scalar_method("mean")((y, f), {"delta": 2.0}, sample_weight=w)
    assert type(mean) is float
    np.testing.assert_allclose(mean, np.average(2 * (f - y) ** 2, weights=w), rtol=1e-13)
    np.testing.assert_allclose(scaled, gradient / w.sum(), rtol=1e-13)
    total, _ = scalar_method("sum")((y, f), {"delta": 2.0}, sample_weight=w)
    np.testing.assert_allclose(total, value.sum(), rtol=1e-13)


def test_general_and_quick_way_give_the_same_bits() -> None:
    for reduction in ("none", "sum", "mean"):
        for dtype in (np.float64, np.float32):
            method = scalar_method(reduction)
            y, f = scalar_arrays(40, dtype)
            general = method((y, f), {})
            assert len(method.quick) == 1
            same(method((y, f), {}), general)
            weight = np.linspace(0, 1, 40).astype(dtype)
            general = method((y, f), {}, sample_weight=weight)
            assert len(method.quick_weighted) == 1
            assert method.quick_weighted[0]((y, f), {}, weight, None) is not None
            same(method((y, f), {}, sample_weight=weight), general)
            for bad in (-weight, weight[:9], weight * np.nan, weight.astype(int), 1.0):
                assert method.quick_weighted[0]((y, f), {}, bad, None) is None


@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
def test_rows_have_a_quick_way(reduction: str) -> None:
    plain = row_signature(parameters=())
    reduced = "" if reduction == "none" else "value"

    def kernel_for(variant: Variant, per_sample: frozenset[str]) -> Fake:
        kernel = row_kernel(variant, per_sample, reduced)
        fewer = tuple(p for p in kernel.PARAMETERS if p.name != "w")

        def formula(a: Any) -> None:
            a.w = np.ones(a.K)
            kernel.formula(a)

        return Fake(fewer, formula)

    method = Method(plain, BOTH, kernel_for, reduction)
    for shape in ((6, 4), (1, 40000), (1, 1)):
        arrays = row_arrays(shape)
        general = method(arrays, {}, n_threads=1)
        assert method.quick[0](arrays, {}, None, None) is not None
        same(method(arrays, {}), general)
    with_parameter = row_method(reduction)
    with_parameter(row_arrays((6, 4)), {})
    assert not with_parameter.quick, "a vector parameter needs the general way"


def test_quick_way_declines_what_it_cannot_do() -> None:
    method = scalar_method()
    y, f = scalar_arrays(4)
    method((y, f), {})
    (way,) = method.quick
    assert way((y, f), {}, None, None) is not None
    declined = [(y[::2], f[::2]), (y, f.astype(np.float32)), (y.tolist(), f), (y[:3], f), (1.0, 2.0), (y, f, f), (f,)]
    for args in [*declined, (y[:0], f[:0]), (-y - 1, f)]:
        assert way(args, {}, None, None) is None
    for named in ({"delta": -1.0}, {"delta": np.nan}, {"delta": "2"}, {"delta": np.ones(4)}, {"epsilon": 1.0}):
        assert way((y, f), named, None, None) is None
    good = np.empty(4)
    wrong = (good[::2], f, f[:], good.astype(np.float32), good[:3])
    for out in (good, [good, good], *((good, other) for other in wrong)):
        assert way((y, f), {}, None, out) is None
    good.flags.writeable = False
    assert way((y, f), {}, None, (good, np.empty(4))) is None
    assert method((y, f), {}) is not None, "a failed check leaves nothing behind"
    with pytest.raises(DomainError):
        method((-y - 1, f), {})


def test_quick_way_takes_parameters_by_name_and_out() -> None:
    method = scalar_method()
    y, f = scalar_arrays(40)
    general = method((y, f.tolist()), {"delta": 2.0})
    method((y, f), {})
    (way,) = method.quick
    for delta in (2, 2.0):
        same(way((y, f), {"delta": delta}, None, None), general)
    out = np.empty(40), np.empty(40)
    assert all(a is b for a, b in zip(way((y, f), {"delta": 2.0}, None, out), out, strict=True))
    same(out, general)


def test_scalars_give_scalars() -> None:
    value, gradient = scalar_method()((2, 0.5), {})
    assert isinstance(value, float)
    assert (value, gradient) == (2.25, -3.0)
    value32, _ = scalar_method()((2.0, np.float32(0.5)), {})
    assert type(value32) is np.float32
    value, gradient = row_method()((1, [1.0, 2.0], [3.0, 4.0]), {})
    assert isinstance(value, float)
    assert gradient.shape == (2,)


def test_numbers_broadcast() -> None:
    n = chunks.ELEMENTS + 2
    _, f = scalar_arrays(n)
    same(scalar_method()((3, f), {}), scalar_method()((np.full(n, 3.0), f), {}))
    value, gradient = scalar_method()(([1.0, 2.0], 0.5), {})
    assert value.shape == gradient.shape == (2,)
    _, t, z = row_arrays((4, 3))
    same(row_method()((1, t, z), {}), row_method()(([1] * 4, t, z), {}))
    same(row_method()((1, 0.25, z), {}), row_method()(([1] * 4, np.full_like(z, 0.25), z), {}))


def test_integers_become_floats() -> None:
    value, _ = scalar_method()(([1, 2], np.array([True, False])), {})
    assert value.dtype == np.float64
    value, _ = scalar_method()((np.array([1, 2], np.uint8), np.array([0.5, 1], ">f4")), {})
    assert value.dtype == np.float32
    value, _ = scalar_method()((np.array([1.5, 2.0]), np.array([0.5, 1], np.float32)), {})
    assert value.dtype == np.float32


def test_parameters_per_sample() -> None:
    y, f = scalar_arrays((3, 4))
    delta = np.linspace(1, 2, 12).reshape(3, 4)
    for d in (delta, np.asfortranarray(delta), delta.tolist()):
        bound = bind(scalar_signature(), (y, f), {"delta": d})
        assert bound.per_sample == {"delta"}
        value = execute(scalar_kernel(variant_of(bound), bound.per_sample, ("value",)), bound, "value")
        np.testing.assert_array_equal(value, delta * (f - y) * (f - y))
    value, _ = scalar_method()((1.0, 3.0), {"delta": [1.0, 2.0]})
    np.testing.assert_array_equal(value, [4.0, 8.0])


def test_vector_parameters() -> None:
    c, t, z = row_arrays((4, 3))
    w = np.array([1.0, 2.0, 3.0])
    shared = row_method()((c, t, z), {"w": w})
    np.testing.assert_allclose(shared[1], w * t * z)
    same(row_method()((c, t, z), {"w": np.broadcast_to(w, (4, 3))}), shared)
    same(row_method()((c, t, z), {}), row_method()((c, t, z), {"w": np.ones(3)}))


def test_totals_along_an_axis() -> None:
    c, t, z = row_arrays((chunks.ELEMENTS, 3))
    bound = bind(row_signature(), (c[:999], t[:999], z[:999]), {})
    kernel = row_kernel(variant_of(bound), frozenset(), "slope")
    slope = execute(kernel, bound, ("slope", BOTH), reduction="mean")[0]
    np.testing.assert_allclose(slope, (t * z)[:999].mean(axis=0), rtol=1e-13)
    assert slope.dtype == np.float64


def test_out_is_returned_and_filled() -> None:
    n = chunks.ELEMENTS + 9
    y, f = scalar_arrays(n)
    expected = scalar_method()((y, f), {})
    for make in (lambda: np.empty(n), lambda: np.empty(2 * n)[::2], lambda: np.empty(n)[::-1]):
        out = (make(), make())
        result = scalar_method()((y, f), {}, out=out, n_threads=2)
        assert result[0] is out[0]
        assert result[1] is out[1]
        np.testing.assert_array_equal(out, expected)


def test_out_of_rows_and_stacked_out() -> None:
    c, t, z = row_arrays((5, 2, 3))
    value, gradient = row_method()((c, t, z), {})
    out = (np.empty((2, 5)).T, np.empty((5, 2, 3), order="F"))
    row_method()((c, t, z), {}, out=out)
    np.testing.assert_array_equal(out[0], value)
    np.testing.assert_array_equal(out[1], gradient)
    stacked = np.empty((5, 2, 2))
    y, f = scalar_arrays((5, 2))
    scalar_method()((y, f), {}, out=(stacked[..., 0], stacked[..., 1]))
    same(np.moveaxis(stacked, -1, 0), scalar_method()((y, f), {}))


def test_out_may_be_an_input_itself() -> None:
    y, f = scalar_arrays(50)
    _, gradient = scalar_method()((y, f), {})
    mine = f.copy()
    scalar_method()((y, mine), {}, out=(np.empty(50), mine))
    np.testing.assert_array_equal(mine, gradient)
    memory = np.zeros(60)
    with pytest.raises(ShapeError, match="shares memory with f"):
        scalar_method()((y, memory[:50]), {}, out=(np.empty(50), memory[10:]))


@pytest.mark.parametrize(
    ("out", "error", "message"),
    [
        (np.empty(3), ParameterError, r"expected a tuple of arrays \(value, gradient\)"),
        ((np.empty(3),), ParameterError, "does not match"),
        ((np.empty(3), [0, 0, 0]), ParameterError, "out for gradient is a list"),
        ((np.empty(3), np.empty(4)), ShapeError, r"out for gradient has shape \(4,\).*np.empty\(\(3,\), 'float64'\)"),
        ((np.empty(3), np.empty(3, np.float32)), ShapeError, "dtype float32"),
        ((np.empty(3), np.frombuffer(bytes(24))), ShapeError, "read-only"),
    ],
)
def test_out_is_checked(out: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        scalar_method()(([1, 2, 3], [1.0, 2, 3]), {}, out=out)


def test_nothing_large_is_allocated() -> None:
    n = 100 * chunks.ELEMENTS
    y, f = np.ones(n, np.int64)[::-1], np.zeros((2, n), order="F")[0]
    out = (np.empty(n), np.empty(n))
    method = scalar_method("none")
    method((y[:5], f[:5]), {})
    tracemalloc.start()
    method((y, f), {}, out=out, n_threads=2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < n * 8 / 4


def test_empty_and_weightless() -> None:
    for args in (([], []), (np.empty((0, 4)), np.empty((0, 4)))):
        value, gradient = scalar_method()(args, {})
        assert value.shape == gradient.shape == np.shape(args[0])
        with pytest.warns(WeightlessWarning, match="no sample has weight"):
            assert scalar_method("mean")(args, {})[0] == 0.0
        assert scalar_method("sum")(args, {})[0] == 0.0
    with pytest.warns(WeightlessWarning):
        mean, gradient = scalar_method("mean")(([-1, 2], [np.nan, 4.0]), {}, sample_weight=[0, 0])
    assert mean == 0.0
    np.testing.assert_array_equal(gradient, [0.0, 0.0])
    value, gradient = row_method()((np.empty(0), np.empty((0, 3)), np.empty((0, 3))), {})
    assert gradient.shape == (0, 3)


def test_one_class_and_a_million() -> None:
    for classes in (1, 10**6):
        value, gradient = row_method("mean")(([0, 0], np.ones((2, classes)), np.ones((2, classes), np.float32)), {})
        assert value == classes + 1
        assert gradient.shape == (2, classes)


def test_the_mean_of_equal_numbers_is_that_number() -> None:
    method = Method(scalar_signature(), "value", lambda v, p: scalar_kernel(v, p, ("value",), "value"), "mean")
    n = 49 * 401
    assert method((np.zeros(n), np.ones(n)), {}) == 1.0


def test_many_python_threads_at_once() -> None:
    y, f = scalar_arrays(8 * chunks.ELEMENTS)
    expected = scalar_method("mean")((y, f), {}, n_threads=1)
    results: list[Any] = []
    callers = [
        threading.Thread(target=lambda: results.append(scalar_method("mean")((y, f), {}, n_threads=4)))
        for _ in range(8)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(results) == 8
    for result in results:
        same(result, expected)


@pytest.mark.parametrize("n_threads", [0, -1, 1.5, "two", True])
def test_n_threads_is_checked(n_threads: Any) -> None:
    with pytest.raises(ParameterError, match="n_threads is"):
        scalar_method()(([1.0], [1.0]), {}, n_threads=n_threads)


def test_reduction_is_checked() -> None:
    with pytest.raises(ParameterError, match='reduction is \'avg\'; expected "none", "sum" or "mean"'):
        scalar_method("avg")


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_columns_of_data_frames(library: str) -> None:
    frames = pytest.importorskip(library)
    y, f = scalar_arrays(20)
    table = frames.DataFrame({"y": y.astype(int), "f": f})
    same(scalar_method()((table["y"], table["f"]), {}), scalar_method()((y, f), {}))


def test_memory_maps(tmp_path: Any) -> None:
    y, f = scalar_arrays(20)
    np.save(tmp_path / "f.npy", f)
    mapped = np.load(tmp_path / "f.npy", mmap_mode="r")
    same(scalar_method()((y, mapped), {}), scalar_method()((y, f), {}))
