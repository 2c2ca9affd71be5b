"""`RNNClassifier`."""

from ._documentation import documented
from ._recurrent_classifier import RecurrentClassifier


@documented(is_classifier=True)
class RNNClassifier(RecurrentClassifier):
    r"""Classify windows by a simple recurrent network.

    .. math:: h_t = a(W x_t + U h_{t-1} + b)

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
    RNNRegressor : The same network for numbers.

    References
    ----------
    J. L. Elman, "Finding structure in time", Cognitive Science 14(2), 1990.

    Examples
    --------
    >>> import numpy as np
    >>> from sklstm import RNNClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = rng.choice(["falling", "rising"], size=200)
    >>> slope = np.where(y == "rising", 0.2, -0.2)
    >>> X = slope[:, np.newaxis] * np.arange(9) + rng.normal(size=(200, 9))
    >>> clf = RNNClassifier(hidden_size=8, max_epochs=50, random_state=0)
    >>> clf.fit(X[:150], y[:150]).score(X[150:], y[150:]) > 0.9
    True
    """

    _cell = "rnn"
