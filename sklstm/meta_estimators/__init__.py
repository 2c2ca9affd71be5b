"""The estimators inside other estimators."""

from ._inside import find_inside, inner, inner_estimators, members, walk

__all__ = ["find_inside", "inner", "inner_estimators", "members", "walk"]
