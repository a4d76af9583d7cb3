"""The losses in which mutations are looked for: a row's own function or example, and losses of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from unittest import mock

import numpy as np
import sympy as sp

import symloss as sl
from symloss.declare.points import axis_lengths
from symloss.declare.roles import role_symbol
from symloss.elementary.table import callables
from symloss.heads.row import Row
from symloss.lower.interpret import interpret
from symloss.lower.ir import Variant
from symloss.pipeline import Request
from symloss.stabilise.stable_rule import StableRule
from symloss.testing.law import Violation
from symloss.testing.sampling import Batch, batches
from tests.heads.test_table import INTEGER_FIRST, points
from tests.laws.test_infinities import TYPED, WAITING
from tests.lower.running import Inputs, results

KINDS = ("value", "gradient", "hessian")


class Interpreted(sl.Loss):
    """A loss whose kernels are interpreted."""

    def run(self, kinds: tuple[str, ...], call: dict[str, Any]) -> list[Any]:
        names = [role_symbol(p).name for p in self.declaration.predictions]
        requests = tuple(Request(k, (n,)) if k != "value" else Request(k) for k in kinds for n in names)
        requests = tuple(dict.fromkeys(requests))
        nest = self.pipeline.nest(requests, Variant())
        rows = len(call[names[0]])
        sizes = axis_lengths(self.declaration.axes)
        for symbol in map(role_symbol, self.inputs):
            sizes.update(zip((a.name for a in symbol.axes), np.shape(call[symbol.name])[1:], strict=True))
        arguments = Inputs(nest, rows, sizes, call).arguments()
        with np.errstate(all="ignore"):
            interpret(nest, arguments, callables())
        written = results(nest, arguments)
        shape = {n: np.shape(call[n]) for n in names}
        return [written[r.name].reshape(shape[r.by[0]] if r.by else (rows,)) for r in requests]

    def value(self, **call: Any) -> Any:
        return self.run(("value",), call)[0]

    def value_and_gradient(self, **call: Any) -> Any:
        value, *gradients = self.run(("value", "gradient"), call)
        return value, tuple(gradients) if len(gradients) > 1 else gradients[0]

    def gradient_and_hessian(self, **call: Any) -> Any:
        found = self.run(("gradient", "hessian"), call)
        half = len(found) // 2
        return tuple(tuple(part) if half > 1 else part[0] for part in (found[:half], found[half:]))


# --- hosts ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Host:
    """How to make a loss anew (what is derived is kept in it), where to look at it, and by which laws."""

    make: Callable[[], Interpreted]
    batches: tuple[Batch, ...]
    laws: tuple[str, ...]
    in_terms: bool = False

    def violation(self) -> Violation | None:
        # Witnesses may be as large as they like: the oracle is known to take them.
        with mock.patch.multiple("symloss.testing.exact_laws", LARGEST=np.inf, SMALLEST=0.0):
            for name in self.laws:
                for batch in self.batches:
                    found = getattr(sl.testing, name)(self.make(), batch, in_terms=self.in_terms)
                    if found is not None:
                        return found  # type: ignore[no-any-return]
        return None


def of_row(row: Row) -> Host:
    """The function of a row, all its real arguments predictions."""
    given = points(row)
    first = 1 if row.head.__name__ in INTEGER_FIRST else 0
    columns = list(zip(*given, strict=True))
    predictions = [sl.prediction(f"x{n}", domain=around(c)) for n, c in enumerate(columns)][first:]
    fixed = [sp.Integer(int(columns[0][0]))] if first else []
    kept = [g for g in given if not first or g[0] == columns[0][0]]
    arrays = {f"x{n}": np.array([g[n] for g in kept], float) for n in range(first, len(columns))}

    def make() -> Interpreted:
        e = row.head(*fixed, *predictions)
        made = sl.Loss("host", e + sum(predictions), inputs=predictions)
        # The function itself, whatever lifting would make of it.
        return Interpreted.from_declaration(replace(made.declaration, typed=e, expression=e))  # type: ignore[return-value]

    return Host(make, (Batch("points", arrays, {}),), ("gradient_is_exact",))


def around(values: tuple[float, ...]) -> Any:
    """A domain of the points of one argument."""
    low, high = min(values), max(values)
    if low > 0:
        return sl.Interval(1, np.inf, closed="neither") if low > 1 else sl.Positive
    if low > -1:
        return sl.Interval(-1, 1, closed="neither") if high < 1 else sl.Interval(-1, np.inf, closed="neither")
    return sl.Interval(-np.inf, 0, closed="neither") if high < 0 else sl.Reals


def of_rule(rule: StableRule) -> Host | None:
    """The example of a rule as a loss, looked at where the replaced form fails."""
    example = rule.example
    if example is None:
        return None
    symbols = sorted(example.free_symbols, key=lambda s: s.name)
    made: dict[Any, Any] = {}
    for n, s in enumerate(symbols):
        domain = sl.Positive if s.is_positive else sl.NonNegative if s.is_nonnegative else sl.Reals
        made[s] = (sl.prediction if n == 0 else sl.data)(s.name, domain=domain)
    arrays = {s.name: np.array([float(w[s.name]) for w in rule.witnesses]) for s in symbols}
    inputs = [*list(made.values())[1:], made[symbols[0]]]

    def make() -> Interpreted:
        e = example.xreplace(made)
        loss = sl.Loss("host", sum(made.values()), inputs=inputs)
        return Interpreted.from_declaration(replace(loss.declaration, typed=e, expression=e))  # type: ignore[return-value]

    return Host(make, (Batch("witnesses", arrays, {}),), ("value_is_exact",))


OF_THE_CATALOGUE = tuple(name for name in sl.names() if name not in ("approx_ndcg", "info_nce"))
"""Hosts of rules that no example shows, or that survive there; the two left out take the oracle too long."""


@cache
def others() -> tuple[Host, ...]:
    """Losses of the catalogue, and textbook formulas as they are typed."""
    declared = [sl.get(name).declaration for name in OF_THE_CATALOGUE]
    declared += [sl.Loss("typed", e).declaration for title, e in TYPED.items() if title not in WAITING]
    f = sl.prediction("f")
    declared += [sl.Loss("probit", -sp.log(sl.norm_cdf(c * f))).declaration for c in (2, sp.sqrt(2), sp.Rational(1, 3))]
    declared += [sl.Loss("tail", sp.erfc(-f)).declaration]
    return (*rows_of_any_size(), *map(of_declaration, declared))


def rows_of_any_size() -> tuple[Host, ...]:
    """A norm whose squares over- and underflow, and a sum of sorted numbers: no shipped loss has them."""
    axis = sl.axis("K")
    k, p = axis.indices("k p")
    t, z = sl.target("t", axis), sl.prediction("z", axis)
    large = np.array([[3e200, 4e200, 0.0], [3e-200, 4e-200, 1e-200], [3.0, -4.0, 0.5]])
    norm = sl.Loss("length", sp.sqrt(sp.Sum(z[k] ** 2, k))).declaration
    ranked = sl.Loss("ranked", sp.Sum(sl.sort(t[k], k)[p] / (p + 2), p) + sp.Sum(z[k] ** 2, k)).declaration
    batch = Batch("rows", {"t": np.array([[0.5, 2.0, -1.0], [1.0, 3.0, 2.0]]), "z": np.ones((2, 3))}, {})
    hosts = ((norm, Batch("rows", {"z": large}, {})), (ranked, batch))
    return tuple(replace(of_declaration(d), batches=(b,), laws=("value_is_exact",)) for d, b in hosts)


def of_declaration(declaration: Any) -> Host:
    def make() -> Interpreted:
        return Interpreted.from_declaration(declaration)  # type: ignore[return-value]

    chosen = tuple(b for b in batches(make(), ordinary=1) if b.kind != "beside kinks")
    return Host(make, chosen, tuple(f"{kind}_is_exact" for kind in KINDS))
