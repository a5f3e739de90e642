"""What the names of a text mean while it is read: families with their roles, and constants."""

from __future__ import annotations

from dataclasses import replace

from symjac.errors import propose
from symjac.expr import Symbol
from symjac.expr.times import LAST
from symjac.reading.context import Context
from symjac.reading.names import Named, Operation, take_apart
from symjac.reading.roles import Roles
from symjac.reading.spelling import is_bold
from symjac.reading.tree import Node, Placed


class Naming:
    """A context, the roles in it, and what is bound inside a definition; ``beside`` a system it is that of a claim."""

    def __init__(self, context: Context, roles: Roles, *, beside: bool = False) -> None:
        self.beside = beside
        self.context = context
        self.roles = roles
        self.locals: dict[str, Symbol] = {}

    def error(self, message: str, at: Placed, hint: str | None = None) -> Exception:
        return self.context.error(message, at, hint)

    def misfit(self, message: str, at: Placed, hint: str | None = None) -> Exception:
        return self.context.misfit(message, at, hint)

    def named(self, node: Node) -> Named:
        found = take_apart(node, self.context.letters, self.context.source)
        at_last = self.beside and found.time is not None and found.time.text in LAST
        if not at_last or found.time is None or self.context.find(found.family) is not None:
            return found
        labelled = replace(found, label=found.time.text, time=None, place="")  # the y_T that the system defines
        return labelled if self.context.find(labelled.family) is not None else found

    def is_constant(self, named: Named) -> bool:
        """Whether a name is e, the identity, or the vector of ones or zeros, and was not declared otherwise."""
        token, found = named.token, self.context.find(named.family)
        error = self.beside and token.text == "e" and named.operations and not is_numeric(named.operations)
        known = found is not None and found.declared and not error  # an error e is no base of e^{-x}
        if known and found and token.text == "I" and (self.beside or self.context.continued):
            stepped = bool(found.times) and None not in found.times
            known = not stepped and is_bold(found.name) == is_bold(named.family)  # of I_t, and in another style
        if known:
            return False
        entry = token.text == "I" and len(named.entries) == 1
        if named.time is not None or token.accents or len(named.label) > 1 or entry:
            return False
        if named.family in self.roles.defined and (token.text != "e" or is_numeric(named.operations)):
            return False  # the error e of e = y - d, and its square
        if token.text == "e":
            raised = [o.kind for o in named.operations] in (["power"], ["inverse"])
            return raised and not named.label and token.style in ("", "rm")
        if token.text == "I" and not self.beside and "I" in self.context.slopes:
            text = self.context.text(named.node)
            message = f"{text}, whose slope is printed, is no identity: a number, or a vector?"
            raise self.context.doubt(message, named.node, propose(text, "scalar", "vector n"))
        if (self.context.source, named.node.start) in self.roles.currents:
            raise self.current("is added to the slope of a state", named.node)
        if token.text == "I":
            return token.style in ("", "bf", "bs", "rm", "bb")
        return token.text in ("0", "1") and token.style in ("bf", "bs", "bb")

    def current(self, where: str, at: Placed) -> Exception:
        """Asks whether an I that is not declared is the identity."""
        text = self.context.text(at)
        hint = propose(text, "scalar", "vector n", "matrix n n, identity")
        return self.context.doubt(f"{text} {where}: a current, or the identity?", at, hint)


def is_numeric(operations: list[Operation]) -> bool:
    """Whether a name is raised to a number."""
    return all(t.kind in ("number", "-", "{", "}") for o in operations for t in o.tokens)
