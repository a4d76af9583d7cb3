"""What is the same for a row, and what is computed once for every entry, keep what rounding took from them."""

from __future__ import annotations

from typing import Any

import pytest

import symloss as sl
from symloss.audit.accuracy import FLOOR, program
from symloss.audit.ulp import ulp_error
from symloss.heads.binders import Total
from symloss.heads.functions import sigmoid
from symloss.stabilise.in_parts import is_of_two_entries
from symloss.stabilise.row_divisors import is_of_row_and_targets

P = sl.axis("P")
i, j, k = P.indices("i j k")
t, z = sl.target("t", P, domain=sl.Unit), sl.prediction("z", P)

# Loss, order, entry, sample and the ulps allowed; twice as many were lost without.
ROWS: tuple[tuple[str, str, int, dict[str, Any], float], ...] = (
    (
        "tversky", "gradient", 0,
        {"t": [0.0, 0.7529919551248856, 9.5367431640625e-07, 0.16248914017980595],
         "z": [1.0648104724763783, -17.0, -0.48029598711249244, 0.15051325256418369], "a": 0.3, "b": 0.7}, 4.0,
    ),
    (
        "dice", "hessian", 2,
        {"t": [0.25, 0.25, 0.1730789047088941, 0.4648022264947273],
         "z": [-0.15056618755794543, -0.03277488913734696, 0.09987388289516745, 0.23636989257296837],
         "smooth": 2.0}, 4.0,
    ),
    (
        "dice", "hessian", 3,
        {"t": [0.08848350068365647, 0.2608818218554665, 0.9428011139214256, 0.9573993026899338],
         "z": [0.22984059474618726, -0.08499412085585983, 0.12160492953540071, -0.21412393846907388],
         "smooth": 1.0}, 3.0,
    ),
    (
        "approx_ndcg", "gradient", 1,
        {"rel": [2.8844190023249423, 2.4177347166524754, 0.40255466918105653, 2.5],
         "z": [0.005946063961660894, 7.635469158645494e-05, 0.017584077447256537, -0.010436051544824267],
         "temperature": 0.5}, 10.0,
    ),
    (
        "approx_ndcg", "hessian", 1,
        {"rel": [2.86844433434257, 2.150649901507225, 0.7593171299294432, 1.672917161584507],
         "z": [-4.0, -4.5, -3.499999999, -3.5], "temperature": 0.5}, 8.0,
    ),
    (
        "approx_ndcg", "hessian", 3,
        {"rel": [1.8646512296476632, 1e-06, 2.579556911533455, 0.09268793033036442],
         "z": [-1e-09, -0.9977059064771944, 0.5534831958698546, -0.020171303432930787], "temperature": 0.1}, 4.0,
    ),
    (  # slopes that are subnormal numbers, over the square of a temperature: 77 ulp without their scale
        "smooth_average_precision", "hessian", 0,
        {"rel": [1.0, 0.0, 0.0, 1.0],
         "z": [-11.46777269953636, -4.35772956815371, -1.8789123853883933, -3.9096159533666146],
         "temperature": 0.01}, 3.0,
    ),
)  # fmt: skip


@pytest.mark.parametrize(("name", "order", "place", "row", "most"), ROWS)
def test_what_cancels_keeps_its_digits(name: str, order: str, place: int, row: dict[str, Any], most: float) -> None:
    loss = sl.get(name)
    inputs = {n: [v] if isinstance(v, list) else v for n, v in row.items()}
    got = float(getattr(loss, order)(**inputs)[0][place])
    exact = program(loss, order, "z")(row, FLOOR)[place]
    assert ulp_error(got, exact) <= most, (got, exact)


def test_only_targets_and_what_is_the_same_for_the_row_are_taken() -> None:
    total = Total(sigmoid(z[k]), k)
    assert is_of_row_and_targets(t[i] - 1 / total)
    assert not is_of_row_and_targets(z[i] - 1 / total)
    assert not is_of_row_and_targets(3 + 2 * total)


def test_two_entries_are_the_same_function_of_each() -> None:
    one, other = Total(sigmoid(z[k] - z[i]), k), Total(sigmoid(z[k] - z[j]), k)
    assert is_of_two_entries(t[i] / one - t[j] / other)
    assert not is_of_two_entries(t[i] / one - t[j] / one)
    assert not is_of_two_entries(t[i] - t[j])
