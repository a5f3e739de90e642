"""What stands before a bracket: a function, a map, an operator's word, or a factor."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

from symjac.errors import propose
from symjac.expr import Function
from symjac.reading import hints, vocabulary
from symjac.reading.applied.naming import Naming
from symjac.reading.applied.terms import Term
from symjac.reading.assumptions import How
from symjac.reading.context import Family, Use
from symjac.reading.names import Named, Operation, operation_of
from symjac.reading.roles import known_function
from symjac.reading.spelling import is_upper
from symjac.reading.tree import Node, bracket
from symjac.reading.usual import FACTOR_LETTERS, FUNCTION_LETTERS, LOSSES, OFTEN_MAPS, STATE_LETTERS, STEP_NAMES


class Head:
    """What stands before an argument: a function with primes, a map, or an operator's word."""

    def __init__(
        self,
        function: Function | None,
        word: str,
        operations: list[Operation],
        family: Family | None,
        entries: tuple[str, ...] = (),
    ) -> None:
        self.function = function
        self.word = word
        self.order = sum(o.count for o in operations if o.kind == "prime")
        self.after = [o for o in operations if o.kind != "prime"]
        self.family = family
        self.entries = entries  # of its value


def refuse_time_step(el: Naming, kids: list[Node]) -> None:
    """``dt``: one symbol for a step of time, or a product?"""
    for a, b in itertools.pairwise(kids):
        if a.kind != "name" or b.kind != "name" or b.text not in ("t", r"\tau") or a.scripts:
            continue
        if a.text != "d" or a.end != b.start:
            continue
        family = el.context.find(el.named(a).family)
        if family is None or not family.declared:
            raise el.error(
                f"{el.context.text(spanning(a, b))}: a step of time, or a product?",
                spanning(a, b),
                r'for a step write "\Delta t", for a product "d \cdot t"',
            )


def spanning(first: Node, last: Node) -> Node:
    return Node("juxt", "", [first, last], first.start, last.end)


def with_scripts(first: Node, group: Node) -> Node:
    """A head and its bracket as what the scripts behind the bracket, or the braces around it, hang on."""
    inner = bracket(group)
    scripts = [*inner.scripts, *(group.scripts if inner is not group else [])]
    return Node("group", "(", [], first.start, group.end, scripts)


def call_key(el: Naming, item: Node, group: Node) -> str:
    inner = bracket(group)
    scripts = [s.start for g in (group, inner) for s in g.scripts]
    end = min([group.end, *scripts])  # what is raised to a power is the call
    text = el.context.source[item.start : group.start] + el.context.source[inner.start : end]
    return re.sub(r"\\left|\\right|[{}\s]", "", text)


def head_of(el: Naming, item: Node, following: Node | None) -> Head | None:
    """The function or operator an item names, if it does."""
    if item.kind == "word":
        above = (s for s in item.scripts if s.kind != "_")
        operations = [Operation("prime", count=1) if s.kind == "'" else operation_of(s.tokens) for s in above]
        if item.sub and (item.text not in ("log", "ln") or item.sub[0].text != "e"):
            base = "".join(t.text for t in item.sub)
            quotient = rf'write a quotient, as in "\frac{{\log x}}{{\log {base}}}"' if item.text == "log" else None
            raise el.error(f"a subscript on {item.text} is not read", item, quotient)
        function = known_function(item.text)
        if any(o.kind == "inverse" for o in operations):
            known = known_function(f"arc{item.text}")
            hint = rf'for the reciprocal write a fraction, as in "\frac{{1}}{{\{item.text}(x)}}"'
            inverse = rf'; for the inverse write "\operatorname{{arc{item.text}}}"' if known is not None else ""
            raise el.error(
                f"{item.text} to the power -1: the inverse function or the reciprocal?", item, hint + inverse
            )
        return Head(function, vocabulary.OPERATORS.get(item.text, ""), operations, None)
    if item.kind != "name":
        return None
    named = el.named(item)
    if named.family in el.locals or el.is_constant(named):
        return None
    if following is not None and _is_expectation(el, named, following):
        shown = el.context.text(item)
        if not el.roles.has_variance:
            inside = ", ".join(el.context.text(k) for k in bracket(following).kids)
            raise el.error(
                f"{shown} before a bracket: an expectation, which is not read",
                spanning(item, following),
                rf'for the mean of the entries of a vector write "\operatorname{{mean}}({inside})", else '
                f"{propose(shown, 'matrix n n')}",
            )
        el.context.note(
            "statistic", f"{shown} is read as the mean of the entries of a vector, beside its variance", item
        )
        return Head(None, "mean", named.operations, None)
    if item.token.is_dotted and following is not None and following.is_call:
        plain = replace(item, token=item.token._replace(accents=item.token.accents[1:]))
        undotted = el.named(plain)
        el.roles.applied.setdefault(undotted.family, plain)
        family = el.roles.settle(undotted)
        if family.role == "function":
            el.context.note("dot", f"the dot on {family.name} is read as its derivative", item)
            operations = [Operation("prime", count=1), *undotted.operations]
            return Head(family.function, "", operations, family, undotted.entries)
        return None
    family = el.roles.settle(named)
    if family.role in ("function", "map", "softmax"):
        if not family.declared and re.fullmatch(r"\(\d+\)", named.upper):
            number = int(named.upper[1:-1])
            primes = "'" * number
            raise el.error(
                f"{family.name}: a derivative of high order, or the function with that number?",
                item,
                f'for a derivative write "{family.letter}{primes}", for a number "{family.letter}_{number}"',
            )
        if any(o.kind == "inverse" for o in named.operations):
            message = f"{family.name} to the power -1: the inverse function or the reciprocal?"
            raise el.error(
                message, item, rf'for the reciprocal write a fraction, as in "\frac{{1}}{{{family.name}(x)}}"'
            )
        if any(o.kind == "power" for o in named.operations) and family.letter in OFTEN_MAPS and not family.declared:
            f = family.name
            raise el.error(
                f"{el.context.text(item)} before a bracket: the power of its value, or the function applied again?",
                item,
                rf'for the power write it as in "({f}(x))^2", for the other as in "{f}({f}(x))"',
            )
        role = "softmax" if family.role == "softmax" else ""
        return Head(family.function, role, named.operations, family, named.entries)
    return None


def holds_itself(item: Node, following: Node | None) -> bool:
    r"""``\sigma (1 - \sigma)``, where the second has lost its argument."""
    if following is None or not following.is_call:
        return False
    nodes = list(following.walk())
    called = {id(a) for n in nodes for a, b in itertools.pairwise(n.kids) if n.kind == "juxt" and b.is_call}
    return any(n.kind == item.kind and n.text == item.text and id(n) not in called for n in nodes)


def _is_expectation(el: Naming, named: Named, group: Node) -> bool:
    r"""``\mathrm{E}[x]``, ``\mathbb{E}[x]``, where E is not declared."""
    found, style = el.context.find(named.family), named.token.style
    alone = named.family not in el.roles.bare and not el.roles.is_time_call(named.node, group)
    plain = style == "" and alone
    if named.token.text != "E" or not (plain or style in ("rm", "bb")) or not group.is_call:
        return False
    return (bracket(group).text == "[" or style == "bb") and (found is None or not found.declared)


def refuse_time(el: Naming, family: Family, named: Named) -> None:
    """Refuses a function with a time: nothing says what it is at another one; losses have one each."""
    if named.time is not None and family.how is not How.OF_LOSS:
        node, source = named.node, el.context.source
        at = next(s for s in node.scripts if s.kind == ("^" if named.place.startswith("^") else "_"))
        entries = f"_{{{','.join(named.entries)}}}" if named.entries else ""
        message = f"{el.context.text(node)}: a function that changes with time is not read"
        hint = f'write "{source[node.start : at.start]}{source[at.end : node.end]}{entries}", without its time'
        raise el.error(message, node, hint)


def is_stepwise(el: Naming, family: Family, named: Named, call: Term) -> bool:
    """Whether a function has an index, so that it is another one at each step.

    Its argument has to tell which: it is applied to one thing only, of the same step.
    """
    if family.how is How.OF_LOSS:
        return False
    if el.beside and (family.use is None or family.use.time is None):
        refuse_time(el, family, named)
    if el.beside or (el.context.continued and named.time is None):
        return named.time is not None
    use = Use(named.time, tuple(a.unnumbered for a in call.args))
    first = family.use = family.use or use
    steps = [r.time.letters for r in call.refs() if r.time is not None]
    if named.time is not None and named.time.letters not in steps:
        refuse_time(el, family, named)
    shown = el.context.text(named.node)
    if first != use and (first.time, named.time) != (None, None):
        message = f"{shown}: a function that is another one at each step is read at one argument only"
        raise el.error(message, named.node, r'write "\phi", a letter of its own')
    if named.time is not None:
        el.context.note(
            "argument", f"{shown} is printed as {family.name}: its argument tells which step it is of", named.node
        )
    return named.time is not None


def map_of(el: Naming, node: Node) -> Family | None:
    """The map that a name is, if it is one that is known."""
    if node.kind != "name":
        return None
    named = el.named(node)
    called = not el.beside and named.family in el.roles.applied
    family = el.roles.settle(named) if called else el.context.find(named.family)
    if family is None or family.role != "map" or named.operations or named.primes:
        return None
    refuse_time(el, family, named)
    return family


def arguments_of(el: Naming, family: Family | None, group: Node) -> list[Node]:
    """What stands in the bracket of a call; of a map without its parameters, which a note says."""
    if family is None or family.role != "map" or len(group.kids) < 2:
        return group.kids
    left = [k for k in group.kids if not _is_parameter(el, k.inner)]
    out = [k for k in group.kids if k not in left]
    if not left or not out:
        return group.kids
    names = ", ".join(el.context.text(k) for k in out)
    if family.parameters not in ("", names):
        raise el.error(
            f"{family.name} has the parameters {names} here and {family.parameters} elsewhere: two functions, which "
            "need two letters",
            group,
        )
    family.parameters = names
    what = "a parameter" if len(out) == 1 else "parameters"
    el.context.note("parameter", f"{names}: read as {what} of {family.name}, and left out")
    return left


def _is_parameter(el: Naming, node: Node) -> bool:
    """Whether an argument is declared to be a parameter, or a capital that stands in such brackets only."""
    if node.kind != "name":
        return False
    named = el.named(node)
    known = el.context.find(named.family)
    if known is not None and known.is_known:
        return known.role == "parameters"
    only_here = el.roles.seen[named.family] == el.roles.among[named.family]
    return is_upper(node.text) and named.time is None and not named.operations and only_here


def refuse_composition(el: Naming, node: Node) -> None:
    """``f \\circ g(x)``: a ring between functions composes them, between vectors it multiplies entries."""
    left, right = node.kids[0].inner, node.kids[1].inner
    first = right.factors[0].inner
    if _is_bare_function(el, left) and (first.kind == "word" or _is_bare_function(el, first)):
        rest = el.context.text(right)
        raise el.error(
            "a ring between functions composes them, which is not read",
            node,
            rf'write it as in "f(g(x))"; for an entrywise product write "{el.context.text(left)} \odot {rest}"',
        )


def _is_bare_function(el: Naming, node: Node) -> bool:
    if node.kind == "word":
        return True
    if node.kind != "name" or any(s.kind != "'" for s in node.scripts):
        return False
    family = el.context.find(el.named(node).family)
    if family is not None and family.declared:
        return family.role in ("function", "map")
    return node.text in FUNCTION_LETTERS and el.named(node).family not in el.roles.defined


def not_a_call(el: Naming, item: Node, group: Node) -> None:
    """Refuses what looks like a call of something that is no function."""
    inner = bracket(group)
    if item.kind != "name":
        return
    text = el.context.text(item)
    named = el.named(item)
    family = None if named.family in el.locals or el.is_constant(named) else el.roles.settle(named)
    if len(inner.kids) > 1 and inner.text == "(":
        words = "map 1 n n" if item.text in LOSSES else "map"
        if named.family in el.roles.bare:
            hint = r'write "\phi", a letter of its own, if it is a function of several vectors'
        else:
            hint = propose(text, words) + ", if it is a function of several vectors"
        role = family.role if family else "scalar"
        raise el.error(f"{text}( , ) looks like a function, but {text} is read as a {role}", item, hint)
    if family is None or family.declared or family.role not in ("scalar", "vector", "matrix"):
        return
    script = item.token.style in ("cal", "scr", "frak") or (item.token.style == "rm" and len(item.text) > 1)
    often = named.time is not None and (script or item.text in FUNCTION_LETTERS - STATE_LETTERS)
    one = len(inner.kids) == 1 and (often or inner.kids[0].inner.kind in ("name", "number")) and inner.text == "("
    if one and family.name not in el.roles.bare and item.text not in STEP_NAMES:
        call, whole = f"{text}({el.context.text(inner.kids[0])})", spanning(item, group)
        if item.text in FACTOR_LETTERS:
            el.context.note("argument", f"{call} is read as a product", whole)
            return
        raise el.error(
            f"{call}: a function or a product?",
            whole,
            propose(family.name, "elementwise", "map 1 n", hints.WORDS[family.role]),
        )


def begins_call(el: Naming, kids: list[Node], k: int) -> bool:
    """Whether a function stands there, which ends the argument of the one before."""
    following = kids[k + 1] if k + 1 < len(kids) else None
    called = kids[k].kind == "name" and following is not None and following.is_call
    return kids[k].kind == "word" or (called and head_of(el, kids[k], following) is not None)


def indicates(item: Node, group: Node) -> bool:
    """``\\mathbb{1}[x > 0]``, and ``\\mathbb{1}\\{i = j\\}``."""
    one = item.kind in ("name", "number") and item.text in ("1", "I", r"\chi") and not item.scripts
    if not one or group.kind != "group":
        return False
    inner = group.kids[0] if group.text == "{" and len(group.kids) == 1 else group
    return any(d in ("<", ">", "<=", ">=", "=") for d in inner.detail)
