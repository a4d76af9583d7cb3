"""The fitted coefficients are what `coefficients.py` computes, and their fits are good enough."""

from __future__ import annotations

import pytest

from symloss.elementary.table import MODULES
from tests.elementary.coefficients import FITS, Fit


@pytest.mark.parametrize("fit", FITS, ids=lambda fit: fit.name)
def test_coefficients(fit: Fit) -> None:
    (stored,) = {vars(module)[fit.name] for module in MODULES if fit.name in vars(module)}
    assert list(stored) == fit.coefficients()
