"""The unitizing α of 1995 and 2004, document by document."""

from __future__ import annotations

import numpy as np

from annotator.agreement import coefficients as c
from annotator.agreement.coefficients import Array
from annotator.agreement.totals import Features, Totals

OBSERVED, EXPECTED, TEXT, OVERLAPPING = range(4)


def _table(features: Features) -> Array:
    """For each unit disagreement, the same by chance, the text's length and how many layers have overlapping spans.

    Over m layers of a text of length L, D_o = Σ δ² / (m (m - 1) L²) and D_e = 2/L Σ (…) / (mL (mL - 1) - Σ l (l - 1));
    texts count by m L.
    """
    lengths = features.comparisons.lengths_1995
    per_pair = features.weight(each=False)
    layers = 1 / per_pair + 1
    text = features.comparisons.lengths[features.document].astype(float)
    whole = layers * text
    observed = 2 * features.of_rows(lengths.differences).sum(axis=1) / (layers * (layers - 1) * text**2)
    own, among, number, squares = (
        features.of_layers(table) * per_pair[:, None]
        for table in (lengths.own, lengths.among, lengths.number, lengths.pairs)
    )
    by_chance = features.of_rows(lengths.crossed) + own + among * (number - 1)
    pairs = (whole * (whole - 1))[:, None] - squares
    expected = 2 / text * c.ratio(by_chance, pairs).sum(axis=1)
    overlapping = features.of_layers(lengths.overlapping[:, None].astype(float))[:, 0]
    found: Array = np.nan_to_num(np.stack([whole * observed, whole * expected, text, overlapping], axis=1))
    return found


def _totals(t: Totals, f: Features) -> Array:
    return t.of("lengths of 1995", lambda: _table(f))


def texts_of_units(t: Totals, f: Features) -> Array:
    """The code points; none where spans of a layer with the same label overlap one another."""
    totals = _totals(t, f)
    return np.where(totals[:, OVERLAPPING] > 0, 0.0, totals[:, TEXT])


def unit_alpha_1995(t: Totals, f: Features) -> Array:
    """1 - Σ D_o / Σ D_e, over labels and documents."""
    totals = _totals(t, f)
    value = 1 - c.ratio(totals[:, OBSERVED], totals[:, EXPECTED])
    return np.where(totals[:, OVERLAPPING] > 0, np.nan, value)
