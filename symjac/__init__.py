"""symjac derives the Jacobians of vector recurrences, proves them, and writes the proof.

Names load when they are first used, so that ``symjac --help`` does not wait for SymPy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from symjac.errors import Defect, SymjacError

if TYPE_CHECKING:
    from symjac import cells, errors
    from symjac.jacobians import Jacobian
    from symjac.results import factor
    from symjac.system import System, jacobian

__version__ = "0.1.0"
__all__ = ["Defect", "Jacobian", "SymjacError", "System", "__version__", "cells", "errors", "factor", "jacobian"]

_HOMES = {
    "Jacobian": "symjac.jacobians",
    "System": "symjac.system",
    "factor": "symjac.results",
    "jacobian": "symjac.system",
    "load_ipython_extension": "symjac.notebook",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        value: object = getattr(importlib.import_module(_HOMES[name]), name)
    elif name in ("cells", "errors"):
        value = importlib.import_module(f"symjac.{name}")
    else:
        raise AttributeError(f"module 'symjac' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
