"""`MinGRURegressor`."""

from ._constraints import NO_RECURRENT_DROPOUT
from ._documentation import documented
from ._recurrent_regressor import RecurrentRegressor


@documented(is_classifier=False, recurrent=False)
class MinGRURegressor(RecurrentRegressor):
    r"""Predict numbers from windows by a network of minimal gated recurrent units.

    .. math::

        z &= \sigma(W_z x_t + b_z) \\
        h_t &= (1 - z) \circ h_{t-1} + z \circ a(W_h x_t + b_h)

    Gates read the inputs alone: there is no recurrent product, which makes it fast and small, and
    nothing that `recurrent_dropout` could drop. The function of the candidate, g in the paper, is
    `activation`.

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
    GRURegressor : The same with a GRU.
    MinGRUClassifier : The same network for classes.
    PersistenceRegressor : The baseline to beat.

    References
    ----------
    L. Feng, F. Tung, M. O. Ahmed, Y. Bengio and H. Hajimirsadeghi, "Were RNNs all we needed?",
    arXiv:2410.01201, 2024.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklstm import MinGRURegressor, SequenceWindower, forecast_pairs
    >>> wave = np.sin(np.arange(300) / 5).reshape(-1, 1)
    >>> X, y = forecast_pairs(wave, horizon=3)
    >>> model = make_pipeline(
    ...     SequenceWindower(lookback=12),
    ...     MinGRURegressor(8, num_layers=2, max_epochs=30, random_state=0),
    ... )
    >>> model.fit(X[:200], y[:200]).score(X[200:], y[200:]) > 0.9
    True
    """

    _cell = "mingru"
    _parameter_constraints = RecurrentRegressor._parameter_constraints | NO_RECURRENT_DROPOUT
