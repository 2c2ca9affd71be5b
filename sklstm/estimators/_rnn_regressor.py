"""`RNNRegressor`."""

from ._recurrent_regressor import RecurrentRegressor


class RNNRegressor(RecurrentRegressor):
    r"""Predict numbers from windows by a simple recurrent network.

    .. math:: h_t = a(W x_t + U h_{t-1} + b)

    A linear head reads the state after the last observed step of each window, or with
    ``output="sequence"`` that after every step. Inputs and targets are standardised inside, by
    statistics of the training windows.

    Parameters
    ----------
    hidden_size : int, list of int or "auto", default="auto"
        Number of hidden units per recurrent layer and direction. A list sets each layer separately,
        first layer first; leave `num_layers` out then. ``"auto"``: 32; a `Forecaster` with columns
        known in advance tries 64 as well, where it lets a network read the rows to come, and takes
        them if they forecast clearly better. Training that goes on keeps the number it began with.
    num_layers : int, default=1
        Number of stacked recurrent layers.
    bidirectional : bool, default=False
        Whether each layer also processes the window backwards, from its last step to its first. No
        row after the window is read.
    dropout : float in [0, 1) or list of float, default=0.0
        Dropout rate of the outputs of each recurrent layer, in training only. A list sets each
        layer separately. With `embedding_dim`, the rate of the first layer also applies to the
        embedding, with one mask for all steps of a sequence (Gal and Ghahramani, 2016).
    recurrent_dropout : float in [0, 1), default=0.0
        Dropout rate of the hidden state that enters the recurrent product, in training only, with
        one mask for all steps of a sequence: variational dropout (Gal and Ghahramani, 2016).
    activation : {"tanh", "relu"}, default="tanh"
        Activation function of the candidate and of the output of the cell. Gates always use the
        logistic sigmoid.
    embedding_dim : int, default=None
        Embedding dimension: the size of the trained vector that stands for each token. If set, `X`
        holds tokens, integers of shape (n_samples, n_timesteps) as `TextSequencer` makes them. 0 is
        padding, which is masked wherever it stands; tokens not seen in `fit` are treated as 1, out
        of vocabulary. If `fit` has seen no 1 either, its vector is the mean of the others. None:
        `X` holds numeric features.
    patch_size : int or "auto", default=1
        Number of successive steps that the network reads side by side as one (patches; Nie et al.,
        2023): long sequences become shorter by this factor, are faster to train, and easier to
        learn. Patches end with the newest step; the oldest one is filled up with the means of the
        features. Missing steps are left out before. ``"auto"``: ``max(1, (n + 31) // 64)``, where
        ``n`` is the number of observed steps of the longest training window, so 1 up to 96. For
        tokens, and for ``output="sequence"``, 1.
    pooling : {"auto", "last", "mean", "max", "concat"}, default="last"
        What the head reads of the hidden states of all steps: the state after the last step that a
        layer reads, in the backward direction of a bidirectional network that of the oldest step;
        for each unit the mean or the maximum over all observed steps (patches); or all three
        (concat pooling; Howard and Ruder, 2018). Pooling finds what occurs anywhere in a long
        sequence. ``"auto"``: ``"concat"`` if the longest training window has more than 96 observed
        steps, otherwise ``"last"``; for tokens, and for ``output="sequence"``, ``"last"``.
    init_scale : float, default=0.5
        Factor of the initial weights: Glorot uniform for input and output weights (Glorot and
        Bengio, 2010), orthogonal for recurrent ones (Saxe et al., 2014). Small weights make a
        network that is nearly linear at first, and forecasts of short, noisy series smoother. The
        matrix of each gate is drawn by itself. Keras draws those of all gates as one: the recurrent
        weights of an LSTM are half as large there, and so are those of a few inputs.
    differencing : {"auto", "always", "never"}, default="auto"
        Differencing, for non-stationary series such as prices. The network predicts the difference
        ``y[t] - x[t]`` from the newest value of a feature instead of the target itself, and
        `predict` adds ``x[t]`` back, so that it can follow values outside the range of the training
        data. ``"auto"``: a target is differenced if that leaves less than half of its variance; the
        feature is the one that leaves the smallest. If all targets are differenced, non-stationary
        features (the augmented Dickey-Fuller test does not reject a unit root at 5 %; Said and
        Dickey, 1984) are replaced by their differences from the first step of the window.
        ``"always"``: all targets and all features; ``"never"``: none. A difference is in the units
        of its feature, so targets on another scale than every feature are not differenced under
        ``"auto"``; tokens never are.
    output : {"last", "sequence"}, default="last"
        Whether `y` has one target per window (many-to-one) or one per step of each window
        (many-to-many). With ``"sequence"``, steps without a target are NaN in `y`, and all targets
        have the same weight in the loss unless `sample_weight` says otherwise. The prediction of a
        step depends on this and earlier steps of its window only, unless the network is
        bidirectional.
    loss : str, default="auto"
        Loss function, the mean over targets of a function of the error ``e``, prediction minus
        target in standard deviations of the target: ``"squared_error"``, ``e ** 2``;
        ``"absolute_error"``, ``|e|``; ``"huber"``, ``e ** 2 / 2`` up to ``|e| = 1`` and ``|e| - 1 /
        2`` beyond (Huber, 1964); ``"log_cosh"``, ``log(cosh(e))``, much the same but smooth;
        ``"quantile"``, the pinball loss ``max((1 - q) * e, -q * e)`` of the quantile `q` (Koenker
        and Bassett, 1978). Or the negative log-likelihood of a distribution whose parameters the
        network predicts: ``"normal"``, ``"student_t"`` or ``"laplace"`` of real numbers;
        ``"poisson"`` or ``"negative_binomial"`` of counts; ``"gamma"`` of amounts above zero;
        ``"tweedie"`` of amounts with zeros, of power 1.5; ``"bernoulli"`` of events, 0 or 1. Counts
        and amounts are divided by their mean, not standardised, and never differenced. ``"auto"``:
        the squared error; the absolute error inside a `WindowScaledRegressor`, or a `Forecaster`
        that divides windows by scales of their own.
    quantile : float in (0, 1) or list of float, default=0.5
        Quantile level or levels that ``loss="quantile"`` predicts; with another loss, `fit` warns
        of any but the default. A list of distinct levels predicts several quantiles at once, along
        a last axis of the predictions. They never cross: predictions are sorted by level
        (Chernozhukov, Fernandez-Val and Galichon, 2010).
    optimizer : {"adam", "adamw", "nadam", "rmsprop", "sgd"}, default="adam"
        Gradient method: Adam, AdamW, NAdam, RMSprop (smoothing constant 0.9), or stochastic
        gradient descent with Nesterov momentum of 0.9.
    learning_rate : float, default=0.005
        Learning rate of the optimizer.
    learning_rate_schedule : {"auto", "constant", "cosine"}, default="auto"
        Learning-rate schedule. ``"auto"``: ``"cosine"`` with ``max_epochs="auto"`` if that takes
        fewer than 100 epochs, or inside a `Forecaster` that scales windows or a
        `WindowScaledRegressor`; otherwise ``"constant"``. ``"cosine"``: the learning rate rises
        linearly over the first twentieth of all optimizer steps (warm-up), and then falls along
        half a cosine to nearly zero at the end of `max_epochs` (Loshchilov and Hutter, 2017). It
        stays constant in `partial_fit`, which knows no end; a learning-rate scheduler of skorch
        among the `callbacks` replaces it.
    weight_decay : float or "auto", default="auto"
        Weight decay: strength of the L2 regularisation, against overfitting. ``"auto"`` is ``1e-3 *
        min(L, 1)`` in each epoch, where ``L`` is the training loss of the epoch before: noise is
        not overfitted, and a clean signal is fitted almost without penalty. 0 turns it off.
    max_grad_norm : float or None, default=1.0
        Gradient clipping: a gradient whose L2 norm is larger is scaled down to this norm. None: no
        clipping.
    batch_size : int, default=64
        Size of the mini-batches. If the lengths of the windows differ much, each mini-batch holds
        windows of similar length (bucketing).
    max_epochs : int or "auto", default="auto"
        Maximum number of epochs, passes over the training samples. ``"auto"``: as many as take 2000
        optimizer steps, ``ceil(2000 / ceil(n_samples / batch_size))``, but at least 5 and at most
        100, which is the number for up to 1280 samples in mini-batches of 64.
    samples_per_epoch : int, default=None
        Number of samples that each epoch draws afresh, none of them twice, where an epoch need not
        pass over all of them, as with a panel of many series. Patience with the training loss then
        counts passes over as many samples as there are. None: all.
    shuffle : bool, default=True
        Whether to shuffle the samples in each epoch.
    early_stopping : bool, default=False
        Whether to hold out the newest samples as a validation set, stop when the validation loss no
        longer falls, and restore the weights with the lowest one. Training samples whose windows
        overlap the validation set are left out, as far as the overlap can be detected: a window
        scaler before the network, or several interleaved series, hide it. Classifiers of unrelated
        sequences, which overlap nowhere, hold out the newest of each class (stratified). ``X_val``
        of `fit` replaces the held-out samples.
    validation_fraction : float in (0, 1), default=0.1
        Fraction of the samples held out with ``early_stopping``.
    n_iter_no_change : int, "auto" or None, default=10
        Patience: training stops after this many epochs without an improvement of the loss
        (validation loss with ``early_stopping``, training loss otherwise). ``"auto"``: 10, or as
        many as take 200 optimizer steps if these are more, since a few batches without progress are
        no sign of convergence. None: train for all ``max_epochs``.
    tol : float, default=1e-4
        Smallest decrease of the loss that counts as an improvement.
    warm_start : bool, default=False
        Whether `fit` continues from the weights and the optimizer state of the previous fit.
    callbacks : list of skorch.callbacks.Callback, default=None
        Callbacks of skorch, or pairs of a name and one, called for every mini-batch and epoch.
        With callbacks, torch trains, as with ``engine="torch"``. Scores are those of standardised
        targets, without sample weights. Callbacks of scikit-learn are set by `set_callbacks`.
    device : str, default="cpu"
        Device to train on: ``"cpu"``, an accelerator such as ``"cuda"``, or ``"auto"``. Predictions
        are always computed on the CPU.
    engine : {"auto", "torch"}, default="auto"
        Implementation used on the CPU. ``"auto"``: code compiled for this machine; ``"torch"``:
        torch trains and NumPy predicts. Results agree up to rounding. Other devices always use
        torch.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights, the order of the samples and dropout. Equal seeds give
        bit-identical results, whatever ``n_jobs``. Global random generators are neither used nor
        changed; None draws a new seed.
    verbose : bool or int, default=False
        Whether to print the loss of each epoch.

    Attributes
    ----------
    weights_ : dict of str to ndarray
        Weights of the network. Single precision, but double if all training samples fit into one
        mini-batch.
    n_parameters_ : int
        Number of weights of the network.
    n_iter_ : int
        Number of epochs trained.
    loss_curve_ : list of float
        Mean training loss of each epoch. Errors are in standard deviations of the target, or of its
        differences; likelihoods are in nats.
    validation_scores_ : list of float or None
        With ``early_stopping``, the negative validation loss after each epoch.
    best_validation_score_ : float or None
        The highest validation score; its weights were kept.
    stop_reason_ : {"max_epochs", "training_loss", "validation_score", "callback"}
        Why training stopped.
    feature_mean_, feature_scale_ : ndarray of shape (n_features,) or None
        Mean and standard deviation by which inputs are standardised, from the training
        windows. Differences are divided by their root mean square. None for tokens.
    tokens_ : ndarray of int or None
        With `embedding_dim`, the tokens seen in training, in ascending order.
    patch_size_ : int
        Number of steps that the network reads as one.
    pooling_ : {"last", "mean", "max", "concat"}
        What the head reads of the hidden states of all steps.
    hidden_size_ : int or tuple of int
        Number of hidden units per recurrent layer and direction; a tuple if layers differ.
    loss_ : str
        Loss function that training has minimised.
    target_mean_, target_scale_ : ndarray of shape (n_outputs,)
        Mean and standard deviation by which targets, differenced where that applies, are
        standardised; undone in `predict`. For likelihoods of counts and amounts 0 and the mean.
    differenced_targets_ : ndarray of int of shape (n_outputs,)
        Column of `X` that is subtracted from each target, -1 for a target that is not differenced.
    differenced_features_ : ndarray of bool of shape (n_features,)
        Which features are replaced by their differences from the first step of the window.
    n_features_in_ : int
        Number of features per step; for two-dimensional `X`, its number of columns.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if `fit` saw a frame, or a list of frames.
    window_shape_ : tuple of (int, int)
        Number of steps and of features of the windows seen in `fit`.

    See Also
    --------
    LSTMRegressor : The same with an LSTM.
    RNNClassifier : The same network for classes.
    PersistenceRegressor : The baseline to beat.

    References
    ----------
    J. L. Elman, "Finding structure in time", Cognitive Science 14(2), 1990.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklstm import RNNRegressor, SequenceWindower, forecast_pairs
    >>> wave = np.sin(np.arange(300) / 5).reshape(-1, 1)
    >>> X, y = forecast_pairs(wave, horizon=3)
    >>> model = make_pipeline(
    ...     SequenceWindower(lookback=12),
    ...     RNNRegressor(hidden_size=8, max_epochs=30, random_state=0),
    ... )
    >>> model.fit(X[:200], y[:200]).score(X[200:], y[200:]) > 0.9
    True
    """

    _cell = "rnn"
