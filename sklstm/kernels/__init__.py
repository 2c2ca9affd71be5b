"""Compiled passes and optimisers of recurrent networks: flat vectors in, flat vectors out."""

from ._layout import Layout
from ._optimizers import Optimizer
from ._pass import Pass
from ._plan import Plan, tiles_at_a_time
from ._registers import FEW, LANES
from ._training_pass import TrainingPass

__all__ = ["FEW", "LANES", "Layout", "Optimizer", "Pass", "Plan", "TrainingPass", "tiles_at_a_time"]
