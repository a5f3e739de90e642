"""The built-in collection: state updates by name, each as its source prints it.

Every cell is a plain record. A cell's letters, subscripts and order of factors follow the source
where that is unambiguous; biases that a source leaves out "for readability" are put back.

>>> gru.equations[-1]
'h_t = (1 - z_t) \\\\odot h_{t-1} + z_t \\\\odot \\\\tilde{h}_t'
>>> gru.of, gru.wrt
('h_t', 'h_{t-1}')
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Cell:
    """A named system: what :class:`symjac.System` takes, and what it is usually differentiated by."""

    name: str
    title: str
    source: str
    equations: tuple[str, ...]
    of: str
    wrt: str
    symbols: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def _declare(**declarations: str) -> Mapping[str, str]:
    """Declarations told shape by shape: ``matrix_n_m="W U"`` declares ``W`` and ``U`` as ``matrix n m``."""
    return MappingProxyType({name: d.replace("_", " ") for d, names in declarations.items() for name in names.split()})


rnn = Cell(
    "rnn",
    "Recurrent network, the state before the activation",
    "Pascanu, Mikolov, Bengio: On the difficulty of training recurrent neural networks, ICML 2013, "
    "arXiv:1211.5063, equation (2)",
    (r"x_t = W \sigma(x_{t-1}) + W_{\mathrm{in}} u_t + b",),
    of="x_t",
    wrt="x_{t-1}",
    symbols=_declare(
        matrix_n_n="W", matrix_n_m=r"W_{\mathrm{in}}", vector_n="x_t b", vector_m="u_t", elementwise=r"\sigma"
    ),
)

elman = Cell(
    "elman",
    "Elman's simple recurrent network",
    "Elman: Finding structure in time, Cognitive Science 14, 1990",
    (
        r"h_t = \sigma_h(W_h x_t + U_h h_{t-1} + b_h)",
        r"y_t = \sigma_y(W_y h_t + b_y)",
    ),
    of="h_t",
    wrt="h_{t-1}",
    symbols=_declare(
        matrix_n_m="W_h",
        matrix_n_n="U_h",
        matrix_p_n="W_y",
        vector_n="h_t b_h",
        vector_m="x_t",
        vector_p="y_t b_y",
        elementwise=r"\sigma_h \sigma_y",
    ),
)

jordan = Cell(
    "jordan",
    "Jordan's network, the output fed back",
    "Jordan: Serial order: a parallel distributed processing approach, ICS report 8604, 1986",
    (
        r"h_t = \sigma_h(W_h x_t + U_h y_{t-1} + b_h)",
        r"y_t = \sigma_y(W_y h_t + b_y)",
    ),
    of="y_t",
    wrt="y_{t-1}",
    symbols=_declare(
        matrix_n_m="W_h",
        matrix_n_p="U_h",
        matrix_p_n="W_y",
        vector_n="h_t b_h",
        vector_m="x_t",
        vector_p="y_t b_y",
        elementwise=r"\sigma_h \sigma_y",
    ),
)

tanh_rnn = Cell(
    "tanh_rnn",
    "Recurrent network of the Deep Learning book, the state after the activation",
    "Goodfellow, Bengio, Courville: Deep Learning, MIT Press 2016, section 10.2, equations (10.8) to (10.11)",
    (
        r"a^{(t)} = b + W h^{(t-1)} + U x^{(t)}",
        r"h^{(t)} = \tanh(a^{(t)})",
        r"o^{(t)} = c + V h^{(t)}",
        r"\hat{y}^{(t)} = \operatorname{softmax}(o^{(t)})",
    ),
    of="h^{(t)}",
    wrt="h^{(t-1)}",
    symbols=_declare(
        matrix_n_n="W",
        matrix_n_m="U",
        matrix_p_n="V",
        vector_n="a^{(t)} h^{(t)} b",
        vector_m="x^{(t)}",
        vector_p=r"o^{(t)} \hat{y}^{(t)} c",
    ),
)

irnn = Cell(
    "irnn",
    "Recurrent network of rectified linear units, to be started at the identity",
    "Le, Jaitly, Hinton: A simple way to initialize recurrent networks of rectified linear units, 2015, "
    "arXiv:1504.00941",
    (r"h_t = \operatorname{relu}(W h_{t-1} + U x_t + b)",),
    of="h_t",
    wrt="h_{t-1}",
    symbols=_declare(matrix_n_n="W", matrix_n_m="U", vector_n="h_t b", vector_m="x_t"),
)

esn = Cell(
    "esn",
    "Leaky echo state network",
    "Lukoševičius: A practical guide to applying echo state networks, 2012, equations (2) and (3)",
    (
        r"\tilde{x}_t = \tanh(W_{\mathrm{in}} u_t + W x_{t-1} + b)",
        r"x_t = (1 - \alpha) x_{t-1} + \alpha \tilde{x}_t",
    ),
    of="x_t",
    wrt="x_{t-1}",
    symbols=_declare(
        matrix_n_n="W", matrix_n_m=r"W_{\mathrm{in}}", vector_n=r"x_t \tilde{x}_t b", vector_m="u_t", scalar=r"\alpha"
    ),
)

gru = Cell(
    "gru",
    "Gated recurrent unit, reset before the matrix",
    "Chung, Gulcehre, Cho, Bengio: Empirical evaluation of gated recurrent neural networks on sequence "
    "modeling, 2014, arXiv:1412.3555, section 3.2",
    (
        r"z_t = \sigma(W_z x_t + U_z h_{t-1} + b_z)",
        r"r_t = \sigma(W_r x_t + U_r h_{t-1} + b_r)",
        r"\tilde{h}_t = \tanh(W_h x_t + U_h (r_t \odot h_{t-1}) + b_h)",
        r"h_t = (1 - z_t) \odot h_{t-1} + z_t \odot \tilde{h}_t",
    ),
    of="h_t",
    wrt="h_{t-1}",
    symbols=_declare(
        matrix_n_m="W_z W_r W_h",
        matrix_n_n="U_z U_r U_h",
        vector_n=r"h_t \tilde{h}_t z_t r_t b_z b_r b_h",
        vector_m="x_t",
        elementwise_sigmoid=r"\sigma",
    ),
)

gru_reset_after = Cell(
    "gru_reset_after",
    "Gated recurrent unit, reset after the matrix, as cuDNN, Keras and PyTorch compute it",
    "Cho et al.: Learning phrase representations using RNN encoder-decoder, 2014, arXiv:1406.1078v1; "
    "torch.nn.GRU, PyTorch documentation",
    (
        r"z_t = \sigma(W_z x_t + U_z h_{t-1} + b_z)",
        r"r_t = \sigma(W_r x_t + U_r h_{t-1} + b_r)",
        r"\tilde{h}_t = \tanh(W_h x_t + b_h + r_t \odot (U_h h_{t-1} + c_h))",
        r"h_t = (1 - z_t) \odot \tilde{h}_t + z_t \odot h_{t-1}",
    ),
    of="h_t",
    wrt="h_{t-1}",
    symbols=_declare(
        matrix_n_m="W_z W_r W_h",
        matrix_n_n="U_z U_r U_h",
        vector_n=r"h_t \tilde{h}_t z_t r_t b_z b_r b_h c_h",
        vector_m="x_t",
        elementwise_sigmoid=r"\sigma",
    ),
)

lstm = Cell(
    "lstm",
    "Long short-term memory with a forget gate",
    "Hochreiter, Schmidhuber: Long short-term memory, Neural Computation 9, 1997; the forget gate is from "
    "Gers, Schmidhuber, Cummins: Learning to forget, Neural Computation 12, 2000",
    (
        r"f_t = \sigma(W_f x_t + U_f h_{t-1} + b_f)",
        r"i_t = \sigma(W_i x_t + U_i h_{t-1} + b_i)",
        r"o_t = \sigma(W_o x_t + U_o h_{t-1} + b_o)",
        r"\tilde{c}_t = \tanh(W_c x_t + U_c h_{t-1} + b_c)",
        r"c_t = f_t \odot c_{t-1} + i_t \odot \tilde{c}_t",
        r"h_t = o_t \odot \tanh(c_t)",
    ),
    of="h_t",
    wrt="h_{t-1}",
    symbols=_declare(
        matrix_n_m="W_f W_i W_o W_c",
        matrix_n_n="U_f U_i U_o U_c",
        vector_n=r"h_t c_t \tilde{c}_t f_t i_t o_t b_f b_i b_o b_c",
        vector_m="x_t",
        elementwise_sigmoid=r"\sigma",
    ),
)

lstm_peephole = Cell(
    "lstm_peephole",
    "Long short-term memory whose gates see the cell state",
    "Gers, Schraudolph, Schmidhuber: Learning precise timing with LSTM recurrent networks, JMLR 3, 2002; "
    "Graves: Generating sequences with recurrent neural networks, 2013, arXiv:1308.0850, equations (7) to (11)",
    (
        r"f_t = \sigma(W_f x_t + U_f h_{t-1} + p_f \odot c_{t-1} + b_f)",
        r"i_t = \sigma(W_i x_t + U_i h_{t-1} + p_i \odot c_{t-1} + b_i)",
        r"\tilde{c}_t = \tanh(W_c x_t + U_c h_{t-1} + b_c)",
        r"c_t = f_t \odot c_{t-1} + i_t \odot \tilde{c}_t",
        r"o_t = \sigma(W_o x_t + U_o h_{t-1} + p_o \odot c_t + b_o)",
        r"h_t = o_t \odot \tanh(c_t)",
    ),
    of="h_t",
    wrt="c_{t-1}",
    symbols=_declare(
        matrix_n_m="W_f W_i W_o W_c",
        matrix_n_n="U_f U_i U_o U_c",
        vector_n=r"h_t c_t \tilde{c}_t f_t i_t o_t p_f p_i p_o b_f b_i b_o b_c",
        vector_m="x_t",
        elementwise_sigmoid=r"\sigma",
    ),
)

mgu = Cell(
    "mgu",
    "Minimal gated unit",
    "Zhou, Wu, Zhang, Zhou: Minimal gated unit for recurrent neural networks, 2016, arXiv:1603.09420, section 3",
    (
        r"f_t = \sigma(W_f [h_{t-1}, x_t] + b_f)",
        r"\tilde{h}_t = \tanh(W_h [f_t \odot h_{t-1}, x_t] + b_h)",
        r"h_t = (1 - f_t) \odot h_{t-1} + f_t \odot \tilde{h}_t",
    ),
    of="h_t",
    wrt="h_{t-1}",
    symbols=_declare(
        vector_n=r"h_t \tilde{h}_t f_t b_f b_h",
        vector_m="x_t",
        elementwise_sigmoid=r"\sigma",
        **{"matrix_n_n+m": "W_f W_h"},
    ),
)

indrnn = Cell(
    "indrnn",
    "Independently recurrent network",
    "Li, Li, Cook, Zhu, Gao: Independently recurrent neural network (IndRNN), CVPR 2018, arXiv:1803.04831, section 3",
    (r"h_t = \sigma(W x_t + u \odot h_{t-1} + b)",),
    of="h_t",
    wrt="h_{t-1}",
    symbols=_declare(matrix_n_m="W", vector_n="h_t u b", vector_m="x_t", elementwise=r"\sigma"),
)

antisymmetric = Cell(
    "antisymmetric",
    "Antisymmetric recurrent network, forward Euler with diffusion",
    "Chang, Chen, Haber, Chi: AntisymmetricRNN, ICLR 2019, arXiv:1902.09689, section 4",
    (r"h_t = h_{t-1} + \epsilon \tanh((W - W^\top - \gamma I) h_{t-1} + V x_t + b)",),
    of="h_t",
    wrt="h_{t-1}",
    symbols=_declare(matrix_n_n="W", matrix_n_m="V", vector_n="h_t b", vector_m="x_t", scalar=r"\epsilon \gamma"),
)

highway = Cell(
    "highway",
    "Highway layer",
    "Srivastava, Greff, Schmidhuber: Highway networks, 2015, arXiv:1505.00387, section 2",
    (
        r"h = \tanh(W_H x + b_H)",
        r"s = \sigma(W_T x + b_T)",
        r"y = h \odot s + x \odot (1 - s)",
    ),
    of="y",
    wrt="x",
    symbols=_declare(matrix_n_n="W_H W_T", vector_n="x y h s b_H b_T", elementwise_sigmoid=r"\sigma"),
)

residual = Cell(
    "residual",
    "Residual block",
    "He, Zhang, Ren, Sun: Deep residual learning for image recognition, CVPR 2016, arXiv:1512.03385, section 3.2",
    (r"y = W_2 \operatorname{relu}(W_1 x + b_1) + b_2 + x",),
    of="y",
    wrt="x",
    symbols=_declare(matrix_m_n="W_1", matrix_n_m="W_2", vector_n="x y b_2", vector_m="b_1"),
)

layernorm_rnn = Cell(
    "layernorm_rnn",
    "Recurrent network with layer normalisation",
    "Ba, Kiros, Hinton: Layer normalization, 2016, arXiv:1607.06450, equation (4)",
    (
        r"a_t = W h_{t-1} + U x_t",
        r"\mu_t = \frac{1}{n} \mathbf{1}^\top a_t",
        r"s_t = \sqrt{\frac{1}{n} (a_t - \mu_t)^\top (a_t - \mu_t)}",
        r"h_t = \tanh(\frac{1}{s_t} g \odot (a_t - \mu_t) + b)",
    ),
    of="h_t",
    wrt="h_{t-1}",
    symbols=_declare(matrix_n_n="W", matrix_n_m="U", vector_n="a_t h_t g b", vector_m="x_t", scalar=r"\mu_t s_t"),
)

ssm = Cell(
    "ssm",
    "Linear state space model, one discrete step",
    "Gu, Goel, Ré: Efficiently modeling long sequences with structured state spaces, ICLR 2022, "
    "arXiv:2111.00396, section 2.3",
    (
        r"x_t = A x_{t-1} + B u_t",
        r"y_t = C x_t + D u_t",
    ),
    of="x_t",
    wrt="x_{t-1}",
    symbols=_declare(
        matrix_n_n="A", matrix_n_m="B", matrix_p_n="C", matrix_p_m="D", vector_n="x_t", vector_m="u_t", vector_p="y_t"
    ),
)

ssm_diagonal = Cell(
    "ssm_diagonal",
    "Diagonal state space model, one discrete step",
    "Gupta, Gu, Berant: Diagonal state spaces are as effective as structured state spaces, NeurIPS 2022, "
    "arXiv:2203.14343, section 3",
    (
        r"x_t = a \odot x_{t-1} + B u_t",
        r"y_t = C x_t",
    ),
    of="y_t",
    wrt="x_{t-1}",
    symbols=_declare(matrix_n_m="B", matrix_p_n="C", vector_n="x_t a", vector_m="u_t", vector_p="y_t"),
)

attention = Cell(
    "attention",
    "Softmax attention for one query",
    "Vaswani et al.: Attention is all you need, NeurIPS 2017, arXiv:1706.03762, equation (1)",
    (
        r"a = \operatorname{softmax}(\frac{1}{\sqrt{d}} K q)",
        r"y = V^\top a",
    ),
    of="y",
    wrt="q",
    symbols=_declare(matrix_m_n="K", matrix_m_p="V", vector_n="q", vector_m="a", vector_p="y", scalar="d"),
)

hopfield = Cell(
    "hopfield",
    "Continuous modern Hopfield network, one update",
    "Ramsauer et al.: Hopfield networks is all you need, ICLR 2021, arXiv:2008.02217, equation (3)",
    (r"y = X \operatorname{softmax}(\beta X^\top \xi)",),
    of="y",
    wrt=r"\xi",
    symbols=_declare(matrix_n_m="X", vector_n=r"\xi y", scalar=r"\beta"),
)

COLLECTION: Mapping[str, Cell] = MappingProxyType({c.name: c for c in tuple(vars().values()) if isinstance(c, Cell)})
