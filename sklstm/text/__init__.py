"""Text as sequences of tokens."""

from ._analyzers import build_analyzer
from ._text_sequencer import TextSequencer
from ._texts import as_texts
from ._vocabulary import FIRST_TOKEN, given_vocabulary, learn_vocabulary, warn_of_capitals

__all__ = [
    "FIRST_TOKEN",
    "TextSequencer",
    "as_texts",
    "build_analyzer",
    "given_vocabulary",
    "learn_vocabulary",
    "warn_of_capitals",
]
