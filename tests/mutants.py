"""Takes one condition away at a time, and says which of them no test misses.

    python tests/mutants.py kernel rules     # a minute or two; what CI runs
    python tests/mutants.py normal           # some minutes

A mutant is a module with one change in its syntax tree: a side condition that is not asked, a premise that is not
looked at, a hypothesis that is not announced, a comparison that says yes, a description that leaves something out.
Nothing is written: each runs in a process of its own, which loads the changed module from memory, and runs the tests
of its layer. A mutant that they do not notice survives. Survivors are printed; the exit status is 1 if one of them is
not in :data:`REASONS`, or if a reason is given for none.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT))

import pytest  # noqa: E402  # it and the package are loaded once, before the processes part

import symjac  # noqa: E402  # the path is set above

SECONDS = 300  # a mutant that runs on for so long is noticed

PARAM = type(pytest.param())  # a row of a table with an id or a mark of its own

TABLES = "symjac/rules/"  # modules that are used through a table only

# What is changed in a layer, and which tests are to notice. What follows "::" is all that is changed of a module.
LAYERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "kernel": (("symjac/kernel.py", "symjac/derivation.py::Proof"), ("tests/test_rules_refused.py",)),
    "rules": (
        ("symjac/rules/jacobians.py", "symjac/rules/differentials.py", "symjac/rules/assumptions.py"),
        ("tests/test_rules_refused.py",),
    ),
    "normal": (
        tuple(
            f"symjac/normal/{name}.py"
            for name in (
                "__init__",
                "atoms",
                "polynomial",
                "network",
                "elements",
                "calculus",
                "translation",
                "translate",
                "notation",
                "clearing",
            )
        ),
        ("tests/test_normal_apart.py", "tests/test_normal.py", "tests/test_normal_clearing.py"),
    ),
}

# Mutants that nothing can notice, and why.
ITSELF = "the rule reads off the premise what it is about: it is about that; asked so that all premises are looked at"
SYMBOLS = "a scope's definitions hold symbols only, so nothing else is found among them; asked for the type checker"
REASONS: dict[str, str] = {
    "symjac/rules/jacobians.py: constant_factor: whatever the premise says: "
    "about('constant_factor', scope, v, inner)": ITSELF,
    "symjac/rules/jacobians.py: scalar_product: whatever the premise says: "
    "about('scalar_product', scope, s, scalar)": ITSELF,
    "symjac/rules/jacobians.py: same_expression: whatever the premise says: "
    "about('same_expression', scope, v, other)": ITSELF,
    "symjac/rules/jacobians.py: definition: any type in narrow(y, Symbol, 'definition')": SYMBOLS,
    "symjac/rules/differentials.py: d_definition: any type in narrow(y, Symbol, 'd_definition')": SYMBOLS,
}


@dataclass(frozen=True)
class Mutant:
    """A changed module: its file, where and what the change is, and its new text."""

    path: str
    place: str
    line: int
    change: str
    source: str

    @property
    def key(self) -> str:
        return f"{self.path}: {self.place}: {self.change}"


# -------------------------------------------------------------------------------------------- changes

Change = tuple[ast.AST, str, object]  # of which node, which field (with "#k" for an item of a list), its new value


def brief(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) < 90 else text[:87] + "..."


def _call(node: ast.AST, *names: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


def conditions(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """A rule without one of its conditions, or with a part of it only."""
    if _call(node, "require") and isinstance(node, ast.Call):
        yield _true(), f"without {brief(node)}"
        yield from ((_replaced(node, node.args[0], part), text) for part, text in _weaker(node.args[0]))
    if _call(node, "narrow") and isinstance(node, ast.Call):
        yield node.args[0], f"any type in {brief(node)}"
    if _call(node, "about", "change") and isinstance(node, ast.Call):
        yield ast.Attribute(node.args[-1], "rhs", ast.Load()), f"whatever the premise says: {brief(node)}"
    if _call(node, "jacobian") and isinstance(node, ast.Call):
        partial = ast.parse("ex.Partial(a, b.wrt)", mode="eval").body
        if isinstance(partial, ast.Call) and isinstance(partial.args[1], ast.Attribute):
            partial.args[0], partial.args[1].value = node.args[2], node.args[1]
        yield partial, f"any shapes: {brief(node)}"
    if isinstance(node, ast.If) and len(node.body) == 1 and isinstance(node.body[0], ast.Raise) and not node.orelse:
        yield ast.Pass(), f"without if {brief(node.test)}: raise"
        yield from ((_replaced(node, node.test, part), text) for part, text in _narrower(node.test))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "union":
        yield node.func.value, f"without what is united: {brief(node)}"


def hypotheses(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """A rule that takes less for granted than it needs: a row or a hypothesis left out, or a weaker one."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield):
        yield ast.Pass(), f"without {brief(node)}"
    if isinstance(node, ast.Constant) and node.value == "positive":
        yield ast.Constant("nonzero"), "positive weakened to nonzero"
    if isinstance(node, ast.Dict):
        for k in range(len(node.keys)):
            other = ast.Dict(node.keys[:k] + node.keys[k + 1 :], node.values[:k] + node.values[k + 1 :])
            yield other, f"without the row {brief(node.keys[k] or node)}"
    if isinstance(node, ast.If) and not isinstance(node.body[0], ast.Raise):
        yield from ((_replaced(node, node.test, part), text) for part, text in _narrower(node.test))
        yield _replaced(node, node.test, ast.Constant(False)), f"never: if {brief(node.test)}"


def comparisons(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """A comparison of two things, neither of them written out, that finds them alike; a description without a part."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        sides = (node.left, node.comparators[0])
        alike = {ast.Eq: True, ast.Is: True, ast.NotEq: False, ast.IsNot: False}.get(type(node.ops[0]))
        if alike is not None and not any(map(_written_out, sides)):
            yield ast.Constant(alike), f"taken for {alike}: {brief(node)}"
    if _call(node, "atom", "packed", "wrapped", "_square") and isinstance(node, ast.Call):
        for k, a in enumerate(node.args[:2]):
            if not isinstance(a, ast.Tuple) and not _nothing(a):
                yield _replaced(node, a, ast.Constant(0)), f"without argument {k + 1}: {brief(node)}"
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        if node.targets[0].id in ("key", "data", "parts") and isinstance(node.value, ast.Tuple):
            yield from _shorter(node, node.value)
    elif _call(node, "atom", "packed", "wrapped") and isinstance(node, ast.Call):
        for a in node.args:
            if isinstance(a, ast.Tuple):
                yield from _shorter(node, a)


def _shorter(node: ast.AST, description: ast.Tuple) -> Iterator[tuple[ast.AST, str]]:
    for part in description.elts:
        if not _nothing(part):
            yield _replaced(node, part, ast.Constant(0)), f"without {brief(part)}: {brief(node)}"


def _nothing(part: ast.AST) -> bool:
    """Whether a part of a description says nothing: 0 in its place, which ``False`` is equal to, is no change."""
    return isinstance(part, ast.Constant) and (part.value is None or part.value == 0)


def _written_out(e: ast.AST) -> bool:
    return isinstance(e, ast.Constant | ast.List | ast.Tuple | ast.Set | ast.UnaryOp)


def _true() -> ast.AST:
    return ast.Constant(True)


def _weaker(test: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """A conjunction without one of its members."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        for k, part in enumerate(test.values):
            rest = test.values[:k] + test.values[k + 1 :]
            yield ast.BoolOp(ast.And(), rest) if len(rest) > 1 else rest[0], f"without {brief(part)} in {brief(test)}"
    if isinstance(test, ast.Compare) and len(test.ops) > 1:
        middle = (test.left, *test.comparators)
        for k, op in enumerate(test.ops):
            yield ast.Compare(middle[k], [op], [middle[k + 1]]), f"{brief(test)} with its comparison {k + 1} only"


def _narrower(test: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """A disjunction without one of its members."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        for k, part in enumerate(test.values):
            rest = test.values[:k] + test.values[k + 1 :]
            yield ast.BoolOp(ast.Or(), rest) if len(rest) > 1 else rest[0], f"without {brief(part)} in {brief(test)}"


def _replaced(node: ast.AST, old: ast.AST, new: ast.AST) -> ast.AST:
    """A copy of a node with one of the nodes below it replaced."""
    memo = {id(old): new}
    return deepcopy(node, memo)


CHANGES: dict[str, tuple[Callable[[ast.AST], Iterator[tuple[ast.AST, str]]], ...]] = {
    "kernel": (conditions,),
    "rules": (conditions,),
    "normal": (comparisons,),
}
OF_ASSUMPTIONS = (hypotheses,)


def mutants(layer: str) -> Iterator[Mutant]:
    """All mutants of a layer, each with its text."""
    for entry in LAYERS[layer][0]:
        path, _, part = entry.partition("::")
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        kinds = OF_ASSUMPTIONS if path.endswith("assumptions.py") else CHANGES[layer]
        for place, parent, name, index, node in _nodes(tree):
            if part and place.split(".")[0] != part:
                continue
            for kind in kinds:
                for new, change in kind(node):
                    text = _with(tree, parent, name, index, new)
                    yield Mutant(path, place, getattr(node, "lineno", 0), change, text)


def _nodes(tree: ast.Module) -> Iterator[tuple[str, ast.AST, str, int | None, ast.AST]]:
    """Every node with the function it is in and its place in its parent."""
    waiting: list[tuple[str, ast.AST]] = [("", tree)]
    while waiting:
        place, parent = waiting.pop(0)
        for name, value in ast.iter_fields(parent):
            if name in ("annotation", "returns", "decorator_list", "type_params"):
                continue
            for index, child in enumerate(value) if isinstance(value, list) else ((None, value),):
                if isinstance(child, ast.AST):
                    named = isinstance(child, ast.FunctionDef | ast.ClassDef)
                    inner = ".".join(filter(None, (place, child.name))) if named else place
                    yield inner, parent, name, index, child
                    waiting.append((inner, child))


def _with(tree: ast.Module, parent: ast.AST, name: str, index: int | None, new: ast.AST) -> str:
    """The text of a module with one node replaced."""
    if index is None:
        old = getattr(parent, name)
        setattr(parent, name, new)
    else:
        items = getattr(parent, name)
        old, items[index] = items[index], new
    try:
        return ast.unparse(ast.fix_missing_locations(tree))
    finally:
        if index is None:
            setattr(parent, name, old)
        else:
            items[index] = old


# --------------------------------------------------------------------------------------------- running


class Loader(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module from a text instead of its file."""

    def __init__(self, path: str, source: str) -> None:
        self.file = ROOT / path
        self.package = self.file.stem == "__init__"
        self.name = _module(Path(path))
        self.source = source

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != self.name:
            return None
        spec = importlib.util.spec_from_loader(name, self, origin=str(self.file), is_package=self.package)
        if spec is not None and self.package:
            spec.submodule_search_locations = [str(self.file.parent)]
        return spec

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.source, str(self.file), "exec"), module.__dict__)


def survivors(made: Sequence[Mutant], tests: Sequence[str]) -> list[Mutant]:
    """Those with which the tests pass, each in a process of its own, as many at once as there are processors."""
    found: list[Mutant] = []
    running: dict[int, Mutant] = {}
    waiting = list(reversed(made))
    gc.freeze()
    while waiting or running:
        while waiting and len(running) < (os.cpu_count() or 1):
            mutant = waiting.pop()
            child = os.fork()
            if child == 0:
                status = 2
                try:
                    status = _run(mutant, tests)
                except BaseException:
                    status = 1  # however it fails, it is noticed
                finally:
                    os._exit(status)
            running[child] = mutant
        child, ended = os.wait()
        mutant = running.pop(child)
        if os.waitstatus_to_exitcode(ended) == 0:
            found.append(mutant)
    return found


@cache
def _imports() -> dict[str, set[str]]:
    """What every module of the package imports, by name."""
    found: dict[str, set[str]] = {}
    for path in (ROOT / "symjac").rglob("*.py"):
        names = found[_module(path.relative_to(ROOT))] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
    return found


@cache
def _users(path: str) -> frozenset[str]:
    """The module and all that use it, which are loaded again; the package itself, which holds nothing, is not."""
    users = {_module(Path(path))}
    while more := {name for name, used in _imports().items() if name not in users and not used.isdisjoint(users)}:
        users |= more
    return frozenset(users - {"symjac"})


def _module(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _run(mutant: Mutant, tests: Sequence[str]) -> int:
    signal.alarm(SECONDS)
    if mutant.path.startswith(TABLES):
        # Who uses a rule finds it in a table, into which the module enters it again; a row it lacks is to be missing.
        if mutant.path.endswith("assumptions.py"):
            importlib.import_module("symjac.kernel").ASSUMES.clear()
        exec(compile(mutant.source, mutant.path, "exec"), vars(sys.modules[_module(Path(mutant.path))]))
        return _test(tests)
    for name in _users(mutant.path):
        sys.modules.pop(name, None)
        parent, _, own = name.rpartition(".")
        vars(sys.modules.get(parent, symjac)).pop(own, None)
    sys.meta_path.insert(0, Loader(mutant.path, mutant.source))
    for name in [n for n in sys.modules if n.startswith("tests.")]:
        del sys.modules[name]
    return _test(tests)


def _test(tests: Sequence[str]) -> int:
    """0 where all tests pass; what a failing test raises is raised."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for path in tests:
            for test, arguments in _cases(importlib.import_module(_module(Path(path)))):
                test(**arguments)
    return 0


def _cases(module: ModuleType) -> Iterator[tuple[Callable[..., object], dict[str, object]]]:
    """The test functions of a module with their arguments, without what pytest does around them, which takes longer.

    :raises TypeError: where a test wants a fixture that is not known here.
    """
    for name, function in list(vars(module).items()):
        marks = {m.name for m in getattr(function, "pytestmark", ())}
        if not name.startswith("test_") or not callable(function) or "slow" in marks:
            continue
        wanted = [m for m in getattr(function, "pytestmark", ()) if m.name == "parametrize"]
        for chosen in product(*(list(m.args[1]) for m in wanted)):
            arguments: dict[str, object] = {}
            for mark, value in zip(wanted, chosen, strict=True):
                names = mark.args[0].split(",") if isinstance(mark.args[0], str) else mark.args[0]
                values = value.values if isinstance(value, PARAM) else (value,) if len(names) == 1 else value
                arguments |= zip((n.strip() for n in names), values, strict=True)
            with pytest.MonkeyPatch.context() as patch:
                if "monkeypatch" in function.__code__.co_varnames[: function.__code__.co_argcount]:
                    arguments["monkeypatch"] = patch
                yield function, arguments


def main(layers: Sequence[str]) -> int:
    unknown = [name for name in layers if name not in LAYERS]
    if unknown or not layers:
        print(f"usage: python tests/mutants.py {' '.join(f'[{name}]' for name in LAYERS)}", file=sys.stderr)
        return 2
    if Path(symjac.__file__).resolve().parent != ROOT / "symjac":
        print(f"another symjac is in the way: {symjac.__file__}", file=sys.stderr)
        return 2
    failed = False
    for layer in layers:
        tests = LAYERS[layer][1]
        _test(tests)  # they pass without a change, and what they remember is there for every process
        made = list(mutants(layer))
        survived = sorted(survivors(made, tests), key=lambda m: (m.path, m.line))
        print(f"{layer}: {len(made)} mutants, {len(survived)} survive", flush=True)
        for m in survived:
            reason = REASONS.get(m.key)
            failed = failed or reason is None
            print(f"  {m.path}:{m.line} {m.place}: {m.change}\n    {reason or 'NO REASON IS GIVEN'}")
        idle = {k for k in REASONS if k.split(":")[0] in {m.path for m in made}} - {m.key for m in survived}
        for key in sorted(idle):
            failed = True
            print(f"  a reason is given for what does not survive: {key}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
