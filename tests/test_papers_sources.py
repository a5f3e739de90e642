"""Papers whose sources are broken, edited, in parts, or redefine a macro on their way."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from symjac.cli import main
from symjac.papers.answers import Answer, Answered, AnswerFile, read, replace_file, write
from tests.conftest import Make
from tests.test_papers import answers

Capture = pytest.CaptureFixture[str]
RNN = r"""\begin{symjacsystem}{rnn} x_t = W \sigma(x_{t-1}) + b \end{symjacsystem}
"""
JACOBIAN = r"$\symjacjacobian{rnn}{x_t}{x_{t-1}}$"


@pytest.mark.parametrize("row", ["x_t = W x_{t-1", "x_t} = W x_{t-1}", r"x_t = \sigma{(W x_{t-1})"])
def test_a_brace_without_a_partner_is_said_and_not_written(paper: Make, capsys: Capture, row: str) -> None:
    """The answer file stays one that TeX and symjac can read, and the corrected paper is answered."""
    path = paper(RNN.replace(r"x_t = W \sigma(x_{t-1}) + b", row) + JACOBIAN)
    assert main(["tex", "paper", "--scan", "--strict"]) == 1
    assert "in the system rnn a brace has no partner" in capsys.readouterr().err
    text = path.with_suffix(".sjtex").read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    paper(RNN + JACOBIAN)
    assert main(["tex", "paper", "--scan", "--strict"]) == 0
    assert [kind for kind, _ in answers(path).values()] == ["answer"]


def test_an_answer_file_that_cannot_be_read_is_written_anew(paper: Make) -> None:
    """What an earlier symjac wrote with a brace too many counts as no answers."""
    path = paper(RNN + JACOBIAN)
    broken = Answered("rnn", "x_{t", answers={"k": Answer("k", "answer", "W")})
    path.with_suffix(".sjtex").write_text(write("paper", AnswerFile({"rnn": broken})), encoding="utf-8")
    assert read(path.with_suffix(".sjtex")) == AnswerFile()
    assert main(["tex", "paper", "--scan"]) == 0
    assert [kind for kind, _ in answers(path).values()] == ["answer"]


REDEFINED = (
    r"\newcommand{\M}{A}",
    r"\begin{symjacsystem}{rnn} x_t = \M \sigma(x_{t-1}) \end{symjacsystem}",
    r"\renewcommand{\M}{B}",
    r"\providecommand{\M}{C}",
)


@pytest.mark.parametrize(
    ("order", "matrix"),
    [((0, 1, 2), "A"), ((0, 2, 1), "B"), ((1, 0), "A"), ((0, 1), "A"), ((0, 3, 1), "A"), ((3, 1), "C")],
)
def test_a_macro_in_a_system_means_what_it_means_there(paper: Make, order: tuple[int, ...], matrix: str) -> None:
    """A later definition of a macro does not change a system; where there is no earlier one it counts."""
    path = paper("\n".join(REDEFINED[n] for n in order) + JACOBIAN)
    assert main(["tex", "paper", "--scan"]) == 0
    assert [text.split()[0] for _, text in answers(path).values()] == [matrix]
    assert read(path.with_suffix(".sjtex")).systems["rnn"].macros == {"M": f"->{matrix}"}


def test_a_macro_in_a_request_means_what_it_means_there(paper: Make, tmp_path: Path) -> None:
    """The system has A for it and the claims, in a file of their own, first A and then B: one is wrong."""
    claim = r"$\symjacclaim{rnn}{x_t}{x_{t-1}}{\M \operatorname{diag}(\sigma'(x_{t-1}))}$"
    (tmp_path / "part.tex").write_text(REDEFINED[2] + claim, encoding="utf-8")
    path = paper("\n".join(REDEFINED[:2]) + r"\input{part}")
    assert main(["tex", "paper", "--scan"]) == 0
    assert [kind for kind, _ in answers(path).values()] != ["true"]
    paper("\n".join(REDEFINED[:2]) + claim + r"\input{part}")
    assert main(["tex", "paper", "--scan"]) == 0
    assert [kind for kind, _ in answers(path).values()] == ["true"]


def test_a_macro_of_two_meanings_in_requests_is_refused(paper: Make, capsys: Capture) -> None:
    """LaTeX compares one meaning for all requests about a system; the request that has another is not answered."""
    paper(
        "\n".join(REDEFINED[:2])
        + r"$\symjacclaim{rnn}{x_t}{x_{t-1}}{\M}$"
        + REDEFINED[2]
        + r"""
        $\symjacclaim{rnn}{x_t}{x_{t-1}}{\M\M}$"""
    )
    assert main(["tex", "paper", "--scan", "--strict"]) == 1
    assert r"the macro \M means something else here than in another request" in capsys.readouterr().err


def requests(path: Path, system: str, key: str) -> None:
    """What LaTeX would have written for one system and one formula."""
    text = (
        f"\\symjacformat{{1}}\n\\symjacpage{{34}}{{paper}}\n\\symjacsystem{{rnn}}{{{re.sub(' ', '', system)}|}}{{}}"
        f"{{{system}}}{{paper.tex}}{{5}}\n\\symjacrequest{{{key}}}{{jacobian}}{{rnn}}{{x_t}}{{x_{{t-1}}}}{{}}{{}}"
        "{paper.tex}{6}\n\\symjacend{1}\n"
    )
    path.with_suffix(".symjac").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("+ b", "- b", "paper.tex:6: the system rnn is not what LaTeX last saw"),
        ("$", r"$\symjacclaim{rnn}{x_t}{x_{t-1}}{W}$$", "paper.tex:7: LaTeX has not seen this request"),
        (JACOBIAN, "", "paper.tex:1: the source was edited after LaTeX last ran"),
    ],
)
def test_a_paper_that_was_edited_after_latex_ran_is_noticed(
    paper: Make, capsys: Capture, old: str, new: str, said: str
) -> None:
    """--check and --strict mind it, and say that LaTeX has to run again."""
    path = paper(RNN + JACOBIAN)
    requests(path, r"x_t = W \sigma(x_{t-1}) + b", "jacobian|rnn|x_t|x_{t-1}||")
    assert main(["tex", "paper", "--strict"]) == 0
    assert main(["tex", "paper", "--check"]) == 0
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    later = path.with_suffix(".symjac").stat().st_mtime + 5
    os.utime(path, (later, later))
    for how in ("--check", "--strict"):
        capsys.readouterr()
        assert main(["tex", "paper", how]) == 1
        shown = capsys.readouterr().err
        assert said in shown
        assert "run LaTeX again" in shown


@pytest.mark.parametrize(
    "call", [r"\include{my part}", r"\input{my part}", r'\input{"my part"}', r"\input{my part.tex}"]
)
def test_an_input_with_a_space_in_its_name_is_found(paper: Make, tmp_path: Path, capsys: Capture, call: str) -> None:
    """It is read and packed, and said to have a name that arXiv does not take."""
    (tmp_path / "my part.tex").write_text(RNN + JACOBIAN, encoding="utf-8")
    path = paper(call)
    assert main(["tex", "paper", "--scan", "--arxiv"]) == 1
    assert [kind for kind, _ in answers(path).values()] == ["answer"]
    said = capsys.readouterr().err
    assert "my part.tex, paper.sjtex" in said
    assert "my part.tex: arXiv takes only" in said


def test_an_included_file_that_is_not_there_fails_the_archive(paper: Make, capsys: Capture) -> None:
    """LaTeX goes on without it, so that compiling does not show it."""
    paper(r"\include{gone}" + RNN + JACOBIAN)
    assert main(["tex", "paper", "--scan", "--arxiv"]) == 1
    assert "there is no gone.tex to be included" in capsys.readouterr().err


def test_a_paper_that_asks_nothing_is_told(paper: Make, capsys: Capture) -> None:
    """Where no system and no request is found, nothing is written."""
    path = paper("Words.")
    assert main(["tex", "paper"]) == 0
    assert "paper.tex asks nothing" in capsys.readouterr().err
    assert not path.with_suffix(".sjtex").exists()


def test_a_binary_file_is_no_paper(paper: Make, capsys: Capture) -> None:
    """It is not looked through for requests."""
    path = paper("")
    path.write_bytes(b"\x00\x01\\symjacdefine{a}{x = y}")
    assert main(["tex", "paper"]) == 2
    assert "paper.tex is a binary file" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """Not the file that would have been in its place for a moment."""
    with pytest.raises(FileNotFoundError) as caught:
        replace_file(tmp_path / "gone" / "paper.sjtex", "")
    assert caught.value.filename == str(tmp_path / "gone" / "paper.sjtex")
