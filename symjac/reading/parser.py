"""Tokens to the neutral tree, by recursive descent.

Juxtaposition binds tighter than the signs of multiplication, which stand at one level and go from
left to right; a big sum or product governs the rest of its term.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from symjac.errors import ReadError
from symjac.reading import brackets, cases
from symjac.reading.brackets import BINARY, RELATIONS, show
from symjac.reading.lexer import tokenise
from symjac.reading.spelling import script_text
from symjac.reading.tokens import MAX_DEPTH, Token
from symjac.reading.tree import Node, Script, juxtaposed
from symjac.reading.usual import STEP_NAMES
from symjac.reading.vocabulary import CASES, CLOSING, NOT_READ, OPENING, macro

MAX_CHAIN = 100
KEPT = 500  # so many texts keep their trees; a claim and its system have some twenty with all that is tried
_LEAVES = frozenset(["name", "number", "word", "partial", "dots", "infty"])
_BARS = {"|": "|", "||": "||", "|(": ")|", "||(": ")||"}


@lru_cache(maxsize=KEPT)
def parse(source: str) -> tuple[tuple[Node, ...], tuple[Token, ...]]:
    """The equations of a text as neutral trees, and the words that stand between them.

    A text is parsed once: nobody changes a tree that is made.
    """
    tokens = tokenise(source)
    if not any(t.kind not in ("&", "\\\\", ",", ".", ";", "prose", "gap") for t in tokens):
        raise ReadError("there is no formula in the text", text=source, span=(0, max(1, len(source))))
    brackets.check(source, tokens)
    tokens, first_steps = cases.general_step(source, tokens)
    macros = [t._replace(kind="macro") for t in tokens if t.kind == "name" and macro(source[t.start + 1 : t.end])]
    pieces, words = brackets.split(source, brackets.without_layout_arrays(tokens))
    return tuple(Parser(source, piece).equation() for piece in pieces), (*first_steps, *words, *macros)


def readable(source: str) -> tuple[Node, ...]:
    """The equations of a text; none where it cannot be parsed."""
    try:
        return parse(source)[0]
    except ReadError:
        return ()


class Parser:
    """Reads one equation, or one script, from its tokens."""

    def __init__(self, source: str, tokens: Sequence[Token], depth: int = 0) -> None:
        self.source = source
        self.tokens = tokens
        self.at = 0
        end = tokens[-1].end if tokens else 0
        self.stop = Token("stop", "", end, end)
        self.bars: list[str] = []
        self.depth = depth

    @property
    def current(self) -> Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else self.stop

    def taken(self) -> Token:
        """What stands here, and is passed."""
        self.at += 1
        return self.tokens[self.at - 1]

    def error(self, message: str, t: Token | Node | None = None, hint: str | None = None) -> ReadError:
        t = t or self.current
        start = max(0, min(t.start, len(self.source) - 1))
        return ReadError(message, text=self.source, span=(start, max(t.end, start + 1)), hint=hint)

    def twice(self, what: str, node: Node, sign: Token, tokens: Sequence[Token]) -> ReadError:
        """A symbol with two scripts of one kind, and how to write what may be meant."""
        carrier, text = self.source[node.start : node.end], script_text(tokens)
        both = f"{carrier[: node.scripts[0].start - node.start]}_{{{text}}}" if what == "subscript" else ""
        hint = f'write "{both or f"({carrier})^{{{text}}}"}"'
        whole = Token("", "", node.start, self.tokens[self.at - 1].end)
        return self.error(f"a second {what} on the same symbol", whole, hint)

    def refuse(self) -> ReadError:
        kind = self.current.kind
        if kind in NOT_READ:
            return self.error(f"{NOT_READ[kind]} are not read here")
        if kind == "stop":
            return self.error("the formula stops where a term is expected", Token("", "", self.stop.start - 1, 0))
        before = self.tokens[self.at - 1] if self.at else None
        if kind == "_" and before is not None and before.kind in _BARS:
            return self.error(
                "a bar that says at what point this is taken is not read",
                before,
                r'print it for any point, as in "\frac{\partial f}{\partial x}"',
            )
        if kind in ("_", "^"):
            return self.error(f"nothing stands before this {'sub' if kind == '_' else 'super'}script to carry it")
        if kind in CLOSING:
            return self.error(f"a term is missing before this {show(kind)}")
        if kind == "'":
            return self.error("nothing stands before this prime")
        return self.error(f"a term was expected here, not {self.printed()}")

    def printed(self) -> str:
        """What stands here, as the text prints it."""
        return self.source[self.current.start : self.current.end] or show(self.current.kind)

    def equation(self) -> Node:
        if self.current.kind == "=" and len(self.tokens) > 1:
            self.at += 1  # "= ..." goes on from a line that is not given
        first = self.expression()
        kids, relations = [first], []
        while self.current.kind in RELATIONS:
            relations.append(self.taken().kind)
            kids.append(self.expression())
        if self.current.kind in NOT_READ:
            raise self.refuse()
        self.at_end()
        if not relations:
            return first
        return Node("relation", "", kids, first.start, kids[-1].end, detail=tuple(relations))

    def whole(self) -> Node:
        """An expression that takes all tokens."""
        node = self.expression()
        self.at_end()
        return node

    def at_end(self) -> None:
        if self.current.kind != "stop":
            raise self.error(f"I cannot go on at {self.printed()}")

    def expression(self) -> Node:
        first = self.term()
        kids, signs = [first], ["+"]
        while self.current.kind in ("+", "-"):
            signs.append(self.taken().kind)
            kids.append(self.term())
        if len(kids) == 1:
            return first
        return Node("add", "", kids, first.start, kids[-1].end, detail=tuple(signs))

    def term(self) -> Node:
        left, count = self.unary(), 0
        while self.current.kind in BINARY:
            count += 1
            if count > MAX_CHAIN:
                raise self.error(f"more than {MAX_CHAIN} factors in one chain")
            op = self.taken().kind
            right = self.unary()
            coefficient = _coefficient(left, right) if op == "/" else None
            left = coefficient or Node("binary", op, [left, right], left.start, right.end)
        return left

    def unary(self) -> Node:
        t, negative = self.current, False
        if t.kind in ("+", "-"):
            if self.at and self.tokens[self.at - 1].kind in ("+", "-"):
                raise self.error("two signs in a row")
            negative = t.kind == "-"
            self.at += 1
            if self.current.kind in ("+", "-"):
                raise self.error("two signs in a row")
        self.deeper()
        inner = self.juxtaposition()
        self.depth -= 1
        return Node("negative", "", [inner], t.start, inner.end) if negative else inner

    def juxtaposition(self) -> Node:
        items: list[Node] = []
        while True:
            item = self.scripted()
            if item is None:
                break
            items.append(item)
            if item.kind == "big":
                body = self.term()
                item.kids, item.end = [body], body.end
                items[-1] = _one_by_one(item)
                break
        if not items:
            raise self.refuse()
        return juxtaposed(_with_steps(items))

    def scripted(self) -> Node | None:
        node = self.primary()
        if node is None:
            return None
        braced = list[Script]()
        if self.current.kind in ("_", "^", "'"):
            if node.inner.kind in ("name", "word") and all(s.kind != "^" for s in node.inner.scripts):
                node = node.inner  # {\bf x}_t and {x}_t: braces around one symbol carry no meaning
            braced = list(node.scripts)
        while self.current.kind in ("_", "^", "'"):
            t = self.taken()
            tokens = (t,) if t.kind == "'" else self.script(t)
            below = next((s for s in node.scripts if s.kind == "_"), None)
            if t.kind == "_" and below is not None:
                if below not in braced:
                    raise self.twice("subscript", node, t, [*below.tokens, Token(",", ",", t.start, t.start), *tokens])
                # The i of {x_t}_i stands below what has its index already: x_{t,i}.
                braced.remove(below)
                node.scripts.remove(below)
                tokens = (*below.tokens, Token(",", ",", t.start, t.start), *tokens)
                t = t._replace(start=below.start)
            if t.kind == "^" and any(s.kind == "^" for s in node.scripts):
                raise self.twice("superscript", node, t, tokens)
            euler = node.kind == "name" and node.text == "e" and not node.scripts
            if t.kind == "^" and euler and tokens[0].kind not in ("top", "'"):
                self.deeper()
                node.exponent = Parser(self.source, tokens, self.depth).whole()
                self.depth -= 1
            node.end = self.tokens[self.at - 1].end
            node.scripts.append(Script(t.kind, tokens, t.start, node.end))
        if self.current.kind == "top":
            raise self.error("a transpose sign has to be raised: ^\\top")
        return node

    def script(self, sign: Token) -> tuple[Token, ...]:
        t = self.current
        what = "subscript" if sign.kind == "_" else "superscript"
        if t.kind == "{":
            k = brackets.closing(self.tokens, self.at)
            body = _unwrapped(tuple(x for x in self.tokens[self.at + 1 : k] if x.kind != "gap"))
            self.at = k + 1
            if not body:
                raise self.error(f"an empty {what}", t)
            return _with_marks(body) if sign.kind == "_" else body
        if t.kind in ("stop", "_", "^", "=", "&", "\\\\") or t.kind in CLOSING:
            raise self.error(f"the {what} is missing", sign)
        self.at += 1
        return (t,)

    def primary(self) -> Node | None:
        t = self.current
        if t.kind in _LEAVES:
            self.at += 1
            return Node(t.kind, t.text, [], t.start, t.end, token=t)
        if t.kind in ("(", "[", "{", r"\{", "langle"):
            return self.group()
        if t.kind in _BARS and t.kind not in self.bars:
            return self.bar(t)
        if t.kind in ("sum", "prod", "nabla"):
            self.at += 1
            return Node("nabla" if t.kind == "nabla" else "big", t.kind, [], t.start, t.end)
        if t.kind == "frac":
            self.at += 1
            kids = [self.operand(r"\frac"), self.operand(r"\frac")]
            return Node("frac", "", kids, t.start, kids[1].end)
        if t.kind == "sqrt":
            self.at += 1
            if self.current.kind == "[":
                raise self.error("roots other than square roots are not read", hint='write a power, as in "x^{1/3}"')
            kid = self.operand(r"\sqrt")
            return Node("sqrt", "", [kid], t.start, kid.end)
        if t.kind == "begin":
            return self.matrix()
        return None

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"nested more than {MAX_DEPTH} deep")

    def operand(self, command: str) -> Node:
        self.deeper()
        node = self.group() if self.current.kind == "{" else self.primary()
        self.depth -= 1
        if node is None:
            wanted = "two arguments" if command == r"\frac" else "an argument"
            raise self.error(f"{command} needs {wanted}")
        return node

    def bar(self, t: Token) -> Node:
        close = _BARS[t.kind]
        self.at += 1
        self.bars.append(close)
        kid = self.expression()
        self.bars.pop()
        if self.current.kind != close:
            raise self.error("this bar is never closed; conditions behind a bar, as in p(y|x), are not read", t)
        return Node("norm" if "||" in t.kind else "abs", "", [kid], t.start, self.taken().end)

    def group(self) -> Node:
        opened = self.current
        close = OPENING[opened.kind]
        self.at += 1
        following = [t.kind for t in self.tokens[self.at + 1 : self.at + 2]]
        if self.current.kind == "cdot" and following == [close]:
            hint = 'print it, as in "f(W x + b)"'
            raise self.error(f"({self.printed()}) stands for an argument that is not printed", hint=hint)
        if self.current.kind == close:
            raise self.error("empty brackets", Token("", "", opened.start, self.current.end))
        bars, self.bars = self.bars, []
        kids, between = [self.expression()], []
        while self.current.kind in (",", ";") or self.current.kind in RELATIONS:
            between.append(self.taken().kind)
            if self.current.kind == close and between[-1] in (",", ";"):
                between.pop()
                break
            kids.append(self.expression())
        self.bars = bars
        if self.current.kind != close:
            if self.current.kind in NOT_READ:
                raise self.refuse()
            raise self.error(f"{show(close)} was expected here")
        end = self.taken().end
        return Node("group", opened.kind, kids, opened.start, end, detail=tuple(between))

    def matrix(self) -> Node:
        opened = self.current
        if opened.text in CASES:
            raise self.error("a definition by cases is not read", hint=cases.CASES_HINT)
        self.at += 1
        rows: list[list[Node]] = [[]]
        while True:
            rows[-1].append(self.entry())
            t = self.current
            if t.kind not in ("&", "\\\\", "end"):
                raise self.refuse() if t.kind in NOT_READ else self.error("I cannot go on with this matrix entry")
            if t.kind == "end":
                break
            self.at += 1
            if t.kind == "\\\\":
                if self.current.kind == "end":
                    break
                rows.append([])
        end = self.taken().end
        for row in rows:
            if len(row) != len(rows[0]):
                message = f"a matrix row with {len(row)} entries under a row with {len(rows[0])}"
                raise self.error(message, Token("", "", row[0].start, row[-1].end))
        node = Node("matrix", opened.text, [e for r in rows for e in r], opened.start, end, detail=(str(len(rows[0])),))
        if all(e.kind == "blank" for e in node.kids):
            raise self.error("an empty matrix", opened)
        return node

    def entry(self) -> Node:
        here, following = self.current, self.tokens[self.at + 1 : self.at + 2]
        if here.kind in ("&", "\\\\", "end"):
            return Node("blank", "", [], here.start, here.end)
        if here.kind == "{" and [t.kind for t in following] == ["}"]:  # { } and {} are how some leave an entry blank
            self.at += 2
            return Node("blank", "", [], here.start, following[0].end)
        return self.expression()


def _with_marks(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """The tokens of a subscript, a letter and its mark as one: the t' of ``h_{t'}``, ``t_0``, ``t^*``."""
    out: list[Token] = []
    k = 0
    while k < len(tokens):
        t = tokens[k]
        stop = k + 1
        if t.kind == "name" and not t.style:
            while stop < len(tokens) and tokens[stop].kind == "'":
                stop += 1
            if stop == k + 1:
                stop += _mark(tokens[stop:])
        text = t.text + "".join(x.text for x in tokens[k + 1 : stop] if x.kind not in ("{", "}"))
        out.append(t._replace(text=text, end=tokens[stop - 1].end))
        k = stop
    return tuple(out)


def _mark(tokens: tuple[Token, ...]) -> int:
    """How many tokens at the front are an index or a star: ``_0``, ``_{0}``, ``^*``."""
    kinds = [t.kind for t in tokens[:4]]
    if kinds[:2] in (["_", "number"], ["^", "*"]):
        return 2
    return 4 if kinds == ["_", "{", "number", "}"] else 0


def _coefficient(top: Node, below: Node) -> Node | None:
    """``1/2 W x`` is a half of W x: a number over a number is one factor of what stands beside it."""
    if top.kind == "negative":
        inner = _coefficient(top.kids[0], below)
        return inner and Node("negative", "", [inner], top.start, inner.end)
    numbers = top.kind == "number" and below.kind == "juxt" and below.kids[0].kind == "number"
    if not numbers or top.scripts or below.kids[0].scripts:
        return None
    half = Node("frac", "", [top, below.kids[0]], top.start, below.kids[0].end)
    return juxtaposed([half, *below.kids[1:]])


def _unwrapped(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """The tokens of a script without further braces around all of them, as in ``A^{{k-1}}``."""
    while len(tokens) > 2 and tokens[0].kind == "{" and brackets.closing(tokens, 0) == len(tokens) - 1:
        tokens = tokens[1:-1]
    return tokens


def _with_steps(items: list[Node]) -> list[Node]:
    """``\\Delta t`` as one name, a step of time."""
    out: list[Node] = []
    for item in items:
        name = f"{out[-1].text} {item.text}" if out else ""
        if name in STEP_NAMES and not out[-1].scripts and all(n.token[4:] == ("", ()) for n in (out[-1], item)):
            token = Token("name", name, out[-1].start, item.end)
            out[-1] = Node("name", name, [], out[-1].start, item.end, item.scripts, token=token)
        else:
            out.append(item)
    return out


def _one_by_one(node: Node) -> Node:
    """``\\sum_{i,j}`` and ``\\sum_{i,j=1}^n`` as a sum over i of a sum over j."""
    end = next((k for k, t in enumerate(node.sub) if t.kind == "="), len(node.sub))
    letters = [t for t in node.sub[:end] if t.kind != ","]
    if node.text != "sum" or len(letters) < 2 or any(t.kind != "name" or t.style for t in letters):
        return node
    kids = node.kids
    for t in reversed(letters):
        scripts = [replace(s, tokens=(t, *node.sub[end:])) if s.kind == "_" else s for s in node.scripts]
        kids = [replace(node, scripts=scripts, kids=kids)]
    return kids[0]
