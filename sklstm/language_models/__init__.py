"""Recurrent networks that read and write text."""

from sklstm._public import publish

from ._gru_language_model import GRULanguageModel
from ._lstm_language_model import LSTMLanguageModel
from ._rnn_language_model import RNNLanguageModel

__all__ = ["GRULanguageModel", "LSTMLanguageModel", "RNNLanguageModel"]

publish(globals())
