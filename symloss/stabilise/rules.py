"""Rewrites that save digits, all of them. Each row: what, by what, why, where the replaced form fails, who says so.

A row is an identity over the reals; a test checks every row against the oracle and shows
that the replaced form fails at the witness. ``source`` names refer to the table of
measured rewrites that started the project (shared/numerics/rules.json).
"""

from __future__ import annotations

from . import (
    rules_algebraic,
    rules_cancellation,
    rules_differences,
    rules_elementary,
    rules_gamma,
    rules_logistic,
    rules_probabilities,
    rules_rows,
    rules_shapes,
)
from .stable_rule import StableRule

WHOLE: tuple[StableRule, ...] = (*rules_shapes.WHOLE, *rules_rows.WHOLE)
"""Rules about a whole derivative, before its parts are rewritten."""

OUTSIDE_FIRST: tuple[StableRule, ...] = (*rules_algebraic.RULES, *rules_cancellation.RULES)
"""Applied once, to a whole before its parts: what cancels in a sum is not seen in its terms."""

INSIDE_FIRST: tuple[StableRule, ...] = (
    *rules_rows.RULES,
    *rules_gamma.RULES,
    *rules_differences.RULES,
    *rules_logistic.RULES,
    *rules_probabilities.RULES,
    *rules_elementary.RULES,
    *rules_gamma.LAST,
    *rules_algebraic.LAST,
    *rules_shapes.LAST,
)
"""Applied to the parts before the whole, until none applies."""

FINAL: tuple[StableRule, ...] = rules_shapes.FINAL
"""Applied once, last of all, to a whole before its parts."""

RULES: tuple[StableRule, ...] = (*OUTSIDE_FIRST, *INSIDE_FIRST, *FINAL)

__all__ = ["FINAL", "INSIDE_FIRST", "OUTSIDE_FIRST", "RULES", "WHOLE", "StableRule"]
