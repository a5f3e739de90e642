"""Published tables of matrix calculus, judged by numbers: derived form, printed form and slope agree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symjac import System
from symjac.codegen import emit, emit_expression

TABLE = [json.loads(line) for line in (Path(__file__).parent / "data" / "identities.jsonl").read_text().splitlines()]
SIZES = {"n": 3, "m": 2, "p": 4, "q": 5}


def shape(s: Any) -> tuple[int, ...]:
    sizes = [int(d.subs({k: SIZES[str(k)] for k in d.free_symbols})) for d in s.shape]
    return () if s.is_scalar else (sizes[0],) if s.cols == 1 else (sizes[0], sizes[1])


def system(fact: dict[str, Any]) -> System:
    """The function f and the printed derivative, whose shape is that of the derivative."""
    s = System(f"f = {fact['of']}", symbols=fact["symbols"])
    shape = s.jacobian("f", wrt=fact["wrt"]).closed.shape
    rows, cols = shape if fact["layout"] == "numerator" else shape[::-1]
    role = "scalar" if rows == cols == 1 else f"vector {rows}" if cols == 1 else f"matrix {rows} {cols}"
    return System(f"f = {fact['of']}", rf"\Gamma = {fact['is']}", symbols={**fact["symbols"], r"\Gamma": role})


def point(fact: dict[str, Any], s: System) -> dict[str, Any]:
    """Random values, symmetric or positive definite where the table asks for that."""
    rng = np.random.default_rng(int(fact["id"][1:]))
    out: dict[str, Any] = {}
    for name, info in s.symbols.items():
        if name in ("f", r"\Gamma"):
            continue
        value = np.array(rng.normal(size=shape(info.symbol)))
        kind = fact.get("with", {}).get(name)
        if kind == "positive" and value.ndim == 2:
            value = value @ value.T + 0.5 * np.eye(len(value))
        elif kind == "positive":
            value = np.abs(value) + 0.5
        elif kind == "symmetric":
            value = value + value.T
        out[name] = value
    return out


def call(source: Any, values: dict[str, Any]) -> Any:
    return source.load()(**{python: values.get(latex, SIZES.get(latex)) for python, latex in source.arguments.items()})


def test_the_table_is_long() -> None:
    """At least 150 identities from published tables are judged."""
    assert len(TABLE) >= 150
    assert len({f["id"] for f in TABLE}) == len(TABLE)


@pytest.mark.parametrize("fact", TABLE, ids=lambda f: f["id"])
def test_an_identity_comes_out_as_printed(fact: dict[str, Any]) -> None:
    """The derived form in both layouts, the form in the table and the slope of the function agree in numbers."""
    s = system(fact)
    values = point(fact, s)
    J = s.jacobian("f", wrt=fact["wrt"])
    numerator = np.asarray(call(emit(J), values))
    denominator = np.asarray(call(emit(J, layout="denominator"), values))
    assert np.allclose(numerator.T, denominator)
    printed = next(e.rhs for e in s.equations if e.lhs.name == r"\Gamma")
    known = [info.symbol for info in s.symbols.values()]
    table = np.asarray(call(emit_expression(printed, symbols=known), values))
    found = numerator if fact["layout"] == "numerator" else denominator
    assert np.allclose(found, table.reshape(found.shape), rtol=1e-8), fact
    value = emit_expression(s.definitions[J.of], symbols=known, name="step")
    x = values[fact["wrt"]]
    slopes = []
    for index in np.ndindex(x.shape):
        moved = {k: np.array(v, dtype=complex) for k, v in values.items()}
        moved[fact["wrt"]][index] += 1e-30j
        slopes.append(np.atleast_1d(np.asarray(call(value, moved))).imag / 1e-30)
    if x.ndim == 2:
        entries = np.array(slopes).reshape(x.shape)
        assert np.allclose(denominator, entries, rtol=1e-8), fact
    else:
        assert np.allclose(denominator, np.array(slopes), rtol=1e-8), fact
