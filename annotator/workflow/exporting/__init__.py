"""Writing layers out as training data."""
