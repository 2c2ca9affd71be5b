"""The public path of what a package exports: `publish`."""

# The private module of each, for tests and tools that look for its source.
DEFINED_IN: dict[object, str] = {}


def publish(package):
    """Give the exports of a package the package as their module.

    Pickle and skops files name a class by its module; tracebacks and links do as well. With the
    public path there, the file that defines a class may be renamed and split.

    Parameters
    ----------
    package : dict
        Its ``globals()``. What the package above exports as well is given the shorter path there,
        since its own call comes later.
    """
    for name in package["__all__"]:
        exported = package[name]
        DEFINED_IN.setdefault(exported, exported.__module__)
        exported.__module__ = package["__name__"]
