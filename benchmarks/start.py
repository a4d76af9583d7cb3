"""What starting costs: importing, the first gradient with a warm cache, a new loss with a cold one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any

from benchmarks.child import Record
from benchmarks.report import Table

THREADS = 1
_CLOCK = "import time; start = time.perf_counter()\n"
_SAY = (
    "\nimport json, sys; print(json.dumps({'seconds': time.perf_counter() - start, 'sympy': 'sympy' in sys.modules}))"
)

IMPORTS = {
    "import symloss": ("import symloss", "import numpy, sympy"),
    "import symloss; symloss.names()": ("import symloss; symloss.names()", "import numpy, sympy"),
}
_FIRST = """
import numpy as np, symloss as sl
y, z = np.zeros(32{integer}), np.zeros({shape})
sl.get("{name}").gradient(y, z)
"""
WARM = {
    name: _FIRST.format(name=name, integer=", int" if axes else "", shape="(32, 10)" if axes else "32")
    for name, axes in (
        ("binary_cross_entropy_with_logits", 0),
        ("huber", 0),
        ("poisson", 0),
        ("sparse_softmax_cross_entropy", 1),
    )
}

#: With everything imported; the parts are where the time goes.
_COLD = """
import importlib, json, pkgutil, time
import numpy as np, numba, sympy as sp
import symloss, symloss as sl
for module in pkgutil.walk_packages(symloss.__path__, "symloss."):
    if not module.name.endswith("__main__") and ".registry" not in module.name:
        importlib.import_module(module.name)
from symloss.compile import store
from symloss.pipeline import Pipeline
parts = {}
def timed(owner, name, said):
    inner = getattr(owner, name)
    def outer(*arguments, **named):
        start = time.perf_counter()
        try:
            return inner(*arguments, **named)
        finally:
            parts[said] = parts.get(said, 0.0) + time.perf_counter() - start
    setattr(owner, name, outer)
timed(store, "load", "compile")
timed(Pipeline, "source", "source")
BEFORE
parts.clear()
start = time.perf_counter()
LOSS
parts["declare"] = time.perf_counter() - start
loss.gradient(*inputs)
print(json.dumps({"seconds": time.perf_counter() - start, **parts}))
"""
_BINARY = """
y, f = sl.target("y", domain=sl.Unit), sl.prediction("f")
p = 1 / (1 + sp.exp(-f))
loss = sl.Loss("my_binary", -(y*sp.log(p) + (1 - y)*sp.log(1 - p)))
inputs = np.zeros(32), np.zeros(32)
"""
_SOFTMAX = """
K = sl.axis("K"); j, k = K.indices("j k")
z, t = sl.prediction("z", K), sl.target("t", K, domain=sl.Simplex(K))
loss = sl.Loss("my_softmax", -sp.Sum(t[k]*sp.log(sp.exp(z[k])/sp.Sum(sp.exp(z[j]), j)), k))
inputs = np.full((32, 4), 0.25), np.zeros((32, 4))
"""
_ANOTHER = """
a, b = sl.target("a"), sl.prediction("b")
sl.Loss("another", sp.cosh(b - a)).gradient(np.zeros(32), np.zeros(32))
"""
COLD = {
    "binary cross-entropy": (_BINARY, ""),
    "softmax cross-entropy": (_SOFTMAX, ""),
    "binary cross-entropy, after another loss": (_BINARY, _ANOTHER),
    "softmax cross-entropy, after another loss": (_SOFTMAX, _ANOTHER),
}


def work(quick: bool) -> Iterator[Record]:
    """Every program in processes of its own, in turn with what it is compared with."""
    repeats = 3 if quick else 7
    for said, (ours, theirs) in IMPORTS.items():
        yield _compared(said, "import", ours, theirs, repeats)
    for name, program in WARM.items():
        _run(_CLOCK + program + _SAY)  # fills the cache
        yield _compared(f"first gradient of {name}", "warm", program, "import numba", repeats)
    for said, (loss, before) in COLD.items():
        yield _cold(said, loss, before, 1 if quick else 3)


def _compared(said: str, kind: str, ours: str, theirs: str, repeats: int) -> Record:
    pairs = [(_run(_CLOCK + ours + _SAY), _run(_CLOCK + theirs + _SAY)) for _ in range(repeats + 1)][1:]
    mine, other = (median(pair[side]["seconds"] for pair in pairs) for side in (0, 1))
    ratio = median(a["seconds"] / b["seconds"] for a, b in pairs)
    more = median(a["seconds"] - b["seconds"] for a, b in pairs)
    return {
        "what": said, "kind": kind, "against": theirs, "ours": mine, "theirs": other,
        "ratio": ratio, "more": more, "sympy": pairs[0][0]["sympy"],
    }  # fmt: skip


def _cold(said: str, loss: str, before: str, repeats: int) -> Record:
    program = _COLD.replace("BEFORE", before.strip()).replace("LOSS", loss.strip())
    runs: list[dict[str, float]] = []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as folder:
            runs.append(_run(program, SYMLOSS_CACHE_DIR=folder))
    return {"what": said, "kind": "cold"} | {part: median(run.get(part, 0.0) for run in runs) for part in runs[0]}


def _run(program: str, **variables: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env={**os.environ, **variables}, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-500:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


# --- tables ---------------------------------------------------------------------------------------


def tables(records: Sequence[Record]) -> list[Table]:
    """Starting warm and cold."""
    warm = [r for r in records if r["kind"] != "cold"]
    cold = [r for r in records if r["kind"] == "cold"]
    return [
        Table(
            "Start: imports and a warm cache",
            "Seconds in new processes, without the interpreter's own start. Goals: half of numpy, sympy to import; "
            "first gradient at most 0.15 s more than import numba, without SymPy.",
            ("what", "ours, s", "against", "theirs, s", "ratio", "more, s", "imports SymPy"),
            [_line(r) for r in warm],
        ),
        Table(
            "Start: first gradient of a new loss, cold cache",
            "Seconds from the declaration on, with everything imported. Goals: 1.0 s for the binary, 2.0 s for the "
            'softmax cross-entropy. "source" is derive to text, "compile" is Numba and LLVM.',
            ("loss", "all, s", "declare, s", "source, s", "compile, s"),
            [
                (r["what"], *(f"{r.get(part, 0.0):.2f}" for part in ("seconds", "declare", "source", "compile")))
                for r in cold
            ],
        ),
    ]


def _line(r: Record) -> tuple[str, ...]:
    numbers = f"{r['theirs']:.3f}", f"{r['ratio']:.2f}", f"{r['more']:+.3f}"
    return r["what"], f"{r['ours']:.3f}", r["against"], *numbers, "yes" if r["sympy"] else "no"
