"""A verdict as one self-contained HTML page: what was claimed, where it holds, why not elsewhere, what is right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import pairwise

from symjac.claims.conventions import WORDS
from symjac.claims.printing import HEADS, fragment, table, title, word
from symjac.claims.telling import Case, Group, Rows, apart, cell, groups, known, matrix, values, within
from symjac.claims.verdict import Formula, Link, Paragraph, Told, Verdict
from symjac.confirm import Confirmed
from symjac.documents.dress import STYLE, VERDICT
from symjac.documents.web import CARD_WIDTH, LINE_WIDTH, formula, frame, shown
from symjac.errors import ReadError
from symjac.reading.boxed import boxed, lines
from symjac.typeset import write_latex
from symjac.typeset.boxes import Box, Grid, Marked, Row, row, width
from symjac.typeset.breaking import break_lines
from symjac.typeset.mathml import math_element

SIGNS = {"true": "✓", "false": "✗", "does not fit": "✗", "undecided": "?", "unreadable": "✗"}
CLASSES = {"does not fit": "misfit"}


def html(confirmed: Confirmed[Verdict]) -> str:
    """The page of a verdict, which needs no network, no script library and no font of its own.

    >>> from symjac.claims import check
    >>> from symjac.confirm import confirm
    >>> v = check([r"y = W \\sigma(x)"], r"\\partial y / \\partial x = W diag(\\sigma'(x))")
    >>> '<h1 class="verdict true">' in html(confirm(v))
    True
    """
    v = confirmed.statement
    heading = (
        f'<p class="asked">{title(v)}</p>\n<h1 class="verdict {v.verdict}">'
        f'<span aria-hidden="true">{SIGNS[v.verdict]}</span> {word(v)}</h1>'
    )
    return frame(f"{word(v)} – {title(v)}", heading, "\n".join(_main(v)), fragment(confirmed), f"{STYLE}\n{VERDICT}")


def _main(v: Verdict) -> Iterator[str]:
    first = v.told.get("first", (Paragraph((v.explanation,)),))
    yield f'<p class="said">{_words(first[0].content)}</p>'
    yield _section("The claim", _claim(v))
    if v.equations:
        yield _section("The system", "\n".join([_shown(*v.equations), *_paragraphs(v, "rows")]))
    if v.conventions:
        yield _section("The conventions", _conventions(v))
    if v.links:
        yield _section(HEADS["links"], _links(v))
    if v.told.get("repair"):
        yield _section(HEADS["repair"], _repair(v))
    elif v.told.get("else"):
        yield _section("Under a condition", "\n".join(_paragraphs(v, "else")))
    if v.correct:
        yield _section(HEADS["right"], _right(v))
    examples = [g for g in groups(v) if g.cases]
    if examples:
        yield _folded(HEADS["examples"], "\n".join(map(_example, examples)), ' id="examples"')
    if v.told.get("change"):
        yield _folded(HEADS["change"], "\n".join(_headed(v, "change")))


def _section(head: str, body: str) -> str:
    return f"<section>\n<h2>{escape(head)}</h2>\n{body}\n</section>"


def _folded(head: str, body: str, mark: str = "") -> str:
    return (
        f"<section{mark}>\n<details open>\n<summary><h2>{escape(head)}</h2></summary>\n{body}\n</details>\n</section>"
    )


# -------------------------------------------------------------------------------------------- formulas


def _inline(f: Formula) -> str:
    """A formula within a sentence; where it cannot be read, the characters it was printed with."""
    try:
        return math_element(boxed(f.latex, f.mark), f.source)
    except ReadError:
        return f"<code>{escape(f.plain or f.latex)}</code>"


def _words(told: Told) -> str:
    return "".join(escape(x) if isinstance(x, str) else _inline(x) for x in told)


def _paragraphs(v: Verdict, *parts: str) -> Iterator[str]:
    for p in (p for part in parts for p in v.told.get(part, ())):
        yield f"<p>{_words(p.content)}</p>"


def _headed(v: Verdict, part: str) -> Iterator[str]:
    """The paragraphs of a part whose head need not be said again in them."""
    for p in v.told[part]:
        first, *others = p.content
        if isinstance(first, str) and first.startswith(f"{HEADS[part]}: "):
            first = first.removeprefix(f"{HEADS[part]}: ")
            first = first[:1].upper() + first[1:]
        yield f"<p>{_words((first, *others))}</p>"


def _shown(
    *sources: str,
    mark: tuple[int, int] | None = None,
    role: str = "new",
    room: float = LINE_WIDTH,
    why: Sequence[str] = (),
) -> str:
    """Formulas as one display, every side of a chain on a line of its own; ``why`` is said beside the sides."""
    try:
        found = [sides for source in sources for sides in lines(source, mark, role)]
    except ReadError:
        if len(sources) > 1:
            return "\n".join(map(_shown, sources))
        text = escape(sources[0])
        return f'<div class="formula"><pre class="display" tabindex="0"><code>{text}</code></pre></div>'
    rows = "\n".join(_row(sides, room, why) for sides in found)
    return formula(rows, " \\\\\n".join(Formula(source).source for source in sources))


def _row(sides: Sequence[Box], room: float, why: Sequence[str]) -> str:
    first, *others = sides
    narrow = bool(others) and width(first) < room / 2
    rows = [(first, others[0]), *((None, side) for side in others[1:])] if narrow else [(None, side) for side in sides]
    beside = dict(enumerate(why, 0 if narrow else 1))
    left = width(first) if narrow else 0.0
    return "\n".join(_line(lhs, rhs, room - left, beside.get(k, "")) for k, (lhs, rhs) in enumerate(rows))


def _line(lhs: Box | None, rhs: Box, room: float, why: str) -> str:
    """The rows of one side, broken where it is wide."""
    left = shown(lhs, large=True) if lhs is not None else ""
    out = []
    for n, piece in enumerate(break_lines(rhs, room)):
        kind = ' class="broken"' if why == BROKEN else ""
        out.append(
            f'<tr{kind}><td class="lhs">{left if n == 0 else ""}</td><td class="rhs{" more" if n else ""}">'
            f'{shown(piece.box, large=True)}</td><td class="why">{escape(why) if n == 0 else ""}</td></tr>'
        )
    return "\n".join(out)


# ---------------------------------------------------------------------------------------------- parts

BROKEN, HOLDS, OPEN = "✗ breaks here", "✓ holds", "? open"


def _claim(v: Verdict) -> str:
    where = v.error.get("where") if v.error else None
    if isinstance(where, dict) and where.get("text") == v.claim:
        start, end = int(where["start"]), int(where["end"])
        a, b, c = (escape(t) for t in (v.claim[:start], v.claim[start:end], v.claim[end:]))
        return f'<pre tabindex="0" role="group" aria-label="{title(v)}">{a}<mark>{b}</mark>{c}</pre>'
    return _shown(v.claim, why=[_link_word(v, link) for link in v.links])


def _link_word(v: Verdict, link: Link) -> str:
    """Whether a link holds where the claim does, or anywhere where the claim holds nowhere."""
    asked = [o for name, o in link.conventions.items() if name in v.holds_in] or list(link.conventions.values())
    if any(o.holds for o in asked):
        return HOLDS
    return BROKEN if all(o.holds is False for o in asked) else OPEN


def _grid(caption: str, head: Sequence[str], rows: Iterable[str]) -> str:
    cells = "".join(f'<th scope="col">{escape(h)}</th>' for h in head)
    return (
        f'<div class="grid" tabindex="0" role="group" aria-label="{escape(caption)}"><table>\n'
        f'<caption class="unseen">{escape(caption)}</caption>\n<thead><tr>{cells}</tr></thead>\n'
        "<tbody>\n" + "\n".join(rows) + "\n</tbody></table></div>"
    )


def _mark(said: str) -> str:
    return (
        f'<td class="word {CLASSES.get(said, said)}"><span aria-hidden="true">{SIGNS[said]}</span> {escape(said)}</td>'
    )


def _conventions(v: Verdict) -> str:
    rows = []
    for name, said, reason in table(v):
        because = f'<a href="#examples">{_words(reason)}</a>' if said == "false" else _words(reason)
        rows.append(f'<tr><th scope="row">{escape(name)}</th>{_mark(said)}<td>{because}</td></tr>')
    return _grid("What came out in each convention", ("convention", "verdict", "because"), rows)


def _repair(v: Verdict) -> str:
    """The claim as printed over the claim as it should be, what differs marked in both."""
    out = []
    for p in v.told["repair"]:
        before, new, after = p.content[:-2], p.content[-2], p.content[-1]
        assert isinstance(new, Formula)
        out += [
            f"<p>{_words(before)}</p>",
            _shown(new.latex, mark=new.mark),
            f"<p>{_words((str(after).lstrip(', ').capitalize(),))}</p>",
            f'<h3 class="false">As printed</h3>\n{_shown(v.claim, mark=v.was, role="old")}',
        ]
    return "\n".join([*out, *_paragraphs(v, "else")])


def _right(v: Verdict) -> str:
    """A card for each layout, side by side where there is room."""
    beside = all(_fits(f) for f in v.correct.values())
    cards = (
        f'<div class="layout">\n<h3>{layout.capitalize()} layout</h3>\n'
        f"{_shown(f, room=CARD_WIDTH if beside else LINE_WIDTH - 2)}\n</div>"
        for layout, f in v.correct.items()
    )
    return "\n".join(
        ["<p>With column vectors</p>", f'<div class="layouts{"" if beside else " stacked"}">', *cards, "</div>"]
    )


def _fits(source: str) -> bool:
    try:
        return width(boxed(source)) <= CARD_WIDTH
    except ReadError:
        return False


def _links(v: Verdict) -> str:
    words = {HOLDS: "true", BROKEN: "false", OPEN: "undecided"}
    rows = []
    for link, equation in zip(v.links, _equations(v), strict=True):
        said = words[_link_word(v, link)]
        holds = [name for name, o in link.conventions.items() if o.holds]
        where = f"holds in {within(holds)}" if holds else "breaks in every convention" if said == "false" else ""
        kind = ' class="broken"' if said == "false" else ""
        rows.append(f"<tr{kind}><td>{equation}</td>{_mark(said)}<td>{escape(where)}</td></tr>")
    return _grid("The links of the chain", ("link", "verdict", "where"), rows)


def _equations(v: Verdict) -> Iterator[str]:
    """Every link as an equation of its own, with the brackets its sides have in the chain."""
    try:
        found = [side for sides in lines(v.claim) for side in sides]
    except ReadError:
        found = []
    if len(found) != len(v.links) + 1:
        yield from (_inline(Formula(f"{link.left.strip()} = {link.right.strip()}")) for link in v.links)
        return
    for k, (left, right) in enumerate(pairwise(found)):
        # A side other than the first begins with its relation.
        both = row(row(*left.items[1:]) if k and isinstance(left, Row) else left, right)
        yield math_element(both, write_latex(both))


def _example(g: Group) -> str:
    reason = f" ({escape(g.outcome.reason.removeprefix('(').removesuffix(')'))})" if g.outcome.reason else ""
    point = "".join(f"<li>{_inline(f)}</li>" for f in values(g.cases[0].counterexample))
    sides = {s: [getattr(case.counterexample, s) for case in g.cases] for s in ("left", "right")}
    intro = f"The claim is false{escape(g.order)}{reason} at"
    verbs = {s: "" if all(known(m, g.decimals) for m in matrices) else " lies in" for s, matrices in sides.items()}
    head = ("convention", *(f"{s}-hand side{verb}" for s, verb in verbs.items()))
    rows = (_case(case, g.decimals) for case in g.cases)
    return f'<p>{intro}</p>\n<ul class="values">{point}</ul>\n{_grid("Both sides, worked out", head, rows)}'


def _case(case: Case, decimals: int) -> str:
    c = case.counterexample
    names = "<br/>".join(escape(WORDS[name]) for name in case.names)
    sides = (_matrix(rows, other, decimals) for rows, other in ((c.left, c.right), (c.right, c.left)))
    return f'<tr><th scope="row">{names}</th>{"".join(f"<td>{side}</td>" for side in sides)}</tr>'


def _matrix(rows: Rows, other: Rows, decimals: int) -> str:
    """A matrix with the entries marked that are not those of the other one."""

    def entry(i: int, j: int) -> Box:
        box = boxed(cell(rows[i][j], decimals, tex=True))
        return Marked(box, "here") if apart(rows[i][j], other[i][j]) else box

    cells = tuple(tuple(entry(i, j) for j in range(len(rows[0]))) for i in range(len(rows)))
    box = cells[0][0] if len(cells) == len(cells[0]) == 1 else Grid(cells, "pmatrix")
    return math_element(box, matrix(rows, decimals))
