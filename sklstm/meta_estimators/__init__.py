"""The estimators inside other estimators."""

from ._inside import find_inside, inner, inner_estimators, members, takes_windows, walk

__all__ = ["find_inside", "inner", "inner_estimators", "members", "takes_windows", "walk"]
