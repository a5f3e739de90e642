"""Kinds of claims that were once misjudged because they were misread: each is right, or undecided for a reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest

from symjac.claims import check_record

FOUR = ("numerator_column", "denominator_column", "numerator_row", "denominator_row")
STATE = r"s_t = \tanh(P s_{t-1} + Q u_t)"
TWO_LAYERS = [r"a_t^{(1)} = \tanh(P a_{t-1}^{(1)} + Q u_t)", r"a_t^{(2)} = \tanh(R a_{t-1}^{(2)} + S a_t^{(1)})"]
BY_LAYER = r"\frac{\partial L}{\partial a_t^{(1)}} = S^\top \operatorname{diag}(1 - a_t^{(2)} \odot a_t^{(2)})"
BY_LAYER += r" \frac{\partial L}{\partial a_t^{(2)}}"
EARLIER = (
    r" + P^\top \operatorname{diag}(1 - a_{t+1}^{(1)} \odot a_{t+1}^{(1)}) \frac{\partial L}{\partial a_{t+1}^{(1)}}"
)
TWO_BACK = ["v_t = C v_{t-1} + D u_t", "u_t = A u_{t-1}"]
BATCH = r"\frac{\partial L}{\partial W} = X^\top (\frac{\partial L}{\partial Y} \odot (1 - Y \odot Y))"
LEAK = r"\frac{\partial x_{k+1}}{\partial x_k} = (1-a) I + a \operatorname{diag}(1-\tanh^2(W x_k)) W"
NOISE = r"\frac{\partial h_t}{\partial \epsilon_t} = \sigma I"
COUPLED = ["c_t = F c_{t-1} + G h_{t-1}", "h_t = O c_t"]
TIMED = r"\frac{\partial x_t}{\partial x_{t-1}} = A_t^T"
BY_X = r"\frac{\partial y}{\partial x} = "
DEEP = [r"h_t^{(l)} = \tanh(W^{(l)} h_{t-1}^{(l)} + U^{(l)} h_t^{(l-1)})"]
PRODUCT = r"\frac{\partial x_k}{\partial u_0} = \prod_{i=1}^{k-1} A \, B"
EXPONENTIAL = r"\frac{\partial s_k}{\partial s_{k-1}} = \exp(\tau F)"
POINT = r"\frac{\partial \dot{x}}{\partial x} = \frac{1}{\tau} (-I + W \operatorname{diag}(\phi'(x^*)))"
SCALARS = {"p_t": "scalar", "a": "scalar", "u_t": "scalar"}
DIRECT = ["h_t = A h_{t-1} + B x_t", "y_t = C h_t + D x_t"]
PLAIN = ["h_t = A h_{t-1} + B x_t", "y_t = C h_t"]
RESPONSE = r"\frac{\partial y_t}{\partial x_k} = C A^{t-k} B, \quad "
BY_P = r"\frac{\partial L}{\partial P} = "
DESCENT = [r"x_{k+1} = x_k - \gamma \nabla E(x_k)"]
BY_STATE = r"\frac{\partial x_{k+1}}{\partial x_k} = "
BY_U = r"\frac{\partial r}{\partial u} = "
BY_ENTRY_SQUARES = r"\frac{\partial L}{\partial W} = X^\top (\frac{\partial L}{\partial Y} \odot (1 - Y^2))"
BY_A = r"\frac{\partial h}{\partial x} = "
SQUARED = r"L = \frac12 (\hat y - y)^2"
BY_W = r"\nabla_w L = "
SOFTMAX = [r"p = \mathrm{softmax}(z)"]
ENTRY = r"\frac{\partial p_i}{\partial z_j} = "
EVERY_ENTRY = r"\frac{\partial y_i}{\partial x_j} = W_{ij} "
BY_WEIGHT = r"\frac{\partial C}{\partial W_{jk}} = "
DELTA = {r"\delta": "gradient of C w.r.t. z"}
OF_MAP = r"\frac{\partial \mathbf{x}_{t+1}}{\partial \mathbf{x}_t} = "
MAPPED = [r"\mathbf{x}_{t+1} = F(\mathbf{x}_t) + \mathbf{u}_t"]
AFFINE = ["r = M p + c", r"s = \tanh(r)"]
SCORES = ["z_t = A s_t", r"p_t = \operatorname{softmax}(z_t)"]
MOMENTUM = [r"m_{k+1} = \mu m_k + B x_k", r"x_{k+1} = x_k - \gamma m_{k+1}"]
GATED = [r"g_t = \operatorname{sigmoid}(P r_{t-1} + Q u_t)", r"m_t = g_t \odot m_{t-1}", r"r_t = \tanh(m_t)"]
LOGISTIC = [r"L = \mathbf{1}^\top \log(1 + \exp(M w)) - d^\top M w", r"p = \operatorname{sigmoid}(M w)"]
BY_EARLIER = r"\frac{\partial L}{\partial s_{t-1}} = "
BY_Q = r"\frac{\partial L}{\partial Q} = \sum_{t=1}^{T} \operatorname{diag}(1 - s_t^2) \frac{\partial L}{\partial s_t} "
STARS = [r"s_t = \operatorname{sigmoid}(u_t * P + s_{t-1} * Q)"]
WHOLE = [STATE, r"L = \sum_{t=1}^{T} \frac{1}{2} \| s_t - d_t \|^2"]
BY_LATER = r"\frac{\partial L}{\partial s_t} = "
BY_LATER += r"P^\top \operatorname{diag}(1 - s_{t+1}^2) \frac{\partial L}{\partial s_{t+1}} + "
MEAN = [STATE, "y_t = V s_t", r"L = \frac{1}{T} \sum_{t=1}^{T} \frac{1}{2} \| y_t - d_t \|^2"]
SUMMED = ["s_t = A s_{t-1} + u_t", r"L = \sum_{t=1}^{T} \ell_t(s_t)"]
QUADRATIC = [r"F = \frac{1}{2} x^\top B x"]
HESSIAN = r"\frac{\partial^2 F}{\partial x \, \partial x^\top} = "
CROSS = ["z = W x", r"p = \operatorname{softmax}(z)", r"L = -d^\top \log p"]
RESIDUAL = [r"E = \| W x - y \|^2"]
SIZED = {"y": "vector n", "W": "matrix n m"}
SCALAR = [r"x_t = \phi(w x_{t-1} + u_t)"]
ALL_SCALARS = {"x_t": "scalar", "w": "scalar", "u_t": "scalar"}
BY_FIRST = r"\frac{\partial x_t}{\partial x_k} = "
BY_START = r"\frac{\partial L}{\partial s_0} = "
BY_RUNNING = r"\frac{\partial L}{\partial s_t} = "
LINEAR = ["s_t = A s_{t-1} + u_t", r"L = \sum_{t=1}^{T} v^\top s_t"]
LOGISTIC_GATE = {r"\sigma": "elementwise sigmoid"}
CELL = [r"v_t = \sigma(A s_{t-1} + B u_t)", r"c_t = v_t \odot c_{t-1}", r"s_t = \tanh(c_t)"]
CELL += [r"J = \sum_{t=1}^{T} \frac12 \lVert s_t - r_t \rVert^2"]
LAYERED = [r"p_t = \tanh(A p_{t-1} + u_t)", r"q_t = \sigma(C p_t + D q_{t-1})"]
LAYERED += [r"J = \sum_{t=1}^{T} \frac12 \lVert q_t - r_t \rVert^2"]
BY_LOWER = r"\frac{\partial J}{\partial p_0} = "
# Equations, declarations, a claim, and what holds in each of the four conventions: t, f, - for undecided;
# a dot for any.
CLAIMS: list[tuple[str, list[str], dict[str, str], str, str]] = [
    ("a number that is one-hot", ["y = a + x"], {"a": "one-hot"}, BY_X + "a", "----"),
    ("entries of a matrix by others", ["Y = C X", "y = A x"], {"X": "matrix n n"}, r"∂Y_{ij}/∂x_k = 0", "----"),
    ("bars around a wide matrix", [r"s = z \|A\|_F^2"], {"z": "scalar", "A": "matrix m n"}, "∂s/∂z = |A|^2", "----"),
    ("a power that is a letter", ["y = A^n x"], {"n": "scalar"}, "∂y/∂A = 0", "----"),
    ("two ways over many steps", ["s_t = A s_{t-1} + r_t", "r_t = B r_{t-1} + u_t"], {}, "∂s_t/∂u_k = B^{t-k}", "ffff"),
    ("a dot before a factor", [r"s = (a^\top b) w^\top x"], {}, r"∂s/∂x = a \cdot b w", "f--f"),
    (
        "a gate without a time",
        [r"c_t = a \odot c_{t-1}", "a = f(A u_t)"],
        {},
        r"∂L/∂u_t = A^\top \frac{∂L}{∂c_t}",
        "f-ff",
    ),
    ("a sum beside a parameter", ["s_t = A s_{t-1}"], {}, r"∂L/∂A = \sum_{t=2}^T ∂L/∂s_t s_t^\top + A", "f-ff"),
    (
        "a batch by its weight",
        ["Z = Y P + b"],
        {"b": "row vector n"},
        BY_P + r"Y^\top \frac{\partial L}{\partial Z}",
        "ftft",
    ),
    (
        "a batch by its bias",
        ["Z = Y P + b"],
        {"b": "row vector n"},
        r"\frac{\partial L}{\partial b} = \mathbf{1}^\top \frac{\partial L}{\partial Z}",
        "-t--",
    ),
    ("Euler's number beside an e", ["e = W x", "y = e^{-x}"], {}, BY_X + "-diag(e^{-x})", "tttt"),
    ("an entry of a power", ["y = W^2 x"], {}, r"\frac{\partial y_i}{\partial x_j} = W^2_{ij}", "----"),
    ("a derivative without argument", ["a = W x", r"h = \sigma(a)"], {}, BY_A + r"diag(\sigma') W", "tfff"),
    ("a derivative without argument and diag", ["a = W x", r"h = \sigma(a)"], {}, BY_A + r"\sigma' W", "ffff"),
    ("functions without brackets", [r"y = \sin^2(x)"], {}, r"\frac{dy}{dx} = 2 \sin x \cos x", "tttt"),
    (
        "functions without brackets, wrong",
        [r"z = \sin x \cos y"],
        {},
        r"\frac{\partial z}{\partial y} = \sin x \sin y",
        "ffff",
    ),
    (
        "label and bias in two equations",
        ["L = (y - a)^2", r"a = w^\top x + b"],
        {},
        r"\frac{\partial L}{\partial w} = -2(y - a) x",
        "fttf",
    ),
    (
        "label and bias in one",
        [r"L = (y - w^\top x - b)^2"],
        {},
        r"\frac{\partial L}{\partial b} = -2(y - w^\top x - b)",
        "ttff",
    ),
    ("two steps back", ["x_{k+1} = A x_k + B x_{k-1}"], {}, r"\frac{\partial x_{k+1}}{\partial x_{k-1}} = B", "----"),
    ("a power entry by entry", [r"Y = \tanh(X W)"], {}, BY_ENTRY_SQUARES, "ftft"),
    ("one index through both", ["y = W x"], {}, r"\frac{\partial y_i}{\partial x_i} = W_{ii}", "----"),
    (
        "a condition behind a gap",
        [r"p_i = \frac{e^{z_i}}{\sum_k e^{z_k}}"],
        {},
        ENTRY + r"-p_i p_j \quad i \ne j",
        "tttt",
    ),
    ("gradient descent", DESCENT, {}, BY_STATE + r"I - \gamma \nabla^2 E(x_k)", "tttt"),
    ("gradient descent, uphill", DESCENT, {}, BY_STATE + r"I + \gamma \nabla^2 E(x_k)", "ffff"),
    ("another function", DESCENT, {}, BY_STATE + r"I - \gamma \nabla^2 F(x_k)", "----"),
    ("a Hessian and a matrix", ["v = M u", r"r = \nabla F(v)"], {}, BY_U + r"\nabla^2 F(v) M", "tfff"),
    ("a Hessian behind a matrix", ["v = M u", r"r = \nabla F(v)"], {}, BY_U + r"M^\top \nabla^2 F(v)", "ftff"),
    ("at no step too", DIRECT, {}, RESPONSE + r"t \ge k", "ffff"),
    ("later steps", DIRECT, {}, RESPONSE + "t > k", "tfff"),
    ("no direct term", PLAIN, {}, RESPONSE + r"1 \le k \le t", "tfff"),
    ("a free last step", PLAIN, {}, RESPONSE + r"1 \le k < t \le T", "tfff"),
    ("a condition in brackets", PLAIN, {}, RESPONSE + "(k < t)", "tfff"),
    (
        "a defined e",
        [r"e = d - \mathbf{w}^\top \mathbf{x}", r"J = \frac12 e^2"],
        {},
        r"\nabla_{\mathbf{w}} J = -e \mathbf{x}",
        "fttf",
    ),
    (
        "a defined e, no zero",
        [r"e = \mathbf{w}^\top \mathbf{x} - 1", r"J = \frac12 e^2"],
        {},
        r"\nabla_{\mathbf{w}} J = 0",
        "ffff",
    ),
    (
        "functions without arguments",
        ["a = W x + b", "y = f(a)"],
        {},
        BY_X + r"\frac{\partial f}{\partial a} \frac{\partial a}{\partial x}",
        "tftf",
    ),
    (
        "a function by a state",
        ["h_{t+1} = h_t + f(h_t) + B u_t"],
        {},
        r"\frac{\partial h_{t+1}}{\partial h_t} = I + \frac{\partial f}{\partial h_t}",
        "tttt",
    ),
    ("a scalar label", [r"\hat y = w^\top x", SQUARED], {}, BY_W + r"(\hat y - y) x", "fttf"),
    ("a scalar label, wrong", [r"\hat y = w^\top x", SQUARED], {}, BY_W + r"(y - \hat y) x", "ffff"),
    (
        "a scalar label and bias",
        [r"\hat y = w^\top x + b", SQUARED],
        {},
        r"\frac{\partial L}{\partial b} = \hat y - y",
        "tttt",
    ),
    ("margin", [r"L = \log(1 + \exp(-y w^\top x))"], {}, BY_W + r"-\frac{y x}{1 + \exp(y w^\top x)}", "ftff"),
    (
        "vectors by an identity",
        [r"m_t = \beta m_{t-1} + (1 - \beta) g_t"],
        {},
        r"\frac{\partial m_t}{\partial m_{t-1}} = \beta I",
        "tttt",
    ),
    ("vectors by diag", [r"y = \tanh(x)"], {}, BY_X + "I - diag(y)^2", "tttt"),
    (
        "vectors by entries",
        [r"p = \sigma(x)"],
        {},
        r"\frac{\partial p_i}{\partial x_j} = \sigma'(x_i) \delta_{ij}",
        "tttt",
    ),
    ("scalars under a nabla", ["y = w x"], {}, r"\nabla_w L = x \nabla_y L", "tttt"),
    ("scalars all the same", ["h_t = w h_{t-1}"], {}, r"\frac{\partial h_t}{\partial h_k} = w^{t-k}", "tttt"),
    ("a map, perhaps", MAPPED, {}, OF_MAP + r"F'(\mathbf{x}_t)", "----"),
    ("no map either", MAPPED, {}, OF_MAP + r"2 F'(\mathbf{x}_t)", "ffff"),
    ("off the diagonal, wrong", SOFTMAX, {}, ENTRY + r"p_i p_j, \quad i \neq j", "ffff"),
    ("on the diagonal", SOFTMAX, {}, ENTRY + r"p_i (1 - p_j) \text{ if } i = j", "tttt"),
    ("on the diagonal, wrong", SOFTMAX, {}, ENTRY + r"p_i (1 + p_j), \quad i = j", "ffff"),
    ("zero off the diagonal", [r"p = \sigma(z)"], {}, ENTRY + r"0 \quad (i \ne j)", "tttt"),
    ("no zero off the diagonal", ["p = W z"], {"W": "matrix n n"}, ENTRY + r"0, \quad i \ne j", "ffff"),
    (
        "a delta first",
        [r"\tau \dot z_i = -z_i + \sum_j W_{ij} \tanh(z_j)"],
        {},
        r"\frac{\partial \dot z_i}{\partial z_j} = \frac{1}{\tau} (-\delta_{ij} + W_{ij} (1 - \tanh^2(z_j)))",
        "tttt",
    ),
    ("an entry of a weight", ["z = W a + b"], DELTA, BY_WEIGHT + r"a_k \delta_j", "ttff"),
    ("an entry of a weight, turned", ["z = W a + b"], DELTA, BY_WEIGHT + r"a_j \delta_k", "fftt"),
    (
        "several letters that run",
        [r"h_t = \tanh(W h_{t-1} + b)"],
        {},
        r"\frac{\partial h_{t,i}}{\partial h_{t-1,j}} = (1 - h_{t,i}^2) W_{ij}, \quad i, j = 1, \dots, n",
        "ttff",
    ),
    ("words with blanks of TeX", ["y = W x"], {}, EVERY_ENTRY + r"\mathrm{~for~} i \ne j", "tt--"),
    ("bare words", ["y = W x"], {}, EVERY_ENTRY + r"for i \ne j", "tt--"),
    ("a power, not a step", ["x_{k+1} = A x_k + B u_k"], {}, r"\frac{\partial x_k}{\partial u_0} = A^{k-1} B", "tfff"),
    ("one step, a power", ["x_{k+1} = A x_k"], {}, r"\frac{\partial x_k}{\partial x_{k-1}} = A^{k-1}", "----"),
    ("power in braces", ["x_{k+1} = A x_k"], {}, r"\frac{\partial x_k}{\partial x_1} = A^{{k-1}}", "tfft"),
    ("power beside bare steps", ["x^{k+1} = A x^k"], {}, r"\frac{\partial x^k}{\partial x^0} = A^k", "tfft"),
    ("behind a product", ["x_{k+1} = A x_k + B u_k"], {}, PRODUCT, "tfff"),
    ("zero of scalars", ["y = a x - x a"], dict.fromkeys("axy", "scalar"), BY_X + "0", "tttt"),
    ("zero row", ["f = a^T x - x^T a"], {}, r"\frac{\partial f}{\partial x} = 0", "tttt"),
    ("zero row turned", ["f = a^T x - x^T a"], {}, r"\frac{\partial f}{\partial x} = 0^T", "tttt"),
    ("zero entry", ["y = A u", "w = B x"], {}, r"\frac{\partial y_i}{\partial x_j} = 0", "tttt"),
    ("no zero", ["y = A x"], {}, BY_X + "0", "ffff"),
    (
        "off the diagonal",
        ["y = softmax(x)"],
        {},
        r"\frac{\partial y_i}{\partial x_j} = -y_i y_j, \quad i \neq j",
        "tttt",
    ),
    ("positive", ["y = |x|"], dict.fromkeys("xy", "scalar"), BY_X + r"1, \quad x > 0", "----"),
    ("a later input", ["x_{k+1} = A x_k + B u_k"], {}, r"\frac{\partial x_k}{\partial u_j} = 0, \quad j \ge k", "----"),
    (
        "inverse temperature",
        [r"F = \mathrm{lse}(\gamma, M^\top u)"],
        {},
        r"\nabla_u F = M \, \mathrm{softmax}(\gamma M^\top u)",
        "ftff",
    ),
    ("earlier steps", ["h_t = W h_{t-1}"], {}, r"\frac{\partial h_t}{\partial h_k} = W^{t-k}, \quad t < k", "----"),
    ("later steps", ["h_t = W h_{t-1}"], {}, r"\frac{\partial h_t}{\partial h_k} = W^{t-k}, \quad t \ge k", "tfft"),
    ("a set", ["y = |x|"], dict.fromkeys("xy", "scalar"), BY_X + r"-1, \quad x \in (-2, -1)", "----"),
    ("for all", ["y = |x|"], dict.fromkeys("xy", "scalar"), BY_X + r"-1 \quad \forall x < 0", "----"),
    ("except", ["y = |x|"], dict.fromkeys("xy", "scalar"), BY_X + r"-1 \text{ except for } x > 0", "----"),
    ("zero on the left", ["y = A x - A x + b"], {}, r"0 = \frac{\partial y}{\partial x}", "tttt"),
    ("numbers as sizes", ["y = I_3 x + b"], {}, BY_X + "I_3", "tttt"),
    ("sizes nobody told", ["y = W x"], {}, BY_X + "I_d W", "tfft"),
    ("steps later", ["x_{k+1} = A x_k"], {}, r"\frac{\partial x_{k+1}}{\partial x_k} = A^\top, \quad k > 0", "fttf"),
    (
        "dots between columns",
        [r"m_t = a_t \odot m_{t-1} + B b_t"],
        {},
        r"\frac{\partial L}{\partial a_t} = \frac{\partial L}{\partial m_t} \cdot m_{t-1}",
        "fttf",
    ),
    ("point", [r"\tau \dot{x} = -x + W \phi(x)"], {}, POINT, "tfff"),
    ("point beside x", [r"y = W \phi(x) + x"], {}, BY_X + r"W diag(\phi'(x^*)) + diag(x) diag(x)^{-1}", "----"),
    ("exponential", [r"s_k = \exp(\tau F) s_{k-1}"], {r"\exp": "elementwise"}, EXPONENTIAL, "tfft"),
    (
        "Gram matrix",
        [r"f = \log\det(X^T X)"],
        {"X": "matrix m n"},
        r"\frac{\partial f}{\partial X} = 2 X (X^T X)^{-1}",
        "ftft",
    ),
    ("similar matrices", [r"f = \operatorname{tr}(X^{-1} A X)"], {}, r"\frac{\partial f}{\partial A} = I", "tttt"),
    (
        "number",
        [STATE + r" \quad (3)"],
        {},
        r"\frac{\partial s_t}{\partial s_{t-1}} = \operatorname{diag}(1 - s_t^2) P",
        "tfff",
    ),
    (
        "numbers",
        [r"z = M \phi(v), \quad \text{(2)}"],
        {},
        r"\frac{\partial z}{\partial v} = M \operatorname{diag}(\phi'(v)) \quad (2.3)",
        "tfff",
    ),
    (
        "layer",
        [r"z^{[2]}_t = \tanh(P z^{[2]}_{t-1} + Q u_t)"],
        {},
        r"\frac{\partial z^{[2]}_{t+1}}{\partial z^{[2]}_t} = \operatorname{diag}(1 - z^{[2]}_{t+1} \odot "
        r"z^{[2]}_{t+1}) P",
        "tfff",
    ),
    ("path missing", TWO_LAYERS, {}, BY_LAYER, "ffff"),
    ("both paths", TWO_LAYERS, {}, BY_LAYER + EARLIER, "ftff"),
    (
        "label",
        [r"z^{(s)}_t = \phi(P_{ss} z^{(s)}_{t-1} + Q_{su} u_t)"],
        {},
        r"\frac{\partial z^{(s)}_{t+1}}{\partial z^{(s)}_{t}} = P^{\top}_{ss} "
        r"\operatorname{diag}(\phi'(P_{ss} z^{(s)}_{t} + Q_{su} u_{t+1}))",
        "ftff",
    ),
    ("function", ["g(z) = M z + c"], {}, r"\frac{\partial g}{\partial z} = M", "tfft"),
    ("function with argument", ["g(z) = M z + c"], {}, r"\frac{\partial g(z)}{\partial z} = M", "tfft"),
    (
        "scalar function",
        [r"q(z) = z^\top B z + d^\top z"],
        {},
        r"\frac{\partial q}{\partial z} = (B + B^\top) z + d",
        "ftff",
    ),
    ("function of a matrix", [r"r(X) = \operatorname{tr}(X^\top B)"], {}, r"\frac{\partial r}{\partial X} = B", "ftft"),
    ("nabla of a function", [r"g(u) = \frac{1}{2} \| M u - c \|^2"], {}, r"\nabla_u g = M^\top (M u - c)", "ftff"),
    (
        "gradient of a function",
        [r"f(x) = \frac{1}{2} x^\top A x"],
        {},
        r"\nabla f(x) = \frac{1}{2} (A + A^\top) x",
        "ftff",
    ),
    (
        "loss with argument",
        [r"J = u^\top B \theta"],
        {r"\theta": "vector n", "u": "vector m", "B": "matrix m n"},
        r"\frac{\partial J(\theta)}{\partial \theta} = B^\top u",
        "ftff",
    ),
    (
        "step size",
        [r"v_{k+1} = v_k - \rho (B v_k - c)"],
        {},
        r"\frac{\partial v_{k+1}}{\partial v_k} = I - \rho B",
        "tfft",
    ),
    (
        "factor",
        [r"u_{k+1} = u_k + \theta (A u_k + (u_k^\top u_k) b)"],
        {},
        r"\frac{\partial u_{k+1}}{\partial u_k} = I + \theta (A + 2 b u_k^\top)",
        "tfff",
    ),
    ("symmetric", [r"E = u^\top B u - d^\top u"], {"B": "symmetric matrix n n"}, r"\nabla_u E = 2 B u - d", "ftff"),
    ("not symmetric", [r"E = u^\top B u - d^\top u"], {"B": "matrix n n"}, r"\nabla_u E = 2 B u - d", "ffff"),
    (
        "diagonal",
        ["y = D x"],
        {"D": "diagonal matrix n n", "x": "vector n"},
        r"\frac{\partial y}{\partial x} = D^\top",
        "tttt",
    ),
    (
        "orthogonal",
        ["y = Q^{-1} (x - b)"],
        {"Q": "matrix n n, orthogonal", "x": "vector n"},
        r"\frac{\partial y}{\partial x} = Q^\top",
        "tfft",
    ),
    (
        "skew",
        ["y = S x"],
        {"S": "skew-symmetric matrix n n", "x": "vector n"},
        r"\frac{\partial y}{\partial x} = -S^\top",
        "tfft",
    ),
    (
        "primed time",
        [r"a_t = \tanh(P a_{t-1} + Q u_t)"],
        {},
        r"\frac{\partial a_{t'}}{\partial a_t} = \prod_{k=t+1}^{t'} P^\top \operatorname{diag}(1 - a_k^2)",
        "ftff",
    ),
    (
        "scalars over time",
        [r"p_t = \tanh(a p_{t-1} + u_t)"],
        SCALARS,
        r"\frac{\partial p_t}{\partial p_k} = \prod_{i=k+1}^{t} a (1 - p_i^2)",
        "tttt",
    ),
    (
        "scalars over time, wrong",
        [r"p_t = \tanh(a p_{t-1} + u_t)"],
        SCALARS,
        r"\frac{\partial p_t}{\partial p_k} = \prod_{i=k+1}^{t} a (1 - p_{i-1}^2)",
        "ffff",
    ),
    (
        "index as time",
        ["p_t = M q_t"],
        {"p_t": "vector n", "q_t": "vector n", "M": "matrix n n"},
        r"\frac{\partial p_i}{\partial q_i} = M",
        "tfft",
    ),
    (
        "transposed numerator",
        [r"y = M \phi(x)"],
        {},
        r"\frac{\partial y^\top}{\partial x} = \operatorname{diag}(\phi'(x)) M^\top",
        "--ff",
    ),
    (
        "copy of a parameter",
        [r"s_t = \phi(P s_{t-1} + Q u_t)"],
        {},
        r"\frac{\partial s_t}{\partial Q} = \frac{\partial s_t}{\partial Q_t} + \frac{\partial s_t}{\partial "
        r"s_{t-1}} \frac{\partial s_{t-1}}{\partial Q}",
        "----",
    ),
    ("delay", ["y_t = B u_{t-d}"], {}, r"\frac{\partial y_t}{\partial u_{t-d}} = B", "tfft"),
    ("delay, wrong", ["y_t = B u_{t-d}"], {}, r"\frac{\partial y_t}{\partial u_{t-d}} = 2 B", "ffff"),
    ("delay beside a state", ["x_t = A x_{t-1} + B u_{t-d}"], {}, r"\frac{\partial x_t}{\partial u_{t-d}} = B", "tfft"),
    ("delay of a state", [r"x_t = A x_{t-1} + B x_{t-d}"], {}, r"\frac{\partial x_t}{\partial x_{t-d}} = B", "----"),
    ("two states", COUPLED, {}, r"\frac{\partial c_t}{\partial c_k} = (F + G O)^{t-k}", "--ff"),
    ("two states, some ways", COUPLED, {}, r"\frac{\partial c_t}{\partial c_k} = F^{t-k}", "----"),
    ("one state", ["c_t = F c_{t-1}"], {}, r"\frac{\partial c_t}{\partial c_k} = F^{t-k}", "tfft"),
    ("two steps back", TWO_BACK, {}, r"\frac{\partial v_t}{\partial u_{t-2}} = C D A + D A A", "-fff"),
    ("number in each entry", ["Z = X W", r"Y = \tanh(Z)"], {}, BATCH, "ftft"),
    ("number in each entry, wrong", ["Z = X W", r"Y = \tanh(Z)"], {}, BATCH.replace("1 -", "1 +"), "ffff"),
    ("leak rate", [r"x_{k+1} = (1-a) x_k + a \tanh(W x_k)"], {}, LEAK, "tfff"),
    ("noise", [r"h_t = W h_{t-1} + \sigma \epsilon_t"], {r"\sigma": "scalar"}, NOISE, "tttt"),
    ("time in brackets", ["x(t) = A x(t-1) + B u(t)"], {}, r"\frac{\partial x(t)}{\partial x(t-1)} = A", "tfft"),
    ("property of a timed matrix", ["x_t = A_t x_{t-1}"], {"A_t": "symmetric matrix n n"}, TIMED, "-tt-"),
    ("property of a computed matrix", ["W = U V^T", "y = W x"], {"W": "symmetric matrix n n"}, BY_X + "W^T", "-tt-"),
    ("property denied", ["y = x^T A x"], {"A": "matrix n n, not symmetric"}, BY_X + "2 x^T A", "ffff"),
    ("power of a call", [r"f(x) = \tanh(W x)"], {}, r"\frac{\partial f}{\partial x} = diag(1 - f(x)^2) W", "tfff"),
    ("layer below that", DEEP, {}, r"\frac{\partial h_t^{(l)}}{\partial h_t^{(l-2)}} = diag(1-(h_t^{(l)})^2)", "----"),
    ("label of a matrix", ["x_t = A^{(l)} x_{t-1}"], {}, r"\frac{\partial x_t}{\partial x_{t-1}} = A^{(l)}", "tfft"),
    ("beside a delay", [r"x_t = A x_{t-1} + B x_{t-\tau}"], {}, r"\frac{\partial x_t}{\partial x_{t-2}} = A^2", "----"),
    (
        "a name that the chain explains",
        [STATE],
        {},
        r"J_t = \frac{\partial s_t}{\partial s_{t-1}} = \operatorname{diag}(1 - s_t^2) P",
        "tfff",
    ),
    (
        "a name that the chain explains, wrongly",
        [STATE],
        {},
        r"J_t = \frac{\partial s_t}{\partial s_{t-1}} = P \operatorname{diag}(1 - s_t^2)",
        "fff.",
    ),
    ("an entry by an entry of a matrix", AFFINE, {}, r"\frac{\partial r_l}{\partial M_{ij}} = \delta_{il} p_j", "tt.."),
    (
        "an entry by an entry of a matrix, the other index",
        AFFINE,
        {},
        r"\frac{\partial r_l}{\partial M_{ij}} = \delta_{jl} p_i",
        "ff..",
    ),
    ("one entry of a row", AFFINE, {}, r"\frac{\partial r_i}{\partial M_{ij}} = p_j", "tt.."),
    ("through a function", AFFINE, {}, r"\frac{\partial s_i}{\partial M_{kj}} = \delta_{ik}(1 - s_i^2) p_j", "tt.."),
    (
        "through a function, its sign",
        AFFINE,
        {},
        r"\frac{\partial s_i}{\partial M_{kj}} = \delta_{ik}(1 + s_i^2) p_j",
        "ff..",
    ),
    ("numbered entries", AFFINE, {}, r"\frac{\partial s_1}{\partial M_{12}} = (1 - s_1^2) p_2", "tt.."),
    ("numbered entries, another", AFFINE, {}, r"\frac{\partial s_1}{\partial M_{12}} = (1 - s_1^2) p_1", "ff.."),
    (
        "an entry of a braced symbol",
        SCORES,
        {},
        r"\frac{\partial {p_t}_i}{\partial {z_t}_j} = {p_t}_i (\delta_{ij} - {p_t}_j)",
        "tttt",
    ),
    ("a row of a Jacobian", SCORES, {}, r"\frac{\partial p_{t,i}}{\partial z_t} = p_{t,i} (e_i - p_t)^\top", "tfft"),
    (
        "a row of a Jacobian, its sign",
        SCORES,
        {},
        r"\frac{\partial p_{t,i}}{\partial z_t} = p_{t,i} (e_i + p_t)^\top",
        "ffff",
    ),
    ("a column of a Jacobian", SCORES, {}, r"\frac{\partial z_t}{\partial s_{t,j}} = A e_j", "tfff"),
    (
        "a column of a Jacobian by a numbered entry",
        SCORES,
        {},
        r"\frac{\partial z_t}{\partial s_{t,2}} = A e_2",
        "tfff",
    ),
    ("a vector by an entry of a matrix", SCORES, {}, r"\frac{\partial z_t}{\partial A_{ij}} = e_i s_{t,j}", "tf.."),
    (
        "a vector by an entry of a matrix, turned",
        SCORES,
        {},
        r"\frac{\partial z_t}{\partial A_{ij}} = e_j s_{t,i}",
        "ff..",
    ),
    (
        "a number below, not an entry",
        [r"g_j = w^\top \phi(P q + R k_j)"],
        {"k_j": "vector p"},
        r"\frac{\partial g_j}{\partial q} = w^\top \operatorname{diag}(\phi'(P q + R k_j)) P",
        "tfff",
    ),
    ("momentum as printed", MOMENTUM, {}, r"\frac{\partial x_{k+1}}{\partial m_k} = -\gamma \mu I", "tttt"),
    ("momentum as printed, its sign", MOMENTUM, {}, r"\frac{\partial x_{k+1}}{\partial m_k} = \gamma \mu I", "ffff"),
    (
        "the earlier step, which the claim uses itself",
        GATED,
        {},
        r"\frac{\partial m_t}{\partial m_{t-1}} = \operatorname{diag}(g_t)"
        r" + \frac{\partial m_t}{\partial r_{t-1}} \frac{\partial r_{t-1}}{\partial m_{t-1}}",
        "tftf",
    ),
    ("a logistic in two spellings", LOGISTIC, {}, r"\frac{\partial L}{\partial w} = M^\top (p - d)", "ft.."),
    ("a logistic in two spellings, its sign", LOGISTIC, {}, r"\frac{\partial L}{\partial w} = M^\top (p + d)", "ff.."),
    (
        "tanh by exponentials",
        [r"h = \frac{e^{a} - e^{-a}}{e^{a} + e^{-a}}"],
        {"a": "vector n"},
        r"\frac{\partial h}{\partial a} = \operatorname{diag}(1 - \tanh^2(a))",
        "tttt",
    ),
    (
        "softplus",
        [r"h = \operatorname{softplus}(W x)"],
        {},
        r"\frac{\partial h}{\partial x} = \operatorname{diag}\left(\frac{1}{1 + e^{-W x}}\right) W",
        "tfff",
    ),
    (
        "* where the system prints it for matrices",
        STARS,
        {},
        BY_EARLIER + r"\left(\frac{\partial L}{\partial s_t} * s_t * (1 - s_t)\right) * Q^\top",
        "fftf",
    ),
    (
        "* where the system prints it, untransposed",
        STARS,
        {},
        BY_EARLIER + r"\left(\frac{\partial L}{\partial s_t} * s_t * (1 - s_t)\right) * Q",
        "ffff",
    ),
    (
        "a sum over all others",
        ["y = W x"],
        {},
        r"\frac{\partial y_i}{\partial x_k} = \sum_{j \ne i} W_{ij} \delta_{jk}",
        "ff..",
    ),
    (
        "a sum over all others, and the one",
        ["y = W x"],
        {"W": "matrix n n"},
        r"\frac{\partial y_i}{\partial x_k} = W_{ii} \delta_{ik} + \sum_{j \ne i} W_{ij} \delta_{jk}",
        "tt..",
    ),
    (
        "a sum to its end",
        ["y = W x"],
        {"W": "matrix n m"},
        r"\frac{\partial y_i}{\partial x_k} = \sum_{j=1}^{m} W_{ij} \delta_{jk}",
        "tt..",
    ),
    (
        "a sum to another end",
        ["y = W x"],
        {"W": "matrix n m"},
        r"\frac{\partial y_i}{\partial x_k} = \sum_{j=1}^{n} W_{ij} \delta_{jk}",
        "ff..",
    ),
    ("the last step of a loss that is a sum", WHOLE, {}, r"\frac{\partial L}{\partial s_T} = s_T - d_T", "fttf"),
    ("a loss that is a sum, backwards", WHOLE, {}, BY_LATER + r"(s_t - d_t)", "ft.."),
    ("a loss that is a sum, its own term left out", WHOLE, {}, BY_LATER + r"0 s_t", "ff.."),
    ("a loss that is a sum, its own term's sign", WHOLE, {}, BY_LATER + r"(s_t + d_t)", "ff.."),
    (
        "a loss that is a sum, by a matrix",
        WHOLE,
        {},
        BY_Q + r"u_t^\top",
        "ft..",
    ),
    (
        "a loss that is a sum, by a matrix, one step late",
        WHOLE,
        {},
        BY_Q + r"u_{t-1}^\top",
        "ff..",
    ),
    ("a mean over steps", MEAN, {}, r"\frac{\partial L}{\partial y_t} = \frac{1}{T} (y_t - d_t)", ".tt."),
    ("a mean over steps without its factor", MEAN, {}, r"\frac{\partial L}{\partial y_t} = y_t - d_t", ".ff."),
    (
        "a sum counted by another letter",
        [STATE, "y_t = V s_t", r"L = \sum_{k=1}^{T} \frac{1}{2} \| y_k - d_k \|^2"],
        {},
        r"\frac{\partial L}{\partial s_T} = V^\top (y_T - d_T)",
        "ft..",
    ),
    (
        "a negative sum",
        [STATE, r"p_t = \operatorname{softmax}(V s_t)", r"L = -\sum_{t=1}^{T} d_t^\top \log p_t"],
        {"d_t": "one-hot vector"},
        r"\frac{\partial L}{\partial s_T} = V^\top (p_T - d_T)",
        "ft..",
    ),
    (
        "all steps from one on",
        SUMMED,
        {},
        r"\frac{\partial L}{\partial s_t} = \sum_{r \ge t} (A^\top)^{r-t} \frac{\partial \ell_r}{\partial s_r}",
        "ft..",
    ),
    ("a second derivative", QUADRATIC, {}, HESSIAN + r"\frac{1}{2} (B + B^\top)", "tt.."),
    ("a second derivative, as if B were symmetric", QUADRATIC, {}, HESSIAN + "B", "ff.."),
    (
        "a second derivative, squared below",
        QUADRATIC,
        {},
        r"\frac{\partial^2 F}{\partial x^2} = \frac{1}{2} (B + B^\top)",
        "tt..",
    ),
    ("a second derivative by a nabla", QUADRATIC, {}, r"\nabla_x^2 F = \frac{1}{2} (B + B^\top)", "tt.."),
    (
        "a second derivative by entries",
        QUADRATIC,
        {},
        r"\frac{\partial^2 F}{\partial x_i \partial x_j} = \frac{1}{2} (B_{ij} + B_{ji})",
        "tt..",
    ),
    (
        "a second derivative by entries, one of them",
        QUADRATIC,
        {},
        r"\frac{\partial^2 F}{\partial x_i \partial x_j} = B_{ij}",
        "ff..",
    ),
    (
        "a second derivative of a loss",
        CROSS,
        {"d": "one-hot vector"},
        r"\frac{\partial^2 L}{\partial x \, \partial x^\top} = W^\top (\operatorname{diag}(p) - p p^\top) W",
        "tt..",
    ),
    (
        "a second derivative of a loss, its sign",
        CROSS,
        {"d": "one-hot vector"},
        r"\frac{\partial^2 L}{\partial x \, \partial x^\top} = W^\top (\operatorname{diag}(p) + p p^\top) W",
        "ff..",
    ),
    (
        "a mixed second derivative",
        RESIDUAL,
        SIZED,
        r"\frac{\partial^2 E}{\partial x \, \partial y^\top} = -2 W^\top",
        "tt..",
    ),
    (
        "a mixed second derivative, turned",
        RESIDUAL,
        SIZED,
        r"\frac{\partial^2 E}{\partial x \, \partial y^\top} = -2 W",
        "ff..",
    ),
    (
        "a declared name of two letters",
        ["k = V h", r"r = \operatorname{softmax}(k)", r"XE = - d^\top \log r"],
        {"XE": "scalar", "d": "one-hot vector"},
        r"\frac{\partial XE}{\partial k} = r - d",
        "fttf",
    ),
    (
        "a name of two letters on a left side",
        ["k = V h", r"r = \operatorname{softmax}(k)", r"XE = - d^\top \log r"],
        {"d": "one-hot vector"},
        r"\frac{\partial XE}{\partial k} = r + d",
        "ffff",
    ),
    (
        "a word for a loss",
        ["y = W x"],
        {},
        r"\frac{\partial Loss}{\partial x} = W^\top \frac{\partial Loss}{\partial y}",
        "ft..",
    ),
    (
        "a scalar recurrence, its factor outside",
        SCALAR,
        ALL_SCALARS,
        BY_FIRST + r"w^{t-k} \prod_{i=k+1}^{t} \phi'(w x_{i-1} + u_i)",
        "tttt",
    ),
    (
        "a scalar recurrence, its factor once too often",
        SCALAR,
        ALL_SCALARS,
        BY_FIRST + r"w^{t-k+1} \prod_{i=k+1}^{t} \phi'(w x_{i-1} + u_i)",
        "ffff",
    ),
    (
        "a scalar recurrence, its factor behind",
        SCALAR,
        ALL_SCALARS,
        BY_FIRST + r"\prod_{i=k+1}^{t} \phi'(w x_{i-1} + u_i) w^{t-k}",
        "tttt",
    ),
    (
        "a scalar recurrence, one step late",
        SCALAR,
        ALL_SCALARS,
        BY_FIRST + r"w^{t-k} \prod_{i=k+1}^{t} \phi'(w x_i + u_i)",
        "ffff",
    ),
    (
        "a step before the first of a sum",
        WHOLE,
        {},
        BY_START + r"P^\top diag(1 - s_1^2) \frac{\partial L}{\partial s_1}",
        "ft..",
    ),
    (
        "a term before the first of a sum",
        WHOLE,
        {},
        BY_START + r"s_0 - d_0 + P^\top diag(1 - s_1^2) \frac{\partial L}{\partial s_1}",
        "ff..",
    ),
    (
        "a step before the first of named terms",
        [STATE, r"L = \sum_{t=1}^T L_t", r"L_t = \frac{1}{2} \| s_t - d_t \|^2"],
        {},
        BY_START + r"P^\top diag(1 - s_1^2) \frac{\partial L}{\partial s_1}",
        "ft..",
    ),
    ("a step behind the last of a sum", WHOLE, {}, r"\frac{\partial L}{\partial s_{T+1}} = 0", "tttt"),
    (
        "an output before the first of a sum",
        [STATE, "y_t = V s_t", r"L = \sum_{t=1}^{T} \| y_t - d_t \|^2"],
        {},
        r"\frac{\partial L}{\partial y_0} = 0",
        "tttt",
    ),
    (
        "an output before the first of a sum, as if it counted",
        [STATE, "y_t = V s_t", r"L = \sum_{t=1}^{T} \| y_t - d_t \|^2"],
        {},
        r"\frac{\partial L}{\partial y_0} = 2 (y_0 - d_0)",
        "ffff",
    ),
    ("a linear loss over all later steps", LINEAR, {}, BY_RUNNING + r"\sum_{k=t}^{T} (A^\top)^{k-t} v", "ft.."),
    (
        "a linear loss over all later steps, its own left out",
        LINEAR,
        {},
        BY_RUNNING + r"\sum_{k=t+1}^{T} (A^\top)^{k-t} v",
        "ff..",
    ),
    ("a linear loss over all later steps, untransposed", LINEAR, {}, BY_RUNNING + r"\sum_{k=t}^{T} A^{k-t} v", "ff.."),
    (
        "a linear loss without bounds",
        ["s_t = A s_{t-1} + u_t", r"L = \sum_{t} v^\top s_t"],
        {},
        BY_RUNNING + r"\sum_{k \ge t} (A^\top)^{k-t} v",
        "ft..",
    ),
    (
        "a scalar loss over all later steps",
        [r"a_t = \lambda a_{t-1} + x_t", r"L = \sum_{t=1}^{T} a_t"],
        {"a_t": "scalar", "x_t": "scalar"},
        r"\frac{\partial L}{\partial a_t} = \sum_{k=t}^{T} \lambda^{k-t}",
        "tttt",
    ),
    (
        "two states before the first step of a sum",
        CELL,
        LOGISTIC_GATE,
        r"\frac{\partial J}{\partial c_0} = v_1 \odot \frac{\partial J}{\partial c_1}",
        "ftt.",
    ),
    (
        "two layers before the first step of a sum",
        LAYERED,
        LOGISTIC_GATE,
        BY_LOWER + r"A^\top ((1 - p_1^2) \odot \frac{\partial J}{\partial p_1})",
        "ft..",
    ),
    (
        "two layers as if step 0 had an equation",
        LAYERED,
        LOGISTIC_GATE,
        BY_LOWER
        + r"C^\top (q_0 \odot (1 - q_0) \odot \frac{\partial J}{\partial q_0})"
        + r" + A^\top ((1 - p_1^2) \odot \frac{\partial J}{\partial p_1})",
        "ff..",
    ),
    (
        "a loss with an upright word for its name",
        [STATE, r"\mathrm{Err} = \sum_{t=1}^{T} \frac12 \| s_t - d_t \|^2"],
        {},
        r"\frac{\partial \mathrm{Err}}{\partial s_T} = s_T - d_T",
        "fttf",
    ),
]


@pytest.mark.parametrize(
    ("equations", "symbols", "claim", "wanted"), [c[1:] for c in CLAIMS], ids=[c[0] for c in CLAIMS]
)
def test_a_claim_is_judged_as_it_is_meant(
    equations: list[str], symbols: dict[str, str], claim: str, wanted: str
) -> None:
    """In each of the four conventions; a dot leaves one open, of rows in which a system is evaluated turned round."""
    verdict = check_record({"equations": equations, "symbols": symbols, "claim": claim})
    assert verdict.verdict != "unreadable", verdict.error
    found = "".join({True: "t", False: "f", None: "-"}[verdict.conventions[k].holds] for k in FOUR)
    assert re.fullmatch(wanted, found), verdict.explanation


@pytest.mark.parametrize(
    "more",
    [
        {"claim": r"\frac{\partial v}{\partial q} = M"},
        {"claim": "J = M", "of": "s", "wrt": "q"},
    ],
    ids=["in the claim", "beside it"],
)
def test_what_no_equation_has_is_no_loss_because_nothing_else_fits(more: dict[str, Any]) -> None:
    """An unknown letter is named; L, a declared letter, and one that both sides differentiate are losses."""
    verdict = check_record({"equations": ["p = M q"], **more})
    assert verdict.verdict == "unreadable"
    assert "stands in no equation" in verdict.explanation
    for letter, symbols in (("L", {}), ("v", {"v": "scalar"}), (r"\xi", {})):
        claim = rf"\frac{{\partial {letter}}}{{\partial q}} = M^\top \frac{{\partial {letter}}}{{\partial p}}"
        assert check_record({"equations": ["p = M q"], "symbols": symbols, "claim": claim}).verdict == "true"


def test_a_derivative_printed_with_its_point_is_that_of_the_record() -> None:
    """dr(p) of r by p is no product with p."""
    record = {"equations": ["r = M p + c"], "claim": "dr(p) = M", "of": "r", "wrt": "p"}
    assert check_record(record).verdict == "true"


def test_both_readings_of_a_transposed_numerator_are_shown() -> None:
    """What the other would give stands under the alternatives."""
    claim = r"\frac{\partial y^\top}{\partial x} = \operatorname{diag}(\phi'(x)) M^\top"
    verdict = check_record({"equations": [r"y = M \phi(x)"], "claim": claim})
    assert verdict.verdict == "undecided"
    assert verdict.alternatives["transposed_numerator"]["numerator_column"].holds


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (r"\frac{\partial y}{\partial x} = W \text{ at } x = 0", "one formula was expected"),
        (r"\frac{\partial y}{\partial x}", "a claim is an equation"),
        (r"\frac{\partial y}{\partial x} = W^H", "an exponent, an index or a label"),
        (r"\frac{\partial y}{\partial x} = W \text{ if } a > 0 \text{ else } b", "expected|by cases"),
    ],
)
def test_what_is_no_claim_is_refused(claim: str, words: str) -> None:
    """A word before a condition was a factor, and one condition after another a chain."""
    found = check_record({"equations": [r"y = \tanh(W x)"], "claim": claim})
    assert found.verdict == "unreadable"
    assert found.error is not None
    assert re.search(words, str(found.error["message"]))


def test_a_letter_that_numbers_no_entries_is_named_with_one_that_does() -> None:
    """The hint works when it is followed."""
    equations = [r"m = \tanh(G k)"]
    found = check_record({"equations": equations, "claim": r"\frac{\partial m_A}{\partial k_B} = (1 - m_A^2) G_{AB}"})
    assert found.error is not None
    assert "A is a label there" in str(found.error["message"])
    followed = r"\frac{\partial m_i}{\partial k_j} = (1 - m_i^2) G_{ij}"
    assert check_record({"equations": equations, "claim": followed}).verdict == "true"


@pytest.mark.parametrize("start", [r"q(t_0) = q_0", r"q(T) = q_0", "q(0) = q_0"])
@pytest.mark.parametrize(
    ("by", "right", "wanted"),
    [("q", "M", "true"), ("q", "2 M", "false"), ("q_0", "0", "true"), ("q_0", "M", "false")],
)
def test_a_slope_is_not_that_of_where_its_state_begins(start: str, by: str, right: str, wanted: str) -> None:
    claim = rf"\frac{{\partial \dot q}}{{\partial {by}}} = {right}"
    equations = [rf"\dot{{q}} = M q + N u, \quad {start}"]
    assert check_record({"equations": equations, "claim": claim}).verdict == wanted


PICKED = [r"p = \operatorname{softmax}(z)", r"L = -\log (p)_y"]
COMPARED = (
    *(r"[i = y]", r"\mathbf{1}[i = y]", r"\mathbb{1}_{[i=y]}", r"\mathbf{1}_{i=y}", r"1_{i=y}", r"\mathbb{1}(y = i)"),
    *(r"\mathbb{I}(i=y)", r"\mathbb{I}[i=y]", r"\mathbb{I}\{i=y\}", r"\mathbb{I}_{i=y}", r"1\{i=y\}", r"\delta_{i=y}"),
    *(r"\mathbb{1}_{iy}", r"\mathbf{1}_{i, y}", r"\mathbb{I}_{iy}", r"\delta_{iy}", r"\mathbb{I}_{\{i=y\}}"),
)


@pytest.mark.parametrize("sign", COMPARED)
def test_two_indices_are_compared_in_any_spelling(sign: str) -> None:
    """The gradient of a cross entropy, entry by entry, with the indicator of its class."""
    for between, verdict in (("-", "true"), ("+", "false")):
        claim = rf"\frac{{\partial L}}{{\partial z_i}} = p_i {between} {sign}"
        assert check_record({"equations": PICKED, "claim": claim}).verdict == verdict


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        *((r"\mathbf{1}_y", "true"), (r"\mathbb{1}_{y}", "true"), ("e_y", "true"), (r"(-\mathbf{1}_y)", "false")),
        *((r"\mathbf{1}_c", "unreadable"), (r"\mathbf{1}_n", "false"), (r"\mathbf{1}_{y, i}^\top", "unreadable")),
    ],
)
def test_a_one_with_an_index_below_is_a_unit_vector(one: str, verdict: str) -> None:
    """With a size below it is the ones; what may be either is asked for."""
    claim = rf"\frac{{\partial L}}{{\partial z}} = p - {one}"
    assert check_record({"equations": PICKED, "claim": claim}).verdict == verdict


@pytest.mark.parametrize(
    ("claim", "wanted"),
    [
        (r"\frac{\partial L}{\partial W} = X^\top \frac{\partial L}{\partial A}", "true"),
        (r"\frac{\partial L}{\partial W} = X^\top \frac{\partial L}{\partial H}", "false"),
        (r"\frac{\partial L}{\partial A} = \frac{\partial L}{\partial H} \odot (1 - H^2)", "true"),
        (r"\frac{\partial L}{\partial A} = \frac{\partial L}{\partial H} \odot (1 + H^2)", "false"),
        (r"\frac{\partial L}{\partial b} = \mathbf{1}^\top \frac{\partial L}{\partial A}", "true"),
        (r"\frac{\partial L}{\partial X} = \frac{\partial L}{\partial A} W^\top", "true"),
        (r"\frac{\partial L}{\partial b} = \sum_i \frac{\partial L}{\partial A_i}", "undecided"),
    ],
)
@pytest.mark.parametrize("bias", ["b", r"\mathbf{1} b"])
def test_a_bias_is_added_to_every_row_with_and_without_a_column_of_ones(bias: str, claim: str, wanted: str) -> None:
    """One index below a matrix may mean a row or a column, and refutes nothing."""
    symbols = {"X": "matrix N d", "W": "matrix d m", "b": "row vector m"}
    record = {"equations": [f"A = X W + {bias}", r"H = \tanh(A)"], "symbols": symbols, "claim": claim}
    assert check_record(record).verdict == wanted


@pytest.mark.parametrize(
    ("claim", "wanted"),
    [
        (r"\frac{\partial y_i}{\partial x_j} = \sigma'(W_i x) W_{ij}", "undecided"),
        (r"\frac{\partial y_i}{\partial W_{ij}} = \sigma'(W_i x) x_j", "undecided"),
        (r"\frac{\partial y_i}{\partial x_j} = \sigma'((W x)_i) W_{ij}", "true"),
        (r"\frac{\partial y_i}{\partial x_j} = \sigma'((W x)_j) W_{ij}", "false"),
    ],
)
def test_an_index_below_a_matrix_that_is_not_read_refutes_nothing(claim: str, wanted: str) -> None:
    """W_i may be a row of W."""
    assert check_record({"equations": [r"y = \sigma(W x)"], "claim": claim}).verdict == wanted


@pytest.mark.parametrize("system", ["W", "W^T", r"W^\top"])
@pytest.mark.parametrize("power", ["(W^T)^T", "{W^T}^T", "W^T", r"(W^\top)^T"])
def test_a_t_above_is_a_transpose_or_a_number_of_steps(system: str, power: str) -> None:
    """Where T is a time too, one reading alone decides nothing, whichever of several T is the power."""
    record = {"equations": [f"h_t = {system} h_{{t-1}}"], "claim": rf"\frac{{\partial h_T}}{{\partial h_0}} = {power}"}
    assert check_record(record).verdict == "undecided"


@pytest.mark.parametrize(
    ("claim", "wanted"),
    [
        (r"\frac{d h_t}{d b} = D_t", "undecided"),
        (r"\frac{\partial h_t}{\partial b} = D_t", "true"),
        (r"\frac{d h_t}{d b} = D_t (I + W \frac{d h_{t-1}}{d b})", "true"),
        (r"\frac{d y_t}{d c} = I", "true"),
        (r"\frac{d h_t}{d h_{t-1}} = D_t W", "true"),
    ],
)
def test_a_straight_d_by_a_parameter_goes_through_earlier_steps(claim: str, wanted: str) -> None:
    """One step alone is the immediate derivative; where the parameter acts at one step only the two are one."""
    equations = [r"h_t = \tanh(W h_{t-1} + b)", "y_t = V h_t + c"]
    claim = claim.replace("D_t", r"\operatorname{diag}(1 - h_t \odot h_t)")
    assert check_record({"equations": equations, "claim": claim}).verdict == wanted


@pytest.mark.parametrize(
    ("claim", "wanted"),
    [
        (r"\frac{\partial x_{t+1}}{\partial x_t} = \operatorname{diag}(1 - F(x_t)^2) W", "true"),
        (r"\frac{\partial x_{t+1}}{\partial x_t} = \operatorname{diag}(1 - F(x_{t-1})^2) W", "false"),
        (r"\frac{\partial F(x_t)}{\partial x_t} = \operatorname{diag}(1 - x_{t+1}^2) W", "true"),
        (r"\frac{\partial x_{t+1}}{\partial x_t} = \frac{\partial F(x_t)}{\partial x_t}", "true"),
        (r"\frac{\partial x_{t+1}}{\partial x_t} = \frac{\partial F}{\partial x_t}", "unreadable"),
        (r"\frac{\partial x_{t+1}}{\partial x_t} = F'(x_t)", "unreadable"),
    ],
)
def test_a_claim_knows_what_is_put_in(claim: str, wanted: str) -> None:
    """Where a claim applies F it is what the system says; where it does not, F is no loss and no other function."""
    equations = [r"F(x) = \tanh(W x + b)", "x_{t+1} = F(x_t)"]
    assert check_record({"equations": equations, "claim": claim}).verdict == wanted


NET = (r"s_k = \psi(A s_{k-1} + B u_k)", r"y_k = \phi(C s_k)")
LAYERS = (r"z^l = W^l a^{l-1} + b^l", r"a^l = \rho(z^l)")
FORWARDS = (r"x_t = W \sigma(x_{t-1})",)
SIGMOID = {r"\psi": "elementwise sigmoid"}


@pytest.mark.parametrize(
    ("system", "of", "by", "right", "wanted"),
    [
        (NET, "s_k", "s_{k-1}", r"diag(\psi'_k) A", "true"),
        (NET, "s_k", "s_{k-1}", r"diag(\psi'_{k-1}) A", "false"),
        (NET, "s_k", "s_{k-1}", r"diag(\psi_{k+1}') A", "false"),
        (NET, "s_k", "s_{k-1}", r"diag(\psi'_3) A", "undecided"),
        (NET, "s_k", "u_k", r"diag(\psi'_{k-1}) B", "false"),
        (NET, "s_k", "s_{k-2}", r"diag(\psi'_k) A diag(\psi'_{k-1}) A", "true"),
        (NET, "s_k", "s_{k-2}", r"diag(\psi'_{k-1}) A diag(\psi'_k) A", "false"),
        (NET, "s_k", "s_{k-2}", r"diag(\psi') A diag(\psi') A", "undecided"),
        (NET, "s_k", "u_{k-1}", r"diag(\psi'_k) A diag(\psi'_{k-1}) B", "true"),
        (NET, "s_k", "u_{k-1}", r"diag(\psi') A diag(\psi') B", "undecided"),
        (NET, "y_k", "s_{k-1}", r"diag(\phi'_k) C diag(\psi'_k) A", "true"),
        (NET, "y_k", "s_{k-1}", r"diag(\phi'_k) C diag(\psi'_{k-1}) A", "false"),
        (NET, "y_k", "s_{k-1}", r"diag(\phi') C diag(\psi') A", "true"),
        (NET, "s_k", "s_m", r"\prod_{i=m+1}^k A^\top diag(\psi'_i)", "true"),
        (NET, "s_k", "s_m", r"\prod_{i=m+1}^k A^\top diag(\psi')", "true"),
        (NET, "s_k", "s_m", r"\prod_{i=m+1}^k A^\top diag(\psi'_{i-1})", "false"),
        (NET, "s_k", "s_m", r"\prod_{i=m+1}^k A^\top diag(\psi'_k)", "false"),
        (NET, "s_k", "s_m", r"diag(\psi'_k) A \cdots diag(\psi'_{m+1}) A", "true"),
        (NET, "s_k", "s_m", r"diag(\psi'_{k-1}) A \cdots diag(\psi'_m) A", "false"),
        (NET[:1], "L", "s_{k-1}", r"A^\top (\psi'_k \odot \frac{\partial L}{\partial s_k})", "true"),
        (NET[:1], "L", "s_{k-1}", r"A^\top (\psi' \odot \frac{\partial L}{\partial s_k})", "true"),
        (NET[:1], "L", "s_{k-1}", r"A^\top (\psi'_{k-1} \odot \frac{\partial L}{\partial s_k})", "false"),
        (LAYERS, "a^l", "a^{l-1}", r"diag(\rho'_l) W^l", "true"),
        (LAYERS, "a^l", "a^{l-1}", r"diag(\rho'_{l-1}) W^l", "false"),
        (LAYERS, "z^l", "z^{l-1}", r"W^l diag(\rho'_{l-1})", "true"),
        (LAYERS, "z^l", "z^{l-1}", r"W^l diag(\rho')", "true"),
        (LAYERS, "z^l", "z^{l-1}", r"W^l diag(\rho'_l)", "false"),
        (FORWARDS, "x_t", "x_{t-1}", r"W diag(\sigma'_{t-1})", "true"),
        (FORWARDS, "x_t", "x_{t-1}", r"W diag(\sigma'_t)", "undecided"),
        (["h_t = g(W h_{t-1})"], "h_t", "h_{t-1}", "diag(g'_t) W", "true"),
        (["h_t = g(W h_{t-1})"], "h_t", "h_{t-1}", "diag(g'_{t-1}) W", "undecided"),
        (
            [r"H_t = \sigma(H_{t-1} W + X_t U)"],
            "L",
            "H_{t-1}",
            r"(\sigma' \odot \frac{\partial L}{\partial H_t}) W^\top",
            "true",
        ),
        ([r"H_t = \sigma(H_{t-1} W)"], "L", "X", r"\sigma' W^\top", "undecided"),
    ],
)
def test_the_index_on_a_function_says_at_which_step_its_argument_is_taken(
    system: Sequence[str], of: str, by: str, right: str, wanted: str
) -> None:
    """Without one it is what stands on the way; where two steps may be meant, nothing is refuted."""
    claim = rf"\frac{{\partial {of}}}{{\partial {by}}} = {right}"
    assert check_record({"equations": list(system), "claim": claim}).verdict == wanted


@pytest.mark.parametrize(
    ("right", "wanted"),
    [
        (r"diag(\psi_k \odot (1 - \psi_k)) A", "true"),
        (r"diag(\psi \odot (1 - \psi)) A", "true"),
        (r"diag(\psi_{k-1} \odot (1 - \psi_{k-1})) A", "false"),
        (r"diag(\psi_k \odot (1 - \psi_{k-1})) A", "false"),
    ],
)
def test_the_value_of_a_function_has_a_step_too(right: str, wanted: str) -> None:
    record = {
        "equations": list(NET),
        "symbols": SIGMOID,
        "claim": rf"\frac{{\partial s_k}}{{\partial s_{{k-1}}}} = {right}",
    }
    assert check_record(record).verdict == wanted


STEPWISE = {
    "entries": (["x_{k+1} = f_k(x_k)"], "elementwise"),
    "vectors": (["x_{k+1} = f_k(x_k)"], "map n n"),
    "several": (["x_{k+1} = f_k(x_k, u_k)"], "map"),
    "layers": (["x^{[k]} = f^{[k]}(a^{[k]})", "a^{[k]} = W^{[k]} x^{[k-1]}"], "elementwise"),
    "plain": (["x_{k+1} = f(x_k, u_k)"], "map"),
}


@pytest.mark.parametrize(
    ("of", "by", "kind", "right", "wanted"),
    [
        ("x_{k+2}", "x_k", "entries", r"diag(f'_{k+1}(x_{k+1}) \odot f'_k(x_k))", "true"),
        ("x_{k+2}", "x_k", "entries", r"diag(f'_k(x_{k+1}) \odot f'_{k+1}(x_k))", "undecided"),
        ("x_{k+2}", "x_k", "entries", r"diag(f'_k(f_k(x_k)) \odot f'_k(x_k))", "undecided"),
        ("x_{k+2}", "x_k", "entries", r"diag(f'_{k+1} \odot f'_k)", "true"),
        ("x_{k+2}", "x_k", "entries", r"diag(f'_k \odot f'_k)", "false"),
        ("x_{k+1}", "x_k", "entries", r"diag(f'(x_k))", "true"),
        ("x_{k+1}", "x_k", "entries", r"2 diag(f'(x_k))", "false"),
        ("x_{k+1}", "x_k", "entries", r"diag(f'(x_k + 1))", "undecided"),
        ("x_{k+2}", "x_k", "vectors", r"f'_{k+1}(x_{k+1}) f'_k(x_k)", "true"),
        ("x_{k+2}", "x_k", "vectors", r"f'_k(x_{k+1}) f'_{k+1}(x_k)", "undecided"),
        ("x_{k+1}", "x_k", "vectors", r"\frac{\partial f_k}{\partial x_k}", "true"),
        ("x_{k+1}", "x_k", "vectors", r"\frac{\partial f_{k+1}}{\partial x_k}", "undecided"),
        ("x_{k+1}", "x_k", "vectors", r"\frac{\partial f_{k+1}(x_k)}{\partial x_k}", "undecided"),
        ("x_k", "x_m", "vectors", r"\prod_{i=m}^{k-1} \frac{\partial f_i}{\partial x_i}", "true"),
        ("x_k", "x_m", "vectors", r"\prod_{i=m}^{k-1} \frac{\partial f_k}{\partial x_i}", "undecided"),
        ("x_{k+1}", "x_k", "several", r"\frac{\partial f_k}{\partial x_k}", "true"),
        ("x_{k+1}", "x_k", "several", r"\frac{\partial f_{k-1}}{\partial x_k}", "undecided"),
        ("x_{k+1}", "x_k", "plain", r"\frac{\partial f_k}{\partial x_k}", "true"),
        ("x_{k+1}", "x_k", "plain", r"\frac{\partial f_{k+1}}{\partial x_k}", "true"),
        ("x_{k+1}", "x_k", "plain", r"\frac{\partial f_{k+2}}{\partial x_k}", "undecided"),
        (
            "x_{k+1}",
            "x_{k-1}",
            "plain",
            r"\frac{\partial f_{k-1}}{\partial x_k} \frac{\partial f_k}{\partial x_{k-1}}",
            "undecided",
        ),
        ("x^{[k]}", "a^{[k]}", "layers", "diag(f'^{[k]}(a^{[k]}))", "true"),
        ("x^{[k]}", "a^{[k]}", "layers", "diag(f'^{[k-1]}(a^{[k]}))", "undecided"),
    ],
)
def test_a_function_with_an_index_is_known_at_its_argument_only(
    of: str, by: str, kind: str, right: str, wanted: str
) -> None:
    """What is another function at each step is the one of the system at the argument that it has there."""
    equations, role = STEPWISE[kind]
    record = {
        "equations": equations,
        "symbols": {"f": role, "x": "vector n"},
        "claim": rf"\frac{{\partial {of}}}{{\partial {by}}} = {right}",
    }
    assert check_record(record).verdict == wanted


@pytest.mark.parametrize(
    ("system", "left", "right", "wanted"),
    [
        (NET[0], ("s_{k,i}", "s_{k-1,j}"), r"\psi'_i A_{ij}", "true"),
        (NET[0], ("s_{k,i}", "s_{k-1,j}"), r"\psi'_j A_{ij}", "false"),
        (NET[0], ("s_{k,i}", "s_{k-1,j}"), r"\psi_i' A_{ij}", "true"),
        (NET[0], ("s_{k,i}", "s_{k-1,j}"), r"\psi'_{k,i} A_{ij}", "true"),
        (NET[0], ("s_{k,i}", "s_{k-1,j}"), r"\psi'_{k-1,i} A_{ij}", "false"),
        (NET[0], ("s_{k,i}", "s_{k-1,j}"), r"\psi'(\cdot)_i A_{ij}", "true"),
        (NET[0], ("s_{k,i}", "s_{k-1,j}"), r"\psi'_i(A s_{k-1} + B u_k) A_{ij}", "true"),
        (NET[0], ("s_{k,1}", "s_{k-1,2}"), r"\psi'_{k,1} A_{12}", "true"),
        (NET[0], ("s_{k,1}", "s_{k-1,2}"), r"(\psi')_1 A_{12}", "true"),
        (NET[0], ("s_{k,1}", "s_{k-1,2}"), r"\psi'_1 A_{12}", "undecided"),  # the function number 1?
        (NET[0], ("s_{k+1}", "s_k"), r"diag((\psi')_k) A", "unreadable"),
        (NET[0], ("s_{k,i}", "A_{pj}"), r"\psi'_{k,i} \delta_{ip} s_{k-1,j}", "true"),
        (NET[0], ("s_{k,i}", "A_{pj}"), r"\psi'_{k,p} \delta_{ij} s_{k-1,j}", "false"),
        ("x_t = W g(x_{t-1})", ("x_{t,i}", "x_{t-1,j}"), "W_{ij} g'_j", "true"),
        ("x_t = W g(x_{t-1})", ("x_{t,i}", "x_{t-1,j}"), "W_{ij} g'_{t-1,j}", "true"),
        ("x_t = W g(x_{t-1})", ("x_{t,i}", "x_{t-1,j}"), "W_{ij} g'_i", "false"),
        ("y = F(x)", ("y_i", "x_j"), r"\frac{\partial F_i}{\partial x_j}", "true"),
        ("y = F(x)", ("y_i", "x_j"), r"\frac{\partial F_j}{\partial x_i}", "false"),
        ("y = F(x)", ("y_i", "x_j"), r"\frac{\partial F_i(x)}{\partial x_j}", "true"),
    ],
)
def test_the_index_of_an_entry_on_a_function_picks_one(
    system: str, left: tuple[str, str], right: str, wanted: str
) -> None:
    symbols = {"F": "map n n", "x": "vector n"} if "F" in system else {}
    claim = rf"\frac{{\partial {left[0]}}}{{\partial {left[1]}}} = {right}"
    assert check_record({"equations": [system], "symbols": symbols, "claim": claim}).verdict == wanted


@pytest.mark.parametrize(
    ("definition", "use", "right", "wrong"),
    [
        (r"\phi(u) = u^3", r"y = \phi(W x)", r"3 \operatorname{diag}((W x)^2) W", r"2 \operatorname{diag}((W x)^2) W"),
        (r"\phi(u) = u^2 + u", r"y = \phi(W x)", r"(2 \operatorname{diag}(W x) + I) W", "2 W"),
        ("f(x) = x^3", "y = f(x)", "3 x^2", "x^2"),
        ("g(x) = a x + b", "y = g(x)^2", "2 a (a x + b)", "2 (a x + b)"),
        (r"f(z) = \tanh(z + b)", "y = f(W x)", r"\operatorname{diag}(1 - y^2) W", "W"),
        ("f(z) = z x", "y = f(x)", "2 x", "x"),
        (r"f(z) = z \odot x", "y = f(x)", r"2 \operatorname{diag}(x)", r"\operatorname{diag}(x)"),
        (
            r"\phi(u) = u^3",
            r"y = \phi(W x)",
            r"\operatorname{diag}(\phi'(W x)) W",
            r"W \operatorname{diag}(\phi'(W x))",
        ),
    ],
)
def test_what_the_text_defines_a_function_as_counts(definition: str, use: str, right: str, wrong: str) -> None:
    """Nothing is refuted by another function of that name, and what holds of any holds of it."""
    for claim, verdict in ((right, "true"), (wrong, "false")):
        record = {"equations": [definition, use], "claim": rf"\frac{{\partial y}}{{\partial x}} = {claim}"}
        assert check_record(record).verdict == verdict


def test_a_definition_that_cannot_be_put_in_refutes_nothing() -> None:
    """The derivative of a defined function in the system itself is of that function."""
    record = {"equations": ["f(x) = x^3", "y = W f'(x)"], "claim": r"\frac{\partial y}{\partial x} = 6 W diag(x)"}
    assert check_record(record).verdict == "undecided"


@pytest.mark.parametrize("more", [r" + \frac{\partial y}{\partial z} \frac{d z}{d x}", ""])
def test_one_derivative_with_both_signs_is_of_two_kinds(more: str) -> None:
    """The total derivative of the textbooks beside the partial one, which holds z fixed."""
    equations = ["z = A x", "y = B x + C z"]
    claim = rf"\frac{{d y}}{{d x}} = \frac{{\partial y}}{{\partial x}}{more}"
    assert check_record({"equations": equations, "claim": claim}).verdict == "undecided"
    assert check_record({"equations": equations, "claim": r"\frac{d y}{d x} = B + C A"}).verdict == "true"


@pytest.mark.parametrize(
    ("equation", "claim", "wanted"),
    [
        (r"s = x^\top A 1", r"\frac{\partial s}{\partial x} = A 1", "true"),
        (r"s = x^\top A 1", r"\frac{\partial s}{\partial x} = A^\top 1", "false"),
        (r"s = \mathbf{1}^\top W x", r"\nabla_x s = W^\top 1", "true"),
        (r"Y = X W + 1 b^\top", r"\frac{\partial L}{\partial b} = (\frac{\partial L}{\partial Y})^\top 1", "true"),
        (r"V_\theta(s) = \theta^\top s", r"\nabla_\theta V_\theta(s) = s", "true"),
        (r"V_\theta(s) = \theta^\top s", r"\nabla_\theta V_\theta(s) = s^\top s", "false"),
        (r"s(x) = \frac{1}{1+e^{-w^\top x}}", r"\nabla_x s = s (1-s) w", "true"),
    ],
)
def test_a_one_behind_a_matrix_and_a_name_before_its_argument(equation: str, claim: str, wanted: str) -> None:
    """A number behind another factor would say nothing; what an equation defines with its argument is one name."""
    assert check_record({"equations": [equation], "claim": claim}).verdict == wanted
