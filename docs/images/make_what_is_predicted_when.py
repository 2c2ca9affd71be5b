"""
Draw ``what_is_predicted_when.svg``: rows, windows, targets, gap and context on one time axis.

The value of each row of the series is its number. So the windows, targets and folds that the
package and scikit-learn return say themselves which rows they hold, and nothing in the drawing is
counted by hand::

    python docs/images/make_what_is_predicted_when.py --out docs/images/what_is_predicted_when.svg
"""

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.patches import FancyArrowPatch, Rectangle
from sklearn.model_selection import TimeSeriesSplit

from sklstm import SequenceWindower, forecast_pairs

N_STEPS, LOOKBACK, HORIZON = 20, 5, 3
# Colours that stay apart for the colour-blind (Okabe and Ito); the gap is hatched besides.
FILL = {"training": "#8ec5e8", "gap": "white", "test": "#f2b447", "rest": "#eeeeee"}
INK, GREY = "#222222", "#767676"
LEFT = -9.6  # where the words beside the lanes begin, in rows


def rows_of_fold():
    """Return the series, X, y, and the last fold of a split with a gap of ``horizon - 1``."""
    days = pd.date_range("2025-01-01", periods=N_STEPS, freq="D")
    series = pd.DataFrame({"row": np.arange(float(N_STEPS))}, index=days)
    X, y = forecast_pairs(series, horizon=HORIZON)
    *_, (train, test) = TimeSeriesSplit(2, test_size=5, gap=HORIZON - 1).split(X)
    return series, X, y, train, test


def parts_of_rows(train, test):
    """Return for each row of the series which part of the fold it belongs to."""
    parts = np.full(N_STEPS, "rest", dtype=object)
    parts[train], parts[test] = "training", "test"
    parts[train[-1] + 1 : test[0]] = "gap"
    return parts


def lanes(X, y, train, test):
    """Return for each lane its row, what that is, a remark, window and target."""
    windower = SequenceWindower(lookback=LOOKBACK).fit(X.iloc[train])
    fitted = windower.transform(X)[:, :, 0]
    onwards = windower.transform(X.iloc[train[-1] + 1 :])[:, :, 0]  # the rows of the gap too
    of_fold = windower.transform(X.iloc[test])[:, :, 0]
    last, gap, first = train[-1], train[-1] + 1, test[0]
    return [
        (
            "Row 0",
            "",
            f"y: the target, horizon={HORIZON} rows later.\n"
            "Before row 0 nothing is known: missing steps.",
            fitted[0],
            y.iloc[0],
        ),
        (
            "Row 5",
            "",
            f"The window: lookback={LOOKBACK} rows,\nthe last of which is row 5 itself.",
            fitted[5],
            y.iloc[5],
        ),
        (
            f"Row {last}",
            "the last training row",
            f"The target is known\nat row {first}: trained on.",
            fitted[last],
            y.iloc[last],
        ),
        (
            f"Row {gap}",
            "a row of the gap",
            f"Not known yet at\nrow {first}: left out.",
            onwards[0],
            y.iloc[gap],
        ),
        (
            f"Row {first}",
            "given after the rows of the gap",
            "The window reaches back into\nthe training rows: context.",
            onwards[first - gap],
            y.iloc[first],
        ),
        (
            f"Row {first}",
            "the first row given, as in a fold",
            "It does not follow on the training\nrows: no context.",
            of_fold[0],
            y.iloc[first],
        ),
    ]


def cell(axes, row, height, part, text):
    """Draw one row of the series as a box with a number in it."""
    look = {"hatch": "/////", "edgecolor": "#9a9a9a"} if part == "gap" else {"edgecolor": "white"}
    axes.add_patch(
        Rectangle((row - 0.46, height - 0.36), 0.92, 0.72, facecolor=FILL[part], lw=0.8, **look)
    )
    backing = {"facecolor": "white", "edgecolor": "none", "pad": 0.6} if part == "gap" else None
    axes.text(row, height, text, ha="center", va="center", fontsize=8, color=INK, bbox=backing)


def missing(axes, row, height):
    """Draw a missing step: a box without content."""
    look = {"facecolor": "none", "edgecolor": GREY, "lw": 0.9, "ls": ":"}
    axes.add_patch(Rectangle((row - 0.43, height - 0.33), 0.86, 0.66, **look))


def target(axes, row, height):
    """Draw what is to be predicted."""
    axes.add_patch(Rectangle((row - 0.46, height - 0.36), 0.92, 0.72, facecolor=INK))
    axes.text(row, height, "y", ha="center", va="center", fontsize=9, color="white", weight="bold")


def lane(axes, height, words, parts):
    """Draw the window and the target of one row, its label on the left and a remark."""
    name, kind, remark, window, goal = words
    newest, goal = int(window[-1]), int(goal)
    first = newest - len(window) + 1
    for row, value in zip(range(first, newest + 1), window, strict=True):
        if np.isnan(value):
            missing(axes, row, height)
        else:
            cell(axes, row, height, parts[row], f"{int(value)}")
    target(axes, goal, height)
    ends = (newest + 0.5, height), (goal - 0.46, height)
    look = {"arrowstyle": "-|>", "mutation_scale": 8, "shrinkA": 0, "shrinkB": 0, "lw": 0.9}
    axes.add_patch(FancyArrowPatch(*ends, color=INK, **look))
    left = first > 6  # where there is room for the remark
    axes.text(
        first - 0.8 if left else goal + 0.75,
        height,
        remark,
        ha="right" if left else "left",
        va="center",
        fontsize=8,
        color=INK,
        linespacing=1.15,
    )
    label(axes, height, name, kind)


def label(axes, height, name, kind=""):
    """Write in the left margin what stands in a lane."""
    look = {"ha": "left", "va": "center", "color": INK}
    lift = 0.2 if kind else 0
    axes.text(LEFT, height + lift, name, fontsize=8.5, weight="bold", **look)
    axes.text(LEFT, height - 0.25, kind, fontsize=8, **look)


def strip(axes, height, parts):
    """Draw all rows of the series, and what each part of them is called."""
    for row, part in enumerate(parts):
        cell(axes, row, height, part, f"{row}")
    names = {
        "training": "training rows",
        "gap": "gap",
        "test": "test rows",
        "rest": "no target yet",
    }
    for part, name in names.items():
        rows = np.flatnonzero(parts == part)
        axes.plot([rows[0] - 0.42, rows[-1] + 0.42], [height + 0.55] * 2, color=GREY, lw=1)
        axes.text(
            rows.mean(), height + 0.72, name, ha="center", va="bottom", fontsize=8.5, color=INK
        )


def now(axes, row, top, bottom):
    """Draw the line between what is known when `row` is predicted, and what is not."""
    line = row + 0.5
    axes.plot([line, line], [top, bottom - 0.45], color=GREY, lw=1, ls="--", zorder=0)
    look = {"va": "center", "fontsize": 8, "color": INK}
    axes.text(line - 0.3, bottom - 0.2, f"known at row {row}", ha="right", **look)
    axes.text(line + 0.3, bottom - 0.2, "not known yet", ha="left", **look)


def draw():
    """Return the whole drawing.

    Returns
    -------
    fig : Figure
        700 pixels wide at its natural size.
    """
    _, X, y, train, test = rows_of_fold()
    parts, all_lanes = parts_of_rows(train, test), lanes(X, y, train, test)
    heights = -0.15 - 1.2 * np.arange(1, len(all_lanes) + 1)
    fig = plt.figure(figsize=(7.3, 4.4), facecolor="white")
    axes = fig.add_axes((0, 0, 1, 1))
    axes.set_xlim(LEFT - 0.2, N_STEPS + 0.1)
    axes.set_ylim(heights[-1] - 1.25, 1.45)
    axes.axis("off")
    label(axes, 0, "The series", "one row per time step")
    strip(axes, 0, parts)
    for height, words in zip(heights, all_lanes, strict=True):
        lane(axes, height, words, parts)
    now(axes, test[0], heights[2] + 0.5, heights[-1] - 0.6)
    return fig


def main():
    """Draw, and write the file."""
    parser = argparse.ArgumentParser(description="Draw rows, windows, targets, gap and context.")
    default = Path(__file__).with_name("what_is_predicted_when.svg")
    parser.add_argument("--out", type=Path, default=default, help=f"file (default: {default.name})")
    out = parser.parse_args().out
    # Without a date, and with fixed names of parts, the same drawing gives the same file.
    plt.rcParams["svg.hashsalt"] = out.stem
    draw().savefig(out, dpi=192, metadata={"Date": None} if out.suffix == ".svg" else None)


if __name__ == "__main__":
    main()
