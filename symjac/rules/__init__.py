"""The rules, in one table: importing this package fills :data:`symjac.kernel.RULES` and ``ASSUMES``."""

from symjac.rules import assumptions, differentials, jacobians

__all__ = ["assumptions", "differentials", "jacobians"]
