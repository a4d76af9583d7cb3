"""What the laws loop over."""

from __future__ import annotations

import pytest

import symloss as sl
from symloss.testing.exact_laws import FORMULAS
from symloss.testing.law import Law, Violation
from symloss.testing.results import as_tuple, predictions, same_bits
from tests.laws.sampling import Batch
from tests.laws.shapes import SHORT
from tests.registry.formulas import formula_of, formulas

# The laws compare with the losses as they are written a second time.
FORMULAS.update({name: formula for name in formulas() if (formula := formula_of(name)) is not None})

NAMES = sl.names()
METRICS = tuple(name for name in NAMES if sl.get(name).is_metric)
LOSSES = tuple(name for name in NAMES if name not in METRICS)
every_name = pytest.mark.parametrize("name", NAMES)
every_loss = pytest.mark.parametrize("name", LOSSES)
every_metric = pytest.mark.parametrize("name", METRICS)
"""A metric has a value and no derivative: laws of values are for every name, those of derivatives for losses."""

some_losses = pytest.mark.parametrize("name", [n for n in NAMES if n in SHORT])


def holds(law: Law, name: str, batch: Batch, **options: object) -> None:
    """Assert a law about a loss of the catalogue, where it applies."""
    loss = sl.get(name)
    if law.is_for(loss):
        found: Violation | None = law(loss, batch, **options)
        assert found is None, str(found)


__all__ = [
    "LOSSES", "METRICS", "NAMES", "SHORT", "as_tuple", "every_loss", "every_metric", "every_name", "holds",
    "predictions", "same_bits", "some_losses",
]  # fmt: skip
