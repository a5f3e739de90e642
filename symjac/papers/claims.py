"""A claim in a paper: its formula judged for columns in either layout, unless the author says otherwise."""

from __future__ import annotations

from collections.abc import Iterable

from symjac.claims.judge import judge_claim
from symjac.claims.verdict import Verdict
from symjac.papers.answers import Answer, message
from symjac.papers.options import Asked, SystemOptions

_LAYOUTS = ("numerator", "denominator", "mixed")


def judged(key: str, source: str, options: SystemOptions, of: str, wrt: str, formula: str, asked: Asked) -> Answer:
    """The verdict on ``\\partial of / \\partial wrt = formula``.

    :raises SymjacError: where the system or the formula cannot be read.
    """
    claim = rf"\frac{{\partial {of}}}{{\partial {wrt}}} = {formula}"
    verdict = judge_claim([source], claim, options.symbols, of=of, wrt=wrt)
    orientation = asked.orientation or options.orientation
    layouts = _LAYOUTS if asked.layout in ("", "both") else (asked.layout,)
    names = [f"{layout}_{orientation}" for layout in layouts]
    outcomes = [m[name] for m in verdict.as_printed for name in names if name in m]
    if any(o.holds for o in outcomes):
        return Answer(key, "true", "")
    if any(o.holds is None for o in outcomes) or not outcomes:
        reasons = [o.reason for o in outcomes if o.holds is None and o.reason]
        return Answer(key, "undecided", message(_sentence(reasons[:1]) or verdict.explanation))
    return Answer(key, "false", message(_sentence([*_right(verdict, layouts), *_elsewhere(verdict, orientation)])))


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
