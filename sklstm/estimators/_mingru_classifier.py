"""`MinGRUClassifier`."""

from ._constraints import NO_RECURRENT_DROPOUT
from ._documentation import documented
from ._recurrent_classifier import RecurrentClassifier


@documented(is_classifier=True, recurrent=False)
class MinGRUClassifier(RecurrentClassifier):
    r"""Classify windows by a network of minimal gated recurrent units.

    .. math::

        z &= \sigma(W_z x_t + b_z) \\
        h_t &= (1 - z) \circ h_{t-1} + z \circ a(W_h x_t + b_h)

    Gates read the inputs alone: there is no recurrent product, which makes it fast and small, and
    nothing that `recurrent_dropout` could drop. The function of the candidate, g in the paper, is
    `activation`.

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
    GRUClassifier : The same with a GRU.
    MinGRURegressor : The same network for numbers.

    References
    ----------
    L. Feng, F. Tung, M. O. Ahmed, Y. Bengio and H. Hajimirsadeghi, "Were RNNs all we needed?",
    arXiv:2410.01201, 2024.

    Examples
    --------
    >>> import numpy as np
    >>> from sklstm import MinGRUClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = rng.choice(["falling", "rising"], size=200)
    >>> slope = np.where(y == "rising", 0.2, -0.2)
    >>> X = slope[:, np.newaxis] * np.arange(9) + rng.normal(size=(200, 9))
    >>> clf = MinGRUClassifier(hidden_size=8, max_epochs=50, random_state=0)
    >>> clf.fit(X[:150], y[:150]).score(X[150:], y[150:]) > 0.9
    True
    """

    _cell = "mingru"
    _parameter_constraints = RecurrentClassifier._parameter_constraints | NO_RECURRENT_DROPOUT
