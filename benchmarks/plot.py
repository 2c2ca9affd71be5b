"""Draw ``performance.png`` from ``results.json``: one bar for each peer, shorter is better."""

import json
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.ticker import NullFormatter

OWN_COLOUR, OTHER_COLOUR = "#1f6fb4", "#b9bec6"
HEIGHT_OF_BAR = 0.24  # inches


def panels(parts):
    """Return what is drawn.

    Parameters
    ----------
    parts : dict
        The parts of the results.

    Returns
    -------
    panels : list of (str, dict of str to float)
        Titles, and seconds by label.
    """
    tasks = list(parts.get("epochs", {}).items())
    chosen = [tasks[index] for index in (0, 2, 4) if index < len(tasks)]
    drawn = [(f"One epoch of training: {name}", result["seconds"]) for name, result in chosen]
    if "search" in parts:
        drawn.append(("Grid search, 21 fits", parts["search"]["seconds"]))
    return [(title, seconds) for title, seconds in drawn if seconds]


def draw(axes, title, seconds):
    """Draw one panel, the fastest on top.

    Parameters
    ----------
    axes : Axes
        Where.
    title : str
        What was measured.
    seconds : dict of str to float
        Seconds by label.
    """
    labels = sorted(seconds, key=seconds.get, reverse=True)
    values = [seconds[label] for label in labels]
    colours = [OWN_COLOUR if label.startswith("sklstm") else OTHER_COLOUR for label in labels]
    bars = axes.barh(labels, values, color=colours, height=0.75)
    axes.bar_label(bars, [_format(value) for value in values], padding=3, fontsize=8)
    axes.set_xscale("log")
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlim(min(values) / 2, max(values) * 2.5)
    axes.set_title(title, fontsize=10, loc="left")
    axes.set_xlabel("seconds, logarithmic scale; shorter is better", fontsize=8)
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    for tick, label in zip(axes.get_yticklabels(), labels, strict=True):
        tick.set_fontweight("bold" if label.startswith("sklstm") else "normal")


def main(source, target):
    """Read the results and write the picture.

    Parameters
    ----------
    source, target : str
        Paths of the two files.
    """
    with open(source) as file:
        drawn = panels(json.load(file)["parts"])
    if not drawn:
        raise SystemExit("neither epochs nor a search were measured")
    sizes = [len(seconds) + 3.5 for _, seconds in drawn]
    figure, all_axes = plt.subplots(
        len(drawn),
        figsize=(8, HEIGHT_OF_BAR * sum(sizes)),
        height_ratios=sizes,
        squeeze=False,
        layout="constrained",
    )
    for axes, (title, seconds) in zip(all_axes[:, 0], drawn, strict=True):
        draw(axes, title, seconds)
    figure.savefig(target, dpi=150)


def _format(seconds):
    return f"{1000 * seconds:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


if __name__ == "__main__":
    main(*sys.argv[1:])
