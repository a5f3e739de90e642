"""The options of systems and requests, checked before anything is derived."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from symjac.errors import DefinitionError
from symjac.papers.groups import members, split

_LAYOUTS = ("numerator", "denominator", "both")
_TRUE = ("", "true", "yes")


@dataclass(frozen=True)
class SystemOptions:
    """Declarations and orientation of a system."""

    symbols: Mapping[str, str] = field(default_factory=dict)
    orientation: str = "column"


@dataclass(frozen=True)
class Asked:
    """How something is asked for."""

    layout: str = ""
    n: int | Mapping[str, int] | None = None
    label: str = ""
    ref: tuple[str, ...] = ()
    parts: tuple[str, ...] = ("setting", "statement", "proof")
    width: float | None = None
    orientation: str = ""
    short: bool = False


def _choice(name: str, value: str, allowed: Collection[str]) -> str:
    if value not in allowed:
        raise DefinitionError(f"the option {name} is one of {', '.join(allowed)}, not {value or 'empty'}")
    return value


def _known(given: Mapping[str, str], allowed: Collection[str]) -> None:
    for name in given:
        if name not in allowed:
            raise DefinitionError(f"there is no option {name}; the options are {', '.join(allowed)}")


def system_options(text: str) -> SystemOptions:
    r"""The options of a system.

    :raises DefinitionError: for an unknown option.

    >>> system_options(r"symbols={W: matrix n m, \sigma: elementwise tanh}, dims={x:n}").symbols
    {'W': 'matrix n m', '\\sigma': 'elementwise tanh', 'x': 'vector n'}
    """
    given = members(text)
    _known(given, ("symbols", "dims", "orientation", "env"))
    symbols = dict(_declaration(part) for part in split(given.get("symbols", ""), ",") if part.strip())
    for part in split(given.get("dims", ""), ","):
        if part.strip():
            name, size = _declaration(part)
            words = size.split()
            symbols[name] = size if len(words) != 1 else f"vector {size}"
    orientation = _choice("orientation", given.get("orientation", "column"), ("column", "row"))
    return SystemOptions(symbols, orientation)


def _declaration(text: str) -> tuple[str, str]:
    name, *rest = split(text, ":")
    if not rest or not name.strip():
        raise DefinitionError(f"a declaration is written W: matrix n n, not {text.strip()}")
    return name.strip(), ":".join(rest).strip()


_OF_KIND = {
    "jacobian": ("layout", "short", "width"),
    "proof": ("layout", "label", "ref", "part", "width", "setting", "entries"),
    "example": ("layout", "n", "ref", "width"),
    "claim": ("layout", "orientation"),
}


def asked(kind: str, text: str) -> Asked:
    """The options of a request.

    :raises DefinitionError: for an unknown option or value.

    >>> asked("proof", "part=statement, label=thm:jac").parts
    ('setting', 'statement')
    """
    given = members(text)
    _known(given, _OF_KIND[kind])
    layout = given.get("layout", "")
    if layout:
        _choice("layout", layout, _LAYOUTS)
    if "orientation" in given:
        _choice("orientation", given["orientation"], ("column", "row"))
    width = given.get("width")
    if width is not None and not re.fullmatch(r"\d{1,3}(\.\d+)?", width):
        raise DefinitionError(f"a width is a number of ems, such as 24, not {width or 'empty'}")
    return Asked(
        layout=layout,
        n=_sizes(given["n"]) if "n" in given else None,
        label=given.get("label", ""),
        ref=tuple(r.strip() for r in split(given.get("ref", ""), ",") if r.strip()),
        parts=_parts(given),
        width=float(width) if width else None,
        orientation=given.get("orientation", ""),
        short=given.get("short", "false") in _TRUE,
    )


def _parts(given: Mapping[str, str]) -> tuple[str, ...]:
    part = given.get("part", "")
    if part:
        _choice("part", part, ("statement", "proof"))
    parts = {"": ("setting", "statement", "proof"), "statement": ("setting", "statement"), "proof": ("proof",)}[part]
    if given.get("setting", "true") not in _TRUE:
        parts = tuple(p for p in parts if p != "setting")
    return (*parts, "entries") if given.get("entries", "false") in _TRUE else parts


def _sizes(text: str) -> int | dict[str, int]:
    if re.fullmatch(r"[1-9]\d?", text):
        return int(text)
    out = {}
    for part in split(text, ","):
        found = re.fullmatch(r"\s*([A-Za-z](?:_[A-Za-z0-9])?)\s*=\s*([1-9]\d?)\s*", part)
        if found is None:
            raise DefinitionError(f"sizes are written n=2 or n={{n=2,m=3}}, not n={text}")
        out[found[1]] = int(found[2])
    return out
