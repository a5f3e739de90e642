"""Who is a matrix, a vector, a scalar, a function: the rules in their order.

Declared; used as a function; bold or an arrow; where it stands (an explicit matrix, an entry, above
a derivative); its own definition; last, capital or small letter, which is a guess and noted as one.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from symjac import functions
from symjac.errors import propose
from symjac.expr import Function, Time
from symjac.reading.assumptions import LOSS_OF_VECTORS, ONE_ROW, SCALAR_FUNCTION, How
from symjac.reading.beside import Beside, marks_vectors
from symjac.reading.context import Context, Family
from symjac.reading.names import Named, take_apart
from symjac.reading.parser import parse
from symjac.reading.places import Places, is_bold_name
from symjac.reading.several import Several, is_loss_call, is_usual
from symjac.reading.sizes import UNIT
from symjac.reading.spelling import TIMELIKE, is_greek, is_upper, letter, plain
from symjac.reading.tree import Node, Script
from symjac.reading.usual import (
    ALWAYS_FUNCTIONS,
    COUNTS,
    FACTOR_LETTERS,
    FUNCTION_LETTERS,
    LAYERS,
    LOSS_FUNCTIONS,
    LOSS_NAMES,
    LOSSES,
    PARAMETERS,
    STATE_LETTERS,
    STEP_NAMES,
    STEP_SIZES,
    STEPS,
    VECTOR_GREEK,
)
from symjac.reading.vocabulary import NORMALISATIONS, OPERATORS

_KNOWN_WORDS = [*OPERATORS, *(s for row in functions.ACTIVATIONS.values() for s in row.spellings if len(s) > 3)]


class Roles:
    """Decides roles on evidence gathered from the whole text."""

    def __init__(self, context: Context, by_definition: Callable[[Family, Time | None], str | None]) -> None:
        self.context = context
        self.by_definition = by_definition
        self.applied: dict[str, Node] = {}
        self.spaced: set[str] = set()  # of these what a blank parts from its bracket
        self.bare: dict[str, Node] = {}
        self.primed: set[str] = set()
        self.entries: dict[str, int] = {}
        self.totals: set[str] = set()
        self.raised: set[str] = set()
        self.turned: set[str] = set()
        self.defined: set[str] = set()
        self.made_of: Mapping[str, set[str]] = {}  # what is defined, and the letters that its definition has
        self.call_letters = {"t"}
        self.stepwise: set[str] = set()  # letters of functions that stand before steps only
        self.running: set[str] = set()  # letters with a slope, and those that stand at a time in brackets
        self.called: set[str] = set()  # the f of f(x), not that of \nabla f(x)
        self.under_nabla: set[str] = set()  # the other
        self.alone: set[str] = set()  # what stands somewhere without any script
        self.several = Several()
        self.places = Places()
        self.seen: Counter[str] = Counter()  # how often a name stands in the text
        self.beside = Beside()
        self.has_calls_at_times = False  # whether something that is no factor stands before a time in brackets
        self.of_vectors: set[str] = set()  # where a loss is read: what a call of can be the loss of a step
        self.increments: set[str] = set()  # what stands before the bracket of a sum that is added to a state
        self.factors: set[str] = set()  # what could be functions, and stands as factors beside the text
        self.weights: set[str] = set()  # what is a softmax
        self.currents: set[tuple[str, int]] = set()  # where an I is added to the slope of a state
        self.has_variance = False

    # ------------------------------------------------------------------------------------ evidence

    def scan(self, roots: Sequence[tuple[Node, str]]) -> None:
        """Looks at every name of the text once."""
        context = self.context
        marks = self.beside.has_vectors
        names: list[tuple[Node, Node | None, str]] = []
        at = (time for f in context.families.values() if f.place == "call" for time in f.times if time is not None)
        self.call_letters |= {letter for time in at for letter, _ in time.letters}
        self.stepwise |= {f.letter for f in context.families.values() if f.declared and f.place == "call"}
        for left in (root.kids[0].inner.factors for root, _ in roots if root.kind == "relation"):
            if left[0].kind == "name" and len(left) == 2 and left[1].kind == "group" and left[1].text == "[":
                self.call_letters |= {
                    k.text for k in left[1].kids if k.text in TIMELIKE and not k.scripts
                }  # y[n] = ...
        for root, source in roots:
            for node in root.walk():
                for k, kid in enumerate(node.below):
                    self.has_variance |= kid.kind == "word" and OPERATORS.get(kid.text) in ("variance", "deviation")
                    following = node.kids[k + 1] if node.kind == "juxt" and k + 1 < len(node.kids) else None
                    if kid.kind == "name":
                        names.append((kid, following, source))
                        if kid.token.is_dotted:
                            self.running.add(kid.text)
                        called = following is not None and following.is_call
                        if called:
                            under = k > 0 and node.kids[k - 1].kind == "nabla"
                            family = take_apart(kid, context.letters, source).family
                            (self.under_nabla if under else self.called).add(family)
                    if following is not None and following.is_call and kid.kind in ("name", "frac"):
                        marks |= self.several.note(kid, following, context.letters, source)
                    shift = following is not None and self.shifted_call(following)
                    if shift and kid.kind == "name":
                        self.call_letters.add(shift or "t")
                    if following is not None and kid.kind == "name" and self.is_time_call(kid, following):
                        self.has_calls_at_times |= kid.text not in FACTOR_LETTERS
                        self.running.add(kid.text)
                marks |= marks_vectors(node)
            if root.kind == "name":
                names.append((root, None, source))
            self._note_totals(root, source)
            self._note_increments(root, source)
            self._note_definition(root, source)
            ones = {f.name for f in context.families.values() if f.constant is not None and f.constant[0] == "ones"}
            self.places.note(root, self.context.letters, source, row=self.context.row, ones=ones)
        self._note_stepwise([(n, group) for n, group, _ in names if group is not None and group.is_call])
        context.has_bold |= any(is_bold_name(n) for n, _, _ in names)
        capital = any(is_upper(n.text) and n.token.style in ("", "rm") for n, _, _ in names)
        declared = any(f.role in ("vector", "matrix") for f in context.families.values())
        for n, following, source in names:
            self._note_use(n, following, source)
        self._one_style(names)
        entries = any(count for count in self.entries.values()) and bool(context.letters.entry)
        entries |= bool(self.beside.entries & context.letters.bare)
        context.all_scalar = not (context.has_bold or capital or marks or declared or entries or self.turned)

    def _note_stepwise(self, calls: Sequence[tuple[Node, Node]]) -> None:
        """The g of ``s(k) = A s(k-1) + g(k)``: a letter of functions that stands before steps only, of what runs."""
        usual = FUNCTION_LETTERS - STATE_LETTERS - ALWAYS_FUNCTIONS
        steps = {self.shifted_call(b) for a, b in calls if a.text not in usual} - {None}
        at = {id(b) for _, b in calls if [(k.text, k.scripts) for k in b.kids] in [[(x, [])] for x in steps]}
        at |= {id(b) for _, b in calls if self.shifted_call(b) in steps}
        elsewhere = {a.text for a, b in calls if id(b) not in at or a.scripts}
        elsewhere |= {f.letter for f in self.context.families.values() if f.declared and f.place != "call"}
        self.stepwise |= {a.text for a, _ in calls if a.text in usual} - elsewhere

    def look_beside(self, beside: Beside) -> None:
        """What another formula shows: letters that are factors and no functions, entries, marks of vectors."""
        self.beside = beside
        for name in sorted(beside.factors):
            for node in parse(name)[0]:
                named = take_apart(node, self.context.letters, name)
                if named.time is None:
                    self.bare.setdefault(named.family, node)
                    self.factors.add(named.family)

    def _note_totals(self, root: Node, source: str) -> None:
        """The E of ``E = \\sum_k E^{(k)}``: the letter of a loss is one as the sum of its own terms."""
        if root.kind != "relation" or root.kids[-1].inner.kind != "big":
            return
        names = [root.kids[0].inner, *(k.inner for k in root.kids[-1].inner.kids)]
        letters = {n.letter for n in names}
        if len(letters) == 1 and letters <= LOSSES:
            self.totals |= {take_apart(n, self.context.letters, source).family for n in names}

    def _note_increments(self, root: Node, source: str) -> None:
        """The h of ``x_{k+1} = x_k + h (A x_k + B u_k)``."""
        if root.kind != "relation" or root.kids[-1].inner.kind != "add":
            return
        terms = root.kids[-1].inner.kids
        names = [n.letter for n in (root.kids[0].inner, *terms) if n.kind == "name"]
        if len(set(names)) == len(names):
            return
        for n in terms:
            head = n.factors[0]
            sums = n.kind == "juxt" and n.kids[1].is_call and [k.kind for k in n.kids[1].inner.kids] == ["add"]
            if sums and head.kind == "name" and len(n.kids) == 2:
                self.increments.add(take_apart(head, self.context.letters, source).family)

    def _note_definition(self, root: Node, source: str) -> None:
        """The p of ``p = \\operatorname{softmax}(s)``, and the I of ``\\dot V = -V + I``."""
        if root.kind != "relation" or "=" not in root.detail:
            return
        left, right = root.kids[0].inner, root.kids[-1].inner
        head = right.factors[0]
        if left.kind == "name" and head.kind == "word" and OPERATORS.get(head.text) == "softmax":
            self.weights.add(take_apart(left, self.context.letters, source).family)
        if right.kind == "frac":  # of C \\dot V = -V + I
            right = right.kids[0].inner
        if right.kind == "add" and left.token.is_dotted:
            terms = [k.factors[-1] for k in right.kids]
            currents = (n for n in terms if n.kind == "name" and n.text == "I")
            self.currents |= {(source, n.start) for n in currents if all(s.kind == "_" for s in n.scripts)}

    def _one_style(self, names: Sequence[tuple[Node, Node | None, str]]) -> None:
        """Two kinds of bold are two symbols only where both are declared."""
        seen: dict[str, str] = {}
        for n, _, source in names:
            if not n.token.is_bold:
                continue
            name = take_apart(n, self.context.letters, source).family
            other = seen.setdefault(plain(name), name)
            known = [self.context.families.get(f) for f in (name, other)]
            if other != name and not all(f is not None and f.declared for f in known):
                self.context.source = source
                words = "matrix n n" if is_upper(n.text) else "vector n"
                raise self.context.error(
                    f"{other} and {name}: one symbol in two kinds of bold, or two symbols?",
                    n,
                    f'for one symbol write "{other}"; for two {propose(other, words)} and "{name}: {words}"',
                )

    def _note_use(self, n: Node, following: Node | None, source: str) -> None:
        for s in n.scripts:
            if s.kind == "_" and source[s.start].isdigit() and source[s.start].isascii():
                self.context.source = source
                self.context.note(
                    "repaired", f"{source[n.start : s.end]} is read with {s.tokens[0].text} as subscript", n
                )
        named = take_apart(n, self.context.letters, source)
        name = named.family
        self.seen[name] += 1
        if not n.scripts:
            self.alone.add(name)
        if ("'" in named.base or named.upper in ("+", "-")) and self.context.find(name) is None:
            self.context.source = source
            shown, mark = (name, "sign") if named.upper else (named.base, "prime")
            self.context.note("prime", f"{shown} is read as a name, its {mark} as a part of it", n)
        self.context.exact.setdefault(name, named)
        if following is not None and following.is_call and not self.is_time_call(n, following):
            self.applied.setdefault(name, n)
            if self.context.loss and is_loss_call(named, following):
                self.of_vectors.add(name)
            if source[n.end : following.start].isspace():
                self.spaced.add(name)
        else:
            self.bare.setdefault(name, n)
        if named.primes:
            self.primed.add(name)
        if any(o.kind in ("transpose", "inverse transpose") for o in named.operations):
            self.turned.add(name)
        if named.entries:
            self.entries[name] = max(self.entries.get(name, 0), len(named.entries))

    def shifted_call(self, group: Node) -> str | None:
        """The letter of ``(t-1)``, and of ``[t-1]``."""
        if group.kind != "group" or group.text not in ("(", "[") or len(group.kids) != 1:
            return None
        kid = group.kids[0]
        if kid.kind == "add" and len(kid.kids) == 2 and kid.kids[0].kind == "name" and kid.kids[1].kind == "number":
            first = kid.kids[0]
            return first.text if not first.scripts and first.text in ("t", "n", "k", "s", "l", r"\tau") else None
        return None

    def is_time_call(self, n: Node, group: Node) -> bool:
        """Whether ``x(t-1)`` is x at a time."""
        if any(s.kind in "'_" and _is_time(s, self) for s in n.scripts):
            return False
        if n.text in FUNCTION_LETTERS - STATE_LETTERS - self.stepwise:
            return False
        if n.text in FACTOR_LETTERS and not (self.has_calls_at_times or n.text in self.running):
            known = self.context.find(n.text)
            if known is None or known.place != "call":
                return False  # \lambda (t - 1), where nothing else is printed at a time in brackets
        if self.shifted_call(group) is not None:
            return True
        one = group.kind == "group" and group.text in ("(", "[") and len(group.kids) == 1
        kid = group.kids[0] if one else group
        parts = kid.kids if kid.kind == "add" else [kid]
        if not one or any(k.kind not in ("name", "number") for k in parts):
            return False
        known = self.context.find(n.text)
        at_times = known is not None and known.declared and known.place == "call"
        letters = {k.text for k in parts if k.kind == "name"}
        if (at_times or n.text in self.running) and letters <= TIMELIKE:  # x(0), x(t_0), where x begins; x(T); x(t-k)
            return all(s.kind == "_" for k in parts for s in k.scripts)
        return len(letters) == 1 and kid.kind == "name" and not kid.scripts and letters <= self.call_letters

    # --------------------------------------------------------------------------------------- roles

    def settle(self, named: Named) -> Family:
        """The family of a name, with its role."""
        family = self.context.family(named)
        if not family.is_known:
            role, how = self._role(named, family)
            if family.role is None and role == ONE_ROW:
                family.take("matrix", how, UNIT)
            elif family.role is None:
                family.take(role, how, UNIT if how in (How.OF_LOSS, How.SCALAR_FUNCTION) else None)
                if role == "function":
                    family.function = Function(family.name)
        return family

    def _role(self, named: Named, family: Family) -> tuple[str, How]:
        context, name, token = self.context, family.name, named.token
        if family.base in context.letters.numbered.values():
            family.numbered = True
            return "matrix", How.NUMBERED
        chosen = context.option.roles.get(family.base)
        if chosen == LOSS_OF_VECTORS or self._is_loss_of_vectors(named):
            return "map", How.OF_LOSS
        if chosen == SCALAR_FUNCTION or self.is_scalar_function(named):
            context.note("role", f"{name}: read as a scalar function of which nothing is known", named.node)
            return "map", How.SCALAR_FUNCTION
        if chosen is not None:
            return chosen, context.option.how
        if self._takes_several(named, family) or self._is_map(named):
            return "map", How.OF_SEVERAL
        if self._is_function(named, family):
            return "function", How.APPLIED
        if token.is_script:
            return "scalar", How.LOSS if letter(token) in LOSS_NAMES else How.SCRIPT
        if name in self.entries:
            return ("vector" if self.entries[name] == 1 else "matrix"), How.ENTRIES
        upper = is_upper(token.text)
        if named.token.marks_vector and name not in self.entries:
            return ("matrix" if upper else "vector"), How.BOLD
        scalars = {
            How.COUNTS_TIME: named.time is None and token.text in context.letters.time and not named.label,
            How.ALL_SCALAR: context.all_scalar,
            How.SIZE: name in context.dims and named.time is None,
            How.EXPONENT: name in self.raised and name not in self.bare and not named.token.marks_vector,
            How.INSIDE: name in self.places.inside,
            How.TOTAL: name in self.totals,
            How.PENALTY: name in self.places.before,
            How.ABOVE: name in self.places.above and not (upper and named.time and context.has_bold),
        }
        if (first := next((how for how, holds in scalars.items() if holds), None)) is not None:
            return "scalar", first
        if token.style == "rm" and len(token.text) > 1:
            return self.by_definition(family, named.time) or "scalar", How.WORD
        defined = self.by_definition(family, named.time)
        if defined:
            return defined, How.DEFINITION
        if name in self.places.below and name not in self.turned:
            if upper and token.text not in COUNTS:
                raise context.error(
                    f"{name} stands below a line: a scalar, or a matrix whose inverse is meant?",
                    named.node,
                    propose(name, "scalar") + f', or write the inverse as a factor, as in "{name}^{{-1}} x"',
                )
            return "scalar", How.DIVIDES if name in self.places.counting else How.BELOW
        if token.text in STEPS | STEP_NAMES and token.style != "bf":
            return "scalar", How.STEP
        if upper:
            return "matrix", How.CAPITAL
        if context.has_bold:
            return "scalar", How.NOT_BOLD
        if token.text in PARAMETERS and name in self.several.among:
            return "vector", How.PARAMETERS
        if is_greek(token.text) and token.text not in VECTOR_GREEK:
            return "scalar", How.GREEK
        if self._estimated(named) == "scalar":
            return "scalar", How.ESTIMATED
        return "vector", How.SMALL

    def _estimated(self, named: Named) -> str | None:
        r"""What the \hat y is defined as that stands beside y, which it estimates; ``None`` where there is none."""
        if named.token.accents:
            return None
        hats = [
            n for n in self.context.exact.values() if n.token.text == named.token.text and n.token.accents == ("hat",)
        ]
        alone = [n for n in hats if n.family not in self.entries]
        roles = {self.by_definition(self.context.family(n), n.time) for n in alone}
        return roles.pop() if len(roles) == 1 else None

    def _takes_several(self, named: Named, family: Family) -> bool:
        """Whether a letter is a function of several vectors, of which nothing else is known.

        :raises ReadError: where it may be, and is a symbol elsewhere.
        """
        context, name = self.context, family.name
        node = self.several.heads.get(name)
        if node is None or not is_usual(named):
            return False
        if name in self.bare:
            raise context.error(
                f"{name} is applied to several vectors here and stands alone elsewhere: is it a function?",
                node,
                r'write "\phi", a letter of its own for the function',
            )
        context.note("role", f"{name}: read as a function of several vectors, of which nothing else is known", node)
        return True

    def _is_loss_of_vectors(self, named: Named) -> bool:
        r"""Whether a letter is a loss of which only what it sees is known: the ``\ell`` of ``\ell(y, d)``."""
        node = self.applied.get(named.family)
        if node is None or named.primes or named.family in self.bare:
            return False
        if self.context.loss:
            return named.family in self.of_vectors
        if named.token.text not in LOSS_FUNCTIONS or named.time is not None or self.context.all_scalar:
            return False
        self.context.note("role", f"{named.family}: read as a loss of which nothing is known but what it sees", node)
        return True

    def _is_map(self, named: Named) -> bool:
        """Whether a letter before a vector is a map, as a claim names its Jacobian."""
        name = named.family
        if name not in self.beside.maps & self.applied.keys() - self.bare.keys() or self.context.all_scalar:
            return False
        if named.primes or name in self.defined or named.time is not None:
            return False
        self.context.note(
            "role", f"{name}: read as a map of vectors of which nothing is known, as its Jacobian is named"
        )
        return True

    def is_scalar_function(self, named: Named) -> bool:
        r"""Whether a letter stands under a nabla and by itself: ``\nabla f(x)`` and ``f(x)``."""
        both = named.family in self.called & self.under_nabla - self.bare.keys()
        return both and not named.primes and named.token.text not in ALWAYS_FUNCTIONS

    def _is_function(self, named: Named, family: Family) -> bool:
        context, name, token = self.context, family.name, named.token
        node = self.applied.get(name)
        if node is None:
            return name in self.primed and token.text in FUNCTION_LETTERS - STATE_LETTERS
        if named.time is not None or name in self.factors or (named.token.marks_vector and is_upper(token.text)):
            return False
        if named.entries and token.text in FUNCTION_LETTERS:
            raise context.doubt(
                f"{name} with an index before a bracket: a factor, or a function?",
                node,
                propose(name, "vector n", "elementwise"),
            )
        if token.text in NORMALISATIONS and not family.declared:
            raise context.error(
                f"{name} is a normalisation, no elementwise function",
                node,
                rf'define it, as in "\mathrm{{{token.text}}}(x) = {NORMALISATIONS[token.text]}", or write it out',
            )
        if token.text == "vec" and token.style == "rm" and not family.declared:
            raise context.error(
                "vec stacks the columns of a matrix, which is not read in an equation; a claim may hold it, and Python "
                "has vec_jacobian",
                node,
            )
        if token.text in LAYERS and not family.declared:
            raise context.error(
                f"{name} is a layer with a matrix of its own, no function that is applied entry by entry",
                node,
                f'write it out, as in "{LAYERS[token.text]}"',
            )
        if token.style == "rm" and len(token.text) > 1:
            near = difflib.get_close_matches(token.text, _KNOWN_WORDS, 1, 0.75)
            if near:
                hint = rf'write "\operatorname{{{near[0]}}}", if that is meant; else {propose(name, "elementwise")}'
                raise context.error(f"{token.text} is no function that is known", node, hint)
            context.note("role", f"{name}: read as a function that is applied entry by entry", node)
            return True
        script = token.is_script and letter(token) not in LOSSES
        if script and name not in self.bare:
            context.note("role", f"{name}: read as a function that is applied entry by entry", node)
            return True
        if token.text in STEP_SIZES and name in self.increments:
            raise context.doubt(
                f"{name}(...): a step size before a bracket, or a function?",
                node,
                propose(name, "scalar", "elementwise"),
            )
        if token.text in FUNCTION_LETTERS or (name in self.primed and not is_upper(token.text)):
            elsewhere = self.bare.get(name)
            if elsewhere is None or token.text in ALWAYS_FUNCTIONS or name in self.primed:
                if name not in self.primed | self.defined | self.beside.functions and not family.declared:
                    context.note("role", f"{name}: read as a function that is applied entry by entry", node)
                return True
            if is_greek(token.text):  # \rho B settles that \rho (B x + c) is a product
                return False
            raise context.error(
                f"{name} is applied to a bracket here and stands alone elsewhere: is it a function?",
                node,
                propose(name, "elementwise", "vector n"),
            )
        return False


def known_function(word: str) -> Function | None:
    """The function a word such as tanh or ReLU names."""
    row = functions.by_spelling(word)
    return row.function if row is not None else None


def _is_time(s: Script, roles: Roles) -> bool:
    return s.tokens[0].text in roles.context.letters.time
