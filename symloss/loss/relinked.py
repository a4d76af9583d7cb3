"""Another link for the same loss: its prediction, which the old link hid in the formula, as another function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
import sympy as sp

from symloss.declare.declaration import LINKS, Declaration
from symloss.declare.domains import Domain, Interval, Positive, Reals, Simplex, Unit
from symloss.declare.functions import softmax
from symloss.declare.lift import lift
from symloss.declare.log_terms import complement
from symloss.declare.roles import Declared, RoleSymbol, role_symbol
from symloss.declare.sums import totals
from symloss.derive.means import INVERSE_LINKS, link_of
from symloss.errors import DeclarationError
from symloss.heads.binders import LogSumExp, Softmax
from symloss.heads.evaluate import evaluate
from symloss.heads.functions import sigmoid, softplus
from symloss.pipeline import alone

from .substitution import Change, exchanged, in_other_predictions, redeclared, role_of, substituted

Function = Callable[[sp.Expr], sp.Expr]

_UNIT = ("logit", "probit", "cloglog")
_INFINITY = float("inf")


@dataclass(frozen=True)
class _New:
    """The new raw prediction, and the prediction and its complement as functions of one element of it."""

    raw: Declared
    mean: Function
    rest: Function


@alone
def with_link(declaration: Declaration, link: Any) -> Declaration:
    """The loss as a function of its prediction, which is another function of the raw prediction now."""
    present = link_of(declaration)
    if link == present:
        return declaration
    raw = _raw(declaration, present)
    new = _named(declaration, present, link, raw) if isinstance(link, str) else _expression(declaration, link, raw)
    return in_other_predictions(
        declaration,
        f"{declaration.name}_{link if isinstance(link, str) else 'relinked'}",
        _change(declaration, present, raw, new),
        prepare=totals if present in ("identity", "log") else lift,
        inputs=exchanged(declaration, raw, new.raw),
        link=link if declaration.likelihood is None or declaration.link is not None else None,
    )


def _raw(declaration: Declaration, present: Any) -> Declared:
    """What the link is a function of: the first prediction."""
    if present is None or not declaration.predictions:
        raise DeclarationError(
            f"{declaration.name}.with_link(...): its own link is not said, so what its prediction is is not known; "
            f"write link=... in the declaration, one of {', '.join(map(repr, LINKS))} or an expression"
        )
    return declaration.predictions[0]


# --- the new link -------------------------------------------------------------------------------


def _named(declaration: Declaration, present: Any, link: str, raw: Declared) -> _New:
    if link not in LINKS:
        raise DeclarationError(
            f"{declaration.name}.with_link({link!r}): expected one of {', '.join(map(repr, LINKS))}, or an expression "
            f"in {role_symbol(raw).name} such as sl.softplus({role_symbol(raw).name})"
        )
    if "softmax" in (link, present):
        return _simplex(declaration, present, link, raw)
    low, high = _range(present, raw)
    domain = _domain(present, link, raw, low, high)
    if domain is None:
        raise DeclarationError(
            f"{declaration.name}.with_link({link!r}): its prediction lies between {low} and {high}, where the inverse "
            f"of {link!r} does not stay; write the inverse link as an expression that does"
        )
    inverse = INVERSE_LINKS[link]
    return _New(redeclared(raw, domain), inverse, lambda x: complement(inverse(x)))


def _range(present: Any, raw: Declared) -> tuple[float, float]:
    """Where the prediction may lie under the present link."""
    domain = role_symbol(raw).domain
    if present == "identity":
        return domain.low, domain.high
    if present == "log":
        return float(mpmath.exp(domain.low)), float(mpmath.exp(domain.high))
    if present in _UNIT:
        return 0.0, 1.0
    inverse = lift(present)
    is_probability = type(inverse).__name__ in ("sigmoid", "norm_cdf")
    return (0.0 if inverse.is_nonnegative else -_INFINITY), (1.0 if is_probability else _INFINITY)


def _domain(present: Any, link: str, raw: Declared, low: float, high: float) -> Domain | None:
    """Where the new raw prediction may lie, so that the prediction lies in its range; None if nowhere in general."""
    if link == "identity":
        return {(0.0, 1.0): Unit, (0.0, _INFINITY): Positive, (-_INFINITY, _INFINITY): Reals}.get((low, high))
    if low > 0.0:
        return None
    if high >= (_INFINITY if link == "log" else 1.0):
        return Reals
    return Interval(-_INFINITY, 0.0, closed="right") if link == "log" and high == 1.0 else None


def _simplex(declaration: Declaration, present: Any, link: str, raw: Declared) -> _New:
    """Rows of probabilities are themselves, or the softmax of a row of logits."""
    symbol = role_symbol(raw)
    if present == "softmax" and link == "identity" and symbol.axes:
        return _New(redeclared(raw, Simplex(symbol.axes[-1])), lambda x: x, lambda x: 1 - x)
    if present == "identity" and symbol.domain.axis is not None:
        made = redeclared(raw, Reals)
        return _New(made, lambda x: softmax(made)[_places(x)], lambda x: 1 - softmax(made)[_places(x)])
    raise DeclarationError(
        f"{declaration.name}.with_link({link!r}): its link is {present!r}; a row of probabilities takes 'softmax' (of "
        f"logits) or 'identity' (the probabilities themselves), and other losses do not take 'softmax'"
    )


def _places(x: sp.Indexed) -> Any:
    """The indices of an element as they are written in brackets."""
    return x.indices if len(x.indices) > 1 else x.indices[0]


def _expression(declaration: Declaration, link: Any, raw: Declared) -> _New:
    """An expression in the raw prediction (in one element of it, for a row)."""
    name = role_symbol(raw).name
    inverse = sp.sympify(link)
    elements = {e for e in inverse.atoms(RoleSymbol, sp.Indexed) if (s := role_of(e)) is not None and s.name == name}
    others = {s for s in inverse.atoms(RoleSymbol) if s.role != "parameter" and s.name != name}
    if len(elements) != 1 or others or not isinstance(inverse, sp.Expr):
        place = "[k]" if role_symbol(raw).axes else ""
        raise DeclarationError(
            f"{declaration.name}.with_link({link}): expected a named link, or an expression in {name}{place} (and "
            f"parameters) alone, such as sl.softplus({name}{place})"
        )
    (element,) = elements
    made = element.base if isinstance(element, sp.Indexed) else element
    if role_symbol(made).axes != role_symbol(raw).axes:
        raise DeclarationError(f"{declaration.name}.with_link({link}): {name} has other axes there than in the loss")
    _refuse_outside(declaration, inverse, element, raw)
    return _New(
        made, lambda x: inverse.xreplace({element: x}), lambda x: complement(lift(inverse)).xreplace({element: x})
    )


_TRIED = (-30.0, -3.0, -0.5, 0.0, 0.5, 3.0, 30.0)


def _refuse_outside(declaration: Declaration, inverse: sp.Expr, element: sp.Expr, raw: Declared) -> None:
    """Raise DeclarationError where an inverse link leaves the range of the prediction."""
    low, high = _range(link_of(declaration), raw)
    symbol = role_symbol(element.base if isinstance(element, sp.Indexed) else element)
    standing = sp.Symbol("prediction")
    own = {s.name: 1.0 if s.default is None else s.default for s in inverse.atoms(RoleSymbol) if s.role == "parameter"}
    for x in filter(symbol.domain.contains, _TRIED):
        with mpmath.workdps(30):
            at = evaluate(lift(inverse).xreplace({element: standing}), {**own, "prediction": mpmath.mpf(x)})
            if not low <= at <= high:
                raise DeclarationError(
                    f"{declaration.name}.with_link({inverse}): it is {mpmath.nstr(at, 5)} at {symbol.name} = {x:g}, "
                    f"and the prediction lies between {low} and {high}"
                )


# --- the old link -------------------------------------------------------------------------------


def _change(declaration: Declaration, present: Any, raw: Declared, new: _New) -> Change:
    """What stands for every form in which the old link shows in the lifted expression."""
    symbol = role_symbol(raw)

    def change(e: sp.Basic) -> sp.Expr | None:
        if isinstance(e, (LogSumExp, Softmax)) and present == "softmax":
            return _of_simplex(e, symbol, new)
        for x in _elements(e, symbol):
            if present == "logit" and isinstance(e, sp.Add) and (joined := _without_linear(e, x)) is not None:
                return substituted(joined, change)
            if present == "log" and isinstance(e, (sigmoid, softplus)):
                return substituted(_spelled_out(e), change)
            if isinstance(e, sp.exp) and (power := _power(present, e, x, _moved(x, new), new)) is not None:
                return power
            for form, meaning in _forms(present, x, new):
                if e == form:
                    return meaning
        if role_of(e) == symbol:
            return _bare(declaration, present, e, new)
        return None

    return change


def _elements(e: sp.Basic, symbol: RoleSymbol) -> list[sp.Expr]:
    found = e.atoms(sp.Indexed) if symbol.axes else e.atoms(RoleSymbol)
    return sorted((x for x in found if role_of(x) == symbol), key=sp.default_sort_key)


def _moved(x: sp.Expr, new: _New) -> sp.Expr:
    """The same element of the new raw prediction."""
    return new.raw[x.indices] if isinstance(x, sp.Indexed) else new.raw


def _forms(present: Any, x: sp.Expr, new: _New) -> list[tuple[sp.Expr, sp.Expr]]:
    """The prediction, its complement and their logarithms as they look in heads, and what stands for them."""
    if present in ("identity", "log", "softmax"):
        return []
    old = INVERSE_LINKS[present](x) if isinstance(present, str) else _with_element(present, x)
    mean, rest = new.mean(_moved(x, new)), new.rest(_moved(x, new))
    found = []
    for form, meaning in ((old, mean), (1 - old, rest), (sp.log(old), sp.log(mean)), (sp.log(1 - old), sp.log(rest))):
        factor, head = lift(form).as_coeff_Mul()
        if head != x:
            found.append((head, meaning / factor))
    return found


def _with_element(inverse: sp.Expr, x: sp.Expr) -> sp.Expr:
    symbol = role_of(x)
    (element,) = {e for e in inverse.atoms(RoleSymbol, sp.Indexed) if role_of(e) == symbol}
    return inverse.xreplace({element: x})


def _bare(declaration: Declaration, present: Any, x: sp.Expr, new: _New) -> sp.Expr:
    """The old raw prediction itself, as a function of the prediction."""
    y = _moved(x, new)
    if present == "identity":
        return new.mean(y)
    if present in ("log", "softmax"):
        return sp.log(new.mean(y))
    if present == "logit":
        return sp.log(new.mean(y)) - sp.log(new.rest(y))
    if present == "cloglog":
        return sp.log(-sp.log(new.rest(y)))
    raise DeclarationError(
        f"{declaration.name}.with_link(...): {x} occurs in {declaration.expression} outside of its inverse link "
        f"{present}; write the loss of its prediction with sl.Loss"
    )


def _power(present: Any, e: sp.exp, x: sp.Expr, y: sp.Expr, new: _New) -> sp.Expr | None:
    """exp(c x + d) = m^c exp(d) for a mean m = exp(x), and exp(-c exp(x) + d) = q^c exp(d) for q = exp(-exp(x))."""
    if present not in ("log", "cloglog"):
        return None
    inner, base = (x, new.mean(y)) if present == "log" else (sp.exp(x), new.rest(y))
    exponent = sp.expand(e.args[0])
    slope = exponent.coeff(inner)
    rest = sp.expand(exponent - slope * inner)
    if slope == 0 or rest.has(x):
        return None
    return base ** (slope if present == "log" else -slope) * sp.exp(rest)


def _without_linear(e: sp.Add, x: sp.Expr) -> sp.Expr | None:
    """x = softplus(x) - softplus(-x) where it stands as a term, so that logarithms of one probability meet."""
    linear = [t for t in e.args if x in sp.Mul.make_args(t) and not (t / x).has(x)]
    if not linear:
        return None
    slope = sp.Add(*(t / x for t in linear))
    whole = sp.expand_mul(e - sp.Add(*linear) + slope * softplus(x) - slope * softplus(-x))
    return sp.collect(whole, [softplus(x), softplus(-x)])


def _spelled_out(e: sp.Expr) -> sp.Expr:
    """sigmoid and softplus by exponentials, which the logarithm of a mean undoes."""
    u = e.args[0]
    return 1 / (1 + sp.exp(-u)) if isinstance(e, sigmoid) else sp.log(1 + sp.exp(u))


def _of_simplex(e: sp.Expr, symbol: RoleSymbol, new: _New) -> sp.Expr | None:
    """softmax(z)[k] is the k-th probability; with z = log p, the logsumexp is that of probabilities, log(1)."""
    if not isinstance(e.body, sp.Indexed) or role_of(e.body) != symbol or e.body.indices[-1] != e.bound:
        return None
    if isinstance(e, LogSumExp):
        return sp.S.Zero
    return new.raw[(*e.body.indices[:-1], e.place)]
