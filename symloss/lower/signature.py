"""The parameters of a kernel, and names that do not clash."""

from __future__ import annotations

from symloss.lower.ir import Parameter, ParameterKind, Variant
from symloss.stabilise.graph import Argument, Output, Stable


class Names:
    """Hands out names, each once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def fresh(self, wish: str) -> str:
        """``wish`` if it is free, else with the smallest number that makes it so."""
        name, number = wish, 1
        while name in self._taken:
            number += 1
            name = f"{wish}_{number}"
        self._taken.add(name)
        return name

    def release(self, name: str) -> None:
        """Make a name free again."""
        self._taken.remove(name)

    def numbered(self, stem: str) -> str:
        """The stem with the smallest number that is free, from 1."""
        number = 1
        while f"{stem}_{number}" in self._taken:
            number += 1
        return self.fresh(f"{stem}_{number}")


def argument_parameter(argument: Argument, variant: Variant, names: Names) -> Parameter:
    """How an argument reaches the kernel."""
    name = names.fresh(argument.name)
    if argument.label:
        return Parameter(name, "label", argument.name, argument.axes, "int64")
    if argument.per_sample:
        dtype = "float64" if argument.role == "parameter" else variant.dtype
        return Parameter(name, "input", argument.name, argument.axes, dtype)
    return Parameter(name, "shared" if argument.axes else "scalar", argument.name, argument.axes)


def output_parameter(output: Output, variant: Variant, names: Names) -> Parameter:
    """Where a result goes."""
    axes = (*(axis for axis, _ in output.place), *(loop.axis for loop in output.loops))
    name = names.fresh(output.name)
    if output.reduced:
        return Parameter(name, "total", output.name, axes)
    return Parameter(name, "output", output.name, axes, variant.dtype)


def is_summed_by_strips(output: Output) -> bool:
    """Whether it is one number for all rows, whose values are summed a strip of rows at a time."""
    return output.reduced and not (output.loops or output.place)


def axis_parameters(stable: Stable, variant: Variant, names: Names) -> list[Parameter]:
    """The lengths of the axes, or where the rows of the one ragged axis begin and end."""
    if variant.ragged:
        (axis,) = stable.axes
        return [Parameter(names.fresh("offsets"), "offsets", axis, dtype="int64")]
    return [Parameter(names.fresh(f"size_{axis}"), "extent", axis, dtype="int64") for axis in stable.axes]


def fixed(kind: ParameterKind, names: Names, dtype: str = "float64", per_row: bool = False) -> Parameter:
    """A parameter that is named after its kind."""
    return Parameter(names.fresh(kind), kind, dtype=dtype, per_row=per_row)


def signature(stable: Stable, variant: Variant, names: Names) -> tuple[Parameter, ...]:
    """Every parameter but scratch and status, in the order of the call."""
    # Arguments and results take their names first: the user chose those.
    arguments = [argument_parameter(a, variant, names) for a in stable.arguments]
    # Entries of one matrix go to one array.
    outputs = [output_parameter(o, variant, names) for o in {o.name: o for o in stable.outputs}.values()]
    rows = fixed("rows", names, "int64")
    axes = axis_parameters(stable, variant, names)
    weight = [fixed("weight", names, variant.dtype)] if variant.weighted else []
    strip = [fixed("strip", names, "int64")] if any(map(is_summed_by_strips, stable.outputs)) else []
    return (rows, *strip, *axes, *arguments, *weight, fixed("scale", names), *outputs)
