"""From a written-out matrix of entries back to its closed form, proved by multiplying out.

The forms are sums of

- chains of the matrices whose entries occur, with diagonal matrices before, between and after them:
  `W diag(d)`, `diag(a) W.T diag(b)`, `U diag(d) W`;
- diagonal matrices and multiples of the identity;
- rank-one terms `u v.T`.

A form must say less than the matrix does: vectors without a pattern may not have as many entries as
what they stand for, else every matrix would have one.
"""

from __future__ import annotations

from symjac.factoring.form import Factored, NoClosedForm, Term
from symjac.factoring.search import factor

__all__ = ["Factored", "NoClosedForm", "Term", "factor"]
