"""From expressions to lines of array code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any

from symjac import expr
from symjac.codegen.names import Names, callable_name
from symjac.codegen.sharing import repeated
from symjac.codegen.values import (
    ATOM,
    POWER,
    TERM,
    Kind,
    Value,
    matmul,
    number,
    outer,
    plus,
    scale_columns,
    scale_rows,
    times,
    two_axes,
)
from symjac.errors import NotYetError
from symjac.expr import Apply, Expr, Function, Symbol
from symjac.functions import ACTIVATIONS, derivative

MODULES = {"numpy": "np", "jax": "jnp", "torch": "torch"}
SCALAR_POWERS = {Fraction(1, 2): "np.sqrt({a})", Fraction(-1): "1 / {a}", Fraction(-1, 2): "1 / np.sqrt({a})"}


def kind_of(e: Expr) -> Kind:
    if e.is_scalar:
        return "scalar"
    return "column" if e.is_vector else "row" if e.is_row else "matrix"


class Writer:
    """Writes expressions as assignments and a last value.

    ``definitions`` are computed once each, when first needed, under their own names; so is every
    larger expression that occurs more than once among ``shared``. ``functions`` are bodies of
    defined functions by name: (variable, body).
    """

    def __init__(
        self,
        names: Names,
        target: str,
        definitions: Mapping[Symbol, Expr],
        functions: Mapping[str, tuple[Symbol, Expr]],
        shared: Iterable[Expr],
        letters: frozenset[str],
    ) -> None:
        self.names = names
        self.module = MODULES[target]
        self.target = target
        self.definitions = definitions
        self.functions = functions
        self.letters = letters
        self.lines: list[str] = []
        self.arguments: dict[str, Symbol] = {}
        self.callables: dict[str, str] = {}
        self.derived: dict[str, str] = {}  # of what each of them is a derivative, or the name itself
        self.unknown_sizes: dict[str, None] = {}
        self.uses_erf = False
        self._done: dict[Expr, Value] = {}
        self._repeated = repeated(shared, definitions)

    # ---------------------------------------------------------------------------------- plumbing

    def __call__(self, e: Expr) -> Value:
        if e in self._done:
            return self._done[e]
        value = self.node(e)
        if e in self._repeated and value.level < ATOM and not value.uniform:
            value = self.local("a", value)
            self._done[e] = value
        return value

    def local(self, base: str, value: Value) -> Value:
        """The value under a name of its own."""
        name = self.names.fresh(base)
        self.lines.append(f"{name} = {value.code}")
        return Value(name, ATOM, value.kind, value.uniform)

    def np(self, template: str, **parts: str) -> str:
        """A template written for NumPy, in the target's words."""
        code = template.format(**parts)
        if re.search(r"\berf\(", code):
            self.uses_erf = True
        return re.sub(r"\bnp\.", self.module + ".", code)

    def call(self, template: str, kind: Kind, level: int = ATOM, **parts: str) -> Value:
        return Value(self.np(template, **parts), level, kind)

    def size(self, size: Any) -> str:
        """A size as source over the size letters."""
        terms = []
        for term, factor in sorted(size.as_coefficients_dict().items(), key=str):
            powers = [f.as_base_exp() for f in term.as_ordered_factors() if f != 1]
            name = " * ".join(" * ".join([self.letter(letter.name)] * int(k)) for letter, k in powers) or "1"
            terms.append(name if factor == 1 else str(factor) if term == 1 else f"{factor} * {name}")
        return " + ".join(terms).replace("+ -", "- ")

    def letter(self, letter: str) -> str:
        self.unknown_sizes[letter] = None
        return self.names[letter]

    @property
    def _like(self) -> str:
        """How a new array gets the type of the others; only PyTorch needs to be told."""
        array = next((n for n, s in self.arguments.items() if not s.is_scalar), None)
        return f", dtype={array}.dtype, device={array}.device" if self.target == "torch" and array else ""

    def array(self, v: Value, e: Expr) -> Value:
        """The value as an array of its own, a diagonal as a matrix."""
        if v.kind == "diagonal":
            if not v.uniform:
                return self.call("np.diag({v})", "matrix", v=v.code)
            eye = self.call("np.eye({n}{like})", "matrix", n=self.size(e.rows), like=self._like)
            return times(v.of_kind("scalar"), eye, "matrix")
        if not v.uniform or v.kind == "scalar":
            return v
        size = self.size(e.rows if v.kind == "column" else e.cols)
        shape = size if v.kind in ("column", "row") else f"({self.size(e.rows)}, {self.size(e.cols)})"
        if v.code == "0":
            return self.call("np.zeros({s}{like})", v.kind, s=shape, like=self._like)
        ones = self.call("np.ones({s}{like})", v.kind, s=shape, like=self._like)
        return times(v.of_kind("scalar"), ones, v.kind)

    def full(self, e: Expr) -> Value:
        return self.array(self(e), e)

    # ------------------------------------------------------------------------------------ leaves

    def node(self, e: Expr) -> Value:
        match e:
            case expr.Number():
                code, level = number(e.value)
                return Value(code, level, "scalar", uniform=True)
            case Symbol():
                return self._symbol(e)
            case expr.Ones():
                return Value("1", ATOM, kind_of(e), uniform=True)
            case expr.Zero():
                return Value("0", ATOM, kind_of(e), uniform=True)
            case expr.Identity():
                return Value("1", ATOM, "diagonal", uniform=True)
            case expr.Sum():
                return self._sum(e)
            case expr.Hadamard():
                return self._hadamard(e)
            case expr.Product():
                return self._product(e)
            case expr.EntryPower():
                return self._entry_power(e)
            case expr.MatrixPower():
                return self._matrix_power(e)
            case expr.Vec():
                value = self.full(e.arg)
                return self.call("{a}.T.reshape(-1)", "column" if not e.is_scalar else "scalar", a=value.at(ATOM))
            case expr.Kronecker():
                return self._kronecker(e)
            case expr.Commutation():
                q, r = (self.size(d) for d in e.of)
                template = "np.eye(({q}) * ({r}))[np.arange(({q}) * ({r})).reshape({r}, {q}).T.reshape(-1)]"
                return self.call(template, "matrix", q=q, r=r)
            case expr.Transpose():
                return self._transpose(e)
            case expr.Diag():
                return self(e.arg).of_kind("scalar" if e.is_scalar else "diagonal")
            case expr.Diagonal():
                return self._diagonal(e)
            case expr.Trace():
                return self._trace(e)
            case expr.Determinant():
                return self.call("np.linalg.det({a})", "scalar", a=self.full(e.arg).code)
            case expr.Norm():
                return self.call("np.sqrt(np.sum({a}**2))", "scalar", a=self.full(e.arg).at(ATOM))
            case expr.Softmax():
                exps = self.shifted_exps(e.arg)[1]
                return self.call("{e} / np.sum({e})", "column", TERM, e=exps.code)
            case expr.LogSumExp():
                largest, exps = self.shifted_exps(e.arg)
                return self.call("{m} + np.log(np.sum({e}))", "scalar", 0, m=largest, e=exps.code)
            case expr.Stack():
                return self._stack(e)
            case Apply():
                return self._apply(e)
            case expr.VectorMap():
                return self.map_at(self.callable(e.name, 0), e)
            case expr.MapJacobian():
                return self.map_at(self.callable(e.name, 1, e.by if len(e.args) > 1 else 0), e)
        raise NotYetError(f"{expr.brief(e)} cannot be written as code")

    def _symbol(self, e: Symbol) -> Value:
        if e in self.definitions:
            for s in expr.deep_below(e, self.definitions, self._done):
                self(s)
            value = self.full(self.definitions[e])
            name = self.names[e.name]
            self.lines.append(f"{name} = {value.code}")
            done = self._done[e] = Value(name, ATOM, kind_of(e))
            return done
        if e.is_scalar and e.name in self.letters:
            return Value(self.letter(e.name), ATOM, "scalar")
        name = self.names[e.name]
        self.arguments[name] = e
        return Value(name, ATOM, kind_of(e))

    # -------------------------------------------------------------------------------- operations

    def _sum(self, e: expr.Sum) -> Value:
        terms = [self(t) for t in e.args]
        kind = kind_of(e)
        if all(t.kind == "diagonal" for t in terms):
            kind = "diagonal"
        elif any(t.kind == "diagonal" for t in terms):
            terms = [self.array(t, a) if t.kind == "diagonal" else t for t, a in zip(terms, e.args, strict=True)]
        return reduce(lambda a, b: plus(a, b, kind), terms)

    def _hadamard(self, e: expr.Hadamard) -> Value:
        factors = [self(f) for f in e.args]
        if any(f.kind == "diagonal" for f in factors):
            factors = [self.array(f, a) for f, a in zip(factors, e.args, strict=True)]
        return reduce(lambda a, b: times(a, b, kind_of(e)), factors)

    def _product(self, e: expr.Product) -> Value:
        factors, chain = expr.parted(e)
        scalars = [self(f) for f in factors]
        value = self.chain(chain) if chain else None
        if not scalars:
            assert value is not None
            return value
        scalar = reduce(lambda a, b: times(a, b, "scalar"), scalars)
        return scalar if value is None else times(scalar, value, value.kind)

    def chain(self, factors: list[Expr]) -> Value:
        """A product of vectors and matrices, multiplied so that vectors stay vectors."""
        for k in range(1, len(factors)):
            if factors[k].rows == 1:  # ... column row ...
                left, right = self.leftwards(factors[:k]), self.chain(factors[k:])
                if factors[0].rows == 1 or factors[-1].cols == 1:  # one side is an inner product
                    return times(left, right, left.kind if right.kind == "scalar" else right.kind)
                return outer(self.array(left, expr.mul(*factors[:k])), self.array(right, expr.mul(*factors[k:])))
        return self.leftwards(factors) if factors[-1].cols == 1 else self.rightwards(factors)

    def leftwards(self, factors: list[Expr]) -> Value:
        value, e = self(factors[-1]), factors[-1]
        for f in reversed(factors[:-1]):
            value = self.multiply(self(f), f, value, e)
            e = expr.Product(f, e)
        return value

    def rightwards(self, factors: list[Expr]) -> Value:
        value, e = self(factors[0]), factors[0]
        for f in factors[1:]:
            value = self.multiply(value, e, self(f), f)
            e = expr.Product(e, f)
        return value

    def multiply(self, a: Value, left: Expr, b: Value, right: Expr) -> Value:
        """The matrix product of two values; ``left`` and ``right`` are what they stand for."""
        match a.kind, b.kind:
            case ("diagonal", "diagonal"):
                return times(a, b, "diagonal")
            case ("diagonal", "matrix"):
                return scale_rows(a, self.array(b, right))
            case ("matrix", "diagonal"):
                return scale_columns(self.array(a, left), b)
            case ("diagonal", kind) | (kind, "diagonal"):
                return times(a, b, kind)
        if b.uniform and b.kind == "column":
            total = self.total(self.array(a, left), 1)
            return times(b.of_kind("scalar"), total, total.kind)
        if a.uniform and a.kind == "row":
            total = self.total(self.array(b, right), 0)
            return times(a.of_kind("scalar"), total, total.kind)
        kind = kind_of(expr.Product(left, right))
        return matmul(self.array(a, left), self.array(b, right), kind)

    def total(self, v: Value, axis: int) -> Value:
        """The sum of the entries of a vector, or along an axis of a matrix."""
        if v.kind == "matrix":
            return self.call("np.sum({v}, {axis})", "column" if axis else "row", v=v.code, axis=str(axis))
        return self.call("np.sum({v})", "scalar", v=v.code)

    def _entry_power(self, e: expr.EntryPower) -> Value:
        base = self(e.base)
        if base.kind == "diagonal":
            base = self.array(base, e.base)
        if isinstance(e.exponent, expr.Number) and e.exponent.value in SCALAR_POWERS and not base.uniform:
            template = SCALAR_POWERS[e.exponent.value]
            if template == "1 / {a}":
                return Value(f"1 / {base.at(POWER)}", TERM, base.kind)
            return self.call(template, base.kind, TERM if template.startswith("1") else ATOM, a=base.code)
        exponent = self(e.exponent)
        # The base 2 ** -1 of Python integers is a float, as it should be.
        return Value(f"{base.at(ATOM)}**{exponent.at(ATOM)}", POWER, base.kind, base.uniform and exponent.uniform)

    def _matrix_power(self, e: expr.MatrixPower) -> Value:
        base = self.full(e.base)
        if isinstance(e.exponent, expr.Number) and e.exponent.value == -1:
            return self.call("np.linalg.inv({a})", "matrix", a=base.code)
        return self.call("np.linalg.matrix_power({a}, {k})", "matrix", a=base.code, k=self(e.exponent).code)

    def _kronecker(self, e: expr.Kronecker) -> Value:
        left, right = (self._two_axes(self.full(a)) for a in e.args)
        code = self.np("np.kron({a}, {b})", a=left, b=right)
        kind = kind_of(e)
        return Value(code if kind == "matrix" else f"{code}.reshape(-1)", ATOM, kind)

    def _two_axes(self, value: Value) -> str:
        return self.np("np.eye(1)") + f" * {value.at(TERM)}" if value.kind == "scalar" else two_axes(value)

    def _transpose(self, e: expr.Transpose) -> Value:
        value = self(e.arg)
        turned: dict[Kind, Kind] = {"column": "row", "row": "column", "scalar": "scalar", "diagonal": "diagonal"}
        if value.kind in turned:
            return value.of_kind(turned[value.kind])
        return value if value.uniform else Value(f"{value.at(ATOM)}.T", ATOM, "matrix")

    def _diagonal(self, e: expr.Diagonal) -> Value:
        value = self(e.arg)
        if value.kind == "diagonal":
            return value.of_kind("column")
        return self.call("np.diagonal({a})", "column", a=self.array(value, e.arg).code)

    def _trace(self, e: expr.Trace) -> Value:
        value = self(e.arg)
        if value.kind == "diagonal":
            return self.total(self.array(value.of_kind("column"), expr.Diagonal(e.arg)), 0)
        return self.call("np.trace({a})", "scalar", a=self.array(value, e.arg).code)

    def shifted_exps(self, e: Expr) -> tuple[str, Value]:
        """The largest entry of a vector and exp of the entries less that, which cannot overflow."""
        v = self.named(self.full(e))
        largest = self.local("top", self.call("np.max(np.real({v}))", "scalar", v=v.code))
        exps = self.local("e", self.call("np.exp({v} - {m})", v.kind, v=v.code, m=largest.code))
        return largest.code, exps

    def named(self, v: Value) -> Value:
        return v if v.level == ATOM and v.code.isidentifier() else self.local("a", v)

    def _stack(self, e: expr.Stack) -> Value:
        parts = []
        for p in e.args:
            v = self.full(p)
            parts.append(
                self.np("np.reshape({v}, (1,))", v=v.code)
                if v.kind == "scalar"
                else f"{v.at(ATOM)}[None, :]"
                if v.kind == "row"
                else v.code
            )
        return self.call("np.concatenate([{parts}])", kind_of(e), parts=", ".join(parts))

    # --------------------------------------------------------------------------------- functions

    def _apply(self, e: Apply) -> Value:
        f = e.function
        if f.known is not None and f.order > 0:
            return self(derivative(Function(f.name, f.order - 1, f.known), e.arg))
        arg = self(e.arg)
        arg = self.array(arg, e.arg) if arg.kind != "scalar" else arg
        if f.known is None:
            return Value(f"{self.callable(f.name, f.order)}({arg.code})", ATOM, arg.kind)
        if arg.kind == "scalar" and arg.uniform:
            wanted = "torch.as_tensor" if self.target == "torch" else "np.asarray"
            arg = Value(self.np(wanted + "({c})", c=arg.code), ATOM, "scalar")
        template = ACTIVATIONS[f.known].numpy
        if template.count("{a}") > 1:
            arg = self.named(arg)
        call = re.fullmatch(r"np\.\w+\(\{a\}\)|erf\(\{a\}\)", template)
        return self.call(template, arg.kind, ATOM if call else 0, a=arg.code if call else arg.at(ATOM))

    def callable(self, name: str, order: int, by: int = 0) -> str:
        """The Python name of a function that the caller provides, or of one that the system defines."""
        latex = callable_name(name, order, by)
        prefix = "" if order == 0 else "d" if order == 1 else f"d{order}"
        key = f"{prefix}{self.names[name]}" + (f"_{by}" if by else "")
        given = self.callables.get(latex)
        if given is None:
            given = key if order == 0 else self.names.fresh(key)
            self.callables[latex] = given
            self.derived[latex] = name
            if name in self.functions:
                self.define(given, name, order)
        return given

    def define(self, given: str, name: str, order: int) -> None:
        """A local function for a function that an equation defines, or a derivative of it."""
        from symjac.functions.calculus import differentiate

        z, body = self.functions[name]
        for _ in range(order):
            body = differentiate(body, z)
        inner = Writer(Names({*self.names.taken, "z"}), self.target, {}, self.functions, [body], frozenset())
        inner._done[z] = Value("z", ATOM, "column")
        for s in sorted(body.symbols - {z}, key=lambda s: s.name):
            inner._done[s] = self(s)  # a parameter of the function is an argument of the whole
        value = inner(body)
        code = self.np("{c} + np.zeros_like(z)", c=value.code) if value.uniform else value.code
        self.lines += [f"def {given}(z):", *(f"    {line}" for line in inner.lines), f"    return {code}"]
        self.uses_erf |= inner.uses_erf

    def map_at(self, given: str, e: expr.VectorMap | expr.MapJacobian) -> Value:
        return Value(f"{given}({', '.join(self.full(a).code for a in e.args)})", ATOM, kind_of(e))
