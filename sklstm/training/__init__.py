"""Training in torch with skorch's loop: NumPy arrays in, NumPy arrays out."""

from ._device import find_device
from ._train import TrainingData, TrainingResult, train

__all__ = ["TrainingData", "TrainingResult", "find_device", "train"]
