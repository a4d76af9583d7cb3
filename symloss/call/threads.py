"""Blocks of chunks over a pool of threads, where there is enough work for one to pay.

The caller's thread works too, and takes every block that no pool thread has begun: a thread of the pool that does not
get to run costs time but never a deadlock. Safe when several Python threads call at
once, inside a pool thread, and after a fork.
"""

from __future__ import annotations

import operator
import os
import threading
import time
from collections.abc import Callable

from symloss import options
from symloss.errors import ParameterError

#: Threads are made on demand and only while none is idle, so this is a limit, not a number.
MOST = 256

#: Seconds of work that is left when threads are called for. Waking one and waiting for it took 50 to 90 microseconds
#: on two cores, so that with less than this two threads lose (`python -m benchmarks threads`).
WORTH_A_THREAD = 300e-6

#: Chunks of a kernel of unknown pace that one thread may take: a million numbers, some milliseconds.
FEW_CHUNKS = 64

Work = Callable[[int], None]


class Pace:
    """How long a kernel takes for a chunk, as last seen; 0 before it was."""

    seconds = 0.0

    def threads(self, n_threads: object, chunks: float) -> int:
        """How many of the threads that the caller allows so many chunks want.

        Where nothing is known and the chunks are few, one thread finds out.
        """
        if n_threads == 1 or (self.seconds * chunks <= WORTH_A_THREAD and (self.seconds or chunks <= FEW_CHUNKS)):
            return 1
        return count(n_threads)

    def saw(self, started: float, chunks: float) -> None:
        """Takes in that so many chunks took from ``started`` until now."""
        self.seconds = (time.perf_counter() - started) / chunks


class _State(threading.local):
    in_pool = False


_state = _State()


class _Job:
    """What a thread of the pool is asked to do, unless it is told first that nothing is left."""

    def __init__(self, run: Callable[[], None]) -> None:
        self.run = run
        self._taken, self._over = threading.Lock(), threading.Lock()
        self._over.acquire()

    def take(self) -> bool:
        """Whether nobody has taken it before."""
        return self._taken.acquire(blocking=False)

    def ended(self) -> None:
        """Tell who waits."""
        self._over.release()

    def wait(self) -> None:
        """Take it, so that nobody begins it any more, or wait until it has ended."""
        if not self.take():
            self._over.acquire()


class _Worker:
    """A thread that sleeps until it is given a job. A lock each way is all that two threads need to meet:
    `concurrent.futures` takes 70 microseconds more for it."""

    def __init__(self) -> None:
        self._job: _Job | None = None
        self._wake = threading.Lock()
        self._wake.acquire()
        threading.Thread(target=self._serve, name="symloss", daemon=True).start()

    def give(self, job: _Job) -> None:
        """Wake it up; it must be idle."""
        self._job = job
        self._wake.release()

    def _serve(self) -> None:
        _state.in_pool = True
        while True:
            self._wake.acquire()
            job, self._job = self._job, None
            assert job is not None
            taken = job.take()
            if taken:
                job.run()
            _idle.append(self)
            if taken:
                job.ended()
            del job  # it holds the caller's arrays


_idle: list[_Worker] = []
_made = 0


def _forget_pool() -> None:
    # The child of a fork has the pool's locks but not its threads.
    global _idle, _made
    _idle, _made = [], 0
    _state.in_pool = False


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_pool)


def _worker() -> _Worker | None:
    """An idle one, or a new one; ``None`` where there are enough already."""
    global _made
    try:
        return _idle.pop()
    except IndexError:
        if _made >= MOST:
            return None
        _made += 1
        return _Worker()


def count(n_threads: object) -> int:
    """The number of threads to use: the caller's, else ``SYMLOSS_NUM_THREADS``, else one per usable core."""
    if n_threads is None:
        return options.default_threads() or _usable_cores()
    try:
        number = operator.index(n_threads)  # type: ignore[arg-type]
    except TypeError:
        number = 0
    if number < 1 or isinstance(n_threads, bool):
        raise ParameterError(f"n_threads is {n_threads!r}; expected a whole number >= 1, or None for one per core")
    return min(number, MOST)


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Queue:
    """Hands out blocks in order, and none after a failure.

    As they go out in order, every block before a failed one has been begun and will be
    finished: the earliest failure is found whatever the threads do.
    """

    def __init__(self, blocks: int) -> None:
        self.blocks = blocks
        self.next = 0
        self.failure: tuple[int, BaseException] | None = None
        self.lock = threading.Lock()

    def take(self) -> int | None:
        with self.lock:
            if self.failure is not None or self.next >= self.blocks:
                return None
            self.next += 1
            return self.next - 1

    def fail(self, block: int, error: BaseException) -> None:
        with self.lock:
            if self.failure is None or block < self.failure[0]:
                self.failure = (block, error)


def run_blocks(
    blocks: int, make_work: Callable[[], Work], n_threads: int, pace: Pace | None = None, chunks: float = 1.0
) -> None:
    """Calls the work of some thread once for every block number; raises the earliest block's error.

    ``make_work`` is called once in every thread that takes part. With a ``pace`` other threads are called only when
    the blocks that are left, of so many ``chunks`` each, are worth it as far as it knows; the first block of every call
    tells it anew.
    """
    helpers = 0 if _state.in_pool else min(n_threads, blocks) - 1
    if helpers <= 0:
        work, started = make_work(), time.perf_counter()
        for block in range(blocks):
            work(block)
        if pace is not None and blocks:
            pace.saw(started, chunks * blocks)
        return
    queue = _Queue(blocks)
    jobs: list[_Job] = []

    def call_for_threads(left: int) -> None:
        if not jobs and (pace is None or pace.seconds * chunks * left > WORTH_A_THREAD):
            jobs.extend(_started(queue, make_work, min(helpers, left)))

    def first_block_took(seconds: float) -> None:
        if pace is not None:
            pace.seconds = seconds / chunks
            call_for_threads(blocks - queue.next)

    call_for_threads(blocks - 1)
    _drain(queue, make_work, first_block_took)
    for job in jobs:
        job.wait()
    if queue.failure is not None:
        raise queue.failure[1]


def _started(queue: _Queue, make_work: Callable[[], Work], helpers: int) -> list[_Job]:
    jobs: list[_Job] = []
    try:
        while len(jobs) < helpers and (worker := _worker()) is not None:
            jobs.append(_Job(lambda: _drain(queue, make_work)))
            worker.give(jobs[-1])
    except RuntimeError:  # no threads can be had: the interpreter is about to end, or the platform has none
        pass
    return jobs


def _drain(
    queue: _Queue, make_work: Callable[[], Work], first_block_took: Callable[[float], None] | None = None
) -> None:
    work: Work | None = None
    while (block := queue.take()) is not None:
        try:
            if work is None:
                work = make_work()
            started = time.perf_counter()
            work(block)
            if first_block_took is not None:
                first_block_took(time.perf_counter() - started)
                first_block_took = None
        except BaseException as error:  # KeyboardInterrupt too: others still write to the caller's memory
            queue.fail(block, error)
