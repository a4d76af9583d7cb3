"""Losses of similarities and of embeddings."""

from __future__ import annotations

from typing import Any

from mpmath import exp, fsum, log


def info_nce(n: Any) -> Any:
    rows = [[s / n.temperature for s in row] for row in n.s]
    return fsum(log(fsum(map(exp, row))) - row[i] for i, row in enumerate(rows)) / len(rows)


FORMULAS = {"info_nce": info_nce}
