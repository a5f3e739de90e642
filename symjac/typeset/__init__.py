"""Typesetting: expressions become boxes, boxes become LaTeX, MathML or Unicode text.

Importing this package fills the table of printed nodes.
"""

from symjac.typeset import algebra, calls
from symjac.typeset.latex import latex, write_latex
from symjac.typeset.mathml import write_mathml
from symjac.typeset.placing import to_box
from symjac.typeset.text import text, write_text

__all__ = ["algebra", "calls", "latex", "text", "to_box", "write_latex", "write_mathml", "write_text"]
