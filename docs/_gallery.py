"""How the gallery runs examples; a file of its own, for the processes that run them import it."""

from pathlib import Path


def arguments(gallery_conf, script_vars):
    """Return what an example is called with: the folder for its files, seen from its own."""
    return ["--out", f"../build/examples/{Path(script_vars['src_file']).stem}"]
