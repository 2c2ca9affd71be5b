"""Training by torch with skorch's loop: all devices and options, plain operations."""

from ._device import find_device
from ._torch_engine import TorchEngine

__all__ = ["TorchEngine", "find_device"]
