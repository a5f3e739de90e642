"""The roads to a Jacobian: rules, entries, written-out sizes, numbers, reading back, a second reader.

A road that runs and disagrees raises :class:`~symjac.errors.Defect`, which names both sides; one
that cannot run says why. Nothing is decided by majority.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from symjac import typeset
from symjac.codegen import emit
from symjac.confirm import numbers, second, sizes
from symjac.confirm.confirmed import Check, Checks, NotRun, SkippedError
from symjac.confirm.forward import agree, told
from symjac.confirm.likeness import alike
from symjac.confirm.programs import run_source
from symjac.derivation import Derivation, compare_with_entries, open_abbreviations
from symjac.errors import Defect, NotYetError, ReadError, RuleError, unprinted
from symjac.expr import Expr, Symbol, Transpose, is_zero, size_names
from symjac.limits import OutOfTimeError
from symjac.normal import NormalFormTooLarge, UndefinedFormError
from symjac.reading import read_expression, read_formula
from symjac.reading.brackets import UnclosedError, UnopenedError
from symjac.second_reader import Answer
from symjac.values.evaluate import turned
from symjac.values.evaluator import Evaluator, Matrix
from symjac.values.forward import Slopes
from symjac.values.nodes import count_entries

APART = frozenset({"sizes", "numbers"})  # the roads that owe nothing to the normal form
SMALL = (1, 2, 3)
LARGEST = 4000  # entries of all symbols together that are written out


def run_checks(d: Derivation, *, thorough: bool = False, at: Mapping[str, int] | None = None) -> Checks:
    """Run every method on a derived Jacobian; the second reader only if ``thorough``.

    It reads the matrix as a page writes it out at the sizes ``at``, or with 2 for every letter.

    :raises Defect: where two roads disagree.
    """
    ran: list[Check] = []
    not_run: list[NotRun] = []
    for method in METHODS:
        if method == "second_reader" and not thorough:
            not_run.append(NotRun(method, "it takes long; asked for by --thorough and for documents"))
            continue
        try:
            ran.append(Check(method, _second_reader(d, at) if method == "second_reader" else _ROADS[method](d)))
        except SkippedError as skipped:
            not_run.append(NotRun(method, str(skipped)))
    return Checks(tuple(ran), tuple(not_run))


def _disagreement(d: Derivation, one: str, other: str, where: str = "") -> Defect:
    return unprinted(
        f"{one} and {other} disagree about the derivative of {d.of.name} by {d.wrt.name}{where}", one, other
    )


def _rules(d: Derivation) -> str:
    try:
        d.proof.replay()
    except RuleError as error:
        raise _disagreement(d, "the record of the proof", "the rules", f": {error.message}") from error
    return f"every size, {len(d.proof.steps)} steps of {len(d.proof.rules)} rules"


def _entries(d: Derivation) -> str:
    try:
        return compare_with_entries(d)
    except NormalFormTooLarge as error:
        raise SkippedError("the entries are too long to be compared for every size") from error


def _at_sizes(d: Derivation, numbers: tuple[int, ...]) -> list[dict[str, int]]:
    """Sizes for the size letters: each letter a different one of the numbers where there are several letters."""
    letters = sorted(d.system.sizes | size_names([d.wrt]))
    rounds = {
        tuple((letter, numbers[(k + r) % len(numbers)]) for r, letter in enumerate(letters)): None
        for k in range(len(numbers))
    }
    return [dict(r) for r in rounds]


def _count(d: Derivation, at: Mapping[str, int]) -> int:
    """How many entries the symbols have together at the given sizes."""
    symbols = {d.of, d.wrt, *(s for e in (d.closed, *d.definitions.values()) for s in e.symbols)}
    return count_entries(symbols, at)


def _sizes(d: Derivation) -> str:
    done: list[str] = []
    exact = True
    for at in _at_sizes(d, SMALL):
        if _count(d, at) > LARGEST:
            raise SkippedError(f"the system has more than {LARGEST} entries at {told(at)}")
        try:
            verdict = sizes.compare(d.of, d.wrt, d.closed, d.definitions, at)
        except NotYetError as error:
            raise SkippedError(error.message) from error
        if verdict.agree is None:
            continue
        if not verdict.agree:
            raise _disagreement(
                d, "the closed form", "SymPy's scalar derivatives", f" at {told(at)}, entry {verdict.entry}"
            )
        exact = exact and verdict.exact
        done.append(told(at))
    if not done:
        raise SkippedError("the derivative has no value at the small sizes")
    return "; ".join(done) + ("" if exact else f" (to {sizes.DIGITS - 10} digits at a random point)")


def _numbers(d: Derivation) -> str:
    done: dict[str, None] = {}
    stand_ins: dict[str, None] = {}
    way = ""
    for at in (*_at_sizes(d, (2, 3)), *_at_sizes(d, (5, 4))):
        if _count(d, at) > 50 * LARGEST:
            raise SkippedError(f"the arrays are too large at {told(at)}")
        for variant in (0, 1):
            try:
                found = numbers.deviation(d, at, variant)
            except NotYetError as error:
                raise SkippedError(error.message) from error
            if found is None:
                continue
            if not found.agree:
                raise _disagreement(d, "the emitted function", found.way, f" at {told(at)} {found.stand_ins}".rstrip())
            done[told(at)] = stand_ins[found.stand_ins] = None
            way = found.way
            if not found.stand_ins:
                break
    if not done:
        raise SkippedError("no random point gave finite numbers")
    chosen = " and again with ".join(s for s in stand_ins if s)
    _run_forwards(d)
    return f"{way} at random points; {'; '.join(done)}" + (f"; with {chosen}" if chosen else "")


def _run_forwards(d: Derivation) -> None:
    """What is emitted, every theorem of the proof, gates and abbreviations, beside the system run forwards.

    The emitted function was compared with the emitted step; here both meet what dual numbers give.
    """
    short, short_denominator = (open_abbreviations(e, d.abbreviations) for e in (d.short, d.short_denominator))
    sources = [] if d.system.functions else [emit(d, layout=layout) for layout in ("numerator", "denominator")]

    def sides(at: Evaluator) -> Iterator[tuple[Matrix, Matrix]]:
        by = Slopes(at, d.wrt)
        whole = by(d.of)
        for e in (d.closed, short):
            yield whole, at.matrix(e)
        for e in (d.closed_denominator, short_denominator):
            yield turned(whole), at.matrix(e)
        for stage in d.stages[:-1]:
            yield by(stage.symbol), at.matrix(stage.closed)
        for step in d.proof.steps:
            yield by.value(step.lhs), by.value(step.rhs)

    # Programs compute in floating point, which more digits on the other side do not mend: they are compared apart.
    def programs(at: Evaluator) -> Iterator[tuple[Matrix, Matrix]]:
        whole = Slopes(at, d.wrt)(d.of)
        for source in sources:
            yield whole, run_source(source, at, d)
            whole = turned(whole)

    for road, what, floating in ((sides, "what is printed", False), (programs, "what is emitted", True)):
        try:
            agree(
                f"the derivative of {d.of.name} by {d.wrt.name}",
                what,
                road,
                [d.of, d.wrt, d.closed, short],
                d.definitions,
                moving=frozenset({d.wrt}),
                wanted=1,
                programs=floating,
            )
        except SkippedError:
            continue


def _readback(d: Derivation) -> str:
    partial = rf"\frac{{\partial {d.of.name}}}{{\partial {d.wrt.name}}}"
    named = {s.name: declaration_of(s) for s, _ in d.abbreviations}
    printed: list[tuple[str, str, Expr, Mapping[str, str]]] = [
        (layout, partial, e, {}) for layout, e in (("numerator", d.closed), ("denominator", d.closed_denominator))
    ]
    if named:
        printed += [("numerator", partial, d.short, named), ("denominator", partial, d.short_denominator, named)]
        printed += [("numerator", s.name, value, named) for s, value in d.abbreviations]
    for layout, lhs, e, symbols in printed:
        _read_again(d, lhs, e, layout, symbols)
    return "the printed closed form in both layouts" + (" and its abbreviations" if named else "")


def declaration_of(s: Symbol) -> str:
    """What declares a symbol of this shape."""
    rows, cols = (str(size).replace(" ", "") for size in s.shape)
    if s.is_scalar:
        return "scalar"
    return f"vector {rows}" if cols == "1" else f"matrix {rows} {cols}"


def _read_again(d: Derivation, lhs: str, e: Expr, layout: str, symbols: Mapping[str, str]) -> None:
    row = d.system.orientation == "row"
    text = typeset.latex(e, row=row, beside=d.system.symbols)
    # The left side gives a lone identity its shape; a zero is printed without one.
    printed = f"{lhs} = {text}" if not is_zero(e) and not row else text
    try:
        if row:
            last, notes = read_expression(printed, d.system.reading, symbols)
        else:
            members, notes = read_formula(printed, d.system.reading, layout=layout, symbols=symbols)
            last = members[-1]
        same = alike(last, e) if not is_zero(e) else is_zero(last.arg if isinstance(last, Transpose) else last)
    except (UnclosedError, UnopenedError) as error:
        raise _disagreement(d, "what was printed", "what is read", f": {printed}: {error.message}") from error
    except ReadError as error:
        # The reader refuses rather than misread; a refusal is no second opinion.
        raise SkippedError(f"the reader does not take the printed form: {error.message}") from error
    except (NormalFormTooLarge, UndefinedFormError) as error:
        raise SkippedError(f"what is read cannot be compared with what was printed: {error.message}") from error
    if notes:
        raise _disagreement(d, "what was printed", "what is read", f": {printed}: {notes[0].message}")
    if not same:
        raise _disagreement(d, "what was printed", "what is read", f": {printed}")


def _second_reader(d: Derivation, sizes: Mapping[str, int] | None = None) -> str:
    letters = size_names({d.of, d.wrt, d.closed, *d.definitions.values()})
    at = {letter: (sizes or {}).get(letter, 2) for letter in sorted(letters)}
    if _count(d, at) > LARGEST:
        raise SkippedError(f"the matrix has too many entries at {told(at)}")
    try:
        verdict = second.ask(d, at)
    except OutOfTimeError:
        raise
    except (NotYetError, NormalFormTooLarge) as error:
        raise SkippedError(error.message) from error
    if verdict.answer is Answer.DISAGREE:
        raise _disagreement(d, "the written-out matrix", "its second reader", f": {verdict.reason}")
    if verdict.answer is Answer.NOT_AVAILABLE:
        raise SkippedError(verdict.reason)
    return f"the matrix of entries printed for {told(at)}, read by {verdict.reader}"


_ROADS: Mapping[str, Callable[[Derivation], str]] = {
    "rules": _rules,
    "entries": _entries,
    "sizes": _sizes,
    "numbers": _numbers,
    "readback": _readback,
    "second_reader": _second_reader,
}
METHODS = tuple(_ROADS)
