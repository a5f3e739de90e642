"""The verdict about a bound told: whether it holds, because of what, and what always holds, as LaTeX."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from symjac import typeset
from symjac.claims.bounds.norm_forms import Forms
from symjac.claims.bounds.sizes import Atom, Size
from symjac.claims.conventions import WORDS
from symjac.claims.telling import examples, outcomes
from symjac.claims.verdict import Formula, Paragraph, Verdict
from symjac.expr import Diag, Expr, Number, Symbol
from symjac.expr.times import Time

SIGNS = {"<=": r"\le", ">=": r"\ge"}
SAME = "norms do not change under transposes, so neither layout nor orientation matters"
PROVED = (
    "is proved for every size, in the spectral norm: the norm of a product is at most the product of the norms, that "
    "of a sum at most the sum, and that of a diagonal matrix is its largest entry in size"
)


def tell(v: Verdict) -> dict[str, tuple[Paragraph, ...]]:
    """The sentences by what they are about; they speak of a bound in the spectral norm."""
    parts: dict[str, Iterable[Paragraph]] = {
        "first": [Paragraph((first(v),))],
        "right": _right(v),
        "links": _links(v),
        "outcomes": outcomes(v, PROVED),
        "examples": examples(v),
    }
    return {name: tuple(part) for name, part in parts.items()}


def first(v: Verdict) -> str:
    """What is said first: whether the bound holds, and where.

    >>> from symjac.claims.verdict import Outcome
    >>> first(Verdict("a <= b", "true", {"numerator_column": Outcome(True, "proof")}, signs=("<=",)))[:42]
    'The bound holds in every convention: norms'
    """
    outcomes = [(name, o) for m in v.as_printed for name, o in m.items() if not v.asked or name in v.asked]
    holds = list(dict.fromkeys(WORDS[name] for name, o in outcomes if o.holds))
    if v.verdict == "true" and all(o.holds for _, o in outcomes):
        return f"The bound holds {'as asked' if v.asked else 'in every convention'}: {SAME}."
    if v.verdict == "true":
        return f"The bound holds in {', '.join(holds)}."
    if v.verdict == "false":
        return f"The bound is false {'as asked' if v.asked else 'in every convention'}."
    return "Whether the bound holds is not decided."


def _links(v: Verdict) -> Iterator[Paragraph]:
    for link, sign in zip(v.links, v.signs, strict=False):
        refuted = [o for o in link.conventions.values() if o.holds is False]
        if refuted and len(refuted) == len(link.conventions):
            formula = f"{link.left.strip()} {SIGNS.get(sign, sign)} {link.right.strip()}"
            yield Paragraph(("The link ", Formula(formula), " of the chain breaks."))


def _right(v: Verdict) -> Iterator[Paragraph]:
    bound, condition = v.correct.get("bound"), v.correct.get("condition")
    if bound is not None and v.verdict != "true":
        side = "right" if any(sign.startswith(">") for sign in v.signs) else "left"
        yield Paragraph((f"What always holds is that the {side}-hand side is at most ", Formula(bound), "."))
    if condition is not None and v.verdict != "true":
        yield Paragraph(("The bound holds where ", Formula(condition), "."))


class NoWordsError(Exception):
    """A size holds what changes from step to step."""


def latex(size: Size, forms: Forms, names: Mapping[tuple[str, str], str]) -> str:
    """A size as LaTeX, with constants by their names; empty where it holds what changes from step to step."""
    writer = _Writer(forms, names)
    try:
        return writer.size(size)
    except NoWordsError:
        return ""


class _Writer:
    def __init__(self, forms: Forms, names: Mapping[tuple[str, str], str]) -> None:
        self.forms = forms
        self.names = names

    def size(self, size: Size) -> str:
        shown = []
        for m, c in size.terms:
            factors = [self.power(a, e) for a, e in sorted(m, key=lambda pair: (pair[0].kind, str(pair[0].data)))]
            number = [typeset.latex(Number(c))] if c != 1 or not factors else []
            shown.append(r" \, ".join([*number, *factors]))
        return " + ".join(shown) or "0"

    def power(self, a: Atom, e: Time) -> str:
        base = self.atom(a)
        return base if e == Time((), 1) else f"{base}^{{{e.text}}}"

    def atom(self, a: Atom) -> str:
        match a.kind, a.data:
            case "norm", int(k):
                return self.norm(self.forms.majorants.register.known[k])
            case "slope" | "bound", str() as of:
                return self.names[a.kind, of]
            case "scalar", ("size", Expr() as e):
                return rf"\lvert {typeset.latex(e)} \rvert"
            case "number", Fraction() as value:
                return rf"\left({typeset.latex(Number(value))}\right)"
            case "sum", Size() as body:
                return rf"\left({self.size(body)}\right)"
        raise NoWordsError

    def norm(self, e: Expr) -> str:
        times = [r.time for s in e.symbols if (r := self.forms.model.ref(s)) is not None]
        if any(r"\nabla" in s.name for s in e.symbols if isinstance(s, Symbol)):
            raise NoWordsError
        if any(time is not None for time in times) and not isinstance(e, Diag):
            raise NoWordsError
        return rf"\lVert {typeset.latex(e)} \rVert"
