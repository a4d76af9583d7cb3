"""Divergences between a target and a prediction."""

from __future__ import annotations

from typing import Any

from mpmath import exp, fsum, log


def kl_divergence(n: Any) -> Any:
    total = log(fsum(map(exp, n.z)))
    return fsum(t * (log(t) - z + total) for t, z in zip(n.t, n.z, strict=True) if t)


FORMULAS = {"kl_divergence": kl_divergence}
