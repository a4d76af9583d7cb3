"""From what to compute to loops: `lower` turns a `Stable` into a `Nest`.

One pass over the rows does everything: `symloss.lower.order` says which values share a
loop, `symloss.lower.values` where each is bound, and this file opens the loops.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from math import inf

from symloss.lower.exceptional import exceptional, whole_row_not_a_number
from symloss.lower.graphs import ROW, Graph, Ordered, first_free, is_single, short_forms, without_lost
from symloss.lower.ir import (
    Accumulate,
    Add,
    Call,
    Check,
    Choose,
    Expression,
    For,
    Load,
    Name,
    Nest,
    Number,
    Overwrite,
    Parameter,
    Reduction,
    Sort,
    Spoil,
    Statement,
    Store,
    Total,
    Variant,
)
from symloss.lower.narrow import Narrow
from symloss.lower.order import (
    Correct,
    Keep,
    Levels,
    Spoiled,
    Task,
    Verify,
    kept_task,
    kept_values,
    reduction_task,
    reductions_within,
)
from symloss.lower.ordered import with_ordered_sums
from symloss.lower.signature import Names, fixed, is_summed_by_strips, signature
from symloss.lower.sorting import ROOM
from symloss.lower.spec import check
from symloss.lower.tidy import tidy
from symloss.lower.tiles import is_tileable, tiled
from symloss.lower.values import Scope, Values, converted, is_reduced_argument, own_type
from symloss.lower.written_out import written_out
from symloss.stabilise.graph import Apply, Element, Guard, Loop, Node, Output, Position, Reduce, Stable


def lower(stable: Stable, variant: Variant) -> Nest:
    """The loops that compute every output of ``stable`` and check its guards in one pass over the rows."""
    stable = without_lost(stable, variant.dtype)
    lowering = _Lowering(stable, variant)
    body = tidy(lowering.main_pass())
    search = tidy(lowering.search_pass()) if stable.guards or variant.weighted else ()
    nest = Nest(stable.name, variant, lowering.parameters(), body, search, stable.lengths)
    check(nest)
    if not (variant.tiled and is_tileable(nest)):
        return nest
    if variant.length:
        nest = written_out(nest, variant.length)
        check(nest)
    return tiled(nest)


class _Lowering:
    def __init__(self, stable: Stable, variant: Variant) -> None:
        self._stable, self._variant = stable, variant
        self._names = Names()
        self._signature = signature(stable, variant, self._names)
        self._arguments = {p.of: p for p in self._signature if p.kind in {"input", "label", "shared", "scalar"}}
        self._outputs = {p.of: p for p in self._signature if p.kind in {"output", "total"}}
        self._status = fixed("status", self._names, "int64")
        self._scratch: dict[Output | tuple[Node, Loop | str], Parameter] = {}
        self._graph = Graph(stable, variant.ragged)
        # Short rows have kernels of several kinds, which must agree on the bits, and ragged rows are of any length.
        left_out = (variant.tiled or variant.ragged) and any(p.axes for p in self._arguments.values())
        narrow = variant.dtype == "float32" and not left_out
        self._narrow = Narrow(self._graph, self._arguments) if narrow else None
        self._start()

    def _start(self) -> None:
        self._values = Values(self._graph, self._names, self._arguments, short_forms(self._stable, self._variant.dtype))
        self._kept: tuple[Node, ...] = ()
        self._orders: dict[Node, str] = {}

    def parameters(self) -> tuple[Parameter, ...]:
        """The whole signature; complete after the passes."""
        return (*self._signature, *self._scratch.values(), self._status)

    def _fixed(self, kind: str) -> Parameter:
        """The one parameter of that kind."""
        return next(p for p in self._signature if p.kind == kind)

    # The two passes -------------------------------------------------------------------

    def main_pass(self) -> tuple[Statement, ...]:
        """All results, and whether all guards hold."""
        outputs, corrections = self._output_tasks()
        guards = self._guard_tasks()
        tasks = [*guards, *outputs]
        self._once(tasks)
        self._kept = kept_values(tasks, self._graph)
        with self._opened(ROW):
            self._weights()
            # What corrections ask of all the row is found on the way.
            ahead = reductions_within(corrections, self._values.scope.loops, self._graph, self._values.known)
            self._run([*map(kept_task, self._kept), *map(reduction_task, ahead), *tasks])
            self._run(corrections)
        return (*self._values.scope.statements, *self._totals())

    def search_pass(self) -> tuple[Statement, ...]:
        """The first row, and in it the first guard, that does not hold."""
        self._start()
        guards = self._guard_tasks()
        self._once(guards)
        with self._opened(ROW):
            self._weights()
            for guard in guards:
                self._run([guard])
        return tuple(self._values.scope.statements)

    def _task(self, node: Node, loops: tuple[Loop, ...], purpose: Output | Verify) -> Task:
        """The task with its loops renamed, the first over an axis to number 0, so that equal values are one node."""
        renaming: dict[Loop, Loop] = {}
        for loop in loops:
            renaming[loop] = first_free(loop.axis, frozenset(renaming.values()))
        return Task(self._graph.renamed(node, renaming), tuple(renaming.values()), purpose)

    def _sorting(self, task: Task) -> Task:
        """The task with sums by sorting where that saves comparing every two entries of a row, and in float32 where it
        may be."""
        node = with_ordered_sums(task.node, self._graph)
        if self._narrow is not None:
            node = self._narrow.result(node, task.loops[-1] if task.loops else None)
        return replace(task, node=node)

    def _output_tasks(self) -> tuple[list[Task], list[Task]]:
        """What to write everywhere, and what to write again at the one place where it differs."""
        everywhere, again = [], []
        for output in self._stable.outputs:
            task = self._task(output.node, output.loops, output)
            found = exceptional(task.node, task.loops[-1], self._graph) if len(task.loops) == 1 else None
            if found is not None and not output.reduced:
                task = replace(task, node=found.elsewhere)
                again.append(self._sorting(Task(found.there, (), Correct(output, found.place))))
            spoiled = whole_row_not_a_number(task.node, task.loops, self._graph)
            if spoiled is not None and not output.reduced:
                condition, rest = spoiled
                task = replace(task, node=rest)
                again.append(Task(condition, (), Spoiled(output)))
            task = self._sorting(task)
            everywhere.append(task)
        return everywhere, again

    def _guard_tasks(self) -> list[Task]:
        return [
            self._sorting(self._task(_with_not_a_number(guard, self._stable), guard.loops, Verify(number, guard)))
            for number, guard in enumerate(self._stable.guards)
        ]

    def _once(self, tasks: Sequence[Task]) -> None:
        """What does not depend on the sample, ahead of the rows."""
        needed = reductions_within(tasks, frozenset(), self._graph, self._values.known)
        self._run([reduction_task(node) for node in needed])

    def _weights(self) -> None:
        scale = Name(self._fixed("scale").name)
        self._factor: Expression | None = scale if self._variant.scaled else None
        if not self._variant.weighted:
            return
        parameter, row = self._fixed("weight"), self._values.position(ROW)
        weight = self._values.bind(Load(parameter.name, (row,)), f"{parameter.name}_{row.name}")
        bounds = ("ge", 0.0), ("lt", inf)
        holds = (Call(comparison, (weight, Number(bound)), "bool") for comparison, bound in bounds)
        self._emit(Check(len(self._stable.guards), Call("and", tuple(holds), "bool")))
        self._silent = self._values.bind(Call("eq", (weight, Number(0.0)), "bool"), "silent")
        self._factor = self._values.bind(Call("mul", (weight, scale)), "factor") if self._variant.scaled else weight

    def _totals(self) -> list[Statement]:
        reduced = filter(is_summed_by_strips, self._stable.outputs)
        return [Total(self._outputs[o.name].name, self._scratch[o].name) for o in reduced]

    # Loops ----------------------------------------------------------------------------

    @contextmanager
    def _opened(self, loop: Loop) -> Iterator[None]:
        """A scope inside a loop; its `For` joins the enclosing block afterwards."""
        values = self._values
        variable = self._names.fresh(loop.axis.lower() if loop != ROW else "row")
        values.variables[loop] = variable
        values.scopes.append(Scope(values.scope.loops | {loop}))
        yield
        body = tuple(values.scopes.pop().statements)
        del values.variables[loop]
        self._names.release(variable)
        values.scope.statements.append(For(variable, loop.axis, body))

    def _run(self, tasks: Sequence[Task]) -> None:
        """The tasks, and the reductions that they need in this scope, level by level."""
        scope, known = self._values.scope.loops, self._values.known
        reductions = reductions_within(tasks, scope, self._graph, known)
        wanted = dict.fromkeys([*map(reduction_task, reductions), *tasks])
        levels = Levels(scope, self._graph, known, frozenset(self._kept if scope == {ROW} else ()))
        levelled: dict[int, list[Task]] = defaultdict(list)
        for task in wanted:
            levelled[levels.of(task)].append(task)
        for level in sorted(levelled):
            self._level(self._without_waiting_checks(level, levelled))

    def _without_waiting_checks(self, level: int, levelled: dict[int, list[Task]]) -> list[Task]:
        """The tasks of a level, less checks that would have a loop of their own: they wait for the last there is."""
        tasks = levelled[level]
        here = set(map(self._axis_walked, tasks))
        later = {
            self._axis_walked(task): number
            for number in sorted(levelled)
            if number > level
            for task in levelled[number]
        }
        waiting = [
            t for t in tasks if isinstance(t.purpose, Verify) and t.loops and _axis(t) not in here and _axis(t) in later
        ]
        for task in waiting:
            levelled[later[_axis(task)]].append(task)
        return [task for task in tasks if task not in waiting]

    def _axis_walked(self, task: Task) -> str | None:
        """The axis that a loop goes over for the task's sake, checks apart."""
        return None if isinstance(task.purpose, Verify) or not task.loops or self._has_array(task) else _axis(task)

    def _level(self, tasks: list[Task]) -> None:
        for task in tasks:
            if not task.loops:
                self._finish(task)
        for axis in dict.fromkeys(task.loops[0].axis for task in tasks if task.loops):
            self._loop(axis, [task for task in tasks if task.loops and task.loops[0].axis == axis])

    def _loop(self, axis: str, tasks: list[Task]) -> None:
        """One loop for all the tasks, and after it the reductions over what it wrote."""
        loop = first_free(axis, self._values.scope.loops)
        # Two reductions of one body need its values once.
        walking = {_written(task): task for task in reversed(tasks) if not self._has_array(task)}
        if walking:
            with self._opened(loop):
                self._run([self._entered(task, loop) for task in reversed(walking.values())])
        for task in tasks:
            if isinstance(task.purpose, Keep):
                self._values.kept[task.node] = self._scratch_of(task.node, task.loops[0]).name
        reductions = [task.purpose for task in tasks if isinstance(task.purpose, Reduce)]
        # The place of a maximum is found sooner once the maximum is known.
        for node in sorted(reductions, key=lambda node: node.kind == "argmax"):
            self._reduce(node)
        for task in tasks:
            if isinstance(task.purpose, Ordered):
                self._accumulate(task.purpose)

    def _entered(self, task: Task, loop: Loop) -> Task:
        """The task inside ``loop``, which takes the place of its own outermost one."""
        own, *rest = task.loops
        swap = {own: loop, loop: own}
        node = self._graph.renamed(task.node, swap)
        remaining = tuple(swap.get(other, other) for other in rest)
        return Task(node, remaining, task.purpose, (*task.opened, loop))

    # What becomes of a value ----------------------------------------------------------

    def _has_array(self, task: Task) -> bool:
        """Whether a reduction finds its values in an array already."""
        return isinstance(task.purpose, Reduce) and self._direct(task.purpose) is not None

    def _direct(self, node: Reduce) -> Parameter | None:
        body = node.body
        if isinstance(body, Element) and is_reduced_argument(node, self._arguments[body.argument]):
            return self._arguments[body.argument]
        if body.free == {node.loop} and self._graph.canonical(body) in self._kept:
            return self._scratch_of(body, node.loop)
        return None

    def _reduce(self, node: Reduce) -> None:
        array = self._direct(node)
        indices: tuple[Expression, ...] = ()
        if array is None:
            array = self._scratch_of(node.body, node.loop)
        elif isinstance(node.body, Element) and array.kind != "scratch":
            indices = self._leading_indices(node.body)
        name = self._names.numbered(node.kind)
        reduction = Reduction(name, node.kind, array.name, indices)
        self._values.scope.statements.append(reduction)
        self._values.scope.values[node] = Name(name, reduction.type)

    def _accumulate(self, node: Ordered) -> None:
        """Sums along the order of the keys, which is found once for all sums by it."""
        keys, weights = (self._scratch_of(part, node.loop).name for part in node.body.operands)
        key = self._graph.canonical(node.body.operands[0])
        if key not in self._orders:
            room = Parameter("", "scratch", axes=(node.loop.axis,), lanes=ROOM)
            self._orders[key] = self._scratch_for((key, "order"), room).name
            self._emit(Sort(self._orders[key], keys))
        array = self._scratch_of(node, node.place).name
        self._emit(Accumulate(array, node.kind, self._orders[key], weights))
        self._values.kept[self._graph.canonical(node)] = array

    def _leading_indices(self, body: Element) -> tuple[Expression, ...]:
        """All indices of an element but the last, over which the reduction goes."""
        return self._values.indices(body, len(body.indices) - 1)

    def _scratch_of(self, node: Node, loop: Loop) -> Parameter:
        """Room for the values of ``node`` over one loop."""
        if node.free == {loop}:
            node, loop = self._graph.canonical(node), Loop(loop.axis, 0)
        dtype = "float32" if is_single(node) else "float64"
        return self._scratch_for((node, loop), Parameter("", "scratch", axes=(loop.axis,), dtype=dtype))

    def _scratch_for(self, key: Output | tuple[Node, Loop | str], kind: Parameter) -> Parameter:
        if key not in self._scratch:
            self._scratch[key] = replace(kind, name=self._names.numbered("scratch"))
        return self._scratch[key]

    def _finish(self, task: Task) -> None:
        match task.purpose:
            case Output() as output:
                self._store(output, task)
            case Verify(number=number):
                self._emit(Check(number, self._verified(task.node)))
            case Reduce(body=body, loop=loop):
                array = self._scratch_of(body, loop)
                self._keep(array, task)
                self._values.remember(task.node, array.name)
            case Correct(output=output, place=place):
                self._correct(output, place, task)
            case Spoiled(output=output):
                self._spoil(output, task)
            case Ordered(body=body, loop=loop):
                for original, part in zip(body.operands, task.node.operands, strict=True):
                    self._keep(self._scratch_of(original, loop), replace(task, node=part))
            case Keep():
                self._keep(self._scratch_of(task.node, task.opened[-1]), task)

    def _emit(self, statement: Statement) -> None:
        self._values.scope.statements.append(statement)

    def _keep(self, array: Parameter, task: Task) -> None:
        place = self._values.position(task.opened[-1])
        store = Store(array.name, (place,), self._values.as_type(task.node, own_type(task.node)))
        # Sums over the same entries in different orders share keys and weights.
        if store not in self._values.scope.statements:
            self._emit(store)

    def _verified(self, condition: Node) -> Expression:
        holds = self._values.as_type(condition, "bool")
        return Call("or", (self._silent, holds), "bool") if self._variant.weighted else holds

    def _store(self, output: Output, task: Task) -> None:
        value = self._values.as_type(task.node, own_type(task.node))
        value = self._weighted(value) if output.weighted else value
        numbered: tuple[Expression, ...] = tuple(Number(position) for _, position in output.place)
        place = (*numbered, *(self._values.position(loop) for loop in task.opened))
        row, target = self._values.position(ROW), self._outputs[output.name].name
        if not output.reduced:
            self._emit(Store(target, (row, *place), value))
        elif place:
            self._emit(Add(target, place, converted(value, "float")))
        else:
            dtype = "float32" if value.type == "single" else "float64"
            array = self._scratch_for(output, Parameter("", "scratch", per_row=True, dtype=dtype))
            self._emit(Store(array.name, (row,), value))

    def _correct(self, output: Output, place: Node, task: Task) -> None:
        value = self._values.as_type(task.node, "float")
        value = self._weighted(value) if output.weighted else value
        indices = self._values.position(ROW), self._values.as_type(place, "int")
        self._emit(Overwrite(self._outputs[output.name].name, indices, value))

    def _spoil(self, output: Output, task: Task) -> None:
        condition = self._values.as_type(task.node, "bool")
        if self._variant.weighted and output.weighted:
            condition = Call("and", (Call("not", (self._silent,), "bool"), condition), "bool")
        self._emit(Spoil(self._outputs[output.name].name, condition))

    def _weighted(self, value: Expression) -> Expression:
        if self._factor is None and not self._variant.weighted:
            return value
        value = converted(value, "float")
        scaled = value if self._factor is None else Call("mul", (self._factor, value))
        if not self._variant.weighted:
            return scaled
        # A select and not a product: 0 * NaN would be NaN.
        return Choose(self._silent, Number(0.0), self._values.bind(scaled, "scaled"))


def _with_not_a_number(guard: Guard, stable: Stable) -> Node:
    """The condition, but true of a prediction that is not a number: that sample gives NaN, which is no error."""
    argument = stable.argument(guard.argument)
    if argument.role != "prediction" or tuple(loop.axis for loop in guard.loops) != argument.axes:
        return guard.condition
    element = Element(argument.name, tuple(Position(loop) for loop in guard.loops))
    return Apply("or", (guard.condition, Apply("ne", (element, element))))


def _axis(task: Task) -> str:
    return task.loops[0].axis


def _written(task: Task) -> tuple[Node, Loop] | Task:
    return (task.purpose.body, task.purpose.loop) if isinstance(task.purpose, Reduce) else task
