"""Papers compiled: every class and engine, answers filled, and withheld as soon as the system is another."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from symjac import System, cells
from symjac.cli import main
from symjac.papers.beside import latexmkrc
from tests.conftest import PAPERS
from tests.latex import BATCH, JACOBIAN, PREAMBLE, RNN, WAITS, WRONG, log, run, typeset, words

CLASSES = sorted(p.stem for p in PAPERS.glob("*.tex") if p.stem != "body")


@pytest.mark.tex
@pytest.mark.classes
@pytest.mark.parametrize("name", CLASSES)
def test_a_paper_of_each_class_compiles_clean_with_latexmk(name: str, folder: Path) -> None:
    """latexmk alone: every answer is there, no reference is open, and the wrong claim is the only complaint."""
    assert run("latexmk", "-pdf", *BATCH, name).returncode == 0
    said = log(folder / f"{name}.log")
    warnings = re.findall(r"Package symjac Warning: ([^\n]*)", said)
    assert len(warnings) == 2
    place = "beamer.tex:16" if name == "beamer" else "body.tex:17"
    assert warnings[0].startswith(f"{place}: the claimed derivative is WRONG")
    assert not re.search(r"^! |Reference .* undefined|multiply.defined|No file \S+\.sjtex", said, re.MULTILINE)
    assert "??" not in words(f"{name}.pdf")
    assert run("latexmk", "-pdf", *BATCH, name).stdout.count(b"Run number") == 0


@pytest.mark.tex
@pytest.mark.classes
@pytest.mark.parametrize("name", ["amsart", "IEEEtran", "acmart", "llncs", "elsarticle", "revtex4-2", "beamer"])
def test_a_fragment_can_be_input_into_every_class(name: str, folder: Path) -> None:
    """What --to latex writes compiles in classes with amsthm, with theorems of their own, and with neither."""
    fragment = System(cells.COLLECTION["gru"]).jacobian(wrt="h_{t-1}").latex(n=2)
    opening, closing = (r"\begin{frame}[allowframebreaks]", r"\end{frame}") if name == "beamer" else ("", "")
    (folder / "jacobian.tex").write_text(fragment, encoding="utf-8")
    (folder / "p.tex").write_text(
        f"\\documentclass{{{name}}}\\usepackage{{amsmath}}"
        + ("" if name == "acmart" else r"\usepackage{amssymb}")
        + ("" if name == "revtex4-2" else r"\title{T}\author{A}")
        + rf"\begin{{document}}{opening}\input{{jacobian}}{closing}\end{{document}}",
        encoding="utf-8",
    )
    for _ in range(2):
        assert run("pdflatex", *BATCH, "p").returncode == 0, log(folder / "p.log")[-1500:]
    assert not re.search(r"Reference .* undefined|multiply.defined", log(folder / "p.log"))


@pytest.mark.tex
def test_a_changed_system_withholds_its_answers(folder: Path) -> None:
    """After an edit plain LaTeX prints ?? for each answer about that system, and warns; nothing stale is left."""
    body = RNN + JACOBIAN + r"\symjacproof{rnn}{x_t}{x_{t-1}} \symjacexample{rnn}{x_t}{x_{t-1}}" + WRONG
    assert "out of date" not in typeset(body)
    assert "numeratorlayout" in words()
    said = typeset(body.replace("+ b", "- b"), fill=False)
    assert said.count("out of date") == 4
    assert words().count("??") == 3
    assert "numeratorlayout" not in words()
    assert "WRONG" not in said
    assert "out of date" not in typeset(body.replace("+ b", "- b"))


@pytest.mark.tex
def test_a_name_for_two_systems_has_no_answers(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before, between and after two systems of one name nothing is printed, and LaTeX's log says why."""
    other = RNN.replace("+ b", "- b").replace("eq:rnn", "eq:other")
    said = typeset(JACOBIAN + RNN + JACOBIAN + other + JACOBIAN)
    assert "is defined twice with different text" in said
    assert words().count("??") == 3
    assert "at paper.tex:6 and at paper.tex:9" in capsys.readouterr().err


@pytest.mark.tex
def test_what_symjac_cannot_answer_is_not_said_to_wait_for_it(folder: Path) -> None:
    """LaTeX asks for symjac to be run only where that would help, and repeats no reason from before an edit."""
    ask = r"$\symjacjacobian{rnn}{q_t}{x_{t-1}}$"
    said = typeset(RNN + ask)
    assert "cannot be answered: " in said
    assert "Some requests cannot be answered" in said
    assert WAITS not in said
    said = typeset(RNN.replace("x_t =", "q_t =") + ask, fill=False)
    assert "out of date" in said
    assert "cannot be answered" not in said
    assert WAITS in said


@pytest.mark.tex
def test_a_system_that_is_now_there_waits_for_symjac(folder: Path) -> None:
    """A request about a system that was missing, or there twice, is said to wait once that is mended, not before."""
    other = RNN.replace("+ b", "- b").replace("eq:rnn", "eq:other")
    for wrong in (JACOBIAN, RNN + JACOBIAN + other + JACOBIAN):
        said = typeset(wrong)
        assert "Some requests cannot be answered" in said
        assert WAITS not in said
        assert WAITS in typeset(RNN + JACOBIAN, fill=False)


@pytest.mark.tex
def test_only_the_text_counts_not_its_spacing(folder: Path) -> None:
    """Spaces, line breaks and comments in a system do not withhold anything."""
    typeset(RNN + JACOBIAN)
    again = RNN.replace(r"W\,\sigma(x_{t-1})", "W \\,% the weights\n \\sigma ( x_{t-1} )")
    assert "out of date" not in typeset(again + JACOBIAN, fill=False)


@pytest.mark.tex
def test_a_changed_macro_withholds_the_answers(folder: Path) -> None:
    """The system's text is the same but one of the author's macros in it is another: nothing is printed."""
    macro = "\\newcommand{\\act}[1]{\\tanh(#1)}\n"
    body = RNN.replace(r"\sigma(x_{t-1})", r"\act{x_{t-1}}") + JACOBIAN
    said = typeset(body, PREAMBLE + macro)
    assert "out of date" not in said
    assert "??" not in words()
    said = typeset(body, PREAMBLE + macro.replace("tanh", "cos"), fill=False)
    assert r"`\act' is no longer what it was" in said
    assert "out of date" in said
    assert "??" in words()


@pytest.mark.tex
def test_a_macro_counts_where_the_system_stands(folder: Path) -> None:
    """Redefined between a system and its requests it changes nothing; what symjac takes for global and is not, does."""
    macro = "\\newcommand{\\wt}{A}\n"
    system = RNN.replace("W\\,", "\\wt ")
    said = typeset(f"{system}{JACOBIAN}\n\\renewcommand{{\\wt}}{{B}} {JACOBIAN}", PREAMBLE + macro)
    assert "symjac Warning" not in said
    assert words().count("Adiag") == 2
    said = typeset(f"{{\\renewcommand{{\\wt}}{{B}}}} {system}{JACOBIAN}", PREAMBLE + macro)
    assert r"`\wt' is no longer what it was" in said
    assert "diag" not in words()


@pytest.mark.tex
def test_a_macro_of_a_claim_counts_where_the_claim_stands(folder: Path) -> None:
    """Of one text that means first the right and then a wrong formula only the first is taken for right."""
    preamble = PREAMBLE.replace("{symjac}", "[draft]{symjac}") + "\\newcommand{\\wt}{W}\n"
    claim = WRONG.replace(r"W^{\mathsf T}", "\\wt ")
    said = typeset(RNN + claim, preamble)
    assert "symjac Warning" not in said
    said = typeset(f"{RNN}{claim} \\renewcommand{{\\wt}}{{V}} {claim}", preamble)
    assert said.count("symjac Warning") == 3
    assert "out of date: `claim|" in said
    assert words().count("[?]") == 1


@pytest.mark.tex
def test_a_declared_operator_and_a_robust_macro_are_compared(folder: Path) -> None:
    """\\DeclareMathOperator and \\DeclareRobustCommand hide their meaning one step deeper, where it is found."""
    preamble = PREAMBLE + "\\DeclareMathOperator{\\relu}{relu}\n\\DeclareRobustCommand{\\wt}{W}\n"
    body = RNN.replace(r"W\,\sigma(x_{t-1})", r"\wt \relu(x_{t-1})") + JACOBIAN
    assert "out of date" not in typeset(body, preamble)
    assert "out of date" in typeset(body, preamble.replace("{W}", "{V}"), fill=False)


@pytest.mark.tex
@pytest.mark.parametrize(
    "definition",
    [
        r"\newcommand{\wt}[2][W]{#1_{#2}}",
        r"\DeclareRobustCommand\wt[2][W]{#1_{#2}}",
        r"\NewDocumentCommand{\wt}{O{W} m}{#1_{#2}}",
        r"\NewDocumentCommand\wt{ m }{W_{#1}}",
    ],
)
def test_a_macro_with_an_optional_argument_is_compared(folder: Path, definition: str) -> None:
    """Its body and its default are what they were, or nothing is printed."""
    body = RNN.replace(r"W\,", r"\wt{h}") + JACOBIAN
    said = typeset(body, f"{PREAMBLE}{definition}\n")
    assert "symjac Warning" not in said
    assert "??" not in words()
    for changed in (definition.replace("{W", "{V").replace("[W", "[V"), definition.replace("_{", "^{")):
        assert "out of date" in typeset(body, f"{PREAMBLE}{changed}\n", fill=False)


@pytest.mark.tex
def test_a_request_before_its_system_waits_for_a_second_run(folder: Path) -> None:
    """In an abstract or a table of contents nothing is printed on the word of an older source."""
    body = "\\tableofcontents\n" + JACOBIAN + "\\section{" + JACOBIAN + "}\n" + RNN
    said = typeset(body)
    assert "symjac Warning" not in said
    assert "??" not in words()
    said = typeset(body.replace("+ b", "- b"), fill=False)
    assert "??" in words()
    assert "diag" not in words()


@pytest.mark.tex
def test_a_system_in_a_folder_below_is_found_by_its_path(folder: Path) -> None:
    """A request before a system in another folder's file is answered too, and warnings name that file."""
    (folder / "parts").mkdir()
    (folder / "parts/model.tex").write_text(RNN + WRONG, encoding="utf-8")
    said = typeset(JACOBIAN + "\n\\input{parts/model}")
    assert "no answer" not in said
    assert "out of date" not in said
    assert "Warning: parts/model.tex:4: the claimed derivative is WRONG" in said
    assert "??" not in words()


@pytest.mark.tex
def test_no_request_is_a_tex_error(folder: Path) -> None:
    """Unknown systems, options and symbols, odd places and odd formulas: only warnings."""
    body = (
        RNN
        + r"""\symjacjacobian{nosuch}{x}{y} \symjacjacobian[odd=1]{rnn}{x_t}{x_{t-1}} $\symjacjacobian{rnn}{}{}$
        \symjacproof[part=none]{rnn}{x_t}{x_{t-1}} \symjacexample[n=0]{rnn}{x_t}{x_{t-1}}
        \symjacclaim{rnn}{x_t}{x_{t-1}}{W_{ij} \$ \% \&}
        \[ \symjacclaim{rnn}{x_t}{x_{t-1}}{\frac12} \]
        \begin{align} a &= \symjacclaim{rnn}{x_t}{x_{t-1}}{W &= b} \end{align}
        \begin{figure} \caption{\symjacjacobian{rnn}{x_t}{x_{t-1}}} \end{figure}
        \footnote{\symjacjacobian{rnn}{x_t}{x_{t-1}}}
        \begin{symjacsystem*}[env=gather*]{other} y = A x \end{symjacsystem*}
        \symjacdefine{hidden}{y = B x} $\symjacjacobian{hidden}{y}{x}$"""
    )
    said = typeset(body, PREAMBLE.replace(r"\usepackage{symjac}", r"\usepackage[nonsense,draft]{symjac}"))
    assert "There is no option `nonsense'" in said
    assert "cannot be answered" in said


@pytest.mark.tex
def test_draft_marks_wrong_claims(folder: Path) -> None:
    """[wrong] stands at a false claim under draft, and nowhere else."""
    typeset(RNN + WRONG)
    assert "[wrong]" not in words()
    typeset(RNN + WRONG, PREAMBLE.replace(r"\usepackage{symjac}", r"\usepackage[draft]{symjac}"))
    assert words().count("[wrong]") == 1


@pytest.mark.tex
def test_a_draft_mark_fits_every_formula(folder: Path) -> None:
    """After a superscript or a prime, before one, inside a subscript and a heading: the mark is no TeX error."""
    claim = r"\symjacclaim{rnn}{x_t}{x_{t-1}}{W%s}"
    places = ("$%s$", "$%s^2$", "$%s'$", "$a_{%s}$", r"\[\frac{%s}{2}^2\]", r"\section{$%s$}", "%s")
    body = "".join(place % (claim % script) for place in places for script in (r"^\top", "'", "_1"))
    typeset(RNN + body, PREAMBLE.replace(r"\usepackage{symjac}", r"\usepackage[draft]{symjac}"))
    assert "[wrong]" in words()


@pytest.mark.tex
def test_a_long_proof_is_broken_over_slides(folder: Path) -> None:
    """In a frame with allowframebreaks nothing runs off a slide, and no heading stands alone at its foot."""
    preamble = PREAMBLE.replace("{article}", "{beamer}")
    gru = (
        "\\symjacdefine[symbols={\\sigma: elementwise sigmoid}]{gru}{"
        + " \\\\ ".join(cells.COLLECTION["gru"].equations)
        + "}\n"
    )
    ask = r"\symjacproof[%s]{gru}{h_t}{h_{t-1}}"
    frame = "\\begin{frame}[allowframebreaks]{%s}\n%s\n\\end{frame}\n"
    body = gru + frame % ("Model", ask % "part=statement,setting=no") + frame % ("Proof", ask % "part=proof")
    said = typeset(body, preamble)
    assert "Overfull \\vbox" not in said
    slides = run("pdftotext", "paper.pdf", "-").stdout.decode().split("\f")
    assert len(slides) > 5
    assert "numerator layout" in next(s for s in slides if "Theorem" in s)
    assert "denominator layout" in next(s for s in slides if "Theorem" in s)


@pytest.mark.tex
def test_a_wide_formula_is_broken_in_a_sentence_and_in_every_display(folder: Path) -> None:
    """In two columns a Jacobian fits its column, in running text as in align, eqnarray and gather."""
    ask = r"\symjacjacobian[short]{gru}{h_t}{h_{t-1}}"
    gru = r"\symjacdefine[symbols={\sigma: elementwise sigmoid}]{gru}{" + r" \\ ".join(
        cells.COLLECTION["gru"].equations
    )
    body = (
        gru
        + "}\n"
        + rf"""Words before ${ask}$ and words after it.
    \[ J = {ask} \] \begin{{align}} J &= {ask} \end{{align}} \begin{{gather}} J = {ask} \end{{gather}}
    \begin{{eqnarray}} J &=& {ask} \end{{eqnarray}} \footnote{{A note, which is ${ask}$.}}"""
    )
    said = typeset(
        body,
        PREAMBLE.replace("{article}", "[twocolumn]{article}").replace(
            r"\usepackage{amsmath", r"\usepackage[margin=45mm]{geometry}\usepackage{amsmath"
        ),
    )
    assert r"\symjacbroken" in (folder / "paper.sjtex").read_text(encoding="utf-8")
    assert "Overfull" not in said


@pytest.mark.tex
def test_notation_is_the_papers(folder: Path) -> None:
    """A macro that the paper defines before or after the package is the one that answers use."""
    macros = "\\newcommand{\\symjacdiag}{\\mathrm{Dg}}\n"
    said = typeset(RNN + JACOBIAN, PREAMBLE.replace("\\usepackage{symjac}", macros + "\\usepackage{symjac}"))
    assert "symjac Warning" not in said
    assert "Dg" in words()


@pytest.mark.tex
def test_an_output_directory_works(folder: Path) -> None:
    """latexmk -outdir=build leaves requests and answers there, and the paper finds them."""
    assert run("latexmk", "-pdf", "-outdir=build", *BATCH, "article").returncode == 0
    assert "no answer" not in log(folder / "build/article.log")
    assert (folder / "build/article.sjtex").is_file()


@pytest.mark.tex
def test_an_output_directory_works_after_a_build_in_place(folder: Path) -> None:
    """The answers beside the source do not stand in the way of those in the output directory."""
    Path("paper.tex").write_text(f"{PREAMBLE}\\begin{{document}}\n{RNN}{JACOBIAN}\n\\end{{document}}\n")
    assert run("latexmk", "-pdf", *BATCH, "paper").returncode == 0
    Path("paper.tex").write_text(Path("paper.tex").read_text().replace("+ b", "- x_{t-1}"))
    assert run("latexmk", "-pdf", "-outdir=build", *BATCH, "paper").returncode == 0
    assert "symjac Warning" not in log(folder / "build/paper.log")
    assert "??" not in words("build/paper.pdf")


def _without_symjac(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine where neither the command is on the path nor the interpreter in its place."""
    (folder / ".latexmkrc").write_text(latexmkrc(str(folder / "gone")), encoding="utf-8")
    path = os.environ["PATH"].split(os.pathsep)
    kept = [p for p in path if not (Path(p) / "symjac").exists()]
    monkeypatch.setenv("PATH", os.pathsep.join(kept))


@pytest.mark.tex
def test_a_coauthor_without_symjac_can_build(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the command is missing, latexmk goes on with the answers that came with the paper, and says what to do."""
    assert main(["tex", "amsart", "--scan"]) == 0
    _without_symjac(folder, monkeypatch)
    done = run("latexmk", "-pdf", *BATCH, "amsart")
    assert done.returncode == 0
    assert b"activate symjac's environment" in done.stderr
    assert "no answer" not in log(folder / "amsart.log")


@pytest.mark.tex
def test_symjac_that_comes_back_answers_what_is_open(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build without symjac, answers old or none, is a build; the next one with symjac answers, nothing forced."""
    text = (folder / "body.tex").read_text(encoding="utf-8")
    for edited in (text, text.replace("x_t = W", "x_t = A W")):
        (folder / "body.tex").write_text(edited, encoding="utf-8")
        with monkeypatch.context() as m:
            _without_symjac(folder, m)
            for _ in range(2):
                assert run("latexmk", "-pdf", *BATCH, "amsart").returncode == 0
            assert "??" in words("amsart.pdf")
        (folder / ".latexmkrc").write_text(latexmkrc(), encoding="utf-8")
        assert run("latexmk", "-pdf", *BATCH, "amsart").returncode == 0
        assert "??" not in words("amsart.pdf")


@pytest.mark.tex
def test_overleafs_job_name_works(folder: Path) -> None:
    """Under -jobname=output the answers are found by the literal line, also those before their systems."""
    assert main(["tex", "article", "--scan"]) == 0
    for _ in range(3):
        assert run("pdflatex", *BATCH, "-jobname=output", "article.tex").returncode == 0
    said = log(folder / "output.log")
    assert "no answer" not in said
    assert "out of date" not in said
    assert "article.tex:" not in said.replace("(./article.tex", "") or "WRONG" in said


@pytest.mark.tex
def test_arxiv_takes_the_archive(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Source, answers and style alone compile without Python in at most five runs, every request answered."""
    assert main(["tex", "article", "--scan", "--arxiv"]) == 0
    assert "holds what arXiv needs" in capsys.readouterr().err
    text = (folder / "article.tex").read_text().replace("\\InputIfFileExists{article.sjtex}{}{}\n", "")
    (folder / "article.tex").write_text(text, encoding="utf-8")
    assert main(["tex", "article", "--scan", "--arxiv"]) == 1


@pytest.mark.tex
def test_includeonly_keeps_what_it_leaves_out(folder: Path) -> None:
    """A run over one chapter leaves the other chapter's answers in the file, and prints its own."""
    one, two = RNN + JACOBIAN, RNN.replace("rnn", "other") + JACOBIAN.replace("rnn", "other")
    Path("one.tex").write_text(one + JACOBIAN.replace("rnn", "other"), encoding="utf-8")
    Path("two.tex").write_text(two, encoding="utf-8")
    typeset("\\include{one}\n\\include{two}")
    said = typeset("\\include{one}\n\\include{two}", PREAMBLE + "\\includeonly{one}\n")
    assert "symjac Warning" not in said
    assert "??" not in words()
    assert "symjac Warning" not in typeset("\\include{one}\n\\include{two}", fill=False)


@pytest.mark.tex
@pytest.mark.engines
def test_every_engine_prints_the_same_answers(folder: Path) -> None:
    """pdfLaTeX, LuaLaTeX, XeLaTeX and LaTeX with dvips write the same requests but for rounding, and print them."""
    written: set[str] = set()
    for engine in ("pdflatex", "lualatex", "xelatex", "latex"):
        for _ in range(2):
            assert run(engine, *BATCH, "amsart").returncode == 0, engine
            assert main(["tex", "amsart"]) == 0
        said = log(folder / "amsart.log")
        assert "no answer" not in said, engine
        written.add((folder / "amsart.sjtex").read_text(encoding="utf-8"))
    assert len(written) == 1
    assert run("dvips", "-q", "amsart").returncode == 0
    assert (folder / "amsart.ps").stat().st_size > 10_000
