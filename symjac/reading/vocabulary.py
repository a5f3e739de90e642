"""The words and signs that papers use, as plain tables.

A token's kind is a short word or the sign itself; :data:`COMMANDS` says which command is which.
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GREEK_LETTERS = "αβγδεϵζηθϑικλμνξπϖρϱσςτυφϕχψωΓΔΘΛΞΠΣΥΦΨΩℓℏ"
_THEIR_NAMES = (
    "alpha beta gamma delta varepsilon epsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi varpi rho "
    "varrho sigma varsigma tau upsilon varphi phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi "
    "Psi Omega ell hbar"
)
GREEK = _words(_THEIR_NAMES) | {"varkappa"}
UNICODE_GREEK = dict(zip(_GREEK_LETTERS, _THEIR_NAMES.split(), strict=True))

# Words that stand for an operation on their argument; elementwise functions come from symjac.functions.
_OPERATORS = {
    "diag": "diag Diag DIAG",
    "trace": "tr Tr trace Trace",
    "det": "det",
    "max": "max",
    "min": "min",
    "softmax": "softmax Softmax",
    "logsumexp": "logsumexp LogSumExp lse LSE",
    "mean": "mean avg",
    "variance": "Var var",
    "deviation": "std Std stdev",
    "norm": "norm",
}
OPERATORS = {word: operator for operator, words in _OPERATORS.items() for word in words.split()}

_CENTRED = r"\frac{x - \operatorname{mean}(x) \mathbf{1}}{\sqrt{\operatorname{Var}(x)}}"
# Normalisations are vector maps with a definition of their own, not elementwise functions: how each is written out.
NORMALISATIONS = {
    **dict.fromkeys(_words("LN LayerNorm layernorm Layernorm BN BatchNorm batchnorm"), _CENTRED),
    **dict.fromkeys(_words("RMSNorm rmsnorm"), r"\frac{x}{\sqrt{\frac{1}{n} x^\top x}}"),
}

# What a style command says about the letters in it.
STYLES = {
    "bf": "mathbf textbf pmb symbf mathbold bold",
    "bs": "boldsymbol bm symbfit bmath",
    "rm": "mathrm text textrm operatorname mathsf mathit textit mathtt mathop mbox symup textsf mathnormal textup hbox",
    "cal": "mathcal",
    "bb": "mathbb mathds mathbbm",
    "frak": "mathfrak",
    "scr": "mathscr",
}
STYLE_OF = {command: style for style, commands in STYLES.items() for command in commands.split()}
TEXTS = _words("text textrm mbox textit hbox textnormal textsf")  # which print words
SWITCHES = {"bf": "bf", "bfseries": "bf", "boldmath": "bs", "rm": "rm", "it": "", "sf": "", "tt": "", "cal": "cal"}
STYLE_COMMAND = {style: "\\" + commands.split()[0] for style, commands in STYLES.items()}
ACCENTS = _words(
    "hat tilde bar vec overline dot ddot widehat widetilde underline check breve acute grave mathring "
    "overrightarrow overleftarrow overleftrightarrow"
)
_MACRO = re.compile(r"(?:[vV]([a-z])|[mM]([A-Z]))")


def macro(name: str) -> str | None:
    r"""What a command stands for that papers define alike, bold vectors and matrices; ``None`` for any other.

    As in the notation of Goodfellow, Bengio and Courville, *Deep Learning*, that many templates bring along.

    >>> macro("vx"), macro("MW"), macro("eps"), macro("foo")
    ('x', 'W', '\\epsilon', None)
    """
    found = _MACRO.fullmatch(name)
    return (found[1] or found[2]) if found else r"\epsilon" if name == "eps" else None


BLANK_COMMANDS = _words(
    "left right middle big bigl bigr Big Bigl Bigr bigg biggl biggr Bigg Biggl Biggr bigm Bigm mleft mright quad qquad "
    "space enspace thinspace medspace thickspace negthinspace displaystyle textstyle scriptstyle scriptscriptstyle "
    "limits nolimits nonumber notag hfill mathstrut strut allowbreak nobreak noindent relax ensuremath "
    "allowdisplaybreaks "
    "centering large Large LARGE small normalsize footnotesize tiny hline bigskip medskip smallskip indent mathopen "
    "mathclose mathrel mathbin mathord mathinner protect break newline"
)
# Commands whose argument is no part of the formula, and commands that only frame their argument.
DROPPED_COMMANDS = _words("label tag tag* hspace hspace* vspace phantom hphantom vphantom color notag* intertext")
FRAMES = _words("boxed fbox underbrace overbrace cancel bcancel mathclap smash")

_COMMANDS = {
    "odot": "odot bigodot",
    "circ": "circ",
    "cdot": "cdot centerdot",
    "times": "times",
    "otimes": "otimes bigotimes",
    "oslash": "oslash",
    "*": "ast star bullet",
    "/": "div",
    "<=": "le leq leqslant",
    ">=": "ge geq geqslant",
    "order": "succ succeq succcurlyeq prec preceq preccurlyeq",
    "<": "lt",
    ">": "gt",
    "!=": "ne neq",
    "in": "in",
    "forall": "forall",
    "=": "coloneqq triangleq equiv doteq leftarrow gets eqdef",
    "approx": "approx propto simeq",
    "sim": "sim",
    "partial": "partial",
    "nabla": "nabla",
    "prod": "prod",
    "sum": "sum",
    "int": "int iint oint",
    "lim": "lim limsup liminf",
    "frac": "frac dfrac tfrac cfrac nicefrac sfrac",
    "sqrt": "sqrt",
    "'": "prime",
    "top": "top intercal transpose transp trans tran",
    "[": "lbrack",
    "]": "rbrack",
    "langle": "langle",
    "rangle": "rangle",
    r"\{": "lbrace {",
    r"\}": "rbrace }",
    "dots": "cdots ldots dots dotsc dotsb dotsm dotsi vdots ddots ldotp",
    "infty": "infty",
    "|": "vert mid",
    "|(": "lvert",
    ")|": "rvert",
    "||": "Vert |",
    "||(": "lVert",
    ")||": "rVert",
    "pm": "pm mp",
    "oplus": "oplus",
    "arrow": "to rightarrow mapsto longrightarrow Rightarrow",
    "dagger": "dagger ddagger",
    "round": "lfloor rfloor lceil rceil",
    "binom": "binom choose",
    "complex": "Re Im",
    "extreme": "arg argmin argmax sup inf",
    "&": "and",
}
COMMANDS = {command: kind for kind, commands in _COMMANDS.items() for command in commands.split()}
MATRICES = _words("matrix pmatrix bmatrix Bmatrix smallmatrix array vmatrix cases rcases dcases")
CASES = _words("cases rcases dcases")  # a brace around equations, or a definition by cases
DISPLAYS = _words(
    "equation align aligned gather gathered split multline eqnarray math displaymath flalign alignat alignedat "
    "subequations dmath"
)
UNICODE_SIGNS = {
    "⊙": "odot", "∘": "circ", "·": "cdot", "⋅": "cdot", "•": "*", "×": "times", "⊗": "otimes", "⊘": "oslash",
    "∗": "*", "−": "-", "–": "-", "≤": "<=", "⩽": "<=", "≥": ">=", "⩾": ">=", "≠": "!=", "∈": "in", "∂": "partial",
    "∇": "nabla", "∏": "prod", "∑": "sum", "√": "sqrt", "…": "dots", "⋯": "dots", "⋮": "dots", "⋱": "dots",
    "⟨": "langle", "⟩": "rangle", "∞": "infty", "≔": "=", "≜": "=", "≡": "=", "←": "=", "≈": "approx", "∫": "int",
    "⊕": "oplus", "∀": "forall", "→": "arrow", "‖": "||", "∥": "||", "∣": "|",
}  # fmt: skip
SIGNS = frozenset("+-*/=<>()[]_^,;|:!&")
SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵗⁱⁿᵏˡˢʰˣ", "0123456789+-()tinklshx", strict=True))
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₜᵢⱼₖₙₘₕₓₗₛₚₒᵣₐₑᵤᵥ", "0123456789+-()tijknmhxlsporaeuv", strict=True))
PRIMES = "'’‘´′″"  # as keyboards and word processors have them; the last is two
# Words that join equations and are no names.
CONNECTING = _words("and or where with for if with when then so hence thus all")
BLANKS = " \t\r\n~$\u00a0\u2009\u202f\u2002\u2003\u200a\u2005\u2006\u2061\u2062\u2004\u2007\u2008\u205f\u3000"
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
DIRECTION = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"

# How people name what a token opens, closes or is, in messages.
OPENING = {"(": ")", "[": "]", "{": "}", r"\{": r"\}", "begin": "end", "langle": "rangle"}
CLOSING = {close: open_ for open_, close in OPENING.items()}
SHOWN = {"begin": r"\begin{...}", "end": r"\end{...}", "langle": r"\langle", "rangle": r"\rangle"}
NOT_READ = {
    "int": "integrals",
    "lim": "limits",
    "!": "factorials",
    "pm": r"\pm and \mp",
    ":": "a colon",
    "oplus": r"\oplus",
    "dagger": "conjugate transposes",
    "round": "brackets that round",
    "binom": "binomial coefficients",
    "complex": "real and imaginary parts",
    "extreme": "suprema, infima and arguments of extrema",
    "arrow": "arrows",
    "approx": "approximate relations",
    "sim": "distributions",
    "!=": "inequalities",
}
