"""
Draw the pictures of ``displays.md`` by the code that stands there.

The blocks of code are run in order. What a block with a comment ``# picture: name`` draws is saved
as ``display_name.png``::

    python docs/images/make_displays.py --out docs/images
"""

import argparse
import re
from io import BytesIO
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from PIL import Image

PAGE = Path(__file__).resolve().parent.parent / "displays.md"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.M | re.S)
PICTURE = re.compile(r"# picture: (\w+)$", re.M)


def draw():
    """Run the page; yield the name of each picture and its figure."""
    namespace = {}
    for block in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        plt.close("all")
        exec(compile(block, PAGE.name, "exec"), namespace)
        for name in PICTURE.findall(block):
            yield name, namespace["display"].figure_


def main():
    """Draw, and write the files."""
    parser = argparse.ArgumentParser(description="Draw the pictures of displays.md.")
    default = Path(__file__).parent
    parser.add_argument("--out", type=Path, default=default, help="folder (default: this one)")
    out = parser.parse_args().out
    for name, figure in draw():
        with BytesIO() as file:
            figure.savefig(file, dpi=110)
            # 256 colours that no eye tells from all make a small file, which names no version.
            picture = Image.open(file).convert("RGB")
            picture = picture.quantize(256, method=Image.Quantize.MAXCOVERAGE)
            picture.save(out / f"display_{name}.png", optimize=True)


if __name__ == "__main__":
    main()
