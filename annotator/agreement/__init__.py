"""Agreement measures: pure functions of layers."""
