"""Claims whose truth is known: derived Jacobians rewritten by true identities, or changed in one place.

Nothing here uses symjac's own judgement: a claim's truth in each convention is found by NumPy, from the
equations evaluated at random points and differentiated by complex steps, with strict shapes. symjac
supplies the reading of the equations, the expression that is rewritten, and its LaTeX.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import mpmath  # type: ignore[import-untyped]  # mpmath ships no types
import numpy as np

from symjac import System, cells, expr as ex, typeset
from symjac.errors import ShapeError
from symjac.expr import Expr, Symbol

Array = Any
ACTIVATIONS = (r"\sigma", r"\phi", r"\tanh", r"\operatorname{sigmoid}", r"\exp", r"\sin")
SIZES = {"n": 3, "m": 2, "p": 4}
STAND_INS: Mapping[str, Callable[[int, Array], Array]] = {
    "first": lambda k, z: [np.sin(z) + z**2, np.cos(z) + 2 * z, 2 - np.sin(z)][k],
    "second": lambda k, z: [z**3 - z, 3 * z**2 - 1, 6 * z][k],
}
TOLERANCE = 1e-8
STEPPED = 10  # times as many points where functions are constant on pieces
mpmath.mp.dps = 800
PRECISE: Mapping[str, tuple[Callable[[Any], Any], ...]] = {
    "tanh": (mpmath.tanh, lambda z: 1 - mpmath.tanh(z) ** 2),
    "sigmoid": (lambda z: 1 / (1 + mpmath.exp(-z)), lambda z: 1 / (2 + mpmath.exp(z) + mpmath.exp(-z))),
    "exp": (mpmath.exp, mpmath.exp),
    "sin": (mpmath.sin, mpmath.cos),
    "cos": (mpmath.cos, lambda z: -mpmath.sin(z)),
    "relu": (lambda z: z if mpmath.re(z) > 0 else 0 * z, lambda z: mpmath.mpf(mpmath.re(z) > 0)),
    "step": (lambda z: mpmath.mpf(mpmath.re(z) > 0),),
}


class MisfitError(Exception):
    """Two arrays do not fit together."""


@dataclass(frozen=True)
class Claim:
    """A claim beside its system, with what was done to the true formula."""

    equations: tuple[str, ...]
    symbols: Mapping[str, str]
    system: System
    of: Symbol
    wrt: Symbol
    formula: Expr
    change: str

    @property
    def text(self) -> str:
        return rf"\frac{{\partial {self.of.name}}}{{\partial {self.wrt.name}}} = {typeset.latex(self.formula)}"

    @property
    def record(self) -> dict[str, object]:
        return {"equations": list(self.equations), "symbols": dict(self.symbols), "claim": self.text}


# -------------------------------------------------------------------------------------------- systems


def systems() -> list[tuple[tuple[str, ...], Mapping[str, str], str, str]]:
    """Equations, declarations, of and wrt of the built-in cells: vectors by the state or the input before."""
    out: list[tuple[tuple[str, ...], Mapping[str, str], str, str]] = []
    for cell in cells.COLLECTION.values():
        system = System(cell)
        vectors = {i.symbol.name: i for i in system.symbols.values() if i.role == "vector"}
        states = [s for s in system.definitions if s in system.outputs or len(system.outputs) > 1]
        earlier = [name for name, i in vectors.items() if i.time is not None and i.time.offset == -1]
        for of in (s for s in states if s.is_vector):
            # Through what else c_{t-1} enters an LSTM depends on a reading; see the tests of single claims.
            for wrt in dict.fromkeys(name for name in (*earlier, cell.wrt) if name != "c_{t-1}"):
                out.append((tuple(cell.equations), dict(cell.symbols), of.name, wrt))
    return out


def random_system(rng: random.Random) -> tuple[tuple[str, ...], Mapping[str, str], str, str]:
    """A few layers over x_{t-1} and u_t."""

    def layer(v: str, size: str, depth: int) -> str:
        kind = rng.choice(["act", "act", "affine", "affine", "gate", "residual", "scale", "transposed"])
        inner = v if depth == 0 else layer(v, "n", depth - 1)
        f = rng.choice(ACTIVATIONS)
        W = rng.choice(["W", "V", "M"])
        if kind == "act":
            return rf"{f}({inner})"
        if kind == "affine":
            return rf"{W} {f}({inner}) + {rng.choice('bc')}"
        if kind == "transposed":
            return rf"{W}^\top {f}({inner})"
        if kind == "gate":
            return rf"{f}({W} ({inner}) + c) \odot ({v})"
        if kind == "scale":
            return rf"\alpha ({inner}) + U u_t"
        return rf"{v} + {W} {f}({inner})"

    texts: tuple[str, ...]
    if rng.random() < 0.4:
        texts = (rf"a_t = {layer('x_{t-1}', 'n', 1)}", rf"x_t = {layer('a_t', 'n', rng.randrange(2))}")
    else:
        texts = (rf"x_t = {layer('x_{t-1}', 'n', rng.randrange(3))}",)
    symbols = dict.fromkeys(("W", "V", "M"), "matrix n n")
    symbols |= {"U": "matrix n m", "u_t": "vector m", "b": "vector n", "c": "vector n", r"\alpha": "scalar"}
    symbols |= {"x_t": "vector n", "x_{t-1}": "vector n"} | ({"a_t": "vector n"} if len(texts) > 1 else {})
    return texts, symbols, "x_t", "x_{t-1}"


def claims(seed: int, count: int) -> Iterator[Claim]:
    """True and false claims by turns, from the cells and from random systems."""
    rng = random.Random(seed)
    built_in = systems()
    while count > 0:
        texts, symbols, of, wrt = rng.choice(built_in) if rng.random() < 0.3 else random_system(rng)
        system = System(*texts, symbols=symbols)
        derived = system.jacobian(of, wrt=wrt)
        formula = derived.closed if rng.random() < 0.6 else ex.transpose(derived.closed)
        for _ in range(min(count, 5)):
            changed, words = formula, "as derived"
            for _ in range(rng.randrange(3)):
                changed, words = rewritten(changed, rng)
            if rng.random() < 0.6:
                changed, words = damaged(changed, rng, system)
            yield Claim(texts, symbols, system, derived.of, derived.wrt, changed, words)
            count -= 1


# ------------------------------------------------------------------------------------ rewrite, damage


def nodes(e: Expr) -> list[Expr]:
    return list(dict.fromkeys(e.walk()))


def replaced(e: Expr, old: Expr, new: Expr) -> Expr:
    """The expression with one node replaced wherever it stands, as it is where that does not fit."""
    try:
        return e.replace({old: new})
    except ShapeError:
        return e


def rewritten(e: Expr, rng: random.Random) -> tuple[Expr, str]:
    """A formula that is equal for all values."""
    found = nodes(e)
    kinds: list[tuple[str, Expr, Expr]] = []
    for a in found:
        if isinstance(a, ex.Sum):
            kinds.append(("terms in another order", a, ex.Sum(*rng.sample(a.args, len(a.args)))))
        if isinstance(a, ex.Product) and a.is_matrix:
            kinds.append(("a transpose twice", a, ex.Transpose(ex.transpose(a))))
            sums = [k for k, f in enumerate(a.args) if isinstance(f, ex.Sum) and f.is_matrix]
            if sums:
                k = sums[0]
                terms = [ex.Product(*a.args[:k], t, *a.args[k + 1 :]) for t in a.args[k].args]
                kinds.append(("a sum multiplied out", a, ex.Sum(*terms)))
        if isinstance(a, ex.Diag) and isinstance(a.arg, ex.Hadamard):
            kinds.append(("a product of diagonals", a, ex.Product(*(ex.Diag(f) for f in a.arg.args))))
        if isinstance(a, ex.Diag):
            kinds.append(("an identity", a, ex.Product(ex.Identity(a.rows), a)))
        if isinstance(a, ex.Hadamard):
            kinds.append(("factors in another order", a, ex.Hadamard(*rng.sample(a.args, len(a.args)))))
    if not kinds:
        return e, "as derived"
    words, old, new = rng.choice(kinds)
    return replaced(e, old, new), words


def damaged(e: Expr, rng: random.Random, system: System) -> tuple[Expr, str]:
    """A formula with one change that mostly makes it false: each kind of change as likely as every other."""
    found = nodes(e)
    symbols = [s for s in {*e.symbols, *(i.symbol for i in system.symbols.values())} if isinstance(s, Symbol)]
    symbols.sort(key=lambda s: s.name)
    kinds: list[tuple[str, Expr, Expr]] = []
    for a in found:
        if isinstance(a, Symbol) and a.is_matrix and a.rows == a.cols:
            kinds.append(("transpose", a, ex.Transpose(a)))
        if isinstance(a, ex.Transpose) and a.rows == a.cols:
            kinds.append(("transpose", a, a.arg))
        if isinstance(a, Symbol):
            others = [s for s in symbols if s.shape == a.shape and s != a]
            times = [s for s in others if family(system, s) == family(system, a) is not None]
            kinds += [("index", a, rng.choice(times))] if times else []
            kinds += [("symbol", a, rng.choice(others))] if others else []
        if isinstance(a, ex.Product) and len(a.args) > 1:
            k = rng.randrange(len(a.args) - 1)
            swapped = [*a.args[:k], a.args[k + 1], a.args[k], *a.args[k + 2 :]]
            kinds += _fits("order", a, swapped)
            kinds += _fits("order", a, list(a.args[::-1]))
            kinds += _fits("factor", a, [*a.args[:k], *a.args[k + 1 :]])
        if isinstance(a, ex.Sum):
            k = rng.randrange(len(a.args))
            kinds.append(("sign", a, ex.Sum(*(ex.neg(t) if j == k else t for j, t in enumerate(a.args)))))
        if isinstance(a, ex.Apply) and a.function.order:
            inner = [v for v in found if v.shape == a.arg.shape and v != a.arg and (v.is_vector or v.is_scalar)]
            if inner:
                kinds.append(("evaluation point", a, ex.Apply(a.function, rng.choice(inner))))
    if not kinds:
        return ex.neg(e), "sign"
    chosen = rng.choice(sorted({words for words, _, _ in kinds}))
    words, old, new = rng.choice([kind for kind in kinds if kind[0] == chosen])
    return replaced(e, old, new), words


def family(system: System, s: Symbol) -> str | None:
    """The family of a symbol that carries a time."""
    info = system.symbols.get(s.name)
    return info.family if info is not None and info.time is not None else None


def _fits(words: str, old: Expr, factors: list[Expr]) -> list[tuple[str, Expr, Expr]]:
    try:
        new = factors[0] if len(factors) == 1 else ex.Product(*factors)
    except ShapeError:
        return []
    return [(words, old, new)] if new.shape == old.shape else []


# --------------------------------------------------------------------------------------------- oracle


@dataclass
class Point:
    """Numbers for symbols and functions; vectors are rows in row orientation, matrices what acts on rows."""

    row: bool
    leaf: Callable[[Symbol, tuple[int, int]], Array]
    functions: Callable[[str, int, Array], Array]
    sizes: Mapping[str, int]
    precise: bool = False  # numbers of mpmath, for differences that doubles do not show

    def size(self, d: Any) -> int:
        return int(d.subs({s: self.sizes.get(str(s), 1) for s in d.free_symbols}))

    def shape(self, s: Expr) -> tuple[int, int]:
        rows, cols = self.size(s.rows), self.size(s.cols)
        return (cols, rows) if self.row and s.is_matrix else (rows, cols)

    def symbol(self, s: Symbol) -> Array:
        if s.is_scalar and s.name in self.sizes:
            return np.array([[self.sizes[s.name] * 1.0]])
        value = self.leaf(s, self.shape(s))
        return value.T if self.row and s.is_vector else value

    def vector(self, column: Array) -> Array:
        return column.T if self.row else column

    def value(self, e: Expr, known: Mapping[Symbol, Array], *, acts: bool) -> Array:
        """The value in printed order; with ``acts`` a matrix before a row acts on it from the right."""
        args = [] if isinstance(e, Symbol) else [self.value(a, known, acts=acts) for a in e.args]
        if isinstance(e, Symbol):
            return known[e] if e in known else self.symbol(e)
        if isinstance(e, ex.Number):
            exact = mpmath.mpf(e.value.numerator) / e.value.denominator
            return np.array([[exact if self.precise else float(e.value)]])
        if isinstance(e, ex.Ones | ex.Zero):
            full = np.full((self.size(e.rows), self.size(e.cols)), float(isinstance(e, ex.Ones)))
            return self.vector(full) if e.is_vector else full
        if isinstance(e, ex.Identity):
            return np.eye(self.size(e.rows))
        if isinstance(e, ex.Product):
            return self.product(args, acts=acts)
        if isinstance(e, ex.Sum | ex.Hadamard):
            out = args[0]
            for a in args[1:]:
                if a.shape != out.shape:
                    raise MisfitError
                out = out + a if isinstance(e, ex.Sum) else out * a
            return out
        if isinstance(e, ex.Transpose):
            return args[0].T
        if isinstance(e, ex.Diag):
            if 1 not in args[0].shape:
                raise MisfitError
            return np.diag(args[0].ravel())
        if isinstance(e, ex.EntryPower):
            exponent = args[1].item()
            return args[0] ** (int(exponent.real) if exponent.real == int(exponent.real) else exponent)
        if isinstance(e, ex.Apply):
            return self.apply(e.function, args[0])
        if isinstance(e, ex.Softmax):
            weights = self.apply(ex.Function(r"\exp", 0, "exp"), args[0])
            return weights / weights.sum()
        if isinstance(e, ex.Stack) and e.is_matrix:
            if len({a.shape[1] for a in args}) > 1:
                raise MisfitError
            return np.concatenate(args)
        if isinstance(e, ex.Stack):
            return self.vector(np.concatenate([a.reshape(-1, 1) for a in args]))
        raise NotImplementedError(type(e).__name__)

    def product(self, args: list[Array], *, acts: bool) -> Array:
        out: Array = np.array([[1.0]])
        scalars = [a for a in args if a.shape == (1, 1)]
        chain = [a for a in args if a.shape != (1, 1)]
        if acts and self.row and chain and chain[-1].shape[0] == 1:
            chain = chain[::-1]
        for a in chain:
            if out.shape == (1, 1):
                out = out * a
            elif out.shape[1] != a.shape[0]:
                raise MisfitError
            else:
                out = out @ a
        for s in scalars:
            out = out * s
        return out

    def apply(self, f: ex.Function, z: Array) -> Array:
        if f.known is None:
            return self.functions(f.name, f.order, z)
        if self.precise:
            return np.vectorize(PRECISE[f.known][f.order], otypes=[object])(z)
        s = (1 + np.tanh(z / 2)) / 2
        table: dict[str, list[Callable[[], Array]]] = {
            "tanh": [lambda: np.tanh(z), lambda: 1 - np.tanh(z) ** 2],
            "sigmoid": [lambda: s, lambda: s * (1 - s)],
            "exp": [lambda: np.exp(z)] * 2,
            "sin": [lambda: np.sin(z), lambda: np.cos(z)],
            "cos": [lambda: np.cos(z), lambda: -np.sin(z)],
            "relu": [lambda: np.where(z.real > 0, z, 0 * z), lambda: np.where(z.real > 0, 1.0, 0.0)],
            "step": [lambda: np.where(z.real > 0, 1.0, 0.0)],
        }
        return table[f.known][f.order]()


def jacobian(claim: Claim, point: Point) -> tuple[Array, dict[Symbol, Array]]:
    """The Jacobian in numerator layout by complex steps, and the values of all gates."""
    order = claim.system.order
    definitions = claim.system.definitions

    def run(x: Array | None) -> dict[Symbol, Array]:
        known: dict[Symbol, Array] = {} if x is None else {claim.wrt: x}
        for s in order:
            if s != claim.wrt:
                known[s] = point.value(definitions[s], known, acts=True)
        return known

    base = point.symbol(claim.wrt)
    columns = []
    step = mpmath.mpf(10) ** -700 if point.precise else 1e-30
    imaginary = np.vectorize(mpmath.im, otypes=[object]) if point.precise else np.imag
    for k in range(base.size):
        x = base.astype(object if point.precise else complex)
        x.flat[k] += (mpmath.mpc(0, 1) if point.precise else 1j) * step
        columns.append(imaginary(run(x)[claim.of]).ravel() / step)
    return np.array(columns).T, run(None)


def finite_point(claim: Claim, row: bool, seed: str, stand_in: Callable[[int, Array], Array]) -> Point:
    """A point at which nothing overflows, and nothing saturates so far that doubles do not show it."""
    usable: Point | None = None
    for scale in (0.7, 0.5, 0.3, 0.1, 0.03):
        point = random_point(row, random.Random(seed), stand_in, scale)
        try:
            with np.errstate(over="raise", invalid="raise"):
                J, known = jacobian(claim, point)
        except FloatingPointError:
            continue
        largest = max(float(np.abs(v).max()) for v in known.values())
        if largest < 1e3 and (not J.any() or float(np.abs(J).max()) > 1e-6):
            return point
        usable = usable or (point if largest < 1e3 else None)
    if usable is not None:
        return usable
    raise AssertionError(f"every point overflows: {claim.equations}")


def random_point(row: bool, numbers: random.Random, stand_in: Callable[[int, Array], Array], scale: float) -> Point:
    """A point at the sizes of :data:`SIZES`; functions with different names are different functions."""
    drawn: dict[str, Array] = {}

    def leaf(s: Symbol, shape: tuple[int, int]) -> Array:
        if s.name not in drawn:
            cells = [numbers.uniform(-scale, scale) for _ in range(shape[0] * shape[1])]
            # A scalar may stand under a root.
            drawn[s.name] = np.array([abs(c) for c in cells] if s.is_scalar else cells).reshape(shape)
        return drawn[s.name]

    def function(name: str, order: int, z: Array) -> Array:
        return stand_in(order, z + 0.1 * len(name))

    return Point(row, leaf, function, SIZES)


def truth(claim: Claim) -> dict[str, bool]:
    """Whether the claim holds, in each convention, at random points for two stand-ins."""
    applied = [
        a for e in (claim.formula, *claim.system.definitions.values()) for a in e.walk() if isinstance(a, ex.Apply)
    ]
    # Steps agree at many points by chance.
    turns = STEPPED if any(a.function.known in ("relu", "step") for a in applied) else 1
    out: dict[str, bool] = {}
    for row in (False, True):
        values = {"numerator": True, "denominator": True}
        for k, stand_in in enumerate([*STAND_INS.values()] * turns):
            point = finite_point(claim, row, f"{claim.text} {k}", stand_in)
            J, known = jacobian(claim, point)
            try:
                right = point.value(claim.formula, known, acts=False)
            except MisfitError:
                values = dict.fromkeys(values, False)
                break
            for layout, left in (("numerator", J), ("denominator", J.T)):
                scale = TOLERANCE * float(np.abs(left).max())
                same = left.shape == right.shape and bool(np.allclose(left, right, TOLERANCE, scale))
                values[layout] = values[layout] and same
        orientation = "row" if row else "column"
        out |= {f"{layout}_{orientation}": holds for layout, holds in values.items()}
    return out


def differs(claim: Claim, convention: str, shown: Mapping[str, Any]) -> bool:
    """Whether the two sides differ at a printed counterexample, computed anew in many digits."""
    layout, orientation = convention.split("_")

    def leaf(s: Symbol, shape: tuple[int, int]) -> Array:
        given = shown["values"].get(s.name)
        if given is None:
            return np.zeros(shape)  # what no side depends on
        return np.array([[number(c) for c in r] for r in given], dtype=object).reshape(shape)

    def function(name: str, order: int, z: Array) -> Array:
        coefficients = polynomial(shown["functions"][name])
        for _ in range(order):
            coefficients = [k * c for k, c in enumerate(coefficients)][1:] or [0]
        out = 0 * z
        for k, c in enumerate(coefficients):
            out = out + c * z**k
        return out

    point = Point(orientation == "row", leaf, function, shown["sizes"], precise=True)
    J, known = jacobian(claim, point)
    right = point.value(claim.formula, known, acts=False)
    left = J if layout == "numerator" else J.T
    i, j = shown["entry"]
    a, b = mpmath.re(left[i - 1, j - 1]), mpmath.re(right[i - 1, j - 1])
    return bool(abs(a - b) > mpmath.mpf(10) ** -400 * (1 + abs(a)))


def number(text: str) -> Any:
    top, _, bottom = text.partition("/")
    return mpmath.mpf(int(top)) / int(bottom or 1)


def polynomial(text: str) -> list[int]:
    """The coefficients, from the constant upwards, of a stand-in as it is printed: ``z^{3} + 2 z + 1``."""
    coefficients: dict[int, int] = {}
    for term in text.replace(" ", "").split("+"):
        factor, _, exponent = term.partition("z")
        power = 0 if "z" not in term else int(exponent.strip("^{}") or 1)
        coefficients[power] = int(factor or 1)
    return [coefficients.get(k, 0) for k in range(max(coefficients) + 1)]
