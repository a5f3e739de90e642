"""Names that stand for derivatives: named deltas, ``g = \\partial L / \\partial p``, ``J``, ``dx``.

Before a claim is evaluated, every such name is replaced by the derivative it stands for, at the time it
carries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from symjac.claims.instances import shift
from symjac.claims.stated.losses import is_loss_name
from symjac.claims.stated.naming import Names
from symjac.claims.stated.syntax import read_terms
from symjac.errors import ReadError, SymjacError, propose
from symjac.expr.times import Time
from symjac.reading.applied.terms import MapCall, Ref, Term
from symjac.reading.spelling import plain
from symjac.reading.wording import describe, without_remark

NEIGHBOURS = ("next", "prev")
LOSS = Ref(r"\text{loss}")


@dataclass(frozen=True)
class Alias:
    """``name`` stands for the derivative ``meaning``; both carry times that move together."""

    name: Ref
    meaning: Term

    def at(self, time: Time | None) -> Term | None:
        moved = shift(self.name.time, time if self.name.time is not None else None)
        return self.meaning.retimed(lambda u: u.put(moved)) if moved is not None else None


@dataclass
class Aliases:
    """What the names of one claim stand for."""

    names: Names
    known: list[Alias] = field(default_factory=list)
    changes: dict[str, Alias] = field(default_factory=dict)  # of "d x" by the family of x
    upstream: set[Ref] = field(default_factory=set)
    unread: list[str] = field(default_factory=list)  # what is declared to be a gradient in words that are not read
    formulas: dict[Term, Term] = field(default_factory=dict)  # ``\\nabla_a C`` by what a declaration says of it
    labels: dict[str, Time] = field(default_factory=dict)  # what "next" and "prev" mean
    preactivations: list[str] = field(default_factory=list)

    def declare(self, declared: Mapping[str, str]) -> None:
        """Takes the gradients among the declarations."""
        for key, words in declared.items():
            try:
                meaning = self.meaning(words)
                if meaning is None:
                    continue
                (name,), _, _ = read_terms(key, self.names)
            except (SymjacError, ValueError):
                if describe(words).role == "gradient":
                    self.unread.append(key)
                continue
            variable = meaning.args[1].ref if meaning.kind == "derivative" else None
            if variable is None:
                if meaning.kind == "map" and name.ref is not None:
                    self.add(name.ref, meaning)
                continue
            if describe(words).words.startswith("upstream"):
                self.upstream.add(variable)
            if name.kind == "gradient" and isinstance(name.data, Ref):
                self.changes[name.data.family] = Alias(name.data, meaning)
                self.label(name.data, variable)
            elif name.ref is not None:
                self.add(name.ref, meaning)
            elif name.kind == "derivative":
                self.formulas[_bare(name)] = meaning

    def meaning(self, words: str) -> Term | None:
        """The derivative that a declaration names, in words or as a formula."""
        said = describe(words)
        if said.role == "gradient":
            variable = Term("symbol", (), self.variable(said.by))
            return Term("derivative", (self.loss(said.of or "loss"), variable), "")
        if said.role == "jacobian":
            return self.jacobian(said.of, said.by)
        formula = "" if said.loose else words.split(",")[0]
        if "/" not in formula and "frac" not in formula:
            return None
        members, _, _ = read_terms(formula, self.names)
        return members[0] if len(members) == 1 and members[0].kind == "derivative" else None

    def jacobian(self, of: str, by: str) -> Term | None:
        """The derivative of a symbol, or that of a map at a point."""
        (inner,), _, _ = read_terms(of, self.names)
        (point,), _, _ = read_terms(by, self.names)
        (call,), _, _ = read_terms(f"{of}({by})", self.names)
        inner = call if call.ref is not None else inner  # the g(x) that an equation defines
        if inner.kind == "bare_map":
            assert isinstance(inner.data, tuple)
            return Term("map", (point,), MapCall(str(inner.data[0]), 1))
        return Term("derivative", (inner, point), of) if inner.ref is not None and point.ref is not None else None

    def loss(self, text: str) -> Term:
        """What is differentiated: a symbol, or the loss that nothing names."""
        try:
            (term,), _, _ = read_terms(text, self.names)
        except (SymjacError, ValueError):
            return Term("symbol", (), LOSS)
        if term.ref is None:
            return Term("symbol", (), LOSS) if term.kind in ("word", "number") else term
        if term.ref.family in self.names.context.families:
            return term
        names = (plain(text), plain(term.ref.family))
        if not is_loss_name(text) and all(plain(key) not in names for key in self.names.declared):
            raise ReadError(
                f"{text} stands in no equation, and its letter is none for a loss",
                text=text,
                span=(0, max(1, len(text))),
                hint=f"if it is one, {propose(text, 'scalar')}",
            )
        return Term("symbol", (), LOSS)

    def label(self, name: Ref, variable: Ref) -> None:
        """``a_{next}`` beside ``a^{<t>}`` says what "next" means."""
        for word in NEIGHBOURS:
            if name.family == f"{variable.family}_{{{word}}}" and variable.time is not None:
                self.labels[word] = variable.time
        if self.labels:
            following = self.labels.get("next") or self.labels["prev"] + 1
            self.labels = {"next": following, "prev": following - 1} | self.labels

    def variable(self, text: str) -> Ref:
        """A symbol from its text; of ``pre-activation of S`` the family is marked for naming."""
        text = without_remark(text)
        said = describe(text)
        if said.role == "pre-activation":
            inner = self.variable(said.of)
            self.preactivations.append(inner.family)
            return Ref(rf"\mathrm{{pre}}({inner.family})", inner.time)
        (term,), _, _ = read_terms(text, self.names)
        if term.ref is None:
            raise ReadError(f"{text!r} is no symbol", text=text, span=(0, max(1, len(text))))
        return term.ref

    def variables(self) -> Iterator[Ref]:
        """By what the names of gradients are derivatives."""
        for meaning in [*(a.meaning for a in self.known), *(a.meaning for a in self.changes.values())]:
            if meaning.kind == "derivative" and meaning.args[1].ref is not None:
                yield meaning.args[1].ref

    def add(self, name: Ref, meaning: Term) -> None:
        self.known.append(Alias(name, meaning))

    def resolved(self, t: Term) -> Term:
        """A name as what it stands for, its parts being so already."""
        if t.kind == "derivative" and self.formulas and (meaning := self.formulas.get(_bare(t))) is not None:
            return Term(meaning.kind, meaning.args, meaning.data, t.span)
        if t.kind == "gradient" and isinstance(t.data, Ref):
            found = self.changes.get(t.data.family)
            meaning = found.at(t.data.time) if found is not None else None
            return meaning if meaning is not None else Term("gradient", (), self.placed(t.data), t.span)
        if t.ref is None:
            return t
        meanings = (a.at(t.ref.time) for a in self.known if a.name.family == t.ref.family)
        if (meaning := next((m for m in meanings if m is not None), None)) is not None:
            return Term(meaning.kind, meaning.args, meaning.data, t.span)
        return Term("symbol", t.args, self.placed(t.ref), t.span)

    def placed(self, r: Ref) -> Ref:
        """``c_{prev}`` as c at the time before."""
        for word, time in self.labels.items():
            suffix = f"_{{{word}}}"
            if r.family.endswith(suffix) and r.time is None:
                return Ref(r.family[: -len(suffix)], time)
        return r


def _bare(t: Term) -> Term:
    """A derivative without the text of what it differentiates."""
    return Term(t.kind, t.args)
