"""One system of a paper and the answers to what is asked about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property

from symjac.errors import DefinitionError, SymjacError
from symjac.explicit import sizes
from symjac.jacobians import Jacobian
from symjac.papers import render
from symjac.papers.answers import Answer, Answered, message, same
from symjac.papers.claims import judged
from symjac.papers.macros import Macro, expand, unread
from symjac.papers.options import Asked, SystemOptions, asked, system_options
from symjac.papers.requests import KINDS, PaperSystem, Request
from symjac.papers.rows import display, labels
from symjac.system import System

Guard = Callable[[], AbstractContextManager[None]]
"""Turns a defect of symjac into an error about one request, so that the others are answered."""


@dataclass
class Desk:
    """Where the requests about one system are answered."""

    paper: PaperSystem
    requests: Sequence[Request]
    macros: Mapping[str, Macro]
    width: int
    guard: Guard
    derived: dict[tuple[str, str], Jacobian] = field(default_factory=dict)

    @cached_property
    def options(self) -> SystemOptions:
        found = system_options(self.paper.options)
        return SystemOptions({self.plain(k): v for k, v in found.symbols.items()}, found.orientation)

    @cached_property
    def source(self) -> str:
        return display(self.plain(self.paper.source))

    @cached_property
    def system(self) -> System:
        return System(self.source, symbols=self.options.symbols, orientation=self.options.orientation)

    def plain(self, text: str) -> str:
        """A text without the author's macros."""
        return expand(text, self.macros)

    @cached_property
    def meanings(self) -> dict[str, str]:
        """What the macros mean that the system and the requests about it are read with."""
        used: set[str] = set()
        for text in self._texts():
            expand(text, self.macros, used)
        return {name: self.macros[name].meaning for name in sorted(used)}

    def _texts(self) -> list[str]:
        """Everything in which the author's macros may stand."""
        asked_for = (text for r in self.requests for text in (r.of, r.wrt, r.claim))
        return [self.paper.source, self.paper.options, *asked_for]

    def answered(self, before: Answered | None) -> Answered:
        """Every request answered; what was answered ``before`` on the same grounds is not derived again."""
        keys = [r.key for r in self.requests if "#" not in r.key]
        answers = dict(before.answers) if before and self.rests_on_the_same(before) else {}
        # Labels go by what else is asked.
        if list(answers) != keys or any(a.kind == "failure" for a in answers.values()):
            answers = {r.key: self.answer(r) for r in self.requests if r.key in keys}
        return Answered(self.paper.name, self.paper.text, self.meanings, answers)

    def rests_on_the_same(self, before: Answered) -> bool:
        """Whether the system means what it meant."""
        known = {**self.meanings, **{k: self.macros[k].meaning for k in before.macros if k in self.macros}}
        return same(before.text, self.paper.text) and all(known.get(k) == v for k, v in before.macros.items())

    def notes(self) -> Iterator[str]:
        """What was assumed in reading the system, or why it could not be read."""
        for macro in unread(" ".join(map(self.plain, self._texts())), self.macros):
            yield rf"{self.paper.name}: the macro \{macro.name} is left as it stands; {macro.unread} is not expanded"
        try:
            with self.guard():
                yield from (f"{self.paper.name}: {n.message}" for n in self.system.notes)
        except SymjacError as error:
            yield f"{self.paper.name} cannot be read: {error.message}"

    def answer(self, request: Request) -> Answer:
        """The answer, or why there is none."""
        try:
            with self.guard():
                if "#" in self.paper.source:
                    raise DefinitionError("a system cannot hold a parameter sign")
                return self._answer(request)
        except SymjacError as error:
            hint = f" ({error.hint})" if error.hint else ""
            return Answer(request.key, "failure", message(error.message + hint))

    def _answer(self, r: Request) -> Answer:
        if r.kind not in KINDS:
            raise DefinitionError(f"there is no request {r.kind}")
        how = asked(r.kind, r.options)
        of, wrt = self.plain(r.of).strip(), self.plain(r.wrt).strip()
        if r.kind == "claim":
            claim = self.plain(r.claim)
            return judged(r.key, self.source, self.options, of, wrt, claim, how)
        if r.kind == "jacobian" and how.layout == "both":
            raise DefinitionError("a formula is in one layout, numerator or denominator")
        J = self._jacobian(of, wrt)
        width = how.width or self.width
        if r.kind == "jacobian":
            return Answer(r.key, "answer", render.formula(J, how, width))
        given, theorem = self._given(J, how), self._label(r, how)
        prefix = theorem or render.label_prefix(r.system, r.of, r.wrt)
        if r.kind == "proof":
            return Answer(r.key, "answer", render.proof(J, how, width, theorem, prefix, given))
        at = sizes(self.system, how.n or 2)
        tex = render.example(J, how, at, width, prefix, given, self._is_told(r))
        if not tex.strip():
            raise DefinitionError("sizes beyond 4 are not written out on a page")
        return Answer(r.key, "answer", tex)

    def _jacobian(self, of: str, wrt: str) -> Jacobian:
        if (of, wrt) not in self.derived:
            J = self.system.jacobian(of or None, wrt=wrt)
            assert J.checks
            self.derived[of, wrt] = J
        return self.derived[of, wrt]

    def _given(self, J: Jacobian, how: Asked) -> dict[str, str]:
        """The paper's labels by the names they have on a page; none unless every equation has one."""
        told = [e for e in self.system.equations if e.lhs in _needed(J)]
        known = labels(self.plain(self.paper.source), self.system.equations)
        if len(how.ref) == 1:
            known = dict.fromkeys([e.lhs.name for e in told], how.ref[0])
        elif len(how.ref) == len(told):
            known = {e.lhs.name: ref for e, ref in zip(told, how.ref, strict=True)}
        elif how.ref:
            raise DefinitionError(f"ref names {len(how.ref)} labels; one is wanted, or one for each of {len(told)}")
        if not all(e.lhs.name in known for e in told):
            return {}
        return {f"eq{n}": known[e.lhs.name] for n, e in enumerate(told, 1)}

    def _label(self, r: Request, how: Asked) -> str:
        """The author's label of a theorem: its proof and its example need not repeat it."""
        others = [asked("proof", o.options).label for o in self._about(r) if o.kind == "proof"]
        return how.label or next((label for label in others if label), "")

    def _about(self, r: Request) -> list[Request]:
        return [o for o in self.requests if (o.of.strip(), o.wrt.strip()) == (r.of.strip(), r.wrt.strip())]

    def _is_told(self, r: Request) -> bool:
        return any(o.kind == "proof" and "setting" in asked("proof", o.options).parts for o in self._about(r))


def _needed(J: Jacobian) -> frozenset[object]:
    """The left-hand sides the target rests on."""
    needed = {J.of}
    for s in reversed(J.system.order):
        if s in needed and s in J.definitions:
            needed |= J.definitions[s].symbols
    return frozenset(s for s in needed if s in J.definitions)
