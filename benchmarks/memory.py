"""Memory of a batch: derivations and claims, all different; it should not grow after the first thousand answers.

python benchmarks/memory.py [ANSWERS]        10,000 unless said otherwise
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

from symjac.claims import check_record
from symjac.cli.records import line, records
from symjac.errors import Defect
from symjac.normal import load
from symjac.problem import Target, read_problem

LETTERS = "ABCDEGHKMPQRSUVW"
ACTIVATIONS = (r"\tanh", r"\sigma", r"\operatorname{softplus}", r"\phi", r"\exp")
FIRST = 1000


def batch(count: int, seed: int = 0) -> Iterator[dict[str, object]]:
    """Problems and claims in turn; no two have the same names."""
    rng = random.Random(seed)
    for k in range(count):
        W, U = (f"{letter}_{{{k}}}" for letter in rng.sample(LETTERS, 2))
        f = rng.choice(ACTIVATIONS)
        gate = rng.choice([rf"{f}({W} x + b)", rf"{W} {f}(x)", rf"{f}({W} x) \odot x", rf"{U} {f}({W} x + {U} x)"])
        slope = rf"{W} diag({f}'(x))" if rng.random() < 0.5 else rf"diag({f}'({W} x)) {W}"
        system = [f"y = {gate}"]
        if k % 2:
            yield {"id": k, "equations": system, "claim": rf"\frac{{\partial y}}{{\partial x}} = {slope}"}
        else:
            yield {"id": k, "equations": system, "targets": [{"of": "y", "wrt": "x"}]}


def answer(record: dict[str, object]) -> str:
    """The line or lines of one record."""
    if "claim" in record:
        try:
            return str(check_record(record).to_json())
        except Defect as defect:
            return defect.message
    how = {"layout": "both", "orientation": "column"}
    return "".join(
        map(line, records(read_problem(record), Target(None, None), **how, strict=False, thorough=False, timeout=60.0))
    )


def resident() -> float:
    """Megabytes that this process holds."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    first = 0.0
    for done, record in enumerate(batch(count), 1):
        answer(record)
        if done == min(FIRST, count // 2):
            first = resident()
        if done % 250 == 0:
            print(f"{done:6} answers {resident():8.1f} MB, {load():8} rows of tables", flush=True)
    print(f"growth after the first {min(FIRST, count // 2)}: {resident() - first:.1f} MB")


if __name__ == "__main__":
    main()
