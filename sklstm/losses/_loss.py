"""What a loss is: `Loss`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ._functions import NUMPY, Functions


@dataclass(frozen=True)
class Loss:
    """A loss: what training minimises, and everything that depends on which loss it is.

    `value` and `gradient` are written once. They run on NumPy arrays (validation), on torch tensors
    (the torch engine) and on the recorded values of compiled code alike: `f` holds the functions of
    each, as named in `sklstm.losses._functions`. They are class methods, since code is compiled
    once for each class; numbers in which two losses of a class differ are in `constants`.

    A loss says how many outputs of the network belong to one target: one by default, several for
    the parameters of a distribution, for quantiles, or for classes. The axis of these outputs comes
    first, so that ``outputs[0]`` is the first of them everywhere.

    Attributes
    ----------
    name : str
        The value of the parameter ``loss`` that means it.
    label : str
        What the axis of a loss curve says, with the unit. Errors are in units of ``{target}``,
        whose standardised values, or those of its changes, the network predicts.
    shifts_targets : bool
        Whether targets are standardised by mean and standard deviation. False: they are divided by
        their mean, for targets with a natural zero, and never differenced.
    scales_targets : bool
        False for probabilities: targets are left as they are.
    in_double : bool
        Whether value and gradient are computed in double precision, whatever that of the network.
    over_outputs : bool
        Whether the expressions compute with all outputs of a target at once, as with a vector. By
        default they take them one by one, by their index.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    shifts_targets: ClassVar[bool] = True
    scales_targets: ClassVar[bool] = True
    in_double: ClassVar[bool] = False
    over_outputs: ClassVar[bool] = False

    @property
    def n_outputs_per_target(self) -> int:
        """Number of outputs of the network for each target."""
        return 1

    @property
    def n_terms(self) -> int:
        """Number of losses that `value` adds up; the loss of a target is their mean."""
        return 1

    @property
    def constants(self) -> Any:
        """Numbers that the expressions use, shape (n_constants,) or (n_constants, n_targets)."""
        return ()

    @classmethod
    def value(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return the loss of each target.

        Parameters
        ----------
        f : namespace
            Functions such as ``exp``, ``log``, ``where``; ``sum`` and ``max`` go over the first
            axis of `outputs`.
        outputs : vector of n_outputs_per_target values
            What the network returned for a target.
        target : value
            The standardised target, or the number of a class.
        constants : vector of n_constants values
            Those of the loss.

        Returns
        -------
        loss : value
            The sum of `n_terms` losses.
        """
        raise NotImplementedError

    @classmethod
    def gradient(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return the derivative of `value` with respect to each output.

        Parameters are those of `value`.

        Returns
        -------
        gradient : vector or tuple of n_outputs_per_target values
            In the order of the outputs.
        """
        raise NotImplementedError

    @classmethod
    def value_and_gradient(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return both, the loss in double precision.

        A loss with loops over its outputs may share them between the two.
        """
        precise = f.precise(outputs), f.precise(target), f.precise(constants)
        numbers = precise if cls.in_double else (outputs, target, constants)
        return cls.value(f, *precise), cls.gradient(f, *numbers)

    def optimal_constant(
        self, targets: np.ndarray, sample_weight: np.ndarray | None = None
    ) -> np.ndarray:
        """Return the outputs that a network without inputs should give.

        Parameters
        ----------
        targets : ndarray of shape (n_samples, n_targets), or (n_samples,) of class numbers
            What is to be predicted.
        sample_weight : ndarray of shape (n_samples,), optional
            Weights, equal by default.

        Returns
        -------
        outputs : ndarray of shape (n_outputs,)
            Those with the smallest mean loss.
        """
        raise NotImplementedError

    def predict(self, outputs: np.ndarray, mean: np.ndarray, scale: np.ndarray) -> np.ndarray:
        """Return predictions in units of the target: the inverse of its link function.

        Parameters
        ----------
        outputs : ndarray of shape (..., n_targets, n_outputs_per_target)
            Outputs of the network.
        mean, scale : ndarray of shape (n_targets,), or one that `outputs[..., 0]` broadcasts with
            By which the targets were standardised.

        Returns
        -------
        predicted : ndarray of shape (..., n_targets), or with further axes
            Point predictions.
        """
        return outputs[..., 0] * scale + mean

    def decision(self, outputs: np.ndarray) -> np.ndarray:
        """Return what scores are computed from: numbers, or numbers of classes.

        Parameters
        ----------
        outputs : ndarray of shape (n_samples, n_outputs)
            Outputs of the network.

        Returns
        -------
        decided : ndarray of shape (n_samples, n_outputs), or (n_samples,) of class numbers
            One row for each sample.
        """
        return outputs

    def probabilities(self, outputs: np.ndarray) -> np.ndarray:
        """Return the probabilities of classes; of a loss without classes the outputs.

        Parameters
        ----------
        outputs : ndarray of shape (n_samples, n_outputs)
            Outputs of the network.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes), or (n_samples,)
            In the order of the numbers of the classes; of two classes that of the second.
        """
        return outputs

    def check_targets(self, targets: np.ndarray, name: str = "y") -> None:
        """Raise a ValueError if the loss is not defined for some targets, such as negative counts.

        Parameters
        ----------
        targets : ndarray of shape (..., n_targets)
            As given to `fit`; NaN where there is none.
        name : str, default="y"
            What they are called in the message.
        """

    def with_scale(self, scale: np.ndarray) -> Loss:
        """Return the loss of targets that were divided by a scale.

        Parameters
        ----------
        scale : ndarray of shape (n_targets,)
            In units of the targets.

        Returns
        -------
        loss : Loss
            The same loss, unless it depends on the scale: counts are no ratios.
        """
        return self

    def uncertainty(self, mean_loss: float) -> float:
        """Return how uncertain targets are, to which the automatic weight decay is in proportion.

        Parameters
        ----------
        mean_loss : float
            The training loss of an epoch.

        Returns
        -------
        uncertainty : float
            Of squared errors it is their share of the variance of the targets.
        """
        return min(mean_loss, 1.0)

    @classmethod
    def axis_label(cls, *, differenced: bool = False) -> str:
        """Return the label of the axis of a loss curve.

        Parameters
        ----------
        differenced : bool, default=False
            Whether the network predicts changes of the target.

        Returns
        -------
        label : str
            With the unit.
        """
        return cls.label.format(target="the target's changes" if differenced else "the target")

    def of_rows(self, output: Any, target: Any, f: Any = NUMPY) -> Any:
        """Return the loss of each row of outputs.

        Parameters
        ----------
        output : ndarray or Tensor of shape (n_rows, n_outputs)
            What the network returned.
        target : ndarray or Tensor of shape (n_rows, n_targets), or (n_rows,) of class numbers
            What it should have returned.
        f : namespace, default=NUMPY
            Functions for these arrays.

        Returns
        -------
        losses : ndarray or Tensor of shape (n_rows,)
            Means over targets and terms.
        """
        if self.in_double:
            output, target = f.precise(output), f.precise(target)
        n_rows, n_outputs = output.shape
        n_each, n_terms, constants = self.n_outputs_per_target, self.n_terms, self.constants
        n_targets = n_outputs // n_each
        if n_each > 1 or self.over_outputs:
            output = output.reshape(n_rows, n_targets, n_each)
            outputs = (f.last_axis_first if self.over_outputs else f.along_last_axis)(output)
        else:
            outputs = (output,)  # without the views, which cost torch as much as the loss
        if len(constants):
            constants = f.like(output, self.constants_of(n_targets)[:, np.newaxis])
        losses = self.value(f, outputs, target.reshape(n_rows, n_targets), constants)
        if n_terms == 1:
            return losses.mean(axis=1)
        return losses.sum(axis=1) / (n_targets * n_terms)

    def constants_of(self, n_targets: int) -> np.ndarray:
        """Return the constants of each target, shape (n_constants, n_targets)."""
        constants = np.asarray(self.constants, dtype=np.float64)
        if constants.ndim == 1:
            constants = constants[:, np.newaxis]
        return np.broadcast_to(constants, (len(constants), n_targets))
