"""Series, windows and the order of rows, in NumPy."""

from ._forecast_pairs import forecast_pairs
from ._frames import (
    column_names,
    frame_like,
    index_of,
    is_frame,
    step_features,
    step_names,
    wants_frame,
)
from ._newest_block import newest_block
from ._numbers import as_numbers
from ._on_disk import empty_beside, is_on_disk
from ._overflow import refuse_overflow
from ._panel import Panel, split_panel, take_rows
from ._shapes import (
    as_series,
    as_windows,
    flatten_windows,
    has_three_axes,
    is_windows,
    place_in_windows,
    refuse_infinity,
    refuse_infinity_in_windows,
    window_rows,
)
from ._target_feature import position_of_feature
from ._targets import (
    check_same_length,
    numeric_step_targets,
    numeric_targets,
    observed_steps,
)
from ._tokens import OUT_OF_VOCABULARY, PADDING, as_token_windows
from ._window_set import WindowSet
from ._windows_input import (
    WindowsInputMixin,
    check_features,
    names_in_fit,
    remember_features,
)

__all__ = [
    "OUT_OF_VOCABULARY",
    "PADDING",
    "Panel",
    "WindowSet",
    "WindowsInputMixin",
    "as_numbers",
    "as_series",
    "as_token_windows",
    "as_windows",
    "check_features",
    "check_same_length",
    "column_names",
    "empty_beside",
    "flatten_windows",
    "forecast_pairs",
    "frame_like",
    "has_three_axes",
    "index_of",
    "is_frame",
    "is_on_disk",
    "is_windows",
    "names_in_fit",
    "newest_block",
    "numeric_step_targets",
    "numeric_targets",
    "observed_steps",
    "place_in_windows",
    "position_of_feature",
    "refuse_infinity",
    "refuse_infinity_in_windows",
    "refuse_overflow",
    "remember_features",
    "split_panel",
    "step_features",
    "step_names",
    "take_rows",
    "wants_frame",
    "window_rows",
]
