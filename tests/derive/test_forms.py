"""What comes out of a derivation, exactly: the forms that people write by hand."""

from __future__ import annotations

import pytest
import sympy as sp
from sympy.stats import Poisson

import symloss as sl
from symloss.heads.binders import Softmax, Total

y, f = sl.target("y"), sl.prediction("f")
u = sl.target("y", domain=sl.Unit)
K = sl.axis("K")
i, j, k = K.indices("i j k")
z, t = sl.prediction("z", K), sl.target("t", K, domain=sl.Simplex(K))
c = sl.label("c", K)
delta = sp.KroneckerDelta

p = 1 / (1 + sp.exp(-f))
BINARY = {
    "raw": -u * sp.log(p) - (1 - u) * sp.log(1 - p),
    "sigmoid": -u * sp.log(sl.sigmoid(f)) - (1 - u) * sp.log(1 - sl.sigmoid(f)),
    "softplus": sl.softplus(f) - u * f,
    "log of one plus": sp.log(1 + sp.exp(f)) - u * f,
    "log_sigmoid": -u * sl.log_sigmoid(f) - (1 - u) * sl.log_sigmoid(-f),
}
CROSS_ENTROPY = {
    "raw": (-sp.Sum(t[k] * sp.log(sp.exp(z[k]) / sp.Sum(sp.exp(z[j]), j)), k), t[i]),
    "log_softmax": (-sp.Sum(t[k] * sl.log_softmax(z)[k], k), t[i]),
    "log of softmax": (-sp.Sum(t[k] * sp.log(sl.softmax(z)[k]), k), t[i]),
    "label": (-sl.log_softmax(z)[c], delta(c, i)),
    "raw label": (-sp.log(sp.exp(z[c]) / sp.Sum(sp.exp(z[j]), j)), delta(c, i)),
    "logsumexp and label": (sl.logsumexp(z[k], k) - z[c], delta(c, i)),
}


@pytest.mark.parametrize("typed", BINARY.values(), ids=BINARY)
def test_binary_cross_entropy(typed: sp.Expr) -> None:
    loss = sl.Loss("bce", typed)
    assert loss.gradient_expression == sl.sigmoid(f) - u
    assert loss.hessian_expression == sl.sigmoid(f) * sl.sigmoid(-f)


@pytest.mark.parametrize(("typed", "target"), CROSS_ENTROPY.values(), ids=CROSS_ENTROPY)
def test_softmax_cross_entropy(typed: sp.Expr, target: sp.Expr) -> None:
    loss = sl.Loss("ce", typed)
    assert loss.gradient_expression == sl.softmax(z)[i] - target
    assert loss.hessian_matrix_expression == sl.softmax(z)[i] * (delta(i, j) - sl.softmax(z)[j])
    assert loss.hessian_expression == sl.softmax(z)[i] * (1 - sl.softmax(z)[i])


@pytest.mark.parametrize(("typed", "target"), CROSS_ENTROPY.values(), ids=CROSS_ENTROPY)
def test_a_hessian_vector_product_has_one_sum(typed: sp.Expr, target: sp.Expr) -> None:
    product, _ = sl.Loss("ce", typed).pipeline.expression("hvp", "z")
    # O(K): no sum stands inside another, and the softmax inside one is that of the whole row, found once.
    assert all(not node.body.has(Total) for node in product.atoms(Total)), f"nested: {product}"
    assert all(not node.body.has(i) for node in product.atoms(Softmax)), f"per entry: {product}"
    vector = next(a for a in product.atoms(sp.IndexedBase) if a.label.role == "vector")
    assert product == sl.softmax(z)[i] * (vector[i] - Total(sl.softmax(z)[k] * vector[k], k))


def test_half_squared_error() -> None:
    loss = sl.Loss("half_square", (f - y) ** 2 / 2)
    assert loss.gradient_expression == f - y
    assert loss.hessian_expression == 1


def test_poisson() -> None:
    counts = sl.target("y", domain=sl.NonNegative)
    loss = sl.Loss.from_likelihood("counts", Poisson("Y", sp.exp(f)), target=counts)
    assert loss.gradient_expression == sp.exp(f) - counts
    assert loss.hessian_expression == sp.exp(f)


def test_log_cosh() -> None:
    assert sl.Loss("lc", sp.log(sp.cosh(f - y))).gradient_expression == sp.tanh(f - y)


def test_the_value_does_not_assume_that_targets_sum_to_one() -> None:
    """Only derivatives use it: the value keeps sum t*(lse - z)."""
    loss = sl.Loss("ce", CROSS_ENTROPY["raw"][0])
    assert loss.expression == -Total(t[k] * (z[k] - sl.logsumexp(z[j], j)), k)


def test_a_plain_target_row_is_not_taken_for_a_simplex() -> None:
    r = sl.target("r", K)
    loss = sl.Loss("ce", -sp.Sum(r[k] * sl.log_softmax(z)[k], k))
    assert loss.gradient_expression == sl.softmax(z)[i] * Total(r[k], k) - r[i]


def test_a_kernel_is_refused_that_is_not_the_slope(monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted fault in the calculus is seen when the step is made."""
    from symloss.derive import differentiate

    rules = tuple(
        (kind, rule) if kind is not sp.Add else (kind, lambda s, e: s.of(e.args[0]))
        for kind, rule in differentiate._RULES
    )
    monkeypatch.setattr(differentiate, "_RULES", rules)
    with pytest.raises(sl.DerivationError, match="report"):
        _ = sl.Loss("faulty", f**2 + sp.exp(f) - y).gradient_expression
