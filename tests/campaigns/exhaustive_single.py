"""The short forms that float32 kernels call, at every float32: python -m tests.campaigns.exhaustive_single [NAME ...]

`sigmoid_single` and its like drop the digits that a result rounded to float32 does not show. What that costs is the
distance of the unrounded short form from the float64 function, in units of the float32's last place: the float64
function itself is right to 2^-27 of that (`exhaustive_float32.md`), so that 1/2 plus the distance bounds the error of
the rounded result. Every finite float32 of the domain is an input; results below the smallest normal float32 are
measured in units of the smallest subnormal.

A row per function is written to `exhaustive_single.md` beside this file; other rows stay.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import numpy as np

from symloss.elementary.table import FUNCTIONS, SINGLE, sources
from tests.campaigns.exhaustive_float32 import DOMAINS, chunks
from tests.elementary.compiled import HEADER, load

TABLE = Path(__file__).with_suffix(".md")
HEAD = """# Every float32 through the short forms

Written by `nice python -m tests.campaigns.exhaustive_single`, which says in its text what is measured. *distance* is
the largest one from the float64 function, in units of the float32's last place, and *at* where it was found; *other*
counts inputs at which the two round to different float32 numbers.

| function | inputs | distance | at | other | seconds |
|---|---|---|---|---|---|
"""

COMPARE = """

@kernel("void(int64, float64[::1], float64[::1], int64[::1])")
def compare(count, x, distances, other):
    wide_vectors()
    different = 0
    for i in range(count):
        a, b = {name}(x[i]), {short}(x[i])
        size = math.fabs(a)
        exponent = (bits(size) >> 52) - 23
        exponent = 874 if exponent < 874 else exponent
        distance = math.fabs(a - b) * from_bits((2046 - exponent) << 52)
        distances[i] = 0.0 if (a == b) | (size > 3.5e38) else distance
        different += 1 if float32(a) != float32(b) else 0
    other[0] += different
"""


def compared(name: str) -> str:
    """The row of one function."""
    begin, short = time.perf_counter(), SINGLE[name]
    header = HEADER.replace("import math\n", "import math\n\nfrom numpy import float32\n")
    module = load(header + sources([name, short], "@device", "@routine") + COMPARE.format(name=name, short=short))
    other, inputs, largest, where = np.zeros(1, np.int64), 0, 0.0, 0.0
    for x in chunks(*DOMAINS.get(name, (-math.inf, math.inf))):
        distances = np.empty_like(x)
        module.compare(len(x), x, distances, other)
        inputs += len(x)
        worst = int(np.argmax(distances))
        if distances[worst] > largest or distances[worst] != distances[worst]:
            largest, where = float(distances[worst]), float(x[worst])
    return f"| {name} | {inputs} | {largest:.2g} | {where!r} | {other[0]} | {time.perf_counter() - begin:.0f} |"


def main() -> None:
    short = sorted(n for n in SINGLE if FUNCTIONS[n].arity == 1)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=short, help="functions with a short form; all if none is named")
    lines = TABLE.read_text().splitlines() if TABLE.exists() else []
    rows = {name: line for name in short for line in lines if line.startswith(f"| {name} |")}
    for name in parser.parse_args().names:
        rows[name] = compared(name)
        print(rows[name], flush=True)
        TABLE.write_text(HEAD + "\n".join(rows[n] for n in sorted(rows)) + "\n")


if __name__ == "__main__":
    main()
