"""Training from arrays to arrays: epochs, when to stop, and the choice of the engine."""

from ._batch_order import BatchOrder
from ._budget import Budget, n_batches, patience_of_budget
from ._carried_network import CarriedNetwork
from ._engine import Engine, training_device
from ._learning_rates import SCHEDULES
from ._records import (
    GatheredData,
    RunState,
    TrainingData,
    TrainingResult,
    TrainingSettings,
    is_target,
)
from ._train import Watcher, train
from ._trained_network import TrainedNetwork

__all__ = [
    "SCHEDULES", "BatchOrder", "Budget", "CarriedNetwork", "Engine", "GatheredData", "RunState",
    "TrainedNetwork", "TrainingData", "TrainingResult", "TrainingSettings", "Watcher", "is_target",
    "n_batches", "patience_of_budget", "train", "training_device",
]  # fmt: skip
