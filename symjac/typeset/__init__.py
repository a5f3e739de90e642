"""Typesetting: expressions become boxes, boxes become LaTeX, MathML or Unicode text."""

from symjac.typeset.breaking import Line, break_lines
from symjac.typeset.latex import PAGE, PLAIN, PORTABLE, Flavour, latex, write_latex
from symjac.typeset.mathml import math_element, write_mathml
from symjac.typeset.printer import Style, style_for, to_box
from symjac.typeset.text import text, write_text

__all__ = [
    "PAGE",
    "PLAIN",
    "PORTABLE",
    "Flavour",
    "Line",
    "Style",
    "break_lines",
    "latex",
    "math_element",
    "style_for",
    "text",
    "to_box",
    "write_latex",
    "write_mathml",
    "write_text",
]
