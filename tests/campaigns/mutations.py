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
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

import sympy as sp

from symloss.declare.roles import role_symbol
from symloss.errors import DerivationError
from symloss.heads.row import Row
from symloss.heads.table import ROWS
from symloss.pipeline import Request
from symloss.stabilise.rules import RULES, WHOLE
from symloss.stabilise.stabilise import stable_form
from symloss.stabilise.stable_rule import StableRule
from symloss.testing.exact_laws import oracle
from tests.campaigns.mutation_hosts import KINDS, Host, of_row, of_rule, others
from tests.heads.test_table import points

LITTLE = sp.Rational(1, 2**20)


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
    if rule.name in ELSEWHERE:
        return ELSEWHERE[rule.name]
    if not looked:
        return "fires in no host: earlier rows take its place there (its own test: tests/stabilise)"
    host = next(h for h in (*first, *others()) if h in first or firing(h, rule))
    before = forms(host, KINDS)
    with mutated(rule, "apply", lambda e: None), unchecked():
        after = forms(host, KINDS)
    if before == after:
        return "other rows reach the same form"
    excuse = "as exact without it, or within what rounding its inputs does"
    pair = next((a, b) for a, b in zip(before, after, strict=True) if a != b)
    return f"{excuse}: {pair[1][:80]} for {pair[0][:80]}"


ELSEWHERE = {
    "scale that vanishes": "only at a removable singularity, where the oracle has no value; "
    "tests/stabilise/test_barron.py has it at shape 2",
    "power times logarithm": "only at 0*log(0), where the oracle has no value; tests/stabilise",
    "sum in sorted order": "a rule of speed: the same numbers in one pass over pairs",
}


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
    print(HEAD, flush=True)
    parts = {"derive": of_table_of_heads, "stabilise": of_table_of_rules}
    for part in parts if options.part == "all" else (options.part,):
        for o in parts[part](options.only):
            oracle.cache_clear()
            cells = (o.table, o.row, o.mutant, o.check, o.law, o.why.replace("|", "\\|"))
            print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
