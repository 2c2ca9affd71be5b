"""Recurrent networks as plain numbers: shapes, initial weights, the forward pass."""

from ._carried_forward import CarriedForward
from ._dropout_mask import DropoutMasks, draw_masks, dropout_mask
from ._forward import network_output
from ._gate_activations import gate_activations
from ._initial_weights import initial_weights
from ._network_size import within_memory
from ._network_spec import NetworkSpec
from ._one_thread import OneThread, one_blas_thread
from ._per_layer import per_layer
from ._token_rows import token_rows

__all__ = [
    "CarriedForward", "DropoutMasks", "NetworkSpec", "OneThread", "draw_masks", "dropout_mask",
    "gate_activations",
    "initial_weights", "network_output", "one_blas_thread", "per_layer", "token_rows",
    "within_memory",
]  # fmt: skip
