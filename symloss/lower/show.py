"""A nest as text that people read: for dumps and golden files."""

from __future__ import annotations

from collections.abc import Iterator

from symloss.lower.ir import (
    Accumulate,
    Add,
    Call,
    Check,
    Choose,
    Expression,
    For,
    Length,
    Let,
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
    has_row_axis,
)

SIGNS = {
    "add": " + ", "sub": " - ", "mul": "*", "div": "/",
    "lt": " < ", "le": " <= ", "gt": " > ", "ge": " >= ", "eq": " == ", "ne": " != ",
    "and": " and ", "or": " or ",
}  # fmt: skip


def show(nest: Nest) -> str:
    """The whole nest: its parameters, the pass over the rows, and the search for a failed guard."""
    lines = [f"nest {nest.name}", *(f"  {_parameter(p)}" for p in nest.parameters), "body", *_block(nest.body, "  ")]
    if nest.search:
        lines += ["search, if a check failed", *_block(nest.search, "  ")]
    return "\n".join(lines) + "\n"


def _parameter(parameter: Parameter) -> str:
    axes = ", ".join([*(["rows"] if has_row_axis(parameter) else []), *parameter.axes])
    stands_for = f" of {parameter.of}" if parameter.of not in ("", parameter.name) else ""
    return f"{parameter.kind} {parameter.name}{f'[{axes}]' if axes else ''}: {parameter.dtype}{stands_for}"


def _block(block: tuple[Statement, ...], margin: str) -> Iterator[str]:
    for statement in block:
        if isinstance(statement, For):
            yield f"{margin}for {statement.variable} in {statement.axis or 'rows'}"
            yield from _block(statement.body, margin + "  ")
        else:
            yield margin + _statement(statement)


def _statement(statement: Let | Store | Overwrite | Spoil | Reduction | Check | Add | Total | Sort | Accumulate) -> str:
    match statement:
        case Let(name=name, value=value):
            return f"{name} = {expression_text(value)}"
        case Store(array=array, indices=indices, value=value):
            return f"{_element(array, indices)} = {expression_text(value)}"
        case Overwrite(array=array, indices=indices, value=value):
            return f"{_element(array, indices)} = {expression_text(value)}, again"
        case Spoil(array=array, condition=condition):
            return f"{array}[row, ...] = nan, if {expression_text(condition)}"
        case Reduction(name=name, kind=kind, array=array, indices=indices):
            return f"{name} = {kind} of {_element(array, (*indices, Name(':')))}"
        case Check(number=number, condition=condition):
            return f"check {number}: {expression_text(condition)}"
        case Add(total=total, indices=indices, value=value):
            return f"{_element(total, indices)} += {expression_text(value)}"
        case Total(total=total, array=array):
            return f"{total} = total of {array}"
        case Sort(order=order, keys=keys):
            return f"{order}[:] = places of {keys}[:] in descending order"
        case Accumulate(array=array, kind=kind, order=order, weights=weights):
            return f"{array}[:] = sums of {weights}[:] over entries that are {kind}, by {order}[:]"


def _element(array: str, indices: tuple[Expression, ...]) -> str:
    return f"{array}[{', '.join(map(expression_text, indices))}]"


def expression_text(expression: Expression) -> str:
    """An expression as people write it."""
    match expression:
        case Number(value=value):
            return repr(value)
        case Name(name=name):
            return name
        case Length(axis=axis):
            return f"|{axis or 'rows'}|"
        case Load(array=array, indices=indices):
            return _element(array, indices)
        case Choose(condition=condition, then=then, otherwise=otherwise):
            return f"({expression_text(then)} if {expression_text(condition)} else {expression_text(otherwise)})"
        case Call(head=head, arguments=arguments) if head in SIGNS:
            return f"({SIGNS[head].join(map(expression_text, arguments))})"
        case Call(head=head, arguments=arguments):
            return f"{head}({', '.join(map(expression_text, arguments))})"
