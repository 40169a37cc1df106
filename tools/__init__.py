"""Driving the real program in a pseudo-terminal: for pictures, transcripts, benchmarks and tests."""
