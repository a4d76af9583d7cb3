"""Exact results against the other reference, which differentiates the typed text by differences."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.audit.accuracy import FLOOR, numbers, program
from symloss.audit.balls import exact, exponential, is_small, plus
from symloss.audit.exact import Program
from symloss.audit.gamma import GAMMA
from symloss.audit.oracle import Oracle
from symloss.audit.points import batches
from symloss.audit.reals import Reals
from symloss.audit.ulp import ulp_error
from symloss.heads import functions as fn
from symloss.heads.evaluate import agreed
from symloss.heads.row_binders import LargestPlace
from symloss.heads.table import ROWS

SOME = ("binary_cross_entropy_with_logits", "huber", "normal", "poisson", "softmax_cross_entropy", "focal")


@pytest.mark.parametrize("name", SOME)
def test_exact_results_are_those_of_the_oracle(name: str) -> None:
    loss = sl.get(name)
    oracle = Oracle(loss)
    by = loss.outline.predictions[0]
    runs = {order: program(loss, order, by if order != "value" else "") for order in ("value", "gradient")}
    for batch in batches(loss, "float64", 16):
        if batch.kind in ("masked", "beside kinks"):
            continue
        for n in np.linspace(0, batch.length - 1, 2).astype(int):
            if max(abs(float(x)) for x in np.ravel(batch.arrays[by][n])) > 900:
                continue  # the oracle takes seconds there
            sample = batch.sample(n)
            found = [runs["value"](numbers(batch, n), FLOOR)[0], runs["gradient"](numbers(batch, n), FLOOR)[0]]
            wanted = [oracle.value(sample), oracle.gradient(sample, by)[0]]
            for a, b in zip(found, wanted, strict=True):
                assert abs(a - b) <= abs(b) * mpmath.mpf(2) ** -60 + mpmath.mpf(2) ** -1100, (sample, a, b)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.head.__name__)
def test_functions_on_balls_are_those_of_the_table(row: object) -> None:
    """At arguments where the plain oracle needs no care."""
    head, arity = row.head, max(row.head.nargs or (1,))  # type: ignore[attr-defined]
    x = [sl.data(f"x{n}") for n in range(arity)]
    places = {"polygamma": (1.0, 0.75), "besseli": (1.0, 0.75), "acosh": (1.75,), "log1mexp": (-0.75,)}
    at = places.get(head.__name__, (0.75, 0.375, 0.5)[:arity])
    given = {f"x{n}": v for n, v in enumerate(at)}
    # SymPy would give some of them a value or another name: the row is asked, not the class.
    applied = sp.Function.__new__(head, *x) if head.__name__ in ("polygamma", "besseli") else head(*x)
    found = Program(applied, (), (), {})(given, -1150)[0]
    assert abs(found - agreed(lambda: row.oracle(*map(mpmath.mpf, at)))) < mpmath.mpf(2) ** -60  # type: ignore[attr-defined]


@pytest.mark.parametrize("x", [-800.0, -300.0, -20.0, -2.0, 1.5, 20.0, 300.0, 800.0])
def test_gamma_functions_of_any_shape_are_exact(x: float) -> None:
    """The recurrence ties every argument to its neighbour, at both ends and where the ways to compute them meet."""
    f = sl.prediction("f")
    k = sp.exp(f)
    zeros = (
        sp.loggamma(k + 1) - sp.loggamma(k) - f,
        sp.polygamma(0, k + 1) - sp.polygamma(0, k) - 1 / k,
        sp.polygamma(1, k + 1) - sp.polygamma(1, k) + 1 / k**2,
        sp.polygamma(2, k + 1) - sp.polygamma(2, k) - 2 / k**3,
    )
    for zero in zeros:
        ball = Program(zero, (), (), {}).balls({"f": x}, 6000)[0]
        assert abs(ball.value) <= mpmath.ldexp(1, ball.error)
        assert ball.error < -2000


@pytest.mark.parametrize("x", [-30.0, -1.0, 0.0, 1e-30, 0.75, 1.0, 5.0, 30.0])
def test_error_functions_are_exact_in_their_tails(x: float) -> None:
    f = sl.prediction("f")
    with mpmath.workprec(2000):
        for head, wanted in ((sp.erf, mpmath.erf(x)), (sp.erfc, mpmath.erfc(x))):
            found = Program(sp.Function.__new__(head, f), (), (), {})({"f": x}, -3000)[0]
            assert abs(found - wanted) <= abs(wanted) * mpmath.mpf(2) ** -70


@pytest.mark.parametrize(
    ("head", "below", "above"),
    [(fn.exp_neg_exp, 1.0, 0.0), (fn.log1mexp_exp, -800.0, 0.0), (fn.bernoulli_exp, 1.0, 0.0)],
)
def test_functions_of_a_double_exponential_are_exact_in_their_tails(head: type, below: float, above: float) -> None:
    """Where exp(x) is far below 1, and where it has more bits before the point than any float64."""
    f = sl.prediction("f")
    program = Program(head(f), (), (), {})
    assert abs(program({"f": -800.0}, -3000)[0] - below) <= abs(below) * mpmath.mpf(2) ** -79
    assert [program({"f": x}, -1150)[0] for x in (774.0, 1e300)] == [above, above]


def test_a_ball_knows_that_its_digits_are_gone() -> None:
    with mpmath.workprec(100):
        assert is_small(plus(exponential(exact(1e-60)), exact(-1)))
        assert not is_small(plus(exponential(exact(1e-20)), exact(-1)))


@pytest.mark.parametrize("x", [1e-300, 1e-160, 1e-30, 1e-5])
def test_cancellation_at_zero_is_resolved(x: float) -> None:
    """log(cosh(x)) = x**2/2 - ... and 1 - cos(x), written so that everything cancels."""
    f = sl.prediction("f")
    for expression in (sp.log(sp.cosh(f)), 1 - sp.cos(f)):
        found = Program(expression, (), (), {})({"f": x}, -3000)[0]
        assert abs(found / (mpmath.mpf(x) ** 2 / 2) - 1) < mpmath.mpf(x) ** 2 + mpmath.mpf(2) ** -60


def test_the_place_of_the_largest_entry_is_the_first_one() -> None:
    axis = sl.axis("K")
    z, k = sl.prediction("z", axis), axis.indices("k")
    place = Program(LargestPlace(z[k], k), (), (axis,), {"K": 4})
    assert [place({"z": row}, -1150)[0] for row in ([0.5, 2.0, 2.0, -1.0], [3.0, 1.0, 0.0, 0.0])] == [1, 0]


def test_nothing_is_known_where_there_is_no_number() -> None:
    f = sl.prediction("f")
    assert mpmath.isnan(Program(sp.log(f), (), (), {})({"f": -1.0}, -1150)[0])
    assert not Reals.of([mpmath.nan, None]).known.any()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_errors_are_those_of_plain_arithmetic(dtype: str) -> None:
    random = np.random.default_rng(0)
    tiny = [mpmath.mpf(2) ** -1074, mpmath.mpf(3) * mpmath.mpf(2) ** -1076, mpmath.mpf(2) ** -1022 * (1 + mpmath.eps)]
    large = [mpmath.mpf(2) ** 1024, mpmath.mpf(2) ** 128, -(mpmath.mpf(2) ** 1023), mpmath.mpf(0)]
    with mpmath.workprec(200):
        numbers_ = [mpmath.mpf(x) * (1 + mpmath.mpf(2) ** -60) for x in random.normal(size=20)] + tiny + large
    real = np.dtype(dtype).type
    with np.errstate(over="ignore"):
        got = np.array([real(float(x)) for x in numbers_])
        got = np.concatenate([np.nextafter(got, real(1)), [np.nan, np.inf, -np.inf]]).astype(dtype)
    numbers_ += [mpmath.mpf(1)] * 3
    errors = Reals.of(numbers_).errors(got, dtype)
    for error, a, b in zip(errors, got, numbers_, strict=True):
        with mpmath.workprec(200):
            wanted = ulp_error(float(a), b, np.dtype(dtype))
        assert error == pytest.approx(wanted, rel=1e-9), (a, b)


def test_what_is_next_to_0_counts_beside_what_is_huge() -> None:
    """exp(q) log(1 + exp(-q)) and exp(q) (psi(exp(q) + 1/2) - psi(exp(q))), where exp(-q) is 2**-14427."""
    q = sl.prediction("q")
    k = sp.exp(q)
    for expression, limit in (
        (k * sp.log(1 + 1 / k), 1.0),
        (k * fn.digamma_difference(k, sp.S.Half), 0.5),
        (fn.rising_log(k, sp.S.Half) - q / 2 + 3, 3.0),
        (k**2 * fn.trigamma_difference(k, sp.S.Half), -0.5),
    ):
        assert float(Program(expression, (), (), {})({"q": 1e4}, -1150)[0]) == limit


@pytest.mark.parametrize("bits", [120, 1300])
def test_differences_of_gamma_functions_far_out_know_their_error(bits: int) -> None:
    with mpmath.workprec(bits):
        x, n = exact(mpmath.ldexp(mpmath.mpf("1.3"), bits + 140)), exact(0.5)
        found = [GAMMA[head](x, n) for head in (fn.rising_log, fn.digamma_difference, fn.trigamma_difference)]
    with mpmath.workprec(6 * bits + 1200):
        a, b = x.value + n.value, x.value
        want = [mpmath.loggamma(a) - mpmath.loggamma(b), *(mpmath.psi(m, a) - mpmath.psi(m, b) for m in (0, 1))]
        for ball, exactly in zip(found, want, strict=True):
            assert abs(ball.value - exactly) <= mpmath.ldexp(1, ball.error) <= abs(exactly) * mpmath.ldexp(1, 16 - bits)
