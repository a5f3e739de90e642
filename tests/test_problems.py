"""The problem corpus: published systems and random ones, judged by numbers from neither's engine."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

import symjac
from symjac.cli import main
from tests.problems.generator import Problem, generate
from tests.problems.oracle import Outcome, compare, evaluate, held_against, judge
from tests.problems.published import RECORDS, TRUTH

SIZES = {"n": 3, "m": 2, "p": 4}


def published(record: Mapping[str, Any]) -> Outcome:
    shapes = {name: tuple(sizes.split()) for name, sizes in record["shapes"].items()}
    functions = record.get("functions", [])
    names = [*shapes, *functions]

    def f(values: Mapping[str, Any]) -> Any:
        return TRUTH[record["id"]](*(values[name] for name in names))

    return compare(record, f, shapes, SIZES, dict.fromkeys(functions))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["id"])
def test_published_systems(record: Mapping[str, Any]) -> None:
    """Every published system is derived, and agrees with the NumPy written by hand in both layouts."""
    assert published(record) == Outcome("right")


def test_every_published_record_has_its_function() -> None:
    """At least sixty systems, each with a source and with a NumPy function of the same name."""
    assert len(RECORDS) >= 60
    assert [r["id"] for r in RECORDS] == list(TRUTH)
    assert all(r["source"] for r in RECORDS)


def tally(problems: Iterable[Problem]) -> Counter[str]:
    """How many random problems are right and refused; one that is wrong, or a false alarm, fails with its record."""
    count: Counter[str] = Counter()
    for problem in problems:
        outcome = judge(problem)
        assert outcome.verdict in ("right", "refused"), (problem.record, outcome)
        assert outcome.verdict == "right" or outcome.message
        count[outcome.verdict] += 1
    return count


def tangled(seeds: Iterable[int]) -> Iterable[Problem]:
    return (generate(seed, tangled=True) for seed in seeds)


@pytest.mark.parametrize("count", [50, pytest.param(500, marks=pytest.mark.slow)])
def test_random_systems(count: int) -> None:
    """Random systems are not derived wrongly nor called a defect; at most two of 100 are refused, with a message."""
    assert tally(map(generate, range(count)))["refused"] <= max(1, count // 50)


def test_random_systems_of_tangled_shapes() -> None:
    """The same for 30 systems with scalar gates, softmax inside, inner products, quotients and shared parameters."""
    assert tally(tangled(range(30)))["refused"] < 2


@pytest.mark.parametrize("seed", [11_019, 11_672])
def test_large_terms_that_cancel_are_no_defect(seed: int) -> None:
    """What rounding leaves of large terms passed for a difference, in floating point and in SymPy's digits."""
    assert judge(generate(seed, tangled=True)).verdict == "right"


def test_the_trace_of_an_identity_is_its_size() -> None:
    """A lone "tr(I)" does not say which identity is meant, and could not be read again."""
    assert judge(generate(12_451, tangled=True)).verdict == "right"
    system = symjac.System(r"L = \operatorname{tr}(A - x^\top x I)", symbols={"A": "matrix m m"})
    assert system.jacobian("L", wrt="x").formula() == r"-2 m x^{\top}"


@pytest.mark.parametrize(
    ("equation", "wanted"),
    [
        (r"L = \mathbf{1}^\top (x + s \mathbf{1})", "n"),
        (r"L = \operatorname{mean}(x + s \mathbf{1})", "1"),
        (r"L = \operatorname{tr}(A + s I^\top)", "n"),
        (r"L = \operatorname{tr}(\operatorname{diag}(x + s \mathbf{1}))", "n"),
        (r"L = \mathbf{1}^\top \begin{bmatrix} x + s\mathbf{1} \\ z + s \mathbf{1} \end{bmatrix}", "m + n"),
        (r"L = z^\top z \mathbf{1}^\top (x + s \mathbf{1})", "n z^{\\top} z"),
        (r"L = \operatorname{Var}(x + s \mathbf{1})", "0"),
        (r"L = \|A + s I\|^2", r"2 \operatorname{tr}(A + s I)"),
        (r"L = \log\det(A + s I)", r"\operatorname{tr}((A + s I)^{-1})"),
        (r"L = s \operatorname{tr}(I_n)", "n"),
    ],
)
def test_constants_whose_size_nothing_tells_are_their_size(equation: str, wanted: str) -> None:
    system = symjac.System(equation, symbols={"x": "vector n", "z": "vector m", "A": "matrix n n", "s": "scalar"})
    assert system.jacobian("L", wrt="s").formula() == wanted


def test_random_systems_with_constants() -> None:
    """The same with vectors of ones and identities; the seeds are some that were called defects."""
    assert not tally(generate(s, tangled=True, constants=True) for s in (*range(20), 59, 230, 272, 294))["refused"] > 1


@pytest.mark.parametrize(
    ("equation", "by", "wanted"),
    [
        (r"f = \log\det(X^T X)", "X", r"2 (X^{\top} X)^{-1} X^{\top}"),
        (r"y = (X^T X)^{-1} X^T b", "b", r"(X^{\top} X)^{-1} X^{\top}"),
        (r"f = \operatorname{tr}(C^{-1} A C)", "C", r"\mathbf{0}"),
        (r"f = \operatorname{tr}(C^T A C^{-T})", "C", r"\mathbf{0}"),
        (r"f = a^T C^{-1} C a", "C", r"\mathbf{0}"),
    ],
)
def test_where_a_matrix_is_singular_nothing_is_compared(equation: str, by: str, wanted: str) -> None:
    """Of a matrix with fewer rows than columns X^T X has no inverse; of others what is derived is right."""
    system = symjac.System(equation, symbols={"X": "matrix m n", "b": "vector m", "C": "matrix n n", "A": "matrix n n"})
    assert system.jacobian(equation[0], wrt=by).formula() == wanted


@pytest.mark.slow
@pytest.mark.parametrize("start", range(10_000, 12_500, 250))
def test_many_random_systems(start: int) -> None:
    """Of 2,500 others none is derived wrongly or called a defect, and under one percent are refused."""
    assert tally(tangled(range(start, start + 250)))["refused"] < 3


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, 1000, 250))
def test_many_random_systems_with_constants(start: int) -> None:
    constants = (generate(seed, tangled=True, constants=True) for seed in range(start, start + 250))
    assert tally(constants)["refused"] < 5


def test_a_batch_through_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`symjac derive FILE.jsonl --to json` gives a line for each layout whose NumPy source is right, checks passed."""
    problems = {p.record["id"]: p for p in map(generate, range(3000, 3020))}
    batch = tmp_path / "problems.jsonl"
    batch.write_text("\n".join(json.dumps(p.record) for p in problems.values()), encoding="utf-8")
    main(["derive", str(batch), "--to", "json"])
    emitted: dict[str, dict[str, Any]] = {}
    refused = 0
    for line in capsys.readouterr().out.splitlines():
        answer = json.loads(line)
        if "error" in answer:
            assert answer["error"]["message"]
            refused += 1
            continue
        assert answer["checks"]
        assert all(check["passed"] for check in answer["checks"])
        space: dict[str, Any] = {}
        exec(compile(answer["numpy"], answer["id"], "exec"), space)
        emitted.setdefault(answer["id"], {})[answer["layout"]] = (space["jacobian"], answer["arguments"])
    assert len(emitted) + refused == len(problems)
    assert refused <= 1
    for name, layouts in emitted.items():
        p = problems[name]
        assert set(layouts) == {"numerator", "denominator"}
        assert held_against(layouts, p.record, evaluate(p), p.shapes, p.sizes, p.functions) == Outcome("right")


def test_the_generator_covers_the_language() -> None:
    """Among the first 400 problems every operation occurs, with rectangular sizes, gates, and each kind of target."""
    from tests.problems.trees import KNOWN, OPERATIONS, Tree

    def operations(tree: Tree) -> set[str]:
        return {tree.op}.union(*(operations(a) for a in tree.args))

    seen: set[str] = set()
    kinds: set[tuple[int, int]] = set()
    functions: set[str] = set()
    rectangular = gated = 0
    for seed in range(400):
        problem = generate(seed)
        for _, tree in problem.equations:
            seen |= operations(tree)
            functions |= tree.functions()
        of = problem.equations[-1][1].shape
        kinds.add((len(of), len(problem.shapes[problem.wrt])))
        rectangular += any(len(s) == 2 and s[0] != s[1] for s in problem.shapes.values())
        gated += len(problem.equations) > 1
    assert seen == set(OPERATIONS) - {"log", "ones"}
    assert functions > set(KNOWN)
    assert kinds >= {(1, 1), (0, 1), (1, 0), (0, 2)}
    assert rectangular > 50
    assert gated > 100


def test_tangled_problems_are_tangled() -> None:
    """Among 300 tangled problems all operations occur, gates and variables that are scalars, and shared symbols."""
    from tests.problems.trees import OPERATIONS, Tree

    def operations(tree: Tree) -> set[str]:
        return {tree.op}.union(*(operations(a) for a in tree.args))

    seen: set[str] = set()
    scalar_gates = scalar_variables = shared = 0
    for problem in tangled(range(300)):
        trees = [tree for _, tree in problem.equations]
        seen = seen.union(*map(operations, trees))
        scalar_gates += any(tree.shape == () for tree in trees[:-1])
        scalar_variables += problem.shapes[problem.wrt] == ()
        uses = Counter(name for tree in trees for name in tree.symbols())
        shared += any(count > 1 for name, count in uses.items() if name != problem.wrt)
    assert seen == set(OPERATIONS) - {"ones"}
    assert min(scalar_gates, scalar_variables) > 20
    assert shared > 50


@pytest.mark.parametrize(
    ("equation", "wrong"),
    [
        (r"y = W \sigma(x)", lambda W, x, s: W.T @ s(x)),
        (r"y = W \sigma(x)", lambda W, x, s: -W @ s(x)),
        (r"y = W \sigma(x)", lambda W, x, s: W @ s(s(x))),
    ],
)
def test_the_judge_notices_errors(equation: str, wrong: Any) -> None:
    """A transpose, a sign or an argument changed in the truth makes the judge disagree."""
    record = {"id": "damaged", "equations": [equation], "targets": [{"of": "y", "wrt": "x"}]}
    shapes = {"W": ("n", "n"), "x": ("n",)}
    outcome = compare(record, lambda v: wrong(v["W"], v["x"], v[r"\sigma"]), shapes, SIZES, {r"\sigma": None})
    assert outcome.verdict == "wrong"
