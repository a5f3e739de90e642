"""Random systems over the whole expression language, each typed by construction.

>>> generate(3).record["targets"] == generate(3).record["targets"]
True
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.problems.trees import KNOWN, Shape, Tree

SIZES: Mapping[str, int] = {"n": 3, "m": 2, "p": 4, "q": 5}

VECTORS = {
    "n": ["b", "v", r"\mathbf{g}", r"\mathbf{a}", "u_t", "w", r"\theta"],
    "m": ["s", "d", r"\hat{y}", "e_1"],
    "p": ["r", "s_0", "k", r"\tilde{c}"],
}
SCALARS = [r"\alpha", r"\lambda", r"\gamma", "c"]
EPSILON = r"\epsilon"  # the scalar that keeps roots off zero; oracles draw it positive
MATRICES = [
    "W",
    "U",
    "A",
    "B",
    "V",
    "M",
    "K",
    "Q",
    "W_{in}",
    "W_f",
    r"\mathbf{W}_{\mathrm{rec}}",
    "R_1",
    "P",
    r"\Gamma",
]
UNSPECIFIED = [r"\sigma", r"\phi", "f", r"\psi"]
DEFINED: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    r"\sigma(z) = \frac{1}{1 + e^{-z}}": (r"\sigma", lambda z: 1 / (1 + 2.718281828459045 ** (-z))),
    r"\phi(z) = z^3 - 2 z": (r"\phi", lambda z: z**3 - 2 * z),
    r"f(z) = \frac{z}{1 + z^2}": ("f", lambda z: z / (1 + z * z)),
}
STATES = ["x", "x_{t-1}", "h_{t-1}", r"\mathbf{x}", "z", r"\xi"]
RESULTS = ["y", "x_t", "h_t", r"\mathbf{y}", "o_t"]


@dataclass(frozen=True)
class Problem:
    """A problem record, and the trees that its equations were printed from."""

    record: dict[str, Any]
    equations: tuple[tuple[str, Tree], ...]
    shapes: Mapping[str, Shape]
    sizes: Mapping[str, int]
    functions: Mapping[str, Callable[[Any], Any] | None]  # None: unspecified
    of: str
    wrt: str


@dataclass
class _Maker:
    rng: random.Random
    wrt: str = ""
    wrt_shape: Shape = ()
    shapes: dict[str, Shape] = field(default_factory=dict)
    gates: dict[str, Shape] = field(default_factory=dict)
    functions: dict[str, Callable[[Any], Any] | None] = field(default_factory=dict)
    defined: str = ""
    dims: tuple[str, ...] = ("n", "m", "p")
    sharing: float = 0.4  # how often a symbol that is in use stands once more
    scalars: Mapping[str, Callable[[_Maker, int], Tree]] = field(default_factory=dict)  # further shapes
    vectors: Mapping[str, Callable[[_Maker, Shape, int], Tree]] = field(default_factory=dict)

    # -------------------------------------------------------------------------------------- leaves

    def symbol(self, shape: Shape) -> Tree:
        """A symbol of the shape: the variable, a gate, one that is in use, or a new one."""
        own = [s for s, other in {self.wrt: self.wrt_shape, **self.gates}.items() if other == shape]
        if own and self.rng.random() < 0.6:
            return Tree("symbol", (), shape, self.rng.choice(own))
        used = [s for s, other in self.shapes.items() if other == shape and s != self.wrt]
        pool = {0: SCALARS, 1: VECTORS.get(shape[0] if shape else "", []), 2: MATRICES}[len(shape)]
        fresh = [s for s in pool if s not in self.shapes and s not in self.gates and s != self.wrt]
        if used and (not fresh or self.rng.random() < self.sharing):
            name = self.rng.choice(used)
        elif fresh:
            name = self.rng.choice(fresh)
            self.shapes[name] = shape
        else:
            name = f"{'W' if len(shape) == 2 else 'a'}_{{{len(self.shapes)}}}"
            self.shapes[name] = shape
        return Tree("symbol", (), shape, name)

    def function(self) -> str:
        kind = self.rng.random()
        if self.defined and kind < 0.5:
            return next(name for text, (name, _) in DEFINED.items() if text == self.defined)
        if kind < 0.45:
            name = self.rng.choice(UNSPECIFIED)
            if name not in self.functions:
                self.functions[name] = None
            return name
        name = self.rng.choice(list(KNOWN))
        self.functions[name] = KNOWN[name]
        return name

    # ------------------------------------------------------------------------------------- scalars

    def scalar(self, depth: int) -> Tree:
        if depth <= 0:
            return self.symbol(())
        d = self.rng.choice(self.dims)
        kinds = ["symbol", "inner", "norm", "squared norm", "mean", "total", "logsumexp", "apply", "trace"]
        kind = self.rng.choice([*kinds, "quadratic", "sum", "scale", "root", "quotient", "inner"])
        if self.scalars and self.rng.random() < 0.4:
            return self.scalars[self.rng.choice(list(self.scalars))](self, depth)
        vector = (d,)
        if kind == "symbol":
            return self.symbol(())
        if kind == "inner":
            return Tree("inner", (self.vector(vector, depth - 1), self.vector(vector, depth - 1)))
        if kind == "quadratic":
            inner = Tree("matrix vector", (self.matrix((d, d), depth - 2), self.vector(vector, depth - 2)), vector)
            return Tree("inner", (self.vector(vector, depth - 2), inner))
        if kind in ("norm", "squared norm", "mean", "logsumexp", "total"):
            return Tree(kind, (self.vector(vector, depth - 1),))
        if kind == "trace":
            return Tree("trace", (self.matrix((d, d), depth - 1),))
        if kind == "apply":
            return Tree("apply", (self.scalar(depth - 1),), (), self.function())
        if kind == "sum":
            return Tree(self.rng.choice(["add", "subtract"]), (self.scalar(depth - 1), self.scalar(depth - 1)))
        if kind == "scale":
            return Tree("scale", (self.scalar(depth - 1), self.scalar(depth - 1)))
        if kind == "root":
            return Tree("root", (self.positive(depth - 1),))
        return Tree("fraction", (self.scalar(depth - 1), self.positive(depth - 1)))

    def positive(self, depth: int) -> Tree:
        d = self.rng.choice(self.dims)
        one = Tree("number", name="1")
        return Tree("add", (one, Tree("squared norm", (self.vector((d,), depth - 1),))))

    # ------------------------------------------------------------------------------------- vectors

    def vector(self, shape: Shape, depth: int) -> Tree:
        if depth <= 0:
            return self.symbol(shape)
        kinds = ["apply", "apply", "matrix vector", "matrix vector", "matrix vector", "add", "add", "subtract"]
        kinds += ["hadamard", "scale", "softmax", "square", "cube", "one minus", "diag", "fraction", "centred"]
        kinds += ["entrywise quotient", "outer", "stack", "symbol", "standardised"]
        kind = self.rng.choice(kinds)
        if self.vectors and self.rng.random() < 0.4:
            return self.vectors[self.rng.choice(list(self.vectors))](self, shape, depth)
        less = depth - 1
        if kind == "symbol":
            return self.symbol(shape)
        if kind == "apply":
            return Tree("apply", (self.vector(shape, less),), shape, self.function())
        if kind == "matrix vector":
            d = self.rng.choice(self.dims)
            return Tree(kind, (self.matrix((*shape, d), depth - 2), self.vector((d,), less)), shape)
        if kind in ("add", "subtract", "hadamard"):
            return Tree(kind, (self.vector(shape, less), self.vector(shape, less)), shape)
        if kind == "scale":
            return Tree(kind, (self.scalar(less), self.vector(shape, less)), shape)
        if kind in ("softmax", "one minus"):
            return Tree(kind, (self.vector(shape, less),), shape)
        if kind in ("square", "cube"):
            return Tree(kind, (self.vector(shape, less),), shape)
        if kind == "diag":
            left = Tree("diag", (self.vector(shape, less),), (*shape, *shape))
            return Tree("matrix vector", (left, self.vector(shape, less)), shape)
        if kind == "fraction":
            return Tree(kind, (self.vector(shape, less), self.positive(less)), shape)
        if kind == "centred":
            v = self.vector(shape, less)
            return Tree(kind, (v, v), shape)
        if kind == "standardised":
            v = self.vector(shape, depth - 3)
            c = Tree("centred", (v, v), shape)
            spread = Tree("add", (Tree("number", name="1"), Tree("mean", (Tree("square", (c,), shape),))))
            return Tree("fraction", (c, Tree("root", (spread,))), shape)
        if kind == "entrywise quotient":
            one = Tree("number", name="1")
            safe = Tree("add", (one, Tree("square", (self.vector(shape, less),), shape)), shape)
            return Tree(kind, (self.vector(shape, less), safe), shape)
        if kind == "outer":
            d = self.rng.choice(self.dims)
            o = Tree("outer", (self.vector(shape, less), self.vector((d,), less)), (*shape, d))
            return Tree("matrix vector", (o, self.vector((d,), less)), shape)
        a, b = self.rng.choice(self.dims), self.rng.choice(self.dims)
        both = f"{a}+{b}"
        stack = Tree("stack", (self.vector((a,), less), self.vector((b,), less)), (both,))
        return Tree("matrix vector", (self.symbol((*shape, both)), stack), shape)

    # ------------------------------------------------------------------------------------ matrices

    def matrix(self, shape: Shape, depth: int) -> Tree:
        if depth <= 0:
            return self.symbol(shape)
        kinds = ["symbol", "symbol", "symbol", "transpose", "matrix matrix", "add", "subtract", "scale", "outer"]
        square = shape[0] == shape[1]
        kinds += ["diag", "skew", "shifted", "inverse"] if square else []
        kind = self.rng.choice(kinds)
        less = depth - 1
        if kind == "symbol":
            return self.symbol(shape)
        if kind == "transpose":
            return Tree(kind, (self.matrix((shape[1], shape[0]), less),), shape)
        if kind == "matrix matrix":
            d = self.rng.choice(self.dims)
            return Tree(kind, (self.matrix((shape[0], d), less), self.matrix((d, shape[1]), less)), shape)
        if kind in ("add", "subtract"):
            return Tree(kind, (self.matrix(shape, less), self.matrix(shape, less)), shape)
        if kind == "scale":
            return Tree(kind, (self.scalar(less), self.matrix(shape, less)), shape)
        if kind == "outer":
            return Tree(kind, (self.vector(shape[:1], less), self.vector(shape[1:], less)), shape)
        if kind == "diag":
            return Tree(kind, (self.vector(shape[:1], less),), shape)
        m = self.symbol(shape)
        transposed = Tree("transpose", (m,), shape)
        if kind == "skew":
            return Tree("subtract", (m, transposed), shape)
        if kind == "shifted":
            return Tree("subtract", (m, Tree("scale", (self.symbol(()), Tree("eye", (), shape)), shape)), shape)
        gram = Tree("matrix matrix", (m, transposed), shape)
        return Tree("inverse", (Tree("add", (Tree("eye", (), shape), gram), shape),), shape)


# ------------------------------------------------------------------------------------ tangled shapes


def _one() -> Tree:
    return Tree("number", name="1")


def _sums(make: Callable[[], Tree], shape: Shape, op: str, count: int) -> Tree:
    """A product of ``count`` sums of two, by ``op``."""
    out = Tree("add", (make(), make()), shape)
    for _ in range(count - 1):
        out = Tree(op, (Tree("add", (make(), make()), shape), out), shape)
    return out


def _nested_quotient(maker: _Maker, depth: int) -> Tree:
    """``a / (1 + b^2 / (1 + |v|^2))``: a quotient in a quotient's denominator."""
    square = maker.scalar(depth - 2)
    inner = Tree("fraction", (Tree("scale", (square, square)), maker.positive(depth - 2)))
    return Tree("fraction", (maker.scalar(depth - 2), Tree("add", (_one(), inner))))


def _softened_norm(maker: _Maker, v: Tree) -> Tree:
    return Tree("root", (Tree("add", (Tree("squared norm", (v,)), Tree("symbol", (), (), EPSILON))),))


def _trace_of_gram(maker: _Maker, depth: int) -> Tree:
    a, b = maker.rng.choice(maker.dims), maker.rng.choice(maker.dims)
    m = maker.matrix((a, b), depth - 2)
    return Tree("trace", (Tree("matrix matrix", (m, Tree("transpose", (m,), (b, a))), (a, a)),))


def _solved(maker: _Maker, depth: int) -> Tree:
    """``u^T (I + M M^T)^{-1} v``."""
    d = maker.rng.choice(maker.dims)
    m = maker.symbol((d, d))
    gram = Tree("matrix matrix", (m, Tree("transpose", (m,), (d, d))), (d, d))
    middle = Tree("inverse", (Tree("add", (Tree("eye", (), (d, d)), gram), (d, d)),), (d, d))
    right = Tree("matrix vector", (middle, maker.vector((d,), depth - 1)), (d,))
    return Tree("inner", (maker.vector((d,), depth - 1), right))


def _projected(maker: _Maker, depth: int) -> Tree:
    """``u^T v / v^T v``."""
    d = maker.rng.choice(maker.dims)
    u, v = maker.vector((d,), depth - 1), maker.vector((d,), depth - 2)
    return Tree("fraction", (Tree("inner", (u, v)), Tree("inner", (v, v))))


def _attention(maker: _Maker, shape: Shape, depth: int) -> Tree:
    """``V softmax(K^T q)``, the query scaled by a scalar half of the time."""
    d = maker.rng.choice(maker.dims)
    scores = Tree("matrix vector", (maker.matrix((d, *shape), 0), maker.vector(shape, depth - 2)), (d,))
    if maker.rng.random() < 0.5:
        scores = Tree("fraction", (scores, maker.positive(depth - 3)), (d,))
    return Tree("matrix vector", (maker.matrix((*shape, d), 0), Tree("softmax", (scores,), (d,))), shape)


def _soft_sum(maker: _Maker, depth: int) -> Tree:
    d = maker.rng.choice(maker.dims)
    return Tree("inner", (Tree("softmax", (maker.vector((d,), depth - 1),), (d,)), maker.vector((d,), depth - 1)))


def _softened(maker: _Maker, depth: int) -> Tree:
    return _softened_norm(maker, maker.vector((maker.rng.choice(maker.dims),), depth - 1))


def _normed(maker: _Maker, shape: Shape, depth: int) -> Tree:
    v = maker.vector(shape, depth - 2)
    below = _softened_norm(maker, v) if maker.rng.random() < 0.5 else Tree("norm", (v,))
    return Tree("fraction", (v, below), shape)


def _long_hadamard(maker: _Maker, shape: Shape, depth: int) -> Tree:
    out = maker.vector(shape, depth - 2)
    for _ in range(maker.rng.choice([2, 3, 4])):
        out = Tree("hadamard", (out, maker.vector(shape, depth - 3)), shape)
    return out


def _inner_factor(maker: _Maker, shape: Shape, depth: int) -> Tree:
    """``(u^T v) w``."""
    d = maker.rng.choice(maker.dims)
    inner = Tree("inner", (maker.vector((d,), depth - 2), maker.vector((d,), depth - 2)))
    return Tree("scale", (inner, maker.vector(shape, depth - 1)), shape)


def _scalar_gate(maker: _Maker, shape: Shape, depth: int) -> Tree:
    """``g v + (1 - g) w`` with a scalar gate."""
    gate = Tree("apply", (maker.scalar(depth - 2),), (), r"\operatorname{sigmoid}")
    maker.functions[r"\operatorname{sigmoid}"] = KNOWN[r"\operatorname{sigmoid}"]
    kept = Tree("scale", (gate, maker.vector(shape, depth - 1)), shape)
    return Tree(
        "add", (kept, Tree("scale", (Tree("one minus", (gate,)), maker.vector(shape, depth - 2)), shape)), shape
    )


TANGLED_SCALARS: Mapping[str, Callable[[_Maker, int], Tree]] = {
    "nested quotient": _nested_quotient,
    "softened norm": _softened,
    "trace of a Gram matrix": _trace_of_gram,
    "solved": _solved,
    "soft sum": _soft_sum,
    "product of sums": lambda m, depth: _sums(lambda: m.scalar(depth - 2), (), "scale", m.rng.choice([2, 3])),
    "logarithm": lambda m, depth: Tree("log", (m.positive(depth - 1),)),
    "quotient of inner products": _projected,
}
TANGLED_VECTORS: Mapping[str, Callable[[_Maker, Shape, int], Tree]] = {
    "attention": _attention,
    "normed": _normed,
    "long Hadamard product": _long_hadamard,
    "inner product as factor": _inner_factor,
    "scalar gate": _scalar_gate,
    "product of sums": lambda m, shape, depth: _sums(
        lambda: m.vector(shape, depth - 2), shape, "hadamard", m.rng.choice([2, 3])
    ),
    "softmax": lambda m, shape, depth: Tree("softmax", (m.vector(shape, depth - 1),), shape),
}


# ------------------------------------------------------------------------------ constants in formulas


def _shifted(maker: _Maker, v: Tree) -> Tree:
    """``v + c 1``."""
    ones = Tree("ones", (), v.shape)
    return Tree("add", (v, Tree("scale", (maker.symbol(()), ones), v.shape)), v.shape)


def _shifted_matrix(maker: _Maker, depth: int) -> Tree:
    """``M + c I``."""
    d = maker.rng.choice(maker.dims)
    eye = Tree("scale", (maker.scalar(depth - 2), Tree("eye", (), (d, d))), (d, d))
    return Tree("add", (maker.matrix((d, d), depth - 1), eye), (d, d))


def _of_shifted(op: str) -> Callable[[_Maker, int], Tree]:
    return lambda m, depth: Tree(op, (_shifted(m, m.vector((m.rng.choice(m.dims),), depth - 1)),))


def _between_ones(maker: _Maker, depth: int) -> Tree:
    """``1^T (M + c I) 1``."""
    m = _shifted_matrix(maker, depth)
    d = m.shape[:1]
    return Tree("total", (Tree("matrix vector", (m, Tree("ones", (), d)), d),))


def _of_diagonal(maker: _Maker, depth: int) -> Tree:
    v = _shifted(maker, maker.vector((maker.rng.choice(maker.dims),), depth - 1))
    return Tree("trace", (Tree("diag", (v,), (*v.shape, *v.shape)),))


def _of_stack(maker: _Maker, depth: int) -> Tree:
    a, b = (_shifted(maker, maker.vector((maker.rng.choice(maker.dims),), depth - 2)) for _ in range(2))
    return Tree("total", (Tree("stack", (a, b), (f"{a.shape[0]}+{b.shape[0]}",)),))


CONSTANT_SCALARS: Mapping[str, Callable[[_Maker, int], Tree]] = {
    **{op: _of_shifted(op) for op in ("total", "mean", "squared norm", "logsumexp")},
    "trace of a shifted matrix": lambda m, depth: Tree("trace", (_shifted_matrix(m, depth),)),
    "trace of a diagonal": _of_diagonal,
    "total of a stack": _of_stack,
    "between ones": _between_ones,
}
CONSTANT_VECTORS: Mapping[str, Callable[[_Maker, Shape, int], Tree]] = {
    "shifted": lambda m, shape, depth: _shifted(m, m.vector(shape, depth - 1)),
    "total as factor": lambda m, shape, depth: Tree(
        "scale", (_of_shifted("total")(m, depth - 1), m.vector(shape, depth - 1)), shape
    ),
    "ones by a row": lambda m, shape, depth: Tree(
        "matrix vector",
        (Tree("outer", (m.vector(shape, 0), Tree("ones", (), shape)), (*shape, *shape)), m.vector(shape, depth - 1)),
        shape,
    ),
}


def generate(seed: int, *, tangled: bool = False, constants: bool = False) -> Problem:
    """The problem of a seed: one to three equations, one target.

    A ``tangled`` one has scalars as states and gates, up to four gates, parameters that stand several times,
    and the shapes of :data:`TANGLED_SCALARS` and :data:`TANGLED_VECTORS`; one with ``constants`` those of
    :data:`CONSTANT_SCALARS` and :data:`CONSTANT_VECTORS` instead.
    """
    rng = random.Random(seed)
    kind = rng.choice(["vector"] * 7 + ["gradient"] * 2 + ["by scalar", "by matrix"])
    maker = _Maker(rng, dims=rng.choice([("n",), ("n", "m"), ("n", "m", "p")]))
    if tangled:
        kind = rng.choice(["vector"] * 5 + ["gradient"] * 3 + ["by scalar"] * 2 + ["by matrix"])
        maker.scalars, maker.vectors = TANGLED_SCALARS, TANGLED_VECTORS
        maker.sharing = rng.choice([0.4, 0.7, 0.95])
    if constants:
        maker.scalars, maker.vectors = CONSTANT_SCALARS, CONSTANT_VECTORS
    if kind == "by scalar":
        maker.wrt, maker.wrt_shape = r"\beta", ()
    elif kind == "by matrix":
        maker.wrt, maker.wrt_shape = "X", (rng.choice(maker.dims), rng.choice(maker.dims))
    else:
        maker.wrt, maker.wrt_shape = rng.choice(STATES), (rng.choice(maker.dims),)
    if rng.random() < 0.1:
        maker.defined = rng.choice(list(DEFINED))
    equations: list[tuple[str, Tree]] = []
    gates = rng.sample(
        ["a", r"\tilde{h}", "q_t", r"\mathbf{z}_t"], rng.choice([0, 1, 2, 4] if tangled else [0, 0, 0, 1, 1, 2])
    )
    for gate in gates:
        shape: Shape = () if tangled and rng.random() < 0.4 else (rng.choice(maker.dims),)
        tree = maker.vector(shape, 2) if shape else maker.scalar(2)
        equations.append((gate, tree))
        maker.gates[gate] = shape
    scalar = kind in ("gradient", "by matrix")
    for _ in range(50):
        tree = maker.scalar(3) if scalar else maker.vector((rng.choice(maker.dims),), 3)
        if _reaches(tree, maker.wrt, dict(equations)):
            break
    else:
        # The variable goes in by hand where chance left it out.
        x = Tree("symbol", (), maker.wrt_shape, maker.wrt)
        total = {
            0: x,
            1: Tree("squared norm", (x,)),
            2: Tree("trace", (Tree("matrix matrix", (x, Tree("transpose", (x,)))),)),
        }
        term = total[len(maker.wrt_shape)]
        tree = Tree("add", (tree, term)) if scalar else Tree("scale", (term, tree), tree.shape)
    # A symbol and the same with a time index are one family, and a family has one shape.
    free = [r for r in RESULTS if r[0] != maker.wrt[0] and r != maker.wrt.replace("_{t-1}", "")]
    same = [maker.wrt.replace("_{t-1}", "_t")] if maker.wrt.endswith("_{t-1}") and tree.shape == maker.wrt_shape else []
    of = "L" if scalar else rng.choice(same or free)
    equations.append((of, tree))
    return _problem(f"random-{seed}", maker, equations, of, declare=rng.random() < 0.75)


def _reaches(tree: Tree, name: str, definitions: Mapping[str, Tree]) -> bool:
    return any(s == name or (s in definitions and _reaches(definitions[s], name, definitions)) for s in tree.symbols())


def _problem(name: str, maker: _Maker, equations: list[tuple[str, Tree]], of: str, *, declare: bool) -> Problem:
    needed = {of}
    for left, tree in reversed(equations):
        if left in needed:
            needed |= set(tree.symbols())
    equations = [(left, tree) for left, tree in equations if left in needed]
    shapes: dict[str, Shape] = {}
    functions: set[str] = set()
    for left, tree in equations:
        shapes.update(tree.symbols())
        shapes[left] = tree.shape
        functions |= tree.functions()
    texts = [f"{left} = {tree.latex()}" for left, tree in equations]
    table: dict[str, Callable[[Any], Any] | None] = {f: maker.functions.get(f) for f in sorted(functions)}
    if maker.defined and DEFINED[maker.defined][0] in functions:
        texts.insert(0, maker.defined)
        table[DEFINED[maker.defined][0]] = DEFINED[maker.defined][1]
    roles = ("scalar", "vector", "matrix")
    symbols = {s: " ".join([roles[len(shape)], *shape]) for s, shape in shapes.items() if declare or len(shape) < 2}
    symbols |= {f: "elementwise" for f, meaning in table.items() if meaning is None}
    record = {"id": name, "equations": texts, "symbols": symbols, "targets": [{"of": of, "wrt": maker.wrt}]}
    return Problem(record, tuple(equations), shapes, SIZES, table, of, maker.wrt)
