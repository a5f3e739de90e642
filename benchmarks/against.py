"""This tree beside another commit: two processes that take turns, the least of some runs, ratios new / old."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORKER = ROOT / "benchmarks" / "worker.py"
LONG = {"published claims"}  # minutes rather than milliseconds: left out unless it is asked for by name
SHORT = 0.1  # seconds
# Whole processes: loading, and the shortest way to a page.
PROCESSES = {
    "load the command": ["-m", "symjac", "--version"],
    "load System": ["-c", "from symjac import System"],
    "symjac derive rnn": ["-m", "symjac", "derive", "rnn", "--to", "latex"],
}


def checked_out(commit: str, folder: Path) -> Path:
    """The files of a commit, without a worktree that would have to be removed again.

    :raises SystemExit: where git does not know the commit.
    """
    done = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr.decode(errors="replace").strip())
    with tarfile.open(fileobj=BytesIO(done.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder


def environment(tree: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(tree), "PYTHONHASHSEED": "0"}


class Side:
    """A process that has loaded the symjac of one tree."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree
        self.process = subprocess.Popen(
            [sys.executable, str(WORKER), str(tree)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=environment(tree),
        )
        if self._line() != "ready":
            raise SystemExit(f"the symjac in {tree} does not load")

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def run(self, name: str) -> float | str:
        """The seconds that a work took, or the name of the error it ended in."""
        assert self.process.stdin is not None
        print(name, file=self.process.stdin, flush=True)
        answer = self._line()
        if not answer:
            raise SystemExit(f"the process with the symjac in {self.tree} ended in {name!r}")
        found: float | str = json.loads(answer)
        return found

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def process_seconds(tree: Path, arguments: Sequence[str]) -> float | str:
    """The processor time of a whole process, and of those that it starts."""
    before = os.times()
    done = subprocess.run(
        [sys.executable, *arguments], env=environment(tree), cwd=tree, capture_output=True, check=False
    )
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return spent if done.returncode == 0 else f"status {done.returncode}"


def least(runs: Sequence[Callable[[], float | str]], repeat: int) -> list[float | str]:
    """The least of some runs of each, which take turns and begin by turns; the first round only warms up.

    What takes milliseconds is disturbed the most by whatever else the machine does, and runs five times as often.
    """
    out: list[float | str] = [math.inf] * len(runs)
    r = 0
    while r <= repeat or (r <= 5 * repeat and max((v for v in out if isinstance(v, float)), default=1.0) < SHORT):
        order = list(enumerate(runs))
        for k, run in order if r % 2 else reversed(order):
            now, known = run(), out[k]
            if isinstance(now, str):
                out[k] = now
            elif r and isinstance(known, float):
                out[k] = min(known, now)
        r += 1
    return out


def against(commit: str, names: Sequence[str], repeat: int) -> Iterator[list[str]]:
    """A row for each work: its name, milliseconds old and new, and the ratio; then the mean of the derivations.

    :raises SystemExit: where git does not know the commit, or one of the two does not load.
    """
    with tempfile.TemporaryDirectory(prefix="symjac-") as folder:
        trees = [checked_out(commit, Path(folder)), ROOT]
        sides = [Side(tree) for tree in trees]
        ratios = []
        try:
            for name in names:
                if name in PROCESSES:
                    runs = [partial(process_seconds, tree, PROCESSES[name]) for tree in trees]
                else:
                    runs = [partial(side.run, name) for side in sides]
                old, new = least(runs, 1 if name in LONG else repeat)
                shown = [v if isinstance(v, str) else f"{1000 * v:.2f}" for v in (old, new)]
                ratio = new / old if isinstance(old, float) and isinstance(new, float) else None
                if ratio is not None and name.startswith("derive"):
                    ratios.append(ratio)
                yield [name, *shown, "" if ratio is None else f"{ratio:.2f}"]
        finally:
            for side in sides:
                side.close()
        if ratios:
            mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
            yield ["derivations, geometric mean", "", "", f"{mean:.2f}"]
