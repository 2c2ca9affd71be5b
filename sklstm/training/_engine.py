"""Which engine computes: compiled code on the processor, or torch."""

from __future__ import annotations

import importlib
from contextlib import AbstractContextManager
from dataclasses import replace
from types import ModuleType
from typing import Any, Protocol

import numpy as np

from sklstm.recurrence import NetworkSpec, network_output

from ._batch_order import BatchOrder, are_uneven, by_length
from ._records import GatheredData, OptimizerState, TrainingData, TrainingSettings, Weights

_VALIDATION_SAMPLES = 256  # at a time, at least


class Engine(AbstractContextManager["Engine"], Protocol):
    """What computes the epochs of a training run; the two engines agree up to rounding.

    Attributes
    ----------
    asked_to_stop : bool
        Whether a callback of skorch asks to end training.
    """

    @property
    def asked_to_stop(self) -> bool:
        """Whether a callback of skorch asks to end training."""

    def set_weight_decay(self, value: float) -> None:
        """Set the weight decay of the epochs that follow."""

    def set_learning_rates(self, rates: np.ndarray) -> None:
        """Set the learning rate of each batch of the next epoch, shape (n_batches,)."""

    def run_epoch(self, batches: BatchOrder, generator: np.random.Generator) -> Any:
        """Train on all batches, with dropout masks of the generator; return the loss of each."""

    def validation_losses(self) -> tuple[Any, BatchOrder]:
        """Return the losses of batches of the validation set, and these batches."""

    def state(self) -> tuple[Weights, OptimizerState]:
        """Return copies of the weights and of the state of the optimiser."""

    def finish(self) -> None:
        """Tell callbacks of skorch that training ends."""


def make_engine(
    spec: NetworkSpec,
    weights: Weights,
    data: TrainingData | GatheredData,
    validation: TrainingData | None,
    settings: TrainingSettings,
    optimizer_state: OptimizerState | None,
) -> Engine:
    """Return the engine that trains a network.

    Parameters
    ----------
    spec : NetworkSpec
        The network.
    weights : dict of str to ndarray
        Initial weights.
    data, validation : TrainingData
        The training set and the validation set; this may be None.
    settings : TrainingSettings
        The hyperparameters of training.
    optimizer_state : list or None
        Initial state of the optimiser.

    Returns
    -------
    engine : Engine
        Compiled code where it can train the network, otherwise torch.
    """
    compiled = settings.engine == "auto" and not settings.callbacks
    if settings.device == "cpu" and compiled:
        from ._compiled_engine import CompiledEngine

        return CompiledEngine(spec, weights, data, validation, settings, optimizer_state)
    asked = "engine='torch'" if settings.engine == "torch" else "callbacks"
    torch_training = _torch_training(f"device={settings.device!r}" if compiled else asked)
    size = settings.batch_size
    data = _with_batches(data, size)
    if validation is not None:
        validation = _with_batches(validation, max(size, _VALIDATION_SAMPLES))
    return torch_training.TorchEngine(spec, weights, data, validation, settings, optimizer_state)


def _with_batches(data: Any, size: int) -> Any:
    if data.batches is not None:
        return data
    return replace(data, batches=BatchOrder.in_turn(np.arange(len(data)), size))


def training_device(name: str) -> str:
    """Return the kind of the device of a name.

    Parameters
    ----------
    name : str
        As for the estimators.

    Returns
    -------
    kind : str
        ``"cpu"``, ``"cuda"`` and so on.

    Raises
    ------
    ValueError
        If there is no such device.
    """
    if name == "cpu":
        return name
    return _torch_training(f"device={name!r}").find_device(name).type


def _torch_training(asked: str) -> ModuleType:
    """Return the package of the plain engine, which a process that only predicts may lack.

    Parameters
    ----------
    asked : str
        The parameter that asks for it.

    Returns
    -------
    module : module
        `sklstm.torch_training`.

    Raises
    ------
    ImportError
        If torch or skorch is not installed.
    """
    try:
        return importlib.import_module("sklstm.torch_training")
    except ModuleNotFoundError as error:
        if error.name not in ("torch", "skorch"):
            raise
        raise ImportError(
            f"{asked} needs torch and skorch, and {error.name} is not installed: "
            "pip install torch skorch. Without them train with engine='auto', device='cpu' and "
            "callbacks=None; fitted models predict as they are.",
            name=error.name,
        ) from error


class Predictor:
    """The forward pass of a network, compiled or in NumPy; the compiled network is kept."""

    def __init__(self) -> None:
        # The last network, and what it was made of.
        self._last: tuple[Any, _Recognised] | None = None

    def output(self, spec: NetworkSpec, weights: Weights, windows: Any, engine: str) -> np.ndarray:
        """Return the output of a network.

        Parameters
        ----------
        spec : NetworkSpec
            The network.
        weights : dict of str to ndarray
            Its parameters.
        windows : WindowSet
            Standardised windows in the precision of the weights.
        engine : {"auto", "torch"}
            As for training; with ``"torch"`` prediction is plain NumPy.

        Returns
        -------
        output : ndarray of shape (n_samples, n_outputs)
            To the last bit the same for a window alone and among others. Where the head reads
            every step, shape (lengths.sum(), n_outputs), the steps of one window after those of
            the other.
        """
        if engine == "torch":
            return _numpy_output(spec, weights, windows)
        last = self._last
        if last is None or not last[1].is_of(spec, weights):
            from sklstm.kernels import Layout

            from ._compiled_network import CompiledNetwork

            spec.check(weights)  # their dictionary can be changed, so they may be new to us
            layout, dtype = Layout(spec), weights["head_bias"].dtype
            packed = CompiledNetwork(layout, layout.pack(weights, dtype))
            last = self._last = packed, _Recognised(spec, weights)
        return last[0].output(windows)


class _Recognised:
    """What a network was made of: arrays that cannot change by themselves, others by their bytes.

    Parameters
    ----------
    spec : NetworkSpec
        The network.
    weights : dict of str to ndarray
        Its parameters.
    """

    def __init__(self, spec: NetworkSpec, weights: Weights) -> None:
        self._spec = spec
        self._weights = {name: _unchanging(array) for name, array in weights.items()}

    def is_of(self, spec: NetworkSpec, weights: Weights) -> bool:
        """Return whether a network is the same, to the bit."""
        known = self._weights
        if (spec is not self._spec and spec != self._spec) or len(weights) != len(known):
            return False
        for name, array in weights.items():  # a loop, which is quicker for single predictions
            before = known.get(name)
            if isinstance(before, bytes):
                if array.tobytes() != before:
                    return False
            elif array is not before or array.flags.writeable:
                return False
        return True


def _unchanging(array: np.ndarray) -> np.ndarray | bytes:
    return array.tobytes() if array.flags.writeable else array


def _numpy_output(spec, weights, windows):
    spec.check(weights)

    def output(windows):
        return network_output(spec, weights, windows.padded, windows.lengths)

    uneven = not spec.every_step and are_uneven(windows.lengths)
    return by_length(windows, output) if uneven else output(windows)
