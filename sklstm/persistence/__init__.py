"""What is in files of fitted estimators, and which files are read."""

from sklstm._public import publish

from ._parameters import ParametersMixin
from ._saved_state_mixin import SavedStateMixin, restored_state, saved_state
from ._trusted_types import trusted_types

__all__ = ["ParametersMixin", "SavedStateMixin", "restored_state", "saved_state", "trusted_types"]

publish(globals())
