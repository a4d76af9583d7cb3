"""How a nest reads, and the shape that lowering gives it."""

from __future__ import annotations

from symloss.lower.ir import Variant
from symloss.lower.nest import lower
from symloss.lower.show import show
from tests.lower.examples import matrix, row, scalar

SCALAR = """\
nest scalar
  rows rows: int64
  input y[rows]: float32
  input f[rows]: float32
  weight weight[rows]: float32
  scale scale: float64
  output value[rows]: float32
  output gradient[rows]: float32
  status status: int64
body
  for row in rows
    weight_row = weight[row]
    check 0: ((weight_row >= 0.0) and (weight_row < inf))
    silent = (weight_row == 0.0)
    factor = (weight_row*scale)
    f_row = f[row]
    softplus_single_1 = softplus_single(f_row)
    y_row = y[row]
    scaled = (factor*(softplus_single_1 - (y_row*f_row)))
    value[row] = (0.0 if silent else scaled)
    sigmoid_single_1 = sigmoid_single(f_row)
    scaled_2 = (factor*(sigmoid_single_1 - y_row))
    gradient[row] = (0.0 if silent else scaled_2)
search, if a check failed
  for row in rows
    weight_row_2 = weight[row]
    check 0: ((weight_row_2 >= 0.0) and (weight_row_2 < inf))
"""


def test_scalar_text() -> None:
    assert show(lower(scalar(guarded=False).stable, Variant("float32", weighted=True, scaled=True))) == SCALAR


def test_exponentials_are_computed_once() -> None:
    """Two loops of a row want them: the sum's writes them down, the gradient's reads them."""
    text = show(lower(row(3).stable, Variant()))
    assert text.count("exp(") == 1
    assert text.count("in K") == 3  # the sum, the results with the guard; and the guard again in the search


def test_probabilities_are_kept_for_an_inner_loop() -> None:
    text = show(lower(matrix(3).stable, Variant()))
    assert text.count("exp(") == 1
    assert text.count("/") == 1
