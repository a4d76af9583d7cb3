"""A call of a shipped loss in a process that finds its kernel in the cache: no SymPy, and the same bits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

# Numba imports a part of SciPy by itself; what is listed comes from symloss alone.
PROGRAM = """
import json, pickle, sys
import numpy as np
import symloss as sl

y, f = np.array([0.0, 1.0, 1.0]), np.array([0.3, -2.0, 5.0])
huber, sparse, normal = map(sl.get, ("huber", "sparse_softmax_cross_entropy", "normal"))
z = np.linspace(-3.0, 4.0, 12).reshape(3, 4)
results = {
    "value": huber.value(y, f, delta=0.5),
    "gradient": huber.gradient(y, f),
    "hessian": huber.hessian(y, f),
    "hvp": huber.hvp(y, f, f),
    "hessian_matrix": huber.hessian_matrix(y, f),
    "predict": huber.predict(f),
    "mean": huber(y, f, sample_weight=[1.0, 2.0, 3.0]),
    "row": sparse.gradient([0, 3, 1], z),
    "two": normal.gradient(y, f, f / 2),
}
texts = [repr(huber), huber.name, huber.kinks, huber.link, huber.family, *huber.aliases]
assert pickle.loads(pickle.dumps(sparse)) is sparse
unwanted = ("sympy", "mpmath", "scipy.optimize", "scipy.special", "scipy.stats", "symloss.pipeline")
imported = [name for name in unwanted if name in sys.modules]
print(json.dumps([{k: np.asarray(v).tobytes().hex() for k, v in results.items()}, texts, imported]))
"""

NEW_KERNEL = """
import sys
import symloss as sl
import numpy as np
loss = sl.get("huber")
assert "sympy" not in sys.modules
print(loss.gradient(np.float32([0, 1]), np.float32([0.5, 5])).tolist(), "sympy" in sys.modules)
"""


def run(program: str, cache: Path) -> str:
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "SYMLOSS_CACHE_DIR": str(cache), "PYTHONPATH": root}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def cold(cache: Path) -> Any:
    return json.loads(run(PROGRAM, cache))


def test_a_warm_process_imports_no_sympy_and_gives_the_same_bits(cold: Any, cache: Path) -> None:
    results, texts, imported = json.loads(run(PROGRAM, cache))
    assert imported == []
    assert "sympy" in cold[2]
    assert results == cold[0]
    assert texts == cold[1]


def test_a_kernel_that_is_not_in_the_cache_is_made(cold: Any, cache: Path) -> None:
    assert run(NEW_KERNEL, cache).split("\n")[0] == "[0.5, 1.0] True"
    assert run(NEW_KERNEL, cache).split("\n")[0] == "[0.5, 1.0] False"
