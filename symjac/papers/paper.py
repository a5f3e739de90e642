"""A paper filled: requests found, answered or kept, and what is to be said about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from symjac.errors import Defect, DefinitionError
from symjac.papers.answering import Desk, Guard
from symjac.papers.answers import Answer, Answered, AnswerFile, message, read, stamp, stamped_width, write
from symjac.papers.behind import behind
from symjac.papers.groups import balanced
from symjac.papers.macros import Macros
from symjac.papers.requests import PaperSystem, Place, Request, Requests, read_requests
from symjac.papers.scan import scan
from symjac.papers.source import Source, located, sources

_SUFFIXES = (".tex", ".symjac", ".sjtex")


@dataclass(frozen=True)
class Paper:
    """The files of a paper, found from the name a user gives: ``paper``, ``paper.tex`` or ``build/paper``."""

    base: Path

    @classmethod
    def named(cls, name: str) -> Paper:
        """The paper of a name.

        :raises DefinitionError: where there is neither a source nor a request file, or the source is no text.
        """
        path = Path(name)
        base = path.with_suffix("") if path.suffix in _SUFFIXES else path
        paper = cls(base)
        if paper.main is None and not paper.requests.is_file():
            raise DefinitionError(f"there is no {base}.tex, and no {base}.symjac either")
        if paper.main is not None and b"\0" in paper.main.read_bytes():
            raise DefinitionError(f"{paper.main} is a binary file; the source of a paper was wanted")
        return paper

    def _with(self, suffix: str) -> Path:
        return self.base.with_name(self.base.name + suffix)

    @property
    def requests(self) -> Path:
        """What LaTeX wrote."""
        return self._with(".symjac")

    @property
    def answers(self) -> Path:
        """What symjac writes."""
        return self._with(".sjtex")

    @cached_property
    def main(self) -> Path | None:
        """The source; with an output directory it is not beside the requests."""
        for candidate in (self._with(".tex"), Path(self.base.name + ".tex")):
            if candidate.is_file():
                return candidate
        return None

    @cached_property
    def sources(self) -> list[Source]:
        """The source and what it inputs."""
        return sources(self.main) if self.main else []


@dataclass(frozen=True)
class Said:
    """What is said about a request: ``kind`` is "note", "failure", "false", "undecided", "behind" or "defect"."""

    place: Place
    kind: str
    text: str

    @property
    def is_problem(self) -> bool:
        """Whether ``--strict`` minds."""
        return self.kind != "note"


@dataclass(frozen=True)
class Report:
    """The new text of the answer file and what is to be said."""

    text: str
    said: tuple[Said, ...]
    answered: int
    unanswered: int
    asks: bool = True

    @property
    def defects(self) -> tuple[Said, ...]:
        """Where symjac itself is at fault."""
        return tuple(s for s in self.said if s.kind == "defect")

    @property
    def problems(self) -> tuple[Said, ...]:
        """What ``--strict`` minds."""
        return tuple(s for s in self.said if s.is_problem)


def fill(paper: Paper, *, scanned: bool = False, afresh: bool = False, guard: Guard = nullcontext) -> Report:
    """Answer what a paper asks.

    ``scanned`` reads the requests from the sources; ``afresh`` derives again what was answered before.
    """
    found = scan(paper.sources)
    old = read(paper.answers)
    # A scan cannot measure the page; what LaTeX once measured is better than a guess.
    found = replace(found, width=stamped_width(old.stamp) or found.width)
    asked = found if scanned else read_requests(paper.requests)
    said: list[Said] = []
    if not asked.complete:
        said.append(Said(Place(paper.requests.name, 1), "note", "LaTeX stopped early; what it had seen is answered"))
    if not scanned:
        if asked.complete:
            again = f"run LaTeX again, or read the requests from the source: symjac tex {paper.base} --scan"
            missed = behind(paper.requests, asked, found, paper.sources)
            said += [Said(place, "behind", f"{text} ({paper.requests}); {again}") for place, text in missed]
        asked = _placed(asked, found, paper.sources)
    kept = old.systems if asked.partial or not asked.complete else {}
    if kept:
        # A request may be about a system in a part that this run left out.
        asked = replace(asked, systems={**{k: v for k, v in found.systems.items() if k in kept}, **asked.systems})
    macros = Macros(paper.sources)
    reusable = old.systems if old.stamp == stamp(asked.width) and not afresh else {}
    systems: dict[str, Answered] = dict(kept)
    defects: dict[str, Defect] = {}
    refused = {name: why for name, s in asked.systems.items() if (why := _refusal(s))}
    for name, system in asked.systems.items():
        if name in refused:
            said.append(Said(system.place, "failure", f"{refused[name]}; nothing about it is answered"))
            systems[name] = Answered(name, "")
            continue
        requests = [r for r in asked.requests if r.system == name]
        desk = Desk(system, requests, macros, asked.width, guard)
        systems[name] = desk.answered(reusable.get(name))
        if name in kept and desk.rests_on_the_same(kept[name]):
            systems[name] = kept[name].joined(systems[name])
        said += [Said(system.place, "note", text) for text in desk.notes()]
        if name in desk.defects:
            said.append(Said(system.place, "defect", _told(desk.defects[name])))
        defects |= desk.defects
    unknown = [r for r in asked.requests if r.system not in asked.systems or r.system in refused]
    for r in unknown:
        why = refused.get(r.system, f"the paper defines no system {r.system}")
        failure = Answer(r.key, "failure", message(why))
        systems.setdefault(r.system, Answered(r.system, ""))
        systems[r.system] = replace(systems[r.system], answers={**systems[r.system].answers, r.key: failure})
    file = AnswerFile(systems, stamp(asked.width))
    said += _said(asked, systems, defects)
    given = (systems[r.system].answers.get(r.key) for r in asked.requests)
    answered = sum(a is not None and a.kind != "failure" for a in given)
    asks = bool(asked.systems or asked.requests)
    return Report(write(paper.base.name, file), tuple(said), answered, len(asked.requests) - answered, asks)


def _refusal(s: PaperSystem) -> str:
    """Why nothing about a system is answered, if so."""
    if not balanced(s.text):
        return f"in the system {s.name} a brace has no partner"
    if s.again is None:
        return ""
    return f"the system {s.name} is defined twice with different text, at {s.place} and at {s.again}"


def _placed(asked: Requests, found: Requests, files: Sequence[Source]) -> Requests:
    """The requests with the lines they stand on in the sources, which LaTeX does not know inside arguments."""
    places = {r.key: r.place for r in found.requests}
    moved = tuple(replace(r, place=places.get(r.key) or located(r.place, files)) for r in asked.requests)
    systems = {
        name: replace(s, place=known.place, again=s.again and (known.again or s.again))
        if (known := found.systems.get(name)) is not None
        else replace(s, place=located(s.place, files))
        for name, s in asked.systems.items()
    }
    return replace(asked, systems=systems, requests=moved)


def _told(defect: Defect) -> str:
    return f"{defect.message} [{', '.join(defect.roads)}]"


def _said(asked: Requests, systems: dict[str, Answered], defects: Mapping[str, Defect]) -> Iterator[Said]:
    for r in asked.requests:
        a = systems[r.system].answers.get(r.key)
        if a is None:
            yield Said(r.place, "failure", "a request cannot hold a parameter sign")
        elif r.key in defects:
            yield Said(r.place, "defect", f"no answer for {_shown(r)}: {_told(defects[r.key])}")
        elif a.kind == "failure":
            yield Said(r.place, "failure", f"no answer for {_shown(r)}: {a.text}")
        elif a.kind == "false":
            yield Said(r.place, "false", f"the claim {_shown(r)} = {r.claim.strip()} is wrong. {a.text}")
        elif a.kind == "undecided":
            yield Said(r.place, "undecided", f"the claim {_shown(r)} = {r.claim.strip()} is undecided. {a.text}")


def _shown(r: Request) -> str:
    return f"d {r.of.strip()} / d {r.wrt.strip()} of {r.system}"
