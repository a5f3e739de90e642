"""A claim in a paper: its formula judged for columns in either layout, unless the author says otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from symjac.claims.checking import judge_claim
from symjac.claims.verdict import Link, Outcome, Outcomes, Verdict
from symjac.papers.answers import Answer, message
from symjac.papers.options import Asked, SystemOptions
from symjac.problem import Claim

_LAYOUTS = ("numerator", "denominator", "mixed")


def judged(key: str, source: str, options: SystemOptions, of: str, wrt: str, formula: str, asked: Asked) -> Answer:
    """The verdict on ``\\partial of / \\partial wrt = formula``; of a formula that is a chain, on every link.

    :raises SymjacError: where the system or the formula cannot be read.
    """
    claim = rf"\frac{{\partial {of}}}{{\partial {wrt}}} = {formula}"
    verdict = judge_claim(Claim((source,), claim, options.symbols, of, wrt))
    orientation = asked.orientation or options.orientation
    layouts = _LAYOUTS if asked.layout in ("", "both") else (asked.layout,)
    names = [f"{layout}_{orientation}" for layout in layouts]
    outcomes = [chained(m, name, verdict) for m in verdict.as_printed for name in names if name in m]
    if any(o.holds for o in outcomes):
        return Answer(key, "true", "")
    if any(o.holds is None for o in outcomes) or not outcomes:
        reasons = [o.reason for o in outcomes if o.holds is None and o.reason]
        return Answer(key, "undecided", message(_sentence([*reasons[:1], *_remedy(verdict)]) or verdict.explanation))
    elsewhere = [] if verdict.links else _elsewhere(verdict, orientation)
    said = [*_broken(verdict.links, names), *_right(verdict, layouts), *elsewhere]
    return Answer(key, "false", message(_sentence(said)))


def chained(ends: Outcomes, name: str, v: Verdict) -> Outcome:
    """What one convention makes of the whole chain: a link that breaks breaks it, one that is open leaves it open."""
    parts = [ends[name], *(_of_link(link, name) for link in v.links)]
    if v.links and v.order == "open" and ends is v.descending:
        # Where a product's order is open, the links were examined with the index increasing.
        parts = [ends[name], Outcome(None, "undecided", "the order of the factors is open")]
    undecided = [o for o in parts if o.holds is None]
    return next((o for o in parts if o.holds is False), undecided[0] if undecided else ends[name])


def _of_link(link: Link, name: str) -> Outcome:
    found = link.conventions[name]
    if found.holds is not None:
        return found
    reason = f"the link {_shown(link)} is not decided: {found.reason or 'neither a proof nor a counterexample'}"
    return Outcome(None, found.because, reason)


def _shown(link: Link) -> str:
    return f"{link.left.strip()} = {link.right.strip()}"


def _broken(links: Sequence[Link], names: Sequence[str]) -> Iterator[str]:
    """The links that hold in none of the layouts; where each holds in one, the layout that each holds in."""
    held = {_shown(link): [n for n in names if (o := link.conventions.get(n)) and o.holds] for link in links}
    broken = [f"the link {text} breaks" for text, where in held.items() if not where]
    partial = [f"the link {text} holds in {_layout(where)} only" for text, where in held.items() if len(where) == 1]
    yield from broken or partial


def _layout(names: Sequence[str]) -> str:
    return f"{names[0].partition('_')[0]} layout"


def _remedy(v: Verdict) -> list[str]:
    """What the author may declare for the claim to be decided."""
    said = ", ".join(f"{name}: {role}" for name, role in v.if_declared.items())
    return [rf"where it is, say so: \begin{{symjacsystem}}[symbols={{{said}}}]"] if said else []


def _right(v: Verdict, layouts: Iterable[str]) -> list[str]:
    found = [f"{v.correct[layout]} in {layout} layout" for layout in layouts if layout in v.correct]
    return ["it is " + " and ".join(found)] if found else []


def _elsewhere(v: Verdict, orientation: str) -> list[str]:
    holds = list(dict.fromkeys(v.holds_in))
    if not holds:
        return []
    words = [name.replace("_", " layout with ") + "s" for name in holds]
    return ["what is printed holds only in " + " and ".join(words)]


def _sentence(parts: list[str]) -> str:
    text = "; ".join(p.rstrip(".") for p in parts)
    return text[:1].upper() + text[1:] + "." if text else ""
