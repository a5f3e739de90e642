"""What is said about a claim: plain data, which prints as sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from symjac.claims.undecided import UndecidedError
from symjac.confirm import Check, Checks, examine
from symjac.errors import Defect, DefinitionError, NotYetError
from symjac.limits import OutOfTimeError
from symjac.normal import NormalFormTooLarge, UndefinedFormError
from symjac.reading.vocabulary import SUBSCRIPTS, SUPERSCRIPTS, UNICODE_GREEK, UNICODE_SIGNS
from symjac.values import Counterexample
from symjac.values.search import Value

Json = Mapping[str, object]


@dataclass(frozen=True)
class Outcome:
    """Whether a claim holds in one convention, and because of what.

    ``holds`` is ``None`` where that is not known; ``because`` is "proof", "counterexample", "shape",
    "time" or "undecided", ``reason`` one sentence; ``at_once`` tells that it holds wherever steps lie between.
    """

    holds: bool | None
    because: str
    reason: str = ""
    counterexample: Counterexample | None = None
    witnesses: tuple[str, ...] = ()
    at_once: bool = False

    def to_json(self) -> dict[str, object]:
        point = shown(self.counterexample) if self.counterexample is not None else None
        more = {"reason": self.reason, "counterexample": point, "witnesses": list(self.witnesses)}
        return {"holds": self.holds, "because": self.because} | {key: value for key, value in more.items() if value}


def undecided(reason: str) -> Outcome:
    """What is not known, and why."""
    return Outcome(None, "undecided", reason)


NO_ORIENTATION = Outcome(False, "shape", "the system does not type in this orientation")


def answered(question: Callable[[], Outcome]) -> Outcome:
    """What a question comes to; whatever cannot be found out is undecided."""
    try:
        return question()
    except OutOfTimeError as error:
        return Outcome(None, "time", error.message)
    except (UndecidedError, NotYetError, DefinitionError, UndefinedFormError, NormalFormTooLarge) as error:
        return undecided(error.message)


def proved(o: Outcome) -> str:
    """How a claim was proved.

    >>> proved(Outcome(True, "proof")), proved(Outcome(True, "proof", "entry by entry"))
    ('proved for every size', 'proved entry by entry')
    """
    return f"proved {o.reason or 'for every size'}"


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


# -------------------------------------------------------------------------------------------- formulas

_SIGNS = {"<=": r"\le ", ">=": r"\ge ", "!=": r"\ne ", "||": r"\Vert ", "arrow": r"\to "}
_COMMANDS = str.maketrans(
    {c: _SIGNS.get(sign, f"\\{sign} " if sign.isalpha() else sign) for c, sign in UNICODE_SIGNS.items()}
    | {c: f"\\{name} " for c, name in UNICODE_GREEK.items()}
)
_BARE = re.compile(r"(?<![\\A-Za-z{])(?:diag|softmax|sigmoid|relu|ReLU|tanh|vec|tr)(?=\s*[(\[])")
_UP = re.compile(f"[{re.escape(''.join(SUPERSCRIPTS))}]+")
_DOWN = re.compile(f"[{re.escape(''.join(SUBSCRIPTS))}]+")


def in_commands(text: str) -> str:
    """The text with every character that has a LaTeX command written as one, and words that are applied upright.

    >>> print(in_commands("∂h/∂xₜ₋₁ = Wᵀ diag(σ'(z²))"))
    \\partial h/\\partial x_{t-1} = W^{\\top} \\operatorname{diag}(\\sigma '(z^{2}))
    """
    text = _BARE.sub(lambda m: rf"\operatorname{{{m[0]}}}", text)
    if text.isascii():
        return text
    text = text.replace("ᵀ", r"^{\top}").replace("′", "'").replace("‖", "||")
    text = _UP.sub(lambda m: "^{" + "".join(SUPERSCRIPTS[c] for c in m[0]) + "}", text)
    text = _DOWN.sub(lambda m: "_{" + "".join(SUBSCRIPTS[c] for c in m[0]) + "}", text)
    return text.translate(_COMMANDS)


_END_OF_LINE = re.compile(r"(\s*\\\\)+\s*$")
_GROWS = re.compile(r"\\left\s*$")
_TWO_SUPERSCRIPTS = re.compile(r"\^(\{[^{}]*\}|\\[A-Za-z]+|\w)\s*\^")


@dataclass(frozen=True)
class Formula:
    """A formula inside a sentence, as LaTeX; ``plain`` where plain text shows it in another way.

    ``mark`` is a stretch of it that is pointed out.
    """

    latex: str
    plain: str = ""
    mark: tuple[int, int] | None = None

    @property
    def source(self) -> str:
        """What LaTeX is given."""
        return _END_OF_LINE.sub("", in_commands(self.latex))

    @property
    def pointed(self) -> str:
        """What LaTeX is given where the marked stretch gets a box around it."""
        if self.mark is None:
            return self.source
        start, end = self.mark
        start -= len(self.latex[:start]) - len(_GROWS.sub("", self.latex[:start]))  # a bracket with its \\left
        if not closed(self.latex[start:end]):
            return self.source
        inner = in_commands(self.latex[start:end])
        box = rf"\boxed{{{inner}}}" if inner not in ("+", "-") else rf"\mathbin{{\boxed{{{inner}}}}}"
        return in_commands(self.latex[:start]) + box + _END_OF_LINE.sub("", in_commands(self.latex[end:]))

    @property
    def markdown(self) -> str:
        """The formula between dollars; as code where LaTeX would not take it."""
        return f"${self.pointed}$" if self.typesets else f"`{self.latex}`"

    @property
    def typesets(self) -> bool:
        """Whether LaTeX would take it: nothing beyond ASCII, brackets and dollars in order."""
        pairs = (("{", "}"), (r"\left", r"\right"), (r"\begin{", r"\end{"))
        spare = self.source.replace(r"\leftarrow", "").replace(r"\rightarrow", "").replace(r"\{", "").replace(r"\}", "")
        paired = all(spare.count(a) == spare.count(b) for a, b in pairs)
        bare = not any(mark in self.source for mark in ("$", "%", "#", r"\tag", r"\label", "\n\n"))
        outside = self.source.split(r"\begin{")[0]
        aligned = "&" not in outside and r"\\" not in outside and not _TWO_SUPERSCRIPTS.search(self.source)
        return paired and bare and aligned and self.source.isascii()


Told = tuple[str | Formula, ...]


def in_markdown(words: str) -> str:
    r"""Words as Markdown, the symbols among them as formulas.

    >>> in_markdown(r"it holds if \sigma is sigmoid, whatever Q_{xh} is")
    'it holds if $\\sigma$ is sigmoid, whatever $Q_{xh}$ is'
    """
    return Paragraph(said(words)).markdown


@dataclass(frozen=True)
class Paragraph:
    """A sentence or two, and the items of a list that they lead up to."""

    content: Told
    items: tuple[Told, ...] = ()

    @property
    def markdown(self) -> str:
        """The paragraph with formulas that KaTeX and MathJax render."""

        def one(told: Told) -> str:
            return "".join(x if isinstance(x, str) else x.markdown for x in told)

        return "\n".join([one(self.content), *([""] if self.items else []), *(f"- {one(item)}" for item in self.items)])


_BRACED = r"\{(?:[^{}]|\{[^{}]*\})*\}"
_NAME = rf"(?:\\[A-Za-z]+(?:{_BRACED})?|(?<![\w{{])[A-Za-z](?=[_^]))(?:[_^](?:{_BRACED}|\w))*'*"


_SIZE = r"(?:\d+|[a-z])(?: \+ (?:\d+|[a-z]))*"
_SHAPE = rf"\b(?P<rows>{_SIZE}) x (?P<columns>{_SIZE})\b"
_SPOKEN = re.compile(rf"{_SHAPE}|{_NAME}")


def said(words: str) -> Told:
    """Words with the names and shapes that stand in them as formulas.

    >>> [x if isinstance(x, str) else (x.latex,) for x in said(r"nothing says what W_{in} and \\sigma are")]
    ['nothing says what ', ('W_{in}',), ' and ', ('\\\\sigma',), ' are']
    """
    out: list[str | Formula] = []
    at = 0
    for match in _SPOKEN.finditer(words):
        sizes = [f"({size})" if " " in size else size for size in (match["rows"], match["columns"]) if size]
        shape = r" \times ".join(sizes)
        out += [words[at : match.start()], Formula(shape, match.group()) if shape else Formula(match.group())]
        at = match.end()
    return tuple(x for x in (*out, words[at:]) if x)


def listing(formulas: Sequence[Formula], last: str = ", ") -> Told:
    """Formulas with commas between them, and before the last one perhaps a word."""
    out: list[str | Formula] = []
    for k, f in enumerate(formulas):
        out += [*([last if k == len(formulas) - 1 else ", "] if k else []), f]
    return tuple(out)


def closed(text: str) -> bool:
    """Whether a stretch of LaTeX is not empty and has its brackets in pairs."""
    return bool(text) and all(text.count(a) == text.count(b) for a, b in ("()", "[]", "{}", (r"\left", r"\right")))


@dataclass(frozen=True)
class Link:
    """One equation of a chain ``a = b = c``, by the text of its two sides."""

    left: str
    right: str
    conventions: Outcomes

    def to_json(self) -> dict[str, object]:
        return {"left": self.left, "right": self.right, "conventions": _plain(self.conventions)}


@dataclass(frozen=True)
class Answer:
    """What one reading of a system and its claim gives: what it assumes, what declares it, where the claim holds."""

    assumption: str
    declare: Mapping[str, str]
    conventions: Outcomes

    def to_json(self) -> dict[str, object]:
        return {
            "assumptions": [self.assumption],
            "declare": "; ".join(f"{name}: {role}" for name, role in self.declare.items()),
            "conventions": _plain(self.conventions),
        }


# What a line of a batch holds of a verdict, in order.
KEYS = (
    *("id", "claim", "verdict", "conventions", "descending", "order", "links", "readings", "alternatives", "correct"),
    *("asked", "repair", "conditions", "terms", "explanation", "latex", "notes", "error"),
)


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
    signs: tuple[str, ...] = ()  # of a chain of bounds, in order; none where the claim is an equation
    asked: tuple[str, ...] = ()  # the conventions the verdict is about, where not all are
    readings: tuple[Answer, ...] = ()  # where what nothing declares matters: what each reading would give
    if_declared: Mapping[str, str] = field(default_factory=dict)  # what would have to be said for it to hold
    repair: Json | None = None  # one small change after which it is proved for columns
    conditions: tuple[Json, ...] = ()  # under which it would hold for columns as printed, each proved
    terms: tuple[Json, ...] = ()  # of a sum whose terms are right but not in one layout
    told: Mapping[str, tuple[Paragraph, ...]] = field(default_factory=dict, compare=False, repr=False)
    equations: tuple[str, ...] = field(default=(), compare=False, repr=False)
    was: tuple[int, int] | None = field(default=None, compare=False, repr=False)  # what the repair changes of the claim

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        paragraphs = [p.markdown for p in self.paragraphs] or [self.explanation]
        return {"text/plain": str(self), "text/markdown": "\n\n".join(paragraphs)}

    def __str__(self) -> str:
        return self.explanation

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        """Everything that is told, in order."""
        return tuple(p for part in self.told.values() for p in part)

    def summed_up(self) -> Verdict:
        """The same with the word that its outcomes come to."""
        return replace(self, verdict=summed_up(self.as_printed))

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
        out = {key: _plain(getattr(self, key)) for key in KEYS}
        return {key: value for key, value in out.items() if key == "id" or value not in (None, [])}


def _plain(value: object) -> object:
    """A part of a verdict as plain data."""
    if isinstance(value, Outcome | Link | Answer):
        return value.to_json()
    if isinstance(value, Mapping):
        return {key: _plain(v) for key, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, tuple) else value


def summed_up(maps: tuple[Outcomes, ...]) -> str:
    """True where one convention holds, false where all are refuted, undecided otherwise."""
    values = [o.holds for outcomes in maps for o in outcomes.values()]
    if any(values):
        return "true"
    return "false" if values and all(v is False for v in values) else "undecided"


RUN = "system run forwards"


@examine.register
def examine_verdict(statement: Verdict, thorough: bool, at: Mapping[str, int] | None) -> Checks:
    """Which roads speak for the answers of a verdict.

    :raises Defect: where one is given on less than it takes, which nothing in symjac does.
    """
    found: dict[str, int] = {}
    maps = [statement.conventions, statement.descending or {}, *statement.alternatives.values()]
    maps += [link.conventions for link in statement.links]
    for outcome in (o for outcomes in maps for o in outcomes.values()):
        if outcome.holds is None or outcome.because == "shape":
            continue
        if RUN not in outcome.witnesses or (outcome.holds and len(outcome.witnesses) < 2):
            raise Defect(f"too few witnesses speak for what is said of {statement.claim}", roads=("verdict",))
        for road in outcome.witnesses:
            found[road] = found.get(road, 0) + 1
    return Checks(tuple(Check(road, f"{count} answers") for road, count in found.items()), ())
