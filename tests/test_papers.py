"""Papers without TeX: requests read from the source, answers written, kept, withheld, packed for arXiv."""

from __future__ import annotations

import io
import re
import shutil
import sys
import tarfile
from pathlib import Path

import pytest

from symjac.cli import main
from symjac.papers import Paper, fill
from symjac.papers.answers import message, read
from symjac.papers.requests import read_requests
from tests.conftest import Make

PAPERS = Path(__file__).with_name("papers")
RNN = r"""
\begin{symjacsystem}{rnn}
  x_t = W\,\sigma(x_{t-1}) + W_{\mathrm{in}}\,u_t + b . \label{eq:rnn}
\end{symjacsystem}
"""


def answers(path: Path) -> dict[str, tuple[str, str]]:
    """Kind and text of every answer by key."""
    file = read(path.with_suffix(".sjtex"))
    return {a.key: (a.kind, a.text) for s in file.systems.values() for a in s.answers.values()}


def test_every_kind_of_request_is_answered(paper: Make) -> None:
    """A formula, a proof, an example and two claims come out of the source alone."""
    path = paper(
        RNN
        + r"""$\symjacjacobian{rnn}{x_t}{x_{t-1}}$ $\symjacjacobian[layout=denominator]{rnn}{x_t}{x_{t-1}}$
        \symjacproof[label=thm:jac]{rnn}{x_t}{x_{t-1}} \symjacexample{rnn}{x_t}{x_{t-1}}
        $\symjacclaim{rnn}{x_t}{x_{t-1}}{W \operatorname{diag}(\sigma'(x_{t-1}))}$
        $\symjacclaim{rnn}{x_t}{x_{t-1}}{W^\top \operatorname{diag}(\sigma'(x_{t-1}))}$"""
    )
    assert main(["tex", "paper.tex", "--scan"]) == 0
    found = answers(path)
    assert found["jacobian|rnn|x_t|x_{t-1}||"] == ("answer", r"W \symjacdiag\bigl(\sigma'(x_{t-1})\bigr)")
    turned = found["jacobian|rnn|x_t|x_{t-1}|layout=denominator|"][1]
    assert turned == r"\symjacdiag\bigl(\sigma'(x_{t-1})\bigr)\,W^{\symjacT}"
    proof = found["proof|rnn|x_t|x_{t-1}|label=thm:jac|"][1]
    assert r"\begin{symjactheorem}\label{thm:jac}" in proof
    assert r"\eqref{eq:rnn}" in proof
    assert r"\begin{symjacproofof}" in proof
    assert r"\begin{pmatrix}" in found["example|rnn|x_t|x_{t-1}||"][1]
    assert [kind for key, (kind, _) in found.items() if key.startswith("claim")] == ["true", "false"]


def test_a_wrong_claim_names_file_line_and_the_right_formula(paper: Make, capsys: pytest.CaptureFixture[str]) -> None:
    """What is said about a false claim begins with its place and holds what is true."""
    paper(RNN + r"$\symjacclaim{rnn}{x_t}{x_{t-1}}{W^\top \operatorname{diag}(\sigma'(x_{t-1}))}$")
    assert main(["tex", "paper", "--scan"]) == 0
    said = capsys.readouterr().err
    line = next(s for s in said.splitlines() if "wrong" in s)
    assert line.startswith("symjac: paper.tex:10: the claim ")
    assert r"It is W \operatorname{diag}(\sigma'(x_{t-1})) in numerator layout" in line
    assert "holds only in numerator layout with rows" in line


def test_a_claim_may_name_its_layout_and_orientation(paper: Make) -> None:
    """A claim that is right in a row reading, or in the other layout, is right only where it says so."""
    row = r"{rnn}{x_t}{x_{t-1}}{W^\top \operatorname{diag}(\sigma'(x_{t-1}))}"
    column = r"{rnn}{x_t}{x_{t-1}}{W \operatorname{diag}(\sigma'(x_{t-1}))}"
    path = paper(
        RNN
        + rf"$\symjacclaim{row}$ $\symjacclaim[orientation=row]{row}$ "
        + rf"$\symjacclaim[layout=numerator]{column}$ $\symjacclaim[layout=denominator]{column}$"
    )
    assert main(["tex", "paper", "--scan"]) == 0
    assert [kind for kind, _ in answers(path).values()] == ["false", "true", "true", "false"]


GATES = r"""
\begin{symjacsystem}[symbols={\sigma: elementwise sigmoid}]{gru}
  z_t &= \sigma(U_z h_{t-1} + b_z) ,\\ r_t &= \sigma(U_r h_{t-1} + b_r) .
\end{symjacsystem}
"""
ASKED = r"\frac{\partial z_t}{\partial h_{t-1}}"
RIGHT = r"\operatorname{diag}(z_t\odot(1-z_t)) U_z"


@pytest.mark.parametrize(
    ("formula", "broken"),
    [
        (rf"\frac{{\partial r_t}}{{\partial h_{{t-1}}}} = {RIGHT}", rf"{ASKED} = \frac{{\partial r_t}}"),
        (rf"{ASKED} = U_z = {RIGHT}", f"{ASKED} = U_z breaks"),
        (rf"U_z = {RIGHT}", f"{ASKED} = U_z breaks"),
        (rf"{RIGHT} = U_z^\top \operatorname{{diag}}(z_t\odot(1-z_t))", rf"{RIGHT} = U_z^\top"),
    ],
)
def test_a_chain_with_a_broken_link_is_wrong(
    paper: Make, capsys: pytest.CaptureFixture[str], formula: str, broken: str
) -> None:
    """Every link of a claimed chain is examined, from the derivative asked for on; one that breaks is named."""
    paper(GATES + rf"$\symjacclaim{{gru}}{{z_t}}{{h_{{t-1}}}}{{{formula}}}$")
    assert main(["tex", "paper", "--scan", "--strict"]) == 1
    line = next(s for s in capsys.readouterr().err.splitlines() if "is wrong" in s)
    assert "link " + broken in line.replace("The link", "the link")


def test_a_chain_whose_links_hold_is_right(paper: Make) -> None:
    """A chain may begin with the derivative itself and go over intermediate forms."""
    chain = rf"{ASKED} = \operatorname{{diag}}(\sigma'(U_z h_{{t-1}} + b_z)) U_z = {RIGHT}"
    path = paper(GATES + rf"$\symjacclaim{{gru}}{{z_t}}{{h_{{t-1}}}}{{{chain}}}$")
    assert main(["tex", "paper", "--scan", "--strict"]) == 0
    assert [kind for kind, _ in answers(path).values()] == ["true"]


def test_links_that_hold_in_different_layouts_are_no_chain(paper: Make, capsys: pytest.CaptureFixture[str]) -> None:
    """Where each link is right in one layout and none is right in both, the layout of each is named."""
    claim = r"$\symjacclaim{s}{z_t}{h_{t-1}}{U^\top \frac{\partial z_t}{\partial a_t} = U^\top W}$"
    paper(r"\symjacdefine[symbols={U: matrix n n, W: matrix n n}]{s}{a_t = U h_{t-1} ,\\ z_t = W a_t}" + claim)
    assert main(["tex", "paper", "--scan"]) == 0
    line = next(s for s in capsys.readouterr().err.splitlines() if "is wrong" in s)
    assert r"\frac{\partial z_t}{\partial a_t} holds in denominator layout only; the link" in line
    assert r"U^\top W holds in numerator layout only" in line


def test_what_holds_only_for_a_usual_function_is_undecided_and_names_the_remedy(
    paper: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nothing says that sigma is the sigmoid, the message says how to, for a link as for a whole claim."""
    bare = GATES.replace(r"[symbols={\sigma: elementwise sigmoid}]", "")
    prime = r"\operatorname{diag}(\sigma'(U_z h_{t-1} + b_z)) U_z"
    for formula in (RIGHT, f"{prime} = {RIGHT}", f"{RIGHT} = {prime}", f"{prime} = {RIGHT} = {prime}"):
        paper(bare + rf"$\symjacclaim{{gru}}{{z_t}}{{h_{{t-1}}}}{{{formula}}}$")
        assert main(["tex", "paper", "--scan"]) == 0
        line = next(s for s in capsys.readouterr().err.splitlines() if "is undecided" in s)
        assert r"symbols={\sigma: elementwise sigmoid}" in line


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (r"\symjacjacobian{nosuch}{x_t}{x_{t-1}}", "defines no system nosuch"),
        (r"\symjacjacobian{rnn}{q_t}{x_{t-1}}", "q_t"),
        (r"\symjacjacobian[colour=red]{rnn}{x_t}{x_{t-1}}", "no option colour"),
        (r"\symjacjacobian[layout=both]{rnn}{x_t}{x_{t-1}}", "one layout"),
        (r"\symjacproof[part=all]{rnn}{x_t}{x_{t-1}}", "part is one of"),
        (r"\symjacexample[n=99]{rnn}{x_t}{x_{t-1}}", "not written out"),
        (r"\symjacclaim{rnn}{x_t}{x_{t-1}}{W +}", "no answer"),
    ],
)
def test_what_cannot_be_answered_is_said_and_is_no_failure(
    paper: Make, capsys: pytest.CaptureFixture[str], request_: str, said: str
) -> None:
    """Exit 0, one message with file and line, a failure in the answers; exit 1 only under --strict or --check."""
    path = paper(RNN + f"${request_}$")
    assert main(["tex", "paper", "--scan"]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1] == "symjac: wrote paper.sjtex, requests answered: 0, not answered: 1"
    line = next(s for s in lines if "no answer" in s)
    assert line.startswith("symjac: paper.tex:10: ")
    assert said in line
    assert [kind for kind, _ in answers(path).values()] == ["failure"]
    assert main(["tex", "paper", "--scan", "--strict"]) == 1
    assert main(["tex", "paper", "--scan", "--check"]) == 1


def test_strict_and_check_mind_false_claims_and_only_check_minds_old_answers(paper: Make) -> None:
    """--strict is 1 for a false claim; --check is 0 for fresh answers, 1 for old ones, and writes nothing."""
    path = paper(RNN + r"$\symjacjacobian{rnn}{x_t}{x_{t-1}}$")
    assert main(["tex", "paper", "--scan", "--check"]) == 1
    assert not path.with_suffix(".sjtex").exists()
    assert main(["tex", "paper", "--scan", "--strict"]) == 0
    assert main(["tex", "paper", "--scan", "--check"]) == 0
    path.write_text(path.read_text().replace("+ b", "- b"), encoding="utf-8")
    assert main(["tex", "paper", "--scan", "--check"]) == 1
    path.write_text(path.read_text() + "%", encoding="utf-8")
    wrong = r"$\symjacclaim{rnn}{x_t}{x_{t-1}}{W}$\end{document}"
    path.write_text(path.read_text().replace(r"\end{document}", wrong), encoding="utf-8")
    assert main(["tex", "paper", "--scan", "--strict"]) == 1
    assert main(["tex", "paper", "--scan"]) == 0


def test_a_system_that_is_defined_twice_is_answered_for_neither(
    paper: Make, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Two texts under one name: both places are named, no request is answered, --strict and --check end with 1."""
    (tmp_path / "appendix.tex").write_text(RNN.replace("+ b", "- b"), encoding="utf-8")
    ask = r"$\symjacjacobian{rnn}{x_t}{x_{t-1}}$"
    path = paper(RNN + ask + "\\input{appendix}" + ask)
    assert main(["tex", "paper", "--scan"]) == 0
    said = capsys.readouterr().err.splitlines()
    (line,) = (s for s in said if "nothing about it is answered" in s)
    assert "at paper.tex:7 and at appendix.tex:2" in line
    assert [kind for kind, _ in answers(path).values()] == ["failure"]
    assert main(["tex", "paper", "--scan", "--strict"]) == 1
    assert main(["tex", "paper", "--scan", "--check"]) == 1
    (tmp_path / "appendix.tex").write_text(RNN, encoding="utf-8")
    assert main(["tex", "paper", "--scan", "--strict"]) == 0


def test_the_file_is_touched_only_where_its_content_changes(paper: Make) -> None:
    """Moving text to other lines leaves the answers as they are, to the byte and to the second."""
    path = paper(RNN + r"$\symjacjacobian{rnn}{x_t}{x_{t-1}}$")
    assert main(["tex", "paper", "--scan"]) == 0
    target = path.with_suffix(".sjtex")
    before = target.stat().st_mtime_ns
    path.write_text(path.read_text().replace(r"\begin{document}", "\\begin{document}\n\nText.\n"), encoding="utf-8")
    assert main(["tex", "paper", "--scan"]) == 0
    assert target.stat().st_mtime_ns == before


def test_an_edited_answer_is_not_believed(paper: Make) -> None:
    """Answers are reused only from a file that is as symjac wrote it."""
    path = paper(RNN + r"$\symjacjacobian{rnn}{x_t}{x_{t-1}}$")
    assert main(["tex", "paper", "--scan"]) == 0
    target = path.with_suffix(".sjtex")
    right = target.read_text()
    target.write_text(right.replace(r"W \symjacdiag", r"V \symjacdiag"), encoding="utf-8")
    assert main(["tex", "paper", "--scan"]) == 0
    assert target.read_text() == right


def test_the_authors_macros_are_understood_and_recorded(paper: Make) -> None:
    """Macros with arguments, nested ones and operators are put in, and their meanings go with the answers."""
    path = paper(
        r"""\begin{symjacsystem}{rnn}
          \hid_t = \act{W \hid_{t-1}} + \relu(b)
        \end{symjacsystem}
        $\symjacjacobian{rnn}{\hid_t}{\hid_{t-1}}$""",
        r"""\newcommand{\bld}[1]{\mathbf{#1}} \newcommand\hid{\bld{h}}
        \def\act#1{\tanh(#1)} \DeclareMathOperator{\relu}{relu}""",
    )
    assert main(["tex", "paper", "--scan"]) == 0
    ((kind, tex),) = answers(path).values()
    assert kind == "answer"
    assert r"\mathbf{h}_{t-1}" in tex
    (system,) = read(path.with_suffix(".sjtex")).systems.values()
    assert system.macros["act"] == r"#1->\tanh(#1)"
    assert system.macros["relu"] == r"->\qopname\newmcodes@o{relu}"
    assert set(system.macros) == {"act", "bld", "hid", "relu"}


def test_macros_with_optional_arguments_are_understood(paper: Make) -> None:
    """An optional argument has its default where it is left out, in \\newcommand as in \\NewDocumentCommand."""
    path = paper(
        r"""\begin{symjacsystem}{rnn}
          \at{h} = \tanh(\wt[V] \at[t-1]{h})
        \end{symjacsystem}
        $\symjacjacobian{rnn}{\at{h}}{\at[t-1]{h}}$""",
        r"""\newcommand{\at}[2][t]{#2_{#1}} \NewDocumentCommand\wt{O{W}}{#1}""",
    )
    assert main(["tex", "paper", "--scan"]) == 0
    ((kind, tex),) = answers(path).values()
    assert kind == "answer"
    assert tex.endswith("V")
    (system,) = read(path.with_suffix(".sjtex")).systems.values()
    assert system.macros == {"at": r"->\@protected@testopt\at\\at{t}[#1]#2->#2_{#1}", "wt": "->O{W}#1->#1"}


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        (r"\NewDocumentCommand{\wt}{s}{W}", r"\NewDocumentCommand with arguments other than m and O, s"),
        (r"\def\wt#1.{W#1}", r"\def with more"),
        (r"\let\wt=W", r"\let"),
        (r"\DeclarePairedDelimiter{\wt}{(}{)}", r"\DeclarePairedDelimiter is not expanded"),
    ],
)
def test_a_macro_that_is_not_expanded_is_named(
    paper: Make, capsys: pytest.CaptureFixture[str], definition: str, said: str
) -> None:
    """Where a formula holds a macro of another kind, a note names it and the kind; elsewhere nothing is said."""
    paper(RNN.replace("W", r"\wt "), definition)
    main(["tex", "paper", "--scan"])
    assert rf"rnn: the macro \wt is left as it stands; {said}" in capsys.readouterr().err
    paper(RNN, definition)
    main(["tex", "paper", "--scan"])
    assert "macro" not in capsys.readouterr().err


def test_proof_and_statement_apart_share_their_labels(paper: Make) -> None:
    """The proof in an appendix refers to the label that the statement was given, and repeats no label."""
    path = paper(
        RNN + r"\symjacproof[part=statement,label=thm:j]{rnn}{x_t}{x_{t-1}} \symjacproof[part=proof]{rnn}{x_t}{x_{t-1}}"
    )
    assert main(["tex", "paper", "--scan"]) == 0
    statement, proof = (text for _, text in answers(path).values())
    assert r"\label{thm:j-num}" in statement
    assert r"\eqref{thm:j-num}" in proof
    labels = re.findall(r"\\label\{([^}]*)\}", statement + proof)
    assert len(labels) == len(set(labels))
    assert "symjacproofof" not in statement
    assert "symjactheorem" not in proof


def test_one_label_for_a_whole_system_is_named_once(paper: Make) -> None:
    """A split display has one number: the statement speaks of (1), not of (1) to (1)."""
    path = paper(
        r"""\begin{symjacsystem}[env=equation]{gate}
          \begin{split} z_t &= \tanh(A y_{t-1}) ,\\ y_t &= z_t \odot y_{t-1} \end{split} \label{eq:gate}
        \end{symjacsystem}
        \symjacproof{gate}{y_t}{y_{t-1}}"""
    )
    assert main(["tex", "paper", "--scan"]) == 0
    ((_, proof),) = answers(path).values()
    assert r"For the recurrence \eqref{eq:gate} and every" in proof


def test_a_wide_formula_has_a_form_for_sentences_and_one_for_displays(paper: Make) -> None:
    """In a narrow column the terms of the sum may be broken apart in a sentence, and begin lines in a display."""
    gates = GATES.replace(
        r"b_r) .", r"b_r) ,\\ h_t &= (1 - z_t) \odot h_{t-1} + z_t \odot \tanh(U (r_t \odot h_{t-1}))"
    )
    path = paper(
        gates + r"$\symjacjacobian[width=25]{gru}{h_t}{h_{t-1}}$ $\symjacjacobian[width=99]{gru}{h_t}{h_{t-1}}$"
    )
    assert main(["tex", "paper", "--scan"]) == 0
    narrow, wide = (tex for _, tex in answers(path).values())
    told, _, shown = narrow.removeprefix(r"\symjacbroken{").partition(r"}{\begin{aligned}[t]&")
    assert told.replace(r" \symjacbreak", "") == wide
    lines = [re.sub(r"^\\quad(\\;)*\{\}", "", line) for line in shown.split(r"\\&")]
    # What goes on within a product is set in deeper than the sum's terms.
    assert all(line.startswith(r"\quad\;") for line in shown.split(r"\\&")[1:] if not line.startswith(r"\quad{}+"))
    assert lines[-1].endswith(r"\symjactail\end{aligned}}")
    terms = [term for term in told.split(r" + \symjacbreak ") if "Bigl" not in term]
    assert lines[: len(terms)] == [terms[0], *(f"+ {term}" for term in terms[1:])]


def test_inputs_are_followed_and_comments_are_not(paper: Make, tmp_path: Path) -> None:
    """A system in an \\input file counts with that file's name; a request in a comment or verbatim does not."""
    (tmp_path / "model.tex").write_text("\n" + RNN, encoding="utf-8")
    path = paper(
        "\\input{model}\n% $\\symjacjacobian{rnn}{a}{b}$\n\\begin{verbatim}\\symjacproof{rnn}{a}{b}\\end{verbatim}\n"
        r"$\symjacjacobian{rnn}{x_t}{x_{t-1}}$"
    )
    report = fill(Paper.named(str(path)), scanned=True)
    assert report.answered == 1
    assert {str(s.place) for s in report.said} == {"model.tex:3"}


def test_what_an_included_part_left_out_keeps_its_answers(paper: Make) -> None:
    """Under \\includeonly LaTeX sees only a part; answers about the rest stay while their systems are unchanged."""
    other = RNN.replace("{rnn}", "{other}").replace("eq:rnn", "eq:o")
    ask = r"$\symjacjacobian{%s}{x_t}{x_{t-1}}$"
    path = paper(RNN + other + ask % "rnn" + ask % "other")
    assert main(["tex", "paper", "--scan"]) == 0
    lines = [
        r"\symjacformat{1}",
        r"\symjacpage{34}{paper}",
        r"\symjacpartial",
        r"\symjacsystem{rnn}{x_t=2Wx_{t-1}|}{}{x_t = 2 W x_{t-1}}{paper.tex}{6}",
        r"\symjacrequest{jacobian|rnn|x_t|x_{t-1}||}{jacobian}{rnn}{x_t}{x_{t-1}}{}{}{paper.tex}{9}",
        r"\symjacend{1}",
    ]
    path.with_suffix(".symjac").write_text("\n".join(lines), encoding="utf-8")
    assert main(["tex", "paper"]) == 0
    found = answers(path)
    assert found["jacobian|rnn|x_t|x_{t-1}||"][1] == "2 W"
    assert "symjacdiag" in found["jacobian|other|x_t|x_{t-1}||"][1]
    path.with_suffix(".symjac").write_text("\n".join(s for s in lines if "partial" not in s), encoding="utf-8")
    assert main(["tex", "paper"]) == 0
    assert list(answers(path)) == ["jacobian|rnn|x_t|x_{t-1}||"]


def test_a_run_that_stopped_early_is_noticed(tmp_path: Path) -> None:
    """A request file without its end is incomplete."""
    path = tmp_path / "p.symjac"
    path.write_text("\\symjacformat{1}\n\\symjacpage{25}{p}\n", encoding="utf-8")
    found = read_requests(path)
    assert (found.complete, found.width) == (False, 25)


def test_no_paper_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name without a file exits 2 and says what was looked for."""
    assert main(["tex", str(tmp_path / "nothing")]) == 2
    assert "nothing.tex" in capsys.readouterr().err


def test_init_puts_the_style_beside_the_paper_and_spares_the_authors_files(
    paper: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    """symjac.sty and .latexmkrc appear; an rc file of the author's is left alone and the lines are shown."""
    path = paper(RNN)
    assert main(["tex", "--init", "paper"]) == 0
    assert path.with_name("symjac.sty").read_text().startswith("%% symjac.sty")
    rc = path.with_name(".latexmkrc")
    assert "add_cus_dep('symjac', 'sjtex'" in rc.read_text()
    assert f"'{sys.executable}'" in rc.read_text()
    rc.write_text(rc.read_text().replace(sys.executable, "/elsewhere/python"), encoding="utf-8")
    assert main(["tex", "--init", "paper"]) == 0
    assert f"'{sys.executable}'" in rc.read_text()
    rc.write_text("# mine\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["tex", "--init", "paper"]) == 0
    assert rc.read_text() == "# mine\n"
    assert "add_cus_dep" in capsys.readouterr().err
    path.with_name("symjac.sty").write_text("% another package", encoding="utf-8")
    assert main(["tex", "--init", "paper"]) == 2


def test_the_archive_holds_what_the_paper_names_and_nothing_else(paper: Make, tmp_path: Path) -> None:
    """Inputs, pictures and the bibliography go in, with the answers and the style; notes and hidden files do not."""
    for name in ("model.tex", "notes.tex", "plot.pdf", "paper.bbl", ".hidden.tex"):
        (tmp_path / name).write_text("", encoding="utf-8")
    paper(r"\input{model}\ifx\undefined\relax\includegraphics{plot}\fi" + RNN)
    main(["tex", "paper", "--scan", "--arxiv"])
    with tarfile.open(fileobj=io.BytesIO((tmp_path / "paper-arxiv.tar.gz").read_bytes())) as tar:
        names = tar.getnames()
    assert names == ["model.tex", "paper.bbl", "paper.sjtex", "paper.tex", "plot.pdf", "symjac.sty"]


@pytest.mark.parametrize("name", sorted(p.stem for p in PAPERS.glob("*.tex") if p.stem != "body"))
def test_the_test_papers_are_answered_from_their_sources(name: str, tmp_path: Path) -> None:
    """Every request of the papers that CI compiles has an answer, and of their claims one is right and one wrong."""
    for source in PAPERS.glob("*.tex"):
        shutil.copy(source, tmp_path)
    report = fill(Paper.named(str(tmp_path / f"{name}.tex")), scanned=True)
    assert [s.kind for s in report.said if s.kind != "note"] == ["false"]
    assert report.answered >= 7


def test_messages_are_safe_inside_braces() -> None:
    """What a failure says can neither open a group nor begin a comment."""
    assert message("a } b { 5% #2 \\") == "a  b  5 percent 2 "
    assert message(r"\frac{a}{b} \} é") == r"\frac{a}{b} \} ?"
