"""The text of a kernel: complete, legible, free of clashes, and vectorised."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from symloss.compile.emit import emit
from symloss.compile.store import load, write
from symloss.lower.ir import Variant
from symloss.lower.nest import lower
from symloss.stabilise.graph import Argument, Output, Stable
from tests.lower.examples import EXAMPLES, Example, apply, element, row, scalar
from tests.lower.running import compiled

CLASHES = ("exp", "math", "for", "rows", "weight", "scale", "status", "row", "value", "uint64", "θ'")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.name)
def test_text_is_python(example: Example) -> None:
    text = emit(lower(example.stable, Variant()))
    compile(text, example.name, "exec")
    assert text.count("@kernel(") == 1
    assert "PARAMETERS = (" in text


def test_parameters_read_back(tmp_path: Path) -> None:
    nest = lower(scalar().stable, Variant())
    assert nest.parameters == load(write(tmp_path, "parameters", emit(nest))).PARAMETERS


def test_names_that_mean_something_else() -> None:
    """Arguments may be called anything; outputs may be called like arguments."""
    arguments = tuple(Argument(name, "data") for name in CLASHES)
    node = element("exp")
    for name in CLASHES[1:]:
        node = apply("add", apply("exp", node), element(name))
    stable = Stable("clashes", (), arguments, (Output("value", (), node),))
    data = {name: [0.0] for name in CLASHES}
    written = compiled(stable, Variant(weighted=False), rows=1, sizes={}, data=data)
    (value,) = [array for name, array in written.items() if name.startswith("value")]
    assert value[0] == float("inf")


def test_text_does_not_depend_on_the_hash_seed() -> None:
    code = (
        "from tests.lower.examples import EXAMPLES; from symloss.lower.nest import lower;"
        "from symloss.lower.ir import Variant; from symloss.compile.emit import emit; import sys;"
        "sys.stdout.write(''.join(emit(lower(e.stable, Variant(weighted=True))) for e in EXAMPLES))"
    )

    def text(seed: str) -> str:
        environment = {"PYTHONHASHSEED": seed}
        return subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
        ).stdout

    assert text("1") == text("2")


def assembly(example: Example, folder: Path, **variant: Any) -> str:
    # Under a name of its own: Numba shows no assembly of what comes from its cache.
    stable = replace(example.stable, name="assembly")
    module = load(write(folder, "assembly", emit(lower(stable, Variant(**variant)))))
    return "".join(getattr(module, "compute", module.run).inspect_asm().values())


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_guarded_scalar_loop_is_vectorised(tmp_path: Path, dtype: Any) -> None:
    text = assembly(scalar(reduced=True), tmp_path, dtype=dtype, weighted=True)
    assert re.search(r"\bv?mulpd\b|\bfmul\tv\d+\.2d", text)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("reduced", [False, True])
def test_results_of_large_arrays_are_streamed_in_vectors(tmp_path: Path, reduced: bool, dtype: Any) -> None:
    stable = replace(scalar(reduced=reduced).stable, name="streamed")
    text = emit(lower(stable, Variant(dtype=dtype))).replace("@later", "@kernel")
    module = load(write(tmp_path, "streamed", text))
    (made,) = (getattr(module, "compute_streamed", None) or module.run_streamed).inspect_asm().values()
    assert re.search(r"\bv?movntp[sd]\b|\bstnp\b", made)
    assert not re.search(r"\bmovnt|\bv?movnt", assembly(scalar(reduced=reduced), tmp_path, dtype=dtype))


def test_exponentials_of_a_row_are_vectorised(tmp_path: Path) -> None:
    assert len(re.findall(r"\bv?mulpd\b|\bfmul\tv\d+\.2d", assembly(row(50), tmp_path))) > 3
