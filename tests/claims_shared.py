"""Claims about systems in which one parameter stands in several equations or at several steps.

    python tests/claims_shared.py --count 3000 --seed 1 > claims.jsonl

writes a claim a line, with its truth in each convention (``truth``, ``truth_mixed``, ``truth_descending`` for
products over time). The directory above has to be on ``PYTHONPATH``. The shapes are in ``tests/shared``.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from tests.shared import batches, chains, gates, losses, small, steps, sums, tied
from tests.shared.damages import chosen
from tests.shared.formulas import Node, Print
from tests.shared.runs import Point
from tests.shared.shapes import SHAPES, Shape
from tests.shared.turning import is_scalar, transposed, turned
from tests.shared.values import CONVENTIONS, MisfitError, OpenError, Reading, is_turned

# Without the term that is carried over, a print of the immediate derivative, which is read as one, with a note.
OPEN_WITHOUT_A_TERM = frozenset(["sensitivities to a matrix"])
LAYER = str.maketrans("tT", "lN")
MODULES = (batches, chains, gates, losses, small, steps, sums, tied)  # which register their shapes

CLOSE, APART = 1e-9, 1e-5  # relative differences that count as none, and as one
TIME, PRODUCT_TIME = 2, 4
POOLS: Mapping[str, tuple[str, ...]] = {
    "matrix": tuple("WVUABMKRPQS"),
    "vector": tuple("xyhbczrvaswou"),
    "scalar": (r"\alpha", r"\beta", r"\gamma", r"\eta", r"\lambda", r"\mu", r"\kappa"),
    "f": (r"\sigma", r"\phi", r"\tanh", r"\sigma"),
    "g": (r"\psi", r"\operatorname{sigmoid}"),
    "L": ("L", r"\mathcal{L}"),
}
USUAL = {"alpha": r"\alpha", "eta": r"\eta", "lam": r"\lambda", "mu": r"\mu", "beta": r"\beta"}
USUAL |= {"f": r"\sigma", "g": r"\psi", "L": "L", "ell": r"\ell"}


@dataclass(frozen=True)
class Claim:
    """A claim with what is known about it."""

    name: str
    shape: str
    change: str
    convention: str  # for which it was written
    record: Mapping[str, Any]

    @property
    def truth(self) -> dict[str, bool | None]:
        """By convention, the mixed ones with their full names."""
        mixed = {f"mixed_{k}": held for k, held in self.record.get("truth_mixed", {}).items()}
        return {**self.record["truth"], **mixed}


def letters(shape: Shape, rng: random.Random) -> dict[str, str]:
    """A letter for each slot: the usual ones or any."""
    usual = rng.random() < 0.4
    free = {pool: rng.sample(names, len(names)) for pool, names in POOLS.items()}
    out = {slot: rng.choice(POOLS[slot]) for slot in ("f", "g", "L")}
    for slot, declared in shape.symbols.items():
        role = declared.split()[0]
        is_defined = any(e.startswith((f"<{slot}> =", f"<{slot}>_t =")) for e in shape.equations)
        pool = free["vector" if role == "scalar" and is_defined else role]
        out[slot] = USUAL.get(slot, slot) if usual or slot == "ell" else pool.pop()
    return out


@cache
def points(name: str, f: str, g: str) -> tuple[Point, ...]:
    """Where a shape is evaluated: twice for each stand-in."""
    shape = SHAPES[name]
    return tuple(Point(shape.run, shape.symbols, {"f": f, "g": g}, seed, shape.role) for seed in range(6))


def truth(left: Node, right: Node, at: tuple[Point, ...], convention: str, *, descending: bool = False) -> bool | None:
    """Whether two sides as printed are equal, from numbers; ``None`` where that is a matter of reading."""
    product = any(n.kind == "product" for n in right.walk())
    differs = 0.0
    for point in at:
        reading = Reading(point, convention, PRODUCT_TIME if product else TIME, descending=descending)
        try:
            a, b = reading(left), reading(right)
        except MisfitError:
            return False
        except (OpenError, KeyError):
            return None
        if a.shape != b.shape:
            return False
        differs = max(differs, float(np.abs(a - b).max() / (1e-3 + np.abs(a).max() + np.abs(b).max())))
    return True if differs < CLOSE else False if differs > APART else None


def written_for(convention: str, left: Node, right: Node, shape: Shape) -> Node:
    """The right-hand side for a convention, where the left-hand side may stand the other way round."""
    right = turned(right, convention, shape.role)
    if is_turned(left, shape.role(left.args[1].slot), convention) and not (
        left.kind == "gradient" and is_scalar(left, shape.role)
    ):
        right = transposed(right, shape.role)
    return right


def claims(seed: int, count: int, *, only: str | None = None) -> Iterator[Claim]:
    """Claims about every shape by turns, about two in five as they should be."""
    rng = random.Random(seed)
    names = [only] if only is not None else sorted(SHAPES)
    made = 0
    while made < count:
        shape = SHAPES[names[made % len(names)]]
        claim = one_claim(shape, rng, f"s{seed}-{made}")
        if claim is not None:
            made += 1
            yield claim


def one_claim(shape: Shape, rng: random.Random, name: str) -> Claim | None:
    """A claim, or ``None`` where nothing is known about what came out."""
    chosen_letters = letters(shape, rng)
    at = points(shape.name, chosen_letters["f"], chosen_letters["g"])
    left, right = rng.choice(shape.run(at[0].base)())
    open_to = [c for c in CONVENTIONS if shape.rows or c.endswith("column")]
    convention = rng.choice([*open_to, "denominator_column", "mixed_column"])
    right = written_for(convention, left, right, shape)
    change = "as it should be"
    timed = frozenset(s for s in shape.symbols if shape.is_timed(s))
    if rng.random() < 0.6:
        change, right = chosen(right, rng, shape.symbols, timed)
        if change == "term dropped" and shape.name in OPEN_WITHOUT_A_TERM:
            return None
    known = {c: truth(left, right, at, c) for c in open_to}
    if all(held is None for held in known.values()):
        return None
    plain = {c: held for c, held in known.items() if not c.startswith("mixed")}
    record: dict[str, Any] = {"id": name, "shape": shape.name, "change": change, "written_for": convention}
    record["equations"] = [filled(e, chosen_letters) for e in shape.equations]
    record["symbols"] = declarations(shape, chosen_letters) if rng.random() < 0.5 else {}
    named = shape.named if shape.named and rng.random() < 0.7 else None
    words = r"\operatorname{diag}" if rng.random() < 0.7 else "diag"
    show = Print(chosen_letters, nabla=rng.random() < 0.3, diag=words, named=named)
    record["claim"] = f"{show(left)} = {show(right)}"
    habits = ["t"] if "product" in {n.kind for n in right.walk()} else ["t", "t", "k", "above"]
    habit = rng.choice(habits if "_t" in "".join(shape.equations) else ["t"])
    if re.search(r"_(t|\{t.1\})\^2", record["claim"]):
        habit = "t"  # two things above one letter
    record["equations"] = [retimed(e, habit) for e in record["equations"]]
    record["symbols"] = {retimed(name, habit): d for name, d in record["symbols"].items()}
    record["claim"] = retimed(record["claim"], habit)
    record["truth"] = plain
    gradients = [n for side in (left, right) for n in side.walk() if n.kind == "gradient"]
    if any(not is_scalar(n, shape.role) for n in gradients):
        record["truth_mixed"] = {c.split("_")[1]: held for c, held in known.items() if c.startswith("mixed")}
    if any(n.kind == "product" for n in right.walk()):
        record["truth_descending"] = {c: truth(left, right, at, c, descending=True) for c in plain}
    return Claim(name, shape.name, change, convention, record)


def retimed(text: str, habit: str) -> str:
    """A text with its times as others print them: another letter, or layers in brackets above."""
    if habit == "k":
        return re.sub(r"(?<=_)t\b|(?<=_\{)t(?=[-+=])", "k", text)
    if habit == "above":
        text = re.sub(r"\\sum_\{t=1\}\^\{T\}", r"\\sum_{l=1}^{N}", text)
        letter = re.compile(r"((?:\\ell|\\delta|[A-Za-z]))_(?:\{(t[-+]\d)\}|([tT0-9]))(\^\\top)?")
        return letter.sub(lambda m: f"{m[1]}^{{({(m[2] or m[3]).translate(LAYER)}){m[4][1:] if m[4] else ''}}}", text)
    return text


def filled(text: str, chosen_letters: Mapping[str, str]) -> str:
    """An equation with letters for its slots."""
    return re.sub(r"<(\w+)>", lambda m: chosen_letters[m[1]], text)


def declarations(shape: Shape, chosen_letters: Mapping[str, str]) -> dict[str, str]:
    """What the symbols are, under the names they have in the equations."""
    out = {}
    for slot, declared in shape.symbols.items():
        out[chosen_letters[slot] + ("_t" if shape.is_timed(slot) else "")] = declared
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=150)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", help="one shape", choices=sorted(SHAPES))
    options = parser.parse_args()
    for claim in claims(options.seed, options.count, only=options.only):
        sys.stdout.write(json.dumps(dict(claim.record)) + "\n")


if __name__ == "__main__":
    main()
