"""One try at reading: roles as one option has them, typed values, sizes with names."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace

from symjac.errors import ReadError, propose
from symjac.expr import EntryPower, Expr, Number, Product, Sum, Time
from symjac.reading import equations, numbered, slopes, ties
from symjac.reading.applied.heads import call_key
from symjac.reading.assumptions import Habit, How, Option
from symjac.reading.beside import Beside
from symjac.reading.choices import OTHER_ROLES
from symjac.reading.context import Context, Family, left_out
from symjac.reading.declarations import declare, is_declaration, take_membership
from symjac.reading.elaborate import Elaborator
from symjac.reading.equations import Piece
from symjac.reading.hints import WORDS
from symjac.reading.names import Named
from symjac.reading.parser import parse
from symjac.reading.roles import Roles
from symjac.reading.spelling import is_upper
from symjac.reading.survey import Letters, names_above, one_below, raised_labels, single_steps, survey
from symjac.reading.tree import Node
from symjac.reading.usual import LOSSES, TIMED_LOSSES
from symjac.reading.wording import describe
from symjac.reading.words import spelled, words_of


@dataclass
class Given:
    """What is read: texts and declarations, what they stand in, and how much may be assumed."""

    texts: Sequence[str]
    symbols: Mapping[str, str] | None = None
    _: KW_ONLY
    base: Context | None = None
    orientation: str | None = "column"
    strict: bool = False
    lenient: bool = False
    system: bool = False
    layout: str | None = None
    beside: Beside = field(default_factory=Beside)
    loss: bool = False  # whether an expression is one

    def __post_init__(self) -> None:
        for text in self.texts:
            if not isinstance(text, str):
                raise ReadError(f"a string of LaTeX was expected, not {type(text).__name__}")
        symbols = self.symbols or {}
        self.known_words = self.base.words if self.base else frozenset(words_of((), symbols))
        self.words = self.known_words | words_of(self.texts if self.system else (), symbols)
        self.texts = [spelled(text, self.words) for text in self.texts]
        self.declared = {spelled(key, self.words): words for key, words in symbols.items()}
        self.any_orientation = self.base is None and self.orientation is None
        said = (describe(words).role for words in self.declared.values() if isinstance(words, str))
        if self.base is not None:
            self.orientation = self.base.orientation
        elif self.any_orientation and "row vector" in said:
            self.orientation, self.any_orientation = "row", False


class _CircleError(Exception):
    """A role is asked for within the definition that would tell it, through a step before."""


class Attempt:
    """One try at reading, with other choices than the usual ones."""

    def __init__(self, session: Given, option: Option) -> None:
        self.session = session
        self.option = option
        rows = Habit.ROWS in option.habits
        self.context = Context(
            "row" if rows else session.orientation or "column",
            row=rows or (session.orientation == "row" and session.layout is None),
            option=option,
            system=session.system,
            loss=session.loss,
            lenient=session.lenient,
            layout=session.layout,
            words=session.words,
        )
        self.usual: frozenset[str] = frozenset()  # letters that are vectors with a number only as a habit of print
        self.pieces: list[Piece] = []
        self.lefts: list[Named] = []  # what they define
        self.defining: dict[str, Piece] = {}
        self.roles = Roles(self.context, self.role_by_definition)
        self.back: list[bool] = []  # of the definitions that are being asked for roles: whether at an earlier step
        self.elaborator = Elaborator(self.context, self.roles)

    def run(self) -> Attempt:
        self.prepare()
        for piece in self.pieces:
            equations.elaborate(piece, self.elaborator)
        for doubt in self.context.doubts:
            raise doubt
        if not self.context.sizes.settle():
            raise ReadError("the sizes of the stacked vectors do not fit together")
        if self.context.sizes.chosen and not self.session.system:
            raise ReadError("the text does not settle how the stacked parts share out the rows")
        ties.name_sizes(self.context, self.defining)
        ties.refuse_exponentials(self.context)
        ties.refuse_labels(self.context, self.defining)
        if self.session.system:
            ties.refuse_apart(self.context, self.lefts)
        return self

    def prepare(self) -> None:
        context, session = self.context, self.session
        if Habit.ROWS in self.option.habits:
            context.note("orientation", Habit.ROWS.value)
        for letters, where in (
            (self.option.below, "below a letter is a label and no index"),
            (self.option.above, "above a letter is a label and no exponent"),
        ):
            if letters:
                context.note("sign", f"{', '.join(sorted(letters))} {where}, as only that fits")
        for word in sorted(session.words - session.known_words):
            context.note("one name", f"{word} is read as one name, as it stands on a left side")
        roots: list[tuple[Node, str]] = []
        for text in session.texts:
            trees, words = parse(text)
            listed = any(tree.detail[-1:] == ("in",) for tree in trees)  # where x_t, u_t \\in ...
            for tree in trees if session.system and len(trees) > 1 and not listed else ():
                spans = ((w.end, tree.start) if w.end <= tree.start else (tree.end, w.start) for w in words)
                if tree.kind == "name" and any(not text[a:b].strip() for a, b in spans):  # "where c is constant"
                    trees = tuple(t for t in trees if t is not tree)
                    context.note("comment", f"{text[tree.start : tree.end]} beside words is left out")
            roots += [(tree, text) for tree in trees]
            for w in words:
                context.notes.append(left_out(w, text))
        known = Letters()
        if session.base is not None:
            self.continue_from(session.base)
            known = replace(session.base.letters, shaped=context.letters.shaped, labels=context.letters.labels)
        known = replace(
            known,
            indices=known.indices | session.beside.indices,
            naming=known.naming | self.option.below,
            whole=known.whole | session.beside.whole,
            numbered=known.numbered | dict(self.option.numbered),
        )
        every = [r for r, _ in roots]
        context.letters = survey(every, known)
        context.letters.labels |= names_above(every, self.option.above) | raised_labels(session.declared)
        for key, text in session.declared.items():
            declare(context, key, text, lenient=session.lenient)
        context.letters.layered |= {f.base for f in context.families.values() if f.place == "^{}"}
        if session.loss:
            context.letters.time |= single_steps(every, context.letters)
        for root, source in list(equations.with_names_apart(roots)) if session.system else roots:
            context.source = source
            if self.is_aside(root, every):
                continue
            if root.detail[-1:] == ("in",) and set(root.detail[:-1]) == {"="}:  # x = ... \in \mathbb{R}^n
                if root.kids[-1].inner.kind == "group" or root.kids[0].inner.kind != "name":  # \in (0, 1)^n
                    message = f"the range {context.text(root.kids[-1])} is left out"
                    context.note("range", message, root.kids[-1])
                    self.pieces.append(Piece(_without_last(root), source))
                    continue
                membership = Node("relation", "", [root.kids[0], root.kids[-1]], root.start, root.end, detail=("in",))
                if not (session.lenient and context.find(root.kids[0].inner.text) is not None):
                    take_membership(context, membership, root.kids[0])
                root = _without_last(root)
            if not is_declaration(root):
                root, mere = equations.without_mere_calls(
                    slopes.with_slope_alone(root, context) if session.system else root
                )
                for member in mere:
                    message = f"{context.text(member)} says what the left side depends on, and is left out"
                    context.note("chain", message, member)
                self.pieces.append(Piece(root, source))
                continue
            subjects = [root.kids[0]]
            while self.pieces and self.pieces[-1].root.kind == "name" and self.pieces[-1].source == source:
                subjects.append(self.pieces.pop().root)  # the x_t of "x_t, u_t \\in ..."
            for subject in subjects:
                take_membership(context, root, subject)
        context.letters = survey([r for r, _ in roots], context.letters)
        ties.size_letters(context, [p.root for p in self.pieces])
        below = dict(pair for root, _ in roots for node in root.walk() for pair in one_below(node))
        for root, source in roots:
            context.source = source
            for node in root.walk() if context.letters.numbered else ():
                numbered.refuse_matrix(context, node, below)
        self.roles.look_beside(session.beside)
        self.roles.scan([(p.root, p.source) for p in self.pieces])
        self.lefts = [named for p in self.pieces if (named := equations.left_name(p, self.elaborator))]
        self.roles.defined = defined = {named.family for named in self.lefts}
        for piece in self.pieces:
            equations.classify(piece, self.elaborator, defined)
            if (
                piece.family is not None and len(piece.sides) > 1 and piece.sides[-1].text != "0"
            ):  # h_0 = 0 has any shape
                self.defining.setdefault(piece.family, piece)
        self.roles.made_of = {
            name: {n.letter for side in p.sides[1:] for n in side.walk()} for name, p in self.defining.items()
        }
        context.heads |= {
            self.elaborator.named(p.root.kids[0].inner.kids[0]).family: (p.root, p.source)
            for p in self.pieces
            if p.kind == "named"
        }
        self.pieces = [p for p in self.pieces if p.kind != "named" or not self.is_only_put_in(p)]
        for piece in self.pieces:
            if piece.kind == "named":
                equations.elaborate(piece, self.elaborator)
        ties.tie_gradients(context)

    def is_aside(self, root: Node, every: Sequence[Node]) -> bool:
        """Whether a relation is no equation; it is left out with a note."""
        context, text = self.context, self.context.text(root)
        if len(every) > 1 and _is_range(root, context.letters.time):
            context.note("range", f"{text} says where the equations hold, and is left out", root)
        elif _is_condition(root, context.letters.entry) and any("=" in r.detail for r in every):
            context.note("condition", f"{text} is a condition, and is left out", root)
        elif root.detail == ("sim",):  # v \sim N(0, R)
            context.note("distribution", f"{text} says how values are drawn, and is left out", root)
        else:
            return False
        return True

    def is_only_put_in(self, p: Piece) -> bool:
        """Whether what is defined as ``f(x) = ...`` is only ever applied to something else, so that x is no symbol."""
        el, context, left = self.elaborator, self.context, p.root.kids[0].inner
        keys = set()
        for q in self.pieces:
            context.source = q.source
            pairs = (p for side in q.root.kids[1:] for n in side.walk() for p in itertools.pairwise(n.kids))
            calls = (c for c in pairs if c[0].kind == "name" and c[0].letter == left.kids[0].letter and c[1].is_call)
            keys |= {call_key(el, *call) for call in calls}
        context.source = p.source
        p.is_used = bool(keys)
        chosen = el.named(left.kids[0]).family in context.put_in
        if not keys or (call_key(el, *left.kids) in keys and not chosen):
            return False
        context.note("put in", f"{context.text(left)} is put in where {left.kids[0].letter} is applied", p.root)
        return True

    def continue_from(self, base: Context) -> None:
        """Everything the earlier reading knows counts as declared here."""
        for family in base.families.values():
            again = copy.copy(family)
            again.declared = again.printed = True
            again.times = dict(family.times)
            if again.acts == "before":
                again.rows, again.cols = again.cols, again.rows
            again.acts = "after" if again.acts else ""
            self.context.add(again)
        self.context.dims = dict(base.dims)
        self.context.continued = True
        self.context.heads |= base.heads
        for key, family in base.calls.items():
            self.context.calls[key] = self.context.families[family.name]

    def role_by_definition(self, family: Family, time: Time | None) -> str | None:
        """The role of what defines a symbol that is asked for at a time.

        Where a step's definitions lead back through the step before, it is what stands there whose letter tells.
        """
        piece = self.defining.get(family.name)
        if piece is None or piece.kind != "equation":
            return None
        left = piece.sides[0].inner
        earlier = left.kind == "name" and time != self.elaborator.named(left).time
        if piece.busy and piece.role is None and not earlier and any(self.back):
            raise _CircleError
        if piece.busy or piece.role is not None:
            return piece.role
        context, el = self.context, self.elaborator
        notes, constants = len(context.notes), len(context.constants)
        self.back.append(earlier)
        try:
            with equations.within(piece, el):
                return equations.defined_role(piece, el.build(piece.sides[1]), el)
        except _CircleError:
            if not earlier:
                raise
            return None
        finally:
            self.back.pop()
            del context.constants[constants:]
            context.notes[notes:] = [n for n in context.notes[notes:] if n.kind == "role"]  # what was settled stays so

    def refuse_squared_losses(self) -> None:
        r"""Refuses ``L = (o - y)^2`` of vectors: a loss is a scalar, and this is a vector of squares.

        :raises ReadError: where a letter of losses is defined so.
        """
        for p in self.loss_pieces:
            if p.role == "vector" and p.values and _is_square(p.values[-1].make()):
                self.context.source = p.source
                name = self.context.text(p.sides[0])
                raise self.context.error(
                    f"{name} would be the vector of squares, and its letter is one for a loss",
                    p.sides[-1],
                    r'write the square of a norm, as in "\lVert o - y \rVert^2"; or ' + propose(name, "vector n"),
                )

    @property
    def loss_pieces(self) -> list[Piece]:
        """The definitions of letters of losses; with a time only an L is one for certain: ``C_t`` is a cell's state."""
        named = {p.family: p for p in self.pieces if p.kind == "named" and p.family is not None}
        found = [
            (self.context.families.get(name), p)
            for name, p in (self.defining | named).items()
            if p.kind in ("equation", "named")
        ]
        return [
            p
            for f, p in found
            if f is not None and p.role is not None and not f.declared
            if (f.head or f.letter) in (TIMED_LOSSES if any(f.times) else LOSSES)
            and not any(
                n.kind == "name" and n.text == (f.head or f.letter) for side in p.sides[1:] for n in side.walk()
            )
        ]

    @property
    def declarations(self) -> str:
        """What a user would declare to have it read like this."""
        families = [f for f in self.context.families.values() if f.base in self.option.roles and not f.declared]
        return " and ".join(f'"{f.name}: {WORDS[f.role]}"' for f in families if f.role in WORDS)

    @property
    def losses(self) -> set[str]:
        r"""What the letters of losses are defined as: ``L = (y - w^\top x)^2`` with a vector y is a vector."""
        wanted = {p.values[-1].role for p in self.pieces if p.values and p.kind == "expression" and self.session.loss}
        return wanted | {p.role for p in self.loss_pieces if p.role is not None}

    @property
    def defines_small_matrix(self) -> bool:
        """Whether a small letter is defined as a matrix: of ``y = x W`` no choice that does so is meant."""
        lefts = (f for name in self.defining if (f := self.context.families.get(name)) is not None)
        return any(f.role == "matrix" and not (f.declared or f.numbered or is_upper(f.letter)) for f in lefts)

    def role_note(self) -> None:
        groups: dict[tuple[How, str], list[str]] = {}
        for f in self.context.families.values():
            if f.how.is_guess and not f.declared and f.role in OTHER_ROLES:
                groups.setdefault((f.how, f.role), []).append(f.name)
        for f in self.context.families.values():
            small = next((s for s, matrix in self.context.letters.numbered.items() if matrix == f.base), None)
            if f.numbered and small is not None and not self.context.continued:
                kind = "declaration" if f.declared else "role" if small in self.usual else "fitted"
                self.context.note(kind, numbered.told(f, small))
        for (how, role), names in groups.items():
            several = "matrices" if role == "matrix" else f"{role}s"
            noun = several if len(names) > 1 else f"a {role}"
            kind = "fitted" if how is How.ONLY else "role"
            self.context.note(kind, f"{', '.join(names)}: read as {noun} ({how})")


def _is_square(e: Expr) -> bool:
    """Whether an expression is a square entry by entry, perhaps with a factor or a sign."""
    if isinstance(e, Product | Sum):
        return any(_is_square(a) for a in e.args)
    return isinstance(e, EntryPower) and not e.is_scalar and e.exponent == Number(2)


def _is_range(root: Node, times: set[str]) -> bool:
    """``t \\ge 1``, ``1 \\le t \\le T``, ``t \\in [T]``: over which steps equations hold."""
    if root.kind != "relation" or "=" in root.detail:
        return False
    names = [n.text for k in root.kids for n in k.walk() if n.kind == "name"]
    ordered = set(root.detail) <= {"<", "<=", ">", ">="}
    member = root.detail == ("in",) and root.kids[0].inner.kind == "name"
    plain = not any(n.scripts for n in root.kids[0].walk())
    return (ordered or member) and plain and bool(times & set(names[:1] if member else names))


def _is_condition(root: Node, indices: set[str]) -> bool:
    """``0 < a < 1``, ``a \\in (0, 1)``, ``P \\succ 0``: what is supposed of symbols, of no index among them."""
    compares = bool(root.detail) and set(root.detail) <= {"<", "<=", ">", ">=", "order"}
    member = root.detail == ("in",) and root.kids[1].inner.kind == "group"
    return (compares or member) and not any(n.text in indices for n in root.kids[0].walk() if n.kind == "name")


def _without_last(root: Node) -> Node:
    """A chain without its last member."""
    return Node("relation", "", root.kids[:-1], root.start, root.kids[-2].end, detail=root.detail[:-1])
