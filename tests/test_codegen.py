"""The emitted source."""

from __future__ import annotations

import ast
import keyword
import re
import sys
import types
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import symjac
from symjac import cells, expr
from symjac.codegen import TARGETS, Source, emit, emit_expression, emit_step
from symjac.codegen.names import Names
from symjac.errors import DefinitionError, NotYetError
from symjac.expr import ONE, Apply, Diag, Expr, Function, Hadamard, Number, Ones, Product, Sum, Symbol, Transpose, dim
from symjac.functions import ACTIVATIONS

N, M = dim("n"), dim("m")
W, V, A = Symbol("W", (N, M)), Symbol("V", (M, M)), Symbol("A", (M, N))
X, B, C = Symbol("x", (M, ONE)), Symbol("b", (N, ONE)), Symbol("c")
SIGMA = Function(r"\sigma")
MINUS = Number(-1)

SYSTEMS: dict[str, tuple[list[str], str, dict[str, str]]] = {
    "founding": ([r"x_t = W \sigma(x_{t-1}) + W_{in} u_t + b"], "x_{t-1}", {}),
    "post-activation": ([r"h_t = \tanh(W h_{t-1} + U x_t + b)"], "h_{t-1}", {}),
    "rectangular": ([r"y = W \sigma(V x)"], "x", {}),
    "softmax": ([r"y = \operatorname{softmax}(W x)"], "x", {}),
    "quadratic": ([r"L = \frac{1}{2} x^\top A x"], "x", {}),
    "by a matrix": ([r"L = a^\top W b"], "W", {}),
    "norm": ([r"L = \|W x - b\|^2"], "W", {}),
    "unit": ([r"y = \frac{x}{\|x\|}"], "x", {}),
    "inverse": (["y = A^{-1} x"], "x", {}),
    "defined function": ([r"\sigma(z) = \frac{1}{1+e^{-z}}", r"y = W \sigma(x)"], "x", {}),
    "identity": (["y = x + b"], "x", {}),
    "zero": (["y = W u"], "x", {"x": "vector m", "W": "matrix n m"}),
    "gelu": ([r"y = W \operatorname{gelu}(x)"], "x", {}),
    "by a scalar": ([r"y = c x"], "c", {"c": "scalar", "x": "vector n"}),
    "scalar by scalar": ([r"y = c^2"], "c", {"c": "scalar", "y": "scalar"}),
    "mean": ([r"L = \frac{1}{n} \mathbf{1}^\top x"], "x", {"x": "vector n", "L": "scalar"}),
    "outer": ([r"y = a b^\top x"], "x", {}),
    "gated": ([r"z = \sigma(U x)", r"y = z \odot \tanh(W x) + (1 - z) \odot x"], "x", {}),
}


def jacobian(name: str) -> symjac.jacobians.Jacobian:
    texts, wrt, symbols = SYSTEMS[name]
    return symjac.System(*texts, symbols=symbols).jacobian(wrt=wrt)


def arguments(source: Source, J: Any, sizes: dict[str, int], rng: np.random.Generator) -> dict[str, Any]:
    shapes = {i.symbol.name: i.symbol.shape for i in J.system.symbols.values()} | {J.wrt.name: J.wrt.shape}
    known: dict[str, Any] = {
        r"\sigma": np.sin,
        r"\sigma'": np.cos,
        r"\sigma''": lambda z: -np.sin(z),
    }
    letters = {expr.dim(k): v for k, v in sizes.items()}
    out: dict[str, Any] = {}
    for python, latex in source.arguments.items():
        if latex in known:
            out[python] = known[latex]
        elif latex in shapes:
            shape = tuple(int(s.xreplace(letters)) for s in shapes[latex] if s != 1)
            out[python] = rng.uniform(0.2, 1.0, shape) * rng.choice([-1, 1], shape)
        elif latex in sizes:
            out[python] = sizes[latex]
        else:
            out[python] = known[r"\sigma" + "'" * latex.count("'")]
    return out


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("sizes", [{"n": 1, "m": 1}, {"n": 2, "m": 3}, {"n": 4, "m": 2}], ids=str)
def test_emitted_jacobian_meets_differences(name: str, sizes: dict[str, int]) -> None:
    """The emitted Jacobian is the derivative of the emitted step, in both layouts, at every size."""
    J = jacobian(name)
    letters = {s.name for i in J.system.symbols.values() for d in i.symbol.shape for s in d.free_symbols}
    at = {k: sizes.get(k, 3) for k in letters}
    step = emit_step(J.system, J.of, cut=J.wrt)
    f = step.load()
    values = arguments(emit(J), J, at, np.random.default_rng(1)) | arguments(step, J, at, np.random.default_rng(2))
    by = next((p for p, latex in step.arguments.items() if latex == J.wrt.name), None)
    shape = tuple(int(s.xreplace({expr.dim(k): expr.dim(v) for k, v in at.items()})) for s in J.shape)
    if by is None:
        wanted = np.zeros(shape)
    else:
        x = np.array(values[by], dtype=float)
        columns = []
        for k in range(x.size):
            moved = []
            for h in (1e-6, -1e-6):
                y = x.copy().ravel()
                y[k] += h
                moved.append(np.ravel(f(**{p: values[p] for p in step.arguments} | {by: y.reshape(x.shape)})))
            columns.append((moved[0] - moved[1]) / 2e-6)
        wanted = np.array(columns).reshape(x.shape).T if x.ndim == 2 else np.stack(columns, axis=1)
    for layout, meant in (("numerator", wanted), ("denominator", wanted.T)):
        source = emit(J, layout=layout)
        told = source.load()(**{p: values[p] for p in source.arguments})
        assert told.shape == meant.shape
        assert told == pytest.approx(meant, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("name", [n for n in dir(cells) if hasattr(getattr(cells, n), "equations")])
@pytest.mark.parametrize("target", TARGETS)
def test_cells_are_emitted_once_over(name: str, target: str) -> None:
    """Every cell has source for every target; it computes no gate twice and multiplies by no diagonal matrix."""
    system = symjac.System(getattr(cells, name))
    earlier = [i.symbol for i in system.symbols.values() if i.time and i.time.offset == -1]
    for wrt in earlier or [i.symbol for i in system.symbols.values() if i.role == "vector"][:1]:
        code = emit(system.jacobian(system.outputs[0], wrt=wrt), target=target).code
        tree = ast.parse(code)
        assigned = [
            t.id for a in ast.walk(tree) if isinstance(a, ast.Assign) for t in a.targets if isinstance(t, ast.Name)
        ]
        assert len(assigned) == len(set(assigned))
        assert not re.search(r"@ \w+\.diag\(|diag\([^()]*\) @", code)


FORMS: dict[str, tuple[Expr, str]] = {
    "columns": (Product(W, Diag(X)), "W * x[None, :]"),
    "rows": (Product(Diag(B), W), "b[:, None] * W"),
    "both": (Product(Diag(B), W, Diag(X)), "b[:, None] * W * x[None, :]"),
    "sum of diagonals": (Sum(Diag(X), Diag(X)), "np.diag(x + x)"),
    "identity": (Sum(expr.Identity(M), V), "np.eye(m) + V"),
    "constant": (Diag(Product(Number(2), Ones(M))), "2 * np.eye(m)"),
    "ones broadcast": (Product(Diag(Sum(Ones(N), Product(MINUS, B))), W), "(1 - b)[:, None] * W"),
    "outer": (Product(B, Transpose(X)), "b[:, None] * x[None, :]"),
    "vectors first": (Product(W, V, X), "(W @ (V @ x))[:, None]"),
    "row of sums": (Product(Transpose(Ones(N)), W), "np.sum(W, 0)[None, :]"),
    "sum": (Product(Transpose(Ones(M)), X), "np.asarray(np.sum(x))[None, None]"),
    "transposed": (Transpose(W), "W.T"),
    "scalar": (Product(C, W), "c * W"),
    "half": (Product(Number(1), expr.EntryPower(C, Number(-1)), W), "1 / c * W"),
    "zero": (expr.Zero(N, M), "np.zeros((n, m))"),
    "stack": (expr.Stack(V, V), "np.concatenate([V, V])"),
    "trace": (Product(expr.Trace(V), W), "np.trace(V) * W"),
    "trace of a diagonal": (Product(expr.Trace(Diag(X)), W), "np.sum(x) * W"),
    "hadamard": (Hadamard(W, W), "W * W"),
    "unspecified": (Diag(Apply(SIGMA.derivative(), X)), "np.diag(dsigma(x))"),
    "second": (Diag(Apply(SIGMA.derivative().derivative(), X)), "np.diag(d2sigma(x))"),
}


@pytest.mark.parametrize(("e", "code"), FORMS.values(), ids=FORMS)
def test_forms(e: Expr, code: str) -> None:
    """Diagonals scale, vectors stay vectors, and the code is what one would write."""
    source = emit_expression(e, symbols=[W, X, B])
    assert source.code.splitlines()[-1] == f"    return {code}"
    source.load()


def test_arguments_of_the_founding_form() -> None:
    """The founding Jacobian's arguments are named as the contract says, sigma itself being optional."""
    source = emit(jacobian("founding"))
    assert source.arguments == {"W": "W", "x_tm1": "x_{t-1}", "sigma": r"\sigma", "dsigma": r"\sigma'"}
    f = source.load()
    w, x = np.array([[2.0]]), np.array([0.5])
    assert f(W=w, x_tm1=x, dsigma=np.cos) == f(W=w, x_tm1=x, dsigma=np.cos, sigma=np.sin) == 2 * np.cos(0.5)


def test_sources_are_deterministic() -> None:
    """Emitting twice gives the same text."""
    assert emit(jacobian("gated")).code == emit(jacobian("gated")).code


def test_repeated_parts_are_computed_once() -> None:
    """W x + b that occurs in two factors is computed once."""
    a = Sum(Product(W, X), B)
    code = emit_expression(Product(Diag(Hadamard(Apply(SIGMA, a), Apply(SIGMA.derivative(), a))), W)).code
    assert code.count("W @ x") == 1


@pytest.mark.parametrize(
    "latex", [r"\lambda", "print", r"\mathrm{import}", "np", "x'", "W_{in}", r"\alpha^{(l)}", "jacobian", "1"]
)
def test_names_are_identifiers_and_no_keywords(latex: str) -> None:
    """A name from LaTeX is an identifier that shadows neither keywords nor built-ins."""
    name = Names()[latex]
    assert name.isidentifier()
    assert not keyword.iskeyword(name)
    assert name not in ("print", "np", "jacobian")


def test_names_are_injective() -> None:
    """Different LaTeX names never share a Python name."""
    names = Names()
    latex = ["x_{t-1}", "x_{tm1}", "x_t", r"\mathbf{x}_t", r"\tilde{x}_t", "x_{t+1}", "x^{t}", "lambda", r"\lambda"]
    assert len({names[name] for name in latex}) == len(latex)


HOSTILE = ['"""', "'", "\\", "x\n    import os", "__import__('os').system('x')", "é", "x;y", "#", "{a}", "{0}", "%s"]


@pytest.mark.parametrize("text", HOSTILE)
def test_names_cannot_inject_code(text: str) -> None:
    """Whatever a symbol or function is called, only letters, digits and underscores of it reach the source."""
    w, f = Symbol(text, (N, M)), Function(text + "f")
    source = emit_expression(
        Product(w, Diag(Apply(f.derivative(), X))), about=(text, text, "numerator"), definitions={}
    )
    tree = ast.parse(source.code)
    assert [type(n).__name__ for n in tree.body] == ["Import", "FunctionDef"]
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
    assert len(calls) == 1
    source.load()


@pytest.mark.parametrize(
    "code",
    [
        "def jacobian():\n    return ().__class__\n",
        "def jacobian():\n    return [x for x in ()]\n",
        "def jacobian():\n    return (lambda: 0)()\n",
        "while True:\n    pass\n",
        "class A:\n    pass\n",
    ],
)
def test_source_that_is_no_arithmetic_is_not_run(code: str) -> None:
    """Source with loops, classes, lambdas or dunder attributes is refused before it runs."""
    with pytest.raises(DefinitionError):
        Source(code, {}, "jacobian").load()


def test_numbers_are_exact_or_floats() -> None:
    """Rationals are quotients of integers; giant ones become floats rather than object arrays."""
    assert "1 / 3 * W" in emit_expression(Product(Number(Fraction(1, 3)), W)).code
    assert "1e+40 * W" in emit_expression(Product(Number(10**40), W)).code


def test_sizes_come_from_shapes() -> None:
    """A size that only a sum of sizes tells is computed from it; one that nothing tells becomes an argument."""
    stacked = Symbol("S", (N, N + M))
    code = emit_expression(Sum(expr.Identity(M), expr.Zero(M, M)), symbols=[stacked]).code
    assert "m = S.shape[1] - (n)" in code
    assert code.index("n = S.shape[0]") < code.index("m = S.shape[1]")
    alone = emit_expression(expr.Identity(M))
    assert alone.arguments == {"m": "m"}
    assert alone.load()(m=2).tolist() == [[1, 0], [0, 1]]


def test_jax_source_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The JAX source runs over anything that has NumPy's functions."""
    jax = types.ModuleType("jax")
    jax.numpy = np  # type: ignore[attr-defined]  # a stand-in
    monkeypatch.setitem(sys.modules, "jax", jax)
    monkeypatch.setitem(sys.modules, "jax.numpy", np)
    J = jacobian("gated")
    source = emit(J, target="jax")
    values = arguments(source, J, {"n": 3}, np.random.default_rng(0))
    assert "np." not in source.code.replace("jnp.", "")
    assert source.load()(**values) == pytest.approx(emit(J).load()(**values))


CELLS = [name for name in dir(cells) if hasattr(getattr(cells, name), "equations")]


def _cell(name: str) -> symjac.jacobians.Jacobian:
    c = getattr(cells, name)
    return symjac.System(c).jacobian(c.of, wrt=c.wrt)


@pytest.mark.parametrize("name", [*SYSTEMS, *CELLS])
@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_jax_source_is_numpy_source_with_another_module(name: str, layout: str) -> None:
    """But for the imports the JAX function is the NumPy function, which the checks run, under the name jnp."""
    J = _cell(name) if name in CELLS else jacobian(name)
    sources = {target: emit(J, layout=layout, target=target) for target in ("numpy", "jax")}
    functions = {
        t: next(d for d in ast.parse(s.code).body if isinstance(d, ast.FunctionDef)) for t, s in sources.items()
    }
    for node in ast.walk(functions["jax"]):
        assert not (isinstance(node, ast.Name) and node.id == "np")
        if isinstance(node, ast.Name) and node.id == "jnp":
            node.id = "np"
    assert ast.dump(functions["jax"]) == ast.dump(functions["numpy"])
    assert sources["jax"].arguments == sources["numpy"].arguments


def _on(target: str, to: Callable[[Any], Any], apply: dict[Any, Any]) -> None:
    for name in (*SYSTEMS, *CELLS):
        J = _cell(name) if name in CELLS else jacobian(name)
        for layout in ("numerator", "denominator"):
            source = emit(J, target=target, layout=layout)
            letters = {s.name for i in J.system.symbols.values() for d in i.symbol.shape for s in d.free_symbols}
            values = arguments(
                source, J, {"n": 3, "m": 2} | dict.fromkeys(letters - {"n", "m"}, 4), np.random.default_rng(0)
            )
            values = {
                k: abs(v) if isinstance(v, np.ndarray | float) else v for k, v in values.items()
            }  # some are roots
            wanted = emit(J, layout=layout).load()(**values)
            moved = {k: to(v) if isinstance(v, np.ndarray | float) else apply.get(v, v) for k, v in values.items()}
            told = np.asarray(source.load()(**moved))
            assert told.shape == wanted.shape, name
            assert told == pytest.approx(wanted, rel=1e-5, abs=1e-6), name


@pytest.mark.torch
def test_torch_source_agrees_with_numpy() -> None:
    """On every system here and every cell, in both layouts, the PyTorch source gives the NumPy source's numbers."""
    torch = pytest.importorskip("torch")
    _on("torch", torch.tensor, {np.sin: torch.sin, np.cos: torch.cos})


@pytest.mark.jax
def test_jax_source_agrees_with_numpy() -> None:
    """On every system here and every cell, in both layouts, the JAX source gives the NumPy source's numbers."""
    jnp = pytest.importorskip("jax.numpy")
    _on("jax", jnp.asarray, {np.sin: jnp.sin, np.cos: jnp.cos})


def test_activations_are_zero_at_kinks() -> None:
    """The emitted derivative of relu and abs is 0 at the kink."""
    for key in ("relu", "leaky_relu", "abs"):
        e = Diag(Apply(ACTIVATIONS[key].function.derivative(), X))
        assert emit_expression(e).load()(x=np.zeros(2)).tolist() == [[0, 0], [0, 0]]


def test_what_has_no_code_is_refused() -> None:
    """A node that is no computation, such as an unresolved derivative, is refused by name."""
    for e in (expr.Partial(B, X), expr.Differential(X), expr.Delta(1, 2)):
        with pytest.raises(NotYetError):
            emit_expression(e)


def test_a_definition_with_an_unknown_function_is_refused_with_a_declaration_that_works() -> None:
    """Its program would call what nobody defines."""
    equations = [r"\phi(x) = x \sigma(x)", r"h = \phi(W x)"]
    with pytest.raises(DefinitionError, match="nothing is known") as error:
        symjac.System(*equations).jacobian("h", wrt="x").latex()
    assert error.value.hint == r'declare it, as in "\sigma: elementwise sigmoid"'
    known = symjac.System(*equations, symbols={r"\sigma": "elementwise sigmoid"})
    assert known.jacobian("h", wrt="x").latex()
