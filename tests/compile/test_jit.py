"""How kernels are compiled: as one piece, with nothing that is not needed yet, and without compiling anything twice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np

from symloss.compile.store import load, write

HEADER = """
from __future__ import annotations
from numpy import uint64
from symloss.compile.jit import bits, device, fma, from_bits, kernel, later, routine, wide_vectors
"""

CALLS = """
@device
def half(x: float) -> float:
    return 0.5 * x

@routine
def first(values: Readable, place: int) -> float:
    return values[uint64(place)] if place >= 0 else 0.0

@routine
def put(values: Any, x: float) -> None:
    values[0] = x

@kernel("void(Array(float64, 1, 'C', readonly=True), float64[::1], int64)")
def run(x, y, i):
    put(y, first(x, i) + half(3))
    put(y, first(y, 0) + half(i))
"""

GUARDED = """
@kernel("void(float64[::1], int64[::1])")
def compute(x, status):
    status[0] = 0 if x[0] < 0.0 else -1

@later("void(float64[::1], int64[::1])")
def search(x, status):
    status[0] = 7

def run(x, status):
    compute(x, status)
    if status.item(0) == 0:
        search(x, status)
"""


def loaded(folder: Path, name: str, text: str) -> ModuleType:
    return load(write(folder, name, HEADER + text))


def cached(folder: Path) -> set[str]:
    """The functions of the folder that Numba has compiled."""
    return {path.name.split(".")[1].split("-")[0] for path in (folder / "__pycache__").glob("*.nbc")}


def test_annotations_say_the_types(tmp_path: Path) -> None:
    x, y = np.array([1.0, 2.0]), np.empty(1)
    x.flags.writeable = False
    loaded(tmp_path, "types", CALLS).run(x, y, 1)
    assert y[0] == 2.0 + 1.5 + 0.5


def test_a_kernel_is_one_piece_of_code(tmp_path: Path) -> None:
    (text,) = loaded(tmp_path, "piece", CALLS).run.inspect_llvm().values()
    defined = [line for line in text.splitlines() if line.startswith("define")]
    assert defined
    assert not [line for line in defined for name in ("half", "first", "put") if f"{name}B" in line]


def test_a_search_is_compiled_when_a_guard_fails(tmp_path: Path) -> None:
    module = loaded(tmp_path, "guarded", GUARDED)
    status = np.zeros(2, dtype=np.int64)
    module.run(np.array([1.0]), status)
    assert status[0] == -1
    assert cached(tmp_path) == {"compute"}
    module.run(np.array([-1.0]), status)
    assert status[0] == 7
    assert cached(tmp_path) == {"compute", "search"}


def test_a_compiled_kernel_loads_without_the_compiler(tmp_path: Path) -> None:
    path = write(tmp_path, "warm", HEADER + CALLS)
    code = (
        "import sys; from pathlib import Path; from symloss.compile.store import load;"
        f"run = load(Path({str(path)!r})).run; import numpy; y = numpy.empty(1); run(numpy.array([4.0]), y, 0);"
        "assert y[0] == 5.5, y; print('numba.np.arraymath' in sys.modules)"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(2)]
    assert [run.stdout.strip() for run in runs] == ["True", "False"]
