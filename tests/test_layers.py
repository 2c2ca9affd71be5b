"""Imports point one way."""

import ast
from pathlib import Path

import pytest

import sklstm

PACKAGE = Path(sklstm.__file__).parent
SHARED = {"numpy", "sklearn"}
LAYERS = {
    "time_labels": {"numpy", "pandas"},
    "meta_estimators": {"sklearn"},
    # The last for its version and its public names.
    "persistence": {"numpy", "pandas", "sklearn", "sklstm.time_labels", "sklstm"},
    "data": SHARED | {"pandas", "sklstm.time_labels"},
    "preprocessing": SHARED
    | {"pandas", "scipy", "holidays", "sklstm.data", "sklstm.persistence", "sklstm.time_labels"},
    "text": SHARED | {"pandas", "sklstm.data", "sklstm.persistence"},
    "baselines": SHARED | {"sklstm.data", "sklstm.persistence"},
    "metrics": SHARED | {"pandas", "scipy", "sklstm.data", "sklstm.time_labels"},
    "model_selection": SHARED
    | {"pandas", "sklstm.data", "sklstm.metrics", "sklstm.persistence", "sklstm.time_labels"},
    "cells": set(),
    "recurrence": {"numpy", "threadpoolctl", "sklstm.cells"},
    "kernels": {"numpy", "llvmlite", "sklstm.cells"},
    "networks": {"numpy", "torch", "sklstm.cells", "sklstm.recurrence"},
    "losses": {"numpy", "scipy", "torch"},  # the last inside a function
    "torch_training": {
        "numpy",
        "torch",
        "skorch",
        "threadpoolctl",
        "sklstm.losses",
        "sklstm.recurrence",
        "sklstm.networks",
    },
    "training": {
        "numpy",
        "joblib",
        "sklstm.losses",
        "sklstm.recurrence",
        "sklstm.kernels",
        "sklstm.torch_training",
    },
    "estimators": SHARED
    | {
        "scipy",
        "sklstm.data",
        "sklstm.losses",
        "sklstm.meta_estimators",
        "sklstm.persistence",
        "sklstm.preprocessing",
        "sklstm.recurrence",
        "sklstm.training",
    },
    "language_models": SHARED
    | {
        "sklstm.data",
        "sklstm.losses",
        "sklstm.persistence",
        "sklstm.recurrence",
        "sklstm.text",
        "sklstm.training",
        "sklstm.estimators",
    },
    "callbacks": SHARED | {"joblib", "sklstm.persistence", "sklstm.training"},
    "forecasting": SHARED
    | {
        "pandas",
        "scipy",
        "sklstm.data",
        "sklstm.losses",
        "sklstm.persistence",
        "sklstm.preprocessing",
        "sklstm.recurrence",
        "sklstm.metrics",
        "sklstm.model_selection",
        "sklstm.time_labels",
        "sklstm.meta_estimators",
    },
    "onnx": SHARED
    | {
        "skl2onnx",
        "onnx",
        "sklstm",
        "sklstm.cells",
        "sklstm.data",
        "sklstm.estimators",
        "sklstm.losses",
        "sklstm.meta_estimators",
        "sklstm.preprocessing",
    },
    "displays": SHARED
    | {
        "matplotlib",
        "pandas",
        "scipy",
        "sklstm.data",
        "sklstm.losses",
        "sklstm.meta_estimators",
        "sklstm.time_labels",
    },
    "testing": SHARED | {"pandas", "joblib", "sklstm.preprocessing", "sklstm"},
}
SOURCES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.glob("*/*.py"))


def imports(path):
    """Yield imported modules: outside ones by their first name, our own with their layer."""
    for node in ast.walk(ast.parse((PACKAGE / path).read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level <= 1, f"{path} imports from above its own package"
            names = [node.module] if node.level == 0 else []
        for name in names:
            yield ".".join(name.split(".")[: 2 if name.startswith("sklstm") else 1])


def test_every_folder_has_its_layer():
    assert {path.parts[0] for path in SOURCES} == set(LAYERS)


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_a_file_imports_what_its_layer_may(path):
    import sys

    found = {name for name in imports(path) if name not in sys.stdlib_module_names}
    for_all = {f"sklstm.{name}" for name in ("_fork", "_public", "_warn", "_whole_numbers")}
    assert found - for_all <= LAYERS[path.parts[0]]


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_files_are_small(path):
    text = (PACKAGE / path).read_text(encoding="utf-8")
    # One idea a file: about 400 lines hold one whole, where 300 cut classes in two.
    assert len(text.splitlines()) <= 440
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            doc = ast.get_docstring(node, clean=False) or ""
            lines = node.end_lineno - node.lineno - doc.count("\n")
            limit = 80 if node.name == "__init__" else 50  # a signature of scalars is long
            assert lines <= limit, f"{node.name} has {lines} lines"


def test_torch_is_only_imported_inside_functions():
    for path in SOURCES:
        if path.parts[0] in ("networks", "torch_training", "kernels"):
            continue
        tree = ast.parse((PACKAGE / path).read_text(encoding="utf-8"))
        top = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        for node in top:
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in getattr(node, "names", [])]
            roots = {name.split(".")[0] for name in names}
            assert not roots & {"torch", "skorch"}, path
            if "compiled" not in path.name:  # itself only imported inside functions
                assert not {"sklstm.kernels", "sklstm.torch_training"} & set(names), path
