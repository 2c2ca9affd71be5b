"""Training from arrays to arrays: epochs, when to stop, and the choice of the engine."""

from ._batch_order import BatchOrder
from ._carried_network import CarriedNetwork
from ._engine import Predictor, training_device
from ._records import TrainingData, TrainingResult
from ._run_state import RunState
from ._train import train

__all__ = [
    "BatchOrder", "CarriedNetwork", "Predictor", "RunState", "TrainingData", "TrainingResult",
    "train", "training_device",
]  # fmt: skip
