"""The sizes of constants, and of symbols of the claim alone: told by what stands beside them, as in a system."""

from __future__ import annotations

import pytest

from symjac.claims import check
from symjac.errors import ReadError
from symjac.expr import dim
from symjac.reading import read_system
from symjac.reading.sizes import UNIT, Size, Sizes

SQUARE = {"W": "matrix n n", "x": "vector n"}
WIDE = {"W": "matrix n m", "x": "vector m"}
BY_X = r"\frac{\partial y}{\partial x} = "
BY_VEC = r"\frac{\partial \operatorname{vec}(Y)}{\partial \operatorname{vec}(X)^\top} = "
PRODUCT = {"A": "matrix p q", "X": "matrix q r", "B": "matrix r s"}

CLAIMS = [
    ("y = x + W x", SQUARE, BY_X + "I + W", "true"),
    ("y = W x", WIDE, BY_X + "I W I", "true"),
    ("y = W x", WIDE, BY_X + r"W + \mathbf{0}", "true"),
    ("y = W x", WIDE, BY_X + r"W \odot \mathbf{1}\mathbf{1}^\top", "true"),
    ("y = W x", WIDE, BY_X + "I + W", "false"),
    # so is that of a symbol of the claim alone
    ("y = W x", WIDE, BY_X + "W + D - D", "true"),
    ("y = W x", WIDE, BY_X + r"W + a b^\top - a b^\top", "true"),
    # beside two sizes nothing tells which this one has, beside one there is no other
    ("y = W x", WIDE, BY_X + r"\mathbf{1}^\top \mathbf{1} W", "undecided"),
    ("y = W x", SQUARE, BY_X + r"\mathbf{1}^\top \mathbf{1} W", "false"),
    ("y = W x", WIDE, BY_X + r"\operatorname{tr}(I) W", "undecided"),
    # a size of a Kronecker product is one factor of its own
    ("Y = A X", PRODUCT, BY_VEC + r"I \otimes A", "true"),
    ("Y = X B", PRODUCT, BY_VEC + r"B^\top \otimes I", "true"),
    ("Y = X B", PRODUCT, BY_VEC + r"I \otimes B", "false"),
    # nothing says on which of two shapes zeros that are divided are
    ("y = W x", SQUARE, BY_X + r"\operatorname{diag}(1 + \mathbf{0} / x) W", "undecided"),
]


@pytest.mark.parametrize(("equation", "symbols", "claim", "verdict"), CLAIMS, ids=[c[2] for c in CLAIMS])
def test_sizes_of_constants_are_told_by_their_neighbours(
    equation: str, symbols: dict[str, str], claim: str, verdict: str
) -> None:
    """Where these tell none it is undecided, unless there is one size only."""
    assert check([equation], claim, symbols).verdict == verdict


def test_a_derivative_by_what_only_a_function_may_hold_is_not_zero() -> None:
    """Nothing is said of how an unknown function depends on a parameter that its call leaves out."""
    assert check(["h_t = f(h_{t-1}; W)"], r"\frac{\partial h_t}{\partial W} = 0").verdict == "undecided"


def test_a_product_of_sizes_tells_either_factor() -> None:
    """Whichever two of the three are known."""
    n, m = dim("n"), dim("m")
    sizes, factor = Sizes(), Size()
    whole = sizes.product(Size(n), factor)
    assert sizes.equal(whole, Size(n * m))
    assert sizes.settle()
    assert factor.value() == m
    assert sizes.product(Size(n), factor).value() == n * m
    assert sizes.product(UNIT, factor) is factor
    other = sizes.product(Size(), Size(m))
    assert sizes.equal(other, Size(n))
    assert not sizes.settle()


def test_what_was_found_out_since_can_be_forgotten() -> None:
    """A size that was taken to be another is open again."""
    sizes, size = Sizes(), Size(may_be_one=True)
    mark = sizes.mark()
    assert sizes.equal(size, Size())
    assert not sizes.equal(size, UNIT)
    sizes.undo(mark)
    assert sizes.equal(size, UNIT)


def test_matrices_in_angle_brackets_are_refused() -> None:
    """What stands there are vectors; the product of matrices is no scalar."""
    with pytest.raises(ReadError, match="angle brackets take two vectors"):
        read_system([r"c = \langle A, B \rangle"], {"A": "matrix n m", "B": "matrix n m"})
