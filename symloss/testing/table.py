"""All laws, one row each: the sentence, the function, which losses it applies to, which batches it is held against."""

from __future__ import annotations

from symloss.audit.masks import can_be_masked
from symloss.audit.points import has_rows
from symloss.loss import Loss

from . import (
    call_laws,
    claim_laws,
    difference_laws,
    exact_laws,
    hessian_laws,
    kink_laws,
    likelihood_laws,
    limit_laws,
    refusal_laws,
    row_laws,
    weight_laws,
)
from .claim_laws import claims
from .law import Law


def _any(loss: Loss) -> bool:
    return True


def _has_parameters(loss: Loss) -> bool:
    return bool(loss.parameters)


def _is_maskable_row(loss: Loss) -> bool:
    return can_be_masked(loss) and row_laws.is_one_row(loss) and not row_laws.compares_places(loss)


LAWS: tuple[Law, ...] = (
    Law("The value is that of the expression as typed.", exact_laws.value_is_exact, _any, "few", metrics=True),
    Law("The gradient is the derivative of the expression as typed.", exact_laws.gradient_is_exact, _any, "few"),
    Law("The Hessian is the second derivative, on its diagonal.", exact_laws.hessian_is_exact, _any, "few"),
    Law("The Hessian is the second derivative, off its diagonal.", exact_laws.hessian_matrix_is_exact, _any, "fewest"),
    Law(
        "The gradient by a parameter is the derivative by it.",
        exact_laws.parameter_gradient_is_exact,
        _has_parameters,
        "fewest",
    ),
    Law("Results keep their digits everywhere, huge and subnormal numbers included.", exact_laws.accurate),
    Law(
        "The gradient is what extrapolated differences of the value give.",
        difference_laws.gradient_is_the_slope_of_the_value,
    ),
    Law(
        "The Hessian is what extrapolated differences of the gradient give.",
        difference_laws.hessian_is_the_slope_of_the_gradient,
    ),
    Law(
        "At a kink the gradient is the declared one.",
        kink_laws.gradient_at_a_kink_is_the_declared_one,
        kink_laws.has_scalar_kinks,
        "few",
    ),
    Law(
        "At an infinite prediction a result is its limit.",
        limit_laws.infinite_prediction_gives_the_limit,
        limit_laws.has_scalars_only,
        "mixed",
    ),
    Law("Finite numbers give finite results, or overflow by right.", claim_laws.finite_in_finite_out),
    Law("All entry points give the same bits.", call_laws.entry_points_agree),
    Law("Calling the loss is its mean.", call_laws.call_is_the_mean_value, _any, "mixed", metrics=True),
    Law("hvp is the Hessian times the vector.", hessian_laws.hvp_is_hessian_times_vector),
    Law("The Hessian is symmetric.", hessian_laws.hessian_is_symmetric),
    Law("The Hessian's diagonal is that of the matrix.", hessian_laws.hessian_is_the_diagonal_of_the_matrix),
    Law(
        "The Fisher information is the variance of the score.",
        likelihood_laws.fisher_is_the_variance_of_the_score,
        likelihood_laws.has_fisher,
        "mixed",
    ),
    Law(
        "The Fisher information is the expected Hessian, where there is no kink.",
        likelihood_laws.fisher_is_the_expected_hessian,
        lambda loss: likelihood_laws.has_fisher(loss) and not loss.kink_places,
        "mixed",
    ),
    Law("A batch is its rows.", call_laws.batch_is_its_rows, _any, "mixed", metrics=True),
    Law("More batch dimensions change nothing.", call_laws.batch_dimensions_fold, _any, "mixed", metrics=True),
    Law("The memory layout changes nothing.", call_laws.layout_changes_nothing, _any, "mixed", metrics=True),
    Law("The number of threads changes nothing.", call_laws.threads_change_nothing, _any, "mixed", metrics=True),
    Law("The dtype changes only the rounding.", call_laws.dtype_changes_only_rounding, _any, "mixed"),
    Law("out= is filled and returned.", call_laws.out_is_filled, _any, "mixed"),
    Law("No samples give no results, one sample one.", call_laws.none_and_one_sample, _any, "mixed", metrics=True),
    Law("Pickling changes nothing.", call_laws.pickle_changes_nothing, _any, "mixed"),
    Law("Weights multiply.", weight_laws.weights_multiply, _any, "mixed"),
    Law("A weight of zero silences whatever the sample holds.", weight_laws.zero_weight_silences, _any, "mixed"),
    Law("Sums and means add up.", weight_laws.reductions_add_up, _any, "mixed"),
    Law(
        "Derivatives under a reduction are those of the reduced value.",
        weight_laws.reduced_derivatives_are_those_of_the_reduced_value,
        _any,
        "mixed",
    ),
    Law("NaN in a prediction stays in its sample.", weight_laws.nan_stays_in_its_sample, _any, "mixed", metrics=True),
    Law(
        "Shifting the logits of a row changes nothing.",
        row_laws.shifting_a_row_changes_nothing,
        row_laws.is_shift_invariant,
    ),
    Law(
        "Permuting the classes permutes the gradient.",
        row_laws.permuting_a_row_permutes_its_gradient,
        row_laws.is_permutation_invariant,
        "mixed",
    ),
    Law(
        "A masked class is as if it were not there.",
        row_laws.masked_class_is_as_if_it_were_not_there,
        _is_maskable_row,
    ),
    Law("A row of one class is certain of it.", row_laws.one_class_is_certain, has_rows, "mixed"),
    Law("Ragged rows are the rows.", row_laws.ragged_rows_are_the_rows, row_laws.has_row_without_twin, "mixed"),
    Law("The value is not negative, as claimed.", claim_laws.value_is_not_negative, claims("nonnegative")),
    Law("The value is convex, as claimed.", claim_laws.value_is_convex, claims("convex"), "few"),
    Law("Target and prediction may change places, as claimed.", claim_laws.value_is_symmetric, claims("symmetric")),
    Law("The fitted constant minimises the mean loss.", claim_laws.minimiser_minimises, _any, "mixed"),
    Law("Bad input is refused, with a message that names it.", refusal_laws.bad_input_is_refused, _any, "mixed"),
)

LAW_NAMED: dict[str, Law] = {law.name: law for law in LAWS}

CLAIMED = {
    "nonnegative": "value_is_not_negative",
    "convex": "value_is_convex",
    "symmetric": "value_is_symmetric",
}
"""Which law a claim is held by."""
