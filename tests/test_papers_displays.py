"""How a paper shows systems and answers: displays, line ends, slides."""

from __future__ import annotations

from pathlib import Path

import pytest

from symjac import cells
from tests.latex import JACOBIAN, PREAMBLE, RNN, typeset, words

pytestmark = pytest.mark.tex
GRU = (
    r"\symjacdefine[symbols={\sigma: elementwise sigmoid}]{gru}{"
    + r" \\ ".join(cells.COLLECTION["gru"].equations)
    + "}\n"
)


@pytest.mark.parametrize(
    ("end", "printed"), [(" .", "."), (r"\,.", "."), ("~.", "."), (r"\ .", "."), (".", "."), (" ,", ","), ("", "")]
)
def test_a_broken_formula_keeps_its_full_stop_on_its_last_line(folder: Path, end: str, printed: str) -> None:
    """What follows the formula in its display follows its last line, not its first."""
    ask = rf"\symjacjacobian[width=20]{{gru}}{{h_t}}{{h_{{t-1}}}}{end}"
    said = typeset(rf"{GRU}\begin{{equation}}{ask}\end{{equation}} \begin{{align}}J &= {ask}\\ K &= 1\end{{align}}")
    assert r"\symjactail" in Path("paper.sjtex").read_text(encoding="utf-8")
    assert "symjac Warning" not in said
    assert f"Ur{printed}J=" in words()
    assert f"Ur{printed}K=1" in words()


def test_answers_of_an_earlier_symjac_are_printed_as_they_were(folder: Path) -> None:
    """Their lines have no place for a full stop, and their macros are all compared where the request stands."""
    preamble = PREAMBLE + "\\newcommand{\\wt}{W}\n"
    body = rf"{GRU}\begin{{equation}}\symjacjacobian[width=20]{{gru}}{{h_t}}{{h_{{t-1}}}} .\end{{equation}} "
    body += r"\symjacdefine{s}{x_t = \wt \tanh(x_{t-1})} $\symjacjacobian{s}{x_t}{x_{t-1}}$"
    typeset(body, preamble)
    answers = Path("paper.sjtex")
    earlier = (
        answers.read_text(encoding="utf-8").replace("symjacformat{3}", "symjacformat{2}").replace(r"\symjactail", "")
    )
    answers.write_text(earlier, encoding="utf-8")
    assert "symjac Warning" not in typeset(body, preamble, fill=False)
    assert words().count(".") == 1
    body = body.replace(r" $\symjac", r"\renewcommand{\wt}{V} $\symjac")
    assert "out of date" in typeset(body, preamble, fill=False)


@pytest.mark.parametrize("env", ["gather", "gather*", "align", "align*"])
@pytest.mark.parametrize("star", ["", "*"])
def test_a_starred_system_has_no_numbers(folder: Path, env: str, star: str) -> None:
    """Whatever display is chosen, the star of symjacsystem* means that its rows are not numbered."""
    system = RNN.replace("{symjacsystem}", f"{{symjacsystem{star}}}").replace(r"\label{eq:rnn}", "")
    typeset(system.replace("}{rnn}", f"}}[env={env}]{{rnn}}") + JACOBIAN)
    assert ("(1)" in words()) == (not star and "*" not in env)


@pytest.mark.classes
def test_a_long_example_is_broken_over_slides(folder: Path) -> None:
    """With allowframebreaks an example that is longer than a slide goes on on the next one."""
    preamble = PREAMBLE.replace("{article}", "{beamer}").replace("amsmath,amsthm", "amsmath")
    frame = r"\begin{frame}[allowframebreaks]{Example}\symjacexample{gru}{z_t}{h_{t-1}}\end{frame}"
    said = typeset(GRU + frame, preamble)
    assert "Overfull \\vbox" not in said
    assert "Example(n=2" in words()
