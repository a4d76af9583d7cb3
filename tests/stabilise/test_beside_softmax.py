"""A softmax times a sum of what stands in its exponents, as derivatives of a mixture are."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import sympy as sp

import symloss as sl
from symloss.audit.ulp import ulp_error
from symloss.heads.evaluate import agreed, evaluate
from symloss.stabilise.exponents import has_computed

K = sl.axis("K")
i = K.indices("i")
y, mu, s = sl.target("y"), sl.prediction("mu", K), sl.prediction("s", K)

# Order, prediction, entry, sample and the ulps allowed; without: 67, 5, 36,000 of a subnormal one, and
# the last one 0. Exponents are 5e10 in the last but one. In the fourth the sum is one infinity less another.
SAMPLES: tuple[tuple[str, str, int, dict[str, Any], float], ...] = (
    (
        "gradient", "s", 3,
        {"y": 0.0, "a": [-0.4612242036039321, 1.1276424908885054, -3.0, -1.757126183818876],
         "mu": [1.252759572254786, -2.5465442346678024, -1.0, -0.943998188057856],
         "s": [-0.8230600549977637, 0.2872461629009466, -2.0, -0.08504584456472458]}, 2.0,
    ),
    (
        "hessian", "mu", 1,
        {"y": 3.0, "a": [-0.16078871368316944, 2.6614403364800983, 1e-300, 0.5735883099063445],
         "mu": [0.4272604823685523, 0.9460251131295458, 1e-300, 0.44029369611276503],
         "s": [1.562934635168408, -0.33146706952846205, 1e-300, -2.0676635867464097]}, 2.0,
    ),
    (
        "hessian", "s", 2,
        {"y": 0.0, "a": [211.4959165859444, -368.7607502646086, -364.3376022547377, 774.0132013889992],
         "mu": [1.3988479200585389, 0.910218342947614, 7.325337079394995, -4.456925803919629],
         "s": [-0.133384944457054, 10.061016381692035, -0.8928154978295896, -10.368889804715495]}, 2.0,
    ),
    (
        "hessian", "s", 0,
        {"y": 3.0, "a": [-703.5, -3.5, -3.5, -3.5], "mu": [-703.5, -3.5, -3.5, -3.5],
         "s": [-703.5, -3.5, -3.5, -3.5]}, 0.0,
    ),
    (
        "gradient", "s", 2,
        {"y": 1e4, "a": [0.0, 0.0, 0.0, 0.0], "mu": [-3.5, -3.5, -3.500000001, -3.5],
         "s": [-3.5, -3.5, -3.49999999999, -3.5]}, 3.0,
    ),
    (
        "gradient", "mu", 1,
        {"y": 0.0, "a": [0.0, -850.0], "mu": [1.0, 1e-43], "s": [0.0, -100.0]}, 2.0,
    ),
)  # fmt: skip


@pytest.mark.parametrize(("order", "by", "place", "row", "most"), SAMPLES)
def test_components_keep_their_digits(order: str, by: str, place: int, row: dict[str, Any], most: float) -> None:
    loss = sl.get("gaussian_mixture")
    expression, (index,) = loss.pipeline.expression(order, by)
    inputs = {n: [v] for n, v in row.items()}
    got = float(getattr(loss, order)(**inputs, wrt=by)[0][place])
    exact = agreed(partial(evaluate, expression, {**row, index.label.axis.name: len(row[by]), index.name: place}), 60)
    assert ulp_error(got, exact) <= most, (got, exact)


# A density next to 1 by its one component, and by four: 6.6 and 4.7 ulp without.
VALUES: tuple[dict[str, Any], ...] = (
    {"y": 0.5, "a": [-230.88103069534972, 17.317780664169728, 392.6573443164711, 88.5149757436894],
     "mu": [0.04149635298143038, 0.05457810057387874, -0.06984343171204487, -0.10848521352060517],
     "s": [-0.9594300684147726, 0.4450995901943658, -0.24958687253954795, -0.9254802557280506]},
    {"y": -1.25, "a": [0.33429979471008375, -0.3259908486546064, -0.014143953350454735, -0.5632431099642172],
     "mu": [-0.04318608986086701, -0.14403203030476597, -0.019151847859773422, -0.017982546218464932],
     "s": [-0.22852891191327224, 1.1434852599918515, 0.21530658201349942, 0.1422724239034351]},
)  # fmt: skip


@pytest.mark.parametrize("row", VALUES)
def test_a_computed_exponent_brings_its_error_to_a_logarithm(row: dict[str, Any]) -> None:
    loss = sl.get("gaussian_mixture")
    expression, _ = loss.pipeline.expression("value")
    exact = agreed(partial(evaluate, expression, {**row, "K": 4}), 60)
    got = float(loss.value(**{n: [v] for n, v in row.items()})[0])
    assert ulp_error(got, exact) <= 2.0, (got, exact)


def test_only_products_with_exponentials_of_arguments_count() -> None:
    r = y - mu[i]
    assert has_computed(r**2 * sp.exp(-2 * s[i]) - 1)
    assert not has_computed(r**2 - 1)
