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
# the last one 0. In the fourth the sum is one infinity less another.
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


def test_only_products_with_exponentials_of_arguments_count() -> None:
    r = y - mu[i]
    assert has_computed(r**2 * sp.exp(-2 * s[i]) - 1)
    assert not has_computed(r**2 - 1)
