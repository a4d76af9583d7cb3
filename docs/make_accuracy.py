"""Measure the kernels and the peers, and write docs/accuracy.md.

python docs/make_accuracy.py           everything (minutes; exact results are kept in the cache folder)
python docs/make_accuracy.py --quick   a tenth of the points, to standard output
python docs/make_accuracy.py --cells   the ninety cells alone, those that fail with the worst input
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]

from comparison.catalogue import cells_as_text  # noqa: E402
from comparison.cells import Comparison, comparisons  # noqa: E402
from comparison.peers import installed  # noqa: E402
from comparison.report import report  # noqa: E402

from symloss.audit.points import STANDARD  # noqa: E402

PAGE = ROOT / "docs" / "accuracy.md"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="a tenth of the points, to standard output")
    parser.add_argument("--cells", action="store_true", help="only the ninety cells; prints those that fail")
    parser.add_argument("--loss", help="the cells of one loss, as JSON to standard output")
    parser.add_argument("--count", type=int, default=STANDARD, help="samples of that loss")
    options = parser.parse_args()
    if options.loss:
        print(cells_as_text(options.loss, options.count))
        return 0
    found = comparisons(installed(), options.quick, log)
    if options.cells:
        print("\n".join(failures(found)))
        return 0
    text = report(found, options.quick, log)
    if options.quick:
        print(text, end="")
    else:
        PAGE.write_text(text, encoding="utf-8")
    return 0


def log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def failures(found: list[Comparison]) -> list[str]:
    """One line per cell that breaks a bound or is worse than a peer."""
    lines = []
    for cell in found:
        if cell.cell.passes and not cell.gap:
            continue
        ours = f"{cell.ours} (p99 {cell.ours.p99:.3g}, max {cell.ours.worst:.4g} at x={cell.ours.where!r})"
        theirs = f"best peer {cell.best.name} {cell.best} (p99 {cell.best.p99:.3g})"
        why = [*([] if cell.cell.passes else [f"over its bound {cell.cell.bound:g}"]), *cell.worse_in]
        lines.append(f"- {cell.loss} {cell.order} {cell.dtype}: {ours}; {theirs}: {', '.join(why)}")
        if not cell.cell.passes:
            lines += [
                f"  - {e.why} ({e.error:.3g} ulp): {e.got!r} for {e.exact}, {e.sample}"
                for e in cell.cell.examples
                if e.why != "worst"
            ]
    return [f"{sum(line.startswith('-') for line in lines)} of {len(found)} cells", *lines]


if __name__ == "__main__":
    sys.exit(main())
