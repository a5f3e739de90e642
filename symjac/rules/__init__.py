"""The rules, in one table: importing this package fills :data:`symjac.kernel.RULES`."""

from symjac.rules import differentials, jacobians

__all__ = ["differentials", "jacobians"]
