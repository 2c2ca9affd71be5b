"""The recurrent estimators."""

from sklstm._public import publish

from ._bilstm_classifier import BiLSTMClassifier
from ._bilstm_regressor import BiLSTMRegressor
from ._constraints import PEEPHOLE, SHARED, check_layers
from ._fitted_state import attribute, check_saved
from ._fitting import (
    check_same_network,
    draw_seed,
    fit_network,
    refuse_early_stopping,
    settings_of,
    summary_table,
    whole_or_not_at_all,
)
from ._gru_classifier import GRUClassifier
from ._gru_regressor import GRURegressor
from ._lstm_classifier import LSTMClassifier
from ._lstm_regressor import LSTMRegressor
from ._mingru_classifier import MinGRUClassifier
from ._mingru_regressor import MinGRURegressor
from ._rnn_classifier import RNNClassifier
from ._rnn_regressor import RNNRegressor
from ._sequence_classifier import SequenceClassifier
from ._sequence_encoder import SequenceEncoder
from ._sliced_classifier import SlicedClassifier
from ._slstm_classifier import SLSTMClassifier
from ._slstm_regressor import SLSTMRegressor

__all__ = [
    "PEEPHOLE",
    "SHARED",
    "BiLSTMClassifier",
    "BiLSTMRegressor",
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
    "SequenceClassifier",
    "SequenceEncoder",
    "SlicedClassifier",
    "attribute",
    "check_layers",
    "check_same_network",
    "check_saved",
    "draw_seed",
    "fit_network",
    "refuse_early_stopping",
    "settings_of",
    "summary_table",
    "whole_or_not_at_all",
]

publish(globals())
