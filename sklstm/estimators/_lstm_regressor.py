"""`LSTMRegressor`."""

from ._documentation import documented
from ._recurrent_regressor import RecurrentRegressor


@documented(is_classifier=False, peephole=True)
class LSTMRegressor(RecurrentRegressor):
    r"""Predict numbers from windows by a long short-term memory network.

    .. math::

        i, f, o &= \sigma(W_{i,f,o} x_t + U_{i,f,o} h_{t-1} + b_{i,f,o}) \\
        c_t &= f \circ c_{t-1} + i \circ a(W_c x_t + U_c h_{t-1} + b_c) \\
        h_t &= o \circ a(c_t)

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
    GRURegressor : The same with gated recurrent units.
    LSTMClassifier : The same network for classes.
    PersistenceRegressor : The baseline to beat.

    References
    ----------
    S. Hochreiter and J. Schmidhuber, "Long short-term memory", Neural Computation 9(8), 1997.
    F. A. Gers, J. Schmidhuber and F. Cummins, "Learning to forget: continual prediction with
    LSTM", Neural Computation 12(10), 2000.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklstm import LSTMRegressor, SequenceWindower, forecast_pairs
    >>> wave = np.sin(np.arange(300) / 5).reshape(-1, 1)
    >>> X, y = forecast_pairs(wave, horizon=3)
    >>> model = make_pipeline(
    ...     SequenceWindower(lookback=12),
    ...     LSTMRegressor(hidden_size=8, max_epochs=30, random_state=0),
    ... )
    >>> model.fit(X[:200], y[:200]).score(X[200:], y[200:]) > 0.9
    True
    """

    _cell = "lstm"
