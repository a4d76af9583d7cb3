"""The compiled functions: to the bit what plain Python computes; the branch-free ones in vector instructions."""

from __future__ import annotations

import itertools
import math
import platform
import random
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from symloss.elementary import primitives
from symloss.elementary.table import (
    FUNCTIONS,
    MODULES,
    callables,
    definitions,
    definitions_of,
    in_dependency_order,
    sources,
)
from tests.elementary.compiled import HEADER, LOOP, VECTORISED, evaluate, load
from tests.elementary.points import NAMED, points

SPECIAL = [x for a in NAMED for x in (a, -a)] + [math.inf, -math.inf, math.nan]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_compiled_equals_python_to_the_bit(name: str) -> None:
    columns = [np.concatenate([column, SPECIAL]) for column in points(name, 60)]
    compiled = evaluate(name, columns).tolist()
    function = callables()[name]
    for got, *at in zip(compiled, *(column.tolist() for column in columns), strict=True):
        plain = function(*at)
        same = (got != got and plain != plain) or primitives.bits(got) == primitives.bits(plain)
        assert same, f"{name}{tuple(at)}: {got!r}, in Python {plain!r}"


PRIMITIVES = """

@kernel("void(int64, float64[::1], float64[::1], float64[::1], float64[::1])")
def many_fma(count, a, b, c, o):
    for i in range(count):
        o[i] = fma(a[i], b[i], c[i])


@kernel("void(int64, float64[::1], float64[::1], float64[::1], float64[::1])")
def contraction(count, a, b, c, o):
    wide_vectors()
    for i in range(count):
        o[i] = a[i] * b[i] + c[i]


@kernel("float64(float64, int64)")
def shifted(x, i):
    return from_bits(bits(x) + i)
"""


def test_primitives_equal_the_machine() -> None:
    module = load(HEADER + PRIMITIVES)
    draw = random.Random(1)
    ordinary = [0.0, -0.0, 1.0, -1.0, 1.0 + 2.0**-52]
    extremes = [*ordinary, 5e-324, -5e-324, 2.0**-1022, 1.7976931348623157e308, math.inf, -math.inf, math.nan]
    triples = list(itertools.product(extremes, repeat=3))
    for scale in (0, -500, 400, -530):
        for _ in range(300):
            a, b = math.ldexp(draw.uniform(-2, 2), scale), math.ldexp(draw.uniform(-2, 2), scale)
            triples += [(a, b, -a * b), (a, b, draw.uniform(-2, 2)), (a, b, math.ldexp(draw.uniform(-2, 2), 2 * scale))]
    a, b, c = (np.array(column) for column in zip(*triples, strict=True))
    result = np.empty_like(a)
    module.many_fma(len(a), a, b, c, result)
    for triple, got in zip(triples, result.tolist(), strict=True):
        want = primitives.fma(*triple)
        assert (got != got and want != want) or primitives.bits(got) == primitives.bits(want), (triple, got, want)
    module.contraction(len(a), a, b, c, result)
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(result, a * b + c)  # LLVM fuses nothing by itself
    assert module.shifted(1.0, 1) == 1.0 + 2.0**-52


BRANCH_FREE = (*VECTORISED, "rising_rest", "logaddexp", "hypot", "xlogy", "xlog1py", "floor", "ceiling")


@pytest.mark.parametrize("name", BRANCH_FREE)
def test_branch_free_through_all_that_is_called(name: str) -> None:
    known = definitions()
    branching = [called for called in in_dependency_order([name]) if known[called].branches]
    assert not branching, f"{name} needs {branching}"


LOOP_OF_TWO = """

@kernel("void(int64, float64[::1], float64[::1], float64[::1])")
def loop_{name}(count, x, y, o):
    wide_vectors()
    for i in range(count):
        o[i] = {name}(x[i], y[i])
"""


@pytest.mark.parametrize("name", BRANCH_FREE)
def test_loops_are_vectorised(name: str, tmp_path: Path) -> None:
    if platform.machine() != "x86_64":
        pytest.skip("reads x86 assembly")
    loop = (LOOP if FUNCTIONS[name].arity == 1 else LOOP_OF_TWO).format(name=name)
    # the folder makes the text new, and so not cached: Numba shows no assembly of cached code
    module = load(f"# {tmp_path}\n" + HEADER + sources([name], "@device", "@routine") + loop)
    (assembly,) = getattr(module, f"loop_{name}").inspect_asm().values()
    code = next(part for part in assembly.split(".cfi_startproc") if "pd\t" in part)
    packed = re.findall(r"\tv(?:fn?m|mul|add|sub|div|sqrt)\w*pd\t.*%[yz]mm", code)
    assert len(packed) > (15 if name not in FEW_OPERATIONS else 2)
    assert not re.findall(r"\tcall", code.split(".cfi_endproc")[0])


FEW_OPERATIONS = ("sqrt1pm1", "hypot", "inverse_hypot", "algebraic_sigmoid", "floor", "ceiling")


def test_a_second_process_loads_and_agrees(tmp_path: Path) -> None:
    text = HEADER + sources(["softplus"], "@device", "@routine") + LOOP.format(name="softplus")
    path = tmp_path / "cached_softplus.py"
    path.write_text(text)
    script = (
        "import sys, numpy as np; sys.path.insert(0, sys.argv[1]); import cached_softplus as m;"
        "x = np.linspace(-800, 800, 999); o = np.empty_like(x); m.loop_softplus(len(x), x, o);"
        "print(sum(m.loop_softplus.stats.cache_hits.values()), o.tobytes().hex())"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in (1, 2)]
    (cold, cold_bits), (warm, warm_bits) = (run.stdout.split() for run in runs)
    assert (cold, warm) == ("0", "1")
    assert cold_bits == warm_bits


def test_no_name_is_defined_twice() -> None:
    names = [name for module in MODULES for name, _, _ in definitions_of(module)]
    assert sorted(names) == sorted(set(names))


def test_sources_hold_what_is_needed_and_no_more() -> None:
    text = sources(["sigmoid"])
    defined = re.findall(r"^(?:def )?(\w+)(?: =|\()", text, re.M)
    assert defined[-1] == "sigmoid"
    assert "exp_decay" in defined
    assert "log" not in defined
    assert set(VECTORISED) <= FUNCTIONS.keys()
