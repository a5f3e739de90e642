"""What may be written after ``symjac``: the commands, their options, their help."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Any, NoReturn

from symjac import __version__
from symjac.errors import abridged
from symjac.formats import FORMATS, Needs, formats_of, formats_of_verdicts

TIMEOUT = 60.0

SUMMARY = rf"""symjac {__version__}: Jacobians of vector recurrences, derived for every n, proved, and written out.

commands:
  derive   the Jacobian of a state update, with its proof
             symjac derive 'x_t = W \sigma(x_{{t-1}}) + b' --wrt 'x_{{t-1}}' --to pdf -o rnn.pdf
  check    under which conventions a printed formula is true, why not, and the nearest true one
             symjac check 'x_t = W \sigma(x_{{t-1}})' --claim '\partial x_t / \partial x_{{t-1}} = W diag(x_t)'
  bptt     backpropagation through time of a loss: recurrence, gradients, proof, program
             symjac bptt lstm --loss 'L = \sum_{{t=1}}^{{T}} \ell_t(h_t)' -o lstm.pdf
  read     how an equation is understood: canonical LaTeX, every symbol with role and shape
             symjac read 'h_t = \tanh(W h_{{t-1}} + U x_t + b)'
  tex      answers what a paper asks through symjac.sty
             symjac tex paper.tex
  cells    the built-in collection with sources
             symjac cells

symjac COMMAND --help lists the options of one command.
Exit status: 0 done, or the claim holds; 1 the claim is false; 2 the input cannot be used; 3 undecided;
4 symjac is at fault: two of its own roads to the answer disagree, or it broke.
Results go to standard output, all else to standard error."""

EQUATION_HELP = (
    "an equation in LaTeX or Unicode, several of them, a cell's name (symjac cells lists them), "
    "a .tex file, or a .jsonl file of problems"
)


class Once(argparse.Action):
    """What an option says; given twice it would be a question which one is meant."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        given = vars(namespace).setdefault("_given", set())
        if option_string and self.dest in given:
            raise argparse.ArgumentError(self, "given twice")
        given.add(self.dest)
        setattr(namespace, self.dest, values)


class Parser(argparse.ArgumentParser):
    """argparse whose complaints are one sentence and where to read more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.register("action", None, Once)
        self.register("action", "store", Once)

    def error(self, message: str) -> NoReturn:
        message = re.sub(r"^argument ([^:]+): ", r"\1: ", message)
        message = message.replace("the following arguments are required", "missing")
        if message.startswith("unrecognized arguments: -"):
            message += " (an equation that begins with a minus sign goes after --)"
        self.exit(2, f"{self.prog}: {abridged(message)}\n{self.prog} --help lists the options\n")


def sizes(text: str) -> int | dict[str, int]:
    """``2`` or ``n=2,m=3``.

    >>> sizes("2"), sizes("n=2, m=3")
    (2, {'n': 2, 'm': 3})
    """
    parts = [p.strip() for p in text.split(",")]
    if len(parts) == 1 and re.fullmatch(r"[0-9]{1,4}", parts[0]):
        return _size(parts[0])
    found = {}
    for part in parts:
        match = re.fullmatch(r"([A-Za-z](?:_[A-Za-z0-9])?)\s*=\s*([0-9]{1,4})", part)
        if match is None:
            raise argparse.ArgumentTypeError(f"sizes are written 2 or n=2,m=3, not {text!r}")
        found[match[1]] = _size(match[2])
    return found


def _size(digits: str) -> int:
    if int(digits) == 0:
        raise argparse.ArgumentTypeError("a size is at least 1")
    return int(digits)


def declaration(text: str) -> tuple[str, str]:
    """``NAME: DECLARATION``, split at the first colon outside braces.

    >>> declaration(r"W_{a:b}: matrix n n")
    ('W_{a:b}', 'matrix n n')
    """
    depth = 0
    for i, char in enumerate(text):
        depth += (char == "{") - (char == "}")
        if char == ":" and depth == 0 and text[:i].strip() and text[i + 1 :].strip():
            return text[:i].strip(), text[i + 1 :].strip()
    raise argparse.ArgumentTypeError(f"a declaration is written 'W: matrix n n', not {text!r}")


class Declarations(argparse.Action):
    """Gathers ``--symbol``; one symbol is declared once."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        assert isinstance(values, tuple)
        earlier = list(getattr(namespace, self.dest) or [])
        for name, words in earlier:
            if name == values[0] and words != values[1]:
                raise argparse.ArgumentError(self, f"{name} is declared twice, as {words!r} and as {values[1]!r}")
        setattr(namespace, self.dest, [*earlier, values])


ORIENTATION_HELP = "whether the printed vectors are columns or rows (default: columns, rows where only that fits)"


def _reading_options(parser: Parser, orientation: str) -> None:
    parser.add_argument("equations", metavar="EQUATION", nargs="+", help=EQUATION_HELP)
    parser.add_argument(
        "--symbol",
        metavar="DECL",
        action=Declarations,
        default=[],
        type=declaration,
        help="declare a symbol, such as 'W: matrix n n', 'x_t: vector n', 'c: scalar', '\\sigma: elementwise tanh' "
        "(repeatable)",
    )
    parser.add_argument("--orientation", choices=("column", "row"), help=orientation)
    parser.add_argument("--strict", action="store_true", help="refuse what can only be read with a note")


def _timeout(parser: Parser, default: float, what: str) -> None:
    parser.add_argument(
        "--timeout", metavar="SECONDS", type=_seconds, default=default, help=f"{what} after so long ({default:g})"
    )


def _derive() -> Parser:
    parser = Parser(
        prog="symjac derive",
        description="Derive, prove and print the Jacobian of a state update.",
        epilog=r"example: symjac derive gru --wrt 'h_{t-1}' --n 2 --to pdf -o gru.pdf",
    )
    _reading_options(parser, ORIENTATION_HELP)
    parser.add_argument("--wrt", metavar="SYMBOL", help="differentiate by this symbol (a cell knows its own)")
    parser.add_argument("--of", metavar="SYMBOL", help="differentiate this left-hand side (default: the only last one)")
    parser.add_argument(
        "--layout",
        choices=("numerator", "denominator", "both"),
        help="numerator has entries dy_i/dx_j, denominator is its transpose (default: both; code: numerator)",
    )
    parser.add_argument("--n", metavar="SIZES", type=sizes, help="also write it out with sizes 2, or n=2,m=3")
    parser.add_argument(
        "--explicit", action="store_true", help="the written-out recurrence alone (sizes from --n, else 2)"
    )
    parser.add_argument("--thorough", action="store_true", help="run every check, also the slow second reader")
    _timeout(parser, TIMEOUT, "each target is given up")
    parser.add_argument(
        "--to",
        choices=tuple(FORMATS),
        help="what to write (default: what the suffix of -o says, else text); latex is a fragment for \\input, "
        "document a complete article",
    )
    parser.add_argument("--page", action="store_true", help="svg, png: the whole page, not the formula alone")
    parser.add_argument("-o", "--output", metavar="FILE", help="write to FILE instead of standard output")
    return parser


def _check() -> Parser:
    parser = Parser(
        prog="symjac check",
        description="Tell under which conventions a printed formula is the derivative, why not, and what is.",
        epilog=r"example: symjac check 'y = W \sigma(x)' --claim '\frac{\partial y}{\partial x} = W^\top diag(x)'",
    )
    _reading_options(parser, "judge with column or with row vectors alone (default: both)")
    parser.add_argument("--claim", metavar="LATEX", help="the formula: left-hand side = right-hand side, or a chain")
    parser.add_argument("--of", metavar="TEXT", help="what is differentiated (default: what the claim says)")
    parser.add_argument("--wrt", metavar="TEXT", help="by what (default: what the claim says)")
    parser.add_argument(
        "--layout",
        choices=("numerator", "denominator", "mixed", "both"),
        help="judge in this layout alone (default: in all); mixed: numerator, gradients shaped like their variable",
    )
    _timeout(parser, 20.0, "each claim is undecided")
    parser.add_argument(
        "--to",
        choices=formats_of_verdicts(),
        help="what to write (default: what the suffix of -o says, else text; for a file of claims json)",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write to FILE instead of standard output")
    return parser


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,3})?", text) or float(text) == 0:
        raise argparse.ArgumentTypeError(f"a time limit is a number of seconds above 0, not {text!r}")
    return float(text)


def _bptt() -> Parser:
    parser = Parser(
        prog="symjac bptt",
        description="Derive, prove and print the gradients of a loss, by backpropagation through time.",
        epilog=r"example: symjac bptt lstm --loss 'L = \sum_{t=1}^{T} \ell_t(h_t)' --to pdf -o lstm.pdf",
    )
    _reading_options(parser, ORIENTATION_HELP)
    parser.add_argument(
        "--loss",
        metavar="LATEX",
        required=True,
        help=r"a sum over the steps, 'L = \sum_{t=1}^{T} \ell_t(h_t)', or a function of the last one, "
        r"'L = \frac{1}{2} \lVert o_T - y_T \rVert^2'",
    )
    parser.add_argument("--window", metavar="K", type=_steps, help="truncate: carry each loss back through K steps")
    parser.add_argument(
        "--targets",
        choices=("distribution", "any"),
        default="distribution",
        help="whether the entries of a cross-entropy's target add up to one (default) or may be anything",
    )
    _timeout(parser, TIMEOUT, "given up")
    parser.add_argument(
        "--products",
        action="store_true",
        help="also the product of one-step Jacobians and its bound (a state of one vector has them anyway)",
    )
    parser.add_argument(
        "--layout",
        choices=("numerator", "denominator", "both"),
        help="gradients in the shape of their parameter (denominator) or transposed (default: both; code: denominator)",
    )
    parser.add_argument(
        "--to",
        choices=formats_of(Needs.PAGE, Needs.ARTICLE, Needs.RECORDS, Needs.PROGRAM),
        help="what to write (default: what the suffix of -o says, else text)",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write to FILE instead of standard output")
    return parser


def _steps(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) == 0:
        raise argparse.ArgumentTypeError(f"a window is a number of steps, at least 1, not {text!r}")
    return int(text)


def _read() -> Parser:
    parser = Parser(
        prog="symjac read",
        description="Show how equations are understood: canonical LaTeX, symbols with role and shape, notes.",
        epilog=r"example: symjac read 'h_t = \tanh(W h_{t-1} + U x_t + b)'",
    )
    _reading_options(parser, ORIENTATION_HELP)
    _timeout(parser, TIMEOUT, "given up")
    return parser


def _tex() -> Parser:
    parser = Parser(
        prog="symjac tex",
        description="Answer what a paper asks through symjac.sty: write PAPER.sjtex, which the next LaTeX run reads.",
        epilog="example: pdflatex paper && symjac tex paper && pdflatex paper",
    )
    parser.add_argument("paper", metavar="PAPER", help="the paper, with or without .tex")
    _timeout(parser, TIMEOUT, "each request is given up")
    parser.add_argument("--scan", action="store_true", help="read the requests from the source; no LaTeX need have run")
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; exit 1 if the answers are out of date, or a claim is false or a request unanswered",
    )
    parser.add_argument(
        "--strict", action="store_true", help="exit 1 if a claim is false or undecided or a request unanswered"
    )
    parser.add_argument(
        "--init", action="store_true", help="put symjac.sty and the lines for latexmk beside the paper; answer nothing"
    )
    parser.add_argument(
        "--arxiv", action="store_true", help="also make PAPER-arxiv.tar.gz, and compile it where a LaTeX is installed"
    )
    return parser


def _cells() -> Parser:
    return Parser(
        prog="symjac cells",
        description="List the built-in collection: name, title, source, equations.",
        epilog="example: symjac cells",
    )


COMMANDS = {"derive": _derive, "check": _check, "bptt": _bptt, "read": _read, "tex": _tex, "cells": _cells}


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The options of the command that is asked for, with ``command`` set to its name."""
    top = Parser(prog="symjac", add_help=False)
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(SUMMARY)
        raise SystemExit(0 if argv else 2)
    if argv[0] == "--version":
        print(f"symjac {__version__}")
        raise SystemExit(0)
    if argv[0] not in COMMANDS:
        top.error(f"there is no command {argv[0]!r}; the commands are {', '.join(COMMANDS)}")
    options = COMMANDS[argv[0]]().parse_intermixed_args(argv[1:])
    options.command = argv[0]
    return options
