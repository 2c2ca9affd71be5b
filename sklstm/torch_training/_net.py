"""skorch's loop over our batches, without its defaults that we do not want."""

import torch
from skorch import NeuralNet
from skorch.callbacks import (
    BatchScoring,
    Callback,
    EarlyStopping,
    EpochScoring,
    EpochTimer,
    GradientNormClipping,
    LRScheduler,
    PassthroughScoring,
)
from torch import nn

from sklstm.losses import torch_functions

_SCORES = (BatchScoring, EpochScoring)


class Net(NeuralNet):
    """A skorch net that is given its batches and whose loss knows sample weights.

    It is only ever a part inside `train`. Of skorch's defaults the data loader, the validation
    split (which takes the oldest rows in time order), the log and the early stop by
    `KeyboardInterrupt` are switched off.
    """

    asked_to_stop = False
    rates = iter(())  # learning rates of the next batches, if they change

    def get_default_callbacks(self):
        """Return no callbacks: the log and the history of losses are ours."""
        return []

    def get_split_datasets(self, X, y=None, **fit_params):
        """Return training and validation batches as they were given."""
        return X, y

    def get_iterator(self, dataset, training=False):
        """Return the batches themselves."""
        return dataset

    def get_loss(self, y_pred, y_true, X=None, training=False):
        """Return the weighted loss of a batch; `y_true` may be a tuple of targets and weights."""
        targets = y_true if isinstance(y_true, tuple) else (y_true,)
        return self.criterion_(y_pred, *targets)

    def on_batch_begin(self, net, batch=None, training=False, **kwargs):
        """Set the learning rate of a batch."""
        super().on_batch_begin(net, batch=batch, training=training, **kwargs)
        rate = next(self.rates, None) if training else None
        if rate is not None:
            for group in self.optimizer_.param_groups:
                group["lr"] = rate

    def predict(self, X):
        """Return what scores of callbacks are made from: numbers, or numbers of classes."""
        return self.criterion_.loss.decision(super().predict_proba(X))

    def predict_proba(self, X):
        """Return the probabilities of classes, for scores; without classes the outputs."""
        return self.criterion_.loss.probabilities(super().predict_proba(X))

    def notify(self, method_name, **cb_kwargs):
        """Call a method of all callbacks; early stopping is noted, an interrupt is not caught.

        skorch's early stopping raises the `KeyboardInterrupt` that Ctrl-C raises.
        """
        getattr(self, method_name)(self, **cb_kwargs)
        for _, callback in self.callbacks_:
            scores = method_name == "on_batch_end" and isinstance(callback, _SCORES)
            told = _scored(**cb_kwargs) if scores else cb_kwargs
            try:
                getattr(callback, method_name)(self, **told)
            except KeyboardInterrupt:
                if not isinstance(callback, EarlyStopping):
                    raise
                self.asked_to_stop = True


def make_net(network, loss, settings, device):
    """Compose an initialised net.

    Parameters
    ----------
    network : nn.Module
        What is trained.
    loss : WeightedLoss
        Called with outputs, targets and weights.
    settings : sklstm.training.TrainingSettings
        The hyperparameters of training.
    device : torch.device
        Where it trains.

    Returns
    -------
    net : Net
        Ready for `fit_loop`.
    """
    optimizer, options = _optimizer(settings.optimizer)
    clip = settings.max_grad_norm
    net = Net(
        network,
        criterion=loss,
        optimizer=optimizer,
        lr=settings.learning_rate,
        optimizer__weight_decay=0.0,  # set before each epoch
        **{f"optimizer__{name}": value for name, value in options.items()},
        batch_size=settings.batch_size,
        callbacks=[
            *([] if clip is None else [GradientNormClipping(clip)]),
            *skorch_callbacks(settings.callbacks),
        ],
        device=device,
        verbose=0,
    )
    return net.initialize()


def _optimizer(name):
    optim = torch.optim
    return {
        "adam": (optim.Adam, {"fused": True}),
        "adamw": (optim.AdamW, {"fused": True}),
        "nadam": (optim.NAdam, {}),
        # The smoothing constant of its author's lecture, which Keras also uses; torch has .99.
        "rmsprop": (optim.RMSprop, {"alpha": 0.9}),
        "sgd": (optim.SGD, {"momentum": 0.9, "nesterov": True, "fused": True}),
    }[name]


class WeightedLoss(nn.Module):
    """Weighted mean of a loss over the samples of a batch.

    Parameters
    ----------
    loss : Loss
        Which loss, as in `sklstm.losses`.
    """

    def __init__(self, loss):
        super().__init__()
        self.loss = loss

    def forward(self, output, target, weight=None):
        """Return the mean loss.

        Parameters
        ----------
        output : Tensor of shape (n_samples, n_outputs)
            What the network returned; also (n_samples, n_timesteps, n_outputs).
        target : Tensor of shape (n_samples, n_targets), or (n_samples,) of class numbers
            What it should have returned, with the axis of steps if outputs have it. Rows that are
            NaN and class numbers that are negative are no targets.
        weight : Tensor of shape (n_samples,) or (n_samples, n_timesteps), optional
            Weights of the samples, equal by default. A sample has its weight at every target,
            unless each of its steps has one.

        Returns
        -------
        loss : Tensor of shape ()
            Their mean.
        """
        if output.ndim == 3:
            mask = _is_target(target)
            output, target = output[mask], target[mask]
            if weight is not None:
                weight = weight[:, None] if weight.ndim == 1 else weight
                weight = weight.expand(mask.shape)[mask]
        loss = self.loss.of_rows(output, target, torch_functions())
        if weight is None:
            return loss.mean()
        return (loss * weight).sum() / weight.sum()


def _is_target(target):
    """Return which steps have a target: not those of NaN or of negative class numbers."""
    return ~target[..., 0].isnan() if target.is_floating_point() else target >= 0


def _scored(batch, y_pred, **others):
    """Return what a score is told of a batch: a row for each target, and no weights.

    skorch hands none to scorers, so samples count alike in scores.
    """
    inputs, target = batch
    target = target[0] if isinstance(target, tuple) else target
    if y_pred.ndim == 3:
        mask = _is_target(target)
        y_pred, target = y_pred[mask], target[mask]
    return {"batch": (inputs, target), "y_pred": y_pred, **others}


def skorch_callbacks(callbacks):
    """Return the callbacks of a net: those of a user, after those that they rely on.

    Parameters
    ----------
    callbacks : list or None
        Callbacks, or pairs of a name and a callback.

    Returns
    -------
    callbacks : list
        In skorch's form. Time and mean losses of an epoch are noted for the user's ones.

    Raises
    ------
    TypeError
        If one is no callback of skorch's.
    ValueError
        If scores are to predict once more.
    """
    if not callbacks:
        return []
    for callback in callbacks:
        named = isinstance(callback, tuple) and len(callback) == 2 and isinstance(callback[0], str)
        found = callback[1] if named else callback
        is_class = isinstance(found, type) and issubclass(found, Callback)
        if not is_class and not isinstance(found, Callback):
            raise TypeError(
                f"callbacks takes callbacks of skorch, or pairs of a name and one of them; got "
                f"{callback!r}. Callbacks of scikit-learn are given to set_callbacks."
            )
        if isinstance(found, _SCORES) and not found.use_caching:
            raise ValueError(
                f"callbacks holds {type(found).__name__} with use_caching=False, which predicts "
                "once more from arrays that there are none of here. Give it use_caching=True: its "
                "scores are those of the batches of each epoch."
            )
    return [
        ("epoch_timer", EpochTimer()),
        ("train_loss", PassthroughScoring("train_loss", on_train=True)),
        ("valid_loss", PassthroughScoring("valid_loss")),
        *callbacks,
    ]


def has_scheduler(callbacks):
    """Return whether callbacks as given by a user hold a learning-rate scheduler of skorch."""
    found = [each[1] if isinstance(each, tuple) else each for each in callbacks or ()]
    kinds = [each if isinstance(each, type) else type(each) for each in found]
    return any(issubclass(kind, LRScheduler) for kind in kinds)


def export_state(optimizer):
    """Return the state of an optimiser as a list of dictionaries of NumPy arrays."""
    states = optimizer.state_dict()["state"]
    return [
        {name: value.detach().cpu().numpy().copy() for name, value in states[place].items()}
        for place in sorted(states)
    ]


def import_state(optimizer, state):
    """Load what `export_state` returned into an optimiser over the same parameters."""
    described = optimizer.state_dict()
    described["state"] = {
        place: {name: torch.tensor(value) for name, value in values.items()}
        for place, values in enumerate(state)
    }
    optimizer.load_state_dict(described)
