"""One process for one peer: prints a JSON line per row and dtype. Started by `benchmarks.ratios`."""

from __future__ import annotations

import importlib
import json
import sys
import warnings
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.contender import Cannot, Contender, Peer, disagreement, ours
from benchmarks.peers import MODULES
from benchmarks.rows import Row, chosen
from symloss.audit.timing import Pair, paired

#: Results of both sides, relative to the largest entry. float32 peers compute in float32; a loss summed over a million
#: samples in float32 is no better than this.
AGREEMENT = {"float64": 1e-9, "float32": 1e-4}
#: Threads of another pool may spin for this long (in seconds) after their work: libgomp's 300,000 pauses.
SETTLE = 0.02


@dataclass(frozen=True)
class Job:
    """What a worker is asked for, as JSON on its command line."""

    peer: str
    threads: int
    dtypes: tuple[str, ...]
    rows: tuple[str, ...] = ()
    samples: int | None = None
    seconds: float = 0.5
    allocate: bool = False
    prepare: bool = False
    quick: bool = False


@dataclass
class Record:
    """One cell of the table."""

    row: str
    dtype: str
    threads: int
    peer: str
    summed: bool = False
    pair: Pair | None = None
    difference: float | None = None
    skipped: str = ""
    version: str = field(default="", repr=False)


def main(text: str) -> None:
    """Run a job; what goes wrong with one row is that row's record, and the next row follows."""
    given = json.loads(text)
    job = Job(**{**given, "dtypes": tuple(given["dtypes"]), "rows": tuple(given["rows"])})
    warnings.simplefilter("ignore")
    peer, missing = _peer(job.peer)
    for row in chosen(job.rows, job.samples, job.quick):
        for dtype in job.dtypes:
            record = Record(row.name, dtype, job.threads, job.peer, skipped=missing)
            if peer is not None:
                _fill(record, peer, row, job)
            print(json.dumps(asdict(record)), flush=True)


def _peer(name: str) -> tuple[Any, str]:
    try:
        return importlib.import_module(MODULES[name]), ""
    except ImportError as error:
        return None, f"not installed: {error}"


def _fill(record: Record, peer: Peer, row: Row, job: Job) -> None:
    record.version = peer.version()
    record.summed = peer.SUMMED and row.task == "value and gradient"
    # A benchmark goes on with the next row whatever a peer does with this one, and says what it was.
    try:
        _measure(record, peer, row, job)
    except Cannot as error:
        record.skipped = str(error)
    except Exception as error:
        record.skipped = f"{type(error).__name__}: {error}"[:300]


def _measure(record: Record, peer: Peer, row: Row, job: Job) -> None:
    inputs = row.inputs(record.dtype)
    theirs = peer.contender(row, inputs, job.threads)
    mine = ours(row, inputs, job.threads, summed=record.summed, allocate=job.allocate)
    if job.prepare:
        theirs.run()
        mine.run()
        return
    if peer.EXACT:
        _compare(record, mine, theirs)
    else:
        theirs.run()
        mine.run()
    if not record.skipped:
        settle = SETTLE if peer.SPINS and job.threads > 1 else 0.0
        record.pair = paired(mine.run, theirs.run, job.seconds, settle=settle, ran=True)


def _compare(record: Record, mine: Contender, theirs: Contender) -> None:
    record.difference = disagreement(list(mine.results(mine.run())), list(theirs.results(theirs.run())))
    if not record.difference <= AGREEMENT[record.dtype]:
        record.skipped = f"results differ by {record.difference:.1e} of the largest; not timed"


if __name__ == "__main__":
    main(sys.argv[1])
