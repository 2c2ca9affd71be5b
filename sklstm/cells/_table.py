"""The equations of all cells, and their table.

Of each cell ``z`` are the weighted inputs, ``W x + U h + b`` where a gate reads both. Products are
elementwise, ``a`` is the activation.
"""

from ._cell import ABSENT, APART, BOTH, INPUTS, Cell


def lstm(f, z, states, peepholes=(ABSENT,) * 3):
    """Long short-term memory [1]_, with or without peepholes [2]_.

    References
    ----------
    .. [1] S. Hochreiter and J. Schmidhuber, "Long short-term memory", Neural Computation 9(8),
       1997; the forget gate: F. A. Gers, J. Schmidhuber and F. Cummins, "Learning to forget:
       continual prediction with LSTM", Neural Computation 12(10), 2000.
    .. [2] F. A. Gers and J. Schmidhuber, "Recurrent nets that time and count", IJCNN 2000.
    """
    (i, forget, g, o), (_, c), p = z, states, peepholes
    i, forget, g = f.logistic(p[0] * c + i), f.logistic(p[1] * c + forget), f.activation(g)
    c = forget * c + i * g
    o = f.logistic(p[2] * c + o)  # it sees the new cell state
    return (o * f.activation(c), c), (i, forget, g, o)


def gru(f, z, states):
    """Gated recurrent unit [1]_, the reset gate applied after the recurrent product.

    References
    ----------
    .. [1] K. Cho et al., "Learning phrase representations using RNN encoder-decoder for
       statistical machine translation", EMNLP 2014, in the first of its two published forms.
    """
    (recurrent, r, u, n), (h,) = z, states
    r, u = f.logistic(r), f.logistic(u)
    n = f.activation(n + r * recurrent)
    return (n + u * (h - n),), (r, u, n)


def rnn(f, z, states):
    """Simple recurrence [1]_.

    References
    ----------
    .. [1] J. L. Elman, "Finding structure in time", Cognitive Science 14(2), 1990.
    """
    h = f.activation(z[0])
    return (h,), (h,)


def mingru(f, z, states):
    """Minimal gated recurrent unit [1]_, whose gates read the inputs alone.

    The function of the candidate, g in the paper, is the activation.

    References
    ----------
    .. [1] L. Feng et al., "Were RNNs all we needed?", arXiv:2410.01201, 2024.
    """
    (u, n), (h,) = z, states
    u, n = f.logistic(u), f.activation(n)
    return (h + u * (n - h),), (u, n)


def slstm(f, z, states):
    """The scalar cell of xLSTM [1]_: exponential gating with a normalizer and a stabilizer.

    The states m keep the exponents from overflowing; the hidden state does not depend on them. The
    gates are those after stabilization.

    References
    ----------
    .. [1] M. Beck et al., "xLSTM: extended long short-term memory", NeurIPS 2024, equations 8 to
       17, with a logistic forget gate.
    """
    (i, forget, g, o), (_, c, n, m) = z, states
    log_forget = f.log_logistic(forget) + m
    m = f.maximum(log_forget, i)
    i, forget, g, o = f.exp(i - m), f.exp(log_forget - m), f.activation(g), f.logistic(o)
    c, n = i * g + forget * c, forget * n + i
    return (o * (c / n), c, n, m), (i, forget, g, o)


CELLS = {
    "lstm": Cell(
        lstm,
        gates={"input": BOTH, "forget": BOTH, "candidate": BOTH, "output": BOTH},
        states=("hidden", "cell"),
        peepholes=("input", "forget", "output"),
        biases={"forget": 1.0},
    ),
    "gru": Cell(gru, gates={"reset": BOTH, "update": BOTH, "candidate": APART}),
    "rnn": Cell(rnn, gates={"hidden": BOTH}),
    "mingru": Cell(mingru, gates={"update": INPUTS, "candidate": INPUTS}),
    "slstm": Cell(
        slstm,
        gates={"input": BOTH, "forget": BOTH, "candidate": BOTH, "output": BOTH},
        states=("hidden", "cell", "normalizer", "stabilizer"),
    ),
}
