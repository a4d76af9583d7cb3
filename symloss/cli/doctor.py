"""``symloss doctor``: whether this machine can compile and keep kernels."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import llvmlite.binding
import sympy as sp
import typer

import symloss
from symloss.cli.cache import cached_files, readable
from symloss.cli.output import AsJson, print_json
from symloss.compile.store import cache_directory
from symloss.declare.roles import prediction, target
from symloss.loss import Loss
from symloss.options import cache_directory_override, default_threads

LIBRARIES = ("sympy", "numba", "llvmlite", "numpy", "scipy", "mpmath", "pyarrow")
VECTOR_FEATURES = ("sse4.2", "avx", "avx2", "fma", "avx512f", "neon", "sve")


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    what: str
    ok: bool
    detail: str


def command(as_json: AsJson = False) -> None:
    """Check versions, processor, cache folder and the compiler; the exit status says whether all is well."""
    findings = [_checked(what, check) for what, check in CHECKS.items()]
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            print(f"{'ok' if finding.ok else 'FAILED':<8}{finding.what:<10}{finding.detail}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def _checked(what: str, check: Callable[[], str]) -> Finding:
    # A doctor reports whatever goes wrong, and goes on to the next check.
    try:
        return Finding(what, True, check())
    except Exception as error:
        return Finding(what, False, f"{type(error).__name__}: {error}")


def _versions() -> str:
    libraries = (f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES)
    return f"symloss {symloss.__version__}, Python {platform.python_version()}, {', '.join(libraries)}"


def _processor() -> str:
    there = llvmlite.binding.get_host_cpu_features()
    vectors = [name for name in VECTOR_FEATURES if there.get(name)]
    return f"{platform.machine()} {llvmlite.binding.get_host_cpu_name()}: {' '.join(vectors) or 'no vector unit known'}"


def _threads() -> str:
    chosen = default_threads()
    return f"{os.cpu_count()} cores" + (f", SYMLOSS_NUM_THREADS={chosen}" if chosen else "")


def _cache() -> str:
    folder = cache_directory()
    with tempfile.TemporaryFile(dir=folder):
        pass
    files = cached_files(folder)
    origin = " (SYMLOSS_CACHE_DIR)" if cache_directory_override() else ""
    return f"{folder}{origin}: writable, {len(files)} files, {readable(sum(f.stat().st_size for f in files))}"


def _compiler() -> str:
    y, f = target("y"), prediction("f")
    loss = Loss("symloss_doctor", sp.log(1 + sp.exp(f)) - y * f)
    start = time.perf_counter()
    value, gradient = loss.value_and_gradient([0.0, 1.0], [800.0, 800.0])
    seconds = time.perf_counter() - start
    if list(value) != [800.0, 0.0] or list(gradient) != [1.0, 0.0]:
        raise ArithmeticError(f"log(1 + exp(f)) - y*f at f = 800 gave {value} with gradient {gradient}")
    return f"a kernel compiled (or came from the cache) and gave the right numbers in {seconds:.2f} s"


CHECKS: dict[str, Callable[[], str]] = {
    "versions": _versions,
    "processor": _processor,
    "threads": _threads,
    "cache": _cache,
    "compiler": _compiler,
}
