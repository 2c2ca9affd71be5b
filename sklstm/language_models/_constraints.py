"""What each parameter of the language models takes."""

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

from sklearn.utils._param_validation import HasMethods, Interval, StrOptions

from sklstm.estimators import SHARED

from ._token_table import in_order

_COUNT = [Interval(Integral, 1, None, closed="left")]

TEXT = {
    "level": [StrOptions({"char", "word"})],
    "max_tokens": [Interval(Integral, 2, None, closed="left"), None],
    "lowercase": ["boolean"],
    "token_pattern": [str],
    "analyzer": [callable, None],
    "vocabulary": [Mapping, HasMethods("__iter__"), None],
    "sequence_length": _COUNT,
    "stateful": ["boolean"],
}

_NOT_SHARED = {"bidirectional", "learning_rate_schedule", "output", "patch_size", "pooling"}
_PLAIN = {"max_epochs": _COUNT, "n_iter_no_change": [*_COUNT, None]}  # there is no "auto"
LANGUAGE_MODEL = {k: kinds for k, kinds in SHARED.items() if k not in _NOT_SHARED} | _PLAIN | TEXT

SAMPLE = {
    "n_tokens": _COUNT,
    "prompt": [str],
    "temperature": [Interval(Real, 0, None, closed="neither")],
    "top_k": [*_COUNT, None],
    "random_state": ["random_state"],
}

_OF_TOKENS = {"level", "lowercase", "token_pattern", "analyzer", "max_tokens"}


def check_same_tokens(estimator: Any) -> None:
    """Raise a ValueError if training is to go on with texts that are cut into other tokens.

    Parameters
    ----------
    estimator : LanguageModel
        Which is fitted.
    """
    fitted = getattr(estimator, "_fitted_with", {})
    for name in fitted.keys() & _OF_TOKENS:
        value = getattr(estimator, name)
        if value != fitted[name]:
            raise ValueError(
                f"Training continues with the tokens of {name}={fitted[name]!r}, and the parameter "
                f"is now {value!r}. Set it back, or fit anew (warm_start=False)."
            )
    vocabulary, known = estimator.vocabulary, estimator._tokens.as_list
    if vocabulary is not None and in_order(vocabulary) != known:
        raise ValueError(
            f"Training continues with the {len(known)} tokens of vocabulary_ in their order, and "
            "the parameter vocabulary holds others, or in another order. Set it back, or fit anew "
            "(warm_start=False)."
        )
