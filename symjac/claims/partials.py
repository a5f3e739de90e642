r"""What is said of derivatives of functions of several vectors that do not say at what: ``\partial f/\partial x``."""

from __future__ import annotations

from symjac.claims.model import Model
from symjac.claims.stated.statement import Statement
from symjac.reading.applied.terms import MapCall, Term


def notes(s: Statement) -> list[str]:
    """What the claim leaves open of such derivatives, and how it is read."""
    maps = {t.args[0] for m in s.members for t in m.walk() if t.kind == "derivative" and _is_of_several(s.model, t)}
    return [f"a derivative of {name} by one of its arguments is the partial one" for name in sorted(map(_name, maps))]


def _is_of_several(model: Model, t: Term) -> bool:
    return t.args[0].kind in ("bare_map", "map") and len(model.families[_name(t.args[0])].inputs) > 1


def _name(t: Term) -> str:
    if isinstance(t.data, MapCall):
        return t.data.name
    assert isinstance(t.data, tuple)
    return str(t.data[0])
