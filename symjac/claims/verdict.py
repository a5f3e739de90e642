"""What is said about a claim: plain data, which prints as sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from symjac.claims.commands import in_commands
from symjac.normal import Counterexample
from symjac.normal.refute import Value

Json = Mapping[str, object]


@dataclass(frozen=True)
class Outcome:
    """Whether a claim holds in one convention, and because of what.

    ``holds`` is ``None`` where that is not known; ``because`` is "proof", "counterexample", "shape" or
    "undecided", ``reason`` one sentence.
    """

    holds: bool | None
    because: str
    reason: str = ""
    counterexample: Counterexample | None = None

    def to_json(self) -> dict[str, object]:
        out: dict[str, object] = {"holds": self.holds, "because": self.because}
        if self.reason:
            out["reason"] = self.reason
        if self.counterexample is not None:
            out["counterexample"] = shown(self.counterexample)
        return out


def shown(c: Counterexample) -> dict[str, object]:
    """A counterexample as plain data; rationals are strings such as ``"3/2"``, enclosures pairs of them."""

    def cell(v: Value) -> object:
        return str(v) if isinstance(v, Fraction) else [str(v.low), str(v.high)]

    def matrix(rows: Sequence[Sequence[Value]]) -> list[list[object]]:
        return [[cell(v) for v in row] for row in rows]

    return {
        "sizes": dict(c.sizes),
        "values": {s.name: matrix(rows) for s, rows in c.values.items()},
        "functions": dict(c.functions),
        "left": matrix(c.left),
        "right": matrix(c.right),
        "entry": list(c.entry),
        "indices": dict(c.indices),
        "exact": c.exact,
    }


Outcomes = Mapping[str, Outcome]


@dataclass(frozen=True)
class Formula:
    """A formula inside a sentence, as LaTeX; ``plain`` where plain text shows it in another way."""

    latex: str
    plain: str = ""

    @property
    def source(self) -> str:
        """What LaTeX is given."""
        return in_commands(self.latex)

    @property
    def typesets(self) -> bool:
        """Whether LaTeX would take it: nothing beyond ASCII, brackets and dollars in order."""
        pairs = (("{", "}"), (r"\left", r"\right"), (r"\begin{", r"\end{"))
        spare = self.source.replace(r"\leftarrow", "").replace(r"\rightarrow", "").replace(r"\{", "").replace(r"\}", "")
        closed = all(spare.count(a) == spare.count(b) for a, b in pairs)
        bare = not any(mark in self.source for mark in ("$", "%", "#", r"\tag", r"\label", "\n\n"))
        aligned = "&" not in self.source.split(r"\begin{")[0]
        return closed and bare and aligned and self.source.isascii()


Told = tuple[str | Formula, ...]

_GROUP = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
_SCRIPTS = rf"(?:[_^](?:{_GROUP}|\\[A-Za-z]+|\w)'*)"
_SYMBOL = re.compile(rf"\\[A-Za-z]+'*(?:{_GROUP})*{_SCRIPTS}*|(?<![A-Za-z])[A-Za-z]{_SCRIPTS}+")


def in_markdown(x: str | Formula) -> str:
    r"""Words or a formula as Markdown; a symbol among words is a formula too.

    >>> in_markdown("it holds if \\sigma is sigmoid, whatever Q_{xh} is")
    'it holds if $\\sigma$ is sigmoid, whatever $Q_{xh}$ is'
    """
    if isinstance(x, str):
        return _SYMBOL.sub(lambda m: f"${m[0]}$", x)
    return f"${x.source}$" if x.typesets else f"`{x.latex}`"


@dataclass(frozen=True)
class Link:
    """One equation of a chain ``a = b = c``, by the text of its two sides."""

    left: str
    right: str
    conventions: Outcomes

    def to_json(self) -> dict[str, object]:
        return {"left": self.left, "right": self.right, "conventions": _json(self.conventions)}


@dataclass(frozen=True)
class Verdict:
    """The answer to "is this printed formula right?".

    ``conventions`` takes products over time in ascending order of the index, ``descending`` in
    descending order (``None`` where there is no such product); ``order`` is what the print settles.
    """

    claim: str
    verdict: str
    conventions: Outcomes = field(default_factory=dict)
    descending: Outcomes | None = None
    order: str | None = None
    links: tuple[Link, ...] = ()
    alternatives: Mapping[str, Outcomes] = field(default_factory=dict)
    correct: Mapping[str, str] = field(default_factory=dict)
    explanation: str = ""
    notes: tuple[str, ...] = ()
    error: Json | None = None
    id: object = None
    latex: str = ""
    asked: tuple[str, ...] = ()  # the conventions the verdict is about, where not all are
    if_declared: Mapping[str, str] = field(default_factory=dict)  # what would have to be said for it to hold
    repair: Json | None = None  # one small change after which it is proved for columns
    told: tuple[Told, ...] = field(default=(), compare=False, repr=False)
    equations: tuple[str, ...] = field(default=(), compare=False, repr=False)
    signs: tuple[str, ...] = ()  # between the members of a bound; none where the claim is an equation

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        paragraphs = ["".join(map(in_markdown, p)) for p in self.told or ((self.explanation,),)]
        return {"text/plain": str(self), "text/markdown": "\n\n".join(paragraphs)}

    def __str__(self) -> str:
        return self.explanation

    @property
    def holds_in(self) -> tuple[str, ...]:
        """The names of the conventions in which the claim holds, as printed."""
        return tuple(name for outcomes in self.as_printed for name, o in outcomes.items() if o.holds)

    @property
    def as_printed(self) -> tuple[Outcomes, ...]:
        """The maps the verdict is about: for a product the one that the print settles, both where it is open."""
        if self.descending is None or self.order == "ascending":
            return (self.conventions,)
        return (self.descending,) if self.order == "descending" else (self.conventions, self.descending)

    def to_json(self) -> dict[str, object]:
        """One line of a batch, as the specification has it."""
        out: dict[str, object] = {
            "id": self.id,
            "claim": self.claim,
            "verdict": self.verdict,
            "conventions": _json(self.conventions),
        }
        if self.descending is not None:
            out["descending"] = _json(self.descending)
        if self.order is not None:
            out["order"] = self.order
        if self.links:
            out["links"] = [link.to_json() for link in self.links]
        out["alternatives"] = {name: _json(outcomes) for name, outcomes in self.alternatives.items()}
        out["correct"] = dict(self.correct)
        if self.asked:
            out["asked"] = list(self.asked)
        if self.repair is not None:
            out["repair"] = dict(self.repair)
        out["explanation"] = self.explanation
        out["latex"] = self.latex
        if self.notes:
            out["notes"] = list(self.notes)
        if self.error is not None:
            out["error"] = dict(self.error)
        return out


def _json(outcomes: Outcomes) -> dict[str, object]:
    return {name: o.to_json() for name, o in outcomes.items()}


def summed_up(maps: tuple[Outcomes, ...]) -> str:
    """True where one convention holds, false where all are refuted, undecided otherwise."""
    values = [o.holds for outcomes in maps for o in outcomes.values()]
    if any(values):
        return "true"
    return "false" if values and all(v is False for v in values) else "undecided"
