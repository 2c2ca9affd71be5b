"""The list of trusted names is that of public estimators and splitters, and of rows of folds."""

import sklstm
from sklstm.persistence import trusted_types


def test_names_are_those_of_public_estimators_and_splitters():
    public = [getattr(sklstm, name) for name in sklstm.__all__]
    classes = {c.__name__ for c in public if isinstance(c, type) and hasattr(c, "get_params")}
    names = [name.rpartition(".")[2] for name in trusted_types()]
    assert len(names) == len(set(names))
    assert set(names) == classes | {"PanelTimeSeriesSplit", "RowNumbers"}  # and rows of its folds


def test_names_are_sorted():
    assert trusted_types() == sorted(trusted_types())


def test_functions_are_not_named():
    assert not any(name.endswith("forecast_pairs") for name in trusted_types())
