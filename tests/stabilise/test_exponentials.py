"""An exponential meets the other factors before it overflows or underflows, and exponents keep what rounding took."""

from __future__ import annotations

import math

import mpmath
import pytest
import sympy as sp

import symloss as sl

y, f, s = sl.target("y"), sl.prediction("f"), sl.prediction("s")
r = y - f
third = sp.Rational(1, 3)

HALVES = {
    "exp(f)/2": (sp.exp(f) / 2, 709.9),
    "exp(f)/3": (sp.exp(f) / 3, 710.5),
    "exp(2*f)/8": (sp.exp(2 * f) / 8, 355.5),
    "(exp(f) - 1)/2": ((sp.exp(f) - 1) / 2, 709.9),
    "(exp(f) - f - 1)/3": ((sp.exp(f) - f - 1) / 3, 710.5),
}


@pytest.mark.parametrize("title", HALVES)
def test_a_share_of_an_exponential_is_finite_where_that_is_not(title: str) -> None:
    expression, at = HALVES[title]
    got = sl.Loss("typed", expression, inputs=(f,)).value([at])[0]
    want = sp.lambdify(f, expression, "mpmath")(mpmath.mpf(at))
    assert math.isfinite(got)
    assert abs(got / want - 1) < 4e-16


@pytest.mark.parametrize(("residual", "scale"), [(1e-300, 1390.0), (5e-324, 1400.0), (1e300, -1300.0), (2.0, -700.0)])
def test_a_factor_meets_an_exponential_before_it_overflows(residual: float, scale: float) -> None:
    loss = sl.Loss("scaled", y * sp.exp(f), inputs=(y, f))
    got = loss.value([residual], [scale])[0]
    assert abs(got / (mpmath.mpf(residual) * mpmath.exp(mpmath.mpf(scale))) - 1) < 4e-16


def test_what_an_exponential_outgrows_does_not_matter_where_that_is_0() -> None:
    laplace = sl.Loss("laplace", sp.Abs(r) * sp.exp(-sp.Abs(r) * sp.exp(-s)), inputs=(y, f, s))
    assert laplace.value([0.0] * 3, [math.inf, 1e308, -1e200], [0.0, 3.0, 20.0]).tolist() == [0.0, 0.0, 0.0]
    assert laplace.hessian([0.0] * 2, [1e308, 1e200], [3.0, 20.0], wrt="s").tolist() == [0.0, 0.0]
    other = sl.Loss("other", y * sp.exp(-s) * f, inputs=(y, f, s))
    assert math.isnan(other.value([1.0], [math.inf], [math.inf])[0])  # nothing says which of the two is faster


DECAY = {
    "exp(-r*exp(-s))": sp.exp(-r * sp.exp(-s)),
    "exp(-(r*exp(-s))**2/2 - s)": sp.exp(-(r**2) * sp.exp(-2 * s) / 2 - s),
    "exp(-r*exp(-s)/3)": sp.exp(-r * sp.exp(-s) / 3),
    "softplus(-r*exp(-s))": sp.log(1 + sp.exp(-r * sp.exp(-s))),
}


@pytest.mark.parametrize("title", DECAY)
def test_the_error_of_an_exponential_inside_an_exponent_is_made_good(title: str) -> None:
    """Uncompensated 20 ulp at an exponent of -40; left out, the error of exp(-s) alone is as much."""
    loss = sl.Loss("decay", DECAY[title], inputs=(y, f, s))
    typed = sp.lambdify((y, f, s), DECAY[title], "mpmath")
    for n in range(60):
        at = (36.0 * (1 + n / 70), 0.1 * n / 7, 0.01 * (n - 45))
        got = loss.value(*([x] for x in at))[0]
        with mpmath.workprec(300):
            want = typed(*map(mpmath.mpf, at))
            assert abs(mpmath.mpf(got) - want) <= 4 * math.ulp(float(want)), at


def test_the_error_of_an_exponential_that_is_added_in_an_exponent_is_made_good() -> None:
    """The chance of no count, sigmoid(-q - exp(f)): half an ulp of exp(f) = 36 is 20 of the result."""
    loss = sl.Loss("double", 1 / (1 + sp.exp(s + sp.exp(f))), inputs=(f, s))
    for n in range(60):
        at = (2.0 + n / 38, 0.3 * n / 7 - 1.0)
        got = loss.value(*([x] for x in at))[0]
        with mpmath.workprec(300):
            want = 1 / (1 + mpmath.exp(mpmath.mpf(at[1]) + mpmath.exp(mpmath.mpf(at[0]))))
            assert abs(mpmath.mpf(got) - want) <= 4 * math.ulp(float(want)), at


def test_the_error_of_a_logarithm_is_made_good() -> None:
    time = sl.target("time", domain=sl.Positive)
    loss = sl.Loss("odds", sp.log(1 + sp.exp(2 * (sp.log(time) - f))), inputs=(time, f))
    for n in range(60):
        at = (1e-6 * (1 + n / 7), 0.3 * n + 1.0)
        got = loss.value([at[0]], [at[1]])[0]
        with mpmath.workprec(300):
            want = mpmath.log1p(mpmath.exp(2 * (mpmath.log(mpmath.mpf(at[0])) - mpmath.mpf(at[1]))))
            assert abs(mpmath.mpf(got) - want) <= 4 * math.ulp(float(want)), at


def test_a_residual_that_is_infinite_does_not_hide_a_probability_that_is_0() -> None:
    loss = sl.get("logistic_2")
    assert loss.hessian([0.5], [math.inf], [-2.0], wrt="s")[0] == math.inf


def test_what_a_condition_leaves_out_is_0_beside_an_infinity() -> None:
    """The slope by the mean of coordinate 0 has none of the whitened coordinates after it, whatever these are."""
    loss = sl.get("multivariate_normal")
    precision = [[[1.0, 0.0, 0.0], [0.5, 800.0, 0.0], [-0.0, 0.0, 2.0]]]
    slope = loss.gradient([[1.0, 2.0, 3.0]], [[0.5, 1.0, 2.0]], precision, wrt="mu")[0]
    assert slope[0] == pytest.approx(-(0.5 * math.e + 0.5) * math.e, rel=1e-15, abs=0)
    assert slope[1] == -math.inf
    assert slope[2] == pytest.approx(-math.exp(4), rel=1e-15, abs=0)  # times a 0 below the diagonal


def test_a_sine_takes_what_rounding_took_from_a_huge_angle() -> None:
    loss = sl.get("von_mises_2")
    with mpmath.workprec(2000):
        want = -mpmath.sin(mpmath.mpf(1) - mpmath.mpf(1e300)) * mpmath.exp(3)
    assert loss.gradient([1.0], [1e300], [3.0], wrt="mu")[0] == pytest.approx(float(want), rel=1e-15, abs=0)


def test_a_sine_next_to_its_zero_keeps_its_digits_for_a_huge_angle() -> None:
    """(y - mu)/2 is 0.046 beside a whole number of turns; of sin(x) cos(e) + cos(x) sin(e) 4 bits were left."""
    with mpmath.workprec(2000):
        want = 2 * mpmath.sin((mpmath.mpf(-1.25) - mpmath.mpf(4.045430908857926e68)) / 2) ** 2 * mpmath.exp(20)
        far = float(want - mpmath.log(2 * mpmath.pi) / 2 - 10 + mpmath.exp(-20) / 8)
    got = sl.get("von_mises_2").value([-1.25], [4.045430908857926e68], [20.0])[0]
    assert got == pytest.approx(far, rel=1e-15, abs=0)


def test_a_bessel_function_of_an_exponential_that_overflows_is_finite() -> None:
    loss = sl.get("von_mises_2")
    with mpmath.workprec(2000):
        want = 2 * mpmath.exp(mpmath.mpf(709.9)) * mpmath.sin(mpmath.mpf(0.25)) ** 2
    assert loss.value([0.5], [1.0], [709.9])[0] == pytest.approx(float(want), rel=1e-15, abs=0)


def test_the_upper_tail_of_a_normal_variable_takes_the_error_of_a_logarithm() -> None:
    loss = sl.get("lognormal_aft")
    for n in range(40):
        time, location = 1e-6 * (1 + n / 7), 2.0 + 0.3 * n
        with mpmath.workprec(3000):
            z = mpmath.log(mpmath.mpf(time)) - mpmath.mpf(location)
            want = -mpmath.log(mpmath.erfc(z / mpmath.sqrt(2)) / 2)
        got = loss.value([time], [0.0], [location])[0]
        assert abs(got - want) <= 4 * math.ulp(float(want)), time


def test_the_error_of_a_softplus_inside_an_exponent_is_made_good() -> None:
    margin = sl.parameter("margin", default=0.05, domain=sl.Positive)
    loss = sl.Loss("shifted", 1 / (1 + margin * (1 + sp.exp(f))), inputs=(f,))
    for n in range(40):
        at = 20.0 + n / 7
        with mpmath.workprec(300):
            want = 1 / (1 + mpmath.mpf(0.05) * (1 + mpmath.exp(mpmath.mpf(at))))
        assert abs(loss.value([at])[0] - want) <= 4 * math.ulp(float(want)), at


FINITE = {
    "cauchy": ({"scale": 0.5}, "value", 1419.0829996375237),
    "cauchy, slope": ({"scale": 0.5}, "gradient", 2.0025664726564816e-308),
    "barron": ({"alpha": 1.0, "scale": 1.0}, "value", 9.98718408256842e307),
    "smooth_hinge": ({"gamma": 0.5}, "value", 9.98718408256842e307),
}


@pytest.mark.parametrize("title", FINITE)
def test_what_overflows_meets_the_other_factors_first(title: str) -> None:
    parameters, order, want = FINITE[title]
    far = -9.98718408256842e307 if title == "smooth_hinge" else 9.98718408256842e307
    got = getattr(sl.get(title.split(",")[0]), order)([1.0], [far], **parameters)[0]
    assert got == pytest.approx(want, rel=1e-15, abs=0)


def test_a_share_of_the_square_of_a_huge_residual_is_finite() -> None:
    far, share = -6.2634487199473665e156, 9.5367431640625e-07
    assert sl.get("probit").value([share], [far])[0] == pytest.approx(1.870669835443988e307, rel=1e-15, abs=0)


def test_the_concentration_at_the_mode_keeps_what_is_left_of_a_half() -> None:
    """1/2 + 1/(8 k) less as much: the slope by log k at the mode, and its derivative 1/(8 k)."""
    loss = sl.get("von_mises_2")
    for s in (41.0, 300.0, 709.7):
        assert loss.gradient([0.5], [0.5], [s], wrt="s")[0] == -0.5
        assert loss.hessian([0.5], [0.5], [s], wrt="s")[0] == pytest.approx(math.exp(-s) / 8, rel=1e-12, abs=0)
    assert loss.gradient([0.5], [0.5], [750.0], wrt="s")[0] == -0.5


def test_the_inverse_gaussian_deviance_keeps_its_sign_far_out() -> None:
    """The slope is 2 (1 - y/mu)/mu; its three terms cancel to 1e-17 of themselves at f = 40."""
    amount = sl.target("amount", domain=sl.Positive)
    loss = sl.Loss("typed", (amount - sp.exp(f)) ** 2 / (amount * sp.exp(2 * f)), inputs=(amount, f))
    for at in (40.0, 80.0, 300.0, 700.0):
        wanted = 2 * math.exp(-at) * -math.expm1(math.log(5.0) - at)
        assert loss.gradient([5.0], [at])[0] == pytest.approx(wanted, rel=1e-15, abs=0)
    assert loss.value([5.0], [math.inf])[0] == 0.2


def test_the_square_of_an_exponential_outgrows_the_exponential_beside_it() -> None:
    """(y - mu) e^u S + 2 (y - mu)**2 e^2u with a negative S: no infinity less another."""
    loss = sl.get("multivariate_normal")
    precision = [[[800.0, 0.0], [1.0, 0.0]]]
    assert loss.hessian([[1.0, -1.0]], [[0.0, 0.0]], precision, wrt="cholesky")[0][0][0] == math.inf


def test_a_square_of_a_probability_divides_twice() -> None:
    y, p = 9.5367431640625e-07, 8.982021642799015e-158
    got = sl.get("binary_cross_entropy_probability").hessian([y], [p])[0]
    assert got == pytest.approx(1.1820936716502491e308, rel=1e-15, abs=0)
    identity = sl.get("poisson").with_link("identity")
    assert identity.hessian([0.0], [1e-300])[0] == 0.0


def test_log_of_one_less_a_double_exponential_does_not_matter_where_the_exponential_is_infinite() -> None:
    """As in a truncated Poisson's loss: exp(f) + log(1 - exp(-exp(f))) - y f is no infinity less another."""
    y, f = sl.target("y", domain=sl.Counts), sl.prediction("f")
    loss = sl.Loss("truncated_poisson", sp.log(sp.exp(sp.exp(f)) - 1) - y * f)
    assert loss.value([17.0, 17.0], [1e308, -1e308]).tolist() == [math.inf, math.inf]
    assert loss.value([17.0, 17.0], [math.inf, -math.inf]).tolist() == [math.inf, math.inf]
    assert loss.value([1.0, 1.0], [math.inf, -math.inf]).tolist() == [math.inf, 0.0]
    assert loss.gradient([17.0], [1e308]).tolist() == [math.inf]


SMALL = {
    "student_t_3, a square that underflows": (
        {"y": [3.0], "mu": [1.2495872067358495e154], "s": [-20.0], "q": [20.0]}, "hessian", "s", 1.2808458222002767e-308
    ),
    "student_t_3, a square times a large number": (
        {"y": [3.0], "mu": [-20.0], "s": [-20.0], "q": [761.2121212121212]}, "hessian", "q", -9.9583206180757621e-292
    ),
    "student_t_3, the curvature of a shape next to 1": (
        {"y": [-0.09958739178680265], "mu": [-0.21408779438774658], "s": [1.4253230586233663],
         "q": [0.22688479478104262]},
        "hessian", "q", 0.12135196760195355
    ),
    "negative_binomial_2, an excess that underflows but for its factor": (
        {"y": [2.5], "f": [20.0], "a": [-745.2]}, "gradient", "a", -2.7195770130482808e-307
    ),
    "beta_2, shapes of which one is not large": (
        {"y": [0.5], "f": [20.759312320916905], "s": [3.0]}, "hessian", "f", -6.7855574419376e-08
    ),
    "negative_binomial_2, the curvature far out": (
        {"y": [2.5], "f": [-1.25], "a": [-2.7077363896848183]}, "hessian", "a", -0.062180809735707787
    ),
}  # fmt: skip


@pytest.mark.parametrize("title", SMALL)
def test_what_is_small_by_itself_meets_the_other_factors_first(title: str) -> None:
    arguments, order, by, want = SMALL[title]
    got = getattr(sl.get(title.split(",")[0]), order)(**arguments, wrt=by)[0]
    assert abs(got - want) <= 8 * math.ulp(want)


def test_a_share_that_underflows_meets_the_precision_first() -> None:
    """sigmoid(-f) = 3e-320 has 13 bits; the terms are 1e-308 and cancel to a hundredth of that."""
    got = sl.get("beta_2").hessian([0.9999990463256836], [735.7429718875501], [20.0], wrt="f")[0]
    assert got == pytest.approx(-9.6333168297334134e-311, rel=1e-10, abs=0)
