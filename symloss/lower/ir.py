"""The loop IR: what a nest of loops is, in a handful of nodes.

A `Nest` runs once over the rows of a chunk. Everything inside is float64, float32 ("single"; see
`symloss.lower.narrow`), an integer or a truth value; the parameters say how arrays are
stored. Indices are kept per axis (`z[row, k]`); whoever executes a nest flattens them. There are no branches on data,
except that `search` runs only after a check has failed.

The signature (`Parameter`, `Variant`) is the contract with `symloss.call`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ParameterKind = Literal[
    "rows",  # int64: number of samples in this chunk
    "strip",  # int64: so many rows are summed together, before what they make goes to a total
    "extent",  # int64: length of the axis `of`
    "offsets",  # int64[rows + 1]: row r of a ragged axis `of` is [offsets[r], offsets[r + 1]); offsets[0] == 0
    "input",  # dtype[rows * prod(extents of axes)]: an argument with a value per sample, C order
    "label",  # int64[rows * prod(extents of axes)]: class ids
    "shared",  # float64[prod(extents of axes)]: a parameter with axes, the same for every sample
    "scalar",  # float64: a parameter, the same for every sample
    "weight",  # dtype[rows]: sample weights
    "scale",  # float64: what a kernel of a scaled variant multiplies every weighted result by
    "output",  # dtype[rows * prod(extents of axes)]: a result per sample, C order
    "total",  # float64[2 * prod(extents of axes)]: (sum, error) pairs, to which the rows of this chunk are added
    "scratch",  # float64[lanes * prod(extents of axes)], times `strip` if `per_row`: room for intermediate values
    "status",  # int64[2]: row and number of the first guard that failed, -1 where all held
]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One positional parameter of a compiled kernel.

    ``name`` is unique within a nest. ``of`` is the axis of an extent or offsets, else
    the argument or output that the parameter stands for (the same as ``name`` unless
    two of them would have clashed). The extent of a ragged axis, where it sizes a
    scratch array, is the length of the longest row.
    """

    name: str
    kind: ParameterKind
    of: str = ""
    axes: tuple[str, ...] = ()
    dtype: str = "float64"
    per_row: bool = False
    lanes: int = 1
    """How many rows of a scratch array there are: as many as a tile has; see `symloss.lower.tiles`."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What one kernel is specialised for, besides the declaration and the outputs."""

    dtype: Literal["float64", "float32"] = "float64"
    weighted: bool = False
    ragged: bool = False
    tiled: bool = False
    length: int = 0
    """The length of short rows whose entries are written out one by one; 0 for rows of any length."""
    scaled: bool = False
    """Whether results are multiplied by ``scale``, which only a mean wants."""


# Expressions --------------------------------------------------------------------------

Type = Literal["float", "single", "int", "bool"]

ROW_AXIS = ""
"""The axis of the samples; no declared axis has an empty name."""


@dataclass(frozen=True, slots=True)
class Number:
    """A literal; an integer literal is of type int, any other a float."""

    value: float | int

    @property
    def type(self) -> Type:
        return "int" if isinstance(self.value, int) else "float"


@dataclass(frozen=True, slots=True)
class Name:
    """A value bound by a `Let`, a `Reduction` or a `For`, or a scalar parameter."""

    name: str
    type: Type = "float"


@dataclass(frozen=True, slots=True)
class Length:
    """The length of an axis in this row."""

    axis: str
    type: Type = "int"


@dataclass(frozen=True, slots=True)
class Load:
    """One element of an array parameter, as a float64, or as the float32 that it is, or as an integer, of labels."""

    array: str
    indices: tuple[Expression, ...]
    type: Type = "float"


@dataclass(frozen=True, slots=True)
class Call:
    """An operation by name.

    Arithmetic (add sub mul div neg; all but div on integers, too), comparisons
    (lt le gt ge eq ne, of two operands of one type), logic (and or not), ``float`` of
    an integer or a float32, ``single`` (the float32 nearest to a float), ``index`` (the
    integer that a float holds), ``clamp`` (of an integer into [0, n - 1], given n);
    anything else is an elementary function.
    """

    head: str
    arguments: tuple[Expression, ...]
    type: Type = "float"


@dataclass(frozen=True, slots=True)
class Choose:
    """``then`` where ``condition`` holds, else ``otherwise``; both are evaluated."""

    condition: Expression
    then: Expression
    otherwise: Expression
    type: Type = "float"


Expression = Number | Name | Length | Load | Call | Choose


# Statements ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Let:
    """Binds a name for the rest of the block."""

    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class For:
    """Runs ``body`` for every position of ``axis``."""

    variable: str
    axis: str
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Store:
    """``array[indices] = value``, rounded to the array's dtype."""

    array: str
    indices: tuple[Expression, ...]
    value: Expression


@dataclass(frozen=True, slots=True)
class Overwrite:
    """``array[indices] = value`` after all of the array's row has been stored; nothing if the last index is no index.

    The last index may be any integer; a label out of range is found by its guard.
    """

    array: str
    indices: tuple[Expression, ...]
    value: Expression


@dataclass(frozen=True, slots=True)
class Spoil:
    """NaN in all of the array's row where the condition holds, after all of it has been stored."""

    array: str
    condition: Expression


@dataclass(frozen=True, slots=True)
class Reduction:
    """Binds a name to a reduction over the last axis of ``array[indices]``.

    The order of the operations is that of `symloss.lower.reductions`: it depends on
    the length of the axis alone.
    """

    name: str
    kind: Literal["sum", "max", "argmax", "rest"]
    array: str
    indices: tuple[Expression, ...] = ()

    @property
    def type(self) -> Type:
        return "int" if self.kind == "argmax" else "float"


@dataclass(frozen=True, slots=True)
class Check:
    """A condition that guard ``number`` sets; the number after the last guard's stands for the weights.

    In ``Nest.body`` a failure is only noted; in ``Nest.search`` it ends the kernel
    with row and number in the status.
    """

    number: int
    condition: Expression


@dataclass(frozen=True, slots=True)
class Add:
    """Adds to one pair of a total, with the rounding error kept: ``total[indices] += value``."""

    total: str
    indices: tuple[Expression, ...]
    value: Expression


@dataclass(frozen=True, slots=True)
class Total:
    """Sums a per-row scratch array over the rows into the one pair of a total."""

    total: str
    array: str


@dataclass(frozen=True, slots=True)
class Sort:
    """Puts the places of a row of keys in descending order into ``order``; equal keys keep their order.

    All three are scratch over one axis; `symloss.lower.sorting` says what else ``order`` holds.
    """

    order: str
    keys: str


@dataclass(frozen=True, slots=True)
class Accumulate:
    """``array[k]``, for every k: the sum of the ``weights`` of entries whose key is larger than that of k, and so on.

    The order is one that a `Sort` found.
    """

    array: str
    kind: Literal["larger", "smaller", "level", "earlier"]
    order: str
    weights: str


Statement = Let | For | Store | Overwrite | Spoil | Reduction | Check | Add | Total | Sort | Accumulate


@dataclass(frozen=True, slots=True)
class Nest:
    """A complete kernel: one pass over the rows of a chunk.

    ``search`` is the slow pass that finds the first row, and in
    it the first guard, that failed. ``lengths`` are those of the axes whose length is a
    number; an index into such an axis may be one too.
    """

    name: str
    variant: Variant
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...]
    search: tuple[Statement, ...] = ()
    lengths: tuple[tuple[str, int], ...] = ()

    def parameter(self, name: str) -> Parameter:
        """The parameter of that name."""
        return next(p for p in self.parameters if p.name == name)

    def parameters_of(self, *kinds: ParameterKind) -> tuple[Parameter, ...]:
        """The parameters of these kinds, in order."""
        return tuple(p for p in self.parameters if p.kind in kinds)


PER_ROW_KINDS: frozenset[ParameterKind] = frozenset({"input", "label", "weight", "output"})


def has_row_axis(parameter: Parameter) -> bool:
    """Whether the first index of this array is the row."""
    return parameter.kind in PER_ROW_KINDS or parameter.per_row


def array_axes(parameter: Parameter) -> tuple[str, ...]:
    """The axes of an array parameter, the rows among them."""
    return (ROW_AXIS, *parameter.axes) if has_row_axis(parameter) else parameter.axes
