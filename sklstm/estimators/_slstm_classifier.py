"""`SLSTMClassifier`."""

from ._documentation import documented
from ._recurrent_classifier import RecurrentClassifier


@documented(is_classifier=True)
class SLSTMClassifier(RecurrentClassifier):
    r"""Classify windows by a network of sLSTM cells, the scalar cells of xLSTM.

    .. math::

        \tilde i, \tilde f, \tilde g, \tilde o &= W x_t + U h_{t-1} + b \\
        m_t &= \max(\log \sigma(\tilde f) + m_{t-1}, \tilde i) \\
        i, f &= \exp(\tilde i - m_t), \exp(\log \sigma(\tilde f) + m_{t-1} - m_t) \\
        c_t &= f \circ c_{t-1} + i \circ a(\tilde g) \\
        n_t &= f \circ n_{t-1} + i \\
        h_t &= \sigma(\tilde o) \circ c_t / n_t

    Input gates are exponential, so that a later input can outweigh all before it. The normalizer n
    makes a weighted mean of the candidates; the stabilizer m keeps exponents from overflowing and
    cancels in the hidden state. The forget gate is logistic. Every unit is a head of its own.

    A linear head reads the state after the last observed step of each window. Inputs are
    standardised inside, by statistics of the training windows.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    LSTMClassifier : The same with an LSTM.
    SLSTMRegressor : The same network for numbers.

    References
    ----------
    M. Beck et al., "xLSTM: extended long short-term memory", NeurIPS 2024, arXiv:2405.04517.

    Examples
    --------
    >>> import numpy as np
    >>> from sklstm import SLSTMClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = rng.choice(["falling", "rising"], size=200)
    >>> slope = np.where(y == "rising", 0.2, -0.2)
    >>> X = slope[:, np.newaxis] * np.arange(9) + rng.normal(size=(200, 9))
    >>> clf = SLSTMClassifier(hidden_size=8, max_epochs=50, random_state=0)
    >>> clf.fit(X[:150], y[:150]).score(X[150:], y[150:]) > 0.9
    True
    """

    _cell = "slstm"
