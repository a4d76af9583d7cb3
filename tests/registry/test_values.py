"""The declared expression against the same loss by hand in NumPy, and against the worked numbers of the books."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from scipy import special, stats

import symloss as sl
from symloss.heads.evaluate import agreed, evaluate

Z = np.array([0.3, -1.2, 2.5])
T = np.array([0.2, 0.0, 0.8])
MASK = np.array([1.0, 0.0, 1.0])
REL = np.array([1.0, 3.0, 0.0])
S = np.array([[0.9, 0.1, -0.3], [0.2, 0.4, 0.0], [-0.5, 0.3, 0.7]])
P = special.softmax(Z)
U = (Z / 0.5) ** 2 / 2


def ndcg() -> float:
    ranks = [1 + sum(special.expit((Z[j] - Z[i]) / 0.1) for j in range(3) if j != i) for i in range(3)]
    dcg = sum((2 ** REL[i] - 1) / np.log2(1 + ranks[i]) for i in range(3))
    return float(1 - dcg / sum((2 ** np.sort(REL)[::-1][i] - 1) / np.log2(i + 2) for i in range(3)))


def dice() -> float:
    p = special.expit(Z)
    return float(1 - (2 * (p * MASK).sum() + 1) / (p.sum() + MASK.sum() + 1))


def focal(y: float, f: float) -> float:
    p = special.expit(f)
    return float(-0.25 * (1 - p) ** 2 * np.log(p) if y else -0.75 * p**2 * np.log(1 - p))


CASES: list[tuple[str, dict[str, Any], float]] = [
    ("squared_error", {"y": 3, "f": 2.4}, 0.18),
    ("squared_error", {"y": 3, "f": 2.7}, 0.045),
    ("absolute_error", {"y": 3, "f": 2.4}, 0.6),
    ("huber", {"y": 0, "f": 0.5, "delta": 1}, 0.125),
    ("huber", {"y": 0, "f": -3, "delta": 2}, 4),
    ("log_cosh", {"y": 1, "f": 3}, np.log(np.cosh(2))),
    ("quantile", {"y": 1, "f": 0, "q": 0.9}, 0.9),
    ("quantile", {"y": 0, "f": 1, "q": 0.9}, 0.1),
    ("poisson", {"y": 3, "f": 0.7}, -stats.poisson.logpmf(3, np.exp(0.7)) - special.gammaln(4)),
    ("binary_cross_entropy_with_logits", {"y": 1, "f": 0.7}, -stats.bernoulli.logpmf(1, special.expit(0.7))),
    ("binary_cross_entropy_with_logits", {"y": 0.25, "f": -2}, np.log1p(np.exp(-2)) + 0.25 * 2),
    ("focal", {"y": 1, "f": 0.4, "gamma": 2, "alpha": 0.25}, focal(1, 0.4)),
    ("focal", {"y": 0, "f": 0.4, "gamma": 2, "alpha": 0.25}, focal(0, 0.4)),
    ("hinge", {"y": -1, "f": 0.5}, 1.5),
    ("hinge", {"y": 1, "f": 1.5}, 0),
    ("squared_hinge", {"y": -1, "f": 0.5}, 2.25),
    ("softmax_cross_entropy", {"K": 3, "t": T, "z": Z}, -(T * np.log(P)).sum()),
    ("sparse_softmax_cross_entropy", {"K": 3, "c": 1, "z": np.log([0.1, 0.7, 0.2])}, -np.log(0.7)),
    ("sparse_softmax_cross_entropy", {"K": 2, "c": 0, "z": np.log([0.01, 0.99])}, -np.log(0.01)),
    ("softmax_squared_error", {"K": 3, "t": T, "z": Z}, ((P - T) ** 2).sum() / 2),
    ("kl_divergence", {"K": 3, "t": T, "z": Z}, stats.entropy(T, P)),
    ("normal", {"y": 1.5, "mu": 0.3, "s": 0.4}, -stats.norm.logpdf(1.5, 0.3, np.exp(0.4)) - np.log(2 * np.pi) / 2),
    ("horseshoe", {"D": 3, "w": Z, "scale": 0.5}, -(U + np.log(special.exp1(U))).sum()),
    ("dice", {"P": 3, "t": MASK, "z": Z, "smooth": 1}, dice()),
    ("info_nce", {"N": 3, "s": S, "temperature": 0.5}, -np.diag(special.log_softmax(S / 0.5, axis=1)).mean()),
    ("approx_ndcg", {"L": 3, "rel": REL, "z": Z, "temperature": 0.1}, ndcg()),
    ("approx_ndcg", {"L": 3, "rel": np.zeros(3), "z": Z, "temperature": 0.1}, 0),
]


@pytest.mark.parametrize(("name", "numbers", "expected"), CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)])
def test_the_expression_is_the_loss_of_the_books(name: str, numbers: dict[str, Any], expected: float) -> None:
    given = {key: value.tolist() if isinstance(value, np.ndarray) else value for key, value in numbers.items()}
    expression = sl.get(name).declaration.expression
    value = agreed(lambda: evaluate(expression, given), floor=1e-30)
    assert float(mpmath.mpf(value)) == pytest.approx(float(expected), rel=1e-12, abs=1e-15)
