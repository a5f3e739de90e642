"""What every part of the story needs: the derivation, its letters, its style, and the gate for told equations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import pairwise

from sympy import Expr as Dim

from symjac import expr as ex
from symjac.derivation import WHOLE, Derivation, layouts_of, open_abbreviations
from symjac.entries import Step, entry, told_derivative
from symjac.errors import unprinted
from symjac.expr import Apply, Entry, Expr, Index, Partial, Symbol
from symjac.limits import NormalFormTooLarge, OutOfTimeError
from symjac.narrative.blocks import Formula, Inline, Inlines, Line, Math, box_of
from symjac.normal import equal
from symjac.typeset import names
from symjac.typeset.boxes import Box, Fence, Grid, Ident, Op, Row, Script, Styled, row, width
from symjac.typeset.calls import size_box
from symjac.typeset.placing import Style, style_for, to_box
from symjac.typeset.text import text


class Teller:
    """A derivation about to be told.

    ``layout`` is ``"both"``, ``"numerator"`` or ``"denominator"``; ``sizes`` asks for a worked example.
    """

    def __init__(self, d: Derivation, layout: str, sizes: Mapping[str, int] | None) -> None:
        self.d = d
        self.sizes = sizes
        self.layouts = layouts_of(layout)
        self.of, self.wrt = d.of, d.wrt

    # ------------------------------------------------------------------------------------- what is told

    @cached_property
    def symbols(self) -> tuple[Symbol, ...]:
        """Every symbol of the told equations, in order of appearance."""
        seen: dict[Symbol, None] = {}
        for s in self.told:
            for leaf in (s, *self.d.definitions[s].walk()):
                if isinstance(leaf, Symbol) and not self._is_size(leaf):
                    seen.setdefault(leaf)
        seen.setdefault(self.wrt)
        return tuple(seen)

    @cached_property
    def told(self) -> tuple[Symbol, ...]:
        """The left-hand sides the target rests on, in the order of the system."""
        needed = self.d.system.rests_on(self.of, self.d.definitions)
        return tuple(e.lhs for e in self.d.system.equations if e.lhs in needed and e.lhs in self.d.definitions)

    def _is_size(self, s: Symbol) -> bool:
        return s.is_scalar and any(ex.dim(s.name) in known.shape for known in self.d.definitions)

    @cached_property
    def gates(self) -> bool:
        """Whether the proof goes gate by gate."""
        return len(self.d.stages) > 1

    @cached_property
    def argument(self) -> tuple[Symbol, Expr] | None:
        """A letter for what a layer applies its function to, where that is one expression worth a letter."""
        body = self.d.definitions[self.of]
        found = {e.arg for e in _outermost(body) if self.d.scope.depends(e) and _is_affine_like(e.arg)}
        if self.gates or len(found) != 1:
            return None
        arg = found.pop()
        return Symbol(self.letter("a", "v", "s", "p", r"\alpha"), arg.shape), arg

    @property
    def has_lemma(self) -> bool:
        """Whether the rules are stated as a lemma; between scalars they are those of school."""
        return not (self.of.is_scalar and self.wrt.is_scalar and all(s.is_scalar for s in self.symbols))

    @property
    def is_recurrence(self) -> bool:
        """Whether the target and the variable are one state at two times."""
        infos = [self.d.system.symbols.get(s.name) for s in (self.of, self.wrt)]
        return all(i is not None for i in infos) and len({i.family for i in infos if i is not None}) == 1

    @cached_property
    def known(self) -> Mapping[Symbol, Expr]:
        """What every letter of the page stands for."""
        return (
            self.d.definitions if self.argument is None else {**self.d.definitions, self.argument[0]: self.argument[1]}
        )

    @cached_property
    def by_entries(self) -> tuple[Step, ...]:
        """The steps of the proof by entries, where one layer of a vector by a vector has a short one."""
        if self.gates or self._has_moving_matrices or not (self.of.is_vector and self.wrt.is_vector):
            return ()
        i, j = self.indices
        try:
            steps = told_derivative(self.d.definitions[self.of], self.wrt, i, j)[1:]
        except OutOfTimeError:
            raise
        except NormalFormTooLarge:
            return ()
        if self.argument is not None:
            letter, arg = self.argument
            table: dict[Expr, Expr] = {self.entry(arg, i): Entry(letter, i)}
            steps = tuple(Step(s.expr.replace(table), s.reason) for s in steps)
        plain = replace(self._plain_style, short_partials={})
        if any(isinstance(e, Entry) and isinstance(e.base, ex.Stack) for s in steps for e in s.expr.walk()):
            return ()
        short = all(width(to_box(s.expr, plain)) <= _WIDEST for s in steps)
        return steps if short and len(steps) <= _MOST_STEPS else ()

    @cached_property
    def _has_moving_matrices(self) -> bool:
        """Whether the equation holds a matrix by name whose own equation holds the variable; entries stop at names."""
        body = self.d.definitions[self.of]
        return any(s in self.d.definitions and self.d.scope.depends(s) for s in body.symbols if s != self.wrt)

    def entry(self, e: Expr, i: Index) -> Expr:
        """Entry i of a vector, its sums over letters that are free."""
        return entry(e, i, avoid=[self.wrt, Symbol(self.indices[1].name)])

    # ------------------------------------------------------------------------------------------ letters

    @cached_property
    def used_letters(self) -> frozenset[str]:
        """Every letter in the system's names and sizes."""
        found = {str(size) for s in self.symbols for side in s.shape for size in side.free_symbols}
        for s in (*(info.symbol for info in self.d.system.symbols.values()), *self.symbols):
            found |= {s.letter, *(s.letter if s.letter.isalpha() else ())}
            found.update(re.findall(r"\\?[A-Za-z]+", f"{s.parts.label} {s.parts.upper}"))
            found.update(letter for letter, _ in (s.time.letters if s.time is not None else ()))
        return frozenset(found)

    def letter(self, *candidates: str) -> str:
        """The first candidate that the system does not use; failing that the last with a prime."""
        for c in candidates:
            if c not in self.used_letters:
                return c
        return candidates[-1] + "'"

    @cached_property
    def indices(self) -> tuple[Index, Index]:
        """Letters for a row and a column of the Jacobian."""
        pairs = (("i", "j"), ("p", "q"), ("r", "s"), ("a", "b"), (r"\iota", r"\kappa"))
        i, j = next((p for p in pairs if not set(p) & self.used_letters), pairs[-1])
        return Index(i, self.of.rows), Index(j, self.wrt.rows)

    # -------------------------------------------------------------------------------------------- style

    @cached_property
    def style(self) -> Style:
        """How this page prints: the author's orientation and boldness, short derivatives in composite proofs."""
        if self.by_entries or self.wrt.cols != ex.ONE:
            return self._plain_style
        # The variable as an operator's subscript: its letter alone where that says enough.
        box = names.take_apart(self.wrt.name)
        base = box.base if isinstance(box, Script) else box
        return replace(self._plain_style, short_partials={self.wrt: base if isinstance(base, Ident | Styled) else box})

    @cached_property
    def _plain_style(self) -> Style:
        everything = ex.Sum(*(ex.Norm(s) for s in self.symbols))
        return style_for(everything, row=self.d.system.orientation == "row")

    def full(self, p: Partial) -> Box:
        """A derivative written out as a fraction also where the page has a short form."""
        return to_box(p, replace(self.style, short_partials={}))

    def box(self, e: Formula) -> Box:
        return box_of(e, self.style)

    # -------------------------------------------------------------------------------------- the checks

    def check(self, a: Expr, b: Expr, definitions: Mapping[Symbol, Expr] | None = None) -> None:
        """Refuse to tell an equation that the normal form does not confirm.

        :raises Defect: naming the equation.
        """
        known = self.known if definitions is None else definitions
        if len(self.d.stages) > WHOLE and self._equal_by_names(a, b):
            return
        if not equal(a, b, known, moving=frozenset({self.wrt})):
            step = f"{text(a)} = {text(b)}"
            raise unprinted(f"a step of the told proof does not hold: {step}", "the page", "normal form")

    def _equal_by_names(self, a: Expr, b: Expr) -> bool:
        """Whether two sides are equal whatever the gates they name and the derivatives of these are.

        Of many equations this is asked first, as what they open to together grows with each of them.
        """
        a, b = (open_abbreviations(e, self.d.abbreviations) for e in (a, b))
        before, after = ([p for p in e.walk() if isinstance(p, Partial)] for e in (a, b))
        if not all(p.x == self.wrt and isinstance(p.y, Symbol) for p in (*before, *after)):
            return False
        # What is new on the right is opened once: h for tanh(a) in 1 - h o h. What that holds stays a letter.
        new = b.symbols - a.symbols
        if isinstance(a, Partial):
            if not isinstance(a.y, Symbol) or isinstance(body := self.d.definitions.get(a.y, a.y), Symbol):
                return False
            new, before = frozenset({a.y}), self._gates(body)
            a = ex.Sum(Partial(body, self.wrt), *(ex.Product(Partial(body, p.y), p) for p in before))
        elif before and not after:  # the derivatives of the gates were put in
            closed: dict[Expr, Expr] = {Partial(stage.symbol, self.wrt): stage.closed for stage in self.d.stages}
            a, new = a.replace(closed), frozenset()
        letters: dict[Expr, Expr] = {p: Symbol(f"\0{k}", p.shape) for k, p in enumerate(dict.fromkeys(before + after))}
        own = {s: self.known[s] for s in new if s in self.known and s != self.wrt}
        try:
            return equal(a.replace(letters), b.replace(letters), own)
        except OutOfTimeError:
            raise
        except NormalFormTooLarge:
            return False

    def _gates(self, body: Expr) -> list[Partial]:
        """The derivatives of the gates that a right-hand side names."""
        depends = self.d.scope.depends
        return [Partial(s, self.wrt) for s in self.told if s in body.symbols and s != self.wrt and depends(s)]

    def equation(
        self,
        lhs: Expr,
        rhs: Expr,
        *,
        printed: Formula | None = None,
        definitions: Mapping[Symbol, Expr] | None = None,
        label: str | None = None,
        end: str = "",
    ) -> Line:
        """A checked row ``lhs = rhs``; ``printed`` stands for the left side where it is shown otherwise."""
        self.check(lhs, rhs, definitions)
        return Line(rhs, lhs if printed is None else printed, label=label, end=end)

    def follows(
        self, before: Expr, e: Expr, reason: Inlines, *, definitions: Mapping[Symbol, Expr] | None = None, end: str = ""
    ) -> Line:
        """The next row of a chain, checked against the one before it."""
        self.check(before, e, definitions)
        return Line(e, reason=reason, end=end)

    def definition(self, s: Symbol, *, label: str) -> Line:
        """The row that says what a symbol of the system or an abbreviation stands for."""
        return Line(self.letters[s], s, label=label, numbered=True)

    @cached_property
    def letters(self) -> Mapping[Symbol, Expr]:
        """What every symbol and every abbreviation of the page stands for."""
        return {**self.known, **dict(self.d.abbreviations)}

    def result(self, layout: str, lhs: Box, *, label: str, under: Mapping[Expr, Box]) -> Line:
        """The row of the theorem in one layout, its short form checked against the closed form.

        ``under`` are the words under terms of the numerator layout, which are printed as they stand.
        """
        if layout == "denominator":
            self.check(ex.Transpose(self.d.closed), self.d.short_denominator, self.letters)
            return Line(self.box(self.d.short_denominator), lhs, label=label)
        self.check(self.d.closed, self.d.short, self.letters)
        return Line(to_box(self.d.short, replace(self.style, under=under)), lhs, label=label)

    def dotted(self, e: Expr, corners: Mapping[tuple[int | Index, int | Index], Expr]) -> Line:
        """A matrix with dots between its four corners, each of which is checked."""
        for (i, j), cell in corners.items():
            self.check(Entry(e, i, j), cell)
        h, v, d = (Op(c, prefix=True) for c in (r"\cdots", r"\vdots", r"\ddots"))
        first, second, third, fourth = map(self.box, corners.values())
        return Line(Grid(((first, h, second), (v, d, v), (third, h, fourth)), "pmatrix"), e, end=".")

    def steps(self, lhs: Expr, told: list[tuple[Expr, Inlines]]) -> list[Line]:
        """A checked chain ``lhs = a = b = ...`` with a reason for each member."""
        for before, after in pairwise((lhs, *(e for e, _ in told))):
            self.check(before, after)
        rows = [Line(e, None if n else lhs, reason=reason) for n, (e, reason) in enumerate(told)]
        return [*rows[:-1], replace(rows[-1], end=".")]


_WIDEST = 24.0
_MOST_STEPS = 8


def _outermost(e: Expr) -> Iterator[Apply]:
    """The functions applied in an expression, but not those inside another's argument."""
    if isinstance(e, Apply):
        yield e
        return
    for a in e.args:
        yield from _outermost(a)


def _is_affine_like(e: Expr) -> bool:
    """Whether an argument is more than a symbol, so that a letter for it saves space."""
    return e.is_vector and isinstance(e, ex.Sum | ex.Product)


# ---------------------------------------------------------------------------------- formulas that are no Expr


def belongs(symbols: list[Symbol], shape: ex.Shape) -> Inlines:
    """``x, b in R^n``; a long list is several formulas, so that it can be broken over lines."""
    boxes: list[Box] = [names.name_box(s.name) for s in symbols]
    end = row(Op(r"\in"), space(shape))
    if len(boxes) <= _TOGETHER:
        return (Math(row(*commas(boxes), end)),)
    out: list[Inline] = []
    for box in boxes[:-1]:
        out += [Math(box), ", "]
    return (*out, Math(row(boxes[-1], end)))


_TOGETHER = 4


def space(shape: ex.Shape) -> Box:
    """The set a symbol of this shape comes from."""
    reals = Styled(r"\mathbb", Ident("R"))
    sizes = [s for s in shape if s != ex.ONE]
    if not sizes:
        return reals
    out: list[Box] = []
    for s in sizes if len(sizes) == 1 else shape:
        out += [*([Op(r"\times", prefix=True)] if out else []), _size(s, len(sizes))]
    return Script(reals, sup=row(*out))


def _size(s: Dim, many: int) -> Box:
    box = size_box(s)
    return Fence("(", box, ")") if many > 1 and isinstance(box, Row) else box


def commas(boxes: list[Box]) -> list[Box]:
    out: list[Box] = []
    for b in boxes:
        out += [*([Op(", ", prefix=True)] if out else []), b]
    return out


def equals(a: Box, b: Box) -> Box:
    return row(a, Op("="), b)


def entry_of(matrix: Box, *indices: Index) -> Box:
    """A matrix in brackets with indices."""
    return Script(Fence("(", matrix, ")", 0), sub=row(*(Ident(i.name) for i in indices)))
