"""Warnings that point at the line of the user: `warn_user`."""

import os
import sys
import warnings

import joblib
import sklearn

# Frames of other packages lie between a user's line and ours, of a pipeline for instance.
_INSIDE = tuple(
    os.path.dirname(os.path.abspath(file)) + os.sep
    for file in (__file__, sklearn.__file__, joblib.__file__)
)


def warn_user(message: str | Warning, category: type[Warning] = UserWarning) -> None:
    """Warn at the innermost line outside of this package, scikit-learn and joblib.

    Parameters
    ----------
    message : str or Warning
        What is told.
    category : type, default=UserWarning
        Which kind of warning.
    """
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_INSIDE):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)
