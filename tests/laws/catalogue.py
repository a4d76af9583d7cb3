"""What the laws loop over."""

from __future__ import annotations

import pytest

import symloss as sl
from symloss.testing.law import Law, Violation
from symloss.testing.results import as_tuple, predictions, same_bits
from tests.laws.sampling import Batch

NAMES = sl.names()
every_loss = pytest.mark.parametrize("name", NAMES)

SHORT = (
    "squared_error",
    "huber",
    "binary_cross_entropy_with_logits",
    "focal",
    "normal",
    "hinge",
    "softmax_cross_entropy",
    "dice",
)
"""For laws of the call layer, which do not depend on the formula: one of every shape of input."""
some_losses = pytest.mark.parametrize("name", [n for n in NAMES if n in SHORT])


def holds(law: Law, name: str, batch: Batch, **options: object) -> None:
    """Assert a law about a loss of the catalogue, where it applies."""
    loss = sl.get(name)
    if law.applies(loss):
        found: Violation | None = law(loss, batch, **options)
        assert found is None, str(found)


__all__ = ["NAMES", "SHORT", "as_tuple", "every_loss", "holds", "predictions", "same_bits", "some_losses"]
