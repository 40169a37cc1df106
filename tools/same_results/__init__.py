"""Shows that two checkouts of the program give the same results: see ``python -m tools.same_results --help``."""
