"""What the machine lets a kernel have: vector instructions and bytes per element, against the time that is measured.

Where a peer is ahead this says why: a float32 kernel computes in eight lanes of float64, to be right to the last bit
of a float32, and a framework in sixteen of float32.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.child import Record
from benchmarks.contender import ours
from benchmarks.losses import loss_named
from benchmarks.report import Table
from benchmarks.rows import ROWS, Row
from symloss.audit.timing import alone
from symloss.compile import store
from symloss.loss.plans import requested
from symloss.lower.ir import Variant

THREADS = 1
#: Samples whose arrays fit the second-level cache together.
CACHED = 16_000
#: 512-bit arithmetic instructions that the widest cores of today finish in a cycle.
A_CYCLE = 2.0

_RESULTS = {
    "value and gradient": "value_and_gradient",
    "gradient and Hessian": "gradient_and_hessian",
    "gradient and Hessian matrix": "gradient_and_hessian_matrix",
}
_STORE = re.compile(r"^v\w*mov\w*\s+%([xyz])mm\d+, .*\(")
_MOVES = ("vmov", "vbroadcast", "vpbroadcast", "kmov", "mov", "cmp", "add", "sub", "j", "lea", "test")
_BYTES = {"x": 16, "y": 32, "z": 64}


@dataclass(frozen=True)
class Loop:
    """The instructions of an innermost loop."""

    instructions: tuple[str, ...]

    @property
    def arithmetic(self) -> int:
        """Those that compute on vectors; loads that an instruction does besides are in it."""
        return sum("mm" in i and not i.startswith(_MOVES) for i in self.instructions)

    @property
    def conversions(self) -> int:
        """Those between float32 and float64."""
        return sum(i.startswith(("vcvtps2pd", "vcvtpd2ps")) for i in self.instructions)

    @property
    def stored(self) -> int:
        """Bytes that one iteration writes."""
        stores = (_STORE.match(i) for i in self.instructions if "rsp)" not in i)
        return sum(_BYTES[found[1]] for found in stores if found)


def loops(assembly: str) -> list[Loop]:
    """The innermost loops, the one with most arithmetic first."""
    lines = assembly.splitlines()
    labels = {found[1]: n for n, line in enumerate(lines) if (found := re.match(r"(\.L\w+):", line))}
    spans = []
    for n, line in enumerate(lines):
        found = re.match(r"\s+j\w+\s+(\.L\w+)", line)
        if found and labels.get(found[1], n) < n:
            spans.append((labels[found[1]], n))
    inner = [s for s in spans if not any(s[0] <= o[0] and o[1] <= s[1] and o != s for o in spans)]
    made = [Loop(tuple(x.strip() for x in lines[a : b + 1] if x.startswith("\t") and x[1] != ".")) for a, b in inner]
    return sorted(made, key=lambda loop: -loop.arithmetic)


def assembly(row: Row, dtype: Any) -> str:
    """The assembly of the kernel, compiled anew: Numba shows none of what is in its cache."""
    loss = loss_named(row.loss)
    requests, _ = requested(loss.outline, _RESULTS[row.task], None)
    text = loss.pipeline.source(requests, Variant(dtype))
    with TemporaryDirectory() as folder:
        module: Any = store.load(store.write(Path(folder), "floor", text))
        function = getattr(module, "compute", module.run)
        (found,) = function.inspect_asm().values()
    return str(found)


def clock() -> float:
    """Cycles a nanosecond as the system says, 0 where it does not."""
    text = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    return max(map(float, re.findall(r"cpu MHz\s*:\s*([\d.]+)", text)), default=0.0) / 1000


def bandwidth() -> float:
    """Bytes a nanosecond of `np.add` over arrays of a million float64: two read, one read and written."""
    a, b, c = (np.ones(1_000_000) for _ in range(3))
    return 32e6 / (1e9 * alone(lambda: np.add(a, b, out=c), 0.2))


def work(quick: bool) -> Iterator[Record]:
    """Scalar losses, whose kernels are one loop."""
    seconds = 0.1 if quick else 0.4
    rate, ghz = bandwidth(), clock()
    for row in (r for r in ROWS if len(r.shape) == 1):
        for dtype in ("float64", "float32"):
            yield _record(row, dtype, seconds, rate, ghz)


def _record(row: Row, dtype: str, seconds: float, rate: float, ghz: float) -> Record:
    loop, size = loops(assembly(row, dtype))[0], np.dtype(dtype).itemsize
    inputs = row.inputs(dtype)
    results = {"value and gradient": 2, "gradient and Hessian": 2}.get(row.task, 6)
    elements = loop.stored / (results * size)
    measured = {}
    for name, n in (("cached", CACHED), ("long", len(inputs[0]))):
        contender = ours(replace(row, shape=(n,)), [a[:n].copy() for a in inputs], 1, summed=False)
        measured[name] = 1e9 * alone(contender.run, seconds) / n
    return {
        "row": row.name, "dtype": dtype, "elements": elements, "instructions": len(loop.instructions),
        "arithmetic": loop.arithmetic, "conversions": loop.conversions, "rate": rate, "ghz": ghz,
        "bytes": size * (len(inputs) + 2 * results), **measured,
    }  # fmt: skip


def tables(records: Sequence[Record]) -> list[Table]:
    """Instructions and bytes beside nanoseconds."""
    first = records[0]
    return [
        Table(
            "Floor: what the instructions and the bytes of a kernel cost",
            "Kernels of scalar losses, per sample and one thread. Of the innermost loop: vector instructions that "
            "compute (conversions between float32 and float64 apart), and their time at "
            f"{A_CYCLE:g} a cycle and {first['ghz']:.2f} GHz, which is what the system says. Bytes: arguments read, "
            f"results read into the cache and written, and their time at the {first['rate']:.0f} GB/s of np.add. "
            f"Measured: {CACHED:,} samples, and 1,000,000.",
            ("work", "dtype", "computing", "converting", "ns at that", "bytes", "ns at that", "ns cached", "ns"),
            list(map(_line, records)),
        )
    ]


def _line(r: Record) -> tuple[str, ...]:
    computing, converting = r["arithmetic"] - r["conversions"], r["conversions"]
    per_sample = [n / r["elements"] for n in (computing, converting, r["arithmetic"])]
    at_best = per_sample[2] / A_CYCLE / r["ghz"] if r["ghz"] else float("nan")
    return (
        r["row"], r["dtype"], f"{per_sample[0]:.2f}", f"{per_sample[1]:.2f}", f"{at_best:.2f}",
        f"{r['bytes']}", f"{r['bytes'] / r['rate']:.2f}", f"{r['cached']:.2f}", f"{r['long']:.2f}",
    )  # fmt: skip
