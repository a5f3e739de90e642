"""Papers put through LaTeX, for the tests that do."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from symjac.cli import main

BATCH = ("-interaction=nonstopmode", "-file-line-error", "-no-shell-escape")
PREAMBLE = r"""\documentclass{article}
\usepackage{amsmath,amsthm}
\usepackage{symjac}
\InputIfFileExists{paper.sjtex}{}{}
"""
RNN = r"""\begin{symjacsystem}{rnn}
  x_t = W\,\sigma(x_{t-1}) + b . \label{eq:rnn}
\end{symjacsystem}
"""
WRONG = r"$\symjacclaim{rnn}{x_t}{x_{t-1}}{W^{\mathsf T}\operatorname{diag}(\sigma'(x_{t-1}))}$"
WAITS = "Some requests have no answer yet"
JACOBIAN = r"$\symjacjacobian{rnn}{x_t}{x_{t-1}}$"


def run(*command: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False, timeout=600)


def log(path: Path) -> str:
    """A log without TeX's line breaks."""
    return re.sub(r"(?<=.{79})\n", "", path.read_bytes().decode("utf-8", "replace")).replace("\n(symjac) ", "\n")


def typeset(body: str, preamble: str = PREAMBLE, *, engine: str = "pdflatex", fill: bool = True) -> str:
    """The log of a paper with this body, after symjac has answered it unless it is not to."""
    Path("paper.tex").write_text(f"{preamble}\\begin{{document}}\n{body}\n\\end{{document}}\n", encoding="utf-8")
    for _ in range(3 if fill else 1):
        done = run(engine, *BATCH, "paper")
        assert done.returncode == 0, log(Path("paper.log"))[-2000:]
        if fill:
            assert main(["tex", "paper"]) == 0
    return log(Path("paper.log"))


def words(pdf: str = "paper.pdf") -> str:
    return re.sub(r"\s+", "", run("pdftotext", pdf, "-").stdout.decode())
