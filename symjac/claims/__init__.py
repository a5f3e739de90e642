"""Is a printed formula the derivative of a system, and in which conventions?

Read once (:mod:`~symjac.claims.stated.stating`), a claim is a chain of terms that know no convention. In each
convention by itself they become expressions (:mod:`~symjac.claims.evaluate`), the left-hand side the
derivative that symjac derives, and the two are proved equal for every size; beside that the system is run forwards
(:mod:`~symjac.claims.witness`), which confirms what is proved and refutes what is false.
"""

from symjac.claims.checking import check, check_record, judge_claim
from symjac.claims.verdict import Link, Outcome, Verdict

__all__ = ["Link", "Outcome", "Verdict", "check", "check_record", "judge_claim"]
