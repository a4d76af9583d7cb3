"""Raw text to heads: what a user typed with `exp` and `log` is recognised when the loss is declared.

Heads are closed under differentiation; raw exponentials are not (design, decision 1).
Every rule is an identity over the reals for the declared assumptions.
"""

from __future__ import annotations

import sympy as sp

from symloss.heads.binders import Binder
from symloss.heads.rewrite import rewrite

from . import lift_exponentials, lift_functions, lift_gamma, lift_logarithms, lift_pairs, lift_probabilities
from .lifting_rule import LiftingRule
from .roles import RoleSymbol
from .sums import totals

RULES: tuple[LiftingRule, ...] = (
    *lift_functions.RULES,
    *lift_gamma.RULES,
    *lift_probabilities.RULES,
    *lift_exponentials.RULES,
    *lift_logarithms.RULES,
    *lift_pairs.RULES,
)


def lift(expression: sp.Expr) -> sp.Expr:
    """The same expression in heads; a raw form and its named form become equal."""
    return recognised(_branches_outside(totals(sp.sympify(expression))))


def recognised(expression: sp.Expr) -> sp.Expr:
    """Lifting for what is no longer as typed: differentiation makes raw forms of its own, but no ``sp.Sum``."""
    return rewrite(expression, RULES)


def _branches_outside(e: sp.Expr) -> sp.Expr:
    """Branches chosen by targets and data alone come to the top, so that each is recognised by itself."""
    chosen = [p for p in e.atoms(sp.Piecewise) if not _depends_on_predictions(p)]
    if not chosen or e.has(Binder) or len(chosen) > _MOST_BRANCHINGS:
        return e
    return sp.piecewise_fold(e)


_MOST_BRANCHINGS = 2  # folding multiplies the branches


def _depends_on_predictions(p: sp.Piecewise) -> bool:
    """Whether a prediction decides between the branches."""
    return any(s.role in ("prediction", "parameter") for _, c in p.args for s in c.atoms(RoleSymbol))
