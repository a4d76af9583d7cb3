"""Every other section measures something once and makes its tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import calls, child, floor, memory, scale, start, threads
from benchmarks.child import Record
from benchmarks.report import Table
from benchmarks.rows import chosen


def whole(tables: list[Table]) -> bool:
    return all(len(line) == len(table.columns) for table in tables for line in table.lines)


def test_calls() -> None:
    records = [calls._small_call("squared_error", "gradient_and_hessian", 0.0, {"reduction": "mean"})]
    for record in records:
        assert record["call"] == "squared_error.gradient_and_hessian with reduction"
    made = calls.tables([*records, {**records[0], "kind": "checks"}])
    assert whole(made)
    assert [len(table.lines) for table in made] == [1, 1]


def test_the_kernel_without_checks_gives_the_same_numbers() -> None:
    (row,) = chosen(["binary_cross_entropy"], 10)
    loss = calls.sl.get(row.loss)
    inputs = row.inputs("float64")
    value, _ = calls._method(loss, guarded=False)(inputs, {})
    assert value.tolist() == loss.value(*inputs).tolist()
    outside = (inputs[0] + 2, inputs[1])
    assert calls._method(loss, guarded=False)(outside, {})[0].shape == (10,)
    with pytest.raises(calls.sl.DomainError):
        calls._method(loss, guarded=True)(outside, {})


def test_memory(tmp_path: Path) -> None:
    call, inputs, row = memory._gradient(memory.Files(str(tmp_path)), 2**20)
    record = memory._measured("gradient", call, inputs, row, 1)
    assert record["inputs"] == 2**20
    assert record["outputs"] == 2**19
    assert whole(memory.tables([record]))


def test_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "ELEMENTS", 20_000)
    records = [scale._binary(10_000, "float64", 0.0), scale._softmax(10, "float64", 0.0)]
    made = scale.tables(records)
    assert whole(made)
    assert all("ratio 1.00" in note for table in made for note in table.notes)


def test_threads() -> None:
    record = threads._measured(chosen(["squared_error"], 40_000)[0], 0.0)
    assert record["same bits"]
    assert whole(threads.tables([record]))


def test_start() -> None:
    record = start._compared("import symloss", "import", "import symloss", "pass", 1)
    assert record["ours"] > 0
    assert not record["sympy"]
    cold: Record = {"what": "a", "kind": "cold", "seconds": 1.0, "declare": 0.1, "source": 0.2, "compile": 0.5}
    assert whole(start.tables([record, cold]))


def test_a_section_runs_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []

    def printed(arguments: list[str], _threads: int) -> list[str]:
        seen.append(arguments)
        return ['{"what": 1}', "noise"]

    monkeypatch.setattr(child, "lines", printed)
    assert child.records("scale", True, 1, lambda _: None) == [{"what": 1}]
    assert seen == [["-m", "benchmarks.child", "scale", "quick"]]


def test_floor() -> None:
    """Two loops, one inside the other, and a spill that is no result."""
    text = "\n".join(
        (
            ".LBB0_1:",
            ".LBB0_2:",
            "\tvcvtps2pd\t(%rdx,%r14), %zmm2",
            "\tvfmadd213pd\t8(%rax), %zmm1, %zmm2",
            "\tvmovupd\t%zmm2, 176(%rsp)",
            "\tvmovups\t%zmm2, (%rcx,%r14)",
            "\taddq\t$64, %r14",
            "\tjne\t.LBB0_2",
            "\tvaddpd\t%zmm1, %zmm2, %zmm3",
            "\tjne\t.LBB0_1",
        )
    )
    (loop,) = floor.loops(text)
    assert (loop.arithmetic, loop.conversions, loop.stored) == (2, 1, 64)
    record = {
        "row": "huber", "dtype": "float32", "elements": 8.0, "instructions": 6, "arithmetic": 2, "conversions": 1,
        "rate": 60.0, "ghz": 4.0, "bytes": 24, "cached": 0.2, "long": 0.3,
    }  # fmt: skip
    assert whole(floor.tables([record]))
