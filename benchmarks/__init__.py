"""Benchmarks: one command each; every one prints the figure, the budget and the ratio."""
