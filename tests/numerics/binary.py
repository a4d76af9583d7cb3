"""Losses of one logit or probability, softplus and logistic functions."""

from __future__ import annotations

import sympy as sp

import symloss as sl
from tests.numerics.running import Spelling

x, y = sl.prediction("x"), sl.target("y", domain=sl.Unit)
p = sl.prediction("p", domain=sl.Unit)
sign = sl.target("y", domain=sl.Signs)
successes, trials = sl.target("k", domain=sl.Counts), sl.data("n", domain=sl.Counts)
gamma = sl.parameter("gamma", domain=sl.NonNegative)
share = 1 / (1 + sp.exp(-x))

_LOGITS = (
    Spelling("as typed", sp.log(1 + sp.exp(x)) - y * x),
    Spelling("of the probability", -y * sp.log(share) - (1 - y) * sp.log(1 - share)),
    Spelling("named", -y * sl.log_sigmoid(x) - (1 - y) * sl.log_sigmoid(-x)),
    Spelling("softplus", sl.softplus(x) - y * x),
)
_SOFTPLUS = (Spelling("as typed", sp.log(1 + sp.exp(x))), Spelling("named", sl.softplus(x)))
_LOG_SIGMOID = (
    Spelling("as typed", -sp.log(1 + sp.exp(-x))),
    Spelling("named", sl.log_sigmoid(x)),
    Spelling("log of sigmoid", sp.log(sl.sigmoid(x))),
)
_BINOMIAL = (
    Spelling("as typed", -(successes * x - trials * sp.log(1 + sp.exp(x)))),
    Spelling("softplus", trials * sl.softplus(x) - successes * x),
    Spelling("two terms", -successes * sp.log(share) - (trials - successes) * sp.log(1 - share)),
)

SPELLINGS: dict[str, tuple[Spelling, ...]] = {
    "bce-ninf-y09": _LOGITS,
    "bce-inf-optax": _LOGITS,
    "bce-prob-grad-50": (
        Spelling("as typed", -sp.log(1 / (1 + sp.exp(-x)))),
        Spelling("named", -sp.log(sl.sigmoid(x))),
        *_LOGITS,
    ),
    "bce-prob-clamp100": (
        Spelling("as typed", -sp.log(1 - p)),
        Spelling("whole", -y * sp.log(p) - (1 - y) * sp.log(1 - p)),
        Spelling("named", -sl.xlogy(y, p) - sl.xlogy(1 - y, 1 - p)),
    ),
    "bce-x-10-y0-f32": _LOGITS,
    "skl-binom-1e3": _LOGITS,
    "jax-softplus-hess": _SOFTPLUS,
    "jax-sigmoid-grad": (
        Spelling("as typed", 1 / (1 + sp.exp(-x))),
        Spelling("named", sl.sigmoid(x)),
        Spelling("other way", sp.exp(x) / (1 + sp.exp(x))),
    ),
    "torch-logsigmoid-hess40": _LOG_SIGMOID,
    "torch-logsigmoid-hess30": _LOG_SIGMOID,
    "torch-logsigmoid-hess37": _LOG_SIGMOID,
    "jax-softplus-grad0": _SOFTPLUS,
    "burn-softplus": _SOFTPLUS,
    "torch-softplus-threshold": _SOFTPLUS,
    "torch-softmargin": (
        Spelling("as typed", sp.log(1 + sp.exp(-sign * x)), want={"hess": "3.720075976020835962959696e-44"}),
        Spelling("named", sl.softplus(-sign * x), want={"hess": "3.720075976020835962959696e-44"}),
    ),
    "torch-binomial-logit90": _BINOMIAL,
    "stan-binomlogit-nan": _BINOMIAL,
    "keras-bce-eps2": (
        Spelling("as typed", -sp.log(p)),
        Spelling("whole", -y * sp.log(p) - (1 - y) * sp.log(1 - p)),
    ),
    "focal-g0": (
        Spelling("as typed", (1 - share) ** gamma * (-sp.log(share))),
        Spelling("named", -((1 - sl.sigmoid(x)) ** gamma) * sl.log_sigmoid(x)),
    ),
}
