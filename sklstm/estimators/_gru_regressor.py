"""`GRURegressor`."""

from ._documentation import documented
from ._recurrent_regressor import RecurrentRegressor


@documented(is_classifier=False)
class GRURegressor(RecurrentRegressor):
    r"""Predict numbers from windows by a network of gated recurrent units.

    .. math::

        r, z &= \sigma(W_{r,z} x_t + U_{r,z} h_{t-1} + b_{r,z}) \\
        n &= a(W_n x_t + b_n + r \circ (U_n h_{t-1} + c_n)) \\
        h_t &= (1 - z) \circ n + z \circ h_{t-1}

    A linear head reads the state after the last observed step of each window, or with
    ``output="sequence"`` that after every step. Inputs and targets are standardised inside, by
    statistics of the training windows.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    LSTMRegressor : The same with an LSTM.
    GRUClassifier : The same network for classes.
    PersistenceRegressor : The baseline to beat.

    References
    ----------
    K. Cho et al., "Learning phrase representations using RNN encoder-decoder for statistical
    machine translation", EMNLP 2014.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklstm import GRURegressor, SequenceWindower, forecast_pairs
    >>> wave = np.sin(np.arange(300) / 5).reshape(-1, 1)
    >>> X, y = forecast_pairs(wave, horizon=3)
    >>> model = make_pipeline(
    ...     SequenceWindower(lookback=12),
    ...     GRURegressor(hidden_size=8, max_epochs=30, random_state=0),
    ... )
    >>> model.fit(X[:200], y[:200]).score(X[200:], y[200:]) > 0.9
    True
    """

    _cell = "gru"
