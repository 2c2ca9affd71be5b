"""The recurrent estimators."""

from ._bilstm_classifier import BiLSTMClassifier
from ._bilstm_regressor import BiLSTMRegressor
from ._constraints import NO_PEEPHOLE, SHARED
from ._fitted_state import FittedStateMixin
from ._gru_classifier import GRUClassifier
from ._gru_regressor import GRURegressor
from ._levels import check_levels
from ._lstm_classifier import LSTMClassifier
from ._lstm_regressor import LSTMRegressor
from ._mingru_classifier import MinGRUClassifier
from ._mingru_regressor import MinGRURegressor
from ._rnn_classifier import RNNClassifier
from ._rnn_regressor import RNNRegressor
from ._sequence_encoder import SequenceEncoder
from ._slstm_classifier import SLSTMClassifier
from ._slstm_regressor import SLSTMRegressor
from ._training_run import TrainingRunMixin

__all__ = [
    "NO_PEEPHOLE",
    "SHARED",
    "BiLSTMClassifier",
    "BiLSTMRegressor",
    "FittedStateMixin",
    "GRUClassifier",
    "GRURegressor",
    "LSTMClassifier",
    "LSTMRegressor",
    "MinGRUClassifier",
    "MinGRURegressor",
    "RNNClassifier",
    "RNNRegressor",
    "SLSTMClassifier",
    "SLSTMRegressor",
    "SequenceEncoder",
    "TrainingRunMixin",
    "check_levels",
]
