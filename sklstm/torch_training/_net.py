"""skorch's loop over our batches, without its defaults that we do not want."""

import torch
from skorch import NeuralNet
from skorch.callbacks import EarlyStopping, GradientNormClipping

from ._callbacks import skorch_callbacks


class Net(NeuralNet):
    """A skorch net that is given its batches and whose loss knows sample weights.

    It is only ever a part inside `train`. Of skorch's defaults the data loader, the validation
    split (which takes the oldest rows in time order), the log and the early stop by
    `KeyboardInterrupt` are switched off.
    """

    asked_to_stop = False

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

    def predict(self, X):
        """Return what scores of callbacks are made from: numbers, or numbers of classes."""
        return self.criterion_.loss.decision(self.predict_proba(X))

    def notify(self, method_name, **cb_kwargs):
        """Call a method of all callbacks; early stopping is noted, an interrupt is not caught.

        skorch's early stopping raises the `KeyboardInterrupt` that Ctrl-C raises.
        """
        getattr(self, method_name)(self, **cb_kwargs)
        for _, callback in self.callbacks_:
            try:
                getattr(callback, method_name)(self, **cb_kwargs)
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
