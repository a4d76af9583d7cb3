"""Every stage of some losses as text, compared with what is stored; ``pytest --update-golden`` writes it anew.

Read a change of these files as the change of what symloss makes of a declaration.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import symloss as sl
from symloss.declare.roles import role_symbol
from symloss.lower.ir import Variant
from symloss.lower.show import show
from symloss.pipeline import Request
from symloss.stabilise.stabilise import stable_form

HERE = Path(__file__).parent
LOSSES = (
    "squared_error",
    "huber",
    "poisson",
    "binary_cross_entropy_with_logits",
    "softmax_cross_entropy",
    "sparse_softmax_cross_entropy",
    "dice",
    "normal",
)


def _names(loss: sl.Loss) -> tuple[str, ...]:
    return tuple(role_symbol(p).name for p in loss.declaration.predictions)


def _requests(loss: sl.Loss) -> tuple[Request, ...]:
    return (Request("value"), *(Request("gradient", (name,)) for name in _names(loss)))


def _lines(loss: sl.Loss, kind: str) -> str:
    return "\n".join(f"{name}: {loss.pipeline.expression(kind, name)[0]}" for name in _names(loss))


def _stable(loss: sl.Loss) -> str:
    pairs = [("value", loss.expression)]
    pairs += [
        (f"{kind} {name}", loss.pipeline.expression(kind, name)[0])
        for kind in ("gradient", "hessian")
        for name in _names(loss)
    ]
    return "\n".join(f"{what}: {stable_form(e)}" for what, e in pairs)


STAGES: dict[str, Callable[[sl.Loss], str]] = {
    "declared": lambda loss: repr(loss.declaration),
    "heads": lambda loss: str(loss.expression),
    "gradient": lambda loss: _lines(loss, "gradient"),
    "hessian": lambda loss: _lines(loss, "hessian"),
    "hvp": lambda loss: _lines(loss, "hvp"),
    "stable": _stable,
    "nest": lambda loss: show(loss.pipeline.nest(_requests(loss), Variant())),
    "source": lambda loss: loss.source("value_and_gradient"),
}


def text(loss: str, stage: str) -> str:
    return STAGES[stage](sl.get(loss)).rstrip() + "\n"


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("loss", LOSSES)
def test_stage(loss: str, stage: str, request: pytest.FixtureRequest) -> None:
    path = HERE / loss / f"{stage}.txt"
    made = text(loss, stage)
    if request.config.getoption("--update-golden"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(made, encoding="utf-8")
    assert path.is_file(), f"{path} is missing; write it with pytest --update-golden"
    assert made == path.read_text(encoding="utf-8"), f"{path} differs; if that is meant, pytest --update-golden"


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_stages_do_not_depend_on_the_hash_seed(seed: str) -> None:
    """SymPy's sets have no stable order; what is printed must."""
    script = (
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        "from tests.golden.test_golden import LOSSES, STAGES, text, HERE\n"
        "different = [(l, s) for l in LOSSES for s in STAGES if text(l, s) != (HERE / l / f'{s}.txt').read_text()]\n"
        "print(different); sys.exit(bool(different))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    root = HERE.parents[1]
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False, cwd=root
    )
    assert done.returncode == 0, done.stdout + done.stderr
