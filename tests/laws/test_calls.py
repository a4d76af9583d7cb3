"""The same bits from every entry point, in every layout, batch and number of threads; weights, rows, refusals."""

from __future__ import annotations

import math
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symloss as sl
from symloss.testing.results import both
from tests.laws.catalogue import SHORT, every_loss, every_name, holds, same_bits, some_losses
from tests.laws.sampling import draw, masked, mixed, repeated

ROWS = 7

OF_EVERY_LOSS = (
    "hvp_is_hessian_times_vector",
    "hessian_is_the_diagonal_of_the_matrix",
    "batch_is_its_rows",
    "none_and_one_sample",
    "one_class_is_certain",
    "nan_stays_in_its_sample",
    "shifting_a_row_changes_nothing",
    "permuting_a_row_permutes_its_gradient",
    "pickle_changes_nothing",
    "finite_in_finite_out",
    "fisher_is_the_variance_of_the_score",
    "fisher_is_the_expected_hessian",
    "minimiser_minimises",
)

OF_THE_CALL_LAYER = (
    "call_is_the_mean_value",
    "batch_dimensions_fold",
    "layout_changes_nothing",
    "threads_change_nothing",
    "dtype_changes_only_rounding",
    "out_is_filled",
    "weights_multiply",
    "zero_weight_silences",
    "reductions_add_up",
    "reduced_derivatives_are_those_of_the_reduced_value",
    "ragged_rows_are_the_rows",
    "bad_input_is_refused",
)


@every_name
@pytest.mark.parametrize("law", OF_EVERY_LOSS)
def test_a_law_of_every_loss(name: str, law: str) -> None:
    holds(getattr(sl.testing, law), name, mixed(sl.get(name), ROWS))


@some_losses
@pytest.mark.parametrize("law", OF_THE_CALL_LAYER)
def test_a_law_of_the_call_layer(name: str, law: str) -> None:
    holds(getattr(sl.testing, law), name, mixed(sl.get(name), ROWS))


@every_loss
def test_entry_points_agree(name: str) -> None:
    holds(sl.testing.entry_points_agree, name, mixed(sl.get(name), ROWS), alone=name in SHORT)


@every_loss
def test_masked_classes(name: str) -> None:
    law, loss = sl.testing.masked_class_is_as_if_it_were_not_there, sl.get(name)
    if law.is_for(loss):
        holds(law, name, masked(loss))


# --- other processes ------------------------------------------------------------------------------------


@every_loss
def test_what_is_not_shipped_pickles_with_its_declaration(name: str) -> None:
    combined = 2 * sl.get(name)
    again = pickle.loads(pickle.dumps(combined))
    assert again == combined
    assert again.gradient_expression == combined.gradient_expression


def test_a_pickled_loss_gives_the_same_bits() -> None:
    loss = 2 * sl.get("log_cosh")
    batch = draw(loss, ROWS)
    assert same_bits(both(loss, batch), both(pickle.loads(pickle.dumps(loss)), batch))


SCRIPT = """
import numpy as np, symloss as sl, sys
loss = sl.get("huber")
print(*(x.hex() for a in loss.value_and_gradient([0.0, 1.0, 2.0], [0.3, 5.0, 2.0], delta=0.7) for x in a))
"""


def test_a_second_process_finds_the_kernels(tmp_path: Path) -> None:
    environment = {**os.environ, "SYMLOSS_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(Path(sl.__file__).parents[1])}

    def run(seed: str) -> tuple[str, dict[Path, int]]:
        environment["PYTHONHASHSEED"] = seed
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout, {
            p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.suffix in (".py", ".nbi", ".nbc")
        }

    first, made = run("1")
    second, found = run("2")
    assert first == second
    assert any(p.suffix == ".nbc" for p in made)
    assert found == made, "the second process wrote kernels or compiled"


# --- planted faults: each must be seen ------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault", [lambda a: np.nextafter(a, np.inf), lambda a: a.astype("f4").astype("f8"), lambda a: -0.0 * a]
)
def test_a_bit_that_differs_is_seen(fault: Any) -> None:
    right = np.array([1.1, 0.0, 2.3])
    assert same_bits(right, right.copy())
    assert not same_bits(right, fault(right))
    assert same_bits(np.array([np.nan]), -np.array([np.nan]))


def test_sums_in_another_order_are_seen() -> None:
    """The law of threads bites: totals that are added in the order in which threads finish differ in last bits."""
    loss = sl.get("squared_error")
    batch = repeated(mixed(loss), 2_000)
    value = loss.value(**batch.arrays)
    assert len({np.add.reduce(value), math.fsum(value), sum(value.tolist())}) > 1
