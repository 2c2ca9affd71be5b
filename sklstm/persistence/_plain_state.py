"""The state of an estimator as plain Python and NumPy, and back.

Files name the classes of what is in them. Private classes may be renamed, and those of pandas are
not ours; so they are written as dictionaries that say what is to be made of them.
"""

from dataclasses import fields

import numpy as np
import pandas as pd

from ._plain_labels import index_from, offset_from, plain_index, plain_offset

_MARK = "__sklstm__"


def to_plain(value, classes):
    """Return a value without private classes and objects of pandas.

    Parameters
    ----------
    value : object
        Lists, tuples and dictionaries are looked through. What is neither in `classes` nor of
        pandas, such as estimators and arrays, is returned as it is.
    classes : tuple of type
        Dataclasses to be written as dictionaries, with their `saved_parts` if they have any.

    Returns
    -------
    plain : object
        The value itself, where there is nothing to change.
    """
    kind = type(value)
    if kind is dict:
        return _plain_dict(value, classes)
    if kind in (list, tuple):
        return _same_or_new(value, [to_plain(item, classes) for item in value])
    if kind in classes:
        found = {field.name: getattr(value, field.name) for field in fields(value) if field.init}
        if hasattr(value, "saved_parts"):  # what stands in files in place of some of these
            found |= value.saved_parts()
        return {_MARK: kind.__name__} | {k: to_plain(v, classes) for k, v in found.items()}
    if isinstance(value, pd.Index):
        parts = plain_index(value)
        return value if parts is None else {_MARK: "index"} | to_plain(parts, classes)
    if isinstance(value, pd.offsets.BaseOffset):
        name = plain_offset(value)
        return value if name is None else {_MARK: "offset", "name": name}
    if isinstance(value, pd.Timestamp | pd.Timedelta | pd.Period):
        return {_MARK: "label", "index": to_plain(pd.Index([value]), classes)}
    return value


def from_plain(value, classes):
    """Return what `to_plain` made plain.

    Parameters
    ----------
    value : object
        As from `to_plain`.
    classes : tuple of type
        The same dataclasses; of no others objects are made.

    Returns
    -------
    original : object
        Equal to the value that was made plain.

    Raises
    ------
    ValueError or TypeError
        If this can't have come from `to_plain`.
    """
    if type(value) in (list, tuple):
        return _same_or_new(value, [from_plain(item, classes) for item in value])
    if type(value) is np.ndarray and not value.dtype.isnative:
        return value.astype(value.dtype.newbyteorder("="))  # of a machine of the other byte order
    if type(value) is not dict:
        return value
    parts = {key: from_plain(item, classes) for key, item in value.items()}
    if _MARK not in parts:
        same = all(parts[key] is item for key, item in value.items())
        return value if same else parts
    makers = _MAKERS | {cls.__name__: cls for cls in classes}
    name = parts.pop(_MARK)
    if name not in makers:
        raise ValueError(f"{name!r} is nothing that this estimator has")
    return makers[name](**parts)


def _plain_dict(value, classes):
    plain = {key: to_plain(item, classes) for key, item in value.items()}
    if all(type(key) is str for key in value) and _MARK not in value:
        return value if all(plain[key] is item for key, item in value.items()) else plain
    # Formats such as skops's keep keys as text.
    keys = [to_plain(key, classes) for key in value]
    return {_MARK: "dict", "keys": keys, "values": list(plain.values())}


def _same_or_new(items, others):
    if all(a is b for a, b in zip(items, others, strict=True)):
        return items
    return type(items)(others)


def _dict_from(keys, values):
    return dict(zip(keys, values, strict=True))


def _label_from(index):
    return index[0]


_MAKERS = {
    "dict": _dict_from,
    "index": index_from,
    "label": _label_from,
    "offset": offset_from,
}
