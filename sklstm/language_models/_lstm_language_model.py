"""`LSTMLanguageModel`."""

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
