"""`GRUClassifier`."""

from ._documentation import documented
from ._recurrent_classifier import RecurrentClassifier


@documented(is_classifier=True)
class GRUClassifier(RecurrentClassifier):
    r"""Classify windows by a network of gated recurrent units.

    .. math::

        r, z &= \sigma(W_{r,z} x_t + U_{r,z} h_{t-1} + b_{r,z}) \\
        n &= a(W_n x_t + b_n + r \circ (U_n h_{t-1} + c_n)) \\
        h_t &= (1 - z) \circ n + z \circ h_{t-1}

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
    GRURegressor : The same network for numbers.

    References
    ----------
    K. Cho et al., "Learning phrase representations using RNN encoder-decoder for statistical
    machine translation", EMNLP 2014.

    Examples
    --------
    >>> import numpy as np
    >>> from sklstm import GRUClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = rng.choice(["falling", "rising"], size=200)
    >>> slope = np.where(y == "rising", 0.2, -0.2)
    >>> X = slope[:, np.newaxis] * np.arange(9) + rng.normal(size=(200, 9))
    >>> clf = GRUClassifier(hidden_size=8, max_epochs=50, random_state=0)
    >>> clf.fit(X[:150], y[:150]).score(X[150:], y[150:]) > 0.9
    True
    """

    _cell = "gru"
