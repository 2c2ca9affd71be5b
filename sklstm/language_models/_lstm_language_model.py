"""`LSTMLanguageModel`."""

from sklstm.estimators import PEEPHOLE

from ._documentation import documented
from ._language_model import LanguageModel


@documented(peephole=True)
class LSTMLanguageModel(LanguageModel):
    r"""Read and write text, token by token, by a long short-term memory network.

    .. math::

        i, f, o &= \sigma(W_{i,f,o} x_t + U_{i,f,o} h_{t-1} + b_{i,f,o}) \\
        c_t &= f \circ c_{t-1} + i \circ a(W_c x_t + U_c h_{t-1} + b_c) \\
        h_t &= o \circ a(c_t)

    A linear head and a softmax give the probability of every token to be the next one.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    GRULanguageModel : The same with gated recurrent units.
    TextSequencer : Texts as windows of ids, to classify them.
    sklstm.callbacks.TextSampler : Samples while the model learns.

    Notes
    -----
    {notes}

    References
    ----------
    S. Hochreiter and J. Schmidhuber, "Long short-term memory", Neural Computation 9(8), 1997.
    F. A. Gers, J. Schmidhuber and F. Cummins, "Learning to forget: continual prediction with
    LSTM", Neural Computation 12(10), 2000.
    I. Sutskever, J. Martens and G. Hinton, "Generating text with recurrent neural networks", ICML
    2011.

    Examples
    --------
    >>> from sklstm import LSTMLanguageModel
    >>> text = "to be or not to be, that is the question: " * 20
    >>> writer = LSTMLanguageModel(hidden_size=32, sequence_length=40, batch_size=4, random_state=0)
    >>> writer.fit(text).perplexity(text) < 1.1
    True
    >>> print(writer.sample(34, prompt="to be, ", temperature=0.5, random_state=0))
    to be, that is the question: to be or not
    """

    _cell = "lstm"
    _parameter_constraints = LanguageModel._parameter_constraints | PEEPHOLE

    def __init__(
        self,
        hidden_size=128,
        *,
        level="char",
        num_layers=1,
        embedding_dim=None,
        sequence_length=100,
        stateful=False,
        max_tokens=None,
        lowercase=False,
        token_pattern=r"\w+(?:['\u2019-]\w+)*|[^\w\s]",
        analyzer=None,
        vocabulary=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        activation="tanh",
        peephole=False,
        optimizer="adam",
        learning_rate=0.005,
        weight_decay=0.0,
        max_grad_norm=1.0,
        batch_size=64,
        max_epochs=50,
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
            level=level,
            num_layers=num_layers,
            embedding_dim=embedding_dim,
            sequence_length=sequence_length,
            stateful=stateful,
            max_tokens=max_tokens,
            lowercase=lowercase,
            token_pattern=token_pattern,
            analyzer=analyzer,
            vocabulary=vocabulary,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            activation=activation,
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
        )
        self.peephole = peephole
