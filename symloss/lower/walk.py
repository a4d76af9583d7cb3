"""Walking the IR: operands of expressions, expressions of statements, substitution of names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

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
    Number,
    Overwrite,
    Reduction,
    Sort,
    Spoil,
    Statement,
    Store,
    Total,
)

Substitution = Mapping[str, Expression]


def operands(expression: Expression) -> tuple[Expression, ...]:
    """The expressions that this one is made of."""
    match expression:
        case Load(indices=indices):
            return indices
        case Call(arguments=arguments):
            return arguments
        case Choose(condition=condition, then=then, otherwise=otherwise):
            return (condition, then, otherwise)
        case Number() | Name() | Length():
            return ()


def expressions(statement: Statement) -> tuple[Expression, ...]:
    """The expressions that the statement itself evaluates, without those of a loop's body."""
    match statement:
        case Let(value=value):
            return (value,)
        case (
            Store(indices=indices, value=value)
            | Overwrite(indices=indices, value=value)
            | Add(indices=indices, value=value)
        ):
            return (*statement.indices, statement.value)
        case Reduction(indices=indices):
            return indices
        case Check(condition=condition) | Spoil(condition=condition):
            return (condition,)
        case For() | Total() | Sort() | Accumulate():
            return ()


def subexpressions(expression: Expression) -> Iterator[Expression]:
    """The expression and all that it is made of."""
    yield expression
    for operand in operands(expression):
        yield from subexpressions(operand)


def names(expression: Expression) -> Iterator[str]:
    """The names of values that it uses, as often as it does."""
    return (e.name for e in subexpressions(expression) if isinstance(e, Name))


def size(expression: Expression) -> int:
    """The number of operations, loads and leaves."""
    return sum(1 for _ in subexpressions(expression))


def substituted(expression: Expression, names: Substitution) -> Expression:
    """The expression with some names replaced."""

    def again(operand: Expression) -> Expression:
        return substituted(operand, names)

    match expression:
        case Name(name=name):
            return names.get(name, expression)
        case Load(indices=indices):
            return replace(expression, indices=tuple(map(again, indices)))
        case Call(arguments=arguments):
            return replace(expression, arguments=tuple(map(again, arguments)))
        case Choose(condition=condition, then=then, otherwise=otherwise):
            return replace(expression, condition=again(condition), then=again(then), otherwise=again(otherwise))
        case Number() | Length():
            return expression


def with_substituted(statement: Statement, names: Substitution) -> Statement:
    """The statement with some names replaced in its own expressions."""
    return with_expressions(statement, lambda expression: substituted(expression, names))


def with_expressions(statement: Statement, change: Callable[[Expression], Expression]) -> Statement:
    """The statement with another expression for each of its own."""
    match statement:
        case Let(value=value):
            return replace(statement, value=change(value))
        case (
            Store(indices=indices, value=value)
            | Overwrite(indices=indices, value=value)
            | Add(indices=indices, value=value)
        ):
            return replace(statement, indices=tuple(map(change, statement.indices)), value=change(statement.value))
        case Reduction(indices=indices):
            return replace(statement, indices=tuple(map(change, indices)))
        case Check() | Spoil():
            return replace(statement, condition=change(statement.condition))
        case For() | Total() | Sort() | Accumulate():
            return statement


def walk(statements: tuple[Statement, ...]) -> Iterator[Statement]:
    """All statements, those inside loops too, in order."""
    for statement in statements:
        yield statement
        if isinstance(statement, For):
            yield from walk(statement.body)
