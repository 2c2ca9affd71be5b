"""The machine's rate of matrix products, which bounds every network."""

import numpy as np
import torch

from .clocks import seconds, versions

SIZE = 2048


class Peer:
    """Products of two large matrices in single precision."""

    def __init__(self):
        matrix = np.random.default_rng(0).standard_normal((SIZE, SIZE), dtype=np.float32)
        tensor = torch.from_numpy(matrix)
        self.products = {"NumPy": lambda: matrix @ matrix, "torch": lambda: tensor @ tensor}

    def versions(self):
        """Return versions."""
        return versions("numpy", "torch")

    def time_product(self, library):
        """Return the rate of one library in 1e9 operations a second, the best of three."""
        best = min(seconds(self.products[library]) for _ in range(3))
        return 2e-9 * SIZE**3 / best
