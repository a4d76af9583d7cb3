"""What a user typed to keep infinities away, and what it does to the digits.

Such text is compiled as typed: nothing is taken out. But it changes the function, while the form
without it is compiled to one that needs no such help, so `symloss check` reports it.

>>> import sympy as sp
>>> import symloss as sl
>>> y, p = sl.target("y", domain=sl.Binary), sl.prediction("p", domain=sl.Unit)
>>> print(remarks(sl.Loss("guarded", -y*sp.log(p + 1e-7) - (1 - y)*sp.log(1 - p)))[0])
guarded logarithm: log(p + 1.0e-7): at p = 1e-08 the logarithm is -16.02 instead of -18.42, its slope 0.091 of the \
right one; at p = 0 it is -16.12 instead of -inf. Write log(p): it is infinite only where p is 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import mpmath
import sympy as sp

from symloss.declare.roles import RoleSymbol
from symloss.formatting import format_expression
from symloss.heads.numbers import TypedNumber
from symloss.loss import Loss

SMALL = 1e-3
"""What is added to keep a zero away is smaller in every library seen (1e-12 to 1e-6); smoothing terms are larger."""


@dataclass(frozen=True)
class Remark:
    """One place: the rule that found it, the text, what it does to the digits, what to write instead."""

    rule: str
    expression: str
    effect: str
    instead: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.expression}: {self.effect}. {self.instead}."


def remarks(loss: Loss) -> tuple[Remark, ...]:
    """All that is found in the expression as typed, in its order, each once."""
    parts = sp.preorder_traversal(loss.declaration.typed)
    found = (remark for part in parts for rule in _RULES for remark in rule(part))
    return tuple(dict.fromkeys(found))


# --- a small constant added where a zero would matter -----------------------------------------------


def _guarded_logarithm(e: sp.Basic) -> Iterator[Remark]:
    if not isinstance(e, sp.log) or (guarded := _guard(e.args[0])) is None:
        return
    rest, small, name = guarded
    here, text = small / 10, format_expression(rest)
    value, right = mpmath.log(here + small), mpmath.log(here)
    yield Remark(
        "guarded logarithm",
        format_expression(e),
        f"at {text} = {_short(here)} the logarithm is {_short(value)} instead of {_short(right)}, its slope "
        f"{mpmath.nstr(here / (here + small), 2)} of the right one; at {text} = 0 it is "
        f"{_short(mpmath.log(small))} instead of -inf",
        f"Write log({text}){_as_default(name)}: it is infinite only where {text} is 0",
    )


def _guarded_power(e: sp.Basic) -> Iterator[Remark]:
    if not isinstance(e, sp.Pow) or (e.exp.is_integer and e.exp.is_positive) or (guarded := _guard(e.base)) is None:
        return
    rest, small, name = guarded
    text = format_expression(rest)
    if e.exp.could_extract_minus_sign():
        yield Remark(
            "guarded quotient",
            format_expression(e),
            f"at {text} = {_short(small / 10)} a quotient by {text} is "
            f"{mpmath.nstr(mpmath.mpf(1) / 11, 2)} of the right one, and at {text} = 1 off by {_short(small)} of it",
            f"Divide by {text}{_as_default(name)}; where that may be 0, write the limit as a branch, "
            f"sp.Piecewise((..., {text} > 0), (limit, True))",
        )
    elif e.exp.is_number:
        power = _number(e.exp)
        yield Remark(
            "guarded root",
            format_expression(e),
            f"at {text} = 0 it is {_short(small**power)} instead of 0, and at {text} = {_short(small)} "
            f"{mpmath.nstr(mpmath.mpf(2) ** power, 3)} times the right one",
            f"Write {format_expression(sp.Pow(rest, e.exp, evaluate=False))}{_as_default(name)}: the gradient of a "
            f"norm at 0 is 0 here, not NaN (sl.norm); for a loss that is meant to be smooth make the constant a "
            f"parameter that says so",
        )


# --- a value held away from the ends of its domain ------------------------------------------------


def _clipped(e: sp.Basic) -> Iterator[Remark]:
    for bound, is_floor, rest in _bounds(e):
        inner = next((r for _, _, r in _bounds(rest)), rest)
        is_raw = _is_prediction(inner) and (inner is not rest or len(list(_bounds(e))) > 1)
        if not inner.atoms(RoleSymbol) or not (_is_near_an_end(bound) or is_raw):
            continue
        text, side, end = format_expression(inner), "below" if is_floor else "above", _number(bound)
        lost = f"; at {text} = {_short(end / 10)} its logarithm is {_short(mpmath.log(abs(end)))} instead of "
        yield Remark(
            "clipped value",
            format_expression(e),
            f"{side} {text} = {mpmath.nstr(end, 10)} the gradient is 0, where a sample that is most wrong should "
            f"move most" + (f"{lost}{_short(mpmath.log(end / 10))}" if 0 < end < SMALL else ""),
            f"Write {text}: what overflows as typed is compiled to a form that does not, and a logarithm is infinite "
            f"only where it should be",
        )


def _bounds(e: sp.Basic) -> Iterator[tuple[sp.Expr, bool, sp.Expr]]:
    """(bound, whether from below, what is bounded) for Max, Min and their spelling as branches."""
    if isinstance(e, (sp.Max, sp.Min)):
        numbers = [a for a in e.args if _is_constant(a)]
        rest = [a for a in e.args if not _is_constant(a)]
        if len(numbers) == 1 and len(rest) == 1:
            yield numbers[0], isinstance(e, sp.Max), rest[0]
    if isinstance(e, sp.Piecewise):
        numbers = [branch for branch, _ in e.args if _is_constant(branch)]
        rest = [branch for branch, _ in e.args if not _is_constant(branch)]
        for branch, condition in e.args:
            if isinstance(condition, _ORDERS) and condition.gts in (*numbers, *rest):
                low, high = condition.lts, condition.gts
                # "the number where x < number", or "x where x > number": either bounds x from below.
                if high in numbers and low in rest:
                    yield high, branch == high, low
                elif low in numbers and high in rest:
                    yield low, branch == high, high


_ORDERS = (sp.StrictLessThan, sp.LessThan, sp.StrictGreaterThan, sp.GreaterThan)


def _is_near_an_end(bound: sp.Expr) -> bool:
    """Whether the number is just inside 0 or 1."""
    x = _number(bound)
    return bool(0 < x < SMALL or 0 < 1 - x < SMALL)


def _is_prediction(e: sp.Expr) -> bool:
    """Whether it is a prediction itself: a hinge bounds a margin, and is no clip."""
    symbol = e.base.label if isinstance(e, sp.Indexed) else e
    return isinstance(symbol, RoleSymbol) and symbol.role == "prediction"


# --- numbers --------------------------------------------------------------------------------------


def _guard(e: sp.Expr) -> tuple[sp.Expr, Any, str] | None:
    """(rest, small constant, its name if it is a parameter) of a sum; 1 - p + eps is 1 - p and eps."""
    if not isinstance(e, sp.Add):
        return None
    for term in e.args:
        rest = e.func(*(a for a in e.args if a is not term))
        if isinstance(term, RoleSymbol) and term.role == "parameter" and term.default is not None:
            small, whole, name = mpmath.mpf(term.default), 0, term.name
        elif _is_constant(term):
            whole = int(_number(term) > 0.5)
            small, name = mpmath.mpf(float(_number(term) - whole)), ""
        else:
            continue
        # What is left of 1 + eps - 1 has the digits of eps that the user typed, no more.
        small = mpmath.mpf(f"{float(small):.10g}")
        if 0 < small < SMALL and rest.atoms(RoleSymbol):
            return whole + rest, small, name
    return None


def _is_constant(e: sp.Basic) -> bool:
    return isinstance(e, TypedNumber) or bool(getattr(e, "is_number", False) and e.is_real and e.is_finite)


def _number(e: sp.Expr) -> Any:
    return mpmath.mpf(e.value) if isinstance(e, TypedNumber) else mpmath.mpf(str(sp.N(e, 30)))


def _short(x: Any) -> str:
    return f"{float(x):.4g}"


def _as_default(name: str) -> str:
    return f", or give {name} the default 0" if name else ""


_RULES: tuple[Callable[[sp.Basic], Iterator[Remark]], ...] = (_guarded_logarithm, _guarded_power, _clipped)
