"""The recurrent estimators."""

from ._bilstm_classifier import BiLSTMClassifier
from ._bilstm_regressor import BiLSTMRegressor
from ._gru_classifier import GRUClassifier
from ._gru_regressor import GRURegressor
from ._lstm_classifier import LSTMClassifier
from ._lstm_regressor import LSTMRegressor
from ._rnn_classifier import RNNClassifier
from ._rnn_regressor import RNNRegressor
from ._sequence_encoder import SequenceEncoder

__all__ = [
    "BiLSTMClassifier",
    "BiLSTMRegressor",
    "GRUClassifier",
    "GRURegressor",
    "LSTMClassifier",
    "LSTMRegressor",
    "RNNClassifier",
    "RNNRegressor",
    "SequenceEncoder",
]
