"""What is put beside a paper: ``symjac.sty``, and the lines by which latexmk runs symjac."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from symjac.errors import DefinitionError
from symjac.papers.answers import replace_file

STYLE = "symjac.sty"
_OURS = "%% symjac.sty -- "
_WRITTEN = "# Written by symjac tex --init: latexmk answers the requests of the paper when they change.\n"
_LATEXMK = (
    _WRITTEN
    + r"""use File::Spec;
use File::Copy;
our @symjac = grep { -x } map { ("$_/symjac", "$_/symjac.exe") } File::Spec->path();
our $symjac_python = 'PYTHON';  # where the command is not on the path
@symjac = @symjac ? ($symjac[0]) : -x $symjac_python ? ($symjac_python, '-m', 'symjac') : ();
if (@symjac) {
  add_cus_dep('symjac', 'sjtex', 0, 'symjac_tex');
  add_hook('before_xlatex', 'symjac_answers') if defined &add_hook;
}
else {
  warn "symjac: the command is not found; the paper is built with the answers that are there.\n",
    "symjac: to have it answered, activate symjac's environment or install it: pip install symjac\n";
}
sub symjac_tex {
  my $status = system(@symjac, 'tex', $_[0]);
  return -e "$_[0].sjtex" ? 0 : $status;  # LaTeX tells which answers are missing
}
# With an output directory LaTeX must not find the answers of a build in place, which no rule would renew.
sub symjac_answers {
  our ($aux_dir1, $root_filename);
  my $answers = "$root_filename.sjtex";
  if ($aux_dir1 ne '' && -e $answers && ! -e "$aux_dir1$answers") {
    copy($answers, "$aux_dir1$answers");
    utime(1, 1, "$aux_dir1$answers");  # older than any request
  }
  return 0;
}
push @generated_exts, 'symjac';
"""
)


def style() -> str:
    """The text of ``symjac.sty``."""
    return files("symjac.papers").joinpath(STYLE).read_text(encoding="utf-8")


def latexmkrc(python: str = sys.executable) -> str:
    """The lines by which latexmk runs the ``symjac`` on the path, or else that of an interpreter.

    Where there is neither, latexmk is told of no rule: one that fails it would not try again.
    """
    return _LATEXMK.replace("PYTHON", python.replace("\\", r"\\").replace("'", r"\'"))


def prepare(folder: Path) -> Iterator[str]:
    """Put the files there, never over one of the author's; says what was done or is left to do.

    :raises DefinitionError: where another package of that name is in the way.
    """
    target = folder / STYLE
    if target.is_file() and not target.read_text(encoding="utf-8", errors="replace").startswith(_OURS):
        raise DefinitionError(f"{target} is there and is not symjac's; move it away first")
    yield f"wrote {target}" if replace_file(target, style()) else f"{target} is up to date"
    rc = next((folder / name for name in (".latexmkrc", "latexmkrc") if (folder / name).is_file()), None)
    there = rc.read_text(encoding="utf-8", errors="replace") if rc is not None else _WRITTEN
    if there.startswith(_WRITTEN):
        rc = rc or folder / ".latexmkrc"
        new = replace_file(rc, latexmkrc())
        yield f"wrote {rc}; latexmk now runs symjac by itself" if new else f"{rc} is up to date"
    elif "symjac" not in there:
        yield f"{rc} is yours; for latexmk to run symjac by itself, add to it:\n{latexmkrc()}"


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
