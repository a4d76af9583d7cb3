"""Every row of the table of distributions against SymPy's density and against numerical integrals."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator

import mpmath
import numpy as np
import pytest
import scipy.integrate
import scipy.stats
import sympy as sp
import sympy.stats as st

from symloss.declare import quadrature
from symloss.declare.distributions import BY_NAME, density_of_variable
from symloss.declare.domains import Counts, Interval, Positive, Reals
from symloss.declare.roles import parameter, target
from symloss.heads.evaluate import agreed, evaluate

Q = sp.Rational
Y = target("y")

# Parameters in SymPy's order. The first two of a location-scale family differ in location and scale alone.
CASES: dict[str, list[tuple[sp.Expr, ...]]] = {
    "Normal": [(Q(1, 2), Q(3, 2)), (Q(-2), Q(1, 3))],
    "Laplace": [(Q(1, 2), Q(3, 2)), (Q(-2), Q(1, 3))],
    "Logistic": [(Q(1, 2), Q(3, 2)), (Q(-2), Q(1, 3))],
    "Cauchy": [(Q(1, 2), Q(3, 2)), (Q(-2), Q(1, 3))],
    "StudentT": [(Q(3),), (Q(7, 2),)],
    "Gumbel": [(Q(3, 2), Q(1, 2)), (Q(1, 3), Q(-2))],
    "GumbelMinimum": [(Q(3, 2), Q(1, 2)), (Q(1, 3), Q(-2))],
    "VonMises": [(Q(1, 2), Q(3, 2)), (Q(-2), Q(5))],
    "Moyal": [(Q(1, 2), Q(3, 2)), (Q(-2), Q(1, 3))],
    "ExponentialPower": [(Q(1, 2), Q(3, 2), Q(5, 2)), (Q(-2), Q(1, 3), Q(5, 2)), (Q(0), Q(1), Q(3, 4))],
    "FisherZ": [(Q(3), Q(5, 2)), (Q(1, 2), Q(7))],
    "LogNormal": [(Q(1, 2), Q(3, 2)), (Q(-1), Q(1, 3))],
    "Exponential": [(Q(1, 2),), (Q(3),)],
    "Gamma": [(Q(5, 2), Q(1, 3)), (Q(5, 2), Q(4)), (Q(1, 2), Q(2))],
    "GammaInverse": [(Q(5, 2), Q(1, 3)), (Q(5, 2), Q(4)), (Q(3, 2), Q(2))],
    "ChiSquared": [(Q(3),), (Q(1),)],
    "Chi": [(Q(3),), (Q(1),)],
    "Weibull": [(Q(1, 2), Q(3, 2)), (Q(4), Q(3, 2)), (Q(2), Q(3, 4))],
    "Rayleigh": [(Q(1, 2),), (Q(3),)],
    "Maxwell": [(Q(1, 2),), (Q(3),)],
    "Nakagami": [(Q(3, 2), Q(1, 2)), (Q(3, 2), Q(4)), (Q(1, 2), Q(1))],
    "LogLogistic": [(Q(1, 2), Q(5, 2)), (Q(4), Q(5, 2)), (Q(1), Q(9, 4))],
    "Dagum": [(Q(1, 2), Q(3), Q(2)), (Q(1, 2), Q(3), Q(1, 4)), (Q(2), Q(3, 2), Q(1))],
    "GaussianInverse": [(Q(1, 2), Q(3, 2)), (Q(4), Q(3))],
    "Lomax": [(Q(5, 2), Q(1, 2)), (Q(5, 2), Q(4)), (Q(4), Q(1))],
    "Pareto": [(Q(1, 2), Q(5, 2)), (Q(4), Q(5, 2)), (Q(1), Q(4))],
    "Gompertz": [(Q(1, 2), Q(3, 2)), (Q(2), Q(3, 2)), (Q(1), Q(1, 4))],
    "Frechet": [(Q(5, 2), Q(1, 2), Q(0)), (Q(5, 2), Q(4), Q(-2)), (Q(4), Q(1), Q(1))],
    "FDistribution": [(Q(3), Q(5)), (Q(1), Q(7))],
    "Levy": [(Q(1, 2), Q(3, 2)), (Q(-2), Q(1, 3))],
    "Beta": [(Q(3, 2), Q(5, 2)), (Q(1, 2), Q(2))],
    "BetaPrime": [(Q(3, 2), Q(5, 2)), (Q(1, 2), Q(3))],
    "Kumaraswamy": [(Q(3, 2), Q(5, 2)), (Q(1, 2), Q(2))],
    "LogitNormal": [(Q(1, 2), Q(3, 2)), (Q(-1), Q(1, 3))],
    "Uniform": [(Q(-1, 2), Q(3, 2)), (Q(2), Q(7))],
    "PowerFunction": [(Q(3, 2), Q(0), Q(2)), (Q(3, 2), Q(-1), Q(5)), (Q(3), Q(0), Q(1))],
    "Poisson": [(Q(3, 2),), (Q(20),)],
    "Bernoulli": [(Q(1, 3),), (Q(9, 10),)],
    "Binomial": [(sp.Integer(7), Q(1, 3)), (sp.Integer(1), Q(9, 10))],
    "BetaBinomial": [(sp.Integer(7), Q(1, 3), Q(2)), (sp.Integer(2), Q(4), Q(3))],
    "Geometric": [(Q(1, 3),), (Q(9, 10),)],
    "NegativeBinomial": [(Q(5, 2), Q(1, 3)), (Q(1, 2), Q(3, 4))],
    "Logarithmic": [(Q(1, 3),), (Q(9, 10),)],
    "Skellam": [(Q(3, 2), Q(1, 2)), (Q(1), Q(4))],
    "YuleSimon": [(Q(3),), (Q(7, 2),)],
    "FlorySchulz": [(Q(1, 3),), (Q(9, 10),)],
}

ALL = [(name, arguments) for name, several in CASES.items() for arguments in several]
WITH_SURVIVAL = [(name, a) for name, a in ALL if BY_NAME[name].log_survival]
WITH_MEAN = [(name, a) for name, a in ALL if BY_NAME[name].mean and name != "Levy"]
WITH_SCALE = [name for name in CASES if BY_NAME[name].location_scale and name != "StudentT"]


def variable(name: str, arguments: tuple[sp.Expr, ...]) -> sp.Expr:
    if name == "GumbelMinimum":
        return st.Gumbel("X", *arguments, minimum=True)
    return getattr(st, name)("X", *arguments)


def number(y: sp.Expr) -> mpmath.mpf:
    return evaluate(sp.sympify(y), {})


def numbers_in(name: str, arguments: tuple[sp.Expr, ...]) -> Iterator[sp.Expr]:
    """Values of y across the support."""
    row = BY_NAME[name]
    low, high = row.support(*arguments)
    if row.discrete:
        first = max(low, -4)
        yield from (first + n for n in (0, 1, 3, 9) if first + n <= high)
    elif low.is_infinite:
        yield from (Q(-11, 3), Q(1, 7), Q(2), Q(19, 2))
    elif high.is_infinite:
        yield from (low + d for d in (Q(1, 50), Q(2, 3), Q(2), Q(19, 2)))
    else:
        yield from (low + (high - low) * d for d in (Q(1, 50), Q(2, 5), Q(19, 20)))


def log_density(name: str, arguments: tuple[sp.Expr, ...], at: object) -> mpmath.mpf:
    return evaluate(BY_NAME[name].log_density(Y, *arguments), {"y": at})


def test_every_row_has_cases() -> None:
    assert set(CASES) == set(BY_NAME)


@pytest.mark.parametrize(("name", "arguments"), ALL)
def test_log_density_is_sympys(name: str, arguments: tuple[sp.Expr, ...]) -> None:
    for y in numbers_in(name, arguments):
        expected = mpmath.mpf(str(sp.N(st.density(variable(name, arguments))(y), 40)))
        found = agreed(lambda y=y: mpmath.exp(log_density(name, arguments, number(y))))
        assert abs(found - expected) <= 1e-14 * expected, (y, found, expected)


@pytest.mark.parametrize(("name", "arguments"), ALL)
def test_parameters_are_found_in_sympys_order(name: str, arguments: tuple[sp.Expr, ...]) -> None:
    made = density_of_variable(variable(name, arguments), Y)
    assert made.name == name
    assert [value for _, _, value in made.conditions] == list(arguments)


def _expectation(name: str, arguments: tuple[sp.Expr, ...], above: float, g: Callable[[float], float]) -> float:
    """The sum or integral of g(y)*p(y) over y >= above, with SciPy in the logarithm of the distance from an end."""
    row = BY_NAME[name]
    p = _in_float64(sp.exp(row.log_density(Y, *arguments)))
    low, high = (float(end) for end in row.support(*arguments))
    low = max(low, above)
    if row.discrete:
        first, last = (-200 if math.isinf(low) else math.ceil(low)), min(high, 20_000)
        values = np.arange(first, int(last) + 1.0)
        with np.errstate(all="ignore"):
            return math.fsum(g(y) * float(m) for y, m in zip(values, p(values), strict=True) if m > 0)

    def side(start: float, sign: int, length: float) -> float:
        def h(t: float) -> float:
            y = start + sign * math.exp(t)
            return g(y) * float(p(y)) * math.exp(t) if y != start else 0.0

        stops = [t for t in (-80, -20, -8, -4, -2, -1, 0, 0.5, 1, 2, 3, 4, 6, 10, 30, 80) if t < math.log(length)]
        stops.append(min(math.log(length), 120.0))
        return math.fsum(
            scipy.integrate.quad(h, a, b, epsabs=0, epsrel=1e-9, limit=200)[0] for a, b in itertools.pairwise(stops)
        )

    if math.isinf(low):
        return side(0.0, 1, math.inf) + side(0.0, -1, math.inf)
    return side(low, 1, high - low)


@pytest.mark.filterwarnings("ignore::scipy.integrate.IntegrationWarning")  # an end singularity; the result is compared
@pytest.mark.parametrize(("name", "arguments"), WITH_MEAN)
def test_mean(name: str, arguments: tuple[sp.Expr, ...]) -> None:
    heavy = name in ("YuleSimon",)  # the sum to 4000 leaves out y^-3
    expected = _expectation(name, arguments, -math.inf, lambda y: y)
    found = float(evaluate(BY_NAME[name].mean(*arguments), {}))
    if found == 0:
        return  # by symmetry; a relative error says nothing
    assert found == pytest.approx(expected, rel=1e-3 if heavy else 1e-6, abs=0)


@pytest.mark.parametrize(("name", "arguments"), WITH_SURVIVAL)
def test_survival(name: str, arguments: tuple[sp.Expr, ...]) -> None:
    row = BY_NAME[name]
    for y in list(numbers_in(name, arguments))[:3]:
        start = int(y) + 1 if row.discrete else float(y)
        expected = _expectation(name, arguments, start, lambda _: 1)
        found = math.exp(evaluate(row.log_survival(Y, *arguments), {"y": number(y)}))
        assert found == pytest.approx(expected, rel=1e-4 if name == "YuleSimon" else 1e-7, abs=0)


@pytest.mark.parametrize(("name", "arguments"), WITH_SURVIVAL)
def test_survival_has_the_density_as_slope(name: str, arguments: tuple[sp.Expr, ...]) -> None:
    row = BY_NAME[name]
    for y in numbers_in(name, arguments):
        at = number(y)

        def slope(at: mpmath.mpf = at) -> mpmath.mpf:
            survival = lambda t: mpmath.exp(evaluate(row.log_survival(Y, *arguments), {"y": t}))  # noqa: E731
            if row.discrete:
                return survival(at - 1) - survival(at)
            return -mpmath.diff(survival, at)

        with mpmath.workprec(400):
            expected = mpmath.exp(log_density(name, arguments, at))
            if expected < mpmath.mpf(10) ** -60:
                continue  # 400 bits do not see it beside 1
            if row.discrete and y == row.support(*arguments)[0]:
                continue  # P(Y > first - 1) is 1, which the formula need not give
            assert abs(slope() - expected) <= mpmath.mpf(10) ** -20 * expected


@pytest.mark.parametrize("name", WITH_SCALE)
def test_standardised_density_is_free_of_location_and_scale(name: str) -> None:
    first, second = CASES[name][:2]
    row = BY_NAME[name]

    def standard(arguments: tuple[sp.Expr, ...], z: sp.Expr) -> mpmath.mpf:
        location, scale = row.location_scale(*arguments)
        y = evaluate(location + scale * z, {})
        return log_density(name, arguments, y) + mpmath.log(evaluate(scale, {}))

    for z in (Q(1, 10), Q(3, 5), Q(9, 10)) if name not in ("Pareto",) else (Q(11, 10), Q(2), Q(7)):
        with mpmath.workprec(200):
            assert abs(standard(first, z) - standard(second, z)) <= mpmath.mpf(10) ** -50


DOMAINS = {"real": Reals, "positive": Positive, "probability": Interval(0.0, 1.0, closed="neither"), "size": Counts}


@pytest.mark.parametrize("name", [name for name in CASES if name not in ("BetaBinomial", "Uniform")])
def test_rows_agree_with_the_generic_path(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """SymPy's own density with symbols for the parameters, made additive, is the row's."""
    row = BY_NAME[name]
    symbols = [parameter(n, domain=Counts if name == "ChiSquared" else DOMAINS[kind]) for n, kind in row.parameters]
    monkeypatch.setattr("symloss.declare.distributions.BY_NAME", {})
    generic = density_of_variable(variable(name, tuple(symbols)), Y)
    assert generic.plain is not None
    for arguments in CASES[name]:
        given = {symbol.name: number(a) for symbol, a in zip(symbols, arguments, strict=True)}
        for y in numbers_in(name, arguments):
            if name == "Skellam" and y < 0:
                continue  # SymPy's Bessel function has the order y, the row's |y|
            at = {**given, "y": number(y)}
            with mpmath.workprec(120):
                found = mpmath.exp(evaluate(generic.log, at))
                expected = mpmath.exp(evaluate(row.log_density(Y, *symbols), at))
                assert abs(found - expected) <= 1e-25 * expected, (arguments, y)


def test_scipy_agrees_on_the_negative_binomial() -> None:
    """SymPy 1.14 changed its parametrisation: p is now the probability of success, y counts failures."""
    r, p = Q(5, 2), Q(1, 3)
    for y in (0, 1, 7, 40):
        expected = scipy.stats.nbinom.pmf(y, 2.5, 1 / 3)
        assert math.exp(log_density("NegativeBinomial", (r, p), y)) == pytest.approx(expected, rel=1e-12, abs=0)


def test_survival_is_stable_in_both_tails() -> None:
    """Against scipy's survival functions, where the survival is 1 - 1e-9 and where it underflows."""
    frozen_of = {"Normal": scipy.stats.norm, "Logistic": scipy.stats.logistic, "Cauchy": scipy.stats.cauchy}
    for name, frozen in frozen_of.items():
        arguments = (Q(0), Q(1))
        formula = BY_NAME[name].log_survival(Y, *arguments)
        f = _in_float64(formula)
        for y in (-30.0, -8.0, -0.5, 0.5, 8.0, 30.0, 1e5):
            exact = float(agreed(lambda y=y, formula=formula: evaluate(formula, {"y": y}), start=1000))
            assert float(f(y)) == pytest.approx(exact, rel=1e-10, abs=0), (name, y)
            if abs(y) < 20:
                assert exact == pytest.approx(float(frozen.logsf(y)), rel=1e-9, abs=0)


def _in_float64(formula: sp.Expr) -> Callable[[np.ndarray | float], np.ndarray]:
    u = sp.Dummy("u", real=True)
    f = quadrature.compiled(formula.xreplace({Y: u}), u, [])
    return lambda y: f(np.asarray(y, dtype=float), [])
