"""What the tests of reading share."""

from __future__ import annotations

from symjac.expr import Expr, dim
from symjac.reading import Reading, read_system

N, M = dim("n"), dim("m")
LSTM = r"""\begin{align}
 f_t &= \sigma(W_f [h_{t-1}, x_t] + b_f) \\ i_t &= \sigma(W_i [h_{t-1}, x_t] + b_i) \\
 o_t &= \sigma(W_o [h_{t-1}, x_t] + b_o) \\ \tilde{c}_t &= \tanh(W_c [h_{t-1}, x_t] + b_c) \\
 c_t &= f_t \odot c_{t-1} + i_t \odot \tilde{c}_t \\ h_t &= o_t \odot \tanh(c_t)
\end{align}"""


def right(text: str, **symbols: str) -> Expr:
    """The right side of the only equation of a text."""
    (equation,) = read_system([text], symbols).equations
    return equation.rhs


def shape(reading: Reading, name: str) -> tuple[str, str]:
    rows, cols = reading.symbols[name].symbol.shape
    return str(rows), str(cols)


def kinds(reading: Reading) -> set[str]:
    return {n.kind for n in reading.notes}
