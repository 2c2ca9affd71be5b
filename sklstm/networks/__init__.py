"""The networks as torch modules; they know nothing of scikit-learn."""

from ._recurrent_network import RecurrentNetwork

__all__ = ["RecurrentNetwork"]
