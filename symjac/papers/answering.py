"""One system of a paper and the answers to what is asked about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property

from symjac.errors import Defect, DefinitionError, SymjacError
from symjac.explicit import sizes
from symjac.jacobians import Jacobian
from symjac.papers import render
from symjac.papers.answers import Answer, Answered, message, same
from symjac.papers.claims import judged
from symjac.papers.macros import Macro, Macros, expand, unread
from symjac.papers.options import Asked, SystemOptions, asked, system_options
from symjac.papers.requests import KINDS, PaperSystem, Request
from symjac.papers.rows import display, labels
from symjac.system import System

Guard = Callable[[], AbstractContextManager[None]]
"""Turns what nobody raised on purpose into a defect that names the part of symjac that broke."""


@dataclass
class Desk:
    """Where the requests about one system are answered."""

    paper: PaperSystem
    requests: Sequence[Request]
    macros: Macros
    width: int
    guard: Guard
    derived: dict[tuple[str, str], Jacobian] = field(default_factory=dict)
    defects: dict[str, Defect] = field(default_factory=dict)
    """Where symjac itself is at fault, by the key of the request; under the system's name in reading it."""

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

    @cached_property
    def known(self) -> Mapping[str, Macro]:
        """The author's macros where the system stands."""
        return self.macros.at(self.paper.place)

    def plain(self, text: str) -> str:
        """A text of the system without the author's macros."""
        return expand(text, self.known)

    @cached_property
    def meanings(self) -> dict[str, str]:
        """What the macros mean that the system is read with."""
        return _meanings((self.paper.source, self.paper.options), self.known)

    @cached_property
    def asked_meanings(self) -> dict[str, str]:
        """What the macros mean that the requests are read with; the first request that uses one settles it."""
        out: dict[str, str] = {}
        for r in self.requests:
            out = _meanings(_texts(r), self.macros.at(r.place)) | out
        return dict(sorted(out.items()))

    def answered(self, before: Answered | None) -> Answered:
        """Every request answered; what was answered ``before`` on the same grounds is not derived again."""
        keys = [r.key for r in self.requests if "#" not in r.key]
        answers = dict(before.answers) if before and self.rests_on_the_same(before) else {}
        # Labels go by what else is asked.
        if list(answers) != keys or any(a.kind == "failure" for a in answers.values()):
            answers = {r.key: self.answer(r) for r in self.requests if r.key in keys}
        return Answered(self.paper.name, self.paper.text, self.meanings, self.asked_meanings, answers)

    def rests_on_the_same(self, before: Answered) -> bool:
        """Whether the system means what it meant."""
        here = {k: m.meaning for k, m in self.known.items()}
        return (
            same(before.text, self.paper.text)
            and all(here.get(k) == v for k, v in before.macros.items())
            and all((here | self.asked_meanings).get(k) == v for k, v in before.asked.items())
        )

    def notes(self) -> Iterator[str]:
        """What was assumed in reading the system, or why it could not be read."""
        left = {m.name: m for text in (self.paper.source, self.paper.options) for m in unread(text, self.known)}
        for r in self.requests:
            left |= {m.name: m for text in _texts(r) for m in unread(text, self.macros.at(r.place))}
        for macro in left.values():
            yield rf"{self.paper.name}: the macro \{macro.name} is left as it stands; {macro.unread} is not expanded"
        try:
            with self.guard():
                yield from (f"{self.paper.name}: {n.message}" for n in self.system.notes)
        except SymjacError as error:
            yield f"{self.paper.name} cannot be read: {error.message}"
        except Defect as defect:
            self.defects[self.paper.name] = defect

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
        except Defect as defect:
            self.defects[request.key] = defect
            return Answer(request.key, "failure", message(defect.message))

    def _answer(self, r: Request) -> Answer:
        if r.kind not in KINDS:
            raise DefinitionError(f"there is no request {r.kind}")
        how = asked(r.kind, r.options)
        known = self.macros.at(r.place)
        for name, meaning in _meanings(_texts(r), known).items():
            if meaning != self.asked_meanings[name]:
                raise DefinitionError(rf"the macro \{name} means something else here than in another request about it")
        of, wrt, claim = (expand(text, known).strip() for text in _texts(r))
        if r.kind == "claim":
            return judged(r.key, self.source, self.options, of, wrt, claim, how)
        if r.kind == "jacobian" and how.layout == "both":
            raise DefinitionError("a formula is in one layout, numerator or denominator")
        J = self._jacobian(of, wrt)
        width = how.width or self.width
        if r.kind == "jacobian":
            return Answer(r.key, "answer", render.formula(J.confirmed(), how, width))
        given, theorem = self._given(J, how), self._label(r, how)
        prefix = theorem or render.label_prefix(r.system, r.of, r.wrt)
        if r.kind == "proof":
            return Answer(r.key, "answer", render.proof(J.confirmed(), how, width, theorem, prefix, given))
        at = sizes(self.system, how.n or 2)
        tex = render.example(J.confirmed(), how, at, width, prefix, given, self._is_told(r))
        if not tex.strip():
            raise DefinitionError("sizes beyond 4 are not written out on a page")
        return Answer(r.key, "answer", tex)

    def _jacobian(self, of: str, wrt: str) -> Jacobian:
        if (of, wrt) not in self.derived:
            self.derived[of, wrt] = self.system.jacobian(of or None, wrt=wrt)
        return self.derived[of, wrt]

    def _given(self, J: Jacobian, how: Asked) -> dict[str, str]:
        """The paper's labels by the names they have on a page; none unless every equation has one."""
        needed = self.system.rests_on(J.of, J.definitions)
        told = [e for e in self.system.equations if e.lhs in needed and e.lhs in J.definitions]
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


def _texts(r: Request) -> tuple[str, ...]:
    """Where in a request the author's macros may stand."""
    return (r.of, r.wrt, r.claim)


def _meanings(texts: Iterable[str], macros: Mapping[str, Macro]) -> dict[str, str]:
    used: set[str] = set()
    for text in texts:
        expand(text, macros, used)
    return {name: macros[name].meaning for name in sorted(used)}
