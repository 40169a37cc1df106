"""Drives a headless Chromium over its devtools protocol: keys and mouse go in, what its terminal shows comes out."""

from tools.chromium.process import PROGRAM, Chromium
from tools.chromium.tab import Tab

__all__ = ["PROGRAM", "Chromium", "Tab"]
