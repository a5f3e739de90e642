"""By numbers: the emitted NumPy functions against complex steps or central differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from symjac import expr
from symjac.codegen import Source, emit, emit_step
from symjac.confirm.programs import map_calls, name_and_order
from symjac.entries import size_at
from symjac.expr import Symbol

if TYPE_CHECKING:
    from symjac.derivation import Derivation

Array = Any
Call = Callable[..., Any]
COMPLEX_STEP = 1e-30
REAL_STEP = 1e-5
HUGE = 1e8
NUDGE, STEADY = 1e-12, 1e-6  # how far a point is moved, and how little its differences may change then
POINTS = 8  # tried before it is said that there are no finite numbers

# A stand-in for an unspecified function: its name and its derivatives, cyclically.
STAND_INS: tuple[tuple[str, Callable[[int], Call]], ...] = (
    (r"\sin z", lambda order: lambda z: np.sin(z + order * np.pi / 2)),
    (r"e^{z/2}", lambda order: lambda z: np.exp(z / 2) / 2**order),
    (r"\cos 2z", lambda order: lambda z: np.cos(2 * z + order * np.pi / 2) * 2**order),
)


@dataclass(frozen=True)
class Deviation:
    """How far the emitted function is from the differences, relative to the larger of the two."""

    worst: float
    allowed: float
    stand_ins: str
    way: str

    @property
    def agree(self) -> bool:
        return self.worst <= self.allowed


def _weights(rows: int, cols: int, number: int) -> Array:
    i, j = np.arange(rows)[:, None], np.arange(cols)[None, :]
    return np.cos(3 * i + j + i * j + number)


class Trial:
    """The arguments of one trial: random arrays at given sizes, stand-ins for what the text leaves open."""

    def __init__(self, d: Derivation, sizes: Mapping[str, int], variant: int, attempt: int) -> None:
        self.rng = np.random.default_rng(POINTS * variant + attempt)
        self.sizes = sizes
        # Logarithms and roots of sums want positive numbers.
        self.positive = attempt % 2 == 1
        self.maps = map_calls(node for e in (d.closed, *d.definitions.values()) for node in e.walk())
        symbols = [info.symbol for info in d.system.symbols.values()]
        symbols += [s for e in (d.closed, *d.definitions.values()) for s in e.symbols]
        self.symbols = {s.name: s for s in (*symbols, d.wrt)}
        # Exponents of matrices are whole numbers.
        self.whole = {
            s
            for e in (d.closed, *d.definitions.values())
            for p in e.walk()
            if isinstance(p, expr.MatrixPower)
            for s in p.exponent.symbols
        }
        self.variant = variant
        self.arrays: dict[str, Array] = {}
        self.taken: dict[str, int] = {}

    def array(self, s: Symbol) -> Array:
        if s.name not in self.arrays:
            if s.is_scalar and s.name in self.sizes:
                self.arrays[s.name] = self.sizes[s.name]
            elif s in self.whole:
                self.arrays[s.name] = 3
            else:
                shape = tuple(size_at(size, self.sizes) for size in s.shape if size != 1)
                values = self.rng.uniform(0.2, 1.4, shape)
                signs = 1 if self.positive else self.rng.choice([-1.0, 1.0], shape)
                self.arrays[s.name] = values * signs
        return self.arrays[s.name]

    def callable(self, latex: str) -> Call:
        node = self.maps.get(latex)
        scalar = isinstance(node, expr.ScalarFunction | expr.ScalarGradient | expr.ScalarHessian)
        base, order = name_and_order(latex) if node is None else (node.of if scalar else node.name, 0)
        number = self.taken.setdefault(base, len(self.taken))
        derivatives = STAND_INS[(number + self.variant) % len(STAND_INS)][1]
        return derivatives(order) if node is None else self.map(node, number, derivatives)

    def map(self, node: expr.VectorMap | expr.MapJacobian, number: int, derivatives: Callable[[int], Call]) -> Call:
        """``A f(B z)`` in place of a map, z being its arguments one after the other; or a Jacobian of that."""
        parts = [size_at(a.rows, self.sizes) for a in node.args]
        plain, slope, inner = derivatives(0), derivatives(1), _weights(sum(parts), sum(parts), number)
        if isinstance(node, expr.ScalarFunction):  # the sum over f(B z)
            return lambda v: np.sum(plain(inner @ v))
        if isinstance(node, expr.ScalarGradient):
            return lambda v: inner.T @ slope(inner @ v)
        if isinstance(node, expr.ScalarHessian):
            return lambda v: inner.T @ (derivatives(2)(inner @ v)[:, None] * inner)
        outer = _weights(size_at(node.rows, self.sizes), sum(parts), number + 1)
        rows = () if node.rows == expr.ONE else (-1,)
        if isinstance(node, expr.VectorMap):
            return lambda *v: (outer @ plain(inner @ np.hstack(v))).reshape(rows)
        first = sum(parts[: node.by - 1])
        columns = slice(first, first + parts[node.by - 1])
        shape = tuple(size_at(size, self.sizes) for size in node.shape if size != expr.ONE)
        return lambda *v: ((outer * slope(inner @ np.hstack(v))) @ inner)[:, columns].reshape(shape)

    def arguments(self, source: Source) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for python, latex in source.arguments.items():
            if latex in self.symbols:
                out[python] = self.array(self.symbols[latex])
            elif latex in self.sizes:
                out[python] = self.sizes[latex]
            else:
                out[python] = self.callable(latex)
        return out

    @property
    def described(self) -> str:
        told = (f"{f}(z) = {STAND_INS[(k + self.variant) % len(STAND_INS)][0]}" for f, k in self.taken.items())
        return ", ".join(told)


def deviation(d: Derivation, sizes: Mapping[str, int], variant: int) -> Deviation | None:
    """The worst entry of both layouts at a random point; ``None`` where no point tried gives numbers to be trusted.

    A difference counts where it recurs at another point: next to a singular matrix no digit is right, and such a point
    is not always told by the size of its numbers.
    """
    step = emit_step(d.system, d.of, cut=d.wrt)
    told = {layout: emit(d, layout=layout) for layout in ("numerator", "denominator")}
    apart: list[Deviation] = []
    near: list[Deviation] = []
    for attempt in range(POINTS):
        try:
            found = _deviation(d, step, told, Trial(d, sizes, variant, attempt))
        except np.linalg.LinAlgError:  # a matrix that these sizes make singular
            continue
        if found is not None:
            (near if found.agree else apart).append(found)
        if len(apart) > 1:
            return apart[0]
        if len(near) > len(apart):
            return near[0]
    return None


def _deviation(d: Derivation, step: Source, told: Mapping[str, Source], trial: Trial) -> Deviation | None:
    smooth = "erf(" not in step.code
    with np.errstate(all="ignore"):
        # Outside its domain a function has complex values, whose imaginary part is no derivative.
        if not np.all(np.isfinite(_call(step, trial))):
            return None
        differences = _differences(step, trial, d, smooth)
        numerator, denominator = (_call(told[layout], trial) for layout in ("numerator", "denominator"))
    shape = tuple(size_at(size, trial.sizes) for size in d.shape)
    if numerator.shape != shape or denominator.shape != shape[::-1]:
        return Deviation(np.inf, 0, trial.described, "shape")
    if not all(np.all(np.isfinite(a)) for a in (differences, numerator, denominator)):
        return None
    scale = max(1e-3, float(np.max(np.abs(differences), initial=0)))
    if scale > HUGE:  # next to a singular matrix no digit of a difference is right
        return None
    apart = max(float(np.max(np.abs(a - differences), initial=0)) for a in (numerator, denominator.T))
    way = "complex steps" if smooth else "central differences"
    found = Deviation(apart / scale, 1e-9 if smooth else 1e-6, trial.described, way)
    if not found.agree and not _is_steady(step, trial, d, differences, smooth):
        return None
    return found


def _is_steady(step: Source, trial: Trial, d: Derivation, differences: Array, smooth: bool) -> bool:
    """Whether the differences hardly change when the point is moved by what rounding is: elsewhere they say nothing."""
    before = dict(trial.arrays)
    trial.arrays = {
        name: a * (1 + NUDGE * trial.rng.uniform(-1, 1, np.shape(a))) if isinstance(a, np.ndarray) else a
        for name, a in before.items()
    }
    with np.errstate(all="ignore"):
        moved = _differences(step, trial, d, smooth)
    trial.arrays = before
    scale = max(1e-3, float(np.max(np.abs(differences), initial=0)))
    return bool(np.all(np.isfinite(moved)) and np.max(np.abs(moved - differences), initial=0) <= STEADY * scale)


def _call(source: Source, trial: Trial) -> Array:
    return np.asarray(source.load()(**trial.arguments(source)))


def _differences(step: Source, trial: Trial, d: Derivation, smooth: bool) -> Array:
    """The numerator layout by differences, one entry of the variable after the other."""
    function = step.load()
    arguments = trial.arguments(step)
    at = np.asarray(trial.array(d.wrt), dtype=float)
    names = [python for python, latex in step.arguments.items() if latex == d.wrt.name]
    columns = []
    for k in range(at.size):
        moved = []
        for h in (COMPLEX_STEP * 1j,) if smooth else (REAL_STEP, -REAL_STEP):
            x = at.astype(complex if smooth else float).ravel()
            x[k] += h
            values = function(**{**arguments, **dict.fromkeys(names, x.reshape(at.shape))})
            moved.append(np.atleast_1d(values))
        slope = np.imag(moved[0]) / COMPLEX_STEP if smooth else (moved[0] - moved[1]) / (2 * REAL_STEP)
        columns.append(np.ravel(slope))
    if at.ndim == 2:
        return np.array(columns).reshape(at.shape).T
    return np.stack(columns, axis=1)
