"""The names that ``import symjac`` brings."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import symjac


@pytest.mark.parametrize("name", symjac.__all__)
def test_every_public_name_is_there(name: str) -> None:
    """What ``__all__`` and ``dir`` promise can be fetched."""
    assert name in dir(symjac)
    assert getattr(symjac, name) is not None


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    """A misspelt name fails as for any module."""
    with pytest.raises(AttributeError, match="module 'symjac' has no attribute 'Sytsem'"):
        _ = symjac.Sytsem  # type: ignore[attr-defined]


def test_factor_stays_a_function() -> None:
    """Loading the modules behind ``symjac.factor`` does not put one in the function's place."""
    code = "import symjac.factoring.chains, symjac, sympy; symjac.factor(sympy.zeros(2, 2))"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_is_light() -> None:
    """``import symjac`` alone does not load SymPy."""
    code = "import sys, symjac; sys.exit('sympy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_version_is_told_once() -> None:
    """The package, its metadata and the change log agree on the version."""
    root = Path(__file__).parent.parent
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    newest = re.search(r"^## ([\d.]+)", (root / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert symjac.__version__ == project["version"] == newest[1]
