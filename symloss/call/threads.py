"""Blocks of chunks over a pool of threads.

The caller's thread works too, and takes every block that no pool thread has begun: a
busy pool costs time but never a deadlock. Safe when several Python threads call at
once, inside a pool thread, and after a fork.
"""

from __future__ import annotations

import operator
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from symloss import options
from symloss.errors import ParameterError

#: Threads are made on demand and only while none is idle, so this is a limit, not a number.
_MOST_THREADS = 256

Work = Callable[[int], None]


class _State(threading.local):
    in_pool = False


_state = _State()
_pool: ThreadPoolExecutor | None = None
_pool_lock = threading.Lock()


def _forget_pool() -> None:
    # The child of a fork has the pool's locks but not its threads.
    global _pool, _pool_lock
    _pool, _pool_lock = None, threading.Lock()
    _state.in_pool = False


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_pool)


def _mark_pool_thread() -> None:
    _state.in_pool = True


def _the_pool() -> ThreadPoolExecutor:
    global _pool
    with _pool_lock:
        if _pool is None:
            _pool = ThreadPoolExecutor(_MOST_THREADS, "symloss", initializer=_mark_pool_thread)
        return _pool


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
    return min(number, _MOST_THREADS)


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


def run_blocks(blocks: int, make_work: Callable[[], Work], n_threads: int) -> None:
    """Calls the work of some thread once for every block number; raises the earliest block's error.

    ``make_work`` is called once in every thread that takes part.
    """
    helpers = 0 if _state.in_pool else min(n_threads, blocks) - 1
    if helpers <= 0:
        work = make_work()
        for block in range(blocks):
            work(block)
        return
    queue = _Queue(blocks)
    futures = _started(queue, make_work, helpers)
    _drain(queue, make_work)
    wait([future for future in futures if not future.cancel()])
    if queue.failure is not None:
        raise queue.failure[1]


def _started(queue: _Queue, make_work: Callable[[], Work], helpers: int) -> list[Future[None]]:
    try:
        pool = _the_pool()
        return [pool.submit(_drain, queue, make_work) for _ in range(helpers)]
    except RuntimeError:  # no threads can be had: the interpreter is about to end, or the platform has none
        return []


def _drain(queue: _Queue, make_work: Callable[[], Work]) -> None:
    work: Work | None = None
    while (block := queue.take()) is not None:
        try:
            work = work or make_work()
            work(block)
        except BaseException as error:  # KeyboardInterrupt too: others still write to the caller's memory
            queue.fail(block, error)
