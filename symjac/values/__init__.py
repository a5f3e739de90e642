"""What expressions are worth: written out at given sizes, in any kind of number, derivatives by dual numbers.

Nothing here knows a rule of matrix calculus or a normal form: values are a second opinion. A system that is run
forwards is an :class:`~symjac.values.evaluator.Evaluator` under its definitions, and ``Partial(y, x)`` there is the
derivative of that run.
"""

from symjac.values.search import Counterexample, Enclosure, counterexample

__all__ = ["Counterexample", "Enclosure", "counterexample"]
