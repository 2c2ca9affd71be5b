"""Training by torch with skorch's loop: all devices and options, plain operations."""

from ._torch_engine import TorchEngine, find_device

__all__ = ["TorchEngine", "find_device"]
