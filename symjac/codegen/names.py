"""Python names for what the author named in LaTeX: readable, unique, harmless."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterable

from symjac.interchange import identifier

_OURS = ("np", "jnp", "torch", "jax", "math", "erf", "jacobian", "step")
RESERVED = frozenset((*keyword.kwlist, *keyword.softkwlist, *dir(builtins), *_OURS))


def callable_name(name: str, order: int = 0, by: int = 0) -> str:
    r"""How an argument of a program is told that is a function or map, or a derivative of one.

    ``by`` is the number of the argument by which a map of several vectors is differentiated.

    >>> callable_name("f"), callable_name("f", 2), callable_name("f", 4), callable_name("f", by=2)
    ('f', "f''", 'f^{(4)}', '\\partial_2 f')
    """
    if by:
        return rf"\partial_{by if by < 10 else f'{{{by}}}'} {name}"
    return name + ("'" * order if order < 4 else f"^{{({order})}}")


class Names:
    """Hands out names; every LaTeX name gets its own.

    >>> names = Names()
    >>> names[r"\\lambda"], names["x_{t-1}"], names["x_{tm1}"]
    ('lambda_', 'x_tm1', 'x_tm1_2')
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._given: dict[str, str] = {}
        self._taken = set(taken)

    def __getitem__(self, latex: str) -> str:
        if latex not in self._given:
            self._given[latex] = self.fresh(identifier(latex))
        return self._given[latex]

    @property
    def taken(self) -> frozenset[str]:
        """Every name handed out so far."""
        return frozenset(self._taken)

    def fresh(self, base: str) -> str:
        """A name that nobody has yet, as close to ``base`` as may be."""
        name = base + "_" if base in RESERVED else base
        count = 1
        while name in self._taken:
            count += 1
            name = f"{base}_{count}"
        self._taken.add(name)
        return name
