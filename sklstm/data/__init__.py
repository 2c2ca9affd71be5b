"""Series, windows, targets and frames, in NumPy."""

from sklstm._public import publish

from ._class_labels import read_class_labels, read_classes
from ._forecast_pairs import forecast_pairs
from ._frames import (
    column_names,
    frame_like,
    index_of,
    is_frame,
    parse_step_names,
    position_of_feature,
    same_index,
    step_features,
    step_names,
    take_rows,
    text_names,
    wants_frame,
    with_columns,
)
from ._gathered_windows import GatheredWindows
from ._labels import check_same_labels
from ._learns_rest import LEARNS_REST
from ._likely_mistakes import warn_of_another_target
from ._newest_block import newest_block, of_one_series
from ._no_real_numbers import refuse_times_and_complex
from ._numbers import (
    as_numbers,
    check_same_length,
    numeric_step_targets,
    numeric_targets,
    observed_steps,
    observed_targets,
    refuse_overflow,
    refuse_partly_missing_targets,
)
from ._on_disk import empty_beside, is_on_disk
from ._other_tables import as_labelled, names_only, plain_categories
from ._panels import (
    Panel,
    first_rows,
    key_levels,
    key_names,
    key_of_other_type,
    key_text,
    keys_named,
    merged_codes,
    split_panel,
    types_of,
)
from ._plain_values import plain_labels, plain_values
from ._row_names import keep_names, name_samples, place_in_windows
from ._shapes import (
    OUT_OF_VOCABULARY,
    PADDING,
    as_series,
    as_token_windows,
    as_windows,
    flatten_windows,
    has_three_axes,
    is_windows,
    refuse_infinity,
    refuse_infinity_in_windows,
    window_rows,
)
from ._stack_sequences import (
    lengths_of_ragged,
    read_sequences,
    stack_sequences,
    without_ragged,
)
from ._step_labels import (
    labelled_steps,
    labels_at_steps,
    padded_steps,
    read_flat_labels,
    step_labels,
)
from ._window_set import (
    WindowSet,
    among_all,
    refuse_nothing_observed,
)
from ._windows_input import (
    WindowsInputMixin,
    check_features,
    features_in_fit,
    features_of_steps,
    names_in_fit,
    refuse_rows,
    remember_features,
)

__all__ = [
    "LEARNS_REST",
    "OUT_OF_VOCABULARY",
    "PADDING",
    "GatheredWindows",
    "Panel",
    "WindowSet",
    "WindowsInputMixin",
    "among_all",
    "as_numbers",
    "as_labelled",
    "as_series",
    "as_token_windows",
    "as_windows",
    "check_features",
    "check_same_labels",
    "check_same_length",
    "column_names",
    "empty_beside",
    "features_in_fit",
    "features_of_steps",
    "first_rows",
    "flatten_windows",
    "forecast_pairs",
    "frame_like",
    "has_three_axes",
    "index_of",
    "is_frame",
    "is_on_disk",
    "is_windows",
    "keep_names",
    "key_levels",
    "key_names",
    "key_of_other_type",
    "keys_named",
    "key_text",
    "merged_codes",
    "labelled_steps",
    "labels_at_steps",
    "lengths_of_ragged",
    "name_samples",
    "names_in_fit",
    "names_only",
    "newest_block",
    "numeric_step_targets",
    "numeric_targets",
    "observed_steps",
    "observed_targets",
    "of_one_series",
    "padded_steps",
    "plain_categories",
    "plain_labels",
    "plain_values",
    "position_of_feature",
    "read_class_labels",
    "read_classes",
    "read_flat_labels",
    "read_sequences",
    "place_in_windows",
    "refuse_infinity",
    "refuse_infinity_in_windows",
    "refuse_nothing_observed",
    "refuse_overflow",
    "refuse_partly_missing_targets",
    "refuse_rows",
    "refuse_times_and_complex",
    "same_index",
    "remember_features",
    "split_panel",
    "parse_step_names",
    "step_features",
    "step_labels",
    "step_names",
    "stack_sequences",
    "take_rows",
    "text_names",
    "types_of",
    "wants_frame",
    "warn_of_another_target",
    "window_rows",
    "with_columns",
    "without_ragged",
]

publish(globals())
