"""Which engine computes: compiled code on the processor, or torch for all that it does not take."""

from dataclasses import replace

import numpy as np

from sklstm.recurrence import network_output

from ._batch_order import BatchOrder, are_uneven, by_length

_VALIDATION_SAMPLES = 256  # at a time, at least


def uses_compiled_code(spec, engine):
    """Tell whether there is compiled code for a network.

    Parameters
    ----------
    spec : NetworkSpec
        The network.
    engine : {"auto", "torch"}
        What the user wants.

    Returns
    -------
    compiled : bool
        Whether it is used.
    """
    return engine == "auto" and not spec.peephole


def make_engine(spec, weights, data, validation, settings, optimizer_state):
    """Return an engine that trains a network.

    An engine is a context manager with four methods: ``run_epoch(batches, generator)`` trains on
    a `BatchOrder`, draws masks of dropout, and returns the loss of each batch;
    ``set_weight_decay(value)`` is called before it;
    ``validation_losses()`` returns the losses of batches of validation data and their `BatchOrder`;
    ``state()`` returns copies of the weights and of the state of the optimiser. Besides, skorch's
    callbacks may set ``asked_to_stop``, and hear of the end by ``finish()``.

    Parameters
    ----------
    spec : NetworkSpec
        What the network consists of.
    weights : dict of str to ndarray
        Weights to begin with.
    data, validation : TrainingData
        What to learn from and what to stop by; this may be None.
    settings : dict
        As for `train`.
    optimizer_state : list or None
        State of the optimiser to go on from.

    Returns
    -------
    engine : CompiledEngine or TorchEngine
        The two give the same results up to rounding.
    """
    device = settings["device"]
    compiled = uses_compiled_code(spec, settings["engine"]) and not settings.get("callbacks")
    if device == "cpu" and compiled:
        from ._compiled_engine import CompiledEngine

        return CompiledEngine(spec, weights, data, validation, settings, optimizer_state)
    from sklstm.torch_training import TorchEngine

    size = settings["batch_size"]
    data = _with_batches(data, size)
    if validation is not None:
        validation = _with_batches(validation, max(size, _VALIDATION_SAMPLES))
    return TorchEngine(spec, weights, data, validation, settings, optimizer_state)


def _with_batches(data, size):
    if data.batches is not None:
        return data
    return replace(data, batches=BatchOrder.in_turn(np.arange(len(data.windows)), size))


def training_device(name):
    """Return the kind of device that a user named.

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
    from sklstm.torch_training import find_device

    return find_device(name).type


class Predictor:
    """Predict by whatever engine is right, and remember what can be used again."""

    def __init__(self):
        self._last = None  # the network that predicted last, and what it was made of

    def output(self, spec, weights, windows, engine):
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
        if not uses_compiled_code(spec, engine):
            return _numpy_output(spec, weights, windows)
        made_of = spec, [array.tobytes() for array in weights.values()]
        last = self._last
        if last is None or last[1] != made_of:
            from sklstm.kernels import Layout

            from ._compiled_network import CompiledNetwork

            layout, dtype = Layout(spec), weights["head_bias"].dtype
            last = self._last = CompiledNetwork(layout, layout.pack(weights, dtype)), made_of
        return last[0].output(windows)


def _numpy_output(spec, weights, windows):
    def output(windows):
        return network_output(spec, weights, windows.gather, windows.lengths)

    uneven = not spec.every_step and are_uneven(windows.lengths)
    return by_length(windows, output) if uneven else output(windows)
