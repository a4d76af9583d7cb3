"""The losses of `more_cases.json` as a user would type them."""

from __future__ import annotations

import sympy as sp

import symloss as sl
from tests.numerics.binary import y as soft
from tests.numerics.likelihoods import SPECIAL
from tests.numerics.running import Spelling

x, y = sl.prediction("x"), sl.target("y", domain=sl.Unit)
c, r = sl.prediction("c"), sl.prediction("r")
below = sl.prediction("x", domain=sl.Interval(float("-inf"), 0, closed="right"))
p, count = sl.prediction("p", domain=sl.Unit), sl.target("y", domain=sl.Counts)
trials = sl.target("k", domain=sl.Counts)
binary, gamma = sl.target("y", domain=sl.Binary), sl.parameter("g", domain=sl.NonNegative)
mu, phi = sl.prediction("mu", domain=sl.Positive), sl.prediction("phi", domain=sl.Positive)
raw_mean, raw_shape = sl.prediction("m"), sl.prediction("a")
rate, tiny = sl.prediction("r", domain=sl.NonNegative), sl.prediction("p", domain=sl.Positive)
amount, power = sl.target("y", domain=sl.NonNegative), sl.data("rho", domain=sl.Interval(1, 2, closed="neither"))
a, b = sl.prediction("a", domain=sl.Positive), sl.prediction("b", domain=sl.Positive)
many, chosen = sl.target("n", domain=sl.Positive), sl.prediction("k", domain=sl.Positive)
fixed = sl.parameter("phi", domain=sl.Positive)
angle, kappa = sl.target("x"), sl.prediction("k", domain=sl.Positive)
place, centre = sl.target("x"), sl.prediction("mu")
width = sl.parameter("s", domain=sl.Positive)
low, high = sl.parameter("low"), sl.parameter("high")
lower, upper = sl.parameter("a"), sl.parameter("b")
freedom = sl.prediction("nu", domain=sl.Positive)

K = sl.axis("K")
i, j, k = K.indices("i j k")
z, label, row = sl.prediction("z", K), sl.label("t", K), sl.prediction("p", K, domain=sl.NonNegative)
one, other = sl.prediction("p", K, domain=sl.Positive), sl.prediction("q", K, domain=sl.Positive)
left, right = sl.prediction("a", K), sl.target("b", K)
margin = sl.parameter("m", domain=sl.NonNegative)

lgamma = sp.loggamma
share = 1 / (1 + sp.exp(-x))
_all = sp.Sum(sp.exp(z[j]), j)
_softmax = sp.exp(z[k]) / _all


def _phi(u: sp.Expr) -> sp.Expr:
    return (1 + sp.erf(u / sp.sqrt(2))) / 2


_LOGITS = (
    Spelling("as typed", -y * sp.log(share) - (1 - y) * sp.log(1 - share)),
    Spelling("softplus", sl.softplus(x) - soft * x),
    Spelling("named", -y * sl.log_sigmoid(x) - (1 - y) * sl.log_sigmoid(-x)),
)
_REWARD = (
    Spelling("as typed", -sp.log(1 / (1 + sp.exp(-(c - r)))), by=("c", "r")),
    Spelling("named", -sl.log_sigmoid(c - r), by=("c", "r")),
)
_SOFTPLUS = (Spelling("as typed", sp.log(1 + sp.exp(x))), Spelling("named", sl.softplus(x)))
_LOGISTIC = (
    Spelling("as typed", x + 2 * sp.log(1 + sp.exp(-x))),
    Spelling("density", -sp.log(sp.exp(-x) / (1 + sp.exp(-x)) ** 2)),
    Spelling("named", -sl.log_sigmoid(x) - sl.log_sigmoid(-x)),
)
_FOCAL = (
    Spelling(
        "as typed",
        -binary * (1 - share) ** gamma * sp.log(share) - (1 - binary) * share**gamma * sp.log(1 - share),
    ),
    Spelling(
        "named",
        -binary * sl.sigmoid(-x) ** gamma * sl.log_sigmoid(x)
        - (1 - binary) * sl.sigmoid(x) ** gamma * sl.log_sigmoid(-x),
    ),
)
_LOG1MEXP = (Spelling("as typed", sp.log(1 - sp.exp(below))),)
_CLOGLOG = (Spelling("as typed", -sp.log(1 - sp.exp(-sp.exp(x)))),)
# exp(-exp(x)) is an exponential of a computed exponent: 4 + |exponent| ulps (acceptance figure A6).
_FAR_CLOGLOG = (Spelling("as typed", -sp.log(1 - sp.exp(-sp.exp(x))), limit=4 + 148.4),)
_CONTINUOUS = (Spelling("as typed", -y * x + sp.log((sp.exp(x) - 1) / x)),)
_SPARSE = (
    Spelling("as typed", -sp.log(sp.exp(z[label]) / _all)),
    Spelling("named", -sl.log_softmax(z)[label]),
)
_ENTROPY = (
    Spelling("as typed", -sp.Sum(_softmax * sp.log(_softmax), k)),
    Spelling("named", -sp.Sum(sl.softmax(z)[k] * sl.log_softmax(z)[k], k)),
)
_ENTROPY_OF_ROW = (
    Spelling("as typed", -sp.Sum(row[k] * sp.log(row[k]), k)),
    Spelling("named", -sp.Sum(sl.xlogy(row[k], row[k]), k)),
)


def _negative_binomial(m: sp.Expr, s: sp.Expr) -> sp.Expr:
    counted = lgamma(count + s) - lgamma(s) - lgamma(count + 1)
    return -(counted + count * sp.log(m / (m + s)) + s * sp.log(s / (m + s)))


def _nb_at(shape: float) -> tuple[Spelling, ...]:
    """The score by phi vanishes where (y - mu)**2 is y; at y = 12, mu = 10 its largest term is y mu/phi**2."""
    terms = {"grad": 120.0 / shape**2}
    return (Spelling("as typed", _negative_binomial(mu, phi), by=("mu", "phi"), limit=SPECIAL, terms=terms),)


_NB_LOG = (
    Spelling("as typed", (count + fixed) * sp.log(sp.exp(x) + fixed) - count * x - fixed * sp.log(fixed), by=("x",)),
)
_DEVIANCE = (
    Spelling("as typed", 2 * (amount * sp.log(amount / rate) - amount + rate)),
    Spelling("named", 2 * (sl.xlogy(amount, amount / rate) - amount + rate)),
)
_POISSON = (
    Spelling("as typed", rate - amount * sp.log(rate)),
    Spelling("named", rate - sl.xlogy(amount, rate)),
)
_LOG_BETA = (Spelling("as typed", lgamma(a) + lgamma(b) - lgamma(a + b), by=("a", "b"), limit=SPECIAL),)
_BETA = (
    Spelling(
        "as typed",
        -(a - 1) * sp.log(y) - (b - 1) * sp.log(1 - y) + lgamma(a) + lgamma(b) - lgamma(a + b),
        limit=SPECIAL,
    ),
    Spelling(
        "named",
        -sl.xlogy(a - 1, y) - sl.xlogy(b - 1, 1 - y) + lgamma(a) + lgamma(b) - lgamma(a + b),
        limit=SPECIAL,
    ),
)
_MISES = (Spelling("as typed", sp.log(2 * sp.pi * sp.besseli(0, kappa)) - kappa * sp.cos(angle), limit=SPECIAL),)
_LOG_PHI = (
    Spelling("as typed", sp.log(_phi(x)), limit=SPECIAL),
    Spelling("named", sl.log_norm_cdf(x), limit=SPECIAL),
)


def _truncated(cdf: object) -> sp.Expr:
    mass = cdf((high - centre) / width) - cdf((low - centre) / width)  # type: ignore[operator]
    return (place - centre) ** 2 / (2 * width**2) + sp.log(width) + sp.log(2 * sp.pi) / 2 + sp.log(mass)


def _truncated_at(distance: float) -> tuple[Spelling, ...]:
    """The score vanishes where x is the mean below the ends: its terms are as large as the distance in scales."""
    terms = {"grad": distance}
    return (
        Spelling("as typed", _truncated(_phi), limit=SPECIAL, terms=terms),
        Spelling("named", _truncated(sl.norm_cdf), limit=SPECIAL, terms=terms),
    )


_ORDINAL = (
    Spelling("as typed", -sp.log(1 / (1 + sp.exp(-(upper - x))) - 1 / (1 + sp.exp(-(lower - x))))),
    Spelling("named", -sp.log(sl.sigmoid(upper - x) - sl.sigmoid(lower - x))),
)
_ORDERED_PROBIT = (
    Spelling("as typed", -sp.log(_phi(upper - x) - _phi(lower - x)), limit=SPECIAL),
    Spelling("named", -sp.log(sl.norm_cdf(upper - x) - sl.norm_cdf(lower - x)), limit=SPECIAL),
)
_GUMBEL = (Spelling("as typed", x + sp.exp(-x)),)
_STUDENT_KERNEL = (freedom + 1) / 2 * sp.log(1 + x**2 / freedom)
_STUDENT = _STUDENT_KERNEL - lgamma((freedom + 1) / 2) + lgamma(freedom / 2) + sp.log(freedom * sp.pi) / 2
_CAUCHY = (
    Spelling("as typed", sp.log(sp.pi) + sp.log(1 + x**2)),
    Spelling("density", -sp.log(1 / (sp.pi * (1 + x**2)))),
)
_DISTANCE = sp.sqrt(sp.Sum((left[i] - right[i]) ** 2, i))

SPELLINGS: dict[str, tuple[Spelling, ...]] = {
    "tf-bce-inf": _LOGITS,
    "candle-bce-40": _LOGITS,
    "candle-bce-100": _LOGITS,
    "deepspeed-reward-50": _REWARD,
    "deepspeed-reward+20": _REWARD,
    "torch-logsigmoid-300": (
        Spelling("as typed", sp.log(1 / (1 + sp.exp(-x)))),
        Spelling("named", sl.log_sigmoid(x)),
    ),
    "ef-bernoulli-1000": (
        Spelling("as typed", -sp.log(1 / (1 + sp.exp(x)))),
        Spelling("named", -sp.log(sl.sigmoid(-x))),
    ),
    "cvxpy-logistic-2e6": _SOFTPLUS,
    "cvxpy-logistic-500": _SOFTPLUS,
    "scipy-logistic-800": _LOGISTIC,
    "scipy-logistic+800": _LOGISTIC,
    "scipy-logistic+1e-09": _LOGISTIC,
    "nlmixr-expit-710": (
        Spelling("as typed", sp.exp(x) / (1 + sp.exp(x))),
        Spelling("named", sl.sigmoid(x)),
    ),
    "kornia-focal-100-y0": _FOCAL,
    "kornia-focal-100-y1": _FOCAL,
    "kornia-focal+100-y0": _FOCAL,
    "kornia-focal+100-y1": _FOCAL,
    "retinanet-focal-500": _FOCAL,
    "klay-log1mexp-1e-10": _LOG1MEXP,
    "klay-log1mexp-0.01": _LOG1MEXP,
    "klay-log1mexp-100": _LOG1MEXP,
    "torch-bernoulli-p0": (
        Spelling("as typed", -y * sp.log(p) - (1 - y) * sp.log(1 - p)),
        Spelling("named", -sl.xlogy(y, p) - sl.xlogy(1 - y, 1 - p)),
    ),
    "scipy-geom-1-1": (
        Spelling("as typed", -(trials - 1) * sp.log(1 - p) - sp.log(p)),
        Spelling("named", -sl.xlogy(trials - 1, 1 - p) - sp.log(p)),
    ),
    "dlordinal-cloglog+5": _FAR_CLOGLOG,
    "dlordinal-cloglog-3": _CLOGLOG,
    "dlordinal-cloglog-40": _CLOGLOG,
    "tfp-continuous-bernoulli+1e-09": _CONTINUOUS,
    "tfp-continuous-bernoulli-500": _CONTINUOUS,
    "tfp-continuous-bernoulli+30": _CONTINUOUS,
    "torch-ce-1e8": _SPARSE,
    "tf-ce-1e11": _SPARSE,
    "utensor-softmax": _SPARSE,
    "theano-softmax": _SPARSE,
    "torch-entropy-masked": _ENTROPY,
    "trl-entropy-confident": _ENTROPY,
    "numpyro-entropy-zero": _ENTROPY_OF_ROW,
    "tfp-entropy-certain": _ENTROPY_OF_ROW,
    "scipy-js-close": (
        Spelling(
            "as typed",
            sp.Sum(
                one[k] * sp.log(2 * one[k] / (one[k] + other[k]))
                + other[k] * sp.log(2 * other[k] / (one[k] + other[k])),
                k,
            )
            / 2,
        ),
    ),
    "scvi-nb-10000": _nb_at(1e4),
    "scvi-nb-1e+08": _nb_at(1e8),
    "scvi-nb-1e+12": _nb_at(1e12),
    "gluonts-nb-100": (
        Spelling(
            "as typed",
            _negative_binomial(sp.log(1 + sp.exp(raw_mean)), 1 / sp.log(1 + sp.exp(raw_shape))),
            by=("m", "a"),
            limit=SPECIAL,
        ),
    ),
    "stan-nb-log-ninf-0": _NB_LOG,
    "stan-nb-log-ninf-1": _NB_LOG,
    "torchmetrics-poisson-0": _DEVIANCE,
    "spark-poisson-1": _DEVIANCE,
    "evotrees-poisson-close": _DEVIANCE,
    "pymc-poisson-0-0": _POISSON,
    "bat-poisson-0-1": _POISSON,
    "xgb-tweedie-1e-20": (
        Spelling(
            "as typed",
            -amount * sp.exp((1 - power) * sp.log(tiny)) / (1 - power)
            + sp.exp((2 - power) * sp.log(tiny)) / (2 - power),
            limit=4 + 69.1,  # its exponent is -1.5*log(1e-20)
        ),
        Spelling("powers", -amount * tiny ** (1 - power) / (1 - power) + tiny ** (2 - power) / (2 - power)),
    ),
    "stan-lbeta-1e20": _LOG_BETA,
    "stan-lbeta-3e15": _LOG_BETA,
    "stan-lchoose-1e20": (
        Spelling("as typed", lgamma(many + 1) - lgamma(chosen + 1) - lgamma(many - chosen + 1), limit=SPECIAL),
    ),
    "numpyro-beta-1-8": _BETA,
    "torch-beta-1-1": _BETA,
    "scipy-beta-1-half": _BETA,
    "gonum-beta-2-1": _BETA,
    "scipy-beta-half-1": _BETA,
    "pyro-beta-5-5": _BETA,
    "scipy-gamma-1": (
        Spelling("as typed", amount - (a - 1) * sp.log(amount) + lgamma(a), limit=SPECIAL),
        Spelling("named", amount - sl.xlogy(a - 1, amount) + lgamma(a), limit=SPECIAL),
    ),
    "ran-vonmises-720": _MISES,
    "ran-vonmises-800": _MISES,
    "scipy-vonmises-800": _MISES,
    "scipy-vonmises-pi": _MISES,
    "stan-vonmises-1000": _MISES,
    "stan-normal-lcdf": _LOG_PHI,
    "numpyro-truncnorm": _truncated_at(1635.0),
    "scipy-truncnorm": _truncated_at(39.9),
    "openturns-truncnorm": _truncated_at(10.1),
    "tfp-truncnorm": _truncated_at(18.0),
    "julia-truncnorm": _truncated_at(8.1),
    "brms-ordinal-30": _ORDINAL,
    "brms-ordinal+40": _ORDINAL,
    "brms-ordinal+800": _ORDINAL,
    "pymc-ordered-probit-12": _ORDERED_PROBIT,
    "pymc-ordered-probit+40": _ORDERED_PROBIT,
    "pymc-cauchy-lcdf": (Spelling("as typed", -sp.log(sp.Rational(1, 2) + sp.atan(x) / sp.pi)),),
    "torch-gumbel-5": _GUMBEL,
    "julia-gumbel-gradient": _GUMBEL,
    "torch-normal-1e22": (
        Spelling("as typed", x**2 / 2 + sp.log(2 * sp.pi) / 2),
        Spelling("density", -sp.log(sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi))),
    ),
    "haskell-student-1e17": (Spelling("as typed", _STUDENT_KERNEL, by=("x",)),),
    "scipy-student-1e10": (Spelling("as typed", _STUDENT, by=("x", "nu"), limit=SPECIAL),),
    "gam-student-4.9e7": (Spelling("as typed", _STUDENT, by=("nu",), limit=SPECIAL),),
    "boost-student-2e154": (Spelling("as typed", _STUDENT_KERNEL, by=("x",)),),
    "scipy-cauchy-1e+200": _CAUCHY,
    "scipy-cauchy-1e-09": _CAUCHY,
    "ziplora-cosine": (
        Spelling(
            "as typed",
            1 - sp.Sum(left[i] * right[i], i) / sp.sqrt(sp.Sum(left[i] ** 2, i) * sp.Sum(right[i] ** 2, i)),
            terms={"value": 1.0, "grad": 0.125},
        ),
        Spelling(
            "named",
            1 - sl.dot(left, right, i) / (sl.norm(left, i) * sl.norm(right, i)),
            terms={"value": 1.0, "grad": 0.125},
        ),
    ),
    "sentence-distance-0": (
        Spelling("as typed", _DISTANCE),
        Spelling("named", sl.norm(left[i] - right[i], i)),
    ),
    "siamese-distance-0": (
        Spelling("as typed", sp.Max(0, margin - _DISTANCE) ** 2),
        Spelling("named", sp.Max(0, margin - sl.norm(left[i] - right[i], i)) ** 2),
    ),
}
