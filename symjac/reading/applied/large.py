"""What is printed large: sums and products over an index, and matrices."""

from __future__ import annotations

from fractions import Fraction

from symjac.expr.times import Time
from symjac.reading.applied.building import Building, span
from symjac.reading.applied.terms import Over, Term
from symjac.reading.context import Context
from symjac.reading.names import is_time, read_time
from symjac.reading.spelling import script_text
from symjac.reading.survey import bound_letter
from symjac.reading.tokens import Token
from symjac.reading.tree import Node, Placed

LAST_STEP = Time((("T", 1),))
BOUNDS_READ = r'write bounds as in "\prod_{i=k+1}^{t} A_i", "\prod_{k<i\le t} A_i" or "\prod_{t\ge i>k} A_i"'
BOUNDS = r'write bounds, as in "\sum_{i=1}^{n} x_i" or "\prod_{i=k+1}^{t} A_i"'
RELATIONS = ("=", "<", "<=", ">", ">=")


def big(b: Building, node: Node) -> Term:
    """``\\sum`` and ``\\prod``: over entries, or over time."""
    sub, sup = node.sub, node.sup
    letter = bound_letter(sub)
    if not node.kids:
        raise b.error(rf"nothing follows this \{node.text}", node)
    if not letter and not sub and not sup and node.text == "sum" and b.context.lenient:
        return Term("total", (b.build(node.kids[0]),), None, span(node))
    if not letter:
        raise b.error(rf"this \{node.text} does not say over what it runs", node, BOUNDS)
    if node.text == "sum" and letter in b.context.letters.entry:
        return over_entries(b, node, letter, sub, sup)
    low, high, order = _bounds(b, node, sub, sup)
    kind = "sum" if node.text == "sum" else "product"
    if low is None or high is None:
        return Term("over", (b.build(node.kids[0]),), Over(kind, letter, low, high, order), span(node))
    b.around.append((letter, low, high))
    body = b.build(node.kids[0])
    b.around.pop()
    return Term("over", (body,), Over(kind, letter, low, high, order), span(node))


def _last_entry(b: Building, node: Node, letter: str, sub: tuple[Token, ...], sup: tuple[Token, ...]) -> str | None:
    """How far ``\\sum_{j=1}^{n}`` runs; ``None`` for ``\\sum_j``.

    :raises ReadError: for a sum over some of the entries.
    """
    if len(sub) == 1 and not sup:
        return None
    whole = [t.text for t in sub] == [letter, "=", "1"] and len(sup) == 1
    letters = whole and sup[0].kind == "name" and not b.context.letters.numbers(sup[0].text)
    if letters and b.el.beside and sup[0].text not in b.context.dims.keys() - b.context.invented:
        return None  # a size that the system does not name: that of what is summed
    if letters or (whole and sup[0].kind == "number" and sup[0].text.isdigit()):
        return script_text(sup)
    raise restricted(b.context, letter, node)


def restricted(context: Context, letter: str, at: Placed) -> Exception:
    """The refusal of a sum over some of the entries."""
    return context.error(
        rf"this \sum does not run over all {letter}: {context.text(at)}",
        at,
        rf'sums over all entries are read, as in "\sum_{{{letter}}} m_{letter} x_{letter}", where m may be a mask of '
        "zeros and ones",
    )


def over_entries(b: Building, node: Node, letter: str, sub: tuple[Token, ...], sup: tuple[Token, ...]) -> Term:
    r"""``\sum_j``, ``\sum_{j=1}^{n}``, ``\sum_{j \ne i}``."""
    at = span(node)
    others = len(sub) == 3 and sub[1].kind == "!=" and sub[2].text in b.context.letters.entry and not sup
    upper = None if others else _last_entry(b, node, letter, sub, sup)
    b.summed.append(letter)
    body = b.build(node.kids[0])
    b.summed.pop()
    if others:
        same = Term("kronecker", (), (letter, sub[2].text), at)
        apart = Term("add", (Term("number", (), Fraction(1), at), Term("negative", (same,), None, at)), None, at)
        body = Term("product", (body, apart), None, at)
    return Term("index_sum", (body,), (letter, upper), at)


def _bounds(
    b: Building, node: Node, sub: tuple[Token, ...], sup: tuple[Token, ...]
) -> tuple[Time | None, Time | None, str]:
    """Least and greatest value of the index, and the order the print settles."""
    at = [k for k, t in enumerate(sub) if t.kind in RELATIONS]
    kinds = [sub[k].kind for k in at]

    def read(tokens: tuple[Token, ...]) -> Time:
        if not b.el.beside and not is_time(tokens):
            raise b.error("I cannot read this bound" if tokens else "a bound is missing", node)
        return read_time(tokens)

    if kinds == ["="] and sup:
        low, high = read(sub[at[0] + 1 :]), read(sup)
        if (low.letters == high.letters and low.offset > high.offset) or b.runs_down(low, high):
            return high, low, "descending"
        return low, high, "ascending"
    if len(kinds) == 2 and "=" not in kinds:
        first, last = read(sub[: at[0]]), read(sub[at[1] + 1 :])
        if kinds[0] in ("<", "<=") and kinds[1] in ("<", "<="):
            return first + (kinds[0] == "<"), last - (kinds[1] == "<"), "open"
        if kinds[0] in (">", ">=") and kinds[1] in (">", ">="):
            return last + (kinds[1] == ">"), first - (kinds[0] == ">"), "descending"
    if kinds in (["<"], ["<="], [">"], [">="]) and at == [1] and node.text == "sum":
        end, strictly = read(sub[2:]), kinds[0] in ("<", ">")
        if kinds[0] in (">", ">="):
            b.context.note("sum", rf"this \sum over {sub[0].text} runs to the last step {LAST_STEP.text}", node)
            return end + strictly, LAST_STEP, "ascending"
        b.context.note("sum", rf"this \sum over {sub[0].text} runs from the first step 1", node)
        return Time((), 1), end - strictly, "ascending"
    if not kinds and len(sub) == 1 and node.text == "sum":
        return None, None, "open"
    raise b.error("I cannot read these bounds", node, BOUNDS_READ)


def matrix(b: Building, node: Node) -> Term:
    """A matrix written out, vectors on top of each other, or a diagonal matrix with dots."""
    width = int(node.detail[0])
    if node.text == "vmatrix":
        raise b.error("written-out determinants are not read", node, r'name the matrix, as in "\det(A)"')
    if any(k.inner.kind in ("blank", "dots") for k in node.kids):
        return b.posted(b.dotted(node, width), node)
    entries = tuple(map(b.build, node.kids))
    if b.el.beside and width == 1 and not all(t.kind == "number" for t in entries):
        zero = Term("number", (), Fraction(0))
        cells = zip(entries, node.kids, strict=True)
        entries = tuple(b.constant("zeros", None, k) if t == zero else t for t, k in cells)
    if width == 1:
        return b.posted(Term("stack", entries, None, span(node)), node)
    return b.posted(Term("explicit", entries, width, span(node)), node)
