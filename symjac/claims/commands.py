"""A formula in Unicode as LaTeX that any engine sets, character by character."""

from __future__ import annotations

import re

from symjac.reading.vocabulary import SUBSCRIPTS, SUPERSCRIPTS, UNICODE_GREEK, UNICODE_SIGNS

_SIGNS = {"<=": r"\le ", ">=": r"\ge ", "!=": r"\ne ", "||": r"\Vert ", "arrow": r"\to "}
_COMMANDS = str.maketrans(
    {c: _SIGNS.get(sign, f"\\{sign} " if sign.isalpha() else sign) for c, sign in UNICODE_SIGNS.items()}
    | {c: f"\\{name} " for c, name in UNICODE_GREEK.items()}
)
_BARE = re.compile(r"(?<![\\A-Za-z{])(?:diag|softmax|sigmoid|relu|ReLU|tanh|vec|tr)(?=\s*[(\[])")
_UP = re.compile(f"[{re.escape(''.join(SUPERSCRIPTS))}]+")
_DOWN = re.compile(f"[{re.escape(''.join(SUBSCRIPTS))}]+")


def in_commands(text: str) -> str:
    """The text with every character that has a LaTeX command written as one, and words that are applied upright.

    >>> print(in_commands("∂h/∂xₜ₋₁ = Wᵀ diag(σ'(z²))"))
    \\partial h/\\partial x_{t-1} = W^{\\top} \\operatorname{diag}(\\sigma '(z^{2}))
    """
    text = _BARE.sub(lambda m: rf"\operatorname{{{m[0]}}}", text)
    if text.isascii():
        return text
    text = text.replace("ᵀ", r"^{\top}").replace("′", "'").replace("‖", "||")
    text = _UP.sub(lambda m: "^{" + "".join(SUPERSCRIPTS[c] for c in m[0]) + "}", text)
    text = _DOWN.sub(lambda m: "_{" + "".join(SUBSCRIPTS[c] for c in m[0]) + "}", text)
    return text.translate(_COMMANDS)
