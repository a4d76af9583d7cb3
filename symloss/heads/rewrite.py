"""The only recursion that rewrites expressions: bottom up, to a fixed point, binders opened.

A rule is a function from an expression to its replacement, or to ``None``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import sympy as sp

from .binders import Binder
from .functions import finished

Rule = Callable[[sp.Expr], "sp.Expr | None"]

_MOST_STEPS = 200  # per node; a rule set that is still not done then is looping, which is a fault


_fired: ContextVar[dict[str, None] | None] = ContextVar("fired", default=None)


@contextmanager
def fired_rules() -> Iterator[dict[str, None]]:
    """The names of the rules that fire inside, in the order in which each first does; the keys of a dict."""
    names: dict[str, None] = {}
    token = _fired.set(names)
    try:
        yield names
    finally:
        _fired.reset(token)


def rewrite(expression: sp.Expr, rules: Iterable[Rule]) -> sp.Expr:
    """Apply the rules at every node, inside first, until none applies."""
    return _Rewriting(tuple(rules)).visit(expression)


def rewrite_outermost(expression: sp.Expr, rules: Iterable[Rule]) -> sp.Expr:
    """Apply the rules once, outside first; what a rule has replaced is not looked into."""
    return _outermost(expression, tuple(rules))


def _outermost(e: sp.Basic, rules: tuple[Rule, ...]) -> sp.Basic:
    if not e.args or isinstance(e, (sp.Idx, sp.Indexed, sp.IndexedBase)):
        return e
    for rule in rules:
        replaced = rule(e)
        if replaced is not None and replaced != e:
            _note(rule)
            return replaced
    if isinstance(e, Binder):
        index, body = e.open()
        new_body = _outermost(body, rules)
        return e if new_body == body else e.func(new_body, index, *e.args[2:])
    arguments = [_outermost(a, rules) for a in e.args]
    return e if arguments == list(e.args) else e.func(*arguments)


def _note(rule: Rule) -> None:
    names = _fired.get()
    if names is not None:
        names[getattr(rule, "name", rule.__name__ if hasattr(rule, "__name__") else "")] = None


def rewrite_outside_first(expression: sp.Expr, rules: Iterable[Rule]) -> sp.Expr:
    """Apply the first rule that matches at every node, the whole before its parts, once."""
    return _OutsideFirst(tuple(rules)).visit(expression)


class _Rewriting:
    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        self.done: dict[sp.Basic, sp.Basic] = {}

    def visit(self, e: sp.Basic) -> sp.Basic:
        if not e.args or isinstance(e, (sp.Idx, sp.IndexedBase, finished)):
            return self._fixed_point(e) if not e.args else e
        if e not in self.done:
            self.done[e] = self._fixed_point(self._rebuilt(e))
        return self.done[e]

    def _rebuilt(self, e: sp.Basic) -> sp.Basic:
        if isinstance(e, Binder):
            index, body = e.open()
            new_body = self.visit(body)
            outside = [self.visit(o) for o in e.args[2:]]
            return e if new_body == body and outside == list(e.args[2:]) else e.func(new_body, index, *outside)
        arguments = [self.visit(a) for a in e.args]
        return e if arguments == list(e.args) else e.func(*arguments)

    def _fixed_point(self, e: sp.Basic) -> sp.Basic:
        for _ in range(_MOST_STEPS):
            found = next(((rule, r) for rule in self.rules if (r := rule(e)) is not None and r != e), None)
            if found is None:
                return e
            rule, replaced = found
            _note(rule)
            # A replacement may have new inner nodes; those already seen are remembered.
            e = self._rebuilt(replaced) if replaced.args else replaced
        raise RecursionError(f"rules do not settle on {e}")


class _OutsideFirst(_Rewriting):
    """A rule that is ``branching`` keeps the replaced form in one of its branches: inside, no such rule is tried."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        super().__init__(rules)
        self.inside = [rule for rule in rules if not getattr(rule, "branching", False)]

    def _fixed_point(self, e: sp.Basic) -> sp.Basic:
        return e

    def visit(self, e: sp.Basic) -> sp.Basic:
        if not e.args or isinstance(e, (sp.Idx, sp.IndexedBase)):
            return e
        if e not in self.done:
            self.done[e] = self._replaced(e)
        return self.done[e]

    def _replaced(self, e: sp.Basic) -> sp.Basic:
        found = next(((rule, r) for rule in self.rules if (r := rule(e)) is not None and r != e), None)
        if found is None:
            return self._rebuilt(e)
        rule, replaced = found
        _note(rule)
        if getattr(rule, "branching", False):
            return rewrite_outside_first(replaced, self.inside)
        return self._rebuilt(replaced)
