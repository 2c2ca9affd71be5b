"""Which release wrote a file, and what becomes of it in this one: `SavedStateMixin`."""

from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any, ClassVar

from ._one_state import FITS
from ._parameters import ParametersMixin
from ._plain_labels import UnknownZoneError
from ._plain_state import from_plain, to_plain

FORMAT = 1  # to be raised when an older release could not make sense of a newer state
# For each older format the function that takes the class of an estimator and its state, and
# returns the state in the next format. Each has files in tests/persistence/files.
STEPS: dict[int, Callable[[type, dict[str, Any]], dict[str, Any]]] = {}

_VERSION, _FORMAT = "_sklstm_version", "_sklstm_format"


class SavedStateMixin(ParametersMixin):
    """Keep plain Python and NumPy in files, together with the version that wrote them.

    The mixin stands to the left of `~sklearn.base.BaseEstimator` among the bases. It serves all
    that works by ``__getstate__``: pickle, joblib, skops and `copy`. Subclasses say what is in
    their state.

    Attributes
    ----------
    _saved_classes : tuple of type
        Dataclasses in the state; they are written as dictionaries.
    _saved_together : tuple of str
        Fitted attributes: where there is the first there are all.
    _not_saved : tuple of str
        Attributes that are left out.
    """

    _saved_classes: ClassVar[tuple[type, ...]] = ()
    _saved_together: ClassVar[tuple[str, ...]] = ()
    _not_saved: ClassVar[tuple[str, ...]] = ()

    def __getstate__(self):
        return saved_state(self, super().__getstate__())

    def __setstate__(self, state):
        super().__setstate__(restored_state(type(self), state))


def saved_state(estimator, state):
    """Return the state of an estimator as it is saved.

    Parameters
    ----------
    estimator : estimator
        With the attributes of `SavedStateMixin`.
    state : dict
        Its attributes.

    Returns
    -------
    state : dict
        Plain Python and NumPy, with the version that writes them.
    """
    # Another thread may be fitting the estimator: then it is saved as it was before.
    added = state.keys() - dict(vars(estimator)).keys()  # by other classes
    state = FITS.attributes(estimator) | {name: state[name] for name in added}
    saved = {name: value for name, value in state.items() if name not in estimator._not_saved}
    stamp = {_VERSION: _this_version(), _FORMAT: FORMAT}
    return to_plain(saved, estimator._saved_classes) | stamp


def restored_state(cls, state):
    """Return the attributes of an estimator from the state that was saved.

    Parameters
    ----------
    cls : type
        Class of the estimator, with the attributes of `SavedStateMixin`.
    state : dict
        As from `saved_state`, of this or an earlier version.

    Returns
    -------
    state : dict
        Its attributes.

    Raises
    ------
    ValueError
        If the state is damaged, or that of a later version.
    """
    version, state = _in_this_format(cls, state)
    state = _with_parameters(cls, state, version)
    try:
        state = from_plain(state, cls._saved_classes)
    except UnknownZoneError as error:
        raise ValueError(f"{cls.__name__} cannot be loaded here. {error}") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(_damaged(cls, version, str(error))) from error
    absent = [name for name in cls._saved_together if name not in state]
    if absent and cls._saved_together[0] in state:
        raise ValueError(_damaged(cls, version, f"it has no {', '.join(absent)}"))
    return state


def _this_version():
    from sklstm import __version__

    return __version__


def _in_this_format(cls, state):
    """Return the version that wrote a state, and the state in the format of this one."""
    state = dict(state) if isinstance(state, dict) else {}
    version, number = state.pop(_VERSION, None), state.pop(_FORMAT, None)
    if not isinstance(version, str) or not isinstance(number, int):
        raise ValueError(
            f"This is no state of {cls.__name__} that sklstm has saved: the file is damaged or was "
            "made by other means. Fit and save again."
        )
    if number > FORMAT:
        raise ValueError(
            f"{cls.__name__} was saved by sklstm {version}, this is {_this_version()}, which does "
            f"not know its format {number} yet: install sklstm>={version}, or fit and save again."
        )
    for older in range(number, FORMAT):
        if older not in STEPS:
            raise ValueError(_damaged(cls, version, f"there is no format {older}"))
        state = STEPS[older](cls, state)
    return version, state


def _with_parameters(cls, state, version):
    """Give parameters that an older release did not have their defaults."""
    absent = {k: p.default for k, p in signature(cls).parameters.items() if k not in state}
    if absent and (version == _this_version() or Parameter.empty in absent.values()):
        raise ValueError(_damaged(cls, version, f"it has no {', '.join(absent)}"))
    return absent | state


def _damaged(cls, version, what):
    return (
        f"The state of {cls.__name__}, saved by sklstm {version}, is damaged: {what}. This is "
        f"sklstm {_this_version()}. Load another copy of the file, or fit and save again."
    )
