"""Docstring text that the language models share, written once."""

import textwrap

_PARAMETERS = r"""
hidden_size : int or list of int, default=128
    Units of each recurrent layer. Of a list each layer has its own, from the input on;
    `num_layers` is left out then.
level : {{"char", "word"}}, default="char"
    What a token is: a single character, blanks and line ends among them, or a word.
num_layers : int, default=1
    Recurrent layers on top of each other.
embedding_dim : int, default=None
    Numbers by which the network knows each token, learned in training. None: the network sees
    which token it is and nothing else (one-hot input), which suits characters.
sequence_length : int, default=100
    Tokens that the network reads before its weights are adjusted: as far back as it learns to
    remember, unless ``stateful``.
stateful : bool, default=False
    Whether training goes on, from one chunk of a text to the next, with the state in which the
    network ended. The texts are then read in ``batch_size`` places at once, in their order, or in
    fewer, so that in each place at least ten chunks follow each other. Otherwise chunks are
    independent, and begin with a state of zeros.
max_tokens : int, default=None
    The largest number of inputs and outputs of the network. If there are more different tokens,
    the ``max_tokens - 1`` most frequent ones are kept, and all others are one: out of vocabulary.
lowercase : bool, default=False
    Whether texts and prompts are lower-cased first. A model writes what it has read.
token_pattern : str, default=r"\\w+(?:['\u2019-]\\w+)*|[^\\w\\s]"
    Regular expression of a word; only for ``level="word"``. The default is words, with
    apostrophes and hyphens inside, and marks of punctuation, each by itself. For texts that are
    cut by blanks already, take ``r"\S+"``.
analyzer : callable, default=None
    Function that takes a text as it came and returns its tokens, in place of `lowercase`,
    `token_pattern` and the rule for characters. `level` then only says how `sample` joins tokens.
vocabulary : iterable of str or mapping of str to int, default=None
    The tokens in the order of their ids; of a mapping the numbers say the order alone. None:
    learned in `fit`, the most frequent token first. `max_tokens` is refused beside it.
dropout : float in [0, 1) or list of them, default=0.0
    Share of the outputs of every recurrent layer that is set to zero in training; of a list each
    layer has its own. The first layer's is also that of the numbers of each token, if there is an
    `embedding_dim`.
recurrent_dropout : float in [0, 1), default=0.0
    Share of the hidden units that is not fed back, the same ones at every step of a chunk (Gal
    and Ghahramani, 2016).
activation : {{"tanh", "relu"}}, default="tanh"
    Function of the candidate and of the output of the cell. Gates are logistic always.
{peephole}
optimizer : {{"adam", "adamw", "nadam", "rmsprop", "sgd"}}, default="adam"
    Gradient method; ``"sgd"`` has a Nesterov momentum of 0.9, ``"rmsprop"`` a smoothing constant
    of 0.9.
learning_rate : float, default=0.005
    Step size of the optimizer.
weight_decay : float or "auto", default=0.0
    Strength of L2 regularisation. ``"auto"``: in each epoch a thousandth of the training loss of
    the epoch before, 1 at most.
max_grad_norm : float or None, default=1.0
    Longest gradient that is not shortened; None: never.
batch_size : int, default=64
    Chunks per step of the optimizer.
max_epochs : int, default=50
    Passes over the training text.
shuffle : bool, default=True
    Whether the chunks are visited in a new order in each epoch; they are not if ``stateful``.
early_stopping : bool, default=False
    Whether to hold back the end of the texts, stop when the loss on it no longer falls, and keep
    the weights with which it was lowest.
validation_fraction : float in (0, 1), default=0.1
    Share of the tokens that ``early_stopping`` holds back: the last texts, or the end of a text.
n_iter_no_change : int or None, default=10
    Epochs without a fall of the loss (that of the held-back text with ``early_stopping``,
    otherwise the training loss) after which training stops; None: run all ``max_epochs``.
tol : float, default=1e-4
    The smallest fall of the loss that counts.
warm_start : bool, default=False
    Whether `fit` goes on from the weights, the state of the optimizer and the vocabulary of the
    last fit.
callbacks : list of skorch.callbacks.Callback, default=None
    Callbacks of skorch, or pairs of a name and one; they are told of every batch and epoch. With
    them torch trains, as with ``engine="torch"``. Those of scikit-learn, and
    `sklstm.callbacks.TextSampler`, are given to `set_callbacks`.
device : str, default="cpu"
    Where to train: ``"cpu"``, an accelerator such as ``"cuda"``, or ``"auto"``. Texts are always
    scored and written on the processor.
engine : {{"auto", "torch"}}, default="auto"
    Who computes on the processor. ``"auto"``: code compiled for this processor; ``"torch"``:
    torch trains, and NumPy scores and writes. Results are the same up to rounding. Other devices
    are always torch's.
random_state : int, RandomState instance or None, default=None
    Seed of initial weights, order of chunks and dropout. Equal seeds give equal bits, whatever
    ``n_jobs``. The global generators are neither used nor changed; None draws a fresh seed.
verbose : bool, default=False
    Whether to print the loss of every epoch.
"""

_PEEPHOLE = """
peephole : bool, default=False
    Whether the gates of an LSTM also see the cell state (Gers and Schmidhuber, 2000).
"""

_NO_PEEPHOLE = """
peephole : bool, default=False
    Of the LSTM only, whose gates can see its cell state; False here.
"""

_ATTRIBUTES = """
vocabulary_ : dict of str to int
    Tokens and their ids, from zero on without gaps, lowest id first. If tokens out of vocabulary
    are known, they have the next id together.
token_counts_ : ndarray of shape (n_ids,), int64
    How often each id occurs in the texts of training.
weights_ : dict of str to ndarray
    Parameters of the network, in single precision.
n_parameters_ : int
    Number of parameters of the network.
n_iter_ : int
    Number of epochs trained.
loss_curve_ : list of float
    Mean training loss of each epoch: minus the log-likelihood per token, in nats.
validation_scores_ : list of float or None
    With ``early_stopping``, the mean log-likelihood per token of the held-back text after each
    epoch.
best_validation_score_ : float or None
    The largest of them, whose weights were kept.
stop_reason_ : {"max_epochs", "training_loss", "validation_score", "callback"}
    What ended training.
"""

_NOTES = """
Every token but the first of its text is to be told from all that stand before it in the text; the
first one has nothing before it and is not scored. At the beginning of a text the state is zero,
and no chunk spans two texts.

In training a text of n tokens is cut into chunks of ``sequence_length``. There are ``(n - 1) //
sequence_length`` full ones; a rest is a shorter chunk of its own, so that nothing is lost.

A token out of vocabulary is an output like any other if `fit` met one: it is scored, and never
written. If `fit` met none, there is no such output, and texts with other tokens are refused. That
may happen to a fold of a cross-validation: leave rare tokens out first. Models that cut off
different tokens cannot be compared by their scores, since a token out of vocabulary is easy to
tell. A text of a single repeated token has two outputs, of which one is never seen.

To score them, texts are read side by side. Those that are long are cut into as many as 64 pieces,
and before each piece the network reads the ``max(1000, 2 * sequence_length)`` tokens before it, in
place of all of them.
"""


def documented(*, peephole=False):
    """Return a decorator that completes the docstring of a language model.

    ``{parameters}``, ``{attributes}`` and ``{notes}`` in the docstring are replaced by the text
    that all share.

    Parameters
    ----------
    peephole : bool
        Whether its cell can have peepholes.

    Returns
    -------
    decorator : callable
        Takes and returns a class.
    """
    parameters = _PARAMETERS.format(peephole=(_PEEPHOLE if peephole else _NO_PEEPHOLE).strip())

    def complete(cls):
        for name, text in [
            ("parameters", parameters), ("attributes", _ATTRIBUTES), ("notes", _NOTES)
        ]:  # fmt: skip
            text = textwrap.indent(text.strip(), "    ").strip()
            cls.__doc__ = cls.__doc__.replace("{" + name + "}", text)
        return cls

    return complete
