"""`SLSTMRegressor`."""

from ._documentation import documented
from ._recurrent_regressor import RecurrentRegressor


@documented(is_classifier=False)
class SLSTMRegressor(RecurrentRegressor):
    r"""Predict numbers from windows by a network of sLSTM cells, the scalar cells of xLSTM.

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
    SLSTMClassifier : The same network for classes.
    PersistenceRegressor : The baseline to beat.

    References
    ----------
    M. Beck et al., "xLSTM: extended long short-term memory", NeurIPS 2024, arXiv:2405.04517.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklstm import SLSTMRegressor, SequenceWindower, forecast_pairs
    >>> wave = np.sin(np.arange(300) / 5).reshape(-1, 1)
    >>> X, y = forecast_pairs(wave, horizon=3)
    >>> model = make_pipeline(
    ...     SequenceWindower(lookback=12),
    ...     SLSTMRegressor(hidden_size=8, max_epochs=30, random_state=0),
    ... )
    >>> model.fit(X[:200], y[:200]).score(X[200:], y[200:]) > 0.9
    True
    """

    _cell = "slstm"
