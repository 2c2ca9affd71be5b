"""Exogenous columns of a fold as `fit` encodes those of its training rows: `encoded_by`."""

from collections.abc import Hashable, Mapping
from dataclasses import replace

import numpy as np

from ._exog_encoding import mean_and_scale
from ._folds import Cut
from ._known_series import KnownSeries


def encoded_by(known: KnownSeries, fold: Mapping[Hashable, Cut]) -> KnownSeries:
    """Return series with the categories and the scales of static columns of training rows alone.

    A backtest reads all rows at once. Whoever had fitted at the time would have known neither the
    categories that came later, nor the sizes of shops that were opened later.

    Parameters
    ----------
    known : KnownSeries
        All rows.
    fold : dict
        The `Cut` of each series that is trained on.

    Returns
    -------
    known : KnownSeries
        All rows with the encoding of those that are trained on; the same if that is no other one.
    """
    encoding, n_given = known.encoding, known.n_exog
    if encoding is None or not fold:
        return known
    names = known.exog_columns or []
    training = [known.histories[key].part(cut.first, cut.origin + 1) for key, cut in fold.items()]
    occurs = np.any([(past.exog[:, :n_given] == 1.0).any(axis=0) for past in training], axis=0)
    table = np.array([[] if past.static is None else past.static for past in training])
    kept, categories = _occurring(encoding, encoding.changing, occurs)
    kept_static, of_static = _occurring(encoding, encoding.static, (table == 1.0).any(axis=0))
    shift, scale, moments = np.zeros(table.shape[1]), np.ones(table.shape[1]), encoding.moments
    if len(training) < len(known.histories):
        shift, scale, moments = _moments(encoding, table)
    if kept.all() and kept_static.all() and moments == encoding.moments:
        return known
    n_all = next(iter(known.histories.values())).exog.shape[1]
    columns = np.append(np.flatnonzero(kept), np.arange(n_given, n_all))  # and the calendar's
    histories = {
        key: replace(past, exog=past.exog[:, columns]) for key, past in known.histories.items()
    }
    if encoding.static:
        histories = {
            key: replace(past, static=((np.asarray(past.static) - shift) / scale)[kept_static])
            for key, past in histories.items()
        }
    return replace(
        known,
        histories=histories,
        known=np.flatnonzero(np.isin(columns, known.known)),
        exog_columns=[names[place] for place in np.flatnonzero(kept)],
        encoding=replace(encoding, categories=categories | of_static, moments=moments),
    )


def _occurring(encoding, names, occurs):
    """Tell which numbers of columns are left, and which categories.

    They are those that occur, and all of a column in which none does.
    """
    owners, kept, categories = encoding.owners(names), np.ones(len(occurs), dtype=bool), {}
    for name in set(names) & set(encoding.categories):
        own = [place for place, owner in enumerate(owners) if owner == name]
        if occurs[own].any():
            kept[own] = occurs[own]
        pairs = zip(encoding.categories[name], kept[own], strict=True)
        categories[name] = [value for value, is_kept in pairs if is_kept]
    return kept, categories


def _moments(encoding, table):
    """Return by what numbers that describe series are to be moved and divided, and new moments."""
    shift, scale, moments = np.zeros(table.shape[1]), np.ones(table.shape[1]), {}
    for place, name in enumerate(encoding.owners(encoding.static)):
        if name in encoding.moments:
            shift[place], scale[place] = mean_and_scale(table[:, place])
            mean, before = encoding.moments[name]
            moments[name] = mean + before * shift[place], before * scale[place]
    return shift, scale, moments
