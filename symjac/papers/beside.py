"""What is put beside a paper: ``symjac.sty``, and the lines by which latexmk runs symjac."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from symjac.errors import DefinitionError
from symjac.papers.answers import replace_file

STYLE = "symjac.sty"
_OURS = "%% symjac.sty -- "
LATEXMK = """\
add_cus_dep('symjac', 'sjtex', 0, 'symjac_tex');
sub symjac_tex {
  my $status = system("symjac tex \\"$_[0]\\"");
  return $status >> 8 == 127 || $status == -1 ? 0 : $status;  # who has no symjac keeps the answers that are there
}
push @generated_exts, 'symjac';
"""


def style() -> str:
    """The text of ``symjac.sty``."""
    return files("symjac.papers").joinpath(STYLE).read_text(encoding="utf-8")


def prepare(folder: Path) -> Iterator[str]:
    """Put the files there, never over one of the author's; says what was done or is left to do.

    :raises DefinitionError: where another package of that name is in the way.
    """
    target = folder / STYLE
    if target.is_file() and not target.read_text(encoding="utf-8", errors="replace").startswith(_OURS):
        raise DefinitionError(f"{target} is there and is not symjac's; move it away first")
    yield f"wrote {target}" if replace_file(target, style()) else f"{target} is up to date"
    rc = next((folder / name for name in (".latexmkrc", "latexmkrc") if (folder / name).is_file()), None)
    if rc is None:
        rc = folder / ".latexmkrc"
        replace_file(rc, LATEXMK)
        yield f"wrote {rc}; latexmk now runs symjac by itself"
    elif "symjac" not in rc.read_text(encoding="utf-8", errors="replace"):
        yield f"{rc} is yours; for latexmk to run symjac by itself, add to it:\n{LATEXMK}"


_LITERAL = re.compile(r"\\(?:InputIfFileExists|input)\s*\{([^{}]*)\.sjtex\}")


def hints(main: str, name: str) -> Iterator[str]:
    """What a paper's source lacks."""
    if not re.search(r"\\(?:usepackage|RequirePackage)\s*(?:\[[^\]]*\])?\s*\{[^{}]*\bsymjac\b", main):
        yield r"the paper does not load the package: \usepackage{symjac}"
    named = [hit.strip() for hit in _LITERAL.findall(main)]
    if not named:
        yield (
            rf"arXiv and Overleaf find the answers by the line \InputIfFileExists{{{name}.sjtex}}{{}}{{}}"
            r" after \usepackage{symjac}"
        )
    elif name not in named:
        yield f"the paper reads {named[0]}.sjtex, but its answers are in {name}.sjtex"
