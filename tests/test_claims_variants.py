"""What does not change a claim's meaning does not change its verdict: numbers, order, letters."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from symjac import System
from symjac.claims.checking import check, check_record
from symjac.errors import DefinitionError
from tests.claims_variants import VARIANTS, can_be_renamed, outcomes

DATA = Path(__file__).parent / "data"
RECORDS = {
    r["id"]: r
    for name in ("published", "field")
    for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    for r in [json.loads(line)]
}
OTHERWISE = {
    ("cv551574-missing-bracket", "numbered"),  # the number stands where the bracket is missing
    ("fc39", "renamed"),  # matrices whose columns are declared are not declared beside them
}


@cache
def plain(name: str) -> dict[str, bool | None]:
    return outcomes(check_record(RECORDS[name]))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", RECORDS)
def test_other_print_has_the_same_verdict(name: str, variant: str) -> None:
    """A number behind each formula, the equations turned round, all roles declared and other letters."""
    record = RECORDS[name]
    if (name, variant) in OTHERWISE or (variant == "renamed" and not can_be_renamed(record)):
        return
    assert outcomes(check_record(VARIANTS[variant](record))) == plain(name)


def test_most_records_have_a_variant_with_other_letters() -> None:
    """Only where words mention names, or a bracket is missing, letters stay."""
    assert sum(map(can_be_renamed, RECORDS.values())) > 0.8 * len(RECORDS)


@pytest.mark.parametrize("words", ["vector n (all ones)", "vector of ones", "vector n, all ones"])
def test_a_constant_may_be_declared_by_its_words(words: str) -> None:
    """A letter that is declared to be the vector of ones is that vector, and no other."""
    equations, claim = [r"a = \softmax(b)"], r"\frac{\partial L}{\partial b} = a \odot (g - (g^\top a) c)"
    declared = {"a": "vector n", "g": "gradient of L w.r.t. a"}
    assert check(equations, claim, {**declared, "c": words}).verdict == "true"
    assert check(equations, claim, {**declared, "c": "vector n"}).verdict == "false"
    assert check(equations, claim.replace("- (g", "+ (g"), {**declared, "c": words}).verdict == "false"


def test_a_matrix_may_be_declared_to_be_the_identity() -> None:
    """Before or behind its role; what is no constant of that role is refused."""
    for words in ("identity matrix n n", "matrix n n, the identity"):
        assert str(System("y = E x + W x", symbols={"E": words}).jacobian(wrt="x").closed) == "Sum(Identity(), W)"


@pytest.mark.parametrize(
    "words",
    [
        "matrix of ones",
        "ones vector",
        "vector zero",
        "vector of ones n",
        "n x n identity matrix",
        "vector n, all entries equal to 1",
    ],
)
def test_what_may_be_a_constant_is_one_or_refused(words: str) -> None:
    """Nothing is judged, or derived, of a free symbol in place of a constant."""
    with pytest.raises(DefinitionError, match="a constant is declared as 'vector n, all ones'"):
        System("y = E x + c", symbols={"c": words})
    with pytest.raises(DefinitionError, match="a constant is declared as"):
        check([r"f = c^\top x"], r"\frac{\partial f}{\partial x_k} = 1", {"c": words})
