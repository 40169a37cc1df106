"""Near-duplicates are found whatever their order, and different texts are not taken for them."""

from __future__ import annotations

import random
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.similarity import jaccard, near_duplicate_groups, shingle_hashes
from tests.strategies import texts

WORDS = [f"palabra{n}" for n in range(400)]


def article(seed: int, length: int = 200) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=length))


def edited(text: str, every: int) -> str:
    words = text.split()
    return " ".join("otra" if n % every == 0 else word for n, word in enumerate(words))


def test_copies_and_light_edits_belong_together() -> None:
    one, other = article(1), article(2)
    groups = near_duplicate_groups([one, other, edited(one, 50), one.upper() + "!", edited(other, 80)])
    assert groups == [0, 1, 0, 0, 1]


def test_what_is_like_what_is_like_it_belongs_together() -> None:
    start, middle, end = (" ".join(WORDS[at : at + 100]) for at in (0, 25, 50))
    assert (
        jaccard(shingle_hashes(start), shingle_hashes(end))
        < 0.5
        <= jaccard(shingle_hashes(start), shingle_hashes(middle))
    )
    assert near_duplicate_groups([start, end, middle]) == [0, 0, 0]


def test_a_shared_paragraph_makes_no_duplicate() -> None:
    agency = article(9, 40)
    assert near_duplicate_groups([article(1) + agency, article(2) + agency]) == [0, 1]


def test_texts_without_words_and_very_short_ones() -> None:
    assert near_duplicate_groups(["", "¡!", "Ana Ruiz", "ana ruiz.", "Luis Paz", " "]) == [0, 0, 2, 2, 4, 0]
    assert near_duplicate_groups([]) == []


def test_the_measure_is_the_share_of_common_shingles() -> None:
    one, other = shingle_hashes("a b c d e f"), shingle_hashes("b c d e f g")
    assert (len(one), len(other)) == (2, 2)
    assert jaccard(one, other) == 1 / 3


def test_no_pair_at_or_above_the_threshold_is_missed_among_many() -> None:
    base = [article(seed, 120) for seed in range(60)]
    found_texts = [*base, *(edited(text, 12 + n % 30) for n, text in enumerate(base))]
    groups = near_duplicate_groups(found_texts)
    alike = [
        (i, j)
        for i, j in combinations(range(len(found_texts)), 2)
        if jaccard(shingle_hashes(found_texts[i]), shingle_hashes(found_texts[j])) >= 0.55
    ]
    assert alike
    assert [pair for pair in alike if groups[pair[0]] != groups[pair[1]]] == []


@settings(max_examples=30)
@given(st.lists(texts(8), max_size=5))
def test_a_group_is_named_after_its_first_text(found: list[str]) -> None:
    groups = near_duplicate_groups(found)
    assert all(groups[first] == first <= index for index, first in enumerate(groups))
    assert near_duplicate_groups([*found, *found])[len(found) :] == groups
