"""How long the operations of a function wait for one another."""

from __future__ import annotations

import ast
from functools import cache

from symloss.elementary.table import definitions

DIVISION = 4
"""A quotient takes about as long as four other operations, each of which takes about four cycles."""


@cache
def chain(name: str) -> int:
    """The number of operations on the longest chain of an elementary function, of which each needs the one before."""
    (function,) = ast.parse(definitions()[name].text).body
    assert isinstance(function, ast.FunctionDef)
    depths: dict[str, int] = {}
    longest = 0
    for statement in function.body:
        if isinstance(statement, ast.Return | ast.Assign | ast.AugAssign) and statement.value is not None:
            depth = _depth(statement.value, depths)
            longest = max(longest, depth)
            targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
            depths.update({part.id: depth for t in targets if t for part in ast.walk(t) if isinstance(part, ast.Name)})
    return longest


def _depth(node: ast.AST, depths: dict[str, int]) -> int:
    if isinstance(node, ast.Name):
        return depths.get(node.id, 0)
    own = 0
    if isinstance(node, ast.Call):
        called = node.func.id if isinstance(node.func, ast.Name) else ""
        own = chain(called) if called in definitions() else 1
    elif isinstance(node, ast.BinOp):
        own = DIVISION if isinstance(node.op, ast.Div) else 1
    elif isinstance(node, ast.Compare | ast.IfExp):
        own = 1
    return own + max((_depth(part, depths) for part in ast.iter_child_nodes(node)), default=0)
