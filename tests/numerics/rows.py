"""Losses of a row: softmax, logsumexp, divergences."""

from __future__ import annotations

import sympy as sp

import symloss as sl
from tests.numerics.running import Spelling

K = sl.axis("K")
j, k = K.indices("j k")
z, y = sl.prediction("z", K), sl.target("y", K, domain=sl.Simplex(K))
c = sl.label("t", K)
a, b = sl.prediction("a"), sl.prediction("b")
mask = sl.data("w", K, domain=sl.Binary)
weights = sl.data("w", K, domain=sl.NonNegative)
similarities, temperature = sl.prediction("s", K), sl.parameter("T", domain=sl.Positive)
logs, log_targets = sl.prediction("x", K), sl.target("l", K)
target = sl.target("q", K, domain=sl.Simplex(K))
x0, y0 = sl.target("x", domain=sl.NonNegative), sl.prediction("y", domain=sl.NonNegative)
fraction = sl.prediction("x", domain=sl.NonNegative)

exps = sp.Sum(sp.exp(z[j]), j)
_LOGSUMEXP = (Spelling("as typed", sp.log(exps)), Spelling("named", sl.logsumexp(z[j], j)))
_LOGADDEXP = (Spelling("as typed", sp.log(sp.exp(a) + sp.exp(b))),)
_SPARSE = (
    Spelling("as typed", sp.log(exps) - z[c]),
    Spelling("softmax", -sp.log(sp.exp(z[c]) / exps)),
    Spelling("named", -sl.log_softmax(z)[c]),
    Spelling("log of named", -sp.log(sl.softmax(z)[c])),
)


def _masked(w: sp.IndexedBase) -> tuple[Spelling, ...]:
    return (Spelling(f"as typed, {w.label.domain.name}", sp.log(sp.Sum(w[j] * sp.exp(z[j]), j))),)


def _masked_softmax(w: sp.IndexedBase) -> Spelling:
    share = w[k] * sp.exp(z[k]) / sp.Sum(w[j] * sp.exp(z[j]), j)
    return Spelling(f"as typed, {w.label.domain.name}", -sp.Sum(w[k] * sp.log(share), k))


_scaled = similarities[j] / temperature
_DIVERGENCE = x0 * sp.log(x0 / y0) - x0 + y0

SPELLINGS: dict[str, tuple[Spelling, ...]] = {
    "optax-ce-ninf": (
        Spelling("as typed", -sp.Sum(y[k] * sp.log(sp.exp(z[k]) / exps), k)),
        Spelling("named", -sp.Sum(y[k] * sl.log_softmax(z)[k], k)),
        Spelling("log of named", -sp.Sum(y[k] * sp.log(sl.softmax(z)[k]), k)),
    ),
    "lse-all-ninf": _LOGSUMEXP,
    "lse-all-ninf-torch": _LOGSUMEXP,
    "logaddexp-ninf": _LOGADDEXP,
    "jax-lse-ninf": _LOGADDEXP,
    "lse-where": _masked(mask) + _masked(weights),
    "softmax-where": (_masked_softmax(mask), _masked_softmax(weights)),
    "nnlib-ce-grad": _SPARSE,
    "mnlogit-overflow": (Spelling("as in the case", -(z[c] - sp.log(exps))), *_SPARSE),
    "bolts-ntxent": (
        Spelling(
            "as typed",
            -similarities[0] / temperature + sp.log(sp.Sum(sp.exp(_scaled), j)),
            dtype="float64",
            renamed={"t": "t"},
        ),
        Spelling("label", -similarities[c] / temperature + sp.log(sp.Sum(sp.exp(_scaled), j)), dtype="float64"),
        Spelling("named", -similarities[c] / temperature + sl.logsumexp(_scaled, j), dtype="float64"),
    ),
    "kldiv-logtarget-ninf": (Spelling("as typed", sp.Sum(sp.exp(log_targets[k]) * (log_targets[k] - logs[k]), k)),),
    "optax-kl-ninf": (
        Spelling("as typed", sp.Sum(target[k] * (sp.log(target[k]) - logs[k]), k)),
        Spelling("named", sp.Sum(sl.xlogy(target[k], target[k]) - target[k] * logs[k], k)),
    ),
    "jax-entr-grad0": (
        Spelling("as typed", -fraction * sp.log(fraction)),
        Spelling("named", -sl.xlogy(fraction, fraction)),
    ),
    "jax-relentr": (Spelling("as typed", x0 * sp.log(x0 / y0)), Spelling("named", sl.xlogy(x0, x0 / y0))),
    "jax-kldiv-inf0": (Spelling("as typed", _DIVERGENCE), Spelling("named", sl.xlogy(x0, x0 / y0) - x0 + y0)),
    "kldiv-near": (Spelling("as typed", _DIVERGENCE), Spelling("named", sl.xlogy(x0, x0 / y0) - x0 + y0)),
}
