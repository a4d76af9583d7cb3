"""Where a + b*u**2 occurs under a power or a logarithm: finding it, and writing an expression in v = u*sqrt(b/a)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import sympy as sp

from symloss.declare.roles import RoleSymbol
from symloss.heads.algebraic import log1psq
from symloss.heads.functions import log1p, quotient_or_zero

from .target import depends_on_prediction


@dataclass(frozen=True)
class Quadratic:
    """a + b*u**2 for positive a and b."""

    a: sp.Expr
    b: sp.Expr
    u: sp.Expr

    @property
    def ratio(self) -> sp.Expr:
        """a/b, the square of the scale of u."""
        return self.a / self.b


def quadratic(e: sp.Expr) -> Quadratic | None:
    """The expression as a + b*u**2, where u depends on a prediction or a target."""
    if not isinstance(e, sp.Add):
        return None
    for u in sorted({u for term in e.args for u in _squared(term)}, key=sp.default_sort_key):
        b = sp.Add(*(term / u**2 for term in e.args if u in _squared(term)))
        a = sp.Add(*(term for term in e.args if u not in _squared(term)))
        # A positive b of fixed sign is also free of u: u itself has none.
        if a.is_positive and _is_scale(b) and not a.has(u) and not b.has(u):
            return Quadratic(a, b, u)
    return None


def _is_scale(b: sp.Expr) -> bool:
    """Positive, or a quotient by a modulus: the limit where that vanishes is the form's own."""
    return all(
        f.is_positive or (isinstance(f.as_base_exp()[0], sp.Abs) and f.as_base_exp()[1] < 0)
        for f in sp.Mul.make_args(b)
    )


def _squared(term: sp.Expr) -> list[sp.Expr]:
    """What stands squared in a product and may be large: a residual, not a parameter."""
    return [f.base for f in sp.Mul.make_args(term) if isinstance(f, sp.Pow) and f.exp == 2 and _is_residual(f.base)]


def _is_residual(u: sp.Expr) -> bool:
    if not u.is_real or u.has(sp.Function):
        return False
    return depends_on_prediction(u) or any(s.role in ("target", "data") for s in u.atoms(RoleSymbol)) or _is_plain(u)


def _is_plain(u: sp.Expr) -> bool:
    """A symbol of the examples, which has no role."""
    return isinstance(u, sp.Symbol) and not isinstance(u, RoleSymbol) and u.is_positive is None


def occurrences(e: sp.Expr) -> Iterator[Quadratic]:
    """The quadratics below negative, half or symbolic powers and logarithms, down to the arithmetic of ``e``."""
    if isinstance(e, sp.Pow):
        if not (e.exp.is_Integer and e.exp > 0):
            yield from filter(None, [quadratic(e.base)])
        yield from occurrences(e.base)
    elif isinstance(e, sp.log):
        yield from filter(None, [quadratic(e.args[0])])
    elif isinstance(e, log1p):
        yield from filter(None, [quadratic(1 + e.args[0])])
    elif isinstance(e, (sp.Add, sp.Mul)):
        for part in e.args:
            yield from occurrences(part)


@dataclass
class InOneVariable:
    """An expression rewritten in v = u/g, g = sqrt(ratio), and h = sqrt(1 + v**2).

    ``v``, ``h``, ``g`` stand for these; ``leaves`` for the logarithm of 1 + v**2, for its symbolic powers and for
    everything that is not arithmetic.
    """

    u: sp.Expr
    ratio: sp.Expr
    v: sp.Symbol = field(default_factory=lambda: sp.Dummy("v", real=True))
    h: sp.Symbol = field(default_factory=lambda: sp.Dummy("h", positive=True))
    g: sp.Symbol = field(default_factory=lambda: sp.Dummy("g", positive=True))
    logarithm: sp.Symbol = field(default_factory=lambda: sp.Dummy("l", real=True))
    powers: dict[sp.Expr, sp.Symbol] = field(default_factory=dict)
    leaves: dict[sp.Expr, sp.Symbol] = field(default_factory=dict)
    signs: dict[sp.Symbol, sp.Expr] = field(default_factory=dict)

    @cached_property
    def moduli(self) -> dict[sp.Expr, sp.Expr]:
        """A symbol x where the scale has |x - x0|: x is x0 + sign*modulus, so that (x - x0)**2 meets the modulus."""
        known = {}
        for modulus in sorted(self.ratio.atoms(sp.Abs), key=sp.default_sort_key):
            x0 = -modulus.args[0].as_coeff_Add()[0]
            x = modulus.args[0] + x0
            if isinstance(x, sp.Symbol):
                sign = sp.Dummy("sign", real=True)
                self.signs[sign] = sp.sign(modulus.args[0])
                known[x] = x0 + sign * self._hidden(modulus)
        return known

    def of(self, e: sp.Expr) -> sp.Expr:
        """``e`` with u, the quadratics in u, and their logarithms replaced."""
        if e == self.u:
            return self.g * self.v
        if e == -self.u:
            return -self.g * self.v
        if isinstance(e, sp.Pow):
            return self._power(e)
        if isinstance(e, (sp.log, log1p)):
            return self._log(e)
        if isinstance(e, sp.Add):
            found = self._matching(e)
            return found.a * self.h**2 if found else sp.Add(*map(self.of, e.args))
        if isinstance(e, sp.Mul):
            return sp.Mul(*map(self.of, e.args))
        return self._leaf(e)

    def with_signs_squared(self, e: sp.Expr) -> sp.Expr:
        """The square of a sign is 1 (where it is 0 the modulus in the scale is 0 as well)."""
        for sign in self.signs:
            above, below = sp.fraction(sp.together(e))
            e = sp.factor_terms(sp.rem(above, sign**2 - 1, sign) / sp.rem(below, sign**2 - 1, sign))
        return e

    def _matching(self, e: sp.Expr) -> Quadratic | None:
        found = quadratic(e)
        if found is None or found.u != self.u:
            return None
        return found if sp.expand(found.a - self.ratio * found.b) == 0 else None

    def _power(self, e: sp.Pow) -> sp.Expr:
        base, exponent = e.args
        if base == self.u and exponent.is_Integer:
            # The scale is a square root: only one of it is left.
            odd = int(exponent) % 2
            return self._leaf_parts(self.ratio ** ((exponent - odd) / 2)) * self.g**odd * self.v**exponent
        found = self._matching(base)
        if found is None:
            return self.of(base) ** exponent if exponent.is_Integer else self._leaf(e)
        number, symbolic = exponent.as_coeff_Add()
        power = self._leaf_parts(found.a**exponent) * self.h ** (2 * number)
        if symbolic != 0:
            power *= self.powers.setdefault(symbolic, sp.Dummy("q", positive=True))
        return power

    def _log(self, e: sp.Expr) -> sp.Expr:
        inner = e.args[0] if isinstance(e, sp.log) else 1 + e.args[0]
        found = self._matching(inner)
        return self.logarithm if found is not None and found.a == 1 else self._leaf(e)

    def _leaf_parts(self, e: sp.Expr) -> sp.Expr:
        """A product of parameters, with those parts hidden that polynomials would not see through."""
        return sp.Mul(*(self._leaf(f) for f in sp.Mul.make_args(e))) if isinstance(e, sp.Mul) else self._leaf(e)

    def _leaf(self, e: sp.Expr) -> sp.Expr:
        """Symbols and numbers stay; exponentials become powers of one symbol; anything else is a symbol."""
        if e in self.moduli:
            return self.moduli[e]
        if isinstance(e, sp.Symbol) or e.is_Rational:
            return e
        if isinstance(e, sp.Pow) and e.exp.is_Integer:
            base = self._leaf(e.base)
            # (sign(q) |q|)**2 is |q|**2
            return base.xreplace(dict.fromkeys(self.signs, sp.S.One)) ** e.exp if e.exp.is_even else base**e.exp
        if isinstance(e, sp.exp):
            split = [t.as_coeff_Mul(rational=True) for t in sp.Add.make_args(e.args[0])]
            if all(coefficient.is_Integer for coefficient, _ in split):
                return sp.Mul(*(self._hidden(sp.exp(rest)) ** coefficient for coefficient, rest in split))
        if isinstance(e, (sp.Add, sp.Mul)):
            return e.func(*map(self._leaf, e.args))
        return self._hidden(e)

    def _hidden(self, e: sp.Expr) -> sp.Symbol:
        positive = True if e.is_positive else None
        return self.leaves.setdefault(e, sp.Dummy("leaf", real=True, positive=positive))

    def shown(self, e: sp.Expr) -> sp.Expr:
        """Back: without v and h, which must be gone."""
        back = {d: k for k, d in self.leaves.items()}
        back |= self.signs
        back[self.g] = self.scale
        back[self.logarithm] = log1psq(self.quotient)
        return e.xreplace(back)

    @property
    def scale(self) -> sp.Expr:
        root = sp.sqrt(self.ratio)
        found = [f for f in sp.Mul.make_args(root) if isinstance(f, sp.exp)]
        return root / sp.Mul(*found) * sp.exp(sp.Add(*(f.args[0] for f in found)))

    @property
    def quotient(self) -> sp.Expr:
        """v itself."""
        return self.u / self.scale if self.scale.is_positive else quotient_or_zero(self.u, self.scale)
