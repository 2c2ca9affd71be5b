"""`RNNLanguageModel`."""

from ._language_model import LanguageModel


class RNNLanguageModel(LanguageModel):
    r"""Read and write text, token by token, by a simple recurrent network.

    .. math:: h_t = a(W x_t + U h_{t-1} + b)

    A linear head and a softmax give the probability of every token to be the next one.

    Parameters
    ----------
    hidden_size : int or list of int, default=128
        Number of hidden units per recurrent layer. A list sets each layer separately, first layer
        first; leave `num_layers` out then.
    level : {"char", "word"}, default="char"
        What a token is: a character, including blanks and line ends, or a word.
    num_layers : int, default=1
        Number of stacked recurrent layers.
    embedding_dim : int, default=None
        Embedding dimension: the size of the trained vector that stands for each token. None: tokens
        are one-hot encoded, which suits characters.
    sequence_length : int, default=100
        Number of tokens per training chunk: the length of truncated back-propagation through time.
        Unless ``stateful``, it also bounds how far back the network can learn to remember.
    stateful : bool, default=False
        Whether the hidden state is carried from one chunk of a text to the next in training. The
        texts are then read in order in ``batch_size`` parallel streams, or fewer, so that each
        stream has at least ten chunks. Otherwise chunks are independent and start from a state of
        zeros.
    max_tokens : int, default=None
        Maximum vocabulary size, the number of inputs and outputs of the network. If there are more
        distinct tokens, the ``max_tokens - 1`` most frequent ones are kept, and all others share
        one id: out of vocabulary.
    lowercase : bool, default=False
        Whether to convert texts and prompts to lower case first. The model then writes lower case
        too.
    token_pattern : str, default=r"\\w+(?:['\u2019-]\\w+)*|[^\\w\\s]"
        Regular expression of a word; only for ``level="word"``. The default matches words,
        including inner apostrophes and hyphens, and single punctuation marks. For texts that are
        tokenized already, with blanks between tokens, use ``r"\S+"``.
    analyzer : callable, default=None
        Tokenizer: a function from a raw text to its tokens, instead of `lowercase`, `token_pattern`
        and the split into characters. `level` then only sets how `sample` joins tokens.
    vocabulary : iterable of str or mapping of str to int, default=None
        The tokens in the order of their ids; of a mapping only the order of the values counts.
        None: learned in `fit`, the most frequent token first. Cannot be combined with `max_tokens`.
    dropout : float in [0, 1) or list of float, default=0.0
        Dropout rate of the outputs of each recurrent layer, in training only. A list sets each
        layer separately. With `embedding_dim`, the rate of the first layer also applies to the
        embedding.
    recurrent_dropout : float in [0, 1), default=0.0
        Dropout rate of the hidden state that enters the recurrent product, in training only, with
        one mask for all steps of a chunk: variational dropout (Gal and Ghahramani, 2016).
    activation : {"tanh", "relu"}, default="tanh"
        Activation function of the candidate and of the output of the cell. Gates always use the
        logistic sigmoid.
    optimizer : {"adam", "adamw", "nadam", "rmsprop", "sgd"}, default="adam"
        Gradient method: Adam, AdamW, NAdam, RMSprop (smoothing constant 0.9), or stochastic
        gradient descent with Nesterov momentum of 0.9.
    learning_rate : float, default=0.005
        Learning rate of the optimizer.
    weight_decay : float or "auto", default=0.0
        Weight decay: strength of the L2 regularisation, against overfitting. ``"auto"`` is ``1e-3 *
        min(L, 1)`` in each epoch, where ``L`` is the training loss of the epoch before.
    max_grad_norm : float or None, default=1.0
        Gradient clipping: a gradient whose L2 norm is larger is scaled down to this norm. None: no
        clipping.
    batch_size : int, default=64
        Size of the mini-batches, in chunks.
    max_epochs : int, default=50
        Maximum number of epochs, passes over the training text.
    shuffle : bool, default=True
        Whether to shuffle the chunks in each epoch; ignored if ``stateful``.
    early_stopping : bool, default=False
        Whether to hold out the end of the texts as a validation set, stop when the validation loss
        no longer falls, and restore the weights with the lowest one.
    validation_fraction : float in (0, 1), default=0.1
        Fraction of the tokens held out with ``early_stopping``: the last texts, or the end of a
        text.
    n_iter_no_change : int or None, default=10
        Patience: training stops after this many epochs without an improvement of the loss
        (validation loss with ``early_stopping``, training loss otherwise). None: train for all
        ``max_epochs``.
    tol : float, default=1e-4
        Smallest decrease of the loss that counts as an improvement.
    warm_start : bool, default=False
        Whether `fit` continues from the weights, the optimizer state and the vocabulary of the
        previous fit.
    callbacks : list of skorch.callbacks.Callback, default=None
        Callbacks of skorch, or pairs of a name and one, called for every mini-batch and epoch.
        With callbacks, torch trains, as with ``engine="torch"``. Callbacks of scikit-learn, and
        `sklstm.callbacks.TextSampler`, are set by `set_callbacks`.
    device : str, default="cpu"
        Device to train on: ``"cpu"``, an accelerator such as ``"cuda"``, or ``"auto"``. Texts are
        always scored and sampled on the CPU.
    engine : {"auto", "torch"}, default="auto"
        Implementation used on the CPU. ``"auto"``: code compiled for this machine; ``"torch"``:
        torch trains, and NumPy scores and samples. Results agree up to rounding. Other devices
        always use torch.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights, the order of the chunks and dropout. Equal seeds give
        bit-identical results, whatever ``n_jobs``. Global random generators are neither used nor
        changed; None draws a new seed.
    verbose : bool or int, default=False
        Whether to print the loss of each epoch.

    Attributes
    ----------
    vocabulary_ : dict of str to int
        Tokens and their ids: consecutive integers from 0, in ascending order. Tokens out of
        vocabulary, if `fit` met any, share the next id.
    token_counts_ : ndarray of shape (n_ids,), int64
        Number of occurrences of each id in the training texts.
    weights_ : dict of str to ndarray
        Weights of the network, in single precision.
    n_parameters_ : int
        Number of weights of the network.
    n_iter_ : int
        Number of epochs trained.
    loss_curve_ : list of float
        Mean training loss of each epoch: the cross-entropy, or negative log-likelihood, per token
        in nats.
    validation_scores_ : list of float or None
        With ``early_stopping``, the mean log-likelihood per token of the validation text after each
        epoch.
    best_validation_score_ : float or None
        The highest validation score; its weights were kept.
    stop_reason_ : {"max_epochs", "training_loss", "validation_score", "callback"}
        Why training stopped.

    See Also
    --------
    LSTMLanguageModel : The same with an LSTM.
    TextSequencer : Texts as windows of ids, to classify them.
    sklstm.callbacks.TextSampler : Samples while the model learns.

    Notes
    -----
    The model predicts each token from all tokens before it in the same text, so the log-likelihood
    of a text is ``sum(log p(w[t] | w[0], ..., w[t - 1]))`` over ``t >= 1``; the first token has no
    context and is not scored. Each text starts from a state of zeros, and no chunk spans two texts.

    In training, a text of n tokens is cut into ``(n - 1) // sequence_length`` full chunks; the rest
    is a shorter chunk, so that no token is lost.

    Out of vocabulary is an output like any other if `fit` met such a token: it is scored, and never
    sampled. If `fit` met none, there is no such output, and texts with unknown tokens are refused.
    This can happen to a fold of a cross-validation: remove rare tokens first. Scores of models with
    different vocabularies are not comparable, since out-of-vocabulary tokens are easy to predict. A
    text of a single repeated token has two outputs, one of which never occurs.

    For scoring, texts are read in parallel. Long ones are split into up to 64 pieces, and before
    each piece the network reads the ``max(1000, 2 * sequence_length)`` tokens before it as context,
    instead of all of them.

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
