"""From expressions to boxes: importing this module fills the table of printed nodes."""

from __future__ import annotations

from symjac.typeset import algebra, calls
from symjac.typeset.calls import derivative_of_map, function_box, index_box, size_box
from symjac.typeset.placing import Style, fence, printed, style_for, to_box

__all__ = [
    "Style",
    "algebra",
    "calls",
    "derivative_of_map",
    "fence",
    "function_box",
    "index_box",
    "printed",
    "size_box",
    "style_for",
    "to_box",
]
