"""How heavy an expression is to read and to compute; the simpler of two equal forms is the cheaper one."""

from __future__ import annotations

import sympy as sp

from symloss.heads.binders import Binder

_NODE = {sp.Add: 1, sp.Mul: 1, sp.Pow: 2, sp.Piecewise: 4}
_FUNCTION = 8  # an elementary function costs about as much as eight additions
_BINDER = 20  # a pass over a row


def cost(expression: sp.Basic) -> int:
    """A weighted count of the operations in the tree."""
    if not expression.args or isinstance(expression, (sp.Indexed, sp.Idx)):
        return 1 if not isinstance(expression, sp.Integer) else 0
    own = _own(expression)
    arguments = (expression.body, *expression.args[2:]) if isinstance(expression, Binder) else expression.args
    return own + sum(cost(a) for a in arguments)


def _own(e: sp.Basic) -> int:
    if isinstance(e, Binder):
        return _BINDER
    if isinstance(e, sp.Function) and not isinstance(e, sp.Piecewise):
        return _FUNCTION
    weight = next((w for kind, w in _NODE.items() if isinstance(e, kind)), 1)
    return weight * max(1, len(e.args) - 1) if isinstance(e, (sp.Add, sp.Mul)) else weight
