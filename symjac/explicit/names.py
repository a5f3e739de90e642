"""Names of entries: the indices go into the name's own subscript if it has one."""

from __future__ import annotations

import re
from functools import lru_cache

_SCRIPT = re.compile(r"\\[A-Za-z]+(?:\{[^{}]*\})?|[^\\]")


def entry_name(name: str, *indices: int) -> str:
    """The name of an entry of the vector or matrix called ``name``.

    >>> entry_name("W", 1, 2), entry_name("x", 1), entry_name("x_{t-1}", 1), entry_name("h^{(t-1)}", 1)
    ('W_{1,2}', 'x_1', 'x_{t-1,1}', 'h^{(t-1)}_1')
    >>> entry_name("W_{\\\\mathrm{in}}", 1, 2), entry_name("a_t^{(l)}", 3)
    ('W_{\\\\mathrm{in},1,2}', 'a_{t,3}^{(l)}')
    """
    told = ",".join(map(str, indices))
    found = _subscript(name)
    if found is not None:
        start, end = found
        inner = name[start:end]
        if inner.startswith("{"):
            inner = inner[1:-1]
        return f"{name[:start]}{{{inner},{told}}}{name[end:]}"
    return f"{name}_{told}" if len(told) == 1 else f"{name}_{{{told}}}"


@lru_cache(maxsize=256)
def _subscript(name: str) -> tuple[int, int] | None:
    """Where the last subscript outside braces stands, without its underscore."""
    depth, at, found = 0, 0, None
    while at < len(name):
        c = name[at]
        depth += (c == "{") - (c == "}")
        at += 2 if c == "\\" else 1
        if c == "_" and depth == 0 and at < len(name):
            script = _SCRIPT.match(name, at)
            end = _closing(name, at) if name[at] == "{" or script is None else script.end()
            found, at = (at, end), end
    return found


def _closing(name: str, start: int) -> int:
    depth = 0
    for at in range(start, len(name)):
        depth += (name[at] == "{") - (name[at] == "}")
        if depth == 0:
            return at + 1
    return len(name)
