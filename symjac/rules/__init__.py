"""The rules, in one table. Who takes :func:`infer` from here has them all: importing this package fills the table."""

from symjac.kernel import infer
from symjac.rules import assumptions, differentials, jacobians

__all__ = ["assumptions", "differentials", "infer", "jacobians"]
