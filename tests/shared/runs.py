"""One run of a shape's system in NumPy, and its derivatives by complex steps."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

Array = Any
SIZES = {"n": 4, "m": 3, "p": 2, "q": 5}
STEP = 1e-40
STAND_INS: tuple[Callable[[Array], Array], ...] = (
    lambda u: np.sin(u) + np.cos(2 * u) / 3,
    lambda u: (1 + u) / (1 + u * u),
    lambda u: np.tanh(u) + np.sin(3 * u) / 4,
)
KNOWN: Mapping[str, Callable[[Array], Array]] = {
    r"\tanh": np.tanh,
    r"\operatorname{sigmoid}": lambda u: 1 / (1 + np.exp(-u)),
    "softmax": lambda u: np.exp(u) / np.exp(u).sum(),
    "square": lambda u: u * u,
}
Key = str | tuple[str, int]


def name(key: Key) -> str:
    return key if isinstance(key, str) else f"{key[0]}_{key[1]}"


class Run:
    """Values of one run, by name: those that no equation gives are drawn, once for all runs at a point."""

    last = 4

    def __init__(self, point: Point, changed: str = "", entry: int = -1) -> None:
        self.point, self.changed, self.entry = point, changed, entry
        self.values: dict[str, Array] = {}

    @property
    def steps(self) -> range:
        return range(1, self.last + 1)

    def __getitem__(self, key: Key) -> Array:
        if name(key) not in self.values:
            self[key] = self.point.drawn(key)
        return self.values[name(key)]

    def __setitem__(self, key: Key, value: Array) -> None:
        value = np.asarray(value, dtype=complex)
        if name(key) == self.changed:
            direction = np.zeros(value.size)
            direction[self.entry] = 1
            value = value + 1j * STEP * direction.reshape(value.shape, order="F")
        self.values[name(key)] = value.reshape(1, 1) if value.size == 1 else value

    def f(self, u: Array) -> Array:
        return self.point.function("f", u)

    def g(self, u: Array) -> Array:
        return self.point.function("g", u)

    @staticmethod
    def softmax(u: Array) -> Array:
        return KNOWN["softmax"](u)

    def loss(self, *keys: Key, name: Key = "L") -> None:
        """A smooth function of all entries of what it sees, in which nothing is additive."""
        seen = np.concatenate([self[key].reshape(-1, 1) for key in keys])
        a, b = (self.point.fixed(f"loss {k}", (seen.size, 1)) for k in "ab")
        self[name] = np.sin(a.T @ seen) + (b.T @ seen) ** 2 / 2 + (a.T @ (seen * seen)) / 3


class Point:
    """Numbers for everything that is drawn, stand-ins for the functions, and the derivatives there."""

    last = Run.last

    def __init__(
        self,
        system: Callable[[Run], object],
        symbols: Mapping[str, str],
        functions: Mapping[str, str],
        seed: int,
        role: Callable[[str], str] | None = None,
    ) -> None:
        self.system, self.symbols, self.functions, self.seed = system, symbols, functions, seed
        self.role = role or (lambda slot: self.symbols[slot].split()[0])
        self._fixed: dict[str, Array] = {}
        self._derivatives: dict[tuple[str, str], Array] = {}
        self._runs: dict[str, list[Run]] = {}
        self.base = Run(self)
        system(self.base)

    def fixed(self, label: str, shape: tuple[int, int]) -> Array:
        if label not in self._fixed:
            rng = np.random.default_rng([self.seed, zlib.crc32(label.encode())])
            self._fixed[label] = rng.uniform(0.2, 0.9, shape) * rng.choice([-1, 1], shape)
        return self._fixed[label]

    def drawn(self, key: Key) -> Array:
        slot = key if isinstance(key, str) else key[0]
        _, *sizes = self.symbols[slot].split()
        rows, cols = [*(SIZES[s] for s in sizes), 1, 1][:2]
        return self.fixed(name(key), (rows, cols))

    def known(self, label: str) -> Array:
        """A value; a ``KeyError`` where the run has none."""
        return self.base.values[label].real

    def function(self, slot: str, u: Array) -> Array:
        """A function of the shape; each prime in its name is one derivative."""
        if slot.endswith("'"):
            return self.function(slot[:-1], u + 1j * STEP).imag / STEP
        known = KNOWN.get(self.functions.get(slot, slot))
        if known is not None:
            return known(u)
        return STAND_INS[self.seed % len(STAND_INS)](u + (0.3 if slot == "g" else 0))

    def changed(self, wrt: str) -> list[Run]:
        """A run for each entry of a variable, in the order of vec."""
        if wrt not in self._runs:
            self._runs[wrt] = list(self._run(wrt))
        return self._runs[wrt]

    def _run(self, wrt: str) -> Iterator[Run]:
        for entry in range(self.known(wrt).size):
            run = Run(self, wrt, entry)
            self.system(run)
            yield run

    def derivative(self, of: str, wrt: str) -> Array:
        """The gradient of a scalar in the shape of its variable; else entry (i, j) is that of ``of`` by ``wrt``."""
        if (of, wrt) not in self._derivatives:
            parts = [run.values[of].imag.reshape(-1, order="F") / STEP for run in self.changed(wrt)]
            J = np.array(parts).T
            shape = self.known(wrt).shape
            self._derivatives[of, wrt] = J.reshape(shape, order="F") if self.known(of).size == 1 else J
        return self._derivatives[of, wrt]
