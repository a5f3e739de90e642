"""How the names of a text are used: what stands before brackets, where mostly scalars stand, what equations say."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from symjac.errors import propose
from symjac.reading import usual
from symjac.reading.assumptions import How
from symjac.reading.beside import Beside, is_derivative, marks_vectors
from symjac.reading.context import Context
from symjac.reading.names import Named, is_transpose, take_apart
from symjac.reading.parser import parse
from symjac.reading.spelling import TIMELIKE, is_upper, letter, plain
from symjac.reading.survey import bound_letter
from symjac.reading.tree import Node, bracket
from symjac.reading.vocabulary import OPERATORS


class Uses:
    """Evidence from the whole text, most of it as families of names."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.applied: dict[str, Node] = {}
        self.bare: dict[str, Node] = {}
        self.alone: set[str] = set()  # what stands somewhere without any script
        self.seen: Counter[str] = Counter()  # how often a name stands in the text
        self.primed: set[str] = set()
        self.entries: dict[str, int] = {}
        self.turned: set[str] = set()
        self.defined: set[str] = set()
        self.made_of: Mapping[str, set[str]] = {}  # what is defined, and the letters that its definition has
        self.scalars: defaultdict[How, set[str]] = defaultdict(set)  # what stands where mostly scalars do
        self.call_letters = {"t"}
        self.stepwise: set[str] = set()  # letters of functions that stand before steps only
        self.running: set[str] = set()  # letters with a slope, and those that stand at a time in brackets
        self.has_calls_at_times = False  # whether something that is no factor stands before a time in brackets
        self.called: set[str] = set()  # the f of f(x), not that of \nabla f(x)
        self.under_nabla: set[str] = set()  # the other
        self.of_several: dict[str, Node] = {}  # names before brackets that hold several things
        self.among: Counter[str] = Counter()  # how often names stand alone among these
        self.multiplied: set[str] = set()  # what stands alone on a side of \odot
        self.of_vectors: set[str] = set()  # where a loss is read: what a call of can be the loss of a step
        self.beside = Beside()
        self.factors: set[str] = set()  # what could be functions, and stands as factors beside the text
        self.increments: set[str] = set()  # what stands before the bracket of a sum that is added to a state
        self.weights: set[str] = set()  # what is a softmax
        self.again: set[int] = set()  # what stands alone beside itself before a bracket: f_{t+1} = f_t(x)
        self.currents: set[tuple[str, int]] = set()  # where an I is added to the slope of a state
        self.has_variance = False

    def family(self, n: Node, source: str) -> str:
        return take_apart(n, self.context.letters, source).family

    def scan(self, roots: Sequence[tuple[Node, str]]) -> None:
        """Looks at every name of the text once."""
        context = self.context
        marks = self.beside.has_vectors
        names: list[tuple[Node, Node | None, str]] = []
        families = context.families.values()
        at = (time for f in families if f.place == "call" for time in f.times if time is not None)
        self.call_letters |= {letter for time in at for letter, _ in time.letters}
        self.stepwise |= {f.letter for f in families if f.declared and f.place == "call"}
        for left in (root.kids[0].inner.factors for root, _ in roots if root.kind == "relation"):
            if left[0].kind == "name" and len(left) == 2 and left[1].kind == "group" and left[1].text == "[":
                indices = (k.text for k in left[1].kids if not k.scripts)
                self.call_letters |= TIMELIKE.intersection(indices)  # y[n] = ...
        for root, source in roots:
            for node in root.walk():
                sides = node.kids if node.kind == "binary" and node.text == "odot" else ()
                self.multiplied |= {self.family(k.inner, source) for k in sides if k.inner.kind == "name"}
                for k, kid in enumerate(node.below):
                    self.has_variance |= kid.kind == "word" and OPERATORS.get(kid.text) in ("variance", "deviation")
                    following = node.kids[k + 1] if node.kind == "juxt" and k + 1 < len(node.kids) else None
                    if kid.kind == "name":
                        names.append((kid, following, source))
                        self.running |= {kid.text} if kid.token.is_dotted else set()
                    if following is not None and kid.kind in ("name", "frac"):
                        before = node.kids[k - 1] if k else None
                        marks |= self._note_call(kid, following, before, source)
                marks |= marks_vectors(node)
            if root.kind == "name":
                names.append((root, None, source))
            if root.kind == "relation":
                self._note_equation(root, source)
            self._note_places(root, source)
        self._note_stepwise([(n, group) for n, group, _ in names if group is not None and group.is_call])
        context.has_bold |= any(is_bold_name(n) for n, _, _ in names)
        capital = any(is_upper(n.text) and n.token.style in ("", "rm") for n, _, _ in names)
        declared = any(f.role in ("vector", "matrix") for f in context.families.values())
        for n, following, source in names:
            self._note_use(n, following, source)
        self._one_style(names)
        entries = any(self.entries.values()) and bool(context.letters.entry)
        entries |= bool(self.beside.entries & context.letters.bare)
        context.all_scalar = not (context.has_bold or capital or marks or declared or entries or self.turned)

    def _note_call(self, n: Node, group: Node, before: Node | None, source: str) -> bool:
        """What stands before a bracket, and its bracket; whether it is a function that vectors usually have."""
        often = False
        if group.is_call and n.kind == "name":
            under = before is not None and before.kind == "nabla"
            (self.under_nabla if under else self.called).add(self.family(n, source))
        inner = bracket(group)
        if group.is_call and len(inner.kids) > 1 and inner.text == "(" and set(inner.detail) <= {",", ";"}:
            self.among.update(self.family(k.inner, source) for k in inner.kids if k.inner.kind == "name")
            if n.kind == "name":  # not the derivative of one
                named = take_apart(n, self.context.letters, source)
                self.of_several.setdefault(named.family, n)
                often = is_usual(named)
        if n.kind == "name":
            if (shift := shifted_call(group)) is not None:
                self.call_letters.add(shift)
            if self.is_time_call(n, group):
                self.has_calls_at_times |= n.text not in usual.FACTOR_LETTERS
                self.running.add(n.text)
        return often

    def _note_stepwise(self, calls: Sequence[tuple[Node, Node]]) -> None:
        """The g of ``s(k) = A s(k-1) + g(k)``: a letter of functions that stands before steps only, of what runs."""
        functions = usual.FUNCTION_LETTERS - usual.STATE_LETTERS - usual.ALWAYS_FUNCTIONS
        steps = {shifted_call(b) for a, b in calls if a.text not in functions} - {None}
        at = {id(b) for _, b in calls if [(k.text, k.scripts) for k in b.kids] in [[(x, [])] for x in steps]}
        at |= {id(b) for _, b in calls if shifted_call(b) in steps}
        elsewhere = {a.text for a, b in calls if id(b) not in at or a.scripts}
        elsewhere |= {f.letter for f in self.context.families.values() if f.declared and f.place != "call"}
        self.stepwise |= {a.text for a, _ in calls if a.text in functions} - elsewhere

    def look_beside(self, beside: Beside) -> None:
        """What another formula shows: letters that are factors and no functions, entries, marks of vectors."""
        self.beside = beside
        for name in sorted(beside.factors):
            for node in parse(name)[0]:
                named = take_apart(node, self.context.letters, name)
                if named.time is None:
                    self.bare.setdefault(named.family, node)
                    self.factors.add(named.family)

    def _note_equation(self, root: Node, source: str) -> None:
        r"""What the sides of an equation say together.

        The E of ``E = \sum_k E^{(k)}``, the letter of a loss, is one as the sum of its own terms. The h of
        ``x_{k+1} = x_k + h (A x_k + B u_k)`` may be a step, the p of ``p = \operatorname{softmax}(s)`` weighs, the I of
        ``\dot V = -V + I`` may be a current, and the C of ``E = |y|^2 + C |w|^2`` is a scalar.
        """
        left, right = root.kids[0].inner, root.kids[-1].inner
        names = [left, *(k.inner for k in right.kids)]
        if right.kind == "big" and len({n.letter for n in names}) == 1 and left.letter in usual.LOSSES:
            self.scalars[How.TOTAL] |= {self.family(n, source) for n in names}
        terms = right.kids if right.kind == "add" else []
        letters = [n.letter for n in (left, *terms) if n.kind == "name"]
        for n in (n for n in terms if n.kind == "juxt" and len(n.kids) == 2 and len(set(letters)) < len(letters)):
            head, group = n.kids
            if head.kind == "name" and group.is_call and [k.kind for k in group.inner.kids] == ["add"]:
                self.increments.add(self.family(head, source))
        pairs = (p for n in right.walk() if n.kind == "juxt" for p in itertools.pairwise(n.kids))
        groups = [b for a, b in pairs if a.letter == left.letter and b.is_call and left.text in usual.FUNCTION_LETTERS]
        inside = {id(n) for b in groups for n in b.walk()}  # f_t (1 - f_t) is a product
        self.again |= {id(n) for n in root.walk() if groups and n.letter == left.letter} - inside
        head = right.factors[0]
        softmax = head.kind == "word" and OPERATORS.get(head.text) == "softmax"
        if "=" in root.detail and left.kind == "name" and softmax:
            self.weights.add(self.family(left, source))
        total = right.kids[0].inner if right.kind == "frac" else right  # of C \dot V = -V + I
        if "=" in root.detail and total.kind == "add" and left.token.is_dotted:
            currents = [n for n in (k.factors[-1] for k in total.kids) if n.kind == "name" and n.text == "I"]
            self.currents |= {(source, n.start) for n in currents if all(s.kind == "_" for s in n.scripts)}
        sides = [k.inner for k in root.kids[1:]] if left.letter in usual.LOSSES else []
        for term in (t for k in sides for t in (k.kids if k.kind == "add" else [k])):
            factors = [f.inner for f in term.factors]
            tops = [f.kids[0].inner if f.kind == "frac" else f for f in factors]
            if any(f.kind == "norm" for f in factors):
                found = (n for n in tops if n.kind == "name" and n.text in usual.COUNTS)
                self.scalars[How.PENALTY] |= {self.family(n, source) for n in found}

    def _note_places(self, root: Node, source: str) -> None:
        """What stands in written-out matrices, below lines, beside sums there, and above derivatives."""
        divides = False
        for node in root.walk():
            width = int(node.detail[0]) if node.kind == "matrix" else 0
            if width > 1 and not (self.context.row and width == len(node.kids)):
                for n in (n for n in node.walk() if n.kind == "name" and not is_bold_name(n)):
                    if n.sub or not is_upper(n.text):  # a capital is a block
                        self.scalars[How.INSIDE].add(self.family(n, source))
            fraction = node.kind == "frac" or (node.kind == "binary" and node.text == "/")
            if fraction and not is_derivative(node) and not _applied_below(node.kids[1]):
                self.scalars[How.BELOW] |= {self.family(n, source) for n in _factors(node.kids[1])}
                divides = True
            for sign, operand in itertools.pairwise(node.kids) if node.kind == "juxt" else ():
                if sign.kind in ("partial", "nabla") and operand.inner.letter in usual.LOSSES:
                    self.scalars[How.ABOVE].add(self.family(operand.inner, source))
        for node in root.walk() if divides else ():
            quotients = [k.inner for k in node.factors if k.inner.kind == "frac" or k.inner.text == "/"]
            if quotients and any(self._sums_entries(n) for n in node.walk()):
                below = (n for q in quotients for n in _factors(q.kids[1]))
                self.scalars[How.DIVIDES] |= {self.family(n, source) for n in below}

    def _sums_entries(self, n: Node) -> bool:
        r"""Whether this sums entries: a sum with an index of entries, or ``\mathbf{1}^\top``."""
        if n.kind == "big":
            return n.text == "sum" and bound_letter(n.sub) in self.context.letters.entry
        known = self.context.families.get(n.letter)
        ones = n.text == "1" or (known is not None and known.constant is not None and known.constant[0] == "ones")
        return n.kind == "name" and is_transpose(n.sup) and ones

    def _one_style(self, names: Sequence[tuple[Node, Node | None, str]]) -> None:
        """Two kinds of bold are two symbols only where both are declared."""
        seen: dict[str, str] = {}
        for n, _, source in names:
            if not n.token.is_bold:
                continue
            name = self.family(n, source)
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
        elif id(n) not in self.again:
            self.bare.setdefault(name, n)
        if named.primes:
            self.primed.add(name)
        if any(o.kind in ("transpose", "inverse transpose") for o in named.operations):
            self.turned.add(name)
        if named.entries:
            self.entries[name] = max(self.entries.get(name, 0), len(named.entries))

    def is_time_call(self, n: Node, group: Node) -> bool:
        """Whether ``x(t-1)`` is x at a time."""
        if any(s.kind in "'_" and s.tokens[0].text in self.context.letters.time for s in n.scripts):
            return False
        if n.text in usual.FUNCTION_LETTERS - usual.STATE_LETTERS - self.stepwise:
            return False
        if n.text in usual.FACTOR_LETTERS and not (self.has_calls_at_times or n.text in self.running):
            known = self.context.find(n.text)
            if known is None or known.place != "call":
                return False  # \lambda (t - 1), where nothing else is printed at a time in brackets
        if shifted_call(group) is not None:
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


def shifted_call(group: Node) -> str | None:
    """The letter of ``(t-1)``, and of ``[t-1]``."""
    kid = group.kids[0] if group.kind == "group" and group.text in ("(", "[") and len(group.kids) == 1 else None
    if kid is None or kid.kind != "add" or [k.kind for k in kid.kids] != ["name", "number"]:
        return None
    first = kid.kids[0]
    return first.text if not first.scripts and first.text in ("t", "n", "k", "s", "l", r"\tau") else None


def is_usual(named: Named) -> bool:
    """Whether a letter before several vectors is a function of them, where nothing says what it is.

    What carries a time is none: nothing says which function it is at another time.
    """
    return named.time is None and named.token.text in usual.OF_SEVERAL


def is_loss_call(named: Named, group: Node) -> bool:
    """Whether what is called may be the loss of a step: by its letter or word, or another letter before names alone."""
    token = named.token
    if (
        named.operations
        or group.scripts
        or (named.time is None and token.text in usual.FUNCTION_LETTERS | usual.OF_SEVERAL)
    ):
        return False
    if token.style == "rm" and len(token.text) > 1:
        return usual.is_loss_word(token.text)
    if token.style in ("cal", "scr") or letter(token) in usual.LOSS_NAMES or token.text in usual.LOSS_FUNCTIONS:
        return True
    return token.text.isascii() and token.text.isalpha() and all(k.inner.kind == "name" for k in bracket(group).kids)


def is_bold_name(n: Node) -> bool:
    """Whether a name is printed in bold or with an arrow, the constants 0 and 1 apart."""
    return n.token.marks_vector and n.text not in ("0", "1")


def _factors(node: Node) -> list[Node]:
    """The letters a denominator is a product of, also under a root; nothing of sums and functions."""
    node = node.inner
    if node.kind == "name":
        return [] if is_bold_name(node) else [node]
    if node.kind == "sqrt" or (node.kind == "juxt" and all(k.kind in ("name", "number", "sqrt") for k in node.kids)):
        return [n for k in node.kids for n in _factors(k)]
    return []


def _applied_below(node: Node) -> bool:
    """Whether a capital stands before a small letter below a line, as in W x: a vector rather than a scalar."""
    return any(
        a.kind == b.kind == "name"
        and is_upper(a.text)
        and a.text not in usual.COUNTS
        and b.text.isalpha()
        and b.text.islower()
        for a, b in itertools.pairwise(node.inner.factors)
    )
