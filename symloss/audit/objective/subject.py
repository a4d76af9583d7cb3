"""The function under audit behind one call: samples in, answers in one layout out, whatever was found on the way.

What is undone is told: a mean over samples, another order of entries, a column of predictions that came flat.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from symloss.errors import ParameterError

from .conventions import Convention, Form, Order, Parts
from .probe import Answer, Array, Probe
from .report import Finding


class Refused(Exception):
    """The function raised, or returned what is no gradient of these samples."""


class Subject:
    """A function in its convention.

    ``order`` is how entries lie in what it returns, seen by moving one sample; ``is_mean`` whether every gradient is
    divided by the number of samples.
    """

    def __init__(self, function: Any, convention: Convention) -> None:
        self.function, self.convention = function, convention
        self.form = Form()
        self.order: Order = "C"
        self.is_mean = False
        self.single = False
        self.findings: list[Finding] = []

    @property
    def unit(self) -> float:
        """The relative rounding error of its results, after some operations."""
        return 2.0**-20 if self.single else 2.0**-52

    def __call__(self, probe: Probe) -> Answer:
        """The answers at the samples; raises `Refused`."""
        answer = self._answer(self._parts(probe, self.form), probe)
        if not self.is_mean:
            return answer
        scale = len(probe)
        hessian = None if answer.hessian is None else answer.hessian * scale
        return Answer(answer.value, answer.gradient * scale, hessian, answer.total)

    def meet(self, probe: Probe, labels: bool) -> None:
        """Find out how it wants to be called and what it does with the order of things; raises `Refused`.

        ``labels`` is whether the targets are class numbers, which some functions take as integers only.
        """
        self.form = self._form(probe, [f for f in self.convention.forms if labels or not f.integers])
        if probe.columns > 1 and self.form.raw != "rows":
            self._say(
                "flat predictions",
                "remark",
                f"It does not take predictions as a table (n, {probe.columns}), only flat "
                f"({'sample by sample' if self.form.raw == 'C' else 'class by class'}); this is how it was called.",
            )
        self._find_chance(probe)
        self._find_order(probe)
        self._find_mean(probe)

    # --- calling ------------------------------------------------------------------------------------

    def _form(self, probe: Probe, forms: Sequence[Form]) -> Form:
        errors = []
        for form in forms:
            try:
                self._answer(self._parts(probe, form), probe)
            except Refused as error:
                errors.append(str(error))
            else:
                return form
            if probe.columns == 1 and not form.integers:
                break
        raise Refused(errors[0])

    def _parts(self, probe: Probe, form: Form) -> Parts:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # what overflows is seen in the numbers
            try:
                return self.convention.call(self.function, probe, form)
            except ParameterError:
                raise
            except Exception as error:  # whatever somebody else's code raises is an answer, too
                raise Refused(f"{type(error).__name__}: {error}") from error

    def reads_weights(self, probe: Probe) -> bool | None:
        """Whether it takes the weights of samples that have some."""
        return self._parts(probe, self.form).reads_weights

    # --- one layout ---------------------------------------------------------------------------------

    def _answer(self, parts: Parts, probe: Probe) -> Answer:
        sign = self.convention.sign
        gradient = self._table(parts.gradient, probe, "gradient")
        hessian = None if parts.hessian is None else self._hessian(parts.hessian, probe)
        value = total = None
        if parts.value is not None and np.ndim(parts.value) == 0:
            total = float(parts.value)
        elif parts.value is not None and np.size(parts.value) == len(probe):
            value = np.asarray(parts.value, np.float64).reshape(len(probe))
        return Answer(value, sign * gradient, None if hessian is None else sign * hessian, total)

    def _table(self, returned: Any, probe: Probe, what: str) -> Array:
        try:
            array = np.asarray(returned)
            self.single |= array.dtype == np.float32
            array = array.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise Refused(f"the {what} is {type(returned).__name__}, no array of numbers") from error
        n, columns = len(probe), probe.columns
        if array.size != n * columns:
            raise Refused(
                f"the {what} has the shape {array.shape} for {n} samples"
                + (f" and {columns} columns" if columns > 1 else "")
            )
        flat = array.ravel()
        return flat.reshape(n, columns) if self.order == "C" else flat.reshape(columns, n).T

    def _hessian(self, returned: Any, probe: Probe) -> Array:
        n, columns = len(probe), probe.columns
        if np.size(returned) == n * columns * columns and (columns > 1 or np.ndim(returned) == 3):
            return np.asarray(returned, np.float64).reshape(n, columns, columns)
        return self._table(returned, probe, "Hessian")

    def _find_chance(self, probe: Probe) -> None:
        """Call it twice: what is drawn at random differs."""
        once, again = (self._answer(self._parts(probe, self.form), probe) for _ in range(2))
        pairs = (("gradient", once.gradient, again.gradient), ("Hessian", once.hessian, again.hessian))
        for what, a, b in pairs:
            if a is None or b is None or not _differ(a, b).any():
                continue
            off = float(np.nanmedian(np.abs(a - b)[_differ(a, b)]) / np.nanmedian(np.abs(a[_differ(a, b)])))
            text = f"The {what} is drawn at random: two calls at the same samples are {off:.1%} apart in the middle."
            self._say("random", "fault", text, result=what, apart=off)

    def _find_order(self, probe: Probe) -> None:
        """Move one sample and look which numbers follow it."""
        if len(probe) < 3:
            return
        here, n, columns = len(probe) // 2, len(probe), probe.columns
        base = self._answer(self._parts(probe, self.form), probe).gradient
        by = np.zeros_like(probe.raw)
        by[here] = np.linspace(0.2, 0.3, columns) * np.where(probe.raw[here] > 0.6, -1, 1)
        moved = self._answer(self._parts(probe.moved(by), self.form), probe).gradient
        followed = set(np.flatnonzero(_differ(base, moved)).tolist())
        ours = {here * columns + k for k in range(columns)}
        theirs = {k * n + here for k in range(columns)}
        if followed <= ours:
            self._shape_finding(self._parts(probe, self.form).gradient, probe, "C")
        elif followed <= theirs:
            self.order = "F"
            self._shape_finding(self._parts(probe, self.form).gradient, probe, "F")
        else:
            others = sorted({place // columns for place in followed - ours})
            self._say(
                "samples together",
                "fault",
                f"The gradient of a sample depends on others: moving sample {here} alone changed that of "
                f"{len(others)} other{'s' if len(others) > 1 else ''} of {n} (the first one is {others[0]}).",
                moved=here,
                changed=others[:10],
            )

    def _shape_finding(self, returned: Any, probe: Probe, order: Order) -> None:
        """Whether the order of entries is the one in which the library reads an array of that shape."""
        n, columns = len(probe), probe.columns
        shape = np.shape(returned)
        if columns == 1:
            return
        read: Order = "C" if shape == (n, columns) or self.convention.flat is None else self.convention.flat
        if len(shape) == 2 and shape == (columns, n):
            read = "C"
        words = {"C": "sample by sample", "F": "class by class"}
        shown = f"shape {shape}, its numbers {words[order]}"
        if order == read:
            self._say("layout", "right", f"Yes: the gradient has {shown}.", shape=list(shape), order=order)
        else:
            self._say(
                "layout",
                "fault",
                f"No: the gradient has {shown}, and {self.convention.name} reads such an array {words[read]}: its "
                f"second number is that of {_SECOND[order]}, and read as that of {_SECOND[read]}.",
                shape=list(shape),
                order=order,
                read=read,
            )

    # --- mean or sum --------------------------------------------------------------------------------

    def _find_mean(self, probe: Probe) -> None:
        """Call it with every sample twice: a mean is then half as large."""
        n = len(probe)
        twice = probe.rows(np.tile(np.arange(n), 2))
        once, both = self(probe).gradient, self(twice).gradient[:n]
        known = np.isfinite(once) & np.isfinite(both) & (once != 0)
        if not known.any():
            return
        ratio = float(np.median(both[known] / once[known]))
        if abs(ratio - 0.5) > 1e-3:
            return
        self.is_mean = True
        self._say(
            "mean",
            "fault" if self.convention.trains else "remark",
            "The gradient is that of the mean: every number is divided by how many samples there are"
            + (
                "; a booster's regularisation and minimum Hessian then mean something else for every size of data."
                if self.convention.trains
                else ". It is undone below."
            ),
            ratio=ratio,
        )

    def _say(self, kind: str, severity: Any, sentence: str, **numbers: Any) -> None:
        question = "layout" if kind == "layout" else "call"
        self.findings.append(Finding(question, kind, severity, sentence, numbers))


_SECOND: dict[Order, str] = {"C": "class 1 of sample 0", "F": "class 0 of sample 1"}


def _differ(a: Array, b: Array) -> Array:
    """Where two arrays differ by more than rounding; not-a-number equals itself."""
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    with np.errstate(all="ignore"):
        near = np.abs(a - b) <= 1e-9 * (np.abs(a) + np.abs(b))
    return ~(same | near)
