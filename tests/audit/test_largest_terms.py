"""The largest term that is added up, where it is far below 1."""

from __future__ import annotations

import symloss as sl
from symloss.audit.accuracy import FLOOR, program
from symloss.audit.bounds import Allowance
from symloss.audit.ulp import ulp_error

ROW = {
    "y": 0.0,
    "a": [-6.499234028108491, 534.554116419863, -153.0998441356154, 309.55392598503886],
    "mu": [-0.1541371469372038, -0.011112864259633553, 0.03849997396341171, 0.042460901078730406],
    "s": [-0.0011542710610908551, -0.009231205736384208, -0.003594877456541511, -0.010896809074355038],
}


def test_a_complement_below_every_bit_is_still_a_term() -> None:
    """1 - p is 2^-325 here, which 320 bits do not tell from 0: the largest term would be 0, and excuse nothing."""
    loss = sl.get("gaussian_mixture")
    allowance = Allowance(loss, "gradient", "a", "float64")
    assert allowance.terms is not None
    ball = allowance.terms.balls(ROW, 320)[1]
    assert ball is not None
    assert ball.value == 0
    exact = program(loss, "gradient", "a")(ROW, FLOOR)[1]
    for got, kind in ((float(exact) * (1 + 2.0**-43), "zero"), (float(exact) * (1 + 2.0**-30), "fails")):
        error = ulp_error(got, exact)
        assert error > 4 + 225  # more than the exponents excuse
        assert allowance.verdict(ROW, 1, got, exact, error, 4.0).kind == kind
