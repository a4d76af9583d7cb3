"""Rules about rows, limits and places have no example in x and y: each fires on a shipped loss, or on a form here."""

from __future__ import annotations

import re
from functools import cache

import pytest
import sympy as sp

import symloss as sl
from symloss.heads.rewrite import fired_rules
from symloss.stabilise.rules import RULES, WHOLE
from symloss.stabilise.stabilise import stable_form

K = sl.axis("K")
i, j = K.indices("i j")
z, w, t = sl.prediction("z", K), sl.prediction("w", K), sl.target("t", K, domain=sl.Simplex(K))
x, share = sp.Symbol("x", real=True), sp.Symbol("s", nonnegative=True)
p, q = sl.softmax(z), sl.softmax(w)
delta = sp.KroneckerDelta(i, j)

FORMS = {
    "diagonal of a matrix of two rows": (q[i] - p[i]) * delta + p[i] * p[j] - q[i] * q[j],
    "normal distribution function of a scaled argument": sl.norm_cdf(sp.sqrt(2) * x),
    "power times logarithm": share**2 * sp.log(share),
    "share of a sum": t[i] / (t[i] + p[i]),
}
MODULATED = "softmax_cross_entropy, modulated"
LOSSES = {
    "sum of infinities over an axis": "multivariate_normal", "divergence from the mean": "jensen_shannon",
    "logarithm over the mean": "jensen_shannon", "confident row": "circle", "row by row": "listmle",
    "its own row": "listmle", "unit vectors": "cosine_embedding", "sums over the others": "approx_ndcg",
    "scale that vanishes": "barron", "rest of a share": "focal_tversky",
    "difference of two softmaxes": "gaussian_mixture",
    "two softmaxes less one": "gaussian_mixture", "mean close to one": "gaussian_mixture",
    "sum in sorted order": "approx_ndcg", "norm": "contrastive_pair", "direction": "cosine_embedding",
    "cosine against a number": "cosine_embedding", "number out of a sum": "elbo_normal",
    "softmax minus target": "generalised_cross_entropy", "cross-entropy of a row": "gaussian_mixture",
    "sparse gap": "sparsemax", "zero weight": "kl_divergence", "gap over complement": "softmax_focal",
    "slope of a large concentration": "von_mises_2", "logistic function less a threshold": "asymmetric",
    "logarithm of the complement of what is above a threshold": "asymmetric",
    "slope of the Mills ratio": "lognormal_aft",
    "common exponential": "multivariate_normal", "power of one plus a square, less one": "barron",
    "tail of a residual over a scale": "student_t", "its own part": MODULATED,
    "logarithm of a residual over a scale, times an exponential": "student_t_3",
    "hyperbolic tangent of a residual over a scale, times an exponential": "logistic_2",
}  # fmt: skip


def test_every_rule_without_an_example_is_here() -> None:
    """One that is not named above has to fire on some shipped loss; to name it saves looking for it."""
    missing = {r.name for r in (*WHOLE, *RULES) if r.example is None} - {*FORMS, *LOSSES}
    for name in sl.names() if missing else ():
        missing -= rules_of(name)
        if not missing:
            break
    assert not missing


def test_no_name_here_is_of_no_rule() -> None:
    assert {*FORMS, *LOSSES} <= {r.name for r in (*WHOLE, *RULES) if r.example is None}


@cache
def rules_of(name: str) -> set[str]:
    """What stands behind "by" in the derivation of a shipped loss, or of a modulated one."""
    soft = sl.get("softmax_cross_entropy")
    loss = sl.focal_modulated(soft, 2) if name == MODULATED else sl.get(name)
    lines = re.findall(r"(?m)^ +by (.*)$", str(loss.derivation()))
    return {rule for line in lines for rule in re.split(r", (?!times an exponential|less one)", line)}


@pytest.mark.parametrize("rule", LOSSES)
def test_it_fires_on_a_shipped_loss(rule: str) -> None:
    assert rule in rules_of(LOSSES[rule])


@pytest.mark.parametrize("rule", FORMS)
def test_it_fires_on_a_form(rule: str) -> None:
    with fired_rules() as names:
        stable_form(FORMS[rule])
    assert rule in names
