"""Docstring text that all recurrent estimators share, written once."""

import textwrap

_NETWORK = """
hidden_size : int or list of int, default=32
    Units of each recurrent layer and direction. Of a list each layer has its own, from the input
    on; `num_layers` is left out then.
num_layers : int, default=1
    Recurrent layers on top of each other.
{bidirectional}
dropout : float in [0, 1) or list of them, default=0.0
    Share of the outputs of every recurrent layer that is set to zero in training; of a list each
    layer has its own. The first layer's is also that of the numbers of each token, the same ones at
    every step (Gal and Ghahramani, 2016).
recurrent_dropout : float in [0, 1), default=0.0
    Share of the hidden units that is not fed back, the same ones at every step of a sequence
    (Gal and Ghahramani, 2016).
activation : {{"tanh", "relu"}}, default="tanh"
    Function of the candidate and of the output of the cell. Gates are logistic always.
{peephole}
embedding_dim : int, default=None
    Numbers that stand for each token. If set, `X` holds tokens, as `TextSequencer` makes them:
    whole numbers of shape (n_samples, n_timesteps), each of which gets a row of so many trained
    numbers. 0 is padding, which is skipped wherever it stands; tokens not seen in `fit` are taken
    for 1, out of vocabulary. If `fit` has seen no 1 either, its row is the mean of the others.
    None: `X` holds measured values.
init_scale : float, default={init_scale}
    What the weights to begin from are multiplied by: uniform ones for inputs and outputs (Glorot
    and Bengio, 2010), orthogonal ones from step to step (Saxe et al., 2014). Of small weights comes
    a network that is nearly linear at first, and smoother forecasts of short, noisy series; 1.0 is
    what Keras does.
"""

_BIDIRECTIONAL = """
bidirectional : bool, default=False
    Whether each layer also reads the window from its last step to its first. No row after the
    window is seen.
"""

_PEEPHOLE = """
peephole : bool, default=False
    Whether the gates of an LSTM also see the cell state (Gers and Schmidhuber, 2000).
"""

_NO_PEEPHOLE = """
peephole : bool, default=False
    Of the LSTM only, whose gates can see its cell state; False here.
"""

_REGRESSION = """
differencing : {"auto", "always", "never"}, default="auto"
    Whether changes are predicted in place of values, as a price is today's price and a change.
    ``"auto"``: a target is taken relative to the newest value of the feature for which that leaves
    the smallest variance, if this is less than half of its own. If all targets are so, features
    that wander (the test of Dickey and Fuller, 1979, finds no level that they return to) are read
    as changes since the first step of the window. So values beyond those of training are as good
    as any. A change is measured in the units of its feature: targets on another scale than all
    features are predicted as they are. ``"always"``: all targets, and all features; ``"never"``:
    none. Tokens are never.
output : {"last", "sequence"}, default="last"
    What there is a target for: each window, or every step of each window. With ``"sequence"`` a
    step without target is NaN in `y`, and every target counts the same in the loss. The prediction
    of a step depends on this and earlier steps of its window only, unless the network reads
    backwards too.
loss : {"squared_error", "absolute_error", "huber", "log_cosh", "quantile"}, default="squared_error"
    What training minimises, the mean of a function of the error ``e``, prediction minus target in
    standard deviations of the target: ``e ** 2``; ``|e|``; ``e ** 2 / 2`` up to one and
    ``|e| - 1 / 2`` beyond (Huber, 1964); ``log(cosh(e))``, about the same but smooth; or
    ``max((1 - q) * e, -q * e)`` with the quantile `q` (Koenker and Bassett, 1978).
quantile : float in (0, 1) or list of float, default=0.5
    The quantile that ``loss="quantile"`` predicts; of a list, several distinct ones at once, in a
    last axis of the predictions. They never cross: predictions are sorted by level (Chernozhukov,
    Fernandez-Val and Galichon, 2010).
"""

_CLASSIFICATION = """
class_weight : dict or "balanced", default=None
    Weights of the classes in the log loss; ``"balanced"``: inversely proportional to their
    frequencies.
"""

_TRAINING = """
optimizer : {"adam", "adamw", "nadam", "rmsprop", "sgd"}, default="adam"
    Gradient method; ``"sgd"`` has a Nesterov momentum of 0.9, ``"rmsprop"`` a smoothing constant
    of 0.9.
learning_rate : float, default=0.005
    Step size of the optimizer.
weight_decay : float or "auto", default="auto"
    Strength of L2 regularisation. ``"auto"``: in each epoch a thousandth of the training loss of
    the epoch before, 1 at most. So noise is not learned by heart, and a clean signal is learned to
    the end.
max_grad_norm : float or None, default=1.0
    Longest gradient that is not shortened; None: never.
batch_size : int, default=64
    Samples per step of the optimizer. If windows are of very unequal length, batches are of like
    length.
max_epochs : int, default=100
    Passes over the training samples.
shuffle : bool, default=True
    Whether the samples are visited in a new order in each epoch.
early_stopping : bool, default=False
    Whether to hold back the newest samples, stop when the loss on them no longer falls, and keep
    the weights with which it was lowest. Samples whose windows reach into the held-back ones are
    left out, as far as they can be seen to: a scaler of windows before the network, and several
    series among each other, hide it. ``X_val`` of `fit` takes the place of the newest samples.
validation_fraction : float in (0, 1), default=0.1
    Share of the samples that ``early_stopping`` holds back.
n_iter_no_change : int or None, default=10
    Epochs without a fall of the loss (that of the held-back samples with ``early_stopping``,
    otherwise the training loss) after which training stops; None: run all ``max_epochs``.
tol : float, default=1e-4
    The smallest fall of the loss that counts.
warm_start : bool, default=False
    Whether `fit` goes on from the weights, and the state of the optimizer, of the last fit.
callbacks : list of skorch.callbacks.Callback, default=None
    Callbacks of skorch, or pairs of a name and one; they are told of every batch and epoch. With
    them torch trains, as with ``engine="torch"``. Scores are of standardised targets. Those of
    scikit-learn are given to `set_callbacks`.
device : str, default="cpu"
    Where to train: ``"cpu"``, an accelerator such as ``"cuda"``, or ``"auto"``. Predictions are
    always made on the processor.
engine : {"auto", "torch"}, default="auto"
    Who computes on the processor. ``"auto"``: code compiled for this processor; ``"torch"``:
    torch trains and NumPy predicts. Results are the same up to rounding. Other devices are always
    torch's.
random_state : int, RandomState instance or None, default=None
    Seed of initial weights, order of samples and dropout. Equal seeds give equal bits, whatever
    ``n_jobs``. The global generators are neither used nor changed; None draws a fresh seed.
verbose : bool, default=False
    Whether to print the loss of every epoch.
"""

_ATTRIBUTES = """
weights_ : dict of str to ndarray
    Parameters of the network. Single precision, but double where all the training samples fit
    into one batch.
n_parameters_ : int
    Number of parameters of the network.
n_iter_ : int
    Number of epochs trained.
loss_curve_ : list of float
    Mean training loss of each epoch.{units}
validation_scores_ : list of float or None
    With ``early_stopping``, minus the loss of the held-back samples after each epoch.
best_validation_score_ : float or None
    The largest of them, whose weights were kept.
stop_reason_ : {{"max_epochs", "training_loss", "validation_score", "callback"}}
    What ended training.
feature_mean_, feature_scale_ : ndarray of shape (n_features,) or None
    What inputs are standardised by: statistics of the training windows.{scale} None for tokens.
tokens_ : ndarray of int or None
    With `embedding_dim` the tokens seen in training, the smallest first.
{extra}
n_features_in_ : int
    Features of each step; for two-dimensional `X` its number of columns.
feature_names_in_ : ndarray of shape (n_features_in_,)
    Names of the columns, if `fit` saw a frame.
window_shape_ : tuple of (int, int)
    Steps and features of the windows seen in `fit`.
"""

_REGRESSOR_ATTRIBUTES = """
target_mean_, target_scale_ : ndarray of shape (n_outputs,)
    What targets, or their changes, are standardised by; undone in `predict`.
differenced_targets_ : ndarray of int of shape (n_outputs,)
    Number of the feature that each target is relative to, -1 for none.
differenced_features_ : ndarray of bool of shape (n_features,)
    Which features are read as changes since the first step of a window.
"""

_CLASSIFIER_ATTRIBUTES = """
classes_ : ndarray of shape (n_classes,)
    Class labels.
"""


def documented(*, is_classifier, bidirectional=True, peephole=False):
    """Return a decorator that completes the docstring of a recurrent estimator.

    ``{parameters}`` and ``{attributes}`` in the docstring are replaced by the text that all share.

    Parameters
    ----------
    is_classifier : bool
        Whether the parameters of classifiers or of regressors belong in it.
    bidirectional : bool
        Whether the estimator has a choice there.
    peephole : bool
        Whether its cell can have peepholes.

    Returns
    -------
    decorator : callable
        Takes and returns a class.
    """
    network = _NETWORK.format(
        bidirectional=_BIDIRECTIONAL.strip() if bidirectional else "",
        peephole=(_PEEPHOLE if peephole else _NO_PEEPHOLE).strip(),
        init_scale=1.0 if is_classifier else 0.5,
    )
    purpose = _CLASSIFICATION if is_classifier else _REGRESSION
    attributes = _ATTRIBUTES.format(
        units=""
        if is_classifier
        else " Errors are in standard deviations of the target, or of its changes.",
        scale="" if is_classifier else " Changes are divided by their root mean square.",
        extra=(_CLASSIFIER_ATTRIBUTES if is_classifier else _REGRESSOR_ATTRIBUTES).strip(),
    )

    def complete(cls):
        cls.__doc__ = cls.__doc__.replace("{parameters}", _block(network + purpose + _TRAINING))
        cls.__doc__ = cls.__doc__.replace("{attributes}", _block(attributes))
        return cls

    return complete


def _block(text):
    lines = "\n".join(line for line in text.splitlines() if line.strip())
    return textwrap.indent(lines, "    ").strip()
