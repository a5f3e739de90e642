"""The architecture as tests: who may import whom, who prints, who touches latex2sympy2."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from pathlib import Path

import symjac

ROOT = Path(symjac.__file__).parent

# A module imports from earlier lines only; the modules on one line know nothing of each other.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("errors", "cells"),
    ("problem",),
    ("expr",),
    ("kernel", "linear", "functions"),
    ("signs", "ranges", "composite"),
    ("limits",),
    ("deadline",),
    ("interchange",),
    ("entries",),
    ("normal", "values"),
    ("rules",),
    ("hypotheses",),
    ("typeset",),
    ("reading",),
    ("recurrence",),
    ("timing",),
    ("differentiate",),
    ("tidy",),
    ("abbreviate",),
    ("derivation",),
    ("unroll", "vectorised"),
    ("explicit", "codegen", "second_reader", "factoring"),
    ("bptt", "bounds"),
    ("hessian",),
    ("confirm",),
    ("claims",),
    ("narrative",),
    ("documents",),
    ("preview",),
    ("pages", "formats"),
    ("result",),
    ("results", "jacobians"),
    ("system",),
    ("papers",),
    ("notebook",),
    ("cli",),
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}

MODULES = sorted(p for p in ROOT.rglob("*.py") if p.parent != ROOT or p.stem not in ("__init__", "__main__"))


def layer_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> Iterator[str]:
    """Every imported module, also inside functions and for annotations alone.

    What ``from symjac import x`` brings counts as ``symjac.x``.
    """
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            if node.module == "symjac":
                yield from (f"symjac.{alias.name}" for alias in node.names)
            else:
                yield node.module
        else:
            yield from imports(node)


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def offenders(found: Callable[[Path], Collection[object]]) -> dict[str, Collection[object]]:
    """What is found in each module, where anything is."""
    return {str(path.relative_to(ROOT)): what for path in MODULES if (what := found(path))}


def wrong_imports(layer: str, tree: ast.AST) -> list[str]:
    found = []
    for name in imports(tree):
        parts = name.split(".")
        if parts[0] != "symjac" or parts[1:2] in ([], ["__version__"]) or parts[1] == layer:
            continue
        if LEVEL[parts[1]] >= LEVEL[layer]:
            found.append(name)
    return found


def test_a_module_imports_only_from_earlier_layers() -> None:
    """No module imports from its own line of the list of layers or from a later one."""
    assert {layer_of(path) for path in MODULES} <= set(LEVEL), "a new module takes its place in LAYERS"
    assert offenders(lambda path: wrong_imports(layer_of(path), parse(path))) == {}


def file_of(name: str) -> Path | None:
    """The file of a module's name; ``None`` if it is no module but something in one."""
    path = ROOT.parent.joinpath(*name.split("."))
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.exists()), None)


def needed(path: Path) -> set[Path]:
    """The files that a file imports, also inside functions and for annotations alone."""
    names: set[str] = set()
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {name for name in inner if file_of(name)}
            # `from package import module` needs the module; what else is imported is needed from the package itself.
            names |= {node.module} if any(not file_of(name) for name in inner) else set()
    return {p for name in names if name.startswith("symjac.") and (p := file_of(name)) is not None}


def circles(graph: Mapping[Path, set[Path]]) -> list[list[str]]:
    """The circles in which files import one another, as far as a depth-first search meets them."""
    found: list[list[str]] = []
    done: set[Path] = set()

    def visit(path: Path, way: list[Path]) -> None:
        if path in way:
            found.append([p.stem if p.stem != "__init__" else p.parent.name for p in way[way.index(path) :]])
        elif path not in done:
            for other in sorted(graph.get(path, ())):
                visit(other, [*way, path])
            done.add(path)

    for path in sorted(graph):
        visit(path, [])
    return found


def test_no_files_import_each_other_in_a_circle() -> None:
    """Within a layer too, imports go one way; an import inside a function or for annotations hides no circle."""
    assert circles({path: needed(path) for path in MODULES}) == []


def test_a_circle_is_noticed() -> None:
    """The check above sees a circle of two files and one of three."""
    a, b, c, d = (Path(f"{name}.py") for name in "abcd")
    assert circles({a: {b}, b: {c}, c: set(), d: {a}}) == []
    assert circles({a: {b}, b: {a}, c: set()}) == [["a", "b"]]
    assert circles({a: {b, d}, b: {c}, c: {a}}) == [["a", "b", "c"]]


def test_an_import_from_a_later_layer_is_noticed() -> None:
    """The check above sees an upward import at module level and inside a function."""
    source = "from symjac.cli import main\ndef f():\n    import symjac.documents.html\n"
    assert wrong_imports("normal", ast.parse(source)) == ["symjac.cli", "symjac.documents.html"]
    assert wrong_imports("jacobians", ast.parse(source)) == ["symjac.cli"]


def test_only_the_second_reader_touches_latex2sympy2() -> None:
    """latex2sympy2 keeps global state and misreads user text, so one module alone imports it."""

    def touched(path: Path) -> set[str]:
        return {name for name in imports(parse(path)) if name.split(".")[0] == "latex2sympy2"}

    assert {Path(name).parts[0].removesuffix(".py") for name in offenders(touched)} == {"second_reader"}


def test_nothing_a_user_types_is_run_as_code() -> None:
    """No module calls eval, exec, sympify or parse_expr, and only the command line prints.

    The one exception is where emitted source, which holds no text of a user's, is loaded to be checked by numbers.
    """

    def forbidden(path: Path) -> set[str]:
        called = {
            node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            for node in ast.walk(parse(path))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
        }
        names = {"eval", "exec", "sympify", "parse_expr"} | (set() if layer_of(path) == "cli" else {"print"})
        return called & names

    assert offenders(forbidden) == {str(Path("codegen") / "__init__.py"): {"exec"}}


CHECKED_LINES = {"narrative/teller.py", "narrative/sheet.py"}


def built_lines(tree: ast.AST) -> list[int]:
    """Where a row of a page is made, or its sides are replaced."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        sides = {"lhs", "rhs", "relation"} & {k.arg for k in node.keywords if k.arg is not None}
        if name == "Line" or (name == "replace" and (sides or any(k.arg is None for k in node.keywords))):
            found.append(node.lineno)
    return found


def test_rows_of_a_page_come_from_those_who_check_them() -> None:
    """Only the teller and the sheet make rows, from pairs they have compared or from definitions."""

    def rows(path: Path) -> list[int]:
        return built_lines(parse(path)) if layer_of(path) in ("narrative", "documents") else []

    assert {Path(name).as_posix() for name in offenders(rows)} == CHECKED_LINES


def test_a_row_made_elsewhere_is_noticed() -> None:
    """The check above sees rows that are made and rows whose sides are changed, and lets labels be changed."""
    source = "Line(a, b)\nblocks.Line(a)\nreplace(r, rhs=a)\nreplace(r, label='x', end='.')\nreplace(r, **{'lhs': a})"
    assert built_lines(ast.parse(source)) == [1, 2, 3, 5]


def test_every_row_of_the_sheet_and_the_teller_is_checked() -> None:
    """A function that makes a row compares something first; the one exception hands a definition on."""
    unchecked = []
    for name in ("teller", "sheet"):
        tree = parse(ROOT / "narrative" / f"{name}.py")
        for f in ast.walk(tree):
            if isinstance(f, ast.FunctionDef) and built_lines(f):
                called = {
                    n.func.attr for n in ast.walk(f) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)
                }
                if not called & {"check", "_compare"}:
                    unchecked.append(f.name)
    assert unchecked == ["definition"]


def names_the_seal(tree: ast.AST) -> bool:
    """Whether a module speaks of what marks a statement as confirmed."""
    names = {
        n.id if isinstance(n, ast.Name) else n.attr for n in ast.walk(tree) if isinstance(n, ast.Name | ast.Attribute)
    }
    names |= {a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names}
    return "SEAL" in names


def test_only_the_door_knows_its_seal() -> None:
    """What marks a statement as confirmed is named where it is defined and where it is set, and nowhere else."""
    found = {path.relative_to(ROOT).as_posix() for path in MODULES if names_the_seal(parse(path))}
    assert found == {"confirm/confirmed.py", "confirm/__init__.py"}
