"""What a text leaves open and how else it could be meant: a row for each choice, the likeliest first.

A text is first read as is usual. Where that does not type, the rows are tried in order, each with all its options; of
the first row that has an option that types, exactly one must, and what it settles is noted. So a choice is made once
for a name or a habit of print, not for each place, and never where two readings fit.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_

from symjac.reading.assumptions import LOSS_OF_VECTORS, SCALAR_FUNCTION, Habit, How, Option
from symjac.reading.context import Context, Family
from symjac.reading.names import Named, is_transpose
from symjac.reading.numbered import may_be
from symjac.reading.spelling import TIMELIKE, is_greek, is_upper
from symjac.reading.tree import Node
from symjac.reading.usual import ALWAYS_FUNCTIONS, COUNTS, FUNCTION_LETTERS, NOT_SIGMA, OF_SEVERAL, STEP_NAMES

MOST_NUMBERED = 5  # so many letters may be entries or vectors before all ways are too many to try


@dataclass(frozen=True)
class Tried:
    """A reading that did not type, and what rows look at."""

    context: Context
    applied: Mapping[str, Node]  # names before a bracket
    nodes: tuple[Node, ...]
    lenient: bool
    any_orientation: bool

    @property
    def declared(self) -> set[str]:
        return {f.base for f in self.context.families.values() if f.declared}

    @property
    def guessed(self) -> list[Family]:
        return [f for f in self.context.families.values() if f.how.is_guess and not f.declared]

    @property
    def pairs(self) -> list[tuple[Node, Node]]:
        """What stands side by side."""
        return [pair for n in self.nodes if n.kind == "juxt" for pair in itertools.pairwise(n.kids)]

    @property
    def stepped(self) -> list[Named]:
        """The capitals that carry a time."""
        return [n for n in self.context.exact.values() if is_upper(n.token.text) and n.time is not None]

    def functions(self, letters: frozenset[str], role: str) -> list[Option]:
        """A role for each of the letters that stands before a bracket."""
        found = {n.base for name, n in self.context.exact.items() if name in self.applied and n.token.text in letters}
        return [Option({base: role}) for base in sorted(found - self.declared)]

    def alike(self, f: Family) -> list[Named]:
        """The names of the text with the letter of a family, whatever their accents."""
        return [n for n in self.context.exact.values() if n.token.text == f.letter and n.base not in self.declared]


OTHER_ROLES = {"matrix": ("vector", "scalar"), "vector": ("scalar",), "scalar": ("vector",)}


# ------------------------------------------------------------------------------------------ the rows


def _losses(t: Tried) -> list[Option]:
    """The f of ``\\sum_t f(y_t)``, where a loss is read: a loss of vectors, and no function of each entry."""
    return t.functions(FUNCTION_LETTERS | OF_SEVERAL, LOSS_OF_VECTORS) if t.context.loss else []


def _scalar_functions(t: Tried) -> list[Option]:
    """The f of ``L = f(x) + \\lambda^\\top (A x - b)``, which would be a vector where f is applied entry by entry."""
    options = t.functions(NOT_SIGMA, SCALAR_FUNCTION)
    return [*options, reduce(or_, options)] if len(options) > 1 else options


def _beside_script(t: Tried) -> list[Option]:
    """Other roles of a letter where what is defined is a scalar for its own."""
    left = (r.kids[0].inner for r in t.nodes if r.kind == "relation")
    return _letters(t)[0] if any(n.token.is_script for n in left) else []


def _in_declared_scalars(t: Tried) -> list[Option]:
    """The same in ``\\psi(x) = f(x) + ...``, where \\psi is declared to be a scalar."""
    scalars = {f.name for f in t.context.families.values() if f.declared and f.role == "scalar"}
    return _scalar_functions(t) if scalars & t.applied.keys() else []


def _greek_states(t: Tried) -> list[Option]:
    r"""Small Greek letters at several times, as the ``\theta`` of ``\theta_{k+1} = \theta_k - \alpha_k g_k``."""
    times: dict[str, set[str]] = {}
    for n in t.nodes:
        times.setdefault(n.letter, set()).add(" ".join(x.text for x in n.sub or n.sup))
    several = {base for base in _greek_at_a_time(t) if len(times.get(base, ())) > 1}
    return [Option(dict.fromkeys(several, "vector"))] if several else []


def _greek_at_one_time(t: Tried) -> list[Option]:
    r"""All that stand at a time, as the noise of ``\theta_{k+1} = A \theta_k + \epsilon_k``."""
    timed = _greek_at_a_time(t)
    return [Option(dict.fromkeys(timed, "vector"))] if timed else []


def _greek_at_a_time(t: Tried) -> set[str]:
    named = ((name, n) for name, n in t.context.exact.items() if n.time is not None and name not in t.applied)
    small = ((n.base, n.token.text) for _, n in named if n.base not in t.declared)
    return {base for base, letter in small if is_greek(letter) and not is_upper(letter)}


def _where_vectors_stand(t: Tried) -> list[Option]:
    """Capitals that end every product they stand in, as the states of ``Z' = K Z + R r`` and the bias of ``A x + B``.

    The W of ``Y = X W + b`` is no state, and stands behind a matrix of data.
    """
    capitals = {n.base: n.token.text for n in t.context.exact.values() if is_upper(n.token.text) and not n.token.style}
    before, behind = {a.text for a, _ in t.pairs}, {b.text for _, b in t.pairs}
    marked = {n.text for n in t.nodes if n.kind == "name" and n.sup}
    left = {r.kids[0].inner.text for r in t.nodes if r.kind == "relation" and r.kids[0].inner.kind == "name"}
    terms = {k.text for n in t.nodes if n.kind == "add" for k in n.kids if k.kind == "name"}
    found = [
        base
        for base, x in capitals.items()
        if x not in before | marked and base not in t.declared and (x in left or x in terms - behind)
    ]
    return [Option(dict.fromkeys(found, "vector"))] if found else []


def _letters(t: Tried) -> tuple[list[Option], list[Option]]:
    """Other roles of a guessed letter, whatever its accent: likely ones, and that of a state as a scalar.

    A capital turns into a vector only where it carries a time, into a scalar only where losses and counts do.
    """
    likely: list[Option] = []
    unlikely: list[Option] = []
    seen: set[str] = set()
    sides = (k.inner for n in t.nodes if n.kind == "binary" and n.text == "odot" for k in n.kids)
    multiplied = {n.letter for n in sides if n.kind == "name"}  # no number is multiplied entry by entry
    for f in t.guessed:
        if f.role not in OTHER_ROLES or f.letter in seen or f.letter in ALWAYS_FUNCTIONS | STEP_NAMES:
            continue
        seen.add(f.letter)
        alike = t.alike(f)
        timed = any(f.times) or any(n.time is not None for n in alike)
        for role in OTHER_ROLES[f.role]:
            if f.role == "matrix" and not (timed if role == "vector" else f.base in COUNTS):
                continue
            if role == "scalar" and f.base in multiplied:
                continue
            option = Option(dict.fromkeys([f.base, *(n.base for n in alike)], role))
            (unlikely if f.role == "vector" and timed else likely).append(option)
    return likely, unlikely


def _all_scalars(t: Tried) -> list[Option]:
    """All that is guessed as scalars, where a state is declared as one."""
    scalars = (f for f in t.context.families.values() if f.declared and f.role == "scalar")
    states = [f for f in scalars if any(f.times) or f.letter in t.context.slopes]
    roles = {f.base: "scalar" for f in t.guessed if f.role in ("vector", "matrix")}
    return [Option(roles)] if states and roles else []


def _factors_of_matrices(t: Tried) -> list[Option]:
    """``N_t = a_t N_{t-1} + b_t v_t k_t^\\top``: small letters before a capital or before what is turned."""
    small = {n.token.text: n.base for n in t.context.exact.values() if n.token.text.isalpha()}
    found = {
        small[a.text]
        for node in t.nodes
        if node.kind == "juxt"
        for a, b in itertools.pairwise(node.kids)
        if a.kind == b.kind == "name" and a.text in small and small[a.text] not in t.declared
        if not (is_upper(a.text) or is_transpose(a.sup)) and (is_upper(b.text) or _before_outer(node, a))
    }
    return [Option(dict.fromkeys(found, "scalar"))] if found else []


def _before_outer(node: Node, a: Node) -> bool:
    """Whether a name stands before ``u v^\\top``."""
    at = next(k for k, kid in enumerate(node.kids) if kid is a)
    return [is_transpose(k.sup) for k in node.kids[at + 1 : at + 3]] == [False, True]


def _bold_states(t: Tried) -> list[Option]:
    """Bold capitals with a time or a definition, as the F of F = m a, which are mostly matrices, as vectors."""
    bold = {f.letter: f for f in t.context.families.values() if f.how is How.BOLD and f.role == "matrix"}
    left = {r.kids[0].inner.text for r in t.nodes if r.kind == "relation"}
    found = (t.alike(f) for x, f in bold.items() if x in left or any(n.time is not None for n in t.alike(f)))
    return [Option(dict.fromkeys([n.base for n in alike], "vector")) for alike in found]


def _labels_below(t: Tried) -> list[Option]:
    """``\\Lambda_k^{<t>} = \\sigma(A_k h)``: a letter by itself below a capital, unbound, may name a gate."""
    letters = t.context.letters.entry & {n.sub[0].text for n in t.nodes if is_upper(n.text) and len(n.sub) == 1}
    letters |= {n.entries[0] for n in t.stepped if len(n.entries) == 1}
    bound = any(n.kind == "big" for n in t.nodes)
    return [Option(below=frozenset(letters))] if letters and not bound else []


def _gates_below(t: Tried) -> list[Option]:
    """The same of gates in capitals, which are vectors: two that define each other do not say so."""
    gates = {n.base for n in t.stepped if n.base not in t.declared}
    return [o | Option(dict.fromkeys(gates, "vector")) for o in _labels_below(t)] if gates else []


def _labels_above(t: Tried) -> list[Option]:
    """``P^z s + b^z``: a letter above a matrix and above another letter, and by itself nowhere, may name a gate."""
    names = [n for n in t.nodes if n.kind == "name"]
    bases: dict[str, set[str]] = {}
    for n in names:
        if len(n.sup) == 1 and n.sup[0].kind == "name" and not is_transpose(n.sup):
            bases.setdefault(n.sup[0].text, set()).add(n.text)
    alone = {x for x in bases if x not in TIMELIKE and all(n.text != x or n.scripts for n in names)}
    letters = {x for x in alone if len({is_upper(base) for base in bases[x]}) == 2}
    return [Option(above=frozenset(letters))] if letters else []


def _in_each(t: Tried) -> list[Option]:
    """``U_t P + b`` with samples in rows, ``P U_t + b`` in columns: data carry the time, weights do not."""
    if not any(n.kind == "add" for n in t.nodes):
        return []
    timed = {n.base: n.time is not None for n in t.context.exact.values()}
    bases = {n.token.text: n.base for n in t.context.exact.values()}
    known = ((timed[bases[a.text]], timed[bases[b.text]]) for a, b in t.pairs if a.text in bases and b.text in bases)
    found = {Habit.IN_EACH_ROW if left else Habit.IN_EACH_COLUMN for left, right in known if left != right}
    return [Option(habits=frozenset({h})) for h in (Habit.IN_EACH_ROW, Habit.IN_EACH_COLUMN) if h in found or not found]


def _habits(where: Callable[[Tried], bool], *options: tuple[Habit, ...]) -> Callable[[Tried], list[Option]]:
    """Meanings of print, each of one habit or of several together, where a text may have them."""
    return lambda t: [Option(habits=frozenset(habits)) for habits in options] if where(t) else []


def _both(
    one: Callable[[Tried], list[Option]], other: Callable[[Tried], list[Option]]
) -> Callable[[Tried], list[Option]]:
    """Every option of one row together with every one of another."""
    return lambda t: [a | b for a in one(t) for b in other(t)]


def _holds(kind: str, *texts: str) -> Callable[[Tried], bool]:
    """Whether a sign, or a word, stands somewhere."""
    return lambda t: any(n.kind == kind and n.text in texts for n in t.nodes)


def _is_lenient(t: Tried) -> bool:
    return t.lenient


def _numbered(t: Tried) -> list[Option]:
    """Letters that only ever carry the number of an entry, as vectors with a number: each of them, and several."""
    printed = {n.letter for n in t.nodes}
    inner = {n.text for a, b in t.pairs if is_transpose(a.sup) for n in (a, b)}  # the \phi of w^\top \phi_n
    found = {base: matrix for base, (_, matrix) in may_be(t.context, inner).items() if matrix not in printed}
    if len(found) > MOST_NUMBERED:
        return []
    some = (s for k in range(1, len(found) + 1) for s in itertools.combinations(found.items(), k))
    return [Option(numbered=dict(s)) for s in some]


def _numbered_by_greek(t: Tried) -> list[Option]:
    r"""``x_i^\top \beta``, ``x_i - \mu``: the same, with the Greek letters beside them as vectors."""
    greek = {n.token.text: n.base for n in t.context.exact.values() if is_greek(n.token.text) and n.time is None}
    terms = [{k.text for k in n.kids if k.kind == "name"} for n in t.nodes if n.kind == "add"]
    found = []
    for option in _numbered(t):
        numbers = option.numbered.keys()
        letters = {b.text for a, b in t.pairs if is_transpose(a.sup) and a.text in numbers}
        letters = letters.union(*(term for term in terms if term & numbers)) & greek.keys()
        roles = {greek[x]: "vector" for x in letters if greek[x] not in t.declared | option.numbered.keys()}
        found += [option | Option(roles)] if roles else []
    return found


def _two_letters(t: Tried) -> list[Option]:
    return [a | b for a, b in itertools.combinations(_letters(t)[0], 2) if a.roles.keys().isdisjoint(b.roles)]


_DOTS = _habits(_holds("binary", "cdot"), (Habit.DOT_INNER,), (Habit.DOT_ENTRYWISE,))
_ROWS = _habits(lambda t: t.any_orientation, (Habit.ROWS,))

Choices = tuple[tuple[str, Callable[[Tried], Iterable[Option]]], ...]

LOSS: Choices = (("a function in a loss", _losses),)
# Of what would be a loss with many entries.
OF_VECTOR_LOSS: Choices = (*LOSS, ("a function in a loss, of all entries", _scalar_functions))
ONE_LETTER: Choices = (
    ("the role of a letter", lambda t: _letters(t)[0]),
    ("a state as a scalar", lambda t: _letters(t)[1]),
)
WITH_NUMBERS: Choices = (("letters with a number: entries or vectors", _numbered),)
TWO_LETTERS: Choices = (("the roles of two letters", _two_letters),)
# What is chosen, and the options; in the order of likelihood.
CHOICES: Choices = (
    *LOSS,
    ("a function in a scalar that is declared", _in_declared_scalars),
    ("a dot between vectors", _DOTS),
    ("states in small Greek letters", _greek_states),
    ("states and what drives them in small Greek letters", _greek_at_one_time),
    ("capitals where vectors stand", _where_vectors_stand),
    ("a letter below: a label or the number of an entry", _labels_below),
    ("a letter below: the label of a gate", _gates_below),
    *WITH_NUMBERS,
    ("letters with a number, and Greek letters beside them as vectors", _numbered_by_greek),
    *ONE_LETTER,
    ("a function in a loss, of all entries, and the role of a letter", _both(_scalar_functions, _beside_script)),
    ("everything beside a scalar state as scalars", _all_scalars),
    ("letters before matrices as scalars", _factors_of_matrices),
    ("states in bold capitals", _bold_states),
    (r"\otimes", _habits(_holds("binary", "otimes"), (Habit.OTIMES_ENTRYWISE,))),
    ("a letter above: a label or an exponent", _labels_above),
    ("a Greek state added to every entry", _habits(lambda t: True, (Habit.SPREAD,))),
    ("vectors side by side", _habits(_is_lenient, (Habit.BESIDE_ENTRYWISE,))),
    (
        "vectors side by side, and a Greek state added to every entry",
        _habits(_is_lenient, (Habit.BESIDE_ENTRYWISE, Habit.SPREAD)),
    ),
    ("vectors as rows", _ROWS),
    ("vectors as rows, and a dot between them", _both(_ROWS, _DOTS)),
    ("vectors as rows, and states in small Greek letters", _both(_ROWS, _greek_at_one_time)),
    *TWO_LETTERS,
    ("a vector added to a matrix", _in_each),
    ("softmax of a matrix", _habits(_holds("word", "softmax", "Softmax"), (Habit.SOFTMAX_OF_ROWS,))),
)
