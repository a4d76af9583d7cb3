"""The pool: every block once, the earliest failure, no deadlock, forks."""

from __future__ import annotations

import itertools
import math
import multiprocessing
import os
import threading
import time
from typing import Any

import numpy as np
import pytest

import symloss as sl
from symloss.call import chunks, threads
from tests.call.test_execute import scalar_arrays, scalar_method


def test_every_block_once() -> None:
    for blocks in (0, 1, 2, 100):
        for n_threads in (1, 2, 7, 300):
            done: list[int] = []
            threads.run_blocks(blocks, lambda done=done: done.append, n_threads)
            assert sorted(done) == list(range(blocks))


@pytest.mark.parametrize("n_threads", [1, 2, 8])
def test_the_earliest_failure_is_raised(n_threads: int) -> None:
    def work(block: int) -> None:
        if block in (7, 8, 9):
            time.sleep(0.02 * (10 - block))  # the earliest fails last
            raise ValueError(block)

    for _ in range(3):
        with pytest.raises(ValueError, match="7"):
            threads.run_blocks(50, lambda: work, n_threads)


def test_nothing_runs_on_after_a_failure() -> None:
    running = []

    def work(block: int) -> None:
        running.append(block)
        if block == 0:
            raise KeyboardInterrupt
        time.sleep(0.01)
        running.remove(block)

    with pytest.raises(KeyboardInterrupt):
        threads.run_blocks(1000, lambda: work, 4)
    assert running == [0], "all that was begun has ended, and the rest was not begun"


def test_calls_within_pool_threads_are_serial() -> None:
    seen: list[set[int]] = []

    def work(block: int) -> None:
        inner: set[int] = set()
        threads.run_blocks(10, lambda: lambda b: inner.add(threading.get_ident()), 4)
        seen.append(inner)

    threads.run_blocks(8, lambda: work, 4)
    pool_calls = [inner for inner in seen if threading.get_ident() not in inner]
    assert all(len(inner) == 1 for inner in pool_calls)


def test_threads_are_called_for_only_where_they_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    now, asked = [0.0], []
    monkeypatch.setattr(threads.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(threads, "_started", lambda queue, make_work, helpers: asked.append(queue.next) or [])
    pace = threads.Pace()

    def blocks_done_when_called(seconds: float) -> list[int]:
        def work(block: int) -> None:
            now[0] += seconds

        asked.clear()
        threads.run_blocks(8, lambda: work, 2, pace, 4)
        return [*asked]

    worth = threads.WORTH_A_THREAD / 7
    assert blocks_done_when_called(0.9 * worth) == []
    assert blocks_done_when_called(1.1 * worth) == [1], "found out on the way"
    assert pace.seconds == pytest.approx(1.1 * worth / 4, rel=1e-12)
    assert blocks_done_when_called(0.9 * worth) == [0], "as known from the call before"
    assert blocks_done_when_called(0.9 * worth) == [], "and put right by it"


def test_nobody_waits_for_a_thread_that_does_not_wake_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads._Worker, "give", lambda worker, job: None)
    done: list[int] = []
    threads.run_blocks(50, lambda: done.append, 3)
    assert done == list(range(50))


def test_threads_are_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_idle", [])
    monkeypatch.setattr(threads, "_made", 0)
    for _ in range(200):
        threads.run_blocks(4, lambda: lambda block: time.sleep(1e-3), 2)
    # One may still be on its way back when the next call looks for it.
    assert 1 <= threads._made <= 20
    assert all(worker._job is None for worker in threads._idle)


def test_a_failing_start_is_raised_too() -> None:
    def make_work() -> Any:
        raise MemoryError

    with pytest.raises(MemoryError):
        threads.run_blocks(5, make_work, 3)


def test_default_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYMLOSS_NUM_THREADS", "3")
    assert threads.count(None) == 3
    assert threads.count(np.int64(2)) == 2
    monkeypatch.delenv("SYMLOSS_NUM_THREADS")
    assert 1 <= threads.count(None) <= (os.cpu_count() or 1)


def _in_child(results: Any) -> None:
    y, f = scalar_arrays(200_000)
    results.put(scalar_method("mean")((y, f), {}, n_threads=4)[0])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_forks() -> None:
    y, f = scalar_arrays(200_000)
    expected = scalar_method("mean")((y, f), {}, n_threads=4)[0]
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    children = [context.Process(target=_in_child, args=(results,)) for _ in range(2)]
    for child in children:
        child.start()
    assert [results.get(timeout=20) for _ in children] == [expected] * 2
    for child in children:
        child.join(20)
        assert child.exitcode == 0


def test_large_plain_arrays_go_by_blocks_of_several_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread finds out the pace; then the blocks of sums and of results are those of the general way."""
    loss = sl.get("squared_error")
    rng = np.random.default_rng(7)
    y, f = rng.normal(size=(2, 5 * chunks.ELEMENTS + 7))
    for reduction, weight in itertools.product(("none", "sum", "mean"), (None, rng.random(len(y)))):
        call: dict[str, Any] = {"reduction": reduction, "sample_weight": weight}
        expected = loss.value_and_gradient(y, np.repeat(f, 2)[::2], n_threads=1, **call)
        for worth in (math.inf, 0.0):
            monkeypatch.setattr(threads, "WORTH_A_THREAD", worth)
            for n in (1, 3, 3):
                found = loss.value_and_gradient(y, f, n_threads=n, **call)
                assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))
    y[-1] = np.nan
    with pytest.raises(sl.DomainError, match=f"sample {len(y) - 1}"):
        loss.value_and_gradient(y, f, reduction="sum", n_threads=3)
    y[-1], weight = 0.0, np.ones(len(y))
    weight[-2] = -1.0
    with pytest.raises(sl.DomainError, match=rf"sample_weight\[{len(y) - 2}\] is -1.0"):
        loss.value_and_gradient(y, f, sample_weight=weight, n_threads=3)


def test_long_calls_have_more_blocks() -> None:
    assert [chunks.blocks_of(2**24, 1, 2, seconds)[0] for seconds in (0.0, 1e-6, 3e-6, 1.0)] == [8, 8, 12, 32]
    assert [chunks.blocks_of(3, 2**20, 2, seconds)[0] for seconds in (0.0, 1.0)] == [3, 3]


def test_blocks_are_those_of_the_general_way() -> None:
    for rows, width in ((1, 1), (100_000, 1), (1_000_003, 1), (70, 10_000), (3, 2**20)):
        plan = chunks.Even(rows, chunks.step(width))
        blocks, ends = chunks.blocks_of(rows, width)
        assert blocks == chunks.block_count(plan.count)
        for block in range(blocks):
            whole = plan.joined(chunks.block_range(block, blocks, plan.count))
            assert ends(block) == (whole.row, whole.stop)


def test_one_wide_row_with_a_weight() -> None:
    loss = sl.get("softmax_cross_entropy")
    z = np.random.default_rng(7).normal(size=(1, 2 * chunks.ELEMENTS))
    t = np.full_like(z, 1.0 / z.size)
    one, _ = loss.value_and_gradient(t, z, reduction="sum")
    for _ in range(2):
        two, _ = loss.value_and_gradient(t, z, reduction="sum", sample_weight=np.array([2.0]))
        assert two == 2 * one


def test_large_matrices_of_rows_are_those_of_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "WORTH_A_THREAD", 0.0)
    method = sl.get("softmax_cross_entropy").hessian_matrix
    random = np.random.default_rng(0)
    t, z = random.random((5000, 4)), random.normal(size=(5000, 4))
    t /= t.sum(axis=1, keepdims=True)
    one = method(t, z, n_threads=1)
    for _ in range(3):  # the first call may go another way
        assert np.array_equal(method(t, z, n_threads=2), one)


def test_large_matrices_over_predictions_are_those_of_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "WORTH_A_THREAD", 0.0)
    method = sl.get("normal").hessian_matrix
    y, mu, s = np.random.default_rng(0).normal(size=(3, 40_000))
    one = method(y, mu, s, n_threads=1)
    for _ in range(3):  # the first call may go another way
        assert np.array_equal(method(y, mu, s, n_threads=2), one)
