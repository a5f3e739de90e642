r"""Backpropagation through time: the derivatives of a loss over a recurrence, derived, proved and printed.

The loss is a sum over the steps or a function of the last one. Every symbol of a step gets the derivative of
the whole loss by it; the recurrence runs from the last step back, and the derivatives by the parameters are
sums over time. Everything is one step long, so nothing grows with the number of steps.
Goodfellow, Bengio, Courville, *Deep Learning*, section 10.2.2, equations (10.17) to (10.28).
"""

from __future__ import annotations

from symjac.bptt.backward import Backward
from symjac.bptt.program import forward, program
from symjac.bptt.rows import Gradient, Row

__all__ = ["Backward", "Gradient", "Row", "forward", "program"]
