"""Time labels: what they are, whether they are in order, and which come next."""

from ._beginning import IndexBeginning
from ._calendar import Calendar, labels_after
from ._calendars import calendar_of_further, find_calendars
from ._kinds import KINDS, LabelKind, kind_of
from ._long_gaps import has_long_gap, refuse_many_missing
from ._order import IndexEnd, check_order
from ._reading import as_time_labels, comparable, in_zone_of, is_time_dtype, label_text
from ._seasons import calendar_seasons, calendar_seasons_of_all
from ._steps import Steps, step_numbers
from ._text import refuse_dates_in_numbers

__all__ = [
    "KINDS",
    "Steps",
    "Calendar",
    "IndexBeginning",
    "IndexEnd",
    "LabelKind",
    "as_time_labels",
    "calendar_of_further",
    "calendar_seasons",
    "calendar_seasons_of_all",
    "check_order",
    "comparable",
    "find_calendars",
    "has_long_gap",
    "in_zone_of",
    "is_time_dtype",
    "kind_of",
    "label_text",
    "labels_after",
    "refuse_dates_in_numbers",
    "refuse_many_missing",
    "step_numbers",
]
