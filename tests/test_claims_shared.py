"""Claims about parameters that stand in several places: none is misjudged, few are undecided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from symjac.claims.checking import check_record
from tests.claims_shared import SHAPES, USUAL, Claim, claims, points, truth, written_for
from tests.shared.formulas import Node, diag, gradient, letter
from tests.shared.runs import Point, Run
from tests.shared.shapes import Shape
from tests.shared.values import CONVENTIONS


def tally(generated: list[Claim]) -> Counter[str]:
    """Counts of decided and undecided conventions; anything wrong fails at once."""
    counts: Counter[str] = Counter()
    for claim in generated:
        verdict = check_record({k: claim.record[k] for k in ("equations", "symbols", "claim")})
        assert verdict.verdict != "unreadable", (claim.record, verdict.error)
        maps = [(verdict.conventions, claim.truth)]
        if "truth_descending" in claim.record:
            maps.append((verdict.descending or {}, claim.record["truth_descending"]))
        for outcomes, known in maps:
            for name, held in known.items():
                if held is None:
                    continue
                outcome = outcomes.get(name)  # whose time is over says nothing of the mixed conventions
                if outcome is None or outcome.holds is None:
                    counts["undecided"] += 1
                    continue
                assert outcome.holds is held, (name, held, outcome.because, outcome.reason, claim.record)
                counts[str(outcome.holds)] += 1
    return counts


@pytest.mark.parametrize("seed", range(2))
def test_claims_about_shared_parameters_are_judged_as_numpy_does(seed: int) -> None:
    """A claim about each shape comes out as the system run forwards says, or undecided, which is rare."""
    counts = tally(list(claims(seed, len(SHAPES))))
    assert counts["True"] > 10
    assert counts["False"] > 100
    assert counts["undecided"] <= 0.08 * counts.total()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 120))
def test_three_thousand_claims_about_shared_parameters_are_judged_as_numpy_does(seed: int) -> None:
    """The same over twenty times four claims a shape."""
    counts = tally(list(claims(seed, 4 * len(SHAPES))))
    assert counts["undecided"] <= 0.05 * counts.total()


def dressed(record: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """One claim in other clothes: with numbers behind its formulas, with its equations in another order."""
    plain = {k: record[k] for k in ("equations", "symbols", "claim")}
    numbered = [rf"{e} \quad ({k})" for k, e in enumerate(plain["equations"], 1)]
    return {
        "as it is": plain,
        "numbered": {**plain, "equations": numbered, "claim": rf"{plain['claim']} \qquad (A.7)"},
        "turned": {**plain, "equations": plain["equations"][::-1]},
    }


@pytest.mark.parametrize(
    ("seed", "count"), [(0, 12), *(pytest.param(seed, len(SHAPES), marks=pytest.mark.slow) for seed in range(1, 5))]
)
def test_a_claim_is_judged_alike_in_other_clothes(seed: int, count: int) -> None:
    """Neither a number behind a formula nor the order of the equations changes what is said of a convention."""
    for claim in claims(seed, count):
        said = {}
        for clothes, record in dressed(claim.record).items():
            verdict = check_record(record)
            said[clothes] = {name: o.holds for name, o in verdict.conventions.items()}
        assert said["numbered"] == said["turned"] == said["as it is"], claim.record


def usual(shape: Shape) -> tuple[Point, ...]:
    """The points of a shape with unspecified functions."""
    return points(shape.name, USUAL["f"], USUAL["g"])


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_what_the_shapes_say_is_true_in_every_convention(shape: Shape) -> None:
    """A fact, rewritten for a convention, is what the forward run gives there, to the last digits."""
    at = usual(shape)
    for left, right in shape.run(at[0].base)():
        is_product = any(n.kind == "product" for n in right.walk())
        for convention in CONVENTIONS if shape.rows else ("numerator_column", "denominator_column", "mixed_column"):
            printed = written_for(convention, left, right, shape)
            descending = is_product and not convention.startswith("denominator")
            assert truth(left, printed, at, convention, descending=descending), (convention, left, printed)


def test_there_are_more_than_twenty_shapes() -> None:
    """With and without a time."""
    assert len(SHAPES) > 20
    assert {any("_t" in e for e in s.equations) for s in SHAPES.values()} == {True, False}


def test_a_use_that_is_left_out_or_counted_twice_is_false() -> None:
    """For h = f(W x), y = W h the oracle wants each use of W once."""
    shape = SHAPES["two layers with one matrix"]
    W, x, h, upstream = letter("W"), letter("x"), letter("h"), gradient("y")
    outer: Node = upstream @ h.T
    inner = diag(Node("apply", (W @ x,), "f'")) @ W.T @ upstream @ x.T
    for formula, holds in ((outer + inner, True), (outer, False), (inner, False), (outer + outer + inner, False)):
        assert truth(gradient("W"), formula, usual(shape), "denominator_column") is holds


def test_derivatives_by_complex_steps_are_those_by_hand() -> None:
    """For y = W f(W x) the entries dy_i/dx_j are the sums over k of w_ik f'(z_k) w_kj."""

    def system(s: Run) -> None:
        s["y"] = s["W"] @ s.f(s["W"] @ s["x"])

    point = Point(system, {"W": "matrix n n", "x": "vector n", "y": "vector n"}, {"f": r"\tanh"}, 0)
    W, x = point.known("W"), point.known("x")
    slope = 1 - point.function("f", W @ x) ** 2
    J = point.derivative("y", "x")
    for i in range(4):
        for j in range(4):
            assert J[i, j] == pytest.approx(sum(W[i, k] * slope[k, 0] * W[k, j] for k in range(4)))
