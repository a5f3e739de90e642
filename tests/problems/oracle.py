"""The judge: numbers from the trees by complex step, against what symjac's emitted function returns."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from symjac import Defect, Jacobian, SymjacError, System, codegen
from tests.problems.generator import EPSILON, Problem
from tests.problems.trees import STAND_INS, Shape

STEP = 1e-30
TOLERANCE = 1e-7
Function = Callable[[Any], Any]


@dataclass(frozen=True)
class Outcome:
    """``"right"``, ``"refused"`` (a message explains), ``"alarm"`` (symjac says that it is wrong) or ``"wrong"``."""

    verdict: str
    message: str = ""


def size_of(dimension: str, sizes: Mapping[str, int]) -> int:
    """The number for a size as problems write them: `n`, `n+m`, `2n`, `3`."""
    total = 0
    for part in dimension.split("+"):
        count = part[:-1] if part[-1].isalpha() else part
        total += int(count or 1) * (sizes[part[-1]] if part[-1].isalpha() else 1)
    return total


def draw(shapes: Mapping[str, Shape], sizes: Mapping[str, int], seed: int) -> dict[str, Any]:
    """Values of moderate size for all symbols."""
    rng = np.random.default_rng(seed)
    values: dict[str, Any] = {"size of": {d: size_of(d, sizes) for shape in shapes.values() for d in shape}}
    for name, shape in sorted(shapes.items()):
        numbers = rng.uniform(-1, 1, [size_of(d, sizes) for d in shape])
        values[name] = numbers if shape else float(numbers)
        if name == EPSILON:
            values[name] = abs(values[name]) + 0.1
    return values


def by_complex_step(f: Callable[[Mapping[str, Any]], Any], values: Mapping[str, Any], wrt: str) -> Any:
    """The Jacobian in numerator layout, one imaginary step for each entry of the variable."""
    x = np.asarray(values[wrt], dtype=complex)
    columns = []
    for k in np.ndindex(x.shape):
        moved = x.copy()
        moved[k] += 1j * STEP
        columns.append(np.imag(f({**values, wrt: moved if moved.ndim else complex(moved)})) / STEP)
    out = np.asarray(columns)
    if x.ndim == 2:
        return out.reshape(x.shape).T
    return out[0] if x.ndim == 0 else out.T


def evaluate(problem: Problem) -> Callable[[Mapping[str, Any]], Any]:
    """The system of a random problem as a function of its symbols' values."""

    def run(values: Mapping[str, Any]) -> Any:
        known = dict(values)
        for name, tree in problem.equations:
            if name != problem.wrt:
                known[name] = tree.value(known)
        return known[problem.of]

    return run


def compare(
    record: Mapping[str, Any],
    f: Callable[[Mapping[str, Any]], Any],
    shapes: Mapping[str, Shape],
    sizes: Mapping[str, int],
    functions: Mapping[str, Function | None],
) -> Outcome:
    """Derive the first target of a record and hold it against ``f`` in both layouts, at two random points."""
    target = record["targets"][0]
    try:
        orientation = record.get("orientation", "column")
        system = System(*record["equations"], symbols=record.get("symbols", {}), orientation=orientation)
        derived = system.jacobian(target["of"], wrt=target["wrt"])
        derived.formula()
        emitted = {layout: emitted_function(derived, layout) for layout in ("numerator", "denominator")}
    except SymjacError as error:
        return Outcome("refused", f"{error.kind}: {error}")
    except Defect as defect:
        return Outcome("alarm", str(defect))
    return held_against(emitted, record, f, shapes, sizes, functions)


def held_against(
    emitted: Mapping[str, tuple[Callable[..., Any], Mapping[str, str]]],
    record: Mapping[str, Any],
    f: Callable[[Mapping[str, Any]], Any],
    shapes: Mapping[str, Shape],
    sizes: Mapping[str, int],
    functions: Mapping[str, Function | None],
) -> Outcome:
    """Whether emitted functions, one a layout with the names of their arguments, give the derivative of ``f``."""
    target = record["targets"][0]
    unspecified = [name for name, known in functions.items() if known is None]
    for seed in (1, 2):
        values = draw(shapes, sizes, seed)
        for name in record.get("positive", ()):
            values[name] = abs(values[name]) + 0.5
        for name in record.get("dominant", ()):
            values[name] = values[name] + len(values[name]) * np.eye(len(values[name]))
        stand_ins = {name: STAND_INS[(k + seed) % len(STAND_INS)] for k, name in enumerate(unspecified)}
        values |= {name: known for name, known in functions.items() if known is not None}
        values |= {name: stand_in[0] for name, stand_in in stand_ins.items()}
        expected = by_complex_step(f, values, target["wrt"])
        for name, stand_in in stand_ins.items():
            values[f"{name}'"], values[f"{name}''"] = stand_in[1], stand_in[2]
        for layout, (function, arguments) in emitted.items():
            arguments = {key: _plain(latex) for key, latex in arguments.items()}
            missing = [latex for latex in arguments.values() if latex not in values]
            if missing:
                return Outcome("wrong", f"the emitted function asks for {missing}")
            got = np.asarray(function(**{key: values[latex] for key, latex in arguments.items()}))
            want = np.asarray(expected if layout == "numerator" else np.transpose(expected))
            if got.size != want.size or (want.ndim == 2 and got.shape != want.shape):
                return Outcome("wrong", f"{layout}: shape {got.shape} where {want.shape} was right")
            scale = 1 + np.max(np.abs(want))
            if not np.max(np.abs(got.reshape(want.shape) - want)) <= TOLERANCE * scale:
                return Outcome("wrong", f"{layout}: {got.tolist()} where {want.tolist()} was right")
    return Outcome("right")


def _plain(name: str) -> str:
    """A name without the braces that one character does not need."""
    return re.sub(r"([_^])\{(.)\}", r"\1\2", name)


def emitted_function(derived: Jacobian, layout: str) -> tuple[Callable[..., Any], Mapping[str, str]]:
    """The function that symjac emits, and which LaTeX name each argument stands for."""
    source = codegen.emit(derived, layout=layout, target="numpy")
    return source.load(), source.arguments


def judge(problem: Problem) -> Outcome:
    """Whether symjac gets a random problem right."""
    return compare(problem.record, evaluate(problem), problem.shapes, problem.sizes, problem.functions)
