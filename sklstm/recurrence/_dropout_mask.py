"""Masks of dropout, drawn in one order for both engines: `draw_masks`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ._network_spec import NetworkSpec


def dropout_mask(
    generator: np.random.Generator, shape: tuple[int, ...], probability: float, dtype: np.dtype
) -> np.ndarray:
    """Return a mask that keeps each value with probability ``1 - probability``, scaled to mean 1.

    Parameters
    ----------
    generator : numpy.random.Generator
        Where the mask is drawn from.
    shape : tuple of int
        Its shape.
    probability : float in [0, 1)
        Share of the values that are set to zero.
    dtype : numpy dtype
        Precision of the mask.

    Returns
    -------
    mask : ndarray
        Zeros and ``1 / (1 - probability)``.
    """
    keep = 1.0 - probability
    return (generator.random(shape, dtype=np.float32) < keep).astype(dtype) / dtype.type(keep)


@dataclass(frozen=True)
class DropoutMasks:
    """Masks of a network for one batch, arrays or tensors; None where nothing is dropped.

    Parameters
    ----------
    inputs : array of shape (n_samples, embedding_dim) or None
        Of the embedding of every token, the same at all steps.
    states : list of list of array of shape (n_samples, units) or None
        Of the hidden state that is fed back, for each layer and direction, the same at all steps.
    outputs : list of array of shape (n_samples, n_steps or 1, n_directions * units) or None
        Of the outputs of each layer; one step where only the last state is read.
    """

    inputs: Any
    states: list[list[Any]]
    outputs: list[Any]


def draw_masks(
    spec: NetworkSpec,
    draw: Callable[[tuple[int, ...], float], Any],
    shape: tuple[int, int],
    dropout: tuple[float, ...],
    recurrent_dropout: float,
) -> DropoutMasks:
    """Draw the masks of dropout for a batch.

    Parameters
    ----------
    spec : NetworkSpec
        The network.
    draw : callable
        Takes a shape and a probability; returns a mask, or what stands for none if it is zero.
    shape : tuple of (int, int)
        Number of samples, and of the steps of the longest.
    dropout : tuple of float
        Of each layer; the first also of the embeddings of tokens.
    recurrent_dropout : float
        Of all hidden states.

    Returns
    -------
    masks : DropoutMasks
        Equal for equal random numbers, whatever engine asks.
    """
    (n_samples, n_steps), n_directions = shape, len(spec.directions)
    inputs = draw((n_samples, spec.n_features), dropout[0]) if spec.embeds else None
    states, outputs = [], []
    for layer, units in enumerate(spec.units):
        states.append([draw((n_samples, units), recurrent_dropout) for _ in spec.directions])
        all_steps = spec.every_step or layer < spec.num_layers - 1
        n_values = units * n_directions if all_steps else spec.state_size
        of_layer = n_samples, n_steps if all_steps else 1, n_values
        outputs.append(draw(of_layer, dropout[layer]))
    return DropoutMasks(inputs, states, outputs)
