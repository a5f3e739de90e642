"""What the scripts of a name say: label, time index, entry, transpose, power or prime.

``x_{t-1}`` is the family ``x`` at time ``t-1``; ``W_{in}`` is a family of its own; ``w_{ij}`` is an
entry of ``w`` where i and j run. Which letters run, and through what, is seen in the whole text
first (:func:`survey`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from symjac.errors import ReadError
from symjac.reading.tokens import Token
from symjac.reading.tree import Node, Script
from symjac.reading.vocabulary import GREEK, STYLE_COMMAND

# Letters that can count time or layers where nothing says so, and letters that can number entries.
TIMELIKE = frozenset(["t", "s", "k", "l", "T", "i", "j", "n", "m", r"\tau", r"\ell", "L", "N", "K"])
ENTRYLIKE = frozenset("ijklpqr")
_PLAIN = re.compile(r"\\(?:mathbf|boldsymbol|mathrm|mathit|mathsf|text|operatorname)(?![a-zA-Z])|[{}\s]")
_ENCLOSURES = {"(": ")", "<": ">", "[": "]", "langle": "rangle", r"\{": r"\}"}
_SHOWN_ENCLOSURE = {
    "(": "({})",
    "<": r"\langle {} \rangle",
    "langle": r"\langle {} \rangle",
    "[": "[{}]",
    r"\{": r"\{{{}\}}",
}


def plain(name: str) -> str:
    """A name without style and braces: how spellings of one symbol are recognised.

    >>> plain(r"\\mathbf{W}_{\\mathrm{in}}") == plain("W_{in}")
    True
    """
    return _PLAIN.sub("", name)


def braced(text: str) -> str:
    """A script's text, in braces if it needs them."""
    return text if len(text) == 1 else "{" + text + "}"


def letter(t: Token, styled: bool = True) -> str:
    """Canonical LaTeX of a token with style and accents.

    >>> letter(Token("name", "c", 0, 1, "bf", ("tilde",)))
    '\\\\tilde{\\\\mathbf{c}}'
    """
    text = t.text
    if t.kind == "word":
        text = rf"\mathrm{{{text}}}" if t.style == "rm" else text
    elif t.style in STYLE_COMMAND and styled and not (t.style == "rm" and len(text) == 1):
        text = f"{STYLE_COMMAND[t.style]}{{{text}}}"
    for accent in reversed(t.accents):
        text = rf"\{accent}{{{text}}}"
    return text


_SIGN_TEXT = {
    "langle": r"\langle",
    "rangle": r"\rangle",
    "top": r"\top",
    "odot": r"\odot",
    "infty": r"\infty",
    "<=": r"\le ",
}


def script_text(tokens: Iterable[Token]) -> str:
    """The tokens of a script as canonical LaTeX; boldness is dropped."""
    out = ""
    for t in tokens:
        if t.kind in ("name", "word"):
            text = letter(t, styled=t.style not in ("bf", "bs"))
        else:
            text = _SIGN_TEXT.get(t.kind, t.text)
        if re.search(r"\\[a-zA-Z]+$", out) and text[:1].isalpha():
            out += " "
        out += text
    return out


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
    time: str | None = None
    place: str = ""  # how the time is printed: "_", or a template such as "^({})"
    entries: tuple[str, ...] = ()
    operations: list[Operation] = field(default_factory=list)

    @property
    def family(self) -> str:
        """The canonical name without its time."""
        sub = f"_{braced(self.label)}" if self.label else ""
        sup = f"^{braced(self.upper)}" if self.upper else ""
        return self.base + sub + sup

    @property
    def primes(self) -> int:
        return sum(o.count for o in self.operations if o.kind == "prime")


def render(base: str, label: str, upper: str, place: str, time: str | None) -> str:
    """The canonical name of a family at a time."""
    subs = [label] if label else []
    sups = [upper] if upper else []
    call = ""
    if time is not None:
        if place == "call":
            call = f"({time})"
        elif place.startswith("^"):
            sups.append(place[1:].format(time))
        else:
            subs.append(place[1:].format(time))
    sub = f"_{braced(','.join(subs))}" if subs else ""
    sup = f"^{braced(','.join(sups))}" if sups else ""
    return base + sub + sup + call


# -------------------------------------------------------------------------------------- the survey


@dataclass
class Letters:
    """Letters that run through time, letters that number entries, and bases that carry a time."""

    time: set[str] = field(default_factory=lambda: {"t"})
    entry: set[str] = field(default_factory=set)
    timed: set[str] = field(default_factory=set)
    layered: set[str] = field(default_factory=set)  # bases whose bare superscript is an index
    bare: set[str] = field(default_factory=set)  # bases that occur without a subscript
    shaped: set[str] = field(default_factory=set)  # bases of vectors and matrices that are known already
    labels: set[tuple[str, str]] = field(default_factory=set)  # labels that are known already, with their bases


def survey(roots: Sequence[Node], known: Letters | None = None) -> Letters:
    """What the letters of a text are used for."""
    out = Letters()
    if known is not None:
        out.time |= known.time
        out.timed |= known.timed
        out.layered |= known.layered
        out.shaped |= known.shaped
        out.labels |= known.labels
    nodes = [n for r in roots for n in r.walk()]
    for node in nodes:
        for s in node.scripts:
            if s.kind != "'" and node.kind != "big":
                out.time |= _shifted(s.tokens)
    _bounds(nodes, out)
    for root in roots:
        _free_entry_letters(root, out)
    names = [n for n in nodes if n.kind == "name" and n.token is not None]
    raised: dict[str, list[bool]] = {}
    for n in names:
        assert n.token
        base = letter(n.token)
        if not any(s.kind == "_" for s in n.scripts):
            out.bare.add(base)
        bare_index = False
        for s in n.scripts:
            first = s.tokens[0]
            if s.kind == "_" and first.kind == "name" and _timed(s.tokens, out) and not first.style:
                out.timed.add(base)
            if s.kind == "^" and first.kind in _ENCLOSURES and _timed(s.tokens[1:-1], out):
                out.timed.add(base)
            if s.kind == "^" and first.kind == "name" and first.text != "T" and _one_shift(s.tokens, out):
                bare_index = True
        raised.setdefault(base, []).append(bare_index)
    shifted = any(len(s.tokens) > 1 and _shifted(s.tokens) and s.kind == "^" for n in names for s in n.scripts)
    if shifted:
        out.layered |= {base for base, flags in raised.items() if all(flags)}
    return out


def _shifted(tokens: Sequence[Token]) -> set[str]:
    """Letters that occur as ``t-1`` or ``t+1``."""
    out = set()
    for a, b, c in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if a.kind == "name" and not a.style and b.kind in "+-" and c.kind in ("number", "name"):
            out.add(a.text)
            if c.kind == "name" and c.text in TIMELIKE:
                out.add(c.text)
    return out


def _timed(tokens: Sequence[Token], letters: Letters) -> bool:
    return bool(tokens) and tokens[0].text in letters.time and (len(tokens) == 1 or tokens[1].kind in ("+", "-", ","))


def _one_shift(tokens: Sequence[Token], letters: Letters) -> bool:
    """``l``, ``l-1`` or ``l+1`` of a letter that runs."""
    if tokens[0].text not in letters.time | {"l", r"\ell"}:
        return False
    return len(tokens) == 1 or (len(tokens) == 3 and tokens[1].kind in "+-" and tokens[2].kind == "number")


def _bounds(nodes: list[Node], out: Letters) -> None:
    """Letters bound by sums and products: through time, or through entries."""
    for node in nodes:
        if node.kind != "big":
            continue
        sub = next((s.tokens for s in node.scripts if s.kind == "_"), ())
        sup = next((s.tokens for s in node.scripts if s.kind == "^"), ())
        variable = bound_letter(sub)
        if not variable:
            continue
        body = [n for k in node.kids for n in k.walk()]
        if node.text == "sum" and variable not in out.time and _numbers_entries(variable, body):
            out.entry.add(variable)
        else:
            out.time.add(variable)
            out.time |= {t.text for t in (*sub, *sup) if t.kind == "name" and t.text in TIMELIKE}


def bound_letter(sub: Sequence[Token]) -> str:
    """The letter a sum or product runs over."""
    relations = [k for k, t in enumerate(sub) if t.kind in ("=", "<", "<=", ">", ">=", "in")]
    at = relations[0] + 1 if len(relations) == 2 else 0
    return sub[at].text if at < len(sub) and sub[at].kind == "name" else ""


def _numbers_entries(variable: str, body: list[Node]) -> bool:
    for n in body:
        for s in n.scripts:
            texts = [t.text for t in s.tokens]
            if n.kind == "name" and s.kind == "_" and variable in texts and "t" not in texts[:1]:
                return variable not in ("t", r"\tau", "s") or len(texts) > 1
            if n.kind == "name" and s.kind == "_" and variable in texts[1:]:
                return True
    return False


def _free_entry_letters(root: Node, out: Letters) -> None:
    """The i of ``y_i = ...``, the i and j of a derivative of entries: letters on a left side that never shift."""
    if root.kind != "relation":
        return
    heads = [n for n in root.kids[0].walk() if n.kind == "name"]
    for n in heads:
        for s in n.scripts:
            last = s.tokens[-1]
            if s.kind != "_" or last.text not in "ijk" or last.text in out.time or last.style:
                continue
            comma = len(s.tokens) > 2 and s.tokens[-2].kind == "," and s.tokens[0].text in out.time
            elsewhere = out.entry or _pairs(root, last.text) or len(heads) > 1
            if comma or (len(s.tokens) == 1 and elsewhere) or _has_time_above(n):
                out.entry.add(last.text)


def _has_time_above(n: Node) -> bool:
    return any(s.kind == "^" and s.tokens[0].kind in _ENCLOSURES for s in n.scripts)


def _pairs(root: Node, index: str) -> bool:
    """Whether some name carries the letter beside another entry letter, as ``w_{ij}`` does."""
    for n in root.walk():
        for s in n.scripts:
            texts = [t.text for t in s.tokens if t.kind != ","]
            if s.kind == "_" and len(texts) == 2 and index in texts and all(x in ENTRYLIKE for x in texts):
                return True
    return False


# ------------------------------------------------------------------------------- one name taken apart


def take_apart(node: Node, letters: Letters, source: str, *, declaring: bool = False) -> Named:
    """A name node with its scripts understood."""
    assert node.token is not None
    out = Named(node, node.token, letter(node.token))
    for s in node.scripts:
        if s.kind == "'":
            out.operations.append(Operation("prime", count=1))
        elif s.kind == "^":
            _superscript(out, s, letters, source, declaring)
    for s in node.scripts:
        if s.kind == "_":
            _subscript(out, s, letters, source, declaring)
    return out


def _subscript(out: Named, s: Script, letters: Letters, source: str, declaring: bool) -> None:
    tokens = s.tokens
    if tokens[0].kind == "[" and tokens[-1].kind == "]" and _timed(tokens[1:-1], letters):
        out.time, out.place = script_text(tokens[1:-1]), "_[{}]"
        return
    parts: list[list[Token]] = [[]]
    for t in tokens:
        if t.kind == ",":
            parts.append([])
        else:
            parts[-1].append(t)
    if not all(parts):
        raise ReadError("an empty index", text=source, span=(s.start, s.end))
    labels: list[str] = []
    entries: list[str] = []
    for part in parts:
        what = _what(part, out, letters, declaring, alone=len(parts) == 1)
        if what == "time" and out.time is None:
            out.time, out.place = script_text(part), "_{}"
        elif what == "entries":
            entries += [t.text for t in part]
        else:
            labels.append(script_text(part))
    if entries and labels and not letters.entry:
        entries, labels = [], [",".join(script_text(p) for p in parts)]
    out.label, out.entries = ",".join(labels), tuple(entries)


def _what(part: list[Token], out: Named, letters: Letters, declaring: bool, *, alone: bool) -> str:
    """Whether a part of a subscript is a time, entry indices or a label."""
    first, texts = part[0], [t.text for t in part]
    timed = out.base in letters.timed
    if all(t.kind == "number" for t in part):
        if out.time is None and alone and timed:
            return "time"
        if declaring or (out.base, script_text(part)) in letters.labels:
            return "label"
        if out.base in letters.shaped or (out.time is not None and out.place != "^{}"):
            return "entries"
        return "label" if alone or out.base not in letters.bare else "entries"
    if any(t.style == "rm" or t.accents or t.kind == "word" for t in part):
        return "label"
    if len(part) > 1 and part[1].kind in ("+", "-"):
        return "time"
    if all(t.kind == "name" for t in part) and (len(part) == 1 or all(x in ENTRYLIKE for x in texts)):
        if all(x in letters.entry for x in texts) and texts != ["i", "n"]:
            return "entries"
        if len(part) > 1 and any(x in letters.entry for x in texts):
            return "entries"
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
    if _is_transpose(tokens[-1:]) and len(tokens) > 3 and tokens[0].kind in _ENCLOSURES:
        tokens.pop()
        if tokens[-1].kind == "^":
            tokens.pop()
        _superscript(out, Script("^", tuple(tokens), s.start, s.end), letters, source, declaring)
        out.operations.append(Operation("transpose"))
        return
    close = _ENCLOSURES.get(tokens[0].kind)
    if close and len(tokens) > 2 and tokens[-1].kind == close and close not in [t.kind for t in tokens[1:-1]]:
        _enclosed(out, tokens[0].kind, tokens[1:-1], letters)
        return
    operation = operation_of(tuple(tokens))
    if operation.kind != "power":
        out.operations.append(operation)
        return
    kinds = [t.kind for t in tokens]
    if kinds == ["*"]:
        out.upper = "*"
    elif all(k in ("name", "word") for k in kinds) and (len(tokens) > 1 or tokens[0].style == "rm"):
        out.upper = script_text(tokens)
    elif out.base in letters.layered or (declaring and len(tokens) == 1 and tokens[0].text in TIMELIKE):
        out.time, out.place = script_text(tokens), "^{}"
    else:
        out.operations.append(operation)


def _enclosed(out: Named, opened: str, inner: list[Token], letters: Letters) -> None:
    """``^{(t)}``, ``^{\\langle t-1 \\rangle}``, ``^{[l]}``: a time; ``^{(rec)}``: a label."""
    text, template = script_text(inner), _SHOWN_ENCLOSURE[opened]
    numbers = all(t.kind == "number" for t in inner)
    running = inner[0].text in letters.time | TIMELIKE and not inner[0].style
    shifted = len(inner) > 1 and inner[1].kind in ("+", "-")
    if (numbers and out.base in letters.timed) or (len(inner) == 1 and running) or shifted:
        out.time, out.place = text, "^" + template
    else:
        out.upper = template.format(text)


def _is_transpose(tokens: Sequence[Token]) -> bool:
    return len(tokens) == 1 and (tokens[0].kind == "top" or (tokens[0].kind == "name" and tokens[0].text == "T"))


def operation_of(tokens: tuple[Token, ...]) -> Operation:
    """What a superscript without brackets does."""
    kinds = [t.kind for t in tokens]
    if _is_transpose(tokens):
        return Operation("transpose")
    if all(k == "'" for k in kinds):
        return Operation("prime", count=len(kinds))
    if kinds == ["-", "number"] and tokens[1].text == "1":
        return Operation("inverse")
    if kinds[0] == "-" and _is_transpose(tokens[1:]):
        return Operation("inverse transpose")
    if kinds[0] in ("odot", "circ") and len(kinds) > 1:
        return Operation("entry power", tokens[1:])
    return Operation("power", tokens)


def is_upper(base: str) -> bool:
    """Whether a base letter, a Greek one included, is a capital."""
    bare = base.lstrip("\\")
    return bare[:1].isupper() and (len(bare) == 1 or bare in GREEK)
