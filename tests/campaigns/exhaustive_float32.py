"""Every float32 there is, through every function of one argument: python -m tests.campaigns.exhaustive_float32 exp ...

What is proved here is the float64 function rounded once; short forms that float32 kernels call instead of some of them
are compared with them in `exhaustive_single.py`. Where the float64 value is further than 2^-20 of a float32's last
place from the middle of two float32 numbers, its rounding is the right one if the float64 error is below 2^9 ulp. So:
all inputs go through the compiled function; those near a middle go through mpmath, one by one; and the float64 error
itself is measured at random float32 inputs, which is the one thing here that is sampled. Infinities, zeros and NaN form
a few intervals of inputs, whose ends are compared with mpmath.

One row per function is written to `exhaustive_float32.md` beside this file; rows of other functions stay. What was
found so far is kept in the folder of temporary files every few seconds: a run that was stopped goes on from there.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from mpmath import isinf, mp, mpf
from numpy.typing import NDArray

from symloss.elementary.table import FUNCTIONS, sources
from tests.elementary.compiled import HEADER, LOOP, load
from tests.elementary.oracles import exact, ulps

TABLE = Path(__file__).with_suffix(".md")
CHUNK = 1 << 20
FINITE = 0x7F800000  # so many float32 numbers are not negative and finite
STEPS = np.arange(CHUNK, dtype=np.uint32)
KEPT_EVERY = 64  # chunks
CHUNKS = 2 * FINITE // CHUNK
NEAR_MIDDLE = 2.0**-20  # of a float32's last place
PROVED_BELOW = 512.0  # ulp of float64: 2^-20 of a float32's last place is 2^9 of a float64's
LARGEST = float(np.finfo(np.float64).max)

ALL = (-math.inf, math.inf)
# Where a function is defined, if not on the whole line; outside it must be NaN.
DOMAINS: dict[str, tuple[float, float]] = {
    "sqrt": (0.0, math.inf), "log": (0.0, math.inf), "log1p": (-1.0, math.inf), "log1pmx": (-1.0, math.inf),
    "sqrt1pm1": (-1.0, math.inf), "log1mexp": (-math.inf, 0.0), "logexpm1": (0.0, math.inf), "logit": (0.0, 1.0),
    "acosh": (1.0, math.inf), "asin": (-1.0, 1.0), "acos": (-1.0, 1.0), "atanh": (-1.0, 1.0), "erfinv": (-1.0, 1.0),
    "ndtri": (0.0, 1.0), "log_bessel_i1": (0.0, math.inf), "log1p_excess": (-1.0, math.inf),
    "log1p_second_excess": (0.0, math.inf), "exp_decay": (-math.inf, 0.0),
    **dict.fromkeys(("loggamma", "gamma", "digamma", "trigamma"), (1e-45, math.inf)),
    **dict.fromkeys(("loggamma1p", "digamma1p", "factorial_rest"), (0.0, math.inf)),
}  # fmt: skip
RISING = (
    "exp", "expm1", "log", "log1p", "sigmoid", "softplus", "logexpm1", "tanh", "sinh", "asinh", "acosh", "atanh",
    "sqrt", "sqrt1pm1", "algebraic_sigmoid", "logit", "exprel", "erf", "ndtr", "log_ndtr", "erfinv", "ndtri", "asin",
    "atan", "bessel_ratio", "mills_excess", "exp_decay", "digamma", "digamma1p", "floor", "ceiling", "step", "sign",
    "softplus_excess", "log_softplus", "factorial_rest", "log1p_second_excess", "softplus_second_excess",
    "log_exprel", "tilted_mean",
    "truncated_variance",
)  # fmt: skip
FALLING = (
    "log1mexp", "erfc", "erfcx", "mills", "acos", "bernoulli_function", "trigamma", "bernoulli_exp", "exp_neg_exp",
)  # fmt: skip
# Falling below 0.
EVEN_RISING = ("logcosh", "cosh", "coshm1", "log1psq", "expm1mx", "log_bessel_i0", "abs", "log1psq_excess")
EVEN_FALLING = ("sech2", "inverse_hypot", "log1pmx", "softplus_tail", "sigmoid_slope", "tilted_variance")

# What is counted: float32 results that step against the function's direction, float64 ones, and results that are no
# ordinary number. The loops that count have no branches, so that LLVM makes vectors of them; few blocks hold a value
# near a middle.
SCAN = """

@device
def from_middle(y: float) -> float:
    size = math.fabs(y)
    exponent = (bits(size) >> 52) - 23
    exponent = 874 if exponent < 874 else exponent
    scaled = size * from_bits((2046 - exponent) << 52)
    rounded = (scaled + 6755399441055744.0) - 6755399441055744.0
    return 0.5 - math.fabs(scaled - rounded) if size < 3.5e38 else 1.0


@kernel("int64(int64, float64, float64[::1], int64[::1], int64[::1])")
def scan(count, direction, y, counts, found):
    wide_vectors()
    single, double, odd = 0, 0, 0
    for i in range(1, count):
        single += 1 if (float64(float32(y[i])) - float64(float32(y[i - 1]))) * direction < 0.0 else 0
        double += 1 if (y[i] - y[i - 1]) * direction < 0.0 else 0
    for i in range(count):
        odd += 1 if (y[i] == 0.0) | (y[i] - y[i] != 0.0) else 0
    counts[0] += single
    counts[1] += double
    counts[2] = odd
    near = 0
    for start in range(0, count, 256):
        stop = min(start + 256, count)
        inside = 0
        for i in range(start, stop):
            inside += 1 if from_middle(y[i]) < 9.5367431640625e-07 else 0
        if inside > 0:
            for i in range(start, stop):
                if from_middle(y[i]) < 9.5367431640625e-07:
                    if near < len(found):
                        found[near] = i
                    near += 1
    return near


@kernel("void(int64, float64[::1], int64[::1])")
def kinds(count, y, o):
    for i in range(count):
        v = y[i]
        zero = 1 if bits(v) == 0 else 2
        infinite = 3 if v > 0.0 else 4
        kind = zero if v == 0.0 else (infinite if v - v != 0.0 else 0)
        o[i] = 5 if v != v else kind
"""
KINDS = ("a number", "0", "-0", "inf", "-inf", "NaN")


@dataclass
class Result:
    """What was found for one function."""

    name: str
    inputs: int = 0
    near: int = 0
    chunks: int = 0
    points: list[Any] = field(default_factory=list)
    stretches: list[Any] = field(default_factory=list)
    unresolved: int = 0
    wrong: int = 0
    worst: float = 0.5
    against: int = 0
    against_double: int = 0
    odd_values: list[str] = field(default_factory=list)
    nan_lost: int = 0
    sampled: int = 0
    double_error: float = 0.0
    double_worst_at: float = 0.0
    seconds: float = 0.0


def text_of(name: str) -> str:
    """The function in a loop, and the scan."""
    header = HEADER.replace("import math\n", "import math\n\nfrom numpy import float32, float64\n")
    return header + sources([name], "@device", "@routine") + LOOP.format(name=name) + SCAN


def kept_at(name: str, cap: int) -> Path:
    """Where what was found so far is kept; another one where the function's text is another."""
    key = hashlib.sha256(f"{text_of(name)}{cap}".encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / "symloss-tests" / f"exhaustive_{name}_{key}.json"


def chunk(number: int) -> NDArray[np.float64]:
    """The finite float32 numbers in increasing order, a MiB of them at a time, as float64."""
    start = number * CHUNK
    positive = start >= FINITE  # a multiple of CHUNK: no chunk has both signs
    first = np.uint32(start - FINITE if positive else 0x80000000 + FINITE - 1 - start)
    words = first + STEPS if positive else first - STEPS
    return words.view(np.float32).astype(np.float64)


def chunks(low: float, high: float) -> Iterator[NDArray[np.float64]]:
    """All finite float32 numbers from low to high in increasing order, as float64."""
    for number in range(CHUNKS):
        kept = inside(chunk(number), low, high)
        if len(kept):
            yield kept


def inside(x: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    return x if low <= x[0] and x[-1] <= high else x[(x >= low) & (x <= high)]


def direction(name: str, x: float) -> float:
    """1 where the function rises, -1 where it falls, 0 where nothing is claimed."""
    side = math.copysign(1.0, x)
    for names, value in ((RISING, 1.0), (FALLING, -1.0), (EVEN_RISING, side), (EVEN_FALLING, -side)):
        if name in names:
            return value
    return 0.0


def float32_error(got: float, want: mpf) -> tuple[float, bool]:
    """|float32(got) - want| in units of the float32's last place, and whether another float32 is nearer."""
    rounded = float(np.float32(got))
    with mp.workdps(60):
        exponent = max(int(mp.frexp(want)[1]), -125) if want else -125
        error = abs(mpf(rounded) - want) / mpf(2) ** (exponent - 24)
        return float(error), bool(error > mpf("0.5"))


def resolve(result: Result, points: list[tuple[float, float]]) -> None:
    """Compare the values near a middle with the exact ones."""
    for x, got in points:
        error, wrong = float32_error(got, exact(result.name, x))
        result.worst = max(result.worst, error)
        result.wrong += wrong


def runs(kind: NDArray[np.int64], x: NDArray[np.float64]) -> Iterator[tuple[int, float, float]]:
    """Kind, first and last input of every stretch of one kind."""
    ends = np.flatnonzero(np.diff(kind))
    for a, b in zip([0, *(ends + 1)], [*ends, len(kind) - 1], strict=True):
        yield int(kind[a]), float(x[a]), float(x[b])


def merged(stretches: list[Any], more: Iterator[tuple[int, float, float]]) -> None:
    """Join a stretch to the one before it if they are of one kind."""
    for kind, first, last in more:
        if stretches and stretches[-1][0] == kind:
            stretches[-1] = kind, stretches[-1][1], last
        else:
            stretches.append((kind, first, last))


def expected(kind: int, value: mpf) -> bool:
    """Whether this exact value may come out as this kind: an infinity, a zero, or an ordinary number."""
    if isinf(value) or abs(value) > LARGEST:
        return kind == (3 if value > 0 else 4)
    if abs(value) <= mpf(2) ** -1075:
        return kind in (1, 2) if value == 0 else kind == (1 if value > 0 else 2)
    return kind == 0


def measure_double(result: Result, module: ModuleType, low: float, high: float, count: int) -> None:
    """The float64 error in ulp at random float32 inputs, every bit pattern alike, where the result is normal."""
    words = np.random.default_rng(32).integers(0, 1 << 32, 3 * count, dtype=np.uint64).astype(np.uint32)
    with np.errstate(invalid="ignore"):
        x = words.view(np.float32).astype(np.float64)
    x = np.ascontiguousarray(x[np.isfinite(x) & (x > low) & (x < high)][:count])
    y = np.empty_like(x)
    getattr(module, f"loop_{result.name}")(len(x), x, y)
    usual = np.isfinite(y) & (np.abs(y) > 2.0**-1000)
    for at, got in zip(x[usual].tolist(), y[usual].tolist(), strict=True):
        error = ulps(got, exact(result.name, at))
        result.sampled += 1
        if error > result.double_error:
            result.double_error, result.double_worst_at = error, at


def keep(result: Result, counts: NDArray[np.int64], chunks: int, path: Path) -> None:
    """Put what was found in so many chunks aside."""
    result.against, result.against_double = result.against + int(counts[0]), result.against_double + int(counts[1])
    counts[:] = 0
    result.chunks = chunks
    path.write_text(json.dumps(asdict(result)))


def sweep(result: Result, module: ModuleType, cap: int) -> None:
    """All inputs, from where an earlier run stopped."""
    low, high = DOMAINS.get(result.name, ALL)
    compute = getattr(module, f"loop_{result.name}")
    y, kind, found = np.empty(CHUNK), np.empty(CHUNK, np.int64), np.empty(cap, np.int64)
    counts = np.zeros(3, np.int64)
    for number in range(result.chunks, CHUNKS):
        x = inside(chunk(number), low, high)
        if len(x):
            compute(len(x), x, y)
            near = module.scan(len(x), direction(result.name, x[0]), y, counts, found)
            room = max(0, min(near, cap - len(result.points)))
            result.points += [(float(x[i]), float(y[i])) for i in found[:room]]
            result.inputs, result.near = result.inputs + len(x), result.near + near
            result.unresolved += near - room
            if counts[2]:
                module.kinds(len(x), y, kind)
            else:
                kind[:] = 0
            merged(result.stretches, runs(kind[: len(x)], x))
        if number % KEPT_EVERY == KEPT_EVERY - 1 or number == CHUNKS - 1:
            keep(result, counts, number + 1, kept_at(result.name, cap))


def campaign(name: str, samples: int, cap: int) -> Result:
    """All of it for one function."""
    begin, module, result = time.perf_counter(), load(text_of(name)), Result(name)
    if kept_at(name, cap).exists():
        result = Result(**json.loads(kept_at(name, cap).read_text()))
    sweep(result, module, cap)
    resolve(result, result.points)
    for k, first, last in result.stretches:
        wrong = [at for at in (first, last) if k and not expected(k, exact(name, at))]
        result.odd_values += [f"{KINDS[k]} at {at!r}" for at in wrong]
    with np.errstate(invalid="ignore"):  # a signalling NaN becomes a quiet one
        nan = np.arange(0x7F800001, 0x80000000, dtype=np.uint32).view(np.float32).astype(np.float64)[:CHUNK]
    y = np.empty_like(nan)
    getattr(module, f"loop_{name}")(len(nan), nan, y)
    result.nan_lost = int(np.count_nonzero(~np.isnan(y)))
    measure_double(result, module, *DOMAINS.get(name, ALL), samples)
    result.seconds = time.perf_counter() - begin
    return result


HEAD = """# Every float32 through every function

Written by `nice python -m tests.campaigns.exhaustive_float32 NAME ...`, which says in its text what is proved and what
is sampled. All finite float32 numbers of the domain are inputs, in float64 arithmetic, rounded once.

- *near a middle*: float64 values within 2^-20 of a float32's last place of the middle of two float32 numbers; each is
  compared with mpmath. *not compared* counts those beyond the cap: some functions come next to a middle millions of
  times, as -x - 1 + e^x at every large whole number and x/2 - x^2/8 at every second subnormal. Their error is below
  0.5 + 2^-19 as well, since both distances are below 2^-20.
- *wrong*: results that are not the nearest float32, among those compared: the exact result lies beside the middle by
  less than a float64 shows, and is rounded to the other side. *worst* is the largest error, in units of the float32's
  last place. All other results are the nearest if the float64 error is below 512 ulp.
- *float64*: the largest float64 error at random float32 inputs (every bit pattern alike, *sampled* of them).
- *odd*: infinities, zeros (with their sign) or NaN where the exact result is another; *against*: neighbouring inputs
  whose float32 (float64) results step against the direction in which the function runs, where it has one.

| function | inputs | near a middle | not compared | wrong | worst | float64 | sampled | odd | against | seconds |
|---|---|---|---|---|---|---|---|---|---|---|
"""


def row(result: Result) -> str:
    odd = "; ".join(result.odd_values) or "0"
    odd += f"; {result.nan_lost} NaN lost" if result.nan_lost else ""
    against = "-" if not direction(result.name, 1.0) else f"{result.against} ({result.against_double})"
    proof = "" if result.double_error < PROVED_BELOW else " (nothing proved)"
    return (
        f"| {result.name} | {result.inputs} | {result.near} | {result.unresolved} | {result.wrong} | {result.worst:.7f}"
        f"{proof} | {result.double_error:.2f} | {result.sampled} | {odd} | {against} | {result.seconds:.0f} |"
    )


def write(result: Result) -> None:
    """Put the row into the table, which is sorted by name."""
    lines = TABLE.read_text().splitlines() if TABLE.exists() else []
    rows = {line.split("|")[1].strip(): line for line in lines if line.startswith("| ") and "near a middle" not in line}
    rows[result.name] = row(result)
    TABLE.write_text(HEAD + "\n".join(rows[name] for name in sorted(rows)) + "\n")


def main() -> None:
    one = [name for name, function in FUNCTIONS.items() if function.arity == 1]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=one, help="functions of one argument; all if none is named")
    parser.add_argument("--samples", type=int, default=100_000, help="random inputs for the float64 error")
    parser.add_argument("--cap", type=int, default=100_000, help="how many values near a middle are compared")
    options = parser.parse_args()
    for name in options.names:
        result = campaign(name, options.samples, options.cap)
        write(result)
        print(row(result), flush=True)


if __name__ == "__main__":
    main()
