"""The estimators inside other estimators."""

from ._inside import (
    TAGS_SAY_NOTHING,
    find_inside,
    inner,
    inner_estimators,
    members,
    takes_missing_steps,
    takes_windows,
    walk,
)

__all__ = [
    "TAGS_SAY_NOTHING",
    "find_inside",
    "inner",
    "inner_estimators",
    "members",
    "takes_missing_steps",
    "takes_windows",
    "walk",
]
