"""The tests about the tests: what none of them may do."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.work import calls, counted

TESTS = Path(__file__).parent
CLOCKS = {"time", "timeit", "cProfile", "profile"}
# What tells the time without a module of its own: os.times(), datetime.now(), resource.getrusage().
TELLING = {"times", "now", "utcnow", "today", "getrusage", "perf_counter", "process_time", "monotonic"}


def clocks(tree: ast.AST) -> Iterator[int]:
    """The lines where a clock is imported or read."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            read = any(alias.name.split(".")[0] in CLOCKS for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            read = node.module in CLOCKS
        else:
            called = node.func if isinstance(node, ast.Call) else None
            read = isinstance(called, ast.Attribute) and called.attr in TELLING
        if read:
            yield node.lineno


def test_no_test_reads_a_clock() -> None:
    """Speed is for benchmarks; tests count work, so that they pass on a machine that also does something else."""
    found = {
        str(p.relative_to(TESTS)): list(clocks(ast.parse(p.read_text(encoding="utf-8")))) for p in TESTS.rglob("*.py")
    }
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "def f():\n    from time import perf_counter as now",
        "import timeit, os",
        "os.times()",
        "datetime.now()",
        "resource.getrusage(0)",
    ],
)
def test_a_clock_is_noticed(source: str) -> None:
    """The check above sees imports and calls; a word in a text is none."""
    assert len(list(clocks(ast.parse(source)))) == 1
    assert list(clocks(ast.parse("'import time'\ntimes = 3\ndef run(timeout=60): pass"))) == []


def test_calls_are_counted() -> None:
    """A function that is called nine times more is nine calls more; what it calls in C is none."""

    def inner() -> None:
        sorted([3, 1, 2])

    def times(count: int) -> None:
        for _ in range(count):
            inner()

    assert calls(lambda: times(12)) - calls(lambda: times(3)) == 9


def test_work_without_an_end_fails_the_test() -> None:
    """Beyond the limit the work stops, even where it catches every exception."""

    def step() -> None:
        pass

    def endless() -> None:
        while True:
            try:
                step()
            except Exception:  # what a defect handler does
                continue

    with pytest.raises(pytest.fail.Exception, match="more than 1,000 calls"), counted(1000):
        endless()


def test_counting_that_was_cut_short_is_no_count() -> None:
    """Where something else takes the place of the counting, no number is believed."""
    with pytest.raises(AssertionError, match="not counted to the end"), counted():
        sys.setprofile(None)
