"""Takes exports through the real programs and back, and compares: see ``python -m tools.interop --help``."""
