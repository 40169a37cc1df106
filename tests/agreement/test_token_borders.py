"""Where tokens of many documents are, read at once, beside document by document."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from annotator.agreement.packing import indexes
from annotator.agreement.token_borders import token_borders
from annotator.text import Segmentation
from tests.test_segment_codes import STRETCHES, segments


@given(st.lists(st.tuples(STRETCHES, st.booleans(), st.integers(0, 100_000)), max_size=5))
def test_tokens_are_where_each_document_says(documents: list[tuple[list[tuple[int, int]], bool, int]]) -> None:
    made = [segments(stretches) for stretches, _, _ in documents]
    read = [
        Segmentation.of_codes(one.pack()) if packed else one
        for one, (_, packed, _) in zip(made, documents, strict=True)
    ]
    bases = [base for _, _, base in documents]
    starts, ends = token_borders(read, indexes([len(one) for one in made]), indexes(bases))
    assert starts.tolist() == [base + start for one, base in zip(made, bases, strict=True) for start in one.starts]
    assert ends.tolist() == [base + end for one, base in zip(made, bases, strict=True) for end in one.ends]
