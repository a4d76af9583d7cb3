"""Processes that measure: pinned to cores, with their thread pools set before any library is imported."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
_POOLS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "SYMLOSS_NUM_THREADS")


def cores(threads: int, first: int = 0) -> list[int]:
    """The cores to pin to: the last ones, since the first serves most interrupts; ``first`` shifts them."""
    there = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return [there[-1 - (n + first) % len(there)] for n in range(min(threads, len(there)))]


def environment(threads: int) -> dict[str, str]:
    """The variables that libraries read when they make their thread pools."""
    count = str(threads)
    xla = f"--xla_cpu_multi_thread_eigen={'true' if threads > 1 else 'false'} intra_op_parallelism_threads={count}"
    pools = dict.fromkeys(_POOLS, count)
    return {**os.environ, **pools, "XLA_FLAGS": xla, "JAX_PLATFORMS": "cpu", "PYTHONPATH": str(ROOT)}


def pinned(threads: int, first: int = 0) -> Callable[[], None]:
    """What a new process calls to bind itself to its cores, where the system can."""
    chosen = cores(threads, first)

    def bind() -> None:
        if chosen:
            os.sched_setaffinity(0, chosen)

    return bind


def lines(arguments: Sequence[str], threads: int, first: int = 0) -> Iterator[str]:
    """The lines that ``python arguments`` prints, as they come; a RuntimeError with its last words if it fails."""
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=ROOT,
            env=environment(threads),
            preexec_fn=pinned(threads, first),
        )
        assert process.stdout is not None
        with process:
            yield from process.stdout
        if process.returncode:
            errors.seek(0)
            raise RuntimeError(f"status {process.returncode}: {errors.read()[-300:].strip()}")
