"""One side of a comparison: a process that loads one symjac and does what it is asked to, a line at a time.

    PYTHONPATH=<a tree of symjac> python benchmarks/worker.py <that tree>

In comes the name of a work, out go the seconds of this process that it took, or the name of the error it ended in.
Only what every version of symjac has is used: ``System``, ``Derivation``, ``System.check``, ``Jacobian.latex``.
"""

from __future__ import annotations

import functools
import gc
import importlib
import json
import pkgutil
import sys
import time
from collections.abc import Callable, Iterator, MutableMapping, MutableSequence, MutableSet
from pathlib import Path
from typing import Any

import sympy  # noqa: F401  # before symjac, so that loading it is no part of any work
from sympy.core.cache import clear_cache
from tasks import TASKS

import symjac
from symjac import System, cells
from symjac.derivation import Derivation

FOUNDING = r"x_t = W \sigma(x_{t-1})"
WRONG = r"\frac{\partial x_t}{\partial x_{t-1}} = W^T diag(\sigma'(x_{t-1}))"
GATED = r"\frac{\partial c_t}{\partial c_{t-1}} = diag(f_t)"
PUBLISHED = Path(__file__).parents[1] / "tests" / "data" / "published.jsonl"
Work = Callable[[], Callable[[], Any]]  # what is prepared, then what is timed


def derivation(equations: tuple[Any, ...], symbols: dict[str, str], of: str, wrt: str) -> Work:
    """The bare derivation of a system that has been read."""

    def prepare() -> Callable[[], Any]:
        system = System(*equations, symbols=symbols)
        return lambda: Derivation(system, of, wrt).closed

    return prepare


def claim(equations: tuple[Any, ...], text: str) -> Work:
    def prepare() -> Callable[[], Any]:
        return lambda: System(*equations).check(text).explanation

    return prepare


def page() -> Callable[[], Any]:
    system = System(cells.gru)
    return lambda: system.jacobian("h_t", wrt="h_{t-1}").latex()


def published() -> Callable[[], Any]:
    """Every recorded claim; a record that cannot be read is a verdict too."""
    records = [json.loads(line) for line in PUBLISHED.read_text(encoding="utf-8").splitlines()]

    def judge() -> None:
        for r in records:
            texts = r.get("equations", r.get("system"))
            try:
                system = System(*([texts] if isinstance(texts, str) else texts), symbols=r.get("symbols") or {})
            except symjac.SymjacError:
                continue
            system.check(r["claim"], of=r.get("of"), wrt=r.get("wrt"))

    return judge


WORKS: dict[str, Work] = {
    "derive founding form": derivation((FOUNDING,), {}, "x_t", "x_{t-1}"),
    "derive rnn": derivation((cells.rnn,), {}, "x_t", "x_{t-1}"),
    "derive lstm": derivation((cells.lstm,), {}, "h_t", "h_{t-1}"),
    "derive gru": derivation((cells.gru,), {}, "h_t", "h_{t-1}"),
    **{f"derive task {name}": derivation(t.equations, dict(t.symbols), t.of, t.wrt) for name, t in TASKS.items()},
    "check founding claim": claim((FOUNDING,), WRONG),
    "check gated claim": claim((cells.lstm,), GATED),
    "GRU page": page,
    "published claims": published,
}


def kept() -> Iterator[Callable[[], object]]:
    """What empties the caches of whatever symjac is loaded, its names unknown.

    Every cached function, every collection of a module that is empty after loading, and every object of a module
    that can be cleared.
    """
    for found in pkgutil.walk_packages(symjac.__path__, "symjac."):
        if found.name.endswith("__main__"):
            continue
        try:
            importlib.import_module(found.name)
        except ImportError:
            continue  # what an extra would bring, which no work here needs
    for value in gc.get_objects():
        if isinstance(value, functools._lru_cache_wrapper) and value.__module__.startswith("symjac"):
            yield value.cache_clear
    seen = set()
    for name, module in list(sys.modules.items()):
        if name != "symjac" and not name.startswith("symjac."):
            continue
        for value in vars(module).values():
            clear = getattr(value, "clear", None)
            own = type(value).__module__.startswith("symjac.")
            empty = isinstance(value, MutableMapping | MutableSequence | MutableSet) and not value
            if callable(clear) and not isinstance(value, type) and id(value) not in seen and (own or empty):
                seen.add(id(value))
                yield clear


def main() -> None:
    tree = Path(sys.argv[1]).resolve()
    loaded = Path(symjac.__file__).resolve().parents[1]
    if loaded != tree:
        raise SystemExit(f"symjac was loaded from {loaded}, and not from {tree}")
    caches = list(kept())
    print("ready", flush=True)
    for line in sys.stdin:
        prepare = WORKS[line.strip()]
        try:
            work = prepare()
            for clear in caches:
                clear()
            clear_cache()
            gc.collect()
            start = time.process_time()
            work()
            answer: float | str = time.process_time() - start
        except Exception as error:  # the other side may know what this one does not: the table says so
            answer = type(error).__name__
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
