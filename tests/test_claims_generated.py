"""Claims made by the generator: none is misjudged, few are undecided, and every counterexample is one."""

from __future__ import annotations

from collections import Counter

import pytest

from symjac.claims.checking import check_record
from tests.claims_generator import Claim, claims, differs, polynomial, truth


def tally(generated: list[Claim]) -> Counter[str]:
    """Counts of decided and undecided conventions; anything wrong fails at once."""
    counts: Counter[str] = Counter()
    for claim in generated:
        expected = truth(claim)
        verdict = check_record(claim.record)
        assert verdict.verdict != "unreadable", (claim.text, verdict.error)
        for name, holds in expected.items():
            outcome = verdict.conventions[name]
            assert outcome.holds in (holds, None), (name, holds, outcome.because, claim.equations, claim.text)
            counts["undecided" if outcome.holds is None else str(outcome.holds)] += 1
            if outcome.counterexample is not None:
                shown = outcome.to_json()["counterexample"]
                assert isinstance(shown, dict)
                assert differs(claim, name, shown), (name, claim.equations, claim.text, shown)
                counts["counterexamples"] += 1
    return counts


@pytest.mark.parametrize("seed", range(2))
def test_generated_claims_are_judged_as_numpy_does(seed: int) -> None:
    """True and false claims come out as such in all four conventions, or undecided, which is rare."""
    counts = tally(list(claims(seed, 30)))
    decided = counts["True"] + counts["False"]
    assert counts["True"] > 6
    assert counts["counterexamples"] > 10
    assert counts["undecided"] <= 0.02 * (decided + counts["undecided"])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 120))
def test_five_thousand_generated_claims_are_judged_as_numpy_does(seed: int) -> None:
    """The same over twenty times 250 claims."""
    counts = tally(list(claims(seed, 250)))
    assert counts["undecided"] <= 0.02 * counts.total()


def test_the_stand_ins_of_counterexamples_are_read_as_polynomials() -> None:
    """The oracle takes the functions that a counterexample names."""
    assert polynomial("z^{3} + z^{2} + 2 z + 1") == [1, 2, 1, 1]
    assert polynomial("z^{2}") == [0, 0, 1]


def test_the_oracle_tells_the_four_orders_apart() -> None:
    """For x_t = W sigma(x_{t-1}) each of the four printed orders is true in exactly one convention."""
    from symjac import System, expr as ex

    system = System(r"x_t = W \sigma(x_{t-1})")
    derived = system.jacobian(wrt="x_{t-1}")
    W = next(s for s in derived.closed.symbols if s.name == "W")
    D = next(e for e in derived.closed.walk() if isinstance(e, ex.Diag))
    texts = (r"x_t = W \sigma(x_{t-1})",)
    orders = {
        "numerator_column": ex.Product(W, D),
        "denominator_column": ex.Product(D, ex.Transpose(W)),
        "numerator_row": ex.Product(ex.Transpose(W), D),
        "denominator_row": ex.Product(D, W),
    }
    for name, formula in orders.items():
        claim = Claim(texts, {}, system, derived.of, derived.wrt, formula, "by hand")
        assert {k for k, v in truth(claim).items() if v} == {name}
        verdict = check_record(claim.record)
        assert verdict.holds_in == (name,)
