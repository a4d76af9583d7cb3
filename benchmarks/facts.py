"""Where and with what a run was made."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.processes import ROOT, cores

LIBRARIES = (
    "symloss", "numpy", "scipy", "sympy", "numba", "llvmlite", "torch", "jax", "jaxlib", "optax", "scikit-learn",
)  # fmt: skip


def facts(command: str) -> dict[str, Any]:
    """The machine, the versions and the command of this run; no names of hosts or folders."""
    return {
        "command": command,
        "date": datetime.date.today().isoformat(),
        "commit": _commit(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "pinned to": cores(os.cpu_count() or 1),
        "memory, GiB": _memory(),
        "load before": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        **{name: version for name in LIBRARIES if (version := _version(name))},
    }


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _commit() -> str:
    done = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def _processor() -> str:
    """The model's name and its widest vectors, where the system says so."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    said = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    vectors = [name for name in ("avx512f", "avx2", "avx") if name in said.get("flags", "").split()]
    return f"{said.get('model name', platform.machine())}, {vectors[0] if vectors else 'no AVX'}"


def _memory() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (ValueError, OSError):
        return None
