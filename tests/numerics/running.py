"""A case as a call of the public interface: which loss, which arguments, what is compared."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import sympy as sp

import symloss as sl
from symloss.audit.ulp import ulp_error
from symloss.declare.roles import RoleSymbol

HERE = Path(__file__).parent
LIMIT = {"float64": 8.0, "float32": 0.51}
"""Ulps: the largest figure for elementary losses; a float32 kernel computes in float64 and rounds once."""

_ORDER = ("target", "data", "prediction")
Case = dict[str, Any]


def cases(file: str) -> dict[str, Case]:
    """The cases of a file by their id."""
    return {case["id"]: case for case in json.loads((HERE / file).read_text())}


@dataclass(frozen=True)
class Spelling:
    """One way to write the loss of a case.

    ``expression`` is what a user types; its arguments have the names that the case gives its
    inputs. ``by`` names what is differentiated (the predictions if empty). ``terms`` is the
    size of the largest term where the answer is a difference of larger ones (acceptance
    figure A5: 4 ulps of it); ``limit`` is that of functions with one of their own (A7).
    ``inputs``, ``want`` and ``dtype`` say otherwise than the case, for a reason in README.md.
    """

    label: str
    expression: Any
    by: tuple[str, ...] = ()
    reduction: str = "none"
    terms: dict[str, float] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    limit: float | None = None
    dtype: str | None = None
    inputs: dict[str, Any] = field(default_factory=dict)
    want: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def loss(self) -> sl.Loss:
        if isinstance(self.expression, sl.Loss):
            return self.expression
        symbols = {_role(a): a for a in _arguments(self.expression)}
        ordered = sorted((s for s in symbols if s.role in _ORDER), key=lambda s: (_ORDER.index(s.role), s.name))
        return sl.Loss("case", self.expression, inputs=tuple(symbols[s] for s in ordered))


def _arguments(expression: sp.Expr) -> list[Any]:
    arrays = list(expression.atoms(sp.Indexed))
    bases = {a.base for a in arrays} | set(expression.atoms(sp.IndexedBase))
    labels = {b.label for b in bases}
    scalars = {s for s in expression.atoms(RoleSymbol) if s not in labels}
    return sorted([*bases, *scalars], key=str)


def _role(argument: Any) -> RoleSymbol:
    symbol: RoleSymbol = argument.label if isinstance(argument, sp.IndexedBase) else argument
    return symbol


def check(case: Case, spelling: Spelling) -> list[str]:
    """What is wrong with the answers; nothing if all is well."""
    dtype = spelling.dtype or case["dtype"]
    loss, arguments = spelling.loss, arrays(case, spelling, dtype)
    found: list[str] = []
    for what, want in {**case["want"], **spelling.want}.items():
        got = _answer(loss, what, arguments, spelling)
        wanted = [mpmath.mpf(w) for w in ([want] if isinstance(want, str) else want)]
        if len(got) != len(wanted):
            found.append(f"{what}: {got.tolist()} for {want}")
            continue
        for n, (a, b) in enumerate(zip(got.tolist(), wanted, strict=True)):
            error = ulp_error(a, b, dtype)
            room = 4 * spelling.terms.get(what, 0.0) * 2.0**-52
            within = np.isfinite(a) and mpmath.isfinite(b) and abs(mpmath.mpf(a) - b) <= room
            if error > (spelling.limit or LIMIT[dtype]) and not within:
                found.append(f"{what}[{n}]: {a!r} for {mpmath.nstr(b, 20)}, {error:.3g} ulp")
    return found


def arrays(case: Case, spelling: Spelling, dtype: str) -> dict[str, Any]:
    """The case's inputs as arrays of one sample (of several under a reduction), by the loss's names."""
    loss, given = spelling.loss, {**case["inputs"], **spelling.inputs}
    declared = {_role(a): a for a in (*loss.inputs, *loss.parameters)}
    result: dict[str, Any] = {}
    for symbol in declared:
        value = given[spelling.renamed.get(symbol.name, symbol.name)]
        if symbol.role == "parameter":
            result[symbol.name] = _numbers(value)
            continue
        array = np.array(_numbers(value), dtype=dtype)
        if spelling.reduction == "none":
            array = array[None]
        elif array.ndim == 0:
            array = np.full(_samples(given), array, dtype)
        result[symbol.name] = array.astype(np.int64) if symbol.label_axis is not None else array
    return result


def _samples(given: dict[str, Any]) -> int:
    return next(len(v) for v in given.values() if isinstance(v, list))


def _numbers(value: Any) -> Any:
    return [_numbers(v) for v in value] if isinstance(value, list) else float(value)


def _answer(loss: sl.Loss, what: str, arguments: dict[str, Any], spelling: Spelling) -> Any:
    if what == "value":
        return np.ravel(loss.value(**arguments, reduction=spelling.reduction))
    method = {"grad": loss.gradient, "hess": loss.hessian}[what]
    by = spelling.by or loss.outline.predictions
    results = method(**arguments, wrt=tuple(by), reduction=spelling.reduction)
    # With a reduction, the derivative of a sum by a constant that all samples share.
    parts: Iterable[Any] = (np.sum(r, axis=0) if spelling.reduction != "none" else r for r in results)
    return np.concatenate([np.ravel(r) for r in parts])
