"""The expression language: scalars, column vectors and matrices of symbolic size.

Everything symjac derives, proves and prints is a tree of the nodes of this package. Nodes are immutable and
hashable, compare by structure, know their shape, and refuse operands that do not fit. They keep
the order they were written in; equality of *meaning* is the business of :mod:`symjac.normal`.

A node class called directly keeps exactly what it is given. The lower-case functions
(:func:`add`, :func:`mul`, ...) are for computing: they flatten, drop neutral elements and merge
numbers, and do nothing else.

>>> n = dim("n")
>>> W, x = Symbol("W", (n, n)), Symbol("x", (n, ONE))
>>> Product(W, x).shape
(n, 1)
>>> Product(x, W)
Traceback (most recent call last):
    ...
symjac.errors.ShapeError: the product does not fit: x is n x 1, W is n x n
"""

from symjac.expr.build import (
    add,
    chained,
    diag,
    hadamard,
    is_zero,
    mul,
    neg,
    parted,
    power,
    sub,
    time_as_scalar,
    transpose,
    zero,
)
from symjac.expr.core import (
    ONE,
    SCALAR,
    Dim,
    Expr,
    Identity,
    Number,
    Ones,
    Shape,
    Symbol,
    Zero,
    brief,
    deep_below,
    dim,
    length,
    show_shape,
)
from symjac.expr.names import Name
from symjac.expr.notation import (
    Delta,
    Differential,
    Entry,
    Index,
    IndexSum,
    OverTime,
    Partial,
    UnitVector,
    size_names,
    unbound_indices,
)
from symjac.expr.operations import (
    Apply,
    Determinant,
    Diag,
    Diagonal,
    EntryPower,
    Explicit,
    Function,
    Hadamard,
    LogSumExp,
    MapJacobian,
    MatrixPower,
    Norm,
    Product,
    ScalarFunction,
    ScalarGradient,
    ScalarHessian,
    Softmax,
    Stack,
    Sum,
    Trace,
    Transpose,
    VectorMap,
    size_as_scalar,
)
from symjac.expr.times import Time
from symjac.expr.vectorised import Commutation, Kronecker, Vec

__all__ = [
    "ONE",
    "SCALAR",
    "Apply",
    "Commutation",
    "Delta",
    "Determinant",
    "Diag",
    "Diagonal",
    "Differential",
    "Dim",
    "Entry",
    "EntryPower",
    "Explicit",
    "Expr",
    "Function",
    "Hadamard",
    "Identity",
    "Index",
    "IndexSum",
    "Kronecker",
    "LogSumExp",
    "MapJacobian",
    "MatrixPower",
    "Name",
    "Norm",
    "Number",
    "Ones",
    "OverTime",
    "Partial",
    "Product",
    "ScalarFunction",
    "ScalarGradient",
    "ScalarHessian",
    "Shape",
    "Softmax",
    "Stack",
    "Sum",
    "Symbol",
    "Time",
    "Trace",
    "Transpose",
    "UnitVector",
    "Vec",
    "VectorMap",
    "Zero",
    "add",
    "brief",
    "chained",
    "deep_below",
    "diag",
    "dim",
    "hadamard",
    "is_zero",
    "length",
    "mul",
    "neg",
    "parted",
    "power",
    "show_shape",
    "size_as_scalar",
    "size_names",
    "sub",
    "time_as_scalar",
    "transpose",
    "unbound_indices",
    "zero",
]
