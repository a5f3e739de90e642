"""Every hint is followed: what it declares, what it would have written in the place that is shown, its examples.

A hint quotes what helps in double quotes. ``"x: vector n"`` is a declaration; behind "write" stands what replaces the
place, behind "as in" a formula that can be read by itself. No hint stands in the source that this table leaves out.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import symjac
from symjac.claims.checking import check
from symjac.errors import ReadError, SymjacError
from symjac.reading import read_system
from symjac.reading.parser import parse
from symjac.reading.reader import read_loss

PACKAGE = Path(symjac.__file__).parent


class Case(NamedTuple):
    """A text that is refused with a hint."""

    text: str  # its equations, one a line
    claim: str = ""
    symbols: dict[str, str] = {}  # noqa: RUF012  # nobody changes it
    orientation: str = "column"
    of: str | None = None
    wrt: str | None = None
    loss: str = ""
    decided: bool = True  # whether the claim can be judged when the hint is followed

    @property
    def name(self) -> str:
        return " |- ".join(filter(None, (self.text, self.claim)))


CASES = [
    # letters, signs, commands
    Case("h_t = o_t odot c_t"),
    Case("x = W^top y"),
    Case("y_t = W x_t-1"),
    Case("y = input(x)"),
    Case("h_t = W @ h_{t-1}"),
    Case(r"x = \simga(y)"),
    Case(r"y = \Qa x"),
    Case(r"y = \mathbf{} x"),
    Case(r"y = \operatorname tanh(x)"),
    Case("x = [y)"),
    Case("h_t = \\tanh(W h_{t-1} + U x_t + b"),
    # scripts
    Case("y = x_i_j"),
    Case(r"\tau \dot{v}_i = -v_i + R I_i"),
    Case("y = a^b^c"),
    Case(r"y = \sqrt[3]{x}"),
    Case(r"y = \left. \frac{\partial f}{\partial x} \right|_{x=0} v"),
    Case(r"J = f'(\cdot) W"),
    Case("y_{k+1} = A y_k + x", r"\frac{\partial y_{k+1}}{\partial x} = x^{(k-1)}"),
    Case("y = 1e-3 x"),
    Case("y = A^* x"),
    Case(r"f(x) = \begin{cases} x & x > 0 \\ 0 & x \le 0\end{cases}"),
    Case(r"y = 3 + \begin{cases} x & x > 0 \\ 0 & x \le 0\end{cases}"),
    # declarations
    Case("y = c + x", symbols={"c": "constant 2"}),
    Case("y = E x", symbols={"E": "identity matrix n m"}),
    Case("v = e + r", r"\frac{\partial v}{\partial e} = \mathbf{1}", {"e": "vector of ones"}, decided=False),
    Case(r"p = \operatorname{softmax}(z)", r"\frac{\partial p}{\partial z} = \operatorname{diag}(\mathbf{1}_c)"),
    # what a bracket, a prime, a slash may mean
    Case("f_i(x) = x_i^2"),
    Case("K(u) = u^2\ny = K(x)"),
    Case(r"p = \operatorname{softmax} z/\tau"),
    Case(r"L = \sum_i p_i \log p_i/q_i"),
    Case(r"y = W \tanh V x/c"),
    Case("y = a/bc"),
    Case("y = W x/a z"),
    Case(r"\mathbf{y}_t = \mathbf{W} \mathbf{x}{t-1}"),
    Case("y = (W x)' z"),
    Case(r"s = \mu'_r + x"),
    Case(r"y = W \sigma x"),
    Case(r"y = W \psi + \psi(x)"),
    Case(r"y = \tanh W \tanh x"),
    Case(r"y = \tanh"),
    Case("y = f(x) + f"),
    Case("y = e^2 x"),
    Case("y = f^{(5)}(x)"),
    Case("y = f^{-1}(x)"),
    Case("y = f^2(x)"),
    Case(r"x_{k+1} = x_k + d dt"),
    Case(r"x_{k+1} = x_k + f(x_k) dt"),
    Case("y = V(x)"),
    Case("F = E(x) + \\ell(y)"),
    Case("p = g(y) + h(y) \\ell(y)"),
    Case("x_{k+1} = x_k + h (A x_k + B u_k)"),
    Case("y = A f(x) + f"),
    Case("y = W(h, x)"),
    Case("h_t = F h_{t-1} + F(x_t, u_t)"),
    Case("h_t = F_t(x_t, u_t)"),
    Case("y = K x + K(x, z)"),
    Case("y = f(W x, b) + f"),
    Case(r"h = g(x, 0)"),
    Case(r"h = g(x, 1)"),
    Case(r"h_t = g(x_t, t)"),
    Case(r"h = g(x, A) + A x"),
    Case(r"y = f(x, z)", symbols={"f": "elementwise"}),
    Case(r"h_t = f'(h_{t-1}, x_t) x_t"),
    Case(r"h_t = \partial_1 f(h_{t-1}, x_t)^2 x_t"),
    Case(r"h_t = f_t(c) + h_{t-1}", symbols={"f": "elementwise"}),
    Case(r"h_{k|k} = f_{k|k-1}(c) + h_{k|k-1}", symbols={"f": "elementwise"}),
    Case(r"h_t = f_t(h_{t-1}) + f_{t-1}(h_{t-2})", symbols={"f": "elementwise"}),
    Case(r"h_t = f(h_{t-1})", r"\frac{\partial h_t}{\partial h_{t-1}} = \operatorname{diag}(f'_t(h_{t-1}))"),
    Case("f_{k+1} = f_k(x) + b"),
    Case(r"h_t = f(h_{t-1}, x_t)", r"\frac{\partial h_t}{\partial h_{t-1}} = f'(h_{t-1}, x_t)"),
    Case(r"h_t = f(h_{t-1}, x_t)", r"\frac{\partial h_t}{\partial h_{t-1}} = \frac{d f}{d h_{t-1}}"),
    Case(r"h_t = f(h_{t-1}, h_{t-1})", r"\frac{\partial h_t}{\partial h_{t-1}} = \partial_h f(h_{t-1}, h_{t-1})"),
    Case(r"y = f \circ g(x)"),
    Case(r"y = \mathrm{diam}(x) W"),
    Case(r"y = \operatorname{LN}(W x)"),
    Case(r"y = \operatorname{Linear}(x)"),
    Case(r"y = \operatorname{MLP}(x)"),
    Case(r"y = \operatorname{rely}(x)"),
    Case(r"y = [h \; x]"),
    Case(r"y = W (h, x)^T"),
    Case(r"y = \{h, x\}"),
    Case(r"Y = [[a, b], [c, d]]"),
    Case("y = [W, U] x"),
    Case(r"y = \mathbf{x}_i \mathbf{\sigma} \boldsymbol{x}"),
    Case("y = A^+ x"),
    Case(r"y = \sin^{-1} x"),
    Case(r"y = \tanh^{-1}(x)"),
    Case(r"y = \log_2 x"),
    Case(r"y = \min(a, b)"),
    Case(r"y = \max(a, b)"),
    Case(r"p = -\frac{\partial H}{\partial q}"),
    Case(r"y_t = \frac{\partial^+ h_t}{\partial x_t} u_t"),
    # sums, products, derivatives
    Case(r"y = W x - \mathbb{E}[W x]"),
    Case("y = x - E[W x]"),
    Case(r"C \dot V = -g (V - E) + I"),
    Case(r"\dot I = \beta S I - \gamma I", r"\frac{\partial \dot I}{\partial I} = \beta S - \gamma"),
    Case(r"z_i = w^\top x_i" "\n" r"L = -\sum_i y_i \log z_i + (1 - y_i) \log(1 - z_i)"),
    Case(r"y_i = \sum_j A_{ij} \rho_j (x_j - m_j)"),
    Case(r"\mathbf{y} = \operatorname{softmax}(\mathbf{A}) + \mathbf{x}"),
    Case(r"y = \sum W"),
    Case(r"y = \prod W"),
    Case(r"y = \prod_{i} W_i"),
    Case(r"y_i = \sum_{j<i} w_{ij} x_j"),
    Case(r"y = \prod_{c=1}^{C} y_c"),
    Case(r"y = \ldots"),
    Case(r"y = \nabla x"),
    Case(r"y = \nabla (x + z)"),
    Case(r"L = x^\top A x", r"\nabla^2 L = A + A^\top"),
    Case(r"y = \begin{vmatrix} a & b \\ c & d \end{vmatrix}"),
    Case(r"M = \begin{bmatrix} a & \cdots \\ c & d \end{bmatrix}"),
    Case(r"M = \begin{bmatrix} \mathbf{a} & b \\ c & d \end{bmatrix}"),
    Case(r"c_t = \sum_{j=1}^{n} \alpha_{tj} h_j"),
    Case(r"y = \partial_1 f(x, z)", symbols={"f": "elementwise"}),
    Case(r"\frac{\partial L}{\partial h_t} = W^\top \frac{\partial L}{\partial h_{t+1}}"),
    # shapes
    Case(r"\delta^{(t)}_k = W \delta^{(t+1)}_k"),
    Case(r"\mathbf{F} = m \mathbf{a}", symbols={"m": "vector n"}),
    Case("H = X W + b"),
    Case("y = x W"),
    Case(r"\mathbf{y} = \mathbf{a} \mathbf{b}"),
    Case(r"\mathbf{y} = \mathbf{a} \times \mathbf{b}"),
    Case(r"\mathbf{J} = 1 - \mathbf{W}"),
    Case(r"\mathbf{Y} = \mathbf{W}/\mathbf{A}", symbols={r"\mathbf{A}": "matrix n n"}),
    Case(r"y = 1 / \mathbf{A}"),
    Case(r"\mathbf{y} = \mathbf{x}^{-1}"),
    Case("x_{k+1} = A x_k + x^0"),
    Case("y = A^{1/2} x"),
    Case("y = A^H x"),
    Case(r"x(t) = e^{A t} x(0)"),
    Case(r"y = \mathcal{L}^\top x"),
    Case(r"\mathbf{s} = \mathbf{a} + \operatorname{softmax}(\mathcal{L})"),
    Case(r"y = \|\mathcal{L}\|"),
    Case(r"y = \|A\|_1"),
    Case(r"y = \|A\|_2"),
    Case(r"y = \|x\|_p"),
    Case(r"\mathbf{y} = |\mathbf{x}| \mathbf{z}"),
    Case(r"y = \langle \mathbf{A}, \mathbf{B} \rangle"),
    Case(r"y = \langle \mathbf{a}, \mathcal{L} \rangle"),
    Case(r"\mathbf{y} = W [\mathbf{h}; \mathcal{L}]"),
    Case(r"L = s \operatorname{tr}(I)"),
    Case(r"L = s \mathbf{1}^\top \mathbf{1}"),
    Case(r"Y = \exp(A)", symbols={"A": "matrix n n"}),
    Case("y = h^T W h W", orientation="row"),
    # equations
    Case("W x + b"),
    Case("A x = b"),
    Case(r"m \ddot{x} + c \dot{x} + k x = 0"),
    Case(r"\mathbf{M} \dot{q} = f"),
    Case(r"\mathbf{x}_i = \sum_j w_{ij} \mathbf{x}_j"),
    Case("f(x) = a b"),
    Case("f(x) = a", symbols={"a": "scalar", "x": "scalar"}),
    Case(r"V(q) = \frac{1}{2} k q^2"),
    Case("p = \\operatorname{softmax}(z)\nL = -\\log p_t"),
    Case("y = W x\nL = \\sum \\|y\\|^2", r"\frac{\partial L}{\partial x} = 2 W^\top y"),
    Case(r"h_t = \cdots A_1 h_0"),
    Case(r"y = \nabla f(c)", symbols={"c": "scalar"}),
    Case(r"y = W \sigma x + \sigma(z)"),
    Case("h_t = W \\cdots W h_0"),
    Case("h_t = \\ldots"),
    Case("h_t = A_t \\cdots B_1 h_0"),
    Case("h_t = A_t \\cdots A_k h_0"),
    Case("y_i = w_{ij} x_j"),
    Case("L = -\\sum_i y_i^\\top \\log p_i\np_i = \\operatorname{softmax}(W x_i + b)"),
    Case(r"y_i = \sum_j \delta_{ij} x_j"),
    Case("p = \\operatorname{softmax}(z)\nL = -\\log p_y"),
    Case("L = (o - y)^2", symbols={"y": "vector n"}),
    Case("y = x / W"),
    Case(r"\mathbf{x} = \boldsymbol{x} + a"),
    Case("y = W x", symbols={"W": "matrox n n"}),
    Case(r"w = \sum_{i=1}^n \mu_i q_i", symbols={"q_i": "matrix n m"}),
    Case(r"w = \sum_{i=1}^n \mu_i \beta_i", symbols={r"\beta_i": "vector n"}),
    Case("L = \\sum_i (w^\\top x_i - y_i)^2\nz = X u", symbols={"x_i": "vector d"}),
    Case(r"L = \frac12 \sum_i (w^\top x_i - y_i)^2", r"\nabla_w L = X^\top (X w - y)"),
    Case(r"r = \sum_i y_i \operatorname{sigmoid}(w^\top x_i)"),
    Case(
        r"L = \sum_{i=1}^N (w^\top x_i - y_i)^2",
        r"\frac{\partial L}{\partial w_j} = 2 \sum_{i=1}^N (w^\top x_i - y_i) x_{ij}",
    ),
    Case(r"\mathbf{y}_i = \sum_j W_{ij} \mathbf{x}_j"),
    Case("h_t = W h_{t-1}", loss=r"\frac12 L = \sum_t \|h_t\|^2"),
    Case("u_k = A_k x\ny = 2 u_1"),
    Case("A_i = W x_i\nL = \\|A\\|^2"),
    Case("y_t = C x_t\nL = \\|y - r\\|^2"),
    Case(r"x_i = x + \epsilon u_i", symbols={"u_i": "vector d"}),
    Case("y_i = \\mathbf{w}_i^\\top \\mathbf{x}\nL = \\|\\mathbf{y}\\|^2"),
    # claims
    Case("y = W x", r"\frac{\partial F}{\partial x} = 2 x"),
    Case("y = W x", "J = W", of="F", wrt="x"),
    Case("h_t = W h_{t-1}", r"\frac{\partial h_t}{\partial h_{t-1}} = W^H", decided=False),
    Case("h_t = W h_{t-1}", r"\frac{\partial h_t}{\partial h_k} = W^{(t-k)/2}"),
    Case(r"m = \tanh(G k)", r"\frac{\partial m_{in}}{\partial k_b} = (1 - m_a^2) G_{ab}"),
    Case("a = W x", r"\frac{\partial a_1}{\partial x_j} = W_{1jt}", decided=False),
    Case("y = W x", r"dx = W^\top dy"),
]


def provoked(c: Case, symbols: dict[str, str] | None = None) -> SymjacError | None:
    """What is said of a text; nothing where it is read, and the claim decided."""
    symbols = symbols or {}
    letters = {name.partition("_")[0] for name in symbols}
    symbols |= {name: words for name, words in c.symbols.items() if name.partition("_")[0] not in letters}
    try:
        if not c.claim:
            reading = read_system(c.text.split("\n"), symbols, orientation=c.orientation)
            if c.loss:
                read_loss(c.loss, reading)
            return None
        verdict = check(c.text.split("\n"), c.claim, symbols, of=c.of, wrt=c.wrt)
        return ReadError(verdict.explanation) if c.decided and verdict.verdict == "undecided" else None
    except SymjacError as error:
        return error


def followed(c: Case, error: SymjacError) -> Iterator[tuple[str, SymjacError | None]]:
    """What a hint proposes, and what is said when it is followed."""
    assert error.hint is not None
    verb, together = "", dict[str, str]()
    parts = error.hint.split('"')  # what stands between quotes, and what they hold
    for said, quoted, following in zip(parts[::2], parts[1::2], parts[2::2], strict=False):
        verb = max(("write", "as in"), key=said.rfind) if "write" in said or "as in" in said else verb
        name, colon, words = quoted.partition(": ")
        if colon:
            together[name] = words
            if following != " and ":
                yield str(together), provoked(c, together)
                together = {}
        elif verb == "write":
            assert error.text is not None
            assert error.span is not None
            mended = error.text[: error.span[0]] + quoted + error.text[error.span[1] :]
            assert error.text in (*c.text.split("\n"), c.claim)
            text, claim = c.text.replace(error.text, mended), mended if c.claim == error.text else c.claim
            yield mended, provoked(c._replace(text=text, claim=claim))
        else:
            then = read_alone(quoted, c.orientation)
            assert then is None, then
            yield quoted, then


def read_alone(formula: str, orientation: str) -> SymjacError | None:
    """What is said of an example."""
    try:
        read_system(formula if parse(formula)[0][0].kind == "relation" else f"y = {formula}", orientation=orientation)
    except SymjacError as error:
        return error
    return None


@pytest.mark.parametrize("c", CASES, ids=lambda c: c.name)
def test_what_a_hint_says_works(c: Case) -> None:
    """What a hint proposes is never refused like the text itself; examples, and one of the others, are read."""
    error = provoked(c)
    assert error is not None
    proposals = list(followed(c, error))
    assert proposals, error
    for what, then in proposals:
        assert then is None or then.message != error.message, f"{error}\n\nfollowed: {what}\n\n{then}"
    if "row orientation" in str(error.hint):
        assert str(provoked(c._replace(orientation="row"))) != str(error)
    assert any(then is None for _, then in proposals), "\n\n".join(map(str, (error, *proposals[0])))


# --------------------------------------------------------------------- every hint of the source is in the table

RAISING = {"error": 2, "misfit": 2, "doubt": 2}  # which argument is the hint; of lexers the fourth


def hints_of(tree: ast.AST, path: Path) -> Iterator[tuple[int, int, ast.expr]]:
    """Where an error with a hint is made, from line to line, and the hint."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            hint = next((k.value for k in node.keywords if k.arg == "hint"), None)
            if hint is None and name in RAISING:
                at = 3 if path.stem in ("commands", "lexer") else RAISING[name]
                hint = node.args[at] if len(node.args) > at else None
            if hint is not None:
                yield node.lineno, node.end_lineno or node.lineno, hint


def templates(e: ast.expr, names: dict[str, list[ast.expr]]) -> Iterator[str]:
    """Patterns of what an expression may come to: one for each way through it."""
    if isinstance(e, ast.Constant):
        if e.value is not None:
            yield re.escape(str(e.value))
    elif isinstance(e, ast.JoinedStr):
        yield "".join(re.escape(str(v.value)) if isinstance(v, ast.Constant) else ".*" for v in e.values)
    elif isinstance(e, ast.BinOp):
        yield from (a + b for a in templates(e.left, names) for b in templates(e.right, names))
    elif isinstance(e, ast.IfExp | ast.BoolOp):
        for kid in [e.body, e.orelse] if isinstance(e, ast.IfExp) else e.values:
            yield from templates(kid, names)
    elif isinstance(e, ast.Name) and e.id in names:
        for value in names[e.id]:
            yield from templates(value, {k: v for k, v in names.items() if k != e.id})
    elif not (isinstance(e, ast.Name) and e.id == "hint"):
        yield ".*"


def in_source() -> Iterator[tuple[str, int, int, str]]:
    """Every hint of the readers: file, lines, pattern."""
    for path in sorted([*(PACKAGE / "reading").rglob("*.py"), *(PACKAGE / "claims").rglob("*.py")]):
        tree = ast.parse(path.read_text())
        if path.stem == "comparison":  # whose misfit is another
            continue
        constants = assigned(tree.body)
        for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)):
            names = constants | assigned([n for n in ast.walk(function) if isinstance(n, ast.stmt)])
            for first, last, hint in hints_of(function, path):
                yield from ((str(path), first, last, t) for t in templates(hint, names))


def assigned(body: list[ast.stmt]) -> dict[str, list[ast.expr]]:
    """What names are given in some statements."""
    out: dict[str, list[ast.expr]] = {}
    for s in body:
        for target in s.targets if isinstance(s, ast.Assign) else []:
            if isinstance(target, ast.Name):
                out.setdefault(target.id, []).append(s.value)
    return out


def test_every_hint_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """No hint stands in the readers that no case provokes."""
    made: dict[int, list[tuple[str, int]]] = {}
    create = SymjacError.__init__

    def recorded(self: SymjacError, *args: object, **more: object) -> None:
        create(self, *args, **more)  # type: ignore[arg-type]
        frame, made[id(self)] = sys._getframe(1), []
        for _ in range(6):
            made[id(self)].append((frame.f_code.co_filename, frame.f_lineno))
            if frame.f_back is None:
                break
            frame = frame.f_back

    monkeypatch.setattr(SymjacError, "__init__", recorded)
    seen = [(error.hint, made[id(error)]) for c in CASES if (error := provoked(c)) is not None and error.hint]
    wanted = set(in_source())
    missing = [
        (file.removeprefix(str(PACKAGE)), first, pattern)
        for file, first, last, pattern in sorted(wanted)
        if not any(
            re.fullmatch(pattern, hint, re.S) and any(f == file and first <= line <= last for f, line in frames)
            for hint, frames in seen
        )
    ]
    assert not missing, "\n".join(f"{file}:{line}: {pattern}" for file, line, pattern in missing)
