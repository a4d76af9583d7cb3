"""Measure the kernels and the peers, and write docs/accuracy.md.

python docs/make_accuracy.py           everything (minutes)
python docs/make_accuracy.py --quick   a tenth of the points, to standard output
python docs/make_accuracy.py --cells   the ninety cells alone, those that fail with the worst input
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "docs"))

from comparison.cells import Comparison, comparisons  # noqa: E402
from comparison.peers import installed  # noqa: E402

BOUND = {
    "float64": {"value": 5.0, "gradient": 6.0, "hessian": 8.0},
    "float32": dict.fromkeys(("value", "gradient", "hessian"), 4.0),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="a tenth of the points, to standard output")
    parser.add_argument("--cells", action="store_true", help="only the ninety cells; prints those that fail")
    options = parser.parse_args()
    found = comparisons(installed(), options.quick, lambda text: print(text, file=sys.stderr))
    if options.cells:
        print("\n".join(failures(found)))
    return 0


def failures(found: list[Comparison]) -> list[str]:
    """One line per cell above its bound or worse than a peer."""
    lines = []
    for cell in found:
        bound = BOUND[cell.dtype][cell.order]
        why = [*(["above the bound"] if cell.ours.worst > bound else []), *cell.worse_in]
        if why or cell.ours.not_finite or cell.ours.no_digit:
            best = cell.best
            ours = f"{cell.ours} (p99 {cell.ours.p99:.3g}, max {cell.ours.worst:.4g} at x={cell.ours.where!r})"
            theirs = f"best peer {best.name} {best} (p99 {best.p99:.3g})"
            lines.append(f"{cell.loss} {cell.order} {cell.dtype}: {ours}; {theirs}: {', '.join(why)}")
    return [f"{len(lines)} of {len(found)} cells", *lines]


if __name__ == "__main__":
    sys.exit(main())
