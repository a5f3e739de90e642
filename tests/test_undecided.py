"""Every clause that forbids to refute is provoked: a claim is undecided for the reason that it gives.

Such a clause makes an error or an outcome that says why something is not known. None stands in the source of the claims
that the table leaves out.
"""

from __future__ import annotations

import ast
import contextlib
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import symjac
from symjac import expr as ex
from symjac.claims.asked import _no_gradient
from symjac.claims.checking import check
from symjac.claims.conventions import FOUR
from symjac.claims.evaluate import Evaluator
from symjac.claims.model import Model
from symjac.claims.overtime import OverTime
from symjac.claims.stated.stating import state
from symjac.claims.undecided import UndecidedError
from symjac.claims.verdict import Outcome, Verdict
from symjac.expr.times import Time
from symjac.reading.applied.terms import Ref
from tests.test_hints import assigned, templates

CLAIMS = Path(symjac.__file__).parent / "claims"


class Case(NamedTuple):
    """A claim of which something is not known, and why."""

    text: str  # the equations of its system, one a line
    claim: str
    reason: str
    symbols: dict[str, str] = {}  # noqa: RUF012  # nobody changes it
    of: str | None = None
    wrt: str | None = None
    where: str = ""  # the clause, where more than one could give the reason
    told: bool = True  # whether the verdict says so; else that is not known which would be told beside it
    call: Callable[[], object] | None = None  # what is asked instead of a claim

    @property
    def name(self) -> str:
        return f"{self.text} |- {self.claim}: {self.reason}"


def linear() -> Model:
    """A system of one state."""
    return state(["s_t = A s_{t-1}"], "∂s_t/∂s_{t-1} = A", {}, of=None, wrt=None).model


def acting(name: str) -> object:
    """What a Jacobian of which that is not known does to one entry of a matrix, or one column."""
    s = state(["y = A x"], "∂y/∂A_{ij} = 0", {}, of=None, wrt=None)
    ev, matrix = Evaluator(s.model, FOUR[0], _no_gradient, OverTime("ascending")), s.model.symbol(Ref("A"))
    rows, cols = matrix.shape
    composite = ex.Kronecker(ex.Symbol("c", (rows, ex.ONE)), ex.Identity(cols))
    jacobian = ex.Kronecker(composite, ex.Identity(rows))
    if name == "image":
        return ev.image(jacobian, s.members[0].args[1])
    return ev.column_of(jacobian, matrix, ex.UnitVector(1, cols))


CASES: list[Case] = [
    # asked
    Case(
        r"L = dz \sum_{t=1}^T L_t" "\n" r"s_t = A s_{t-1}",
        r"∂L/∂A = \sum_t ∂L_t/∂s_t s_{t-1}^\top",
        "a weight of a loss holds a derivative",
        {"z": "scalar"},
    ),
    # inequality
    Case(
        r"h_t = o_t \odot c_t" "\n" r"c_t = f \odot c_{t-1} + h_{t-1}",
        r"\|∂c_t/∂c_{t-1}\| \le \|f\|",
        "it depends on whether the equations of the earlier step are taken in",
    ),
    Case("s_t = A s_{t-1}", r"\|∂s_{t+a+b}/∂s_{k+c}\| \le 2", "neither a proof nor numbers that violate it were found"),
    Case(
        "s_t = A_t s_{t-1}",
        r"\|∂s_{t+a+b}/∂s_{k+c} \| \le \prod_{i=k+c+1}^{t+a+b} \|A_i\|",
        "it is proved, but no run confirms it: nothing says which numbers of steps there are",
        where="inequality.confirmed.1",
    ),
    Case("y = A x", r"\|∂y/∂x \| \le \|A A^\top\| = \|A\|^2", "whether these sizes are equal was not found out"),
    Case(
        r"h_t = \sigma(x_t, h_{t-1}; W_o)",
        r"\|∂h_t/∂h_{t-1} \| \le \gamma",
        "a gate is known by name only, so that nothing can be refuted by values",
        where="inequality.refuted.1",
    ),
    Case(
        "s_t = A s_{t-1}",
        r"\|∂s_{t+a+b}/∂s_{k+c}\| \le 2",
        "nothing says which numbers of steps there are",
        where="inequality.confirm_upper.1",
        told=False,
    ),
    Case(
        "y = Q x",
        r"\|∂y/∂x \| \le 1",
        "Q is declared to be orthogonal, and the values that refute the claim do not keep to it",
        {"Q": "orthogonal matrix n n"},
    ),
    Case("y = f(A x)", r"\|∂y/∂x\| \le \eta", r"nothing says what \eta is", where="inequality.refuted_at.2"),
    # norm_forms
    Case("y = A x", r"\|∂y/∂x\| \le \|A\|_F", "norm with index F in a bound is not judged; norms are spectral norms"),
    Case("y = A x", r"\|∂y/∂x \| \le \|A\|^{1/2}", "an exponent in a bound is a number of steps"),
    Case("y = A x", r"\|∂y/∂x \| \le x", "x is no number"),
    Case("y = A x", r"\|∂y/∂x \| \le |A|", "bars around what is no scalar: its norm, or the size of each entry?"),
    Case(
        "s_t = A s_{t-1}",
        r"\|∂(A^{t-k} s_k)/∂s_k \| \le \|A\|^{t-k}",
        "the derivative of an expression over several steps is not judged",
    ),
    Case(
        "y = F(x)",
        r"\|∂y/∂x \| \le \|F'\|",
        "F stands without its argument",
        {"F": "map"},
        where="norm_forms.expression.1",
    ),
    Case(
        "s_t = A_t s_{t-1}", r"\|∂s_9/∂s_0 \| \le \prod_{i=1}^{9} \|A_i\|", "the product is too long to be written out"
    ),
    Case(
        "s_t = A s_{t-1} + B s_{t-d}",
        r"\|∂s_t/∂s_k \| \le \|A\|^{t-k}",
        "s depends on the step before through s too",
        where="norm_forms._chain.1",
    ),
    Case("s_t = A s_{t-1}", r"\|A^{k-t}\| \le \|A\|^{k-t}", "whether this exponent may be negative is not known"),
    Case(
        "s_t = A s_{t-1}",
        r"\|\frac{A^{t-k}}{2}\| \le \|A\|^{t-k}",
        "what stands between these bars is not judged over several steps",
    ),
    # sizes
    Case("s_t = A s_{t-1}", r"\|∂s_t/∂s_k \| \le (\|A\| + 1)^{-1}", "a sum to this power, or zero, is not judged"),
    Case("y = A x", r"\|A\| \le (-2)^{t-k}", "a negative number to a power that is a letter"),
    Case("y = A x", r"\|A\| \le (\|A\|^{t-k})^{t-k}", "a product of two numbers of steps in an exponent"),
    # checking
    Case(
        r"s = a^\top A b",
        r"\frac{\partial s}{\partial \operatorname{vec}(A)} = b \otimes a",
        r"it holds with \otimes of two vectors read as the Kronecker product, and not as the outer product",
    ),
    Case(
        r"s = x^\top x",
        r"∂s/∂x = x \cdot \mathbf{1} + x",
        r"it depends on whether \cdot is the inner product or the entrywise one",
    ),
    Case(
        r"s = (a^\top b) w^\top x",
        r"∂s/∂x = a \cdot b w",
        r"it holds with \cdot of two vectors before what stands beside them, which nothing says",
    ),
    Case(
        "w = g v",
        r"\frac{\partial L}{\partial g} = v^\top * \frac{\partial L}{\partial w}",
        "it holds with * read as the matrix product, as the shapes forbid the entrywise one",
        {"g": "scalar", "v": "vector n"},
    ),
    Case(
        "s_t = A s_{t-1}",
        "∂s_T/∂s_0 = A^T",
        "it holds with ^T read as the power with the time T, and not as a transpose",
    ),
    Case(
        "z = A C u",
        "∂z_i/∂u_j = A_{ik} C_{kj}",
        "it holds if the index that stands twice is summed over, which nothing says: print the sum",
    ),
    Case(
        "s_t = A s_{t-1} + r_t\nr_t = B r_{t-1} + u_t",
        "∂s_t/∂r_k = B^{t-k}",
        "what lies so many steps back also acts through other states "
        "of its own step; whether that counts, nothing says",
    ),
    Case(
        r"c = A \phi(a)",
        r"∂c^\top/∂a = \operatorname{diag}(\phi'(a)) A^\top",
        "the transpose on what is differentiated may change nothing or turn the derivative, and that matters here",
    ),
    Case(
        "s_t = f(s_{t-1}, u_t)",
        "∂s_t/∂s_{t-1} = D_1 f(s_{t-1}, u_t)",
        "the Jacobian of a function of vectors may be one in this layout or in numerator layout, and that matters here",
    ),
    Case(
        "y = A x",
        "∂F/∂x = A",
        "the declaration of F says 'name of the right-hand side', which is not understood",
        {"F": "name of the right-hand side"},
        where="checking._judged.1",
    ),
    Case("y = A x", r"∂y/∂x = A x, \quad A \succ 0", r"A \succ 0 is a condition that is not understood"),
    Case(
        "Z = Y P + c",
        r"∂L/∂c = \mathbf{1}^\top ∂L/∂Z",
        r"whether the \mathbf{1} over the rows of a matrix is a row, nothing says",
        {"c": "row vector n"},
    ),
    Case(
        "s_t = A s_{t-1}",
        r"\frac{\partial s_t}{\partial s_k} = A^{t-k}, \quad t < k",
        "it is proved where what is differentiated comes later, not for t < k",
    ),
    # comparison
    Case(
        r"y = a \odot x",
        "∂y/∂x = a",
        "the declaration of a is not understood, and its shape is a guess",
        {"a": "one-hot code"},
    ),
    Case(
        "s_t = A s_{t-1} + t u_t",
        "∂s_t/∂s_k = A^{t-k}",
        "it is proved, but no run confirms it: t is a number in an equation that is wanted at another time",
        where="comparison.outcome.2",
    ),
    Case(
        "s_t = A s_{t-1} + B u_t",
        "∂L/∂A = ∂L/∂B B",
        "A and B act at every step, and how their gradients are related is not known",
    ),
    Case(
        "s_t = A s_{t-1} + B u_t",
        r"∂L/∂A = \sum_t ∂L/∂s_{t+1} s_{t}^\top",
        "the summands are equal one step apart, so that the ends matter",
    ),
    Case(
        "u_{t+1} = A u_t + B u_t\nz_t = C u_t",
        r"∂L/∂B = \sum_t ∂L/∂u_{t+1} u_{t-1}^\top",
        "the summands differ, which does not say that the sums do",
    ),
    Case(
        r"r_t = c s_t" "\n" r"L = \sum_{t=1}^T r_t + \lambda c^2",
        r"∂L/∂c = \sum_{t=1}^T (s_t + 2 \lambda c)",
        "the sums may differ though they are the same over one step",
        {r"\lambda": "scalar", "c": "scalar", "s_t": "scalar", "r_t": "scalar"},
    ),
    Case(
        "y = A x",
        r"∂y/∂x = \prod_{i=1}^{20} A_i",
        "the sum or product is too long to be written out",
        where="comparison.at_any_length.1",
    ),
    Case(
        "s_t = A s_{t-1}",
        r"∂L/∂A = A + \sum_{t=1}^{T} ∂L/∂s_t s_{t-1}^\top",
        "how the uses of A at every step add up is not known in this form",
    ),
    Case(
        "s_t = A s_{t-1}",
        "∂s_t/∂s_{t-1} = A^H",
        "neither a proof nor a counterexample was found",
        {"H": "scalar"},
        where="comparison.at_any_length.3",
    ),
    Case(
        "q_t = C s_{t-1}\ns_t = A s_{t-1}",
        r"∂q_t/∂s_k = C A^{t-k-1}, \quad t \ge k",
        "it is proved for later steps, not for k = 0, t = 0: q is dec"
        "lared to have a property and computed: whether it has it is not known",
        {"q_t": "vector n, positive"},
        where="comparison.also_at_no_step.1",
    ),
    Case(
        r"q_t = C s_{t-1}" "\n" r"s_t = A s_{t-1}" "\n" r"g_t = \sigma(x_t, g_{t-1}; W)",
        r"∂q_t/∂s_k = C A^{t-k-1}, \quad t \ge k",
        "it is proved for later steps, not for k = 0, t = 0",
    ),
    Case(
        "z = A u",
        r"∂z/∂u = \begin{pmatrix} w_{11} & w_{12} \\ w_{21} & w_{22} \end{pmatrix}",
        "the two sides fit only if m = 2 and n = 2, which no declaration says",
    ),
    Case(
        "y = A x",
        "∂v/∂x = A",
        "no equation says how v depends on x",
        {"v": "vector n", "A": "matrix n n"},
        where="comparison.compared.2",
    ),
    Case(
        "y = |x|",
        r"∂y/∂x = 1, \quad x > 0",
        "what would refute the claim does not meet x > 0",
        {"x": "scalar", "y": "scalar"},
    ),
    Case(
        "y = f(x, z)\nz = A x",
        "∂y/∂x = ∂f(x, z)/∂x",
        "the derivative of f by x may be the total one",
        where="comparison.compared.4",
    ),
    Case("y = A x", "∂y/∂x = A Q", "nothing says what Q is", where="comparison.compared.5"),
    Case("y = A x", "∂y/∂x = A Q", "nothing says what Q is", where="comparison.misfit.1"),
    Case(
        "z_t = u_t + A I_t",
        "∂z_t/∂I_t = A",
        r"I is a symbol of the system here, and the identity may be meant, which is then \mathbf{I}",
        {"I": "vector m"},
    ),
    Case("y = A x", "∂v/∂x = A", "nothing says which sizes of the system those of v are", {"v": "vector n"}),
    Case(
        r"s_t = \tanh(x_t, s_{t-1}; W_s)",
        "∂s_t/∂s_{t-1} = I",
        "a gate is known by name only, so that nothing can be refuted by values",
        where="comparison.decided.1",
    ),
    Case("y = A x", r"∂L/∂x = A^\top q", "the loss by which the outputs are compared is not given"),
    Case(
        "y = a + x",
        "∂y/∂x = a",
        "neither a proof nor a counterexample was found",
        {"a": "one-hot"},
        where="comparison.decided.3",
    ),
    Case(
        r"L = -r^\top \log p" "\n" r"p = \operatorname{softmax}(z)",
        "∂L/∂z = p - r",
        "it holds if the entries of r sum to one, which nothing says",
        where="comparison.refuted.1",
    ),
    # context
    Case("z = A u", "∂z_i/∂u_i = A_{ii}", "the index i runs to m elsewhere and to n here", where="context.error.1"),
    Case("y = A x", r"∂y/∂x = A + \mathbf{0} x", "nothing says whether zeros are a number, a vector or a matrix"),
    Case(
        "y = A x",
        "∂y/∂x = |x| A",
        "bars around the vector this: its norm, or the absolute value of each entry?",
        where="context.doubt.1",
    ),
    Case("y = A x", "∂([x; x] + y)/∂x = A", "the sizes in what is differentiated do not fit"),
    Case(
        "y = A x",
        r"∂(A x + A^\top x)/∂x = A",
        "what is differentiated cannot be read: the product does not "
        r"fit: A^\top is n x m, x is a row (small letter)",
        {"A": "matrix m n"},
    ),
    Case("y = A x", r"∂([x; \mathbf{1}])/∂x = A", "nothing says the size of a constant in what is differentiated"),
    # correct
    Case(
        "s_t = A s_{t-1}",
        r"∂L/∂A = A + \sum_{t=1}^{T} ∂L/∂s_t s_{t-1}^\top",
        "a sum over steps beside something else is not printed yet",
        told=False,
    ),
    Case(
        "s_t = A s_{t-1} + B u_t",
        r"∂L/∂A = \sum_t ∂L/∂s_{t+1} s_{t}^\top",
        "what one step gives depends on which steps it is said by",
        told=False,
    ),
    Case(
        "y = A x",
        "∂v/∂x = A",
        "no equation says how v depends on x",
        {"v": "vector n", "A": "matrix n n"},
        where="correct.closed.1",
    ),
    Case(
        "s_t = A s_{t-1}",
        r"∂s_{k,t}/∂A_{ij} = \sum_l A_{kl} ∂s_{l,t-1}/∂A_{ij}",
        "what a total derivative does to one entry is a letter that no run gives",
        told=False,
    ),
    Case(
        r"s_t = A s_{t-1}" "\n" r"E = \sum_t \|s_t\|^2" "\n" r"J = 2 E",
        "∂J/∂A = 0",
        "the gradient depends on what the claim does not mention",
        where="correct._latex.3",
        told=False,
    ),
    Case("y = A^{-1} x", "∂y/∂A_{ij} = x_j e_i", "unit vectors have the letter of something else", told=False),
    # evaluate
    Case(
        "Z = X W + b",
        r"∂L/∂b = \sum_i ∂L/∂Z_i",
        "nothing says what this index means: an entry has 2, not 1",
        {"b": "row vector m"},
    ),
    Case(
        "z = A u",
        "∂z_i/∂u_i = A_{ii}",
        "the index i runs through both sides of a matrix that is not square",
        told=False,
    ),
    Case(
        r"e_i = q^\top k_i" "\n" r"w = \|e\|",
        "∂k_i/∂k_j = I",
        "the derivative of one of several vectors with a number is not judged",
        {"k_i": "vector n", "q": "vector n"},
    ),
    Case("y = f(x, z)\nz = A x", "∂y/∂x = ∂f(x, z)/∂x", "the derivative of f by x may be the total one"),
    Case(
        "s_t = A s_{t-1} + B s_{t-2} + c",
        "∂s_t/∂c = I + A ∂s_{t-1}/∂c",
        "nothing says how s_t depends on c through the steps before",
        where="evaluate.entries.1",
    ),
    Case(
        r"s = x^\top A x",
        r"\frac{\partial}{\partial x} \frac{\partial s}{\partial x} = A + A^\top",
        "the derivative of a derivative is not judged",
    ),
    Case("y = A x", r"∂(y x^\top)/∂x = A", "the derivative of a matrix is not judged", where="evaluate.operand.2"),
    Case(
        "h_t = f(A h_{t-1} + h_{t-2})",
        "∂f/∂h_{t-1} = A",
        "nothing says at what f stands here",
        where="evaluate.at_its_argument.1",
    ),
    Case("y = f(x) + f(A x)", "∂f/∂x = A", "nothing says at what f stands here", where="evaluate.at_its_argument.2"),
    Case(
        r"s = x^\top A x",
        r"\frac{\partial^2 (s + 1)}{\partial x \partial x^\top} = A",
        "the second derivative of an expression is not judged",
    ),
    Case(
        "y = A x",
        r"\frac{\partial^2 y}{\partial x \partial x^\top} = 0",
        "second derivatives are judged of scalars that an equation defines",
    ),
    Case(
        r"s = x^\top A x",
        r"\frac{\partial^2 s}{\partial A \partial A^\top} = 0",
        "a second derivative by a matrix is not judged",
    ),
    Case(
        r"s = x^\top A z",
        r"\frac{\partial^2 s}{\partial x \partial z} = A",
        "nothing says by which variable the rows of this second derivative go",
    ),
    Case("y = A x", "∂L_i/∂A_{jk} = x_k", "entries of what no equation defines are not judged by those of a matrix"),
    Case(r"Y = x x^\top", r"∂Y_{ij}/∂x_k = \delta_{ik} x_j", "entries of matrices are not judged here"),
    Case("y = A x", "∂A/∂A_{ij} = C", "the derivative of a matrix by an entry is not judged", {"A": "matrix n n"}),
    Case(
        r"e_i = q^\top k_i" "\n" r"w = \|e\|",
        r"∂\|e\|/∂k_j = q",
        "the derivative of an expression by a vector with a number is not judged",
        {"k_i": "vector n", "q": "vector n"},
    ),
    Case("y = A x", "∂v_i/∂x = 0", "entries of what no equation defines are not judged here", {"v": "vector n"}),
    Case("y = A x", r"∂y_i/∂A = e_i x^\top", "the derivative of an entry of a matrix, or by one, is not judged"),
    Case("y = F(x, z)", "∂y/∂x = F'", "F stands without its arguments"),
    Case("y = F(x)", r"\|∂y/∂x \| \le \|F'\|", "F stands without its argument", {"F": "map"}),
    # gradients
    Case(
        "s_t = A s_{t-1}",
        r"∂L_t/∂s_k = (A^\top)^{t-k} s_t",
        "nothing says how s_k reaches L of that step",
        where="gradients.of_step.1",
    ),
    Case(
        "s_t = A s_{t-1}",
        r"∂L_t/∂s_{t-1} = A^\top ∂L_{t}/∂q_{t}",
        "nothing says how s_{t-1} reaches L of that step",
        where="gradients.of_step.2",
        told=False,
    ),
    Case(
        "s_t = A s_{t-1}\nq_t = B s_t\nr_t = C s_t",
        r"∂L_t/∂s_{t-1} = A^\top B^\top ∂L_{t}/∂q_{t}",
        "nothing says how s_{t-1} reaches L of that step",
        where="gradients.of_step.3",
    ),
    Case(
        r"s_t = A_u u_t + A_s s_{t-1}" "\n" r"r_t = A_r s_t" "\n" r"L = \sum_t L_t",
        r"∂L/∂A_r = \sum_{t=1}^T ∂L_t/∂A_r",
        "nothing says how the loss of one step depends on r_t",
        where="gradients.of_step_by_parameter.1",
    ),
    Case(
        "s_t = A s_{t-1}",
        r"∂L_t/∂A = ∂L_t/∂s_t s_{t-1}^\top",
        "whether the derivative by A goes through earlier steps is not said",
    ),
    Case("s_t = A q_{t+1} + u_t\nq_t = B s_{t-1}", r"∂L/∂s_t = B^\top ∂L/∂q_t", "the gradient does not come to an end"),
    Case(
        "s_t = A s_{t-1}\nq_t = B s_t\ns_{t+1} = C q_t",
        "∂L/∂s_t = ∂L_t/∂s_t",
        "the loss of one step cannot be told from the whole loss here",
    ),
    # instances
    Case(
        "a^L = w^L a^{L-1}",
        "∂C/∂a^{l} = 0",
        "a has different sizes at different times",
        {"w^L": "matrix q n", "a^{L-1}": "vector n", "a^L": "vector q"},
    ),
    Case("y = A x", "∂B_{ij}/∂x_k = A_{ik}", "nothing says what size B has", where="instances.shape.2"),
    Case("s_t = t A s_{t-1}", "∂s_t/∂s_{t-2} = t^2 A A", "t is a number in an equation that is wanted at another time"),
    # meaning
    Case(
        r"s = w^\top [x; z]",
        r"∂s/∂w = [\mathbf{1}; \mathbf{1}]",
        "nothing says which sizes that are added up are which",
    ),
    Case(
        "z = A u",
        r"∂z/∂u = \operatorname{tr}(I) A",
        "nothing says what size a constant has",
        {"A": "matrix n m", "u": "vector m"},
        where="meaning.made.2",
    ),
    Case(
        r"z = \sigma(A u) + \sigma(C u)",
        r"∂z/∂u = diag(\sigma') A + diag(\sigma') C",
        "a function stands without its argument",
        where="meaning.bare.1",
    ),
    Case("y = W x", r"∂y_i/∂x_j = W_{ij} for i \ne j", "i and j run to different ends, and a condition compares them"),
    Case("z = A^2 u", "∂z_i/∂u_j = A^2_{ij}", "an entry of the power, or a power of the entry: write (W^2)_{ij}"),
    Case("y = A x", "∂y/∂x = |A| A", "bars around a matrix that is not square: its norm, or the size of each entry?"),
    Case("y = A x", "∂y/∂x = F A", "F has other arguments here than in the system", {"F": "map"}),
    # model
    Case(
        r"s_t = \sigma(A s_{t-1} + B u_t + c)",
        r"∂s_t/∂\theta = A ∂s_{t-1}/∂\theta",
        r"\theta does not occur in the system",
        {
            "A": "matrix n n",
            "B": "matrix n m",
            "s_t": "vector n",
            "u_t": "vector m",
            "c": "vector n",
            r"\sigma": "elementwise",
        },
    ),
    Case("y = A x", "∂v/∂x = A", "no equation says how v depends on x", {"v": "vector n", "A": "matrix n n"}),
    Case(
        "c_t = F c_{t-1} + G s_{t-1}\ns_t = O c_t",
        "∂c_t/∂c_k = F^{t-k}",
        "c_2 depends on the step before on several ways, of which some may be held fixed",
        told=False,
    ),
    Case(r"s_t = \tanh(A s_{t-1})" "\n" r"s_0 = \tanh(A v)", "∂s_t/∂v = 0", "s_t depends on v through every step"),
    Case(
        r"r_t = M^\top r_{t+1} + N u_t",
        r"∂r_t/∂r_T = (M^\top)^{T-t}",
        "r_t comes out of later steps, and whether r_T is one is not said",
    ),
    Case(
        "s_t = A s_{t-1}\nq_t = B s_t + C s_{t-1}",
        "∂q_t/∂s_k = B A^{t-k}",
        "nothing says how q_t depends on s_k, so many steps before",
        where="model.over_letters.2",
        told=False,
    ),
    Case(
        "s_t = A s_{t-1} + B q_{t-1} + u_t\nq_t = C s_{t-1} + u_t",
        "∂s_t/∂u_k = A^{t-k}",
        "nothing says how s_t depends on u_k",
        told=False,
    ),
    Case(
        "s_t = A s_{t-1} + B s_{t-d}",
        r"\|∂s_t/∂s_k \| \le \|A\|^{t-k}",
        "s_t depends on the step before through s too",
        where="model.long_product.1",
        told=False,
    ),
    Case(
        "s_t = A x_t\nq_t = B s_t", "∂s_t/∂s_k = A^{t-k}", "s_t does not depend on itself one step earlier", told=False
    ),
    Case(
        r"F = \sum_{i=1}^{N-1} (u_{i+1} - u_i)^2",
        "∂F/∂u_i = 2 (2 u_i - u_{i-1} - u_{i+1})",
        "the system holds a sum or product over time",
        told=False,
    ),
    Case(
        "Y = C X\ny = A x",
        r"\frac{\partial Y}{\partial A} = 0",
        "the derivative of a matrix is not judged",
        {"X": "matrix n n"},
        where="model.closed.2",
    ),
    Case(
        "y = A^n x",
        "∂y/∂A = 0",
        "this power is not written out: the power of a matrix",
        {"n": "scalar"},
        where="model.closed.3",
    ),
    Case(
        "s_t = A q_t\nq_t = B s_t",
        "∂L/∂s_t = A ∂L/∂q_t",
        "the equations of the steps that are mentioned go in a circle",
        where="model.refuse_circles.1",
    ),
    # conditions
    Case(
        "y = A x", r"∂y/∂x = \operatorname{softmax}(A x) A", "softmax is not judged where every size is 1", told=False
    ),
    # overtime
    Case(
        "x_{t+1} = A x_t + B u_t\ny_t = C x_t",
        r"∂L/∂B = \sum_t ∂L/∂x_{t+1} x_t^\top",
        "nothing says how far t runs",
        told=False,
    ),
    Case("y = A x", r"∂y/∂x = \prod_{i=1}^{20} A_i", "the sum or product is too long to be written out"),
    Case(
        r"c_t = f_t \odot c_{t-1}",
        r"∂c_T/∂c_1 = \prod_{k=2}^{T} f_k",
        "a product of vectors over time: entrywise? print it with diag",
        {"c_t": "vector n", "f_t": "vector n"},
    ),
    # readings
    Case(
        "s = a (b + c) x",
        "∂s/∂x = a (b + c",
        "a bracket is missing, and where it stands matters",
        {"a": "scalar", "b": "scalar", "c": "scalar", "x": "scalar"},
    ),
    Case(
        "g(x) = x^3\ny = A g'(x)",
        "∂y/∂x = A diag(x)",
        "what the text defines g as may make it true, and cannot be put in",
    ),
    Case(
        r"F = \sum_{i=1}^{N-1} (u_{i+1} - u_i)^2",
        "∂F/∂u_i = 2 (2 u_i - u_{i-1} - u_{i+1})",
        "it is not refuted if u is a scalar, which nothing says",
    ),
    Case(
        r"z = \sum_j a_j u_j", "∂z/∂u_r = a_r I", "it holds if a_j is a scalar and u_j is a vector, which nothing says"
    ),
    # arguments
    Case(
        r"y = \sigma(W_1 x) + \sigma(W_2 x)",
        r"∂y/∂x = diag(\sigma'_1) W_1",
        r"whether \sigma_1 is an entry of \sigma or another function is not said",
    ),
    Case(
        "u_{k+1} = f_k(u_k)",
        "∂u_{k+1}/∂u_k = diag(f'(u_k + 1))",
        "f is another function at each step, known at its argument in the system only",
        {"f": "elementwise", "u": "vector n"},
    ),
    Case(
        "u_{k+1} = f_k(u_k)",
        "∂u_{k+1}/∂u_k = ∂f_{k+1}/∂u_k",
        "nothing says at what f stands at the step k+1",
        {"f": "map n n", "u": "vector n"},
    ),
    Case(
        "s_t = g(A s_{t-1})",
        "∂s_t/∂s_{t-1} = diag(g'_t) A",
        "g at the step t may be that of the equation there, or of its argument",
    ),
    # fitting
    Case(
        "z = W x + b", "∂z_t/∂x_{t-1} = W", "the system has no index, so that nothing says what z at t and x at t-1 are"
    ),
    Case("s_t = A s_{t-1}\ny = C x", "∂y_t/∂x_t = C", "y has no index in the system, and one in the claim"),
    Case(
        "s_t = Q s_{t-1}",
        "∂s_t/∂Q = ∂s_t/∂Q_t + A ∂s_{t-1}/∂Q",
        "one quantity is differentiated by Q with an index and without: which uses each counts, nothing says",
    ),
    Case("s_t = A s_{t-1}", "∂s_t/∂A = A ∂s_k/∂A", "the index k may stand for t or t-1"),
    # losses
    Case(
        r"L = \sum_t \|s_t\|^2 + \lambda \|A\|^2" "\n" r"J = \sum_t \|s_t\|^2 + \mu \|A\|^2" "\n" r"s_t = A s_{t-1}",
        "∂J/∂A = 0",
        "what parameters add to two losses is not followed",
    ),
    Case(
        r"s_t = \tanh(A s_{t-1} + B u_t)"
        "\n"
        r"z_t = C s_t"
        "\n"
        r"E = \sum_t \|z_t - d_t\|^2 + \lambda \|C\|_F^2"
        "\n"
        r"J = 2 E",
        "∂J/∂C = 0",
        "E, a sum over steps, is a part of what another equation defines: print that as one sum",
    ),
    Case(
        r"s_t = A s_{t-1}" "\n" r"L = \sum_t \ell_t(s_t) + \ell(s_T)",
        "∂L/∂A = 0",
        r"L = \sum_t \ell_t(s_t) + \ell(s_T) is a sum of losses that is not followed",
    ),
    Case(
        r"s_t = A s_{t-1}" "\n" r"L = \sum_{t=2}^{T} L_t",
        "∂L/∂s_1 = s_1",
        "L is a sum over some steps, or of other steps' losses: that is not followed",
    ),
    # settling
    Case("z = A u", r"∂L/∂A = ∂C/∂z u^\top", "nothing says how C and L are related"),
    # statement
    Case("s_t = A s_{t-1}", r"∂L/∂A = \sum_{t=2}^{T} ∂L/∂s_t s_{t-1}^\top", "the sum does not run over all steps"),
    Case(
        "s_t = A s_{t-1} + c",
        r"\nabla_c L = \sum_t (∂s_t/∂c)^\top \nabla_{s_t} L = \sum_t \nabla_{s_t} L",
        "whether the derivative of s_t by c goes through earlier steps is not said",
    ),
    Case(
        "y = A x + B z\nz = f(x)",
        r"\frac{dy}{dx} = \frac{∂y}{∂x} + B \frac{∂z}{∂x}",
        r"with a d and a \partial, what the derivative of y by x holds fixed is not said",
    ),
    Case(
        r"s_t = A s_{t-1}" "\n" r"E = \sum_t \|s_t\|^2" "\n" r"J = 2 E",
        "∂J/∂A = 0",
        "the loss sees every step, and A acts at every step",
    ),
    Case(
        "s_t = A s_{t-1} + c",
        r"\frac{d s_t}{d c} = I",
        "whether the derivatives by c go through earlier steps is not said",
    ),
    Case(
        "s_t = A s_{t-1} + c",
        "∂s_t/∂c = I + A ∂s_1/∂c",
        "whether these derivatives by a parameter are total or immediate ones is not said",
    ),
    # stating
    Case(
        r"s_t = A s_{t-1}" "\n" r"E = \frac12 \sum_{t=1}^N \|s_t\|^2",
        "∂E_t/∂s_t = s_t",
        "whether E_t holds the factor before the sum is not said",
    ),
    Case(r"L = \sum_t \ell(s_t)" "\n" r"s_t = A s_{t-1}", r"∂\ell/∂A = 0", r"nothing says of which step \ell is"),
    Case(
        "y = A x",
        r"∂L/∂x = A^\top \delta",
        r"the declaration of \delta is not understood",
        {r"\delta": "gradient of L w.r.t. y and x"},
    ),
    Case(
        "y = A x",
        "∂F/∂x = A",
        "the declaration of F says 'name of the right-hand side', which is not understood",
        {"F": "name of the right-hand side"},
        where="stating._refuse_unknown_losses.1",
    ),
    # verdict
    Case(
        "a^L = w^L a^{L-1}",
        "∂C/∂a^{l} = 0",
        "a has different sizes at different times",
        {"w^L": "matrix q n", "a^{L-1}": "vector n", "a^L": "vector q"},
        where="verdict.answered.2",
    ),
    # witness
    Case(
        "s_t = A s_{t-1}",
        r"∂L/∂s_t = \sum_{k=t}^{T} (A^\top)^{k-t}∂L_k/∂s_k",
        "a sum or product over a number of steps that is a letter cannot be run",
    ),
    Case(
        "A = B C^T\nz = A u",
        "∂z/∂u = A^T",
        "A is declared to have a property and computed: whether it has it is not known",
        {"A": "symmetric matrix n n"},
    ),
    Case(
        r"f = a^\top u u^\top u",
        "∂f/∂a = u",
        "u is declared to be unit vector, and no values were found that keep to it and refute the claim",
        {"u": "unit vector n"},
    ),
    Case(
        "s_t = A_t s_{t-1} + c",
        r"∂L/∂c = \sum_t (∂s_T/∂s_t)^\top ∂L/∂s_T",
        "a number of steps that is a letter cannot be run",
        where="witness.confirm_formula.1",
    ),
    Case(
        "s_t = A s_{t-1}\nq = C s_9",
        "∂q/∂A = C",
        "q depends on A through every step",
        where="witness.confirm_formula.2",
        told=False,
    ),
    Case(r"s = \log(-x^\top x)", "∂s/∂x = x", "no point was found at which both sides have a value", told=False),
    Case(
        "y = A x",
        r"∂y/∂x = \prod_{i=1}^{20} A_i",
        "nothing says which numbers of steps there are",
        where="witness._numbers.1",
        told=False,
    ),
    Case(
        "s_t = A s_{t-1} + t u_t",
        "∂s_t/∂s_k = A^{t-k}",
        "a number of steps that is a letter cannot be run",
        where="witness.evaluated.1",
    ),
    # world
    Case(
        "s_t = A s_{t-1} + t u_t",
        "∂s_t/∂s_k = A^{t-k}",
        "a number of steps that is a letter cannot be run",
        where="world.derivative.1",
    ),
    Case(
        "s_0 = B c\ns_t = A s_{t-1} + c",
        "∂s_1/∂c = I + A ∂s_0/∂c",
        "nothing says at which step this derivative is taken",
    ),
    Case(
        "u_{k+1} = A_k u_k",
        r"∂J/∂u_k = ∂J/∂u_N \prod_{i=N}^{k} A_i",
        "the gradient depends on what the claim does not mention",
        where="world.take_up.1",
        told=False,
    ),
    Case(
        r"c_t = a \odot c_{t-1}" "\n" r"a = f(A u_t)",
        r"∂L/∂u_t = A^\top \frac{∂L}{∂c_t}",
        "a has no index, comes out of one step and is used at several",
    ),
    Case("s_t = A s_{t-1}", "∂L/∂s_t = ∂L/∂s_{t+18}", "too many steps are mentioned", where="world._instances.1"),
    Case("s_t = A s_{t-1}", r"∂L/∂s_k = A^\top ∂L_t/∂s_t", "nothing says what the loss depends on"),
    # re-raised, out of time, and what no short claim reaches
    Case(
        "y = A x",
        r"∂y/∂x = \|A\| A",
        "the norm of the matrix A is read as the root of the sum of squares",
        where="context.note.1",
    ),
    Case(
        "y = A x",
        "∂v/∂x = A",
        "no equation says how v depends on x",
        {"v": "vector n", "A": "matrix n n"},
        where="evaluate.known.1",
    ),
    Case(
        "",
        "",
        "the time limit was reached",
        where="verdict.answered.1",
        call=lambda: check(["y = A x"], "∂y/∂x = A", timeout=0),
    ),
    Case(
        "", "", "too many steps lie between", call=lambda: linear().unfolded(Ref("s", Time((), 300)), Ref("s", Time()))
    ),
    Case(
        "",
        "",
        "too many steps are mentioned",
        where="model.values.1",
        call=lambda: linear().values([linear().symbol(Ref("s", Time()))], -1),
    ),
    Case("", "", "nothing says what q is", where="instances.parts.1", call=lambda: linear().name(Ref("q"))),
    Case(
        "",
        "",
        "a Kronecker product of Kronecker products is not known yet",
        where="evaluate.image.1",
        call=lambda: acting("image"),
    ),
    Case(
        "",
        "",
        "a Kronecker product of Kronecker products is not known yet",
        where="evaluate.column_of.1",
        call=lambda: acting("column_of"),
    ),
]

# Clauses that no case provokes, and why.
ELSEWHERE = {
    "checking.judge_claim.1": "tests/test_deadline.py has an alarm for it",
    "sieve.1": "said of what a false claim may be changed to, and of that nothing is told",
    "sieve.2": "said of what a false claim may be changed to, and of that nothing is told",
}


# ------------------------------------------------------------------------------------------- what is asked


def reasons(v: Verdict) -> set[str]:
    """Why conventions, orders and links of a verdict are open."""
    maps = [v.conventions, v.descending or {}, *(link.conventions for link in v.links), *v.alternatives.values()]
    return {o.reason for m in maps for o in m.values() if o.holds is None}


Made = list[tuple[str, int, str]]  # file, line and message


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Made:
    """What errors and outcomes that leave something open are made while a test runs."""
    found: Made = []

    def recording(create: Callable[..., None], message: Callable[..., str]) -> Callable[..., None]:
        def recorded(self: object, *args: object, **more: object) -> None:
            create(self, *args, **more)
            frame = sys._getframe(1)
            while frame.f_code.co_name in ("undecided", "__init__") and frame.f_back is not None:
                frame = frame.f_back
            found.append((frame.f_code.co_filename, frame.f_lineno, message(self)))

        return recorded

    monkeypatch.setattr(UndecidedError, "__init__", recording(UndecidedError.__init__, lambda e: e.message))
    monkeypatch.setattr(Outcome, "__init__", recording(Outcome.__init__, lambda o: o.reason))
    return found


@pytest.mark.parametrize("c", CASES, ids=lambda c: c.name)
def test_a_clause_leaves_open_what_it_says(c: Case, made: Made) -> None:
    """The clause makes the reason, and the verdict is undecided for it."""
    clause = clause_of(c)
    if c.call is not None:
        with contextlib.suppress(UndecidedError):
            c.call()
    else:
        verdict = check(c.text.split("\n"), c.claim, c.symbols, of=c.of, wrt=c.wrt)
        assert not c.told or c.reason in reasons(verdict), verdict.conventions
    assert not clause.makes or any(
        file == clause.file and clause.first <= line <= clause.last and message == c.reason
        for file, line, message in made
    ), made


def test_every_clause_is_provoked() -> None:
    """No clause stands in the source that no case provokes."""
    found = {clause_of(c).name for c in CASES}
    missing = [c for c in clauses() if c.name not in found and c.name not in ELSEWHERE]
    assert not missing, "\n".join(f"{c.file}:{c.first}: {c.name}: {c.pattern}" for c in missing)
    assert not found.intersection(ELSEWHERE)
    assert ELSEWHERE.keys() <= {c.name for c in clauses()}


# ---------------------------------------------------------------------------------- the clauses of the source


class Clause(NamedTuple):
    """Where the source says why something is not known."""

    name: str
    file: str
    first: int
    last: int
    pattern: str
    makes: bool  # whether an error or an outcome is made there while a claim is judged


def clause_of(c: Case) -> Clause:
    """The clause that a case is about."""
    found = [k for k in clauses() if (k.name == c.where if c.where else k.pattern != ".*")]
    (clause,) = [k for k in found if re.fullmatch(k.pattern, c.reason, re.S)]
    return clause


@cache
def clauses() -> tuple[Clause, ...]:
    """All there are, named by their functions and counted there."""
    out: list[Clause] = []
    for path in sorted(CLAIMS.rglob("*.py")):
        tree = ast.parse(path.read_text())
        numbers = Counter[str]()
        for function, call, reason, makes in sorted(said_in(tree, None), key=lambda found: found[1].lineno):
            name = f"{path.stem}.{function.name}" if function is not None else path.stem
            numbers[name] += 1
            known = assigned(tree.body) | assigned([n for n in ast.walk(function or tree) if isinstance(n, ast.stmt)])
            patterns = [p for p in dict.fromkeys(templates(reason, known)) if p]
            for pattern in [p for p in patterns if p != ".*"] or patterns:
                lines = call.lineno, call.end_lineno or call.lineno
                out.append(
                    Clause(f"{name}.{numbers[name]}", str(path), *lines, pattern, makes and function is not None)
                )
    return tuple(out)


Said = tuple[ast.FunctionDef | None, ast.Call, ast.expr, bool]


def said_in(node: ast.AST, function: ast.FunctionDef | None) -> Iterator[Said]:
    """The calls that say why something is not known, where, the reason, and whether an error or an outcome is made."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef) and child.name == "undecided":
            continue  # whose reason is its caller's
        inner = child if isinstance(child, ast.FunctionDef) else function
        if isinstance(child, ast.Call):
            f, args = child.func, child.args
            name = f.id if isinstance(f, ast.Name) else ast.unparse(f)
            if name in ("UndecidedError", "undecided"):
                yield inner, child, args[0], True
            elif name == "Outcome" and len(args) > 2 and ast.unparse(args[0]) == "None":
                yield inner, child, args[2], True
            elif name.endswith((".unknown.append", ".doubts.append")):
                yield inner, child, args[0], False
        yield from said_in(child, inner)
