"""What is measured, one module for each part.

Each has a function ``measure(bench)``, which returns plain data for ``results.json`` and notes in
``bench`` what could not be measured, and ``tables(results)``, which lays these data out.
"""

from . import bulk, epochs, latency, memory, peak, search, startup

PARTS = {
    "epochs": epochs,
    "search": search,
    "startup": startup,
    "latency": latency,
    "bulk": bulk,
    "memory": memory,
    "peak": peak,
}
