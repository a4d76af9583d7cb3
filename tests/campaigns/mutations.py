"""Mutations of the tables by which derivatives are made and stabilised: every row perturbed in turn, and what sees it.

    python -m tests.campaigns.mutations              prints tests/campaigns/mutations.md
    python -m tests.campaigns.mutations --part derive --only tanh

A row of the table of heads gets derivatives that are wrong by one part in a million (a factor, a summand); a
stabilising rule is taken away, or its result made wrong by one part in a million. Each mutant is looked at twice: by
the check that the engine makes of every step, and, with that check switched off, by the laws. The host is a loss made
of the row's own function or example; kernels are run by the interpreter of their loops (the laws hold it to the
compiled ones bit by bit), so that nothing is compiled.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
from symloss.errors import DerivationError
from symloss.heads.row import Row
from symloss.heads.table import ROWS
from symloss.lower.interpret import interpret
from symloss.lower.ir import Variant
from symloss.pipeline import Request
from symloss.stabilise.rules import RULES, WHOLE
from symloss.stabilise.stabilise import stable_form
from symloss.stabilise.stable_rule import StableRule
from symloss.testing.exact_laws import oracle
from symloss.testing.law import Violation
from symloss.testing.sampling import Batch, batches
from tests.heads.test_table import INTEGER_FIRST, points
from tests.laws.test_infinities import TYPED, WAITING
from tests.lower.running import Inputs, results

LITTLE = sp.Rational(1, 2**20)
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
    return tuple(map(of_declaration, declared))


def of_declaration(declaration: Any) -> Host:
    def make() -> Interpreted:
        return Interpreted.from_declaration(declaration)  # type: ignore[return-value]

    chosen = tuple(b for b in batches(make(), ordinary=1) if b.kind != "beside kinks")
    return Host(make, chosen, tuple(f"{kind}_is_exact" for kind in KINDS))


# --- mutants ----------------------------------------------------------------------------------------------


@contextmanager
def mutated(target: Any, attribute: str, made: Any) -> Iterator[None]:
    """One field of a frozen row replaced."""
    before = getattr(target, attribute)
    object.__setattr__(target, attribute, made)
    try:
        yield
    finally:
        object.__setattr__(target, attribute, before)


@contextmanager
def unchecked() -> Iterator[None]:
    """The engine without its own checks."""
    names = ("symloss.derive.derived.check_derivative", "symloss.pipeline.check_equal")
    with mock.patch(names[0]), mock.patch(names[1]):
        yield


def of_derivatives(row: Row) -> dict[str, Any]:
    right = row.derivatives
    return {
        "times 1 + 2**-20": lambda *a: tuple(d * (1 + LITTLE) for d in right(*a)),
        "plus 2**-20": lambda *a: tuple(d + LITTLE for d in right(*a)),
    }


def of_rewrites(rule: StableRule) -> dict[str, Any]:
    right = rule.apply

    def wrong(e: sp.Expr) -> sp.Expr | None:
        found = right(e)
        return None if found is None else found * (1 + LITTLE)

    return {"taken away": lambda e: None, "times 1 + 2**-20": wrong}


@dataclass(frozen=True)
class Outcome:
    """What saw a mutant; where nothing did, why."""

    table: str
    row: str
    mutant: str
    check: str
    law: str
    why: str = ""


def forms(host: Host, kinds: tuple[str, ...]) -> list[str]:
    """The stable forms of a host's results, as text."""
    pipeline = host.make().pipeline
    by = [role_symbol(p).name for p in pipeline.declaration.predictions]
    requests = [(k, *([b] if k != "value" else [])) for k in kinds for b in by]
    return [str(stable_form(pipeline.expression(*request)[0])) for request in requests]


def refused(host: Host, kinds: tuple[str, ...]) -> bool:
    """Whether the engine's own checks refuse what is derived for a host."""
    by = [role_symbol(p).name for p in host.make().declaration.predictions]
    try:
        for kind in kinds:
            requests = (Request(kind),) if kind == "value" else tuple(Request(kind, (b,)) for b in by)
            host.make().pipeline.stable(requests)
    except DerivationError:
        return True
    return False


def judge(host: Host, target: Any, attribute: str, made: Any) -> tuple[str, str]:
    """Whether the engine's own check refuses a mutant, and the law that sees it where that does not look."""
    kinds = KINDS[: 2 if attribute == "derivatives" else 3]
    with mutated(target, attribute, made):
        check = "refused" if refused(host, kinds) else "passes"
        with unchecked():
            found = host.violation()
    return check, found.law if found is not None else "none"


def of_table_of_heads(only: str) -> Iterator[Outcome]:
    for row in (r for r in ROWS if only in r.head.__name__):
        host = of_row(row)
        with unchecked():
            # A derivative that no result needs, of third order, has no stable form: ulps of its largest term then.
            host = host if host.violation() is None else replace(host, in_terms=True)
            broken = host.violation()
        for mutant, made in of_derivatives(row).items():
            if broken is not None:
                yield Outcome("derive", row.head.__name__, mutant, "-", "-", f"no host: {broken.text}"[:150])
                continue
            check, law = judge(host, row, "derivatives", made)
            unseen = check == "passes" and law == "none"
            yield Outcome("derive", row.head.__name__, mutant, check, law, reason_of_row(row) if unseen else "")


def reason_of_row(row: Row) -> str:
    """Why a wrong derivative in a row is not seen."""
    symbols = sp.symbols(f"x:{len(points(row)[0])}", real=True)
    if not any(row.derivatives(*symbols)):
        return "its derivative is 0"
    return "a rule of its own in symloss/derive/differentiate.py takes its place, for its kink"


def of_table_of_rules(only: str) -> Iterator[Outcome]:
    for rule in (r for r in (*WHOLE, *RULES) if only in r.name):
        own = of_rule(rule)
        first = [own] if own is not None and firing(own, rule) else []
        for mutant, made in of_rewrites(rule).items():
            check, law, looked = "passes", "none", 0
            for host in (*first, *others()):
                if host in first or firing(host, rule):
                    looked += 1
                    check, law = judge(host, rule, "apply", made)
                if law != "none" or check == "refused" or looked == MOST_HOSTS:
                    break
            why = "" if law != "none" or check == "refused" else reason(rule, first, looked)
            yield Outcome("stabilise", rule.name, mutant, check, law, why)


MOST_HOSTS = 4


def firing(host: Host, rule: StableRule) -> bool:
    """Whether a rule rewrites anything in a host."""
    right, fired = rule.apply, []

    def counted(e: sp.Expr) -> sp.Expr | None:
        found = right(e)
        if found is not None and found != e:
            fired.append(e)
        return found

    try:
        with mutated(rule, "apply", counted), unchecked():
            forms(host, KINDS)
    except DerivationError:
        return False
    return bool(fired)


def reason(rule: StableRule, first: list[Host], looked: int) -> str:
    """Why a mutant is not seen."""
    if not looked:
        return "fires in no host: earlier rows take its place there (its own test: tests/stabilise)"
    host = next(h for h in (*first, *others()) if h in first or firing(h, rule))
    before = forms(host, KINDS)
    with mutated(rule, "apply", lambda e: None), unchecked():
        after = forms(host, KINDS)
    if before == after:
        return "other rows reach the same form"
    pair = next((a, b) for a, b in zip(before, after, strict=True) if a != b)
    return f"as exact without it: {pair[1][:90]} for {pair[0][:90]}"


HEAD = """# Mutations

Every row of the table of heads (their derivatives) and of the stabilising rules, perturbed in turn. "The engine's
check" is the comparison in 300 bits that is made of every step while a loss is derived; "law" is what sees the mutant
with that check switched off. A rule that is taken away changes no mathematics, so that the check has nothing to refuse.
Written by `python -m tests.campaigns.mutations`.

| table | row | mutant | the engine's check | law | why nothing sees it |
|---|---|---|---|---|---|"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--part", choices=["derive", "stabilise", "all"], default="all")
    parser.add_argument("--only", default="", help="rows whose names have this in them")
    options = parser.parse_args()
    print(
        "| table | row | mutant | the engine's check | law | why nothing sees it |\n|---|---|---|---|---|---|",
        flush=True,
    )
    parts = {"derive": of_table_of_heads, "stabilise": of_table_of_rules}
    for part in parts if options.part == "all" else (options.part,):
        for o in parts[part](options.only):
            oracle.cache_clear()
            cells = (o.table, o.row, o.mutant, o.check, o.law, o.why.replace("|", "\\|"))
            print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
