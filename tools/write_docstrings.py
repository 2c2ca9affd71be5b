"""Write the texts that classes share into their docstrings, where editors and readers see them.

    python tools/write_docstrings.py [--check]

The texts are in `docstring_texts.py`. In each public class of a family there, the sections that the
family has are written anew, and the rest of the docstring stays. A new class needs the headings of
the sections, with any line below them. With ``--check`` nothing is written, and the exit code is 1
if a file is not current.
"""

import ast
import importlib
import inspect
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from docstring_texts import OF_CELLS, SECTIONS  # noqa: E402

import sklstm  # noqa: E402
from sklstm._public import DEFINED_IN  # noqa: E402

# Where the next section begins, or the docstring ends.
END = r"(?=\n\n    [A-Z][\w ]+\n    -+\n|\n    \"\"\")"


def entries(*texts):
    """Return each parameter or attribute of numpydoc texts with its lines."""
    found = re.findall(r"^(\S.*?) : (.*\n(?: .*\n)*)", "".join(texts), re.M)
    return {name: f"{name} : {rest}" for name, rest in found}


def with_default(cls, text, parameter):
    """Return the text of a parameter with its default, which must be that of the signature."""
    head, *rest = text.splitlines()
    default = parameter.default
    if "default=" not in head and "by default" not in text:
        shown = json.dumps(default) if isinstance(default, str) else repr(default)
        head += f", default={shown}"
    elif "default=" in head:
        said = ast.literal_eval(head.partition("default=")[2].replace(r"\\", "\\"))
        if said != default:
            raise SystemExit(f"{cls.__name__} has {parameter}, its text says {head}")
    return "\n".join([head, *rest]) + "\n"


def section(cls, title, texts):
    """Return the body of a section of a class."""
    if title == "Notes":
        return "".join(texts)
    if title == "Attributes":
        return "".join(entries(*texts).values())
    known = entries(*texts, OF_CELLS.get(cls._cell, ""))
    parameters = inspect.signature(cls).parameters
    return "".join(with_default(cls, known[name], p) for name, p in parameters.items())


def with_section(doc, title, body):
    """Return the source of a docstring with another body of a section."""
    head = f"    {title}\n    {'-' * len(title)}\n"
    body = re.sub(r"^(?=.)", "    ", body.strip(), flags=re.M)
    doc, count = re.subn(rf"{head}.*?{END}", lambda _: head + body, doc, flags=re.S)
    if count != 1 or ("\\" in body and 'r"""' not in doc):
        raise SystemExit(f"Not a raw docstring with one section {title}: {doc[:70]}")
    return doc


def renewed(source, cls, sections):
    """Return the source of a file with the sections of a class written anew."""
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    (node,) = [node for node in classes if node.name == cls.__name__]
    first, last = node.body[0].lineno - 1, node.body[0].end_lineno
    lines = source.splitlines(keepends=True)
    doc = "".join(lines[first:last])
    for title, texts in sections.items():
        doc = with_section(doc, title, section(cls, title, texts))
    return "".join(lines[:first]) + doc + "".join(lines[last:])


def main():
    """Write the files that are not current, and name them."""
    stale = []
    for cls in [getattr(sklstm, name) for name in sklstm.__all__]:
        for base in {c.__name__ for c in getattr(cls, "__mro__", ())} & SECTIONS.keys():
            path = Path(importlib.import_module(DEFINED_IN[cls]).__file__)
            source = path.read_text(encoding="utf-8")
            new = renewed(source, cls, SECTIONS[base])
            if new != source:
                stale.append(path.relative_to(ROOT))
                if "--check" not in sys.argv:
                    path.write_text(new, encoding="utf-8")
    print(*stale, sep="\n", end="\n" * bool(stale))
    if stale and "--check" in sys.argv:
        raise SystemExit("Docstrings are not current: run make format.")


if __name__ == "__main__":
    main()
