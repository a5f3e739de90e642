"""Tables that the MathML and the text writer share: LaTeX commands as Unicode characters."""

from __future__ import annotations

from symjac.typeset.boxes import Box, Ident, Num, Op, Plain, Row, Styled

_NAMES = (
    r"\alpha \beta \gamma \delta \epsilon \varepsilon \zeta \eta \theta \vartheta \iota \kappa \lambda \mu \nu \xi "
    r"\omicron \pi \varkappa \varpi \rho \varrho \sigma \varsigma \tau \upsilon \phi \varphi \chi \psi \omega "
    r"\Gamma \Delta \Theta \Lambda \Xi \Pi \Sigma \Upsilon \Phi \Psi \Omega \ell \nabla"
)
LETTERS = dict(zip(_NAMES.split(), "αβγδϵεζηθϑικλμνξοπϰϖρϱσςτυϕφχψωΓΔΘΛΞΠΣΥΦΨΩℓ∇", strict=True))
SIGNS = {
    "-": "−",
    "*": "∗",
    r"\odot": "⊙",
    r"\oslash": "⊘",
    r"\otimes": "⊗",
    r"\cdot": "·",
    r"\partial": "∂",
    r"\in": "∈",
    r"\to": "→",
    r"\mapsto": "↦",
    r"\times": "×",
    r"\ge": "≥",
    r"\le": "≤",
    r"\ne": "≠",
    r"\colon": ": ",
    r"\cdots": "⋯",
    r"\vdots": "⋮",
    r"\ddots": "⋱",
    r"\dots": "…",
    r"\sum": "∑",
    r"\prod": "∏",
    r"\lVert": "‖",
    r"\rVert": "‖",
    r"\langle": "⟨",
    r"\rangle": "⟩",
    r"\{": "{",
    r"\}": "}",
    r"\prime": "′",
    r"\pm": "±",
    r"\top": "⊤",
    r"\square": "□",
    r"\quad": "  ",
    r"\lvert": "|",
    r"\rvert": "|",
    r"\infty": "∞",
    r"\circ": "∘",
    r"\bullet": "•",
    r"\star": "⋆",
    r"\div": "÷",
    r"\approx": "≈",
    r"\equiv": "≡",
    r"\triangleq": "≜",
    r"\leftarrow": "←",
}
BRACKETS = {"pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "Bmatrix": ("{", "}"), "vmatrix": ("|", "|")}
"""What stands around a grid; around other kinds nothing does."""
# An accent by itself, and the character that puts it over the one before.
ACCENTS = {
    r"\tilde": ("˜", "\u0303"),
    r"\widetilde": ("˜", "\u0303"),
    r"\hat": ("^", "\u0302"),
    r"\widehat": ("^", "\u0302"),
    r"\bar": ("¯", "\u0304"),
    r"\overline": ("¯", "\u0305"),
    r"\vec": ("→", "\u20d7"),
    r"\dot": ("˙", "\u0307"),
    r"\ddot": ("¨", "\u0308"),
    r"\check": ("ˇ", "\u030c"),
    r"\breve": ("˘", "\u0306"),
    r"\acute": ("´", "\u0301"),
    r"\grave": ("`", "\u0300"),
    r"\mathring": ("˚", "\u030a"),
    r"\underline": ("_", "\u0332"),
    r"\overrightarrow": ("→", "\u20d7"),
    r"\overleftarrow": ("←", "\u20d6"),
    r"\overleftrightarrow": ("↔", "\u20e1"),
}

# Starting points of A, a and 0 in the mathematical alphabets; None where the alphabet lacks them.
_ALPHABETS: dict[str, tuple[int, int, int | None]] = {
    r"\mathbf": (0x1D400, 0x1D41A, 0x1D7CE),
    r"\boldsymbol": (0x1D468, 0x1D482, 0x1D7CE),
    r"\bm": (0x1D468, 0x1D482, 0x1D7CE),
    r"\mathsf": (0x1D5A0, 0x1D5BA, 0x1D7E2),
    r"\mathcal": (0x1D49C, 0x1D4B6, None),
    r"\mathscr": (0x1D49C, 0x1D4B6, None),
    r"\mathbb": (0x1D538, 0x1D552, 0x1D7D8),
    r"\mathfrak": (0x1D504, 0x1D51E, None),
}
_BOLD_GREEK = {r"\mathbf": 0x1D6C2, r"\boldsymbol": 0x1D736, r"\bm": 0x1D736}
# Letters that were in Unicode before the alphabets and have no second place there.
_HOLES = {
    0x1D49D: "ℬ", 0x1D4A0: "ℰ", 0x1D4A1: "ℱ", 0x1D4A3: "ℋ", 0x1D4A4: "ℐ", 0x1D4A7: "ℒ", 0x1D4A8: "ℳ",
    0x1D4AD: "ℛ", 0x1D4BA: "ℯ", 0x1D4BC: "ℊ", 0x1D4C4: "ℴ", 0x1D506: "ℭ", 0x1D50B: "ℌ", 0x1D50C: "ℑ",
    0x1D515: "ℜ", 0x1D51D: "ℨ", 0x1D53A: "ℂ", 0x1D53F: "ℍ", 0x1D545: "ℕ", 0x1D547: "ℙ", 0x1D548: "ℚ",
    0x1D549: "ℝ", 0x1D551: "ℤ",
}  # fmt: skip
_SMALL_GREEK = "αβγδεζηθικλμνξοπρςστυφχψω"


def in_alphabet(command: str, text: str) -> str:
    """Text in the letters of a font command; what the alphabet lacks stays as it is.

    >>> in_alphabet(r"\\mathbf", "x"), in_alphabet(r"\\mathcal", "L"), in_alphabet(r"\\mathrm", "in")
    ('𝐱', 'ℒ', 'in')
    """
    if command not in _ALPHABETS:
        return text
    capital, small, digit = _ALPHABETS[command]
    out = ""
    for c in text:
        if "A" <= c <= "Z":
            code = capital + ord(c) - ord("A")
        elif "a" <= c <= "z":
            code = small + ord(c) - ord("a")
        elif c.isascii() and c.isdigit() and digit is not None:
            code = digit + int(c)
        elif c in _SMALL_GREEK and command in _BOLD_GREEK:
            code = _BOLD_GREEK[command] + _SMALL_GREEK.index(c)
        else:
            code = ord(c)
        out += _HOLES.get(code, chr(code))
    return out


def sign(latex: str) -> str:
    """The character of a sign; a single character stands for itself."""
    return SIGNS.get(latex.strip(), latex)


def letters(box: Box) -> str | None:
    """The characters of a box that is nothing but characters.

    >>> letters(Styled(r"\\mathrm", Row((Ident("i"), Ident("n")))))
    'in'
    """
    match box:
        case Ident(latex):
            return LETTERS.get(latex, latex)
        case Num(digits):
            return digits
        case Op(latex, True):
            return sign(latex)
        case Plain(text):
            return text
        case Styled(command, body):
            inner = letters(body)
            return None if inner is None else in_alphabet(command, inner)
        case Row(items):
            parts = [letters(item) for item in items]
            return None if None in parts else "".join(p for p in parts if p is not None)
        case _:
            return None
