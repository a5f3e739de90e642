"""What every expression is: a node with operands, data and a shape; sizes and how they are shown."""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterator, Mapping
from fractions import Fraction
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

import sympy

from symjac.errors import ShapeError
from symjac.expr.names import Name
from symjac.expr.times import Time

T = TypeVar("T")
Dim: TypeAlias = sympy.Expr
Shape: TypeAlias = tuple[Dim, Dim]
ONE: Dim = sympy.Integer(1)
SCALAR: Shape = (ONE, ONE)


def dim(size: str | int) -> Dim:
    """A size: a positive integer or a letter that stands for one.

    >>> dim("n") + dim(2)
    n + 2
    """
    if isinstance(size, int):
        return sympy.Integer(size)
    return sympy.Symbol(size, integer=True, positive=True)


def show_shape(shape: Shape) -> str:
    """A shape as error messages print it.

    >>> show_shape((dim("n"), ONE))
    'n x 1'
    """
    return f"{shape[0]} x {shape[1]}"


class Expr:
    """A node: operands ``args``, further immutable ``data``, and a ``shape``."""

    __slots__ = ("_hash", "_symbols", "args", "data", "is_scalar", "shape")

    noun: ClassVar[str] = "expression"  # what it is called in messages
    args: tuple[Expr, ...]
    data: Hashable
    shape: Shape
    is_scalar: bool

    def __init__(self, args: tuple[Expr, ...], data: Hashable, shape: Shape) -> None:
        self.args = args
        self.data = data
        self.shape = shape
        self.is_scalar = shape[0] is ONE and shape[1] is ONE  # SymPy has one number 1
        self._hash = hash((type(self), args, data, shape))
        self._symbols: frozenset[Symbol] | None = None

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[object, ...]:
        # Hashes of strings differ from one process to the next, so a copy computes its own.
        return _restored, (type(self), self.args, self.data, self.shape)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, Expr)
            and type(self) is type(other)
            and self._hash == other._hash
            and self.shape == other.shape
            and self.data == other.data
            and self.args == other.args
        )

    def __repr__(self) -> str:
        inner = [repr(a) for a in self.args]
        if self.data is not None:
            inner.append(repr(self.data))
        return f"{type(self).__name__}({', '.join(inner)})"

    @property
    def rows(self) -> Dim:
        return self.shape[0]

    @property
    def cols(self) -> Dim:
        return self.shape[1]

    @property
    def is_vector(self) -> bool:
        """A column that is not a scalar."""
        return self.shape[1] is ONE and self.shape[0] is not ONE

    @property
    def is_row(self) -> bool:
        return self.shape[0] is ONE and self.shape[1] is not ONE

    @property
    def is_matrix(self) -> bool:
        return self.shape[0] is not ONE and self.shape[1] is not ONE

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        """The same node over other operands; shapes are checked anew."""
        if self.args:
            return type(self)(*args)  # type: ignore[arg-type]  # a class that takes more than operands says how
        if args:
            raise TypeError(f"{type(self).__name__} has no operands")
        return self

    @property
    def symbols(self) -> frozenset[Symbol]:
        """Every symbol that occurs, gates and parameters alike."""
        if self._symbols is None:
            todo: list[Expr] = [self]
            while todo:
                below = [a for a in todo[-1].args if a._symbols is None]
                if below:
                    todo += below
                else:
                    e = todo.pop()
                    own = frozenset({e}) if isinstance(e, Symbol) else frozenset()
                    e._symbols = own.union(*(a._symbols or () for a in e.args))
        assert self._symbols is not None
        return self._symbols

    def walk(self) -> Iterator[Expr]:
        """This node and everything below it, parents first."""
        todo: list[Expr] = [self]
        while todo:
            e = todo.pop()
            yield e
            todo.extend(reversed(e.args))

    def rebuilt(self, change: Callable[[Expr], Expr]) -> Expr:
        """The expression with a change made at every node, deepest first."""
        args = tuple(a.rebuilt(change) for a in self.args)
        return change(self if args == self.args else self.with_args(args))

    def replace(self, table: Mapping[Expr, Expr]) -> Expr:
        """The expression with every occurrence of a key replaced by its value, all at once."""
        if self in table:
            return table[self]
        if not self.args:
            return self
        args = tuple(a.replace(table) for a in self.args)
        return self if args == self.args else self.with_args(args)


def _restored(cls: type[Expr], args: tuple[Expr, ...], data: Hashable, shape: Shape) -> Expr:
    e = cls.__new__(cls)
    Expr.__init__(e, args, data, shape)
    return e


def length(e: Expr, known: dict[Expr, int] | None = None) -> int:
    """How many nodes an expression has where it is written out; one that stands twice counts twice.

    It takes no longer than there are different nodes. ``known`` are lengths that were found before.

    >>> x = Symbol("x")
    >>> length(x)
    1
    """
    known = {} if known is None else known
    todo = [e]
    while e not in known:
        here = todo[-1]
        below = [a for a in here.args if a not in known]
        if below:
            todo += below
        else:
            known[todo.pop()] = 1 + sum(known[a] for a in here.args)
    return known[e]


DEEP = 20  # equations so far below one another are gone through one by one


def deep_below(s: Symbol, definitions: Mapping[Symbol, Expr], known: Container[Expr]) -> list[Symbol]:
    """What the definition of a symbol leads to and is not ``known``, each after those it uses, where that goes deep.

    Who asks for these first needs no stack for a long chain of equations. Elsewhere the list is empty: what nobody asks
    for is then not computed.

    >>> chain = {Symbol(f"h_{k}"): Symbol(f"h_{k - 1}") for k in range(1, 100)}
    >>> [s.name for s in deep_below(Symbol("h_99"), chain, ())][:2], deep_below(Symbol("h_9"), chain, ())
    (['h_1', 'h_2'], [])
    """
    if len(definitions) <= DEEP:  # they cannot
        return []
    depth: dict[Symbol, int] = {}
    todo = [s]
    while todo:
        here = todo[-1]
        below = [u for u in definitions[here].symbols if u in definitions and u not in known]
        if here not in depth:
            depth[here] = 0  # as well against circles, which others refuse
            todo += (u for u in below if u not in depth)
            continue
        todo.pop()
        if not depth[here]:
            depth[here] = 1 + max((depth.get(u, 0) for u in below), default=0)
            depth[here] = depth.pop(here)  # in the order in which they are done
    return [u for u in depth if u != s] if depth[s] > DEEP else []


class Operand:
    """An operand by a name of its own."""

    def __init__(self, place: int) -> None:
        self.place = place

    def __get__(self, e: Expr, owner: type[Expr]) -> Expr:
        return e.args[self.place]


class Datum(Generic[T]):
    """The data of a node by a name of its own; where they are several the one at a ``place``."""

    def __init__(self, place: int | None = None) -> None:
        self.place = place

    def __get__(self, e: Expr, owner: type[Expr]) -> T:
        data: Any = e.data
        found: T = data if self.place is None else data[self.place]
        return found


class Number(Expr):
    """An exact rational scalar."""

    noun = "number"
    __slots__ = ()

    value = Datum[Fraction]()

    def __init__(self, value: int | Fraction) -> None:
        super().__init__((), Fraction(value), SCALAR)


class Symbol(Expr):
    """A named scalar, vector or matrix; symbols that print alike are one.

    ``name`` is its canonical LaTeX, ``parts`` is what that says. Of a plain string nothing is known but the text.

    >>> h = Symbol(Name("h", time=Time.read("t-1")))
    >>> h, h.family, h.at(Time.read("T")), h == Symbol("h_{t-1}")
    (h_{t-1}, 'h', h_T, True)
    """

    noun = "symbol"
    __slots__ = ("_parts",)

    name = Datum[str]()

    def __init__(self, name: str | Name, shape: Shape = SCALAR) -> None:
        self._parts = None if isinstance(name, str) else name
        super().__init__((), name if isinstance(name, str) else name.text, shape)

    def __reduce__(self) -> tuple[object, ...]:
        return Symbol, (self._parts or self.name, self.shape)

    @property
    def parts(self) -> Name:
        return self._parts or Name(self.name)

    @property
    def letter(self) -> str:
        """The letter of its name, without style, accents and scripts."""
        return self.parts.letter or self.parts.base

    @property
    def family(self) -> str:
        """What it is one value of: its name without the time."""
        return self._parts.family if self._parts is not None else self.name

    @property
    def time(self) -> Time | None:
        return self._parts.time if self._parts is not None else None

    def at(self, time: Time) -> Symbol:
        """The same at another time; what has no time stays."""
        return self if self.time is None else Symbol(self.parts.at(time), self.shape)

    def __repr__(self) -> str:
        return self.name


class Ones(Expr):
    """The vector (or matrix) whose entries are all one."""

    noun = "matrix of ones"
    __slots__ = ()

    def __init__(self, rows: Dim, cols: Dim = ONE) -> None:
        super().__init__((), None, (rows, cols))


class Zero(Expr):
    """The zero scalar, vector or matrix."""

    noun = "zero"
    __slots__ = ()

    def __init__(self, rows: Dim = ONE, cols: Dim = ONE) -> None:
        super().__init__((), None, (rows, cols))


class Identity(Expr):
    """The identity matrix."""

    noun = "identity"
    __slots__ = ()

    def __init__(self, rows: Dim) -> None:
        super().__init__((), None, (rows, rows))


def same_shape(what: str, args: tuple[Expr, ...]) -> Shape:
    first = args[0]
    for other in args[1:]:
        if other.shape != first.shape:
            raise ShapeError(
                f"{what} does not fit: {brief(first)} is {show_shape(first.shape)}, "
                f"{brief(other)} is {show_shape(other.shape)}"
            )
    return first.shape


def brief(e: Expr) -> str:
    """A short name of an expression for messages."""
    return e.name if isinstance(e, Symbol) else f"the {e.noun}"


class Unary(Expr):
    """An operation on one operand, ``arg``."""

    __slots__ = ()

    arg = Operand(0)
