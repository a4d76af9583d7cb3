"""The table of ratios: every row against every peer, one process per peer and number of threads."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import Any

from benchmarks.peers import MODULES
from benchmarks.processes import lines
from benchmarks.report import Progress, Table
from benchmarks.rows import Row, chosen
from benchmarks.worker import Job

Cell = dict[str, Any]
HEADINGS = {
    "torch": "PyTorch",
    "torch.compile": "torch.compile",
    "jax": "JAX",
    "sklearn": "scikit-learn",
    "numpy": "NumPy",
    "limit": "passes",
}
TITLE = "Ratios: our time / theirs"
INTRODUCTION = """\
Below 1 we are faster. Each ratio is the median over runs in turn, in one process per peer, on the same arrays, pinned
to as many cores as threads. "ours" is value per sample with its derivatives, written into arrays made beforehand; where
a framework's value is a sum (PyTorch, JAX), ours is run as a sum against it. scikit-learn writes into given arrays too;
PyTorch, JAX and NumPy allocate theirs. "passes" is our time over one pass of np.exp over the predictions (np.add for
losses without an exponential; an exponential per pair for approx_ndcg), threaded as we are. ✗ marks a faster peer."""


@dataclass(frozen=True)
class Choice:
    """What was asked for on the command line."""

    rows: tuple[str, ...] = ()
    peers: tuple[str, ...] = tuple(MODULES)
    threads: tuple[int, ...] = (1, 2)
    dtypes: tuple[str, ...] = ("float64", "float32")
    samples: int | None = None
    seconds: float = 0.2
    allocate: bool = False
    quick: bool = False

    def jobs(self) -> list[Job]:
        """One job per process."""
        return [
            Job(peer, threads, self.dtypes, self.rows, self.samples, self.seconds, self.allocate, quick=self.quick)
            for threads in self.threads
            for peer in self.peers
        ]

    @property
    def cells_per_job(self) -> int:
        return len(chosen(self.rows)) * len(self.dtypes)


def measure(choice: Choice, progress: Progress) -> list[Cell]:
    """Run every job, one after the other."""
    jobs = choice.jobs()
    progress.start("rows", len(jobs) * choice.cells_per_job)
    return [cell for job in jobs for cell in _cells(job, progress.step)]


def prepare(choice: Choice, progress: Progress) -> list[Cell]:
    """Compile everything, two processes at a time, so that a measured run finds it in the caches."""
    # The limits' process makes kernels per sample, the compiled peer's makes its own and our sums.
    first = [Job("limit", 1, choice.dtypes, choice.rows, choice.samples, prepare=True)]
    second = [
        Job("torch.compile", threads, choice.dtypes, choice.rows, choice.samples, prepare=True)
        for threads in choice.threads
        if "torch.compile" in choice.peers
    ]
    progress.start("compiling", (len(first) + len(second)) * choice.cells_per_job)
    with ThreadPoolExecutor(2) as pool:
        made = pool.map(lambda job: list(_cells(job, progress.step, first=job.peer == "limit")), [*first, *second])
        return [cell for cells in made for cell in cells]


def _cells(job: Job, step: Callable[[str], None], *, first: bool = False) -> Iterable[Cell]:
    """The records of one job; rows that its process did not live to measure are skipped with its last words."""
    expected = [(row.name, dtype) for row in chosen(job.rows) for dtype in job.dtypes]
    try:
        for line in lines(["-m", "benchmarks.worker", json.dumps(asdict(job))], job.threads, int(first)):
            if line.startswith("{"):
                cell = json.loads(line)
                expected.remove((cell["row"], cell["dtype"]))
                step(f"{job.peer}, {cell['row']}")
                yield cell
    except RuntimeError as error:
        for row, dtype in expected:
            step(job.peer)
            yield {"row": row, "dtype": dtype, "threads": job.threads, "peer": job.peer, "pair": None} | {
                "skipped": str(error)
            }


# --- the table ----------------------------------------------------------------------------------------


def table(choice: Choice, cells: Sequence[Cell]) -> Table:
    """One line per row, dtype and number of threads; the verdict below it."""
    found = {(c["row"], c["dtype"], c["threads"], c["peer"]): c for c in cells}
    lines: list[list[str]] = []
    for row in chosen(choice.rows, choice.samples, choice.quick):
        for dtype in choice.dtypes:
            for threads in choice.threads:
                of_line = {peer: found[row.name, dtype, threads, peer] for peer in choice.peers}
                lines.append([row.name, row.size, dtype, str(threads), _ours(of_line), *map(_shown, of_line.values())])
    columns = ["work", "size", "dtype", "threads", "ours, ms", *(HEADINGS[peer] for peer in choice.peers)]
    return Table(TITLE, INTRODUCTION, columns, lines, [*_tasks(choice), *verdict(cells), *skipped(cells)])


def _ours(of_line: dict[str, Cell]) -> str:
    """Our time where it was measured per sample, else as a sum."""
    timed = sorted((c for c in of_line.values() if c["pair"]), key=lambda c: c["summed"])
    return f"{1e3 * timed[0]['pair']['ours']:.3g}" if timed else "–"


def _shown(cell: Cell) -> str:
    if not cell["pair"]:
        return "–"
    ratio = cell["pair"]["ratio"]
    return f"{ratio:.2f}" + (" ✗" if _wins(cell) else "")


def _wins(cell: Cell) -> bool:
    """Whether a peer is faster; a limit is not a peer."""
    return bool(cell["pair"]) and cell["peer"] != "limit" and cell["pair"]["ratio"] > 1


def verdict(cells: Iterable[Cell]) -> list[str]:
    """How many lines are won, and every cell where a peer wins."""
    by_line: dict[tuple[str, str, int], list[Cell]] = {}
    for cell in cells:
        if cell["pair"] and cell["peer"] != "limit":
            by_line.setdefault((cell["row"], cell["dtype"], cell["threads"]), []).append(cell)
    if not by_line:
        return []
    won = sum(not any(map(_wins, line)) for line in by_line.values())
    half = sum(all(c["pair"]["ratio"] <= 0.5 for c in line) for line in by_line.values())
    counts = f"{len(by_line)} lines: faster than every peer in {won}, at most half the best peer's time in {half}."
    lost = sorted((line for line in by_line.values() if any(map(_wins, line))), key=_worst, reverse=True)
    return [counts, *(_defeat([cell for cell in line if _wins(cell)]) for line in lost)]


def _worst(line: list[Cell]) -> float:
    return max(float(cell["pair"]["ratio"]) for cell in line)


def _defeat(winners: list[Cell]) -> str:
    """A line of the table where peers win, with the quartiles of the ratios."""
    first = winners[0]
    said = (
        f"{HEADINGS[c['peer']]} {1e3 * p['theirs']:.3g} ms against {1e3 * p['ours']:.3g} "
        f"(ratio {p['ratio']:.2f}, quartiles {p['low']:.2f} to {p['high']:.2f})"
        for c, p in sorted(((c, c["pair"]) for c in winners), key=lambda both: -both[1]["ratio"])
    )
    return f"✗ {first['row']}, {first['dtype']}, {first['threads']} thread(s): {'; '.join(said)}"


def _tasks(choice: Choice) -> list[str]:
    """Which rows give something else than value and gradient."""
    others: list[Row] = [r for r in chosen(choice.rows) if r.task != "value and gradient"]
    return [f"{row.name}: {row.task}." for row in others]


def skipped(cells: Iterable[Cell]) -> list[str]:
    """Reasons for cells without a number, each with the cells it stands for."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for cell in cells:
        if cell["skipped"]:
            names = reasons.setdefault((cell["peer"], cell["skipped"]), [])
            names += [cell["row"]] if cell["row"] not in names else []
    return [f"No number from {HEADINGS[peer]}, {why}: {', '.join(rows)}" for (peer, why), rows in reasons.items()]


def quick(choice: Choice) -> Choice:
    """The same with one thread and few repeats."""
    return replace(choice, threads=choice.threads[:1], seconds=0.05, quick=True)
