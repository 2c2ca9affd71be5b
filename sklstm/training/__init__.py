"""Training in torch with skorch's loop: NumPy arrays in, NumPy arrays out."""

from ._train import TrainingData, TrainingResult, train

__all__ = ["TrainingData", "TrainingResult", "train"]
