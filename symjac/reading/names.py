"""What the scripts of a name say: label, time index, entry, transpose, power or prime.

``x_{t-1}`` is the family ``x`` at time ``t-1``; ``W_{in}`` is a family of its own; ``w_{ij}`` is an
entry of ``w`` where i and j run (:mod:`symjac.reading.survey` knows whether they do).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from symjac.errors import propose
from symjac.expr.names import NOW, Name, written
from symjac.expr.times import Time
from symjac.reading.spelling import (
    BESIDE_ENTRIES,
    ENCLOSURES,
    ENTRYLIKE,
    KRONECKER,
    SHOWN_ENCLOSURE,
    TIMELIKE,
    indicated,
    is_upper,
    letter,
    script_text,
)
from symjac.reading.survey import Letters, is_index, is_timed
from symjac.reading.tokens import Token, parted
from symjac.reading.tree import Node, Script, refused


@dataclass(frozen=True)
class Operation:
    """What a superscript does to the symbol that carries it: transpose, inverse, power, entry power or prime."""

    kind: str
    tokens: tuple[Token, ...] = ()
    count: int = 0


@dataclass
class Named:
    """A name taken apart."""

    node: Node
    token: Token
    base: str
    label: str = ""
    upper: str = ""
    time: Time | None = None
    place: str = ""
    given: Time | None = None
    entries: tuple[str, ...] = ()
    operations: list[Operation] = field(default_factory=list)

    @property
    def name(self) -> Name:
        """What it names."""
        return Name(self.base, self.label, self.upper, self.place, self.time, self.given, self.token.text)

    @property
    def family(self) -> str:
        """The canonical name without its time."""
        return written(self.base, self.label, self.upper)

    @property
    def primes(self) -> int:
        return sum(o.count for o in self.operations if o.kind == "prime")


def take_apart(node: Node, letters: Letters, source: str, *, declaring: bool = False) -> Named:
    """A name node with its scripts understood."""
    out = Named(node, node.token, letter(node.token))
    for s in node.scripts:
        if s.kind != "_" and node.letter in letters.primed and all(t.kind == "'" for t in s.tokens):
            out.base += "'" * len(s.tokens)
        elif s.kind == "'":
            out.operations.append(Operation("prime", count=1))
        elif s.kind == "^":
            _superscript(out, s, letters, source, declaring)
    if (below := next((s for s in node.scripts if s.kind == "_"), None)) is not None and not is_indicator(node):
        _subscript(out, below, letters, source, declaring)
    if out.base in letters.numbered and len(out.entries) > 1 and not declaring:
        first, second = out.entries[:2]
        raise refused(
            f"{source[node.start : node.end]} beside {out.base} with one index: which of the two numbers the vector?",
            source,
            node,
            f'for an entry of one vector write "({out.base}_{first})_{second}"',
        )
    if out.entries and not declaring:
        out.base = letters.numbered.get(out.base, out.base)
    return out


def read_time(tokens: Iterable[Token]) -> Time:
    """The time that tokens print."""
    return Time.read(script_text(tokens))


_LABEL_SIGNS = frozenset(
    ["name", "word", "number", "+", "-", ",", "'", "*", "(", ")", "[", "]", "_", "{", "}", "infty", "/"]
)
_LABEL_KINDS = frozenset(["name", "word", "number", "_", "{", "}"])


def is_time(tokens: Sequence[Token]) -> bool:
    """``t``, ``t-1``, ``T+t-i``: letters and numbers joined by signs."""
    atoms = [t for t in tokens if t.kind not in ("(", ")")]
    wanted = True
    for k, t in enumerate(atoms):
        if t.kind in ("+", "-"):
            if wanted and k:
                return False
            wanted = True
        elif t.kind in ("name", "number", "infty"):
            wanted = False
        else:
            return False
    return not wanted


def _subscript(out: Named, s: Script, letters: Letters, source: str, declaring: bool) -> None:
    tokens = s.tokens
    if pair := indicated(out.token, tokens):
        out.entries = tuple(t.text for t in pair)
        return
    if tokens[0].kind == "[" and tokens[-1].kind == "]" and is_timed(tokens[1:-1], letters):
        out.time, out.place = read_time(tokens[1:-1]), "_[{}]"
        return
    if [t.kind for t in tokens].count("|") == 1:
        _conditioned(out, tokens)
        return
    parts = parted(tokens, ",")
    if len(tokens) == 2 and not declaring and _are_apart(tokens, out, letters):
        parts = [[t] for t in tokens]
    if not all(parts):
        raise refused("an empty index", source, s)
    if any(t.kind not in _LABEL_SIGNS for t in tokens):
        raise refused("I cannot read this subscript", source, s)
    labels: list[str] = []
    entries: list[str] = []
    for part in parts:
        numbered = out.base in KRONECKER and any(len(p) == 1 and p[0].text in letters.entry for p in parts)
        what = _what(part, out, letters, declaring, alone=len(parts) == 1, numbered=numbered)
        if what == "time" and out.time is None:
            if not is_time(part):
                raise refused("I cannot read this index", source, s)
            out.time, out.place = read_time(part), "_{}"
        elif what == "unclear":
            message = f"the index {script_text(part)} holds a letter that runs through entries beside others"
            hint = f'write "_{{{",".join(t.text for t in part)}}}"'
            raise refused(message, source, s, hint)
        elif what == "entries":
            entries += [t.text for t in part]
        else:
            labels.append(script_text(part))
    if entries and labels and not letters.entry:
        entries, labels = [], [",".join(script_text(p) for p in parts)]
    out.label, out.entries = ",".join(labels), tuple(entries)


def _are_apart(pair: Sequence[Token], out: Named, letters: Letters) -> bool:
    """Whether two signs without a comma are two indices.

    ``G_{kj}`` beside ``G_{k-1,j}``, ``h_{1t}`` and ``h_{it}`` of what has steps, ``W_{2j}``.
    """
    steps = [t.text in letters.time for t in pair]
    indices = [t.text in letters.entry or (t.kind == "number" and len(t.text) == 1) for t in pair]
    if not all(step or index for step, index in zip(steps, indices, strict=True)):
        return False
    if any(steps):
        return not all(steps) and (steps[0] or out.base in letters.timed)
    return any(t.kind == "number" for t in pair) and any(t.text in letters.entry for t in pair)


def _conditioned(out: Named, tokens: Sequence[Token]) -> None:
    """``x_{k|k-1}``: x at the time k, given what is known one step before; ``x_{t|T}``, given all."""
    at = [t.kind for t in tokens].index("|")
    out.time, given = read_time(tokens[:at]), read_time(tokens[at + 1 :])
    behind = given - out.time
    out.given = Time(((NOW, 1),)) + behind if behind.is_number else given
    out.label = f"{NOW}|{out.given.text}"


def _what(part: list[Token], out: Named, letters: Letters, declaring: bool, *, alone: bool, numbered: bool) -> str:
    """Whether a part of a subscript is a time, entry indices or a label."""
    first, texts = part[0], [t.text for t in part]
    timed = out.base in letters.timed
    if out.base in letters.numbered and alone and not declaring and len(part) == 1 and not first.style:
        return "entries"
    if alone and not declaring and (out.base, script_text(part)) in letters.picked - letters.labels:
        return "entries"
    if all(t.kind == "number" for t in part):
        if out.time is None and alone and timed:
            return "time"
        if declaring or (out.base, script_text(part)) in letters.labels:
            return "label"
        if numbered or out.base in letters.shaped or (out.time is not None and out.place != "^{}"):
            return "entries"
        return "label" if alone or out.base not in letters.bare else "entries"
    if any(t.style == "rm" or t.accents or t.kind == "word" for t in part) or all(x in letters.naming for x in texts):
        return "label"
    if len(part) > 1 and part[1].kind in ("+", "-"):
        return "time"
    beside = any(x in letters.entry for x in texts)  # W_{rs} beside an r that numbers entries
    pair = all(x in letters.entry | ENTRYLIKE or (beside and x in BESIDE_ENTRIES) for x in texts)
    if all(t.kind == "name" for t in part) and (len(part) == 1 or pair):
        if all(x in letters.entry for x in texts) and texts != ["i", "n"]:
            named = alone and not declaring and (out.base, script_text(part)) in letters.labels
            return "label" if named else "entries"
        if len(part) > 1 and any(x in letters.entry for x in texts):
            return "entries"
    elif any(t.kind == "name" and t.text in letters.entry for t in part) and not declaring:
        return "unclear"
    if len(part) == 1 and first.kind == "name":
        if first.text in letters.time and (out.time is None or first.text == "t"):
            return "time" if not (declaring and not timed and first.text not in ("t", "k", "i", "l", "s")) else "label"
        if timed and out.time is None and alone and first.text in TIMELIKE:
            return "time"
        if out.time is not None and first.text in ENTRYLIKE:
            return "entries"
    return "label"


def _superscript(out: Named, s: Script, letters: Letters, source: str, declaring: bool) -> None:
    tokens = list(s.tokens)
    if letter(out.token) in letters.stacked and is_index(tokens):
        out.upper = script_text(tokens)
        return
    if is_transpose(tokens[-1:]) and len(tokens) > 3 and tokens[0].kind in ENCLOSURES:
        tokens.pop()
        if tokens[-1].kind in ("^", ","):
            tokens.pop()
        _superscript(out, Script("^", tuple(tokens), s.start, s.end), letters, source, declaring)
        out.operations.append(Operation("transpose"))
        return
    exponential = out.token.text == "e" and out.token.style in ("", "rm") and not out.token.accents
    if exponential and not (tokens[0].kind in ENCLOSURES and is_timed(tokens[1:-1], letters)):
        out.operations.append(operation_of(tuple(tokens)))
        return
    close = ENCLOSURES.get(tokens[0].kind)
    if close and len(tokens) > 2 and tokens[-1].kind == close and close not in [t.kind for t in tokens[1:-1]]:
        if any(t.kind not in _LABEL_SIGNS for t in tokens[1:-1]):
            raise refused("I cannot read this superscript", source, s)
        if len(tokens) > 3 and out.base in letters.plain - letters.timed and is_timed(tokens[1:-1], letters):
            message = f"{out.base} has no index elsewhere: a power, or {out.base} at a step?"
            hint = f'for a power write "{source[out.node.start : s.start]}^{{{script_text(tokens[1:-1])}}}"'
            raise refused(message, source, replace(s, start=out.node.start), hint)
        _enclosed(out, tokens[0].kind, tokens[1:-1], letters)
        if out.time is not None and not is_time(tokens[1:-1]):
            raise refused("I cannot read this index", source, s)
        return
    if len(tokens) == 1 and tokens[0].kind in ("+", "-"):
        if tokens[0].kind == "+" and not declaring and (out.base, "^+") not in letters.labels:
            name, carrier = f"{out.base}^+", source[out.node.start : s.start]
            raise refused(
                f"{name}: a name, the positive part, or a pseudoinverse, which is not read?",
                source,
                out.node,
                rf'for the positive part write "\max(0, {carrier})"; for a name {propose(name, "vector n")}',
            )
        out.upper = tokens[0].kind
        return
    operation = operation_of(tuple(tokens))
    if operation.kind != "power":
        out.operations.append(operation)
        return
    kinds = [t.kind for t in tokens]
    text = script_text(tokens)
    if kinds == ["*"]:
        if is_upper(out.token.text) and not declaring and (out.base, "^*") not in letters.labels:
            hint = rf'for the transpose write "{out.base}^\top"; for a name {propose(f"{out.base}^*", "matrix n n")}'
            message = f"{out.base}^*: a conjugate transpose, or a name?"
            raise refused(message, source, replace(s, start=out.node.start), hint)
        out.upper = "*"
    elif (out.base, "^" + text) in letters.labels:
        out.upper = text
    elif all(k in ("name", "word") for k in kinds) and (len(tokens) > 1 or tokens[0].style == "rm"):
        out.upper = script_text(tokens)
    elif len(tokens) <= 3 and tokens[0].text in letters.layers and is_index(tokens):
        out.upper = text
    elif out.base in letters.layered or (declaring and len(tokens) == 1 and tokens[0].text in TIMELIKE):
        out.time, out.place = read_time(tokens), "^{}"
    elif declaring and (kinds == ["number"] or "/" in kinds or (kinds[0] == "name" and set(kinds) <= _LABEL_KINDS)):
        out.upper = text  # \sigma^2 declared as one symbol, A^{1/2}, \delta^{a_f}
    else:
        out.operations.append(operation)


def _enclosed(out: Named, opened: str, inner: list[Token], letters: Letters) -> None:
    """``^{(t)}``, ``^{\\langle t-1 \\rangle}``, ``^{[l]}``: a time; ``^{(rec)}``: a label."""
    text, template = script_text(inner), SHOWN_ENCLOSURE[opened]
    if inner[0].text in letters.layers:
        out.upper = template.format(text)
        return
    numbers = all(t.kind == "number" for t in inner)
    running = inner[0].text in letters.time | TIMELIKE and not inner[0].style
    shifted = len(inner) > 1 and inner[1].kind in ("+", "-")
    if (numbers and out.base in letters.timed) or (len(inner) == 1 and running) or shifted:
        out.time, out.place = read_time(inner), "^" + template
    else:
        out.upper = template.format(text)


def is_indicator(node: Node) -> bool:
    """Whether a 1 has a relation below it: ``1_{x > 0}``."""
    return node.text == "1" and any(t.kind in ("<", ">", "<=", ">=") for t in node.sub)


def is_transpose(tokens: Sequence[Token]) -> bool:
    return len(tokens) == 1 and (tokens[0].kind == "top" or (tokens[0].kind == "name" and tokens[0].text == "T"))


def operation_of(tokens: tuple[Token, ...]) -> Operation:
    """What a superscript without brackets does."""
    kinds = [t.kind for t in tokens]
    if is_transpose(tokens):
        return Operation("transpose")
    if all(k == "'" for k in kinds):
        return Operation("prime", count=len(kinds))
    if kinds == ["-", "number"] and tokens[1].text == "1":
        return Operation("inverse")
    if kinds[0] == "-" and is_transpose(tokens[1:]):
        return Operation("inverse transpose")
    if kinds[0] in ("odot", "circ") and len(kinds) > 1:
        return Operation("entry power", tokens[1:])
    return Operation("power", tokens)
