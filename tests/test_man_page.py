"""The manual page says what the commands say, and can be shown."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.processes import PATIENCE
from tools import man_page


def test_the_manual_page_is_current() -> None:
    assert man_page.PAGE.read_text(encoding="utf-8") == man_page.manual_page(), "run python -m tools.man_page"


def test_the_manual_page_is_well_formed() -> None:
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("groff is not installed")
    command = [groff, "-man", "-ww", "-z", "-K", "utf8", str(man_page.PAGE)]
    assert subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False).stderr == ""
