"""`GRULanguageModel`."""

from ._documentation import documented
from ._language_model import LanguageModel


@documented()
class GRULanguageModel(LanguageModel):
    r"""Read and write text, token by token, by gated recurrent units.

    .. math::

        r, z &= \sigma(W_{r,z} x_t + U_{r,z} h_{t-1} + b_{r,z}) \\
        n &= a(W_n x_t + b_n + r \circ (U_n h_{t-1} + c_n)) \\
        h_t &= (1 - z) \circ n + z \circ h_{t-1}

    A linear head and a softmax give the probability of every token to be the next one.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    LSTMLanguageModel : The same with an LSTM.
    TextSequencer : Texts as windows of ids, to classify them.
    sklstm.callbacks.TextSampler : Samples while the model learns.

    Notes
    -----
    {notes}

    References
    ----------
    K. Cho et al., "Learning phrase representations using RNN encoder-decoder for statistical
    machine translation", EMNLP 2014.
    I. Sutskever, J. Martens and G. Hinton, "Generating text with recurrent neural networks", ICML
    2011.

    Examples
    --------
    >>> from sklstm import GRULanguageModel
    >>> text = "to be or not to be, that is the question: " * 20
    >>> writer = GRULanguageModel(hidden_size=32, sequence_length=40, batch_size=4, random_state=0)
    >>> writer.fit(text).perplexity(text) < 1.1
    True
    >>> print(writer.sample(34, prompt="to be, ", temperature=0.5, random_state=0))
    to be, that is the question: to be or not
    """

    _cell = "gru"
