"""Text as sequences of tokens."""

from ._text_sequencer import TextSequencer

__all__ = ["TextSequencer"]
