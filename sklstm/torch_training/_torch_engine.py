"""The engine that takes every option and every device."""

import warnings
from contextlib import ExitStack, contextmanager
from functools import cache

import torch
from skorch.exceptions import SkorchException
from threadpoolctl import ThreadpoolController

from sklstm.networks import RecurrentNetwork
from sklstm.recurrence import OneThread

from ._batches import Batches
from ._net import WeightedLoss, export_state, has_scheduler, import_state, make_net


class TorchEngine:
    """Train a network by torch, in skorch's loop.

    Parameters
    ----------
    spec : NetworkSpec
        What the network consists of.
    weights : dict of str to ndarray
        Weights to begin with.
    data, validation : TrainingData
        What to learn from and what to stop by, with their batches; this may be None.
    settings : sklstm.training.TrainingSettings
        The hyperparameters of training.
    optimizer_state : list or None
        State of the optimiser to resume from.
    """

    def __init__(self, spec, weights, data, validation, settings, optimizer_state):
        self.device = find_device(settings.device)
        self.spec, self.weights, self.settings = spec, weights, settings
        dtype = weights["head_bias"].dtype
        self.batches = Batches(data, self.device, dtype)
        self.validation = None
        if validation is not None:
            self.validation = Batches(validation, self.device, dtype)
        self.optimizer_state = optimizer_state
        self._stack = ExitStack()

    def __enter__(self):
        self._stack.enter_context(one_torch_thread())
        self._stack.enter_context(_without_advice(self.device))
        try:
            self._make_net()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *exception):
        self._stack.close()

    def _make_net(self):
        settings = self.settings
        network = RecurrentNetwork(
            self.spec,
            self.weights,
            dropout=settings.dropout,
            recurrent_dropout=settings.recurrent_dropout,
        )
        loss = WeightedLoss(settings.loss)
        self.net = make_net(network, loss, settings, self.device)
        if self.optimizer_state:
            import_state(self.net.optimizer_, self.optimizer_state)
        self.net.notify("on_train_begin", X=self.batches, y=self.validation)

    def set_weight_decay(self, value):
        """Set how strongly weights are pulled to zero from now on."""
        for group in self.net.optimizer_.param_groups:
            group["weight_decay"] = value

    def set_learning_rates(self, rates):
        """Set the learning rate of each batch of the next epoch, unless a callback sets it."""
        if not has_scheduler(self.settings.callbacks):
            self.net.rates = iter(rates.tolist())

    def run_epoch(self, batches, generator):
        """Train on all samples in batches; return the loss of each batch."""
        if self.device.type != "cpu":
            on_device = torch.Generator(self.device)
            generator = on_device.manual_seed(int(generator.integers(2**31)))
        self.net.module_.generator = generator
        self.batches.batches = batches
        # Callbacks want to see the validation loss; without them it is not computed twice.
        seen = self.validation if self.settings.callbacks else None
        try:
            self.net.fit_loop(self.batches, seen, epochs=1)
        except RuntimeError as error:
            # Numbers that torch's optimisers compute in Python need not fit into its tensors.
            if "without overflow" not in str(error):
                raise
            raise OverflowError("a step of the optimizer is no finite number") from error
        except (KeyError, SkorchException) as error:
            # skorch's callbacks watch the validation loss unless told otherwise.
            if self.validation is not None or "valid_loss" not in str(error):
                raise
            raise ValueError(
                "A callback watches the loss of a validation set, 'valid_loss', and there is none. "
                "Set early_stopping=True, or give the callback monitor='train_loss', Checkpoint "
                "monitor='train_loss_best'."
            ) from error
        batches = self.net.history[-1]["batches"]
        losses = [batch["train_loss"] for batch in batches if "train_loss" in batch]
        del batches[:-1]  # they would add up, and are read once, but for the last by callbacks
        return losses

    def validation_losses(self):
        """Return the losses of batches of validation data, and their `BatchOrder`."""
        losses = [self.net.validation_step(batch)["loss"].item() for batch in self.validation]
        return losses, self.validation.batches

    @property
    def asked_to_stop(self):
        """Whether a callback wants training to end."""
        return self.net.asked_to_stop

    def finish(self):
        """Tell callbacks that training ends; they may put other weights in place."""
        self.net.notify("on_train_end", X=self.batches, y=self.validation)

    def state(self):
        """Return copies of the weights and of the state of the optimiser."""
        parameters = self.net.module_.named_parameters()
        weights = {name: value.detach().cpu().numpy().copy() for name, value in parameters}
        return weights, export_state(self.net.optimizer_)


@contextmanager
def _without_advice(device):
    """Silence CUDA's advice to keep all weights in one piece of memory, layer by layer."""
    if device.type != "cuda":
        yield
        return
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="RNN module weights are not part of single")
        yield


def find_device(name):
    """Return the torch device called `name`, if this machine has it.

    Parameters
    ----------
    name : str
        ``"cpu"``, ``"cuda"``, ``"cuda:1"``, ``"mps"``, or ``"auto"`` for the first accelerator
        there is and the processor otherwise.

    Returns
    -------
    device : torch.device
        Where to train.

    Raises
    ------
    ValueError
        If there is no such device.
    """
    accelerator = torch.accelerator.current_accelerator(check_available=True)
    if name == "auto":
        return accelerator or torch.device("cpu")
    known = ["cpu"] if accelerator is None else ["cpu", accelerator.type]
    try:
        if name.partition(":")[0] not in known:
            raise RuntimeError(f"this machine has {' and '.join(known)}")
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(
            f"The 'device' parameter must be 'cpu', 'auto' or an accelerator of this machine such "
            f"as 'cuda'. Got {name!r}, which is not there: {str(error).splitlines()[0]}."
        ) from error
    return device


@cache
def one_torch_thread():
    """Return the context manager that holds torch to one thread."""
    # torch's own setter changes the calling thread's number and one of the whole process; OpenMP's
    # changes the calling thread's alone.
    libraries = ThreadpoolController().select(user_api="openmp").lib_controllers

    def set_own(n_threads):
        for library in libraries:
            library.set_num_threads(n_threads)

    return OneThread(torch.get_num_threads, torch.set_num_threads, set_own, 1)
