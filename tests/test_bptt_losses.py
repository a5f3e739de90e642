"""How the loss of a recurrence is read: as an equation beside the equations of a step."""

from __future__ import annotations

import unicodedata

import pytest

from symjac import System
from symjac.errors import NotYetError, SymjacError
from symjac.typeset import latex

STEP = r"h_t = \tanh(W h_{t-1} + U x_t)"
TANH = System(STEP, "y_t = V h_t", symbols={r"\lambda": "scalar"})
TERM = r"\lVert y_t - d_t\rVert^{2}"


def told(loss: str, system: System = TANH) -> tuple[str, str]:
    """The name of a loss, and what is read."""
    found = system.bptt(loss).loss
    return found.name, latex(found.whole)


@pytest.mark.parametrize(
    ("loss", "name", "wanted"),
    [
        (r"L = \frac12 \sum_t \|y_t - d_t\|^2", "L", rf"\sum_{{t=1}}^{{T}} \frac{{1}}{{2}} {TERM}"),
        (
            r"\mathcal L = \frac1T \sum_{t=1}^T \|y_t - d_t\|^2",
            r"\mathcal L",
            rf"\sum_{{t=1}}^{{T}} \frac{{{TERM}}}{{T}}",
        ),
        (r"L(\theta) = \sum_{s=1}^N \|y_s - d_s\|^2", "L", rf"\sum_{{t=1}}^{{N}} {TERM}"),
        (r"\text{MSE} = \sum_t \|y_t - d_t\|^2", r"\text{MSE}", rf"\sum_{{t=1}}^{{T}} {TERM}"),
        (r"loss = \sum_t L_t, \quad L_t = \|y_t - d_t\|^2", r"\mathrm{loss}", rf"\sum_{{t=1}}^{{T}} {TERM}"),
        (
            r"E = \sum_t \|y_t\|^2 + \sum_t \|h_t\|^2",
            "E",
            r"\sum_{t=1}^{T} (\lVert y_t\rVert^{2} + \lVert h_t\rVert^{2})",
        ),
        (r"L = \frac12 \|y_T - d_T\|^2", "L", rf"\frac{{1}}{{2}} {TERM}"),
        (
            r"L = \sum_{t=1}^T \|y_t - d_t\|^2 + \frac\lambda2 \|W\|_F^2",
            "L",
            rf"\sum_{{t=1}}^{{T}} {TERM} + \left(\lambda \frac{{1}}{{2}}\right) (\lVert W\rVert_F)^{{2}}",
        ),
        (r"L = \sum_t w_t (1 - d_t^\top y_t)", "L", r"\sum_{t=1}^{T} w_t (1 - d_t^{\top} y_t)"),
    ],
)
def test_a_given_loss_is_read_as_an_equation_is(loss: str, name: str, wanted: str) -> None:
    """Factors, means, regularisers, other letters for the step, names of terms and weights before brackets."""
    assert told(loss) == (name, wanted)


@pytest.mark.parametrize(
    ("loss", "wanted"),
    [
        (r"L = \sum_t \ell(y_t, d_t)", r"\sum_{t=1}^{T} \ell_t(y_t)"),
        (r"L = -\frac1T \sum_t \ell_t(y_t)", r"-\frac{\sum_{t=1}^{T} \ell_t(y_t)}{T}"),
        (r"L = \sum_t \frac12 \ell(y_t; d_t)", r"\frac{1}{2} \sum_{t=1}^{T} \ell_t(y_t)"),
        (
            r"L = \sum_{t=1}^T \mathcal{L}_t(y_t) + \frac\lambda2 \|W\|_F^2",
            r"\sum_{t=1}^{T} \mathcal{L}_t(y_t) + \left(\lambda \frac{1}{2}\right) (\lVert W\rVert_F)^{2}",
        ),
        (r"E = \sum_t E_t(y_t)", r"\sum_{t=1}^{T} E_t(y_t)"),
        (r"L = \sum_t \operatorname{CE}(d_t, y_t)", r"\sum_{t=1}^{T} \mathrm{CE}_t(y_t)"),
        (r"L = \sum_t c(y_t, d_t)", r"\sum_{t=1}^{T} c_t(y_t)"),
        (r"L = \sum_t f(y_t)", r"\sum_{t=1}^{T} f_t(y_t)"),
        (r"L = \sum_t L_t \\ L_t = 2 \ell(y_t, d_t)", r"2 \sum_{t=1}^{T} \ell_t(y_t)"),
        (r"L = \ell(y_T, d_T)", r"\ell_t(y_t)"),
    ],
)
def test_a_letter_before_vectors_is_a_loss_of_which_nothing_is_known(loss: str, wanted: str) -> None:
    """With a factor before or in the sum, by whatever letter or word; it holds what the recurrence computes."""
    found = TANH.bptt(loss).loss
    assert (found.unspecified, latex(found.whole)) == (True, wanted)


def test_a_function_in_a_product_of_a_loss_is_applied_entry_by_entry() -> None:
    """Only what would be a vector where a loss is wanted is a loss itself."""
    assert not TANH.bptt(r"L = \sum_t d_t^\top f(y_t)").loss.unspecified


def test_a_term_that_the_system_defines_by_an_unspecified_loss_is_that_loss() -> None:
    """It was a scalar with a Jacobian that no program has."""
    named = System(STEP, "y_t = V h_t", r"L_t = \frac12 \ell(y_t, d_t)").bptt(r"L = \sum_t L_t")
    assert str(named) == str(System(STEP, "y_t = V h_t").bptt(r"L = \frac12 \sum_t \ell(y_t, d_t)"))


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (r"L = \sum_t \ell(h_t, h_{t-1})", "holds h_{t-1} of another"),
        (r"L = \sum_t \|h_t - h_{t-1}\|^2", "holds h_{t-1} of another"),
        (r"L = -\sum_t d_{t+1}^\top \log y_t", "holds d_{t+1} of another"),
        (r"L = \sum_t \ell_{t+1}(h_t)", "at another step"),
        (r"L = \sum_t \ell(W h_t)", "sees W beside"),
        (r"L = \sum_t \ell(h_t, x_t)", "sees x_t beside"),
        (r"L = \sum_t w_t \ell(h_t)", "stands alone"),
        (r"L = \sum_t (\ell(y_t) + \|h_t\|^2)", "stands alone"),
        (r"L = \sum_t \|y_t\|^2 + \ell(h_T)", "a sum over the steps, or a term of the last"),
        (r"L = \sum_t \ell_t(h_t) = \sum_t \|h_t\|^2", "not one loss"),
        (r"\frac12 L = \sum_t \ell_t(h_t)", "not one loss"),
    ],
)
def test_what_a_loss_holds_beside_its_step_is_refused(loss: str, message: str) -> None:
    """What was passed over gave wrong gradients: other steps, parameters and inputs that the loss itself sees."""
    with pytest.raises(SymjacError) as refused:
        TANH.bptt(loss)
    assert message in refused.value.message


def test_the_hint_for_another_step_works() -> None:
    """A name for the state of the step before gives the loss that was refused."""
    with pytest.raises(NotYetError) as refused:
        System(STEP).bptt(r"L = \sum_t \|h_t - h_{t-1}\|^2")
    assert refused.value.hint is not None
    named = refused.value.hint.split("as in ")[1]
    back = System(STEP, named).bptt(r"L = \sum_t \|h_t - g_t\|^2")
    assert "h̄ₜ = 2 (hₜ − gₜ) + Wᵀ δₜ₊₁ + ḡₜ₊₁" in unicodedata.normalize("NFC", str(back))


def test_layers_and_accents_beside_the_time_are_followed() -> None:
    """A state with a layer, its own loss and an accent: the recurrences and the sums of the book."""
    two = System(r"a_t^{(1)} = \tanh(P a_{t-1}^{(1)} + Q u_t)", r"a_t^{(2)} = \tanh(R a_{t-1}^{(2)} + S a_t^{(1)})")
    lines = str(two.bptt(r"L = \sum_{t=1}^{T} \ell_t(a_t^{(2)})")).split("\n")
    assert "āₜ⁽¹⁾ = Sᵀ δₜ^{a⁽²⁾} + Pᵀ δₜ₊₁^{a⁽¹⁾}" in {unicodedata.normalize("NFC", line) for line in lines}
    assert "∂L/∂R = ∑_{t=1}^{T} δₜ^{a⁽²⁾} (aₜ₋₁⁽²⁾)ᵀ" in lines
    assert "∂L/∂S = ∑_{t=1}^{T} δₜ^{a⁽²⁾} (aₜ⁽¹⁾)ᵀ" in lines
    output = System(r"z^{[2]}_t = \tanh(P z^{[2]}_{t-1} + Q u_t)", "y_t = C z^{[2]}_t")
    lines = str(output.bptt(r"L = \sum_{t=1}^{T} \frac{1}{2} \| y_t - d_t \|^2")).split("\n")
    assert {"δₜʸ = yₜ − dₜ", "∂L/∂C = ∑_{t=1}^{T} δₜʸ (zₜ^{[2]})ᵀ"} <= set(lines)
    assert "∂L/∂P = ∑_{t=1}^{T} δₜ^{z^{[2]}} (zₜ₋₁^{[2]})ᵀ" in lines
    letter = System(r"q^{(\ell)}_t = \tanh(P q^{(\ell)}_{t-1} + Q u_t)").bptt(r"L = \sum_{t=1}^{T} g_t(q^{(\ell)}_t)")
    assert "∂L/∂P = ∑_{t=1}^{T} δₜ (qₜ₋₁^{(ℓ)})ᵀ" in str(letter)
    arrow = System(r"\overrightarrow{a}_t = \tanh(P \overrightarrow{a}_{t-1} + Q u_t)")
    back = arrow.bptt(r"L = \sum_{t=1}^{T} \ell_t(\overrightarrow{a}_t)")
    assert latex(back.gradient("P")) == r"\sum_{t=1}^{T} \delta_t \overrightarrow{a}_{t-1}^{\top}"


def test_matrix_states_are_refused_clearly() -> None:
    """They are not derived yet."""
    symbols = {"N_t": "matrix p q", r"\delta_t": "scalar", "v_t": "vector p", "k_t": "vector q"}
    memory = [r"v_t = V x_t", r"N_t = \delta_t N_{t-1} + v_t k_t^\top", r"o_t = N_t q_t"]
    with pytest.raises(NotYetError, match="N_t is a matrix at every step"):
        System(*memory, symbols=symbols).bptt(r"L = \sum_{t=1}^{T} \frac{1}{2} \| o_t - d_t \|^2")


def test_a_letter_below_a_gate_in_capitals_is_its_label() -> None:
    """Beside the time in angle brackets; as an entry nothing would fit."""
    gated = System(
        r"\Lambda_r^{<t>} = \operatorname{sigmoid}(A_r s^{<t-1>} + B_r u^{<t>})",
        r"s^{<t>} = \Lambda_r^{<t>} \odot s^{<t-1>} + C u^{<t>}",
    )
    lines = str(gated.bptt(r"L = \sum_{t=1}^{T} \ell_t(s^{<t>})")).split("\n")
    assert "δ_Λᵣ^{⟨t⟩} = Λᵣ^{⟨t⟩} ⊙ (𝟏 − Λᵣ^{⟨t⟩}) ⊙ s^{⟨t−1⟩} ⊙ δₛ^{⟨t⟩}" in lines
    assert "∂L/∂Aᵣ = ∑_{t=1}^{T} δ_Λᵣ^{⟨t⟩} (s^{⟨t−1⟩})ᵀ" in lines
