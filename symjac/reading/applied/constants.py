"""Names that stand for the same everywhere: Euler's number, the identity, ones, zeros, and the delta of two indices."""

from __future__ import annotations

from symjac.errors import propose
from symjac.reading.applied.building import Building, span
from symjac.reading.applied.naming import is_numeric
from symjac.reading.applied.terms import Term
from symjac.reading.names import Named, Operation
from symjac.reading.spelling import INDICES, KRONECKER, indicated, script_text
from symjac.reading.tokens import Token
from symjac.reading.tree import Node


def known(b: Building, named: Named, node: Node) -> Term:
    """A power of Euler's number, the identity, or the vector of ones or zeros."""
    text = named.token.text
    if text == "e":
        exponent = named.operations[0].tokens or tuple(t for s in node.scripts for t in s.tokens)
        _refuse_doubtful_base(b, exponent, node)
        return b.euler(b.script(exponent), node)
    kind = {"I": "identity", "1": "ones", "0": "zeros"}[text]
    return b.operated(b.constant(kind, named.label or None, node), named.operations, node)


def _refuse_doubtful_base(b: Building, exponent: tuple[Token, ...], node: Node) -> None:
    """Refuses ``e^2``, and an e with a power beside one without: an error may be meant.

    :raises ReadError: in these cases.
    """
    found = b.context.find("e")
    if "e" in b.el.roles.defined or (found is not None and found.declared):
        b.context.note("named", f"{b.context.text(node)} is read as a power of Euler's number", node)
    elif is_numeric([Operation("power", exponent)]) or "e" in b.el.roles.alone:
        raise b.error(
            f"{b.context.text(node)}: a power of a symbol e, or of Euler's number?",
            node,
            rf'for a symbol {propose("e", "scalar")}; for the number write "\exp({script_text(exponent)})"',
        )


def kronecker(b: Building, named: Named, node: Node) -> Term | None:
    """The delta of two indices, an entry of the identity, where the letter is not declared as something else."""
    if (delta := compared(b, node)) is not None:
        return delta
    found = b.context.find(named.family)
    if named.base not in KRONECKER or named.upper or named.time is not None or named.operations:
        return None
    if found is not None and found.declared:
        return None
    pair = named.entries
    if b.el.beside and named.base == r"\delta" and not pair and set(named.label) <= INDICES:
        pair = tuple(named.label)
    return Term("kronecker", (), pair, span(node)) if len(pair) == 2 else None


def compared(b: Building, node: Node) -> Term | None:
    """``1_{i = y}`` in its spellings: Kronecker's delta of two indices."""
    pair = indicated(node.token, node.sub)
    if not pair:
        return None
    if len(node.scripts) > 1:
        raise b.error(f"{b.context.text(node)}: what stands above an indicator is not read", node)
    return Term("kronecker", (), tuple(t.text for t in pair), span(node))
