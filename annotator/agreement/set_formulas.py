"""Measures of tokens by their sets of labels, where unlike sets may have something in common."""

from __future__ import annotations

from annotator.agreement import coefficients as c
from annotator.agreement.coefficients import Array
from annotator.agreement.formulas import token_choices, tokens
from annotator.agreement.label_sets import JACCARD, MASI
from annotator.agreement.totals import Features, Totals


def token_jaccard_alpha(t: Totals, f: Features) -> Array:
    """Krippendorff's α of tokens, unlike sets of labels being as far apart as Jaccard says."""
    return _weighted_alpha(t, f, JACCARD)


def token_masi_alpha(t: Totals, f: Features) -> Array:
    """The same with Passonneau's MASI."""
    return _weighted_alpha(t, f, MASI)


def _weighted_alpha(t: Totals, f: Features, kind: int) -> Array:
    expected = f.comparisons.tokens.similar.expected(t.tokens.left, kind)
    return c.weighted_alpha(t.tokens, t.partly(each=False)[:, kind], expected)


def token_ac2(t: Totals, f: Features) -> Array:
    """Gwet's AC2 of tokens, with MASI as the weight of unlike sets of labels."""
    shares = t.token_shares
    agreement = c.ratio(t.tokens_each.same + t.partly(each=True)[:, MASI], tokens(t, f))
    among = token_choices(t, f)
    more = f.comparisons.tokens.similar.expected((shares > 0).astype(float), MASI)
    return c.ac2(agreement, shares, among + more, among)
