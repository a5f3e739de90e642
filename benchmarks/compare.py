"""How long symjac takes beside SymPy and tensorgrad, in one process, interleaved, the least of some runs.

    python benchmarks/compare.py                      # all tasks, then written-out entries
    python benchmarks/compare.py --tasks a b d --repeat 5 --sizes 2 4 8
    python benchmarks/compare.py --against main       # this tree beside another commit, and nothing else

What is timed is the bare derivation: for symjac ``Derivation(...).closed`` of a system that has been read,
for SymPy ``.diff`` of a matrix expression, for tensorgrad the simplified derivative. Every run starts with empty
caches. Only ratios inside one run mean anything.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sympy
from sympy.core.cache import clear_cache

ROOT = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT), str(ROOT.parent)]

from against import LONG, PROCESSES, against  # noqa: E402  # the path is set above
from tasks import TASKS, Task, Tensors  # noqa: E402
from worker import WORKS, kept  # noqa: E402

from symjac import System  # noqa: E402
from symjac.derivation import Derivation  # noqa: E402

# A tool that took longer than this once is not asked again.
PATIENCE = 30.0
ENTRIES = {
    "a": r"y = W \tanh(x) + b",
    "b": r"y = \tanh(W x + b)",
    "c": r"y = W \tanh(W x)",
    "f_sm": r"y = \operatorname{softmax}(W x)",
}


CACHES = list(kept())


def timed(work: Callable[[], Any]) -> float:
    clear_cache()
    for clear in CACHES:
        clear()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def best(works: dict[str, Callable[[], Callable[[], Any]]], repeat: int) -> dict[str, float | str]:
    """The least time of each tool in milliseconds, or the name of its error; the tools take turns."""
    out: dict[str, float | str] = {}
    for _ in range(repeat):
        for tool, prepare in works.items():
            known = out.get(tool)
            if isinstance(known, str) or (known is not None and known > PATIENCE * 1000):
                continue
            try:
                now = timed(prepare()) * 1000
            except (ArithmeticError, AttributeError, LookupError, NotImplementedError, RecursionError) as error:
                out[tool] = type(error).__name__
            except (TypeError, ValueError) as error:
                out[tool] = type(error).__name__
            else:
                out[tool] = min(now, known) if known is not None else now
    return out


def of_symjac(task: Task) -> Callable[[], Any]:
    system = System(*task.equations, symbols=dict(task.symbols))
    return lambda: Derivation(system, task.of, task.wrt).closed


def of_tensorgrad(task: Task, module: Any, *, expand: bool) -> Callable[[], Any]:
    y, x = task.tensorgrad(Tensors(module))
    return lambda: module.Derivative(y, x).full_simplify(expand=expand)


def show(value: float | str | None) -> str:
    return "" if value is None else value if isinstance(value, str) else f"{value:.2f}"


def ratio(a: float | str | None, b: float | str | None) -> str:
    return f"{a / b:.1f}" if isinstance(a, float) and isinstance(b, float) else ""


def table(head: list[str], rows: list[list[str]]) -> None:
    widths = [max(len(row[k]) for row in [head, *rows]) for k in range(len(head))]
    for row in [head, ["-" * w for w in widths], *rows]:
        print("| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |", flush=True)


def derivations(names: list[str], repeat: int, *, expand: bool) -> None:
    """Symbolic n."""
    module = importlib.import_module("tensorgrad") if importlib.util.find_spec("tensorgrad") else None
    if module is None:
        print("tensorgrad is not installed: its columns stay empty (pip install tensorgrad==0.3.0 torch==2.13.0)\n")
    rows = []
    for name in names:
        task = TASKS[name]
        works: dict[str, Callable[[], Callable[[], Any]]] = {"symjac": lambda task=task: of_symjac(task)}
        if task.sympy is not None:
            works["sympy"] = lambda task=task: task.sympy
        if module is not None:
            works["tensorgrad"] = lambda task=task: of_tensorgrad(task, module, expand=False)
            if expand:
                works["expanded"] = lambda task=task: of_tensorgrad(task, module, expand=True)
        ms = best(works, repeat)
        rows.append(
            [name, *(show(ms.get(tool)) for tool in ("symjac", "sympy", "tensorgrad"))]
            + ([show(ms.get("expanded"))] if expand else [])
            + [ratio(ms.get("sympy"), ms["symjac"]), ratio(ms.get("tensorgrad"), ms["symjac"])]
        )
    head = ["task", "symjac ms", "SymPy ms", "tensorgrad ms"] + (["expanded ms"] if expand else [])
    table([*head, "SymPy / symjac", "tensorgrad / symjac"], rows)


def entries(sizes: list[int], repeat: int) -> None:
    """Written-out Jacobians at given n: ``J.explicit(n)`` against ``Matrix.jacobian``."""
    rows = []
    for name, equation in ENTRIES.items():
        slow = False
        for n in sizes:
            written = System(equation).explicit(n)
            y = sympy.Matrix([e.rhs for e in written])
            x = [sympy.Symbol(f"x_{k + 1}") for k in range(n)]

            def ours(equation: str = equation, n: int = n) -> Callable[[], Any]:
                system = System(equation)
                return lambda: system.jacobian("y", wrt="x").explicit(n)

            works = {"symjac": ours}
            if not slow:
                works["sympy"] = lambda y=y, x=x: lambda: y.jacobian(x)
            ms = best(works, repeat if n < 16 else 1)
            found = ms.get("sympy")
            slow = slow or not isinstance(found, float) or found > PATIENCE * 200
            rows.append([name, str(n), show(ms["symjac"]), show(found), ratio(found, ms["symjac"])])
    table(["task", "n", "J.explicit(n) ms", "Matrix.jacobian ms", "ratio"], rows)


def beside(commit: str, words: list[str] | None, repeat: int) -> None:
    """Ratios between this tree and a commit; a line as soon as it is known."""
    names = [n for n in (*WORKS, *PROCESSES) if (n not in LONG if words is None else any(w in n for w in words))]
    head = ["work", "old ms", "new ms", "new / old"]
    for row in ([head, ["---", "--:", "--:", "--:"]], against(commit, names, repeat)):
        for cells in row:
            print(f"| {cells[0]:30} | {cells[1]:>12} | {cells[2]:>12} | {cells[3]:>9} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", nargs="*", default=list(TASKS), choices=list(TASKS))
    parser.add_argument("--sizes", nargs="*", type=int, default=[2, 4, 8, 16, 32])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--expand", action="store_true", help="also time tensorgrad with its sums multiplied out")
    parser.add_argument("--against", metavar="COMMIT", help="ratios new / old of this tree and that commit")
    parser.add_argument("--works", nargs="*", help="with --against: words in the names of what is compared")
    options = parser.parse_args()
    if options.against:
        beside(options.against, options.works, options.repeat)
        return
    if options.tasks:
        print("Bare derivation, symbolic n\n")
        derivations(options.tasks, options.repeat, expand=options.expand)
    if options.sizes:
        print("\nWritten-out entries\n")
        entries(options.sizes, options.repeat)


if __name__ == "__main__":
    main()
