"""What is found once for an object that many series share: `Once`."""

from collections.abc import Callable
from typing import Any


class Once:
    """A function that is called once for the same objects; its results are kept.

    Series of the same times have one index, so that what is asked of it is found once, not for each
    of thousands of series.

    Parameters
    ----------
    function : callable
        What is called.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._found: dict[tuple[int, ...], Any] = {}

    def __call__(self, *objects: Any, **told: Any) -> Any:
        """Return the result for some objects.

        Parameters
        ----------
        *objects : object
            By which results are told apart; equal ones are not the same, but for whole numbers.
        **told : object
            Given to the function, too, and of no influence on the result: the name of a series
            for a message.
        """
        place = tuple(one if isinstance(one, int) else -id(one) for one in objects)
        if place not in self._found:
            # With the objects, so that none of another object takes their place in memory.
            self._found[place] = self._function(*objects, **told), objects
        return self._found[place][0]
