"""`BiLSTMClassifier`."""

from ._constraints import PEEPHOLE
from ._documentation import documented
from ._recurrent_classifier import RecurrentClassifier


@documented(is_classifier=True, bidirectional=False, peephole=True)
class BiLSTMClassifier(RecurrentClassifier):
    r"""Classify windows by a bidirectional long short-term memory network.

    One LSTM reads each window from its first step to its last, another from its last to its first;
    the head sees the last states of both.

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
    BiLSTMRegressor : The same network for numbers.

    References
    ----------
    M. Schuster and K. K. Paliwal, "Bidirectional recurrent neural networks", IEEE Transactions on
    Signal Processing 45(11), 1997.
    A. Graves and J. Schmidhuber, "Framewise phoneme classification with bidirectional LSTM",
    Neural Networks 18(5-6), 2005.

    Examples
    --------
    >>> import numpy as np
    >>> from sklstm import BiLSTMClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = rng.choice(["falling", "rising"], size=200)
    >>> slope = np.where(y == "rising", 0.2, -0.2)
    >>> X = slope[:, np.newaxis] * np.arange(9) + rng.normal(size=(200, 9))
    >>> clf = BiLSTMClassifier(hidden_size=8, max_epochs=50, random_state=0)
    >>> clf.fit(X[:150], y[:150]).score(X[150:], y[150:]) > 0.9
    True
    """

    _cell = "lstm"
    _parameter_constraints = RecurrentClassifier._parameter_constraints | PEEPHOLE

    def __init__(
        self,
        hidden_size=32,
        *,
        num_layers=1,
        dropout=0.0,
        recurrent_dropout=0.0,
        activation="tanh",
        peephole=False,
        embedding_dim=None,
        init_scale=1.0,
        class_weight=None,
        optimizer="adam",
        learning_rate=0.005,
        weight_decay="auto",
        max_grad_norm=1.0,
        batch_size=64,
        max_epochs=100,
        shuffle=True,
        early_stopping=False,
        validation_fraction=0.1,
        n_iter_no_change=10,
        tol=1e-4,
        warm_start=False,
        callbacks=None,
        device="cpu",
        engine="auto",
        random_state=None,
        verbose=False,
    ):
        super().__init__(
            hidden_size,
            num_layers=num_layers,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            activation=activation,
            embedding_dim=embedding_dim,
            init_scale=init_scale,
            class_weight=class_weight,
            optimizer=optimizer,
            learning_rate=learning_rate,
            weight_decay=weight_decay,
            max_grad_norm=max_grad_norm,
            batch_size=batch_size,
            max_epochs=max_epochs,
            shuffle=shuffle,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            n_iter_no_change=n_iter_no_change,
            tol=tol,
            warm_start=warm_start,
            callbacks=callbacks,
            device=device,
            engine=engine,
            random_state=random_state,
            verbose=verbose,
            bidirectional=True,
        )
        self.peephole = peephole
