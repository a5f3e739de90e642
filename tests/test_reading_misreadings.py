"""What could be taken for something else is refused, or read as what it says; never read as another thing."""

from __future__ import annotations

import pytest

from symjac.errors import SymjacError
from symjac.reading import read_system


def right(text: str, *, orientation: str = "column", **symbols: str) -> str:
    """The right side that is read, as text."""
    return str(read_system([text], symbols, orientation=orientation).equations[0].rhs)


@pytest.mark.parametrize(
    "bounds",
    [
        r"_{j\ne i}",
        "_{j<i}",
        r"_{j\le i}",
        "_{j>i}",
        "_{i<j}",
        "_{j=1}^{i}",
        "_{j=2}^n",
        "_{j=0}^{n-1}",
        "_{j=1}^{n-1}",
        "_{j=1}^{2}",
        r"_{j\in\mathcal N(i)}",
        r"_{j: j\neq i}",
        r"_{j=1, j\neq i}^n",
        "_{j=1}",
    ],
)
def test_a_sum_over_some_entries_is_refused(bounds: str) -> None:
    """A restriction on a sum is never dropped: what does not run over all entries is not read."""
    with pytest.raises(SymjacError):
        read_system([rf"y_i = \sum{bounds} W_{{ij}} x_j"])


@pytest.mark.parametrize("bounds", ["_j", "_{j}", "_{j=1}^{n}", "_{j=1}^n"])
def test_a_sum_over_all_entries_is_a_product(bounds: str) -> None:
    """A sum without bounds, or from 1 to a letter that becomes the size, runs over all entries."""
    assert right(rf"y_i = \sum{bounds} W_{{ij}} x_j") == "Product(W, x)"


def test_a_sum_to_a_number_needs_that_size_declared() -> None:
    """A sum from 1 to 2 is the full sum only of what is declared to have two entries."""
    text = r"y_i = \sum_{j=1}^{2} W_{ij} x_j"
    assert right(text, W="matrix 2 2") == "Product(W, x)"
    with pytest.raises(SymjacError, match="does not run over all j"):
        read_system([text], {"W": "matrix 3 3"})


@pytest.mark.parametrize("text", [r"y_i = \sum_j x_j W_{ij} + b_j", "y_i = W_{ij} x_j", r"s = \sum_i x_i + b_i"])
def test_an_index_that_nothing_binds_is_refused(text: str) -> None:
    """An index on the right is on the left too, or summed over."""
    with pytest.raises(SymjacError):
        read_system([text])
