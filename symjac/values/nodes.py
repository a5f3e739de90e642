"""What stands in expressions and in the definitions they use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from symjac.expr import Apply, Expr, Symbol, dim


def reachable(expressions: Iterable[Expr], definitions: Mapping[Symbol, Expr]) -> Iterator[Expr]:
    """The nodes of expressions and of the definitions they use."""
    todo = list(expressions)
    seen: set[Expr] = set()
    while todo:
        node = todo.pop()
        if node in seen:
            continue
        seen.add(node)
        yield node
        todo.extend(node.args)
        if isinstance(node, Symbol) and node in definitions:
            todo.append(definitions[node])


def unspecified(nodes: Iterable[Expr]) -> list[str]:
    """The names of the functions in these nodes that nothing specifies."""
    return sorted({e.function.name for e in nodes if isinstance(e, Apply) and e.function.known is None})


def count_entries(nodes: Iterable[Expr], sizes: Mapping[str, int]) -> int:
    """How many entries the symbols among these nodes have together."""
    values = {dim(letter): dim(number) for letter, number in sizes.items()}
    return sum(int(s.rows.xreplace(values)) * int(s.cols.xreplace(values)) for s in nodes if isinstance(s, Symbol))
