"""A document without text, such as an import may bring."""

from __future__ import annotations

import pytest

from tests.tui.workbench_driver import workbench
from tests.workspaces import Bench


@pytest.mark.parametrize("text", ["", "\n", " "])
async def test_every_key_is_harmless(bench: Bench, text: str) -> None:
    bench.add("vacío", text)
    async with workbench(bench, "vacío") as work:
        keys = [
            "tab",
            "shift+tab",
            *"axAXhjklwb0$GgmRn1v",
            "escape",
            "r",
            "escape",
            ";",
            "escape",
            *"*[]{}df",
            "escape",
            "u",
        ]
        await work.press(*keys)
        assert work.session.document.text == text
