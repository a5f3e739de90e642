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
    add as add,
    chained as chained,
    diag as diag,
    flatten as flatten,
    hadamard as hadamard,
    is_zero as is_zero,
    mul as mul,
    neg as neg,
    parted as parted,
    power as power,
    sub as sub,
    time_as_scalar as time_as_scalar,
    transpose as transpose,
    zero as zero,
)
from symjac.expr.core import (
    ONE as ONE,
    SCALAR as SCALAR,
    Dim as Dim,
    Expr as Expr,
    Identity as Identity,
    Number as Number,
    Ones as Ones,
    Shape as Shape,
    Symbol as Symbol,
    Zero as Zero,
    brief as brief,
    deep_below as deep_below,
    dim as dim,
    length as length,
    show_shape as show_shape,
)
from symjac.expr.names import Name as Name
from symjac.expr.notation import (
    Delta as Delta,
    Differential as Differential,
    Entry as Entry,
    Index as Index,
    IndexSum as IndexSum,
    OverTime as OverTime,
    Partial as Partial,
    UnitVector as UnitVector,
    size_names as size_names,
    unbound_indices as unbound_indices,
)
from symjac.expr.operations import (
    Apply as Apply,
    Determinant as Determinant,
    Diag as Diag,
    Diagonal as Diagonal,
    EntryPower as EntryPower,
    Explicit as Explicit,
    Function as Function,
    Hadamard as Hadamard,
    LogSumExp as LogSumExp,
    MapJacobian as MapJacobian,
    MatrixPower as MatrixPower,
    Norm as Norm,
    Product as Product,
    ScalarFunction as ScalarFunction,
    ScalarGradient as ScalarGradient,
    ScalarHessian as ScalarHessian,
    Softmax as Softmax,
    Stack as Stack,
    Sum as Sum,
    Trace as Trace,
    Transpose as Transpose,
    VectorMap as VectorMap,
    size_as_scalar as size_as_scalar,
)
from symjac.expr.times import Time as Time
from symjac.expr.vectorised import Commutation as Commutation, Kronecker as Kronecker, Vec as Vec
