"""Sphinx configuration. Nothing is downloaded: there is no intersphinx."""

import re
import sys
import tomllib
from pathlib import Path

from docutils.nodes import SkipNode
from docutils.utils.math.latex2mathml import tex2mathml

import sklstm

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "docs"))  # for _gallery.py

project = "sklstm"
author = "The sklstm developers"
copyright = f"2026, {author}"
version = release = sklstm.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.doctest",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
templates_path = ["_templates"]
default_role = "py:obj"

html_theme = "pydata_sphinx_theme"
html_title = f"sklstm {release}"
html_show_sourcelink = False
html_math_renderer = "mathml"
html_theme_options = {
    "header_links_before_dropdown": 3,
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": False,
}

# Pages without pages below them need no list of these; tables take the room.
html_sidebars = {"*": [], "api": ["sidebar-collapse", "sidebar-nav-bs"]}

myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3

autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False
# What is published must be documented in full; for helpers `make lint` is content with less.
numpydoc_validation_checks = set(
    tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["numpydoc_validation"]["checks"]
) - {"GL08", "PR02"}

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": r"\d\d_.*\.py",
    "ignore_pattern": r"(^|/)_\w+\.py$",  # what several scripts share
    "within_subsection_order": "FileNameSortKey",
    "download_all_examples": False,
    "show_signature": False,
    "write_computation_times": False,
    "reset_argv": "_gallery.arguments",
    "parallel": True,  # as many at a time as `sphinx-build -j` says
}


def skip_foreign_member(app, what, name, obj, skip, options):
    """Leave out what a class inherits from scikit-learn: it is documented there."""
    function = obj.fget if isinstance(obj, property) else obj
    module = getattr(function, "__module__", None) or ""
    return skip or not module.startswith("sklstm")


def escape_names_in_shapes(app, what, name, obj, options, lines):
    """Keep docutils from taking the ``n_features_in_`` of a shape for the name of a link."""
    lines[:] = [
        re.sub(r"(\w)_(?=[,)])", r"\1\\_", line) if " of shape (" in line else line
        for line in lines
    ]


def write_inline_math(writer, node):
    """Write a formula as MathML, which browsers render by themselves; MathJax needs a network."""
    writer.body.append(tex2mathml(node.astext()))
    raise SkipNode


def write_display_math(writer, node):
    """Write a displayed formula, with its lines aligned if there are several."""
    writer.body.append(f'<div class="math">{tex2mathml(node.astext(), as_block=True)}</div>')
    raise SkipNode


def setup(app):
    """Connect the functions above to the events they are for."""
    app.add_html_math_renderer("mathml", (write_inline_math, None), (write_display_math, None))
    app.connect("autodoc-skip-member", skip_foreign_member)
    app.connect("autodoc-process-docstring", escape_names_in_shapes)
