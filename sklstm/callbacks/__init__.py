"""Callbacks of scikit-learn's kind for the estimators of this package."""

from sklstm._public import publish

from ._checkpoint import Checkpoint, load_checkpoint
from ._text_sampler import TextSampler

__all__ = ["Checkpoint", "TextSampler", "load_checkpoint"]

publish(globals())
