"""The order of the loops: which values are wanted where, at which level, and which are kept for a later loop.

A task is a value wanted for every position of some loops. Tasks over one axis at one
level share a loop; a task is a level above every reduction that it needs. That
reductions are hoisted out of loops they do not depend on follows from placing each in
the smallest scope that binds its free loops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from symloss.lower.graphs import ROW, Graph, Ordered, descendants, is_expensive, is_truth
from symloss.stabilise.graph import Guard, Loop, Node, Output, Reduce


@dataclass(frozen=True, slots=True)
class Keep:
    """Write the value to a scratch array over its one loop, for later loops."""


@dataclass(frozen=True, slots=True)
class Verify:
    """Check that guard ``number`` holds."""

    number: int
    guard: Guard


@dataclass(frozen=True, slots=True)
class Correct:
    """Write the value at one place of a result again."""

    output: Output
    place: Node


@dataclass(frozen=True, slots=True)
class Spoiled:
    """NaN in a whole result where the value, a condition, holds."""

    output: Output


Purpose = Output | Verify | Reduce | Ordered | Keep | Correct | Spoiled


@dataclass(frozen=True, slots=True)
class Task:
    """``node``, wanted for every position of ``loops`` within some scope, and what for.

    ``opened`` are the loops of the task that already stand around that scope.
    """

    node: Node
    loops: tuple[Loop, ...]
    purpose: Purpose
    opened: tuple[Loop, ...] = ()


def reduction_task(node: Reduce | Ordered) -> Task:
    """What has to be computed before a reduction, or a sum by sorting, can be."""
    return Task(node.body, (node.loop,), node)


def kept_task(node: Node) -> Task:
    """The task that writes a kept value."""
    return Task(node, tuple(node.free), Keep())


Known = Callable[[Node], bool]


def belongs(node: Node, scope: frozenset[Loop], graph: Graph) -> bool:
    """Whether this is a reduction, or a sum by sorting for all places of a row, to be computed in this scope."""
    if isinstance(node, Ordered):
        return ROW in scope
    return isinstance(node, Reduce) and graph.needs(node) <= scope


def reductions_within(
    tasks: Iterable[Task], scope: frozenset[Loop], graph: Graph, known: Known
) -> list[Reduce | Ordered]:
    """The reductions that the tasks need and that belong in this scope, each once, in order of discovery."""
    found: dict[Node, None] = {}
    seen: set[Node] = set()
    stack = [task.node for task in reversed(list(tasks))]
    while stack:
        node = stack.pop()
        if node in seen or known(node):
            continue
        seen.add(node)
        if belongs(node, scope, graph):
            found[graph.canonical(node) if isinstance(node, Ordered) else node] = None
        stack.extend(reversed(node.operands))
    return [node for node in found if isinstance(node, Reduce | Ordered)]


class Levels:
    """The dependency levels of the tasks of one scope; ``kept`` are the nodes that scratch arrays hold."""

    def __init__(self, scope: frozenset[Loop], graph: Graph, known: Known, kept: frozenset[Node]) -> None:
        self._scope, self._graph, self._known, self._kept = scope, graph, known, kept
        self._memo: dict[tuple[Node, tuple[Loop, ...]], int] = {}

    def of(self, task: Task) -> int:
        """One more than the level of any reduction that the task needs in this scope."""
        is_kept_here = isinstance(task.purpose, Keep) and bool(task.loops)
        starts = task.node.operands if is_kept_here else (task.node,)
        return max((self._needed(node, task.loops[:1]) for node in starts), default=0)

    def _needed(self, node: Node, outermost: tuple[Loop, ...]) -> int:
        key = (node, outermost)
        if key not in self._memo:
            self._memo[key] = self._computed(node, outermost)
        return self._memo[key]

    def _computed(self, node: Node, outermost: tuple[Loop, ...]) -> int:
        if self._known(node):
            return 0
        if (kept := self._graph.canonical(node)) in self._kept:
            # Another position than that of the loop that writes it can only be read after that loop.
            return self.of(kept_task(kept)) + (tuple(node.free) != outermost)
        if isinstance(node, Reduce | Ordered) and belongs(node, self._scope, self._graph):
            return self.of(reduction_task(node)) + 1
        return max((self._needed(operand, outermost) for operand in node.operands), default=0)


Place = tuple[int, str]
NESTED: Place = (-1, "")  # inside a loop that the value does not depend on, where it would be computed again and again


class _Uses:
    """In which loops the values of one loop variable are wanted."""

    def __init__(self, graph: Graph, kept: frozenset[Node]) -> None:
        self.places: dict[Node, set[Place]] = {}
        self._seen: set[tuple[Node, Loop, Place]] = set()
        self._graph, self._kept = graph, kept

    def visit(self, node: Node, outermost: Loop, place: Place) -> None:
        # A sum by sorting lies in an array of its own.
        if not node.free or isinstance(node, Ordered):
            return
        if len(node.free) == 1:
            (loop,) = node.free
            node, place = self._graph.canonical(node), place if loop == outermost else NESTED
            places = self.places.setdefault(node, set())
            if place in places:
                return
            places.add(place)
            (outermost,) = node.free
            if node in self._kept:
                return
        elif (node, outermost, place) in self._seen:  # many paths lead to a value of pairs
            return
        self._seen.add((node, outermost, place))
        for operand in node.operands:
            self.visit(operand, outermost, place)


def kept_values(tasks: Sequence[Task], graph: Graph) -> tuple[Node, ...]:
    """The expensive values of one loop variable that more than one loop of a row wants, the largest such.

    One that is cheap to compute from others that are kept, too, is not kept after all.
    """
    scope = frozenset({ROW})
    wanted = [*tasks, *map(reduction_task, reductions_within(tasks, scope, graph, lambda node: False))]
    kept: tuple[Node, ...] = ()
    while more := _next_kept(wanted, scope, graph, kept):
        kept = (*kept, more)
    return tuple(node for node in kept if is_expensive(node) or not _is_cheap_given(node, frozenset(kept)))


def _next_kept(wanted: list[Task], scope: frozenset[Loop], graph: Graph, kept: tuple[Node, ...]) -> Node | None:
    levels = Levels(scope, graph, lambda node: False, frozenset(kept))
    uses = _Uses(graph, frozenset(kept))
    for task in wanted:
        if task.loops:
            uses.visit(task.node, task.loops[0], (levels.of(task), task.loops[0].axis))
    for node in kept:
        (loop,) = node.free
        for operand in node.operands:
            uses.visit(operand, loop, (levels.of(kept_task(node)), loop.axis))
    wanted_twice = [node for node, places in uses.places.items() if len(places) > 1 or NESTED in places]
    known = frozenset(kept)
    return _largest([n for n in wanted_twice if n not in known and not is_truth(n) and not _is_cheap_given(n, known)])


def _is_cheap_given(node: Node, kept: frozenset[Node]) -> bool:
    """Whether no expensive operation over the node's loop has to be done again, if these values are kept."""
    if is_expensive(node):
        return False
    return all(o in kept or o.free != node.free or _is_cheap_given(o, kept) for o in node.operands)


def _largest(candidates: list[Node]) -> Node | None:
    """The first candidate that is not part of another one."""
    parts = {part for candidate in candidates for operand in candidate.operands for part in descendants(operand)}
    return next((candidate for candidate in candidates if candidate not in parts), None)
