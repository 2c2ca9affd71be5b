"""
Draw the four shapes of recurrent work, one file each.

An unrolled network from below: inputs, states, outputs. What is absent from a shape is absent from
its drawing::

    python docs/images/make_shapes.py --out docs/images
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

# The colours of what_is_predicted_when.svg: they stay apart for the colour-blind.
INPUT, STATE, OUTPUT, INK = "#8ec5e8", "#eeeeee", "#f2b447", "#222222"
HEIGHTS = {"input": 0.0, "state": 1.0, "output": 2.0}
BOX = 0.62, 0.5  # width and height


@dataclass(frozen=True)
class Shape:
    """What is drawn at each step; an empty text is nothing.

    Parameters
    ----------
    inputs, outputs : tuple of str
        Words in the boxes below and above the states.
    fed_back : bool
        Whether each output is the input of the next step.
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    fed_back: bool = False


SHAPES = {
    "many_to_one": Shape(("not", "bad", "at", "all"), ("", "", "", "good")),
    "one_to_many": Shape(("t", "", "", ""), ("h", "e", " ", "c"), fed_back=True),
    "many_to_many_in_step": Shape(("x₁", "x₂", "x₃", "x₄"), ("y₁", "y₂", "y₃", "y₄")),
    "many_to_many_out_of_step": Shape(
        ("x₁", "x₂", "x₃", "x₄", "", ""), ("", "", "", "x₅", "x₆", "x₇")
    ),
}


def box(axes, step, height, text, colour):
    """Draw one box with a text in it."""
    width, tall = BOX
    corner = step - width / 2, height - tall / 2
    look = {"boxstyle": "round,pad=0,rounding_size=0.08", "facecolor": colour, "edgecolor": INK}
    axes.add_patch(FancyBboxPatch(corner, width, tall, lw=0.8, **look))
    shown = text.replace(" ", "␣") if text.strip() == "" else text
    axes.text(step, height, shown, ha="center", va="center", fontsize=10, color=INK)


def arrow(axes, start, end, **look):
    """Draw an arrow from point to point."""
    look = {"arrowstyle": "-|>", "mutation_scale": 9, "lw": 0.9, "color": INK} | look
    axes.add_patch(FancyArrowPatch(start, end, shrinkA=0, shrinkB=0, **look))


def draw_steps(axes, shape):
    """Draw inputs, states and outputs of all steps that the network reads."""
    width, tall = BOX
    read = max(
        k + 1
        for k, text in enumerate(shape.inputs)
        if text or (shape.fed_back and shape.outputs[k])
    )
    for step in range(read):
        box(axes, step, HEIGHTS["state"], "h", STATE)
        if step:
            arrow(axes, (step - 1 + width / 2, 1.0), (step - width / 2, 1.0))
        if shape.inputs[step]:
            box(axes, step, HEIGHTS["input"], shape.inputs[step], INPUT)
            arrow(axes, (step, tall / 2), (step, 1 - tall / 2))
        if shape.outputs[step]:
            box(axes, step, HEIGHTS["output"], shape.outputs[step], OUTPUT)
            arrow(axes, (step, 1 + tall / 2), (step, 2 - tall / 2))
        if shape.fed_back and step + 1 < read:
            arrow(
                axes, (step + width / 2, 2.0), (step + 0.8, 1 + tall / 2), ls="--",
                connectionstyle="arc3,rad=-0.15",
            )  # fmt: skip
    for ahead in range(read, len(shape.outputs)):  # outputs of the last state, all at once
        box(axes, ahead, HEIGHTS["output"], shape.outputs[ahead], OUTPUT)
        arrow(axes, (read - 1 + width / 2, 1.1), (ahead, 2 - tall / 2))


def draw(shape):
    """Return the drawing of one shape.

    Parameters
    ----------
    shape : Shape
        What is drawn.

    Returns
    -------
    fig : Figure
        As wide as it has steps.
    """
    n_steps = len(shape.outputs)
    fig = plt.figure(figsize=(0.75 * n_steps + 0.9, 2.2), facecolor="white")
    axes = fig.add_axes((0, 0, 1, 1))
    axes.set_xlim(-1.35, n_steps - 0.5)
    axes.set_ylim(-0.4, 2.4)
    axes.axis("off")
    for name, height in HEIGHTS.items():
        axes.text(-1.3, height, name, ha="left", va="center", fontsize=8.5, color="#595959")
    draw_steps(axes, shape)
    return fig


def main():
    """Draw, and write the files."""
    parser = argparse.ArgumentParser(description="Draw the four shapes of recurrent work.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder")
    out = parser.parse_args().out
    for name, shape in SHAPES.items():
        # Without a date, and with fixed names of parts, the same drawing gives the same file.
        plt.rcParams["svg.hashsalt"] = name
        draw(shape).savefig(out / f"shape_{name}.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
