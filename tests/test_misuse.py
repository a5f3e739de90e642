"""From Python too, what cannot be used ends in one of symjac's own errors."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import pytest

from symjac import System
from symjac.errors import SymjacError
from symjac.jacobians import Jacobian


def founding() -> Jacobian:
    return System(r"x_t = W \sigma(x_{t-1})").jacobian(wrt="x_{t-1}")


MISUSES: dict[str, Callable[[], object]] = {
    "a number for a system": lambda: System(5),  # type: ignore[arg-type]  # misuse is the point
    "bytes for a system": lambda: System(b"y = W x"),  # type: ignore[arg-type]  # likewise
    "a list for a system": lambda: System(["y = W x"]),  # type: ignore[arg-type]  # likewise
    "an orientation that is none": lambda: System("y = W x", orientation="diagonal"),
    "declarations that are none": lambda: System("y = W x", symbols=5),  # type: ignore[arg-type]  # likewise
    "a number to differentiate by": lambda: System("y = W x").jacobian(wrt=5),  # type: ignore[arg-type]  # likewise
    "a word for a size": lambda: founding().explicit("two"),  # type: ignore[arg-type]  # likewise
    "half a size": lambda: founding().explicit(1.5),  # type: ignore[arg-type]  # likewise
    "no size": lambda: founding().explicit(0),
    "a size of nothing": lambda: founding().explicit({"k": 2}),
    "a layout that is none": lambda: founding().explicit(2, layout="both"),
    "a formula in both layouts": lambda: founding().formula("both"),
    "source in both layouts": lambda: founding().numpy("both"),
    "a page in no layout": lambda: founding().text("sideways"),
    "a size that is defined": lambda: System("n = b^T x", r"y = \frac{1}{n} W x", symbols={"b": "vector n"}),
}


@pytest.mark.parametrize("misuse", MISUSES.values(), ids=MISUSES)
def test_misuse_is_an_error_of_symjac(misuse: Callable[[], object]) -> None:
    """One message in words, whatever was handed in."""
    with pytest.raises(SymjacError):
        misuse()


def test_jacobians_are_copied_and_sent_to_other_processes() -> None:
    """A copy and a pickled Jacobian are the same derivative."""
    J = founding()
    assert copy.deepcopy(J) == J
    assert pickle.loads(pickle.dumps(J)) == J


def test_parameters_of_a_defined_function_are_arguments() -> None:
    """The slope of a leaky unit is an argument of the emitted function, though it stands in sigma's definition only."""
    J = System(r"f(u) = \max(0, u) + \alpha \min(0, u)", "y = f(W x)").jacobian(wrt="x")
    assert "numbers" in {c.method for c in J.checks}
    assert "alpha" in J.numpy().split(":", 1)[0]


def test_powers_of_matrices_have_transposes() -> None:
    """W^100 x has the derivative W^100, and its transpose in the other layout."""
    J = System("y = W^{100} x", symbols={"W": "matrix n n"}).jacobian(wrt="x")
    assert J.formula() == "W^{100}"
    assert J.formula("denominator") == r"(W^{100})^{\top}"
