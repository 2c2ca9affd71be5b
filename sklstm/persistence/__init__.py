"""What is in files of fitted estimators, and which files are read."""

from sklstm._public import publish

from ._saved_state_mixin import SavedStateMixin
from ._trusted_types import trusted_types

__all__ = ["SavedStateMixin", "trusted_types"]

publish(globals())
