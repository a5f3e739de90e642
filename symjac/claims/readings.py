"""What is not said and matters: verdicts of several readings put together, so that none is chosen in silence."""

from __future__ import annotations

import contextlib
import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from symjac import expr as ex
from symjac.claims.evaluate import Evaluator
from symjac.claims.stated.statement import Statement
from symjac.claims.stated.syntax import with_sign
from symjac.claims.undecided import TROUBLE, UndecidedError
from symjac.claims.verdict import Answer, Outcome, Outcomes, Verdict, undecided
from symjac.errors import DefinitionError, ReadError, ShapeError
from symjac.expr import Function
from symjac.expr.times import Time
from symjac.reading.applied.terms import MapCall, Term
from symjac.reading.numbered import may_be
from symjac.reading.usual import FUNCTION_LETTERS, OFTEN_MAPS
from symjac.reading.values import Value, like


class Diagonals(Evaluator):
    """Vectors are diagonal matrices, and 1 is the identity, wherever only that fits."""

    def product(self, values: list[Value], t: Term) -> Value:
        out = values[0]
        for v in values[1:]:
            out = self._product(out, v, t)
        return out

    def _product(self, a: Value, b: Value, t: Term) -> Value:
        mark = self.context.sizes.mark()
        try:
            return super().product([a, b], t)
        except ShapeError:
            self.context.sizes.undo(mark)
            for x, y in ((self._diagonal(a), b), (a, self._diagonal(b)), (self._diagonal(a), self._diagonal(b))):
                if (x is not a or y is not b) and (x.is_matrix and y.is_matrix):
                    return super().product([x, y], t)
            raise

    def _diagonal(self, v: Value) -> Value:
        if not self.is_line(v):
            return v
        column = self.column(v)
        return Value(column.rows, column.rows, lambda: ex.Diag(column.make()), v.term)

    def summed(self, signs: Sequence[str], parts: Sequence[Value], t: Term) -> Value:
        matrix = next((v for v in parts if v.is_matrix), None)
        return super().summed(signs, parts if matrix is None else [self._beside(v, matrix) for v in parts], t)

    def _beside(self, v: Value, matrix: Value) -> Value:
        """What is added to a matrix, as a diagonal one."""
        if not v.is_scalar:
            return self._diagonal(v)
        return like(matrix, lambda: ex.mul(v.make(), ex.Identity(matrix.rows.value())), v.term)

    def entrywise(self, a: Value, b: Value, sign: str, t: Term) -> Value:
        if a.is_matrix == b.is_matrix:
            return super().entrywise(a, b, sign, t)
        vector, matrix = (b, a) if a.is_matrix else (a, b)
        return super().product([self._diagonal(vector), matrix], t)


def _tighter(t: Term) -> Term:
    """``A b \\odot c`` as ``A (b \\odot c)``, and ``a \\odot B c`` as ``(a \\odot B) c``."""
    if t.kind != "operation" or t.data not in ("odot", "circ", "star"):
        return t
    a, b = t.args
    if a.kind == "product" and a.data is None:
        return Term("product", (*a.args[:-1], Term("operation", (a.args[-1], b), t.data, t.span)), None, t.span)
    if b.kind == "product" and b.data is None:
        return Term("product", (Term("operation", (a, b.args[0]), t.data, t.span), *b.args[1:]), None, t.span)
    return t


def tight_dots(t: Term) -> Term:
    """``a \\cdot b w`` as ``(a \\cdot b) w``: inner products before whatever stands beside them."""
    if t.kind != "operation" or t.data != "cdot":
        return t
    left, right = (a.args if a.kind == "product" and a.data is None else (a,) for a in t.args)
    (*before, x), (y, *behind) = left, right
    is_inner = x.kind == "operation" and x.data == "cdot_inner"
    pair = (x, y) if is_inner else (Term("operation", (x, y), "cdot_inner", t.span),)
    return Term("product", (*before, *pair, *behind), None, t.span)


def with_powers(s: Statement, t: Term, *, of_transposes: bool = False) -> Term:
    """The member with ``A^T`` as a power, if T is a time of the claim; a transpose it is in most print.

    ``of_transposes`` makes a power only of what is transposed already, as in ``(A^T)^T``.
    """
    times = [r.time for m in s.members for r in m.refs() if r.time is not None]
    if not any(name == "T" for time in times for name, _ in time.letters):
        return t

    def change(a: Term) -> Term:
        raised = [(k.kind, k.text) for k in s.tokens(a) if k.kind not in ("{", "}")][-2:]
        if a.kind != "transpose" or raised != [("^", "^"), ("name", "T")]:
            return a
        if of_transposes and a.args[0].kind != "transpose":
            return a
        return Term("power", (a.args[0], Term("count", (), Time((("T", 1),)))), None, a.span)

    return t.rebuilt(change)


def with_repeated_summed(s: Statement, t: Term) -> Term:
    """The member of a claim about entries, summed over every index that stands twice in a term and not on the left."""
    left = set(_indices(s.members[0])) | {k for r in s.members[0].refs() if r.time for k, _ in r.time.letters}
    if t.kind in ("add", "negative"):
        return Term(t.kind, tuple(with_repeated_summed(s, a) for a in t.args), t.data, t.span)
    for k, count in _indices(t).items() if _indices(s.members[0]) else ():
        if count == 2 and k not in left and not k.isdigit():
            t = Term("index_sum", (t,), (k, None), t.span)
    return t


def _indices(t: Term) -> Counter[str]:
    """How often indices stand in a product, below entries and deltas."""
    out: Counter[str] = Counter()
    for inner in map(_indices, t.args):
        out = out | inner if t.kind == "add" else out + inner
    out += Counter(t.indices if t.kind != "same" else ())
    if t.kind == "index_sum" and isinstance(t.data, tuple):
        del out[str(t.data[0])]
    return out


def turned_numerator(t: Term) -> Term:
    """``\\partial f^T / \\partial z`` as the transpose of ``\\partial f / \\partial z``."""
    if t.kind != "derivative" or t.args[0].kind != "transpose" or t.args[0].args[0].kind != "symbol":
        return t
    plain = Term("derivative", (t.args[0].args[0], t.args[1]), t.data, t.span)
    return Term("transpose", (plain,), None, t.span)


def jacobians_of_maps(t: Term) -> set[bool]:
    r"""Whether the Jacobians of maps in a member, such as ``F'(x)`` and ``D F(x)``, keep to numerator layout."""
    return {a.data.fixed for a in t.walk() if isinstance(a.data, MapCall) and a.data.order}


def other_layout_of_maps(t: Term) -> Term:
    r"""``F'(x)`` as the Jacobian in numerator layout whatever the layout of derivatives is, ``D F(x)`` as one in it."""
    if not isinstance(t.data, MapCall) or not t.data.order:
        return t
    return Term(t.kind, t.args, replace(t.data, fixed=not t.data.fixed), t.span)


def with_dots(t: Term, what: str) -> Term:
    """The member with its dots between vectors as ``"entrywise"`` products or as ``"inner"`` ones."""
    return t.rebuilt(with_sign("cdot", f"cdot_{what}"))


# What another reading is called and said to be, and how it changes a member where that is all it does.
_READINGS: Mapping[str, tuple[str, Callable[[Term], Term] | None]] = {
    "star_is_matrix_product": ("with * as the matrix product", with_sign("star", "cdot")),
    "circ_is_matrix_product": (r"with \circ as the matrix product", with_sign("circ", "cdot")),
    "odot_is_matrix_product": (r"with \odot as the matrix product", with_sign("odot", "cdot")),
    "hadamard_binds_tighter": ("with the entrywise product binding tighter than juxtaposition", _tighter),
    "otimes_is_kronecker": (
        r"with \otimes of two vectors as their Kronecker product",
        with_sign("otimes_vec", "kronecker"),
    ),
    "matrix_as_vec": ("with the left-hand side as the derivative by the vec of the matrix", None),
    "jacobian_of_map": ("with the Jacobian of the function of vectors in the other layout", None),
    "transposed_numerator": ("with the transpose on what is differentiated as that of the derivative", None),
    "vectors_as_diag": ("with vectors read as diagonal matrices where nothing else fits", None),
}
REWRITES = {name: change for name, (_, change) in _READINGS.items() if change is not None}
WORDS = {name: words for name, (words, _) in _READINGS.items()}


USUAL = {r"\sigma": "elementwise sigmoid"}  # what letters stand for in many papers without a word
MOST_LETTERS = 3  # so many letters with a number are taken for vectors, each of them and several
MAPS = ("bare_map", "map")
Judged = Callable[[Mapping[str, str]], Verdict]


def doubted(doubt: Outcome, printed: Outcome, otherwise: Outcome) -> Outcome:
    """What holds only in the other reading of a sign is neither true nor false as printed."""
    return doubt if printed.holds is False and otherwise.holds else printed


def agreeing(doubt: Outcome, printed: Outcome, otherwise: Outcome) -> Outcome:
    """What both readings of a print agree on; where they do not, neither is chosen."""
    return printed if printed.holds is otherwise.holds else doubt


def combined(verdicts: Sequence[Verdict], together: Callable[[Sequence[Outcomes]], Outcomes]) -> Verdict:
    """The first verdict, its outcomes put together from those of all in each order and for each link."""
    descending = [v.descending for v in verdicts if v.descending is not None]
    return replace(
        verdicts[0],
        conventions=together([v.conventions for v in verdicts]),
        descending=together(descending) if len(descending) == len(verdicts) else None,
        links=tuple(
            replace(links[0], conventions=together([link.conventions for link in links]))
            for links in zip(*(v.links for v in verdicts), strict=False)
        ),
    ).summed_up()


def agreed(claim: str, texts: Sequence[str], verdicts: Sequence[Verdict]) -> Verdict:
    """What all the places for a missing bracket agree on; the rest is undecided."""
    doubt = undecided("a bracket is missing, and where it stands matters")

    def common(maps: Sequence[Outcomes]) -> Outcomes:
        return {k: o if len({m[k].holds for m in maps}) == 1 else doubt for k, o in maps[0].items()}

    told = f"a bracket is missing; it was put in {len(texts)} places, and each was judged"
    return replace(combined(verdicts, common), claim=claim, notes=(*verdicts[0].notes, told))


def with_definitions(verdict: Verdict, s: Statement, judged: Judged) -> Verdict:
    """The verdict; what does not hold of any function may hold of those that the text defines."""
    names = [d.function.name for d in s.model.reading.functions if d.function.known is None]
    if not names or all(o.holds for o in verdict.conventions.values()):
        return verdict
    doubt = undecided(f"what the text defines {names[0]} as may make it true, and cannot be put in")
    others: list[Verdict] = []
    with contextlib.suppress(ReadError, ShapeError, DefinitionError):
        others.append(judged(dict.fromkeys(names, "its definition")))

    def known(maps: Sequence[Outcomes]) -> Outcomes:
        printed, *defined = maps
        put_in = {k: doubt if o.because == "counterexample" else o for k, o in printed.items()}
        return {k: o if o.holds else (defined[0] if defined else put_in)[k] for k, o in printed.items()}

    told = [note for v in others for note in v.notes if note not in verdict.notes]
    return replace(combined([verdict, *others], known), notes=(*verdict.notes, *told))


def with_maps(verdict: Verdict, s: Statement, judged: Judged) -> Verdict:
    """The verdict; what holds if ``f`` is no function of numbers but a map of vectors, or a factor, is not refuted.

    So ``F'(x)`` may be a Jacobian, and ``\\rho (x - m)`` a product.
    """
    unspecified = [name for name in s.model.reading.applied if s.unspecified(name)]
    families = s.model.context.families
    maps = {f: "map" for f in unspecified if families[f].letter in OFTEN_MAPS and not families[f].declared}
    if maps and verdict.verdict != "true":
        with contextlib.suppress(*TROUBLE):  # it cannot be one there
            verdict = under_condition(verdict, judged(maps), maps)
    named = [(t, t.place.function if t.kind == "bare_function" else t.data) for t in s.walk()]
    # With a prime, or without an argument where no factor stands, it is a function.
    told = {f.name for t, f in named if isinstance(f, Function) and (f.order or t.kind == "bare_function")}
    for f in unspecified if verdict.verdict == "false" else ():
        if families[f].letter in FUNCTION_LETTERS and f not in told and not families[f].declared:
            with contextlib.suppress(*TROUBLE):
                verdict = under_condition(verdict, judged({f: "scalar"}), {f: "scalar"}, {f: "elementwise"})
    return verdict


def with_roles(verdict: Verdict, s: Statement, judged: Judged) -> Verdict:
    """The verdict; what holds if a letter has another role is not refuted where only its letter says which it has.

    That is open where a scalar would be added to every entry of a vector, and where a sum makes entries of letters
    with a number, which may be vectors; and where a number is claimed of what would be no matrix if nothing were one.
    """
    context = s.model.context
    if verdict.verdict != "false":
        return verdict
    other = {"scalar": "vector", "vector": "scalar"}
    roles = {name: context.families[name].role or "" for name in sorted(context.broadcast)}
    ways: list[tuple[Mapping[str, str], Mapping[str, str]]]
    ways = [({name: other[role]}, {name: role}) for name, role in roles.items() if role in other]
    letters = [name for name, _ in may_be(context).values()]
    scalars = dict.fromkeys(letters, "scalar")
    some = [g for k in range(1, len(letters) + 1) for g in itertools.combinations(letters, k)]
    ways += [({**scalars, **dict.fromkeys(g, "vector")}, scalars) for g in some if len(letters) <= MOST_LETTERS]
    guessed = {name: f.role or "" for name, f in context.families.items() if s.is_guessed(name) and f.role != "scalar"}
    if guessed and s.is_scalar(s.members[-1]) and all(o.because == "shape" for o in verdict.conventions.values()):
        ways.append((dict.fromkeys(guessed, "scalar"), guessed))
    found: list[Verdict] = []
    for declare, taken in ways:
        with contextlib.suppress(*TROUBLE):  # it cannot be one there
            if (other_verdict := judged(declare)).verdict == "true":
                found.append(under_condition(verdict, other_verdict, declare, taken))
            elif other_verdict.verdict == "undecided" and declare.keys() <= roles.keys():
                found.append(_not_by_shape(verdict, other_verdict, declare))
    return max(found, key=lambda v: sum(o.holds is None for o in v.conventions.values()), default=verdict)


def _not_by_shape(verdict: Verdict, other: Verdict, declare: Mapping[str, str]) -> Verdict:
    """The verdict, where shapes refute nothing that is open if a letter has another role."""
    what = " and ".join(f"{name} is {_TOLD[role]}" for name, role in declare.items())
    doubt = Outcome(None, "reading", f"it is not refuted if {what}, which nothing says")
    pairs = ((k, o, other.conventions.get(k)) for k, o in verdict.conventions.items())
    conventions = {k: doubt if o.because == "shape" and p is not None and p.holds is None else o for k, o, p in pairs}
    return replace(verdict, conventions=conventions).summed_up()


def notes_of_maps(s: Statement) -> list[str]:
    r"""How derivatives of functions of several vectors are read that do not say at what: ``\partial f/\partial x``."""
    maps = {t.args[0].data for t in s.walk() if t.kind == "derivative" and t.args[0].kind in MAPS}
    names = {
        data.name if isinstance(data, MapCall) else str(data[0]) for data in maps if isinstance(data, MapCall | tuple)
    }
    several = sorted(name for name in names if len(s.model.families[name].inputs) > 1)
    return [f"a derivative of {name} by one of its arguments is the partial one" for name in several]


def usual_functions(s: Statement, declared: Mapping[str, str]) -> dict[str, str]:
    """The functions that nothing specifies and that many papers mean one thing by."""
    return {f: words for f, words in USUAL.items() if s.unspecified(f) and f not in declared}


_TOLD = {
    "map": "a map of vectors",
    "elementwise": "any function of numbers",
    "scalar": "a scalar",
    "vector": "a vector",
    "matrix": "a matrix",
}


def under_condition(
    v: Verdict, other: Verdict, declare: Mapping[str, str], taken: Mapping[str, str] | None = None
) -> Verdict:
    """What holds only if something that nothing declares is what is usual is undecided, and said apart.

    ``taken`` is what it was read as: without it, a function of numbers.
    """
    words = {f: _TOLD.get(said, said.removeprefix("elementwise ")) for f, said in declare.items()}
    what = " and ".join(f"{f} is {said}" for f, said in words.items())
    doubt = Outcome(None, "reading", f"it holds if {what}, which nothing says")

    def held(maps: Sequence[Outcomes]) -> Outcomes:
        printed, otherwise = maps
        # The mixed layout is another one for scalars alone.
        plain = (otherwise.get(k) or otherwise[k.replace("mixed", "numerator")] for k in printed)
        return {k: doubted(doubt, o, other) for (k, o), other in zip(printed.items(), plain, strict=True)}

    out = combined((v, other), held)
    if (out.conventions, out.descending, out.links) == (v.conventions, v.descending, v.links):
        return v
    taken = taken or dict.fromkeys(declare, "elementwise")
    plain = " and ".join(f"{f} is {_TOLD[words]}" for f, words in taken.items())
    answers = Answer(what, declare, other.conventions), Answer(plain, taken, v.conventions)
    return replace(out, alternatives={what: other.conventions}, readings=answers, if_declared=declare)


def notes_of_parameters(s: Statement) -> list[str]:
    """What a derivative of a state by a parameter is read as."""
    out: list[str] = []
    try:
        total = {x for _, x in s.carried(*s.members)}
    except UndecidedError:
        return out
    for y, x in s.by_parameter(*s.members):
        if y.time is None:
            continue
        name = rf"\partial {s.model.name(y)} / \partial {s.model.name(x)}"
        if x in total:
            out.append(f"{name} is read as the total derivative, which obeys a recursion over the steps")
        elif s.model.earlier(y):
            out.append(f"{name} is read as the immediate derivative: what comes from the step before is held fixed")
    return list(dict.fromkeys(out))


def by_vec_instead(s: Statement, left: Term, right: Term) -> Term | None:
    """The left side by the vec of a matrix, where a scalar or a matrix is differentiated by it.

    Only where the right side has what has the shape of a vec; ``None`` elsewhere.
    """
    kinds = {t.kind for t in right.walk()} | {str(t.data) for t in right.walk() if t.kind == "operation"}
    if not kinds & {"vec", "by_vec", "commutation", "otimes", "otimes_vec"} and not any(
        s.role(x) == "matrix" for _, x in s.by_parameter(right, immediate=True)
    ):
        return None

    def change(t: Term) -> Term:
        x = t.args[1].ref if t.kind == "derivative" else None
        if x is None or s.role(x) != "matrix":
            return t
        y = t.args[0].ref
        matrix = y is not None and s.role(y) == "matrix"
        return Term("by_vec", (t,), None, t.span) if matrix or s.is_scalar(t.args[0]) else t

    if any(t.kind == "by_vec" for t in left.walk()):
        return None
    changed = left.rebuilt(change)
    return changed if changed != left else None
