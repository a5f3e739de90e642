"""What does not change a claim's meaning does not change its verdict: numbers, order, letters."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from symjac import System
from symjac.claims.checking import check, check_record
from symjac.errors import DefinitionError, TargetError
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
        "all-ones vector",
        "scalar equal to one",
        "constant 2",
        "ones",
    ],
)
def test_what_may_be_a_constant_is_one_or_refused(words: str) -> None:
    """Nothing is judged, or derived, of a free symbol in place of a constant."""
    with pytest.raises(DefinitionError, match="a constant is declared as 'vector n, all ones'"):
        System("y = E x + c", symbols={"c": words})
    with pytest.raises(DefinitionError, match="a constant is declared as"):
        check([r"f = c^\top x"], r"\frac{\partial f}{\partial x_k} = 1", {"c": words})


@pytest.mark.parametrize("ones", ["e", "j"])
def test_a_declared_constant_has_entries_and_no_size_of_its_own(ones: str) -> None:
    """The n of 1/n is the size of the vectors beside it; an entry of ones is 1, of the identity 0 or 1."""
    declared = {ones: "vector of ones", "E": "identity"}
    mean = [rf"s = \frac{{1}}{{n}} {ones}^\top x", rf"v = \frac{{1}}{{n}} \|x - s {ones}\|^2"]
    claim = rf"\frac{{\partial v}}{{\partial x}} = \frac{{2}}{{n}} (x - s {ones})"
    assert check(mean, claim, declared).verdict == "true"
    assert check(mean, claim.replace("{2}", "{1}"), declared).verdict == "false"
    centred = [rf"P = E - \frac{{1}}{{n}} {ones} {ones}^\top", r"f = \|P x\|^2"]
    assert check(centred, r"\frac{\partial f}{\partial x} = 2 P x", declared).verdict == "true"
    assert check(centred, r"\frac{\partial f}{\partial x} = P x", declared).verdict == "false"
    summed, by_entry = ["y = A x", rf"f = {ones}^\top y"], r"\frac{\partial f}{\partial A_{kl}} = "
    assert check(summed, rf"{by_entry}{ones}_k x_l", declared).verdict == "true"
    assert check(summed, rf"{by_entry}2 {ones}_k x_l", declared).verdict == "false"
    assert check(["y = E x"], r"\frac{\partial y_i}{\partial x_j} = E_{ij}", declared).verdict == "true"


def test_a_declared_constant_is_no_variable_and_an_identity_is_square() -> None:
    """Both are refused with a declaration that helps."""
    with pytest.raises(TargetError, match=r"is declared to be a constant .*; for that declare it as a vector"):
        System(r"f = c^\top A x", symbols={"c": "vector of ones"}).jacobian(wrt="c")
    with pytest.raises(DefinitionError, match="an identity is square"):
        System("y = E x + b", symbols={"E": "identity matrix n m"})
    system = System(r"h_t = \tanh((E + A) h_{t-1})", symbols={"E": "unit matrix n n", "c": "vector of ones"})
    back = system.bptt(r"L = \sum_{t=1}^{T} c^\top h_t + \|A - E\|_F^2")
    assert "def gradients(*, A, T, h_0):" in back.numpy()


def test_nothing_is_refuted_by_a_unit_vector_of_another_length() -> None:
    """A unit vector has the norm one."""
    system, claim = [r"f = a^\top u u^\top u"], r"\frac{\partial f}{\partial a} = u"
    assert check(system, claim, {"u": "vector n"}).verdict == "false"
    assert check(system, claim, {"u": "unit vector n"}).verdict == "undecided"
