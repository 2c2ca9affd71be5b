"""All that a fit leaves behind, as one object: `FittedState`."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import reduce
from typing import Any, Protocol

import numpy as np

from sklstm.losses import Loss
from sklstm.recurrence import NetworkSpec
from sklstm.training import TrainedNetwork, TrainingData

from ._inputs import Inputs
from ._samples import Samples


class Targets(Protocol):
    """What a network learns to give: of a regressor or of a classifier."""

    @property
    def n_outputs(self) -> int:
        """Number of outputs of the network."""

    @property
    def loss(self) -> Loss:
        """What training minimises."""

    def for_training(self, samples: Samples, dtype: Any) -> Any:
        """Return the outputs that the network is to give for samples."""

    def carried_over(self, network: TrainedNetwork, before: Any) -> TrainedNetwork:
        """Return a network that predicts with these targets what it did with those before."""

    def fits(self, spec: NetworkSpec, n_features: int) -> bool:
        """Return whether the arrays go together, and with windows of some features."""


@dataclass(frozen=True, eq=False)
class FittedState:
    """A trained network, and what stands between it and the user: NumPy and plain Python.

    Parameters
    ----------
    network : TrainedNetwork
        The network.
    inputs : NumberInputs or TokenInputs
        From windows to what it reads.
    targets : RegressionTargets or ClassTargets
        From targets to its outputs, and back.
    """

    network: TrainedNetwork
    inputs: Inputs
    targets: Targets

    @property
    def patch_size(self) -> int:
        """Number of steps that the network reads side by side."""
        return self.inputs.patch_size

    def training_data(self, samples: Samples) -> TrainingData:
        """Return samples as the network reads them."""
        dtype = self.network.dtype
        windows = self.inputs.for_training(samples.windows, dtype)
        targets = self.targets.for_training(samples, dtype)
        weight, of_steps = samples.sample_weight, samples.step_weight
        return TrainingData(windows, targets, weight, step_weight=of_steps)

    def extended(self, inputs: Inputs, targets: Targets) -> FittedState:
        """Return the state for training on with other statistics of inputs and targets."""
        network = inputs.carried_over(self.network, self.inputs)  # type: ignore[arg-type]
        return FittedState(targets.carried_over(network, self.targets), inputs, targets)

    def with_network(self, network: TrainedNetwork) -> FittedState:
        """Return the state after training, with a network that is ready to predict."""
        return replace(self, network=self.inputs.completed(network))

    def fits(self, n_features: int) -> bool:
        """Return whether all arrays go together, and with windows of some features."""
        spec = self.network.spec
        return (
            self.network.fits
            and self.inputs.fits(spec, n_features)
            and self.targets.fits(spec, n_features)
        )


def attribute(path: str) -> Any:
    """Return a property that shows a part of the fitted state, ``_fitted``.

    Parameters
    ----------
    path : str
        Such as ``"network.weights"``.

    Returns
    -------
    attribute : property
        It is there after `fit`. Setting it replaces the state by one with a copy of the new part,
        if all of the state goes together.
    """
    parts = path.split(".")

    def get(self: Any) -> Any:
        return reduce(getattr, parts, self._fitted)

    def set_(self: Any, value: Any) -> None:
        state = _replaced(self._fitted, parts, _owned(value))
        misfit = _why_it_does_not_fit(self, state)
        if misfit is not None:
            raise ValueError(
                f"The new {parts[-1]} of {type(self).__name__} cannot be taken: {misfit}. The "
                "fitted state stays as it was."
            )
        self._fitted = state

    return property(get, set_)


def _replaced(whole: Any, path: list[str], value: Any) -> Any:
    name, *rest = path
    if not rest and name not in (field.name for field in fields(whole)):
        raise AttributeError(f"{name} follows from the rest of the fitted state and is not set.")
    return replace(whole, **{name: _replaced(getattr(whole, name), rest, value) if rest else value})


def _owned(value: Any) -> Any:
    """Return arrays as copies of our own: contiguous, in the byte order of this machine.

    Parameters
    ----------
    value : object
        An array, or a dictionary of arrays; anything else is returned as it is.

    Returns
    -------
    owned : object
        A new array, or a new dictionary of them.
    """
    if isinstance(value, dict):
        return {name: _owned(array) for name, array in value.items()}
    if isinstance(value, np.ndarray):
        return np.array(value, dtype=value.dtype.newbyteorder("="), order="C")
    return value


def _why_it_does_not_fit(estimator: Any, state: Any) -> str | None:
    """Return why the parts of a state do not go together; None if they do.

    Parameters
    ----------
    estimator : estimator
        A recurrent estimator or a language model.
    state : FittedState or FittedText
        To be its state.

    Returns
    -------
    reason : str or None
        As the end of a sentence.
    """
    try:
        return None if estimator._state_fits(state) else "its arrays do not fit to its network"
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        return f"its arrays do not fit to its network ({error})"


def check_saved(estimator: Any) -> None:
    """Raise a ValueError if what was read from a file does not fit together.

    Weights go into compiled code only if they fit to their network.

    Parameters
    ----------
    estimator : estimator
        As it was read from the file.
    """
    misfit = _why_it_does_not_fit(estimator, estimator._fitted)
    if misfit is not None:
        raise ValueError(
            f"The state of {type(estimator).__name__} is damaged: {misfit}. Load another copy of "
            "the file, or fit and save again."
        )
