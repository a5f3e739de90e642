"""Vectors with a number: ``k_j`` for one of k_1, ..., k_n, which are the columns of a matrix K."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from symjac.errors import ReadError, ShapeError, propose
from symjac.expr.names import written
from symjac.reading.assumptions import How
from symjac.reading.context import Context, Family, TwoMeaningsError
from symjac.reading.names import Named
from symjac.reading.spelling import is_bold, is_greek, is_upper, letter
from symjac.reading.tokens import Token
from symjac.reading.tree import Node
from symjac.reading.usual import LOSSES, NUMBERED, VECTOR_GREEK
from symjac.reading.vocabulary import GREEK

_TAKEN = LOSSES | {"I", "T"}  # capitals that mean something else


def matrix_of(token: Token) -> str | None:
    """The letter of the matrix that has the vectors with this letter for its columns; ``None`` where there is none.

    >>> [matrix_of(Token("name", text, 0, 1, style)) for text, style in (("k", "bf"), ("e", ""), ("K", ""))]
    ['\\\\mathbf{K}', '\\\\bar{E}', None]
    """
    text = token.text
    capital = "\\" + text[1:].capitalize() if is_greek(text) else text.upper()
    if is_upper(text) or (is_greek(text) and capital[1:] not in GREEK):
        return None
    accents = ("bar", *token.accents) if capital in _TAKEN else token.accents
    return letter(token._replace(text=capital, accents=accents))


def usual(ways: Sequence[frozenset[str]]) -> frozenset[str] | None:
    """Of several ways to take letters for vectors with a number the usual one, where there is one."""
    most = frozenset().union(*ways)
    doubtful = most - frozenset.intersection(*ways)
    return most if most in ways and doubtful <= NUMBERED else None


def may_be(context: Context, greek: Container[str] = ()) -> dict[str, tuple[str, str]]:
    """Letters that only ever carry the number of an entry, and may be vectors with one: their print, and the matrix.

    Small Greek letters are that where they mostly are, or where ``greek`` has them.
    """
    letters = context.letters
    declared = {f.base for f in context.families.values() if f.declared}
    found: dict[str, tuple[str, str]] = {}
    for n in context.exact.values():
        if context.has_bold and not is_bold(n.base):
            continue
        x = n.token.text
        small = not is_upper(x) and (not is_greek(x) or x in VECTOR_GREEK or x in greek)
        free = n.base not in declared | letters.bare and n.base not in letters.numbered
        matrix = matrix_of(n.token)
        if small and free and len(n.entries) == 1 and n.time is None and matrix is not None:
            found[n.base] = f"{n.base}_{n.entries[0]}", matrix
    return found


def refuse_to_choose(error: ReadError | ShapeError, named: Named) -> Exception:
    """What is raised where a letter may be that of entries as well."""
    name = f"{named.base}_{named.entries[0]}"
    return TwoMeaningsError(
        f"{name}: an entry of {named.base}, or one of several vectors?",
        text=error.text,
        span=error.span,
        hint=f'{propose(name, "vector d")} for a vector, "{name}: scalar" for a number',
    )


def take(context: Context, named: Named) -> str:
    """Takes letters for vectors with a number; the letter of the matrix of which they are the columns."""
    matrix = matrix_of(named.token)
    if matrix is None:
        raise context.doubt(
            f"{named.base}_{named.entries[0]} is declared as a vector with a number, and there is no capital for all",
            named.node,
            r'give it another letter, as in "y = \sum_j x_j x_j^\top q"',
        )
    context.letters.numbered[named.base] = matrix
    return matrix


def told(matrix: Family, small: str) -> str:
    """What letters with a number are read as."""
    label = f",{matrix.label}" if matrix.label else ""
    first, last = written(small, "1" + label, ""), written(small, f"{matrix.cols}{label}", "")
    return rf"{small} with a number: read as the vectors {first}, \dots, {last}, the columns of a matrix {matrix.name}"


def refuse_matrix(context: Context, node: Node, indices: Mapping[str, str]) -> None:
    """Refuses a matrix that is printed beside the vectors with its letter: do they stand in its columns or its rows?

    ``indices`` are those that stand below letters in the text.

    :raises TwoMeaningsError: for one that is not declared.
    """
    base = node.letter
    small = next((s for s, matrix in context.letters.numbered.items() if matrix == base), None)
    family = context.families.get(base)
    if small is not None and (family is None or family.how is not How.DECLARED):
        raise context.doubt(
            f"{base} beside {small} with a number: the matrix with these vectors for its columns, or for its rows?",
            node,
            f'for its columns declare "{base}: matrix d n" and "{small}_{indices.get(small, "i")}: vector d"; '
            f"where they are its rows, the same, with the transpose of {base} for {base} in the formula",
        )
