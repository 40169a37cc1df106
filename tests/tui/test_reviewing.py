"""Looking through what is decided, and seeing on the screen what a key for many suggestions will do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.workbench_driver import workbench
from tests.workspaces import Bench, make_bench, proposal, propose

LIMA = "Lima gana. Lima pierde. Ana Ruiz duerme. Lima sueña."


@pytest.fixture
def lima(tmp_path: Path) -> Bench:
    """A document in which deciding on one mention changes the scores of two others."""
    bench = make_bench(tmp_path / "lima")
    document = bench.add("lima", LIMA)
    spans = [proposal(document, "Lima", "GPE", 0.6, nth=n) for n in range(3)]
    propose(bench.store, document, [*spans, proposal(document, "Ana Ruiz", "PERSON", 0.9)])
    return bench


class TestCertainty:
    async def test_what_is_below_the_threshold_and_what_rose_over_it_can_be_told_apart_without_colour(
        self, lima: Bench
    ) -> None:
        async with workbench(lima, "lima", size=(120, 24)) as work:
            assert work.text.count("GPE??") == 4  # in three lanes, and in the line of what is in focus
            assert "PERSON?" in work.text
            assert "PERSON??" not in work.text
            await work.press("a")
            assert work.text.count("GPE?↑") == 3
            assert "0.60→0." in work.focus
            assert work.text.count("0.60→0.") == 3
            await work.press("u")
            assert "↑" not in work.text
            assert "0.60→" not in work.text

    async def test_accept_all_takes_what_the_screen_showed_as_likely_and_tells_how_many_had_risen(
        self, lima: Bench
    ) -> None:
        async with workbench(lima, "lima") as work:
            await work.press("a", "A")
            assert work.message == "accepted 3 from 0.70 (2 risen), 0 remain; V reviews, the 2 least certain first"
