"""Print the lowest versions that pyproject.toml allows, as constraints of pip.

    python tools/lowest_versions.py > build/constraints-lowest.txt

Of the package's own dependencies and of the extras that users install; tools of tests and docs are
free. torch is left out: package indexes have its old builds for GPUs alone, of several gigabytes.
"""

import re
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
REQUIREMENT = re.compile(r"([\w-]+)>=([\d.]+)")
EXTRAS = ("demo", "onnx", "holidays")


def main():
    """Print one line for each package."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    lists = [project["dependencies"], *(extras[name] for name in EXTRAS)]
    for requirement in sorted({text for texts in lists for text in texts}):
        name, version = REQUIREMENT.fullmatch(requirement).groups()
        if name != "torch":
            print(f"{name}=={version}")


if __name__ == "__main__":
    main()
