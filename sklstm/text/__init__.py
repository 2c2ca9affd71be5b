"""Text as sequences of tokens."""

from sklstm._public import publish

from ._text_sequencer import TextSequencer
from ._vocabulary import (
    FIRST_TOKEN,
    as_texts,
    build_analyzer,
    given_vocabulary,
    learn_vocabulary,
    warn_of_capitals,
)

__all__ = [
    "FIRST_TOKEN",
    "TextSequencer",
    "as_texts",
    "build_analyzer",
    "given_vocabulary",
    "learn_vocabulary",
    "warn_of_capitals",
]

publish(globals())
