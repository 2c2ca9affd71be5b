"""`RNNLanguageModel`."""

from ._documentation import documented
from ._language_model import LanguageModel


@documented()
class RNNLanguageModel(LanguageModel):
    r"""Read and write text, token by token, by a simple recurrent network.

    .. math:: h_t = a(W x_t + U h_{t-1} + b)

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
    J. L. Elman, "Finding structure in time", Cognitive Science 14(2), 1990.
    I. Sutskever, J. Martens and G. Hinton, "Generating text with recurrent neural networks", ICML
    2011.

    Examples
    --------
    >>> from sklstm import RNNLanguageModel
    >>> text = "to be or not to be, that is the question: " * 20
    >>> writer = RNNLanguageModel(hidden_size=32, sequence_length=40, batch_size=4, random_state=0)
    >>> writer.fit(text).perplexity(text) < 1.1
    True
    >>> print(writer.sample(34, prompt="to be, ", temperature=0.5, random_state=0))
    to be, that is the question: to be or not
    """

    _cell = "rnn"
