"""Tables in Markdown."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A table and what is to be known about it.

    Parameters
    ----------
    title : str
        What it shows.
    columns : list of str
        Heads of the columns.
    rows : list of list of str
        Cells.
    notes : str
        Text below it.
    """

    title: str
    columns: list
    rows: list
    notes: str

    def markdown(self):
        """Return the table as Markdown.

        Returns
        -------
        text : str
            Several lines.
        """
        lines = [f"## {self.title}", "", _line(self.columns), _line(["---"] * len(self.columns))]
        lines += [_line(row) for row in self.rows if any(row[1:])]
        if self.notes:
            lines += ["", self.notes]
        return "\n".join([*lines, ""])


def compared(values, reference, factor):
    """Return each value with its ratio to a reference.

    Parameters
    ----------
    values : dict of str to float
        Times.
    reference : str
        Key of the one that the others are divided by.
    factor : float
        What the values are multiplied by, for example 1000 for milliseconds.

    Returns
    -------
    cells : dict of str to str
        Such as ``"16.4 (3.1×)"``.
    """
    base = values.get(reference)
    cells = {}
    for label, value in values.items():
        ratio = f" ({value / base:.2f}×)" if base and base > 0 else ""
        cells[label] = f"{value * factor:.3g}{ratio}"
    return cells


def machine_text(machine, versions):
    """Return a description of the machine and of the versions.

    Parameters
    ----------
    machine : dict of str to str
        What is known of it.
    versions : dict of str to dict
        Versions by environment.

    Returns
    -------
    text : str
        Markdown.
    """
    lines = [f"- {name}: {value}" for name, value in machine.items()]
    for environment, packages in sorted(versions.items()):
        names = ", ".join(f"{package} {version}" for package, version in packages.items())
        lines.append(f"- environment {environment}: {names}")
    return "\n".join([*lines, ""])


def failures_text(failures):
    """Return a list of what was not measured.

    Parameters
    ----------
    failures : dict of str to dict
        Reasons by topic and peer.

    Returns
    -------
    text : str
        Markdown; empty if all was measured.
    """
    lines = [
        f"- {topic}: {label}: {reason}"
        for topic, reasons in failures.items()
        for label, reason in reasons.items()
    ]
    return "\n".join(["## Not measured", "", *lines, ""]) if lines else ""


def _line(cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
