"""A description of the machine."""

import os
import platform
from pathlib import Path

VECTOR_EXTENSIONS = ("avx", "avx2", "fma", "avx512f", "avx512_bf16", "amx_tile", "asimd", "sve")


def describe_machine():
    """Return what matters for speed.

    Returns
    -------
    machine : dict of str to str
        Processor, cores, vector extensions, system and Python, as far as they can be told.
    """
    machine = {"processor": platform.processor() or platform.machine()}
    machine["cores"] = str(os.cpu_count())
    facts = _processor_facts()
    if "model name" in facts:
        machine["processor"] = facts["model name"]
    flags = (facts.get("flags") or facts.get("Features") or "").split()
    if flags:
        known = [name for name in VECTOR_EXTENSIONS if name in flags]
        machine["vector extensions"] = ", ".join(known) or "none known"
    machine["system"] = f"{platform.system()} {platform.machine()}"
    if hasattr(os, "getloadavg"):
        machine["load before the first measurement (0 is best)"] = f"{os.getloadavg()[0]:.1f}"
    machine["Python"] = platform.python_version()
    return machine


def _processor_facts():
    """Return the first block of /proc/cpuinfo, where there is such a file."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return {}
    facts = {}
    for line in text.split("\n\n")[0].splitlines():
        key, _, value = line.partition(":")
        facts[key.strip()] = value.strip()
    return facts
