"""Maps as claims print them: with parameters beside their arguments, and normalisations spelled out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import pairwise

from symjac import expr as ex
from symjac.expr import Expr
from symjac.reading.operators import mean_of, variance_of
from symjac.reading.parser import readable
from symjac.reading.spelling import is_upper, plain
from symjac.reading.tree import Node
from symjac.reading.wording import describe

_MINUS_HALF = Fraction(-1, 2)


def without_parameters(text: str, symbols: Mapping[str, str]) -> str:
    """A text in which ``F(x, W)`` of a map F and its parameters W is ``F(x)``, with blanks in place of the rest.

    >>> without_parameters("y = F(x, W)", {"F": "map", "x": "vector n", "W": "parameters of F"})
    'y = F(x   )'
    """
    maps = {plain(key) for key, words in symbols.items() if describe(words).role in ("map", "normalisation")}
    parameters = {plain(key) for key, words in symbols.items() if describe(words).role in ("matrix", "parameters")}
    if not maps:
        return text
    pairs = [p for r in readable(text) for n in r.walk() if n.kind == "juxt" for p in pairwise(n.kids)]
    for head, group in sorted(pairs, key=lambda pair: -pair[0].start):
        if head.kind == "name" and group.is_call and len(group.kids) > 1 and _base(text, head) & maps:
            kept = [text[k.start : k.end] for k in group.kids if not _is_parameter(text, k, symbols, parameters)]
            inside = text[group.start + 1 : group.end - 1]
            new = ", ".join(kept)
            if kept and len(kept) < len(group.kids) and len(new) <= len(inside):
                text = text[: group.start + 1] + new.ljust(len(inside)) + text[group.end - 1 :]
    return text


def _is_parameter(text: str, node: Node, symbols: Mapping[str, str], parameters: set[str]) -> bool:
    """Whether an argument is declared as a parameter or a matrix, or is a capital of which nothing is said."""
    if node.kind != "name":
        return False
    names = _base(text, node)
    said = bool(names & {plain(key) for key in symbols})
    return bool(names & parameters) or (not said and is_upper(node.text))


def _base(text: str, head: Node) -> set[str]:
    """The ways a declaration may spell a name: with its scripts and without."""
    printed = text[head.start : head.end]
    bare = printed[: head.scripts[0].start - head.start] if head.scripts else printed
    return {plain(printed), plain(bare)}


def spelled_out(e: Expr, names: Iterable[str]) -> Expr:
    """The expression with layer normalisations as ``(v - mean 1) / sqrt(var)``, and their Jacobians likewise."""
    wanted = set(names)
    table: dict[Expr, Expr] = {}
    for node in e.walk() if wanted else ():
        if isinstance(node, ex.VectorMap) and node.name in wanted:
            table[node] = _normalised(spelled_out(node.args[0], wanted))
        elif isinstance(node, ex.MapJacobian) and node.name in wanted:
            table[node] = _jacobian(spelled_out(node.args[0], wanted))
    return e.replace(table) if table else e


def _normalised(v: Expr) -> Expr:
    centred = ex.add(v, ex.neg(ex.mul(mean_of(v), ex.Ones(v.rows, ex.ONE))))
    return ex.mul(ex.power(variance_of(v), ex.Number(_MINUS_HALF)), centred)


def _jacobian(v: Expr) -> Expr:
    n, one = ex.size_as_scalar(v.rows), ex.Ones(v.rows, ex.ONE)
    share = ex.power(n, ex.Number(-1))
    x = _normalised(v)
    inner = ex.add(
        ex.Identity(v.rows),
        ex.neg(ex.mul(share, one, ex.Transpose(one))),
        ex.neg(ex.mul(share, x, ex.Transpose(x))),
    )
    return ex.mul(ex.power(variance_of(v), ex.Number(_MINUS_HALF)), inner)
