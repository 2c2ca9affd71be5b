"""`RNNRegressor`."""

from ._documentation import documented
from ._recurrent_regressor import RecurrentRegressor


@documented(is_classifier=False)
class RNNRegressor(RecurrentRegressor):
    r"""Predict numbers from windows by a simple recurrent network.

    .. math:: h_t = a(W x_t + U h_{t-1} + b)

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
    RNNClassifier : The same network for classes.
    PersistenceRegressor : The baseline to beat.

    References
    ----------
    J. L. Elman, "Finding structure in time", Cognitive Science 14(2), 1990.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklstm import RNNRegressor, SequenceWindower, forecast_pairs
    >>> wave = np.sin(np.arange(300) / 5).reshape(-1, 1)
    >>> X, y = forecast_pairs(wave, horizon=3)
    >>> model = make_pipeline(
    ...     SequenceWindower(lookback=12),
    ...     RNNRegressor(hidden_size=8, max_epochs=30, random_state=0),
    ... )
    >>> model.fit(X[:200], y[:200]).score(X[200:], y[200:]) > 0.9
    True
    """

    _cell = "rnn"
