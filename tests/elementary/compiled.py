"""All elementary functions in two generated modules, as a kernel would hold them."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

import symloss.compile.jit
from symloss.elementary.table import FUNCTIONS, sources

Array = NDArray[np.float64]

# These have no branches, so that a loop over them becomes vector instructions.
VECTORISED = (
    "exp", "log", "log1p", "expm1", "sigmoid", "softplus", "log1mexp", "tanh", "logcosh", "sech2",
    "log1pmx", "expm1mx", "sqrt1pm1", "sinh", "cosh", "coshm1", "logit", "atanh",
    "algebraic_sigmoid", "inverse_hypot", "log1psq", "log1psq_excess", "factorial_rest",
)  # fmt: skip

HEADER = """import math

from symloss.compile.jit import bits, device, fma, from_bits, kernel, routine, single, wide_vectors


"""

LOOP = """

@kernel("void(int64, float64[::1], float64[::1])")
def loop_{name}(count, x, o):
    wide_vectors()
    for i in range(count):
        o[i] = {name}(x[i])
"""

EVALUATE = """

@kernel("void(int64, int64, {arrays})")
def evaluate(which, count, x, y, z, w, p, q, r, o):
"""

ARGUMENTS = ("x[i]", "y[i]", "z[i]", "w[i]", "p[i]", "q[i]", "r[i]")

CASE = """    if which == {number}:
        for i in range(count):
            o[i] = {name}({arguments})
"""


def vectorised_text() -> str:
    """One loop per branch-free function."""
    return HEADER + sources(VECTORISED, "@device", "@routine") + "".join(LOOP.format(name=name) for name in VECTORISED)


def other_text() -> str:
    """One kernel for all other functions, chosen by number: a kernel each takes a minute to compile."""
    cases = (
        CASE.format(number=number, name=name, arguments=", ".join(ARGUMENTS[: FUNCTIONS[name].arity]))
        for number, name in enumerate(others())
    )
    evaluate = EVALUATE.format(arrays=", ".join(["float64[::1]"] * (len(ARGUMENTS) + 1)))
    return HEADER + sources(others(), "@device", "@routine") + evaluate + "".join(cases)


def others() -> list[str]:
    return [name for name in FUNCTIONS if name not in VECTORISED]


def load(text: str) -> ModuleType:
    """The module with this text, in a folder named by its content, so that a second run finds it compiled."""
    engine = Path(symloss.compile.jit.__file__).read_text()
    name = "elementary_" + hashlib.sha256((engine + text).encode()).hexdigest()[:16]
    path = Path(tempfile.gettempdir()) / "symloss-tests" / f"{name}.py"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    return module


@cache
def vectorised() -> ModuleType:
    return load(vectorised_text())


@cache
def other() -> ModuleType:
    return load(other_text())


def evaluate(name: str, arguments: Iterable[Array]) -> Array:
    """The compiled function at every point."""
    columns = list(arguments)
    result = np.empty_like(columns[0])
    if name in VECTORISED:
        getattr(vectorised(), f"loop_{name}")(len(result), *columns, result)
    else:
        filled = columns + [columns[-1]] * (len(ARGUMENTS) - len(columns))
        other().evaluate(others().index(name), len(result), *filled, result)
    return result
