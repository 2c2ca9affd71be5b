"""Clocks that peers share."""

import time
from importlib.metadata import version
from statistics import median


class Stamps:
    """Times at the ends of epochs, collected by a callback of the peer."""

    def __init__(self):
        self.times = []

    def __deepcopy__(self, memo):
        return self  # some libraries copy their callbacks, and the copies' times are wanted here

    def add(self, *_, **__):
        """Note that an epoch has ended now."""
        self.times.append(time.perf_counter())

    def seconds_per_epoch(self):
        """Return the mean time from one end to the next.

        Returns
        -------
        seconds : float
            Everything that happens between two ends is in it, and nothing before the first.
        """
        return (self.times[-1] - self.times[0]) / (len(self.times) - 1)


def seconds(function):
    """Return how long a call takes.

    Parameters
    ----------
    function : callable
        Called once without arguments.

    Returns
    -------
    seconds : float
        Wall time.
    """
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def median_microseconds(function, n_calls):
    """Return the median time of many calls.

    Parameters
    ----------
    function : callable
        Called without arguments.
    n_calls : int
        How many times.

    Returns
    -------
    microseconds : float
        Median wall time of one call.
    """
    return 1e6 * median(seconds(function) for _ in range(n_calls))


def versions(*packages):
    """Return the versions of installed packages.

    Parameters
    ----------
    *packages : str
        Their names.

    Returns
    -------
    versions : dict of str to str
        Version of each.
    """
    return {package: version(package) for package in packages}
