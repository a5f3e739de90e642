"""Typesetting: expressions become boxes, boxes become LaTeX, MathML or Unicode text."""

from symjac.typeset.latex import PAGE, PLAIN, PORTABLE, Flavour, latex, write_latex
from symjac.typeset.printer import Style, style_for, to_box

__all__ = ["PAGE", "PLAIN", "PORTABLE", "Flavour", "Style", "latex", "style_for", "to_box", "write_latex"]
