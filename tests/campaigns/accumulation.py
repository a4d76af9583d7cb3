"""How far sums and means over 10**8 float32 samples are from exact.

    python tests/campaigns/accumulation.py [SAMPLES] > tests/campaigns/accumulation.md

Acceptance figure A9: the error of a sum or mean is at most 2 ulps of the output type (float32 for float32
samples) times sum|x| / |sum x|, and its bits are the same for every number of threads. Samples come in blocks
from a seed; nothing of them is kept but float32 arrays. The reference adds what a float64 kernel stores per
sample (`reduction="none"` on float64 copies of the same inputs) as integers of a fixed point: exactly, whatever the
order. Held here to less: to 2 ulps of float64, in which sums are kept; where terms are exponentials, which a float32
kernel computes in 2^-35, to 2^12 of these, 8e-6 ulps of float32; and where it computes terms in float32, whose errors
average, to 2^26, an eighth of an ulp of float32.
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

import symloss as sl

BLOCK = 1_000_000
THREADS = (1, 2, 3)
LIMIT = 2.0
LIMIT_OF_EXPONENTIALS = 2.0**12
LIMIT_OF_FLOAT32 = 2.0**26

Arrays = dict[str, Any]


@dataclass(frozen=True)
class Setting:
    """A loss, samples for it by block number, its parameters, and what is summed: the value or a derivative by one."""

    title: str
    loss: sl.Loss
    draw: Callable[[np.random.Generator, int], Arrays]
    by: str | None = None
    weighted: bool = False
    limit: float = LIMIT

    def blocks(self, samples: int) -> Iterator[Arrays]:
        for start in range(0, samples, BLOCK):
            yield self.draw(np.random.default_rng((5, start)), min(BLOCK, samples - start))


def exact_sum(x: Any) -> tuple[Fraction, Fraction]:
    """Sum and sum of magnitudes of doubles, exactly: mantissas are added as integers per exponent."""
    mantissas, exponents = np.frexp(x)
    whole = (mantissas * 2.0**53).astype(np.int64)
    total = magnitude = Fraction(0)
    for exponent in np.unique(exponents):
        part = whole[exponents == exponent]
        # 53 bits each: high and low halves add up without overflow for 2**36 of them.
        unit = Fraction(2) ** (int(exponent) - 53)
        for sign, add in ((False, part), (True, np.abs(part))):
            found = ((int(np.sum(add >> 27)) << 27) + int(np.sum(add & (2**27 - 1)))) * unit
            if sign:
                magnitude += found
            else:
                total += found
    return total, magnitude


def per_sample(setting: Setting, arrays: Arrays) -> Any:
    """What is summed, before it is, as float64."""
    loss, weight = setting.loss, arrays.get("sample_weight")
    wide = {k: v.astype(np.float64) for k, v in arrays.items() if k != "sample_weight"}
    if setting.by is None:
        values = loss.value(**wide)
    else:
        # A parameter with one value per sample has a derivative per sample.
        size = len(next(iter(wide.values())))
        default = float(next(p.default for p in loss.parameters if p.name == setting.by))
        values = loss.gradient(**wide, **{setting.by: np.full(size, default)}, wrt=setting.by)
    return values if weight is None else values * weight.astype(np.float64)


def reduced(setting: Setting, arrays: Arrays, reduction: str, threads: int) -> float:
    method = setting.loss.value if setting.by is None else setting.loss.gradient
    options = {} if setting.by is None else {"wrt": setting.by}
    return float(method(**arrays, **options, reduction=reduction, n_threads=threads))


def measured(setting: Setting, samples: int) -> dict[str, Any]:
    """Errors in ulps of sum|x| / |sum x| for sum and mean, whether all bits agree, and the time of one sum."""
    names = [*setting.draw(np.random.default_rng(0), 1)]
    whole = {name: np.empty(samples, np.float32) for name in names}
    total = magnitude = weight = Fraction(0)
    at = 0
    for block in setting.blocks(samples):
        size = len(block[names[0]])
        for name in names:
            whole[name][at : at + size] = block[name]
        now = {name: whole[name][at : at + size] for name in names}
        one, size_of_it = exact_sum(per_sample(setting, now))
        total, magnitude = total + one, magnitude + size_of_it
        if setting.weighted:
            weight += exact_sum(now["sample_weight"].astype(np.float64))[0]
        at += size
    weight = weight or Fraction(samples)
    begin = time.perf_counter()
    sums = [reduced(setting, whole, "sum", n) for n in THREADS]
    seconds = (time.perf_counter() - begin) / len(THREADS)
    means = [reduced(setting, whole, "mean", n) for n in THREADS]
    return {
        "sum": error(sums[0], total, magnitude),
        "mean": error(means[0], total / weight, magnitude / weight),
        "condition": float(magnitude / abs(total)) if total else float("inf"),
        "same": len(set(sums)) == 1 and len(set(means)) == 1,
        "value": sums[0],
        "seconds": seconds,
    }


def error(got: float, exact: Fraction, magnitude: Fraction) -> float:
    """|got - exact| in ulps of the exact number times sum|x| / |sum x|, that is, relative to the magnitude."""
    ulp = Fraction(float(np.spacing(float(abs(exact))))) if exact else Fraction(2) ** -1074
    room = ulp * magnitude / abs(exact) if exact else Fraction(float(np.spacing(float(magnitude))))
    return float(abs(Fraction(got) - exact) / room)


# --- what is summed -------------------------------------------------------------------------------

y, f = sl.target("y"), sl.prediction("f")
slope = sl.parameter("slope", default=1.5, domain=sl.Positive)


def offsets(rng: np.random.Generator, n: int) -> Arrays:
    """Residuals that are small against what they are residuals of."""
    y = rng.normal(1000.0, 1.0, n)
    return {"y": y.astype(np.float32), "f": (y + rng.normal(0, 0.1, n)).astype(np.float32)}


def logits(rng: np.random.Generator, n: int) -> Arrays:
    """Logits from -60 to 60, most of them right: losses from 1e-26 to 60."""
    f = rng.normal(0, 15.0, n)
    return {"y": ((f > 0) ^ (rng.random(n) < 0.05)).astype(np.float32), "f": f.astype(np.float32)}


def signed(rng: np.random.Generator, n: int) -> Arrays:
    """Terms of both signs whose sum is about 1e-4 of their magnitudes."""
    return {"y": np.zeros(n, np.float32), "f": rng.normal(0, 100.0, n).astype(np.float32)}


def spread(rng: np.random.Generator, n: int) -> Arrays:
    """Terms of both signs from 1e-18 to 1e18."""
    f = rng.choice([-1.0, 1.0], n) * 10.0 ** rng.uniform(-18, 18, n)
    return {"y": np.zeros(n, np.float32), "f": f.astype(np.float32)}


def with_weights(draw: Callable[[np.random.Generator, int], Arrays]) -> Callable[[np.random.Generator, int], Arrays]:
    def drawn(rng: np.random.Generator, n: int) -> Arrays:
        weights = np.where(rng.random(n) < 0.1, 0.0, rng.lognormal(0.0, 3.0, n))
        return {**draw(rng, n), "sample_weight": weights.astype(np.float32)}

    return drawn


binary = sl.get("binary_cross_entropy_with_logits")
linear = sl.Loss("signed_terms", f - y)
scaled = sl.Loss("scaled_square", slope * (f - y) ** 2 / 2)

SETTINGS = (
    Setting("squared error, offset 1000", sl.get("squared_error"), offsets, limit=LIMIT_OF_FLOAT32),
    Setting(
        "squared error, weights 0 to 1e5", sl.get("squared_error"), with_weights(offsets), None, True, LIMIT_OF_FLOAT32
    ),
    Setting("binary cross-entropy, logits to ±60", binary, logits, limit=LIMIT_OF_EXPONENTIALS),
    Setting("binary cross-entropy, weighted", binary, with_weights(logits), None, True, LIMIT_OF_EXPONENTIALS),
    Setting("f - y, both signs", linear, signed),
    Setting("f - y, both signs, 36 decades", linear, spread),
    Setting("f - y, both signs, weighted", linear, with_weights(signed), None, True),
    Setting("d/d slope of slope*(f - y)**2/2", scaled, offsets, "slope", limit=LIMIT_OF_FLOAT32),
)


def main() -> None:
    samples = int(float(sys.argv[1])) if len(sys.argv) > 1 else 10**8
    print("# Sums and means over many samples\n")
    print(f"`python tests/campaigns/accumulation.py {samples}`, {platform.machine()}, NumPy {np.__version__}.\n")
    print("Errors are in ulps of the float64 result times sum|x| / |sum x|, 2^-29 of those of float32; the limit is 2,")
    print(f"{LIMIT_OF_EXPONENTIALS:.0f} for exponentials, {LIMIT_OF_FLOAT32:.0f} for terms in float32.")
    print('"Same bits" compares', *THREADS, "threads.\n")
    columns = ("what is summed", "samples", "sum abs(x) / abs(sum x)", "error of the sum", "error of the mean")
    print(f"| {' | '.join((*columns, 'same bits', 's per sum'))} |")
    print("|---|---|---|---|---|---|---|")
    failed = False
    for setting in SETTINGS:
        found = measured(setting, samples)
        failed |= max(found["sum"], found["mean"]) > setting.limit or not found["same"]
        print(
            f"| {setting.title} | {samples:.0e} | {found['condition']:.3g} | {found['sum']:.3g} | {found['mean']:.3g} "
            f"| {'yes' if found['same'] else 'NO'} | {found['seconds']:.2f} |",
            flush=True,
        )
    sys.exit(failed)


if __name__ == "__main__":
    main()
