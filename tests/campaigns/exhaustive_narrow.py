"""The functions that loops in float32 call, at every float32 or every n-th: python -m tests.campaigns.exhaustive_narrow

The largest distance from the float64 function, in units of the float32's last place and in 2^-24 of the result, which
`symloss.lower.narrow` has a bound for; results below the smallest normal float32 in units of the smallest subnormal.
`--step 17` takes every seventeenth float32. A row per function is written to `exhaustive_narrow.md` beside this file.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from symloss.elementary.table import sources
from symloss.lower.narrow import EXPONENTIALS
from tests.elementary.compiled import load
from tests.elementary.test_narrow import HEADER

TABLE = Path(__file__).with_suffix(".md")
CHUNK, INFINITE = 1 << 22, 0x7F800000
ARGUMENTS = {"exp_difference": "x[i], NARROW_ZERO"}
HEAD = """# float32 through the functions of loops in float32

Written by `nice python -m tests.campaigns.exhaustive_narrow --step {step}`, which says in its text what is measured.

| function | inputs | ulp | 2^-24 of the result | bound |
|---|---|---|---|---|
"""
COMPARE = """

@kernel("void(int64, float32[::1], float32[::1], float64[::1])")
def both_{name}(count, x, narrow, exact):
    wide_vectors()
    for i in range(count):
        narrow[i] = {name}_narrow({arguments})
        exact[i] = {name}({wide})
"""


def row(name: str, step: int) -> str:
    """The row of one function; `exp_difference` as that of x and 0."""
    arguments = ARGUMENTS.get(name, "x[i]")
    wide = "float(x[i]), 0.0" if name in ARGUMENTS else "float(x[i])"
    text = HEADER + sources([name, f"{name}_narrow"], "@device", "@routine")
    module = load(text + COMPARE.format(name=name, arguments=arguments, wide=wide))
    signs = (1 << 31,) if name in ARGUMENTS else (0, 1 << 31)
    inputs, ulps, relative = 0, 0.0, 0.0
    for sign in signs:
        for first in range(0, INFINITE + 1, CHUNK):
            words = np.arange(first, min(first + CHUNK, INFINITE + 1), step, dtype=np.uint32) | np.uint32(sign)
            x = words.view(np.float32)
            narrow, exact = np.empty_like(x), np.empty(len(x))
            getattr(module, f"both_{name}")(len(x), x, narrow, exact)
            error, tiny = np.abs(narrow - exact), float(np.finfo(np.float32).tiny)
            unit = np.spacing(np.maximum(exact, tiny).astype(np.float32))
            inputs, ulps = inputs + len(x), max(ulps, float(np.max(error / unit)))
            normal = exact >= tiny
            relative = max(relative, float(np.max(error[normal] / exact[normal], initial=0.0)) * 2.0**24)
    return f"| {name} | {inputs} | {ulps:.3g} | {relative:.3g} | {EXPONENTIALS[name]} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--step", type=int, default=1)
    step = parser.parse_args().step
    TABLE.write_text(HEAD.format(step=step) + "\n".join(row(name, step) for name in EXPONENTIALS) + "\n")


if __name__ == "__main__":
    main()
