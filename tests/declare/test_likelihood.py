"""What a likelihood becomes, and which declarations are refused with which words."""

from __future__ import annotations

import pickle

import pytest
import sympy as sp
import sympy.stats as st

from symloss.declare.axes import axis
from symloss.declare.domains import Binary, Counts, Interval, NonNegative, Positive, Signs, Unit
from symloss.declare.likelihood import likelihood
from symloss.declare.roles import data, label, parameter, prediction, target
from symloss.errors import DeclarationError
from symloss.heads.binders import Softmax
from symloss.heads.functions import log_bessel_i0, norm_cdf, sigmoid, xlogy

Y = target("y")
Y0 = target("y", domain=NonNegative)
YB = target("y", domain=Binary)
YC = target("y", domain=Counts)
F, S = prediction("f"), prediction("s")
SCALE = parameter("scale", default=1.5, domain=Positive)
D = data("d", domain=Binary)
E = data("exposure", domain=Positive)
K = axis("K")
J = K.indices("j")
Z, C = prediction("z", K), label("c", K)
RATE = sp.exp(F)


# --- what is dropped ----------------------------------------------------------------------------


def test_poisson_drops_the_factorial() -> None:
    made = likelihood(st.Poisson("Y", RATE), Y)
    assert made.expression == RATE - Y * F
    assert made.dropped == sp.loggamma(Y + 1)
    assert made.full == made.expression + made.dropped
    assert made.mean == RATE
    assert made.support == (0, sp.oo, True)
    assert made.distribution == "Poisson"


def test_exposure_is_data() -> None:
    made = likelihood(st.Poisson("Y", E * RATE), Y)
    assert made.expression == E * RATE - Y * F
    assert made.dropped == sp.loggamma(Y + 1) - Y * sp.log(E)


def test_dispersion_keeps_its_terms() -> None:
    made = likelihood(st.Normal("Y", F, SCALE), Y)
    assert made.expression == (Y - F) ** 2 / (2 * SCALE**2) + sp.log(SCALE)
    assert made.dropped == sp.log(2 * sp.pi) / 2
    assert made.standardised == (F, SCALE)


def test_number_for_a_parameter_drops_its_terms() -> None:
    assert likelihood(st.Normal("Y", F, 2), Y).expression == (Y - F) ** 2 / 8


def test_keep_constants() -> None:
    made = likelihood(st.Poisson("Y", RATE), Y, keep_constants=True)
    assert made.expression == made.full == RATE - Y * F + sp.loggamma(Y + 1)
    assert made.dropped == 0


def test_two_predictions() -> None:
    made = likelihood(st.Normal("Y", F, sp.exp(S)), Y)
    assert made.expression == S + (Y - F) ** 2 * sp.exp(-2 * S) / 2


def test_typed_density_gives_what_the_table_gives() -> None:
    typed = sp.exp(-RATE) * RATE**Y0 / sp.factorial(Y0)
    assert likelihood(typed, Y0).expression == likelihood(st.Poisson("Y", RATE), Y0).expression
    assert likelihood(typed, Y0).support == (0, sp.oo, True)  # summed over the integers, though y is real
    normal = sp.exp(-((Y - F) ** 2) / (2 * SCALE**2)) / sp.sqrt(2 * sp.pi * SCALE**2)
    assert likelihood(normal, Y).expression == likelihood(st.Normal("Y", F, SCALE), Y).expression


def test_zero_times_log_zero_is_written_so_where_a_prediction_may_be_zero() -> None:
    p = prediction("p", domain=Unit)
    made = likelihood(st.Bernoulli("Y", p), target("y", domain=Unit))
    y = target("y", domain=Unit)
    assert made.expression == -xlogy(y, p) - xlogy(1 - y, 1 - p)
    assert not likelihood(st.Bernoulli("Y", sigmoid(F)), y).expression.has(xlogy)


def test_bernoulli_with_raw_logistic_does_not_subtract() -> None:
    made = likelihood(st.Bernoulli("Y", 1 / (1 + sp.exp(-F))), YB)
    assert made.expression == -YB * sp.log(sigmoid(F)) - (1 - YB) * sp.log(sigmoid(-F))
    assert made.mean == sigmoid(F)


def test_negative_binomial_of_given_mean() -> None:
    made = likelihood(st.NegativeBinomial("Y", SCALE, SCALE / (SCALE + RATE)), Y)
    assert made.mean == RATE
    assert made.dropped == sp.loggamma(Y + 1)


def test_beta_of_given_mean_and_precision() -> None:
    made = likelihood(st.Beta("Y", SCALE * sigmoid(F), SCALE * sigmoid(-F)), target("y", domain=Unit))
    assert made.mean == sigmoid(F)
    assert -sp.loggamma(SCALE) in made.expression.args


def test_von_mises_takes_any_angle() -> None:
    expected = log_bessel_i0(SCALE) - SCALE * sp.cos(Y - F)
    for domain in (None, Interval(-float(sp.pi), float(sp.pi))):
        y = Y if domain is None else target("y", domain=domain)
        assert likelihood(st.VonMises("Y", F, SCALE), y).expression == expected.xreplace({Y: y})


def test_shifted_and_scaled_variable() -> None:
    made = likelihood(F + sp.exp(S) * st.StudentT("T", 4), Y)
    assert made.standardised == (F, sp.exp(S))
    assert made.mean == F
    assert sp.simplify(made.expression - S - sp.Rational(5, 2) * sp.log(1 + (Y - F) ** 2 * sp.exp(-2 * S) / 4)) == 0


def test_zero_inflated_counts_and_amounts() -> None:
    mass = sp.exp(-RATE) * RATE**YC / sp.factorial(YC)
    zero = sigmoid(S)
    counts = sp.Piecewise((zero + (1 - zero) * sp.exp(-RATE), sp.Eq(YC, 0)), ((1 - zero) * mass, True))
    assert likelihood(counts, YC).support[2]
    amounts = sp.Piecewise((zero, sp.Eq(Y0, 0)), ((1 - zero) * sp.exp(F - Y0 * RATE), True))
    made = likelihood(amounts, Y0)
    assert made.atoms == (0,)
    assert not made.support[2]


def test_class_probabilities() -> None:
    typed = sp.exp(Z[C]) / sp.Sum(sp.exp(Z[J]), J)
    made = likelihood(typed, C)
    assert made.expression == -sp.log(Softmax(Z[J], J, C))
    assert made.support == (0, K.size - 1, True)


def test_signs() -> None:
    y = target("y", domain=Signs)
    made = likelihood(sigmoid(y * F), y)
    assert made.points == (-1, 1)
    assert made.expression == -sp.log(sigmoid(y * F))


def test_a_row_of_targets_needs_normalised_false() -> None:
    t = target("t", K)
    density = sp.exp(-sp.Sum((t[J] - Z[J]) ** 2, J) / 2)
    with pytest.raises(DeclarationError, match="normalised=False"):
        likelihood(density, t)
    assert likelihood(density, t, normalised=False).expression.atoms(sp.Indexed)


def test_likelihood_pickles() -> None:
    made = likelihood(st.Weibull("Y", RATE, SCALE), Y0, event=D)
    assert pickle.loads(pickle.dumps(made)) == made


# --- censoring ----------------------------------------------------------------------------------


def test_a_term_in_the_target_alone_is_dropped_where_it_hides_in_a_factor() -> None:
    positive = target("y", domain=Positive)
    made = likelihood(st.Gamma("Y", RATE, SCALE), positive)
    assert made.dropped == sp.log(positive)
    assert sp.expand(made.expression).coeff(sp.log(positive)) == -RATE


def test_weibull_keeps_one_hazard() -> None:
    made = likelihood(st.Weibull("Y", RATE, SCALE), Y0, event=D)
    hazard = SCALE * F - sp.log(SCALE) - xlogy(SCALE - 1, Y0)
    # The scale is exp(F), whose logarithm is at hand.
    assert made.expression == D * hazard + Y0**SCALE * sp.exp(-SCALE * F)


def test_censored_expression_is_integrated() -> None:
    made = likelihood(sp.exp(F - Y0 * RATE), Y0, event=D)
    assert made.expression == Y0 * RATE - D * F


def test_censored_with_survival_given() -> None:
    made = likelihood(sp.exp(F - Y0 * RATE), Y0, event=D, survival=sp.exp(-Y0 * RATE))
    assert made.expression == Y0 * RATE - D * F
    with pytest.raises(DeclarationError, match="survival function gives"):
        likelihood(sp.exp(F - Y0 * RATE), Y0, event=D, survival=sp.exp(-2 * Y0 * RATE))


def test_censored_without_a_closed_survival_is_refused() -> None:
    with pytest.raises(DeclarationError, match="survival="):
        likelihood(st.Gamma("Y", SCALE, RATE), Y0, event=D)


def test_event_is_binary_data() -> None:
    for wrong in (data("d"), prediction("d", domain=Binary), "d"):
        with pytest.raises(DeclarationError, match=r"sl\.data\('d', domain=sl\.Binary\)"):
            likelihood(st.Exponential("Y", RATE), Y0, event=wrong)


# --- refused ------------------------------------------------------------------------------------

REFUSED = {
    "y == 0 in Python": (lambda: sp.Piecewise((sigmoid(F), YB == 1), (1 - sigmoid(F), True)), YB, r"sp\.Eq\(y, 0\)"),
    "a truth value": (lambda: YB == 1, YB, r"sp\.Eq"),
    "no constant": (lambda: sp.exp(-Y0 * RATE), Y0, "missing normalising constant"),
    "log-density": (lambda: F - Y0 * RATE, Y0, "it is the logarithm of a density"),
    "loss for a density": (lambda: Y0 * RATE - F, Y0, "it is a negative log-density"),
    "scale for rate": (lambda: RATE * sp.exp(-Y0 / RATE), Y0, "another parametrisation"),
    "rate may be negative": (lambda: F * sp.exp(-Y0 * F), Y0, r"domain=sl\.Positive"),
    "lambda may be negative": (lambda: st.Poisson("Y", F), Y, r"lamda must be > 0.*sp\.exp\(f\)"),
    "p outside the unit interval": (lambda: st.Bernoulli("Y", F), YB, r"sl\.sigmoid\(f\)"),
    "domain cuts the support": (lambda: st.Normal("Y", F, 1), Y0, "leaves out a part of the support"),
    "density on counts": (lambda: st.Exponential("Y", RATE), YC, "continuous density for a target declared on"),
    "moving end": (lambda: st.Uniform("Y", 0, RATE), Y0, "support depends on a prediction"),
    "moving start": (lambda: st.Pareto("Y", RATE, 2), Y0, "support depends on a prediction"),
    "moving end typed": (lambda: sp.Piecewise((1 / RATE, Y0 < RATE), (0, True)), Y0, "support depends on a prediction"),
    "joint": (lambda: st.Normal("Y", [F, F], [[1, 0], [0, 1]]), Y, "joint"),
    "multinomial": (lambda: st.Multinomial("Y", 3, sigmoid(F), sigmoid(-F)), Y, "joint"),
    "compound": (lambda: st.Poisson("Y", st.Gamma("G", RATE, 1)), Y, "several random variables"),
    "function of a variable": (lambda: sp.exp(st.Normal("X", F, 1)), Y0, r"only m \+ s\*X"),
    "scaled count": (lambda: 2 * st.Poisson("X", RATE), YC, "scaled count"),
    "discrete uniform": (lambda: st.DiscreteUniform("Y", [1, 2, 3]), Y, "no closed density"),
    "Hermite": (lambda: st.Hermite("Y", RATE, RATE), YC, "no closed density"),
    "no prediction": (lambda: st.Normal("Y", 0, 1), Y, "depends on no prediction"),
    "another target": (lambda: sp.exp(F - Y * RATE), Y0, "one declaration for both"),
    "class scores": (lambda: sp.exp(Z[C]), C, "3 classes"),
    "variable for a label": (lambda: st.Poisson("Y", RATE), C, "softmax"),
    "not a density": (lambda: object(), Y, "neither a sympy.stats variable"),
    "not a target": (lambda: st.Normal("Y", F, 1), F, r"sl\.target\('y'\)"),
    "negative somewhere": (
        lambda: sp.exp(-(Y**2) / 2) / sp.sqrt(2 * sp.pi) * (1 + 5 * sigmoid(F) * Y),
        Y,
        "negative",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    density, y, words = REFUSED[case]
    with pytest.raises(DeclarationError, match=words):
        likelihood(density(), y)


def test_failure_shows_the_density_and_the_numbers() -> None:
    words = r"p\(y \| \.\.\.\) = exp\(-y\*exp\(f\)\): integrates .* 2\.22554 at f = -0\.8"
    with pytest.raises(DeclarationError, match=words):
        likelihood(sp.exp(-Y0 * RATE), Y0)


def test_normalised_false_takes_it() -> None:
    assert likelihood(sp.exp(-Y0 * RATE), Y0, normalised=False).expression == Y0 * RATE


@pytest.mark.parametrize("domain", [Unit, Binary])
def test_mass_function_of_two_values(domain: object) -> None:
    y = target("y", domain=domain)
    made = likelihood(sigmoid(F) ** y * sigmoid(-F) ** (1 - y), y)
    assert made.support == (0, 1, True)


def test_probit_and_zeta_by_the_generic_path() -> None:
    made = likelihood(sp.Piecewise((norm_cdf(F), sp.Eq(YB, 1)), (norm_cdf(-F), True)), YB)
    assert made.mean == norm_cdf(F)
    assert likelihood(st.Zeta("Y", 2 + RATE), Y).distribution == "ZetaDistribution"
