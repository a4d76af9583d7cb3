"""Every loss of the catalogue against the oracle, in all orders and both dtypes, without an absolute tolerance."""

from __future__ import annotations

import pytest

import symloss as sl
from tests.laws.bounds import in_terms
from tests.laws.catalogue import every_loss, every_name, holds
from tests.laws.sampling import batches, draw, has_rows

ORDINARY = 2


ORDERS = pytest.mark.parametrize("law", ["value_is_exact", "gradient_is_exact", "hessian_is_exact"])


@pytest.mark.every_loss
@every_name
@ORDERS
def test_value_gradient_and_hessian(name: str, law: str) -> None:
    for batch in batches(sl.get(name), "float64", ORDINARY):
        holds(getattr(sl.testing, law), name, batch, in_terms=in_terms(name))


@every_name
@ORDERS
def test_in_float32(name: str, law: str) -> None:
    for batch in batches(sl.get(name), "float32", ORDINARY):
        holds(getattr(sl.testing, law), name, batch, in_terms=in_terms(name))


@every_loss
def test_hessian_matrix(name: str) -> None:
    loss = sl.get(name)
    for batch in (b for b in batches(loss, "float64", 2) if b.kind != "beside kinks"):
        few = batch.rows(slice(0, 2) if has_rows(loss) else slice(None))
        holds(sl.testing.hessian_matrix_is_exact, name, few, in_terms=in_terms(name))
        holds(sl.testing.hessian_is_symmetric, name, few)


@every_loss
def test_by_parameters(name: str) -> None:
    batch = draw(sl.get(name), ORDINARY)
    holds(sl.testing.parameter_gradient_is_exact, name, batch, in_terms=in_terms(name))


@every_loss
@pytest.mark.parametrize("law", ["gradient_is_the_slope_of_the_value", "hessian_is_the_slope_of_the_gradient"])
def test_by_differences(name: str, law: str) -> None:
    """An independent method: it knows no formula."""
    holds(getattr(sl.testing, law), name, draw(sl.get(name), 6))


@every_loss
def test_kinks(name: str) -> None:
    for batch in batches(sl.get(name), "float64", ORDINARY):
        holds(sl.testing.gradient_at_a_kink_is_the_declared_one, name, batch)
