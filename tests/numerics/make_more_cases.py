"""Writes `more_cases.json`: inputs from public reports, answers from mpmath.

    python tests/numerics/make_more_cases.py

Each formula is evaluated as it stands, at so many digits that nothing is lost; derivatives are mpmath's numerical
ones at the same precision. No code of ours is used. Answers at infinite inputs are written out as limits.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mpmath as mp
import numpy as np

DIGITS = 1200
mp.mp.dps = 60  # where answers are written out
INF = "inf"


def held(value: Any, dtype: str) -> Any:
    """The number that the dtype holds, exactly."""
    if isinstance(value, list):
        return [held(v, dtype) for v in value]
    return mp.mpf(float(np.dtype(dtype).type(value)))


def phi(x: Any) -> Any:
    return mp.erfc(-x / mp.sqrt(2)) / 2


def sigmoid(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def lse(z: list[Any]) -> Any:
    return mp.log(mp.fsum(mp.exp(v) for v in z))


def xlogy(x: Any, y: Any) -> Any:
    return mp.mpf(0) if x == 0 else x * mp.log(y)


def nb2(y: Any, mu: Any, theta: Any) -> Any:
    lg = mp.loggamma
    counted = lg(y + theta) - lg(theta) - lg(y + 1)
    return -(counted + y * mp.log(mu / (mu + theta)) + theta * mp.log(theta / (mu + theta)))


def truncated(x: Any, mu: Any, s: Any, low: Any, high: Any) -> Any:
    mass = phi((high - mu) / s) - phi((low - mu) / s)
    if mass > mp.mpf("0.5"):
        mass = 1 - phi((low - mu) / s) - phi(-(high - mu) / s)
    elif low - mu > 0:
        mass = phi(-(low - mu) / s) - phi(-(high - mu) / s)
    return (x - mu) ** 2 / (2 * s**2) + mp.log(s) + mp.log(2 * mp.pi) / 2 + mp.log(mass)


def focal(x: Any, y: Any, gamma: Any) -> Any:
    p = sigmoid(x) if y == 1 else sigmoid(-x)
    return -((1 - p) ** gamma) * mp.log(p)


def student(x: Any, nu: Any) -> Any:
    half = mp.mpf(1) / 2
    normaliser = mp.loggamma((nu + 1) * half) - mp.loggamma(nu * half) - mp.log(nu * mp.pi) * half
    return (nu + 1) * half * mp.log(1 + x**2 / nu) - normaliser


def von_mises(x: Any, k: Any) -> Any:
    return mp.log(2 * mp.pi * mp.besseli(0, k)) - k * mp.cos(x)


def jensen_shannon(p: list[Any], q: list[Any]) -> Any:
    return mp.fsum(a * mp.log(2 * a / (a + b)) + b * mp.log(2 * b / (a + b)) for a, b in zip(p, q, strict=True)) / 2


def entropy(z: list[Any]) -> Any:
    whole = lse(z)
    return -mp.fsum(mp.exp(v - whole) * (v - whole) for v in z if not mp.isinf(v))


def beta_nll(y: Any, a: Any, b: Any) -> Any:
    return -xlogy(a - 1, y) - xlogy(b - 1, 1 - y) + mp.log(mp.beta(a, b))


CASES: list[dict[str, Any]] = []


def case(
    name: str,
    thread: str,
    loss: str,
    expression: str,
    inputs: dict[str, Any],
    formula: Callable[..., Any] | None = None,
    *,
    by: tuple[str, ...] = (),
    orders: int = 1,
    dtype: str = "float64",
    want: dict[str, Any] | None = None,
    double: tuple[str, ...] = (),
    digits: int = DIGITS,
) -> None:
    """Takes in a case; ``want`` where it is given, else ``formula`` and its derivatives in each of ``by``.

    ``double`` names the parameters: they are float64 whatever the prediction is.
    """
    project = thread.split("#")[0].split("/")[-1] if "#" in thread else thread
    exact = {k: held(v, "float64" if k in double else dtype) for k, v in inputs.items()}
    with mp.workdps(digits):
        answers = want or _answers(formula, exact, by, orders)
    CASES.append(
        {
            "id": name,
            "project": project,
            "thread": thread,
            "loss": loss,
            "expression": expression,
            "dtype": dtype,
            "inputs": _texts(inputs),
            "want": answers,
        }
    )


def _answers(formula: Any, exact: dict[str, Any], by: tuple[str, ...], orders: int) -> dict[str, Any]:
    answers = {"value": _text(formula(**exact))}
    for order, key in ((1, "grad"), (2, "hess"))[: orders if by else 0]:
        found = [_derivative(formula, exact, name, place, order) for name in by for place in _places(exact[name])]
        answers[key] = found[0] if len(found) == 1 else found
    return answers


def _places(value: Any) -> list[Any]:
    return list(range(len(value))) if isinstance(value, list) else [None]


def _derivative(formula: Any, exact: dict[str, Any], name: str, place: Any, order: int) -> str:
    def moved(u: Any) -> Any:
        if place is None:
            return formula(**{**exact, name: u})
        return formula(**{**exact, name: [u if n == place else v for n, v in enumerate(exact[name])]})

    here = exact[name] if place is None else exact[name][place]
    step = mp.mpf(10) ** (-mp.mp.dps // 4) * max(abs(here), mp.mpf(10) ** -20)
    up, down = moved(here + step), moved(here - step)
    if order == 1:
        return _text((up - down) / (2 * step))
    return _text((up - 2 * moved(here) + down) / step**2)


def _text(x: Any) -> str:
    return mp.nstr(mp.re(x), 25)


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _texts(v) for k, v in value.items()}
    return [_texts(v) for v in value] if isinstance(value, list) else repr(value)


def bce(x: Any, y: Any) -> Any:
    return mp.log(1 + mp.exp(x)) - y * x


# --- one logit ------------------------------------------------------------------------------------

LOGITS = "y*-log(1/(1+exp(-x))) + (1-y)*-log(1-1/(1+exp(-x)))"
_tenth = mp.nstr(1 - held(0.9, "float32"), 25)
case(
    "tf-bce-inf",
    "tensorflow/tensorflow#75256",
    "BCE with logits",
    LOGITS,
    {"x": float("inf"), "y": 0.9},
    dtype="float32",
    want={"value": INF, "grad": _tenth},
)
case(
    "candle-bce-40",
    "huggingface/candle#2561",
    "BCE with logits",
    LOGITS,
    {"x": 40.0, "y": 1.0},
    bce,
    by=("x",),
    orders=2,
    dtype="float32",
)
case(
    "candle-bce-100",
    "huggingface/candle#2561",
    "BCE with logits",
    LOGITS,
    {"x": 100.0, "y": 0.0},
    bce,
    by=("x",),
    orders=2,
)
REWARD = "-log(1/(1+exp(-(c-r))))"
for c, r in ((-50.0, 50.0), (20.0, -20.0)):
    case(
        f"deepspeed-reward{c:+.0f}",
        "deepspeedai/DeepSpeedExamples#501",
        "pairwise reward loss",
        REWARD,
        {"c": c, "r": r},
        lambda c, r: mp.log(1 + mp.exp(r - c)),
        by=("c", "r"),
        orders=2,
        dtype="float32",
    )
case(
    "torch-logsigmoid-300",
    "pytorch/pytorch#2211",
    "log sigmoid",
    "log(1/(1+exp(-x)))",
    {"x": -300.0},
    lambda x: -mp.log(1 + mp.exp(-x)),
    by=("x",),
    orders=2,
)
case(
    "ef-bernoulli-1000",
    "ReactiveBayes/ExponentialFamily.jl#298",
    "log partition of a Bernoulli",
    "-log(1/(1+exp(x)))",
    {"x": 1000.0},
    lambda x: mp.log(1 + mp.exp(x)),
    by=("x",),
)
case(
    "cvxpy-logistic-2e6",
    "cvxpy/cvxpy#229",
    "logistic atom",
    "log(1+exp(x))",
    {"x": 2e6},
    want={"value": "2e6", "grad": "1.0", "hess": "0.0"},
)
case(
    "cvxpy-logistic-500",
    "cvxpy/cvxpy#229",
    "logistic atom",
    "log(1+exp(x))",
    {"x": -500.0},
    lambda x: mp.log1p(mp.exp(x)),
    by=("x",),
    orders=2,
)
for at in (-800.0, 800.0, 1e-9):
    case(
        f"scipy-logistic{at:+g}",
        "scipy/scipy#12490",
        "logistic density",
        "x + 2*log(1+exp(-x))",
        {"x": at},
        lambda x: x + 2 * mp.log1p(mp.exp(-x)),
        by=("x",),
    )
case(
    "nlmixr-expit-710", "nlmixr2/nlmixr2lib#503", "inverse logit", "exp(x)/(1+exp(x))", {"x": 710.0}, sigmoid, by=("x",)
)
FOCAL = "-(1-p)**g*log(p) where y is 1, -p**g*log(1-p) where 0, p = 1/(1+exp(-x))"
for at, y in ((-100.0, 0.0), (-100.0, 1.0), (100.0, 0.0), (100.0, 1.0)):
    case(
        f"kornia-focal{at:+.0f}-y{y:.0f}",
        "kornia/kornia#918",
        "focal loss, gamma 1/2",
        FOCAL,
        {"x": at, "y": y, "g": 0.5},
        lambda x, y, g: focal(x, y, g),
        by=("x",),
        orders=2,
        dtype="float32",
        double=("g",),
    )
case(
    "retinanet-focal-500",
    "fizyr/keras-retinanet#706",
    "focal loss, gamma 1/2",
    FOCAL,
    {"x": 500.0, "y": 1.0, "g": 0.5},
    lambda x, y, g: focal(x, y, g),
    by=("x",),
    orders=2,
)
for at in (-1e-10, -0.01, -100.0):
    case(
        f"klay-log1mexp{at:+g}",
        "ML-KULeuven/klay#17",
        "log1mexp",
        "log(1-exp(x))",
        {"x": at},
        lambda x: mp.log(-mp.expm1(x)),
        by=("x",),
        orders=2,
        dtype="float32",
    )
case(
    "torch-bernoulli-p0",
    "pytorch/pytorch#186825",
    "Bernoulli log-likelihood",
    "-y*log(p)-(1-y)*log(1-p)",
    {"p": 0.0, "y": 1.0},
    want={"value": INF, "grad": "-inf"},
)
case(
    "scipy-geom-1-1",
    "scipy/scipy#4310",
    "geometric log-likelihood",
    "-(k-1)*log(1-p)-log(p)",
    {"k": 1.0, "p": 1.0},
    want={"value": "0.0", "grad": "-1.0"},
)
for at in (5.0, -3.0):
    case(
        f"dlordinal-cloglog{at:+g}",
        "ayrna/dlordinal#69",
        "complementary log-log",
        "-log(1-exp(-exp(x)))",
        {"x": at},
        lambda x: -mp.log(-mp.expm1(-mp.exp(x))),
        by=("x",),
        orders=2,
    )
case(
    "dlordinal-cloglog-40",
    "ayrna/dlordinal#69",
    "complementary log-log",
    "-log(1-exp(-exp(x)))",
    {"x": -40.0},
    lambda x: -mp.log(-mp.expm1(-mp.exp(x))),
    by=("x",),
    orders=2,
)
CONTINUOUS = "-y*x + log((exp(x)-1)/x)"
for at in (1e-9, -500.0, 30.0):
    case(
        f"tfp-continuous-bernoulli{at:+g}",
        "tensorflow/probability#1512",
        "continuous Bernoulli, logits",
        CONTINUOUS,
        {"x": at, "y": 0.25},
        lambda x, y: -y * x + mp.log(mp.expm1(x) / x),
        by=("x",),
    )

# --- rows -----------------------------------------------------------------------------------------

ROW = "-log(exp(z_t)/Sum(exp(z_j),j))"


def sparse(z: list[Any], t: Any) -> Any:
    return lse(z) - z[int(t)]


case(
    "torch-ce-1e8",
    "pytorch/pytorch#11752",
    "cross-entropy",
    ROW,
    {"z": [1e8, 1e8], "t": 1.0},
    want={"value": mp.nstr(mp.log(2), 25), "grad": ["0.5", "-0.5"]},
    dtype="float32",
)
case(
    "tf-ce-1e11",
    "tensorflow/tensorflow#1513",
    "cross-entropy",
    ROW,
    {"z": [-2.88181912e11, -4.40300175e11], "t": 1.0},
    want={
        "value": mp.nstr(held(-2.88181912e11, "float32") - held(-4.40300175e11, "float32"), 25),
        "grad": ["1.0", "-1.0"],
    },
    dtype="float32",
)
case(
    "utensor-softmax",
    "uTensor/uTensor#175",
    "cross-entropy",
    ROW,
    {"z": [-249.873093, -424.126709, -460.292542, 378.097443, -292.614532], "t": 3.0},
    sparse,
    by=("z",),
)
case(
    "theano-softmax",
    "Theano/Theano#3162",
    "cross-entropy",
    ROW,
    {"z": [22026.0, 0.0, 5.0], "t": 2.0},
    want={"value": "22021.0", "grad": ["1.0", "0.0", "-1.0"]},
)
ENTROPY = "-Sum(p_k*log(p_k),k), p = softmax(z)"
case(
    "torch-entropy-masked",
    "pytorch/pytorch#40553",
    "entropy of logits",
    ENTROPY,
    {"z": [0.0, 0.0, float("-inf")]},
    want={"value": mp.nstr(mp.log(2), 25), "grad": ["0.0", "0.0", "0.0"]},
)
case(
    "trl-entropy-confident",
    "huggingface/trl#7263",
    "entropy of logits",
    ENTROPY,
    {"z": [0.0, -60.0, -61.0]},
    entropy,
    by=("z",),
)
case(
    "numpyro-entropy-zero",
    "pyro-ppl/numpyro#2276",
    "entropy of probabilities",
    "-Sum(p_k*log(p_k),k)",
    {"p": [0.25, 0.0, 0.75]},
    want={"value": "0.5623351446188083155"},
)
case(
    "tfp-entropy-certain",
    "tensorflow/probability#241",
    "entropy of probabilities",
    "-Sum(p_k*log(p_k),k)",
    {"p": [0.0, 0.0, 1.0]},
    want={"value": "0.0"},
)
case(
    "scipy-js-close",
    "scipy/scipy#20083",
    "Jensen-Shannon divergence",
    "Sum(p*log(2*p/(p+q)) + q*log(2*q/(p+q)))/2",
    {"p": [0.33252849, 0.66747151], "q": [0.33228842, 0.66771158]},
    jensen_shannon,
)

# --- counts ---------------------------------------------------------------------------------------

NB = "-(lgamma(y+phi)-lgamma(phi)-lgamma(y+1)+y*log(mu/(mu+phi))+phi*log(phi/(mu+phi)))"
for theta in (1e4, 1e8, 1e12):
    case(
        f"scvi-nb-{theta:g}",
        "scverse/scvi-tools#2965",
        "negative binomial",
        NB,
        {"y": 12.0, "mu": 10.0, "phi": theta},
        lambda y, mu, phi: nb2(y, mu, phi),
        by=("mu", "phi"),
    )
SOFT = "the same, mu = log(1+exp(m)), phi = 1/log(1+exp(a))"
case(
    "gluonts-nb-100",
    "awslabs/gluonts#287",
    "negative binomial, softplus links",
    SOFT,
    {"y": 1.0, "m": -100.0, "a": -100.0},
    lambda y, m, a: nb2(y, mp.log1p(mp.exp(m)), 1 / mp.log1p(mp.exp(a))),
    by=("m", "a"),
    digits=400,
)
NB_LOG = "(y+phi)*log(exp(x)+phi) - y*x - phi*log(phi)"
case(
    "stan-nb-log-ninf-0",
    "stan-dev/math#3302",
    "negative binomial, log link, rate 0",
    NB_LOG,
    {"y": 0.0, "x": float("-inf"), "phi": 1.0},
    want={"value": "0.0", "grad": "0.0"},
)
case(
    "stan-nb-log-ninf-1",
    "stan-dev/math#3302",
    "negative binomial, log link, rate 0",
    NB_LOG,
    {"y": 1.0, "x": float("-inf"), "phi": 1.0},
    want={"value": INF, "grad": "-1.0"},
)
case(
    "torchmetrics-poisson-0",
    "Lightning-AI/torchmetrics#846",
    "Poisson deviance, count 0",
    "2*(y*log(y/r)-y+r)",
    {"y": 0.0, "r": 0.1},
    want={"value": mp.nstr(2 * held(0.1, "float64"), 25), "grad": "2.0"},
)
case(
    "spark-poisson-1",
    "apache/spark#21125",
    "Poisson deviance",
    "2*(y*log(y/r)-y+r)",
    {"y": 1.0, "r": 0.1},
    lambda y, r: 2 * (y * mp.log(y / r) - y + r),
    by=("r",),
)
case(
    "evotrees-poisson-close",
    "Evovest/EvoTrees.jl#353",
    "Poisson deviance near its zero",
    "2*(y*log(y/r)-y+r)",
    {"y": 100.0, "r": 100.0001},
    lambda y, r: 2 * (y * mp.log(y / r) - y + r),
    by=("r",),
)
case(
    "pymc-poisson-0-0",
    "pymc-devs/pymc#1089",
    "Poisson, rate 0 and count 0",
    "r - y*log(r)",
    {"y": 0.0, "r": 0.0},
    want={"value": "0.0", "grad": "1.0"},
)
case(
    "bat-poisson-0-1",
    "bat/BAT.jl#427",
    "Poisson, rate 0 and count 1",
    "r - y*log(r)",
    {"y": 1.0, "r": 0.0},
    want={"value": INF, "grad": "-inf"},
)
TWEEDIE = "-y*exp((1-rho)*log(p))/(1-rho) + exp((2-rho)*log(p))/(2-rho)"
case(
    "xgb-tweedie-1e-20",
    "dmlc/xgboost#2473",
    "Tweedie log-likelihood",
    TWEEDIE,
    {"y": 3.0, "p": 1e-20, "rho": 1.5},
    lambda y, p, rho: -y * p ** (1 - rho) / (1 - rho) + p ** (2 - rho) / (2 - rho),
    by=("p",),
)
case(
    "stan-lbeta-1e20",
    "stan-dev/math#1611",
    "log beta",
    "lgamma(a)+lgamma(b)-lgamma(a+b)",
    {"a": 1e20, "b": 3.0},
    lambda a, b: mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b),
    by=("a", "b"),
    digits=200,
)
case(
    "stan-lbeta-3e15",
    "stan-dev/math#1611",
    "log beta",
    "lgamma(a)+lgamma(b)-lgamma(a+b)",
    {"a": 3e15, "b": 12895.0},
    lambda a, b: mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b),
    by=("a", "b"),
    digits=200,
)
case(
    "stan-lchoose-1e20",
    "stan-dev/math#1592",
    "log binomial coefficient",
    "lgamma(n+1)-lgamma(k+1)-lgamma(n-k+1)",
    {"n": 1e20, "k": 100.0},
    lambda n, k: mp.loggamma(n + 1) - mp.loggamma(k + 1) - mp.loggamma(n - k + 1),
    digits=200,
)

# --- on an interval, on the circle, tails ---------------------------------------------------------

BETA = "-(a-1)*log(y) - (b-1)*log(1-y) + log(beta(a,b))"
for name, thread, y, a, b in (
    ("numpyro-beta-1-8", "pyro-ppl/numpyro#2088", 0.0, 1.0, 8.0),
    ("torch-beta-1-1", "pytorch/pytorch#92260", 1.0, 1.0, 1.0),
    ("scipy-beta-1-half", "scipy/scipy#467", 0.0, 1.0, 0.5),
    ("gonum-beta-2-1", "gonum/gonum#1379", 1.0, 2.0, 1.0),
):
    case(name, thread, "beta density at an end", BETA, {"y": y, "a": a, "b": b}, beta_nll, digits=60)
case(
    "scipy-beta-half-1",
    "scipy/scipy#467",
    "beta density at an end",
    BETA,
    {"y": 0.0, "a": 0.5, "b": 1.0},
    want={"value": "-inf"},
)
case(
    "pyro-beta-5-5",
    "pyro-ppl/pyro#704",
    "beta density at an end",
    BETA,
    {"y": 0.0, "a": 5.0, "b": 5.0},
    want={"value": INF},
)
case(
    "scipy-gamma-1",
    "scipy/scipy#467",
    "gamma density at 0",
    "y - (a-1)*log(y) + log(gamma(a))",
    {"y": 0.0, "a": 1.0},
    want={"value": "0.0"},
)
MISES = "log(2*pi*besseli(0,k)) - k*cos(x)"
for name, thread, x, k in (
    ("ran-vonmises-720", "synesenom/ran#1308", 0.0, 720.0),
    ("ran-vonmises-800", "synesenom/ran#1308", 0.001, 800.0),
    ("scipy-vonmises-800", "scipy/scipy#12835", 0.1, 800.0),
    ("scipy-vonmises-pi", "scipy/scipy#16559", 3.141592653589793, 400.0),
    ("stan-vonmises-1000", "stan-dev/math#3035", 0.3, 1000.0),
):
    case(name, thread, "von Mises density", MISES, {"x": x, "k": k}, von_mises, by=("k",), digits=120)
case(
    "stan-normal-lcdf",
    "stan-dev/stan#1424",
    "log normal cdf",
    "log((1+erf(x/sqrt(2)))/2)",
    {"x": -40.0},
    lambda x: mp.log(phi(x)),
    by=("x",),
    orders=2,
)
TRUNCATED = "(x-mu)**2/(2*s**2) + log(s) + log(2*pi)/2 + log(Phi((high-mu)/s) - Phi((low-mu)/s))"
for name, thread, numbers in (
    ("numpyro-truncnorm", "pyro-ppl/numpyro#1492", (-15.0, 1.35, 0.01, -20.0, -1.0)),
    ("scipy-truncnorm", "scipy/scipy#9403", (-39.9, 0.0, 1.0, -40.0, -39.0)),
    ("openturns-truncnorm", "openturns/openturns#3024", (10.1, 0.0, 1.0, 10.0, 39.0)),
    ("tfp-truncnorm", "tensorflow/probability#1214", (17.0, -1.0, 1.0, 14.91, 20.06)),
    ("julia-truncnorm", "JuliaStats/Distributions.jl#2089", (8.1, 0.0, 1.0, 8.0, 9.0)),
):
    given = dict(zip(("x", "mu", "s", "low", "high"), numbers, strict=True))
    case(name, thread, "truncated normal", TRUNCATED, given, truncated, by=("mu",), double=("s", "low", "high"))
ORDINAL = "-log(1/(1+exp(-(b-x))) - 1/(1+exp(-(a-x))))"
for at in (-30.0, 40.0, 800.0):
    case(
        f"brms-ordinal{at:+g}",
        "paul-buerkner/brms#1038",
        "cumulative logit",
        ORDINAL,
        {"x": at, "a": -0.5, "b": 0.5},
        lambda x, a, b: -mp.log(sigmoid(b - x) - sigmoid(a - x)),
        by=("x",),
        double=("a", "b"),
    )
PROBIT = "-log(Phi(b-x) - Phi(a-x))"
for at in (-12.0, 40.0):
    case(
        f"pymc-ordered-probit{at:+g}",
        "pymc-devs/pymc#4232",
        "ordered probit",
        PROBIT,
        {"x": at, "a": -0.5, "b": 0.5},
        lambda x, a, b: -mp.log(phi(b - x) - phi(a - x)),
        by=("x",),
        double=("a", "b"),
    )
case(
    "pymc-cauchy-lcdf",
    "pymc-devs/pymc#8435",
    "log Cauchy cdf",
    "-log(1/2 + atan(x)/pi)",
    {"x": -1e16},
    lambda x: -mp.log(mp.mpf(1) / 2 + mp.atan(x) / mp.pi),
    by=("x",),
)
case(
    "torch-gumbel-5",
    "pytorch/pytorch#15681",
    "Gumbel density",
    "x + exp(-x)",
    {"x": -5.0},
    lambda x: x + mp.exp(-x),
    by=("x",),
    orders=2,
    dtype="float32",
)
case(
    "julia-gumbel-gradient",
    "JuliaStats/Distributions.jl#1821",
    "Gumbel density near its mode",
    "x + exp(-x)",
    {"x": 1e-12},
    lambda x: x + mp.exp(-x),
    by=("x",),
    orders=2,
)

# --- residuals and vectors ------------------------------------------------------------------------

case(
    "torch-normal-1e22",
    "pytorch/pytorch#12269",
    "normal density",
    "x**2/2 + log(2*pi)/2",
    {"x": 1e22},
    lambda x: x**2 / 2 + mp.log(2 * mp.pi) / 2,
    by=("x",),
    orders=2,
)
STUDENT = "(nu+1)/2*log(1+x**2/nu) - lgamma((nu+1)/2) + lgamma(nu/2) + log(nu*pi)/2"
case(
    "haskell-student-1e17",
    "haskell/statistics#214",
    "Student t, many degrees of freedom",
    "(nu+1)/2*log(1+x**2/nu)",
    {"x": 2.0, "nu": 1e17},
    lambda x, nu: (nu + 1) / 2 * mp.log1p(x**2 / nu),
    by=("x",),
    orders=2,
)
case(
    "scipy-student-1e10",
    "scipy/scipy#19792",
    "Student t, many degrees of freedom",
    STUDENT,
    {"x": 2.0, "nu": 1e10},
    student,
    by=("x", "nu"),
    digits=200,
)
case(
    "gam-student-4.9e7",
    "SauersML/gam#3237",
    "Student t, score of its degrees of freedom",
    STUDENT,
    {"x": 0.5, "nu": 4.9e7},
    student,
    by=("nu",),
    digits=200,
)
case(
    "boost-student-2e154",
    "boostorg/math#1401",
    "Student t, far out",
    "(nu+1)/2*log(1+x**2/nu)",
    {"x": 2e154, "nu": 5.0},
    lambda x, nu: (nu + 1) / 2 * mp.log(1 + x**2 / nu),
    by=("x",),
)
for at in (1e200, 1e-9):
    case(
        f"scipy-cauchy-{at:g}",
        "scipy/scipy#21347",
        "Cauchy density",
        "log(pi) + log(1+x**2)",
        {"x": at},
        lambda x: mp.log(mp.pi) + mp.log(1 + x**2),
        by=("x",),
    )
COSINE = "1 - Sum(a_i*b_i)/sqrt(Sum(a_i**2)*Sum(b_i**2))"
case(
    "ziplora-cosine",
    "mkshing/ziplora-pytorch#10",
    "cosine of a vector with itself",
    COSINE,
    {"a": [1.0] * 8, "b": [1.0] * 8},
    want={"value": "0.0", "grad": ["0.0"] * 8},
    dtype="float32",
)
case(
    "sentence-distance-0",
    "huggingface/sentence-transformers#4033",
    "distance of equal vectors",
    "sqrt(Sum((a_i-b_i)**2))",
    {"a": [1.0, 2.0], "b": [1.0, 2.0]},
    want={"value": "0.0", "grad": ["0.0", "0.0"]},
)
case(
    "siamese-distance-0",
    "adambielski/siamese-triplet#18",
    "contrastive loss of equal vectors",
    "max(0, m - sqrt(Sum((a_i-b_i)**2)))**2",
    {"a": [1.0, 2.0], "b": [1.0, 2.0], "m": 1.0},
    want={"value": "1.0", "grad": ["0.0", "0.0"]},
)


if __name__ == "__main__":
    lines = ",\n".join(" " + json.dumps(one, ensure_ascii=False) for one in CASES)
    Path(__file__).with_name("more_cases.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(len(CASES), "cases")
