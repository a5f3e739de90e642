"""The same claim in other print: a number behind it, its equations in another order, its letters renamed."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence

from symjac import System
from symjac.claims.verdict import Verdict
from symjac.errors import SymjacError
from symjac.reading.parser import parse
from symjac.reading.tokens import Token

CAPITALS, SMALL, GREEK = "ABCGHJKMPQRSUVWXYZ", "abcghqrsuvwxyz", (r"\xi", r"\zeta", r"\rho", r"\chi", r"\omega", r"\nu")
KEPT = frozenset("tkijnmTLEIdDe")  # letters that say more than which symbol it is: times, indices, losses, constants


def _lines(record: Mapping[str, object]) -> list[str]:
    """The equations of a record."""
    found = record.get("equations") or record.get("system")
    assert isinstance(found, list)
    return found


def _declared(record: Mapping[str, object]) -> dict[str, str]:
    """Every role: as declared, or as the system is read without the claim."""
    said = record.get("symbols") or {}
    assert isinstance(said, dict)
    out = dict(said)
    try:
        symbols = System(*_lines(record), symbols=said).reading.symbols
    except SymjacError:
        return out
    bases = {_base(name) for name in said}
    for name, info in symbols.items():
        if info.family not in said and name not in said and _base(name) not in bases:
            sizes = [str(d) for d in info.symbol.shape[: {"scalar": 0, "vector": 1, "matrix": 2}[info.role]]]
            out[name] = " ".join([info.role, *sizes])
    return out


def _tokens(text: str) -> list[Token]:
    """Every token with which a name begins, and those below a nabla, the last first."""
    trees, _ = parse(text)
    nodes = [node for tree in trees for node in tree.walk()]
    tokens = [n.token for n in nodes if n.kind == "name" and n.token is not None]
    tokens += [t for n in nodes if n.kind == "nabla" for s in n.scripts for t in s.tokens]
    return sorted(tokens, key=lambda t: -t.start)


def _letters(text: str) -> set[str]:
    """All letters of a formula, in scripts too."""
    trees, _ = parse(text)
    nodes = [node for tree in trees for node in tree.walk()]
    return {n.text for n in nodes} | {t.text for n in nodes for s in n.scripts for t in s.tokens}


def _base(text: str) -> str:
    """The letter that a printed name begins with; nothing for ``\\mathbf{1}``."""
    tokens = _tokens(text)
    return tokens[-1].text if tokens else ""


def _put(text: str, new: Mapping[str, str]) -> str:
    """The formula with letters replaced where a name begins, and below a nabla."""
    out = text
    for token in _tokens(text):
        if token.text not in new:
            continue
        hit = re.compile(
            rf"(?<![\\\\A-Za-z]){re.escape(token.text)}(?![A-Za-z])"
            if token.style or token.accents
            else re.escape(token.text)
        ).search(out, token.start)
        assert hit is not None
        letter, behind = new[token.text], out[hit.end() :]
        out = out[: hit.start()] + letter + (" " if letter[0] == "\\" and behind[:1].isalpha() else "") + behind
    return out


def _words(text: str, new: Mapping[str, str]) -> str:
    """A declaration whose names are replaced: ``gradient of L w.r.t. a_t``."""
    if " w.r.t. " not in text:
        return text
    head, _, name = text.partition(" w.r.t. ")
    return f"{head} w.r.t. {_put(name, new)}"


def can_be_renamed(record: Mapping[str, object]) -> bool:
    """Whether nothing but formulas that are read as they stand, and words of roles, tells what letters mean."""
    said = record.get("symbols") or {}
    assert isinstance(said, dict)
    try:
        for text in (*_lines(record), str(record["claim"]), *said):
            parse(text)
    except SymjacError:
        return False
    return not any(
        re.search(r"\b(?:of|at|in|d\w/d\w)\b", words.split(" w.r.t. ")[0].replace("gradient of", ""))
        for words in said.values()
    )


def renamed(record: Mapping[str, object]) -> dict[str, object]:
    """The record with every role declared and its vectors, matrices and functions under other letters."""
    roles = _declared(record)
    lines = [*_lines(record), str(record["claim"])]
    used = {letter for text in [*lines, *roles] for letter in _letters(text)}
    new: dict[str, str] = {}
    for name, words in roles.items():
        base = _base(name)
        if (
            not base.lstrip("\\").isalpha()
            or (len(base) > 1 and base[0] != "\\")
            or base in KEPT
            or base in new
            or not words.startswith(("vector", "matrix", "elementwise"))
        ):
            continue
        pool: Sequence[str] = GREEK if base.startswith("\\") else CAPITALS if base.isupper() else SMALL
        new[base] = next(x for x in pool if x not in used and x not in new.values())
    out = dict(record)
    out["equations"] = [_put(e, new) for e in _lines(record)]
    out["claim"] = _put(str(record["claim"]), new)
    out["symbols"] = {_put(k, new): _words(v, new) for k, v in roles.items()}
    for key in ("of", "wrt"):
        if record.get(key) and "loss" not in str(record[key]):
            out[key] = _put(str(record[key]), new)
    out.pop("system", None)
    return out


def numbered(record: Mapping[str, object]) -> dict[str, object]:
    """The record with an equation number behind every formula."""
    count = itertools.count(1)
    out = dict(record)
    out["equations"] = [rf"{e} \quad ({next(count)})" for e in _lines(record)]
    out["claim"] = rf"{record['claim']} \quad (12)"
    out.pop("system", None)
    return out


def reordered(record: Mapping[str, object]) -> dict[str, object]:
    """The record with its equations from the last to the first."""
    out = dict(record)
    out["equations"] = _lines(record)[::-1]
    out.pop("system", None)
    return out


VARIANTS = {"numbered": numbered, "reordered": reordered, "renamed": renamed}


def outcomes(v: Verdict) -> dict[str, bool | None]:
    """What is said in each convention."""
    return {name: o.holds for name, o in v.conventions.items()} | {
        f"descending {name}": o.holds for name, o in (v.descending or {}).items()
    }
