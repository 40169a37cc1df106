"""The keys that the annotate screen takes itself, so that no entity label may have one of them as its hot key."""

from __future__ import annotations

RESERVED_KEYS = frozenset("axAXhjklwb0$gGv;[]{}rR.*dcfus/\\nN?mQ ")
"""The characters that its bindings have by default; a test of the screen holds them to be these."""

YIELDING_KEYS = frozenset("=V+-yP',<")
"""The characters of further bindings, which have no effect where an entity label has one of them as its hot key."""
